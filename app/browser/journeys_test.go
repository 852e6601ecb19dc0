package browser

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"

	"watercooler/app"
	"watercooler/app/apptest"
	"watercooler/app/apptest/backends"
	"watercooler/auth"
)

// journeys are what people come to the hub for, each from its beginning to its end through the pages alone.
var journeys = []struct {
	name string
	walk func(t *testing.T, l look)
}{
	{"sign in with a password", signInWithPassword},
	{"sign in with single sign-on", signInWithSSO},
	{"be refused by single sign-on", refusedBySSO},
	{"ask, answer, accept, edit, find, delete", askAndAnswer},
	{"a mistake keeps the text", mistakeKeepsText},
	{"a draft survives", draftSurvives},
	{"a text outlives its session", textOutlivesSession},
	{"preview", previewText},
	{"choose a theme", chooseTheme},
	{"end other devices", endDevices},
	{"found an empty hub", foundHub},
	{"write with the keyboard alone", keyboardAlone},
	{"page through a list and back", pageAndBack},
	{"follow a topic", followTopic},
	{"set up a blog and publish", setUpBlog},
	{"join a closed network", joinByRequest},
	{"keep a private network private", keepPrivate},
	{"from the tree of units to an answer", treeToAnswer},
	{"decide together, challenge and review", decideTogether},
	{"join with the keyboard alone", joinByKeyboard},
	{"notice what happens outside", noticeOutside},
	{"learn something and share it", learnAndShare},
	{"keep a thread right", keepRight},
	{"fill a gap", fillGap},
}

// TestJourneys walks each of them with script and without.
func TestJourneys(t *testing.T) {
	if testing.Short() {
		t.Skip("the browser is left out of make check; make test runs it")
	}
	for _, j := range journeys {
		for _, l := range []look{{width: 1280}, {width: 1280, noScript: true}} {
			t.Run(j.name+" "+l.String(), func(t *testing.T) {
				t.Parallel()
				j.walk(t, l)
			})
		}
	}
}

func signInWithPassword(t *testing.T, l look) {
	h := apptest.Sample(t)
	boss := newTab(t, h.URL, l)
	boss.signIn(h, admin)
	boss.open("/admin/accounts")
	boss.fill("name", "Wren Penhale")
	boss.fill("email", "wren.penhale@tamarshire.example")
	boss.press(`form[action="/admin/accounts"][method="post"] button[type="submit"]`)
	boss.has(".flash", "Wren Penhale has an account now")
	boss.press(`tr form[action$="/link"] button`)
	boss.has("h1", "Wren Penhale")
	link := strings.TrimPrefix(boss.text("output.once"), h.URL)

	b := newTab(t, h.URL, l)
	b.open(link)
	b.has("h1", "Welcome, Wren Penhale")
	b.fill("password", "too short")
	b.press("main form button[type=submit]")
	b.has(".summary", "12")
	b.fill("password", "gorse and heather in May")
	b.press("main form button[type=submit]")
	b.has(".flash", "signed in")
	b.has("h1", "Wren")

	b.click(".me summary")
	b.press(`form[action="/sign-out"] button`)
	b.has(".flash", "signed out")
	b.open(link)
	if b.text("h1") == "Welcome, Wren Penhale" {
		t.Error("an invitation works twice")
	}

	b.open("/following")
	b.has("h1", "Sign in")
	b.fill("email", "wren.penhale@tamarshire.example")
	b.fill("password", "gorse and heather in June")
	b.press(`form[action="/sign-in"] button`)
	b.await(".summary")
	if got := b.value("email"); got != "wren.penhale@tamarshire.example" {
		t.Errorf("after a mistake the e-mail field holds %q", got)
	}
	b.fill("password", "gorse and heather in May")
	b.press(`form[action="/sign-in"] button`)
	if got := b.path(); got != "/following" {
		t.Errorf("signing in leads to %s, want /following, where it began", got)
	}
}

func signInWithSSO(t *testing.T, l look) {
	b := throughProvider(t, l, "zitadel.ch")
	if got := b.path(); got != "/following" {
		t.Fatalf("single sign-on leads to %s, want /following, where it began\n%s", got, b.where())
	}
	b.open("/settings")
	b.has("main", "Tamarshire account, as test-user@zitadel.ch")
	b.open("/people?name=Test+User")
	b.has(".folk", "Test User")
}

