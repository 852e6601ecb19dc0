package threads_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"

	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/kv"
	"watercooler/app/threads"
	"watercooler/app/web"
	"watercooler/auth"
)

// site is the handlers of this package behind the hub's error handler. A request is made by the person its header As names.
type site struct {
	*hub
	app  *fiber.App
	web  *threads.Web
	jars map[string]map[string]string // browser → cookies
}

// related stands for the search index: everything is related to the first thread, and Ben knows.
type related struct{}

func (related) Alike(_ context.Context, _ auth.Viewer, text string, _ int) ([]threads.Related, error) {
	return []threads.Related{{ID: 1, Kind: threads.Question, Title: "Asked like " + text, CreatedAt: day, Replies: 2}}, nil
}

func (related) Knowing(context.Context, auth.Viewer, threads.Thread, int) ([]threads.Knower, error) {
	return []threads.Knower{{Author: threads.Author{ID: 2, Handle: "ben", Name: "Ben Knows"}, Evidence: "2 accepted answers on Schools"}}, nil
}

func (r related) MayKnow(ctx context.Context, v auth.Viewer, _ string, limit int) ([]threads.Knower, error) {
	return r.Knowing(ctx, v, threads.Thread{}, limit)
}

func (related) Related(context.Context, auth.Viewer, threads.Thread, int) ([]threads.Related, error) {
	return []threads.Related{{ID: 1, Kind: threads.Question, Title: "A thread like it", CreatedAt: day, Answered: true}}, nil
}

