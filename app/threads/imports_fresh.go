package threads

import (
	"context"
	"fmt"
	"time"

	"watercooler/app/db"
	"watercooler/app/event"
)

// FreshRecord is whether a thread is still right, by ids in the hub.
type FreshRecord struct {
	Thread    int64
	CheckedBy int64     // 0 when nobody checked it
	CheckedAt time.Time // zero when nobody checked it
	Successor int64     // the thread that has taken its place, 0 for none
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
