package symptoms_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"watercooler/app/apptest"
	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/symptoms"
	"watercooler/auth"
)

// hub is a hub under test: a home organisation, a partner, and a closed network.
type hub struct {
	*symptoms.Service
	t      *testing.T
	db     *db.DB
	clock  time.Time
	looked []string // pages that somebody looked at
}

// The people, by id.
const (
	ada    = 1 // of the home organisation
	leader = 2
	pat    = 3 // a partner
)

var (
	helen   = auth.ForPerson(leader, leader, 1, true, auth.Leader)
	imran   = auth.ForPerson(ada, ada, 1, true, auth.Admin)
	member  = auth.ForPerson(ada, ada, 1, true, 0)
	mod     = auth.ForPerson(ada, ada, 1, true, auth.Moderator|auth.Manager)
	partner = auth.ForPerson(pat, pat, 2, false, auth.Leader|auth.Admin)
)

// looks notes who looked.
func (h *hub) looks(_ context.Context, v auth.Viewer, page string) error {
	h.looked = append(h.looked, fmt.Sprintf("%d %s", v.Person, page))
	return nil
}

type looks func(ctx context.Context, v auth.Viewer, page string) error

func (l looks) Look(ctx context.Context, v auth.Viewer, page string) error { return l(ctx, v, page) }

func each(t *testing.T, test func(t *testing.T, h *hub)) {
	t.Helper()
	backends.EachURL(t, func(t *testing.T, address string) {
		h := &hub{t: t, clock: apptest.Noon}
		now := func() time.Time { return h.clock }
		h.db = backends.Open(t, address, db.Options{Sync: "normal", Now: now})
		h.Service = symptoms.New(h.db, symptoms.Options{Now: now, Looks: looks(h.looks)})
		h.exec(`INSERT INTO organisations (name, slug, home, created_at) VALUES ('Devon', 'devon', TRUE, 1), ('Police', 'police', FALSE, 1)`)
		h.exec(`INSERT INTO units (organisation_id, name, created_at) VALUES (1, 'Libraries', 1)`)
		for i, name := range []string{"Ada Ash", "Helen Moor", "Pat Lane"} {
			h.exec(`INSERT INTO people (organisation_id, unit_id, handle, name, sort_name, created_at, updated_at) VALUES ($1, $2, $3, $4, $4, 1, 1)`,
				1+i/2, nil, strings.ToLower(strings.Fields(name)[0]), name)
		}
		h.exec(`INSERT INTO topics (slug, name, created_at) VALUES ('connectivity', 'Connectivity', 1)`)
		h.exec(`INSERT INTO networks (slug, name, access, audience, created_at, updated_at) VALUES ('circle', 'Circle', 'closed', 'hub', 1, 1)`)
		test(t, h)
	})
}

func (h *hub) exec(statement string, args ...any) {
	h.t.Helper()
	backends.Exec(h.t, h.db, statement, args...)
}

func (h *hub) look() int {
	h.t.Helper()
	n, err := h.Look(h.t.Context())
	if err != nil {
		h.t.Fatal(err)
	}
	if wrong, err := h.Check(h.t.Context()); err != nil || wrong != 0 {
		h.t.Errorf("%d findings differ from what the record shows (%v)", wrong, err)
	}
	return n
}

// thread writes one, so many days ago, and returns its id.
func (h *hub) thread(kind, title, audience string, days int) (id int64) {
	h.t.Helper()
	at := db.Micros(h.clock.AddDate(0, 0, -days))
	h.exec(`INSERT INTO threads (kind, title, body, body_html, excerpt, renderer, author_id, audience, created_at, active_at) VALUES ($1, $2, $2, $2, $2, 1, $3, $4, $5, $5)`, kind, title, ada, audience, at)
	if err := h.db.QueryRow(h.t.Context(), `SELECT MAX(id) FROM threads`).Scan(&id); err != nil {
		h.t.Fatal(err)
	}
	return id
}

