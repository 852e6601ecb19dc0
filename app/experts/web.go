package experts

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/search"
	views "watercooler/views/experts"
	"watercooler/views/layout"
	"watercooler/views/parts"
)

// Sizes of pages.
const (
	maxTyped    = 400 // characters of a question
	lastPage    = considered / usual
	several     = 3 // people that are asked at once
	valuesShown = 5 // of a filter
)

// Web answers the requests about who knows what.
type Web struct {
	experts *Service
	web     *web.Web
}

// NewWeb returns the handlers for s.
func NewWeb(s *Service, w *web.Web) *Web { return &Web{experts: s, web: w} }

func (h *Web) chrome(c *fiber.Ctx, title string) layout.Chrome {
	chrome := h.web.Chrome(c, title)
	chrome.Nav = "people"
	return chrome
}

// wanted is what the address of the people page says.
type wanted struct {
	text, unit, organisation, location, language, since string
	page                                                int
}

// spans of time for "active since", with what they are called.
var spans = []struct {
	key, text string
	since     func(now time.Time) time.Time
}{
	{"3m", "In the last 3 months", func(now time.Time) time.Time { return now.AddDate(0, -3, 0) }},
	{"1y", "In the last year", func(now time.Time) time.Time { return now.AddDate(-1, 0, 0) }},
	{"3y", "In the last 3 years", func(now time.Time) time.Time { return now.AddDate(-3, 0, 0) }},
}

func wantedOf(c *fiber.Ctx) wanted {
	return wanted{
		text: clip(strings.Join(strings.Fields(c.Query("q")), " "), maxTyped), unit: c.Query("unit"), organisation: c.Query("org"), location: clip(c.Query("location"), maxTyped),
		language: clip(c.Query("language"), maxTyped), since: c.Query("since"), page: min(max(c.QueryInt("page", 1), 1), lastPage),
	}
}

// clip cuts s to n characters.
func clip(s string, n int) string {
	if runes := []rune(s); len(runes) > n {
		return string(runes[:n])
	}
	return s
}

// path is the address of the page.
func (w wanted) path() string {
	q := url.Values{"q": {w.text}}
	for name, value := range map[string]string{"unit": w.unit, "org": w.organisation, "location": w.location, "language": w.language, "since": w.since} {
		if value != "" {
			q.Set(name, value)
		}
	}
	if w.page > 1 {
		q.Set("page", strconv.Itoa(w.page))
	}
	return "/experts?" + q.Encode()
}

// question is what w asks the service.
func (w wanted) question(now time.Time) Question {
	q := Question{Text: search.Parse(w.text).Text, Limit: usual, Offset: (w.page - 1) * usual}
	q.Filter.Unit, q.Filter.Organisation = number64(w.unit), number64(w.organisation)
	q.Filter.Location, q.Filter.Language = w.location, w.language
	for _, s := range spans {
		if s.key == w.since {
			q.Filter.ActiveSince = s.since(now)
		}
	}
	return q
}

// number64 returns the number that s is, 0 for anything else, which filters nothing.
func number64(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// People answers GET /experts: people who may know, and why.
func (h *Web) People(c *fiber.Ctx) error {
	ctx, v, w := c.UserContext(), auth.ViewerOf(c), wantedOf(c)
	page := views.PeoplePage{Chrome: h.chrome(c, "Who knows?"), Query: w.text}
	page.Chrome.Query = w.text
	if w.text == "" {
		return web.Render(c, fiber.StatusOK, views.People(page))
	}
	r, err := h.experts.Rank(ctx, v, w.question(h.experts.now()))
	if err != nil {
		return err
	}
	page.Heading = fmt.Sprintf("Who knows about “%s”?", w.text)
	page.Chrome.Title = page.Heading
	h.fill(&page, w, v, r)
	return web.Render(c, fiber.StatusOK, views.People(page))
}

// fill shows a ranking.
func (h *Web) fill(page *views.PeoplePage, w wanted, v auth.Viewer, r Ranking) {
	page.Tabs = parts.FindingTabs(url.Values{"q": {w.text}}, parts.WhoKnows, v.SignedIn(), nil)
	page.AskPath = askPath(w.text)
	page.Thin = r.Thin
	marks := search.Parse(w.text)
	var open []string
	for _, e := range r.People {
		shown := h.expert(e, v, marks, w.path())
		if e.Open && e.Person.ID != v.Person {
			shown.AskPath = askPath(w.text, e.Person.Handle)
			if len(open) < several {
				open = append(open, e.Person.Handle)
			}
		}
		page.People = append(page.People, shown)
	}
	if w.page == 1 && len(open) > 1 {
		page.Several = parts.Link{Text: "Ask these two", Path: askPath(w.text, open...)}
		if len(open) == several {
			page.Several.Text = "Ask the first three"
		}
	}
	if w.page > 1 {
		page.Pager.Previous = w.at(w.page - 1).path()
	}
	if r.More && w.page < lastPage {
		page.Pager.Next = w.at(w.page + 1).path()
	}
	page.Pager.PreviousText, page.Pager.NextText = "Previous", "More people"
	page.Units = w.units(r.Units)
	page.Filters, page.Active = w.filters(r.Facets), w.active(r.Facets)
}

func (w wanted) at(page int) wanted { w.page = page; return w }

// askPath leads to a question for some people, or for everybody.
func askPath(text string, handles ...string) string {
	q := url.Values{"kind": {"question"}, "title": {search.Parse(text).Text}}
	if len(handles) > 0 {
		q.Set("ask", strings.Join(handles, ","))
	}
	return "/write?" + q.Encode()
}
