package signals

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/app/threads"
	"watercooler/auth"
)

// Source is a feed.
type Source struct {
	ID        int64
	URL       string
	Title     string
	Kind      Kind
	Network   threads.Place // whose it is, zero for everyone's
	Topic     threads.Topic // what its items are about, zero for various things
	FetchedAt time.Time     // the last time, zero for never
	NextAt    time.Time     // zero: not read any more
	Failures  int           // in a row
	LastError string        // in words for people
	Waiting   int           // items to look at; filled by Sources
	CanChange bool          // by the viewer

	etag, modified string
}

// Paused reports whether somebody has stopped the reading of a source.
func (s Source) Paused() bool { return s.NextAt.IsZero() && s.LastError == "" }

// Ended reports whether the hub has given a source up.
func (s Source) Ended() bool { return s.NextAt.IsZero() && s.LastError != "" }

// changes reports whether v looks after the sources of a network, or of everyone: moderators do, and in a network its stewards. What is
// in a network that v is no member of v does not see at all.
func changes(v auth.Viewer, network int64) bool {
	if network == 0 {
		return v.Moderates()
	}
	return v.Stewards(network) || v.Moderates() && v.MemberOf(network)
}

// Sources returns those that v sees, by name: of everyone, and of the networks v is a member of.
func (s *Service) Sources(ctx context.Context, v auth.Viewer) ([]Source, error) {
	if !v.SignedIn() {
		return nil, signIn
	}
	list, err := selectSources(ctx, s.db, v, 0)
	if err != nil {
		return nil, fmt.Errorf("list sources: %w", err)
	}
	for i := range list {
		list[i].CanChange = changes(v, list[i].Network.ID)
	}
	return list, nil
}

// Source returns one that v sees.
func (s *Service) Source(ctx context.Context, v auth.Viewer, id int64) (Source, error) {
	src, err := s.source(ctx, s.db, v, id)
	if err != nil {
		return Source{}, fmt.Errorf("find source %d: %w", id, err)
	}
	return src, nil
}

func (s *Service) source(ctx context.Context, q db.Querier, v auth.Viewer, id int64) (Source, error) {
	if !v.SignedIn() {
		return Source{}, signIn
	}
	list, err := selectSources(ctx, q, v, id)
	switch {
	case err != nil:
		return Source{}, err
	case len(list) == 0:
		return Source{}, noSource
	}
	list[0].CanChange = changes(v, list[0].Network.ID)
	return list[0], nil
}

// Fetches reports whether this hub reads feeds at all.
func (s *Service) Fetches() bool { return s.cfg.Fetch }

// Rooms returns where v may add sources: whether for everyone, and the networks.
func (s *Service) Rooms(ctx context.Context, v auth.Viewer) (everyone bool, networks []threads.Place, err error) {
	if !v.SignedIn() {
		return false, nil, signIn
	}
	reach, err := s.threads.Reach(ctx, v)
	if err != nil {
		return false, nil, fmt.Errorf("networks with sources: %w", err)
	}
	for _, h := range reach.Homes {
		if changes(v, h.ID) {
			networks = append(networks, h.Place)
		}
	}
	if !v.Moderates() && len(networks) == 0 {
		return false, nil, notYours
	}
	return v.Moderates(), networks, nil
}

// NewSource is a feed somebody adds.
type NewSource struct {
	URL     string // of the feed, or of a page that names it
	Title   string // "" is what the feed calls itself
	Kind    Kind
	Topic   string // name, "" for none
	Network int64  // 0 is everyone's
}

// Add adds a source after reading it once, and returns it with how many items it brought. Where the hub reads no feeds it is added as it
// is.
func (s *Service) Add(ctx context.Context, v auth.Viewer, in NewSource) (Source, int, error) {
	if !v.SignedIn() {
		return Source{}, 0, signIn
	}
	// SECURITY: the hub fetches for those alone who may add what it finds; and nobody learns here which networks there are.
	if !changes(v, in.Network) {
		return Source{}, 0, notYours
	}
	topic, problems, err := s.checkSource(ctx, &in.Title, in.Kind, in.Topic)
	if err != nil {
		return Source{}, 0, err
	}
	src := Source{Title: in.Title, Kind: in.Kind, Topic: topic, Network: threads.Place{ID: in.Network}, NextAt: s.now()}
	u, err := webAddress(in.URL)
	if err != nil {
		problems = append(problems, errs.As(err).Fields...)
	}
	if err := errs.InvalidFields(problems...); err != nil {
		return Source{}, 0, err
	}
	src.URL = u.String()
	f, err := s.first(ctx, v, &src)
	if err != nil {
		return Source{}, 0, fmt.Errorf("add source: %w", err)
	}
	src.Title = cmp.Or(src.Title, clip(f.title, maxSource), strings.TrimPrefix(u.Hostname(), "www."))
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if src.ID, err = insertSource(ctx, tx, src, v.Person); err != nil {
			return err
		}
		if err := s.store(ctx, tx, src, f.entries); err != nil {
			return err
		}
		return s.append(ctx, tx, v.Person, "signal.source_added", ref(src.ID), in.Network)
	})
	if db.IsUnique(err) {
		err = known // somebody added it a moment ago
	}
	if err != nil {
		return Source{}, 0, fmt.Errorf("add source: %w", err)
	}
	return src, len(f.entries), nil
}

var known = errs.InvalidFields(errs.Field{Name: "url", Text: "This feed is among the sources already."})

func ref(source int64) event.Ref { return event.Ref{Kind: "signal_source", ID: source} }

