package threads

import (
	"context"
	"strings"

	"watercooler/app/db"
	"watercooler/auth"
)

// statement is SQL put together from parts, for reads whose parts depend on who asks for what. A "?" in a part stands for
// the next value; it becomes a placeholder numbered by first appearance, so the parts need not know one another. A list
// becomes one placeholder per element and is padded, so that lists of any length share a few prepared statements. Values
// never enter the text, and the same question asked twice has the same text, which is what the cache of prepared statements
// goes by.
type statement struct {
	text   strings.Builder
	values db.Params
}

// sql starts a statement; see add.
func sql(part string, values ...any) *statement {
	s := new(statement)
	s.text.Grow(1500)
	return s.add(part, values...)
}

// add appends part with a value for each of its question marks.
func (s *statement) add(part string, values ...any) *statement {
	for _, v := range values {
		before, after, found := strings.Cut(part, "?")
		if !found {
			panic("threads: more values than question marks in " + part)
		}
		s.text.WriteString(before)
		part = after
		switch list := v.(type) {
		case []string:
			for i, e := range db.Pad(list) {
				s.placeholder(i, e)
			}
		case []int64:
			for i, e := range db.Pad(list) {
				s.placeholder(i, e)
			}
		case tuple:
			for i, e := range list {
				s.placeholder(i, e)
			}
		case readable:
			s.text.WriteString(list.v.Reads(&s.values, list.column))
		default:
			s.placeholder(0, v)
		}
	}
	s.text.WriteString(part)
	return s
}

// tuple is a list of values of different types: a row to insert.
type tuple []any

// readable is the condition that v may read what is for the audience in column. It takes the place of its question mark.
type readable struct {
	v      auth.Viewer
	column string
}

func (s *statement) placeholder(i int, v any) {
	if i > 0 {
		s.text.WriteByte(',')
	}
	s.text.WriteString(s.values.One(v))
}

// row runs the statement for its first row.
func (s *statement) row(ctx context.Context, q db.Querier) *db.Row {
	return q.QueryRow(ctx, s.text.String(), s.values.Values()...)
}

// collect runs s and scans every row.
func collect[T any](ctx context.Context, q db.Querier, s *statement, scan func(db.Scanner) (T, error)) ([]T, error) {
	rows, err := sqlRows(ctx, q, s)
	return db.Collect(rows, err, scan)
}

// sqlRows runs s for all its rows.
func sqlRows(ctx context.Context, q db.Querier, s *statement) (*db.Rows, error) {
	return q.Query(ctx, s.text.String(), s.values.Values()...)
}
