package decisions

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/auth"
)

// Take says what v thinks of a proposal, in the place of what they said before. Whoever disagrees or blocks says why.
func (s *Service) Take(ctx context.Context, v auth.Viewer, thread int64, p Position, why string) error {
	err := s.change(ctx, v, thread, func(tx *db.Tx, d Decision) error {
		switch {
		case d.State != Proposed:
			return isDecided
		case d.Closed(tx.Now()):
			return isClosed
		case !slices.Contains(Positions, p):
			return errs.InvalidFields(errs.Field{Name: "stance", Text: "Choose what you think of it."})
		}
		why = strings.TrimSpace(why)
		if p == Disagree || p == Block || why != "" {
			var err error
			if why, err = reason("reason", why, "Say why, in your own words. They stay on the page whatever is decided."); err != nil {
				return err
			}
		}
		if err := upsertStance(ctx, tx, thread, v.Person, p, why); err != nil {
			return err
		}
		return tell(ctx, tx, v, d, "stance.given", 0)
	})
	if err != nil {
		return fmt.Errorf("take a stance on decision %d: %w", thread, err)
	}
	return nil
}

// Agreement says who agreed a proposal.
type Agreement struct {
	By        string // a name, an e-mail address or @handle; "" is whoever says so
	Authority string
	Review    string // day; "" keeps what the proposal says
	Early     bool   // yes to doing so before it closes
	Reason    string // asked for where somebody blocks it
}

// Agree says that a proposal is decided. Dissent stays on its page. Before it closes that takes Early, and where somebody blocks it
// the reason for going ahead.
func (s *Service) Agree(ctx context.Context, v auth.Viewer, thread int64, in Agreement) error {
	if v.Person == 0 {
		return signIn
	}
	now := s.now()
	var t terms
	if err := t.readPerson(ctx, s.db, "by", in.By, &t.by, v.Person); err != nil {
		return fmt.Errorf("agree decision %d: %w", thread, err)
	}
	var err error
	if t.review, err = parseDay(in.Review, s.zone); err != nil {
		t.wrong("review", "Write a day, such as 2027-05-31.")
	} else if !t.review.IsZero() && !t.review.After(now) {
		t.wrong("review", "It is looked at again after it was decided. Choose a later day.")
	}
	if t.authority = oneLine(in.Authority); len([]rune(t.authority)) > maxLine {
		t.wrong("authority", "Shorten this to %d characters.", maxLine)
	}
	err = s.change(ctx, v, thread, func(tx *db.Tx, d Decision) error {
		switch {
		case d.State != Proposed:
			return isDecided
		case !d.settles(v):
			return notSettler
		}
		early := !d.ClosesAt.IsZero() && !d.Closed(tx.Now())
		if early && !in.Early {
			t.wrong("early", "It has not closed yet: people may still take a stance until %s. Say that this is meant.", s.day(d.ClosesAt))
		}
		why := strings.TrimSpace(in.Reason)
		if d.Counts[Block] > 0 || why != "" {
			said, unsaid := reason("reason", why, "Somebody blocks this. Say why it goes ahead all the same.")
			if e := errs.As(unsaid); e != nil {
				t.problems = append(t.problems, e.Fields...)
			}
			why = said
		}
		if err := errs.InvalidFields(t.problems...); err != nil {
			return err
		}
		if early {
			why = strings.TrimSpace("Before it closed. " + why)
		}
		d.State, d.By.ID, d.Authority, d.DecidedAt = Agreed, t.by, t.authority, tx.Now()
		if !t.review.IsZero() {
			d.ReviewAt = t.review
		}
		if d.NoticeDays > 0 {
			d.EffectiveAt = d.DecidedAt.AddDate(0, 0, d.NoticeDays)
		}
		if err := updateDecision(ctx, tx, d); err != nil {
			return err
		}
		return record(ctx, tx, v, d, "agreed", why, 0)
	})
	if err != nil {
		return fmt.Errorf("agree decision %d: %w", thread, err)
	}
	return nil
}

// Challenge puts a decision under review, with the reason, and marks the assumptions, by their place from 0, that do not hold any
// more. Whoever may read a decision may challenge it.
func (s *Service) Challenge(ctx context.Context, v auth.Viewer, thread int64, why string, broken []int) error {
	err := s.change(ctx, v, thread, func(tx *db.Tx, d Decision) error {
		switch {
		case d.State == Proposed:
			return isProposed
		case d.State == Review:
			return inReview
		case d.Settled():
			return isSettled
		}
		why, err := reason("reason", why, "Say what is wrong with it, or what has changed since.")
		if err != nil {
			return err
		}
		for _, i := range broken {
			if i >= 0 && i < len(d.Assumptions) {
				if err := updateBroken(ctx, tx, thread, i); err != nil {
					return err
				}
			}
		}
		if err := updateState(ctx, tx, thread, Review); err != nil {
			return err
		}
		return record(ctx, tx, v, d, "challenged", why, 0)
	})
	if err != nil {
		return fmt.Errorf("challenge decision %d: %w", thread, err)
	}
	return nil
}

// Outcome is what a review comes to.
type Outcome string

