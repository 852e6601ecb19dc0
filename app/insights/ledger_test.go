package insights_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/app/insights"
	"watercooler/app/threads"
	"watercooler/auth"
)

// level checks that ledger and figures are what a recount from nothing makes.
func (h *hub) level(after string) {
	h.t.Helper()
	h.settle()
	if wrong, err := h.Check(h.t.Context()); wrong != 0 || err != nil {
		h.t.Errorf("after %s: %d rows are wrong, %v", after, wrong, err)
	}
	before := h.tables()
	for _, table := range []string{"insight_facts", "insight_cells", "insight_topics", "insight_months"} {
		h.exec("DELETE FROM " + table)
	}
	told := 0
	h.must(h.Recount(h.t.Context(), func(done, total int) {
		if done < told || done > total {
			h.t.Errorf("told of %d of %d threads after %d", done, total, told)
		}
		told = done
	}))
	if again := h.tables(); again != before {
		h.t.Fatalf("after %s there is\n%s\na recount makes\n%s", after, before, again)
	}
}

// Whatever happens, in whatever order, the figures end as if they had been made at once.
func TestFiguresFollowEvents(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.write(5, 60)
		for round := range uint64(3) {
			w := world{hub: h, Rand: rand.New(rand.NewPCG(7, round))}
			for range 80 {
				w.step()
			}
			h.level(strings.Join(w.done, ", "))
		}
		if n := strings.Count(h.tables(), "\n"); n < 300 {
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

// tx does something that has an event.
func (w *world) tx(e event.Event, statement string, args ...any) error {
	return w.db.Tx(w.t.Context(), func(tx *db.Tx) error {
		if _, err := tx.Exec(w.t.Context(), statement, args...); err != nil {
			return err
		}
		return event.Append(w.t.Context(), tx, e)
	})
}

// most is the highest id of a table.
func (w *world) most(table string) (id int64) {
	w.must(w.db.QueryRow(w.t.Context(), "SELECT COALESCE(MAX(id), 0) FROM "+table).Scan(&id))
	return id
}

// step does something that may or may not be allowed.
func (w *world) step() {
	w.clock = w.clock.Add(time.Duration(w.IntN(20)) * time.Hour)
	ctx := w.t.Context()
	v := w.staff[w.IntN(len(w.staff))]
	mod := w.staff[0]
	mod.Roles = auth.Moderator
	thread, other, reply := 1+w.Int64N(w.most("threads")+1), 1+w.Int64N(w.most("threads")+1), 1+w.Int64N(w.most("replies")+1)
	topics := []string{"topic-1", "topic-2", "topic-3"}[w.IntN(2):][:1+w.IntN(2)]
	audience := []string{auth.AudiencePublic, auth.AudienceHub, auth.OrgAudience(1)}[w.IntN(3)]
	about := func(verb string) event.Event {
		return event.Event{Verb: verb, Object: event.Ref{Kind: "thread", ID: thread}}
	}
	now := w.clock.UnixMicro()
	do := []struct {
		name string
		fn   func() error
	}{
		{"open", func() error {
			kind := []threads.Kind{threads.Question, threads.Discussion}[w.IntN(2)]
			_, err := w.threads.Open(ctx, v, threads.NewThread{Kind: kind, Title: fmt.Sprint("Thread at ", now), Audience: audience, Topics: topics})
			return err
		}},
		{"reply", func() error {
			_, err := w.threads.Reply(ctx, v, thread, threads.NewReply{Body: "So it is"})
			return err
		}},
		{"reply again", func() error {
			_, err := w.threads.Reply(ctx, v, thread, threads.NewReply{Body: "So it was"})
			return err
		}},
		{"delete a reply", func() error { return w.threads.DeleteReply(ctx, mod, reply) }},
		{"delete", func() error { return w.threads.DeleteThread(ctx, mod, thread) }},
		{"merge", func() error { return w.threads.Merge(ctx, mod, thread, threads.Merge{Into: other, Sure: true}) }},
		{"split", func() error {
			_, err := w.threads.Split(ctx, mod, thread, threads.Split{Kind: threads.Question, Title: "Split off", Replies: []int64{reply}})
			return err
		}},
		{"make another kind", func() error {
			return w.threads.Move(ctx, mod, thread, threads.Move{Kind: []threads.Kind{threads.Question, threads.Discussion}[w.IntN(2)], Sure: true})
		}},
		{"supersede", func() error {
			return w.tx(about("thread.superseded"), "UPDATE threads SET superseded_by = $1 WHERE id = $2 AND id <> $1", min(other, w.most("threads")), thread)
		}},
		{"check", func() error {
			return w.tx(about("thread.checked"), "UPDATE threads SET checked_at = $1, check_at = $2 WHERE id = $3", now, now+9_000, thread)
		}},
		{"read a signal", func() error {
			return w.tx(about("signal.read"), "UPDATE signals SET read_at = $1 WHERE thread_id = $2", now, thread)
		}},
		{"agree", func() error {
			return w.tx(about("decision.agreed"), "UPDATE decisions SET state = 'agreed', decided_at = $1, decided_by = $2 WHERE thread_id = $3", now, v.Person, thread)
		}},
		{"take a stance", func() error {
			return w.tx(about("stance.taken"), `
				INSERT INTO decision_stances (thread_id, person_id, stance, created_at, updated_at)
				SELECT d.thread_id, CAST($1 AS BIGINT), 'block', 1, 1
				FROM decisions d
				WHERE d.thread_id = $2
				ON CONFLICT (thread_id, person_id) DO UPDATE SET stance = 'agree'`, v.Person, thread)
		}},
		{"review", func() error {
			return w.tx(about("decision.reviewed"), `
				INSERT INTO decision_changes (thread_id, at, change)
				SELECT d.thread_id, CAST($1 AS BIGINT), 'reviewed'
				FROM decisions d
				WHERE d.thread_id = $2`, now, thread)
		}},
		{"share a reflection", func() error {
			return w.tx(about("reflection.shared"), "UPDATE reflections SET shared_at = $1 WHERE thread_id = $2", now, thread)
		}},
		{"move to another unit", func() error {
			all := w.unitIDs()
			from, to := w.unitOf(v.Person), all[w.IntN(len(all))]
			e := event.Event{Verb: "person.edited", Object: event.Ref{Kind: "person", ID: v.Person}, Data: fmt.Sprintf(`{"unit_from":%d,"unit_to":%d}`, from, to)}
			return w.tx(e, "UPDATE people SET unit_id = $1 WHERE id = $2", to, v.Person)
		}},
		{"leave", func() error {
			return w.tx(event.Event{Verb: "person.left", Object: event.Ref{Kind: "person", ID: v.Person}}, "UPDATE people SET left_at = $1 WHERE id = $2", now, v.Person)
		}},
		{"open a gap", func() error {
			return w.tx(event.Event{Verb: "gap.opened", Object: event.Ref{Kind: "gap", ID: 1}}, "INSERT INTO gaps (said, opened_at) VALUES ('x', $1)", now)
		}},
		{"narrow the network", func() error {
			return w.db.Tx(ctx, func(tx *db.Tx) error { return w.threads.NarrowNetwork(ctx, tx, 1) })
		}},
		{"merge topics", func() error {
			e := event.Event{Verb: "topic.merged", Object: event.Ref{Kind: "topic", ID: 5}, Target: event.Ref{Kind: "topic", ID: 6}}
			return w.tx(e, "UPDATE thread_topics SET topic_id = 6 WHERE topic_id = 5 AND thread_id NOT IN (SELECT h.thread_id FROM thread_topics h WHERE h.topic_id = 6)")
		}},
		{"hand on", func() error { return w.dispatcher.Drain(ctx) }},
		{"make figures", func() error { return w.Settle(ctx) }},
	}[w.IntN(22)]
	err := do.fn()
	if err != nil && errs.KindOf(err) == errs.Internal {
		w.t.Fatalf("%s: %v", do.name, err)
	}
	if err == nil {
		w.done = append(w.done, do.name)
	}
}

// An event that comes twice, or tells of what is not there, changes nothing.
func TestEventsComeTwice(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		c := h.write(6, 40)
		before := h.tables()
		for range 2 {
			h.must(h.Consumer().Handle(t.Context(), []event.Event{
				{Verb: "thread.created", Object: event.Ref{Kind: "thread", ID: c.wrote[3]}},
				{Verb: "thread.edited", Object: event.Ref{Kind: "thread", ID: 9_999}},
				{Verb: "reflection.shared", Object: event.Ref{Kind: "reflection", ID: 9_999}},
				{Verb: event.BatchVerb, Object: event.Ref{Kind: "import"}, Data: fmt.Sprintf(`{"threads":[%d],"replies":[1,77777],"people":[1]}`, c.wrote[4])},
			}))
		}
		h.settle()
		if after := h.tables(); after != before {
			t.Errorf("got\n%s\nwant\n%s", after, before)
		}
	})
}

