package blogs_test

import (
	"bytes"
	"image"
	"image/png"
	"strings"
	"testing"
	"time"

	"watercooler/app/blogs"
	"watercooler/app/errs"
	"watercooler/auth"
)

func TestDraftsAreSeenByThoseWhoWriteThem(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		if _, err := h.Create(ctx, gwen, blogs.NewBlog{OwnerKind: "unit", OwnerID: 1, Name: "Web", Audience: "hub"}); err != nil {
			t.Fatal(err)
		}
		id := h.draft(t, ben, "web", "Half a thought", func(in *blogs.DraftInput) { in.Authors = "@cora, BEN" })
		for _, c := range []struct {
			name    string
			as      auth.Viewer
			want    errs.Kind
			publish bool
		}{
			{name: "signed out", as: public, want: errs.Unauthenticated},
			{name: "who began it", as: ben, publish: true},
			{name: "who writes it with them", as: cora},
			{name: "who looks after the blog", as: gwen, publish: true},
			{name: "a partner", as: ivy, want: errs.NotFound},
			{name: "a moderator", as: mo, want: errs.NotFound},
		} {
			d, err := h.Draft(ctx, c.as, id)
			kind(t, c.name, err, c.want)
			if d.CanPublish() != c.publish {
				t.Errorf("%s may publish: got %v, want %v", c.name, d.CanPublish(), c.publish)
			}
			if c.want == errs.NotFound {
				kind(t, c.name+" saves", h.Save(ctx, c.as, id, blogs.DraftInput{Revision: 1}), errs.NotFound)
				kind(t, c.name+" deletes", h.DeleteDraft(ctx, c.as, id), errs.NotFound)
				_, err := h.Publish(ctx, c.as, id)
				kind(t, c.name+" publishes", err, errs.NotFound)
			}
			if !c.as.SignedIn() {
				continue
			}
			list, err := h.Drafts(ctx, c.as, blogs.Blog{})
			if err != nil || (len(list) == 1) != (c.as.Handle == "ben" || c.as.Handle == "cora") {
				t.Errorf("%s is listed %d (%v)", c.name, len(list), err)
			}
		}
		if _, err := h.Publish(ctx, cora, id); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("a guest publishes: got %v, want Forbidden", err)
		}
		web, err := h.Find(ctx, gwen, "web")
		if err != nil {
			t.Fatal(err)
		}
		if list, err := h.Drafts(ctx, gwen, web); err != nil || len(list) != 1 {
			t.Errorf("the head of the unit sees %d drafts of its blog (%v), want 1", len(list), err)
		}
		if got := h.events(t); strings.Contains(got, "draft") {
			t.Errorf("a draft told of itself: %s", got)
		}
	})
}

// TestTwoWhoWriteAtOnce saves one draft from two windows: the second is told, and nothing is lost.
func TestTwoWhoWriteAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		h.blog(t, gwen, "hub")
		id := h.draft(t, gwen, "gwen", "Together", func(in *blogs.DraftInput) { in.Authors = "ben" })
		kind(t, "first", h.Save(ctx, ben, id, blogs.DraftInput{Revision: 1, Title: "By Ben", Body: "B", Authors: "ben"}), errs.Internal)
		kind(t, "second", h.Save(ctx, gwen, id, blogs.DraftInput{Revision: 1, Title: "By Gwen", Body: "G", Authors: "ben"}), errs.Conflict)
		d, err := h.Draft(ctx, gwen, id)
		if err != nil || d.Title != "By Ben" || d.Body != "B" || d.Revision != 2 {
			t.Errorf("got %+v, %v, want what was saved first", d, err)
		}
		kind(t, "knowing of it", h.Save(ctx, gwen, id, blogs.DraftInput{Revision: 2, Title: "By both", Body: "BG"}), errs.Internal)
		kind(t, "the same again", h.Save(ctx, gwen, id, blogs.DraftInput{Revision: 2, Title: "By both", Body: "BG"}), errs.Internal)
		for _, c := range []struct {
			name   string
			change func(in *blogs.DraftInput)
			fields string
		}{
			{"nobody of that name", func(in *blogs.DraftInput) { in.Authors = "nobody" }, "authors"},
			{"for somebody else’s organisation", func(in *blogs.DraftInput) { in.Audience = "org:2" }, "audience"},
			{"wider than the blog", func(in *blogs.DraftInput) { in.Audience = "public" }, "audience"},
			{"no such series", func(in *blogs.DraftInput) { in.Series = "nothing" }, "series"},
			{"too long", func(in *blogs.DraftInput) {
				in.Title, in.Summary, in.Body = strings.Repeat("x", 151), strings.Repeat("x", 301), strings.Repeat("x", 500_001)
			}, "title summary body"},
		} {
			in := blogs.DraftInput{Revision: 3, Title: "By both", Body: "BG"}
			c.change(&in)
			if err := h.Save(ctx, gwen, id, in); fields(err) != c.fields {
				t.Errorf("%s: got %v, want fields %s", c.name, err, c.fields)
			}
		}
	})
}