// The outcomes.
const (
	StillRight Outcome = "right"
	Changes    Outcome = "changes" // it says something else now
	GivenUp    Outcome = "withdrawn"
)

// Reviewed is what somebody found when they looked at a decision again.
type Reviewed struct {
	Outcome Outcome
	Learnt  string
	Now     string // what is decided now, when it changes
	Next    string // day on which it is looked at again; "" for never
}

// LookAgain notes what came of a review.
func (s *Service) LookAgain(ctx context.Context, v auth.Viewer, thread int64, in Reviewed) error {
	err := s.change(ctx, v, thread, func(tx *db.Tx, d Decision) error {
		switch {
		case d.State == Proposed:
			return isProposed
		case !d.keeps(v):
			return notKeeper
		case d.Settled():
			return isSettled
		}
		t, learnt := s.readReview(tx.Now(), in, d)
		if err := errs.InvalidFields(t.problems...); err != nil {
			return err
		}
		d.State, d.Learnt, d.ReviewedAt, d.ReviewAt = Agreed, learnt, tx.Now(), t.review
		if in.Outcome == GivenUp {
			d.State, d.ReviewAt = Withdrawn, time.Time{}
		}
		if err := updateDecision(ctx, tx, d); err != nil {
			return err
		}
		if err := record(ctx, tx, v, d, "reviewed", learnt, 0); err != nil {
			return err
		}
		switch in.Outcome {
		case Changes:
			return s.restate(ctx, tx, v, d, oneLine(in.Now), learnt)
		case GivenUp:
			return record(ctx, tx, v, d, "withdrawn", learnt, 0)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("review decision %d: %w", thread, err)
	}
	return nil
}

// readReview finds out what is wrong with a review, and when the next is.
func (s *Service) readReview(now time.Time, in Reviewed, d Decision) (t terms, learnt string) {
	if !slices.Contains([]Outcome{StillRight, Changes, GivenUp}, in.Outcome) {
		t.wrong("outcome", "Choose what came of it.")
	}
	learnt, unsaid := reason("learnt", in.Learnt, "Say what was learnt since it was decided, even if it is little.")
	if e := errs.As(unsaid); e != nil {
		t.problems = append(t.problems, e.Fields...)
	}
	var err error
	if t.review, err = parseDay(in.Next, s.zone); err != nil {
		t.wrong("next", "Write a day, such as 2027-05-31.")
	} else if !t.review.IsZero() && !t.review.After(now) && in.Outcome != GivenUp {
		t.wrong("next", "Choose a day that is still to come.")
	}
	if in.Outcome == Changes {
		switch said := oneLine(in.Now); {
		case said == "" || said == d.Title:
			t.wrong("now", "Write what is decided now.")
		case len([]rune(said)) > threads.MaxTitle:
			t.wrong("now", "Shorten this to %d characters.", threads.MaxTitle)
		}
	}
	return t, learnt
}

// restate gives a decision other words.
func (s *Service) restate(ctx context.Context, tx *db.Tx, v auth.Viewer, d Decision, title, why string) error {
	e, err := selectWords(ctx, tx, d.Thread)
	if err != nil {
		return err
	}
	e.Title = title
	if err := s.threads.EditRoom(ctx, tx, v, threads.Decision, d.Thread, e); err != nil {
		return err
	}
	return record(ctx, tx, v, d, "amended", why, 0)
}

// Withdraw says that a decision holds no more, or that a proposal is not pursued, with the reason.
func (s *Service) Withdraw(ctx context.Context, v auth.Viewer, thread int64, why string) error {
	err := s.change(ctx, v, thread, func(tx *db.Tx, d Decision) error {
		if err := d.amendable(v); err != nil {
			return err
		}
		why, err := reason("reason", why, "Say why it is withdrawn. The reason stays on its page.")
		if err != nil {
			return err
		}
		if err := updateState(ctx, tx, thread, Withdrawn); err != nil {
			return err
		}
		return record(ctx, tx, v, d, "withdrawn", why, 0)
	})
	if err != nil {
		return fmt.Errorf("withdraw decision %d: %w", thread, err)
	}
	return nil
}

// Superseded is part of threads.Room: it takes what the thread says, that something has taken its place or no longer has, to the state
// of the decision. One that was withdrawn stays so.
func (s *Service) Superseded(ctx context.Context, tx *db.Tx, v auth.Viewer, thread int64) error {
	p, err := selectPlace(ctx, tx, thread)
	if errs.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("what supersedes decision %d: %w", thread, err)
	}
	state, what := Superseded, "superseded"
	switch {
	case p.state == Withdrawn, p.successor == 0 && p.state != Superseded, p.successor != 0 && p.state == Superseded && p.said == p.successor:
		return nil
	case p.successor == 0 && p.decided:
		state, what = Agreed, "reinstated"
	case p.successor == 0:
		state, what = Proposed, "reinstated"
	}
	d := Decision{Thread: thread, Audience: p.audience}
	if err := updateState(ctx, tx, thread, state); err != nil {
		return err
	}
	return record(ctx, tx, v, d, what, "", p.successor)
}
