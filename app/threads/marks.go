package threads

import (
	"context"
	"fmt"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/auth"
)

// VoteThread says that v found a thread useful; on false takes it back. Saying it twice is saying it once.
func (s *Service) VoteThread(ctx context.Context, v auth.Viewer, id int64, on bool) error {
	return s.vote(ctx, v, kindThread, id, on)
}

// VoteReply says that v found a reply useful; on false takes it back. Saying it twice is saying it once.
func (s *Service) VoteReply(ctx context.Context, v auth.Viewer, id int64, on bool) error {
	return s.vote(ctx, v, kindReply, id, on)
}

func (s *Service) vote(ctx context.Context, v auth.Viewer, kind string, id int64, on bool) error {
	verb, step := kind+".voted", 1
	if !on {
		verb, step = kind+".unvoted", -1
	}
	err := s.change(ctx, v, kind, id, func(tx *db.Tx, e entry) error {
		if e.gone {
			return noThread
		}
		if e.author == v.Person {
			return errs.Forbiddenf("You wrote this yourself. Others say whether it is useful.")
		}
		changed, err := setVote(ctx, tx, v.Person, kind, id, on)
		if err != nil || !changed {
			return err
		}
		if err := addVotes(ctx, tx, kind, id, step); err != nil {
			return err
		}
		return s.append(ctx, tx, v, verb, e)
	})
	if err != nil {
		return fmt.Errorf("%s %d: %w", verb, id, err)
	}
	return nil
}

// Accept marks a reply as the answer that settled its question, in the place of any other. Accepting it again changes
// nothing.
func (s *Service) Accept(ctx context.Context, v auth.Viewer, reply int64) error {
	return s.accept(ctx, v, reply, true)
}

// Unaccept takes the mark of Accept away. A reply that is not the accepted answer stays as it is.
func (s *Service) Unaccept(ctx context.Context, v auth.Viewer, reply int64) error {
	return s.accept(ctx, v, reply, false)
}

func (s *Service) accept(ctx context.Context, v auth.Viewer, reply int64, on bool) error {
	err := s.change(ctx, v, kindReply, reply, func(tx *db.Tx, e entry) error {
		// The reply may be on its way into another thread: it is read again once nobody moves it any more.
		if err := lockThread(ctx, tx, e.thread); err != nil {
			return err
		}
		e, err := selectEntry(ctx, tx, v, kindReply, reply)
		if err != nil {
			return err
		}
		var next int64
		if on {
			next = reply
		}
		switch {
		case e.gone:
			return noThread
		case e.of != Question:
			return errs.Invalidf("Only questions have accepted answers.")
		case !may(v, e.asker) && !keeps(v, e.network):
			return notAsker
		case e.accepted == next, !on && e.accepted != reply:
			return nil
		}
		changed, err := updateAccepted(ctx, tx, e.thread, e.accepted, next)
		switch {
		case err != nil:
			return err
		case !changed:
			return errs.Conflictf("The accepted answer was changed a moment ago. Look at the question again.")
		}
		if e.accepted != 0 {
			if err := s.appendAccepted(ctx, tx, v, "thread.unaccepted", e, e.accepted); err != nil {
				return err
			}
		}
		if !on {
			return nil
		}
		return s.appendAccepted(ctx, tx, v, "thread.accepted", e, reply)
	})
	if err != nil {
		return fmt.Errorf("accept reply %d (%t): %w", reply, on, err)
	}
	return nil
}

// appendAccepted records that a reply became the accepted answer of e's thread, or no longer is. The event is the thread's,
// aimed at the reply.
func (s *Service) appendAccepted(ctx context.Context, tx *db.Tx, v auth.Viewer, verb string, e entry, reply int64) error {
	return event.Append(ctx, tx, event.Event{
		Actor: v.Person, Verb: verb, Audience: e.audience,
		Object: event.Ref{Kind: kindThread, ID: e.thread}, Target: event.Ref{Kind: kindReply, ID: reply},
	})
}

