package decisions

import (
	"cmp"
	"context"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/app/web"
	"watercooler/auth"
	views "watercooler/views/decisions"
	"watercooler/views/parts"
)

// What the field "kind" of the form posts.
const (
	kindDecided  = "decided"
	kindProposal = "proposal"
)

// New answers GET /decisions/new?title=…&network=SLUG&replaces=ID.
func (h *Web) New(c *fiber.Ctx) error {
	in := h.decisions.Blank()
	in.Title = oneLine(strings.ToValidUTF8(strings.ReplaceAll(c.Query("title"), "\x00", ""), ""))
	if old, err := strconv.ParseInt(c.Query("replaces"), 10, 64); err == nil {
		in.Replaces = old
	}
	return h.newPage(c, in, nil)
}

// Create answers POST /decisions.
func (h *Web) Create(c *fiber.Ctx) error {
	in := formOf(c)
	id, err := h.decisions.Record(c.UserContext(), auth.ViewerOf(c), in)
	if err != nil {
		return h.newPage(c, in, err)
	}
	return web.SeeOther(c, threadPath(id))
}

func (h *Web) newPage(c *fiber.Ctx, in Form, cause error) error {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	if err := fatal(cause); err != nil {
		return err
	}
	page := h.writePage(c, in, cause)
	page.Heading, page.Action, page.CancelPath, page.Submit = "Record a decision", registerPath, registerPath, "Record"
	page.Lead = "Three answers are enough. Who reads it may challenge it, and on the day you choose its owner looks at it again."
	if in.Replaces != 0 {
		old, err := h.decisions.Find(ctx, v, in.Replaces)
		switch {
		case errs.IsNotFound(err):
		case err != nil:
			return err
		default:
			page.Replaces, page.Replaced = parts.Link{Text: old.Title, Path: old.Path()}, strconv.FormatInt(old.Thread, 10)
		}
	}
	reach, err := h.threads.Reach(ctx, v)
	if err != nil {
		return err
	}
	page.Places, page.Audiences = threads.Places(v, reach, in.Network, in.Audience, c.Query("network"))
	return h.showForm(c, page, cause)
}

// Decide answers GET /threads/:id/decide: a decision made from a thread.
func (h *Web) Decide(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	in, t, err := h.decisions.From(c.UserContext(), auth.ViewerOf(c), id)
	if err != nil {
		return err
	}
	return h.decidePage(c, in, t, nil)
}

// DecideIt answers POST /threads/:id/decide.
func (h *Web) DecideIt(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	_, t, err := h.decisions.From(c.UserContext(), auth.ViewerOf(c), id)
	if err != nil {
		return err
	}
	in := formOf(c)
	in.Source, in.Network, in.Audience = t.ID, t.Network.ID, cmp.Or(in.Audience, t.Audience)
	made, err := h.decisions.Record(c.UserContext(), auth.ViewerOf(c), in)
	if err != nil {
		return h.decidePage(c, in, t, err)
	}
	return web.SeeOther(c, threadPath(made))
}

func (h *Web) decidePage(c *fiber.Ctx, in Form, t threads.Thread, cause error) error {
	if err := fatal(cause); err != nil {
		return err
	}
	page := h.writePage(c, in, cause)
	page.Heading, page.Action, page.CancelPath, page.Submit = "Record a decision", threadPath(t.ID)+"/decide", t.Path(), "Record"
	page.Lead = "Three answers are enough. The decision has a page of its own, and both pages lead to each other."
	page.Back = parts.Link{Text: t.Title, Path: t.Path()}
	list, err := h.decisions.Audiences(c.UserContext(), auth.ViewerOf(c), t)
	if err != nil {
		return err
	}
	if page.Audiences, err = h.audiences(c.UserContext(), auth.ViewerOf(c), list, in.Audience); err != nil {
		return err
	}
	return h.showForm(c, page, cause)
}

