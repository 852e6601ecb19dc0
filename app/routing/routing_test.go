package routing_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/app/routing"
	"watercooler/app/threads"
	"watercooler/auth"
)

// begin is a Tuesday, at eleven.
var begin = time.Date(2027, time.May, 4, 11, 0, 0, 0, time.UTC)

// The people of a hub under test, by id; all are staff of organisation 1 and have accounts, but for those said otherwise.
const (
	ada  = 1 // asks
	gwen = 2 // knows most
	ben  = 3 // knows, in the unit of Gwen
	eva  = 4
	ian  = 5
	joy  = 6 // follows the topic
	mo   = 7 // moderates
	pat  = 8 // a partner, of organisation 2
	gone = 9 // has left
	none = 10
	kim  = 11 // has no account
	most = 11
)

var names = []string{"Ada Ash", "Gwen Pryce", "Ben Chaffe", "Eva Lund", "Ian Moor", "Joy Hill", "Mo Reed", "Pat Lane", "Gone Gray", "Nia None", "Kim West"}

// hub is a hub under test, in which everybody's knowledge is as said.
type hub struct {
	*routing.Service
	t       *testing.T
	db      *db.DB
	threads *threads.Service
	events  *event.Dispatcher
	clock   time.Time
	mu      sync.Mutex // of the clock
	known   []routing.Candidate
	terms   map[int64]routing.Terms
}

// Candidates are those the test names.
func (h *hub) Candidates(_ context.Context, _ int64, limit int) ([]routing.Candidate, error) {
	list := slices.Clone(h.known)
	for i := range list {
		if terms, ok := h.terms[list[i].Person]; ok {
			list[i].Terms = terms
		}
	}
	return list[:min(limit, len(list))], nil
}

// Terms are five questions a week on working days, unless the test says otherwise.
func (h *hub) Terms(_ context.Context, people []int64) (map[int64]routing.Terms, error) {
	out := make(map[int64]routing.Terms)
	for _, p := range people {
		out[p] = usual
		if terms, ok := h.terms[p]; ok {
			out[p] = terms
		}
	}
	return out, nil
}

var usual = routing.Terms{Open: true, WeeklyCap: 5, Days: routing.Weekdays}

func (h *hub) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.clock
}

func knows(person int64, fit float64) routing.Candidate {
	return routing.Candidate{Person: person, Fit: fit, Reason: "You answered “Leased lines”", Terms: usual}
}

