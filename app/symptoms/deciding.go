package symptoms

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// standing reports whether something was decided, and was not taken back since.
func (d Decision) standing() bool { return !d.DecidedAt.IsZero() && d.State != "withdrawn" }

// twoOptions is how many options make a choice.
const twoOptions = 2

// guesswork finds decisions without evidence and without a choice of options: nothing that is written down led to them.
func guesswork(r Record) []Finding {
	var found []Finding
	for _, d := range r.Decisions {
		if d.standing() && r.shown(d.DecidedAt) && len(d.Evidence) == 0 && d.Options < twoOptions {
			found = append(found, ofThread(Guesswork, Unevidenced, d.Thread, d.DecidedAt))
		}
	}
	return found
}

const (
	// meddlingLeast is how many changes are again and again.
	meddlingLeast = 3
	// meddlingTime is in what time: a quarter. Over longer, changes follow from what happened in between.
	meddlingTime = 90 * 24 * time.Hour
)

// meddling finds decisions that were amended on three or more days within a quarter from a unit that stands above the one that looks
// after them. Several changes on one day are one, because somebody who corrects what they wrote saves it more than once.
func meddling(r Record) []Finding {
	byID, units := r.byID(), r.tree()
	var found []Finding
	for _, d := range r.Decisions {
		t := byID[d.Thread]
		if t == nil || t.Unit == 0 {
			continue
		}
		var days []time.Time
		for _, c := range d.Changes {
			if c.What == "amended" && c.Unit != 0 && units.above(c.Unit, t.Unit) && r.shown(c.At) &&
				(len(days) == 0 || !r.sameDay(days[len(days)-1], c.At)) {
				days = append(days, c.At)
			}
		}
		for i := meddlingLeast - 1; i < len(days); i++ {
			if days[i].Sub(days[i-meddlingLeast+1]) <= meddlingTime {
				f := ofThread(Meddling, ChangedAbove, d.Thread, days[len(days)-1])
				f.Number, f.Since = len(days), days[0]
				f.Days = int(days[len(days)-1].Sub(days[0]).Hours()/24) + 1
				found = append(found, f)
				break
			}
		}
	}
	return found
}

const (
	// panicLeast is how many decisions without notice are a run.
	panicLeast = 3
	// panicTime is within what time: four weeks.
	panicTime = 28 * 24 * time.Hour
	// panicShare is what part of all that was decided there, from the first of them to the last, they must be. Where two in three are
	// announced, those that could not wait are no panic.
	panicShare = 1.0 / 3
	// panicChance is how seldom chance alone may make such a run in a large part of the organisation, were decisions without notice as
	// usual as elsewhere. There are some ten parts and a dozen months, so that fewer than one run is named by chance; of topics there are
	// many more, and rare holds.
	panicChance = 0.005
	// panicFloor is the share of decisions that cannot wait anywhere, at the least.
	panicFloor = 0.02
	// atOnce is how soon after it was decided something takes effect without anybody having had notice.
	atOnce = 24 * time.Hour
)

// rushed reports whether nobody had notice of a decision: it was agreed on the day it was proposed, takes effect at once, nobody
// took a stance, and nobody had said a word about it before.
func (r Record) rushed(d Decision, proposed time.Time) bool {
	return d.standing() && r.sameDay(proposed, d.DecidedAt) && d.Notice == 0 &&
		(d.Effective.IsZero() || d.Effective.Sub(d.DecidedAt) <= atOnce) && d.Stances == 0 && d.Discussed == 0
}

// window is part of a list of decisions, both ends included, and how many in it nobody had notice of.
type window struct{ from, to, rushed int }

