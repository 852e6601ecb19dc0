package find

import (
	"context"
	"fmt"
	"strings"

	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/auth"
)

// relatedKept is how many threads are kept beside one: a little more than a page shows, since some may be gone by then.
const relatedKept = 10

// beside returns v with the audiences that count beside a thread: those that many people share, and that of the network it lives
// in. Hardly two people are in the same networks; with all of them in the key nothing that is kept would be found again.
func beside(v auth.Viewer, t threads.Thread) auth.Viewer {
	switch {
	case len(v.Memberships()) == 0:
		return v
	case v.MemberOf(t.Network.ID):
		return v.In(auth.Membership{Network: t.Network.ID})
	}
	return v.In()
}

// Related returns threads like another one. The ids are kept for a while for each thread and set of audiences; whether the
// viewer may read them is asked anew each time.
func (s *Service) Related(ctx context.Context, v auth.Viewer, t threads.Thread, limit int) ([]threads.Related, error) {
	near, id := beside(v, t), t.ID
	ids, ok := s.related.get(id, near.Audiences())
	if !ok {
		title, err := selectTitle(ctx, s.db, v, id)
		if errs.IsNotFound(err) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("read the title of thread %d: %w", id, err)
		}
		if ids, err = s.alike(ctx, near, title, id, relatedKept); err != nil {
			return nil, fmt.Errorf("find threads like %d: %w", id, err)
		}
		s.related.put(id, near.Audiences(), ids)
	}
	return s.describe(ctx, v, ids, limit)
}

// Alike returns threads that ask what text asks, best first.
func (s *Service) Alike(ctx context.Context, v auth.Viewer, text string, limit int) ([]threads.Related, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	ids, err := s.alike(ctx, v, text, 0, limit)
	if err != nil {
		return nil, fmt.Errorf("find threads that ask the same: %w", err)
	}
	return s.describe(ctx, v, ids, limit)
}

// alike returns the ids of threads like text, except one.
func (s *Service) alike(ctx context.Context, v auth.Viewer, text string, except int64, limit int) ([]int64, error) {
	found, err := s.index.Similar(ctx, text, v.Audiences(), except, limit)
	ids := make([]int64, len(found))
	for i, f := range found {
		ids[i] = f.Thread
	}
	return ids, err
}

// describe reads the first of the threads that v may read now, in the same order. More are kept than are shown, and the rest is
// read only in the place of some that were withdrawn.
func (s *Service) describe(ctx context.Context, v auth.Viewer, ids []int64, limit int) ([]threads.Related, error) {
	var out []threads.Related
	for len(ids) > 0 && len(out) < limit {
		next := ids[:min(len(ids), limit)]
		rows, err := threadsBeside(ctx, s.db, v, next)
		if err != nil {
			return nil, fmt.Errorf("read threads: %w", err)
		}
		for _, id := range next {
			if t, ok := rows[id]; ok && len(out) < limit {
				out = append(out, t)
			}
		}
		ids = ids[len(next):]
	}
	return out, nil
}
