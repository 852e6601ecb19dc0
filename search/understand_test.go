package search_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"watercooler/search"
)

// written makes threads for everybody in the hub out of titles.
func written(titles ...string) []search.Doc {
	var docs []search.Doc
	for i, title := range titles {
		docs = append(docs, search.Doc{ID: fmt.Sprintf("thread:%d", i+1), Type: "thread", Kind: "post", Thread: int64(i + 1), Title: title, Audience: "hub"})
	}
	return docs
}

// titles returns the titles of what was found.
func titles(t testing.TB, x *search.Index, hits []search.Hit) string {
	t.Helper()
	var out []string
	for _, h := range hits {
		title, err := x.Title(h.ID)
		must(t, err)
		out = append(out, title)
	}
	return strings.Join(out, "|")
}

// TestWords says which ways of writing a thing find each other.
func TestWords(t *testing.T) {
	for _, tc := range []struct{ name, text, find, not string }{
		{"plurals", "The policies of two parties", "policy party", ""},
		{"hyphens and parts", "Quantum error-correction", "error|correction|error-correction|errorcorrection|error correction", "err"},
		{"a hyphen, a space or neither", "Free wi-fi in libraries", "wifi|wi-fi|wi fi|Wi‑Fi", "fifi"},
		{"written together", "Our wifi is slow", "wifi|wi-fi", ""},
		{"possessives", "The council’s budget", "council|council's|councils|councils'", ""},
		{"apostrophes in names", "Sinéad O’Brien", "O'Brien|obrien|O`Brien|sinead", ""},
		{"accents", "Tŷ Gŵyr, pâté", "ty gwyr pate|tŷ|gŵyr", ""},
		{"a reference and its parts", "See PROW-12/3 for the bridge", "PROW-12/3|prow/12/3|prow|12", ""},
		{"a reference without its hyphen", "Ticket SC-2041 is open", "SC-2041|SC2041|sc 2041|2041", "2042"},
		{"an address of a file", "Under A/2021/007 in the archive", "A/2021/007|a-2021-007", ""},
		{"a version", "Upgrade to 2.6.3 now", "2.6.3", "2.6.4"},
		{"an e-mail address", "Write to gwen.pryce@flintmere.gov.uk today", "gwen.pryce@flintmere.gov.uk|gwen|flintmere", ""},
		{"a host", "It is on www.example.org", "www.example.org|example", ""},
		{"languages", "C# and C++ on .NET", "c#|C++|.net|.NET", "c"},
		{"letters", "Made in the U.S.A. by R&D", "usa|U.S.A.|R&D|rd", ""},
		{"hashtags", "#accessibility matters", "accessibility|#accessibility", ""},
		{"thousands", "A grant of £12,500", "12,500|12500|£12,500", "500"},
		{"names in programs", "Set max_open_files higher", "max_open_files|open files", ""},
		{"soft hyphens and zero width", "The foot\u00adbridge and the way\u200bmark", "footbridge|waymark", ""},
		{"no spaces between words", "東京の会議", "東京|会議", ""},
		{"not UTF-8", "caf\xff bar\xfe", "caf|bar", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			x := open(t)
			put(t, x, search.Doc{ID: "thread:1", Type: "thread", Kind: "post", Thread: 1, Title: "It", Body: tc.text, Audience: "hub"})
			for _, text := range strings.Split(tc.find, "|") {
				res, err := x.Search(t.Context(), search.Query{Text: text, Audiences: member, Limit: 1, Literal: true})
				if err != nil || len(res.Hits) != 1 {
					t.Errorf("%q is not found in %q: %v", text, tc.text, err)
				}
			}
			if tc.not != "" {
				res, err := x.Search(t.Context(), search.Query{Text: tc.not, Audiences: member, Limit: 1, Literal: true})
				if err != nil || len(res.Hits) != 0 {
					t.Errorf("%q is found in %q: %v", tc.not, tc.text, err)
				}
			}
		})
	}
}

