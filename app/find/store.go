package find

import (
	"context"
	"strings"

	"watercooler/app/db"
	"watercooler/app/people"
	"watercooler/app/threads"
	"watercooler/auth"
)

// thread is a row of threads with its author, as a result shows it.
type thread struct {
	ID         int64
	ExternalID string
	Kind       string
	Title      string
	Revision   int
	BodyHTML   string // for the index only
	Audience   string
	Author     Author
	CreatedAt  int64
	Replies    int
	Votes      int
	Accepted   int64 // id of the accepted reply
	Network    Network
	Post       string // address below /blog of a post, else ""
	Superseded bool   // another has taken its place
}

// path is the address of the thread.
func (t thread) path() string { return threads.Thread{ID: t.ID, Post: t.Post}.Path() }

// reply is a row of replies with its author; what else is shown belongs to its thread.
type reply struct {
	ID         int64
	ExternalID string
	Thread     int64
	Revision   int
	BodyHTML   string // for the index only
	Author     Author
	CreatedAt  int64
	Votes      int
}

// person is a row of people.
type person struct {
	Author
	ExternalID string
	AboutHTML  string
	Location   string
	Left       bool
	CreatedAt  int64
}

// topic is a row of topics.
type topic struct {
	ID          int64
	ExternalID  string
	Slug        string
	Name        string
	Description string
	CreatedAt   int64
	Public      bool // a public thread is about it
}

// The body is most of a row, and lies on pages of its own: what a list shows of threads and replies is read without it.
const (
	threadColumns = threadHead + `t.body_html` + threadTail // for the index
	threadFace    = threadHead + `''` + threadTail          // for pages
	replyColumns  = replyHead + `r.body_html` + replyTail
	replyFace     = replyHead + `''` + replyTail
)

const threadHead = `
	t.id, COALESCE(t.external_id, ''), t.kind, t.title, t.revision, `

// postAddress is the address of thread t below /blog, ” when it is no post.
const postAddress = `CASE WHEN t.kind = 'post' THEN COALESCE(
		(SELECT b.slug || '/' || po.slug FROM posts po JOIN blogs b ON b.id = po.blog_id WHERE po.thread_id = t.id), '') ELSE '' END`

const threadTail = `, t.audience,
	p.id, p.handle, p.name, p.job_title, p.photo, COALESCE(u.name, ''),
	t.created_at, t.reply_count, t.vote_count, COALESCE(t.accepted_reply_id, 0),
	CASE WHEN t.network_id IS NULL THEN '' ELSE (SELECT n.slug || ' ' || n.name FROM networks n WHERE n.id = t.network_id) END,
	` + postAddress + `, t.superseded_by IS NOT NULL`

func scanThread(r db.Scanner) (t thread, err error) {
	var place string
	err = r.Scan(&t.ID, &t.ExternalID, &t.Kind, &t.Title, &t.Revision, &t.BodyHTML, &t.Audience,
		&t.Author.ID, &t.Author.Handle, &t.Author.Name, &t.Author.JobTitle, &t.Author.Photo, &t.Author.Unit,
		&t.CreatedAt, &t.Replies, &t.Votes, &t.Accepted, &place, &t.Post, &t.Superseded)
	t.Network.Slug, t.Network.Name, _ = strings.Cut(place, " ")
	return t, err
}

const replyHead = `
	r.id, COALESCE(r.external_id, ''), r.thread_id, r.revision, `

const replyTail = `,
	p.id, p.handle, p.name, p.job_title, p.photo, COALESCE(u.name, ''),
	r.created_at, r.vote_count`

func scanReply(s db.Scanner) (r reply, err error) {
	err = s.Scan(&r.ID, &r.ExternalID, &r.Thread, &r.Revision, &r.BodyHTML,
		&r.Author.ID, &r.Author.Handle, &r.Author.Name, &r.Author.JobTitle, &r.Author.Photo, &r.Author.Unit,
		&r.CreatedAt, &r.Votes)
	return r, err
}

const personColumns = `
	p.id, p.handle, p.name, p.job_title, p.photo, COALESCE(u.name, ''),
	COALESCE(p.external_id, ''), p.about_html, p.location, p.privacy, p.left_at IS NOT NULL, p.created_at`

func scanPerson(r db.Scanner) (p person, err error) {
	var privacy string
	err = r.Scan(&p.ID, &p.Handle, &p.Name, &p.JobTitle, &p.Photo, &p.Unit, &p.ExternalID, &p.AboutHTML, &p.Location, &privacy, &p.Left, &p.CreatedAt)
	// SECURITY: what a person keeps from some is neither found nor shown among what was found.
	if !people.VisibleToHub(privacy, people.FieldLocation) {
		p.Location = ""
	}
	if !people.VisibleToHub(privacy, people.FieldAbout) {
		p.AboutHTML = ""
	}
	return p, err
}

