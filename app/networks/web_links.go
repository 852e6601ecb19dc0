package networks

import (
	"context"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/web"
	"watercooler/auth"
	views "watercooler/views/networks"
	"watercooler/views/parts"
)

// decision is a use case about a person in a network, or about another network.
type decision func(ctx context.Context, v auth.Viewer, slug string, id int64) error

// Which way a link goes, as the form says it.
const (
	wayJoins   = "joins"
	wayInvites = "invites"
)

// Networks answers GET /networks/:slug/networks.
func (h *Web) Networks(c *fiber.Ctx) error {
	return h.linked(c, fiber.StatusOK, "", wayJoins, nil)
}

// linked shows the networks around one, with what a steward has chosen in the form that links.
func (h *Web) linked(c *fiber.Ctx, status int, with, way string, problems parts.Problems) error {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	a, err := h.networks.Visit(ctx, v, c.Params("slug"))
	if err != nil {
		return err
	}
	page := views.NetworksPage{Chrome: h.chrome(c, "Networks around "+a.Name), Header: h.header(c, a, tabNetworks), MapPath: mapPath}
	page.Parents, page.Kids = linkedTo(a, a.Links.Parents, "Leave"), linkedTo(a, a.Links.Kids, "Remove")
	for _, n := range append(a.Links.Asking, a.Links.Asked...) {
		if n.Awaits {
			page.Asking = append(page.Asking, waiting(v, a, n))
		} else {
			page.Asked = append(page.Asked, waiting(v, a, n))
		}
	}
	if len(page.Parents)+len(page.Kids) == 0 {
		page.Empty = "No network is part of this one, and it is part of none."
	}
	if !a.Steward || a.Finished() {
		return web.Render(c, status, views.Networks(page))
	}
	choices, err := h.networks.Choices(ctx, v)
	if err != nil {
		return err
	}
	page.Form = linkForm(a, choices, with, way)
	page.Form.Problems = problems
	return web.Render(c, status, views.Networks(page))
}

// linkedTo are settled links, with what a steward can do about each.
func linkedTo(a Around, list []Linked, end string) []views.Linked {
	out := make([]views.Linked, len(list))
	for i, n := range list {
		out[i] = views.Linked{Name: n.Name, Path: n.Path(), Purpose: n.Purpose, Access: n.Access.word(), Kind: string(n.Access)}
		if a.Steward {
			out[i].Actions = []views.Action{linkAction(a, n, "end", end, false)}
		}
	}
	return out
}

// waiting is a link that is not settled. The other network is named, and leads on only to those who may know of it.
func waiting(v auth.Viewer, a Around, n Linked) views.Linked {
	out := views.Linked{Name: n.Name, Purpose: n.Purpose, Access: n.Access.word(), Kind: string(n.Access)}
	if v.CanRead(n.Audience) {
		out.Path = n.Path()
	}
	if n.Awaits {
		out.Actions = []views.Action{linkAction(a, n, "accept", "Accept", true), linkAction(a, n, "end", "Decline", false)}
	} else {
		out.Actions = []views.Action{linkAction(a, n, "end", "Take back", false)}
	}
	return out
}

func linkAction(a Around, n Linked, verb, text string, main bool) views.Action {
	return views.Action{Text: text, Of: n.Name, Path: a.Path() + "/links/" + strconv.FormatInt(n.ID, 10) + "/" + verb, Main: main}
}

func linkForm(a Around, choices []Network, with, way string) *views.LinkForm {
	f := views.LinkForm{
		Action:  a.Path() + "/links",
		Choices: []parts.Option{{Label: "Choose a network", Selected: with == ""}},
		Ways: []parts.Option{
			{Value: wayJoins, Label: a.Name + " becomes part of it", Hint: "What is going on here is shown there too.", Selected: way == wayJoins},
			{Value: wayInvites, Label: "It becomes part of " + a.Name, Hint: "What is going on there is shown here too.", Selected: way == wayInvites},
		},
	}
	for _, n := range choices {
		if n.ID != a.ID {
			f.Choices = append(f.Choices, parts.Option{Value: n.Slug, Label: n.Name, Selected: n.Slug == with})
		}
	}
	return &f
}

// Link answers POST /networks/:slug/links.
func (h *Web) Link(c *fiber.Ctx) error {
	f := web.FormOf(c)
	with, way := f.Line("with"), f.Line("way")
	done, err := h.networks.Link(c.UserContext(), auth.ViewerOf(c), c.Params("slug"), with, way != wayInvites)
	if problems, ok := web.ProblemsOf(err); ok {
		return h.linked(c, web.StatusOf(err), with, way, problems)
	}
	said := "The stewards of the other network have been asked."
	if done {
		said = "The networks are linked."
	}
	return h.done(c, err, tabNetworks, said)
}

// AcceptLink answers POST /networks/:slug/links/:id/accept.
func (h *Web) AcceptLink(c *fiber.Ctx) error {
	return h.link(c, h.networks.AcceptLink, "The networks are linked.")
}

// EndLink answers POST /networks/:slug/links/:id/end: it ends a link, declines one, or takes back that it was asked for.
func (h *Web) EndLink(c *fiber.Ctx) error {
	return h.link(c, h.networks.Unlink, "There is nothing between the two networks any more.")
}

func (h *Web) link(c *fiber.Ctx, do decision, said string) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	return h.done(c, do(c.UserContext(), auth.ViewerOf(c), c.Params("slug"), id), tabNetworks, said)
}
