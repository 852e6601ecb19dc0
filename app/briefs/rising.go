package briefs

import (
	"cmp"
	"slices"

	"watercooler/app/burst"
)

const (
	leastRising  = 3 // threads about a topic in the period, before it is said to be rising
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

// mostBursting is for how many topics threads are read.
const mostBursting = 8

// bursting returns the topics that are rising if one reads everything.
func (m *material) bursting() []int64 {
	var ids []int64
	for _, r := range m.bursts(func(string) bool { return true }) {
		ids = append(ids, r.topic)
	}
	ids = ids[:min(len(ids), mostBursting)]
	slices.SortFunc(ids, cmp.Compare[int64])
	return ids
}
