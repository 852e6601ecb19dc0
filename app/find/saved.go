package find

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/auth"
	"watercooler/search"
)

// Alert says how often somebody is written to about a search that they follow.
type Alert string

// The alerts.
const (
	NoAlert Alert = "" // it stands on their page alone
	Daily   Alert = "daily"
	Weekly  Alert = "weekly"
)

// Saved is a search that somebody follows.
type Saved struct {
	ID     int64
	Person int64
	Query  string // as typed, operators included
	Kind   string // the tab of the page of results, "" for everything
	Alert  Alert
	SeenAt time.Time // what was opened later has not been shown or told yet
	New    int       // how much of it there is, MaxNew at most

	runAt int64 // when the next letter is due, 0 without one
}

const (
	// MaxNew is how many new results of a search are counted and told.
	MaxNew = 20
	// maxSaved is how many searches one person follows.
	maxSaved = 50
	// letterHour is when letters go out, by the clock of the hub.
	letterHour = 7
)

// errSignIn keeps what is somebody's own for them.
var errSignIn = errs.Unauthenticatedf("Sign in to follow searches.")

// Follow keeps a search for v, or changes how often they are written to about one they follow.
func (s *Service) Follow(ctx context.Context, v auth.Viewer, query, kind string, alert Alert) error {
	query = strings.TrimSpace(query)
	switch {
	case v.Person == 0:
		return errSignIn
	case query == "" || len([]rune(query)) > maxTyped:
		return errs.InvalidFields(errs.Field{Name: "q", Text: fmt.Sprintf("Search for something first, in %d characters at most.", maxTyped)})
	case alert != NoAlert && alert != Daily && alert != Weekly:
		return errs.InvalidFields(errs.Field{Name: "alert", Text: "Choose how often you want a letter."})
	}
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		list, err := selectSaved(ctx, tx, v.Person)
		if err != nil {
			return err
		}
		known := false
		for _, w := range list {
			known = known || w.Query == query && w.Kind == kind
		}
		if !known && len(list) >= maxSaved {
			return errs.Conflictf("You follow %d searches, which is as many as one can. Stop following one first.", maxSaved)
		}
		return upsertSaved(ctx, tx, Saved{Person: v.Person, Query: query, Kind: kind, Alert: alert, SeenAt: s.now(), runAt: s.due(alert)})
	})
	if err != nil {
		return fmt.Errorf("follow search %q: %w", query, err)
	}
	return nil
}

// due returns when the next letter of an alert goes out, 0 for none.
func (s *Service) due(alert Alert) int64 {
	at := s.now().In(s.letters.zone())
	next := time.Date(at.Year(), at.Month(), at.Day(), letterHour, 0, 0, 0, at.Location())
	for !next.After(at) || alert == Weekly && next.Weekday() != time.Monday {
		next = next.AddDate(0, 0, 1)
	}
	if alert == NoAlert {
		return 0
	}
	return db.Micros(next)
}

// Unfollow forgets a search of v.
func (s *Service) Unfollow(ctx context.Context, v auth.Viewer, id int64) error {
	return s.ofSaved(ctx, v, "unfollow", id, func(tx *db.Tx) (int64, error) { return deleteSaved(ctx, tx, v.Person, id) })
}

// Alert changes how often v is written to about a search.
func (s *Service) Alert(ctx context.Context, v auth.Viewer, id int64, alert Alert) error {
	if alert != NoAlert && alert != Daily && alert != Weekly {
		return errs.InvalidFields(errs.Field{Name: "alert", Text: "Choose how often you want a letter."})
	}
	return s.ofSaved(ctx, v, "change the alert of", id, func(tx *db.Tx) (int64, error) {
		return updateAlert(ctx, tx, v.Person, id, alert, s.due(alert))
	})
}

// ofSaved changes a search of v.
func (s *Service) ofSaved(ctx context.Context, v auth.Viewer, doing string, id int64, change func(tx *db.Tx) (int64, error)) error {
	if v.Person == 0 {
		return errSignIn
	}
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		n, err := change(tx)
		if err == nil && n == 0 {
			err = errs.NotFoundf("You do not follow this search.")
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("%s search %d: %w", doing, id, err)
	}
	return nil
}