// audiences are the choices among some audiences.
func (h *Web) audiences(ctx context.Context, v auth.Viewer, list []string, chosen string) ([]parts.Option, error) {
	reach, err := h.threads.Reach(ctx, v)
	if err != nil {
		return nil, err
	}
	options := make([]parts.Option, len(list))
	for i, a := range list {
		options[i] = parts.Option{Value: a, Label: reach.WhoSees(a), Selected: a == chosen || chosen == "" && i == 0}
	}
	return options, nil
}

// Amend answers GET /threads/:id/amend.
func (h *Web) Amend(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	in, d, t, err := h.decisions.Amending(c.UserContext(), auth.ViewerOf(c), id)
	if err != nil {
		return err
	}
	return h.amendPage(c, in, d, t, nil)
}

// SaveAmended answers POST /threads/:id/amend.
func (h *Web) SaveAmended(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	in, f := formOf(c), web.FormOf(c)
	err = h.decisions.Amend(c.UserContext(), auth.ViewerOf(c), id, in, int(f.ID("revision")), f.Text("reason"))
	if err == nil {
		return web.SeeOther(c, threadPath(id))
	}
	if e := fatal(err); e != nil && errs.KindOf(e) != errs.Conflict {
		return e
	}
	_, d, t, gone := h.decisions.Amending(c.UserContext(), auth.ViewerOf(c), id)
	if gone != nil {
		return gone
	}
	return h.amendPage(c, in, d, t, err)
}

func (h *Web) amendPage(c *fiber.Ctx, in Form, d Decision, t threads.Thread, cause error) error {
	in.Proposal = d.State == Proposed
	page := h.writePage(c, in, cause)
	page.Heading, page.Action, page.CancelPath, page.Submit = "Amend this decision", d.Path()+"/amend", d.Path(), "Save changes"
	page.Lead = "What it said before stays in its history, with the reason for the change."
	page.Back, page.Kinds, page.Proposal, page.More = parts.Link{Text: d.Title, Path: d.Path()}, nil, in.Proposal, true
	page.Revision = t.Revision
	if cause != nil {
		page.Reason = web.FormOf(c).Text("reason")
		if errs.KindOf(cause) != errs.Conflict {
			page.Revision = max(1, int(web.FormOf(c).ID("revision")))
		}
	}
	list, err := h.threads.AudiencesFor(c.UserContext(), auth.ViewerOf(c), t)
	if err != nil {
		return err
	}
	if page.Audiences, err = h.audiences(c.UserContext(), auth.ViewerOf(c), list, in.Audience); err != nil {
		return err
	}
	return h.showForm(c, page, cause)
}

// fatal returns an error that no form can show beside its fields.
func fatal(cause error) error {
	if _, ok := web.ProblemsOf(cause); cause != nil && !ok {
		return cause
	}
	return nil
}

// writePage returns the form with in in it, and room for more.
func (h *Web) writePage(c *fiber.Ctx, in Form, cause error) views.WritePage {
	page := views.WritePage{
		Chrome: h.web.Chrome(c, "Record a decision"), Title: in.Title, By: in.By, Authority: in.Authority, Review: in.Review, Closes: in.Closes,
		Decided: in.Decided, Notice: in.Notice, Body: in.Body, Topics: strings.Join(in.Topics, ", "), Owner: in.Owner, Deputy: in.Deputy, Chosen: in.Chosen,
		Kinds: []parts.Option{
			{Value: kindDecided, Label: "It is decided", Hint: "Whoever reads it may challenge it", Selected: !in.Proposal},
			{Value: kindProposal, Label: "It is a proposal", Hint: "People say whether they agree before it is decided", Selected: in.Proposal},
		},
	}
	page.Chrome.Nav = "decisions"
	for _, g := range AllGrounds {
		page.Grounds = append(page.Grounds, parts.Option{Value: string(g), Label: groundsName(g)})
	}
	for i := range room(len(in.Options), 4) {
		page.Options = append(page.Options, views.OptionRow{Said: at(in.Options, i)})
	}
	for i := range room(len(in.Evidence), 4) {
		page.Evidence = append(page.Evidence, views.EvidenceRow(at(in.Evidence, i)))
	}
	for i := range room(len(in.Assumptions), 3) {
		page.Assumptions = append(page.Assumptions, views.AssumptionRow(at(in.Assumptions, i)))
	}
	page.Problems, _ = web.ProblemsOf(cause)
	page.More = len(in.Options)+len(in.Evidence)+len(in.Assumptions) > 0 || in.Body+in.Notice+in.Owner+in.Deputy+in.Decided != ""
	for _, p := range page.Problems {
		page.More = page.More || strings.ContainsRune(p.Name, '-') || strings.Contains(" decided notice body topics owner deputy ", " "+p.Name+" ")
	}
	return page
}

