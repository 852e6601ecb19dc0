package threads

import (
	"context"
	"fmt"
	"slices"

	"watercooler/auth"
)

// Some returns the threads with these ids as lists show them, in the order of ids. Those that v may not read, and those that were
// deleted, are left out. Like Feed it takes two statements.
func (s *Service) Some(ctx context.Context, v auth.Viewer, ids []int64) ([]Item, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var of FeedQuery // whose rows say nothing but what a thread is
	rows, err := of.collect(ctx, s.db, selectRows(v, of, false).add(`
WHERE t.id IN (?)
  AND t.deleted_at IS NULL
  AND ?
LIMIT ?`, ids, readable{v, "t.audience"}, len(ids)), len(ids))
	if err != nil {
		return nil, fmt.Errorf("read threads: %w", err)
	}
	slices.SortFunc(rows, func(a, b feedRow) int { return slices.Index(ids, a.ID) - slices.Index(ids, b.ID) })
	items, err := s.items(ctx, v, false, rows)
	if err != nil {
		return nil, fmt.Errorf("read threads: %w", err)
	}
	return items, nil
}
