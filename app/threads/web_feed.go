package threads

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/views/parts"
	views "watercooler/views/threads"
)

// list is one of the lists of threads and what its page says.
type list struct {
	tab         Tab
	path, title string
	nav         string
	empty       parts.Empty
}

var ask = parts.Link{Text: "Ask a question", Path: "/write?kind=question"}

var lists = []list{
	{ForYou, "/", "For you", "home", parts.Empty{
		Title: "Nothing here yet", Text: "Follow a few topics and people, and what is written by them and about them comes to this page.",
		Do: parts.Link{Text: "Choose topics to follow", Path: "/topics"},
	}},
	{Latest, "/latest", "Latest", "discussions", parts.Empty{
		Title: "Nothing has been said yet", Text: "Somebody has to be the first. A question you have today is a good start.", Do: ask,
	}},
	{Unanswered, "/unanswered", "Unanswered", "discussions", parts.Empty{
		Title: "Every question has a reply", Text: "Come back another day, or ask something yourself.", Do: ask,
	}},
	{Following, "/following", "Following", "home", parts.Empty{
		Title: "You follow no threads", Text: "Press Follow on a thread to find it here. What you start yourself is followed from the beginning.",
		Do: parts.Link{Text: "See the latest", Path: "/latest"},
	}},
}

func listOf(tab Tab) list {
	for _, l := range lists {
		if l.tab == tab {
			return l
		}
	}
	return lists[0]
}

// shown are the kinds a list can be narrowed to.
var shown = []struct {
	kind Kind
	text string
}{{"", "Everything"}, {Question, "Questions"}, {Discussion, "Discussions"}, {Post, "Blog posts"}, {Decision, "Decisions"}}

// shownKind is the kind that an address narrows a list to, "" for none. Unanswered are questions anyway.
func shownKind(c *fiber.Ctx, l list) Kind {
	for _, s := range shown[1:] {
		if l.tab != Unanswered && c.Query("kind") == string(s.kind) {
			return s.kind
		}
	}
	return ""
}

// of is the address of l narrowed to a kind.
func (l list) of(kind Kind) string {
	if kind == "" {
		return l.path
	}
	return l.path + "?kind=" + string(kind)
}

// kinds are the views of l by kind.
func (l list) kinds(current Kind) []parts.Tab {
	if l.tab == Unanswered {
		return nil
	}
	tabs := make([]parts.Tab, len(shown))
	for i, s := range shown {
		tabs[i] = parts.Tab{Text: s.text, Path: l.of(s.kind), Current: s.kind == current}
	}
	return tabs
}

// Home answers GET /: For you, and for people who are not signed in the latest of what is public.
func (h *Web) Home(c *fiber.Ctx) error {
	if !auth.ViewerOf(c).SignedIn() {
		l := listOf(Latest)
		l.path, l.nav = "/", "home"
		l.empty = parts.Empty{Title: "Nothing here is public yet", Text: "Sign in to see what people who work here share with one another.",
			Do: parts.Link{Text: "Sign in", Path: "/sign-in"}}
		return h.feed(c, l)
	}
	return h.feed(c, listOf(ForYou))
}

// Latest answers GET /latest.
func (h *Web) Latest(c *fiber.Ctx) error { return h.feed(c, listOf(Latest)) }

// Unanswered answers GET /unanswered.
func (h *Web) Unanswered(c *fiber.Ctx) error { return h.feed(c, listOf(Unanswered)) }

// Following answers GET /following.
func (h *Web) Following(c *fiber.Ctx) error { return h.feed(c, listOf(Following)) }

func (h *Web) feed(c *fiber.Ctx, l list) error {
	in := FeedQuery{Tab: l.tab}
	kind := shownKind(c, l)
	if kind != "" {
		in.Kinds = []Kind{kind}
		l.empty = parts.Empty{Title: "Nothing of this kind here yet", Text: "Look at the other kinds as well.", Do: parts.Link{Text: "Show everything", Path: l.path}}
	}
	var err error
	if in.Before, err = keyIn(c, "before"); err != nil {
		return err
	}
	if in.After, err = keyIn(c, "after"); err != nil {
		return err
	}
	feed, err := h.threads.Feed(c.UserContext(), auth.ViewerOf(c), in)
	if err != nil {
		return err
	}
	page := h.feedPage(c, l, kind, feed)
	if err := h.dress(c, l, &page); err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, views.Feed(page))
}

func (h *Web) feedPage(c *fiber.Ctx, l list, kind Kind, feed Feed) views.FeedPage {
	v, path := auth.ViewerOf(c), l.of(kind)
	items := feed.Items
	if len(feed.Pinned) > 0 {
		items = slices.Concat(feed.Pinned, items)
	}
	page := views.FeedPage{
		Chrome: h.chrome(c, l.title, l.nav), Heading: l.title, Items: h.Items(v, items), Empty: l.empty,
		Pager: parts.Pager{Previous: at(path, "after", feed.Newer), Next: at(path, "before", feed.Older)}, Kinds: l.kinds(kind),
	}
	if page.Pager.Previous != "" {
		page.Pager.First = path
	}
	if v.SignedIn() {
		for _, other := range lists {
			page.Tabs = append(page.Tabs, parts.Tab{Text: other.title, Path: other.path, Current: other.tab == l.tab})
		}
		return page
	}
	welcome(c, l, &page)
	return page
}

