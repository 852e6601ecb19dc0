package kv

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Redis keeps values, counters and messages in Redis, for several processes: one server, Sentinel or a cluster, as the URL
// says.
//
// The keys of an owner are the members of a set. In a cluster a key and the set of its owner lie on different nodes, so the
// two are written one after the other, set first: a member whose key is missing is skipped when read, while a key that its
// owner's set does not know could not be ended.
type Redis struct {
	client redis.UniversalClient
	log    *slog.Logger
}

var _ Store = (*Redis)(nil)

// prefix keeps the hub's keys apart in a Redis that serves others too.
const (
	valuePrefix = "hub:v:"
	ownerPrefix = "hub:o:"
	ratePrefix  = "hub:r:"
)

// ownerLife is how long the set of an owner's keys is kept after the last Put. Replace prolongs a key without knowing its
// owner, so the set must outlive any key: by far, because a session that no set knows could not be ended.
const ownerLife = 400 * 24 * time.Hour

// NewRedis connects to the Redis at address: redis:// or rediss:// (TLS) for one server; with ?addr=HOST:PORT, repeated, for
// a cluster; with ?master_name=NAME for Sentinel, whose processes are the host and the addr parameters.
func NewRedis(ctx context.Context, address string, log *slog.Logger) (*Redis, error) {
	o, err := options(address)
	if err != nil {
		return nil, err
	}
	s := &Redis{client: redis.NewUniversalClient(o), log: log}
	if err := s.Ping(ctx); err != nil {
		// Not fatal: people cannot sign in until it is back, and everything else works.
		log.Warn("Redis does not answer yet", "err", err)
	}
	return s, nil
}

// options turns a URL into the options of one client for all three kinds.
func options(address string) (*redis.UniversalOptions, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the Redis URL cannot be read") // it may hold a password, so it is not repeated
	}
	q := u.Query()
	nodes, master := q["addr"], q.Get("master_name")
	q.Del("addr")
	q.Del("master_name")
	u.RawQuery = q.Encode()
	single, err := redis.ParseURL(u.String())
	if err != nil {
		return nil, errors.New("the Redis URL is not redis://[user:password@]host[:port][/number]")
	}
	o := &redis.UniversalOptions{
		Addrs: append([]string{single.Addr}, nodes...), MasterName: master, IsClusterMode: len(nodes) > 0 && master == "",
		Username: single.Username, Password: single.Password, DB: single.DB, TLSConfig: single.TLSConfig,
		DialTimeout: single.DialTimeout, ReadTimeout: single.ReadTimeout, WriteTimeout: single.WriteTimeout, PoolSize: single.PoolSize,
	}
	if o.IsClusterMode && o.DB != 0 {
		return nil, errors.New("a Redis cluster has only database 0")
	}
	return o, nil
}

// Get implements Store.
func (s *Redis) Get(ctx context.Context, key string) ([]byte, error) {
	value, err := s.client.Get(ctx, valuePrefix+key).Bytes()
	return value, found(err)
}

// Put implements Store.
func (s *Redis) Put(ctx context.Context, key, owner string, value []byte, ttl time.Duration) error {
	if owner != "" {
		set := ownerPrefix + owner
		_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
			p.SAdd(ctx, set, key)
			p.Expire(ctx, set, max(ttl, ownerLife))
			return nil
		})
		if err != nil {
			return err
		}
	}
	return s.client.Set(ctx, valuePrefix+key, value, ttl).Err()
}

// Replace implements Store.
func (s *Redis) Replace(ctx context.Context, key string, value []byte, ttl time.Duration) (bool, error) {
	return s.client.SetXX(ctx, valuePrefix+key, value, ttl).Result()
}

// Take implements Store.
func (s *Redis) Take(ctx context.Context, key string) ([]byte, error) {
	value, err := s.client.GetDel(ctx, valuePrefix+key).Bytes()
	return value, found(err)
}

