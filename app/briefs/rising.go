package briefs

import (
	"cmp"
	"slices"

	"watercooler/app/burst"
)

const (
	leastAbout   = 3 // threads about a topic in the period, before it is said that much was written about it
	leastRising  = 4 // the same, before it is said to be rising
	leastKnown   = 4 // periods before this one in which something was written: of fewer nobody can tell what is usual
	leastOverall = 6 // threads about a topic in all periods together
)

// rise is a topic that is written about more than usual, in the period and perhaps for some time.
type rise struct {
	topic      int64
	name, slug string
	since      int // the period in which it began
	threads    int // in the last period
	usual      float64
	weight     float64
	ids        []int64 // in the last period
}

// bursts returns the topics whose burst goes on in the last period, the heaviest first, as far as what was written about them is for
// an audience that reads allows.
func (m *material) bursts(reads func(audience string) bool) []rise {
	n := len(m.buckets)
	all := make([]int, n)
	series := make(map[int64]*burst.Series)
	names := make(map[int64]*rise)
	var topics []int64
	for _, s := range m.subjects {
		switch {
		case !reads(s.audience):
			continue
		case s.topic == 0:
			all[s.bucket] += s.threads
			continue
		}
		if series[s.topic] == nil {
			series[s.topic] = &burst.Series{ID: s.topic, R: make([]int, n)}
			names[s.topic] = &rise{topic: s.topic, name: s.name, slug: s.slug}
			topics = append(topics, s.topic)
		}
		series[s.topic].R[s.bucket] += s.threads
		names[s.topic].ids = append(names[s.topic].ids, s.ids...)
	}
	known := 0
	for _, d := range all[:n-1] {
		if d > 0 {
			known++
		}
	}
	if known < leastKnown {
		return nil
	}
	list := make([]burst.Series, 0, len(topics))
	for _, id := range topics {
		list = append(list, *series[id])
	}
	var out []rise
	for _, b := range burst.Rank(list, all, burst.Options{Least: leastOverall}) {
		r := *names[b.ID]
		r.threads = series[b.ID].R[n-1]
		if !b.Lasts(n) || b.From == 0 || r.threads < leastRising {
			continue
		}
		before := 0
		for _, x := range series[b.ID].R[:b.From] {
			before += x
		}
		r.since, r.weight, r.usual = b.From, b.Weight, float64(before)/float64(b.From)
		out = append(out, r)
	}
	return out
}

// subjectsOf returns the topics that most was written about in the last period, of those that have leastAbout threads, as far as
// what was written is for an audience that reads allows.
func (m *material) subjectsOf(reads func(audience string) bool, most int) []rise {
	byTopic := make(map[int64]*rise)
	for _, s := range m.subjects {
		if s.topic == 0 || s.bucket != len(m.buckets)-1 || !reads(s.audience) {
			continue
		}
		if byTopic[s.topic] == nil {
			byTopic[s.topic] = &rise{topic: s.topic, name: s.name, slug: s.slug}
		}
		byTopic[s.topic].threads += s.threads
		byTopic[s.topic].ids = append(byTopic[s.topic].ids, s.ids...)
	}
	var list []rise
	for _, r := range byTopic {
		if r.threads >= leastAbout {
			list = append(list, *r)
		}
	}
	slices.SortFunc(list, func(a, b rise) int { return cmp.Or(cmp.Compare(b.threads, a.threads), cmp.Compare(a.name, b.name)) })
	return list[:min(len(list), most)]
}

// mostTold is for how many topics of each sort threads are read.
const mostTold = 8

// told returns the topics that a brief may name: those that are rising, and those that most was written about. Who may not read all of
// it may have others; where the threads of one are missing, nothing is said of it.
func (m *material) told() []int64 {
	var ids []int64
	all := func(string) bool { return true }
	for _, list := range [][]rise{m.bursts(all), m.subjectsOf(all, mostTold)} {
		for _, r := range list[:min(len(list), mostTold)] {
			ids = append(ids, r.topic)
		}
	}
	slices.SortFunc(ids, cmp.Compare[int64])
	return slices.Compact(ids)
}
