package find

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/app/people"
	"watercooler/app/threads"
	"watercooler/auth"
)

// A gap is something that people look for and do not find, however they put it: cluster.go says which searches ask the same, and
// refresh.go opens and closes gaps as the log of searches goes on. A search failed when it found little, or when nobody opened
// anything that it found. Somebody may own a gap and say what was written because of it; once the search succeeds, the gap closes by
// itself, and what became of it stays to be seen for some months.
//
// Nobody is named in a gap but its owner, and no unit. What few looked for may tell of a person, so everybody on the staff sees what was
// looked for at least anyGap times, and only those who manage gaps see the rest; a number below anyGap is told to nobody.
//
// Events: gap.opened, gap.assigned, gap.answered, gap.closed, without an audience.

const (
	fewFound    = 3   // fewer results than these, and a search found little
	oftenLooked = 3   // searches that failed make a gap; what fewer looked for is nobody else's business
	anyGap      = 5   // searches, for everybody on the staff to see the gap, and for its number to be told
	gapDays     = 90  // of the log that gaps are taken from, and for which a closed gap is shown
	mostGaps    = 50  // open at a time; the least looked for make room
	mostClosed  = 100 // listed
	maxGapNote  = 500
)

// Why says how a gap was closed.
type Why string

// The ways in which a gap closes.
const (
	WhyFound Why = "found" // the same search succeeds
	WhyOwner Why = "owner" // by hand
	WhyFaded Why = "faded" // nobody looks for it any more, or others are looked for more
)

// Gap is something that people look for and do not find.
type Gap struct {
	ID       int64
	Said     string        // the commonest way of asking
	Ways     []string      // other ways in which it was often asked; filled by FindGap
	Times    int           // searched for in the last 90 days; 0 where that is not told
	Hits     int           // found the last time
	Opened   bool          // something that it found was opened at some time
	Owner    Author        // ID, Handle and Name; zero for nobody
	Note     string        // what its owner says about it
	Answer   threads.Other // what was written because of it, zero for nothing and for what the viewer may not read
	OpenedAt time.Time
	ClosedAt time.Time // zero while it is open
	Why      Why       // how it was closed

	CanTake, CanManage bool // the viewer may look into it themselves; may say who does, and close it
}

// Little reports whether what people look for is missing, or hard to find; otherwise it is found and never opened.
func (g Gap) Little() bool { return g.Hits < fewFound }

var (
	noGap      = errs.NotFoundf("There is no such gap.")
	notTheirs  = errs.Forbiddenf("Only who looks into a gap, moderators and leaders can do that.")
	closedGap  = errs.Conflictf("This gap is closed already.")
	ownedGap   = errs.Conflictf("Somebody else looks into this already.")
	signInGaps = errs.Unauthenticatedf("Sign in to see what is looked for and not found.")
)

// seesGaps keeps gaps for people of the organisation that runs the hub.
func seesGaps(v auth.Viewer) error {
	switch {
	case !v.SignedIn():
		return signInGaps
	case !v.Staff:
		return noGap
	}
	return nil
}

// managesGaps reports whether v looks after all gaps.
func managesGaps(v auth.Viewer) bool { return v.Moderates() || v.Is(auth.Leader) }

// fewest is how often something must have been looked for that v may know of it.
func fewest(v auth.Viewer) int {
	if managesGaps(v) {
		return 0
	}
	return anyGap
}

// permit fills in what v may do about g, and takes out the number that is told to nobody.
func (g *Gap) permit(v auth.Viewer) {
	if g.Times < anyGap {
		g.Times = 0
	}
	if !g.ClosedAt.IsZero() || v.Person == 0 {
		return
	}
	g.CanManage = managesGaps(v) || g.Owner.ID == v.Person
	g.CanTake = g.Owner.ID == 0
}

// Gaps returns what is looked for and not found, the most often first.
func (s *Service) Gaps(ctx context.Context, v auth.Viewer) ([]Gap, error) {
	return s.listGaps(ctx, v, false)
}

// ClosedGaps returns what became of gaps that were closed in the last 90 days, the latest first.
func (s *Service) ClosedGaps(ctx context.Context, v auth.Viewer) ([]Gap, error) {
	return s.listGaps(ctx, v, true)
}

func (s *Service) listGaps(ctx context.Context, v auth.Viewer, closed bool) ([]Gap, error) {
	if err := seesGaps(v); err != nil {
		return nil, err
	}
	list, err := selectGaps(ctx, s.db, v, gapsAsked{closed: closed, since: s.now().AddDate(0, 0, -gapDays), fewest: fewest(v)})
	if err != nil {
		return nil, fmt.Errorf("list gaps: %w", err)
	}
	for i := range list {
		list[i].permit(v)
	}
	return list, nil
}

// FindGap returns a gap with the other ways in which it was asked for.
func (s *Service) FindGap(ctx context.Context, v auth.Viewer, id int64) (Gap, error) {
	g, err := s.findGap(ctx, s.db, v, id)
	if err != nil {
		return Gap{}, fmt.Errorf("find gap %d: %w", id, err)
	}
	since := s.now().AddDate(0, 0, -gapDays)
	if g.Ways, err = selectWays(ctx, s.db, id, since, max(fewest(v), oftenLooked)); err != nil {
		return Gap{}, fmt.Errorf("ways of asking for gap %d: %w", id, err)
	}
	for i, way := range g.Ways {
		if way == g.Said {
			g.Ways = append(g.Ways[:i:i], g.Ways[i+1:]...)
			break
		}
	}
	return g, nil
}

