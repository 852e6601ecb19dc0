// Command watercooler is the hub in one program: the server, and the commands an operator needs beside it.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"

	"watercooler/app"
	"watercooler/config"
)

// version is set by the build (make build).
var version = "unknown"

// grammar is the command line. Every subcommand takes the flags of the settings.
type grammar struct {
	config.Config `embed:""`

	Serve   serveCmd   `cmd:"" default:"1" help:"Run the hub. An empty database is prepared first."`
	Migrate migrateCmd `cmd:"" help:"Bring the database to the form this version needs."`
	Import  importCmd  `cmd:"" help:"Bring people and conversations in from elsewhere. Running it again changes nothing."`
	Export  exportCmd  `cmd:"" help:"Write everything people have put into the hub as one open archive, while the hub runs."`
	Samples sampleCmd  `cmd:"" name:"sample" help:"The sample content, once you have seen enough of it."`
	Reindex reindexCmd `cmd:"" help:"Build the search index anew, beside the one in use."`
	Backup  backupCmd  `cmd:"" help:"Write database and files into one zip file, while the hub runs."`
	Restore restoreCmd `cmd:"" help:"Put a backup into an empty data folder."`
	Doctor  doctorCmd  `cmd:"" help:"Check counters, index, outbox and files against each other, and repair what can be."`
	Admin   adminCmd   `cmd:"" help:"Accounts, for those who can reach the server but not the hub."`
	Show    configCmd  `cmd:"" name:"config" help:"Print every setting, its value and where that came from."`
	Version versionCmd `cmd:"" help:"Print the version."`
}

type (
	serveCmd   struct{}
	migrateCmd struct{}
	importCmd  struct {
		Stackexchange struct {
			Dir  string `arg:"" type:"existingdir" help:"Folder with Posts.xml, Users.xml and the other tables, plain or .gz."`
			Site string `help:"Name of the site in external ids. Default: the folder's name."`
		} `cmd:"" help:"A Stack Exchange data dump."`
		People struct {
			File    string `arg:"" type:"existingfile" help:"CSV file, plain or .gz; docs/import.md lists the columns."`
			Format  string `enum:"staff,organogram" default:"staff" help:"staff: our columns. organogram: a UK government organogram of senior posts."`
			Source  string `help:"Name of the list in external ids. Default: the file's name."`
			Leavers bool   `help:"The list is complete: people of the same source who are missing from it have left."`
		} `cmd:"" help:"A staff list."`
		Jsonl struct {
			Path   string `arg:"" type:"path" help:"A .jsonl file (plain or .gz), a folder of them, or an archive written by export."`
			Source string `help:"Name of the source in external ids of plain documents. Default: the folder's name."`
		} `cmd:"" help:"The hub's own open format, or plain documents as JSON Lines."`
		Mbox struct {
			Path         string `arg:"" type:"path" help:"An mbox file, plain or .gz, or a folder of them."`
			List         string `help:"Name of the list in external ids. Default: what its letters say, or the file's name."`
			Organisation string `help:"Organisation the authors belong to; home is your own, and keeps their addresses. Default: one named after the list."`
			Network      string `help:"Address of the network that the threads live in, such as flood-watch. Default: none."`
		} `cmd:"" help:"The archive of a mailing list."`
		Discourse struct {
			Path         string `arg:"" type:"path" help:"A JSON file as the Discourse API answers, plain or .gz, or a folder of them."`
			Site         string `help:"Host name of the forum, for external ids and links. Default: the name of the folder or file."`
			Organisation string `help:"Organisation the people belong to; home is your own. Default: one named after the forum."`
			Network      string `help:"Address of the network that the threads live in, such as flood-watch. Default: none."`
		} `cmd:"" help:"A Discourse forum."`
		Wordpress struct {
			File         string `arg:"" type:"existingfile" help:"The XML file that Tools, Export of WordPress writes, plain or .gz."`
			Blog         string `help:"Address of the blog that the posts go to; new makes one. Default: where an earlier import put them, else new."`
			Attachments  string `type:"existingdir" help:"Folder wp-content/uploads of the site. Without it, pictures and files stay where they are."`
			Audience     string `help:"Who may read the posts: public, hub or org:ID. Default: hub, or what the blog allows."`
			Organisation string `help:"Organisation the people belong to; home is your own, and keeps their addresses. Default: one named after the site."`
			Site         string `help:"Name of the site in external ids. Default: its address."`
		} `cmd:"" help:"A blog made with WordPress."`
	}
	exportCmd struct {
		File string `arg:"" type:"path" help:"Zip file to write; it must not exist yet."`
	}
	sampleCmd struct {
		Remove struct {
			WithReplies bool `help:"Also remove what people who are not of the sample have written in it."`
		} `cmd:"" help:"Remove the people of the sample, everything they wrote, their networks and blogs."`
	}
	reindexCmd struct{}
	backupCmd  struct {
		File string `arg:"" type:"path" help:"Zip file to write; it must not exist yet."`
	}
	restoreCmd struct {
		File string `arg:"" type:"existingfile" help:"Backup to restore."`
	}
	doctorCmd struct {
		Live bool `help:"Only ask the running hub whether it is ready, for health checks of containers."`
	}
	adminCmd struct {
		Create struct {
			Email string `required:"" help:"E-mail address."`
			Name  string `required:"" help:"Name of the person, used where the hub does not know the address yet."`
			Roles string `help:"Roles, separated by spaces: manager leader moderator admin."`
		} `cmd:"" help:"Make an account and print a one-time link with which the person can choose a password."`
		Token struct {
			Account string `required:"" help:"E-mail address of the account the token acts for."`
			Name    string `default:"command line" help:"What the token is for, shown in the list of tokens."`
		} `cmd:"" help:"Make an API token and print it. It is shown only once."`
		Link struct {
			Account string `required:"" help:"E-mail address of the account."`
		} `cmd:"" help:"Print a one-time link with which the person can choose a new password."`
	}
	configCmd  struct{}
	versionCmd struct{}
)

