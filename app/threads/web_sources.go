package threads

import (
	"context"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"watercooler/auth"
	views "watercooler/views/threads"
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

// Noticing says what is known of signals.
type Noticing interface {
	// Signal is what the page of t, a signal, says above its words: where it comes from. It is nil for nothing.
	Signal(c *fiber.Ctx, t Thread) (templ.Component, error)
}

// Notice lets pages say where signals come from. Call it before the first request.
func (h *Web) Notice(n Noticing) { h.signals = n }

// noticed fills in where a signal comes from.
func (h *Web) noticed(c *fiber.Ctx, t Thread, p *views.ShowPage) (err error) {
	if h.signals == nil || t.Deleted || t.Kind != Signal {
		return nil
	}
	p.Signal, err = h.signals.Signal(c, t)
	return err
}
