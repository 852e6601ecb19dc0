package blogs_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"watercooler/app/apptest/backends"
	"watercooler/app/blogs"
	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/files"
	"watercooler/app/threads"
	"watercooler/auth"
)

var noon = time.Date(2027, 3, 4, 12, 0, 0, 0, time.UTC)

// The people of the hub. Unit 1 is Web: gwen is its head, ben works there. ivy is of the partner. Network 1 is open and public:
// gwen looks after it, ben is a member; network 2 is private: ben alone is in it.
var (
	gwen   = person(1, "gwen", 1, 1).In(auth.Membership{Network: 1, Steward: true})
	ben    = person(2, "ben", 1, 1).In(auth.Membership{Network: 1}, auth.Membership{Network: 2, Steward: true})
	cora   = person(3, "cora", 1, 0)
	ivy    = person(4, "ivy", 2, 0)
	mo     = moderator(5)
	public = auth.Public
)

func person(id int64, handle string, organisation, unit int64) auth.Viewer {
	v := auth.ForPerson(id, id, organisation, organisation == 1, 0)
	v.Handle, v.Name, v.Unit = handle, strings.ToUpper(handle[:1])+handle[1:], unit
	return v
}

func moderator(id int64) auth.Viewer {
	v := auth.ForPerson(id, id, 1, true, auth.Moderator)
	v.Handle, v.Name = "mo", "Mo"
	return v
}

// hub is blogs with five people, a unit and two networks.
type hub struct {
	*blogs.Service
	db    *db.DB
	files *files.Store
	now   time.Time
	gone  map[int64]bool // people who left
}

// ByPerson is what package auth answers.
func (h *hub) ByPerson(_ context.Context, person int64) (auth.Viewer, error) {
	if h.gone[person] {
		return auth.Public, errs.NotFoundf("They have left.")
	}
	for _, v := range []auth.Viewer{gwen, ben, cora, ivy, mo} {
		if v.Person == person {
			return v, nil
		}
	}
	return auth.Public, errs.NotFoundf("There is nobody like that.")
}

func each(t *testing.T, test func(t *testing.T, h *hub)) {
	t.Helper()
	backends.EachURL(t, func(t *testing.T, address string) {
		h := &hub{now: noon, gone: map[int64]bool{}}
		h.db = backends.Open(t, address, db.Options{Sync: "normal", Now: func() time.Time { return h.now }})
		store, err := files.Open(t.TempDir())
		if err != nil {
			t.Fatal(err)
		}
		zone, err := time.LoadLocation("Europe/London")
		if err != nil {
			t.Fatal(err)
		}
		now := func() time.Time { return h.now }
		h.files = store
		h.Service = blogs.New(h.db, threads.New(h.db, nil, now), store, blogs.Options{Viewers: h, Timezone: zone, Now: now})
		h.fill(t)
		test(t, h)
	})
}

func (h *hub) fill(t *testing.T) {
	t.Helper()
	h.exec(t, `INSERT INTO organisations (name, slug, home, created_at) VALUES ('Devon', 'devon', TRUE, 1), ('Rivers', 'rivers', FALSE, 1)`)
	h.exec(t, `INSERT INTO units (organisation_id, name, created_at) VALUES (1, 'Web', 1)`)
	for _, v := range []auth.Viewer{gwen, ben, cora, ivy, mo} {
		var unit, boss *int64
		if v.Unit != 0 {
			unit = &v.Unit
		}
		if v.Handle == "ben" {
			boss = &gwen.Person
		}
		h.exec(t, `
INSERT INTO people (external_id, organisation_id, unit_id, manager_id, handle, name, sort_name, created_at, updated_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 1, 1)`, "people/"+v.Handle, v.Organisation, unit, boss, v.Handle, v.Name, v.Handle)
	}
	h.exec(t, `
INSERT INTO networks (external_id, slug, name, access, audience, created_at, updated_at)
VALUES ('networks/flood', 'flood', 'Flood watch', 'open', 'public', 1, 1), ('networks/sounding', 'sounding', 'Sounding board', 'private', 'network:2', 1, 1)`)
	h.exec(t, `INSERT INTO topics (slug, name, created_at) VALUES ('forms', 'Forms', 1)`)
}

func (h *hub) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	backends.Exec(t, h.db, statement, args...)
}

