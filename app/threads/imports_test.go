package threads_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/auth"
)

var day = time.Date(2027, 3, 4, 12, 0, 0, 0, time.UTC)

func threadRecord(n int, change func(r *threads.ThreadRecord)) threads.ThreadRecord {
	r := threads.ThreadRecord{
		ExternalID: fmt.Sprintf("x/t%d", n), Kind: threads.Question, Title: fmt.Sprintf("Question %d?", n), Body: "Ask @ben about #schools.",
		AuthorExternalID: "p/ada", Topics: []string{"Broadband", "libraries", "unheard of"}, CreatedAt: day.Add(time.Duration(n) * time.Minute),
		Votes: 3, Hash: "1",
	}
	if change != nil {
		change(&r)
	}
	return r
}

func replyRecord(n int, thread, parent string, change func(r *threads.ReplyRecord)) threads.ReplyRecord {
	r := threads.ReplyRecord{
		ExternalID: fmt.Sprintf("x/r%d", n), ThreadExternalID: thread, ParentExternalID: parent, Body: fmt.Sprintf("Reply %d", n),
		AuthorExternalID: "p/pat", CreatedAt: day.Add(time.Duration(60+n) * time.Minute), Votes: 1, Hash: "1",
	}
	if change != nil {
		change(&r)
	}
	return r
}

func (h *hub) importThreads(records ...threads.ThreadRecord) (out threads.Outcome) {
	h.t.Helper()
	h.tx(func(tx *db.Tx) (err error) {
		out, err = h.ImportThreads(h.t.Context(), tx, records)
		return err
	})
	return out
}

func (h *hub) importReplies(records ...threads.ReplyRecord) (out threads.Outcome) {
	h.t.Helper()
	h.tx(func(tx *db.Tx) (err error) {
		out, err = h.ImportReplies(h.t.Context(), tx, records)
		return err
	})
	return out
}

