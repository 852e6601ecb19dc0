package search_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"watercooler/search"
)

func micros(day string) int64 {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		panic(err)
	}
	return at.UnixMicro()
}

// sample is a small hub.
var sample = []search.Doc{
	{ID: "thread:1", Type: "thread", Kind: "question", Thread: 1, Title: "Who inspects footbridges?", Body: "A resident reports rot in the deck of PROW-12/3.", Topics: []string{"Rights of way", "Footpaths"}, TopicSlugs: []string{"rights-of-way"}, Author: "gwen.pryce", AuthorID: 1, Names: "Gwen Pryce", Audience: "hub", Created: micros("2026-03-04"), Active: micros("2026-05-01"), Replied: true, Replies: "The structures team walks every one in spring.\nWe used a drone for the deck."},
	{ID: "reply:1", Type: "reply", Kind: "question", Thread: 1, ThreadTitle: "Who inspects footbridges?", Body: "The structures team walks every one in spring.", Author: "ravi", AuthorID: 2, Names: "Ravi Anand", Audience: "hub", Created: micros("2026-03-05"), Accepted: true, Votes: 3},
	{ID: "reply:2", Type: "reply", Kind: "question", Thread: 1, ThreadTitle: "Who inspects footbridges?", Body: "We used a drone for the deck.", Author: "siân", AuthorID: 3, Names: "Siân Tŷ-newydd", Audience: "hub", Created: micros("2026-05-01")},
	{ID: "thread:2", Type: "thread", Kind: "post", Thread: 2, Title: "A year of state aid", Body: "What the council learned about subsidy control. The state of play: aid is rare.", Author: "ravi", AuthorID: 2, Names: "Ravi Anand", Audience: "public", Created: micros("2025-12-31")},
	{ID: "thread:3", Type: "thread", Kind: "question", Thread: 3, Title: "Drone insurance", Body: "Does our policy cover a drone over footbridges?", Author: "siân", AuthorID: 3, Names: "Siân Tŷ-newydd", Audience: "org:2", Created: micros("2026-06-01")},
	{ID: "thread:4", Type: "thread", Kind: "discussion", Thread: 4, Title: "To be or not to be", Body: "Café menus, naïve résumés and C# in the canteen.", Author: "gwen.pryce", AuthorID: 1, Names: "Gwen Pryce", Audience: "public", Created: micros("2026-01-15")},
	{ID: "person:1", Type: "person", Kind: "person", Title: "Gwen Pryce", Body: "Bridge engineer\nHighways", Audience: "hub", Created: micros("2024-01-01")},
	{ID: "person:2", Type: "person", Kind: "person", Title: "Ravi Anand", Body: "Subsidy adviser", Audience: "hub", Created: micros("2024-01-01")},
	{ID: "topic:1", Type: "topic", Kind: "topic", Title: "Rights of way", Topics: []string{"Footpaths"}, TopicSlugs: []string{"rights-of-way"}, Audience: "hub", Created: micros("2024-01-01")},
}

var member = []string{"hub", "org:2", "public"}

func ids(hits []search.Hit) string {
	var out []string
	for _, h := range hits {
		out = append(out, h.ID)
	}
	return strings.Join(out, " ")
}

