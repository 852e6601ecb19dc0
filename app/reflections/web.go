package reflections

import (
	"cmp"
	"fmt"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/views/parts"
	views "watercooler/views/reflections"
)

// Web answers the requests about reflections, and fills in what stands beside threads and the composer.
type Web struct {
	reflections *Service
	threads     *threads.Service
	web         *web.Web
}

// NewWeb returns the handlers for s.
func NewWeb(s *Service, t *threads.Service, w *web.Web) *Web {
	return &Web{reflections: s, threads: t, web: w}
}

const minePath = "/reflections"

func pathOf(id int64) string { return minePath + "/" + strconv.FormatInt(id, 10) }

// at returns path with a place in a list, "" for no place.
func at(path string, k Key) string {
	if k == (Key{}) {
		return ""
	}
	return path + "before=" + web.Cursor(k.At, k.ID)
}

// keyIn reads a place in a list from the address, zero when it names none.
func keyIn(c *fiber.Ctx) (k Key, err error) {
	if s := c.Query("before"); s != "" {
		k.At, k.ID, err = web.ParseCursor(s)
	}
	return k, err
}

// Mine answers GET /reflections.
func (h *Web) Mine(c *fiber.Ctx) error {
	before, err := keyIn(c)
	if err != nil {
		return err
	}
	list, older, err := h.reflections.Mine(c.UserContext(), auth.ViewerOf(c), before)
	if err != nil {
		return err
	}
	page := views.MinePage{Chrome: h.web.Chrome(c, "Your reflections"), Pager: parts.Pager{Next: at(minePath+"?", older)}}
	page.Chrome.Nav = "lessons"
	if before != (Key{}) {
		page.Pager.Previous, page.Pager.PreviousText = minePath, "Latest"
	}
	for _, r := range list {
		page.Reflections = append(page.Reflections, views.Mine{
			Kind: string(r.Kind), Title: r.Title, Path: r.Path(), Shared: r.Shared(), At: h.web.Moment(r.UpdatedAt), About: linkTo(r.About),
		})
	}
	return web.Render(c, fiber.StatusOK, views.Yours(page))
}

// linkTo is a link to a thread, the zero Link for none.
func linkTo(o threads.Other) parts.Link {
	if o.ID == 0 {
		return parts.Link{}
	}
	return parts.Link{Text: o.Title, Path: o.Path()}
}

// Show answers GET /reflections/:id: a shared one is shown as its discussion.
func (h *Web) Show(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	r, err := h.reflections.Find(c.UserContext(), auth.ViewerOf(c), id)
	if err != nil {
		return err
	}
	if r.Shared() {
		return web.SeeOther(c, r.Path())
	}
	html, err := h.threads.PreviewPost(c.UserContext(), Compose(r.Boxes, ""))
	if err != nil {
		return err
	}
	page := views.ShowPage{
		Chrome: h.web.Chrome(c, r.Title), Kind: string(r.Kind), Title: r.Title, HTML: html, At: h.web.Moment(r.UpdatedAt), About: linkTo(r.About),
		EditPath: r.Path() + "/edit", SharePath: r.Path() + "/share", DeletePath: r.Path() + "/delete",
	}
	page.Chrome.Nav = "lessons"
	return web.Render(c, fiber.StatusOK, views.Show(page))
}

// New answers GET /reflections/new?kind=…&about=….
func (h *Web) New(c *fiber.Ctx) error {
	d := Draft{Kind: Kind(c.Query("kind")), About: int64(max(c.QueryInt("about"), 0))}
	if d.Kind != Weeknote {
		d.Kind = Retrospective
	}
	if d.About != 0 {
		about, err := h.reflections.About(c.UserContext(), auth.ViewerOf(c), d.About)
		if err != nil {
			return err
		}
		d.Title = clip("Looking back: " + about.Title)
	}
	return h.write(c, 0, d, nil)
}

// clip keeps a title within its bounds.
func clip(title string) string {
	if runes := []rune(title); len(runes) > threads.MaxTitle {
		return string(runes[:threads.MaxTitle])
	}
	return title
}

