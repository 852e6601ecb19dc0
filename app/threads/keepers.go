package threads

import (
	"context"
	"fmt"

	"watercooler/app/db"
	"watercooler/app/errs"
)

// SetKeepers says, in tx, who looks after a thread, and who does when that person is away or has left; 0 is nobody. Who may say so, and
// what is told of it, is the business of the caller.
func (s *Service) SetKeepers(ctx context.Context, tx *db.Tx, thread, owner, deputy int64) error {
	if owner != 0 && owner == deputy {
		return errs.InvalidFields(errs.Field{Name: "deputy", Text: "Choose somebody other than the owner."})
	}
	n, err := tx.Exec(ctx, `
UPDATE threads
SET owner_id = $1, deputy_id = $2
WHERE id = $3 AND deleted_at IS NULL`, idOrNull(owner), idOrNull(deputy), thread)
	switch {
	case err != nil:
		return fmt.Errorf("set keepers of thread %d: %w", thread, err)
	case n == 0:
		return noThread
	}
	return nil
}
