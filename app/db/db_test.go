package db_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/errs"
)

const insertTopic = `INSERT INTO topics (slug, name, created_at) VALUES ($1, $2, $3)`

func addTopic(ctx context.Context, tx *db.Tx, slug string) error {
	_, err := tx.Exec(ctx, insertTopic, slug, strings.ToUpper(slug), db.Micros(tx.Now()))
	return err
}

func topics(t *testing.T, q db.Querier) string {
	t.Helper()
	rows, err := q.Query(context.Background(), `SELECT slug FROM topics ORDER BY slug LIMIT 100`)
	list, err := db.Collect(rows, err, db.One[string])
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(list, " ")
}

func TestWriteAndRead(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		var id int64
		err := d.Tx(ctx, func(tx *db.Tx) error {
			return tx.QueryRow(ctx, insertTopic+` RETURNING id`, "water", "Water", db.Micros(tx.Now())).Scan(&id)
		})
		if err != nil {
			t.Fatal(err)
		}
		var name string
		var broader *int64
		err = d.QueryRow(ctx, `SELECT name, broader_id FROM topics WHERE id = $1`, id).Scan(&name, &broader)
		if err != nil || name != "Water" || broader != nil {
			t.Errorf("got %q, %v, %v, want Water, nil", name, broader, err)
		}
		if err := d.QueryRow(ctx, `SELECT name FROM topics WHERE id = $1`, id+1).Scan(&name); !errs.IsNotFound(err) {
			t.Errorf("got %v, want not found", err)
		}
		if err := d.Ping(ctx); err != nil {
			t.Error(err)
		}
		if err := d.Optimize(ctx); err != nil {
			t.Error(err)
		}
	})
}

func TestTxIsAllOrNothing(t *testing.T) {
	no := errors.New("no")
	for _, c := range []struct {
		name string
		fn   func(ctx context.Context, tx *db.Tx) error
		want func(err error) bool
	}{
		{"an error of fn", func(ctx context.Context, tx *db.Tx) error { return no }, func(err error) bool { return errors.Is(err, no) }},
		{"unique", func(ctx context.Context, tx *db.Tx) error { return addTopic(ctx, tx, "there") }, db.IsUnique},
		{"foreign key", func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE topics SET broader_id = $1`, 12345)
			return err
		}, db.IsForeignKey},
		{"not null", func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE topics SET name = $1`, nil)
			return err
		}, db.IsNotNull},
		{"an error that fn hides", func(ctx context.Context, tx *db.Tx) error {
			if err := addTopic(ctx, tx, "there"); err == nil {
				return no
			}
			return nil
		}, db.IsUnique},
		{"a statement after an error", func(ctx context.Context, tx *db.Tx) error {
			_ = addTopic(ctx, tx, "there")
			return addTopic(ctx, tx, "other")
		}, db.IsUnique},
		{"an error of a row", func(ctx context.Context, tx *db.Tx) error {
			var id int64
			return tx.QueryRow(ctx, insertTopic+` RETURNING id`, "there", "There", 1).Scan(&id)
		}, db.IsUnique},
		{"rows left open", func(ctx context.Context, tx *db.Tx) error {
			rows, err := tx.Query(ctx, `SELECT slug FROM topics`)
			if err != nil {
				return err
			}
			defer rows.Close() // the test is about leaving it open
			return addTopic(ctx, tx, "other")
		}, func(err error) bool { return err != nil && strings.Contains(err.Error(), "close the rows") }},
		{"ctx has ended", func(ctx context.Context, tx *db.Tx) error {
			ctx, cancel := context.WithCancel(ctx)
			cancel()
			return addTopic(ctx, tx, "other")
		}, func(err error) bool { return errors.Is(err, context.Canceled) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			backends.Each(t, func(t *testing.T, d *db.DB) {
				ctx := context.Background()
				hooked := false
				if err := d.Tx(ctx, func(tx *db.Tx) error { return addTopic(ctx, tx, "there") }); err != nil {
					t.Fatal(err)
				}
				err := d.Tx(ctx, func(tx *db.Tx) error {
					tx.AfterCommit(func() { hooked = true })
					if err := addTopic(ctx, tx, "new"); err != nil {
						return err
					}
					return c.fn(ctx, tx)
				})
				if !c.want(err) {
					t.Errorf("got %v", err)
				}
				if got := topics(t, d); got != "there" {
					t.Errorf("got %q, want there", got)
				}
				if hooked {
					t.Error("the hook ran without a commit")
				}
			})
		})
	}
}

