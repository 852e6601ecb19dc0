// Package apptest gives tests a whole hub: the real program on a temporary database, behind a real listener on loopback,
// with a clock that stands still and events that are handled when the test says so.
package apptest

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"watercooler/app"
	"watercooler/app/apptest/backends"
	"watercooler/app/db"
)

// Noon is when a hub under test lives: a Tuesday in summer time, so that dates show whether the time zone is right.
var Noon = time.Date(2027, time.May, 4, 11, 0, 0, 0, time.UTC)

// Clock is a clock that moves only when told to.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now returns the time it shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

// Add moves it on by d.
func (c *Clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Hub is a hub under test.
type Hub struct {
	App   *app.App
	DB    *db.DB
	URL   string // http://127.0.0.1:PORT
	Clock *Clock
	t     testing.TB
	stop  func()
}

// Change is what a test wants different from the usual hub.
type Change func(s *app.Settings, o *app.Options)

// New starts a hub on the database at address, which must be migrated. It stops with the test.
func New(t testing.TB, address string, change ...Change) *Hub {
	t.Helper()
	clock := &Clock{now: Noon}
	d := backends.Open(t, address, db.Options{Sync: "normal", Now: clock.Now})
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &Hub{DB: d, URL: "http://" + l.Addr().String(), Clock: clock, t: t}
	s := app.Settings{Data: t.TempDir(), BaseURL: h.URL, Timezone: london(t), BodyLimit: 12 << 20, PhotoLimit: 10 << 20}
	s.Auth.BaseURL = h.URL
	o := app.Options{Log: slog.New(slog.NewTextHandler(logTo{t}, &slog.HandlerOptions{Level: slog.LevelWarn})), Now: h.Clock.Now, Version: "test"}
	for _, c := range change {
		c(&s, &o)
	}
	if h.App, err = app.New(t.Context(), d, s, o); err != nil {
		t.Fatal(err)
	}
	if s.Sample { // before it serves, as the program does: both may build the index
		if err := h.App.Welcome(t.Context(), io.Discard); err != nil {
			t.Fatal(err)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- h.App.ServeOn(ctx, l) }()
	h.stop = sync.OnceFunc(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("stop the hub: %v", err)
		}
	})
	t.Cleanup(func() {
		h.Stop()
		if err := h.App.Close(); err != nil {
			t.Errorf("close the hub: %v", err)
		}
	})
	return h
}

// Stop stops the server as a signal does, and returns when it has stopped. Its database stays open until the test ends.
func (h *Hub) Stop() { h.stop() }

// Sample starts a hub on SQLite with the sample content, where anyone can sign in as a sample person.
func Sample(t testing.TB, change ...Change) *Hub {
	t.Helper()
	return SampleOn(t, backends.SQLiteURL(t), change...)
}

// SampleOn is Sample on the database at address, which must be migrated and is filled when it is empty.
func SampleOn(t testing.TB, address string, change ...Change) *Hub {
	t.Helper()
	h := New(t, address, append([]Change{func(s *app.Settings, _ *app.Options) { s.Sample = true }}, change...)...)
	h.Drain()
	return h
}

// Drain hands every event on to its consumers before it returns.
func (h *Hub) Drain() {
	h.t.Helper()
	if err := h.App.Drain(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

// Client is a browser without script: it keeps cookies, and follows no redirect by itself.
type Client struct {
	t    testing.TB
	base string
	http *http.Client
}

// Client returns a signed-out client.
func (h *Hub) Client() *Client {
	h.t.Helper()
	return Visit(h.t, h.URL)
}

// Visit returns a signed-out client of the hub at base, which may be another process.
func Visit(t testing.TB, base string) *Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &Client{t: t, base: base, http: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
}

// At returns the same browser, with its cookies, at another address.
func (c *Client) At(base string) *Client { return &Client{t: c.t, base: base, http: c.http} }

// As returns a client signed in as the sample person with this e-mail address.
func (h *Hub) As(email string) *Client {
	h.t.Helper()
	c := h.Client()
	if res := c.Post("/sign-in/sample", url.Values{"account": {h.Account(email)}}); res.Status != http.StatusSeeOther {
		h.t.Fatalf("sign in as %s: status %d\n%s", email, res.Status, res.Body)
	}
	return c
}

// Account returns the id of the account with this e-mail address, as forms carry it.
func (h *Hub) Account(email string) string {
	h.t.Helper()
	var id int64
	if err := h.DB.QueryRow(h.t.Context(), `SELECT id FROM accounts WHERE email = $1`, email).Scan(&id); err != nil {
		h.t.Fatalf("account of %s: %v", email, err)
	}
	return strconv.FormatInt(id, 10)
}

// Response is an answer with its body read.
type Response struct {
	Status   int
	Location string // of a redirect
	Header   http.Header
	Body     string
}

// Doc parses the page.
func (r Response) Doc(t testing.TB) *goquery.Document {
	t.Helper()
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(r.Body))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// Get fetches a path; header lines are "Name: value".
func (c *Client) Get(path string, header ...string) Response {
	c.t.Helper()
	return c.Do(http.MethodGet, path, "", header...)
}

// Post sends a form as a browser does from a page of the hub itself.
func (c *Client) Post(path string, form url.Values, header ...string) Response {
	c.t.Helper()
	return c.Do(http.MethodPost, path, form.Encode(), append([]string{"Sec-Fetch-Site: same-origin", "Content-Type: application/x-www-form-urlencoded"}, header...)...)
}

// Do sends any request; header lines are "Name: value", and the last of a name counts. It fails the test when no answer comes.
func (c *Client) Do(method, path, body string, header ...string) Response {
	c.t.Helper()
	res, err := c.Try(method, path, body, header...)
	if err != nil {
		c.t.Fatal(err)
	}
	return res
}

// Try is Do for servers that may be gone: it returns the error of a request without an answer.
func (c *Client) Try(method, path, body string, header ...string) (Response, error) {
	req, err := http.NewRequestWithContext(c.t.Context(), method, c.base+path, strings.NewReader(body))
	if err != nil {
		return Response{}, err
	}
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		req.Header.Set(name, value)
	}
	res, err := c.http.Do(req)
	if err != nil {
		return Response{}, err
	}
	defer res.Body.Close() //nolint:errcheck // only read
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return Response{}, err
	}
	return Response{Status: res.StatusCode, Location: res.Header.Get("Location"), Header: res.Header, Body: string(text)}, nil
}

func london(t testing.TB) *time.Location {
	t.Helper()
	l, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// logTo sends what the hub logs to the test that caused it.
type logTo struct{ t testing.TB }

func (l logTo) Write(p []byte) (int, error) {
	l.t.Log(strings.TrimRight(string(p), "\n"))
	return len(p), nil
}
