package kv_test

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/kv"
)

// each runs test on every store: on both databases and on a real Redis.
func each(t *testing.T, test func(t *testing.T, s kv.Store)) {
	t.Helper()
	backends.Each(t, func(t *testing.T, d *db.DB) { test(t, kv.NewSQL(d, time.Now)) })
	t.Run("redis", func(t *testing.T) { test(t, open(t, backends.Redis(t).URL)) })
}

func open(t *testing.T, url string) *kv.Redis {
	t.Helper()
	s, err := kv.NewRedis(context.Background(), url, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func put(t *testing.T, s kv.Store, key, owner, value string) {
	t.Helper()
	if err := s.Put(context.Background(), key, owner, []byte(value), time.Hour); err != nil {
		t.Fatal(err)
	}
}

func wantValue(t *testing.T, s kv.Store, key, want string) {
	t.Helper()
	got, err := s.Get(context.Background(), key)
	if err != nil || string(got) != want {
		t.Errorf("get %s: got %q, %v, want %q", key, got, err, want)
	}
}

func wantAbsent(t *testing.T, s kv.Store, key string) {
	t.Helper()
	got, err := s.Get(context.Background(), key)
	if !errs.IsNotFound(err) {
		t.Errorf("get %s: got %q, %v, want not found", key, got, err)
	}
}

func wantOwned(t *testing.T, s kv.Store, owner string, want ...string) {
	t.Helper()
	owned, err := s.Owned(context.Background(), owner)
	got := slices.Sorted(maps.Keys(owned))
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("owned by %q: got %q, %v, want %q", owner, got, err, want)
	}
}

func TestValues(t *testing.T) {
	ctx := context.Background()
	each(t, func(t *testing.T, s kv.Store) {
		wantAbsent(t, s, "a")
		put(t, s, "a", "", "one")
		wantValue(t, s, "a", "one")
		put(t, s, "a", "", "two")
		wantValue(t, s, "a", "two")
		put(t, s, "empty", "", "")
		wantValue(t, s, "empty", "")
		put(t, s, "bytes", "", "\x00\xff\n")
		wantValue(t, s, "bytes", "\x00\xff\n")
		put(t, s, "b", "", "three")
		if err := s.Delete(ctx, "a", "b", "never was"); err != nil {
			t.Error(err)
		}
		wantAbsent(t, s, "a")
		wantAbsent(t, s, "b")
		if err := s.Delete(ctx); err != nil {
			t.Error(err)
		}
		if err := s.Ping(ctx); err != nil {
			t.Error(err)
		}
	})
}

func TestReplaceNeverResurrects(t *testing.T) {
	ctx := context.Background()
	each(t, func(t *testing.T, s kv.Store) {
		replace := func(want bool) {
			t.Helper()
			got, err := s.Replace(ctx, "session", []byte("new"), time.Hour)
			if err != nil || got != want {
				t.Errorf("replace: got %t, %v, want %t", got, err, want)
			}
		}
		replace(false)
		wantAbsent(t, s, "session")
		put(t, s, "session", "ada", "old")
		replace(true)
		wantValue(t, s, "session", "new")
		wantOwned(t, s, "ada", "session")
		if err := s.DeleteOwned(ctx, "ada"); err != nil {
			t.Fatal(err)
		}
		replace(false)
		wantAbsent(t, s, "session")
		wantOwned(t, s, "ada")
	})
}

// A session is put with the life of an idle one and prolonged while it is used; it must stay known to its owner.
func TestReplacedValueStaysOwned(t *testing.T) {
	ctx := context.Background()
	each(t, func(t *testing.T, s kv.Store) {
		if err := s.Put(ctx, "long", "ada", []byte("v"), time.Hour); err != nil {
			t.Fatal(err)
		}
		if ok, err := s.Replace(ctx, "long", []byte("v"), 1000*time.Hour); !ok || err != nil {
			t.Fatal(ok, err)
		}
		if err := s.Put(ctx, "short", "ada", []byte("v"), time.Millisecond); err != nil {
			t.Fatal(err)
		}
		owned, err := s.Owned(ctx, "ada")
		if err != nil || owned["long"] == nil {
			t.Errorf("got %q, %v, want long among them", owned, err)
		}
	})
}

func TestOwners(t *testing.T) {
	ctx := context.Background()
	each(t, func(t *testing.T, s kv.Store) {
		put(t, s, "a1", "ada", "1")
		put(t, s, "a2", "ada", "2")
		put(t, s, "a3", "ada", "3")
		put(t, s, "b1", "bob", "4")
		put(t, s, "x", "", "5")
		wantOwned(t, s, "ada", "a1", "a2", "a3")
		wantOwned(t, s, "bob", "b1")
		wantOwned(t, s, "")
		wantOwned(t, s, "nobody")

		if err := s.Delete(ctx, "a1"); err != nil {
			t.Fatal(err)
		}
		wantOwned(t, s, "ada", "a2", "a3")
		if err := s.DeleteOwned(ctx, "ada", "a3", "b1"); err != nil {
			t.Fatal(err)
		}
		wantOwned(t, s, "ada", "a3")
		if err := s.DeleteOwned(ctx, ""); err != nil {
			t.Fatal(err)
		}
		wantValue(t, s, "x", "5")
		wantValue(t, s, "b1", "4")

		put(t, s, "b1", "ada", "6")
		wantOwned(t, s, "bob")
		wantOwned(t, s, "ada", "a3", "b1")
	})
}

func TestOnlyOneTakes(t *testing.T) {
	each(t, func(t *testing.T, s kv.Store) {
		for range 10 {
			put(t, s, "once", "", "secret")
			var won atomic.Int32
			var callers sync.WaitGroup
			for range 4 {
				callers.Go(func() {
					value, err := s.Take(context.Background(), "once")
					switch {
					case err == nil && string(value) == "secret":
						won.Add(1)
					case !errs.IsNotFound(err):
						t.Errorf("got %q, %v, want not found", value, err)
					}
				})
			}
			callers.Wait()
			if won.Load() != 1 {
				t.Fatalf("%d took it, want 1", won.Load())
			}
		}
	})
}

func TestAllow(t *testing.T) {
	ctx := context.Background()
	each(t, func(t *testing.T, s kv.Store) {
		rate := kv.Rate{Limit: 3, Per: time.Hour}
		for i := range 3 {
			if ok, wait, err := s.Allow(ctx, "ada", rate); !ok || wait != 0 || err != nil {
				t.Fatalf("use %d: got %t, %v, %v, want true", i+1, ok, wait, err)
			}
		}
		ok, wait, err := s.Allow(ctx, "ada", rate)
		if ok || err != nil || wait <= 0 || wait > 20*time.Minute {
			t.Errorf("use 4: got %t, %v, %v, want false and at most 20 minutes", ok, wait, err)
		}
		if ok, _, err := s.Allow(ctx, "bob", rate); !ok || err != nil {
			t.Errorf("another key: got %t, %v, want true", ok, err)
		}
		if ok, _, err := s.Allow(ctx, "nobody", kv.Rate{Per: time.Hour}); ok || err != nil {
			t.Errorf("a limit of none: got %t, %v, want false", ok, err)
		}
	})
}

func TestAllowCountsConcurrentUses(t *testing.T) {
	each(t, func(t *testing.T, s kv.Store) {
		var allowed atomic.Int32
		var callers sync.WaitGroup
		for range 8 {
			callers.Go(func() {
				for range 5 {
					ok, _, err := s.Allow(context.Background(), "ada", kv.Rate{Limit: 10, Per: time.Hour})
					if err != nil {
						t.Error(err)
					}
					if ok {
						allowed.Add(1)
					}
				}
			})
		}
		callers.Wait()
		if allowed.Load() != 10 {
			t.Errorf("%d were allowed, want 10", allowed.Load())
		}
	})
}

func TestPublish(t *testing.T) {
	each(t, func(t *testing.T, s kv.Store) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		one, err := s.Subscribe(ctx, "changes")
		if err != nil {
			t.Fatal(err)
		}
		other, err := s.Subscribe(ctx, "other")
		if err != nil {
			t.Fatal(err)
		}
		for channel, message := range map[string]string{"nobody listens": "lost", "changes": "thread 7", "other": "x"} {
			if err := s.Publish(ctx, channel, []byte(message)); err != nil {
				t.Fatal(err)
			}
		}
		if got := string(<-one); got != "thread 7" {
			t.Errorf("got %q, want thread 7", got)
		}
		if got := string(<-other); got != "x" {
			t.Errorf("got %q, want x", got)
		}
		// A slow reader holds up nobody.
		for range 100 {
			if err := s.Publish(ctx, "changes", []byte("more")); err != nil {
				t.Fatal(err)
			}
		}
		cancel()
		for range one { // ends when the channel is closed
		}
	})
}

