package threads

import (
	"context"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"watercooler/auth"
)

// Routing takes open questions to people who may know, and says so for the viewer of c.
type Routing interface {
	// Waiting is what the home page says of the questions that wait for them, nil for none.
	Waiting(c *fiber.Ctx) (templ.Component, error)
	// Course is what the page of a thread says of where it went, nil for nothing.
	Course(c *fiber.Ctx, t Thread) (templ.Component, error)
	// Named asks people, by handle, about a question that the viewer has just opened.
	Named(c *fiber.Ctx, thread int64, handles []string) error
}

// GapSource is told of what is written because it was looked for and not found. The find slice is one.
type GapSource interface {
	// AnswerGap says that v wrote a thread because of a gap.
	AnswerGap(ctx context.Context, v auth.Viewer, gap, thread int64) error
}

// LookBack knows what was learnt before. The reflections slice does.
type LookBack interface {
	// Beside is what stands beside t of what was learnt from it, and from things like it; nil for nothing.
	Beside(c *fiber.Ctx, t Thread) (templ.Component, error)
	// Before is what stands in the composer of what was learnt about text; nil for nothing.
	Before(c *fiber.Ctx, text string) (templ.Component, error)
}

// LookBack lets pages say what was learnt before. Call it before the first request.
func (h *Web) LookBack(l LookBack) { h.lessons = l }

// Gaps lets the composer say which gap a thread is written for. Call it before the first request.
func (h *Web) Gaps(g GapSource) { h.gaps = g }

// Route lets pages say where questions went. Call it before the first request.
func (h *Web) Route(r Routing) { h.routing = r }
