package threads

import (
	"context"
	"fmt"
	"regexp"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/auth"
)

// What is written stays, and some of it stops being true. Two things are said about that, by those who look after a thread: its
// author and whoever wrote a post with them, its owner and deputy, who keeps order where it lives, and who looks after the blog of
// a unit.
//
//   - Checked: on a day somebody looked at it and it was still right. Events thread.checked and thread.unchecked. Where it has a day
//     for the next check (see keep.go), that moves on.
//   - Superseded: another thread has taken its place. Events thread.superseded and thread.unsuperseded, aimed at the other.
//
// A thread that is to be checked on some day is stale, and due, once that day has come. Any other is stale when nothing happened on it
// for StaleMonths and nobody checked it in that time. Time alone makes it so, which is why staleness is asked for and never kept.

// StaleMonths is how long a thread is taken to be right without anybody saying so.
const StaleMonths = 18

// Other is a thread that another one names.
type Other struct {
	ID    int64
	Title string
	Post  string // of a blog post "BLOG/SLUG", as in Thread
}

// Path returns the address of the thread.
func (o Other) Path() string { return home(o.ID, o.Post) }

// Stale reports whether somebody should look whether t is still right.
func (t Thread) Stale(now time.Time) bool {
	switch {
	case !t.checkable() || t.Superseded || t.Deleted:
		return false
	case !t.CheckAt.IsZero():
		return t.Due(now)
	}
	return t.freshAt().Before(now.AddDate(0, -StaleMonths, 0))
}

// freshAt is when something last happened on t or somebody checked it.
func (t Thread) freshAt() time.Time {
	if t.CheckedAt.After(t.ActiveAt) {
		return t.CheckedAt
	}
	return t.ActiveAt
}

// checkable reports whether there is something that can be right: an answer, what somebody wrote to be read, or any guide.
func checkable(kind Kind, accepted int64, reference bool) bool {
	return reference || kind == Post || kind == Discussion || kind == Question && accepted != 0
}

func (t Thread) checkable() bool { return checkable(t.Kind, t.Accepted, t.Reference) }

// freshens reports whether v may say whether e is still right.
func (e entry) freshens(v auth.Viewer) bool {
	return may(v, e.author) || keeps(v, e.network) || e.coauthor || e.blog || v.Person != 0 && (v.Person == e.owner || v.Person == e.deputy)
}

var notFreshener = errs.Forbiddenf("Only the person who wrote this, who looks after it, or after the place it is in, can do that.")

// Check says that a thread is still right, today.
func (s *Service) Check(ctx context.Context, v auth.Viewer, id int64) error {
	return s.freshen(ctx, v, id, "thread.checked", func(tx *db.Tx, e entry) (bool, error) {
		switch {
		case !checkable(e.of, e.accepted, e.reference):
			return false, errs.Conflictf("A question is still right when its accepted answer is. Accept an answer first.")
		case e.successor != 0:
			return false, errs.Conflictf("Another thread has taken the place of this one.")
		}
		return updateChecked(ctx, tx, id, v.Person, e.every)
	})
}

// Uncheck takes back what Check said. Where the thread is checked from time to time it is due again.
func (s *Service) Uncheck(ctx context.Context, v auth.Viewer, id int64) error {
	return s.freshen(ctx, v, id, "thread.unchecked", func(tx *db.Tx, _ entry) (bool, error) {
		return updateUnchecked(ctx, tx, id)
	})
}

// freshen runs fn in a transaction on a thread that v looks after, and tells of it when fn has changed something.
func (s *Service) freshen(ctx context.Context, v auth.Viewer, id int64, verb string, fn func(tx *db.Tx, e entry) (bool, error)) error {
	err := s.change(ctx, v, kindThread, id, func(tx *db.Tx, e entry) error {
		if !e.freshens(v) {
			return notFreshener
		}
		changed, err := fn(tx, e)
		if err != nil || !changed {
			return err
		}
		return s.append(ctx, tx, v, verb, e)
	})
	if err != nil {
		return fmt.Errorf("%s %d: %w", verb, id, err)
	}
	return nil
}

// Supersede says that another thread, which v can read, has taken the place of one. There are no chains: what has been superseded
// itself cannot take a place, and what a thread has replaced goes along to its own successor.
func (s *Service) Supersede(ctx context.Context, v auth.Viewer, id, by int64) error {
	if !v.SignedIn() {
		return signIn
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error { return s.SupersedeIn(ctx, tx, v, id, by) })
}

// SupersedeIn is Supersede in tx: for a room in which something new takes the place of something old as it is made.
func (s *Service) SupersedeIn(ctx context.Context, tx *db.Tx, v auth.Viewer, id, by int64) error {
	if err := s.supersede(ctx, tx, v, id, by); err != nil {
		return fmt.Errorf("supersede thread %d by %d: %w", id, by, err)
	}
	return nil
}

