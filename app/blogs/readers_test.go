package blogs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/mmcdole/gofeed"

	"watercooler/app/apptest/backends"
	"watercooler/app/blogs"
	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/app/mail"
	"watercooler/app/threads"
	"watercooler/app/web"
	"watercooler/auth"
)

const faceURL = "https://hub.example"

// face is a hub with four blogs, "open" (public), "inside" (everyone signed in), "circle" (members of network 1) and "later"
// (public, not launched), and five people, of whom 5 has left and the address of 4 was never proved.
type face struct {
	t       *testing.T
	db      *db.DB
	readers *blogs.Readers
	events  *event.Dispatcher
	routes  *fiber.App
	as      auth.Viewer // who asks

	sent []mail.Letter
	fail func(mail.Letter) error // what the mail server says
}

// Send takes a letter.
func (f *face) Send(_ context.Context, l mail.Letter) error {
	if f.fail != nil {
		if err := f.fail(l); err != nil {
			return err
		}
	}
	f.sent = append(f.sent, l)
	return nil
}

// ByPerson is who a person is: all are staff of organisation 1, and 2 is in network 1.
func (f *face) ByPerson(_ context.Context, person int64) (auth.Viewer, error) {
	v := auth.ForPerson(person, person, 1, true, 0)
	switch person {
	case 2:
		return v.In(auth.Membership{Network: 1}), nil
	case 5:
		return auth.Public, errs.NotFoundf("gone")
	}
	return v, nil
}

// Mailbox is where a person gets letters.
func (f *face) Mailbox(_ context.Context, v auth.Viewer) (string, error) {
	if v.Person == 4 {
		return "", nil
	}
	return fmt.Sprintf("p%d@hub.example", v.Person), nil
}

func (f *face) person(id int64) auth.Viewer {
	v, err := f.ByPerson(f.t.Context(), id)
	if err != nil {
		f.t.Fatal(err)
	}
	return v
}

func eachFace(t *testing.T, test func(t *testing.T, f *face)) {
	t.Helper()
	backends.Each(t, func(t *testing.T, d *db.DB) {
		f := &face{t: t, db: d, as: auth.Public}
		f.exec(`INSERT INTO organisations (name, slug, home, created_at) VALUES ('Devon', 'devon', TRUE, 1)`)
		for _, name := range []string{"ada", "gwen", "mo", "ben", "eva"} {
			f.exec(`INSERT INTO people (organisation_id, handle, name, sort_name, created_at, updated_at) VALUES (1, $1, $2, $3, 1, 1)`, name, name, name)
		}
		f.exec(`INSERT INTO networks (slug, name, access, audience, created_at, updated_at) VALUES ('circle', 'Circle', 'closed', 'hub', 1, 1)`)
		f.exec(`INSERT INTO topics (slug, name, created_at) VALUES ('libraries', 'Libraries', 1)`)
		soon := db.Micros(time.Now().Add(time.Hour))
		for i, b := range []struct {
			slug, kind, audience string
			launch               any
		}{{"open", "person", "public", nil}, {"inside", "person", "hub", nil}, {"circle", "network", "network:1", nil}, {"later", "person", "public", soon}} {
			owner := i + 1
			if b.kind == "network" {
				owner = 1
			}
			f.exec(`INSERT INTO blogs (slug, name, description, owner_kind, owner_id, audience, launch_at, created_at, updated_at) VALUES ($1, $2, '', $3, $4, $5, $6, 1, 1)`,
				b.slug, "Blog "+b.slug, b.kind, owner, b.audience, b.launch)
		}
		posts := threads.New(d, nil, time.Now)
		s := blogs.New(d, posts, nil, blogs.Options{Viewers: f})
		hub := func() string { return "Devon" }
		f.readers = blogs.NewReaders(s, blogs.ReadersConfig{BaseURL: faceURL, Hub: hub, Mail: f, Mailboxes: f})
		f.events = event.NewDispatcher(d, slog.New(slog.DiscardHandler), event.Options{MaxAttempts: 3, Backoff: func(int) time.Duration { return 0 }}, f.readers.Letters())
		if err := f.events.Register(t.Context()); err != nil {
			t.Fatal(err)
		}
		w, err := web.New(web.Config{BaseURL: faceURL})
		if err != nil {
			t.Fatal(err)
		}
		f.routes = fiber.New(fiber.Config{Immutable: true, ErrorHandler: w.ErrorHandler})
		f.routes.Use(func(c *fiber.Ctx) error {
			auth.SetViewer(c, f.as)
			return c.Next()
		})
		feeds, readers := blogs.NewFeedWeb(s, w, hub), blogs.NewReaderWeb(f.readers, w)
		f.routes.Get("/feed.atom", feeds.Atom)
		f.routes.Get("/feed.json", feeds.JSON)
		f.routes.Get("/blog/:blog/feed.atom", feeds.Atom)
		f.routes.Get("/blog/:blog/feed.json", feeds.JSON)
		f.routes.Post("/blog/:blog/readers", readers.Change)
		f.routes.Get("/blog/readers/:token", readers.Show)
		f.routes.Post("/blog/readers/:token", readers.Answer)
		f.routes.Get("/settings/letters", readers.Mine)
		test(t, f)
	})
}

