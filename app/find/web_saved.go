package find

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/errs"
	"watercooler/app/web"
	"watercooler/auth"
	views "watercooler/views/find"
	"watercooler/views/parts"
)

// savedPath is the page of the searches that somebody follows.
const savedPath = "/searches"

// alertsSaid are the alerts in words.
var alertsSaid = []parts.Option{
	{Value: string(NoAlert), Label: "No letters"}, {Value: string(Daily), Label: "A letter a day, when there is something"},
	{Value: string(Weekly), Label: "A letter a week, when there is something"},
}

// Saved answers GET /searches: the searches that its reader follows.
func (h *Web) Saved(c *fiber.Ctx) error {
	list, err := h.find.Followed(c.UserContext(), auth.ViewerOf(c))
	if err != nil {
		return err
	}
	page := views.SavedPage{Chrome: h.web.Chrome(c, "Searches you follow"), Sends: h.find.letters.Sends()}
	for _, w := range list {
		shown := views.Saved{Query: w.Query, Kind: w.Kind, Path: savedPath + "/" + strconv.FormatInt(w.ID, 10), New: w.New, More: w.New >= MaxNew}
		for _, o := range alertsSaid {
			o.Selected = o.Value == string(w.Alert)
			shown.Alerts = append(shown.Alerts, o)
		}
		page.Searches = append(page.Searches, shown)
	}
	return web.Render(c, fiber.StatusOK, views.SavedList(page))
}

// Follow answers POST /searches, the button on the page of results.
func (h *Web) Follow(c *fiber.Ctx) error {
	f := web.FormOf(c)
	query, kind := f.Line("q"), f.Line("kind")
	if !parts.IsFinding(kind) {
		kind = ""
	}
	if err := h.find.Follow(c.UserContext(), auth.ViewerOf(c), query, kind, Alert(f.Line("alert"))); err != nil {
		return err
	}
	h.web.Flash(c, "You follow this search. What is new for it stands among the searches you follow.")
	return web.SeeOther(c, savedPath)
}

// SeeSaved answers GET /searches/:id: on to the results, which are not new any more.
func (h *Web) SeeSaved(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	w, err := h.find.See(c.UserContext(), auth.ViewerOf(c), id)
	if err != nil {
		return err
	}
	t := typed{text: w.Query, kind: w.Kind, sort: "date", page: 1} // what is new comes first
	return web.SeeOther(c, t.path())
}

// ChangeSaved answers POST /searches/:id: how often its reader is written to, or not to follow it any more.
func (h *Web) ChangeSaved(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	ctx, v, f := c.UserContext(), auth.ViewerOf(c), web.FormOf(c)
	said := "You do not follow it any more."
	switch f.Line("do") {
	case "stop":
		err = h.find.Unfollow(ctx, v, id)
	case "alert":
		err, said = h.find.Alert(ctx, v, id, Alert(f.Line("alert"))), "Saved."
	default:
		err = errs.InvalidFields(errs.Field{Name: "do", Text: "Choose one of the buttons."})
	}
	if err != nil {
		return err
	}
	h.web.Flash(c, said)
	return web.SeeOther(c, savedPath)
}
