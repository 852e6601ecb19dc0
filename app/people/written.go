package people

import (
	"context"
	"fmt"
	"html"
	"strconv"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/auth"
)

// writingPage is how many threads or answers a page of a profile has.
const writingPage = 20

// MaxCounted is where a profile stops counting: whether somebody gave 4,000 or 16,000 answers is not worth 20 ms a view.
const MaxCounted = 1000

// Key is a place in a list ordered by time and id, newest first.
type Key struct {
	At int64 // Unix µs
	ID int64
}

// Thread is something a person opened, as a profile lists it.
type Thread struct {
	ID        int64
	Kind      string
	Path      string
	Title     string
	Excerpt   string
	Audience  string
	For       string // name of the organisation or network, when Audience is one
	CreatedAt time.Time
	Replies   int
	Votes     int
	Answered  bool
	Closed    bool
	Topics    []Subject
}

// Subject is a topic of a thread.
type Subject struct{ Slug, Name string }

// Key returns the thread's place in the list.
func (t Thread) Key() Key { return Key{At: db.Micros(t.CreatedAt), ID: t.ID} }

// Answer is a reply to a question, as a profile lists it.
type Answer struct {
	ID        int64
	Title     string // of the question
	Excerpt   string
	CreatedAt time.Time
	Votes     int
	Accepted  bool
}

// Key returns the answer's place in the list.
func (a Answer) Key() Key { return Key{At: db.Micros(a.CreatedAt), ID: a.ID} }

// Threads returns the threads a person opened that v may read, but for posts, newest first, from before on; more says there are
// others.
func (s *Service) Threads(ctx context.Context, v auth.Viewer, person int64, before Key) (list []Thread, more bool, err error) {
	return s.opened(ctx, v, person, before, selectThreads)
}

// Posts returns the posts a person wrote, alone or with others, that v may read, as Threads does.
func (s *Service) Posts(ctx context.Context, v auth.Viewer, person int64, before Key) (list []Thread, more bool, err error) {
	return s.opened(ctx, v, person, before, selectPosts)
}

func (s *Service) opened(ctx context.Context, v auth.Viewer, person int64, before Key,
	read func(context.Context, db.Querier, auth.Viewer, int64, Key, int) ([]Thread, error)) (list []Thread, more bool, err error) {
	if !v.SignedIn() {
		return nil, false, errSignIn
	}
	if list, err = read(ctx, s.db, v, person, before, writingPage+1); err != nil {
		return nil, false, fmt.Errorf("list what person %d wrote: %w", person, err)
	}
	if more = len(list) > writingPage; more {
		list = list[:writingPage]
	}
	if err := selectSubjects(ctx, s.db, list); err != nil {
		return nil, false, fmt.Errorf("list topics of threads: %w", err)
	}
	return list, more, nil
}

// Answers returns a person's answers to questions that v may read, newest first, from before on; more says there are others.
func (s *Service) Answers(ctx context.Context, v auth.Viewer, person int64, before Key) (list []Answer, more bool, err error) {
	if !v.SignedIn() {
		return nil, false, errSignIn
	}
	list, err = selectAnswers(ctx, s.db, v, person, before, writingPage+1)
	if err != nil {
		return nil, false, fmt.Errorf("list answers of person %d: %w", person, err)
	}
	if more = len(list) > writingPage; more {
		list = list[:writingPage]
	}
	return list, more, nil
}

// Network is a network somebody is a member of.
type Network struct {
	Slug, Name, Purpose string
	Steward             bool // they look after it
	Closed              bool // its work is done
}

// maxNetworks bounds the networks a profile names.
const maxNetworks = 200

// Networks returns the networks a person is a member of, as far as v may know of them, by name.
func (s *Service) Networks(ctx context.Context, v auth.Viewer, person int64) ([]Network, error) {
	if !v.SignedIn() {
		return nil, errSignIn
	}
	list, err := selectNetworks(ctx, s.db, v, person)
	if err != nil {
		return nil, fmt.Errorf("list networks of person %d: %w", person, err)
	}
	return list, nil
}

