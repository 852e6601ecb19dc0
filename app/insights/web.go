package insights

import (
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/threads"
	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/views/charts"
	views "watercooler/views/insights"
	"watercooler/views/parts"
)

// Web answers the requests about figures.
type Web struct {
	insights *Service
	web      *web.Web
}

// NewWeb returns the handlers for s.
func NewWeb(s *Service, w *web.Web) *Web { return &Web{insights: s, web: w} }

// The addresses of the room.
const (
	summaryPath = "/insights"
	scorePath   = "/insights/scorecard"
	methodPath  = "/insights/method"
	lookedPath  = "/insights/looked"
)

// Watch keeps who looked at the pages beneath it, once they have been answered with what was asked for.
func (h *Web) Watch(c *fiber.Ctx) error {
	if err := c.Next(); err != nil {
		return err
	}
	if c.Method() != fiber.MethodGet || c.Response().StatusCode() != fiber.StatusOK {
		return nil
	}
	// SECURITY: where it cannot be kept who looked, there is nothing to look at.
	return h.insights.Look(c.UserContext(), auth.ViewerOf(c), c.Path())
}

// filterOf reads what the figures are to be narrowed to.
func filterOf(c *fiber.Ctx) (Filter, error) {
	f := Filter{Month: Month(c.Query("month"))}
	if unit := c.Query("unit"); unit != "" {
		id, err := strconv.ParseInt(unit, 10, 64)
		if err != nil || id < 0 {
			return f, noUnit
		}
		f.Unit = id
	}
	return f, nil
}

func (h *Web) read(c *fiber.Ctx) (Figures, error) {
	f, err := filterOf(c)
	if err != nil {
		return Figures{}, err
	}
	return h.insights.Read(c.UserContext(), auth.ViewerOf(c), f)
}

// Summary answers GET /insights.
func (h *Web) Summary(c *fiber.Ctx) error {
	f, err := h.read(c)
	if err != nil {
		return err
	}
	page := views.SummaryPage{Head: h.head(c, f, "How well is the organisation thinking?", summaryPath), KWord: kWord(f.K)}
	page.Prose = h.prose(f)
	for i := range Capabilities {
		p := &Capabilities[i]
		s := f.Of(p.Headline)
		card := h.card(f, s, p.Name, p.Question, p.Key)
		if card.Nothing = p.Nothing; s.Now().State == Shown && s.Now().Whole == 0 {
			card.Do = parts.Link{Text: p.Do, Path: p.Path}
		}
		page.Cards = append(page.Cards, card)
	}
	for _, b := range below {
		page.Below = append(page.Below, h.card(f, f.Of(b.metric), b.name, b.question, b.metric))
	}
	for _, t := range f.Rising {
		page.Rising = append(page.Rising, views.Rising{
			Name: t.Name, Path: "/topics/" + t.Slug, Usual: t.Usual(),
			Figure: views.Figure{Metric: "topic:" + strconv.FormatInt(t.ID, 10), Month: string(f.Month), Value: strconv.FormatInt(t.Threads, 10), Text: parts.Plural(int(t.Threads), "thread", "threads")},
		})
	}
	return web.Render(c, fiber.StatusOK, views.Summary(page))
}

// below are the figures beneath the six capabilities.
var below = []struct{ metric, name, question string }{
	{"breadth", "Participation", "How many take part?"},
	{"first_answer", "Time to the first answer", "How long does a question wait?"},
	{"answered", "Answered and unanswered", "Is anybody left waiting?"},
	{"questions", "Questions asked", "Do people dare to ask?"},
	{"searches_nothing", "Searches without a result", "What do people look for in vain?"},
	{"thread_age", "Age of what is talked about", "Do people build on what was said?"},
}

