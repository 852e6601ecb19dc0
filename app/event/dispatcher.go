package event

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"watercooler/app/db"
)

// Consumer is told about events.
type Consumer struct {
	// Name is who is told. Processes that share the work use the same name; a process that needs every event for itself,
	// as each search index does, makes the name its own.
	Name string
	// Verbs are prefixes of the verbs it wants, such as "account." or "thread.created"; none means all.
	Verbs []string
	// Batch is the most events in one call; 100 when zero.
	Batch int
	// Linger is for consumers to whom a call costs more than an event in it: after a call whose batch was not full, Run
	// gathers events for that long before the next. The first event after a quiet time is never kept waiting.
	Linger time.Duration
	// Handle does the work for all of events or returns an error. Its ctx ends with the lease. A panic is an error.
	Handle func(ctx context.Context, events []Event) error
}

// Options tune a dispatcher; the zero value is right outside tests.
type Options struct {
	// Poll is how often it looks for what no commit of this process announced: events of other processes, and retries.
	// One second when zero.
	Poll time.Duration
	// Lease is how long a batch may take before others may claim it; one minute when zero.
	Lease time.Duration
	// MaxAttempts is how often an event is tried before it waits for a person; 10 when zero.
	MaxAttempts int
	// Backoff is the pause after the given failed attempt, the first being 1. When nil it grows from five seconds to an hour,
	// so that ten attempts outlast an outage of three hours.
	Backoff func(attempt int) time.Duration
}

// Dispatcher hands events to consumers.
type Dispatcher struct {
	db        *db.DB
	log       *slog.Logger
	options   Options
	consumers []Consumer
	turns     map[string]*sync.Mutex // by consumer: one batch at a time, so that Drain waits for one that Run has in hand
}

// NewDispatcher returns a dispatcher for consumers. Call Register before the first Append, then Run.
func NewDispatcher(d *db.DB, log *slog.Logger, o Options, consumers ...Consumer) *Dispatcher {
	if o.Poll <= 0 {
		o.Poll = time.Second
	}
	if o.Lease <= 0 {
		o.Lease = time.Minute
	}
	if o.MaxAttempts <= 0 {
		o.MaxAttempts = 10
	}
	if o.Backoff == nil {
		o.Backoff = backoff
	}
	turns := make(map[string]*sync.Mutex, len(consumers))
	for i := range consumers {
		turns[consumers[i].Name] = new(sync.Mutex)
		if consumers[i].Batch <= 0 {
			consumers[i].Batch = 100
		}
		if len(consumers[i].Verbs) == 0 {
			consumers[i].Verbs = []string{""}
		}
	}
	return &Dispatcher{db: d, log: log, options: o, consumers: consumers, turns: turns}
}

// backoff is 5 s, 15 s, 45 s, … up to an hour, and up to a fifth more, so that what failed together does not return together.
func backoff(attempt int) time.Duration {
	pause := 5 * time.Second
	for range attempt - 1 {
		pause = min(3*pause, time.Hour)
	}
	return pause + rand.N(pause/5)
}

