package importers

import (
	"context"
	"fmt"

	"watercooler/app/blogs"
	"watercooler/app/db"
)

func (j *jsonl) writeBlogs(ctx context.Context) error {
	if j.counts[typeBlog] == 0 {
		return nil
	}
	j.Progress.Start("Blogs", j.counts[typeBlog])
	out := &batch[blogs.BlogRecord]{ctx: ctx, r: j.run, noun: "blogs", write: func(ctx context.Context, tx *db.Tx, list []blogs.BlogRecord) (outcome, error) {
		out, err := j.Blogs.ImportBlogs(ctx, tx, list)
		for external, id := range out.IDs {
			j.blogIDs[external] = id
		}
		return blogOutcome(out), err
	}}
	err := j.each(ctx, func(_ place, rec *record) error {
		if rec.Type != typeBlog {
			return nil
		}
		j.report.read("blogs", 1)
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
		if err := j.dated(rec, &b.CreatedAt, &b.Hash, b); err != nil {
			return err
		}
		return out.add(b)
	})
	if err != nil {
		return err
	}
	return out.flush()
}

// writePosts gives the threads of kind post their places in blogs.
func (j *jsonl) writePosts(ctx context.Context) error {
	if j.counts[typePost] == 0 {
		return nil
	}
	j.Progress.Start("Posts", j.counts[typePost])
	out := &batch[blogs.PostRecord]{ctx: ctx, r: j.run, noun: "posts", write: func(ctx context.Context, tx *db.Tx, list []blogs.PostRecord) (outcome, error) {
		out, err := j.Blogs.ImportPosts(ctx, tx, list)
		return blogOutcome(out), err
	}}
	err := j.each(ctx, func(_ place, rec *record) error {
		if rec.Type != typePost {
			return nil
		}
		j.report.read("posts", 1)
		if err := j.keepFile(rec.Cover); err != nil {
			return fmt.Errorf("keep the cover of %s: %w", rec.Thread, err)
		}
		return out.add(blogs.PostRecord{
			ThreadExternalID: rec.Thread, BlogExternalID: rec.Blog, Slug: rec.Slug, Summary: rec.Summary, Cover: rec.Cover, CoverAlt: rec.CoverAlt,
			Series: rec.Series, Authors: rec.Authors, PublishedAt: rec.Published.Time,
		})
	})
	if err != nil {
		return err
	}
	return out.flush()
}

func (j *jsonl) writeDrafts(ctx context.Context) error {
	if j.counts[typeDraft] == 0 {
		return nil
	}
	j.Progress.Start("Drafts", j.counts[typeDraft])
	out := &batch[blogs.DraftRecord]{ctx: ctx, r: j.run, noun: "drafts", write: func(ctx context.Context, tx *db.Tx, list []blogs.DraftRecord) (outcome, error) {
		out, err := j.Blogs.ImportDrafts(ctx, tx, list)
		return blogOutcome(out), err
	}}
	err := j.each(ctx, func(_ place, rec *record) error {
		if rec.Type != typeDraft {
			return nil
		}
		j.report.read("drafts", 1)
		if err := j.keepFile(rec.Cover); err != nil {
			return fmt.Errorf("keep the cover of %s: %w", rec.ExternalID, err)
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
			return err
		}
		if d.UpdatedAt = rec.Edited.Time; d.UpdatedAt.IsZero() {
			d.UpdatedAt = d.CreatedAt
		}
		return out.add(d)
	})
	if err != nil {
		return err
	}
	return out.flush()
}