func serve(t *testing.T, h *hub) *site {
	t.Helper()
	frame, err := web.New(web.Config{BaseURL: "http://hub.test", Hub: func() string { return "Devon" }, Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	w := threads.NewWeb(h.Service, frame, kv.NewSQL(h.db, time.Now), related{}, related{})
	app := fiber.New(fiber.Config{Immutable: true, ErrorHandler: frame.ErrorHandler})
	app.Use(func(c *fiber.Ctx) error {
		if v, ok := h.as[c.Get("As")]; ok {
			auth.SetViewer(c, v)
		} else if v, ok := people[c.Get("As")]; ok {
			auth.SetViewer(c, v)
		}
		return c.Next()
	}, w.Moved)
	for _, r := range []struct {
		method, path string
		handler      fiber.Handler
	}{
		{"GET", "/", w.Home}, {"GET", "/latest", w.Latest}, {"GET", "/unanswered", w.Unanswered}, {"GET", "/following", w.Following},
		{"GET", "/write", w.Write}, {"POST", "/threads", w.Open}, {"POST", "/preview", w.Preview},
		{"GET", "/drafts", w.Drafts}, {"POST", "/drafts", w.SaveDraft}, {"POST", "/drafts/:id/delete", w.DeleteDraft},
		{"GET", "/threads/:id", w.Show}, {"GET", "/threads/:id/history", w.ThreadHistory}, {"GET", "/threads/:id/knowing", w.Knowing}, {"POST", "/threads/:id/replies", w.Reply},
		{"GET", "/threads/:id/edit", w.EditThread}, {"POST", "/threads/:id/edit", w.SaveThread},
		{"POST", "/threads/:id/votes", w.VoteThread}, {"POST", "/threads/:id/unvote", w.UnvoteThread},
		{"POST", "/threads/:id/close", w.Close}, {"POST", "/threads/:id/reopen", w.Reopen},
		{"GET", "/threads/:id/delete", w.ConfirmDeleteThread}, {"POST", "/threads/:id/delete", w.DeleteThread},
		{"GET", "/replies/:id", w.Locate}, {"GET", "/replies/:id/history", w.ReplyHistory},
		{"GET", "/replies/:id/edit", w.EditReply}, {"POST", "/replies/:id/edit", w.SaveReply},
		{"POST", "/replies/:id/votes", w.VoteReply}, {"POST", "/replies/:id/unvote", w.UnvoteReply},
		{"POST", "/replies/:id/accept", w.Accept}, {"POST", "/replies/:id/unaccept", w.Unaccept},
		{"GET", "/replies/:id/delete", w.ConfirmDeleteReply}, {"POST", "/replies/:id/delete", w.DeleteReply},
		{"POST", "/follow", w.Follow}, {"POST", "/unfollow", w.Unfollow},
		{"GET", "/threads/:id/move", w.MoveForm}, {"POST", "/threads/:id/move", w.Move},
		{"GET", "/threads/:id/merge", w.MergeForm}, {"POST", "/threads/:id/merge", w.Merge},
		{"GET", "/threads/:id/split", w.SplitForm}, {"POST", "/threads/:id/split", w.Split},
		{"POST", "/threads/:id/pin", w.Pin}, {"POST", "/threads/:id/unpin", w.Unpin},
		{"POST", "/threads/:id/check", w.Check}, {"POST", "/threads/:id/uncheck", w.Uncheck}, {"GET", "/threads/:id/supersede", w.SupersedeForm},
		{"POST", "/threads/:id/supersede", w.Supersede}, {"POST", "/threads/:id/unsupersede", w.Unsupersede},
	} {
		app.Add(r.method, r.path, r.handler)
	}
	return &site{hub: h, app: app, web: w, jars: map[string]map[string]string{}}
}

// answer is what came back.
type answer struct {
	status   int
	location string
	body     string
	doc      *goquery.Document
}

// request is one step of a table: who sends what, and what the answer must be.
type request struct {
	name   string
	as     string // "" is signed out
	get    string
	post   string
	form   string // urlencoded
	htmx   bool
	status int      // 200 when zero
	to     string   // where a redirect leads
	want   []string // selectors that must match, "!" before those that must not
	events string   // "-" for any
}

func (s *site) send(r request) answer {
	s.t.Helper()
	method, path, body := http.MethodGet, r.get, io.Reader(nil)
	if r.post != "" {
		method, path, body = http.MethodPost, r.post, strings.NewReader(r.form)
	}
	req := httptest.NewRequest(method, path, body)
	req.Host = "hub.test"
	if r.post != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Referer", "http://hub.test/write?kind=question")
	}
	req.Header.Set("As", r.as)
	if r.htmx {
		req.Header.Set("HX-Request", "true")
	}
	const browser = "one" // sessions come and go in it
	for name, value := range s.jars[browser] {
		req.AddCookie(&http.Cookie{Name: name, Value: value})
	}
	res, err := s.app.Test(req, -1)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, c := range res.Cookies() {
		if s.jars[browser] == nil {
			s.jars[browser] = map[string]string{}
		}
		s.jars[browser][c.Name] = c.Value
		if c.MaxAge < 0 || !c.Expires.IsZero() && c.Expires.Before(time.Now()) {
			delete(s.jars[browser], c.Name)
		}
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(text)))
	if err != nil {
		s.t.Fatal(err)
	}
	return answer{status: res.StatusCode, location: res.Header.Get("Location"), body: string(text), doc: doc}
}

func (s *site) check(t *testing.T, r request) {
	t.Helper()
	got := s.send(r)
	want := r.status
	if want == 0 {
		want = http.StatusOK
		if r.to != "" {
			want = http.StatusSeeOther
		}
	}
	if got.status != want || got.location != r.to {
		t.Errorf("%s: status %d to %q, want %d to %q\n%s", r.name, got.status, got.location, want, r.to, got.doc.Find("main").Text())
	}
	for _, selector := range r.want {
		not := strings.HasPrefix(selector, "!")
		if found := got.doc.Find(strings.TrimPrefix(selector, "!")).Length() > 0; found == not {
			t.Errorf("%s: %s: found %t\n%s", r.name, selector, found, got.body)
		}
	}
	if r.events != "-" {
		if events := s.events(); events != r.events {
			t.Errorf("%s: events = %q, want %q", r.name, events, r.events)
		}
	}
}

func form(pairs ...string) string {
	v := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return v.Encode()
}

