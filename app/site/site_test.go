package site_test

import (
	"context"
	"encoding/xml"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"
	"github.com/mmcdole/gofeed"

	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/site"
	"watercooler/app/threads"
	"watercooler/app/web"
	"watercooler/auth"
)

var noon = time.Date(2027, 3, 4, 12, 0, 0, 0, time.UTC)

// hub is the site of one hub, with its routes. Person 1 is its administrator, 2 is not.
type hub struct {
	db     *db.DB
	now    time.Time
	routes *fiber.App
}

func each(t *testing.T, cfg site.Config, test func(t *testing.T, h *hub)) {
	t.Helper()
	backends.Each(t, func(t *testing.T, d *db.DB) {
		h := &hub{db: d, now: noon}
		now := func() time.Time { return h.now }
		cfg.BaseURL = "https://hub.example"
		if cfg.Hub == nil {
			cfg.Hub = func() string { return "Tamarshire <County> Council" }
		}
		s, err := site.New(d, cfg, now)
		if err != nil {
			t.Fatal(err)
		}
		w, err := web.New(web.Config{BaseURL: cfg.BaseURL, Hub: cfg.Hub, Now: now})
		if err != nil {
			t.Fatal(err)
		}
		h.exec(t, `INSERT INTO organisations (name, slug, home, created_at) VALUES ('Devon', 'devon', TRUE, 1)`)
		for _, name := range []string{"ada", "gwen"} {
			h.exec(t, `INSERT INTO people (organisation_id, handle, name, sort_name, created_at, updated_at) VALUES (1, $1, $2, $3, 1, 1)`, name, name, name)
		}
		viewers := map[string]auth.Viewer{"": auth.Public, "ada": auth.ForPerson(1, 1, 1, true, auth.Admin), "gwen": auth.ForPerson(2, 2, 1, true, auth.Moderator)}
		feed := threads.New(d, nil, now)
		pages := site.NewWeb(s, feed, threads.NewWeb(feed, w, nil, nil, nil), w, slog.New(slog.DiscardHandler))
		f := fiber.New(fiber.Config{Immutable: true, ErrorHandler: w.ErrorHandler})
		f.Use(func(c *fiber.Ctx) error {
			auth.SetViewer(c, viewers[c.Get("X-As")])
			return c.Next()
		})
		f.Get("/", pages.Front, func(c *fiber.Ctx) error { return c.SendString("home") })
		f.Get("/robots.txt", pages.Robots)
		f.Get("/sitemap.xml", pages.SitemapIndex)
		f.Get("/sitemap/:kind/:n.xml", pages.Sitemap)
		f.Get("/.well-known/security.txt", pages.Security)
		f.Get("/topics/:slug/feed.atom", pages.TopicFeed)
		f.Get("/networks/:slug/feed.atom", pages.NetworkFeed)
		f.Get("/site/:statement", pages.Statement)
		f.Get("/site/:statement/edit", pages.EditForm)
		f.Post("/site/:statement/edit", pages.Edit)
		f.Post("/site/:statement/restore", pages.Restore)
		h.routes = f
		test(t, h)
	})
}

func (h *hub) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	backends.Exec(t, h.db, statement, args...)
}

// thread adds a thread with an id of its own.
func (h *hub) thread(t *testing.T, id int, kind, audience string) {
	t.Helper()
	h.exec(t, `
		INSERT INTO threads (id, kind, title, body, body_html, excerpt, renderer, author_id, audience, created_at, active_at)
		VALUES ($1, $2, $3, '', '', '', 1, 2, $4, $5, $5)`, id, kind, fmt.Sprint(audience, " ", kind, " ", id), audience, db.Micros(noon.Add(time.Duration(id)*time.Second)))
}

func (h *hub) ask(t *testing.T, as, method, path, form string) (status int, body string, header func(string) string) {
	t.Helper()
	req := httptest.NewRequestWithContext(context.WithoutCancel(t.Context()), method, path, strings.NewReader(form))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-As", as)
	res, err := h.routes.Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(raw), res.Header.Get
}

