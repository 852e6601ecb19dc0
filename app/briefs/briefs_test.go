package briefs_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"watercooler/app/briefs"
	"watercooler/app/db"
	"watercooler/app/errs"
)

// TestBrief says every kind of sentence once, in order.
func TestBrief(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		plan := h.open(thread{kind: "discussion", title: "Where do the bins go?", author: 1, at: day(time.April, 5), topics: []int{1}, votes: 3})
		for i := range 12 {
			h.reply(plan, 1+i%6, day(time.April, 6+i))
		}
		asked := h.open(thread{title: "Who mends a kerb?", at: day(time.April, 2), topics: []int{1}})
		h.open(thread{title: "Which grit is best?", at: day(time.March, 20), topics: []int{1}})
		h.exec(`INSERT INTO expertise (person_id, topic_id, audience, year, answers, accepted, posts, discussions, votes, last_at) VALUES (9, 1, 'hub', 2027, 3, 1, 0, 0, 0, 1)`)
		settled := h.open(thread{title: "Is gravel cheaper?", at: day(time.April, 8), topics: []int{1}})
		h.exec(`UPDATE threads SET accepted_reply_id = $1 WHERE id = $2`, h.reply(settled, 3, day(time.April, 9)), settled)
		h.open(thread{kind: "post", title: "A year of kerbs", at: day(time.April, 12), author: 2})

		decide := func(title, state string, at time.Time, more string, args ...any) int64 {
			id := h.open(thread{kind: "decision", title: title, at: at})
			h.exec(`INSERT INTO decisions (thread_id, state, authority`+more, append([]any{id, state}, args...)...)
			return id
		}
		open := decide("Charge for bins", "proposed", day(time.April, 20), `, closes_at) VALUES ($1, $2, '', $3)`, db.Micros(day(time.May, 9)))
		for i, stance := range []string{"agree", "agree", "disagree"} {
			h.exec(`INSERT INTO decision_stances (thread_id, person_id, stance, reason, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $5)`,
				open, i+1, stance, map[string]string{"disagree": "The poorest pay most"}[stance], db.Micros(day(time.April, 21+i)))
		}
		decide("Close the depot", "proposed", day(time.March, 1), `, closes_at) VALUES ($1, $2, '', $3)`, db.Micros(day(time.April, 3)))
		decide("Buy a gritter", "agreed", day(time.March, 2), `, decided_at, effective_at) VALUES ($1, $2, 'Cabinet', $3, $4)`, db.Micros(day(time.April, 15)), db.Micros(day(time.June, 3)))
		decide("Lease the hall", "review", day(time.February, 2), `, decided_at) VALUES ($1, $2, '', $3)`, db.Micros(day(time.February, 3)))
		decide("Plant limes", "agreed", day(time.January, 2), `, decided_at, review_at) VALUES ($1, $2, '', $3, $4)`, db.Micros(day(time.January, 3)), db.Micros(day(time.April, 1)))
		decide("Free parking", "agreed", day(time.January, 4), `, decided_at, reviewed_at, learnt) VALUES ($1, $2, '', $3, $4, 'Shops did no better')`, db.Micros(day(time.January, 5)), db.Micros(day(time.April, 25)))

		guide := h.open(thread{kind: "discussion", title: "How to lay a kerb", at: day(time.January, 9)})
		h.exec(`UPDATE threads SET check_at = $1 WHERE id = $2`, db.Micros(day(time.April, 9)), guide)
		note := h.open(thread{kind: "discussion", title: "A week of kerbs", at: day(time.April, 23), author: 3})
		h.exec(`INSERT INTO reflections (kind, person_id, title, thread_id, created_at, updated_at, shared_at) VALUES ('weeknote', 3, 'W', $1, $2, $2, $2)`, note, db.Micros(day(time.April, 23)))
		heard := h.open(thread{kind: "signal", title: "Ministry publishes kerbs", at: day(time.April, 24)})
		h.exec(`INSERT INTO signals (thread_id, url, url_key, kind, source, published_at) VALUES ($1, 'u', 'u', 'policy', 'S', 1)`, heard)
		h.exec(`INSERT INTO gaps (said, owner_id, answer_id, opened_at, closed_at, closed_why) VALUES
			('kerb forms', 1, NULL, $1, NULL, ''), ('gravel prices', 1, $2, $1, $1, 'found'), ('nobody looks after it', NULL, NULL, $1, NULL, ''), ('faded', 1, NULL, $1, $1, 'faded')`, db.Micros(day(time.April, 3)), asked)

		want := `In April 2027, people here opened seven threads, four more than in the month before: two questions, two discussions, one post, one signal and one decision.
There were 13 replies, in two threads.
In all, six people took part, from three units.
## What needs a decision
One proposal waits for a decision: “Charge for bins” (open until 9 May 2027).
The decision “Lease the hall” has been challenged and is being looked at again.
Much was said in “Where do the bins go?” (12 replies by six people from three units), and nothing has been decided from it yet.
## What was decided
One decision was made: “Buy a gritter” (Cabinet).
“Buy a gritter” takes effect on 3 June 2027.
## What moved
Most was said in “Where do the bins go?” (12 replies).
Of what was new, people found “Where do the bins go?” most useful.
Most was written about Roads (three threads).
The question “Is gravel cheaper?” got the answer that settled it.
On the blogs, “A year of kerbs” was published.
## What is stuck
When the month ended, two questions had waited for more than a week without a reply, the longest “Which grit is best?” (asked on 20 March 2027).
There are people here who may know about all of them: the page of each question names them.
The proposal “Close the depot” closed on 3 April 2027 and is still not decided.
The decision “Plant limes” was due for review on 1 April 2027 and has not been reviewed.
“How to lay a kerb” was due for a check on 9 April 2027 and nobody has said that it is still right.
## Where views differ
Not everybody agrees about “Charge for bins”.
One reason given in “Charge for bins”: ‘The poorest pay most.’
## What was learnt
The decision “Free parking” was reviewed. What it found: ‘Shops did no better.’
One reflection was shared: “A week of kerbs”.
## What was noticed
One signal was noticed: “Ministry publishes kerbs”.
## What people looked for
People looked for “kerb forms” and did not find enough.
Who looks for “gravel prices” finds “Who mends a kerb?” now.
`
		ways := strings.NewReplacer("the hub gained", "people here opened", "People wrote 13", "There were 13", "Most replies went to", "Most was said in", "Of the new threads, people", "Of what was new, people",
			"The topics of most threads are", "Most was written about", "In the blogs", "On the blogs", "People searched for", "People looked for")
		if got := ways.Replace(said(h.brief("staff", briefs.Ref{}, "2027-04"))); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
		if again, now := said(h.brief("staff", briefs.Ref{}, "2027-04")), said(h.brief("staff in open", briefs.Ref{}, "2027-04")); again != now {
			t.Errorf("two readers of the same read\n%s\nand\n%s", again, now)
		}
	})
}

