// Package burst finds periods in which something was talked of much more, or much less, than it usually is.
//
// It is the two-state automaton for batched arrivals of Kleinberg, "Bursty and hierarchical structure in streams" (KDD 2002; Data
// Mining and Knowledge Discovery 7, 2003, section 4). Of the d things said in a period, r are about a topic. In the ordinary state
// each is about it with the topic's own overall rate p0 = R/D; in the burst state with the rate s·p0. Changing into the burst state
// costs γ·ln n for n periods. The cheapest course through the states (Viterbi) says when the topic burst, and how much cheaper the
// burst state was over an interval is the weight of that burst, so that bursts of different topics can be ranked.
//
// Because r is looked at beside d, a busy month is no burst, and a topic that keeps its share of a quiet one is not fading.
package burst

import (
	"math"
	"slices"
)

// Options tune the automaton; the zero value means what Kleinberg used.
type Options struct {
	Scale float64 // s: how many times its usual rate a topic has in the burst state, above 1; 0 means 2
	Gamma float64 // γ: how hard it is to enter the burst state; 0 means 1
	Least int     // fewer things about the topic than this, in all periods together, are never a burst; 0 means 1
	Below bool    // look for the opposite: intervals in which the topic has p0/s, which is how one fades
}

// Burst is an interval of periods, both ends included, counted from 0.
type Burst struct {
	From, To int
	Weight   float64 // in nats, above 0: by how much the burst state explains the interval better than the ordinary one
}

// Lasts reports whether the burst goes on in the last of n periods.
func (b Burst) Lasts(n int) bool { return b.To == n-1 }

// Find returns the bursts of a topic in the order of time. In period i, r[i] of d[i] things were about it. What is impossible is
// taken as the nearest that is not: a negative number as 0, more of the topic than of all as all, a missing period as one in which
// nothing was said.
func Find(r, d []int, o Options) []Burst {
	n := max(len(r), len(d))
	relevant, total := 0, 0
	at := func(i int) (int, int) {
		var all, some int
		if i < len(d) {
			all = max(d[i], 0)
		}
		if i < len(r) {
			some = min(max(r[i], 0), all)
		}
		return some, all
	}
	for i := range n {
		some, all := at(i)
		relevant, total = relevant+some, total+all
	}
	if relevant < max(o.Least, 1) || relevant == total {
		return nil // never talked of, or never of anything else: there is no usual rate to leave
	}
	usual, other := rates(float64(relevant)/float64(total), o)
	// gain[i] is what the burst state saves in period i; the number of ways to choose r of d is the same in both and falls out.
	gain := make([]float64, n)
	for i := range n {
		some, all := at(i)
		gain[i] = float64(some)*math.Log(other/usual) + float64(all-some)*math.Log((1-other)/(1-usual))
	}
	return intervals(course(gain, o.enter(n)), gain)
}

// rates returns the rate of the topic in the ordinary and in the other state.
func rates(usual float64, o Options) (float64, float64) {
	scale := o.Scale
	if scale <= 1 {
		scale = 2
	}
	if o.Below {
		return usual, usual / scale
	}
	// Twice the rate of a topic that half of all talk of would be more than everything. From where it is the smaller step, the rate of
	// everything else is divided instead.
	return usual, min(usual*scale, 1-(1-usual)/scale)
}

// enter is what it costs to enter the burst state, in nats.
func (o Options) enter(periods int) float64 {
	gamma := o.Gamma
	if gamma <= 0 {
		gamma = 1
	}
	return gamma * math.Log(float64(periods))
}

// course returns, per period, whether the cheapest course through the two states is in the burst state. It starts in the ordinary
// one, and leaving the burst state costs nothing. Of two courses that cost the same it takes the one with fewer bursts.
func course(gain []float64, enter float64) []bool {
	n := len(gain)
	fromBurst := [2][]bool{make([]bool, n), make([]bool, n)} // whether the course to this state was in the burst state before
	ordinary, burst := 0.0, math.Inf(1)
	for i, g := range gain {
		nextOrdinary, nextBurst := ordinary, ordinary+enter-g
		if burst < ordinary {
			nextOrdinary, fromBurst[0][i] = burst, true
		}
		if burst-g < nextBurst {
			nextBurst, fromBurst[1][i] = burst-g, true
		}
		ordinary, burst = nextOrdinary, nextBurst
	}
	states := make([]bool, n)
	state := burst < ordinary
	for i := n - 1; i >= 0; i-- {
		states[i] = state
		if state {
			state = fromBurst[1][i]
		} else {
			state = fromBurst[0][i]
		}
	}
	return states
}

// intervals gathers the periods of the burst state. One that explains nothing better than the ordinary state is left out.
func intervals(states []bool, gain []float64) []Burst {
	var found []Burst
	for i := 0; i < len(states); i++ {
		if !states[i] {
			continue
		}
		b := Burst{From: i, To: i, Weight: gain[i]}
		for b.To+1 < len(states) && states[b.To+1] {
			b.To++
			b.Weight += gain[b.To]
		}
		if b.Weight > 0 {
			found = append(found, b)
		}
		i = b.To
	}
	return found
}

// Series is how often a topic was talked of, per period.
type Series struct {
	ID int64
	R  []int
}

// Ranked is a burst of one of several topics.
type Ranked struct {
	ID int64
	Burst
}

// Rank returns the bursts of all topics, the heaviest first; those of the same weight by when they began, then by id. d is of what
// was said in each period altogether.
func Rank(topics []Series, d []int, o Options) []Ranked {
	var found []Ranked
	for _, topic := range topics {
		for _, b := range Find(topic.R, d, o) {
			found = append(found, Ranked{topic.ID, b})
		}
	}
	slices.SortFunc(found, func(a, b Ranked) int {
		switch {
		case a.Weight != b.Weight:
			if a.Weight > b.Weight {
				return -1
			}
			return 1
		case a.From != b.From:
			return a.From - b.From
		case a.ID < b.ID:
			return -1
		}
		return 1
	})
	return found
}
