package networks

import (
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/app/web"
	"watercooler/auth"
	views "watercooler/views/networks"
	"watercooler/views/parts"
)

// lively is how long ago somebody may have written in a network that is called active.
const lively = 28 * 24 * time.Hour

// Tabs of a network, as its addresses end.
const (
	tabThreads   = ""
	tabQuestions = "/questions"
	tabPosts     = "/posts"
	tabPeople    = "/people"
	tabAbout     = "/about"
	tabNetworks  = "/networks"
)

// Show answers GET /networks/:slug: what is going on. Somebody who is invited to a private network sees their invitation.
func (h *Web) Show(c *fiber.Ctx) error {
	v := auth.ViewerOf(c)
	a, err := h.networks.Visit(c.UserContext(), v, c.Params("slug"))
	if errs.IsNotFound(err) {
		return h.invited(c, err)
	}
	if err != nil {
		return err
	}
	page, err := h.threads(c, a, tabThreads)
	if err != nil {
		return err
	}
	if err := h.around(c, a, &page); err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, views.Show(page))
}

// invited shows the invitation of somebody who may not see the network yet; without one, absent is the answer.
func (h *Web) invited(c *fiber.Ctx, absent error) error {
	i, err := h.networks.Invitation(c.UserContext(), auth.ViewerOf(c), c.Params("slug"))
	if errs.IsNotFound(err) {
		return absent
	}
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, views.Invited(views.InvitationPage{Chrome: h.chrome(c, i.Network.Name), Invitation: invitation(i)}))
}

func invitation(i Invitation) views.Invitation {
	return views.Invitation{
		Name: i.Network.Name, Purpose: i.Network.Purpose, Access: means(i.Network), By: i.By, Note: i.Note, Stewards: people(i.Stewards),
		AcceptPath: i.Network.Path() + "/invitation/accept", DeclinePath: i.Network.Path() + "/invitation/decline",
	}
}

// means says what the access of a network comes to for its members.
func means(n Network) string {
	switch n.Access {
	case Open:
		return "An open network: anybody signed in can join. What is written in it comes to its members first."
	case Closed:
		return "A closed network: everybody can see that there is one, and only its members read what is written in it."
	}
	return "A private network: only its members, and whoever is invited, know that there is one."
}

// Questions answers GET /networks/:slug/questions.
func (h *Web) Questions(c *fiber.Ctx) error { return h.tab(c, tabQuestions) }

// Posts answers GET /networks/:slug/posts.
func (h *Web) Posts(c *fiber.Ctx) error { return h.tab(c, tabPosts) }

func (h *Web) tab(c *fiber.Ctx, tab string) error {
	a, err := h.networks.Visit(c.UserContext(), auth.ViewerOf(c), c.Params("slug"))
	if err != nil {
		return err
	}
	page, err := h.threads(c, a, tab)
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, views.Show(page))
}

// threads returns the page of a tab with threads on it: those of the network and of all that are part of it.
func (h *Web) threads(c *fiber.Ctx, a Around, tab string) (views.ShowPage, error) {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	page := views.ShowPage{Chrome: h.chrome(c, a.Name), Header: h.header(c, a, tab)}
	if a.Public() {
		page.Chrome.Canonical, page.Chrome.Description = h.web.URL(a.Path()+tab), a.Purpose
	}
	q := threads.FeedQuery{Tab: threads.Latest, Networks: []int64{a.ID}}
	if len(a.Links.Kids) > 0 {
		below, err := h.networks.Descendants(ctx, v, a.ID)
		if err != nil {
			return page, err
		}
		for _, id := range below { // its own first: what is pinned there comes on top
			if id != a.ID {
				q.Networks = append(q.Networks, id)
			}
		}
	}
	page.Empty = parts.Empty{Title: "Nothing has been said here yet", Text: "A question you have today is a good start."}
	h.write(v, a, tab, &page)
	switch tab {
	case tabQuestions:
		q.Kinds = []threads.Kind{threads.Question}
		page.Empty = parts.Empty{Title: "No questions here yet", Text: "What would you like to know from the others?"}
	case tabPosts:
		q.Kinds = []threads.Kind{threads.Post}
		page.Empty = parts.Empty{Title: "No posts here yet", Text: "A network can have a blog of its own: what it did, learnt and decided, for whoever was not there."}
	}
	if a.Access != Open && !v.MemberOf(a.ID) {
		page.Empty = parts.Empty{Title: "For its members", Text: "What is written in a closed network is read by its members only. Ask to join, and the stewards decide."}
	}
	if page.WritePath != "" {
		page.Empty.Do = parts.Link{Text: page.WriteText, Path: page.WritePath}
		page.WritePath = ""
	}
	return page, h.list(c, a.Path()+tab, q, &page)
}

