package reflections

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"watercooler/app/threads"
	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/views/parts"
	views "watercooler/views/reflections"
)

const (
	lessonsPath = "/reflections/lessons"
	maxTyped    = 400 // characters of the search box
)

// Lessons answers GET /reflections/lessons.
func (h *Web) Lessons(c *fiber.Ctx) error {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	in := LessonsQuery{Text: typed(c.Query("q")), Topic: c.Query("topic"), Unit: int64(max(c.QueryInt("unit"), 0)), Network: c.Query("network")}
	var err error
	if in.Before, err = keyIn(c); err != nil {
		return err
	}
	found, err := h.reflections.Lessons(ctx, v, in)
	if err != nil {
		return err
	}
	by, err := h.reflections.Narrow(ctx, v)
	if err != nil {
		return err
	}
	unit := ""
	if in.Unit != 0 {
		unit = strconv.FormatInt(in.Unit, 10)
	}
	page := views.LessonsPage{
		Chrome: h.web.Chrome(c, "Lessons"), Query: in.Text, Narrowed: in.Text+in.Topic+unit+in.Network != "",
		Topics: options("Any topic", by.Topics, in.Topic), Units: options("Any unit", by.Units, unit), Networks: options("Anywhere", by.Networks, in.Network),
	}
	page.Chrome.Nav = "lessons"
	path := lessonsPath + "?"
	if q := in.values().Encode(); q != "" {
		path += q + "&"
	}
	page.Pager.Next = at(path, found.Older)
	if in.Before != (Key{}) {
		page.Pager.Previous, page.Pager.PreviousText = strings.TrimRight(path, "?&"), "Latest"
	}
	for _, l := range found.List {
		page.Lessons = append(page.Lessons, h.lesson(v, l))
	}
	return web.Render(c, fiber.StatusOK, views.Lessons(page))
}

// typed is what somebody looks for: one line, not endless.
func typed(s string) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "")), " ")
	if runes := []rune(s); len(runes) > maxTyped {
		return string(runes[:maxTyped])
	}
	return s
}

// values are what an address says of a query, but for its page.
func (in LessonsQuery) values() url.Values {
	out := url.Values{}
	for name, value := range map[string]string{"q": in.Text, "topic": in.Topic, "network": in.Network} {
		if value != "" {
			out.Set(name, value)
		}
	}
	if in.Unit != 0 {
		out.Set("unit", strconv.FormatInt(in.Unit, 10))
	}
	return out
}

// options are the choices of a select: all, and each of a list.
func options(all string, list []Named, chosen string) []parts.Option {
	out := []parts.Option{{Label: all, Selected: chosen == ""}}
	for _, n := range list {
		value := n.Slug
		if value == "" {
			value = strconv.FormatInt(n.ID, 10)
		}
		out = append(out, parts.Option{Value: value, Label: n.Name, Selected: value == chosen})
	}
	return out
}

func (h *Web) lesson(v auth.Viewer, l Lesson) views.Lesson {
	out := views.Lesson{
		Kind: string(l.Kind), Title: l.Title, Path: l.Path(), Excerpt: l.Excerpt, By: threads.Face(v, l.By), At: h.web.Moment(l.SharedAt), About: linkTo(l.About),
	}
	if l.Network.ID != 0 {
		out.Network = parts.Link{Text: l.Network.Name, Path: l.Network.Path()}
	}
	for _, t := range l.Topics {
		out.Topics = append(out.Topics, parts.Topic{Name: t.Name, Path: t.Path()})
	}
	return out
}

// Beside is what stands beside the page of t, which must come from threads.Service.Find for the viewer of c: what was learnt from it and
// from things like it; nil for nothing.
func (h *Web) Beside(c *fiber.Ctx, t threads.Thread) (templ.Component, error) {
	back, before, err := h.reflections.Beside(c.UserContext(), auth.ViewerOf(c), t)
	if err != nil {
		return nil, err
	}
	if len(back)+len(before) == 0 {
		return nil, nil
	}
	return views.Beside(views.BesidePart{Back: h.sides(back), Before: h.sides(before)}), nil
}

// Before are lessons from what was like text, for the composer; nil for none.
func (h *Web) Before(c *fiber.Ctx, text string) (templ.Component, error) {
	list, err := h.reflections.Before(c.UserContext(), auth.ViewerOf(c), text)
	if err != nil || len(list) == 0 {
		return nil, err
	}
	return views.Before(h.sides(list)), nil
}

func (h *Web) sides(list []Lesson) []parts.SideThread {
	out := make([]parts.SideThread, len(list))
	for i, l := range list {
		kind := "Weeknote"
		if l.Kind == Retrospective {
			kind = "Retrospective"
		}
		out[i] = parts.SideThread{Title: l.Title, Path: l.Path(), Note: kind + " of " + l.By.Name + " · " + h.web.Date(l.SharedAt)}
	}
	return out
}
