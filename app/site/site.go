// Package site is the hub's face towards strangers and machines: the page that greets somebody signed out, what search
// engines may visit, whom to tell of a weakness, and the three statements a public body owes its readers.
//
// Everything here is about what is public. It knows one audience, and nothing it says depends on what lies outside it.
package site

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"html"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/app/markup"
	"watercooler/auth"
)

// Config is what the hub says of itself.
type Config struct {
	BaseURL  string        // as people type it
	Hub      func() string // name of the home organisation, "" before the first run
	Contact  string        // e-mail address for questions, "" when there is none
	Security string        // e-mail or https:// address to report weaknesses to, "" when there is none
	Sample   bool          // the sample hub, which search engines leave out
	Idle     time.Duration // a session not used for this long is over; 12 hours when zero, as in package auth
	Absolute time.Duration // a session is over after this long in any case; 30 days when zero
}

// Service holds the use cases of the site.
type Service struct {
	db       *db.DB
	cfg      Config
	now      func() time.Time
	original map[string]rendered
}

// Statement is one of the pages a public body owes its readers.
type Statement struct {
	Slug      string
	Title     string
	Body      string // Markdown with placeholders
	HTML      string // safe to show, placeholders filled
	ChangedAt time.Time
	ChangedBy string // name of the administrator
	Original  bool   // the text that came with the hub
}

// Path returns the statement's address.
func (s Statement) Path() string { return "/site/" + s.Slug }

// titles are the statements there are. The number is what the event log calls each.
var titles = map[string]struct {
	id    int64
	title string
}{
	"accessibility": {1, "Accessibility statement"},
	"privacy":       {2, "Privacy notice"},
	"cookies":       {3, "Cookies"},
}

//go:embed statements/*.md
var originals embed.FS

type rendered struct{ body, html string }

// New returns the site of the hub kept in d.
func New(d *db.DB, cfg Config, now func() time.Time) (*Service, error) {
	if cfg.Idle <= 0 {
		cfg.Idle = 12 * time.Hour
	}
	if cfg.Absolute <= 0 {
		cfg.Absolute = 30 * 24 * time.Hour
	}
	s := &Service{db: d, cfg: cfg, now: now, original: make(map[string]rendered, len(titles))}
	for slug := range titles {
		body, err := originals.ReadFile("statements/" + slug + ".md")
		if err != nil {
			return nil, fmt.Errorf("read statement %s: %w", slug, err)
		}
		doc, err := markup.Render(string(body), markup.Options{Top: 2})
		if err != nil {
			return nil, fmt.Errorf("render statement %s: %w", slug, err)
		}
		s.original[slug] = rendered{string(body), doc.HTML}
	}
	return s, nil
}

var (
	errNoPage  = errs.NotFoundf("There is no such page.")
	errChanged = errs.Conflictf("Somebody else has changed this statement in the meantime. Copy your text, open the page again and put it in.")
)

// Find returns the statement at slug: as an administrator wrote it, or as it came with the hub.
func (s *Service) Find(ctx context.Context, slug string) (Statement, error) {
	if _, ok := titles[slug]; !ok {
		return Statement{}, errNoPage
	}
	st, renderer, err := selectStatement(ctx, s.db, slug)
	switch {
	case errs.IsNotFound(err):
		first := s.original[slug]
		st = Statement{Slug: slug, Body: first.body, HTML: first.html, Original: true}
	case err != nil:
		return Statement{}, fmt.Errorf("read statement %s: %w", slug, err)
	case renderer != markup.Version:
		doc, err := markup.Render(st.Body, markup.Options{Top: 2})
		if err != nil {
			return Statement{}, fmt.Errorf("render statement %s: %w", slug, err)
		}
		st.HTML = doc.HTML
	}
	st.Title, st.HTML = titles[slug].title, s.filled(st.HTML)
	return st, nil
}

