package auth_test

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"watercooler/app/db"
	"watercooler/app/kv"
	"watercooler/auth"
)

// clock moves only when told to.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// kit is a Service on a database with one organisation and the people a test adds.
type kit struct {
	*auth.Service
	t     *testing.T
	db    *db.DB
	kv    kv.Store
	clock *clock
	org   int64
}

func newKit(t *testing.T, d *db.DB, cfg auth.Config) *kit {
	t.Helper()
	// Real time to begin with: the identity providers under test live in it too.
	k := &kit{t: t, db: d, clock: &clock{now: time.Now().UTC().Truncate(time.Second)}}
	k.kv = kv.NewSQL(d, k.clock.Now)
	var err error
	if k.Service, err = auth.New(d, k.kv, cfg, k.clock.Now, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	k.tx(func(tx *db.Tx) error {
		return tx.QueryRow(k.ctx(), `
			INSERT INTO organisations (name, slug, home, created_at)
			VALUES ('Devon', 'devon', TRUE, 0)
			RETURNING id`).Scan(&k.org)
	})
	return k
}

func (k *kit) ctx() context.Context { return k.t.Context() }

func (k *kit) tx(fn func(tx *db.Tx) error) {
	k.t.Helper()
	if err := k.db.Tx(k.ctx(), fn); err != nil {
		k.t.Fatal(err)
	}
}

// account adds a person called handle with an account, and a password unless it is "".
func (k *kit) account(handle, password string, roles auth.Role) int64 {
	k.t.Helper()
	var hash auth.PasswordHash
	if password != "" {
		var err error
		if hash, err = k.Hash(k.ctx(), password); err != nil {
			k.t.Fatal(err)
		}
	}
	var id int64
	k.tx(func(tx *db.Tx) error {
		var person int64
		if err := tx.QueryRow(k.ctx(), `
			INSERT INTO people (organisation_id, handle, name, sort_name, created_at, updated_at)
			VALUES ($1, $2, $2, $2, 0, 0)
			RETURNING id`, k.org, handle).Scan(&person); err != nil {
			return err
		}
		var err error
		id, err = k.Create(k.ctx(), tx, auth.NewAccount{Person: person, Email: handle + "@devon.example", Password: hash, Roles: roles})
		return err
	})
	return id
}

// start signs an account in and returns its token.
func (k *kit) start(account int64) string {
	k.t.Helper()
	token, err := k.Start(k.ctx(), account, firefox)
	if err != nil {
		k.t.Fatal(err)
	}
	return token
}

// viewer returns who is behind a token.
func (k *kit) viewer(token string) auth.Viewer {
	k.t.Helper()
	v, err := k.BySession(k.ctx(), token)
	if err != nil {
		k.t.Fatal(err)
	}
	return v
}

const firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"

var discard = slog.New(slog.DiscardHandler)
