// Package browser walks through the hub in a real Chromium: with and without script, light and dark, on a desk and on a
// phone, and holds every page against axe. It has tests only.
package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// chromium is the one browser of this package; each test opens tabs of its own in it.
var chromium context.Context

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	profile, err := os.MkdirTemp("", "watercooler-chromium-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(profile) //nolint:errcheck // a temporary folder
	alloc, stop := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.NoSandbox, // the tests may run as root in a container; only our own pages are opened
		chromedp.DisableGPU,
		chromedp.UserDataDir(profile),
		// The protocol loses sight of pages that come back from this cache.
		chromedp.Flag("disable-features", "BackForwardCache,Translate"),
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true),
		chromedp.Flag("force-color-profile", "srgb"),
	)...)
	defer stop()
	ctx, cancel := chromedp.NewContext(alloc)
	defer cancel()
	if err := chromedp.Do(ctx); err != nil {
		fmt.Fprintf(os.Stderr, "Chromium does not start: %v\nInstall it with script/install-test-deps.\n", err)
		return 1
	}
	chromium = ctx
	return m.Run()
}

// patience bounds the wait for one step in the browser. It only ends a test that hangs; no test passes or fails by speed.
const patience = 30 * time.Second

// look is how a page is looked at.
type look struct {
	width    int64
	dark     bool
	noScript bool
}

func (l look) String() string {
	s := fmt.Sprintf("%dpx", l.width)
	if l.dark {
		s += "-dark"
	}
	if l.noScript {
		s += "-noscript"
	}
	return s
}

// tab is one browser tab with its own cookies.
type tab struct {
	t    *testing.T
	ctx  context.Context
	base string
	look look
}

func newTab(t *testing.T, base string, l look) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(chromium, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	// The context of the first step owns the tab, so it must not be one that ends with the step.
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	b := &tab{t: t, ctx: ctx, base: base}
	b.see(l)
	return b
}

// see changes how the tab looks at pages: width, colours, and whether script runs.
func (b *tab) see(l look) {
	b.t.Helper()
	scheme := "light"
	if l.dark {
		scheme = "dark"
	}
	b.do(chromedp.EmulateViewport(l.width, 900),
		chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			_, err := cdp.Call(ctx, t, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
				Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}},
			})
			return err
		}))
	b.script(!l.noScript)
	b.look = l
}

// script says whether pages that are opened from now on may run script.
func (b *tab) script(on bool) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
		return err
	}))
}

func (b *tab) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		b.t.Fatalf("%v\nat %s", err, b.where())
	}
}

func get[T any](b *tab, action chromedp.Action[T]) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, action)
	if err != nil {
		b.t.Fatalf("%v\nat %s", err, b.where())
	}
	return v
}

// where says where the tab is and what it shows, for messages.
func (b *tab) where() string {
	ctx, cancel := context.WithTimeout(b.ctx, 5*time.Second)
	defer cancel()
	at, _ := chromedp.Run(ctx, chromedp.Location())                                                  // best effort: the test has failed already
	text, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body.innerText.slice(0, 600)`)) // likewise
	return at + "\n" + text
}

// open goes to a path of the hub.
func (b *tab) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.base + path))
}

// path is the path the tab is at, with its query.
func (b *tab) path() string {
	b.t.Helper()
	return strings.TrimPrefix(get(b, chromedp.Location()), b.base)
}

// fill types text into the field with this name, in the place of what it holds.
func (b *tab) fill(name, text string) {
	b.t.Helper()
	sel := fmt.Sprintf(`main [name=%q]:not([type="hidden"])`, name)
	b.do(chromedp.WaitVisible(chromedp.CSS(sel)),
		chromedp.Evaluate[chromedp.Void](fmt.Sprintf(`(field => { field.focus(); field.select() })(document.querySelector(%q))`, sel)),
		chromedp.KeyEvent(kb.Delete), chromedp.KeyEvent(text))
}

// press clicks what matches and waits for the page that follows.
func (b *tab) press(selector string) {
	b.t.Helper()
	sel := chromedp.CSS(selector)
	b.do(chromedp.WaitVisible(sel))
	b.follow(chromedp.ScrollIntoView(sel), chromedp.Click(sel, chromedp.NodeVisible))
}

// follow does what leads to another page and waits for that.
func (b *tab) follow(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if _, err := chromedp.RunResponse(ctx, steps...); err != nil {
		b.t.Fatalf("%v\nat %s", err, b.where())
	}
}

// click clicks what matches and does not wait: for what changes a part of the page.
func (b *tab) click(selector string) {
	b.t.Helper()
	sel := chromedp.CSS(selector)
	b.do(chromedp.ScrollIntoView(sel), chromedp.Click(sel, chromedp.NodeVisible))
}

// await waits until something visible matches.
func (b *tab) await(selector string) {
	b.t.Helper()
	b.do(chromedp.WaitVisible(chromedp.CSS(selector)))
}

// text is the visible text of the first match, with single spaces.
func (b *tab) text(selector string) string {
	b.t.Helper()
	return strings.Join(strings.Fields(get(b, chromedp.Evaluate[string](fmt.Sprintf(`(document.querySelector(%q)||{innerText:""}).innerText`, selector)))), " ")
}

// count is how many elements match.
func (b *tab) count(selector string) int {
	b.t.Helper()
	return get(b, chromedp.Evaluate[int](fmt.Sprintf(`document.querySelectorAll(%q).length`, selector)))
}

// has fails the test unless the first match of selector holds text.
func (b *tab) has(selector, text string) {
	b.t.Helper()
	if got := b.text(selector); !strings.Contains(got, text) {
		b.t.Fatalf("%s says %q, want it to hold %q\nat %s", selector, got, text, b.where())
	}
}

// fits fails the test when the page scrolls sideways.
func (b *tab) fits() {
	b.t.Helper()
	if over := get(b, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`)); over > 0 {
		wide := get(b, chromedp.Evaluate[string](`[...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1).slice(0, 5).map(e => e.tagName + "." + e.className).join(", ")`))
		b.t.Errorf("%s scrolls sideways by %d px: %s", b.path(), over, wide)
	}
}