// filled puts the organisation and the contact in the place of their marks, in the text between the tags and not within one:
// the marks stand in text that was made safe, and what takes their place is escaped.
func (s *Service) filled(safe string) string {
	hub := s.cfg.Hub()
	if hub == "" {
		hub = "the organisation that runs this hub"
	}
	contact := html.EscapeString("the people who look after this hub at " + hub)
	if s.cfg.Contact != "" {
		contact = `<a href="mailto:` + html.EscapeString(s.cfg.Contact) + `">` + html.EscapeString(s.cfg.Contact) + `</a>`
	}
	marks := strings.NewReplacer("{organisation}", html.EscapeString(hub), "{contact}", contact, "{address}", html.EscapeString(s.cfg.BaseURL),
		"{idle}", lasts(s.cfg.Idle), "{session}", lasts(s.cfg.Absolute))
	var b strings.Builder
	for safe != "" {
		text, rest, tagged := strings.Cut(safe, "<")
		b.WriteString(marks.Replace(text))
		if !tagged {
			break
		}
		tag, after, _ := strings.Cut(rest, ">")
		b.WriteString("<" + tag + ">")
		safe = after
	}
	return b.String()
}

// lasts says a duration in words.
func lasts(d time.Duration) string {
	n, unit := int(d/time.Minute), "minute"
	switch {
	case d >= 48*time.Hour:
		n, unit = int(d/(24*time.Hour)), "day"
	case d >= 2*time.Hour:
		n, unit = int(d/time.Hour), "hour"
	}
	if n == 1 {
		return "1 " + unit
	}
	return strconv.Itoa(n) + " " + unit + "s"
}

// keeper says whether v may change statements. To others there is nothing to change.
func keeper(v auth.Viewer) error {
	if !v.Is(auth.Admin) {
		return errNoPage
	}
	return nil
}

// Edit writes body over the statement at slug. since is when the text that v saw was written, zero for the one that came
// with the hub; a text written after that is not lost.
func (s *Service) Edit(ctx context.Context, v auth.Viewer, slug, body string, since time.Time) error {
	if err := keeper(v); err != nil {
		return err
	}
	if _, ok := titles[slug]; !ok {
		return errNoPage
	}
	doc, err := s.checked(body)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := unchanged(ctx, tx, slug, since); err != nil {
			return err
		}
		if err := upsertStatement(ctx, tx, slug, body, doc.HTML, v.Person); err != nil {
			return fmt.Errorf("write statement %s: %w", slug, err)
		}
		return appendEvent(ctx, tx, v, "statement.edited", slug, body)
	})
}

func (s *Service) checked(body string) (markup.Doc, error) {
	if strings.TrimSpace(body) == "" {
		return markup.Doc{}, errs.InvalidFields(errs.Field{Name: "body", Text: "Write the statement, or restore the text that came with the hub."})
	}
	if n := utf8.RuneCountInString(body); n > markup.MaxPost {
		return markup.Doc{}, errs.InvalidFields(errs.Field{Name: "body", Text: fmt.Sprintf("Shorten the text to %d characters; it has %d.", markup.MaxPost, n)})
	}
	doc, err := markup.Render(body, markup.Options{Top: 2})
	if err != nil {
		return markup.Doc{}, errs.InvalidFields(errs.Field{Name: "body", Text: err.Error()})
	}
	return doc, nil
}

// Restore brings back the text that came with the hub.
func (s *Service) Restore(ctx context.Context, v auth.Viewer, slug string) error {
	if err := keeper(v); err != nil {
		return err
	}
	if _, ok := titles[slug]; !ok {
		return errNoPage
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		n, err := deleteStatement(ctx, tx, slug)
		if err != nil || n == 0 {
			return err
		}
		return appendEvent(ctx, tx, v, "statement.restored", slug, "")
	})
}

// unchanged refuses to go on when the statement is not the one that was seen.
func unchanged(ctx context.Context, tx *db.Tx, slug string, since time.Time) error {
	st, _, err := selectStatement(ctx, tx, slug)
	if err != nil && !errs.IsNotFound(err) {
		return fmt.Errorf("read statement %s: %w", slug, err)
	}
	if !st.ChangedAt.Equal(since) {
		return errChanged
	}
	return nil
}

// appendEvent keeps each text in the log: what a public body has promised, and when, can be looked up.
func appendEvent(ctx context.Context, tx *db.Tx, v auth.Viewer, verb, slug, body string) error {
	data, err := json.Marshal(map[string]string{"slug": slug, "body": body})
	if err != nil {
		return fmt.Errorf("describe statement %s: %w", slug, err)
	}
	return event.Append(ctx, tx, event.Event{
		Actor: v.Person, Verb: verb, Object: event.Ref{Kind: "statement", ID: titles[slug].id}, Audience: auth.AudiencePublic, Data: string(data),
	})
}
