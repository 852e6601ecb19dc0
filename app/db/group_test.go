package db

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
)

func openGroup(t testing.TB, sync string) *DB {
	t.Helper()
	ctx := context.Background()
	d, err := Open(ctx, filepath.Join(t.TempDir(), "group.db"), Options{Sync: sync})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	err = d.Tx(ctx, func(tx *Tx) error {
		_, err := tx.Exec(ctx, `CREATE TABLE notes (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE)`)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func insert(tx *Tx, name string) error {
	_, err := tx.Exec(context.Background(), `INSERT INTO notes (name) VALUES ($1)`, name)
	return err
}

func names(t *testing.T, d *DB) string {
	t.Helper()
	rows, err := d.Query(context.Background(), `SELECT name FROM notes ORDER BY name`)
	list, err := Collect(rows, err, One[string])
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(list)
}

// queued waits until n callers are in the queue.
func (g *group) queued(n int) {
	for {
		g.mu.Lock()
		waiting := len(g.queue)
		g.mu.Unlock()
		if waiting == n {
			return
		}
		runtime.Gosched()
	}
}

// together runs members in one round, in this order: the first holds the turn until the others wait for it. It returns what
// Tx returned to each; a panic becomes an error.
func together(d *DB, members ...func(tx *Tx) error) []error {
	outcomes := make([]error, len(members))
	var running sync.WaitGroup
	started, hold := make(chan struct{}), make(chan struct{})
	var once sync.Once
	run := func(i int, fn func(tx *Tx) error) {
		defer running.Done()
		defer func() {
			if p := recover(); p != nil {
				outcomes[i] = fmt.Errorf("panic: %v", p)
			}
		}()
		outcomes[i] = d.Tx(context.Background(), fn)
	}
	running.Add(1)
	go run(0, func(tx *Tx) error {
		once.Do(func() {
			close(started)
			<-hold
		})
		return members[0](tx)
	})
	<-started
	for i, fn := range members[1:] {
		running.Add(1)
		go run(i+1, fn)
		d.group.queued(i + 1)
	}
	close(hold)
	running.Wait()
	return outcomes
}

func TestRound(t *testing.T) {
	write := func(name string) func(tx *Tx) error { return func(tx *Tx) error { return insert(tx, name) } }
	no := errors.New("no")
	failing := func(tx *Tx) error { return errors.Join(insert(tx, "x"), no) }
	panicking := func(tx *Tx) error {
		if err := insert(tx, "x"); err != nil {
			return err
		}
		panic("oh")
	}
	swallowing := func(tx *Tx) error {
		if err := insert(tx, "x"); err != nil {
			return err
		}
		_ = insert(tx, "x")
		return nil
	}
	// SQLite gives up a whole transaction by itself when the disk is full; a ROLLBACK looks the same from outside.
	tried := 0
	losing := func(tx *Tx) error {
		if tried++; tried > 1 {
			return insert(tx, "second try")
		}
		_, err := tx.Exec(context.Background(), `ROLLBACK`)
		return errors.Join(err, no)
	}

	for _, c := range []struct {
		name    string
		members []func(tx *Tx) error
		want    string
		failed  []int
	}{
		{"all go well", []func(tx *Tx) error{write("a"), write("b"), write("c")}, "[a b c]", nil},
		{"the first fails", []func(tx *Tx) error{failing, write("b"), write("c")}, "[b c]", []int{0}},
		{"one in the middle fails", []func(tx *Tx) error{write("a"), failing, write("c")}, "[a c]", []int{1}},
		{"the last fails", []func(tx *Tx) error{write("a"), write("b"), failing}, "[a b]", []int{2}},
		{"all fail", []func(tx *Tx) error{failing, failing, failing}, "[]", []int{0, 1, 2}},
		{"the first panics", []func(tx *Tx) error{panicking, write("b")}, "[b]", []int{0}},
		{"one in the middle panics", []func(tx *Tx) error{write("a"), panicking, write("c")}, "[a c]", []int{1}},
		{"an error of a statement is swallowed", []func(tx *Tx) error{write("a"), swallowing, write("c")}, "[a c]", []int{1}},
		{"same name twice", []func(tx *Tx) error{write("a"), write("a"), write("c")}, "[a c]", []int{1}},
		{"the transaction is lost", []func(tx *Tx) error{write("a"), losing, write("c")}, "[a c]", []int{1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := openGroup(t, "normal")
			outcomes := together(d, c.members...)
			for i, err := range outcomes {
				wantErr := false
				for _, f := range c.failed {
					wantErr = wantErr || f == i
				}
				if (err != nil) != wantErr {
					t.Errorf("member %d: got %v, want an error: %t", i, err, wantErr)
				}
			}
			if got := names(t, d); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			// The writer is as good as new.
			if err := d.Tx(context.Background(), write("z")); err != nil {
				t.Error(err)
			}
		})
	}
}

// Nobody is told of success, and nobody else can see the write, before the commit of the round.
func TestRoundIsAcknowledgedTogether(t *testing.T) {
	d := openGroup(t, "full")
	var first string
	hooked := false
	outcomes := together(d,
		func(tx *Tx) error {
			tx.AfterCommit(func() { hooked = names(t, d) == "[a b]" })
			return insert(tx, "a")
		},
		func(tx *Tx) error {
			first = names(t, d)
			return insert(tx, "b")
		})
	if err := errors.Join(outcomes...); err != nil {
		t.Fatal(err)
	}
	if first != "[]" {
		t.Errorf("before the commit a reader sees %s, want []", first)
	}
	if !hooked {
		t.Error("the hook of the first ran before the round was committed")
	}
}

func TestQueueIsLeftWhenCtxEnds(t *testing.T) {
	d := openGroup(t, "normal")
	ctx, cancel := context.WithCancel(context.Background())
	started, hold, left := make(chan struct{}), make(chan struct{}), make(chan error)
	done := make(chan error)
	go func() {
		done <- d.Tx(context.Background(), func(tx *Tx) error {
			close(started)
			<-hold
			return insert(tx, "a")
		})
	}()
	<-started
	go func() {
		left <- d.Tx(ctx, func(tx *Tx) error { return insert(tx, "never") })
	}()
	d.group.queued(1)
	cancel()
	if err := <-left; !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want canceled", err)
	}
	close(hold)
	if err := <-done; err != nil {
		t.Error(err)
	}
	if got := names(t, d); got != "[a]" {
		t.Errorf("got %s, want [a]", got)
	}
}

func TestCloseTurnsWritersAway(t *testing.T) {
	d := openGroup(t, "normal")
	started, hold := make(chan struct{}), make(chan struct{})
	first, second, closed := make(chan error), make(chan error), make(chan error)
	go func() {
		first <- d.Tx(context.Background(), func(tx *Tx) error {
			close(started)
			<-hold
			return insert(tx, "a")
		})
	}()
	<-started
	go func() { closed <- d.group.close() }()
	d.group.queued(1)
	go func() { second <- d.Tx(context.Background(), func(tx *Tx) error { return insert(tx, "late") }) }()
	d.group.queued(2)
	close(hold)
	if err := <-first; err != nil {
		t.Errorf("who was there before: %v", err)
	}
	if err := <-closed; err != nil {
		t.Errorf("close: %v", err)
	}
	if err := <-second; !errors.Is(err, errClosed) {
		t.Errorf("who came after: got %v, want %v", err, errClosed)
	}
	if got := names(t, d); got != "[a]" {
		t.Errorf("got %s, want [a]", got)
	}
}

func TestManyWritersAtOnce(t *testing.T) {
	d := openGroup(t, "normal")
	const writers, each = 16, 50
	var running sync.WaitGroup
	for w := range writers {
		running.Go(func() {
			for i := range each {
				err := d.Tx(context.Background(), func(tx *Tx) error {
					if err := insert(tx, fmt.Sprintf("%d/%d", w, i)); err != nil {
						return err
					}
					if i%5 == 0 {
						return errNo
					}
					return nil
				})
				if (err != nil) != (i%5 == 0) {
					t.Errorf("%d/%d: %v", w, i, err)
				}
			}
		})
	}
	running.Wait()
	var n int
	if err := d.QueryRow(context.Background(), `SELECT COUNT(*) FROM notes`).Scan(&n); err != nil || n != writers*each*4/5 {
		t.Errorf("got %d, %v, want %d", n, err, writers*each*4/5)
	}
}

var errNo = errors.New("no")

// BenchmarkTx shows what sharing a commit brings: compare commits/s of serial and parallel.
func BenchmarkTx(b *testing.B) {
	for _, sync := range []string{"full", "normal"} {
		b.Run(sync+"/serial", func(b *testing.B) {
			d := openGroup(b, sync)
			for i := 0; b.Loop(); i++ {
				if err := d.Tx(context.Background(), func(tx *Tx) error { return insert(tx, fmt.Sprint(i)) }); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tx/s")
		})
		b.Run(sync+"/parallel", func(b *testing.B) {
			d := openGroup(b, sync)
			b.SetParallelism(8)
			var n numbers
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					if err := d.Tx(context.Background(), func(tx *Tx) error { return insert(tx, n.next()) }); err != nil {
						b.Error(err)
						return
					}
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tx/s")
		})
	}
}

type numbers struct {
	mu sync.Mutex
	n  int
}

func (n *numbers) next() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.n++
	return fmt.Sprint(n.n)
}

// BenchmarkRead compares QueryRow with the same statement prepared by hand.
func BenchmarkRead(b *testing.B) {
	d := openGroup(b, "normal")
	ctx := context.Background()
	if err := d.Tx(ctx, func(tx *Tx) error { return insert(tx, "a") }); err != nil {
		b.Fatal(err)
	}
	const query = `SELECT name FROM notes WHERE id = $1`
	var name string
	b.Run("bare", func(b *testing.B) {
		stmt, err := d.pool.PrepareContext(ctx, query)
		if err != nil {
			b.Fatal(err)
		}
		defer stmt.Close()
		for b.Loop() {
			if err := stmt.QueryRowContext(ctx, 1).Scan(&name); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("db", func(b *testing.B) {
		for b.Loop() {
			if err := d.QueryRow(ctx, query, 1).Scan(&name); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("db with deadline", func(b *testing.B) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		for b.Loop() {
			if err := d.QueryRow(ctx, query, 1).Scan(&name); err != nil {
				b.Fatal(err)
			}
		}
	})
}
