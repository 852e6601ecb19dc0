package people

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/views/parts"
	views "watercooler/views/people"
)

// Unit answers GET /units/:id.
func (h *Web) Unit(c *fiber.Ctx) error {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	visit, err := h.people.Visit(ctx, v, id)
	if err != nil {
		return err
	}
	f := Filter{Unit: id, After: id64(c.Query("after"))}
	list, err := h.people.Directory(ctx, v, f)
	if err != nil {
		return err
	}
	page := h.unit(c, visit)
	if visit.Blog.Slug == "" && v.Unit == id {
		page.SetUp = setUpPath("unit", id)
	}
	for i := range list.People {
		list.People[i].Unit = "" // the page says it
	}
	page.Summary, page.People, page.Pager = many(list.Total, "person", "people"), entries(list.People), pager(unitPath(id), f, list)
	return web.Render(c, fiber.StatusOK, views.Unit(page))
}

// unit returns the page of a unit without its people.
func (h *Web) unit(c *fiber.Ctx, visit Visit) views.UnitPage {
	u := visit.Unit
	page := views.UnitPage{
		Chrome: h.chrome(c, u.Name), Name: u.Name, Organisation: visit.Organisation.Name, Above: links(visit.Above), Below: links(visit.Below),
		Follow:    parts.Follow{Kind: "unit", ID: u.ID, Name: u.Name, Return: unitPath(u.ID), On: visit.Followed},
		ChartPath: chartPath(u.ID), Posts: h.sides(visit.Posts), Questions: h.sides(visit.Questions),
		Empty: parts.Empty{Title: "Nobody here yet", Text: "People choose their unit on their own profile.",
			Do: parts.Link{Text: "Edit your profile", Path: "/settings/profile"}},
	}
	if auth.ViewerOf(c).Staff && visit.Organisation.Home {
		page.BriefPath = "/brief?unit=" + strconv.FormatInt(u.ID, 10)
	}
	if len(visit.Below) > 0 {
		page.Everyone = parts.Link{Text: "Everyone here and in the units within", Path: at("/people", Filter{Unit: u.ID}.query())}
	}
	if visit.Head != nil {
		page.Manager = side(*visit.Head)
	}
	if visit.Blog.Slug != "" {
		page.Blog = parts.Link{Text: visit.Blog.Name, Path: visit.Blog.Path()}
	}
	return page
}

// sides returns threads as a card at the side shows them.
func (h *Web) sides(list []Thread) []parts.SideThread {
	out := make([]parts.SideThread, len(list))
	for i, t := range list {
		out[i] = parts.SideThread{Title: t.Title, Path: t.Path, Note: h.web.Moment(t.CreatedAt).Text}
		if t.Kind != "question" {
			continue
		}
		said := "no replies"
		if t.Replies > 0 {
			said = many(t.Replies, "reply", "replies")
		}
		out[i].Note = "Since " + out[i].Note + " · " + said
	}
	return out
}

func unitPath(id int64) string { return "/units/" + strconv.FormatInt(id, 10) }

// chartPath is where the chart of a unit and those below it is.
func chartPath(unit int64) string { return "/people/chart?unit=" + strconv.FormatInt(unit, 10) }

func links(units []Unit) []parts.Link {
	list := make([]parts.Link, len(units))
	for i, u := range units {
		list[i] = parts.Link{Text: u.Name, Path: unitPath(u.ID)}
	}
	return list
}

// Chart answers GET /people/chart.
func (h *Web) Chart(c *fiber.Ctx) error {
	charts, err := h.people.Charts(c.UserContext(), auth.ViewerOf(c), id64(c.Query("unit")))
	if err != nil {
		return err
	}
	page := views.ChartPage{Heading: "Organisation chart"}
	for _, chart := range charts {
		if chart.Focus.ID != 0 {
			page.Heading, page.Whole = chart.Focus.Name, "/people/chart"
			page.Above = append([]parts.Link{{Text: chart.Organisation.Name, Path: "/people/chart"}}, focused(chart.Above)...)
		}
		page.Organisations = append(page.Organisations, views.Organisation{
			ID: "org-" + strconv.FormatInt(chart.Organisation.ID, 10), Name: chart.Organisation.Name, Partner: !chart.Organisation.Home,
			People: many(chart.People, "person", "people"), Units: branches(chart.Units, chart.Focus.ID, 0),
		})
	}
	page.Chrome = h.chrome(c, page.Heading)
	return web.Render(c, fiber.StatusOK, views.Chart(page))
}

// focused returns units as links to their charts.
func focused(units []Unit) []parts.Link {
	list := make([]parts.Link, len(units))
	for i, u := range units {
		list[i] = parts.Link{Text: u.Name, Path: chartPath(u.ID)}
	}
	return list
}

// openLevels is how many levels of the list beside a chart are open at first.
const openLevels = 2

// branches returns list as a chart shows it, without the way to the chart of focus, which is this one.
func branches(list []Branch, focus int64, level int) []views.Branch {
	out := make([]views.Branch, len(list))
	for i, b := range list {
		out[i] = views.Branch{
			Name: b.Unit.Name, Path: unitPath(b.Unit.ID), People: many(b.People, "person", "people"),
			Below: branches(b.Below, focus, level+1), Open: level < openLevels,
		}
		if b.Head != nil && b.Head.Handle != "" && !b.Head.Left {
			head := b.Head.Part()
			out[i].Head = &head
		}
		if b.Folded > 0 {
			out[i].Folded = many(b.Folded, "unit within", "units within")
		}
		if b.Folded+len(b.Below) > 0 && b.Unit.ID != focus {
			out[i].Focus = chartPath(b.Unit.ID)
		}
	}
	return out
}
