package signals_test

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/signals"
	"watercooler/app/threads"
	"watercooler/auth"
)

// begin is a Tuesday, at eleven.
var begin = time.Date(2027, time.May, 4, 11, 0, 0, 0, time.UTC)

// The people of a hub under test, by id. Network 1 is a closed circle of Ada and Sam, who looks after it; network 2 is open, and Ada's.
const (
	ada = 1
	ben = 2
	sam = 3 // steward of the circle
	mo  = 4 // moderates
	pat = 5 // a partner
)

var names = []string{"Ada Ash", "Ben Chaffe", "Sam Lund", "Mo Reed", "Pat Lane"}

type hub struct {
	*signals.Service
	t       *testing.T
	db      *db.DB
	threads *threads.Service
	mu      sync.Mutex
	clock   time.Time
}

func (h *hub) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.clock
}

func (h *hub) after(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clock = h.clock.Add(d)
}

// loopback lets a hub read from sites under test.
var loopback = signals.Config{Fetch: true, Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Hub: func() string { return "Devon" }, BaseURL: "https://hub.example", Contact: "hub@devon.example"}

func each(t *testing.T, c signals.Config, test func(t *testing.T, h *hub)) {
	t.Helper()
	backends.EachURL(t, func(t *testing.T, address string) {
		h := &hub{t: t, clock: begin}
		h.db = backends.Open(t, address, db.Options{Sync: "normal", Now: h.now})
		h.exec(`INSERT INTO organisations (name, slug, home, created_at) VALUES ('Devon', 'devon', TRUE, 1), ('Police', 'police', FALSE, 1)`)
		for i, name := range names {
			handle := strings.ToLower(strings.ReplaceAll(name, " ", "-"))
			org := 1
			if i+1 == pat {
				org = 2
			}
			h.exec(`INSERT INTO people (organisation_id, handle, name, sort_name, created_at, updated_at) VALUES ($1, $2, $3, $4, 1, 1)`, org, handle, name, name)
		}
		h.exec(`INSERT INTO topics (slug, name, created_at) VALUES ('connectivity', 'Connectivity', 1), ('flooding', 'Flooding', 1)`)
		h.exec(`INSERT INTO networks (slug, name, access, audience, created_at, updated_at) VALUES ('circle', 'Circle', 'closed', 'hub', 1, 1), ('open', 'Open', 'open', 'public', 1, 1)`)
		h.exec(`INSERT INTO network_members (network_id, person_id, state, role, created_at, updated_at) VALUES (1, 1, 'member', '', 1, 1), (1, 3, 'member', 'steward', 1, 1), (2, 1, 'member', 'steward', 1, 1)`)
		h.threads = threads.New(h.db, topicsOf{}, h.now)
		h.Service = signals.New(h.db, h.threads, topicsOf{}, c, h.now)
		test(t, h)
	})
}

// topicsOf knows two topics.
type topicsOf struct{}

func (topicsOf) Resolve(_ context.Context, names []string) (known []threads.Topic, unknown []string, err error) {
	for _, name := range names {
		switch strings.ToLower(name) {
		case "connectivity":
			known = append(known, threads.Topic{ID: 1, Slug: "connectivity", Name: "Connectivity"})
		case "flooding":
			known = append(known, threads.Topic{ID: 2, Slug: "flooding", Name: "Flooding"})
		default:
			unknown = append(unknown, name)
		}
	}
	return known, unknown, nil
}

func (topicsOf) Suggest(context.Context, string, int) ([]threads.Topic, error) { return nil, nil }

func (h *hub) exec(statement string, args ...any) {
	h.t.Helper()
	backends.Exec(h.t, h.db, statement, args...)
}