// guess writes a decision that rests on nothing.
func (h *hub) guess(title, audience string) int64 {
	h.t.Helper()
	id := h.thread("decision", title, audience, 30)
	h.exec(`INSERT INTO decisions (thread_id, state, decided_at) VALUES ($1, 'agreed', $2)`, id, db.Micros(h.clock.AddDate(0, 0, -20)))
	return id
}

// shown is what v is shown, "guesswork: Close the depot", in order.
func (h *hub) shown(v auth.Viewer) string {
	h.t.Helper()
	o, err := h.Overview(h.t.Context(), v)
	if err != nil {
		h.t.Fatal(err)
	}
	var out []string
	for _, s := range o.Symptoms {
		for _, f := range s.Findings {
			var on []string
			for _, e := range f.Evidence {
				on = append(on, e.Title())
			}
			out = append(out, string(s.Symptom)+": "+strings.Join(on, ", "))
		}
	}
	return strings.Join(out, "; ")
}

func (h *hub) wants(v auth.Viewer, want string) {
	h.t.Helper()
	if got := h.shown(v); got != want {
		h.t.Errorf("shown: %q, want %q", got, want)
	}
}

// TestWhoReads: leaders and administrators of the home organisation, and nobody else.
func TestWhoReads(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.guess("Close the depot", "hub")
		h.look()
		list, _, err := h.List(t.Context(), helen, symptoms.Guesswork, false, symptoms.From{At: db.Micros(h.clock), ID: 1 << 60})
		if err != nil || len(list) != 1 {
			t.Fatalf("%d findings (%v)", len(list), err)
		}
		for _, tc := range []struct {
			name string
			v    auth.Viewer
			may  bool
		}{
			{"leader", helen, true}, {"administrator", imran, true}, {"member", member, false}, {"moderator and manager", mod, false},
			{"a partner's leader", partner, false}, {"signed out", auth.Public, false}, {"nobody", auth.Viewer{}, false},
		} {
			h.looked = nil
			_, overview := h.Overview(t.Context(), tc.v)
			_, _, one := h.List(t.Context(), tc.v, symptoms.Choke, false, symptoms.From{})
			_, found := h.Find(t.Context(), tc.v, list[0].ID)
			_, written := h.Written(t.Context(), tc.v, "x")
			calls := map[string]error{"overview": overview, "list": one, "find": found, "written": written}
			if !tc.may {
				calls["dismiss"], calls["reopen"] = h.Dismiss(t.Context(), tc.v, list[0].ID, "No."), h.Reopen(t.Context(), tc.v, list[0].ID)
			}
			for what, err := range calls {
				if tc.may && err != nil || !tc.may && !errs.IsNotFound(err) {
					t.Errorf("%s as %s: %v", what, tc.name, err)
				}
			}
			if want := map[bool]int{true: 4}[tc.may]; len(h.looked) != want {
				t.Errorf("%s: noted %v, want %d pages", tc.name, h.looked, want)
			}
		}
	})
}

// TestOpenRecord: what is in closed rooms, or deleted, is no evidence; nor is what has gone there since it was found.
func TestOpenRecord(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		h.guess("In the circle", "network:1")
		h.guess("Of the partner", "org:2")
		gone := h.guess("Deleted", "hub")
		h.exec(`UPDATE threads SET deleted_at = 1 WHERE id = $1`, gone)
		h.guess("Public", "public")
		h.guess("Of the house", "org:1")
		moved := h.guess("Moved later", "hub")
		h.look()
		h.wants(helen, "guesswork: Moved later; guesswork: Of the house; guesswork: Public")

		// A leader who is in the circle is not shown more.
		h.exec(`UPDATE threads SET audience = 'network:1' WHERE id = $1`, moved)
		h.wants(helen.In(auth.Membership{Network: 1}), "guesswork: Of the house; guesswork: Public")
		list, _, err := h.List(ctx, helen, symptoms.Guesswork, false, symptoms.From{At: db.Micros(h.clock), ID: 1 << 60})
		if err != nil || len(list) != 2 {
			t.Errorf("%d findings are listed (%v)", len(list), err)
		}
		var id int64
		if err := h.db.QueryRow(ctx, `SELECT i.finding_id FROM symptom_items i WHERE i.thread_id = $1`, moved).Scan(&id); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Find(ctx, helen.In(auth.Membership{Network: 1}), id); !errs.IsNotFound(err) {
			t.Errorf("what has been moved is found: %v", err)
		}
		if err := h.Dismiss(ctx, helen, id, "No."); !errs.IsNotFound(err) {
			t.Errorf("what has been moved is put aside: %v", err)
		}
		if wrong, err := h.Check(ctx); err != nil || wrong != 1 {
			t.Errorf("%d findings differ (%v), want the one that is gone", wrong, err)
		}
	})
}