// head is what each page of figures begins with.
func (h *Web) head(c *fiber.Ctx, f Figures, heading, path string) views.Head {
	where := "the whole organisation"
	if f.Filter.Unit != Whole {
		where = f.Unit.Name + " and the units beneath it"
	}
	begin := h.insights.begin(f.Month)
	end := begin.AddDate(0, 1, -1)
	over := strconv.Itoa(begin.Day()) + " to " + strconv.Itoa(end.Day()) + " " + h.insights.monthSaid(f.Month) + " · " + where + " · figures cover groups of " + kWord(f.K) + " or more, never one person"
	out := views.Head{Chrome: h.web.Chrome(c, heading), Tabs: views.Tabs(path), Heading: heading, Over: over}
	out.Chrome.Nav = "insights"
	query := "month=" + string(f.Month)
	if f.Filter.Unit != Whole {
		query += "&unit=" + strconv.FormatInt(f.Filter.Unit, 10)
	}
	out.Filters = views.Filters{Action: path, CSV: "/insights/figures.csv?" + query, JSON: "/insights/figures.json?" + query}
	for i := range f.Months {
		m := f.Months[len(f.Months)-1-i]
		label := h.insights.monthSaid(m)
		if i == 0 {
			label += ", so far"
		}
		out.Filters.Months = append(out.Filters.Months, parts.Option{Value: string(m), Label: label, Selected: m == f.Month})
	}
	out.Filters.Units = append(out.Filters.Units, parts.Option{Label: "The whole organisation", Selected: f.Filter.Unit == Whole})
	for _, u := range f.Units {
		indent := ""
		for range u.Depth {
			indent += "– "
		}
		out.Filters.Units = append(out.Filters.Units, parts.Option{Value: strconv.FormatInt(u.ID, 10), Label: indent + u.Name, Selected: u.ID == f.Filter.Unit})
	}
	switch {
	case f.Unit.People < f.K:
		out.Note = "This unit has fewer than " + kWord(f.K) + " people, and so no figures of its own."
	case f.Running:
		out.Note = "This month is not over: nothing is compared with it yet."
	}
	return out
}

// figure is the figure of the month that was asked for, as pages show it.
func (h *Web) figure(f Figures, s Series) views.Figure { return h.figureAt(f, s, s.At) }

func (h *Web) figureAt(f Figures, s Series, i int) views.Figure {
	at := s.Figures[i]
	out := views.Figure{Metric: s.Key, Month: string(at.Month), Why: s.Why(at.State, f.K)}
	if at.State == Shown && (at.Whole > 0 || s.Kind == Count && hasAny(s)) {
		out.Text, out.Of, out.Value = s.Said(at), s.of(at), machine(s.Metric, at)
	}
	return out
}

// hasAny reports whether there was anything to count in any month: only then is none a figure and not a beginning.
func hasAny(s Series) bool {
	for _, f := range s.Figures {
		if f.Whole > 0 || f.State != Shown {
			return true
		}
	}
	return false
}

// machine is a figure for programs: a share of 1, seconds, or a count.
func machine(m *Metric, f Figure) string {
	if m.Kind == Share {
		return strconv.FormatFloat(float64(f.Value)/float64(f.Whole), 'f', 4, 64)
	}
	return strconv.FormatInt(f.Value, 10)
}

func (h *Web) card(f Figures, s Series, name, question, anchor string) views.Card {
	label := s.Name
	if label == name {
		label = ""
	}
	return views.Card{
		ID: s.Key, Name: name, Question: question, Label: label, Figure: h.figure(f, s), Change: h.change(s), Spark: h.spark(f, s),
		Nothing: "Nothing to count in this month.", Path: scorePath + h.narrowed(f) + "#" + anchor,
	}
}

// narrowed is the query of the filters in force.
func (h *Web) narrowed(f Figures) string {
	out := "?month=" + string(f.Month)
	if f.Filter.Unit != Whole {
		out += "&unit=" + strconv.FormatInt(f.Filter.Unit, 10)
	}
	return out
}

func (h *Web) change(s Series) views.Change {
	c, ok := h.insights.Compared(s)
	if !ok || !hasAny(s) {
		return views.Change{}
	}
	return views.Change{Sign: c.Sign, Text: c.Text, Tone: [...]string{"", "ok", "bad"}[c.Tone]}
}

