package web_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"watercooler/app/apptest/backends"
	"watercooler/app/errs"
	"watercooler/app/kv"
	"watercooler/app/web"
	"watercooler/auth"
)

func newWeb(t *testing.T, cfg web.Config) *web.Web {
	t.Helper()
	w, err := web.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// newApp returns an application with the middleware every request passes, and w's error handler.
func newApp(w *web.Web) *fiber.App {
	app := fiber.New(fiber.Config{Immutable: true, ErrorHandler: w.ErrorHandler})
	app.Use(web.RequestID, w.AccessLog, w.Recover, w.SecurityHeaders, web.Deadline, w.SameOrigin)
	return app
}

// answer is a response with its body read.
type answer struct {
	status int
	header http.Header
	body   string
}

func do(t *testing.T, app *fiber.App, method, target string, header ...string) answer {
	t.Helper()
	var body io.Reader
	r := httptest.NewRequestWithContext(t.Context(), method, target, body)
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		if name == "Host" {
			r.Host = value
		} else {
			r.Header.Add(name, value)
		}
	}
	res, err := app.Test(r, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(raw)}
}

func TestSameOrigin(t *testing.T) {
	app := newApp(newWeb(t, web.Config{BaseURL: "https://hub.example"}))
	app.All("/", func(c *fiber.Ctx) error { return c.SendString("done") })
	for _, tc := range []struct {
		name   string
		method string
		header []string
		status int
	}{
		{"reading from anywhere", "GET", []string{"Sec-Fetch-Site: cross-site", "Origin: https://evil.example"}, 200},
		{"own page", "POST", []string{"Sec-Fetch-Site: same-origin", "Cookie: a=b"}, 200},
		{"typed by the person", "POST", []string{"Sec-Fetch-Site: none", "Cookie: a=b"}, 200},
		{"foreign page", "POST", []string{"Sec-Fetch-Site: cross-site"}, 403},
		{"foreign page that claims our origin", "POST", []string{"Sec-Fetch-Site: cross-site", "Origin: https://hub.example"}, 403},
		{"another host of the domain", "POST", []string{"Sec-Fetch-Site: same-site", "Cookie: a=b"}, 403},
		{"plain http, own origin", "POST", []string{"Host: intranet:8080", "Origin: http://intranet:8080", "Cookie: a=b"}, 200},
		{"plain http, foreign origin", "POST", []string{"Host: intranet:8080", "Origin: http://evil.example", "Cookie: a=b"}, 403},
		{"same host, another port", "POST", []string{"Host: intranet:8080", "Origin: http://intranet:9090", "Cookie: a=b"}, 403},
		{"behind a proxy that rewrites Host", "POST", []string{"Host: 10.0.0.7:8080", "Origin: https://hub.example", "Cookie: a=b"}, 200},
		{"base URL without https", "POST", []string{"Host: 10.0.0.7:8080", "Origin: http://hub.example", "Cookie: a=b"}, 403},
		{"forwarded host is not believed", "POST", []string{"Host: 10.0.0.7", "X-Forwarded-Host: evil.example", "Origin: http://evil.example"}, 403},
		{"opaque origin", "POST", []string{"Origin: null"}, 403},
		{"old browser, own page", "POST", []string{"Host: intranet", "Referer: http://intranet/threads/1", "Cookie: a=b"}, 200},
		{"old browser, foreign page", "POST", []string{"Host: intranet", "Referer: http://evil.example/intranet", "Cookie: a=b"}, 403},
		{"program without cookies", "POST", nil, 200},
		{"nothing said, but cookies", "POST", []string{"Cookie: a=b"}, 403},
		{"program with a token", "POST", []string{"Cookie: a=b", "Authorization: Bearer wc_x"}, 200},
		{"delete from a foreign page", "DELETE", []string{"Sec-Fetch-Site: cross-site"}, 403},
		{"unknown method from a foreign page", "PATCH", []string{"Sec-Fetch-Site: cross-site"}, 403},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := do(t, app, tc.method, "/", tc.header...); got.status != tc.status {
				t.Errorf("status %d, want %d", got.status, tc.status)
			}
		})
	}
}

