package routing

import (
	"context"
	"fmt"
	"slices"
	"time"

	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/auth"
)

// Course is what has become of a question, as far as a viewer may know it. Who decides about the question sees how widely it has
// been offered, but no names besides those who said they will answer and those whom the asker named; everybody else who reads it
// sees who will answer. The zero Course says nothing.
type Course struct {
	Decides  bool   // the viewer asked it, or keeps order here
	Mine     bool   // the viewer asked it
	State    string // of its routing: open, paused, resting or stopped; "" when it has none
	Step     int
	NextAt   time.Time // when more people are asked, zero when they are not
	Waves    []Wave
	Named    []Promise // whom the asker, or a moderator, named
	Passed   []Promise // colleagues to whom it was passed on; only their unit is for telling
	Refused  int       // said that it is not for them
	Promises []Promise // who said they will answer
	Own      *Offer    // the viewer's own, while it stands
}

// Wave is how many people the hub offered a question in one step.
type Wave struct {
	Step, People int
	At           time.Time
}

// Promise is a person and when they were asked, or said that they will answer.
type Promise struct {
	Person Person
	At     time.Time
}

// Course returns what has become of t, which must come from Find for v. Of anything but a question that waits for its answer there
// is nothing to say.
func (s *Service) Course(ctx context.Context, v auth.Viewer, t threads.Thread) (Course, error) {
	if !v.SignedIn() || t.Kind != threads.Question || t.Deleted || t.Closed() || t.Accepted != 0 {
		return Course{}, nil
	}
	c := Course{Mine: v.Person == t.Author.ID, Decides: mayDecide(v, t.Author.ID, t.Network.ID)}
	r, legs, err := selectCourse(ctx, s.db, t.ID)
	if errs.IsNotFound(err) {
		c.Decides = c.Mine && t.Replies == 0 // it came from elsewhere: its asker may have it offered, nobody else is troubled
		return c, nil
	}
	if err != nil {
		return Course{}, fmt.Errorf("course of thread %d: %w", t.ID, err)
	}
	for _, l := range legs {
		c.tell(l, legs, v, s.now())
	}
	if !c.Decides {
		return Course{Promises: c.Promises, Own: c.Own}, nil
	}
	c.State, c.Step = r.state, r.step
	if r.state == stateOpen && r.step < last {
		c.NextAt = s.due(r.createdAt, r.step+1)
		for _, l := range legs {
			if l.state == Accepted {
				c.NextAt = later(c.NextAt, l.answeredAt.Add(promise))
			}
		}
	}
	return c, nil
}

// tell adds one offer to what is told.
func (c *Course) tell(l leg, all []leg, v auth.Viewer, now time.Time) {
	if l.person == v.Person && (l.state == Offered || l.state == Accepted) {
		c.Own = &Offer{ID: l.id, State: l.state, Reason: l.reason, Note: l.note, CreatedAt: l.createdAt}
	}
	if l.state == Accepted && now.Sub(l.answeredAt) < promise {
		c.Promises = append(c.Promises, Promise{l.who, l.answeredAt})
	}
	if l.state == Declined {
		c.Refused++
	}
	switch {
	case l.hub:
		i := slices.IndexFunc(c.Waves, func(w Wave) bool { return w.Step == l.step })
		if i < 0 {
			c.Waves = append(c.Waves, Wave{Step: l.step, At: l.createdAt})
			i = len(c.Waves) - 1
		}
		c.Waves[i].People++
	case slices.ContainsFunc(all, func(by leg) bool { return by.person == l.by && by.state == Passed }):
		c.Passed = append(c.Passed, Promise{l.who, l.createdAt})
	default:
		c.Named = append(c.Named, Promise{l.who, l.createdAt})
	}
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
