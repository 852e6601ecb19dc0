package charts

import "strconv"

// Heat is a square of fields: how much of something goes from a row to a column, in bands. A field is drawn as a square that grows with
// its band, so that it is read without colour.
type Heat struct {
	ID      string // unique on the page
	Title   string
	Desc    string
	Rows    []string // names of rows and of columns
	Asks    string   // what a row stands for: "Asked by"
	Answers string   // what a column stands for: "Answered by"
	Cells   [][]Cell
}

// Cell is a field of a Heat.
type Cell struct {
	Band string // none, few, some, many or hidden
	Text string // the same for people to read
}

// The size of a heat map, in pixels.
const (
	heatSide  = 216 // left of the fields, for names
	heatAbove = 140
	heatPad   = 120 // right of the fields: the last names lean over them
	heatRunes = 26
)

func whole(n int) string { return strconv.Itoa(n) }

// field is the size of a field: larger where there are few.
func (h Heat) field() int { return min(max(560/max(len(h.Rows), 1), 34), 60) }

func (h Heat) width() int  { return heatSide + len(h.Rows)*h.field() + heatPad }
func (h Heat) height() int { return heatAbove + len(h.Rows)*h.field() + 4 }
func (h Heat) viewBox() string {
	return "0 0 " + whole(h.width()) + " " + whole(h.height())
}

// square is where the square of a field is drawn.
type square struct{ x, y, size, round int }

// square returns the square of a band in row i and column j.
func (h Heat) square(i, j int, band string) square {
	return squareIn(heatSide+j*h.field(), heatAbove+i*h.field(), h.field(), band)
}

// squareIn returns the square of a band in a field of some size.
func squareIn(x, y, size int, band string) square {
	inset := 2
	switch band {
	case "few":
		inset = size * 9 / 25
	case "some":
		inset = size / 5
	}
	return square{x + inset, y + inset, size - 2*inset, min(size/8, 6)}
}

// middle is the middle of row or column i, before which there is so much room.
func (h Heat) middle(before, i int) int { return before + i*h.field() + h.field()/2 }

// lean turns the name of column i, which stands on the middle of it.
func (h Heat) lean(i int) string {
	return "rotate(-45 " + whole(h.middle(heatSide, i)) + " " + whole(heatAbove-8) + ")"
}

// clip returns name as far as there is room for it.
func clip(name string, runes int) string {
	if r := []rune(name); len(r) > runes {
		return string(r[:runes-1]) + "…"
	}
	return name
}