func TestSearch(t *testing.T) {
	x := open(t)
	put(t, x, sample...)
	for _, tc := range []struct {
		name string
		q    search.Query
		want string // in order; a leading ~ means in any order
	}{
		{"stems", search.Query{Text: "inspecting"}, "thread:1"},
		{"any word is enough", search.Query{Text: "xylophone subsidy"}, "~thread:2 person:2"},
		{"a title weighs more than a body, and that more than a reply", search.Query{Text: "drone"}, "thread:3 thread:1"},
		{"accents in the query", search.Query{Text: "cafe resumes"}, "thread:4"},
		{"accents in the text", search.Query{Text: "Ty newydd"}, "thread:3"},
		{"codes by their parts", search.Query{Text: "PROW-12/3"}, "thread:1"},
		{"C sharp", search.Query{Text: "c#"}, "thread:4"},
		{"nothing but stop words", search.Query{Text: "to be or not to be"}, "thread:4"},
		{"synonyms of topics", search.Query{Text: "footpath"}, "~thread:1 topic:1"},
		{"a phrase", search.Query{Text: `"state aid"`}, "thread:2"},
		{"a phrase of a reply", search.Query{Text: `"structures team"`}, "thread:1"},
		{"a phrase in curly quotes", search.Query{Text: "“state of play”"}, "thread:2"},
		{"a phrase is not its words apart", search.Query{Text: `"aid council" subsidy`}, "~thread:2 person:2"}, // relaxed
		{"a quoted word is not its stem", search.Query{Text: `"inspects" drone`}, "thread:1"},
		{"not", search.Query{Text: "footbridges -insurance"}, "thread:1"},
		{"not what a reply says", search.Query{Text: "footbridges -spring"}, "thread:3"},
		{"not a phrase", search.Query{Text: `subsidy -"state aid"`}, "person:2"},
		{"author by handle", search.Query{Text: "drone author:siân"}, "thread:3 thread:1"},
		{"author of a reply", search.Query{Text: `footbridges author:"Ravi Anand" kind:reply`}, "reply:1"},
		{"topic by name", search.Query{Text: `topic:"Rights of Way"`}, "thread:1 topic:1"},
		{"kind", search.Query{Text: "subsidy kind:people"}, "person:2"},
		{"two kinds", search.Query{Text: "gwen kind:person kind:discussion"}, "~person:1 thread:4"},
		{"a kind and replies", search.Query{Text: "drone kind:reply kind:question"}, "~thread:1 thread:3 reply:2"},
		{"kind from outside", search.Query{Text: "drone", Kinds: []string{"reply"}}, "reply:2"},
		{"types", search.Query{Text: "gwen", Types: []string{"thread"}}, "~thread:1 thread:4"},
		{"before is without its day", search.Query{Text: "drone before:2026-06-01"}, "thread:1"},
		{"after is with its day", search.Query{Text: "drone after:2026-06-01"}, "thread:3"},
		{"after a month", search.Query{Text: "drone after:2026-06"}, "thread:3"},
		{"between years", search.Query{Text: "after:2025 before:2026"}, "thread:2"},
		{"unanswered", search.Query{Text: "is:unanswered"}, "thread:3"},
		{"answered", search.Query{Text: "is:answered drone"}, "thread:1"},
		{"filters alone list the newest first", search.Query{Text: "author:gwen.pryce"}, "thread:1 thread:4"},
		{"by date", search.Query{Text: "drone", Sort: "date"}, "thread:3 thread:1"},
		{"by date, of many kinds", search.Query{Text: "gwen footbridges", Sort: "date"}, "thread:3 thread:1 thread:4 person:1"},
		{"nothing asked", search.Query{Text: "  "}, ""},
		{"punctuation", search.Query{Text: "?!"}, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			tc.q.Audiences, tc.q.Limit = member, 10
			res, err := x.Search(t.Context(), tc.q)
			if err != nil {
				t.Fatal(err)
			}
			got, want := ids(res.Hits), strings.TrimPrefix(tc.want, "~")
			if strings.HasPrefix(tc.want, "~") {
				a, b := strings.Fields(got), strings.Fields(want)
				slices.Sort(a)
				slices.Sort(b)
				got, want = strings.Join(a, " "), strings.Join(b, " ")
			}
			if got != want {
				t.Errorf("found %q, want %q (parsed %+v)", got, want, res.Parsed)
			}
		})
	}
}

// TestPages turns all pages: nothing comes twice, and nothing is left out.
func TestPages(t *testing.T) {
	x := open(t)
	var docs []search.Doc
	for i := range 330 {
		docs = append(docs, search.Doc{ID: fmt.Sprintf("thread:%d", i), Type: "thread", Kind: "discussion", Thread: int64(i), Body: "pump" + strings.Repeat(" water", i), Audience: "public"})
	}
	for batch := range slices.Chunk(docs, 50) { // several segments
		put(t, x, batch...)
	}
	for _, sort := range []string{"", "date"} {
		seen := make(map[string]bool)
		for page := range 34 {
			res, err := x.Search(t.Context(), search.Query{Text: "pump", Audiences: []string{"public"}, Limit: 10, Offset: 10 * page, Sort: sort})
			if err != nil {
				t.Fatal(err)
			}
			if want := min(10, 330-10*page); res.Total != 330 || len(res.Hits) != max(0, want) || res.More != (page < 32) {
				t.Fatalf("page %d: %d hits of %d, more: %v", page, len(res.Hits), res.Total, res.More)
			}
			for _, h := range res.Hits {
				if seen[h.ID] {
					t.Errorf("%s is on two pages", h.ID)
				}
				seen[h.ID] = true
			}
		}
	}
}

func TestBestReply(t *testing.T) {
	x := open(t)
	put(t, x, sample...)
	for text, want := range map[string]string{"drone footbridges": "reply:2", "spring walks of footbridges": "reply:1", "inspects": ""} {
		res, err := x.Search(t.Context(), search.Query{Text: text, Audiences: []string{"hub"}, Types: []string{"thread"}, Limit: 5})
		if err != nil || len(res.Hits) != 1 || res.Hits[0].Reply != want {
			t.Errorf("%s: %+v, %v; want thread:1 with %q", text, res.Hits, err, want)
		}
	}
}

