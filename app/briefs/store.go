package briefs

import (
	"context"
	"strconv"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/auth"
)

const (
	mostMarks   = 30 // of each sort and audience
	mostTalks   = 40 // of each audience
	mostChoices = 300
	mostGaps    = 50
	mostRows    = 20_000 // of any statement
)

func timeOf(us *int64) time.Time {
	if us == nil {
		return time.Time{}
	}
	return db.Time(*us)
}

// selectUnit returns a unit of an organisation with all that is below it.
func selectUnit(ctx context.Context, q db.Querier, home, id int64) (Scope, error) {
	rows, err := q.Query(ctx, `
		WITH RECURSIVE below (id) AS (
			SELECT u.id FROM units u WHERE u.id = $1 AND u.organisation_id = $2
			UNION
			SELECT u.id FROM units u JOIN below b ON u.parent_id = b.id
		)
		SELECT u.id, u.name, (SELECT COUNT(*) FROM people p WHERE p.unit_id = u.id AND p.left_at IS NULL)
		FROM below b
		JOIN units u ON u.id = b.id
		ORDER BY CASE WHEN u.id = $1 THEN 0 ELSE 1 END, u.id
		LIMIT $3`, id, home, mostRows)
	s := Scope{Kind: Unit, ID: id, home: home}
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var (
			unit   int64
			name   string
			people int
		)
		err := r.Scan(&unit, &name, &people)
		if unit == id {
			s.Name = name
		}
		s.units, s.people = append(s.units, unit), s.people+people
		return struct{}{}, err
	})
	if err == nil && len(s.units) == 0 {
		err = noPeriod
	}
	return s, err
}

func selectNetwork(ctx context.Context, q db.Querier, slug string) (id int64, err error) {
	err = q.QueryRow(ctx, `
		SELECT n.id
		FROM networks n
		WHERE n.slug = $1`, slug).Scan(&id)
	return id, err
}

// selectHappened returns what happened in the period, of each sort and audience those that matter most, and how many there are.
func selectHappened(ctx context.Context, q db.Querier, f frame) ([]mark, error) {
	var p db.Params
	in := func(column string) string {
		return column + " >= " + p.One(db.Micros(f.from)) + " AND " + column + " < " + p.One(db.Micros(f.to))
	}
	text := `
		SELECT x.what, x.sub, x.id, x.audience, x.at, x.weight, x.total
		FROM (
			SELECT y.what, y.sub, y.id, y.audience, y.at, y.weight,
			  COUNT(*) OVER (PARTITION BY y.what, y.sub, y.audience) AS total,
			  ROW_NUMBER() OVER (PARTITION BY y.what, y.sub, y.audience ORDER BY y.weight DESC, y.at DESC, y.id DESC) AS place
			FROM (
				SELECT 'opened' AS what, t.kind AS sub, t.id, t.audience, t.created_at AS at, t.vote_count AS weight
				FROM threads t
				WHERE ` + in("t.created_at") + ` AND ` + f.scope.has(&p) + `
				UNION ALL
				SELECT 'answered', '', t.id, t.audience, r.created_at, r.vote_count
				FROM replies r
				JOIN threads t ON t.id = r.thread_id AND t.accepted_reply_id = r.id
				WHERE ` + in("r.created_at") + ` AND r.deleted_at IS NULL AND ` + f.scope.has(&p) + `
				UNION ALL
				SELECT 'reflection', n.kind, t.id, t.audience, n.shared_at, t.vote_count
				FROM reflections n
				JOIN threads t ON t.id = n.thread_id
				WHERE ` + in("n.shared_at") + ` AND ` + f.scope.has(&p) + `
				UNION ALL
				SELECT 'signal', s.kind, t.id, t.audience, t.created_at, t.reply_count
				FROM signals s
				JOIN threads t ON t.id = s.thread_id
				WHERE ` + in("t.created_at") + ` AND ` + f.scope.has(&p) + `
			) y
		) x
		WHERE x.place <= ` + p.One(mostMarks) + `
		ORDER BY x.what, x.sub, x.weight DESC, x.at DESC, x.id DESC
		LIMIT ` + p.One(mostRows)
	rows, err := q.Query(ctx, text, p.Values()...)
	return db.Collect(rows, err, scanMark)
}

func scanMark(r db.Scanner) (m mark, err error) {
	var at int64
	err = r.Scan(&m.what, &m.sub, &m.thread, &m.audience, &at, &m.weight, &m.total)
	m.at = db.Time(at)
	return m, err
}

