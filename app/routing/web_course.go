package routing

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"watercooler/app/threads"
	"watercooler/auth"
	"watercooler/views/parts"
	views "watercooler/views/routing"
)

// cardShown is how many questions the card on the home page names.
const cardShown = 3

// Waiting is what the home page says of the questions that wait for the viewer of c: nil when there are none.
func (h *Web) Waiting(c *fiber.Ctx) (templ.Component, error) {
	w, err := h.routing.Waiting(c.UserContext(), auth.ViewerOf(c), cardShown)
	if err != nil || w.Count == 0 {
		return nil, err
	}
	card := views.Card{Count: w.Count}
	for _, o := range w.Latest {
		card.Latest = append(card.Latest, parts.Link{Text: o.Title, Path: o.Path()})
	}
	return views.Home(card), nil
}

// Named asks people by handle about a question that v has just opened.
func (h *Web) Named(c *fiber.Ctx, thread int64, handles []string) error {
	who := make([]string, len(handles))
	for i, handle := range handles {
		who[i] = "@" + strings.TrimPrefix(handle, "@")
	}
	_, err := h.routing.Ask(c.UserContext(), auth.ViewerOf(c), thread, who, "")
	return err
}

// Course is what the page of t, which must come from Find for the viewer of c, says of where it went: nil when there is nothing to say.
func (h *Web) Course(c *fiber.Ctx, t threads.Thread) (templ.Component, error) {
	v := auth.ViewerOf(c)
	found, err := h.routing.Course(c.UserContext(), v, t)
	if err != nil {
		return nil, err
	}
	var out views.Course
	for _, p := range found.Promises {
		if p.Person.ID != v.Person { // they know
			out.Coming = append(out.Coming, p.Person.Name+" said that they will answer, "+h.web.Moment(p.At).Ago+".")
		}
	}
	if o := found.Own; o != nil {
		d := doors(o.ID, t.ID)
		out.Own, out.Why, out.Taken = &d, o.Reason, o.State == Accepted
	}
	if found.Decides {
		h.told(&out, v, t, found)
	}
	if out.Own == nil && out.Heading == "" && len(out.Coming) == 0 {
		return nil, nil
	}
	return views.Beside(out), nil
}

// told fills in what the one who asked sees.
func (h *Web) told(out *views.Course, v auth.Viewer, t threads.Thread, c Course) {
	path := threadPath(t.ID) + "/offers"
	out.Heading, out.AskPath = "Where your question went", path
	if !c.Mine {
		out.Heading = "Where this question went"
	}
	add := func(text string, who Person, at Promise) {
		e := views.Entry{Text: text, At: h.web.Moment(at.At)}
		if who.ID != 0 {
			e.Person = face(v, who)
		}
		out.Entries = append(out.Entries, e)
	}
	asked := 0
	for i, w := range c.Waves {
		text := "Offered to " + parts.Plural(w.People, "person who may know", "people who may know")
		if i > 0 {
			text = "Offered to " + parts.Thousands(w.People) + " more"
		}
		asked += w.People
		add(text, Person{}, Promise{At: w.At})
	}
	for _, p := range c.Named {
		add("was asked by name", p.Person, p)
	}
	for _, p := range c.Passed {
		text := "Passed on to a colleague"
		if p.Person.Unit != "" {
			text += " in " + p.Person.Unit
		}
		add(text, Person{}, p)
	}
	for _, p := range c.Promises {
		add("said that they will answer", p.Person, p)
	}
	if c.Refused > 0 && asked+len(c.Named)+len(c.Passed) >= fewest {
		out.Entries = append(out.Entries, views.Entry{Text: fmt.Sprintf("%d of them cannot help with it", c.Refused)})
	}
	h.next(out, t, c)
}

// fewest is of how many people it may be told that some of them declined: of fewer, one could tell who.
const fewest = 3

// next fills in what happens next, and what can be done about it.
func (h *Web) next(out *views.Course, t threads.Thread, c Course) {
	path := threadPath(t.ID) + "/offers"
	out.Again = "Offer it to more people"
	switch c.State {
	case stateOpen:
		out.Stop = path + "/stop"
		out.Next = h.coming(c)
	case statePaused:
		out.Next, out.Resume = "Somebody has replied, so that nobody else is asked. If that was not the answer, go on.", path+"/resume"
	case stateStopped:
		out.Next, out.Resume = "It is not offered to anybody else.", path+"/resume"
	case stateResting:
		out.Next = "Everybody the hub knows of has been asked. You can also:"
		out.More = []parts.Link{
			{Text: "See who else may know", Path: "/experts?q=" + url.QueryEscape(t.Title)},
			{Text: "Ask in a network", Path: "/networks"},
		}
		if t.CanEdit {
			out.More = append(out.More, parts.Link{Text: "Say more, or let more people read it", Path: t.Path() + "/edit"})
		}
	default:
		out.Next, out.Resume, out.Again = "Nobody has been offered this question.", path+"/resume", "Offer it to people who may know"
	}
}

// coming says when more people are asked.
func (h *Web) coming(c Course) string {
	switch {
	case c.Step == 0:
		return "In a few minutes it is offered to people who may know."
	case c.NextAt.IsZero():
		return "Everybody who may know has it before them. Who was away is asked when they are back."
	case c.Step+1 < last:
		return "If nobody answers, more people are asked on " + h.web.Date(c.NextAt) + "."
	}
	return "If nobody answers, everybody who can be asked about its topics, or follows them, is asked on " + h.web.Date(c.NextAt) + "."
}