// first reads a source for the first time. Where src names a page, the feed of that page takes its place.
func (s *Service) first(ctx context.Context, v auth.Viewer, src *Source) (feed, error) {
	if err := s.unknown(ctx, v, src.URL, src.Network.ID); err != nil || !s.cfg.Fetch {
		return feed{}, err
	}
	a, f, err := s.read(ctx, src.URL)
	var no *refusal
	if errors.As(err, &no) && len(a.body) > 0 {
		if address := feedOf(a.body, a.at); address != "" {
			u, bad := webAddress(address)
			if bad != nil {
				return feed{}, bad
			}
			src.URL = u.String()
			if err := s.unknown(ctx, v, src.URL, src.Network.ID); err != nil {
				return feed{}, err
			}
			a, f, err = s.read(ctx, src.URL)
		}
	}
	if errors.As(err, &no) {
		return feed{}, errs.InvalidFields(errs.Field{Name: "url", Text: no.text})
	}
	if err != nil {
		return feed{}, err
	}
	now := s.now()
	src.etag, src.modified, src.FetchedAt, src.NextAt = a.etag, a.modified, now, next(src.URL, now)
	return f, nil
}

// read gets a feed while somebody waits for it.
func (s *Service) read(ctx context.Context, address string) (answer, feed, error) {
	a, err := s.fetcher.get(ctx, address, "", "", patienceHere)
	if err != nil {
		return answer{}, feed{}, err
	}
	f, err := readFeed(a.body, a.at, s.now())
	return a, f, err
}

// unknown makes sure that a feed is not among the sources that those who will see it see already.
func (s *Service) unknown(ctx context.Context, v auth.Viewer, address string, network int64) error {
	there, err := selectSourceAt(ctx, s.db, v, address, network)
	if err != nil {
		return err
	}
	if there {
		return known
	}
	return nil
}

// checkSource checks what can be changed of a source, and finds the topic that is meant.
func (s *Service) checkSource(ctx context.Context, title *string, kind Kind, topic string) (threads.Topic, []errs.Field, error) {
	var problems []errs.Field
	*title = strings.Join(strings.Fields(*title), " ")
	if utf8.RuneCountInString(*title) > maxSource {
		problems = append(problems, errs.Field{Name: "title", Text: fmt.Sprintf("Shorten the name to %d characters.", maxSource)})
	}
	if !kind.Valid() {
		problems = append(problems, errs.Field{Name: "kind", Text: "Choose what kind of source it is."})
	}
	topic = strings.TrimSpace(topic)
	if topic == "" {
		return threads.Topic{}, problems, nil
	}
	found, _, err := s.topics.Resolve(ctx, []string{topic})
	if err != nil {
		return threads.Topic{}, nil, fmt.Errorf("find topic: %w", err)
	}
	if len(found) == 0 {
		return threads.Topic{}, append(problems, errs.Field{Name: "topic", Text: "There is no topic called “" + clip(topic, 60) + "”. Choose one from the list."}), nil
	}
	return found[0], problems, nil
}

// SourceChange is what can be changed of a source.
type SourceChange struct {
	Title string
	Kind  Kind
	Topic string // name, "" for none
}

// Change changes what a source is called and about. What it brought goes along, what was clipped stays as it was.
func (s *Service) Change(ctx context.Context, v auth.Viewer, id int64, in SourceChange) error {
	if _, err := s.Source(ctx, v, id); err != nil {
		return err
	}
	topic, problems, err := s.checkSource(ctx, &in.Title, in.Kind, in.Topic)
	if err != nil {
		return err
	}
	if in.Title == "" {
		problems = append(problems, errs.Field{Name: "title", Text: "Write what the source is called."})
	}
	return s.change(ctx, v, id, "signal.source_changed", func(tx *db.Tx, _ Source) error {
		if err := errs.InvalidFields(problems...); err != nil {
			return err
		}
		return updateSource(ctx, tx, id, in.Title, in.Kind, topic.ID)
	})
}

// Pause stops the reading of a source until Resume.
func (s *Service) Pause(ctx context.Context, v auth.Viewer, id int64) error {
	return s.change(ctx, v, id, "signal.source_paused", func(tx *db.Tx, src Source) error {
		return scheduleSource(ctx, tx, id, time.Time{})
	})
}

// Resume has a source read again that was paused or given up, though not sooner than an hour after the last time.
func (s *Service) Resume(ctx context.Context, v auth.Viewer, id int64) error {
	return s.change(ctx, v, id, "signal.source_resumed", func(tx *db.Tx, src Source) error {
		at := tx.Now()
		if again := src.FetchedAt.Add(interval); !src.FetchedAt.IsZero() && again.After(at) {
			at = again
		}
		return scheduleSource(ctx, tx, id, at)
	})
}

// Remove takes a source away with the items it brought. Signals that were clipped from it stay.
func (s *Service) Remove(ctx context.Context, v auth.Viewer, id int64) error {
	return s.change(ctx, v, id, "signal.source_removed", func(tx *db.Tx, _ Source) error {
		return deleteSources(ctx, tx, []int64{id})
	})
}

// change runs fn in a transaction on a source that v looks after, and records it.
func (s *Service) change(ctx context.Context, v auth.Viewer, id int64, verb string, fn func(tx *db.Tx, src Source) error) error {
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		src, err := s.source(ctx, tx, v, id)
		switch {
		case err != nil:
			return err
		case !src.CanChange:
			return notYours
		}
		if err := fn(tx, src); err != nil {
			return err
		}
		return s.append(ctx, tx, v.Person, verb, ref(id), src.Network.ID)
	})
	if err != nil {
		return fmt.Errorf("%s %d: %w", verb, id, err)
	}
	return nil
}

// hostOf is the site of an address.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}
