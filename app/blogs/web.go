package blogs

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/app/web"
	"watercooler/auth"
	views "watercooler/views/blogs"
	"watercooler/views/layout"
	"watercooler/views/parts"
)

// Web answers the requests about blogs.
type Web struct {
	blogs   *Service
	threads *threads.Service // knows what may be done with the thread of a post
	talk    *threads.Web     // shows the replies as every thread does
	web     *web.Web
	readers *Readers // nil when nobody can follow by e-mail
}

// NewWeb returns the handlers for s, with the conversations of t as talk shows them.
func NewWeb(s *Service, t *threads.Service, talk *threads.Web, w *web.Web) *Web {
	return &Web{blogs: s, threads: t, talk: talk, web: w}
}

func (h *Web) chrome(c *fiber.Ctx, title string) layout.Chrome {
	chrome := h.web.Chrome(c, title)
	chrome.Nav = "blogs"
	return chrome
}

const (
	indexPath  = "/blogs"
	azPath     = "/blogs?by=all"
	setUpPath  = "/blog/new"
	draftsPath = "/blog/drafts"
)

// Index answers GET /blogs: the latest posts, or with ?by= the directory.
func (h *Web) Index(c *fiber.Ctx) error {
	if by := c.Query("by"); by != "" {
		return h.directory(c, by)
	}
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	before, err := keyIn(c)
	if err != nil {
		return err
	}
	list, err := h.blogs.Posts(ctx, v, PostQuery{Before: before})
	if err != nil {
		return err
	}
	page := views.IndexPage{
		Chrome: h.chrome(c, "Blogs"), Tabs: indexTabs(true), Posts: h.cards(v, list.Posts, true), SignedIn: v.SignedIn(),
		Pager: pager(indexPath, before, list.Older),
		Empty: parts.Empty{Title: "Nothing is published yet", Text: "The first post is the hardest, and the shortest will do."},
	}
	page.Chrome.Canonical, page.Chrome.Description = h.web.URL(indexPath), "What people who run public services are working on, and what they learnt from it."
	if v.SignedIn() {
		page.Empty.Do = parts.Link{Text: "Write the first post", Path: "/blog/write"}
		if err := h.yours(c, &page); err != nil {
			return err
		}
	}
	return web.Render(c, fiber.StatusOK, views.Index(page))
}

func indexTabs(latest bool) []parts.Tab {
	return []parts.Tab{{Text: "Latest posts", Path: indexPath, Current: latest}, {Text: "A to Z", Path: azPath, Current: !latest}}
}

// yours fills in the blogs v writes in.
func (h *Web) yours(c *fiber.Ctx, page *views.IndexPage) error {
	v := auth.ViewerOf(c)
	list, err := h.blogs.Mine(c.UserContext(), v)
	if err != nil {
		return err
	}
	for _, b := range list {
		page.Yours = append(page.Yours, h.yoursOf(b))
		page.Drafts += b.Drafts
	}
	offers, err := h.blogs.Offers(c.UserContext(), v)
	for _, o := range offers {
		if o.Slug == "" {
			page.SetUpPath = setUpPath
		}
	}
	return err
}

func (h *Web) yoursOf(b Listed) views.Yours {
	y := views.Yours{Name: b.Name, Path: b.Path(), WritePath: b.Path() + "/write", Note: postsSaid(b.Posts)}
	if b.Drafts > 0 {
		y.Note += " · " + parts.Plural(b.Drafts, "draft", "drafts")
	}
	if b.Prepared {
		y.Note = "Opens on " + h.web.Clock(b.LaunchAt)
	}
	return y
}

func postsSaid(n int) string {
	if n == 0 {
		return "No posts yet"
	}
	return parts.Plural(n, "post", "posts")
}

// ownerKinds are the kinds of owners as the directory names them.
var ownerKinds = []struct{ kind, one, many string }{
	{OwnerPerson, "Person", "People"}, {OwnerUnit, "Unit", "Units"}, {OwnerNetwork, "Network", "Networks"},
}

