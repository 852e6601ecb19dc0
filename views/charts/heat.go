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
	heatCell  = 36
	heatSide  = 216 // left of the fields, for names
	heatAbove = 150
	heatPad   = 130 // right of the fields: the last names lean over them
	heatRunes = 26
)

func whole(n int) string { return strconv.Itoa(n) }

func (h Heat) width() int  { return heatSide + len(h.Rows)*heatCell + heatPad }
func (h Heat) height() int { return heatAbove + len(h.Rows)*heatCell + 4 }
func (h Heat) viewBox() string {
	return "0 0 " + whole(h.width()) + " " + whole(h.height())
}

// heatInset is how far a square of a band stays from the edges of its field.
func heatInset(band string) int {
	switch band {
	case "few":
		return 12
	case "some":
		return 7
	default:
		return 2
	}
}

// at is where row or column i begins, before which there is so much room.
func at(before, i int) int { return before + i*heatCell }

// lean turns the name of column i, which stands on the middle of it.
func lean(i int) string {
	return "rotate(-45 " + whole(at(heatSide, i)+heatCell/2) + " " + whole(heatAbove-8) + ")"
}

// clip returns name as far as there is room for it.
func clip(name string, runes int) string {
	if r := []rune(name); len(r) > runes {
		return string(r[:runes-1]) + "…"
	}
	return name
}