// TestWhoMayRead asks for briefs that exist for some.
func TestWhoMayRead(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		for _, c := range []struct {
			ref  briefs.Ref
			text string
			who  string // to whom there is one
		}{
			{briefs.Ref{Unit: 5}, "2027-04", ""},                                              // of a partner
			{briefs.Ref{Unit: 999}, "2027-04", ""},                                            // of nobody
			{briefs.Ref{Network: "none"}, "2027-04", ""},                                      // there is no such network
			{briefs.Ref{Unit: culture, Network: "open-net"}, "2027-04", ""},                   // of two
			{briefs.Ref{}, "2027-06", ""},                                                     // has not begun
			{briefs.Ref{}, "2027-W19", ""},                                                    // the same
			{briefs.Ref{}, "2027-05", "staff|staff in open|staff in closed|staff in private"}, // goes on
			{briefs.Ref{Unit: tiny}, "2027-04", "staff|staff in open|staff in closed|staff in private"},
		} {
			for who, v := range h.viewers {
				_, err := h.Brief(t.Context(), v, c.ref, period(t, c.text))
				if want := slices.Contains(strings.Split(c.who, "|"), who); (err == nil) != want || err != nil && !errs.IsNotFound(err) {
					t.Errorf("%s reads the brief of %v for %s: %v", who, c.ref, c.text, err)
				}
			}
		}
	})
}

// TestTooFewPeople opens the brief of a unit in which one person works.
func TestTooFewPeople(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.open(thread{author: staff, at: day(time.April, 5)})
		if b := h.brief("staff", briefs.Ref{Unit: tiny}, "2027-04"); !b.Small || len(b.Sections) > 0 {
			t.Errorf("the brief of one person says\n%s", said(b))
		}
		for _, person := range []int{2, 3, 5, 6} {
			h.exec(`UPDATE people SET unit_id = $1 WHERE id = $2`, tiny, person)
		}
		if b := h.brief("staff", briefs.Ref{Unit: tiny}, "2027-04"); b.Small || len(b.Sections) != 3 {
			t.Errorf("the brief of five people says\n%s", said(b))
		}
	})
}

