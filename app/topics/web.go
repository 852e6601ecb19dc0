package topics

import (
	"net/url"
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/views/layout"
	"watercooler/views/parts"
	views "watercooler/views/topics"
)

// Web answers the requests about topics.
type Web struct {
	topics *Service
	feed   *threads.Service // lists the threads about a topic
	shown  *threads.Web     // shows them as every list does
	knows  Knows
	web    *web.Web
}

// Knows says who knows about a topic, on its page and for the viewer of c. Signed out it says nothing: nil. The experts slice does.
type Knows interface {
	// TopicBeside is the card beside the threads about a topic.
	TopicBeside(c *fiber.Ctx, topic int64, name string) (templ.Component, error)
	// TopicPeople are all who may know, in place of the threads.
	TopicPeople(c *fiber.Ctx, topic int64, name string) (templ.Component, error)
}

// NewWeb returns the handlers for s, with the threads that feed lists and shown shows, and the people whom knows names.
func NewWeb(s *Service, feed *threads.Service, shown *threads.Web, knows Knows, w *web.Web) *Web {
	return &Web{topics: s, feed: feed, shown: shown, knows: knows, web: w}
}

func (h *Web) chrome(c *fiber.Ctx, title string) layout.Chrome {
	chrome := h.web.Chrome(c, title)
	chrome.Nav = "topics"
	return chrome
}

const newPath = "/topics/new"

func chip(t Topic) parts.Topic { return parts.Topic{Name: t.Name, Path: t.Path()} }

// Show answers GET /topics/:slug, and sends on from the address of a topic that became part of another.
func (h *Web) Show(c *fiber.Ctx) error {
	v := auth.ViewerOf(c)
	a, err := h.topics.Visit(c.UserContext(), v, c.Params("slug"))
	if err != nil {
		return err
	}
	if a.Slug != c.Params("slug") {
		return c.Redirect(a.Path(), fiber.StatusMovedPermanently)
	}
	tab := c.Query("tab")
	if tab == tabPeople && !v.SignedIn() {
		return errs.Unauthenticatedf("Sign in to see people.")
	}
	page := h.page(c, a)
	page.Tabs = tabs(v, a, tab)
	if tab == tabPeople {
		page.People, err = h.knows.TopicPeople(c, a.ID, a.Name)
	} else if page.Beside, err = h.knows.TopicBeside(c, a.ID, a.Name); err == nil {
		err = h.threads(c, a, &page)
	}
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, views.Show(page))
}

// What ?tab= may be, besides nothing for all threads.
const (
	tabUnanswered = "unanswered"
	tabPosts      = "posts"
	tabPeople     = "people"
)

// tabs are the views on a topic. Signed out there are no people.
func tabs(v auth.Viewer, a Around, current string) []parts.Tab {
	list := []parts.Tab{
		{Text: "Threads", Path: a.Path()},
		{Text: "Unanswered", Path: a.Path() + "?tab=" + tabUnanswered},
		{Text: "Posts", Path: a.Path() + "?tab=" + tabPosts},
	}
	if v.SignedIn() {
		list = append(list, parts.Tab{Text: "People", Path: a.Path() + "?tab=" + tabPeople})
	}
	at := 0
	for i, t := range list {
		if current != "" && strings.HasSuffix(t.Path, "?tab="+current) {
			at = i
		}
	}
	list[at].Current = true
	return list
}

// page returns the page of a topic without its threads.
func (h *Web) page(c *fiber.Ctx, a Around) views.ShowPage {
	v := auth.ViewerOf(c)
	page := views.ShowPage{Chrome: h.chrome(c, a.Name), Name: a.Name, Description: a.Description, Synonyms: a.Synonyms, ViewPath: a.Path() + "/view"}
	page.Chrome.Description = a.Description
	page.Chrome.Feeds = []layout.FeedLink{{Title: "Public threads about " + a.Name, Type: layout.AtomFeed, Href: a.Path() + "/feed.atom"}}
	if !v.SignedIn() { // somebody signed out sees it, so it is public
		page.Chrome.Canonical = h.web.URL(a.Path())
	}
	for _, t := range a.Above {
		page.Above = append(page.Above, chip(t))
	}
	for _, b := range a.Narrower {
		branch := views.Branch{Topic: chip(b.Topic)}
		for _, t := range b.Narrower {
			branch.Narrower = append(branch.Narrower, chip(t))
		}
		page.Narrower = append(page.Narrower, branch)
	}
	if v.Moderates() {
		page.EditPath, page.MergePath = a.Path()+"/edit", a.Path()+"/merge"
	}
	if v.SignedIn() {
		page.AskPath = "/write?kind=question&topics=" + url.QueryEscape(a.Name)
	}
	page.Follow = follow(v, a.Topic, a.Followed, a.Path())
	return page
}

