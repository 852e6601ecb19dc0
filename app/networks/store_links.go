package networks

import (
	"context"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/auth"
)

func selectNetworkByID(ctx context.Context, q db.Querier, id int64) (Network, error) {
	return scanNetwork(q.QueryRow(ctx, `
		SELECT `+networkColumns+`
		FROM networks n
		WHERE n.id = $1`, id))
}

// selectLink returns what is between two networks, whichever is the parent; the zero link when there is nothing. Where each has
// asked to be part of the other, what is settled comes before what is not.
func selectLink(ctx context.Context, q db.Querier, one, other int64) (l link, err error) {
	err = q.QueryRow(ctx, `
		SELECT l.parent_id, l.child_id, l.state
		FROM network_links l
		WHERE l.parent_id = $1 AND l.child_id = $2 OR l.parent_id = $2 AND l.child_id = $1
		ORDER BY CASE l.state WHEN 'member' THEN 0 ELSE 1 END, l.created_at
		LIMIT 1`, one, other).Scan(&l.parent, &l.child, &l.state)
	if errs.IsNotFound(err) {
		return link{}, nil
	}
	return l, err
}

func deleteLink(ctx context.Context, tx *db.Tx, parent, child int64) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM network_links
		WHERE parent_id = $1 AND child_id = $2`, parent, child)
	return err
}

// linkRow is a link and the network at its other end.
type linkRow struct {
	link
	network Network
}

// selectLinks returns the links of a network by the name of the other: those that are true and lead to what v may know of, and
// with pending those that wait.
func selectLinks(ctx context.Context, q db.Querier, v auth.Viewer, network int64, pending bool, limit int) ([]linkRow, error) {
	var p db.Params
	here := p.One(network)
	rows, err := q.Query(ctx, `
		SELECT `+networkColumns+`, x.parent_id, x.child_id, x.state
		FROM (
			SELECT l.parent_id, l.child_id, l.state, l.child_id AS other_id
			FROM network_links l
			WHERE l.parent_id = `+here+`
			UNION ALL
			SELECT l.parent_id, l.child_id, l.state, l.parent_id
			FROM network_links l
			WHERE l.child_id = `+here+`
		) x
		JOIN networks n ON n.id = x.other_id
		WHERE (`+p.One(pending)+` AND x.state <> 'member' OR x.state = 'member' AND `+v.Reads(&p, "n.audience")+`)
		ORDER BY LOWER(n.name), n.id
		LIMIT `+p.One(limit), p.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (row linkRow, err error) {
		row.network, err = scanNetwork(r, &row.parent, &row.child, &row.state)
		return row, err
	})
}

func selectDescendants(ctx context.Context, q db.Querier, v auth.Viewer, ids []int64) ([]int64, error) {
	var p db.Params
	// UNION and not UNION ALL: a network may be part of another in two ways, and a circle would never end. CROSS JOIN keeps SQLite
	// from going through all links for each network.
	rows, err := q.Query(ctx, `
		WITH RECURSIVE below (id) AS (
			SELECT n.id
			FROM networks n
			WHERE n.id IN (`+db.AllOf(&p, ids)+`)
			UNION
			SELECT l.child_id
			FROM below b
			CROSS JOIN network_links l
			CROSS JOIN networks n
			WHERE l.parent_id = b.id AND l.state = 'member' AND n.id = l.child_id AND `+v.Reads(&p, "n.audience")+`
		)
		SELECT b.id
		FROM below b
		ORDER BY b.id
		LIMIT `+p.One(maxNetworks), p.Values()...)
	return db.Collect(rows, err, db.One[int64])
}
