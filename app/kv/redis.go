package kv

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"watercooler/app/errs"
)

// Redis keeps values, counters and messages in Redis 6.2 or later, for several processes: one server, Sentinel or a
// cluster, as the URL says.
//
// A value is stored with its owner's name before it. The keys of an owner are a sorted set, scored by when they expire. In
// a cluster a key and the set of its owner lie on different nodes, so the two are written one after the other, the set
// first: a member without a value is skipped when read, while a value that its owner's set does not know of could not be
// ended with the others.
type Redis struct {
	client redis.UniversalClient
}

var _ Store = (*Redis)(nil)

// The prefixes keep the hub's keys apart in a Redis that serves others too.
const (
	valuePrefix   = "hub:v:"
	ownerPrefix   = "hub:o:"
	ratePrefix    = "hub:r:"
	channelPrefix = "hub:c:"
)

// slack is how far the clocks of the hub's processes may differ. An owner's set forgets a key that much after it expired.
const slack = 5 * time.Minute

// NewRedis prepares a client for the Redis at address: redis:// or rediss:// (TLS) for one server; with ?addr=HOST:PORT,
// repeated, for further nodes of a cluster; with ?master_name=NAME for Sentinel, whose processes are the host and the addr
// parameters. A Redis that does not answer yet is no error: people cannot sign in until it does, and Ping says so.
func NewRedis(ctx context.Context, address string, log *slog.Logger) (*Redis, error) {
	quiet()
	client, err := connect(address)
	if err != nil {
		return nil, err
	}
	s := &Redis{client: client}
	if err := s.Ping(ctx); err != nil {
		log.WarnContext(ctx, "Redis does not answer yet", "error", err)
	}
	return s, nil
}

// quiet keeps go-redis from writing to standard error what it also returns as an error, in a form of its own.
var quiet = sync.OnceFunc(func() { redis.SetLogger(silence{}) })

type silence struct{}

// Printf writes nothing.
func (silence) Printf(context.Context, string, ...any) {}

// dials is how often a connection is tried per command. The client's own default of five, on top of the repeated command,
// kept every request waiting for 3.5 seconds while Redis was down.
const dials = 1

// connect returns the client that address asks for.
func connect(address string) (redis.UniversalClient, error) {
	// SECURITY: the address may hold a password, and errors about it quote it, so they are not wrapped.
	unreadable := errs.Invalidf("The Redis address must look like redis://user:password@host:port/0, with addr or master_name parameters for a cluster or Sentinel.")
	u, err := url.Parse(address)
	if err != nil {
		return nil, unreadable
	}
	switch query := u.Query(); {
	case query.Has("master_name"):
		o, err := redis.ParseFailoverURL(address)
		if err != nil || o.MasterName == "" {
			return nil, unreadable
		}
		o.DialerRetries = cmp.Or(o.DialerRetries, dials)
		return redis.NewFailoverClient(o), nil
	case query.Has("addr"):
		o, err := redis.ParseClusterURL(address)
		if err != nil {
			return nil, unreadable
		}
		o.DialerRetries = cmp.Or(o.DialerRetries, dials)
		return redis.NewClusterClient(o), nil
	}
	o, err := redis.ParseURL(address)
	if err != nil {
		return nil, unreadable
	}
	o.DialerRetries = cmp.Or(o.DialerRetries, dials)
	return redis.NewClient(o), nil
}

// Get implements Store.
func (s *Redis) Get(ctx context.Context, key string) ([]byte, error) {
	_, value, err := opened(s.client.Get(ctx, valuePrefix+key))
	return value, err
}

// Put implements Store.
func (s *Redis) Put(ctx context.Context, key, owner string, value []byte, ttl time.Duration) error {
	if owner != "" {
		if err := s.remember(ctx, owner, key, ttl); err != nil {
			return failed("put", err)
		}
	}
	return failed("put", s.client.Set(ctx, valuePrefix+key, sealed(owner, value), ttl).Err())
}

// remember adds key to what owner has, or prolongs it there.
func (s *Redis) remember(ctx context.Context, owner, key string, ttl time.Duration) error {
	set := ownerPrefix + owner
	now := time.Now()
	end := now.Add(ttl + slack)
	// A key that shortens the set's own life would take the others with it, so the set lives as long as its longest member.
	last, err := s.client.ZRevRangeWithScores(ctx, set, 0, 0).Result()
	if err != nil {
		return err
	}
	setEnd := end
	if len(last) > 0 && int64(last[0].Score) > end.UnixMilli() {
		setEnd = time.UnixMilli(int64(last[0].Score))
	}
	_, err = s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		p.ZAdd(ctx, set, redis.Z{Score: float64(end.UnixMilli()), Member: key})
		p.ZRemRangeByScore(ctx, set, "-inf", strconv.FormatInt(now.UnixMilli(), 10))
		p.PExpireAt(ctx, set, setEnd)
		return nil
	})
	return err
}