// TestTooLittleLeft: a finding that rests on three things is not shown with two.
func TestTooLittleLeft(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		var ids []int64
		for _, days := range []int{200, 120, 40} {
			ids = append(ids, h.thread("question", "Who lends tablets to libraries?", "hub", days))
		}
		h.look()
		h.wants(helen, "repetition: Who lends tablets to libraries?, Who lends tablets to libraries?, Who lends tablets to libraries?")
		h.exec(`UPDATE threads SET deleted_at = 1 WHERE id = $1`, ids[1])
		h.wants(helen, "")
		h.look()
		o, err := h.Overview(t.Context(), helen)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range o.Symptoms {
			if s.Total != 0 || !s.Since.Equal(h.clock) {
				t.Errorf("%s: %d findings, nothing since %v", s.Symptom, s.Total, s.Since)
			}
		}
	})
}

// TestAside: what a leader puts aside stays aside, is taken up again, comes back when it has grown by half, and goes when it is found
// no more.
func TestAside(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		for _, days := range []int{300, 220, 140, 60} {
			h.thread("question", "Who lends tablets to libraries?", "hub", days)
		}
		h.look()
		var id int64
		if err := h.db.QueryRow(ctx, `SELECT f.id FROM symptom_findings f`).Scan(&id); err != nil {
			t.Fatal(err)
		}
		state := func(want string) {
			t.Helper()
			var got string
			if err := h.db.QueryRow(ctx, `SELECT f.state || ' ' || f.reason FROM symptom_findings f WHERE f.id = $1`, id).Scan(&got); err != nil || got != want {
				t.Errorf("state %q (%v), want %q", got, err, want)
			}
		}
		for _, reason := range []string{"", " \n ", strings.Repeat("x", 501)} {
			if err := h.Dismiss(ctx, helen, id, reason); errs.KindOf(err) != errs.Invalid {
				t.Errorf("put aside with %.20q: %v", reason, err)
			}
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(h.Dismiss(ctx, helen, id, " New libraries ask it. "))
		must(h.Dismiss(ctx, imran, id, "Twice.")) // changes nothing
		state("dismissed New libraries ask it.")
		h.wants(helen, "")
		aside, _, err := h.List(ctx, imran, symptoms.Repetition, true, symptoms.From{At: db.Micros(h.clock), ID: 1 << 60})
		if err != nil || len(aside) != 1 || aside[0].AsideBy != "Helen Moor" || len(aside[0].Evidence) != 4 {
			t.Errorf("put aside: %+v (%v)", aside, err)
		}
		must(h.Reopen(ctx, imran, id))
		state("open ")
		must(h.Dismiss(ctx, helen, id, "New libraries ask it."))
		h.thread("question", "Who lends tablets to libraries?", "hub", 20)
		h.look() // one more than four
		state("dismissed New libraries ask it.")
		last := h.thread("question", "Who lends tablets to libraries?", "hub", 1)
		h.look() // two more
		state("open ")
		if got := backends.Verbs(t, h.db); !strings.Contains(got, "symptom.dismissed") || !strings.Contains(got, "symptom.reopened") {
			t.Errorf("events: %s", got)
		}
		must(h.Dismiss(ctx, helen, id, "Settled."))
		h.exec(`UPDATE threads SET superseded_by = $1 WHERE id <> $1`, last)
		h.look()
		state("gone ")
		if _, err := h.Find(ctx, helen, id); !errs.IsNotFound(err) {
			t.Errorf("what is gone is found: %v", err)
		}
		h.exec(`UPDATE threads SET superseded_by = NULL`)
		h.look()
		state("open ")
		h.exec(`UPDATE threads SET superseded_by = $1 WHERE id <> $1`, last)
		h.look()
		h.clock = h.clock.AddDate(0, 14, 0)
		h.look()
		var n int
		if err := h.db.QueryRow(ctx, `SELECT COUNT(*) FROM symptom_findings`).Scan(&n); err != nil || n != 0 {
			t.Errorf("%d findings are kept after 14 months (%v)", n, err)
		}
	})
}

