package threads

import (
	"fmt"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/views/parts"
	views "watercooler/views/threads"
)

// How much stands beside a thread, and beside the composer.
const (
	relatedShown = 5
	alikeShown   = 5
	knowersShown = 3
)

// beside fills the cards beside a thread: others like it and, while a question waits for its answer, people who may know.
func (h *Web) beside(c *fiber.Ctx, t Thread, p *views.ShowPage) error {
	if t.Deleted {
		return nil
	}
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	related, err := h.related.Related(ctx, v, t, relatedShown)
	if err != nil {
		return fmt.Errorf("threads related to %d: %w", t.ID, err)
	}
	for _, r := range related {
		note := parts.KindName(string(r.Kind)) + " · " + h.web.Date(r.CreatedAt)
		p.Related = append(p.Related, parts.SideThread{Title: r.Title, Path: r.Path(), Note: note, Answered: r.Answered})
	}
	if h.lessons != nil && v.SignedIn() {
		if p.Lessons, err = h.lessons.Beside(c, t); err != nil {
			return fmt.Errorf("lessons beside thread %d: %w", t.ID, err)
		}
	}
	if !v.SignedIn() || t.Kind != Question || t.Accepted != 0 || t.Closed() {
		return nil
	}
	p.KnowingPath = t.Path() + "/knowing"
	if h.routing != nil {
		p.Course, err = h.routing.Course(c, t)
	}
	return err
}

// Knowing answers GET /threads/:id/knowing. Ranking people takes longer than the page of a thread, so the page does not wait
// for it: with script the card comes a moment later, and without it is a link away.
func (h *Web) Knowing(c *fiber.Ctx) error {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	t, err := h.threads.Find(ctx, v, id)
	if err != nil {
		return err
	}
	list, err := h.knowing.Knowing(ctx, v, t, knowersShown)
	if err != nil {
		return fmt.Errorf("people who may know about thread %d: %w", id, err)
	}
	page := views.KnowingPage{Question: t.Title, ThreadPath: t.Path(), Experts: knowers(v, list)}
	if web.IsHTMX(c) {
		return web.Render(c, fiber.StatusOK, views.Knowing(page))
	}
	page.Chrome = h.chrome(c, "Who may know?", "discussions")
	return web.Render(c, fiber.StatusOK, views.KnowingAlone(page))
}

// help fills what stands beside somebody who is about to ask: whether it was asked before, and who may know. With script the
// same comes from /similar while they type.
func (h *Web) help(c *fiber.Ctx, p *views.WritePage) error {
	if p.Title == "" {
		return nil
	}
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	title := clip(p.Title, MaxTitle)
	alike, err := h.related.Alike(ctx, v, title, alikeShown)
	if err != nil {
		return err
	}
	for _, r := range alike {
		p.Similar = append(p.Similar, parts.SideThread{Title: r.Title, Path: r.Path(), Note: repliesSaid(r.Replies), Answered: r.Answered})
	}
	if h.lessons != nil {
		if p.Lessons, err = h.lessons.Before(c, title); err != nil {
			return fmt.Errorf("lessons from before: %w", err)
		}
	}
	know, err := h.knowing.MayKnow(ctx, v, title, knowersShown)
	if err != nil {
		return fmt.Errorf("people who may know: %w", err)
	}
	p.Experts = knowers(v, know)
	return nil
}

func knowers(v auth.Viewer, list []Knower) []parts.SidePerson {
	out := make([]parts.SidePerson, len(list))
	for i, k := range list {
		out[i] = parts.SidePerson{Person: Face(v, k.Author), Note: k.Evidence}
	}
	return out
}

// clip cuts s to n characters.
func clip(s string, n int) string {
	if runes := []rune(s); len(runes) > n {
		return string(runes[:n])
	}
	return s
}
