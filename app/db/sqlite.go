package db

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	_ "modernc.org/sqlite" // registers the driver "sqlite"

	"watercooler/app/errs"
)

// openSQLite opens the pool that reads and the one connection that writes.
func (d *DB) openSQLite(ctx context.Context, path string, o Options) error {
	synchronous := map[string]string{"": "FULL", "full": "FULL", "normal": "NORMAL"}[o.Sync]
	if synchronous == "" {
		return errs.Invalidf("The SQLite setting must be full or normal, not %q.", o.Sync)
	}
	if path == "" || strings.Contains(path, ":memory:") {
		return errs.Invalidf("The SQLite database must be a file.")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return err
	}
	// SECURITY: the file holds password hashes and what is not public; SQLite itself would create it readable by all.
	// The -wal and -shm files inherit its mode.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}

	// The writer goes first: it turns the WAL on, which a connection that only reads cannot.
	writer, err := sql.Open("sqlite", sqliteDSN(path,
		"journal_mode(WAL)", "synchronous("+synchronous+")", "foreign_keys(1)",
		"cache_size(-8192)", "journal_size_limit(67108864)", "temp_store(MEMORY)"))
	if err != nil {
		return err
	}
	if d.group, err = newGroup(ctx, writer); err != nil {
		return err
	}
	d.pool, err = sql.Open("sqlite", sqliteDSN(path, "query_only(1)", "cache_size(-8192)", "temp_store(MEMORY)"))
	if err != nil {
		return err
	}
	// Idle connections stay: a new one would open the file, read the schema and prepare every statement again.
	d.pool.SetMaxOpenConns(o.ReadPool)
	d.pool.SetMaxIdleConns(o.ReadPool)
	return d.pool.PingContext(ctx)
}

// SQLitePath returns the path of the file that Open would use for url, and false when url is not SQLite's.
func SQLitePath(url string) (path string, ok bool) {
	if url == "" || strings.Contains(url, "://") {
		return "", false
	}
	return strings.TrimPrefix(url, "sqlite:"), true
}

// sqliteDSN returns the address of path with pragmas that every connection runs when it opens, in this order.
func sqliteDSN(path string, pragmas ...string) string {
	var b strings.Builder
	b.WriteString("file:")
	b.WriteString((&url.URL{Path: path}).EscapedPath())
	// busy_timeout comes first: the pragmas after it may have to wait for another process. With _txlock every transaction
	// begins as a writer, so that none fails half-way when it turns from reading to writing.
	b.WriteString("?_txlock=immediate&_pragma=busy_timeout(10000)")
	for _, p := range pragmas {
		b.WriteString("&_pragma=" + url.QueryEscape(p))
	}
	return b.String()
}

// Backup writes a consistent copy of the database to the new file path while the hub runs. PostgreSQL has tools of its
// own for that, and the error says which.
func (d *DB) Backup(ctx context.Context, path string) (err error) {
	if d.postgres {
		return errs.Invalidf("PostgreSQL is backed up with pg_dump: pg_dump --format=custom --file=%s DATABASE_URL", path)
	}
	if _, err := os.Lstat(path); err == nil {
		return errs.Conflictf("The file %s exists already.", path)
	}
	source := strings.TrimPrefix(d.url, "sqlite:")
	copier, err := sql.Open("sqlite", sqliteDSN(source))
	if err != nil {
		return fmt.Errorf("backup: %w", err)
	}
	defer copier.Close() //nolint:errcheck // it wrote nothing to what it closes
	if _, err := copier.ExecContext(ctx, `VACUUM INTO $1`, path); err != nil {
		return fmt.Errorf("backup to %s: %w", path, translate(err))
	}
	// SECURITY: the copy is as private as the database.
	if err := os.Chmod(path, 0o600); err != nil {
		return fmt.Errorf("backup to %s: %w", path, err)
	}
	return nil
}
