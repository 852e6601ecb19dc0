package maps

import (
	"slices"

	"watercooler/app/errs"
)

// maxRows is how many units stand in a heat map; what the others said is in the last row and column.
const maxRows = 20

// Other is what a row is called that stands for everybody who is in none of the others.
const Other = "Everybody else"

// Replies is who learns from whom: in row A and column B, what part of the replies that people of A got to what they opened came from
// people of B.
type Replies struct {
	Units []Unit   `json:"units"`
	Bands [][]Band `json:"bands"` // by row and column, each in the order of Units
}

// Unit is a unit of the organisation; of Other the id is 0.
type Unit struct {
	ID   int64  `json:"id"`
	Name string `json:"name"`
}

// Of the replies that a row shows, Some is at least a twentieth and Many at least a fifth.
const (
	someShare = 0.05
	manyShare = 0.20
)

// cell is what is behind a field of the map.
type cell struct {
	replies          int
	askers, repliers set
}

// replies makes the map of a level. A field is hidden unless at least k people asked and at least k replied, and hidden replies are no
// part of the whole that bands are shares of, so that nothing follows from the fields beside it.
func (t *talk) replies(level int) Replies {
	units := t.largest(level, maxRows)
	slices.SortFunc(units, byName)
	row := make(map[int64]int, len(units))
	var m Replies
	for i, u := range units {
		row[u.id] = i
		m.Units = append(m.Units, Unit{u.id, u.name})
	}
	other := len(units)
	place := func(id int64) int {
		if i, ok := row[t.above[level][t.people[id].unit]]; ok {
			return i
		}
		return other
	}
	cells := make(map[[2]int]*cell)
	rest := false
	for who, n := range t.asked {
		at := [2]int{place(who[0]), place(who[1])}
		rest = rest || at[0] == other || at[1] == other
		c := cells[at]
		if c == nil {
			c = &cell{askers: set{}, repliers: set{}}
			cells[at] = c
		}
		c.replies += n
		c.askers.add(who[0])
		c.repliers.add(who[1])
	}
	if rest && len(units) > 0 {
		m.Units = append(m.Units, Unit{Name: Other})
	}
	for a := range m.Units {
		m.Bands = append(m.Bands, t.bands(a, len(m.Units), cells))
	}
	return m
}

// bands returns a row of the map.
func (t *talk) bands(a, columns int, cells map[[2]int]*cell) []Band {
	shown := 0
	for b := range columns {
		if c := cells[[2]int{a, b}]; c != nil && t.enough(c) {
			shown += c.replies
		}
	}
	out := make([]Band, columns)
	for b := range out {
		c := cells[[2]int{a, b}]
		switch {
		case c == nil:
			out[b] = None
		case !t.enough(c):
			out[b] = Hidden
		default:
			out[b] = shareBand(float64(c.replies) / float64(shown))
		}
	}
	return out
}

// enough reports whether enough people are on both sides.
//
// SECURITY: this is what keeps a field from being about one person.
func (t *talk) enough(c *cell) bool { return len(c.askers) >= t.k && len(c.repliers) >= t.k }

func shareBand(share float64) Band {
	switch {
	case share >= manyShare:
		return Many
	case share >= someShare:
		return Some
	default:
		return Few
	}
}

// ignoreAbsent returns err unless it says that there is no such row.
func ignoreAbsent(err error) error {
	if errs.IsNotFound(err) {
		return nil
	}
	return err
}
