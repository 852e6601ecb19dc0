package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	netmail "net/mail"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/files"
	"watercooler/app/importers"
	"watercooler/app/kv"
	"watercooler/app/mail"
	"watercooler/app/people"
	"watercooler/app/signin"
	"watercooler/auth"
	"watercooler/config"
	"watercooler/search"
)

// Command is one run of the program from the command line. Its methods are the subcommands.
type Command struct {
	Config   config.Config
	Version  string
	Out, Err io.Writer
}

// Explain returns err as the operator should read it: the sentence chosen for people where there is one, with its cause,
// and the full chain otherwise.
func Explain(err error) string {
	if e := errs.As(err); e != nil && len(e.Fields) > 0 {
		text := e.Text
		for _, f := range e.Fields {
			text += "\n  " + f.Name + ": " + f.Text
		}
		return text
	}
	return err.Error()
}

func (c Command) logger() *slog.Logger {
	o := &slog.HandlerOptions{Level: c.Config.LogLevel}
	if c.Config.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(c.Err, o))
	}
	return slog.New(slog.NewTextHandler(c.Err, o))
}

// open opens the database and brings it to the present form.
func (c Command) open(ctx context.Context, log *slog.Logger) (*db.DB, error) {
	if err := os.MkdirAll(c.Config.Data, 0o700); err != nil {
		return nil, fmt.Errorf("make the data folder: %w", err)
	}
	d, err := db.Open(ctx, c.Config.Database.URL, db.Options{Sync: c.Config.Database.Sync, ReadPool: c.Config.Database.ReadPool, Log: log})
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	if _, err := d.Migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("prepare the database: %w", err), d.Close())
	}
	return d, nil
}

// hub opens the whole application for a command that uses its use cases.
func (c Command) hub(ctx context.Context) (*App, error) {
	log := c.logger()
	d, err := c.open(ctx, log)
	if err != nil {
		return nil, err
	}
	return New(ctx, d, c.settings(), Options{Log: log, Version: c.Version, Out: c.Err})
}

// errRunning says why a command that needs the search index cannot have it.
func errRunning(err error) error {
	return errs.Conflictf("The hub is running and holds its search index. Stop it first.").Because(err)
}

// with runs do on the whole application and closes it.
func (c Command) with(ctx context.Context, do func(a *App) error) error {
	a, err := c.hub(ctx)
	if err != nil {
		return err
	}
	return errors.Join(do(a), a.Close())
}

// Serve runs the hub until ctx ends.
func (c Command) Serve(ctx context.Context) error {
	for _, w := range c.Config.Warnings() {
		c.logger().Warn(w)
	}
	return c.with(ctx, func(a *App) error {
		l, err := new(net.ListenConfig).Listen(ctx, "tcp", c.Config.Listen)
		if err != nil {
			return fmt.Errorf("listen on %s: %w", c.Config.Listen, err)
		}
		if err := a.Welcome(ctx, c.Err); err != nil {
			return errors.Join(err, l.Close())
		}
		return a.ServeOn(ctx, l)
	})
}

