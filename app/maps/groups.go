package maps

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strconv"

	"watercooler/app/db"
	"watercooler/app/graph"
)

const (
	// maxGroups is how many networks and units are drawn, the largest.
	maxGroups = 300
	// tiesDrawn is how many of the closest ties of each group are drawn, and pull it to its place. All of them would be a grey cloud.
	tiesDrawn = 3
	// pivots is from how many groups the shortest ways are looked for; up to so many groups the measure is exact.
	pivots = 200
	// seed makes the same drawing of the same groups each time.
	seed = 20270401
	// topicsNamed is how many topics name a community.
	topicsNamed = 3
)

// A bridge is a group with a part of its ties in another community, acrossShare by weight, that is on at least bridgeShare of the shortest
// ways between all other groups; a great one is on at least greatShare. The first keeps out groups whose only way to the rest is the
// bridge beside them.
const (
	acrossShare = 0.20
	bridgeShare = 0.03
	greatShare  = 0.10
)

// Groups is how networks and units hang together.
type Groups struct {
	Groups        []Group     `json:"groups"`
	Ties          []Tie       `json:"ties"`        // those that are drawn
	Communities   []Community `json:"communities"` // the largest first; of more than one group
	Width, Height float64     // of the drawing, in the lengths of an edge
}

// Group is a network, or a unit with the people who sit in it and not below.
type Group struct {
	Kind      string  `json:"kind"` // network or unit
	ID        int64   `json:"id"`
	Name      string  `json:"name"`
	Path      string  `json:"path"`
	Community int     `json:"community"` // index of Communities; -1 for a group that is tied to no other
	Bridge    Band    `json:"bridge"`    // None, Some or Many
	Joins     []int   `json:"joins"`     // of a bridge, the communities it and the groups it is tied to are in
	X         float64 `json:"x"`
	Y         float64 `json:"y"`
	people    set
}

// Tie joins two groups, by index: people who are in both or, of two units, who answer one another.
type Tie struct {
	A    int  `json:"a"`
	B    int  `json:"b"`
	Band Band `json:"band"` // how close, beside the closest
}

// Community is groups that have more to do with each other than with the rest.
type Community struct {
	Topics []Topic `json:"topics"` // that its people talk of more than others do
}

// tied is a tie that has a number.
type tied struct {
	a, b   int
	people int
	weight float64
}

// groups makes the map.
func (t *talk) groups(ctx context.Context, q db.Querier) (m Groups, err error) {
	list, err := t.gather(ctx, q)
	if err != nil {
		return m, err
	}
	ties := t.tie(list)
	near, steps := make([]graph.Edge, len(ties)), make([]graph.Edge, len(ties))
	for i, e := range ties {
		near[i], steps[i] = graph.Edge{A: e.a, B: e.b, Weight: e.weight}, graph.Edge{A: e.a, B: e.b, Weight: 1}
	}
	communities := graph.New(len(list), near).Communities()
	between := graph.New(len(list), steps).Betweenness(pivots, seed) // a way is as long as the groups one has to ask
	across := across(ties, communities)
	size := make(map[int]int)
	for _, c := range communities {
		size[c]++
	}
	for i := range list {
		list[i].Community = communities[i]
		if size[communities[i]] < 2 {
			list[i].Community = -1
		}
		list[i].Bridge = bridgeBand(between[i], across[i])
	}
	join(list, ties)
	drawn := closest(ties, len(list))
	m.place(list, drawn)
	m.Groups = list
	m.Communities = t.name(list)
	for _, e := range drawn {
		m.Ties = append(m.Ties, Tie{e.a, e.b, closeBand(e.weight, ties)})
	}
	return m, nil
}

// across returns of each group what part of its ties leads to other communities.
func across(ties []tied, communities []int) []float64 {
	all, out := make([]float64, len(communities)), make([]float64, len(communities))
	for _, e := range ties {
		for _, end := range []int{e.a, e.b} {
			all[end] += e.weight
			if communities[e.a] != communities[e.b] {
				out[end] += e.weight
			}
		}
	}
	for i := range out {
		if all[i] > 0 {
			out[i] /= all[i]
		}
	}
	return out
}

