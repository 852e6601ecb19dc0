package blogs

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/app/web"
	"watercooler/auth"
	views "watercooler/views/blogs"
	"watercooler/views/parts"
	viewsthreads "watercooler/views/threads"
)

// Choose answers GET /blog/write: which blog? Somebody with one goes straight on, somebody with none sets one up.
func (h *Web) Choose(c *fiber.Ctx) error {
	list, err := h.blogs.Mine(c.UserContext(), auth.ViewerOf(c))
	if err != nil {
		return err
	}
	switch len(list) {
	case 0:
		return web.SeeOther(c, setUpPath)
	case 1:
		return web.SeeOther(c, list[0].Path()+"/write")
	}
	page := views.ChoosePage{Chrome: h.chrome(c, "Write a post")}
	for _, b := range list {
		page.Blogs = append(page.Blogs, h.yoursOf(b))
	}
	return web.Render(c, fiber.StatusOK, views.Choose(page))
}

// writing is the editor in one state: a new draft, a draft, or a published post, with what is in its fields.
type writing struct {
	blog    Blog
	draft   *Draft // nil for a new one and for a post
	post    *Post  // that is published
	in      DraftInput
	date    string // of the schedule, as its fields hold it
	clock   string
	preview string
	theirs  string // HTML of what somebody else saved meanwhile
	err     error
}

// input reads what the editor posts, and keeps the picture that came with it.
func (h *Web) input(c *fiber.Ctx) (DraftInput, error) {
	f := web.FormOf(c)
	in := DraftInput{
		Revision: int(f.ID("revision")), Title: f.Line("title"), Slug: f.Line("slug"), Summary: f.Text("summary"), Body: f.Text("body"),
		Topics: f.Line("topics"), Authors: f.Line("authors"), Audience: f.Line("audience"), CoverAlt: f.Line("cover_alt"),
		RemoveCover: f.Bool("remove_cover"), Series: f.Line("series"), NewSeries: f.Line("new_series"),
	}
	var err error
	in.Cover, err = h.cover(c)
	return in, err
}

