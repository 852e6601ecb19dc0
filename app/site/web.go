package site

import (
	"bufio"
	"bytes"
	"context"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/threads"
	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/views/layout"
	"watercooler/views/parts"
	views "watercooler/views/site"
)

// Web answers the requests about the site.
type Web struct {
	site  *Service
	feed  *threads.Service // lists what is public
	shown *threads.Web     // shows it as every list does
	web   *web.Web
	log   *slog.Logger
	lists *front
}

// NewWeb returns the handlers for s, with the threads that feed lists and shown shows.
func NewWeb(s *Service, feed *threads.Service, shown *threads.Web, w *web.Web, log *slog.Logger) *Web {
	return &Web{site: s, feed: feed, shown: shown, web: w, log: log, lists: newFront(s.db)}
}

// How much of each the page for strangers shows.
const (
	frontThreads  = 8
	frontPosts    = 4
	frontNetworks = 6
	frontTopics   = 12
)

// Front answers GET / for somebody signed out; whoever is signed in goes on to their own home.
func (h *Web) Front(c *fiber.Ctx) error {
	if auth.ViewerOf(c).SignedIn() {
		return c.Next()
	}
	lists, err := h.lists.get(h.site.now(), func() (frontLists, error) { return h.frontLists(c.UserContext()) })
	if err != nil {
		return err
	}
	page := h.front(c)
	page.Items, page.Posts, page.Networks, page.Topics = lists.items, lists.posts, lists.networks, lists.topics
	return web.Render(c, fiber.StatusOK, views.Front(page))
}

// front returns the page for strangers without what it lists.
func (h *Web) front(c *fiber.Ctx) views.FrontPage {
	page := views.FrontPage{Chrome: h.web.Chrome(c, "What we share in public"), SignIn: web.SignInPath("/")}
	page.Chrome.Nav = "home"
	page.Heading = "What we ask, learn and write about"
	page.Chrome.Description = "Questions, answers and posts that people share in public."
	if page.Chrome.Hub != "" {
		page.Chrome.Title = page.Chrome.Hub + " in public"
		page.Heading = "What we ask, learn and write about at " + page.Chrome.Hub
		page.Chrome.Description = "Questions, answers and posts that people at " + page.Chrome.Hub + " share in public."
	}
	page.Chrome.Canonical = h.web.URL("/")
	page.Chrome.Feeds = []layout.FeedLink{
		{Title: "Public posts", Type: layout.AtomFeed, Href: "/feed.atom"}, {Title: "Public posts", Type: layout.JSONFeed, Href: "/feed.json"},
	}
	page.Empty = parts.Empty{
		Title: "Nothing here is public yet", Text: "Sign in to see what people who work here share with one another.",
		Do: parts.Link{Text: "Sign in", Path: page.SignIn},
	}
	return page
}

// public lets everybody keep an answer for an hour: it is the same for all.
func public(c *fiber.Ctx, contentType string) {
	c.Set(fiber.HeaderContentType, contentType)
	c.Set(fiber.HeaderCacheControl, "public, max-age=3600")
}

// robots is what programs that visit pages are asked. What needs a session is left out because there is nothing for them
// behind it, and searching because each question makes another page.
const robots = `User-agent: *
Disallow: /admin
Disallow: /api/
Disallow: /blog/drafts
Disallow: /blog/preview/
Disallow: /blog/readers/
Disallow: /drafts
Disallow: /following
Disallow: /link/
Disallow: /people
Disallow: /search
Disallow: /settings
Disallow: /sign-in
Disallow: /similar
Disallow: /suggest
Disallow: /units/
Disallow: /welcome
Disallow: /write
Allow: /
`

// Robots answers GET /robots.txt.
func (h *Web) Robots(c *fiber.Ctx) error {
	public(c, fiber.MIMETextPlainCharsetUTF8)
	if h.site.cfg.Sample {
		return c.SendString("# A sample hub: its people do not exist.\nUser-agent: *\nDisallow: /\n")
	}
	return c.SendString(robots + "\nSitemap: " + h.web.URL("/sitemap.xml") + "\n")
}

// SitemapIndex answers GET /sitemap.xml.
func (h *Web) SitemapIndex(c *fiber.Ctx) error {
	maps, err := h.site.maps(c.UserContext())
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := h.site.writeIndex(bufio.NewWriter(&b), maps); err != nil {
		return err
	}
	public(c, fiber.MIMEApplicationXMLCharsetUTF8)
	return c.Send(b.Bytes())
}

// streamTime bounds the writing of one sitemap: the request's own deadline ends when its handler returns.
const streamTime = time.Minute

