package blogs

import (
	"context"
	"math"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/auth"
)

// blogColumns are read by scanBlog from the tables of blogFrom.
const (
	blogColumns = `b.id, b.slug, b.name, b.description, b.owner_kind, b.owner_id, b.audience, b.launch_at, b.created_at,
  COALESCE(bp.name, bu.name, bn.name, ''), COALESCE(bp.handle, bn.slug, ''), COALESCE(bp.photo, ''),
  COALESCE(bn.access, ''), COALESCE(bn.audience, '')`
	blogFrom = `
FROM blogs b
LEFT JOIN people bp ON b.owner_kind = 'person' AND bp.id = b.owner_id
LEFT JOIN units bu ON b.owner_kind = 'unit' AND bu.id = b.owner_id
LEFT JOIN networks bn ON b.owner_kind = 'network' AND bn.id = b.owner_id`
)

func scanBlog(r db.Scanner, now time.Time, more ...any) (b Blog, err error) {
	var (
		launch  *int64
		created int64
	)
	dest := []any{&b.ID, &b.Slug, &b.Name, &b.Description, &b.Owner.Kind, &b.Owner.ID, &b.Audience, &launch, &created,
		&b.Owner.Name, &b.Owner.Slug, &b.Owner.Photo, &b.network.access, &b.network.audience}
	if err := r.Scan(append(dest, more...)...); err != nil {
		return Blog{}, err
	}
	b.CreatedAt, b.LaunchAt = db.Time(created), timeOf(launch)
	b.Prepared = b.LaunchAt.After(now)
	return b, nil
}

// timeOf returns the time of a column that may be NULL, zero for NULL.
func timeOf(us *int64) time.Time {
	if us == nil {
		return time.Time{}
	}
	return db.Time(*us)
}

// writes is the condition that v writes in blog b of blogFrom. Somebody signed out has person, unit and networks 0, which
// own nothing.
func writes(p *db.Params, v auth.Viewer) string {
	return `(b.owner_kind = 'person' AND b.owner_id = ` + p.One(v.Person) + `
    OR b.owner_kind = 'unit' AND b.owner_id = ` + p.One(v.Unit) + `
    OR b.owner_kind = 'network' AND bn.closed_at IS NULL AND b.owner_id IN (` + db.AllOf(p, v.Networks()) + `)
    OR b.owner_kind <> 'network' AND EXISTS (
      SELECT 1
      FROM blog_authors ba
      WHERE ba.blog_id = b.id AND ba.person_id = ` + p.One(v.Person) + `))`
}

// keeps is the condition that v looks after blog b of blogFrom for its owner. The head of a unit is whoever's own manager
// sits outside it.
func keeps(p *db.Params, v auth.Viewer) string {
	var stewarded []int64
	for _, m := range v.Memberships() {
		if m.Steward {
			stewarded = append(stewarded, m.Network)
		}
	}
	return `(b.owner_kind = 'person' AND b.owner_id = ` + p.One(v.Person) + `
    OR b.owner_kind = 'network' AND b.owner_id IN (` + db.AllOf(p, stewarded) + `)
    OR b.owner_kind = 'unit' AND b.owner_id = ` + p.One(v.Unit) + ` AND EXISTS (
      SELECT 1
      FROM people me
      LEFT JOIN people boss ON boss.id = me.manager_id
      WHERE me.id = ` + p.One(v.Person) + `
        AND (COALESCE(boss.unit_id, 0) <> me.unit_id
          OR EXISTS (SELECT 1 FROM blog_authors ka WHERE ka.blog_id = b.id AND ka.person_id = me.id))))`
}

// readable is the condition that v may know of blog b of blogFrom: it is launched and for an audience of v's, as is the
// network it belongs to.
func readable(p *db.Params, v auth.Viewer, now time.Time) string {
	return `(b.audience IN (` + db.AllOf(p, v.Audiences()) + `)
    AND (bn.id IS NULL OR bn.audience IN (` + db.AllOf(p, v.Audiences()) + `))
    AND (b.launch_at IS NULL OR b.launch_at <= ` + p.One(db.Micros(now)) + `))`
}

// blogWhere finds one blog.
type blogWhere func(p *db.Params) string