func (h *hub) tx(t *testing.T, do func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	if err := h.db.Tx(t.Context(), func(tx *db.Tx) error { return do(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

// events returns the verbs of what happened since the last call.
func (h *hub) events(t *testing.T) string {
	t.Helper()
	return backends.Verbs(t, h.db)
}

// blog sets a blog of v's own up.
func (h *hub) blog(t *testing.T, v auth.Viewer, audience string) blogs.Blog {
	t.Helper()
	b, err := h.Create(t.Context(), v, blogs.NewBlog{OwnerKind: blogs.OwnerPerson, OwnerID: v.Person, Name: v.Name + "’s blog", Audience: audience})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// draft begins a draft that can be published.
func (h *hub) draft(t *testing.T, v auth.Viewer, blog, title string, change ...func(in *blogs.DraftInput)) int64 {
	t.Helper()
	in := blogs.DraftInput{Title: title, Body: "What we **learnt** about " + title + "."}
	for _, c := range change {
		c(&in)
	}
	id, err := h.Begin(t.Context(), v, blog, in)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// post publishes something.
func (h *hub) post(t *testing.T, v auth.Viewer, blog, title string, change ...func(in *blogs.DraftInput)) blogs.Post {
	t.Helper()
	p, err := h.Publish(t.Context(), v, h.draft(t, v, blog, title, change...))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func kind(t *testing.T, name string, err error, want errs.Kind) {
	t.Helper()
	if err == nil && want != errs.Internal || err != nil && errs.KindOf(err) != want {
		t.Errorf("%s: got %v, want kind %d", name, err, want)
	}
}

// fields returns the names of the fields an error is about.
func fields(err error) string {
	e := errs.As(err)
	if e == nil {
		return ""
	}
	var names []string
	for _, f := range e.Fields {
		names = append(names, f.Name)
	}
	return strings.Join(names, " ")
}

func titles(list []blogs.Post) string {
	var s []string
	for _, p := range list {
		s = append(s, p.Title)
	}
	return strings.Join(s, ", ")
}

func TestSetUp(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.blog(t, cora, auth.AudiencePublic)
		h.events(t)
		for _, c := range []struct {
			name   string
			as     auth.Viewer
			in     blogs.NewBlog
			want   errs.Kind
			fields string
			events string
		}{
			{name: "signed out", as: public, in: blogs.NewBlog{OwnerKind: "person", OwnerID: 1, Name: "X", Audience: "hub"}, want: errs.Unauthenticated},
			{name: "one’s own", as: gwen, in: blogs.NewBlog{OwnerKind: "person", OwnerID: 1, Name: " From   the fourth floor ", Audience: "hub"}, events: "blog.created"},
			{name: "a second one", as: gwen, in: blogs.NewBlog{OwnerKind: "person", OwnerID: 1, Name: "X", Audience: "hub"}, want: errs.Invalid, fields: "owner"},
			{name: "somebody else’s", as: ben, in: blogs.NewBlog{OwnerKind: "person", OwnerID: 4, Name: "X", Audience: "hub"}, want: errs.Invalid, fields: "owner"},
			{name: "the unit’s, by one of its people", as: ben, in: blogs.NewBlog{OwnerKind: "unit", OwnerID: 1, Name: "Web", Audience: "org:1"}, events: "blog.created"},
			{name: "a unit’s, by somebody else", as: cora, in: blogs.NewBlog{OwnerKind: "unit", OwnerID: 1, Name: "Web", Audience: "hub"}, want: errs.Invalid, fields: "owner"},
			{name: "a network’s, by a member", as: ben, in: blogs.NewBlog{OwnerKind: "network", OwnerID: 1, Name: "Flood watch", Audience: "hub"}, want: errs.Invalid, fields: "owner"},
			{name: "a network’s, by its steward", as: gwen, in: blogs.NewBlog{OwnerKind: "network", OwnerID: 1, Name: "Flood watch", Audience: "public"}, events: "blog.created"},
			{name: "a private network’s, for everybody", as: ben, in: blogs.NewBlog{OwnerKind: "network", OwnerID: 2, Name: "Soundings", Audience: "hub"}, want: errs.Invalid, fields: "audience"},
			{name: "a private network’s", as: ben, in: blogs.NewBlog{OwnerKind: "network", OwnerID: 2, Name: "Soundings", Audience: "network:2"}, events: "blog.created"},
			{name: "everything wrong", as: ben, in: blogs.NewBlog{OwnerKind: "person", OwnerID: 2, Slug: "Not an address", Audience: "org:2", LaunchAt: noon}, want: errs.Invalid, fields: "name slug audience launch"},
			{name: "an address of the hub’s own", as: ben, in: blogs.NewBlog{OwnerKind: "person", OwnerID: 2, Name: "X", Slug: "drafts", Audience: "hub"}, want: errs.Invalid, fields: "slug"},
			{name: "an address that is taken", as: ben, in: blogs.NewBlog{OwnerKind: "person", OwnerID: 2, Name: "X", Slug: "cora", Audience: "hub"}, want: errs.Invalid, fields: "slug"},
			{name: "of a partner", as: ivy, in: blogs.NewBlog{OwnerKind: "person", OwnerID: 4, Name: "By the river", Audience: "org:2"}, events: "blog.created"},
		} {
			b, err := h.Create(t.Context(), c.as, c.in)
			kind(t, c.name, err, c.want)
			if got := fields(err); got != c.fields {
				t.Errorf("%s: wrong fields %q, want %q", c.name, got, c.fields)
			}
			if err == nil && (!b.CanWrite || !b.CanKeep || !b.CanManage) {
				t.Errorf("%s: got %+v, want its maker to look after it", c.name, b)
			}
			if got := h.events(t); got != c.events {
				t.Errorf("%s: events %q, want %q", c.name, got, c.events)
			}
		}
		if b, err := h.Find(t.Context(), gwen, "gwen"); err != nil || b.Name != "From the fourth floor" || b.Owner.Name != "Gwen" {
			t.Errorf("got %+v, %v", b, err)
		}
		offers, err := h.Offers(t.Context(), ben)
		if err != nil || len(offers) != 3 || offers[0].Slug != "" || offers[1].Slug != "web" || offers[2].Slug != "sounding" {
			t.Errorf("offers to ben: got %+v, %v", offers, err)
		}
	})
}

// TestWhoSeesABlog holds each blog against each viewer: what they may not know of is not found.
func TestWhoSeesABlog(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		for _, in := range []struct {
			as auth.Viewer
			in blogs.NewBlog
		}{
			{cora, blogs.NewBlog{OwnerKind: "person", OwnerID: 3, Name: "A public", Audience: "public"}},
			{gwen, blogs.NewBlog{OwnerKind: "person", OwnerID: 1, Name: "B hub", Audience: "hub"}},
			{ben, blogs.NewBlog{OwnerKind: "unit", OwnerID: 1, Name: "C org", Audience: "org:1"}},
			{ben, blogs.NewBlog{OwnerKind: "network", OwnerID: 2, Name: "D private", Audience: "network:2"}},
			{ivy, blogs.NewBlog{OwnerKind: "person", OwnerID: 4, Name: "E prepared", Audience: "public", LaunchAt: noon.Add(time.Hour)}},
		} {
			b, err := h.Create(t.Context(), in.as, in.in)
			if err != nil {
				t.Fatal(err)
			}
			if !b.Prepared {
				h.post(t, in.as, b.Slug, "About "+b.Name)
			}
		}
		slugs := []string{"cora", "gwen", "web", "sounding", "ivy"}
		for _, c := range []struct {
			name string
			as   auth.Viewer
			want string // first letters of the names
		}{
			{"signed out", public, "A"}, {"gwen", gwen, "ABC"}, {"ben", ben, "ABCD"}, {"cora", cora, "ABC"}, {"a partner", ivy, "ABE"}, {"a moderator", mo, "ABC"},
		} {
			got := ""
			for _, slug := range slugs {
				b, err := h.Find(t.Context(), c.as, slug)
				if err == nil {
					got += b.Name[:1]
				} else if !errs.IsNotFound(err) {
					t.Errorf("%s, %s: %v", c.name, slug, err)
				}
			}
			if got != c.want {
				t.Errorf("%s finds %q, want %q", c.name, got, c.want)
			}
			listed := ""
			page, err := h.Directory(t.Context(), c.as, "", 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range page.Blogs {
				listed += b.Name[:1]
			}
			if want := strings.ReplaceAll(c.want, "E", ""); listed != want {
				t.Errorf("%s is listed %q, want %q", c.name, listed, want)
			}
			posts, err := h.Posts(t.Context(), c.as, blogs.PostQuery{})
			if err != nil || len(posts.Posts) != len(listed) {
				t.Errorf("%s reads %q (%v), want a post of each", c.name, titles(posts.Posts), err)
			}
		}
		h.exec(t, `UPDATE networks SET audience = 'network:1', access = 'private' WHERE id = 1`)
		if _, err := h.Create(t.Context(), gwen, blogs.NewBlog{OwnerKind: "network", OwnerID: 1, Name: "F", Audience: "network:1"}); err != nil {
			t.Fatal(err)
		}
		h.exec(t, `UPDATE blogs SET audience = 'public' WHERE slug = 'flood'`)
		if _, err := h.Find(t.Context(), cora, "flood"); !errs.IsNotFound(err) {
			t.Errorf("the blog of a network that became private: got %v, want NotFound", err)
		}
	})
}

func TestSettings(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		b := h.blog(t, gwen, "public")
		edit := func(as auth.Viewer, in blogs.Settings) error {
			_, err := h.Edit(ctx, as, "gwen", in)
			return err
		}
		kind(t, "somebody else", edit(ben, blogs.Settings{Name: "X", Audience: "hub"}), errs.Forbidden)
		kind(t, "a moderator", edit(mo, blogs.Settings{Name: "Gwen writes", Audience: "public"}), errs.Internal)
		h.post(t, gwen, "gwen", "Open")
		if err := edit(gwen, blogs.Settings{Name: "Gwen writes", Audience: "hub"}); fields(err) != "narrow" {
			t.Errorf("narrowing with a public post: got %v", err)
		}
		if err := edit(gwen, blogs.Settings{Name: "Gwen writes", Slug: "fourth-floor", Audience: "public"}); fields(err) != "slug" {
			t.Errorf("moving with a post: got %v", err)
		}
		if _, err := h.EditPost(ctx, gwen, "gwen", "open", blogs.DraftInput{Revision: 1, Title: "Open", Body: "Less.", Audience: "hub"}); err != nil {
			t.Fatal(err)
		}
		kind(t, "narrowing after the post", edit(gwen, blogs.Settings{Name: "Gwen writes", Audience: "hub"}), errs.Internal)

		if _, err := h.AddAuthor(ctx, gwen, "gwen", "@Cora"); err != nil {
			t.Fatal(err)
		}
		if _, err := h.AddAuthor(ctx, gwen, "gwen", "nobody"); fields(err) != "handle" {
			t.Errorf("adding nobody: got %v", err)
		}
		if found, err := h.Find(ctx, cora, "gwen"); err != nil || !found.CanWrite || found.CanKeep || found.CanManage {
			t.Errorf("a named author: got %+v, %v", found, err)
		}
		kind(t, "a named author takes rights away", h.RemoveAuthor(ctx, cora, "gwen", 3), errs.Forbidden)
		kind(t, "remove", h.RemoveAuthor(ctx, gwen, "gwen", 3), errs.Internal)
		if found, err := h.Find(ctx, cora, "gwen"); err != nil || found.CanWrite {
			t.Errorf("a removed author: got %+v, %v", found, err)
		}
		kind(t, "delete with a post", h.Delete(ctx, gwen, "gwen"), errs.Conflict)
		kind(t, "delete the post", h.DeletePost(ctx, gwen, "gwen", "open"), errs.Internal)
		other := h.post(t, gwen, "gwen", "Deleted as a thread", func(in *blogs.DraftInput) { in.Authors = "ben" })
		kind(t, "delete a thread", threads.New(h.db, nil, func() time.Time { return h.now }).DeleteThread(ctx, gwen, other.ID), errs.Internal)
		h.draft(t, gwen, "gwen", "Unfinished")
		kind(t, "delete, as a moderator", h.Delete(ctx, mo, "gwen"), errs.Forbidden)
		kind(t, "delete", h.Delete(ctx, gwen, "gwen"), errs.Internal)
		if _, err := h.ByOwner(ctx, gwen, blogs.OwnerPerson, b.Owner.ID); !errs.IsNotFound(err) {
			t.Errorf("deleted: got %v", err)
		}
	})
}

// TestKeepers names who looks after the blog of a unit.
func TestKeepers(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		if _, err := h.Create(t.Context(), gwen, blogs.NewBlog{OwnerKind: "unit", OwnerID: 1, Name: "Web", Audience: "hub"}); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name         string
			as           auth.Viewer
			write, keep  bool
			manage, left bool
		}{
			{name: "head", as: gwen, write: true, keep: true, manage: true},
			{name: "of the unit", as: ben, write: true},
			{name: "somebody else", as: cora},
			{name: "moderator", as: mo, manage: true},
		} {
			b, err := h.Find(t.Context(), c.as, "web")
			if err != nil || b.CanWrite != c.write || b.CanKeep != c.keep || b.CanManage != c.manage {
				t.Errorf("%s: write %v, keep %v, manage %v (%v), want %v, %v, %v", c.name, b.CanWrite, b.CanKeep, b.CanManage, err, c.write, c.keep, c.manage)
			}
		}
		if _, err := h.AddAuthor(t.Context(), gwen, "web", "ben"); err != nil {
			t.Fatal(err)
		}
		if b, err := h.Find(t.Context(), ben, "web"); err != nil || !b.CanKeep {
			t.Errorf("named, and of the unit: got %+v, %v, want to look after it", b, err)
		}
		mine, err := h.Mine(t.Context(), ben)
		if err != nil || len(mine) != 1 || !slices.ContainsFunc(mine, func(l blogs.Listed) bool { return l.Slug == "web" }) {
			t.Errorf("blogs of ben: got %+v, %v", mine, err)
		}
	})
}
