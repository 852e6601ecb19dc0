package importers_test

import (
	"bytes"
	"strings"
	"testing"

	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/importers"
	"watercooler/app/people"
	"watercooler/app/threads"
)

// exported returns the hub as an archive.
func (h *hub) exported(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := importers.Export(t.Context(), h.deps, &b, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (h *hub) tx(t *testing.T, do func(tx *db.Tx) error) {
	t.Helper()
	if err := h.deps.DB.Tx(t.Context(), do); err != nil {
		t.Fatal(err)
	}
}

func TestRemoveSampleLeavesNothing(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		h := emptyHub(t, d)
		empty := h.exported(t)
		if _, err := importers.Sample(t.Context(), h.deps, noon); err != nil {
			t.Fatal(err)
		}
		h.tx(t, func(tx *db.Tx) error { // as after a visit: somebody has signed in, and something happened
			for _, statement := range []string{
				`INSERT INTO accounts (person_id, email, created_at, updated_at) SELECT MIN(id), 'helen@tamarshire.example', 1, 1 FROM people`,
				`INSERT INTO api_tokens (hash, account_id, name, created_at) SELECT 'x', id, 'laptop', 1 FROM accounts`,
				`INSERT INTO events (at, actor_id, verb, object_kind, object_id) SELECT 1, MIN(id), 'thread.edited', 'thread', 1 FROM people`,
				`INSERT INTO statements (slug, body, body_html, renderer, updated_at, updated_by) SELECT 'privacy', '', '', 1, 1, MIN(id) FROM people`,
			} {
				if _, err := tx.Exec(t.Context(), statement); err != nil {
					return err
				}
			}
			return nil
		})
		done, err := importers.RemoveSample(t.Context(), h.deps, false)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range []string{" 84 people\n", " 40 topics\n", " 16 networks\n", " 14 sources\n", " 1 accounts\n", " 3 organisations\n"} {
			if !strings.Contains(done.String(), want) {
				t.Errorf("it says\n%swant %q", done, want)
			}
		}
		h.tx(t, func(tx *db.Tx) error {
			_, err := tx.Exec(t.Context(), "DELETE FROM statements")
			return err
		})
		if !bytes.Equal(h.exported(t), empty) {
			t.Error("the hub is not as it was before the sample")
		}
		for _, table := range []string{
			"people", "units", "topic_synonyms", "person_topics", "networks", "network_members", "network_links", "blogs", "series", "posts",
			"post_drafts", "post_authors", "blog_authors", "threads", "thread_topics", "replies", "votes", "watches", "accounts", "api_tokens",
			"decisions", "decision_options", "decision_evidence", "decision_assumptions", "decision_stances", "decision_changes",
			"signals", "signal_sources", "signal_items",
			"reflections", "gaps", "gap_words", "search_log",
		} {
			if n := h.number(t, "SELECT COUNT(*) FROM "+table); n != 0 {
				t.Errorf("%s: %d rows are left", table, n)
			}
		}
		if _, err := importers.RemoveSample(t.Context(), h.deps, false); !errs.IsNotFound(err) {
			t.Errorf("removing it twice: got %v, want not found", err)
		}
		if again, err := importers.Sample(t.Context(), h.deps, noon); err != nil || again.Skipped() > 0 {
			t.Errorf("loading it again: %v\n%s", err, again.String())
		}
	})
}

func TestRemoveSampleMindsOthers(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		h := emptyHub(t, d)
		if _, err := importers.Sample(t.Context(), h.deps, noon); err != nil {
			t.Fatal(err)
		}
		h.tx(t, func(tx *db.Tx) error {
			ctx := t.Context()
			if _, err := h.deps.People.ImportPeople(ctx, tx, []people.Record{{ExternalID: "real/1", Name: "Jo Real", UnitPath: []string{"Place", "Highways"}}}); err != nil {
				return err
			}
			if _, err := h.deps.Threads.ImportThreads(ctx, tx, []threads.ThreadRecord{{
				ExternalID: "real/thread/1", Kind: threads.Question, Title: "Is this on?", AuthorExternalID: "real/1", Topics: []string{"Bridges"}, CreatedAt: noon,
			}}); err != nil {
				return err
			}
			_, err := h.deps.Threads.ImportReplies(ctx, tx, []threads.ReplyRecord{
				{ExternalID: "real/reply/1", ThreadExternalID: "sample/thread/00-first/1", AuthorExternalID: "real/1", Body: "Here too.", CreatedAt: noon},
				{ExternalID: "real/reply/2", ThreadExternalID: "real/thread/1", AuthorExternalID: "sample/person/dawn-pascoe", Body: "It is.", CreatedAt: noon},
			})
			return err
		})

		_, err := importers.RemoveSample(t.Context(), h.deps, false)
		if e := errs.As(err); e == nil || !strings.Contains(e.Text, "1 reply in it. Nothing was removed") {
			t.Fatalf("got %v, want a refusal that names one reply", err)
		}
		if n := h.number(t, "SELECT COUNT(*) FROM people"); n != 85 {
			t.Errorf("%d people after a refusal, want 85", n)
		}

		done, err := importers.RemoveSample(t.Context(), h.deps, true)
		if err != nil {
			t.Fatal(err)
		}
		if len(done.Kept) != 1 {
			t.Errorf("it says it kept %q, want the organisation of Jo Real", done.Kept)
		}
		for name, tc := range map[string]struct {
			query string
			want  int64
		}{
			"people":                   {"SELECT COUNT(*) FROM people", 1},
			"the home organisation":    {"SELECT COUNT(*) FROM organisations WHERE home = TRUE", 1},
			"organisations":            {"SELECT COUNT(*) FROM organisations", 1},
			"the unit and those over":  {"SELECT COUNT(*) FROM units", 2},
			"threads":                  {"SELECT COUNT(*) FROM threads", 1},
			"replies":                  {"SELECT COUNT(*) FROM replies", 0},
			"replies that are counted": {"SELECT reply_count FROM threads", 0},
			"the topic in use":         {"SELECT COUNT(*) FROM topics WHERE name = 'Bridges' AND broader_id IS NULL", 1},
			"topics":                   {"SELECT COUNT(*) FROM topics", 1},
		} {
			if got := int64(h.number(t, tc.query)); got != tc.want {
				t.Errorf("%s: got %d, want %d", name, got, tc.want)
			}
		}
	})
}
