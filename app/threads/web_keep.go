package threads

import (
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/errs"
	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/views/parts"
	views "watercooler/views/threads"
)

const keepingPath = "/keeping"

// Remind lets the home page say what somebody said they would look at. Call it before the first request.
func (h *Web) Remind(sources ...ReminderSource) { h.reminders = append(h.reminders, sources...) }

// remindersShown is how many of them the card on the home page has.
const remindersShown = 5

// reminded are the lines of the card "For you to look at".
func (h *Web) reminded(c *fiber.Ctx) ([]views.Reminder, error) {
	list, err := JoinReminders(c.UserContext(), auth.ViewerOf(c), h.reminders, remindersShown)
	if err != nil {
		return nil, err
	}
	out := make([]views.Reminder, len(list))
	for i, r := range list {
		out[i] = views.Reminder{Text: r.Text, Path: r.Path}
		switch {
		case r.Due.IsZero():
		case r.Due.After(h.threads.now()):
			out[i].When = "by " + h.web.Date(r.Due)
		default:
			out[i].When = "since " + h.web.Date(r.Due)
		}
	}
	return out, nil
}

// keepers says who looks after t and when, to v.
func (h *Web) keepers(v auth.Viewer, t Thread, f *views.Freshness) {
	f.Guide = t.Reference
	if t.Superseded {
		return
	}
	link := func(k Keeper) parts.Link {
		return parts.Link{Text: k.Name, Path: Face(v, k.Author).Path}
	}
	if t.Owner.ID != 0 {
		left := ""
		if t.Owner.Left {
			left = " (has left)"
		}
		f.Kept = append(f.Kept, views.Kept{Before: "Kept by ", Person: link(t.Owner), After: left})
	}
	if t.Deputy.ID != 0 {
		after := " stands in"
		if t.Deputy.Left {
			after = " stood in, and has left"
		}
		f.Kept = append(f.Kept, views.Kept{Person: link(t.Deputy), After: after})
	}
	if t.CheckAt.After(h.threads.now()) && t.checkable() {
		f.Next = "Next check on " + h.web.Date(t.CheckAt)
	}
}

// KeepForm answers GET /threads/:id/keep.
func (h *Web) KeepForm(c *fiber.Ctx) error {
	t, err := h.freshener(c)
	if err != nil {
		return err
	}
	page := views.KeepPage{Guide: t.Reference, Owner: handleOf(t.Owner), Deputy: handleOf(t.Deputy), Next: h.web.DayOf(t.CheckAt)}
	every := t.CheckEvery
	if every == 0 && t.Owner.ID == 0 && t.Deputy.ID == 0 {
		every = otherMonths
		if t.Reference {
			every = guideMonths
		}
	}
	return h.keepPage(c, t, page, every, nil)
}

func handleOf(k Keeper) string {
	if k.ID == 0 {
		return ""
	}
	return "@" + k.Handle
}

// Keep answers POST /threads/:id/keep.
func (h *Web) Keep(c *fiber.Ctx) error {
	t, err := h.freshener(c)
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	every, _ := strconv.Atoi(f.Line("every"))
	page := views.KeepPage{Guide: f.Line("reference") == "yes", Owner: f.Line("owner"), Deputy: f.Line("deputy"), Next: f.Line("next")}
	in := Keeping{Reference: page.Guide, Owner: page.Owner, Deputy: page.Deputy, Every: every}
	if page.Next != "" {
		var ok bool
		if in.Next, ok = h.web.Day(page.Next); !ok {
			return h.keepPage(c, t, page, every, errs.InvalidFields(errs.Field{Name: "next", Text: "Write the day as 2027-03-04, or leave it out."}))
		}
		if page.Next == h.web.DayOf(t.CheckAt) {
			in.Next = t.CheckAt
		}
	}
	if err := h.threads.Keep(c.UserContext(), auth.ViewerOf(c), t.ID, in); err != nil {
		return h.keepPage(c, t, page, every, err)
	}
	h.web.Flash(c, "Saved. Whoever keeps it finds it under “Yours to keep right”.")
	return web.SeeOther(c, t.Path())
}

func (h *Web) keepPage(c *fiber.Ctx, t Thread, page views.KeepPage, every int, cause error) error {
	problems, ok := web.ProblemsOf(cause)
	if cause != nil && !ok {
		return cause
	}
	likely, err := h.threads.Likely(c.UserContext(), auth.ViewerOf(c), t.ID)
	if err != nil {
		return err
	}
	for _, p := range likely {
		page.People = append(page.People, parts.Option{Value: "@" + p.Handle, Label: p.Name})
	}
	page.Chrome, page.Thread = h.chrome(c, "Keep it right", "discussions"), parts.Link{Text: t.Title, Path: t.Path()}
	page.Action, page.CancelPath, page.Author, page.Problems = threadPath(t.ID)+"/keep", t.Path(), t.Author.Name, problems
	page.Every = everyOptions(every)
	return web.Render(c, status(cause), views.Keep(page))
}