// join says of bridges which communities they join.
func join(list []Group, ties []tied) {
	add := func(g *Group, community int) {
		if g.Bridge != None && community >= 0 && !slices.Contains(g.Joins, community) {
			g.Joins = append(g.Joins, community)
		}
	}
	for i := range list {
		add(&list[i], list[i].Community)
	}
	for _, e := range ties {
		add(&list[e.a], list[e.b].Community)
		add(&list[e.b], list[e.a].Community)
	}
	for i := range list {
		slices.Sort(list[i].Joins)
	}
}

func bridgeBand(between, across float64) Band {
	switch {
	case across < acrossShare:
		return None
	case between >= greatShare:
		return Many
	case between >= bridgeShare:
		return Some
	default:
		return None
	}
}

// gather returns open networks and units of at least k people, the largest first, and then by kind and id.
func (t *talk) gather(ctx context.Context, q db.Querier) ([]Group, error) {
	networks, err := selectNetworks(ctx, q, t.org)
	if err != nil {
		return nil, err
	}
	members, err := selectMembers(ctx, q, networks)
	if err != nil {
		return nil, err
	}
	var list []Group
	for _, n := range networks {
		g := Group{Kind: "network", ID: n.id, Name: n.name, Path: "/networks/" + n.slug, people: set{}}
		for _, p := range members[n.id] {
			if t.here(p) {
				g.people.add(p)
			}
		}
		list = append(list, g)
	}
	sits := make(map[int64]set)
	for id, p := range t.people {
		if _, ok := t.units[p.unit]; ok && t.here(id) {
			tally(sits, p.unit, id)
		}
	}
	for id, people := range sits {
		list = append(list, Group{Kind: "unit", ID: id, Name: t.units[id].name, Path: "/units/" + strconv.FormatInt(id, 10), people: people})
	}
	// SECURITY: a group of fewer people is not on the map at all.
	list = slices.DeleteFunc(list, func(g Group) bool { return len(g.people) < t.k })
	slices.SortFunc(list, func(a, b Group) int {
		return cmp.Or(cmp.Compare(len(b.people), len(a.people)), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID))
	})
	return list[:min(len(list), maxGroups)], nil
}

// tie returns the ties between groups, in the order of their ends. Two groups are tied when at least k people are in both. Two units
// have no people in common; they are tied when at least k of each have replied to the other or been replied to, and there were more such
// replies than there would be if everybody replied to everybody as much as they do altogether: what van Eck and Waltman, "How to
// normalize cooccurrence data?" (2009), call association strength is above 1. A tie weighs the people behind it over the geometric mean
// of both sizes (Ochiai), so that large groups are not close to everything.
func (t *talk) tie(list []Group) (ties []tied) {
	in, sits := map[int64][]int{}, map[int64]int{}
	for i, g := range list {
		for p := range g.people {
			in[p] = append(in[p], i)
		}
		if g.Kind == "unit" {
			sits[g.ID] = i
		}
	}
	both := map[[2]int]int{}
	for _, groups := range in {
		for _, a := range groups {
			for _, b := range groups {
				if a < b {
					both[[2]int{a, b}]++
				}
			}
		}
	}
	for ends, n := range t.talking(sits) {
		both[ends] = n
	}
	for ends, n := range both {
		if n >= t.k {
			weight := float64(n) / math.Sqrt(float64(len(list[ends[0]].people))*float64(len(list[ends[1]].people)))
			ties = append(ties, tied{ends[0], ends[1], n, weight})
		}
	}
	slices.SortFunc(ties, func(x, y tied) int { return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b)) })
	return ties
}