// TestLateReplies finds what only a reply says that its thread's document has no room for.
func TestLateReplies(t *testing.T) {
	x := open(t)
	put(t, x, sample...)
	late := search.Doc{
		ID: "reply:900", Type: "reply", Kind: "question", Thread: 1, ThreadTitle: "Who inspects footbridges?", Body: "Use a borescope, then a state of the art camera.",
		Author: "ravi", AuthorID: 2, Names: "Ravi Anand", Audience: "hub", Created: micros("2026-05-02"),
	}
	put(t, x, late)
	for _, tc := range []struct {
		name, text string
		audiences  []string
		kinds      []string
		want       string
		total      int
	}{
		{"alone", "borescope", member, nil, "thread:1", 1},
		{"misspelt", "borescoope", member, nil, "thread:1", 1},
		{"behind what the threads say", "state camera", member, nil, "thread:2 thread:1", 2},
		{"of a kind", "borescope", member, []string{"question"}, "thread:1", 1},
		{"of another kind", "borescope", member, []string{"post"}, "", 0},
		{"not for strangers", "borescope", []string{"public"}, nil, "", 0},
		{"not their correction either", "borescoope", []string{"public"}, nil, "", 0},
	} {
		res, err := x.Search(t.Context(), search.Query{Text: tc.text, Audiences: tc.audiences, Kinds: tc.kinds, Limit: 5})
		if err != nil || ids(res.Hits) != tc.want || res.Total != tc.total || res.More {
			t.Errorf("%s: %s of %d (more: %v), %v; want %s", tc.name, ids(res.Hits), res.Total, res.More, err, tc.want)
		}
		if tc.total == 1 && res.Hits[0].Reply != "reply:900" {
			t.Errorf("%s: the reply is %q", tc.name, res.Hits[0].Reply)
		}
		if tc.total == 0 && res.Instead != "" {
			t.Errorf("%s: corrected to %q", tc.name, res.Instead)
		}
	}
	second, err := x.Search(t.Context(), search.Query{Text: "state camera", Audiences: member, Limit: 1, Offset: 1})
	if err != nil || ids(second.Hits) != "thread:1" || second.More {
		t.Errorf("page 2: %s, more %v, %v", ids(second.Hits), second.More, err)
	}
	first, err := x.Search(t.Context(), search.Query{Text: "state camera", Audiences: member, Limit: 1})
	if err != nil || ids(first.Hits) != "thread:2" || !first.More {
		t.Errorf("page 1: %s, more %v, %v", ids(first.Hits), first.More, err)
	}
}

func TestFacets(t *testing.T) {
	x := open(t)
	put(t, x, sample...)
	facets, err := x.Facets(t.Context(), search.Query{Text: "footbridges gwen", Audiences: []string{"hub"}})
	want := "[{kind [{person 1} {question 1}]} {topic [{rights-of-way 1}]} {state [{answered 1}]} {year [{2024 1} {2026 1}]}]"
	if got := fmt.Sprint(facets); err != nil || got != want {
		t.Errorf("facets = %s, %v; want %s", got, err, want)
	}
}

// TestExplain: what the parts of an explanation say adds up to the score.
func TestExplain(t *testing.T) {
	x := open(t)
	put(t, x, sample...)
	res, err := x.Search(t.Context(), search.Query{Text: "drone deck inspections", Audiences: member, Limit: 5, Explain: true})
	if err != nil || len(res.Hits) < 2 {
		t.Fatalf("%d hits, %v", len(res.Hits), err)
	}
	for _, h := range res.Hits {
		var sum float64
		for _, term := range h.Why.Terms {
			if len(term.Fields) == 0 || term.Score <= 0 {
				t.Errorf("%s: %+v explains nothing", h.ID, term)
			}
			sum += term.Score
		}
		for _, p := range h.Why.Priors {
			sum *= p.Factor
		}
		if math.Abs(sum-h.Score) > 1e-4*h.Score || h.Why.Score != h.Score {
			t.Errorf("%s: %.5f explained, %.5f scored", h.ID, sum, h.Score)
		}
	}
	if res, err := x.Search(t.Context(), search.Query{Text: "drone", Audiences: member, Limit: 5}); err != nil || res.Hits[0].Why != nil {
		t.Errorf("explained without being asked: %+v, %v", res.Hits, err)
	}
}

// TestSuperseded: what something else has taken the place of comes after it, however good its words are.
func TestSuperseded(t *testing.T) {
	x := open(t)
	put(t, x,
		search.Doc{ID: "thread:1", Type: "thread", Kind: "post", Thread: 1, Title: "Parking permits", Body: "Parking permits for staff.", Audience: "hub", Superseded: true},
		search.Doc{ID: "thread:2", Type: "thread", Kind: "post", Thread: 2, Title: "Parking permits", Body: "Parking permits for staff, from May.", Audience: "hub"})
	res, err := x.Search(t.Context(), search.Query{Text: "parking permits for staff", Audiences: []string{"hub"}, Limit: 5})
	if err != nil || ids(res.Hits) != "thread:2 thread:1" {
		t.Errorf("found %s, %v", ids(res.Hits), err)
	}
	for query, want := range map[string]string{"is:superseded": "thread:1", "parking is:checked": "", "is:stale": "thread:1 thread:2"} {
		res, err := x.Search(t.Context(), search.Query{Text: query, Audiences: []string{"hub"}, Limit: 5})
		got := strings.Fields(ids(res.Hits))
		slices.Sort(got)
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s: found %q, %v; want %q", query, got, err, want)
		}
	}
}

