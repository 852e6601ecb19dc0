package graph

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// Point is where a node is drawn. The unit is the length of an edge that is neither stretched nor pressed.
type Point struct{ X, Y float64 }

// MaxLayout is for how many nodes Layout simulates forces; it takes 0.2 s for so many.
const MaxLayout = 500

const (
	rounds  = 240  // of moving every node
	apart   = 0.62 // how near two nodes are drawn at most
	between = 1.1  // room between components
	wide    = 1.9  // how much wider than high a drawing is meant to be
)

// Layout places the nodes: those joined by an edge near each other and all others apart, by the forces of Fruchterman and Reingold,
// "Graph drawing by force-directed placement" (1991), for each component by itself; then the components in rows, the largest first.
// No node is nearer to another than 0.62. The drawing begins at 0, 0 and its size is returned beside it. The same seed places the
// same graph in the same way; of more than MaxLayout nodes the last ones stand in rows like nodes without edges.
func (g *Graph) Layout(seed uint64) (points []Point, width, height float64) {
	n := g.Len()
	points = make([]Point, n)
	component := g.Components()
	var groups [][]int
	for node, c := range component {
		for len(groups) <= c {
			groups = append(groups, nil)
		}
		if node < MaxLayout {
			groups[c] = append(groups[c], node)
			continue
		}
		groups = append(groups, []int{node})
	}
	groups = slices.DeleteFunc(groups, func(group []int) bool { return len(group) == 0 })
	random := rand.New(rand.NewPCG(seed, 1))
	boxes := make([]box, len(groups))
	for i, group := range groups {
		g.settle(group, points, random)
		boxes[i] = bound(group, points)
	}
	width, height = pack(boxes)
	for i, group := range groups {
		for _, node := range group {
			points[node].X += boxes[i].x
			points[node].Y += boxes[i].y
		}
	}
	return points, width, height
}

// settle places the nodes of one component around 0, 0.
func (g *Graph) settle(group []int, points []Point, random *rand.Rand) {
	if len(group) == 1 {
		points[group[0]] = Point{}
		return
	}
	around := math.Sqrt(float64(len(group)))
	for i, node := range group {
		// On a circle in the order of their numbers, and a little off it, so that no force is along one line only.
		turn := 2 * math.Pi * float64(i) / float64(len(group))
		reach := around * (0.9 + 0.2*random.Float64())
		points[node] = Point{reach * math.Cos(turn), reach * math.Sin(turn)}
	}
	heaviest := 0.0
	inside := make(map[int]int, len(group))
	for i, node := range group {
		inside[node] = i
		for _, a := range g.near[node] {
			heaviest = max(heaviest, a.weight)
		}
	}
	pull := make([]Point, len(group))
	for round := range rounds {
		clear(pull)
		for i, a := range group {
			for j := i + 1; j < len(group); j++ {
				push(points, pull, a, group[j], i, j)
			}
			for _, arc := range g.near[a] {
				j, here := inside[arc.to]
				if !here || j < i {
					continue
				}
				dx, dy := points[arc.to].X-points[a].X, points[arc.to].Y-points[a].Y
				strength := math.Hypot(dx, dy) * (0.5 + 0.5*arc.weight/heaviest)
				pull[i].X, pull[i].Y = pull[i].X+dx*strength, pull[i].Y+dy*strength
				pull[j].X, pull[j].Y = pull[j].X-dx*strength, pull[j].Y-dy*strength
			}
		}
		// Each round nodes may move less, so that they come to rest.
		most := around / 4 * (1 - float64(round)/rounds)
		for i, node := range group {
			if force := math.Hypot(pull[i].X, pull[i].Y); force > 0 {
				step := min(force, most) / force
				points[node].X += pull[i].X * step
				points[node].Y += pull[i].Y * step
			}
		}
	}
	separate(group, points)
}

// push drives two nodes apart, the more the nearer they are.
func push(points, pull []Point, a, b, i, j int) {
	dx, dy := points[a].X-points[b].X, points[a].Y-points[b].Y
	square := max(dx*dx+dy*dy, 1e-4)
	pull[i].X, pull[i].Y = pull[i].X+dx/square, pull[i].Y+dy/square
	pull[j].X, pull[j].Y = pull[j].X-dx/square, pull[j].Y-dy/square
}

// separate moves nodes that lie on one another apart. Should they still touch after a hundred turns, all is drawn larger.
func separate(group []int, points []Point) {
	nearest := 0.0
	for range 100 {
		nearest = apart
		for i, a := range group {
			for _, b := range group[i+1:] {
				dx, dy := points[b].X-points[a].X, points[b].Y-points[a].Y
				d := math.Hypot(dx, dy)
				if d >= apart {
					continue
				}
				if d < 1e-6 {
					dx, dy, d = 1e-3*float64(1+b%7), 1e-3*float64(1+a%5), 1e-3*math.Hypot(float64(1+b%7), float64(1+a%5))
					points[b].X, points[b].Y = points[a].X+dx, points[a].Y+dy
				}
				nearest = min(nearest, d)
				shift := (apart - d) / 2 / d * 1.02
				points[a].X, points[a].Y = points[a].X-dx*shift, points[a].Y-dy*shift
				points[b].X, points[b].Y = points[b].X+dx*shift, points[b].Y+dy*shift
			}
		}
		if nearest >= apart {
			return
		}
	}
	for _, node := range group {
		points[node].X *= apart / nearest
		points[node].Y *= apart / nearest
	}
}

// box is the room a component takes, and where it is moved to.
type box struct{ width, height, x, y float64 }

// bound returns the room of a group, whose nodes it moves so that they begin at 0, 0.
func bound(group []int, points []Point) box {
	low, high := Point{math.Inf(1), math.Inf(1)}, Point{math.Inf(-1), math.Inf(-1)}
	for _, node := range group {
		low.X, low.Y = min(low.X, points[node].X), min(low.Y, points[node].Y)
		high.X, high.Y = max(high.X, points[node].X), max(high.Y, points[node].Y)
	}
	for _, node := range group {
		points[node].X -= low.X
		points[node].Y -= low.Y
	}
	return box{width: high.X - low.X, height: high.Y - low.Y}
}

// pack puts boxes into rows, the highest first, and returns the room of all.
func pack(boxes []box) (width, height float64) {
	area, widest := 0.0, 0.0
	order := make([]int, len(boxes))
	for i, b := range boxes {
		order[i] = i
		area += (b.width + between) * (b.height + between)
		widest = max(widest, b.width)
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(boxes[j].height, boxes[i].height) })
	limit := max(widest, math.Sqrt(area*wide))
	x, y, tall := 0.0, 0.0, 0.0
	for _, i := range order {
		b := &boxes[i]
		if x > 0 && x+b.width > limit {
			x, y, tall = 0, y+tall+between, 0
		}
		b.x, b.y = x, y
		width, tall = max(width, x+b.width), max(tall, b.height)
		x += b.width + between
	}
	return width, y + tall
}
