package planted

import (
	"fmt"
	"html"
	"strings"
	"testing"
	"time"

	"watercooler/app/db"
	"watercooler/app/markup"
)

// perStatement is how many values one statement has at most; SQLite takes 32,766.
const perStatement = 3_000

// Write puts the organisation into an empty migrated database, in one transaction and without events: what is counted from events
// is to be counted anew by whoever reads it.
func (o *Organisation) Write(t testing.TB, d *db.DB) {
	t.Helper()
	err := d.Tx(t.Context(), func(tx *db.Tx) error {
		for _, r := range append(o.own(), o.also...) {
			if err := insert(t, tx, r); err != nil {
				return fmt.Errorf("%s: %w", r.table, err)
			}
		}
		for _, old := range o.Threads { // by one that was written after it, perhaps
			if old.Superseded == 0 {
				continue
			}
			if _, err := tx.Exec(t.Context(), "UPDATE threads SET superseded_by = $1 WHERE id = $2", old.Superseded, old.ID); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatalf("write the planted organisation: %v", err)
	}
	var last int64
	if err := d.QueryRow(t.Context(), "SELECT MAX(id) FROM replies").Scan(&last); err != nil || last != int64(len(o.Replies)) {
		t.Fatalf("the last reply has id %d (%v), want %d: was the database empty?", last, err, len(o.Replies))
	}
}

// insert writes rows, as many to a statement as go in.
func insert(t testing.TB, tx *db.Tx, r rows) error {
	width := strings.Count(r.columns, ",") + 1
	for values := r.values; len(values) > 0; {
		n := min(len(values), perStatement/width)
		var b strings.Builder
		b.WriteString("INSERT INTO " + r.table + " (" + r.columns + ") VALUES ")
		args := make([]any, 0, n*width)
		for i, row := range values[:n] {
			if len(row) != width {
				return fmt.Errorf("a row has %d values, want %d: %v", len(row), width, row)
			}
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString("(" + db.In(i*width+1, width) + ")")
			args = append(args, row...)
		}
		if _, err := tx.Exec(t.Context(), b.String(), args...); err != nil {
			return err
		}
		values = values[n:]
	}
	return nil
}

// own returns the rows of the organisation itself, each after those it refers to.
func (o *Organisation) own() []rows {
	from := db.Micros(o.Month(0))
	orgs := rows{"organisations", "name, slug, home, created_at", [][]any{{"Planted County Council", "planted", true, from}, {"Planted Partner", "partner", false, from}}}
	units := rows{table: "units", columns: "organisation_id, parent_id, name, created_at"}
	for _, u := range o.Units {
		units.values = append(units.values, []any{HomeOrg, id(u.Parent), u.Name, from})
	}
	people := rows{table: "people", columns: "organisation_id, unit_id, handle, name, sort_name, job_title, location, left_at, created_at, updated_at"}
	accounts := rows{table: "accounts", columns: "person_id, email, created_at, updated_at"}
	for _, p := range o.People {
		people.values = append(people.values, []any{p.Organisation, id(p.Unit), fmt.Sprintf("person%d", p.ID), p.Name, strings.ToLower(p.Name), p.Job, p.Location, when(p.Left), from, from})
		accounts.values = append(accounts.values, []any{p.ID, fmt.Sprintf("person%d@planted.example", p.ID), from, from})
	}
	topics := rows{table: "topics", columns: "slug, name, created_at"}
	for _, s := range o.Topics {
		topics.values = append(topics.values, []any{strings.ReplaceAll(strings.ToLower(s.Name), " ", "-"), s.Name, from})
	}
	networks := rows{table: "networks", columns: "slug, name, access, audience, created_at, updated_at"}
	members := rows{table: "network_members", columns: "network_id, person_id, state, created_at, updated_at"}
	for _, n := range o.Networks {
		access := "open"
		if n.Closed {
			access = "closed"
		}
		networks.values = append(networks.values, []any{fmt.Sprintf("network-%d", n.ID), n.Name, access, "hub", from, from})
		for _, p := range n.Members {
			members.values = append(members.values, []any{n.ID, p, "member", from, from})
		}
	}
	return append([]rows{orgs, units, people, accounts, topics, networks, members}, o.said()...)
}

// said returns the rows of what people wrote.
func (o *Organisation) said() []rows {
	threads := rows{table: "threads", columns: `kind, title, body, body_html, excerpt, renderer, author_id, audience, created_at, active_at, closed_at, deleted_at,
		reply_count, accepted_reply_id, network_id, reference, owner_id, deputy_id, check_at`}
	about := rows{table: "thread_topics", columns: "thread_id, topic_id"}
	for _, t := range o.Threads {
		active := t.At
		for _, r := range t.Replies {
			if r.At.After(active) {
				active = r.At
			}
		}
		threads.values = append(threads.values, []any{t.Kind, t.Title, t.Body, paragraph(t.Body), t.Body, markup.Version, t.Author, t.Audience, db.Micros(t.At), db.Micros(active),
			when(t.Closed), when(t.Deleted), len(t.Replies), id(t.Accepted), id(t.Network), t.Reference, id(t.Owner), id(t.Deputy), when(t.CheckAt)})
		for _, s := range t.Topics {
			about.values = append(about.values, []any{t.ID, s})
		}
	}
	replies := rows{table: "replies", columns: "thread_id, author_id, body, body_html, renderer, created_at"}
	for _, r := range o.Replies {
		replies.values = append(replies.values, []any{r.Thread, r.Author, r.Body, paragraph(r.Body), markup.Version, db.Micros(r.At)})
	}
	return []rows{threads, about, replies}
}

func paragraph(text string) string { return "<p>" + html.EscapeString(text) + "</p>" }

// id is a reference, NULL for none.
func id(n int64) *int64 {
	if n == 0 {
		return nil
	}
	return &n
}

// when is a moment, NULL for never.
func when(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	return db.NullMicros(&t)
}