// selectWaiting returns what waits at the end of the period: questions without a reply, those who wait longest first, and what is due
// for a check. Of a question it says whether a reply came later, and whether somebody is known here to have written about its topics
// where everybody may read it, and lets themselves be suggested.
func selectWaiting(ctx context.Context, q db.Querier, f frame) ([]mark, error) {
	var p db.Params
	end := db.Micros(f.end)
	text := `
		SELECT x.what, x.sub, x.id, x.audience, x.at, 0, x.total
		FROM (
			SELECT y.what, y.sub, y.id, y.audience, y.at,
			  COUNT(*) OVER (PARTITION BY y.what, y.sub, y.audience) AS total,
			  ROW_NUMBER() OVER (PARTITION BY y.what, y.sub, y.audience ORDER BY y.at, y.id) AS place
			FROM (
				SELECT 'waiting' AS what, CASE WHEN EXISTS (SELECT 1 FROM replies r WHERE r.thread_id = t.id AND r.deleted_at IS NULL) THEN 'since' ELSE 'still' END ||
				    CASE WHEN EXISTS (
				      SELECT 1
				      FROM thread_topics h
				      JOIN expertise e ON e.topic_id = h.topic_id
				      JOIN people k ON k.id = e.person_id
				      WHERE h.thread_id = t.id AND e.answers + e.posts > 0 AND e.audience IN ('public', 'hub') AND k.left_at IS NULL AND k.id <> t.author_id
				        AND NOT EXISTS (SELECT 1 FROM expert_settings o WHERE o.person_id = k.id AND o.suggested = FALSE)
				        AND NOT EXISTS (SELECT 1 FROM expert_topics o WHERE o.person_id = k.id AND o.topic_id = e.topic_id AND o.choice = 'out')
				    ) THEN ' known' ELSE '' END AS sub,
				  t.id, t.audience, t.created_at AS at
				FROM threads t
				WHERE t.kind = 'question' AND t.created_at >= ` + p.One(db.Micros(f.end.Add(-remembered))) + ` AND t.created_at < ` + p.One(db.Micros(f.end.Add(-patience))) + `
				  AND (t.closed_at IS NULL OR t.closed_at >= ` + p.One(end) + `)
				  AND NOT EXISTS (SELECT 1 FROM replies r WHERE r.thread_id = t.id AND r.deleted_at IS NULL AND r.created_at < ` + p.One(end) + `)
				  AND ` + f.scope.has(&p) + `
				UNION ALL
				SELECT 'due', '', t.id, t.audience, t.check_at
				FROM threads t
				WHERE t.check_at < ` + p.One(end) + ` AND ` + f.scope.has(&p) + `
			) y
		) x
		WHERE x.place <= ` + p.One(mostMarks) + `
		ORDER BY x.what, x.at, x.id
		LIMIT ` + p.One(mostRows)
	rows, err := q.Query(ctx, text, p.Values()...)
	return db.Collect(rows, err, scanMark)
}

// selectTalks returns where people replied in the period, the most replies first.
func selectTalks(ctx context.Context, q db.Querier, f frame) ([]talk, error) {
	var p db.Params
	text := `
		SELECT x.id, x.kind, x.audience, x.replies, x.people, x.units, x.closed,
		  EXISTS (SELECT 1 FROM decisions d WHERE d.source_id = x.id), x.threads, x.total
		FROM (
			SELECT t.id, t.kind, t.audience, COUNT(*) AS replies, COUNT(DISTINCT r.author_id) AS people, COUNT(DISTINCT w.unit_id) AS units,
			  t.closed_at IS NOT NULL AS closed,
			  COUNT(*) OVER (PARTITION BY t.audience) AS threads,
			  CAST(SUM(COUNT(*)) OVER (PARTITION BY t.audience) AS BIGINT) AS total,
			  ROW_NUMBER() OVER (PARTITION BY t.audience ORDER BY COUNT(*) DESC, t.id) AS place
			FROM replies r
			JOIN threads t ON t.id = r.thread_id
			JOIN people w ON w.id = r.author_id
			WHERE r.created_at >= ` + p.One(db.Micros(f.from)) + ` AND r.created_at < ` + p.One(db.Micros(f.to)) + ` AND r.deleted_at IS NULL AND ` + f.scope.has(&p) + `
			GROUP BY t.id, t.kind, t.audience, t.closed_at
		) x
		WHERE x.place <= ` + p.One(mostTalks) + `
		ORDER BY x.replies DESC, x.id
		LIMIT ` + p.One(mostRows)
	rows, err := q.Query(ctx, text, p.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (t talk, err error) {
		err = r.Scan(&t.thread, &t.kind, &t.audience, &t.replies, &t.people, &t.units, &t.closed, &t.settled, &t.threads, &t.total)
		return t, err
	})
}