func each(t *testing.T, test func(t *testing.T, h *hub)) {
	t.Helper()
	backends.EachURL(t, func(t *testing.T, url string) {
		h := &hub{t: t, clock: begin, terms: map[int64]routing.Terms{}}
		h.db = backends.Open(t, url, db.Options{Sync: "normal", Now: h.now})
		h.exec(`INSERT INTO organisations (name, slug, home, created_at) VALUES ('Devon', 'devon', TRUE, 1), ('Police', 'police', FALSE, 1)`)
		h.exec(`INSERT INTO units (organisation_id, name, created_at) VALUES (1, 'Libraries', 1)`)
		for i, name := range names {
			id, org, left := int64(i+1), 1, any(nil)
			if id == pat {
				org = 2
			}
			if id == gone {
				left = 5
			}
			unit := any(nil)
			if id == gwen || id == ben {
				unit = 1
			}
			handle := strings.ToLower(strings.ReplaceAll(name, " ", "-"))
			h.exec(`INSERT INTO people (organisation_id, unit_id, handle, name, sort_name, left_at, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, 1, 1)`,
				org, unit, handle, name, name, left)
			if id != kim {
				h.exec(`INSERT INTO accounts (person_id, email, created_at, updated_at) VALUES ($1, $2, 1, 1)`, id, handle+"@hub.example")
			}
		}
		h.exec(`INSERT INTO topics (slug, name, created_at) VALUES ('connectivity', 'Connectivity', 1)`)
		h.exec(`INSERT INTO networks (slug, name, access, audience, created_at, updated_at) VALUES ('circle', 'Circle', 'closed', 'hub', 1, 1)`)
		for _, p := range []int64{ada, gwen, ben} {
			h.exec(`INSERT INTO network_members (network_id, person_id, state, role, created_at, updated_at) VALUES (1, $1, 'member', 'member', 1, 1)`, p)
		}
		h.threads = threads.New(h.db, topicsOf{}, h.now)
		h.Service = routing.New(h.db, h, time.UTC, h.now)
		h.events = event.NewDispatcher(h.db, slog.New(slog.DiscardHandler), event.Options{MaxAttempts: 1}, h.Consumer())
		if err := h.events.Register(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.known = []routing.Candidate{knows(gwen, 1), knows(ben, 0.9), knows(eva, 0.8), knows(ian, 0.5)}
		test(t, h)
	})
}

// topicsOf knows one topic.
type topicsOf struct{}

func (topicsOf) Resolve(_ context.Context, names []string) (known []threads.Topic, unknown []string, err error) {
	for range names {
		known = []threads.Topic{{ID: 1, Slug: "connectivity", Name: "Connectivity"}}
	}
	return known, nil, nil
}

func (topicsOf) Suggest(context.Context, string, int) ([]threads.Topic, error) { return nil, nil }

func (h *hub) exec(statement string, args ...any) {
	h.t.Helper()
	backends.Exec(h.t, h.db, statement, args...)
}

func as(person int64) auth.Viewer {
	org, roles := int64(1), auth.Role(0)
	if person == pat {
		org = 2
	}
	if person == mo {
		roles = auth.Moderator
	}
	v := auth.ForPerson(person, person, org, org == 1, roles)
	v.Name, v.Handle = names[person-1], strings.ToLower(strings.ReplaceAll(names[person-1], " ", "-"))
	if person == ada || person == gwen || person == ben {
		v = v.In(auth.Membership{Network: 1})
	}
	return v
}

// ask opens a question of Ada's.
func (h *hub) ask(audience string) int64 {
	h.t.Helper()
	in := threads.NewThread{Kind: threads.Question, Title: "Who has leased lines?", Topics: []string{"Connectivity"}, Audience: audience}
	if strings.HasPrefix(audience, "network:") {
		in.Network = 1
	}
	id, err := h.threads.Open(h.t.Context(), as(ada), in)
	h.must(err)
	h.drain()
	return id
}

func (h *hub) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

func (h *hub) drain() {
	h.t.Helper()
	h.must(h.events.Drain(h.t.Context()))
	if failed, err := h.events.Failed(h.t.Context(), 10); err != nil || len(failed) > 0 {
		h.t.Fatalf("events failed: %v %v", failed, err)
	}
}

// after lets time pass, and has what is due done.
func (h *hub) after(d time.Duration) {
	h.t.Helper()
	h.mu.Lock()
	h.clock = h.clock.Add(d)
	h.mu.Unlock()
	h.must(h.Widen(h.t.Context()))
	h.drain()
}

// offers says who has been offered a question: "gwen offered, ben declined".
func (h *hub) offers(thread int64) string {
	h.t.Helper()
	rows, err := h.db.Query(h.t.Context(), `
		SELECT p.handle, o.state
		FROM offers o JOIN people p ON p.id = o.person_id
		WHERE o.thread_id = $1
		ORDER BY p.id
		LIMIT 100`, thread)
	list, err := db.Collect(rows, err, func(r db.Scanner) (string, error) {
		var handle, state string
		err := r.Scan(&handle, &state)
		first, _, _ := strings.Cut(handle, "-")
		return first + " " + state, err
	})
	h.must(err)
	return strings.Join(list, ", ")
}

// offer returns the id of the offer that somebody has before them.
func (h *hub) offer(person int64) int64 {
	h.t.Helper()
	d, err := h.Desk(h.t.Context(), as(person))
	h.must(err)
	if len(d.Offers) == 0 {
		h.t.Fatalf("%s has no offer", names[person-1])
	}
	return d.Offers[0].ID
}

func (h *hub) state(thread int64) (state string) {
	h.t.Helper()
	h.must(h.db.QueryRow(h.t.Context(), `SELECT state FROM routings WHERE thread_id = $1`, thread).Scan(&state))
	return state
}

func (h *hub) wantOffers(thread int64, want string) {
	h.t.Helper()
	if got := h.offers(thread); got != want {
		h.t.Errorf("offered to %q, want %q", got, want)
	}
}

// TestWidening follows a question that nobody answers.
func TestWidening(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.known = append(h.known, knows(ada, 1), knows(gone, 1), knows(kim, 1), knows(none, 0.4))
		h.exec(`INSERT INTO watches (person_id, object_kind, object_id, created_at) VALUES ($1, 'topic', 1, 1)`, joy)
		q := h.ask("hub")
		h.wantOffers(q, "")
		h.after(time.Minute)
		h.wantOffers(q, "") // the minutes of grace
		h.after(5 * time.Minute)
		h.wantOffers(q, "gwen offered, ben offered, eva offered")
		h.after(time.Hour)
		h.wantOffers(q, "gwen offered, ben offered, eva offered")
		h.after(24 * time.Hour)
		h.wantOffers(q, "gwen offered, ben offered, eva offered, ian offered, nia offered")
		h.after(48 * time.Hour)
		h.wantOffers(q, "gwen offered, ben offered, eva offered, ian offered, joy offered, nia offered")
		if got := h.state(q); got != "resting" {
			t.Errorf("the routing is %s, want resting", got)
		}
		h.after(15 * 24 * time.Hour)
		if got := h.offers(q); strings.Contains(got, "offered") {
			t.Errorf("after two weeks: %s, want all lapsed", got)
		}
	})
}

