package db_test

import (
	"context"
	"testing"

	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/errs"
)

func TestWriteAndRead(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		var id int64
		err := d.Tx(ctx, func(tx *db.Tx) error {
			return tx.QueryRow(ctx, `INSERT INTO topics (slug, name, created_at) VALUES ($1, $2, $3) RETURNING id`,
				"water", "Water", db.Micros(tx.Now())).Scan(&id)
		})
		if err != nil {
			t.Fatal(err)
		}
		var name string
		if err := d.QueryRow(ctx, `SELECT name FROM topics WHERE id = $1`, id).Scan(&name); err != nil || name != "Water" {
			t.Errorf("got %q, %v, want Water", name, err)
		}
		if err := d.QueryRow(ctx, `SELECT name FROM topics WHERE id = $1`, id+1).Scan(&name); !errs.IsNotFound(err) {
			t.Errorf("got %v, want not found", err)
		}
	})
}
