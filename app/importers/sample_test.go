package importers_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

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
			{"partners", "SELECT COUNT(*) FROM organisations WHERE home = FALSE", 2},
			{"people", "SELECT COUNT(*) FROM people", 75},
			{"people with a manager", "SELECT COUNT(*) FROM people WHERE manager_id IS NOT NULL", 70},
			{"people of partners", "SELECT COUNT(*) FROM people p JOIN organisations o ON o.id = p.organisation_id WHERE o.home = FALSE", 7},
			{"somebody who left", "SELECT COUNT(*) FROM people WHERE left_at IS NOT NULL", 1},
			{"people who say how to work with them", "SELECT COUNT(*) FROM people WHERE how_to_work <> ''", 10},
			{"people who keep something to themselves", "SELECT COUNT(*) FROM people WHERE privacy <> ''", 3},
			{"people who can be asked about something", "SELECT COUNT(DISTINCT person_id) FROM person_topics", 70},
			{"topics", "SELECT COUNT(*) FROM topics", 40},
			{"narrower topics", "SELECT COUNT(*) FROM topics WHERE broader_id IS NOT NULL", 10},
			{"topics with other names", "SELECT COUNT(DISTINCT topic_id) FROM topic_synonyms", 40},
			{"networks", "SELECT COUNT(*) FROM networks", 15},
			{"closed networks", "SELECT COUNT(*) FROM networks WHERE access = 'closed'", 3},
			{"private networks", "SELECT COUNT(*) FROM networks WHERE access = 'private'", 1},
			{"networks in networks", "SELECT COUNT(*) FROM network_links WHERE state = 'member'", 8},
			{"people who ask to join", "SELECT COUNT(*) FROM network_members WHERE state = 'requested'", 3},
			{"people who are invited", "SELECT COUNT(*) FROM network_members WHERE state = 'invited'", 2},
			{"threads", "SELECT COUNT(*) FROM threads", 250},
			{"threads about something", "SELECT COUNT(DISTINCT thread_id) FROM thread_topics", 250},
			{"threads in networks", "SELECT COUNT(*) FROM threads WHERE network_id IS NOT NULL", 80},
			{"threads for members alone", "SELECT COUNT(*) FROM threads WHERE audience LIKE 'network:%'", 15},
			{"public threads", "SELECT COUNT(*) FROM threads WHERE audience = 'public'", 50},
			{"threads of one organisation", "SELECT COUNT(*) FROM threads WHERE audience LIKE 'org:%'", 1},
			{"replies", "SELECT COUNT(*) FROM replies", 1200},
			{"replies to replies", "SELECT COUNT(*) FROM replies WHERE parent_id IS NOT NULL", 150},
			{"accepted answers", "SELECT COUNT(*) FROM threads WHERE accepted_reply_id IS NOT NULL", 100},
			{"unanswered questions", "SELECT COUNT(*) FROM threads WHERE kind = 'question' AND reply_count = 0", 5},
			{"threads with votes", "SELECT COUNT(*) FROM threads WHERE vote_count > 0", 250},
			{"votes with a name", "SELECT COUNT(*) FROM votes", 100},
			{"threads that somebody keeps", "SELECT COUNT(*) FROM threads WHERE owner_id IS NOT NULL", 20},
			{"threads that are due", fmt.Sprint("SELECT COUNT(*) FROM threads WHERE check_at < ", noon.UnixMicro()), 5},
			{"private reflections", "SELECT COUNT(*) FROM reflections WHERE thread_id IS NULL", 2},
			{"shared reflections", "SELECT COUNT(*) FROM reflections r JOIN threads t ON t.id = r.thread_id WHERE r.shared_at = t.created_at", 10},
			{"searches", "SELECT COUNT(*) FROM search_log WHERE unit_id IS NOT NULL", 150},
			{"gaps and what became of them", "SELECT COUNT(DISTINCT closed_why) FROM gaps", 4},
			{"links between threads", "SELECT COUNT(*) FROM replies WHERE body LIKE '%](/threads/%'", 5},
			{"blogs", "SELECT COUNT(*) FROM blogs", 14},
			{"blogs that are being prepared", "SELECT COUNT(*) FROM blogs WHERE launch_at IS NOT NULL", 1},
			{"posts", "SELECT COUNT(*) FROM posts", 20},
			{"posts in series", "SELECT COUNT(*) FROM posts WHERE series_id IS NOT NULL", 5},
			{"posts by several people", "SELECT COUNT(DISTINCT thread_id) FROM post_authors", 1},
			{"decisions", "SELECT COUNT(*) FROM decisions", 12},
			{"proposals that are open", "SELECT COUNT(*) FROM decisions WHERE state = 'proposed'", 2},
			{"decisions under review", "SELECT COUNT(*) FROM decisions WHERE state = 'review'", 1},
			{"superseded decisions", "SELECT COUNT(*) FROM decisions d JOIN threads t ON t.id = d.thread_id WHERE d.state = 'superseded' AND t.superseded_by IS NOT NULL", 1},
			{"withdrawn decisions", "SELECT COUNT(*) FROM decisions WHERE state = 'withdrawn'", 1},
			{"decisions due for review", "SELECT COUNT(*) FROM decisions WHERE state = 'agreed' AND review_at < 1804161600000000", 2},
			{"dissent", "SELECT COUNT(*) FROM decision_stances WHERE stance IN ('disagree', 'block') AND reason <> ''", 4},
			{"evidence that came late", "SELECT COUNT(*) FROM decision_evidence e JOIN decisions d ON d.thread_id = e.thread_id WHERE e.dated_at > d.decided_at", 1},
			{"decisions without evidence", "SELECT COUNT(*) FROM decisions d WHERE NOT EXISTS (SELECT 1 FROM decision_evidence e WHERE e.thread_id = d.thread_id)", 2},
			{"drafts of posts", "SELECT COUNT(*) FROM post_drafts WHERE publish_at IS NULL", 1},
			{"signals", "SELECT COUNT(*) FROM signals", 15},
			{"signals that somebody read", "SELECT COUNT(*) FROM signals WHERE read_at IS NOT NULL", 10},
			{"sources", "SELECT COUNT(*) FROM signal_sources", 12},
			{"sources of networks", "SELECT COUNT(*) FROM signal_sources WHERE network_id IS NOT NULL", 3},
			{"items to look at", "SELECT COUNT(*) FROM signal_items WHERE state = 'new'", 25},
			{"clipped items", "SELECT COUNT(*) FROM signal_items WHERE state = 'clipped' AND thread_id IS NOT NULL", 3},
			{"joined items", "SELECT COUNT(*) FROM signal_items WHERE state = 'joined' AND joined_to IS NOT NULL", 1},
			{"scheduled posts", "SELECT COUNT(*) FROM post_drafts WHERE publish_at IS NOT NULL", 1},
		} {
			if got := h.number(t, tc.query); got < tc.least {
				t.Errorf("%s: got %d, want at least %d", tc.name, got, tc.least)
			}
		}
		for name, query := range map[string]string{
			"sources that would be read": "SELECT COUNT(*) FROM signal_sources WHERE next_at IS NOT NULL",
			"links that lead nowhere":    "SELECT COUNT(*) FROM replies WHERE body LIKE '%](thread:%'",
			"replies that are older than what they answer": `
				SELECT COUNT(*)
				FROM replies r JOIN threads t ON t.id = r.thread_id LEFT JOIN replies p ON p.id = r.parent_id
				WHERE r.created_at <= t.created_at OR r.created_at <= p.created_at`,
		} {
			if n := h.number(t, query); n > 0 {
				t.Errorf("%s: %d", name, n)
			}
		}
		again, err := importers.Sample(t.Context(), h.deps, noon.AddDate(0, 0, 9))
		if err != nil || again.Changes() != 0 {
			t.Errorf("loading again nine days later: %v\n%s", err, again.String())
		}
	})
}