const topicColumns = `
	t.id, COALESCE(t.external_id, ''), t.slug, t.name, t.description, t.created_at,
	EXISTS (SELECT 1
	        FROM thread_topics h
	        JOIN threads x ON x.id = h.thread_id
	        WHERE h.topic_id = t.id AND x.audience = 'public' AND x.deleted_at IS NULL)`

func scanTopic(r db.Scanner) (t topic, err error) {
	err = r.Scan(&t.ID, &t.ExternalID, &t.Slug, &t.Name, &t.Description, &t.CreatedAt, &t.Public)
	return t, err
}

// byID returns rows by the id that key reads from them.
func byID[T any](list []T, err error, key func(*T) int64) (map[int64]T, error) {
	out := make(map[int64]T, len(list))
	for i := range list {
		out[key(&list[i])] = list[i]
	}
	return out, err
}

// readableThreads returns those of the threads that v may read.
func readableThreads(ctx context.Context, q db.Querier, v auth.Viewer, ids []int64) (map[int64]thread, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var p db.Params
	// SECURITY: the index may be a moment behind; what it found is shown only if the row may be read now.
	rows, err := q.Query(ctx, `
		SELECT `+threadFace+`
		FROM threads t
		JOIN people p ON p.id = t.author_id
		LEFT JOIN units u ON u.id = p.unit_id
		WHERE t.deleted_at IS NULL
		  AND `+v.Reads(&p, "t.audience")+`
		  AND t.id IN (`+db.AllOf(&p, ids)+`)`, p.Values()...)
	list, err := db.Collect(rows, err, scanThread)
	return byID(list, err, func(t *thread) int64 { return t.ID })
}

// threadsBeside returns what the cards beside a page say of those of the threads that v may read.
func threadsBeside(ctx context.Context, q db.Querier, v auth.Viewer, ids []int64) (map[int64]threads.Related, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var p db.Params
	// SECURITY: the index may be a moment behind; what it found is shown only if the row may be read now.
	rows, err := q.Query(ctx, `
		SELECT t.id, t.kind, t.title, p.name, t.accepted_reply_id IS NOT NULL, t.reply_count, t.created_at,
			`+postAddress+`
		FROM threads t
		JOIN people p ON p.id = t.author_id
		WHERE t.deleted_at IS NULL
		  AND `+v.Reads(&p, "t.audience")+`
		  AND t.id IN (`+db.AllOf(&p, ids)+`)`, p.Values()...)
	list, err := db.Collect(rows, err, func(r db.Scanner) (t threads.Related, err error) {
		var at int64
		err = r.Scan(&t.ID, &t.Kind, &t.Title, &t.Author, &t.Answered, &t.Replies, &at, &t.Post)
		t.CreatedAt = db.Time(at)
		return t, err
	})
	return byID(list, err, func(t *threads.Related) int64 { return t.ID })
}

// liveReplies returns those of the replies that are not deleted. Whether their thread may be read is the caller's question.
func liveReplies(ctx context.Context, q db.Querier, ids []int64) (map[int64]reply, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	ids = db.Pad(ids)
	rows, err := q.Query(ctx, `
		SELECT `+replyFace+`
		FROM replies r
		JOIN people p ON p.id = r.author_id
		LEFT JOIN units u ON u.id = p.unit_id
		WHERE r.deleted_at IS NULL AND r.id IN (`+db.In(1, len(ids))+`)`, db.Args(ids)...)
	list, err := db.Collect(rows, err, scanReply)
	return byID(list, err, func(r *reply) int64 { return r.ID })
}

// presentReplies returns the replies that are not deleted with their bodies, whoever may read them: for the index only.
func presentReplies(ctx context.Context, q db.Querier, ids []int64) (map[int64]reply, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	ids = db.Pad(ids)
	rows, err := q.Query(ctx, `
		SELECT `+replyColumns+`
		FROM replies r
		JOIN people p ON p.id = r.author_id
		LEFT JOIN units u ON u.id = p.unit_id
		WHERE r.deleted_at IS NULL AND r.id IN (`+db.In(1, len(ids))+`)`, db.Args(ids)...)
	list, err := db.Collect(rows, err, scanReply)
	return byID(list, err, func(r *reply) int64 { return r.ID })
}

