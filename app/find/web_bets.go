package find

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/web"
	"watercooler/auth"
	views "watercooler/views/find"
	"watercooler/views/parts"
)

// betsPath is the page of best bets.
const betsPath = "/bets"

// BetList answers GET /bets, for moderators.
func (h *Web) BetList(c *fiber.Ctx) error {
	return h.bets(c, fiber.StatusOK, NewBet{Words: clip(strings.TrimSpace(c.Query("words")), maxTyped)}, nil)
}

func (h *Web) bets(c *fiber.Ctx, status int, typed NewBet, problems parts.Problems) error {
	list, err := h.find.AllBets(c.UserContext(), auth.ViewerOf(c))
	if err != nil {
		return err
	}
	page := views.BetsPage{
		Chrome: h.web.Chrome(c, "Best bets"), Words: typed.Words, Path: typed.Path, Note: typed.Note, Expires: typed.ExpiresOn, Problems: problems,
	}
	for _, b := range list {
		shown := views.Bet{
			Words: strings.Join(b.Words, ", "), Title: b.Hit.Title, Path: b.Hit.Path, Kind: b.Hit.Kind, Note: b.Note,
			RemovePath: betsPath + "/" + strconv.FormatInt(b.ID, 10) + "/remove",
		}
		if !b.ExpiresAt.IsZero() {
			shown.Expires = h.web.Date(b.ExpiresAt)
		}
		shown.Expired = b.Expired(h.find.now())
		page.Bets = append(page.Bets, shown)
	}
	return web.Render(c, status, views.BetList(page))
}

// SetBet answers POST /bets.
func (h *Web) SetBet(c *fiber.Ctx) error {
	f := web.FormOf(c)
	in := NewBet{Words: f.Line("words"), Path: f.Line("path"), Note: f.Line("note"), ExpiresOn: f.Line("expires")}
	err := h.find.SetBet(c.UserContext(), auth.ViewerOf(c), in)
	if problems, ok := web.ProblemsOf(err); ok {
		return h.bets(c, web.StatusOf(err), in, problems)
	}
	if err != nil {
		return err
	}
	h.web.Flash(c, "It comes first now.")
	return web.SeeOther(c, betsPath)
}

// RemoveBet answers POST /bets/:id/remove.
func (h *Web) RemoveBet(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.find.RemoveBet(c.UserContext(), auth.ViewerOf(c), id); err != nil {
		return err
	}
	h.web.Flash(c, "The best bet is gone.")
	return web.SeeOther(c, betsPath)
}

// best are the bets before the results.
func best(list []Bet) []views.Bet {
	var out []views.Bet
	for _, b := range list {
		out = append(out, views.Bet{Title: b.Hit.Title, Path: b.Hit.Path, Kind: b.Hit.Kind, Note: b.Note})
	}
	return out
}

// OpenedResult answers POST /search/opened: something was opened that the search in q found. It says nothing of who or what.
func (h *Web) OpenedResult(c *fiber.Ctx) error {
	h.find.Opened(clip(strings.TrimSpace(c.FormValue("q")), maxTyped))
	return c.SendStatus(fiber.StatusNoContent)
}
