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

func TestEditAndHistory(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		q := h.ask(ada, "hub", "Schools")
		r := h.say(ben, q, "Yes.")
		h.events()
		edit := func(v auth.Viewer, revision int, title, body string, names ...string) error {
			return h.EditThread(ctx, v, q, threads.Edit{Revision: revision, Title: title, Body: body, Topics: names})
		}
		for _, tc := range []struct {
			name   string
			call   func() error
			kind   errs.Kind
			events string
		}{
			{"somebody else", func() error { return edit(ben, 1, "Mine now", "x") }, errs.Forbidden, ""},
			{"no title", func() error { return edit(ada, 1, "", "x") }, errs.Invalid, ""},
			{"nothing changed", func() error {
				return edit(ada, 1, "Can a school share its fibre?", "The line sits **idle**.", "Schools")
			}, 0, ""},
			{"the author", func() error { return edit(ada, 1, "Can a school share?", "The line sits **idle**.", "Schools") }, 0, fmt.Sprintf("thread.edited thread:%d", q)},
			{"from an old revision", func() error { return edit(mo, 1, "Moderated", "Other") }, errs.Conflict, ""},
			{"a moderator", func() error { return edit(mo, 2, "Can a school share?", "It is *idle*.", "Schools") }, 0, fmt.Sprintf("thread.edited thread:%d", q)},
			{"topics only", func() error { return edit(ada, 3, "Can a school share?", "It is *idle*.", "Libraries") }, 0, fmt.Sprintf("thread.edited thread:%d", q)},
			{"a reply of somebody else", func() error { return h.EditReply(ctx, ada, r, threads.Edit{Revision: 1, Body: "No."}) }, errs.Forbidden, ""},
			{"an emptied reply", func() error { return h.EditReply(ctx, ben, r, threads.Edit{Revision: 1}) }, errs.Invalid, ""},
			{"a reply", func() error { return h.EditReply(ctx, ben, r, threads.Edit{Revision: 1, Body: "Yes, **we did**."}) }, 0, fmt.Sprintf("reply.edited reply:%d>thread:%d", r, q)},
			{"a reply from an old revision", func() error { return h.EditReply(ctx, mo, r, threads.Edit{Revision: 1, Body: "No."}) }, errs.Conflict, ""},
		} {
			err := tc.call()
			if errs.KindOf(err) != tc.kind || tc.kind == 0 && err != nil {
				t.Errorf("%s: %v, want kind %v", tc.name, err, tc.kind)
			}
			if got := h.events(); got != tc.events {
				t.Errorf("%s: events = %q, want %q", tc.name, got, tc.events)
			}
		}
		th := h.find(ada, q)
		if th.Revision != 3 || th.Title != "Can a school share?" || th.EditedAt.IsZero() || th.Topics[0].Name != "Libraries" || !strings.Contains(th.HTML, "<em>idle</em>") {
			t.Errorf("thread = %+v", th)
		}
		past, err := h.ThreadHistory(ctx, pat, q)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, v := range past.Versions {
			got = append(got, fmt.Sprintf("%d %s: %s / %s", v.Number, v.Editor.Name, v.Title, v.Body))
		}
		want := []string{
			"3 Mo Field: Can a school share? / It is *idle*.",
			"2 Ada Lane: Can a school share? / The line sits **idle**.",
			"1 Ada Lane: Can a school share its fibre? / The line sits **idle**.",
		}
		if !slices.Equal(got, want) {
			t.Errorf("history = %q, want %q", got, want)
		}
		if past, err := h.ReplyHistory(ctx, ada, r); err != nil || len(past.Versions) != 2 || past.Versions[1].Body != "Yes." || past.Versions[0].Editor.Name != "Ben Okri" {
			t.Errorf("history of the reply = %+v, %v", past, err)
		}
	})
}
