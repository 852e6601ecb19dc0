package charts

// Net is groups and what ties them, each at its place. A group bears the number of its community, so that it is read without colour.
type Net struct {
	ID            string // unique on the page
	Title, Desc   string
	Width, Height int
	Groups        []Spot
	Ties          []Line
}

// Spot is a group: a circle for a network, a square for a unit, larger for a bridge.
type Spot struct {
	X, Y   int
	Name   string
	Path   string
	Label  string // written beneath; "" for none
	Number string // of its community; "" for none
	Tint   int    // 0 to 5
	Bridge string // none, some or many
	Square bool
}

// Line is a tie between two groups.
type Line struct {
	X1, Y1, X2, Y2 int
	Close          bool
}

// reach is half the size of a spot.
func (s Spot) reach() int {
	switch s.Bridge {
	case "many":
		return 19
	case "some":
		return 14
	default:
		return 9
	}
}

func (s Spot) hue() string { return "hue-" + whole(s.Tint%6) }

func (n Net) viewBox() string { return "0 0 " + whole(n.Width) + " " + whole(n.Height) }