func TestPanicRollsBack(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		func() {
			defer func() {
				if p := recover(); p != "oh" {
					t.Errorf("recovered %v, want oh", p)
				}
			}()
			_ = d.Tx(ctx, func(tx *db.Tx) error {
				if err := addTopic(ctx, tx, "new"); err != nil {
					return err
				}
				panic("oh")
			})
		}()
		if err := d.Tx(ctx, func(tx *db.Tx) error { return addTopic(ctx, tx, "next") }); err != nil {
			t.Fatal(err)
		}
		if got := topics(t, d); got != "next" {
			t.Errorf("got %q, want next", got)
		}
	})
}

func TestTxSeesItsOwnWritesAndOthersDoNot(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		var inside, outside string
		order := ""
		err := d.Tx(ctx, func(tx *db.Tx) error {
			tx.AfterCommit(func() { order += topics(t, d) })
			if err := addTopic(ctx, tx, "new"); err != nil {
				return err
			}
			inside, outside = topics(t, tx), topics(t, d)
			return nil
		})
		if err != nil || inside != "new" || outside != "" || order != "new" {
			t.Errorf("inside %q, outside %q, in the hook %q, %v", inside, outside, order, err)
		}
	})
}

func TestTxCannotBeUsedAfterItsEnd(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		var kept *db.Tx
		if err := d.Tx(ctx, func(tx *db.Tx) error { kept = tx; return nil }); err != nil {
			t.Fatal(err)
		}
		if err := addTopic(ctx, kept, "late"); err == nil {
			t.Error("no error")
		}
		if got := topics(t, d); got != "" {
			t.Errorf("got %q, want nothing", got)
		}
	})
}

