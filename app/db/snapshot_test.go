package db_test

import (
	"context"
	"errors"
	"testing"

	"watercooler/app/apptest/backends"
	"watercooler/app/db"
)

func TestSnapshotStandsStill(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		write := func(slug string) {
			t.Helper()
			if err := d.Tx(ctx, func(tx *db.Tx) error { return addTopic(ctx, tx, slug) }); err != nil {
				t.Fatal(err)
			}
		}
		write("before")
		err := d.Snapshot(ctx, func(q db.Querier) error {
			if got := topics(t, q); got != "before" {
				t.Errorf("at first: got %q", got)
			}
			write("meanwhile") // nobody waits for the reader
			if got := topics(t, q); got != "before" {
				t.Errorf("after another's commit: got %q", got)
			}
			if got := topics(t, d); got != "before meanwhile" {
				t.Errorf("beside the snapshot: got %q", got)
			}
			_, err := q.Query(ctx, `INSERT INTO topics (slug, name, created_at) VALUES ('written', 'Written', 1) RETURNING id`)
			if err == nil {
				t.Error("a snapshot wrote")
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if got := topics(t, d); got != "before meanwhile" {
			t.Errorf("afterwards: got %q", got)
		}
	})
}

// However a snapshot ends, its connection goes back to the pool without it: more end badly here than there are connections.
func TestSnapshotsEnd(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		no := errors.New("no")
		for range 20 {
			ctx, cancel := context.WithCancel(context.Background())
			err := d.Snapshot(ctx, func(q db.Querier) error {
				_ = topics(t, q)
				return no
			})
			if !errors.Is(err, no) {
				t.Fatalf("got %v, want the error of fn", err)
			}
			err = d.Snapshot(ctx, func(q db.Querier) error {
				_ = topics(t, q)
				cancel()
				return ctx.Err()
			})
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("got %v, want canceled", err)
			}
		}
		ctx := context.Background()
		if err := d.Tx(ctx, func(tx *db.Tx) error { return addTopic(ctx, tx, "after") }); err != nil {
			t.Fatal(err)
		}
		for range 10 {
			if got := topics(t, d); got != "after" {
				t.Fatalf("got %q: a connection still shows the past", got)
			}
		}
	})
}
