package find

import (
	"context"
	"time"

	"watercooler/app/db"
)

const savedColumns = `w.id, w.person_id, w.query, w.kind, w.alert, w.seen_at, COALESCE(w.run_at, 0)`

func scanSaved(r db.Scanner) (w Saved, err error) {
	var seen int64
	err = r.Scan(&w.ID, &w.Person, &w.Query, &w.Kind, &w.Alert, &seen, &w.runAt)
	w.SeenAt = db.Time(seen)
	return w, err
}

// selectSaved returns the searches that a person follows, by what was typed.
func selectSaved(ctx context.Context, q db.Querier, person int64) ([]Saved, error) {
	rows, err := q.Query(ctx, `
		SELECT `+savedColumns+`
		FROM saved_searches w
		WHERE w.person_id = $1
		ORDER BY w.query, w.kind
		LIMIT $2`, person, maxSaved)
	return db.Collect(rows, err, scanSaved)
}

// mostDue is how many alerts one turn sends.
const mostDue = 500

// selectDue returns the searches whose letter is due, those of one person together.
func selectDue(ctx context.Context, q db.Querier, now time.Time) ([]Saved, error) {
	rows, err := q.Query(ctx, `
		SELECT `+savedColumns+`
		FROM saved_searches w
		WHERE w.run_at <= $1
		ORDER BY w.person_id, w.query, w.kind
		LIMIT $2`, db.Micros(now), mostDue)
	return db.Collect(rows, err, scanSaved)
}

func upsertSaved(ctx context.Context, tx *db.Tx, w Saved) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO saved_searches (person_id, query, kind, alert, seen_at, run_at, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $5)
		ON CONFLICT (person_id, query, kind) DO UPDATE
		SET alert = excluded.alert, run_at = excluded.run_at`, w.Person, w.Query, w.Kind, string(w.Alert), db.Micros(w.SeenAt), orNull(w.runAt))
	return err
}

// orNull returns NULL for 0.
func orNull(n int64) any {
	if n == 0 {
		return nil
	}
	return n
}

func deleteSaved(ctx context.Context, tx *db.Tx, person, id int64) (int64, error) {
	return tx.Exec(ctx, `
		DELETE FROM saved_searches
		WHERE id = $1 AND person_id = $2`, id, person)
}

func updateAlert(ctx context.Context, tx *db.Tx, person, id int64, alert Alert, run int64) (int64, error) {
	return tx.Exec(ctx, `
		UPDATE saved_searches
		SET alert = $1, run_at = $2
		WHERE id = $3 AND person_id = $4`, string(alert), orNull(run), id, person)
}

func updateSeen(ctx context.Context, tx *db.Tx, id int64, now time.Time) (int64, error) {
	return tx.Exec(ctx, `
		UPDATE saved_searches
		SET seen_at = $1
		WHERE id = $2`, db.Micros(now), id)
}

// claimSaved puts a search that is due off until run, unless another server has.
func claimSaved(ctx context.Context, tx *db.Tx, w Saved, run int64, now time.Time) (int64, error) {
	return tx.Exec(ctx, `
		UPDATE saved_searches
		SET run_at = $1, seen_at = $2
		WHERE id = $3 AND run_at = $4`, orNull(run), db.Micros(now), w.ID, w.runAt)
}

// releaseSaved takes back what claimSaved did: the letter is tried again later.
func releaseSaved(ctx context.Context, tx *db.Tx, w Saved, again time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE saved_searches
		SET run_at = $1, seen_at = $2
		WHERE id = $3`, db.Micros(again), db.Micros(w.SeenAt), w.ID)
	return err
}
