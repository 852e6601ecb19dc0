package event_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
)

// posts is how many the writing process makes in all, and killAt the acknowledgement at which it is killed.
const posts, killAt = 500, 200

// writerURL is the environment variable that turns the test binary into the writing process on the database it names, and
// writerClock how far that process's clock is ahead.
const (
	writerURL   = "WATERCOOLER_TEST_WRITER"
	writerClock = "WATERCOOLER_TEST_WRITER_CLOCK"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(writerURL); url != "" {
		ahead, err := time.ParseDuration(os.Getenv(writerClock))
		if err == nil {
			err = write(context.Background(), url, ahead, os.Stdout)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// write makes those of the posts that are not there yet, acknowledging each on out, while two consumers handle what happens.
func write(ctx context.Context, url string, ahead time.Duration, out io.Writer) error {
	d, err := db.Open(ctx, url, db.Options{Now: func() time.Time { return time.Now().Add(ahead) }})
	if err != nil {
		return err
	}
	x := event.NewDispatcher(d, slog.New(slog.DiscardHandler), event.Options{}, recorder(d, "index", 10), recorder(d, "letters", 3))
	if err := x.Register(ctx); err != nil {
		return err
	}
	running, stop := context.WithCancel(ctx)
	defer stop()
	stopped := make(chan error)
	go func() { stopped <- x.Run(running) }()

	for i := range posts {
		if err := post(ctx, d, fmt.Sprintf("post-%03d", i)); err != nil {
			return err
		}
		fmt.Fprintf(out, "post-%03d\n", i)
	}
	stop()
	return errors.Join(<-stopped, x.Drain(ctx), d.Close())
}

// post writes a row and its event, as a use case does.
func post(ctx context.Context, d *db.DB, slug string) error {
	return d.Tx(ctx, func(tx *db.Tx) error {
		var id int64
		err := tx.QueryRow(ctx, `
			INSERT INTO topics (slug, name, created_at)
			VALUES ($1, $2, $3)
			ON CONFLICT (slug) DO NOTHING
			RETURNING id`, slug, "About "+slug, db.Micros(tx.Now())).Scan(&id)
		if errs.IsNotFound(err) {
			return nil // made before the crash
		}
		if err != nil {
			return err
		}
		return event.Append(ctx, tx, event.Event{Verb: "topic.created", Object: event.Ref{Kind: "topic", ID: id}})
	})
}

// recorder is a consumer that re-reads the row and keeps what it learnt under its own name, so that handling an event again
// changes nothing.
func recorder(d *db.DB, name string, batch int) event.Consumer {
	return event.Consumer{Name: name, Verbs: []string{"topic."}, Batch: batch, Handle: func(ctx context.Context, events []event.Event) error {
		return d.Tx(ctx, func(tx *db.Tx) error {
			for _, e := range events {
				_, err := tx.Exec(ctx, `
					INSERT INTO kv (key, value, expires_at)
					SELECT CAST($1 AS TEXT) || ' ' || slug, $2, 0
					FROM topics
					WHERE id = $3
					ON CONFLICT (key) DO UPDATE SET value = excluded.value`, name, []byte("seen"), e.Object.ID)
				if err != nil {
					return err
				}
			}
			return nil
		})
	}}
}

// start runs the writing process on the database at url and returns it with its acknowledgements.
func start(t *testing.T, url, ahead string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), writerURL+"="+url, writerClock+"="+ahead)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

// list returns the first column of a query, one value per line.
func list(t *testing.T, d *db.DB, query string) []string {
	t.Helper()
	rows, err := d.Query(context.Background(), query)
	all, err := db.Collect(rows, err, db.One[string])
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// A process that is killed in the middle of 500 posts loses nothing that it acknowledged, and once it runs again every
// consumer has seen every event and ends as if nothing had happened.
func TestKilledInTheMiddle(t *testing.T) {
	backends.EachURL(t, func(t *testing.T, url string) {
		writer, acks := start(t, url, "0s")
		var acknowledged []string
		for len(acknowledged) < killAt && acks.Scan() {
			acknowledged = append(acknowledged, acks.Text())
		}
		if err := writer.Process.Kill(); err != nil { // SIGKILL
			t.Fatal(err)
		}
		for acks.Scan() { // what it said before it died counts
			acknowledged = append(acknowledged, acks.Text())
		}
		if err := writer.Wait(); err == nil || len(acknowledged) >= posts {
			t.Fatalf("the process was not killed in the middle: %v after %d posts", err, len(acknowledged))
		}

		d := backends.Open(t, url, db.Options{})
		survived := list(t, d, `SELECT slug FROM topics ORDER BY slug LIMIT 1000`)
		for _, slug := range acknowledged {
			if _, found := slices.BinarySearch(survived, slug); !found {
				t.Errorf("%s was acknowledged and is lost", slug)
			}
		}
		appended := list(t, d, `SELECT t.slug FROM topics t JOIN events e ON e.object_id = t.id ORDER BY t.slug LIMIT 1000`)
		if !slices.Equal(appended, survived) {
			t.Errorf("%d posts but %d events: a post and its event are one", len(survived), len(appended))
		}
		t.Logf("killed after %d acknowledged posts, %d in the database, %d deliveries waiting", len(acknowledged), len(survived),
			len(list(t, d, `SELECT consumer FROM outbox LIMIT 2000`)))

		// The clock is an hour ahead, so that the leases of the dead process are over.
		again, acks := start(t, url, "1h")
		for acks.Scan() { // read, or it would block
		}
		if err := again.Wait(); err != nil {
			t.Fatal(err)
		}

		clean := backends.SQLiteURL(t)
		if err := write(context.Background(), clean, 0, io.Discard); err != nil {
			t.Fatal(err)
		}
		c := backends.Open(t, clean, db.Options{})
		for _, state := range []string{
			`SELECT slug || ' ' || name FROM topics ORDER BY slug LIMIT 1000`,
			`SELECT key FROM kv ORDER BY key LIMIT 2000`,
			`SELECT consumer FROM outbox ORDER BY id LIMIT 10`,
		} {
			got, want := list(t, d, state), list(t, c, state)
			slices.Sort(got) // the databases sort a space differently
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("%s: got %d rows, a clean run has %d", strings.Fields(state)[3], len(got), len(want))
			}
		}
	})
}
