package threads

import (
	"context"
	"html"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/markup"
)

// maxMerged bounds the text of an opening that became a reply: what people may write, and the title before it.
const maxMerged = markup.MaxArticle + 4*MaxTitle

// bold is text as bold Markdown, whatever signs are in it.
func bold(text string) string {
	return markup.FromHTML("<p><strong>" + html.EscapeString(text) + "</strong></p>")
}

// pointer is a paragraph of Markdown that says something and leads to a thread.
func pointer(said, title, path string) string {
	return markup.FromHTML("<p><em>" + html.EscapeString(said) + ` <a href="` + html.EscapeString(path) + `">` + html.EscapeString(title) + "</a>.</em></p>")
}

// countPinned counts what is pinned in a place besides one thread. Network 0 is the hub at large.
func countPinned(ctx context.Context, tx *db.Tx, network, besides int64) (n int, err error) {
	err = tx.QueryRow(ctx, `
SELECT COUNT(*)
FROM threads
WHERE pinned_at IS NOT NULL AND deleted_at IS NULL AND COALESCE(network_id, 0) = $1 AND id <> $2`, network, besides).Scan(&n)
	return n, err
}

func updatePinned(ctx context.Context, tx *db.Tx, id int64, on bool) (changed bool, err error) {
	var n int64
	if on {
		n, err = tx.Exec(ctx, "UPDATE threads SET pinned_at = $1 WHERE id = $2 AND pinned_at IS NULL", db.Micros(tx.Now()), id)
	} else {
		n, err = tx.Exec(ctx, "UPDATE threads SET pinned_at = NULL WHERE id = $1 AND pinned_at IS NOT NULL", id)
	}
	return n > 0, err
}

// updatePlace writes where a thread lives. What was pinned in one place is not in another.
func updatePlace(ctx context.Context, tx *db.Tx, id int64, in Move, stays bool) error {
	_, err := tx.Exec(ctx, `
UPDATE threads
SET network_id = $1, audience = $2, kind = $3, pinned_at = CASE WHEN $4 THEN pinned_at END
WHERE id = $5`, idOrNull(in.Network), in.Audience, string(in.Kind), stays, id)
	return err
}

// merged is what a thread that goes into another brings.
type merged struct {
	replies, votes, imported int
	created, active          int64
	edited                   *int64
	revision                 int
	accepted                 int64
}

// markMerged takes a thread away, which also keeps everybody else from it until tx has ended, and returns what it had.
func markMerged(ctx context.Context, tx *db.Tx, id, into int64) (m merged, err error) {
	var accepted *int64
	err = tx.QueryRow(ctx, `
UPDATE threads
SET deleted_at = $1, moved_to = $2, pinned_at = NULL, superseded_by = NULL
WHERE id = $3 AND deleted_at IS NULL
RETURNING reply_count, vote_count, imported_votes, created_at, active_at, edited_at, revision, accepted_reply_id`,
		db.Micros(tx.Now()), into, id).Scan(&m.replies, &m.votes, &m.imported, &m.created, &m.active, &m.edited, &m.revision, &accepted)
	if errs.IsNotFound(err) {
		return merged{}, noThread
	}
	m.accepted = orZero(accepted)
	return m, err
}

// insertMerged writes the opening of a thread as a reply in another.
func insertMerged(ctx context.Context, tx *db.Tx, e entry, into int64, body string, doc markup.Doc, m merged) (id int64, err error) {
	err = tx.QueryRow(ctx, `
INSERT INTO replies (thread_id, author_id, body, body_html, renderer, created_at, edited_at, revision, vote_count, imported_votes)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
RETURNING id`, into, e.author, body, doc.HTML, markup.Version, m.created, m.edited, m.revision, m.votes, m.imported).Scan(&id)
	return id, err
}

// moveAll takes everything that belongs to a thread to another; reply is what has become of its opening. What answered the
// opening now says so. Followers of both follow once, and a reply that somebody was writing waits under the other thread unless
// they were writing there as well.
func moveAll(ctx context.Context, tx *db.Tx, from, into, reply int64) error {
	for _, statement := range []struct {
		text string
		args []any
	}{
		{"UPDATE replies SET thread_id = $1, parent_id = COALESCE(parent_id, $2) WHERE thread_id = $3", []any{into, reply, from}},
		{"UPDATE votes SET object_kind = 'reply', object_id = $1 WHERE object_kind = 'thread' AND object_id = $2", []any{reply, from}},
		{"UPDATE revisions SET object_kind = 'reply', object_id = $1 WHERE object_kind = 'thread' AND object_id = $2", []any{reply, from}},
		{"UPDATE attachments SET thread_id = $1 WHERE thread_id = $2", []any{into, from}},
		{"UPDATE redirects SET object_id = $1 WHERE object_kind = 'thread' AND object_id = $2", []any{into, from}},
		{"UPDATE threads SET moved_to = $1 WHERE moved_to = $2", []any{into, from}},
		{"UPDATE threads SET superseded_by = NULL WHERE superseded_by = $1 AND id = $2", []any{from, into}},
		{`
UPDATE threads
SET superseded_by = (SELECT COALESCE(s.superseded_by, s.id) FROM threads s WHERE s.id = $1)
WHERE superseded_by = $2`, []any{into, from}},
		{`
INSERT INTO watches (person_id, object_kind, object_id, created_at)
SELECT person_id, 'thread', CAST($1 AS BIGINT), created_at
FROM watches
WHERE object_kind = 'thread' AND object_id = $2
ON CONFLICT DO NOTHING`, []any{into, from}},
		{"DELETE FROM watches WHERE object_kind = 'thread' AND object_id = $1", []any{from}},
		{`
UPDATE drafts
SET place = $1
WHERE place = $2 AND NOT EXISTS (SELECT 1 FROM drafts o WHERE o.person_id = drafts.person_id AND o.place = $1)`,
			[]any{ReplyPlace(into), ReplyPlace(from)}},
		{`
UPDATE threads
SET reply_count = 0, vote_count = 0, imported_votes = 0, accepted_reply_id = NULL
WHERE id = $1`, []any{from}},
	} {
		if _, err := tx.Exec(ctx, statement.text, statement.args...); err != nil {
			return err
		}
	}
	return nil
}