// list fills in the threads that q asks for, from the place that the address says.
func (h *Web) list(c *fiber.Ctx, path string, q threads.FeedQuery, page *views.ShowPage) (err error) {
	v := auth.ViewerOf(c)
	if q.Before, err = keyOf(c.Query("before")); err != nil {
		return err
	}
	if q.After, err = keyOf(c.Query("after")); err != nil {
		return err
	}
	feed, err := h.feed.Feed(c.UserContext(), v, q)
	if err != nil {
		return err
	}
	page.Pinned, page.Items = h.items(v, q, feed.Pinned), h.items(v, q, feed.Items)
	if feed.Newer != (threads.Key{}) {
		page.Pager.Previous = path + "?after=" + web.Cursor(feed.Newer.At, feed.Newer.ID)
	}
	if feed.Older != (threads.Key{}) {
		page.Pager.Next = path + "?before=" + web.Cursor(feed.Older.At, feed.Older.ID)
	}
	if len(page.Items)+len(page.Pinned) > 0 && page.Empty.Do.Path != "" {
		page.WritePath, page.WriteText = page.Empty.Do.Path, page.Empty.Do.Text
	}
	return nil
}

// items returns threads as lists show them, with the network of each that is not the one whose page it is.
func (h *Web) items(v auth.Viewer, q threads.FeedQuery, list []threads.Item) []parts.Item {
	out := h.shown.Items(v, list)
	for i, t := range list {
		if t.Network.ID == q.Networks[0] {
			out[i].Network.Path = ""
		}
	}
	return out
}

func keyOf(cursor string) (threads.Key, error) {
	if cursor == "" {
		return threads.Key{}, nil
	}
	at, id, err := web.ParseCursor(cursor)
	return threads.Key{At: at, ID: id}, err
}

// write offers members to write where they are, and everybody the blog where there is one.
func (h *Web) write(v auth.Viewer, a Around, tab string, page *views.ShowPage) {
	if tab == tabPosts && a.Blog != "" {
		page.Blog = parts.Link{Text: "Open the blog", Path: "/blog/" + a.Blog}
	}
	if !v.MemberOf(a.ID) || a.Finished() {
		return
	}
	switch {
	case tab == tabPosts && a.Blog != "":
		page.WritePath, page.WriteText = "/blog/"+a.Blog+"/write", "Write a post"
	case tab == tabPosts && a.Steward:
		page.WritePath, page.WriteText = "/blog/new", "Set up its blog"
	case tab == tabQuestions:
		page.WritePath, page.WriteText = "/write?kind=question&network="+url.QueryEscape(a.Slug), "Ask the network"
	case tab == tabThreads:
		page.WritePath, page.WriteText = "/write?kind=discussion&network="+url.QueryEscape(a.Slug), "Write to the network"
	}
}

// header returns what every tab of a network begins with.
func (h *Web) header(c *fiber.Ctx, a Around, tab string) views.Header {
	v := auth.ViewerOf(c)
	p := views.Header{
		Access: a.Access.word() + " network", PartOf: links(a.Links.Parents), Name: a.Name, Purpose: a.Purpose, Stewards: people(a.Stewards),
		Facts: facts(a), Active: h.web.Moment(a.ActiveAt), You: youAre(a.Entry), Tabs: tabs(a, tab),
		Lively: !a.Finished() && !a.ActiveAt.IsZero() && h.networks.now().Sub(a.ActiveAt) < lively,
	}
	if a.Public() {
		p.Access += ", public"
	}
	if a.Finished() {
		p.Finished = "This network finished its work on " + h.web.Date(a.FinishedAt) + ". What was said in it stays."
	}
	if v.SignedIn() {
		p.Follow = parts.Follow{Kind: "network", ID: a.ID, Name: a.Name, Return: a.Path(), On: a.Followed}
	}
	if a.Steward || v.Moderates() {
		p.EditPath = a.Path() + "/edit"
	}
	p.Doors = doors(v, a)
	return p
}

func facts(a Around) []string {
	list := []string{parts.Plural(a.People, "person", "people")}
	if a.Units > 1 {
		list = append(list, parts.Plural(a.Units, "unit", "units"))
	}
	if a.Partners > 0 {
		list = append(list, parts.Plural(a.Partners, "partner body", "partner bodies"))
	}
	return list
}

func tabs(a Around, now string) []parts.Tab {
	list := []parts.Tab{
		{Text: "What is going on", Path: tabThreads}, {Text: "Questions", Path: tabQuestions}, {Text: "Posts", Path: tabPosts},
		{Text: "People", Path: tabPeople, Count: a.People}, {Text: "About", Path: tabAbout}, {Text: "Networks", Path: tabNetworks},
	}
	for i, t := range list {
		list[i].Current = t.Path == now
		list[i].Path = a.Path() + t.Path
		if t.Path == tabPeople && a.Waiting > 0 {
			list[i].Text, list[i].Count = "People, "+strconv.Itoa(a.Waiting)+" waiting", 0
		}
	}
	return list
}