// refusedBySSO comes from a domain that nobody let in.
func refusedBySSO(t *testing.T, l look) {
	b := throughProvider(t, l, "tamarshire.example")
	b.has("h1", "That did not work")
	b.axe()
	b.press(`main a[href="/sign-in"]`)
	b.has("h1", "Sign in")
}

// throughProvider signs in at an OpenID provider, to a hub that knows the e-mail domain of its staff.
func throughProvider(t *testing.T, l look, staff string) *tab {
	t.Helper()
	var handler http.Handler
	op := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) }))
	t.Cleanup(op.Close)
	h := apptest.Sample(t, func(s *app.Settings, _ *app.Options) {
		clients := map[string]*storage.Client{"hub": storage.WebClient("hub", "secret", s.BaseURL+"/sign-in/sso/tamarshire/callback")}
		handler = exampleop.SetupServer(op.URL, storage.NewStorageWithClients(storage.NewUserStore(op.URL), clients), slog.New(slog.DiscardHandler), false)
		s.Auth.Providers = []auth.ProviderConfig{{
			Name: "tamarshire", Label: "Tamarshire account", Issuer: op.URL, ClientID: "hub", ClientSecret: "secret", StaffDomains: []string{staff},
		}}
	})
	h.Clock.Add(time.Since(h.Clock.Now())) // the provider lives in real time

	b := newTab(t, h.URL, l)
	b.open("/following")
	b.press(`a[href^="/sign-in/sso/tamarshire"]`)
	b.do(chromedp.WaitVisible(chromedp.CSS("#username")),
		chromedp.SendKeys(chromedp.CSS("#username"), "test-user@127.0.0.1"),
		chromedp.SendKeys(chromedp.CSS("#password"), "verysecure"))
	b.press("button[type=submit]")
	return b
}

// askAndAnswer is the life of a question.
func askAndAnswer(t *testing.T, l look) {
	h := apptest.Sample(t)
	priya, tom := newTab(t, h.URL, l), newTab(t, h.URL, l)
	priya.signIn(h, member)
	tom.signIn(h, moderator)

	const title = "Which heron nests may the tree officer move?"
	priya.open("/write?kind=question")
	priya.fill("title", title)
	priya.fill("body", "There are **three** in the way of the footbridge.")
	priya.fill("topics", "Rights of way")
	priya.press(".compose .endbar button[type=submit]")
	thread := priya.path()
	priya.has("h1", title)
	priya.has(".opening strong", "three")
	priya.has(".chips", "Rights of way")

	tom.open("/unanswered")
	tom.has(".feed", title)
	tom.press(`.feed a[href="` + thread + `"]`)
	tom.fill("body", "None between February and August.")
	tom.press("#reply .endbar button[type=submit]")
	tom.has(".rs", "None between February and August.")
	tom.open("/unanswered")
	if strings.Contains(tom.text("main"), title) {
		t.Error("an answered question is still among the unanswered")
	}

	priya.open(thread)
	priya.change(".r .v button", `.r .v button[aria-pressed="true"]`)
	priya.press(`.r form[action$="/accept"] button`)
	priya.has(".r.accepted", "Accepted answer")
	priya.has(".meta", "Answered")
	priya.has(`.r .v button[aria-pressed="true"]`, "1")
	priya.change(`.r .v button`, `.r .v button[aria-pressed="false"]`)

	tom.open(thread)
	tom.change(`form[action="/follow"] button`, `form[action="/unfollow"]`)
	tom.open("/following")
	tom.has(".feed", title)

	priya.open(thread)
	priya.press(`a[href="` + thread + `/edit"]`)
	priya.fill("title", title+" And when?")
	priya.fill("body", "There are **four** in the way of the footbridge.")
	priya.press(".compose .endbar button[type=submit]")
	priya.has("h1", "And when?")
	priya.press(`a[href="` + thread + `/history"]`)
	priya.has(".diff ins", "And when?")
	priya.has("main", "four")
	priya.has("main", "three")
	if priya.count("main ins") < 2 || priya.count("main del") < 2 {
		t.Errorf("the history shows %d additions and %d removals, want both of title and text", priya.count("main ins"), priya.count("main del"))
	}

	h.Drain()
	tom.open("/")
	tom.do(chromedp.SendKeys(chromedp.CSS("#q"), "moving a heron's nest"))
	tom.press(".search button")
	tom.has(".feed", "Which heron nests")
	tom.press(`.feed a[href^="` + thread + `"], .feed a[href^="/replies/"]`)
	if got := tom.path(); !strings.HasPrefix(got, thread) {
		t.Errorf("the search leads to %s, want %s", got, thread)
	}

	priya.open(thread)
	priya.press(`a[href="` + thread + `/delete"]`)
	priya.has("h1", "Delete")
	priya.press("main .btn.bad")
	tom.open(thread)
	tom.has("h1", "Deleted question")
	tom.has(".rs, .accepted", "None between February and August.")
	h.Drain()
	tom.open("/search?q=heron+footbridge")
	if strings.Contains(tom.text("main .feed"), "Which heron") {
		t.Error("a deleted question is still found")
	}
}

