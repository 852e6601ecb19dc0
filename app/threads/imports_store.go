package threads

import (
	"cmp"
	"context"
	"slices"

	"watercooler/app/db"
	"watercooler/app/markup"
)

// lookups are the statements of selectKnown. Each reads external id, id, thread and hash.
var lookups = map[string]string{
	"threads": "SELECT external_id, id, 0, source_hash FROM threads WHERE external_id IN (?)",
	"replies": "SELECT external_id, id, thread_id, source_hash FROM replies WHERE external_id IN (?)",
	"people":  "SELECT external_id, id, 0, source_hash FROM people WHERE external_id IN (?)",
}

// selectKnown finds rows that were imported before. Empty external ids mean nothing and are left out.
func selectKnown(ctx context.Context, q db.Querier, table string, externals []string) (map[string]known, error) {
	found := make(map[string]known, len(externals))
	return found, selectByText(ctx, q, lookups[table], externals, func(r db.Scanner) error {
		var (
			external string
			k        known
		)
		err := r.Scan(&external, &k.id, &k.thread, &k.hash)
		found[external] = k
		return err
	})
}

// selectTopicIDs finds the topics that names mean: by slug, name or synonym.
func selectTopicIDs(ctx context.Context, q db.Querier, names []string) (map[string]int64, error) {
	bySlug, byWord := map[string]int64{}, map[string]int64{}
	slugs, words := make([]string, len(names)), make([]string, len(names))
	for i, name := range names {
		slugs[i], words[i] = markup.Slug(name), markup.Fold(name)
	}
	into := func(found map[string]int64) func(db.Scanner) error {
		return func(r db.Scanner) error {
			var (
				id  int64
				key string
			)
			err := r.Scan(&id, &key)
			found[key] = id
			return err
		}
	}
	if err := selectByText(ctx, q, "SELECT id, slug FROM topics WHERE slug IN (?)", slugs, into(bySlug)); err != nil {
		return nil, err
	}
	err := selectByText(ctx, q, "SELECT topic_id, folded FROM topic_synonyms WHERE folded IN (?)", words, into(byWord))
	if err != nil {
		return nil, err
	}
	ids := make(map[string]int64, len(names))
	for i, name := range names {
		ids[name] = cmp.Or(bySlug[slugs[i]], byWord[words[i]])
	}
	return ids, nil
}

// selectByText runs a statement for a list of texts of any length, a chunk at a time.
func selectByText(ctx context.Context, q db.Querier, part string, keys []string, scan func(db.Scanner) error) error {
	keys = slices.Clone(keys)
	slices.Sort(keys)
	keys = slices.DeleteFunc(slices.Compact(keys), func(k string) bool { return k == "" })
	for list := range slices.Chunk(keys, chunk) {
		rows, err := sqlRows(ctx, q, sql(part, db.Pad(list)))
		if _, err := db.Collect(rows, err, func(r db.Scanner) (struct{}, error) { return struct{}{}, scan(r) }); err != nil {
			return err
		}
	}
	return nil
}

// keepRevisions copies what is about to be replaced by an import.
func keepRevisions(ctx context.Context, tx *db.Tx, kind string, externals []string) error {
	if len(externals) == 0 {
		return nil
	}
	title := "title"
	if kind == kindReply {
		title = "''"
	}
	s := sql(`
INSERT INTO revisions (object_kind, object_id, revision, title, body, editor_id, created_at)
SELECT '`+kind+`', id, revision, `+title+`, body, author_id, edited.at
FROM `+tables[kind]+`, (SELECT CAST(? AS BIGINT) AS at) edited
WHERE external_id IN (?)`, db.Micros(tx.Now()), db.Pad(externals))
	_, err := tx.Exec(ctx, s.text.String(), s.values.Values()...)
	return err
}