// TestSampleIsDeterministic holds two databases to the same bytes.
func TestSampleIsDeterministic(t *testing.T) {
	var exports [][]byte
	backends.Each(t, func(t *testing.T, d *db.DB) {
		h := emptyHub(t, d)
		if _, err := importers.Sample(t.Context(), h.deps, noon); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if _, err := importers.Export(t.Context(), h.deps, &b, nil); err != nil {
			t.Fatal(err)
		}
		exports = append(exports, b.Bytes())
	})
	if len(exports) == 2 && !bytes.Equal(exports[0], exports[1]) {
		t.Error("the sample is not the same on SQLite and on PostgreSQL")
	}
}

// TestSampleDates loads on every weekday, by day and by night: nothing is from the future, and most is said at work.
func TestSampleDates(t *testing.T) {
	for day := range 7 {
		now := noon.AddDate(0, 0, day).Add(time.Duration(day) * 5 * time.Hour)
		t.Run(now.Format("Monday 15:04"), func(t *testing.T) {
			h := emptyHubAt(t, backends.SQLite(t), now)
			if _, err := importers.Sample(t.Context(), h.deps, now); err != nil {
				t.Fatal(err)
			}
			late := h.number(t, `
				SELECT (SELECT COUNT(*) FROM threads WHERE created_at > $1 OR active_at > $1 OR closed_at > $1)
					+ (SELECT COUNT(*) FROM replies WHERE created_at > $1) + (SELECT COUNT(*) FROM votes WHERE created_at > $1)`, now.UnixMicro())
			if late > 0 {
				t.Errorf("%d things are from the future", late)
			}
			rows, err := h.deps.DB.Query(t.Context(), "SELECT created_at FROM threads UNION ALL SELECT created_at FROM replies")
			list, err := db.Collect(rows, err, db.One[int64])
			if err != nil {
				t.Fatal(err)
			}
			working := 0
			for _, us := range list {
				at := time.UnixMicro(us).UTC()
				if d := at.Weekday(); d != time.Saturday && d != time.Sunday && at.Hour() >= 7 && at.Hour() < 19 {
					working++
				}
			}
			if 10*working < 8*len(list) {
				t.Errorf("%d of %d entries are written in working hours, want four in five", working, len(list))
			}
		})
	}
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