func mistakeKeepsText(t *testing.T, l look) {
	h := apptest.Sample(t)
	b := newTab(t, h.URL, l)
	b.signIn(h, member)
	b.open("/write?kind=discussion")
	b.fill("topics", "Libraries, Unicorns")
	b.fill("body", "Half of a thought")
	b.press(".compose .endbar button[type=submit]")
	b.await(".summary")
	if got := get(b, chromedp.Evaluate[string](`document.activeElement.className`)); got != "summary" {
		t.Errorf("the focus is on %q, want the summary of what is wrong", got)
	}
	if b.value("body") != "Half of a thought" || b.value("topics") != "Libraries, Unicorns" {
		t.Errorf("the form kept %q and %q", b.value("body"), b.value("topics"))
	}
	b.await(`[name="title"][aria-invalid="true"][aria-describedby="e-title"]`)
	b.await("#e-title")
	b.axe()
	b.click(`.summary a[href="#f-title"]`)
	if got := b.focused(); got != "f-title" {
		t.Errorf("a line of the summary leads to %q, want the field f-title", got)
	}
	b.fill("title", "Do libraries need unicorns?")
	b.fill("topics", "Libraries")
	b.press(".compose .endbar button[type=submit]")
	b.has("h1", "Do libraries need unicorns?")
	b.has(".opening", "Half of a thought")
}

// draftSurvives leaves the composer in the middle. With script the server has the text by then; without, a preview keeps it,
// because that is when the server sees it.
func draftSurvives(t *testing.T, l look) {
	h := apptest.Sample(t)
	b := newTab(t, h.URL, l)
	b.signIn(h, member)
	b.open("/write?kind=question")
	b.fill("title", "Half a question")
	b.fill("body", "and half of what")
	if l.noScript {
		b.press(".sw button[type=submit]")
		b.has(".preview", "and half of what")
		if b.value("title") != "Half a question" || b.value("body") != "and half of what" {
			t.Errorf("the preview kept %q and %q", b.value("title"), b.value("body"))
		}
		return
	}
	b.await("[data-draft]:not(:empty)")
	b.has("[data-draft]", "Draft saved")
	b.open("/drafts")
	b.has(".drafts", "Half a question")
	b.press(".drafts h2 a")
	if b.value("title") != "Half a question" || b.value("body") != "and half of what" {
		t.Errorf("the draft came back as %q and %q", b.value("title"), b.value("body"))
	}
	b.press(".compose .endbar button[type=submit]")
	b.open("/drafts")
	if b.count(".drafts") != 0 {
		t.Error("a draft stays although its text was sent")
	}
}

// textOutlivesSession sends a text after the session was ended from another device.
func textOutlivesSession(t *testing.T, l look) {
	h := apptest.Sample(t)
	b, other := newTab(t, h.URL, l), newTab(t, h.URL, l)
	b.signIn(h, member)
	b.open(at(h, wifi))
	other.signIn(h, member)
	other.open("/settings")
	other.press(`form[action="/settings/devices/end"] button`)

	b.fill("body", "An hour of thought that must not be lost.")
	b.press("#reply .endbar button[type=submit]")
	b.has("h1", "Sign in")
	b.press(`form[action="/sign-in/sample"]:has(input[name="account"][value="` + h.Account(member) + `"]) button`)
	if got := b.path(); !strings.HasPrefix(got, at(h, wifi)) {
		t.Errorf("signing in leads to %s, want the thread", got)
	}
	if got := b.value("body"); got != "An hour of thought that must not be lost." {
		t.Fatalf("the reply came back as %q\n%s", got, b.where())
	}
	b.press("#reply .endbar button[type=submit]")
	b.has(".rs", "An hour of thought")
}

