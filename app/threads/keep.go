package threads

import (
	"context"
	"fmt"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/people"
	"watercooler/auth"
)

// What others rely on has a keeper and a day on which somebody looks at it again: a guide (a thread marked as reference), a post, a
// discussion, and a question with an accepted answer. The keeper is the owner, or the author where nobody else was named; the deputy
// stands in when the owner is away or has left. Keepers may say that the thread is right, or what has taken its place. On its
// day the thread is due, until somebody has checked it; that moves the day on. Event: thread.kept.

// Keeper is somebody who looks after a thread, or stands in.
type Keeper struct {
	Author      // ID, Handle and Name
	Left   bool // does not work here any more
}

// Due reports whether somebody was to look at t by now and has not.
func (t Thread) Due(now time.Time) bool {
	return !t.CheckAt.IsZero() && !t.CheckAt.After(now) && t.checkable() && !t.Superseded && !t.Deleted
}

// The months that can be between one check and the next.
var intervals = []int{3, 6, 12, 24}

// Months from one check of a guide, and of anything else, to the next, until somebody says otherwise.
const (
	guideMonths = 6
	otherMonths = 12
)

// furthest is how many years ahead a check may be.
const furthest = 10

// Keeping is what somebody says of how a thread is looked after.
type Keeping struct {
	Reference bool
	Owner     string    // as people.Named reads it; "" for whoever wrote it
	Deputy    string    // the same; "" for nobody
	Every     int       // months from one check to the next, 0 for none
	Next      time.Time // when it is checked next; zero for Every months from now
}

// Keep says how a thread is looked after: whether it is a guide, who looks after it and who stands in, and when it is looked at again.
func (s *Service) Keep(ctx context.Context, v auth.Viewer, id int64, in Keeping) error {
	return s.freshen(ctx, v, id, "thread.kept", func(tx *db.Tx, e entry) (bool, error) {
		if e.of == Decision {
			return false, errs.Conflictf("A decision says on its own page who looks after it, and when it is reviewed.")
		}
		owner, err := keeper(ctx, tx, "owner", in.Owner, id)
		problems, err := problemsOf(err)
		if err != nil {
			return false, err
		}
		deputy, err := keeper(ctx, tx, "deputy", in.Deputy, id)
		more, err := problemsOf(err)
		if err != nil {
			return false, err
		}
		if deputy != 0 && owner == 0 && deputy == e.author {
			more = append(more, errs.Field{Name: "deputy", Text: "Choose somebody other than the owner."})
		}
		next, wrong := in.next(tx.Now(), e)
		if err := errs.InvalidFields(append(append(problems, more...), wrong...)...); err != nil {
			return false, err
		}
		if !in.Reference && in.Every != 0 && !checkable(e.of, e.accepted, false) {
			return false, errs.Conflictf("A question is right when its accepted answer is. Accept an answer first, or mark the question as a guide.")
		}
		if err := s.SetKeepers(ctx, tx, id, owner, deputy); err != nil {
			return false, err
		}
		return true, updateKeeping(ctx, tx, id, in.Reference, in.Every, next)
	})
}

// next is when a thread is checked next, and what is wrong with what was said of that.
func (in Keeping) next(now time.Time, e entry) (time.Time, []errs.Field) {
	wrong := func(name, text string) (time.Time, []errs.Field) {
		return time.Time{}, []errs.Field{{Name: name, Text: text}}
	}
	switch {
	case in.Every == 0:
		return time.Time{}, nil
	case in.Every < 0 || in.Every > 12*furthest:
		return wrong("every", "Choose how often somebody looks at it.")
	case in.Next.IsZero():
		return now.AddDate(0, in.Every, 0), nil
	case in.Next.Equal(e.checkAt): // it may be due already: who looks after it has changed
		return in.Next, nil
	case in.Next.Before(now.AddDate(0, 0, -1)) || in.Next.After(now.AddDate(furthest, 0, 0)):
		return wrong("next", "Choose a day to come, or none.")
	}
	return in.Next, nil
}

// keeper finds who is to look after a thread, 0 for nobody. Whoever it is must be able to read it.
func keeper(ctx context.Context, tx *db.Tx, field, who string, thread int64) (int64, error) {
	if who == "" {
		return 0, nil
	}
	p, err := people.Named(ctx, tx, field, who)
	if err != nil {
		return 0, err
	}
	reads, err := mayReadThread(ctx, tx, p.ID, thread)
	if err == nil && !reads {
		err = errs.InvalidFields(errs.Field{Name: field, Text: p.Name + " may not read this thread. Choose somebody else."})
	}
	return p.ID, err
}

// problemsOf parts what is wrong with fields of a form from what went wrong.
func problemsOf(err error) ([]errs.Field, error) {
	if err == nil {
		return nil, nil
	}
	if e := errs.As(err); e != nil && len(e.Fields) > 0 {
		return e.Fields, nil
	}
	return nil, err
}

// KeptBy says which of the threads that are looked after are listed.
type KeptBy int

// The lists of threads that are looked after.
const (
	KeptByMe     KeptBy = iota // what the viewer owns or stands in for
	KeptByNobody               // whose keepers have left: for those who keep order
)

// Kept is a thread that somebody looks after.
type Kept struct {
	Thread
	Deputy bool // the viewer stands in; somebody else owns it
	key    Key
}

// KeptPage is one page of threads that are looked after, what is due first.
type KeptPage struct {
	Threads []Kept
	Next    Key // for the page after this one, zero on the last
}

// keptShown is how many threads a page of them has.
const keptShown = 25

// noCheck stands for the day of a thread without one, behind all others.
const noCheck = int64(1) << 60

// Kept lists what v looks after, or, for those who keep order, what nobody does any more. What is due longest comes first, and what is
// not checked on a day last.
func (s *Service) Kept(ctx context.Context, v auth.Viewer, by KeptBy, after Key) (KeptPage, error) {
	switch {
	case v.Person == 0:
		return KeptPage{}, signIn
	case by == KeptByNobody && !v.Moderates():
		return KeptPage{}, errs.NotFoundf("There is no such page.")
	}
	list, err := selectKept(ctx, s.db, v, by, after, keptShown+1)
	if err != nil {
		return KeptPage{}, fmt.Errorf("list what is looked after: %w", err)
	}
	page := KeptPage{Threads: list}
	if len(list) > keptShown {
		page.Threads, page.Next = list[:keptShown], list[keptShown-1].key
	}
	for i := range page.Threads {
		page.Threads[i].rights(v)
	}
	return page, nil
}

// Likely returns people who may be asked to look after a thread, for a list to choose from: who wrote it and who replied.
func (s *Service) Likely(ctx context.Context, v auth.Viewer, thread int64) ([]Author, error) {
	list, err := selectLikely(ctx, s.db, v, thread, 10)
	if err != nil {
		return nil, fmt.Errorf("people who may look after thread %d: %w", thread, err)
	}
	return list, nil
}
