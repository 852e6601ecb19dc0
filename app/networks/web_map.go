package networks

import (
	"math"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/web"
	"watercooler/auth"
	views "watercooler/views/networks"
	"watercooler/views/parts"
)

// Map answers GET /networks/map.
func (h *Web) Map(c *fiber.Ctx) error {
	v := auth.ViewerOf(c)
	m, err := h.networks.Map(c.UserContext(), v)
	if err != nil {
		return err
	}
	page := views.MapPage{
		Chrome: h.chrome(c, "Map of networks"), Diagram: diagram(m), Groups: twin(m),
		Empty: parts.Empty{Title: "There is nothing to draw yet", Text: "The map shows the networks that you may know of.", Do: parts.Link{Text: "Networks", Path: listPath}},
	}
	if !v.SignedIn() {
		page.Chrome.Canonical, page.Chrome.Description = h.web.URL(mapPath), "The public networks and what is part of what."
	}
	return web.Render(c, fiber.StatusOK, views.Map(page))
}

// alone is the colour of networks that stand by themselves: the last, so that no group has it before there are six.
const alone = parts.Tints - 1

// diagram returns a chart as a drawing: first the lines of shared people, over them what is part of what, over all the dots.
func diagram(m Chart) views.Diagram {
	d := views.Diagram{Width: m.Width, Height: m.Height}
	line := func(a, b int64, shared bool) {
		from, ok := m.Spot(a)
		to, also := m.Spot(b)
		if ok && also {
			d.Edges = append(d.Edges, views.Edge{X1: from.X, Y1: from.Y, X2: to.X, Y2: to.Y, Shared: shared})
		}
	}
	for _, t := range m.Ties {
		line(t.A, t.B, true)
	}
	for _, s := range m.Spots {
		for _, parent := range s.Parents {
			line(s.ID, parent, false)
		}
	}
	for _, s := range m.Spots {
		n := views.Node{X: s.X, Y: s.Y, R: s.R, Name: s.Name, Path: s.Path(), Tint: s.Group % alone}
		if s.Group == m.Groups {
			n.Tint = alone
		}
		if s.Root || !m.Crowded() {
			n.Label = short(s.Name)
		}
		d.Nodes = append(d.Nodes, n)
	}
	return d
}

// labelRunes is how much of a name fits under a dot.
const labelRunes = 19

// short returns name as far as it fits under a dot, cut at a word where one ends not too early.
func short(name string) string {
	r := []rune(name)
	if len(r) <= labelRunes {
		return name
	}
	kept := string(r[:labelRunes-1])
	if i := strings.LastIndexByte(kept, ' '); i > labelRunes/2 {
		kept = kept[:i]
	}
	return strings.TrimSpace(kept) + "…"
}

// twin returns a chart as lists: for each network that others have joined, those and whom it shares people with.
func twin(m Chart) []views.Group {
	var groups []views.Group
	rest := views.Group{Name: "By themselves", Note: "No network is part of these, and they are part of none."}
	shared := sharing(m)
	for _, s := range m.Spots {
		switch {
		case len(s.Kids) > 0:
			g := views.Group{Name: s.Name, Path: s.Path(), Note: note(s, shared)}
			for _, kid := range s.Kids {
				k, _ := m.Spot(kid)
				g.Networks = append(g.Networks, views.Near{Name: k.Name, Path: k.Path(), Why: note(k, shared)})
			}
			groups = append(groups, g)
		case len(s.Parents) == 0:
			rest.Networks = append(rest.Networks, views.Near{Name: s.Name, Path: s.Path(), Why: note(s, shared)})
		}
	}
	if len(rest.Networks) > 0 {
		groups = append(groups, rest)
	}
	return groups
}

// sharing returns the names of the networks that each network is shown to share people with, and how many.
func sharing(m Chart) map[int64][]string {
	names := map[int64][]string{}
	for _, t := range m.Ties {
		a, ok := m.Spot(t.A)
		b, also := m.Spot(t.B)
		if ok && also {
			names[a.ID] = append(names[a.ID], b.Name+" ("+strconv.Itoa(t.People)+")")
			names[b.ID] = append(names[b.ID], a.Name+" ("+strconv.Itoa(t.People)+")")
		}
	}
	return names
}

// note says of a network what the drawing shows of it: its size, and with whom it shares people.
func note(s Spot, shared map[int64][]string) string {
	said := parts.Plural(s.People, "person", "people")
	names := shared[s.ID]
	if len(names) == 0 {
		return said
	}
	said += " · shares people with "
	if rest := len(names) - mostNamed; rest > 1 {
		return said + strings.Join(names[:mostNamed], ", ") + " and " + strconv.Itoa(rest) + " others"
	}
	return said + strings.Join(names, ", ")
}

// mostNamed is how many networks the list names beside one. A single one more is named as well: "1 other" would take as much room.
const mostNamed = 3

// star draws networks around one in the middle, clockwise from the top. shared says of each whether its line is for people in both.
func star(name string, list []views.Near, shared []bool) views.Diagram {
	d := views.Diagram{Width: aroundWidth, Height: aroundHeight}
	if len(list) < 3 {
		d.Height = aroundFlat
	}
	x, y := d.Width/2, d.Height/2
	for i, n := range list {
		turn := 2 * math.Pi * float64(i) / float64(len(list))
		if len(list) < 3 {
			turn -= math.Pi / 2
		}
		nx, ny := x+int(math.Round(math.Sin(turn)*105)), y-int(math.Round(math.Cos(turn)*float64(y-25)))
		d.Edges = append(d.Edges, views.Edge{X1: x, Y1: y, X2: nx, Y2: ny, Shared: shared[i]})
		tint := 0
		if shared[i] {
			tint = alone
		}
		d.Nodes = append(d.Nodes, views.Node{X: nx, Y: ny, R: 9, Name: n.Name, Path: n.Path, Tint: tint})
	}
	d.Nodes = append(d.Nodes, views.Node{X: x, Y: y, R: 14, Name: name, Tint: 1, Here: true})
	return d
}
