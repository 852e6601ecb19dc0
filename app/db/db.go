// Package db is the hub's way to its database: SQLite in a file by default, PostgreSQL by URL, one set of SQL for both.
//
// It is the only package that imports database/sql, the drivers and goose. Stores take a [Querier] and write plain SQL
// with placeholders $1, $2, … numbered by first appearance; what both databases understand is listed in docs and held by
// a test that reads every statement in the repository.
//
// Reading: [DB.Query] and [DB.QueryRow] use a pool of connections and statements that stay prepared, because parsing
// costs as much as running a small query. On SQLite these connections cannot write.
//
// Writing: [DB.Tx] runs one function in one transaction with one timestamp, and returns only when the outcome is durable.
// SQLite has one connection that writes. Callers queue for it fairly, and those that meet in the queue share one SQL
// transaction and one fsync (see group.go). On PostgreSQL every call is a transaction of its own at READ COMMITTED,
// tried again after a deadlock or a serialization failure. So fn may run more than once and must leave nothing behind but
// its statements and hooks; what it changes outside has to wait for [Tx.AfterCommit].
//
// Because READ COMMITTED lets others commit between two statements, a rule that reads and then writes belongs in the
// WHERE of the UPDATE or in a unique index, never in an if between two statements. SQLite would forgive it.
package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"watercooler/app/errs"
)

// Options tune a database; the zero value is right for most.
type Options struct {
	// Sync is what SQLite does at a commit: "full" (default), an acknowledged write survives power loss, or "normal",
	// it survives a crash of the hub but the last moments may be lost with the power. PostgreSQL has its own setting.
	Sync string
	// ReadPool is how many SQLite connections read at once; 4 when zero. PostgreSQL opens at most four times as many,
	// because its connections also write and wait on a network.
	ReadPool int
	// Log hears about transactions that had to be tried again; slog.Default() when nil.
	Log *slog.Logger
	// Now is the clock behind Tx.Now; time.Now when nil.
	Now func() time.Time
}

// DB is an open database. It is safe for concurrent use.
type DB struct {
	url      string
	postgres bool
	now      func() time.Time
	log      *slog.Logger

	pool  *sql.DB   // reads; on PostgreSQL writes too
	stmts stmtCache // of pool; SQLite only, pgx keeps its own per connection

	group *group // SQLite's writer; nil on PostgreSQL

	signals signals
}

// maxStatements bounds the prepared statements kept: a few hundred are written in the source, and the lists made by In
// multiply some of them. Statements past it are prepared, run and forgotten.
const maxStatements = 1000

// Open opens the database at url: "sqlite:PATH" or a bare path for a SQLite file, which is made when missing, or
// "postgres://…". It does not migrate.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	if o.ReadPool <= 0 {
		o.ReadPool = 4
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	d := &DB{url: url, now: o.Now, log: o.Log}

	var err error
	switch {
	case url == "":
		return nil, errs.Invalidf("The database address is empty.")
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		d.postgres = true
		err = d.openPostgres(ctx, o)
	case strings.Contains(url, "://"):
		return nil, errs.Invalidf("The database address must be a path, sqlite:PATH or postgres://…")
	default:
		err = d.openSQLite(ctx, strings.TrimPrefix(url, "sqlite:"), o)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("open database: %w", err), d.Close())
	}
	return d, nil
}

// Close ends all connections. On SQLite it first waits for writers that are under way.
func (d *DB) Close() error {
	var failed []error
	if d.group != nil {
		failed = append(failed, d.group.close())
	}
	if d.pool != nil {
		failed = append(failed, d.stmts.close(), d.pool.Close())
	}
	if err := errors.Join(failed...); err != nil {
		return fmt.Errorf("close database: %w", err)
	}
	return nil
}

// Postgres reports whether this is PostgreSQL. Only code that cannot be written once for both asks.
func (d *DB) Postgres() bool { return d.postgres }

// Now returns the time by the clock of Options, in UTC with the precision that is stored.
func (d *DB) Now() time.Time { return d.now().UTC().Truncate(time.Microsecond) }

// Ping asks the database for a sign of life.
func (d *DB) Ping(ctx context.Context) error {
	var one int
	return d.QueryRow(ctx, `SELECT 1`).Scan(&one)
}

// Optimize refreshes what the query planner knows about the tables. Call it after a bulk import; SQLite also gets it
// when the database is closed.
func (d *DB) Optimize(ctx context.Context) error {
	if d.postgres {
		// Not in a transaction, which would hold every table of the database until its end: hubs that share one, each in its own schema,
		// met in a deadlock while one of them was migrated.
		_, err := d.pool.ExecContext(ctx, `ANALYZE`)
		return translate(err)
	}
	return d.Tx(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `PRAGMA optimize=0x10002`)
		return err
	})
}

// Query runs a SELECT and returns its rows, which the caller closes; Collect does so.
func (d *DB) Query(ctx context.Context, query string, args ...any) (*Rows, error) {
	count(ctx)
	var rows *sql.Rows
	stmt, err := d.prepared(ctx, query)
	if err != nil {
		return nil, translate(err)
	}
	if stmt != nil {
		rows, err = stmt.QueryContext(ctx, args...)
	} else {
		rows, err = d.pool.QueryContext(ctx, query, args...)
	}
	if err != nil {
		return nil, translate(err)
	}
	return &Rows{rows: rows}, nil
}

// QueryRow runs a SELECT that returns at most one row. Errors come out of Scan.
func (d *DB) QueryRow(ctx context.Context, query string, args ...any) *Row {
	count(ctx)
	stmt, err := d.prepared(ctx, query)
	if err != nil {
		return &Row{err: err}
	}
	if stmt != nil {
		return &Row{row: stmt.QueryRowContext(ctx, args...)}
	}
	return &Row{row: d.pool.QueryRowContext(ctx, query, args...)}
}

// prepared returns the kept statement for query, or nil when it should be run unprepared.
func (d *DB) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	if d.postgres {
		return nil, nil //nolint:nilnil // pgx prepares and keeps statements by itself
	}
	return d.stmts.get(ctx, d.pool, query)
}

// stmtCache keeps prepared statements by their text. database/sql prepares each again on every connection that runs it.
type stmtCache struct {
	byText sync.Map // string → *sql.Stmt
	size   atomic.Int64
}

func (c *stmtCache) get(ctx context.Context, pool *sql.DB, query string) (*sql.Stmt, error) {
	if s, ok := c.byText.Load(query); ok {
		return s.(*sql.Stmt), nil
	}
	if c.size.Load() >= maxStatements {
		return nil, nil //nolint:nilnil // full: run it unprepared
	}
	s, err := pool.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	if kept, raced := c.byText.LoadOrStore(query, s); raced {
		_ = s.Close()
		return kept.(*sql.Stmt), nil
	}
	c.size.Add(1)
	return s, nil
}

func (c *stmtCache) close() error {
	var failed []error
	c.byText.Range(func(_, s any) bool {
		failed = append(failed, s.(*sql.Stmt).Close())
		return true
	})
	return errors.Join(failed...)
}
