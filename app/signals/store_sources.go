package signals

import (
	"context"
	"fmt"
	"time"

	"watercooler/app/db"
	"watercooler/auth"
)

// selectSources reads the source with this id, or all for 0, as far as v sees them, by name.
func selectSources(ctx context.Context, q db.Querier, v auth.Viewer, id int64) ([]Source, error) {
	var p db.Params
	text := `
		SELECT s.id, s.url, s.title, s.kind, s.fetched_at, s.next_at, s.failures, s.last_error,
		  COALESCE(n.id, 0), COALESCE(n.slug, ''), COALESCE(n.name, ''), COALESCE(c.id, 0), COALESCE(c.slug, ''), COALESCE(c.name, ''),
		  (SELECT COUNT(*) FROM signal_items i WHERE i.source_id = s.id AND i.state = 'new')
		FROM signal_sources s
		LEFT JOIN networks n ON n.id = s.network_id
		LEFT JOIN topics c ON c.id = s.topic_id
		WHERE ` + sees(&p, v)
	if id != 0 {
		text += ` AND s.id = ` + p.One(id)
	}
	text += `
		ORDER BY LOWER(s.title), s.id
		LIMIT 500`
	rows, err := q.Query(ctx, text, p.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (s Source, err error) {
		var fetched, next *int64
		err = r.Scan(&s.ID, &s.URL, &s.Title, &s.Kind, &fetched, &next, &s.Failures, &s.LastError,
			&s.Network.ID, &s.Network.Slug, &s.Network.Name, &s.Topic.ID, &s.Topic.Slug, &s.Topic.Name, &s.Waiting)
		s.FetchedAt, s.NextAt = timeOf(fetched), timeOf(next)
		return s, err
	})
}

// timeOf returns the time of a column that may be NULL, zero for NULL.
func timeOf(us *int64) time.Time {
	if us == nil {
		return time.Time{}
	}
	return db.Time(*us)
}

// microsOr returns what a column that may be NULL holds for t, NULL for the zero time.
func microsOr(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	return db.NullMicros(&t)
}

// selectSourceAt reports whether a feed is among the sources of everyone, or of the network, and v sees it there.
func selectSourceAt(ctx context.Context, q db.Querier, v auth.Viewer, address string, network int64) (there bool, err error) {
	var p db.Params
	text := `
		SELECT EXISTS (
		  SELECT 1
		  FROM signal_sources s
		  WHERE s.url = ` + p.One(address) + ` AND (s.network_id IS NULL OR s.network_id = ` + p.One(network) + `) AND ` + sees(&p, v) + `)`
	err = q.QueryRow(ctx, text, p.Values()...).Scan(&there)
	return there, err
}

func insertSource(ctx context.Context, tx *db.Tx, s Source, by int64) (id int64, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO signal_sources (url, host, title, kind, network_id, topic_id, added_by, etag, modified, fetched_at, next_at, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
		RETURNING id`, s.URL, hostOf(s.URL), s.Title, string(s.Kind), idOrNull(s.Network.ID), idOrNull(s.Topic.ID), idOrNull(by), s.etag, s.modified,
		microsOr(s.FetchedAt), microsOr(s.NextAt), db.Micros(tx.Now())).Scan(&id)
	return id, err
}

func updateSource(ctx context.Context, tx *db.Tx, id int64, title string, kind Kind, topic int64) error {
	_, err := tx.Exec(ctx, `
		UPDATE signal_sources
		SET title = $1, kind = $2, topic_id = $3
		WHERE id = $4`, title, string(kind), idOrNull(topic), id)
	return err
}

// scheduleSource says when a source is read next, never for the zero time, and forgets what failed.
func scheduleSource(ctx context.Context, tx *db.Tx, id int64, at time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE signal_sources
		SET next_at = $1, failures = 0, last_error = ''
		WHERE id = $2`, microsOr(at), id)
	return err
}

