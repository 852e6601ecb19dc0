package networks

import (
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/threads"
	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/views/layout"
	views "watercooler/views/networks"
	"watercooler/views/parts"
)

// Web answers the requests about networks.
type Web struct {
	networks *Service
	feed     *threads.Service // lists the threads of a network
	shown    *threads.Web     // shows them as every list does
	web      *web.Web
}

// NewWeb returns the handlers for s, with the threads that feed lists and shown shows.
func NewWeb(s *Service, feed *threads.Service, shown *threads.Web, w *web.Web) *Web {
	return &Web{networks: s, feed: feed, shown: shown, web: w}
}

func (h *Web) chrome(c *fiber.Ctx, title string) layout.Chrome {
	chrome := h.web.Chrome(c, title)
	chrome.Nav = "networks"
	return chrome
}

const (
	listPath = "/networks"
	newPath  = "/networks/new"
	mapPath  = "/networks/map"
)

// List answers GET /networks.
func (h *Web) List(c *fiber.Ctx) error {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	q := queryOf(c)
	all, err := h.networks.List(ctx, v, q)
	if err != nil {
		return err
	}
	page := views.ListPage{Chrome: h.chrome(c, "Networks"), Filter: filterOf(q), All: h.cards(all.Networks), Pager: pagerOf(q, all), MapPath: mapPath}
	page.Heading, page.Empty = headingOf(v, q)
	if v.SignedIn() {
		page.NewPath = newPath
	} else {
		page.Chrome.Canonical, page.Chrome.Description = h.web.URL(listPath), "People who gather around something, and what they say to everyone."
	}
	if filtered(q) {
		return web.Render(c, fiber.StatusOK, views.List(page))
	}
	mine, err := h.networks.Mine(ctx, v)
	if err != nil {
		return err
	}
	invited, err := h.networks.Invitations(ctx, v)
	if err != nil {
		return err
	}
	page.Mine = h.cards(mine)
	for _, i := range invited {
		page.Invitations = append(page.Invitations, invitation(i))
	}
	return web.Render(c, fiber.StatusOK, views.List(page))
}

func queryOf(c *fiber.Ctx) Query {
	q := Query{Text: c.Query("q"), Access: Access(c.Query("access")), Recent: c.Query("sort") == "recent"}
	if !q.Access.valid() {
		q.Access = ""
	}
	q.After, _ = strconv.ParseInt(c.Query("after"), 10, 64) // what is no id begins at the beginning
	return q
}

// filtered reports whether q leaves networks out: then the viewer looks for something, and what is theirs would be in the way.
func filtered(q Query) bool { return q.Text != "" || q.Access != "" || q.After != 0 }

// address returns the address of the list as q asks for it, without a place in it.
func address(q Query) string {
	values := url.Values{}
	if q.Text != "" {
		values.Set("q", q.Text)
	}
	if q.Access != "" {
		values.Set("access", string(q.Access))
	}
	if q.Recent {
		values.Set("sort", "recent")
	}
	if len(values) == 0 {
		return listPath
	}
	return listPath + "?" + values.Encode()
}

func filterOf(q Query) views.Filter {
	f := views.Filter{Text: q.Text, Access: []parts.Option{{Label: "Any", Selected: q.Access == ""}}}
	for _, a := range []Access{Open, Closed, Private} {
		f.Access = append(f.Access, parts.Option{Value: string(a), Label: a.word(), Selected: a == q.Access})
	}
	byName, recent := q, q
	byName.Recent, recent.Recent = false, true
	if q.Recent {
		f.Order = "recent"
	}
	f.Sort = []parts.Tab{
		{Text: "A to Z", Path: address(byName), Current: !q.Recent},
		{Text: "Recently active", Path: address(recent), Current: q.Recent},
	}
	return f
}

func pagerOf(q Query, l Listing) (p parts.Pager) {
	here := address(q)
	if q.After != 0 {
		p.Previous, p.PreviousText = here, "From the beginning"
	}
	if l.More {
		sign := "?"
		if here != listPath {
			sign = "&"
		}
		p.Next, p.NextText = here+sign+"after="+strconv.FormatInt(l.Networks[len(l.Networks)-1].ID, 10), "More networks"
	}
	return p
}

func headingOf(v auth.Viewer, q Query) (string, parts.Empty) {
	switch {
	case q.Text != "" || q.Access != "":
		return "Networks that match", parts.Empty{Title: "No network matches", Text: "Try fewer letters, or look through all of them.", Do: parts.Link{Text: "All networks", Path: listPath}}
	case !v.SignedIn():
		return "Public networks", parts.Empty{Title: "No network is public yet", Text: "Networks that people who are not signed in may know of are listed here."}
	}
	return "All networks", parts.Empty{Title: "No networks yet", Text: "A network gathers people around something they share, wherever they work.", Do: parts.Link{Text: "Start the first one", Path: newPath}}
}

func (h *Web) cards(list []Entry) []views.Card {
	cards := make([]views.Card, len(list))
	for i, e := range list {
		cards[i] = views.Card{
			Name: e.Name, Path: e.Path(), Purpose: e.Purpose, Access: e.Access.word(), Kind: string(e.Access), People: e.People,
			Active: h.web.Moment(e.ActiveAt), Finished: e.Finished(), You: youAre(e),
		}
	}
	return cards
}

// youAre says what the viewer is to a network, "" for nothing.
func youAre(e Entry) string {
	switch {
	case e.Steward:
		return "You look after it"
	case e.State == Member:
		return "You are a member"
	case e.State == Requested:
		return "You have asked to join"
	case e.State == Invited:
		return "You are invited"
	}
	return ""
}

// word is how a person reads an access.
func (a Access) word() string {
	switch a {
	case Open:
		return "Open"
	case Closed:
		return "Closed"
	}
	return "Private"
}

