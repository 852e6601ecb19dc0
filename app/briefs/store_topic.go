package briefs

import (
	"context"

	"watercooler/app/db"
	"watercooler/auth"
)

// found is an entry with its class and how many there are of that.
type found struct {
	Entry
	class Class
	total int
}

// selectAbout returns what v may read about a topic: of each class the first few, and how many there are.
//
// SECURITY: the audience rule stands in the one place where threads are taken from, so that totals follow it too.
func selectAbout(ctx context.Context, q db.Querier, v auth.Viewer, topic int64) ([]found, error) {
	var p db.Params
	rows, err := q.Query(ctx, `
		WITH about AS (
			SELECT t.id, t.kind, t.created_at, t.reply_count, t.vote_count, t.reference, t.accepted_reply_id, COALESCE(d.state, '') AS state, d.decided_at,
			  d.reviewed_at, n.shared_at
			FROM thread_topics h
			JOIN threads t ON t.id = h.thread_id
			LEFT JOIN decisions d ON d.thread_id = t.id
			LEFT JOIN reflections n ON n.thread_id = t.id
			WHERE h.topic_id = `+p.One(topic)+` AND t.deleted_at IS NULL AND t.superseded_by IS NULL AND `+v.Reads(&p, "t.audience")+`
		)
		SELECT x.what, t.id, t.kind, t.title, `+address+`, t.audience, x.at, t.reply_count, t.vote_count, COALESCE(d.learnt, ''), t.checked_at IS NOT NULL, x.total
		FROM (
			SELECT y.what, y.id, y.at, COUNT(*) OVER (PARTITION BY y.what) AS total,
			  ROW_NUMBER() OVER (PARTITION BY y.what ORDER BY y.weight DESC, y.at DESC, y.id DESC) AS place
			FROM (
				SELECT 'noticed' AS what, a.id, a.created_at AS at, 0 AS weight FROM about a WHERE a.kind = 'signal'
				UNION ALL
				SELECT 'guide', a.id, a.created_at, a.vote_count FROM about a WHERE a.reference
				UNION ALL
				SELECT 'answer', a.id, a.created_at, a.vote_count FROM about a WHERE a.kind = 'question' AND a.accepted_reply_id IS NOT NULL AND NOT a.reference
				UNION ALL
				SELECT 'post', a.id, a.created_at, 0 FROM about a WHERE a.kind = 'post' AND NOT a.reference
				UNION ALL
				SELECT 'proposed', a.id, a.created_at, 0 FROM about a WHERE a.state = 'proposed'
				UNION ALL
				SELECT 'talk', a.id, a.created_at, a.reply_count FROM about a WHERE a.kind = 'discussion' AND a.shared_at IS NULL AND NOT a.reference
				UNION ALL
				SELECT 'decided', a.id, COALESCE(a.decided_at, a.created_at), 0 FROM about a WHERE a.state IN ('agreed', 'review')
				UNION ALL
				SELECT 'learnt', a.id, COALESCE(a.shared_at, a.reviewed_at), 0 FROM about a WHERE a.shared_at IS NOT NULL OR a.reviewed_at IS NOT NULL
				UNION ALL
				SELECT 'open', a.id, a.created_at, 0 FROM about a WHERE a.kind = 'question' AND a.accepted_reply_id IS NULL AND a.reply_count = 0
			) y
		) x
		JOIN threads t ON t.id = x.id
		LEFT JOIN decisions d ON d.thread_id = t.id
		WHERE x.place <= `+p.One(mostEntries)+`
		ORDER BY x.what, x.place
		LIMIT 200`, p.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (f found, err error) {
		var at int64
		err = r.Scan(&f.class, &f.Thread, &f.Kind, &f.Title, &f.Path, &f.Audience, &at, &f.Replies, &f.Votes, &f.Learnt, &f.Checked, &f.total)
		f.At = db.Time(at)
		if f.class != Reflection {
			f.Learnt = ""
		}
		return f, err
	})
}

// selectStances returns what people think of decisions that v may read: per stance how many, and the latest reasons.
func selectStances(ctx context.Context, q db.Querier, v auth.Viewer, decisions []int64) ([]stance, error) {
	var p db.Params
	rows, err := q.Query(ctx, `
		SELECT x.thread_id, x.stance, x.people, x.reason
		FROM (
			SELECT s.thread_id, s.stance, s.reason, COUNT(*) OVER (PARTITION BY s.thread_id, s.stance) AS people,
			  ROW_NUMBER() OVER (PARTITION BY s.thread_id, s.stance ORDER BY CASE WHEN s.reason = '' THEN 1 ELSE 0 END, s.updated_at DESC, s.person_id) AS place
			FROM decision_stances s
			JOIN threads t ON t.id = s.thread_id
			WHERE s.thread_id IN (`+db.AllOf(&p, decisions)+`) AND t.deleted_at IS NULL AND `+v.Reads(&p, "t.audience")+`
		) x
		WHERE x.place <= `+p.One(mostReasons)+`
		ORDER BY x.thread_id, x.stance, x.place
		LIMIT 1000`, p.Values()...)
	list, err := db.Collect(rows, err, func(r db.Scanner) (s stance, err error) {
		var reason string
		err = r.Scan(&s.thread, &s.stance, &s.people, &reason)
		if reason != "" {
			s.reasons = []string{quoted(reason, longestSaid)}
		}
		return s, err
	})
	joined := list[:0]
	for _, s := range list { // one row for each reason
		if n := len(joined); n > 0 && joined[n-1].thread == s.thread && joined[n-1].stance == s.stance {
			joined[n-1].reasons = append(joined[n-1].reasons, s.reasons...)
			continue
		}
		joined = append(joined, s)
	}
	return joined, err
}

// selectOpenGaps returns what is looked for in vain, the oldest first, as far as somebody looks after it or it was looked for as often as
// a number about people needs people.
func selectOpenGaps(ctx context.Context, q db.Querier, k int) ([]string, error) {
	rows, err := q.Query(ctx, `
		SELECT g.said
		FROM gaps g
		WHERE g.closed_at IS NULL AND (g.owner_id IS NOT NULL OR (
			SELECT COUNT(*)
			FROM gap_words w
			JOIN search_log l ON l.words = w.words
			WHERE w.gap_id = g.id) >= $1)
		ORDER BY g.opened_at, g.id
		LIMIT $2`, k, mostOpenGaps)
	return db.Collect(rows, err, db.One[string])
}
