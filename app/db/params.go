package db

import "strconv"

// Params are the values of a statement that is put together from parts. Each part asks for the placeholder of its value where it
// stands, so that placeholders are numbered by first appearance whatever parts there are and no part counts those before it:
//
//	var p db.Params
//	text := "SELECT id FROM threads WHERE audience IN (" + db.AllOf(&p, v.Audiences()) + ")"
//	if author != 0 {
//		text += " AND author_id = " + p.One(author)
//	}
//	rows, err := q.Query(ctx, text+" LIMIT "+p.One(limit), p.Values()...)
//
// The zero Params has no values.
type Params struct {
	values []any
}

// One returns the placeholder of a value.
func (p *Params) One(value any) string {
	p.values = append(p.values, value)
	return "$" + strconv.Itoa(len(p.values))
}

// AllOf returns a placeholder for each of list, for IN. The list is padded, so that lists of any length share a few
// statements. An empty one holds the zero value, which is nobody's id and no audience: IN (NULL) would be neither true nor false,
// which a condition that is read as a column, or negated, must not be.
func AllOf[T any](p *Params, list []T) string {
	if len(list) == 0 {
		list = make([]T, 1)
	}
	list = Pad(list)
	first := len(p.values) + 1
	p.values = Args(list, p.values...)
	return In(first, len(list))
}

// Values returns the values in the order of their placeholders. It is a call, and so happens after those that stand before it in
// the same statement of Go.
func (p *Params) Values() []any { return p.values }