// Migrate prepares the database and says what it did.
func (c Command) Migrate(ctx context.Context) error {
	if err := os.MkdirAll(c.Config.Data, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	d, err := db.Open(ctx, c.Config.Database.URL, db.Options{Sync: c.Config.Database.Sync, Log: c.logger()})
	if err != nil {
		return err
	}
	n, err := d.Migrate(ctx)
	if err == nil {
		fmt.Fprintf(c.Out, "%d migrations applied; the database is up to date.\n", n)
	}
	return errors.Join(err, d.Close())
}

// ImportStackExchange brings in a data dump.
func (c Command) ImportStackExchange(ctx context.Context, dir, site string) error {
	return c.doImport(ctx, func(d importers.Deps, o importers.Options) (importers.Report, error) {
		o.Source = site
		return importers.StackExchange(ctx, d, dir, o)
	})
}

// ImportPeople brings in a staff list.
func (c Command) ImportPeople(ctx context.Context, file, format, source string, leavers bool) error {
	return c.doImport(ctx, func(d importers.Deps, o importers.Options) (importers.Report, error) {
		o.Source, o.Format, o.Leavers = source, format, leavers
		return importers.People(ctx, d, file, o)
	})
}

// ImportJSONL brings in the hub's own format, or plain documents.
func (c Command) ImportJSONL(ctx context.Context, path, source, organisation string, noTopics bool) error {
	return c.doImport(ctx, func(d importers.Deps, o importers.Options) (importers.Report, error) {
		o.Source, o.Organisation, o.NoTopics = source, organisation, noTopics
		return importers.JSONL(ctx, d, path, o)
	})
}

// ImportMbox brings in the archive of a mailing list.
func (c Command) ImportMbox(ctx context.Context, path, list, organisation, network string) error {
	return c.doImport(ctx, func(d importers.Deps, o importers.Options) (importers.Report, error) {
		o.Source, o.Organisation, o.Network = list, organisation, network
		return importers.Mbox(ctx, d, path, o)
	})
}

// ImportDiscourse brings in a Discourse forum.
func (c Command) ImportDiscourse(ctx context.Context, path, site, organisation, network string) error {
	return c.doImport(ctx, func(d importers.Deps, o importers.Options) (importers.Report, error) {
		o.Source, o.Organisation, o.Network = site, organisation, network
		return importers.Discourse(ctx, d, path, o)
	})
}

// WordPressImport says where the posts of a WordPress blog belong, as importers.Options does.
type WordPressImport struct {
	Blog, Attachments, Audience, Organisation, Site string
}

// ImportWordPress brings in a blog made with WordPress.
func (c Command) ImportWordPress(ctx context.Context, file string, in WordPressImport) error {
	return c.doImport(ctx, func(d importers.Deps, o importers.Options) (importers.Report, error) {
		o.Blog, o.Attachments, o.Audience, o.Organisation, o.Source = in.Blog, in.Attachments, in.Audience, in.Organisation, in.Site
		return importers.WordPress(ctx, d, file, o)
	})
}

func (c Command) doImport(ctx context.Context, run func(importers.Deps, importers.Options) (importers.Report, error)) error {
	o := importers.Options{Progress: importers.NewProgress(c.Err, time.Now)}
	err := c.with(ctx, func(a *App) error {
		report, err := run(a.importDeps(), o)
		if err != nil {
			return err
		}
		fmt.Fprint(c.Out, report.String())
		return a.catchUp(ctx, c.Err)
	})
	if errors.Is(err, search.ErrLocked) {
		return c.importBeside(ctx, run, o)
	}
	return err
}

// importBeside imports while the hub runs on the same data folder: it writes to the database alone, and the hub hears of it
// through the events.
func (c Command) importBeside(ctx context.Context, run func(importers.Deps, importers.Options) (importers.Report, error), o importers.Options) error {
	return c.database(ctx, func(d *db.DB) error {
		store, err := files.Open(c.filesDir())
		if err != nil {
			return fmt.Errorf("open the folder of files: %w", err)
		}
		report, err := run(importDeps(d, store), o)
		if err != nil {
			return err
		}
		fmt.Fprint(c.Out, report.String())
		fmt.Fprintln(c.Out, "The running hub takes it into its search index now.")
		return nil
	})
}

// RemoveSample takes the sample content out of the hub, also while it runs.
func (c Command) RemoveSample(ctx context.Context, withReplies bool) error {
	return c.database(ctx, func(d *db.DB) error {
		store, err := files.Open(c.filesDir())
		if err != nil {
			return fmt.Errorf("open the folder of files: %w", err)
		}
		done, err := importers.RemoveSample(ctx, importDeps(d, store), withReplies)
		if err != nil {
			return err
		}
		fmt.Fprint(c.Out, "Removed\n", done.String(), "Restart the hub if it runs. Without HUB_SAMPLE it will not load the sample again.\n")
		return nil
	})
}

// Export writes the content of the hub as an archive, also while the hub runs. It is written beside file first and renamed
// when it is complete, so that half an archive never carries its name.
func (c Command) Export(ctx context.Context, file string) error {
	if _, err := os.Stat(file); err == nil {
		return errs.Conflictf("%s exists already; an export never overwrites a file.", file)
	}
	return c.database(ctx, func(d *db.DB) (err error) {
		store, err := files.Open(c.filesDir())
		if err != nil {
			return fmt.Errorf("open the folder of files: %w", err)
		}
		// SECURITY: CreateTemp lets only its owner read it; the archive holds what only some may.
		unfinished, err := os.CreateTemp(filepath.Dir(file), ".export-")
		if err != nil {
			return fmt.Errorf("write beside %s: %w", file, err)
		}
		defer os.Remove(unfinished.Name()) //nolint:errcheck // once it is renamed there is nothing to remove
		done, err := importers.Export(ctx, importDeps(d, store), unfinished, importers.NewProgress(c.Err, time.Now))
		if err == nil {
			err = unfinished.Sync()
		}
		if err = errors.Join(err, unfinished.Close()); err != nil {
			return err
		}
		if err := os.Rename(unfinished.Name(), file); err != nil {
			return err
		}
		fmt.Fprint(c.Out, done.String(), "Export written to ", file, "\n")
		return nil
	})
}

// database runs do on the database alone, which a running hub shares.
func (c Command) database(ctx context.Context, do func(d *db.DB) error) error {
	d, err := c.open(ctx, c.logger())
	if err != nil {
		return err
	}
	return errors.Join(do(d), d.Close())
}

// accounts runs do on the accounts alone, which a running hub shares too.
func (c Command) accounts(ctx context.Context, do func(d *db.DB, a *auth.Service, doors *signin.Service) error) error {
	return c.database(ctx, func(d *db.DB) error {
		log := c.logger()
		a, err := auth.New(d, kv.NewSQL(d, time.Now), auth.Config{BaseURL: c.Config.BaseURL}, time.Now, log)
		if err != nil {
			return err
		}
		return do(d, a, signin.New(d, a, people.New(d, nil, time.Now), signin.Config{BaseURL: c.Config.BaseURL}, log))
	})
}

// Reindex builds the index anew.
func (c Command) Reindex(ctx context.Context) error {
	err := c.with(ctx, func(a *App) error { return a.reindex(ctx, c.Err) })
	if errors.Is(err, search.ErrLocked) {
		return errRunning(err)
	}
	return err
}

// Backup writes a backup, also while the hub runs.
func (c Command) Backup(ctx context.Context, file string) error {
	return c.database(ctx, func(d *db.DB) error {
		if err := writeBackup(ctx, d, c.filesDir(), file, c.Version, time.Now()); err != nil {
			return err
		}
		fmt.Fprintln(c.Out, "Backup written to", file)
		return nil
	})
}

// Restore puts a backup into an empty data folder.
func (c Command) Restore(_ context.Context, file string) error {
	database, ok := db.SQLitePath(c.Config.Database.URL)
	if !ok {
		return errs.Invalidf("A backup holds a SQLite database. For PostgreSQL use pg_restore; docs/backup.md shows how.")
	}
	// What SQLite keeps beside its file would be taken for part of the restored one, and an old index for that of its content.
	for _, leftover := range []string{database + "-wal", database + "-shm", filepath.Join(c.Config.Data, "index")} {
		if !vacant(leftover) {
			return errs.Conflictf("%s is there already; restore into an empty data folder.", leftover)
		}
	}
	m, err := readBackup(file, database, c.filesDir())
	if err != nil {
		return err
	}
	fmt.Fprintf(c.Out, "Restored the backup of %s. The search index is built at the next start.\n", m.Made.In(c.Config.Location()).Format("2 January 2006, 15:04"))
	return nil
}

// Doctor checks the hub against itself; with live it only asks the running one.
func (c Command) Doctor(ctx context.Context, live bool) error {
	if live {
		return c.ping(ctx)
	}
	err := c.with(ctx, func(a *App) error { return a.doctor(ctx, c.Out) })
	if errors.Is(err, search.ErrLocked) {
		return errRunning(err)
	}
	return err
}

// ping asks the hub that runs on this machine whether it is ready.
func (c Command) ping(ctx context.Context) error {
	host, port, err := net.SplitHostPort(c.Config.Listen)
	if err != nil {
		return err
	}
	if host == "" || net.ParseIP(host).IsUnspecified() {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/readyz", nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close() //nolint:errcheck // only read
	if res.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(res.Body, 200)) // what it says is a courtesy; the status is the answer
		return errs.Unavailablef("The hub is not ready: %s", text)
	}
	return nil
}

