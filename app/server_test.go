package app_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"watercooler/app"
	"watercooler/app/apptest"
	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/static"
)

// People of the sample hub.
const (
	priya = "priya.nair@tamarshire.example"      // a member
	ruth  = "ruth.ellery@tamarshire.example"     // a moderator
	imran = "imran.qureshi@tamarshire.example"   // an administrator
	helen = "helen.trevanion@tamarshire.example" // a leader
)

// TestStoppingLosesNoRequest stops a hub in the middle of many replies: whatever was answered is in the database, and what was
// not answered was not done.
func TestStoppingLosesNoRequest(t *testing.T) {
	backends.EachURL(t, func(t *testing.T, address string) {
		h := apptest.SampleOn(t, address)
		var (
			mu       sync.Mutex
			answered []string
			clients  sync.WaitGroup
			underWay = make(chan struct{}) // closed when enough has been answered for the stop to come in the middle
		)
		for n := range 8 {
			c := h.As(priya)
			clients.Go(func() {
				for i := 0; ; i++ {
					body := fmt.Sprintf("kept %d of client %d", i, n)
					form := url.Values{"body": {body}}.Encode()
					res, err := c.Try("POST", "/threads/1/replies", form, "Content-Type: application/x-www-form-urlencoded", "Sec-Fetch-Site: same-origin")
					if err != nil {
						return // refused
					}
					if res.Status != http.StatusSeeOther {
						t.Errorf("%s: status %d", body, res.Status)
						return
					}
					mu.Lock()
					answered = append(answered, body)
					if len(answered) == 100 {
						close(underWay)
					}
					mu.Unlock()
				}
			})
		}
		<-underWay
		h.Stop()
		clients.Wait()

		rows, err := h.DB.Query(t.Context(), `SELECT body FROM replies WHERE body LIKE 'kept %' ORDER BY body`)
		stored, err := db.Collect(rows, err, func(r db.Scanner) (body string, err error) { return body, r.Scan(&body) })
		if err != nil {
			t.Fatal(err)
		}
		slices.Sort(stored) // a collation may order otherwise
		slices.Sort(answered)
		if !slices.Equal(stored, answered) {
			t.Errorf("%d replies were answered and %d are stored", len(answered), len(stored))
		}
	})
}

// TestStopBeforeStart asks a server to stop before it has begun: it does, and does not wait for ever.
func TestStopBeforeStart(t *testing.T) {
	a, err := app.New(t.Context(), backends.SQLite(t), app.Settings{Data: t.TempDir()}, app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := a.ServeOn(ctx, l); err != nil {
		t.Error(err)
	}
}

func TestReadiness(t *testing.T) {
	h := apptest.New(t, backends.SQLiteURL(t))
	ask := func(path string) int {
		t.Helper()
		res, err := h.App.Ask(httptest.NewRequestWithContext(t.Context(), "GET", path, nil))
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		return res.StatusCode
	}
	check := func(when string, ready int) {
		t.Helper()
		if got := ask("/healthz"); got != http.StatusOK {
			t.Errorf("%s: /healthz %d, want 200", when, got)
		}
		if got := ask("/readyz"); got != ready {
			t.Errorf("%s: /readyz %d, want %d", when, got, ready)
		}
	}
	h.Client().Get("/healthz") // it serves
	check("serving", http.StatusOK)
	h.Stop()
	check("stopped", http.StatusServiceUnavailable)
}

func TestReadinessNeedsTheDatabase(t *testing.T) {
	h := apptest.New(t, backends.SQLiteURL(t))
	c := h.Client()
	if got := c.Get("/readyz"); got.Status != http.StatusOK {
		t.Fatalf("/readyz %d %s", got.Status, got.Body)
	}
	if err := h.DB.Close(); err != nil {
		t.Fatal(err)
	}
	if got := c.Get("/readyz"); got.Status != http.StatusServiceUnavailable || !strings.Contains(got.Body, "database") {
		t.Errorf("without a database: %d %s", got.Status, got.Body)
	}
	if got := c.Get("/healthz"); got.Status != http.StatusOK {
		t.Errorf("/healthz %d, want 200: a slow database is no reason to kill the hub", got.Status)
	}
}

func TestStaticFiles(t *testing.T) {
	c := apptest.New(t, backends.SQLiteURL(t)).Client()
	css := static.Prefix() + "app.css"
	plain := c.Get(css, "Accept-Encoding: identity")
	if plain.Status != http.StatusOK || plain.Header.Get("Content-Encoding") != "" || len(plain.Body) < 1000 {
		t.Fatalf("%s: status %d, %d bytes, %v", css, plain.Status, len(plain.Body), plain.Header)
	}
	for _, tc := range []struct{ accept, encoding string }{
		{"br, gzip", "br"}, {"gzip, deflate, br, zstd", "br"}, {"gzip", "gzip"}, {"deflate", ""},
	} {
		got := c.Get(css, "Accept-Encoding: "+tc.accept)
		if got.Header.Get("Content-Encoding") != tc.encoding || got.Header.Get("Content-Type") != "text/css; charset=utf-8" ||
			got.Header.Get("Cache-Control") != "public, max-age=31536000, immutable" || got.Header.Get("Vary") != "Accept-Encoding" || got.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s: headers %v, want encoding %q, immutable", tc.accept, got.Header, tc.encoding)
		}
		if tc.encoding != "" && len(got.Body) >= len(plain.Body) {
			t.Errorf("%s: %d bytes for %d", tc.accept, len(got.Body), len(plain.Body))
		}
		if tc.encoding == "gzip" {
			z, err := gzip.NewReader(strings.NewReader(got.Body))
			if err != nil {
				t.Fatal(err)
			}
			if text, err := io.ReadAll(z); err != nil || string(text) != plain.Body {
				t.Errorf("gzip holds another text (%v)", err)
			}
		}
	}
	for _, path := range []string{"/static/0123456789abcdef/app.css", static.Prefix() + "nothing.css", static.Prefix() + "../static.go", static.Prefix()} {
		if got := c.Get(path); got.Status != http.StatusNotFound || strings.Contains(got.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: status %d, %v", path, got.Status, got.Header)
		}
	}
}

