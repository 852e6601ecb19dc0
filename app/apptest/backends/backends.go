// Package backends gives tests the real databases and the real Redis.
//
// Whatever touches SQL is tested with Each, on SQLite and on PostgreSQL. Nothing is skipped: without the servers, which
// script/with-servers starts for one command, a test fails and says how to run it.
package backends

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/url"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"watercooler/app/db"
)

// Each runs test twice, on an empty migrated database of SQLite and of PostgreSQL.
func Each(t *testing.T, test func(t *testing.T, d *db.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t)) })
}

// EachURL runs test with the address of an empty migrated database of SQLite and of PostgreSQL, for tests that open it
// themselves, with options or more than once.
func EachURL(t *testing.T, test func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLiteURL(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, PostgresURL(t)) })
}

// SQLite returns an empty migrated SQLite database, gone after the test.
func SQLite(t testing.TB) *db.DB {
	t.Helper()
	return Open(t, SQLiteURL(t), db.Options{Sync: "normal"})
}

// Postgres returns an empty migrated PostgreSQL database, gone after the test.
func Postgres(t testing.TB) *db.DB {
	t.Helper()
	return Open(t, PostgresURL(t), db.Options{})
}

// Open opens the database at address and closes it after the test.
func Open(t testing.TB, address string, o db.Options) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), address, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

// migrated is the bytes of an empty migrated SQLite database: writing them is cheaper than migrating for each test.
var migrated = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "watercooler-test-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // a temporary folder
	path := filepath.Join(dir, "empty.db")
	ctx := context.Background()
	d, err := db.Open(ctx, path, db.Options{Sync: "normal"})
	if err != nil {
		return nil, err
	}
	if _, err := d.Migrate(ctx); err != nil {
		_ = d.Close()
		return nil, err
	}
	if err := d.Close(); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// SQLiteURL returns the address of an empty migrated SQLite database in a file that is gone after the test.
func SQLiteURL(t testing.TB) string {
	t.Helper()
	empty, err := migrated()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "hub.db")
	if err := os.WriteFile(path, empty, 0o600); err != nil {
		t.Fatal(err)
	}
	return "sqlite:" + path
}

// PostgresURL returns the address of an empty migrated PostgreSQL database, which is a schema of its own in the cluster
// at WATERCOOLER_TEST_POSTGRES, dropped after the test.
func PostgresURL(t testing.TB) string {
	t.Helper()
	address := PostgresSchema(t)
	ctx := context.Background()
	d, err := db.Open(ctx, address, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close() //nolint:errcheck // only migrated
	if _, err := d.Migrate(ctx); err != nil {
		t.Fatal(err)
	}
	return address
}

// PostgresSchema is PostgresURL without the migrations.
func PostgresSchema(t testing.TB) string {
	t.Helper()
	cluster := os.Getenv("WATERCOOLER_TEST_POSTGRES")
	if cluster == "" {
		t.Fatal("no PostgreSQL to test on: run make test, or script/with-servers go test …")
	}
	address, err := url.Parse(cluster)
	if err != nil {
		t.Fatal(err)
	}
	var random [6]byte
	_, _ = rand.Read(random[:]) // never fails
	schema := "test_" + hex.EncodeToString(random[:])
	ddl(t, cluster, `CREATE SCHEMA `+schema)
	t.Cleanup(func() { ddl(t, cluster, `DROP SCHEMA `+schema+` CASCADE`) })

	query := address.Query()
	query.Set("search_path", schema)
	address.RawQuery = query.Encode()
	return address.String()
}

// ddl runs one statement in the cluster.
func ddl(t testing.TB, cluster, statement string) {
	t.Helper()
	ctx := context.Background()
	d, err := db.Open(ctx, cluster, db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close() //nolint:errcheck // only for one statement
	err = d.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, statement)
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}