// Delete implements Store.
func (s *Redis) Delete(ctx context.Context, keys ...string) error {
	if len(keys) == 0 {
		return nil
	}
	// One command per key: in a cluster they may lie on different nodes.
	_, err := s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, k := range keys {
			p.Del(ctx, valuePrefix+k)
		}
		return nil
	})
	return err
}

// Owned implements Store. Members that have expired are skipped and not removed: removing one here could race with the Put
// that is just bringing it back.
func (s *Redis) Owned(ctx context.Context, owner string) (map[string][]byte, error) {
	if owner == "" {
		return map[string][]byte{}, nil
	}
	keys, err := s.client.SMembers(ctx, ownerPrefix+owner).Result()
	if err != nil {
		return nil, fmt.Errorf("list what %q owns: %w", owner, err)
	}
	gets := make([]*redis.StringCmd, len(keys))
	_, err = s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, k := range keys {
			gets[i] = p.Get(ctx, valuePrefix+k)
		}
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return nil, fmt.Errorf("read what %q owns: %w", owner, err)
	}
	all := make(map[string][]byte, len(keys))
	for i, get := range gets {
		value, err := get.Bytes()
		switch {
		case err == nil:
			all[keys[i]] = value
		case !errors.Is(err, redis.Nil):
			return nil, fmt.Errorf("read what %q owns: %w", owner, err)
		}
	}
	return all, nil
}

// DeleteOwned implements Store.
func (s *Redis) DeleteOwned(ctx context.Context, owner string, except ...string) error {
	owned, err := s.Owned(ctx, owner)
	if err != nil {
		return err
	}
	for _, k := range except {
		delete(owned, k)
	}
	keys := make([]string, 0, len(owned))
	for k := range owned {
		keys = append(keys, k)
	}
	return s.Delete(ctx, keys...)
}

// allow is the generic cell rate algorithm of memory.go as one atomic step on the server's clock, in microseconds.
var allow = redis.NewScript(`
local t = redis.call("TIME")
local now = t[1] * 1000000 + t[2]
local per, step = tonumber(ARGV[1]), tonumber(ARGV[2])
local at = tonumber(redis.call("GET", KEYS[1]) or "0")
if at < now then at = now end
local wait = at + step - now - per
if wait > 0 then return wait end
redis.call("SET", KEYS[1], string.format("%.0f", at + step), "PX", math.ceil((at + step - now) / 1000) + 1)
return 0`)

// Allow implements Store.
func (s *Redis) Allow(ctx context.Context, key string, r Rate) (bool, time.Duration, error) {
	step := r.Per / time.Duration(r.Limit)
	wait, err := allow.Run(ctx, s.client, []string{ratePrefix + key}, r.Per.Microseconds(), step.Microseconds()).Int64()
	if err != nil {
		return false, 0, fmt.Errorf("count %s: %w", strings.SplitN(key, ":", 2)[0], err)
	}
	return wait == 0, time.Duration(wait) * time.Microsecond, nil
}

// Publish implements Store.
func (s *Redis) Publish(ctx context.Context, channel string, message []byte) error {
	return s.client.Publish(ctx, channel, message).Err()
}

// Subscribe implements Store. go-redis connects again by itself; what was published meanwhile is lost.
func (s *Redis) Subscribe(ctx context.Context, channel string) (<-chan []byte, error) {
	sub := s.client.Subscribe(ctx, channel)
	if _, err := sub.Receive(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("subscribe to %s: %w", channel, err), sub.Close())
	}
	out := make(chan []byte, backlog)
	go func() {
		defer close(out)
		defer sub.Close()
		in := sub.Channel()
		for {
			select {
			case <-ctx.Done():
				return
			case m, ok := <-in:
				if !ok {
					return
				}
				select {
				case out <- []byte(m.Payload):
				default: // a slow reader misses it; the database is the truth
				}
			}
		}
	}()
	return out, nil
}

// Ping implements Store.
func (s *Redis) Ping(ctx context.Context) error { return s.client.Ping(ctx).Err() }

// Close implements Store.
func (s *Redis) Close() error { return s.client.Close() }

func found(err error) error {
	if errors.Is(err, redis.Nil) {
		return absent.Because(err)
	}
	return err
}
