package signals

import (
	"context"
	"math"
	"time"

	"watercooler/app/db"
	"watercooler/app/threads"
	"watercooler/auth"
)

// sees is the condition that v sees the source s: everybody who is signed in sees those of everyone, and members those of their network.
//
// SECURITY: every statement that reads sources or items for a viewer holds it.
func sees(p *db.Params, v auth.Viewer) string {
	return "(s.network_id IS NULL OR s.network_id IN (" + db.AllOf(p, v.Networks()) + "))"
}

// itemColumns are what scanItem reads of item i, its source s, and the network n and topic c of that.
const itemColumns = `i.id, i.url, i.title, i.summary, i.published_at, i.state, COALESCE(i.thread_id, 0),
		  s.title, s.kind, COALESCE(n.id, 0), COALESCE(n.slug, ''), COALESCE(n.name, ''), COALESCE(c.name, '')`

const itemTables = `signal_items i
		JOIN signal_sources s ON s.id = i.source_id
		LEFT JOIN networks n ON n.id = s.network_id
		LEFT JOIN topics c ON c.id = s.topic_id`

func scanItem(r db.Scanner) (i Item, err error) {
	var published int64
	err = r.Scan(&i.ID, &i.URL, &i.Title, &i.Summary, &published, &i.State, &i.Thread,
		&i.Source, &i.Kind, &i.Network.ID, &i.Network.Slug, &i.Network.Name, &i.Topic)
	i.Published = db.Time(published)
	return i, err
}

func selectItem(ctx context.Context, q db.Querier, v auth.Viewer, id int64) (Item, error) {
	var p db.Params
	text := `
		SELECT ` + itemColumns + `
		FROM ` + itemTables + `
		WHERE i.id = ` + p.One(id) + ` AND ` + sees(&p, v)
	return scanItem(q.QueryRow(ctx, text, p.Values()...))
}

// endOfTime lies after every row.
var endOfTime = threads.Key{At: math.MaxInt64, ID: math.MaxInt64}

// selectItems reads the items of a page, one more than asked for to see whether there are others.
func selectItems(ctx context.Context, q db.Querier, v auth.Viewer, state State, in Query) ([]Item, error) {
	if in.Before == (threads.Key{}) {
		in.Before = endOfTime
	}
	var p db.Params
	text := `
		SELECT ` + itemColumns + `
		FROM ` + itemTables + `
		WHERE i.state = ` + p.One(string(state)) + `
		  AND (i.published_at, i.id) < (` + p.One(in.Before.At) + `, ` + p.One(in.Before.ID) + `)
		  AND ` + sees(&p, v)
	if in.Kind != "" {
		text += ` AND s.kind = ` + p.One(string(in.Kind))
	}
	if in.Network != 0 {
		text += ` AND s.network_id = ` + p.One(in.Network)
	}
	if in.Topic != 0 {
		text += ` AND s.topic_id = ` + p.One(in.Topic)
	}
	text += `
		ORDER BY i.published_at DESC, i.id DESC
		LIMIT ` + p.One(in.Limit+1)
	rows, err := q.Query(ctx, text, p.Values()...)
	return db.Collect(rows, err, scanItem)
}

// addTellings fills in who else told of items, each source once, as far as v may know.
func addTellings(ctx context.Context, q db.Querier, v auth.Viewer, list []Item) error {
	if len(list) == 0 {
		return nil
	}
	at := make(map[int64]int, len(list))
	ids := make([]int64, len(list))
	for i, item := range list {
		ids[i], at[item.ID] = item.ID, i
	}
	var p db.Params
	text := `
		SELECT i.joined_to, s.title, i.url
		FROM signal_items i
		JOIN signal_sources s ON s.id = i.source_id
		WHERE i.joined_to IN (` + db.AllOf(&p, ids) + `) AND ` + sees(&p, v) + `
		ORDER BY i.published_at, i.id
		LIMIT 1000`
	rows, err := q.Query(ctx, text, p.Values()...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (_ struct{}, err error) {
		var of int64
		var t Telling
		if err := r.Scan(&of, &t.Source, &t.URL); err != nil {
			return struct{}{}, err
		}
		item := &list[at[of]]
		for _, have := range append([]Telling{{Source: item.Source}}, item.Also...) {
			if have.Source == t.Source {
				return struct{}{}, nil
			}
		}
		item.Also = append(item.Also, t)
		return struct{}{}, nil
	})
	return err
}

