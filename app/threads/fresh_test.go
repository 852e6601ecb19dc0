package threads_test

import (
	"fmt"
	"testing"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/auth"
)

func TestStale(t *testing.T) {
	now := time.Date(2027, time.March, 3, 12, 0, 0, 0, time.UTC)
	old, young := now.AddDate(0, -threads.StaleMonths, -1), now.AddDate(0, -threads.StaleMonths, 1)
	for _, tt := range []struct {
		name string
		t    threads.Thread
		want bool
	}{
		{"old post", threads.Thread{Kind: threads.Post, ActiveAt: old}, true},
		{"not so old", threads.Thread{Kind: threads.Post, ActiveAt: young}, false},
		{"checked since", threads.Thread{Kind: threads.Post, ActiveAt: old, CheckedAt: young}, false},
		{"checked long ago", threads.Thread{Kind: threads.Discussion, ActiveAt: old, CheckedAt: old}, true},
		{"an answer", threads.Thread{Kind: threads.Question, Accepted: 7, ActiveAt: old}, true},
		{"no answer that could be wrong", threads.Thread{Kind: threads.Question, ActiveAt: old}, false},
		{"superseded", threads.Thread{Kind: threads.Post, Superseded: true, ActiveAt: old}, false},
		{"deleted", threads.Thread{Kind: threads.Post, Deleted: true, ActiveAt: old}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.t.Stale(now); got != tt.want {
				t.Errorf("got %t, want %t", got, tt.want)
			}
		})
	}
}

// TestWhoFreshens asks everybody to check a thread and to say what took its place.
func TestWhoFreshens(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		winter := h.network("winter", "open", "hub")
		question, post := h.askIn(in(ada, winter), winter, "hub"), h.post(ada, "hub", 0)
		if err := h.Accept(ctx, ada, h.say(ben, question, "Sand.")); err != nil {
			t.Fatal(err)
		}
		next := h.ask(ben, "hub")
		for _, tt := range []struct {
			name   string
			as     auth.Viewer
			thread int64
			want   errs.Kind
		}{
			{"the author", ada, question, 0},
			{"a moderator", mo, question, 0},
			{"a steward of its network", steward(ben, winter), question, 0},
			{"a member of its network", in(ben, winter), question, errs.Forbidden},
			{"who answered", ben, question, errs.Forbidden},
			{"a partner", pat, question, errs.Forbidden},
			{"a stranger", stranger, question, errs.Unauthenticated},
			{"the author of a post", ada, post, 0},
			{"a reader of a post", ben, post, errs.Forbidden},
		} {
			for what, err := range map[string]error{
				"check": h.Check(ctx, tt.as, tt.thread), "uncheck": h.Uncheck(ctx, tt.as, tt.thread),
				"supersede": h.Supersede(ctx, tt.as, tt.thread, next), "unsupersede": h.Unsupersede(ctx, tt.as, tt.thread),
			} {
				if got := errs.KindOf(err); err == nil != (tt.want == 0) || err != nil && got != tt.want {
					t.Errorf("%s, %s: %v, want %v", tt.name, what, err, tt.want)
				}
			}
			if !tt.as.SignedIn() {
				continue
			}
			if got := h.find(tt.as, tt.thread).CanFreshen; got != (tt.want == 0) {
				t.Errorf("%s may %t, want %t", tt.name, got, tt.want == 0)
			}
			if err := h.Unsupersede(ctx, mo, tt.thread); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestUnitsBlogIsKept lets the head of a unit, and nobody else there, say that a post in its blog is still right.
func TestUnitsBlogIsKept(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.exec(`INSERT INTO units (id, organisation_id, name, created_at) VALUES (71, 1, 'Roads', 1)`)
		h.exec(`UPDATE people SET unit_id = 71 WHERE id IN (2, 4)`)
		h.exec(`UPDATE people SET manager_id = 2 WHERE id = 4`)
		post := h.post(ada, "hub", 0)
		h.exec(`INSERT INTO blogs (id, slug, name, description, owner_kind, owner_id, audience, created_at, updated_at) VALUES (72, 'roads', 'Roads', '', 'unit', 71, 'hub', 1, 1)`)
		h.exec(`DELETE FROM posts WHERE thread_id = $1`, post)
		h.exec(`INSERT INTO posts (thread_id, blog_id, slug, published_at) VALUES ($1, 72, 'salt', 1)`, post)
		if err := h.Check(t.Context(), ben, post); err != nil {
			t.Errorf("the head of the unit: %v", err)
		}
		if !h.find(ben, post).CanFreshen || h.find(pat, post).CanFreshen {
			t.Error("want the head alone to be offered it")
		}
		if err := h.Check(t.Context(), pat, post); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("somebody else in the unit: %v, want Forbidden", err)
		}
		if id, err := h.Named(t.Context(), pat, "https://hub.test/blog/roads/salt#c"); err != nil || id != post {
			t.Errorf("the address of the post names %d, %v", id, err)
		}
	})
}

