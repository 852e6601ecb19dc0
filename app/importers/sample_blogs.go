package importers

import (
	"context"

	"watercooler/app/blogs"
	"watercooler/app/db"
	"watercooler/app/threads"
)

func (s *sample) writeBlogs(ctx context.Context) error {
	list := make([]blogs.BlogRecord, len(s.cast.blogs))
	for i, b := range s.cast.blogs {
		list[i] = b.BlogRecord
		list[i].CreatedAt = before(s.now.Add(-b.since), b.ExternalID)
		if b.launch > 0 {
			at := after(s.now.Add(b.launch), b.ExternalID)
			list[i].LaunchAt = &at
		}
	}
	return s.all(ctx, "blogs", len(list), func(tx *db.Tx) (outcome, error) {
		out, err := s.Blogs.ImportBlogs(ctx, tx, list)
		s.blogIDs = out.IDs
		return outcomeOf(out), err
	})
}

func (s *sample) writePosts(ctx context.Context) error {
	var list []blogs.PostRecord
	for _, t := range s.said {
		if t.Kind == threads.Post {
			list = append(list, t.post)
		}
	}
	return s.all(ctx, "posts", len(list), func(tx *db.Tx) (outcome, error) {
		out, err := s.Blogs.ImportPosts(ctx, tx, list)
		return outcomeOf(out), err
	})
}

func (s *sample) writeDrafts(ctx context.Context) error {
	list := make([]blogs.DraftRecord, len(s.drafts))
	for i, d := range s.drafts {
		list[i] = d.DraftRecord
		list[i].CreatedAt = before(s.now.Add(-d.ago), d.ExternalID)
		list[i].UpdatedAt = list[i].CreatedAt
		if d.publish > 0 {
			at := after(s.now.Add(d.publish), d.ExternalID)
			list[i].PublishAt = &at
		}
	}
	return s.all(ctx, "drafts", len(list), func(tx *db.Tx) (outcome, error) {
		out, err := s.Blogs.ImportDrafts(ctx, tx, list)
		return outcomeOf(out), err
	})
}
