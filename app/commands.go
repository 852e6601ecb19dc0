package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/importers"
	"watercooler/app/mail"
	"watercooler/app/signin"
	"watercooler/auth"
	"watercooler/config"
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
	a, err := New(ctx, d, c.settings(), Options{Log: log, Version: c.Version})
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	return a, nil
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
func (c Command) ImportJSONL(ctx context.Context, path, source string) error {
	return c.doImport(ctx, func(d importers.Deps, o importers.Options) (importers.Report, error) {
		o.Source = source
		return importers.JSONL(ctx, d, path, o)
	})
}

func (c Command) doImport(ctx context.Context, run func(importers.Deps, importers.Options) (importers.Report, error)) error {
	return c.with(ctx, func(a *App) error {
		report, err := run(a.importDeps(), importers.Options{Progress: importers.NewProgress(c.Err, time.Now)})
		if err != nil {
			return err
		}
		fmt.Fprint(c.Out, report.String())
		return a.catchUp(ctx, c.Err)
	})
}

// Reindex builds the index anew.
func (c Command) Reindex(ctx context.Context) error {
	return c.with(ctx, func(a *App) error { return a.reindex(ctx, c.Err) })
}

// Backup writes a backup.
func (c Command) Backup(ctx context.Context, file string) error {
	d, err := c.open(ctx, c.logger())
	if err != nil {
		return err
	}
	err = writeBackup(ctx, d, c.filesDir(), file, c.Version, time.Now())
	if err == nil {
		fmt.Fprintln(c.Out, "Backup written to", file)
	}
	return errors.Join(err, d.Close())
}

// Restore puts a backup into an empty data folder.
func (c Command) Restore(_ context.Context, file string) error {
	database, ok := db.SQLitePath(c.Config.Database.URL)
	if !ok {
		return errs.Invalidf("A backup holds a SQLite database. For PostgreSQL use pg_restore; docs/backup.md shows how.")
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
	return c.with(ctx, func(a *App) error { return a.doctor(ctx, c.Out) })
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
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		text, _ := io.ReadAll(io.LimitReader(res.Body, 200)) // what it says is a courtesy; the status is the answer
		return errs.Unavailablef("The hub is not ready: %s", text)
	}
	return nil
}

// AdminCreate makes an account and prints a one-time link for it.
func (c Command) AdminCreate(ctx context.Context, email, name, roles string) error {
	return c.with(ctx, func(a *App) error {
		granted, ok := auth.ParseRoles(roles)
		if !ok {
			return errs.Invalidf("There is no such role as in %q. The roles are manager, leader, moderator and admin.", roles)
		}
		account, err := a.signin.Invite(ctx, auth.Operator(), signin.Invitation{Name: name, Email: email, Roles: granted})
		if err != nil {
			return err
		}
		link, err := a.signin.HandOutLink(ctx, auth.Operator(), account, auth.Invite)
		if err == nil {
			fmt.Fprintln(c.Out, link)
		}
		return err
	})
}

// AdminToken prints a new API token.
func (c Command) AdminToken(ctx context.Context, email, name string) error {
	return c.with(ctx, func(a *App) error {
		token, err := a.auth.NewAPIToken(ctx, email, name)
		if err == nil {
			fmt.Fprintln(c.Out, token)
		}
		return err
	})
}

// AdminLink prints a one-time link to choose a password.
func (c Command) AdminLink(ctx context.Context, email string) error {
	return c.with(ctx, func(a *App) error {
		account, err := a.auth.ByEmail(ctx, a.db, email)
		if err != nil {
			return err
		}
		link, err := a.signin.HandOutLink(ctx, auth.Operator(), account.ID, "")
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
		Data: cfg.Data, BaseURL: cfg.BaseURL, Timezone: cfg.Location(), Sample: cfg.Sample, RedisURL: cfg.RedisURL,
		BodyLimit: int(cfg.BodyLimit), PhotoLimit: int64(cfg.PhotoLimit), RateLimits: cfg.RateLimits,
		ProxyHeader: cfg.ProxyHeader, TrustedProxies: cfg.TrustedProxies, MetricsListen: cfg.Metrics,
		Auth: auth.Config{BaseURL: cfg.BaseURL, Idle: cfg.SessionIdle, Absolute: cfg.SessionAbsolute},
		SMTP: mail.Config{Host: cfg.SMTP.Host, Port: cfg.SMTP.Port, Username: cfg.SMTP.User, Password: cfg.SMTP.Password, From: cfg.SMTP.From, TLS: cfg.SMTP.TLS},
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
	w.Flush()
	for _, warning := range c.Config.Warnings() {
		fmt.Fprintln(c.Err, "warning:", warning)
	}
}

func (c Command) filesDir() string { return filepath.Join(c.Config.Data, "files") }