// Blog is the address and the name of a blog.
type Blog struct{ Slug, Name string }

// Path returns the address of the blog.
func (b Blog) Path() string { return "/blog/" + b.Slug }

// Blog returns the blog of a person or unit that v may know of; the zero Blog when there is none.
func (s *Service) Blog(ctx context.Context, v auth.Viewer, kind string, id int64) (Blog, error) {
	b, err := selectBlog(ctx, s.db, v, kind, id, db.Micros(s.now()))
	if err != nil && !errs.IsNotFound(err) {
		return Blog{}, fmt.Errorf("find blog of %s %d: %w", kind, id, err)
	}
	return b, nil
}

// maxExcerpt is how many characters of an answer a profile shows.
const maxExcerpt = 220

// excerpt returns the beginning of rendered text without its markup, cut at a word.
//
// The result is text: a component that shows it escapes it.
func excerpt(rendered string) string {
	b := make([]byte, 0, min(len(rendered), 4*maxExcerpt)) // rarely grows: a paragraph seldom has more
	for len(rendered) > 0 && len(b) < 3*maxExcerpt {
		open := strings.IndexByte(rendered, '<')
		if open < 0 {
			open = len(rendered)
		}
		b = append(b, rendered[:open]...)
		end := strings.IndexByte(rendered[open:], '>')
		if end < 0 {
			break
		}
		if tag := rendered[open : open+end]; !inline(tag) {
			b = append(b, ' ')
		}
		rendered = rendered[open+end+1:]
	}
	text := strings.Join(strings.Fields(html.UnescapeString(string(b))), " ")
	short := cut(text, maxExcerpt)
	if short == text {
		return text
	}
	if space := strings.LastIndexByte(short, ' '); space > 0 {
		short = short[:space]
	}
	return short + "…"
}

// inline reports whether a tag stands inside a word or line, so that taking it away leaves no gap.
func inline(tag string) bool {
	name := strings.TrimPrefix(strings.TrimPrefix(tag, "<"), "/")
	if end := strings.IndexAny(name, " /"); end >= 0 {
		name = name[:end]
	}
	switch name {
	case "a", "em", "strong", "code", "span", "del", "sup", "sub", "mark", "kbd":
		return true
	}
	return false
}

// selectWritten counts, up to MaxCounted, what v may read of what p wrote, the networks v may know p in, and says whether v
// follows p. What somebody opened is counted from an index alone; posts they wrote with others are few and are looked up one by one.
func selectWritten(ctx context.Context, q db.Querier, v auth.Viewer, p *Profile) error {
	var values db.Params
	viewer, person, thread := values.One(v.Person), values.One(p.ID), v.Reads(&values, "t.audience")
	most, network := values.One(MaxCounted), v.Reads(&values, "n.audience")
	var joint int
	err := q.QueryRow(ctx, `
		SELECT
			EXISTS (SELECT 1 FROM watches w WHERE w.person_id = `+viewer+` AND w.object_kind = 'person' AND w.object_id = `+person+`),
			(SELECT COUNT(*)
			 FROM (SELECT 1
			       FROM threads t
			       WHERE t.author_id = `+person+` AND t.kind <> 'post' AND t.deleted_at IS NULL AND `+thread+`
			       LIMIT `+most+`) n),
			(SELECT COUNT(*)
			 FROM (SELECT 1
			       FROM replies r
			       JOIN threads t ON t.id = r.thread_id
			       WHERE r.author_id = `+person+` AND r.deleted_at IS NULL AND r.parent_id IS NULL
			         AND t.kind = 'question' AND t.deleted_at IS NULL AND `+thread+`
			       LIMIT `+most+`) n),
			(SELECT COUNT(*)
			 FROM (SELECT 1
			       FROM threads t
			       WHERE t.author_id = `+person+` AND t.kind = 'post' AND t.deleted_at IS NULL AND `+thread+`
			       LIMIT `+most+`) n),
			(SELECT COUNT(*)
			 FROM (SELECT 1
			       FROM post_authors a
			       JOIN threads t ON t.id = a.thread_id
			       WHERE a.person_id = `+person+` AND t.author_id <> `+person+` AND t.kind = 'post' AND t.deleted_at IS NULL AND `+thread+`
			       LIMIT `+most+`) n),
			(SELECT COUNT(*)
			 FROM network_members m
			 JOIN networks n ON n.id = m.network_id
			 WHERE m.person_id = `+person+` AND m.state = 'member' AND `+network+`)`,
		values.Values()...).Scan(&p.Followed, &p.Threads, &p.Answers, &p.Posts, &joint, &p.Networks)
	p.Posts = min(p.Posts+joint, MaxCounted)
	return err
}