// TestZipIsSentAsItIs takes contributions along with a browser that would like everything compressed.
func TestZipIsSentAsItIs(t *testing.T) {
	c := apptest.Sample(t).As(priya)
	got := c.Post("/settings/export", nil, "Accept-Encoding: gzip, br")
	if got.Status != http.StatusOK || got.Header.Get("Content-Encoding") != "" || !strings.HasPrefix(got.Body, "PK") {
		t.Errorf("status %d, headers %v, %.20q", got.Status, got.Header, got.Body)
	}
	if page := c.Get("/settings/export", "Accept-Encoding: gzip"); page.Status != http.StatusOK || page.Header.Get("Content-Encoding") != "gzip" {
		t.Errorf("its page: status %d, headers %v", page.Status, page.Header)
	}
}

// TestEveryKindOfAnswerIsGuarded looks at the headers of each kind of answer the hub gives.
func TestEveryKindOfAnswerIsGuarded(t *testing.T) {
	h := apptest.Sample(t, func(s *app.Settings, _ *app.Options) { s.BodyLimit = 64 << 10 })
	c := h.Client()
	for name, got := range map[string]apptest.Response{
		"page":                c.Get("/"),
		"fragment":            c.Get("/suggest?q=bins", "HX-Request: true"),
		"static file":         c.Get(static.Prefix() + "app.css"),
		"no such file":        c.Get(static.Prefix() + "nothing"),
		"API":                 c.Get("/api/v1/search?q=bins"),
		"API's own paper":     c.Get("/api/v1/openapi.json"),
		"no such API":         c.Get("/api/v1/nothing"),
		"no such page":        c.Get("/nothing"),
		"redirect to sign in": c.Get("/people"),
		"refused form":        c.Do("POST", "/sign-in", "", "Sec-Fetch-Site: cross-site"),
		"health":              c.Get("/healthz"),
		"too large":           tooLarge(t, h),
	} {
		for header, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "Referrer-Policy": "same-origin",
			"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
		} {
			if v := got.Header.Get(header); v != want {
				t.Errorf("%s (%d): %s %q, want %q", name, got.Status, header, v, want)
			}
		}
		if csp := got.Header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s (%d): policy %q", name, got.Status, csp)
		}
		if id := got.Header.Get("X-Request-Id"); len(id) != 16 {
			t.Errorf("%s (%d): request id %q", name, got.Status, id)
		}
		if s := got.Header.Get("Server"); s != "" {
			t.Errorf("%s: says what serves it: %q", name, s)
		}
	}
}