func TestSecurityHeaders(t *testing.T) {
	for base, hsts := range map[string]string{"https://hub.example": "max-age=31536000", "http://localhost:8080": ""} {
		app := newApp(newWeb(t, web.Config{BaseURL: base}))
		app.Get("/", func(c *fiber.Ctx) error { return c.SendString("x") })
		for _, path := range []string{"/", "/nowhere"} {
			got := do(t, app, "GET", path).header
			csp := got.Get("Content-Security-Policy")
			if strings.Contains(csp, "unsafe") || !strings.HasPrefix(csp, "default-src 'none'; script-src 'self'; style-src 'self'") || !strings.Contains(csp, "frame-ancestors 'none'") {
				t.Errorf("%s%s: policy %q", base, path, csp)
			}
			if got.Get("Strict-Transport-Security") != hsts || got.Get("X-Content-Type-Options") != "nosniff" || got.Get("Referrer-Policy") != "same-origin" {
				t.Errorf("%s%s: headers %v", base, path, got)
			}
			if got.Get("X-Request-Id") == "" {
				t.Errorf("%s%s: no request id", base, path)
			}
		}
	}
}

func TestErrorHandler(t *testing.T) {
	var log strings.Builder
	w := newWeb(t, web.Config{BaseURL: "http://hub.example", Log: slog.New(slog.NewTextHandler(&log, nil))})
	app := newApp(w)
	cause := errors.New("password=hunter2 at row 7")
	fail := map[string]error{
		"/invalid":     errs.InvalidFields(errs.Field{Name: "title", Text: "Write a title."}),
		"/signin":      errs.Unauthenticatedf("Sign in to continue."),
		"/forbidden":   errs.Forbiddenf("Only the author may do this."),
		"/missing":     fmt.Errorf("find thread 9: %w", errs.NotFoundf("There is no such thread.").Because(cause)),
		"/conflict":    errs.Conflictf("This thread is closed."),
		"/often":       errs.TooManyf(90*time.Second, "Slow down."),
		"/down":        errs.Unavailablef("The search is being rebuilt.").Because(cause),
		"/broken":      fmt.Errorf("scan: %w", cause),
		"/slow":        fmt.Errorf("query: %w", context.DeadlineExceeded),
		"/api/missing": errs.NotFoundf("There is no such thread."),
		"/api/broken":  cause,
		"/api/signin":  errs.Unauthenticatedf("Sign in to continue."),
	}
	for path, err := range fail {
		app.Get(path, func(*fiber.Ctx) error { return err })
		app.Post(path, func(*fiber.Ctx) error { return err })
	}
	app.Get("/panic", func(*fiber.Ctx) error { panic("oh no") })
	app.Get("/halfway", func(c *fiber.Ctx) error {
		return web.Render(c, 200, templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
			_, _ = io.WriteString(w, "<h1>half a page")
			return cause
		}))
	})
	for _, tc := range []struct {
		name     string
		request  string
		header   []string
		status   int
		kind     string
		location string
		contains string
	}{
		{name: "not found", request: "GET /missing", status: 404, kind: "text/html", contains: "There is no such thread."},
		{name: "no such page", request: "GET /nowhere", status: 404, kind: "text/html", contains: "There is no such page."},
		{name: "forbidden", request: "GET /forbidden", status: 403, kind: "text/html", contains: "Only the author may do this."},
		{name: "conflict", request: "GET /conflict", status: 409, kind: "text/html", contains: "This thread is closed."},
		{name: "invalid", request: "GET /invalid", status: 422, kind: "text/html"},
		{name: "too often", request: "GET /often", status: 429, kind: "text/html"},
		{name: "down", request: "GET /down", status: 503, kind: "text/html", contains: "The search is being rebuilt."},
		{name: "deadline", request: "GET /slow", status: 503, kind: "text/html"},
		{name: "internal", request: "GET /broken", status: 500, kind: "text/html"},
		{name: "panic", request: "GET /panic", status: 500, kind: "text/html"},
		{name: "component breaks halfway", request: "GET /halfway", status: 500, kind: "text/html"},
		{name: "fragment", request: "GET /missing", header: []string{"HX-Request: true"}, status: 404, kind: "text/html", contains: `role="alert"`},
		{name: "internal as a fragment", request: "GET /broken", header: []string{"HX-Request: true"}, status: 500, kind: "text/html", contains: `role="alert"`},
		{name: "api", request: "GET /api/missing", status: 404, kind: "application/problem+json", contains: `"detail":"There is no such thread."`},
		{name: "api internal", request: "GET /api/broken", status: 500, kind: "application/problem+json"},
		{name: "api sign in", request: "GET /api/signin", status: 401, kind: "application/problem+json"},
		{name: "json wanted", request: "GET /invalid", header: []string{"Accept: application/json"}, status: 422, kind: "application/problem+json", contains: `"location":"title"`},
		{name: "a browser wants a page", request: "GET /missing", header: []string{"Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}, status: 404, kind: "text/html"},
		{name: "sign in", request: "GET /signin?a=1", status: 303, location: "/sign-in?return=%2Fsignin%3Fa%3D1"},
		{name: "sign in after a form", request: "POST /signin", header: []string{"Referer: http://example.com/threads/7?p=2"}, status: 303, location: "/sign-in?return=%2Fthreads%2F7%3Fp%3D2"},
		{name: "sign in after a form on another site", request: "POST /signin", header: []string{"Sec-Fetch-Site: none", "Referer: http://evil.example/x"}, status: 303, location: "/sign-in"},
		{name: "sign in for a fragment", request: "GET /signin", header: []string{"HX-Request: true", "HX-Current-URL: http://example.com/threads/7"}, status: 401},
	} {
		t.Run(tc.name, func(t *testing.T) {
			method, path, _ := strings.Cut(tc.request, " ")
			got := do(t, app, method, path, tc.header...)
			if got.status != tc.status || !strings.HasPrefix(got.header.Get("Content-Type"), tc.kind) || got.header.Get("Location") != tc.location {
				t.Errorf("status %d, %q, location %q; want %d, %q, %q", got.status, got.header.Get("Content-Type"), got.header.Get("Location"), tc.status, tc.kind, tc.location)
			}
			if !strings.Contains(got.body, tc.contains) {
				t.Errorf("body lacks %q:\n%s", tc.contains, got.body)
			}
			for _, secret := range []string{"hunter2", "half a page", "oh no", "scan:", "find thread 9"} {
				if strings.Contains(got.body, secret) {
					t.Errorf("body shows %q", secret)
				}
			}
			if id := got.header.Get("X-Request-Id"); tc.status == 500 && !strings.Contains(got.body, id) {
				t.Errorf("the page for an internal error lacks the request id %s:\n%s", id, got.body)
			}
		})
	}
	if got := do(t, app, "GET", "/often").header.Get("Retry-After"); got != "90" {
		t.Errorf("Retry-After = %q, want 90", got)
	}
	if got := do(t, app, "GET", "/signin", "HX-Request: true", "HX-Current-URL: http://example.com/threads/7").header.Get("HX-Redirect"); got != "/sign-in?return=%2Fthreads%2F7" {
		t.Errorf("HX-Redirect = %q", got)
	}
	if !strings.Contains(log.String(), "hunter2") {
		t.Error("the cause of an internal error is not in the log")
	}
}

func TestErrorPageThatBreaks(t *testing.T) {
	w := newWeb(t, web.Config{Hub: func() string { panic("the name is gone") }})
	got := do(t, newApp(w), "GET", "/nowhere")
	if got.status != 500 || !strings.Contains(got.body, got.header.Get("X-Request-Id")) || strings.Contains(got.body, "the name is gone") {
		t.Errorf("status %d, want the internal error page rendered at start-up:\n%s", got.status, got.body)
	}
}

func TestAccessLogHasNoPersonalData(t *testing.T) {
	var log strings.Builder
	app := newApp(newWeb(t, web.Config{Log: slog.New(slog.NewJSONHandler(&log, nil))}))
	app.Use(func(c *fiber.Ctx) error {
		auth.SetViewer(c, auth.Viewer{Account: 77001, Person: 77002, Email: "ada@devon.example", Name: "Ada Lovelace", Handle: "ada"})
		return c.Next()
	})
	app.Get("/people/:handle", func(c *fiber.Ctx) error { return c.SendString("x") })
	do(t, app, "GET", "/people/grace-hopper?q=redundancy", "User-Agent: secret-agent", "X-Forwarded-For: 203.0.113.9")
	do(t, app, "GET", "/link/SECRET")
	var line map[string]any
	first, _, _ := strings.Cut(log.String(), "\n")
	if err := json.Unmarshal([]byte(first), &line); err != nil {
		t.Fatal(err)
	}
	if line["route"] != "/people/:handle" || line["status"] != 200.0 || line["method"] != "GET" || line["request"] == "" {
		t.Errorf("log line = %v", line)
	}
	for _, private := range []string{"grace", "redundancy", "ada", "Ada", "77001", "secret-agent", "203.0.113.9", "SECRET", "0.0.0.0"} {
		if strings.Contains(log.String(), private) {
			t.Errorf("the log says %q:\n%s", private, log.String())
		}
	}
}

func TestRateLimit(t *testing.T) {
	w := newWeb(t, web.Config{})
	store := kv.NewSQL(backends.SQLite(t), time.Now)
	app := newApp(w)
	app.Use(func(c *fiber.Ctx) error {
		if c.Get("Account") != "" {
			auth.SetViewer(c, auth.Viewer{Account: int64(len(c.Get("Account")))})
		}
		return c.Next()
	})
	app.Get("/search", w.RateLimit(store, "search", kv.Rate{Limit: 3, Per: time.Hour}), func(c *fiber.Ctx) error { return nil })
	app.Get("/other", w.RateLimit(store, "other", kv.Rate{Limit: 3, Per: time.Hour}), func(c *fiber.Ctx) error { return nil })
	for range 3 {
		if got := do(t, app, "GET", "/search", "Account: a"); got.status != 200 {
			t.Fatalf("within the limit: status %d", got.status)
		}
	}
	got := do(t, app, "GET", "/search", "Account: a")
	if got.status != 429 || got.header.Get("Retry-After") == "" {
		t.Errorf("past the limit: status %d, headers %v", got.status, got.header)
	}
	for _, other := range [][2]string{{"/search", "Account: bb"}, {"/search", "X: y"}, {"/other", "Account: a"}} {
		if got := do(t, app, "GET", other[0], other[1]); got.status != 200 {
			t.Errorf("%v: status %d, want its own count", other, got.status)
		}
	}
}

func TestDeadline(t *testing.T) {
	app := newApp(newWeb(t, web.Config{}))
	app.Get("/", func(c *fiber.Ctx) error {
		deadline, ok := c.UserContext().Deadline()
		if left := time.Until(deadline); !ok || left > web.RequestTimeout || left < web.RequestTimeout/2 {
			t.Errorf("deadline in %v, %v", left, ok)
		}
		return nil
	})
	do(t, app, "GET", "/")
}

func TestFlashIsShownOnce(t *testing.T) {
	w := newWeb(t, web.Config{BaseURL: "https://hub.example"})
	app := newApp(w)
	app.Get("/set", func(c *fiber.Ctx) error { w.Flash(c, "Saved. “Tŷ”"); return web.SeeOther(c, "/show") })
	app.Get("/show", func(c *fiber.Ctx) error { return c.SendString(w.Chrome(c, "x").Flash) })
	set := do(t, app, "GET", "/set")
	cookie, _, _ := strings.Cut(set.header.Get("Set-Cookie"), ";")
	if set.status != 303 || !strings.HasPrefix(cookie, "__Host-wc_flash=") {
		t.Fatalf("status %d, cookie %q", set.status, cookie)
	}
	show := do(t, app, "GET", "/show", "Cookie: "+cookie)
	if show.body != "Saved. “Tŷ”" || !strings.Contains(show.header.Get("Set-Cookie"), "expires=Thu, 01 Jan 1970") {
		t.Errorf("flash %q, cookie afterwards %q", show.body, show.header.Get("Set-Cookie"))
	}
	for _, bad := range []string{"!", "////", strings.Repeat("QUFB", 200), "_w"} {
		if got := do(t, app, "GET", "/show", "Cookie: __Host-wc_flash="+bad); got.body != "" {
			t.Errorf("flash from %q = %q, want none", bad, got.body)
		}
	}
}

func TestTheme(t *testing.T) {
	w := newWeb(t, web.Config{})
	app := newApp(w)
	app.Get("/:theme?", func(c *fiber.Ctx) error {
		if theme := c.Params("theme"); theme != "" && !w.SetTheme(c, theme) {
			return errs.Invalidf("No.")
		}
		return c.SendString(web.ThemeOf(c))
	})
	for theme, status := range map[string]int{"light": 200, "dark": 200, "contrast": 200, "pink": 422, "auto": 422} {
		if got := do(t, app, "GET", "/"+theme); got.status != status {
			t.Errorf("theme %s: status %d, want %d", theme, got.status, status)
		}
	}
	for cookie, want := range map[string]string{"dark": "dark", "pink": "", `"><script>`: ""} {
		if got := do(t, app, "GET", "/", "Cookie: wc_theme="+cookie); got.body != want {
			t.Errorf("theme of cookie %q = %q, want %q", cookie, got.body, want)
		}
	}
}

func TestLocal(t *testing.T) {
	for target, want := range map[string]string{
		"":                              "/",
		"/":                             "/",
		"/threads/7?page=2#reply-9":     "/threads/7?page=2#reply-9",
		"/search?q=https://evil.test":   "/search?q=https://evil.test",
		"/caf%C3%A9":                    "/caf%C3%A9",
		"//evil.example":                "/",
		"///evil.example":               "/",
		"/\\evil.example":               "/",
		"/%2fevil.example":              "/",
		"/%5cevil.example":              "/",
		"\\\\evil.example":              "/",
		"https://evil.example":          "/",
		"javascript:alert(1)":           "/",
		"evil.example":                  "/",
		"/\tevil":                       "/",
		"/a\r\nSet-Cookie: x=y":         "/",
		"/%0d%0aevil":                   "/",
		"/%zz":                          "/",
		"/sign-in":                      "/",
		"/sign-in/":                     "/",
		"/sign-in?return=/x":            "/",
		"/sign-out":                     "/",
		"/sign-ins-of-spring":           "/sign-ins-of-spring",
		"/" + strings.Repeat("a", 3000): "/",
	} {
		if got := web.Local(target); got != want {
			t.Errorf("Local(%.40q) = %q, want %q", target, got, want)
		}
	}
}

func FuzzLocal(f *testing.F) {
	for _, s := range []string{"/", "//x", "/\\x", "/%2f%2fx", "/a?b#c", "/;//x", "/.//x", "/..//x"} {
		f.Add(s)
	}
	base, err := url.Parse("https://hub.example/sign-in")
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, target string) {
		got := web.Local(target)
		u, err := base.Parse(got)
		if err != nil || u.Host != "hub.example" || u.Scheme != "https" {
			t.Errorf("Local(%q) = %q, which leads to %v (%v)", target, got, u, err)
		}
	})
}

