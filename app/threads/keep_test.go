package threads_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/auth"
)

func TestDue(t *testing.T) {
	now := time.Date(2027, time.March, 3, 12, 0, 0, 0, time.UTC)
	long, soon, past := now.AddDate(-3, 0, 0), now.Add(time.Hour), now.Add(-time.Hour)
	for _, tt := range []struct {
		name       string
		t          threads.Thread
		due, stale bool
	}{
		{"its day has come", threads.Thread{Kind: threads.Post, CheckAt: past, ActiveAt: now}, true, true},
		{"this very moment", threads.Thread{Kind: threads.Post, CheckAt: now, ActiveAt: now}, true, true},
		{"its day is to come, however old it is", threads.Thread{Kind: threads.Post, CheckAt: soon, ActiveAt: long}, false, false},
		{"no day", threads.Thread{Kind: threads.Post, ActiveAt: long}, false, true},
		{"an open question", threads.Thread{Kind: threads.Question, CheckAt: past, ActiveAt: now}, false, false},
		{"an open question that is a guide", threads.Thread{Kind: threads.Question, Reference: true, CheckAt: past, ActiveAt: now}, true, true},
		{"a decision has days of its own", threads.Thread{Kind: threads.Decision, CheckAt: past, ActiveAt: now}, false, false},
		{"superseded", threads.Thread{Kind: threads.Post, Superseded: true, CheckAt: past}, false, false},
		{"deleted", threads.Thread{Kind: threads.Post, Deleted: true, CheckAt: past}, false, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if due, stale := tt.t.Due(now), tt.t.Stale(now); due != tt.due || stale != tt.stale {
				t.Errorf("due %t and stale %t, want %t and %t", due, stale, tt.due, tt.stale)
			}
		})
	}
}

func TestKeep(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		winter := h.network("winter", "closed", "hub")
		guide, open, inside := h.post(ada, "hub", 0), h.ask(ada, "hub"), h.askIn(in(ada, winter), winter, auth.NetworkAudience(winter))
		h.exec(`INSERT INTO network_members (network_id, person_id, state, role, created_at, updated_at) VALUES ($1, 1, 'member', 'member', 1, 1)`, winter)
		h.events()
		start := h.db.Now()
		for _, tt := range []struct {
			name   string
			as     auth.Viewer
			thread int64
			in     threads.Keeping
			fails  errs.Kind
			fields string
			want   string // owner, deputy and months
		}{
			{name: "a reader", as: ben, thread: guide, in: threads.Keeping{Every: 6}, fails: errs.Forbidden},
			{name: "a stranger", as: stranger, thread: guide, in: threads.Keeping{Every: 6}, fails: errs.Unauthenticated},
			{name: "not theirs to know of", as: pat, thread: inside, in: threads.Keeping{Every: 6}, fails: errs.NotFound},
			{name: "nobody by this name", as: ada, thread: guide, in: threads.Keeping{Owner: "Zed Zebra"}, fails: errs.Invalid, fields: "owner"},
			{name: "both are mistaken", as: ada, thread: guide, in: threads.Keeping{Owner: "Zed", Deputy: "Zoe", Every: 6, Next: start.AddDate(-1, 0, 0)}, fails: errs.Invalid, fields: "owner deputy next"},
			{name: "one person twice", as: ada, thread: guide, in: threads.Keeping{Owner: "@ben", Deputy: "Ben Okri"}, fails: errs.Invalid, fields: "deputy"},
			{name: "the author as their own deputy", as: ada, thread: guide, in: threads.Keeping{Deputy: "@ada"}, fails: errs.Invalid, fields: "deputy"},
			{name: "who may not read it", as: in(ada, winter), thread: inside, in: threads.Keeping{Reference: true, Owner: "@ben"}, fails: errs.Invalid, fields: "owner"},
			{name: "a question without an answer", as: ada, thread: open, in: threads.Keeping{Every: 6}, fails: errs.Conflict},
			{name: "unless it is a guide", as: ada, thread: open, in: threads.Keeping{Reference: true, Every: 6}, want: "/ / 6"},
			{name: "the author", as: ada, thread: guide, in: threads.Keeping{Owner: "@ben", Deputy: "mo", Every: 12, Next: start.AddDate(0, 0, 30)}, want: "ben / mo / 12"},
			{name: "the deputy, who has the right now", as: mo, thread: guide, in: threads.Keeping{Owner: "Ben Okri", Deputy: "Pat Guest", Every: 3}, want: "ben / pat / 3"},
			{name: "a deputy without any role", as: pat, thread: guide, in: threads.Keeping{Owner: "Ben Okri", Deputy: "Pat Guest", Every: 24}, want: "ben / pat / 24"},
			{name: "the owner", as: ben, thread: guide, in: threads.Keeping{Owner: "Ben Okri"}, want: "ben / / 0"},
		} {
			t.Run(tt.name, func(t *testing.T) {
				err := h.Keep(ctx, tt.as, tt.thread, tt.in)
				if (err == nil) != (tt.fails == 0) || err != nil && errs.KindOf(err) != tt.fails || fields(err) != tt.fields {
					t.Fatalf("Keep = %v (%s), want kind %v, fields %q", err, fields(err), tt.fails, tt.fields)
				}
				if err != nil {
					return
				}
				if got, want := h.events(), fmt.Sprintf("thread.kept thread:%d", tt.thread); got != want {
					t.Errorf("events = %s, want %s", got, want)
				}
				th := h.find(tt.as, tt.thread)
				got := fmt.Sprintf("%s / %s / %d", th.Owner.Handle, th.Deputy.Handle, th.CheckEvery)
				if strings.Join(strings.Fields(got), " ") != tt.want || th.Reference != tt.in.Reference {
					t.Errorf("kept %s, guide %t; want %s", got, th.Reference, tt.want)
				}
				next := tt.in.Next
				if next.IsZero() {
					next = start.AddDate(0, tt.in.Every, 0)
				}
				if apart := th.CheckAt.Sub(next).Abs(); tt.in.Every != 0 && apart > time.Hour || tt.in.Every == 0 && !th.CheckAt.IsZero() {
					t.Errorf("next check on %v, want %v", th.CheckAt, next)
				}
			})
		}
	})
}

