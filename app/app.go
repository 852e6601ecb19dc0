// Package app is the hub: it wires the rooms together (app.go), lists every address (routes.go), answers and stops
// (server.go), does what is due now and then (jobs.go), and is what the commands of the program do (commands.go).
//
// Everything that was configured comes in here and is passed down as plain values; no other package reads configuration.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"

	"watercooler/app/admin"
	"watercooler/app/blogs"
	"watercooler/app/briefs"
	"watercooler/app/db"
	"watercooler/app/decisions"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/app/experts"
	"watercooler/app/files"
	"watercooler/app/find"
	"watercooler/app/importers"
	"watercooler/app/insights"
	"watercooler/app/kv"
	"watercooler/app/mail"
	"watercooler/app/maps"
	"watercooler/app/networks"
	"watercooler/app/people"
	"watercooler/app/reflections"
	"watercooler/app/routing"
	"watercooler/app/signals"
	"watercooler/app/signin"
	"watercooler/app/site"
	"watercooler/app/symptoms"
	"watercooler/app/threads"
	"watercooler/app/topics"
	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/search"
)

// Settings is what the hub needs to know, as plain values. Command fills it from package config.
type Settings struct {
	Data           string // folder of index and files
	BaseURL        string
	Timezone       *time.Location
	Contact        string // e-mail address for questions about the hub, "" for none
	Security       string // where to report a weakness, "" for nowhere
	Sample         bool
	InsightsK      int // how many people must stand behind a figure
	RedisURL       string
	BodyLimit      int // bytes
	PhotoLimit     int64
	RateLimits     bool
	ProxyHeader    string
	TrustedProxies []string
	MetricsListen  string // "" for none
	Auth           auth.Config
	SMTP           mail.Config    // without a host no letters are sent
	Feeds          bool           // read the feeds that are among the sources of signals
	FeedsFrom      []netip.Prefix // addresses that are read although they are not public
}

// Options are the parts of a hub that tests replace.
type Options struct {
	Log     *slog.Logger
	Now     func() time.Time // time.Now when nil
	Version string
	Out     io.Writer                             // is shown how far a rebuild of the index is; nil shows nobody
	Mail    mail.Sender                           // instead of SMTP
	Context func(context.Context) context.Context // from which each request's context is made: to count queries, to bring a deadline forward
}

// App is one running hub.
type App struct {
	cfg     Settings
	log     *slog.Logger
	now     func() time.Time
	version string
	out     io.Writer

	db         *db.DB
	kv         kv.Store
	files      *files.Store
	index      *search.Index
	stale      bool // the index was missing or of another form at start: rebuild it
	dispatcher *event.Dispatcher

	auth     *auth.Service
	people   *people.Service
	topics   *topics.Service
	threads  *threads.Service
	decides  *decisions.Service
	networks *networks.Service
	readers  *blogs.Readers
	blogs    *blogs.Service
	signin   *signin.Service
	site     *site.Service
	find     *find.Service
	experts  *experts.Service
	routing  *routing.Service
	signals  *signals.Service
	learning *reflections.Service
	insights *insights.Service
	maps     *maps.Service
	briefs   *briefs.Service
	symptoms *symptoms.Service
	admin    *admin.Service

	web     *web.Web
	metrics *metrics
	server  server
	ready   atomic.Bool // people should be sent to this process
}

// New wires a hub on d, which is migrated, and owns d from then on: Close closes it.
func New(ctx context.Context, d *db.DB, s Settings, o Options) (_ *App, err error) {
	a := &App{cfg: s, log: o.Log, now: o.Now, version: o.Version, out: o.Out, db: d}
	if a.out == nil {
		a.out = io.Discard
	}
	if a.now == nil {
		a.now = time.Now
	}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.closeStores())
		}
	}()
	if err := a.openStores(ctx); err != nil {
		return nil, err
	}
	if err := a.wire(ctx, o); err != nil {
		return nil, err
	}
	return a, nil
}

func (a *App) openStores(ctx context.Context) (err error) {
	if a.cfg.RedisURL != "" {
		a.kv, err = kv.NewRedis(ctx, a.cfg.RedisURL, a.log)
	} else {
		a.kv = kv.NewSQL(a.db, a.now)
	}
	if err != nil {
		return fmt.Errorf("open Redis: %w", err)
	}
	if a.files, err = files.Open(filepath.Join(a.cfg.Data, "files")); err != nil {
		return fmt.Errorf("open the folder of files: %w", err)
	}
	a.index, err = search.Open(search.Options{Dir: filepath.Join(a.cfg.Data, "index"), Log: a.log, Now: a.now})
	if errors.Is(err, search.ErrStale) {
		a.stale, err = true, nil
	}
	return err
}

