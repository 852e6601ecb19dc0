package blogs_test

import (
	"io"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"

	"watercooler/app/blogs"
	"watercooler/app/threads"
	"watercooler/app/web"
	"watercooler/auth"
)

// noTopics knows no topics.
type noTopics struct{ threads.TopicSource }

// server answers the routes of blogs as the viewer that header X-As names.
func (h *hub) server(t *testing.T) *fiber.App {
	t.Helper()
	now := func() time.Time { return h.now }
	w, err := web.New(web.Config{BaseURL: "https://hub.example", Now: now})
	if err != nil {
		t.Fatal(err)
	}
	viewers := map[string]auth.Viewer{"": public, "gwen": gwen, "ben": ben, "cora": cora}
	f := fiber.New(fiber.Config{Immutable: true, ErrorHandler: w.ErrorHandler})
	f.Use(func(c *fiber.Ctx) error {
		auth.SetViewer(c, viewers[c.Get("X-As")])
		return c.Next()
	})
	talk := threads.New(h.db, noTopics{}, now)
	pages := blogs.NewWeb(h.Service, talk, threads.NewWeb(talk, w, nil, nil, nil), w)
	f.Get("/blogs", pages.Index)
	f.Get("/blog/new", pages.SetUp)
	f.Post("/blog/new", pages.Create)
	f.Get("/blog/write", pages.Choose)
	f.Get("/blog/drafts/:id", pages.Draft)
	f.Post("/blog/drafts/:id", pages.SaveDraft)
	f.Post("/blog/drafts/:id/share", pages.Share)
	f.Get("/blog/preview/:secret", pages.Shared)
	f.Get("/blog/:blog", pages.Blog)
	f.Get("/blog/:blog/start", pages.Start)
	f.Get("/blog/:blog/settings", pages.Settings)
	f.Post("/blog/:blog/settings", pages.SaveSettings)
	f.Get("/blog/:blog/write", pages.Write)
	f.Post("/blog/:blog/write", pages.Begin)
	f.Get("/blog/:blog/:post", pages.Post)
	return f
}

// answer is what the server said.
type answer struct {
	status   int
	location string
	body     string
	doc      *goquery.Document
	header   func(name string) string
}

func ask(t *testing.T, f *fiber.App, as, path string, form url.Values, header ...string) answer {
	t.Helper()
	method, body := "GET", ""
	if form != nil {
		method, body = "POST", form.Encode()
	}
	req := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	req.Header.Set("X-As", as)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := f.Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header.Get("Location"), string(text), doc, res.Header.Get}
}

// TestNewcomer walks from the first step to a public post, with forms alone.
func TestNewcomer(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		f := h.server(t)
		if got := ask(t, f, "cora", "/blog/write", nil); got.location != "/blog/new" {
			t.Errorf("somebody without a blog: to %q, want the first step", got.location)
		}
		first := ask(t, f, "cora", "/blog/new", nil)
		owner, _ := first.doc.Find(`input[name=owner]`).Attr("value")
		second := ask(t, f, "cora", "/blog/new?owner="+url.QueryEscape(owner), nil)
		if slug, _ := second.doc.Find(`input[name=slug]`).Attr("value"); slug != "cora" {
			t.Errorf("the address offered: %q", slug)
		}
		form := url.Values{"owner": {owner}, "name": {""}, "slug": {"cora"}, "audience": {"public"}, "when": {"now"}}
		wrong := ask(t, f, "cora", "/blog/new", form)
		if wrong.status != 422 || wrong.doc.Find(`[role=alert] a[href="#f-name"]`).Length() != 1 {
			t.Errorf("without a name: status %d", wrong.status)
		}
		form.Set("name", "Cora writes")
		made := ask(t, f, "cora", "/blog/new", form)
		if made.status != 303 || made.location != "/blog/cora/start" {
			t.Fatalf("made: %d to %q\n%s", made.status, made.location, made.body)
		}
		start := ask(t, f, "cora", made.location, nil)
		template, _ := start.doc.Find(`a[href*="template=weeknote"]`).Attr("href")
		editor := ask(t, f, "cora", template, nil)
		if body := editor.doc.Find("textarea[name=body]").Text(); !strings.Contains(body, "## What we learnt") {
			t.Errorf("the template: %q", body)
		}
		published := ask(t, f, "cora", "/blog/cora/write", url.Values{"title": {"Weeknote: one"}, "body": {"A **good** week."}, "summary": {"In short."}, "audience": {"public"}, "do": {"publish"}})
		if published.status != 303 || published.location != "/blog/cora/weeknote-one" {
			t.Fatalf("published: %d to %q\n%s", published.status, published.location, published.body)
		}
		post := ask(t, f, "", published.location, nil)
		for selector, want := range map[string]string{
			`link[rel=canonical]`:                               "https://hub.example/blog/cora/weeknote-one",
			`meta[property="og:title"]`:                         "Weeknote: one",
			`meta[property="og:description"]`:                   "In short.",
			`meta[property="og:type"]`:                          "article",
			`meta[property="article:published_time"]`:           "2027-03-04T12:00:00Z",
			`link[rel=alternate][type="application/atom+xml"]`:  "https://hub.example/blog/cora/feed.atom",
			`link[rel=alternate][type="application/feed+json"]`: "https://hub.example/blog/cora/feed.json",
		} {
			found := post.doc.Find(selector)
			got, ok := found.Attr("href")
			if !ok {
				got, _ = found.Attr("content")
			}
			if got != want {
				t.Errorf("signed out, %s: got %q, want %q", selector, got, want)
			}
		}
		if post.status != 200 || post.doc.Find("h1").Text() != "Weeknote: one" || post.doc.Find(".long strong").Text() != "good" {
			t.Errorf("signed out: status %d\n%s", post.status, post.body)
		}
		for as, badges := range map[string]int{"": 0, "cora": 1} { // signed out, all there is is public
			list := ask(t, f, as, "/blogs", nil)
			if list.doc.Find(`h2 a[href="/blog/cora/weeknote-one"]`).Length() != 1 || list.doc.Find(".post-card .b").Length() != badges {
				t.Errorf("the list of blogs, as %q: %s", as, list.doc.Find(".feed").Text())
			}
		}
	})
}

