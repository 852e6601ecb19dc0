package kv

import (
	"context"
	"fmt"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
)

// SQL keeps values in table kv, and counters and messages in memory: for a hub that is one process.
type SQL struct {
	db       *db.DB
	now      func() time.Time
	counters counters
	hub      hub
}

// NewSQL returns a store in d. now is the clock, time.Now outside tests.
func NewSQL(d *db.DB, now func() time.Time) *SQL { return &SQL{db: d, now: now} }

var _ Store = (*SQL)(nil)

// Get implements Store.
func (s *SQL) Get(ctx context.Context, key string) ([]byte, error) {
	var value []byte
	err := s.db.QueryRow(ctx, `
		SELECT value
		FROM kv
		WHERE key = $1 AND expires_at > $2`, key, db.Micros(s.now())).Scan(&value)
	return value, kept(err)
}

// Put implements Store.
func (s *SQL) Put(ctx context.Context, key, owner string, value []byte, ttl time.Duration) error {
	return s.exec(ctx, `
		INSERT INTO kv (key, owner, value, expires_at)
		VALUES ($1, $2, $3, $4)
		ON CONFLICT (key) DO UPDATE SET owner = excluded.owner, value = excluded.value, expires_at = excluded.expires_at`,
		key, owner, value, db.Micros(s.now().Add(ttl)))
}

// Replace implements Store.
func (s *SQL) Replace(ctx context.Context, key string, value []byte, ttl time.Duration) (replaced bool, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		n, err := tx.Exec(ctx, `
			UPDATE kv
			SET value = $1, expires_at = $2
			WHERE key = $3 AND expires_at > $4`, value, db.Micros(s.now().Add(ttl)), key, db.Micros(s.now()))
		replaced = n > 0
		return err
	})
	return replaced, err
}

// Take implements Store.
func (s *SQL) Take(ctx context.Context, key string) (value []byte, err error) {
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		return tx.QueryRow(ctx, `
			DELETE FROM kv
			WHERE key = $1 AND expires_at > $2
			RETURNING value`, key, db.Micros(s.now())).Scan(&value)
	})
	return value, kept(err)
}

// Delete implements Store.
func (s *SQL) Delete(ctx context.Context, keys ...string) error {
	if len(keys) == 0 {
		return nil
	}
	return s.exec(ctx, `DELETE FROM kv WHERE key IN (`+db.In(1, len(keys))+`)`, db.Args(keys)...)
}

// Owned implements Store.
func (s *SQL) Owned(ctx context.Context, owner string) (map[string][]byte, error) {
	type entry struct {
		key   string
		value []byte
	}
	rows, err := s.db.Query(ctx, `
		SELECT key, value
		FROM kv
		WHERE owner = $1 AND owner <> '' AND expires_at > $2
		ORDER BY key
		LIMIT 1000`, owner, db.Micros(s.now()))
	list, err := db.Collect(rows, err, func(r db.Scanner) (e entry, err error) { return e, r.Scan(&e.key, &e.value) })
	if err != nil {
		return nil, fmt.Errorf("list what %q owns: %w", owner, err)
	}
	all := make(map[string][]byte, len(list))
	for _, e := range list {
		all[e.key] = e.value
	}
	return all, nil
}

// DeleteOwned implements Store.
func (s *SQL) DeleteOwned(ctx context.Context, owner string, except ...string) error {
	return s.exec(ctx, `
		DELETE FROM kv
		WHERE owner = $1 AND owner <> '' AND key NOT IN (''`+more(2, len(except))+`)`, db.Args(except, owner)...)
}

func more(first, n int) string {
	if n == 0 {
		return ""
	}
	return ", " + db.In(first, n)
}

// Allow implements Store. It counts in this process.
func (s *SQL) Allow(_ context.Context, key string, r Rate) (bool, time.Duration, error) {
	ok, wait := s.counters.allow(key, r, s.now())
	return ok, wait, nil
}

// Publish implements Store. It reaches this process.
func (s *SQL) Publish(_ context.Context, channel string, message []byte) error {
	s.hub.publish(channel, message)
	return nil
}

// Subscribe implements Store.
func (s *SQL) Subscribe(ctx context.Context, channel string) (<-chan []byte, error) {
	return s.hub.subscribe(ctx, channel), nil
}

// Ping implements Store.
func (s *SQL) Ping(ctx context.Context) error { return s.db.Ping(ctx) }

// Close implements Store.
func (s *SQL) Close() error { return nil }

// Sweep deletes what has expired. Reads never see it, so this is only about space.
func (s *SQL) Sweep(ctx context.Context) error {
	return s.exec(ctx, `DELETE FROM kv WHERE expires_at <= $1`, db.Micros(s.now()))
}

func (s *SQL) exec(ctx context.Context, query string, args ...any) error {
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	})
}

// kept says absence in this package's words.
func kept(err error) error {
	if errs.IsNotFound(err) {
		return absent
	}
	return err
}