// violation is what axe found wrong.
type violation struct {
	ID    string   `json:"id"`
	Help  string   `json:"help"`
	Nodes []string `json:"nodes"`
}

// axe holds the page against WCAG 2.2 AA and fails the test for each violation.
func (b *tab) axe() {
	b.t.Helper()
	if b.look.noScript {
		// The page has come without script and stays so; axe itself needs timers.
		b.script(true)
		defer b.script(false)
	}
	source, err := axeSource()
	if err != nil {
		b.t.Fatalf("axe-core is missing; run make generate: %v", err)
	}
	b.do(chromedp.Evaluate[chromedp.Void](source))
	const check = `axe.run(document, {runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"], preload: false}).then(r => JSON.stringify(
		r.violations.map(v => ({id: v.id, help: v.help, nodes: v.nodes.slice(0, 3).map(n => n.html + " — " + n.failureSummary)}))))`
	var found []violation
	if err := json.Unmarshal([]byte(get(b, chromedp.Evaluate[string](check, chromedp.EvalAwaitPromise))), &found); err != nil {
		b.t.Fatal(err)
	}
	for _, v := range found {
		b.t.Errorf("axe %s at %s: %s\n\t%s", v.ID, b.path(), v.Help, strings.Join(v.Nodes, "\n\t"))
	}
}

// axeSource is axe-core as npm brought it.
var axeSource = sync.OnceValues(func() (string, error) {
	text, err := os.ReadFile(filepath.Join("..", "..", "node_modules", "axe-core", "axe.min.js"))
	return string(text), err
})

// shoot keeps a picture of the whole page when WATERCOOLER_SHOTS names a folder: for people to look at.
func (b *tab) shoot(name string) {
	b.t.Helper()
	dir := os.Getenv("WATERCOOLER_SHOTS")
	if dir == "" {
		return
	}
	png := get(b, chromedp.Action[[]byte](func(ctx context.Context, t *chromedp.Target) ([]byte, error) {
		res, err := cdp.Call(ctx, t, page.CaptureScreenshot, page.CaptureScreenshotParams{CaptureBeyondViewport: new(true)})
		return res.Data, err
	}))
	if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// listen collects what the console and the content security policy complain about from now on.
func (b *tab) listen() (complaints func() []string) {
	b.t.Helper()
	var mu sync.Mutex
	var all []string
	note := func(text string) {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, text)
	}
	b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, log.Enable, cdp.Empty{})
		return err
	}))
	err := chromedp.Listen(b.ctx, func(ev any) {
		switch e := ev.(type) {
		case *log.EventEntryAdded:
			if e.Entry.Level == log.EntryLevelError {
				note(fmt.Sprintf("%s %s", e.Entry.URL, e.Entry.Text))
			}
		case *runtime.EventExceptionThrown:
			note(fmt.Sprintf("%s: %s", e.ExceptionDetails.URL, e.ExceptionDetails.Text))
		}
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(all)
	}
}
