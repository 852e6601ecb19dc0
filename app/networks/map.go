package networks

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"watercooler/auth"
)

// Spot is a network on the map.
type Spot struct {
	Entry
	Parents []int64 // that it has joined, of those on the map
	Kids    []int64
	X, Y, R int
	Group   int  // index of the group it is drawn in
	Root    bool // it is what its group gathers around
}

// Tie joins two networks that share people.
type Tie struct {
	A, B   int64
	People int
}

// Chart is the map of networks: every network that the viewer may know of, at its place.
type Chart struct {
	Width, Height int
	Spots         []Spot // group after group, within a group from the middle out
	Ties          []Tie  // between those that share most, most people first
	Groups        int    // of networks that hold others; those that stand by themselves are the last group, if there are any
	at            map[int64]int
}

// Spot returns the network with this id.
func (c Chart) Spot(id int64) (Spot, bool) {
	i, ok := c.at[id]
	if !ok {
		return Spot{}, false
	}
	return c.Spots[i], true
}

// Where most people of a hub are in several networks, nearly all networks share people with nearly all others, and lines for that
// would be a grey cloud. A network is tied to the few with which it shares most.
const (
	tiesEach = 2
	maxTies  = 20_000 // read to choose from
)

// Map returns all networks that v may know of, laid out as a drawing. The layout is computed from these networks alone, so that
// not even a gap tells of another, and is the same each time.
func (s *Service) Map(ctx context.Context, v auth.Viewer) (Chart, error) {
	list, err := selectMapped(ctx, s.db, v, maxNetworks)
	if err != nil {
		return Chart{}, fmt.Errorf("read the map of networks: %w", err)
	}
	if err := s.count(ctx, list); err != nil {
		return Chart{}, err
	}
	links, err := selectMapLinks(ctx, s.db, v)
	if err != nil {
		return Chart{}, fmt.Errorf("read the links of the map: %w", err)
	}
	var ties []Tie
	if v.SignedIn() {
		if ties, err = s.tied(ctx); err != nil {
			return Chart{}, fmt.Errorf("read who shares people: %w", err)
		}
	}
	return chart(list, links, strongest(ties, list)), nil
}

// shares is who shares people, among all networks of the hub, as it was a moment ago.
type shares struct {
	ties []Tie // most people first
	at   time.Time
}

// sharesLast is how long shares are believed: comparing all members of 500 networks takes the database 150 ms.
const sharesLast = time.Minute

// tied returns the pairs of networks that share people, of all networks there are: strongest keeps what a viewer may know of.
func (s *Service) tied(ctx context.Context) ([]Tie, error) {
	now := s.now()
	if known := s.shares.Load(); known != nil && now.Sub(known.at) < sharesLast {
		return known.ties, nil
	}
	ties, err := selectTies(ctx, s.db, fewShared, maxTies)
	if err != nil {
		return nil, err
	}
	s.shares.Store(&shares{ties: ties, at: now})
	return ties, nil
}

// strongest keeps of ties, which come with most people first, those between networks of the list that are among the first of one
// of their ends.
func strongest(ties []Tie, list []Entry) (kept []Tie) {
	known := make(map[int64]bool, len(list))
	for _, e := range list {
		known[e.ID] = true
	}
	seen := make(map[int64]int, len(list))
	for _, t := range ties {
		if !known[t.A] || !known[t.B] {
			continue
		}
		if seen[t.A] < tiesEach || seen[t.B] < tiesEach {
			kept = append(kept, t)
		}
		seen[t.A]++
		seen[t.B]++
	}
	return kept
}

// Sizes of the drawing, in the units of its view box: CSS pixels on a wide screen.
const (
	mapWidth = 1100
	ringGap  = 105 // between rings around the middle of a group
	elbow    = 110 // room for one network on a ring, with its name
	margin   = 62  // around a group, for names
	cell     = 136 // room for a network that stands by itself
	row      = 74
	tight    = 34 // the same without names, where there are many
)

// crowded is how many networks there are when only the middles of groups are named.
const crowded = 90

// Crowded reports whether there are too many networks to write every name.
func (c Chart) Crowded() bool { return len(c.Spots) > crowded }

