package threads

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/markup"
	"watercooler/auth"
)

// Key is a place in a list ordered by time and id: the row with these values. It stays where it is when rows come and go
// around it, which a page number does not.
type Key struct {
	At int64 // Unix µs
	ID int64
}

// threadColumns are read by scanThread. The statement they stand in names the thread t, its author p and the author's unit u.
// Most threads are in no network and are no posts; they pay nothing for those that are. Whoever may read a thread may know of
// its network.
const threadColumns = `t.id, t.kind, t.title, t.excerpt, t.audience, t.created_at, t.active_at, t.edited_at, t.closed_at,
  t.deleted_at, t.revision, t.reply_count, t.vote_count, t.accepted_reply_id, t.pinned_at,
  t.superseded_by IS NOT NULL,
  CASE WHEN t.network_id IS NULL THEN ''
    ELSE (SELECT CAST(n.id AS TEXT) || ' ' || n.slug || ' ' || n.name FROM networks n WHERE n.id = t.network_id) END,
  ` + postAddress + `,
  p.id, p.handle, p.name, p.photo, COALESCE(u.name, ''), p.writes_in`

// postAddress is the address of thread t below /blog, ” when it is no post.
const postAddress = `CASE WHEN t.kind = 'post' THEN COALESCE(
    (SELECT b.slug || '/' || po.slug FROM posts po JOIN blogs b ON b.id = po.blog_id WHERE po.thread_id = t.id), '') ELSE '' END`

// The thread is filled where it is, because it is large and lists have many.
func scanThread(r db.Scanner, t *Thread, more ...any) (err error) {
	var (
		created, active         int64
		edited, closed, deleted *int64
		accepted, pinned        *int64
		place                   string
	)
	dest := append(make([]any, 0, 32), &t.ID, &t.Kind, &t.Title, &t.Excerpt, &t.Audience, &created, &active, &edited, &closed,
		&deleted, &t.Revision, &t.Replies, &t.Votes, &accepted, &pinned, &t.Superseded, &place, &t.Post,
		&t.Author.ID, &t.Author.Handle, &t.Author.Name, &t.Author.Photo, &t.Author.Unit, &t.Author.Lang)
	if err := r.Scan(append(dest, more...)...); err != nil {
		return err
	}
	t.CreatedAt, t.ActiveAt = db.Time(created), db.Time(active)
	t.EditedAt, t.ClosedAt, t.Deleted = timeOf(edited), timeOf(closed), deleted != nil
	t.Accepted, t.Pinned = orZero(accepted), pinned != nil
	t.Network, err = networkSaid(place)
	return err
}

// networkSaid reads a network as threadColumns say it: its id, slug and name with spaces between. Only a name has spaces in it.
func networkSaid(text string) (p Place, err error) {
	if text == "" {
		return Place{}, nil
	}
	id, rest, _ := strings.Cut(text, " ")
	p.Slug, p.Name, _ = strings.Cut(rest, " ")
	p.ID, err = strconv.ParseInt(id, 10, 64)
	return p, err
}

// orZero returns the id in a reference that may be NULL, 0 for NULL.
func orZero(id *int64) int64 {
	if id == nil {
		return 0
	}
	return *id
}

// timeOf returns the time of a column that may be NULL, zero for NULL.
func timeOf(us *int64) time.Time {
	if us == nil {
		return time.Time{}
	}
	return db.Time(*us)
}

// idOrNull returns what a reference that may be NULL holds for id.
func idOrNull(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}

