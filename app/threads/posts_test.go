package threads_test

import (
	"strings"
	"testing"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/auth"
)

// post publishes a post in v's blog, which is for audience, and returns its thread.
func (h *hub) post(v auth.Viewer, audience string, network int64) int64 {
	h.t.Helper()
	ctx := h.t.Context()
	var id int64
	h.tx(func(tx *db.Tx) (err error) {
		id, err = h.OpenPost(ctx, tx, v, threads.NewPost{Title: "A week of salt", Body: "We had **none**.", Topics: []string{"broadband"}, Audience: audience, Network: network})
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `
INSERT INTO blogs (slug, name, owner_kind, owner_id, audience, created_at, updated_at)
VALUES ($1, $2, 'person', $3, $4, 1, 1)
ON CONFLICT DO NOTHING`, v.Handle, v.Name+"’s blog", v.Person, audience); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `
INSERT INTO posts (thread_id, blog_id, slug, published_at)
SELECT CAST($1 AS BIGINT), id, 'a-week-of-salt-' || CAST($1 AS TEXT), 1
FROM blogs
WHERE slug = $2`, id, v.Handle)
		return err
	})
	return id
}

func TestOpenPost(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		private := h.network("board", "private", "")
		open := func(v auth.Viewer, in threads.NewPost) (id int64, err error) {
			err = h.db.Tx(ctx, func(tx *db.Tx) error {
				id, err = h.OpenPost(ctx, tx, v, in)
				return err
			})
			return id, err
		}
		for _, tc := range []struct {
			name   string
			as     auth.Viewer
			in     threads.NewPost
			fields string
		}{
			{"nothing", ada, threads.NewPost{}, "title body audience"},
			{"another organisation", ada, threads.NewPost{Title: "T", Body: "B", Audience: "org:2"}, "audience"},
			{"a topic nobody knows", ada, threads.NewPost{Title: "T", Body: "B", Audience: "hub", Topics: []string{"Kettles"}}, "topics"},
			{"too long", ada, threads.NewPost{Title: "T", Body: strings.Repeat("ä", 100_001), Audience: "hub"}, "body"},
			{"somebody else's private network", ada, threads.NewPost{Title: "T", Body: "B", Audience: "hub", Network: private}, "network"},
			{"wider than its network", in(ada, private), threads.NewPost{Title: "T", Body: "B", Audience: "hub", Network: private}, "audience"},
		} {
			if _, err := open(tc.as, tc.in); fields(err) != tc.fields {
				t.Errorf("%s: %v (%s), want fields %q", tc.name, err, fields(err), tc.fields)
			}
		}
		if got := h.events(); got != "" {
			t.Errorf("refused posts made events: %s", got)
		}
		at := time.Date(2027, 3, 4, 10, 0, 0, 0, time.UTC)
		id, err := open(mo, threads.NewPost{Title: "T", Body: strings.Repeat("word ", 10_000), Audience: "hub", Author: ada.Person, At: at, Topics: []string{"broadband", "Connectivity"}})
		if err != nil {
			t.Fatal(err)
		}
		th := h.find(ben, id)
		if th.Kind != threads.Post || th.Author.Handle != "ada" || !th.CreatedAt.Equal(at) || len(th.Topics) != 1 || th.Path() != "/threads/1" {
			t.Errorf("post = %+v", th)
		}
		if on, err := h.Watches(ctx, ada, "thread", id); !on || err != nil {
			t.Errorf("its author does not follow it: %v", err)
		}
		if got := h.events(); got != "thread.created thread:1" {
			t.Errorf("events = %s", got)
		}
	})
}

func TestPosts(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		question := h.ask(ada, "hub")
		id := h.post(ada, "hub", 0)
		reply := h.say(ben, id, "Thanks.")
		th := h.find(ben, id)
		if th.Path() != "/blog/ada/a-week-of-salt-2" {
			t.Errorf("its address is %s", th.Path())
		}
		if path, _, err := h.Locate(ctx, ben, reply); err != nil || path != th.Path() {
			t.Errorf("a reply is at %s, %v", path, err)
		}
		feed, err := h.Feed(ctx, ben, threads.FeedQuery{Kinds: []threads.Kind{threads.Post}})
		if err != nil || len(feed.Items) != 1 || feed.Items[0].Path() != th.Path() {
			t.Errorf("the list of posts: %+v, %v", feed.Items, err)
		}
		if feed, err := h.Feed(ctx, ben, threads.FeedQuery{Kinds: []threads.Kind{threads.Question}}); err != nil || len(feed.Items) != 1 || feed.Items[0].ID != question {
			t.Errorf("the list of questions: %+v, %v", feed.Items, err)
		}
		edit := func(v auth.Viewer, audience string) error {
			th := h.find(v, id)
			return h.EditThread(ctx, v, id, threads.Edit{Revision: th.Revision, Title: th.Title, Body: th.Body, Audience: audience, Topics: []string{"Connectivity"}})
		}
		if err := edit(ada, "public"); fields(err) != "audience" {
			t.Errorf("wider than its blog: %v", err)
		}
		if err := edit(ada, "org:1"); err != nil {
			t.Errorf("narrower than its blog: %v", err)
		}
		if err := edit(ben, "hub"); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("edited by somebody else: %v", err)
		}
		h.exec(`INSERT INTO post_authors (thread_id, person_id) VALUES ($1, 2)`, id)
		if th := h.find(ben, id); !th.CanEdit || th.CanDelete {
			t.Errorf("who wrote it together with her may %+v", th)
		}
		if err := edit(ben, "hub"); err != nil {
			t.Errorf("edited by who wrote it too: %v", err)
		}
		if err := h.Move(ctx, mo, id, threads.Move{Audience: "hub"}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("moved out of its blog: %v", err)
		}
		// Whoever follows the blog finds it at home, and is told why.
		if err := h.Watch(ctx, pat, "blog", 1); err != nil {
			t.Fatal(err)
		}
		feed, err = h.Feed(ctx, pat, threads.FeedQuery{Tab: threads.ForYou})
		if err != nil || len(feed.Items) != 1 || feed.Items[0].Why != "Because you follow the blog Ada Lane’s blog" {
			t.Errorf("for a follower: %+v, %v", feed.Items, err)
		}
	})
}

