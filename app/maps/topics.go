package maps

import (
	"slices"

	"watercooler/app/burst"
)

const (
	// maxTrends is how many topics are listed that rise, and how many that fade.
	maxTrends = 12
	// shown is how many months a line of a topic shows.
	shown = 13
	// unusual is how many times as much as usual a topic that rises is talked of. People come to a thread in groups, so that the number
	// of people swings by half from month to month without any reason, and twice as much is not rare.
	unusual = 3
	// fewest is how many people a month, in all months together, make a topic worth looking at.
	fewest = 2 * LeastK
)

// Topics is which topics rise and fade.
type Topics struct {
	Months []Month `json:"months"` // thirteen, the earliest first
	Rising []Trend `json:"rising"` // most unusual first
	Fading []Trend `json:"fading"`
}

// Trend is a topic that was talked of much more, or less, than usual for some months.
type Trend struct {
	Topic
	From   Month `json:"from"`
	To     Month `json:"to"`
	Lasts  bool  `json:"lasts"`  // it went on in the last month
	People []int `json:"people"` // in each of Months, how many people spoke of it; -1 where there were some, but fewer than k
}

// topics makes the map: what rose in the months that are shown, and what is fading at their end. A month's number for a topic is of how
// many people spoke of it, so that nobody makes a topic rise alone, and it is looked at beside that of all topics together.
func (t *talk) topics() Topics {
	all := make([]int, len(t.months))
	var series []burst.Series
	for _, topic := range t.list {
		s := burst.Series{ID: topic.ID, R: make([]int, len(t.months))}
		for i := range t.months {
			s.R[i] = len(t.monthly[i][topic.ID])
			all[i] += s.R[i]
		}
		series = append(series, s)
	}
	first := len(t.months) - shown
	m := Topics{Months: t.months[first:], Rising: []Trend{}, Fading: []Trend{}}
	for _, b := range burst.Rank(series, all, burst.Options{Scale: unusual, Least: fewest}) {
		if b.To >= first && len(m.Rising) < maxTrends && t.during(b) >= t.k && !listed(m.Rising, b.ID) {
			m.Rising = append(m.Rising, t.trend(b, first))
		}
	}
	for _, b := range burst.Rank(series, all, burst.Options{Scale: unusual, Least: fewest, Below: true}) {
		// What nobody speaks of any more is about nobody; what a few speak of stays with them.
		if n := t.during(b); b.To >= len(t.months)-2 && b.From > 0 && len(m.Fading) < maxTrends && (n == 0 || n >= t.k) {
			m.Fading = append(m.Fading, t.trend(b, first))
		}
	}
	return m
}

func listed(list []Trend, topic int64) bool {
	return slices.ContainsFunc(list, func(t Trend) bool { return t.ID == topic })
}

// during returns how many people spoke of a topic while it burst.
func (t *talk) during(b burst.Ranked) int {
	people := set{}
	for i := b.From; i <= b.To; i++ {
		for p := range t.monthly[i][b.ID] {
			people.add(p)
		}
	}
	return len(people)
}

func (t *talk) trend(b burst.Ranked, first int) Trend {
	out := Trend{Topic: t.names[b.ID], From: t.months[b.From], To: t.months[b.To], Lasts: b.Lasts(len(t.months))}
	for _, people := range t.monthly[first:] {
		n := len(people[b.ID])
		if n > 0 && n < t.k {
			n = -1
		}
		out.People = append(out.People, n)
	}
	return out
}
