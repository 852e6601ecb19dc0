package topics

import (
	"context"
	"fmt"
	"sync"
	"time"

	"watercooler/app/db"
)

// ttl bounds how long another process goes on with the old list after a change; the process that made the change sees it
// at once.
const ttl = 5 * time.Second

// cache holds every topic. Its snapshots are never changed once shared, so readers need no lock while they use one.
type cache struct {
	mu      sync.Mutex
	snap    *snapshot
	read    time.Time
	changes int // counts forget, so that a read that began before a change is not kept after it
}

// snapshot is the whole list, indexed.
type snapshot struct {
	all     []Topic          // by name
	byID    map[int64]int    // id → position in all
	bySlug  map[string]int   // slug → position in all
	byWord  map[string]int   // folded name, synonym or slug → position in all
	longest int              // words in the longest name or synonym
}

// forget makes the next read fetch the list again.
func (c *cache) forget() {
	c.mu.Lock()
	c.snap = nil
	c.changes++
	c.mu.Unlock()
}

// snapshot returns the list, at most ttl old.
func (s *Service) snapshot(ctx context.Context) (*snapshot, error) {
	c := &s.cache
	c.mu.Lock()
	snap, age, changes := c.snap, s.now().Sub(c.read), c.changes
	c.mu.Unlock()
	if snap != nil && age >= 0 && age < ttl {
		return snap, nil
	}
	read := s.now()
	all, err := selectAll(ctx, s.db)
	if err != nil {
		return nil, fmt.Errorf("read topics: %w", err)
	}
	snap = index(all)
	c.mu.Lock()
	if c.changes == changes {
		c.snap, c.read = snap, read
	}
	c.mu.Unlock()
	return snap, nil
}

// changed forgets the list once tx is committed.
func (s *Service) changed(tx *db.Tx) { tx.AfterCommit(s.cache.forget) }