func kindSaid(kind string) string {
	for _, k := range ownerKinds {
		if k.kind == kind {
			return k.one
		}
	}
	return ""
}

// directory shows blogs A to Z: all of them, or those of one kind of owner.
func (h *Web) directory(c *fiber.Ctx, by string) error {
	v := auth.ViewerOf(c)
	page := views.DirectoryPage{
		Chrome: h.chrome(c, "Blogs A to Z"), Tabs: indexTabs(false), Kinds: []parts.Tab{{Text: "All", Path: azPath, Current: true}},
		Empty: parts.Empty{Title: "No blogs here yet", Text: "Every person, unit and network can have one."},
	}
	kind := ""
	for _, k := range ownerKinds {
		if by == k.kind {
			kind, page.Kinds[0].Current = by, false
		}
		page.Kinds = append(page.Kinds, parts.Tab{Text: k.many, Path: "/blogs?by=" + k.kind, Current: by == k.kind})
	}
	after, _ := strconv.ParseInt(c.Query("after"), 10, 64) // no number is the beginning
	list, err := h.blogs.Directory(c.UserContext(), v, kind, after)
	if err != nil {
		return err
	}
	for _, b := range list.Blogs {
		page.Blogs = append(page.Blogs, h.entry(v, b))
	}
	page.Pager.NextText = "More"
	if list.Next != 0 {
		page.Pager.Next = fmt.Sprintf("/blogs?by=%s&after=%d", by, list.Next)
	}
	if v.SignedIn() {
		page.SetUpPath, page.Empty.Do = setUpPath, parts.Link{Text: "Set up a blog", Path: setUpPath}
	}
	return web.Render(c, fiber.StatusOK, views.Directory(page))
}

func (h *Web) entry(v auth.Viewer, b Listed) views.Entry {
	return views.Entry{
		Name: b.Name, Path: b.Path(), Description: b.Description, Owner: b.Owner.Name, Kind: kindSaid(b.Owner.Kind),
		Face: ownerFace(v, b.Owner), Posts: b.Posts, Audience: badge(v, b.Audience),
	}
}

// ownerFace is the face of a person's blog, nil for others.
func ownerFace(v auth.Viewer, o Owner) *parts.Person {
	if o.Kind != OwnerPerson {
		return nil
	}
	p := threads.Face(v, threads.Author{ID: o.ID, Handle: o.Slug, Name: o.Name, Photo: o.Photo})
	return &p
}

// Blog answers GET /blog/:blog.
func (h *Web) Blog(c *fiber.Ctx) error { return h.blog(c, func(Blog, *part) error { return nil }) }

// Month answers GET /blog/:blog/:year/:month.
func (h *Web) Month(c *fiber.Ctx) error {
	return h.blog(c, func(b Blog, p *part) error {
		year, errYear := strconv.Atoi(c.Params("year"))
		month, errMonth := strconv.Atoi(c.Params("month"))
		if errYear != nil || errMonth != nil || year < 1970 || year > 9999 || month < 1 || month > 12 {
			return errs.NotFoundf("There is no such month.")
		}
		p.query.Month = year*100 + month
		p.heading, p.path = monthSaid(p.query.Month), monthPath(b, p.query.Month)
		return nil
	})
}

// Series answers GET /blog/:blog/series/:series.
func (h *Web) Series(c *fiber.Ctx) error {
	return h.blog(c, func(b Blog, p *part) error {
		e, err := h.blogs.FindSeries(c.UserContext(), auth.ViewerOf(c), b, c.Params("series"))
		p.query.Series, p.heading, p.path = e.ID, "Series: "+e.Name, seriesPath(b.Slug, e)
		return err
	})
}

// part is the part of a blog that a page shows; the zero part is all of it.
type part struct {
	query         PostQuery
	heading, path string
}

func monthPath(b Blog, month int) string {
	return fmt.Sprintf("%s/%04d/%02d", b.Path(), month/100, month%100)
}

