// Command watercooler is the hub in one program: the server, and the commands an operator needs beside it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"watercooler/app"
	"watercooler/config"
)

// version is set by the build (make build).
var version = "unknown"

func main() { os.Exit(run(os.Args[1:], os.Environ())) }

// run runs one command and returns the exit code: 2 when the command line or the settings are wrong, 1 when the command failed.
func run(args, environ []string) int {
	// A second signal ends the program at once, for those who cannot wait for the last request.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	defer stop()

	root := grammar(&app.Command{Version: version, Out: os.Stdout, Err: os.Stderr}, environ)
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	var failed failure
	switch {
	case err == nil:
		return 0
	case errors.As(err, &failed):
		fmt.Fprintln(os.Stderr, "watercooler:", app.Explain(failed.error))
		return 1
	case errors.As(err, new(config.Mistakes)):
		fmt.Fprintln(os.Stderr, err)
	default:
		fmt.Fprintf(os.Stderr, "%v\nSee %s --help.\n", err, cmd.CommandPath())
	}
	return 2
}

// failure is what went wrong in a command that was understood.
type failure struct{ error }

// grammar is the command line. Every command takes the flags of the settings.
func grammar(c *app.Command, environ []string) *cobra.Command {
	root := command("watercooler [COMMAND]", "The social knowledge hub for people who run public services.", known, nil)
	config.Flags(root.PersistentFlags())
	root.PersistentPreRunE = func(cmd *cobra.Command, _ []string) (err error) {
		c.Config, err = config.Settle(root.PersistentFlags(), environ)
		if errors.As(err, new(config.Mistakes)) && (cmd.Name() == "config" || cmd.Name() == "version") {
			return nil // these show what is wrong, or do not care
		}
		return err
	}
	serve := command("serve", "Run the hub. An empty database is prepared first. This is what happens without a command.", cobra.NoArgs, func(ctx context.Context) error { return c.Serve(ctx) })
	root.RunE = serve.RunE
	var live bool
	doctor := command("doctor", "Check counters, index, outbox and files against each other, and repair what can be.", cobra.NoArgs,
		func(ctx context.Context) error { return c.Doctor(ctx, live) })
	doctor.Flags().BoolVar(&live, "live", false, "only ask the running hub whether it is ready, for health checks of containers")

	root.AddCommand(
		serve,
		command("migrate", "Bring the database to the form this version needs.", cobra.NoArgs, func(ctx context.Context) error { return c.Migrate(ctx) }),
		imports(c),
		onFile("export FILE", "Write everything people have put into the hub as one open archive, while the hub runs.",
			func(ctx context.Context, path string) error { return c.Export(ctx, path) }),
		evaluations(c),
		brief(c),
		sample(c),
		command("reindex", "Build the search index anew, beside the one in use.", cobra.NoArgs, func(ctx context.Context) error { return c.Reindex(ctx) }),
		onFile("backup FILE", "Write database and files into one zip file, while the hub runs.",
			func(ctx context.Context, path string) error { return c.Backup(ctx, path) }),
		onFile("restore FILE", "Put a backup into an empty data folder.",
			func(ctx context.Context, path string) error { return c.Restore(ctx, path) }),
		doctor,
		admin(c),
		command("config", "Print every setting, its value and where that came from.", cobra.NoArgs, func(context.Context) error {
			c.ShowConfig()
			return nil
		}),
		command("version", "Print the version.", cobra.NoArgs, func(context.Context) error {
			fmt.Println("watercooler", version)
			return nil
		}),
	)
	root.CompletionOptions.HiddenDefaultCmd = true
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetUsageFunc(usage)
	return root
}

// command returns a command without arguments of its own. Without do it shows its help.
func command(use, short string, args cobra.PositionalArgs, do func(context.Context) error) *cobra.Command {
	cmd := &cobra.Command{Use: use, Short: short, Args: args, DisableFlagsInUseLine: true}
	cmd.Flags().SortFlags = false
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if do == nil {
			return cmd.Help()
		}
		return wrap(do(cmd.Context()))
	}
	return cmd
}

// onFile returns a command on one file or folder, whose path it gets in full.
func onFile(use, short string, do func(ctx context.Context, path string) error) *cobra.Command {
	cmd := command(use, short, func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return fmt.Errorf("want one %s", strings.Fields(use)[1])
		}
		return nil
	}, nil)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		path, err := filepath.Abs(args[0])
		if err != nil {
			return err
		}
		return wrap(do(cmd.Context(), path))
	}
	return cmd
}

// known refuses a word that is no command, and names those that it may be meant for.
func known(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	cmd.SuggestionsMinimumDistance = 2
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return fmt.Errorf("%q is no command: is %s meant?", args[0], strings.Join(near, " or "))
	}
	return fmt.Errorf("%q is no command", args[0])
}

func wrap(err error) error {
	if err == nil {
		return nil
	}
	return failure{err}
}

