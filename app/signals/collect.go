package signals

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"sync"
	"time"

	"watercooler/app/db"
	"watercooler/auth"
)

const (
	interval  = time.Hour        // between two visits to a source
	spread    = 10 * time.Minute // by which visits are apart, so that not all of them come on the hour
	giveUp    = 10               // failures in a row
	longestGo = 24 * time.Hour   // between two tries
	together  = 4                // sites that are visited at the same time
	lease     = 2 * time.Minute  // for which a source belongs to the server that visits it; longer than a visit takes
)

// next is when a source is read again that was read at now: in an hour and a bit, which differs from source to source and hour to hour,
// and is the same whenever it is asked for.
func next(address string, now time.Time) time.Time {
	h := fnv.New32a()
	_, _ = fmt.Fprintf(h, "%s %d", address, now.Unix()/int64(interval/time.Second)) // never fails
	return now.Add(interval + time.Duration(h.Sum32()%uint32(spread/time.Second))*time.Second)
}

// pause is how long a source that has failed n times in a row is left alone: twice as long each time, to a day.
func pause(n int) time.Duration {
	return min(interval<<min(max(n-1, 0), 10), longestGo)
}

// FetchDue reads the sources that are due, one of a site at a time, whatever other servers do. A source that fails is no error: it is
// noted, and tried again later.
func (s *Service) FetchDue(ctx context.Context) error {
	if !s.cfg.Fetch {
		return nil
	}
	for {
		var due []Source
		err := s.db.Tx(ctx, func(tx *db.Tx) (err error) {
			if err := tx.Lock(ctx, "signal sources"); err != nil { // two servers would choose the same site
				return err
			}
			due, err = claimSources(ctx, tx, tx.Now().Add(lease), together)
			return err
		})
		if err != nil {
			return fmt.Errorf("choose sources to read: %w", err)
		}
		if len(due) == 0 {
			return nil
		}
		failed := make([]error, len(due))
		var all sync.WaitGroup
		for i, src := range due {
			all.Go(func() { failed[i] = s.collect(ctx, src) })
		}
		all.Wait()
		if err := errors.Join(failed...); err != nil {
			return err
		}
	}
}

// collect reads a source that was claimed, and writes what came of it.
func (s *Service) collect(ctx context.Context, src Source) error {
	a, err := s.fetcher.get(ctx, src.URL, src.etag, src.modified, patienceLong)
	var f feed
	if err == nil && !a.same {
		f, err = readFeed(a.body, a.at, s.now())
	}
	var no *refusal
	if err != nil && !errors.As(err, &no) {
		return fmt.Errorf("read source %d: %w", src.ID, err) // the hub stops; the lease ends by itself
	}
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		if no != nil {
			return s.failed(ctx, tx, src, no)
		}
		there, err := sourceRead(ctx, tx, src.ID, a, next(src.URL, tx.Now()))
		if err != nil || !there { // removed meanwhile
			return err
		}
		return s.store(ctx, tx, src, f.entries)
	})
	if err != nil {
		return fmt.Errorf("keep what source %d says: %w", src.ID, err)
	}
	return nil
}

// failed notes that a source could not be read, and gives it up when there is no more to hope for.
func (s *Service) failed(ctx context.Context, tx *db.Tx, src Source, no *refusal) error {
	n := src.Failures + 1
	var again time.Time
	if !no.gone && n < giveUp {
		again = tx.Now().Add(max(pause(n), no.after))
	}
	there, err := sourceFailed(ctx, tx, src.ID, n, no.text, again)
	if err != nil || !there || !again.IsZero() {
		return err
	}
	return s.append(ctx, tx, 0, "signal.source_ended", ref(src.ID), src.Network.ID)
}

// store keeps those entries of a source that are new, joined to what tells of the same.
func (s *Service) store(ctx context.Context, tx *db.Tx, src Source, entries []entry) error {
	if err := tx.Lock(ctx, "signal items"); err != nil { // two sources may tell of one thing at once
		return err
	}
	have, err := selectGUIDs(ctx, tx, src.ID, entries)
	if err != nil {
		return err
	}
	fresh := entries[:0:0]
	for _, e := range entries {
		if !have[e.guid] {
			have[e.guid] = true
			fresh = append(fresh, e)
		}
	}
	if len(fresh) == 0 {
		return nil
	}
	j, err := newJoiner(ctx, tx, src, fresh)
	if err != nil {
		return err
	}
	for i := len(fresh) - 1; i >= 0; i-- { // the oldest first, so that the first who told of a thing is joined by the others
		item := j.place(fresh[i], tx.Now())
		if item.id, err = insertItem(ctx, tx, item); err != nil {
			return err
		}
		j.add(item)
	}
	return nil
}

// newItem is an entry on its way into the table.
type newItem struct {
	entry
	id, source         int64
	urlKey, titleKey   string
	state              State
	joinedTo, threadID int64
}

// joiner finds what an entry is joined to: an item with the same address, a signal that leads there, or an item of another source that
// said the same a few days before or after.
type joiner struct {
	source  int64
	byURL   map[string]newItem
	byTitle map[string][]newItem
	signals map[string]int64 // address key → thread
}

func newJoiner(ctx context.Context, tx *db.Tx, src Source, entries []entry) (*joiner, error) {
	j := &joiner{source: src.ID, byURL: map[string]newItem{}, byTitle: map[string][]newItem{}}
	var urls, titles []string
	for _, e := range entries {
		urls = append(urls, Key(e.url))
		if t := TitleKey(e.title); t != "" {
			titles = append(titles, t)
		}
	}
	alike, err := selectAlike(ctx, tx, src.Network.ID, urls, titles)
	if err != nil {
		return nil, err
	}
	for _, i := range alike {
		j.add(i)
	}
	j.signals, err = selectSignalsAt(ctx, tx, auth.NetworkAudience(src.Network.ID), urls)
	return j, err
}

// add makes an item one that others may be joined to. One that is joined itself stands for the one it is joined to.
func (j *joiner) add(i newItem) {
	if i.state == Joined {
		i.id = i.joinedTo
	}
	if _, ok := j.byURL[i.urlKey]; !ok {
		j.byURL[i.urlKey] = i
	}
	if i.titleKey != "" {
		j.byTitle[i.titleKey] = append(j.byTitle[i.titleKey], i)
	}
}

// place decides what becomes of an entry.
func (j *joiner) place(e entry, now time.Time) newItem {
	i := newItem{entry: e, source: j.source, urlKey: Key(e.url), titleKey: TitleKey(e.title), state: Fresh}
	if now.Sub(e.published) >= fades {
		i.state = Old
	}
	if first, ok := j.byURL[i.urlKey]; ok {
		i.state, i.joinedTo = Joined, first.id
		return i
	}
	for _, other := range j.byTitle[i.titleKey] {
		if apart := e.published.Sub(other.published).Abs(); other.source != j.source && apart <= sameNews {
			i.state, i.joinedTo = Joined, other.id
			return i
		}
	}
	if thread := j.signals[i.urlKey]; thread != 0 {
		i.state, i.threadID = Clipped, thread
	}
	return i
}
