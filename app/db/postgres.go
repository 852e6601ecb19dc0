package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"watercooler/app/errs"
)

func (d *DB) openPostgres(ctx context.Context, o Options) error {
	config, err := pgx.ParseConfig(d.url)
	if err != nil {
		// SECURITY: pgx masks the password in this error; the address itself is not repeated.
		return errs.Invalidf("The PostgreSQL address cannot be read.").Because(err)
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "watercooler"
	}
	d.pool = stdlib.OpenDB(*config)
	d.pool.SetMaxOpenConns(4 * o.ReadPool)
	d.pool.SetMaxIdleConns(4 * o.ReadPool)
	d.pool.SetConnMaxIdleTime(5 * time.Minute)
	d.pool.SetConnMaxLifetime(time.Hour) // so that a failed-over server is left within the hour
	if err := d.pool.PingContext(ctx); err != nil {
		return translate(err)
	}
	return nil
}

func (d *DB) txPostgres(ctx context.Context, tx *Tx, now func() time.Time, fn func(tx *Tx) error) (err error) {
	p, err := d.pool.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	// After Commit this does nothing; it is here for errors, panics and runtime.Goexit alike.
	defer p.Rollback() //nolint:errcheck // an error rolled back is an error already
	defer tx.end()

	tx.begin(postgresRunner{p}, now())
	if err := fn(tx); err != nil {
		// A conflict is told by the statement that met it, even when fn says it in other words.
		if tx.err != nil && retryable(tx.err) {
			return tx.err
		}
		return err
	}
	if tx.err != nil {
		return tx.err
	}
	tx.end()
	if err := p.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

type postgresRunner struct{ tx *sql.Tx }

func (r postgresRunner) query(ctx context.Context, query string, args []any) (*sql.Rows, error) {
	return r.tx.QueryContext(ctx, query, args...)
}

func (r postgresRunner) queryRow(ctx context.Context, query string, args []any) (*sql.Row, error) {
	return r.tx.QueryRowContext(ctx, query, args...), nil
}

func (r postgresRunner) exec(ctx context.Context, query string, args []any) (sql.Result, error) {
	return r.tx.ExecContext(ctx, query, args...)
}

// lockMigrations holds a lock of this database and schema while goose runs, so that several processes starting together
// migrate once.
type lockMigrations struct{}

func (lockMigrations) SessionLock(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock(hashtext('watercooler migrations ' || current_schema()))`)
	return err
}

func (lockMigrations) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	_, err := conn.ExecContext(ctx, `SELECT pg_advisory_unlock(hashtext('watercooler migrations ' || current_schema()))`)
	return err
}