func imports(c *app.Command) *cobra.Command {
	root := command("import COMMAND", "Bring people and conversations in from elsewhere. Running it again changes nothing.", known, nil)
	var site, format, source, list, organisation, network string
	var leavers bool
	var blog app.WordPressImport

	stackexchange := onFile("stackexchange DIR", "A Stack Exchange data dump: Posts.xml, Users.xml and the other tables, plain or .gz.",
		func(ctx context.Context, path string) error { return c.ImportStackExchange(ctx, path, site) })
	stackexchange.Flags().StringVar(&site, "site", "", "name of the site in external ids; the folder's `name` if not given")

	people := onFile("people FILE", "A staff list: a CSV file, plain or .gz; docs/import.md lists the columns.",
		func(ctx context.Context, path string) error {
			return c.ImportPeople(ctx, path, format, source, leavers)
		})
	formats := []string{"staff", "organogram"}
	people.Flags().StringVar(&format, "format", formats[0], "`staff` for our columns, organogram for a UK government organogram of senior posts")
	people.PreRunE = func(*cobra.Command, []string) error {
		if !slices.Contains(formats, format) {
			return fmt.Errorf("--format is %q: want one of %s", format, strings.Join(formats, ", "))
		}
		return nil
	}
	people.Flags().StringVar(&source, "source", "", "`name` of the list in external ids; the file's name if not given")
	people.Flags().BoolVar(&leavers, "leavers", false, "the list is complete: people of the same source who are missing from it have left")

	var noTopics bool
	jsonl := onFile("jsonl PATH", "The hub's own open format, or plain documents as JSON Lines: a file (plain or .gz), a folder of them, or an archive.",
		func(ctx context.Context, path string) error {
			return c.ImportJSONL(ctx, path, source, organisation, noTopics)
		})
	jsonl.Flags().StringVar(&source, "source", "", "`name` of the source in external ids of plain documents; the folder's name if not given")

	jsonl.Flags().BoolVar(&noTopics, "no-topics", false, "leave out what plain documents say they are about")

	mbox := onFile("mbox PATH", "The archive of a mailing list: an mbox file, plain or .gz, or a folder of them.",
		func(ctx context.Context, path string) error {
			return c.ImportMbox(ctx, path, list, organisation, network)
		})
	mbox.Flags().StringVar(&list, "list", "", "`name` of the list in external ids; what its letters say, or the file's name, if not given")

	discourse := onFile("discourse PATH", "A Discourse forum: a JSON file as its API answers, plain or .gz, or a folder of them.",
		func(ctx context.Context, path string) error {
			return c.ImportDiscourse(ctx, path, site, organisation, network)
		})
	discourse.Flags().StringVar(&site, "site", "", "host `name` of the forum, for external ids and links; that of the folder or file if not given")
	for _, cmd := range []*cobra.Command{jsonl, mbox, discourse} {
		cmd.Flags().StringVar(&organisation, "organisation", "", "`name` of the organisation the people belong to, home for your own; one named after the source if not given")
	}
	for _, cmd := range []*cobra.Command{mbox, discourse} {
		cmd.Flags().StringVar(&network, "network", "", "`address` of the network that the threads live in, such as flood-watch")
	}

	wordpress := onFile("wordpress FILE", "A blog made with WordPress: the XML file that Tools, Export writes, plain or .gz.",
		func(ctx context.Context, path string) error { return c.ImportWordPress(ctx, path, blog) })
	flags := wordpress.Flags()
	flags.StringVar(&blog.Blog, "blog", "", "`address` of the blog that the posts go to, new to make one; where an earlier import put them if not given")
	flags.StringVar(&blog.Attachments, "attachments", "", "`folder` wp-content/uploads of the site; without it, pictures and files stay where they are")
	flags.StringVar(&blog.Audience, "audience", "", "who may read the posts: `public`, hub or org:ID; hub, or what the blog allows, if not given")
	flags.StringVar(&blog.Organisation, "organisation", "", "`name` of the organisation the people belong to, home for your own; one named after the site if not given")
	flags.StringVar(&blog.Site, "site", "", "`name` of the site in external ids; its address if not given")

	root.AddCommand(stackexchange, people, jsonl, mbox, discourse, wordpress)
	return root
}

func evaluations(c *app.Command) *cobra.Command {
	root := command("evaluate COMMAND", "Measure how well the hub finds things, by queries whose answers are known. docs/evaluate.md explains.", known, nil)
	for _, of := range []struct {
		use, short, field string
		run               func(app.Command, context.Context, app.Evaluation) error
	}{
		{"search", "Ask for documents.", "title", app.Command.EvaluateSearch},
		{"experts", "Ask who knows, and compare with those who wrote most and with chance.", "both", app.Command.EvaluateExperts},
	} {
		var in app.Evaluation
		cmd := command(of.use, of.short, cobra.NoArgs, func(ctx context.Context) error { return of.run(*c, ctx, in) })
		flags := cmd.Flags()
		flags.StringArrayVar(&in.Queries, "queries", nil, "`file` of queries: id, short text and longer text with tabs between; may be given again, with --qrels")
		flags.StringArrayVar(&in.Qrels, "qrels", nil, "`file` of judgements in the format of TREC: query, 0, document or person, grade")
		flags.StringArrayVar(&in.Sources, "source", nil, "what external ids begin with, the `name` given to the import; for each --queries, where one hub has several sources")
		flags.StringVar(&in.Field, "field", of.field, "what is asked: the short text (title), the longer one (`text`), or both, of the longer one 600 characters")
		flags.StringVar(&in.As, "as", "", "e-mail `address` of the account that asks; somebody of your organisation who is in no network if not given")
		flags.StringVar(&in.Run, "run", "", "write what was found to this `file`, in the format of TREC")
		flags.StringVar(&in.PerQuery, "per-query", "", "write the measures of each query to this `file`")
		if of.use == "search" {
			flags.StringSliceVar(&in.Kinds, "kind", nil, "only hits of this `kind`: question, discussion, post or reply")
			flags.BoolVar(&in.ExcludeSelf, "exclude-self", false, "queries are documents of the collection: leave out the one that is the query")
			flags.IntVar(&in.Depth, "depth", 1000, "hits that count")
		}
		require(cmd, "queries", "qrels")
		root.AddCommand(cmd)
	}
	return root
}

