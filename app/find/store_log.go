package find

import (
	"context"
	"time"

	"watercooler/app/db"
)

func insertLooked(ctx context.Context, tx *db.Tx, list []looked) error {
	for _, l := range list {
		if _, err := tx.Exec(ctx, `
			INSERT INTO search_log (at, words, said, hits, opened, unit_id)
			VALUES ($1, $2, $3, $4, FALSE, (SELECT p.unit_id FROM people p WHERE p.id = $5))`, db.Micros(l.at), l.words, l.said, l.hits, l.person); err != nil {
			return err
		}
	}
	return nil
}

// updateOpened marks the latest search for words of which nothing was opened yet.
func updateOpened(ctx context.Context, tx *db.Tx, words string) error {
	_, err := tx.Exec(ctx, `
		UPDATE search_log
		SET opened = TRUE
		WHERE id = (
			SELECT l.id
			FROM search_log l
			WHERE l.words = $1 AND l.opened = FALSE
			ORDER BY l.at DESC, l.id DESC
			LIMIT 1)`, words)
	return err
}

func deleteLooked(ctx context.Context, tx *db.Tx, before time.Time) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM search_log
		WHERE at < $1`, db.Micros(before))
	return err
}

// selectGaps returns what was looked for since a time and not found.
func selectGaps(ctx context.Context, q db.Querier, since time.Time) ([]Gap, error) {
	rows, err := q.Query(ctx, `
		SELECT l.said, g.times, l.hits, g.opened, g.last_at
		FROM (SELECT l.words, COUNT(*) AS times, SUM(CASE WHEN l.opened THEN 1 ELSE 0 END) AS opened, MAX(l.at) AS last_at, MAX(l.id) AS last_id
		      FROM search_log l
		      WHERE l.at >= $1
		      GROUP BY l.words
		      HAVING COUNT(*) >= $2) g
		JOIN search_log l ON l.id = g.last_id
		WHERE l.hits < $3 OR g.opened = 0
		ORDER BY g.times DESC, g.words
		LIMIT $4`, db.Micros(since), oftenLooked, fewFound, mostGaps)
	return db.Collect(rows, err, func(r db.Scanner) (g Gap, err error) {
		var last int64
		err = r.Scan(&g.Said, &g.Times, &g.Hits, &g.Opened, &last)
		g.Last = db.Time(last)
		return g, err
	})
}