func as(person int64) auth.Viewer {
	org, roles := int64(1), auth.Role(0)
	switch person {
	case pat:
		org = 2
	case mo:
		roles = auth.Moderator
	case 0:
		return auth.Public
	}
	v := auth.ForPerson(person, person, org, org == 1, roles)
	switch person {
	case ada:
		v = v.In(auth.Membership{Network: 1}, auth.Membership{Network: 2, Steward: true})
	case sam:
		v = v.In(auth.Membership{Network: 1, Steward: true})
	}
	return v
}

func (h *hub) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// text reads one text, "" for no row.
func (h *hub) text(query string, args ...any) (s string) {
	h.t.Helper()
	if err := h.db.QueryRow(h.t.Context(), query, args...).Scan(&s); err != nil && !errs.IsNotFound(err) {
		h.t.Fatal(err)
	}
	return s
}

func (h *hub) number(query string, args ...any) (n int64) {
	h.t.Helper()
	h.must(h.db.QueryRow(h.t.Context(), query, args...).Scan(&n))
	return n
}

// events lists what was recorded, as "verb object".
func (h *hub) events() string {
	h.t.Helper()
	rows, err := h.db.Query(h.t.Context(), `SELECT verb || ' ' || object_kind || ' ' || audience FROM events WHERE verb LIKE 'signal.%' ORDER BY id`)
	list, err := db.Collect(rows, err, db.One[string])
	h.must(err)
	return strings.Join(list, "; ")
}

// feed is a source as a test makes one: Fresh items, one a word, for a network or 0.
func (h *hub) feed(title string, network int64, items ...string) (source int64, ids []int64) {
	h.t.Helper()
	var of any
	if network != 0 {
		of = network
	}
	address := "https://" + strings.ToLower(strings.ReplaceAll(title, " ", "-")) + ".example/feed"
	h.exec(`INSERT INTO signal_sources (url, host, title, kind, network_id, created_at) VALUES ($1, $2, $3, 'press', $4, 1)`, address, title, title, of)
	source = h.number(`SELECT MAX(id) FROM signal_sources`)
	for _, word := range items {
		at := h.now().Add(-time.Hour)
		link := "https://news.example/" + word
		h.exec(`INSERT INTO signal_items (source_id, guid, url, url_key, title, title_key, summary, published_at, found_at, state) VALUES ($1, $2, $3, $4, $5, '', $6, $7, $7, 'new')`,
			source, word, link, signals.Key(link), "About "+word, "It is *"+word+"*.", db.Micros(at))
		ids = append(ids, h.number(`SELECT MAX(id) FROM signal_items`))
	}
	return source, ids
}

// seen are the titles of the items in a state that somebody sees.
func (h *hub) seen(v auth.Viewer, state signals.State) string {
	h.t.Helper()
	list, _, err := h.Items(h.t.Context(), v, state, signals.Query{Limit: 50})
	if errs.KindOf(err) == errs.Unauthenticated {
		return "sign in"
	}
	h.must(err)
	titles := make([]string, len(list))
	for i, item := range list {
		titles[i] = strings.TrimPrefix(item.Title, "About ")
	}
	slices.Sort(titles)
	return strings.Join(titles, " ")
}