func TestPublish(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		h.blog(t, gwen, "public")
		h.events(t)
		first := h.post(t, gwen, "gwen", "Two weeks in", func(in *blogs.DraftInput) {
			in.Audience, in.Topics, in.NewSeries, in.Authors, in.Summary = "public", "Forms", "Project Beta", "ben", "What we saw."
		})
		if got, want := h.events(t), "thread.created post.published"; got != want {
			t.Errorf("events %q, want %q", got, want)
		}
		h.now = h.now.Add(time.Hour)
		second := h.post(t, gwen, "gwen", "Two weeks in", func(in *blogs.DraftInput) { in.Audience, in.Series = "hub", "project-beta" })
		if first.Path() != "/blog/gwen/two-weeks-in" || second.Path() != "/blog/gwen/two-weeks-in-2" {
			t.Errorf("addresses %s and %s", first.Path(), second.Path())
		}
		read, err := h.FindPost(ctx, public, "gwen", "two-weeks-in")
		if err != nil || read.Lead() != "What we saw." || !strings.Contains(read.HTML, "<strong>learnt</strong>") || len(read.Authors()) != 2 || read.Minutes != 1 {
			t.Errorf("signed out: got %+v, %v", read, err)
		}
		if _, err := h.FindPost(ctx, public, "gwen", "two-weeks-in-2"); !errs.IsNotFound(err) {
			t.Errorf("a post for the hub, signed out: got %v, want NotFound", err)
		}
		for _, c := range []struct {
			name   string
			as     auth.Viewer
			number int
			of     int
			next   string
		}{{"signed out", public, 1, 1, ""}, {"signed in", ivy, 1, 2, "two-weeks-in-2"}} {
			part, err := h.PartOf(ctx, c.as, read)
			if err != nil || part.Number != c.number || part.Of != c.of || part.Next.Slug != c.next || part.Previous.ID != 0 {
				t.Errorf("%s, in its series: got %+v, %v", c.name, part, err)
			}
		}
		for _, c := range []struct {
			name   string
			change func(in *blogs.DraftInput)
			fields string
		}{
			{"nothing written", func(in *blogs.DraftInput) { in.Title, in.Body = "", " " }, "title body"},
			{"address taken", func(in *blogs.DraftInput) { in.Slug = "two-weeks-in" }, "slug"},
			{"address of the blog’s own", func(in *blogs.DraftInput) { in.Slug = "settings" }, "slug"},
			{"picture without words", func(in *blogs.DraftInput) { in.Cover = strings.Repeat("a", 64) + ".jpg" }, "cover_alt"},
			{"no such topic", func(in *blogs.DraftInput) { in.Topics = "Nothing" }, "topics"},
		} {
			id := h.draft(t, gwen, "gwen", "Another", c.change)
			if _, err := h.Publish(ctx, gwen, id); fields(err) != c.fields {
				t.Errorf("%s: got %v, want fields %s", c.name, err, c.fields)
			}
			if d, err := h.Draft(ctx, gwen, id); err != nil || d.ID != id {
				t.Errorf("%s: the draft is gone: %v", c.name, err)
			}
		}
		once := h.draft(t, gwen, "gwen", "Once")
		if _, err := h.Publish(ctx, gwen, once); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Publish(ctx, gwen, once); !errs.IsNotFound(err) {
			t.Errorf("twice: got %v, want NotFound", err)
		}
	})
}

