package networks

import (
	"sync"
	"time"

	"watercooler/app/db"
)

// What stands beside a network changes slowly, takes longer to find than the page itself, and is kept for a minute.
const (
	remembered = time.Minute
	mostKept   = 4 * maxNetworks // then all is let go
)

// moved forgets what is kept once tx is committed: somebody came or went, and whoever did it sees what that comes to.
func (s *Service) moved(tx *db.Tx) {
	tx.AfterCommit(func() {
		s.overlaps.forget()
		s.missing.forget()
		s.sizes.forget()
	})
}

// memory keeps lists that were read a moment ago. They are shared: read only.
type memory[K comparable, T any] struct {
	mu      sync.Mutex
	kept    map[K]memoryEntry[T]
	changes int // counts forget, so that a read that began before a change is not kept after it
}

func (m *memory[K, T]) forget() {
	m.mu.Lock()
	m.kept = nil
	m.changes++
	m.mu.Unlock()
}

type memoryEntry[T any] struct {
	list []T
	at   time.Time
}

// get returns the list kept under key, or reads and keeps it.
func (m *memory[K, T]) get(now time.Time, key K, read func() ([]T, error)) ([]T, error) {
	list, ok, changes := m.recall(now, key)
	if ok {
		return list, nil
	}
	list, err := read()
	if err == nil {
		m.keep(now, key, list, changes)
	}
	return list, err
}

// recall returns the list kept under key, if there is one, and what keep wants to know.
func (m *memory[K, T]) recall(now time.Time, key K) (list []T, ok bool, changes int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.kept[key]
	return e.list, ok && now.Sub(e.at) < remembered, m.changes
}

// keep keeps a list that was read after recall, unless something has been forgotten since.
func (m *memory[K, T]) keep(now time.Time, key K, list []T, changes int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.changes != changes {
		return
	}
	if m.kept == nil || len(m.kept) >= mostKept {
		m.kept = make(map[K]memoryEntry[T])
	}
	m.kept[key] = memoryEntry[T]{list, now}
}
