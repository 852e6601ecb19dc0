package blogs

import (
	"context"
	"fmt"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/markup"
	"watercooler/auth"
)

const (
	draftColumns = `d.id, d.blog_id, d.authors, d.title, d.slug, d.summary, d.topics, d.audience, d.cover, d.cover_alt,
  COALESCE(d.series_id, 0), COALESCE(e.slug, ''), COALESCE(e.name, ''), d.publish_at, d.problem,
  d.preview IS NOT NULL, d.revision, d.created_at, d.updated_at,
  a.id, a.handle, a.name, a.photo, COALESCE(u.name, ''), b.slug, b.name, b.owner_kind, b.launch_at`
	draftFrom = `
FROM post_drafts d
JOIN blogs b ON b.id = d.blog_id
JOIN people a ON a.id = d.author_id
LEFT JOIN units u ON u.id = a.unit_id
LEFT JOIN series e ON e.id = d.series_id`
)

func scanDraft(r db.Scanner, more ...any) (d Draft, err error) {
	var (
		publish, launch  *int64
		created, updated int64
	)
	dest := []any{&d.ID, &d.Blog.ID, &d.Others, &d.Title, &d.Slug, &d.Summary, &d.Topics, &d.Audience, &d.Cover, &d.CoverAlt,
		&d.Series.ID, &d.Series.Slug, &d.Series.Name, &publish, &d.Problem,
		&d.Shared, &d.Revision, &created, &updated,
		&d.Author.ID, &d.Author.Handle, &d.Author.Name, &d.Author.Photo, &d.Author.Unit,
		&d.Blog.Slug, &d.Blog.Name, &d.Blog.Owner.Kind, &launch}
	if err := r.Scan(append(dest, more...)...); err != nil {
		return Draft{}, err
	}
	d.PublishAt, d.CreatedAt, d.UpdatedAt, d.Blog.LaunchAt = timeOf(publish), db.Time(created), db.Time(updated), timeOf(launch)
	return d, nil
}

// selectDraft reads a draft with its text, whoever asks.
func selectDraft(ctx context.Context, q db.Querier, id int64) (Draft, error) {
	var body string
	d, err := scanDraft(q.QueryRow(ctx, "SELECT "+draftColumns+", d.body"+draftFrom+`
WHERE d.id = $1`, id), &body)
	if errs.IsNotFound(err) {
		return Draft{}, noDraft.Because(err)
	}
	d.Body = body
	return d, err
}

func selectShared(ctx context.Context, q db.Querier, hash string) (Draft, error) {
	var body string
	d, err := scanDraft(q.QueryRow(ctx, "SELECT "+draftColumns+", d.body"+draftFrom+`
WHERE d.preview = $1`, hash), &body)
	if errs.IsNotFound(err) {
		return Draft{}, errs.NotFoundf("This link does not work any more. Ask whoever sent it for a new one.").Because(err)
	}
	d.Body = body
	return d, err
}

// selectDrafts reads drafts without their text: those v writes, and with keep all of the blog.
func selectDrafts(ctx context.Context, q db.Querier, v auth.Viewer, blog int64, keep bool) ([]Draft, error) {
	var p db.Params
	text := "SELECT " + draftColumns + draftFrom + `
WHERE `
	if keep {
		text += "d.blog_id = " + p.One(blog)
	} else {
		text += mine(&p, v)
		if blog != 0 {
			text += " AND d.blog_id = " + p.One(blog)
		}
	}
	rows, err := q.Query(ctx, text+`
ORDER BY d.updated_at DESC, d.id DESC
LIMIT `+p.One(listedDraft), p.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (Draft, error) { return scanDraft(r) })
}

// mine is the condition that v writes draft d. Handles hold letters, digits and hyphens, nothing that LIKE reads as anything
// else.
func mine(p *db.Params, v auth.Viewer) string {
	own := "d.author_id = " + p.One(v.Person)
	if v.Handle == "" {
		return own
	}
	return "(" + own + " OR ' ' || d.authors || ' ' LIKE " + p.One("% "+v.Handle+" %") + ")"
}

func idOrNull(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}

func insertDraft(ctx context.Context, tx *db.Tx, d Draft) (id int64, err error) {
	var count int
	if err := tx.QueryRow(ctx, "SELECT COUNT(*) FROM post_drafts WHERE blog_id = $1", d.Blog.ID).Scan(&count); err != nil {
		return 0, err
	}
	if count >= maxDrafts {
		return 0, errs.Conflictf("This blog has %d drafts, which is as many as are kept. Delete some first.", maxDrafts)
	}
	now := db.Micros(tx.Now())
	err = tx.QueryRow(ctx, `
INSERT INTO post_drafts (blog_id, author_id, authors, title, slug, summary, body, topics, audience, cover, cover_alt, series_id,
  created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
RETURNING id`, d.Blog.ID, d.Author.ID, d.Others, d.Title, d.Slug, d.Summary, d.Body, d.Topics, d.Audience, d.Cover, d.CoverAlt,
		idOrNull(d.Series.ID), now, now).Scan(&id)
	return id, err
}

