package threads

import (
	"fmt"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/errs"
	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/views/parts"
	views "watercooler/views/threads"
)

// settled is how long a thread is left alone before those who look after it are offered to say that it is still right.
const settled = 30 * 24 * time.Hour

// fresh returns what the page of t says to v about whether it is still right.
func (h *Web) fresh(v auth.Viewer, t Thread) views.Freshness {
	if t.Deleted {
		return views.Freshness{}
	}
	now, path := h.threads.now(), threadPath(t.ID)
	f := views.Freshness{Superseded: t.Superseded}
	if t.Successor.ID != 0 {
		f.Successor = parts.Link{Text: t.Successor.Title, Path: t.Successor.Path()}
	}
	for _, o := range t.Replaces {
		f.Replaces = append(f.Replaces, parts.Link{Text: o.Title, Path: o.Path()})
	}
	if !t.CheckedAt.IsZero() && !t.Superseded {
		f.Checked, f.Checker = "on "+h.web.Date(t.CheckedAt), parts.Link{Text: t.CheckedBy.Name, Path: t.CheckedBy.Path()}
	}
	if t.Kind != Decision { // whose own part of the page says who keeps it
		h.keepers(v, t, &f)
	}
	switch {
	case t.Due(now):
		f.Age = "Due for review since " + h.web.Date(t.CheckAt) + "."
	case t.Stale(now):
		f.Age = "Last active " + ago(t.ActiveAt, now) + "."
	}
	if t.CanFreshen {
		freshDoors(t, path, now, &f)
	}
	return f
}

// freshDoors fills in what somebody who looks after a thread may say about it.
func freshDoors(t Thread, path string, now time.Time, f *views.Freshness) {
	if t.Superseded {
		f.UnsupersedePath = path + "/unsupersede"
		return
	}
	f.SupersedePath = path + "/supersede"
	if t.Kind != Decision {
		f.KeepPath = path + "/keep"
	}
	if t.checkable() && (t.Due(now) || now.Sub(t.freshAt()) > settled) {
		f.CheckPath = path + "/check"
	}
	if f.Checked != "" {
		f.UncheckPath = path + "/uncheck"
	}
}

// ago says how long ago something was, for what is more than a year old: "18 months ago", "2 years ago".
func ago(at, now time.Time) string {
	months := 0
	for !at.AddDate(0, months+1, 0).After(now) {
		months++
	}
	if months < 24 {
		return fmt.Sprintf("%d months ago", months)
	}
	return fmt.Sprintf("%d years ago", months/12)
}

// Check answers POST /threads/:id/check. A list of what is to be checked is come back to.
func (h *Web) Check(c *fiber.Ctx) error {
	back := web.FormOf(c).Line("return")
	if back == "" {
		return h.act(c, kindThread, func(v auth.Viewer, id int64) error { return h.threads.Check(c.UserContext(), v, id) })
	}
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.threads.Check(c.UserContext(), auth.ViewerOf(c), id); err != nil {
		return err
	}
	h.web.Flash(c, "Thank you. Others see that you have checked it.")
	return web.SeeOther(c, web.Local(back))
}

// Uncheck answers POST /threads/:id/uncheck.
func (h *Web) Uncheck(c *fiber.Ctx) error {
	return h.act(c, kindThread, func(v auth.Viewer, id int64) error { return h.threads.Uncheck(c.UserContext(), v, id) })
}

// Unsupersede answers POST /threads/:id/unsupersede.
func (h *Web) Unsupersede(c *fiber.Ctx) error {
	return h.act(c, kindThread, func(v auth.Viewer, id int64) error { return h.threads.Unsupersede(c.UserContext(), v, id) })
}

// SupersedeForm answers GET /threads/:id/supersede?by=…: it asks which thread has taken the place of this one, offers those whose
// titles are like what was typed, and asks whether it is meant once one is chosen.
func (h *Web) SupersedeForm(c *fiber.Ctx) error {
	t, err := h.freshener(c)
	if err != nil {
		return err
	}
	return h.supersedePage(c, t, c.Query("by"), nil)
}

// Supersede answers POST /threads/:id/supersede.
func (h *Web) Supersede(c *fiber.Ctx) error {
	t, err := h.freshener(c)
	if err != nil {
		return err
	}
	by := web.FormOf(c).Line("by")
	if err := h.threads.Supersede(c.UserContext(), auth.ViewerOf(c), t.ID, threadIn(by)); err != nil {
		return h.supersedePage(c, t, by, err)
	}
	return web.SeeOther(c, t.Path())
}

// freshener returns the thread in the address, for somebody who may say whether it is still right.
func (h *Web) freshener(c *fiber.Ctx) (Thread, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return Thread{}, err
	}
	t, err := h.threads.Find(c.UserContext(), auth.ViewerOf(c), id)
	switch {
	case err != nil:
		return Thread{}, err
	case t.Deleted:
		return Thread{}, noThread
	case !t.CanFreshen:
		return Thread{}, notFreshener
	}
	return t, nil
}

func (h *Web) supersedePage(c *fiber.Ctx, t Thread, typed string, cause error) error {
	problems, ok := web.ProblemsOf(cause)
	if cause != nil && !ok {
		return cause
	}
	path := threadPath(t.ID) + "/supersede"
	page := views.SupersedePage{
		Chrome: h.chrome(c, "Superseded by", "discussions"), Thread: parts.Link{Text: t.Title, Path: t.Path()}, Action: path,
		CancelPath: t.Path(), By: clip(typed, MaxTitle), Problems: problems,
	}
	if typed != "" && cause == nil {
		if err := h.successor(c, t, typed, &page); err != nil {
			return err
		}
	}
	return web.Render(c, status(cause), views.Supersede(page))
}

// successor fills in the thread that typed means by its number or address, or those whose titles are like it.
func (h *Web) successor(c *fiber.Ctx, t Thread, typed string, page *views.SupersedePage) error {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	by, err := h.threads.Named(ctx, v, typed)
	switch {
	case err == nil && by != t.ID:
		to, err := h.threads.Find(ctx, v, by)
		if err != nil {
			return err
		}
		page.Target, page.Chosen = &parts.Link{Text: to.Title, Path: to.Path()}, strconv.FormatInt(to.ID, 10)
		if !Within(t.Audience, to.Audience) {
			page.Hidden = "Not everybody who reads this thread can read the other. Those who cannot are told that it is superseded, but not by what."
		}
		return nil
	case err != nil && !errs.IsNotFound(err):
		return err
	}
	alike, err := h.related.Alike(ctx, v, clip(typed, MaxTitle), alikeShown+1)
	if err != nil {
		return err
	}
	for _, r := range alike {
		if r.ID != t.ID && len(page.Found) < alikeShown {
			page.Found = append(page.Found, parts.SideThread{
				Title: r.Title, Path: page.Action + "?by=" + strconv.FormatInt(r.ID, 10), Note: parts.KindName(string(r.Kind)) + " · " + h.web.Date(r.CreatedAt),
			})
		}
	}
	if len(page.Found) == 0 {
		page.Problems = parts.Problems{{Name: "by", Text: "There is no such thread here. Write its number, copy its address, or use other words of its title."}}
	}
	return nil
}
