package threads_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/auth"
)

// TestActions runs one sequence of what people do to a question and its replies, with the events each step makes.
func TestActions(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		q := h.ask(ada, "hub")
		r1, r2 := h.say(ben, q, "First answer"), h.say(pat, q, "Second answer")
		d, err := h.Open(ctx, ada, threads.NewThread{Kind: threads.Discussion, Title: "What do we think?", Audience: "hub"})
		if err != nil {
			t.Fatal(err)
		}
		dr := h.say(ben, d, "A lot")
		h.events()
		of := func(format string, ids ...any) string { return fmt.Sprintf(format, ids...) }
		for _, tc := range []struct {
			name   string
			call   func() error
			kind   errs.Kind // of the error; Internal means success here
			events string
		}{
			{"own thread is not useful", func() error { return h.VoteThread(ctx, ada, q, true) }, errs.Forbidden, ""},
			{"own reply is not useful", func() error { return h.VoteReply(ctx, ben, r1, true) }, errs.Forbidden, ""},
			{"vote", func() error { return h.VoteThread(ctx, ben, q, true) }, 0, of("thread.voted thread:%d", q)},
			{"vote again", func() error { return h.VoteThread(ctx, ben, q, true) }, 0, ""},
			{"vote for a reply", func() error { return h.VoteReply(ctx, ada, r1, true) }, 0, of("reply.voted reply:%d>thread:%d", r1, q)},
			{"take it back", func() error { return h.VoteReply(ctx, ada, r1, false) }, 0, of("reply.unvoted reply:%d>thread:%d", r1, q)},
			{"take it back again", func() error { return h.VoteReply(ctx, ada, r1, false) }, 0, ""},
			{"vote for nothing", func() error { return h.VoteReply(ctx, ada, 99999, true) }, errs.NotFound, ""},

			{"accept is for the asker", func() error { return h.Accept(ctx, ben, r1) }, errs.Forbidden, ""},
			{"accept", func() error { return h.Accept(ctx, ada, r1) }, 0, of("thread.accepted thread:%d>reply:%d", q, r1)},
			{"accept again", func() error { return h.Accept(ctx, ada, r1) }, 0, ""},
			{"accept another", func() error { return h.Accept(ctx, mo, r2) }, 0,
				of("thread.unaccepted thread:%d>reply:%d, thread.accepted thread:%d>reply:%d", q, r1, q, r2)},
			{"unaccept what is not accepted", func() error { return h.Unaccept(ctx, ada, r1) }, 0, ""},
			{"unaccept is for the asker", func() error { return h.Unaccept(ctx, pat, r2) }, errs.Forbidden, ""},
			{"unaccept", func() error { return h.Unaccept(ctx, ada, r2) }, 0, of("thread.unaccepted thread:%d>reply:%d", q, r2)},
			{"discussions have no answer", func() error { return h.Accept(ctx, ada, dr) }, errs.Invalid, ""},

			{"follow", func() error { return h.Watch(ctx, ben, "thread", q) }, 0, of("watch.started thread:%d", q)},
			{"follow twice", func() error { return h.Watch(ctx, ben, "thread", q) }, 0, ""},
			{"follow a topic", func() error { return h.Watch(ctx, ben, "topic", 1) }, 0, "watch.started topic:1"},
			{"follow a person", func() error { return h.Watch(ctx, ben, "person", 1) }, 0, "watch.started person:1"},
			{"follow a unit", func() error { return h.Watch(ctx, pat, "unit", 1) }, 0, "watch.started unit:1"},
			{"follow oneself", func() error { return h.Watch(ctx, ben, "person", 2) }, errs.Invalid, ""},
			{"follow what is not there", func() error { return h.Watch(ctx, ben, "topic", 99) }, errs.NotFound, ""},
			{"follow the weather", func() error { return h.Watch(ctx, ben, "weather", 1) }, errs.NotFound, ""},
			{"unfollow", func() error { return h.Unwatch(ctx, ben, "thread", q) }, 0, of("watch.ended thread:%d", q)},
			{"unfollow twice", func() error { return h.Unwatch(ctx, ben, "thread", q) }, 0, ""},

			{"close is for the author", func() error { return h.Close(ctx, ben, q) }, errs.Forbidden, ""},
			{"close", func() error { return h.Close(ctx, ada, q) }, 0, of("thread.closed thread:%d", q)},
			{"close again", func() error { return h.Close(ctx, ada, q) }, 0, ""},
			{"reopen by an administrator", func() error { return h.Reopen(ctx, chief, q) }, 0, of("thread.reopened thread:%d", q)},
			{"reopen again", func() error { return h.Reopen(ctx, mo, q) }, 0, ""},

			{"delete a reply of somebody", func() error { return h.DeleteReply(ctx, ada, r1) }, errs.Forbidden, ""},
			{"accept before deletion", func() error { return h.Accept(ctx, ada, r1) }, 0, of("thread.accepted thread:%d>reply:%d", q, r1)},
			{"delete the accepted reply", func() error { return h.DeleteReply(ctx, ben, r1) }, 0,
				of("thread.unaccepted thread:%d>reply:%d, reply.deleted reply:%d>thread:%d", q, r1, r1, q)},
			{"delete again", func() error { return h.DeleteReply(ctx, ben, r1) }, errs.NotFound, ""},
			{"accept what was deleted", func() error { return h.Accept(ctx, ada, r1) }, errs.NotFound, ""},
			{"vote for what was deleted", func() error { return h.VoteReply(ctx, ada, r1, true) }, errs.NotFound, ""},
			{"history of what was deleted", func() error { _, err := h.ReplyHistory(ctx, ben, r1); return err }, errs.NotFound, ""},

			{"delete a thread of somebody", func() error { return h.DeleteThread(ctx, ben, q) }, errs.Forbidden, ""},
			{"delete by a moderator", func() error { return h.DeleteThread(ctx, mo, q) }, 0, of("thread.deleted thread:%d", q)},
			{"reply to what was deleted", func() error { _, err := h.Reply(ctx, ben, q, threads.NewReply{Body: "Hm"}); return err }, errs.NotFound, ""},
			{"vote in what was deleted", func() error { return h.VoteReply(ctx, ada, r2, true) }, errs.NotFound, ""},
			{"edit what was deleted", func() error { return h.EditThread(ctx, ada, q, threads.Edit{Revision: 1, Title: "New"}) }, errs.NotFound, ""},
			{"delete own reply in it", func() error { return h.DeleteReply(ctx, pat, r2) }, 0, of("reply.deleted reply:%d>thread:%d", r2, q)},
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
		if !th.Deleted || th.Title != "" || th.HTML != "" || th.Body != "" || th.Replies != 0 || th.Votes != 1 || th.Accepted != 0 || th.CanReply {
			t.Errorf("stub = %+v", th)
		}
		h.checkCounters()
	})
}