func TestCorrections(t *testing.T) {
	x := open(t)
	put(t, x, written("Rural broadband", "Repair of footbridges", "State aid", "The Welsh language act", "Broad band gap", "Prices of gravel", "Inspecting a pumping station",
		"Committees", "A rate of 2041", "Optimizing waste routes", "Free WiFi")...)
	put(t, x, search.Doc{ID: "thread:90", Type: "thread", Kind: "post", Thread: 90, Title: "Zephyrine merger", Audience: "org:2"})
	for _, tc := range []struct {
		name, text string
		instead    string
		want       string // the first title
		note       string
	}{
		{"as written", "broadband", "", "Rural broadband", ""},
		{"a letter left out", "brodband", "broadband", "Rural broadband", ""},
		{"letters exchanged", "boradband rural", "broadband rural", "Rural broadband", ""},
		{"the first letter", "vroadband", "broadband", "Rural broadband", ""},
		{"two letters of a long word", "committteees", "committees", "Committees", ""},
		{"the other spelling", "optimising", "optimizing", "Optimizing waste routes", ""},
		{"a form and not a stem", "footbrigdes", "footbridges", "Repair of footbridges", ""},
		{"together", "stateaid", "state aid", "State aid", ""},
		{"apart", "foot bridges", "footbridges", "Repair of footbridges", ""},
		{"a hyphen and a space", "wi fi", "wifi", "Free WiFi", ""},
		{"operators stay", "brodband kind:post -gravel", "broadband kind:post -gravel", "Rural broadband", ""},
		{"the beginning of a word", "inspe", "", "Inspecting a pumping station", "begin so"},
		{"in quotes", `"brodband"`, "", "", ""},
		{"short words", "aet", "", "", ""},
		{"numbers", "2014", "", "", ""},
		{"codes", "brod-band2", "", "", ""},
		{"a word of hidden documents", "zephyrin", "", "", ""},
		{"some of the words", "broadband gravel prices", "", "Prices of gravel", "Nothing has all of these words"},
		{"all of the words", "rural broadband", "", "Rural broadband", ""},
		{"words of asking", "please does anyone know about gravel", "", "Prices of gravel", "Nothing has all"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			res, err := x.Search(t.Context(), search.Query{Text: tc.text, Audiences: []string{"hub"}, Limit: 10})
			must(t, err)
			if res.Instead != tc.instead {
				t.Errorf("instead %q, want %q", res.Instead, tc.instead)
			}
			if got, _, _ := strings.Cut(titles(t, x, res.Hits), "|"); got != tc.want {
				t.Errorf("found %q, want %q", got, tc.want)
			}
			if notes := strings.Join(res.Parsed.Notes, " "); !strings.Contains(notes, tc.note) || tc.note == "" && notes != "" {
				t.Errorf("notes %q, want %q", notes, tc.note)
			}
			if tc.instead == "" {
				return
			}
			if res, err = x.Search(t.Context(), search.Query{Text: tc.text, Audiences: []string{"hub"}, Limit: 10, Literal: true}); err != nil || res.Instead != "" {
				t.Errorf("literally: instead %q, %v", res.Instead, err)
			}
		})
	}
}

// TestCorrectionsKeepSecrets: whoever may not read a document sees exactly what they would see if it did not exist.
func TestCorrectionsKeepSecrets(t *testing.T) {
	without, with := open(t), open(t)
	known := written("Rural broadband", "Zebra crossings", "State aid")
	put(t, without, known...)
	put(t, with, known...)
	var hidden []search.Doc
	for i := range 80 {
		hidden = append(hidden, search.Doc{ID: fmt.Sprintf("thread:%d", 100+i), Type: "thread", Kind: "post", Thread: int64(100 + i), Title: "Zephyrine broadbend merger", Body: "zebras brodband stateaid foot way state-aid", Audience: "org:2"})
	}
	put(t, with, hidden...)
	for _, text := range []string{"zephyrin", "zephyrine", "broadbend", "brodband", "zebras", "zebrs", "stateaid", "state aid", "foot way", "zeph", "merge", "brod band", "zebra crosings"} {
		q := search.Query{Text: text, Audiences: []string{"hub"}, Limit: 10}
		a, err := without.Search(t.Context(), q)
		must(t, err)
		b, err := with.Search(t.Context(), q)
		must(t, err)
		if a.Instead != b.Instead || ids(a.Hits) != ids(b.Hits) || !slices.Equal(a.Parsed.Notes, b.Parsed.Notes) {
			t.Errorf("%q: %q %q %v with hidden documents, %q %q %v without", text, b.Instead, ids(b.Hits), b.Parsed.Notes, a.Instead, ids(a.Hits), a.Parsed.Notes)
		}
	}
}