// TestDue: what is to be checked on a day is due from then on, and before that is not stale however old it is.
func TestDue(t *testing.T) {
	x := open(t)
	old := time.Date(2001, time.May, 4, 0, 0, 0, 0, time.UTC).UnixMicro()
	doc := func(id int64, check time.Duration) search.Doc {
		d := search.Doc{ID: fmt.Sprint("thread:", id), Type: "thread", Kind: "post", Thread: id, Title: "Parking permits", Audience: "hub", Created: old}
		if check != 0 {
			d.Check = time.Now().Add(check).UnixMicro()
		}
		return d
	}
	late, soon, never, replaced := doc(1, -48*time.Hour), doc(2, 48*time.Hour), doc(3, 0), doc(4, -48*time.Hour)
	replaced.Superseded, never.Guide, soon.Reflection = true, true, true
	put(t, x, late, soon, never, replaced)
	for query, want := range map[string]string{
		"is:due": "thread:1", "is:stale": "thread:1 thread:3 thread:4", "is:guide": "thread:3", "is:reflection": "thread:2", "parking is:due": "thread:1",
	} {
		res, err := x.Search(t.Context(), search.Query{Text: query, Audiences: []string{"hub"}, Limit: 5})
		got := strings.Fields(ids(res.Hits))
		slices.Sort(got)
		if err != nil || strings.Join(got, " ") != want {
			t.Errorf("%s: found %q, %v; want %q", query, got, err, want)
		}
	}
	for audience, want := range map[string]string{"hub": "thread:2", "public": ""} {
		for _, text := range []string{"parking", "permits for parking near the quay"} {
			hits, err := x.Lessons(t.Context(), text, []string{audience}, 0, 5)
			if err != nil || ids(hits) != want {
				t.Errorf("lessons on %s for %s: %q, %v; want %q", text, audience, ids(hits), err, want)
			}
		}
		if hits, err := x.Lessons(t.Context(), "parking in the harbour, and boats at the quay", []string{audience}, 0, 5); err != nil || len(hits) != 0 {
			t.Errorf("lessons on something else: %q, %v", ids(hits), err)
		}
	}
}

// TestNothingLeaks asks every entry point with too few audiences: nothing of what is for others may show, not even as a
// number.
func TestNothingLeaks(t *testing.T) {
	x := open(t)
	put(t, x, sample...)
	ctx := t.Context()
	for _, tc := range []struct {
		name      string
		audiences []string
	}{{"no audience", nil}, {"empty audience", []string{""}}, {"another organisation", []string{"org:3"}}, {"prefix of an audience", []string{"org:", "org", "hu"}}, {"the public", []string{"public"}}} {
		t.Run(tc.name, func(t *testing.T) {
			for _, text := range []string{"drone", `"drone insurance"`, "drone -policy", "author:siân", "is:unanswered", "kind:person", "topic:rights-of-way", "after:2026-05", "gwen ravi footbridges inspects", "is:unanswered -council"} {
				res, err := x.Search(ctx, search.Query{Text: text, Audiences: tc.audiences, Limit: 10})
				if err != nil {
					t.Fatal(err)
				}
				for _, h := range res.Hits {
					if !slices.Contains(tc.audiences, "public") || h.ID != "thread:2" && h.ID != "thread:4" {
						t.Errorf("%s: found %s", text, h.ID)
					}
				}
				if res.Total != len(res.Hits) {
					t.Errorf("%s: %d in total with %d shown", text, res.Total, len(res.Hits))
				}
				facets, err := x.Facets(ctx, search.Query{Text: text, Audiences: tc.audiences})
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range facets {
					for _, v := range f.Values {
						if v.Count > res.Total {
							t.Errorf("%s: facet %s counts %d of %d", text, f.Name, v.Count, res.Total)
						}
					}
				}
			}
			for _, prefix := range []string{"dr", "gw", "rights", "who insp"} {
				if got, err := x.Suggest(ctx, prefix, tc.audiences, 10); err != nil || len(got) != 0 {
					t.Errorf("Suggest(%q) = %v, %v; want nothing", prefix, got, err)
				}
			}
			if got, err := x.Similar(ctx, "drone insurance policy", tc.audiences, 0, 10); err != nil || len(got) != 0 {
				t.Errorf("Similar = %v, %v; want nothing", got, err)
			}
			if got, err := x.Experts(ctx, search.Need{Text: "structures drone deck", Audiences: tc.audiences, Limit: 10}); err != nil || len(got) != 0 {
				t.Errorf("Experts = %v, %v; want nobody", got, err)
			}
		})
	}
}

func TestSuggest(t *testing.T) {
	x := open(t)
	put(t, x, sample...)
	put(t, x,
		search.Doc{ID: "person:3", Type: "person", Kind: "person", Title: "Bridget Rhys", Audience: "hub"},
		search.Doc{ID: "thread:9", Type: "thread", Kind: "post", Thread: 9, Title: "Bridges in winter", Audience: "hub"},
		search.Doc{ID: "thread:10", Type: "thread", Kind: "post", Thread: 10, Title: "All about old bridges", Audience: "hub"})
	for _, tc := range []struct{ prefix, types, want string }{
		{"bridg", "", "Bridget Rhys|Bridges in winter|All about old bridges"},
		{"bridg", "thread", "Bridges in winter|All about old bridges"},
		{"how bridg", "", ""},
		{"all bri", "", "All about old bridges"},
		{"sia", "", ""},
		{"pry", "", "Gwen Pryce"},
		{"pryce gw", "", "Gwen Pryce"},
		{"rights of w", "", "Rights of way"},
		{"b", "", ""},
		{"", "", ""},
		{"inspects footbridges?", "", "Who inspects footbridges?"},
		{"supercalifragilisticexpialidocious", "", ""},
	} {
		t.Run(tc.prefix+" "+tc.types, func(t *testing.T) {
			var types []string
			if tc.types != "" {
				types = []string{tc.types}
			}
			got, err := x.Suggest(t.Context(), tc.prefix, []string{"hub"}, 8, types...)
			if err != nil {
				t.Fatal(err)
			}
			var titles []string
			for _, s := range got {
				titles = append(titles, s.Title)
			}
			if joined := strings.Join(titles, "|"); joined != tc.want {
				t.Errorf("Suggest = %q, want %q", joined, tc.want)
			}
		})
	}
}

