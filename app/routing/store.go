package routing

import (
	"context"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/auth"
)

// ignoreAbsent returns err unless it says that there is no such row.
func ignoreAbsent(err error) error {
	if errs.IsNotFound(err) {
		return nil
	}
	return err
}

// readable is the condition that person p may read thread t and can sign in to do so: the audience rule of package auth, said of
// many people at once.
//
// SECURITY: every statement that offers a question holds it.
const readable = `p.left_at IS NULL
		  AND EXISTS (SELECT 1 FROM accounts a WHERE a.person_id = p.id AND a.disabled_at IS NULL)
		  AND (t.audience IN ('public', 'hub') OR t.audience = 'org:' || CAST(p.organisation_id AS TEXT) OR EXISTS (
		    SELECT 1
		    FROM network_members m
		    WHERE m.person_id = p.id AND m.state = 'member' AND t.audience = 'network:' || CAST(m.network_id AS TEXT)))`

// waits is the condition that thread t is a question that still waits for its answer.
const waits = `t.kind = 'question' AND t.deleted_at IS NULL AND t.closed_at IS NULL AND t.accepted_reply_id IS NULL`

// others is the condition that somebody other than its author has replied to thread t.
const others = `EXISTS (SELECT 1 FROM replies y WHERE y.thread_id = t.id AND y.author_id <> t.author_id AND y.deleted_at IS NULL)`

// questionColumns are what scanQuestion reads of thread t.
const questionColumns = `t.id, t.author_id, t.kind, t.title, COALESCE(t.network_id, 0), t.created_at,
		  t.deleted_at IS NOT NULL, t.closed_at IS NOT NULL OR t.accepted_reply_id IS NOT NULL, ` + others

func scanQuestion(r db.Scanner) (q question, err error) {
	var kind string
	var created int64
	err = r.Scan(&q.id, &q.author, &kind, &q.title, &q.network, &created, &q.gone, &q.settled, &q.replied)
	q.kind, q.createdAt = threads.Kind(kind), db.Time(created)
	return q, err
}

func selectQuestion(ctx context.Context, q db.Querier, thread int64) (question, error) {
	return scanQuestion(q.QueryRow(ctx, `
		SELECT `+questionColumns+`
		FROM threads t
		WHERE t.id = $1`, thread))
}

// selectReadable is selectQuestion for a thread that v may read.
func selectReadable(ctx context.Context, q db.Querier, v auth.Viewer, thread int64) (question, error) {
	var p db.Params
	text := `
		SELECT ` + questionColumns + `
		FROM threads t
		WHERE t.id = ` + p.One(thread) + ` AND ` + v.Reads(&p, "t.audience")
	return scanQuestion(q.QueryRow(ctx, text, p.Values()...))
}

// Routings.

func scanRouting(r db.Scanner) (g routing, err error) {
	var next *int64
	var created int64
	err = r.Scan(&g.thread, &g.step, &g.state, &next, &created)
	g.createdAt = db.Time(created)
	if next != nil {
		g.next = db.Time(*next)
	}
	return g, err
}

func selectRouting(ctx context.Context, q db.Querier, thread int64) (routing, error) {
	return scanRouting(q.QueryRow(ctx, `
		SELECT r.thread_id, r.step, r.state, r.next_at, r.created_at
		FROM routings r
		WHERE r.thread_id = $1`, thread))
}

func insertRouting(ctx context.Context, tx *db.Tx, thread int64, state string, next *time.Time) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO routings (thread_id, step, state, next_at, created_at)
		VALUES ($1, 0, $2, $3, $4)
		ON CONFLICT (thread_id) DO NOTHING`, thread, state, db.NullMicros(next), db.Micros(tx.Now()))
	return err
}

func updateRouting(ctx context.Context, tx *db.Tx, thread int64, step int, state string, next *time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE routings
		SET step = $1, state = $2, next_at = $3
		WHERE thread_id = $4`, step, state, db.NullMicros(next), thread)
	return err
}

