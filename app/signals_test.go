package app_test

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"watercooler/app"
	"watercooler/app/apptest"
	"watercooler/app/apptest/backends"
	"watercooler/app/db"
)

// noticed is a sample hub with an item of everyone's and one of the closed network of the procurement circle.
type noticed struct {
	*apptest.Hub
	t                *testing.T
	counter          *atomic.Pointer[atomic.Int64]
	everyone, circle string // ids
	thread           string // of the signal about the bridge
}

func (n noticed) text(query string, args ...any) (s string) {
	n.t.Helper()
	if err := n.DB.QueryRow(n.t.Context(), query, args...).Scan(&s); err != nil {
		n.t.Fatalf("%s: %v", query, err)
	}
	return s
}

// TestSignals asks one sample hub after the other; making them takes longest.
func TestSignals(t *testing.T) {
	var counter atomic.Pointer[atomic.Int64] // of the last request
	backends.EachURL(t, func(t *testing.T, address string) {
		n := noticed{t: t, counter: &counter, Hub: apptest.SampleOn(t, address, func(_ *app.Settings, o *app.Options) {
			o.Context = func(ctx context.Context) context.Context {
				ctx, k := db.CountQueries(ctx)
				counter.Store(k)
				return ctx
			}
		})}
		n.everyone = n.text(`SELECT CAST(id AS TEXT) FROM signal_items WHERE guid = 'salt-price'`)
		n.circle = n.text(`SELECT CAST(id AS TEXT) FROM signal_items WHERE guid = 'late-payment'`)
		n.thread = n.text(`SELECT CAST(id AS TEXT) FROM threads WHERE title = 'Hex Bridge to close for thirteen weeks'`)
		for _, part := range []struct {
			name string
			test func(t *testing.T, n noticed)
		}{
			{"pages", signalPages}, {"opened", signalsAreOpened}, {"triage", triageThroughTheDoor}, {"share", shareForm}, {"bounded", signalPageIsBounded},
		} {
			t.Run(part.name, func(t *testing.T) {
				n.t = t
				part.test(t, n)
			})
		}
	})
}

// signalPages: what came in is for those who see its source, on every page and in every count.
func signalPages(t *testing.T, n noticed) {
	t.Helper()
	const (
		public  = "Regulator wants flood plans in plain English"
		clipped = "Hex Bridge to close for thirteen weeks"
		waits   = "County pays a fifth more for its salt"
		secret  = "Who pays late: the league table"
		source  = "Contracts Bulletin"
	)
	for _, tc := range []struct {
		as                               string // e-mail address, "" for nobody
		path                             string
		public, clipped, waits, isSecret bool
	}{
		{"", "/signals", true, false, false, false},
		{"", "/signals?show=waiting", true, false, false, false}, // nothing waits for strangers
		{priya, "/signals", false, true, true, false},
		{priya, "/signals?show=clipped", true, true, false, false},
		{priya, "/signals?show=waiting", false, false, true, false},
		{priya, "/signals?kind=policy", false, false, false, false},
		{imran, "/signals?kind=policy&show=waiting", false, false, false, true},
		{imran, "/signals?network=procurement-circle&show=waiting", false, false, false, true},
		{priya, "/signals?topic=flooding&show=clipped", true, false, false, false},
		{ruth, "/signals?show=waiting&topic=procurement", false, false, false, false},
	} {
		c := n.Client()
		if tc.as != "" {
			c = n.As(tc.as)
		}
		res := c.Get(tc.path)
		main := res.Doc(t).Find("main").Text()
		for text, want := range map[string]bool{public: tc.public, clipped: tc.clipped, waits: tc.waits, secret: tc.isSecret, source: tc.isSecret} {
			if got := strings.Contains(main, text); res.Status != http.StatusOK || got != want {
				t.Errorf("%s as %q: status %d, shows %q: %v, want %v", tc.path, tc.as, res.Status, text, got, want)
			}
		}
	}
	for path, as := range map[string]string{"/signals?network=restructure-sounding-board": ruth, "/signals?network=nowhere": ruth, "/signals?topic=nothing": ruth, "/signals?before=x": ruth} {
		if got := n.As(as).Get(path); got.Status != http.StatusNotFound {
			t.Errorf("%s as %s: status %d, want 404", path, as, got.Status)
		}
	}
	if got := n.As(ruth).Get("/signals/sources").Doc(t).Find("main").Text(); strings.Contains(got, source) || !strings.Contains(got, "The Hexbridge Gazette") || !strings.Contains(got, "This hub reads no feeds") {
		t.Errorf("a moderator sees these sources: %s", strings.Join(strings.Fields(got), " "))
	}
	if got := n.As(imran).Get("/signals/sources").Doc(t).Find("main").Text(); !strings.Contains(got, source) || !strings.Contains(got, "gone for good") {
		t.Errorf("a member of the circle sees these sources: %s", strings.Join(strings.Fields(got), " "))
	}
	// Found by what the source is called, by those who may read it.
	for as, want := range map[string]bool{"": false, priya: true} {
		c := n.Client()
		if as != "" {
			c = n.As(as)
		}
		if got := strings.Contains(tags.ReplaceAllString(c.Get("/search?q=kind%3Asignal+hexbridge+gazette").Body, ""), clipped); got != want {
			t.Errorf("the signal is found by %q: %v, want %v", as, got, want)
		}
	}
}

