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

// Week returns what home says of the last seven days. It is counted once a minute for each set of audiences, because everybody
// sees it and nobody needs it to the second. What is for the members of a network alone does not count: hardly two people are in
// the same ones, and it would be counted for each of them.
func (s *Service) Week(ctx context.Context, v auth.Viewer) (Week, error) {
	if len(v.Memberships()) > 0 {
		v = v.In()
	}
	key := strings.Join(v.Audiences(), " ")
	now := s.now()
	if w, ok := s.weeks.get(key, now); ok {
		return w, nil
	}
	w, err := selectWeek(ctx, s.db, v, db.Micros(now.AddDate(0, 0, -7)))
	if err != nil {
		return Week{}, fmt.Errorf("count the questions of this week: %w", err)
	}
	s.weeks.put(key, now, w)
	return w, nil
}

// weekCache keeps a week for each set of audiences. There are as many sets as organisations.
type weekCache struct {
	mu    sync.Mutex
	weeks map[string]keptWeek
}

type keptWeek struct {
	Week
	until time.Time
}

const (
	weekFresh = time.Minute
	weekSets  = 1_000
)

func (c *weekCache) get(key string, now time.Time) (Week, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k, ok := c.weeks[key]
	return k.Week, ok && now.Before(k.until)
}

func (c *weekCache) put(key string, now time.Time, w Week) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.weeks == nil || len(c.weeks) >= weekSets {
		c.weeks = make(map[string]keptWeek)
	}
	c.weeks[key] = keptWeek{w, now.Add(weekFresh)}
}

// selectWeek counts the questions whose accepted answer is younger than since. An answer makes its thread active, so only
// threads active since then need to be looked at.
func selectWeek(ctx context.Context, q db.Querier, v auth.Viewer, since int64) (w Week, err error) {
	waited, err := collect(ctx, q, sql(`
SELECT r.created_at - t.created_at
FROM threads t
JOIN replies r ON r.id = t.accepted_reply_id
WHERE t.deleted_at IS NULL AND t.active_at >= ? AND ?
  AND t.kind = 'question' AND r.created_at >= ?
ORDER BY t.active_at DESC, t.id DESC
LIMIT 1000`, since, readable{v, "t.audience"}, since), db.One[int64])
	if err != nil {
		return Week{}, err
	}
	if w.Answered = len(waited); w.Answered > 0 {
		slices.Sort(waited)
		w.Typical = time.Duration(max(0, waited[(len(waited)-1)/2])) * time.Microsecond
	}
	err = sql(`
SELECT COUNT(*) FROM (
  SELECT 1
  FROM threads
  WHERE deleted_at IS NULL AND kind = 'question' AND reply_count = 0 AND ?
  LIMIT 100) u`, readable{v, "audience"}).row(ctx, q).Scan(&w.Open)
	return w, err
}
