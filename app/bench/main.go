// Command bench measures how fast the hub is: `make bench`.
//
// It makes a corpus of 2,000 people, 20,000 threads and 200,000 replies through the same use cases as the importers, starts
// the real program on it with one core to itself, and loads it from another process on the other cores. Beside it, on the
// same core in turn, runs a server that does the least which could be called the same page (ceilings.go). Machines differ and
// are busy, so both are measured several times in alternation within one run, and what counts is the ratio of the two.
//
// With -against an earlier program is measured in the same turns, on a copy of the same data, and what counts is again a ratio.
//
// Two kinds of load: the closed loop (16 connections, each waiting for its answer) says how much the hub can do; the open
// loop (a fixed rate, half of that) says how long people wait, counted from when each request was due.
//
// `make bench-search` (bench search) is another measurement: the search of the hub beside SQLite FTS5 and PostgreSQL full text, on the
// same documents and queries, at sizes up to a million documents.
//
// `make bench-insights` (bench insights) is a third: the figures for leaders on 10,000 people, 200,000 threads and 2,000,000 events.
//
// Everything stays on loopback and under .cache/bench, and ends by itself.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"syscall"
	"time"
)

// options are the command line.
type options struct {
	cache    string
	binary   string
	against  string
	postgres string
	only     *regexp.Regexp
	rounds   int
	stretch  time.Duration
	fresh    bool
	keep     bool
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:])
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop has run
	}
}

func run(ctx context.Context, args []string) error {
	if len(args) > 0 && args[0] == "ceilings" {
		return serveCeilings(ctx, args[1:])
	}
	if len(args) > 0 && args[0] == "search" {
		return benchSearch(ctx, args[1:])
	}
	if len(args) > 0 && args[0] == "insights" {
		return benchInsights(ctx, args[1:])
	}
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.StringVar(&o.cache, "cache", ".cache/bench", "folder for the corpus, which is kept between runs")
	flags.StringVar(&o.binary, "binary", "bin/watercooler", "program to measure")
	flags.StringVar(&o.against, "against", "", "an earlier program, to be measured in turn with this one on a copy of the same data: has anything become slower?")
	flags.StringVar(&o.postgres, "pg", os.Getenv("WATERCOOLER_TEST_POSTGRES"), "URL of a PostgreSQL server on this machine; a database watercooler_bench is made in it")
	flags.IntVar(&o.rounds, "rounds", 3, "how often each point is measured, ours and ceiling in turn")
	flags.DurationVar(&o.stretch, "stretch", 3*time.Second, "how long each measurement takes")
	flags.BoolVar(&o.fresh, "fresh", false, "make the corpus anew, to measure importing")
	flags.BoolVar(&o.keep, "keep", false, "go on with the data and index of the last run, for quick repeats; indexing is not measured")
	only := flags.String("only", "", "measure only points whose name matches this pattern")
	if err := flags.Parse(args); err != nil {
		return err
	}
	var err error
	if o.only, err = regexp.Compile(*only); err != nil {
		return fmt.Errorf("-only: %w", err)
	}
	if o.binary, err = filepath.Abs(o.binary); err != nil {
		return err
	}
	if o.against != "" {
		if o.against, err = filepath.Abs(o.against); err != nil {
			return err
		}
	}
	if o.cache, err = filepath.Abs(o.cache); err != nil {
		return err
	}
	if o.rounds < 1 || o.stretch < 100*time.Millisecond {
		return errors.New("want at least one round of at least 100ms")
	}
	b, err := newBench(ctx, o)
	if err != nil {
		return err
	}
	err = b.sqlite(ctx)
	if err == nil && o.postgres != "" {
		err = b.onPostgres(ctx)
	}
	// What was measured is worth showing even when the rest failed.
	return errors.Join(err, b.report(os.Stdout))
}