// selectTellings returns who told of a signal, the first first, as far as v may know.
func selectTellings(ctx context.Context, q db.Querier, v auth.Viewer, thread int64) ([]Telling, error) {
	var p db.Params
	text := `
		SELECT s.title, i.url
		FROM signal_items i
		JOIN signal_sources s ON s.id = i.source_id
		WHERE (i.thread_id = ` + p.One(thread) + ` OR i.joined_to IN (SELECT f.id FROM signal_items f WHERE f.thread_id = ` + p.One(thread) + `))
		  AND ` + sees(&p, v) + `
		ORDER BY i.published_at, i.id
		LIMIT 50`
	rows, err := q.Query(ctx, text, p.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (t Telling, err error) { return t, r.Scan(&t.Source, &t.URL) })
}

// claimItem makes sure that nobody else clips an item until tx ends, and reports whether nobody has.
func claimItem(ctx context.Context, tx *db.Tx, id int64) (bool, error) {
	n, err := tx.Exec(ctx, `
		UPDATE signal_items
		SET triaged_at = $1
		WHERE id = $2 AND state IN ('new', 'dismissed', 'old')`, db.Micros(tx.Now()), id)
	return n > 0, err
}

func updateItem(ctx context.Context, tx *db.Tx, id int64, to State, thread int64) error {
	_, err := tx.Exec(ctx, `
		UPDATE signal_items
		SET state = $1, thread_id = $2, triaged_at = $3
		WHERE id = $4`, string(to), idOrNull(thread), db.Micros(tx.Now()), id)
	return err
}

// clipAlike makes waiting items with this address part of a signal, as far as all who see an item can read the signal.
func clipAlike(ctx context.Context, tx *db.Tx, key, audience string, thread int64) error {
	_, err := tx.Exec(ctx, `
		UPDATE signal_items
		SET state = 'clipped', thread_id = $1, triaged_at = $2
		WHERE url_key = $3 AND state IN ('new', 'old')
		  AND source_id IN (
		    SELECT s.id
		    FROM signal_sources s
		    WHERE $4 IN ('public', 'hub') OR 'network:' || CAST(s.network_id AS TEXT) = $4)`, thread, db.Micros(tx.Now()), key, audience)
	return err
}

func markItemRead(ctx context.Context, tx *db.Tx, id int64) error {
	_, err := tx.Exec(ctx, `
		UPDATE signal_items
		SET read_at = $1
		WHERE id = $2 AND read_at IS NULL`, db.Micros(tx.Now()), id)
	return err
}

func fadeItems(ctx context.Context, tx *db.Tx, before time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE signal_items
		SET state = 'old'
		WHERE state = 'new' AND published_at <= $1`, db.Micros(before))
	return err
}

// forgetItems removes what nobody wanted; what others are joined to goes after those.
func forgetItems(ctx context.Context, tx *db.Tx, before time.Time) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM signal_items
		WHERE state IN ('old', 'dismissed', 'joined') AND published_at <= $1
		  AND NOT EXISTS (SELECT 1 FROM signal_items j WHERE j.joined_to = signal_items.id)`, db.Micros(before))
	return err
}

// Signals.

