package graph

import "math"

// Communities returns of each node the number of the community it belongs to; 0 is the largest. It is the method of Louvain: Blondel,
// Guillaume, Lambiotte and Lefebvre, "Fast unfolding of communities in large networks" (2008). Nodes move, one after the other, to
// the community of a neighbour that raises modularity most, until none wants to; then each community becomes a node, and so on. The
// nodes are visited in their order and ties are decided for the lower number, so that there is no chance in it.
func (g *Graph) Communities() []int {
	member := make([]int, g.Len()) // of each node, the node it has become a part of
	for i := range member {
		member[i] = i
	}
	for level := g; ; {
		moved, changed := level.move()
		moved = bySize(moved)
		for i := range member {
			member[i] = moved[member[i]]
		}
		if !changed {
			return bySize(member)
		}
		level = level.shrink(moved)
	}
}

// least is the gain below which a move is rounding.
const least = 1e-12

// move is the first phase: it returns of each node the community it ends in, and whether any moved.
func (g *Graph) move() (in []int, changed bool) {
	n := g.Len()
	in = make([]int, n)
	strength, sum := make([]float64, n), make([]float64, n) // of nodes, and of the communities they are in
	for i := range n {
		in[i] = i
		strength[i] = g.strength(i)
		sum[i] = strength[i]
	}
	if g.total == 0 {
		return in, false
	}
	to := make([]float64, n) // from the node in hand to each community
	for again := true; again; {
		again = false
		for i := range n {
			touched := []int{in[i]}
			for _, a := range g.near[i] {
				if c := in[a.to]; to[c] == 0 && c != in[i] {
					touched = append(touched, c)
				}
				to[in[a.to]] += a.weight
			}
			home := in[i]
			sum[home] -= strength[i]
			best, most := home, to[home]-sum[home]*strength[i]/(2*g.total)
			for _, c := range touched[1:] {
				gain := to[c] - sum[c]*strength[i]/(2*g.total)
				if gain > most+least || gain > most-least && best != home && c < best {
					best, most = c, gain
				}
			}
			sum[best] += strength[i]
			if best != home {
				in[i], again, changed = best, true, true
			}
			for _, c := range touched {
				to[c] = 0
			}
		}
	}
	return in, changed
}

// shrink is the second phase: the graph in which each community is a node.
func (g *Graph) shrink(in []int) *Graph {
	n := 0
	var edges []Edge
	for i, list := range g.near {
		n = max(n, in[i]+1)
		if g.loops[i] > 0 {
			edges = append(edges, Edge{in[i], in[i], g.loops[i]})
		}
		for _, a := range list {
			if a.to > i {
				edges = append(edges, Edge{in[i], in[a.to], a.weight})
			}
		}
	}
	return build(n, edges)
}

// Modularity says how much more of the weight lies within the communities than chance would put there; Newman and Girvan (2004). It
// is at most 1, and 0 where everything is one community.
func (g *Graph) Modularity(in []int) float64 {
	if g.total == 0 {
		return 0
	}
	within, sum := map[int]float64{}, map[int]float64{}
	for i, list := range g.near {
		sum[in[i]] += g.strength(i)
		within[in[i]] += 2 * g.loops[i]
		for _, a := range list {
			if in[a.to] == in[i] {
				within[in[i]] += a.weight
			}
		}
	}
	q := 0.0
	for i := range len(in) { // in the order of nodes: sums of floats depend on it
		if s, ok := sum[in[i]]; ok {
			part := s / (2 * g.total)
			q += within[in[i]]/(2*g.total) - part*part
			delete(sum, in[i])
		}
	}
	return q
}

// NMI says how much two ways of dividing the same things into classes tell of each other: 1 when they are the same but for the
// numbers, 0 when one tells nothing of the other. It is the mutual information over the mean of the two entropies, as in Danon,
// Díaz-Guilera, Duch and Arenas, "Comparing community structure identification" (2005); Strehl and Ghosh (2002) divide by the
// geometric mean, which never gives less.
func NMI(a, b []int) float64 {
	if len(a) != len(b) || len(a) == 0 {
		return 0
	}
	n := float64(len(a))
	var order [][2]int
	both, inA, inB := map[[2]int]float64{}, map[int]float64{}, map[int]float64{}
	for i := range a {
		pair := [2]int{a[i], b[i]}
		if both[pair] == 0 {
			order = append(order, pair)
		}
		both[pair]++
		inA[a[i]]++
		inB[b[i]]++
	}
	mutual, entropyA, entropyB := 0.0, 0.0, 0.0
	for _, p := range order {
		// Each thing of the pair carries its share of all three sums.
		c := both[p]
		mutual += c / n * math.Log(c*n/(inA[p[0]]*inB[p[1]]))
		entropyA -= c / n * math.Log(inA[p[0]]/n)
		entropyB -= c / n * math.Log(inB[p[1]]/n)
	}
	if entropyA+entropyB == 0 {
		return 1 // both put everything into one class
	}
	return min(max(2*mutual/(entropyA+entropyB), 0), 1)
}
