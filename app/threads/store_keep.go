package threads

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/auth"
)

// keepColumns say how thread t is looked after; keptSaid reads them. A keeper is one text: an id, here or left, a handle and a name,
// which alone has spaces in it.
const keepColumns = `t.reference, COALESCE(t.check_every, 0), t.check_at,
  COALESCE((SELECT CAST(k.id AS TEXT) || CASE WHEN k.left_at IS NULL THEN ' here ' ELSE ' left ' END || k.handle || ' ' || k.name
            FROM people k WHERE k.id = t.owner_id), ''),
  COALESCE((SELECT CAST(k.id AS TEXT) || CASE WHEN k.left_at IS NULL THEN ' here ' ELSE ' left ' END || k.handle || ' ' || k.name
            FROM people k WHERE k.id = t.deputy_id), '')`

// keptSaid is what keepColumns hold that is read in a second step.
type keptSaid struct {
	check         *int64
	owner, deputy string
}

func (k *keptSaid) dest(t *Thread) []any {
	return []any{&t.Reference, &t.CheckEvery, &k.check, &k.owner, &k.deputy}
}

func (k *keptSaid) read(t *Thread) (err error) {
	t.CheckAt = timeOf(k.check)
	if t.Owner, err = keeperOf(k.owner); err != nil {
		return fmt.Errorf("owner: %w", err)
	}
	if t.Deputy, err = keeperOf(k.deputy); err != nil {
		return fmt.Errorf("deputy: %w", err)
	}
	return nil
}

func keeperOf(said string) (k Keeper, err error) {
	if said == "" {
		return Keeper{}, nil
	}
	id, rest, _ := strings.Cut(said, " ")
	here, rest, _ := strings.Cut(rest, " ")
	k.Handle, k.Name, _ = strings.Cut(rest, " ")
	k.Left = here == "left"
	k.ID, err = strconv.ParseInt(id, 10, 64)
	return k, err
}

func updateKeeping(ctx context.Context, tx *db.Tx, id int64, reference bool, every int, next time.Time) error {
	var months *int
	var at *int64
	if every != 0 {
		months, at = &every, db.NullMicros(&next)
	}
	_, err := tx.Exec(ctx, `
UPDATE threads
SET reference = $1, check_every = $2, check_at = $3
WHERE id = $4`, reference, months, at, id)
	return err
}

// mayReadThread reports whether somebody may read a thread: the audience rule of package auth, said of another person.
func mayReadThread(ctx context.Context, q db.Querier, person, thread int64) (may bool, err error) {
	err = q.QueryRow(ctx, `
SELECT EXISTS (
  SELECT 1
  FROM threads t
  JOIN people p ON p.id = $1
  WHERE t.id = $2
    AND (t.audience IN ('public', 'hub') OR t.audience = 'org:' || CAST(p.organisation_id AS TEXT) OR EXISTS (
      SELECT 1
      FROM network_members m
      WHERE m.person_id = p.id AND m.state = 'member' AND t.audience = 'network:' || CAST(m.network_id AS TEXT))))`, person, thread).Scan(&may)
	return may, err
}

// canBeRight is the condition that there is something in thread t that can be right: see checkable.
const canBeRight = `(t.reference OR t.kind IN ('post', 'discussion') OR t.kind = 'question' AND t.accepted_reply_id IS NOT NULL)`

// keptBy are the ids of what a person, the three values of it, looks after. Each part has an index. They are few, and found before
// anything else: without statistics PostgreSQL looked for them once for each thread there is.
const keptBy = `
WITH kept AS MATERIALIZED (
  SELECT o.id
  FROM threads o
  WHERE o.owner_id = ?
  UNION ALL
  SELECT d.id
  FROM threads d
  WHERE d.deputy_id = ?
  UNION ALL
  SELECT a.id
  FROM threads a
  WHERE a.author_id = ? AND a.owner_id IS NULL AND (a.check_at IS NOT NULL OR a.reference))`

// keptByNobody is the condition that nobody who works here looks after thread t any more, although somebody was to.
const keptByNobody = `(t.owner_id IS NOT NULL OR t.check_at IS NOT NULL OR t.reference)
  AND EXISTS (SELECT 1 FROM people k WHERE k.id = COALESCE(t.owner_id, t.author_id) AND k.left_at IS NOT NULL)
  AND NOT EXISTS (SELECT 1 FROM people k WHERE k.id = t.deputy_id AND k.left_at IS NULL)`