// updateDraft writes d, if nobody else did since it was at d.Revision.
func updateDraft(ctx context.Context, tx *db.Tx, d Draft) (bool, error) {
	n, err := tx.Exec(ctx, `
UPDATE post_drafts
SET authors = $1, title = $2, slug = $3, summary = $4, body = $5, topics = $6, audience = $7, cover = $8, cover_alt = $9,
  series_id = $10, problem = $11, updated_at = $12, revision = revision + 1
WHERE id = $13 AND revision = $14`, d.Others, d.Title, d.Slug, d.Summary, d.Body, d.Topics, d.Audience, d.Cover, d.CoverAlt,
		idOrNull(d.Series.ID), d.Problem, db.Micros(tx.Now()), d.ID, d.Revision)
	return n > 0, err
}

// updateSchedule sets when a draft is published, zero for not, and why it was not.
func updateSchedule(ctx context.Context, tx *db.Tx, id int64, at time.Time, problem string) error {
	_, err := tx.Exec(ctx, `
UPDATE post_drafts
SET publish_at = $1, problem = $2
WHERE id = $3`, microsOrNull(at), problem, id)
	return err
}

// claimDraft takes a draft out of the table for whoever publishes it. Of several servers, or two people who press the button
// at once, one gets it.
func claimDraft(ctx context.Context, tx *db.Tx, d Draft) (bool, error) {
	n, err := tx.Exec(ctx, "DELETE FROM post_drafts WHERE id = $1 AND revision = $2", d.ID, d.Revision)
	return n > 0, err
}

// selectDue reads the drafts whose time has come in blogs that are launched.
func selectDue(ctx context.Context, q db.Querier, now time.Time, limit int) ([]int64, error) {
	us := db.Micros(now)
	rows, err := q.Query(ctx, `
SELECT d.id
FROM post_drafts d
JOIN blogs b ON b.id = d.blog_id
WHERE d.publish_at <= $1
  AND (b.launch_at IS NULL OR b.launch_at <= $2)
ORDER BY d.publish_at, d.id
LIMIT $3`, us, us, limit)
	return db.Collect(rows, err, db.One[int64])
}

// selectLaunches reads the blogs whose day has come.
func selectLaunches(ctx context.Context, q db.Querier, now time.Time) ([]int64, error) {
	rows, err := q.Query(ctx, `
SELECT id
FROM blogs
WHERE launch_at <= $1
ORDER BY id
LIMIT 100`, db.Micros(now))
	return db.Collect(rows, err, db.One[int64])
}

func selectSeries(ctx context.Context, q db.Querier, blog int64) ([]Series, error) {
	rows, err := q.Query(ctx, `
SELECT id, slug, name
FROM series
WHERE blog_id = $1
ORDER BY name, id
LIMIT 200`, blog)
	return db.Collect(rows, err, scanSeries)
}

func scanSeries(r db.Scanner) (e Series, err error) { return e, r.Scan(&e.ID, &e.Slug, &e.Name) }

func selectSeriesBySlug(ctx context.Context, q db.Querier, blog int64, slug string) (Series, error) {
	return scanSeries(q.QueryRow(ctx, `
SELECT id, slug, name
FROM series
WHERE blog_id = $1 AND slug = $2`, blog, slug))
}

// chooseSeries returns the series with a slug, or the one with a name, which is begun when there is none.
func chooseSeries(ctx context.Context, tx *db.Tx, blog int64, slug, name string) (Series, error) {
	if name == "" && slug == "" {
		return Series{}, nil
	}
	if name != "" {
		slug = markup.Slug(name)
	}
	e, err := selectSeriesBySlug(ctx, tx, blog, slug)
	if err == nil || !errs.IsNotFound(err) {
		return e, err
	}
	if name == "" {
		return Series{}, errs.InvalidFields(errs.Field{Name: "series", Text: "Choose a series from the list, or name a new one."})
	}
	e = Series{Slug: slug, Name: name}
	err = tx.QueryRow(ctx, `
INSERT INTO series (blog_id, slug, name, created_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (blog_id, slug) DO UPDATE
SET slug = excluded.slug
RETURNING id`, blog, e.Slug, e.Name, db.Micros(tx.Now())).Scan(&e.ID)
	if err != nil {
		return Series{}, fmt.Errorf("begin series %q: %w", name, err)
	}
	return e, nil
}
