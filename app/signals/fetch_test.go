package signals_test

import (
	"compress/gzip"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/net/dns/dnsmessage"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/signals"
)

// site is a site with one feed, which answers as a test tells it.
type site struct {
	*httptest.Server
	mu     sync.Mutex
	answer http.HandlerFunc
	asked  []http.Header
}

func newSite(t *testing.T, answer http.HandlerFunc) *site {
	s := &site{answer: answer}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r.Header.Clone())
		answer := s.answer
		s.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// will changes how the site answers.
func (s *site) will(answer http.HandlerFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

// visits is how often the site was asked, and the last that was said to it.
func (s *site) visits() (n int, last http.Header) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n = len(s.asked); n > 0 {
		last = s.asked[n-1]
	}
	return n, last
}

func says(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) }
}

func status(code int, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(header); i += 2 {
			w.Header().Set(header[i], header[i+1])
		}
		w.WriteHeader(code)
	}
}

// source adds a source that is due now, for everyone, and returns its id.
func (h *hub) source(address string) int64 {
	h.t.Helper()
	u := strings.SplitN(strings.TrimPrefix(address, "http://"), "/", 2)
	host, _, _ := strings.Cut(u[0], ":")
	h.exec(`INSERT INTO signal_sources (url, host, title, kind, next_at, created_at) VALUES ($1, $2, $3, 'press', $4, 1)`, address, host, "Source "+address[len(address)-1:], db.Micros(h.now()))
	return h.number(`SELECT MAX(id) FROM signal_sources`)
}

// state is what is known of a source: how long until it is read again, failures, and why.
func (h *hub) state(id int64) string {
	h.t.Helper()
	src, err := h.Source(h.t.Context(), as(mo), id)
	h.must(err)
	in := "never"
	if !src.NextAt.IsZero() {
		in = src.NextAt.Sub(h.now()).Truncate(time.Hour).String()
	}
	return strings.TrimSpace(fmt.Sprintf("%s %d %s", in, src.Failures, src.LastError))
}

func (h *hub) fetch() {
	h.t.Helper()
	h.must(h.FetchDue(h.t.Context()))
}

// TestPoliteVisits: a site says once what it has, is asked for it with the tags it gave, and no more often than once an hour.
func TestPoliteVisits(t *testing.T) {
	each(t, loopback, func(t *testing.T, h *hub) {
		s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("If-None-Match") == `"v1"` && r.Header.Get("If-Modified-Since") == "Tue, 04 May 2027 09:00:00 GMT" {
				w.WriteHeader(http.StatusNotModified)
				return
			}
			w.Header().Set("ETag", `"v1"`)
			w.Header().Set("Last-Modified", "Tue, 04 May 2027 09:00:00 GMT")
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			fmt.Fprint(z, rss("Gazette", "one", "two"))
			_ = z.Close()
		})
		id := h.source(s.URL + "/feed")
		h.fetch()
		n, header := s.visits()
		if agent := header.Get("User-Agent"); n != 1 || agent != "Watercooler (Devon; +https://hub.example; hub@devon.example)" {
			t.Errorf("%d visits, by %q", n, agent)
		}
		if got := h.seen(as(ben), signals.Fresh); got != "one two" || h.state(id) != "1h0m0s 0" {
			t.Errorf("to look at %q, the source is %q", got, h.state(id))
		}
		h.fetch()
		h.after(59 * time.Minute)
		h.fetch()
		if n, _ := s.visits(); n != 1 {
			t.Errorf("%d visits within an hour", n)
		}
		h.after(12 * time.Minute)
		h.fetch()
		if n, header := s.visits(); n != 2 || header.Get("If-None-Match") != `"v1"` {
			t.Errorf("%d visits after an hour, the last with %v", n, header)
		}
		s.will(says(rss("Gazette", "two", "three")))
		h.after(71 * time.Minute)
		h.fetch()
		if got := h.seen(as(ben), signals.Fresh); got != "one three two" {
			t.Errorf("to look at %q", got)
		}
		// Paused while it is read, it stays paused.
		s.will(func(w http.ResponseWriter, _ *http.Request) {
			h.must(h.Pause(context.Background(), as(mo), id))
			fmt.Fprint(w, rss("Gazette", "four"))
		})
		h.after(71 * time.Minute)
		h.fetch()
		if got := h.state(id); got != "never 0" {
			t.Errorf("paused while it was read: %q", got)
		}
	})
}

