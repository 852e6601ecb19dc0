package blogs

import (
	"context"
	"time"

	"watercooler/app/db"
	"watercooler/auth"
)

// readerColumns are read by scanReader from blog_readers rd and blogs b.
const readerColumns = `rd.id, COALESCE(rd.person_id, 0), rd.email, rd.token, rd.created_at, rd.confirmed_at IS NOT NULL, b.id, b.slug, b.name, b.owner_kind`

func scanReader(r db.Scanner) (rd Reader, err error) {
	var created int64
	err = r.Scan(&rd.ID, &rd.Person, &rd.Email, &rd.Token, &created, &rd.Confirmed, &rd.Blog.ID, &rd.Blog.Slug, &rd.Blog.Name, &rd.Blog.Owner)
	rd.CreatedAt = db.Time(created)
	return rd, err
}

func selectReader(ctx context.Context, q db.Querier, blog int64, email string) (Reader, error) {
	return scanReader(q.QueryRow(ctx, `
SELECT `+readerColumns+`
FROM blog_readers rd
JOIN blogs b ON b.id = rd.blog_id
WHERE rd.blog_id = $1 AND rd.email = $2`, blog, email))
}

func selectReaderByToken(ctx context.Context, q db.Querier, token string) (Reader, error) {
	return scanReader(q.QueryRow(ctx, `
SELECT `+readerColumns+`
FROM blog_readers rd
JOIN blogs b ON b.id = rd.blog_id
WHERE rd.token = $1`, token))
}

func selectReaderByID(ctx context.Context, q db.Querier, id int64) (Reader, error) {
	return scanReader(q.QueryRow(ctx, `
SELECT `+readerColumns+`
FROM blog_readers rd
JOIN blogs b ON b.id = rd.blog_id
WHERE rd.id = $1`, id))
}

// selectReadersOf returns the blogs a person gets by e-mail, as far as v, who is that person, may know of them.
func selectReadersOf(ctx context.Context, q db.Querier, v auth.Viewer, limit int) ([]Reader, error) {
	var p db.Params
	rows, err := q.Query(ctx, `
SELECT `+readerColumns+`
FROM blog_readers rd
JOIN blogs b ON b.id = rd.blog_id
LEFT JOIN networks bn ON b.owner_kind = 'network' AND bn.id = b.owner_id
WHERE rd.person_id = `+p.One(v.Person)+`
  AND b.audience IN (`+db.AllOf(&p, v.Audiences())+`)
  AND (bn.id IS NULL OR bn.audience IN (`+db.AllOf(&p, v.Audiences())+`))
ORDER BY b.name, b.id
LIMIT `+p.One(limit), p.Values()...)
	return db.Collect(rows, err, scanReader)
}

func countUnconfirmed(ctx context.Context, q db.Querier, email string, limit int) (n int, err error) {
	err = q.QueryRow(ctx, `
SELECT COUNT(*)
FROM (
  SELECT 1
  FROM blog_readers rd
  WHERE rd.email = $1 AND rd.confirmed_at IS NULL
  LIMIT $2
) u`, email, limit).Scan(&n)
	return n, err
}

// followsByMail reports whether a person gets the posts of a blog by e-mail.
func followsByMail(ctx context.Context, q db.Querier, blog, person int64) (on bool, err error) {
	err = q.QueryRow(ctx, `
SELECT EXISTS (
  SELECT 1
  FROM blog_readers rd
  WHERE rd.person_id = $1 AND rd.blog_id = $2)`, person, blog).Scan(&on)
	return on, err
}

// insertReader adds an address. Somebody who began without an account and now has one goes on as the same reader.
func insertReader(ctx context.Context, tx *db.Tx, blog, person int64, email, token string, confirmed bool) (id int64, err error) {
	var who, at *int64
	now := db.Micros(tx.Now())
	if person != 0 {
		who = &person
	}
	if confirmed {
		at = &now
	}
	err = tx.QueryRow(ctx, `
INSERT INTO blog_readers (blog_id, person_id, email, token, created_at, confirmed_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (blog_id, email) DO UPDATE SET
  person_id = COALESCE(excluded.person_id, blog_readers.person_id), confirmed_at = COALESCE(blog_readers.confirmed_at, excluded.confirmed_at)
RETURNING id`, blog, who, email, token, now, at).Scan(&id)
	return id, err
}

