package reflections

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"watercooler/app/db"
	"watercooler/app/event"
)

const (
	consumerName = "reflections"
	batchSize    = 200
)

// Consumer returns what keeps shared reflections level with their threads. It re-reads the present rows, so that events may come late,
// twice or in any order.
func (s *Service) Consumer() event.Consumer {
	return event.Consumer{Name: consumerName, Verbs: []string{"thread.edited", "thread.deleted", "thread.merged", "import."}, Batch: batchSize, Handle: s.handle}
}

func (s *Service) handle(ctx context.Context, events []event.Event) error {
	touched := map[int64]bool{}
	for _, e := range events {
		if e.Verb == event.BatchVerb {
			var ids struct{ Threads []int64 }
			if err := json.Unmarshal([]byte(e.Data), &ids); err != nil {
				return fmt.Errorf("read data of event %d: %w", e.ID, err)
			}
			for _, id := range ids.Threads {
				touched[id] = true
			}
			continue
		}
		for _, ref := range []event.Ref{e.Object, e.Target} {
			if ref.Kind == "thread" {
				touched[ref.ID] = true
			}
		}
	}
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(touched)), batchSize) {
		if err := s.follow(ctx, ids); err != nil {
			return fmt.Errorf("follow the threads of reflections: %w", err)
		}
	}
	return nil
}

// follow writes what threads say now into the reflections that were shared as them.
func (s *Service) follow(ctx context.Context, ids []int64) error {
	list, err := selectFollowed(ctx, s.db, ids)
	if err != nil || len(list) == 0 {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		for _, f := range list {
			now := Parse(f.body)
			switch {
			case f.deleted:
				err = updateUnshared(ctx, tx, f.id)
			case now != f.was.trimmed() || f.title != f.was.Title:
				err = updateFollowed(ctx, tx, f, now)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
