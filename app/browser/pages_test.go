package browser

import (
	"cmp"
	"strings"
	"testing"

	"watercooler/app/apptest"
)

// The people of the sample hub.
const (
	member    = "priya.nair@tamarshire.example"
	leader    = "helen.trevanion@tamarshire.example"
	moderator = "ruth.ellery@tamarshire.example"
	admin     = "imran.qureshi@tamarshire.example"
)

// signIn goes through the sample door.
func (b *tab) signIn(h *apptest.Hub, email string) {
	b.t.Helper()
	b.open("/sign-in")
	b.press(`form[action="/sign-in/sample"]:has(input[name="account"][value="` + h.Account(email) + `"]) button`)
}

// pages is every page template of the hub, as some person sees it.
var pages = []struct {
	name, as, path string
}{
	{"public-home", "", "/"},
	{"public-thread", "", "/threads/3"},
	{"public-topics", "", "/topics"},
	{"public-search", "", "/search?q=search+box"},
	{"sign-in", "", "/sign-in"},
	{"forgotten", "", "/sign-in/forgotten"},
	{"not-found", "", "/threads/999999"},
	{"home", member, "/"},
	{"latest", member, "/latest"},
	{"unanswered", member, "/unanswered"},
	{"following", member, "/following"},
	{"thread", member, "/threads/1"},
	{"unanswered-thread", member, "/threads/32"},
	{"knowing", member, "/threads/32/knowing"},
	{"history", member, "/threads/1/history"},
	{"ask", member, "/write?kind=question"},
	{"discuss", member, "/write?kind=discussion"},
	{"drafts", member, "/drafts"},
	{"people", member, "/people"},
	{"profile", member, "/people/sian-rees"},
	{"people-narrowed", member, "/people?topic=connectivity&location=hexbridge"},
	{"profile-own", member, "/people/priya-nair/posts"},
	{"profile-answers", member, "/people/sian-rees/answers"},
	{"profile-networks", member, "/people/sian-rees/networks"},
	{"unit", member, "/units/3"},
	{"chart", member, "/people/chart"},
	{"chart-unit", member, "/people/chart?unit=3"},
	{"profile-edit", member, "/settings/profile"},
	{"settings", member, "/settings"},
	{"topics", member, "/topics"},
	{"topic", member, "/topics/accessibility"},
	{"search", member, "/search?q=library+broadband"},
	{"search-name", member, "/search?q=sian"},
	{"search-nothing", member, "/search?q=zzyzx+quux"},
	{"search-empty", member, "/search"},
	{"topic-new", moderator, "/topics/new"},
	{"topic-edit", moderator, "/topics/accessibility/edit"},
	{"delete", moderator, "/threads/1/delete"},
	{"thread-edit", moderator, "/threads/1/edit"},
	{"admin", admin, "/admin"},
	{"profile-edit-admin", admin, "/people/sian-rees/edit"},
	{"admin-accounts", admin, "/admin/accounts"},
	{"admin-events", admin, "/admin/events"},
	{"leader-home", leader, "/"},
}

// looks are the ways in which every page is looked at.
var looks = []look{
	{width: 1280}, {width: 320}, {width: 1280, dark: true}, {width: 320, dark: true}, {width: 1280, noScript: true}, {width: 320, noScript: true},
}

// TestEveryPageIsAccessible holds each page against axe (WCAG 2.2 AA and its best practices): on a desk and on a phone, light
// and dark, with and without script; and no page scrolls sideways.
func TestEveryPageIsAccessible(t *testing.T) {
	if testing.Short() {
		t.Skip("the browser is left out of make check; make test runs it")
	}
	h := apptest.Sample(t)
	for _, as := range []string{"", member, moderator, admin, leader} {
		name, _, _ := strings.Cut(as, ".")
		for _, l := range looks {
			t.Run(cmp.Or(name, "nobody")+" "+l.String(), func(t *testing.T) {
				t.Parallel()
				b := newTab(t, h.URL, l)
				if as != "" {
					b.signIn(h, as)
				}
				for _, p := range pages {
					if p.as != as {
						continue
					}
					b.open(p.path)
					if n := b.count("h1"); n != 1 {
						t.Errorf("%s has %d h1, want 1", p.path, n)
					}
					b.fits()
					b.axe()
					b.shoot(p.name + "-" + l.String())
				}
			})
		}
	}
}

// TestNothingBreaksThePolicy walks through the pages with script and listens for what the content security policy or the
// console complains about.
func TestNothingBreaksThePolicy(t *testing.T) {
	if testing.Short() {
		t.Skip("the browser is left out of make check; make test runs it")
	}
	h := apptest.Sample(t)
	b := newTab(t, h.URL, look{width: 1280})
	complaints := b.listen()
	b.signIn(h, admin)
	for _, p := range pages {
		if p.name == "not-found" { // a 404 is a complaint in itself
			continue
		}
		b.open(p.path)
	}
	b.open("/write?kind=question")
	b.fill("title", "How do we <b>label</b> a search box?")
	b.await("#similar a")
	for _, c := range complaints() {
		t.Error(c)
	}
}
