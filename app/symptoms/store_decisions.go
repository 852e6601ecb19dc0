package symptoms

import (
	"context"
	"slices"
	"time"

	"watercooler/app/db"
)

// decisions reads what decisions have besides their threads.
func (g *reader) decisions(ctx context.Context) error {
	err := walk(func(after int64) ([]int64, error) {
		rows, err := g.q.Query(ctx, `
			SELECT d.thread_id, d.state, d.decided_at, d.notice_days, d.effective_at, t.title, t.body
			FROM decisions d
			JOIN threads t ON t.id = d.thread_id
			WHERE d.thread_id > $1
			ORDER BY d.thread_id
			LIMIT $2`, after, readBatch)
		return db.Collect(rows, err, func(s db.Scanner) (int64, error) {
			var d Decision
			var decided, effective *int64
			var title, body string
			err := s.Scan(&d.Thread, &d.State, &decided, &d.Notice, &effective, &title, &body)
			d.DecidedAt, d.Effective, d.Text = timeOf(decided), timeOf(effective), title+"\n"+body
			if _, ok := g.places[d.Thread]; ok {
				g.r.Decisions = append(g.r.Decisions, d)
			}
			return d.Thread, err
		})
	})
	if err != nil {
		return err
	}
	byID := make(map[int64]*Decision, len(g.r.Decisions))
	ids := make([]int64, len(g.r.Decisions))
	for i := range g.r.Decisions {
		d := &g.r.Decisions[i]
		byID[d.Thread], ids[i] = d, d.Thread
	}
	for part := range slices.Chunk(ids, chunk) {
		for _, read := range []func(ctx context.Context, part []int64, byID map[int64]*Decision) error{
			g.options, g.evidence, g.changes, g.stances, g.discussed, g.met,
		} {
			if err := read(ctx, db.Pad(part), byID); err != nil {
				return err
			}
		}
	}
	return nil
}

func timeOf(us *int64) time.Time {
	if us == nil {
		return time.Time{}
	}
	return db.Time(*us)
}

// of runs a query about some decisions, whose first column is the thread and whose others scan reads.
func (g *reader) of(ctx context.Context, query string, part []int64, byID map[int64]*Decision, columns []any, add func(d *Decision)) error {
	rows, err := g.q.Query(ctx, query, db.Args(part)...)
	_, err = db.Collect(rows, err, func(s db.Scanner) (struct{}, error) {
		var thread int64
		err := s.Scan(append([]any{&thread}, columns...)...)
		if d := byID[thread]; d != nil && err == nil {
			add(d)
		}
		return struct{}{}, err
	})
	return err
}

func (g *reader) options(ctx context.Context, part []int64, byID map[int64]*Decision) error {
	var said string
	var chosen bool
	return g.of(ctx, `
		SELECT o.thread_id, o.said, o.chosen
		FROM decision_options o
		WHERE o.thread_id IN (`+db.In(1, len(part))+`)
		ORDER BY o.thread_id, o.position`, part, byID, []any{&said, &chosen}, func(d *Decision) {
		d.Options++
		if chosen {
			d.Text += "\n" + said
		}
	})
}

func (g *reader) evidence(ctx context.Context, part []int64, byID map[int64]*Decision) error {
	var dated *int64
	var added, item int64
	return g.of(ctx, `
		SELECT e.thread_id, e.dated_at, e.added_at, COALESCE(e.item_id, 0)
		FROM decision_evidence e
		WHERE e.thread_id IN (`+db.In(1, len(part))+`)
		ORDER BY e.thread_id, e.position`, part, byID, []any{&dated, &added, &item}, func(d *Decision) {
		d.Evidence = append(d.Evidence, Evidence{DatedAt: timeOf(dated), AddedAt: db.Time(added)})
		g.link(d.Thread, item)
	})
}

// link says that one reads of the other where a decision says what it rests on, where it came from, or what took its place.
func (g *reader) link(a, b int64) {
	if b != 0 && a != b {
		g.r.Links[pairOf(a, b)] = true
	}
}

