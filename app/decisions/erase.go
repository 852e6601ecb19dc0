package decisions

import (
	"context"
	"fmt"

	"watercooler/app/db"
	"watercooler/auth"
)

// nobody reads nothing: for what is read without regard to who may see it.
var nobody auth.Viewer

// Erase removes, in tx, the decisions of threads that are about to go, and what people who are about to go did to others: what they
// decided stays, and nobody is named.
func Erase(ctx context.Context, tx *db.Tx, threads, people []int64) error {
	for _, step := range []struct {
		statement string
		ids       []int64
	}{
		{`
		UPDATE decisions
		SET state = CASE WHEN decided_at IS NULL THEN 'proposed' ELSE 'agreed' END
		WHERE state = 'superseded' AND thread_id IN (SELECT t.id FROM threads t WHERE t.superseded_by IN ($1))`, threads},
		{"UPDATE decisions SET source_id = NULL WHERE source_id IN ($1)", threads},
		{"UPDATE decision_changes SET other_id = NULL WHERE other_id IN ($1)", threads},
		{"UPDATE decision_evidence SET item_id = NULL, url = '' WHERE item_id IN ($1)", threads},
		{"UPDATE decisions SET decided_by = NULL WHERE decided_by IN ($1)", people},
		{"UPDATE decision_changes SET by_id = NULL WHERE by_id IN ($1)", people},
		{"DELETE FROM decision_stances WHERE person_id IN ($1)", people},
	} {
		if _, err := tx.ExecIn(ctx, step.statement, step.ids); err != nil {
			return fmt.Errorf("erase decisions: %w", err)
		}
	}
	return erase(ctx, tx, threads)
}

// erase removes what is kept of decisions here.
func erase(ctx context.Context, tx *db.Tx, threads []int64) error {
	for _, statement := range []string{
		"DELETE FROM decision_options WHERE thread_id IN ($1)", "DELETE FROM decision_evidence WHERE thread_id IN ($1)",
		"DELETE FROM decision_assumptions WHERE thread_id IN ($1)", "DELETE FROM decision_stances WHERE thread_id IN ($1)",
		"DELETE FROM decision_changes WHERE thread_id IN ($1)", "DELETE FROM decisions WHERE thread_id IN ($1)",
	} {
		if _, err := tx.ExecIn(ctx, statement, threads); err != nil {
			return fmt.Errorf("erase decisions: %w", err)
		}
	}
	return nil
}
