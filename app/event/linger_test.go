package event_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/event"
)

// A consumer that lingers is called at once after a quiet time and while its batches are full, and then not for a while.
func TestLingering(t *testing.T) {
	backends.EachURL(t, func(t *testing.T, url string) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		d := backends.Open(t, url, db.Options{Sync: "normal"})
		var n notes
		calls := make(chan int, 100)
		c := n.consumer("all")
		handle := c.Handle
		c.Batch, c.Linger = 3, time.Hour
		c.Handle = func(ctx context.Context, events []event.Event) error {
			err := handle(ctx, events)
			calls <- len(events)
			return err
		}
		x := event.NewDispatcher(d, slog.New(slog.DiscardHandler), event.Options{Poll: time.Millisecond}, c)
		if err := x.Register(ctx); err != nil {
			t.Fatal(err)
		}
		appendAll(t, d, "thread.created", 1, 2, 3, 4)
		stopped := make(chan error)
		go func() { stopped <- x.Run(ctx) }()
		if first, second := <-calls, <-calls; first != 3 || second != 1 {
			t.Errorf("got batches of %d and %d, want 3 and 1", first, second)
		}
		// Were it not lingering, each of these would wake it.
		for id := range int64(20) {
			appendAll(t, d, "thread.created", 10+id)
		}
		cancel()
		if err := <-stopped; err != nil {
			t.Error(err)
		}
		if got, want := n.list(), "1 2 3 4"; got != want {
			t.Errorf("while lingering: got %q, want %q", got, want)
		}
		drain(t, x)
		if got, want := n.list(), "1 2 3 4 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29"; got != want {
			t.Errorf("after draining: got %q, want %q", got, want)
		}
	})
}
