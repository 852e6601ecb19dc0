package blogs

import (
	"context"
	"time"

	"watercooler/app/db"
	"watercooler/app/markup"
	"watercooler/app/threads"
	"watercooler/auth"
)

// selectOffers reads whose blogs v may set up, with those that are there. Networks whose work is done need none.
func selectOffers(ctx context.Context, q db.Querier, v auth.Viewer) ([]Offer, error) {
	var (
		p          db.Params
		stewarded  []int64
		maxOffered = 50
	)
	for _, m := range v.Memberships() {
		if m.Steward {
			stewarded = append(stewarded, m.Network)
		}
	}
	rows, err := q.Query(ctx, `
SELECT 'person', p.id, p.name, p.handle, p.photo, COALESCE(b.slug, ''), '', ''
FROM people p
LEFT JOIN blogs b ON b.owner_kind = 'person' AND b.owner_id = p.id
WHERE p.id = `+p.One(v.Person)+`
UNION ALL
SELECT 'unit', u.id, u.name, '', '', COALESCE(b.slug, ''), '', ''
FROM units u
LEFT JOIN blogs b ON b.owner_kind = 'unit' AND b.owner_id = u.id
WHERE u.id = `+p.One(v.Unit)+`
UNION ALL
SELECT 'network', n.id, n.name, n.slug, '', COALESCE(b.slug, ''), n.access, n.audience
FROM networks n
LEFT JOIN blogs b ON b.owner_kind = 'network' AND b.owner_id = n.id
WHERE n.closed_at IS NULL AND n.id IN (`+db.AllOf(&p, stewarded)+`)
LIMIT `+p.One(maxOffered), p.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (o Offer, err error) {
		var n network
		err = r.Scan(&o.Owner.Kind, &o.Owner.ID, &o.Owner.Name, &o.Owner.Slug, &o.Owner.Photo, &o.Slug, &n.access, &n.audience)
		o.Audience = audiences(v, o.Owner, n)
		o.Suggest = o.Owner.Slug
		if o.Suggest == "" {
			o.Suggest = markup.Slug(o.Owner.Name)
		}
		return o, err
	})
}

func insertBlog(ctx context.Context, tx *db.Tx, b Blog) (id int64, err error) {
	now := db.Micros(tx.Now())
	err = tx.QueryRow(ctx, `
INSERT INTO blogs (slug, name, description, owner_kind, owner_id, audience, launch_at, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
RETURNING id`,
		b.Slug, b.Name, b.Description, b.Owner.Kind, b.Owner.ID, b.Audience, microsOrNull(b.LaunchAt), now, now).Scan(&id)
	return id, err
}

func updateBlog(ctx context.Context, tx *db.Tx, b Blog) error {
	_, err := tx.Exec(ctx, `
UPDATE blogs
SET slug = $1, name = $2, description = $3, audience = $4, updated_at = $5
WHERE id = $6`, b.Slug, b.Name, b.Description, b.Audience, db.Micros(tx.Now()), b.ID)
	return err
}

// narrowDrafts gives the drafts of b that are for more people than b is the audience of b.
func narrowDrafts(ctx context.Context, tx *db.Tx, b Blog) error {
	wider := threads.Wider(b.Audience)
	if len(wider) == 0 {
		return nil
	}
	var p db.Params
	text := `
UPDATE post_drafts
SET audience = ` + p.One(b.Audience) + `
WHERE blog_id = ` + p.One(b.ID) + ` AND audience IN (` + db.AllOf(&p, wider) + `)`
	_, err := tx.Exec(ctx, text, p.Values()...)
	return err
}

// updateLaunch moves the day of a blog, and what was to be published with it.
func updateLaunch(ctx context.Context, tx *db.Tx, b Blog, at time.Time) error {
	us := db.Micros(at)
	if !b.LaunchAt.IsZero() {
		if _, err := tx.Exec(ctx, `
UPDATE post_drafts
SET publish_at = $1
WHERE blog_id = $2 AND publish_at = $3`, us, b.ID, db.Micros(b.LaunchAt)); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, `
UPDATE blogs
SET launch_at = $1, updated_at = $2
WHERE id = $3`, us, db.Micros(tx.Now()), b.ID)
	return err
}

