package insights

import (
	"context"
	"slices"

	"watercooler/app/db"
)

// organisation is the units of the home organisation as a tree, in the order in which one walks through it from the top: what is
// beneath a unit follows it. The first node is the organisation itself.
type organisation struct {
	nodes  []node
	at     map[int64]int // node by id of the unit
	places map[int64]place
}

type node struct {
	id    int64
	name  string
	depth int
	end   int // of what is beneath it: the index of the first node after
	here  int // people in the unit itself who are here
}

// place is where somebody of the home organisation is.
type place struct {
	unit int64 // 0 for none
	node int
	here bool
}

// headcount is how many people are in a node and beneath it.
func (o *organisation) headcount(i int) (n int) {
	for _, x := range o.nodes[i:o.nodes[i].end] {
		n += x.here
	}
	return n
}

// unitOf is the unit somebody is in: 0 for none, -1 for people of other organisations.
func (o *organisation) unitOf(person int64) int64 {
	if at, home := o.places[person]; home {
		return at.unit
	}
	return -1
}

// downwards are the nodes from the top down.
func (o *organisation) downwards() []int {
	out := make([]int, len(o.nodes))
	for i := range out {
		out[i] = i
	}
	slices.SortStableFunc(out, func(a, b int) int { return o.nodes[a].depth - o.nodes[b].depth })
	return out
}

// organisation reads the tree and who is where.
func (s *Service) organisation(ctx context.Context) (*organisation, error) {
	o, err := selectOrganisation(ctx, s.db)
	if err != nil {
		return nil, err
	}
	o.places = make(map[int64]place)
	rows, err := s.db.Query(ctx, `
		SELECT p.id, COALESCE(p.unit_id, 0), p.left_at IS NULL
		FROM people p
		JOIN organisations o ON o.id = p.organisation_id
		WHERE o.home`)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var id int64
		var at place
		err := r.Scan(&id, &at.unit, &at.here)
		at.node = o.at[at.unit]
		o.places[id] = at
		return struct{}{}, err
	})
	return o, err
}

// selectOrganisation returns the tree, without who is where.
func selectOrganisation(ctx context.Context, q db.Querier) (*organisation, error) {
	type unit struct {
		id, parent int64
		name       string
		here       int
	}
	rows, err := q.Query(ctx, `
		SELECT u.id, COALESCE(u.parent_id, 0), u.name, (SELECT COUNT(*) FROM people p WHERE p.unit_id = u.id AND p.left_at IS NULL AND p.organisation_id = u.organisation_id)
		FROM units u
		JOIN organisations o ON o.id = u.organisation_id
		WHERE o.home
		ORDER BY u.name, u.id`)
	list, err := db.Collect(rows, err, func(r db.Scanner) (u unit, err error) { return u, r.Scan(&u.id, &u.parent, &u.name, &u.here) })
	if err != nil {
		return nil, err
	}
	all := 0
	err = q.QueryRow(ctx, `
		SELECT COUNT(*)
		FROM people p
		JOIN organisations o ON o.id = p.organisation_id
		WHERE o.home AND p.left_at IS NULL`).Scan(&all)
	if err != nil {
		return nil, err
	}
	beneath := make(map[int64][]unit)
	for _, u := range list {
		beneath[u.parent] = append(beneath[u.parent], u)
	}
	o := &organisation{at: make(map[int64]int)}
	var walk func(u unit, depth int)
	walk = func(u unit, depth int) {
		i := len(o.nodes)
		o.at[u.id] = i
		o.nodes = append(o.nodes, node{id: u.id, name: u.name, depth: depth, here: u.here})
		if depth > len(list) {
			return // a unit beneath itself
		}
		for _, v := range beneath[u.id] {
			walk(v, depth+1)
		}
		o.nodes[i].end = len(o.nodes)
	}
	walk(unit{}, 0)
	o.nodes[0].here = all - o.headcount(0) // who is in no unit
	return o, nil
}

// cellKey names a figure.
type cellKey struct {
	unit   int64
	month  Month
	metric string
}

