package kv_test

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"watercooler/app/apptest/backends"
	"watercooler/app/errs"
	"watercooler/app/kv"
)

// exercise uses every method once, with keys that a cluster spreads over its nodes.
func exercise(t *testing.T, s kv.Store) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var keys []string
	for i := range 20 {
		keys = append(keys, fmt.Sprintf("session:%02d", i))
		put(t, s, keys[i], "ada", "v")
	}
	slices.Sort(keys)
	wantOwned(t, s, "ada", keys...)
	wantValue(t, s, keys[7], "v")
	if ok, err := s.Replace(ctx, keys[0], []byte("w"), time.Hour); !ok || err != nil {
		t.Errorf("replace: got %t, %v, want true", ok, err)
	}
	if value, err := s.Take(ctx, keys[0]); string(value) != "w" || err != nil {
		t.Errorf("take: got %q, %v, want w", value, err)
	}
	if err := s.Delete(ctx, keys[1], keys[2]); err != nil {
		t.Error(err)
	}
	if err := s.DeleteOwned(ctx, "ada", keys[3]); err != nil {
		t.Error(err)
	}
	wantOwned(t, s, "ada", keys[3])
	for i, want := range []bool{true, false} {
		if ok, _, err := s.Allow(ctx, "ada", kv.Rate{Limit: 1, Per: time.Hour}); ok != want || err != nil {
			t.Errorf("use %d: got %t, %v, want %t", i+1, ok, err, want)
		}
	}
	changes, err := s.Subscribe(ctx, "changes")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Publish(ctx, "changes", []byte("hello")); err != nil {
		t.Fatal(err)
	}
	if got := string(<-changes); got != "hello" {
		t.Errorf("got %q, want hello", got)
	}
}

func TestSentinel(t *testing.T) {
	master := backends.Redis(t)
	_, masterPort, err := net.SplitHostPort(master.Addr())
	if err != nil {
		t.Fatal(err)
	}
	port := backends.FreePort(t)
	conf := filepath.Join(t.TempDir(), "sentinel.conf") // Sentinel rewrites it
	text := fmt.Sprintf("port %s\nbind 127.0.0.1\nsentinel monitor hub 127.0.0.1 %s 1\n", port, masterPort)
	if err := os.WriteFile(conf, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	sentinel := backends.StartRedis(t, []string{conf, "--sentinel"}, "+monitor master hub")
	t.Cleanup(func() {
		_ = sentinel.Process.Kill()
		_ = sentinel.Wait() // says that it was killed
	})
	exercise(t, open(t, "redis://127.0.0.1:"+port+"?master_name=hub"))
}

func TestCluster(t *testing.T) {
	const nodes, slots = 3, 16384
	ctx := context.Background()
	var addrs []string
	var clients []*redis.Client
	for i := range nodes {
		bus := backends.FreePort(t)
		node := backends.Redis(t, "--cluster-enabled", "yes", "--cluster-port", bus, "--cluster-node-timeout", "2000")
		c := redis.NewClient(&redis.Options{Addr: node.Addr()})
		t.Cleanup(func() { _ = c.Close() })
		if err := c.ClusterAddSlotsRange(ctx, i*slots/nodes, (i+1)*slots/nodes-1).Err(); err != nil {
			t.Fatal(err)
		}
		if i > 0 {
			_, port, _ := strings.Cut(node.Addr(), ":")
			if err := clients[0].Do(ctx, "CLUSTER", "MEET", "127.0.0.1", port, bus).Err(); err != nil {
				t.Fatal(err)
			}
		}
		addrs, clients = append(addrs, node.Addr()), append(clients, c)
	}
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for _, c := range clients {
		for {
			info, err := c.ClusterInfo(ctx).Result()
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(info, "cluster_state:ok") && strings.Contains(info, "cluster_slots_ok:16384") {
				break
			}
			<-poll.C
		}
	}
	s := open(t, "redis://"+addrs[0]+"?addr="+strings.Join(addrs[1:], "&addr="))
	exercise(t, s)
	if _, err := s.Get(ctx, "never was"); !errs.IsNotFound(err) {
		t.Errorf("got %v, want not found", err)
	}
}
