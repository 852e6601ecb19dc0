package app_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"watercooler/app"
	"watercooler/app/apptest"
	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/event"
	"watercooler/app/mail"
	"watercooler/auth"
)

// postbox keeps the letters of a hub under test.
type postbox struct {
	mu   sync.Mutex
	sent []mail.Letter
}

// Send keeps a letter.
func (p *postbox) Send(_ context.Context, l mail.Letter) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent = append(p.sent, l)
	return nil
}

func (p *postbox) take() []mail.Letter {
	p.mu.Lock()
	defer p.mu.Unlock()
	sent := p.sent
	p.sent = nil
	return sent
}

// TestFollowABlogByEmail goes the whole way of a stranger and of a member, through the middleware of a real hub: the one click
// of RFC 8058 comes without cookie, origin or referer.
func TestFollowABlogByEmail(t *testing.T) {
	box := new(postbox)
	h := apptest.SampleOn(t, backends.SQLiteURL(t), func(_ *app.Settings, o *app.Options) { o.Mail = box })
	box.take()
	publicBlog(t, h, "face")
	stranger, member := h.Client(), h.As(priya)
	if page := stranger.Get("/blog/face").Doc(t); page.Find(`form[action="/blog/face/readers"] input[name=email]`).Length() != 1 {
		t.Error("a stranger is not asked for an address")
	}
	if got := stranger.Post("/blog/face/readers", url.Values{"email": {"una@example.org"}}); got.Status != http.StatusOK {
		t.Fatalf("follow: status %d\n%s", got.Status, got.Body)
	}
	if got := member.Post("/blog/face/readers", nil); got.Status != http.StatusSeeOther {
		t.Fatalf("follow, signed in: status %d\n%s", got.Status, got.Body)
	}
	if page := member.Get("/blog/face").Doc(t); page.Find(`form[action="/blog/face/readers"] input[name=off]`).Length() != 1 {
		t.Error("somebody who follows cannot stop on the blog's page")
	}
	h.Drain()
	letters := box.take()
	if len(letters) != 1 || letters[0].To != "una@example.org" {
		t.Fatalf("got %+v, want one letter to the stranger", letters)
	}
	link := regexp.MustCompile(h.URL + `(/blog/readers/\S+)`).FindStringSubmatch(letters[0].Text)[1]
	if got := h.Client().Post(link, url.Values{"do": {"confirm"}}); got.Status != http.StatusOK {
		t.Fatalf("confirm: status %d\n%s", got.Status, got.Body)
	}
	publish(t, h, "face", "one")
	h.Drain()
	to := map[string]string{}
	for _, l := range box.take() {
		to[l.To] = strings.TrimPrefix(l.Unsubscribe, h.URL)
	}
	if len(to) != 2 || to["una@example.org"] != link || to[priya] == "" {
		t.Fatalf("got letters to %v", to)
	}
	for _, out := range to {
		got := h.Client().Do(http.MethodPost, out, "List-Unsubscribe=One-Click", "Content-Type: application/x-www-form-urlencoded")
		if got.Status != http.StatusOK {
			t.Errorf("one click: status %d\n%s", got.Status, got.Body)
		}
	}
	publish(t, h, "face", "two")
	h.Drain()
	if late := box.take(); len(late) != 0 {
		t.Errorf("after the end: got %+v", late)
	}
}

// publicBlog makes a public blog, with a row: what is under test comes after that.
func publicBlog(t *testing.T, h *apptest.Hub, slug string) {
	t.Helper()
	inTx(t, h, `
		INSERT INTO blogs (slug, name, owner_kind, owner_id, audience, created_at, updated_at)
		VALUES ($1, $1, 'unit', 9999, 'public', 1, 1)`, slug)
}

// publish publishes a post in a blog.
func publish(t *testing.T, h *apptest.Hub, blog, slug string) {
	t.Helper()
	inTx(t, h, `
		INSERT INTO threads (kind, title, body, body_html, excerpt, renderer, author_id, audience, created_at, active_at)
		SELECT 'post', CAST($1 AS TEXT), '', '', '', 1, MIN(p.id), 'public', 1, 1
		FROM people p`, slug)
	inTx(t, h, `
		INSERT INTO posts (thread_id, blog_id, slug, published_at)
		SELECT (SELECT MAX(t.id) FROM threads t), b.id, CAST($1 AS TEXT), 1
		FROM blogs b
		WHERE b.slug = $2`, slug, blog)
	err := h.DB.Tx(t.Context(), func(tx *db.Tx) error {
		var id int64
		if err := tx.QueryRow(t.Context(), `SELECT MAX(t.id) FROM threads t`).Scan(&id); err != nil {
			return err
		}
		return event.Append(t.Context(), tx, event.Event{Verb: "post.published", Object: event.Ref{Kind: "thread", ID: id}, Audience: auth.AudiencePublic})
	})
	if err != nil {
		t.Fatal(err)
	}
}

func inTx(t *testing.T, h *apptest.Hub, statement string, args ...any) {
	t.Helper()
	err := h.DB.Tx(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), statement, args...)
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// TestMergedTopicIsFoundUnderItsOldName merges two topics and looks for both.
func TestMergedTopicIsFoundUnderItsOldName(t *testing.T) {
	h := apptest.Sample(t)
	c := h.As(ruth)
	for _, name := range []string{"Kettles", "Teapots"} {
		if got := c.Post("/topics", url.Values{"name": {name}}); got.Status != http.StatusSeeOther {
			t.Fatalf("add %s: status %d\n%s", name, got.Status, got.Body)
		}
	}
	asked := c.Post("/threads", url.Values{"kind": {"question"}, "title": {"Who descales these?"}, "topics": {"Kettles"}, "audience": {"public"}})
	if asked.Status != http.StatusSeeOther {
		t.Fatalf("ask: status %d\n%s", asked.Status, asked.Body)
	}
	h.Drain()
	if got := c.Post("/topics/kettles/merge", url.Values{"into": {"Teapots"}}); got.Location != "/topics/teapots" {
		t.Fatalf("merge: status %d to %q\n%s", got.Status, got.Location, got.Body)
	}
	h.Drain()
	if got := h.Client().Get("/topics/kettles"); got.Status != http.StatusMovedPermanently || got.Location != "/topics/teapots" {
		t.Errorf("the old address: status %d to %q", got.Status, got.Location)
	}
	for _, q := range []string{"kettles", "topic:teapots"} {
		page := h.Client().Get("/search?q=" + q).Doc(t)
		if page.Find(`main a[href="`+asked.Location+`"]`).Length() == 0 {
			t.Errorf("%s: the thread is not found\n%s", q, page.Find("main").Text())
		}
		if page.Find(`main a[href="/topics/kettles"]`).Length() != 0 {
			t.Errorf("%s: the topic that is gone is found", q)
		}
	}
}