// TestRefresh looks once an hour, whichever server asks, and again when one that set out never came back.
func TestRefresh(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		at := func() string {
			t.Helper()
			o, err := h.Overview(ctx, helen)
			if err != nil {
				t.Fatal(err)
			}
			if o.LookedAt.IsZero() {
				return "never"
			}
			return o.LookedAt.Format("15:04")
		}
		refresh := func(want string) {
			t.Helper()
			if err := h.Refresh(ctx); err != nil {
				t.Fatal(err)
			}
			if got := at(); got != want {
				t.Errorf("looked at %s, want %s", got, want)
			}
		}
		if got := at(); got != "never" {
			t.Errorf("looked at %s before anybody did", got)
		}
		refresh("11:00")
		h.clock = h.clock.Add(50 * time.Minute)
		refresh("11:00")
		h.clock = h.clock.Add(10 * time.Minute)
		refresh("12:00")
		h.clock = h.clock.Add(time.Hour)
		h.exec(`UPDATE symptom_looks SET claimed_at = $1`, db.Micros(h.clock)) // another server is about it
		refresh("12:00")
		h.clock = h.clock.Add(15 * time.Minute) // and was not heard of again
		refresh("13:15")
	})
}

// TestChokeNeedsPeople: a choke is named where at least five people could answer; who stepped out, left or is a partner does not count.
func TestChokeNeedsPeople(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		for i := range 9 {
			org := 1
			if i == 8 {
				org = 2
			}
			h.exec(`INSERT INTO people (organisation_id, handle, name, sort_name, created_at, updated_at) VALUES ($1, $2, $2, $2, 1, 1)`, org, fmt.Sprintf("knower%d", i))
			h.exec(`INSERT INTO expertise (person_id, topic_id, audience, year, answers, accepted, posts, discussions, votes, last_at) VALUES ($1, 1, 'hub', 2027, 4, 1, 0, 0, 0, 1)`, 4+i)
		}
		h.exec(`UPDATE people SET left_at = 1 WHERE id = 4`)
		h.exec(`INSERT INTO expert_settings (person_id, suggested, open, weekly_cap, days, updated_at) VALUES (5, FALSE, TRUE, 3, 'mon', 1)`)
		h.exec(`INSERT INTO expert_topics (person_id, topic_id, choice, created_at) VALUES (6, 1, 'out', 1)`)
		var first int64
		for i := range 6 { // six questions wait; 24 elsewhere were answered
			id := h.thread("question", fmt.Sprintf("Why is line number %d slow", i), "hub", 30+i)
			h.exec(`INSERT INTO thread_topics (thread_id, topic_id) VALUES ($1, 1)`, id)
			first = max(first, id)
		}
		for i := range 24 {
			id := h.thread("question", fmt.Sprintf("Who has key number %d", i), "hub", 30+i)
			h.exec(`INSERT INTO replies (thread_id, author_id, body, body_html, renderer, created_at) VALUES ($1, $2, 'I', 'I', 1, $3)`, id, leader, db.Micros(h.clock.AddDate(0, 0, -29)))
		}
		h.look()
		if got := h.shown(helen); !strings.HasPrefix(got, "choke: ") {
			t.Errorf("five people know, and what is shown is %q", got)
		}
		h.exec(`INSERT INTO expert_topics (person_id, topic_id, choice, created_at) VALUES (7, 1, 'out', 1)`)
		h.look()
		h.wants(helen, "")
		// Somebody who was offered one of the questions could have answered, too.
		h.exec(`INSERT INTO offers (thread_id, person_id, step, state, created_at) VALUES ($1, $2, 1, 'lapsed', 1)`, first, leader)
		h.look()
		if got := h.shown(helen); !strings.HasPrefix(got, "choke: ") {
			t.Errorf("a fifth was offered one, and what is shown is %q", got)
		}
	})
}

