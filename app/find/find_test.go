package find_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/event"
	"watercooler/app/find"
	"watercooler/app/people"
	"watercooler/app/threads"
	"watercooler/app/topics"
	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/search"
)

var noon = time.Date(2027, time.May, 4, 11, 0, 0, 0, time.UTC)

func clock() time.Time { return noon }

// hub is the slice under test with the slices it follows.
type hub struct {
	*find.Service
	db         *db.DB
	index      *search.Index
	people     *people.Service
	topics     *topics.Service
	threads    *threads.Service
	dispatcher *event.Dispatcher
	gwen, ravi auth.Viewer // staff
	pat        auth.Viewer // of a partner organisation
}

type topicSource struct{ *topics.Service }

func (t topicSource) Resolve(ctx context.Context, names []string) (found []threads.Topic, unknown []string, err error) {
	list, unknown, err := t.Service.Resolve(ctx, names)
	for _, l := range list {
		found = append(found, threads.Topic{ID: l.ID, Slug: l.Slug, Name: l.Name})
	}
	return found, unknown, err
}

func (t topicSource) Suggest(context.Context, string, int) ([]threads.Topic, error) { return nil, nil }

func newHub(t *testing.T, d *db.DB) *hub { return newHubAt(t, d, clock) }

// newHubAt is newHub by another clock.
func newHubAt(t *testing.T, d *db.DB, clock func() time.Time) *hub {
	t.Helper()
	x, err := search.Open(search.Options{Dir: t.TempDir()})
	if !errors.Is(err, search.ErrStale) {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	h := &hub{Service: find.New(d, x, clock), db: d, index: x, people: people.New(d, nil, clock), topics: topics.New(d, clock)}
	h.threads = threads.New(d, topicSource{h.topics}, clock)
	h.dispatcher = event.NewDispatcher(d, nil, event.Options{}, h.Consumer("search:test"))
	if err := h.dispatcher.Register(t.Context()); err != nil {
		t.Fatal(err)
	}
	err = d.Tx(t.Context(), func(tx *db.Tx) error {
		home, err := h.people.Found(t.Context(), tx, "Carreg Council")
		if err != nil {
			return err
		}
		for i, who := range []struct {
			name string
			to   *auth.Viewer
		}{{"Gwen Pryce", &h.gwen}, {"Ravi Anand", &h.ravi}} {
			id, err := h.people.Create(t.Context(), tx, people.NewPerson{Name: who.name, JobTitle: "Bridge engineer"})
			if err != nil {
				return err
			}
			*who.to = auth.ForPerson(int64(i+1), id, home, true, auth.Moderator)
		}
		h.pat = auth.ForPerson(9, h.ravi.Person, home+1000, false, 0)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func each(t *testing.T, test func(t *testing.T, h *hub)) {
	backends.Each(t, func(t *testing.T, d *db.DB) { test(t, newHub(t, d)) })
}

func (h *hub) drain(t *testing.T) {
	t.Helper()
	if err := h.dispatcher.Drain(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func (h *hub) open(t *testing.T, v auth.Viewer, kind threads.Kind, audience, title, body string, topics ...string) int64 {
	t.Helper()
	id, err := h.threads.Open(t.Context(), v, threads.NewThread{Kind: kind, Title: title, Body: body, Audience: audience, Topics: topics})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func (h *hub) reply(t *testing.T, v auth.Viewer, thread int64, body string) int64 {
	t.Helper()
	id, err := h.threads.Reply(t.Context(), v, thread, threads.NewReply{Body: body})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// refs is what v finds.
func (h *hub) refs(t *testing.T, v auth.Viewer, text string) string {
	t.Helper()
	res, err := h.Search(t.Context(), v, find.Query{Text: text, Limit: 20})
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, hit := range res.Hits {
		out = append(out, hit.Ref)
	}
	return strings.Join(out, " ")
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestIndexFollowsTheDatabase does something, hands on the events and looks at what is found then; the index made anew from
// the database must find the same.
func TestIndexFollowsTheDatabase(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		bridge := h.open(t, h.gwen, threads.Question, "hub", "Who inspects bridges?", "The **parapet** of the old one leans.")
		answer := int64(0)
		for _, step := range []struct {
			name string
			do   func()
			text string
			want string
		}{
			{"a thread is opened", func() {}, "parapet", "thread:1"},
			{"a thread is found by what a reply says", func() { answer = h.reply(t, h.ravi, bridge, "Ask for the scaffold rota.") }, "scaffold", "thread:1"},
			{"and the reply itself", func() {}, "scaffold kind:reply", "reply:1"},
			{"the question has an answer now", func() {}, "is:unanswered bridges", ""},
			{"an accepted answer", func() { must(t, h.threads.Accept(t.Context(), h.gwen, answer)) }, "scaffold rota kind:reply", "reply:1"},
			{"a new title", func() {
				th, err := h.threads.Find(t.Context(), h.gwen, bridge)
				must(t, err)
				must(t, h.threads.EditThread(t.Context(), h.gwen, bridge, threads.Edit{Title: "Who inspects culverts?", Body: "Nobody knows.", Revision: th.Revision}))
			}, "culverts", "thread:1"},
			{"the old words are gone", func() {}, "parapet", ""},
			{"a topic by its synonym", func() {
				_, err := h.topics.Create(t.Context(), h.gwen, topics.Input{Name: "Structures", Synonyms: []string{"Viaducts"}})
				must(t, err)
			}, "viaducts", "topic:1"},
			{"a person", func() {}, "Pryce kind:person", "person:1"},
			{"a deleted reply", func() { must(t, h.threads.DeleteReply(t.Context(), h.ravi, answer)) }, "scaffold", ""},
			{"no answer is left", func() {}, "is:unanswered culverts", "thread:1"},
			{"an answer after the deleted one", func() { answer = h.reply(t, h.ravi, bridge, "See the ledger.") }, "is:unanswered culverts", ""},
			{"another answer", func() { h.reply(t, h.gwen, bridge, "And the almanac.") }, "almanac", "thread:1"},
			{"the first of two is deleted", func() { must(t, h.threads.DeleteReply(t.Context(), h.ravi, answer)) }, "is:unanswered culverts", ""},
			{"a deleted thread", func() { must(t, h.threads.DeleteThread(t.Context(), h.gwen, bridge)) }, "culverts", ""},
		} {
			step.do()
			h.drain(t)
			if got := h.refs(t, h.gwen, step.text); got != step.want {
				t.Errorf("%s: found %q, want %q", step.name, got, step.want)
			}
			must(t, h.Rebuild(t.Context(), nil))
			if got := h.refs(t, h.gwen, step.text); got != step.want {
				t.Errorf("%s: after a rebuild found %q, want %q", step.name, got, step.want)
			}
			want, err := h.Documents(t.Context())
			must(t, err)
			if got, err := h.index.Count(); err != nil || int(got) != want {
				t.Errorf("%s: %d documents, %v; want %d", step.name, got, err, want)
			}
		}
	})
}

// TestNothingHiddenIsShown asks every entry point for what the viewer may not read.
func TestNothingHiddenIsShown(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		own := fmt.Sprintf("org:%d", h.gwen.Organisation)
		secret := h.open(t, h.gwen, threads.Discussion, own, "Merger of zebra depots", "The zebra depots close in June.")
		h.reply(t, h.ravi, secret, "Zebra staff move to the quay.")
		open := h.open(t, h.gwen, threads.Discussion, "public", "Opening hours of depots", "Every depot opens at eight.")
		h.drain(t)
		for _, who := range []struct {
			name string
			v    auth.Viewer
		}{{"partner", h.pat}, {"signed out", auth.Public}, {"nobody", auth.Viewer{}}} {
			t.Run(who.name, func(t *testing.T) {
				res, err := h.Search(t.Context(), who.v, find.Query{Text: "zebra", Limit: 10, Apart: true})
				if err != nil || res.Total != 0 || len(res.Hits) != 0 {
					t.Errorf("Search = %+v, %v; want nothing", res, err)
				}
				if got, err := h.Facets(t.Context(), who.v, find.Query{Text: "zebra"}); err != nil || len(got.Facets) != 0 {
					t.Errorf("Facets = %+v, %v; want nothing", got, err)
				}
				if got, err := h.Suggest(t.Context(), who.v, "zeb", 10); err != nil || len(got) != 0 {
					t.Errorf("Suggest = %+v, %v; want nothing", got, err)
				}
				if got, err := h.Similar(t.Context(), who.v, "zebra merger", 10); err != nil || len(got) != 0 {
					t.Errorf("Similar = %+v, %v; want nothing", got, err)
				}
				if got, err := h.Related(t.Context(), who.v, threads.Thread{ID: secret}, 10); err != nil || len(got) != 0 {
					t.Errorf("Related = %+v, %v; want nothing", got, err)
				}
				if got, err := h.Related(t.Context(), who.v, threads.Thread{ID: open}, 10); err != nil || len(got) != 0 {
					t.Errorf("Related to an open thread = %+v, %v; want nothing", got, err)
				}
			})
		}
		if got := h.refs(t, h.gwen, "zebra"); got != "thread:1" {
			t.Errorf("the author finds %q, want thread:1", got)
		}
		if got := h.refs(t, auth.Public, "Pryce kind:person"); got != "" {
			t.Errorf("signed out, people are found: %q", got)
		}
	})
}

// TestARowThatWasHiddenSinceIsNotShown: the index may be behind, the database never is.
func TestARowThatWasHiddenSinceIsNotShown(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		id := h.open(t, h.gwen, threads.Question, "public", "Where is the zebra?", "")
		like := h.open(t, h.gwen, threads.Question, "public", "A zebra on the quay", "")
		h.drain(t)
		if got, err := h.Related(t.Context(), auth.Public, threads.Thread{ID: like}, 5); err != nil || len(got) != 1 {
			t.Fatalf("Related = %+v, %v; want one", got, err)
		}
		must(t, h.threads.DeleteThread(t.Context(), h.gwen, id)) // not drained
		if got := h.refs(t, auth.Public, "zebra"); got != "thread:2" {
			t.Errorf("found %q, want thread:2 alone", got)
		}
		if got, err := h.Related(t.Context(), auth.Public, threads.Thread{ID: like}, 5); err != nil || len(got) != 0 {
			t.Errorf("Related from the cache = %+v, %v; want nothing", got, err)
		}
	})
}

// TestSynonyms: who types one name of a topic finds what was written with another, from the next search on.
func TestSynonyms(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		made, err := h.topics.Create(ctx, h.gwen, topics.Input{Name: "Broadband"})
		must(t, err)
		h.open(t, h.gwen, threads.Question, "hub", "Who pays for broadband on the moor?", "Nobody lives there.")
		h.drain(t)
		if got := h.refs(t, h.gwen, "rhwydwaith kind:question"); got != "" {
			t.Errorf("before: found %q", got)
		}
		must(t, h.topics.Edit(ctx, h.gwen, made.Slug, topics.Input{Name: "Broadband", Synonyms: []string{"Rhwydwaith", "fast internet"}}))
		h.drain(t)
		for _, q := range []string{"rhwydwaith kind:question", "fast internet kind:question"} {
			if got := h.refs(t, h.gwen, q); got != "thread:1" {
				t.Errorf("%s: found %q, want thread:1", q, got)
			}
		}
		public := h.open(t, h.gwen, threads.Question, "public", "Is there broadband at the library?", "There is a cable.")
		h.drain(t)
		// Nothing public is about the topic: that it has this name is not told to strangers.
		if got := h.refs(t, auth.Public, "rhwydwaith"); got != "" {
			t.Errorf("signed out: found %q", got)
		}
		th, err := h.threads.Find(ctx, h.gwen, public)
		must(t, err)
		must(t, h.threads.EditThread(ctx, h.gwen, public, threads.Edit{Revision: th.Revision, Title: th.Title, Body: "There is a cable.", Topics: []string{"Broadband"}}))
		h.drain(t)
		if got := h.refs(t, auth.Public, "rhwydwaith kind:question"); got != "thread:2" {
			t.Errorf("signed out, once something public is about it: found %q", got)
		}
	})
}

// TestAlike: what asks the same is found while somebody writes, and what they may not read is not.
func TestAlike(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.open(t, h.gwen, threads.Question, "hub", "How is a weir gauged?", "We need to know.")
		h.open(t, h.gwen, threads.Question, "org:"+strconv.FormatInt(h.ravi.Organisation, 10), "How is a secret weir gauged?", "We need to know.")
		h.drain(t)
		for _, tc := range []struct {
			name string
			as   auth.Viewer
			want int
		}{{"staff", h.gwen, 2}, {"a partner", auth.ForPerson(9, 0, h.ravi.Organisation+1000, false, 0), 1}, {"signed out", auth.Public, 0}} {
			if alike, err := h.Alike(t.Context(), tc.as, "How is a weir gauged", 5); err != nil || len(alike) != tc.want {
				t.Errorf("%s: %+v, %v; want %d", tc.name, alike, err, tc.want)
			}
		}
	})
}