func TestCursor(t *testing.T) {
	for _, want := range [][2]int64{{0, 0}, {1_700_000_000_000_000, 42}, {math.MaxInt64, math.MaxInt64}, {-5, 1}} {
		at, id, err := web.ParseCursor(web.Cursor(want[0], want[1]))
		if err != nil || at != want[0] || id != want[1] {
			t.Errorf("round trip of %v = %d, %d, %v", want, at, id, err)
		}
	}
	if at, id, err := web.ParseCursor(""); err != nil || at != math.MaxInt64 || id != math.MaxInt64 {
		t.Errorf("empty cursor = %d, %d, %v; want above every row", at, id, err)
	}
	for _, bad := range []string{"x", ".", "1.", ".1", "1.2.3", "zzzzzzzzzzzzzzzzzzzzz.1", "1;DROP.2", " 1.2"} {
		if _, _, err := web.ParseCursor(bad); !errs.IsNotFound(err) {
			t.Errorf("ParseCursor(%q): %v, want NotFound", bad, err)
		}
	}
}

func FuzzParseCursor(f *testing.F) {
	f.Add("hn.1a")
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		at, id, err := web.ParseCursor(s)
		if err != nil && !errs.IsNotFound(err) {
			t.Errorf("ParseCursor(%q): %v", s, err)
		}
		if err == nil {
			if a, i, err := web.ParseCursor(web.Cursor(at, id)); err != nil || a != at || i != id {
				t.Errorf("ParseCursor(%q) does not round trip", s)
			}
		}
	})
}

