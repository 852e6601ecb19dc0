package blogs_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"watercooler/app/blogs"
	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/auth"
)

func TestEditPost(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		h.blog(t, gwen, "public")
		p := h.post(t, gwen, "gwen", "First", func(in *blogs.DraftInput) { in.Authors, in.Audience = "ben", "public" })
		h.post(t, gwen, "gwen", "Other")
		h.events(t)
		edit := func(as auth.Viewer, in blogs.DraftInput) error {
			_, err := h.EditPost(ctx, as, "gwen", "first", in)
			return err
		}
		kind(t, "somebody else", edit(cora, blogs.DraftInput{Revision: 1, Title: "X", Body: "X"}), errs.Forbidden)
		kind(t, "signed out", edit(public, blogs.DraftInput{Revision: 1, Title: "X", Body: "X"}), errs.Unauthenticated)
		if err := edit(gwen, blogs.DraftInput{Revision: 1, Title: "First", Body: "X", Slug: "other"}); fields(err) != "slug" {
			t.Errorf("address taken: got %v", err)
		}
		if got := h.events(t); got != "" {
			t.Errorf("refused, and yet %q happened", got)
		}
		kind(t, "who wrote it with her", edit(ben, blogs.DraftInput{Revision: 1, Title: "First, better", Body: "Better.", Slug: "better", Authors: "ben", Audience: "public"}), errs.Internal)
		if got, want := h.events(t), "thread.edited post.edited"; got != want {
			t.Errorf("events %q, want %q", got, want)
		}
		read, err := h.FindPost(ctx, public, "gwen", "better")
		if err != nil || read.Title != "First, better" || read.EditedAt.IsZero() {
			t.Errorf("got %+v, %v", read, err)
		}
		talk := threads.New(h.db, nil, func() time.Time { return h.now })
		if to, err := talk.Moved(ctx, public, "/blog/gwen/first"); err != nil || to != "/blog/gwen/better" {
			t.Errorf("the old address leads to %q, %v", to, err)
		}
		_, err = h.EditPost(ctx, gwen, "gwen", "better", blogs.DraftInput{Revision: 1, Title: "Y", Body: "Y"})
		kind(t, "overtaken", err, errs.Conflict)

		id, err := h.Unpublish(ctx, gwen, "gwen", "better", []threads.Topic{{ID: 1, Slug: "forms", Name: "Forms"}})
		if err != nil {
			t.Fatal(err)
		}
		d, err := h.Draft(ctx, ben, id)
		if err != nil || d.Title != "First, better" || d.Slug != "better" || d.Others != "ben" || d.Topics != "Forms" || d.Body != "Better." {
			t.Errorf("a draft again: got %+v, %v", d, err)
		}
		if _, err := h.FindPost(ctx, gwen, "gwen", "better"); !errs.IsNotFound(err) {
			t.Errorf("unpublished: got %v, want NotFound", err)
		}
		if again, err := h.Publish(ctx, gwen, id); err != nil || again.Slug != "better" || again.ID == p.ID {
			t.Errorf("published again: got %+v, %v", again, err)
		}
	})
}

func TestUnpublishKeepsReplies(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		h.blog(t, gwen, "public")
		p := h.post(t, gwen, "gwen", "First")
		talk := threads.New(h.db, nil, func() time.Time { return h.now })
		if _, err := talk.Reply(ctx, cora, p.ID, threads.NewReply{Body: "Well said."}); err != nil {
			t.Fatal(err)
		}
		_, err := h.Unpublish(ctx, gwen, "gwen", "first", nil)
		kind(t, "with a reply", err, errs.Conflict)
		if _, err := h.FindPost(ctx, gwen, "gwen", "first"); err != nil {
			t.Errorf("still there: %v", err)
		}
		kind(t, "delete, by somebody else", h.DeletePost(ctx, cora, "gwen", "first"), errs.Forbidden)
		kind(t, "delete", h.DeletePost(ctx, gwen, "gwen", "first"), errs.Internal)
		if _, err := h.FindPost(ctx, gwen, "gwen", "first"); !errs.IsNotFound(err) {
			t.Errorf("deleted: got %v, want NotFound", err)
		}
	})
}

func TestArchive(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		h.blog(t, gwen, "public")
		// The last is 23:30 UTC on 31 March, which is 1 April in London.
		for i, at := range []time.Time{
			noon, noon.Add(24 * time.Hour), time.Date(2027, 3, 31, 22, 30, 0, 0, time.UTC), time.Date(2027, 3, 31, 23, 30, 0, 0, time.UTC),
		} {
			h.now = at
			h.post(t, gwen, "gwen", fmt.Sprint("Post ", i), func(in *blogs.DraftInput) {
				in.Audience = []string{"hub", "public"}[i%2]
				if i < 2 {
					in.NewSeries = "Weeknotes"
				}
			})
		}
		b, err := h.Find(ctx, gwen, "gwen")
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name   string
			as     auth.Viewer
			months string
			series string
			march  string
		}{
			{"signed out", public, "202704:1 202703:1", "Weeknotes:1", "Post 1"},
			{"signed in", cora, "202704:1 202703:3", "Weeknotes:2", "Post 2, Post 1, Post 0"},
		} {
			a, err := h.Archive(ctx, c.as, b)
			if err != nil {
				t.Fatal(err)
			}
			var months, series []string
			for _, m := range a.Months {
				months = append(months, fmt.Sprintf("%d:%d", m.Month, m.Posts))
			}
			for _, e := range a.Series {
				series = append(series, fmt.Sprintf("%s:%d", e.Name, e.Posts))
			}
			if got := strings.Join(months, " "); got != c.months {
				t.Errorf("%s, months: got %q, want %q", c.name, got, c.months)
			}
			if got := strings.Join(series, " "); got != c.series {
				t.Errorf("%s, series: got %q, want %q", c.name, got, c.series)
			}
			page, err := h.Posts(ctx, c.as, blogs.PostQuery{Blog: b.ID, Month: 202703})
			if err != nil || titles(page.Posts) != c.march {
				t.Errorf("%s, March: got %q, %v, want %q", c.name, titles(page.Posts), err, c.march)
			}
		}
		// Page by page there is everything once.
		var walked []string
		for q := (blogs.PostQuery{Blog: b.ID, Limit: 3}); ; {
			page, err := h.Posts(ctx, gwen, q)
			if err != nil {
				t.Fatal(err)
			}
			walked = append(walked, titles(page.Posts))
			if page.Older == (threads.Key{}) {
				break
			}
			q.Before = page.Older
		}
		if got, want := strings.Join(walked, " | "), "Post 3, Post 2, Post 1 | Post 0"; got != want {
			t.Errorf("pages: got %q, want %q", got, want)
		}
		if page, err := h.Posts(ctx, cora, blogs.PostQuery{Author: 1}); err != nil || len(page.Posts) != 4 {
			t.Errorf("by gwen: got %q, %v", titles(page.Posts), err)
		}
	})
}

