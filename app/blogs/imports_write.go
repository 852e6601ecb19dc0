package blogs

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/app/markup"
	"watercooler/app/threads"
	"watercooler/auth"
)

// importer is one import call.
type importer struct {
	tx      *db.Tx
	out     threads.Outcome
	written []int64
	people  map[string]int64 // external id → id
}

func newImporter(tx *db.Tx, n int) *importer {
	return &importer{tx: tx, out: threads.Outcome{IDs: make(map[string]int64, n)}, people: map[string]int64{}}
}

func (im *importer) skip(id, format string, args ...any) {
	im.out.Skipped = append(im.out.Skipped, threads.Skipped{ExternalID: id, Reason: fmt.Sprintf(format, args...)})
}

// finish appends the one event of the call.
func (im *importer) finish(ctx context.Context, kind string) error {
	slices.Sort(im.written)
	return event.AppendBatch(ctx, im.tx, map[string][]int64{kind: im.written})
}

// ImportBlogs brings blogs in or up to date. A record whose Hash is the one of the last time writes nothing. An owner who has
// a blog already keeps it as it is: it becomes the one the record means. Owners must be in the hub already; a record without
// its owner is skipped and says so. All of it is part of tx, with one event.
func (s *Service) ImportBlogs(ctx context.Context, tx *db.Tx, list []BlogRecord) (threads.Outcome, error) {
	im := newImporter(tx, len(list))
	for _, r := range list {
		if err := im.blog(ctx, r); err != nil {
			return threads.Outcome{}, fmt.Errorf("import blog %s: %w", r.ExternalID, err)
		}
	}
	if err := im.finish(ctx, "blogs"); err != nil {
		return threads.Outcome{}, fmt.Errorf("import blogs: %w", err)
	}
	return im.out, nil
}

// ImportPosts brings in what posts have beside their threads, like ImportBlogs. Threads and blogs must be in the hub already.
// A post that is as the record says writes nothing.
func (s *Service) ImportPosts(ctx context.Context, tx *db.Tx, list []PostRecord) (threads.Outcome, error) {
	im := newImporter(tx, len(list))
	for _, r := range list {
		if err := im.post(ctx, r); err != nil {
			return threads.Outcome{}, fmt.Errorf("import post %s: %w", r.ThreadExternalID, err)
		}
	}
	if err := im.finish(ctx, "threads"); err != nil {
		return threads.Outcome{}, fmt.Errorf("import posts: %w", err)
	}
	return im.out, nil
}

// ImportDrafts brings in posts that are not published, like ImportBlogs. Blogs and authors must be in the hub already.
func (s *Service) ImportDrafts(ctx context.Context, tx *db.Tx, list []DraftRecord) (threads.Outcome, error) {
	im := newImporter(tx, len(list))
	for _, r := range list {
		if err := im.draft(ctx, r); err != nil {
			return threads.Outcome{}, fmt.Errorf("import draft %s: %w", r.ExternalID, err)
		}
	}
	return im.out, nil
}

// kept is a row as the last import left it.
type kept struct {
	id   int64
	hash string
}

func (im *importer) blog(ctx context.Context, r BlogRecord) error {
	r.Name, r.Description, r.Audience = cut(oneLine(r.Name), maxName), cut(oneLine(r.Description), maxDescription), cmp.Or(r.Audience, auth.AudienceHub)
	have, err := selectKept(ctx, im.tx, "blogs", r.ExternalID)
	if err != nil {
		return err
	}
	owner, err := im.owner(ctx, r)
	switch {
	case err != nil:
		return err
	case r.Name == "":
		im.skip(r.ExternalID, "it has no name")
		return nil
	case !auth.ValidAudience(r.Audience):
		im.skip(r.ExternalID, "%q is no audience", r.Audience)
		return nil
	case owner == 0:
		im.skip(r.ExternalID, "its owner %q is not in the hub", r.OwnerExternalID)
		return nil
	case have.id != 0 && have.hash == r.Hash:
		im.out.IDs[r.ExternalID] = have.id
		im.out.Unchanged++
		return nil
	}
	if have.id == 0 {
		if have.id, err = im.adopt(ctx, r, owner); err != nil {
			return err
		}
		if have.id != 0 {
			im.out.IDs[r.ExternalID] = have.id
			im.out.Unchanged++
			return im.series(ctx, have.id, r.Series)
		}
	}
	if err := im.writeBlog(ctx, r, owner, have.id); err != nil {
		return err
	}
	id := im.out.IDs[r.ExternalID]
	im.written = append(im.written, id)
	if err := im.authors(ctx, id, r.Authors); err != nil {
		return err
	}
	return im.series(ctx, id, r.Series)
}