// follow is the button to follow a topic, for those who are signed in.
func follow(v auth.Viewer, t Topic, on bool, back string) parts.Follow {
	if !v.SignedIn() {
		return parts.Follow{}
	}
	return parts.Follow{Kind: "topic", ID: t.ID, Name: t.Name, Return: back, On: on}
}

// threads fills in the list of threads, on the tab and from the place that the address says.
func (h *Web) threads(c *fiber.Ctx, a Around, page *views.ShowPage) error {
	q, err := queryOf(c, a.ID)
	if err != nil {
		return err
	}
	feed, err := h.feed.Feed(c.UserContext(), auth.ViewerOf(c), q)
	if err != nil {
		return err
	}
	page.Items = h.shown.Items(auth.ViewerOf(c), feed.Items)
	path := a.Path() + "?"
	page.Empty = parts.Empty{Title: "Nothing here about " + a.Name + " yet", Do: parts.Link{Text: "Ask a question", Path: page.AskPath}}
	switch c.Query("tab") {
	case tabUnanswered:
		path += "tab=" + tabUnanswered + "&"
		page.Empty = parts.Empty{Title: "Every question about " + a.Name + " has a reply", Do: parts.Link{Text: "See all of them", Path: a.Path()}}
	case tabPosts:
		path += "tab=" + tabPosts + "&"
		page.Empty = parts.Empty{Title: "No posts about " + a.Name + " yet", Text: "Posts of the blogs come here when they name this topic.", Do: parts.Link{Text: "See all threads", Path: a.Path()}}
	}
	page.Pager = pager(path, feed)
	return nil
}

// pager leads to the pages around feed; path ends where the place in the list begins.
func pager(path string, feed threads.Feed) (p parts.Pager) {
	if feed.Newer != (threads.Key{}) {
		p.Previous = path + "after=" + web.Cursor(feed.Newer.At, feed.Newer.ID)
	}
	if feed.Older != (threads.Key{}) {
		p.Next = path + "before=" + web.Cursor(feed.Older.At, feed.Older.ID)
	}
	return p
}

// queryOf returns what the address asks the feed for.
func queryOf(c *fiber.Ctx, topic int64) (q threads.FeedQuery, err error) {
	q = threads.FeedQuery{Tab: threads.Latest, Topic: topic}
	switch c.Query("tab") {
	case tabUnanswered:
		q.Tab = threads.Unanswered
	case tabPosts:
		q.Kinds = []threads.Kind{threads.Post}
	}
	if q.Before, err = keyOf(c.Query("before")); err != nil {
		return q, err
	}
	q.After, err = keyOf(c.Query("after"))
	return q, err
}

func keyOf(cursor string) (threads.Key, error) {
	if cursor == "" {
		return threads.Key{}, nil
	}
	at, id, err := web.ParseCursor(cursor)
	return threads.Key{At: at, ID: id}, err
}

// New answers GET /topics/new.
func (h *Web) New(c *fiber.Ctx) error {
	if err := keeper(auth.ViewerOf(c)); err != nil {
		return err
	}
	return h.form(c, fiber.StatusOK, Topic{}, Input{Name: c.Query("name")}, nil)
}

// Create answers POST /topics.
func (h *Web) Create(c *fiber.Ctx) error {
	in := posted(c)
	t, err := h.topics.Create(c.UserContext(), auth.ViewerOf(c), in)
	if problems := problemsOf(err); problems != nil {
		return h.form(c, fiber.StatusUnprocessableEntity, Topic{}, in, problems)
	}
	if err != nil {
		return err
	}
	h.web.Flash(c, "The topic is added.")
	return web.SeeOther(c, t.Path())
}

// EditForm answers GET /topics/:slug/edit.
func (h *Web) EditForm(c *fiber.Ctx) error {
	if err := keeper(auth.ViewerOf(c)); err != nil {
		return err
	}
	a, err := h.topics.Visit(c.UserContext(), auth.ViewerOf(c), c.Params("slug"))
	if err != nil {
		return err
	}
	in := Input{Name: a.Name, Description: a.Description, Synonyms: a.Synonyms}
	if n := len(a.Above); n > 0 {
		in.Broader = a.Above[n-1].Slug
	}
	return h.form(c, fiber.StatusOK, a.Topic, in, nil)
}

