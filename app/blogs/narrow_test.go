package blogs_test

import (
	"net/url"
	"strings"
	"testing"

	"watercooler/app/blogs"
	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/auth"
)

// audiences returns who the posts and drafts called as they are now for, by title.
func (h *hub) audiences(t *testing.T) string {
	t.Helper()
	rows, err := h.db.Query(t.Context(), `
SELECT t.title || ' ' || t.audience
FROM threads t
UNION ALL
SELECT d.title || ' ' || d.audience
FROM post_drafts d
ORDER BY 1
LIMIT 100`)
	list, err := db.Collect(rows, err, db.One[string])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(list, ", ")
}

// TestNarrowing narrows blogs with posts that are for more people.
func TestNarrowing(t *testing.T) {
	for _, c := range []struct {
		name          string
		from, to      string
		posts, drafts []string // who they are for; each is called after that
		field         string   // that stands in the way of a confirmed change
		wider         int
		want          string // audiences afterwards
		events        string
	}{
		{"nothing in it", "public", "hub", nil, nil, "", 0, "", "blog.edited"},
		{"public to hub", "public", "hub", []string{"public", "hub", "org:1"}, []string{"public"}, "", 1,
			"hub hub, org:1 org:1, public hub, public hub", "thread.edited blog.edited"},
		{"public to an organisation", "public", "org:1", []string{"public", "hub", "org:1"}, []string{"hub", "org:1"}, "", 2,
			"hub org:1, hub org:1, org:1 org:1, org:1 org:1, public org:1", "thread.edited thread.edited blog.edited"},
		{"to an organisation that others wrote for theirs in", "hub", "org:1", []string{"hub", "org:2"}, nil, "audience", 1,
			"hub hub, org:2 org:2", ""},
		{"wider", "org:1", "public", []string{"org:1"}, []string{"org:1"}, "", 0, "org:1 org:1, org:1 org:1", "blog.edited"},
	} {
		t.Run(c.name, func(t *testing.T) {
			each(t, func(t *testing.T, h *hub) {
				b := h.blog(t, gwen, c.from)
				if _, err := h.AddAuthor(t.Context(), gwen, "gwen", "ivy"); err != nil {
					t.Fatal(err)
				}
				writer := map[string]auth.Viewer{"org:2": ivy}
				for _, audience := range c.posts {
					as, ok := writer[audience]
					if !ok {
						as = gwen
					}
					h.post(t, as, "gwen", audience, func(in *blogs.DraftInput) { in.Audience = audience })
				}
				for _, audience := range c.drafts {
					h.draft(t, gwen, "gwen", audience, func(in *blogs.DraftInput) { in.Audience = audience })
				}
				if _, wider, err := h.Published(t.Context(), b, c.to); err != nil || wider != c.wider {
					t.Errorf("posts that would become narrower: %d, %v, want %d", wider, err, c.wider)
				}
				in := blogs.Settings{Name: "Gwen writes", Audience: c.to}
				before := h.audiences(t)
				if _, err := h.Edit(t.Context(), gwen, "gwen", in); c.wider > 0 && (fields(err) == "" || h.audiences(t) != before) {
					t.Errorf("not confirmed: got %v, with %s", err, h.audiences(t))
				}
				h.events(t)
				in.Narrow = true
				if _, err := h.Edit(t.Context(), gwen, "gwen", in); fields(err) != c.field {
					t.Errorf("confirmed: got %v", err)
				}
				if got := h.audiences(t); got != c.want {
					t.Errorf("afterwards: got %s, want %s", got, c.want)
				}
				if got := h.events(t); got != c.events {
					t.Errorf("events: got %q, want %q", got, c.events)
				}
			})
		})
	}
}

// TestNarrowingIsConfirmed narrows a blog with its form.
func TestNarrowingIsConfirmed(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		f := h.server(t)
		h.blog(t, gwen, "public")
		h.post(t, gwen, "gwen", "Open to all")
		h.post(t, gwen, "gwen", "Open, too")
		if page := ask(t, f, "gwen", "/blog/gwen/settings", nil); page.status != 200 || page.doc.Find("#f-narrow").Length() != 0 {
			t.Errorf("the form as it is: status %d", page.status)
		}
		form := url.Values{"name": {"Gwen writes"}, "audience": {"hub"}}
		asked := ask(t, f, "gwen", "/blog/gwen/settings", form)
		if asked.status != 422 || asked.doc.Find(`[role=alert] a[href="#f-narrow"]`).Length() != 1 || !strings.Contains(asked.doc.Find("#f-narrow label").Text(), "2 posts") ||
			asked.doc.Find("input[name=audience][value=hub][checked]").Length() != 1 {
			t.Errorf("not confirmed: status %d\n%s", asked.status, asked.body)
		}
		if post := ask(t, f, "", "/blog/gwen/open-to-all", nil); post.status != 200 {
			t.Errorf("until then: status %d", post.status)
		}
		form.Set("narrow", "1")
		if done := ask(t, f, "gwen", "/blog/gwen/settings", form); done.status != 303 {
			t.Errorf("confirmed: status %d\n%s", done.status, done.body)
		}
		if post := ask(t, f, "", "/blog/gwen/open-to-all", nil); post.status != 404 {
			t.Errorf("afterwards, signed out: status %d", post.status)
		}
		if post := ask(t, f, "cora", "/blog/gwen/open-to-all", nil); post.status != 200 {
			t.Errorf("afterwards, a colleague: status %d", post.status)
		}
	})
}

// TestLongPreview looks at a draft longer than a reply may be, which mentions somebody.
func TestLongPreview(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		long := "## What @ben found\n\nAsk @ben. " + strings.Repeat("A great deal more. ", 2000)
		html, err := h.Preview(t.Context(), long)
		if err != nil || strings.Count(html, `href="/people/ben"`) == 0 || !strings.Contains(html, "<h2") {
			t.Errorf("got %v, %.200s", err, html)
		}
		_, err = h.Preview(t.Context(), strings.Repeat("x", 300_000))
		kind(t, "too long", err, errs.Invalid)
	})
}
