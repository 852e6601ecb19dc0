package symptoms

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"time"

	"watercooler/app/threads"
)

const (
	// patienceShare is the share of answered questions by whose wait the usual wait is measured: nine in ten had an answer by then.
	patienceShare = 0.9
	// patienceLeast is the shortest wait that is long. A question takes up to a week to reach everybody who may know.
	patienceLeast = 7 * 24 * time.Hour
	// patienceOwn is how many answered questions a topic must have for a usual wait of its own: nine in ten of fewer is no measure.
	patienceOwn = 20
	// chokeLeast is how few overdue questions are no pattern.
	chokeLeast = 3
	// chokeTimes is by how much the share of overdue questions must exceed that elsewhere. Below twice, the difference is hardly felt.
	chokeTimes = 2
	// chokeFloor is the share of questions that stay without an answer anywhere, at the least.
	chokeFloor = 0.02
)

// choke finds topics, and units that ask, whose questions wait although people who could answer are there. A question is overdue
// when it has waited longer than nine in ten questions of its topic did, and at least a week; it is no choke unless at least k
// people have shown that they know about the topic, or were offered the questions. That the overdue ones are more than elsewhere must be
// unlikely by chance (binomial tail).
func choke(r Record) []Finding {
	waits := make(map[int64][]float64) // by topic, in hours; 0 for all
	var asked []*Thread
	for i := range r.Threads {
		t := &r.Threads[i]
		if t.Kind != threads.Question || !r.shown(t.At) {
			continue
		}
		asked = append(asked, t)
		if !t.Answered.IsZero() {
			h := t.Answered.Sub(t.At).Hours()
			waits[0] = append(waits[0], h)
			for _, topic := range t.Topics {
				waits[topic] = append(waits[topic], h)
			}
		}
	}
	usual := make(map[int64]time.Duration, len(waits))
	for topic, list := range waits {
		if topic == 0 || len(list) >= patienceOwn {
			slices.Sort(list)
			usual[topic] = time.Duration(list[int(math.Ceil(patienceShare*float64(len(list))))-1] * float64(time.Hour))
		}
	}
	patience := func(t *Thread) time.Duration {
		longest := time.Duration(0)
		for _, topic := range t.Topics {
			longest = max(longest, usual[topic])
		}
		if longest == 0 {
			longest = usual[0]
		}
		return max(longest, patienceLeast)
	}

	type tally struct {
		ripe    int // old enough to be overdue
		overdue []*Thread
		usual   time.Duration
	}
	topics, units := map[int64]*tally{}, map[int64]*tally{}
	add := func(to map[int64]*tally, area int64, t *Thread, wait time.Duration, overdue bool) {
		if to[area] == nil {
			to[area] = &tally{}
		}
		to[area].ripe++
		to[area].usual = max(to[area].usual, wait)
		if overdue {
			to[area].overdue = append(to[area].overdue, t)
		}
	}
	ripe, overdue := 0, 0
	for _, t := range asked {
		wait := patience(t)
		if r.Now.Sub(t.At) <= wait || t.Superseded {
			continue
		}
		late := t.Answered.IsZero() && t.Accepted == 0 && t.ClosedAt.IsZero()
		ripe++
		if late {
			overdue++
		}
		known := false
		for _, topic := range t.Topics {
			if r.Knowers[topic] >= r.K {
				known = true
				add(topics, topic, t, wait, late)
			}
		}
		if known && t.Unit != 0 {
			add(units, t.Unit, t, wait, late)
		}
	}

	stands := func(y *tally) bool {
		x := len(y.overdue)
		if x < chokeLeast {
			return false
		}
		elsewhere := chokeFloor
		if rest := ripe - y.ripe; rest > 0 {
			elsewhere = max(elsewhere, float64(overdue-x)/float64(rest))
		}
		return float64(x)/float64(y.ripe) >= chokeTimes*elsewhere && binomialTail(y.ripe, x, elsewhere) < rare
	}
	finding := func(v Variant, y *tally) Finding {
		items := make([]Item, len(y.overdue))
		for i, t := range y.overdue {
			items[i] = Item{Thread: t.ID, At: t.At}
		}
		f := about(Choke, v, chokeLeast, items...)
		f.Number, f.Days = len(items), int(math.Ceil(y.usual.Hours()/24))
		return f
	}
	var found []Finding
	told := map[int64]bool{}
	for _, topic := range slices.Sorted(maps.Keys(topics)) {
		if y := topics[topic]; stands(y) {
			f := finding(ByTopic, y)
			f.Topic = topic
			found = append(found, f)
			for _, t := range y.overdue {
				told[t.ID] = true
			}
		}
	}
	people := r.tree().people()
	for _, unit := range slices.Sorted(maps.Keys(units)) {
		y := units[unit]
		// Of a unit of fewer than k people there are no figures; and what a topic explains is no matter of a unit.
		own := slices.DeleteFunc(slices.Clone(y.overdue), func(t *Thread) bool { return told[t.ID] })
		y = &tally{ripe: y.ripe - (len(y.overdue) - len(own)), overdue: own, usual: y.usual}
		if people[unit] >= r.K && stands(y) {
			f := finding(ByUnit, y)
			f.Unit = unit
			found = append(found, f)
		}
	}
	slices.SortFunc(found, func(a, b Finding) int { return cmp.Compare(b.Number, a.Number) })
	return found
}
