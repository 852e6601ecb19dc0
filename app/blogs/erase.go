package blogs

import (
	"context"
	"fmt"
	"slices"

	"watercooler/app/db"
)

// Owners are whose blogs are meant, by ids.
type Owners struct {
	People, Units, Networks []int64
}

// Of returns the blogs of owners, and the threads of all posts in them.
func (s *Service) Of(ctx context.Context, q db.Querier, owners Owners) (blogs, posts []int64, err error) {
	for _, look := range []struct {
		query string
		ids   []int64
	}{
		{"SELECT b.id FROM blogs b WHERE b.owner_kind = 'person' AND b.owner_id IN ($1)", owners.People},
		{"SELECT b.id FROM blogs b WHERE b.owner_kind = 'unit' AND b.owner_id IN ($1)", owners.Units},
		{"SELECT b.id FROM blogs b WHERE b.owner_kind = 'network' AND b.owner_id IN ($1)", owners.Networks},
	} {
		found, err := db.QueryIn(ctx, q, look.query, look.ids)
		if err != nil {
			return nil, nil, fmt.Errorf("find blogs: %w", err)
		}
		blogs = append(blogs, found...)
	}
	slices.Sort(blogs)
	posts, err = db.QueryIn(ctx, q, "SELECT p.thread_id FROM posts p WHERE p.blog_id IN ($1)", blogs)
	if err != nil {
		return nil, nil, fmt.Errorf("find posts: %w", err)
	}
	return blogs, posts, nil
}

// Erase removes blogs for good, in tx, with what a blog has of the posts in posts, and people from those that stay. The
// threads of the posts are for package threads to remove.
func (s *Service) Erase(ctx context.Context, tx *db.Tx, blogs, posts, people []int64) error {
	for _, step := range []struct {
		statement string
		ids       []int64
	}{
		{"DELETE FROM blog_letters WHERE thread_id IN ($1)", posts},
		{"DELETE FROM post_authors WHERE thread_id IN ($1)", posts},
		{"DELETE FROM posts WHERE thread_id IN ($1)", posts},
		{"DELETE FROM post_authors WHERE person_id IN ($1)", people},
		{"DELETE FROM post_drafts WHERE author_id IN ($1)", people},
		{"DELETE FROM blog_authors WHERE person_id IN ($1)", people},
		{"DELETE FROM blog_readers WHERE person_id IN ($1)", people},
		{"DELETE FROM post_drafts WHERE blog_id IN ($1)", blogs},
		{"DELETE FROM blog_authors WHERE blog_id IN ($1)", blogs},
		{"DELETE FROM blog_readers WHERE blog_id IN ($1)", blogs},
		{"DELETE FROM series WHERE blog_id IN ($1)", blogs},
		{"DELETE FROM blogs WHERE id IN ($1)", blogs},
	} {
		if _, err := tx.ExecIn(ctx, step.statement, step.ids); err != nil {
			return fmt.Errorf("erase blogs: %w", err)
		}
	}
	return nil
}