func (s *Service) supersede(ctx context.Context, tx *db.Tx, v auth.Viewer, id, by int64) error {
	e, err := selectEntry(ctx, tx, v, kindThread, id)
	switch {
	case err != nil:
		return err
	case e.deleted:
		return noThread
	case !e.freshens(v):
		return notFreshener
	}
	// Both are held, always in the same order, so that two people cannot close a circle between them.
	for _, thread := range []int64{min(id, by), max(id, by)} {
		if err := holdThread(ctx, tx, thread); err != nil {
			return err
		}
	}
	if err := checkSuccessor(ctx, tx, v, id, by); err != nil {
		return err
	}
	if e.successor == by {
		return nil
	}
	if err := updateSuccessor(ctx, tx, id, by); err != nil {
		return err
	}
	return s.appendSuccessor(ctx, tx, v, "thread.superseded", replaced{id: id, kind: e.of, audience: e.audience}, by)
}

// checkSuccessor holds the thread by against the rules for taking the place of another.
func checkSuccessor(ctx context.Context, tx *db.Tx, v auth.Viewer, id, by int64) error {
	wrong := func(text string) error { return errs.InvalidFields(errs.Field{Name: "by", Text: text}) }
	to, err := selectEntry(ctx, tx, v, kindThread, by)
	switch {
	case errs.IsNotFound(err) || err == nil && to.deleted:
		return wrong("There is no such thread here. Write its number, copy its address, or look for its title.")
	case err != nil:
		return err
	case id == by:
		return wrong("A thread cannot take its own place.")
	case to.successor == id:
		return wrong("This thread has taken the place of that one. Undo that first.")
	case to.successor != 0:
		return wrong("That thread is superseded itself. Choose the one that took its place.")
	}
	return nil
}

// Unsupersede takes back what Supersede said.
func (s *Service) Unsupersede(ctx context.Context, v auth.Viewer, id int64) error {
	err := s.change(ctx, v, kindThread, id, func(tx *db.Tx, e entry) error {
		switch {
		case !e.freshens(v):
			return notFreshener
		case e.successor == 0:
			return nil
		}
		if err := clearSuccessor(ctx, tx, id); err != nil {
			return err
		}
		return s.appendSuccessor(ctx, tx, v, "thread.unsuperseded", replaced{id: id, kind: e.of, audience: e.audience}, e.successor)
	})
	if err != nil {
		return fmt.Errorf("unsupersede thread %d: %w", id, err)
	}
	return nil
}

// release takes the note off the threads whose place id had taken, because it is about to go.
func (s *Service) release(ctx context.Context, tx *db.Tx, v auth.Viewer, id int64) error {
	replaced, err := clearReplaced(ctx, tx, id)
	if err != nil {
		return err
	}
	for _, r := range replaced {
		if err := s.appendSuccessor(ctx, tx, v, "thread.unsuperseded", r, id); err != nil {
			return err
		}
	}
	return nil
}

// appendSuccessor records that a thread was superseded by another, or no longer is, and lets its room know. Only whoever may read
// the first reads of it.
func (s *Service) appendSuccessor(ctx context.Context, tx *db.Tx, v auth.Viewer, verb string, of replaced, by int64) error {
	err := event.Append(ctx, tx, event.Event{
		Actor: v.Person, Verb: verb, Audience: of.audience,
		Object: event.Ref{Kind: kindThread, ID: of.id}, Target: event.Ref{Kind: kindThread, ID: by},
	})
	if room := s.rooms[of.kind]; err == nil && room != nil {
		return room.Superseded(ctx, tx, v, of.id)
	}
	return err
}

// Named returns the thread that somebody means by what they copied: its number, its address, or that of a post. It is NotFound when
// there is none that v may read, and when what was typed is words.
func (s *Service) Named(ctx context.Context, v auth.Viewer, typed string) (int64, error) {
	id := threadIn(typed)
	if id == 0 {
		blog, post := postIn(typed)
		if blog == "" {
			return 0, noThread
		}
		var err error
		if id, err = selectPostNamed(ctx, s.db, blog, post); err != nil {
			return 0, noThread.Because(err)
		}
	}
	e, err := selectEntry(ctx, s.db, v, kindThread, id)
	switch {
	case err != nil:
		return 0, fmt.Errorf("thread named %q: %w", typed, err)
	case e.deleted:
		return 0, noThread
	}
	return e.id, nil
}

var postAddressed = regexp.MustCompile(`(?:^|://[^/]+)/blog/([a-z0-9-]+)/([a-z0-9-]+)`)

// postIn reads the slugs of a blog and a post from the address of the post, "" when it is none.
func postIn(typed string) (blog, post string) {
	if found := postAddressed.FindStringSubmatch(typed); found != nil {
		return found[1], found[2]
	}
	return "", ""
}