// TestAudience: a network's sources and items are its members' alone, on lists, in counts and by number.
func TestAudience(t *testing.T) {
	each(t, signals.Config{}, func(t *testing.T, h *hub) {
		ctx := t.Context()
		h.feed("Gazette", 0, "bridge")
		secret, inside := h.feed("Circle Letter", 1, "plan")
		for _, tc := range []struct {
			name    string
			as      int64
			sees    string
			sources int
		}{
			{"signed out", 0, "sign in", -1}, {"a member", ada, "bridge plan", 2}, {"the steward", sam, "bridge plan", 2}, {"somebody else", ben, "bridge", 1},
			{"a moderator", mo, "bridge", 1}, {"a partner", pat, "bridge", 1},
		} {
			v := as(tc.as)
			if got := h.seen(v, signals.Fresh); got != tc.sees {
				t.Errorf("%s sees %q, want %q", tc.name, got, tc.sees)
			}
			list, err := h.Sources(ctx, v)
			if tc.sources < 0 {
				if errs.KindOf(err) != errs.Unauthenticated {
					t.Errorf("%s: sources: %v", tc.name, err)
				}
				continue
			}
			if err != nil || len(list) != tc.sources {
				t.Errorf("%s sees %d sources (%v), want %d", tc.name, len(list), err, tc.sources)
			}
			scope, err := h.Scope(ctx, v)
			if err != nil || scope.Waiting != tc.sources || scope.Sources != tc.sources || scope.Kinds[signals.Press] != tc.sources || len(scope.Networks) != tc.sources-1 {
				t.Errorf("%s: scope %+v (%v)", tc.name, scope, err)
			}
			for name, do := range map[string]func() error{
				"find":   func() error { _, err := h.Find(ctx, v, inside[0]); return err },
				"visit":  func() error { _, err := h.Visit(ctx, v, inside[0], true); return err },
				"source": func() error { _, err := h.Source(ctx, v, secret); return err },
			} {
				if got := errs.IsNotFound(do()); got != (tc.sources == 1) {
					t.Errorf("%s: %s of the circle's is not found: %v", tc.name, name, got)
				}
			}
		}
		for name, do := range map[string]func() error{
			"clip":    func() error { _, err := h.Clip(ctx, as(ben), inside[0], ""); return err },
			"dismiss": func() error { return h.Dismiss(ctx, as(ben), inside[0]) },
			"restore": func() error { return h.Restore(ctx, as(mo), inside[0]) },
			"pause":   func() error { return h.Pause(ctx, as(mo), secret) },
			"change": func() error {
				return h.Change(ctx, as(mo), secret, signals.SourceChange{Title: "x", Kind: signals.Press})
			},
			"remove": func() error { return h.Remove(ctx, as(mo), secret) },
		} {
			if err := do(); !errs.IsNotFound(err) {
				t.Errorf("%s from outside the circle: %v, want not found", name, err)
			}
		}
		if got := h.events(); got != "" {
			t.Errorf("events: %s", got)
		}
		// Clipped, it stays among members.
		id, err := h.Clip(ctx, as(ada), inside[0], "Ours.")
		h.must(err)
		if got := h.text(`SELECT audience || ' ' || CAST(network_id AS TEXT) FROM threads WHERE id = $1`, id); got != "network:1 1" {
			t.Errorf("a clip of the circle's is for %s", got)
		}
		if list, _, err := h.Signals(ctx, as(ben), signals.Query{Limit: 5}); err != nil || len(list) != 0 {
			t.Errorf("somebody else sees %d signals (%v)", len(list), err)
		}
		if known, err := h.Already(ctx, as(ben), "https://news.example/plan"); err != nil || len(known) != 0 {
			t.Errorf("somebody else is told that it is here: %v (%v)", known, err)
		}
		if list, _, err := h.Signals(ctx, as(sam), signals.Query{Limit: 5}); err != nil || len(list) != 1 || list[0].Origin.Source != "Circle Letter" {
			t.Errorf("the steward sees %+v (%v)", list, err)
		}
	})
}