// TestNetworkBlog keeps the posts of a network within it.
func TestNetworkBlog(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		for _, in := range []struct {
			as auth.Viewer
			in blogs.NewBlog
		}{
			{gwen, blogs.NewBlog{OwnerKind: "network", OwnerID: 1, Name: "Flood watch", Audience: "public"}},
			{ben, blogs.NewBlog{OwnerKind: "network", OwnerID: 2, Name: "Soundings", Audience: "network:2"}},
		} {
			if _, err := h.Create(ctx, in.as, in.in); err != nil {
				t.Fatal(err)
			}
		}
		p := h.post(t, ben, "flood", "The river rose", func(in *blogs.DraftInput) { in.Audience = "public" })
		var network int64
		if err := h.db.QueryRow(ctx, `SELECT network_id FROM threads WHERE id = $1`, p.ID).Scan(&network); err != nil || network != 1 {
			t.Errorf("the thread lives in network %d (%v), want 1", network, err)
		}
		h.post(t, ben, "sounding", "Between us")
		if _, err := h.FindPost(ctx, gwen, "sounding", "between-us"); !errs.IsNotFound(err) {
			t.Errorf("a private network’s post: got %v, want NotFound", err)
		}
		if _, err := h.Begin(ctx, cora, "flood", blogs.DraftInput{Title: "X"}); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("somebody who is no member writes: got %v, want Forbidden", err)
		}
		later := h.draft(t, ben, "flood", "Later", func(in *blogs.DraftInput) { in.Audience = "public" })
		kind(t, "schedule", h.Schedule(ctx, ben, later, h.now.Add(time.Hour)), errs.Internal)
		h.exec(t, `UPDATE networks SET access = 'closed' WHERE id = 1`)
		h.now = h.now.Add(2 * time.Hour)
		kind(t, "publish what is due", h.PublishDue(ctx), errs.Internal)
		d, err := h.Draft(ctx, ben, later)
		if err != nil || d.Problem != "Choose who will see this." || !d.PublishAt.IsZero() {
			t.Errorf("after the network was closed: got %+v, %v, want a draft that says why", d, err)
		}
		h.exec(t, `UPDATE networks SET closed_at = 1 WHERE id = 1`)
		if b, err := h.Find(ctx, ben, "flood"); err != nil || b.CanWrite {
			t.Errorf("a network that has ended: got %+v, %v, want nobody to write", b, err)
		}
	})
}

func TestSchedule(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		h.blog(t, gwen, "hub")
		h.blog(t, ben, "hub")
		at := noon.Add(3 * time.Hour)
		past := h.draft(t, gwen, "gwen", "Too late")
		if err := h.Schedule(ctx, gwen, past, noon); fields(err) != "at" {
			t.Errorf("in the past: got %v", err)
		}
		good := h.draft(t, gwen, "gwen", "On time")
		taken := h.draft(t, gwen, "gwen", "Taken", func(in *blogs.DraftInput) { in.Slug = "here" })
		left := h.draft(t, ben, "ben", "Left")
		off := h.draft(t, gwen, "gwen", "Off again")
		for _, s := range []struct {
			as auth.Viewer
			id int64
		}{{gwen, good}, {gwen, taken}, {ben, left}, {gwen, off}} {
			kind(t, "schedule", h.Schedule(ctx, s.as, s.id, at), errs.Internal)
		}
		kind(t, "take off", h.Unschedule(ctx, gwen, off), errs.Internal)
		h.post(t, gwen, "gwen", "In the way", func(in *blogs.DraftInput) { in.Slug = "here" })
		h.gone[2] = true

		kind(t, "too early", h.PublishDue(ctx), errs.Internal)
		if page, err := h.Posts(ctx, gwen, blogs.PostQuery{}); err != nil || titles(page.Posts) != "In the way" {
			t.Errorf("before the time: got %q, %v", titles(page.Posts), err)
		}
		h.events(t)
		h.now = at.Add(10 * time.Second)
		for range 2 { // twice publishes once
			kind(t, "due", h.PublishDue(ctx), errs.Internal)
		}
		page, err := h.Posts(ctx, gwen, blogs.PostQuery{})
		if err != nil || titles(page.Posts) != "On time, In the way" || !page.Posts[0].PublishedAt.Equal(at) {
			t.Errorf("at its time: got %q, %v", titles(page.Posts), err)
		}
		if got, want := h.events(t), "thread.created post.published"; got != want {
			t.Errorf("events %q, want %q", got, want)
		}
		for id, want := range map[int64]string{
			taken: "Another post of this blog has this address. Choose another.", left: "Ben does not work here any more, or cannot sign in.", off: "",
		} {
			as := gwen
			if id == left {
				as = ben
			}
			if d, err := h.Draft(ctx, as, id); err != nil || d.Problem != want || !d.PublishAt.IsZero() {
				t.Errorf("draft %d: problem %q (%v), want %q", id, d.Problem, err, want)
			}
		}
		kind(t, "put right", h.Save(ctx, gwen, taken, blogs.DraftInput{Revision: 1, Title: "Taken", Body: "No more.", Slug: "there"}), errs.Internal)
		if d, err := h.Draft(ctx, gwen, taken); err != nil || d.Problem != "" {
			t.Errorf("put right: problem %q, %v", d.Problem, err)
		}
	})
}

