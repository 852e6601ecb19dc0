// Package insights reads the organisation's intelligence back to its leaders: figures of what people notice, make sense of,
// decide, remember, learn and tell each other, for each calendar month and unit.
//
// The figures cover the open record alone: threads that everybody in the home organisation may read. A ledger (ledger.go) is kept
// level with the events; from it the figures of a month are made whole (settle.go), and whatever fewer than k people stand behind
// is left out there and then (suppress.go), so that pages, exports and the views of the database hold the same numbers and nothing
// that may not be shown is kept in any of them. Each metric has a plain statement that computes it from the tables of the hub
// (metrics_sql.go); tests hold the figures to it, and the page of the method shows it.
//
// People count where they are now: facts name them, and where they sit is asked when the figures are made. So figures are
// always what the present rows say, and can be made anew at any time.
package insights

import (
	"context"
	"fmt"
	"sync"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/auth"
)

// LeastK is how many people must stand behind a figure at least, whatever the settings say.
const LeastK = 5

// Months is how many calendar months are shown, the present one included.
const Months = 13

// Whole stands for the whole organisation where a unit is asked for.
const Whole int64 = 0

// Service makes the figures and reads them.
type Service struct {
	db   *db.DB
	zone *time.Location
	k    int
	now  func() time.Time

	settling sync.Mutex // one at a time makes figures
}

// New returns the service on d. Months begin in zone; k is how many people must stand behind a figure, LeastK at least.
func New(d *db.DB, zone *time.Location, k int, now func() time.Time) *Service {
	if zone == nil {
		zone = time.UTC
	}
	return &Service{db: d, zone: zone, k: max(k, LeastK), now: now}
}

// K is how many people must stand behind a figure.
func (s *Service) K() int { return s.k }

// Reads reports whether v reads the figures: people of the home organisation who lead it, or look after the hub.
func Reads(v auth.Viewer) bool { return v.Staff && (v.Is(auth.Leader) || v.Is(auth.Admin)) }

// What people are told.
var (
	nothing = errs.NotFoundf("There is no such page here.")
	noUnit  = errs.NotFoundf("There is no such unit in this organisation.")
	noMonth = errs.NotFoundf("There are no figures for this month. The last 13 months are kept.")
)

// Month is a calendar month in the hub's time zone, as it is stored: "2027-03".
type Month string

const monthForm = "2006-01"

// monthOf returns the month of a stored time.
func (s *Service) monthOf(us int64) Month { return Month(db.Time(us).In(s.zone).Format(monthForm)) }

// begin returns when m begins; the zero time for what is no month.
func (s *Service) begin(m Month) time.Time {
	t, err := time.ParseInLocation(monthForm, string(m), s.zone)
	if err != nil {
		return time.Time{}
	}
	return t
}

// add returns the month n months after m.
func (s *Service) add(m Month, n int) Month {
	return Month(s.begin(m).AddDate(0, n, 0).Format(monthForm))
}

// Bounds returns when m begins and when the next month does, in Unix microseconds.
func (s *Service) Bounds(m Month) (from, to int64) {
	return db.Micros(s.begin(m)), db.Micros(s.begin(s.add(m, 1)))
}

// Window returns the months that are shown, oldest first; the last is not over.
func (s *Service) Window() []Month {
	last := s.monthOf(db.Micros(s.now()))
	out := make([]Month, Months)
	for i := range out {
		out[i] = s.add(last, i-Months+1)
	}
	return out
}

// Filter narrows the figures.
type Filter struct {
	Month Month // "": the last that is over
	Unit  int64 // with the units beneath it; Whole for all
}

// Unit is a unit of the home organisation that figures may be asked for.
type Unit struct {
	ID     int64
	Name   string
	Depth  int // 0 at the top
	People int // who are here now, with the units beneath it
}

// State says whether a figure is shown.
type State string

// The states of a figure.
const (
	Shown State = "shown"
	Few   State = "few"  // fewer than k people stand behind it
	Near  State = "near" // shown beside the others it would give away what fewer than k people did
	Small State = "unit" // the unit has fewer than k people
)

// Figure is the value of one metric in one month.
type Figure struct {
	Month Month
	State State
	Value int64 // see Metric.Kind; the part of a share
	Whole int64 // of how many; 0: there was nothing to count
}

// Series is one metric over the months that are shown.
type Series struct {
	*Metric
	Figures []Figure // of Window, in its order
	At      int      // index in Figures of the month that was asked for
}

// Now is the figure of the month that was asked for.
func (s Series) Now() Figure { return s.Figures[s.At] }