// TestBackOff: a site that fails is visited more and more rarely, as it wishes, and after ten failures not at all.
func TestBackOff(t *testing.T) {
	each(t, loopback, func(t *testing.T, h *hub) {
		s := newSite(t, status(500))
		id := h.source(s.URL + "/feed")
		for i, want := range []string{"1h", "2h", "4h", "8h", "16h", "24h", "24h", "24h", "24h"} {
			h.fetch()
			if got := h.state(id); got != fmt.Sprintf("%s0m0s %d The site has trouble of its own (500).", want, i+1) {
				t.Fatalf("after %d failures: %q, want a pause of %s", i+1, got, want)
			}
			pause, err := time.ParseDuration(want)
			h.must(err)
			h.after(pause - time.Minute)
			h.fetch()
			if n, _ := s.visits(); n != i+1 {
				t.Fatalf("visited %d times before the pause was over", n)
			}
			h.after(time.Minute)
		}
		h.fetch()
		if got := h.state(id); got != "never 10 The site has trouble of its own (500)." {
			t.Errorf("after ten failures: %q", got)
		}
		if got := h.events(); got != "signal.source_ended signal_source hub" {
			t.Errorf("events: %s", got)
		}
		h.after(1000 * time.Hour)
		h.fetch()
		if n, _ := s.visits(); n != 10 {
			t.Errorf("%d visits", n)
		}
		h.must(h.Resume(t.Context(), as(mo), id))
		s.will(says(rss("Gazette", "one")))
		h.fetch()
		if got := h.state(id); got != "1h0m0s 0" {
			t.Errorf("after somebody had it read again: %q", got)
		}
	})
}

func TestRefusals(t *testing.T) {
	each(t, loopback, func(t *testing.T, h *hub) {
		big := newSite(t, func(w http.ResponseWriter, _ *http.Request) {
			z := gzip.NewWriter(w) // small on its way, large here
			w.Header().Set("Content-Encoding", "gzip")
			for range 6 << 10 {
				_, _ = z.Write(make([]byte, 1024))
			}
			_ = z.Close()
		})
		round := newSite(t, nil)
		round.will(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path+"x", http.StatusFound) })
		there := newSite(t, says(rss("Gazette", "one")))
		tls := httptest.NewTLSServer(says(rss("Gazette", "one")))
		defer tls.Close()
		for _, tc := range []struct {
			name, address string
			answer        http.HandlerFunc
			want          string
		}{
			{"gone for good", "", status(410), "never 1 The site says that this feed is gone for good."},
			{"not there", "", status(404), "1h0m0s 1 There is nothing at this address (404)."},
			{"not for us", "", status(403), "1h0m0s 1 The site does not let the hub read this feed (403)."},
			{"too often, in seconds", "", status(429, "Retry-After", "10800"), "3h0m0s 1 The site asks the hub to come less often (429)."},
			{"not now, until a date", "", status(503, "Date", "Tue, 04 May 2027 20:00:00 GMT", "Retry-After", "Wed, 05 May 2027 01:30:00 GMT"), "5h0m0s 1 The site has trouble of its own (503)."},
			{"for ever", "", status(429, "Retry-After", "99999999"), "168h0m0s 1 The site asks the hub to come less often (429)."},
			{"sooner than we would", "", status(429, "Retry-After", "1"), "1h0m0s 1 The site asks the hub to come less often (429)."},
			{"no feed", "", says("<html>"), "1h0m0s 1 What is at this address is no feed: neither RSS nor Atom nor JSON Feed."},
			{"nothing to say", "", status(204), "1h0m0s 1 The site answered in a way the hub does not understand (204)."},
			{"too large", big.URL, nil, "1h0m0s 1 The feed is larger than 5 MB, which the hub does not read."},
			{"round and round", round.URL + "/", nil, "1h0m0s 1 The site sends the hub on from one address to the next without end."},
			{"elsewhere", "", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, there.URL, http.StatusFound) }, "1h0m0s 0"},
			{"to another scheme", "", func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "gopher://example.com/", http.StatusFound)
			}, "1h0m0s 1 This address does not lead to a public site, and the hub reads no others."},
			{"to a private site", "", func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "http://10.0.0.1/", http.StatusFound)
			}, "1h0m0s 1 This address does not lead to a public site, and the hub reads no others."},
			{"to the metadata of a cloud", "", func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "http://[::ffff:169.254.169.254]/latest/meta-data", http.StatusFound)
			}, "1h0m0s 1 This address does not lead to a public site, and the hub reads no others."},
			{"an untrusted certificate", tls.URL, nil, "1h0m0s 1 The site’s certificate is not valid, so the hub cannot know that it is the site."},
			{"nobody listens", "http://127.0.0.1:1/", nil, "1h0m0s 1 The site could not be reached."},
			{"no such name", "http://nowhere.invalid/", nil, "1h0m0s 1 There is no site of this name."},
		} {
			t.Run(tc.name, func(t *testing.T) {
				h.t = t
				address := tc.address
				if address == "" {
					address = newSite(t, tc.answer).URL + "/feed"
				}
				id := h.source(address)
				h.fetch()
				got := h.state(id)
				if tc.name == "no such name" { // how a resolver says so is its own affair
					got = strings.Replace(got, "The site could not be reached.", "There is no site of this name.", 1)
				}
				if got != tc.want {
					t.Errorf("got  %q\nwant %q", got, tc.want)
				}
				h.exec(`DELETE FROM signal_items`)
				h.exec(`DELETE FROM signal_sources`)
			})
		}
		if n, _ := round.visits(); n != 6 {
			t.Errorf("followed %d redirects, want 5", n-1)
		}
	})
}