// Register makes the consumers known: from now on every event is kept for them.
func (x *Dispatcher) Register(ctx context.Context) error {
	err := x.db.Tx(ctx, func(tx *db.Tx) error {
		for _, c := range x.consumers {
			if err := register(ctx, tx, c); err != nil {
				return fmt.Errorf("%s: %w", c.Name, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("register consumers: %w", err)
	}
	return nil
}

func register(ctx context.Context, tx *db.Tx, c Consumer) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO consumers (name, created_at, seen_at)
		VALUES ($1, $2, $2)
		ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at`, c.Name, db.Micros(tx.Now()))
	if err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM consumer_verbs WHERE consumer = $1`, c.Name); err != nil {
		return err
	}
	for _, prefix := range c.Verbs {
		_, err := tx.Exec(ctx, `
			INSERT INTO consumer_verbs (consumer, prefix)
			VALUES ($1, $2)
			ON CONFLICT (consumer, prefix) DO NOTHING`, c.Name, prefix)
		if err != nil {
			return err
		}
	}
	return nil
}

// seenEvery is how often Run notes that its consumers are alive.
const seenEvery = time.Hour

// Run hands on events until ctx ends, and then waits for the handlers under way. Each consumer has a goroutine of its own,
// so that a slow one holds up nobody else.
func (x *Dispatcher) Run(ctx context.Context) error {
	var running sync.WaitGroup
	for _, c := range x.consumers {
		running.Go(func() { x.serve(ctx, c) })
	}
	seen := time.NewTicker(seenEvery)
	defer seen.Stop()
	for {
		select {
		case <-ctx.Done():
			running.Wait()
			return nil
		case <-seen.C:
			if err := x.Register(ctx); err != nil {
				x.log.WarnContext(ctx, "consumers not marked as alive", "error", err)
			}
		}
	}
}

// serve is one consumer's share of Run.
func (x *Dispatcher) serve(ctx context.Context, c Consumer) {
	announced, stop := x.db.Listen(wake)
	defer stop()
	poll := time.NewTicker(x.options.Poll)
	defer poll.Stop()
	for ctx.Err() == nil {
		handled, err := x.step(ctx, c)
		if err != nil && ctx.Err() == nil {
			x.log.ErrorContext(ctx, "events not handed on", "consumer", c.Name, "error", err)
		}
		if handled > 0 && err == nil {
			if handled < c.Batch {
				pause(ctx, c.Linger)
			}
			continue
		}
		news := announced
		if err != nil {
			news = nil // the database is in trouble: more work is no reason to ask again before the next poll
		}
		select {
		case <-ctx.Done():
		case <-news:
		case <-poll.C:
		}
	}
}

// pause returns after d, or when ctx ends.
func pause(ctx context.Context, d time.Duration) {
	if d <= 0 {
		return
	}
	over := time.NewTimer(d)
	defer over.Stop()
	select {
	case <-ctx.Done():
	case <-over.C:
	}
}

// Drain handles everything that is due now, without lingering, and what that gives rise to, before it returns: for tests and commands.
// Handlers' errors are noted as in Run; see Failed.
func (x *Dispatcher) Drain(ctx context.Context) error {
	for {
		total := 0
		for _, c := range x.consumers {
			for {
				handled, err := x.step(ctx, c)
				if err != nil {
					return fmt.Errorf("drain %s: %w", c.Name, err)
				}
				if handled == 0 {
					break
				}
				total += handled
			}
		}
		if total == 0 {
			return nil
		}
	}
}

// step claims what is due for c, hands it over and settles the outcome. It returns how many deliveries that were.
func (x *Dispatcher) step(ctx context.Context, c Consumer) (int, error) {
	turn := x.turns[c.Name]
	turn.Lock()
	defer turn.Unlock()
	due, err := x.due(ctx, c)
	if err != nil || !due {
		return 0, err
	}
	// A claim that is cut short while the hub is being stopped may have been made all the same; what it took would wait for the
	// lease to end. So it is finished, and what it took given back below.
	claiming, done := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer done()
	fresh, again, err := x.claim(claiming, c)
	if err != nil {
		return 0, err
	}
	var o outcome
	leased, cancel := context.WithTimeout(ctx, x.options.Lease)
	defer cancel()
	x.deliver(leased, c, fresh, &o)
	x.deliver(leased, c, again, &o)
	if ctx.Err() != nil {
		// The hub is being stopped, which is nobody's failure.
		for _, f := range o.failed {
			o.released = append(o.released, f.delivery)
		}
		o.failed = nil
	}

	// What has been done is noted even while the hub is being stopped, or it would be done again.
	settling, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleTimeout)
	defer cancel()
	if err := x.settle(settling, o); err != nil {
		return 0, fmt.Errorf("settle: %w", err)
	}
	return len(fresh) + len(again), nil
}

const settleTimeout = 10 * time.Second

// outcome is what became of a step's deliveries.
type outcome struct {
	done     []int64
	failed   []failed
	released []delivery // not tried: no attempt is counted
}

type failed struct {
	delivery
	err error
}

// deliver calls the consumer with batch, and with each event by itself if that fails.
func (x *Dispatcher) deliver(ctx context.Context, c Consumer, batch []delivery, o *outcome) {
	if len(batch) == 0 {
		return
	}
	if ctx.Err() != nil {
		o.released = append(o.released, batch...)
		return
	}
	if first := batch[0]; first.attempts > x.options.MaxAttempts {
		// Claimed again and again and never settled, so handling it ends the process. It must not do so for ever.
		o.failed = append(o.failed, failed{first, errLost})
		return
	}
	events := make([]Event, len(batch))
	for i, d := range batch {
		events[i] = d.event
	}
	err := call(ctx, c, events)
	if err == nil {
		for _, d := range batch {
			o.done = append(o.done, d.id)
		}
		return
	}
	if len(batch) == 1 || ctx.Err() != nil {
		// A batch that used up its lease is not tried again as a batch: its events come back one by one.
		for _, d := range batch {
			o.failed = append(o.failed, failed{d, err})
		}
		return
	}
	x.log.WarnContext(ctx, "batch failed, trying its events one by one", "consumer", c.Name, "events", len(batch), "error", err)
	for i := range batch {
		x.deliver(ctx, c, batch[i:i+1], o)
	}
}

// call runs the handler, with a panic turned into an error.
func call(ctx context.Context, c Consumer, events []Event) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	return c.Handle(ctx, events)
}

// Failure is a delivery that was given up until a person decides.
type Failure struct {
	ID        int64 // of the delivery, for Retry and Discard
	Consumer  string
	Event     Event
	Attempts  int
	LastError string
	FailedAt  time.Time
}

// ConsumerLag is how far a consumer is behind.
type ConsumerLag struct {
	Consumer string
	Waiting  int       // deliveries not handled yet
	Failed   int       // deliveries given up
	Oldest   time.Time // when the oldest waiting event happened; zero when none waits
	SeenAt   time.Time // when a process last ran this consumer, to within an hour
}

var errLost = errors.New("the process ended each time while handling this event")

// clean makes an error's text fit for a column: PostgreSQL refuses NUL and broken UTF-8.
func clean(err error) string {
	const longest = 1000
	text := strings.ReplaceAll(strings.ToValidUTF8(err.Error(), "?"), "\x00", "?")
	if len(text) > longest {
		text = strings.ToValidUTF8(text[:longest], "") + "…"
	}
	return text
}
