package signals

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/event"
	"watercooler/app/threads"
)

// SourceRecord is a source as another hub describes it. What it brought is brought anew.
type SourceRecord struct {
	ExternalID string // required, unique for ever
	URL        string
	Title      string
	Kind       Kind
	Network    int64 // by its id in this hub, 0 for everyone's
	Topic      int64
	AddedBy    int64
	Paused     bool // it is not read before somebody says so
	CreatedAt  time.Time

	FetchedAt time.Time // of the sample, which looks as if it had been read
	Trouble   string    // and failed
}

// SignalRecord is where a thread of kind signal comes from, which is brought in first.
type SignalRecord struct {
	Thread    int64
	URL       string
	Kind      Kind
	Source    string
	Published time.Time
	ReadAt    time.Time // zero for never
	Once      bool      // what is said of it here already stays: the dates of the sample go by the day on which it is loaded
}

// ItemRecord is what a source brought. Only the sample has any: another hub reads its sources itself.
type ItemRecord struct {
	Source    int64
	GUID      string
	URL       string
	Title     string
	Summary   string
	Published time.Time
	State     State
	JoinedTo  int64 // of a joined one
	Thread    int64 // of a clipped one
}

// ImportSources brings in sources, in tx. One that is among those of everyone, or of its network, already stays as it is and is skipped.
func (s *Service) ImportSources(ctx context.Context, tx *db.Tx, records []SourceRecord) (threads.Outcome, error) {
	out := threads.Outcome{IDs: make(map[string]int64, len(records))}
	for _, r := range records {
		u, err := webAddress(r.URL)
		if err != nil || !r.Kind.Valid() {
			out.Skipped = append(out.Skipped, threads.Skipped{ExternalID: r.ExternalID, Reason: "its address or kind is none"})
			continue
		}
		r.URL, r.Title = u.String(), cmp.Or(clip(r.Title, maxSource), strings.TrimPrefix(u.Hostname(), "www."))
		have, same, err := selectImported(ctx, tx, r)
		switch {
		case err != nil:
			return out, fmt.Errorf("import source %s: %w", r.ExternalID, err)
		case have == 0:
			var there bool
			if there, err = isSource(ctx, tx, r.URL, r.Network); err == nil && there {
				out.Skipped = append(out.Skipped, threads.Skipped{ExternalID: r.ExternalID, Reason: "this feed is among the sources already"})
				continue
			}
			if err == nil {
				have, err = s.insertImported(ctx, tx, r)
			}
			out.Created++
		case same:
			out.Unchanged++
		default:
			err = updateSource(ctx, tx, have, r.Title, r.Kind, r.Topic)
			out.Changed++
		}
		if err != nil {
			return out, fmt.Errorf("import source %s: %w", r.ExternalID, err)
		}
		out.IDs[r.ExternalID] = have
	}
	return out, nil
}

// insertImported adds a source that is new here. It is read for the first time within the next hour: not all of them at once.
func (s *Service) insertImported(ctx context.Context, tx *db.Tx, r SourceRecord) (int64, error) {
	src := Source{
		URL: r.URL, Title: r.Title, Kind: r.Kind, Network: threads.Place{ID: r.Network}, Topic: threads.Topic{ID: r.Topic}, FetchedAt: r.FetchedAt,
	}
	if !r.Paused {
		src.NextAt = next(r.URL, tx.Now()).Add(-interval)
	}
	id, err := insertSource(ctx, tx, src, r.AddedBy)
	if err != nil {
		return 0, err
	}
	_, err = tx.Exec(ctx, `
		UPDATE signal_sources
		SET external_id = $1, created_at = $2, last_error = $3
		WHERE id = $4`, r.ExternalID, db.Micros(r.CreatedAt), r.Trouble, id)
	return id, err
}

