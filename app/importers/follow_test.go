package importers_test

import (
	"strings"
	"testing"

	"watercooler/app/errs"
	"watercooler/app/importers"
	"watercooler/app/threads"
	"watercooler/auth"
)

const follows = own + `
{"type":"follow","person":"p1","topics":["prow","Nonsense"],"people":["p2"]}
{"type":"follow","person":"p1","units":["u2","u1"],"threads":["x2"]}
{"type":"follow","person":"p3","topics":["Highways"]}
`

func TestFollows(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		for i, want := range []importers.Count{{Created: 6}, {Unchanged: 6}} {
			r, err := importers.JSONL(t.Context(), h.deps, write(t, "export.jsonl", follows), importers.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if i > 0 && r.Changes() != 0 {
				t.Errorf("importing again changed something:\n%s", r.String())
			}
			want.Read = 7
			want.Skipped = []importers.Reason{{Text: "what is followed, or who follows it, is not in the hub", Number: 1, Examples: []string{"p1 → Nonsense"}}}
			wantCount(t, r, "follows", want)
		}
		for kind, want := range map[string]int{"topic": 2, "person": 1, "unit": 2, "thread": 1 + 2 /* those by their authors */} {
			if n := h.number(t, "SELECT COUNT(*) FROM watches WHERE object_kind = $1", kind); n != want {
				t.Errorf("%d follows of a %s, want %d", n, kind, want)
			}
		}
		if n := h.number(t, "SELECT COUNT(*) FROM events WHERE data LIKE '%followers%'"); n != 1 {
			t.Errorf("%d events say who follows, want one for the batch and none for the second time", n)
		}
	})
}

func TestFollowsThatAreRefused(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		for _, tc := range []struct{ name, line, want string }{
			{"nobody", `{"type":"follow","topics":["Highways"]}`, "has no person"},
			{"somebody unknown", `{"type":"follow","person":"p9"}`, "the follower is person p9"},
			{"a thread that is not there", `{"type":"follow","person":"p1","threads":["x9"]}`, "the followed is thread x9"},
			{"oneself", `{"type":"follow","person":"p1","people":["p1"]}`, "cannot follow themselves"},
			{"what is no list", `{"type":"follow","person":"p1","topics":"Highways"}`, "see docs/import.md"},
		} {
			_, err := importers.JSONL(t.Context(), h.deps, write(t, "export.jsonl", own+tc.line+"\n"), importers.Options{})
			if errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("%s: %v, want in it %q", tc.name, err, tc.want)
			}
		}
		if n := h.number(t, "SELECT COUNT(*) FROM watches"); n != 0 {
			t.Errorf("%d follows were written although the input was refused", n)
		}
	})
}

// TestSampleIsFull looks at the sample hub with the eyes of everybody a visitor can sign in as.
func TestSampleIsFull(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		if _, err := importers.Sample(t.Context(), h.deps, noon); err != nil {
			t.Fatal(err)
		}
		accounts, err := importers.SampleAccounts()
		if err != nil {
			t.Fatal(err)
		}
		for i, a := range accounts {
			ids, err := h.deps.People.IDsByExternal(t.Context(), h.deps.DB, []string{a.PersonExternalID})
			if err != nil {
				t.Fatal(err)
			}
			person := ids[a.PersonExternalID]
			v := auth.ForPerson(int64(i+1), person, int64(h.number(t, "SELECT organisation_id FROM people WHERE id = $1", person)), true, 0)
			v.Unit = int64(h.number(t, "SELECT COALESCE(unit_id, 0) FROM people WHERE id = $1", person))
			feed, err := h.deps.Threads.Feed(t.Context(), v, threads.FeedQuery{Tab: threads.ForYou})
			if err != nil {
				t.Fatal(err)
			}
			reasons := map[string]bool{}
			for _, item := range feed.Items {
				reasons[item.Why] = true
			}
			if len(feed.Items) < 8 || len(reasons) < 3 || reasons[""] {
				t.Errorf("%s finds %d threads for %d reasons in For you, want 8 for 3", a.Name, len(feed.Items), len(reasons))
			}
			if feed, err = h.deps.Threads.Feed(t.Context(), v, threads.FeedQuery{Tab: threads.Following}); err != nil || len(feed.Items) < 2 {
				t.Errorf("%s follows %d threads, %v, want 2", a.Name, len(feed.Items), err)
			}
		}
	})
}
