package threads_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/db"
	"watercooler/app/threads"
	"watercooler/auth"
	views "watercooler/views/threads"
)

func TestWhereToWrite(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		winter, circle := h.network("winter", "open", "public"), h.network("circle", "closed", "hub")
		h.exec(`INSERT INTO network_members (network_id, person_id, state, created_at, updated_at) VALUES ($1, 1, 'member', 1, 1)`, circle)
		h.as = map[string]auth.Viewer{"member": in(ada, winter, circle)}
		s := serve(t, h)
		for _, r := range []request{
			{name: "nobody's networks", as: "ben", get: "/write", want: []string{"!#f-network", "input[name=audience][value=hub][checked]", "a[href='/blog/write']"}},
			{name: "one's own", as: "member", get: "/write", want: []string{
				"#f-network option[value='']:contains('Everyone')[selected][data-audiences='hub org:1 public']",
				"#f-network option[value='1']:contains('Winter')[data-audiences='hub members public']",
				"#f-network option[value='2']:contains('Circle')[data-audiences='members']",
				"input[name=audience][value=members]",
			}},
			{name: "from a network", as: "member", get: "/write?network=circle", want: []string{"#f-network option[value='2'][selected]", "input[value=members][checked]"}},
			{name: "from one of others", as: "ben", get: "/write?network=circle", want: []string{"!#f-network"}},
			{name: "not for the members of nowhere", as: "member", post: "/threads", form: form("kind", "question", "title", "Salt?", "audience", "members"), status: 422,
				want: []string{"#e-audience"}},
			{name: "wider than the network", as: "member", post: "/threads", form: form("kind", "question", "title", "Salt?", "network", "2", "audience", "hub"), status: 422,
				want: []string{"#e-audience:contains('for its members only')", "a[href='#f-audience']", "#f-network option[value='2'][selected]"}},
			{name: "a network of others", as: "ben", post: "/threads", form: form("kind", "question", "title", "Salt?", "network", "1", "audience", "hub"), status: 422,
				want: []string{".summary a[href='#f-network']"}},
			{name: "a draft keeps it", as: "member", post: "/drafts", form: form("place", "new", "kind", "question", "title", "Salt?", "network", "2", "audience", "members"), to: "/drafts"},
			{name: "and brings it back", as: "member", get: "/write", want: []string{"#f-network option[value='2'][selected]", "input[value=members][checked]"}},
			{name: "and is sent", as: "member", post: "/threads", form: form("kind", "question", "title", "Salt?", "network", "2", "audience", "members"), to: "/threads/1",
				events: "thread.created thread:1"},
			{name: "there", as: "member", get: "/threads/1", want: []string{".meta:contains('Visible only to members of Circle')", ".crumbs a[href='/networks/circle']", "#reply:contains('Only members of Circle')"}},
			{name: "and nowhere else", as: "ben", get: "/threads/1", status: 404},
			{name: "its author cannot widen it", as: "member", get: "/threads/1/edit", want: []string{"!input[name=audience]"}},
			{name: "in a list", as: "member", get: "/latest", want: []string{".it a[href='/networks/circle']", ".it:contains('Members only')"}},
		} {
			s.check(t, r)
		}
	})
}

func TestHandsOfModerators(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		winter := h.network("winter", "open", "hub")
		h.as = map[string]auth.Viewer{"member": in(ada, winter), "steward": steward(ben, winter)}
		s := serve(t, h)
		h.askIn(in(ada, winter), winter, "hub")
		h.ask(ada, "hub")
		h.say(pat, 1, "Sand.")
		h.say(pat, 1, "Or grit.")
		h.events()
		for _, r := range []request{
			{name: "the author has no menu", as: "member", get: "/threads/1", want: []string{"!.mod", "a[href='/threads/1/edit']"}},
			{name: "a steward has", as: "steward", get: "/threads/1", want: []string{".mod a[href='/threads/1/move']", ".mod form[action='/threads/1/pin']", "!a[href='/threads/1/edit']"}},
			{name: "nowhere else", as: "steward", get: "/threads/2", want: []string{"!.mod"}},
			{name: "and no page for it", as: "member", get: "/threads/1/move", status: 403},
			{name: "pin", as: "steward", post: "/threads/1/pin", to: "/threads/1", events: "thread.pinned thread:1"},
			{name: "pinned", as: "steward", get: "/threads/1", want: []string{".meta .b:contains('Pinned')", ".mod form[action='/threads/1/unpin']"}},
			{name: "unpin", as: "steward", post: "/threads/1/unpin", to: "/threads/1", events: "thread.unpinned thread:1"},
			{name: "where to", as: "steward", get: "/threads/1/move", want: []string{"#f-network option[value='1'][selected]", "input[name=kind][value=question][checked]", "!#f-sure"}},
			{name: "to where it may not be", as: "steward", post: "/threads/1/move", form: form("network", "", "audience", "members", "kind", "question"), status: 422, want: []string{"#e-audience"}},
			{name: "narrower", as: "steward", post: "/threads/1/move", form: form("network", "1", "audience", "members", "kind", "question"), to: "/threads/1", events: "thread.moved thread:1>network:1"},
			{name: "wider", as: "steward", post: "/threads/1/move", form: form("network", "1", "audience", "hub", "kind", "discussion"), status: 422, want: []string{"#f-sure", ".summary"}},
			{name: "wider and meant", as: "steward", post: "/threads/1/move", form: form("network", "1", "audience", "hub", "kind", "discussion", "sure", "1"), to: "/threads/1",
				events: "thread.moved thread:1>network:1"},
			{name: "what to split", as: "steward", get: "/threads/1/split", want: []string{"input[name=replies][value='1']", ".choice:contains('Or grit.')"}},
			{name: "split nothing", as: "steward", post: "/threads/1/split", form: form("title", "Grit", "kind", "question"), status: 422, want: []string{".summary a[href='#f-replies']"}},
			{name: "split", as: "steward", post: "/threads/1/split", form: form("title", "Grit", "kind", "question", "replies", "2"), to: "/threads/3", events: "thread.split thread:1>thread:3"},
			{name: "its permalink", as: "ben", get: "/replies/2", to: "/threads/3#reply-2"},
			{name: "into which", as: "mo", get: "/threads/1/merge", want: []string{"form:not([method]) #f-into"}},
			{name: "into nothing", as: "mo", get: "/threads/1/merge?into=99", want: []string{"#e-into"}},
			{name: "meant?", as: "mo", get: "/threads/1/merge?into=http%3A%2F%2Fhub.test%2Fthreads%2F2%23reply", want: []string{"form[method=post] a[href='/threads/2']", "!#f-sure"}},
			{name: "merge", as: "mo", post: "/threads/1/merge", form: form("into", "#2"), to: "/threads/2", events: "thread.merged thread:1>thread:2"},
			{name: "the old address", as: "ben", get: "/threads/1", status: http.StatusMovedPermanently, to: "/threads/2"},
			{name: "what is gone is not moderated", as: "mo", get: "/threads/1/split", status: 404},
			{name: "the old address signed out", get: "/threads/1", status: 404},
		} {
			s.check(t, r)
		}
	})
}