func TestMoment(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	local := func(text string) time.Time {
		v, err := time.ParseInLocation("2006-01-02 15:04:05", text, london)
		if err != nil {
			t.Fatal(err)
		}
		return v.UTC()
	}
	for _, tc := range []struct{ name, at, now, text, ago string }{
		{"this moment", "2027-03-04 10:00:00", "2027-03-04 10:00:00", "4 March 2027", "just now"},
		{"a minute short", "2027-03-04 10:00:00", "2027-03-04 10:00:59", "4 March 2027", "just now"},
		{"minutes", "2027-03-04 10:00:00", "2027-03-04 10:59:59", "4 March 2027", "59 min ago"},
		{"hours", "2027-03-04 01:00:00", "2027-03-04 23:00:00", "4 March 2027", "22 h ago"},
		{"last night", "2027-03-03 23:00:00", "2027-03-04 09:00:00", "3 March 2027", "10 h ago"},
		{"yesterday morning", "2027-03-03 09:00:00", "2027-03-04 08:00:00", "3 March 2027", "yesterday"},
		{"days", "2027-03-01 23:00:00", "2027-03-04 01:00:00", "1 March 2027", "3 days ago"},
		{"a week", "2027-02-25 10:00:00", "2027-03-04 10:00:00", "25 February 2027", "25 February 2027"},
		{"the future", "2027-03-05 10:00:00", "2027-03-04 10:00:00", "5 March 2027", "5 March 2027"},
		// Clocks go forward on 28 March 2027 at 01:00: this day has 23 hours.
		{"an hour is lost", "2027-03-28 00:30:00", "2027-03-28 02:30:00", "28 March 2027", "1 h ago"},
		{"the short day is one day", "2027-03-27 12:30:00", "2027-03-28 12:30:00", "27 March 2027", "yesterday"},
		{"midnight before the short day", "2027-03-27 00:10:00", "2027-03-29 00:05:00", "27 March 2027", "2 days ago"},
		// Clocks go back on 31 October 2027 at 02:00: this day has 25 hours.
		{"the long day is one day", "2027-10-31 00:10:00", "2027-10-31 23:50:00", "31 October 2027", "24 h ago"},
		{"the day after the long day", "2027-10-31 00:10:00", "2027-11-01 00:05:00", "31 October 2027", "yesterday"},
		{"summer evening is already tomorrow here", "2027-07-01 23:30:00", "2027-07-02 00:15:00", "1 July 2027", "45 min ago"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWeb(t, web.Config{Timezone: london, Now: func() time.Time { return local(tc.now) }})
			got := w.Moment(local(tc.at))
			if got.Text != tc.text || got.Ago != tc.ago {
				t.Errorf("Moment = %q, %q; want %q, %q", got.Text, got.Ago, tc.text, tc.ago)
			}
		})
	}
	w := newWeb(t, web.Config{Timezone: london})
	summer := w.Moment(time.Date(2027, 7, 1, 23, 30, 0, 0, time.UTC))
	if summer.ISO != "2027-07-01T23:30:00Z" || summer.Full != "2 July 2027 at 00:30" {
		t.Errorf("half past eleven UTC in summer = %+v", summer)
	}
	if got := w.Moment(time.Time{}); got.Set() {
		t.Errorf("the zero time = %+v, want nothing", got)
	}
}

func TestForm(t *testing.T) {
	app := fiber.New(fiber.Config{Immutable: true})
	app.Post("/", func(c *fiber.Ctx) error {
		f := web.FormOf(c)
		return c.JSON(map[string]any{"line": f.Line("line"), "text": f.Text("text"), "raw": f.Raw("raw"), "id": f.ID("id"), "bad": f.ID("bad"), "box": f.Bool("box"), "list": f.List("list")})
	})
	form := url.Values{"line": {"  a\r\nb  "}, "text": {"  one\r\ntwo\rthree \n\n"}, "raw": {" p\x00\xff "}, "id": {"42"}, "bad": {"-1"}, "box": {"on"}, "list": {"x", "y"}}
	r := httptest.NewRequestWithContext(t.Context(), "POST", "/", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := app.Test(r, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"bad":0,"box":true,"id":42,"line":"a  b","list":["x","y"],"raw":" p` + "\uFFFD\uFFFD" + ` ","text":"  one\ntwo\nthree"}`
	if string(raw) != want {
		t.Errorf("form = %s\nwant   %s", raw, want)
	}
}