// TestSettling says what ends the search for people who may know.
func TestSettling(t *testing.T) {
	reply := func(h *hub, q, by int64) int64 {
		id, err := h.threads.Reply(h.t.Context(), as(by), q, threads.NewReply{Body: "Ask the carrier."})
		h.must(err)
		return id
	}
	cases := []struct {
		name          string
		do            func(h *hub, q int64)
		state, offers string
	}{
		{"a reply of the asker", func(h *hub, q int64) { reply(h, q, ada) }, "open", "gwen offered, ben offered, eva offered"},
		{"a reply of somebody else", func(h *hub, q int64) { reply(h, q, mo) }, "paused", "gwen lapsed, ben lapsed, eva lapsed"},
		{"a reply of one who was asked", func(h *hub, q int64) { reply(h, q, gwen) }, "paused", "gwen answered, ben lapsed, eva lapsed"},
		{"a reply taken back", func(h *hub, q int64) {
			r := reply(h, q, mo)
			h.drain()
			h.must(h.threads.DeleteReply(h.t.Context(), as(mo), r))
		}, "open", "gwen lapsed, ben lapsed, eva lapsed"},
		{"an accepted answer", func(h *hub, q int64) {
			_, err := h.Accept(h.t.Context(), as(ben), h.offer(ben))
			h.must(err)
			h.must(h.threads.Accept(h.t.Context(), as(ada), reply(h, q, mo)))
		}, "done", "gwen lapsed, ben lapsed, eva lapsed"},
		{"closed", func(h *hub, q int64) { h.must(h.threads.Close(h.t.Context(), as(ada), q)) }, "done", "gwen lapsed, ben lapsed, eva lapsed"},
		{"closed and opened again", func(h *hub, q int64) {
			h.must(h.threads.Close(h.t.Context(), as(ada), q))
			h.drain()
			h.must(h.threads.Reopen(h.t.Context(), as(ada), q))
		}, "open", "gwen lapsed, ben lapsed, eva lapsed"},
		{"deleted", func(h *hub, q int64) { h.must(h.threads.DeleteThread(h.t.Context(), as(ada), q)) }, "done", "gwen lapsed, ben lapsed, eva lapsed"},
		{"stopped", func(h *hub, q int64) { h.must(h.Stop(h.t.Context(), as(ada), q)) }, "stopped", "gwen lapsed, ben lapsed, eva lapsed"},
		{"stopped, and resumed", func(h *hub, q int64) {
			h.must(h.Stop(h.t.Context(), as(ada), q))
			h.must(h.Resume(h.t.Context(), as(ada), q))
			h.after(0)
		}, "open", "gwen lapsed, ben lapsed, eva lapsed, ian offered"},
		{"moved into a closed network", func(h *hub, q int64) {
			h.must(h.threads.Move(h.t.Context(), as(mo).In(auth.Membership{Network: 1}), q, threads.Move{Network: 1, Audience: "network:1", Kind: threads.Question, Sure: true}))
		}, "open", "gwen offered, ben offered, eva lapsed"},
		{"somebody takes no more", func(h *hub, _ int64) {
			h.exec(`INSERT INTO expert_settings (person_id, suggested, open, weekly_cap, days, updated_at) VALUES ($1, TRUE, FALSE, 5, 'mon', 1)`, ben)
			h.append("expert.changed", event.Ref{Kind: "person", ID: ben})
		}, "open", "gwen offered, ben lapsed, eva offered"},
		{"somebody leaves", func(h *hub, _ int64) {
			h.exec(`UPDATE people SET left_at = 7 WHERE id = $1`, eva)
			h.append("person.left", event.Ref{Kind: "person", ID: eva})
		}, "open", "gwen offered, ben offered, eva lapsed"},
	}
	each(t, func(t *testing.T, h *hub) {
		for _, c := range cases {
			h.exec(`DELETE FROM offers`)
			h.exec(`DELETE FROM routings`)
			h.exec(`DELETE FROM expert_settings`)
			h.exec(`UPDATE people SET left_at = NULL WHERE id <> $1`, gone)
			q := h.ask("hub")
			h.after(6 * time.Minute)
			c.do(h, q)
			h.drain()
			if got := h.state(q); got != c.state {
				t.Errorf("%s: the routing is %s, want %s", c.name, got, c.state)
			}
			if got := h.offers(q); got != c.offers {
				t.Errorf("%s: %s, want %s", c.name, got, c.offers)
			}
		}
	})
}

