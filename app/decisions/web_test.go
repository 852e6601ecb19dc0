package decisions_test

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"watercooler/app/apptest"
	"watercooler/app/apptest/backends"
)

const (
	priya = "priya.nair@tamarshire.example"
	ruth  = "ruth.ellery@tamarshire.example" // moderates
	helen = "helen.trevanion@tamarshire.example"
)

// post sends a form and returns the path it leads to.
func post(t *testing.T, c *apptest.Client, path string, form url.Values) string {
	t.Helper()
	got := c.Post(path, form)
	if got.Status != http.StatusSeeOther {
		t.Fatalf("POST %s: status %d\n%s", path, got.Status, got.Body)
	}
	return got.Location
}

// TestThroughTheDoor takes a decision through its pages, and looks for it wherever decisions are shown.
func TestThroughTheDoor(t *testing.T) {
	backends.EachURL(t, func(t *testing.T, address string) {
		h := apptest.SampleOn(t, address)
		author, other, boss, stranger := h.As(priya), h.As(helen), h.As(ruth), h.Client()

		bad := author.Post("/decisions", url.Values{
			"title": {"Zebra <b>crossings</b>"}, "audience": {"everyone"}, "kind": {"proposal"}, "option-3": {"Quokka lights"}, "chosen": {"3"}, "evidence-url-2": {"nowhere"}, "watch-1": {"rain"},
		})
		doc := bad.Doc(t)
		if bad.Status != http.StatusUnprocessableEntity || doc.Find(".summary li").Length() != 4 {
			t.Errorf("mistakes: status %d, %s", bad.Status, doc.Find(".summary").Text())
		}
		for selector, want := range map[string]string{`[name="title"]`: "Zebra <b>crossings</b>", `[name="option-3"]`: "Quokka lights", `[name="evidence-url-2"]`: "nowhere", `[name="watch-1"]`: "rain"} {
			if got, _ := doc.Find(selector).Attr("value"); got != want {
				t.Errorf("%s keeps %q, want %q", selector, got, want)
			}
		}
		if doc.Find(`details.more[open]`).Length() != 1 || doc.Find(`[name="chosen"][value="3"][checked]`).Length() != 1 || doc.Find(`[value="proposal"][checked]`).Length() != 1 {
			t.Error("the form has forgotten what was chosen, or hides a mistake")
		}

		path := post(t, author, "/decisions", url.Values{
			"title": {"Zebra <b>crossings</b>"}, "audience": {"public"}, "kind": {"proposal"}, "authority": {"Kookaburra board"}, "topics": {"Highways"},
			"option-1": {"Quokka lights"}, "evidence-title-1": {"Wombat counts"}, "assume-1": {"Numbats wait"}, "body": {"*All* of them."},
		})
		post(t, other, path+"/stance", url.Values{"stance": {"agree"}})
		post(t, boss, path+"/stance", url.Values{"stance": {"disagree"}, "reason": {"Cars <i>stop</i> anyway."}})
		h.Drain()
		page := stranger.Get(path)
		panel := page.Doc(t).Find(".decision")
		for _, want := range []string{"Proposed", "Kookaburra board", "Quokka lights", "Wombat counts", "Numbats wait", "1 agrees", "1 disagrees", "Ruth Ellery", "Cars <i>stop</i> anyway."} {
			if !strings.Contains(panel.Text(), want) {
				t.Errorf("a stranger does not read %q:\n%s", want, panel.Text())
			}
		}
		if strings.Contains(panel.Text(), "Helen Trevanion") || panel.Find("form, .acts a").Length() > 0 || panel.Find("i, a[href^='/people']").Length() > 0 {
			t.Errorf("a stranger finds more than there is to read:\n%s", panel.Text())
		}
		if form := other.Get(path).Doc(t).Find(".stance"); form.Find(`[value="agree"][checked]`).Length() != 1 {
			t.Error("Helen does not see what she said")
		}
		for _, q := range []string{"quokka", "wombat counts is:decision", "kookaburra kind:decision", "numbats", "zebra"} {
			if got := stranger.Get("/search?q=" + url.QueryEscape(q)); !strings.Contains(got.Body, path+`"`) {
				t.Errorf("%s does not find it", q)
			}
		}
		for _, list := range []string{"/latest?kind=decision", "/decisions?state=proposed&topic=highways", "/decisions?unit=" + unit(t, h) + "&year=2027", "/topics/highways"} {
			if got := author.Get(list); got.Status != http.StatusOK || !strings.Contains(got.Body, path+`"`) {
				t.Errorf("%s does not list it (status %d)", list, got.Status)
			}
		}
		for _, list := range []string{"/decisions?state=agreed", "/decisions?topic=libraries", "/decisions?year=2026", "/decisions?due=1", "/decisions?unit=999999", "/decisions?network=winter-service", "/decisions?state=nonsense"} {
			if got := author.Get(list); got.Status != http.StatusOK || strings.Contains(got.Body, path+`"`) {
				t.Errorf("%s lists it (status %d)", list, got.Status)
			}
		}
		if got := author.Get("/decisions?before=nonsense"); got.Status != http.StatusNotFound {
			t.Errorf("a page that is none: status %d", got.Status)
		}
		if got := author.Get(path + "/edit"); got.Status != http.StatusConflict {
			t.Errorf("edited as any thread: status %d", got.Status)
		}
		if got := author.Get(path + "/decide"); got.Status != http.StatusConflict {
			t.Errorf("a decision about a decision: status %d", got.Status)
		}
		if got := boss.Get("/decisions/new?replaces=" + strings.TrimPrefix(path, "/threads/") + "&title=Fewer"); got.Doc(t).Find(`[name="replaces"]`).Length() != 1 {
			t.Error("the form does not say what is replaced")
		}
	})
}

