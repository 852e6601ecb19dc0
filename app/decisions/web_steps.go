package decisions

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/web"
	"watercooler/auth"
	views "watercooler/views/decisions"
	"watercooler/views/parts"
)

// found returns the decision in the address.
func (h *Web) found(c *fiber.Ctx) (Decision, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return Decision{}, err
	}
	return h.decisions.Find(c.UserContext(), auth.ViewerOf(c), id)
}

// step answers a GET of a page that goes a step with the decision in the address, for those who may.
func (h *Web) step(c *fiber.Ctx, may func(d Decision) error, page func(d Decision) views.StepPage) error {
	d, err := h.found(c)
	if err == nil {
		err = may(d)
	}
	if err != nil {
		return err
	}
	return h.showStep(c, d, page(d), nil)
}

// took answers the POST of a step: with the decision, or with the page again and what was wrong.
func (h *Web) took(c *fiber.Ctx, said string, cause error, page func(d Decision) views.StepPage) error {
	if cause == nil {
		id, err := web.ID(c, "id")
		if err != nil {
			return err
		}
		h.web.Flash(c, said)
		return web.SeeOther(c, threadPath(id))
	}
	if err := fatal(cause); err != nil {
		return err
	}
	d, err := h.found(c)
	if err != nil {
		return err
	}
	return h.showStep(c, d, page(d), cause)
}

func (h *Web) showStep(c *fiber.Ctx, d Decision, page views.StepPage, cause error) error {
	page.Chrome = h.web.Chrome(c, page.Heading)
	page.Chrome.Nav = "decisions"
	page.Decision = parts.Link{Text: d.Title, Path: d.Path()}
	page.Problems, _ = web.ProblemsOf(cause)
	status := fiber.StatusOK
	if cause != nil {
		status = web.StatusOf(cause)
	}
	return web.Render(c, status, views.Step(page))
}

// StancePage answers GET /threads/:id/stance.
func (h *Web) StancePage(c *fiber.Ctx) error {
	d, err := h.found(c)
	if err != nil {
		return err
	}
	return h.stancePage(c, d, d.Mine, "", nil)
}

func (h *Web) stancePage(c *fiber.Ctx, d Decision, chosen Position, reason string, cause error) error {
	switch {
	case d.State != Proposed:
		return isDecided
	case !d.CanStance:
		return isClosed
	}
	page := views.StancePage{
		Chrome: h.web.Chrome(c, "What do you think of it?"), Decision: parts.Link{Text: d.Title, Path: d.Path()}, Note: h.note(d, h.decisions.now()),
		Form: stanceForm(d, chosen, reason),
	}
	page.Chrome.Nav = "decisions"
	page.Form.Problems, _ = web.ProblemsOf(cause)
	status := fiber.StatusOK
	if cause != nil {
		status = web.StatusOf(cause)
	}
	return web.Render(c, status, views.Stance(page))
}

// Stance answers POST /threads/:id/stance.
func (h *Web) Stance(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	position, reason := Position(f.Line("stance")), f.Text("reason")
	cause := h.decisions.Take(c.UserContext(), auth.ViewerOf(c), id, position, reason)
	if cause == nil {
		return web.SeeOther(c, threadPath(id)+"#decision")
	}
	if err := fatal(cause); err != nil {
		return err
	}
	d, err := h.found(c)
	if err != nil {
		return err
	}
	return h.stancePage(c, d, position, reason, cause)
}

// AgreeForm answers GET /threads/:id/agree.
func (h *Web) AgreeForm(c *fiber.Ctx) error {
	return h.step(c, func(d Decision) error {
		switch {
		case d.State != Proposed:
			return isDecided
		case !d.CanAgree:
			return notSettler
		}
		return nil
	}, func(d Decision) views.StepPage {
		return h.agreeing(d, Agreement{Authority: d.Authority, Review: h.decisions.day(d.ReviewAt)})
	})
}

// Agree answers POST /threads/:id/agree.
func (h *Web) Agree(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	in := Agreement{By: f.Line("by"), Authority: f.Line("authority"), Review: f.Line("review"), Early: f.Bool("early"), Reason: f.Text("reason")}
	err = h.decisions.Agree(c.UserContext(), auth.ViewerOf(c), id, in)
	return h.took(c, "It is decided.", err, func(d Decision) views.StepPage { return h.agreeing(d, in) })
}

func (h *Web) agreeing(d Decision, in Agreement) views.StepPage {
	page := views.StepPage{
		Heading: "Agree this proposal", Action: d.Path() + "/agree", Submit: "Agree it",
		Lead: "From then on it holds. What people said of it stays on its page, in their own words.",
		Fields: []views.StepField{
			{Look: "input", Field: parts.Field{Name: "by", Label: "Who decided it?", Value: in.By, Max: 200, Optional: true, Hint: "A name, e-mail address or @handle. Left empty, it was you."}},
			{Look: "input", Field: parts.Field{Name: "authority", Label: "With what authority?", Value: in.Authority, Max: 300, Optional: true}},
			{Look: "input", Field: parts.Field{Name: "review", Label: "When is it looked at again?", Type: "date", Value: in.Review}},
		},
	}
	reason := parts.Field{Name: "reason", Label: "What is there to say about it?", Value: in.Reason, Optional: true}
	if d.Counts[Block] > 0 {
		reason.Label, reason.Optional = "Why does it go ahead, though somebody blocks it?", false
	}
	page.Fields = append(page.Fields, views.StepField{Look: "area", Field: reason})
	if !d.ClosesAt.IsZero() && !d.Closed(h.decisions.now()) {
		early := parts.Field{Name: "early", Label: "Yes, before people's time to say what they think ends on " + h.web.Date(d.ClosesAt) + "."}
		if in.Early {
			early.Value = "1"
		}
		page.Fields = append(page.Fields, views.StepField{Look: "sure", Field: early})
	}
	return page
}