func TestSimilarLeavesOutTheThreadItself(t *testing.T) {
	x := open(t)
	put(t, x, sample...)
	got, err := x.Similar(t.Context(), "Who inspects footbridges with a drone?", member, 1, 5)
	if err != nil || ids(got) != "thread:3" {
		t.Errorf("Similar = %q, %v; want thread:3", ids(got), err)
	}
}

func TestExperts(t *testing.T) {
	x := open(t)
	put(t, x, sample...)
	ranked, err := x.Experts(t.Context(), search.Need{Text: "drone footbridges", Audiences: member, Limit: 10})
	if err != nil || len(ranked) != 2 || ranked[0].Person != 3 || ranked[1].Person != 2 || ranked[0].Score != 1 {
		t.Fatalf("Experts = %+v, %v; want Siân and Ravi for their replies, not who asked", ranked, err)
	}
	if e := ranked[1].Evidence; len(e) != 1 || e[0].ID != "reply:1" || e[0].Thread != 1 || !e[0].Accepted || e[0].Votes != 3 || e[0].Created != micros("2026-03-05") {
		t.Errorf("evidence %+v lost what it is worth", e)
	}
	for _, tc := range []struct {
		name string
		n    search.Need
		want string
	}{
		{"somebody left out", search.Need{Text: "drone footbridges", Audiences: member, Except: []int64{3}, Limit: 10}, "2"},
		{"a thread left out", search.Need{Text: "drone footbridges", Audiences: member, Outside: 1, Limit: 10}, ""},
		{"about a topic", search.Need{Text: "subsidy", Topics: []string{"rights-of-way"}, Audiences: member, Limit: 10}, ""},
		{"quotes are no order", search.Need{Text: `"the drone structures"`, Audiences: member, Limit: 10}, "2 3"},
		{"misspelt", search.Need{Text: "strutcures", Audiences: member, Limit: 10}, "2"},
		{"nothing asked", search.Need{Audiences: member, Limit: 10}, ""},
		{"nobody wanted", search.Need{Text: "drone", Audiences: member}, ""},
	} {
		got, err := x.Experts(t.Context(), tc.n)
		if err != nil || people(got) != tc.want {
			t.Errorf("%s: Experts = %q, %v; want %q", tc.name, people(got), err, tc.want)
		}
	}
}

// people returns who is ranked, in order of their ids.
func people(ranked []search.Ranked) string {
	var ids []string
	for _, r := range ranked {
		ids = append(ids, strconv.FormatInt(r.Person, 10))
	}
	slices.Sort(ids)
	return strings.Join(ids, " ")
}

// TestVoting says what counts when people are ranked.
func TestVoting(t *testing.T) {
	recent, old := micros("2026-12-01"), micros("2018-12-01")
	for _, tc := range []struct {
		name    string
		replies []search.Doc
		want    int64 // first
	}{
		{"better matches", []search.Doc{{AuthorID: 1, Body: "culvert grille", Created: recent}, {AuthorID: 2, Body: "culvert", Created: recent}}, 1},
		{"more of the same", []search.Doc{{AuthorID: 1, Body: "culvert", Created: recent}, {AuthorID: 2, Body: "culvert", Created: recent}, {AuthorID: 2, Body: "culvert", Created: recent}}, 2},
		{"accepted", []search.Doc{{AuthorID: 1, Body: "culvert", Created: recent}, {AuthorID: 2, Body: "culvert", Created: recent, Accepted: true}}, 2},
		{"useful", []search.Doc{{AuthorID: 1, Body: "culvert", Created: recent}, {AuthorID: 2, Body: "culvert", Created: recent, Votes: 20}}, 2},
		{"knowledge fades", []search.Doc{{AuthorID: 1, Body: "culvert", Created: old}, {AuthorID: 2, Body: "culvert", Created: recent}}, 2},
		{"together", []search.Doc{{AuthorID: 1, Body: "grille", Created: recent}, {AuthorID: 1, CoAuthors: []int64{2}, Body: "culvert grille", Created: recent}, {AuthorID: 2, Body: "culvert grille", Created: recent}}, 2},
	} {
		t.Run(tc.name, func(t *testing.T) {
			x := open(t)
			for i := range tc.replies {
				d := &tc.replies[i]
				d.ID, d.Type, d.Kind, d.Thread, d.Audience = fmt.Sprintf("reply:%d", i+1), "reply", "question", int64(i+1), "hub"
			}
			put(t, x, tc.replies...)
			got, err := x.Experts(t.Context(), search.Need{Text: "culvert grille", Audiences: []string{"hub"}, Limit: 10})
			if err != nil || len(got) != 2 || got[0].Person != tc.want {
				t.Errorf("Experts = %+v, %v; want %d first", got, err, tc.want)
			}
		})
	}
}

