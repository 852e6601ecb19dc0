package symptoms

import (
	"time"

	"watercooler/app/threads"
)

const (
	// shownMonths is for how long something that happened is a symptom: this calendar month and the twelve before it. What is older
	// has been lived with, and is no sign of how things are now.
	shownMonths = 13
	// memoryMonths is how far back a Record goes: as long again, so that what happens now can be seen to have happened before.
	memoryMonths = 25
)

// Record is the open record as the detectors see it: what everybody in the home organisation may read. Slices are ordered by id
// unless they say otherwise.
type Record struct {
	Now  time.Time
	Zone *time.Location
	K    int // people behind a figure

	Threads   []Thread      // that are there
	Decisions []Decision    // as far as they are among Threads
	Signals   []Signal      // since shownMonths, as Decisions
	Gaps      []Gap         // closed since shownMonths
	Units     []Unit        // of the home organisation
	Knowers   map[int64]int // by topic, how many people have shown that they know about it, say so, or were offered its questions

	// What is read only of threads that Alike names, because it takes their words.
	Links   map[Pair]bool
	Answers map[int64]string // by question, the accepted answer

	twins *twins // see prepared
}

// Pair is two threads, the one with the smaller id first.
type Pair struct{ A, B int64 }

func pairOf(a, b int64) Pair { return Pair{min(a, b), max(a, b)} }

// Thread is a thread of any kind.
type Thread struct {
	ID         int64
	Kind       threads.Kind
	Title      string
	Unit       int64 // of whoever looks after it, 0 for none
	At         time.Time
	Answered   time.Time // when somebody other than its author first replied; zero for never
	ClosedAt   time.Time
	Dismissed  bool // it was closed by somebody other than its author
	Accepted   int64
	Superseded bool
	Guide      bool // what it says is meant to last
	Topics     []int64
	Active     Months // in which somebody wrote in it
}

// Decision is what a thread of kind decision has besides.
type Decision struct {
	Thread    int64
	State     string
	DecidedAt time.Time // zero while it is proposed
	Notice    int       // days
	Effective time.Time // zero: at once
	Stances   int       // that others took before it was decided
	Discussed int       // what others wrote before it was decided, under it and in the thread it came from
	Options   int
	Evidence  []Evidence
	Changes   []Change // in order
	Text      string   // what was decided
}

// Evidence is something that a decision rests on.
type Evidence struct {
	DatedAt, AddedAt time.Time // DatedAt is zero where nobody said
}

// Change is something that happened to a decision.
type Change struct {
	At     time.Time
	What   string // proposed, agreed, amended, challenged, reviewed, superseded, reinstated or withdrawn
	Unit   int64  // of who did it; 0 when they sit in none, when it was the hub, or whoever looks after the decision
	Reason bool   // one was given
	Other  int64  // the decision that took its place
	Met    bool   // of a challenge: somebody other than who made it wrote under the decision since
}

// Signal is what a thread of kind signal has besides.
type Signal struct {
	Thread       int64
	Source, Kind string
}

// Gap is something that people looked for and did not find, and that somebody has closed.
type Gap struct {
	ID       int64
	ClosedAt time.Time
	ByOwner  bool // and not because it is found now, or nobody looks for it any more
	Acted    bool // something was written because of it, or the owner says why not
}

// Unit is a unit with those directly in it.
type Unit struct {
	ID, Parent int64
	People     int
	Active     [memoryMonths]int // in each calendar month, the present one first, how many of its people wrote something
}

// Months is a set of calendar months: bit 0 is the present one, bit 1 the one before it.
type Months uint32

// count returns how many months of the set lie from one to before another.
func (m Months) count(from, to int) (n int) {
	for i := from; i < to; i++ {
		n += int(m >> i & 1)
	}
	return n
}

// monthOf returns how many calendar months t lies before now, in the zone of the record.
func (r Record) monthOf(t time.Time) int {
	a, b := r.Now.In(r.Zone), t.In(r.Zone)
	return 12*(a.Year()-b.Year()) + int(a.Month()) - int(b.Month())
}

// shown reports whether something that happened at t counts now.
func (r Record) shown(t time.Time) bool {
	m := r.monthOf(t)
	return !t.IsZero() && m >= 0 && m < shownMonths
}

// since returns the first moment of the calendar month that lies some months back, counting the present one.
func since(now time.Time, zone *time.Location, months int) time.Time {
	local := now.In(zone)
	return time.Date(local.Year(), local.Month()-time.Month(months-1), 1, 0, 0, 0, 0, zone)
}

// byID returns the threads by id.
func (r Record) byID() map[int64]*Thread {
	out := make(map[int64]*Thread, len(r.Threads))
	for i := range r.Threads {
		out[r.Threads[i].ID] = &r.Threads[i]
	}
	return out
}

// sameDay reports whether a and b lie on one day of the calendar of the record.
func (r Record) sameDay(a, b time.Time) bool {
	return a.In(r.Zone).Format(time.DateOnly) == b.In(r.Zone).Format(time.DateOnly)
}

// tree is the units as they hang together.
type tree map[int64]*Unit

func (r Record) tree() tree {
	t := make(tree, len(r.Units))
	for i := range r.Units {
		t[r.Units[i].ID] = &r.Units[i]
	}
	return t
}

// above reports whether unit a stands above unit b, at any distance.
func (t tree) above(a, b int64) bool {
	for range len(t) { // a circle, which nobody can make, would end too
		u := t[b]
		if u == nil || u.Parent == 0 {
			return false
		}
		if u.Parent == a {
			return true
		}
		b = u.Parent
	}
	return false
}

// departments returns the large parts of the organisation: the units at the top, or those below it when a single one holds all.
func (t tree) departments() map[int64]bool {
	top, below := map[int64]bool{}, map[int64]bool{}
	for id, u := range t {
		if t[u.Parent] == nil {
			top[id] = true
		} else if t[t[u.Parent].Parent] == nil {
			below[id] = true
		}
	}
	if len(top) == 1 {
		return below
	}
	return top
}

// within returns the one of areas that unit is in, or is; 0 for none.
func (t tree) within(areas map[int64]bool, unit int64) int64 {
	for range len(t) {
		if areas[unit] || t[unit] == nil {
			break
		}
		unit = t[unit].Parent
	}
	if !areas[unit] {
		return 0
	}
	return unit
}

// people returns how many sit in each unit and all below it.
func (t tree) people() map[int64]int {
	sum := make(map[int64]int, len(t))
	for id, u := range t {
		for range len(t) {
			sum[id] += u.People
			up := t[id]
			if up == nil || t[up.Parent] == nil {
				break
			}
			id = up.Parent
		}
	}
	return sum
}