// welcome is what strangers find around a list: two tabs, and on the first page what this place is.
func welcome(c *fiber.Ctx, l list, page *views.FeedPage) {
	page.Tabs = []parts.Tab{
		{Text: "Latest", Path: l.path, Current: l.tab == Latest},
		{Text: "Unanswered", Path: "/unanswered", Current: l.tab == Unanswered},
	}
	if l.tab == Unanswered {
		page.Tabs[0].Path = "/latest"
	}
	if l.path != "/" {
		return
	}
	hub := page.Chrome.Hub
	if hub == "" {
		hub = "this hub"
	}
	page.Heading, page.Chrome.Title = "What people are talking about", "Home"
	page.About = &views.About{Hub: hub, SignInPath: web.SignInPath(c.OriginalURL())}
}

// dress adds what a person who is signed in finds around a list.
func (h *Web) dress(c *fiber.Ctx, l list, page *views.FeedPage) error {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	if !v.SignedIn() {
		return nil
	}
	desk, err := h.threads.Desk(ctx, v)
	if err != nil {
		return err
	}
	page.Places = places(l, desk)
	for _, t := range desk.Topics {
		page.FollowedTopics = append(page.FollowedTopics, parts.Link{Text: t.Name, Path: t.Path()})
	}
	for _, t := range desk.Suggested {
		page.Suggested = append(page.Suggested, parts.Follow{Kind: "topic", ID: t.ID, Name: t.Name, Return: l.path})
	}
	if l.tab != Unanswered { // there they are the list itself
		for _, item := range desk.Answerable {
			page.Answerable = append(page.Answerable, parts.SideThread{
				Title: item.Title, Path: item.Path(), Note: "Asked " + h.web.Moment(item.CreatedAt).Ago,
			})
		}
	}
	if l.tab != ForYou {
		return nil
	}
	page.Heading, page.Chrome.Title = h.greeting(v), "Home"
	page.Intro = "From the people, topics and units you follow, and from your own unit."
	week, err := h.threads.Week(ctx, v)
	if err != nil {
		return err
	}
	page.Week = weekSaid(week)
	if page.Reminders, err = h.reminded(c); err != nil || h.routing == nil {
		return err
	}
	page.Waiting, err = h.routing.Waiting(c)
	return err
}

// places are the lists one can go to from a list.
func places(l list, desk Desk) []parts.Tab {
	var tabs []parts.Tab
	for _, other := range lists {
		tab := parts.Tab{Text: other.title, Path: other.path, Current: other.tab == l.tab}
		if other.tab == Unanswered {
			tab.Count = desk.Unanswered
		}
		tabs = append(tabs, tab)
	}
	return append(tabs, parts.Tab{Text: "Drafts", Path: "/drafts", Count: desk.Drafts})
}

// weekSaid is "31 questions answered, half of them within 3 h 40 min." and what still waits; nil when there is nothing to say.
func weekSaid(w Week) *views.Week {
	if w.Answered == 0 && w.Open == 0 {
		return nil
	}
	said := &views.Week{Text: "No question answered yet.", Open: "Every question has a reply."}
	switch {
	case w.Answered == 1:
		said.Text = "1 question answered, after " + span(w.Typical) + "."
	case w.Answered > 1:
		said.Text = fmt.Sprintf("%s questions answered, half of them within %s.", parts.Thousands(w.Answered), span(w.Typical))
	}
	switch {
	case w.Open >= 100:
		said.Open = "100 or more wait for a first reply."
	case w.Open == 1:
		said.Open = "1 waits for a first reply."
	case w.Open > 1:
		said.Open = fmt.Sprintf("%d wait for a first reply.", w.Open)
	}
	return said
}

// span says how long something took, as people would: "35 min", "3 h 40 min", "2 days".
func span(d time.Duration) string {
	switch {
	case d < time.Hour:
		return fmt.Sprintf("%d min", max(1, int(d/time.Minute)))
	case d < 10*time.Hour && d%time.Hour >= time.Minute:
		return fmt.Sprintf("%d h %d min", int(d/time.Hour), int(d%time.Hour/time.Minute))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d/time.Hour))
	}
	return fmt.Sprintf("%d days", int(d/(24*time.Hour)))
}

// greeting is "Good morning, Priya" by the clock of the organisation.
func (h *Web) greeting(v auth.Viewer) string {
	part := "evening"
	switch hour := h.clock(h.threads.now()); {
	case hour >= "04" && hour < "12":
		part = "morning"
	case hour >= "12" && hour < "18":
		part = "afternoon"
	}
	first, _, _ := strings.Cut(v.Name, " ")
	if first == "" {
		return "Good " + part
	}
	return "Good " + part + ", " + first
}

// Items returns threads as lists show them, for every page that has such a list.
func (h *Web) Items(v auth.Viewer, items []Item) []parts.Item {
	out := make([]parts.Item, len(items))
	for i, t := range items {
		out[i] = parts.Item{
			Kind: string(t.Kind), Path: t.Path(), Title: t.Title, Excerpt: t.Excerpt, Author: Face(v, t.Author),
			Topics: chips(t.Topics), At: h.web.Moment(t.ActiveAt), Replies: t.Replies, Votes: t.Votes,
			Answered: t.Accepted != 0, Closed: t.Closed(), Audience: narrower(t.Thread), Why: t.Why, Pinned: t.Pinned,
			Superseded: t.Superseded,
		}
		if t.Network.ID != 0 {
			out[i].Network = parts.Link{Text: t.Network.Name, Path: t.Network.Path()}
		}
	}
	return out
}

// narrower says who a thread in a list is for, unless it is for everyone signed in, which goes without saying.
func narrower(t Thread) string {
	switch {
	case t.Audience == auth.AudiencePublic:
		return "Public"
	case t.Audience == auth.AudienceHub:
		return ""
	case isNetwork(t.Audience):
		return "Members only"
	}
	return "Your organisation only"
}
