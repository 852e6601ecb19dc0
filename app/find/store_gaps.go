package find

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/auth"
	"watercooler/search"
)

// selectNeeds returns what was looked for since a time, and since it was last settled, by its words, when it found little the last time
// or nothing that it found was ever opened; the most frequent first.
func selectNeeds(ctx context.Context, q db.Querier, since time.Time, limit int) ([]need, error) {
	rows, err := q.Query(ctx, `
		SELECT n.words, l.said, n.times, l.hits, n.gap_id
		FROM (
			SELECT e.words, COUNT(*) AS times, SUM(CASE WHEN e.opened THEN 1 ELSE 0 END) AS opened, MAX(e.id) AS last_id,
				MAX(CASE WHEN g.closed_at IS NULL THEN COALESCE(g.id, 0) ELSE 0 END) AS gap_id
			FROM search_log e
			LEFT JOIN gap_words w ON w.words = e.words
			LEFT JOIN gaps g ON g.id = w.gap_id
			WHERE e.at >= $1 AND (g.closed_at IS NULL OR e.at > g.closed_at)
			GROUP BY e.words) n
		JOIN search_log l ON l.id = n.last_id
		WHERE l.hits < $2 OR n.opened = 0
		ORDER BY n.times DESC, n.words
		LIMIT $3`, db.Micros(since), fewFound, limit)
	return db.Collect(rows, err, func(r db.Scanner) (n need, err error) {
		return n, r.Scan(&n.words, &n.said, &n.times, &n.hits, &n.gap)
	})
}

// selectOpenGaps returns the gaps that are open as a refresh needs them, by id. Searches are remembered to the hour, and so one of the
// hour in which a gap was opened counts as later.
func selectOpenGaps(ctx context.Context, q db.Querier, since time.Time) ([]openGap, error) {
	rows, err := q.Query(ctx, `
		SELECT g.id, g.said, g.owner_id IS NOT NULL, g.opened_at,
			(SELECT COUNT(*) FROM gap_words w JOIN search_log e ON e.words = w.words WHERE w.gap_id = g.id AND e.at >= $1),
			COALESCE(m.met_at, 0),
			(SELECT COUNT(*)
			 FROM gap_words w
			 JOIN search_log e ON e.words = w.words
			 WHERE w.gap_id = g.id AND e.at > COALESCE(m.met_at, 0) AND (e.hits < $2 OR NOT e.opened))
		FROM gaps g
		LEFT JOIN (
			SELECT w.gap_id, MAX(e.at) AS met_at
			FROM gap_words w
			JOIN gaps o ON o.id = w.gap_id
			JOIN search_log e ON e.words = w.words
			WHERE o.closed_at IS NULL AND e.hits >= $2 AND e.opened AND e.at > o.opened_at - $3
			GROUP BY w.gap_id) m ON m.gap_id = g.id
		WHERE g.closed_at IS NULL
		ORDER BY g.id
		LIMIT $4`, db.Micros(since), fewFound, time.Hour.Microseconds(), 10*mostGaps)
	return db.Collect(rows, err, func(r db.Scanner) (g openGap, err error) {
		var opened, at int64
		err = r.Scan(&g.id, &g.said, &g.owned, &opened, &g.times, &at, &g.since)
		g.openedAt = db.Time(opened)
		if at != 0 {
			g.met = db.Time(at)
		}
		return g, err
	})
}

// selectTaken reports whether some way of asking of a cluster belongs to a gap that is open.
func selectTaken(ctx context.Context, tx *db.Tx, c cluster) (taken bool, err error) {
	words := make([]string, len(c.needs))
	for i, n := range c.needs {
		words[i] = n.words
	}
	var p db.Params
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (
			SELECT 1
			FROM gap_words w
			JOIN gaps g ON g.id = w.gap_id
			WHERE g.closed_at IS NULL AND w.words IN (`+db.AllOf(&p, words)+`))`, p.Values()...).Scan(&taken)
	return taken, err
}

func insertGap(ctx context.Context, tx *db.Tx, said string) (id int64, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO gaps (said, opened_at)
		VALUES ($1, $2)
		RETURNING id`, said, db.Micros(tx.Now())).Scan(&id)
	return id, err
}

