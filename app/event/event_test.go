package event_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
)

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func newClock() *clock { return &clock{now: time.Date(2027, 3, 4, 9, 0, 0, 0, time.UTC)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// each runs test on both databases, with a clock.
func each(t *testing.T, test func(t *testing.T, d *db.DB, c *clock)) {
	t.Helper()
	backends.EachURL(t, func(t *testing.T, url string) {
		c := newClock()
		test(t, backends.Open(t, url, db.Options{Sync: "normal", Now: c.Now}), c)
	})
}

// notes is a consumer's state: which objects it has seen, how often.
type notes struct {
	mu   sync.Mutex
	seen map[int64]int
	fail func(events []event.Event) error
}

func (n *notes) consumer(name string, verbs ...string) event.Consumer {
	return event.Consumer{Name: name, Verbs: verbs, Handle: func(_ context.Context, events []event.Event) error {
		n.mu.Lock()
		defer n.mu.Unlock()
		if n.fail != nil {
			if err := n.fail(events); err != nil {
				return err
			}
		}
		if n.seen == nil {
			n.seen = map[int64]int{}
		}
		for _, e := range events {
			n.seen[e.Object.ID]++
		}
		return nil
	}}
}

// list returns the objects seen, in order, each as often as it was seen.
func (n *notes) list() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	var ids []string
	for id := range int64(1000) {
		for range n.seen[id] {
			ids = append(ids, fmt.Sprint(id))
		}
	}
	return strings.Join(ids, " ")
}

func dispatcher(t *testing.T, d *db.DB, consumers ...event.Consumer) *event.Dispatcher {
	t.Helper()
	x := event.NewDispatcher(d, slog.New(slog.DiscardHandler), event.Options{
		Backoff: func(attempt int) time.Duration { return time.Duration(attempt) * time.Minute },
	}, consumers...)
	if err := x.Register(context.Background()); err != nil {
		t.Fatal(err)
	}
	return x
}

func appendAll(t *testing.T, d *db.DB, verb string, objects ...int64) {
	t.Helper()
	err := d.Tx(context.Background(), func(tx *db.Tx) error {
		for _, id := range objects {
			if err := event.Append(context.Background(), tx, event.Event{Verb: verb, Object: event.Ref{Kind: "thread", ID: id}}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func drain(t *testing.T, x *event.Dispatcher) {
	t.Helper()
	if err := x.Drain(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func TestEventKeepsWhatItWasGiven(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, c *clock) {
		ctx := context.Background()
		var got []event.Event
		x := dispatcher(t, d, event.Consumer{Name: "all", Handle: func(_ context.Context, events []event.Event) error {
			got = append(got, events...)
			return nil
		}})
		want := event.Event{
			Verb: "reply.created", Object: event.Ref{Kind: "reply", ID: 9}, Target: event.Ref{Kind: "thread", ID: 4},
			Audience: "org:3", Data: `{"n":1}`,
		}
		if err := d.Tx(ctx, func(tx *db.Tx) error { return event.Append(ctx, tx, want) }); err != nil {
			t.Fatal(err)
		}
		drain(t, x)
		if len(got) != 1 || got[0].ID == 0 {
			t.Fatalf("got %+v, want one event with an id", got)
		}
		want.ID, want.At = got[0].ID, c.Now()
		if got[0] != want {
			t.Errorf("got  %+v\nwant %+v", got[0], want)
		}
	})
}

func TestAppendRefuses(t *testing.T) {
	d := backends.SQLite(t)
	for name, e := range map[string]event.Event{
		"no verb":   {Object: event.Ref{Kind: "thread", ID: 1}},
		"no object": {Verb: "thread.created"},
	} {
		err := d.Tx(context.Background(), func(tx *db.Tx) error { return event.Append(context.Background(), tx, e) })
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestConsumersGetWhatTheyWant(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *clock) {
		var all, threads, several notes
		x := dispatcher(t, d, all.consumer("all"), threads.consumer("threads", "thread."), several.consumer("several", "reply.", "thread.edited"))
		appendAll(t, d, "thread.created", 1)
		appendAll(t, d, "thread.edited", 2)
		appendAll(t, d, "reply.created", 3)
		appendAll(t, d, "threads", 4)
		drain(t, x)
		for _, c := range []struct {
			name string
			got  *notes
			want string
		}{{"all", &all, "1 2 3 4"}, {"threads", &threads, "1 2"}, {"several", &several, "2 3"}} {
			if got := c.got.list(); got != c.want {
				t.Errorf("%s: got %q, want %q", c.name, got, c.want)
			}
		}
	})
}

func TestRolledBackEventNeverHappened(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *clock) {
		ctx := context.Background()
		var n notes
		x := dispatcher(t, d, n.consumer("all"))
		no := errors.New("no")
		err := d.Tx(ctx, func(tx *db.Tx) error {
			if err := event.Append(ctx, tx, event.Event{Verb: "thread.created", Object: event.Ref{Kind: "thread", ID: 1}}); err != nil {
				return err
			}
			return no
		})
		if !errors.Is(err, no) {
			t.Fatalf("got %v, want %v", err, no)
		}
		drain(t, x)
		if got := n.list(); got != "" {
			t.Errorf("got %q, want nothing", got)
		}
	})
}

func TestPoisonIsIsolatedAndGivenUp(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, c *clock) {
		ctx := context.Background()
		cured := false
		tries := 0
		n := notes{fail: func(events []event.Event) error {
			if slices.ContainsFunc(events, func(e event.Event) bool { return e.Object.ID == 3 }) && !cured {
				if len(events) == 1 {
					tries++
				}
				return errors.New("bad \x00 thing \xff")
			}
			return nil
		}}
		x := dispatcher(t, d, n.consumer("all"))
		appendAll(t, d, "thread.created", 1, 2, 3, 4, 5)
		drain(t, x)
		if got, want := n.list(), "1 2 4 5"; got != want {
			t.Errorf("companions of the poison: got %q, want %q", got, want)
		}

		drain(t, x)
		if tries != 1 {
			t.Errorf("before the back-off is over: got %d tries, want 1", tries)
		}
		for attempt := 2; attempt <= 10; attempt++ {
			failures, err := x.Failed(ctx, 10)
			if err != nil || len(failures) != 0 {
				t.Fatalf("before attempt %d: failed %v, %v, want none", attempt, failures, err)
			}
			c.Add(time.Duration(attempt) * time.Minute)
			drain(t, x)
			if tries != attempt {
				t.Fatalf("got %d tries, want %d", tries, attempt)
			}
		}
		c.Add(24 * time.Hour)
		drain(t, x)
		failures, err := x.Failed(ctx, 10)
		if err != nil || len(failures) != 1 || tries != 10 {
			t.Fatalf("got %d failures after %d tries, %v, want 1 after 10", len(failures), tries, err)
		}
		f := failures[0]
		if f.Consumer != "all" || f.Event.Object.ID != 3 || f.Attempts != 10 || f.LastError != "bad ? thing ?" {
			t.Errorf("got %+v", f)
		}
		lag, err := x.Lag(ctx)
		if err != nil || len(lag) != 1 || lag[0].Failed != 1 || lag[0].Waiting != 0 || !lag[0].Oldest.IsZero() {
			t.Errorf("lag: got %+v, %v, want one failed, none waiting", lag, err)
		}

		cured = true
		if err := x.Retry(ctx, f.ID); err != nil {
			t.Fatal(err)
		}
		drain(t, x)
		if got, want := n.list(), "1 2 3 4 5"; got != want {
			t.Errorf("after retry: got %q, want %q", got, want)
		}
		if err := x.Retry(ctx, f.ID); !errs.IsNotFound(err) {
			t.Errorf("retry of what is not failed: got %v, want not found", err)
		}
	})
}

func TestDiscard(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, c *clock) {
		ctx := context.Background()
		n := notes{fail: func([]event.Event) error { panic("always") }}
		x := dispatcher(t, d, n.consumer("all"))
		appendAll(t, d, "thread.created", 1)
		for range 10 {
			drain(t, x)
			c.Add(time.Hour)
		}
		failures, err := x.Failed(ctx, 10)
		if err != nil || len(failures) != 1 || failures[0].LastError != "panic: always" {
			t.Fatalf("got %+v, %v, want one panic", failures, err)
		}
		if err := x.Discard(ctx, failures[0].ID); err != nil {
			t.Fatal(err)
		}
		if failures, err := x.Failed(ctx, 10); err != nil || len(failures) != 0 {
			t.Errorf("after discarding: got %v, %v, want none", failures, err)
		}
		if err := x.Discard(ctx, failures[0].ID); !errs.IsNotFound(err) {
			t.Errorf("discarded twice: got %v, want not found", err)
		}
	})
}