// selectCells returns the figures of a unit from a month on.
func selectCells(ctx context.Context, q db.Querier, unit int64, from Month) (map[cellKey]Figure, error) {
	rows, err := q.Query(ctx, `
		SELECT c.month, c.metric, c.state, c.value, c.whole
		FROM insight_cells c
		WHERE c.unit_id = $1 AND c.month >= $2
		LIMIT 2000`, unit, string(from))
	out := make(map[cellKey]Figure)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		key := cellKey{unit: unit}
		var f Figure
		err := r.Scan(&key.month, &key.metric, &f.State, &f.Value, &f.Whole)
		f.Month = key.month
		out[key] = f
		return struct{}{}, err
	})
	return out, err
}

// selectRising returns the topics with most threads in a month beside the twelve before it, from the first of them on.
func selectRising(ctx context.Context, q db.Querier, first, m Month) ([]Topic, error) {
	rows, err := q.Query(ctx, `
		SELECT t.id, t.slug, t.name, h.threads, h.usual
		FROM (SELECT n.topic_id, n.threads, CAST(COALESCE((SELECT SUM(b.threads) FROM insight_topics b WHERE b.topic_id = n.topic_id AND b.month >= $1 AND b.month < $2), 0) AS BIGINT) AS usual
		      FROM insight_topics n
		      WHERE n.month = $2 AND n.shown) h
		JOIN topics t ON t.id = h.topic_id
		ORDER BY 12 * h.threads - h.usual DESC, t.id
		LIMIT 50`, string(first), string(m))
	return db.Collect(rows, err, func(r db.Scanner) (t Topic, err error) {
		return t, r.Scan(&t.ID, &t.Slug, &t.Name, &t.Threads, &t.usual)
	})
}

func selectVersions(ctx context.Context, q db.Querier, from Month) ([]version, error) {
	rows, err := q.Query(ctx, `
		SELECT m.month, m.version, m.settled, m.k
		FROM insight_months m
		WHERE m.month >= $1
		ORDER BY m.month DESC
		LIMIT 200`, string(from))
	return db.Collect(rows, err, func(r db.Scanner) (v version, err error) {
		return v, r.Scan(&v.month, &v.version, &v.settled, &v.k)
	})
}

func settled(ctx context.Context, q db.Querier, m Month) (n int64, err error) {
	err = q.QueryRow(ctx, "SELECT m.settled FROM insight_months m WHERE m.month = $1", string(m)).Scan(&n)
	return n, err
}

func updateSettled(ctx context.Context, tx *db.Tx, m Month, version int64, k int) error {
	_, err := tx.Exec(ctx, `
		UPDATE insight_months
		SET settled = $1, k = $2
		WHERE month = $3`, version, k, string(m))
	return err
}

// deleteOld deletes the figures of months before one, and the topics of those before another.
func deleteOld(ctx context.Context, tx *db.Tx, figures, topics Month) error {
	for _, step := range []struct {
		statement string
		before    Month
	}{
		{"DELETE FROM insight_cells WHERE month < $1", figures}, {"DELETE FROM insight_searches WHERE month < $1", figures},
		{"DELETE FROM insight_topics WHERE month < $1", topics},
	} {
		if _, err := tx.Exec(ctx, step.statement, string(step.before)); err != nil {
			return err
		}
	}
	return nil
}

func selectMonth(ctx context.Context, q db.Querier, m Month) ([]cell, error) {
	rows, err := q.Query(ctx, `
		SELECT c.unit_id, c.metric, c.state, c.value, c.whole
		FROM insight_cells c
		WHERE c.month = $1`, string(m))
	return db.Collect(rows, err, func(r db.Scanner) (c cell, err error) {
		return c, r.Scan(&c.unit, &c.metric, &c.state, &c.value, &c.whole)
	})
}

// writeCells makes the figures of a month, of which it has some, what is wanted.
func writeCells(ctx context.Context, tx *db.Tx, m Month, have, want []cell) error {
	wanted := make(map[cell]bool, len(want))
	for _, c := range want {
		wanted[c] = true
	}
	for _, c := range have {
		if wanted[c] {
			delete(wanted, c)
			continue
		}
		if _, err := tx.Exec(ctx, "DELETE FROM insight_cells WHERE unit_id = $1 AND month = $2 AND metric = $3", c.unit, string(m), c.metric); err != nil {
			return err
		}
	}
	fresh := slices.DeleteFunc(slices.Clone(want), func(c cell) bool { return !wanted[c] })
	return db.InsertMany(ctx, tx, `
		INSERT INTO insight_cells (unit_id, month, metric, state, value, whole)
		VALUES `, "", fresh, func(c cell) []any {
		return []any{c.unit, string(m), c.metric, string(c.state), c.value, c.whole}
	})
}

