package importers

import (
	"bufio"
	"context"
	"log/slog"
	"time"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/errs"
	"watercooler/app/web"
	"watercooler/auth"
	views "watercooler/views/contributions"
)

// Web answers the requests of people who take their contributions with them.
type Web struct {
	deps Deps
	web  *web.Web
	log  *slog.Logger
}

// NewWeb returns the handlers.
func NewWeb(d Deps, w *web.Web, log *slog.Logger) *Web { return &Web{deps: d, web: w, log: log} }

// exportTime is how long one download may take, on a slow line with many pictures.
const exportTime = 30 * time.Minute

var errNobody = errs.Forbiddenf("This account belongs to nobody's profile, so there is nothing to take along.")

// Contributions answers GET /settings/export: what is in the file.
func (h *Web) Contributions(c *fiber.Ctx) error {
	return web.Render(c, fiber.StatusOK, views.Show(views.Page{
		Chrome: h.web.Chrome(c, "Take your contributions with you"),
		Action: "/settings/export",
		Parts: []views.Part{
			{Name: "Your profile", Text: "With your photo and what only you see, as JSON."},
			{Name: "Your blog posts and drafts", Text: "Each as a Markdown file with its title, date, topics and pictures."},
			{Name: "Your questions, discussions and replies", Text: "As JSON Lines, with the title and address of where each reply stands, while you may read it."},
			{Name: "What you learnt", Text: "Your weeknotes and retrospectives, shared or not, as JSON Lines."},
			{Name: "What you found useful, what you follow and your networks", Text: "As JSON Lines."},
			{Name: "Files you brought", Text: "As they are."},
		},
	}))
}

// Download answers POST /settings/export with the file, written as it is sent. A post, so that no program that follows links
// asks for it.
func (h *Web) Download(c *fiber.Ctx) error {
	v := auth.ViewerOf(c)
	if v.Person == 0 {
		return errNobody
	}
	c.Set(fiber.HeaderContentType, "application/zip")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+v.Handle+`-contributions.zip"`)
	c.Set(fiber.HeaderCacheControl, "private, no-store")
	ctx := context.WithoutCancel(c.UserContext())
	c.Context().SetBodyStreamWriter(func(w *bufio.Writer) {
		ctx, cancel := context.WithTimeout(ctx, exportTime)
		defer cancel()
		if err := Contributions(ctx, h.deps, v, h.web.URL, w); err != nil {
			h.log.WarnContext(ctx, "contributions not finished", "err", err, "person", v.Person)
		}
	})
	return nil
}
