// Package signals is how an organisation notices what happens outside: what papers, regulators, councils and ministries publish comes
// in through feeds, people keep what matters, and what is kept is talked about like anything else.
//
// A Source is a feed, for everyone or for the members of one network. What it brings is an Item, which waits under "To look at"
// until somebody clips or dismisses it, or until it has been there for a month. A clipped item, or a page that somebody shares by hand, is a
// signal: a thread of kind signal in the one conversation engine, with where it comes from in the table signals. The item is not the
// thread: it belongs to its source, is seen by whoever sees the source, and says nothing of who looked at it.
//
// What holds, and where:
//
//   - An item of a network's source is seen by the members of that network and nobody else; the condition sits in every statement that
//     reads items or sources for a viewer. Two sources that tell of one thing are joined only where whoever sees the one sees the other,
//     so that nothing vanishes from one room because of what another has.
//   - The hub connects to public addresses only, whatever a name, a redirect or a second look at the name says: see guard.go.
//   - A site is visited politely: once an hour and source, one source of a site at a time, with the tags it gave the last time, later
//     when it asks for that, more and more rarely while it fails, and after ten failures not at all.
//   - That something was opened is kept, once, without who opened it.
//
// Events: signal.clipped (object the thread; target the item, where there is one), signal.dismissed and signal.restored (the item),
// signal.source_added, .source_changed, .source_paused, .source_resumed, .source_ended and .source_removed (the source).
package signals

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/app/threads"
	"watercooler/auth"
)

// Kind is what sort of source something comes from, which is what part of the world it tells of.
type Kind string

// The kinds of source.
const (
	Press      Kind = "press"
	Regulator  Kind = "regulator"
	Demography Kind = "demography"
	Local      Kind = "local"
	National   Kind = "national"
	Peers      Kind = "peers"
	Technology Kind = "technology"
	Policy     Kind = "policy"
)

// Kinds are all of them, in the order in which pages show them.
var Kinds = []Kind{Press, Local, National, Policy, Regulator, Peers, Demography, Technology}

// Valid reports whether k is one of Kinds.
func (k Kind) Valid() bool { return slices.Contains(Kinds, k) }

// State is what became of an item.
type State string

// The states of an item.
const (
	Fresh     State = "new"       // waits to be looked at
	Clipped   State = "clipped"   // a signal was made of it
	Dismissed State = "dismissed" // somebody said that it does not matter
	Joined    State = "joined"    // another item tells of it
	Old       State = "old"       // nobody wanted it
)

const (
	// fades is how long an item waits to be looked at.
	fades = 30 * 24 * time.Hour
	// kept is how long what nobody wanted is known, so that it is not brought again; feeds do not reach back as far.
	kept = 400 * 24 * time.Hour
	// sameNews is how far apart two sources may tell of one thing under one title.
	sameNews = 7 * 24 * time.Hour
)

// Config is what the operator decides.
type Config struct {
	Fetch   bool           // read feeds at all
	Allow   []netip.Prefix // addresses that are read although they are not public
	Hub     func() string  // name of the home organisation, for the sites that are visited
	BaseURL string
	Contact string // e-mail address for questions about the hub, "" for none

	Resolver *net.Resolver // of names; nil is the system's
}

// Service holds the use cases of signals.
type Service struct {
	db      *db.DB
	threads *threads.Service
	topics  threads.TopicSource
	cfg     Config
	fetcher fetcher
	now     func() time.Time
}

// New returns the signals in d, whose threads are kept by talk. now is the clock, time.Now outside tests.
func New(d *db.DB, talk *threads.Service, topics threads.TopicSource, c Config, now func() time.Time) *Service {
	return &Service{db: d, threads: talk, topics: topics, cfg: c, fetcher: newFetcher(c), now: now}
}

// What people are told.
var (
	signIn   = errs.Unauthenticatedf("Sign in to see what came in.")
	noItem   = errs.NotFoundf("There is no such item here.")
	noSource = errs.NotFoundf("There is no such source here.")
	noPlace  = errs.NotFoundf("There is no such network here.")
	notYours = errs.Forbiddenf("Only moderators change the sources of everyone, and stewards those of their network.")
)

// Item is something a source told of.
type Item struct {
	ID        int64
	URL       string
	Title     string
	Summary   string
	Published time.Time
	State     State
	Thread    int64 // of a clipped one, 0 otherwise
	Source    string
	Kind      Kind
	Network   threads.Place // whose source it is, zero for everyone's
	Topic     string        // name, "" for none
	Also      []Telling     // who else told of it
}

// Telling is somebody who told of a thing: a source, and where.
type Telling struct {
	Source string
	URL    string
}

// Origin is where a signal comes from.
type Origin struct {
	Thread    int64
	URL       string
	Kind      Kind
	Source    string
	Published time.Time
	Read      bool // somebody other than its author has opened it; filled by Service.Origin, like the next
	Also      []Telling
}