func (h *hub) append(verb string, about event.Ref) {
	h.t.Helper()
	h.must(h.db.Tx(h.t.Context(), func(tx *db.Tx) error {
		return event.Append(h.t.Context(), tx, event.Event{Verb: verb, Object: about})
	}))
}

// TestNotStarted says which questions nobody is looked for.
func TestNotStarted(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		talk, err := h.threads.Open(t.Context(), as(ada), threads.NewThread{Kind: threads.Discussion, Title: "Leased lines are dear", Audience: "hub"})
		h.must(err)
		h.drain()
		h.after(time.Hour)
		h.wantOffers(talk, "")
		old := h.ask("hub")
		h.exec(`DELETE FROM routings`)
		h.exec(`UPDATE threads SET created_at = $1 WHERE id = $2`, db.Micros(begin.AddDate(0, 0, -15)), old)
		h.append("thread.created", event.Ref{Kind: "thread", ID: old})
		h.drain()
		h.after(time.Hour)
		h.wantOffers(old, "")
	})
}

// TestDays offers nothing on days on which somebody does not work, and comes back when they do.
func TestDays(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.known = h.known[:1]
		h.terms[gwen] = routing.Terms{Open: true, WeeklyCap: 5, Days: routing.ParseDays("wed sat")}
		q := h.ask("hub")
		h.after(6 * time.Minute)
		h.wantOffers(q, "")
		h.after(20 * time.Hour) // Wednesday, at seven
		h.wantOffers(q, "")
		h.after(time.Hour)
		h.wantOffers(q, "gwen offered")
	})
}