// talking returns pairs of units that talk with each other more than by chance, and how many people of the smaller side do. sits is the
// index of each unit.
func (t *talk) talking(sits map[int64]int) map[[2]int]int {
	who := map[[3]int]set{} // of both ends of a pair, the people
	replies, of, total := map[[2]int]int{}, map[int]int{}, 0
	for pair, n := range t.asked {
		a, here := sits[t.people[pair[0]].unit]
		b, also := sits[t.people[pair[1]].unit]
		if !here || !also || !t.here(pair[0]) || !t.here(pair[1]) {
			continue
		}
		of[a] += n
		of[b] += n
		total += n
		if a != b {
			low, high := min(a, b), max(a, b)
			replies[[2]int{low, high}] += n
			tally(who, [3]int{low, high, a}, pair[0])
			tally(who, [3]int{low, high, b}, pair[1])
		}
	}
	out := map[[2]int]int{}
	for ends, n := range replies {
		if chance := float64(of[ends[0]]) * float64(of[ends[1]]) / float64(2*total); float64(n) > chance {
			out[ends] = min(len(who[[3]int{ends[0], ends[1], ends[0]}]), len(who[[3]int{ends[0], ends[1], ends[1]}]))
		}
	}
	return out
}

// closest returns the ties that are among the closest of one of their ends.
func closest(ties []tied, groups int) []tied {
	order := slices.Clone(ties)
	slices.SortStableFunc(order, func(x, y tied) int { return cmp.Compare(y.weight, x.weight) })
	seen := make([]int, groups)
	var kept []tied
	for _, e := range order {
		if seen[e.a] < tiesDrawn || seen[e.b] < tiesDrawn {
			kept = append(kept, e)
		}
		seen[e.a]++
		seen[e.b]++
	}
	slices.SortFunc(kept, func(x, y tied) int { return cmp.Or(cmp.Compare(x.a, y.a), cmp.Compare(x.b, y.b)) })
	return kept
}

// closeBand says how close a tie is: Many for the closer half of all ties, Some for the others.
func closeBand(weight float64, ties []tied) Band {
	closer := 0
	for _, e := range ties {
		if e.weight > weight {
			closer++
		}
	}
	if 2*closer < len(ties) {
		return Many
	}
	return Some
}

// place lays groups out by the ties that are drawn.
func (m *Groups) place(list []Group, drawn []tied) {
	edges := make([]graph.Edge, len(drawn))
	for i, e := range drawn {
		edges[i] = graph.Edge{A: e.a, B: e.b, Weight: e.weight}
	}
	points, width, height := graph.New(len(list), edges).Layout(seed)
	for i, p := range points {
		list[i].X, list[i].Y = hundredth(p.X), hundredth(p.Y)
	}
	m.Width, m.Height = hundredth(width), hundredth(height)
}

// hundredth rounds, so that two machines publish the same.
func hundredth(x float64) float64 { return math.Round(x*100) / 100 }

// name finds, for each community, the topics that at least k of its people talk of, those first that set it apart most: by how many of
// its people talk of a topic, times how much more often they do than everybody (its part of the Kullback-Leibler divergence).
func (t *talk) name(list []Group) (communities []Community) {
	in := map[int]set{}
	for _, g := range list {
		for p := range g.people {
			if g.Community >= 0 {
				tally(in, g.Community, p)
			}
		}
	}
	total := 0
	for _, people := range t.spoke {
		total += len(people)
	}
	for c := range len(in) {
		count, all := map[int64]int{}, 0
		for topic, people := range t.spoke {
			for p := range people {
				if _, ok := in[c][p]; ok {
					count[topic]++
					all++
				}
			}
		}
		type weighed struct {
			Topic
			by float64
		}
		var topics []weighed
		for _, topic := range t.list {
			if n := count[topic.ID]; n >= t.k {
				lift := float64(n) * float64(total) / (float64(all) * float64(len(t.spoke[topic.ID])))
				topics = append(topics, weighed{topic, float64(n) * math.Log(lift)})
			}
		}
		slices.SortStableFunc(topics, func(a, b weighed) int { return cmp.Compare(b.by, a.by) })
		found := Community{Topics: []Topic{}}
		for _, w := range topics[:min(len(topics), topicsNamed)] {
			found.Topics = append(found.Topics, w.Topic)
		}
		communities = append(communities, found)
	}
	return communities
}
