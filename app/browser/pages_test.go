package browser

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
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

// pages is every page template of the hub, as some person sees it. What stands in braces is the id of what has this name.
var pages = []struct {
	name, as, path string
}{
	{"public-home", "", "/"},
	{"public-thread", "", "/threads/{thread How do we tell callers that a form failed without making it their fault?}"},
	{"public-blogs", "", "/blogs"},
	{"public-blog", "", "/blog/priya-nair"},
	{"public-post", "", "/blog/adam-nwosu/twelve-advisers"},
	{"public-networks", "", "/networks"},
	{"public-network", "", "/networks/rural-partnership"},
	{"public-topic", "", "/topics/connectivity"},
	{"accessibility", "", "/site/accessibility"},
	{"privacy", "", "/site/privacy"},
	{"cookies", "", "/site/cookies"},
	{"public-topics", "", "/topics"},
	{"public-search", "", "/search?q=search+box"},
	{"sign-in", "", "/sign-in"},
	{"forgotten", "", "/sign-in/forgotten"},
	{"not-found", "", "/threads/999999"},
	{"home", member, "/"},
	{"latest", member, "/latest"},
	{"unanswered", member, "/unanswered"},
	{"following", member, "/following"},
	{"thread", member, wifi},
	{"unanswered-thread", member, "/threads/{thread Does anybody have the 1974 survey notes for the paths around Bellever?}"},
	{"knowing", member, "/threads/{thread Does anybody have the 1974 survey notes for the paths around Bellever?}/knowing"},
	{"history", member, wifi + "/history"},
	{"ask", member, "/write?kind=question"},
	{"discuss", member, "/write?kind=discussion"},
	{"drafts", member, "/drafts"},
	{"maps-replies", leader, "/insights/maps"},
	{"maps-networks", leader, "/insights/maps/networks"},
	{"maps-topics", leader, "/insights/maps/topics"},
	{"maps-knowledge", leader, "/insights/maps/knowledge"},
	{"maps-missing", leader, "/insights/maps/missing"},
	{"own-view", member, "/insights/you"},
	{"people", member, "/people"},
	{"profile", member, "/people/sian-rees"},
	{"people-narrowed", member, "/people?topic=connectivity&location=hexbridge"},
	{"profile-own", member, "/people/priya-nair/posts"},
	{"profile-answers", member, "/people/sian-rees/answers"},
	{"profile-networks", member, "/people/sian-rees/networks"},
	{"unit", member, "/units/{unit Libraries}"},
	{"chart", member, "/people/chart"},
	{"chart-unit", member, "/people/chart?unit=3"},
	{"profile-edit", member, "/settings/profile"},
	{"settings", member, "/settings"},
	{"topics", member, "/topics"},
	{"topic", member, "/topics/accessibility"},
	{"search", member, "/search?q=library+broadband"},
	{"search-name", member, "/search?q=sian"},
	{"search-misspelt", member, "/search?q=libary+broadbnad"},
	{"search-narrow", member, "/search/narrow?q=library"},
	{"search-explained", admin, "/search?q=library+broadband&explain=1"},
	{"searches", member, "/searches"},
	{"bets", admin, "/bets?words=holiday"},
	{"gaps", admin, "/gaps"},
	{"insights", leader, "/insights"},
	{"insights-unit", leader, "/insights?unit={unit Digital and Customer}"},
	{"insights-small-unit", leader, "/insights?unit={unit Networks}"},
	{"scorecard", leader, "/insights/scorecard"},
	{"insights-method", leader, "/insights/method"},
	{"insights-looked", leader, "/insights/looked"},
	{"gaps-closed", member, "/gaps?closed=1"},
	{"gap", admin, "/gaps/1"},
	{"keeping", member, "/keeping"},
	{"keeping-nobody", moderator, "/keeping?of=nobody"},
	{"keep", member, "/threads/{thread What do we do about the hundred pages that say \"coronavirus\"?}/keep"},
	{"reflections", member, "/reflections"},
	{"lessons", member, "/reflections/lessons"},
	{"lessons-found", member, "/reflections/lessons?q=meetings"},
	{"reflection-new", member, "/reflections/new?kind=weeknote"},
	{"reflection", member, "/reflections/13"},
	{"reflection-share", member, "/reflections/13/share"},
	{"experts", member, "/experts?q=broadband"},
	{"offers", member, "/offers"},
	{"public-signals", "", "/signals"},
	{"signals", member, "/signals"},
	{"signals-narrowed", member, "/signals?show=waiting&kind=press"},
	{"signals-clipped", member, "/signals?show=clipped"},
	{"signal", member, "/threads/{thread Hex Bridge to close for thirteen weeks}"},
	{"signal-share", member, "/signals/new?url=https://gazette.example/hex-bridge"},
	{"sources", moderator, "/signals/sources"},
	{"source-new", moderator, "/signals/sources/new"},
	{"source-edit", moderator, "/signals/sources/1/edit"},
	{"offers-many", admin, "/offers"},
	{"write-asking", member, "/write?kind=question&title=Who+lends+tablets&ask=imran-qureshi,dawn-pascoe"},
	{"experts-question", member, "/experts?q=who+has+lent+tablets+from+a+library"},
	{"experts-nobody", member, "/experts?q=zzyzx"},
	{"experts-empty", member, "/experts"},
	{"knowing-own", member, "/settings/knowing"},
	{"search-nothing", member, "/search?q=zzyzx+quux"},
	{"search-empty", member, "/search"},
	{"topic-new", moderator, "/topics/new"},
	{"topic-edit", moderator, "/topics/accessibility/edit"},
	{"topic-posts", member, "/topics/ways-of-working?show=posts"},
	{"topic-people", member, "/topics/ways-of-working?tab=people"},
	{"topic-view", member, "/topics/accessibility/view"},
	{"public-topic-view", "", "/topics/connectivity/view"},
	{"brief", member, "/brief"},
	{"brief-week", leader, "/brief/2027-W17"},
	{"brief-unit", member, "/brief/2027-05?unit={unit Libraries}"},
	{"brief-network", member, "/brief/2027-04?network=content-people"},
	{"brief-empty", admin, "/brief/2019-01"},
	{"blogs", member, "/blogs"},
	{"blogs-a-to-z", member, "/blogs?by=name"},
	{"blog", member, "/blog/priya-nair"},
	{"post", member, "/blog/adam-nwosu/twelve-advisers"},
	{"post-in-series", member, "/blog/{post Fridays}"},
	{"blog-new", manager, "/blog/new"},
	{"blog-write", member, "/blog/priya-nair/write"},
	{"blog-settings", member, "/blog/priya-nair/settings"},
	{"blog-drafts", member, "/blog/drafts"},
	{"networks", member, "/networks"},
	{"networks-map", member, "/networks/map"},
	{"network-new", member, "/networks/new"},
	{"network", member, "/networks/content-people"},
	{"network-people", member, "/networks/content-people/people"},
	{"network-posts", member, "/networks/content-people/posts"},
	{"network-about", member, "/networks/content-people/about"},
	{"network-of-networks", member, "/networks/rural-partnership"},
	{"network-networks", member, "/networks/rural-partnership/networks"},
	{"network-closed", member, "/networks/care-practice"},
	{"network-edit", member, "/networks/content-people/edit"},
	{"network-requests", moderator, "/networks/information-asset-owners/people"},
	{"people-filtered", member, "/people?topic=connectivity&letter=D"},
	{"chart", member, "/people/chart"},
	{"profile-answers", member, "/people/dawn-pascoe/answers"},
	{"profile-networks", member, "/people/zofia-kowalska/networks"},
	{"letters", member, "/settings/letters"},
	{"contributions", member, "/settings/export"},
	{"ask-in-network", member, "/write?kind=question&network=content-people"},
	{"move", moderator, wifi + "/move"},
	{"merge", moderator, wifi + "/merge"},
	{"split", moderator, wifi + "/split"},
	{"topic-merge", moderator, "/topics/accessibility/merge"},
	{"statement-edit", admin, "/site/privacy/edit"},
	{"delete", moderator, wifi + "/delete"},
	{"thread-edit", moderator, wifi + "/edit"},
	{"admin", admin, "/admin"},
	{"profile-edit-admin", admin, "/people/sian-rees/edit"},
	{"admin-accounts", admin, "/admin/accounts"},
	{"admin-events", admin, "/admin/events"},
	{"leader-home", leader, "/"},
	{"symptoms", leader, "/insights/symptoms"},
	{"symptom", leader, "/insights/symptoms/guesswork"},
	{"symptom-aside", leader, "/insights/symptoms/guesswork?show=aside"},
}