// TestEditorLosesNothing saves from two windows, with mistakes and while writing.
func TestEditorLosesNothing(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		f := h.server(t)
		h.blog(t, gwen, "hub")
		begun := ask(t, f, "gwen", "/blog/gwen/write", url.Values{"title": {"Together"}, "body": {"First."}, "authors": {"ben"}, "do": {"save"}})
		theirs := ask(t, f, "ben", begun.location, url.Values{"revision": {"1"}, "title": {"Together"}, "body": {"By Ben."}, "authors": {"ben"}, "do": {"save"}})
		if theirs.status != 303 {
			t.Fatalf("the first to save: status %d\n%s", theirs.status, theirs.body)
		}
		mine := ask(t, f, "gwen", begun.location, url.Values{"revision": {"1"}, "title": {"Together"}, "body": {"By Gwen."}, "authors": {"ben"}, "do": {"publish"}})
		revision, _ := mine.doc.Find("input[name=revision]").Attr("value")
		if mine.status != 409 || strings.TrimSpace(mine.doc.Find("textarea[name=body]").Text()) != "By Gwen." || !strings.Contains(mine.doc.Find(".theirs").Text(), "By Ben.") || revision != "2" {
			t.Errorf("the second: status %d, revision %s\n%s", mine.status, revision, mine.body)
		}
		kept := ask(t, f, "gwen", begun.location+"?do=keep", url.Values{"revision": {"2"}, "title": {"Together"}, "body": {"By both."}, "authors": {"ben"}}, "HX-Request", "true")
		if next, _ := kept.doc.Find("input[name=revision][hx-swap-oob]").Attr("value"); kept.status != 200 || next != "3" || !strings.Contains(kept.body, "Saved 12:00") {
			t.Errorf("saved while writing: status %d, revision %s\n%s", kept.status, next, kept.body)
		}
		if late := ask(t, f, "gwen", begun.location+"?do=keep", url.Values{"revision": {"2"}, "title": {"Together"}, "body": {"Late."}}, "HX-Request", "true"); late.status != 409 || late.body == "Late." {
			t.Errorf("saved while writing, overtaken: status %d", late.status)
		}
		look := ask(t, f, "gwen", begun.location+"?do=look", url.Values{"revision": {"3"}, "body": {"Some *words*."}}, "HX-Request", "true")
		if look.status != 200 || look.doc.Find("em").Text() != "words" || look.doc.Find("main").Length() != 0 {
			t.Errorf("a look: status %d\n%s", look.status, look.body)
		}
		wrong := ask(t, f, "gwen", begun.location, url.Values{"revision": {"3"}, "title": {""}, "body": {"By both, at length."}, "do": {"publish"}})
		if wrong.status != 422 || wrong.doc.Find(`[role=alert] a[href="#f-title"]`).Length() != 1 || strings.TrimSpace(wrong.doc.Find("textarea[name=body]").Text()) != "By both, at length." {
			t.Errorf("without a title: status %d\n%s", wrong.status, wrong.body)
		}
		shared := ask(t, f, "gwen", begun.location+"/share", url.Values{})
		link := strings.TrimPrefix(shared.doc.Find("code.once").Text(), "https://hub.example")
		seen := ask(t, f, "", link, nil)
		if robots, _ := seen.doc.Find("meta[name=robots]").Attr("content"); seen.status != 200 || robots != "noindex" || seen.header("X-Robots-Tag") != "noindex" || !strings.Contains(seen.body, "By both, at length.") {
			t.Errorf("the link %q, signed out: status %d, robots %q", link, seen.status, robots)
		}
		if seen.doc.Find(`a[href^="/blog/drafts"]`).Length() != 0 {
			t.Error("the link shows a stranger the way to the editor")
		}
	})
}