// wrote is the condition that thread t is by a person, alone or with others.
func wrote(person string) string {
	return "(t.author_id = " + person + " OR t.id IN (SELECT a.thread_id FROM post_authors a WHERE a.person_id = " + person + "))"
}

// threadColumns are the columns scanThread reads, of threads t, organisations o and networks n (both joined LEFT), but for the
// two at the end: the slugs of the blog and of the post.
const threadColumns = `t.id, t.kind, t.title, t.excerpt, t.audience, COALESCE(o.name, n.name, ''), t.created_at, t.reply_count, t.vote_count,
			t.accepted_reply_id IS NOT NULL, t.closed_at IS NOT NULL`

// threadTables joins what threadColumns names.
const threadTables = `threads t
		LEFT JOIN organisations o ON t.audience = 'org:' || CAST(o.id AS TEXT)
		LEFT JOIN networks n ON n.id = t.network_id AND t.audience = 'network:' || CAST(n.id AS TEXT)`

func scanThread(r db.Scanner) (t Thread, err error) {
	var (
		created    int64
		blog, post string
	)
	err = r.Scan(&t.ID, &t.Kind, &t.Title, &t.Excerpt, &t.Audience, &t.For, &created, &t.Replies, &t.Votes, &t.Answered, &t.Closed, &blog, &post)
	t.CreatedAt = db.Time(created)
	if t.Path = "/threads/" + strconv.FormatInt(t.ID, 10); blog != "" {
		t.Path = Blog{Slug: blog}.Path() + "/" + post
	}
	return t, err
}

func selectThreads(ctx context.Context, q db.Querier, v auth.Viewer, person int64, before Key, limit int) ([]Thread, error) {
	var p db.Params
	rows, err := q.Query(ctx, `
		SELECT `+threadColumns+`, '', ''
		FROM `+threadTables+`
		WHERE t.author_id = `+p.One(person)+` AND t.kind <> 'post' AND t.deleted_at IS NULL
		  AND (t.created_at, t.id) < (`+p.One(before.At)+`, `+p.One(before.ID)+`)
		  AND `+v.Reads(&p, "t.audience")+`
		ORDER BY t.created_at DESC, t.id DESC
		LIMIT `+p.One(limit), p.Values()...)
	return db.Collect(rows, err, scanThread)
}

func selectPosts(ctx context.Context, q db.Querier, v auth.Viewer, person int64, before Key, limit int) ([]Thread, error) {
	var p db.Params
	rows, err := q.Query(ctx, `
		SELECT `+threadColumns+`, b.slug, p.slug
		FROM `+threadTables+`
		JOIN posts p ON p.thread_id = t.id
		JOIN blogs b ON b.id = p.blog_id
		WHERE `+wrote(p.One(person))+`
		  AND t.kind = 'post' AND t.deleted_at IS NULL AND (t.created_at, t.id) < (`+p.One(before.At)+`, `+p.One(before.ID)+`)
		  AND `+v.Reads(&p, "t.audience")+`
		ORDER BY t.created_at DESC, t.id DESC
		LIMIT `+p.One(limit), p.Values()...)
	return db.Collect(rows, err, scanThread)
}