// TestLaunch prepares a whole blog and opens it on its day.
func TestLaunch(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		day := noon.Add(48 * time.Hour)
		if _, err := h.Create(ctx, gwen, blogs.NewBlog{OwnerKind: "unit", OwnerID: 1, Name: "Web", Audience: "public", LaunchAt: day}); err != nil {
			t.Fatal(err)
		}
		with, dated, after := h.draft(t, gwen, "web", "Welcome"), h.draft(t, ben, "web", "How we got here"), h.draft(t, gwen, "web", "The second week")
		if p, err := h.Publish(ctx, gwen, with); err != nil || p.ID != 0 {
			t.Errorf("published before the launch: %+v, %v", p, err)
		}
		kind(t, "dated earlier", h.Schedule(ctx, ben, dated, noon.Add(-24*time.Hour)), errs.Internal)
		kind(t, "dated later", h.Schedule(ctx, gwen, after, day.Add(168*time.Hour)), errs.Internal)

		h.now = noon.Add(time.Hour)
		kind(t, "before the day", h.PublishDue(ctx), errs.Internal)
		for name, v := range map[string]auth.Viewer{"signed out": public, "cora": cora, "a moderator": mo} {
			if _, err := h.Find(ctx, v, "web"); !errs.IsNotFound(err) {
				t.Errorf("%s, before the day: got %v, want NotFound", name, err)
			}
		}
		day = day.Add(24 * time.Hour)
		kind(t, "moved by somebody of the unit", h.SetLaunch(ctx, ben, "web", day), errs.Forbidden)
		kind(t, "moved", h.SetLaunch(ctx, gwen, "web", day), errs.Internal)
		if d, err := h.Draft(ctx, gwen, with); err != nil || !d.PublishAt.Equal(day) {
			t.Errorf("after the day was moved: got %v (%v), want %v", d.PublishAt, err, day)
		}
		h.events(t)
		h.now = day
		kind(t, "the day", h.PublishDue(ctx), errs.Internal)
		page, err := h.Posts(ctx, public, blogs.PostQuery{Limit: 5})
		if err != nil || titles(page.Posts) != "Welcome, How we got here" {
			t.Errorf("at the launch: got %q, %v", titles(page.Posts), err)
		}
		if got := h.events(t); !strings.HasPrefix(got, "blog.launched ") || strings.Count(got, "post.published") != 2 {
			t.Errorf("events %q", got)
		}
		if b, err := h.Find(ctx, public, "web"); err != nil || b.Prepared {
			t.Errorf("launched: got %+v, %v", b, err)
		}
		kind(t, "launched again", h.SetLaunch(ctx, gwen, "web", day.Add(time.Hour)), errs.Conflict)
		h.now = day.Add(169 * time.Hour)
		kind(t, "the week after", h.PublishDue(ctx), errs.Internal)
		if page, err := h.Posts(ctx, public, blogs.PostQuery{}); err != nil || len(page.Posts) != 3 {
			t.Errorf("the week after: got %q, %v", titles(page.Posts), err)
		}
	})
}