// AdminCreate makes an account and prints a one-time link for it.
func (c Command) AdminCreate(ctx context.Context, email, name, roles string) error {
	granted, ok := auth.ParseRoles(roles)
	if !ok {
		return errs.Invalidf("There is no such role as in %q. The roles are manager, leader, moderator and admin.", roles)
	}
	return c.accounts(ctx, func(_ *db.DB, _ *auth.Service, doors *signin.Service) error {
		account, err := doors.Invite(ctx, auth.Operator(), signin.Invitation{Name: name, Email: email, Roles: granted})
		if err != nil {
			return err
		}
		link, err := doors.HandOutLink(ctx, auth.Operator(), account, auth.Invite)
		if err == nil {
			fmt.Fprintln(c.Out, link)
		}
		return err
	})
}

// AdminToken prints a new API token.
func (c Command) AdminToken(ctx context.Context, email, name string) error {
	return c.accounts(ctx, func(_ *db.DB, a *auth.Service, _ *signin.Service) error {
		token, err := a.NewAPIToken(ctx, email, name)
		if err == nil {
			fmt.Fprintln(c.Out, token)
		}
		return err
	})
}

// AdminLink prints a one-time link to choose a password.
func (c Command) AdminLink(ctx context.Context, email string) error {
	return c.accounts(ctx, func(d *db.DB, a *auth.Service, doors *signin.Service) error {
		account, err := a.ByEmail(ctx, d, email)
		if errs.IsNotFound(err) {
			return errs.NotFoundf("There is no account with this e-mail address.").Because(err)
		}
		if err != nil {
			return err
		}
		link, err := doors.HandOutLink(ctx, auth.Operator(), account.ID, "")
		if err == nil {
			fmt.Fprintln(c.Out, link)
		}
		return err
	})
}