func TestLagTellsHowFarBehind(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, c *clock) {
		var n notes
		x := dispatcher(t, d, n.consumer("all"), n.consumer("letters", "account."))
		first := c.Now()
		appendAll(t, d, "thread.created", 1)
		c.Add(time.Minute)
		appendAll(t, d, "thread.created", 2)
		got, err := x.Lag(context.Background())
		want := []event.ConsumerLag{
			{Consumer: "all", Waiting: 2, Oldest: first, SeenAt: first},
			{Consumer: "letters", SeenAt: first},
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("got %+v, %v, want %+v", got, err, want)
		}
	})
}

// A process that was killed while it handled a batch leaves its claim behind.
func TestExpiredLeaseIsClaimedAgain(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, c *clock) {
		var second notes
		hold := make(chan struct{})
		started := make(chan struct{})
		slow := dispatcher(t, d, event.Consumer{Name: "all", Handle: func(context.Context, []event.Event) error {
			close(started)
			<-hold
			return nil
		}})
		appendAll(t, d, "thread.created", 1, 2)
		done := make(chan error)
		go func() { done <- slow.Drain(context.Background()) }()
		<-started

		other := dispatcher(t, d, second.consumer("all"))
		drain(t, other)
		if got := second.list(); got != "" {
			t.Errorf("while leased: got %q, want nothing", got)
		}
		c.Add(2 * time.Minute)
		drain(t, other)
		if got := second.list(); got != "1 2" {
			t.Errorf("after the lease: got %q, want 1 2", got)
		}
		close(hold)
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// TestReclaimed lets a process end with events in hand: the next one of a consumer that is its own need not wait, nor does what failed
// come sooner.
func TestReclaimed(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, c *clock) {
		hold, started := make(chan struct{}), make(chan struct{})
		gone := dispatcher(t, d, event.Consumer{Name: "own", Handle: func(_ context.Context, events []event.Event) error {
			close(started)
			<-hold
			return nil
		}})
		appendAll(t, d, "thread.created", 1, 2)
		done := make(chan error)
		go func() { done <- gone.Drain(context.Background()) }()
		<-started

		var n notes
		next := dispatcher(t, d, n.consumer("own"))
		if err := next.Reclaim(t.Context(), "another"); err != nil {
			t.Fatal(err)
		}
		drain(t, next)
		if got := n.list(); got != "" {
			t.Errorf("reclaimed for another: got %q, want nothing", got)
		}
		if err := next.Reclaim(t.Context(), "own"); err != nil {
			t.Fatal(err)
		}
		drain(t, next)
		if got := n.list(); got != "1 2" {
			t.Errorf("reclaimed: got %q, want 1 2", got)
		}
		close(hold)
		if err := <-done; err != nil {
			t.Error(err)
		}

		appendAll(t, d, "thread.created", 3)
		drain(t, dispatcher(t, d, event.Consumer{Name: "own", Handle: func(context.Context, []event.Event) error { return errors.New("not now") }}))
		if err := next.Reclaim(t.Context(), "own"); err != nil {
			t.Fatal(err)
		}
		drain(t, next)
		if got := n.list(); got != "1 2" {
			t.Errorf("what failed came before its pause was over: %q", got)
		}
	})
}

