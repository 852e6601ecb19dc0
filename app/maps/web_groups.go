package maps

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/views/charts"
	views "watercooler/views/maps"
	"watercooler/views/parts"
)

// The drawing of groups, in pixels.
const (
	edgeLength = 78 // of an edge that is neither stretched nor pressed
	netMargin  = 70 // for names
	crowded    = 70 // more groups than this, and only bridges are named
)

// Groups answers GET /insights/maps/networks: how networks and units hang together.
func (h *Web) Groups(c *fiber.Ctx) error {
	p, err := h.maps.Groups(c.UserContext(), auth.ViewerOf(c), monthOf(c))
	if err != nil {
		return err
	}
	page := views.GroupsPage{Head: h.head(c, networksPath, "Networks of networks", "Networks and units that share people or reply to one another gather into communities. The groups between them carry what one community knows to the next.", "networks", p.Month, p.MadeAt, nil)}
	page.Net = net(p.Map)
	for i, community := range p.Map.Communities {
		out := views.Community{Number: strconv.Itoa(i + 1)}
		for _, t := range community.Topics {
			out.Topics = append(out.Topics, parts.Topic{Name: t.Name, Path: t.Path()})
		}
		page.Communities = append(page.Communities, out)
	}
	for _, g := range p.Map.Groups {
		shown := views.Group{Name: g.Name, Path: g.Path, Kind: kindName(g.Kind)}
		if len(g.Joins) > 1 {
			shown.Note = "bridge between " + joined(g.Joins)
			page.Bridges = append(page.Bridges, shown)
		}
		if g.Community < 0 {
			page.Alone = append(page.Alone, shown)
			continue
		}
		page.Communities[g.Community].Groups = append(page.Communities[g.Community].Groups, shown)
	}
	slices.SortStableFunc(page.Bridges, func(a, b views.Group) int { return strings.Compare(a.Name, b.Name) })
	return web.Render(c, fiber.StatusOK, views.Groups(page))
}

func kindName(kind string) string {
	if kind == "unit" {
		return "Unit"
	}
	return "Network"
}

// joined says which communities a bridge joins: "communities 2 and 5".
func joined(communities []int) string {
	words := make([]string, len(communities))
	for i, c := range communities {
		words[i] = strconv.Itoa(c + 1)
	}
	last := len(words) - 1
	return "communities " + strings.Join(words[:last], ", ") + " and " + words[last]
}

// net is the map as it is drawn.
func net(m Groups) charts.Net {
	out := charts.Net{
		ID: "groups", Title: "Groups that hang together",
		Desc:  parts.Plural(len(m.Groups), "group", "groups") + " in " + parts.Plural(len(m.Communities), "community", "communities") + ". The lists below name them all.",
		Width: int(m.Width*edgeLength) + 2*netMargin, Height: int(m.Height*edgeLength) + 2*netMargin,
	}
	pixel := func(x float64) int { return netMargin + int(math.Round(x*edgeLength)) }
	for _, t := range m.Ties {
		a, b := m.Groups[t.A], m.Groups[t.B]
		out.Ties = append(out.Ties, charts.Line{X1: pixel(a.X), Y1: pixel(a.Y), X2: pixel(b.X), Y2: pixel(b.Y), Close: t.Band == Many})
	}
	for _, g := range m.Groups {
		s := charts.Spot{X: pixel(g.X), Y: pixel(g.Y), Name: g.Name, Bridge: string(g.Bridge), Square: g.Kind == "unit", Tint: parts.Tints - 1}
		if g.Community >= 0 {
			s.Number, s.Tint = strconv.Itoa(g.Community+1), g.Community%(parts.Tints-1)
		}
		if g.Bridge != None || len(m.Groups) <= crowded {
			s.Label = g.Name
		}
		out.Groups = append(out.Groups, s)
	}
	return out
}
