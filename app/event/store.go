package event

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"watercooler/app/db"
	"watercooler/app/errs"
)

// delivery is one event on its way to one consumer.
type delivery struct {
	id       int64
	eventID  int64
	attempts int // this one included
	event    Event
}

// due reports whether anything waits for c. It only reads, so that an idle hub does not write once a second.
func (x *Dispatcher) due(ctx context.Context, c Consumer) (bool, error) {
	var due bool
	err := x.db.QueryRow(ctx, `
		SELECT EXISTS (
			SELECT 1
			FROM outbox
			WHERE consumer = $1 AND failed_at IS NULL AND run_at <= $2)`, c.Name, db.Micros(x.db.Now())).Scan(&due)
	return due, err
}

// claim leases a batch of fresh deliveries, and besides them one that failed before: those travel alone, because whatever
// is wrong with them may take its companions along.
func (x *Dispatcher) claim(ctx context.Context, c Consumer) (fresh, again []delivery, err error) {
	err = x.db.Tx(ctx, func(tx *db.Tx) error {
		if fresh, err = x.lease(ctx, tx, c, `attempts = 0`, c.Batch); err != nil {
			return err
		}
		if again, err = x.lease(ctx, tx, c, `attempts > 0`, 1); err != nil {
			return err
		}
		return load(ctx, tx, fresh, again)
	})
	if err != nil {
		return nil, nil, fmt.Errorf("claim: %w", err)
	}
	return fresh, again, nil
}

func (x *Dispatcher) lease(ctx context.Context, tx *db.Tx, c Consumer, which string, limit int) ([]delivery, error) {
	now := tx.Now()
	// The conditions are repeated outside the subquery on purpose: when two processes pick the same rows, PostgreSQL checks
	// the outer WHERE again on the row the other has just changed. Without it most rows were handed out twice.
	rows, err := tx.Query(ctx, `
		UPDATE outbox
		SET run_at = $1, attempts = attempts + 1
		WHERE id IN (
			SELECT id
			FROM outbox
			WHERE consumer = $2 AND failed_at IS NULL AND run_at <= $3 AND `+which+`
			ORDER BY run_at, id
			LIMIT $4)
		AND failed_at IS NULL AND run_at <= $3
		RETURNING id, event_id, attempts`,
		db.Micros(now.Add(x.options.Lease)), c.Name, db.Micros(now), limit)
	return db.Collect(rows, err, func(r db.Scanner) (d delivery, err error) {
		return d, r.Scan(&d.id, &d.eventID, &d.attempts)
	})
}

// load fills in the events of the deliveries and puts them in order: RETURNING has none.
func load(ctx context.Context, q db.Querier, lists ...[]delivery) error {
	for _, list := range lists {
		if len(list) == 0 {
			continue
		}
		ids := make([]int64, len(list))
		for i, d := range list {
			ids[i] = d.eventID
		}
		ids = db.Pad(ids)
		rows, err := q.Query(ctx, `
			SELECT id, at, actor_id, verb, object_kind, object_id, target_kind, target_id, audience, data
			FROM events
			WHERE id IN (`+db.In(1, len(ids))+`)`, db.Args(ids)...)
		events, err := db.Collect(rows, err, scanEvent)
		if err != nil {
			return err
		}
		byID := make(map[int64]Event, len(events))
		for _, e := range events {
			byID[e.ID] = e
		}
		for i := range list {
			list[i].event = byID[list[i].eventID]
		}
		slices.SortFunc(list, func(a, b delivery) int { return cmp.Compare(a.eventID, b.eventID) })
	}
	return nil
}

func scanEvent(r db.Scanner) (Event, error) {
	var e Event
	var at int64
	var actor *int64
	err := r.Scan(&e.ID, &at, &actor, &e.Verb, &e.Object.Kind, &e.Object.ID, &e.Target.Kind, &e.Target.ID, &e.Audience, &e.Data)
	e.At = db.Time(at)
	if actor != nil {
		e.Actor = *actor
	}
	return e, err
}