func TestCheck(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		id := h.ask(ada, "hub")
		reply := h.say(ben, id, "Yes.")
		h.events()
		if err := h.Check(ctx, ada, id); errs.KindOf(err) != errs.Conflict {
			t.Errorf("a question without an answer: %v, want Conflict", err)
		}
		if err := h.Accept(ctx, ada, reply); err != nil {
			t.Fatal(err)
		}
		if err := h.Check(ctx, mo, id); err != nil {
			t.Fatal(err)
		}
		if th := h.find(pat, id); th.CheckedAt.IsZero() || th.CheckedBy.Name != "Mo Field" || th.CheckedBy.Handle != "mo" || th.CheckedBy.ID != 3 {
			t.Errorf("checked by %+v at %v", th.CheckedBy, th.CheckedAt)
		}
		for range 2 {
			if err := h.Uncheck(ctx, ada, id); err != nil {
				t.Fatal(err)
			}
		}
		if th := h.find(pat, id); !th.CheckedAt.IsZero() || th.CheckedBy.ID != 0 {
			t.Errorf("still checked by %+v", th.CheckedBy)
		}
		if got, want := h.events(), "thread.accepted thread:1>reply:1, thread.checked thread:1, thread.unchecked thread:1"; got != want {
			t.Errorf("events = %s, want %s", got, want)
		}
	})
}

func TestSupersede(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		first, second, third := h.ask(ada, "hub"), h.ask(ada, "hub"), h.ask(ada, "org:1")
		h.events()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		for name, by := range map[string]int64{"itself": first, "nothing": 99} {
			if err := h.Supersede(ctx, ada, first, by); errs.KindOf(err) != errs.Invalid {
				t.Errorf("by %s: %v, want Invalid", name, err)
			}
		}
		must(h.Supersede(ctx, ada, first, second))
		must(h.Supersede(ctx, ada, first, second))
		if err := h.Supersede(ctx, ada, second, first); errs.KindOf(err) != errs.Invalid {
			t.Errorf("a circle: %v, want Invalid", err)
		}
		if err := h.Supersede(ctx, ada, third, first); errs.KindOf(err) != errs.Invalid {
			t.Errorf("a chain: %v, want Invalid", err)
		}
		if err := h.Check(ctx, ada, first); errs.KindOf(err) != errs.Conflict {
			t.Errorf("checking what is superseded: %v, want Conflict", err)
		}
		if th := h.find(pat, first); !th.Superseded || th.Successor.ID != second || th.Successor.Path() != fmt.Sprintf("/threads/%d", second) {
			t.Errorf("the first: %t, by %+v", th.Superseded, th.Successor)
		}
		if th := h.find(pat, second); th.Superseded || len(th.Replaces) != 1 || th.Replaces[0].ID != first {
			t.Errorf("the second replaces %+v", th.Replaces)
		}

		// What the second had replaced goes along, and who cannot read the third is not told of it.
		must(h.Supersede(ctx, ada, second, third))
		for _, id := range []int64{first, second} {
			if th := h.find(ben, id); th.Successor.ID != third {
				t.Errorf("to a colleague thread %d is superseded by %+v", id, th.Successor)
			}
			if th := h.find(pat, id); !th.Superseded || th.Successor.ID != 0 || th.Successor.Title != "" {
				t.Errorf("to a partner thread %d is superseded (%t) by %+v", id, th.Superseded, th.Successor)
			}
		}
		if th := h.find(ben, third); len(th.Replaces) != 2 {
			t.Errorf("the third replaces %+v", th.Replaces)
		}
		if err := h.Supersede(ctx, person(9, "Partner", "partner", 2, auth.Moderator), first, third); errs.KindOf(err) != errs.Invalid {
			t.Errorf("by what one cannot read: %v, want Invalid", err)
		}
		must(h.Unsupersede(ctx, ada, second))
		must(h.Unsupersede(ctx, ada, second))
		must(h.DeleteThread(ctx, ada, third))
		if th := h.find(pat, first); th.Superseded {
			t.Error("superseded by what was deleted")
		}
		if got, want := h.events(), "thread.superseded thread:1>thread:2, thread.superseded thread:2>thread:3, thread.unsuperseded thread:2>thread:3, "+
			"thread.unsuperseded thread:1>thread:3, thread.deleted thread:3"; got != want {
			t.Errorf("events = %s\n     want %s", got, want)
		}
	})
}

// TestMergedSuccessor merges what took the place of a thread into another, and into the thread itself.
func TestMergedSuccessor(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		old, next, other := h.ask(ada, "hub"), h.ask(ada, "hub"), h.ask(ada, "hub")
		for _, err := range []error{h.Supersede(ctx, ada, old, next), h.Merge(ctx, mo, next, threads.Merge{Into: other})} {
			if err != nil {
				t.Fatal(err)
			}
		}
		if th := h.find(pat, old); th.Successor.ID != other {
			t.Errorf("superseded by %+v, want %d", th.Successor, other)
		}
		if err := h.Merge(ctx, mo, other, threads.Merge{Into: old}); err != nil {
			t.Fatal(err)
		}
		if th := h.find(pat, old); th.Superseded {
			t.Errorf("superseded by itself: %+v", th.Successor)
		}
	})
}

