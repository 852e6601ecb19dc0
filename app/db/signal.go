package db

import "sync"

// signals tells goroutines of this process that something was committed. It carries no data: a signal is a hint to look
// at the tables, and several that meet become one.
type signals struct {
	mu        sync.Mutex
	listeners map[string]map[chan struct{}]struct{}
}

// Listen returns a channel that becomes readable when a transaction that called Signal with name is committed. stop ends it.
func (d *DB) Listen(name string) (committed <-chan struct{}, stop func()) {
	s := &d.signals
	ch := make(chan struct{}, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.listeners == nil {
		s.listeners = make(map[string]map[chan struct{}]struct{})
	}
	if s.listeners[name] == nil {
		s.listeners[name] = make(map[chan struct{}]struct{})
	}
	s.listeners[name][ch] = struct{}{}
	return ch, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.listeners[name], ch)
	}
}

// Signal wakes the listeners of name in this process once tx is committed.
func (tx *Tx) Signal(name string) { tx.signals = append(tx.signals, name) }

func (s *signals) send(names []string) {
	if len(names) == 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range names {
		for ch := range s.listeners[name] {
			select {
			case ch <- struct{}{}:
			default: // one is waiting to be noticed already
			}
		}
	}
}
