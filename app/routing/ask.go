package routing

import (
	"context"
	"fmt"
	"strings"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/people"
	"watercooler/auth"
)

// PassOn hands a question that was offered to v to a colleague, who is asked in the name of v, and returns that colleague. What
// a colleague asks is not what the hub asks: it counts for the week of whoever gets it, but is not refused when their week is full.
func (s *Service) PassOn(ctx context.Context, v auth.Viewer, id int64, who, note string) (Person, error) {
	var to Person
	_, err := s.answer(ctx, v, id, Passed, "", func(tx *db.Tx, o Offer) (err error) {
		if to, err = named(ctx, tx, who); err != nil {
			return err
		}
		switch to.ID {
		case v.Person:
			return wrongWho("That is you. Choose a colleague.")
		case o.Asker.ID:
			return wrongWho(to.Name + " asked this question.")
		}
		return s.ask(ctx, tx, v, o.Thread, to, newOffer{note: clip(note), step: 0})
	})
	if err != nil {
		return Person{}, fmt.Errorf("pass offer %d on: %w", id, err)
	}
	return to, nil
}

// mostAsked is how many people an asker may name at once.
const mostAsked = 3

// Ask has a question brought to people whom its asker, or a moderator, names. Who has had as many questions as they take in a week
// is not asked, and then nobody is: the asker is told who, and chooses anew.
func (s *Service) Ask(ctx context.Context, v auth.Viewer, thread int64, who []string, note string) ([]Person, error) {
	var asked []Person
	err := s.change(ctx, func(tx *db.Tx) error {
		asked = nil
		q, err := s.decides(ctx, tx, v, thread)
		if err != nil {
			return err
		}
		if len(who) > mostAsked {
			return wrongWho(fmt.Sprintf("Ask %d people at most. The hub asks others when none of them answers.", mostAsked))
		}
		if len(who) == 0 {
			who = []string{""}
		}
		for _, name := range who {
			p, err := s.askOne(ctx, tx, v, q, name, note)
			if err != nil {
				return err
			}
			asked = append(asked, p)
		}
		_, err = selectRouting(ctx, tx, thread)
		switch {
		case !errs.IsNotFound(err):
			return err
		case tx.Now().Sub(q.createdAt) >= recent: // it is old, or came from elsewhere: nobody else is looked for
			return insertRouting(ctx, tx, thread, stateResting, nil)
		}
		// Asked as it was opened: those who were named are the first three.
		next := s.due(tx.Now(), 2)
		if err := insertRouting(ctx, tx, thread, stateOpen, &next); err != nil {
			return err
		}
		return updateRouting(ctx, tx, thread, 1, stateOpen, &next)
	})
	if err != nil {
		return nil, fmt.Errorf("ask about thread %d: %w", thread, err)
	}
	return asked, nil
}

func (s *Service) askOne(ctx context.Context, tx *db.Tx, v auth.Viewer, q question, who, note string) (Person, error) {
	p, err := named(ctx, tx, who)
	if err != nil {
		return Person{}, err
	}
	if p.ID == q.author {
		return Person{}, wrongWho(p.Name + " asked this question.")
	}
	terms, err := s.knowers.Terms(ctx, []int64{p.ID})
	if err != nil {
		return Person{}, fmt.Errorf("terms of person %d: %w", p.ID, err)
	}
	// A cap of nobody's making is none: who takes no questions from the hub may still be asked by a colleague.
	most := terms[p.ID].WeeklyCap
	if !terms[p.ID].Open {
		most = 0
	}
	return p, s.ask(ctx, tx, v, q.id, p, newOffer{note: clip(note), most: most})
}

// ask offers a question to somebody in the name of v.
func (s *Service) ask(ctx context.Context, tx *db.Tx, v auth.Viewer, thread int64, to Person, in newOffer) error {
	eligible, err := selectEligible(ctx, tx, thread, []int64{to.ID})
	if err != nil {
		return err
	}
	if _, ok := eligible[to.ID]; !ok {
		return wrongWho(to.Name + " may not read this question, or cannot sign in here. Choose somebody else.")
	}
	present, err := selectStandingOf(ctx, tx, thread, to.ID)
	if ignoreAbsent(err) != nil {
		return err
	}
	in.thread, in.person, in.by = thread, to.ID, &v.Person
	switch {
	case err != nil: // nobody has asked them
	case present.state == Declined || present.state == Answered:
		return wrongWho(to.Name + " has seen this question already. Choose somebody else.")
	case present.state == Accepted:
		return wrongWho(to.Name + " said they will answer it.")
	case present.state == Offered: // the word of a colleague beside that of the hub, and no second question
		return updateAsked(ctx, tx, present.id, v.Person, in.note)
	default:
		if err := deleteOffer(ctx, tx, present.id); err != nil {
			return err
		}
	}
	id, err := insertOffer(ctx, tx, in)
	if errs.IsNotFound(err) {
		return wrongWho(to.Name + " has had as many questions as they take in a week. Choose somebody else.")
	}
	if err != nil {
		return err
	}
	return s.append(ctx, tx, v.Person, Offered, id, thread)
}