// clock is a time that tests move; only the SQL store takes one.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time { return c.now }

func TestExpiryInSQL(t *testing.T) {
	ctx := context.Background()
	backends.Each(t, func(t *testing.T, d *db.DB) {
		c := &clock{now: time.Date(2027, 3, 4, 9, 0, 0, 0, time.UTC)}
		s := kv.NewSQL(d, c.Now)
		put(t, s, "a", "ada", "1")
		c.now = c.now.Add(time.Hour - time.Second)
		wantValue(t, s, "a", "1")
		rate := kv.Rate{Limit: 1, Per: time.Minute}
		for i, want := range []bool{true, false} {
			if ok, _, err := s.Allow(ctx, "a", rate); ok != want || err != nil {
				t.Errorf("use %d: got %t, %v, want %t", i+1, ok, err, want)
			}
		}

		c.now = c.now.Add(2 * time.Minute)
		wantAbsent(t, s, "a")
		wantOwned(t, s, "ada")
		if ok, err := s.Replace(ctx, "a", []byte("2"), time.Hour); ok || err != nil {
			t.Errorf("replace what expired: got %t, %v, want false", ok, err)
		}
		if _, err := s.Take(ctx, "a"); !errs.IsNotFound(err) {
			t.Errorf("take what expired: got %v, want not found", err)
		}
		if ok, _, err := s.Allow(ctx, "a", rate); !ok || err != nil {
			t.Errorf("a minute later: got %t, %v, want true", ok, err)
		}

		put(t, s, "b", "ada", "2")
		if err := s.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		var left int
		if err := d.QueryRow(ctx, `SELECT COUNT(*) FROM kv`).Scan(&left); err != nil || left != 1 {
			t.Errorf("after the sweep: %d rows, %v, want 1", left, err)
		}
	})
}

