package threads

import (
	"context"
	"fmt"
	"slices"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
)

// WatchRecord is something a person follows, by their ids in the hub.
type WatchRecord struct {
	Person int64
	Kind   string // thread, topic, person, unit, network or blog
	ID     int64
}

// ImportWatches makes people follow things. What they follow already is unchanged. All of it is part of tx, with one event
// that names the people. The ids are the caller's word: it has just looked them up.
func (s *Service) ImportWatches(ctx context.Context, tx *db.Tx, records []WatchRecord) (Outcome, error) {
	var out Outcome
	var began []int64
	for _, r := range records {
		if _, ok := watchable[r.Kind]; !ok || r.Kind == "person" && r.Person == r.ID {
			return Outcome{}, errs.Invalidf("Person %d cannot follow %s %d.", r.Person, r.Kind, r.ID)
		}
		started, err := insertWatch(ctx, tx, r.Person, r.Kind, r.ID)
		switch {
		case err != nil:
			return Outcome{}, fmt.Errorf("import that person %d follows %s %d: %w", r.Person, r.Kind, r.ID, err)
		case started:
			out.Created++
			began = append(began, r.Person)
		default:
			out.Unchanged++
		}
	}
	slices.Sort(began)
	return out, event.AppendBatch(ctx, tx, map[string][]int64{"followers": slices.Compact(began)})
}

// IDsByExternal returns the ids of the threads with these external ids; those the hub does not know are left out.
func (s *Service) IDsByExternal(ctx context.Context, q db.Querier, external []string) (map[string]int64, error) {
	known, err := selectKnown(ctx, q, "threads", external)
	if err != nil {
		return nil, fmt.Errorf("find threads by external id: %w", err)
	}
	ids := make(map[string]int64, len(known))
	for name, t := range known {
		ids[name] = t.id
	}
	return ids, nil
}
