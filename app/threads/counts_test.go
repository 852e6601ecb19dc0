package threads_test

import (
	"context"
	"errors"
	"testing"

	"watercooler/app/db"
	"watercooler/app/threads"
)

// checkCounters compares the counters of every thread and reply with the rows they count.
func (h *hub) checkCounters() {
	h.t.Helper()
	for _, check := range []string{
		`SELECT COUNT(*) FROM threads t WHERE reply_count <> (SELECT COUNT(*) FROM replies r WHERE r.thread_id = t.id AND r.deleted_at IS NULL)`,
		`SELECT COUNT(*) FROM threads t WHERE vote_count <> imported_votes + (SELECT COUNT(*) FROM votes v WHERE v.object_kind = 'thread' AND v.object_id = t.id)`,
		`SELECT COUNT(*) FROM replies r WHERE vote_count <> imported_votes + (SELECT COUNT(*) FROM votes v WHERE v.object_kind = 'reply' AND v.object_id = r.id)`,
		`SELECT COUNT(*) FROM threads t WHERE active_at < created_at OR active_at < (SELECT COALESCE(MAX(created_at), 0) FROM replies r WHERE r.thread_id = t.id)`,
	} {
		var wrong int
		if err := h.db.QueryRow(h.t.Context(), check).Scan(&wrong); err != nil || wrong != 0 {
			h.t.Errorf("%d rows with wrong counters (%v): %s", wrong, err, check)
		}
	}
}

// TestStatementsPerUseCase holds every page and write to a number of statements that does not grow with what is in it.
func TestStatementsPerUseCase(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		small, big := h.ask(ada, "hub", "Schools", "Libraries"), h.ask(ada, "hub", "Schools")
		h.fill(small, 40)
		h.fill(big, 400)
		for range 30 {
			h.ask(pat, "hub", "Connectivity", "Schools")
		}
		if err := h.Watch(t.Context(), ben, "topic", 1); err != nil {
			t.Fatal(err)
		}
		for _, tc := range []struct {
			name string
			most int64
			call func(ctx context.Context) error
		}{
			{"thread page with 40 replies", 2, func(ctx context.Context) error {
				th, err := h.Find(ctx, ben, small)
				_, err2 := h.Replies(ctx, ben, th, threads.RepliesQuery{})
				return errors.Join(err, err2)
			}},
			{"thread page of many", 3, func(ctx context.Context) error {
				th, err := h.Find(ctx, ben, big)
				_, err2 := h.Replies(ctx, ben, th, threads.RepliesQuery{})
				return errors.Join(err, err2)
			}},
			{"last page of many", 4, func(ctx context.Context) error {
				th, err := h.Find(ctx, ben, big)
				_, err2 := h.Replies(ctx, ben, th, threads.RepliesQuery{Last: true})
				return errors.Join(err, err2)
			}},
			{"latest", 2, func(ctx context.Context) error { _, err := h.Feed(ctx, ben, threads.FeedQuery{}); return err }},
			{"for you", 3, func(ctx context.Context) error {
				_, err := h.Feed(ctx, ben, threads.FeedQuery{Tab: threads.ForYou})
				return err
			}},
			{"desk", 3, func(ctx context.Context) error { _, err := h.Desk(ctx, ben); return err }},
			{"permalink", 3, func(ctx context.Context) error { _, _, err := h.Locate(ctx, ben, 300); return err }},
			{"drafts", 3, func(ctx context.Context) error { _, err := h.Drafts(ctx, ben); return err }},
			{"reply", 5, func(ctx context.Context) error {
				_, err := h.Reply(ctx, ben, small, threads.NewReply{Body: "Cheap"})
				return err
			}},
		} {
			ctx, n := db.CountQueries(t.Context())
			if err := tc.call(ctx); err != nil {
				t.Fatalf("%s: %v", tc.name, err)
			}
			if got := n.Load(); got > tc.most {
				t.Errorf("%s takes %d statements, want at most %d", tc.name, got, tc.most)
			}
		}
	})
}

func TestRecount(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		q := h.ask(ada, "hub")
		r := h.say(ben, q, "Yes")
		if err := h.VoteThread(t.Context(), ben, q, true); err != nil {
			t.Fatal(err)
		}
		if n, err := h.Recount(t.Context()); n != 0 || err != nil {
			t.Errorf("Recount of a sound hub repairs %d, %v", n, err)
		}
		want := h.find(ada, q)
		h.exec(`UPDATE threads SET reply_count = 7, vote_count = 7, active_at = created_at, accepted_reply_id = 99`)
		h.exec(`UPDATE replies SET vote_count = 7 WHERE id = $1`, r)
		if n, err := h.Recount(t.Context()); n != 5 || err != nil {
			t.Errorf("Recount repairs %d, %v; want 5", n, err)
		}
		if got := h.find(ada, q); got.Replies != 1 || got.Votes != 1 || got.Accepted != 0 || !got.ActiveAt.Equal(want.ActiveAt) {
			t.Errorf("thread = %+v", got)
		}
		h.checkCounters()
	})
}
