package signals

import (
	"context"
	"fmt"

	"watercooler/app/db"
)

// Erase removes, in tx, the sources whose external ids begin with prefix and those of networks, with what they brought, and where threads
// come from, because these will not be there any more. What was clipped as one of them waits again. Sources that people added stay
// without their names. It returns how many sources went.
func Erase(ctx context.Context, tx *db.Tx, prefix string, threads, people, networks []int64) (int, error) {
	rows, err := tx.Query(ctx, `
		SELECT s.id
		FROM signal_sources s
		WHERE s.external_id LIKE $1
		ORDER BY s.id
		LIMIT 10000`, prefix+"%")
	gone, err := db.Collect(rows, err, db.One[int64])
	if err != nil {
		return 0, fmt.Errorf("find sources of %s: %w", prefix, err)
	}
	theirs, err := db.QueryIn(ctx, tx, "SELECT s.id FROM signal_sources s WHERE s.network_id IN ($1)", networks)
	if err != nil {
		return 0, fmt.Errorf("find sources of networks: %w", err)
	}
	seen := make(map[int64]bool, len(gone))
	for _, id := range gone {
		seen[id] = true
	}
	for _, id := range theirs {
		if !seen[id] {
			gone = append(gone, id)
		}
	}
	if err := deleteSources(ctx, tx, gone); err != nil {
		return 0, err
	}
	for _, step := range []struct {
		statement string
		ids       []int64
	}{
		{"UPDATE signal_items SET state = 'new', thread_id = NULL, triaged_at = NULL WHERE thread_id IN ($1)", threads},
		{"DELETE FROM signals WHERE thread_id IN ($1)", threads},
		{"UPDATE signal_sources SET added_by = NULL WHERE added_by IN ($1)", people},
	} {
		if _, err := tx.ExecIn(ctx, step.statement, step.ids); err != nil {
			return 0, fmt.Errorf("erase signals: %w", err)
		}
	}
	return len(gone), nil
}
