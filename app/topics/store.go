package topics

import (
	"context"

	"watercooler/app/db"
	"watercooler/app/markup"
	"watercooler/auth"
)

// maxTopics bounds what is read into memory. A controlled list of ten thousand subjects is no longer controlled.
const maxTopics = 10_000

func scanTopic(r db.Scanner) (t Topic, err error) {
	var broader *int64
	err = r.Scan(&t.ID, &t.Slug, &t.Name, &t.Description, &broader)
	if broader != nil {
		t.Broader = *broader
	}
	return t, err
}

// selectAll returns every topic with its synonyms, by name.
func selectAll(ctx context.Context, q db.Querier) ([]Topic, error) {
	rows, err := q.Query(ctx, `
		SELECT t.id, t.slug, t.name, t.description, t.broader_id
		FROM topics t
		ORDER BY t.name, t.id
		LIMIT $1`, maxTopics)
	all, err := db.Collect(rows, err, scanTopic)
	if err != nil {
		return nil, err
	}
	words, err := selectSynonyms(ctx, q)
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i].Synonyms = words[all[i].ID]
	}
	return all, nil
}

func selectSynonyms(ctx context.Context, q db.Querier) (map[int64][]string, error) {
	words := make(map[int64][]string)
	rows, err := q.Query(ctx, `
		SELECT y.topic_id, y.name
		FROM topic_synonyms y
		ORDER BY y.topic_id, y.folded
		LIMIT $1`, maxTopics*maxSynonyms)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var id int64
		var name string
		err := r.Scan(&id, &name)
		words[id] = append(words[id], name)
		return struct{}{}, err
	})
	return words, err
}

// selectTopic returns the topic with this slug, with its synonyms.
func selectTopic(ctx context.Context, q db.Querier, slug string) (Topic, error) {
	t, err := scanTopic(q.QueryRow(ctx, `
		SELECT t.id, t.slug, t.name, t.description, t.broader_id
		FROM topics t
		WHERE t.slug = $1`, slug))
	if err != nil {
		return Topic{}, err
	}
	rows, err := q.Query(ctx, `
		SELECT y.name
		FROM topic_synonyms y
		WHERE y.topic_id = $1
		ORDER BY y.folded
		LIMIT $2`, t.ID, maxSynonyms)
	t.Synonyms, err = db.Collect(rows, err, db.One[string])
	return t, err
}

func selectExternal(ctx context.Context, q db.Querier) (map[string]int64, error) {
	ids := make(map[string]int64)
	rows, err := q.Query(ctx, `
		SELECT t.external_id, t.id
		FROM topics t
		WHERE t.external_id IS NOT NULL
		LIMIT $1`, maxTopics)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var external string
		var id int64
		err := r.Scan(&external, &id)
		ids[external] = id
		return struct{}{}, err
	})
	return ids, err
}

// insertTopic adds t without its synonyms; external may be "".
func insertTopic(ctx context.Context, tx *db.Tx, external string, t Topic) (id int64, err error) {
	var ext *string
	if external != "" {
		ext = &external
	}
	err = tx.QueryRow(ctx, `
		INSERT INTO topics (external_id, slug, name, description, broader_id, created_at)
		VALUES ($1, $2, $3, $4, $5, $6)
		RETURNING id`, ext, t.Slug, t.Name, t.Description, none(t.Broader), db.Micros(tx.Now())).Scan(&id)
	return id, err
}

// none turns the absent id 0 into NULL.
func none(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}

func insertSynonyms(ctx context.Context, tx *db.Tx, topic int64, words []string) error {
	for _, w := range words {
		if _, err := tx.Exec(ctx, `
			INSERT INTO topic_synonyms (topic_id, name, folded)
			VALUES ($1, $2, $3)`, topic, w, markup.Fold(w)); err != nil {
			return err
		}
	}
	return nil
}

// updateTopic writes t and its synonyms over what was there.
func updateTopic(ctx context.Context, tx *db.Tx, t Topic) error {
	if _, err := tx.Exec(ctx, `
		UPDATE topics
		SET name = $1, description = $2, broader_id = $3
		WHERE id = $4`, t.Name, t.Description, none(t.Broader), t.ID); err != nil {
		return err
	}
	if err := deleteSynonyms(ctx, tx, t.ID); err != nil {
		return err
	}
	return insertSynonyms(ctx, tx, t.ID, t.Synonyms)
}

