package symptoms

import (
	"fmt"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/errs"
	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/views/insights"
	"watercooler/views/parts"
	views "watercooler/views/symptoms"
)

// Web answers the requests about symptoms.
type Web struct {
	symptoms *Service
	web      *web.Web
}

// NewWeb returns the handlers for s.
func NewWeb(s *Service, w *web.Web) *Web { return &Web{symptoms: s, web: w} }

const (
	homePath     = "/insights/symptoms"
	findingsPath = "/insights/findings/"
)

func (s Symptom) path() string { return homePath + "/" + string(s) }

func findingPath(id int64) string { return findingsPath + strconv.FormatInt(id, 10) }

// Overview answers GET /insights/symptoms.
func (h *Web) Overview(c *fiber.Ctx) error {
	o, err := h.symptoms.Overview(c.UserContext(), auth.ViewerOf(c))
	if err != nil {
		return err
	}
	page := views.OverviewPage{
		Chrome: h.web.Chrome(c, "Symptoms"), Tabs: insights.Tabs(homePath), Looked: h.looked(o),
		CSVPath: homePath + ".csv", JSONPath: homePath + ".json",
	}
	page.Chrome.Nav = "insights"
	for _, section := range o.Symptoms {
		page.Symptoms = append(page.Symptoms, h.section(section))
	}
	return web.Render(c, fiber.StatusOK, views.Overview(page))
}

// looked says what was looked through and when.
func (h *Web) looked(o Overview) string {
	if o.LookedAt.IsZero() {
		return "The record has not been looked through yet. That happens once an hour."
	}
	return fmt.Sprintf("Last looked through on %s: %s, %s and %s.", h.web.Clock(o.LookedAt), parts.Plural(o.Threads, "thread", "threads"),
		parts.Plural(o.Decisions, "decision", "decisions"), parts.Plural(o.Signals, "signal", "signals"))
}

func (h *Web) section(s Section) views.Section {
	out := views.Section{About: aboutOf(s.Symptom), Path: s.Symptom.path(), Total: s.Total}
	if out.Nothing = "Nothing found since " + h.web.Date(s.Since) + "."; s.Since.IsZero() {
		out.Nothing = "Not looked for yet."
	}
	for _, f := range s.Findings {
		out.Findings = append(out.Findings, h.finding(f))
	}
	return out
}

// aboutOf is what a page says of one of the nine.
func aboutOf(s Symptom) views.About {
	w := s.Says()
	return views.About{ID: string(s), Name: w.Name, Meaning: w.Meaning, Found: w.Found, Misleads: w.Misleads, Next: w.Next}
}

// finding is a finding as a list shows it.
func (h *Web) finding(f Shown) views.Finding {
	step := f.Step()
	out := views.Finding{
		ID: f.ID, Heading: f.Heading(), Path: findingPath(f.ID), Detail: f.Detail(), Step: parts.Link{Text: step.Text, Path: step.Path},
		Since: h.web.Moment(f.Since), Latest: h.web.Moment(f.Latest), Total: f.Total, Dated: f.Dated(),
		DismissPath: findingPath(f.ID) + "/dismiss",
	}
	if f.Variant == UnitQuiet || f.Variant == UnitAbsent || f.Variant == TopicQuiet {
		out.Period = fmt.Sprintf("Nothing since %s", h.web.Date(f.Since))
		if f.Variant != UnitAbsent {
			out.Period = fmt.Sprintf("Nothing since %s at the latest", h.web.Date(f.Latest))
		}
	}
	if f.Aside {
		out.Aside = fmt.Sprintf("Put aside by %s on %s: %s", f.AsideBy, h.web.Date(f.AsideAt), f.Reason)
		out.DismissPath, out.ReopenPath = "", findingPath(f.ID)+"/reopen"
	}
	for _, e := range f.Evidence {
		out.Evidence = append(out.Evidence, views.Evidence{Kind: string(e.Kind), Link: parts.Link{Text: e.Title(), Path: e.Path()}, At: h.web.Moment(e.At)})
	}
	return out
}

