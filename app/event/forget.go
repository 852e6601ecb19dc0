package event

import (
	"context"
	"fmt"
	"time"

	"watercooler/app/db"
)

// Unknown returns those consumers of x that the database does not know: events have passed them by, so they must begin from
// the rows themselves. Ask before Register.
func (x *Dispatcher) Unknown(ctx context.Context) ([]string, error) {
	var unknown []string
	for _, c := range x.consumers {
		var known bool
		if err := x.db.QueryRow(ctx, `SELECT COUNT(*) > 0 FROM consumers WHERE name = $1`, c.Name).Scan(&known); err != nil {
			return nil, fmt.Errorf("look for consumer %s: %w", c.Name, err)
		}
		if !known {
			unknown = append(unknown, c.Name)
		}
	}
	return unknown, nil
}

// Forget removes consumers whose names begin with prefix and that no process has run for the given time, with all that waits
// for them: a server that is gone for good would have events kept for it for ever. It returns how many there were.
func (x *Dispatcher) Forget(ctx context.Context, prefix string, unseen time.Duration) (forgotten int64, err error) {
	err = x.db.Tx(ctx, func(tx *db.Tx) error {
		forgotten, err = tx.Exec(ctx, `
			DELETE FROM consumers
			WHERE name LIKE $1 AND seen_at < $2`, prefix+"%", db.Micros(tx.Now().Add(-unseen)))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("forget consumers: %w", err)
	}
	return forgotten, nil
}

// interrupted is noted of a delivery that Reclaim has freed once.
const interrupted = "the process ended with it in hand"

// Reclaim frees what a consumer of this process alone had in hand when an earlier process of its ended without a word: nobody else
// can be at it, so nothing is gained by waiting for the lease to end. Call it before Run and Drain. The first time a delivery counts as
// never tried, and travels with others; from the second on it travels alone, in case it is what ends processes. What failed keeps its
// pause.
func (x *Dispatcher) Reclaim(ctx context.Context, consumer string) error {
	err := x.db.Tx(ctx, func(tx *db.Tx) error {
		now := db.Micros(tx.Now())
		if _, err := tx.Exec(ctx, `
			UPDATE outbox
			SET run_at = $1
			WHERE consumer = $2 AND failed_at IS NULL AND attempts > 0 AND last_error = $3 AND run_at > $1`, now, consumer, interrupted); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			UPDATE outbox
			SET run_at = $1, attempts = 0, last_error = $2
			WHERE consumer = $3 AND failed_at IS NULL AND attempts = 1 AND last_error = '' AND run_at > $1`, now, interrupted, consumer)
		return err
	})
	if err != nil {
		return fmt.Errorf("reclaim what %s had in hand: %w", consumer, err)
	}
	return nil
}

// Disown makes events that name people as their actor events of nobody, in tx, because these people will not be there any
// more. That something happened stays in the log.
func Disown(ctx context.Context, tx *db.Tx, people []int64) error {
	if _, err := tx.ExecIn(ctx, "UPDATE events SET actor_id = NULL WHERE actor_id IN ($1)", people); err != nil {
		return fmt.Errorf("disown events: %w", err)
	}
	return nil
}