// TestTakenBack opens a brief that was gathered before something in it was taken out of its reader's sight.
func TestTakenBack(t *testing.T) {
	for name, change := range map[string]string{
		"deleted":    `UPDATE threads SET deleted_at = 1 WHERE title = 'Secret'`,
		"superseded": `UPDATE threads SET superseded_by = 1 WHERE title = 'Secret'`,
		"narrower":   `UPDATE threads SET audience = 'network:3', network_id = 3 WHERE title = 'Secret'`,
		"elsewhere":  `UPDATE threads SET audience = 'org:2' WHERE title = 'Secret'`,
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, h *hub) {
				h.open(thread{title: "Plain", kind: "discussion", at: day(time.April, 5)})
				id := h.open(thread{title: "Secret", kind: "discussion", at: day(time.April, 6), votes: 9, topics: []int{1}})
				for i := range 4 {
					h.reply(id, 1+i, day(time.April, 7))
				}
				before := said(h.brief("staff", briefs.Ref{}, "2027-04"))
				if !strings.Contains(before, "Secret") || !strings.Contains(before, "two discussions") {
					t.Fatalf("before it says\n%s", before)
				}
				h.exec(change)
				after := h.brief("staff in private", briefs.Ref{}, "2027-04")
				if text := said(after); strings.Contains(text, "Secret") || strings.Contains(text, "repl") || !strings.Contains(text, "one discussion") {
					t.Errorf("after it says\n%s", text)
				}
				if strings.Contains(after.Markdown(""), "Secret") {
					t.Errorf("a note tells of it:\n%s", after.Markdown(""))
				}
			})
		})
	}
}

// TestRenamed opens a brief after a title was changed.
func TestRenamed(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.open(thread{title: "Old words", at: day(time.April, 5)})
		h.brief("staff", briefs.Ref{}, "2027-04")
		h.exec(`UPDATE threads SET title = 'New *words*'`)
		b := h.brief("staff", briefs.Ref{}, "2027-04")
		if text := said(b); strings.Contains(text, "Old") || !strings.Contains(text, "“New *words*”") {
			t.Errorf("it says\n%s", text)
		}
		if text := b.Markdown("https://hub.example"); !strings.Contains(text, `[“New \*words\*”](<https://hub.example/threads/1>)`) {
			t.Errorf("to paste it says\n%s", text)
		}
	})
}

// TestKeptForAWhile counts anew once what was gathered is old.
func TestKeptForAWhile(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		says := func(text, want string) {
			t.Helper()
			if got := said(h.brief("staff", briefs.Ref{}, text)); !strings.Contains(got, want) {
				t.Errorf("%s: %q is not in\n%s", text, want, got)
			}
		}
		h.open(thread{at: day(time.May, 3)})
		h.open(thread{at: day(time.April, 3)})
		says("2027-05", "one question")
		says("2027-04", "one question")
		h.open(thread{at: day(time.May, 4)})
		h.open(thread{at: day(time.April, 4)})
		h.clock = noon.Add(2 * time.Minute)
		says("2027-05", "two questions")
		says("2027-04", "one question")
		h.clock = noon.Add(11 * time.Minute)
		says("2027-04", "two questions")
	})
}

// TestQuiet opens the brief of a month in which nothing happened.
func TestQuiet(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.open(thread{audience: "network:2", network: closedNet, at: day(time.April, 3)})
		b := h.brief("staff in closed", briefs.Ref{}, "2027-04")
		if !b.Quiet() || !strings.Contains(b.Markdown(""), "There is nothing to tell of April 2027.") {
			t.Errorf("it says\n%s", b.Markdown(""))
		}
		if b := h.brief("staff", briefs.Ref{Network: "open-net"}, "2027-04"); !b.Quiet() {
			t.Errorf("the network says\n%s", said(b))
		}
	})
}

// TestOperator writes the brief of a private network for whoever runs the server.
func TestOperator(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.open(thread{audience: "network:3", network: privateNet, at: day(time.April, 3)})
		for ref, want := range map[briefs.Ref]bool{{Network: "private-net"}: true, {}: false, {Unit: culture}: false} {
			v, err := h.Operator(t.Context(), ref)
			if err != nil {
				t.Fatal(err)
			}
			b, err := h.Brief(t.Context(), v, ref, h.Latest())
			if err != nil || b.Quiet() == want {
				t.Errorf("%v: %v\n%s", ref, err, said(b))
			}
		}
		if _, err := h.Operator(t.Context(), briefs.Ref{Network: "none"}); !errs.IsNotFound(err) {
			t.Errorf("no such network: %v", err)
		}
	})
}
