package threads

import (
	"context"
	"fmt"

	"watercooler/app/db"
)

// recounts put right what is kept beside the rows it is counted from. Each changes only rows that are wrong.
var recounts = []string{
	`
UPDATE threads
SET reply_count = (SELECT COUNT(*) FROM replies r WHERE r.thread_id = threads.id AND r.deleted_at IS NULL)
WHERE reply_count <> (SELECT COUNT(*) FROM replies r WHERE r.thread_id = threads.id AND r.deleted_at IS NULL)`,
	`
UPDATE threads
SET vote_count = imported_votes + (SELECT COUNT(*) FROM votes v WHERE v.object_kind = 'thread' AND v.object_id = threads.id)
WHERE vote_count <> imported_votes + (SELECT COUNT(*) FROM votes v WHERE v.object_kind = 'thread' AND v.object_id = threads.id)`,
	`
UPDATE replies
SET vote_count = imported_votes + (SELECT COUNT(*) FROM votes v WHERE v.object_kind = 'reply' AND v.object_id = replies.id)
WHERE vote_count <> imported_votes + (SELECT COUNT(*) FROM votes v WHERE v.object_kind = 'reply' AND v.object_id = replies.id)`,
	`
UPDATE threads
SET active_at = (SELECT MAX(r.created_at) FROM replies r WHERE r.thread_id = threads.id)
WHERE active_at < (SELECT MAX(r.created_at) FROM replies r WHERE r.thread_id = threads.id)`,
	`
UPDATE threads
SET accepted_reply_id = NULL
WHERE accepted_reply_id IS NOT NULL
  AND NOT EXISTS (
    SELECT 1
    FROM replies r
    WHERE r.id = threads.accepted_reply_id AND r.thread_id = threads.id AND r.deleted_at IS NULL)`,
}

// Recount compares every counter with the rows it counts and returns how many were wrong. They are kept in the transactions
// that change them, so more than none means that somebody wrote to the database by hand, or a mistake in this package.
func (s *Service) Recount(ctx context.Context) (repaired int, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		repaired = 0
		for _, statement := range recounts {
			n, err := tx.Exec(ctx, statement)
			if err != nil {
				return err
			}
			repaired += int(n)
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("recount: %w", err)
	}
	return repaired, nil
}