func TestTriage(t *testing.T) {
	each(t, signals.Config{}, func(t *testing.T, h *hub) {
		ctx := t.Context()
		_, ids := h.feed("Gazette", 0, "bridge", "ford", "mill")
		h.exec(`UPDATE signal_sources SET topic_id = 2`)

		thread, err := h.Clip(ctx, as(ben), ids[0], "We share that bridge.")
		h.must(err)
		got := h.text(`SELECT kind || '|' || title || '|' || body || '|' || audience FROM threads WHERE id = $1`, thread)
		if want := "signal|About bridge|We share that bridge.\n\n> It is \\*bridge\\*.|hub"; got != want {
			t.Errorf("the thread is %q, want %q", got, want)
		}
		if got := h.text(`SELECT source || '|' || kind || '|' || url || '|' || url_key FROM signals WHERE thread_id = $1`, thread); got != "Gazette|press|https://news.example/bridge|news.example/bridge" {
			t.Errorf("the signal is %q", got)
		}
		if got := h.number(`SELECT topic_id FROM thread_topics WHERE thread_id = $1`, thread); got != 2 {
			t.Errorf("it is about topic %d, want that of its source", got)
		}
		again, err := h.Clip(ctx, as(ada), ids[0], "Me too")
		if err != nil || again != thread {
			t.Errorf("clipped again: %d (%v), want %d", again, err, thread)
		}
		if err := h.Dismiss(ctx, as(ada), ids[0]); errs.KindOf(err) != errs.Conflict {
			t.Errorf("dismissed although clipped: %v", err)
		}

		h.must(h.Dismiss(ctx, as(pat), ids[1]))
		h.must(h.Dismiss(ctx, as(ada), ids[1])) // twice changes nothing
		if fresh, gone := h.seen(as(ben), signals.Fresh), h.seen(as(ben), signals.Dismissed); fresh != "mill" || gone != "ford" {
			t.Errorf("to look at %q, dismissed %q", fresh, gone)
		}
		h.must(h.Restore(ctx, as(ben), ids[1]))
		if fresh := h.seen(as(ben), signals.Fresh); fresh != "ford mill" {
			t.Errorf("after bringing back: %q", fresh)
		}
		if err := h.Restore(ctx, as(ben), 999); !errs.IsNotFound(err) {
			t.Errorf("bring nothing back: %v", err)
		}
		for name, err := range map[string]error{"clip": second(h.Clip(ctx, auth.Public, ids[1], "")), "dismiss": h.Dismiss(ctx, auth.Public, ids[1]), "visit": second(h.Visit(ctx, auth.Public, ids[1], true))} {
			if errs.KindOf(err) != errs.Unauthenticated {
				t.Errorf("%s signed out: %v", name, err)
			}
		}
		if got, want := h.events(), "signal.clipped thread hub; signal.dismissed signal_item hub; signal.restored signal_item hub"; got != want {
			t.Errorf("events\n%s, want\n%s", got, want)
		}

		// What nobody looks at fades, and what was dismissed long ago is forgotten.
		h.must(h.Dismiss(ctx, as(ben), ids[1]))
		h.after(31 * 24 * time.Hour)
		h.must(h.Fade(ctx))
		if fresh := h.seen(as(ben), signals.Fresh); fresh != "" {
			t.Errorf("after a month there is %q to look at", fresh)
		}
		h.after(400 * 24 * time.Hour)
		h.must(h.Fade(ctx))
		if n := h.number(`SELECT COUNT(*) FROM signal_items`); n != 1 {
			t.Errorf("%d items are known after a year, want the clipped one", n)
		}
	})
}

// second is the error of a use case that returns something besides.
func second[T any](_ T, err error) error { return err }

// TestClipOnce has everybody clip one item at the same moment.
func TestClipOnce(t *testing.T) {
	each(t, signals.Config{}, func(t *testing.T, h *hub) {
		_, ids := h.feed("Gazette", 0, "bridge")
		made := make([]int64, 4)
		failed := make([]error, 4)
		var all sync.WaitGroup
		for i := range made {
			all.Go(func() { made[i], failed[i] = h.Clip(t.Context(), as(int64(i+1)), ids[0], "") })
		}
		all.Wait()
		for i, err := range failed {
			if err != nil || made[i] != made[0] {
				t.Errorf("%d got %d (%v), want %d", i, made[i], err, made[0])
			}
		}
		if n := h.number(`SELECT COUNT(*) FROM threads`); n != 1 {
			t.Errorf("%d threads", n)
		}
	})
}

