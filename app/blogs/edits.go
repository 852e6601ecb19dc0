package blogs

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/auth"
)

// EditPost changes a published post: its words in its thread, the rest here, in one transaction. A new address keeps leading
// from the old one. Conflict means that somebody else changed the text since in.Revision; nothing was written.
func (s *Service) EditPost(ctx context.Context, v auth.Viewer, blog, slug string, in DraftInput) (Post, error) {
	if err := in.tidy(); err != nil {
		return Post{}, err
	}
	var edited Post
	err := s.changePost(ctx, v, blog, slug, func(tx *db.Tx, b Blog, p Post) error {
		was := p
		if err := s.fillPost(ctx, tx, v, b, &p, in); err != nil {
			return err
		}
		err := s.threads.EditPost(ctx, tx, v, p.ID, threads.Edit{
			Revision: in.Revision, Title: in.Title, Body: in.Body, Topics: threads.TopicNames(in.Topics), Audience: in.Audience,
		})
		if err != nil {
			return err
		}
		if err := updatePost(ctx, tx, p, words(in.Body)); err != nil {
			return err
		}
		if err := replacePostAuthors(ctx, tx, p); err != nil {
			return err
		}
		if p.Slug != was.Slug {
			if err := s.threads.Redirect(ctx, tx, was.Path(), "thread", p.ID); err != nil {
				return err
			}
		}
		edited = p
		return appendPost(ctx, tx, v.Person, "post.edited", p)
	})
	if err != nil {
		return Post{}, fmt.Errorf("edit post %s/%s: %w", blog, slug, err)
	}
	return edited, nil
}

// fillPost puts what a form holds into p, but for the words.
func (s *Service) fillPost(ctx context.Context, tx *db.Tx, v auth.Viewer, b Blog, p *Post, in DraftInput) error {
	var wrong []errs.Field
	p.Summary, p.CoverAlt = in.Summary, in.CoverAlt
	if in.RemoveCover {
		p.Cover = ""
	}
	if in.Cover != "" {
		p.Cover = in.Cover
	}
	if p.Cover != "" && p.CoverAlt == "" {
		wrong = append(wrong, errs.Field{Name: "cover_alt", Text: "Say in a few words what the picture shows, for those who do not see it."})
	}
	if in.Slug != "" && in.Slug != p.Slug {
		taken, err := slugTaken(ctx, tx, b.ID, in.Slug)
		if err != nil {
			return err
		}
		if taken {
			wrong = append(wrong, errs.Field{Name: "slug", Text: "Another post of this blog has this address. Choose another."})
		}
		p.Slug = in.Slug
	}
	if in.Audience != "" && in.Audience != p.Audience {
		if !slices.Contains(b.Audiences(v), in.Audience) {
			wrong = append(wrong, wrongAudience)
		}
		p.Audience = in.Audience
	}
	handles, text, err := s.others(ctx, tx, Draft{Author: p.Author}, in.Authors)
	if err != nil {
		return err
	}
	if text != "" {
		wrong = append(wrong, errs.Field{Name: "authors", Text: text})
	}
	if err := errs.InvalidFields(wrong...); err != nil {
		return err
	}
	if p.Others, err = selectPeople(ctx, tx, handles); err != nil {
		return err
	}
	p.Series, err = chooseSeries(ctx, tx, b.ID, in.Series, in.NewSeries)
	return err
}

// Unpublish makes a draft of a post again and returns its id. What others replied to cannot be taken back; it can be deleted.
func (s *Service) Unpublish(ctx context.Context, v auth.Viewer, blog, slug string, topics []threads.Topic) (int64, error) {
	var id int64
	err := s.changePost(ctx, v, blog, slug, func(tx *db.Tx, b Blog, p Post) error {
		replies, err := s.threads.DeletePost(ctx, tx, v, p.ID)
		if err == nil && replies > 0 {
			err = errs.Conflictf("Others have replied to this post, so it cannot become a draft again. You can still change or delete it.")
		}
		if err != nil {
			return err
		}
		if err := deletePost(ctx, tx, p.ID); err != nil {
			return err
		}
		d := Draft{
			Blog: b, Author: p.Author, Others: handles(p.Others), Title: p.Title, Slug: p.Slug, Summary: p.Summary, Body: p.Body,
			Topics: topicList(topics), Audience: p.Audience, Cover: p.Cover, CoverAlt: p.CoverAlt, Series: p.Series,
		}
		if id, err = insertDraft(ctx, tx, d); err != nil {
			return err
		}
		return appendPost(ctx, tx, v.Person, "post.unpublished", p)
	})
	if err != nil {
		return 0, fmt.Errorf("unpublish post %s/%s: %w", blog, slug, err)
	}
	return id, nil
}

// DeletePost takes a post away for good. What others replied stays under its thread.
func (s *Service) DeletePost(ctx context.Context, v auth.Viewer, blog, slug string) error {
	err := s.changePost(ctx, v, blog, slug, func(tx *db.Tx, _ Blog, p Post) error {
		if _, err := s.threads.DeletePost(ctx, tx, v, p.ID); err != nil {
			return err
		}
		if err := deletePost(ctx, tx, p.ID); err != nil {
			return err
		}
		return appendPost(ctx, tx, v.Person, "post.deleted", p)
	})
	if err != nil {
		return fmt.Errorf("delete post %s/%s: %w", blog, slug, err)
	}
	return nil
}

// changePost runs fn in a transaction on a post that v may read. What v may do with it, threads decide.
func (s *Service) changePost(ctx context.Context, v auth.Viewer, blog, slug string, fn func(tx *db.Tx, b Blog, p Post) error) error {
	if !v.SignedIn() {
		return signIn
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		p, err := selectPost(ctx, tx, v, blog, slug)
		if err != nil {
			return err
		}
		b, _, err := selectAnyBlog(ctx, tx, v, tx.Now(), blogWithID(p.Blog.ID))
		if err != nil {
			return err
		}
		return fn(tx, b, p)
	})
}

// handles joins the handles of people as a draft keeps them.
func handles(people []threads.Author) string {
	list := make([]string, len(people))
	for i, p := range people {
		list[i] = p.Handle
	}
	return strings.Join(list, " ")
}

func topicList(topics []threads.Topic) string {
	names := make([]string, len(topics))
	for i, t := range topics {
		names[i] = t.Name
	}
	return strings.Join(names, ", ")
}

// ParseSchedule reads a date and a time of day as forms hold them, in the time zone of the hub.
func (s *Service) ParseSchedule(date, clock string) (time.Time, error) {
	if clock == "" {
		clock = "09:00"
	}
	at, err := time.ParseInLocation("2006-01-02 15:04", date+" "+clock, s.zone)
	if err != nil || at.Year() < 2000 || at.Year() > 2200 {
		return time.Time{}, errs.InvalidFields(errs.Field{Name: "at", Text: "Choose a date, and a time such as 09:00."})
	}
	return at.UTC(), nil
}

// FormDate returns t as forms hold a date and a time of day, in the time zone of the hub; "" for the zero time.
func (s *Service) FormDate(t time.Time) (date, clock string) {
	if t.IsZero() {
		return "", ""
	}
	t = t.In(s.zone)
	return t.Format("2006-01-02"), t.Format("15:04")
}
