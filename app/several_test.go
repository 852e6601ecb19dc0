package app_test

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"watercooler/app"
	"watercooler/app/apptest"
	"watercooler/app/apptest/backends"
)

// TestRedisLosesEverything restarts Redis, which keeps nothing, in the middle of use: pages go on for whoever is not signed in,
// people sign in again, and nothing else is lost.
func TestRedisLosesEverything(t *testing.T) {
	redis := backends.Redis(t)
	h := apptest.Sample(t, func(s *app.Settings, o *app.Options) {
		s.RedisURL = redis.URL
		s.RateLimits = true                   // they count in Redis
		o.Log = slog.New(slog.DiscardHandler) // it complains, as it should
	})
	c, stranger := h.As(priya), h.Client()
	asked := c.Post("/threads", url.Values{"kind": {"question"}, "title": {"Who minds the cache?"}, "body": {"It forgets."}, "audience": {"public"}})
	if asked.Status != http.StatusSeeOther {
		t.Fatalf("ask: %d\n%s", asked.Status, asked.Body)
	}

	redis.Stop()
	for _, path := range []string{"/", "/latest", asked.Location, "/topics", "/search?q=library"} {
		if got := stranger.Get(path); got.Status != http.StatusOK {
			t.Errorf("without Redis, %s for a stranger: %d", path, got.Status)
		}
	}
	if got := c.Get("/latest"); got.Status != http.StatusServiceUnavailable {
		t.Errorf("without Redis, for somebody signed in: %d, want 503: who they are is not known just now", got.Status)
	}

	redis.Start()
	// After many refused connections the client asks only once a second whether Redis is back, and refuses in between.
	got := c.Get("/settings")
	for tick := time.NewTicker(50 * time.Millisecond); got.Status == http.StatusServiceUnavailable && t.Context().Err() == nil; got = c.Get("/settings") {
		<-tick.C
	}
	if got.Location != "/sign-in?return=%2Fsettings" {
		t.Errorf("after the restart: %d to %q, want the door", got.Status, got.Location)
	}
	c = h.As(priya)
	if got := c.Get("/settings"); got.Status != http.StatusOK {
		t.Errorf("signed in again: %d", got.Status)
	}
	if got := c.Get(asked.Location); !strings.Contains(got.Body, "Who minds the cache?") {
		t.Errorf("the question: %d", got.Status)
	}
	h.Drain()
	if got := c.Get("/api/v1/search?q=minds+the+cache"); !strings.Contains(got.Body, "Who minds the cache?") {
		t.Error("the question is not found")
	}
}

// TestTwoServers runs two servers on one PostgreSQL and one Redis: what happens at one is known at the other.
func TestTwoServers(t *testing.T) {
	address, redis := backends.PostgresURL(t), backends.Redis(t)
	start := func() *apptest.Hub {
		return apptest.SampleOn(t, address, func(s *app.Settings, _ *app.Options) { s.RedisURL = redis.URL })
	}
	a, b := start(), start()
	onA := a.As(priya)
	onB := onA.At(b.URL)
	if got := onB.Get("/settings"); got.Status != http.StatusOK {
		t.Fatalf("signed in at one server, at the other: %d", got.Status)
	}
	asked := onA.Post("/threads", url.Values{"kind": {"question"}, "title": {"Does the zeppelin depot flood?"}, "body": {"It did in March."}, "audience": {"hub"}})
	if asked.Status != http.StatusSeeOther {
		t.Fatalf("ask: %d\n%s", asked.Status, asked.Body)
	}
	for name, server := range map[string]struct {
		hub *apptest.Hub
		as  *apptest.Client
	}{"the same server": {a, onA}, "the other server": {b, onB}} {
		server.hub.Drain()
		if got := server.as.Get("/api/v1/search?q=zeppelin"); !strings.Contains(got.Body, "zeppelin depot") {
			t.Errorf("on %s: %s", name, got.Body)
		}
		if got := server.as.At(server.hub.URL).Get("/latest"); !strings.Contains(got.Body, "zeppelin") {
			t.Errorf("on %s the list lacks it", name)
		}
	}
	if got := onB.Post("/sign-out", nil); got.Status != http.StatusSeeOther {
		t.Fatalf("sign out: %d", got.Status)
	}
	if got := onA.Get("/settings"); got.Status != http.StatusSeeOther {
		t.Errorf("signed out at the other server, here: %d", got.Status)
	}
}