// Followed returns the searches that v follows, by what was typed, with how much of each is new, as far as v may read it.
func (s *Service) Followed(ctx context.Context, v auth.Viewer) ([]Saved, error) {
	if v.Person == 0 {
		return nil, errSignIn
	}
	list, err := selectSaved(ctx, s.db, v.Person)
	if err != nil {
		return nil, fmt.Errorf("read the searches that person %d follows: %w", v.Person, err)
	}
	for i := range list {
		found, err := s.fresh(ctx, v, list[i])
		if err != nil {
			return nil, err
		}
		list[i].New = len(found)
	}
	return list, nil
}

// See notes that v looks at what a search of theirs finds, and returns it.
func (s *Service) See(ctx context.Context, v auth.Viewer, id int64) (Saved, error) {
	var out Saved
	err := s.ofSaved(ctx, v, "see", id, func(tx *db.Tx) (n int64, err error) {
		list, err := selectSaved(ctx, tx, v.Person)
		for _, w := range list {
			if w.ID == id {
				out = w
			}
		}
		if err != nil || out.ID == 0 {
			return 0, err
		}
		return updateSeen(ctx, tx, id, s.now())
	})
	return out, err
}

// fresh returns what a search finds that was opened since it was last shown or told, the newest first.
func (s *Service) fresh(ctx context.Context, v auth.Viewer, w Saved) ([]search.Hit, error) {
	q := search.Query{Text: w.Query, Audiences: v.Audiences(), Sort: "date", Limit: MaxNew, Types: besidePeople([]string{w.Kind})}
	if w.Kind != "" {
		q.Kinds = []string{w.Kind}
	}
	found, err := s.index.Search(ctx, q)
	if err != nil {
		return nil, fmt.Errorf("look for news of search %d: %w", w.ID, err)
	}
	since := db.Micros(w.SeenAt)
	for i, h := range found.Hits {
		if h.Created <= since {
			return found.Hits[:i], nil
		}
	}
	return found.Hits, nil
}

// SendAlerts writes to everybody whose letter about searches they follow is due: one letter for all of them, and none when nothing
// is new. Several servers may call it at once.
func (s *Service) SendAlerts(ctx context.Context) error {
	if !s.letters.Sends() {
		return nil
	}
	due, err := selectDue(ctx, s.db, s.now())
	if err != nil {
		return fmt.Errorf("read the alerts that are due: %w", err)
	}
	var all []error
	for len(due) > 0 && ctx.Err() == nil {
		n := 1
		for n < len(due) && due[n].Person == due[0].Person {
			n++
		}
		if err := s.alert(ctx, due[:n]); err != nil {
			all = append(all, fmt.Errorf("alert person %d: %w", due[0].Person, err)) // one full mailbox must not cost the others theirs
		}
		due = due[n:]
	}
	return errors.Join(all...)
}

// alert writes one letter to one person about what is new. The searches are put off before it goes, so that two servers do not
// both send it, and taken back when it could not be sent.
func (s *Service) alert(ctx context.Context, list []Saved) error {
	var mine []Saved
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		mine = nil
		for _, w := range list {
			n, err := claimSaved(ctx, tx, w, s.due(w.Alert), s.now())
			if err != nil {
				return err
			}
			if n > 0 {
				mine = append(mine, w)
			}
		}
		return nil
	})
	if err != nil || len(mine) == 0 {
		return err
	}
	err = s.letters.send(ctx, s, mine)
	if err == nil {
		return nil
	}
	free := context.WithoutCancel(ctx)
	return errors.Join(err, s.db.Tx(free, func(tx *db.Tx) error {
		for _, w := range mine {
			if err := releaseSaved(free, tx, w, s.now().Add(time.Hour)); err != nil {
				return err
			}
		}
		return nil
	}))
}
