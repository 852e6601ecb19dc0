package event_test

import (
	"strings"
	"testing"

	"watercooler/app/db"
	"watercooler/app/event"
)

func TestAppendBatch(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *clock) {
		ctx := t.Context()
		for _, ids := range []map[string][]int64{
			nil, {"threads": nil}, {"threads": {4, 8}}, {"replies": {15}, "threads": nil},
		} {
			if err := d.Tx(ctx, func(tx *db.Tx) error { return event.AppendBatch(ctx, tx, ids) }); err != nil {
				t.Fatal(err)
			}
		}
		rows, err := d.Query(ctx, `
			SELECT e.verb || ' ' || e.data
			FROM events e
			ORDER BY e.id
			LIMIT 10`)
		got, err := db.Collect(rows, err, db.One[string])
		if want := `import.batch {"threads":[4,8]}, import.batch {"replies":[15],"threads":null}`; err != nil || strings.Join(got, ", ") != want {
			t.Errorf("got %v, %v, want %s", got, err, want)
		}
	})
}