// A month that begins is there, and one that is over for more than a year is not.
func TestMonthsGoBy(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.write(8, 200)
		h.clock = h.clock.AddDate(0, 2, 0)
		h.level("two months")
		var least, most string
		h.must(h.db.QueryRow(t.Context(), "SELECT MIN(month), MAX(month) FROM insight_cells").Scan(&least, &most))
		if least < string(h.Window()[0]) || most != "2027-05" && most != "2027-07" {
			t.Errorf("figures are kept from %s to %s, want from %s", least, most, h.Window()[0])
		}
	})
}

func TestErase(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		c := h.write(9, 60)
		h.must(h.Look(t.Context(), h.leader, "/insights"))
		people := []int64{h.leader.Person, h.staff[5].Person}
		h.must(h.db.Tx(t.Context(), func(tx *db.Tx) error { return insights.Erase(t.Context(), tx, c.wrote[:30], people) }))
		for _, query := range []string{
			"SELECT COUNT(*) FROM insight_looks", fmt.Sprint("SELECT COUNT(*) FROM insight_facts WHERE thread_id <= ", c.wrote[29]),
			fmt.Sprintf("SELECT COUNT(*) FROM insight_facts WHERE person_id IN (%d, %d)", people[0], people[1]),
		} {
			var n int
			if h.must(h.db.QueryRow(t.Context(), query).Scan(&n)); n != 0 {
				t.Errorf("%s: got %d, want none", query, n)
			}
		}
	})
}