func (s *Service) findGap(ctx context.Context, q db.Querier, v auth.Viewer, id int64) (Gap, error) {
	if err := seesGaps(v); err != nil {
		return Gap{}, err
	}
	list, err := selectGaps(ctx, q, v, gapsAsked{id: id, since: s.now().AddDate(0, 0, -gapDays), fewest: fewest(v)})
	if err != nil {
		return Gap{}, err
	}
	if len(list) == 0 {
		return Gap{}, noGap
	}
	g := list[0]
	g.permit(v)
	return g, nil
}

// changeGap runs fn in a transaction on an open gap that v may see, and records verb when fn does not fail.
func (s *Service) changeGap(ctx context.Context, v auth.Viewer, id int64, verb string, fn func(tx *db.Tx, g Gap) error) error {
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := tx.Lock(ctx, gapsLock); err != nil {
			return err
		}
		g, err := s.findGap(ctx, tx, v, id)
		switch {
		case err != nil:
			return err
		case !g.ClosedAt.IsZero():
			return closedGap
		}
		if err := fn(tx, g); err != nil {
			return err
		}
		return event.Append(ctx, tx, event.Event{Actor: v.Person, Verb: verb, Object: event.Ref{Kind: "gap", ID: id}})
	})
	if err != nil {
		return fmt.Errorf("%s %d: %w", verb, id, err)
	}
	return nil
}

// TakeGap makes v the owner of a gap that nobody looks into; whoever manages gaps may take over.
func (s *Service) TakeGap(ctx context.Context, v auth.Viewer, id int64) error {
	return s.changeGap(ctx, v, id, "gap.assigned", func(tx *db.Tx, g Gap) error {
		if v.Person == 0 || !g.CanTake && !g.CanManage {
			return ownedGap
		}
		return updateGapOwner(ctx, tx, id, v.Person)
	})
}

// AssignGap says who looks into a gap, as people.Named reads it; "" is nobody.
func (s *Service) AssignGap(ctx context.Context, v auth.Viewer, id int64, who string) error {
	return s.changeGap(ctx, v, id, "gap.assigned", func(tx *db.Tx, g Gap) error {
		if !g.CanManage {
			return notTheirs
		}
		if who == "" {
			return updateGapOwner(ctx, tx, id, 0)
		}
		p, err := people.Named(ctx, tx, "who", who)
		if err != nil {
			return err
		}
		staff, err := selectStaff(ctx, tx, p.ID)
		if err == nil && !staff {
			err = errs.InvalidFields(errs.Field{Name: "who", Text: p.Name + " is of a partner. Choose somebody of your own organisation."})
		}
		if err != nil {
			return err
		}
		return updateGapOwner(ctx, tx, id, p.ID)
	})
}

// ClosedGap is how somebody closes a gap.
type ClosedGap struct {
	Answer string // address of the thread that was written because of it, "" for none
	Note   string
}

// CloseGap closes a gap by hand. Should people go on looking for it, it opens again.
func (s *Service) CloseGap(ctx context.Context, v auth.Viewer, id int64, in ClosedGap) error {
	in.Note = strings.TrimSpace(in.Note)
	return s.changeGap(ctx, v, id, "gap.closed", func(tx *db.Tx, g Gap) error {
		if !g.CanManage {
			return notTheirs
		}
		var wrong []errs.Field
		if utf8.RuneCountInString(in.Note) > maxGapNote {
			wrong = append(wrong, errs.Field{Name: "note", Text: fmt.Sprintf("Say it in %d characters at most.", maxGapNote)})
		}
		answer := g.Answer.ID
		if in.Answer != "" {
			ref, err := selectPath(ctx, tx, localPath(in.Answer))
			if err != nil {
				return err
			}
			var ok bool
			if answer, ok = refID(ref, "thread"); ok {
				// SECURITY: what v may not read is, to them, not there.
				_, err := selectTitle(ctx, tx, v, answer)
				if ok = err == nil; err != nil && !errs.IsNotFound(err) {
					return err
				}
			}
			if !ok {
				wrong = append(wrong, errs.Field{Name: "answer", Text: "Give the address of a thread or a post of this hub, or none."})
			}
		}
		if err := errs.InvalidFields(wrong...); err != nil {
			return err
		}
		return closeGap(ctx, tx, id, WhyOwner, answer, in.Note)
	})
}

// AnswerGap says that v wrote a thread because of a gap. The gap stays open until the search for it succeeds, and is v's to look into
// where it was nobody's.
func (s *Service) AnswerGap(ctx context.Context, v auth.Viewer, id, thread int64) error {
	return s.changeGap(ctx, v, id, "gap.answered", func(tx *db.Tx, g Gap) error {
		if _, err := selectTitle(ctx, tx, v, thread); err != nil {
			return err
		}
		if g.Answer.ID != 0 && !g.CanManage {
			return nil
		}
		return updateGapAnswer(ctx, tx, id, thread, v.Person)
	})
}

// Reminders are the gaps that v looks into: the home page reminds of them.
func (s *Service) Reminders(ctx context.Context, v auth.Viewer, limit int) ([]threads.Reminder, error) {
	if v.Person == 0 || !v.Staff {
		return nil, nil
	}
	list, err := selectOwnedGaps(ctx, s.db, v.Person, limit)
	if err != nil {
		return nil, fmt.Errorf("gaps of person %d: %w", v.Person, err)
	}
	return list, nil
}