func TestPages(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		s := serve(t, h)
		// Thread 1 is Ada's question to all, 2 her organisation's own, 3 Ben's public discussion.
		h.ask(ada, "hub", "Schools")
		h.ask(ada, "org:1")
		if _, err := h.Open(t.Context(), ben, threads.NewThread{Kind: threads.Discussion, Title: "Open <data>?", Body: "Why *not*", Topics: []string{"Libraries"}, Audience: "public"}); err != nil {
			t.Fatal(err)
		}
		h.say(ben, 1, "Yes, in 2024.")
		if _, err := h.Reply(t.Context(), ada, 1, threads.NewReply{Body: "How?", Parent: 1}); err != nil {
			t.Fatal(err)
		}
		h.events()
		long := strings.Repeat("ä", 151)
		for _, r := range []request{
			// Lists.
			{name: "home signed out shows what is public", get: "/", want: []string{`h2 a[href="/threads/3"]`, `!a[href="/threads/1"]`, `!a[href="/people/ben"]`, `!a[href="/following"]`}},
			{name: "for you", as: "ben", get: "/", want: []string{`h1:contains("Good")`, `a[href="/threads/1"]`, `:contains("From your unit")`, `!main .feed a[href="/threads/3"]`}},
			{name: "for you tells of the week", as: "ben", get: "/", want: []string{`aside h2:contains("This week in the hub")`, `aside :contains("No question answered yet.")`, `aside a[href="/unanswered"]:contains("1 waits for a first reply.")`}},
			{name: "for you, nothing", as: "pat", get: "/", want: []string{`:contains("Nothing here yet")`, `a[href="/topics"]`}},
			{name: "latest", as: "pat", get: "/latest", want: []string{`a[href="/threads/1"]`, `a[href="/threads/3"]`, `!a[href="/threads/2"]`, `a[href="/people/ada"]`}},
			{name: "unanswered", as: "ada", get: "/unanswered", want: []string{`a[href="/threads/2"]`, `!main .feed a[href="/threads/1"]`}},
			{name: "following", as: "ada", get: "/following", want: []string{`a[href="/threads/1"]`, `!main .feed a[href="/threads/3"]`}},
			{name: "following signed out", get: "/following", to: "/sign-in?return=%2Ffollowing"},
			{name: "a place nobody made", as: "ada", get: "/latest?before=nonsense", status: 404},

			// A thread.
			{name: "thread", as: "ada", get: "/threads/1", want: []string{
				`h1:contains("Can a school")`, `#reply-1:contains("2024")`, `#reply-2 a[href="#reply-1"]`, `form[action="/replies/1/accept"]`, `a[href="/threads/1/edit"]`,
				`form[action="/threads/1/replies"] textarea`, `a[href="/threads/1"]:contains("A thread like it")`, `!form[action="/threads/1/votes"]`, `form[action="/replies/1/votes"]`,
				`aside [hx-get="/threads/1/knowing"] a[href="/threads/1/knowing"]`, `!aside a[href="/people/ben"]`,
			}},
			{name: "people who may know", as: "ada", get: "/threads/1/knowing", want: []string{`h1:contains("Who may know?")`, `main a[href="/people/ben"]`, `main a[href="/threads/1"]`}},
			{name: "people who may know of what is hidden", as: "pat", get: "/threads/2/knowing", status: 404},
			{name: "a discussion needs nobody who knows", as: "ada", get: "/threads/3", want: []string{`!aside h2:contains("People who may know")`}},
			{name: "thread of somebody else", as: "pat", get: "/threads/1", want: []string{`form[action="/threads/1/votes"]`, `!form[action="/replies/1/accept"]`, `!a[href="/threads/1/edit"]`}},
			{name: "hidden thread", as: "pat", get: "/threads/2", status: 404},
			{name: "public thread signed out", get: "/threads/3", want: []string{`h1:contains("Open <data>?")`, `a[href^="/sign-in"]`, `!a[href="/people/ben"]`, `!textarea`}},
			{name: "hub thread signed out", get: "/threads/1", status: 404},
			{name: "not a number", as: "ada", get: "/threads/x", status: 404},
			{name: "permalink", as: "ada", get: "/replies/2", to: "/threads/1#reply-2"},
			{name: "permalink to what is hidden", get: "/replies/2", status: 404},
			{name: "answer a reply", as: "pat", get: "/threads/1?to=1", want: []string{`input[name="parent"][value="1"]`}},
			{name: "answer a reply elsewhere", as: "pat", get: "/threads/3?to=1", want: []string{`!input[name="parent"]`}},

			// Opening.
			{name: "composer", as: "ada", get: "/write?kind=discussion&title=Hello", want: []string{`input[name="title"][value="Hello"]`, `:contains("3 staff and 1 partner")`, `input[name="audience"][value="org:1"]`, `input[value="discussion"][checked]`}},
			{name: "composer from a profile", as: "ada", get: "/write?kind=question&body=%40ben+%3Cscript%3E", want: []string{`textarea:contains("@ben <script>")`, `!form script`, `!#may-know .sides`}},
			{name: "composer with somebody's novel in the address", as: "ada", get: "/write?body=" + strings.Repeat("%C3%A4", 600), want: []string{`textarea:contains("` + strings.Repeat("ä", 500) + `")`, `!textarea:contains("` + strings.Repeat("ä", 501) + `")`}},
			{name: "composer from a search says what was asked before", as: "ada", get: "/write?title=Hello", want: []string{`#similar a:contains("Asked like Hello")`, `#similar:contains("2 replies")`, `#may-know a[href="/people/ben"]`, `#may-know:contains("2 accepted answers on Schools")`}},
			{name: "composer signed out", get: "/write", to: "/sign-in?return=%2Fwrite"},
			{name: "mistakes keep the text", as: "ada", post: "/threads", form: form("kind", "question", "title", long, "body", "My <text>", "topics", "Scools", "audience", "hub"), status: 422,
				want: []string{`#e-title`, `#e-topics:contains("Schools")`, `textarea:contains("My <text>")`, `input[name="topics"][value="Scools"]`, `[role="alert"]`}},
			{name: "open", as: "ada", post: "/threads", form: form("kind", "question", "title", "Where is it?", "body", "Here", "topics", "schools, Libraries", "audience", "hub"), to: "/threads/4", events: "thread.created thread:4"},
			{name: "preview", as: "ada", post: "/preview", form: form("place", "new", "title", "T", "body", "**so**"), want: []string{`#preview strong:contains("so")`, `input[name="title"][value="T"]`, `#similar a:contains("Asked like T")`, `#may-know a[href="/people/ben"]`}},
			{name: "preview by htmx", as: "ada", post: "/preview", htmx: true, form: form("body", "**so**"), want: []string{`strong:contains("so")`, `!form`}},
			{name: "preview of a reply", as: "ada", post: "/preview", form: form("place", "thread:1", "body", "**so**", "parent", "1"), want: []string{`#preview strong`, `form[action="/threads/1/replies"]`, `input[name="parent"][value="1"]`}},
			{name: "preview nowhere", as: "ada", post: "/preview", form: form("place", "moon", "body", "x"), status: 404},
			{name: "preview under a hidden thread", as: "pat", post: "/preview", form: form("place", "thread:2", "body", "x"), status: 404},

			// Replying.
			{name: "reply", as: "pat", post: "/threads/1/replies", form: form("body", "We too", "parent", "2"), to: "/replies/3", events: "reply.created reply:3>thread:1"},
			{name: "empty reply", as: "pat", post: "/threads/1/replies", form: form("body", " "), status: 422, want: []string{`#e-body`, `form[action="/threads/1/replies"]`}},
			{name: "reply to a hidden thread", as: "pat", post: "/threads/2/replies", form: form("body", "Hm"), status: 404},

			// Marks.
			{name: "vote", as: "pat", post: "/threads/1/votes", to: "/threads/1", events: "thread.voted thread:1"},
			{name: "vote by htmx", as: "pat", post: "/replies/1/votes", htmx: true, want: []string{`form#vote-r1[action="/replies/1/unvote"] button[aria-pressed="true"]:contains("1")`, `!main`}, events: "reply.voted reply:1>thread:1"},
			{name: "unvote by htmx", as: "pat", post: "/threads/1/unvote", htmx: true, want: []string{`form#vote-t1[action="/threads/1/votes"]`}, events: "thread.unvoted thread:1"},
			{name: "vote for oneself", as: "ada", post: "/threads/1/votes", status: 403},
			{name: "vote signed out", post: "/threads/3/votes", to: "/sign-in?return=%2Fwrite%3Fkind%3Dquestion"},
			{name: "accept", as: "ada", post: "/replies/1/accept", to: "/replies/1", events: "thread.accepted thread:1>reply:1"},
			{name: "accepted answer first", as: "ben", get: "/threads/1", want: []string{`.top#reply-1:contains("Accepted answer")`, `:contains("Answered")`, `!.rs #reply-1`, `!aside h2:contains("People who may know")`}},
			{name: "accept what is not yours", as: "pat", post: "/replies/3/accept", status: 403},
			{name: "unaccept", as: "ada", post: "/replies/1/unaccept", to: "/replies/1", events: "thread.unaccepted thread:1>reply:1"},
			{name: "follow", as: "pat", post: "/follow", form: form("kind", "topic", "id", "1", "return", "/topics/connectivity"), to: "/topics/connectivity", events: "watch.started topic:1"},
			{name: "follow and leave for elsewhere", as: "pat", post: "/follow", form: form("kind", "topic", "id", "2", "return", "//evil.example"), to: "/", events: "watch.started topic:2"},
			{name: "unfollow by htmx", as: "pat", post: "/unfollow", htmx: true, form: form("kind", "topic", "id", "2", "return", "/topics/schools"), want: []string{`form[action="/follow"]:contains("Schools")`}, events: "watch.ended topic:2"},
			{name: "follow what is hidden", as: "pat", post: "/follow", form: form("kind", "thread", "id", "2"), status: 404},

			// Editing.
			{name: "edit form", as: "ada", get: "/threads/1/edit", want: []string{`input[name="revision"][value="1"]`, `textarea:contains("**idle**")`, `input[name="topics"][value="Schools"]`}},
			{name: "edit form of somebody else", as: "ben", get: "/threads/1/edit", status: 403},
			{name: "edit with a mistake", as: "ada", post: "/threads/1/edit", form: form("revision", "1", "title", "", "body", "Kept"), status: 422, want: []string{`#e-title`, `textarea:contains("Kept")`}},
			{name: "edit", as: "ada", post: "/threads/1/edit", form: form("revision", "1", "title", "May a school share?", "body", "It is idle.", "topics", "Schools"), to: "/threads/1", events: "thread.edited thread:1"},
			{name: "edit overtaken", as: "mo", post: "/threads/1/edit", form: form("revision", "1", "title", "Other", "body", "Other text", "topics", "Schools"), status: 409,
				want: []string{`textarea:contains("Other text")`, `#preview:contains("It is idle.")`, `input[name="revision"][value="2"]`}},
			{name: "history", as: "pat", get: "/threads/1/history", want: []string{`ins:contains("It is idle.")`, `del:contains("**idle**")`, `a[href="/threads/1"]`}},
			{name: "history of what is hidden", as: "pat", get: "/threads/2/history", status: 404},
			{name: "edit a reply", as: "ben", get: "/replies/1/edit", want: []string{`textarea:contains("2024")`, `input[name="revision"][value="1"]`}},
			{name: "save a reply", as: "ben", post: "/replies/1/edit", form: form("revision", "1", "body", "Yes, in 2025."), to: "/replies/1", events: "reply.edited reply:1>thread:1"},
			{name: "a reply overtaken", as: "ben", post: "/replies/1/edit", form: form("revision", "1", "body", "In 2023."), status: 409,
				want: []string{`textarea:contains("2023")`, `#preview:contains("2025")`, `input[name="revision"][value="2"]`}},
			{name: "history of a reply", as: "pat", get: "/replies/1/history", want: []string{`ins:contains("2025")`}},

			// Closing and deleting.
			{name: "close", as: "ada", post: "/threads/1/close", to: "/threads/1", events: "thread.closed thread:1"},
			{name: "a reply too late is kept", as: "pat", post: "/threads/1/replies", form: form("body", "A long and thoughtful answer"), status: 409, want: []string{`textarea:contains("thoughtful")`, `[role="alert"]:contains("closed")`}},
			{name: "and among the drafts", as: "pat", get: "/drafts", want: []string{`:contains("thoughtful")`, `a:contains("Reply to May a school share?")`}},
			{name: "closed thread", as: "pat", get: "/threads/1", want: []string{`:contains("Nobody can reply any more")`, `!textarea`}},
			{name: "open again", as: "mo", post: "/threads/1/reopen", to: "/threads/1", events: "thread.reopened thread:1"},
			{name: "the draft waits in the box", as: "pat", get: "/threads/1", want: []string{`textarea:contains("thoughtful")`, `[data-draft]:contains("Draft saved")`}},
			{name: "ask before deleting", as: "ben", get: "/replies/1/delete", want: []string{`form[action="/replies/1/delete"]`, `blockquote:contains("2025")`}},
			{name: "ask before deleting what is not yours", as: "pat", get: "/threads/1/delete", status: 403},
			{name: "delete a reply", as: "ben", post: "/replies/1/delete", to: "/replies/1", events: "reply.deleted reply:1>thread:1"},
			{name: "stub", as: "ada", get: "/threads/1", want: []string{`#reply-1:contains("deleted")`, `!:contains("2025")`, `#reply-2:contains("a deleted reply")`}},
			{name: "delete a thread", as: "ada", post: "/threads/1/delete", to: "/threads/1", events: "thread.deleted thread:1"},
			{name: "stub of a thread", as: "pat", get: "/threads/1", want: []string{`h1:contains("Deleted question")`, `!:contains("May a school")`, `#reply-3`, `!textarea`}},

			// Drafts.
			{name: "autosave", as: "ada", post: "/drafts", htmx: true, form: form("place", "new", "kind", "discussion", "title", "Half", "body", "a thou"), want: []string{`:contains("Draft saved")`, `!main`}},
			{name: "offered back", as: "ada", get: "/write?kind=question&title=Other", want: []string{`input[name="title"][value="Half"]`, `textarea:contains("a thou")`, `input[value="discussion"][checked]`}},
			{name: "and says why the wish was not met", as: "ada", get: "/write?kind=question&body=%40ben", want: []string{`.lead:contains("You began this before")`, `textarea:contains("a thou")`}},
			{name: "which it need not without one", as: "ada", get: "/write?kind=question", want: []string{`!.lead:contains("You began this before")`}},
			{name: "save without script", as: "ada", post: "/drafts", form: form("place", "new", "body", "a thought"), to: "/drafts"},
			{name: "delete a draft of somebody", as: "ben", post: "/drafts/2/delete", status: 404},
			{name: "drafts signed out", get: "/drafts", to: "/sign-in?return=%2Fdrafts"},
		} {
			s.check(t, r)
		}
	})
}