// watchable are the kinds of things people follow, and the statement that finds the audience and name of one. A topic,
// person or unit is for everybody who is signed in; the others have an audience.
var watchable = map[string]string{
	kindThread: "SELECT t.audience, t.title FROM threads t WHERE t.deleted_at IS NULL AND t.id = ? AND t.audience IN (?)",
	"topic":    "SELECT 'hub', name FROM topics WHERE id = ?",
	"person":   "SELECT 'hub', name FROM people WHERE id = ?",
	"unit":     "SELECT 'hub', name FROM units WHERE id = ?",
	"network":  "SELECT audience, name FROM networks WHERE id = ? AND audience IN (?)",
	"blog":     "SELECT audience, name FROM blogs WHERE id = ? AND audience IN (?) AND (launch_at IS NULL OR launch_at <= ?)",
}

func selectWatchable(ctx context.Context, q db.Querier, v auth.Viewer, now time.Time, kind string, id int64) (audience, name string, err error) {
	part, ok := watchable[kind]
	if !ok {
		return "", "", errs.NotFoundf("There is nothing like that to follow.")
	}
	values := []any{id, v.Audiences(), db.Micros(now)}
	s := sql(part, values[:strings.Count(part, "?")]...)
	err = s.row(ctx, q).Scan(&audience, &name)
	return audience, name, err
}

// WatchName returns the name of something that can be followed, for the button that says so.
func (s *Service) WatchName(ctx context.Context, v auth.Viewer, kind string, id int64) (string, error) {
	_, name, err := selectWatchable(ctx, s.db, v, s.now(), kind, id)
	if err != nil {
		return "", fmt.Errorf("name of %s %d: %w", kind, id, err)
	}
	return name, nil
}

// Watch makes v follow a thread, topic, person, unit, network or blog. Following twice is following once.
func (s *Service) Watch(ctx context.Context, v auth.Viewer, kind string, id int64) error {
	switch {
	case !v.SignedIn():
		return signIn
	case kind == "person" && id == v.Person:
		return errs.Invalidf("You cannot follow yourself.")
	}
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		audience, _, err := selectWatchable(ctx, tx, v, tx.Now(), kind, id)
		if err != nil {
			return err
		}
		started, err := insertWatch(ctx, tx, v.Person, kind, id)
		if err != nil || !started {
			return err
		}
		return event.Append(ctx, tx, event.Event{
			Actor: v.Person, Verb: "watch.started", Object: event.Ref{Kind: kind, ID: id}, Audience: audience,
		})
	})
	if err != nil {
		return fmt.Errorf("watch %s %d: %w", kind, id, err)
	}
	return nil
}

// Unwatch ends what Watch began. It succeeds for what v does not follow, seen or unseen, and so tells nothing about it.
func (s *Service) Unwatch(ctx context.Context, v auth.Viewer, kind string, id int64) error {
	if !v.SignedIn() {
		return signIn
	}
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		ended, err := deleteWatch(ctx, tx, v.Person, kind, id)
		if err != nil || !ended {
			return err
		}
		return event.Append(ctx, tx, event.Event{
			Actor: v.Person, Verb: "watch.ended", Object: event.Ref{Kind: kind, ID: id}, Audience: auth.AudienceHub,
		})
	})
	if err != nil {
		return fmt.Errorf("unwatch %s %d: %w", kind, id, err)
	}
	return nil
}

// Watches reports whether v follows something, for the button on its page.
func (s *Service) Watches(ctx context.Context, v auth.Viewer, kind string, id int64) (bool, error) {
	if !v.SignedIn() {
		return false, nil
	}
	on, err := selectWatch(ctx, s.db, v.Person, kind, id)
	if err != nil {
		return false, fmt.Errorf("watches %s %d: %w", kind, id, err)
	}
	return on, nil
}
