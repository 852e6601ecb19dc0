package insights

import "slices"

// What may be shown is decided here and nowhere else, when the figures of a month are made.
//
// The figures of one family count the same things: questions, say, of which some were answered, in units that lie within each
// other. Whoever sees several of them can add and subtract, and so learns about every set of things that sums and differences of
// the figures can single out. Those are, at the finest, the blocks of a partition: two things are in one block as long as every
// figure that is shown holds both or neither. Whatever is computed from shown figures, by whatever arithmetic, is made of whole blocks.
//
// So figures are taken one after the other, the organisation before its units, and each is shown only if every block that it would cut
// leaves on both sides nothing, or what at least k people did. That covers a figure by itself, the rest of a share, a parent less
// its children, a metric less another, and any longer sum of those. It is a greedy form of the complementary suppression of Cox (1980,
// "Suppression methodology and statistical disclosure control", JASA 75), exact because the things themselves are at hand; which
// figures go first is fixed, so the outcome is the same each time it is made.
//
// Months have no things in common. Families count different things: questions, replies, people. Topics alone count threads again, those
// of all kinds together; how many of one kind are about a topic is shown nowhere, so that the two do not meet.

// crowd is who stands behind something, as far as it matters: at most k different people.
type crowd []int64

func (c crowd) with(k int, people ...int64) crowd {
next:
	for _, p := range people {
		if len(c) >= k {
			break
		}
		for _, have := range c {
			if have == p {
				continue next
			}
		}
		c = append(c, p)
	}
	return c
}

// row is things of one family that no figure tells apart: of one unit, with the same marks. Or threads with the same topics.
type row struct {
	node   int // of the organisation
	marks  marks
	topics []int64
	n      int64
	values []int64 // of which a median is taken
	people crowd
	others crowd
	block  int
}

// side is what one side of a cut holds.
type side struct {
	n              int64
	people, others crowd
}

func (s *side) add(k int, r *row) {
	s.n += r.n
	s.people = s.people.with(k, r.people...)
	s.others = s.others.with(k, r.others...)
}

// safe reports whether s may be known. others asks it of those on the other side as well: of who answered, besides who asked.
func (s *side) safe(k int, others bool) bool {
	if s.n == 0 {
		return true
	}
	return len(s.people) >= k && (!others || len(s.others) == 0 || len(s.others) >= k)
}

// untold is the block of what no figure holds: what is left of it is known to nobody.
const untold = 0

// cover is the things of a family in a month, and what is known of them.
type cover struct {
	k      int
	rows   []*row
	blocks int // how many numbers of blocks are taken beside untold
}

// within returns the rows of the nodes from first up to end: rows stand in the order of their nodes.
func (c *cover) within(first, end int) []*row {
	at := func(node int) int {
		i, _ := slices.BinarySearchFunc(c.rows, node, func(r *row, node int) int { return r.node - node })
		return i
	}
	return c.rows[at(first):at(end)]
}

// show decides whether sums over some rows of a place may be shown together, and remembers that they are.
func (c *cover) show(place []*row, others bool, sums ...func(r *row) bool) State {
	before, taken := make([]int, len(place)), c.blocks
	for i, r := range place {
		before[i] = r.block
	}
	for _, in := range sums {
		state := c.cut(place, others, in)
		if state == Shown {
			continue
		}
		for i, r := range place {
			r.block = before[i]
		}
		c.blocks = taken
		return state
	}
	return Shown
}

// cut parts the blocks of which a sum holds some rows and not others, if that may be.
func (c *cover) cut(place []*row, others bool, in func(r *row) bool) State {
	var all side
	inside := make(map[int]*side)
	for _, r := range place {
		if in(r) {
			all.add(c.k, r)
			sideOf(inside, r.block).add(c.k, r)
		}
	}
	if !all.safe(c.k, others) {
		return Few
	}
	held := make(map[*row]bool, len(place))
	for _, r := range place {
		held[r] = in(r)
	}
	outside := make(map[int]*side)
	for _, r := range c.rows {
		if inside[r.block] != nil && !held[r] {
			sideOf(outside, r.block).add(c.k, r)
		}
	}
	// SECURITY: both sides of every cut. What is left of a block is known as well as what is taken from it.
	for block, s := range inside {
		rest := outside[block]
		if s.n > 0 && (!s.safe(c.k, others) || block != untold && rest != nil && !rest.safe(c.k, others)) {
			return Near
		}
	}
	fresh := make(map[int]int)
	for _, r := range place {
		rest := outside[r.block]
		if !held[r] || inside[r.block].n == 0 || r.block != untold && (rest == nil || rest.n == 0) {
			continue
		}
		if fresh[r.block] == 0 {
			c.blocks++
			fresh[r.block] = c.blocks
		}
		r.block = fresh[r.block]
	}
	return Shown
}

func sideOf(sides map[int]*side, block int) *side {
	s := sides[block]
	if s == nil {
		s = new(side)
		sides[block] = s
	}
	return s
}
