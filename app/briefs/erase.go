package briefs

import (
	"context"
	"fmt"

	"watercooler/app/db"
)

// Erase ends, in tx, the letters to people and those about units and networks, because these will not be there any more.
func Erase(ctx context.Context, tx *db.Tx, people, units, networks []int64) error {
	for _, step := range []struct {
		statement string
		ids       []int64
	}{
		{"DELETE FROM brief_readers WHERE person_id IN ($1)", people},
		{"DELETE FROM brief_readers WHERE scope_kind = 'unit' AND scope_id IN ($1)", units},
		{"DELETE FROM brief_readers WHERE scope_kind = 'network' AND scope_id IN ($1)", networks},
	} {
		if _, err := tx.ExecIn(ctx, step.statement, step.ids); err != nil {
			return fmt.Errorf("erase readers of briefs: %w", err)
		}
	}
	return nil
}