// Signal is a thread in a list, with where it comes from.
type Signal struct {
	threads.Item
	Origin Origin
}

// find returns an item that v may see.
func find(ctx context.Context, q db.Querier, v auth.Viewer, id int64) (Item, error) {
	if !v.SignedIn() {
		return Item{}, signIn
	}
	i, err := selectItem(ctx, q, v, id)
	if errs.IsNotFound(err) {
		err = noItem.Because(err)
	}
	return i, err
}

// Find returns an item that v may see.
func (s *Service) Find(ctx context.Context, v auth.Viewer, id int64) (Item, error) {
	i, err := find(ctx, s.db, v, id)
	if err != nil {
		return Item{}, fmt.Errorf("find item %d: %w", id, err)
	}
	return i, nil
}

// Visit returns where an item leads. seen says that somebody is on the way there, and not a browser that looks ahead.
func (s *Service) Visit(ctx context.Context, v auth.Viewer, id int64, seen bool) (string, error) {
	i, err := s.Find(ctx, v, id)
	if err != nil || !seen {
		return i.URL, err
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error { return markItemRead(ctx, tx, id) })
	if err != nil {
		return "", fmt.Errorf("note that item %d was opened: %w", id, err)
	}
	return i.URL, nil
}

// Dismiss puts an item aside for everybody who sees it.
func (s *Service) Dismiss(ctx context.Context, v auth.Viewer, id int64) error {
	return s.triage(ctx, v, id, Dismissed, "signal.dismissed", Fresh, Old)
}

// Restore brings a dismissed item back.
func (s *Service) Restore(ctx context.Context, v auth.Viewer, id int64) error {
	return s.triage(ctx, v, id, Fresh, "signal.restored", Dismissed)
}

func (s *Service) triage(ctx context.Context, v auth.Viewer, id int64, to State, verb string, from ...State) error {
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		i, err := find(ctx, tx, v, id)
		switch {
		case err != nil:
			return err
		case i.State == to:
			return nil
		case i.State == Clipped:
			return errs.Conflictf("Somebody has clipped this already.")
		case !slices.Contains(from, i.State):
			return noItem
		}
		if err := updateItem(ctx, tx, id, to, 0); err != nil {
			return err
		}
		return s.append(ctx, tx, v.Person, verb, event.Ref{Kind: "signal_item", ID: id}, i.Network.ID)
	})
	if err != nil {
		return fmt.Errorf("%s %d: %w", verb, id, err)
	}
	return nil
}

// append records what happened to an item or a source, for those who see it.
func (s *Service) append(ctx context.Context, tx *db.Tx, actor int64, verb string, of event.Ref, network int64) error {
	return event.Append(ctx, tx, event.Event{Actor: actor, Verb: verb, Object: of, Audience: audienceOf(network)})
}

// audienceOf is who sees the sources of a network, or of everyone.
func audienceOf(network int64) string {
	if network == 0 {
		return auth.AudienceHub
	}
	return auth.NetworkAudience(network)
}

// Origin returns where a signal comes from, as far as v may know who else told of it. The thread must be one that v may read.
func (s *Service) Origin(ctx context.Context, v auth.Viewer, thread int64) (Origin, error) {
	o, err := selectOrigin(ctx, s.db, thread)
	if err != nil {
		return Origin{}, fmt.Errorf("origin of signal %d: %w", thread, err)
	}
	if !v.SignedIn() {
		return o, nil
	}
	list, err := selectTellings(ctx, s.db, v, thread)
	if err != nil {
		return Origin{}, fmt.Errorf("who told of signal %d: %w", thread, err)
	}
	seen := []string{o.Source}
	for _, t := range list {
		if !slices.Contains(seen, t.Source) {
			seen = append(seen, t.Source)
			o.Also = append(o.Also, t)
		}
	}
	return o, nil
}

// Opened notes that somebody other than its author has opened a signal, once and without who it was. The thread must be one that v may
// read.
func (s *Service) Opened(ctx context.Context, v auth.Viewer, t threads.Thread) error {
	if !v.SignedIn() || v.Person == t.Author.ID {
		return nil
	}
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		first, err := markSignalRead(ctx, tx, t.ID)
		if err != nil || !first {
			return err
		}
		// SECURITY: the event says that it was read, and not by whom.
		return event.Append(ctx, tx, event.Event{Verb: "signal.read", Object: event.Ref{Kind: "thread", ID: t.ID}, Audience: t.Audience})
	})
	if err != nil {
		return fmt.Errorf("note that signal %d was opened: %w", t.ID, err)
	}
	return nil
}

// Fade puts away what nobody has looked at for a month, and forgets what nobody wanted more than a year ago.
func (s *Service) Fade(ctx context.Context) error {
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		if err := fadeItems(ctx, tx, tx.Now().Add(-fades)); err != nil {
			return err
		}
		return forgetItems(ctx, tx, tx.Now().Add(-kept))
	})
	if err != nil {
		return fmt.Errorf("put away old items: %w", err)
	}
	return nil
}
