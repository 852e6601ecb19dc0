package routing

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/threads"
	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/views/parts"
	views "watercooler/views/routing"
)

// Web answers the requests about questions for somebody, and fills in what the home page and the page of a question say.
type Web struct {
	routing *Service
	web     *web.Web
}

// NewWeb returns the handlers for s.
func NewWeb(s *Service, w *web.Web) *Web { return &Web{routing: s, web: w} }

const (
	listPath = "/offers"
	setPath  = "/settings/knowing" // how somebody wants to be asked, of the experts slice
)

// List answers GET /offers.
func (h *Web) List(c *fiber.Ctx) error {
	v := auth.ViewerOf(c)
	desk, err := h.routing.Desk(c.UserContext(), v)
	if err != nil {
		return err
	}
	page := views.OffersPage{Chrome: h.web.Chrome(c, "Questions for you"), SetPath: setPath}
	page.Chrome.Nav = "home"
	page.Week, page.Terms = weekSaid(desk), termsSaid(desk.Terms)
	for _, o := range desk.Offers {
		page.Offers = append(page.Offers, h.offer(v, o))
	}
	return web.Render(c, fiber.StatusOK, views.Offers(page))
}

// offer is an offer as the list shows it.
func (h *Web) offer(v auth.Viewer, o Offer) views.Offer {
	out := views.Offer{
		ID: o.ID, Title: o.Title, Path: o.Path(), Excerpt: o.Excerpt, Asker: face(v, o.Asker), At: h.web.Moment(o.AskedAt), Replies: o.Replies,
		Why: o.Reason, Note: o.Note, Taken: o.State == Accepted, Doors: doors(o.ID, o.Thread),
	}
	if o.By.ID != 0 {
		out.By = face(v, o.By)
	}
	return out
}

func face(v auth.Viewer, p Person) parts.Person {
	f := threads.Face(v, threads.Author{ID: p.ID, Handle: p.Handle, Name: p.Name, Photo: p.Photo, Unit: p.Unit})
	f.JobTitle = p.JobTitle
	return f
}

func doors(offer, thread int64) views.Doors {
	path := listPath + "/" + strconv.FormatInt(offer, 10)
	return views.Doors{AcceptPath: path + "/accept", PassPath: path + "/pass", DeclinePath: path + "/decline", AnswerPath: threadPath(thread) + "#reply"}
}

func threadPath(id int64) string { return "/threads/" + strconv.FormatInt(id, 10) }

// weekSaid is how much of their share of questions somebody has had.
func weekSaid(d Desk) string {
	switch {
	case !d.Terms.Open || d.Terms.WeeklyCap <= 0:
		return "The hub offers you no questions. Colleagues may still ask you by name."
	case d.Week == 0:
		return fmt.Sprintf("No question has come in the last seven days. You take %d a week at most.", d.Terms.WeeklyCap)
	case d.Week == 1:
		return fmt.Sprintf("1 of the %d questions you take in a week has come.", d.Terms.WeeklyCap)
	case d.Week > d.Terms.WeeklyCap: // colleagues asked besides
		return fmt.Sprintf("%d questions have come in the last seven days. The hub offers you no more of its own this week.", d.Week)
	}
	return fmt.Sprintf("%d of the %d questions you take in a week have come.", d.Week, d.Terms.WeeklyCap)
}

// termsSaid is on which days somebody is offered questions.
func termsSaid(t Terms) string {
	if !t.Open || t.WeeklyCap <= 0 {
		return ""
	}
	var days []string
	for d := time.Monday; d <= time.Saturday; d++ {
		if t.Days.Has(d) {
			days = append(days, d.String())
		}
	}
	if t.Days.Has(time.Sunday) {
		days = append(days, time.Sunday.String())
	}
	switch {
	case t.Days == Weekdays:
		return "They come from Monday to Friday."
	case len(days) == 7:
		return "They come on any day."
	case len(days) == 0:
		return "You have chosen no day on which they come."
	case len(days) == 1:
		return "They come on " + days[0] + "s."
	}
	return "They come on " + strings.Join(days[:len(days)-1], ", ") + " and " + days[len(days)-1] + "."
}

// Accept answers POST /offers/:id/accept: on to the reply box.
func (h *Web) Accept(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	o, err := h.routing.Accept(c.UserContext(), auth.ViewerOf(c), id)
	if err != nil {
		return err
	}
	h.web.Flash(c, "Thank you. Others see that you will answer.")
	return web.SeeOther(c, threadPath(o.Thread)+"#reply")
}