// cover keeps the picture of a form, "" when there is none.
func (h *Web) cover(c *fiber.Ctx) (key string, err error) {
	header, err := c.FormFile("cover")
	if err != nil || header.Size == 0 {
		return "", nil // no file was chosen, or the form came without one
	}
	file, err := header.Open()
	if err != nil {
		return "", fmt.Errorf("open uploaded picture: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return h.blogs.KeepCover(c.UserContext(), auth.ViewerOf(c), file)
}

// Write answers GET /blog/:blog/write: the editor, empty or with a template in it.
func (h *Web) Write(c *fiber.Ctx) error {
	b, err := h.writable(c)
	if err != nil {
		return err
	}
	in := template(c.Query("template"))
	in.Audience = b.Audience
	return h.editor(c, writing{blog: b, in: in})
}

// writable returns the blog in the address, if the viewer writes there.
func (h *Web) writable(c *fiber.Ctx) (Blog, error) {
	b, err := h.blogs.Find(c.UserContext(), auth.ViewerOf(c), c.Params("blog"))
	if err == nil && !b.CanWrite && !b.CanKeep {
		err = errs.Forbiddenf("Only those who belong to this blog write in it.")
	}
	return b, err
}

// Begin answers POST /blog/:blog/write: it keeps the draft and does what its button says.
func (h *Web) Begin(c *fiber.Ctx) error {
	b, err := h.writable(c)
	if err != nil {
		return err
	}
	in, err := h.input(c)
	if done, err := h.look(c, writing{blog: b, in: in}); done {
		return err
	}
	var id int64
	if err == nil {
		id, err = h.blogs.Begin(c.UserContext(), auth.ViewerOf(c), b.Slug, in)
	}
	if err != nil {
		return h.editor(c, writing{blog: b, in: in, err: err})
	}
	return h.proceed(c, id)
}

// Draft answers GET /blog/drafts/:id.
func (h *Web) Draft(c *fiber.Ctx) error {
	d, err := h.draft(c)
	if err != nil {
		return err
	}
	date, clock := h.blogs.FormDate(d.PublishAt)
	return h.editor(c, writing{blog: d.Blog, draft: &d, in: d.input(), date: date, clock: clock})
}

// draft returns the draft in the address.
func (h *Web) draft(c *fiber.Ctx) (Draft, error) {
	id, err := web.ID(c, "id")
	if err != nil {
		return Draft{}, err
	}
	return h.blogs.Draft(c.UserContext(), auth.ViewerOf(c), id)
}

// input is d as its form holds it.
func (d Draft) input() DraftInput {
	return DraftInput{
		Revision: d.Revision, Title: d.Title, Slug: d.Slug, Summary: d.Summary, Body: d.Body, Topics: d.Topics,
		Authors: strings.ReplaceAll(d.Others, " ", ", "), Audience: d.Audience, CoverAlt: d.CoverAlt, Series: d.Series.Slug,
	}
}

// SaveDraft answers POST /blog/drafts/:id: it saves the draft and does what its button says.
func (h *Web) SaveDraft(c *fiber.Ctx) error {
	d, err := h.draft(c)
	if err != nil {
		return err
	}
	in, err := h.input(c)
	f := web.FormOf(c)
	now := writing{blog: d.Blog, draft: &d, in: in, date: f.Line("date"), clock: f.Line("time")}
	if done, err := h.look(c, now); done {
		return err
	}
	if err == nil {
		err = h.blogs.Save(c.UserContext(), auth.ViewerOf(c), d.ID, in)
	}
	if c.FormValue("do") == "keep" {
		return h.kept(c, d.ID, err)
	}
	if err != nil {
		now.err = err
		return h.again(c, now, d.Revision, d.Body)
	}
	return h.proceed(c, d.ID)
}

// kept answers to htmx, which saves while somebody writes. What is wrong is said when they press a button.
func (h *Web) kept(c *fiber.Ctx, id int64, cause error) error {
	if _, ok := web.ProblemsOf(cause); ok {
		return c.SendStatus(fiber.StatusConflict)
	}
	if cause != nil {
		return cause
	}
	d, err := h.blogs.Draft(c.UserContext(), auth.ViewerOf(c), id)
	if err != nil {
		return err
	}
	_, clock := h.blogs.FormDate(d.UpdatedAt)
	return web.Render(c, fiber.StatusOK, views.Saved("Saved "+clock, d.Revision))
}

// again shows the editor with what was wrong. After a conflict it also shows what the others saved, and the next attempt is
// made in the knowledge of that.
func (h *Web) again(c *fiber.Ctx, now writing, revision int, theirs string) error {
	if errs.KindOf(now.err) == errs.Conflict {
		html, err := h.blogs.Preview(c.UserContext(), theirs)
		if err != nil {
			return err
		}
		now.in.Revision, now.theirs = revision, html
	}
	return h.editor(c, now)
}

// look answers a press on Preview inside the editor, without keeping anything, and reports whether that was asked for.
func (h *Web) look(c *fiber.Ctx, now writing) (done bool, err error) {
	if c.FormValue("do") != "look" {
		return false, nil
	}
	html, err := h.blogs.Preview(c.UserContext(), now.in.Body)
	if !web.IsHTMX(c) {
		now.preview, now.err = html, err
		return true, h.editor(c, now)
	}
	if problems, ok := web.ProblemsOf(err); ok {
		return true, web.Render(c, web.StatusOf(err), parts.Summary(problems))
	}
	if err != nil {
		return true, err
	}
	return true, web.Render(c, fiber.StatusOK, viewsthreads.Preview(html))
}

// proceed does with a saved draft what the button says.
func (h *Web) proceed(c *fiber.Ctx, id int64) error {
	ctx, v, f := c.UserContext(), auth.ViewerOf(c), web.FormOf(c)
	path, said := Draft{ID: id}.Path(), "The draft is saved."
	var err error
	switch f.Line("do") {
	case "preview":
		return web.SeeOther(c, path+"/preview")
	case "publish":
		var p Post
		if p, err = h.blogs.Publish(ctx, v, id); p.ID != 0 {
			path, said = p.Path(), "The post is published."
		} else {
			said = "The post waits for the opening of the blog."
		}
	case "schedule":
		said = "The post is scheduled."
		err = h.schedule(c, id)
	case "unschedule":
		said = "The post is an ordinary draft again."
		err = h.blogs.Unschedule(ctx, v, id)
	}
	if err != nil {
		return h.refused(c, id, err)
	}
	h.web.Flash(c, said)
	return web.SeeOther(c, path)
}

func (h *Web) schedule(c *fiber.Ctx, id int64) error {
	f := web.FormOf(c)
	at, err := h.blogs.ParseSchedule(f.Line("date"), f.Line("time"))
	if err != nil {
		return err
	}
	return h.blogs.Schedule(c.UserContext(), auth.ViewerOf(c), id, at)
}

// refused shows the editor with a draft that is saved but could not be published, and why.
func (h *Web) refused(c *fiber.Ctx, id int64, cause error) error {
	d, err := h.blogs.Draft(c.UserContext(), auth.ViewerOf(c), id)
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	return h.editor(c, writing{blog: d.Blog, draft: &d, in: d.input(), date: f.Line("date"), clock: f.Line("time"), err: cause})
}

// EditPost answers GET /blog/:blog/:post/edit.
func (h *Web) EditPost(c *fiber.Ctx) error {
	p, b, t, err := h.editable(c)
	if err != nil {
		return err
	}
	in := DraftInput{
		Revision: t.Revision, Title: p.Title, Slug: p.Slug, Summary: p.Summary, Body: p.Body, Topics: topicList(t.Topics),
		Authors: strings.ReplaceAll(handles(p.Others), " ", ", "), Audience: p.Audience, CoverAlt: p.CoverAlt, Series: p.Series.Slug,
	}
	return h.editor(c, writing{blog: b, post: &p, in: in})
}

// editable returns the post in the address with its blog and thread, if the viewer may change it.
func (h *Web) editable(c *fiber.Ctx) (p Post, b Blog, t threads.Thread, err error) {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	if p, err = h.blogs.FindPost(ctx, v, c.Params("blog"), c.Params("post")); err != nil {
		return p, b, t, err
	}
	if b, err = h.blogs.Find(ctx, v, p.Blog.Slug); err != nil {
		return p, b, t, err
	}
	if t, err = h.threads.Find(ctx, v, p.ID); err == nil && !t.CanEdit {
		err = errs.Forbiddenf("Only those who wrote this, or a moderator, can change it.")
	}
	return p, b, t, err
}

// SavePost answers POST /blog/:blog/:post/edit.
func (h *Web) SavePost(c *fiber.Ctx) error {
	p, b, t, err := h.editable(c)
	if err != nil {
		return err
	}
	in, err := h.input(c)
	now := writing{blog: b, post: &p, in: in}
	if done, err := h.look(c, now); done {
		return err
	}
	var saved Post
	if err == nil {
		saved, err = h.blogs.EditPost(c.UserContext(), auth.ViewerOf(c), b.Slug, p.Slug, in)
	}
	if err != nil {
		now.err = err
		return h.again(c, now, t.Revision, t.Body)
	}
	h.web.Flash(c, "The post is changed.")
	return web.SeeOther(c, saved.Path())
}

// editor shows the editor.
func (h *Web) editor(c *fiber.Ctx, now writing) error {
	problems, ok := web.ProblemsOf(now.err)
	if now.err != nil && !ok {
		return now.err
	}
	page := h.editPage(c, now)
	page.Problems = problems
	if err := h.offers(c, now, &page); err != nil {
		return err
	}
	status := fiber.StatusOK
	if now.err != nil {
		status = web.StatusOf(now.err)
	}
	return web.Render(c, status, views.Edit(page))
}

// editPage returns the editor with what is in its fields.
func (h *Web) editPage(c *fiber.Ctx, now writing) views.EditPage {
	in, b := now.in, now.blog
	page := views.EditPage{
		Heading: "Write a post", Action: b.Path() + "/write", Blog: parts.Link{Text: b.Name, Path: b.Path()}, Revision: in.Revision,
		Title: in.Title, Body: in.Body, Summary: in.Summary, Topics: in.Topics, Slug: in.Slug, SlugBefore: h.web.URL(b.Path()) + "/.",
		CoverAlt: in.CoverAlt, NewSeries: in.NewSeries, Authors: in.Authors, Preview: now.preview, Theirs: now.theirs,
		Date: now.date, Time: now.clock, Timezone: h.blogs.zone.String(), CanPublish: true, CancelPath: b.Path(), Cover: coverPath(in.Cover),
	}
	switch {
	case now.post != nil:
		p := now.post
		page.Heading, page.Action, page.Published, page.CancelPath = "Edit this post", p.Path()+"/edit", true, p.Path()
		if page.Cover == "" {
			page.Cover = coverPath(p.Cover)
		}
	case now.draft != nil:
		h.standing(*now.draft, &page)
	case in.Body == "" && in.Title == "":
		for _, t := range Templates() {
			page.Templates = append(page.Templates, views.Template{Name: t.Title, About: t.About, Path: b.Path() + "/write?template=" + t.Name})
		}
	}
	if b.Prepared && !page.Published {
		page.Prepared = "The blog opens on " + h.web.Clock(b.LaunchAt) + ". What you publish now appears then."
	}
	page.LookPath = page.Action + "?do=look"
	page.Chrome = h.chrome(c, page.Heading)
	return page
}

// standing says what has become of a draft so far.
func (h *Web) standing(d Draft, page *views.EditPage) {
	page.Heading, page.Action, page.CanPublish = "Edit this draft", d.Path(), d.CanPublish()
	page.DeletePath, page.CancelPath = d.Path()+"/delete", ""
	page.Problem, page.Saved, page.SavePath = d.Problem, "Saved "+h.web.Moment(d.UpdatedAt).Ago, d.Path()+"?do=keep"
	if page.Cover == "" {
		page.Cover = coverPath(d.Cover)
	}
	if !d.PublishAt.IsZero() {
		page.Scheduled = "This will be published on " + h.web.Clock(d.PublishAt) + "."
		if d.Blog.Prepared && !d.PublishAt.After(d.Blog.LaunchAt) {
			page.Scheduled = "This will be published when the blog opens on " + h.web.Clock(d.Blog.LaunchAt) + ", dated " + h.web.Clock(d.PublishAt) + "."
		}
	}
}

// offers adds what can be chosen from: topics, series, audiences.
func (h *Web) offers(c *fiber.Ctx, now writing, page *views.EditPage) (err error) {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	if page.TopicNames, err = h.threads.TopicNames(ctx); err != nil {
		return err
	}
	series, err := h.blogs.SeriesOf(ctx, now.blog)
	if err != nil {
		return err
	}
	page.Series = []parts.Option{{Label: "None", Selected: now.in.Series == ""}}
	for _, e := range series {
		page.Series = append(page.Series, parts.Option{Value: e.Slug, Label: e.Name, Selected: e.Slug == now.in.Series})
	}
	page.Audiences, err = h.audienceOptions(c, now.blog.Audiences(v), now.in.Audience)
	if len(page.Audiences) == 1 {
		page.WhoSees = page.Audiences[0].Label
	}
	return err
}

// audienceOptions says of each audience who is in it. The first is chosen when none of them is.
func (h *Web) audienceOptions(c *fiber.Ctx, list []string, chosen string) ([]parts.Option, error) {
	reach, err := h.threads.Reach(c.UserContext(), auth.ViewerOf(c))
	if err != nil {
		return nil, err
	}
	options := make([]parts.Option, len(list))
	found := false
	for i, a := range list {
		options[i] = parts.Option{Value: a, Label: reach.WhoSees(a), Selected: a == chosen}
		found = found || a == chosen
	}
	if !found && len(options) > 0 {
		options[0].Selected = true
	}
	return options, nil
}

// Drafts answers GET /blog/drafts: those the viewer writes, or with ?blog= those of a blog.
func (h *Web) Drafts(c *fiber.Ctx) error {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	page := views.DraftsPage{
		Chrome: h.chrome(c, "Drafts of posts"), Crumbs: []parts.Link{{Text: "Blogs", Path: indexPath}},
		Empty: parts.Empty{Title: "Nothing unfinished", Text: "A post you begin waits here until you publish it.", Do: parts.Link{Text: "Write a post", Path: "/blog/write"}},
	}
	var b Blog
	if slug := c.Query("blog"); slug != "" {
		var err error
		if b, err = h.blogs.Find(ctx, v, slug); err != nil {
			return err
		}
		page.Crumbs = append(page.Crumbs, parts.Link{Text: b.Name, Path: b.Path()})
	}
	drafts, err := h.blogs.Drafts(ctx, v, b)
	if err != nil {
		return err
	}
	page.Drafts = h.draftLines(v, drafts, b.ID == 0)
	return web.Render(c, fiber.StatusOK, views.Drafts(page))
}

// draftLines returns drafts as lists show them, with their blog where it is not plain.
func (h *Web) draftLines(v auth.Viewer, drafts []Draft, named bool) []views.DraftLine {
	lines := make([]views.DraftLine, len(drafts))
	for i, d := range drafts {
		lines[i] = views.DraftLine{Title: d.Title, Path: d.Path(), Problem: d.Problem, At: h.web.Moment(d.UpdatedAt)}
		if d.Title == "" {
			lines[i].Title = untitled
		}
		if named {
			lines[i].Blog = d.Blog.Name
		}
		if d.Author.ID != v.Person {
			lines[i].Author = d.Author.Name
		}
		if !d.PublishAt.IsZero() {
			lines[i].Note = "For " + h.web.Clock(d.PublishAt)
		}
	}
	return lines
}

// ConfirmDeleteDraft answers GET /blog/drafts/:id/delete.
func (h *Web) ConfirmDeleteDraft(c *fiber.Ctx) error {
	d, err := h.draft(c)
	if err != nil {
		return err
	}
	return h.confirm(c, "Delete this draft?", d.Title, "The draft goes for good, and with it the link with which others can read it.", d.Path()+"/delete", d.Path())
}

// DeleteDraft answers POST /blog/drafts/:id/delete.
func (h *Web) DeleteDraft(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.blogs.DeleteDraft(c.UserContext(), auth.ViewerOf(c), id); err != nil {
		return err
	}
	h.web.Flash(c, "The draft is deleted.")
	return web.SeeOther(c, draftsPath)
}
