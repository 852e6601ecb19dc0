package find

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"watercooler/app/threads"
	"watercooler/app/web"
	"watercooler/auth"
	views "watercooler/views/find"
	"watercooler/views/parts"
)

// Sizes of pages and lists.
const (
	pageSize     = 20
	lastPage     = 10
	expertCards  = 3
	suggestions  = 8
	similarShown = 5
	filterValues = 8
	maxTyped     = 400 // characters of the search box
)

// Web answers the requests about finding.
type Web struct {
	find    *Service
	web     *web.Web
	knowing Knowing
	lessons Lessons // nil where nothing is learnt
}

// Lessons knows what was learnt before. The reflections slice does.
type Lessons interface {
	// Before is what was learnt about text, nil for nothing.
	Before(c *fiber.Ctx, text string) (templ.Component, error)
}

// Lessons lets the answers to what is being typed say what was learnt before. Call it before the first request.
func (h *Web) Lessons(l Lessons) { h.lessons = l }

// Knowing names people, other than the viewer, who may know about text. The experts slice does.
type Knowing interface {
	MayKnow(ctx context.Context, v auth.Viewer, text string, limit int) ([]threads.Knower, error)
}

// NewWeb returns the handlers for s.
func NewWeb(s *Service, w *web.Web, knowing Knowing) *Web {
	return &Web{find: s, web: w, knowing: knowing}
}

// typed is what the address of a search page says.
type typed struct {
	text, kind, sort string
	page             int
	exact            bool // as it was typed, without corrections
	explain          bool // hits say why they are where they are: for those who answer for the hub
}

func typedOf(c *fiber.Ctx) typed {
	t := typed{
		text: clip(strings.TrimSpace(c.Query("q")), maxTyped), kind: c.Query("kind"), page: min(max(c.QueryInt("page", 1), 1), lastPage),
		exact: c.Query("exact") == "1", explain: c.Query("explain") == "1" && auth.ViewerOf(c).Moderates(),
	}
	if !parts.IsFinding(t.kind) {
		t.kind = ""
	}
	if c.Query("sort") == "date" {
		t.sort = "date"
	}
	return t
}

// clip cuts s to n characters.
func clip(s string, n int) string {
	if runes := []rune(s); len(runes) > n {
		return string(runes[:n])
	}
	return s
}

// path is the address of the search.
func (t typed) path() string { return "/search?" + t.values().Encode() }

func (t typed) values() url.Values {
	q := url.Values{"q": {t.text}}
	for name, value := range map[string]string{"kind": t.kind, "sort": t.sort} {
		if value != "" {
			q.Set(name, value)
		}
	}
	for name, on := range map[string]bool{"exact": t.exact, "explain": t.explain} {
		if on {
			q.Set(name, "1")
		}
	}
	if t.page > 1 {
		q.Set("page", strconv.Itoa(t.page))
	}
	return q
}

func (t typed) at(page int) typed { t.page = page; return t }

// query is what t asks the service for.
func (t typed) query() Query {
	q := Query{Text: t.text, Limit: pageSize, Page: t.page, Sort: t.sort, Apart: true, Literal: t.exact, Explain: t.explain}
	if t.kind != "" {
		q.Kinds = []string{t.kind}
	}
	return q
}

// examples are shown with an empty query.
var examples = []parts.Link{
	{Text: "Unanswered questions", Path: "/search?q=" + url.QueryEscape("is:unanswered")},
	{Text: "Answered questions", Path: "/search?q=" + url.QueryEscape("is:answered")},
	{Text: "With files", Path: "/search?q=" + url.QueryEscape("has:file")},
}

