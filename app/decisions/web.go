package decisions

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/app/web"
	"watercooler/auth"
	views "watercooler/views/decisions"
	"watercooler/views/parts"
)

// Web answers the requests about decisions, and fills in what the page of a thread says of what was decided.
type Web struct {
	decisions *Service
	threads   *threads.Service
	web       *web.Web
}

// NewWeb returns the handlers for s.
func NewWeb(s *Service, t *threads.Service, w *web.Web) *Web {
	return &Web{decisions: s, threads: t, web: w}
}

const (
	registerPath = "/decisions"
	newPath      = registerPath + "/new"
)

// stateNames are the states in the words of pages.
var stateNames = map[State]string{
	Proposed: "Proposed", Agreed: "Agreed", Review: "Under review", Superseded: "Superseded", Withdrawn: "Withdrawn",
}

func stateOf(s State) views.State { return views.State{Code: string(s), Text: stateNames[s]} }

// positionNames say what each position is to choose, and what somebody who took it does.
var positionNames = map[Position]struct{ choose, hint, does, counted string }{
	Agree:    {"Agree", "I can support this", "agrees", "agree"},
	Abstain:  {"Abstain", "I leave it to the others", "abstains", "abstain"},
	Disagree: {"Disagree", "I think it is wrong, and can live with it", "disagrees", "disagree"},
	Block:    {"Block", "It must not happen as it is", "blocks this", "block it"},
}

// changeNames say what somebody did, after their name.
var changeNames = map[string]string{
	"proposed": "proposed this", "agreed": "recorded it as agreed", "amended": "amended it", "challenged": "challenged it",
	"reviewed": "looked at it again", "superseded": "said that it is superseded", "reinstated": "said that it is not superseded any more",
	"withdrawn": "withdrew it",
}