// TestOneEventChangesItsFigures does one thing at a time and looks at every figure of the organisation in every month: those named
// change, by as much as is said, and no other does.
func TestOneEventChangesItsFigures(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		b := h.base()
		for _, tt := range []struct {
			name string
			do   func()
			want string
		}{
			{"a question by somebody who has taken part", func() { b.asked = h.open(h.staff[2], threads.Question, auth.AudienceHub) }, "answered 0/+1, questions +1/+1"},
			{"its first answer, by somebody of another unit", func() { b.answer = h.reply(h.staff[30], b.asked) }, "answered +1/0, first_answer ./+1, replies_across +1/+1, thread_age ./+1"},
			{"a second answer of the same", func() { h.reply(h.staff[30], b.asked) }, "replies_across +1/+1"},
			{"a word of the asker", func() { h.reply(h.staff[2], b.asked) }, ""},
			{"an answer of a partner", func() { h.reply(h.partner, b.asked) }, ""},
			{"a vote", func() { h.must(h.threads.VoteThread(t.Context(), h.staff[8], b.asked, true)) }, ""},
			{"the answer is deleted", func() { h.must(h.threads.DeleteReply(t.Context(), h.moderator(), b.answer)) }, "replies_across -1/-1"},
			{"it is overtaken", func() { h.update("thread.superseded", b.asked, "superseded_by = 1") }, "repeats +1/+1"},
			{"it becomes a matter of the network", func() { h.update("thread.moved", b.asked, "audience = 'network:1'") }, "answered -1/-1, first_answer ./-1, questions -1/-1, repeats -1/-1, replies_across -1/-1, thread_age ./-1"},
			{"a question in the network", func() { h.open(h.staff[2], threads.Question, auth.NetworkAudience(1)) }, ""},
			{"a question of a partner", func() { h.open(h.partner, threads.Question, auth.AudienceHub) }, ""},
			{"a discussion", func() { b.asked = h.open(h.staff[3], threads.Discussion, auth.AudienceHub) }, "discussions +1/+1, discussions_across 0/+1, discussions_several 0/+1"},
			{"somebody of another unit joins in", func() { h.reply(h.staff[30], b.asked) }, "discussions_across +1/0, replies_across +1/+1, thread_age ./+1"},
			{"a decision gets evidence", func() {
				h.exec("INSERT INTO decision_evidence (thread_id, position, kind, title, added_at) VALUES ($1, 0, 'data', 'x', 1)", b.bare)
				h.tell("decision.amended", b.bare)
			}, "decisions_evidence +1/0"},
			{"a signal is read", func() {
				h.exec("UPDATE signals SET read_at = $1 WHERE thread_id = $2", h.clock.UnixMicro(), b.unread)
				h.tell("signal.read", b.unread)
			}, "signal_read ./+1"},
			{"somebody silent leaves", func() { h.leave(h.staff[60]) }, "breadth 0/-1"},
		} {
			before := h.figures(insights.Whole)
			tt.do()
			h.settle()
			if got := changed(before, h.figures(insights.Whole)); got != tt.want {
				t.Errorf("%s: got %s; want %s", tt.name, got, tt.want)
			}
		}
	})
}