// Edit answers GET /reflections/:id/edit: a shared one is changed in its discussion.
func (h *Web) Edit(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	r, err := h.reflections.Own(c.UserContext(), auth.ViewerOf(c), id)
	if err != nil {
		return err
	}
	if r.Shared() {
		h.web.Flash(c, "This is shared, and lives in its discussion now. What you change there changes here.")
		return web.SeeOther(c, r.Thread.Path()+"/edit")
	}
	return h.write(c, id, Draft{Kind: r.Kind, Title: r.Title, Boxes: r.Boxes, About: r.About.ID, Revision: r.Revision}, nil)
}

// Create answers POST /reflections.
func (h *Web) Create(c *fiber.Ctx) error { return h.save(c, 0) }

// Save answers POST /reflections/:id.
func (h *Web) Save(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	return h.save(c, id)
}

func (h *Web) save(c *fiber.Ctx, id int64) error {
	f := web.FormOf(c)
	d := Draft{
		Kind: Kind(f.Line("kind")), Title: f.Line("title"), About: f.ID("about"), Revision: int(f.ID("revision")),
		Boxes: Boxes{Noticed: f.Text("noticed"), Tried: f.Text("tried"), Learnt: f.Text("learnt"), Change: f.Text("change")},
	}
	saved, err := h.reflections.Save(c.UserContext(), auth.ViewerOf(c), id, d)
	if err != nil {
		return h.write(c, id, d, err)
	}
	if f.Line("do") == "share" {
		return web.SeeOther(c, pathOf(saved)+"/share")
	}
	h.web.Flash(c, "It is kept. Only you see it.")
	return web.SeeOther(c, pathOf(saved))
}

// write shows the form with d in it, and with what was wrong.
func (h *Web) write(c *fiber.Ctx, id int64, d Draft, cause error) error {
	problems, ok := web.ProblemsOf(cause)
	if cause != nil && !ok {
		return cause
	}
	page := views.WritePage{
		Chrome: h.web.Chrome(c, "Reflection"), Heading: "Write a weeknote", Action: minePath, CancelPath: minePath, Title: d.Title, AboutID: d.About,
		Revision: d.Revision, Problems: problems,
		Kinds: []parts.Option{
			{Value: string(Weeknote), Label: "Weeknote", Hint: "Of your week", Selected: d.Kind == Weeknote},
			{Value: string(Retrospective), Label: "Retrospective", Hint: "Of a piece of work, or of a decision", Selected: d.Kind != Weeknote},
		},
	}
	if d.Kind != Weeknote {
		page.Heading = "Look back"
	}
	v := auth.ViewerOf(c)
	if id != 0 {
		r, err := h.reflections.Own(c.UserContext(), v, id)
		if err != nil {
			return err
		}
		page.Action, page.CancelPath = pathOf(id), pathOf(id)
		if errs.KindOf(cause) == errs.Conflict {
			page.Revision = r.Revision
		}
	}
	if d.About != 0 {
		about, err := h.reflections.About(c.UserContext(), v, d.About)
		if err != nil && !errs.IsNotFound(err) {
			return err
		}
		page.About = linkTo(about)
	}
	for _, b := range d.all() {
		page.Boxes = append(page.Boxes, parts.Field{
			Name: b.name, Label: b.heading, Value: b.text, Problem: problems.Of(b.name), Optional: true, Hint: hints[b.name],
		})
	}
	page.Chrome.Nav = "lessons"
	status := fiber.StatusOK
	if cause != nil {
		status = web.StatusOf(cause)
	}
	return web.Render(c, status, views.Write(page))
}

// hints say what belongs into a box.
var hints = map[string]string{
	"noticed": "What happened, and what surprised you.",
	"tried":   "What you did about it.",
	"learnt":  "What you know now that you did not know before.",
	"change":  "What you, or we, would do otherwise the next time.",
}

