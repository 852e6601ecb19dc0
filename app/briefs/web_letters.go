package briefs

import (
	"github.com/gofiber/fiber/v2"

	"watercooler/app/errs"
	"watercooler/app/web"
	"watercooler/auth"
	views "watercooler/views/briefs"
)

// Letters answers POST /brief/letters: briefs by e-mail begin or end.
func (h *Web) Letters(c *fiber.Ctx) error {
	f := web.FormOf(c)
	ref, err := refOf(f.Line("unit"), f.Line("network"))
	if err != nil {
		return err
	}
	weekly := f.Line("every") == "week"
	if !weekly && f.Line("every") != "month" {
		return errs.Invalidf("Press one of the buttons.")
	}
	said := "This brief comes to you on the first day of each month, about the month before."
	switch {
	case f.Bool("off"):
		said, err = "The letters stop.", h.briefs.Leave(c.UserContext(), auth.ViewerOf(c), ref, weekly)
	default:
		if weekly {
			said = "This brief comes to you each Monday, about the week before."
		}
		err = h.briefs.Join(c.UserContext(), auth.ViewerOf(c), ref, weekly)
	}
	if err != nil {
		return err
	}
	h.web.Flash(c, said)
	back := path
	if to := f.Line("back"); to != "" {
		back = web.Local(to)
	}
	return web.SeeOther(c, back)
}

// Letter answers GET /brief/letters/:token. It changes nothing: mail programs open links before people do. It does not say whose
// brief it is, because that may not be theirs to know any more.
func (h *Web) Letter(c *fiber.Ctx) error {
	r, err := h.briefs.ByToken(c.UserContext(), c.Params("token"))
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, views.Stop(views.StopPage{Chrome: h.web.Chrome(c, "A brief by e-mail"), Action: letterPath(r.Token), Weekly: r.Weekly}))
}

// StopLetters answers POST /brief/letters/:token: the button of the page, or the one click of RFC 8058, which a mail program sends
// without a page around it.
func (h *Web) StopLetters(c *fiber.Ctx) error {
	f := web.FormOf(c)
	if f.Line("do") != "stop" && f.Line("List-Unsubscribe") != "One-Click" {
		return errs.Invalidf("Press one of the buttons.")
	}
	if err := h.briefs.Stop(c.UserContext(), c.Params("token")); err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, views.Stop(views.StopPage{Chrome: h.web.Chrome(c, "The letters stop"), Stopped: true}))
}
