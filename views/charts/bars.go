package charts

import "strings"

// Bars is a number for each of some months, drawn as bars.
type Bars struct {
	ID    string // unique on the page
	Title string
	Bars  []Bar
}

// Bar is a month.
type Bar struct {
	Month  string // "April 2027"
	Number int
	Hidden bool // there are some, but too few to say
	Marked bool // it belongs to what the row is about
}

// The size of bars, in pixels.
const (
	barStep   = 13
	barHeight = 44
)

// tall is how high bar i is drawn; a hidden one is drawn low and hatched.
func (b Bars) tall(i int) int {
	most := 1
	for _, bar := range b.Bars {
		most = max(most, bar.Number)
	}
	switch bar := b.Bars[i]; {
	case bar.Hidden:
		return 8
	case bar.Number <= 0:
		return 1
	default:
		return max(3, bar.Number*(barHeight-4)/most)
	}
}

func (b Bars) viewBox() string { return "0 0 " + whole(len(b.Bars)*barStep) + " " + whole(barHeight) }

// desc says what the bars show.
func (b Bars) desc() string {
	words := make([]string, len(b.Bars))
	for i, bar := range b.Bars {
		words[i] = bar.Month + ": " + bar.said()
	}
	return strings.Join(words, "; ") + "."
}

func (b Bar) said() string {
	if b.Hidden {
		return "too few to say"
	}
	return whole(b.Number)
}
