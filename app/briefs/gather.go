package briefs

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"watercooler/app/db"
)

// frame is what is gathered about, and when.
type frame struct {
	scope    Scope
	period   Period
	k        int
	now      time.Time
	from, to time.Time
	end      time.Time // to, or now while the period goes on
	buckets  []int64   // when each of the periods begins by which what is usual is told; the last is this one
}

// patience is how long a question waits before it counts as stuck, and remembered how far back those are looked for.
const (
	patience   = 7 * 24 * time.Hour
	remembered = 92 * 24 * time.Hour
)

// mark is a thread to which something happened.
type mark struct {
	what     what
	sub      string // of what is told apart: the kind of a thread, of a signal
	thread   int64
	audience string
	at       time.Time
	weight   int // by which the first are chosen
	total    int // marks of the same sort with the same audience, this one included
}

// what happened.
type what string

const (
	opened    what = "opened"     // sub: kind of the thread; weight: votes
	answered  what = "answered"   // the answer that was accepted was written; weight: votes of it
	reflected what = "reflection" // sub: kind of reflection
	noticed   what = "signal"     // sub: kind of signal; weight: replies
	waiting   what = "waiting"    // sub: still, or since when it was answered later, with " known" behind it when somebody may know
	due       what = "due"        // for a check
)

// talk is a thread in which people replied in the period.
type talk struct {
	thread   int64
	kind     string
	audience string
	replies  int
	people   int // who wrote them
	units    int // in which these work
	closed   bool
	settled  bool // a decision was made from it
	threads  int  // threads with replies that have the same audience, this one included
	total    int  // replies in them
}

// choice is a decision, or a proposal for one.
type choice struct {
	thread                          int64
	audience                        string
	state                           string
	authority                       string
	createdAt                       time.Time
	decidedAt, effectiveAt          time.Time
	reviewAt, reviewedAt            time.Time
	closesAt                        time.Time
	learnt                          string
	agree, abstain, disagree, block int
	saidAt                          time.Time // when the last of them spoke
	dissent                         string    // in the words of the last who disagreed and said why
}

// subject is how often a topic was written about in one period, by the audience of what was written. Topic 0 stands for all threads.
type subject struct {
	topic    int64
	name     string
	slug     string
	bucket   int
	audience string
	threads  int
	ids      []int64 // in the last period, those with most replies first
}

// gap is something that was looked for and not found.
type gap struct {
	said     string
	openedAt time.Time
	closedAt time.Time // zero while it is open
	why      string
	answer   int64 // the thread written because of it, 0 for none
}

// material is what was gathered, before anybody in particular reads it. It holds no titles.
type material struct {
	frame
	at, until time.Time
	marks     []mark
	talks     []talk
	choices   []choice
	subjects  []subject
	gaps      []gap
	people    int // who wrote something, counted for the organisation and months alone
	placed    int // the units they work in
}

// gather reads what happened in a period.
func gather(ctx context.Context, q db.Querier, f frame) (*material, error) {
	m := &material{frame: f, at: f.now}
	var err error
	happened, err := selectHappened(ctx, q, f)
	if err != nil {
		return nil, fmt.Errorf("what happened: %w", err)
	}
	waits, err := selectWaiting(ctx, q, f)
	if err != nil {
		return nil, fmt.Errorf("what waits: %w", err)
	}
	m.marks = slices.Concat(happened, waits)
	if m.talks, err = selectTalks(ctx, q, f); err != nil {
		return nil, fmt.Errorf("what was said: %w", err)
	}
	if m.choices, err = selectChoices(ctx, q, f); err != nil {
		return nil, fmt.Errorf("decisions: %w", err)
	}
	if m.subjects, err = selectSubjects(ctx, q, f); err != nil {
		return nil, fmt.Errorf("topics: %w", err)
	}
	m.subjects = rising(m.subjects, len(f.buckets))
	if f.scope.Kind != Organisation {
		return m, nil
	}
	if m.gaps, err = selectGaps(ctx, q, f); err != nil {
		return nil, fmt.Errorf("gaps: %w", err)
	}
	if f.period.Weekly {
		return m, nil
	}
	if m.people, m.placed, err = selectPeople(ctx, q, f); err != nil {
		return nil, fmt.Errorf("how many took part: %w", err)
	}
	return m, nil
}

// evidence is how many threads are kept of what may be rising.
const evidence = 12

// rising keeps what is needed to tell, for any reader, what is rising: all threads per period, and the topics that were written about
// often enough in the last of n.
func rising(list []subject, n int) []subject {
	last := make(map[int64]int)
	for _, s := range list {
		if s.bucket == n-1 {
			last[s.topic] += s.threads
		}
	}
	out := list[:0:0]
	for _, s := range list {
		if s.topic != 0 && last[s.topic] < leastAbout {
			continue
		}
		s.ids = s.ids[:min(len(s.ids), evidence)]
		out = append(out, s)
	}
	return out
}

// threads returns the ids of everything gathered, each once and in order.
func (m *material) threads() []int64 {
	var ids []int64
	for _, x := range m.marks {
		ids = append(ids, x.thread)
	}
	for _, x := range m.talks {
		ids = append(ids, x.thread)
	}
	for _, x := range m.choices {
		ids = append(ids, x.thread)
	}
	for _, t := range m.told() {
		for _, s := range m.subjects {
			if s.topic == t {
				ids = append(ids, s.ids...)
			}
		}
	}
	for _, g := range m.gaps {
		if g.answer != 0 {
			ids = append(ids, g.answer)
		}
	}
	slices.SortFunc(ids, cmp.Compare[int64])
	return slices.Compact(ids)
}