func blogWithSlug(slug string) blogWhere {
	return func(p *db.Params) string { return "b.slug = " + p.One(slug) }
}

func blogWithID(id int64) blogWhere {
	return func(p *db.Params) string { return "b.id = " + p.One(id) }
}

func blogOf(kind string, owner int64) blogWhere {
	return func(p *db.Params) string {
		return "b.owner_kind = " + p.One(kind) + " AND b.owner_id = " + p.One(owner)
	}
}

// selectAnyBlog reads a blog with what v may do with it, and reports whether v may know of it. Most callers want
// selectOneBlog.
func selectAnyBlog(ctx context.Context, q db.Querier, v auth.Viewer, now time.Time, where blogWhere) (b Blog, visible bool, err error) {
	var p db.Params
	text := `SELECT ` + blogColumns + `,
  ` + writes(&p, v) + `,
  ` + keeps(&p, v) + `,
  ` + readable(&p, v, now) + `,
  EXISTS (SELECT 1 FROM watches w WHERE w.person_id = ` + p.One(v.Person) + ` AND w.object_kind = 'blog' AND w.object_id = b.id)` +
		blogFrom + `
WHERE ` + where(&p)
	var writes, keeps, reads, follows bool
	b, err = scanBlog(q.QueryRow(ctx, text, p.Values()...), now, &writes, &keeps, &reads, &follows)
	if errs.IsNotFound(err) {
		return Blog{}, false, noBlog.Because(err)
	}
	if err != nil {
		return Blog{}, false, err
	}
	b.Followed = follows
	if v.SignedIn() {
		b.CanWrite, b.CanKeep, b.CanManage = writes, keeps, keeps || reads && v.Moderates()
	}
	return b, reads || b.CanWrite || b.CanKeep, nil
}

// selectOneBlog reads the blog that where finds, NotFound when v may not know of it.
func selectOneBlog(ctx context.Context, q db.Querier, v auth.Viewer, now time.Time, where blogWhere) (Blog, error) {
	b, visible, err := selectAnyBlog(ctx, q, v, now, where)
	if err == nil && !visible {
		return Blog{}, noBlog
	}
	return b, err
}

func selectBlog(ctx context.Context, q db.Querier, v auth.Viewer, now time.Time, slug string) (Blog, error) {
	return selectOneBlog(ctx, q, v, now, blogWithSlug(slug))
}

func selectBlogOf(ctx context.Context, q db.Querier, v auth.Viewer, now time.Time, kind string, id int64) (Blog, error) {
	return selectOneBlog(ctx, q, v, now, blogOf(kind, id))
}

func selectBlogByID(ctx context.Context, q db.Querier, v auth.Viewer, now time.Time, id int64) (Blog, error) {
	return selectOneBlog(ctx, q, v, now, blogWithID(id))
}

// postColumns are read by scanPost from the tables of postFrom.
const (
	postColumns = `o.thread_id, o.slug, o.summary, o.cover, o.cover_alt, o.words, o.published_at,
  b.id, b.slug, b.name, b.owner_kind, COALESCE(o.series_id, 0), COALESCE(e.slug, ''), COALESCE(e.name, ''),
  t.title, t.excerpt, t.audience, t.edited_at, t.reply_count, t.vote_count,
  a.id, a.handle, a.name, a.photo, COALESCE(u.name, '')`
	postFrom = `
FROM threads t
JOIN posts o ON o.thread_id = t.id
JOIN blogs b ON b.id = o.blog_id
JOIN people a ON a.id = t.author_id
LEFT JOIN units u ON u.id = a.unit_id
LEFT JOIN series e ON e.id = o.series_id`
)

func scanPost(r db.Scanner, more ...any) (p Post, err error) {
	var (
		words     int
		published int64
		edited    *int64
	)
	dest := []any{&p.ID, &p.Slug, &p.Summary, &p.Cover, &p.CoverAlt, &words, &published,
		&p.Blog.ID, &p.Blog.Slug, &p.Blog.Name, &p.Blog.Owner, &p.Series.ID, &p.Series.Slug, &p.Series.Name,
		&p.Title, &p.Excerpt, &p.Audience, &edited, &p.Replies, &p.Votes,
		&p.Author.ID, &p.Author.Handle, &p.Author.Name, &p.Author.Photo, &p.Author.Unit}
	if err := r.Scan(append(dest, more...)...); err != nil {
		return Post{}, err
	}
	p.Minutes, p.PublishedAt, p.EditedAt = minutes(words), db.Time(published), timeOf(edited)
	return p, nil
}