// TestTogether has many people do the same thing at the same moment.
func TestTogether(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		q := h.ask(ada, "hub")
		r1, r2 := h.say(ben, q, "One"), h.say(pat, q, "Two")
		h.events()
		together := func(calls ...func() error) []error {
			results := make([]error, len(calls))
			var wg sync.WaitGroup
			for i, call := range calls {
				wg.Go(func() { results[i] = call() })
			}
			wg.Wait()
			return results
		}
		for _, err := range together(
			func() error { return h.VoteThread(ctx, ben, q, true) }, func() error { return h.VoteThread(ctx, ben, q, true) },
			func() error { return h.VoteThread(ctx, pat, q, true) }, func() error { return h.VoteThread(ctx, mo, q, true) },
		) {
			if err != nil {
				t.Errorf("vote: %v", err)
			}
		}
		if th := h.find(ada, q); th.Votes != 3 {
			t.Errorf("votes = %d, want 3", th.Votes)
		}
		h.events()

		for _, err := range together(func() error { return h.Accept(ctx, ada, r1) }, func() error { return h.Accept(ctx, mo, r2) }) {
			if err != nil && errs.KindOf(err) != errs.Conflict {
				t.Errorf("accept: %v", err)
			}
		}
		// Whoever came second, the events tell the same story as the row.
		accepted := map[string]bool{}
		for _, e := range strings.Split(h.events(), ", ") {
			verb, target, _ := strings.Cut(e, " ")
			_, reply, _ := strings.Cut(target, ">")
			accepted[reply] = verb == "thread.accepted"
		}
		for _, id := range []int64{r1, r2} {
			if want := h.find(ada, q).Accepted == id; accepted[fmt.Sprintf("reply:%d", id)] != want {
				t.Errorf("events say %v, the thread says %d", accepted, h.find(ada, q).Accepted)
			}
		}

		edit := func(v auth.Viewer, title string) func() error {
			return func() error { return h.EditThread(ctx, v, q, threads.Edit{Revision: 1, Title: title, Body: "x"}) }
		}
		var won, lost int
		for _, err := range together(edit(ada, "Mine"), edit(mo, "No, mine")) {
			switch {
			case err == nil:
				won++
			case errs.KindOf(err) == errs.Conflict:
				lost++
			default:
				t.Errorf("edit: %v", err)
			}
		}
		if th := h.find(ada, q); won != 1 || lost != 1 || th.Revision != 2 {
			t.Errorf("%d editors won, %d lost, revision %d; want 1, 1, 2", won, lost, th.Revision)
		}

		var calls []func() error
		for i := range 30 {
			calls = append(calls, func() error {
				_, err := h.Reply(ctx, []auth.Viewer{ada, ben, pat}[i%3], q, threads.NewReply{Body: "Me too"})
				return err
			})
		}
		for _, err := range together(calls...) {
			if err != nil {
				t.Errorf("reply: %v", err)
			}
		}
		if th := h.find(ada, q); th.Replies != 32 {
			t.Errorf("replies = %d, want 32", th.Replies)
		}
		h.checkCounters()
	})
}
