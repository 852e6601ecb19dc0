package maps

import (
	"context"
	"encoding/json"
	"fmt"
	stdmaps "maps"
	"slices"
	"time"

	"watercooler/app/db"
)

const (
	// remake is how long the maps of the last month are shown although something has happened since.
	remake = time.Hour
	// remakeOld is the same for earlier months, of which little changes.
	remakeOld = 24 * time.Hour
)

// Refresh is one turn of the work beside the requests: it makes the maps of the last whole month anew when something has happened, and
// those of one earlier month that are missing or old. What nobody is offered any more it forgets.
func (s *Service) Refresh(ctx context.Context) error {
	months := s.Months()
	made, err := selectMade(ctx, s.db)
	if err != nil {
		return fmt.Errorf("read which maps there are: %w", err)
	}
	mark, err := selectMark(ctx, s.db)
	if err != nil {
		return fmt.Errorf("read the last event: %w", err)
	}
	now := s.now()
	for i, month := range months {
		age := remakeOld
		if i == 0 {
			age = remake
		}
		m, known := made[month]
		if known && (m.mark == mark || now.Sub(m.at) < age) {
			continue
		}
		if err := s.renew(ctx, month); err != nil {
			return err
		}
		if i > 0 {
			break
		}
	}
	for month := range made {
		if !slices.Contains(months, month) {
			if err := s.db.Tx(ctx, func(tx *db.Tx) error { return deleteMonth(ctx, tx, month) }); err != nil {
				return fmt.Errorf("forget the maps of %s: %w", month, err)
			}
		}
	}
	return nil
}

// Rebuild makes the maps of all months anew and says after each how many are done.
func (s *Service) Rebuild(ctx context.Context, progress func(done, of int)) error {
	months := s.Months()
	for i, month := range months {
		if err := s.renew(ctx, month); err != nil {
			return err
		}
		progress(i+1, len(months))
	}
	return nil
}

// renew makes the maps of a month and puts them in the place of those there are.
func (s *Service) renew(ctx context.Context, month Month) error {
	mark, err := selectMark(ctx, s.db) // before reading: what happens meanwhile makes the maps old at once
	if err != nil {
		return fmt.Errorf("read the last event: %w", err)
	}
	bodies, err := s.make(ctx, month)
	if err != nil {
		return fmt.Errorf("make the maps of %s: %w", month, err)
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := deleteMonth(ctx, tx, month); err != nil {
			return err
		}
		return insertMaps(ctx, tx, month, mark, bodies)
	})
	if err != nil {
		return fmt.Errorf("keep the maps of %s: %w", month, err)
	}
	return nil
}

// make returns the maps of a month as they are published, by name.
func (s *Service) make(ctx context.Context, month Month) (map[string]string, error) {
	t, err := s.listen(ctx, month)
	if err != nil {
		return nil, err
	}
	all := map[string]any{topicsName: t.topics(), knowledgeName: nil, groupsName: nil}
	for level := range levels {
		all[repliesName(level)] = t.replies(level)
	}
	if all[groupsName], err = t.groups(ctx, s.db); err != nil {
		return nil, fmt.Errorf("gather groups: %w", err)
	}
	if all[knowledgeName], err = t.knowledge(ctx, s.db); err != nil {
		return nil, fmt.Errorf("count who knows: %w", err)
	}
	subjects, absences, err := t.missing(ctx, s.db)
	if err != nil {
		return nil, fmt.Errorf("see who is missing: %w", err)
	}
	all[subjectsName] = subjects
	for _, a := range absences {
		all[missingName(a.Subject.Key())] = a
	}
	bodies := make(map[string]string, len(all))
	for name, m := range all {
		body, err := json.Marshal(m)
		if err != nil {
			return nil, err
		}
		bodies[name] = string(body)
	}
	return bodies, nil
}

// Check makes every map anew and returns how many differ from what is published although nothing has happened since. It puts all of
// them right.
func (s *Service) Check(ctx context.Context) (wrong int, err error) {
	made, err := selectMade(ctx, s.db)
	if err != nil {
		return 0, fmt.Errorf("read which maps there are: %w", err)
	}
	mark, err := selectMark(ctx, s.db)
	if err != nil {
		return 0, fmt.Errorf("read the last event: %w", err)
	}
	for _, month := range slices.Sorted(stdmaps.Keys(made)) {
		if !slices.Contains(s.Months(), month) {
			continue // the next turn forgets it
		}
		have, err := selectMaps(ctx, s.db, month)
		if err != nil {
			return wrong, fmt.Errorf("read the maps of %s: %w", month, err)
		}
		want, err := s.make(ctx, month)
		if err != nil {
			return wrong, fmt.Errorf("make the maps of %s: %w", month, err)
		}
		if made[month].mark == mark {
			wrong += differing(have, want)
		}
		if !stdmaps.Equal(have, want) {
			if err := s.renew(ctx, month); err != nil {
				return wrong, err
			}
		}
	}
	return wrong, nil
}

// differing counts the names under which the two do not say the same.
func differing(have, want map[string]string) (n int) {
	for name, body := range want {
		if have[name] != body {
			n++
		}
	}
	for name := range have {
		if _, ok := want[name]; !ok {
			n++
		}
	}
	return n
}

// Erase removes all maps, in tx: some of what they name will not be there any more, and they are made anew from what is.
func Erase(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.Exec(ctx, "DELETE FROM maps"); err != nil {
		return fmt.Errorf("erase maps: %w", err)
	}
	return nil
}
