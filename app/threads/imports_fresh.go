package threads

import (
	"context"
	"fmt"
	"time"

	"watercooler/app/db"
	"watercooler/app/event"
)

// FreshRecord is whether a thread is still right and who looks after it, by ids in the hub.
type FreshRecord struct {
	Thread    int64
	CheckedBy int64     // 0 when nobody checked it
	CheckedAt time.Time // zero when nobody checked it
	Successor int64     // the thread that has taken its place, 0 for none

	Reference     bool
	Owner, Deputy int64     // 0 for nobody
	CheckAt       time.Time // of the next check, zero for none
	Every         int       // months from one check to the next; where there is a next one and this is 0, a year
}

// ImportFresh brings in what was said about whether threads are still right, in tx, with one event that names those it changed. What
// is said here already stays unless the source says otherwise. The ids are the caller's word: it has just looked them up.
func (s *Service) ImportFresh(ctx context.Context, tx *db.Tx, records []FreshRecord) (Outcome, error) {
	var (
		out     Outcome
		changed []int64
	)
	for _, r := range records {
		n, err := writeFresh(ctx, tx, r)
		switch {
		case err != nil:
			return Outcome{}, fmt.Errorf("import whether thread %d is still right: %w", r.Thread, err)
		case n > 0:
			out.Changed++
			changed = append(changed, r.Thread)
		default:
			out.Unchanged++
		}
	}
	return out, event.AppendBatch(ctx, tx, map[string][]int64{"threads": changed})
}

// writeFresh writes what a record says and counts what that changed. What would make a chain or a circle is left out, as it is in
// Supersede.
func writeFresh(ctx context.Context, tx *db.Tx, r FreshRecord) (changed int64, err error) {
	kept, err := writeKept(ctx, tx, r)
	if err != nil {
		return 0, err
	}
	said, err := writeSaid(ctx, tx, r)
	return kept + said, err
}

// writeKept writes how a thread is looked after.
func writeKept(ctx context.Context, tx *db.Tx, r FreshRecord) (changed int64, err error) {
	if r.Owner == 0 && r.Deputy == 0 && !r.Reference && r.CheckAt.IsZero() {
		return 0, nil
	}
	var at, every *int64
	if !r.CheckAt.IsZero() {
		months := int64(r.Every)
		if months == 0 {
			months = otherMonths
		}
		at, every = db.NullMicros(&r.CheckAt), &months
	}
	return tx.Exec(ctx, `
UPDATE threads
SET reference = $1, owner_id = $2, deputy_id = $3, check_at = $4, check_every = $5
WHERE id = $6 AND (reference <> $1 OR COALESCE(owner_id, 0) <> $7 OR COALESCE(deputy_id, 0) <> $8
  OR COALESCE(check_at, 0) <> $9 OR COALESCE(check_every, 0) <> $10)`,
		r.Reference, idOrNull(r.Owner), idOrNull(r.Deputy), at, every, r.Thread, r.Owner, r.Deputy, orZero(at), orZero(every))
}

// writeSaid writes who checked a thread, and what has taken its place.
func writeSaid(ctx context.Context, tx *db.Tx, r FreshRecord) (changed int64, err error) {
	if r.CheckedBy != 0 && !r.CheckedAt.IsZero() {
		changed, err = tx.Exec(ctx, `
UPDATE threads
SET checked_at = $1, checked_by = $2
WHERE id = $3 AND (checked_at IS NULL OR checked_at <> $1 OR checked_by <> $2)`, db.Micros(r.CheckedAt), r.CheckedBy, r.Thread)
		if err != nil {
			return 0, err
		}
	}
	if r.Successor == 0 || r.Successor == r.Thread {
		return changed, nil
	}
	n, err := tx.Exec(ctx, `
UPDATE threads
SET superseded_by = $1
WHERE id = $2 AND (superseded_by IS NULL OR superseded_by <> $1)
  AND EXISTS (SELECT 1 FROM threads s WHERE s.id = $1 AND s.superseded_by IS NULL AND s.deleted_at IS NULL)
  AND NOT EXISTS (SELECT 1 FROM threads s WHERE s.superseded_by = $2)`, r.Successor, r.Thread)
	return changed + n, err
}