// selectThread reads one thread with everything its page shows above the replies, in one statement: a round trip to PostgreSQL
// costs more than what it brings. The topics come as one text, a line each, because both databases can make that.
func selectThread(ctx context.Context, q db.Querier, v auth.Viewer, id int64) (t Thread, err error) {
	s := sql("SELECT "+threadColumns+`, t.body, t.body_html, a.created_at, t.moved_to, t.checked_at,
  CASE WHEN t.checked_by IS NULL THEN '' ELSE (SELECT CAST(c.id AS TEXT) || ' ' || c.handle || ' ' || c.name FROM people c WHERE c.id = t.checked_by) END,
  CASE WHEN t.superseded_by IS NULL THEN '' ELSE COALESCE((
    SELECT `+OtherSaid+`
    FROM threads o
    WHERE o.id = t.superseded_by AND o.deleted_at IS NULL AND ?), '') END,
  EXISTS (SELECT 1 FROM threads o WHERE o.superseded_by = t.id AND o.deleted_at IS NULL),
  `+keepColumns+`,
  COALESCE((SELECT string_agg(CAST(tp.id AS TEXT) || ' ' || tp.slug || ' ' || tp.name, ? ORDER BY tp.name, tp.id)
            FROM thread_topics tt
            JOIN topics tp ON tp.id = tt.topic_id
            WHERE tt.thread_id = t.id), '')`, readable{v, "o.audience"}, "\n")
	if v.SignedIn() {
		s.add(`,
  EXISTS (SELECT 1 FROM votes WHERE object_kind = 'thread' AND object_id = t.id AND person_id = ?),
  EXISTS (SELECT 1 FROM watches WHERE person_id = ? AND object_kind = 'thread' AND object_id = t.id),
  t.kind = 'post' AND EXISTS (SELECT 1 FROM post_authors WHERE thread_id = t.id AND person_id = ?),
  `+keepsBlog, v.Person, v.Person, v.Person, v.Person)
	} else {
		s.add(", FALSE, FALSE, FALSE, FALSE")
	}
	s.add(`
FROM threads t
JOIN people p ON p.id = t.author_id
LEFT JOIN units u ON u.id = p.unit_id
LEFT JOIN replies a ON a.id = t.accepted_reply_id
WHERE t.id = ? AND ?`, id, readable{v, "t.audience"})

	var (
		body, html         string
		topics             string
		answered, into     *int64
		checked            *int64
		checker, successor string
		voted, watched     bool
		coauthor           bool
	)
	var keeping keptSaid
	err = scanThread(s.row(ctx, q), &t, slices.Concat([]any{&body, &html, &answered, &into, &checked, &checker, &successor, &t.replaces},
		keeping.dest(&t), []any{&topics, &voted, &watched, &coauthor, &t.blog})...)
	if err != nil {
		if errs.IsNotFound(err) {
			err = noThread.Because(err)
		}
		return Thread{}, err
	}
	t.Body, t.HTML, t.AnsweredAt, t.MovedTo, t.Voted, t.Watched, t.coauthor = body, html, timeOf(answered), orZero(into), voted, watched, coauthor
	if t.Topics, err = parseTopics(topics); err != nil {
		return Thread{}, err
	}
	t.CheckedAt = timeOf(checked)
	if t.CheckedBy, err = checkerOf(checker); err != nil {
		return Thread{}, err
	}
	if t.Successor, err = OtherOf(successor); err != nil {
		return Thread{}, err
	}
	if err := keeping.read(&t); err != nil {
		return Thread{}, err
	}
	if t.Deleted {
		// SECURITY: what was deleted leaves the database for nobody.
		t.Title, t.Body, t.HTML, t.Excerpt = "", "", "", ""
	}
	return t, nil
}

// parseTopics reads the topics that selectThread finds: lines of an id, a slug and a name. Only a name has spaces in it, and
// none has a line break.
func parseTopics(lines string) ([]Topic, error) {
	var topics []Topic
	for line := range strings.Lines(lines) {
		id, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		slug, name, _ := strings.Cut(rest, " ")
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("topic %q: %w", line, err)
		}
		topics = append(topics, Topic{ID: n, Slug: slug, Name: name})
	}
	return topics, nil
}

