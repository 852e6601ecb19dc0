package networks

import (
	"context"

	"watercooler/app/db"
	"watercooler/auth"
)

// selectMapped returns the networks v may know of that go on, by name.
func selectMapped(ctx context.Context, q db.Querier, v auth.Viewer, limit int) ([]Entry, error) {
	list, err := selectChoices(ctx, q, v, limit)
	entries := make([]Entry, len(list))
	for i, n := range list {
		entries[i].Network = n
	}
	return entries, err
}

// selectMapLinks returns what has joined what, as far as v may know of both, by name of the child.
func selectMapLinks(ctx context.Context, q db.Querier, v auth.Viewer) ([]link, error) {
	var p db.Params
	text := `
		SELECT l.parent_id, l.child_id, l.state
		FROM network_links l
		JOIN networks c ON c.id = l.child_id
		JOIN networks n ON n.id = l.parent_id
		WHERE l.state = 'member' AND ` + v.Reads(&p, "c.audience") + ` AND ` + v.Reads(&p, "n.audience") + `
		ORDER BY LOWER(c.name), c.id, l.parent_id
		LIMIT ` + p.One(4*maxNetworks)
	rows, err := q.Query(ctx, text, p.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (l link, err error) {
		return l, r.Scan(&l.parent, &l.child, &l.state)
	})
}

// selectTies returns pairs of networks that have at least few people in common, most people first.
func selectTies(ctx context.Context, q db.Querier, few, limit int) ([]Tie, error) {
	rows, err := q.Query(ctx, `
		SELECT a.network_id, b.network_id, COUNT(*) AS people
		FROM network_members a
		JOIN network_members b ON b.person_id = a.person_id AND b.state = 'member' AND b.network_id > a.network_id
		JOIN people e ON e.id = a.person_id
		WHERE a.state = 'member' AND e.left_at IS NULL
		GROUP BY a.network_id, b.network_id
		HAVING COUNT(*) >= $1
		ORDER BY people DESC, a.network_id, b.network_id
		LIMIT $2`, few, limit)
	return db.Collect(rows, err, func(r db.Scanner) (t Tie, err error) {
		return t, r.Scan(&t.A, &t.B, &t.People)
	})
}
