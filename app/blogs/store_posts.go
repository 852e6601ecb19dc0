package blogs

import (
	"context"
	"slices"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/auth"
)

// slugTaken reports whether a post of the blog has this address, or the blog itself needs it.
func slugTaken(ctx context.Context, q db.Querier, blog int64, slug string) (taken bool, err error) {
	if slices.Contains(reservedPosts, slug) {
		return true, nil
	}
	err = q.QueryRow(ctx, "SELECT EXISTS (SELECT 1 FROM posts WHERE blog_id = $1 AND slug = $2)", blog, slug).Scan(&taken)
	return taken, err
}

func insertPost(ctx context.Context, tx *db.Tx, p Post, words int) error {
	_, err := tx.Exec(ctx, `
INSERT INTO posts (thread_id, blog_id, slug, summary, cover, cover_alt, series_id, words, published_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		p.ID, p.Blog.ID, p.Slug, p.Summary, p.Cover, p.CoverAlt, idOrNull(p.Series.ID), words, db.Micros(p.PublishedAt))
	return err
}

func updatePost(ctx context.Context, tx *db.Tx, p Post, words int) error {
	_, err := tx.Exec(ctx, `
UPDATE posts
SET slug = $1, summary = $2, cover = $3, cover_alt = $4, series_id = $5, words = $6
WHERE thread_id = $7`, p.Slug, p.Summary, p.Cover, p.CoverAlt, idOrNull(p.Series.ID), words, p.ID)
	return err
}

// deletePost removes what a post has beside its thread.
func deletePost(ctx context.Context, tx *db.Tx, thread int64) error {
	for _, statement := range []string{
		"DELETE FROM post_authors WHERE thread_id = $1",
		"DELETE FROM posts WHERE thread_id = $1",
	} {
		if _, err := tx.Exec(ctx, statement, thread); err != nil {
			return err
		}
	}
	return nil
}

// replacePostAuthors writes who wrote p with its author.
func replacePostAuthors(ctx context.Context, tx *db.Tx, p Post) error {
	if _, err := tx.Exec(ctx, "DELETE FROM post_authors WHERE thread_id = $1", p.ID); err != nil {
		return err
	}
	for _, a := range p.Others { // at most maxOthers
		if a.ID == p.Author.ID {
			continue
		}
		if _, err := tx.Exec(ctx, `
INSERT INTO post_authors (thread_id, person_id)
VALUES ($1, $2)
ON CONFLICT DO NOTHING`, p.ID, a.ID); err != nil {
			return err
		}
	}
	return nil
}

// selectPost reads one post with its text, if v may read it.
func selectPost(ctx context.Context, q db.Querier, v auth.Viewer, blog, slug string) (Post, error) {
	var (
		p          db.Params
		body, html string
	)
	post, err := scanPost(q.QueryRow(ctx, "SELECT "+postColumns+", t.body, t.body_html"+postFrom+`
WHERE b.slug = `+p.One(blog)+` AND o.slug = `+p.One(slug)+`
  AND t.deleted_at IS NULL AND t.audience IN (`+db.AllOf(&p, v.Audiences())+`)`, p.Values()...), &body, &html)
	if errs.IsNotFound(err) {
		return Post{}, noPost.Because(err)
	}
	if err != nil {
		return Post{}, err
	}
	post.Body, post.HTML = body, html
	list := []Post{post}
	err = addOthers(ctx, q, list)
	return list[0], err
}

// neighbour is a post beside another in its series.
type neighbour struct {
	Post
	later bool
}

// selectPart reads the posts before and after p in its series, as far as v may read them, and which part of how many p is.
func selectPart(ctx context.Context, q db.Querier, v auth.Viewer, p Post) (part Part, err error) {
	var a db.Params
	at := db.Micros(p.PublishedAt)
	side := func(later, compare string) string {
		return `
  SELECT t.id, t.title, o.slug, ` + later + ` AS later
  FROM posts o
  JOIN threads t ON t.id = o.thread_id
  WHERE o.series_id = ` + a.One(p.Series.ID) + ` AND t.deleted_at IS NULL AND t.audience IN (` + db.AllOf(&a, v.Audiences()) + `)
    AND (o.published_at, o.thread_id) ` + compare + ` (` + a.One(at) + `, ` + a.One(p.ID) + `)`
	}
	text := `
SELECT x.id, x.title, x.slug, x.later
FROM (` + side("FALSE", "<") + `
  ORDER BY o.published_at DESC, o.thread_id DESC
  LIMIT 1) x
UNION ALL
SELECT y.id, y.title, y.slug, y.later
FROM (` + side("TRUE", ">") + `
  ORDER BY o.published_at, o.thread_id
  LIMIT 1) y`
	rows, err := q.Query(ctx, text, a.Values()...)
	list, err := db.Collect(rows, err, func(r db.Scanner) (n neighbour, err error) {
		n.Blog = p.Blog
		return n, r.Scan(&n.ID, &n.Title, &n.Slug, &n.later)
	})
	if err != nil {
		return Part{}, err
	}
	for _, n := range list {
		if n.later {
			part.Next = n.Post
		} else {
			part.Previous = n.Post
		}
	}
	var c db.Params
	err = q.QueryRow(ctx, `
SELECT COUNT(*), COUNT(*) FILTER (WHERE (o.published_at, o.thread_id) <= (`+c.One(at)+`, `+c.One(p.ID)+`))
FROM posts o
JOIN threads t ON t.id = o.thread_id
WHERE o.series_id = `+c.One(p.Series.ID)+` AND t.deleted_at IS NULL AND t.audience IN (`+db.AllOf(&c, v.Audiences())+`)`, c.Values()...).Scan(&part.Of, &part.Number)
	return part, err
}

// maxDates bounds the posts an archive by month counts.
const maxDates = 5000

// selectDates reads when the posts of a blog that v may read were published, the newest first.
func selectDates(ctx context.Context, q db.Querier, v auth.Viewer, blog int64) ([]int64, error) {
	var p db.Params
	rows, err := q.Query(ctx, `
SELECT o.published_at
FROM posts o
JOIN threads t ON t.id = o.thread_id
WHERE o.blog_id = `+p.One(blog)+` AND t.deleted_at IS NULL AND t.audience IN (`+db.AllOf(&p, v.Audiences())+`)
ORDER BY o.published_at DESC, o.thread_id DESC
LIMIT `+p.One(maxDates), p.Values()...)
	return db.Collect(rows, err, db.One[int64])
}

// CountedSeries is a series with how many of its posts the viewer may read.
type CountedSeries struct {
	Series
	Posts int
}

// selectCountedSeries reads the series of a blog in which there is something for v, the latest first.
func selectCountedSeries(ctx context.Context, q db.Querier, v auth.Viewer, blog int64) ([]CountedSeries, error) {
	var p db.Params
	rows, err := q.Query(ctx, `
SELECT e.id, e.slug, e.name, COUNT(*)
FROM series e
JOIN posts o ON o.series_id = e.id
JOIN threads t ON t.id = o.thread_id
WHERE e.blog_id = `+p.One(blog)+` AND t.deleted_at IS NULL AND t.audience IN (`+db.AllOf(&p, v.Audiences())+`)
GROUP BY e.id, e.slug, e.name
ORDER BY MAX(o.published_at) DESC, e.id
LIMIT 50`, p.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (c CountedSeries, err error) {
		return c, r.Scan(&c.ID, &c.Slug, &c.Name, &c.Posts)
	})
}

// Listed is a blog in the directory.
type Listed struct {
	Blog
	Posts  int // that the viewer may read
	Drafts int // that the viewer writes; of their own blogs only
}

// directoryQuery asks for part of the directory.
type directoryQuery struct {
	kind  string // of owner, "" for all
	after string // name and id of the last blog of the page before
	id    int64
	own   bool // only those v writes in
	limit int
}

// selectDirectory reads blogs A to Z. Strangers are shown those in which there is something to read.
func selectDirectory(ctx context.Context, q db.Querier, v auth.Viewer, now time.Time, in directoryQuery) ([]Listed, error) {
	var p db.Params
	posts := `(
    SELECT COUNT(*)
    FROM posts o
    JOIN threads t ON t.id = o.thread_id
    WHERE o.blog_id = b.id AND t.deleted_at IS NULL AND t.audience IN (` + db.AllOf(&p, v.Audiences()) + `))`
	text := "SELECT " + blogColumns + ", " + posts
	if in.own {
		text += `, (SELECT COUNT(*) FROM post_drafts d WHERE d.blog_id = b.id AND ` + mine(&p, v) + `)`
	} else {
		text += ", 0"
	}
	text += blogFrom + `
WHERE `
	if in.own {
		text += writes(&p, v)
	} else {
		text += readable(&p, v, now)
	}
	if in.kind != "" {
		text += `
  AND b.owner_kind = ` + p.One(in.kind)
	}
	if in.id != 0 {
		text += `
  AND (b.name, b.id) > (` + p.One(in.after) + `, ` + p.One(in.id) + `)`
	}
	if !v.SignedIn() {
		text += `
  AND EXISTS (
    SELECT 1
    FROM posts o
    JOIN threads t ON t.id = o.thread_id
    WHERE o.blog_id = b.id AND t.deleted_at IS NULL AND t.audience = 'public')`
	}
	rows, err := q.Query(ctx, text+`
ORDER BY b.name, b.id
LIMIT `+p.One(in.limit), p.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (l Listed, err error) {
		l.Blog, err = scanBlog(r, now, &l.Posts, &l.Drafts)
		return l, err
	})
}