// selectNetworks returns the networks of a person that v may know of.
func selectNetworks(ctx context.Context, q db.Querier, v auth.Viewer, person int64) ([]Network, error) {
	var p db.Params
	rows, err := q.Query(ctx, `
		SELECT n.slug, n.name, n.purpose, m.role = 'steward', n.closed_at IS NOT NULL
		FROM network_members m
		JOIN networks n ON n.id = m.network_id
		WHERE m.person_id = `+p.One(person)+` AND m.state = 'member' AND `+v.Reads(&p, "n.audience")+`
		ORDER BY n.name, n.id
		LIMIT `+p.One(maxNetworks), p.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (n Network, err error) {
		return n, r.Scan(&n.Slug, &n.Name, &n.Purpose, &n.Steward, &n.Closed)
	})
}

// selectBlog returns the blog of an owner, once it is launched, if v may know of it.
func selectBlog(ctx context.Context, q db.Querier, v auth.Viewer, kind string, owner, now int64) (b Blog, err error) {
	var p db.Params
	err = q.QueryRow(ctx, `
		SELECT b.slug, b.name
		FROM blogs b
		WHERE b.owner_kind = `+p.One(kind)+` AND b.owner_id = `+p.One(owner)+` AND (b.launch_at IS NULL OR b.launch_at <= `+p.One(now)+`)
		  AND `+v.Reads(&p, "b.audience"), p.Values()...).Scan(&b.Slug, &b.Name)
	return b, err
}

// selectSubjects fills in the topics of threads.
func selectSubjects(ctx context.Context, q db.Querier, list []Thread) error {
	if len(list) == 0 {
		return nil
	}
	ids := make([]int64, len(list))
	at := make(map[int64]int, len(list))
	for i, t := range list {
		ids[i], at[t.ID] = t.ID, i
	}
	ids = db.Pad(ids)
	rows, err := q.Query(ctx, `
		SELECT h.thread_id, o.slug, o.name
		FROM thread_topics h
		JOIN topics o ON o.id = h.topic_id
		WHERE h.thread_id IN (`+db.In(1, len(ids))+`)
		ORDER BY o.name, o.id
		LIMIT 1000`, db.Args(ids)...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (s Subject, err error) {
		var thread int64
		err = r.Scan(&thread, &s.Slug, &s.Name)
		if i, ok := at[thread]; ok {
			list[i].Topics = append(list[i].Topics, s)
		}
		return s, err
	})
	return err
}

// selectAnswers finds the answers from indexes alone, and then reads those that are shown.
func selectAnswers(ctx context.Context, q db.Querier, v auth.Viewer, person int64, before Key, limit int) ([]Answer, error) {
	var p db.Params
	rows, err := q.Query(ctx, `
		SELECT r.id, t.title, r.body_html, r.created_at, r.vote_count, COALESCE(t.accepted_reply_id, 0) = r.id
		FROM (SELECT r.id, r.thread_id
		      FROM replies r
		      JOIN threads t ON t.id = r.thread_id
		      WHERE r.author_id = `+p.One(person)+` AND r.deleted_at IS NULL AND r.parent_id IS NULL
		        AND (r.created_at, r.id) < (`+p.One(before.At)+`, `+p.One(before.ID)+`)
		        AND t.kind = 'question' AND t.deleted_at IS NULL AND `+v.Reads(&p, "t.audience")+`
		      ORDER BY r.created_at DESC, r.id DESC
		      LIMIT `+p.One(limit)+`) n
		JOIN replies r ON r.id = n.id
		JOIN threads t ON t.id = n.thread_id
		ORDER BY r.created_at DESC, r.id DESC`, p.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (a Answer, err error) {
		var created int64
		var rendered string
		err = r.Scan(&a.ID, &a.Title, &rendered, &created, &a.Votes, &a.Accepted)
		a.Excerpt, a.CreatedAt = excerpt(rendered), db.Time(created)
		return a, err
	})
}