// postpone changes when an open routing is looked at again.
func postpone(ctx context.Context, tx *db.Tx, thread int64, at time.Time) error {
	_, err := tx.Exec(ctx, `
		UPDATE routings
		SET next_at = $1
		WHERE thread_id = $2 AND state = 'open'`, db.Micros(at), thread)
	return err
}

// claim takes up to limit routings that are due for this process.
func claim(ctx context.Context, tx *db.Tx, limit int) ([]routing, error) {
	// The condition stands outside the subquery again: without it PostgreSQL hands a row to two servers that come at once.
	rows, err := tx.Query(ctx, `
		UPDATE routings
		SET next_at = $1
		WHERE thread_id IN (
			SELECT r.thread_id
			FROM routings r
			WHERE r.next_at <= $2
			ORDER BY r.next_at, r.thread_id
			LIMIT $3)
		AND next_at <= $2
		RETURNING thread_id, step, state, next_at, created_at`, db.Micros(tx.Now().Add(lease)), db.Micros(tx.Now()), limit)
	return db.Collect(rows, err, scanRouting)
}

// stillClaimed reports whether a claimed routing is still as it was claimed, and keeps it so until tx ends.
func stillClaimed(ctx context.Context, tx *db.Tx, r routing) (bool, error) {
	n, err := tx.Exec(ctx, `
		UPDATE routings
		SET next_at = next_at
		WHERE thread_id = $1 AND state = 'open' AND step = $2 AND next_at = $3`, r.thread, r.step, db.Micros(r.next))
	return n > 0, err
}

// selectYoung returns the youngest questions without a reply that were asked since a time and are routed nowhere.
func selectYoung(ctx context.Context, q db.Querier, since time.Time, limit int) ([]int64, error) {
	rows, err := q.Query(ctx, `
		SELECT t.id
		FROM threads t
		WHERE t.created_at > $1 AND t.reply_count = 0 AND `+waits+`
		  AND NOT EXISTS (SELECT 1 FROM routings r WHERE r.thread_id = t.id)
		ORDER BY t.created_at DESC, t.id DESC
		LIMIT $2`, db.Micros(since), limit)
	return db.Collect(rows, err, db.One[int64])
}

// People.

// selectEligible returns those of people who can be asked about a thread, with their units: they may read it, and have no
// part in it yet.
func selectEligible(ctx context.Context, q db.Querier, thread int64, people []int64) (map[int64]int64, error) {
	out := make(map[int64]int64, len(people))
	var p db.Params
	text := `
		SELECT p.id, COALESCE(p.unit_id, 0)
		FROM people p JOIN threads t ON t.id = ` + p.One(thread) + `
		WHERE p.id IN (` + db.AllOf(&p, people) + `) AND p.id <> t.author_id AND ` + readable + `
		LIMIT 1000`
	rows, err := q.Query(ctx, text, p.Values()...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (_ struct{}, err error) {
		var id, unit int64
		err = r.Scan(&id, &unit)
		out[id] = unit
		return struct{}{}, err
	})
	return out, err
}

// selectFree returns those of people who can be asked about a thread and have not been, as their names are shown.
func selectFree(ctx context.Context, q db.Querier, thread int64, people []int64) (map[int64]Person, error) {
	var p db.Params
	text := `
		SELECT ` + personColumns + `
		FROM people p LEFT JOIN units u ON u.id = p.unit_id JOIN threads t ON t.id = ` + p.One(thread) + `
		WHERE p.id IN (` + db.AllOf(&p, people) + `) AND p.id <> t.author_id AND ` + readable + `
		  AND NOT EXISTS (SELECT 1 FROM offers o WHERE o.thread_id = t.id AND o.person_id = p.id)
		LIMIT 100`
	rows, err := q.Query(ctx, text, p.Values()...)
	list, err := db.Collect(rows, err, func(r db.Scanner) (one Person, err error) { return one, r.Scan(one.fields()...) })
	out := make(map[int64]Person, len(list))
	for _, one := range list {
		out[one.ID] = one
	}
	return out, err
}

// personColumns are the columns Person.fields reads, from people p and their units u.
const personColumns = `p.id, p.handle, p.name, p.photo, COALESCE(u.name, ''), p.job_title`