// selectTopics reads the topics of threads, and whether person follows each; 0 follows none.
func selectTopics(ctx context.Context, q db.Querier, person int64, ids ...int64) (map[int64][]Topic, map[int64]string, error) {
	if len(ids) == 0 {
		return nil, nil, nil
	}
	s := sql("SELECT tt.thread_id, tp.id, tp.slug, tp.name")
	if person != 0 {
		s.add(", EXISTS (SELECT 1 FROM watches WHERE person_id = ? AND object_kind = 'topic' AND object_id = tp.id)", person)
	} else {
		s.add(", FALSE")
	}
	s.add(`
FROM thread_topics tt
JOIN topics tp ON tp.id = tt.topic_id
WHERE tt.thread_id IN (?)
ORDER BY tp.name, tp.id
LIMIT ?`, ids, len(ids)*4*MaxTopics) // imports may bring more topics than people may choose

	topics := make(map[int64][]Topic, len(ids))
	followed := map[int64]string{} // thread → name of the first of its topics that person follows
	rows, err := q.Query(ctx, s.text.String(), s.values.Values()...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var (
			thread  int64
			topic   Topic
			follows bool
		)
		if err := r.Scan(&thread, &topic.ID, &topic.Slug, &topic.Name, &follows); err != nil {
			return struct{}{}, err
		}
		topics[thread] = append(topics[thread], topic)
		if follows && followed[thread] == "" {
			followed[thread] = topic.Name
		}
		return struct{}{}, nil
	})
	return topics, followed, err
}

// replyStatement starts a read of replies r of a thread whose audience has been checked.
func replyStatement(v auth.Viewer) *statement {
	s := sql(`SELECT r.id, r.thread_id, r.parent_id, r.created_at, r.edited_at, r.deleted_at, r.revision, r.vote_count, r.body_html,
  p.id, p.handle, p.name, p.photo, COALESCE(u.name, ''), p.writes_in,
  CASE WHEN pr.deleted_at IS NULL THEN COALESCE(pp.name, '') ELSE '' END`)
	if v.SignedIn() {
		s.add(`,
  EXISTS (SELECT 1 FROM votes WHERE object_kind = 'reply' AND object_id = r.id AND person_id = ?)`, v.Person)
	} else {
		s.add(", FALSE")
	}
	return s.add(`
FROM replies r
JOIN people p ON p.id = r.author_id
LEFT JOIN units u ON u.id = p.unit_id
LEFT JOIN replies pr ON pr.id = r.parent_id
LEFT JOIN people pp ON pp.id = pr.author_id`)
}

func scanReply(row db.Scanner) (Reply, error) {
	var (
		r               Reply
		parent          *int64
		created         int64
		edited, deleted *int64
	)
	err := row.Scan(&r.ID, &r.Thread, &parent, &created, &edited, &deleted, &r.Revision, &r.Votes, &r.HTML,
		&r.Author.ID, &r.Author.Handle, &r.Author.Name, &r.Author.Photo, &r.Author.Unit, &r.Author.Lang, &r.ParentBy, &r.Voted)
	if err != nil {
		return Reply{}, err
	}
	if parent != nil {
		r.Parent = *parent
	}
	r.CreatedAt, r.EditedAt, r.Deleted = db.Time(created), timeOf(edited), deleted != nil
	if r.Deleted {
		// SECURITY: what was deleted leaves the database for nobody.
		r.HTML, r.Votes, r.Author = "", 0, Author{}
	}
	return r, nil
}

// selectReplies reads up to limit replies of a thread after a place in time, oldest first, or before it, newest first.
func selectReplies(ctx context.Context, q db.Querier, v auth.Viewer, thread int64, from Key, forward bool, limit int) ([]Reply, error) {
	s := replyStatement(v).add(`
WHERE r.thread_id = ?`, thread)
	if forward {
		s.add(`
  AND (r.created_at, r.id) > (?, ?)
ORDER BY r.created_at, r.id`, from.At, from.ID)
	} else {
		s.add(`
  AND (r.created_at, r.id) < (?, ?)
ORDER BY r.created_at DESC, r.id DESC`, from.At, from.ID)
	}
	return collect(ctx, q, s.add(`
LIMIT ?`, limit), scanReply)
}

