package threads_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/auth"
)

// TestReplyRules covers what may be said where, and what happens to the text when it may not.
func TestReplyRules(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		first, second := h.ask(ada, "hub"), h.ask(ada, "hub")
		elsewhere := h.say(ben, second, "Elsewhere")
		gone := h.say(ben, first, "Gone soon")
		if err := h.DeleteReply(ctx, ben, gone); err != nil {
			t.Fatal(err)
		}
		h.events()
		for _, tc := range []struct {
			name   string
			as     auth.Viewer
			in     threads.NewReply
			kind   errs.Kind
			fields string
		}{
			{"empty", ben, threads.NewReply{Body: " \n"}, errs.Invalid, "body"},
			{"too long", ben, threads.NewReply{Body: strings.Repeat("x", 20_001)}, errs.Invalid, "body"},
			{"parent in another thread", ben, threads.NewReply{Body: "Hm", Parent: elsewhere}, errs.Invalid, "parent"},
			{"parent deleted", ben, threads.NewReply{Body: "Hm", Parent: gone}, errs.Invalid, "parent"},
			{"signed out", stranger, threads.NewReply{Body: "Hm"}, errs.Unauthenticated, ""},
		} {
			t.Run(tc.name, func(t *testing.T) {
				_, err := h.Reply(ctx, tc.as, first, tc.in)
				if errs.KindOf(err) != tc.kind || fields(err) != tc.fields {
					t.Errorf("Reply = %v, want kind %v, fields %q", err, tc.kind, tc.fields)
				}
			})
		}
		if got := h.events(); got != "" {
			t.Errorf("refused replies made events: %s", got)
		}
		if th := h.find(ada, first); th.Replies != 0 {
			t.Errorf("replies = %d, want 0", th.Replies)
		}

		if _, err := h.SaveDraft(ctx, ben, threads.Draft{Place: threads.ReplyPlace(first), Body: "We did th"}); err != nil {
			t.Fatal(err)
		}
		a := h.say(ben, first, "We did this.")
		b, err := h.Reply(ctx, ada, first, threads.NewReply{Body: "How?", Parent: a})
		if err != nil {
			t.Fatal(err)
		}
		if got, want := h.events(), fmt.Sprintf("reply.created reply:%d>thread:%d, reply.created reply:%d>thread:%d", a, first, b, first); got != want {
			t.Errorf("events = %s, want %s", got, want)
		}
		if _, err := h.Draft(ctx, ben, threads.ReplyPlace(first)); !errs.IsNotFound(err) {
			t.Errorf("the draft is still there after sending: %v", err)
		}
		th := h.find(ada, first)
		page, err := h.Replies(ctx, ada, th, threads.RepliesQuery{})
		if err != nil || th.Replies != 2 || len(page.Replies) != 3 || page.Replies[2].ParentBy != "Ben Okri" || !th.ActiveAt.Equal(page.Replies[2].CreatedAt) {
			t.Errorf("thread %+v, page %+v, %v", th, page, err)
		}
		if stub := page.Replies[0]; !stub.Deleted || stub.HTML != "" || stub.Author.Name != "" || stub.CanEdit {
			t.Errorf("stub = %+v", stub)
		}

		if err := h.Close(ctx, ada, first); err != nil {
			t.Fatal(err)
		}
		_, err = h.Reply(ctx, ben, first, threads.NewReply{Body: "Too late, and long in the writing."})
		if errs.KindOf(err) != errs.Conflict {
			t.Errorf("reply to a closed thread: %v, want Conflict", err)
		}
		if d, err := h.Draft(ctx, ben, threads.ReplyPlace(first)); err != nil || d.Body != "Too late, and long in the writing." {
			t.Errorf("the refused reply is not kept: %+v, %v", d, err)
		}
		if th := h.find(ben, first); th.CanReply || th.CanClose || !th.Closed() {
			t.Errorf("closed thread = %+v", th)
		}
	})
}

// fill writes replies straight into the table, each at its own time but every third, which shares one with the reply before.
func (h *hub) fill(thread int64, n int) {
	h.t.Helper()
	h.tx(func(tx *db.Tx) error {
		for i := range n {
			_, err := tx.Exec(h.t.Context(), `
INSERT INTO replies (thread_id, author_id, body, body_html, renderer, created_at)
VALUES ($1, $2, $3, $4, 1, $5)`, thread, int64(i%3+1), "Reply", "<p>Reply</p>", int64(1_000_000+i-i%3/2))
			if err != nil {
				return err
			}
		}
		_, err := tx.Exec(h.t.Context(), "UPDATE threads SET created_at = 1, reply_count = reply_count + $1 WHERE id = $2", n, thread)
		return err
	})
}