func (p *Person) fields() []any {
	return []any{&p.ID, &p.Handle, &p.Name, &p.Photo, &p.Unit, &p.JobTitle}
}

// interested is somebody who follows a topic of a question, or says that they can be asked about it.
type interested struct {
	person int64
	asks   bool
	topic  string // its name
}

// selectInterested returns who can be asked about the topics of a thread first, and then who follows them; each once, and nobody who
// does not want to be suggested for one of them.
func selectInterested(ctx context.Context, q db.Querier, thread int64, limit int) ([]interested, error) {
	rows, err := q.Query(ctx, `
		SELECT i.person_id, MAX(i.asks), MIN(i.topic)
		FROM (
			SELECT g.person_id AS person_id, 1 AS asks, c.name AS topic, c.id AS topic_id
			FROM thread_topics h JOIN topics c ON c.id = h.topic_id JOIN person_topics g ON g.topic_id = c.id
			WHERE h.thread_id = $1
			UNION ALL
			SELECT w.person_id, 0, c.name, c.id
			FROM thread_topics h JOIN topics c ON c.id = h.topic_id JOIN watches w ON w.object_kind = 'topic' AND w.object_id = c.id
			WHERE h.thread_id = $1) i
		WHERE NOT EXISTS (
			SELECT 1
			FROM expert_topics x
			WHERE x.person_id = i.person_id AND x.topic_id = i.topic_id AND x.choice = 'out')
		GROUP BY i.person_id
		ORDER BY 2 DESC, i.person_id
		LIMIT $2`, thread, limit)
	return db.Collect(rows, err, func(r db.Scanner) (i interested, err error) {
		var asks int
		err = r.Scan(&i.person, &asks, &i.topic)
		i.asks = asks > 0
		return i, err
	})
}

// selectLoads counts how people have been asked of late, by person.
func selectLoads(ctx context.Context, q db.Querier, people []int64, now time.Time) (map[int64]Record, error) {
	out := make(map[int64]Record, len(people))
	var p db.Params
	since := db.Micros(now.Add(-week))
	text := `
		SELECT o.person_id,
		  COUNT(*) FILTER (WHERE o.state IN ('offered', 'accepted')),
		  COUNT(*) FILTER (WHERE o.created_at > ` + p.One(since) + `),
		  COUNT(*) FILTER (WHERE o.choice = 'time' AND o.answered_at > ` + p.One(since) + `)
		FROM offers o
		WHERE o.person_id IN (` + db.AllOf(&p, people) + `)
		GROUP BY o.person_id
		LIMIT 1000`
	rows, err := q.Query(ctx, text, p.Values()...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (_ struct{}, err error) {
		var person int64
		var rec Record
		var busy int
		err = r.Scan(&person, &rec.Waiting, &rec.Week, &busy)
		rec.Busy = busy > 0
		out[person] = rec
		return struct{}{}, err
	})
	return out, err
}

// selectAnswers returns what people did with questions that share a topic with a thread, by person.
func selectAnswers(ctx context.Context, q db.Querier, thread int64, people []int64, now time.Time) (map[int64][]Answer, error) {
	out := make(map[int64][]Answer)
	var p db.Params
	text := `
		SELECT o.person_id, o.state, o.choice, o.created_at, o.answered_at
		FROM offers o
		WHERE o.person_id IN (` + db.AllOf(&p, people) + `) AND o.answered_at IS NOT NULL
		  AND EXISTS (
		    SELECT 1
		    FROM thread_topics h JOIN thread_topics k ON k.topic_id = h.topic_id
		    WHERE h.thread_id = o.thread_id AND k.thread_id = ` + p.One(thread) + `)
		ORDER BY o.answered_at DESC
		LIMIT 5000`
	rows, err := q.Query(ctx, text, p.Values()...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (_ struct{}, err error) {
		var person, created, answered int64
		var a Answer
		err = r.Scan(&person, &a.State, &a.Choice, &created, &answered)
		a.After, a.Age = db.Time(answered).Sub(db.Time(created)), now.Sub(db.Time(answered))
		out[person] = append(out[person], a)
		return struct{}{}, err
	})
	return out, err
}
