// Package importers brings in what an organisation already has: a forum, a mailing list, a staff list, another hub.
//
// Every importer works in two passes. The first reads the whole input as a stream and checks it: what is broken (a truncated
// file, a wrong root element, a reply to nothing) is refused with file and line before a single row is written. The second
// reads again and writes batches through the same use cases as everything else, each batch in one transaction. Records
// carry an external id and a hash, so importing again writes only what changed: twice means no change, and an import that
// was interrupted is resumed by running it again.
//
// Nothing is lost in silence. Each importer ends with a Report of what was read, created, changed, unchanged and skipped,
// with reasons.
package importers

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"watercooler/app/blogs"
	"watercooler/app/db"
	"watercooler/app/decisions"
	"watercooler/app/errs"
	"watercooler/app/files"
	"watercooler/app/networks"
	"watercooler/app/people"
	"watercooler/app/signals"
	"watercooler/app/threads"
	"watercooler/app/topics"
	"watercooler/auth"
)

// Deps are the use cases that importers call.
type Deps struct {
	DB       *db.DB
	Files    *files.Store
	People   *people.Service
	Topics   *topics.Service
	Networks *networks.Service
	Threads  *threads.Service
	Blogs    *blogs.Service

	Decisions *decisions.Service
	Signals   *signals.Service
	// Statements are the accessibility statement and its like. nil: they stay as they are.
	Statements Statements
}

// Statements is package site, as far as an import needs it.
type Statements interface {
	Edit(ctx context.Context, v auth.Viewer, slug, body string, since time.Time) error
}

// Options say where the input belongs. The zero value is right for most.
type Options struct {
	// Source begins every external id, so that two sources never mix. Empty: taken from the input, see each importer.
	Source string
	// Organisation is where the people belong, by name. Empty: the home organisation, except for forums, mailing
	// lists and plain documents, whose people belong to an organisation named after the site, the list or the source.
	Organisation string
	// Audience is who may read the threads; empty means everyone signed in.
	Audience string
	// Network, for forums and mailing lists, is the address of the network that the threads live in; empty means none.
	Network string
	// Blog, for WordPress, is the address of the blog that the posts go to, or NewBlog. Empty: where an earlier import of the
	// site has put them, and otherwise a new one.
	Blog string
	// Attachments, for WordPress, is the folder wp-content/uploads of the site. Empty: files stay where they are.
	Attachments string
	// NoTopics, for plain documents, leaves out what they say they are about.
	NoTopics bool
	// Leavers, for staff lists: the list is complete, so whoever is missing from it has left.
	Leavers bool
	// Format, for staff lists: "" or FormatStaff, or FormatOrganogram.
	Format string
	// Date is the day a staff list was true; zero means now. Leavers left on it.
	Date time.Time
	// Progress is told how far the import is; nil is silent.
	Progress *Progress
}

// Home as Options.Organisation is the organisation that runs the hub, for importers whose default is another.
const Home = "home"

// batchSize is how many records one transaction writes: few enough that people's own writes wait less than a tenth of a
// second behind it, many enough that the cost of a commit does not show.
const batchSize = 500

// run is one import under way.
type run struct {
	Deps
	Options
	report *Report
	began  time.Time
	lives  int64 // the network that threads live in, 0 for none
}

func begin(d Deps, o Options, kind string) (*run, error) {
	if o.Audience == "" {
		o.Audience = auth.AudienceHub
	}
	if !auth.ValidAudience(o.Audience) {
		return nil, errs.Invalidf("%q is not an audience. Use public, hub or org:ID.", o.Audience)
	}
	return &run{Deps: d, Options: o, report: &Report{Kind: kind}, began: time.Now()}, nil
}

// passes brings a source in: check looks at all of it and writes nothing, write does the rest.
func (r *run) passes(ctx context.Context, check, write func(context.Context) error) (Report, error) {
	if err := check(ctx); err != nil {
		return *r.report, err
	}
	r.Progress.End()
	if err := r.founded(ctx); err != nil {
		return *r.report, err
	}
	err := write(ctx)
	r.Progress.End()
	r.report.Took = time.Since(r.began)
	return *r.report, err
}

// sourceOf returns the source named by the options, or one made from a path: "docs.jsonl.gz" → "docs".
func sourceOf(o Options, path string) string {
	if o.Source != "" {
		return strings.Trim(o.Source, "/")
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		abs = path
	}
	name := filepath.Base(abs)
	for _, ext := range []string{".gz", ".jsonl", ".ndjson", ".json", ".csv", ".xml", ".mbox", ".mbx", ".txt"} {
		name = strings.TrimSuffix(name, ext)
	}
	return name
}

// hashOf returns a digest of everything in record, whose own Hash must still be empty.
func hashOf(record any) (string, error) {
	raw, err := json.Marshal(record)
	if err != nil {
		return "", fmt.Errorf("hash record: %w", err)
	}
	sum := sha256.Sum256(raw)
	return base64.RawURLEncoding.EncodeToString(sum[:]), nil
}

// fill sets the hash of a record that has none yet.
func fill(hash *string, record any) (err error) {
	if *hash == "" {
		*hash, err = hashOf(record)
	}
	return err
}

// batch collects records and writes them batchSize at a time.
type batch[T any] struct {
	ctx   context.Context
	r     *run
	noun  string
	list  []T
	write func(ctx context.Context, tx *db.Tx, list []T) (outcome, error)
}

// outcome is what one call of an import use case did, in the words of the report.
type outcome struct {
	created, changed, unchanged int
	skipped                     []threads.Skipped
}

