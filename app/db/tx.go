package db

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"time"

	"watercooler/app/errs"
)

// Tx is one transaction, for one goroutine. After a statement fails it is broken on both databases alike: further
// statements return that error and nothing is committed, even when fn hides it. Use ON CONFLICT where a conflict is expected.
type Tx struct {
	now   time.Time
	run   runner
	locks bool  // several transactions may write at once, so Lock has something to do
	open  *Rows // unread rows; they must be closed before the next statement
	err   error // the first error of a statement
	ended bool
	hooks []func()
	// signals are the names to tell this process about after the commit.
	signals []string
}

// runner is the way to the connection of a transaction.
type runner interface {
	query(ctx context.Context, query string, args []any) (*sql.Rows, error)
	queryRow(ctx context.Context, query string, args []any) (*sql.Row, error)
	exec(ctx context.Context, query string, args []any) (sql.Result, error)
}

var (
	errEnded    = errors.New("db: the transaction has ended")
	errOpenRows = errors.New("db: close the rows of the last query before the next statement")
)

// attempts is how often a transaction is tried before the person is asked to.
const attempts = 8

// Tx runs fn in one transaction and commits it, or rolls back when fn returns an error or panics. When it returns nil the
// writes are durable. fn may be run again after a conflict with others; it must not call Tx itself.
func (d *DB) Tx(ctx context.Context, fn func(tx *Tx) error) error {
	once := d.txPostgres
	if !d.postgres {
		once = d.group.tx
	}
	for try := 1; ; try++ {
		tx := &Tx{locks: d.postgres}
		err := once(ctx, tx, d.now, fn)
		if err == nil {
			d.signals.send(tx.signals)
			for _, hook := range tx.hooks {
				hook()
			}
			return nil
		}
		if !retryable(err) {
			return translate(err)
		}
		if try == attempts {
			return errs.Unavailablef("The hub is busy. Please try again in a moment.").Because(err)
		}
		d.log.DebugContext(ctx, "transaction tried again", "try", try, "error", err)
		// Jitter keeps two transactions that met once from meeting again.
		pause := time.NewTimer(rand.N(time.Duration(try) * 10 * time.Millisecond))
		select {
		case <-pause.C:
		case <-ctx.Done():
			pause.Stop()
			return ctx.Err()
		}
	}
}

// Now returns the one timestamp of this transaction, in UTC with the precision that is stored.
func (tx *Tx) Now() time.Time { return tx.now }

// Lock makes every other transaction that asks for the same name wait until tx has ended: for rules about rows that are not
// there yet, which no lock on a row keeps. SQLite has one writer at a time and needs none.
func (tx *Tx) Lock(ctx context.Context, name string) error {
	if !tx.locks {
		return nil
	}
	_, err := tx.Exec(ctx, "SELECT pg_advisory_xact_lock(hashtext($1))", name)
	return err
}

// AfterCommit has hook called once the transaction is durable, in the goroutine of the caller of Tx and before Tx
// returns. It must be quick and cannot fail: what has to happen is an event, a hook only hurries it up.
func (tx *Tx) AfterCommit(hook func()) { tx.hooks = append(tx.hooks, hook) }

// Query runs a statement that returns rows. They must be read or closed before the next statement of tx.
func (tx *Tx) Query(ctx context.Context, query string, args ...any) (*Rows, error) {
	if err := tx.ready(ctx); err != nil {
		return nil, translate(err)
	}
	rows, err := tx.run.query(ctx, query, args)
	if err != nil {
		tx.fail(err)
		return nil, translate(err)
	}
	tx.open = &Rows{rows: rows, tx: tx}
	return tx.open, nil
}

// QueryRow runs a statement that returns at most one row. Errors come out of Scan, which must be called.
func (tx *Tx) QueryRow(ctx context.Context, query string, args ...any) *Row {
	if err := tx.ready(ctx); err != nil {
		return &Row{err: err, tx: tx}
	}
	row, err := tx.run.queryRow(ctx, query, args)
	return &Row{row: row, err: err, tx: tx}
}

// Exec runs a statement without rows and returns how many rows it inserted, changed or deleted.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (affected int64, err error) {
	if err := tx.ready(ctx); err != nil {
		return 0, translate(err)
	}
	result, err := tx.run.exec(ctx, query, args)
	if err == nil {
		affected, err = result.RowsAffected()
	}
	if err != nil {
		tx.fail(err)
		return 0, translate(err)
	}
	return affected, nil
}

func (tx *Tx) ready(ctx context.Context) error {
	count(ctx)
	switch {
	case tx.ended:
		return errEnded
	case tx.err != nil:
		return tx.err
	case tx.open != nil:
		return errOpenRows
	}
	return ctx.Err()
}

// fail remembers the first error of a statement.
func (tx *Tx) fail(err error) {
	if tx.err == nil {
		tx.err = err
	}
}

// begin makes tx usable through run.
func (tx *Tx) begin(run runner, now time.Time) {
	tx.run = run
	tx.now = now.UTC().Truncate(time.Microsecond)
}

// end makes tx unusable and closes what fn left open.
func (tx *Tx) end() {
	tx.ended = true
	if tx.open != nil {
		_ = tx.open.Close() // the rows of a transaction that is over have nothing more to say
	}
}