// TestPrivateSites: without the operator's word nothing on this machine or behind it is asked for anything, by whatever name.
func TestPrivateSites(t *testing.T) {
	s := newSite(t, says(rss("Secret", "plan")))
	_, port, err := net.SplitHostPort(s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	each(t, signals.Config{Fetch: true}, func(t *testing.T, h *hub) {
		for _, address := range []string{
			s.URL, "http://localhost:" + port, "http://127.1:" + port, "http://[::1]:" + port, "http://[::ffff:127.0.0.1]:" + port, "http://0.0.0.0:" + port, "http://2130706433:" + port, "http://0x7f.1:" + port,
			"http://127.0.0.1./",
		} {
			_, _, err := h.Add(t.Context(), as(mo), signals.NewSource{URL: address, Kind: signals.Press})
			if errs.KindOf(err) != errs.Invalid {
				t.Errorf("%s: %v, want a refusal", address, err)
			}
		}
		if n := h.number(`SELECT COUNT(*) FROM signal_sources`); n != 0 {
			t.Errorf("%d sources were added", n)
		}
		if n, _ := s.visits(); n != 0 {
			t.Errorf("the site was asked %d times", n)
		}
	})
}

// TestNamesThatChange: a name that means an allowed address when it is looked up, and another one the next time, leads nowhere else
// (DNS rebinding); neither does a name that means both at once.
func TestNamesThatChange(t *testing.T) {
	inside := newSite(t, says(rss("Secret", "plan")))
	_, port, err := net.SplitHostPort(inside.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.2:"+port)
	if err != nil {
		t.Fatalf("a second address of loopback: %v", err)
	}
	var asked atomic.Int64
	outside := &httptest.Server{Listener: l, Config: &http.Server{ReadHeaderTimeout: time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		asked.Add(1)
		fmt.Fprint(w, rss("Gazette", "one"))
	})}}
	outside.Start()
	defer outside.Close()

	names := &resolver{answers: map[string][][]netip.Addr{
		"rebind.example.": {{netip.MustParseAddr("127.0.0.2")}, {netip.MustParseAddr("127.0.0.1")}},
		"both.example.":   {{netip.MustParseAddr("127.0.0.1"), netip.MustParseAddr("127.0.0.2")}},
	}}
	c := signals.Config{Fetch: true, Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.2/32")}, Resolver: names.serve(t)}
	each(t, c, func(t *testing.T, h *hub) {
		names.reset()
		asked.Store(0)
		src, n, err := h.Add(t.Context(), as(mo), signals.NewSource{URL: "http://rebind.example:" + port + "/", Kind: signals.Press})
		if err != nil || n != 1 {
			t.Fatalf("the first time the name is good: %d items, %v", n, err)
		}
		h.after(2 * time.Hour)
		h.fetch()
		if got := h.state(src.ID); got != "1h0m0s 1 This address does not lead to a public site, and the hub reads no others." {
			t.Errorf("the second time: %q", got)
		}
		if _, n, err := h.Add(t.Context(), as(mo), signals.NewSource{URL: "http://both.example:" + port + "/", Kind: signals.Press}); err != nil || n != 1 {
			t.Errorf("a name with a good address among others: %d items, %v", n, err)
		}
		if n, _ := inside.visits(); n != 0 || asked.Load() != 2 {
			t.Errorf("the site inside was asked %d times, the one outside %d", n, asked.Load())
		}
	})
}

// resolver is a name server whose answers change with each question.
type resolver struct {
	mu      sync.Mutex
	answers map[string][][]netip.Addr // the last goes on
	asked   map[string]int
}

func (r *resolver) reset() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.asked = map[string]int{}
}

