package blogs

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/markup"
	"watercooler/app/threads"
	"watercooler/auth"
)

// Draft is a post before it is published. It is seen by who began it, by those named as writing it with them, and by those
// who look after the blog.
type Draft struct {
	ID        int64
	Blog      Blog // with what the viewer may do there
	Author    threads.Author
	Others    string // handles of the others who write it, separated by spaces
	Title     string
	Slug      string // "" makes one of the title
	Summary   string
	Body      string // Markdown
	Topics    string // as typed, comma separated
	Audience  string
	Cover     string // key in app/files, "" for none
	CoverAlt  string
	Series    Series
	PublishAt time.Time // scheduled; zero is not
	Problem   string    // why it could not be published when its time came
	Shared    bool      // there is a link with which anybody can read it
	Revision  int
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Path returns the address where the draft is written.
func (d Draft) Path() string { return fmt.Sprintf("/blog/drafts/%d", d.ID) }

// CanPublish reports whether the viewer may make it public: whoever writes in the blog, or looks after it.
func (d Draft) CanPublish() bool { return d.Blog.CanWrite || d.Blog.CanKeep }

// DraftInput is a draft as its form holds it.
type DraftInput struct {
	Revision    int // the one it was read at
	Title       string
	Slug        string
	Summary     string
	Body        string
	Topics      string // comma separated
	Authors     string // handles of the others, as typed
	Audience    string // "" is that of the blog
	Cover       string // key of a new picture; "" leaves the one there is
	RemoveCover bool
	CoverAlt    string
	Series      string // slug of a series of the blog, "" for none
	NewSeries   string // name of one to begin, instead
}

// Limits of drafts and posts, in characters unless they say otherwise.
const (
	MaxSummary  = 300
	maxAlt      = 300
	maxSeries   = 80
	maxDraft    = 500_000 // bytes: room for a text that is too long to publish, which must not be lost either
	maxDrafts   = 500     // of one blog
	listedDraft = 100     // in a list
)

var (
	noDraft   = errs.NotFoundf("There is no such draft. It may have been published or deleted.")
	overtaken = errs.Conflictf("Somebody else saved this draft while you were writing. Your text is kept here; below it is what it says now.")
)

// tidy checks what does not need the database.
func (in *DraftInput) tidy() error {
	in.Title, in.Summary, in.CoverAlt, in.NewSeries = oneLine(in.Title), oneLine(in.Summary), oneLine(in.CoverAlt), oneLine(in.NewSeries)
	in.Slug, in.Topics = oneLine(in.Slug), oneLine(in.Topics)
	if in.Slug != "" {
		in.Slug = markup.Slug(in.Slug)
	}
	var wrong []errs.Field
	for _, f := range []struct {
		name, text string
		max        int
	}{
		{"title", in.Title, threads.MaxTitle}, {"summary", in.Summary, MaxSummary}, {"cover_alt", in.CoverAlt, maxAlt}, {"new_series", in.NewSeries, maxSeries},
	} {
		if n := utf8.RuneCountInString(f.text); n > f.max {
			wrong = append(wrong, errs.Field{Name: f.name, Text: fmt.Sprintf("Shorten this to %d characters; it has %d.", f.max, n)})
		}
	}
	if len(in.Body)+len(in.Topics)+len(in.Authors) > maxDraft {
		wrong = append(wrong, errs.Field{Name: "body", Text: "This text is too long to keep as a draft. Keep a copy of it elsewhere and shorten it."})
	}
	return errs.InvalidFields(wrong...)
}

// Begin starts a draft in a blog and returns its id.
func (s *Service) Begin(ctx context.Context, v auth.Viewer, slug string, in DraftInput) (int64, error) {
	if !v.SignedIn() {
		return 0, signIn
	}
	if err := in.tidy(); err != nil {
		return 0, err
	}
	var id int64
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		b, err := selectBlog(ctx, tx, v, tx.Now(), slug)
		switch {
		case err != nil:
			return err
		case !b.CanWrite && !b.CanKeep:
			return notYour
		}
		d := Draft{Blog: b, Author: threads.Author{ID: v.Person, Handle: v.Handle}}
		if err := s.fill(ctx, tx, v, &d, in); err != nil {
			return err
		}
		id, err = insertDraft(ctx, tx, d)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("begin a draft in blog %q: %w", slug, err)
	}
	return id, nil
}

