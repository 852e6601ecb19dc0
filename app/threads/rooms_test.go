package threads_test

import (
	"fmt"
	"testing"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/auth"
)

func TestOpenRoom(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		for _, tc := range []struct {
			name   string
			as     auth.Viewer
			kind   threads.Kind
			in     threads.NewPost
			fails  errs.Kind
			fields string
		}{
			{name: "a decision needs no text", as: ada, kind: threads.Decision, in: threads.NewPost{Title: "We buy grit", Audience: "hub"}},
			{name: "a signal has its topics", as: ada, kind: threads.Signal, in: threads.NewPost{Title: "Copper is going", Body: "Soon.", Topics: []string{"broadband"}, Audience: "public"}},
			{name: "a post does need one", as: ada, kind: threads.Post, in: threads.NewPost{Title: "Grit", Audience: "hub"}, fails: errs.Invalid, fields: "body"},
			{name: "signed out", as: stranger, kind: threads.Decision, in: threads.NewPost{Title: "We buy grit", Audience: "hub"}, fails: errs.Unauthenticated},
			{name: "for others than oneself", as: pat, kind: threads.Decision, in: threads.NewPost{Title: "We buy grit", Audience: "org:1"}, fails: errs.Invalid, fields: "audience"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				var id int64
				err := h.db.Tx(t.Context(), func(tx *db.Tx) (err error) {
					id, err = h.OpenRoom(t.Context(), tx, tc.as, tc.kind, tc.in)
					return err
				})
				if errs.KindOf(err) != tc.fails || fields(err) != tc.fields {
					t.Fatalf("OpenRoom = %v (%s), want kind %v, fields %q", err, fields(err), tc.fails, tc.fields)
				}
				if err != nil {
					return
				}
				if got, want := h.events(), fmt.Sprintf("thread.created thread:%d", id); got != want {
					t.Errorf("events = %s, want %s", got, want)
				}
				th := h.find(tc.as, id)
				if th.Kind != tc.kind || th.Title != tc.in.Title || len(th.Topics) != len(tc.in.Topics) || !th.Watched {
					t.Errorf("opened %+v, want what came in, followed by its author", th)
				}
			})
		}
	})
}

func TestSetKeepers(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		id := h.ask(ada, "hub")
		for _, tc := range []struct {
			name          string
			thread        int64
			owner, deputy int64
			fails         errs.Kind
			want          string
		}{
			{name: "both", thread: id, owner: ada.Person, deputy: pat.Person, want: fmt.Sprint(ada.Person, " ", pat.Person)},
			{name: "the same", thread: id, owner: ada.Person, deputy: ada.Person, fails: errs.Invalid, want: fmt.Sprint(ada.Person, " ", pat.Person)},
			{name: "nobody", thread: id, want: "0 0"},
			{name: "no such thread", thread: id + 99, owner: ada.Person, fails: errs.NotFound, want: "0 0"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				err := h.db.Tx(t.Context(), func(tx *db.Tx) error { return h.SetKeepers(t.Context(), tx, tc.thread, tc.owner, tc.deputy) })
				if errs.KindOf(err) != tc.fails {
					t.Errorf("SetKeepers = %v, want kind %v", err, tc.fails)
				}
				var owner, deputy int64
				err = h.db.QueryRow(t.Context(), "SELECT COALESCE(owner_id, 0), COALESCE(deputy_id, 0) FROM threads WHERE id = $1", id).Scan(&owner, &deputy)
				if got := fmt.Sprint(owner, " ", deputy); err != nil || got != tc.want {
					t.Errorf("keepers = %s, %v, want %s", got, err, tc.want)
				}
			})
		}
	})
}
