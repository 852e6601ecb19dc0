package threads

import (
	"context"
	"fmt"
	"strings"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/auth"
)

// Redirect makes an address that something had before, here or on the site it came from, lead to it, in tx. path begins with a
// slash and holds the query where that is part of the old address. kind is thread, reply, topic, person, network or blog.
func (s *Service) Redirect(ctx context.Context, tx *db.Tx, path, kind string, id int64) error {
	if _, ok := movedTo[kind]; !ok {
		return errs.Invalidf("No address leads to a %s.", kind)
	}
	_, err := tx.Exec(ctx, `
INSERT INTO redirects (path, object_kind, object_id, created_at)
VALUES ($1, $2, $3, $4)
ON CONFLICT (path) DO UPDATE
SET object_kind = excluded.object_kind, object_id = excluded.object_id`, path, kind, id, db.Micros(tx.Now()))
	if err != nil {
		return fmt.Errorf("redirect %s: %w", path, err)
	}
	return nil
}

// movedTo are the statements that find the present address of a thing, if it is there and its audience is among those asked for.
// Profiles, and topics that no public thread is about, are for people who are signed in.
var movedTo = map[string]string{
	kindThread: `
SELECT CASE WHEN t.kind = 'post' THEN '' ELSE '/threads/' || CAST(t.id AS TEXT) END, ` + postAddress + `
FROM threads t
WHERE t.id = ? AND t.deleted_at IS NULL AND t.audience IN (?)`,
	kindReply: `
SELECT '/replies/' || CAST(r.id AS TEXT), ''
FROM replies r
JOIN threads t ON t.id = r.thread_id
WHERE r.id = ? AND t.audience IN (?)`,
	"topic": `
SELECT '/topics/' || tp.slug, ''
FROM topics tp
WHERE tp.id = ? AND ('hub' IN (?) OR EXISTS (
  SELECT 1
  FROM thread_topics tt
  JOIN threads t ON t.id = tt.thread_id
  WHERE tt.topic_id = tp.id AND t.deleted_at IS NULL AND t.audience = 'public'))`,
	"person": `
SELECT '/people/' || p.handle, ''
FROM people p
WHERE p.id = ? AND 'hub' IN (?)`,
	"network": `
SELECT '/networks/' || n.slug, ''
FROM networks n
WHERE n.id = ? AND n.audience IN (?)`,
	"blog": `
SELECT '/blog/' || b.slug, ''
FROM blogs b
WHERE b.id = ? AND b.audience IN (?) AND (b.launch_at IS NULL OR b.launch_at <= ?)`,
}

// Moved returns where what had the address path before is now, NotFound unless v may read it.
func (s *Service) Moved(ctx context.Context, v auth.Viewer, path string) (string, error) {
	var (
		kind string
		id   int64
	)
	err := s.db.QueryRow(ctx, "SELECT object_kind, object_id FROM redirects WHERE path = $1", path).Scan(&kind, &id)
	if err != nil {
		return "", fmt.Errorf("look for %s: %w", path, err)
	}
	// SECURITY: the audience in each statement keeps an old address from telling that there is something behind it.
	var address, post string
	statement := movedTo[kind]
	values := []any{id, v.Audiences(), db.Micros(s.now())}
	if err := sql(statement, values[:strings.Count(statement, "?")]...).row(ctx, s.db).Scan(&address, &post); err != nil {
		return "", fmt.Errorf("address of %s %d, once %s: %w", kind, id, path, err)
	}
	if kind == kindThread {
		return home(id, post), nil
	}
	return address, nil
}
