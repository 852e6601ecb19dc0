package networks

import (
	"context"
	"strconv"

	"watercooler/app/db"
	"watercooler/app/markup"
)

// maxNetworks bounds what is read of networks at once: the map, and the choices of a form.
const maxNetworks = 500

// chunk bounds the values of one IN list.
const chunk = 500

const networkColumns = `n.id, n.slug, n.name, n.purpose, n.about, n.about_html, n.access, n.audience, n.created_at, n.closed_at`

func (n *Network) dest(created *int64, finished **int64) []any {
	return []any{&n.ID, &n.Slug, &n.Name, &n.Purpose, &n.About, &n.AboutHTML, &n.Access, &n.Audience, created, finished}
}

// scanNetwork reads networkColumns and what extra is for.
func scanNetwork(r db.Scanner, extra ...any) (n Network, err error) {
	var created int64
	var finished *int64
	err = r.Scan(append(n.dest(&created, &finished), extra...)...)
	n.CreatedAt = db.Time(created)
	if finished != nil {
		n.FinishedAt = db.Time(*finished)
	}
	return n, err
}

func selectNetwork(ctx context.Context, q db.Querier, slug string) (Network, error) {
	return scanNetwork(q.QueryRow(ctx, `
		SELECT `+networkColumns+`
		FROM networks n
		WHERE n.slug = $1`, slug))
}

// selectSlugs returns the slugs in use that begin like slug.
func selectSlugs(ctx context.Context, q db.Querier, slug string) (map[string]bool, error) {
	rows, err := q.Query(ctx, `
		SELECT n.slug
		FROM networks n
		WHERE n.slug = $1 OR n.slug LIKE $2
		LIMIT $3`, slug, slug+"-%", 10*maxNetworks)
	list, err := db.Collect(rows, err, db.One[string])
	taken := make(map[string]bool, len(list))
	for _, s := range list {
		taken[s] = true
	}
	return taken, err
}

// insertNetwork adds n and fills in its id and audience, which may need the id.
func insertNetwork(ctx context.Context, tx *db.Tx, external, hash string, n *Network, public bool) error {
	var ext *string
	if external != "" {
		ext = &external
	}
	var finished *int64
	if n.Finished() {
		at := db.Micros(n.FinishedAt)
		finished = &at
	}
	at := db.Micros(n.CreatedAt)
	err := tx.QueryRow(ctx, `
		INSERT INTO networks (external_id, source_hash, slug, name, purpose, about, about_html, renderer, access, audience, created_at, updated_at, closed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', $10, $10, $11)
		RETURNING id`,
		ext, hash, n.Slug, n.Name, n.Purpose, n.About, n.AboutHTML, markup.Version, string(n.Access), at, finished).Scan(&n.ID)
	if err != nil {
		return err
	}
	n.Audience = n.audience(n.Access, public)
	_, err = tx.Exec(ctx, `
		UPDATE networks
		SET audience = $1
		WHERE id = $2`, n.Audience, n.ID)
	return err
}

func updateNetwork(ctx context.Context, tx *db.Tx, n Network) error {
	_, err := tx.Exec(ctx, `
		UPDATE networks
		SET name = $1, purpose = $2, about = $3, about_html = $4, renderer = $5, access = $6, audience = $7, updated_at = $8
		WHERE id = $9`, n.Name, n.Purpose, n.About, n.AboutHTML, markup.Version, string(n.Access), n.Audience, db.Micros(tx.Now()), n.ID)
	return err
}

func updateHash(ctx context.Context, tx *db.Tx, network int64, hash string) error {
	_, err := tx.Exec(ctx, `
		UPDATE networks
		SET source_hash = $1
		WHERE id = $2`, hash, network)
	return err
}