// tooLarge announces a body beyond the limit, and reads the answer that comes before any of it is sent.
func tooLarge(t *testing.T, h *apptest.Hub) apptest.Response {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(h.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "POST /settings/photo HTTP/1.1\r\nHost: hub\r\nContent-Type: image/jpeg\r\nContent-Length: 1000000000\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return apptest.Response{Status: res.StatusCode, Header: res.Header, Body: string(body)}
}

func TestErrorPages(t *testing.T) {
	var broken atomic.Pointer[func(context.Context) context.Context] // what happens to requests while it is set
	h := apptest.Sample(t, func(s *app.Settings, o *app.Options) {
		s.BodyLimit = 64 << 10
		o.Log = slog.New(slog.DiscardHandler) // these errors are meant
		o.Context = func(ctx context.Context) context.Context {
			if do := broken.Load(); do != nil {
				return (*do)(ctx)
			}
			return ctx
		}
	})
	while := func(do func(context.Context) context.Context, c *apptest.Client, path string, header ...string) apptest.Response {
		broken.Store(&do)
		defer broken.Store(nil)
		return c.Get(path, header...)
	}
	late := func(ctx context.Context) context.Context {
		ctx, cancel := context.WithDeadline(ctx, time.Unix(1, 0))
		cancel()
		return ctx
	}
	panics := func(context.Context) context.Context { panic("planted") }
	c := h.Client()

	for _, tc := range []struct {
		name   string
		got    apptest.Response
		status int
		says   string // in main
	}{
		{"unknown address", c.Get("/no/such/page"), 404, "There is no such page"},
		{"unknown thread", c.Get("/threads/999999"), 404, "Sign in"},
		{"method not taken", c.Do("DELETE", "/latest", "", "Sec-Fetch-Site: same-origin"), 405, "does not take that kind"},
		{"form from elsewhere", c.Do("POST", "/sign-in", "", "Sec-Fetch-Site: cross-site"), 403, "another site"},
		{"too large", tooLarge(t, h), 413, "larger than this hub accepts"},
		{"too slow", while(late, c, "/latest"), 503, "took too long"},
		{"panic", while(panics, c, "/latest"), 500, "went wrong on our side"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if tc.got.Status != tc.status {
				t.Errorf("status %d, want %d", tc.got.Status, tc.status)
			}
			doc := tc.got.Doc(t)
			if text := doc.Find("main").Text(); !strings.Contains(text, tc.says) {
				t.Errorf("the page says %q, want %q", text, tc.says)
			}
			if id := tc.got.Header.Get("X-Request-Id"); id == "" || !strings.Contains(doc.Find("main").Text(), id) {
				t.Errorf("the page does not name request %q", id)
			}
			if n := doc.Find("h1").Length(); n != 1 {
				t.Errorf("%d headings, want 1", n)
			}
			if cache := tc.got.Header.Get("Cache-Control"); cache != "no-store" {
				t.Errorf("Cache-Control %q", cache)
			}
		})
	}
	if got := while(late, c, "/latest"); got.Header.Get("Retry-After") == "" {
		t.Error("too slow: no Retry-After")
	}
	for _, tc := range []struct {
		name   string
		got    apptest.Response
		status int
	}{
		{"unknown address", c.Get("/api/v1/nothing"), 404},
		{"too slow", while(late, c, "/api/v1/search?q=library+broadband"), 503},
		{"panic", while(panics, c, "/api/v1/search?q=library"), 500},
	} {
		var problem struct {
			Status          int
			Detail, Request string
		}
		if err := json.Unmarshal([]byte(tc.got.Body), &problem); err != nil || tc.got.Header.Get("Content-Type") != "application/problem+json" ||
			tc.got.Status != tc.status || problem.Status != tc.status || problem.Request == "" || strings.Contains(problem.Detail, "planted") {
			t.Errorf("API, %s: %d %s (%v)", tc.name, tc.got.Status, tc.got.Body, err)
		}
	}
	if got := c.Get("/latest"); got.Status != 200 {
		t.Errorf("after all that: status %d", got.Status)
	}
}