// oneKnows is a Knowing that always names Ravi to those who are signed in.
type oneKnows struct{ ravi auth.Viewer }

func (k oneKnows) MayKnow(_ context.Context, v auth.Viewer, text string, _ int) ([]threads.Knower, error) {
	if !v.SignedIn() || strings.TrimSpace(text) == "" {
		return nil, nil
	}
	return []threads.Knower{{Author: threads.Author{ID: k.ravi.Person, Handle: "ravi-anand", Name: "Ravi Anand"}, Evidence: "Wrote about Structures"}}, nil
}

// server answers the routes of find as the viewer that header X-As names, and counts statements.
func (h *hub) server(t *testing.T) (*fiber.App, *atomic.Int64) {
	t.Helper()
	w, err := web.New(web.Config{Now: clock})
	must(t, err)
	viewers := map[string]auth.Viewer{"": auth.Public, "gwen": h.gwen, "ravi": auth.ForPerson(h.ravi.Account, h.ravi.Person, h.ravi.Organisation, true, 0), "mod": h.gwen}
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
	pages := find.NewWeb(h.Service, w, oneKnows{h.ravi})
	f.Get("/search", pages.Search)
	f.Get("/search/narrow", pages.Narrow)
	f.Get("/opensearch.xml", pages.OpenSearch)
	f.Get("/suggest", pages.Suggest)
	f.Get("/similar", pages.Similar)
	return f, &statements
}

