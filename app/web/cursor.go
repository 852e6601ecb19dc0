package web

import (
	"math"
	"strconv"
	"strings"

	"watercooler/app/errs"
)

// Cursor returns the place after the row with this time (Unix microseconds) and id, for the address of the next page.
func Cursor(at, id int64) string {
	return strconv.FormatInt(at, 36) + "." + strconv.FormatInt(id, 36)
}

// ParseCursor reads what Cursor wrote. An empty cursor is the start of a list with the newest first: it lies above every
// row, so that "(at, id) < ($1, $2)" needs no special case.
func ParseCursor(s string) (at, id int64, err error) {
	if s == "" {
		return math.MaxInt64, math.MaxInt64, nil
	}
	a, b, ok := strings.Cut(s, ".")
	if ok && len(s) <= 30 {
		at, err = strconv.ParseInt(a, 36, 64)
		if err == nil {
			id, err = strconv.ParseInt(b, 36, 64)
		}
		if err == nil {
			return at, id, nil
		}
	}
	return 0, 0, errs.NotFoundf("There is no such page of this list. Start again at its beginning.").Because(err)
}