// Edit answers POST /topics/:slug/edit.
func (h *Web) Edit(c *fiber.Ctx) error {
	in, slug := posted(c), c.Params("slug")
	err := h.topics.Edit(c.UserContext(), auth.ViewerOf(c), slug, in)
	if problems := problemsOf(err); problems != nil {
		t, err := h.topics.Find(c.UserContext(), slug)
		if err != nil {
			return err
		}
		return h.form(c, fiber.StatusUnprocessableEntity, t, in, problems)
	}
	if err != nil {
		return err
	}
	h.web.Flash(c, "The topic is saved.")
	return web.SeeOther(c, Topic{Slug: slug}.Path())
}

// MergeForm answers GET /topics/:slug/merge: it asks which topic to merge into, and with ?into= shows what would happen.
func (h *Web) MergeForm(c *fiber.Ctx) error {
	v := auth.ViewerOf(c)
	if err := keeper(v); err != nil {
		return err
	}
	a, err := h.topics.Visit(c.UserContext(), v, c.Params("slug"))
	if err != nil {
		return err
	}
	into := c.Query("into")
	if into == "" {
		return h.merging(c, fiber.StatusOK, a, Topic{}, "", nil)
	}
	_, target, err := h.topics.Merging(c.UserContext(), v, a.Slug, into)
	if problems := problemsOf(err); problems != nil {
		return h.merging(c, fiber.StatusUnprocessableEntity, a, Topic{}, into, problems)
	}
	if err != nil {
		return err
	}
	return h.merging(c, fiber.StatusOK, a, target, into, nil)
}

// Merge answers POST /topics/:slug/merge.
func (h *Web) Merge(c *fiber.Ctx) error {
	v, slug, into := auth.ViewerOf(c), c.Params("slug"), web.FormOf(c).Line("into")
	t, err := h.topics.Merge(c.UserContext(), v, slug, into)
	if problems := problemsOf(err); problems != nil {
		a, err := h.topics.Visit(c.UserContext(), v, slug)
		if err != nil {
			return err
		}
		return h.merging(c, fiber.StatusUnprocessableEntity, a, Topic{}, into, problems)
	}
	if err != nil {
		return err
	}
	h.web.Flash(c, "The two topics are one now.")
	return web.SeeOther(c, t.Path())
}

// merging shows the form that asks what a is merged into, or what comes of it once target is known.
func (h *Web) merging(c *fiber.Ctx, status int, a Around, target Topic, into string, problems parts.Problems) error {
	page := views.MergePage{
		Chrome: h.chrome(c, "Merge "+a.Name), Name: a.Name, Action: a.Path() + "/merge", CancelPath: a.Path(), Into: into, Problems: problems,
	}
	if target.ID != 0 {
		page.Target = &parts.Topic{Name: target.Name, Path: target.Path()}
		var err error
		if page.Threads, err = h.topics.Threads(c.UserContext(), auth.ViewerOf(c), a.ID); err != nil {
			return err
		}
		page.Words = united(a.Topic, target)
		for _, b := range a.Narrower {
			page.Narrower = append(page.Narrower, b.Name)
		}
	}
	return web.Render(c, status, views.Merge(page))
}

func posted(c *fiber.Ctx) Input {
	f := web.FormOf(c)
	return Input{Name: f.Line("name"), Description: f.Text("description"), Synonyms: strings.Split(f.Text("synonyms"), "\n"), Broader: f.Line("broader")}
}

// problemsOf returns what the form must say about err, nil when err is not about the form.
func problemsOf(err error) parts.Problems {
	e := errs.As(err)
	if e == nil || e.Kind != errs.Invalid {
		return nil
	}
	problems := make(parts.Problems, len(e.Fields))
	for i, f := range e.Fields {
		problems[i] = parts.Problem(f)
	}
	return problems
}

// form shows the form for t, or for a new topic when t has no id, with the values in.
func (h *Web) form(c *fiber.Ctx, status int, t Topic, in Input, problems parts.Problems) error {
	all, err := h.topics.All(c.UserContext())
	if err != nil {
		return err
	}
	page := views.EditPage{
		Heading: "New topic", Action: "/topics", CancelPath: "/topics", Submit: "Add topic", Name: in.Name, Description: in.Description,
		Synonyms: strings.Join(in.Synonyms, "\n"), Broader: []parts.Option{{Label: "None", Selected: in.Broader == ""}}, Problems: problems,
	}
	if t.ID != 0 {
		page.Heading, page.Action, page.CancelPath, page.Submit = "Edit "+t.Name, t.Path()+"/edit", t.Path(), "Save topic"
	}
	page.Chrome = h.chrome(c, page.Heading)
	for _, other := range all {
		if other.ID != t.ID {
			page.Broader = append(page.Broader, parts.Option{Value: other.Slug, Label: other.Name, Selected: other.Slug == in.Broader})
		}
	}
	return web.Render(c, status, views.Edit(page))
}