func TestPages(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		for _, name := range []string{"Structures", "Rivers & Éire’s mills"} {
			_, err := h.topics.Create(t.Context(), h.gwen, topics.Input{Name: name})
			must(t, err)
		}
		h.open(t, h.gwen, threads.Discussion, "hub", "A mill for every bridge", "The mill stands where the bridge was.", "Rivers & Éire’s mills")
		for i := range 30 {
			id := h.open(t, h.gwen, threads.Question, "hub", fmt.Sprintf("Bridge number %d <b>", i), "Which bridge is it?", "Structures")
			h.reply(t, h.ravi, id, "The stone bridge by the mill.")
		}
		h.drain(t)
		f, statements := h.server(t)
		for _, tc := range []struct {
			name, as, path string
			want, not      string
			most           int64
		}{
			{name: "no query", as: "gwen", path: "/search", want: "How to search", most: 0},
			{name: "results", as: "gwen", path: "/search?q=bridge", want: "<mark>", not: "Bridge number 1 <b>", most: 8},
			{name: "filters have the names of topics", as: "gwen", path: "/search/narrow?q=bridge", want: ">Rivers &amp; Éire’s mills", most: 9},
			{name: "years only when there are several", as: "gwen", path: "/search/narrow?q=bridge", want: "Narrow the search", not: "When", most: 9},
			{name: "a misspelling is said", as: "gwen", path: "/search?q=bridgge", want: `/search?exact=1&amp;q=bridgge`, most: 7},
			{name: "and not corrected when asked not to", as: "gwen", path: "/search?q=bridgge&exact=1", want: "Nothing found", most: 12},
			{name: "the best reply", as: "gwen", path: "/search?q=stone+bridge+number", want: "Reply by Ravi Anand", most: 7},
			{name: "explanations for moderators", as: "mod", path: "/search?q=bridge&explain=1", want: "Why this result?", most: 7},
			{name: "and nobody else", as: "ravi", path: "/search?q=bridge&explain=1", want: "<mark>", not: "Why th", most: 7},
			{name: "a question names who may know", as: "gwen", path: "/search/narrow?q=" + url.QueryEscape("which is the bridge by the mill?"), want: "Ravi Anand", most: 14},
			{name: "second page", as: "gwen", path: "/search?q=bridge&page=2", want: "Previous", most: 7},
			{name: "topic filter", as: "gwen", path: "/search?q=bridge+topic:structures", want: "Remove filter", most: 7},
			{name: "people first", as: "gwen", path: "/search?q=ravi+anand", want: "found-people", most: 14},
			{name: "newest first", as: "gwen", path: "/search?q=bridge&sort=date", want: "Newest first", most: 7},
			{name: "nothing found offers to ask", as: "gwen", path: "/search?q=xylophone", want: "/write?kind=question&amp;title=xylophone", most: 7},
			{name: "signed out", path: "/search?q=bridge", want: "Sign in", not: "stone", most: 7},
			{name: "from the address bar", path: "/opensearch.xml", want: `template="/search?q={searchTerms}"`, most: 0},
			{name: "suggestions", as: "gwen", path: "/suggest?q=ravi", want: "/people/", most: 5},
			{name: "suggestions signed out", path: "/suggest?q=ravi", want: "Search for", not: "/people/", most: 5},
			{name: "mentions", as: "gwen", path: "/suggest?type=person&q=ravi", want: `data-value="@`, most: 5},
			{name: "topics", as: "gwen", path: "/suggest?type=topic&q=str", want: `data-value="#structures"`, most: 5},
			{name: "already asked", as: "gwen", path: "/similar?title=bridge+number", want: "Already asked?", most: 9},
			{name: "and who may know", as: "gwen", path: "/similar?title=stone+bridge", want: "Wrote about Structures", most: 9},
			{name: "similar to nothing", as: "gwen", path: "/similar?title=+", want: "may-know", not: "People who may know", most: 0},
		} {
			t.Run(tc.name, func(t *testing.T) {
				req := httptest.NewRequest("GET", tc.path, nil)
				req.Header.Set("X-As", tc.as)
				res, err := f.Test(req, -1)
				must(t, err)
				defer res.Body.Close()
				b, err := io.ReadAll(res.Body)
				must(t, err)
				body := string(b)
				if res.StatusCode != 200 || !strings.Contains(body, tc.want) {
					t.Errorf("GET %s = %d without %q:\n%s", tc.path, res.StatusCode, tc.want, body[max(0, strings.Index(body, "<main")):])
				}
				if tc.not != "" && strings.Contains(body, tc.not) {
					t.Errorf("GET %s shows %q", tc.path, tc.not)
				}
				if n := statements.Load(); n > tc.most {
					t.Errorf("GET %s made %d statements, want at most %d", tc.path, n, tc.most)
				}
			})
		}
	})
}
