package topics

import (
	"net/url"
	"strconv"
	"strings"

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
	web    *web.Web
}

// NewWeb returns the handlers for s, with the threads that feed lists and shown shows.
func NewWeb(s *Service, feed *threads.Service, shown *threads.Web, w *web.Web) *Web {
	return &Web{topics: s, feed: feed, shown: shown, web: w}
}

func (h *Web) chrome(c *fiber.Ctx, title string) layout.Chrome {
	chrome := h.web.Chrome(c, title)
	chrome.Nav = "topics"
	return chrome
}

const newPath = "/topics/new"

// List answers GET /topics.
func (h *Web) List(c *fiber.Ctx) error {
	v := auth.ViewerOf(c)
	list, err := h.topics.List(c.UserContext(), v)
	if err != nil {
		return err
	}
	page := views.ListPage{Chrome: h.chrome(c, "Topics"), Empty: parts.Empty{Title: "No topics yet", Text: "Topics gather what is written about one subject."}}
	if v.Moderates() {
		page.NewPath = newPath
		page.Empty.Do = parts.Link{Text: "Add the first topic", Path: newPath}
	}
	narrower := make(map[int64][]parts.Topic)
	for _, t := range list {
		narrower[t.Broader] = append(narrower[t.Broader], chip(t.Topic))
	}
	for _, t := range list {
		page.Topics = append(page.Topics, views.Entry{
			Name: t.Name, Path: t.Path(), Description: t.Description, Threads: t.Threads, Narrower: narrower[t.ID],
			Follow: follow(v, t.Topic, t.Followed, "/topics"),
		})
	}
	return web.Render(c, fiber.StatusOK, views.List(page))
}

func chip(t Topic) parts.Topic { return parts.Topic{Name: t.Name, Path: t.Path()} }

// Show answers GET /topics/:slug.
func (h *Web) Show(c *fiber.Ctx) error {
	v := auth.ViewerOf(c)
	a, err := h.topics.Visit(c.UserContext(), v, c.Params("slug"))
	if err != nil {
		return err
	}
	page := h.page(c, a)
	if err := h.threads(c, a, &page); err != nil {
		return err
	}
	know, err := h.topics.Knowing(c.UserContext(), v, a.ID)
	if err != nil {
		return err
	}
	for _, k := range know {
		page.Experts = append(page.Experts, parts.SidePerson{Person: k.part(), Note: k.note()})
	}
	return web.Render(c, fiber.StatusOK, views.Show(page))
}

// page returns the page of a topic without its threads.
func (h *Web) page(c *fiber.Ctx, a Around) views.ShowPage {
	v := auth.ViewerOf(c)
	page := views.ShowPage{Chrome: h.chrome(c, a.Name), Name: a.Name, Description: a.Description, Synonyms: a.Synonyms}
	page.Chrome.Description = a.Description
	page.Chrome.Canonical = h.web.URL(a.Path())
	if a.BroaderTopic != nil {
		broader := chip(*a.BroaderTopic)
		page.Broader = &broader
	}
	for _, t := range a.Narrower {
		page.Narrower = append(page.Narrower, chip(t))
	}
	if v.Moderates() {
		page.EditPath = a.Path() + "/edit"
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
	tab := ""
	if q.Tab == threads.Unanswered {
		tab = "tab=unanswered&"
	}
	page.Items = h.shown.Items(auth.ViewerOf(c), feed.Items)
	page.Pager = pager(a.Path()+"?"+tab, feed)
	page.Tabs = []parts.Tab{
		{Text: "Latest", Path: a.Path(), Count: a.Threads, Current: q.Tab == threads.Latest},
		{Text: "Unanswered", Path: a.Path() + "?tab=unanswered", Current: q.Tab == threads.Unanswered},
	}
	page.Empty = parts.Empty{Title: "Nothing here about " + a.Name + " yet", Do: parts.Link{Text: "Ask a question", Path: page.AskPath}}
	if tab != "" {
		page.Empty = parts.Empty{Title: "Every question about " + a.Name + " has a reply", Do: parts.Link{Text: "See all of them", Path: a.Path()}}
	}
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
	if c.Query("tab") == string(threads.Unanswered) {
		q.Tab = threads.Unanswered
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

func (k Knows) part() parts.Person {
	p := parts.Person{Name: k.Name, Path: "/people/" + k.Handle, Initials: parts.Initials(k.Name), Tint: parts.Tint(k.Person), Unit: k.Unit, JobTitle: k.JobTitle}
	if k.Photo != "" {
		p.Photo = "/files/" + k.Photo
	}
	return p
}

func (k Knows) note() string {
	if k.Accepted == 1 {
		return "1 accepted answer"
	}
	return strconv.Itoa(k.Accepted) + " accepted answers"
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
	if a.BroaderTopic != nil {
		in.Broader = a.BroaderTopic.Slug
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