// TestCheckMovesOn checks a thread before and after its day, and takes that back.
func TestCheckMovesOn(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		id := h.post(ada, "hub", 0)
		now := h.db.Now()
		if err := h.Keep(ctx, ada, id, threads.Keeping{Owner: "@pat", Every: 6, Next: now.AddDate(0, 0, 10)}); err != nil {
			t.Fatal(err)
		}
		h.exec(`UPDATE threads SET check_at = $1 WHERE id = $2`, now.AddDate(0, 0, -40).UnixMicro(), id)
		if !h.find(ben, id).Due(now) {
			t.Fatal("not due, want it to be")
		}
		if err := h.Check(ctx, pat, id); err != nil {
			t.Fatal(err)
		}
		th := h.find(ben, id)
		if th.Due(now) || th.CheckAt.Before(now.AddDate(0, 6, -1)) || th.CheckAt.After(now.AddDate(0, 6, 1)) || th.CheckedBy.Handle != "pat" {
			t.Errorf("checked by %s, next on %v; want half a year on", th.CheckedBy.Handle, th.CheckAt)
		}
		if err := h.Uncheck(ctx, pat, id); err != nil {
			t.Fatal(err)
		}
		if th := h.find(ben, id); !th.Due(h.db.Now().Add(time.Minute)) {
			t.Errorf("next on %v after the check was taken back, want it due", th.CheckAt)
		}
	})
}

func titles(list []threads.Kept) string {
	var out []string
	for _, k := range list {
		out = append(out, fmt.Sprint(k.ID))
	}
	return strings.Join(out, " ")
}

