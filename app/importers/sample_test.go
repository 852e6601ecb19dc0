package importers_test

import (
	"strings"
	"testing"

	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/importers"
	"watercooler/auth"
)

func TestSample(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		h := emptyHub(t, d)
		r, err := importers.Sample(t.Context(), h.deps, noon)
		if err != nil {
			t.Fatal(err)
		}
		if r.Skipped() > 0 {
			t.Errorf("some of the sample was skipped:\n%s", r.String())
		}
		for _, tc := range []struct {
			name, query string
			least       int
		}{
			{"home organisation", "SELECT COUNT(*) FROM organisations WHERE home = TRUE AND name LIKE '%County Council'", 1},
			{"partner", "SELECT COUNT(*) FROM organisations WHERE home = FALSE", 1},
			{"people", "SELECT COUNT(*) FROM people", 25},
			{"people with a manager", "SELECT COUNT(*) FROM people WHERE manager_id IS NOT NULL", 20},
			{"somebody who left", "SELECT COUNT(*) FROM people WHERE left_at IS NOT NULL", 1},
			{"topics", "SELECT COUNT(*) FROM topics", 12},
			{"threads", "SELECT COUNT(*) FROM threads", 30},
			{"threads about something", "SELECT COUNT(DISTINCT thread_id) FROM thread_topics", 30},
			{"public threads", "SELECT COUNT(*) FROM threads WHERE audience = 'public'", 3},
			{"threads of the partner alone", "SELECT COUNT(*) FROM threads WHERE audience LIKE 'org:%'", 1},
			{"replies", "SELECT COUNT(*) FROM replies", 90},
			{"replies to replies", "SELECT COUNT(*) FROM replies WHERE parent_id IS NOT NULL", 20},
			{"accepted answers", "SELECT COUNT(*) FROM threads WHERE accepted_reply_id IS NOT NULL", 10},
			{"unanswered questions", "SELECT COUNT(*) FROM threads WHERE kind = 'question' AND reply_count = 0", 2},
			{"votes", "SELECT COUNT(*) FROM threads WHERE vote_count > 0", 25},
		} {
			if got := h.number(t, tc.query); got < tc.least {
				t.Errorf("%s: got %d, want at least %d", tc.name, got, tc.least)
			}
		}
		if n := h.number(t, "SELECT COUNT(*) FROM threads WHERE created_at > $1", noon.UnixMicro()); n > 0 {
			t.Errorf("%d threads are from the future", n)
		}
		if n := h.number(t, `
			SELECT COUNT(*)
			FROM replies r JOIN threads t ON t.id = r.thread_id LEFT JOIN replies p ON p.id = r.parent_id
			WHERE r.created_at <= t.created_at OR r.created_at <= p.created_at`); n > 0 {
			t.Errorf("%d replies are older than what they answer", n)
		}
		again, err := importers.Sample(t.Context(), h.deps, noon.AddDate(0, 0, 9))
		if err != nil || again.Changes() != 0 {
			t.Errorf("loading again nine days later: %v\n%s", err, again.String())
		}
	})
}

func TestSampleAccounts(t *testing.T) {
	accounts, err := importers.SampleAccounts()
	if err != nil {
		t.Fatal(err)
	}
	roles := map[string]bool{}
	for _, a := range accounts {
		if _, ok := auth.ParseRoles(a.Roles); !ok {
			t.Errorf("%s: roles %q are unknown", a.Name, a.Roles)
		}
		if !strings.HasSuffix(a.Email, ".example") || a.Label == "" || a.PersonExternalID == "" {
			t.Errorf("not complete: %+v", a)
		}
		roles[a.Roles] = true
	}
	for _, want := range []string{"", "manager", "leader", "moderator", "admin"} {
		if !roles[want] {
			t.Errorf("there is nobody to try with roles %q", want)
		}
	}
}
