package threads

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/auth"
)

// keepsBlog is the condition that a person, the one value of it, looks after the blog of thread t for their unit: as its head, whose
// own manager sits outside it, or as one of those named to write in it.
const keepsBlog = `t.kind = 'post' AND EXISTS (
    SELECT 1
    FROM posts po
    JOIN blogs b ON b.id = po.blog_id
    JOIN people me ON me.id = ? AND b.owner_kind = 'unit' AND b.owner_id = me.unit_id
    LEFT JOIN people boss ON boss.id = me.manager_id
    WHERE po.thread_id = t.id
      AND (COALESCE(boss.unit_id, 0) <> me.unit_id
        OR EXISTS (SELECT 1 FROM blog_authors ka WHERE ka.blog_id = b.id AND ka.person_id = me.id)))`

// OtherSaid is thread o in one text, for OtherOf: its id, its address below /blog if it is a post, and its title, which alone has
// spaces in it.
const OtherSaid = `CAST(o.id AS TEXT) || ' ' || CASE WHEN o.kind = 'post' THEN COALESCE(
      (SELECT b.slug || '/' || po.slug FROM posts po JOIN blogs b ON b.id = po.blog_id WHERE po.thread_id = o.id), '') ELSE '' END
      || ' ' || o.title`

// OtherOf reads what OtherSaid says; the zero Other for "".
func OtherOf(said string) (o Other, err error) {
	if said == "" {
		return Other{}, nil
	}
	id, rest, _ := strings.Cut(said, " ")
	o.Post, o.Title, _ = strings.Cut(rest, " ")
	o.ID, err = strconv.ParseInt(id, 10, 64)
	return o, err
}

// checkerOf reads who checked a thread: an id, a handle and a name with spaces between; nobody for "".
func checkerOf(said string) (a Author, err error) {
	if said == "" {
		return Author{}, nil
	}
	id, rest, _ := strings.Cut(said, " ")
	a.Handle, a.Name, _ = strings.Cut(rest, " ")
	a.ID, err = strconv.ParseInt(id, 10, 64)
	return a, err
}

// maxReplaced is how many of the threads whose place one has taken its page names.
const maxReplaced = 10

// selectReplaced returns the threads whose place one has taken, as far as v may read them, the latest first.
func selectReplaced(ctx context.Context, q db.Querier, v auth.Viewer, id int64) ([]Other, error) {
	return collect(ctx, q, sql(`
SELECT `+OtherSaid+`
FROM threads o
WHERE o.superseded_by = ? AND o.deleted_at IS NULL AND ?
ORDER BY o.created_at DESC, o.id DESC
LIMIT ?`, id, readable{v, "o.audience"}, maxReplaced), func(r db.Scanner) (Other, error) {
		var said string
		if err := r.Scan(&said); err != nil {
			return Other{}, err
		}
		return OtherOf(said)
	})
}

// updateChecked writes who checked a thread now, and that it is checked again in some months; 0 says nothing of that.
func updateChecked(ctx context.Context, tx *db.Tx, id, by int64, every int) (changed bool, err error) {
	n, err := tx.Exec(ctx, `
UPDATE threads
SET checked_at = $1, checked_by = $2, check_at = CASE WHEN check_at IS NULL THEN check_at ELSE $3 END
WHERE id = $4`, db.Micros(tx.Now()), by, db.Micros(tx.Now().AddDate(0, every, 0)), id)
	return n > 0, err
}

// updateUnchecked says that nobody has checked a thread. A day on which it is to be checked is now at the latest.
func updateUnchecked(ctx context.Context, tx *db.Tx, id int64) (changed bool, err error) {
	now := db.Micros(tx.Now())
	n, err := tx.Exec(ctx, `
UPDATE threads
SET checked_at = NULL, checked_by = NULL, check_at = CASE WHEN check_at > $1 THEN $1 ELSE check_at END
WHERE id = $2 AND checked_at IS NOT NULL`, now, id)
	return n > 0, err
}

// holdThread keeps everybody else from changing a thread until tx has ended. One that is not there holds nobody up.
func holdThread(ctx context.Context, tx *db.Tx, id int64) error {
	err := lockThread(ctx, tx, id)
	if errs.IsNotFound(err) {
		return nil
	}
	return err
}

// updateSuccessor puts one thread in the place of another, and of those whose place that one had taken.
func updateSuccessor(ctx context.Context, tx *db.Tx, id, by int64) error {
	_, err := tx.Exec(ctx, "UPDATE threads SET superseded_by = $1 WHERE id = $2 OR superseded_by = $2", by, id)
	return err
}

func clearSuccessor(ctx context.Context, tx *db.Tx, id int64) error {
	_, err := tx.Exec(ctx, "UPDATE threads SET superseded_by = NULL WHERE id = $1", id)
	return err
}

// replaced is a thread whose place another had taken.
type replaced struct {
	id       int64
	kind     Kind
	audience string
}

// clearReplaced lets the threads whose place one had taken stand for themselves again, and returns them.
func clearReplaced(ctx context.Context, tx *db.Tx, id int64) ([]replaced, error) {
	rows, err := tx.Query(ctx, `
UPDATE threads
SET superseded_by = NULL
WHERE superseded_by = $1
RETURNING id, kind, audience`, id)
	list, err := db.Collect(rows, err, func(r db.Scanner) (t replaced, err error) { return t, r.Scan(&t.id, &t.kind, &t.audience) })
	if err != nil {
		return nil, fmt.Errorf("release what thread %d replaced: %w", id, err)
	}
	return list, nil
}

// selectPostNamed returns the thread of a post, whoever may read it.
func selectPostNamed(ctx context.Context, q db.Querier, blog, post string) (id int64, err error) {
	err = q.QueryRow(ctx, `
SELECT po.thread_id
FROM posts po
JOIN blogs b ON b.id = po.blog_id
WHERE b.slug = $1 AND po.slug = $2`, blog, post).Scan(&id)
	return id, err
}