// updateFinished says that a network has finished, or goes on, and reports whether that was news.
func updateFinished(ctx context.Context, tx *db.Tx, network int64, finished bool) (changed bool, err error) {
	var at *int64
	if finished {
		now := db.Micros(tx.Now())
		at = &now
	}
	n, err := tx.Exec(ctx, `
		UPDATE networks
		SET closed_at = $1
		WHERE id = $2 AND (closed_at IS NULL) = $3`, at, network, finished)
	return n > 0, err
}

// hold keeps everybody else from changing who is in a network until tx ends, so that what tx reads from here on stays true.
func hold(ctx context.Context, tx *db.Tx, network int64) error {
	return tx.Lock(ctx, "people of network "+strconv.FormatInt(network, 10))
}

// holdLinks keeps everybody else from linking networks until tx ends: a circle may be closed by links between any of them.
func holdLinks(ctx context.Context, tx *db.Tx) error { return tx.Lock(ctx, "links of networks") }

// member is one row of network_members.
type member struct {
	state   State
	steward bool
	note    string
	by      int64 // who invited them, 0 for nobody
}

func (m member) role() string {
	if m.steward {
		return steward
	}
	return ""
}

// none turns the absent id 0 into NULL.
func none(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}

// insertMember adds somebody, unless they are in the network already in whatever state.
func insertMember(ctx context.Context, tx *db.Tx, network, person int64, m member, at int64) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO network_members (network_id, person_id, state, role, note, by_id, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $7)
		ON CONFLICT (network_id, person_id) DO NOTHING`, network, person, string(m.state), m.role(), m.note, none(m.by), at)
	return err
}

// The states of a link, as those of a person.
const (
	linkMember    = "member"
	linkRequested = "requested" // by a steward of the child
	linkInvited   = "invited"   // by a steward of the parent
)

// upsertLink makes child part of parent, or notes that one side wishes it. Where the other side has wished it before, or the
// new state says so, it becomes true; what is true stays.
func upsertLink(ctx context.Context, tx *db.Tx, parent, child int64, state string, by int64) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO network_links (parent_id, child_id, state, by_id, created_at)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (parent_id, child_id) DO UPDATE
		SET state = 'member'
		WHERE network_links.state <> excluded.state`, parent, child, state, none(by), db.Micros(tx.Now()))
	return err
}

// reaches reports whether to is from itself, or below it through networks that have joined one another.
func reaches(ctx context.Context, q db.Querier, from, to int64) (bool, error) {
	var found bool
	err := q.QueryRow(ctx, `
		WITH RECURSIVE below (id) AS (
			SELECT CAST($1 AS BIGINT)
			UNION
			SELECT l.child_id
			FROM below b
			JOIN network_links l ON l.parent_id = b.id AND l.state = 'member'
		)
		SELECT EXISTS (SELECT 1 FROM below b WHERE b.id = $2)`, from, to).Scan(&found)
	return found, err
}

func selectImported(ctx context.Context, q db.Querier) (map[string]imported, error) {
	known := make(map[string]imported)
	rows, err := q.Query(ctx, `
		SELECT n.external_id, n.id, n.slug, n.source_hash
		FROM networks n
		WHERE n.external_id IS NOT NULL
		LIMIT $1`, 20*maxNetworks)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var external string
		var i imported
		err := r.Scan(&external, &i.id, &i.slug, &i.hash)
		known[external] = i
		return struct{}{}, err
	})
	return known, err
}

// selectPeopleImported returns the ids of people by their external ids.
func selectPeopleImported(ctx context.Context, q db.Querier, external []string) (map[string]int64, error) {
	ids := make(map[string]int64, len(external))
	for start := 0; start < len(external); start += chunk {
		part := db.Pad(external[start:min(start+chunk, len(external))])
		rows, err := q.Query(ctx, `
			SELECT p.external_id, p.id
			FROM people p
			WHERE p.external_id IN (`+db.In(1, len(part))+`)`, db.Args(part)...)
		_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
			var name string
			var id int64
			err := r.Scan(&name, &id)
			ids[name] = id
			return struct{}{}, err
		})
		if err != nil {
			return nil, err
		}
	}
	return ids, nil
}