func TestReplaceTopic(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		both, one := h.ask(ada, "hub", "Schools", "Libraries"), h.ask(ada, "hub", "Schools")
		for _, topic := range []int64{2, 3} {
			if err := h.Watch(ctx, ben, "topic", topic); err != nil {
				t.Fatal(err)
			}
		}
		if err := h.Watch(ctx, pat, "topic", 2); err != nil {
			t.Fatal(err)
		}
		h.tx(func(tx *db.Tx) error { return h.ReplaceTopic(ctx, tx, 2, 3) })
		for _, id := range []int64{both, one} {
			if got := h.find(ben, id).Topics; len(got) != 1 || got[0].Slug != "libraries" {
				t.Errorf("thread %d is about %v", id, got)
			}
		}
		for _, v := range []auth.Viewer{ben, pat} {
			old, _ := h.Watches(ctx, v, "topic", 2)
			if on, err := h.Watches(ctx, v, "topic", 3); old || !on || err != nil {
				t.Errorf("%s follows the old %t, the new %t, %v", v.Name, old, on, err)
			}
		}
	})
}

func TestRedirectsAndFiles(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		open, own := h.ask(ada, "public", "Schools"), h.ask(ada, "org:1", "Libraries")
		reply := h.say(ben, own, "Yes.")
		post := h.post(ada, "hub", 0)
		h.tx(func(tx *db.Tx) error {
			for path, to := range map[string]struct {
				kind string
				id   int64
			}{
				"/?p=1": {"thread", open}, "/own": {"thread", own}, "/own#c": {"reply", reply}, "/2019/03/salt/": {"thread", post}, "/tag/schools": {"topic", 2},
				"/tag/libraries": {"topic", 3}, "/author/ada": {"person", 1}, "/blog-of-ada": {"blog", 1},
			} {
				if err := h.Redirect(ctx, tx, path, to.kind, to.id); err != nil {
					return err
				}
			}
			for _, a := range []threads.Attachment{
				{Thread: open, Person: 1, File: "open", Name: "a.pdf"}, {Thread: own, Person: 1, File: "own", Name: "b.pdf", ExternalID: "x/1"},
				{Person: 1, File: "loose", Name: "c.pdf"}, {Thread: own, Person: 1, File: "twice", Name: "d"}, {Thread: open, Person: 1, File: "twice", Name: "d"},
			} {
				if _, err := h.Attach(ctx, tx, a); err != nil {
					return err
				}
			}
			return nil
		})
		reads := map[string]string{
			"/?p=1": "ada pat stranger", "/own": "ada", "/own#c": "ada", "/2019/03/salt/": "ada pat", "/tag/schools": "ada pat stranger", "/tag/libraries": "ada pat",
			"/author/ada": "ada pat", "/blog-of-ada": "ada pat", "/nothing": "",
		}
		files := map[string]string{"open": "ada pat stranger", "own": "ada", "loose": "ada", "twice": "ada pat stranger", "none": ""}
		for name, v := range map[string]auth.Viewer{"ada": ada, "pat": pat, "stranger": stranger} {
			for path, may := range reads {
				to, err := h.Moved(ctx, v, path)
				if want := strings.Contains(may, name); want != (err == nil) || !want && !errs.IsNotFound(err) {
					t.Errorf("%s, %s: %q, %v", name, path, to, err)
				}
			}
			for file, may := range files {
				_, ok, err := h.MayReadFile(ctx, v, file)
				if want := strings.Contains(may, name); ok != want || err != nil {
					t.Errorf("%s reads the file %s: %t, %v", name, file, ok, err)
				}
			}
		}
		if to, err := h.Moved(ctx, ada, "/2019/03/salt/"); err != nil || !strings.HasPrefix(to, "/blog/ada/") {
			t.Errorf("an old post is at %s, %v", to, err)
		}
		if err := h.db.Tx(ctx, func(tx *db.Tx) error { return h.Redirect(ctx, tx, "/x", "kettle", 1) }); errs.KindOf(err) != errs.Invalid {
			t.Errorf("a redirect to a kettle: %v", err)
		}
		h.exec(`UPDATE threads SET deleted_at = 1 WHERE id = $1`, open)
		if _, ok, err := h.MayReadFile(ctx, ada, "open"); ok || err != nil {
			t.Errorf("the file of a deleted thread is there: %t, %v", ok, err)
		}
	})
}