// TestForeignFormsAreRefused posts to the real addresses as other sites would make a browser do.
func TestForeignFormsAreRefused(t *testing.T) {
	h := apptest.Sample(t)
	c := h.As(priya)
	form := url.Values{"body": {"Planted"}}.Encode()
	for name, header := range map[string][]string{
		"another site":        {"Sec-Fetch-Site: cross-site"},
		"another host of it":  {"Sec-Fetch-Site: same-site"},
		"old browser":         {"Origin: https://elsewhere.example"},
		"older browser":       {"Referer: https://elsewhere.example/x"},
		"opaque origin":       {"Origin: null"},
		"nothing but cookies": nil,
	} {
		got := c.Do("POST", "/threads/1/replies", form, append([]string{"Content-Type: application/x-www-form-urlencoded"}, header...)...)
		if got.Status != http.StatusForbidden {
			t.Errorf("%s: status %d, want 403", name, got.Status)
		}
	}
	if strings.Contains(c.Get("/threads/1").Body, "Planted") {
		t.Error("a foreign form was written")
	}
	if got := c.Post("/threads/1/replies", url.Values{"body": {"My own"}}); got.Status != http.StatusSeeOther {
		t.Errorf("own form: status %d", got.Status)
	}
}

func TestRateLimits(t *testing.T) {
	h := apptest.Sample(t, func(s *app.Settings, _ *app.Options) { s.RateLimits = true })
	c := h.Client()
	var got apptest.Response
	for range 200 {
		if got = c.Post("/sign-in", url.Values{"email": {"nobody@example.org"}, "password": {"x"}}); got.Status == http.StatusTooManyRequests && got.Header.Get("Retry-After") != "" {
			break
		}
	}
	if got.Status != http.StatusTooManyRequests {
		t.Fatalf("after 200 tries at the door: status %d", got.Status)
	}
	if again := c.Get("/sign-in"); again.Status != http.StatusOK {
		t.Errorf("reading is another class: status %d", again.Status)
	}
	free := apptest.Sample(t).Client()
	for i := range 100 {
		if got := free.Get("/search?q=x"); got.Status != http.StatusOK {
			t.Fatalf("without limits, request %d: status %d", i, got.Status)
		}
	}
}

// TestLogHoldsNothingPersonal does what people do and reads the log like somebody who should not.
func TestLogHoldsNothingPersonal(t *testing.T) {
	log := newLines()
	h := apptest.Sample(t, func(_ *app.Settings, o *app.Options) {
		o.Log = slog.New(slog.NewJSONHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	c := h.As(priya)
	c.Get("/")
	c.Get("/search?q=my+secret+illness")
	c.Get("/suggest?q=my+secret+illness")
	c.Get("/people/sian-rees")
	c.Get("/api/v1/search?q=my+secret+illness")
	opened := c.Post("/threads", url.Values{"kind": {"question"}, "title": {"My secret illness"}, "body": {"Is a secret"}, "audience": {"hub"}})
	if opened.Status != http.StatusSeeOther {
		t.Fatalf("ask: status %d\n%s", opened.Status, opened.Body)
	}
	h.Drain()
	stranger := h.Client()
	stranger.Post("/sign-in", url.Values{"email": {priya}, "password": {"a wrong password"}})
	stranger.Post("/sign-in/forgotten", url.Values{"email": {priya}})
	stranger.Get("/link/SECRETOFTHELINK")
	stranger.Get("/nothing/" + priya)
	h.Drain()

	text := log.String()
	if !strings.Contains(text, `"route":"/search"`) || !strings.Contains(text, `"request":"`) {
		t.Fatalf("the log has no lines about requests:\n%s", text)
	}
	for _, private := range []string{"priya", "Priya", "tamarshire.example", "sian-rees", "illness", "wrong password", "SECRETOFTHELINK", "127.0.0.1:5"} {
		if i := strings.Index(text, private); i >= 0 {
			t.Errorf("the log holds %q: …%s…", private, text[max(0, i-200):min(len(text), i+100)])
		}
	}
}

func TestRequestIDs(t *testing.T) {
	c := apptest.New(t, backends.SQLiteURL(t)).Client()
	seen := map[string]bool{}
	for range 20 {
		id := c.Get("/healthz", "X-Request-Id: forged-by-the-client").Header.Get("X-Request-Id")
		if len(id) != 16 || seen[id] {
			t.Fatalf("request id %q (seen: %v)", id, seen[id])
		}
		seen[id] = true
	}
}
