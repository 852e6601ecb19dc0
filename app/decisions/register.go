package decisions

import (
	"context"
	"fmt"
	"time"

	"watercooler/app/threads"
	"watercooler/auth"
)

// Line is a decision in a list.
type Line struct {
	Thread      int64
	Title       string
	State       State
	Author      threads.Author // with the unit
	By          threads.Author // zero while it is proposed
	Authority   string
	Audience    string
	Network     threads.Place
	CreatedAt   time.Time
	DecidedAt   time.Time // zero while it is proposed
	ReviewAt    time.Time // zero: never
	ReviewedAt  time.Time // zero: never yet
	ClosesAt    time.Time // of a proposal; zero for no end
	EffectiveAt time.Time // zero: at once
	Options     int
	Evidence    int
	Stances     int
	Replies     int
	Topics      []threads.Topic
}

// Path returns the address of the decision.
func (l Line) Path() string { return threadPath(l.Thread) }

// At is when it was decided, or proposed as long as it is not: what lists go by.
func (l Line) At() time.Time {
	if l.DecidedAt.IsZero() {
		return l.CreatedAt
	}
	return l.DecidedAt
}

// Due reports whether somebody should look at it again.
func (l Line) Due(now time.Time) bool {
	return Decision{State: l.State, ReviewAt: l.ReviewAt}.Due(now)
}

// Filter narrows the register. The zero Filter is all of it.
type Filter struct {
	State   State
	Unit    int64  // of who wrote it
	Network string // slug
	Topic   string // slug
	Year    int    // in which it was decided, or proposed
	Due     bool   // somebody should look at it again
	Before  threads.Key
	Limit   int // at most MostLines; 0 is pageSize
}

// How many decisions a page of the register has, and one answer of its files.
const (
	pageSize  = 25
	MostLines = 1000
)

// Register is one page of the register.
type Register struct {
	Lines []Line
	Next  threads.Key // for Filter.Before, zero on the last page
}

// List returns a page of the decisions that v may read, the latest first. It takes two statements.
func (s *Service) List(ctx context.Context, v auth.Viewer, f Filter) (Register, error) {
	if f.Limit <= 0 {
		f.Limit = pageSize
	}
	f.Limit = min(f.Limit, MostLines)
	lines, err := selectRegister(ctx, s.db, v, s.conditions(f), f.Before, f.Limit+1)
	if err != nil {
		return Register{}, fmt.Errorf("list decisions: %w", err)
	}
	var r Register
	if r.Lines = lines; len(lines) > f.Limit {
		r.Lines = lines[:f.Limit]
		last := r.Lines[f.Limit-1]
		r.Next = threads.Key{At: last.At().UnixMicro(), ID: last.Thread}
	}
	if err := selectTopics(ctx, s.db, r.Lines); err != nil {
		return Register{}, fmt.Errorf("topics of decisions: %w", err)
	}
	return r, nil
}

// Choice is a value the register can be narrowed to.
type Choice struct {
	Value, Name string
	Count       int
}

// Choices are what a register can be narrowed to, counted under the other filters.
type Choices struct {
	States, Units, Networks, Topics []Choice
	Years                           []int // the latest first
	Due                             int
}

// Narrow returns what the register of f can be narrowed to. It takes five statements.
func (s *Service) Narrow(ctx context.Context, v auth.Viewer, f Filter) (c Choices, err error) {
	for _, facet := range []struct {
		into    *[]Choice
		columns string
		joins   string
		without func(f *Filter)
	}{
		{&c.States, "d.state, d.state", "", func(f *Filter) { f.State = "" }},
		{&c.Units, "CAST(u.id AS TEXT), u.name", "", func(f *Filter) { f.Unit = 0 }},
		{&c.Networks, "n.slug, n.name", "", func(f *Filter) { f.Network = "" }},
		{&c.Topics, "tp.slug, tp.name", "JOIN thread_topics tt ON tt.thread_id = t.id JOIN topics tp ON tp.id = tt.topic_id", func(f *Filter) { f.Topic = "" }},
	} {
		other := f
		facet.without(&other)
		if *facet.into, err = selectChoices(ctx, s.db, v, s.conditions(other), facet.columns, facet.joins); err != nil {
			return c, fmt.Errorf("narrow decisions: %w", err)
		}
	}
	other := f
	other.Year, other.Due = 0, false
	first, last, due, err := selectSpan(ctx, s.db, v, s.conditions(other), s.now())
	if err != nil {
		return c, fmt.Errorf("years of decisions: %w", err)
	}
	c.Due = due
	for year := last.In(s.zone).Year(); !first.IsZero() && year >= first.In(s.zone).Year() && len(c.Years) < mostYears; year-- {
		c.Years = append(c.Years, year)
	}
	return c, nil
}

// mostYears is how many years the register offers.
const mostYears = 12

// Made returns the latest decisions made from a thread that v may read.
func (s *Service) Made(ctx context.Context, v auth.Viewer, thread int64) ([]Line, error) {
	const shown = 5
	lines, err := selectMade(ctx, s.db, v, thread, shown)
	if err != nil {
		return nil, fmt.Errorf("decisions from thread %d: %w", thread, err)
	}
	return lines, nil
}

// Reminders returns what waits for v as the owner of a decision, or its author where it has none, or the deputy: what is due for
// review, what was challenged, and proposals that have closed. The longest overdue comes first.
func (s *Service) Reminders(ctx context.Context, v auth.Viewer, limit int) ([]threads.Reminder, error) {
	if v.Person == 0 {
		return nil, nil
	}
	list, err := selectWaiting(ctx, s.db, v, s.now(), limit)
	if err != nil {
		return nil, fmt.Errorf("reminders of decisions: %w", err)
	}
	out := make([]threads.Reminder, len(list))
	for i, w := range list {
		out[i] = threads.Reminder{Path: threadPath(w.thread), Due: w.due}
		switch w.state {
		case Proposed:
			out[i].Text = "A proposal has closed: " + w.title
		case Review:
			out[i].Text = "A decision is challenged: " + w.title
		default:
			out[i].Text = "Look again at a decision: " + w.title
		}
	}
	return out, nil
}