// selectPinned reads one reply of a thread, for its place above the others.
func selectPinned(ctx context.Context, q db.Querier, v auth.Viewer, thread, id int64) (Reply, error) {
	return scanReply(replyStatement(v).add(`
WHERE r.id = ? AND r.thread_id = ?`, id, thread).row(ctx, q))
}

// countReplies returns how many replies, stubs included, a thread has, and how many of them stand before key. Both come from
// the index alone.
func countReplies(ctx context.Context, q db.Querier, thread int64, key Key) (total, before int, err error) {
	err = q.QueryRow(ctx, `
SELECT COUNT(*), COUNT(*) FILTER (WHERE (created_at, id) < ($1, $2))
FROM replies
WHERE thread_id = $3`, key.At, key.ID, thread).Scan(&total, &before)
	return total, before, err
}

// selectKeyBefore walks back steps replies from key, which it counts, and returns where it arrives.
func selectKeyBefore(ctx context.Context, q db.Querier, thread int64, key Key, steps int) (Key, error) {
	rows, err := q.Query(ctx, `
SELECT created_at, id
FROM replies
WHERE thread_id = $1 AND (created_at, id) < ($2, $3)
ORDER BY created_at DESC, id DESC
LIMIT $4`, thread, key.At, key.ID, steps)
	keys, err := db.Collect(rows, err, func(r db.Scanner) (k Key, err error) { return k, r.Scan(&k.At, &k.ID) })
	if err != nil || len(keys) == 0 {
		return Key{}, err
	}
	return keys[len(keys)-1], nil
}

// entry is a thread or reply as the rules see it before something is done to it: enough to decide who may do what.
type entry struct {
	kind      string // thread or reply
	id        int64
	thread    int64
	of        Kind // of the thread
	author    int64
	asker     int64 // author of the thread
	audience  string
	network   int64  // of the thread, 0 for none
	post      string // of the thread: its address below /blog, "" when it is no post
	coauthor  bool   // v wrote the post together with its author
	blog      bool   // v looks after the blog of the post for its unit
	successor int64  // the thread that has taken the thread's place, 0 for none
	reference bool   // the thread is a guide
	owner     int64  // who looks after the thread, 0 for its author
	deputy    int64  // who stands in, 0 for nobody
	checkAt   time.Time
	every     int    // months from one check to the next, 0 for none
	title     string // of the thread
	body      string
	parent    int64
	at        int64 // created, Unix µs
	revision  int
	accepted  int64 // the thread's accepted reply
	deleted   bool  // the entry itself
	gone      bool  // the thread is deleted
	closed    bool  // the thread is closed
}

// selectEntry reads a thread or reply that v may see, NotFound otherwise.
func selectEntry(ctx context.Context, q db.Querier, v auth.Viewer, kind string, id int64) (entry, error) {
	e := entry{kind: kind, id: id}
	var (
		s                        *statement
		accepted, closed, parent *int64
		network, successor       *int64
		owner, deputy, check     *int64
		deleted, threadDeleted   *int64
	)
	missing := noThread
	if kind == kindThread {
		s = sql(`
SELECT t.id, t.kind, t.author_id, t.author_id, t.audience, t.title, t.body, t.revision, t.accepted_reply_id,
  t.closed_at, t.deleted_at, t.deleted_at, t.created_at, NULL, t.network_id, `+postAddress+`,
  t.kind = 'post' AND EXISTS (SELECT 1 FROM post_authors WHERE thread_id = t.id AND person_id = ?), `+keepsBlog+`, t.superseded_by,
  t.reference, t.owner_id, t.deputy_id, t.check_at, COALESCE(t.check_every, 0)
FROM threads t
WHERE t.id = ? AND ?`, v.Person, v.Person, id, readable{v, "t.audience"})
	} else {
		missing = noReply
		s = sql(`
SELECT t.id, t.kind, r.author_id, t.author_id, t.audience, t.title, r.body, r.revision, t.accepted_reply_id,
  t.closed_at, r.deleted_at, t.deleted_at, r.created_at, r.parent_id, t.network_id, `+postAddress+`, FALSE, FALSE, t.superseded_by,
  t.reference, t.owner_id, t.deputy_id, t.check_at, COALESCE(t.check_every, 0)
FROM replies r
JOIN threads t ON t.id = r.thread_id
WHERE r.id = ? AND ?`, id, readable{v, "t.audience"})
	}
	err := s.row(ctx, q).Scan(&e.thread, &e.of, &e.author, &e.asker, &e.audience, &e.title, &e.body, &e.revision, &accepted,
		&closed, &deleted, &threadDeleted, &e.at, &parent, &network, &e.post, &e.coauthor, &e.blog, &successor,
		&e.reference, &owner, &deputy, &check, &e.every)
	if err != nil {
		if errs.IsNotFound(err) {
			err = missing.Because(err)
		}
		return entry{}, err
	}
	e.accepted, e.parent, e.network, e.successor = orZero(accepted), orZero(parent), orZero(network), orZero(successor)
	e.owner, e.deputy, e.checkAt = orZero(owner), orZero(deputy), timeOf(check)
	e.deleted, e.gone, e.closed = deleted != nil, threadDeleted != nil, closed != nil
	return e, nil
}