func (f *face) exec(statement string, args ...any) {
	f.t.Helper()
	if err := f.db.Tx(f.t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(f.t.Context(), statement, args...)
		return err
	}); err != nil {
		f.t.Fatalf("%s: %v", statement, err)
	}
}

// post publishes a post and returns the id of its thread.
func (f *face) post(blog int, slug, audience string) (id int64) {
	f.t.Helper()
	at := time.Date(2027, 3, 4, 12, blog, 0, 0, time.UTC)
	err := f.db.Tx(f.t.Context(), func(tx *db.Tx) error {
		ctx := f.t.Context()
		if err := tx.QueryRow(ctx, `
			INSERT INTO threads (kind, title, body, body_html, excerpt, renderer, author_id, audience, created_at, active_at)
			VALUES ('post', $1, '', '<p>See <a href="/topics/libraries">this</a>.</p>', 'How it begins', 1, 1, $2, $3, $3)
			RETURNING id`, "Title of "+slug, audience, db.Micros(at)).Scan(&id); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO posts (thread_id, blog_id, slug, summary, published_at) VALUES ($1, $2, $3, 'In short', $4)`, id, blog, slug, db.Micros(at)); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `INSERT INTO thread_topics (thread_id, topic_id) VALUES ($1, 1)`, id); err != nil {
			return err
		}
		return event.Append(ctx, tx, event.Event{Actor: 1, Verb: "post.published", Object: event.Ref{Kind: "thread", ID: id}, Audience: audience})
	})
	if err != nil {
		f.t.Fatal(err)
	}
	return id
}

// letters hands on what happened and returns the letters sent since, as "address: subject".
func (f *face) letters() []string {
	f.t.Helper()
	if err := f.events.Drain(f.t.Context()); err != nil {
		f.t.Fatal(err)
	}
	var list []string
	for _, l := range f.sent {
		list = append(list, l.To+": "+l.Subject)
	}
	slices.Sort(list)
	f.sent = nil
	return list
}

func (f *face) ask(method, path, form string, header ...string) (status int, body string, answer func(string) string) {
	f.t.Helper()
	req := httptest.NewRequestWithContext(context.WithoutCancel(f.t.Context()), method, path, strings.NewReader(form))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for _, h := range header {
		name, value, _ := strings.Cut(h, ": ")
		req.Header.Set(name, value)
	}
	res, err := f.routes.Test(req, -1)
	if err != nil {
		f.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	return res.StatusCode, string(raw), res.Header.Get
}

func TestAskConfirmStop(t *testing.T) {
	eachFace(t, func(t *testing.T, f *face) {
		cases := []struct {
			name, blog, email string
			status            int
			letters           int
			before            string // a statement run first
		}{
			{name: "a new address", blog: "open", email: " Una@Example.org ", status: 200, letters: 1},
			{name: "at once again", blog: "open", email: "una@example.org", status: 200},
			{name: "again an hour later", blog: "open", email: "una@example.org", status: 200, letters: 1, before: `UPDATE blog_readers SET created_at = created_at - 4000000000`},
			{name: "one that gets them already", blog: "open", email: "una@example.org", status: 200, before: `UPDATE blog_readers SET created_at = 1, confirmed_at = 1`},
			{name: "no address", blog: "open", email: "una", status: 422},
			{name: "an address with a name", blog: "open", email: "Una <una@example.org>", status: 422},
			{name: "two addresses", blog: "open", email: "a@example.org,b@example.org", status: 422},
			{name: "a line break in it", blog: "open", email: "a@example.org\r\nBcc: b@example.org", status: 422},
			{name: "a host without a dot", blog: "open", email: "root@localhost", status: 422},
			{name: "empty", blog: "open", email: "", status: 422},
			{name: "a blog that is not public", blog: "inside", email: "una@example.org", status: 404},
			{name: "a blog of a network", blog: "circle", email: "una@example.org", status: 404},
			{name: "a blog that is being prepared", blog: "later", email: "una@example.org", status: 404},
			{name: "no blog", blog: "kettles", email: "una@example.org", status: 404},
		}
		var said string
		for _, c := range cases {
			if c.before != "" {
				f.exec(c.before)
			}
			status, body, _ := f.ask("POST", "/blog/"+c.blog+"/readers", url.Values{"email": {c.email}}.Encode())
			if got := len(f.letters()); status != c.status || got != c.letters {
				t.Errorf("%s: got %d and %d letters, want %d and %d\n%.300s", c.name, status, got, c.status, c.letters, body)
			}
			if status == 200 {
				body = body[strings.Index(body, "<main"):]
				if said != "" && body != said {
					t.Errorf("%s: the answer tells the addresses apart", c.name)
				}
				said = body
			}
		}
	})
}

func TestLinkInTheLetter(t *testing.T) {
	eachFace(t, func(t *testing.T, f *face) {
		f.ask("POST", "/blog/open/readers", "email=una@example.org")
		if err := f.events.Drain(t.Context()); err != nil || len(f.sent) != 1 {
			t.Fatalf("got %v, %v", f.sent, err)
		}
		link := regexp.MustCompile(faceURL + `(/blog/readers/\S{43})\n`).FindStringSubmatch(f.sent[0].Text)
		if link == nil || f.sent[0].To != "una@example.org" {
			t.Fatalf("no link in %+v", f.sent[0])
		}
		f.sent = nil
		f.post(1, "one", "public")
		if got := f.letters(); len(got) != 0 {
			t.Errorf("before it is confirmed: got %v", got)
		}
		steps := []struct {
			name, method, form string
			status             int
			text               string
		}{
			{"opened", "GET", "", 200, "Yes, send me the posts"},
			{"opened again: opening does nothing", "GET", "", 200, "Yes, send me the posts"},
			{"no button", "POST", "do=dance", 422, ""},
			{"confirmed", "POST", "do=confirm", 200, "New posts come to you"},
			{"opened once confirmed", "GET", "", 200, "Stop the letters"},
			{"one click", "POST", "List-Unsubscribe=One-Click", 200, "The letters stop"},
			{"one click again", "POST", "List-Unsubscribe=One-Click", 200, "The letters stop"},
			{"opened once ended", "GET", "", 404, "no longer works"},
			{"confirmed once ended", "POST", "do=confirm", 404, ""},
		}
		for i, s := range steps {
			status, body, _ := f.ask(s.method, link[1], s.form)
			if status != s.status || !strings.Contains(body, s.text) {
				t.Errorf("%s: got %d, want %d and %q\n%.900s", s.name, status, s.status, s.text, body)
			}
			f.post(1, fmt.Sprint("post-", i), "public")
			if got, confirmed := len(f.letters()), i == 3 || i == 4; (got == 1) != confirmed {
				t.Errorf("after %s: got %d letters", s.name, got)
			}
		}
	})
}

func TestStrangersCannotFloodAnAddress(t *testing.T) {
	eachFace(t, func(t *testing.T, f *face) {
		for i := range 6 {
			f.exec(`INSERT INTO blogs (slug, name, owner_kind, owner_id, audience, created_at, updated_at) VALUES ($1, 'x', 'unit', $2, 'public', 1, 1)`, fmt.Sprint("blog-", i), 100+i)
			if err := f.readers.Ask(t.Context(), fmt.Sprint("blog-", i), "una@example.org"); err != nil {
				t.Fatal(err)
			}
		}
		if got := f.letters(); len(got) != 3 {
			t.Errorf("got %v, want three letters and no more", got)
		}
	})
}

func TestUnconfirmedAddressesAreForgotten(t *testing.T) {
	eachFace(t, func(t *testing.T, f *face) {
		for _, email := range []string{"fresh@example.org", "old@example.org", "sure@example.org"} {
			if err := f.readers.Ask(t.Context(), "open", email); err != nil {
				t.Fatal(err)
			}
		}
		f.exec(`UPDATE blog_readers SET created_at = 1 WHERE email <> 'fresh@example.org'`)
		f.exec(`UPDATE blog_readers SET confirmed_at = 1 WHERE email = 'sure@example.org'`)
		if err := f.readers.ForgetUnconfirmed(t.Context()); err != nil {
			t.Fatal(err)
		}
		rows, err := f.db.Query(t.Context(), `SELECT rd.email FROM blog_readers rd ORDER BY rd.email LIMIT 10`)
		left, err := db.Collect(rows, err, db.One[string])
		if got := strings.Join(left, " "); err != nil || got != "fresh@example.org sure@example.org" {
			t.Errorf("left: %s, %v", got, err)
		}
	})
}

func TestPeopleFollowByEmail(t *testing.T) {
	eachFace(t, func(t *testing.T, f *face) {
		cases := []struct {
			name   string
			as     auth.Viewer
			blog   string
			form   string
			status int
			to     string
			list   string // of what comes by e-mail, afterwards
		}{
			{"joins", f.person(2), "open", "", 303, "/blog/open", "open"},
			{"joins again", f.person(2), "open", "", 303, "/blog/open", "open"},
			{"a network's", f.person(2), "circle", "", 303, "/blog/circle", "circle open"},
			{"not a member", f.person(3), "circle", "", 404, "", ""},
			{"an address that was not proved", f.person(4), "open", "", 409, "", ""},
			{"stops", f.person(2), "open", "off=1", 303, "/blog/open", "circle"},
			{"stops from the settings", f.person(2), "circle", "off=1&return=%2Fsettings%2Fletters", 303, "/settings/letters", ""},
			{"stops what never came", f.person(2), "circle", "off=1&return=https%3A%2F%2Fx.example", 303, "/", ""},
		}
		for _, c := range cases {
			f.as = c.as
			status, body, header := f.ask("POST", "/blog/"+c.blog+"/readers", c.form)
			if status != c.status || header("Location") != c.to {
				t.Errorf("%s: got %d to %q, want %d to %q\n%.300s", c.name, status, header("Location"), c.status, c.to, body)
			}
			mine, err := f.readers.Mine(t.Context(), c.as)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, rd := range mine {
				got = append(got, rd.Blog.Slug)
			}
			if s := strings.Join(got, " "); s != c.list {
				t.Errorf("%s: gets %q, want %q", c.name, s, c.list)
			}
		}
		if f.as = f.person(2); f.readers.Join(t.Context(), f.as, "open") != nil {
			t.Fatal("cannot join")
		}
		if status, body, _ := f.ask("GET", "/settings/letters", ""); status != 200 || !strings.Contains(body, "Blog open") {
			t.Errorf("settings: got %d\n%s", status, body)
		}
	})
}

func TestLettersFollowTheAudience(t *testing.T) {
	eachFace(t, func(t *testing.T, f *face) {
		for _, blog := range []int{1, 2, 3} {
			for person := range 5 {
				f.exec(`INSERT INTO blog_readers (blog_id, person_id, email, token, created_at, confirmed_at) VALUES ($1, $2, $3, $4, 1, 1)`,
					blog, person+1, fmt.Sprintf("old%d@hub.example", person+1), fmt.Sprint("token", blog, person))
			}
			f.exec(`INSERT INTO blog_readers (blog_id, email, token, created_at, confirmed_at) VALUES ($1, 'una@example.org', $2, 1, 1)`, blog, fmt.Sprint("una", blog))
			f.exec(`INSERT INTO blog_readers (blog_id, email, token, created_at) VALUES ($1, 'unsure@example.org', $2, 1)`, blog, fmt.Sprint("unsure", blog))
		}
		cases := []struct {
			name, audience string
			blog           int
			then           string // what changes before the letters go out
			want           string
		}{
			{"public", "public", 1, "", "p1 p2 p3 una"},
			{"everyone signed in", "hub", 2, "", "p1 p2 p3"},
			{"a network", "network:1", 3, "", "p2"},
			{"narrowed meanwhile", "public", 1, `UPDATE threads SET audience = 'network:1' WHERE id = $1`, "p2"},
			{"deleted meanwhile", "public", 1, `UPDATE threads SET deleted_at = 1 WHERE id = $1`, ""},
		}
		for i, c := range cases {
			id := f.post(c.blog, fmt.Sprint("post-", i), c.audience)
			if c.then != "" {
				f.exec(c.then, id)
			}
			var got []string
			for _, l := range f.letters() {
				to, _, _ := strings.Cut(l, "@")
				got = append(got, to)
			}
			if s := strings.Join(got, " "); s != c.want {
				t.Errorf("%s: got %q, want %q", c.name, s, c.want)
			}
		}
	})
}

func TestLetterSaysWhatItIs(t *testing.T) {
	eachFace(t, func(t *testing.T, f *face) {
		f.exec(`INSERT INTO blog_readers (blog_id, email, token, created_at, confirmed_at) VALUES (1, 'una@example.org', 'secret', 1, 1)`)
		f.post(1, "one", "public")
		if err := f.events.Drain(t.Context()); err != nil || len(f.sent) != 1 {
			t.Fatalf("got %v, %v", f.sent, err)
		}
		l := f.sent[0]
		if l.Subject != "Title of one – Blog open" || l.Unsubscribe != faceURL+"/blog/readers/secret" {
			t.Errorf("got %+v", l)
		}
		for _, want := range []string{"In short", faceURL + "/blog/open/one", "because you follow the blog “Blog open”", faceURL + "/blog/readers/secret", "Devon"} {
			if !strings.Contains(l.Text, want) || !strings.Contains(l.HTML, want) {
				t.Errorf("want %q in both forms of\n%s\n%s", want, l.Text, l.HTML)
			}
		}
	})
}

func TestLettersAreSentOnce(t *testing.T) {
	eachFace(t, func(t *testing.T, f *face) {
		const readers = 450 // three events' worth
		for i := range readers {
			f.exec(`INSERT INTO blog_readers (blog_id, email, token, created_at, confirmed_at) VALUES (1, $1, $2, 1, 1)`, fmt.Sprintf("r%03d@example.org", i), fmt.Sprint("t", i))
		}
		// Every seventh mailbox is full the first time, and one for good; one address no server takes.
		tried := map[string]int{}
		f.fail = func(l mail.Letter) error {
			tried[l.To]++
			switch {
			case l.To == "r010@example.org":
				return errors.New("full for good")
			case l.To == "r020@example.org":
				return fmt.Errorf("%w: odd", mail.ErrLetter)
			case strings.HasSuffix(l.To, "7@example.org") && tried[l.To] == 1:
				return errors.New("full for now")
			}
			return nil
		}
		id := f.post(1, "one", "public")
		got := f.letters()
		if n := len(slices.Compact(slices.Clone(got))); n != len(got) {
			t.Errorf("%d letters to %d readers: somebody got one twice", len(got), n)
		}
		if len(got) != readers-2 {
			t.Errorf("got %d letters, want one to each but two", len(got))
		}
		if tried["r020@example.org"] != 1 {
			t.Errorf("what no server takes was tried %d times", tried["r020@example.org"])
		}
		// Told of it again, by whatever mishap, it has nothing more to send.
		f.fail = nil
		err := f.db.Tx(t.Context(), func(tx *db.Tx) error {
			return event.Append(t.Context(), tx, event.Event{Verb: "post.published", Object: event.Ref{Kind: "thread", ID: id}})
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := f.letters(); len(got) != 1 || !strings.HasPrefix(got[0], "r010@") {
			t.Errorf("again: got %v, want only the one that failed", got)
		}
	})
}

func TestWithoutMailNobodyFollowsByEmail(t *testing.T) {
	var none *blogs.Readers
	if none.Sends() {
		t.Error("no readers: sends letters")
	}
	r := blogs.NewReaders(nil, blogs.ReadersConfig{})
	for name, err := range map[string]error{"ask": r.Ask(t.Context(), "open", "una@example.org"), "join": r.Join(t.Context(), auth.ForPerson(1, 1, 1, true, 0), "open")} {
		if !errs.IsNotFound(err) {
			t.Errorf("%s: got %v, want NotFound", name, err)
		}
	}
	if form, err := r.ByEmail(t.Context(), auth.Public, blogs.Blog{Audience: auth.AudiencePublic}); form != nil || err != nil {
		t.Errorf("got the form %+v, %v", form, err)
	}
}

func TestFeeds(t *testing.T) {
	eachFace(t, func(t *testing.T, f *face) {
		f.post(1, "one", "public")
		f.post(1, "quiet", "hub")
		f.post(2, "inside", "hub")
		f.post(3, "circle", "network:1")
		cases := []struct {
			path   string
			status int
			want   string
		}{
			{"/feed.atom", 200, "Title of one"}, {"/feed.json", 200, "Title of one"},
			{"/blog/open/feed.atom", 200, "Title of one"}, {"/blog/open/feed.json", 200, "Title of one"},
			{"/blog/inside/feed.atom", 404, ""}, {"/blog/circle/feed.json", 404, ""}, {"/blog/later/feed.atom", 404, ""}, {"/blog/kettles/feed.atom", 404, ""},
		}
		for _, as := range []auth.Viewer{auth.Public, f.person(2)} { // the same for everybody
			f.as = as
			for _, c := range cases {
				status, body, header := f.ask("GET", c.path, "")
				if status != c.status {
					t.Errorf("%s: got %d, want %d", c.path, status, c.status)
				}
				if status != 200 {
					continue
				}
				feed, err := gofeed.NewParser().ParseString(body)
				if err != nil || len(feed.Items) != 1 {
					t.Fatalf("%s: got %+v, %v\n%s", c.path, feed, err, body)
				}
				item := feed.Items[0]
				if item.Title != c.want || item.Link != faceURL+"/blog/open/one" || item.Description != "In short" || len(item.Authors) != 1 || item.Authors[0].Name != "ada" || !slices.Equal(item.Categories, []string{"Libraries"}) {
					t.Errorf("%s: got %+v", c.path, item)
				}
				if want := `<p>See <a href="` + faceURL + `/topics/libraries">this</a>.</p>`; item.Content != want {
					t.Errorf("%s: got content %s, want %s", c.path, item.Content, want)
				}
				for name, again := range map[string]string{"tag": "If-None-Match: " + header("Etag"), "tags": `If-None-Match: "x", ` + header("Etag"), "time": "If-Modified-Since: " + header("Last-Modified")} {
					if status, body, _ := f.ask("GET", c.path, "", again); status != 304 || body != "" {
						t.Errorf("%s with the %s it has: got %d, want 304", c.path, name, status)
					}
				}
				for name, again := range map[string]string{"tag": `If-None-Match: "x"`, "time": "If-Modified-Since: Mon, 01 Feb 2027 12:00:00 GMT"} {
					if status, _, _ := f.ask("GET", c.path, "", again, "If-Modified-Since: Mon, 01 Feb 2027 12:00:00 GMT"); status != 200 {
						t.Errorf("%s with an older %s: got %d, want 200", c.path, name, status)
					}
				}
			}
		}
	})
}
