package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// group writes to SQLite for everybody.
//
// A commit costs an fsync, a hundred times what the statements of a small transaction cost, and two connections that write
// starve each other (SQLite's busy handler is not fair: single writes waited for seconds). So there is one connection and a
// fair queue for it, and a commit serves all who met in the queue:
//
//   - Whoever has the turn runs its function between SAVEPOINT and RELEASE, hands the turn to the next in the queue and
//     waits for the commit. The first of a round needs no savepoint: while it runs it is alone in the transaction.
//   - Whoever finds the queue empty, or the round full or old, commits for the whole round. While it waits for the disk
//     the next round gathers, so the busier the hub the larger the rounds, and a lone writer never waits for company.
//   - A function that fails or panics rolls back to its own savepoint; the others do not notice.
//   - Nobody is told of success before the commit.
//
// Statements here are not interrupted when their ctx ends: SQLite answers an interrupted write by rolling back the whole
// transaction, and the others in it have done nothing wrong. The ctx is looked at between statements. Should SQLite give
// up the transaction all the same (disk full, I/O error), everybody in it runs again, alone or in new company.
type group struct {
	db   *sql.DB
	conn *sql.Conn

	mu     sync.Mutex
	taken  bool            // somebody has the turn
	queue  []chan struct{} // closed when the turn comes
	closed bool

	// Only who has the turn may touch what follows.
	round *round
	stmts map[string]*sql.Stmt // prepared on conn
}

// round is the callers that share one SQL transaction.
type round struct {
	done  chan struct{} // closed after the commit, or its failure
	err   error         // to be read after done
	size  int
	began time.Time
}

// A round ends at whichever comes first, so that the first in it is not kept waiting by a queue that never empties.
const (
	roundSize = 256
	roundAge  = 10 * time.Millisecond
)

var (
	errGroupLost = errors.New("db: the shared transaction was rolled back")
	errClosed    = errors.New("db: the database is closed")
)

// newGroup takes over db, of which it uses one connection. It closes db when it returns an error.
func newGroup(ctx context.Context, db *sql.DB) (*group, error) {
	db.SetMaxOpenConns(1)
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return &group{db: db, conn: conn, stmts: make(map[string]*sql.Stmt)}, nil
}

// tx is DB.Tx, tried once.
func (g *group) tx(ctx context.Context, tx *Tx, now func() time.Time, fn func(tx *Tx) error) error {
	if err := g.enter(ctx); err != nil {
		return err
	}
	r, err := g.member(tx, now, fn)
	if err != nil {
		return err
	}
	// From here on the outcome is the round's, whatever happens to ctx: giving up now would leave it unknown.
	<-r.done
	return r.err
}

