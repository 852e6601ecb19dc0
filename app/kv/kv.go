// Package kv keeps what lives for a while: sessions, sign-ins under way, rate counters, and messages between processes.
//
// There are two stores behind one interface. SQL keeps values in the hub's own database and counts in memory: the default,
// for one process. Redis serves several processes. Neither holds the truth: whoever loses the store has people sign in
// again, and nothing else.
package kv

import (
	"context"
	"time"

	"watercooler/app/errs"
)

// Rate is so many per so long.
type Rate struct {
	Limit int
	Per   time.Duration
}

// step is the time that one use takes up.
func (r Rate) step() time.Duration { return r.Per / time.Duration(r.Limit) }

// none reports a rate that allows nothing.
func (r Rate) none() bool { return r.Limit <= 0 }

// Store keeps values until they expire. Its methods are safe for concurrent use.
type Store interface {
	// Get returns the value under key; absent or expired is errs.NotFound.
	Get(ctx context.Context, key string) ([]byte, error)
	// Put keeps value under key for ttl. Keys with the same owner can be listed and deleted together;
	// owner "" is none.
	Put(ctx context.Context, key, owner string, value []byte, ttl time.Duration) error
	// Replace changes the value and life of a key that exists, and reports whether it did. What has been deleted stays
	// deleted: a slow request cannot bring an ended session back.
	Replace(ctx context.Context, key string, value []byte, ttl time.Duration) (bool, error)
	// Take returns the value and deletes it. Of several callers exactly one gets it.
	Take(ctx context.Context, key string) ([]byte, error)
	// Delete deletes keys; those that do not exist are no error.
	Delete(ctx context.Context, keys ...string) error
	// Owned returns what an owner has, by key.
	Owned(ctx context.Context, owner string) (map[string][]byte, error)
	// DeleteOwned deletes what an owner has, but for the keys in except.
	DeleteOwned(ctx context.Context, owner string, except ...string) error
	// Allow counts one use of key and reports whether it is within r, or how long to wait. What it refuses is not counted.
	Allow(ctx context.Context, key string, r Rate) (ok bool, retryAfter time.Duration, err error)
	// Publish tells all processes something. It is a hint that may get lost; the database is the truth.
	Publish(ctx context.Context, channel string, message []byte) error
	// Subscribe returns the messages of a channel until ctx ends, when the channel is closed. A slow reader misses messages.
	Subscribe(ctx context.Context, channel string) (<-chan []byte, error)
	// Ping reports whether the store answers.
	Ping(ctx context.Context) error
	// Close lets go of connections. The SQL store does not close the database, which is not its own.
	Close() error
}

var absent = errs.NotFoundf("Nothing is kept under this key.")

// backlog is how many messages a slow subscriber may be behind before it misses some.
const backlog = 16
