package reflections

import (
	"context"
	"fmt"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/threads"
)

// Record is a reflection as it is brought in, by ids in the hub.
type Record struct {
	ExternalID string
	Hash       string // of all that the source says; one with the hash of the last time writes nothing
	Kind       Kind
	Person     int64
	Title      string
	Boxes
	About, Thread        int64 // 0 for none; a reflection without a thread is private
	Revision             int
	CreatedAt, UpdatedAt time.Time
	SharedAt             time.Time // zero while it is private
}

// Import brings reflections in or up to date, in tx.
func Import(ctx context.Context, tx *db.Tx, list []Record) (threads.Outcome, error) {
	var out threads.Outcome
	for _, r := range list {
		created, changed, err := importOne(ctx, tx, r)
		switch {
		case err != nil:
			return out, fmt.Errorf("import reflection %s: %w", r.ExternalID, err)
		case created:
			out.Created++
		case changed:
			out.Changed++
		default:
			out.Unchanged++
		}
	}
	return out, nil
}

func importOne(ctx context.Context, tx *db.Tx, r Record) (created, changed bool, err error) {
	var shared *int64
	if r.Thread != 0 {
		shared = db.NullMicros(&r.SharedAt)
	}
	var id int64
	var hash string
	err = tx.QueryRow(ctx, "SELECT r.id, r.source_hash FROM reflections r WHERE r.external_id = $1", r.ExternalID).Scan(&id, &hash)
	switch {
	case errs.IsNotFound(err):
		_, err = tx.Exec(ctx, `
			INSERT INTO reflections (external_id, source_hash, kind, person_id, title, noticed, tried, learnt, change, about_id, thread_id, revision,
				created_at, updated_at, shared_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`,
			r.ExternalID, r.Hash, string(r.Kind), r.Person, r.Title, r.Noticed, r.Tried, r.Learnt, r.Change, orNull(r.About), orNull(r.Thread),
			max(r.Revision, 1), db.Micros(r.CreatedAt), db.Micros(r.UpdatedAt), shared)
		return true, false, err
	case err != nil || hash == r.Hash:
		return false, false, err
	}
	_, err = tx.Exec(ctx, `
		UPDATE reflections
		SET source_hash = $1, kind = $2, title = $3, noticed = $4, tried = $5, learnt = $6, change = $7, about_id = $8, thread_id = $9, revision = $10,
			created_at = $11, updated_at = $12, shared_at = $13
		WHERE id = $14`,
		r.Hash, string(r.Kind), r.Title, r.Noticed, r.Tried, r.Learnt, r.Change, orNull(r.About), orNull(r.Thread), max(r.Revision, 1),
		db.Micros(r.CreatedAt), db.Micros(r.UpdatedAt), shared, id)
	return false, true, err
}

// Erase removes, in tx, the reflections of people, and takes out of others what will not be there any more.
func Erase(ctx context.Context, tx *db.Tx, threads, people []int64) error {
	for _, step := range []struct {
		statement string
		ids       []int64
	}{
		{"DELETE FROM reflections WHERE person_id IN ($1)", people},
		{"UPDATE reflections SET thread_id = NULL, shared_at = NULL WHERE thread_id IN ($1)", threads},
		{"UPDATE reflections SET about_id = NULL WHERE about_id IN ($1)", threads},
	} {
		if _, err := tx.ExecIn(ctx, step.statement, step.ids); err != nil {
			return fmt.Errorf("erase reflections: %w", err)
		}
	}
	return nil
}