// TestAnswering is what somebody can do with a question.
func TestAnswering(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		q := h.ask("hub")
		h.after(6 * time.Minute)
		backends.Verbs(t, h.db)

		h.must(h.Decline(ctx, as(eva), h.offer(eva), routing.NotMine))
		h.after(0) // the next is asked at once
		h.wantOffers(q, "gwen offered, ben offered, eva declined, ian offered")

		to, err := h.PassOn(ctx, as(ian), h.offer(ian), "@mo-reed", "You ran the tender.")
		h.must(err)
		if to.ID != mo {
			t.Errorf("passed on to %+v", to)
		}
		h.after(0)
		h.wantOffers(q, "gwen offered, ben offered, eva declined, ian passed, mo offered")

		before := h.offer(gwen)
		_, err = h.Accept(ctx, as(gwen), before)
		h.must(err)
		_, err = h.Accept(ctx, as(gwen), before) // twice is once
		h.must(err)
		h.after(24*time.Hour + time.Minute) // somebody will answer: nobody else is asked
		h.wantOffers(q, "gwen accepted, ben offered, eva declined, ian passed, mo offered")
		if got, want := backends.Verbs(t, h.db), "offer.declined offer.made offer.made offer.passed offer.accepted"; got != want {
			t.Errorf("events %q, want %q", got, want)
		}
		for name, err := range map[string]error{
			"accept the offer of somebody else":  func() error { _, err := h.Accept(ctx, as(ian), before); return err }(),
			"decline the offer of somebody else": h.Decline(ctx, as(ian), before, ""),
			"pass on the offer of somebody else": func() error { _, err := h.PassOn(ctx, as(ian), before, "@joy-hill", ""); return err }(),
			"decline, signed out":                h.Decline(ctx, auth.Public, before, ""),
		} {
			if kind := errs.KindOf(err); kind != errs.NotFound && kind != errs.Unauthenticated {
				t.Errorf("%s: %v", name, err)
			}
		}
		h.must(h.Decline(ctx, as(gwen), before, routing.NoTime)) // minds change
		h.after(3 * 24 * time.Hour)
		if got := h.offers(q); !strings.HasPrefix(got, "gwen declined") {
			t.Errorf("after a change of mind: %s", got)
		}
	})
}

// TestChoosingSomebody refuses people who cannot be asked, and says why in a sentence.
func TestChoosingSomebody(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.exec(`INSERT INTO people (organisation_id, handle, name, sort_name, created_at, updated_at) VALUES (1, 'joy-hill-2', 'Joy Hill', 'x', 1, 1)`)
		h.terms[joy] = routing.Terms{Open: true, WeeklyCap: 1, Days: routing.Weekdays}
		h.terms[ian] = routing.Terms{} // takes nothing from the hub
		h.known = nil
		q := h.ask("org:1")
		_, err := h.Ask(t.Context(), as(ada), q, []string{"@joy-hill"}, "")
		h.must(err)
		second := h.ask("org:1")
		cases := []struct {
			name string
			as   int64
			who  []string
			want string // of the sentence; "" is asked
			kind errs.Kind
		}{
			{name: "by name", as: ada, who: []string{"gwen  pryce"}},
			{name: "again, before they said anything", as: ada, who: []string{"@gwen-pryce"}},
			{name: "by e-mail address", as: mo, who: []string{"ben-chaffe@hub.example"}},
			{name: "who takes nothing from the hub", as: ada, who: []string{"@ian-moor"}},
			{name: "nobody", as: ada, who: []string{""}, want: "Write a name", kind: errs.Invalid},
			{name: "who is not there", as: ada, who: []string{"Tom Thumb"}, want: "nobody by this name", kind: errs.Invalid},
			{name: "who has left", as: ada, who: []string{"@gone-gray"}, want: "nobody by this name", kind: errs.Invalid},
			{name: "two of one name", as: ada, who: []string{"Joy Hill"}, want: "@joy-hill, @joy-hill-2", kind: errs.Invalid},
			{name: "the asker", as: ada, who: []string{"@ada-ash"}, want: "asked this question", kind: errs.Invalid},
			{name: "who may not read it", as: ada, who: []string{"@pat-lane"}, want: "may not read this question", kind: errs.Invalid},
			{name: "without an account", as: ada, who: []string{"@kim-west"}, want: "cannot sign in", kind: errs.Invalid},
			{name: "whose week is full", as: ada, who: []string{"@joy-hill"}, want: "as many questions as they take", kind: errs.Invalid},
			{name: "too many", as: ada, who: []string{"a", "b", "c", "d"}, want: "3 people at most", kind: errs.Invalid},
			{name: "by somebody else", as: eva, who: []string{"@gwen-pryce"}, want: "Only the person who asked", kind: errs.Forbidden},
			{name: "by who may not read it", as: pat, who: []string{"@gwen-pryce"}, want: "no such question", kind: errs.NotFound},
		}
		for _, c := range cases {
			_, err := h.Ask(t.Context(), as(c.as), second, c.who, "Please")
			if c.want == "" {
				if err != nil {
					t.Errorf("%s: %v", c.name, err)
				}
				continue
			}
			var e *errs.Error
			if !errors.As(err, &e) || e.Kind != c.kind || !strings.Contains(fmt.Sprint(e.Text, e.Fields), c.want) {
				t.Errorf("%s: %v, want %q", c.name, err, c.want)
			}
		}
		h.wantOffers(second, "gwen offered, ben offered, ian offered")
	})
}

