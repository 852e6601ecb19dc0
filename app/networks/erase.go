package networks

import (
	"context"
	"fmt"
	"slices"

	"watercooler/app/db"
	"watercooler/app/event"
)

// FromSource returns the networks whose external ids begin with prefix.
func (s *Service) FromSource(ctx context.Context, q db.Querier, prefix string) ([]int64, error) {
	rows, err := q.Query(ctx, `
		SELECT n.id
		FROM networks n
		WHERE n.external_id LIKE $1
		ORDER BY n.id
		LIMIT 10000`, prefix+"%")
	ids, err := db.Collect(rows, err, db.One[int64])
	if err != nil {
		return nil, fmt.Errorf("find networks of %s: %w", prefix, err)
	}
	return ids, nil
}

// Alone returns the networks that nobody but people is in. people are in order.
func (s *Service) Alone(ctx context.Context, q db.Querier, people []int64) ([]int64, error) {
	theirs, err := db.QueryIn(ctx, q, "SELECT m.network_id FROM network_members m WHERE m.person_id IN ($1)", people)
	if err != nil {
		return nil, fmt.Errorf("find networks of people: %w", err)
	}
	var alone []int64
	for _, id := range theirs {
		members, err := db.QueryIn(ctx, q, "SELECT m.person_id FROM network_members m WHERE m.network_id IN ($1)", []int64{id})
		if err != nil {
			return nil, fmt.Errorf("find members of network %d: %w", id, err)
		}
		if !slices.ContainsFunc(members, func(m int64) bool { _, one := slices.BinarySearch(people, m); return !one }) {
			alone = append(alone, id)
		}
	}
	return alone, nil
}

// Erase removes networks for good, in tx, and people from all others. What was said in them, and their blogs, must be gone.
func (s *Service) Erase(ctx context.Context, tx *db.Tx, networks, people []int64) error {
	s.moved(tx)
	for _, step := range []struct {
		statement string
		ids       []int64
	}{
		{"DELETE FROM network_links WHERE parent_id IN ($1) OR child_id IN ($1)", networks},
		{"DELETE FROM network_members WHERE network_id IN ($1)", networks},
		{"DELETE FROM network_members WHERE person_id IN ($1)", people},
		{"UPDATE network_members SET by_id = NULL WHERE by_id IN ($1)", people},
		{"UPDATE network_links SET by_id = NULL WHERE by_id IN ($1)", people},
		{"DELETE FROM networks WHERE id IN ($1)", networks},
	} {
		if _, err := tx.ExecIn(ctx, step.statement, step.ids); err != nil {
			return fmt.Errorf("erase networks: %w", err)
		}
	}
	return event.AppendBatch(ctx, tx, map[string][]int64{"networks": networks})
}
