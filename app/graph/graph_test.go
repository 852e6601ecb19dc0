package graph_test

import (
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"watercooler/app/graph"
)

// karate is the network of Zachary, "An information flow model for conflict and fission in small groups" (1977), nodes from 1.
var karate = [][2]int{
	{2, 1}, {3, 1}, {3, 2}, {4, 1}, {4, 2}, {4, 3}, {5, 1}, {6, 1}, {7, 1}, {7, 5}, {7, 6}, {8, 1}, {8, 2}, {8, 3}, {8, 4}, {9, 1}, {9, 3}, {10, 3},
	{11, 1}, {11, 5}, {11, 6}, {12, 1}, {13, 1}, {13, 4}, {14, 1}, {14, 2}, {14, 3}, {14, 4}, {17, 6}, {17, 7}, {18, 1}, {18, 2}, {20, 1}, {20, 2},
	{22, 1}, {22, 2}, {26, 24}, {26, 25}, {28, 3}, {28, 24}, {28, 25}, {29, 3}, {30, 24}, {30, 27}, {31, 2}, {31, 9}, {32, 1}, {32, 25}, {32, 26},
	{32, 29}, {33, 3}, {33, 9}, {33, 15}, {33, 16}, {33, 19}, {33, 21}, {33, 23}, {33, 24}, {33, 30}, {33, 31}, {33, 32}, {34, 9}, {34, 10}, {34, 14},
	{34, 15}, {34, 16}, {34, 19}, {34, 20}, {34, 21}, {34, 23}, {34, 24}, {34, 27}, {34, 28}, {34, 29}, {34, 30}, {34, 31}, {34, 32}, {34, 33},
}

func edges(pairs [][2]int) []graph.Edge {
	var out []graph.Edge
	for _, p := range pairs {
		out = append(out, graph.Edge{A: p[0] - 1, B: p[1] - 1, Weight: 1})
	}
	return out
}

// TestKarate holds the measures against what is published of a well-known network: the best modularity there is is 0.4198, and
// Brandes' algorithm gives its node 1 a betweenness of 0.4376, node 34 of 0.3041 and node 33 of 0.1452.
func TestKarate(t *testing.T) {
	g := graph.New(34, edges(karate))
	if q := g.Modularity(g.Communities()); q < 0.415 || q > 0.4199 {
		t.Errorf("modularity %.4f, want 0.415 to 0.4198", q)
	}
	b := g.Betweenness(34, 0)
	for node, want := range map[int]float64{1: 0.4376, 34: 0.3041, 33: 0.1452, 12: 0} {
		if math.Abs(b[node-1]-want) > 0.0001 {
			t.Errorf("betweenness of node %d is %.4f, want %.4f", node, b[node-1], want)
		}
	}
}