func (h *hub) get(t *testing.T, path string) (status int, body string) {
	t.Helper()
	status, body, _ = h.ask(t, "", "GET", path, "")
	return status, body
}

func TestRobotsAndSecurity(t *testing.T) {
	cases := []struct {
		name   string
		cfg    site.Config
		path   string
		status int
		want   []string
		not    string
	}{
		{"robots", site.Config{}, "/robots.txt", 200, []string{"Disallow: /search\n", "Allow: /\n", "Sitemap: https://hub.example/sitemap.xml\n"}, "Disallow: /\n"},
		{"robots of the sample hub", site.Config{Sample: true}, "/robots.txt", 200, []string{"Disallow: /\n"}, "Sitemap"},
		{"nobody to report to", site.Config{}, "/.well-known/security.txt", 404, nil, "Contact:"},
		{"an address to report to", site.Config{Security: "security@hub.example"}, "/.well-known/security.txt", 200,
			[]string{"Contact: mailto:security@hub.example\n", "Expires: 2027-08-31T00:00:00Z\n", "Canonical: https://hub.example/.well-known/security.txt\n"}, ""},
		{"a page to report on", site.Config{Security: "https://hub.example/report"}, "/.well-known/security.txt", 200, []string{"Contact: https://hub.example/report\n"}, "mailto"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			each(t, c.cfg, func(t *testing.T, h *hub) {
				status, body := h.get(t, c.path)
				if status != c.status {
					t.Errorf("status %d, want %d", status, c.status)
				}
				for _, want := range c.want {
					if !strings.Contains(body, want) {
						t.Errorf("got\n%s\nwant %q in it", body, want)
					}
				}
				if c.not != "" && strings.Contains(body, c.not) {
					t.Errorf("got\n%s\nwant no %q in it", body, c.not)
				}
			})
		})
	}
}

// addresses returns the locations in a file of the sitemap protocol.
func addresses(t *testing.T, body string) (list []string) {
	t.Helper()
	var file struct {
		Entries []struct {
			Loc     string    `xml:"loc"`
			LastMod time.Time `xml:"lastmod"`
		} `xml:",any"`
	}
	if err := xml.Unmarshal([]byte(body), &file); err != nil {
		t.Fatalf("%v in\n%.400s", err, body)
	}
	for _, e := range file.Entries {
		if e.LastMod.IsZero() {
			t.Errorf("%s was never changed", e.Loc)
		}
		list = append(list, strings.TrimPrefix(e.Loc, "https://hub.example"))
	}
	return list
}