// TestLinksDecide: guides are no muddle when one leads to the other, by a thread's address or a post's.
func TestLinksDecide(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		first, second := h.thread("post", "Booking a pool car", "hub", 90), h.thread("discussion", "How to book pool cars", "hub", 30)
		h.exec(`UPDATE threads SET reference = TRUE`)
		h.exec(`INSERT INTO blogs (slug, name, owner_kind, owner_id, audience, created_at, updated_at) VALUES ('fleet', 'Fleet', 'unit', 1, 'hub', 1, 1)`)
		h.exec(`INSERT INTO posts (thread_id, blog_id, slug, published_at) VALUES ($1, 1, 'pool-cars', 1)`, first)
		h.look()
		h.wants(helen, "muddle: How to book pool cars, Booking a pool car")
		o, err := h.Overview(t.Context(), helen)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.Index(symptoms.All, symptoms.Muddle)
		if got := o.Symptoms[i].Findings[0].Evidence[1].Path(); got != "/blog/fleet/pool-cars" {
			t.Errorf("the post is at %s", got)
		}
		for _, body := range []string{"See /blog/fleet/pool-cars", fmt.Sprintf("See https://hub.example/threads/%d.", first)} {
			h.exec(`UPDATE threads SET body = $1 WHERE id = $2`, body, second)
			h.look()
			h.wants(helen, "")
			h.exec(`UPDATE threads SET body = 'See /threads/99999999999999999999 and /threads/7' WHERE id = $1`, second)
			h.look()
			h.wants(helen, "muddle: How to book pool cars, Booking a pool car")
		}
	})
}

