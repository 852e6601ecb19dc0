package people

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/markup"
	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/views/parts"
	views "watercooler/views/people"
)

// Directory answers GET /people.
func (h *Web) Directory(c *fiber.Ctx) error {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	f := filterOf(c)
	list, err := h.people.Directory(ctx, v, f)
	if err != nil {
		return err
	}
	n, err := h.people.Narrow(ctx, v)
	if err != nil {
		return err
	}
	page := views.DirectoryPage{
		Chrome: h.chrome(c, "People"), Name: f.Name, Letter: f.Letter, Summary: summary(list.Total, f.Name),
		Units: f.units(n), Location: f.Location, Locations: n.Locations, Topics: f.topics(n), Networks: f.networks(n),
		More: f.Location+f.Topic+f.Network != "", Chips: f.chips(n),
		People: entries(list.People), Letters: tabs(list.Letters, f), Pager: pager("/people", f, list),
		Empty: parts.Empty{Title: "Nobody matches", Text: "Try the beginning of a first or last name, or take a filter away.",
			Do: parts.Link{Text: "Show everyone", Path: "/people"}},
	}
	return web.Render(c, fiber.StatusOK, views.Directory(page))
}

// organisationPrefix marks the value of an option that stands for a whole organisation and not for a unit.
const organisationPrefix = "org:"

func filterOf(c *fiber.Ctx) Filter {
	f := Filter{
		Name: line(c.Query("name"), maxName), Location: line(c.Query("location"), maxLine), Topic: line(c.Query("topic"), maxLine),
		Network: line(c.Query("network"), maxLine), Letter: cut(markup.Fold(c.Query("letter")), 1), Leavers: c.Query("left") == "1",
		After: id64(c.Query("after")),
	}
	if id, ok := strings.CutPrefix(c.Query("unit"), organisationPrefix); ok {
		f.Organisation = id64(id)
	} else {
		f.Unit, f.Below = id64(id), true
	}
	return f
}

// id64 returns the id s says, 0 for none: a filter that means nothing narrows nothing.
func id64(s string) int64 {
	id, err := strconv.ParseInt(s, 10, 64)
	if err != nil || id < 0 {
		return 0
	}
	return id
}

// unit returns the value of the option for a unit or an organisation, "" for everyone.
func (f Filter) unit() string {
	switch {
	case f.Organisation != 0:
		return organisationPrefix + strconv.FormatInt(f.Organisation, 10)
	case f.Unit != 0:
		return strconv.FormatInt(f.Unit, 10)
	}
	return ""
}

// units returns what the list of units offers: the organisations, when there are partners, and every unit.
func (f Filter) units(n Narrowing) []parts.Option {
	options := []parts.Option{{Label: "Everyone", Selected: f.unit() == ""}}
	if len(n.Organisations) > 1 {
		for _, o := range n.Organisations {
			value := organisationPrefix + strconv.FormatInt(o.ID, 10)
			options = append(options, parts.Option{Value: value, Label: o.Name, Selected: value == f.unit()})
		}
	}
	return append(options, choices(n.Units, f.Unit)...)
}

func choices(units []Choice, chosen int64) []parts.Option {
	options := make([]parts.Option, len(units))
	for i, u := range units {
		options[i] = parts.Option{Value: strconv.FormatInt(u.ID, 10), Label: u.Label, Selected: u.ID == chosen}
	}
	return options
}

// optional returns a list to choose from with anything first; nil when there is nothing to choose.
func optional(anything string, options []parts.Option) []parts.Option {
	if len(options) == 0 {
		return nil
	}
	return append([]parts.Option{{Label: anything}}, options...)
}

func (f Filter) topics(n Narrowing) []parts.Option {
	var options []parts.Option
	for _, t := range n.Topics {
		options = append(options, parts.Option{Value: t.Slug, Label: t.Name, Selected: t.Slug == f.Topic})
	}
	return optional("Anything", options)
}

func (f Filter) networks(n Narrowing) []parts.Option {
	var options []parts.Option
	for _, w := range n.Networks {
		options = append(options, parts.Option{Value: w.Slug, Label: w.Name, Selected: w.Slug == f.Network})
	}
	return optional("Any network, or none", options)
}

// chips returns the filters in use, each with the way to the list without it.
func (f Filter) chips(n Narrowing) []parts.Link {
	var list []parts.Link
	chip := func(text string, without Filter) {
		without.After = 0
		list = append(list, parts.Link{Text: text, Path: at("/people", without.query())})
	}
	if g := f; f.Name != "" {
		g.Name = ""
		chip("“"+f.Name+"”", g)
	}
	if g := f; f.unit() != "" {
		g.Unit, g.Organisation = 0, 0
		chip(said(f.units(n), "Another unit"), g)
	}
	if g := f; f.Location != "" {
		g.Location = ""
		chip(f.Location, g)
	}
	if g := f; f.Topic != "" {
		g.Topic = ""
		chip("About "+said(f.topics(n), f.Topic), g)
	}
	if g := f; f.Network != "" {
		g.Network = ""
		chip("In "+said(f.networks(n), f.Network), g)
	}
	if g := f; f.Letter != "" {
		g.Letter = ""
		chip("Family name with "+strings.ToUpper(f.Letter), g)
	}
	if g := f; f.Leavers {
		g.Leavers = false
		chip("Left", g)
	}
	return list
}

// said returns the label of the chosen option, or else what was asked for.
func said(options []parts.Option, asked string) string {
	for _, o := range options {
		if o.Selected {
			return o.Label
		}
	}
	return asked
}

func summary(n int, name string) string {
	s := many(n, "person", "people")
	if name != "" {
		s += " for “" + name + "”"
	}
	return s
}

// many says a number with its noun, thousands apart: "1 person", "2,140 people".
func many(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return parts.Thousands(n) + " " + more
}

// query returns f as the query string of an address.
func (f Filter) query() url.Values {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	set("name", f.Name)
	set("unit", f.unit())
	set("location", f.Location)
	set("topic", f.Topic)
	set("network", f.Network)
	set("letter", f.Letter)
	if f.Leavers {
		q.Set("left", "1")
	}
	return q
}

func at(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func tabs(letters []string, f Filter) []parts.Tab {
	var list []parts.Tab
	have := make(map[string]bool, len(letters))
	for _, l := range letters {
		have[l] = true
	}
	add := func(l string) {
		t := parts.Tab{Text: strings.ToUpper(l), Current: f.Letter == l}
		if have[l] {
			g := f
			g.Letter = l
			t.Path = at("/people", g.query())
		}
		list = append(list, t)
	}
	for l := 'a'; l <= 'z'; l++ {
		add(string(l))
	}
	for _, l := range letters {
		if l != "" && (l < "a" || l > "z") {
			add(l)
		}
	}
	return list
}

// pager leads on by the last person shown. Back leads to the beginning: the browser's own Back remembers the page before.
func pager(path string, f Filter, list Listing) parts.Pager {
	p := parts.Pager{PreviousText: "Back to the beginning", NextText: "More people"}
	q := f.query()
	if path != "/people" {
		q = url.Values{}
	}
	if f.After != 0 {
		p.Previous = at(path, q)
	}
	if list.More {
		q.Set("after", strconv.FormatInt(list.People[len(list.People)-1].ID, 10))
		p.Next = at(path, q)
	}
	return p
}
