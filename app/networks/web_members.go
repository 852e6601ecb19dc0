package networks

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/web"
	"watercooler/auth"
	views "watercooler/views/networks"
	"watercooler/views/parts"
)

// Join answers POST /networks/:slug/join.
func (h *Web) Join(c *fiber.Ctx) error {
	n, err := h.networks.Join(c.UserContext(), auth.ViewerOf(c), c.Params("slug"))
	return h.done(c, err, "", "You are a member of "+n.Name+".")
}

// Request answers POST /networks/:slug/request.
func (h *Web) Request(c *fiber.Ctx) error {
	_, err := h.networks.Request(c.UserContext(), auth.ViewerOf(c), c.Params("slug"), web.FormOf(c).Text("note"))
	return h.done(c, err, "", "The stewards have been asked. You are a member as soon as one of them accepts.")
}

// Leave answers POST /networks/:slug/leave: of a member, and of somebody who takes back what they asked.
func (h *Web) Leave(c *fiber.Ctx) error {
	v := auth.ViewerOf(c)
	n, err := h.networks.Leave(c.UserContext(), v, c.Params("slug"))
	if err != nil {
		return err
	}
	said := "You have left " + n.Name + "."
	if !v.MemberOf(n.ID) {
		said = "You no longer ask to join " + n.Name + "."
	}
	h.web.Flash(c, said)
	if n.Access == Private { // there is nothing left to go back to
		return web.SeeOther(c, listPath)
	}
	return web.SeeOther(c, n.Path())
}

// AcceptInvitation answers POST /networks/:slug/invitation/accept.
func (h *Web) AcceptInvitation(c *fiber.Ctx) error {
	n, err := h.networks.AcceptInvitation(c.UserContext(), auth.ViewerOf(c), c.Params("slug"))
	return h.done(c, err, "", "You are a member of "+n.Name+".")
}

// DeclineInvitation answers POST /networks/:slug/invitation/decline.
func (h *Web) DeclineInvitation(c *fiber.Ctx) error {
	n, err := h.networks.DeclineInvitation(c.UserContext(), auth.ViewerOf(c), c.Params("slug"))
	if err != nil {
		return err
	}
	h.web.Flash(c, "You have declined the invitation to "+n.Name+".")
	return web.SeeOther(c, listPath)
}

// People answers GET /networks/:slug/people.
func (h *Web) People(c *fiber.Ctx) error {
	return h.people(c, fiber.StatusOK, views.InviteForm{})
}

// people shows who belongs to a network, with what stewards have typed into the form that invites.
func (h *Web) people(c *fiber.Ctx, status int, form views.InviteForm) error {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	a, err := h.networks.Visit(ctx, v, c.Params("slug"))
	if err != nil {
		return err
	}
	page := views.PeoplePage{Chrome: h.chrome(c, "People of "+a.Name), Header: h.header(c, a, tabPeople)}
	if !v.SignedIn() {
		page.SignIn = web.SignInPath(a.Path() + tabPeople)
		return web.Render(c, status, views.People(page))
	}
	after, _ := strconv.ParseInt(c.Query("after"), 10, 64) // what is no id begins at the beginning
	list, err := h.networks.People(ctx, v, a.Network, after)
	if err != nil {
		return err
	}
	h.fill(a, list, &page)
	if list.More {
		page.Pager = parts.Pager{Next: a.Path() + tabPeople + "?after=" + strconv.FormatInt(list.Members[len(list.Members)-1].ID, 10), NextText: "More people"}
	}
	if a.Steward && !a.Finished() {
		form.Action = a.Path() + "/invite"
		page.Invite = &form
	}
	return web.Render(c, status, views.People(page))
}

