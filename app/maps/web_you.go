package maps

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/threads"
	"watercooler/app/web"
	"watercooler/auth"
	views "watercooler/views/maps"
	"watercooler/views/parts"
)

// You answers GET /insights/you: somebody's own view.
func (h *Web) You(c *fiber.Ctx) error {
	v := auth.ViewerOf(c)
	y, err := h.maps.Own(c.UserContext(), v)
	if err != nil {
		return err
	}
	page := views.YouPage{Chrome: h.web.Chrome(c, "Your own view"), More: y.More}
	page.Answered, page.AnsweredBy = contacts(v, y.Answered), contacts(v, y.AnsweredBy)
	if y.Unit.Name != "" {
		page.Networks = append(page.Networks, place(y.Unit))
	}
	for _, n := range y.Networks {
		page.Networks = append(page.Networks, place(n))
	}
	for _, t := range y.Topics {
		page.Topics = append(page.Topics, parts.Topic{Name: t.Name, Path: t.Path()})
	}
	if len(page.Answered)+len(page.AnsweredBy)+len(page.Networks)+len(page.Topics) == 0 {
		page.Empty = parts.Empty{Title: "There is nothing to show yet", Text: "Ask, answer or join a network, and what the hub makes of it appears here, for you alone.", Do: parts.Link{Text: "See what is unanswered", Path: "/unanswered"}}
	}
	return web.Render(c, fiber.StatusOK, views.You(page))
}

func contacts(v auth.Viewer, list []Contact) []views.Contact {
	out := make([]views.Contact, len(list))
	for i, c := range list {
		out[i] = views.Contact{Person: threads.Face(v, c.Person), Thread: parts.Link{Text: c.Title, Path: "/threads/" + strconv.FormatInt(c.Thread, 10)}}
	}
	return out
}

func place(p Place) views.Place {
	out := views.Place{Name: p.Name, Path: p.Path}
	names := make([]string, len(p.Community))
	for i, t := range p.Community {
		names[i] = t.Name
	}
	if len(names) > 0 {
		out.Note = "in the community around " + strings.Join(names, ", ")
	}
	return out
}
