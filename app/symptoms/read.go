package symptoms

import (
	"context"
	"fmt"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/app/threads"
	"watercooler/auth"
)

const (
	// overviewShown is how many findings of each symptom the page of all symptoms shows.
	overviewShown = 3
	// evidenceShown is how much of what a finding rests on stands beside it in a list.
	evidenceShown = 4
	// perPage is how many findings the page of one symptom shows.
	perPage = 20
	// mostEvidence is how much of what it rests on the page of a finding shows.
	mostEvidence = 200
	// mostWritten is how many findings are written out for other programs.
	mostWritten = 1_000
	// maxReason bounds why a finding is put aside, in runes.
	maxReason = 500
)

// Place is a topic or unit by name.
type Place struct {
	ID         int64
	Name, Slug string
}

// Cited is something that a finding rests on, as its reader may open it.
type Cited struct {
	Thread threads.Other // zero for a gap
	Kind   threads.Kind
	Gap    string // what was looked for
	At     time.Time
}

// Shown is a finding as leaders are shown it.
type Shown struct {
	ID       int64
	Symptom  Symptom
	Variant  Variant
	Topic    Place // zero for none
	Unit     Place // zero for none
	Number   int
	Days     int
	Said     string
	Since    time.Time
	Latest   time.Time
	FoundAt  time.Time
	Aside    bool // a leader put it aside
	AsideAt  time.Time
	AsideBy  string
	Reason   string
	Evidence []Cited // the first of it
	Total    int     // how much there is
}

// Overview is all symptoms with the first of what was found of each.
type Overview struct {
	LookedAt  time.Time // zero when nobody has looked yet
	FirstAt   time.Time
	Threads   int // read in the last look
	Decisions int
	Signals   int
	Symptoms  []Section // all nine, in their order
}

// Section is what was found of one symptom.
type Section struct {
	Symptom  Symptom
	Findings []Shown
	Total    int
	Since    time.Time // when there is nothing: since when; zero when nobody has looked yet
}

// Overview returns what was found, for leaders.
func (s *Service) Overview(ctx context.Context, v auth.Viewer) (Overview, error) {
	if err := s.admit(ctx, v, "/insights/symptoms"); err != nil {
		return Overview{}, err
	}
	o, gone, err := selectLook(ctx, s.db)
	if err != nil {
		return Overview{}, fmt.Errorf("read when symptoms were looked for: %w", err)
	}
	list, totals, err := selectOverview(ctx, s.db, v, overviewShown)
	if err == nil {
		err = cite(ctx, s.db, v, list, evidenceShown)
	}
	if err != nil {
		return Overview{}, fmt.Errorf("list symptoms: %w", err)
	}
	for _, symptom := range All {
		section := Section{Symptom: symptom, Total: totals[symptom], Since: gone[symptom]}
		if section.Since.IsZero() {
			section.Since = o.FirstAt
		}
		for _, f := range list {
			if f.Symptom == symptom {
				section.Findings = append(section.Findings, f)
			}
		}
		o.Symptoms = append(o.Symptoms, section)
	}
	return o, nil
}

// admit lets leaders in, and tells that they looked.
func (s *Service) admit(ctx context.Context, v auth.Viewer, page string) error {
	if err := leads(v); err != nil || s.looks == nil {
		return err
	}
	if err := s.looks.Look(ctx, v, page); err != nil {
		return fmt.Errorf("note who looked at %s: %w", page, err)
	}
	return nil
}

// From is a place in a list of findings, the latest first.
type From struct {
	At int64 // Unix microseconds
	ID int64
}

// List returns the findings of one symptom after a place: those that are open, or those that leaders put aside. More is where the next page
// begins, nil on the last.
func (s *Service) List(ctx context.Context, v auth.Viewer, symptom Symptom, aside bool, from From) (list []Shown, more *From, err error) {
	if !symptom.Valid() {
		return nil, nil, nothingHere
	}
	if err := s.admit(ctx, v, "/insights/symptoms/"+string(symptom)); err != nil {
		return nil, nil, err
	}
	list, err = selectList(ctx, s.db, v, symptom, aside, from, perPage+1)
	if len(list) > perPage {
		list = list[:perPage]
		last := list[perPage-1]
		more = &From{At: db.Micros(last.Latest), ID: last.ID}
	}
	if err == nil {
		err = cite(ctx, s.db, v, list, evidenceShown)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("list findings of %s: %w", symptom, err)
	}
	return list, more, nil
}

// Written returns the open findings of all symptoms with what they rest on, for other programs.
func (s *Service) Written(ctx context.Context, v auth.Viewer, page string) ([]Shown, error) {
	if err := s.admit(ctx, v, page); err != nil {
		return nil, err
	}
	list, _, err := selectOverview(ctx, s.db, v, mostWritten/len(All))
	if err == nil {
		err = cite(ctx, s.db, v, list, mostEvidence)
	}
	if err != nil {
		return nil, fmt.Errorf("write out symptoms: %w", err)
	}
	return list, nil
}

// Find returns a finding with what it rests on.
func (s *Service) Find(ctx context.Context, v auth.Viewer, id int64) (Shown, error) {
	if err := s.admit(ctx, v, fmt.Sprintf("/insights/findings/%d", id)); err != nil {
		return Shown{}, err
	}
	return find(ctx, s.db, v, id)
}

func find(ctx context.Context, q db.Querier, v auth.Viewer, id int64) (Shown, error) {
	f, err := selectShown(ctx, q, v, id)
	if errs.IsNotFound(err) {
		return Shown{}, errs.NotFoundf("There is no such finding here, or it is found no more.")
	}
	list := []Shown{f}
	if err == nil {
		err = cite(ctx, q, v, list, mostEvidence)
	}
	if err != nil {
		return Shown{}, fmt.Errorf("find finding %d: %w", id, err)
	}
	return list[0], nil
}

// Dismiss puts a finding aside, for a reason that other leaders read.
func (s *Service) Dismiss(ctx context.Context, v auth.Viewer, id int64, reason string) error {
	reason = strings.TrimSpace(reason)
	if reason == "" {
		return errs.InvalidFields(errs.Field{Name: "reason", Text: "Say why this is no problem, so that others need not look into it again."})
	}
	if len([]rune(reason)) > maxReason {
		return errs.InvalidFields(errs.Field{Name: "reason", Text: fmt.Sprintf("Use at most %d characters.", maxReason)})
	}
	return s.decide(ctx, v, id, reason, "symptom.dismissed")
}

// Reopen takes up a finding that was put aside.
func (s *Service) Reopen(ctx context.Context, v auth.Viewer, id int64) error {
	return s.decide(ctx, v, id, "", "symptom.reopened")
}

// decide puts a finding aside, or takes it up again when reason is "". Doing so twice changes nothing.
func (s *Service) decide(ctx context.Context, v auth.Viewer, id int64, reason, verb string) error {
	if err := leads(v); err != nil {
		return err
	}
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := tx.Lock(ctx, "symptoms"); err != nil {
			return err
		}
		f, err := find(ctx, tx, v, id)
		if err != nil || f.Aside == (reason != "") {
			return err
		}
		if err := updateDismissed(ctx, tx, id, v.Person, reason); err != nil {
			return err
		}
		return event.Append(ctx, tx, event.Event{Actor: v.Person, Verb: verb, Object: event.Ref{Kind: "symptom", ID: id}})
	})
	if err != nil {
		return fmt.Errorf("%s %d: %w", verb, id, err)
	}
	return nil
}
