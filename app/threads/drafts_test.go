package threads_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/auth"
)

func TestDrafts(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		hidden, shown := h.ask(ada, "org:1"), h.ask(ada, "hub")
		r := h.say(ben, shown, "Mine")
		h.events()
		save := func(v auth.Viewer, d threads.Draft) {
			t.Helper()
			if _, err := h.SaveDraft(ctx, v, d); err != nil {
				t.Fatal(err)
			}
		}
		save(ben, threads.Draft{Place: threads.PlaceNew, Kind: threads.Discussion, Title: "A", Body: "B", Topics: "C, D", Audience: "hub"})
		save(ben, threads.Draft{Place: threads.ReplyPlace(hidden), Body: "1"})
		save(ben, threads.Draft{Place: threads.ReplyPlace(hidden), Body: "12"})
		save(ben, threads.Draft{Place: threads.EditPlace("reply", r), Body: "Mine too"})
		save(pat, threads.Draft{Place: threads.ReplyPlace(hidden), Body: "Pat cannot see it any more"})
		if got := h.events(); got != "" {
			t.Errorf("drafts made events: %s", got)
		}
		list, err := h.Drafts(ctx, ben)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range list {
			got = append(got, fmt.Sprintf("%s|%s|%s|%s", d.Path, d.About, d.Title, d.Body))
		}
		slices.Sort(got)
		want := []string{
			fmt.Sprintf("/replies/%d/edit|Can a school share its fibre?||Mine too", r),
			fmt.Sprintf("/threads/%d#reply|Can a school share its fibre?||12", hidden),
			"/write||A|B",
		}
		if !slices.Equal(got, want) {
			t.Errorf("drafts = %q, want %q", got, want)
		}
		if list, err := h.Drafts(ctx, pat); err != nil || len(list) != 1 || list[0].About != "" {
			t.Errorf("drafts of pat = %+v, %v: the title of a hidden thread must not show", list, err)
		}
		if err := h.DeleteDraft(ctx, pat, list[0].ID); !errs.IsNotFound(err) {
			t.Errorf("deleting somebody's draft: %v, want NotFound", err)
		}
		save(ben, threads.Draft{Place: threads.PlaceNew, Title: "  "})
		if _, err := h.Draft(ctx, ben, threads.PlaceNew); !errs.IsNotFound(err) {
			t.Errorf("an emptied draft is still there: %v", err)
		}
		for _, place := range []string{"", "old", "thread:0", "thread:x", "thread:01", "edit:thread:", "edit:person:1", "reply:1", "thread:1:2"} {
			if _, err := h.SaveDraft(ctx, ben, threads.Draft{Place: place, Body: "x"}); !errs.IsNotFound(err) {
				t.Errorf("place %q: %v, want NotFound", place, err)
			}
		}
		if _, err := h.SaveDraft(ctx, stranger, threads.Draft{Place: threads.PlaceNew, Body: "x"}); errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("signed out: %v", err)
		}
		long := threads.Draft{Place: threads.PlaceNew, Body: strings.Repeat("x", 30_000)}
		save(ben, long) // too long to send, and kept all the same
		if _, err := h.Open(ctx, ben, threads.NewThread{Kind: threads.Question, Title: "Short now?", Audience: "hub"}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Draft(ctx, ben, threads.PlaceNew); !errs.IsNotFound(err) {
			t.Errorf("the draft is still there after opening: %v", err)
		}
	})
}