func (a *App) wire(ctx context.Context, o Options) (err error) {
	a.people = people.New(a.db, a.files, a.now)
	if a.cfg.PhotoLimit > 0 {
		a.people.LimitPhotos(a.cfg.PhotoLimit)
	}
	a.topics = topics.New(a.db, a.now)
	a.threads = threads.New(a.db, topicSource{a.topics}, a.now)
	a.decides = decisions.New(a.db, a.threads, a.cfg.Timezone, a.cfg.BaseURL, a.now)
	a.threads.Room(threads.Decision, a.decides)
	a.people.Topics(askSource{a.topics})
	a.networks = networks.New(a.db, a.threads, a.now)
	a.find = find.New(a.db, a.index, a.now)
	a.find.Files(a.files)
	a.experts = experts.New(a.db, a.index, knownSource{a.topics}, a.people, a.now)
	a.routing = routing.New(a.db, knowers{a.experts}, a.cfg.Timezone, a.now)
	a.insights = insights.New(a.db, a.cfg.Timezone, a.cfg.InsightsK, a.now)
	a.maps = maps.New(a.db, a.insights, a.cfg.Timezone, a.cfg.InsightsK, a.now)
	a.symptoms = symptoms.New(a.db, symptoms.Options{Zone: a.cfg.Timezone, K: a.cfg.InsightsK, Looks: a.insights, Now: a.now})
	a.learning = reflections.New(a.db, a.threads, a.find, a.cfg.Timezone, a.now)
	a.signals = signals.New(a.db, a.threads, topicSource{a.topics}, signals.Config{
		Fetch: a.cfg.Feeds, Allow: a.cfg.FeedsFrom, Hub: a.hubName, BaseURL: a.cfg.BaseURL, Contact: a.cfg.Contact,
	}, a.now)
	a.topics.ReferredBy(a.threads, a.people, a.experts, a.signals)
	if a.auth, err = auth.New(a.db, a.kv, a.cfg.Auth, a.now, a.log); err != nil {
		return err
	}
	a.blogs = blogs.New(a.db, a.threads, a.files, blogs.Options{Viewers: a.auth, Timezone: a.cfg.Timezone, Now: a.now})
	a.people.Files(attachments{a.threads}, covers{a.blogs})
	if a.web, err = web.New(web.Config{
		BaseURL: a.cfg.BaseURL, Hub: a.hubName, Sample: a.cfg.Sample, Timezone: a.cfg.Timezone, Now: a.now, Log: a.log,
	}); err != nil {
		return err
	}
	if a.site, err = site.New(a.db, site.Config{
		BaseURL: a.cfg.BaseURL, Hub: a.hubName, Contact: a.cfg.Contact, Security: a.cfg.Security, Sample: a.cfg.Sample, Idle: a.cfg.Auth.Idle, Absolute: a.cfg.Auth.Absolute,
	}, a.now); err != nil {
		return err
	}
	sender := o.Mail
	if sender == nil && a.cfg.SMTP.Host != "" {
		if sender, err = mail.NewSMTP(a.cfg.SMTP); err != nil {
			return fmt.Errorf("prepare the mail server: %w", err)
		}
	}
	a.readers = blogs.NewReaders(a.blogs, blogs.ReadersConfig{BaseURL: a.cfg.BaseURL, Hub: a.hubName, Mail: sender, Mailboxes: mailboxes{a}})
	a.find.Letters(find.Letters{BaseURL: a.cfg.BaseURL, Hub: a.hubName, Zone: a.cfg.Timezone, Mail: sender, People: recipients{a.auth, mailboxes{a}}})
	a.briefs = briefs.New(a.db, a.people, a.networks, topicVisits{a.topics}, briefs.Config{
		K: a.cfg.InsightsK, Zone: a.cfg.Timezone, Letters: briefs.Letters{BaseURL: a.cfg.BaseURL, Hub: a.hubName, Mail: sender, People: recipients{a.auth, mailboxes{a}}},
	}, a.now)
	a.signin = signin.New(a.db, a.auth, a.people, signin.Config{BaseURL: a.cfg.BaseURL, Sample: a.cfg.Sample, Mail: sender, Hub: a.hubName}, a.log)

	instance, err := a.instance()
	if err != nil {
		return err
	}
	own := searchConsumer + instance
	a.dispatcher = event.NewDispatcher(a.db, a.log, event.Options{}, a.find.Consumer(own), a.experts.Consumer(), a.routing.Consumer(), a.learning.Consumer(), a.insights.Consumer(), a.signin.Letters(), a.readers.Letters())
	unknown, err := a.dispatcher.Unknown(ctx)
	if err != nil {
		return err
	}
	// An index whose server this database does not know is that of another hub, or events have passed it by.
	a.stale = a.stale || slices.Contains(unknown, own)
	if slices.Contains(unknown, experts.ConsumerName) { // a database from before there were experts; should this be cut short, it is done again
		if err := a.experts.Recount(ctx); err != nil {
			return err
		}
	}
	if slices.Contains(unknown, insights.ConsumerName) { // as with experts
		if err := a.countInsights(ctx, a.out); err != nil {
			return err
		}
	}
	if err := a.dispatcher.Register(ctx); err != nil {
		return fmt.Errorf("register the event consumers: %w", err)
	}
	if err := a.dispatcher.Reclaim(ctx, own); err != nil { // whoever has the index open is the only one
		return err
	}
	a.admin = admin.New(a.db, accounts{a.signin}, a.dispatcher, a.index, a.now)
	a.metrics = newMetrics(a.documents, a.lag)
	a.server = a.newServer(o.Context)
	return nil
}