// TestCap has many servers offer many questions at once to few people.
func TestCap(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.terms[gwen] = routing.Terms{Open: true, WeeklyCap: 3, Days: routing.Weekdays}
		for range 20 {
			h.ask("hub")
		}
		h.clock = h.clock.Add(10 * time.Minute)
		var running sync.WaitGroup
		for range 4 {
			other := routing.New(h.db, h, time.UTC, h.now)
			running.Go(func() {
				if err := other.Widen(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		running.Wait()
		for person, want := range map[int64]int{gwen: 3, ben: 5, eva: 5, ian: 5} {
			var n int
			h.must(h.db.QueryRow(t.Context(), `SELECT COUNT(*) FROM offers WHERE person_id = $1`, person).Scan(&n))
			if n != want {
				t.Errorf("%s was offered %d questions, want %d", names[person-1], n, want)
			}
		}
		h.after(6 * 24 * time.Hour) // still within seven days
		var n int
		h.must(h.db.QueryRow(t.Context(), `SELECT COUNT(*) FROM offers WHERE person_id = $1`, gwen).Scan(&n))
		if n != 3 {
			t.Errorf("within seven days %d, want 3", n)
		}
		h.after(2 * 24 * time.Hour)
		h.must(h.db.QueryRow(t.Context(), `SELECT COUNT(*) FROM offers WHERE person_id = $1 AND created_at > $2`, gwen, db.Micros(h.clock.Add(-7*24*time.Hour))).Scan(&n))
		if n > 3 {
			t.Errorf("in the next seven days %d, want 3 at most", n)
		}
	})
}

// TestAudience sees to it that an offer never tells of a thread its person cannot read.
func TestAudience(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		h.known = append(h.known, knows(pat, 1))
		q := h.ask("network:1")
		h.after(6 * time.Minute)
		h.wantOffers(q, "gwen offered, ben offered") // the others are not in the circle
		id := h.offer(gwen)

		outside := auth.ForPerson(gwen, gwen, 1, true, 0) // Gwen, once she has left it
		if _, err := h.Find(ctx, outside, id); !errs.IsNotFound(err) {
			t.Errorf("an offer without its thread: %v", err)
		}
		if d, err := h.Desk(ctx, outside); err != nil || len(d.Offers) > 0 {
			t.Errorf("offers without their threads: %+v, %v", d.Offers, err)
		}
		if w, err := h.Waiting(ctx, outside, 3); err != nil || w.Count > 0 {
			t.Errorf("counted without their threads: %+v, %v", w, err)
		}
		if _, err := h.Accept(ctx, outside, id); !errs.IsNotFound(err) {
			t.Errorf("accepted without its thread: %v", err)
		}
		h.exec(`DELETE FROM network_members WHERE person_id = $1`, gwen)
		h.append("network.left", event.Ref{Kind: "network", ID: 1})
		h.drain()
		h.wantOffers(q, "gwen lapsed, ben offered")
		for name, err := range map[string]error{
			"ask":    func() error { _, err := h.Ask(ctx, as(eva), q, []string{"@ben-chaffe"}, ""); return err }(),
			"stop":   h.Stop(ctx, as(eva), q),
			"resume": h.Resume(ctx, as(eva), q),
			"asking": func() error { _, err := h.Asking(ctx, as(eva), q); return err }(),
		} {
			if !errs.IsNotFound(err) {
				t.Errorf("%s about a thread that is not theirs to read: %v, want NotFound", name, err)
			}
		}
	})
}