func (g *reader) changes(ctx context.Context, part []int64, byID map[int64]*Decision) error {
	var at, by, keeper, deputy, other int64
	var what string
	var reason bool
	return g.of(ctx, `
		SELECT c.thread_id, c.at, COALESCE(c.by_id, 0), c.change, c.reason <> '', COALESCE(c.other_id, 0),
		       COALESCE(t.owner_id, t.author_id), COALESCE(t.deputy_id, 0)
		FROM decision_changes c
		JOIN threads t ON t.id = c.thread_id
		WHERE c.thread_id IN (`+db.In(1, len(part))+`)
		ORDER BY c.thread_id, c.at, c.id`, part, byID, []any{&at, &by, &what, &reason, &other, &keeper, &deputy}, func(d *Decision) {
		c := Change{At: db.Time(at), What: what, Reason: reason, Other: other}
		if by != keeper && by != deputy {
			c.Unit = g.unitOf[by]
		}
		d.Changes = append(d.Changes, c)
		g.link(d.Thread, other)
	})
}

func (g *reader) stances(ctx context.Context, part []int64, byID map[int64]*Decision) error {
	var n int
	return g.of(ctx, `
		SELECT s.thread_id, COUNT(*)
		FROM decision_stances s
		JOIN decisions d ON d.thread_id = s.thread_id
		JOIN threads t ON t.id = s.thread_id
		WHERE s.person_id <> t.author_id AND (d.decided_at IS NULL OR s.created_at <= d.decided_at)
		  AND s.thread_id IN (`+db.In(1, len(part))+`)
		GROUP BY s.thread_id`, part, byID, []any{&n}, func(d *Decision) { d.Stances = n })
}

// discussed reads what others had written before it was decided, under it and in the thread it came from. Of a thread that the record may not
// look into it is taken that there was something: it is not said that nobody was heard where that cannot be known.
func (g *reader) discussed(ctx context.Context, part []int64, byID map[int64]*Decision) error {
	var n int
	under := `
		SELECT d.thread_id, COUNT(*)
		FROM decisions d
		JOIN threads t ON t.id = d.thread_id
		JOIN replies r ON r.thread_id = d.thread_id
		WHERE r.deleted_at IS NULL AND r.author_id <> t.author_id AND (d.decided_at IS NULL OR r.created_at < d.decided_at)
		  AND d.thread_id IN (` + db.In(1, len(part)) + `)
		GROUP BY d.thread_id`
	if err := g.of(ctx, under, part, byID, []any{&n}, func(d *Decision) { d.Discussed += n }); err != nil {
		return err
	}
	var source int64
	return g.of(ctx, `
		SELECT d.thread_id, d.source_id, (SELECT COUNT(*)
		                                  FROM replies r
		                                  WHERE r.thread_id = d.source_id AND r.deleted_at IS NULL AND r.author_id <> t.author_id
		                                    AND (d.decided_at IS NULL OR r.created_at < d.decided_at))
		FROM decisions d
		JOIN threads t ON t.id = d.thread_id
		WHERE d.source_id IS NOT NULL AND d.thread_id IN (`+db.In(1, len(part))+`)`, part, byID, []any{&source, &n}, func(d *Decision) {
		if _, ok := g.places[source]; !ok {
			n = 1
		}
		d.Discussed += n
		g.link(d.Thread, source)
	})
}

// met reads which challenges somebody wrote about since.
func (g *reader) met(ctx context.Context, part []int64, byID map[int64]*Decision) error {
	var at int64
	return g.of(ctx, `
		SELECT c.thread_id, c.at
		FROM decision_changes c
		WHERE c.change = 'challenged' AND EXISTS (
			SELECT 1
			FROM replies r
			WHERE r.thread_id = c.thread_id AND r.deleted_at IS NULL AND r.created_at > c.at AND r.author_id <> COALESCE(c.by_id, 0))
		  AND c.thread_id IN (`+db.In(1, len(part))+`)`, part, byID, []any{&at}, func(d *Decision) {
		for i := range d.Changes {
			if c := &d.Changes[i]; c.What == "challenged" && c.At.Equal(db.Time(at)) {
				c.Met = true
			}
		}
	})
}