// List answers GET /insights/symptoms/:symptom: all that was found of one. With ?show=aside what was put aside.
func (h *Web) List(c *fiber.Ctx) error {
	s := Symptom(c.Params("symptom"))
	at, id, err := web.ParseCursor(c.Query("after"))
	if err != nil {
		return err
	}
	aside := c.Query("show") == "aside"
	list, more, err := h.symptoms.List(c.UserContext(), auth.ViewerOf(c), s, aside, From{At: at, ID: id})
	if err != nil {
		return err
	}
	page := views.ListPage{Chrome: h.web.Chrome(c, s.Says().Name), Home: parts.Link{Text: "Symptoms", Path: homePath}, About: aboutOf(s)}
	page.Chrome.Nav = "insights"
	page.Tabs = []parts.Tab{{Text: "Found", Path: s.path(), Current: !aside}, {Text: "Put aside", Path: s.path() + "?show=aside", Current: aside}}
	for _, f := range list {
		page.Findings = append(page.Findings, h.finding(f))
	}
	query := "?"
	if aside {
		query = "?show=aside&"
	}
	if more != nil {
		page.Pager.Next, page.Pager.NextText = s.path()+query+"after="+web.Cursor(more.At, more.ID), "Older"
	}
	if c.Query("after") != "" {
		page.Pager.First = s.path() + query[:len(query)-1]
	}
	page.Nothing = "Nothing is found now."
	if aside {
		page.Nothing = "Nothing was put aside."
	}
	return web.Render(c, fiber.StatusOK, views.List(page))
}

// Show answers GET /insights/findings/:id.
func (h *Web) Show(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	return h.show(c, fiber.StatusOK, id, "", nil)
}

func (h *Web) show(c *fiber.Ctx, status int, id int64, reason string, problems parts.Problems) error {
	f, err := h.symptoms.Find(c.UserContext(), auth.ViewerOf(c), id)
	if err != nil {
		return err
	}
	page := views.FindingPage{
		Chrome: h.web.Chrome(c, f.Heading()), About: aboutOf(f.Symptom), Finding: h.finding(f), Reason: reason, Problems: problems,
		Home: []parts.Link{{Text: "Symptoms", Path: homePath}, {Text: f.Symptom.Says().Name, Path: f.Symptom.path()}},
	}
	page.Chrome.Nav = "insights"
	return web.Render(c, status, views.Show(page))
}

// Dismiss answers POST /insights/findings/:id/dismiss.
func (h *Web) Dismiss(c *fiber.Ctx) error {
	return h.decide(c, "Put aside. It comes back if it grows by half.", func(v auth.Viewer, id int64) error {
		return h.symptoms.Dismiss(c.UserContext(), v, id, web.FormOf(c).Text("reason"))
	})
}

// Reopen answers POST /insights/findings/:id/reopen.
func (h *Web) Reopen(c *fiber.Ctx) error {
	return h.decide(c, "It stands among the findings again.", func(v auth.Viewer, id int64) error {
		return h.symptoms.Reopen(c.UserContext(), v, id)
	})
}

func (h *Web) decide(c *fiber.Ctx, told string, do func(v auth.Viewer, id int64) error) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	err = do(auth.ViewerOf(c), id)
	if problems, ok := web.ProblemsOf(err); ok && errs.KindOf(err) == errs.Invalid {
		return h.show(c, web.StatusOf(err), id, web.FormOf(c).Text("reason"), problems)
	}
	if err != nil {
		return err
	}
	h.web.Flash(c, told)
	return web.SeeOther(c, findingPath(id))
}

// day writes a date for other programs.
func (h *Web) day(t time.Time) string { return t.In(h.symptoms.zone).Format(time.DateOnly) }