func TestOldAddresses(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		s := serve(t, h)
		h.ask(ada, "org:1")
		h.post(ada, "hub", 0)
		h.tx(func(tx *db.Tx) error {
			for path, id := range map[string]int64{"/?p=12": 2, "/2019/04/salt/": 2, "/threads/77": 1} {
				if err := h.Redirect(t.Context(), tx, path, "thread", id); err != nil {
					return err
				}
			}
			return nil
		})
		h.events()
		post := "/blog/ada/a-week-of-salt-2"
		for _, r := range []request{
			{name: "a post by its number", as: "ben", get: "/threads/2", status: 301, to: post},
			{name: "and by a page of its replies", as: "ben", get: "/threads/2?page=last", status: 301, to: post + "?page=last"},
			{name: "deleting one", as: "ada", get: "/threads/2/delete", want: []string{"form[action='/threads/2/delete'] a[href='" + post + "']"}},
			{name: "of a site before", as: "ben", get: "/2019/04/salt/", status: 301, to: post},
			{name: "by number of WordPress", as: "ben", get: "/?p=12", status: 301, to: post},
			{name: "of what is not for them", as: "pat", get: "/threads/77", status: 404},
			{name: "of what is", as: "ben", get: "/threads/77", status: 301, to: "/threads/1"},
			{name: "signed out", get: "/2019/04/salt/", status: 404},
			{name: "home is home", as: "ben", get: "/?p=13", want: []string{"h1:contains('Good')"}},
			{name: "never", as: "ben", get: "/2019/04/pepper/", status: 404},
			{name: "only pages move", as: "ben", post: "/2019/04/salt/", status: 404},
		} {
			s.check(t, r)
		}
	})
}

// The page of a post shows the conversation under it as the page of a thread does, and everything in it leads back there.
func TestConversation(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		s := serve(t, h)
		id := h.post(ada, "hub", 0)
		h.exec(`UPDATE people SET writes_in = 'cy' WHERE handle = 'pat'`)
		h.say(pat, id, "Diolch.")
		for range threads.PageSize {
			h.say(ben, id, "More.")
		}
		h.events()
		s.app.Get("/blog/ada/:post", func(c *fiber.Ctx) error {
			v := auth.ViewerOf(c)
			th, err := h.Find(c.UserContext(), v, id)
			if err != nil {
				return err
			}
			talk, err := s.web.Conversation(c, v, th)
			if err != nil {
				return err
			}
			c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
			return views.Replies(talk).Render(c.UserContext(), c)
		})
		path := "/blog/ada/a-week-of-salt-1"
		for _, r := range []request{
			{name: "its replies", as: "ben", get: path, want: []string{
				"h2:contains('51 replies')", "#reply-1 .t[lang=cy]:contains('Diolch')", "#reply-2 .t:not([lang])", "form[action='/threads/1/replies']",
				fmt.Sprintf("a[href^='%s?after=']", path),
			}},
			{name: "answering one", as: "ben", get: path + "?to=1", want: []string{"input[name=parent][value='1']"}},
			{name: "the last page", as: "ben", get: path + "?page=last", want: []string{"#reply-51", "!#reply-1"}},
			{name: "a reply", as: "ben", post: "/threads/1/replies", form: form("body", "Late"), to: "/replies/52", events: "reply.created reply:52>thread:1"},
		} {
			s.check(t, r)
		}
		if got := s.send(request{as: "ben", get: "/replies/1"}); got.location != path+"#reply-1" {
			t.Errorf("a permalink leads to %s", got.location)
		}
	})
}