// claimSources takes up to limit sources that are due, of as many sites, none of which another server visits, until a time. It must be the
// only one of its kind while tx runs.
func claimSources(ctx context.Context, tx *db.Tx, until time.Time, limit int) ([]Source, error) {
	now := db.Micros(tx.Now())
	rows, err := tx.Query(ctx, `
		SELECT s.id, s.url, s.host, COALESCE(s.network_id, 0), s.etag, s.modified, s.failures
		FROM signal_sources s
		WHERE s.next_at <= $1
		  AND NOT EXISTS (SELECT 1 FROM signal_sources o WHERE o.host = s.host AND o.busy_until > $1)
		ORDER BY s.next_at, s.id
		LIMIT 200`, now)
	type row struct {
		Source
		host string
	}
	due, err := db.Collect(rows, err, func(r db.Scanner) (s row, err error) {
		return s, r.Scan(&s.ID, &s.URL, &s.host, &s.Network.ID, &s.etag, &s.modified, &s.Failures)
	})
	if err != nil {
		return nil, err
	}
	var (
		taken []Source
		ids   []int64
		hosts = map[string]bool{}
	)
	for _, s := range due {
		if len(taken) < limit && !hosts[s.host] {
			hosts[s.host] = true
			taken, ids = append(taken, s.Source), append(ids, s.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	var p db.Params
	text := `
		UPDATE signal_sources
		SET busy_until = ` + p.One(db.Micros(until)) + `
		WHERE id IN (` + db.AllOf(&p, ids) + `)`
	_, err = tx.Exec(ctx, text, p.Values()...)
	return taken, err
}

// sourceRead notes that a source was read, and when it will be again; one that was paused meanwhile stays so. It reports whether the
// source is still there.
func sourceRead(ctx context.Context, tx *db.Tx, id int64, a answer, again time.Time) (bool, error) {
	n, err := tx.Exec(ctx, `
		UPDATE signal_sources
		SET etag = $1, modified = $2, fetched_at = $3, failures = 0, last_error = '', busy_until = NULL,
		  next_at = CASE WHEN next_at IS NULL THEN NULL ELSE CAST($4 AS BIGINT) END
		WHERE id = $5`, a.etag, a.modified, db.Micros(tx.Now()), db.Micros(again), id)
	return n > 0, err
}

// sourceFailed notes that a source could not be read for the nth time in a row, why, and when to try again, never for the zero time. It
// reports whether the source is still read.
func sourceFailed(ctx context.Context, tx *db.Tx, id int64, n int, why string, again time.Time) (bool, error) {
	_, err := tx.Exec(ctx, `
		UPDATE signal_sources
		SET busy_until = NULL
		WHERE id = $1`, id)
	if err != nil {
		return false, err
	}
	changed, err := tx.Exec(ctx, `
		UPDATE signal_sources
		SET failures = $1, last_error = $2, next_at = $3
		WHERE id = $4 AND next_at IS NOT NULL`, n, why, microsOr(again), id)
	return changed > 0, err
}

// deleteSources removes sources with what they brought. Items of other sources that were joined to any of theirs come up by themselves.
func deleteSources(ctx context.Context, tx *db.Tx, ids []int64) error {
	for _, statement := range []string{
		`UPDATE signal_items
		SET state = CASE WHEN state = 'joined' THEN 'new' ELSE state END, joined_to = NULL
		WHERE joined_to IN (SELECT g.id FROM signal_items g WHERE g.source_id IN ($1))`,
		`DELETE FROM signal_items WHERE source_id IN ($1)`,
		`DELETE FROM signal_sources WHERE id IN ($1)`,
	} {
		if _, err := tx.ExecIn(ctx, statement, ids); err != nil {
			return fmt.Errorf("delete sources: %w", err)
		}
	}
	return nil
}

// selectGUIDs returns which of the entries of a source are kept already.
func selectGUIDs(ctx context.Context, tx *db.Tx, source int64, entries []entry) (map[string]bool, error) {
	have := make(map[string]bool, len(entries))
	if len(entries) == 0 {
		return have, nil
	}
	guids := make([]string, len(entries))
	for i, e := range entries {
		guids[i] = e.guid
	}
	var p db.Params
	text := `
		SELECT i.guid
		FROM signal_items i
		WHERE i.source_id = ` + p.One(source) + ` AND i.guid IN (` + db.AllOf(&p, guids) + `)`
	rows, err := tx.Query(ctx, text, p.Values()...)
	list, err := db.Collect(rows, err, db.One[string])
	for _, guid := range list {
		have[guid] = true
	}
	return have, err
}

// selectAlike returns the items that those of a source of network, 0 for everyone's, may be joined to: of the same address or title, and
// of sources that everybody sees who sees that one. Items of another network are none of theirs.
func selectAlike(ctx context.Context, tx *db.Tx, network int64, urls, titles []string) ([]newItem, error) {
	var p db.Params
	text := `
		SELECT i.id, i.source_id, i.url_key, i.title_key, i.published_at, i.state, COALESCE(i.joined_to, 0)
		FROM signal_items i
		JOIN signal_sources s ON s.id = i.source_id
		WHERE (s.network_id IS NULL OR s.network_id = ` + p.One(network) + `)
		  AND (i.url_key IN (` + db.AllOf(&p, urls) + `)`
	if len(titles) > 0 {
		text += ` OR i.title_key IN (` + db.AllOf(&p, titles) + `)`
	}
	text += `)
		ORDER BY i.published_at, i.id
		LIMIT 5000`
	rows, err := tx.Query(ctx, text, p.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (i newItem, err error) {
		var published int64
		err = r.Scan(&i.id, &i.source, &i.urlKey, &i.titleKey, &published, &i.state, &i.joinedTo)
		i.published = db.Time(published)
		return i, err
	})
}

func insertItem(ctx context.Context, tx *db.Tx, i newItem) (id int64, err error) {
	var triaged *int64
	if i.state == Clipped {
		us := db.Micros(tx.Now())
		triaged = &us
	}
	err = tx.QueryRow(ctx, `
		INSERT INTO signal_items (source_id, guid, url, url_key, title, title_key, summary, published_at, found_at, state, joined_to, thread_id, triaged_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		RETURNING id`, i.source, i.guid, i.url, i.urlKey, i.title, i.titleKey, i.summary, db.Micros(i.published), db.Micros(tx.Now()),
		string(i.state), idOrNull(i.joinedTo), idOrNull(i.threadID), triaged).Scan(&id)
	return id, err
}

// scopeRow is a source as Scope adds it up.
type scopeRow struct {
	kind           Kind
	network, topic Part
	waiting        int
}

func selectScope(ctx context.Context, q db.Querier, v auth.Viewer) ([]scopeRow, error) {
	var p db.Params
	text := `
		SELECT s.kind, COALESCE(n.id, 0), COALESCE(n.slug, ''), COALESCE(n.name, ''), COALESCE(c.id, 0), COALESCE(c.slug, ''), COALESCE(c.name, ''),
		  COUNT(i.id)
		FROM signal_sources s
		LEFT JOIN networks n ON n.id = s.network_id
		LEFT JOIN topics c ON c.id = s.topic_id
		LEFT JOIN signal_items i ON i.source_id = s.id AND i.state = 'new'
		WHERE ` + sees(&p, v) + `
		GROUP BY s.id, s.kind, n.id, n.slug, n.name, c.id, c.slug, c.name
		LIMIT 1000`
	rows, err := q.Query(ctx, text, p.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (s scopeRow, err error) {
		return s, r.Scan(&s.kind, &s.network.ID, &s.network.Slug, &s.network.Name, &s.topic.ID, &s.topic.Slug, &s.topic.Name, &s.waiting)
	})
}

// ReplaceTopic makes every source about one topic a source about another, in tx: topics were merged.
func (s *Service) ReplaceTopic(ctx context.Context, tx *db.Tx, old, into int64) error {
	_, err := tx.Exec(ctx, `
		UPDATE signal_sources
		SET topic_id = $1
		WHERE topic_id = $2`, into, old)
	if err != nil {
		return fmt.Errorf("replace topic %d by %d: %w", old, into, err)
	}
	return nil
}
