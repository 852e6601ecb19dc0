package blogs

import (
	"strconv"

	"watercooler/app/db"
)

// params are the values of a statement that is put together from parts. Each part asks for the placeholder of its value
// where it stands, so that they are numbered by first appearance whatever parts there are.
type params []any

// one returns the placeholder of a value.
func (p *params) one(v any) string {
	*p = append(*p, v)
	return "$" + strconv.Itoa(len(*p))
}

// all returns a placeholder for each of list, for IN. The list is padded, so that lists of any length share a few
// statements. An empty one holds the zero value, which is nobody's id and no audience: IN (NULL) is neither true nor false,
// and a column cannot say that.
func all[T any](p *params, list []T) string {
	if len(list) == 0 {
		list = make([]T, 1)
	}
	list = db.Pad(list)
	first := len(*p) + 1
	*p = db.Args(list, (*p)...)
	return db.In(first, len(list))
}
