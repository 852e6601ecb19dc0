package find

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/web"
	"watercooler/auth"
	views "watercooler/views/find"
	"watercooler/views/parts"
)

const gapsPath = "/gaps"

// GapList answers GET /gaps: what people look for and do not find; with ?closed=1 what became of it.
func (h *Web) GapList(c *fiber.Ctx) error {
	v, closed := auth.ViewerOf(c), c.Query("closed") == "1"
	read := h.find.Gaps
	if closed {
		read = h.find.ClosedGaps
	}
	list, err := read(c.UserContext(), v)
	if err != nil {
		return err
	}
	page := views.GapsPage{Chrome: h.web.Chrome(c, "Searched for and not found"), Closed: closed, Moderates: v.Moderates(), Days: gapDays}
	for _, g := range list {
		page.Gaps = append(page.Gaps, h.gap(v, g))
	}
	return web.Render(c, fiber.StatusOK, views.GapList(page))
}

// gap is a gap as pages show it to v.
func (h *Web) gap(v auth.Viewer, g Gap) views.Gap {
	path := gapPath(g.ID)
	out := views.Gap{
		Said: g.Said, Path: path, SearchPath: "/search?" + url.Values{"q": {g.Said}}.Encode(), How: howSearched(g), Note: g.Note, Open: g.ClosedAt.IsZero(),
	}
	if g.Owner.ID != 0 {
		out.Owner = parts.Link{Text: g.Owner.Name, Path: g.Owner.Path()}
	}
	if g.Answer.ID != 0 {
		out.Answer = parts.Link{Text: g.Answer.Title, Path: g.Answer.Path()}
	}
	if !out.Open {
		out.Became = h.became(g)
		return out
	}
	write := func(kind string) string {
		return "/write?" + url.Values{"kind": {kind}, "title": {g.Said}, "gap": {strconv.FormatInt(g.ID, 10)}}.Encode()
	}
	out.AskPath, out.WritePath = write("question"), write("discussion")
	if g.CanTake {
		out.TakePath = path + "/take"
	}
	if v.Moderates() {
		out.BetPath = betsPath + "?" + url.Values{"words": {g.Said}}.Encode()
	}
	return out
}

// howSearched says how the searches for a gap went.
func howSearched(g Gap) string {
	said := "Searched for a few times"
	if g.Times > 0 {
		said = "Searched for " + parts.Thousands(g.Times) + " times in " + strconv.Itoa(gapDays) + " days"
	}
	switch {
	case g.Hits == 0:
		return said + "; nothing was found the last time"
	case g.Little():
		return said + "; only " + parts.Plural(g.Hits, "result", "results") + " the last time"
	case !g.Opened:
		return said + "; something is found, and nobody opens it"
	}
	return said
}

// became says how a gap closed.
func (h *Web) became(g Gap) string {
	on := " on " + h.web.Date(g.ClosedAt)
	switch {
	case g.Why == WhyFound:
		return "Found since " + h.web.Date(g.ClosedAt)
	case g.Why == WhyFaded:
		return "Hardly looked for any more, since " + h.web.Date(g.ClosedAt)
	case g.Answer.ID != 0:
		return "Answered" + on
	case g.Note != "":
		return "Closed" + on
	}
	return "Closed" + on + " without a word"
}

// GapAlone answers GET /gaps/:id.
func (h *Web) GapAlone(c *fiber.Ctx) error { return h.gapPage(c, views.GapPage{}, nil) }

// gapPage shows a gap, with what was typed into its forms where that was wrong.
func (h *Web) gapPage(c *fiber.Ctx, page views.GapPage, cause error) error {
	v := auth.ViewerOf(c)
	problems, ok := web.ProblemsOf(cause)
	if cause != nil && !ok {
		return cause
	}
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	g, err := h.find.FindGap(c.UserContext(), v, id)
	if err != nil {
		return err
	}
	page.Chrome, page.Gap, page.Ways, page.Problems = h.web.Chrome(c, g.Said), h.gap(v, g), g.Ways, problems
	if g.CanManage {
		page.AssignPath, page.ClosePath = page.Path+"/assign", page.Path+"/close"
	}
	if cause == nil {
		if page.NoteTyped, page.AnswerAt = g.Note, page.Answer.Path; g.Owner.ID != 0 {
			page.Who = "@" + g.Owner.Handle
		}
		return web.Render(c, fiber.StatusOK, views.GapAlone(page))
	}
	return web.Render(c, web.StatusOf(cause), views.GapAlone(page))
}

// TakeGap answers POST /gaps/:id/take.
func (h *Web) TakeGap(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.find.TakeGap(c.UserContext(), auth.ViewerOf(c), id); err != nil {
		return err
	}
	h.web.Flash(c, "Thank you. Others see that you look into it.")
	return web.SeeOther(c, gapPath(id))
}

// AssignGap answers POST /gaps/:id/assign.
func (h *Web) AssignGap(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	who := web.FormOf(c).Line("who")
	if err := h.find.AssignGap(c.UserContext(), auth.ViewerOf(c), id, who); err != nil {
		return h.gapPage(c, views.GapPage{Who: who}, err)
	}
	h.web.Flash(c, "Saved.")
	return web.SeeOther(c, gapPath(id))
}

// CloseGap answers POST /gaps/:id/close.
func (h *Web) CloseGap(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	in := ClosedGap{Answer: f.Line("answer"), Note: strings.TrimSpace(f.Line("note"))}
	if err := h.find.CloseGap(c.UserContext(), auth.ViewerOf(c), id, in); err != nil {
		return h.gapPage(c, views.GapPage{AnswerAt: in.Answer, NoteTyped: in.Note}, err)
	}
	h.web.Flash(c, "It is closed. Should people go on looking for it, it opens again.")
	return web.SeeOther(c, gapsPath+"?closed=1")
}