// room is how many rows a form shows: those that are filled and two more, and at least some.
func room(filled, least int) int { return min(max(filled+2, least), MaxRows) }

// at returns the row at i, the zero row past the last.
func at[T any](rows []T, i int) (zero T) {
	if i < len(rows) {
		return rows[i]
	}
	return zero
}

// showForm answers with the form, and the topics to choose from.
func (h *Web) showForm(c *fiber.Ctx, page views.WritePage, cause error) error {
	page.Chrome.Title = page.Heading
	var err error
	if page.TopicNames, err = h.threads.TopicNames(c.UserContext()); err != nil {
		return err
	}
	if page.Suggested, err = h.threads.SuggestTopics(c.UserContext(), page.Title+" "+page.Body, threads.TopicNames(page.Topics)); err != nil {
		return err
	}
	status := fiber.StatusOK
	if cause != nil {
		status = web.StatusOf(cause)
	}
	if errs.KindOf(cause) == errs.Conflict {
		page.Problems = parts.Problems{{Text: errs.As(cause).Text}}
	}
	return web.Render(c, status, views.Write(page))
}

// formOf reads what the form of a decision posts. Rows that are left out keep the numbers of those after them.
func formOf(c *fiber.Ctx) Form {
	f := web.FormOf(c)
	in := Form{
		Title: f.Line("title"), By: f.Line("by"), Authority: f.Line("authority"), Review: f.Line("review"), Proposal: f.Line("kind") == kindProposal,
		Closes: f.Line("closes"), Decided: f.Line("decided"), Notice: f.Line("notice"), Body: f.Text("body"), Topics: threads.TopicNames(f.Line("topics")),
		Audience: threads.Addressed(f.Line("audience"), f.ID("network")), Network: f.ID("network"), Owner: f.Line("owner"), Deputy: f.Line("deputy"),
		Chosen: int(f.ID("chosen")), Replaces: f.ID("replaces"),
	}
	for i := range MaxRows {
		in.Options = append(in.Options, f.Line(row("option", i)))
		in.Evidence = append(in.Evidence, EvidenceRow{
			Kind: f.Line(row("evidence-kind", i)), Title: f.Line(row("evidence-title", i)), URL: f.Line(row("evidence-url", i)), Date: f.Line(row("evidence-date", i)),
		})
		in.Assumptions = append(in.Assumptions, AssumptionRow{Said: f.Line(row("assume", i)), WatchFor: f.Line(row("watch", i))})
	}
	in.Options = filled(in.Options, func(s string) bool { return s == "" })
	in.Evidence = filled(in.Evidence, EvidenceRow.blank)
	in.Assumptions = filled(in.Assumptions, AssumptionRow.blank)
	return in
}

// filled leaves out the blank rows after the last one that is not.
func filled[T any](rows []T, blank func(T) bool) []T {
	for len(rows) > 0 && blank(rows[len(rows)-1]) {
		rows = rows[:len(rows)-1]
	}
	return rows
}