func TestSitemapsListWhatIsPublic(t *testing.T) {
	each(t, site.Config{}, func(t *testing.T, h *hub) {
		if status, body := h.get(t, "/sitemap.xml"); status != 200 || len(addresses(t, body)) != 0 {
			t.Errorf("empty hub: got %d %s, want an empty index", status, body)
		}
		for i, audience := range []string{"public", "hub", "org:1", "network:1", "network:2"} {
			h.thread(t, 1+i, "question", audience)
			h.thread(t, 20_001+i, "discussion", audience)
			h.thread(t, 101+i, "post", audience)
			h.exec(t, `INSERT INTO topics (slug, name, created_at) VALUES ($1, $2, 1)`, fmt.Sprint("topic-", i), audience)
			h.exec(t, `INSERT INTO thread_topics (thread_id, topic_id) VALUES ($1, $2)`, 1+i, 1+i)
		}
		h.thread(t, 10, "question", "public")
		h.exec(t, `UPDATE threads SET deleted_at = 1 WHERE id = 10`)
		for i, audience := range []string{"public", "hub", "network:3"} {
			h.exec(t, `INSERT INTO networks (slug, name, access, audience, created_at, updated_at) VALUES ($1, $2, 'open', $3, 1, 1)`, fmt.Sprint("network-", i), audience, audience)
		}
		blog := func(slug, kind string, owner int, audience string, launch any) {
			h.exec(t, `INSERT INTO blogs (slug, name, owner_kind, owner_id, audience, launch_at, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, 1, 1)`,
				slug, slug, kind, owner, audience, launch)
		}
		blog("ada", "person", 1, "public", nil)
		blog("gwen", "person", 2, "hub", nil)
		blog("unit", "unit", 1, "public", db.Micros(noon.Add(time.Hour))) // is being prepared
		blog("open", "network", 1, "public", nil)
		blog("inside", "network", 2, "public", nil) // of a network that is not public
		for i := range 5 {
			h.exec(t, `INSERT INTO posts (thread_id, blog_id, slug, published_at) VALUES ($1, 1, $2, 1)`, 101+i, fmt.Sprint("post-", i))
		}
		cases := []struct{ path, want string }{
			{"/sitemap.xml", "/sitemap/threads/1.xml /sitemap/threads/3.xml /sitemap/posts/1.xml /sitemap/blogs/1.xml /sitemap/networks/1.xml /sitemap/topics/1.xml"},
			{"/sitemap/threads/1.xml", "/threads/1"},
			{"/sitemap/threads/2.xml", "404"},
			{"/sitemap/threads/3.xml", "/threads/20001"},
			{"/sitemap/threads/0.xml", "404"},
			{"/sitemap/threads/x.xml", "404"},
			{"/sitemap/threads/99999999999.xml", "404"},
			{"/sitemap/people/1.xml", "404"},
			{"/sitemap/posts/1.xml", "/blog/ada/post-0"},
			{"/sitemap/blogs/1.xml", "/blog/ada /blog/open"},
			{"/sitemap/networks/1.xml", "/networks/network-0"},
			{"/sitemap/topics/1.xml", "/topics/topic-0"},
		}
		for _, c := range cases {
			status, body := h.get(t, c.path)
			got := fmt.Sprint(status)
			if status == 200 {
				got = strings.Join(addresses(t, body), " ")
			}
			if got != c.want {
				t.Errorf("%s: got %s, want %s", c.path, got, c.want)
			}
		}
		// What is signed in changes nothing: the answer is kept by whoever stands in between.
		if _, body, header := h.ask(t, "ada", "GET", "/sitemap/threads/1.xml", ""); len(addresses(t, body)) != 1 || !strings.HasPrefix(header("Cache-Control"), "public") {
			t.Errorf("as an administrator: got %s, kept %s", body, header("Cache-Control"))
		}
	})
}

func TestLargeSitemapIsWhole(t *testing.T) {
	each(t, site.Config{}, func(t *testing.T, h *hub) {
		h.exec(t, `
			INSERT INTO threads (id, kind, title, body, body_html, excerpt, renderer, author_id, audience, created_at, active_at)
			WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10500)
			SELECT i, 'question', 'Why?', '', '', '', 1, 2, CASE WHEN i % 3 = 0 THEN 'hub' ELSE 'public' END, 1, 1 FROM n`)
		for path, want := range map[string]int{"/sitemap/threads/1.xml": 6667, "/sitemap/threads/2.xml": 333} {
			status, body := h.get(t, path)
			if list := addresses(t, body); status != 200 || len(list) != want {
				t.Errorf("%s: got %d with %d addresses, want %d", path, status, len(list), want)
			}
		}
	})
}