func TestPagingOfALongThread(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		for _, n := range []int{0, 1, 49, 50, 51, 100, 101, 2000} {
			q := h.ask(ada, "hub")
			h.fill(q, n)
			rows, err := h.db.Query(ctx, `SELECT id FROM replies WHERE thread_id = $1 ORDER BY created_at, id LIMIT 5000`, q)
			all, err := db.Collect(rows, err, db.One[int64])
			if err != nil {
				t.Fatal(err)
			}
			th := h.find(ben, q)
			page := func(in threads.RepliesQuery) threads.RepliesPage {
				t.Helper()
				p, err := h.Replies(ctx, ben, th, in)
				if err != nil {
					t.Fatal(err)
				}
				return p
			}
			ids := func(p threads.RepliesPage) (list []int64) {
				for _, r := range p.Replies {
					list = append(list, r.ID)
				}
				return list
			}
			var forward []int64
			p := page(threads.RepliesQuery{})
			for pages := 0; ; pages++ {
				if p.First != len(forward)+1 || p.Shown != len(p.Replies) || (p.Next != threads.Key{} || p.Previous != threads.Key{}) && p.Total != n {
					t.Errorf("%d replies, page %d: first %d, shown %d, total %d", n, pages, p.First, p.Shown, p.Total)
				}
				for _, id := range ids(p)[:min(3, len(p.Replies))] {
					_, at, err := h.Locate(ctx, ben, id)
					if located := page(at); err != nil || !slices.Equal(ids(located), ids(p)) {
						t.Errorf("%d replies: permalink %d leads to %d–, want %d– (%v)", n, id, located.First, p.First, err)
					}
				}
				forward = append(forward, ids(p)...)
				if p.Next == (threads.Key{}) || pages > 100 {
					break
				}
				p = page(threads.RepliesQuery{After: p.Next})
			}
			if !slices.Equal(forward, all) {
				t.Errorf("%d replies: walking forward shows %d", n, len(forward))
			}
			p = page(threads.RepliesQuery{Last: true})
			var backward []int64
			for {
				backward = append(ids(p), backward...)
				if p.Previous == (threads.Key{}) {
					break
				}
				p = page(threads.RepliesQuery{Before: p.Previous})
			}
			if !slices.Equal(backward, all) {
				t.Errorf("%d replies: walking backward shows %d", n, len(backward))
			}
		}
	})
}

func TestAcceptedAnswerIsPinned(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		q := h.ask(ada, "hub")
		h.fill(q, 120)
		all, err := h.Replies(ctx, ada, h.find(ada, q), threads.RepliesQuery{Last: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, tc := range []struct {
			name   string
			accept int64
			shown  int // replies under the pinned one on the first page
		}{
			{"from a later page", all.Replies[5].ID, 50},
			{"from the first page", 3, 49},
		} {
			if tc.accept == 3 {
				first, err := h.Replies(ctx, ada, h.find(ada, q), threads.RepliesQuery{})
				if err != nil {
					t.Fatal(err)
				}
				tc.accept = first.Replies[7].ID
			}
			if err := h.Accept(ctx, ada, tc.accept); err != nil {
				t.Fatal(err)
			}
			p, err := h.Replies(ctx, ada, h.find(ada, q), threads.RepliesQuery{})
			if err != nil {
				t.Fatal(err)
			}
			twice := slices.ContainsFunc(p.Replies, func(r threads.Reply) bool { return r.ID == tc.accept })
			if p.Pinned == nil || p.Pinned.ID != tc.accept || !p.Pinned.Accepted || twice || len(p.Replies) != tc.shown || p.Shown != 50 {
				t.Errorf("%s: pinned %+v, %d replies", tc.name, p.Pinned, len(p.Replies))
			}
			if _, at, err := h.Locate(ctx, ben, tc.accept); err != nil || at != (threads.RepliesQuery{}) {
				t.Errorf("%s: the permalink leads to %+v, %v", tc.name, at, err)
			}
			next, err := h.Replies(ctx, ada, h.find(ada, q), threads.RepliesQuery{After: p.Next})
			if err != nil || next.Pinned != nil || next.First != 51 {
				t.Errorf("%s: second page %d, pinned %v, %v", tc.name, next.First, next.Pinned, err)
			}
		}
	})
}