// TestTextSurvivesTheSession sends a text after the session has ended, with and without script, and signs in again.
func TestTextSurvivesTheSession(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		s := serve(t, h)
		h.ask(ada, "hub")
		h.events()
		toSignIn := "/sign-in?return=%2Fwrite%3Fkind%3Dquestion"
		for _, r := range []request{
			{name: "send signed out", post: "/threads", form: form("kind", "question", "title", "Long in the writing", "body", "And <lost>?", "audience", "hub"), to: toSignIn},
			{name: "another person's browser has nothing", get: "/latest"},
			{name: "back in the composer", as: "ada", get: "/write?kind=question", want: []string{`input[name="title"][value="Long in the writing"]`, `textarea:contains("And <lost>?")`}},
			{name: "a reply signed out", post: "/threads/1/replies", form: form("body", "Good answer"), to: toSignIn},
			{name: "looked at signed out", post: "/preview", form: form("place", "thread:1", "body", "Good answer, previewed"), to: toSignIn},
			{name: "typed on", post: "/drafts", htmx: true, form: form("place", "thread:1", "body", "Good answer indeed"), status: 401},
			{name: "back in the thread", as: "ben", get: "/threads/1", want: []string{`textarea:contains("Good answer indeed")`}},
			{name: "only once", as: "pat", get: "/threads/1", want: []string{`!textarea:contains("Good")`}},
			{name: "an edit signed out", post: "/threads/1/edit", form: form("revision", "1", "title", "New title", "body", "x"), to: toSignIn},
			{name: "kept as a draft", as: "ada", get: "/drafts", want: []string{`a[href="/threads/1/edit"]`}},
			{name: "nothing to keep", post: "/threads", form: form("title", " "), to: toSignIn},
		} {
			s.check(t, r)
		}
		if len(s.jars["one"]) != 0 {
			t.Errorf("cookies are left: %v", s.jars["one"])
		}
	})
}