// selectCounts returns how many readable threads there are about each topic that has any.
func selectCounts(ctx context.Context, q db.Querier, v auth.Viewer) (map[int64]int, error) {
	counts := make(map[int64]int)
	var p db.Params
	rows, err := q.Query(ctx, `
		SELECT h.topic_id, COUNT(*)
		FROM thread_topics h
		JOIN threads t ON t.id = h.thread_id
		WHERE t.deleted_at IS NULL AND `+v.Reads(&p, "t.audience")+`
		GROUP BY h.topic_id`, p.Values()...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var id int64
		var n int
		err := r.Scan(&id, &n)
		counts[id] = n
		return struct{}{}, err
	})
	return counts, err
}

// selectCount is selectCounts for one topic.
func selectCount(ctx context.Context, q db.Querier, v auth.Viewer, topic int64) (threads int, err error) {
	var p db.Params
	err = q.QueryRow(ctx, `
		SELECT COUNT(*)
		FROM thread_topics h
		JOIN threads t ON t.id = h.thread_id
		WHERE h.topic_id = `+p.One(topic)+` AND t.deleted_at IS NULL AND `+v.Reads(&p, "t.audience"), p.Values()...).Scan(&threads)
	return threads, err
}

// selectFollows reports whether a person follows a topic.
func selectFollows(ctx context.Context, q db.Querier, topic, person int64) (follows bool, err error) {
	err = q.QueryRow(ctx, `
		SELECT EXISTS (SELECT 1 FROM watches w WHERE w.person_id = $1 AND w.object_kind = 'topic' AND w.object_id = $2)`,
		person, topic).Scan(&follows)
	return follows, err
}

// selectReadable returns which of ids have a thread about them that v may read.
func selectReadable(ctx context.Context, q db.Querier, v auth.Viewer, ids []int64) (map[int64]bool, error) {
	var p db.Params
	rows, err := q.Query(ctx, `
		SELECT x.id
		FROM topics x
		WHERE x.id IN (`+db.AllOf(&p, ids)+`) AND EXISTS (
			SELECT 1
			FROM thread_topics h
			JOIN threads t ON t.id = h.thread_id
			WHERE h.topic_id = x.id AND t.deleted_at IS NULL AND `+v.Reads(&p, "t.audience")+`)
		LIMIT `+p.One(maxTopics), p.Values()...)
	list, err := db.Collect(rows, err, db.One[int64])
	there := make(map[int64]bool, len(ids))
	for _, id := range list {
		there[id] = true
	}
	return there, err
}

// selectFollowed returns the ids of the topics a person follows.
func selectFollowed(ctx context.Context, q db.Querier, person int64) (map[int64]bool, error) {
	rows, err := q.Query(ctx, `
		SELECT w.object_id
		FROM watches w
		WHERE w.person_id = $1 AND w.object_kind = 'topic'
		LIMIT $2`, person, maxTopics)
	ids, err := db.Collect(rows, err, db.One[int64])
	followed := make(map[int64]bool, len(ids))
	for _, id := range ids {
		followed[id] = true
	}
	return followed, err
}

// selectMerged returns the ids of the topics that the addresses of merged ones lead to.
func selectMerged(ctx context.Context, q db.Querier) (map[string]int64, error) {
	merged := make(map[string]int64)
	rows, err := q.Query(ctx, `
		SELECT r.slug, r.topic_id
		FROM topic_redirects r
		ORDER BY r.slug
		LIMIT $1`, maxTopics)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var slug string
		var id int64
		err := r.Scan(&slug, &id)
		merged[slug] = id
		return struct{}{}, err
	})
	return merged, err
}

func deleteSynonyms(ctx context.Context, tx *db.Tx, topic int64) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM topic_synonyms
		WHERE topic_id = $1`, topic)
	return err
}

// rehang puts what is below old below into.
func rehang(ctx context.Context, tx *db.Tx, old, into int64) error {
	_, err := tx.Exec(ctx, `
		UPDATE topics
		SET broader_id = $1
		WHERE broader_id = $2 AND id <> $1`, into, old)
	return err
}

// redirect makes the address of old, and those that led to it, lead to into.
func redirect(ctx context.Context, tx *db.Tx, old Topic, into int64) error {
	if _, err := tx.Exec(ctx, `
		UPDATE topic_redirects
		SET topic_id = $1
		WHERE topic_id = $2`, into, old.ID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO topic_redirects (slug, topic_id, created_at)
		VALUES ($1, $2, $3)`, old.Slug, into, db.Micros(tx.Now()))
	return err
}

// deleteTopic removes a topic that nothing refers to any more.
func deleteTopic(ctx context.Context, tx *db.Tx, topic int64) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM topics
		WHERE id = $1`, topic)
	return err
}
