package experts

import (
	"context"
	"maps"
	"slices"

	"watercooler/app/db"
)

// yearCounts are somebody's contributions to a topic in one year.
type yearCounts struct {
	topicCounts
	year int
}

// selectYears returns what a person contributed to topics, all when nil, by topic and year, as far as it may be read.
func selectYears(ctx context.Context, q db.Querier, reads reader, person int64, topics []Topic) ([]yearCounts, error) {
	var p db.Params
	text := `
		SELECT o.id, o.slug, o.name, e.year, SUM(e.answers), SUM(e.accepted), SUM(e.posts), SUM(e.discussions), SUM(e.votes), MAX(e.last_at)
		FROM expertise e
		JOIN topics o ON o.id = e.topic_id
		WHERE e.person_id = ` + p.One(person) + ` AND ` + reads(&p, "e.audience")
	if topics != nil {
		text += ` AND e.topic_id IN (` + db.AllOf(&p, ids(topics)) + `)`
	}
	rows, err := q.Query(ctx, text+`
		GROUP BY o.id, o.slug, o.name, e.year
		ORDER BY o.id, e.year`, p.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (y yearCounts, err error) {
		var last int64
		err = r.Scan(&y.topic.ID, &y.topic.Slug, &y.topic.Name, &y.year, &y.Answers, &y.Accepted, &y.Posts, &y.Discussions, &y.Votes, &last)
		y.last = db.Time(last)
		return y, err
	})
}

// place is a thread that shows somebody's knowledge of a topic.
type place struct{ topic, thread int64 }

// maxPlaces bounds how many contributions are looked at to choose some.
const maxPlaces = 500

// selectPlaces returns threads in which a person contributed to topics, accepted answers first, then the latest.
func selectPlaces(ctx context.Context, q db.Querier, reads reader, person int64, topics []Topic) ([]place, error) {
	var p db.Params
	rows, err := q.Query(ctx, `
		SELECT c.topic_id, c.thread_id
		FROM contributions c
		WHERE c.person_id = `+p.One(person)+`
		  AND c.topic_id IN (`+db.AllOf(&p, ids(topics))+`)
		  AND `+reads(&p, "c.audience")+`
		ORDER BY CASE WHEN c.accepted > 0 THEN 0 ELSE 1 END, c.last_at DESC, c.thread_id DESC, c.topic_id
		LIMIT `+p.One(maxPlaces), p.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (c place, err error) { return c, r.Scan(&c.topic, &c.thread) })
}

// selectWritten returns what a person wrote in threads that may be read, one piece of each: what settled the question, or was found
// most useful, or is the latest; what they opened, where it is theirs.
func selectWritten(ctx context.Context, q db.Querier, reads reader, person int64, ids []int64) (map[int64]Evidence, error) {
	out := make(map[int64]Evidence, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	padded := db.Pad(ids)
	rows, err := q.Query(ctx, `
		SELECT r.thread_id, r.id
		FROM replies r
		JOIN threads t ON t.id = r.thread_id
		WHERE r.author_id = $1 AND r.deleted_at IS NULL AND t.author_id <> $1 AND r.thread_id IN (`+db.In(2, len(padded))+`)
		ORDER BY CASE WHEN t.accepted_reply_id = r.id THEN 0 ELSE 1 END, r.vote_count DESC, r.created_at DESC, r.id`,
		db.Args(padded, person)...)
	refs := make(map[int64]string, len(ids))
	_, err = db.Collect(rows, err, func(r db.Scanner) (reply int64, err error) {
		var thread int64
		err = r.Scan(&thread, &reply)
		if refs[thread] == "" { // the first of each thread
			refs[thread] = replyRef(reply)
		}
		return reply, err
	})
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if refs[id] == "" {
			refs[id] = threadRef(id)
		}
	}
	found, err := selectEvidence(ctx, q, reads, slices.Collect(maps.Values(refs)))
	for _, w := range found {
		out[w.Thread] = w
	}
	return out, err
}

// decision is what somebody decided about a topic.
type decision struct {
	topic  Topic
	choice Choice
}

