package signals

import (
	"context"
	"fmt"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/views/parts"
	views "watercooler/views/signals"
)

// useCase is something done with an item or a source.
type useCase func(ctx context.Context, v auth.Viewer, id int64) error

// Sources answers GET /signals/sources.
func (h *Web) Sources(c *fiber.Ctx) error {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	list, err := h.signals.Sources(ctx, v)
	if err != nil {
		return err
	}
	page := views.SourcesPage{Chrome: h.chrome(c, "Sources"), Off: !h.signals.Fetches()}
	if mayAdd(v) {
		page.AddPath = sourcesPath + "/new"
	}
	for _, s := range list {
		page.Sources = append(page.Sources, h.source(s))
	}
	return web.Render(c, fiber.StatusOK, views.Sources(page))
}

// mayAdd reports whether there is anything v may add a source to.
func mayAdd(v auth.Viewer) bool {
	for _, m := range v.Memberships() {
		if m.Steward {
			return true
		}
	}
	return v.Moderates()
}

func sourcePath(id int64) string { return sourcesPath + "/" + strconv.FormatInt(id, 10) }

// source is a source as the list shows it.
func (h *Web) source(s Source) views.Source {
	out := views.Source{
		Title: s.Title, URL: s.URL, Kind: string(s.Kind), For: "Everyone", Topic: s.Topic.Name, Waiting: s.Waiting, Read: h.web.Moment(s.FetchedAt), Trouble: s.LastError,
	}
	if s.Network.ID != 0 {
		out.For = s.Network.Name
	}
	switch {
	case s.Paused():
		out.State = "Paused"
	case s.Ended():
		out.State = "Given up"
	case s.Failures == 1:
		out.State = "Failed the last time"
	case s.Failures > 1:
		out.State = fmt.Sprintf("Failed %d times in a row", s.Failures)
	case s.FetchedAt.IsZero():
		out.State = "Not read yet"
	default:
		out.State = "In order"
	}
	if !s.NextAt.IsZero() && h.signals.Fetches() {
		out.Next = h.web.Clock(s.NextAt)
	}
	if !s.CanChange {
		return out
	}
	path := sourcePath(s.ID)
	out.ChangePath = path + "/edit"
	if s.NextAt.IsZero() {
		out.ResumePath = path + "/resume"
	} else {
		out.PausePath = path + "/pause"
	}
	return out
}

// NewSource answers GET /signals/sources/new.
func (h *Web) NewSource(c *fiber.Ctx) error {
	return h.newSource(c, fiber.StatusOK, views.SourcePage{URL: field(c, "url")}, 0)
}

func (h *Web) newSource(c *fiber.Ctx, status int, page views.SourcePage, network int64) error {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	everyone, networks, err := h.signals.Rooms(ctx, v)
	if err != nil {
		return err
	}
	page.Chrome, page.Heading, page.Action, page.Submit, page.New = h.chrome(c, "Add a source"), "Add a source", sourcesPath, "Add", true
	page.Off = !h.signals.Fetches()
	if everyone {
		page.Places = append(page.Places, parts.Option{Value: "0", Label: "Everyone signed in"})
	}
	for _, n := range networks {
		page.Places = append(page.Places, parts.Option{Value: strconv.FormatInt(n.ID, 10), Label: "Members of " + n.Name})
	}
	chosen := 0
	for i, o := range page.Places {
		if o.Value == strconv.FormatInt(network, 10) {
			chosen = i
		}
	}
	page.Places[chosen].Selected = true
	if page.TopicNames, err = h.signals.threads.TopicNames(ctx); err != nil {
		return err
	}
	return web.Render(c, status, views.EditSource(page))
}

// AddSource answers POST /signals/sources.
func (h *Web) AddSource(c *fiber.Ctx) error {
	f := web.FormOf(c)
	in := NewSource{URL: f.Line("url"), Title: f.Line("title"), Kind: Kind(f.Line("kind")), Topic: f.Line("topic"), Network: f.ID("network")}
	src, n, err := h.signals.Add(c.UserContext(), auth.ViewerOf(c), in)
	if problems, ok := web.ProblemsOf(err); ok {
		page := views.SourcePage{URL: in.URL, Title: in.Title, Kind: string(in.Kind), Topic: in.Topic, Problems: problems}
		return h.newSource(c, web.StatusOf(err), page, in.Network)
	}
	if err != nil {
		return err
	}
	said := "Added: " + src.Title + "."
	if h.signals.Fetches() {
		said = fmt.Sprintf("Added: %s, with %s.", src.Title, parts.Plural(n, "item", "items"))
	}
	h.web.Flash(c, said)
	return web.SeeOther(c, sourcesPath)
}

// SourceForm answers GET /signals/sources/:id/edit.
func (h *Web) SourceForm(c *fiber.Ctx) error { return h.sourceForm(c, fiber.StatusOK, nil) }

// sourceForm shows the form with a source as it is, or as change makes it.
func (h *Web) sourceForm(c *fiber.Ctx, status int, change func(page *views.SourcePage)) error {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	s, err := h.signals.Source(ctx, v, id)
	if err != nil {
		return err
	}
	if !s.CanChange {
		return notYours
	}
	page := views.SourcePage{
		Chrome: h.chrome(c, "Change a source"), Heading: "Change a source", Action: sourcePath(id) + "/edit", Submit: "Save changes", RemovePath: sourcePath(id) + "/remove",
		URL: s.URL, Title: s.Title, Kind: string(s.Kind), Topic: s.Topic.Name, Waiting: s.Waiting,
	}
	if change != nil {
		change(&page)
	}
	if page.TopicNames, err = h.signals.threads.TopicNames(ctx); err != nil {
		return err
	}
	return web.Render(c, status, views.EditSource(page))
}

// ChangeSource answers POST /signals/sources/:id/edit.
func (h *Web) ChangeSource(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	in := SourceChange{Title: f.Line("title"), Kind: Kind(f.Line("kind")), Topic: f.Line("topic")}
	err = h.signals.Change(c.UserContext(), auth.ViewerOf(c), id, in)
	if problems, ok := web.ProblemsOf(err); ok {
		return h.sourceForm(c, web.StatusOf(err), func(page *views.SourcePage) {
			page.Title, page.Kind, page.Topic, page.Problems = in.Title, string(in.Kind), in.Topic, problems
		})
	}
	if err != nil {
		return err
	}
	h.web.Flash(c, "Saved.")
	return web.SeeOther(c, sourcesPath)
}

// PauseSource answers POST /signals/sources/:id/pause.
func (h *Web) PauseSource(c *fiber.Ctx) error {
	return h.decide(c, "Paused. Nothing more comes from it until it is read again.", h.signals.Pause)
}

// ResumeSource answers POST /signals/sources/:id/resume.
func (h *Web) ResumeSource(c *fiber.Ctx) error {
	return h.decide(c, "It is read again.", h.signals.Resume)
}

// RemoveSource answers POST /signals/sources/:id/remove.
func (h *Web) RemoveSource(c *fiber.Ctx) error {
	return h.decide(c, "Removed. What was clipped from it stays.", h.signals.Remove)
}

// decide does something about the source in the address and shows the list again.
func (h *Web) decide(c *fiber.Ctx, said string, do useCase) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if err := do(c.UserContext(), auth.ViewerOf(c), id); err != nil {
		return err
	}
	h.web.Flash(c, said)
	return web.SeeOther(c, sourcesPath)
}