func insertThread(ctx context.Context, tx *db.Tx, author int64, at time.Time, in NewThread, doc markup.Doc) (id int64, err error) {
	began := db.Micros(at)
	err = tx.QueryRow(ctx, `
INSERT INTO threads (kind, title, body, body_html, excerpt, renderer, author_id, audience, network_id, created_at, active_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
RETURNING id`,
		string(in.Kind), in.Title, in.Body, doc.HTML, doc.Excerpt, markup.Version, author, in.Audience, idOrNull(in.Network),
		began, began).Scan(&id)
	return id, err
}

func insertTopics(ctx context.Context, tx *db.Tx, thread int64, topics []Topic) error {
	for _, t := range topics { // at most MaxTopics
		_, err := tx.Exec(ctx, `
INSERT INTO thread_topics (thread_id, topic_id)
VALUES ($1, $2)
ON CONFLICT DO NOTHING`, thread, t.ID)
		if err != nil {
			return fmt.Errorf("topic %s: %w", t.Slug, err)
		}
	}
	return nil
}

// replaceTopics gives a thread these topics and no others, and reports whether that changed anything.
func replaceTopics(ctx context.Context, tx *db.Tx, thread int64, topics []Topic) (bool, error) {
	old, _, err := selectTopics(ctx, tx, 0, thread)
	if err != nil {
		return false, err
	}
	same := len(old[thread]) == len(topics)
	for _, t := range old[thread] {
		same = same && slices.ContainsFunc(topics, func(n Topic) bool { return n.ID == t.ID })
	}
	if same {
		return false, nil
	}
	if _, err := tx.Exec(ctx, "DELETE FROM thread_topics WHERE thread_id = $1", thread); err != nil {
		return false, err
	}
	return true, insertTopics(ctx, tx, thread, topics)
}

// countReply counts a reply that is about to be written, if the thread takes one from v, and returns the thread's audience.
func countReply(ctx context.Context, tx *db.Tx, v auth.Viewer, thread int64) (audience string, err error) {
	// SECURITY: the audience in the WHERE is what keeps replies out of threads that v may not see.
	// The time never goes back: of two replies at once, the one that began first may commit last.
	now := db.Micros(tx.Now())
	err = sql(`
UPDATE threads
SET reply_count = reply_count + 1, active_at = CASE WHEN active_at < ? THEN ? ELSE active_at END
WHERE id = ? AND ? AND deleted_at IS NULL AND closed_at IS NULL
RETURNING audience`, now, now, thread, readable{v, "audience"}).row(ctx, tx).Scan(&audience)
	if !errs.IsNotFound(err) {
		return audience, err
	}
	e, err := selectEntry(ctx, tx, v, kindThread, thread)
	switch {
	case err != nil:
		return "", err
	case e.deleted:
		return "", noThread
	}
	return "", wasClosed
}

