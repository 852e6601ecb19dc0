package topics_test

import (
	"cmp"
	"fmt"
	"io"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"watercooler/app/db"
	"watercooler/app/threads"
	"watercooler/app/topics"
	"watercooler/app/web"
	"watercooler/auth"
)

// server answers the routes of topics as the viewer that header X-As names, and counts statements.
func (h *hub) server(t *testing.T) (*fiber.App, *atomic.Int64) {
	t.Helper()
	now := func() time.Time { return noon }
	w, err := web.New(web.Config{Now: now})
	if err != nil {
		t.Fatal(err)
	}
	viewers := map[string]auth.Viewer{"": auth.Public, "gwen": member, "mo": moderator}
	var statements atomic.Int64
	f := fiber.New(fiber.Config{Immutable: true, ErrorHandler: w.ErrorHandler})
	f.Use(func(c *fiber.Ctx) error {
		ctx, n := db.CountQueries(c.UserContext())
		c.SetUserContext(ctx)
		auth.SetViewer(c, viewers[c.Get("X-As")])
		err := c.Next()
		statements.Store(n.Load())
		return err
	})
	feed := threads.New(h.db, nil, now)
	h.ReferredBy(feed)
	pages := topics.NewWeb(h.Service, feed, threads.NewWeb(feed, w, nil, nil, nil), nobodyKnows{}, w)
	f.Get("/topics", pages.List)
	f.Post("/topics", pages.Create)
	f.Get("/topics/new", pages.New)
	f.Get("/topics/:slug", pages.Show)
	f.Get("/topics/:slug/edit", pages.EditForm)
	f.Post("/topics/:slug/edit", pages.Edit)
	f.Get("/topics/:slug/merge", pages.MergeForm)
	f.Post("/topics/:slug/merge", pages.Merge)
	return f, &statements
}

func TestPages(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.add(t, "Open", "Inside < open")
		for i := range 40 {
			h.add(t, fmt.Sprint("Subject ", i))
		}
		for range 45 {
			h.thread(t, "public", 1)
			h.thread(t, "hub", 2)
		}
		f, statements := h.server(t)
		cases := []struct {
			name, as, method, path, form string
			status                       int
			location                     string
			most                         int64 // statements, with the list of topics in memory or not
		}{
			{name: "list", as: "gwen", path: "/topics", status: 200, most: 5},
			{name: "list, signed out", path: "/topics", status: 200, most: 5},
			{name: "topic", as: "gwen", path: "/topics/inside", status: 200, most: 8},
			{name: "topic with open threads, signed out", path: "/topics/open", status: 200, most: 8},
			{name: "topic without open threads, signed out", path: "/topics/inside", status: 404, most: 4},
			{name: "unanswered", as: "gwen", path: "/topics/inside?tab=unanswered", status: 200, most: 8},
			{name: "broken cursor", as: "gwen", path: "/topics/inside?before=!", status: 404, most: 4},
			{name: "no topic", as: "gwen", path: "/topics/nothing", status: 404, most: 4},
			{name: "posts", as: "gwen", path: "/topics/inside?tab=posts", status: 200, most: 8},
			{name: "people", as: "gwen", path: "/topics/inside?tab=people", status: 200, most: 8},
			{name: "people, signed out", path: "/topics/open?tab=people", status: 401, most: 5},
			{name: "people of a topic without open threads, signed out", path: "/topics/inside?tab=people", status: 404, most: 5},
			{name: "form for a new one", as: "mo", path: "/topics/new", status: 200, most: 3},
			{name: "form for a new one, member", as: "gwen", path: "/topics/new", status: 403, most: 0},
			{name: "form, signed out", path: "/topics/open/edit", status: 401, most: 0},
			{name: "form", as: "mo", path: "/topics/inside/edit", status: 200, most: 5},
			{name: "added", as: "mo", method: "POST", path: "/topics", form: "name=Rights+of+way&synonyms=paths%0D%0APROW&broader=open", status: 303, location: "/topics/rights-of-way", most: 20},
			{name: "added twice", as: "mo", method: "POST", path: "/topics", form: "name=prow", status: 422, most: 20},
			{name: "added by a member", as: "gwen", method: "POST", path: "/topics", form: "name=Mine", status: 403, most: 0},
			{name: "saved", as: "mo", method: "POST", path: "/topics/inside/edit", form: "name=Within", status: 303, location: "/topics/inside", most: 20},
			{name: "form for merging", as: "mo", path: "/topics/subject-1/merge", status: 200, most: 5},
			{name: "what comes of it", as: "mo", path: "/topics/subject-1/merge?into=subject+2", status: 200, most: 5},
			{name: "merging into nothing", as: "mo", path: "/topics/subject-1/merge?into=kettles", status: 422, most: 5},
			{name: "merging, member", as: "gwen", path: "/topics/subject-1/merge", status: 403, most: 0},
			{name: "merged by a member", as: "gwen", method: "POST", path: "/topics/subject-1/merge", form: "into=subject-2", status: 403, most: 0},
			{name: "merged into itself", as: "mo", method: "POST", path: "/topics/subject-1/merge", form: "into=subject-1", status: 422, most: 20},
			{name: "merged", as: "mo", method: "POST", path: "/topics/subject-1/merge", form: "into=Subject+2", status: 303, location: "/topics/subject-2", most: 30},
			{name: "merged twice", as: "mo", method: "POST", path: "/topics/subject-1/merge", form: "into=Subject+2", status: 404, most: 20},
			{name: "where it was", as: "gwen", path: "/topics/subject-1", status: 301, location: "/topics/subject-2", most: 8},
			{name: "where it was, signed out", path: "/topics/subject-1", status: 404, most: 8},
			{name: "mistake", as: "mo", method: "POST", path: "/topics/inside/edit", form: "name=", status: 422, most: 20},
		}
		for _, c := range cases {
			req := httptest.NewRequest(cmp.Or(c.method, "GET"), c.path, strings.NewReader(c.form))
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.Header.Set("X-As", c.as)
			req.Header.Set("HX-Request", "true") // errors as fragments, not as a way to the sign-in page
			res, err := f.Test(req, -1)
			if err != nil {
				t.Fatal(c.name, err)
			}
			body, err := io.ReadAll(res.Body)
			if err := res.Body.Close(); err != nil {
				t.Fatal(err)
			}
			if err != nil || res.StatusCode != c.status || res.Header.Get("Location") != c.location {
				t.Errorf("%s: got %d to %q, %v, want %d to %q\n%.300s", c.name, res.StatusCode, res.Header.Get("Location"), err, c.status, c.location, body)
			}
			if n := statements.Load(); n > c.most {
				t.Errorf("%s: made %d statements, want at most %d", c.name, n, c.most)
			}
		}
		way, err := h.Find(t.Context(), "rights-of-way")
		if err != nil || strings.Join(way.Synonyms, ",") != "paths,PROW" || way.Broader == 0 {
			t.Errorf("as posted: got %+v, %v", way, err)
		}
	})
}

// nobodyKnows is a Knows that names nobody.
type nobodyKnows struct{}

func (nobodyKnows) TopicBeside(*fiber.Ctx, int64, string) (templ.Component, error) { return nil, nil }

func (nobodyKnows) TopicPeople(*fiber.Ctx, int64, string) (templ.Component, error) {
	return templ.NopComponent, nil
}
