package blogs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/app/markup"
	"watercooler/app/threads"
	"watercooler/auth"
)

// Publish makes a post of a draft and returns it. In a blog that is being prepared the draft waits for the launch instead,
// and the Post is the zero one.
func (s *Service) Publish(ctx context.Context, v auth.Viewer, id int64) (Post, error) {
	var p Post
	err := s.changeDraft(ctx, v, id, func(tx *db.Tx, d Draft) (err error) {
		p = Post{}
		if err := s.mayPublish(ctx, tx, v, d); err != nil {
			return err
		}
		if d.Blog.Prepared {
			return updateSchedule(ctx, tx, d.ID, d.Blog.LaunchAt, "")
		}
		p, err = s.publish(ctx, tx, v, d, tx.Now())
		return err
	})
	if err != nil {
		return Post{}, fmt.Errorf("publish draft %d: %w", id, err)
	}
	return p, nil
}

// Schedule has a draft published at a time to come. In a blog that is being prepared the time may be any: what lies before
// the launch is published with it, under its own date.
func (s *Service) Schedule(ctx context.Context, v auth.Viewer, id int64, at time.Time) error {
	err := s.changeDraft(ctx, v, id, func(tx *db.Tx, d Draft) error {
		if err := s.mayPublish(ctx, tx, v, d); err != nil {
			return err
		}
		if !d.Blog.Prepared && !at.After(tx.Now()) {
			return errs.InvalidFields(errs.Field{Name: "at", Text: "Choose a date and time that is still to come."})
		}
		return updateSchedule(ctx, tx, d.ID, at, "")
	})
	if err != nil {
		return fmt.Errorf("schedule draft %d: %w", id, err)
	}
	return nil
}

// Unschedule makes a scheduled post an ordinary draft again.
func (s *Service) Unschedule(ctx context.Context, v auth.Viewer, id int64) error {
	err := s.changeDraft(ctx, v, id, func(tx *db.Tx, d Draft) error {
		return updateSchedule(ctx, tx, d.ID, time.Time{}, "")
	})
	if err != nil {
		return fmt.Errorf("unschedule draft %d: %w", id, err)
	}
	return nil
}

// mayPublish holds a draft against everything but the rules of threads, which look at it again when it is published: who
// schedules something should hear of a mistake now and not on the day.
func (s *Service) mayPublish(ctx context.Context, tx *db.Tx, v auth.Viewer, d Draft) error {
	if !d.CanPublish() {
		return errs.Forbiddenf("You write this post with others, but only those who write in the blog can publish it.")
	}
	var wrong []errs.Field
	if d.Title == "" {
		wrong = append(wrong, errs.Field{Name: "title", Text: "Write a title: one sentence that says what this is about."})
	}
	if strings.TrimSpace(d.Body) == "" {
		wrong = append(wrong, errs.Field{Name: "body", Text: "Write something first."})
	}
	if d.Cover != "" && d.CoverAlt == "" {
		wrong = append(wrong, errs.Field{Name: "cover_alt", Text: "Say in a few words what the picture shows, for those who do not see it."})
	}
	// SECURITY: who publishes must belong to the audience, and the blog must allow it.
	if !d.allows(v) {
		wrong = append(wrong, wrongAudience)
	}
	if d.Slug != "" {
		taken, err := slugTaken(ctx, tx, d.Blog.ID, d.Slug)
		if err != nil {
			return err
		}
		if taken {
			wrong = append(wrong, errs.Field{Name: "slug", Text: "Another post of this blog has this address. Choose another."})
		}
	}
	return errs.InvalidFields(wrong...)
}

// allows reports whether v may publish d for the audience it is for.
func (d Draft) allows(v auth.Viewer) bool {
	return slices.Contains(d.Blog.Audiences(v), d.Audience)
}

// publish makes a post of d in tx: the thread, the row, its authors, the event; and the draft goes.
func (s *Service) publish(ctx context.Context, tx *db.Tx, v auth.Viewer, d Draft, at time.Time) (Post, error) {
	if err := s.settle(ctx, tx, v, d); err != nil {
		return Post{}, err
	}
	claimed, err := claimDraft(ctx, tx, d)
	if err != nil {
		return Post{}, err
	}
	if !claimed {
		return Post{}, overtaken
	}
	id, err := s.threads.OpenPost(ctx, tx, v, threads.NewPost{
		Title: d.Title, Body: d.Body, Topics: threads.TopicNames(d.Topics), Audience: d.Audience, Network: d.Blog.Network(), Author: d.Author.ID, At: at,
	})
	if err != nil {
		return Post{}, err
	}
	p := Post{
		ID: id, Blog: Place{ID: d.Blog.ID, Slug: d.Blog.Slug, Name: d.Blog.Name, Owner: d.Blog.Owner.Kind}, Slug: d.Slug, Title: d.Title,
		Summary: d.Summary, Cover: d.Cover, CoverAlt: d.CoverAlt, Series: d.Series, Audience: d.Audience, Author: d.Author, PublishedAt: at,
	}
	if p.Slug == "" {
		if p.Slug, err = freePostSlug(ctx, tx, d.Blog.ID, d.Title); err != nil {
			return Post{}, err
		}
	}
	if err := insertPost(ctx, tx, p, words(d.Body)); err != nil {
		if db.IsUnique(err) {
			err = errs.InvalidFields(errs.Field{Name: "slug", Text: "Another post of this blog has this address. Choose another."})
		}
		return Post{}, err
	}
	if p.Others, err = selectPeople(ctx, tx, strings.Fields(d.Others)); err != nil {
		return Post{}, err
	}
	if err := replacePostAuthors(ctx, tx, p); err != nil {
		return Post{}, err
	}
	return p, appendPost(ctx, tx, v.Person, "post.published", p)
}