func previewText(t *testing.T, l look) {
	h := apptest.Sample(t)
	b := newTab(t, h.URL, l)
	b.signIn(h, member)
	b.open(at(h, wifi))
	b.fill("body", "1. first\n2. **second**, says @dawn-pascoe")
	b.change(`.sw button[type="submit"]`, ".preview ol")
	b.has(".preview strong", "second")
	b.has(".preview a.mention", "Dawn Pascoe")
	if !l.noScript {
		b.click(".sw button:first-child")
	}
	b.press(".endbar button[type=submit]")
	b.has(".rs", "second, says @Dawn Pascoe")
}

func chooseTheme(t *testing.T, l look) {
	h := apptest.Sample(t)
	b := newTab(t, h.URL, l)
	b.signIn(h, member)
	for _, theme := range []string{"dark", "contrast", "light"} {
		b.open("/settings")
		b.click(`input[name="theme"][value="` + theme + `"]`)
		b.press(`form[action="/settings/theme"] button`)
		b.open("/")
		b.await(`html[data-theme="` + theme + `"]`)
		b.axe()
	}
	b.open("/settings")
	b.click(`input[name="theme"]`)
	b.press(`form[action="/settings/theme"] button`)
	b.await("html:not([data-theme])")
}

func endDevices(t *testing.T, l look) {
	h := apptest.Sample(t)
	b, lost, work := newTab(t, h.URL, l), newTab(t, h.URL, l), newTab(t, h.URL, l)
	for _, tab := range []*tab{b, lost, work} {
		tab.signIn(h, member)
	}
	b.open("/settings")
	if got := b.count(".rows > li"); got != 3 {
		t.Fatalf("%d signed-in devices, want 3", got)
	}
	b.press(`.rows form[action^="/settings/devices/"] button`)
	b.has(".flash", "signed out")
	if got := b.count(".rows > li"); got != 2 {
		t.Errorf("%d signed-in devices after one was ended, want 2", got)
	}
	b.press(`form[action="/settings/devices/end"] button`)
	for _, tab := range []*tab{lost, work} {
		tab.open("/following")
		tab.has("h1", "Sign in")
	}
	b.open("/following")
	b.has("h1", "Following")
}

func foundHub(t *testing.T, l look) {
	h := apptest.New(t, backends.SQLiteURL(t))
	var log bytes.Buffer
	if err := h.App.Welcome(t.Context(), &log); err != nil {
		t.Fatal(err)
	}
	code := regexp.MustCompile(`/welcome\?code=(\S+)`).FindStringSubmatch(log.String())
	if code == nil {
		t.Fatalf("the log of an empty hub names no code:\n%s", log.String())
	}
	b := newTab(t, h.URL, l)
	b.open("/topics")
	b.has("h1", "Welcome to your new hub") // every page leads here
	b.axe()
	b.fill("code", "wrong")
	b.fill("organisation", "Brindle Council")
	b.fill("name", "Ada Tregenza")
	b.fill("email", "ada@brindle.example")
	b.fill("password", "a kettle, a biscuit and a chair")
	b.press("main form button")
	b.await("#e-code")
	if got := b.value("organisation"); got != "Brindle Council" {
		t.Errorf("after a mistake the organisation is %q", got)
	}
	b.fill("code", code[1])
	b.fill("password", "a kettle, a biscuit and a chair")
	b.press("main form button")
	b.has(".flash", "Your hub is ready")
	b.has(".foot", "Brindle Council")
	b.axe()
	for path, says := range map[string]string{
		"/": "Nothing here yet", "/latest": "Nothing has been said yet", "/unanswered": "Every question has a reply",
		"/following": "You follow no threads", "/drafts": "Nothing unfinished", "/topics": "No topics", "/search?q=tea": "Nothing found",
	} {
		b.open(path)
		b.has("main", says)
		b.fits()
		b.axe()
	}
}