// panics finds runs of decisions that nobody had notice of, in a large part of the organisation or on a topic.
func panics(r Record) []Finding {
	type decided struct {
		thread int64
		at     time.Time
		rushed bool
	}
	byID, units := r.byID(), r.tree()
	large, people := units.departments(), units.people()
	departments, topics := map[int64][]decided{}, map[int64][]decided{}
	total, rushed := 0, 0
	for _, d := range r.Decisions {
		t := byID[d.Thread]
		if t == nil || !d.standing() || !r.shown(d.DecidedAt) {
			continue
		}
		one := decided{d.Thread, d.DecidedAt, r.rushed(d, t.At)}
		if total++; one.rushed {
			rushed++
		}
		if unit := units.within(large, t.Unit); people[unit] >= r.K { // of fewer, one could tell whose decisions they were
			departments[unit] = append(departments[unit], one)
		}
		for _, topic := range t.Topics {
			topics[topic] = append(topics[topic], one)
		}
	}
	told := map[int64]bool{}
	runs := func(list []decided, chance float64, f func(items []Item)) {
		slices.SortFunc(list, func(a, b decided) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.thread, b.thread)) })
		var windows []window // the scan statistic of Naus (1965): from each decision without notice, the time that holds most
		for i, first := range list {
			if !first.rushed {
				continue
			}
			w := window{from: i, to: i}
			for j := i; j < len(list) && list[j].at.Sub(first.at) <= panicTime; j++ {
				if list[j].rushed {
					w.rushed, w.to = w.rushed+1, j
				}
			}
			windows = append(windows, w)
		}
		length := func(w window) time.Duration { return list[w.to].at.Sub(list[w.from].at) }
		slices.SortStableFunc(windows, func(a, b window) int {
			return cmp.Or(cmp.Compare(b.rushed, a.rushed), cmp.Compare(length(a), length(b)))
		})
		var taken []window
		for _, w := range windows {
			all, elsewhere := w.to-w.from+1, panicFloor
			if rest := total - all; rest > 0 {
				elsewhere = max(elsewhere, float64(rushed-w.rushed)/float64(rest))
			}
			if w.rushed < panicLeast || float64(w.rushed) < panicShare*float64(all) || binomialTail(all, w.rushed, elsewhere) >= chance ||
				slices.ContainsFunc(taken, func(t window) bool { return w.from <= t.to && t.from <= w.to }) {
				continue
			}
			taken = append(taken, w)
			var items []Item
			for _, d := range list[w.from : w.to+1] {
				if d.rushed {
					items = append(items, Item{Thread: d.thread, At: d.at})
				}
			}
			f(items)
		}
	}
	var found []Finding
	for _, unit := range slices.Sorted(maps.Keys(departments)) {
		runs(departments[unit], panicChance, func(items []Item) {
			f := about(Panic, WithoutNotice, panicLeast, items...)
			f.Unit, f.Anchor, f.Number = unit, items[0].Thread, len(items)
			for _, item := range items {
				told[item.Thread] = true
			}
			found = append(found, f)
		})
	}
	for _, topic := range slices.Sorted(maps.Keys(topics)) {
		runs(topics[topic], rare, func(items []Item) {
			if fresh := slices.DeleteFunc(slices.Clone(items), func(i Item) bool { return told[i.Thread] }); len(fresh) < panicLeast {
				return // a large part of the organisation explains them
			}
			f := about(Panic, WithoutNotice, panicLeast, items...)
			f.Topic, f.Anchor, f.Number = topic, items[0].Thread, len(items)
			found = append(found, f)
		})
	}
	return found
}

// policyGrace is how long after a decision evidence is still being written down that was there before it.
const policyGrace = 7 * 24 * time.Hour

// policy finds decisions most of whose evidence came after them: it is dated later than the day of the decision, or nobody said of when
// it is and it was added more than a week later. What was added when the decision was looked at again is learning, and does
// not count.
func policy(r Record) []Finding {
	var found []Finding
	for _, d := range r.Decisions {
		if !d.standing() || !r.shown(d.DecidedAt) {
			continue
		}
		var again time.Time // when the decision was first looked at again
		for _, c := range d.Changes {
			if again.IsZero() && c.At.After(d.DecidedAt) && (c.What == "challenged" || c.What == "reviewed" || c.What == "amended") {
				again = c.At
			}
		}
		before, after := 0, 0
		for _, e := range d.Evidence {
			switch {
			case !again.IsZero() && !e.AddedAt.Before(again):
			case r.later(e, d.DecidedAt):
				after++
			default:
				before++
			}
		}
		if after > before {
			f := ofThread(Policy, EvidenceAfter, d.Thread, d.DecidedAt)
			f.Number = after
			found = append(found, f)
		}
	}
	return found
}

// later reports whether e came after something was decided.
func (r Record) later(e Evidence, decided time.Time) bool {
	if e.DatedAt.IsZero() {
		return e.AddedAt.Sub(decided) > policyGrace
	}
	return e.DatedAt.After(decided) && !r.sameDay(e.DatedAt, decided)
}