// Decline answers POST /offers/:id/decline.
func (h *Web) Decline(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.routing.Decline(c.UserContext(), auth.ViewerOf(c), id, Choice(web.FormOf(c).Line("reason"))); err != nil {
		return err
	}
	h.web.Flash(c, "That is fine. The question goes to somebody else, and nobody is told.")
	return web.SeeOther(c, listPath)
}

// PassForm answers GET /offers/:id/pass.
func (h *Web) PassForm(c *fiber.Ctx) error { return h.passForm(c, fiber.StatusOK, views.ChoosePage{}) }

func (h *Web) passForm(c *fiber.Ctx, status int, page views.ChoosePage) error {
	v := auth.ViewerOf(c)
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	o, people, err := h.routing.Passing(c.UserContext(), v, id)
	if err != nil {
		return err
	}
	page.Chrome, page.Heading = h.web.Chrome(c, "Pass this question on"), "Pass this question on"
	page.Question = parts.Link{Text: o.Title, Path: o.Path()}
	page.Lead = "Choose a colleague who knows more. They see that it comes from you; " + o.Asker.Name + " only that it was passed on."
	page.Action, page.Verb = doors(id, o.Thread).PassPath, "Pass on to"
	h.choose(v, &page, o.Title, people)
	return web.Render(c, status, views.Choose(page))
}

// choose fills in whom one may choose.
func (h *Web) choose(v auth.Viewer, page *views.ChoosePage, title string, people []Person) {
	page.Chrome.Nav = "home"
	for _, p := range people {
		page.People = append(page.People, views.Chosen{Person: face(v, p), Who: "@" + p.Handle})
	}
	page.More = parts.Link{Text: "See everybody who may know about it", Path: "/experts?q=" + url.QueryEscape(title)}
}

// Pass answers POST /offers/:id/pass.
func (h *Web) Pass(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	who, note := f.Line("who"), f.Line("note")
	to, err := h.routing.PassOn(c.UserContext(), auth.ViewerOf(c), id, who, note)
	if problems, ok := web.ProblemsOf(err); ok {
		return h.passForm(c, web.StatusOf(err), views.ChoosePage{Who: who, Note: note, Problems: problems})
	}
	if err != nil {
		return err
	}
	h.web.Flash(c, "Passed on to "+to.Name+".")
	return web.SeeOther(c, listPath)
}

// AskForm answers GET /threads/:id/offers: the asker chooses somebody by name.
func (h *Web) AskForm(c *fiber.Ctx) error { return h.askForm(c, fiber.StatusOK, views.ChoosePage{}) }

func (h *Web) askForm(c *fiber.Ctx, status int, page views.ChoosePage) error {
	v := auth.ViewerOf(c)
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	a, err := h.routing.Asking(c.UserContext(), v, id)
	if err != nil {
		return err
	}
	page.Chrome, page.Heading = h.web.Chrome(c, "Ask somebody"), "Ask somebody"
	page.Question = parts.Link{Text: a.Title, Path: threadPath(id)}
	page.Lead = "They find the question among those for them, and see that it comes from you."
	page.Action, page.Verb = threadPath(id)+"/offers", "Ask"
	h.choose(v, &page, a.Title, a.People)
	return web.Render(c, status, views.Choose(page))
}

// Ask answers POST /threads/:id/offers.
func (h *Web) Ask(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	who, note := f.List("who"), f.Line("note")
	asked, err := h.routing.Ask(c.UserContext(), auth.ViewerOf(c), id, who, note)
	if problems, ok := web.ProblemsOf(err); ok {
		return h.askForm(c, web.StatusOf(err), views.ChoosePage{Who: strings.Join(who, ", "), Note: note, Problems: problems})
	}
	if err != nil {
		return err
	}
	names := make([]string, len(asked))
	for i, p := range asked {
		names[i] = p.Name
	}
	h.web.Flash(c, "Asked: "+strings.Join(names, ", ")+".")
	return web.SeeOther(c, threadPath(id))
}

// Stop answers POST /threads/:id/offers/stop.
func (h *Web) Stop(c *fiber.Ctx) error {
	return h.decide(c, "It is not offered to anybody else.", func(v auth.Viewer, id int64) error {
		return h.routing.Stop(c.UserContext(), v, id)
	})
}

// Resume answers POST /threads/:id/offers/resume.
func (h *Web) Resume(c *fiber.Ctx) error {
	return h.decide(c, "In a minute it is offered to people who may know.", func(v auth.Viewer, id int64) error {
		return h.routing.Resume(c.UserContext(), v, id)
	})
}

// decide does something about the question in the address and shows it again.
func (h *Web) decide(c *fiber.Ctx, said string, do func(v auth.Viewer, id int64) error) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if err := do(auth.ViewerOf(c), id); err != nil {
		return err
	}
	h.web.Flash(c, said)
	return web.SeeOther(c, threadPath(id))
}