func selectTopics(ctx context.Context, q db.Querier, m Month) ([]topicCount, error) {
	rows, err := q.Query(ctx, `
		SELECT h.topic_id, h.threads, h.shown
		FROM insight_topics h
		WHERE h.month = $1`, string(m))
	return db.Collect(rows, err, func(r db.Scanner) (t topicCount, err error) { return t, r.Scan(&t.topic, &t.threads, &t.shown) })
}

func writeTopics(ctx context.Context, tx *db.Tx, m Month, have, want []topicCount) error {
	if differing(have, want) == 0 {
		return nil
	}
	if _, err := tx.Exec(ctx, "DELETE FROM insight_topics WHERE month = $1", string(m)); err != nil {
		return err
	}
	return db.InsertMany(ctx, tx, `
		INSERT INTO insight_topics (month, topic_id, threads, shown)
		VALUES `, "", want, func(t topicCount) []any { return []any{string(m), t.topic, t.threads, t.shown} })
}

func selectSearches(ctx context.Context, q db.Querier, m Month) ([]searchCount, error) {
	rows, err := q.Query(ctx, `
		SELECT s.unit_id, s.found, s.opened, s.searches
		FROM insight_searches s
		WHERE s.month = $1`, string(m))
	return db.Collect(rows, err, scanSearches)
}

// selectLog adds up what was looked for between two times.
func selectLog(ctx context.Context, q db.Querier, from, to int64) ([]searchCount, error) {
	rows, err := q.Query(ctx, `
		SELECT COALESCE(l.unit_id, 0), l.hits > 0, l.opened, COUNT(*)
		FROM search_log l
		WHERE l.at >= $1 AND l.at < $2
		GROUP BY COALESCE(l.unit_id, 0), l.hits > 0, l.opened`, from, to)
	return db.Collect(rows, err, scanSearches)
}

func scanSearches(r db.Scanner) (c searchCount, err error) {
	return c, r.Scan(&c.unit, &c.found, &c.opened, &c.n)
}

func writeSearches(ctx context.Context, tx *db.Tx, m Month, list []searchCount) error {
	if _, err := tx.Exec(ctx, "DELETE FROM insight_searches WHERE month = $1", string(m)); err != nil {
		return err
	}
	return db.InsertMany(ctx, tx, `
		INSERT INTO insight_searches (month, unit_id, found, opened, searches)
		VALUES `, "", list, func(c searchCount) []any { return []any{string(m), c.unit, c.found, c.opened, c.n} })
}

// selectParts calls add with each reply fact of the discussions that a month began with.
func selectParts(ctx context.Context, q db.Querier, m Month, add func(thread, person int64)) error {
	rows, err := q.Query(ctx, `
		SELECT r.thread_id, r.person_id
		FROM insight_facts d
		JOIN insight_facts r ON r.thread_id = d.thread_id AND r.family = 'reply'
		WHERE d.month = $1 AND d.family = 'discussion' AND d.counted > 0`, string(m))
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var thread, person int64
		err := r.Scan(&thread, &person)
		add(thread, person)
		return struct{}{}, err
	})
	return err
}

// selectFactsOf calls add with each fact of a month; not all: only with topics.
func selectFactsOf(ctx context.Context, q db.Querier, m Month, all bool, add func(fact)) error {
	rows, err := q.Query(ctx, `
		SELECT f.thread_id, f.family, f.item_id, f.person_id, f.month, f.counted, f.marks, COALESCE(f.value, -1), COALESCE(f.other_id, 0)
		FROM insight_facts f
		WHERE f.month = $1 AND ($2 OR f.family = 'topic')`, string(m), all)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		f, err := scanFact(r)
		add(f)
		return struct{}{}, err
	})
	return err
}

func countGaps(ctx context.Context, q db.Querier, from, to int64) (closed, all int64, err error) {
	err = q.QueryRow(ctx, `
		SELECT COUNT(CASE WHEN g.closed_why IN ('found', 'owner') THEN 1 END), COUNT(*)
		FROM gaps g
		WHERE g.opened_at >= $1 AND g.opened_at < $2`, from, to).Scan(&closed, &all)
	return closed, all, err
}
