package topics

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"watercooler/app/db"
	"watercooler/app/markup"
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

// snapshot is the whole list, indexed. Positions are places in all.
type snapshot struct {
	all     []Topic // by name
	byID    map[int64]int
	bySlug  map[string]int
	byWord  map[string]int // by folded name or synonym
	byStems map[string]int // by the stems of a name or synonym, for Suggest
	longest int            // stems in the longest of them
	merged  map[string]int // by the slug of a topic that became part of the one there
	below   map[int64][]int
}

// read returns the list as q has it.
func read(ctx context.Context, q db.Querier) (*snapshot, error) {
	all, err := selectAll(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("read topics: %w", err)
	}
	merged, err := selectMerged(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("read addresses of merged topics: %w", err)
	}
	return index(all, merged), nil
}

// index makes a snapshot of all; merged has the ids of the topics that older slugs lead to.
func index(all []Topic, merged map[string]int64) *snapshot {
	s := &snapshot{
		byID: make(map[int64]int, len(all)), bySlug: make(map[string]int, len(all)), byWord: make(map[string]int, 2*len(all)),
		byStems: make(map[string]int, 2*len(all)), merged: make(map[string]int, len(merged)), below: make(map[int64][]int),
	}
	for _, t := range all {
		s.add(t)
	}
	for slug, id := range merged {
		if i, ok := s.byID[id]; ok {
			s.merged[slug] = i
		}
	}
	for i, t := range all {
		s.below[t.Broader] = append(s.below[t.Broader], i)
	}
	return s
}

func (s *snapshot) add(t Topic) {
	s.all = append(s.all, t)
	s.enter(len(s.all) - 1)
}

// replace puts t in the place of the topic at i. Words it no longer has go on meaning it in this snapshot.
func (s *snapshot) replace(i int, t Topic) {
	s.all[i] = t
	s.enter(i)
}

func (s *snapshot) enter(i int) {
	t := s.all[i]
	s.byID[t.ID], s.bySlug[t.Slug] = i, i
	for _, word := range append([]string{t.Name}, t.Synonyms...) {
		s.byWord[markup.Fold(word)] = i
		if parts := stems(word); len(parts) > 0 {
			s.byStems[strings.Join(parts, " ")] = i
			s.longest = max(s.longest, len(parts))
		}
	}
}

// owner returns the topic that word is the name or a synonym of.
func (s *snapshot) owner(word string) (Topic, bool) {
	if i, ok := s.byWord[markup.Fold(word)]; ok {
		return s.all[i], true
	}
	return Topic{}, false
}

// position finds the topic a name means, by name, synonym or slug.
func (s *snapshot) position(name string) (int, bool) {
	if i, ok := s.byWord[markup.Fold(name)]; ok {
		return i, true
	}
	return s.at(strings.TrimSpace(name))
}

// at finds the topic at an address, or the one that what was there became part of.
func (s *snapshot) at(slug string) (int, bool) {
	if i, ok := s.bySlug[slug]; ok {
		return i, true
	}
	i, ok := s.merged[slug]
	return i, ok
}

// meant is position for the topic itself.
func (s *snapshot) meant(name string) (Topic, bool) {
	if i, ok := s.position(name); ok {
		return s.all[i], true
	}
	return Topic{}, false
}

// under reports whether the topic id is other, or below it.
func (s *snapshot) under(id, other int64) bool {
	for range s.all {
		if id == other {
			return true
		}
		i, ok := s.byID[id]
		if !ok {
			return false
		}
		id = s.all[i].Broader
	}
	return false
}

// freeSlug returns a slug for name that no topic has or had. "new" is the address of the form for a new topic.
func (s *snapshot) freeSlug(name string) string {
	base := markup.Slug(name)
	slug := base
	for n := 2; ; n++ {
		if _, taken := s.at(slug); !taken && slug != "new" {
			return slug
		}
		slug = base + "-" + strconv.Itoa(n)
	}
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
	at := s.now()
	snap, err := read(ctx, s.db)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	if c.changes == changes {
		c.snap, c.read = snap, at
	}
	c.mu.Unlock()
	return snap, nil
}

// changed forgets the list once tx is committed.
func (s *Service) changed(tx *db.Tx) { tx.AfterCommit(s.cache.forget) }
