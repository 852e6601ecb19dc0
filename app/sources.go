package app

import (
	"context"

	"watercooler/app/blogs"
	"watercooler/app/experts"
	"watercooler/app/people"
	"watercooler/app/threads"
	"watercooler/app/topics"
	"watercooler/auth"
)

// askSource lets people, which may not know the topics slice, ask which topics words mean.
type askSource struct{ topics *topics.Service }

func (s askSource) Resolve(ctx context.Context, names []string) ([]people.Topic, []string, error) {
	known, unknown, err := s.topics.Resolve(ctx, names)
	list := make([]people.Topic, len(known))
	for i, t := range known {
		list[i] = people.Topic{ID: t.ID, Slug: t.Slug, Name: t.Name}
	}
	return list, unknown, err
}

// knownSource is askSource for the slice of experts.
type knownSource struct{ topics *topics.Service }

func (s knownSource) Resolve(ctx context.Context, names []string) ([]experts.Topic, []string, error) {
	known, unknown, err := s.topics.Resolve(ctx, names)
	list := make([]experts.Topic, len(known))
	for i, t := range known {
		list[i] = experts.Topic{ID: t.ID, Slug: t.Slug, Name: t.Name}
	}
	return list, unknown, err
}

// attachments lets people, which serves files, ask who may read what belongs to a thread.
type attachments struct{ threads *threads.Service }

func (s attachments) MayRead(ctx context.Context, v auth.Viewer, key string) (people.Attached, bool, error) {
	a, ok, err := s.threads.MayReadFile(ctx, v, key)
	return people.Attached{Name: a.Name, ContentType: a.ContentType}, ok, err
}

// covers is attachments for the pictures of blog posts.
type covers struct{ blogs *blogs.Service }

func (s covers) MayRead(ctx context.Context, v auth.Viewer, key string) (people.Attached, bool, error) {
	ok, err := s.blogs.MayReadCover(ctx, v, key)
	return people.Attached{Name: key}, ok, err
}