func upsertThreads(ctx context.Context, tx *db.Tx, rows []threadRow, written func(external string, id int64)) error {
	values := make([][]any, len(rows))
	for i, r := range rows {
		created := db.Micros(r.CreatedAt)
		values[i] = []any{r.ExternalID, r.Hash, string(r.Kind), r.Title, r.Body, r.doc.HTML, r.doc.Excerpt, markup.Version,
			r.author, r.Audience, idOrNull(r.Network), created, created, db.NullMicros(r.EditedAt), db.NullMicros(r.ClosedAt),
			db.NullMicros(r.PinnedAt), r.Votes, r.Votes}
	}
	return insertReturning(ctx, tx, `
INSERT INTO threads (external_id, source_hash, kind, title, body, body_html, excerpt, renderer,
  author_id, audience, network_id, created_at, active_at, edited_at, closed_at, pinned_at, vote_count, imported_votes)`, values, `
ON CONFLICT (external_id) DO UPDATE
SET source_hash = excluded.source_hash, kind = excluded.kind, title = excluded.title, body = excluded.body,
  body_html = excluded.body_html, excerpt = excluded.excerpt, renderer = excluded.renderer, author_id = excluded.author_id,
  network_id = COALESCE(threads.network_id, excluded.network_id), created_at = excluded.created_at, edited_at = excluded.edited_at,
  audience = CASE
    WHEN threads.network_id IS NULL OR threads.network_id = excluded.network_id THEN excluded.audience
    ELSE threads.audience
  END,
  closed_at = excluded.closed_at, revision = threads.revision + 1,
  vote_count = threads.vote_count - threads.imported_votes + excluded.imported_votes,
  imported_votes = excluded.imported_votes
RETURNING external_id, id`, written)
}

func upsertReplies(ctx context.Context, tx *db.Tx, rows []replyRow, written func(external string, id int64)) error {
	values := make([][]any, len(rows))
	for i, r := range rows {
		values[i] = []any{r.ExternalID, r.Hash, r.thread, r.parent, r.author, r.Body, r.doc.HTML, markup.Version,
			db.Micros(r.CreatedAt), db.NullMicros(r.EditedAt), db.NullMicros(r.DeletedAt), r.Votes, r.Votes}
	}
	return insertReturning(ctx, tx, `
INSERT INTO replies (external_id, source_hash, thread_id, parent_id, author_id, body, body_html, renderer,
  created_at, edited_at, deleted_at, vote_count, imported_votes)`, values, `
ON CONFLICT (external_id) DO UPDATE
SET source_hash = excluded.source_hash, parent_id = excluded.parent_id, author_id = excluded.author_id,
  body = excluded.body, body_html = excluded.body_html, renderer = excluded.renderer, created_at = excluded.created_at,
  edited_at = excluded.edited_at, deleted_at = COALESCE(excluded.deleted_at, replies.deleted_at), revision = replies.revision + 1,
  vote_count = replies.vote_count - replies.imported_votes + excluded.imported_votes,
  imported_votes = excluded.imported_votes
RETURNING external_id, id`, written)
}

// insertReturning inserts rows and reports external id and id of each.
func insertReturning(ctx context.Context, tx *db.Tx, insert string, rows [][]any, after string, written func(string, int64)) error {
	for _, s := range inserts(insert, rows, after) {
		got, err := sqlRows(ctx, tx, s)
		_, err = db.Collect(got, err, func(r db.Scanner) (struct{}, error) {
			var (
				external string
				id       int64
			)
			if err := r.Scan(&external, &id); err != nil {
				return struct{}{}, err
			}
			written(external, id)
			return struct{}{}, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// insertRows inserts rows.
func insertRows(ctx context.Context, tx *db.Tx, insert string, rows [][]any, after string) error {
	for _, s := range inserts(insert, rows, after) {
		if _, err := tx.Exec(ctx, s.text.String(), s.values.Values()...); err != nil {
			return err
		}
	}
	return nil
}

// inserts returns the statements that insert rows: 64 to a statement, and the rest by powers of two, so that seven prepared
// statements do for any number.
func inserts(insert string, rows [][]any, after string) []*statement {
	var list []*statement
	for size := 64; size > 0; size /= 2 {
		for len(rows) >= size {
			s := sql(insert + "\nVALUES ")
			for i, row := range rows[:size] {
				if i > 0 {
					s.add(", ")
				}
				s.add("(?)", tuple(row))
			}
			list, rows = append(list, s.add("\n"+after)), rows[size:]
		}
	}
	return list
}

// addReplies counts replies that an import brought to a thread, the latest of them at active.
func addReplies(ctx context.Context, tx *db.Tx, thread int64, replies int, active int64) error {
	if replies == 0 && active == 0 {
		return nil
	}
	_, err := tx.Exec(ctx, `
UPDATE threads
SET reply_count = reply_count + $1, active_at = CASE WHEN active_at < $2 THEN $2 ELSE active_at END
WHERE id = $3`, replies, active, thread)
	return err
}

// setAccepted marks the accepted answer of a thread, unless it was deleted here.
func setAccepted(ctx context.Context, tx *db.Tx, thread, reply int64) error {
	_, err := tx.Exec(ctx, `
UPDATE threads
SET accepted_reply_id = $1
WHERE id = $2 AND EXISTS (SELECT 1 FROM replies WHERE id = $1 AND deleted_at IS NULL)`, reply, thread)
	return err
}