func TestHighlight(t *testing.T) {
	long := strings.Repeat("Nothing here is of use. ", 40) + "At last the bridges <b>were</b> inspected. " + strings.Repeat("More of nothing. ", 40)
	for _, tc := range []struct {
		name, query, text string
		limit             int
		want              string // hits in [brackets]
	}{
		{"stems", "bridge inspection", "Bridges we inspect", 0, "[Bridges] we [inspect]"},
		{"accents", "cafe", "The Café’s menu", 0, "The [Café’s] menu"},
		{"markup is text", "bold", "a <b>bold</b> word", 0, "a <b>[bold]</b> word"},
		{"no hits", "tax", "A short text", 100, "A short text"},
		{"stop words alone", "to be", "to be or not", 0, "[to] [be] or not"},
		{"empty", "tax", "", 100, ""},
		{"operators are not marked", "author:ravi drone", "ravi flew the drone", 0, "ravi flew the [drone]"},
		{"the best part of a long text", "inspected bridges", long, 60, "…At last the [bridges] <b>were</b> [inspected]. More of nothing. …"},
		{"beginning of a long text without hits", "tax", long, 30, "Nothing here is of use. …"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var b strings.Builder
			for _, s := range search.Parse(tc.query).Highlight(tc.text, tc.limit) {
				if s.Hit {
					b.WriteString("[" + s.Text + "]")
				} else {
					b.WriteString(s.Text)
				}
			}
			if b.String() != tc.want {
				t.Errorf("Highlight = %q, want %q", b.String(), tc.want)
			}
		})
	}
}

func TestParse(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{`plain words`, `text="plain words"`},
		{`"state aid" rules`, `text="state aid rules" phrases=[state aid]`},
		{`-broadband -"dark fibre" rural`, `text="rural" not=[broadband dark fibre]`},
		{`well-known - dash -- twice -`, `text="well-known - dash -- twice -"`},
		{`AUTHOR:@gwen topic:#State-Aid kind:Questions`, `text="" authors=[gwen] topics=[state-aid] kinds=[question]`},
		{`is:unanswered is:late`, `text="is:late" states=[unanswered] notes=1`},
		{`before:2027-02-30 after:2026-01-02`, `text="before:2027-02-30" after=2026-01-02 notes=1`},
		{`author: -topic:x note:well http://x.y`, `text="author: -topic:x note:well http://x.y" notes=2`},
		{`"unclosed phrase`, `text="\"unclosed phrase"`},
		{`a b c d e f g h i j k l m n o p q r s t "state aid" -not author:gwen`, `text="a b c d e f g h i j k l m n o p q r s t state aid -not" authors=[gwen]`},
	} {
		t.Run(tc.text, func(t *testing.T) {
			p := search.Parse(tc.text)
			var b strings.Builder
			fmt.Fprintf(&b, "text=%q", p.Text)
			for _, f := range []struct {
				name string
				list []string
			}{{"phrases", p.Phrases}, {"not", p.Not}, {"authors", p.Authors}, {"topics", p.Topics}, {"kinds", p.Kinds}, {"states", p.States}} {
				if len(f.list) > 0 {
					fmt.Fprintf(&b, " %s=[%s]", f.name, strings.Join(f.list, " "))
				}
			}
			if !p.After.IsZero() {
				b.WriteString(" after=" + p.After.Format(time.DateOnly))
			}
			if len(p.Notes) > 0 {
				fmt.Fprintf(&b, " notes=%d", len(p.Notes))
			}
			if b.String() != tc.want {
				t.Errorf("Parse = %s, want %s", b.String(), tc.want)
			}
		})
	}
}

func FuzzSearch(f *testing.F) {
	for _, seed := range []string{"", `"`, `-"`, `author:`, `author:"`, "a:b:c", "before:9999-99-99", "“„”", "-\xff", "\x00", "ŵ ŷ C# c++", "1.2.3.", "'''s", "ﷺ ℡ İ", strings.Repeat("x ", 300), `kind:"question" is:answered -"a b"`} {
		f.Add(seed)
	}
	x := open(f)
	put(f, x, sample...)
	f.Fuzz(func(t *testing.T, text string) {
		res, err := x.Search(t.Context(), search.Query{Text: text, Audiences: member, Limit: 5, Explain: true})
		if err != nil {
			t.Fatalf("Search(%q): %v", text, err)
		}
		if _, err := x.Facets(t.Context(), search.Query{Text: text, Audiences: member}); err != nil {
			t.Fatalf("Facets(%q): %v", text, err)
		}
		var b strings.Builder
		for _, s := range res.Parsed.Highlight(text, 40) {
			b.WriteString(s.Text)
		}
		if utf8.ValidString(text) && !utf8.ValidString(b.String()) {
			t.Errorf("Highlight(%q) = %q: cut a character", text, b.String())
		}
		if _, err := x.Suggest(t.Context(), text, member, 5); err != nil {
			t.Fatalf("Suggest(%q): %v", text, err)
		}
		if _, err := x.Similar(t.Context(), text, member, 0, 5); err != nil {
			t.Fatalf("Similar(%q): %v", text, err)
		}
	})
}

