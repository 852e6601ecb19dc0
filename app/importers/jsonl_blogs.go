package importers

import (
	"context"
	"fmt"

	"watercooler/app/blogs"
	"watercooler/app/db"
)

func (j *jsonl) writeBlogs(ctx context.Context) error {
	return writeSection(ctx, j, section[blogs.BlogRecord]{
		kind: typeBlog, title: "Blogs", noun: "blogs", read: j.blog,
		write: func(ctx context.Context, tx *db.Tx, list []blogs.BlogRecord) (outcome, error) {
			out, err := j.Blogs.ImportBlogs(ctx, tx, list)
			for external, id := range out.IDs {
				j.blogIDs[external] = id
			}
			return outcomeOf(out), err
		},
	})
}

func (j *jsonl) blog(rec *record) (blogs.BlogRecord, error) {
	b := blogs.BlogRecord{
		ExternalID: rec.ExternalID, Slug: rec.Slug, Name: rec.Name, Description: rec.Description, Audience: j.audience(rec.Audience),
		LaunchAt: rec.Launch.pointer(), Authors: rec.Authors,
	}
	switch {
	case rec.Person != "":
		b.OwnerKind, b.OwnerExternalID = blogs.OwnerPerson, rec.Person
	case rec.Unit != "":
		b.OwnerKind, b.OwnerExternalID, b.OwnerID = blogs.OwnerUnit, rec.Unit, j.unitIDs[rec.Unit]
	default:
		b.OwnerKind, b.OwnerExternalID, b.OwnerID = blogs.OwnerNetwork, rec.Network, j.networkIDs[rec.Network]
	}
	for _, s := range rec.AllSeries {
		b.Series = append(b.Series, blogs.SeriesRecord(s))
	}
	err := j.dated(rec, &b.CreatedAt, &b.Hash, b)
	return b, err
}

// writePosts gives the threads of kind post their places in blogs.
func (j *jsonl) writePosts(ctx context.Context) error {
	return writeSection(ctx, j, section[blogs.PostRecord]{
		kind: typePost, title: "Posts", noun: "posts", read: j.post,
		write: func(ctx context.Context, tx *db.Tx, list []blogs.PostRecord) (outcome, error) {
			out, err := j.Blogs.ImportPosts(ctx, tx, list)
			return outcomeOf(out), err
		},
	})
}

func (j *jsonl) post(rec *record) (blogs.PostRecord, error) {
	if err := j.keepFile(rec.Cover); err != nil {
		return blogs.PostRecord{}, fmt.Errorf("keep the cover of %s: %w", rec.Thread, err)
	}
	return blogs.PostRecord{
		ThreadExternalID: rec.Thread, BlogExternalID: rec.Blog, Slug: rec.Slug, Summary: rec.Summary, Cover: rec.Cover, CoverAlt: rec.CoverAlt,
		Series: rec.Series, Authors: rec.Authors, PublishedAt: rec.Published.Time,
	}, nil
}

func (j *jsonl) writeDrafts(ctx context.Context) error {
	return writeSection(ctx, j, section[blogs.DraftRecord]{
		kind: typeDraft, title: "Drafts", noun: "drafts", read: j.draft,
		write: func(ctx context.Context, tx *db.Tx, list []blogs.DraftRecord) (outcome, error) {
			out, err := j.Blogs.ImportDrafts(ctx, tx, list)
			return outcomeOf(out), err
		},
	})
}

func (j *jsonl) draft(rec *record) (blogs.DraftRecord, error) {
	if err := j.keepFile(rec.Cover); err != nil {
		return blogs.DraftRecord{}, fmt.Errorf("keep the cover of %s: %w", rec.ExternalID, err)
	}
	d := blogs.DraftRecord{
		ExternalID: rec.ExternalID, BlogExternalID: rec.Blog, AuthorExternalID: rec.Author, Authors: rec.Authors, Title: rec.Title, Slug: rec.Slug,
		Summary: rec.Summary, Body: rec.Body, Topics: rec.Topics, Cover: rec.Cover, CoverAlt: rec.CoverAlt, Series: rec.Series,
		PublishAt: rec.Publish.pointer(),
	}
	if rec.Audience != "" {
		d.Audience = j.audience(rec.Audience)
	}
	if err := j.dated(rec, &d.CreatedAt, &d.Hash, d); err != nil {
		return d, err
	}
	if d.UpdatedAt = rec.Edited.Time; d.UpdatedAt.IsZero() {
		d.UpdatedAt = d.CreatedAt
	}
	return d, nil
}