// serve starts it on loopback and returns a resolver that asks it alone.
func (r *resolver) serve(t *testing.T) *net.Resolver {
	t.Helper()
	conn, err := new(net.ListenConfig).ListenPacket(t.Context(), "udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	go func() {
		buf := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFrom(buf)
			if err != nil {
				return
			}
			if reply, err := r.reply(buf[:n]); err == nil {
				_, _ = conn.WriteTo(reply, from)
			}
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

func (r *resolver) reply(question []byte) ([]byte, error) {
	var m dnsmessage.Message
	if err := m.Unpack(question); err != nil {
		return nil, err
	}
	m.Response, m.Additionals = true, nil
	q := m.Questions[0]
	r.mu.Lock()
	defer r.mu.Unlock()
	if list := r.answers[q.Name.String()]; q.Type == dnsmessage.TypeA && len(list) > 0 {
		i := min(r.asked[q.Name.String()], len(list)-1)
		r.asked[q.Name.String()]++
		for _, ip := range list[i] {
			m.Answers = append(m.Answers, dnsmessage.Resource{
				Header: dnsmessage.ResourceHeader{Name: q.Name, Type: dnsmessage.TypeA, Class: dnsmessage.ClassINET}, Body: &dnsmessage.AResource{A: ip.As4()},
			})
		}
	}
	return m.Pack()
}

// TestOneOfASiteAtATime: however many servers read, and however many sources a site has, it is asked one thing at a time.
func TestOneOfASiteAtATime(t *testing.T) {
	each(t, loopback, func(t *testing.T, h *hub) {
		var now, most, all atomic.Int64
		s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
			n := now.Add(1)
			defer now.Add(-1)
			for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
			}
			all.Add(1)
			fmt.Fprint(w, rss("Gazette", r.URL.Path[1:]))
		})
		for i := range 12 {
			h.source(fmt.Sprintf("%s/%d", s.URL, i))
		}
		other := signals.New(h.db, h.threads, topicsOf{}, loopback, h.now)
		var servers sync.WaitGroup
		failed := make([]error, 4)
		for i := range failed {
			servers.Go(func() {
				failed[i] = []*signals.Service{h.Service, other}[i%2].FetchDue(t.Context())
			})
		}
		servers.Wait()
		for _, err := range failed {
			h.must(err)
		}
		h.fetch() // what a server left to another that had gone by then
		if most.Load() != 1 || all.Load() != 12 {
			t.Errorf("%d visits, %d at the same time", all.Load(), most.Load())
		}
		// A server that was cut short in the middle is not waited for much longer than a visit takes.
		h.exec(`UPDATE signal_sources SET next_at = 1, busy_until = $1`, db.Micros(h.now().Add(time.Minute)))
		h.fetch()
		if all.Load() != 12 {
			t.Error("what another server reads was read")
		}
		h.after(2 * time.Minute)
		h.fetch()
		if all.Load() != 24 {
			t.Errorf("%d visits after the other server was gone", all.Load())
		}
	})
}