// TestErasedPeopleCheckedNothing erases who checked a thread and the thread that took the place of another.
func TestErasedPeopleCheckedNothing(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		old, next, post := h.ask(ada, "hub"), h.ask(ben, "hub"), h.post(ada, "hub", 0)
		h.exec(`UPDATE threads SET checked_at = 1, checked_by = 2 WHERE id = $1`, post)
		if err := h.Supersede(ctx, ada, old, next); err != nil {
			t.Fatal(err)
		}
		h.tx(func(tx *db.Tx) error {
			e, err := h.ToErase(ctx, tx, []int64{2}, nil, nil)
			if err != nil {
				return err
			}
			return h.Erase(ctx, tx, e)
		})
		if th := h.find(pat, old); th.Superseded {
			t.Error("superseded by what was erased")
		}
		if th := h.find(pat, post); !th.CheckedAt.IsZero() {
			t.Errorf("checked by %+v", th.CheckedBy)
		}
	})
}

func TestFreshPages(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		s := serve(t, h)
		id, next := h.ask(ada, "hub"), h.ask(ada, "org:1")
		if err := h.Accept(t.Context(), ada, h.say(ben, id, "Yes.")); err != nil {
			t.Fatal(err)
		}
		old := db.Micros(time.Now().AddDate(-2, 0, -3))
		h.exec(`UPDATE threads SET active_at = $1, title = 'Old fibre' WHERE id = $2`, old, id)
		h.exec(`UPDATE threads SET title = 'New fibre' WHERE id = $1`, next)
		h.events()
		for _, r := range []request{
			{name: "who looks after it is asked", as: "ada", get: "/threads/1", want: []string{".fresh .note:contains('Last active 2 years ago. Still right?')", ".fresh form[action='/threads/1/check']", ".acts a[href='/threads/1/supersede']"}},
			{name: "in the menu of moderators", as: "mo", get: "/threads/1", want: []string{".mod a[href='/threads/1/supersede']", "!.acts > a[href='/threads/1/supersede']"}},
			{name: "others are told", as: "pat", get: "/threads/1", want: []string{".fresh:contains('It may be out of date.')", "!.fresh form", "!a[href='/threads/1/supersede']"}},
			{name: "what is new is left alone", as: "ada", get: "/threads/2", want: []string{"!.fresh", "!form[action='/threads/2/check']"}},
			{name: "still right", as: "ada", post: "/threads/1/check", to: "/threads/1", events: "thread.checked thread:1"},
			{name: "and everybody sees it", as: "pat", get: "/threads/1", want: []string{".fresh .checked a[href='/people/ada']", "!.fresh .note", "!.fresh form"}},
			{name: "undo is there", as: "ada", get: "/threads/1", want: []string{".fresh form[action='/threads/1/uncheck']", "!form[action='/threads/1/check']"}},
			{name: "undo", as: "ada", post: "/threads/1/uncheck", to: "/threads/1", events: "thread.unchecked thread:1"},
			{name: "by what?", as: "ada", get: "/threads/1/supersede", want: []string{"form:not([method]) #f-by", "!.summary"}},
			{name: "words of a title", as: "ada", get: "/threads/2/supersede?by=Hello", want: []string{".sides a:contains('Asked like Hello')"}},
			{name: "its address", as: "ada", get: "/threads/1/supersede?by=http%3A%2F%2Fhub.test%2Fthreads%2F2", want: []string{"form[method=post] input[name=by][value='2']", "form a[href='/threads/2']:contains('New fibre')", ".note:contains('Not everybody')"}},
			{name: "by itself", as: "ada", post: "/threads/1/supersede", form: form("by", "1"), status: 422, want: []string{".summary a[href='#f-by']", "#e-by"}},
			{name: "superseded", as: "ada", post: "/threads/1/supersede", form: form("by", "2"), to: "/threads/1", events: "thread.superseded thread:1>thread:2"},
			{name: "it says so", as: "ben", get: "/threads/1", want: []string{".fresh .note a[href='/threads/2']:contains('New fibre')", "!.fresh:contains('years ago')", "!.fresh form"}},
			{name: "not by what one cannot read", as: "pat", get: "/threads/1", want: []string{".fresh .note:contains('Superseded.')", "!main:contains('New fibre')"}},
			{name: "in lists", as: "pat", get: "/latest", want: []string{".it .b:contains('Superseded')"}},
			{name: "the other way round", as: "ben", get: "/threads/2", want: []string{".fresh:contains('Replaces:') a[href='/threads/1']:contains('Old fibre')"}},
			{name: "not for others", as: "ben", get: "/threads/1/supersede", status: 403},
			{name: "nor for strangers", as: "ben", post: "/threads/1/unsupersede", status: 403},
			{name: "undone", as: "ada", post: "/threads/1/unsupersede", to: "/threads/1", events: "thread.unsuperseded thread:1>thread:2"},
		} {
			s.check(t, r)
		}
	})
}
