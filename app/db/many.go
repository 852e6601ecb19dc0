package db

import (
	"context"
	"slices"
	"strings"
)

// many bounds the values of one IN list.
const many = 200

// spread makes one value in a statement, written "($1)", as many as there are.
func spread(statement string, n int) string {
	return strings.ReplaceAll(statement, "($1)", "("+In(1, n)+")")
}

// ExecIn runs a statement about many rows, in as many pieces as it takes. Their ids stand in for every "($1)" of it, and it has
// no other values. It returns how many rows it changed.
func (tx *Tx) ExecIn(ctx context.Context, statement string, ids []int64) (changed int64, err error) {
	for part := range slices.Chunk(ids, many) {
		part = Pad(part)
		n, err := tx.Exec(ctx, spread(statement, len(part)), Args(part)...)
		if err != nil {
			return changed, err
		}
		changed += n
	}
	return changed, nil
}

// QueryIn returns the ids that a query finds about many rows, like ExecIn; each once, in order.
func QueryIn(ctx context.Context, q Querier, query string, ids []int64) ([]int64, error) {
	var found []int64
	for part := range slices.Chunk(ids, many) {
		part = Pad(part)
		rows, err := q.Query(ctx, spread(query, len(part)), Args(part)...)
		some, err := Collect(rows, err, One[int64])
		if err != nil {
			return nil, err
		}
		found = append(found, some...)
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

// inserted are how many rows one statement of InsertMany writes: a few sizes, so that few different statements are made.
var inserted = [...]int{50, 10, 1}

// InsertMany writes list with one statement for many of them. The statement begins with head, up to VALUES, and ends with tail, such
// as ON CONFLICT; values returns the values of one row, as many for each.
func InsertMany[T any](ctx context.Context, tx *Tx, head, tail string, list []T, values func(T) []any) error {
	for _, n := range inserted {
		for ; len(list) >= n; list = list[n:] {
			var p Params
			var text strings.Builder
			text.WriteString(head)
			for i, item := range list[:n] {
				if i > 0 {
					text.WriteString(", ")
				}
				text.WriteByte('(')
				for j, v := range values(item) {
					if j > 0 {
						text.WriteByte(',')
					}
					text.WriteString(p.One(v))
				}
				text.WriteByte(')')
			}
			text.WriteString(tail)
			if _, err := tx.Exec(ctx, text.String(), p.Values()...); err != nil {
				return err
			}
		}
	}
	return nil
}

// Walk calls do with the ids that a statement selects for of, size at a time. The statement has three values: of, the id to begin after, and
// how many; it selects in ascending order.
func Walk(ctx context.Context, q Querier, statement string, of int64, size int, do func(ids []int64) error) error {
	for after := int64(0); ; {
		rows, err := q.Query(ctx, statement, of, after, size)
		ids, err := Collect(rows, err, One[int64])
		if err != nil || len(ids) == 0 {
			return err
		}
		if err := do(ids); err != nil {
			return err
		}
		after = ids[len(ids)-1]
	}
}
