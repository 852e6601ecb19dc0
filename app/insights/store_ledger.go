package insights

import (
	"context"

	"watercooler/app/db"
)

// Walks in id order after $2, at most $3.
const (
	threadsAfter = `
		SELECT t.id
		FROM threads t
		WHERE t.id > $1 AND t.id > $2
		ORDER BY t.id
		LIMIT $3`
	threadsOfNetwork = `
		SELECT t.id
		FROM threads t
		WHERE t.network_id = $1 AND t.id > $2
		ORDER BY t.id
		LIMIT $3`
	threadsOfTopic = `
		SELECT h.thread_id
		FROM thread_topics h
		WHERE h.topic_id = $1 AND h.thread_id > $2
		ORDER BY h.thread_id
		LIMIT $3`
)

const (
	threadsOfReplies     = "SELECT r.thread_id FROM replies r WHERE r.id IN ($1)"
	threadsOfReflections = "SELECT r.thread_id FROM reflections r WHERE r.thread_id IS NOT NULL AND r.id IN ($1)"
)

func countThreads(ctx context.Context, q db.Querier) (n int, err error) {
	err = q.QueryRow(ctx, "SELECT COUNT(*) FROM threads").Scan(&n)
	return n, err
}

// selectFacts returns what the ledger has of threads.
func selectFacts(ctx context.Context, q db.Querier, threads []int64) ([]fact, error) {
	threads = db.Pad(threads)
	rows, err := q.Query(ctx, `
		SELECT f.thread_id, f.family, f.item_id, f.person_id, f.month, f.counted, f.marks, COALESCE(f.value, -1), COALESCE(f.other_id, 0)
		FROM insight_facts f
		WHERE f.thread_id IN (`+db.In(1, len(threads))+`)`, db.Args(threads)...)
	return db.Collect(rows, err, scanFact)
}

func scanFact(r db.Scanner) (f fact, err error) {
	return f, r.Scan(&f.thread, &f.family, &f.item, &f.person, &f.month, &f.counted, &f.marks, &f.value, &f.other)
}

// theOpenRecord is the condition that everybody in the home organisation may read thread t.
const theOpenRecord = `t.audience IN ('public', 'hub', (SELECT 'org:' || CAST(o.id AS TEXT) FROM organisations o WHERE o.home))`

