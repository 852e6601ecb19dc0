package backends

import (
	"strings"
	"testing"

	"watercooler/app/db"
)

// Exec runs a statement in a transaction of its own, to make the rows a test begins with.
func Exec(t testing.TB, d *db.DB, statement string, args ...any) {
	t.Helper()
	err := d.Tx(t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(t.Context(), statement, args...)
		return err
	})
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

// Verbs returns what happened since the last call, in order, "thread.created reply.created".
func Verbs(t testing.TB, d *db.DB) string {
	t.Helper()
	rows, err := d.Query(t.Context(), `SELECT e.verb FROM events e ORDER BY e.id LIMIT 1000`)
	verbs, err := db.Collect(rows, err, db.One[string])
	if err != nil {
		t.Fatal(err)
	}
	Exec(t, d, `DELETE FROM events`)
	return strings.Join(verbs, " ")
}