// doors are what v can do with a network as a whole, each with what will happen.
func doors(v auth.Viewer, a Around) []views.Door {
	switch {
	case a.State == Member:
		return []views.Door{leave(a)}
	case a.State == Requested:
		return []views.Door{{Text: "Take it back", Path: a.Path() + "/leave", Alt: true, Then: "The stewards decide. You are a member as soon as one of them accepts."}}
	case a.Finished():
		return nil
	case !v.SignedIn():
		return []views.Door{{Text: "Sign in to join", Path: web.SignInPath(a.Path()), Link: true, Then: "Members write, and read what is for members only."}}
	case a.State == Invited:
		return []views.Door{
			{Text: "Accept the invitation", Path: a.Path() + "/invitation/accept", Then: "You are a member at once."},
			{Text: "Decline", Path: a.Path() + "/invitation/decline", Alt: true, Then: "You can still ask another day."},
		}
	case a.Access == Open:
		return []views.Door{{Text: "Join", Path: a.Path() + "/join", Then: "You are a member at once: you write here, and what others write comes to your home page."}}
	}
	return []views.Door{{
		Text: "Ask to join", Path: a.Path() + "/request", Fold: true, Note: "A few words to the stewards", Again: "Send",
		Then: "The stewards see your name and what you write here, and decide. Until then nothing changes.",
	}}
}

func leave(a Around) views.Door {
	d := views.Door{Text: "Leave", Path: a.Path() + "/leave", Alt: true, Fold: true, Again: "Leave " + a.Name}
	switch a.Access {
	case Open:
		d.Then = "What you wrote stays. You no longer read what is for members only, and can join again at any time."
	case Closed:
		d.Then = "What you wrote stays. You no longer read what is written here, and would have to ask to come back."
	default:
		d.Then = "What you wrote stays. You no longer see this network at all, unless somebody invites you again."
	}
	return d
}

// About answers GET /networks/:slug/about.
func (h *Web) About(c *fiber.Ctx) error {
	a, err := h.networks.Visit(c.UserContext(), auth.ViewerOf(c), c.Params("slug"))
	if err != nil {
		return err
	}
	page := views.AboutPage{
		Chrome: h.chrome(c, "About "+a.Name), Header: h.header(c, a, tabAbout), AboutHTML: a.AboutHTML,
		Empty: parts.Empty{Text: "Nothing has been written about this network yet."},
		Facts: []views.Fact{{Name: "How people come in", Text: means(a.Network)}, {Name: "Who may know of it", Text: known(a.Network)}, {Name: "Since", Text: h.web.Date(a.CreatedAt)}},
	}
	if v := auth.ViewerOf(c); v.SignedIn() && (a.Access == Open || v.MemberOf(a.ID)) {
		page.BriefPath = "/brief?network=" + a.Slug
	}
	if a.Public() {
		page.Chrome.Canonical, page.Chrome.Description = h.web.URL(a.Path()+tabAbout), a.Purpose
	}
	if a.Steward {
		page.Empty.Do = parts.Link{Text: "Say who it is for and how you work", Path: a.Path() + "/edit"}
	}
	return web.Render(c, fiber.StatusOK, views.About(page))
}

func known(n Network) string {
	switch {
	case n.Access == Private:
		return "Its members, and whoever they invite."
	case n.Public():
		return "Everyone, signed in or not."
	}
	return "Everyone signed in."
}

// Sizes of the little drawing beside what is going on.
const (
	aroundWidth  = 280
	aroundHeight = 190
	aroundFlat   = 60 // when there are only one or two around it, beside each other
	aroundMost   = 12 // networks around the one in the middle
)

// around fills in what stands beside the threads of a network: the networks near it, and who is missing.
func (h *Web) around(c *fiber.Ctx, a Around, page *views.ShowPage) error {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	if err := h.networks.Neighbours(ctx, v, &a); err != nil {
		return err
	}
	page.AllPath, page.MapPath = a.Path()+tabNetworks, mapPath
	page.AroundTo, page.Around = neighbours(a)
	missing, err := h.networks.Missing(ctx, v, a.Network)
	if err != nil {
		return err
	}
	for _, m := range missing {
		one := views.Missing{
			Unit: parts.Link{Text: m.Name, Path: "/units/" + strconv.FormatInt(m.Unit, 10)},
			Why:  fmt.Sprintf("%d threads about the same topics come from there.", m.Threads),
		}
		if a.Steward {
			one.InvitePath = a.Path() + tabPeople + "#invite"
		}
		page.Missing = append(page.Missing, one)
	}
	return nil
}

// neighbours returns the networks around one as a list and as a drawing: what it has joined above, what has joined it below, and
// between them those that share people.
func neighbours(a Around) ([]views.Near, views.Diagram) {
	var list []views.Near
	seen := map[int64]bool{a.ID: true}
	var edges []bool // whether the line to each is for shared people
	add := func(n Network, why string, shared bool) {
		if !seen[n.ID] && len(list) < aroundMost {
			seen[n.ID] = true
			list = append(list, views.Near{Name: n.Name, Path: n.Path(), Why: why})
			edges = append(edges, shared)
		}
	}
	for _, n := range a.Links.Parents {
		add(n.Network, "This network is part of it", false)
	}
	for _, n := range a.Links.Kids {
		add(n.Network, "Part of this network", false)
	}
	for _, n := range a.Shared {
		add(n.Network, parts.Plural(n.People, "person", "people")+" in both", true)
	}
	if len(list) == 0 {
		return nil, views.Diagram{}
	}
	return list, star(a.Name, list, edges)
}