// TestPages walks through the pages as a leader of the sample hub.
func TestPages(t *testing.T) {
	h := apptest.Sample(t)
	helen := h.As("helen.trevanion@tamarshire.example")
	var guessed int // by the sample's own decisions
	if err := h.DB.QueryRow(t.Context(), `SELECT COUNT(*) FROM symptom_findings WHERE symptom = 'guesswork' AND gone_at IS NULL`).Scan(&guessed); err != nil {
		t.Fatal(err)
	}
	thread := func(title string, audience string) (id int64) {
		backends.Exec(t, h.DB, `INSERT INTO threads (kind, title, body, body_html, excerpt, renderer, author_id, audience, created_at, active_at) VALUES ('decision', $1, '', '', '', 1, 1, $2, $3, $3)`, title, audience, db.Micros(h.Clock.Now().AddDate(0, 0, -9)))
		if err := h.DB.QueryRow(t.Context(), `SELECT MAX(id) FROM threads`).Scan(&id); err != nil {
			t.Fatal(err)
		}
		backends.Exec(t, h.DB, `INSERT INTO decisions (thread_id, state, decided_at, notice_days) VALUES ($1, 'agreed', $2, 7)`, id, db.Micros(h.Clock.Now().AddDate(0, 0, -9)))
		return id
	}
	for i := range 25 {
		thread(fmt.Sprintf("=Close depot %d", i), "hub")
	}
	secret := thread("In a closed room", "network:1")
	s := symptoms.New(h.DB, symptoms.Options{Now: h.Clock.Now})
	if _, err := s.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	page := helen.Get("/insights/symptoms")
	doc := page.Doc(t)
	if got := doc.Find("section.symptom").Length(); page.Status != 200 || got != 9 {
		t.Fatalf("status %d with %d symptoms", page.Status, got)
	}
	section := doc.Find("section.symptom:has(#guesswork)")
	if got := section.Find(".findings > li").Length(); got != 3 || !strings.Contains(section.Text(), fmt.Sprintf("All %d", guessed+25)) {
		t.Errorf("guesswork shows %d findings: %s", got, section.Text())
	}
	if !strings.Contains(doc.Find("section.symptom:has(#panic)").Text(), "Nothing found since 4 May 2027.") {
		t.Errorf("panic says %s", doc.Find("section.symptom:has(#panic)").Text())
	}
	seen := map[string]bool{}
	for path := "/insights/symptoms/guesswork"; path != ""; {
		doc := helen.Get(path).Doc(t)
		for _, a := range doc.Find("li.finding h3 a").EachIter() {
			seen[a.AttrOr("href", "")] = true
		}
		path = doc.Find(".pager a:contains('Older')").AttrOr("href", "")
	}
	if len(seen) != guessed+25 {
		t.Errorf("the pages of guesswork show %d findings, want %d", len(seen), guessed+25)
	}
	finding := section.Find("h3 a").First().AttrOr("href", "")
	if res := helen.Post(finding+"/dismiss", url.Values{"reason": {""}}); res.Status != 422 || res.Doc(t).Find(".summary").Length() != 1 {
		t.Errorf("put aside without a reason: status %d", res.Status)
	}
	if res := helen.Post(finding+"/dismiss", url.Values{"reason": {"It was urgent."}}); res.Status != 303 || res.Location != finding {
		t.Errorf("put aside: status %d to %s", res.Status, res.Location)
	}
	if text := helen.Get(finding).Doc(t).Find("main").Text(); !strings.Contains(text, "It was urgent.") || !strings.Contains(text, "Helen Trevanion") {
		t.Errorf("the finding says %s", text)
	}
	if text := helen.Get("/insights/symptoms/guesswork?show=aside").Doc(t).Find("main").Text(); !strings.Contains(text, "It was urgent.") {
		t.Errorf("what was put aside: %s", text)
	}
	if res := helen.Post(finding+"/reopen", nil); res.Status != 303 {
		t.Errorf("taken up again: status %d", res.Status)
	}
	for _, path := range []string{"/insights/symptoms/stupidity", "/insights/findings/999999", "/insights/findings/x", "/insights/symptoms/choke?after=x"} {
		if res := helen.Get(path); res.Status != 404 {
			t.Errorf("%s: status %d", path, res.Status)
		}
	}

	rows, err := csv.NewReader(strings.NewReader(helen.Get("/insights/symptoms.csv").Body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out struct {
		Findings []struct {
			Symptom  string
			Evidence []struct{ Title, Path string }
		}
	}
	if err := json.Unmarshal([]byte(helen.Get("/insights/symptoms.json").Body), &out); err != nil {
		t.Fatal(err)
	}
	guesses := 0
	for _, f := range out.Findings {
		if f.Symptom == "guesswork" && len(f.Evidence) == 1 && strings.HasPrefix(f.Evidence[0].Title, "=Close depot") && strings.HasPrefix(f.Evidence[0].Path, h.URL+"/threads/") {
			guesses++
		}
	}
	if guesses != 25 {
		t.Errorf("%d of 25 decisions are in the JSON", guesses)
	}
	cells := 0
	for _, row := range rows {
		for _, cell := range row {
			if strings.HasPrefix(cell, "'=Close depot") {
				cells++
			}
			if strings.HasPrefix(cell, "=") {
				t.Errorf("a cell begins like a formula: %s", cell)
			}
		}
	}
	if cells != 25 {
		t.Errorf("%d of 25 decisions are in the CSV", cells)
	}
	for _, path := range []string{"/insights/symptoms", "/insights/symptoms/guesswork", "/insights/symptoms.csv", "/insights/symptoms.json"} {
		if body := helen.Get(path).Body; strings.Contains(body, "In a closed room") || strings.Contains(body, fmt.Sprintf("/threads/%d\"", secret)) {
			t.Errorf("%s tells of the closed room", path)
		}
	}
}