// Stopping the hub is no attempt: what was under way is free at once, with no failure counted.
func TestStoppingReleases(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, _ *clock) {
		ctx, cancel := context.WithCancel(context.Background())
		x := dispatcher(t, d, event.Consumer{Name: "all", Handle: func(ctx context.Context, _ []event.Event) error {
			cancel()
			<-ctx.Done()
			return ctx.Err()
		}})
		appendAll(t, d, "thread.created", 1, 2, 3)
		if err := x.Run(ctx); err != nil {
			t.Fatal(err)
		}
		var n notes
		drain(t, dispatcher(t, d, n.consumer("all")))
		if got, want := n.list(), "1 2 3"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestRunWakesOnCommit(t *testing.T) {
	backends.EachURL(t, func(t *testing.T, url string) {
		d := backends.Open(t, url, db.Options{Sync: "normal"})
		ctx, cancel := context.WithCancel(context.Background())
		got := make(chan int64)
		// A poll once an hour: only the commit can wake it.
		x := event.NewDispatcher(d, slog.New(slog.DiscardHandler), event.Options{Poll: time.Hour}, event.Consumer{
			Name: "all", Handle: func(_ context.Context, events []event.Event) error {
				for _, e := range events {
					got <- e.Object.ID
				}
				return nil
			}})
		if err := x.Register(ctx); err != nil {
			t.Fatal(err)
		}
		stopped := make(chan error)
		go func() { stopped <- x.Run(ctx) }()
		for id := range int64(20) {
			appendAll(t, d, "thread.created", id)
			if seen := <-got; seen != id {
				t.Fatalf("got %d, want %d", seen, id)
			}
		}
		cancel()
		if err := <-stopped; err != nil {
			t.Error(err)
		}
	})
}

// Dispatchers of several processes share one consumer: each event is handled once, as long as nobody dies.
func TestSeveralProcessesShareAConsumer(t *testing.T) {
	backends.EachURL(t, func(t *testing.T, url string) {
		const events, processes = 600, 4
		var n notes
		var drains []func() error
		for i := range processes {
			d := backends.Open(t, url, db.Options{Sync: "normal"})
			c := n.consumer("shared")
			c.Batch = 7
			x := dispatcher(t, d, c)
			if i == 0 {
				ids := make([]int64, events)
				for i := range ids {
					ids[i] = int64(i)
				}
				appendAll(t, d, "thread.created", ids...)
			}
			drains = append(drains, func() error { return x.Drain(context.Background()) })
		}
		var wg sync.WaitGroup
		for _, drain := range drains {
			wg.Go(func() {
				if err := drain(); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		n.mu.Lock()
		defer n.mu.Unlock()
		for id := range int64(events) {
			if n.seen[id] != 1 {
				t.Errorf("event %d was handled %d times, want once", id, n.seen[id])
			}
		}
	})
}

// TestForgottenConsumersBeginAgain lets a server disappear: what waits for it goes with it, and should it return it is told
// that events have passed it by.
func TestForgottenConsumersBeginAgain(t *testing.T) {
	each(t, func(t *testing.T, d *db.DB, c *clock) {
		ctx := t.Context()
		var n notes
		gone := dispatcher(t, d, n.consumer("search:gone"))
		c.Add(31 * 24 * time.Hour)
		here := dispatcher(t, d, n.consumer("search:here"), n.consumer("letters"))
		appendAll(t, d, "thread.created", 1)
		if forgotten, err := here.Forget(ctx, "search:", 30*24*time.Hour); forgotten != 1 || err != nil {
			t.Errorf("forgot %d, %v, want 1", forgotten, err)
		}
		lags, err := here.Lag(ctx)
		if err != nil || len(lags) != 2 {
			t.Errorf("consumers left: %+v, %v, want search:here and letters", lags, err)
		}
		if unknown, err := gone.Unknown(ctx); !slices.Equal(unknown, []string{"search:gone"}) || err != nil {
			t.Errorf("unknown %v, %v, want search:gone", unknown, err)
		}
		if unknown, err := here.Unknown(ctx); len(unknown) != 0 || err != nil {
			t.Errorf("unknown %v, %v, want none", unknown, err)
		}
	})
}