// selectParent checks that a reply can be answered: it stands in this thread and was not deleted.
func selectParent(ctx context.Context, tx *db.Tx, thread, parent int64) error {
	var id int64
	err := tx.QueryRow(ctx, `
SELECT id
FROM replies
WHERE id = $1 AND thread_id = $2 AND deleted_at IS NULL`, parent, thread).Scan(&id)
	if errs.IsNotFound(err) {
		return errs.InvalidFields(errs.Field{Name: "parent", Text: "The reply you are answering is no longer there. Your text can still go to everyone in the thread."})
	}
	return err
}

func insertReply(ctx context.Context, tx *db.Tx, author, thread int64, in NewReply, doc markup.Doc) (id int64, err error) {
	err = tx.QueryRow(ctx, `
INSERT INTO replies (thread_id, parent_id, author_id, body, body_html, renderer, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
RETURNING id`,
		thread, idOrNull(in.Parent), author, in.Body, doc.HTML, markup.Version, db.Micros(tx.Now())).Scan(&id)
	return id, err
}

// uncountReply takes a deleted reply out of its thread's count, and out of its place as the accepted answer if it has it. The
// time of the last activity stays: something did happen then.
func uncountReply(ctx context.Context, tx *db.Tx, reply int64) (unaccepted bool, err error) {
	var thread int64
	// The thread is asked for again: it may have been merged into another since it was read.
	err = tx.QueryRow(ctx, `
UPDATE threads
SET reply_count = reply_count - 1
WHERE id = (SELECT thread_id FROM replies WHERE id = $1)
RETURNING id`, reply).Scan(&thread)
	if err != nil {
		return false, err
	}
	return updateAccepted(ctx, tx, thread, reply, 0)
}

// updateAccepted replaces one accepted answer by another, 0 meaning none, and reports whether the old one was still it.
func updateAccepted(ctx context.Context, tx *db.Tx, thread, old, next int64) (bool, error) {
	n, err := tx.Exec(ctx, `
UPDATE threads
SET accepted_reply_id = $1
WHERE id = $2 AND COALESCE(accepted_reply_id, 0) = $3 AND moved_to IS NULL`, idOrNull(next), thread, old)
	return n > 0, err
}

func updateClosed(ctx context.Context, tx *db.Tx, id int64, closed bool) (changed bool, err error) {
	var n int64
	if closed {
		n, err = tx.Exec(ctx, "UPDATE threads SET closed_at = $1 WHERE id = $2 AND closed_at IS NULL", db.Micros(tx.Now()), id)
	} else {
		n, err = tx.Exec(ctx, "UPDATE threads SET closed_at = NULL WHERE id = $1 AND closed_at IS NOT NULL", id)
	}
	return n > 0, err
}

// tables are where the text and the counters of a thread or reply live.
var tables = map[string]string{kindThread: "threads", kindReply: "replies"}

func markDeleted(ctx context.Context, tx *db.Tx, kind string, id int64) (bool, error) {
	n, err := tx.Exec(ctx, "UPDATE "+tables[kind]+" SET deleted_at = $1 WHERE id = $2 AND deleted_at IS NULL", db.Micros(tx.Now()), id)
	return n > 0, err
}

// updateText writes the new text of e, if nobody else did since e was read.
func updateText(ctx context.Context, tx *db.Tx, e entry, in Edit, doc markup.Doc) (bool, error) {
	now := db.Micros(tx.Now())
	if e.kind == kindReply {
		n, err := tx.Exec(ctx, `
UPDATE replies
SET body = $1, body_html = $2, renderer = $3, edited_at = $4, revision = revision + 1
WHERE id = $5 AND revision = $6 AND deleted_at IS NULL`,
			in.Body, doc.HTML, markup.Version, now, e.id, e.revision)
		return n > 0, err
	}
	n, err := tx.Exec(ctx, `
UPDATE threads
SET title = $1, body = $2, body_html = $3, excerpt = $4, renderer = $5, edited_at = $6, revision = revision + 1
WHERE id = $7 AND revision = $8 AND deleted_at IS NULL`,
		in.Title, in.Body, doc.HTML, doc.Excerpt, markup.Version, now, e.id, e.revision)
	return n > 0, err
}