func TestCommunities(t *testing.T) {
	two := [][2]int{{1, 2}, {2, 3}, {1, 3}, {3, 4}, {4, 5}, {5, 6}, {4, 6}}
	for _, tc := range []struct {
		name  string
		n     int
		edges []graph.Edge
		want  []int
	}{
		{name: "nothing", want: []int{}},
		{name: "no edges", n: 3, want: []int{0, 1, 2}},
		{name: "two triangles", n: 6, edges: edges(two), want: []int{0, 0, 0, 1, 1, 1}},
		{name: "a node by itself", n: 7, edges: edges(two), want: []int{0, 0, 0, 1, 1, 1, 2}},
		{name: "weight decides", n: 4, edges: []graph.Edge{{0, 1, 9}, {1, 2, 1}, {2, 3, 9}, {3, 0, 1}}, want: []int{0, 0, 1, 1}},
		{name: "what says nothing is left out", n: 2, edges: []graph.Edge{{0, 0, 5}, {0, 7, 1}, {-1, 0, 1}, {0, 1, 0}, {0, 1, math.NaN()}, {0, 1, math.Inf(1)}}, want: []int{0, 1}},
		{name: "the same edge twice", n: 3, edges: []graph.Edge{{0, 1, 1}, {1, 0, 1}}, want: []int{0, 0, 1}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := graph.New(tc.n, tc.edges).Communities(); !reflect.DeepEqual(got, tc.want) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

// planted is a graph of groups of 12 nodes, in which a pair within a group is joined with chance p, and one across with chance q.
func planted(groups int, p, q float64, seed uint64) (*graph.Graph, []int) {
	random := rand.New(rand.NewPCG(seed, 9))
	n := 12 * groups
	truth := random.Perm(n)
	for i := range truth {
		truth[i] %= groups
	}
	var list []graph.Edge
	for a := range n {
		for b := range a {
			chance := q
			if truth[a] == truth[b] {
				chance = p
			}
			if random.Float64() < chance {
				list = append(list, graph.Edge{A: a, B: b, Weight: 1})
			}
		}
	}
	return graph.New(n, list), truth
}

func TestCommunitiesFindWhatWasPlanted(t *testing.T) {
	for seed := range uint64(5) {
		g, truth := planted(8, 0.6, 0.03, seed)
		found := g.Communities()
		if nmi := graph.NMI(found, truth); nmi < 0.95 {
			t.Errorf("seed %d: NMI %.3f, want 0.95", seed, nmi)
		}
		if again := g.Communities(); !slices.Equal(found, again) {
			t.Errorf("seed %d: the same graph gave other communities", seed)
		}
		for i := range found[1:] {
			if found[i] < 0 || found[i] > slices.Max(found) {
				t.Fatalf("community %d", found[i])
			}
		}
	}
}

func TestNMI(t *testing.T) {
	for _, tc := range []struct {
		name string
		a, b []int
		want float64
	}{
		{"the same", []int{0, 0, 1, 1}, []int{0, 0, 1, 1}, 1},
		{"the same by other numbers", []int{0, 0, 1, 1}, []int{7, 7, 3, 3}, 1},
		{"nothing of each other", []int{0, 0, 1, 1}, []int{0, 1, 0, 1}, 0},
		{"one class each", []int{0, 0}, []int{1, 1}, 1},
		{"one class and two", []int{0, 0}, []int{0, 1}, 0},
		{"half", []int{0, 0, 1, 1}, []int{0, 1, 2, 3}, 2.0 / 3}, // I = ln 2, entropies ln 2 and 2 ln 2
		{"of different things", []int{0}, []int{0, 1}, 0},
		{"of nothing", nil, nil, 0},
	} {
		if got := graph.NMI(tc.a, tc.b); math.Abs(got-tc.want) > 1e-9 {
			t.Errorf("%s: got %.4f, want %.4f", tc.name, got, tc.want)
		}
	}
}

func TestBetweenness(t *testing.T) {
	// On a path of three the middle is between the one pair of others; a heavy detour is the shorter way.
	path := graph.New(3, []graph.Edge{{0, 1, 1}, {1, 2, 1}})
	if got := path.Betweenness(3, 0); !reflect.DeepEqual(got, []float64{0, 1, 0}) {
		t.Errorf("a path: got %v", got)
	}
	detour := graph.New(3, []graph.Edge{{0, 1, 10}, {1, 2, 10}, {0, 2, 1}})
	if got := detour.Betweenness(3, 0); got[1] != 1 {
		t.Errorf("a detour: got %v", got)
	}
	square := graph.New(4, []graph.Edge{{0, 1, 3}, {1, 2, 3}, {2, 3, 3}, {3, 0, 3}})
	for node, got := range square.Betweenness(4, 0) { // each pair of opposite nodes has two ways
		if math.Abs(got-1.0/6) > 1e-9 {
			t.Errorf("a square: node %d has %.4f", node, got)
		}
	}
	if got := graph.New(2, []graph.Edge{{0, 1, 1}}).Betweenness(2, 0); !reflect.DeepEqual(got, []float64{0, 0}) {
		t.Errorf("two nodes: got %v", got)
	}
}

// TestBetweennessSampled compares the estimate from half the nodes with the whole.
func TestBetweennessSampled(t *testing.T) {
	g, _ := planted(10, 0.5, 0.02, 3)
	whole, part := g.Betweenness(g.Len(), 0), g.Betweenness(60, 7)
	if again := g.Betweenness(60, 7); !slices.Equal(part, again) {
		t.Error("the same seed gave another estimate")
	}
	errors, sum := 0.0, 0.0
	for i := range whole {
		errors += math.Abs(whole[i] - part[i])
		sum += whole[i]
	}
	t.Logf("the estimate is off by %.1f%% on average", 100*errors/sum)
	if errors > 0.3*sum {
		t.Errorf("the estimate is off by %.1f%%", 100*errors/sum)
	}
}

func TestLayout(t *testing.T) {
	clusters, truth := planted(6, 0.5, 0.01, 4)
	for _, tc := range []struct {
		name string
		g    *graph.Graph
	}{
		{"nothing", graph.New(0, nil)},
		{"one", graph.New(1, nil)},
		{"by themselves", graph.New(40, nil)},
		{"two components", graph.New(6, edges([][2]int{{1, 2}, {2, 3}, {4, 5}}))},
		{"clusters", clusters},
		{"more than are simulated", graph.New(graph.MaxLayout+30, edges(karate))},
	} {
		t.Run(tc.name, func(t *testing.T) {
			points, width, height := tc.g.Layout(1)
			if again, _, _ := tc.g.Layout(1); !slices.Equal(points, again) {
				t.Error("the same seed gave another drawing")
			}
			for i, p := range points {
				if math.IsNaN(p.X) || p.X < 0 || p.X > width+1e-9 || p.Y < 0 || p.Y > height+1e-9 {
					t.Fatalf("node %d is at %v of %.1f × %.1f", i, p, width, height)
				}
				for j := range i {
					if d := math.Hypot(p.X-points[j].X, p.Y-points[j].Y); d < 0.6 {
						t.Fatalf("nodes %d and %d are %.2f apart", j, i, d)
					}
				}
			}
		})
	}
	points, _, _ := clusters.Layout(1)
	within, across, inside, outside := 0.0, 0.0, 0, 0
	for i := range points {
		for j := range i {
			if d := math.Hypot(points[i].X-points[j].X, points[i].Y-points[j].Y); truth[i] == truth[j] {
				within, inside = within+d, inside+1
			} else {
				across, outside = across+d, outside+1
			}
		}
	}
	if within/float64(inside) > 0.6*across/float64(outside) {
		t.Errorf("nodes of a group are %.2f apart on average, others %.2f", within/float64(inside), across/float64(outside))
	}
}

func BenchmarkLayout(b *testing.B) {
	g, _ := planted(41, 0.3, 0.002, 5)
	for b.Loop() {
		g.Layout(1)
	}
}

func BenchmarkCommunities(b *testing.B) {
	g, _ := planted(41, 0.3, 0.002, 5)
	for b.Loop() {
		g.Communities()
	}
}

func BenchmarkBetweenness(b *testing.B) {
	g, _ := planted(41, 0.3, 0.002, 5)
	for b.Loop() {
		g.Betweenness(200, 1)
	}
}