func outcomeOf(out threads.Outcome) outcome {
	return outcome{out.Created, out.Changed, out.Unchanged, out.Skipped}
}

func (b *batch[T]) add(record T) error {
	b.list = append(b.list, record)
	if len(b.list) < batchSize {
		return nil
	}
	return b.flush()
}

// flush writes what is collected, in one transaction.
func (b *batch[T]) flush() error {
	if len(b.list) == 0 {
		return nil
	}
	var out outcome
	err := b.r.DB.Tx(b.ctx, func(tx *db.Tx) (err error) {
		out, err = b.write(b.ctx, tx, b.list)
		return err
	})
	if err != nil {
		return fmt.Errorf("write %s: %w", b.noun, err)
	}
	c := b.r.report.count(b.noun)
	c.Created += out.created
	c.Changed += out.changed
	c.Unchanged += out.unchanged
	for _, s := range out.skipped {
		b.r.report.skip(b.noun, s.Reason, s.ExternalID)
	}
	b.r.Progress.Add(len(b.list))
	b.list = b.list[:0]
	return nil
}

// people returns a batch that writes people and remembers nothing but counts.
func (r *run) people(ctx context.Context, noun string) *batch[people.Record] {
	return &batch[people.Record]{ctx: ctx, r: r, noun: noun, write: func(ctx context.Context, tx *db.Tx, list []people.Record) (outcome, error) {
		for i := range list {
			if err := fill(&list[i].Hash, list[i]); err != nil {
				return outcome{}, err
			}
		}
		out, err := r.People.ImportPeople(ctx, tx, list)
		return outcome{created: out.Created, changed: out.Changed, unchanged: out.Unchanged}, err
	}}
}

func (r *run) topics(ctx context.Context, noun string) *batch[topics.Record] {
	return &batch[topics.Record]{ctx: ctx, r: r, noun: noun, write: func(ctx context.Context, tx *db.Tx, list []topics.Record) (outcome, error) {
		out, err := r.Topics.ImportTopics(ctx, tx, list)
		return outcome{created: out.Created, changed: out.Changed, unchanged: out.Unchanged}, err
	}}
}

func (r *run) threads(ctx context.Context, noun string) *batch[threads.ThreadRecord] {
	return &batch[threads.ThreadRecord]{ctx: ctx, r: r, noun: noun, write: func(ctx context.Context, tx *db.Tx, list []threads.ThreadRecord) (outcome, error) {
		for i := range list {
			if err := fill(&list[i].Hash, list[i]); err != nil {
				return outcome{}, err
			}
		}
		out, err := r.Threads.ImportThreads(ctx, tx, list)
		return outcome{out.Created, out.Changed, out.Unchanged, out.Skipped}, err
	}}
}

func (r *run) replies(ctx context.Context, noun string) *batch[threads.ReplyRecord] {
	return &batch[threads.ReplyRecord]{ctx: ctx, r: r, noun: noun, write: func(ctx context.Context, tx *db.Tx, list []threads.ReplyRecord) (outcome, error) {
		for i := range list {
			if err := fill(&list[i].Hash, list[i]); err != nil {
				return outcome{}, err
			}
		}
		out, err := r.Threads.ImportReplies(ctx, tx, list)
		return outcome{out.Created, out.Changed, out.Unchanged, out.Skipped}, err
	}}
}

func (r *run) coAuthors(ctx context.Context, noun string) *batch[blogs.CoAuthorsRecord] {
	return &batch[blogs.CoAuthorsRecord]{ctx: ctx, r: r, noun: noun, write: func(ctx context.Context, tx *db.Tx, list []blogs.CoAuthorsRecord) (outcome, error) {
		out, err := r.Blogs.ImportCoAuthors(ctx, tx, list)
		return outcome{changed: out.Changed, unchanged: out.Unchanged}, err
	}}
}

func (r *run) watches(ctx context.Context, noun string) *batch[threads.WatchRecord] {
	return &batch[threads.WatchRecord]{ctx: ctx, r: r, noun: noun, write: func(ctx context.Context, tx *db.Tx, list []threads.WatchRecord) (outcome, error) {
		out, err := r.Threads.ImportWatches(ctx, tx, list)
		return outcome{created: out.Created, unchanged: out.Unchanged}, err
	}}
}

// unnamed is what an import calls the home organisation of a hub that nobody has set up yet. The first run asks for its name.
const unnamed = "Our organisation"

// findNetwork finds the network that the options name.
func (r *run) findNetwork(ctx context.Context) error {
	if r.Network == "" {
		return nil
	}
	var access string
	err := r.DB.QueryRow(ctx, `
		SELECT n.id, n.access
		FROM networks n
		WHERE n.slug = $1`, r.Network).Scan(&r.lives, &access)
	switch {
	case errs.IsNotFound(err):
		return errs.NotFoundf("There is no network /networks/%s in the hub.", r.Network)
	case err != nil:
		return fmt.Errorf("find network %s: %w", r.Network, err)
	case networks.Access(access) != networks.Open && r.Audience != auth.NetworkAudience(r.lives):
		r.report.note("What is written in /networks/%s is for its members only.", r.Network)
	}
	return nil
}

// founded makes sure that there is a home organisation to import into.
func (r *run) founded(ctx context.Context) error {
	_, err := r.People.Home(ctx)
	if !errs.IsNotFound(err) {
		return err
	}
	if err := r.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := r.People.Found(ctx, tx, unnamed)
		return err
	}); err != nil {
		return fmt.Errorf("found the home organisation: %w", err)
	}
	r.report.note("This hub was empty. Its organisation is called \"" + unnamed + "\" until the first run names it.")
	return nil
}