func insertRevision(ctx context.Context, tx *db.Tx, editor int64, e entry) error {
	_, err := tx.Exec(ctx, `
INSERT INTO revisions (object_kind, object_id, revision, title, body, editor_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		e.kind, e.id, e.revision, e.title, e.body, editor, db.Micros(tx.Now()))
	return err
}

// selectRevisions reads the kept versions of something, newest first. Editor and At say who replaced each, and when.
func selectRevisions(ctx context.Context, q db.Querier, kind string, id int64, limit int) ([]Version, error) {
	rows, err := q.Query(ctx, `
SELECT r.revision, r.title, r.body, r.created_at, p.id, p.handle, p.name, p.photo, COALESCE(u.name, '')
FROM revisions r
JOIN people p ON p.id = r.editor_id
LEFT JOIN units u ON u.id = p.unit_id
WHERE r.object_kind = $1 AND r.object_id = $2
ORDER BY r.revision DESC
LIMIT $3`, kind, id, limit)
	return db.Collect(rows, err, func(r db.Scanner) (v Version, err error) {
		var at int64
		err = r.Scan(&v.Number, &v.Title, &v.Body, &at, &v.Editor.ID, &v.Editor.Handle, &v.Editor.Name, &v.Editor.Photo, &v.Editor.Unit)
		v.At = db.Time(at)
		return v, err
	})
}

func selectAuthor(ctx context.Context, q db.Querier, id int64) (a Author, err error) {
	err = q.QueryRow(ctx, `
SELECT p.id, p.handle, p.name, p.photo, COALESCE(u.name, '')
FROM people p
LEFT JOIN units u ON u.id = p.unit_id
WHERE p.id = $1`, id).Scan(&a.ID, &a.Handle, &a.Name, &a.Photo, &a.Unit)
	return a, err
}

// setVote makes person's vote be there, or not, and reports whether that changed anything.
func setVote(ctx context.Context, tx *db.Tx, person int64, kind string, id int64, on bool) (changed bool, err error) {
	var n int64
	if on {
		n, err = tx.Exec(ctx, `
INSERT INTO votes (object_kind, object_id, person_id, created_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING`, kind, id, person, db.Micros(tx.Now()))
	} else {
		n, err = tx.Exec(ctx, `
DELETE FROM votes
WHERE object_kind = $1 AND object_id = $2 AND person_id = $3`, kind, id, person)
	}
	return n > 0, err
}

func addVotes(ctx context.Context, tx *db.Tx, kind string, id int64, step int) error {
	_, err := tx.Exec(ctx, "UPDATE "+tables[kind]+" SET vote_count = vote_count + $1 WHERE id = $2", step, id)
	return err
}

func insertWatch(ctx context.Context, tx *db.Tx, person int64, kind string, id int64) (started bool, err error) {
	n, err := tx.Exec(ctx, `
INSERT INTO watches (person_id, object_kind, object_id, created_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT DO NOTHING`, person, kind, id, db.Micros(tx.Now()))
	return n > 0, err
}

func deleteWatch(ctx context.Context, tx *db.Tx, person int64, kind string, id int64) (ended bool, err error) {
	n, err := tx.Exec(ctx, `
DELETE FROM watches
WHERE person_id = $1 AND object_kind = $2 AND object_id = $3`, person, kind, id)
	return n > 0, err
}

func selectWatch(ctx context.Context, q db.Querier, person int64, kind string, id int64) (on bool, err error) {
	err = q.QueryRow(ctx, `
SELECT EXISTS (SELECT 1 FROM watches WHERE person_id = $1 AND object_kind = $2 AND object_id = $3)`, person, kind, id).Scan(&on)
	return on, err
}