// TestCourse is what the asker and others may know of where a question went.
func TestCourse(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		q := h.ask("hub")
		h.after(6 * time.Minute)
		h.must(h.Decline(ctx, as(eva), h.offer(eva), ""))
		_, err := h.PassOn(ctx, as(ben), h.offer(ben), "@joy-hill", "")
		h.must(err)
		_, err = h.Accept(ctx, as(gwen), h.offer(gwen))
		h.must(err)
		_, err = h.Ask(ctx, as(ada), q, []string{"@nia-none"}, "")
		h.must(err)
		course := func(v auth.Viewer) routing.Course {
			t.Helper()
			found, err := h.threads.Find(ctx, v, q)
			h.must(err)
			c, err := h.Course(ctx, v, found)
			h.must(err)
			return c
		}
		said := func(c routing.Course) string {
			var out []string
			for _, w := range c.Waves {
				out = append(out, fmt.Sprintf("step %d: %d", w.Step, w.People))
			}
			for label, list := range map[string][]routing.Promise{"1 named": c.Named, "2 passed": c.Passed, "3 will": c.Promises} {
				for _, p := range list {
					out = append(out, label+" "+p.Person.Name)
				}
			}
			slices.Sort(out)
			return strings.Join(out, ", ")
		}
		for _, who := range []int64{ada, mo} {
			if got, want := said(course(as(who))), "1 named Nia None, 2 passed Joy Hill, 3 will Gwen Pryce, step 1: 3"; got != want {
				t.Errorf("%s sees %q, want %q", names[who-1], got, want)
			}
		}
		if got := said(course(as(ian))); got != "3 will Gwen Pryce" {
			t.Errorf("others see %q", got)
		}
		if c := course(as(joy)); c.Own == nil || c.Decides {
			t.Errorf("who was asked sees %+v", c)
		}
		if c, err := h.Course(ctx, auth.Public, threads.Thread{ID: q, Kind: threads.Question}); err != nil || said(c) != "" {
			t.Errorf("signed out: %+v, %v", c, err)
		}
		h.after(4 * 24 * time.Hour)
		if got := said(course(as(ian))); got != "" {
			t.Errorf("days later others see %q", got)
		}
	})
}

// TestErase leaves nothing of people and threads that go.
func TestErase(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		q, second := h.ask("hub"), h.ask("hub")
		h.after(6 * time.Minute)
		_, err := h.PassOn(t.Context(), as(gwen), h.offer(gwen), "@joy-hill", "")
		h.must(err)
		h.must(h.db.Tx(t.Context(), func(tx *db.Tx) error { return routing.Erase(t.Context(), tx, []int64{second}, []int64{gwen}) }))
		h.wantOffers(second, "")
		if got := h.offers(q); strings.Contains(got, "gwen") {
			t.Errorf("left of Gwen: %s", got)
		}
		h.exec(`DELETE FROM network_members WHERE person_id = $1`, gwen)
		h.exec(`DELETE FROM accounts WHERE person_id = $1`, gwen)
		h.exec(`UPDATE events SET actor_id = NULL`)
		h.exec(`DELETE FROM people WHERE id = $1`, gwen) // nothing refers to her any more
	})
}

// TestStartYoung takes up what was loaded into a sample hub.
func TestStartYoung(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		var all []int64
		for range 4 {
			all = append(all, h.ask("hub"))
			h.clock = h.clock.Add(time.Minute)
		}
		h.exec(`DELETE FROM routings`)
		h.must(h.StartYoung(t.Context(), 2))
		h.wantOffers(all[1], "")
		h.wantOffers(all[3], "gwen offered, ben offered, eva offered")
		h.must(h.StartYoung(t.Context(), 0))
	})
}
