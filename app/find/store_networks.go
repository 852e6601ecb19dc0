package find

import (
	"context"

	"watercooler/app/db"
	"watercooler/auth"
)

// network is a row of networks.
type network struct {
	Network
	ID         int64
	ExternalID string
	Purpose    string
	AboutHTML  string
	Audience   string
	CreatedAt  int64
}

const networkColumns = `
	n.id, COALESCE(n.external_id, ''), n.slug, n.name, n.purpose, n.about_html, n.audience, n.created_at`

func scanNetwork(r db.Scanner) (n network, err error) {
	err = r.Scan(&n.ID, &n.ExternalID, &n.Slug, &n.Name, &n.Purpose, &n.AboutHTML, &n.Audience, &n.CreatedAt)
	return n, err
}

// networksByID returns networks, whoever may know of them: for the index only.
func networksByID(ctx context.Context, q db.Querier, ids []int64) (map[int64]network, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	ids = db.Pad(ids)
	rows, err := q.Query(ctx, `
		SELECT `+networkColumns+`
		FROM networks n
		WHERE n.id IN (`+db.In(1, len(ids))+`)`, db.Args(ids)...)
	list, err := db.Collect(rows, err, scanNetwork)
	return byID(list, err, func(n *network) int64 { return n.ID })
}

// knownNetworks returns those of the networks that v may know of.
func knownNetworks(ctx context.Context, q db.Querier, v auth.Viewer, ids []int64) (map[int64]network, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var p db.Params
	// SECURITY: the index may be a moment behind; what it found is shown only if the network may be known of now.
	rows, err := q.Query(ctx, `
		SELECT `+networkColumns+`
		FROM networks n
		WHERE `+v.Reads(&p, "n.audience")+`
		  AND n.id IN (`+db.AllOf(&p, ids)+`)`, p.Values()...)
	list, err := db.Collect(rows, err, scanNetwork)
	return byID(list, err, func(n *network) int64 { return n.ID })
}

// networkLabels returns the names of the networks with these slugs, and who may know of each.
func networkLabels(ctx context.Context, q db.Querier, slugs []string) (map[string]label, error) {
	slugs = db.Pad(slugs)
	rows, err := q.Query(ctx, `
		SELECT n.slug, n.name, n.audience
		FROM networks n
		WHERE n.slug IN (`+db.In(1, len(slugs))+`)`, db.Args(slugs)...)
	return labels(rows, err)
}

func networksAfter(ctx context.Context, q db.Querier, after int64, limit int) ([]network, error) {
	rows, err := q.Query(ctx, `
		SELECT `+networkColumns+`
		FROM networks n
		WHERE n.id > $1
		ORDER BY n.id
		LIMIT $2`, after, limit)
	return db.Collect(rows, err, scanNetwork)
}