// searchConsumer begins the names of the consumers that keep search indexes level, one for each server.
const searchConsumer = "search:"

// instance names this process's search index among all servers on one database. It is kept beside the index: a new folder
// is a new consumer, which begins with a rebuild.
func (a *App) instance() (string, error) {
	path := filepath.Join(a.cfg.Data, "instance")
	name, err := os.ReadFile(path)
	if err == nil {
		return string(name), nil
	}
	if !os.IsNotExist(err) {
		return "", err
	}
	fresh := newInstanceName()
	return fresh, os.WriteFile(path, []byte(fresh), 0o600)
}

// hubName is the name of the home organisation, "" before the first run.
func (a *App) hubName() string {
	home, err := a.people.Home(context.Background())
	if err != nil && !errs.IsNotFound(err) {
		a.log.Error("read the home organisation", "err", err)
	}
	return home.Name
}

func (a *App) documents() float64 {
	n, err := a.index.Count()
	if err != nil {
		a.log.Warn("count documents", "err", err)
	}
	return float64(n)
}

func (a *App) importDeps() importers.Deps {
	return importers.Deps{
		DB: a.db, Files: a.files, People: a.people, Topics: a.topics, Networks: a.networks, Threads: a.threads, Blogs: a.blogs, Decisions: a.decides, Signals: a.signals, Statements: a.site,
	}
}

// importDeps is App.importDeps for a program that only writes to the database of a hub that runs.
func importDeps(d *db.DB, store *files.Store) importers.Deps {
	t := topics.New(d, time.Now)
	talk := threads.New(d, topicSource{t}, time.Now)
	return importers.Deps{
		DB: d, Files: store, People: people.New(d, store, time.Now), Topics: t, Networks: networks.New(d, talk, time.Now), Threads: talk,
		Blogs: blogs.New(d, talk, store, blogs.Options{}), Decisions: decisions.New(d, talk, time.UTC, "", time.Now),
		Signals: signals.New(d, talk, topicSource{t}, signals.Config{}, time.Now),
	}
}

// Drain hands every event on, and makes the figures that rest on them, before it returns: for tests and for commands that end.
func (a *App) Drain(ctx context.Context) error {
	if err := a.dispatcher.Drain(ctx); err != nil {
		return err
	}
	if err := a.insights.AddUpSearches(ctx, insights.Months); err != nil {
		return err
	}
	return a.insights.Settle(ctx)
}

// Close closes what New opened.
func (a *App) Close() error { return a.closeStores() }

func (a *App) closeStores() error {
	var all []error
	if a.index != nil {
		all = append(all, a.index.Close())
	}
	if a.kv != nil {
		all = append(all, a.kv.Close())
	}
	return errors.Join(append(all, a.db.Close())...)
}

// accounts lets admin, which may not know signin, invite people with plain values.
type accounts struct{ *signin.Service }

func (a accounts) Invite(ctx context.Context, v auth.Viewer, name, email string, roles auth.Role) (int64, error) {
	return a.Service.Invite(ctx, v, signin.Invitation{Name: name, Email: email, Roles: roles})
}

// mailboxes tells blogs where people get letters.
type mailboxes struct{ *App }

func (m mailboxes) Mailbox(ctx context.Context, v auth.Viewer) (string, error) {
	account, err := m.auth.ByID(ctx, m.db, v.Account)
	if err != nil || !account.Verified || account.Disabled || account.Left {
		return "", err
	}
	return account.Email, nil
}

// recipients tells find and briefs whom they may write to, and where.
type recipients struct {
	*auth.Service
	mailboxes
}

// topicSource lets threads ask the topics slice, which it may not import.
type topicSource struct{ topics *topics.Service }

func (t topicSource) Resolve(ctx context.Context, names []string) ([]threads.Topic, []string, error) {
	known, unknown, err := t.topics.Resolve(ctx, names)
	return threadTopics(known), unknown, err
}

func (t topicSource) Suggest(ctx context.Context, text string, limit int) ([]threads.Topic, error) {
	list, err := t.topics.Suggest(ctx, text, limit)
	return threadTopics(list), err
}

func threadTopics(list []topics.Topic) []threads.Topic {
	out := make([]threads.Topic, len(list))
	for i, t := range list {
		out[i] = threads.Topic{ID: t.ID, Slug: t.Slug, Name: t.Name}
	}
	return out
}
