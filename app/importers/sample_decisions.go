package importers

import (
	"context"
	"slices"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/decisions"
	"watercooler/app/threads"
)

// sampleDecision is what a decision of the sample has besides its thread. Times are spans before the load, and after it where it says
// so.
type sampleDecision struct {
	decisions.Record
	by, owner, deputy string // handles
	source, replaces  string // keys of threads
	when              time.Duration
	review, overdue   time.Duration // after the load, before it
	open, ended       time.Duration // as long as it is a proposal, likewise
	reviewed          time.Duration
	because           string // why it went ahead
	evidence          []sampleEvidence
	stances           []sampleStance
	changes           []sampleChange
	broken            map[int]time.Duration // assumptions, from 0
}

type sampleEvidence struct {
	decisions.Evidence
	key string // of a thread, "" for none
	ago time.Duration
}

type sampleStance struct {
	who      string
	position decisions.Position
	ago      time.Duration
	reason   string
}

type sampleChange struct {
	who, what string
	ago       time.Duration
	reason    string
}

// decisionFields are the fields of a decision besides those of a thread.
var decisionFields = []string{
	"decided", "authority", "when", "review", "overdue", "notice", "owner", "deputy", "from", "replaces", "state", "open", "ended", "reviewed", "learnt",
	"agreed-because", "option", "evidence", "assume", "broken", "stance", "change",
}

// decision reads what a block says of a decision.
func (b block) decision() (*sampleDecision, error) {
	d := &sampleDecision{
		by: b.get("decided"), owner: b.get("owner"), deputy: b.get("deputy"), source: b.get("from"), replaces: b.get("replaces"), because: b.get("agreed-because"),
		broken: map[int]time.Duration{},
	}
	d.State, d.Authority, d.Learnt = decisions.Agreed, b.get("authority"), b.get("learnt")
	if state := b.get("state"); state != "" {
		d.State = decisions.State(state)
	}
	for name, into := range map[string]*time.Duration{
		"when": &d.when, "review": &d.review, "overdue": &d.overdue, "open": &d.open, "ended": &d.ended, "reviewed": &d.reviewed,
	} {
		if _, ok := b.find(name); !ok {
			continue
		}
		var err error
		if *into, err = b.span(name); err != nil {
			return nil, err
		}
	}
	var err error
	if d.NoticeDays, err = b.number("notice"); err != nil {
		return nil, err
	}
	for _, f := range b.fields {
		if err := b.ground(d, f); err != nil {
			return nil, err
		}
	}
	return d, nil
}

// ground reads one line of what a decision rests on or what became of it.
func (b block) ground(d *sampleDecision, f field) error {
	word := func(n int) []string { return strings.SplitN(f.value, " ", n) }
	switch f.name {
	case "option":
		said, chosen := strings.CutPrefix(f.value, "* ")
		d.Options = append(d.Options, decisions.Option{Said: said, Chosen: chosen})
	case "assume":
		said, watch, _ := strings.Cut(f.value, " :: ")
		d.Assumptions = append(d.Assumptions, decisions.Assumption{Said: said, WatchFor: watch})
	case "broken":
		w := word(2)
		n, err := ago(w[len(w)-1])
		if err != nil || len(w) != 2 || len(w[0]) != 1 {
			return b.problem("broken is the number of an assumption and a time.")
		}
		d.broken[int(w[0][0]-'1')] = n
	case "evidence":
		w := word(4)
		if len(w) != 4 {
			return b.problem("evidence is a kind, a time, an address or -, and a title.")
		}
		e := sampleEvidence{Evidence: decisions.Evidence{Kind: decisions.Grounds(w[0]), Title: w[3]}}
		var err error
		if e.ago, err = ago(w[1]); err != nil {
			return b.problem("%s.", err)
		}
		if key, inside := strings.CutPrefix(w[2], "thread:"); inside {
			e.key = key
		} else if w[2] != "-" {
			e.URL = w[2]
		}
		d.evidence = append(d.evidence, e)
	case "stance", "change":
		w := append(word(4), "")
		if len(w) < 4 {
			return b.problem("a %s is somebody, what they say or do, a time, and their words.", f.name)
		}
		at, err := ago(w[2])
		if err != nil {
			return b.problem("%s.", err)
		}
		if f.name == "stance" {
			d.stances = append(d.stances, sampleStance{who: w[0], position: decisions.Position(w[1]), ago: at, reason: w[3]})
		} else {
			d.changes = append(d.changes, sampleChange{who: w[0], what: w[1], ago: at, reason: w[3]})
		}
	}
	return nil
}