// TestFoundAgainAfterRestart: what was applied is there, and ranks as before: the average lengths came back too.
func TestFoundAgainAfterRestart(t *testing.T) {
	dir := t.TempDir()
	scores := func(x *search.Index) string {
		res, err := x.Search(t.Context(), search.Query{Text: "drone footbridges", Audiences: member, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(res.Hits)
	}
	x, err := search.Open(search.Options{Dir: dir})
	if !errors.Is(err, search.ErrStale) {
		t.Fatal(err)
	}
	rebuild(t, x)
	put(t, x, sample...)
	put(t, x, sample...) // again: totals must not count twice
	must(t, x.Apply(t.Context(), []search.Doc{{ID: "thread:99", Type: "thread", Thread: 99, Title: "Gone soon", Body: strings.Repeat("drone ", 1000), Audience: "hub"}}, nil))
	must(t, x.DropThread(t.Context(), 99))
	want := scores(x)
	must(t, x.Close())

	x, err = search.Open(search.Options{Dir: dir})
	must(t, err)
	if got := scores(x); got != want {
		t.Errorf("after a restart %s, want %s", got, want)
	}
	must(t, x.Close())
	fresh := open(t)
	put(t, fresh, sample...)
	if got := scores(fresh); got != want {
		t.Errorf("an index that saw no changes scores %s, want %s: totals have drifted", got, want)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func rebuild(t testing.TB, x *search.Index, docs ...search.Doc) {
	t.Helper()
	must(t, x.Rebuild(context.Background(), func(yield func([]search.Doc) error) error {
		return yield(docs)
	}, nil))
}

// TestAnotherMappingVersionServes opens an index that an older program made: it is stale, people find what is in it all the
// same, and a rebuild puts one of today's form in its place.
func TestAnotherMappingVersionServes(t *testing.T) {
	dir := t.TempDir()
	x, err := search.Open(search.Options{Dir: dir})
	if !errors.Is(err, search.ErrStale) {
		t.Fatal(err)
	}
	rebuild(t, x, sample...)
	must(t, x.Close())
	must(t, os.Rename(filepath.Join(dir, "v4-2"), filepath.Join(dir, "v0-2")))
	must(t, os.WriteFile(filepath.Join(dir, "CURRENT"), []byte("v0-2\n"), 0o600))

	if x, err = search.Open(search.Options{Dir: dir}); !errors.Is(err, search.ErrStale) {
		t.Fatalf("Open: %v, want ErrStale", err)
	}
	defer func() { must(t, x.Close()) }()
	if n, err := x.Count(); err != nil || int(n) != len(sample) {
		t.Errorf("the old index serves %d documents, %v; want %d", n, err, len(sample))
	}
	rebuild(t, x, sample...)
	if n, err := x.Count(); err != nil || int(n) != len(sample) {
		t.Errorf("after a rebuild %d documents, %v; want %d", n, err, len(sample))
	}
	if _, err := os.Stat(filepath.Join(dir, "v0-2")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the old folder is still there: %v", err)
	}
}

// TestStale opens folders in every bad state an operator may leave them in. All come back stale and working, and a rebuild
// heals them.
func TestStale(t *testing.T) {
	healthy := func(t *testing.T, dir string) {
		x, err := search.Open(search.Options{Dir: dir})
		if !errors.Is(err, search.ErrStale) {
			t.Fatal(err)
		}
		rebuild(t, x, sample...)
		must(t, x.Close())
	}
	each := func(t *testing.T, dir, pattern string, do func(path string)) {
		paths, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil || len(paths) == 0 {
			t.Fatalf("no files %s: %v", pattern, err)
		}
		for _, p := range paths {
			do(p)
		}
	}
	write := func(t *testing.T, path, text string) { must(t, os.WriteFile(path, []byte(text), 0o600)) }
	for _, tc := range []struct {
		name   string
		damage func(t *testing.T, dir string)
	}{
		{"nothing there", func(*testing.T, string) {}},
		{"no pointer", func(t *testing.T, dir string) { healthy(t, dir); must(t, os.Remove(filepath.Join(dir, "CURRENT"))) }},
		{"a pointer to elsewhere", func(t *testing.T, dir string) {
			healthy(t, dir)
			write(t, filepath.Join(dir, "CURRENT"), "v2-/../../etc")
		}},
		{"foreign files", func(t *testing.T, dir string) {
			must(t, os.Mkdir(filepath.Join(dir, "v2-1"), 0o750))
			write(t, filepath.Join(dir, "v2-1", "root.bolt"), "this is not a database")
			write(t, filepath.Join(dir, "CURRENT"), "v2-1")
			write(t, filepath.Join(dir, "notes.txt"), "mine")
		}},
		{"segments gone", func(t *testing.T, dir string) {
			healthy(t, dir)
			each(t, dir, "v4-*/*.zap", func(p string) { must(t, os.Remove(p)) })
		}},
		{"segments cut short", func(t *testing.T, dir string) {
			healthy(t, dir)
			each(t, dir, "v4-*/*.zap", func(p string) { must(t, os.Truncate(p, 100)) })
		}},
		{"segments overwritten", func(t *testing.T, dir string) {
			healthy(t, dir)
			each(t, dir, "v4-*/*.zap", func(p string) {
				info, err := os.Stat(p)
				must(t, err)
				write(t, p, strings.Repeat("\xff", int(info.Size())))
			})
		}},
		{"root cut short", func(t *testing.T, dir string) {
			healthy(t, dir)
			each(t, dir, "v4-*/root.bolt", func(p string) { must(t, os.Truncate(p, 5000)) })
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			tc.damage(t, dir)
			x, err := search.Open(search.Options{Dir: dir})
			if !errors.Is(err, search.ErrStale) {
				t.Fatalf("Open: %v, want ErrStale", err)
			}
			defer func() { must(t, x.Close()) }()
			put(t, x, sample[0])
			if n, err := x.Count(); err != nil || n != 1 {
				t.Errorf("a stale index took %d documents, %v; want 1", n, err)
			}
			rebuild(t, x, sample...)
			if n, err := x.Count(); err != nil || int(n) != len(sample) {
				t.Errorf("after a rebuild %d documents, %v; want %d", n, err, len(sample))
			}
		})
	}
}

func TestUnfinishedRebuildIsStale(t *testing.T) {
	dir := t.TempDir()
	x, err := search.Open(search.Options{Dir: dir})
	if !errors.Is(err, search.ErrStale) {
		t.Fatal(err)
	}
	put(t, x, sample...)
	broken := errors.New("the database went away")
	if err := x.Rebuild(t.Context(), func(yield func([]search.Doc) error) error {
		must(t, yield(sample[:3]))
		return broken
	}, nil); !errors.Is(err, broken) {
		t.Errorf("Rebuild: %v, want %v", err, broken)
	}
	if n, err := x.Count(); err != nil || int(n) != len(sample) {
		t.Errorf("after a failed rebuild %d documents, %v; want the old %d", n, err, len(sample))
	}
	must(t, x.Close())
	x, err = search.Open(search.Options{Dir: dir})
	if !errors.Is(err, search.ErrStale) {
		t.Errorf("Open: %v, want ErrStale: it was never whole", err)
	}
	must(t, x.Close())
}

func TestSecondProcessIsToldClearly(t *testing.T) {
	dir := t.TempDir()
	x, err := search.Open(search.Options{Dir: dir})
	if !errors.Is(err, search.ErrStale) {
		t.Fatal(err)
	}
	defer func() { must(t, x.Close()) }()
	if _, err := search.Open(search.Options{Dir: dir}); !errors.Is(err, search.ErrLocked) {
		t.Errorf("second Open: %v, want ErrLocked", err)
	}
}

// TestRebuildWhileInUse rebuilds from an old copy of the rows while newer ones are applied, threads are dropped and people
// search: nothing new is lost, nothing dropped comes back, and every search is answered.
func TestRebuildWhileInUse(t *testing.T) {
	x := open(t)
	const n = 400
	doc := func(i int, word string) search.Doc {
		return search.Doc{ID: fmt.Sprintf("thread:%d", i), Type: "thread", Kind: "post", Thread: int64(i), Title: word + " common", Audience: "hub"}
	}
	var old []search.Doc
	for i := range n {
		old = append(old, doc(i, "old"))
	}
	put(t, x, old...)
	stop := make(chan struct{})
	var searching sync.WaitGroup
	for range 2 {
		searching.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				res, err := x.Search(context.Background(), search.Query{Text: "common", Audiences: []string{"hub"}, Limit: 5})
				if err != nil || res.Total < n-40 {
					t.Errorf("while rebuilding %d found, %v", res.Total, err)
					return
				}
			}
		})
	}
	done := 0
	must(t, x.Rebuild(t.Context(), func(yield func([]search.Doc) error) error {
		for i := 0; i < n; i += 40 {
			// Newer than what the rebuild is about to put, and than what it has put already.
			must(t, x.Apply(t.Context(), []search.Doc{doc(i, "new"), doc(max(0, i-40), "new")}, []string{fmt.Sprintf("thread:%d", i+1)}))
			must(t, x.DropThread(t.Context(), int64(i+2)))
			if err := yield(slices.Clone(old[i : i+40])); err != nil {
				return err
			}
		}
		return nil
	}, func(d int) { done = d }))
	close(stop)
	searching.Wait()
	if done != n {
		t.Errorf("progress ended at %d, want %d", done, n)
	}
	for word, want := range map[string]int{"new": n / 40, "old": n - 3*n/40, "common": n - 2*n/40} {
		res, err := x.Search(t.Context(), search.Query{Text: word, Audiences: []string{"hub"}, Limit: 1})
		if err != nil || res.Total != want {
			t.Errorf("%s: %d found, %v; want %d", word, res.Total, err, want)
		}
	}
	if count, err := x.Count(); err != nil || count != n-2*n/40 {
		t.Errorf("%d documents, %v; want %d", count, err, n-2*n/40)
	}
}

// open returns an index on a folder of its own that has been rebuilt from nothing, and so is complete.
func open(t testing.TB) *search.Index {
	t.Helper()
	x, err := search.Open(search.Options{Dir: t.TempDir()})
	if !errors.Is(err, search.ErrStale) {
		t.Fatalf("Open of an empty folder: %v, want ErrStale", err)
	}
	t.Cleanup(func() { must(t, x.Close()) })
	rebuild(t, x)
	return x
}

func put(t testing.TB, x *search.Index, docs ...search.Doc) {
	t.Helper()
	must(t, x.Apply(context.Background(), docs, nil))
}