// chart lays networks out: each that others have joined in the middle of those, ring by ring, the groups in rows from the
// largest on, and below them those that stand by themselves. It takes a moment even for all that fit: no simulation, no chance.
func chart(list []Entry, links []link, ties []Tie) Chart {
	c := Chart{Ties: ties, at: make(map[int64]int, len(list))}
	spots := make(map[int64]*Spot, len(list))
	for _, e := range list {
		spots[e.ID] = &Spot{Entry: e, R: radius(e.People)}
	}
	for _, l := range links {
		child, parent := spots[l.child], spots[l.parent]
		if child != nil && parent != nil {
			child.Parents = append(child.Parents, parent.ID)
			parent.Kids = append(parent.Kids, child.ID)
		}
	}
	groups, alone := gather(list, spots)
	c.Groups = len(groups)
	y := c.rows(groups)
	c.alone(alone, y, len(list) > crowded)
	return c
}

// radius grows with the people, as an area does.
func radius(people int) int { return min(6+int(math.Sqrt(float64(people))*1.4), 22) }

// gather splits networks into groups, the largest first, and those without any link. A group is a network that has joined no
// other and all below it, nearest first; a network with several above it is drawn in the first group that has it.
func gather(list []Entry, spots map[int64]*Spot) (groups [][]*Spot, alone []*Spot) {
	taken := make(map[int64]bool, len(list))
	for _, e := range list {
		top := spots[e.ID]
		switch {
		case len(top.Parents) > 0:
			continue
		case len(top.Kids) == 0:
			alone = append(alone, top)
			continue
		}
		top.Root = true
		group := []*Spot{top}
		for i := 0; i < len(group); i++ {
			for _, kid := range group[i].Kids {
				if !taken[kid] {
					taken[kid] = true
					group = append(group, spots[kid])
				}
			}
		}
		groups = append(groups, group)
	}
	slices.SortStableFunc(groups, func(a, b []*Spot) int { return cmp.Compare(len(b), len(a)) })
	return groups, alone
}

// reach is how far a group of n networks extends from its middle.
func reach(n int) int {
	ring := 0
	for left := n - 1; left > 0; ring++ {
		left -= onRing(ring + 1)
	}
	return ring*ringGap + margin
}

// onRing is how many networks fit on a ring.
func onRing(ring int) int { return int(2 * math.Pi * float64(ring*ringGap) / elbow) }

// rows places groups from left to right and top to bottom, each row in the middle, and returns where the last row ends.
func (c *Chart) rows(groups [][]*Spot) (y int) {
	var lines [][]int // of each row, which groups
	x := 0
	for i, g := range groups {
		w := 2 * reach(len(g))
		if x == 0 || x+w > mapWidth {
			lines, x = append(lines, nil), 0
		}
		lines[len(lines)-1] = append(lines[len(lines)-1], i)
		x += w
		c.Width = max(c.Width, x)
	}
	for _, line := range lines {
		across, tall := 0, 0
		for _, i := range line {
			across, tall = across+2*reach(len(groups[i])), max(tall, 2*reach(len(groups[i])))
		}
		x := (c.Width - across) / 2
		for _, i := range line {
			r := reach(len(groups[i]))
			c.place(groups[i], i, x+r, y+tall/2)
			x += 2 * r
		}
		y += tall
	}
	return y
}

// place puts a group around its middle.
func (c *Chart) place(g []*Spot, group, x, y int) {
	ring, used := 0, 0
	left := len(g) - 1
	for i, s := range g {
		s.Group, s.X, s.Y = group, x, y
		if i > 0 {
			if used == 0 {
				ring++
			}
			n := min(onRing(ring), left)
			// Every other ring is turned by half a place, so that names stand between those of the ring below.
			turn := (float64(used) + float64(ring%2)/2) / float64(n) * 2 * math.Pi
			s.X += int(math.Round(math.Sin(turn) * float64(ring*ringGap)))
			s.Y -= int(math.Round(math.Cos(turn) * float64(ring*ringGap)))
			if used++; used == n {
				used, left = 0, left-n
			}
		}
		c.add(*s)
	}
}

// alone places those that stand by themselves in rows below y.
func (c *Chart) alone(list []*Spot, y int, dense bool) {
	w, h := cell, row
	if dense {
		w, h = 2*tight, 2*tight
	}
	c.Width = max(c.Width, min(len(list)*w, mapWidth))
	across := max(c.Width/w, 1)
	left := (c.Width - min(across, len(list))*w) / 2
	for i, s := range list {
		s.Group, s.X, s.Y = c.Groups, left+i%across*w+w/2, y+i/across*h+h/2-6
		c.add(*s)
	}
	c.Height = y + (len(list)+across-1)/across*h
}

func (c *Chart) add(s Spot) {
	c.at[s.ID] = len(c.Spots)
	c.Spots = append(c.Spots, s)
}
