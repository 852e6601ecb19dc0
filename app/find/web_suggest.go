package find

import (
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"watercooler/app/web"
	"watercooler/auth"
	views "watercooler/views/find"
	"watercooler/views/parts"
)

// Suggest answers GET /suggest: the list under the search box, or, with type=person or topic, under @ and # in the composer.
func (h *Web) Suggest(c *fiber.Ctx) error {
	v, text := auth.ViewerOf(c), clip(strings.TrimSpace(c.Query("q")), maxTyped)
	kind := c.Query("type")
	var types []string
	if kind == "person" || kind == "topic" {
		types = []string{kind}
	}
	found, err := h.find.Suggest(c.UserContext(), v, text, suggestions, types...)
	if err != nil {
		return err
	}
	list := views.SuggestionList{Query: text}
	for _, f := range found {
		list.Suggestions = append(list.Suggestions, suggestion(f, v))
	}
	if types != nil {
		return web.Render(c, fiber.StatusOK, views.Expansions(list))
	}
	return web.Render(c, fiber.StatusOK, views.Suggestions(list))
}

func suggestion(f Hit, v auth.Viewer) views.Suggestion {
	s := views.Suggestion{Kind: f.Kind, Text: f.Title, Path: f.Path}
	switch {
	case f.Kind == "person":
		p := part(f.Author, v)
		s.Person, s.Note, s.Value = &p, f.Author.Unit, "@"+f.Author.Handle
	case f.Kind == "topic":
		s.Value = "#" + strings.TrimPrefix(f.Path, "/topics/")
	case f.Answered:
		s.Note = "Answered"
	}
	return s
}

// Similar answers GET /similar: threads like the title that is being typed, and people who may know.
func (h *Web) Similar(c *fiber.Ctx) error {
	ctx, v, title := c.UserContext(), auth.ViewerOf(c), clip(strings.TrimSpace(c.Query("title")), maxTyped)
	found, err := h.find.Similar(ctx, v, title, similarShown)
	if err != nil {
		return err
	}
	know, err := h.cards(ctx, v, title)
	if err != nil {
		return err
	}
	var lessons templ.Component
	if h.lessons != nil {
		if lessons, err = h.lessons.Before(c, title); err != nil {
			return err
		}
	}
	return web.Render(c, fiber.StatusOK, views.Similar(sides(found), lessons, know))
}

// sides shows hits as "Already asked?" does.
func sides(found []Hit) []parts.SideThread {
	var out []parts.SideThread
	for _, f := range found {
		t := parts.SideThread{Title: f.Title, Path: f.Path, Answered: f.Answered}
		switch {
		case f.Replies == 1:
			t.Note = "1 reply"
		case f.Replies > 1:
			t.Note = parts.Thousands(f.Replies) + " replies"
		default:
			t.Note = "No replies yet"
		}
		out = append(out, t)
	}
	return out
}