func TestRead(t *testing.T) {
	each(t, signals.Config{}, func(t *testing.T, h *hub) {
		ctx := t.Context()
		_, ids := h.feed("Gazette", 0, "bridge")
		read := func(table string) string {
			return h.text(`SELECT COALESCE(CAST(MIN(read_at) AS TEXT), 'never') FROM ` + table)
		}
		if to, err := h.Visit(ctx, as(ben), ids[0], false); err != nil || to != "https://news.example/bridge" || read("signal_items") != "never" {
			t.Errorf("looking ahead: %q, %v, read %s", to, err, read("signal_items"))
		}
		h.must(second(h.Visit(ctx, as(ben), ids[0], true)))
		first := read("signal_items")
		h.after(time.Hour)
		h.must(second(h.Visit(ctx, as(ada), ids[0], true)))
		if first != fmt.Sprint(db.Micros(begin)) || read("signal_items") != first {
			t.Errorf("an item was first read at %s, then at %s", first, read("signal_items"))
		}

		id, err := h.Clip(ctx, as(ben), ids[0], "")
		h.must(err)
		thread, err := h.threads.Find(ctx, as(ben), id)
		h.must(err)
		for _, who := range []int64{ben, 0} {
			if h.must(h.Opened(ctx, as(who), thread)); read("signals") != "never" {
				t.Errorf("%d counts as a reader", who)
			}
		}
		h.must(h.Opened(ctx, as(ada), thread))
		at := read("signals")
		h.after(time.Hour)
		h.must(h.Opened(ctx, as(mo), thread))
		if at == "never" || read("signals") != at {
			t.Errorf("a signal was first read at %s, then at %s", at, read("signals"))
		}
	})
}

func TestShare(t *testing.T) {
	each(t, signals.Config{}, func(t *testing.T, h *hub) {
		ctx := t.Context()
		h.feed("Gazette", 0, "bridge")
		h.feed("Circle Letter", 1, "bridge")
		good := signals.Shared{URL: "https://www.news.example/bridge/?utm_source=x#top", Title: "The bridge", Kind: signals.Press, Why: "It *matters*.", Topics: []string{"Flooding"}, Audience: "hub"}
		for _, tc := range []struct {
			name   string
			as     int64
			change func(*signals.Shared)
			fields string
			kind   errs.Kind
		}{
			{"signed out", 0, nil, "", errs.Unauthenticated},
			{"nothing", ben, func(s *signals.Shared) { *s = signals.Shared{} }, "url kind title audience", errs.Invalid},
			{"no web address", ben, func(s *signals.Shared) { s.URL = "javascript:alert(1)" }, "url", errs.Invalid},
			{"no such kind", ben, func(s *signals.Shared) { s.Kind = "gossip" }, "kind", errs.Invalid},
			{"a long name", ben, func(s *signals.Shared) { s.Source = strings.Repeat("x", 90) }, "source", errs.Invalid},
			{"a topic that is none", ben, func(s *signals.Shared) { s.Topics = []string{"nonsense"} }, "topics", errs.Invalid},
			{"too long a reason", ben, func(s *signals.Shared) { s.Why = strings.Repeat("x", 200_000) }, "why", errs.Invalid},
			{"into a network that is not theirs", ben, func(s *signals.Shared) { s.Network, s.Audience = 1, "network:1" }, "network audience", errs.Invalid},
			{"for another organisation", ben, func(s *signals.Shared) { s.Audience = "org:2" }, "audience", errs.Invalid},
		} {
			in := good
			if tc.change != nil {
				tc.change(&in)
			}
			_, err := h.Share(ctx, as(tc.as), in)
			var fields []string
			if e := errs.As(err); e != nil {
				for _, f := range e.Fields {
					fields = append(fields, f.Name)
				}
			}
			if errs.KindOf(err) != tc.kind || strings.Join(fields, " ") != tc.fields {
				t.Errorf("%s: %v, fields %q, want %q", tc.name, err, fields, tc.fields)
			}
		}
		if n := h.number(`SELECT COUNT(*) FROM threads`); n != 0 {
			t.Fatalf("%d threads were made of mistakes", n)
		}

		// In the circle it takes the circle's item along and leaves that of everyone.
		inside := good
		inside.Network, inside.Audience = 1, "network:1"
		h.must(second(h.Share(ctx, as(ada), inside)))
		if got := h.seen(as(ada), signals.Fresh) + "|" + h.seen(as(ada), signals.Clipped); got != "bridge|bridge" {
			t.Errorf("after sharing in the circle: %s", got)
		}
		// Who cannot read that may share it for everyone.
		id, err := h.Share(ctx, as(ben), good)
		h.must(err)
		if got := h.text(`SELECT source FROM signals WHERE thread_id = $1`, id); got != "news.example" {
			t.Errorf("the site is called %q", got)
		}
		if got := h.seen(as(ben), signals.Fresh); got != "" {
			t.Errorf("still to look at: %q", got)
		}
		if _, err := h.Share(ctx, as(pat), good); errs.KindOf(err) != errs.Invalid {
			t.Errorf("shared again: %v", err)
		}
		if known, err := h.Already(ctx, as(pat), "http://news.example/bridge"); err != nil || len(known) != 1 || known[0].Thread != id {
			t.Errorf("known: %+v (%v)", known, err)
		}
		good.Again = true
		h.must(second(h.Share(ctx, as(pat), good)))
		h.must(h.threads.DeleteThread(ctx, as(ben), id))
		if known, err := h.Already(ctx, as(ben), "http://news.example/bridge"); err != nil || len(known) != 1 {
			t.Errorf("known after one was deleted: %+v (%v)", known, err)
		}
	})
}