// ShareForm answers GET /reflections/:id/share.
func (h *Web) ShareForm(c *fiber.Ctx) error { return h.share(c, auth.AudienceHub, "", nil) }

// Share answers POST /reflections/:id/share.
func (h *Web) Share(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	v, f := auth.ViewerOf(c), web.FormOf(c)
	in := Sharing{Audience: f.Line("audience"), Topics: threads.TopicNames(f.Line("topics"))}
	for _, m := range v.Memberships() {
		if in.Audience == auth.NetworkAudience(m.Network) {
			in.Network = m.Network
		}
	}
	thread, err := h.reflections.Share(c.UserContext(), v, id, in)
	if err != nil {
		return h.share(c, in.Audience, f.Line("topics"), err)
	}
	h.web.Flash(c, "It is shared. Thank you: others learn from it.")
	return web.SeeOther(c, threads.Thread{ID: thread}.Path())
}

func (h *Web) share(c *fiber.Ctx, audience, topics string, cause error) error {
	problems, ok := web.ProblemsOf(cause)
	if cause != nil && !ok {
		return cause
	}
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	r, err := h.reflections.Own(ctx, v, id)
	switch {
	case err != nil:
		return err
	case r.Shared():
		return web.SeeOther(c, r.Path())
	}
	reach, err := h.threads.Reach(ctx, v)
	if err != nil {
		return err
	}
	names, err := h.threads.TopicNames(ctx)
	if err != nil {
		return err
	}
	page := views.SharePage{
		Chrome: h.web.Chrome(c, "Share what you learnt"), Reflection: parts.Link{Text: r.Title, Path: r.Path()}, Action: r.Path() + "/share",
		Audiences: audiences(v, reach, audience), Topics: topics, Problems: problems,
	}
	for _, n := range names {
		page.TopicNames = append(page.TopicNames, parts.Option{Value: n, Label: n})
	}
	if r.About.ID != 0 {
		page.Hidden = "It looks back at “" + r.About.Title + "”. Who may not read that sees that there is something, but not its title."
	}
	page.Chrome.Nav = "lessons"
	status := fiber.StatusOK
	if cause != nil {
		status = web.StatusOf(cause)
	}
	return web.Render(c, status, views.Share(page))
}

// audiences are those for whom v may share something: everyone signed in first, then the members of each network of theirs.
func audiences(v auth.Viewer, reach threads.Reach, chosen string) []parts.Option {
	all := []parts.Option{{Value: auth.AudienceHub, Label: "Everyone signed in"}}
	for _, n := range reach.Homes {
		all = append(all, parts.Option{Value: auth.NetworkAudience(n.ID), Label: "Members of " + n.Name})
	}
	if v.Organisation != 0 {
		all = append(all, parts.Option{Value: auth.OrgAudience(v.Organisation), Label: "Your organisation"})
	}
	all = append(all, parts.Option{Value: auth.AudiencePublic, Label: "Anyone"})
	for i := range all {
		all[i].Hint = reach.WhoSees(all[i].Value)
		all[i].Selected = all[i].Value == cmp.Or(chosen, auth.AudienceHub)
	}
	return all
}

// ConfirmDelete answers GET /reflections/:id/delete.
func (h *Web) ConfirmDelete(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	r, err := h.reflections.Own(c.UserContext(), auth.ViewerOf(c), id)
	switch {
	case err != nil:
		return err
	case r.Shared():
		return isShared
	}
	return web.Render(c, fiber.StatusOK, views.Delete(views.DeletePage{
		Chrome: h.web.Chrome(c, "Delete"), Title: r.Title, Action: r.Path() + "/delete", CancelPath: r.Path(),
	}))
}

// Delete answers POST /reflections/:id/delete.
func (h *Web) Delete(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.reflections.Delete(c.UserContext(), auth.ViewerOf(c), id); err != nil {
		return fmt.Errorf("delete: %w", err)
	}
	h.web.Flash(c, "It is gone.")
	return web.SeeOther(c, minePath)
}