// spark is a series as a line. What is not shown, or has nothing to count, is a gap.
func (h *Web) spark(f Figures, s Series) charts.Spark {
	out := charts.Spark{ID: s.Key, Title: s.Name + " by month", At: s.At, Column: s.Name}
	for i, at := range s.Figures {
		shown := h.figureAt(f, s, i)
		p := charts.Point{Label: h.insights.monthSaid(at.Month), Text: shown.Text, Data: shown.Value, Hidden: shown.Text == "", Open: i == len(s.Figures)-1}
		switch {
		case at.State != Shown:
			p.Text = "not shown"
		case p.Hidden:
			p.Text = "nothing"
		case s.Kind == Share:
			p.Value = float64(at.Value) / float64(at.Whole)
		default:
			p.Value = float64(at.Value)
		}
		out.Points = append(out.Points, p)
	}
	return out
}

// Scorecard answers GET /insights/scorecard.
func (h *Web) Scorecard(c *fiber.Ctx) error {
	f, err := h.read(c)
	if err != nil {
		return err
	}
	page := views.ScorecardPage{Head: h.head(c, f, "Scorecard", scorePath)}
	for _, p := range Capabilities {
		out := views.Capability{ID: p.Key, Name: p.Name, Question: p.Question, Nothing: p.Nothing, Do: parts.Link{Text: p.Do, Path: p.Path}}
		for _, s := range f.Series {
			if s.Capability != p.Key {
				continue
			}
			if hasAny(s) {
				out.Nothing = ""
			}
			out.Metrics = append(out.Metrics, views.Metric{
				Key: s.Key, Name: s.Name, Says: s.Says, Gamed: s.Gamed, Direction: s.better(), Figure: h.figure(f, s), Change: h.change(s), Spark: h.spark(f, s),
				Nothing: "Nothing to count in this month.",
			})
		}
		page.Capabilities = append(page.Capabilities, out)
	}
	return web.Render(c, fiber.StatusOK, views.Scorecard(page))
}

// better says where a metric had better go.
func (m *Metric) better() string {
	return [...]string{"More is neither better nor worse.", "More is better.", "Less is better."}[m.Direction]
}

// Method answers GET /insights/method.
func (h *Web) Method(c *fiber.Ctx) error {
	if !Reads(auth.ViewerOf(c)) {
		return nothing
	}
	page := views.MethodPage{Chrome: h.web.Chrome(c, "How the figures are made"), Tabs: views.Tabs(methodPath), K: kWord(h.insights.K())}
	page.Chrome.Nav = "insights"
	for i := range Metrics {
		m := &Metrics[i]
		d := views.Definition{Key: m.Key, Name: m.Name, Says: m.Says, Kind: m.Kind.String(), Better: m.better(), Gamed: m.Gamed, SQL: m.SQL[1:]}
		for _, p := range Capabilities {
			if p.Key == m.Capability {
				d.Capability = p.Name
			}
		}
		page.Definitions = append(page.Definitions, d)
	}
	return web.Render(c, fiber.StatusOK, views.Method(page))
}

// Looked answers GET /insights/looked.
func (h *Web) Looked(c *fiber.Ctx) error {
	var before time.Time
	var person int64
	if cursor := c.Query("before"); cursor != "" {
		at, id, err := web.ParseCursor(cursor)
		if err != nil {
			return err
		}
		before, person = time.UnixMicro(at), id
	}
	v := auth.ViewerOf(c)
	list, more, err := h.insights.Looks(c.UserContext(), v, before, person)
	if err != nil {
		return err
	}
	page := views.LookedPage{Chrome: h.web.Chrome(c, "Who looked at figures"), Tabs: views.Tabs("")}
	page.Chrome.Nav = "insights"
	for _, l := range list {
		face := threads.Face(v, threads.Author{ID: l.Person.ID, Handle: l.Person.Handle, Name: l.Person.Name, Photo: l.Person.Photo, Unit: l.Person.Unit})
		page.Looks = append(page.Looks, views.Look{Person: face, Page: l.Page, At: h.web.Moment(l.At)})
	}
	if more {
		last := list[len(list)-1]
		page.Older = lookedPath + "?before=" + web.Cursor(last.At.UnixMicro(), last.Person.ID)
	}
	return web.Render(c, fiber.StatusOK, views.Looked(page))
}