// keyboardAlone finds something and answers it without a pointer.
func keyboardAlone(t *testing.T, l look) {
	h := apptest.Sample(t)
	b := newTab(t, h.URL, l)
	b.signIn(h, member)
	b.open("/latest")
	b.keys(kb.Tab)
	if got := b.text(":focus"); got != "Skip to main content" {
		t.Errorf("the first press of Tab goes to %q, want the skip link", got)
	}
	b.keys(kb.Enter)
	if got := b.focused(); got != "main" {
		t.Errorf("the skip link leads to %q, want main", got)
	}
	if l.noScript {
		b.open("/")
		b.tabTo("#q")
	} else {
		b.keys("/")
		if got := b.focused(); got != "q" {
			t.Errorf("/ leads to %q, want the search box", got)
		}
	}
	b.keys("interpreter")
	b.enter()
	b.has("h1", "interpreter")
	b.tabTo(`.feed h2 a`)
	b.enter()
	b.has("h1", "interpreter")
	b.tabTo(`textarea[name="body"]`)
	b.keys("Ask the library: two of us speak it.")
	b.tabTo("#reply .endbar button")
	b.enter()
	b.has(".rs", "two of us speak it")

	b.open("/")
	b.tabTo(".rooms .write a")
	b.enter()
	b.tabTo(`input[name="title"]`)
	b.keys("Is a keyboard enough?")
	b.tabTo(`textarea[name="body"]`)
	b.keys("It should be.")
	b.tabTo(".endbar button[type=submit]")
	b.enter()
	b.has("h1", "Is a keyboard enough?")

	b.tabTo(".me summary")
	b.keys(kb.Enter)
	b.await(".me .menu")
	if !l.noScript {
		b.keys(kb.Escape)
		if b.count(".me[open]") != 0 {
			t.Error("Escape does not close the menu")
		}
	}
}

func pageAndBack(t *testing.T, l look) {
	h := apptest.Sample(t)
	b := newTab(t, h.URL, l)
	b.signIn(h, member)
	b.open("/latest")
	first := b.text(".feed h2")
	b.press(`.pager a[rel="next"]`)
	second := b.text(".feed h2")
	if second == first || b.path() == "/latest" {
		t.Fatalf("the second page is %s and begins with %q as the first does", b.path(), second)
	}
	b.press(".feed h2 a")
	b.has("h1", second)
	b.back()
	if got := b.text(".feed h2"); got != second {
		t.Errorf("back on the second page it begins with %q, want %q", got, second)
	}
	b.back()
	if got := b.path(); got != "/latest" || b.text(".feed h2") != first {
		t.Errorf("back leads to %s beginning with %q, want /latest with %q", got, b.text(".feed h2"), first)
	}
	b.press(`.pager a[rel="next"]`)
	b.press(`.pager a[rel="prev"]`)
	if got := b.text(".feed h2"); got != first {
		t.Errorf("the newer page begins with %q, want %q", got, first)
	}
}

// followTopic brings a topic to the home page and takes it away again.
func followTopic(t *testing.T, l look) {
	h := apptest.Sample(t)
	b := newTab(t, h.URL, l)
	b.signIn(h, leader)
	b.open("/topics")
	const topic = `li:has(a[href="/topics/libraries"]) `
	b.change(topic+`form[action="/follow"] button`, topic+`form[action="/unfollow"]`)
	b.open("/")
	b.has(".places", "Libraries")
	b.has(".feed", "Because you follow Libraries")
	b.press(`.places a[href="/topics/libraries"]`)
	b.has("h1", "Libraries")
	b.change(`.head form[action="/unfollow"] button`, `.head form[action="/follow"]`)
	b.open("/")
	if strings.Contains(b.text("main"), "Because you follow Libraries") {
		t.Error("an unfollowed topic still fills the home page")
	}
}

// value is what the field with this name holds.
func (b *tab) value(name string) string {
	b.t.Helper()
	return get(b, chromedp.Evaluate[string](fmt.Sprintf(`document.querySelector('main [name=%q]').value`, name)))
}

// change presses a button that changes a part of the page: script swaps it, without script the page comes anew.
func (b *tab) change(selector, into string) {
	b.t.Helper()
	if b.look.noScript {
		b.press(selector)
	} else {
		b.click(selector)
	}
	b.await(into)
}

// keys presses keys, wherever the focus is.
func (b *tab) keys(keys string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(keys))
}

// enter presses Enter and waits for the page that follows.
func (b *tab) enter() {
	b.t.Helper()
	b.follow(chromedp.KeyEvent(kb.Enter))
}

// back presses the back button of the browser.
func (b *tab) back() {
	b.t.Helper()
	b.do(chromedp.NavigateBack())
}

// focused is the id of what has the focus.
func (b *tab) focused() string {
	b.t.Helper()
	return get(b, chromedp.Evaluate[string](`document.activeElement.id`))
}

// tabTo presses Tab until what matches has the focus.
func (b *tab) tabTo(selector string) {
	b.t.Helper()
	for range 120 {
		b.keys(kb.Tab)
		if get(b, chromedp.Evaluate[bool](fmt.Sprintf(`document.activeElement.matches(%q)`, selector))) {
			return
		}
	}
	b.t.Fatalf("Tab never comes to %s\nat %s", selector, b.where())
}
