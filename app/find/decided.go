package find

import (
	"context"
	"strings"

	"watercooler/app/db"
)

// decidedIn returns what decisions say besides their text: with what authority, which options were considered, what they rest on and
// take to be so. Threads of other kinds cost nothing. It is for the index only.
func decidedIn(ctx context.Context, q db.Querier, list []thread) (map[int64]string, error) {
	var ids []int64
	for _, t := range list {
		if t.Kind == "decision" {
			ids = append(ids, t.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	ids = db.Pad(ids)
	in := db.In(1, len(ids))
	rows, err := q.Query(ctx, `
		SELECT d.thread_id, 0 AS part, 0 AS position, d.authority
		FROM decisions d
		WHERE d.authority <> '' AND d.thread_id IN (`+in+`)
		UNION ALL
		SELECT o.thread_id, 1, o.position, o.said
		FROM decision_options o
		WHERE o.thread_id IN (`+in+`)
		UNION ALL
		SELECT e.thread_id, 2, e.position, e.title
		FROM decision_evidence e
		WHERE e.thread_id IN (`+in+`)
		UNION ALL
		SELECT a.thread_id, 3, a.position, a.said
		FROM decision_assumptions a
		WHERE a.thread_id IN (`+in+`)
		ORDER BY 1, 2, 3`, db.Args(ids)...)
	said := make(map[int64][]string)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var id int64
		var part, position int
		var text string
		err := r.Scan(&id, &part, &position, &text)
		said[id] = append(said[id], text)
		return struct{}{}, err
	})
	out := make(map[int64]string, len(said))
	for id, lines := range said {
		out[id] = strings.Join(lines, "\n")
	}
	return out, err
}