// updateMerged counts what came to a thread with another, and gives it the audience both now have.
func updateMerged(ctx context.Context, tx *db.Tx, into int64, audience string, m merged, takesAnswer bool) error {
	var answer int64
	if takesAnswer {
		answer = m.accepted
	}
	n, err := tx.Exec(ctx, `
UPDATE threads
SET reply_count = reply_count + $1, audience = $2, accepted_reply_id = COALESCE(accepted_reply_id, $3),
  active_at = CASE WHEN active_at < $4 THEN $4 ELSE active_at END
WHERE id = $5 AND deleted_at IS NULL`, m.replies+1, audience, idOrNull(answer), m.active, into)
	if err == nil && n == 0 {
		return noThread
	}
	return err
}

// lockThread keeps everybody else from replying to a thread until tx has ended.
func lockThread(ctx context.Context, tx *db.Tx, id int64) error {
	n, err := tx.Exec(ctx, "UPDATE threads SET revision = revision WHERE id = $1 AND deleted_at IS NULL", id)
	if err == nil && n == 0 {
		return noThread
	}
	return err
}

// selectSpan returns when the first and the last of some replies of a thread were written, and how many of them are there.
func selectSpan(ctx context.Context, tx *db.Tx, thread int64, replies []int64) (first, last int64, n int, err error) {
	err = sql(`
SELECT COALESCE(MIN(created_at), 0), COALESCE(MAX(created_at), 0), COUNT(*)
FROM replies
WHERE thread_id = ? AND deleted_at IS NULL AND id IN (?)`, thread, replies).row(ctx, tx).Scan(&first, &last, &n)
	return first, last, n, err
}

// moveSome takes some replies of a thread to a new one, the last of them written at last. An answer whose question is in the other
// thread answers nobody in particular: the name of whom it answered may not be for the other thread's readers one day. Who wrote
// one of the replies and follows the old thread follows the new one too, and files that the replies show belong to both.
func moveSome(ctx context.Context, tx *db.Tx, from, fresh int64, replies []int64, last int64) error {
	s := sql("UPDATE replies SET thread_id = ? WHERE thread_id = ? AND deleted_at IS NULL AND id IN (?)", fresh, from, replies)
	if _, err := tx.Exec(ctx, s.text.String(), s.values.Values()...); err != nil {
		return err
	}
	for _, statement := range []struct {
		text string
		args []any
	}{
		{`
UPDATE replies
SET parent_id = NULL
WHERE thread_id IN ($1, $2) AND parent_id IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM replies o WHERE o.id = replies.parent_id AND o.thread_id = replies.thread_id)`, []any{from, fresh}},
		{`
INSERT INTO thread_topics (thread_id, topic_id)
SELECT CAST($1 AS BIGINT), topic_id
FROM thread_topics
WHERE thread_id = $2`, []any{fresh, from}},
		{`
INSERT INTO watches (person_id, object_kind, object_id, created_at)
SELECT w.person_id, 'thread', CAST($1 AS BIGINT), w.created_at
FROM watches w
WHERE w.object_kind = 'thread' AND w.object_id = $2
  AND EXISTS (SELECT 1 FROM replies r WHERE r.thread_id = $1 AND r.author_id = w.person_id)
ON CONFLICT DO NOTHING`, []any{fresh, from}},
		{`
INSERT INTO attachments (thread_id, person_id, file, name, content_type, size, created_at)
SELECT CAST($1 AS BIGINT), a.person_id, a.file, a.name, a.content_type, a.size, a.created_at
FROM attachments a
WHERE a.thread_id = $2
  AND EXISTS (SELECT 1 FROM replies r WHERE r.thread_id = $1 AND r.body LIKE '%' || a.file || '%')`, []any{fresh, from}},
		{`
UPDATE threads
SET active_at = $1, reply_count = (SELECT COUNT(*) FROM replies r WHERE r.thread_id = $2 AND r.deleted_at IS NULL)
WHERE id = $2`, []any{last, fresh}},
	} {
		if _, err := tx.Exec(ctx, statement.text, statement.args...); err != nil {
			return err
		}
	}
	return nil
}

// settleCounts puts right what a thread counts after replies went and one came, now.
func settleCounts(ctx context.Context, tx *db.Tx, thread int64) error {
	if _, err := tx.Exec(ctx, `
UPDATE threads
SET active_at = CASE WHEN active_at < $1 THEN $1 ELSE active_at END
WHERE id = $2`, db.Micros(tx.Now()), thread); err != nil {
		return err
	}
	return recountThread(ctx, tx, thread)
}