// selectChoices returns the decisions that the period has something to say about.
func selectChoices(ctx context.Context, q db.Querier, f frame) ([]choice, error) {
	var p db.Params
	from, to, end := db.Micros(f.from), db.Micros(f.to), db.Micros(f.end)
	within := func(column string) string {
		return column + " >= " + p.One(from) + " AND " + column + " < " + p.One(to)
	}
	text := `
		SELECT t.id, t.audience, d.state, d.authority, t.created_at, d.decided_at, d.effective_at, d.review_at, d.reviewed_at, d.closes_at, d.learnt,
		  COALESCE(s.agree, 0), COALESCE(s.abstain, 0), COALESCE(s.disagree, 0), COALESCE(s.block, 0), s.said_at,
		  COALESCE((SELECT o.reason FROM decision_stances o WHERE o.thread_id = t.id AND o.stance IN ('disagree', 'block') AND o.reason <> ''
		            ORDER BY o.updated_at DESC, o.person_id LIMIT 1), '')
		FROM decisions d
		JOIN threads t ON t.id = d.thread_id
		LEFT JOIN (
			SELECT c.thread_id, MAX(c.updated_at) AS said_at,
			  SUM(CASE WHEN c.stance = 'agree' THEN 1 ELSE 0 END) AS agree, SUM(CASE WHEN c.stance = 'abstain' THEN 1 ELSE 0 END) AS abstain,
			  SUM(CASE WHEN c.stance = 'disagree' THEN 1 ELSE 0 END) AS disagree, SUM(CASE WHEN c.stance = 'block' THEN 1 ELSE 0 END) AS block
			FROM decision_stances c
			GROUP BY c.thread_id
		) s ON s.thread_id = t.id
		WHERE t.created_at < ` + p.One(end) + ` AND ` + f.scope.has(&p) + `
		  AND (d.state IN ('proposed', 'review')
		    OR d.state = 'agreed' AND d.review_at < ` + p.One(end) + ` AND (d.reviewed_at IS NULL OR d.reviewed_at < d.review_at)
		    OR ` + within("d.decided_at") + ` OR ` + within("d.reviewed_at") + ` OR ` + within("s.said_at") + `)
		ORDER BY t.id DESC
		LIMIT ` + p.One(mostChoices)
	rows, err := q.Query(ctx, text, p.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (c choice, err error) {
		var (
			created                                            *int64
			decided, effective, review, reviewed, closes, said *int64
		)
		err = r.Scan(&c.thread, &c.audience, &c.state, &c.authority, &created, &decided, &effective, &review, &reviewed, &closes, &c.learnt,
			&c.agree, &c.abstain, &c.disagree, &c.block, &said, &c.dissent)
		c.createdAt, c.decidedAt, c.effectiveAt, c.reviewAt, c.reviewedAt = timeOf(created), timeOf(decided), timeOf(effective), timeOf(review), timeOf(reviewed)
		c.closesAt, c.saidAt = timeOf(closes), timeOf(said)
		return c, err
	})
}

// selectSubjects returns how many threads were opened about each topic, and altogether, in each of the periods of f.
func selectSubjects(ctx context.Context, q db.Querier, f frame) ([]subject, error) {
	var p db.Params
	bucket := func() string { // each of its values is asked for where it stands
		text := "CASE"
		for i, from := range f.buckets[1:] {
			text += " WHEN t.created_at < " + p.One(from) + " THEN " + strconv.Itoa(i)
		}
		return text + " ELSE " + strconv.Itoa(len(f.buckets)-1) + " END"
	}
	during := func() string {
		return "t.created_at >= " + p.One(f.buckets[0]) + " AND t.created_at < " + p.One(db.Micros(f.to))
	}
	text := `
		SELECT y.topic, y.slug, y.name, y.bucket, y.audience, y.threads, y.ids
		FROM (
			SELECT z.topic_id AS topic, o.slug AS slug, o.name AS name, z.bucket AS bucket, z.audience AS audience, COUNT(*) AS threads,
			  COALESCE(string_agg(CASE WHEN z.bucket = ` + p.One(len(f.buckets)-1) + ` THEN CAST(z.id AS TEXT) END, ' ' ORDER BY z.reply_count DESC, z.id), '') AS ids
			FROM (
				SELECT h.topic_id, t.id, t.audience, CASE WHEN t.created_at >= ` + p.One(db.Micros(f.from)) + ` THEN t.reply_count ELSE 0 END AS reply_count, ` + bucket() + ` AS bucket
				FROM threads t
				JOIN thread_topics h ON h.thread_id = t.id
				WHERE ` + during() + ` AND ` + f.scope.has(&p) + `
			) z
			JOIN topics o ON o.id = z.topic_id
			GROUP BY z.topic_id, o.slug, o.name, z.bucket, z.audience
			UNION ALL
			SELECT 0, '', '', z.bucket, z.audience, COUNT(*), ''
			FROM (
				SELECT t.audience, ` + bucket() + ` AS bucket
				FROM threads t
				WHERE ` + during() + ` AND ` + f.scope.has(&p) + `
			) z
			GROUP BY z.bucket, z.audience
		) y
		ORDER BY y.topic, y.bucket, y.audience
		LIMIT ` + p.One(mostSubjects)
	rows, err := q.Query(ctx, text, p.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (s subject, err error) {
		var ids string
		if err := r.Scan(&s.topic, &s.slug, &s.name, &s.bucket, &s.audience, &s.threads, &ids); err != nil {
			return s, err
		}
		for id := range strings.FieldsSeq(ids) {
			n, err := strconv.ParseInt(id, 10, 64)
			if err != nil {
				return s, err
			}
			s.ids = append(s.ids, n)
		}
		return s, nil
	})
}

