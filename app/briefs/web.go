package briefs

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/web"
	"watercooler/auth"
	views "watercooler/views/briefs"
	"watercooler/views/insights"
	"watercooler/views/parts"
)

// Web answers the requests about briefs.
type Web struct {
	briefs *Service
	web    *web.Web
}

// NewWeb returns the handlers for s.
func NewWeb(s *Service, w *web.Web) *Web { return &Web{briefs: s, web: w} }

const path = "/brief"

// refOf reads whose brief a request asks for.
func refOf(unit, network string) (Ref, error) {
	ref := Ref{Network: network}
	if unit != "" {
		id, err := strconv.ParseInt(unit, 10, 64)
		if err != nil || id <= 0 {
			return Ref{}, noPeriod
		}
		ref.Unit = id
	}
	return ref, nil
}

// Latest answers GET /brief: the last month that is over.
func (h *Web) Latest(c *fiber.Ctx) error { return h.show(c, h.briefs.Latest(), "") }

// Show answers GET /brief/:period, with .md behind it to paste and with .json for programs.
func (h *Web) Show(c *fiber.Ctx) error {
	written := c.Params("period")
	form := ""
	for _, f := range []string{".md", ".json"} {
		if rest, ok := strings.CutSuffix(written, f); ok {
			written, form = rest, f
		}
	}
	p, err := ParsePeriod(written)
	if err != nil {
		return err
	}
	return h.show(c, p, form)
}

func (h *Web) show(c *fiber.Ctx, p Period, form string) error {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	ref, err := refOf(c.Query("unit"), c.Query("network"))
	if err != nil {
		return err
	}
	b, err := h.briefs.Brief(ctx, v, ref, p)
	if err != nil {
		return err
	}
	switch form {
	case ".md":
		return markdownAnswer(c, b.Markdown(h.web.URL("")))
	case ".json":
		return c.JSON(h.data(b))
	}
	page := h.page(c, v, b)
	if h.briefs.Sends() && !b.Small {
		weekly, monthly, err := h.briefs.Joined(ctx, v, b.Scope)
		if err != nil {
			return err
		}
		page.Letters = &views.Letters{Unit: c.Query("unit"), Network: c.Query("network"), Back: h.at(p, ref), Weekly: weekly, Monthly: monthly}
	}
	return web.Render(c, fiber.StatusOK, views.Brief(page))
}

// markdownAnswer sends a text to paste.
func markdownAnswer(c *fiber.Ctx, text string) error {
	c.Set(fiber.HeaderContentType, "text/markdown; charset=utf-8")
	return c.SendString(text)
}

// at is the address of a brief.
func (h *Web) at(p Period, ref Ref) string { return path + "/" + p.String() + ref.Query() }

// page is a brief with the ways to others.
func (h *Web) page(c *fiber.Ctx, v auth.Viewer, b Brief) views.Page {
	ref, p := b.Scope.Ref(), b.Period
	page := views.Page{
		Chrome: h.web.Chrome(c, b.Period.Title()+" · Brief"), Heading: p.Title(), Scope: parts.Link{Text: b.Scope.Name},
		Lengths:  h.lengths(b),
		Pager:    parts.Pager{Previous: h.at(p.Before(), ref), PreviousText: "The " + p.unit() + " before"},
		Markdown: path + "/" + p.String() + ".md" + ref.Query(),
	}
	page.Chrome.Nav = "brief"
	switch b.Scope.Kind {
	case Unit:
		page.Scope.Path = "/units/" + strconv.FormatInt(b.Scope.ID, 10)
	case Network:
		page.Scope.Path = "/networks/" + b.Scope.Slug
	}
	if !b.Over {
		page.Note = "This " + p.unit() + " is not over. The brief says how things stand now."
	}
	if next := p.Next(); h.briefs.begun(next) {
		page.Pager.Next, page.Pager.NextText = h.at(next, ref), "The "+p.unit()+" after"
	}
	if v.Staff && (v.Is(auth.Leader) || v.Is(auth.Admin)) {
		page.Room = insights.Tabs(path)
	}
	page.Others = h.others(v, b)
	page.Empty = empty(b)
	h.tell(&page, b)
	return page
}

// lengths lead to the month or week around.
func (h *Web) lengths(b Brief) []parts.Tab {
	other := b.Period.Other()
	for !h.briefs.begun(other) {
		other = other.Before()
	}
	month, week := b.Period, other
	if b.Period.Weekly {
		month, week = other, b.Period
	}
	return []parts.Tab{
		{Text: "Month", Path: h.at(month, b.Scope.Ref()), Current: !b.Period.Weekly},
		{Text: "Week", Path: h.at(week, b.Scope.Ref()), Current: b.Period.Weekly},
	}
}