// selectImported returns the source an earlier import made of r, 0 for none, and whether it says what r says.
func selectImported(ctx context.Context, tx *db.Tx, r SourceRecord) (id int64, same bool, err error) {
	rows, err := tx.Query(ctx, `
		SELECT s.id, s.title = $1 AND s.kind = $2 AND COALESCE(s.topic_id, 0) = $3
		FROM signal_sources s
		WHERE s.external_id = $4
		LIMIT 1`, r.Title, string(r.Kind), r.Topic, r.ExternalID)
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) { return struct{}{}, row.Scan(&id, &same) })
	return id, same, err
}

// isSource reports whether a feed is among the sources of exactly a network, or of everyone.
func isSource(ctx context.Context, tx *db.Tx, address string, network int64) (there bool, err error) {
	err = tx.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM signal_sources s WHERE s.url = $1 AND COALESCE(s.network_id, 0) = $2)`, address, network).Scan(&there)
	return there, err
}

// ImportSignals says where threads of kind signal come from, in tx, with one event that names those it changed. The ids are the caller's
// word: it has just looked them up.
func (s *Service) ImportSignals(ctx context.Context, tx *db.Tx, records []SignalRecord) (threads.Outcome, error) {
	var (
		out     threads.Outcome
		changed []int64
	)
	for _, r := range records {
		u, err := webAddress(r.URL)
		if err != nil || !r.Kind.Valid() {
			out.Skipped = append(out.Skipped, threads.Skipped{ExternalID: r.URL, Reason: "its address or kind is none"})
			continue
		}
		r.URL, r.Source = u.String(), cmp.Or(clip(r.Source, maxSource), strings.TrimPrefix(u.Hostname(), "www."))
		n, err := tx.Exec(ctx, `
			INSERT INTO signals (thread_id, url, url_key, kind, source, published_at, read_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7)
			ON CONFLICT (thread_id) DO UPDATE
			SET url = excluded.url, url_key = excluded.url_key, kind = excluded.kind, source = excluded.source, published_at = excluded.published_at,
			  read_at = COALESCE(signals.read_at, excluded.read_at)
			WHERE CAST($8 AS BOOLEAN) AND (signals.url <> excluded.url OR signals.kind <> excluded.kind OR signals.source <> excluded.source
			  OR signals.published_at <> excluded.published_at OR signals.read_at IS NULL AND excluded.read_at IS NOT NULL)`,
			r.Thread, r.URL, Key(r.URL), string(r.Kind), r.Source, db.Micros(r.Published), microsOr(r.ReadAt), !r.Once)
		switch {
		case err != nil:
			return out, fmt.Errorf("import signal %d: %w", r.Thread, err)
		case n > 0:
			out.Changed++
			changed = append(changed, r.Thread)
		default:
			out.Unchanged++
		}
	}
	return out, event.AppendBatch(ctx, tx, map[string][]int64{"threads": changed})
}

// ImportItems brings in what sources brought, in tx, and returns the ids by source and guid. What is there already stays as it is.
func (s *Service) ImportItems(ctx context.Context, tx *db.Tx, records []ItemRecord) (threads.Outcome, error) {
	out := threads.Outcome{IDs: make(map[string]int64, len(records))}
	for _, r := range records {
		have, err := selectGUIDs(ctx, tx, r.Source, []entry{{guid: r.GUID}})
		if err != nil {
			return out, fmt.Errorf("import item %s: %w", r.GUID, err)
		}
		if have[r.GUID] {
			out.Unchanged++
			continue
		}
		item := newItem{
			entry:  entry{guid: r.GUID, url: r.URL, title: clip(r.Title, maxTitle), summary: clip(r.Summary, maxSummary), published: r.Published},
			source: r.Source, urlKey: Key(r.URL), titleKey: TitleKey(r.Title), state: r.State, joinedTo: r.JoinedTo, threadID: r.Thread,
		}
		if out.IDs[r.GUID], err = insertItem(ctx, tx, item); err != nil {
			return out, fmt.Errorf("import item %s: %w", r.GUID, err)
		}
		out.Created++
	}
	return out, nil
}
