package insights_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"watercooler/app/db"
	"watercooler/app/insights"
)

// sum is a number that the adversary has: how many of some things there are.
type sum struct {
	name   string
	of     []int // indices of things
	others bool  // who answered first is to be hidden too
}

// adversary has every page and export of a leader, and knows which things each figure counts; not who did them.
type adversary struct {
	things []thing
	sums   map[string][]sum // by family and month
	seen   int
}

// attack gathers all figures. With all it gathers those that are withheld as well: then an attack must succeed.
func (h *hub) attack(c *corpus, all bool) *adversary {
	a := &adversary{things: slices.Clone(c.things), sums: make(map[string][]sum)}
	a.people(h)
	a.searches(h)
	at := make(map[string][]int)
	for i, th := range a.things {
		if th.family != "search" && h.unitOf(th.people[0]) < 0 {
			continue // of a partner: counted nowhere
		}
		at[th.family+th.month] = append(at[th.family+th.month], i)
	}
	beneath := h.beneath()
	for _, unit := range append([]int64{insights.Whole}, h.unitIDs()...) {
		for _, s := range h.read(unit).Series {
			for _, f := range s.Figures {
				if of, counted := counts[s.Key]; counted && (all || f.State == insights.Shown) {
					a.add(h, fmt.Sprintf("%s of %d in %s", s.Key, unit, f.Month), of, at[of.family+string(f.Month)], beneath[unit], f, all, s.Key)
				}
			}
		}
	}
	a.topics(h, at, all)
	return a
}

// add adds what a figure says: how many things there are, and how many of those are part.
func (a *adversary) add(h *hub, name string, of struct{ family, are, not, part string }, at []int, within map[int64]bool, f insights.Figure, all bool, key string) {
	var whole, part []int
	for _, i := range at {
		th := a.things[i]
		if within != nil && !within[a.unit(h, th)] || of.are != "" && !slices.Contains(th.is, of.are) || of.not != "" && slices.Contains(th.is, of.not) {
			continue
		}
		whole = append(whole, i)
		if of.part != "" && slices.Contains(th.is, of.part) {
			part = append(part, i)
		}
	}
	if !all && key != "thread_age" { // which counts a person once in a thread
		if int(f.Whole) != len(whole) || of.part != "" && int(f.Value) != len(part) {
			h.t.Errorf("%s: got %d of %d, want %d of %d", name, f.Value, f.Whole, len(part), len(whole))
		}
	}
	if len(whole) == 0 {
		return
	}
	a.seen++
	id := of.family + string(f.Month)
	a.sums[id] = append(a.sums[id], sum{name: name, of: whole, others: key == "first_answer"})
	if len(part) > 0 {
		a.sums[id] = append(a.sums[id], sum{name: "part of " + name, of: part})
	}
}

// unit is where a thing is counted.
func (a *adversary) unit(h *hub, th thing) int64 {
	if th.family == "search" {
		return th.other
	}
	return h.unitOf(th.people[0])
}

// people adds everybody who is here to each month, as a thing that is active or not.
func (a *adversary) people(h *hub) {
	active := make(map[string]map[int64]bool)
	for _, m := range h.Window() {
		active[string(m)] = make(map[int64]bool)
	}
	for _, th := range a.things {
		if th.family == "active" && active[th.month] != nil || th.family == "question" && th.month != "" && !slices.Contains(th.is, "merged") && active[th.month] != nil {
			active[th.month][th.people[0]] = true
		}
	}
	for month, who := range active {
		for person := range h.places {
			th := thing{family: "people", month: month, people: []int64{person}}
			if who[person] {
				th.is = []string{"active"}
			}
			a.things = append(a.things, th)
		}
	}
}

// searches adds each search, as done by somebody of its own.
func (a *adversary) searches(h *hub) {
	rows, err := h.db.Query(h.t.Context(), "SELECT id, at, COALESCE(unit_id, 0), hits, opened FROM search_log")
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var id, at, hits int64
		var opened bool
		th := thing{family: "search"}
		err := r.Scan(&id, &at, &th.other, &hits, &opened)
		th.month, th.people = db.Time(at).In(h.zone).Format("2006-01"), []int64{-id}
		if opened {
			th.is = append(th.is, "opened")
		}
		if hits == 0 {
			th.is = append(th.is, "none")
		}
		a.things = append(a.things, th)
		return struct{}{}, err
	})
	h.must(err)
}

// topics adds the counts of topics.
func (a *adversary) topics(h *hub, at map[string][]int, all bool) {
	from := "insight_topic_figures"
	if all {
		from = "insight_topics"
	}
	rows, err := h.db.Query(h.t.Context(), "SELECT month, topic_id, threads FROM "+from)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var month string
		var topic, n int64
		err := r.Scan(&month, &topic, &n)
		s := sum{name: fmt.Sprint("topic ", topic, " in ", month)}
		for _, i := range at["topic"+month] {
			if slices.Contains(a.things[i].topics, topic) {
				s.of = append(s.of, i)
			}
		}
		if len(s.of) != int(n) {
			h.t.Errorf("%s: got %d threads, want %d", s.name, n, len(s.of))
		}
		a.sums["topic"+month] = append(a.sums["topic"+month], s)
		return struct{}{}, err
	})
	h.must(err)
}