// Before is the figure of the month before that. ok is false when it may not be compared: one of the two is not shown, or holds
// nothing, or the month is not over.
func (s Series) Before() (f Figure, ok bool) {
	if s.At == 0 || s.At == len(s.Figures)-1 {
		return Figure{}, false
	}
	f = s.Figures[s.At-1]
	now := s.Now()
	if f.State != Shown || now.State != Shown {
		return f, false
	}
	return f, s.Kind == Count || f.Whole > 0 && now.Whole > 0
}

// Figures are all metrics, narrowed.
type Figures struct {
	Filter
	Unit    Unit
	Running bool // the month is not over
	Units   []Unit
	Months  []Month
	Series  []Series // of Metrics, in its order
	Rising  []Topic  // of the whole organisation
	K       int
}

// Topic is a topic that is talked about more than it was.
type Topic struct {
	ID      int64
	Slug    string
	Name    string
	Threads int64 // in the month
	usual   int64 // in the twelve months before
}

// Of returns the series of a metric by its key.
func (f Figures) Of(key string) Series {
	for _, s := range f.Series {
		if s.Key == key {
			return s
		}
	}
	return Series{Metric: &Metric{}, Figures: make([]Figure, len(f.Months)), At: 0}
}

// Read returns the figures that v asks for.
func (s *Service) Read(ctx context.Context, v auth.Viewer, f Filter) (Figures, error) {
	out := Figures{Filter: f, Months: s.Window(), K: s.k}
	if !Reads(v) {
		return out, nothing
	}
	if out.Month == "" {
		out.Month = out.Months[Months-2]
	}
	at := -1
	for i, m := range out.Months {
		if m == out.Month {
			at = i
		}
	}
	if at < 0 {
		return out, noMonth
	}
	out.Running = at == Months-1
	if err := s.place(ctx, &out); err != nil {
		return out, err
	}
	cells, err := selectCells(ctx, s.db, f.Unit, out.Months[0])
	if err != nil {
		return out, fmt.Errorf("read figures: %w", err)
	}
	small := f.Unit != Whole && out.Unit.People < s.k
	for i := range Metrics {
		m := &Metrics[i]
		if m.OrganisationOnly && f.Unit != Whole {
			continue
		}
		series := Series{Metric: m, Figures: make([]Figure, Months), At: at}
		for j, month := range out.Months {
			figure, there := cells[cellKey{f.Unit, month, m.Key}]
			switch {
			case small:
				figure = Figure{State: Small}
			case !there:
				figure = Figure{State: Shown}
			}
			figure.Month = month
			series.Figures[j] = figure
		}
		out.Series = append(out.Series, series)
	}
	if out.Rising, err = s.rising(ctx, out.Month); err != nil {
		return out, fmt.Errorf("find rising topics: %w", err)
	}
	return out, nil
}

// place fills in the units that figures can be narrowed to, and the one that was asked for.
func (s *Service) place(ctx context.Context, out *Figures) error {
	o, err := selectOrganisation(ctx, s.db)
	if err != nil {
		return fmt.Errorf("read units: %w", err)
	}
	found := false
	for i, n := range o.nodes {
		u := Unit{ID: n.id, Name: n.name, Depth: n.depth - 1, People: o.headcount(i)}
		if n.id == out.Filter.Unit {
			out.Unit, found = u, true
		}
		if n.id != Whole && u.People >= s.k {
			out.Units = append(out.Units, u)
		}
	}
	if !found {
		return noUnit
	}
	return nil
}

// risingShown is how many topics are named.
const risingShown = 6

// rising returns the topics with at least half as many threads again in a month as in one of the twelve before it, by how many
// more that is.
func (s *Service) rising(ctx context.Context, m Month) ([]Topic, error) {
	list, err := selectRising(ctx, s.db, s.add(m, -12), m)
	if err != nil {
		return nil, err
	}
	var out []Topic
	for _, t := range list {
		if t.Threads*8 > t.usual && len(out) < risingShown { // more than one and a half times a twelfth
			out = append(out, t)
		}
	}
	return out, nil
}

// Usual says in words how a topic was talked about in the twelve months before; as a number it could be subtracted from that of
// the month after.
func (t Topic) Usual() string {
	switch {
	case t.usual == 0:
		return "not talked about in the twelve months before"
	case t.Threads*12 >= t.usual*4:
		return "at least four times as much as in the twelve months before"
	case t.Threads*12 >= t.usual*2:
		return "at least twice as much as in the twelve months before"
	}
	return "more than in the twelve months before"
}