// enter waits for the turn.
func (g *group) enter(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	g.mu.Lock()
	if g.closed {
		g.mu.Unlock()
		return errClosed
	}
	if !g.taken {
		g.taken = true
		g.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	g.queue = append(g.queue, turn)
	g.mu.Unlock()

	select {
	case <-turn:
		g.mu.Lock()
		defer g.mu.Unlock()
		if g.closed {
			return errClosed
		}
		return nil
	case <-ctx.Done():
	}
	g.mu.Lock()
	i := slices.Index(g.queue, turn)
	if i >= 0 {
		g.queue = slices.Delete(g.queue, i, i+1)
	}
	closed := g.closed
	g.mu.Unlock()
	if i < 0 && !closed {
		g.leave() // the turn came at the same moment
	}
	return ctx.Err()
}

// leave passes the turn on, after committing the round unless the next in the queue may still join it.
func (g *group) leave() {
	for {
		g.mu.Lock()
		if len(g.queue) > 0 && (g.round == nil || g.round.open()) {
			next := g.queue[0]
			g.queue = slices.Delete(g.queue, 0, 1)
			g.mu.Unlock()
			close(next)
			return
		}
		if g.round == nil {
			g.taken = false
			g.mu.Unlock()
			return
		}
		g.mu.Unlock()
		g.commit()
	}
}

func (r *round) open() bool { return r.size < roundSize && time.Since(r.began) < roundAge }

// member runs fn as one of a round and returns that round. It has the turn, and gives it away in any case.
func (g *group) member(tx *Tx, now func() time.Time, fn func(tx *Tx) error) (_ *round, err error) {
	defer g.leave()

	first := g.round == nil
	if first {
		if err := g.do(`BEGIN IMMEDIATE`); err != nil {
			_ = g.do(`ROLLBACK`) // in case an earlier ROLLBACK failed; usually there is nothing to roll back
			return nil, fmt.Errorf("begin: %w", err)
		}
		g.round = &round{done: make(chan struct{}), began: time.Now()}
	} else if err := g.do(`SAVEPOINT member`); err != nil {
		return nil, fmt.Errorf("savepoint: %w", err)
	}

	// Deferred, not recovered: a panic and runtime.Goexit (t.FailNow) travel on with their own stack.
	kept := false
	defer func() {
		tx.end()
		if !kept {
			g.undo(first)
		}
	}()
	tx.begin(g, now())
	if err := fn(tx); err != nil {
		return nil, err
	}
	if tx.err != nil {
		return nil, tx.err
	}
	tx.end()
	if !first {
		if err := g.do(`RELEASE member`); err != nil {
			return nil, fmt.Errorf("release savepoint: %w", err)
		}
	}
	kept = true
	g.round.size++
	return g.round, nil
}

// undo rolls back the member that has the turn.
func (g *group) undo(first bool) {
	if first {
		_ = g.do(`ROLLBACK`) // fails when SQLite has done so already
		g.round = nil
		return
	}
	err := g.do(`ROLLBACK TO member`)
	if err == nil {
		err = g.do(`RELEASE member`)
	}
	if err == nil {
		return
	}
	// The savepoint is gone, so SQLite gave up the whole transaction.
	_ = g.do(`ROLLBACK`)
	g.finish(fmt.Errorf("%w: %w", errGroupLost, err))
}

// commit makes the round durable and tells its members.
func (g *group) commit() {
	err := g.do(`COMMIT`)
	if err != nil {
		_ = g.do(`ROLLBACK`)
		err = fmt.Errorf("commit: %w", err)
	}
	g.finish(err)
}

func (g *group) finish(err error) {
	g.round.err = err
	close(g.round.done)
	g.round = nil
}

func (g *group) do(statement string) error {
	_, err := g.exec(context.Background(), statement, nil)
	return err
}

// prepared returns the kept statement for query, or nil when too many are kept.
func (g *group) prepared(query string) (*sql.Stmt, error) {
	if s := g.stmts[query]; s != nil || len(g.stmts) >= maxStatements {
		return s, nil
	}
	s, err := g.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	g.stmts[query] = s
	return s, nil
}

func (g *group) query(_ context.Context, query string, args []any) (*sql.Rows, error) {
	s, err := g.prepared(query)
	switch {
	case err != nil:
		return nil, err
	case s == nil:
		return g.conn.QueryContext(context.Background(), query, args...)
	}
	return s.QueryContext(context.Background(), args...)
}

func (g *group) queryRow(_ context.Context, query string, args []any) (*sql.Row, error) {
	s, err := g.prepared(query)
	switch {
	case err != nil:
		return nil, err
	case s == nil:
		return g.conn.QueryRowContext(context.Background(), query, args...), nil
	}
	return s.QueryRowContext(context.Background(), args...), nil
}

func (g *group) exec(_ context.Context, query string, args []any) (sql.Result, error) {
	s, err := g.prepared(query)
	switch {
	case err != nil:
		return nil, err
	case s == nil:
		return g.conn.ExecContext(context.Background(), query, args...)
	}
	return s.ExecContext(context.Background(), args...)
}

// close waits for its turn and ends the connection. Whoever is in the queue then, or comes later, is turned away.
func (g *group) close() error {
	if err := g.enter(context.Background()); err != nil {
		return nil // closed before
	}
	if g.round != nil {
		g.commit()
	}
	failed := []error{g.do(`PRAGMA optimize`)}
	for _, s := range g.stmts {
		failed = append(failed, s.Close())
	}
	failed = append(failed, g.conn.Close(), g.db.Close())

	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true // and the turn stays taken
	for _, turn := range g.queue {
		close(turn)
	}
	g.queue = nil
	return errors.Join(failed...)
}