func TestOneTimestamp(t *testing.T) {
	backends.EachURL(t, func(t *testing.T, url string) {
		at := time.Date(2027, 3, 28, 1, 30, 0, 123456789, time.FixedZone("", 3600))
		d := backends.Open(t, url, db.Options{Now: func() time.Time { at = at.Add(time.Second); return at }})
		err := d.Tx(context.Background(), func(tx *db.Tx) error {
			want := time.Date(2027, 3, 28, 0, 30, 1, 123456000, time.UTC)
			for range 2 {
				if got := tx.Now(); got != want {
					t.Errorf("got %v, want %v", got, want)
				}
			}
			if got := db.Time(db.Micros(tx.Now())); got != want {
				t.Errorf("stored and read: got %v, want %v", got, want)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

// Two transactions that lock the same rows in opposite order: PostgreSQL ends one, SQLite runs them one after the other,
// and both succeed.
func TestDeadlockIsTriedAgain(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		err := d.Tx(ctx, func(tx *db.Tx) error { return errors.Join(addTopic(ctx, tx, "a"), addTopic(ctx, tx, "b")) })
		if err != nil {
			t.Fatal(err)
		}
		var both sync.WaitGroup
		if d.Postgres() {
			both.Add(2)
		}
		tries := make([]int, 2)
		var running sync.WaitGroup
		for i, order := range [][]string{{"a", "b"}, {"b", "a"}} {
			running.Go(func() {
				err := d.Tx(ctx, func(tx *db.Tx) error {
					tries[i]++
					for n, slug := range order {
						if n == 1 && tries[i] == 1 && d.Postgres() {
							both.Done()
							both.Wait() // now each holds what the other wants
						}
						if _, err := tx.Exec(ctx, `UPDATE topics SET description = description || '.' WHERE slug = $1`, slug); err != nil {
							return fmt.Errorf("touch %s: %w", slug, err)
						}
					}
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		running.Wait()
		// The loser may be back before the winner has woken up, and lose again.
		if d.Postgres() && tries[0]+tries[1] < 3 {
			t.Errorf("tries: got %v, want three in all or more", tries)
		}
		var n int
		err = d.QueryRow(ctx, `SELECT COUNT(*) FROM topics WHERE description = '..'`).Scan(&n)
		if err != nil || n != 2 {
			t.Errorf("got %d topics touched twice, %v, want 2", n, err)
		}
	})
}

func TestSignals(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		news, stop := d.Listen("news")
		other, stopOther := d.Listen("other")
		defer stopOther()
		signal := func(fail error) {
			_ = d.Tx(ctx, func(tx *db.Tx) error {
				tx.Signal("news")
				return fail
			})
		}
		signal(errors.New("no"))
		if len(news) != 0 {
			t.Error("a signal without a commit")
		}
		signal(nil)
		signal(nil)
		if len(news) != 1 || len(other) != 0 {
			t.Errorf("got %d and %d signals, want 1 and 0", len(news), len(other))
		}
		<-news
		stop()
		signal(nil)
		if len(news) != 0 {
			t.Error("a signal after stop")
		}
	})
}

func TestReadersCannotWrite(t *testing.T) {
	d := backends.SQLite(t)
	var id int64
	err := d.QueryRow(context.Background(), insertTopic+` RETURNING id`, "a", "A", 1).Scan(&id)
	if err == nil {
		t.Error("a write outside of Tx went through")
	}
}

func TestCountQueries(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		ctx, n := db.CountQueries(context.Background())
		var one int
		for range 2 {
			if err := d.QueryRow(ctx, `SELECT 1`).Scan(&one); err != nil {
				t.Fatal(err)
			}
		}
		err := d.Tx(ctx, func(tx *db.Tx) error {
			rows, err := tx.Query(ctx, `SELECT slug FROM topics LIMIT 1`)
			if _, err := db.Collect(rows, err, db.One[string]); err != nil {
				return err
			}
			return addTopic(ctx, tx, "a")
		})
		if err != nil || n.Load() != 4 {
			t.Errorf("got %d, %v, want 4", n.Load(), err)
		}
	})
}

func TestReadEndsWithItsCtx(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		var one int
		if err := d.QueryRow(ctx, `SELECT 1`).Scan(&one); !errors.Is(err, context.Canceled) {
			t.Errorf("row: got %v, want canceled", err)
		}
		if _, err := d.Query(ctx, `SELECT 1`); !errors.Is(err, context.Canceled) {
			t.Errorf("rows: got %v, want canceled", err)
		}
		if err := d.Tx(ctx, func(*db.Tx) error { return nil }); !errors.Is(err, context.Canceled) {
			t.Errorf("tx: got %v, want canceled", err)
		}
	})
}

func TestIn(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		err := d.Tx(ctx, func(tx *db.Tx) error {
			return errors.Join(addTopic(ctx, tx, "a"), addTopic(ctx, tx, "b"), addTopic(ctx, tx, "c"))
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, slugs := range [][]string{nil, {"a"}, {"a", "c"}, {"a", "b", "c", "d", "e", "f", "g"}} {
			want := strings.Join(slugs[:min(len(slugs), 3)], " ")
			padded := db.Pad(slugs)
			rows, err := d.Query(ctx, `
				SELECT slug
				FROM topics
				WHERE name <> $1 AND slug IN (`+db.In(2, len(padded))+`)
				ORDER BY slug
				LIMIT 10`, db.Args(padded, "nobody")...)
			got, err := db.Collect(rows, err, db.One[string])
			if err != nil || strings.Join(got, " ") != want {
				t.Errorf("%v: got %v, %v, want %q", slugs, got, err, want)
			}
		}
	})
}

// TestParams asks with parts that come and go, and with lists that are empty.
func TestParams(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		err := d.Tx(ctx, func(tx *db.Tx) error {
			return errors.Join(addTopic(ctx, tx, "a"), addTopic(ctx, tx, "b"), addTopic(ctx, tx, "c"))
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name  string
			slugs []string
			from  string
			text  string
			want  string
		}{
			{"none", nil, "", "slug IN ($1)", ""},
			{"one", []string{"b"}, "", "slug IN ($1)", "b"},
			{"padded", []string{"c", "b", "a"}, "", "slug IN ($1,$2,$3,$4,$5)", "a b c"},
			{"and another part", []string{"a", "b"}, "b", "slug IN ($1,$2) AND slug >= $3", "b"},
			{"which is there alone", nil, "b", "slug IN ($1) AND slug >= $2", ""},
		} {
			var p db.Params
			text := "slug IN (" + db.AllOf(&p, c.slugs) + ")"
			if c.from != "" {
				text += " AND slug >= " + p.One(c.from)
			}
			if text != c.text {
				t.Errorf("%s: got %q, want %q", c.name, text, c.text)
			}
			rows, err := d.Query(ctx, `
				SELECT slug
				FROM topics
				WHERE `+text+`
				ORDER BY slug
				LIMIT `+p.One(10), p.Values()...)
			got, err := db.Collect(rows, err, db.One[string])
			if err != nil || strings.Join(got, " ") != c.want {
				t.Errorf("%s: got %v, %v, want %q", c.name, got, err, c.want)
			}
		}
	})
}

func TestPad(t *testing.T) {
	for n, want := range map[int]int{0: 0, 1: 1, 2: 2, 3: 5, 5: 5, 6: 10, 11: 20, 20: 20, 21: 50, 51: 100, 101: 200, 1000: 1000} {
		list := make([]int, n)
		for i := range list {
			list[i] = i
		}
		got := db.Pad(list)
		if len(got) != want || !slices.Equal(got[:n], list) {
			t.Errorf("%d: got %d, want %d", n, len(got), want)
		}
		if n > 0 && got[len(got)-1] != n-1 {
			t.Errorf("%d: padded with %d, want the last", n, got[len(got)-1])
		}
	}
}

func TestAbsentTimes(t *testing.T) {
	if db.NullMicros(nil) != nil || db.NullTime(nil) != nil {
		t.Error("nil does not stay nil")
	}
	at := time.Date(2027, 3, 4, 5, 6, 7, 8000, time.UTC)
	if got := db.NullTime(db.NullMicros(&at)); got == nil || *got != at {
		t.Errorf("got %v, want %v", got, at)
	}
}

func TestMigrate(t *testing.T) {
	for name, url := range map[string]func(t *testing.T) string{
		"sqlite":   func(t *testing.T) string { return filepath.Join(t.TempDir(), "new", "hub.db") },
		"postgres": func(t *testing.T) string { return backends.PostgresSchema(t) },
	} {
		t.Run(name, func(t *testing.T) {
			ctx := context.Background()
			address := url(t)
			d := backends.Open(t, address, db.Options{})
			pending, err := d.Pending(ctx)
			if err != nil || pending == 0 {
				t.Fatalf("got %d pending, %v, want some", pending, err)
			}
			// Several processes that start together migrate once.
			applied := make([]int, 1)
			if d.Postgres() {
				applied = make([]int, 4)
			}
			var running sync.WaitGroup
			for i := range applied {
				running.Go(func() {
					var err error
					if applied[i], err = d.Migrate(ctx); err != nil {
						t.Error(err)
					}
				})
			}
			running.Wait()
			total := 0
			for _, n := range applied {
				total += n
			}
			if total != pending {
				t.Errorf("applied %v, want %d in all", applied, pending)
			}
			if again, err := d.Migrate(ctx); again != 0 || err != nil {
				t.Errorf("again: got %d, %v, want 0", again, err)
			}
			if pending, err := d.Pending(ctx); pending != 0 || err != nil {
				t.Errorf("afterwards: got %d pending, %v, want 0", pending, err)
			}
		})
	}
}

func TestOpenRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		url string
		o   db.Options
	}{
		"nothing":         {url: ""},
		"another scheme":  {url: "mysql://localhost/hub"},
		"memory":          {url: "sqlite::memory:"},
		"no path":         {url: "sqlite:"},
		"unknown sync":    {url: filepath.Join(t.TempDir(), "hub.db"), o: db.Options{Sync: "off"}},
		"broken postgres": {url: "postgres://hub:s3cret@localhost:notaport/hub"},
	} {
		d, err := db.Open(context.Background(), c.url, c.o)
		if errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: got %v, want invalid", name, err)
		}
		if d != nil {
			t.Errorf("%s: got a database", name)
		}
		if err != nil && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: the error shows the password: %v", name, err)
		}
	}
	_, err := db.Open(context.Background(), "postgres://hub@127.0.0.1:"+backends.FreePort(t)+"/hub", db.Options{})
	if errs.KindOf(err) != errs.Unavailable {
		t.Errorf("nobody listens: got %v, want unavailable", err)
	}
}

