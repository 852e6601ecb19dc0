// Package reflections keeps what somebody noticed, tried, learnt and would change: a weeknote, or a retrospective, of which either may
// look back at a decision or another thread.
//
// It is its author's alone, and nobody else's to know of, not even a moderator's, until they share it. Shared, it is a discussion
// (package threads) with a heading for each box, for the audience they chose, and lives there: who may read it, who edits it and what is
// said about it are the thread's business. What the thread says of the four boxes is read back (follow.go), so that lessons are found by
// what they say now. When the thread is deleted, the reflection is its author's alone again.
//
// Lessons (lessons.go) are what was learnt in everything that was shared. They come up again when something like them starts.
//
// Event: reflection.shared, for the audience of the thread. What is private has no event.
package reflections

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/app/markup"
	"watercooler/app/threads"
	"watercooler/auth"
)

// Kind is what sort of reflection something is.
type Kind string

// The kinds.
const (
	Weeknote      Kind = "weeknote"      // of a week
	Retrospective Kind = "retrospective" // of a piece of work
)

// MaxBox is how long each box may be, in runes: all four with their headings are a thread that can be edited.
const MaxBox = 4_500

// Reflection is what somebody noticed, tried, learnt and would change.
type Reflection struct {
	ID    int64
	Kind  Kind
	Title string
	Boxes
	Author    int64
	About     threads.Other // the decision or thread it looks back at; zero for none, and where the viewer may not read it
	Thread    threads.Other // the discussion it was shared as; zero while it is private
	Revision  int
	CreatedAt time.Time
	UpdatedAt time.Time
	SharedAt  time.Time // zero while it is private

	about int64 // what it looks back at, whether or not the viewer may read it
}

// Shared reports whether others may know of r.
func (r Reflection) Shared() bool { return !r.SharedAt.IsZero() }

// Path returns the address of the reflection: of its thread once it is shared.
func (r Reflection) Path() string {
	if r.Shared() {
		return r.Thread.Path()
	}
	return fmt.Sprintf("/reflections/%d", r.ID)
}

// Key is a place in a list ordered by time and id: see threads.Key.
type Key = threads.Key

// Finder finds shared reflections. The find slice is one.
type Finder interface {
	// Lessons returns the threads of shared reflections on what text is about, other than one, that v may read; best first.
	Lessons(ctx context.Context, v auth.Viewer, text string, except int64, limit int) ([]int64, error)
	// LessonsNamed returns those that hold the words of text, as a search for them finds them.
	LessonsNamed(ctx context.Context, v auth.Viewer, text string, limit int) ([]int64, error)
}

// Service holds the use cases of reflections.
type Service struct {
	db      *db.DB
	threads *threads.Service
	finder  Finder
	zone    *time.Location
	now     func() time.Time
}

// New returns the reflections in d, which are shared as threads and found by finder. Weeks are those of zone, UTC when nil; now is the
// clock, time.Now outside tests.
func New(d *db.DB, t *threads.Service, finder Finder, zone *time.Location, now func() time.Time) *Service {
	if zone == nil {
		zone = time.UTC
	}
	return &Service{db: d, threads: t, finder: finder, zone: zone, now: now}
}

// What people are told.
var (
	signIn       = errs.Unauthenticatedf("Sign in to write down what you learnt.")
	noReflection = errs.NotFoundf("There is no such reflection here.")
	isShared     = errs.Conflictf("This is shared, and lives in its discussion now. Change it there.")
	overtaken    = errs.Conflictf("This was changed elsewhere while you were writing, perhaps in another window of yours. Your text is kept below.")
)

// Draft is a reflection as its author writes it.
type Draft struct {
	Kind  Kind
	Title string // may be empty for a weeknote, which is named after its week
	Boxes
	About    int64 // a thread that v may read, 0 for none
	Revision int   // the one they started from
}