// ChallengeForm answers GET /threads/:id/challenge.
func (h *Web) ChallengeForm(c *fiber.Ctx) error {
	return h.step(c, func(d Decision) error {
		switch {
		case d.State == Proposed:
			return isProposed
		case d.State == Review:
			return inReview
		case d.Settled():
			return isSettled
		}
		return nil
	}, func(d Decision) views.StepPage { return challenging(d, "", nil) })
}

// Challenge answers POST /threads/:id/challenge.
func (h *Web) Challenge(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	var broken []int
	for _, s := range f.List("broken") {
		if n, err := strconv.Atoi(s); err == nil {
			broken = append(broken, n-1)
		}
	}
	reason := f.Text("reason")
	err = h.decisions.Challenge(c.UserContext(), auth.ViewerOf(c), id, reason, broken)
	return h.took(c, "It is under review. Those who look after it see why.", err, func(d Decision) views.StepPage { return challenging(d, reason, broken) })
}

func challenging(d Decision, reason string, broken []int) views.StepPage {
	page := views.StepPage{
		Heading: "Challenge this decision", Action: d.Path() + "/challenge", Submit: "Challenge it",
		Lead:   "It holds until those who look after it have looked at it again. Say what is wrong with it, or what has changed since: it is about the decision, not about those who made it.",
		Fields: []views.StepField{{Look: "area", Field: parts.Field{Name: "reason", Label: "Why should it be looked at again?", Value: reason}}},
	}
	wrong := parts.Field{Name: "broken", Label: "Which of these does not hold any more?", Type: "checkbox"}
	for i, a := range d.Assumptions {
		if !a.BrokenAt.IsZero() {
			continue
		}
		o := parts.Option{Value: strconv.Itoa(i + 1), Label: a.Said}
		for _, n := range broken {
			o.Selected = o.Selected || n == i
		}
		wrong.Options = append(wrong.Options, o)
	}
	if len(wrong.Options) > 0 {
		page.Fields = append(page.Fields, views.StepField{Look: "choices", Field: wrong})
	}
	return page
}

// ReviewForm answers GET /threads/:id/review.
func (h *Web) ReviewForm(c *fiber.Ctx) error {
	return h.step(c, func(d Decision) error {
		switch {
		case d.State == Proposed:
			return isProposed
		case d.Settled():
			return isSettled
		case !d.CanReview:
			return notKeeper
		}
		return nil
	}, func(d Decision) views.StepPage {
		return reviewing(d, Reviewed{Outcome: StillRight, Now: d.Title, Next: h.decisions.Blank().Review})
	})
}

// Review answers POST /threads/:id/review.
func (h *Web) Review(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	in := Reviewed{Outcome: Outcome(f.Line("outcome")), Learnt: f.Text("learnt"), Now: f.Line("now"), Next: f.Line("next")}
	err = h.decisions.LookAgain(c.UserContext(), auth.ViewerOf(c), id, in)
	said := "Thank you. What was learnt stands on the page."
	if in.Outcome == Changes {
		said = "It says something else now. Amend its options and evidence as well, if they have changed."
	}
	return h.took(c, said, err, func(d Decision) views.StepPage { return reviewing(d, in) })
}

func reviewing(d Decision, in Reviewed) views.StepPage {
	outcome := parts.Field{Name: "outcome", Label: "What came of it?"}
	for _, o := range []struct {
		value       Outcome
		label, hint string
	}{
		{StillRight, "Still right", "It stays as it is"}, {Changes, "It changes", "Something else is decided now"}, {GivenUp, "Withdrawn", "It holds no more"},
	} {
		outcome.Options = append(outcome.Options, parts.Option{Value: string(o.value), Label: o.label, Hint: o.hint, Selected: o.value == in.Outcome})
	}
	return views.StepPage{
		Heading: "Review this decision", Action: d.Path() + "/review", Submit: "Save the review",
		Lead: "Did what was expected happen? Reviews make the next decision better, so say what was learnt even where nothing changes.",
		Fields: []views.StepField{
			{Look: "choices", Field: outcome},
			{Look: "area", Field: parts.Field{Name: "learnt", Label: "What was learnt?", Value: in.Learnt}},
			{Look: "input", Field: parts.Field{Name: "now", Label: "If it changes: what is decided now?", Value: in.Now, Max: 200, Optional: true}},
			{Look: "input", Field: parts.Field{Name: "next", Label: "When is it looked at again?", Type: "date", Value: in.Next, Optional: true}},
		},
	}
}

// WithdrawForm answers GET /threads/:id/withdraw.
func (h *Web) WithdrawForm(c *fiber.Ctx) error {
	v := auth.ViewerOf(c)
	return h.step(c, func(d Decision) error { return d.amendable(v) }, func(d Decision) views.StepPage { return withdrawing(d, "") })
}

// Withdraw answers POST /threads/:id/withdraw.
func (h *Web) Withdraw(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	reason := web.FormOf(c).Text("reason")
	err = h.decisions.Withdraw(c.UserContext(), auth.ViewerOf(c), id, reason)
	return h.took(c, "It is withdrawn. It stays in the register, marked as such.", err, func(d Decision) views.StepPage { return withdrawing(d, reason) })
}

func withdrawing(d Decision, reason string) views.StepPage {
	return views.StepPage{
		Heading: "Withdraw this decision", Action: d.Path() + "/withdraw", Submit: "Withdraw it", Bad: true,
		Lead:   "From then on it does not hold. It stays in the register, marked as withdrawn, with the reason.",
		Fields: []views.StepField{{Look: "area", Field: parts.Field{Name: "reason", Label: "Why?", Value: reason}}},
	}
}