// bodies returns the rendered bodies of rows of a table, threads or replies, by id.
func bodies(ctx context.Context, q db.Querier, query func(in string) string, ids []int64) (map[int64]string, error) {
	out := make(map[int64]string, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	ids = db.Pad(ids)
	rows, err := q.Query(ctx, query(db.In(1, len(ids))), db.Args(ids)...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var id int64
		var body string
		err := r.Scan(&id, &body)
		out[id] = body
		return struct{}{}, err
	})
	return out, err
}

func threadBodies(in string) string {
	return `
		SELECT id, body_html
		FROM threads
		WHERE id IN (` + in + `)`
}

func replyBodies(in string) string {
	return `
		SELECT id, body_html
		FROM replies
		WHERE id IN (` + in + `)`
}

func peopleByID(ctx context.Context, q db.Querier, ids []int64) (map[int64]person, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	ids = db.Pad(ids)
	rows, err := q.Query(ctx, `
		SELECT `+personColumns+`
		FROM people p
		LEFT JOIN units u ON u.id = p.unit_id
		WHERE p.id IN (`+db.In(1, len(ids))+`)`, db.Args(ids)...)
	list, err := db.Collect(rows, err, scanPerson)
	return byID(list, err, func(p *person) int64 { return p.ID })
}

func topicsByID(ctx context.Context, q db.Querier, ids []int64) (map[int64]topic, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	ids = db.Pad(ids)
	rows, err := q.Query(ctx, `
		SELECT `+topicColumns+`
		FROM topics t
		WHERE t.id IN (`+db.In(1, len(ids))+`)`, db.Args(ids)...)
	list, err := db.Collect(rows, err, scanTopic)
	return byID(list, err, func(t *topic) int64 { return t.ID })
}

// topicLabels returns the names of the topics with these slugs, which anybody may know who has found something about them.
func topicLabels(ctx context.Context, q db.Querier, slugs []string) (map[string]label, error) {
	slugs = db.Pad(slugs)
	rows, err := q.Query(ctx, `
		SELECT t.slug, t.name, 'public'
		FROM topics t
		WHERE t.slug IN (`+db.In(1, len(slugs))+`)`, db.Args(slugs)...)
	return labels(rows, err)
}

// labels reads rows of a slug, a name and an audience.
func labels(rows *db.Rows, err error) (map[string]label, error) {
	out := make(map[string]label)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var slug string
		var l label
		err := r.Scan(&slug, &l.name, &l.audience)
		out[slug] = l
		return struct{}{}, err
	})
	return out, err
}

// topicsOfThreads returns the topics of each thread, by name.
func topicsOfThreads(ctx context.Context, q db.Querier, ids []int64) (map[int64][]Topic, error) {
	out := make(map[int64][]Topic)
	if len(ids) == 0 {
		return out, nil
	}
	ids = db.Pad(ids)
	rows, err := q.Query(ctx, `
		SELECT h.thread_id, t.id, t.slug, t.name
		FROM thread_topics h
		JOIN topics t ON t.id = h.topic_id
		WHERE h.thread_id IN (`+db.In(1, len(ids))+`)
		ORDER BY h.thread_id, t.name`, db.Args(ids)...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var id int64
		var t Topic
		err := r.Scan(&id, &t.ID, &t.Slug, &t.Name)
		out[id] = append(out[id], t)
		return struct{}{}, err
	})
	return out, err
}

// synonymsOf returns the synonyms of each topic.
func synonymsOf(ctx context.Context, q db.Querier, ids []int64) (map[int64][]string, error) {
	out := make(map[int64][]string)
	if len(ids) == 0 {
		return out, nil
	}
	ids = db.Pad(ids)
	rows, err := q.Query(ctx, `
		SELECT y.topic_id, y.name
		FROM topic_synonyms y
		WHERE y.topic_id IN (`+db.In(1, len(ids))+`)
		ORDER BY y.topic_id, y.folded`, db.Args(ids)...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var id int64
		var name string
		err := r.Scan(&id, &name)
		out[id] = append(out[id], name)
		return struct{}{}, err
	})
	return out, err
}

// presentThreads returns the threads that are not deleted, whoever may read them: for the index only.
func presentThreads(ctx context.Context, q db.Querier, ids []int64) (map[int64]thread, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	ids = db.Pad(ids)
	rows, err := q.Query(ctx, `
		SELECT `+threadColumns+`
		FROM threads t
		JOIN people p ON p.id = t.author_id
		LEFT JOIN units u ON u.id = p.unit_id
		WHERE t.deleted_at IS NULL AND t.id IN (`+db.In(1, len(ids))+`)`, db.Args(ids)...)
	list, err := db.Collect(rows, err, scanThread)
	return byID(list, err, func(t *thread) int64 { return t.ID })
}