// settings turns the configuration into the plain values that the rooms take.
func (c Command) settings() Settings {
	cfg := c.Config
	s := Settings{
		Data: cfg.Data, BaseURL: cfg.BaseURL, Timezone: cfg.Location(), Contact: address(cfg.Contact), Security: cfg.SecurityContact, Sample: cfg.Sample, InsightsK: cfg.InsightsK, RedisURL: cfg.RedisURL,
		BodyLimit: int(cfg.BodyLimit), PhotoLimit: int64(cfg.PhotoLimit), RateLimits: cfg.RateLimits,
		ProxyHeader: cfg.ProxyHeader, TrustedProxies: cfg.TrustedProxies, MetricsListen: cfg.Metrics,
		Auth:      auth.Config{BaseURL: cfg.BaseURL, Idle: cfg.SessionIdle, Absolute: cfg.SessionAbsolute},
		Feeds:     cfg.Signals.Fetch && !cfg.Sample, // anybody can sign in to a sample hub, and would have it visit what they like
		FeedsFrom: cfg.Signals.Networks(),
		SMTP:      mail.Config{Host: cfg.SMTP.Host, Port: cfg.SMTP.Port, Username: cfg.SMTP.User, Password: cfg.SMTP.Password, From: cfg.SMTP.From, TLS: cfg.SMTP.TLS},
	}
	for _, p := range cfg.SSO {
		s.Auth.Providers = append(s.Auth.Providers, auth.ProviderConfig{
			Name: p.Name, Label: p.Label, Issuer: p.Issuer, ClientID: p.ClientID, ClientSecret: p.ClientSecret,
			StaffDomains: p.StaffDomains, PartnerDomains: p.PartnerDomains, TrustEmail: p.TrustEmail, Require: p.Require, RoleMap: p.Roles,
			Claims: auth.ClaimNames{Unit: p.ClaimUnit, JobTitle: p.ClaimJobTitle, Manager: p.ClaimManager, Roles: p.RoleClaim},
		})
	}
	return s
}

// address returns the address alone of a mailbox that was checked, such as "The hub <hub@council.example>".
func address(mailbox string) string {
	a, err := netmail.ParseAddress(mailbox)
	if err != nil {
		return ""
	}
	return a.Address
}

// ShowConfig prints the settings, secrets masked.
func (c Command) ShowConfig() {
	w := tabwriter.NewWriter(c.Out, 0, 0, 2, ' ', 0)
	group := ""
	for _, o := range c.Config.Options() {
		if o.Group != group {
			group = o.Group
			fmt.Fprintf(w, "\n%s\n", group)
		}
		fmt.Fprintf(w, "  %s\t%s\t%s\t%s\n", o.Env, o.Value, o.Origin, o.Doc)
	}
	_ = w.Flush() // to the operator's terminal
	for _, warning := range c.Config.Warnings() {
		fmt.Fprintln(c.Err, "warning:", warning)
	}
}

func (c Command) filesDir() string { return filepath.Join(c.Config.Data, "files") }