// Save keeps a reflection, for its author alone, and returns its id; id is 0 for a new one. Mistakes come back together, one field each.
// Conflict means that it was changed since in.Revision, or is shared.
func (s *Service) Save(ctx context.Context, v auth.Viewer, id int64, in Draft) (int64, error) {
	if v.Person == 0 {
		return 0, signIn
	}
	in.Title = strings.Join(strings.Fields(in.Title), " ")
	if in.Title == "" && in.Kind == Weeknote {
		in.Title = s.weekOf(s.now())
	}
	if err := errs.InvalidFields(in.problems()...); err != nil {
		return 0, err
	}
	err := s.db.Tx(ctx, func(tx *db.Tx) (err error) {
		if in.About != 0 {
			if _, err := selectOther(ctx, tx, v, in.About); err != nil {
				return err
			}
		}
		if id == 0 {
			id, err = insertReflection(ctx, tx, v.Person, in)
			return err
		}
		r, err := selectOwn(ctx, tx, v, id)
		switch {
		case err != nil:
			return err
		case r.Shared():
			return isShared
		case r.Revision != in.Revision:
			return overtaken
		}
		if in.About == 0 && r.About.ID == 0 {
			in.About = r.about // what they may not read any more stays what it looks back at
		}
		return updateReflection(ctx, tx, id, in)
	})
	if err != nil {
		return 0, fmt.Errorf("save a reflection: %w", err)
	}
	return id, nil
}

// weekOf names a weeknote after its week: "Week of 30 November 2026".
func (s *Service) weekOf(at time.Time) string {
	local := at.In(s.zone)
	monday := local.AddDate(0, 0, -(int(local.Weekday())+6)%7)
	return "Week of " + monday.Format("2 January 2006")
}

// problems says what is wrong with what was typed.
func (in Draft) problems() (wrong []errs.Field) {
	add := func(name, text string) { wrong = append(wrong, errs.Field{Name: name, Text: text}) }
	if in.Kind != Weeknote && in.Kind != Retrospective {
		add("kind", "Choose whether this is a weeknote or a retrospective.")
	}
	switch n := utf8.RuneCountInString(in.Title); {
	case n == 0 && in.Kind == Retrospective:
		add("title", "Write a title: what you look back at.")
	case n > threads.MaxTitle:
		add("title", fmt.Sprintf("Shorten the title to %d characters; it has %d.", threads.MaxTitle, n))
	}
	empty := true
	for _, b := range in.all() {
		empty = empty && strings.TrimSpace(b.text) == ""
		if n := utf8.RuneCountInString(b.text); n > MaxBox {
			add(b.name, fmt.Sprintf("Shorten this to 4,500 characters; it has %d.", n))
		} else if err := markup.Check(b.text, 0); err != nil {
			add(b.name, err.Error())
		}
	}
	if empty {
		add("noticed", "Write into one of the boxes at least.")
	}
	return wrong
}

// Find returns a reflection that is v's own, or that is shared where v may read it.
//
// SECURITY: whatever role v has, what is private is its author's alone.
func (s *Service) Find(ctx context.Context, v auth.Viewer, id int64) (Reflection, error) {
	if v.Person == 0 {
		return Reflection{}, signIn
	}
	r, err := selectReadable(ctx, s.db, v, id)
	if err != nil {
		return Reflection{}, fmt.Errorf("find reflection %d: %w", id, err)
	}
	return r, nil
}

// Own returns a reflection of v's.
func (s *Service) Own(ctx context.Context, v auth.Viewer, id int64) (Reflection, error) {
	if v.Person == 0 {
		return Reflection{}, signIn
	}
	r, err := selectOwn(ctx, s.db, v, id)
	if err != nil {
		return Reflection{}, fmt.Errorf("find reflection %d: %w", id, err)
	}
	return r, nil
}

// pageSize is how many reflections a page of a list has.
const pageSize = 20