// data returns what the import events since the last call said.
func (h *hub) data() string {
	h.t.Helper()
	rows, err := h.db.Query(h.t.Context(), `SELECT verb, data FROM events ORDER BY id LIMIT 100`)
	list, err := db.Collect(rows, err, func(r db.Scanner) (string, error) {
		var verb, data string
		err := r.Scan(&verb, &data)
		return verb + " " + data, err
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.exec(`DELETE FROM events`)
	return strings.Join(list, ", ")
}

func tally(o threads.Outcome) string {
	return fmt.Sprintf("%d created, %d changed, %d unchanged, %d skipped", o.Created, o.Changed, o.Unchanged, len(o.Skipped))
}

func TestImport(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		edited := day.Add(24 * time.Hour)
		questions := []threads.ThreadRecord{
			threadRecord(1, nil),
			threadRecord(2, func(r *threads.ThreadRecord) { r.Audience, r.EditedAt, r.ClosedAt = "public", &edited, &edited }),
			threadRecord(3, func(r *threads.ThreadRecord) { r.Title = strings.Repeat("long ", 50) }),
		}
		bad := []threads.ThreadRecord{
			threadRecord(4, func(r *threads.ThreadRecord) { r.AuthorExternalID = "p/nobody" }),
			threadRecord(5, func(r *threads.ThreadRecord) { r.Title = " " }),
			threadRecord(6, func(r *threads.ThreadRecord) { r.Kind = "gossip" }),
			threadRecord(7, func(r *threads.ThreadRecord) { r.Audience = "everybody" }),
			threadRecord(8, func(r *threads.ThreadRecord) { r.Body = strings.Repeat("x", 100_001) }),
		}
		out := h.importThreads(append(bad, questions...)...)
		if got, want := tally(out), "3 created, 0 changed, 0 unchanged, 5 skipped"; got != want {
			t.Errorf("first import: %s, want %s: %v", got, want, out.Skipped)
		}
		t1, t2, t3 := out.IDs["x/t1"], out.IDs["x/t2"], out.IDs["x/t3"]
		if got, want := h.data(), fmt.Sprintf(`import.batch {"threads":[%d,%d,%d]}`, t1, t2, t3); got != want {
			t.Errorf("events = %s, want %s", got, want)
		}
		one := h.find(ada, t1)
		if one.Votes != 3 || one.Audience != auth.AudienceHub || !one.CreatedAt.Equal(day.Add(time.Minute)) || !one.ActiveAt.Equal(one.CreatedAt) || !one.Watched ||
			len(one.Topics) != 2 || !strings.Contains(one.HTML, "Ben Okri") || !strings.Contains(one.HTML, "/topics/schools") {
			t.Errorf("thread = %+v", one)
		}
		if two := h.find(stranger, t2); !two.Closed() || !two.EditedAt.Equal(edited) {
			t.Errorf("thread = %+v", two)
		}
		if three := h.find(ada, t3); len([]rune(three.Title)) != threads.MaxTitle || !strings.HasSuffix(three.Title, "…") {
			t.Errorf("title = %q", three.Title)
		}

		answers := []threads.ReplyRecord{
			replyRecord(3, "x/t1", "x/r2", nil), // before its parent, which is before its own
			replyRecord(2, "x/t1", "x/r1", nil),
			replyRecord(1, "x/t1", "", func(r *threads.ReplyRecord) { r.Accepted = true }),
			replyRecord(4, "x/t1", "x/missing", nil),
			replyRecord(5, "x/t2", "x/r1", nil), // parent under another thread
			replyRecord(6, "x/t2", "x/r7", nil), // a circle
			replyRecord(7, "x/t2", "x/r6", nil),
			replyRecord(8, "x/t9", "", nil),
			replyRecord(9, "x/t1", "", func(r *threads.ReplyRecord) { r.AuthorExternalID = "" }),
		}
		out = h.importReplies(answers...)
		if got, want := tally(out), "7 created, 0 changed, 0 unchanged, 2 skipped"; got != want {
			t.Errorf("replies: %s, want %s: %v", got, want, out.Skipped)
		}
		if got := h.data(); strings.Count(got, "import.batch") != 1 || !strings.Contains(got, `{"replies":[`) {
			t.Errorf("events = %s", got)
		}
		one = h.find(ada, t1)
		if one.Replies != 4 || one.Accepted != out.IDs["x/r1"] || !one.ActiveAt.Equal(day.Add(64*time.Minute)) {
			t.Errorf("thread = %+v", one)
		}
		parents := map[string]string{"x/r2": "x/r1", "x/r3": "x/r2", "x/r7": "x/r6"}
		for external, id := range out.IDs {
			r, _, err := h.FindReply(ctx, ada, id)
			if err != nil {
				t.Fatal(err)
			}
			// Of the circle, whichever came first stands alone.
			if want := out.IDs[parents[external]]; r.Parent != want {
				t.Errorf("%s answers %d, want %d", external, r.Parent, want)
			}
		}
		h.checkCounters()

		// The same again writes nothing at all.
		again, n := db.CountQueries(ctx)
		err := h.db.Tx(again, func(tx *db.Tx) error {
			if out, err := h.ImportThreads(again, tx, questions); err != nil || tally(out) != "0 created, 0 changed, 3 unchanged, 0 skipped" || out.IDs["x/t1"] != t1 {
				t.Errorf("again: %s, %v", tally(out), err)
			}
			out, err := h.ImportReplies(again, tx, answers[:7])
			if got, want := tally(out), "0 created, 0 changed, 7 unchanged, 0 skipped"; got != want {
				t.Errorf("again: %s, want %s", got, want)
			}
			return err
		})
		if err != nil || n.Load() > 7 {
			t.Errorf("again: %d statements, %v", n.Load(), err)
		}
		if got := h.data(); got != "" {
			t.Errorf("unchanged records made events: %s", got)
		}

		// What changed outside replaces what is there, votes of people here stay, and the old text is kept.
		if err := h.VoteThread(ctx, ben, t1, true); err != nil {
			t.Fatal(err)
		}
		h.events()
		changed := threadRecord(1, func(r *threads.ThreadRecord) {
			r.Title, r.Topics, r.Votes, r.Hash, r.AcceptedExternalID = "Better?", []string{"schools"}, 10, "2", "x/r2"
		})
		out = h.importThreads(changed, threadRecord(1, nil), changed) // the last record of an id counts
		if got, want := tally(out), "0 created, 1 changed, 0 unchanged, 0 skipped"; got != want {
			t.Errorf("changed: %s, want %s", got, want)
		}
		one = h.find(ada, t1)
		if one.Title != "Better?" || one.Votes != 11 || len(one.Topics) != 1 || one.Revision != 2 || one.Replies != 4 {
			t.Errorf("thread = %+v", one)
		}
		if past, err := h.ThreadHistory(ctx, ada, t1); err != nil || len(past.Versions) != 2 || past.Versions[1].Title != "Question 1?" {
			t.Errorf("history = %+v, %v", past, err)
		}
		h.importReplies(replyRecord(1, "x/t1", "", func(r *threads.ReplyRecord) { r.Body, r.Hash, r.Votes = "Rewritten", "2", 5 }))
		r, _, err := h.FindReply(ctx, ada, h.find(ada, t1).Accepted)
		if err != nil || r.Body != "Reply 2" {
			t.Errorf("accepted reply = %+v, %v", r, err)
		}
		h.checkCounters()
	})
}