// TestJoined: what several tell is there once, with who else told it, as far as the reader may know.
func TestJoined(t *testing.T) {
	each(t, loopback, func(t *testing.T, h *hub) {
		item := func(title, link string, published time.Time) string {
			return fmt.Sprintf(`<item><title>%s</title><link>%s</link><pubDate>%s</pubDate></item>`, title, link, published.Format(time.RFC1123Z))
		}
		feed := func(items ...string) string {
			return `<rss version="2.0"><channel><title>x</title>` + strings.Join(items, "") + `</channel></rss>`
		}
		const opens = "New bridge opens at Bellever"
		days := func(n int) time.Time { return begin.AddDate(0, 0, -n) }
		s := newSite(t, func(w http.ResponseWriter, r *http.Request) {
			switch r.URL.Path {
			case "/a":
				fmt.Fprint(w, feed(item(opens, "https://gazette.example/bridge", days(2)), item("Weekly update", "https://gazette.example/w1", days(1)), item("Out of date altogether, this", "https://gazette.example/old", days(40))))
			case "/b":
				fmt.Fprint(w, feed(item("“New bridge” opens at Bellever!", "https://echo.example/b", days(3)), item("Weekly update", "https://echo.example/w1", days(1)), item("Another title of the same page", "http://www.gazette.example/bridge/?utm_source=b", days(2))))
			case "/c":
				fmt.Fprint(w, feed(item(opens, "https://radio.example/late", days(12)), item("In the circle alone, a plan", "https://circle.example/plan", days(1)), item(opens, "https://circle.example/bridge", days(2))))
			case "/d":
				fmt.Fprint(w, feed(item("In the circle alone, a plan", "https://circle.example/plan", days(1))))
			}
		})
		a := h.source(s.URL + "/a")
		h.exec(`UPDATE signal_sources SET title = 'Gazette'`)
		h.fetch()
		h.source(s.URL + "/b")
		h.exec(`UPDATE signal_sources SET title = 'Echo' WHERE title LIKE 'Source%'`)
		h.fetch()
		h.source(s.URL + "/c")
		h.exec(`UPDATE signal_sources SET title = 'Circle', network_id = 1 WHERE title LIKE 'Source%'`)
		h.fetch()
		h.source(s.URL + "/d")
		h.exec(`UPDATE signal_sources SET title = 'Radio' WHERE title LIKE 'Source%'`)
		h.fetch()

		said := func(v int64) string {
			list, _, err := h.Items(t.Context(), as(v), signals.Fresh, signals.Query{Limit: 50})
			h.must(err)
			var out []string
			for _, i := range list {
				text := i.Source + ": " + i.Title
				for _, also := range i.Also {
					text += " +" + also.Source
				}
				out = append(out, text)
			}
			return strings.Join(out, "\n")
		}
		// The circle's plan came from the circle first, and that of everyone is not joined to it.
		everyone := "Radio: In the circle alone, a plan\nEcho: Weekly update\nGazette: Weekly update\nGazette: New bridge opens at Bellever +Echo"
		if got := said(ben); got != everyone {
			t.Errorf("somebody sees\n%s\nwant\n%s", got, everyone)
		}
		inside := "Radio: In the circle alone, a plan\nCircle: In the circle alone, a plan\nEcho: Weekly update\nGazette: Weekly update\nGazette: New bridge opens at Bellever +Echo +Circle\nCircle: New bridge opens at Bellever"
		if got := said(ada); got != inside {
			t.Errorf("a member sees\n%s\nwant\n%s", got, inside)
		}
		if got := h.seen(as(ben), signals.Old); got != "Out of date altogether, this" {
			t.Errorf("old from the start: %q", got)
		}

		// The panel of the signal says who else told of it, to those who may know.
		bridge := h.number(`SELECT id FROM signal_items WHERE source_id = $1 AND title = $2`, a, opens)
		thread, err := h.Clip(t.Context(), as(ben), bridge, "")
		h.must(err)
		for _, tc := range []struct {
			as   int64
			want string
		}{{0, ""}, {ben, "Echo"}, {ada, "Echo Circle"}} {
			o, err := h.Origin(t.Context(), as(tc.as), thread)
			h.must(err)
			var also []string
			for _, telling := range o.Also {
				also = append(also, telling.Source)
			}
			if got := strings.Join(also, " "); got != tc.want || o.Source != "Gazette" {
				t.Errorf("%d is told that it is in %s and also in %q, want %q", tc.as, o.Source, got, tc.want)
			}
		}
		// What comes later and leads to what was clipped is part of it, and what was joined to a source that goes comes up.
		h.exec(`DELETE FROM signal_items WHERE title LIKE 'Another title%'`)
		h.must(h.Remove(t.Context(), as(mo), a))
		h.exec(`UPDATE signal_sources SET next_at = 1, etag = '', modified = ''`)
		h.fetch()
		if got := h.text(`SELECT state FROM signal_items WHERE title LIKE 'Another title%'`); got != "clipped" {
			t.Errorf("what leads to a signal is %q", got)
		}
		if got := said(ben); !strings.Contains(got, "Echo: “New bridge” opens at Bellever!") {
			t.Errorf("after the source it was joined to is gone, somebody sees\n%s", got)
		}
	})
}