// signalsAreOpened: whoever goes on to where a signal stands is noted, once and namelessly; a browser that looks ahead is not.
func signalsAreOpened(t *testing.T, n noticed) {
	t.Helper()
	item := func() string {
		return n.text(`SELECT COALESCE(CAST(read_at AS TEXT), 'never') FROM signal_items WHERE CAST(id AS TEXT) = $1`, n.everyone)
	}
	c := n.As(priya)
	for _, header := range []string{"Sec-Purpose: prefetch;prerender", "Purpose: prefetch", "X-Moz: prefetch", "X-Purpose: preview", "Sec-Fetch-Site: cross-site"} {
		if got := c.Get("/signals/items/"+n.everyone, header); got.Status != http.StatusSeeOther || item() != "never" {
			t.Errorf("with %q: status %d, read %s", header, got.Status, item())
		}
	}
	if c.Do(http.MethodHead, "/signals/items/"+n.everyone, ""); item() != "never" {
		t.Error("asked for its head, an item counts as read")
	}
	got := c.Get("/signals/items/"+n.everyone, "Sec-Fetch-Site: same-origin", "Sec-Fetch-Mode: navigate")
	if got.Location != "https://hexbridge-gazette.example/news/salt-price" || got.Header.Get("Referrer-Policy") != "no-referrer" || got.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("on to %q with %v", got.Location, got.Header)
	}
	if want := fmt.Sprint(db.Micros(n.Clock.Now())); item() != want {
		t.Errorf("read at %s, want %s", item(), want)
	}
	if who := n.text(`SELECT CAST(COUNT(*) AS TEXT) FROM events WHERE object_kind = 'signal_item'`); who != "0" {
		t.Errorf("%s events tell who read it", who)
	}

	if err := n.DB.Tx(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), `UPDATE signals SET read_at = NULL`)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	read := func() string { return n.text(`SELECT COALESCE(CAST(MIN(read_at) AS TEXT), 'never') FROM signals`) }
	if c.Get("/threads/"+n.thread, "Purpose: prefetch"); read() != "never" {
		t.Error("looking ahead counts as reading")
	}
	panel := c.Get("/threads/" + n.thread).Doc(t).Find(".origin")
	if link, _ := panel.Find("a").First().Attr("href"); link != "https://hexbridge-gazette.example/news/hex-bridge-thirteen-weeks" || !strings.Contains(panel.Text(), "Radio Tamar Moor") {
		t.Errorf("the panel leads to %q: %s", link, panel.Text())
	}
	if read() == "never" {
		t.Error("opening it does not count as reading")
	}
}