// selectPosts reads posts that v may read, newest first, in two statements: the posts, and who wrote them with others. Of
// one blog they come in the order of its own index, of all blogs in that of threads; a post's thread is as old as the post.
func (s *Service) selectPosts(ctx context.Context, q db.Querier, v auth.Viewer, in PostQuery) ([]Post, error) {
	var p db.Params
	order := "t.created_at"
	if in.Blog != 0 || in.Series != 0 {
		order = "o.published_at"
	}
	from := in.Before
	if from == (threads.Key{}) {
		from = threads.Key{At: math.MaxInt64, ID: math.MaxInt64}
	}
	text := "SELECT " + postColumns
	if in.Bodies {
		text += ", t.body, t.body_html"
	} else {
		text += ", '', ''"
	}
	text += postFrom + `
WHERE t.deleted_at IS NULL AND t.kind = 'post'
  AND t.audience IN (` + db.AllOf(&p, v.Audiences()) + `)`
	if in.Blog != 0 {
		text += `
  AND o.blog_id = ` + p.One(in.Blog)
	}
	if in.Series != 0 {
		text += `
  AND o.series_id = ` + p.One(in.Series)
	}
	if in.Author != 0 {
		text += `
  AND (t.author_id = ` + p.One(in.Author) + `
    OR EXISTS (SELECT 1 FROM post_authors pa WHERE pa.thread_id = t.id AND pa.person_id = ` + p.One(in.Author) + `))`
	}
	if in.Month != 0 {
		first, next := s.month(in.Month)
		text += `
  AND o.published_at >= ` + p.One(db.Micros(first)) + ` AND o.published_at < ` + p.One(db.Micros(next))
	}
	text += `
  AND (` + order + `, t.id) < (` + p.One(from.At) + `, ` + p.One(from.ID) + `)
ORDER BY ` + order + ` DESC, t.id DESC
LIMIT ` + p.One(in.Limit)
	rows, err := q.Query(ctx, text, p.Values()...)
	posts, err := db.Collect(rows, err, func(r db.Scanner) (Post, error) {
		var body, html string
		post, err := scanPost(r, &body, &html)
		post.Body, post.HTML = body, html
		return post, err
	})
	if err != nil {
		return nil, err
	}
	return posts, addOthers(ctx, q, posts)
}

// month returns the first moment of a month, yyyymm in the hub's time zone, and that of the next.
func (s *Service) month(yyyymm int) (first, next time.Time) {
	first = time.Date(yyyymm/100, time.Month(yyyymm%100), 1, 0, 0, 0, 0, s.zone)
	return first, first.AddDate(0, 1, 0)
}

// maxOthers bounds who may have written a post beside its author.
const maxOthers = 10

// addOthers fills in who wrote posts with others.
func addOthers(ctx context.Context, q db.Querier, posts []Post) error {
	if len(posts) == 0 {
		return nil
	}
	at := make(map[int64]*Post, len(posts))
	ids := make([]int64, len(posts))
	for i := range posts {
		at[posts[i].ID], ids[i] = &posts[i], posts[i].ID
	}
	var p db.Params
	rows, err := q.Query(ctx, `
SELECT pa.thread_id, a.id, a.handle, a.name, a.photo, COALESCE(u.name, '')
FROM post_authors pa
JOIN people a ON a.id = pa.person_id
LEFT JOIN units u ON u.id = a.unit_id
WHERE pa.thread_id IN (`+db.AllOf(&p, ids)+`)
ORDER BY a.sort_name, a.id
LIMIT `+p.One(len(ids)*maxOthers), p.Values()...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var (
			thread int64
			a      threads.Author
		)
		if err := r.Scan(&thread, &a.ID, &a.Handle, &a.Name, &a.Photo, &a.Unit); err != nil {
			return struct{}{}, err
		}
		at[thread].Others = append(at[thread].Others, a)
		return struct{}{}, nil
	})
	return err
}