// writeDecisions writes what decisions have besides their threads. What is there already stays: it is of another day.
func (s *sample) writeDecisions(ctx context.Context) error {
	var records []decisions.Record
	var superseded []threads.FreshRecord
	for _, t := range s.said {
		if t.decision == nil {
			continue
		}
		r := s.decided(t)
		for _, next := range s.said {
			if next.decision != nil && next.decision.replaces == t.key {
				r.State = decisions.Superseded
				r.Changes = append(r.Changes, decisions.ChangeRecord{At: next.CreatedAt, By: s.person(next.handle()), What: "superseded", Other: s.threadIDs[next.ExternalID]})
				superseded = append(superseded, threads.FreshRecord{Thread: r.Thread, Successor: s.threadIDs[next.ExternalID]})
			}
		}
		records = append(records, r)
	}
	return s.all(ctx, "decisions", len(records), func(tx *db.Tx) (outcome, error) {
		for _, t := range s.said {
			if t.decision == nil {
				continue
			}
			if err := s.Threads.SetKeepers(ctx, tx, s.threadIDs[t.ExternalID], s.person(t.decision.owner), s.person(t.decision.deputy)); err != nil {
				return outcome{}, err
			}
		}
		if _, err := s.Threads.ImportFresh(ctx, tx, superseded); err != nil {
			return outcome{}, err
		}
		out, err := s.Decisions.Import(ctx, tx, records)
		return outcomeOf(out), err
	})
}

// person returns somebody's id by handle, 0 for nobody.
func (s *sample) person(handle string) int64 { return s.personIDs[samplePersonID+handle] }

// decided is a decision as the slice takes it, dated from the load.
func (s *sample) decided(t *sampleThread) decisions.Record {
	d, id := t.decision, t.ExternalID
	r := d.Record
	r.Thread, r.Source, r.Once = s.threadIDs[id], s.threadIDs[sampleThreadID+d.source], true
	past := func(span time.Duration, name string) time.Time {
		return within(t.CreatedAt, before(s.now.Add(-span), id+name), s.now)
	}
	day := func(at time.Time) time.Time {
		return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, at.Location())
	}
	if r.State != decisions.Proposed {
		r.By, r.DecidedAt = s.person(d.by), past(d.when, "decided")
	}
	if r.NoticeDays > 0 {
		r.EffectiveAt = r.DecidedAt.AddDate(0, 0, r.NoticeDays)
	}
	switch {
	case d.review > 0:
		r.ReviewAt = day(s.now.Add(d.review))
	case d.overdue > 0:
		r.ReviewAt = day(s.now.Add(-d.overdue))
	}
	switch {
	case d.open > 0:
		r.ClosesAt = day(s.now.Add(d.open)).AddDate(0, 0, 1).Add(-time.Microsecond)
	case d.ended > 0:
		r.ClosesAt = day(s.now.Add(-d.ended)).AddDate(0, 0, 1).Add(-time.Microsecond)
	}
	if d.reviewed > 0 {
		r.ReviewedAt = past(d.reviewed, "reviewed")
	}
	for _, e := range d.evidence {
		e.Item, e.DatedAt, e.AddedAt = s.threadIDs[sampleThreadID+e.key], day(s.now.Add(-e.ago)), t.CreatedAt
		if e.key == "" {
			e.Item = 0
		}
		r.Evidence = append(r.Evidence, e.Evidence)
	}
	r.Assumptions = slices.Clone(r.Assumptions)
	for i, span := range d.broken {
		r.Assumptions[i].BrokenAt = past(span, "broken")
	}
	s.opinions(t, &r, past)
	return r
}

// opinions adds what people said of a decision, and what happened to it.
func (s *sample) opinions(t *sampleThread, r *decisions.Record, past func(time.Duration, string) time.Time) {
	d := t.decision
	for _, st := range d.stances {
		at := past(st.ago, st.who)
		r.Stances = append(r.Stances, decisions.StanceRecord{Person: s.person(st.who), Position: st.position, Reason: st.reason, CreatedAt: at, UpdatedAt: at})
	}
	author := s.person(t.handle())
	switch {
	case r.State == decisions.Proposed:
		r.Changes = append(r.Changes, decisions.ChangeRecord{At: t.CreatedAt, By: author, What: "proposed"})
	case len(d.stances) > 0:
		r.Changes = append(r.Changes, decisions.ChangeRecord{At: t.CreatedAt, By: author, What: "proposed"},
			decisions.ChangeRecord{At: r.DecidedAt, By: author, What: "agreed", Reason: d.because})
	default:
		r.Changes = append(r.Changes, decisions.ChangeRecord{At: t.CreatedAt, By: author, What: "agreed"})
	}
	states := map[string]decisions.State{"challenged": decisions.Review, "withdrawn": decisions.Withdrawn}
	for _, c := range d.changes {
		at := past(c.ago, c.what)
		if c.what == "reviewed" {
			at = r.ReviewedAt
		}
		r.Changes = append(r.Changes, decisions.ChangeRecord{At: at, By: s.person(c.who), What: c.what, Reason: c.reason})
		if state, ok := states[c.what]; ok {
			r.State = state
		}
	}
}
