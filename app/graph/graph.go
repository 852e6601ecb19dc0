// Package graph finds out how things hang together: which groups belong to each other, which stand between them, and where to draw
// them. It knows numbers and weights only.
//
// Everything here gives the same answer for the same input. That is why the communities are found by our own 100 lines and not by a
// library: gonum's does the same with a graph kept in maps and a source of chance, and is the only thing we would want of it.
package graph

import (
	"cmp"
	"math"
	"slices"
)

// Edge joins two nodes. Edges have no direction; several between the same two nodes add up.
type Edge struct {
	A, B   int
	Weight float64 // above 0: how closely they belong together
}

// Graph has the nodes 0 to Len()-1.
type Graph struct {
	near  [][]arc // of each node, those it is joined with, in ascending order; without itself
	loops []float64
	total float64 // all weights, each edge once
}

// arc is one end of an edge.
type arc struct {
	to     int
	weight float64
}

// New returns the graph of n nodes with these edges. Edges to nodes that do not exist, of no weight, or from a node to itself say
// nothing here, and are left out.
func New(n int, edges []Edge) *Graph {
	kept := make([]Edge, 0, len(edges))
	for _, e := range edges {
		if e.A < 0 || e.B < 0 || e.A >= n || e.B >= n || e.A == e.B || !(e.Weight > 0) || math.IsInf(e.Weight, 0) {
			continue
		}
		kept = append(kept, e)
	}
	return build(n, kept)
}

// build is New for edges that are known to be right, loops included.
func build(n int, edges []Edge) *Graph {
	g := &Graph{near: make([][]arc, n), loops: make([]float64, n)}
	for _, e := range edges {
		g.total += e.Weight
		if e.A == e.B {
			g.loops[e.A] += e.Weight
			continue
		}
		g.near[e.A] = append(g.near[e.A], arc{e.B, e.Weight})
		g.near[e.B] = append(g.near[e.B], arc{e.A, e.Weight})
	}
	for i, list := range g.near {
		slices.SortStableFunc(list, func(a, b arc) int { return cmp.Compare(a.to, b.to) })
		merged := list[:0]
		for _, a := range list {
			if last := len(merged) - 1; last >= 0 && merged[last].to == a.to {
				merged[last].weight += a.weight
				continue
			}
			merged = append(merged, a)
		}
		g.near[i] = merged
	}
	return g
}

// Len returns the number of nodes.
func (g *Graph) Len() int { return len(g.near) }

// strength is the weight of all edges of a node; a loop counts twice, as it does for degrees.
func (g *Graph) strength(node int) float64 {
	sum := 2 * g.loops[node]
	for _, a := range g.near[node] {
		sum += a.weight
	}
	return sum
}

// Components returns of each node the number of the component it is in: 0 is the one with most nodes, and of two of the same size
// the one with the lower node.
func (g *Graph) Components() []int {
	label := make([]int, g.Len())
	for i := range label {
		label[i] = -1
	}
	for start := range label {
		if label[start] >= 0 {
			continue
		}
		label[start] = start
		for queue := []int{start}; len(queue) > 0; queue = queue[1:] {
			for _, a := range g.near[queue[0]] {
				if label[a.to] < 0 {
					label[a.to] = start
					queue = append(queue, a.to)
				}
			}
		}
	}
	return bySize(label)
}

// bySize numbers labels anew, that of most nodes first, then by the lowest node.
func bySize(label []int) []int {
	type class struct{ label, size, first int }
	var classes []class
	at := map[int]int{}
	for node, l := range label {
		i, known := at[l]
		if !known {
			i = len(classes)
			at[l] = i
			classes = append(classes, class{label: l, first: node})
		}
		classes[i].size++
	}
	slices.SortFunc(classes, func(a, b class) int { return cmp.Or(cmp.Compare(b.size, a.size), cmp.Compare(a.first, b.first)) })
	number := make(map[int]int, len(classes))
	for i, c := range classes {
		number[c.label] = i
	}
	out := make([]int, len(label))
	for node, l := range label {
		out[node] = number[l]
	}
	return out
}