func TestLongThreadPages(t *testing.T) {
	h := open(t, backends.SQLite(t))
	s := serve(t, h)
	q := h.ask(ada, "hub")
	h.fill(q, 2000)
	h.events()
	path := fmt.Sprintf("/threads/%d", q)
	next, pages, seen := path, 0, map[string]bool{}
	for ; next != "" && pages < 60; pages++ {
		got := s.send(request{as: "ben", get: next})
		got.doc.Find(".rs > li").Each(func(_ int, li *goquery.Selection) { seen[li.AttrOr("id", "")] = true })
		summary := fmt.Sprintf("Replies %d–%s of 2,000", pages*50+1, strings.Replace(fmt.Sprint(pages*50+50), "000", ",000", 1))
		if pages < 20 && !strings.Contains(got.body, summary) {
			t.Errorf("page %d lacks %q", pages, summary)
		}
		next = got.doc.Find(`a[rel="next"]`).AttrOr("href", "")
	}
	if pages != 40 || len(seen) != 2000 {
		t.Errorf("%d pages show %d replies, want 40 and 2000", pages, len(seen))
	}
	last := s.send(request{as: "ben", get: path + "?page=last"})
	if !strings.Contains(last.body, "Replies 1,951–2,000 of 2,000") {
		t.Errorf("the last page shows %s", last.doc.Find("nav").Text())
	}
}