// everyOptions are the choices of how often a thread is looked at; one that an import brought is among them.
func everyOptions(chosen int) []parts.Option {
	months := intervals
	options := []parts.Option{{Value: "0", Label: "Only when somebody thinks of it", Selected: chosen == 0}}
	known := chosen == 0
	for _, m := range months {
		known = known || m == chosen
		options = append(options, parts.Option{Value: strconv.Itoa(m), Label: monthsSaid(m), Selected: m == chosen})
	}
	if !known && chosen > 0 {
		options = append(options, parts.Option{Value: strconv.Itoa(chosen), Label: monthsSaid(chosen), Selected: true})
	}
	return options
}

func monthsSaid(n int) string {
	switch n {
	case 1:
		return "Every month"
	case 12:
		return "Every year"
	case 24:
		return "Every 2 years"
	}
	return "Every " + strconv.Itoa(n) + " months"
}

// Keeping answers GET /keeping: what somebody looks after; with ?of=nobody, for those who keep order, what nobody does any more.
func (h *Web) Keeping(c *fiber.Ctx) error {
	v := auth.ViewerOf(c)
	by, path := KeptByMe, keepingPath
	if c.Query("of") == "nobody" {
		by, path = KeptByNobody, keepingPath+"?of=nobody"
	}
	after, err := keyIn(c, "after")
	if err != nil {
		return err
	}
	list, err := h.threads.Kept(c.UserContext(), v, by, after)
	if err != nil {
		return err
	}
	page := keepingWords(by)
	page.Chrome = h.chrome(c, page.Heading, "home")
	if v.Moderates() {
		page.Tabs = []parts.Tab{
			{Text: "Yours", Path: keepingPath, Current: by == KeptByMe},
			{Text: "Without a keeper", Path: keepingPath + "?of=nobody", Current: by == KeptByNobody},
		}
	}
	here := at(path, "after", after)
	if here == "" {
		here = path
	}
	now := h.threads.now()
	for _, k := range list.Threads {
		t := h.keptThread(k, by, now)
		t.Return = here
		if k.Due(now) {
			page.Due = append(page.Due, t)
		} else {
			page.Later = append(page.Later, t)
		}
	}
	page.Pager = parts.Pager{Next: at(path, "after", list.Next), NextText: "More"}
	if after != (Key{}) {
		page.Pager.Previous, page.Pager.PreviousText = path, "From the beginning"
	}
	return web.Render(c, fiber.StatusOK, views.Keeping(page))
}

func keepingWords(by KeptBy) views.KeepingPage {
	if by == KeptByNobody {
		return views.KeepingPage{
			Heading: "Without a keeper", Lead: "Somebody was to keep these right, and does not work here any more. Say who does now.",
			Empty: parts.Empty{Title: "Everything has a keeper", Text: "When somebody leaves, what they looked after is listed here."},
		}
	}
	return views.KeepingPage{
		Heading: "Yours to keep right", Lead: "What you look after, or stand in for somebody to look after. What is due comes first.",
		Empty: parts.Empty{
			Title: "You look after nothing yet", Text: "Under a guide, a post or an answer that others rely on, choose “Keep it right” to say who looks after it and when.",
			Do: parts.Link{Text: "See the latest", Path: "/latest"},
		},
	}
}

// keptThread is a thread as the list of what is looked after shows it.
func (h *Web) keptThread(k Kept, by KeptBy, now time.Time) views.KeptThread {
	path := threadPath(k.ID)
	t := views.KeptThread{Kind: string(k.Kind), Title: k.Title, Path: k.Path(), Guide: k.Reference}
	if k.CanFreshen {
		if k.Kind != Decision { // whose page says who keeps it
			t.KeepPath = path + "/keep"
		}
		if k.checkable() {
			t.CheckPath = path + "/check"
		}
	}
	note := func(words ...string) { t.Notes = append(t.Notes, strings.Join(words, "")) }
	switch {
	case k.Due(now):
		note("Due since ", h.web.Date(k.CheckAt))
	case k.CheckAt.After(now) && k.checkable():
		note("Next check on ", h.web.Date(k.CheckAt))
	case k.Kind == Decision:
		note("Its review is on its own page")
	case !k.checkable():
		note("Nothing to check yet: it has no accepted answer")
	default:
		note("Looked at when somebody thinks of it")
	}
	if !k.CheckedAt.IsZero() {
		note("Last checked on ", h.web.Date(k.CheckedAt))
	}
	owner := k.Owner.Name
	if owner == "" {
		owner = k.Author.Name
	}
	switch {
	case by == KeptByNobody:
		note(owner, " has left")
	case k.Deputy && k.Owner.Left:
		note("You stand in for ", owner, ", who has left")
	case k.Deputy:
		note("You stand in for ", owner)
	}
	return t
}
