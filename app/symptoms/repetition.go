package symptoms

import (
	"slices"
	"time"
)

const (
	// occasions is how often something is asked again and again.
	occasions = 3
	// occasionTime keeps askings apart: what is asked several times within a fortnight has one cause, such as a change that was
	// announced, and is one occasion.
	occasionTime = 14 * 24 * time.Hour
	// returned is from which similarity of their words a decision says what an earlier one said.
	returned = 0.6
	// returnedMargin is by how much it must be more like that one than the one between them is, so that a decision
	// that is refined step by step does not count.
	returnedMargin = 0.2
	// undone is how soon taking something back is putting a mistake right.
	undone = 7 * 24 * time.Hour
)

// repetition finds questions that are asked on three or more occasions, none of them marked as superseded by another, and decisions
// that return to what had been decided before: one that took the place of another says again what the one before that said, or one that
// had been withdrawn or superseded is reinstated.
func repetition(r Record) []Finding {
	r = r.prepared()
	var found []Finding
	for _, group := range r.twins.questions {
		slices.SortStableFunc(group, func(a, b int) int { return r.Threads[a].At.Compare(r.Threads[b].At) })
		var items []Item
		times := 0
		for _, i := range group {
			t := &r.Threads[i]
			if len(items) == 0 || t.At.Sub(items[len(items)-1].At) > occasionTime {
				times++
			}
			items = append(items, Item{Thread: t.ID, At: t.At})
		}
		if f := about(Repetition, AskedAgain, occasions, items...); times >= occasions && r.shown(f.Latest) {
			f.Anchor, f.Number = items[0].Thread, times
			found = append(found, f)
		}
	}
	return append(found, oscillation(r)...)
}

// oscillation finds decisions that went from A to B and back to A.
func oscillation(r Record) []Finding {
	texts := make([]string, len(r.Decisions))
	at := make(map[int64]int, len(r.Decisions))
	for i, d := range r.Decisions {
		texts[i] = d.Text
		at[d.Thread] = i
	}
	sets := wordsOf(texts)
	next := map[int64]int64{} // what took the place of each
	follows := map[int64]bool{}
	for _, d := range r.Decisions {
		for _, c := range d.Changes {
			if _, there := at[c.Other]; c.What == "superseded" && there && c.Other != d.Thread {
				next[d.Thread] = c.Other
				follows[c.Other] = true
			}
		}
	}
	var found []Finding
	for _, d := range r.Decisions {
		if f, ok := reinstated(r, d); ok {
			found = append(found, f)
			continue
		}
		if follows[d.Thread] || next[d.Thread] == 0 {
			continue
		}
		chain := []int{at[d.Thread]}
		for id := next[d.Thread]; id != 0 && len(chain) <= len(r.Decisions); id = next[id] {
			chain = append(chain, at[id])
		}
		if items := there(r, chain, sets); items != nil {
			f := about(Repetition, DecidedBack, len(items), items...)
			f.Anchor, f.Number = items[0].Thread, len(items)
			found = append(found, f)
		}
	}
	return found
}

// there returns the part of a chain of decisions, each of which took the place of the one before, that goes there and back; nil
// when there is none of which the last step counts now. The latest return is told.
func there(r Record, chain []int, sets []words) []Item {
	for k := len(chain) - 1; k >= 2; k-- {
		if !r.shown(r.Decisions[chain[k]].DecidedAt) {
			continue
		}
		for i := k - 2; i >= 0; i-- {
			like := jaccard(sets[chain[i]].list, sets[chain[k]].list)
			if like < returned || !slices.ContainsFunc(chain[i+1:k], func(m int) bool {
				return jaccard(sets[chain[i]].list, sets[m].list) <= like-returnedMargin
			}) {
				continue
			}
			var items []Item
			for _, m := range chain[i : k+1] {
				items = append(items, Item{Thread: r.Decisions[m].Thread, At: r.Decisions[m].DecidedAt})
			}
			return items
		}
	}
	return nil
}

// reinstated reports whether d had been taken back, or another had taken its place, and it holds again.
func reinstated(r Record, d Decision) (Finding, bool) {
	var left Change
	for _, c := range d.Changes {
		switch c.What {
		case "superseded", "withdrawn":
			left = c
		case "reinstated":
			if left.What == "" || c.At.Sub(left.At) <= undone || !r.shown(c.At) {
				continue
			}
			items := []Item{{Thread: d.Thread, At: left.At}}
			if left.Other != 0 && slices.ContainsFunc(r.Decisions, func(o Decision) bool { return o.Thread == left.Other }) {
				items = append(items, Item{Thread: left.Other, At: c.At})
			}
			f := about(Repetition, DecidedBack, 1, items...)
			f.Anchor, f.Number, f.Latest = d.Thread, len(items), c.At
			return f, true
		}
	}
	return Finding{}, false
}
