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
