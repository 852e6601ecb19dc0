package threads

import (
	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	views "watercooler/views/threads"
)

// Deciding says what became of threads.
type Deciding interface {
	// Decision is what the page of t says above its replies: of a decision everything that it has besides its words, of another
	// thread which decisions were made from it. It is nil for nothing.
	Decision(c *fiber.Ctx, t Thread) (templ.Component, error)
}

// Decide lets pages say what was decided. Call it before the first request.
func (h *Web) Decide(d Deciding) { h.decides = d }

// decided fills in what was decided.
func (h *Web) decided(c *fiber.Ctx, t Thread, p *views.ShowPage) (err error) {
	if h.decides == nil || t.Deleted {
		return nil
	}
	p.Decision, err = h.decides.Decision(c, t)
	return err
}
