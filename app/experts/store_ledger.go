package experts

import (
	"context"
	"slices"

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
)

const threadsOfReplies = "SELECT r.thread_id FROM replies r WHERE r.id IN ($1)"

// selectRows returns what the ledger has of threads.
func selectRows(ctx context.Context, q db.Querier, threads []int64) ([]row, error) {
	threads = db.Pad(threads)
	rows, err := q.Query(ctx, `
		SELECT c.thread_id, c.topic_id, c.person_id, c.year, c.audience, c.answers, c.accepted, c.posts, c.discussions, c.votes, c.last_at
		FROM contributions c
		WHERE c.thread_id IN (`+db.In(1, len(threads))+`)`, db.Args(threads)...)
	return db.Collect(rows, err, func(s db.Scanner) (r row, err error) {
		return r, s.Scan(&r.thread, &r.topic, &r.person, &r.year, &r.audience, &r.Answers, &r.Accepted, &r.Posts, &r.Discussions, &r.Votes, &r.last)
	})
}

// selectSaid returns those of the threads that are there, whoever may read them: for the ledger alone.
func selectSaid(ctx context.Context, q db.Querier, ids []int64) ([]*said, error) {
	ids = db.Pad(ids)
	in, args := db.In(1, len(ids)), db.Args(ids)
	rows, err := q.Query(ctx, `
		SELECT t.id, t.kind, t.audience, t.author_id, t.created_at, t.vote_count, COALESCE(t.accepted_reply_id, 0)
		FROM threads t
		WHERE t.deleted_at IS NULL AND t.id IN (`+in+`)`, args...)
	list, err := db.Collect(rows, err, func(r db.Scanner) (*said, error) {
		t := &said{authors: make([]int64, 1)}
		return t, r.Scan(&t.id, &t.kind, &t.audience, &t.authors[0], &t.at, &t.votes, &t.accepted)
	})
	if err != nil {
		return nil, err
	}
	byID := make(map[int64]*said, len(list))
	for _, t := range list {
		byID[t.id] = t
	}
	// pairs calls add with the second column of a query, for the thread that the first names.
	pairs := func(query string, add func(t *said, id int64)) error {
		rows, err := q.Query(ctx, query, args...)
		_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
			var thread, id int64
			err := r.Scan(&thread, &id)
			if t := byID[thread]; t != nil {
				add(t, id)
			}
			return struct{}{}, err
		})
		return err
	}
	if err := pairs(`
		SELECT h.thread_id, h.topic_id
		FROM thread_topics h
		WHERE h.thread_id IN (`+in+`)`, func(t *said, topic int64) { t.topics = append(t.topics, topic) }); err != nil {
		return nil, err
	}
	if err := pairs(`
		SELECT a.thread_id, a.person_id
		FROM post_authors a
		WHERE a.thread_id IN (`+in+`)`, func(t *said, author int64) {
		if !slices.Contains(t.authors, author) {
			t.authors = append(t.authors, author)
		}
	}); err != nil {
		return nil, err
	}
	rows, err = q.Query(ctx, `
		SELECT r.thread_id, r.id, r.author_id, r.created_at, r.vote_count
		FROM replies r
		WHERE r.deleted_at IS NULL AND r.thread_id IN (`+in+`)`, args...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (w word, err error) {
		var thread int64
		err = r.Scan(&thread, &w.id, &w.author, &w.at, &w.votes)
		if t := byID[thread]; t != nil && len(t.topics) > 0 {
			t.replies = append(t.replies, w)
		}
		return w, err
	})
	return list, err
}

func insertRows(ctx context.Context, tx *db.Tx, list []row) error {
	return db.InsertMany(ctx, tx, `
		INSERT INTO contributions (thread_id, topic_id, person_id, year, audience, answers, accepted, posts, discussions, votes, last_at)
		VALUES `, "", list, func(r row) []any {
		return []any{r.thread, r.topic, r.person, r.year, r.audience, r.Answers, r.Accepted, r.Posts, r.Discussions, r.Votes, r.last}
	})
}

// addSums adds differences to the rows of expertise. The contributions they come from are written already.
func addSums(ctx context.Context, tx *db.Tx, sums map[key]*sum) error {
	type change struct {
		key
		*sum
	}
	var list []change
	for k, s := range sums {
		if *s != (sum{}) {
			list = append(list, change{k, s})
		}
	}
	slices.SortFunc(list, func(a, b change) int { return byPlace(row{key: a.key}, row{key: b.key}) })
	err := db.InsertMany(ctx, tx, `
		INSERT INTO expertise (person_id, topic_id, audience, year, answers, accepted, posts, discussions, votes, last_at)
		VALUES `, `
		ON CONFLICT (person_id, topic_id, audience, year) DO UPDATE
		SET answers = expertise.answers + excluded.answers, accepted = expertise.accepted + excluded.accepted,
		    posts = expertise.posts + excluded.posts, discussions = expertise.discussions + excluded.discussions,
		    votes = expertise.votes + excluded.votes,
		    last_at = CASE WHEN excluded.last_at > expertise.last_at THEN excluded.last_at ELSE expertise.last_at END`,
		list, func(c change) []any {
			return []any{c.person, c.topic, c.audience, c.year, c.Answers, c.Accepted, c.Posts, c.Discussions, c.Votes, c.last}
		})
	if err != nil {
		return err
	}
	for _, c := range list {
		if !c.lost {
			continue
		}
		if _, err := tx.Exec(ctx, `
			DELETE FROM expertise
			WHERE person_id = $1 AND topic_id = $2 AND audience = $3 AND year = $4
			  AND answers = 0 AND posts = 0 AND discussions = 0`, c.person, c.topic, c.audience, c.year); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `
			UPDATE expertise
			SET last_at = (SELECT MAX(c.last_at)
			               FROM contributions c
			               WHERE c.person_id = expertise.person_id AND c.topic_id = expertise.topic_id
			                 AND c.audience = expertise.audience AND c.year = expertise.year)
			WHERE person_id = $1 AND topic_id = $2 AND audience = $3 AND year = $4`, c.person, c.topic, c.audience, c.year); err != nil {
			return err
		}
	}
	return nil
}

