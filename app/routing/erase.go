package routing

import (
	"context"
	"fmt"

	"watercooler/app/db"
)

// Erase removes, in tx, the routings of threads and everything that people were offered, because these will not be there any more.
func Erase(ctx context.Context, tx *db.Tx, threads, people []int64) error {
	for _, step := range []struct {
		statement string
		ids       []int64
	}{
		{"DELETE FROM offers WHERE thread_id IN ($1)", threads},
		{"DELETE FROM routings WHERE thread_id IN ($1)", threads},
		{"DELETE FROM offers WHERE person_id IN ($1)", people},
		{"UPDATE offers SET by_id = NULL WHERE by_id IN ($1)", people},
	} {
		if _, err := tx.ExecIn(ctx, step.statement, step.ids); err != nil {
			return fmt.Errorf("erase routings: %w", err)
		}
	}
	return nil
}