func TestExpiryInRedis(t *testing.T) {
	ctx := context.Background()
	s := open(t, backends.Redis(t).URL)
	if err := s.Put(ctx, "soon", "ada", []byte("v"), time.Millisecond); err != nil {
		t.Fatal(err)
	}
	for { // Redis goes by its own clock
		if _, err := s.Get(ctx, "soon"); errs.IsNotFound(err) {
			break
		}
	}
	wantOwned(t, s, "ada")
	if ok, err := s.Replace(ctx, "soon", []byte("v"), time.Hour); ok || err != nil {
		t.Errorf("replace what expired: got %t, %v, want false", ok, err)
	}
}

// When Redis goes away, callers are told to come back; when it is there again, empty, everything works again.
func TestRedisRestarts(t *testing.T) {
	ctx := context.Background()
	server := backends.Redis(t)
	s := open(t, server.URL)
	changes, err := s.Subscribe(ctx, "changes")
	if err != nil {
		t.Fatal(err)
	}
	put(t, s, "session", "ada", "v")

	server.Stop()
	if _, err := s.Get(ctx, "session"); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("while it is down: got %v, want unavailable", err)
	}
	if err := s.Ping(ctx); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("ping while it is down: got %v, want unavailable", err)
	}

	server.Start()
	wantAbsent(t, s, "session")
	put(t, s, "session", "ada", "again")
	wantValue(t, s, "session", "again")
	wantOwned(t, s, "ada", "session")
	if ok, _, err := s.Allow(ctx, "ada", kv.Rate{Limit: 1, Per: time.Hour}); !ok || err != nil {
		t.Errorf("allow: got %t, %v, want true", ok, err)
	}
	for { // the subscription comes back by itself, a moment later
		if err := s.Publish(ctx, "changes", []byte("hello")); err != nil {
			t.Fatal(err)
		}
		select {
		case got := <-changes:
			if string(got) != "hello" {
				t.Errorf("got %q, want hello", got)
			}
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
}

func TestRedisNotThereYet(t *testing.T) {
	s := open(t, "redis://127.0.0.1:"+backends.FreePort(t))
	if err := s.Ping(context.Background()); errs.KindOf(err) != errs.Unavailable {
		t.Errorf("got %v, want unavailable", err)
	}
}