// Search answers GET /search. What narrows the search, and who may know, come after the results: see Narrow.
func (h *Web) Search(c *fiber.Ctx) error {
	ctx, t, v := c.UserContext(), typedOf(c), auth.ViewerOf(c)
	page := views.SearchPage{Chrome: h.web.Chrome(c, "Search"), Query: t.text, Examples: examples}
	page.Chrome.Query = t.text
	if t.text == "" {
		return web.Render(c, fiber.StatusOK, views.Search(page))
	}
	page.Chrome.Title = t.text + " – search"
	res, err := h.find.Search(ctx, v, t.query())
	if err != nil {
		return err
	}
	h.fill(&page, t, v, res)
	if t.page == 1 && t.kind == "" {
		bets, err := h.find.Bets(ctx, v, res.Parsed.Text)
		if err != nil {
			return err
		}
		page.Bets = best(bets)
		h.find.Looked(v, res.Parsed.Text, res.Total)
	}
	if len(page.Hits)+len(page.People) == 0 && t.page == 1 {
		if page.Experts, err = h.cards(ctx, v, res.Parsed.Text); err != nil {
			return err
		}
	}
	if !v.SignedIn() {
		page.SignIn = web.SignInPath(c.OriginalURL())
	}
	return web.Render(c, fiber.StatusOK, views.Search(page))
}

// fill shows what was found.
func (h *Web) fill(page *views.SearchPage, t typed, v auth.Viewer, res Results) {
	page.Summary = summary(res.Total, res.AtLeast, t.text)
	page.Notes = res.Parsed.Notes
	page.Indexing = h.find.Indexing()
	page.Tabs = t.tabs(v, nil)
	page.Sort = sorts(t)
	page.Active = active(t, res)
	if res.Instead != "" {
		literal := t.at(1)
		literal.exact = true
		page.Instead = views.Instead{Shown: res.Instead, Typed: parts.Link{Text: t.text, Path: literal.path()}}
	}
	if t.page == 1 {
		page.NarrowPath = "/search/narrow?" + t.values().Encode()
	}
	for _, p := range res.People {
		page.People = append(page.People, h.personHit(p))
	}
	for _, hit := range res.Hits {
		if hit.Kind == "person" {
			page.People = append(page.People, h.personHit(hit))
			continue
		}
		page.Hits = append(page.Hits, h.hit(hit, v))
	}
	h.turn(page, t, v, res)
}

// turn says where one can go from a page of results.
func (h *Web) turn(page *views.SearchPage, t typed, v auth.Viewer, res Results) {
	if t.page > 1 {
		page.Pager.Previous = t.at(t.page - 1).path()
	}
	if res.More && t.page < lastPage {
		page.Pager.Next = t.at(t.page + 1).path()
	}
	page.Pager.PreviousText, page.Pager.NextText = "Previous", "Next"
	if v.SignedIn() {
		page.Follow, page.Kind = v.Person != 0, t.kind
		page.AskPath = "/write?" + url.Values{"kind": {"question"}, "title": {res.Parsed.Text}}.Encode()
	}
	if v.Moderates() {
		other := t
		other.explain = !t.explain
		page.Explain = parts.Link{Text: "Why these results?", Path: other.path()}
		if t.explain {
			page.Explain.Text = "Without explanations"
		}
		page.BetPath = betsPath + "?" + url.Values{"words": {res.Parsed.Text}}.Encode()
	}
}

func summary(total int, atLeast bool, text string) string {
	results := "results"
	if total == 1 {
		results = "result"
	}
	counted := parts.Thousands(total)
	if atLeast {
		counted = "More than " + counted
	}
	return fmt.Sprintf("%s %s for “%s”", counted, results, text)
}

// tabs lead to other kinds of result, with how many there are once they were counted.
func (t typed) tabs(v auth.Viewer, counts map[string]int) []parts.Tab {
	return parts.FindingTabs(t.at(1).values(), t.kind, v.SignedIn(), counts)
}

func sorts(t typed) []parts.Tab {
	best, newest := t.at(1), t.at(1)
	best.sort, newest.sort = "", "date"
	return []parts.Tab{
		{Text: "Best match", Path: best.path(), Current: t.sort == ""},
		{Text: "Newest first", Path: newest.path(), Current: t.sort == "date"},
	}
}

// active lists the orders in what was typed; each link is the search without one.
func active(t typed, res Results) []parts.Link {
	var out []parts.Link
	for _, f := range res.Parsed.Filters() {
		to := t.at(1)
		to.text = f.Without
		out = append(out, parts.Link{Text: f.Text, Path: to.path()})
	}
	return out
}