// wifi is a thread with replies, votes and an accepted answer.
const wifi = "/threads/{thread Why does public Wi-Fi at Saltmouth Library drop every afternoon?}"

// named is what may stand in braces in the path of a page.
var named = regexp.MustCompile(`\{(\w+) ([^}]*)\}`)

// at fills in the ids of a path.
func at(h *apptest.Hub, path string) string {
	return named.ReplaceAllStringFunc(path, func(text string) string {
		part := named.FindStringSubmatch(text)
		switch kind, name := part[1], part[2]; kind {
		case "unit":
			return idOf(h, "SELECT id FROM units WHERE name = $1", name)
		case "thread":
			return idOf(h, "SELECT id FROM threads WHERE title = $1", name)
		default:
			return textOf(h, `
SELECT b.slug || '/' || o.slug
FROM posts o
JOIN blogs b ON b.id = o.blog_id
JOIN series s ON s.id = o.series_id
WHERE s.name = $1 AND o.published_at > (SELECT MIN(first.published_at) FROM posts first WHERE first.series_id = s.id)
ORDER BY o.published_at, o.thread_id
LIMIT 1`, name)
		}
	})
}

// idOf returns the number that query finds for name, as paths have it.
func idOf(h *apptest.Hub, query, name string) string { return find[int64](h, query, name) }

// textOf returns the text that query finds for name.
func textOf(h *apptest.Hub, query, name string) string { return find[string](h, query, name) }

func find[T any](h *apptest.Hub, query, name string) string {
	var v T
	if err := h.DB.QueryRow(context.Background(), query, name).Scan(&v); err != nil {
		panic(fmt.Sprintf("%q is not in the sample: %v", name, err))
	}
	return fmt.Sprint(v)
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
	for _, as := range []string{"", member, manager, moderator, admin, leader} {
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
					b.open(at(h, p.path))
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
	for _, as := range []string{"", member, manager, moderator, admin, leader} {
		b := newTab(t, h.URL, look{width: 1280})
		complaints := b.listen()
		if as != "" {
			b.signIn(h, as)
		}
		for _, p := range pages {
			if p.as != as || p.name == "not-found" { // a 404 is a complaint in itself
				continue
			}
			b.open(at(h, p.path))
		}
		if as == member {
			b.open("/write?kind=question")
			b.fill("title", "How do we <b>label</b> a search box?")
			b.await("#similar a")
		}
		for _, c := range complaints() {
			t.Error(c)
		}
	}
}