func brief(c *app.Command) *cobra.Command {
	var period, network string
	var unit int64
	cmd := command("brief", "Print what happened in a month or a week as a page of prose, in Markdown. docs/brief.md explains.", cobra.NoArgs,
		func(ctx context.Context) error { return c.Brief(ctx, period, unit, network) })
	cmd.Flags().StringVar(&period, "period", "", "`month` or week, such as 2027-05 or 2027-W18; the last month that is over if not given")
	cmd.Flags().Int64Var(&unit, "unit", 0, "`number` of a unit, as in the address of its page; the whole organisation if not given")
	cmd.Flags().StringVar(&network, "network", "", "`address` of a network, such as flood-watch")
	return cmd
}

func sample(c *app.Command) *cobra.Command {
	root := command("sample COMMAND", "The sample content, once you have seen enough of it.", known, nil)
	var replies bool
	remove := command("remove", "Remove the people of the sample, everything they wrote, their networks and blogs.", cobra.NoArgs,
		func(ctx context.Context) error { return c.RemoveSample(ctx, replies) })
	remove.Flags().BoolVar(&replies, "with-replies", false, "also remove what people who are not of the sample have written in it")
	root.AddCommand(remove)
	return root
}

func admin(c *app.Command) *cobra.Command {
	root := command("admin COMMAND", "Accounts, for those who can reach the server but not the hub.", known, nil)
	var email, name, roles, account, label string

	create := command("create", "Make an account and print a one-time link with which the person can choose a password.", cobra.NoArgs,
		func(ctx context.Context) error { return c.AdminCreate(ctx, email, name, roles) })
	create.Flags().StringVar(&email, "email", "", "e-mail `address`")
	create.Flags().StringVar(&name, "name", "", "`name` of the person, used where the hub does not know the address yet")
	create.Flags().StringVar(&roles, "roles", "", "`roles`, separated by spaces: manager leader moderator admin")

	token := command("token", "Make an API token and print it. It is shown only once.", cobra.NoArgs,
		func(ctx context.Context) error { return c.AdminToken(ctx, account, label) })
	token.Flags().StringVar(&label, "name", "command line", "what the token is for, shown in the list of tokens")

	link := command("link", "Print a one-time link with which the person can choose a new password.", cobra.NoArgs,
		func(ctx context.Context) error { return c.AdminLink(ctx, account) })
	for _, cmd := range []*cobra.Command{token, link} {
		cmd.Flags().StringVar(&account, "account", "", "e-mail `address` of the account")
		require(cmd, "account")
	}
	require(create, "email", "name")
	root.AddCommand(create, token, link)
	return root
}

// require makes flags of cmd required.
func require(cmd *cobra.Command, names ...string) {
	for _, name := range names {
		if err := cmd.MarkFlagRequired(name); err != nil {
			panic(err) // there is no such flag: a mistake in this file
		}
	}
}

// columns is how wide the help is.
const columns = 120

// usage shows how a command is used. The settings stand in the help of the program itself: they are the same for all.
func usage(cmd *cobra.Command) error {
	out := cmd.OutOrStdout()
	fmt.Fprintf(out, "Usage:\n  %s\n", cmd.UseLine())
	if cmd.HasAvailableSubCommands() {
		fmt.Fprint(out, "\nCommands:\n")
		for _, sub := range cmd.Commands() {
			if sub.IsAvailableCommand() {
				fmt.Fprintf(out, "  %-*s %s\n", cmd.Commands()[0].NamePadding(), sub.Name(), sub.Short)
			}
		}
	}
	if own := cmd.LocalNonPersistentFlags(); own.HasAvailableFlags() {
		fmt.Fprintf(out, "\nFlags:\n%s", own.FlagUsagesWrapped(columns))
	}
	if cmd.HasParent() {
		fmt.Fprintf(out, "\nEvery command also takes the settings as flags or in the environment: %s --help lists them.\n", cmd.Root().Name())
		return nil
	}
	fmt.Fprintf(out, "%s", config.Usage(cmd.PersistentFlags(), columns))
	return nil
}