// sumsOf are the rows that expertise should have; a condition on contributions c may stand between the two.
const (
	sumsOf = `
		SELECT c.person_id, c.topic_id, c.audience, c.year,
		       SUM(c.answers), SUM(c.accepted), SUM(c.posts), SUM(c.discussions), SUM(c.votes), MAX(c.last_at)
		FROM contributions c`
	eachSum = `
		GROUP BY c.person_id, c.topic_id, c.audience, c.year`
	intoExpertise = `
		INSERT INTO expertise (person_id, topic_id, audience, year, answers, accepted, posts, discussions, votes, last_at)`
	expertiseRows = `
		SELECT e.person_id, e.topic_id, e.audience, e.year, e.answers, e.accepted, e.posts, e.discussions, e.votes, e.last_at
		FROM expertise e`
)

// resum makes expertise anew from contributions.
func resum(ctx context.Context, tx *db.Tx) error {
	if _, err := tx.Exec(ctx, "DELETE FROM expertise"); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, intoExpertise+sumsOf+eachSum)
	return err
}

// countWrongSums returns how many rows of expertise are not the sum of contributions, or are missing.
func countWrongSums(ctx context.Context, q db.Querier) (n int, err error) {
	err = q.QueryRow(ctx, `
		SELECT (SELECT COUNT(*) FROM (`+expertiseRows+`
		EXCEPT`+sumsOf+eachSum+`) superfluous)
		     + (SELECT COUNT(*) FROM (`+sumsOf+eachSum+`
		EXCEPT`+expertiseRows+`) missing)`).Scan(&n)
	return n, err
}

// moveRows makes the contributions to one topic contributions to another, and sums up the people of both anew. Who they are is
// asked of expertise, which has an index by topic; the ledger would have to be read whole.
func moveRows(ctx context.Context, tx *db.Tx, old, into int64) error {
	rows, err := tx.Query(ctx, `
		SELECT DISTINCT e.person_id
		FROM expertise e
		WHERE e.topic_id IN ($1, $2)
		ORDER BY e.person_id`, old, into)
	people, err := db.Collect(rows, err, db.One[int64])
	if err != nil {
		return err
	}
	for part := range slices.Chunk(people, batchSize) {
		var p db.Params
		next := p.One(into)
		update := `
			UPDATE contributions
			SET topic_id = ` + next + `
			WHERE topic_id = ` + p.One(old) + `
			  AND NOT EXISTS (SELECT 1
			                  FROM contributions c
			                  WHERE c.thread_id = contributions.thread_id AND c.topic_id = ` + next + `
			                    AND c.person_id = contributions.person_id AND c.year = contributions.year)
			  AND person_id IN (` + db.AllOf(&p, part) + `)`
		if _, err := tx.Exec(ctx, update, p.Values()...); err != nil {
			return err
		}
		for _, statement := range []string{
			"DELETE FROM contributions WHERE topic_id = $1 AND person_id IN (", "DELETE FROM expertise WHERE topic_id = $1 AND person_id IN (",
		} {
			if err := execPeople(ctx, tx, statement, old, part, ")"); err != nil {
				return err
			}
		}
		if err := execPeople(ctx, tx, "DELETE FROM expertise WHERE topic_id = $1 AND person_id IN (", into, part, ")"); err != nil {
			return err
		}
		if err := execPeople(ctx, tx, intoExpertise+sumsOf+`
		WHERE c.topic_id = $1 AND c.person_id IN (`, into, part, ")"+eachSum); err != nil {
			return err
		}
	}
	return nil
}

func execPeople(ctx context.Context, tx *db.Tx, head string, topic int64, people []int64, tail string) error {
	people = db.Pad(people)
	_, err := tx.Exec(ctx, head+db.In(2, len(people))+tail, db.Args(people, topic)...)
	return err
}

// moveChoices makes what people decided about one topic, and what others say of them, about another.
func moveChoices(ctx context.Context, tx *db.Tx, old, into int64) error {
	// SECURITY: who stepped out of either stays out.
	for _, statement := range []string{
		`
		UPDATE expert_topics
		SET choice = 'out'
		WHERE topic_id = $1
		  AND person_id IN (SELECT x.person_id FROM expert_topics x WHERE x.topic_id = $2 AND x.choice = 'out')`,
		`
		UPDATE expert_topics
		SET topic_id = $1
		WHERE topic_id = $2
		  AND NOT EXISTS (SELECT 1 FROM expert_topics x WHERE x.person_id = expert_topics.person_id AND x.topic_id = $1)`,
		`
		UPDATE endorsements
		SET topic_id = $1
		WHERE topic_id = $2
		  AND NOT EXISTS (SELECT 1
		                  FROM endorsements x
		                  WHERE x.person_id = endorsements.person_id AND x.by_id = endorsements.by_id AND x.topic_id = $1)`,
	} {
		if _, err := tx.Exec(ctx, statement, into, old); err != nil {
			return err
		}
	}
	for _, statement := range []string{"DELETE FROM expert_topics WHERE topic_id = $1", "DELETE FROM endorsements WHERE topic_id = $1"} {
		if _, err := tx.Exec(ctx, statement, old); err != nil {
			return err
		}
	}
	return nil
}
