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

// Disown makes events that name people as their actor events of nobody, in tx, because these people will not be there any
// more. That something happened stays in the log.
func Disown(ctx context.Context, tx *db.Tx, people []int64) error {
	if _, err := tx.ExecIn(ctx, "UPDATE events SET actor_id = NULL WHERE actor_id IN ($1)", people); err != nil {
		return fmt.Errorf("disown events: %w", err)
	}
	return nil
}