// beneath are the units that count for each: itself and those beneath it; nil for the whole organisation.
func (h *hub) beneath() map[int64]map[int64]bool {
	parent := make(map[int64]int64)
	rows, err := h.db.Query(h.t.Context(), "SELECT id, COALESCE(parent_id, 0) FROM units")
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var id, up int64
		err := r.Scan(&id, &up)
		parent[id] = up
		return struct{}{}, err
	})
	h.must(err)
	out := make(map[int64]map[int64]bool)
	for id := range parent {
		for up := id; up != 0; up = parent[up] {
			if out[up] == nil {
				out[up] = make(map[int64]bool)
			}
			out[up][id] = true
		}
	}
	return out
}

// behind is how many people stand behind some things, and how many first answered them.
func (a *adversary) behind(things []int) (people, others int) {
	who, whom := make(map[int64]bool), make(map[int64]bool)
	for _, i := range things {
		for _, p := range a.things[i].people {
			who[p] = true
		}
		if o := a.things[i].other; o != 0 {
			whom[o] = true
		}
	}
	return len(who), len(whom)
}

func few(n int) bool { return n > 0 && n < insights.LeastK }

// guess takes a few figures, adds and subtracts them, and looks what is left.
func (a *adversary) guess(random *rand.Rand, of []sum) (breach string) {
	weights := make(map[int]int)
	name := ""
	for range 2 + random.IntN(5) {
		s, w := of[random.IntN(len(of))], []int{-2, -1, -1, 1, 1, 2}[random.IntN(6)]
		name += fmt.Sprintf(" %+d × %s", w, s.name)
		for _, i := range s.of {
			weights[i] += w
		}
	}
	maps.DeleteFunc(weights, func(_, w int) bool { return w == 0 })
	if n, _ := a.behind(slices.Collect(maps.Keys(weights))); few(n) {
		return fmt.Sprintf("%d people stand behind%s", n, name)
	}
	return ""
}

// atoms are what no arithmetic can take apart: things that every figure counts alike. Whatever can be computed is made of them.
func (a *adversary) atoms(of []sum) (breaches []string) {
	in := make(map[int]string)
	for n, s := range of {
		for _, i := range s.of {
			in[i] += fmt.Sprint(n, " ")
		}
	}
	atoms := make(map[string][]int)
	for i, key := range in {
		atoms[key] = append(atoms[key], i)
	}
	for key, things := range atoms {
		if n, _ := a.behind(things); few(n) {
			breaches = append(breaches, fmt.Sprintf("%d people stand behind what figures %s share", n, key))
		}
	}
	for n, s := range of {
		if !s.others {
			continue
		}
		if _, o := a.behind(s.of); few(o) {
			breaches = append(breaches, fmt.Sprintf("%d people answered first in %s", o, s.name))
		}
		for _, other := range of[:n] {
			if rest := subtract(other.of, s.of); other.others && len(rest)+len(s.of) == len(other.of) {
				if _, o := a.behind(rest); few(o) {
					breaches = append(breaches, fmt.Sprintf("%d people answered first in %s less %s", o, other.name, s.name))
				}
			}
		}
	}
	return breaches
}

func subtract(a, b []int) (rest []int) {
	for _, i := range a {
		if !slices.Contains(b, i) {
			rest = append(rest, i)
		}
	}
	return rest
}

// An adversary with every figure of every unit and month, from pages, exports and views, learns of no one to four people anything: not
// by adding and subtracting at random, and not by any arithmetic at all. The same attack on the same figures before they are
// withheld finds people.
func TestNobodyIsSingledOut(t *testing.T) {
	for seed := range uint64(2) {
		each(t, func(t *testing.T, h *hub) {
			c := h.write(100+seed, 400)
			a := h.attack(c, false)
			if a.seen < 400 {
				t.Errorf("the adversary has only %d figures", a.seen)
			}
			random := rand.New(rand.NewPCG(7, seed))
			pools := make(map[string][]sum) // of a family, over all months
			for _, id := range slices.Sorted(maps.Keys(a.sums)) {
				family := id[:len(id)-len("2027-05")]
				pools[family] = append(pools[family], a.sums[id]...)
				for _, breach := range a.atoms(a.sums[id]) {
					t.Errorf("%s: %s", id, breach)
				}
				a.search(t, random, id, a.sums[id], 1_000)
			}
			for _, family := range slices.Sorted(maps.Keys(pools)) {
				a.search(t, random, family+" over months", pools[family], 5_000)
			}
			a = h.attack(c, true)
			found := 0
			for _, id := range slices.Sorted(maps.Keys(a.sums)) {
				found += len(a.atoms(a.sums[id]))
			}
			if found < 100 {
				t.Errorf("without suppression the attack finds people only %d times: is it still an attack?", found)
			}
		})
	}
}

// search guesses many times.
func (a *adversary) search(t *testing.T, random *rand.Rand, name string, of []sum, times int) {
	t.Helper()
	for range times {
		if breach := a.guess(random, of); breach != "" {
			t.Errorf("%s: %s", name, breach)
			return
		}
	}
}