// others are the briefs of the organisation and of the reader's unit, for those who work here.
func (h *Web) others(v auth.Viewer, b Brief) []parts.Tab {
	if !v.Staff {
		return nil
	}
	list := []parts.Tab{{Text: "The organisation", Path: h.at(b.Period, Ref{}), Current: b.Scope.Kind == Organisation}}
	if v.Unit != 0 {
		list = append(list, parts.Tab{Text: "Your unit", Path: h.at(b.Period, Ref{Unit: v.Unit}), Current: b.Scope.Kind == Unit && b.Scope.ID == v.Unit})
	}
	switch {
	case b.Scope.Kind == Network, b.Scope.Kind == Unit && b.Scope.ID != v.Unit:
		list = append(list, parts.Tab{Text: b.Scope.Name, Path: h.at(b.Period, b.Scope.Ref()), Current: true})
	}
	return list
}

// empty is what a page without sentences says.
func empty(b Brief) parts.Empty {
	switch {
	case b.Small:
		return parts.Empty{
			Title: "This unit has too few people for a brief of its own", Text: "What so few people write says too much of each of them. It is in the brief of the organisation.",
			Do: parts.Link{Text: "Read the brief of the organisation", Path: path + "/" + b.Period.String()},
		}
	case b.Scope.Kind == Network:
		return parts.Empty{
			Title: "Nothing to tell of " + b.Period.Name(), Text: "Nothing was written that you may read. A question is a good beginning.",
			Do: parts.Link{Text: "Go to " + b.Scope.Name, Path: "/networks/" + b.Scope.Slug},
		}
	}
	return parts.Empty{
		Title: "Nothing to tell of " + b.Period.Name(), Text: "Nothing was written that everybody here may read. A question is a good beginning.",
		Do: parts.Link{Text: "Ask a question", Path: "/write?kind=question"},
	}
}

// tell fills in the sentences and what they rest on.
func (h *Web) tell(page *views.Page, b Brief) {
	_, host, _ := strings.Cut(h.web.URL(""), "://")
	numbers, notes := b.Noted()
	for i, n := range notes {
		note := views.Note{Number: i + 1}
		for _, it := range n.Items {
			note.Items = append(note.Items, views.Source{Text: it.Title, Path: it.Path, Short: host + it.Path})
		}
		if n.More > 0 {
			note.More = "and " + number(n.More) + " more"
		}
		page.Notes = append(page.Notes, note)
	}
	told := 0
	for _, section := range b.Sections {
		shown := views.Section{Heading: section.Heading}
		for _, s := range section.Sentences {
			sentence := views.Sentence{Note: numbers[told], Index: told + 1}
			told++
			if n := sentence.Note; n > 0 && page.Notes[n-1].First == 0 {
				page.Notes[n-1].First = sentence.Index
			}
			for _, span := range s.Spans {
				l := parts.Link{Text: span.Text}
				if span.Item != nil {
					l.Path = span.Item.Path
				}
				sentence.Spans = append(sentence.Spans, l)
			}
			shown.Sentences = append(shown.Sentences, sentence)
		}
		page.Sections = append(page.Sections, shown)
	}
	if b.Rising {
		page.Method = Method
	}
}

// data is a brief for programs.
type data struct {
	Scope    string        `json:"scope"`
	Kind     Kind          `json:"kind"`
	Period   string        `json:"period"`
	Over     bool          `json:"over"`
	Sections []dataSection `json:"sections"`
}

type dataSection struct {
	Heading   string         `json:"heading"`
	Sentences []dataSentence `json:"sentences"`
}

type dataSentence struct {
	Text  string     `json:"text"`
	Items []dataItem `json:"items"`
	More  int        `json:"more"`
}

type dataItem struct {
	Kind  string `json:"kind"`
	Title string `json:"title"`
	URL   string `json:"url"`
}

func (h *Web) data(b Brief) data {
	out := data{Scope: b.Scope.Name, Kind: b.Scope.Kind, Period: b.Period.String(), Over: b.Over, Sections: []dataSection{}}
	for _, section := range b.Sections {
		shown := dataSection{Heading: section.Heading}
		for _, s := range section.Sentences {
			sentence := dataSentence{Text: s.Text(), Items: []dataItem{}, More: s.More}
			for _, it := range s.Items {
				sentence.Items = append(sentence.Items, dataItem{Kind: it.Kind, Title: it.Title, URL: h.web.URL(it.Path)})
			}
			shown.Sentences = append(shown.Sentences, sentence)
		}
		out.Sections = append(out.Sections, shown)
	}
	return out
}