// threadsOfReplies returns the threads that replies, deleted ones too, belong to.
func threadsOfReplies(ctx context.Context, q db.Querier, ids []int64) ([]int64, error) {
	ids = db.Pad(ids)
	rows, err := q.Query(ctx, `
		SELECT DISTINCT r.thread_id
		FROM replies r
		WHERE r.id IN (`+db.In(1, len(ids))+`)`, db.Args(ids)...)
	return db.Collect(rows, err, db.One[int64])
}

// The four walks of a rebuild, each in id order after the last id seen.

func threadsAfter(ctx context.Context, q db.Querier, after int64, limit int) ([]thread, error) {
	rows, err := q.Query(ctx, `
		SELECT `+threadColumns+`
		FROM threads t
		JOIN people p ON p.id = t.author_id
		LEFT JOIN units u ON u.id = p.unit_id
		WHERE t.deleted_at IS NULL AND t.id > $1
		ORDER BY t.id
		LIMIT $2`, after, limit)
	return db.Collect(rows, err, scanThread)
}

func repliesAfter(ctx context.Context, q db.Querier, after int64, limit int) ([]reply, error) {
	rows, err := q.Query(ctx, `
		SELECT `+replyColumns+`
		FROM replies r
		JOIN people p ON p.id = r.author_id
		LEFT JOIN units u ON u.id = p.unit_id
		WHERE r.deleted_at IS NULL AND r.id > $1
		ORDER BY r.id
		LIMIT $2`, after, limit)
	return db.Collect(rows, err, scanReply)
}

func peopleAfter(ctx context.Context, q db.Querier, after int64, limit int) ([]person, error) {
	rows, err := q.Query(ctx, `
		SELECT `+personColumns+`
		FROM people p
		LEFT JOIN units u ON u.id = p.unit_id
		WHERE p.id > $1
		ORDER BY p.id
		LIMIT $2`, after, limit)
	return db.Collect(rows, err, scanPerson)
}

func topicsAfter(ctx context.Context, q db.Querier, after int64, limit int) ([]topic, error) {
	rows, err := q.Query(ctx, `
		SELECT `+topicColumns+`
		FROM topics t
		WHERE t.id > $1
		ORDER BY t.id
		LIMIT $2`, after, limit)
	return db.Collect(rows, err, scanTopic)
}

const (
	repliesOfThread = `
		SELECT r.id
		FROM replies r
		WHERE r.thread_id = $1 AND r.id > $2
		ORDER BY r.id
		LIMIT $3`
	threadsOfTopic = `
		SELECT h.thread_id
		FROM thread_topics h
		WHERE h.topic_id = $1 AND h.thread_id > $2
		ORDER BY h.thread_id
		LIMIT $3`
	threadsOfPerson = `
		SELECT t.id
		FROM threads t
		WHERE t.author_id = $1 AND t.id > $2
		ORDER BY t.id
		LIMIT $3`
	threadsOfNetwork = `
		SELECT t.id
		FROM threads t
		WHERE t.network_id = $1 AND t.id > $2
		ORDER BY t.id
		LIMIT $3`
	repliesOfPerson = `
		SELECT r.id
		FROM replies r
		WHERE r.author_id = $1 AND r.id > $2
		ORDER BY r.id
		LIMIT $3`
)

// countRows returns how many documents a rebuild will make.
func countRows(ctx context.Context, q db.Querier) (n int, err error) {
	err = q.QueryRow(ctx, `
		SELECT (SELECT COUNT(*) FROM threads t WHERE t.deleted_at IS NULL)
		     + (SELECT COUNT(*)
		        FROM replies r
		        JOIN threads t ON t.id = r.thread_id
		        WHERE r.deleted_at IS NULL AND t.deleted_at IS NULL)
		     + (SELECT COUNT(*) FROM people p)
		     + (SELECT COUNT(*) FROM topics c)
		     + (SELECT COUNT(*) FROM networks n)`).Scan(&n)
	return n, err
}

// selectTitle returns the title of a thread that v may read.
func selectTitle(ctx context.Context, q db.Querier, v auth.Viewer, id int64) (title string, err error) {
	var p db.Params
	err = q.QueryRow(ctx, `
		SELECT t.title
		FROM threads t
		WHERE t.id = `+p.One(id)+` AND t.deleted_at IS NULL AND `+v.Reads(&p, "t.audience"), p.Values()...).Scan(&title)
	return title, err
}

// words joins what is not empty with a line between.
func words(list ...string) string {
	var out []string
	for _, s := range list {
		if s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, "\n")
}
