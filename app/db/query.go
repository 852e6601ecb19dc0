package db

import (
	"context"
	"database/sql"
	"errors"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"watercooler/app/errs"
)

// Querier is what stores take to read: a *DB reads what is committed, a *Tx also what its own transaction wrote.
type Querier interface {
	Query(ctx context.Context, query string, args ...any) (*Rows, error)
	QueryRow(ctx context.Context, query string, args ...any) *Row
}

var (
	_ Querier = (*DB)(nil)
	_ Querier = (*Tx)(nil)
)

// Scanner is one row, from Rows or Row.
type Scanner interface {
	Scan(dest ...any) error
}

// Row is the outcome of QueryRow.
type Row struct {
	row *sql.Row
	tx  *Tx // told about errors; nil outside a transaction
	err error
}

// Scan copies the row's columns into dest. No row is an errs.NotFound.
func (r *Row) Scan(dest ...any) error {
	err := r.err
	if err == nil {
		err = r.row.Scan(dest...)
		if errors.Is(err, sql.ErrNoRows) {
			return errs.ErrNotFound
		}
	}
	if err == nil {
		return nil
	}
	if r.tx != nil {
		r.tx.fail(err)
	}
	return translate(err)
}

// Rows is the outcome of Query. Close it, and ask Err after the last Next; Collect does both.
type Rows struct {
	rows *sql.Rows
	tx   *Tx // told about errors; nil outside a transaction
}

// Next moves to the next row and reports whether there is one.
func (r *Rows) Next() bool { return r.rows.Next() }

// Scan copies the present row's columns into dest.
func (r *Rows) Scan(dest ...any) error { return r.rows.Scan(dest...) }

// Err returns what ended the rows early, or nil.
func (r *Rows) Err() error {
	err := r.rows.Err()
	if err == nil {
		return nil
	}
	if r.tx != nil {
		r.tx.fail(err)
	}
	return translate(err)
}

// Close lets the rows go. It may be called more than once.
func (r *Rows) Close() error {
	if r.tx != nil && r.tx.open == r {
		r.tx.open = nil
	}
	return translate(r.rows.Close())
}

// Collect reads all rows through scan and closes them. It takes what Query returned as it is:
//
//	rows, err := q.Query(ctx, `SELECT …`)
//	return db.Collect(rows, err, scanThread)
func Collect[T any](rows *Rows, err error, scan func(r Scanner) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close() //nolint:errcheck // Err has said what there is to say
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, rows.Err()
}

// One is the scan function of Collect for queries with a single column.
func One[T any](r Scanner) (T, error) {
	var v T
	err := r.Scan(&v)
	return v, err
}

// Micros returns t in Unix microseconds, the form in which times are stored.
func Micros(t time.Time) int64 { return t.UnixMicro() }

// Time returns the stored time us, in UTC.
func Time(us int64) time.Time { return time.UnixMicro(us).UTC() }

// NullMicros returns t in Unix microseconds, and nil, stored as NULL, for a nil t.
func NullMicros(t *time.Time) *int64 {
	if t == nil {
		return nil
	}
	us := Micros(*t)
	return &us
}

// NullTime returns the stored time us in UTC, and nil for NULL. Such columns are scanned into a *int64.
func NullTime(us *int64) *time.Time {
	if us == nil {
		return nil
	}
	t := Time(*us)
	return &t
}

// In returns placeholders for n values, numbered from first: In(3, 2) is "$3,$4". With no values it is "NULL", which
// nothing equals, so that `IN (` + In(…) + `)` is always a list.
func In(first, n int) string {
	if n <= 0 {
		return "NULL"
	}
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('$')
		b.WriteString(strconv.Itoa(first + i))
	}
	return b.String()
}

// Args returns head followed by list as the arguments of one statement that uses In.
func Args[T any](list []T, head ...any) []any {
	all := make([]any, 0, len(head)+len(list))
	all = append(all, head...)
	for _, v := range list {
		all = append(all, v)
	}
	return all
}

// Pad repeats the last element of list until its length is the next of 1, 2, 5, 10, 20, 50, 100, … so that lists of any
// length make only a few different statements. Repeating a value does not change what IN means.
func Pad[T any](list []T) []T {
	if len(list) == 0 {
		return list
	}
	size := 1
	for step := 0; size < len(list); step++ {
		if step%3 == 1 {
			size = size / 2 * 5
		} else {
			size *= 2
		}
	}
	padded := make([]T, size)
	for i := copy(padded, list); i < size; i++ {
		padded[i] = list[len(list)-1]
	}
	return padded
}

type countKey struct{}

// CountQueries returns a ctx whose statements are counted in the returned number, through DB and Tx alike. Tests use it
// to hold pages to a bounded number of queries.
func CountQueries(ctx context.Context) (context.Context, *atomic.Int64) {
	n := new(atomic.Int64)
	return context.WithValue(ctx, countKey{}, n), n
}

func count(ctx context.Context) {
	if n, ok := ctx.Value(countKey{}).(*atomic.Int64); ok {
		n.Add(1)
	}
}