// New answers GET /networks/new.
func (h *Web) New(c *fiber.Ctx) error {
	return h.form(c, fiber.StatusOK, Network{}, Input{Name: c.Query("name"), Access: Open}, nil)
}

// Create answers POST /networks.
func (h *Web) Create(c *fiber.Ctx) error {
	in := posted(c)
	n, err := h.networks.Create(c.UserContext(), auth.ViewerOf(c), in)
	if problems, ok := web.ProblemsOf(err); ok {
		return h.form(c, fiber.StatusUnprocessableEntity, Network{}, in, problems)
	}
	if err != nil {
		return err
	}
	h.web.Flash(c, n.Name+" is started. Invite the first people.")
	return web.SeeOther(c, n.Path()+"/people")
}

// EditForm answers GET /networks/:slug/edit.
func (h *Web) EditForm(c *fiber.Ctx) error {
	n, err := h.networks.Editable(c.UserContext(), auth.ViewerOf(c), c.Params("slug"))
	if err != nil {
		return err
	}
	return h.form(c, fiber.StatusOK, n, Input{Name: n.Name, Purpose: n.Purpose, About: n.About, Access: n.Access, Public: n.Public()}, nil)
}

// Edit answers POST /networks/:slug/edit.
func (h *Web) Edit(c *fiber.Ctx) error {
	ctx, v, in := c.UserContext(), auth.ViewerOf(c), posted(c)
	before, err := h.networks.Editable(ctx, v, c.Params("slug"))
	if err != nil {
		return err
	}
	if !v.Stewards(before.ID) { // their form does not ask
		in.Access, in.Public = before.Access, before.Public()
	}
	n, err := h.networks.Edit(ctx, v, before.Slug, in)
	if problems, ok := web.ProblemsOf(err); ok {
		return h.form(c, fiber.StatusUnprocessableEntity, before, in, problems)
	}
	if err != nil {
		return err
	}
	h.web.Flash(c, n.Name+" is saved.")
	return web.SeeOther(c, n.Path())
}

func posted(c *fiber.Ctx) Input {
	f := web.FormOf(c)
	return Input{Name: f.Line("name"), Purpose: f.Line("purpose"), About: f.Text("about"), Access: Access(f.Line("access")), Public: f.Bool("public")}
}

// form shows the form for n, or for a new network when n has no id, with the values in.
func (h *Web) form(c *fiber.Ctx, status int, n Network, in Input, problems parts.Problems) error {
	page := views.EditPage{
		Heading: "Start a network", Lead: "You look after it to begin with: you invite, accept and edit. Others can help you later.", Action: listPath,
		CancelPath: listPath, Submit: "Start network", Name: in.Name, Purpose: in.Purpose, About: in.About, Public: in.Public, Problems: problems,
	}
	stewards := n.ID == 0 || auth.ViewerOf(c).Stewards(n.ID)
	if stewards {
		page.Access = accessOptions(in.Access)
	}
	if n.ID != 0 {
		page.Heading, page.Lead, page.Action, page.CancelPath, page.Submit = "Edit "+n.Name, "", n.Path()+"/edit", n.Path(), "Save network"
		if n.Access == Open {
			page.Warning = "When you make an open network closed or private, everything in it becomes for its members only. When it is no longer public, what was public in it becomes for everyone signed in. Nothing of that is changed back later."
		}
		if stewards && n.Finished() {
			page.ResumePath = n.Path() + "/resume"
		} else if stewards {
			page.FinishPath = n.Path() + "/finish"
		}
	}
	page.Chrome = h.chrome(c, page.Heading)
	return web.Render(c, status, views.Edit(page))
}

func accessOptions(now Access) []parts.Option {
	return []parts.Option{
		{Value: string(Open), Label: "Open", Hint: "Anybody signed in can join at once.", Selected: now == Open},
		{Value: string(Closed), Label: "Closed", Hint: "People ask to join, and a steward decides. What is written is for members.", Selected: now == Closed},
		{Value: string(Private), Label: "Private", Hint: "By invitation. Nobody else knows that it exists.", Selected: now == Private},
	}
}

// Finish answers POST /networks/:slug/finish.
func (h *Web) Finish(c *fiber.Ctx) error {
	return h.done(c, h.networks.Finish(c.UserContext(), auth.ViewerOf(c), c.Params("slug")), "", "The network has finished. What was said in it stays.")
}

// Resume answers POST /networks/:slug/resume.
func (h *Web) Resume(c *fiber.Ctx) error {
	return h.done(c, h.networks.Resume(c.UserContext(), auth.ViewerOf(c), c.Params("slug")), "", "The network goes on.")
}

// done ends a form that did something: back to a tab of the network, with a word about it.
func (h *Web) done(c *fiber.Ctx, err error, tab, said string) error {
	if err != nil {
		return err
	}
	h.web.Flash(c, said)
	return web.SeeOther(c, Network{Slug: c.Params("slug")}.Path()+tab)
}

// person returns somebody as pages show them.
func person(p Person) parts.Person {
	out := parts.Person{Name: p.Name, Path: p.Path(), Initials: parts.Initials(p.Name), Tint: parts.Tint(p.ID), Unit: p.Unit, JobTitle: p.JobTitle}
	if p.Photo != "" {
		out.Photo = "/files/" + p.Photo
	}
	return out
}

func people(list []Person) []parts.Person {
	out := make([]parts.Person, len(list))
	for i, p := range list {
		out[i] = person(p)
	}
	return out
}

func links(list []Linked) []parts.Link {
	out := make([]parts.Link, len(list))
	for i, n := range list {
		out[i] = parts.Link{Text: n.Name, Path: n.Path()}
	}
	return out
}