func monthSaid(month int) string {
	return time.Month(month%100).String() + " " + strconv.Itoa(month/100)
}

func seriesPath(blog string, e Series) string { return "/blog/" + blog + "/series/" + e.Slug }

// blog shows a blog, or the part of it that choose chooses.
func (h *Web) blog(c *fiber.Ctx, choose func(b Blog, p *part) error) error {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	b, err := h.blogs.Find(ctx, v, c.Params("blog"))
	if err != nil {
		return err
	}
	shown := part{path: b.Path(), query: PostQuery{Blog: b.ID}}
	if shown.query.Before, err = keyIn(c); err != nil {
		return err
	}
	if err := choose(b, &shown); err != nil {
		return err
	}
	list, err := h.blogs.Posts(ctx, v, shown.query)
	if err != nil {
		return err
	}
	if shown.query.Month != 0 && len(list.Posts) == 0 {
		return errs.NotFoundf("Nothing was published here in that month.")
	}
	page := h.blogPage(c, b, shown, list)
	if err := h.besideBlog(c, b, shown, &page); err != nil {
		return err
	}
	if page.ByEmail, err = h.readers.ByEmail(ctx, v, b); err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, views.Blog(page))
}

func (h *Web) blogPage(c *fiber.Ctx, b Blog, shown part, list PostPage) views.BlogPage {
	v := auth.ViewerOf(c)
	page := views.BlogPage{
		Chrome: h.chrome(c, b.Name), Name: b.Name, Path: b.Path(), Description: b.Description, Owner: parts.Link{Text: b.Owner.Name},
		OwnerKind: kindSaid(b.Owner.Kind), Face: ownerFace(v, b.Owner), Audience: audienceSaid(b.Audience), Heading: shown.heading,
		Posts: h.cards(v, list.Posts, false), Pager: pager(shown.path, shown.query.Before, list.Older),
		Empty: parts.Empty{Title: "Nothing is published here yet", Text: "Follow this blog to hear of its first post."},
	}
	if v.SignedIn() || b.Owner.Kind == OwnerNetwork && b.Audience == auth.AudiencePublic {
		page.Owner.Path = b.Owner.Path()
	}
	if shown.heading != "" {
		page.Chrome.Title = shown.heading + " · " + b.Name
	}
	if b.Audience == auth.AudiencePublic && !b.Prepared {
		page.AtomPath, page.JSONPath = feedPaths(b.Slug)
		page.Chrome.Feeds = h.feedLinks(b.Slug, b.Name)
		page.Chrome.Canonical, page.Chrome.Description = h.web.URL(shown.path), b.Description
	}
	h.blogDoors(v, b, &page)
	return page
}

// blogDoors fills in what v may do with a blog.
func (h *Web) blogDoors(v auth.Viewer, b Blog, page *views.BlogPage) {
	if v.SignedIn() && !b.Prepared && (b.Owner.Kind != OwnerPerson || b.Owner.ID != v.Person) {
		page.Follow = parts.Follow{Kind: "blog", ID: b.ID, Name: b.Name, Return: b.Path(), On: b.Followed}
	}
	if b.CanWrite {
		page.WritePath = b.Path() + "/write"
		page.Empty = parts.Empty{Title: "Nothing is published here yet", Text: "A few sentences are enough to begin with.", Do: parts.Link{Text: "Write the first post", Path: page.WritePath}}
	}
	if b.CanManage {
		page.ManagePath = b.Path() + "/settings"
	}
	if (b.CanWrite || b.CanKeep) && !b.Prepared {
		page.DraftsPath = draftsPath + "?blog=" + b.Slug
	}
	if b.Prepared {
		page.Prepared = "Only those who write here see it until it opens on " + h.web.Clock(b.LaunchAt) + "."
		if b.CanManage {
			page.LaunchPath = b.Path() + "/launch?now=1"
		}
	}
}