// owner finds whose blog a record is, 0 for nobody here.
func (im *importer) owner(ctx context.Context, r BlogRecord) (int64, error) {
	if r.OwnerID != 0 {
		return r.OwnerID, nil
	}
	switch r.OwnerKind {
	case OwnerPerson:
		return im.id(ctx, "SELECT id FROM people WHERE external_id = $1", r.OwnerExternalID)
	case OwnerUnit:
		return im.id(ctx, "SELECT id FROM units WHERE external_id = $1", r.OwnerExternalID)
	case OwnerNetwork:
		return im.id(ctx, "SELECT id FROM networks WHERE external_id = $1", r.OwnerExternalID)
	}
	return 0, nil
}

// id runs a statement that finds an id by a key, 0 for none.
func (im *importer) id(ctx context.Context, statement, key string) (id int64, err error) {
	if key == "" {
		return 0, nil
	}
	err = im.tx.QueryRow(ctx, statement, key).Scan(&id)
	if errs.IsNotFound(err) {
		return 0, nil
	}
	return id, err
}

// adopt finds the blog the owner has already, 0 for none, and makes it the one that the record means.
func (im *importer) adopt(ctx context.Context, r BlogRecord, owner int64) (id int64, err error) {
	err = im.tx.QueryRow(ctx, "SELECT id FROM blogs WHERE owner_kind = $1 AND owner_id = $2", r.OwnerKind, owner).Scan(&id)
	if errs.IsNotFound(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	_, err = im.tx.Exec(ctx, `
UPDATE blogs
SET external_id = $1, source_hash = $2
WHERE id = $3 AND external_id IS NULL`, r.ExternalID, r.Hash, id)
	return id, err
}

func (im *importer) writeBlog(ctx context.Context, r BlogRecord, owner, id int64) error {
	slug, err := im.freeSlug(ctx, cmp.Or(r.Slug, r.Name), reservedBlogs, func(slug string) (bool, error) {
		other, err := im.id(ctx, "SELECT id FROM blogs WHERE slug = $1", slug)
		return other != 0 && other != id, err
	})
	if err != nil {
		return err
	}
	created := db.Micros(dateOr(r.CreatedAt, im.tx.Now()))
	now := db.Micros(im.tx.Now())
	if id != 0 {
		_, err = im.tx.Exec(ctx, `
UPDATE blogs
SET source_hash = $1, slug = $2, name = $3, description = $4, owner_kind = $5, owner_id = $6, audience = $7, launch_at = $8,
  created_at = $9, updated_at = $10
WHERE id = $11`, r.Hash, slug, r.Name, r.Description, r.OwnerKind, owner, r.Audience, db.NullMicros(r.LaunchAt), created, now, id)
		im.out.IDs[r.ExternalID] = id
		im.out.Changed++
		return err
	}
	err = im.tx.QueryRow(ctx, `
INSERT INTO blogs (external_id, source_hash, slug, name, description, owner_kind, owner_id, audience, launch_at, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
RETURNING id`, r.ExternalID, r.Hash, slug, r.Name, r.Description, r.OwnerKind, owner, r.Audience, db.NullMicros(r.LaunchAt), created, now).Scan(&id)
	im.out.IDs[r.ExternalID] = id
	im.out.Created++
	return err
}

// freeSlug returns the address wished for, with a number when it is taken or one of reserved.
func (im *importer) freeSlug(ctx context.Context, wish string, reserved []string, taken func(slug string) (bool, error)) (string, error) {
	base := markup.Slug(wish)
	for n := 1; ; n++ {
		slug := numbered(base, n)
		if slices.Contains(reserved, slug) {
			continue
		}
		if yes, err := taken(slug); err != nil || !yes {
			return slug, err
		}
		if err := ctx.Err(); err != nil {
			return "", err
		}
	}
}

// numbered is the n-th address made of base: base itself, base-2, base-3.
func numbered(base string, n int) string {
	if n == 1 {
		return base
	}
	end := "-" + strconv.Itoa(n)
	return strings.TrimRight(base[:min(len(base), maxSlug-len(end))], "-") + end
}

// authors names those who may write in a blog; authors named in the hub stay.
func (im *importer) authors(ctx context.Context, blog int64, externals []string) error {
	for _, external := range externals {
		person, err := im.person(ctx, external)
		if err != nil {
			return err
		}
		if person == 0 {
			continue // somebody who is not here cannot write here
		}
		if err := insertAuthor(ctx, im.tx, blog, person); err != nil {
			return err
		}
	}
	return nil
}

// person finds somebody by external id, 0 for nobody here.
func (im *importer) person(ctx context.Context, external string) (int64, error) {
	if id, ok := im.people[external]; ok {
		return id, nil
	}
	id, err := im.id(ctx, "SELECT id FROM people WHERE external_id = $1", external)
	if err == nil {
		im.people[external] = id
	}
	return id, err
}

// series brings in the series of a blog. One without an id of its source is found by its name.
func (im *importer) series(ctx context.Context, blog int64, list []SeriesRecord) error {
	for _, r := range list {
		r.Name = cut(oneLine(r.Name), maxSeries)
		if r.Name == "" {
			continue
		}
		var external *string
		if r.ExternalID != "" {
			external = &r.ExternalID
		}
		_, err := im.tx.Exec(ctx, `
INSERT INTO series (external_id, blog_id, slug, name, description, created_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (blog_id, slug) DO UPDATE
SET name = excluded.name, description = excluded.description, external_id = COALESCE(series.external_id, excluded.external_id)`,
			external, blog, markup.Slug(cmp.Or(r.Slug, r.Name)), r.Name, cut(oneLine(r.Description), maxDescription), db.Micros(im.tx.Now()))
		if err != nil {
			return fmt.Errorf("series %q: %w", r.Name, err)
		}
	}
	return nil
}

// inSeries finds the series of a blog with this name, and begins it when there is none.
func (im *importer) inSeries(ctx context.Context, blog int64, name string) (Series, error) {
	name = cut(oneLine(name), maxSeries)
	if name == "" {
		return Series{}, nil
	}
	var e Series
	err := im.tx.QueryRow(ctx, `
SELECT id, slug, name
FROM series
WHERE blog_id = $1 AND name = $2
ORDER BY id
LIMIT 1`, blog, name).Scan(&e.ID, &e.Slug, &e.Name)
	if errs.IsNotFound(err) {
		return chooseSeries(ctx, im.tx, blog, "", name)
	}
	return e, err
}

// blogOf finds the blog of a record, 0 for none that is here.
func (im *importer) blogOf(ctx context.Context, id int64, external string) (int64, error) {
	if id != 0 {
		return id, nil
	}
	return im.id(ctx, "SELECT id FROM blogs WHERE external_id = $1", external)
}

func (im *importer) post(ctx context.Context, r PostRecord) error {
	t, err := selectImportedThread(ctx, im.tx, r.ThreadExternalID)
	if errs.IsNotFound(err) {
		im.skip(r.ThreadExternalID, "its thread is not in the hub, or is no post")
		return nil
	}
	if err != nil {
		return err
	}
	blog, err := im.blogOf(ctx, r.Blog, r.BlogExternalID)
	if err != nil {
		return err
	}
	if blog == 0 {
		im.skip(r.ThreadExternalID, "its blog %q is not in the hub", r.BlogExternalID)
		return nil
	}
	if prepared, err := im.prepared(ctx, blog); err != nil || prepared {
		if err == nil {
			im.skip(r.ThreadExternalID, "its blog is not open yet, and only a draft can wait for that")
		}
		return err
	}
	p, err := im.asPost(ctx, r, t, blog)
	if err != nil {
		return err
	}
	was, err := selectPostRow(ctx, im.tx, t.id)
	switch {
	case errs.IsNotFound(err):
		im.out.Created++
		err = insertPost(ctx, im.tx, p, words(t.body))
	case err != nil:
		return err
	case was.same(p, words(t.body)):
		im.out.IDs[r.ThreadExternalID] = t.id
		im.out.Unchanged++
		return nil
	default:
		im.out.Changed++
		if err = deletePost(ctx, im.tx, t.id); err == nil {
			err = insertPost(ctx, im.tx, p, words(t.body))
		}
	}
	if err != nil {
		return err
	}
	im.out.IDs[r.ThreadExternalID] = t.id
	im.written = append(im.written, t.id)
	return replacePostAuthors(ctx, im.tx, p)
}

// prepared reports whether a blog is being prepared: nothing is published in it yet.
func (im *importer) prepared(ctx context.Context, blog int64) (yes bool, err error) {
	err = im.tx.QueryRow(ctx, "SELECT COALESCE(launch_at, 0) > $1 FROM blogs WHERE id = $2", db.Micros(im.tx.Now()), blog).Scan(&yes)
	return yes, err
}

// asPost returns what a record says as the post it becomes.
func (im *importer) asPost(ctx context.Context, r PostRecord, t importedThread, blog int64) (Post, error) {
	p := Post{
		ID: t.id, Blog: Place{ID: blog}, Summary: cut(oneLine(r.Summary), MaxSummary), Cover: r.Cover, CoverAlt: cut(oneLine(r.CoverAlt), maxAlt),
		Author: threads.Author{ID: t.author}, PublishedAt: dateOr(r.PublishedAt, db.Time(t.created)),
	}
	var err error
	p.Slug, err = im.freeSlug(ctx, cmp.Or(r.Slug, t.title), reservedPosts, func(slug string) (taken bool, err error) {
		err = im.tx.QueryRow(ctx, `
SELECT EXISTS (SELECT 1 FROM posts WHERE blog_id = $1 AND slug = $2 AND thread_id <> $3)`, blog, slug, t.id).Scan(&taken)
		return taken, err
	})
	if err != nil {
		return Post{}, err
	}
	if p.Series, err = im.inSeries(ctx, blog, r.Series); err != nil {
		return Post{}, err
	}
	for _, external := range r.Authors {
		person, err := im.person(ctx, external)
		if err != nil {
			return Post{}, err
		}
		if person != 0 && person != t.author && len(p.Others) < maxOthers {
			p.Others = append(p.Others, threads.Author{ID: person})
		}
	}
	return p, nil
}

// importedThread is the thread of a post on its way in.
type importedThread struct {
	id, author, created int64
	title, body         string
}

func selectImportedThread(ctx context.Context, tx *db.Tx, external string) (t importedThread, err error) {
	err = tx.QueryRow(ctx, `
SELECT id, author_id, created_at, title, body
FROM threads
WHERE external_id = $1 AND kind = 'post'`, external).Scan(&t.id, &t.author, &t.created, &t.title, &t.body)
	return t, err
}

// postRow is a post as it stands, to see whether a record says anything new.
type postRow struct {
	Post
	words int
}

func selectPostRow(ctx context.Context, tx *db.Tx, thread int64) (row postRow, err error) {
	var published int64
	err = tx.QueryRow(ctx, `
SELECT thread_id, blog_id, slug, summary, cover, cover_alt, COALESCE(series_id, 0), words, published_at
FROM posts
WHERE thread_id = $1`, thread).Scan(
		&row.ID, &row.Blog.ID, &row.Slug, &row.Summary, &row.Cover, &row.CoverAlt, &row.Series.ID, &row.words, &published)
	if err != nil {
		return row, err
	}
	row.PublishedAt = db.Time(published)
	rows, err := tx.Query(ctx, `
SELECT person_id
FROM post_authors
WHERE thread_id = $1
ORDER BY person_id
LIMIT $2`, thread, 2*maxOthers)
	row.Others, err = db.Collect(rows, err, func(r db.Scanner) (a threads.Author, err error) { return a, r.Scan(&a.ID) })
	return row, err
}

// same reports whether p is what the row says already.
func (row postRow) same(p Post, words int) bool {
	ids := func(list []threads.Author) []int64 {
		out := make([]int64, len(list))
		for i, a := range list {
			out[i] = a.ID
		}
		slices.Sort(out)
		return out
	}
	return row.words == words && row.Blog.ID == p.Blog.ID && row.Slug == p.Slug && row.Summary == p.Summary && row.Cover == p.Cover &&
		row.CoverAlt == p.CoverAlt && row.Series.ID == p.Series.ID && row.PublishedAt.Equal(p.PublishedAt) && slices.Equal(ids(row.Others), ids(p.Others))
}

func (im *importer) draft(ctx context.Context, r DraftRecord) error {
	have, err := selectKept(ctx, im.tx, "post_drafts", r.ExternalID)
	if err != nil {
		return err
	}
	if have.id != 0 && have.hash == r.Hash {
		im.out.IDs[r.ExternalID] = have.id
		im.out.Unchanged++
		return nil
	}
	blog, err := im.blogOf(ctx, r.Blog, r.BlogExternalID)
	if err != nil {
		return err
	}
	author := r.Author
	if author == 0 {
		if author, err = im.person(ctx, r.AuthorExternalID); err != nil {
			return err
		}
	}
	switch {
	case blog == 0:
		im.skip(r.ExternalID, "its blog %q is not in the hub", r.BlogExternalID)
		return nil
	case author == 0:
		im.skip(r.ExternalID, "its author %q is not in the hub", r.AuthorExternalID)
		return nil
	case len(r.Body) > maxDraft:
		im.skip(r.ExternalID, "its text is too long")
		return nil
	}
	return im.writeDraft(ctx, r, blog, author, have.id)
}

func (im *importer) writeDraft(ctx context.Context, r DraftRecord, blog, author, id int64) error {
	e, err := im.inSeries(ctx, blog, r.Series)
	if err != nil {
		return err
	}
	if r.Audience == "" {
		if err := im.tx.QueryRow(ctx, "SELECT audience FROM blogs WHERE id = $1", blog).Scan(&r.Audience); err != nil {
			return err
		}
	}
	others, err := im.handles(ctx, r.Authors)
	if err != nil {
		return err
	}
	slug := ""
	if r.Slug != "" {
		slug = markup.Slug(r.Slug)
	}
	created := dateOr(r.CreatedAt, im.tx.Now())
	updated := dateOr(r.UpdatedAt, created)
	values := []any{
		r.Hash, blog, author, strings.Join(others, " "), cut(oneLine(r.Title), threads.MaxTitle), slug, cut(oneLine(r.Summary), MaxSummary), r.Body,
		strings.Join(r.Topics, ", "), r.Audience, r.Cover, cut(oneLine(r.CoverAlt), maxAlt), idOrNull(e.ID), db.NullMicros(r.PublishAt),
		db.Micros(created), db.Micros(updated),
	}
	if id != 0 {
		_, err = im.tx.Exec(ctx, `
UPDATE post_drafts
SET source_hash = $1, blog_id = $2, author_id = $3, authors = $4, title = $5, slug = $6, summary = $7, body = $8, topics = $9,
  audience = $10, cover = $11, cover_alt = $12, series_id = $13, publish_at = $14, created_at = $15, updated_at = $16,
  revision = revision + 1
WHERE id = $17`, append(values, id)...)
		im.out.Changed++
	} else {
		err = im.tx.QueryRow(ctx, `
INSERT INTO post_drafts (source_hash, blog_id, author_id, authors, title, slug, summary, body, topics, audience, cover, cover_alt,
  series_id, publish_at, created_at, updated_at, external_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
RETURNING id`, append(values, r.ExternalID)...).Scan(&id)
		im.out.Created++
	}
	im.out.IDs[r.ExternalID] = id
	return err
}

// handles finds the handles of people by their external ids; those who are not here are left out.
func (im *importer) handles(ctx context.Context, externals []string) ([]string, error) {
	var list []string
	for _, external := range externals {
		var handle string
		err := im.tx.QueryRow(ctx, "SELECT handle FROM people WHERE external_id = $1", external).Scan(&handle)
		if errs.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, handle)
	}
	return list, nil
}

// selectKept reads what an earlier import left in table, the zero kept for nothing.
func selectKept(ctx context.Context, tx *db.Tx, table, external string) (k kept, err error) {
	err = tx.QueryRow(ctx, "SELECT id, source_hash FROM "+table+" WHERE external_id = $1", external).Scan(&k.id, &k.hash)
	if errs.IsNotFound(err) {
		return kept{}, nil
	}
	return k, err
}

func dateOr(t, other time.Time) time.Time {
	if t.IsZero() {
		return other
	}
	return t
}

// cut returns s without what goes past limit characters.
func cut(s string, limit int) string {
	if r := []rune(s); len(r) > limit {
		return strings.TrimSpace(string(r[:limit-1])) + "…"
	}
	return s
}