// Decision is what the page of t, which must come from Find for the viewer of c, says of what was decided: nil for nothing.
func (h *Web) Decision(c *fiber.Ctx, t threads.Thread) (templ.Component, error) {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	if t.Kind != threads.Decision {
		lines, err := h.decisions.Made(ctx, v, t.ID)
		if err != nil || len(lines) == 0 {
			return nil, err
		}
		var made views.Made
		for _, l := range lines {
			made.Rows = append(made.Rows, h.row(v, l))
		}
		return views.FromHere(made), nil
	}
	d, err := h.decisions.Find(ctx, v, t.ID)
	if errs.IsNotFound(err) { // brought in by something that knows of threads alone
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return views.Shown(h.panel(v, t, d)), nil
}

// panel is a decision as its page shows it.
func (h *Web) panel(v auth.Viewer, t threads.Thread, d Decision) views.Panel {
	now := h.decisions.now()
	p := views.Panel{
		State: stateOf(d.State), Note: h.note(d, now), By: face(v, d.By), Authority: d.Authority, Decided: h.web.Moment(d.DecidedAt),
		Overdue: d.Due(now), Learnt: d.Learnt, Owner: face(v, d.Owner), Deputy: face(v, d.Deputy), Bare: len(d.Evidence) == 0 && d.State != Proposed,
	}
	if !d.EffectiveAt.IsZero() {
		p.Force = fmt.Sprintf("in force from %s, after %s of notice", h.web.Date(d.EffectiveAt), parts.Plural(d.NoticeDays, "day", "days"))
	}
	if !d.ReviewAt.IsZero() && !d.Settled() {
		p.Review = h.web.Date(d.ReviewAt)
	}
	if !d.ReviewedAt.IsZero() {
		p.Reviewed = h.web.Date(d.ReviewedAt)
	}
	if d.Source.ID != 0 {
		p.Source = parts.Link{Text: d.Source.Title, Path: d.Source.Path()}
	}
	h.grounds(d, &p)
	h.opinions(v, d, &p)
	for _, change := range d.Changes {
		entry := views.Change{Text: changeNames[change.What], By: face(v, change.By), At: h.web.Moment(change.At), Reason: change.Reason}
		if change.Other.ID != 0 {
			entry.Text, entry.Other = "said that it is superseded by", parts.Link{Text: change.Other.Title, Path: change.Other.Path()}
		}
		p.Past = append(p.Past, entry)
	}
	doors(t, d, &p)
	return p
}

// note says what the state of a decision means now.
func (h *Web) note(d Decision, now time.Time) string {
	switch {
	case d.State == Proposed && d.Closed(now):
		return "The time to say what one thinks of it ended on " + h.web.Date(d.ClosesAt) + ". It is not decided yet."
	case d.State == Proposed && !d.ClosesAt.IsZero():
		return "This is a proposal. People say what they think of it until " + h.web.Date(d.ClosesAt) + "."
	case d.State == Proposed:
		return "This is a proposal. Say what you think of it."
	case d.State == Review:
		return "This holds, and is being looked at again because somebody challenged it."
	case d.State == Withdrawn:
		return "This does not hold any more: it was withdrawn."
	}
	return ""
}

func (h *Web) grounds(d Decision, p *views.Panel) {
	for _, o := range d.Options {
		p.Options = append(p.Options, views.Option(o))
	}
	for _, e := range d.Evidence {
		shown := views.Evidence{Kind: groundsName(e.Kind), Title: e.Title, Path: e.URL}
		if e.Hidden {
			shown.Path = ""
		}
		if !e.DatedAt.IsZero() {
			shown.Note = h.web.Date(e.DatedAt)
			if !d.DecidedAt.IsZero() && e.DatedAt.After(d.DecidedAt) {
				shown.Note += ", after it was decided"
			}
		}
		p.Evidence = append(p.Evidence, shown)
	}
	for _, a := range d.Assumptions {
		shown := views.Assumption{Said: a.Said, WatchFor: a.WatchFor}
		if !a.BrokenAt.IsZero() {
			shown.Broken = "Said on " + h.web.Date(a.BrokenAt) + " not to hold"
		}
		p.Assumptions = append(p.Assumptions, shown)
	}
}

func (h *Web) opinions(v auth.Viewer, d Decision, p *views.Panel) {
	total := 0
	for _, position := range Positions {
		n := d.Counts[position]
		total += n
		if n == 1 {
			p.Counts = append(p.Counts, "1 "+positionNames[position].does)
		} else if n > 1 {
			p.Counts = append(p.Counts, parts.Thousands(n)+" "+positionNames[position].counted)
		}
	}
	for _, s := range d.Stances {
		p.Words = append(p.Words, views.Word{
			Person: face(v, s.Person), Position: positionNames[s.Position].does, Reason: s.Reason, At: h.web.Moment(s.At),
		})
	}
	if d.CanStance {
		form := stanceForm(d, d.Mine, "")
		for _, s := range d.Stances {
			if s.Person.ID == v.Person {
				form.Reason = s.Reason
			}
		}
		p.Stance = &form
	}
}

// stanceForm asks what somebody thinks of d.
func stanceForm(d Decision, chosen Position, reason string) views.StanceForm {
	f := views.StanceForm{Action: d.Path() + "/stance", Reason: reason, Given: d.Mine != ""}
	for _, p := range Positions {
		name := positionNames[p]
		f.Choices = append(f.Choices, parts.Option{Value: string(p), Label: name.choose, Hint: name.hint, Selected: p == chosen})
	}
	return f
}

// doors fills in what the viewer may do with a decision; what they may not has no path.
func doors(t threads.Thread, d Decision, p *views.Panel) {
	path := d.Path()
	if d.CanAgree {
		p.AgreePath = path + "/agree"
	}
	if d.CanChallenge {
		p.ChallengePath = path + "/challenge"
	}
	if d.CanReview {
		p.ReviewPath = path + "/review"
	}
	if d.CanAmend {
		p.AmendPath = path + "/amend"
	}
	if d.CanWithdraw {
		p.WithdrawPath = path + "/withdraw"
	}
	switch {
	case t.CanFreshen && t.Superseded:
		p.UnsupersedePath = path + "/unsupersede"
	case t.CanFreshen && !d.Settled() && d.State != Proposed:
		p.SupersedePath = path + "/supersede"
		p.ReplacePath = newPath + "?replaces=" + strconv.FormatInt(d.Thread, 10)
	}
}

// face is somebody as pages show them; nobody for the zero Author.
func face(v auth.Viewer, a threads.Author) parts.Person {
	if a.ID == 0 {
		return parts.Person{}
	}
	return threads.Face(v, a)
}

func groundsName(g Grounds) string {
	if g == "" {
		return ""
	}
	return strings.ToUpper(string(g[:1])) + string(g[1:])
}

// Register answers GET /decisions.
func (h *Web) Register(c *fiber.Ctx) error {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	f, err := filterOf(c)
	if err != nil {
		return err
	}
	list, err := h.decisions.List(ctx, v, f)
	if err != nil {
		return err
	}
	choices, err := h.decisions.Narrow(ctx, v, f)
	if err != nil {
		return err
	}
	page := views.RegisterPage{Chrome: h.web.Chrome(c, "Decisions"), Empty: parts.Empty{
		Title: "Nothing was decided like this", Text: "Take a filter away, or look at all decisions.", Do: parts.Link{Text: "All decisions", Path: registerPath},
	}}
	page.Chrome.Nav = "decisions"
	if f == (Filter{}) {
		page.Empty = parts.Empty{Title: "No decision is recorded yet", Text: "What was decided, by whom and why is found here once somebody writes it down: from the thread in which it was discussed, or afresh."}
	}
	if v.SignedIn() {
		page.NewPath = newPath
	}
	for _, l := range list.Lines {
		page.Rows = append(page.Rows, h.row(v, l))
	}
	h.narrowing(&page, f, choices)
	if list.Next != (threads.Key{}) {
		page.Pager.Next = withQuery(registerPath, f, "before", web.Cursor(list.Next.At, list.Next.ID))
	}
	if f.Before != (threads.Key{}) {
		page.Pager.First = withQuery(registerPath, f, "", "")
	}
	page.Files = []parts.Link{
		{Text: "CSV", Path: withQuery(registerPath+".csv", f, "", "")}, {Text: "JSON", Path: withQuery(registerPath+".json", f, "", "")},
	}
	return web.Render(c, fiber.StatusOK, views.Register(page))
}

// row is a decision as the register shows it.
func (h *Web) row(v auth.Viewer, l Line) views.Row {
	now := h.decisions.now()
	r := views.Row{
		Path: l.Path(), Title: l.Title, State: stateOf(l.State), By: face(v, l.By), Author: face(v, l.Author), Authority: l.Authority,
		When: h.web.Moment(l.At()), Said: "decided", Overdue: l.Due(now), Audience: audienceSaid(v, l.Audience),
	}
	if l.DecidedAt.IsZero() {
		r.Said = "proposed"
	}
	for _, t := range l.Topics {
		r.Topics = append(r.Topics, parts.Topic{Name: t.Name, Path: t.Path()})
	}
	if l.Network.ID != 0 {
		r.Network = parts.Link{Text: l.Network.Name, Path: l.Network.Path()}
	}
	r.Grounds = "No evidence"
	if l.Evidence > 0 {
		r.Grounds = parts.Plural(l.Evidence, "piece of evidence", "pieces of evidence")
	}
	if l.Options > 0 {
		r.Grounds = parts.Plural(l.Options, "option", "options") + ", " + strings.ToLower(r.Grounds[:1]) + r.Grounds[1:]
	}
	switch {
	case l.State == Proposed && !l.ClosesAt.IsZero() && l.ClosesAt.Before(now):
		r.Review = "closed on " + h.web.Date(l.ClosesAt)
	case l.State == Proposed && !l.ClosesAt.IsZero():
		r.Review = "open until " + h.web.Date(l.ClosesAt)
	case l.ReviewAt.IsZero() || l.State == Superseded || l.State == Withdrawn || l.State == Proposed:
	default:
		r.Review = "looked at again on " + h.web.Date(l.ReviewAt)
	}
	return r
}

// audienceSaid says who reads a decision, "" for everyone signed in, which goes without saying.
func audienceSaid(v auth.Viewer, audience string) string {
	switch {
	case audience == auth.AudiencePublic && v.SignedIn():
		return "Public"
	case audience == auth.AudiencePublic || audience == auth.AudienceHub:
		return ""
	case strings.HasPrefix(audience, "network:"):
		return "Members only"
	}
	return "Your organisation only"
}

// filterOf reads the filters of an address. What none of them can mean finds nothing.
func filterOf(c *fiber.Ctx) (f Filter, err error) {
	get := func(name string) string {
		value := strings.ToValidUTF8(strings.ReplaceAll(c.Query(name), "\x00", ""), "")
		return value[:min(len(value), 200)]
	}
	f = Filter{State: State(get("state")), Unit: unitOf(get("unit")), Network: get("network"), Topic: get("topic"), Due: get("due") == "1"}
	if year, err := strconv.Atoi(get("year")); err == nil && year > 1800 && year < 2200 {
		f.Year = year
	}
	if before := get("before"); before != "" {
		f.Before.At, f.Before.ID, err = web.ParseCursor(before)
	}
	return f, err
}

// withQuery is path with the filters of f in the address, one of them replaced; value "" takes it away.
func withQuery(path string, f Filter, name, value string) string {
	set := func(q url.Values, name, value string) {
		if value != "" {
			q.Set(name, value)
		} else {
			q.Del(name)
		}
	}
	q := url.Values{}
	set(q, "state", string(f.State))
	set(q, "network", f.Network)
	set(q, "topic", f.Topic)
	if f.Unit != 0 {
		set(q, "unit", strconv.FormatInt(f.Unit, 10))
	}
	if f.Year != 0 {
		set(q, "year", strconv.Itoa(f.Year))
	}
	if f.Due {
		set(q, "due", "1")
	}
	if name != "" {
		set(q, name, value)
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

// narrowing fills in the filters in force, and what the register can be narrowed to.
func (h *Web) narrowing(page *views.RegisterPage, f Filter, all Choices) {
	group := func(title, name, current string, list []Choice) {
		g := parts.FilterGroup{Name: title}
		for _, choice := range list {
			if name == "state" {
				choice.Name = stateNames[State(choice.Value)]
			}
			if choice.Value == current {
				page.Active = append(page.Active, parts.Link{Text: title + ": " + choice.Name, Path: withQuery(registerPath, f, name, "")})
				continue
			}
			g.Values = append(g.Values, parts.Tab{Text: choice.Name, Count: choice.Count, Path: withQuery(registerPath, f, name, choice.Value)})
		}
		if len(g.Values) > 0 {
			page.Groups = append(page.Groups, g)
		}
	}
	unit := ""
	if f.Unit != 0 {
		unit = strconv.FormatInt(f.Unit, 10)
	}
	group("State", "state", string(f.State), all.States)
	if f.Due {
		page.Active = append(page.Active, parts.Link{Text: "Due for review", Path: withQuery(registerPath, f, "due", "")})
	} else if all.Due > 0 {
		page.Groups = append(page.Groups, parts.FilterGroup{Name: "Review", Values: []parts.Tab{{Text: "Due for review", Count: all.Due, Path: withQuery(registerPath, f, "due", "1")}}})
	}
	group("Topic", "topic", f.Topic, all.Topics)
	group("Unit", "unit", unit, all.Units)
	group("Network", "network", f.Network, all.Networks)
	years := make([]Choice, len(all.Years))
	for i, y := range all.Years {
		years[i] = Choice{Value: strconv.Itoa(y), Name: strconv.Itoa(y)}
	}
	current := ""
	if f.Year != 0 {
		current = strconv.Itoa(f.Year)
	}
	group("Year", "year", current, years)
}
