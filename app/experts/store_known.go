package experts

import (
	"context"
	"slices"

	"watercooler/app/db"
	"watercooler/app/errs"
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

// selectAsked returns the topics that a person says they can be asked about, in their order, each with what they decided about it and
// their contributions by year, as far as they may be read.
func selectAsked(ctx context.Context, q db.Querier, reads reader, person int64) ([]Topic, map[int64]Choice, []yearCounts, error) {
	var p db.Params
	who := p.One(person)
	rows, err := q.Query(ctx, `
		SELECT o.id, o.slug, o.name, COALESCE(x.choice, ''), COALESCE(e.year, 0), COALESCE(SUM(e.answers), 0), COALESCE(SUM(e.accepted), 0),
		       COALESCE(SUM(e.posts), 0), COALESCE(SUM(e.discussions), 0), COALESCE(SUM(e.votes), 0), COALESCE(MAX(e.last_at), 0)
		FROM person_topics a
		JOIN topics o ON o.id = a.topic_id
		LEFT JOIN expert_topics x ON x.person_id = a.person_id AND x.topic_id = a.topic_id
		LEFT JOIN expertise e ON e.person_id = a.person_id AND e.topic_id = a.topic_id AND `+reads(&p, "e.audience")+`
		WHERE a.person_id = `+who+`
		GROUP BY a.position, o.id, o.slug, o.name, x.choice, e.year
		ORDER BY a.position, o.id, e.year`, p.Values()...)
	var topics []Topic
	decided := make(map[int64]Choice)
	years, err := db.Collect(rows, err, func(r db.Scanner) (y yearCounts, err error) {
		var last int64
		var choice Choice
		err = r.Scan(&y.topic.ID, &y.topic.Slug, &y.topic.Name, &choice, &y.year, &y.Answers, &y.Accepted, &y.Posts, &y.Discussions, &y.Votes, &last)
		if n := len(topics); n == 0 || topics[n-1].ID != y.topic.ID {
			topics = append(topics, y.topic)
		}
		decided[y.topic.ID] = choice
		y.last = db.Time(last)
		return y, err
	})
	return topics, decided, slices.DeleteFunc(years, func(y yearCounts) bool { return y.year == 0 }), err
}

// selectProof returns what shows that a person knows about topics, by topic: a few threads each, accepted answers first, then the latest.
// Of each thread it is what settled the question, or was found most useful, or is the latest; what they opened, where it is theirs.
func selectProof(ctx context.Context, q db.Querier, reads reader, person int64, topics []Topic) (map[int64][]Evidence, error) {
	var p db.Params
	who := p.One(person)
	rows, err := q.Query(ctx, `
		SELECT c.topic_id, t.id, COALESCE(r.id, 0), t.kind, t.title, COALESCE(r.created_at, t.created_at), COALESCE(r.vote_count, t.vote_count),
		       COALESCE(t.accepted_reply_id, 0), `+postAddress+`
		FROM (SELECT c.topic_id, c.thread_id,
		             ROW_NUMBER() OVER (PARTITION BY c.topic_id ORDER BY CASE WHEN c.accepted > 0 THEN 0 ELSE 1 END, c.last_at DESC, c.thread_id DESC) AS place
		      FROM contributions c
		      WHERE c.person_id = `+who+` AND c.topic_id IN (`+db.AllOf(&p, ids(topics))+`) AND `+reads(&p, "c.audience")+`) c
		JOIN threads t ON t.id = c.thread_id
		LEFT JOIN replies r ON t.author_id <> `+who+` AND r.id = (
		      SELECT x.id
		      FROM replies x
		      WHERE x.thread_id = t.id AND x.author_id = `+who+` AND x.deleted_at IS NULL
		      ORDER BY CASE WHEN t.accepted_reply_id = x.id THEN 0 ELSE 1 END, x.vote_count DESC, x.created_at DESC, x.id
		      LIMIT 1)
		WHERE c.place <= `+p.One(2*shownEvidence)+` AND t.deleted_at IS NULL AND `+reads(&p, "t.audience")+`
		ORDER BY c.topic_id, c.place`, p.Values()...)
	out := make(map[int64][]Evidence)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var topic int64
		w, err := scanShown(also{r, &topic})
		list := out[topic]
		// A thread comes once for each year in which they took part in it.
		if len(list) < shownEvidence && !slices.ContainsFunc(list, func(o Evidence) bool { return o.Thread == w.Thread }) {
			out[topic] = append(list, w)
		}
		return struct{}{}, err
	})
	return out, err
}

// also scans a column before those that it is asked for.
type also struct {
	db.Scanner
	first any
}

func (a also) Scan(dest ...any) error { return a.Scanner.Scan(append([]any{a.first}, dest...)...) }

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
	rows, err := q.Query(ctx, `
		SELECT t.author_id, t.title, t.excerpt, t.audience, COALESCE(o.id, 0), COALESCE(o.slug, ''), COALESCE(o.name, '')
		FROM threads t
		LEFT JOIN thread_topics h ON h.thread_id = t.id
		LEFT JOIN topics o ON o.id = h.topic_id
		WHERE t.id = $1 AND t.deleted_at IS NULL
		ORDER BY o.name, o.id`, id)
	found, err := db.Collect(rows, err, func(r db.Scanner) (o Topic, err error) {
		err = r.Scan(&t.author, &t.title, &t.words, &t.audience, &o.ID, &o.Slug, &o.Name)
		if o.ID != 0 {
			t.topics = append(t.topics, o)
		}
		return o, err
	})
	if err == nil && len(found) == 0 {
		err = errs.NotFoundf("There is no such question here.")
	}
	return t, err
}