func TestLaunchNow(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		if _, err := h.Create(ctx, gwen, blogs.NewBlog{OwnerKind: "person", OwnerID: 1, Name: "Gwen", Audience: "public", LaunchAt: noon.Add(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Publish(ctx, gwen, h.draft(t, gwen, "gwen", "Welcome")); err != nil {
			t.Fatal(err)
		}
		kind(t, "launch", h.Launch(ctx, gwen, "gwen"), errs.Internal)
		kind(t, "launch again", h.Launch(ctx, gwen, "gwen"), errs.Internal)
		if page, err := h.Posts(ctx, cora, blogs.PostQuery{}); err != nil || titles(page.Posts) != "Welcome" {
			t.Errorf("got %q, %v", titles(page.Posts), err)
		}
	})
}

func TestShare(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		h.blog(t, gwen, "hub")
		id := h.draft(t, gwen, "gwen", "Secret")
		first, err := h.Share(ctx, gwen, id)
		if err != nil {
			t.Fatal(err)
		}
		if d, err := h.Shared(ctx, first); err != nil || d.Title != "Secret" || d.Body == "" {
			t.Errorf("the link: got %+v, %v", d, err)
		}
		second, err := h.Share(ctx, gwen, id)
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.Shared(ctx, first)
		kind(t, "the old link", err, errs.NotFound)
		var kept string
		if err := h.db.QueryRow(ctx, `SELECT preview FROM post_drafts WHERE id = $1`, id).Scan(&kept); err != nil || strings.Contains(kept, second) || len(kept) != 64 {
			t.Errorf("the database keeps %q (%v), want a hash", kept, err)
		}
		kind(t, "unshare", h.Unshare(ctx, gwen, id), errs.Internal)
		_, err = h.Shared(ctx, second)
		kind(t, "an ended link", err, errs.NotFound)
		_, err = h.Shared(ctx, "")
		kind(t, "no link", err, errs.NotFound)
	})
}

func TestCover(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		h.blog(t, gwen, "public")
		var picture bytes.Buffer
		if err := png.Encode(&picture, image.NewGray(image.Rect(0, 0, 20, 10))); err != nil {
			t.Fatal(err)
		}
		if _, err := h.KeepCover(ctx, gwen, strings.NewReader("no picture")); fields(err) != "cover" {
			t.Errorf("no picture: got %v", err)
		}
		if _, err := h.KeepCover(ctx, public, &picture); errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("signed out: got %v", err)
		}
		key, err := h.KeepCover(ctx, gwen, &picture)
		if err != nil {
			t.Fatal(err)
		}
		may := func(name string, v auth.Viewer, want bool) {
			t.Helper()
			if got, err := h.MayReadCover(ctx, v, key); err != nil || got != want {
				t.Errorf("%s: %s may read the cover: got %v, %v, want %v", name, v.Handle, got, err, want)
			}
		}
		may("kept", gwen, false)
		id := h.draft(t, gwen, "gwen", "Chart", func(in *blogs.DraftInput) { in.Cover, in.CoverAlt, in.Audience = key, "A chart", "hub" })
		may("draft", gwen, true)
		may("draft", cora, false)
		if _, err := h.Publish(ctx, gwen, id); err != nil {
			t.Fatal(err)
		}
		may("for the hub", cora, true)
		may("for the hub", public, false)
		if _, err := h.EditPost(ctx, gwen, "gwen", "chart", blogs.DraftInput{Revision: 1, Title: "Chart", Body: "B", CoverAlt: "A chart", Audience: "public"}); err != nil {
			t.Fatal(err)
		}
		may("public", public, true)
		if _, err := h.EditPost(ctx, gwen, "gwen", "chart", blogs.DraftInput{Revision: 2, Title: "Chart", Body: "B", RemoveCover: true}); err != nil {
			t.Fatal(err)
		}
		may("taken away", gwen, false)
	})
}