// selectKept reads threads that v, or nobody any more, looks after, those that are checked first in front.
func selectKept(ctx context.Context, q db.Querier, v auth.Viewer, by KeptBy, after Key, limit int) ([]Kept, error) {
	s := new(statement)
	if by == KeptByMe {
		s.add(keptBy, v.Person, v.Person, v.Person)
	}
	s.add("\nSELECT "+threadColumns+`, `+keepColumns+`, t.checked_at, COALESCE(t.check_at, ?)
FROM threads t
JOIN people p ON p.id = t.author_id
LEFT JOIN units u ON u.id = p.unit_id
WHERE t.deleted_at IS NULL AND t.superseded_by IS NULL
  AND ?`, noCheck, readable{v, "t.audience"})
	if by == KeptByMe {
		s.add(`
  AND t.id IN (SELECT id FROM kept)`)
	} else {
		s.add(`
  AND ` + keptByNobody)
	}
	s.add(`
  AND (COALESCE(t.check_at, ?), t.id) > (?, ?)
ORDER BY COALESCE(t.check_at, ?), t.id
LIMIT ?`, noCheck, after.At, after.ID, noCheck, limit)
	return collect(ctx, q, s, func(r db.Scanner) (k Kept, err error) {
		var said keptSaid
		var checked *int64
		if err := scanThread(r, &k.Thread, append(said.dest(&k.Thread), &checked, &k.key.At)...); err != nil {
			return k, err
		}
		k.CheckedAt, k.key.ID = timeOf(checked), k.ID
		err = said.read(&k.Thread)
		k.Deputy = k.Thread.Deputy.ID == v.Person
		return k, err
	})
}

// selectLikely returns those who work here and wrote in a thread that v may read: its author, and who replied, the last first.
func selectLikely(ctx context.Context, q db.Querier, v auth.Viewer, thread int64, limit int) ([]Author, error) {
	return collect(ctx, q, sql(`
SELECT p.id, p.handle, p.name
FROM (
  SELECT t.author_id AS person_id, t.created_at AS at
  FROM threads t
  WHERE t.id = ? AND ?
  UNION ALL
  SELECT r.author_id, r.created_at
  FROM replies r
  JOIN threads t ON t.id = r.thread_id
  WHERE r.thread_id = ? AND r.deleted_at IS NULL AND ?) w
JOIN people p ON p.id = w.person_id
WHERE p.left_at IS NULL
GROUP BY p.id, p.handle, p.name
ORDER BY MAX(w.at) DESC, p.id
LIMIT ?`, thread, readable{v, "t.audience"}, thread, readable{v, "t.audience"}, limit), func(r db.Scanner) (a Author, err error) {
		return a, r.Scan(&a.ID, &a.Handle, &a.Name)
	})
}

// selectReminders returns the threads that v is to check by now, those that wait longest first. A deputy hears of it when the owner has
// left, or has not come to it for some days.
func selectReminders(ctx context.Context, q db.Querier, v auth.Viewer, now time.Time, limit int) ([]Reminder, error) {
	return collect(ctx, q, sql(keptBy+`
SELECT t.id, t.title, t.check_at
FROM threads t
WHERE t.id IN (SELECT id FROM kept)
  AND t.check_at <= ? AND t.deleted_at IS NULL AND t.superseded_by IS NULL AND `+canBeRight+`
  AND ?
  AND (COALESCE(t.owner_id, t.author_id) = ?
    OR t.check_at <= ?
    OR EXISTS (SELECT 1 FROM people k WHERE k.id = COALESCE(t.owner_id, t.author_id) AND k.left_at IS NOT NULL))
ORDER BY t.check_at, t.id
LIMIT ?`, v.Person, v.Person, v.Person, db.Micros(now), readable{v, "t.audience"}, v.Person, db.Micros(now.Add(-patience)), limit),
		func(r db.Scanner) (m Reminder, err error) {
			var id, due int64
			var title string
			err = r.Scan(&id, &title, &due)
			m = Reminder{Text: "Is “" + title + "” still right?", Path: threadPath(id), Due: db.Time(due)}
			return m, err
		})
}