func main() { os.Exit(run(os.Args[1:], os.Environ())) }

func run(args, environ []string) int {
	var g grammar
	parsed, err := config.Parse(&g, &g.Config, args, environ,
		kong.Name("watercooler"), kong.Description("The social knowledge hub for people who run public services."), kong.UsageOnError())
	var mistakes config.Mistakes
	if parsed == nil || err != nil && !errors.As(err, &mistakes) {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}
	command := parsed.Command()
	if err != nil && command != "version" && command != "config" {
		fmt.Fprintln(os.Stderr, err)
		return 2
	}

	// A second signal ends the program at once, for those who cannot wait for the last request.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	defer stop()

	c := app.Command{Config: g.Config, Version: version, Out: os.Stdout, Err: os.Stderr}
	switch command {
	case "serve":
		err = c.Serve(ctx)
	case "migrate":
		err = c.Migrate(ctx)
	case "import stackexchange <dir>":
		err = c.ImportStackExchange(ctx, g.Import.Stackexchange.Dir, g.Import.Stackexchange.Site)
	case "import people <file>":
		p := g.Import.People
		err = c.ImportPeople(ctx, p.File, p.Format, p.Source, p.Leavers)
	case "import jsonl <path>":
		err = c.ImportJSONL(ctx, g.Import.Jsonl.Path, g.Import.Jsonl.Source)
	case "import mbox <path>":
		m := g.Import.Mbox
		err = c.ImportMbox(ctx, m.Path, m.List, m.Organisation, m.Network)
	case "import discourse <path>":
		d := g.Import.Discourse
		err = c.ImportDiscourse(ctx, d.Path, d.Site, d.Organisation, d.Network)
	case "import wordpress <file>":
		w := g.Import.Wordpress
		err = c.ImportWordPress(ctx, w.File, app.WordPressImport{
			Blog: w.Blog, Attachments: w.Attachments, Audience: w.Audience, Organisation: w.Organisation, Site: w.Site,
		})
	case "export <file>":
		err = c.Export(ctx, g.Export.File)
	case "sample remove":
		err = c.RemoveSample(ctx, g.Samples.Remove.WithReplies)
	case "reindex":
		err = c.Reindex(ctx)
	case "backup <file>":
		err = c.Backup(ctx, g.Backup.File)
	case "restore <file>":
		err = c.Restore(ctx, g.Restore.File)
	case "doctor":
		err = c.Doctor(ctx, g.Doctor.Live)
	case "admin create":
		err = c.AdminCreate(ctx, g.Admin.Create.Email, g.Admin.Create.Name, g.Admin.Create.Roles)
	case "admin token":
		err = c.AdminToken(ctx, g.Admin.Token.Account, g.Admin.Token.Name)
	case "admin link":
		err = c.AdminLink(ctx, g.Admin.Link.Account)
	case "config":
		c.ShowConfig()
	case "version":
		fmt.Println("watercooler", version)
		err = nil
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "watercooler:", app.Explain(err))
		return 1
	}
	return 0
}