func TestImport(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		made := h.blog(t, cora, "hub") // before the import knows of her
		talk := threads.New(h.db, nil, func() time.Time { return h.now })
		soon := noon.Add(24 * time.Hour)
		list := []blogs.BlogRecord{
			{ExternalID: "b/1", Name: "Old blog", Slug: "drafts", OwnerKind: "person", OwnerExternalID: "people/gwen", Audience: "public", Authors: []string{"people/ben", "people/none"},
				Series: []blogs.SeriesRecord{{Name: "Weeknotes"}}, CreatedAt: noon.Add(-time.Hour), Hash: "1"},
			{ExternalID: "b/2", Name: "Cora’s old one", OwnerKind: "person", OwnerExternalID: "people/cora", Hash: "1"},
			{ExternalID: "b/3", Name: "Whose?", OwnerKind: "person", OwnerExternalID: "people/none", Hash: "1"},
			{ExternalID: "b/4", Name: "Soon", OwnerKind: "unit", OwnerID: 1, LaunchAt: &soon, Hash: "1"},
		}
		posts := []blogs.PostRecord{
			{ThreadExternalID: "t/1", BlogExternalID: "b/1", Slug: "hello", Series: "Weeknotes", Authors: []string{"people/ben"}, Summary: "Hello."},
			{ThreadExternalID: "t/2", BlogExternalID: "b/1", Slug: "hello"},
			{ThreadExternalID: "t/3", BlogExternalID: "b/4"},
			{ThreadExternalID: "t/9", BlogExternalID: "b/1"},
		}
		drafts := []blogs.DraftRecord{{ExternalID: "d/1", BlogExternalID: "b/4", AuthorExternalID: "people/ben", Title: "Wait", Body: "B", PublishAt: &soon, Hash: "1"}}
		run := func() string {
			var said []string
			h.tx(t, func(ctx context.Context, tx *db.Tx) error {
				var records []threads.ThreadRecord
				for i := range 3 {
					records = append(records, threads.ThreadRecord{ExternalID: fmt.Sprint("t/", i+1), Kind: threads.Post, Title: fmt.Sprint("Post ", i+1), Body: "Text.",
						AuthorExternalID: "people/gwen", Audience: "public", CreatedAt: noon.Add(time.Duration(i) * -time.Hour), Hash: "1"})
				}
				if _, err := talk.ImportThreads(ctx, tx, records); err != nil {
					return err
				}
				b, err := h.ImportBlogs(ctx, tx, list)
				if err != nil {
					return err
				}
				p, err := h.ImportPosts(ctx, tx, posts)
				if err != nil {
					return err
				}
				d, err := h.ImportDrafts(ctx, tx, drafts)
				said = nil
				for _, o := range []threads.Outcome{b, p, d} {
					said = append(said, fmt.Sprintf("%d+%d+%d-%d", o.Created, o.Changed, o.Unchanged, len(o.Skipped)))
				}
				return err
			})
			return strings.Join(said, " ")
		}
		if got, want := run(), "2+0+1-1 2+0+0-2 1+0+0-0"; got != want {
			t.Errorf("first: got %s, want %s", got, want)
		}
		h.events(t)
		if got, want := run(), "0+0+3-1 0+0+2-2 0+0+1-0"; got != want {
			t.Errorf("again: got %s, want %s", got, want)
		}
		if got := h.events(t); got != "" {
			t.Errorf("nothing was new, and yet %q happened", got)
		}
		list[0].Name, list[0].Hash, posts[0].Summary = "New name", "2", "Hello again."
		if got, want := run(), "0+1+2-1 0+1+1-2 0+0+1-0"; got != want {
			t.Errorf("changed: got %s, want %s", got, want)
		}
		for slug, want := range map[string]string{"hello": "Post 1", "hello-2": "Post 2"} {
			if p, err := h.FindPost(t.Context(), public, "drafts-2", slug); err != nil || p.Title != want {
				t.Errorf("%s: got %+v, %v", slug, p, err)
			}
		}
		if b, err := h.Find(t.Context(), cora, made.Slug); err != nil || b.Name != made.Name {
			t.Errorf("a blog that was there: got %+v, %v, want it as it was", b, err)
		}
		h.now = soon
		if err := h.PublishDue(t.Context()); err != nil {
			t.Fatal(err)
		}
		if p, err := h.FindPost(t.Context(), cora, "soon", "wait"); err != nil || p.Author.Handle != "ben" {
			t.Errorf("at the launch: got %+v, %v", p, err)
		}
	})
}