// selectSaid returns those of the threads that are in the open record, and questions that were merged into others.
func selectSaid(ctx context.Context, q db.Querier, ids []int64) ([]*said, error) {
	padded := db.Pad(ids)
	rows, err := q.Query(ctx, `
		SELECT t.id, t.kind, t.author_id, COALESCE(t.owner_id, t.author_id), t.created_at, t.deleted_at IS NOT NULL, t.superseded_by IS NOT NULL,
		       COALESCE(t.checked_at, 0), COALESCE(t.check_at, 0)
		FROM threads t
		WHERE (t.deleted_at IS NULL OR t.moved_to IS NOT NULL) AND `+theOpenRecord+`
		  AND t.id IN (`+db.In(1, len(padded))+`)`, db.Args(padded)...)
	byID := make(map[int64]*said)
	of := make(map[string][]int64)
	list, err := db.Collect(rows, err, func(r db.Scanner) (*said, error) {
		t := new(said)
		err := r.Scan(&t.id, &t.kind, &t.author, &t.owner, &t.at, &t.deleted, &t.superseded, &t.checkedAt, &t.checkAt)
		if !t.deleted {
			byID[t.id] = t
			of[t.kind] = append(of[t.kind], t.id)
			of[""] = append(of[""], t.id)
		}
		return t, err
	})
	if err != nil {
		return nil, err
	}
	for _, r := range reads {
		if err := r.into(ctx, q, of[r.kind], byID); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// read is a statement about threads of a kind, "" for all, and what its rows say of the thread in their first column.
type read struct {
	kind, statement string
	scan            func(r db.Scanner, id *int64) (tell func(t *said), err error)
}

func (r read) into(ctx context.Context, q db.Querier, ids []int64, byID map[int64]*said) error {
	if len(ids) == 0 {
		return nil
	}
	ids = db.Pad(ids)
	rows, err := q.Query(ctx, r.statement+" IN ("+db.In(1, len(ids))+") "+r.order(), db.Args(ids)...)
	_, err = db.Collect(rows, err, func(row db.Scanner) (struct{}, error) {
		var id int64
		tell, err := r.scan(row, &id)
		if err == nil {
			tell(byID[id])
		}
		return struct{}{}, err
	})
	return err
}

// order is for changes of a decision, which come one after the other.
func (r read) order() string {
	if r.statement == changesOf {
		return "ORDER BY c.at, c.id"
	}
	return ""
}

const changesOf = `
	SELECT c.thread_id, c.id, c.at, COALESCE(c.by_id, 0), c.change
	FROM decision_changes c
	WHERE c.thread_id`

var reads = []read{
	{"", `
		SELECT r.thread_id, r.author_id, r.created_at
		FROM replies r
		WHERE r.deleted_at IS NULL AND r.thread_id`,
		func(r db.Scanner, id *int64) (func(*said), error) {
			var w word
			err := r.Scan(id, &w.author, &w.at)
			return func(t *said) { t.replies = append(t.replies, w) }, err
		}},
	{"", `
		SELECT h.thread_id, h.topic_id
		FROM thread_topics h
		WHERE h.thread_id`,
		func(r db.Scanner, id *int64) (func(*said), error) {
			var topic int64
			err := r.Scan(id, &topic)
			return func(t *said) { t.topics = append(t.topics, topic) }, err
		}},
	{"", `
		SELECT r.thread_id, r.person_id, r.shared_at
		FROM reflections r
		WHERE r.shared_at IS NOT NULL AND r.thread_id`,
		func(r db.Scanner, id *int64) (func(*said), error) {
			var person, at int64
			err := r.Scan(id, &person, &at)
			return func(t *said) { t.reflector, t.sharedAt = person, at }, err
		}},
	{famPost, `
		SELECT a.thread_id, a.person_id
		FROM post_authors a
		WHERE a.thread_id`,
		func(r db.Scanner, id *int64) (func(*said), error) {
			var author int64
			err := r.Scan(id, &author)
			return func(t *said) { t.authors = append(t.authors, author) }, err
		}},
	{famSignal, `
		SELECT s.thread_id, s.kind, COALESCE(s.read_at, 0)
		FROM signals s
		WHERE s.thread_id`,
		func(r db.Scanner, id *int64) (func(*said), error) {
			var kind string
			var at int64
			err := r.Scan(id, &kind, &at)
			return func(t *said) { t.signalKind, t.readAt = kind, at }, err
		}},
	{famDecision, `
		SELECT d.thread_id, d.state, COALESCE(d.decided_by, 0), COALESCE(d.decided_at, 0), COALESCE(d.review_at, 0), COALESCE(d.reviewed_at, 0),
		       (SELECT COUNT(*) FROM decision_evidence e WHERE e.thread_id = d.thread_id), (SELECT COUNT(*) FROM decision_options x WHERE x.thread_id = d.thread_id)
		FROM decisions d
		WHERE d.thread_id`,
		func(r db.Scanner, id *int64) (func(*said), error) {
			var d decided
			var evidence, options int64
			err := r.Scan(id, &d.state, &d.by, &d.at, &d.review, &d.reviewed, &evidence, &options)
			return func(t *said) { t.decision, t.evidence, t.options = &d, evidence, options }, err
		}},
	{famDecision, `
		SELECT s.thread_id, s.person_id, s.stance
		FROM decision_stances s
		WHERE s.thread_id`,
		func(r db.Scanner, id *int64) (func(*said), error) {
			var person int64
			var stance string
			err := r.Scan(id, &person, &stance)
			return func(t *said) {
				t.stances = append(t.stances, person)
				t.dissent = t.dissent || stance == "disagree" || stance == "block"
			}, err
		}},
	{famDecision, changesOf,
		func(r db.Scanner, id *int64) (func(*said), error) {
			var c changed
			err := r.Scan(id, &c.id, &c.at, &c.by, &c.change)
			return func(t *said) { t.changes = append(t.changes, c) }, err
		}},
}

func insertFacts(ctx context.Context, tx *db.Tx, list []fact) error {
	return db.InsertMany(ctx, tx, `
		INSERT INTO insight_facts (thread_id, family, item_id, person_id, month, counted, marks, value, other_id)
		VALUES `, "", list, func(f fact) []any {
		return []any{f.thread, f.family, f.item, f.person, string(f.month), f.counted, int64(f.marks), or(f.value, -1), or(f.other, 0)}
	})
}

// or returns v, and nil, stored as NULL, for none.
func or(v, none int64) any {
	if v == none {
		return nil
	}
	return v
}

// raise raises the version of months.
func raise(ctx context.Context, tx *db.Tx, months []Month) error {
	return db.InsertMany(ctx, tx, `
		INSERT INTO insight_months (month, version, settled, k)
		VALUES `, `
		ON CONFLICT (month) DO UPDATE SET version = insight_months.version + 1`, months, func(m Month) []any { return []any{string(m), 1, 0, 0} })
}

// raiseAll raises the version of every month.
func raiseAll(ctx context.Context, tx *db.Tx) error {
	_, err := tx.Exec(ctx, "UPDATE insight_months SET version = version + 1")
	return err
}