func insertSignal(ctx context.Context, tx *db.Tx, o Origin) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO signals (thread_id, url, url_key, kind, source, published_at)
		VALUES ($1, $2, $3, $4, $5, $6)`, o.Thread, o.URL, Key(o.URL), string(o.Kind), o.Source, db.Micros(o.Published))
	return err
}

func scanOrigin(r db.Scanner, o *Origin, more ...any) error {
	var published int64
	err := r.Scan(append([]any{&o.Thread, &o.URL, &o.Kind, &o.Source, &published}, more...)...)
	o.Published = db.Time(published)
	return err
}

func selectOrigin(ctx context.Context, q db.Querier, thread int64) (o Origin, err error) {
	err = scanOrigin(q.QueryRow(ctx, `
		SELECT g.thread_id, g.url, g.kind, g.source, g.published_at, g.read_at IS NOT NULL
		FROM signals g
		WHERE g.thread_id = $1`, thread), &o, &o.Read)
	return o, err
}

func markSignalRead(ctx context.Context, tx *db.Tx, thread int64) (first bool, err error) {
	n, err := tx.Exec(ctx, `
		UPDATE signals
		SET read_at = $1
		WHERE thread_id = $2 AND read_at IS NULL`, db.Micros(tx.Now()), thread)
	return n > 0, err
}

// originRow is a signal of a list with its place there.
type originRow struct {
	Origin
	key threads.Key
}

// selectOrigins reads the signals of a page, one more than asked for to see whether there are others.
func selectOrigins(ctx context.Context, q db.Querier, v auth.Viewer, in Query) ([]originRow, error) {
	if in.Before == (threads.Key{}) {
		in.Before = endOfTime
	}
	var p db.Params
	text := `
		SELECT g.thread_id, g.url, g.kind, g.source, g.published_at, t.active_at
		FROM threads t
		JOIN signals g ON g.thread_id = t.id
		WHERE t.kind = 'signal' AND t.deleted_at IS NULL
		  AND (t.active_at, t.id) < (` + p.One(in.Before.At) + `, ` + p.One(in.Before.ID) + `)
		  AND ` + v.Reads(&p, "t.audience")
	if in.Kind != "" {
		text += ` AND g.kind = ` + p.One(string(in.Kind))
	}
	if in.Network != 0 {
		text += ` AND t.network_id = ` + p.One(in.Network)
	}
	if in.Topic != 0 {
		text += ` AND EXISTS (SELECT 1 FROM thread_topics h WHERE h.thread_id = t.id AND h.topic_id = ` + p.One(in.Topic) + `)`
	}
	text += `
		ORDER BY t.active_at DESC, t.id DESC
		LIMIT ` + p.One(in.Limit+1)
	rows, err := q.Query(ctx, text, p.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (o originRow, err error) {
		err = scanOrigin(r, &o.Origin, &o.key.At)
		o.key.ID = o.Thread
		return o, err
	})
}

func selectKnown(ctx context.Context, q db.Querier, v auth.Viewer, key string) ([]Known, error) {
	var p db.Params
	text := `
		SELECT t.id, t.title, t.reply_count, t.created_at
		FROM signals g
		JOIN threads t ON t.id = g.thread_id
		WHERE g.url_key = ` + p.One(key) + ` AND t.deleted_at IS NULL AND ` + v.Reads(&p, "t.audience") + `
		ORDER BY t.created_at DESC, t.id DESC
		LIMIT 5`
	rows, err := q.Query(ctx, text, p.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (k Known, err error) {
		var created int64
		err = r.Scan(&k.Thread, &k.Title, &k.Replies, &created)
		k.At = db.Time(created)
		return k, err
	})
}

// selectSignalsAt returns the signals that lead to any of these addresses, by key, for an item that everyone signed in sees, or the
// members whose audience is named: only those that all of them can read.
func selectSignalsAt(ctx context.Context, q db.Querier, members string, keys []string) (map[string]int64, error) {
	out := map[string]int64{}
	var p db.Params
	text := `
		SELECT g.url_key, g.thread_id
		FROM signals g
		JOIN threads t ON t.id = g.thread_id
		WHERE g.url_key IN (` + db.AllOf(&p, keys) + `) AND t.deleted_at IS NULL AND t.kind = 'signal'
		  AND t.audience IN ('public', 'hub', ` + p.One(members) + `)
		ORDER BY g.thread_id DESC
		LIMIT 1000`
	rows, err := q.Query(ctx, text, p.Values()...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (_ struct{}, err error) {
		var key string
		var thread int64
		err = r.Scan(&key, &thread)
		out[key] = thread // the first of them in the end
		return struct{}{}, err
	})
	return out, err
}

func selectPlace(ctx context.Context, q db.Querier, v auth.Viewer, slug string) (pl threads.Place, err error) {
	var p db.Params
	text := `
		SELECT n.id, n.slug, n.name
		FROM networks n
		WHERE n.slug = ` + p.One(slug) + ` AND ` + v.Reads(&p, "n.audience")
	err = q.QueryRow(ctx, text, p.Values()...).Scan(&pl.ID, &pl.Slug, &pl.Name)
	return pl, err
}

// idOrNull returns what a reference that may be NULL holds for id.
func idOrNull(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}
