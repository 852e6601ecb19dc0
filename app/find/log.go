package find

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode"

	"watercooler/app/db"
	"watercooler/auth"
	"watercooler/search"
)

// A search is remembered without the person: what was looked for, folded, to the hour, how much was found, whether something was
// opened, and the unit. It is what tells a hub where its knowledge has gaps: see gaps.go.

// looked is one search as it is remembered.
type looked struct {
	at     time.Time
	words  string // folded
	said   string // as typed, in lower case
	hits   int
	person int64 // whose unit is written; they themselves never are
}

// memory gathers what was looked for, so that no search waits for it to be written.
type memory struct {
	mu     sync.Mutex
	looked []looked
	opened []string
}

const (
	mostLooked = 5_000 // kept in memory; a flood beyond it is not remembered
	keptMonths = 13    // of the log
)

// Looked remembers a search. What could name somebody, such as an e-mail address or a long number, is not remembered.
func (s *Service) Looked(v auth.Viewer, text string, hits int) {
	words := search.Fold(text)
	if words == "" || tells(text) {
		return
	}
	s.memory.mu.Lock()
	defer s.memory.mu.Unlock()
	if len(s.memory.looked) < mostLooked {
		s.memory.looked = append(s.memory.looked, looked{at: s.now().UTC().Truncate(time.Hour), words: words, said: strings.ToLower(strings.Join(strings.Fields(text), " ")), hits: hits, person: v.Person})
	}
}

// Opened remembers that something was opened that a search for text found.
func (s *Service) Opened(text string) {
	words := search.Fold(text)
	if words == "" || tells(text) {
		return
	}
	s.memory.mu.Lock()
	defer s.memory.mu.Unlock()
	if len(s.memory.opened) < mostLooked {
		s.memory.opened = append(s.memory.opened, words)
	}
}

// tells reports whether a text may name a person.
func tells(text string) bool {
	digits := 0
	for _, r := range text {
		if unicode.IsDigit(r) {
			digits++
		}
	}
	return strings.ContainsRune(text, '@') || digits >= 6
}

// Remember writes what was looked for since it was last called.
func (s *Service) Remember(ctx context.Context) error {
	s.memory.mu.Lock()
	list, opened := s.memory.looked, s.memory.opened
	s.memory.looked, s.memory.opened = nil, nil
	s.memory.mu.Unlock()
	if len(list)+len(opened) == 0 {
		return nil
	}
	var all []error
	for len(list) > 0 {
		n := min(len(list), batchSize)
		if err := s.db.Tx(ctx, func(tx *db.Tx) error { return insertLooked(ctx, tx, list[:n]) }); err != nil {
			all = append(all, err)
		}
		list = list[n:]
	}
	for _, words := range opened {
		if err := s.db.Tx(ctx, func(tx *db.Tx) error { return updateOpened(ctx, tx, words) }); err != nil {
			all = append(all, err)
		}
	}
	if err := errors.Join(all...); err != nil {
		return fmt.Errorf("remember searches: %w", err)
	}
	return nil
}

// Forget deletes what was looked for more than 13 months ago.
func (s *Service) Forget(ctx context.Context) error {
	err := s.db.Tx(ctx, func(tx *db.Tx) error { return deleteLooked(ctx, tx, s.now().AddDate(0, -keptMonths, 0)) })
	if err != nil {
		return fmt.Errorf("forget old searches: %w", err)
	}
	return nil
}
