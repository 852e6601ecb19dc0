package main

import (
	"context"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"watercooler/app/db"
	"watercooler/app/event"
	"watercooler/app/importers"
	"watercooler/app/insights"
	"watercooler/app/web"
	"watercooler/auth"
)

// insightsOptions are the command line of `bench insights`: the figures of leadership on a large hub. The corpus is written into the
// tables as they are, because what is measured begins there: making the ledger and the figures anew, keeping level with events, and the
// page, beside the same bytes out of memory.
type insightsOptions struct {
	cache                          string
	postgres                       string
	people, units, threads, events int
	fresh                          bool
	keeping                        int // events that the consumer is to keep level with
	asks                           int
}

func benchInsights(ctx context.Context, args []string) (err error) {
	o := insightsOptions{}
	flags := flag.NewFlagSet("bench insights", flag.ContinueOnError)
	flags.StringVar(&o.cache, "cache", ".cache/bench", "folder for the corpus, which is kept between runs")
	flags.StringVar(&o.postgres, "pg", os.Getenv("WATERCOOLER_TEST_POSTGRES"), "URL of a PostgreSQL server on this machine; a database watercooler_bench_insights is made in it")
	flags.IntVar(&o.people, "people", 10_000, "people")
	flags.IntVar(&o.units, "units", 200, "units")
	flags.IntVar(&o.threads, "threads", 200_000, "threads")
	flags.IntVar(&o.events, "events", 2_000_000, "events: of each thread and reply one")
	flags.IntVar(&o.keeping, "keeping", 20_000, "events that the consumer is measured on")
	flags.IntVar(&o.asks, "asks", 200, "how often the page is asked for")
	flags.BoolVar(&o.fresh, "fresh", false, "make the corpus anew")
	if err := flags.Parse(args); err != nil {
		return err
	}
	dir := filepath.Join(o.cache, fmt.Sprintf("insights-%d-%d-%d", o.people, o.threads, o.events))
	if o.fresh {
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	if err := o.measure(ctx, "SQLite", "sqlite:"+filepath.Join(dir, "watercooler.db")); err != nil || o.postgres == "" {
		return err
	}
	address, err := emptyPostgres(ctx, o.postgres, "watercooler_bench_insights")
	if err != nil {
		return err
	}
	return o.measure(ctx, "PostgreSQL", address)
}

// measure measures on one database, and prints what it finds.
func (o insightsOptions) measure(ctx context.Context, name, address string) (err error) {
	d, err := db.Open(ctx, address, db.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if _, err := d.Migrate(ctx); err != nil {
		return err
	}
	if err := o.fill(ctx, d, os.Stderr); err != nil {
		return fmt.Errorf("fill %s: %w", name, err)
	}
	if name == "PostgreSQL" {
		if err := analyse(ctx, address); err != nil {
			return err
		}
	}
	say := func(what, format string, args ...any) {
		fmt.Printf("%-11s %-34s %s\n", name, what, fmt.Sprintf(format, args...))
	}
	s := insights.New(d, time.UTC, insights.LeastK, time.Now)
	dispatcher := event.NewDispatcher(d, nil, event.Options{}, s.Consumer())
	if err := dispatcher.Register(ctx); err != nil {
		return err
	}
	if err := dispatcher.Drain(ctx); err != nil { // of a run that was cut short
		return err
	}

	bar, done := importers.NewProgress(os.Stderr, time.Now), 0
	bar.Start("Counting for the figures", o.threads)
	begin := time.Now()
	err = s.Recount(ctx, func(now, _ int) {
		bar.Add(now - done)
		done = now
	})
	bar.End()
	if err != nil {
		return err
	}
	say("everything made anew", "%.1f s for %d threads (target: under 300 s)", time.Since(begin).Seconds(), o.threads)

	begin = time.Now()
	if err := o.happen(ctx, d); err != nil {
		return err
	}
	wrote := time.Since(begin)
	begin = time.Now()
	if err := dispatcher.Drain(ctx); err != nil {
		return err
	}
	counted := time.Since(begin)
	if err := s.Settle(ctx); err != nil {
		return err
	}
	level := time.Since(begin)
	say("the consumer keeps level with", "%.0f events a second, %.0f with the figures of all months made (target: 500; they were written at %.0f)",
		float64(o.keeping)/counted.Seconds(), float64(o.keeping)/level.Seconds(), float64(o.keeping)/wrote.Seconds())
	say("the figures of the months", "%.2f s", (level - counted).Seconds())
	return o.page(ctx, s, say)
}

// happen writes replies to threads, of the last months mostly, each with its event.
func (o insightsOptions) happen(ctx context.Context, d *db.DB) error {
	random := rand.New(rand.NewPCG(11, 3))
	for done := 0; done < o.keeping; done += 50 {
		err := d.Tx(ctx, func(tx *db.Tx) error {
			for range 50 {
				thread := o.threads - int(random.ExpFloat64()*float64(o.threads)/12)%o.threads
				var reply int64
				err := tx.QueryRow(ctx, `
					INSERT INTO replies (thread_id, author_id, body, body_html, renderer, created_at)
					VALUES ($1, $2, 'So it is', '<p>So it is</p>', 1, $3)
					RETURNING id`, thread, 1+random.IntN(o.people), db.Micros(tx.Now())).Scan(&reply)
				if err != nil {
					return err
				}
				e := event.Event{Verb: "reply.created", Object: event.Ref{Kind: "reply", ID: reply}, Target: event.Ref{Kind: "thread", ID: int64(thread)}}
				if err := event.Append(ctx, tx, e); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// page asks for the leadership page, and for the same bytes out of memory, in turn.
func (o insightsOptions) page(ctx context.Context, s *insights.Service, say func(what, format string, args ...any)) (err error) {
	w, err := web.New(web.Config{BaseURL: "http://localhost", Hub: func() string { return "Benchshire Council" }, Timezone: time.UTC, Now: time.Now})
	if err != nil {
		return err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	pages, leader := insights.NewWeb(s, w), auth.ForPerson(1, 1, 1, true, auth.Leader)
	f := fiber.New(fiber.Config{DisableStartupMessage: true, Immutable: true})
	f.Use(func(c *fiber.Ctx) error {
		auth.SetViewer(c, leader)
		return c.Next()
	}, pages.Watch)
	var static []byte
	f.Get("/insights", pages.Summary)
	f.Get("/insights/scorecard", pages.Scorecard)
	f.Get("/static", func(c *fiber.Ctx) error { return c.Type("html", "utf-8").Send(static) })
	failed := make(chan error, 1)
	go func() { failed <- f.Listener(l) }()
	defer func() { err = errors.Join(err, f.Shutdown(), <-failed) }()

	client := newClient(l.Addr().String())
	ask := func(path string) ([]byte, time.Duration, error) {
		req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
		defer fasthttp.ReleaseRequest(req)
		defer fasthttp.ReleaseResponse(res)
		req.SetRequestURI("http://" + l.Addr().String() + path)
		begin := time.Now()
		if err := client.do(req, res); err != nil {
			return nil, 0, err
		}
		if res.StatusCode() != fasthttp.StatusOK {
			return nil, 0, fmt.Errorf("GET %s: status %d", path, res.StatusCode())
		}
		return append([]byte{}, res.Body()...), time.Since(begin), nil
	}
	for _, path := range []string{"/insights", "/insights?unit=7", "/insights/scorecard"} {
		if static, _, err = ask(path); err != nil {
			return err
		}
		var ours, least []time.Duration
		for range o.asks {
			_, a, err := ask(path)
			if err != nil {
				return err
			}
			_, b, err := ask("/static")
			if err != nil {
				return err
			}
			ours, least = append(ours, a), append(least, b)
		}
		a, b := summarise(ours), summarise(least)
		say("GET "+path, "%s at the median, %s at the 99th percentile; %d KB out of memory take %s (target: under 150 ms)", ms(a.P50), ms(a.P99), len(static)>>10, ms(b.P50))
	}
	return nil
}

// fill writes the corpus, unless it is there.
func (o insightsOptions) fill(ctx context.Context, d *db.DB, say io.Writer) error {
	there := 0
	if err := d.QueryRow(ctx, "SELECT COUNT(*) FROM threads").Scan(&there); err != nil || there == o.threads {
		return err
	}
	if there > 0 {
		return errors.New("the corpus was cut short: begin again with -fresh")
	}
	c := largeHub{insightsOptions: o, Rand: rand.New(rand.NewPCG(11, 1)), db: d, now: db.Micros(time.Now())}
	bar := importers.NewProgress(say, time.Now)
	bar.Start("Writing the corpus", o.people+o.events)
	err := c.write(ctx, bar)
	bar.End()
	return errors.Join(err, d.Optimize(ctx))
}

// emptyPostgres makes a database of this name anew in the server at address.
func emptyPostgres(ctx context.Context, address, name string) (_ string, err error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", errors.New("the URL cannot be read") // it may hold a password
	}
	admin, err := sql.Open("pgx", address)
	if err != nil {
		return "", err
	}
	defer func() { err = errors.Join(err, admin.Close()) }()
	for _, statement := range []string{"DROP DATABASE IF EXISTS " + name, "CREATE DATABASE " + name} {
		if _, err := admin.ExecContext(ctx, statement); err != nil {
			return "", err
		}
	}
	u.Path = "/" + name
	return u.String(), nil
}