// touchReader notes that another letter is on its way.
func touchReader(ctx context.Context, tx *db.Tx, id int64) error {
	_, err := tx.Exec(ctx, `
UPDATE blog_readers
SET created_at = $1
WHERE id = $2`, db.Micros(tx.Now()), id)
	return err
}

func confirmReader(ctx context.Context, tx *db.Tx, token string) (found bool, err error) {
	n, err := tx.Exec(ctx, `
UPDATE blog_readers
SET confirmed_at = COALESCE(confirmed_at, $1)
WHERE token = $2`, db.Micros(tx.Now()), token)
	return n > 0, err
}

func deleteReader(ctx context.Context, tx *db.Tx, token string) error {
	_, err := tx.Exec(ctx, `
DELETE FROM blog_readers
WHERE token = $1`, token)
	return err
}

func deleteReaderOf(ctx context.Context, tx *db.Tx, slug string, person int64) error {
	_, err := tx.Exec(ctx, `
DELETE FROM blog_readers
WHERE person_id = $1 AND blog_id IN (SELECT b.id FROM blogs b WHERE b.slug = $2)`, person, slug)
	return err
}

func deleteUnconfirmed(ctx context.Context, tx *db.Tx, before time.Time) error {
	_, err := tx.Exec(ctx, `
DELETE FROM blog_readers
WHERE confirmed_at IS NULL AND created_at < $1`, db.Micros(before))
	return err
}

// letter is what a letter says about a post.
type letter struct {
	id                      int64 // of the thread
	title, summary, excerpt string
	path, author, audience  string
	blog                    Place
}

// selectLetter returns a published post for its letters, whoever may read it.
func selectLetter(ctx context.Context, q db.Querier, thread int64) (l letter, err error) {
	var slug string
	err = q.QueryRow(ctx, `
SELECT t.id, t.title, o.summary, t.excerpt, o.slug, a.name, t.audience, b.id, b.slug, b.name, b.owner_kind
FROM posts o
JOIN threads t ON t.id = o.thread_id
JOIN people a ON a.id = t.author_id
JOIN blogs b ON b.id = o.blog_id
WHERE o.thread_id = $1 AND t.deleted_at IS NULL`, thread).Scan(
		&l.id, &l.title, &l.summary, &l.excerpt, &slug, &l.author, &l.audience, &l.blog.ID, &l.blog.Slug, &l.blog.Name, &l.blog.Owner)
	l.path = l.blog.Path() + "/" + slug
	return l, err
}

// selectUnsent returns the confirmed readers after an id who have had no letter about a post, in order of their ids. Those
// without an account are left out when the post is not public.
func selectUnsent(ctx context.Context, q db.Querier, l letter, after int64, limit int) ([]Reader, error) {
	rows, err := q.Query(ctx, `
SELECT `+readerColumns+`
FROM blog_readers rd
JOIN blogs b ON b.id = rd.blog_id
WHERE rd.blog_id = $1 AND rd.id > $2 AND rd.confirmed_at IS NOT NULL
  AND (rd.person_id IS NOT NULL OR $3 = 'public')
  AND NOT EXISTS (SELECT 1 FROM blog_letters bl WHERE bl.thread_id = $4 AND bl.reader_id = rd.id)
ORDER BY rd.id
LIMIT $5`, l.blog.ID, after, l.audience, l.id, limit)
	return db.Collect(rows, err, scanReader)
}

// claimLetter notes that the letter about a post to a reader is being sent, and reports false when it was before.
func claimLetter(ctx context.Context, tx *db.Tx, thread, reader int64) (bool, error) {
	n, err := tx.Exec(ctx, `
INSERT INTO blog_letters (thread_id, reader_id, sent_at)
SELECT CAST($1 AS BIGINT), rd.id, CAST($2 AS BIGINT)
FROM blog_readers rd
WHERE rd.id = $3
ON CONFLICT DO NOTHING`, thread, db.Micros(tx.Now()), reader)
	return n > 0, err
}

// releaseLetter takes back a claim: the letter was not sent.
func releaseLetter(ctx context.Context, tx *db.Tx, thread, reader int64) error {
	_, err := tx.Exec(ctx, `
DELETE FROM blog_letters
WHERE thread_id = $1 AND reader_id = $2`, thread, reader)
	return err
}