func TestExactHitsComeFirst(t *testing.T) {
	x := open(t)
	docs := written("Gwen Pryce")
	for i := range 60 {
		docs = append(docs, search.Doc{ID: fmt.Sprintf("thread:%d", 10+i), Type: "thread", Kind: "post", Thread: int64(10 + i), Title: "The price of price rises", Body: "price price", Audience: "hub"})
	}
	put(t, x, docs...)
	res, err := x.Search(t.Context(), search.Query{Text: "pryce", Audiences: []string{"hub"}, Limit: 3})
	must(t, err)
	if res.Instead != "" || len(res.Hits) == 0 || res.Hits[0].ID != "thread:1" {
		t.Errorf("found %s instead %q, want thread:1 first", ids(res.Hits), res.Instead)
	}
}

func TestSynonyms(t *testing.T) {
	x := open(t)
	put(t, x, written("RTW checks", "The right to work in Wales", "Working hours", "Public footpaths", "Rights of way officer", "Wheelie bins")...)
	glossary := search.NewGlossary([][]string{{"Right to work", "RTW"}, {"Rights of way", "Footpath", "PROW"}, {"Waste", "Wheelie bins", "Rubbish"}, {"Alone"}})
	for _, tc := range []struct{ name, text, want string }{
		{"an abbreviation", "RTW", "RTW checks|The right to work in Wales"},
		{"what it stands for", "right to work", "The right to work in Wales|RTW checks"},
		{"one word for another", "prow", "Public footpaths|Rights of way officer"},
		{"one word for several", "rubbish", "Wheelie bins"},
		{"quoted words mean exactly that", `"footpaths"`, "Public footpaths"},
		{"nothing to widen", "hours", "Working hours"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			res, err := x.Search(t.Context(), search.Query{Text: tc.text, Audiences: []string{"hub"}, Limit: 2, Synonyms: glossary})
			must(t, err)
			if got := titles(t, x, res.Hits); got != tc.want {
				t.Errorf("found %q, want %q", got, tc.want)
			}
			if len(res.Hits) > 1 {
				title, err := x.Title(res.Hits[1].ID)
				must(t, err)
				if !slices.ContainsFunc(res.Parsed.Highlight(title, 0), func(s search.Span) bool { return s.Hit }) {
					t.Errorf("nothing is marked in %q", title)
				}
			}
		})
	}
}

// TestNoEmptyPage asks everything people asked in the collections: each question finds something.
func TestNoEmptyPage(t *testing.T) {
	for _, tc := range []struct{ dir, docs, queries string }{
		{"ir-cranfield", "docs.jsonl.gz", "queries.tsv"}, {"ir-cacm", "docs.jsonl.gz", "queries.tsv"}, {"ir-npl", "docs.jsonl.gz", "queries.tsv"},
		{"se-quantumcomputing", "docs.jsonl.gz", "related-queries.tsv"}, {"se-quantumcomputing", "expert-docs.jsonl.gz", "expert-queries.tsv"},
		{"gov-digitalgov", "expert-docs.jsonl.gz", "expert-queries.tsv"}, {"gov-digitalgov", "expert-docs.jsonl.gz", "topic-queries.tsv"},
		{"org-peps", "expert-docs.jsonl.gz", "expert-queries.tsv"}, {"chat-slack", "expert-docs.jsonl.gz", "expert-queries.tsv"},
	} {
		t.Run(tc.dir+" "+tc.queries, func(t *testing.T) {
			dir := collection(t, tc.dir)
			if _, err := os.Stat(filepath.Join(dir, tc.docs)); err != nil {
				t.Fatal(err)
			}
			x := open(t)
			var docs []search.Doc
			for i, r := range records(t, filepath.Join(dir, tc.docs)) {
				docs = append(docs, search.Doc{ID: fmt.Sprintf("thread:%d", i+1), Type: "thread", Kind: "post", Thread: int64(i + 1), Title: r.Title, Body: r.Text, Audience: "public"})
			}
			load(t, x, docs)
			for _, q := range tsv(t, filepath.Join(dir, tc.queries)) {
				for _, text := range q[1:min(len(q), 3)] {
					if strings.TrimSpace(text) == "" {
						continue
					}
					res, err := x.Search(context.Background(), search.Query{Text: text, Audiences: []string{"public"}, Limit: 10})
					must(t, err)
					if len(res.Hits) == 0 {
						t.Errorf("query %s %q: an empty page", q[0], text)
					}
				}
			}
		})
	}
}
