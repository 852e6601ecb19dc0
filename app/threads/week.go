package threads

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"watercooler/app/db"
	"watercooler/auth"
)

// Week is what happened to questions in the last seven days, as far as somebody may read it.
type Week struct {
	Answered int           // whose accepted answer was written in it, counted up to 1,000
	Typical  time.Duration // how long half of those waited at most
	Open     int           // without a reply, counted up to 100
}

// Week returns what home says of the last seven days. It is counted once a minute for each organisation, because everybody
// sees it and nobody needs it to the second. What is for the members of a network alone does not count: hardly two people are in
// the same ones, and it would be counted for each of them.
func (s *Service) Week(ctx context.Context, v auth.Viewer) (Week, error) {
	w, err := s.weeks.get(v, s.now(), func(shared auth.Viewer) (Week, error) {
		return selectWeek(ctx, s.db, shared, db.Micros(s.now().AddDate(0, 0, -7)))
	})
	if err != nil {
		return Week{}, fmt.Errorf("count the questions of this week: %w", err)
	}
	return w, nil
}

// perMinute keeps what is found at most once a minute for each set of shared audiences, of which there are as many as
// organisations, or for each of other keys. The zero value is ready.
type perMinute[T any] struct {
	mu   sync.Mutex
	kept map[string]keptMinute[T]
}

type keptMinute[T any] struct {
	found T
	until time.Time
}

// minuteSets bounds what is kept; past it all is let go.
const minuteSets = 1_000

// get returns what was found for somebody in no network who otherwise reads what v does, and finds it when it is not known. Two
// who ask at once may both find it.
func (p *perMinute[T]) get(v auth.Viewer, now time.Time, find func(shared auth.Viewer) (T, error)) (T, error) {
	if len(v.Memberships()) > 0 {
		v = v.In()
	}
	return p.of(strings.Join(v.Audiences(), " "), now, func() (T, error) { return find(v) })
}

// of is get for a key.
func (p *perMinute[T]) of(key string, now time.Time, find func() (T, error)) (T, error) {
	p.mu.Lock()
	k, ok := p.kept[key]
	p.mu.Unlock()
	if ok && now.Before(k.until) {
		return k.found, nil
	}
	found, err := find()
	if err != nil {
		return found, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.kept == nil || len(p.kept) >= minuteSets {
		p.kept = make(map[string]keptMinute[T])
	}
	p.kept[key] = keptMinute[T]{found, now.Add(time.Minute)}
	return found, nil
}

// selectWeek counts the questions whose accepted answer is younger than since. An answer makes its thread active, so only
// threads active since then need to be looked at.
func selectWeek(ctx context.Context, q db.Querier, v auth.Viewer, since int64) (w Week, err error) {
	var waited []int64
	_, err = collect(ctx, q, sql(`
SELECT 'answered', a.waited
FROM (
  SELECT r.created_at - t.created_at AS waited
  FROM threads t
  JOIN replies r ON r.id = t.accepted_reply_id
  WHERE t.deleted_at IS NULL AND t.active_at >= ? AND ?
    AND t.kind = 'question' AND r.created_at >= ?
  ORDER BY t.active_at DESC, t.id DESC
  LIMIT 1000) a
UNION ALL
SELECT 'open', COUNT(*)
FROM (
  SELECT 1
  FROM threads
  WHERE deleted_at IS NULL AND kind = 'question' AND reply_count = 0 AND ?
  LIMIT 100) u`, since, readable{v, "t.audience"}, since, readable{v, "audience"}), func(r db.Scanner) (struct{}, error) {
		var what string
		var n int64
		err := r.Scan(&what, &n)
		if what == "open" {
			w.Open = int(n)
		} else {
			waited = append(waited, n)
		}
		return struct{}{}, err
	})
	if w.Answered = len(waited); w.Answered > 0 {
		slices.Sort(waited)
		w.Typical = time.Duration(max(0, waited[(len(waited)-1)/2])) * time.Microsecond
	}
	return w, err
}