// Save writes what somebody made of a draft. Conflict means that somebody else saved it since in.Revision; nothing was
// written. It is none when what they saved is the same: a browser that saves while somebody writes may still be at it when
// they press a button. A problem from the last attempt to publish is over with it.
func (s *Service) Save(ctx context.Context, v auth.Viewer, id int64, in DraftInput) error {
	if err := in.tidy(); err != nil {
		return err
	}
	err := s.changeDraft(ctx, v, id, func(tx *db.Tx, d Draft) error {
		was := d
		d.Revision = in.Revision
		if err := s.fill(ctx, tx, v, &d, in); err != nil {
			return err
		}
		saved, err := updateDraft(ctx, tx, d)
		if err == nil && !saved && !d.says(was) {
			return overtaken
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("save draft %d: %w", id, err)
	}
	return nil
}

// says reports whether d says what other says, whenever each was saved.
func (d Draft) says(other Draft) bool {
	return d.Title == other.Title && d.Slug == other.Slug && d.Summary == other.Summary && d.Body == other.Body && d.Topics == other.Topics &&
		d.Audience == other.Audience && d.Cover == other.Cover && d.CoverAlt == other.CoverAlt && d.Series.ID == other.Series.ID && d.Others == other.Others
}

// fill puts what a form holds into d, looking up people and series.
func (s *Service) fill(ctx context.Context, tx *db.Tx, v auth.Viewer, d *Draft, in DraftInput) error {
	d.Title, d.Slug, d.Summary, d.Body, d.Topics, d.CoverAlt = in.Title, in.Slug, in.Summary, in.Body, in.Topics, in.CoverAlt
	d.Problem = ""
	if in.RemoveCover {
		d.Cover = ""
	}
	if in.Cover != "" {
		d.Cover = in.Cover
	}
	var wrong []errs.Field
	was := d.Audience
	if d.Audience = in.Audience; d.Audience == "" {
		d.Audience = d.Blog.Audience
	}
	// Somebody who writes with others need not be of the organisation it is for: what it was, it may stay.
	if d.Audience != was && !slices.Contains(d.Blog.Audiences(v), d.Audience) {
		wrong = append(wrong, wrongAudience)
	}
	others, text, err := s.others(ctx, tx, *d, in.Authors)
	if err != nil {
		return err
	}
	if text != "" {
		wrong = append(wrong, errs.Field{Name: "authors", Text: text})
	}
	d.Others = strings.Join(others, " ")
	if err := errs.InvalidFields(wrong...); err != nil {
		return err
	}
	d.Series, err = chooseSeries(ctx, tx, d.Blog.ID, in.Series, in.NewSeries)
	return err
}

// others returns the handles of those who write d with its author, and what is wrong with what was typed.
func (s *Service) others(ctx context.Context, tx *db.Tx, d Draft, typed string) (handles []string, wrong string, err error) {
	handles = slices.DeleteFunc(handlesOf(typed), func(h string) bool { return h == d.Author.Handle })
	if len(handles) > maxOthers {
		return nil, fmt.Sprintf("Name at most %d others.", maxOthers), nil
	}
	found, err := selectPeople(ctx, tx, handles)
	if err != nil {
		return nil, "", err
	}
	var unknown []string
	for _, h := range handles {
		if !slices.ContainsFunc(found, func(p threads.Author) bool { return p.Handle == h }) {
			unknown = append(unknown, "“"+h+"”")
		}
	}
	if len(unknown) > 0 {
		return nil, "There is nobody called " + strings.Join(unknown, " or ") + " here. Use what stands at the end of the address of their profile, such as sian-rees.", nil
	}
	return handles, "", nil
}

// Draft returns a draft with its text.
func (s *Service) Draft(ctx context.Context, v auth.Viewer, id int64) (Draft, error) {
	d, err := s.findDraft(ctx, s.db, v, id)
	if err != nil {
		return Draft{}, fmt.Errorf("draft %d: %w", id, err)
	}
	return d, nil
}

// findDraft reads a draft that v may see.
//
// SECURITY: drafts have no audience. Who sees one is decided here and in selectDrafts, and nowhere else.
func (s *Service) findDraft(ctx context.Context, q db.Querier, v auth.Viewer, id int64) (Draft, error) {
	if !v.SignedIn() {
		return Draft{}, signIn
	}
	d, err := selectDraft(ctx, q, id)
	if err != nil {
		return Draft{}, err
	}
	if d.Blog, _, err = selectAnyBlog(ctx, q, v, s.now(), blogWithID(d.Blog.ID)); err != nil {
		return Draft{}, err
	}
	named := v.Handle != "" && slices.Contains(strings.Fields(d.Others), v.Handle)
	if d.Author.ID != v.Person && !named && !d.Blog.CanKeep {
		return Draft{}, noDraft
	}
	return d, nil
}

// Drafts lists the drafts v may see, the last saved first: those they write, and in the blogs they look after all. blog is 0
// for those of every blog; then only what v writes is listed.
func (s *Service) Drafts(ctx context.Context, v auth.Viewer, b Blog) ([]Draft, error) {
	if !v.SignedIn() {
		return nil, signIn
	}
	list, err := selectDrafts(ctx, s.db, v, b.ID, b.CanKeep)
	if err != nil {
		return nil, fmt.Errorf("drafts: %w", err)
	}
	return list, nil
}

// DeleteDraft throws a draft away.
func (s *Service) DeleteDraft(ctx context.Context, v auth.Viewer, id int64) error {
	err := s.changeDraft(ctx, v, id, func(tx *db.Tx, d Draft) error {
		_, err := tx.Exec(ctx, "DELETE FROM post_drafts WHERE id = $1", d.ID)
		return err
	})
	if err != nil {
		return fmt.Errorf("delete draft %d: %w", id, err)
	}
	return nil
}

// Share makes a link with which anybody can read the draft, and returns its secret. A link made before stops working.
func (s *Service) Share(ctx context.Context, v auth.Viewer, id int64) (secret string, err error) {
	secret = strings.ToLower(rand.Text())
	hash := secretHash(secret)
	if err := s.setPreview(ctx, v, id, &hash); err != nil {
		return "", fmt.Errorf("share draft %d: %w", id, err)
	}
	return secret, nil
}

// Unshare ends the link made by Share.
func (s *Service) Unshare(ctx context.Context, v auth.Viewer, id int64) error {
	if err := s.setPreview(ctx, v, id, nil); err != nil {
		return fmt.Errorf("unshare draft %d: %w", id, err)
	}
	return nil
}

func (s *Service) setPreview(ctx context.Context, v auth.Viewer, id int64, hash *string) error {
	return s.changeDraft(ctx, v, id, func(tx *db.Tx, d Draft) error {
		_, err := tx.Exec(ctx, "UPDATE post_drafts SET preview = $1 WHERE id = $2", hash, d.ID)
		return err
	})
}

// secretHash is what is kept of the secret in a link: the database never tells one.
func secretHash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// Shared returns the draft that a link leads to, for whoever has it. The blog in it is what everybody may know of it: its name.
func (s *Service) Shared(ctx context.Context, secret string) (Draft, error) {
	d, err := selectShared(ctx, s.db, secretHash(secret))
	if err != nil {
		return Draft{}, fmt.Errorf("shared draft: %w", err)
	}
	return d, nil
}

// AsPost returns the draft as the post it will be, with its text rendered.
func (s *Service) AsPost(ctx context.Context, d Draft) (Post, error) {
	html, err := s.Preview(ctx, d.Body)
	if err != nil {
		return Post{}, fmt.Errorf("render draft %d: %w", d.ID, err)
	}
	people, err := selectPeople(ctx, s.db, strings.Fields(d.Others))
	if err != nil {
		return Post{}, fmt.Errorf("authors of draft %d: %w", d.ID, err)
	}
	p := Post{
		Blog: Place{ID: d.Blog.ID, Slug: d.Blog.Slug, Name: d.Blog.Name, Owner: d.Blog.Owner.Kind}, Slug: d.Slug, Title: d.Title,
		Summary: d.Summary, Body: d.Body, HTML: html, Cover: d.Cover, CoverAlt: d.CoverAlt, Series: d.Series,
		Minutes: minutes(words(d.Body)), Audience: d.Audience, Author: d.Author, Others: people, PublishedAt: d.PublishAt,
	}
	return p, nil
}

// Preview renders Markdown the way a post shows it, without keeping it.
func (s *Service) Preview(ctx context.Context, body string) (html string, err error) {
	return s.threads.PreviewPost(ctx, body)
}

// changeDraft runs fn in a transaction on a draft that v may see.
func (s *Service) changeDraft(ctx context.Context, v auth.Viewer, id int64, fn func(tx *db.Tx, d Draft) error) error {
	if !v.SignedIn() {
		return signIn
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		d, err := s.findDraft(ctx, tx, v, id)
		if err != nil {
			return err
		}
		return fn(tx, d)
	})
}

// words counts the words of a text, to say how long it takes to read.
func words(body string) int { return len(strings.Fields(body)) }

// SeriesOf lists the series of a blog, by name, for those who write there.
func (s *Service) SeriesOf(ctx context.Context, b Blog) ([]Series, error) {
	list, err := selectSeries(ctx, s.db, b.ID)
	if err != nil {
		return nil, fmt.Errorf("series of blog %d: %w", b.ID, err)
	}
	return list, nil
}
