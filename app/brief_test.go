package app_test

import (
	"flag"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"watercooler/app"
	"watercooler/app/apptest"
)

var update = flag.Bool("update", false, "write testdata/brief.md")

// TestBriefOfTheSample compares what the sample hub says of itself, for everybody, a unit and a network, with what it said before. After
// a change to the sample, or to the sentences, go test ./app -run TestBriefOfTheSample -update writes it anew; read it.
func TestBriefOfTheSample(t *testing.T) {
	h := apptest.Sample(t)
	c := h.As(priya)
	var got strings.Builder
	for _, path := range []string{"/brief/2027-04.md", "/brief/2027-W17.md", "/brief/2027-04.md?unit=1", "/brief/2027-04.md?network=content-people", "/topics/connectivity/view.md"} {
		res := c.Get(path)
		if res.Status != 200 || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/markdown") {
			t.Fatalf("%s: status %d, %s\n%s", path, res.Status, res.Header.Get("Content-Type"), res.Body)
		}
		got.WriteString(strings.ReplaceAll(res.Body, h.URL, "https://hub.example") + "\n---\n\n")
	}
	golden := filepath.Join("testdata", "brief.md")
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got.String() != string(want) {
		t.Errorf("the sample says\n%s\nwant\n%s", got.String(), want)
	}
}

// TestBriefPage asks the page for what it promises besides the sentences.
func TestBriefPage(t *testing.T) {
	box := &postbox{}
	h := apptest.Sample(t, func(_ *app.Settings, o *app.Options) { o.Mail = box })
	c := h.As(priya)
	doc := c.Get("/brief").Doc(t)
	if got := doc.Find("h1").Text(); got != "April 2027" {
		t.Errorf("the last month that is over is %q", got)
	}
	if n := doc.Find(".telling sup a").Length(); n == 0 || n < doc.Find(".notes li").Length() {
		t.Errorf("%d sentences have notes, and there are %d", n, doc.Find(".notes li").Length())
	}
	if doc.Find("nav[aria-label='Insights']").Length() != 0 || h.As(helen).Get("/brief").Doc(t).Find("nav[aria-label='Insights'] [aria-current]").Text() == "" {
		t.Error("the room of insights is for leaders")
	}
	data := c.Get("/brief/2027-04.json")
	if !strings.HasPrefix(data.Header.Get("Content-Type"), "application/json") || !strings.Contains(data.Body, `"period":"2027-04"`) || !strings.Contains(data.Body, h.URL+"/") {
		t.Errorf("as JSON: %s", data.Body)
	}
	for _, path := range []string{"/brief/2027-13", "/brief/2027-06", "/brief/2027-04.txt", "/brief/2027-04?unit=x", "/brief/2027-04?unit=999999"} {
		if got := c.Get(path).Status; got != 404 {
			t.Errorf("%s: status %d", path, got)
		}
	}

	form := url.Values{"every": {"month"}, "back": {"/brief"}}
	if res := c.Post("/brief/letters", form); res.Status != 303 || res.Location != "/brief" {
		t.Errorf("ask for letters: %d %s", res.Status, res.Body)
	}
	if got := c.Get("/brief").Doc(t).Find("aside form input[name=off]").Length(); got != 1 {
		t.Errorf("%d kinds of letter come", got)
	}
	var token string
	if err := h.DB.QueryRow(t.Context(), `SELECT token FROM brief_readers`).Scan(&token); err != nil {
		t.Fatal(err)
	}
	stranger := h.Client()
	if got := stranger.Get("/brief/letters/" + token); got.Status != 200 || !strings.Contains(got.Body, "each month") {
		t.Errorf("the link of a letter: %d", got.Status)
	}
	if got := stranger.Post("/brief/letters/"+token, url.Values{}); got.Status != 422 {
		t.Errorf("without a button: %d", got.Status)
	}
	if got := stranger.Post("/brief/letters/"+token, url.Values{"List-Unsubscribe": {"One-Click"}}); got.Status != 200 {
		t.Errorf("the one click: %d", got.Status)
	}
	if got := c.Get("/brief").Doc(t).Find("aside form input[name=off]").Length(); got != 0 {
		t.Errorf("%d kinds of letter come after the click", got)
	}
	c.Post("/brief/letters", form)
	form.Set("off", "1")
	if res := c.Post("/brief/letters", form); res.Status != 303 {
		t.Errorf("stop letters: %d", res.Status)
	}
	if res := c.Post("/brief/letters", url.Values{"every": {"hour"}}); res.Status != 422 {
		t.Errorf("letters each hour: %d", res.Status)
	}
	if sent := box.take(); len(sent) != 0 {
		t.Errorf("letters were sent: %v", sent)
	}
}

// TestMergedTopicLeadsOn asks for the view of a topic that became part of another.
func TestMergedTopicLeadsOn(t *testing.T) {
	h := apptest.Sample(t)
	if res := h.As(ruth).Post("/topics/connectivity/merge", url.Values{"into": {"Libraries"}}); res.Status != 303 {
		t.Fatalf("merge: %d %s", res.Status, res.Body)
	}
	for path, want := range map[string]string{"/topics/connectivity/view": "/topics/libraries/view", "/topics/connectivity/view.md": "/topics/libraries/view.md"} {
		if res := h.As(priya).Get(path); res.Status != 301 || res.Location != want {
			t.Errorf("%s leads to %q (%d), want %s", path, res.Location, res.Status, want)
		}
	}
}