// selectDecided returns what a person decided about topics, by name of the topic.
func selectDecided(ctx context.Context, q db.Querier, person int64) ([]decision, error) {
	rows, err := q.Query(ctx, `
		SELECT o.id, o.slug, o.name, x.choice
		FROM expert_topics x
		JOIN topics o ON o.id = x.topic_id
		WHERE x.person_id = $1
		ORDER BY o.name, o.id
		LIMIT 1000`, person)
	return db.Collect(rows, err, func(r db.Scanner) (d decision, err error) {
		return d, r.Scan(&d.topic.ID, &d.topic.Slug, &d.topic.Name, &d.choice)
	})
}

// selectKnowing returns who contributed most to a topic, by person, as far as it may be read; only counts.
func selectKnowing(ctx context.Context, q db.Querier, reads reader, topic int64) (map[int64]Knows, error) {
	out := make(map[int64]Knows)
	var p db.Params
	rows, err := q.Query(ctx, `
		SELECT e.person_id, SUM(e.answers), SUM(e.accepted), SUM(e.posts), SUM(e.discussions), SUM(e.votes), MAX(e.last_at)
		FROM expertise e
		WHERE e.topic_id = `+p.One(topic)+` AND `+reads(&p, "e.audience")+`
		GROUP BY e.person_id
		ORDER BY 4 * SUM(e.accepted) + 2 * SUM(e.answers - e.accepted) + 3 * SUM(e.posts) + SUM(e.discussions) DESC, e.person_id
		LIMIT `+p.One(maxKnowing), p.Values()...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (k Knows, err error) {
		var id, last int64
		err = r.Scan(&id, &k.Answers, &k.Accepted, &k.Posts, &k.Discussions, &k.Votes, &last)
		k.Last = db.Time(last)
		out[id] = k
		return k, err
	})
	return out, err
}

// selectOut returns who stepped out of a topic.
func selectOut(ctx context.Context, q db.Querier, topic int64) ([]int64, error) {
	rows, err := q.Query(ctx, `
		SELECT x.person_id
		FROM expert_topics x
		WHERE x.topic_id = $1 AND x.choice = 'out'
		ORDER BY x.person_id`, topic)
	return db.Collect(rows, err, db.One[int64])
}

// selectEndorsed returns how many colleagues vouch for people about a topic because of something that may be read.
func selectEndorsed(ctx context.Context, q db.Querier, reads reader, topic int64) (map[int64]int, error) {
	out := make(map[int64]int)
	var p db.Params
	rows, err := q.Query(ctx, `
		SELECT e.person_id, COUNT(*)
		FROM endorsements e
		LEFT JOIN replies r ON e.object_kind = 'reply' AND r.id = e.object_id AND r.deleted_at IS NULL
		JOIN threads t ON t.id = CASE WHEN e.object_kind = 'thread' THEN e.object_id ELSE r.thread_id END
		WHERE e.topic_id = `+p.One(topic)+` AND t.deleted_at IS NULL AND `+reads(&p, "t.audience")+`
		GROUP BY e.person_id
		ORDER BY e.person_id
		LIMIT `+p.One(maxEndorsements), p.Values()...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (n int, err error) {
		var person int64
		err = r.Scan(&person, &n)
		out[person] = n
		return n, err
	})
	return out, err
}

// question is a thread for whose answer somebody is looked for.
type question struct {
	author       int64
	title, words string
	audience     string
	topics       []Topic
}

// selectQuestion returns a thread that is there, whoever may read it: for routing, which asks for itself who may.
func selectQuestion(ctx context.Context, q db.Querier, id int64) (t question, err error) {
	err = q.QueryRow(ctx, `
		SELECT t.author_id, t.title, t.excerpt, t.audience
		FROM threads t
		WHERE t.id = $1 AND t.deleted_at IS NULL`, id).Scan(&t.author, &t.title, &t.words, &t.audience)
	if err != nil {
		return question{}, err
	}
	topics, err := topicsOf(ctx, q, []int64{id})
	t.topics = topics[id]
	return t, err
}