func TestPathsWithUnusualCharacters(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a b?c#d%20e", "hub.db")
	d := backends.Open(t, path, db.Options{Log: slog.New(slog.DiscardHandler)})
	if _, err := d.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Size() == 0 || info.Mode().Perm() != 0o600 {
		t.Errorf("got %v, %v, want a file that only its owner reads", info, err)
	}
	for url, want := range map[string]string{"sqlite:" + path: path, path: path, "postgres://hub/hub": "", "": ""} {
		if got, ok := db.SQLitePath(url); got != want || ok != (want != "") {
			t.Errorf("path of %q: got %q, %t, want %q", url, got, ok, want)
		}
	}
}

func TestBackup(t *testing.T) {
	ctx := context.Background()
	backends.Each(t, func(t *testing.T, d *db.DB) {
		copied := filepath.Join(t.TempDir(), "copy.db")
		if err := d.Tx(ctx, func(tx *db.Tx) error { return addTopic(ctx, tx, "kept") }); err != nil {
			t.Fatal(err)
		}
		err := d.Backup(ctx, copied)
		if d.Postgres() {
			if errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), "pg_dump") {
				t.Errorf("got %v, want a hint to pg_dump", err)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if got := topics(t, backends.Open(t, copied, db.Options{})); got != "kept" {
			t.Errorf("got %q, want kept", got)
		}
		if err := d.Backup(ctx, copied); errs.KindOf(err) != errs.Conflict {
			t.Errorf("over an existing file: got %v, want conflict", err)
		}
	})
}

// Another process that holds SQLite's lock for long, such as a command beside the running hub.
func TestSQLiteWaitsForAnotherProcess(t *testing.T) {
	ctx := context.Background()
	url := backends.SQLiteURL(t)
	one, two := backends.Open(t, url, db.Options{}), backends.Open(t, url, db.Options{})
	held, done := make(chan struct{}), make(chan error)
	go func() {
		<-held
		done <- two.Tx(ctx, func(tx *db.Tx) error { return addTopic(ctx, tx, "b") })
	}()
	err := one.Tx(ctx, func(tx *db.Tx) error {
		close(held)
		for i := range 500 {
			if err := addTopic(ctx, tx, fmt.Sprintf("a%d", i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err := errors.Join(err, <-done); err != nil {
		t.Error(err)
	}
}
