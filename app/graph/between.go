package graph

import (
	"container/heap"
	"math"
	"math/rand/v2"
)

// Betweenness returns of each node the share of all pairs of other nodes whose shortest way leads through it, from 0 to 1. An edge
// is the shorter the more it weighs: its length is 1/Weight.
//
// It is the algorithm of Brandes, "A faster algorithm for betweenness centrality" (2001). From more than pivots nodes it is
// estimated: the ways from pivots nodes chosen by chance stand for all, as in Brandes and Pich, "Centrality estimation in large
// networks" (2007). The same seed chooses the same nodes.
func (g *Graph) Betweenness(pivots int, seed uint64) []float64 {
	n := g.Len()
	out := make([]float64, n)
	if n < 3 || pivots <= 0 {
		return out
	}
	from := make([]int, n)
	for i := range from {
		from[i] = i
	}
	if pivots < n {
		from = rand.New(rand.NewPCG(seed, 0)).Perm(n)[:pivots]
	}
	w := newWays(g)
	for _, s := range from {
		w.from(s, out)
	}
	// A pair is met from both its ends.
	scale := float64(n) / float64(len(from)) / (float64(n-1) * float64(n-2))
	for i := range out {
		out[i] = min(out[i]*scale, 1)
	}
	return out
}

// ways are the shortest ways from one node to all others.
type ways struct {
	g      *Graph
	length []float64
	count  []float64 // of shortest ways
	before [][]int   // the nodes before this one on them
	owed   []float64 // how much of the pairs a node stands between
	done   []bool
	order  []int // nodes, nearest first
	queue  queue
}

func newWays(g *Graph) *ways {
	n := g.Len()
	return &ways{g: g, length: make([]float64, n), count: make([]float64, n), before: make([][]int, n), owed: make([]float64, n), done: make([]bool, n)}
}

// same is how far two lengths may differ, as a part of them, and be equal: sums of floats depend on their order.
const same = 1e-9

// from adds to each node how many pairs of s and another node it stands between.
func (w *ways) from(s int, sum []float64) {
	for i := range w.length {
		w.length[i], w.count[i], w.owed[i], w.done[i] = math.Inf(1), 0, 0, false
		w.before[i] = w.before[i][:0]
	}
	w.order = w.order[:0]
	w.length[s], w.count[s] = 0, 1
	heap.Push(&w.queue, stop{s, 0})
	for w.queue.Len() > 0 {
		at := heap.Pop(&w.queue).(stop).node //nolint:forcetypeassert // nothing else goes in
		if w.done[at] {
			continue
		}
		w.done[at] = true
		w.order = append(w.order, at)
		for _, a := range w.g.near[at] {
			length := w.length[at] + 1/a.weight
			switch {
			case w.done[a.to]:
			case length < w.length[a.to]*(1-same):
				w.length[a.to], w.count[a.to] = length, w.count[at]
				w.before[a.to] = append(w.before[a.to][:0], at)
				heap.Push(&w.queue, stop{a.to, length})
			case length <= w.length[a.to]*(1+same):
				w.count[a.to] += w.count[at]
				w.before[a.to] = append(w.before[a.to], at)
			}
		}
	}
	for i := len(w.order) - 1; i > 0; i-- {
		at := w.order[i]
		for _, b := range w.before[at] {
			w.owed[b] += w.count[b] / w.count[at] * (1 + w.owed[at])
		}
		sum[at] += w.owed[at]
	}
}

// stop is a node on the way; of those at the same length the lower number comes first.
type stop struct {
	node   int
	length float64
}

type queue []stop

func (q queue) Len() int { return len(q) }
func (q queue) Less(i, j int) bool {
	return q[i].length < q[j].length || q[i].length == q[j].length && q[i].node < q[j].node
}
func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push adds a stop at the end, as package heap wants.
func (q *queue) Push(x any) { *q = append(*q, x.(stop)) } //nolint:forcetypeassert // nothing else goes in

// Pop takes the last.
func (q *queue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}
