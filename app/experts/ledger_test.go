package experts_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/app/experts"
	"watercooler/app/threads"
	"watercooler/auth"
)

// rows are the tables of the ledger, a line for each row.
func (h *hub) rows() (contributions, expertise string) {
	h.t.Helper()
	read := func(query string) string {
		rows, err := h.db.Query(h.t.Context(), query)
		list, err := db.Collect(rows, err, db.One[string])
		h.must(err)
		slices.Sort(list)
		return strings.Join(list, "\n")
	}
	return read(`
			SELECT 't' || thread_id || ' ' || topic_id || ' p' || person_id || ' ' || year || ' ' || audience || ' answers ' || answers || '/' || accepted
				|| ' posts ' || posts || ' discussions ' || discussions || ' votes ' || votes || ' ' || last_at
			FROM contributions`), read(`
			SELECT 'p' || person_id || ' ' || topic_id || ' ' || audience || ' ' || year || ' answers ' || answers || '/' || accepted
				|| ' posts ' || posts || ' discussions ' || discussions || ' votes ' || votes || ' ' || last_at
			FROM expertise`)
}

// level checks that the ledger is what a recount from nothing makes.
func (h *hub) level(after string) {
	h.t.Helper()
	h.drain()
	if wrong, err := h.Check(h.t.Context()); wrong != 0 || err != nil {
		h.t.Errorf("after %s: %d rows are wrong, %v", after, wrong, err)
	}
	contributions, expertise := h.rows()
	h.exec(`DELETE FROM contributions`)
	h.exec(`DELETE FROM expertise`)
	h.must(h.Recount(h.t.Context()))
	c, e := h.rows()
	if contributions != c {
		h.t.Fatalf("after %s: contributions are\n%s\na recount makes\n%s", after, contributions, c)
	}
	if expertise != e {
		h.t.Fatalf("after %s: expertise is\n%s\na recount makes\n%s", after, expertise, e)
	}
}

// Whatever happens to threads, in whatever order, the counts end as if they had been made at once.
func TestCountsFollowEvents(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		const seed = 7
		for round := range uint64(4) {
			w := world{hub: h, Rand: rand.New(rand.NewPCG(seed, round))}
			for range 60 {
				w.step()
			}
			h.level(strings.Join(w.done, ", "))
		}
		contributions, expertise := h.rows()
		if n := strings.Count(contributions, "\n"); n < 20 || expertise == "" {
			t.Errorf("only %d rows were counted", n)
		}
	})
}

// world does things to a hub.
type world struct {
	*hub
	*rand.Rand
	done []string
}

// step does something that may or may not be allowed.
func (w *world) step() {
	w.clock = w.clock.Add(time.Duration(w.IntN(30*24)) * time.Hour)
	ctx := w.t.Context()
	all := []auth.Viewer{w.ada, w.gwen, w.ben, w.eva, w.pat}
	v := all[w.IntN(len(all))]
	mod := w.eva
	mod.Roles = auth.Moderator
	var most int64
	w.must(w.db.QueryRow(ctx, `SELECT COALESCE(MAX(id), 0) FROM threads`).Scan(&most))
	thread, other := 1+w.Int64N(most+1), 1+w.Int64N(most+1)
	w.must(w.db.QueryRow(ctx, `SELECT COALESCE(MAX(id), 0) FROM replies`).Scan(&most))
	reply := 1 + w.Int64N(most+1)
	topics := []string{"connectivity", "procurement", "gritting"}[w.IntN(2):][:1+w.IntN(2)]
	audience := []string{auth.AudiencePublic, auth.AudienceHub, auth.OrgAudience(v.Organisation)}[w.IntN(3)]
	on := w.IntN(2) == 0
	do := []struct {
		name string
		fn   func() error
	}{
		{"open", func() error {
			kind := []threads.Kind{threads.Question, threads.Discussion}[w.IntN(2)]
			_, err := w.threads.Open(ctx, v, threads.NewThread{Kind: kind, Title: fmt.Sprintf("Thread after %d", most), Audience: audience, Topics: topics})
			return err
		}},
		{"open in the network", func() error {
			_, err := w.threads.Open(ctx, w.eva, threads.NewThread{Kind: threads.Question, Title: "Among us", Audience: auth.NetworkAudience(1), Topics: topics, Network: 1})
			return err
		}},
		{"publish", func() error {
			return w.db.Tx(ctx, func(tx *db.Tx) error {
				id, err := w.threads.OpenPost(ctx, tx, v, threads.NewPost{Title: "A post", Body: "Words.", Audience: audience, Topics: topics})
				if err != nil {
					return err
				}
				_, err = tx.Exec(ctx, `INSERT INTO post_authors (thread_id, person_id) VALUES ($1, $2)`, id, 1+w.Int64N(5))
				return err
			})
		}},
		{"reply", func() error {
			_, err := w.threads.Reply(ctx, v, thread, threads.NewReply{Body: "So it is"})
			return err
		}},
		{"reply", func() error {
			_, err := w.threads.Reply(ctx, v, thread, threads.NewReply{Body: "So it was"})
			return err
		}},
		{"accept", func() error { return w.threads.Accept(ctx, mod, reply) }},
		{"unaccept", func() error { return w.threads.Unaccept(ctx, mod, reply) }},
		{"vote", func() error { return w.threads.VoteThread(ctx, v, thread, on) }},
		{"vote on a reply", func() error { return w.threads.VoteReply(ctx, v, reply, on) }},
		{"edit", func() error {
			t, err := w.threads.Find(ctx, mod, thread)
			if err != nil {
				return err
			}
			author := all[t.Author.ID-1]
			return w.threads.EditThread(ctx, author, thread, threads.Edit{Revision: t.Revision, Title: t.Title, Body: "Changed", Topics: topics, Audience: audience})
		}},
		{"delete a reply", func() error { return w.threads.DeleteReply(ctx, mod, reply) }},
		{"delete", func() error { return w.threads.DeleteThread(ctx, mod, thread) }},
		{"move", func() error { return w.threads.Move(ctx, mod, thread, threads.Move{Network: w.Int64N(2), Sure: true}) }},
		{"make another kind", func() error {
			return w.threads.Move(ctx, mod, thread, threads.Move{Kind: []threads.Kind{threads.Question, threads.Discussion}[w.IntN(2)], Sure: true})
		}},
		{"merge", func() error { return w.threads.Merge(ctx, mod, thread, threads.Merge{Into: other, Sure: true}) }},
		{"split", func() error {
			_, err := w.threads.Split(ctx, mod, thread, threads.Split{Kind: threads.Question, Title: "Split off", Replies: []int64{reply}})
			return err
		}},
		{"narrow the network", func() error {
			return w.db.Tx(ctx, func(tx *db.Tx) error { return w.threads.NarrowNetwork(ctx, tx, 1) })
		}},
		{"hand on", func() error { return w.dispatcher.Drain(ctx) }},
	}[w.IntN(18)]
	err := do.fn()
	if err != nil && errs.KindOf(err) == errs.Internal {
		w.t.Fatalf("%s: %v", do.name, err)
	}
	if err == nil {
		w.done = append(w.done, do.name)
	}
}