// Sitemap answers GET /sitemap/:kind/:n.xml. A map without pages does not exist.
func (h *Web) Sitemap(c *fiber.Ctx) error {
	kind := c.Params("kind")
	n, err := strconv.ParseInt(c.Params("n"), 10, 32)
	if err != nil || n < 1 {
		return errNoPage
	}
	first, err := h.site.pages(c.UserContext(), kind, n, 0)
	if err != nil {
		return err
	}
	if len(first) == 0 {
		return errNoPage
	}
	public(c, fiber.MIMEApplicationXMLCharsetUTF8)
	ctx := context.WithoutCancel(c.UserContext())
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		ctx, cancel := context.WithTimeout(ctx, streamTime)
		defer cancel()
		if err := h.site.writeMap(ctx, w, kind, n, first); err != nil {
			h.log.WarnContext(ctx, "sitemap not finished", "err", err, "kind", kind)
		}
	})
	return nil
}

// securityLife is how long a reader may rely on security.txt; RFC 9116 wants less than a year.
const securityLife = 180 * 24 * time.Hour

// Security answers GET /.well-known/security.txt as RFC 9116 has it, where somebody is named to report to.
func (h *Web) Security(c *fiber.Ctx) error {
	contact := h.site.cfg.Security
	if contact == "" {
		return errNoPage
	}
	if !strings.HasPrefix(contact, "https://") {
		contact = "mailto:" + contact
	}
	public(c, fiber.MIMETextPlainCharsetUTF8)
	expires := h.site.now().UTC().Truncate(24 * time.Hour).Add(securityLife)
	return c.SendString("Contact: " + contact + "\nExpires: " + expires.Format(time.RFC3339) +
		"\nPreferred-Languages: en\nCanonical: " + h.web.URL("/.well-known/security.txt") + "\n")
}

// Statement answers GET /site/:statement.
func (h *Web) Statement(c *fiber.Ctx) error {
	st, err := h.site.Find(c.UserContext(), c.Params("statement"))
	if err != nil {
		return err
	}
	page := views.StatementPage{Chrome: h.chrome(c, st), Heading: st.Title, HTML: st.HTML}
	page.Chrome.Canonical = h.web.URL(st.Path())
	if !st.Original {
		page.Changed = h.web.Moment(st.ChangedAt)
	}
	if keeper(auth.ViewerOf(c)) == nil {
		page.EditPath = st.Path() + "/edit"
	}
	return web.Render(c, fiber.StatusOK, views.Statement(page))
}

func (h *Web) chrome(c *fiber.Ctx, st Statement) layout.Chrome { return h.web.Chrome(c, st.Title) }

// EditForm answers GET /site/:statement/edit.
func (h *Web) EditForm(c *fiber.Ctx) error {
	if err := keeper(auth.ViewerOf(c)); err != nil {
		return err
	}
	st, err := h.site.Find(c.UserContext(), c.Params("statement"))
	if err != nil {
		return err
	}
	return h.form(c, fiber.StatusOK, st, st.Body, nil)
}

// Edit answers POST /site/:statement/edit.
func (h *Web) Edit(c *fiber.Ctx) error {
	f, slug := web.FormOf(c), c.Params("statement")
	body := f.Text("body")
	var since time.Time
	if us := f.ID("since"); us != 0 {
		since = time.UnixMicro(us)
	}
	err := h.site.Edit(c.UserContext(), auth.ViewerOf(c), slug, body, since)
	if problems, ok := web.ProblemsOf(err); ok {
		st, found := h.site.Find(c.UserContext(), slug)
		if found != nil {
			return found
		}
		return h.form(c, web.StatusOf(err), st, body, problems)
	}
	if err != nil {
		return err
	}
	h.web.Flash(c, "The statement is saved.")
	return web.SeeOther(c, Statement{Slug: slug}.Path())
}

// Restore answers POST /site/:statement/restore.
func (h *Web) Restore(c *fiber.Ctx) error {
	slug := c.Params("statement")
	if err := h.site.Restore(c.UserContext(), auth.ViewerOf(c), slug); err != nil {
		return err
	}
	h.web.Flash(c, "The text that came with the hub is back.")
	return web.SeeOther(c, Statement{Slug: slug}.Path())
}

func (h *Web) form(c *fiber.Ctx, status int, st Statement, body string, problems parts.Problems) error {
	page := views.EditPage{
		Chrome: h.chrome(c, st), Heading: "Edit “" + st.Title + "”", Action: st.Path() + "/edit", CancelPath: st.Path(), Body: body, Problems: problems,
	}
	page.Chrome.Title = page.Heading
	if !st.Original {
		page.RestorePath = st.Path() + "/restore"
		page.Since = strconv.FormatInt(st.ChangedAt.UnixMicro(), 10)
		page.ChangedBy, page.Changed = st.ChangedBy, h.web.Moment(st.ChangedAt)
	}
	return web.Render(c, status, views.Edit(page))
}
