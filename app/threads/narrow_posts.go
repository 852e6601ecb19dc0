package threads

import (
	"context"
	"fmt"
	"strconv"

	"watercooler/app/db"
	"watercooler/auth"
)

// LockPosts makes whoever publishes in blog or says who one of its posts is for wait until tx has ended, so that NarrowPosts misses
// no post. Take it before the audience of the blog is read.
func LockPosts(ctx context.Context, tx *db.Tx, blog int64) error {
	return tx.Lock(ctx, "posts of blog "+strconv.FormatInt(blog, 10))
}

// Wider lists the audiences that everybody in audience is in, besides itself.
func Wider(audience string) []string {
	switch audience {
	case auth.AudiencePublic:
		return nil
	case auth.AudienceHub:
		return []string{auth.AudiencePublic}
	}
	return []string{auth.AudiencePublic, auth.AudienceHub}
}

// NarrowPosts gives the posts of blog that are for more people than audience this audience, in the transaction in which v makes
// the blog narrower, and returns how many there were. Posts for others, such as the members of a network, stay as they are. Each is
// an event of its own, like an edit: its replies are for fewer people now, too.
func (s *Service) NarrowPosts(ctx context.Context, tx *db.Tx, v auth.Viewer, blog int64, audience string) (int, error) {
	wider := Wider(audience)
	if len(wider) == 0 {
		return 0, nil
	}
	if err := LockPosts(ctx, tx, blog); err != nil {
		return 0, fmt.Errorf("narrow the posts of blog %d: %w", blog, err)
	}
	ids, err := collect(ctx, tx, sql(`
UPDATE threads
SET audience = ?
WHERE id IN (SELECT thread_id FROM posts WHERE blog_id = ?) AND audience IN (?)
RETURNING id`, audience, blog, wider), db.One[int64])
	if err != nil {
		return 0, fmt.Errorf("narrow the posts of blog %d: %w", blog, err)
	}
	for _, id := range ids {
		if err := s.append(ctx, tx, v, "thread.edited", entry{kind: kindThread, id: id, thread: id, audience: audience}); err != nil {
			return 0, fmt.Errorf("narrow the posts of blog %d: %w", blog, err)
		}
	}
	return len(ids), nil
}