// TestStatementsPerPage holds each page, handler and all, to a bounded number of statements.
func TestStatementsPerPage(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		s := serve(t, h)
		q := h.ask(ada, "public", "Schools", "Libraries")
		h.fill(q, 40)
		for range 30 {
			h.ask(pat, "public", "Connectivity", "Schools")
		}
		if err := h.Watch(t.Context(), ben, "topic", 1); err != nil {
			t.Fatal(err)
		}
		for _, tc := range []struct {
			name, as, path string
			most           int64
		}{
			{"thread signed out", "", "/threads/1", 3},
			{"thread signed in", "ben", "/threads/1", 4},
			{"home signed out", "", "/", 3},
			{"home signed in", "ben", "/", 9}, // two of them once a minute
			{"latest signed in", "ben", "/latest", 6},
			{"composer", "ben", "/write", 3},
			{"drafts", "ben", "/drafts", 3},
		} {
			ctx, n := db.CountQueries(context.Background())
			counted := fiber.New(fiber.Config{Immutable: true})
			counted.Use(func(c *fiber.Ctx) error {
				c.SetUserContext(ctx)
				return c.Next()
			})
			counted.Mount("/", s.app)
			req := httptest.NewRequest(http.MethodGet, tc.path, nil)
			req.Header.Set("As", tc.as)
			res, err := counted.Test(req, -1)
			if err != nil || res.StatusCode != http.StatusOK {
				t.Fatalf("%s: %v, %v", tc.name, res, err)
			}
			if err := res.Body.Close(); err != nil {
				t.Fatal(err)
			}
			if got := n.Load(); got == 0 || got > tc.most {
				t.Errorf("%s takes %d statements, want 1 to %d", tc.name, got, tc.most)
			}
		}
	})
}