func TestMergedTopics(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		h.open(h.gwen, threads.Discussion, auth.AudienceHub, "Both", "connectivity", "procurement")
		h.answered(h.ben, "Tenders", "procurement")
		h.drain()
		h.must(h.StepOut(ctx, h.ben, "procurement"))
		mod := h.eva
		mod.Roles = auth.Moderator
		_, err := h.topics.Merge(ctx, mod, "procurement", "connectivity")
		h.must(err)
		if wrong, err := h.Check(ctx); wrong != 0 || err != nil {
			t.Errorf("%d rows are wrong at once, %v", wrong, err)
		}
		h.level("merging topics")
		if got, want := h.names(h.ada, text("connectivity")), "Gwen Pryce: 1 contribution on Connectivity"; got != want {
			t.Errorf("who stepped out of the one is out of the other: got %s, want %s", got, want)
		}
	})
}

func TestErase(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		thread, reply := h.answered(h.gwen, "Leased lines", "connectivity")
		h.answered(h.gwen, "Masts", "connectivity")
		h.answered(h.ben, "Ducts", "connectivity")
		h.drain()
		_, err := h.Endorse(t.Context(), h.ada, experts.NewEndorsement{Person: 2, Topic: "connectivity", Reason: "It worked", Reply: reply})
		h.must(err)
		h.must(h.StepOut(t.Context(), h.ben, "gritting"))
		h.must(h.db.Tx(t.Context(), func(tx *db.Tx) error {
			return experts.Erase(t.Context(), tx, []int64{thread}, []int64{reply}, []int64{3})
		}))
		_, expertise := h.rows()
		if !strings.HasPrefix(expertise, "p2 1 hub 2027 answers 1/1 posts 0") || strings.Contains(expertise, "\n") {
			t.Errorf("got %s, want one answer of Gwen", expertise)
		}
		for _, table := range []string{"endorsements", "expert_topics"} {
			var n int
			h.must(h.db.QueryRow(t.Context(), "SELECT COUNT(*) FROM "+table).Scan(&n))
			if n != 0 {
				t.Errorf("%d %s are left", n, table)
			}
		}
	})
}

// An event that comes twice, or tells of what is not there, changes nothing.
func TestEventsComeTwice(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		thread, _ := h.answered(h.gwen, "Leased lines", "connectivity")
		h.drain()
		before, sums := h.rows()
		for range 2 {
			err := h.Consumer().Handle(context.Background(), []event.Event{
				{Verb: "thread.created", Object: event.Ref{Kind: "thread", ID: thread}},
				{Verb: "thread.edited", Object: event.Ref{Kind: "thread", ID: 999}},
				{Verb: event.BatchVerb, Object: event.Ref{Kind: "import"}, Data: fmt.Sprintf(`{"threads":[%d],"replies":[1,77],"people":[1]}`, thread)},
			})
			h.must(err)
		}
		if after, again := h.rows(); after != before || again != sums {
			t.Errorf("got\n%s\nwant\n%s", after, before)
		}
		if !strings.Contains(sums, "p2 1 hub 2027 answers 1/1") {
			t.Errorf("got %s, want an accepted answer of Gwen", sums)
		}
	})
}
