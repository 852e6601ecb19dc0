package symptoms

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"watercooler/app/threads"
)

var now = time.Date(2027, time.May, 4, 11, 0, 0, 0, time.UTC)

func ago(days int) time.Time { return now.AddDate(0, 0, -days) }

// The units: a council of two directorates, one of which has two teams.
const (
	council = iota + 1
	places
	adults
	roads
	parks
)

func units() []Unit {
	return []Unit{{ID: council}, {ID: places, Parent: council, People: 2}, {ID: adults, Parent: council, People: 40}, {ID: roads, Parent: places, People: 20}, {ID: parks, Parent: places, People: 20}}
}

// told writes findings so that cases are short: "choke topic:1 (3)", with how much each rests on.
func told(list []Finding) string {
	var out []string
	for _, f := range list {
		out = append(out, fmt.Sprintf("%s %s (%d)", f.Variant, f.key(), len(f.Items)))
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

// TestDetectors holds each detector against small records: what it finds, and what looks like it and is not found.
func TestDetectors(t *testing.T) {
	for _, tc := range []struct {
		name   string
		detect func(Record) []Finding
		record Record
		want   string
	}{
		{"choke: four of eight wait", choke, asked(8, 4, nil), "topic topic:1 (4)"},
		{"choke: too few to tell", choke, asked(8, 2, nil), ""},
		{"choke: few know", choke, asked(8, 4, func(r *Record) { r.Knowers[1] = 4 }), ""},
		{"choke: as everywhere", choke, asked(8, 4, func(r *Record) {
			for i := range 40 {
				r.Threads = append(r.Threads, question(100+i, 60, i%2 == 0, 2))
			}
		}), ""},
		{"choke: not longer than usual on this topic", choke, asked(8, 4, func(r *Record) {
			for i := range 25 {
				q := question(100+i, 300, true, 1)
				q.Answered = q.At.AddDate(0, 0, 70)
				r.Threads = append(r.Threads, q)
			}
		}), ""},
		{"choke: closed and superseded ones do not wait", choke, asked(8, 4, func(r *Record) {
			r.Threads[0].ClosedAt, r.Threads[1].Superseded = ago(3), true
		}), ""},
		{"choke: of a unit", choke, asked(8, 4, func(r *Record) {
			for i := range r.Threads {
				if r.Threads[i].Answered.IsZero() {
					r.Threads[i].Unit, r.Threads[i].Topics = roads, []int64{int64(10 + i)}
					r.Knowers[int64(10+i)] = 9
				}
			}
		}), "unit unit:4 (4)"},

		{"denial: a gap", denial, Record{Gaps: []Gap{{ID: 3, ClosedAt: ago(9), ByOwner: true}, {ID: 4, ClosedAt: ago(9), ByOwner: true, Acted: true}, {ID: 5, ClosedAt: ago(9)}, {ID: 6, ClosedAt: ago(500), ByOwner: true}}}, "gap gap:3 (1)"},
		{"denial: a question", denial, Record{Threads: []Thread{
			{ID: 1, Kind: threads.Question, ClosedAt: ago(9), Dismissed: true},
			{ID: 2, Kind: threads.Question, ClosedAt: ago(9)},
			{ID: 3, Kind: threads.Question, ClosedAt: ago(9), Dismissed: true, Answered: ago(10)},
			{ID: 4, Kind: threads.Question, ClosedAt: ago(9), Dismissed: true, Superseded: true},
			{ID: 5, Kind: threads.Discussion, ClosedAt: ago(9), Dismissed: true},
		}}, "question thread:1 (1)"},
		{"denial: challenges", denial, Record{Decisions: []Decision{
			decision(1, Change{At: ago(60), What: "challenged"}),
			decision(2, Change{At: ago(60), What: "challenged", Met: true}),
			decision(3, Change{At: ago(10), What: "challenged"}),
			decision(4, Change{At: ago(60), What: "challenged"}, Change{At: ago(50), What: "reviewed"}),
			decision(5, Change{At: ago(60), What: "challenged"}, Change{At: ago(59), What: "withdrawn"}),
			decision(6, Change{At: ago(60), What: "challenged"}, Change{At: ago(59), What: "reinstated", Reason: true}),
		}}, "challenge thread:1 (1), challenge thread:5 (1)"},

		{"guesswork", guesswork, Record{Decisions: []Decision{
			decision(1),
			{Thread: 2, State: "agreed", DecidedAt: ago(40), Options: 2},
			{Thread: 3, State: "agreed", DecidedAt: ago(40), Evidence: []Evidence{{AddedAt: ago(50)}}},
			{Thread: 4, State: "proposed"},
			{Thread: 5, State: "withdrawn", DecidedAt: ago(40)},
			{Thread: 6, State: "agreed", DecidedAt: ago(500)},
			{Thread: 7, State: "superseded", DecidedAt: ago(40), Options: 1},
		}}, "guesswork thread:1 (1), guesswork thread:7 (1)"},

		{"meddling: three days within a quarter", meddling, changed(council, 80, 60, 40), "meddling thread:1 (1)"},
		{"meddling: twice", meddling, changed(places, 80, 60), ""},
		{"meddling: on one day", meddling, changed(places, 80, 80, 80), ""},
		{"meddling: over a year", meddling, changed(places, 300, 200, 100), ""},
		{"meddling: their own", meddling, changed(roads, 80, 60, 40), ""},
		{"meddling: from the side", meddling, changed(adults, 80, 60, 40), ""},
		{"meddling: nobody's unit", meddling, changed(0, 80, 60, 40), ""},

		{"muddle: two guides", muddle, guides("Booking a pool car", "How to book pool cars", nil), "guides thread:1 (2)"},
		{"muddle: linked", muddle, guides("Booking a pool car", "How to book pool cars", func(r *Record) { r.Links[Pair{1, 2}] = true }), ""},
		{"muddle: other subjects", muddle, guides("Booking a pool car", "How to book pool cars", func(r *Record) { r.Threads[1].Topics = []int64{2} }), ""},
		{"muddle: without subjects", muddle, guides("Booking a pool car", "How to book pool cars", func(r *Record) { r.Threads[0].Topics, r.Threads[1].Topics = nil, nil }), "guides thread:1 (2)"},
		{"muddle: one has taken the place", muddle, guides("Booking a pool car", "How to book pool cars", func(r *Record) { r.Threads[0].Superseded = true }), ""},
		{"muddle: for others", muddle, guides("Booking a pool car for schools", "Booking a pool car for libraries", nil), ""},
		{"muddle: of other years", muddle, guides("Budget rules 2026 for schools", "Budget rules 2027 for schools", nil), ""},
		{"muddle: a decision in force and a guide", muddle, guides("Booking a pool car", "How to book pool cars", func(r *Record) {
			r.Threads[1].Guide, r.Threads[1].Kind = false, threads.Decision
			r.Decisions = []Decision{{Thread: 2, State: "agreed"}}
		}), "guides thread:1 (2)"},
		{"muddle: a decision that is no longer", muddle, guides("Booking a pool car", "How to book pool cars", func(r *Record) {
			r.Threads[1].Guide, r.Threads[1].Kind = false, threads.Decision
			r.Decisions = []Decision{{Thread: 2, State: "withdrawn"}}
		}), ""},
		{"muddle: a third leads to both", muddle, guides("Booking a pool car", "How to book pool cars", func(r *Record) {
			r.Threads = append(r.Threads, Thread{ID: 3, Guide: true, Title: "Pool car booking", Topics: []int64{1}})
			r.Links[Pair{1, 3}], r.Links[Pair{2, 3}] = true, true
		}), ""},
		{"muddle: answers that differ", muddle, answers("Ask the fleet desk before noon.", "Nobody books any more; take whichever key hangs there."), "answers thread:1 (2)"},
		{"muddle: answers that agree", muddle, answers("Ask the fleet desk before noon.", "Before noon, ask the desk of the fleet!"), ""},

		{"panic: three in a month", panics, rushed(places, 20, 15, 10), "panic unit:2 thread:1 (3)"},
		{"panic: in a part of fewer than five people", panics, func() Record {
			r := rushed(places, 20, 15, 10)
			r.Units = []Unit{{ID: council, People: 90}, {ID: places, Parent: council, People: 4}, {ID: adults, Parent: council, People: 40}}
			return r
		}(), ""},
		{"panic: two", panics, rushed(places, 20, 15), ""},
		{"panic: over a year", panics, rushed(places, 300, 200, 100), ""},
		{"panic: somebody had a say", panics, func() Record {
			r := rushed(places, 20, 15, 10)
			r.Decisions[0].Stances, r.Decisions[1].Discussed, r.Decisions[2].Notice = 1, 1, 7
			return r
		}(), ""},
		{"panic: proposed the day before", panics, func() Record {
			r := rushed(places, 20, 15, 10)
			r.Threads[1].At = r.Threads[1].At.AddDate(0, 0, -1)
			return r
		}(), ""},
		{"panic: on a topic, across the organisation", panics, func() Record {
			r := rushed(places, 22, 20, 18, 16, 14)
			for i := range r.Threads {
				r.Threads[i].Topics, r.Threads[i].Unit = []int64{7}, 0
			}
			return r
		}(), "panic topic:7 thread:1 (5)"},

		{"policy: after", policy, Record{Decisions: []Decision{rests(1, Evidence{DatedAt: ago(30), AddedAt: ago(29)})}}, "policy thread:1 (1)"},
		{"policy: the same day", policy, Record{Decisions: []Decision{rests(1, Evidence{DatedAt: ago(40), AddedAt: ago(29)})}}, ""},
		{"policy: without a date, late", policy, Record{Decisions: []Decision{rests(1, Evidence{AddedAt: ago(30)})}}, "policy thread:1 (1)"},
		{"policy: without a date, within a week", policy, Record{Decisions: []Decision{rests(1, Evidence{AddedAt: ago(35)})}}, ""},
		{"policy: followed up", policy, Record{Decisions: []Decision{rests(1, Evidence{DatedAt: ago(90), AddedAt: ago(50)}, Evidence{DatedAt: ago(30), AddedAt: ago(29)})}}, ""},
		{"policy: learnt", policy, Record{Decisions: []Decision{func() Decision {
			d := rests(1, Evidence{DatedAt: ago(20), AddedAt: ago(9)})
			d.Changes = []Change{{At: ago(10), What: "reviewed"}}
			return d
		}()}}, ""},

		{"repetition: three times", repetition, again("Who lends tablets to libraries?", 300, 200, 100), "question-again thread:1 (3)"},
		{"repetition: twice", repetition, again("Who lends tablets to libraries?", 300, 200), ""},
		{"repetition: in one week", repetition, again("Who lends tablets to libraries?", 103, 102, 100), ""},
		{"repetition: not lately", repetition, again("Who lends tablets to libraries?", 700, 600, 500), ""},
		{"repetition: two words", repetition, again("Printer broken", 300, 200, 100), ""},
		{"repetition: led to one", repetition, func() Record {
			r := again("Who lends tablets to libraries?", 300, 200, 100)
			r.Threads[0].Superseded, r.Threads[1].Superseded = true, true
			return r
		}(), ""},
		{"oscillation: there and back", repetition, chained("close the depot in winter for good", "keep every site open all year round", "close the depot in winter for good now"), "oscillation thread:1 (3)"},
		{"oscillation: on", repetition, chained("close the depot in winter for good", "keep every site open all year round", "sell land near harbour walls"), ""},
		{"oscillation: refined", repetition, chained("close the depot in winter", "close the depot in winter for good", "close the depot in winter for good now"), ""},
		{"oscillation: reinstated", repetition, Record{Decisions: []Decision{
			decision(1, Change{At: ago(90), What: "withdrawn"}, Change{At: ago(30), What: "reinstated"}),
			decision(2, Change{At: ago(31), What: "withdrawn"}, Change{At: ago(30), What: "reinstated"}),
		}}, "oscillation thread:1 (1)"},

		{"tunnel: a topic", tunnel, heard(0b1111_1111_1111_0000), "topic-quiet topic:1 (3)"},
		{"tunnel: a topic that is heard", tunnel, heard(0b1111_1111_1111_0010), ""},
		{"tunnel: a season", tunnel, heard(0b0000_1111_1111_0000), ""},
		{"tunnel: a small topic", tunnel, heard(0b1000_0001_0000_0000), ""},
		{"tunnel: a unit", tunnel, present(func(u []Unit) { hushed(&u[3], false) }), "unit-quiet unit:4 (0)"},
		{"tunnel: a unit that was never heard", tunnel, present(func(u []Unit) { hushed(&u[3], true) }), "unit-absent unit:4 (0)"},
		{"tunnel: a unit with all below it", tunnel, present(func(u []Unit) { hushed(&u[1], false); hushed(&u[3], false); hushed(&u[4], false) }), "unit-quiet unit:2 (0)"},
		{"tunnel: a small unit", tunnel, present(func(u []Unit) { u[3].People = 4; hushed(&u[3], false) }), ""},
		{"tunnel: what is left would be too few", tunnel, present(func(u []Unit) { hushed(&u[3], false); hushed(&u[4], false); u[1].Active[1] = 1 }), "unit-quiet unit:4 (0)"},
		{"tunnel: one source", tunnel, signalled("Gazette", "Gazette", "Gazette", "Gazette", "Gazette", "Gazette"), "one-source topic:1 (6)"},
		{"tunnel: a second source", tunnel, signalled("Gazette", "Gazette", "Gazette", "Gazette", "Gazette", "Gazette", "Ofcom"), "one-kind topic:1 (7)"},
		{"tunnel: too few signals", tunnel, signalled("Gazette", "Gazette", "Gazette"), ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r := tc.record
			r.Now, r.Zone, r.K = now, time.UTC, 5
			if r.Units == nil {
				r.Units = units()
			}
			if got := told(tc.detect(r)); got != tc.want {
				t.Errorf("found %q, want %q", got, tc.want)
			}
		})
	}
}

func question(id, days int, answered bool, topic int64) Thread {
	q := Thread{ID: int64(id), Kind: threads.Question, Title: fmt.Sprintf("Question %d", id), At: ago(days), Topics: []int64{topic}}
	if answered {
		q.Answered = q.At.Add(5 * time.Hour)
	}
	return q
}

// asked is a record of 40 answered questions, and of n on topic 1 of which some wait.
func asked(n, waiting int, change func(r *Record)) Record {
	r := Record{Knowers: map[int64]int{1: 12, 2: 12}}
	for i := range n {
		r.Threads = append(r.Threads, question(i+1, 60, i >= waiting, 1))
	}
	for i := range 40 {
		r.Threads = append(r.Threads, question(50+i, 90, true, 2))
	}
	if change != nil {
		change(&r)
	}
	return r
}

func decision(thread int64, changes ...Change) Decision {
	return Decision{Thread: thread, State: "agreed", DecidedAt: ago(200), Changes: changes}
}

// changed is a decision of the team of roads that was changed from a unit, so many days ago.
func changed(unit int64, days ...int) Record {
	d := decision(1)
	for _, n := range days {
		d.Changes = append(d.Changes, Change{At: ago(n), What: "amended", Unit: unit})
	}
	return Record{Threads: []Thread{{ID: 1, Kind: threads.Decision, Unit: roads}}, Decisions: []Decision{d}}
}

func guides(a, b string, change func(r *Record)) Record {
	r := Record{Links: map[Pair]bool{}, Threads: []Thread{{ID: 1, Guide: true, Title: a, Topics: []int64{1}, At: ago(90)}, {ID: 2, Guide: true, Title: b, Topics: []int64{1}, At: ago(9)}}}
	if change != nil {
		change(&r)
	}
	return r
}

func answers(a, b string) Record {
	return Record{
		Threads: []Thread{
			{ID: 1, Kind: threads.Question, Title: "Who books the pool cars?", Accepted: 1, Topics: []int64{1}, At: ago(90)},
			{ID: 2, Kind: threads.Question, Title: "Does anybody know who books a pool car?", Accepted: 2, Topics: []int64{1}, At: ago(9)},
		},
		Answers: map[int64]string{1: a, 2: b},
	}
}

// rushed is decisions of a unit that nobody had notice of, so many days ago, beside twenty of another that were announced.
func rushed(unit int64, days ...int) (r Record) {
	for i, n := range days {
		id := int64(i + 1)
		r.Threads = append(r.Threads, Thread{ID: id, Kind: threads.Decision, Unit: unit, At: ago(n).Add(-time.Hour)})
		r.Decisions = append(r.Decisions, Decision{Thread: id, State: "agreed", DecidedAt: ago(n)})
	}
	for i := range int64(20) {
		r.Threads = append(r.Threads, Thread{ID: 50 + i, Kind: threads.Decision, Unit: adults, At: ago(60)})
		r.Decisions = append(r.Decisions, Decision{Thread: 50 + i, State: "agreed", DecidedAt: ago(30), Notice: 14})
	}
	return r
}

func rests(thread int64, on ...Evidence) Decision {
	return Decision{Thread: thread, State: "agreed", DecidedAt: ago(40), Evidence: on}
}

func again(title string, days ...int) (r Record) {
	for i, n := range days {
		r.Threads = append(r.Threads, Thread{ID: int64(i + 1), Kind: threads.Question, Title: title, At: ago(n)})
	}
	return r
}

// chained is decisions of which each took the place of the one before.
func chained(texts ...string) (r Record) {
	for i, text := range texts {
		d := Decision{Thread: int64(i + 1), State: "superseded", DecidedAt: ago(300 - 90*i), Text: text}
		if i+1 < len(texts) {
			d.Changes = []Change{{At: ago(300 - 90*(i+1)), What: "superseded", Other: int64(i + 2)}}
		}
		r.Decisions = append(r.Decisions, d)
	}
	return r
}

// heard is a topic with three threads active in each of some months.
func heard(months Months) (r Record) {
	for i := range int64(3) {
		r.Threads = append(r.Threads, Thread{ID: i + 1, Kind: threads.Discussion, Topics: []int64{1}, At: ago(400), Active: months})
	}
	return r
}

// present is units in each of which one in two people is heard each month, but for a change.
func present(change func(u []Unit)) Record {
	r := Record{Units: units()}
	for i := range r.Units {
		for m := range r.Units[i].Active {
			r.Units[i].Active[m] = r.Units[i].People / 2
		}
	}
	change(r.Units)
	return r
}

func hushed(u *Unit, ever bool) {
	for m := range u.Active {
		if m < quietMonths || ever {
			u.Active[m] = 0
		}
	}
}

// signalled is signals on topic 1 from some sources, among twenty on another.
func signalled(sources ...string) (r Record) {
	add := func(id int64, topic int64, source, kind string) {
		r.Threads = append(r.Threads, Thread{ID: id, Kind: threads.Signal, Topics: []int64{topic}, At: ago(20)})
		r.Signals = append(r.Signals, Signal{Thread: id, Source: source, Kind: kind})
	}
	for i, s := range sources {
		add(int64(i+1), 1, s, "press")
	}
	for i := range int64(40) {
		add(50+i, 2, fmt.Sprintf("Source %d", i%10), fmt.Sprintf("kind %d", i%5))
	}
	return r
}

// TestDetectionIsTheSameEachTime runs all detectors twice on one record.
func TestDetectionIsTheSameEachTime(t *testing.T) {
	r := asked(8, 4, func(r *Record) {
		r.Threads = append(r.Threads, again("Who lends tablets to libraries?", 300, 200, 100).Threads...)
	})
	r.Now, r.Zone, r.K, r.Units = now, time.UTC, 5, units()
	first := told(Find(r))
	for range 5 {
		if again := told(Find(r)); again != first || first == "" {
			t.Fatalf("found %q, then %q", first, again)
		}
	}
}

// TestBinomialTail compares with values from tables.
func TestBinomialTail(t *testing.T) {
	for _, tc := range []struct {
		n, x int
		p    float64
		want float64
	}{
		{10, 0, 0.3, 1}, {10, 11, 0.3, 0}, {10, 5, 0.5, 0.623046875}, {5, 5, 0.1, 1e-5}, {20, 15, 0.5, 0.0206947327}, {2000, 1100, 0.5, 4.2285448e-06}, {3, 1, 1, 1}, {3, 1, 0, 0},
	} {
		if got := binomialTail(tc.n, tc.x, tc.p); math.Abs(got-tc.want) > 1e-6*tc.want {
			t.Errorf("binomialTail(%d, %d, %v) = %v, want %v", tc.n, tc.x, tc.p, got, tc.want)
		}
	}
}

// TestGrown: what was put aside comes back with half as much again.
func TestGrown(t *testing.T) {
	items := func(ids ...int64) (f Finding) {
		for _, id := range ids {
			f.Items = append(f.Items, Item{Thread: id})
		}
		return f
	}
	for _, tc := range []struct {
		then, now Finding
		want      bool
	}{
		{items(1, 2, 3, 4), items(1, 2, 3, 4, 5), false}, {items(1, 2, 3, 4), items(1, 2, 3, 4, 5, 6), true}, {items(1), items(1), false},
		{items(), items(), false}, {items(1, 2), items(2), false}, {items(), items(1), true},
	} {
		if got := grown(tc.then, tc.now); got != tc.want {
			t.Errorf("grown(%v, %v) = %t", tc.then.Items, tc.now.Items, got)
		}
	}
}

// BenchmarkFind runs all detectors on a record of 200,000 threads and 5,000 decisions, whose titles are drawn from 4,000 words of which few
// are common.
func BenchmarkFind(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	text := func(n int) string {
		var words []string
		for range n {
			words = append(words, fmt.Sprintf("%c%c%c%c", 'a'+r.IntN(26), "aeiou"[r.IntN(5)], 'b'+int(20*r.Float64()*r.Float64()), "aeiou"[r.IntN(5)]))
		}
		return strings.Join(words, " ")
	}
	record := Record{Now: now, Zone: time.UTC, K: 5, Units: units(), Knowers: map[int64]int{}, Links: map[Pair]bool{}, Answers: map[int64]string{}}
	for id := range int64(200_000) {
		t := Thread{ID: id + 1, Kind: threads.Question, Title: text(4 + r.IntN(4)), At: ago(r.IntN(700)), Unit: 1 + int64(r.IntN(5)), Topics: []int64{1 + int64(r.IntN(300))}, Active: Months(r.Uint32())}
		if r.IntN(5) > 0 {
			t.Answered = t.At.Add(time.Duration(r.IntN(200)) * time.Hour)
			t.Accepted = int64(r.IntN(2)) * id
		}
		if t.Guide = r.IntN(100) == 0; id%40 == 0 {
			t.Kind = threads.Decision
			d := decision(t.ID)
			d.Text = text(60)
			record.Decisions = append(record.Decisions, d)
		}
		record.Knowers[t.Topics[0]] = 9
		record.Threads = append(record.Threads, t)
	}
	for b.Loop() {
		Find(record)
	}
}