// joinGap gives a gap the ways of asking of a cluster, and the commonest of them its name.
func joinGap(ctx context.Context, tx *db.Tx, gap int64, c cluster) error {
	for _, n := range c.needs {
		if n.gap == gap {
			continue
		}
		if err := insertGapWords(ctx, tx, gap, n.words); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, "UPDATE gaps SET said = $1 WHERE id = $2 AND said <> $1", c.said(), gap)
	return err
}

func insertGapWords(ctx context.Context, tx *db.Tx, gap int64, words string) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO gap_words (words, gap_id)
		VALUES ($1, $2)
		ON CONFLICT (words) DO UPDATE
		SET gap_id = excluded.gap_id`, words, gap)
	return err
}

// closeOpenGap closes a gap, unless somebody has.
func closeOpenGap(ctx context.Context, tx *db.Tx, c gapClosing) (closed bool, err error) {
	n, err := tx.Exec(ctx, `
		UPDATE gaps
		SET closed_at = $1, closed_why = $2, answer_id = COALESCE(answer_id, $3)
		WHERE id = $4 AND closed_at IS NULL`, db.Micros(tx.Now()), string(c.why), orNull(c.answer), c.id)
	return n > 0, err
}

func closeGap(ctx context.Context, tx *db.Tx, id int64, why Why, answer int64, note string) error {
	_, err := tx.Exec(ctx, `
		UPDATE gaps
		SET closed_at = $1, closed_why = $2, answer_id = $3, note = $4
		WHERE id = $5`, db.Micros(tx.Now()), string(why), orNull(answer), note, id)
	return err
}

func updateGapOwner(ctx context.Context, tx *db.Tx, id, owner int64) error {
	_, err := tx.Exec(ctx, "UPDATE gaps SET owner_id = $1 WHERE id = $2", orNull(owner), id)
	return err
}

func updateGapAnswer(ctx context.Context, tx *db.Tx, id, thread, by int64) error {
	_, err := tx.Exec(ctx, "UPDATE gaps SET answer_id = $1, owner_id = COALESCE(owner_id, $2) WHERE id = $3", thread, orNull(by), id)
	return err
}

// selectWrittenSince returns those of threads that were written after a time and are for one of audiences.
func selectWrittenSince(ctx context.Context, q db.Querier, ids []int64, audiences []string, since time.Time) (map[int64]bool, error) {
	var p db.Params
	rows, err := q.Query(ctx, `
		SELECT t.id
		FROM threads t
		WHERE t.id IN (`+db.AllOf(&p, ids)+`) AND t.audience IN (`+db.AllOf(&p, audiences)+`) AND t.created_at > `+p.One(db.Micros(since))+` AND t.deleted_at IS NULL
		LIMIT `+p.One(len(ids)+1), p.Values()...)
	list, err := db.Collect(rows, err, db.One[int64])
	out := make(map[int64]bool, len(list))
	for _, id := range list {
		out[id] = true
	}
	return out, err
}

// gapsAsked says which gaps are read: one, those that are open, or those that were closed since.
type gapsAsked struct {
	id     int64
	closed bool
	since  time.Time
	fewest int // searches, but for those that the viewer owns
}

// selectGaps reads gaps with how their searches went.
//
// SECURITY: fewest keeps what few people looked for from those who do not look after search.
func selectGaps(ctx context.Context, q db.Querier, v auth.Viewer, in gapsAsked) ([]Gap, error) {
	var p db.Params
	counted := db.Micros(in.since)
	if in.closed {
		counted = 0 // what is shown of a closed gap is what people asked for, whenever that was
	}
	text := `
		SELECT g.id, g.said, COALESCE(n.times, 0), COALESCE(l.hits, 0), COALESCE(n.opened, 0) > 0, g.note, g.opened_at, g.closed_at, g.closed_why,
			COALESCE(o.id, 0), COALESCE(o.handle, ''), COALESCE(o.name, ''), COALESCE(t.id, 0), COALESCE(t.title, ''), ` + postAddress + `
		FROM gaps g
		LEFT JOIN (
			SELECT w.gap_id, COUNT(*) AS times, SUM(CASE WHEN e.opened THEN 1 ELSE 0 END) AS opened, MAX(e.id) AS last_id
			FROM gap_words w
			JOIN search_log e ON e.words = w.words
			WHERE e.at >= ` + p.One(counted) + `
			GROUP BY w.gap_id) n ON n.gap_id = g.id
		LEFT JOIN search_log l ON l.id = n.last_id
		LEFT JOIN people o ON o.id = g.owner_id
		LEFT JOIN threads t ON t.id = g.answer_id AND t.deleted_at IS NULL AND ` + v.Reads(&p, "t.audience") + `
		WHERE (COALESCE(n.times, 0) >= ` + p.One(in.fewest) + ` OR g.owner_id = ` + p.One(v.Person) + `)`
	switch {
	case in.id != 0:
		text += ` AND g.id = ` + p.One(in.id) + `
		LIMIT 1`
	case in.closed:
		text += ` AND g.closed_at >= ` + p.One(db.Micros(in.since)) + `
		ORDER BY g.closed_at DESC, g.id DESC
		LIMIT ` + p.One(mostClosed)
	default:
		text += ` AND g.closed_at IS NULL
		ORDER BY COALESCE(n.times, 0) DESC, g.id
		LIMIT ` + p.One(2*mostGaps)
	}
	rows, err := q.Query(ctx, text, p.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (g Gap, err error) {
		var opened int64
		var closed *int64
		err = r.Scan(&g.ID, &g.Said, &g.Times, &g.Hits, &g.Opened, &g.Note, &opened, &closed, &g.Why,
			&g.Owner.ID, &g.Owner.Handle, &g.Owner.Name, &g.Answer.ID, &g.Answer.Title, &g.Answer.Post)
		g.OpenedAt = db.Time(opened)
		if closed != nil {
			g.ClosedAt = db.Time(*closed)
		}
		return g, err
	})
}

// selectWays returns how a gap was asked for since a time, each way at least fewest times; the commonest first.
func selectWays(ctx context.Context, q db.Querier, gap int64, since time.Time, fewest int) ([]string, error) {
	rows, err := q.Query(ctx, `
		SELECT l.said
		FROM (
			SELECT e.words, COUNT(*) AS times, MAX(e.id) AS last_id
			FROM gap_words w
			JOIN search_log e ON e.words = w.words
			WHERE w.gap_id = $1 AND e.at >= $2
			GROUP BY e.words
			HAVING COUNT(*) >= $3) n
		JOIN search_log l ON l.id = n.last_id
		ORDER BY n.times DESC, n.words
		LIMIT 20`, gap, db.Micros(since), fewest)
	return db.Collect(rows, err, db.One[string])
}

func selectOwnedGaps(ctx context.Context, q db.Querier, person int64, limit int) ([]threads.Reminder, error) {
	rows, err := q.Query(ctx, `
		SELECT g.id, g.said
		FROM gaps g
		WHERE g.owner_id = $1 AND g.closed_at IS NULL
		ORDER BY g.opened_at, g.id
		LIMIT $2`, person, limit)
	return db.Collect(rows, err, func(r db.Scanner) (m threads.Reminder, err error) {
		var id int64
		var said string
		err = r.Scan(&id, &said)
		return threads.Reminder{Text: "People look for “" + said + "” and do not find it", Path: gapPath(id)}, err
	})
}

func gapPath(id int64) string { return "/gaps/" + strconv.FormatInt(id, 10) }

// selectHome returns the organisation that runs the hub, 0 before there is one.
func selectHome(ctx context.Context, q db.Querier) (id int64, err error) {
	err = q.QueryRow(ctx, "SELECT o.id FROM organisations o WHERE o.home = TRUE").Scan(&id)
	if errs.IsNotFound(err) {
		return 0, nil
	}
	return id, err
}

// selectStaff reports whether somebody works for the organisation that runs the hub.
func selectStaff(ctx context.Context, q db.Querier, person int64) (staff bool, err error) {
	err = q.QueryRow(ctx, `
		SELECT EXISTS (
			SELECT 1
			FROM people p
			JOIN organisations o ON o.id = p.organisation_id
			WHERE p.id = $1 AND p.left_at IS NULL AND o.home = TRUE)`, person).Scan(&staff)
	return staff, err
}

// SearchRecord is a number of searches that went alike, for the sample content.
type SearchRecord struct {
	Said   string
	At     time.Time // to the hour
	Hits   int
	Opened bool
	Unit   int64 // 0 for none
}

// ImportSearches writes searches into the log, in tx.
func ImportSearches(ctx context.Context, tx *db.Tx, list []SearchRecord) error {
	for _, r := range list {
		if _, err := tx.Exec(ctx, `
			INSERT INTO search_log (at, words, said, hits, opened, unit_id)
			VALUES ($1, $2, $3, $4, $5, $6)`,
			db.Micros(r.At.Truncate(time.Hour)), search.Fold(r.Said), r.Said, r.Hits, r.Opened, orNull(r.Unit)); err != nil {
			return fmt.Errorf("import searches: %w", err)
		}
	}
	return nil
}

// GapRecord is a gap as it is brought in, by ids in the hub. It is one with a gap that was opened at the same moment.
type GapRecord struct {
	Said               string
	Words              []string // ways of asking, folded
	Owner, Answer      int64    // 0 for none
	Note               string
	OpenedAt, ClosedAt time.Time // ClosedAt is zero while it is open
	Why                Why
}

// ImportGaps brings gaps in, in tx.
func ImportGaps(ctx context.Context, tx *db.Tx, list []GapRecord) (out threads.Outcome, err error) {
	for _, r := range list {
		created, changed, err := importGap(ctx, tx, r)
		switch {
		case err != nil:
			return out, fmt.Errorf("import the gap %q: %w", r.Said, err)
		case created:
			out.Created++
		case changed:
			out.Changed++
		default:
			out.Unchanged++
		}
	}
	return out, nil
}

func importGap(ctx context.Context, tx *db.Tx, r GapRecord) (created, changed bool, err error) {
	var closed *int64
	if !r.ClosedAt.IsZero() {
		closed = db.NullMicros(&r.ClosedAt)
	}
	var id int64
	err = tx.QueryRow(ctx, "SELECT g.id FROM gaps g WHERE g.opened_at = $1 AND g.said = $2 ORDER BY g.id LIMIT 1", db.Micros(r.OpenedAt), r.Said).Scan(&id)
	switch {
	case errs.IsNotFound(err):
		created = true
		err = tx.QueryRow(ctx, `
			INSERT INTO gaps (said, owner_id, note, answer_id, opened_at, closed_at, closed_why)
			VALUES ($1, $2, $3, $4, $5, $6, $7)
			RETURNING id`, r.Said, orNull(r.Owner), r.Note, orNull(r.Answer), db.Micros(r.OpenedAt), closed, string(r.Why)).Scan(&id)
	case err == nil:
		var n int64
		n, err = tx.Exec(ctx, `
			UPDATE gaps
			SET owner_id = $1, note = $2, answer_id = $3, closed_at = $4, closed_why = $5
			WHERE id = $6 AND (COALESCE(owner_id, 0) <> $7 OR note <> $2 OR COALESCE(answer_id, 0) <> $8 OR COALESCE(closed_at, 0) <> $9 OR closed_why <> $5)`,
			orNull(r.Owner), r.Note, orNull(r.Answer), closed, string(r.Why), id, r.Owner, r.Answer, orZero(closed))
		changed = n > 0
	}
	if err != nil {
		return false, false, err
	}
	for _, words := range r.Words {
		if err := insertGapWords(ctx, tx, id, words); err != nil {
			return false, false, err
		}
	}
	return created, changed, nil
}

func orZero(n *int64) int64 {
	if n == nil {
		return 0
	}
	return *n
}