// settle writes down what became of the deliveries. A row that another process has claimed since, because the lease ran
// out, has a higher number of attempts and is left to it.
func (x *Dispatcher) settle(ctx context.Context, o outcome) error {
	return x.db.Tx(ctx, func(tx *db.Tx) error {
		if len(o.done) > 0 {
			done := db.Pad(o.done)
			if _, err := tx.Exec(ctx, `DELETE FROM outbox WHERE id IN (`+db.In(1, len(done))+`)`, db.Args(done)...); err != nil {
				return err
			}
		}
		now := tx.Now()
		for _, d := range o.released {
			_, err := tx.Exec(ctx, `
				UPDATE outbox
				SET run_at = $1, attempts = attempts - 1
				WHERE id = $2 AND attempts = $3`, db.Micros(now), d.id, d.attempts)
			if err != nil {
				return err
			}
		}
		for _, f := range o.failed {
			var failedAt *int64
			if f.attempts >= x.options.MaxAttempts {
				failedAt = db.NullMicros(&now)
				x.log.ErrorContext(ctx, "event given up until somebody decides", "delivery", f.id, "verb", f.event.Verb,
					"attempts", f.attempts, "error", f.err)
			}
			_, err := tx.Exec(ctx, `
				UPDATE outbox
				SET run_at = $1, last_error = $2, failed_at = $3
				WHERE id = $4 AND attempts = $5`,
				db.Micros(now.Add(x.options.Backoff(f.attempts))), clean(f.err), failedAt, f.id, f.attempts)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Failed returns the deliveries that were given up, the latest first.
func (x *Dispatcher) Failed(ctx context.Context, limit int) ([]Failure, error) {
	rows, err := x.db.Query(ctx, `
		SELECT o.id, o.consumer, o.attempts, o.last_error, o.failed_at,
			e.id, e.at, e.actor_id, e.verb, e.object_kind, e.object_id, e.target_kind, e.target_id, e.audience, e.data
		FROM outbox o JOIN events e ON e.id = o.event_id
		WHERE o.failed_at IS NOT NULL
		ORDER BY o.failed_at DESC, o.id DESC
		LIMIT $1`, limit)
	failures, err := db.Collect(rows, err, func(r db.Scanner) (f Failure, err error) {
		var failedAt, at int64
		var actor *int64
		err = r.Scan(&f.ID, &f.Consumer, &f.Attempts, &f.LastError, &failedAt,
			&f.Event.ID, &at, &actor, &f.Event.Verb, &f.Event.Object.Kind, &f.Event.Object.ID,
			&f.Event.Target.Kind, &f.Event.Target.ID, &f.Event.Audience, &f.Event.Data)
		f.FailedAt, f.Event.At = db.Time(failedAt), db.Time(at)
		if actor != nil {
			f.Event.Actor = *actor
		}
		return f, err
	})
	if err != nil {
		return nil, fmt.Errorf("list failed events: %w", err)
	}
	return failures, nil
}

// Retry has a failed delivery tried again now, with all its attempts before it.
func (x *Dispatcher) Retry(ctx context.Context, delivery int64) error {
	return x.decide(ctx, delivery, func(tx *db.Tx) (int64, error) {
		tx.Signal(wake)
		return tx.Exec(ctx, `
			UPDATE outbox
			SET failed_at = NULL, attempts = 0, run_at = $1
			WHERE id = $2 AND failed_at IS NOT NULL`, db.Micros(tx.Now()), delivery)
	})
}

// Discard gives a failed delivery up for good. The event stays in the log.
func (x *Dispatcher) Discard(ctx context.Context, delivery int64) error {
	return x.decide(ctx, delivery, func(tx *db.Tx) (int64, error) {
		return tx.Exec(ctx, `DELETE FROM outbox WHERE id = $1 AND failed_at IS NOT NULL`, delivery)
	})
}

func (x *Dispatcher) decide(ctx context.Context, delivery int64, change func(tx *db.Tx) (int64, error)) error {
	err := x.db.Tx(ctx, func(tx *db.Tx) error {
		changed, err := change(tx)
		if err == nil && changed == 0 {
			return errs.NotFoundf("No failed event has this number.")
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("failed delivery %d: %w", delivery, err)
	}
	return nil
}

// Lag returns how far each known consumer is behind, by name.
func (x *Dispatcher) Lag(ctx context.Context) ([]ConsumerLag, error) {
	rows, err := x.db.Query(ctx, `
		SELECT c.name, c.seen_at,
			COUNT(o.id) FILTER (WHERE o.failed_at IS NULL),
			COUNT(o.id) FILTER (WHERE o.failed_at IS NOT NULL),
			MIN(e.at) FILTER (WHERE o.failed_at IS NULL)
		FROM consumers c
			LEFT JOIN outbox o ON o.consumer = c.name
			LEFT JOIN events e ON e.id = o.event_id
		GROUP BY c.name, c.seen_at
		ORDER BY c.name
		LIMIT 1000`)
	lags, err := db.Collect(rows, err, func(r db.Scanner) (l ConsumerLag, err error) {
		var seen int64
		var oldest *int64
		err = r.Scan(&l.Consumer, &seen, &l.Waiting, &l.Failed, &oldest)
		l.SeenAt = db.Time(seen)
		if oldest != nil {
			l.Oldest = db.Time(*oldest)
		}
		return l, err
	})
	if err != nil {
		return nil, fmt.Errorf("measure consumers: %w", err)
	}
	return lags, nil
}