func TestStatements(t *testing.T) {
	cfg := site.Config{Contact: "help@hub.example"}
	each(t, cfg, func(t *testing.T, h *hub) {
		for _, slug := range []string{"accessibility", "privacy", "cookies"} {
			status, body := h.get(t, "/site/"+slug)
			page, err := goquery.NewDocumentFromReader(strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			if text := page.Find("main").Text(); status != 200 || strings.ContainsAny(text, "{}") || page.Find(`main a[href="mailto:help@hub.example"]`).Length() == 0 {
				t.Errorf("%s: got %d, want every mark filled and the contact named\n%s", slug, status, text)
			}
			if page.Find(`link[rel=canonical][href="https://hub.example/site/`+slug+`"]`).Length() != 1 || page.Find("main a[href$=edit]").Length() != 0 {
				t.Errorf("%s: want a canonical address, and nothing to edit for strangers", slug)
			}
		}
		if _, body := h.get(t, "/site/privacy"); !strings.Contains(body, "Tamarshire &lt;County&gt; Council") {
			t.Error("the name of the organisation is not escaped")
		}
		cases := []struct {
			name, as, method, path, form string
			status                       int
			location                     string
			text                         string // of the page afterwards
		}{
			{name: "no such statement", path: "/site/kettles", status: 404},
			{name: "form for a moderator", as: "gwen", path: "/site/cookies/edit", status: 404},
			{name: "saved by a moderator", as: "gwen", method: "POST", path: "/site/cookies/edit", form: "body=Ours", status: 404},
			{name: "restored by a moderator", as: "gwen", method: "POST", path: "/site/cookies/restore", status: 404},
			{name: "no such statement to save", as: "ada", method: "POST", path: "/site/kettles/edit", form: "body=Ours", status: 404},
			{name: "empty", as: "ada", method: "POST", path: "/site/cookies/edit", form: "body=+", status: 422},
			{name: "too long", as: "ada", method: "POST", path: "/site/cookies/edit", form: "body=" + strings.Repeat("x", 20_001), status: 422},
			{name: "saved", as: "ada", method: "POST", path: "/site/cookies/edit", form: "body=" + url.QueryEscape("We at {organisation} <script>x</script> bake [ours](https://x.example/{contact}) for {contact}."), status: 303, location: "/site/cookies", text: "bake <a"},
			{name: "saved by somebody who had not seen that", as: "ada", method: "POST", path: "/site/cookies/edit", form: "body=Mine", status: 409, text: "bake <a"},
			{name: "form", as: "ada", path: "/site/cookies/edit", status: 200},
			{name: "saved again", as: "ada", method: "POST", path: "/site/cookies/edit", form: "body=Both&since=SEEN", status: 303, location: "/site/cookies", text: "Both"},
			{name: "restored", as: "ada", method: "POST", path: "/site/cookies/restore", status: 303, location: "/site/cookies", text: "wc_session"},
			{name: "restored twice", as: "ada", method: "POST", path: "/site/cookies/restore", status: 303, location: "/site/cookies", text: "wc_session"},
		}
		for _, c := range cases {
			method := c.method
			if method == "" {
				method = "GET"
			}
			status, body, header := h.ask(t, c.as, method, c.path, strings.ReplaceAll(c.form, "SEEN", h.seen(t)))
			if status != c.status || header("Location") != c.location {
				t.Errorf("%s: got %d to %q, want %d to %q\n%.600s", c.name, status, header("Location"), c.status, c.location, body)
			}
			if _, page := h.get(t, "/site/cookies"); !strings.Contains(page, c.text) {
				t.Errorf("%s: the page does not say %q", c.name, c.text)
			} else if strings.Contains(page, "<script>x") {
				t.Errorf("%s: the page has script in it", c.name)
			}
		}
		rows, err := h.db.Query(t.Context(), `SELECT e.verb FROM events e WHERE e.object_kind = 'statement' ORDER BY e.id LIMIT 10`)
		verbs, err := db.Collect(rows, err, db.One[string])
		if got := strings.Join(verbs, " "); err != nil || got != "statement.edited statement.edited statement.restored" {
			t.Errorf("got events %q, %v", got, err)
		}
	})
}

// seen is when the cookie page was changed, as its form says.
func (h *hub) seen(t *testing.T) string {
	t.Helper()
	_, body, _ := h.ask(t, "ada", "GET", "/site/cookies/edit", "")
	page, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return page.Find("input[name=since]").AttrOr("value", "")
}

func TestFront(t *testing.T) {
	each(t, site.Config{}, func(t *testing.T, h *hub) {
		read := func(as string) *goquery.Document {
			status, body, _ := h.ask(t, as, "GET", "/", "")
			if status != 200 {
				t.Fatalf("status %d", status)
			}
			page, err := goquery.NewDocumentFromReader(strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			return page
		}
		if text := read("").Find("main").Text(); !strings.Contains(text, "Nothing here is public yet") {
			t.Errorf("empty hub: got %s", text)
		}
		if text := read("gwen").Text(); text != "home" {
			t.Errorf("signed in: got %s, want their own home", text)
		}
		for i, audience := range []string{"public", "hub", "org:1", "network:1"} {
			h.thread(t, 1+i, "question", audience)
			h.thread(t, 101+i, "post", audience)
			h.exec(t, `INSERT INTO networks (slug, name, access, audience, created_at, updated_at) VALUES ($1, $2, 'open', $3, 1, 1)`, audience, "Network "+audience, audience)
			h.exec(t, `INSERT INTO topics (slug, name, created_at) VALUES ($1, $2, 1)`, audience, "Topic "+audience)
			h.exec(t, `INSERT INTO thread_topics (thread_id, topic_id) VALUES ($1, $2)`, 1+i, 1+i)
		}
		h.now = h.now.Add(2 * time.Second) // written behind the hub's back, which shows a moment later
		page := read("")
		text := page.Find("main").Text()
		for _, want := range []string{"public question 1", "public post 101", "Network public", "Topic public"} {
			if !strings.Contains(text, want) {
				t.Errorf("want %q on\n%s", want, text)
			}
		}
		for _, not := range []string{"hub ", "org:1", "network:1"} {
			if strings.Contains(strings.ReplaceAll(text, "this hub ", ""), not) {
				t.Errorf("want no %q on\n%s", not, text)
			}
		}
		if page.Find(`link[rel=canonical][href="https://hub.example/"]`).Length() != 1 || page.Find(`meta[name=robots]`).Length() != 0 {
			t.Error("search engines are kept away")
		}
	})
}

func TestFeedsOfPublicThreads(t *testing.T) {
	each(t, site.Config{}, func(t *testing.T, h *hub) {
		for i, audience := range []string{"public", "hub"} {
			h.exec(t, `INSERT INTO topics (slug, name, created_at) VALUES ($1, $1, 1)`, audience)
			h.exec(t, `INSERT INTO networks (slug, name, access, audience, created_at, updated_at) VALUES ($1, $1, 'open', $1, 1, 1)`, audience)
			h.thread(t, 1+i, "question", audience)
			h.exec(t, `INSERT INTO thread_topics (thread_id, topic_id) VALUES ($1, $2)`, 1+i, 1+i)
		}
		h.thread(t, 3, "question", "hub")
		h.exec(t, `INSERT INTO thread_topics (thread_id, topic_id) VALUES (3, 1)`)
		h.exec(t, `UPDATE threads SET network_id = 1`)
		cases := []struct{ path, want string }{
			{"/topics/public/feed.atom", "public question 1"},
			{"/topics/hub/feed.atom", "404"},
			{"/topics/kettles/feed.atom", "404"},
			{"/networks/public/feed.atom", "public question 1"},
			{"/networks/hub/feed.atom", "404"},
			{"/networks/kettles/feed.atom", "404"},
		}
		for _, c := range cases {
			for _, as := range []string{"", "ada"} { // the same for everybody
				status, body, header := h.ask(t, as, "GET", c.path, "")
				got := fmt.Sprint(status)
				if status == 200 {
					feed, err := gofeed.NewParser().ParseString(body)
					if err != nil {
						t.Fatalf("%s: %v\n%s", c.path, err, body)
					}
					got = ""
					for _, item := range feed.Items {
						got += item.Title
					}
					if header("Etag") == "" || header("Last-Modified") == "" {
						t.Errorf("%s: want an entity tag and a time", c.path)
					}
				}
				if got != c.want {
					t.Errorf("%s as %q: got %s, want %s", c.path, as, got, c.want)
				}
			}
		}
	})
}