// endPreparation opens a blog whose day has come, NotFound when that is done already.
func endPreparation(ctx context.Context, tx *db.Tx, blog int64) (b Blog, err error) {
	now := db.Micros(tx.Now())
	err = tx.QueryRow(ctx, `
UPDATE blogs
SET launch_at = NULL, updated_at = $1
WHERE id = $2 AND launch_at <= $3
RETURNING id, slug, name, audience`, now, blog, now).Scan(&b.ID, &b.Slug, &b.Name, &b.Audience)
	return b, err
}

// selectAudiences counts the posts of a blog by who they are for, without those whose threads were deleted.
func selectAudiences(ctx context.Context, q db.Querier, blog int64) (map[string]int, error) {
	counts := map[string]int{}
	rows, err := q.Query(ctx, `
SELECT t.audience, COUNT(*)
FROM posts o
JOIN threads t ON t.id = o.thread_id
WHERE o.blog_id = $1 AND t.deleted_at IS NULL
GROUP BY t.audience
LIMIT 100`, blog)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var (
			audience string
			n        int
		)
		err := r.Scan(&audience, &n)
		counts[audience] = n
		return struct{}{}, err
	})
	return counts, err
}

// deleteBlog removes a blog without posts, and what belongs to it. A post that is there after all refuses it: its row refers to
// the blog. Those whose threads were deleted leave theirs behind.
func deleteBlog(ctx context.Context, tx *db.Tx, blog int64) error {
	for _, statement := range []string{
		`
DELETE FROM post_authors
WHERE thread_id IN (
  SELECT o.thread_id
  FROM posts o
  JOIN threads t ON t.id = o.thread_id
  WHERE o.blog_id = $1 AND t.deleted_at IS NOT NULL)`,
		`
DELETE FROM posts
WHERE blog_id = $1 AND thread_id IN (SELECT id FROM threads WHERE deleted_at IS NOT NULL)`,
		"DELETE FROM post_drafts WHERE blog_id = $1",
		"DELETE FROM blog_authors WHERE blog_id = $1",
		"DELETE FROM blog_readers WHERE blog_id = $1",
		"DELETE FROM series WHERE blog_id = $1",
		"DELETE FROM blogs WHERE id = $1",
	} {
		if _, err := tx.Exec(ctx, statement, blog); err != nil {
			return err
		}
	}
	return nil
}

func insertAuthor(ctx context.Context, tx *db.Tx, blog, person int64) error {
	_, err := tx.Exec(ctx, `
INSERT INTO blog_authors (blog_id, person_id, created_at)
VALUES ($1, $2, $3)
ON CONFLICT DO NOTHING`, blog, person, db.Micros(tx.Now()))
	return err
}

func deleteAuthor(ctx context.Context, tx *db.Tx, blog, person int64) (bool, error) {
	n, err := tx.Exec(ctx, "DELETE FROM blog_authors WHERE blog_id = $1 AND person_id = $2", blog, person)
	return n > 0, err
}

const personColumns = "p.id, p.handle, p.name, p.photo, COALESCE(u.name, '')"

func scanPerson(r db.Scanner) (p threads.Author, err error) {
	return p, r.Scan(&p.ID, &p.Handle, &p.Name, &p.Photo, &p.Unit)
}

func selectAuthors(ctx context.Context, q db.Querier, blog int64) ([]threads.Author, error) {
	rows, err := q.Query(ctx, `
SELECT `+personColumns+`
FROM blog_authors ba
JOIN people p ON p.id = ba.person_id
LEFT JOIN units u ON u.id = p.unit_id
WHERE ba.blog_id = $1
ORDER BY p.sort_name, p.id
LIMIT $2`, blog, maxAuthors)
	return db.Collect(rows, err, scanPerson)
}

// selectPeople reads the people with these handles who still work here.
func selectPeople(ctx context.Context, q db.Querier, handles []string) ([]threads.Author, error) {
	if len(handles) == 0 {
		return nil, nil
	}
	var p db.Params
	rows, err := q.Query(ctx, `
SELECT `+personColumns+`
FROM people p
LEFT JOIN units u ON u.id = p.unit_id
WHERE p.left_at IS NULL AND p.handle IN (`+db.AllOf(&p, handles)+`)
ORDER BY p.sort_name, p.id
LIMIT `+p.One(len(handles)), p.Values()...)
	return db.Collect(rows, err, scanPerson)
}

// microsOrNull returns what a column that may be NULL holds for t, NULL for the zero time.
func microsOrNull(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	us := db.Micros(t)
	return &us
}
