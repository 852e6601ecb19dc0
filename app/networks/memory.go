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
	m.mu.Lock()
	e, ok := m.kept[key]
	changes := m.changes
	m.mu.Unlock()
	if ok && now.Sub(e.at) < remembered {
		return e.list, nil
	}
	list, err := read()
	if err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.changes != changes {
		return list, nil
	}
	if m.kept == nil || len(m.kept) >= mostKept {
		m.kept = make(map[K]memoryEntry[T])
	}
	m.kept[key] = memoryEntry[T]{list, now}
	return list, nil
}