func TestImportIsPartOfItsTransaction(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		err := h.db.Tx(t.Context(), func(tx *db.Tx) error {
			if _, err := h.ImportThreads(t.Context(), tx, []threads.ThreadRecord{threadRecord(1, nil)}); err != nil {
				return err
			}
			return errs.Invalidf("Line 7 is broken.")
		})
		if errs.KindOf(err) != errs.Invalid {
			t.Errorf("err = %v", err)
		}
		if feed, err := h.Feed(t.Context(), ada, threads.FeedQuery{}); err != nil || len(feed.Items) != 0 || h.data() != "" {
			t.Errorf("%d threads are left of it, %v", len(feed.Items), err)
		}
	})
}

func TestImportManyEqualsImportOneByOne(t *testing.T) {
	var together, single []string
	for _, size := range []int{1, 700} {
		h := open(t, backends.SQLite(t))
		var records []threads.ThreadRecord
		var replies []threads.ReplyRecord
		for n := range 700 {
			records = append(records, threadRecord(n, nil))
			parent := ""
			if n%3 == 0 && n > 0 {
				parent = fmt.Sprintf("x/r%d", n-1)
			}
			replies = append(replies, replyRecord(n, fmt.Sprintf("x/t%d", n/7), parent, nil))
		}
		for i := 0; i < len(records); i += size {
			h.importThreads(records[i:min(i+size, len(records))]...)
		}
		for i := 0; i < len(replies); i += size {
			h.importReplies(replies[i:min(i+size, len(replies))]...)
		}
		rows, err := h.db.Query(t.Context(), `
SELECT t.external_id, t.reply_count, t.active_at, COALESCE(r.external_id, ''), COALESCE(p.external_id, '')
FROM threads t
LEFT JOIN replies r ON r.thread_id = t.id
LEFT JOIN replies p ON p.id = r.parent_id
ORDER BY t.external_id, r.external_id
LIMIT 5000`)
		all, err := db.Collect(rows, err, func(r db.Scanner) (string, error) {
			var (
				thread, reply, parent string
				n, active             int64
			)
			err := r.Scan(&thread, &n, &active, &reply, &parent)
			return fmt.Sprint(thread, n, active, reply, parent), err
		})
		if err != nil {
			t.Fatal(err)
		}
		h.checkCounters()
		together, single = all, together
	}
	if !reflect.DeepEqual(together, single) {
		t.Errorf("importing 700 records together and one by one differ: %d and %d rows", len(together), len(single))
	}
}

// BenchmarkImport measures records per second, half threads and half replies.
func BenchmarkImport(b *testing.B) {
	d := backends.SQLite(b)
	h := threads.New(d, nil, time.Now) // imports ask no topic source
	prepare := func(tx *db.Tx) error {
		_, err := tx.Exec(b.Context(), `INSERT INTO organisations (name, slug, home, created_at) VALUES ('Devon', 'devon', TRUE, 1)`)
		if err == nil {
			_, err = tx.Exec(b.Context(), `
INSERT INTO people (external_id, organisation_id, handle, name, sort_name, created_at, updated_at)
VALUES ('p/ada', 1, 'ada', 'Ada', 'ada', 1, 1), ('p/pat', 1, 'pat', 'Pat', 'pat', 1, 1)`)
		}
		return err
	}
	if err := d.Tx(b.Context(), prepare); err != nil {
		b.Fatal(err)
	}
	body := strings.Repeat("A paragraph with `code`, a [link](https://example.org/) and **weight**.\n\n", 10)
	const batch = 500
	n := 0
	for b.Loop() {
		var records []threads.ThreadRecord
		var replies []threads.ReplyRecord
		for range batch {
			records = append(records, threadRecord(n, func(r *threads.ThreadRecord) { r.Body, r.Topics = body, nil }))
			replies = append(replies, replyRecord(n, records[len(records)-1].ExternalID, "", func(r *threads.ReplyRecord) { r.Body = body }))
			n++
		}
		err := d.Tx(b.Context(), func(tx *db.Tx) error {
			if _, err := h.ImportThreads(b.Context(), tx, records); err != nil {
				return err
			}
			_, err := h.ImportReplies(b.Context(), tx, replies)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(2*n)/b.Elapsed().Seconds(), "records/s")
}
