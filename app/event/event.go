// Package event records what happened and hands it on, without losing any of it.
//
// A use case writes its rows and calls [Append] in the same transaction. That adds one row to the log (table events) and
// one delivery for every consumer that wants it (table outbox). After the commit a [Dispatcher] wakes up and hands the
// deliveries to the consumers: search index, letters, notifications. A crash at any point loses nothing, because what has
// not been handled is still in the outbox.
//
// What a consumer may rely on, and what not:
//
//   - It sees every event at least once, so it has to be idempotent: a process may end between the work and the note that
//     it was done.
//   - It sees events in batches and roughly in order. It reads the present rows rather than believing the event.
//   - A batch that fails is tried again event by event, so that one bad event does not hold up the others. An event that
//     keeps failing is tried with growing pauses, and after ten attempts waits for a person on the admin page.
//   - Several processes may run the same consumer on one PostgreSQL. A delivery is claimed for a limited time, the lease,
//     and nobody else gets it while the lease lasts; a handler's context ends with it.
package event

import (
	"context"
	"errors"
	"fmt"
	"time"

	"watercooler/app/db"
)

// Ref names a thing. Kind is thread, reply, person, topic, account, unit, organisation or import.
type Ref struct {
	Kind string
	ID   int64
}

// Event is one thing that happened.
type Event struct {
	ID       int64     // given by Append
	At       time.Time // the transaction's timestamp, given by Append
	Actor    int64     // the person who did it; 0 is the hub itself, or a command
	Verb     string    // "thread.created": what it happened to, and what
	Object   Ref
	Target   Ref    // what else it concerns, such as the thread of a reply; may be empty
	Audience string // who may know; "" for what only the hub needs
	Data     string // JSON for what cannot be read again later; never secrets
}

// wake is the signal that deliveries are waiting.
const wake = "event"

// Happened is the signal, for DB.Listen, that something has been recorded by this process, whether or not a consumer wants it. It
// is for what is kept in memory for a moment and can be let go; what must not be missed is a Consumer.
const Happened = "happened"

// Append records e in tx for every consumer that wants it, and wakes this process's dispatchers once tx is committed.
func Append(ctx context.Context, tx *db.Tx, e Event) error {
	if e.Verb == "" || e.Object.Kind == "" {
		return errors.New("append event: it needs a verb and an object")
	}
	var actor *int64
	if e.Actor != 0 {
		actor = &e.Actor
	}
	at := db.Micros(tx.Now())
	var id int64
	err := tx.QueryRow(ctx, `
		INSERT INTO events (at, actor_id, verb, object_kind, object_id, target_kind, target_id, audience, data)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		RETURNING id`,
		at, actor, e.Verb, e.Object.Kind, e.Object.ID, e.Target.Kind, e.Target.ID, e.Audience, e.Data).Scan(&id)
	if err != nil {
		return fmt.Errorf("append %s: %w", e.Verb, err)
	}
	deliveries, err := tx.Exec(ctx, `
		INSERT INTO outbox (consumer, event_id, run_at)
		SELECT c.name, CAST($1 AS BIGINT), CAST($2 AS BIGINT)
		FROM consumers c
		WHERE EXISTS (
			SELECT 1
			FROM consumer_verbs v
			WHERE v.consumer = c.name AND v.prefix = SUBSTR($3, 1, LENGTH(v.prefix)))`, id, at, e.Verb)
	if err != nil {
		return fmt.Errorf("append %s: %w", e.Verb, err)
	}
	tx.Signal(Happened)
	if deliveries > 0 {
		tx.Signal(wake)
	}
	return nil
}
