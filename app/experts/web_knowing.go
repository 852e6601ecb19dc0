package experts

import (
	"strconv"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"watercooler/app/errs"
	"watercooler/app/web"
	"watercooler/auth"
	views "watercooler/views/experts"
	"watercooler/views/parts"
)

// knowingPath is the page of what the hub infers about its reader.
const knowingPath = "/settings/knowing"

// Knowing answers GET /settings/knowing: what the hub infers about its reader, for them alone.
func (h *Web) Knowing(c *fiber.Ctx) error { return h.knowing(c, fiber.StatusOK, nil, nil) }

// knowing shows the page, after a mistake with what was typed.
func (h *Web) knowing(c *fiber.Ctx, status int, typed *Settings, problems parts.Problems) error {
	in, err := h.experts.Inferred(c.UserContext(), auth.ViewerOf(c))
	if err != nil {
		return err
	}
	if typed != nil {
		in.Settings = *typed
	}
	page := views.KnowingPage{
		Chrome: h.chrome(c, "How people find you"), Suggested: in.Settings.Suggested, Open: in.Settings.Open,
		WeeklyCap: strconv.Itoa(in.Settings.WeeklyCap), MaxWeekly: MaxWeekly, Days: daysOf(in.Settings.Days), Problems: problems,
	}
	for _, t := range in.Topics {
		page.Topics = append(page.Topics, views.Choice{Knowledge: h.knowledge(t.Knowledge, nil), Slug: t.Topic.Slug, Chosen: string(t.Choice)})
	}
	for _, t := range in.Out {
		page.Out = append(page.Out, views.Choice{Knowledge: views.Knowledge{Topic: chip(t)}, Slug: t.Slug, Chosen: string(Out)})
	}
	return web.Render(c, status, views.Knowing(page))
}

// SaveKnowing answers POST /settings/knowing: how its reader wants to be suggested and asked.
func (h *Web) SaveKnowing(c *fiber.Ctx) error {
	in := Settings{Suggested: c.FormValue("suggested") == "yes", Open: c.FormValue("open") == "yes", WeeklyCap: -1}
	if n, err := strconv.Atoi(c.FormValue("weekly_cap")); err == nil {
		in.WeeklyCap = n
	}
	for _, value := range c.Request().PostArgs().PeekMulti("days") {
		in.Days = append(in.Days, ParseDays(string(value))...)
	}
	err := h.experts.SaveSettings(c.UserContext(), auth.ViewerOf(c), in)
	if problems, ok := web.ProblemsOf(err); ok {
		return h.knowing(c, web.StatusOf(err), &in, problems)
	}
	if err != nil {
		return err
	}
	h.web.Flash(c, "Saved. It holds from now on.")
	return c.Redirect(knowingPath, fiber.StatusSeeOther)
}

// Choose answers POST /settings/knowing/:topic: what its reader decides about a topic.
func (h *Web) Choose(c *fiber.Ctx) error {
	ctx, v, topic := c.UserContext(), auth.ViewerOf(c), c.Params("topic")
	var err error
	said := "Saved. It holds from now on."
	switch c.FormValue("do") {
	case "confirm":
		err, said = h.experts.Confirm(ctx, v, topic), "It stands on your profile now."
	case "decline":
		err, said = h.experts.Decline(ctx, v, topic), "It does not stand on your profile."
	case "out":
		err, said = h.experts.StepOut(ctx, v, topic), "You are not suggested for it any more."
	case "in":
		err = h.experts.StepIn(ctx, v, topic)
	default:
		err = errs.InvalidFields(errs.Field{Name: "do", Text: "Choose one of the buttons."})
	}
	if err != nil {
		return err
	}
	h.web.Flash(c, said)
	return c.Redirect(knowingPath, fiber.StatusSeeOther)
}

// Section is what the profile of a person shows of what they know.
func (h *Web) Section(c *fiber.Ctx, person int64, handle, name string) (templ.Component, error) {
	v := auth.ViewerOf(c)
	p, err := h.experts.Profile(c.UserContext(), v, person)
	if err != nil {
		return nil, err
	}
	s := views.Section{First: first(name), Own: person == v.Person, Endorsements: h.endorsements(p.Endorsements, v, "/people/"+handle)}
	var endorse func(Evidence) string
	if s.Own {
		s.AllPath = knowingPath
	} else {
		endorse = func(w Evidence) string { return endorsePath(handle, w) }
	}
	for _, k := range p.Topics {
		s.Topics = append(s.Topics, h.knowledge(k, endorse))
	}
	for _, k := range p.Faded {
		s.Faded = append(s.Faded, h.knowledge(k, endorse))
	}
	return views.Profile(s), nil
}

// endorsePath leads to the form that says that w helped.
func endorsePath(handle string, w Evidence) string {
	path := "/people/" + handle + "/endorse?"
	if id, ok := refID(w.Ref, "reply"); ok {
		return path + "reply=" + strconv.FormatInt(id, 10)
	}
	return path + "thread=" + strconv.FormatInt(w.Thread, 10)
}

func endorsementPath(id int64) string {
	return "/endorsements/" + strconv.FormatInt(id, 10) + "/withdraw"
}

// EndorseForm answers GET /people/:handle/endorse.
func (h *Web) EndorseForm(c *fiber.Ctx) error {
	in := NewEndorsement{Thread: number64(c.Query("thread")), Reply: number64(c.Query("reply"))}
	return h.endorseForm(c, fiber.StatusOK, in, nil)
}

func (h *Web) endorseForm(c *fiber.Ctx, status int, in NewEndorsement, problems parts.Problems) error {
	e, err := h.experts.Endorsing(c.UserContext(), auth.ViewerOf(c), c.Params("handle"), in)
	if err != nil {
		return err
	}
	page := views.EndorsePage{
		Chrome: h.chrome(c, "Endorse "+e.Person.Name), First: first(e.Person.Name), Name: e.Person.Name, Title: e.Title, Path: e.Path,
		Action: e.Person.Path() + "/endorse", Thread: in.Thread, Reply: in.Reply, Reason: in.Reason, Max: MaxReason, Problems: problems,
	}
	for _, t := range e.Topics {
		page.Topics = append(page.Topics, parts.Option{Value: t.Slug, Label: t.Name, Selected: t.Slug == in.Topic})
	}
	return web.Render(c, status, views.Endorse(page))
}

// Endorse answers POST /people/:handle/endorse.
func (h *Web) Endorse(c *fiber.Ctx) error {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	in := NewEndorsement{
		Topic: c.FormValue("topic"), Reason: c.FormValue("reason"), Thread: number64(c.FormValue("thread")), Reply: number64(c.FormValue("reply")),
	}
	e, err := h.experts.Endorsing(ctx, v, c.Params("handle"), in)
	if err != nil {
		return err
	}
	in.Person = e.Person.ID
	_, err = h.experts.Endorse(ctx, v, in)
	if problems, ok := web.ProblemsOf(err); ok {
		return h.endorseForm(c, web.StatusOf(err), in, problems)
	}
	if err != nil {
		return err
	}
	h.web.Flash(c, "Thank you. "+first(e.Person.Name)+" is told on their profile.")
	return c.Redirect(e.Person.Path(), fiber.StatusSeeOther)
}

// Withdraw answers POST /endorsements/:id/withdraw.
func (h *Web) Withdraw(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.experts.Withdraw(c.UserContext(), auth.ViewerOf(c), id); err != nil {
		return err
	}
	h.web.Flash(c, "The endorsement is gone.")
	return web.SeeOther(c, web.Local(c.FormValue("return")))
}
