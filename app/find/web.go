package find

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/search"
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

	fewResults    = 5 // fewer than these, and people who may know are named
	questionWords = 5 // as many make a question of a query
)

// Web answers the requests about finding.
type Web struct {
	find *Service
	web  *web.Web
}

// NewWeb returns the handlers for s.
func NewWeb(s *Service, w *web.Web) *Web { return &Web{find: s, web: w} }

// typed is what the address of a search page says.
type typed struct {
	text, kind, sort string
	page             int
}

func typedOf(c *fiber.Ctx) typed {
	t := typed{text: clip(strings.TrimSpace(c.Query("q")), maxTyped), kind: c.Query("kind"), page: min(max(c.QueryInt("page", 1), 1), lastPage)}
	if !slices.ContainsFunc(tabs, func(tab tab) bool { return tab.kind == t.kind }) {
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
func (t typed) path() string {
	q := url.Values{"q": {t.text}}
	if t.kind != "" {
		q.Set("kind", t.kind)
	}
	if t.sort != "" {
		q.Set("sort", t.sort)
	}
	if t.page > 1 {
		q.Set("page", strconv.Itoa(t.page))
	}
	return "/search?" + q.Encode()
}

// A tab shows one kind of result.
type tab struct{ kind, text string }

var tabs = []tab{
	{"", "Everything"}, {"question", "Questions"}, {"discussion", "Discussions"}, {"reply", "Replies"},
	{"post", "Blog posts"}, {"person", "People"}, {"topic", "Topics"}, {"network", "Networks"},
}

// examples are shown with an empty query.
var examples = []parts.Link{
	{Text: "Unanswered questions", Path: "/search?q=" + url.QueryEscape("is:unanswered")},
	{Text: "Answered questions", Path: "/search?q=" + url.QueryEscape("is:answered")},
}

// Search answers GET /search.
func (h *Web) Search(c *fiber.Ctx) error {
	t, v := typedOf(c), auth.ViewerOf(c)
	page := views.SearchPage{Chrome: h.web.Chrome(c, "Search"), Query: t.text, Examples: examples}
	page.Chrome.Query = t.text
	if t.text == "" {
		return web.Render(c, fiber.StatusOK, views.Search(page))
	}
	page.Chrome.Title = t.text + " – search"
	q := Query{Text: t.text, Limit: pageSize, Page: t.page, Sort: t.sort, Apart: true}
	if t.kind != "" {
		q.Kinds = []string{t.kind}
	}
	res, err := h.find.Search(c.UserContext(), v, q)
	if err != nil {
		return err
	}
	facets, err := h.find.Facets(c.UserContext(), v, q)
	if err != nil {
		return err
	}
	h.fill(&page, t, v, res, facets)
	if page.Experts, err = h.experts(c.UserContext(), v, t, res); err != nil {
		return err
	}
	if !v.SignedIn() {
		page.SignIn = web.SignInPath(c.OriginalURL())
	}
	return web.Render(c, fiber.StatusOK, views.Search(page))
}

// fill shows what was found.
func (h *Web) fill(page *views.SearchPage, t typed, v auth.Viewer, res Results, facets Facets) {
	page.Summary = summary(res.Total, t.text)
	page.Notes = res.Parsed.Notes
	page.Tabs = kindTabs(t, v, facets)
	page.Sort = sorts(t)
	page.Filters = filters(t, facets)
	page.Active = active(t, res.Parsed)
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
	if t.page > 1 {
		page.Pager.Previous = t.at(t.page - 1).path()
	}
	if res.More && t.page < lastPage {
		page.Pager.Next = t.at(t.page + 1).path()
	}
	page.Pager.PreviousText, page.Pager.NextText = "Previous", "Next"
	if v.SignedIn() {
		page.AskPath = "/write?" + url.Values{"kind": {"question"}, "title": {res.Parsed.Text}}.Encode()
	}
}

func (t typed) at(page int) typed { t.page = page; return t }

func summary(total int, text string) string {
	results := "results"
	if total == 1 {
		results = "result"
	}
	return fmt.Sprintf("%s %s for “%s”", parts.Thousands(total), results, text)
}

// kindTabs shows counts where no kind is chosen.
func kindTabs(t typed, v auth.Viewer, res Facets) []parts.Tab {
	counts := make(map[string]int)
	for _, f := range res.Facets {
		for _, value := range f.Values {
			if f.Name == "kind" && t.kind == "" {
				counts[value.Value] = value.Count
			}
		}
	}
	var out []parts.Tab
	for _, k := range tabs {
		if k.kind == "person" && !v.SignedIn() {
			continue
		}
		to := t.at(1)
		to.kind = k.kind
		out = append(out, parts.Tab{Text: k.text, Path: to.path(), Count: counts[k.kind], Current: t.kind == k.kind})
	}
	return out
}

func sorts(t typed) []parts.Tab {
	best, newest := t.at(1), t.at(1)
	best.sort, newest.sort = "", "date"
	return []parts.Tab{
		{Text: "Best match", Path: best.path(), Current: t.sort == ""},
		{Text: "Newest first", Path: newest.path(), Current: t.sort == "date"},
	}
}

// filters offers the topics, networks and years of what was found: each adds an operator to what was typed, where it can be seen,
// changed and learned.
func filters(t typed, res Facets) []views.FilterGroup {
	var out []views.FilterGroup
	for _, f := range res.Facets {
		g := views.FilterGroup{Name: map[string]string{"topic": "Topic", "network": "Network", "year": "When"}[f.Name]}
		if g.Name == "" {
			continue
		}
		for _, value := range f.Values[:min(filterValues, len(f.Values))] {
			operator, name := "topic:"+value.Value, cmp.Or(res.Topics[value.Value], value.Value)
			switch f.Name {
			case "network":
				if name = res.Nets[value.Value]; name == "" {
					continue
				}
				operator = "network:" + value.Value
			case "year":
				operator, name = yearOperator(value.Value), value.Value
			}
			if strings.Contains(t.text, operator) {
				continue
			}
			g.Values = append(g.Values, parts.Tab{Text: name, Path: t.with(operator).path(), Count: value.Count})
		}
		if len(g.Values) > 1 || f.Name != "year" && len(g.Values) > 0 {
			out = append(out, g)
		}
	}
	return out
}

// with returns the search from its first page, narrowed by an operator.
func (t typed) with(operator string) typed {
	t.text += " " + operator
	return t.at(1)
}

func yearOperator(year string) string {
	n, err := strconv.Atoi(year)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("after:%d before:%d", n, n+1)
}

// active lists the operators in what was typed; each link is the search without it.
func active(t typed, p search.Parsed) []parts.Link {
	var out []parts.Link
	for word := range strings.FieldsSeq(t.text) {
		key, _, found := strings.Cut(word, ":")
		if !found || !slices.Contains([]string{"author", "topic", "network", "kind", "before", "after", "is"}, strings.ToLower(key)) || strings.Contains(word, `"`) {
			continue
		}
		to := t.at(1)
		to.text = strings.Join(strings.Fields(strings.Replace(" "+t.text+" ", " "+word+" ", " ", 1)), " ")
		out = append(out, parts.Link{Text: word, Path: to.path()})
	}
	if len(out) > 0 && p.Empty() { // nothing was understood
		return nil
	}
	return out
}

// experts names who may know, when what was found may not be enough: little was found, or a whole question was typed.
func (h *Web) experts(ctx context.Context, v auth.Viewer, t typed, res Results) ([]parts.SidePerson, error) {
	if res.Name && len(res.People) > 0 { // whom the query names is shown above the results
		return nil, nil
	}
	question := len(strings.Fields(res.Parsed.Text)) >= questionWords || strings.HasSuffix(t.text, "?")
	if t.page > 1 || t.kind != "" || res.Total >= fewResults && !question {
		return nil, nil
	}
	return h.cards(ctx, v, res.Parsed.Text)
}

// cards names people who may know about text; whoever asks knows what they know.
func (h *Web) cards(ctx context.Context, v auth.Viewer, text string) ([]parts.SidePerson, error) {
	list, err := h.find.Experts(ctx, v, text, expertCards+1)
	if err != nil {
		return nil, err
	}
	var out []parts.SidePerson
	for _, e := range list {
		if e.Person.ID != v.Person && len(out) < expertCards {
			out = append(out, parts.SidePerson{Person: part(e.Person, v), Note: e.Why()})
		}
	}
	return out, nil
}

// part is a person as the viewer sees them: signed out, a name is plain text and nobody has a face.
func part(a Author, v auth.Viewer) parts.Person {
	p := parts.Person{Name: a.Name, Initials: parts.Initials(a.Name), Tint: parts.Tint(a.ID), Unit: a.Unit}
	if v.SignedIn() {
		p.Path, p.JobTitle = a.Path(), a.JobTitle
		if a.Photo != "" {
			p.Photo = "/files/" + a.Photo
		}
	}
	return p
}

func (h *Web) hit(f Hit, v auth.Viewer) views.Hit {
	out := views.Hit{
		Kind: f.Kind, Path: f.Path, Title: spans(f.TitleSpans), Body: spans(f.BodySpans), Replies: f.Replies, Votes: f.Votes,
		Answered: f.Answered, Accepted: f.Accepted,
	}
	if f.Author.ID != 0 {
		out.Author, out.At = part(f.Author, v), h.web.Moment(f.CreatedAt)
	}
	if f.Network.Slug != "" {
		out.Network = parts.Link{Text: f.Network.Name, Path: f.Network.Path()}
	}
	for _, t := range f.Topics {
		out.Topics = append(out.Topics, parts.Topic{Name: t.Name, Path: t.Path()})
	}
	return out
}

func (h *Web) personHit(f Hit) views.PersonHit {
	p := part(f.Author, auth.Viewer{})
	p.Path, p.JobTitle = f.Path, f.Author.JobTitle
	if f.Author.Photo != "" {
		p.Photo = "/files/" + f.Author.Photo
	}
	why := spans(f.BodySpans)
	if !slices.ContainsFunc(why, func(s parts.Span) bool { return s.Hit }) {
		why = nil // the name matched, and it is there already
	}
	return views.PersonHit{Person: p, Location: f.Location, Why: why}
}

func spans(list []search.Span) []parts.Span {
	out := make([]parts.Span, len(list))
	for i, s := range list {
		out[i] = parts.Span(s)
	}
	return out
}

// Suggest answers GET /suggest: the list under the search box, or, with type=person or topic, under @ and # in the composer.
func (h *Web) Suggest(c *fiber.Ctx) error {
	v, text := auth.ViewerOf(c), clip(strings.TrimSpace(c.Query("q")), maxTyped)
	kind := c.Query("type")
	var types []string
	if kind == "person" || kind == "topic" {
		types = []string{kind}
	}
	found, err := h.find.Suggest(c.UserContext(), v, text, suggestions, types...)
	if err != nil {
		return err
	}
	list := views.SuggestionList{Query: text}
	for _, f := range found {
		list.Suggestions = append(list.Suggestions, suggestion(f, v))
	}
	if types != nil {
		return web.Render(c, fiber.StatusOK, views.Expansions(list))
	}
	return web.Render(c, fiber.StatusOK, views.Suggestions(list))
}

func suggestion(f Hit, v auth.Viewer) views.Suggestion {
	s := views.Suggestion{Kind: f.Kind, Text: f.Title, Path: f.Path}
	switch {
	case f.Kind == "person":
		p := part(f.Author, v)
		s.Person, s.Note, s.Value = &p, f.Author.Unit, "@"+f.Author.Handle
	case f.Kind == "topic":
		s.Value = "#" + strings.TrimPrefix(f.Path, "/topics/")
	case f.Answered:
		s.Note = "Answered"
	}
	return s
}

// Similar answers GET /similar: threads like the title that is being typed, and people who may know.
func (h *Web) Similar(c *fiber.Ctx) error {
	ctx, v, title := c.UserContext(), auth.ViewerOf(c), clip(strings.TrimSpace(c.Query("title")), maxTyped)
	found, err := h.find.Similar(ctx, v, title, similarShown)
	if err != nil {
		return err
	}
	know, err := h.cards(ctx, v, title)
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, views.Similar(sides(found), know))
}

// sides shows hits as "Already asked?" does.
func sides(found []Hit) []parts.SideThread {
	var out []parts.SideThread
	for _, f := range found {
		t := parts.SideThread{Title: f.Title, Path: f.Path, Answered: f.Answered}
		switch {
		case f.Replies == 1:
			t.Note = "1 reply"
		case f.Replies > 1:
			t.Note = parts.Thousands(f.Replies) + " replies"
		default:
			t.Note = "No replies yet"
		}
		out = append(out, t)
	}
	return out
}
