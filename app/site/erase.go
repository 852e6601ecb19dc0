package site

import (
	"context"
	"fmt"

	"watercooler/app/db"
)

// Disown makes statements that people have written statements of nobody, in tx, because these people will not be there any more.
func Disown(ctx context.Context, tx *db.Tx, people []int64) error {
	if _, err := tx.ExecIn(ctx, "UPDATE statements SET updated_by = NULL WHERE updated_by IN ($1)", people); err != nil {
		return fmt.Errorf("disown statements: %w", err)
	}
	return nil
}