// TestKept: who finds what among the threads they look after, and who is reminded of what.
func TestKept(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		now := h.db.Now()
		days := func(n int) *int64 { at := now.AddDate(0, 0, n).UnixMicro(); return &at }
		keep := func(id, owner, deputy int64, check *int64) {
			t.Helper()
			orNull := func(id int64) *int64 {
				if id == 0 {
					return nil
				}
				return &id
			}
			h.exec(`UPDATE threads SET owner_id = $1, deputy_id = $2, check_at = $3 WHERE id = $4`, orNull(owner), orNull(deputy), check, id)
		}
		late, later, soon, never := h.post(ada, "hub", 0), h.post(ada, "hub", 0), h.post(ada, "hub", 0), h.post(ada, "hub", 0)
		hidden, superseded, plain := h.post(ada, "org:1", 0), h.post(ada, "hub", 0), h.post(ada, "hub", 0)
		keep(late, ben.Person, pat.Person, days(-20))
		keep(later, ben.Person, pat.Person, days(-3))
		keep(soon, pat.Person, ben.Person, days(9))
		keep(never, pat.Person, 0, nil)
		keep(hidden, pat.Person, 0, days(-50))
		keep(superseded, ben.Person, 0, days(-50))
		h.exec(`UPDATE threads SET superseded_by = $1 WHERE id = $2`, plain, superseded)

		for _, tt := range []struct {
			as             auth.Viewer
			kept, reminded string
		}{
			{ben, fmt.Sprint(late, " ", later, " ", soon), fmt.Sprint(late, " ", later)},
			{pat, fmt.Sprint(late, " ", later, " ", soon, " ", never), fmt.Sprint(late)}, // a deputy is told after two weeks
			{ada, "", ""},
			{mo, "", ""},
		} {
			page, err := h.Kept(ctx, tt.as, threads.KeptByMe, threads.Key{})
			if err != nil || titles(page.Threads) != tt.kept {
				t.Errorf("%s keeps %s, %v; want %s", tt.as.Name, titles(page.Threads), err, tt.kept)
			}
			list, err := h.Reminders(ctx, tt.as, 5)
			var got []string
			for _, r := range list {
				got = append(got, strings.TrimPrefix(r.Path, "/threads/"))
			}
			if err != nil || strings.Join(got, " ") != tt.reminded {
				t.Errorf("%s is reminded of %v, %v; want %s", tt.as.Name, got, err, tt.reminded)
			}
		}

		// Who owned it leaves: the deputy is reminded at once, and what has no deputy has nobody.
		h.exec(`UPDATE people SET left_at = 1 WHERE id = 2`)
		if list, err := h.Reminders(ctx, pat, 5); err != nil || len(list) != 2 {
			t.Errorf("the deputy is reminded of %+v, %v; want both", list, err)
		}
		if page, err := h.Kept(ctx, mo, threads.KeptByNobody, threads.Key{}); err != nil || len(page.Threads) != 0 {
			t.Errorf("without a keeper: %s, %v; want none while there are deputies", titles(page.Threads), err)
		}
		keep(later, ben.Person, 0, days(-3))
		if page, err := h.Kept(ctx, mo, threads.KeptByNobody, threads.Key{}); err != nil || titles(page.Threads) != fmt.Sprint(later) {
			t.Errorf("without a keeper: %s, %v; want %d", titles(page.Threads), err, later)
		}
		for _, v := range []auth.Viewer{ada, pat} {
			if _, err := h.Kept(ctx, v, threads.KeptByNobody, threads.Key{}); errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s asks what nobody keeps: %v, want NotFound", v.Name, err)
			}
		}
		if _, err := h.Kept(ctx, stranger, threads.KeptByMe, threads.Key{}); errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("a stranger: %v", err)
		}
	})
}

// TestKeptPages turns through more than a page.
func TestKeptPages(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		first := h.post(ada, "hub", 0)
		for range 29 {
			h.post(ada, "hub", 0)
		}
		h.exec(`UPDATE threads SET owner_id = 1, check_at = CASE WHEN id % 3 = 0 THEN NULL ELSE id % 3 END WHERE id >= $1`, first)
		seen := map[int64]bool{}
		var after threads.Key
		for range 3 {
			page, err := h.Kept(t.Context(), ada, threads.KeptByMe, after)
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range page.Threads {
				if seen[k.ID] {
					t.Errorf("thread %d twice", k.ID)
				}
				seen[k.ID] = true
			}
			if after = page.Next; after == (threads.Key{}) {
				break
			}
		}
		if len(seen) != 30 {
			t.Errorf("%d threads, want 30", len(seen))
		}
	})
}

// said is a source of reminders.
type said []threads.Reminder

func (s said) Reminders(_ context.Context, _ auth.Viewer, limit int) ([]threads.Reminder, error) {
	return s[:min(limit, len(s))], nil
}

func TestJoinReminders(t *testing.T) {
	at := func(day int) time.Time { return time.Date(2027, time.May, day, 0, 0, 0, 0, time.UTC) }
	list, err := threads.JoinReminders(t.Context(), ada, []threads.ReminderSource{
		said{{Text: "b", Due: at(2)}, {Text: "d", Due: at(9)}, {Text: "x", Due: at(10)}},
		said{},
		said{{Text: "y"}, {Text: "z"}},
		said{{Text: "a", Due: at(1)}, {Text: "c", Due: at(2)}},
	}, 6)
	var got []string
	for _, r := range list {
		got = append(got, r.Text)
	}
	if want := "a b c d x y"; err != nil || strings.Join(got, " ") != want {
		t.Errorf("joined %v, %v; want %s", got, err, want)
	}
}