// triageThroughTheDoor: with script an item is replaced by what became of it, without it the list comes back; nobody is led elsewhere.
func triageThroughTheDoor(t *testing.T, n noticed) {
	t.Helper()
	c, path := n.As(priya), "/signals/items/"+n.everyone
	const htmx = "HX-Request: true"
	gone := c.Post(path+"/dismiss", url.Values{"return": {"/signals?kind=press"}}, htmx)
	if doc := gone.Doc(t); gone.Status != http.StatusOK || doc.Find("li.done form[action='"+path+"/restore']").Length() != 1 || doc.Find("header").Length() != 0 {
		t.Errorf("dismissed with script: %d %s", gone.Status, gone.Body)
	}
	back := c.Post(path+"/restore", url.Values{"return": {"/signals"}}, htmx)
	if doc := back.Doc(t); doc.Find("li.card form[action='"+path+"/clip']").Length() != 2 {
		t.Errorf("brought back with script: %d %s", back.Status, back.Body)
	}
	for sent, want := range map[string]string{"/signals?kind=press": "/signals?kind=press", "https://evil.example/": "/", "": "/signals"} {
		if got := c.Post(path+"/dismiss", url.Values{"return": {sent}}); got.Location != want {
			t.Errorf("return %q leads to %q, want %q", sent, got.Location, want)
		}
		c.Post(path+"/restore", nil)
	}
	done := c.Post(path+"/clip", url.Values{"why": {"Ours <b>too</b>."}}, htmx)
	thread, _ := done.Doc(t).Find("li.done a").Attr("href")
	page := c.Get(thread).Doc(t)
	if got := strings.Join(strings.Fields(page.Find(".opening").Text()), " "); !strings.HasPrefix(got, "Ours <b>too</b>. Figures released") || page.Find(".opening blockquote").Length() != 1 {
		t.Errorf("the signal says %q", got)
	}
	if got := c.Post(path+"/discuss", nil); got.Location != thread+"#reply" {
		t.Errorf("discuss leads to %q, want the signal that is there", got.Location)
	}
	if got := c.Post(path+"/dismiss", nil); got.Status != http.StatusConflict {
		t.Errorf("dismissed although clipped: status %d", got.Status)
	}
}

func shareForm(t *testing.T, n noticed) {
	t.Helper()
	c := n.As(priya)
	for _, tc := range []struct{ query, url, title, known string }{
		{"", "", "", ""},
		{"?url=https%3A%2F%2Fa.example%2F1&title=One%0Athing", "https://a.example/1", "One thing", ""},
		{"?text=See+https%3A%2F%2Fa.example%2F2+now&title=Two", "https://a.example/2", "Two", ""},
		{"?url=javascript%3Aalert(1)", "javascript:alert(1)", "", ""}, // a value like any other, and refused when it is sent
		{"?url=http%3A%2F%2Fwww.hexbridge-gazette.example%2Fnews%2Fhex-bridge-thirteen-weeks%3Futm_source%3Dx", "http://www.hexbridge-gazette.example/news/hex-bridge-thirteen-weeks?utm_source=x", "", "Hex Bridge to close"},
	} {
		doc := c.Get("/signals/new" + tc.query).Doc(t)
		address, _ := doc.Find("#f-url").Attr("value")
		title, _ := doc.Find("#f-title").Attr("value")
		if address != tc.url || title != tc.title || !strings.Contains(doc.Find("#known").Parent().Text(), tc.known) {
			t.Errorf("%q fills in %q, %q, and knows %q", tc.query, address, title, doc.Find("#known").Parent().Text())
		}
	}
	form := url.Values{"url": {"https://a.example/1"}, "title": {""}, "kind": {"press"}, "why": {"It matters."}, "published": {"tomorrow"}, "audience": {"hub"}}
	got := c.Post("/signals", form)
	if doc := got.Doc(t); got.Status != http.StatusUnprocessableEntity || doc.Find("#f-why").Text() != "\nIt matters." && doc.Find("#f-why").Text() != "It matters." || doc.Find(".summary").Length() != 1 {
		t.Errorf("a mistake: status %d, the text is %q", got.Status, got.Doc(t).Find("#f-why").Text())
	}
	form.Set("published", "2027-04-30")
	form.Set("title", "A page")
	got = c.Post("/signals", form)
	if got.Status != http.StatusSeeOther || !strings.Contains(c.Get(got.Location).Doc(t).Find(".origin").Text(), "30 April 2027") {
		t.Errorf("shared: status %d, %s", got.Status, c.Get(got.Location).Doc(t).Find(".origin").Text())
	}
	again := c.Post("/signals", form)
	if again.Status != http.StatusUnprocessableEntity || !strings.Contains(again.Doc(t).Find("#known").Parent().Text(), "A page") {
		t.Errorf("shared twice: status %d", again.Status)
	}
	form.Set("again", "1")
	if got := c.Post("/signals", form); got.Status != http.StatusSeeOther {
		t.Errorf("shared twice on purpose: status %d", got.Status)
	}
}

// signalPageIsBounded counts the statements of the page of a signal, which asks where it comes from besides.
func signalPageIsBounded(t *testing.T, n noticed) {
	t.Helper()
	c := n.As(priya)
	c.Get("/threads/" + n.thread)
	n.counter.Store(new(atomic.Int64))
	if got := c.Get("/threads/" + n.thread); got.Status != http.StatusOK || n.counter.Load().Load() > most || n.counter.Load().Load() == 0 {
		t.Errorf("status %d, %d statements, want at most %d", got.Status, n.counter.Load().Load(), most)
	}
}
