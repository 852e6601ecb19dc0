package find

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/search"
	views "watercooler/views/find"
	"watercooler/views/parts"
)

// Narrow answers GET /search/narrow: how many results there are of each kind, by what they can be narrowed, and who may know. It is
// asked for once the results are shown, which need not wait for it; without script it is a page of its own.
func (h *Web) Narrow(c *fiber.Ctx) error {
	ctx, t, v := c.UserContext(), typedOf(c), auth.ViewerOf(c)
	facets, err := h.find.Facets(ctx, v, t.query())
	if err != nil {
		return err
	}
	page := views.NarrowPage{Query: t.text, Back: t.path(), Filters: filters(t, facets)}
	if t.kind == "" {
		page.Tabs = t.tabs(v, facets.kinds())
	}
	if t.kind == "" && t.text != "" {
		if page.Experts, err = h.cards(ctx, v, search.Parse(t.text).Text); err != nil {
			return err
		}
		page.ExpertsPath = "/experts?" + url.Values{"q": {search.Parse(t.text).Text}}.Encode()
	}
	if web.IsHTMX(c) {
		return web.Render(c, fiber.StatusOK, views.Narrow(page))
	}
	page.Chrome = h.web.Chrome(c, "Narrow the search")
	page.Chrome.Query = t.text
	return web.Render(c, fiber.StatusOK, views.NarrowAlone(page))
}

// kinds returns how many there are of each kind.
func (f Facets) kinds() map[string]int {
	counts := make(map[string]int)
	for _, f := range f.Facets {
		if f.Name != "kind" {
			continue
		}
		for _, value := range f.Values {
			counts[value.Value] = value.Count
		}
	}
	return counts
}

// groups are the names of what a search can be narrowed by, operators the word that does it, and inWords what some values are called.
var (
	groups    = map[string]string{"topic": "Topic", "network": "Network", "state": "State", "has": "With", "year": "When"}
	operators = map[string]string{"topic": "topic:", "network": "in:", "state": "is:", "has": "has:"}
	inWords   = map[string]string{
		"answered": "Answered", "unanswered": "Unanswered", "checked": "Checked and still right", "superseded": "Superseded", "guide": "Guides", "reflection": "What was learnt", "file": "Files",
	}
)

// filters offers the topics, networks, states and years of what was found: each adds an operator to what was typed, where it can
// be seen, changed and learned.
func filters(t typed, res Facets) []parts.FilterGroup {
	var out []parts.FilterGroup
	for _, f := range res.Facets {
		g := parts.FilterGroup{Name: groups[f.Name]}
		if g.Name == "" {
			continue
		}
		for _, value := range f.Values[:min(filterValues, len(f.Values))] {
			operator, name := operators[f.Name]+value.Value, cmp.Or(inWords[value.Value], value.Value)
			switch f.Name {
			case "topic":
				name = cmp.Or(res.Topics[value.Value], value.Value)
			case "network":
				if name = res.Nets[value.Value]; name == "" {
					continue
				}
			case "year":
				operator, name = yearOperator(value.Value), value.Value
			}
			if strings.Contains(t.text, operator) {
				continue
			}
			g.Values = append(g.Values, parts.Tab{Text: name, Path: t.with(operator).path(), Count: value.Count})
		}
		if len(g.Values) > 1 || f.Name != "year" && len(g.Values) > 0 {
			out = append(out, g)
		}
	}
	return out
}

// with returns the search from its first page, narrowed by an operator.
func (t typed) with(operator string) typed {
	t.text += " " + operator
	return t.at(1)
}

func yearOperator(year string) string {
	n, err := strconv.Atoi(year)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("after:%d before:%d", n, n+1)
}

// cards names people who may know about text; whoever asks knows what they know.
func (h *Web) cards(ctx context.Context, v auth.Viewer, text string) ([]parts.SidePerson, error) {
	list, err := h.knowing.MayKnow(ctx, v, text, expertCards)
	out := make([]parts.SidePerson, len(list))
	for i, k := range list {
		out[i] = parts.SidePerson{Person: part(Author{ID: k.ID, Handle: k.Handle, Name: k.Name, Photo: k.Photo, Unit: k.Unit}, v), Note: k.Evidence}
	}
	return out, err
}
