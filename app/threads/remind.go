package threads

import (
	"context"
	"fmt"
	"slices"
	"time"

	"watercooler/auth"
)

// Reminder is something somebody said they would look at.
type Reminder struct {
	Text string // "Is “Leave for carers” still right?"
	Path string
	Due  time.Time // since when it waits, or when it is to be done; zero for no day
}

// ReminderSource knows what somebody said they would look at. Slices with things that come back on a day are one.
type ReminderSource interface {
	// Reminders returns up to limit of what waits for v, what has waited longest first.
	Reminders(ctx context.Context, v auth.Viewer, limit int) ([]Reminder, error)
}

// patience is how long a thread is due before its deputy is reminded of it as well.
const patience = 14 * 24 * time.Hour

// Reminders are the threads that v is to check by now.
func (s *Service) Reminders(ctx context.Context, v auth.Viewer, limit int) ([]Reminder, error) {
	if v.Person == 0 {
		return nil, nil
	}
	list, err := selectReminders(ctx, s.db, v, s.now(), limit)
	if err != nil {
		return nil, fmt.Errorf("threads to check: %w", err)
	}
	return list, nil
}

// JoinReminders asks every source for up to limit reminders and returns the first limit of all of them: what has waited longest first,
// what has no day last.
func JoinReminders(ctx context.Context, v auth.Viewer, sources []ReminderSource, limit int) ([]Reminder, error) {
	var all []Reminder
	for _, s := range sources {
		list, err := s.Reminders(ctx, v, limit)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	slices.SortStableFunc(all, func(a, b Reminder) int {
		if a.Due.IsZero() != b.Due.IsZero() {
			if a.Due.IsZero() {
				return 1
			}
			return -1
		}
		return a.Due.Compare(b.Due)
	})
	return all[:min(limit, len(all))], nil
}
