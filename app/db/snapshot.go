package db

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
)

// Snapshot runs fn on the database as it is at the first statement of fn: whatever others commit meanwhile is not seen, and
// nobody waits. It is for long walks over many tables that have to fit together. fn can only read.
//
// Rows must be read or closed before the next statement; Collect does so. While fn runs it holds one connection, and SQLite
// keeps what is written meanwhile in its write-ahead log. So a page is no place for it.
func (d *DB) Snapshot(ctx context.Context, fn func(q Querier) error) error {
	if d.postgres {
		return d.snapshotPostgres(ctx, fn)
	}
	conn, err := d.pool.Conn(ctx)
	if err != nil {
		return fmt.Errorf("begin snapshot: %w", translate(err))
	}
	defer conn.Close() //nolint:errcheck // nothing was written to what it closes
	// Not BeginTx: with _txlock of the address it would begin as a writer.
	if _, err := conn.ExecContext(ctx, `BEGIN DEFERRED`); err != nil {
		return fmt.Errorf("begin snapshot: %w", translate(err))
	}
	defer func() {
		// Also when ctx has ended: a connection that is left in its transaction would show the past to whoever is next.
		if _, err := conn.ExecContext(context.WithoutCancel(ctx), `ROLLBACK`); err != nil {
			_ = conn.Raw(func(any) error { return driver.ErrBadConn }) // the pool throws it away
		}
	}()
	return fn(snapshot{conn})
}

func (d *DB) snapshotPostgres(ctx context.Context, fn func(q Querier) error) (err error) {
	tx, err := d.pool.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return fmt.Errorf("begin snapshot: %w", translate(err))
	}
	defer func() {
		if e := tx.Rollback(); err == nil && e != nil && !errors.Is(e, sql.ErrTxDone) {
			err = fmt.Errorf("end snapshot: %w", translate(e))
		}
	}()
	return fn(snapshot{tx})
}

// snapshot reads through one connection of the pool.
type snapshot struct {
	conn interface {
		QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
		QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
	}
}

// Query implements Querier.
func (s snapshot) Query(ctx context.Context, query string, args ...any) (*Rows, error) {
	count(ctx)
	rows, err := s.conn.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, translate(err)
	}
	return &Rows{rows: rows}, nil
}

// QueryRow implements Querier.
func (s snapshot) QueryRow(ctx context.Context, query string, args ...any) *Row {
	count(ctx)
	return &Row{row: s.conn.QueryRowContext(ctx, query, args...)}
}