// feedPaths are the addresses of the feeds of a blog.
func feedPaths(blog string) (atom, json string) {
	return "/blog/" + blog + "/feed.atom", "/blog/" + blog + "/feed.json"
}

// feedLinks let a feed reader find the feeds of a blog.
func (h *Web) feedLinks(blog, name string) []layout.FeedLink {
	atom, json := feedPaths(blog)
	return []layout.FeedLink{
		{Title: name, Type: layout.AtomFeed, Href: h.web.URL(atom)}, {Title: name, Type: layout.JSONFeed, Href: h.web.URL(json)},
	}
}

// besideBlog fills in what stands beside the posts: archive, series, authors, and the drafts of a prepared blog.
func (h *Web) besideBlog(c *fiber.Ctx, b Blog, shown part, page *views.BlogPage) error {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	archive, err := h.blogs.Archive(ctx, v, b)
	if err != nil {
		return err
	}
	for _, m := range archive.Months {
		page.Months = append(page.Months, parts.Tab{Text: monthSaid(m.Month), Path: monthPath(b, m.Month), Count: m.Posts, Current: m.Month == shown.query.Month})
	}
	for _, e := range archive.Series {
		page.Series = append(page.Series, parts.Tab{Text: e.Name, Path: seriesPath(b.Slug, e.Series), Count: e.Posts, Current: e.ID == shown.query.Series})
	}
	if b.Prepared {
		drafts, err := h.blogs.Drafts(ctx, v, b)
		if err != nil {
			return err
		}
		page.Drafts = h.draftLines(v, drafts, false)
	}
	return nil
}

// keyIn reads the place in a list from the address.
func keyIn(c *fiber.Ctx) (k threads.Key, err error) {
	if s := c.Query("before"); s != "" {
		k.At, k.ID, err = web.ParseCursor(s)
	}
	return k, err
}

// pager leads on from one page of posts, and back to the first.
func pager(path string, before, older threads.Key) parts.Pager {
	p := parts.Pager{PreviousText: "Newest posts", NextText: "Older posts"}
	if before != (threads.Key{}) {
		p.Previous = path
	}
	if older != (threads.Key{}) {
		p.Next = path + "?before=" + web.Cursor(older.At, older.ID)
	}
	return p
}

// cards returns posts as lists show them, with their blog where it is not plain.
func (h *Web) cards(v auth.Viewer, posts []Post, named bool) []views.Card {
	out := make([]views.Card, len(posts))
	for i, p := range posts {
		out[i] = views.Card{
			Path: p.Path(), Title: p.Title, Lead: p.Lead(), Cover: coverPath(p.Cover), Authors: faces(v, p), At: h.web.Moment(p.PublishedAt),
			Minutes: p.Minutes, Replies: p.Replies, Audience: badge(v, p.Audience),
		}
		if named {
			out[i].Blog = parts.Link{Text: p.Blog.Name, Path: p.Blog.Path()}
		}
		if p.Series.ID != 0 {
			out[i].Series = "Series: " + p.Series.Name
		}
	}
	return out
}

// coverPath is the address of a cover, "" for none.
func coverPath(key string) string {
	if key == "" {
		return ""
	}
	return "/files/" + key
}

func faces(v auth.Viewer, p Post) []parts.Person {
	authors := p.Authors()
	out := make([]parts.Person, len(authors))
	for i, a := range authors {
		out[i] = threads.Face(v, a)
	}
	return out
}

// badge says who something in a list is for, unless that goes without saying: most of it is for everyone signed in, and all that
// somebody signed out sees is public.
func badge(v auth.Viewer, audience string) string {
	if audience == auth.AudienceHub || !v.SignedIn() {
		return ""
	}
	return audienceSaid(audience)
}

func audienceSaid(audience string) string {
	switch {
	case audience == auth.AudiencePublic:
		return "Public"
	case audience == auth.AudienceHub:
		return "Everyone signed in"
	case strings.HasPrefix(audience, "network:"):
		return "Members only"
	}
	return "Your organisation only"
}