// fill fills in the people of a page, with what the viewer can do about each.
func (h *Web) fill(a Around, list People, page *views.PeoplePage) {
	page.Heading = parts.Plural(max(a.People-len(list.Stewards), len(list.Members)), "other member", "other members")
	if len(list.Stewards) == 0 {
		page.Heading = parts.Plural(a.People, "member", "members")
	}
	if list.Orphaned {
		page.Orphaned = "Nobody who works here looks after this network any more. Make one of its members a steward."
	}
	act := func(p Person, verb, text string, main bool) views.Action {
		return views.Action{Text: text, Of: p.Name, Path: a.Path() + "/people/" + strconv.FormatInt(p.ID, 10) + "/" + verb, Main: main}
	}
	for _, p := range list.Stewards {
		m := h.member(p, "since "+h.web.Date(p.Since))
		if a.Steward && len(list.Stewards) > 1 {
			m.Actions = []views.Action{act(p, "dismiss", "No longer steward", false)}
		}
		page.Stewards = append(page.Stewards, m)
	}
	for _, p := range list.Members {
		m := h.member(p, "since "+h.web.Date(p.Since))
		if a.Steward || list.Orphaned {
			m.Actions = append(m.Actions, act(p, "appoint", "Make steward", false))
		}
		if a.Steward {
			m.Actions = append(m.Actions, act(p, "remove", "Remove", false))
		}
		page.Members = append(page.Members, m)
	}
	for _, p := range list.Requested {
		m := h.member(p, "asked "+h.web.Moment(p.Since).Ago)
		m.Note, m.Actions = p.Note, []views.Action{act(p, "accept", "Accept", true), act(p, "decline", "Decline", false)}
		page.Requested = append(page.Requested, m)
	}
	for _, p := range list.Invited {
		m := h.member(p, "invited "+h.web.Moment(p.Since).Ago+by(p.By))
		m.Actions = []views.Action{act(p, "remove", "Take back", false)}
		page.Invited = append(page.Invited, m)
	}
}

func by(name string) string {
	if name == "" {
		return ""
	}
	return " by " + name
}

func (h *Web) member(p Person, since string) views.Member {
	return views.Member{Person: person(p), Home: p.Home, Since: since}
}

// Invite answers POST /networks/:slug/invite.
func (h *Web) Invite(c *fiber.Ctx) error {
	f := web.FormOf(c)
	who, note := f.Line("who"), f.Text("note")
	name, err := h.networks.Invite(c.UserContext(), auth.ViewerOf(c), c.Params("slug"), who, note)
	if problems, ok := web.ProblemsOf(err); ok {
		return h.people(c, web.StatusOf(err), views.InviteForm{Who: who, Note: note, Problems: problems})
	}
	return h.done(c, err, tabPeople, name+" is invited.")
}

// Accept answers POST /networks/:slug/people/:id/accept.
func (h *Web) Accept(c *fiber.Ctx) error {
	return h.about(c, h.networks.Accept, "They are a member now.")
}

// Decline answers POST /networks/:slug/people/:id/decline.
func (h *Web) Decline(c *fiber.Ctx) error {
	return h.about(c, h.networks.Decline, "The request is declined.")
}

// Remove answers POST /networks/:slug/people/:id/remove.
func (h *Web) Remove(c *fiber.Ctx) error {
	return h.about(c, h.networks.Remove, "They are no longer in the network.")
}

// Appoint answers POST /networks/:slug/people/:id/appoint.
func (h *Web) Appoint(c *fiber.Ctx) error {
	return h.about(c, h.networks.Appoint, "They look after the network now.")
}

// Dismiss answers POST /networks/:slug/people/:id/dismiss.
func (h *Web) Dismiss(c *fiber.Ctx) error {
	return h.about(c, h.networks.Dismiss, "They are an ordinary member now.")
}

// about does something about the person in the address and goes back to the people.
func (h *Web) about(c *fiber.Ctx, do decision, said string) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	return h.done(c, do(c.UserContext(), auth.ViewerOf(c), c.Params("slug"), id), tabPeople, said)
}