// Mine returns the reflections of v, private and shared, the latest first, and where the page after it begins, zero on the last.
func (s *Service) Mine(ctx context.Context, v auth.Viewer, before Key) ([]Reflection, Key, error) {
	if v.Person == 0 {
		return nil, Key{}, signIn
	}
	list, err := selectMine(ctx, s.db, v, before, pageSize+1)
	if err != nil {
		return nil, Key{}, fmt.Errorf("list reflections: %w", err)
	}
	if len(list) <= pageSize {
		return list, Key{}, nil
	}
	last := list[pageSize-1]
	return list[:pageSize], Key{At: db.Micros(last.UpdatedAt), ID: last.ID}, nil
}

// About returns a thread that v may look back at.
func (s *Service) About(ctx context.Context, v auth.Viewer, thread int64) (threads.Other, error) {
	o, err := selectOther(ctx, s.db, v, thread)
	if err != nil {
		return threads.Other{}, fmt.Errorf("look back at thread %d: %w", thread, err)
	}
	return o.Other, nil
}

// Sharing is for whom somebody shares a reflection.
type Sharing struct {
	Audience string
	Network  int64    // that v is a member of, 0 for none
	Topics   []string // names, as typed
}

// Share opens a discussion with a reflection of v's, and returns it. From then on it lives there.
func (s *Service) Share(ctx context.Context, v auth.Viewer, id int64, in Sharing) (thread int64, err error) {
	if v.Person == 0 {
		return 0, signIn
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := tx.Lock(ctx, fmt.Sprintf("reflection %d", id)); err != nil {
			return err
		}
		r, err := selectOwn(ctx, tx, v, id)
		switch {
		case err != nil:
			return err
		case r.Shared():
			return isShared
		}
		about := ""
		if r.about != 0 {
			o, err := selectOther(ctx, tx, v, r.about)
			if err != nil && !errs.IsNotFound(err) {
				return err
			}
			about = o.said(in.Audience)
		}
		thread, err = s.threads.OpenRoom(ctx, tx, v, threads.Discussion, threads.NewPost{
			Title: r.Title, Body: Compose(r.Boxes, about), Topics: in.Topics, Audience: in.Audience, Network: in.Network,
		})
		if err != nil {
			return err
		}
		if err := updateShared(ctx, tx, id, thread); err != nil {
			return err
		}
		return event.Append(ctx, tx, event.Event{
			Actor: v.Person, Verb: "reflection.shared", Audience: in.Audience,
			Object: event.Ref{Kind: "reflection", ID: id}, Target: event.Ref{Kind: "thread", ID: thread},
		})
	})
	if err != nil {
		return 0, fmt.Errorf("share reflection %d: %w", id, err)
	}
	return thread, nil
}

// said is how a reflection for an audience names what it looks back at: with its title where everybody who reads the one may read the
// other, and as a link alone otherwise; "" for nothing.
//
// SECURITY: a title must not reach people who may not read the thread.
func (o other) said(audience string) string {
	switch {
	case o.ID == 0:
		return ""
	case o.audience == auth.AudiencePublic, o.audience == audience, o.audience == auth.AudienceHub && audience != auth.AudiencePublic:
		return "[" + strings.NewReplacer("[", "(", "]", ")", `\`, "").Replace(o.Title) + "](" + o.Path() + ")"
	}
	return "[a thread](" + o.Path() + ")"
}

// Delete removes a private reflection of v's for good. A shared one goes with its thread.
func (s *Service) Delete(ctx context.Context, v auth.Viewer, id int64) error {
	if v.Person == 0 {
		return signIn
	}
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		r, err := selectOwn(ctx, tx, v, id)
		switch {
		case err != nil:
			return err
		case r.Shared():
			return isShared
		}
		return deleteReflection(ctx, tx, id)
	})
	if err != nil {
		return fmt.Errorf("delete reflection %d: %w", id, err)
	}
	return nil
}
