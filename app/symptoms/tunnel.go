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
	// quietMonths is how long nothing must have been heard: this calendar month, however much of it has passed, and the three before.
	quietMonths = 4
	// quietBefore is the year before, in which something was.
	quietBefore = 12
	// season is the part of its usual activity below which an area was as quiet in the same months of the year before, which makes it a
	// season: nobody talks of gritting in June.
	season = 0.25
	// quietShown is how many of the last things that were said in an area are shown.
	quietShown = 3
	// oneLeast is how many signals from one place are no chance.
	oneLeast = 6
)

// tunnel finds areas of which nothing is heard any more although much was, units of which nothing was heard in a year, and areas all of
// whose signals are from one source or of one kind. What is expected is what there was in the year before, or what people write on
// average; that there is nothing must be unlikely by chance.
func tunnel(r Record) []Finding {
	return slices.Concat(quietTopics(r), quietUnits(r), oneVoice(r))
}

// quietTopics finds topics that fell silent. Activity is counted in months of threads, so that one long conversation does not make a
// topic.
func quietTopics(r Record) []Finding {
	type area struct {
		recent, before, same int
		last                 []*Thread
	}
	areas := map[int64]*area{}
	for i := range r.Threads {
		t := &r.Threads[i]
		for _, topic := range t.Topics {
			a := areas[topic]
			if a == nil {
				a = &area{}
				areas[topic] = a
			}
			a.recent += t.Active.count(0, quietMonths)
			a.before += t.Active.count(quietMonths, quietMonths+quietBefore)
			a.same += t.Active.count(quietBefore, quietMonths+quietBefore)
			a.last = append(a.last, t)
		}
	}
	var found []Finding
	for _, topic := range slices.Sorted(maps.Keys(areas)) {
		a := areas[topic]
		expected := float64(a.before) * (quietMonths - 1) / quietBefore // of the three whole months
		if a.recent > 0 || silence(expected) >= rare || float64(a.same) < season*expected {
			continue
		}
		slices.SortStableFunc(a.last, func(x, y *Thread) int { return y.At.Compare(x.At) })
		items := make([]Item, 0, quietShown)
		for _, t := range a.last[:min(len(a.last), quietShown)] {
			items = append(items, Item{Thread: t.ID, At: t.At})
		}
		f := about(Tunnel, TopicQuiet, 0, items...)
		f.Topic, f.Latest, f.Number = topic, r.quietSince(), a.before
		found = append(found, f)
	}
	return found
}

// quietSince is when an area that is quiet now fell silent at the latest.
func (r Record) quietSince() time.Time { return since(r.Now, r.Zone, quietMonths) }

// quietUnits finds units, with all below them, that fell silent or were never heard. Activity is counted in months of people, of whom
// nobody is shown. Of units below one that is named nothing is said; nor where what is left of the unit above would be fewer than k
// people, of whom one could then tell that they were heard.
func quietUnits(r Record) []Finding {
	units := r.tree()
	people := units.people()
	var active [memoryMonths]map[int64]int
	total, heads := 0, 0
	for m := range active {
		active[m] = map[int64]int{}
	}
	for id, u := range units {
		heads += u.People
		for m, n := range u.Active {
			if m < shownMonths {
				total += n
			}
			for up, i := id, 0; up != 0 && units[up] != nil && i < len(units); up, i = units[up].Parent, i+1 {
				active[m][up] += n
			}
		}
	}
	sum := func(unit int64, from, to int) (n int) {
		for m := from; m < to; m++ {
			n += active[m][unit]
		}
		return n
	}
	usual := 0.0 // months of activity of one person in the time that is shown
	if heads > 0 {
		usual = float64(total) / float64(heads)
	}
	quiet := map[int64]Variant{}
	for id := range units {
		if people[id] < r.K || sum(id, 0, quietMonths) > 0 {
			continue
		}
		before := float64(sum(id, quietMonths, quietMonths+quietBefore))
		switch {
		case silence(before*(quietMonths-1)/quietBefore) < rare:
			quiet[id] = UnitQuiet
		case sum(id, 0, shownMonths) == 0 && silence(usual*float64(people[id])) < rare:
			quiet[id] = UnitAbsent
		}
	}
	below := map[int64][]int64{} // by the unit above, those that are named
	for id := range quiet {
		named := true
		for up, i := units[id].Parent, 0; up != 0 && units[up] != nil && i < len(units); up, i = units[up].Parent, i+1 {
			named = named && quiet[up] == ""
		}
		if named {
			below[units[id].Parent] = append(below[units[id].Parent], id)
		}
	}
	var found []Finding
	for _, up := range slices.Sorted(maps.Keys(below)) {
		list := below[up]
		slices.SortFunc(list, func(a, b int64) int { return cmp.Or(cmp.Compare(people[b], people[a]), cmp.Compare(a, b)) })
		rest := people[up]
		for _, id := range list {
			rest -= people[id]
		}
		// SECURITY: complementary suppression, the smallest first.
		for up != 0 && rest > 0 && rest < r.K && len(list) > 0 {
			rest += people[list[len(list)-1]]
			list = list[:len(list)-1]
		}
		for _, id := range list {
			f := Finding{Symptom: Tunnel, Variant: quiet[id], Unit: id, Since: r.quietSince(), Latest: r.quietSince()}
			if f.Variant == UnitAbsent {
				f.Since = since(r.Now, r.Zone, shownMonths)
			}
			found = append(found, f)
		}
	}
	return found
}

// oneVoice finds topics, or the whole hub, all of whose signals come from one source or are of one kind.
func oneVoice(r Record) []Finding {
	byID := r.byID()
	type signal struct {
		Signal
		*Thread
	}
	areas := map[int64][]signal{} // by topic; 0 is everything
	sources, kinds := map[string]int{}, map[string]int{}
	for _, s := range r.Signals {
		t := byID[s.Thread]
		if t == nil || t.Kind != threads.Signal || !r.shown(t.At) {
			continue
		}
		sources[s.Source]++
		kinds[s.Kind]++
		areas[0] = append(areas[0], signal{s, t})
		for _, topic := range t.Topics {
			areas[topic] = append(areas[topic], signal{s, t})
		}
	}
	// one returns what all of list have in common, if they do and it is not what one would expect where everything else has it too.
	one := func(list []signal, of func(s signal) string, all map[string]int) string {
		first := of(list[0])
		if slices.ContainsFunc(list, func(s signal) bool { return of(s) != first }) {
			return ""
		}
		share := float64(all[first]) / float64(len(areas[0]))
		if len(list) < len(areas[0]) && math.Pow(share, float64(len(list)-1)) >= rare {
			return ""
		}
		return first
	}
	var found []Finding
	for _, topic := range slices.Sorted(maps.Keys(areas)) {
		list := areas[topic]
		if len(list) < oneLeast || topic != 0 && len(list) == len(areas[0]) && len(sources) == 1 {
			continue
		}
		v, said := OneSource, one(list, func(s signal) string { return s.Source }, sources)
		if said == "" {
			v, said = OneKind, one(list, func(s signal) string { return s.Signal.Kind }, kinds)
		}
		if said == "" {
			continue
		}
		items := make([]Item, len(list))
		for i, s := range list {
			items[i] = Item{Thread: s.ID, At: s.At}
		}
		f := about(Tunnel, v, oneLeast, items...)
		f.Topic, f.Number, f.Said = topic, len(list), said
		found = append(found, f)
	}
	return found
}