// Stop ends the search for people who may know. Whoever said they will answer still can.
func (s *Service) Stop(ctx context.Context, v auth.Viewer, thread int64) error {
	err := s.change(ctx, func(tx *db.Tx) error {
		if _, err := s.decides(ctx, tx, v, thread); err != nil {
			return err
		}
		r, err := selectRouting(ctx, tx, thread)
		if err != nil {
			return ignoreAbsent(err)
		}
		if err := s.lapse(ctx, tx, unasked, &thread); err != nil {
			return err
		}
		return updateRouting(ctx, tx, thread, r.step, stateStopped, nil)
	})
	if err != nil {
		return fmt.Errorf("stop routing thread %d: %w", thread, err)
	}
	return nil
}

// Resume has a question offered again that was stopped, or that was set aside because somebody replied. It goes on where it was.
func (s *Service) Resume(ctx context.Context, v auth.Viewer, thread int64) error {
	err := s.change(ctx, func(tx *db.Tx) error {
		if _, err := s.decides(ctx, tx, v, thread); err != nil {
			return err
		}
		now := tx.Now()
		r, err := selectRouting(ctx, tx, thread)
		switch {
		case errs.IsNotFound(err):
			return insertRouting(ctx, tx, thread, stateOpen, &now)
		case err != nil:
			return err
		case r.state == stateOpen || r.state == stateDone:
			return nil
		case r.state == stateResting:
			return errs.Conflictf("Everybody the hub knows of has been asked. Ask somebody by name, or ask in a network.")
		}
		return updateRouting(ctx, tx, thread, r.step, stateOpen, &now)
	})
	if err != nil {
		return fmt.Errorf("resume routing thread %d: %w", thread, err)
	}
	return nil
}

// Asking is a question on the page on which its asker names somebody, with people who may know.
type Asking struct {
	Thread int64
	Title  string
	People []Person // who may know and has not been asked
}

// Asking returns what the asker of a thread needs to choose somebody.
func (s *Service) Asking(ctx context.Context, v auth.Viewer, thread int64) (Asking, error) {
	q, err := s.decides(ctx, s.db, v, thread)
	if err != nil {
		return Asking{}, fmt.Errorf("ask about thread %d: %w", thread, err)
	}
	people, err := s.suggested(ctx, thread, v.Person)
	return Asking{Thread: thread, Title: q.title, People: people}, err
}

// Passing returns an offer of v, and people who may know more about it and have not been asked.
func (s *Service) Passing(ctx context.Context, v auth.Viewer, id int64) (Offer, []Person, error) {
	o, err := s.Find(ctx, v, id)
	if err != nil {
		return Offer{}, nil, err
	}
	people, err := s.suggested(ctx, o.Thread, v.Person)
	return o, people, err
}

// suggestedShown is how many people are suggested to whoever chooses one.
const suggestedShown = 4

// suggested names people who may know about a thread and have not been asked, other than one.
func (s *Service) suggested(ctx context.Context, thread, other int64) ([]Person, error) {
	list, err := s.knowers.Candidates(ctx, thread, 4*suggestedShown)
	if err != nil {
		return nil, fmt.Errorf("people who may know about thread %d: %w", thread, err)
	}
	var ids []int64
	for _, c := range list {
		if c.Person != other && c.Open {
			ids = append(ids, c.Person)
		}
	}
	people, err := selectFree(ctx, s.db, thread, ids)
	if err != nil {
		return nil, fmt.Errorf("read people who may know about thread %d: %w", thread, err)
	}
	var out []Person
	for _, id := range ids {
		if p, ok := people[id]; ok && len(out) < suggestedShown {
			out = append(out, p)
		}
	}
	return out, nil
}

// decides returns a question that v asked or moderates, as long as it waits for an answer.
func (s *Service) decides(ctx context.Context, q db.Querier, v auth.Viewer, thread int64) (question, error) {
	if !v.SignedIn() {
		return question{}, signIn
	}
	found, err := selectReadable(ctx, q, v, thread)
	switch {
	case errs.IsNotFound(err) || err == nil && (found.gone || found.kind != "question"):
		return question{}, noQuestion
	case err != nil:
		return question{}, err
	case !mayDecide(v, found.author, found.network):
		return question{}, notAsker
	case found.settled:
		return question{}, notOpen
	}
	return found, nil
}

// mayDecide reports whether v decides where a question goes: its asker, and those who keep order where it is.
func mayDecide(v auth.Viewer, author, network int64) bool {
	return v.SignedIn() && (v.Person == author || v.Moderates() || v.Stewards(network))
}

// named returns the one person that who means, or says what to write instead.
func named(ctx context.Context, q db.Querier, who string) (Person, error) {
	c, err := people.Named(ctx, q, "who", who)
	return Person{ID: c.ID, Handle: c.Handle, Name: c.Name, Photo: c.Photo, Unit: c.Unit, JobTitle: c.JobTitle}, err
}

func wrongWho(text string) error { return errs.InvalidFields(errs.Field{Name: "who", Text: text}) }

// clip makes a note of what somebody typed: one line, not endless.
func clip(note string) string {
	const most = 300
	note = strings.Join(strings.Fields(note), " ")
	if runes := []rune(note); len(runes) > most {
		return string(runes[:most])
	}
	return note
}
