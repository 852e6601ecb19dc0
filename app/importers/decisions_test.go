package importers_test

import (
	"fmt"
	"strings"
	"testing"

	"watercooler/app/apptest/backends"
	"watercooler/app/decisions"
	"watercooler/app/errs"
	"watercooler/app/importers"
	"watercooler/auth"
)

// decides fills a hub with everything that can happen to a decision. One rests on something that is gone.
func (h *hub) decides(t *testing.T, ada, ben auth.Viewer, asked, gone int64) {
	t.Helper()
	ctx, d := t.Context(), h.deps.Decisions
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	record := func(title string, change func(in *decisions.Form)) int64 {
		t.Helper()
		in := d.Blank()
		in.Title, in.Audience = title, "hub"
		if change != nil {
			change(&in)
		}
		id, err := d.Record(ctx, ada, in)
		must(err)
		return id
	}
	proposal := record("We <b>lend</b> tablets", func(in *decisions.Form) {
		in.Proposal, in.Closes, in.Source, in.Notice, in.Owner = true, "2027-03-09", asked, "7", "@ben-chaffe"
		in.Options, in.Chosen = []string{"Lend", "Keep"}, 2
		in.Evidence = []decisions.EvidenceRow{
			{Kind: "data", Title: "A count", URL: "https://example.org/?a=1&b=2", Date: "2026-12-01"}, {Kind: "law", Title: "What was asked", URL: fmt.Sprintf("/threads/%d", asked)},
			{Kind: "advice", Title: "What was said", URL: "/topics/libraries"},
		}
		in.Assumptions = []decisions.AssumptionRow{{Said: "They come back", WatchFor: "three that do not"}, {Said: "They work"}}
	})
	must(d.Take(ctx, ben, proposal, decisions.Block, "Zwölf\nvon zehn."))
	must(d.Take(ctx, ada, proposal, decisions.Agree, ""))
	must(d.Agree(ctx, ada, proposal, decisions.Agreement{Authority: "Board", Early: true, Reason: "All the same."}))
	must(d.Challenge(ctx, ben, proposal, "Two are lost.", []int{1}))
	must(d.LookAgain(ctx, ada, proposal, decisions.Reviewed{Outcome: decisions.Changes, Learnt: "Two of ten.", Now: "We lend eight tablets", Next: "2027-09-01"}))
	next := record("We lend none", func(in *decisions.Form) { in.Replaces = proposal })
	must(d.Withdraw(ctx, ada, next, "We do."))
	record("TOP SECRET", nil)
	deleted := int64(h.number(t, "SELECT MAX(thread_id) FROM decisions"))
	must(h.deps.Threads.DeleteThread(ctx, ada, deleted))
	on := record("On what is gone", func(in *decisions.Form) { in.Review = "" })
	backends.Exec(t, h.deps.DB, `INSERT INTO decision_evidence (thread_id, position, kind, title, url, item_id, added_at) VALUES ($1, 0, 'data', 'Gone', '/threads/x', $2, 9)`, on, gone)
	backends.Exec(t, h.deps.DB, `UPDATE decision_changes SET other_id = $1 WHERE thread_id = $2`, gone, on)
}

func TestDecisionLines(t *testing.T) {
	const people = `{"type":"person","external_id":"p","name":"Ada Ash"}` + "\n"
	const thread = `{"type":"thread","external_id":"d","kind":"decision","title":"We lend tablets","author":"p"}` + "\n"
	for _, tc := range []struct{ name, lines, want string }{
		{"without a line of its own", thread, "the thread d is a decision, but no line of type decision says"},
		{"says nothing", thread + `{"type":"decision","thread":"d"}`, "says nothing of a decision"},
		{"no state", thread + `{"type":"decision","thread":"d","decision":{"state":"maybe"}}`, `"maybe" is no state`},
		{"no stance", thread + `{"type":"decision","thread":"d","decision":{"state":"agreed","stances":[{"person":"p","stance":"x"}]}}`, `"x" is no stance`},
		{"by nobody", thread + `{"type":"decision","thread":"d","decision":{"state":"agreed","by":"q"}}`, "the person is person q, which is neither"},
		{"rests on nothing", thread + `{"type":"decision","thread":"d","decision":{"state":"agreed","evidence":[{"kind":"law","title":"x","item":"e"}]}}`, "the thread is thread e"},
		{"names no thread", thread + `{"type":"decision","decision":{"state":"agreed"}}`, "has no thread"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := emptySQLite(t)
			_, err := importers.JSONL(t.Context(), h.deps, write(t, "hub.jsonl", people+tc.lines), importers.Options{Organisation: "Devon"})
			if errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}
