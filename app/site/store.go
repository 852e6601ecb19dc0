package site

import (
	"context"

	"watercooler/app/db"
	"watercooler/app/markup"
)

func selectStatement(ctx context.Context, q db.Querier, slug string) (s Statement, renderer int, err error) {
	var at int64
	err = q.QueryRow(ctx, `
		SELECT s.slug, s.body, s.body_html, s.renderer, s.updated_at, COALESCE(p.name, '')
		FROM statements s
		LEFT JOIN people p ON p.id = s.updated_by
		WHERE s.slug = $1`, slug).Scan(&s.Slug, &s.Body, &s.HTML, &renderer, &at, &s.ChangedBy)
	if err == nil {
		s.ChangedAt = db.Time(at)
	}
	return s, renderer, err
}

func upsertStatement(ctx context.Context, tx *db.Tx, slug, body, html string, person int64) error {
	var by *int64 // an operator at the command line is no person
	if person != 0 {
		by = &person
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO statements (slug, body, body_html, renderer, updated_at, updated_by)
		VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (slug) DO UPDATE SET
			body = excluded.body, body_html = excluded.body_html, renderer = excluded.renderer,
			updated_at = excluded.updated_at, updated_by = excluded.updated_by`,
		slug, body, html, markup.Version, db.Micros(tx.Now()), by)
	return err
}

func deleteStatement(ctx context.Context, tx *db.Tx, slug string) (int64, error) {
	return tx.Exec(ctx, `
		DELETE FROM statements
		WHERE slug = $1`, slug)
}

// Place is a network or a topic that strangers may know of.
type Place struct {
	Path, Name, Purpose string
}

// selectNetworks returns public networks, those with the latest public thread first.
func selectNetworks(ctx context.Context, q db.Querier, limit int) ([]Place, error) {
	rows, err := q.Query(ctx, `
		SELECT '/networks/' || n.slug, n.name, n.purpose
		FROM networks n
		WHERE n.audience = 'public' AND n.closed_at IS NULL
		ORDER BY COALESCE((
			SELECT MAX(t.active_at)
			FROM threads t
			WHERE t.network_id = n.id AND t.deleted_at IS NULL AND t.audience = 'public'), 0) DESC, n.name, n.id
		LIMIT $1`, limit)
	return db.Collect(rows, err, scanPlace)
}

// selectLively returns the topics of the last hundred public threads, the most frequent first.
func selectLively(ctx context.Context, q db.Querier, limit int) ([]Place, error) {
	rows, err := q.Query(ctx, `
		SELECT '/topics/' || x.slug, x.name, ''
		FROM (
			SELECT t.id
			FROM threads t
			WHERE t.deleted_at IS NULL AND t.audience = 'public'
			ORDER BY t.active_at DESC, t.id DESC
			LIMIT 100
		) l
		JOIN thread_topics h ON h.thread_id = l.id
		JOIN topics x ON x.id = h.topic_id
		GROUP BY x.id, x.slug, x.name
		ORDER BY COUNT(*) DESC, x.name, x.id
		LIMIT $1`, limit)
	return db.Collect(rows, err, scanPlace)
}

func scanPlace(r db.Scanner) (p Place, err error) { return p, r.Scan(&p.Path, &p.Name, &p.Purpose) }