// Replace implements Store.
func (s *Redis) Replace(ctx context.Context, key string, value []byte, ttl time.Duration) (bool, error) {
	owner, _, err := opened(s.client.Get(ctx, valuePrefix+key))
	if errs.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if owner != "" {
		if err := s.remember(ctx, owner, key, ttl); err != nil {
			return false, failed("replace", err)
		}
	}
	// SECURITY: XX is what keeps a session that was ended since the Get from coming back.
	replaced, err := s.client.SetXX(ctx, valuePrefix+key, sealed(owner, value), ttl).Result()
	return replaced, failed("replace", err)
}

// Take implements Store.
func (s *Redis) Take(ctx context.Context, key string) ([]byte, error) {
	_, value, err := opened(s.client.GetDel(ctx, valuePrefix+key))
	return value, err
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
	return failed("delete", err)
}

// Owned implements Store.
func (s *Redis) Owned(ctx context.Context, owner string) (map[string][]byte, error) {
	all := map[string][]byte{}
	if owner == "" {
		return all, nil
	}
	keys, err := s.client.ZRange(ctx, ownerPrefix+owner, 0, -1).Result()
	if err != nil || len(keys) == 0 {
		return all, failed("list by owner", err)
	}
	gets := make([]*redis.StringCmd, len(keys))
	_, err = s.client.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, k := range keys {
			gets[i] = p.Get(ctx, valuePrefix+k)
		}
		return nil
	})
	if err != nil && !errors.Is(err, redis.Nil) {
		return nil, failed("list by owner", err)
	}
	for i, get := range gets {
		name, value, err := opened(get)
		switch {
		case err == nil && name == owner:
			all[keys[i]] = value
		case err != nil && !errs.IsNotFound(err):
			return nil, err
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
	keys := make([]string, 0, len(owned))
	for k := range owned {
		if !slices.Contains(except, k) {
			keys = append(keys, k)
		}
	}
	return s.Delete(ctx, keys...)
}

// allow is the algorithm of memory.go as one atomic step on the server's clock, in microseconds.
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
	if r.none() {
		return false, r.Per, nil
	}
	wait, err := allow.Run(ctx, s.client, []string{ratePrefix + key}, r.Per.Microseconds(), max(r.step().Microseconds(), 1)).Int64()
	if err != nil {
		return false, 0, failed("count", err)
	}
	return wait == 0, time.Duration(wait) * time.Microsecond, nil
}

// Publish implements Store.
func (s *Redis) Publish(ctx context.Context, channel string, message []byte) error {
	return failed("publish", s.client.Publish(ctx, channelPrefix+channel, message).Err())
}

// Subscribe implements Store. The client connects again by itself; what was published meanwhile is lost.
func (s *Redis) Subscribe(ctx context.Context, channel string) (<-chan []byte, error) {
	sub := s.client.Subscribe(ctx, channelPrefix+channel)
	if _, err := sub.Receive(ctx); err != nil {
		_ = sub.Close()
		return nil, failed("subscribe", err)
	}
	in := sub.Channel()
	out := make(chan []byte, backlog)
	go func() {
		defer close(out)
		defer sub.Close() //nolint:errcheck // nobody is left to hear of it
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
func (s *Redis) Ping(ctx context.Context) error { return failed("ping", s.client.Ping(ctx).Err()) }

// Close implements Store.
func (s *Redis) Close() error { return s.client.Close() }

// sealed returns value with its owner's name before it.
func sealed(owner string, value []byte) []byte {
	b := make([]byte, 0, binary.MaxVarintLen64+len(owner)+len(value))
	b = binary.AppendUvarint(b, uint64(len(owner)))
	b = append(b, owner...)
	return append(b, value...)
}

// opened undoes sealed.
func opened(cmd *redis.StringCmd) (owner string, value []byte, err error) {
	b, err := cmd.Bytes()
	if errors.Is(err, redis.Nil) {
		return "", nil, absent
	}
	if err != nil {
		return "", nil, failed("get", err)
	}
	n, size := binary.Uvarint(b)
	if size <= 0 || n > uint64(len(b)-size) {
		return "", nil, fmt.Errorf("redis: %q was not written by the hub", cmd.Args()[1])
	}
	end := size + int(n)
	return string(b[size:end]), bytes.Clone(b[end:]), nil
}

// failed says that Redis is away, or that ctx ended.
func failed(doing string, err error) error {
	if err == nil || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return errs.Unavailablef("Signing in does not work just now. Please try again in a moment.").Because(fmt.Errorf("redis: %s: %w", doing, err))
}