// settle makes sure that the blog of d still allows its audience: it may have been narrowed a moment ago. Narrowing waits for the
// same lock and so misses no post.
func (s *Service) settle(ctx context.Context, tx *db.Tx, v auth.Viewer, d Draft) error {
	if err := threads.LockPosts(ctx, tx, d.Blog.ID); err != nil {
		return err
	}
	var err error
	if d.Blog, _, err = selectAnyBlog(ctx, tx, v, tx.Now(), blogWithID(d.Blog.ID)); err != nil {
		return err
	}
	if !d.allows(v) {
		return errs.InvalidFields(wrongAudience)
	}
	return nil
}

// wrongAudience is told to whoever chose an audience that the blog does not allow, or that they are not in.
var wrongAudience = errs.Field{Name: "audience", Text: "Choose who will see this."}

// appendPost records that actor did something to a post of a blog.
func appendPost(ctx context.Context, tx *db.Tx, actor int64, verb string, p Post) error {
	return event.Append(ctx, tx, event.Event{
		Actor: actor, Verb: verb, Object: event.Ref{Kind: "thread", ID: p.ID}, Target: event.Ref{Kind: "blog", ID: p.Blog.ID}, Audience: p.Audience,
	})
}

// dueAtOnce is how many drafts one round publishes; the next round takes the others.
const dueAtOnce = 100

// PublishDue launches the blogs whose day has come and publishes the drafts whose time has. Each is a transaction of its own,
// which one of several servers wins. A draft that cannot be published becomes an ordinary draft again that says why.
func (s *Service) PublishDue(ctx context.Context) error {
	now := s.now()
	launched, err := selectLaunches(ctx, s.db, now)
	if err != nil {
		return fmt.Errorf("look for blogs to launch: %w", err)
	}
	var all []error
	for _, blog := range launched {
		if err := s.db.Tx(ctx, func(tx *db.Tx) error { return s.launch(ctx, tx, 0, blog) }); err != nil {
			all = append(all, fmt.Errorf("launch blog %d: %w", blog, err))
		}
	}
	due, err := selectDue(ctx, s.db, now, dueAtOnce)
	if err != nil {
		return errors.Join(append(all, fmt.Errorf("look for posts to publish: %w", err))...)
	}
	for _, id := range due {
		if err := s.publishOne(ctx, id); err != nil {
			all = append(all, fmt.Errorf("publish draft %d: %w", id, err))
		}
	}
	return errors.Join(all...)
}

// publishOne publishes a draft whose time has come, in the name of its author and with the rights they have now.
func (s *Service) publishOne(ctx context.Context, id int64) error {
	d, err := selectDraft(ctx, s.db, id)
	if errs.IsNotFound(err) {
		return nil // another server has it
	}
	if err != nil {
		return err
	}
	v, err := s.viewers.ByPerson(ctx, d.Author.ID)
	if errs.IsNotFound(err) {
		err = errs.Forbiddenf("%s does not work here any more, or cannot sign in.", d.Author.Name)
	}
	if err == nil {
		err = s.db.Tx(ctx, func(tx *db.Tx) error { return s.publishFor(ctx, tx, v, id) })
	}
	reason, ok := isProblem(err)
	switch {
	case err == nil, errors.Is(err, overtaken):
		return nil
	case !ok:
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error { return updateSchedule(ctx, tx, id, time.Time{}, sentence(reason)) })
}

// publishFor publishes a draft with the rights of v, unless it is not due any more.
func (s *Service) publishFor(ctx context.Context, tx *db.Tx, v auth.Viewer, id int64) error {
	d, err := selectDraft(ctx, tx, id)
	if errs.IsNotFound(err) || err == nil && !d.due(tx.Now()) {
		return nil // another server has it, or somebody changed their mind
	}
	if err != nil {
		return err
	}
	if d.Blog, _, err = selectAnyBlog(ctx, tx, v, tx.Now(), blogWithID(d.Blog.ID)); err != nil {
		return err
	}
	if err := s.mayPublish(ctx, tx, v, d); err != nil {
		return err
	}
	_, err = s.publish(ctx, tx, v, d, d.PublishAt)
	return err
}

// due reports whether d is to be published.
func (d Draft) due(now time.Time) bool {
	return !d.PublishAt.IsZero() && !d.PublishAt.After(now) && !d.Blog.LaunchAt.After(now)
}

// sentence says what is wrong in the words of each field.
func sentence(e *errs.Error) string {
	if len(e.Fields) == 0 {
		return e.Text
	}
	texts := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		texts[i] = f.Text
	}
	return strings.Join(texts, " ")
}

// freePostSlug returns an address made of a title that no post of the blog has.
func freePostSlug(ctx context.Context, tx *db.Tx, blog int64, title string) (string, error) {
	base := markup.Slug(title)
	for n := 1; ; n++ {
		slug := numbered(base, n)
		taken, err := slugTaken(ctx, tx, blog, slug)
		if err != nil || !taken {
			return slug, err
		}
	}
}