func TestSignals(t *testing.T) {
	each(t, signals.Config{}, func(t *testing.T, h *hub) {
		ctx := t.Context()
		for i, kind := range []signals.Kind{signals.Press, signals.Policy, signals.Press, signals.Peers} {
			h.after(time.Minute)
			in := signals.Shared{URL: fmt.Sprintf("https://news.example/%d", i), Title: fmt.Sprint("Number ", i), Kind: kind, Audience: "hub"}
			switch i {
			case 1:
				in.Audience = "public"
			case 2:
				in.Topics = []string{"Flooding"}
			case 3:
				in.Network, in.Audience = 1, "network:1"
			}
			h.must(second(h.Share(ctx, as(ada), in)))
		}
		for _, tc := range []struct {
			name string
			as   int64
			in   signals.Query
			want string
		}{
			{"all, the latest first", ada, signals.Query{}, "3 2 1 0"}, {"somebody else", ben, signals.Query{}, "2 1 0"}, {"signed out", 0, signals.Query{}, "1"},
			{"of a kind", ada, signals.Query{Kind: signals.Press}, "2 0"}, {"of a topic", ada, signals.Query{Topic: 2}, "2"}, {"of a network", ada, signals.Query{Network: 1}, "3"},
			{"of a network one is not in", ben, signals.Query{Network: 1}, ""}, {"of a topic, signed out", 0, signals.Query{Topic: 2}, ""},
		} {
			var got []string
			for pages := 0; ; pages++ {
				tc.in.Limit = 2
				list, older, err := h.Signals(ctx, as(tc.as), tc.in)
				h.must(err)
				for _, s := range list {
					got = append(got, strings.TrimPrefix(s.Title, "Number "))
				}
				if older == (threads.Key{}) || pages > 5 {
					break
				}
				tc.in.Before = older
			}
			if text := strings.Join(got, " "); text != tc.want {
				t.Errorf("%s: %q, want %q", tc.name, text, tc.want)
			}
		}
	})
}

// rss is a feed with an item for each word.
func rss(title string, words ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, `<?xml version="1.0"?><rss version="2.0"><channel><title>%s</title>`, title)
	for _, word := range words {
		fmt.Fprintf(&b, `<item><title>About %s</title><link>https://news.example/%s</link><description>It is %s.</description></item>`, word, url.PathEscape(word), word)
	}
	return b.String() + `</channel></rss>`
}