// mostSubjects bounds the topics times the periods.
const mostSubjects = 200_000

// selectGaps returns what was looked for in vain, or found at last, in the period: as far as somebody looks after it or it was looked
// for as often as a number about people needs people.
func selectGaps(ctx context.Context, q db.Querier, f frame) ([]gap, error) {
	from, to := db.Micros(f.from), db.Micros(f.to)
	rows, err := q.Query(ctx, `
		SELECT g.said, g.opened_at, g.closed_at, g.closed_why, COALESCE(g.answer_id, 0)
		FROM gaps g
		WHERE (g.opened_at >= $1 AND g.opened_at < $2 OR g.closed_at >= $1 AND g.closed_at < $2) AND g.closed_why <> 'faded'
		  AND (g.owner_id IS NOT NULL OR (
		    SELECT COUNT(*)
		    FROM gap_words w
		    JOIN search_log l ON l.words = w.words
		    WHERE w.gap_id = g.id) >= $3)
		ORDER BY g.opened_at, g.id
		LIMIT $4`, from, to, f.k, mostGaps)
	return db.Collect(rows, err, func(r db.Scanner) (g gap, err error) {
		var (
			openedAt int64
			closedAt *int64
		)
		err = r.Scan(&g.said, &openedAt, &closedAt, &g.why, &g.answer)
		g.openedAt, g.closedAt = db.Time(openedAt), timeOf(closedAt)
		return g, err
	})
}

// selectPeople counts who wrote something in the period, and the units they work in.
func selectPeople(ctx context.Context, q db.Querier, f frame) (people, units int, err error) {
	var p db.Params
	in := func(column string) string {
		return column + " >= " + p.One(db.Micros(f.from)) + " AND " + column + " < " + p.One(db.Micros(f.to))
	}
	text := `
		SELECT COUNT(DISTINCT w.id), COUNT(DISTINCT w.unit_id)
		FROM people w
		WHERE w.id IN (
			SELECT t.author_id FROM threads t WHERE ` + in("t.created_at") + ` AND ` + f.scope.has(&p) + `
			UNION ALL
			SELECT r.author_id FROM replies r JOIN threads t ON t.id = r.thread_id WHERE ` + in("r.created_at") + ` AND r.deleted_at IS NULL AND ` + f.scope.has(&p) + `)`
	err = q.QueryRow(ctx, text, p.Values()...).Scan(&people, &units)
	return people, units, err
}

// address is the address of thread t.
const address = `CASE WHEN t.kind = 'post' THEN COALESCE(
    (SELECT '/blog/' || b.slug || '/' || po.slug FROM posts po JOIN blogs b ON b.id = po.blog_id WHERE po.thread_id = t.id),
    '/threads/' || CAST(t.id AS TEXT)) ELSE '/threads/' || CAST(t.id AS TEXT) END`

// selectItems returns those of ids that still belong to scope and that v may read, by id, as they are called now.
//
// SECURITY: what is not among them does not exist in the brief. Both conditions are asked again each time somebody reads it, because
// threads are deleted, moved and made narrower after they were gathered.
func selectItems(ctx context.Context, q db.Querier, v auth.Viewer, scope Scope, ids []int64) (map[int64]Item, error) {
	items := make(map[int64]Item, len(ids))
	if len(ids) == 0 {
		return items, nil
	}
	var p db.Params
	rows, err := q.Query(ctx, `
		SELECT t.id, t.kind, t.title, `+address+`, t.audience
		FROM threads t
		WHERE t.id IN (`+db.AllOf(&p, ids)+`) AND `+scope.has(&p)+` AND `+v.Reads(&p, "t.audience")+`
		LIMIT `+p.One(mostRows), p.Values()...)
	list, err := db.Collect(rows, err, scanItem)
	for _, it := range list {
		items[it.Thread] = it
	}
	return items, err
}

func scanItem(r db.Scanner) (it Item, err error) {
	err = r.Scan(&it.Thread, &it.Kind, &it.Title, &it.Path, &it.Audience)
	return it, err
}