// unit is the number of the member's unit.
func unit(t *testing.T, h *apptest.Hub) string {
	t.Helper()
	var id string
	if err := h.DB.QueryRow(t.Context(), `SELECT CAST(unit_id AS TEXT) FROM people WHERE handle = 'priya-nair'`).Scan(&id); err != nil {
		t.Fatal(err)
	}
	return id
}

// TestFiles reads the register as the programs of others do.
func TestFiles(t *testing.T) {
	h := apptest.Sample(t)
	author := h.As(priya)
	post(t, author, "/decisions", url.Values{"title": {"=HYPERLINK(1)"}, "audience": {"hub"}, "authority": {"@SUM(1)"}})
	for as, c := range map[string]*apptest.Client{"member": author, "stranger": h.Client()} {
		var listed struct {
			Decisions []struct{ URL, Title, State, Audience string }
		}
		if err := json.Unmarshal([]byte(c.Get("/decisions.json?year=2027").Body), &listed); err != nil {
			t.Fatal(err)
		}
		got := c.Get("/decisions.csv?year=2027")
		rows, err := csv.NewReader(strings.NewReader(got.Body)).ReadAll()
		if err != nil || !strings.HasPrefix(got.Header.Get("Content-Type"), "text/csv") {
			t.Fatalf("%s: %v, %s", as, err, got.Header.Get("Content-Type"))
		}
		if len(listed.Decisions) == 0 || len(rows) != len(listed.Decisions)+1 {
			t.Fatalf("%s: %d decisions as JSON, %d rows", as, len(listed.Decisions), len(rows))
		}
		for i, d := range listed.Decisions {
			if row := rows[i+1]; row[0] != d.URL || strings.TrimPrefix(row[1], "'") != d.Title || row[2] != d.State || len(row) != len(rows[0]) {
				t.Errorf("%s: JSON says %+v, CSV %q", as, d, row)
			}
			if !strings.HasPrefix(d.URL, h.URL+"/threads/") || as == "stranger" && d.Audience != "public" {
				t.Errorf("%s: %+v", as, d)
			}
		}
		if as == "member" && (rows[1][1] != "'=HYPERLINK(1)" || rows[1][4] != "'@SUM(1)") {
			t.Errorf("a spreadsheet would run %q", rows[1])
		}
	}
}
