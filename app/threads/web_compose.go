package threads

import (
	"context"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/errs"
	"watercooler/app/markup"
	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/views/parts"
	views "watercooler/views/threads"
)

// Write answers GET /write?kind=question|discussion&title=…&body=…: the composer, with the draft that waits in it.
func (h *Web) Write(c *fiber.Ctx) error {
	v := auth.ViewerOf(c)
	if !v.SignedIn() {
		return signIn
	}
	d, err := h.draft(c, PlaceNew)
	if err != nil {
		return err
	}
	wished := asked(c)
	waits := !d.Empty()
	if !waits {
		d = wished
	}
	page, err := h.writePage(c, d, c.Query("network"))
	if err != nil {
		return err
	}
	if waits && !wished.Empty() && wished.Title != d.Title {
		page.Hint = "You began this before and have not sent it. Send it, or delete it among your drafts, to write something else."
	}
	return web.Render(c, fiber.StatusOK, views.Write(page))
}

// maxAsked bounds what an address can put into the composer, in characters.
const maxAsked = 500

// asked is what the address of the composer puts into it: a search that found nothing becomes the title, and "Ask" on a
// profile begins with that person's name. It is text like any other: nothing is sent before somebody presses the button.
func asked(c *fiber.Ctx) Draft {
	field := func(name string) string {
		return clip(strings.ToValidUTF8(strings.ReplaceAll(c.Query(name), "\x00", ""), ""), maxAsked)
	}
	body := strings.ReplaceAll(field("body"), "\r\n", "\n")
	return Draft{Place: PlaceNew, Kind: Kind(field("kind")), Title: oneLine(field("title")), Body: body, Topics: oneLine(field("topics"))}
}

// Open answers POST /threads.
func (h *Web) Open(c *fiber.Ctx) error {
	d := formDraft(c)
	d.Place = PlaceNew
	id, err := h.threads.Open(c.UserContext(), auth.ViewerOf(c), NewThread{
		Kind: d.Kind, Title: d.Title, Body: d.Body, Topics: TopicNames(d.Topics), Audience: d.Audience, Network: d.Network,
	})
	if err != nil {
		return h.writeAgain(c, d, err)
	}
	if gap := web.FormOf(c).ID("gap"); gap != 0 && h.gaps != nil {
		// The thread stands whether or not the gap is still there.
		if err := h.gaps.AnswerGap(c.UserContext(), auth.ViewerOf(c), gap, id); err != nil && errs.As(err) == nil {
			return err
		}
	}
	if named := namesIn(web.FormOf(c).Line("ask")); d.Kind == Question && len(named) > 0 && h.routing != nil {
		// The question stands whoever can be asked: what went wrong is said on its page, where others can be chosen.
		err := h.routing.Named(c, id, named)
		if problems, ok := web.ProblemsOf(err); ok {
			h.web.Flash(c, "Your question is here. "+problems[0].Text)
		} else if err != nil {
			return err
		}
	}
	return web.SeeOther(c, threadPath(id))
}

// namesIn returns the handles in a field: "gwen-pryce, @martin".
func namesIn(field string) []string {
	return strings.FieldsFunc(field, func(r rune) bool { return r == ',' || r == ' ' || r == ';' })
}

// writeAgain shows the composer with the text that was sent and what was wrong with it.
func (h *Web) writeAgain(c *fiber.Ctx, d Draft, err error) error {
	problems, ok := web.ProblemsOf(err)
	if !ok {
		return h.refuse(c, d, err)
	}
	page, failed := h.writePage(c, d, "")
	if failed != nil {
		return failed
	}
	page.Problems = problems
	return web.Render(c, web.StatusOf(err), views.Write(page))
}

// writePage returns the composer for a new thread with d in it. network is the slug of the one to begin in, when d names none.
func (h *Web) writePage(c *fiber.Ctx, d Draft, network string) (views.WritePage, error) {
	v := auth.ViewerOf(c)
	if d.Kind != Discussion {
		d.Kind = Question
	}
	reach, err := h.threads.Reach(c.UserContext(), v)
	if err != nil {
		return views.WritePage{}, err
	}
	page := composer(d.Kind)
	page.BlogPath = "/blog/write"
	if page.Ask = web.FormOf(c).Line("ask"); page.Ask == "" {
		page.Ask = clip(oneLine(c.Query("ask")), maxAsked)
	}
	if page.Gap = web.FormOf(c).ID("gap"); page.Gap == 0 {
		page.Gap = int64(max(c.QueryInt("gap"), 0))
	}
	page.Chrome = h.chrome(c, page.Heading, "discussions")
	page.Title, page.Body, page.Topics, page.Draft = d.Title, d.Body, d.Topics, h.saved(d.UpdatedAt)
	offerPlaces(&page, v, reach, d, network)
	if err := h.offerTopics(c, &page); err != nil {
		return page, err
	}
	return page, h.help(c, &page)
}

// composer returns an empty composer in the words of a kind.
func composer(kind Kind) views.WritePage {
	page := views.WritePage{
		Heading: "Ask a question", Hint: "Say what you are trying to do. The best questions are one sentence and a little context.",
		TitleLabel: "Question", Submit: "Ask", Action: "/threads", Place: PlaceNew, Kind: string(kind), CancelPath: "/",
		Kinds: []parts.Option{
			{Value: string(Question), Label: "Question", Hint: "You need an answer", Selected: kind == Question},
			{Value: string(Discussion), Label: "Discussion", Hint: "You want to hear what people think", Selected: kind == Discussion},
		},
	}
	if kind == Discussion {
		page.Heading, page.Hint = "Start a discussion", "Say what you would like to talk about, and what you think yourself."
		page.TitleLabel, page.Submit = "Title", "Start"
	}
	return page
}

// offerTopics adds the topics to choose from, and those that what is written seems to be about.
func (h *Web) offerTopics(c *fiber.Ctx, page *views.WritePage) error {
	var err error
	if page.TopicNames, err = h.threads.TopicNames(c.UserContext()); err != nil {
		return err
	}
	page.Suggested, err = h.threads.SuggestTopics(c.UserContext(), page.Title+" "+page.Body, TopicNames(page.Topics))
	return err
}

// Preview answers POST /preview: to htmx with the preview alone, otherwise with the page the text came from.
func (h *Web) Preview(c *fiber.Ctx) error {
	d := formDraft(c)
	if !auth.ViewerOf(c).SignedIn() {
		return h.refuse(c, d, signIn)
	}
	html, err := h.threads.Preview(c.UserContext(), d.Body)
	if web.IsHTMX(c) {
		if problems, ok := web.ProblemsOf(err); ok {
			return web.Render(c, web.StatusOf(err), parts.Summary(problems))
		}
		if err != nil {
			return err
		}
		return web.Render(c, fiber.StatusOK, views.Preview(html))
	}
	return h.compose(c, d, html, err)
}

// compose shows the page that belongs to the place of d again, with a preview or with what was wrong.
func (h *Web) compose(c *fiber.Ctx, d Draft, preview string, err error) error {
	edit, kind, id, ok := parsePlace(d.Place)
	switch {
	case !ok:
		return errs.NotFoundf("There is no such place to write in.")
	case kind == "":
		if err != nil {
			return h.writeAgain(c, d, err)
		}
		page, err := h.writePage(c, d, "")
		page.Preview = preview
		return orRender(c, err, views.Write(page))
	case edit && kind == kindThread:
		return h.editThread(c, id, d, preview, err)
	case edit:
		return h.editReply(c, id, d, preview, err)
	}
	return h.replyAlone(c, id, d, preview, err)
}

// Reply answers POST /threads/:id/replies.
func (h *Web) Reply(c *fiber.Ctx) error {
	thread, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	d := formDraft(c)
	d.Place = ReplyPlace(thread)
	id, err := h.threads.Reply(c.UserContext(), auth.ViewerOf(c), thread, NewReply{Body: d.Body, Parent: web.FormOf(c).ID("parent")})
	if err != nil {
		if _, ok := web.ProblemsOf(err); !ok {
			return h.refuse(c, d, err)
		}
		return h.replyAlone(c, thread, d, "", err)
	}
	return web.SeeOther(c, replyPath(id))
}

// replyAlone shows the reply box on a page of its own, with a preview or with what was wrong.
func (h *Web) replyAlone(c *fiber.Ctx, thread int64, d Draft, preview string, cause error) error {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	t, err := h.threads.Find(ctx, v, thread)
	if err != nil {
		return err
	}
	page := views.ReplyPage{
		Chrome: h.chrome(c, "Reply", "discussions"), Heading: "Reply", Thread: parts.Link{Text: t.Title, Path: t.Path()},
		Form: views.ReplyForm{
			Action: threadPath(thread) + "/replies", Place: ReplyPlace(thread), Body: d.Body, Preview: preview,
			WhoSees: whoReads(t), Submit: "Reply", CancelPath: t.Path(),
		},
	}
	if parent := web.FormOf(c).ID("parent"); parent != 0 {
		if err := h.answer(c, &page.Form, t, RepliesPage{}, parent); err != nil {
			return err
		}
	}
	page.Form.Problems, _ = web.ProblemsOf(cause)
	return web.Render(c, status(cause), views.ReplyAlone(page))
}

// EditThread answers GET /threads/:id/edit.
func (h *Web) EditThread(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	d, err := h.draft(c, EditPlace(kindThread, id))
	if err != nil {
		return err
	}
	return h.editThread(c, id, d, "", nil)
}

// SaveThread answers POST /threads/:id/edit.
func (h *Web) SaveThread(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	d := formDraft(c)
	d.Place = EditPlace(kindThread, id)
	err = h.threads.EditThread(c.UserContext(), auth.ViewerOf(c), id, Edit{
		Revision: revision(c), Title: d.Title, Body: d.Body, Topics: TopicNames(d.Topics), Audience: d.Audience,
	})
	if err != nil {
		if _, ok := web.ProblemsOf(err); !ok {
			return h.refuse(c, d, err)
		}
		return h.editThread(c, id, d, "", err)
	}
	return h.toThread(c, id)
}

// editThread shows the composer on a thread: with d where it has text, with a preview, or with what was wrong.
func (h *Web) editThread(c *fiber.Ctx, id int64, d Draft, preview string, cause error) error {
	t, err := h.threads.Find(c.UserContext(), auth.ViewerOf(c), id)
	switch {
	case err != nil:
		return err
	case !t.CanEdit:
		return denied(c, t.Deleted)
	case t.Kind == Decision:
		return amended
	}
	page := h.editPage(c, t, d)
	page.Preview = preview
	if !d.Empty() || cause != nil {
		page.Title, page.Body, page.Topics = d.Title, d.Body, d.Topics
	}
	if err := h.offerAudiences(c, &page, t, d.Audience); err != nil {
		return err
	}
	page.Problems, _ = web.ProblemsOf(cause)
	if page.Revision == 0 || errs.KindOf(cause) == errs.Conflict {
		page.Revision = t.Revision
	}
	if errs.KindOf(cause) == errs.Conflict {
		page.Preview = t.HTML // what it says now, beside what this person wrote
	}
	if err := h.offerTopics(c, &page); err != nil {
		return err
	}
	return web.Render(c, status(cause), views.Write(page))
}

// editPage returns the composer with t in it as it stands.
func (h *Web) editPage(c *fiber.Ctx, t Thread, d Draft) views.WritePage {
	return views.WritePage{
		Chrome: h.chrome(c, "Edit "+string(t.Kind), "discussions"), Heading: "Edit this " + string(t.Kind), TitleLabel: "Title",
		Action: threadPath(t.ID) + "/edit", Place: EditPlace(kindThread, t.ID), Revision: revision(c), Kind: string(t.Kind),
		Title: t.Title, Body: t.Body, Topics: joinTopics(t.Topics), WhoSees: visibleTo(t) + ".",
		Submit: "Save changes", CancelPath: t.Path(), Draft: h.saved(d.UpdatedAt),
	}
}

// EditReply answers GET /replies/:id/edit.
func (h *Web) EditReply(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	d, err := h.draft(c, EditPlace(kindReply, id))
	if err != nil {
		return err
	}
	return h.editReply(c, id, d, "", nil)
}

// SaveReply answers POST /replies/:id/edit.
func (h *Web) SaveReply(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	d := formDraft(c)
	d.Place = EditPlace(kindReply, id)
	err = h.threads.EditReply(c.UserContext(), auth.ViewerOf(c), id, Edit{Revision: revision(c), Body: d.Body})
	if err != nil {
		if _, ok := web.ProblemsOf(err); !ok {
			return h.refuse(c, d, err)
		}
		return h.editReply(c, id, d, "", err)
	}
	return web.SeeOther(c, replyPath(id))
}

func (h *Web) editReply(c *fiber.Ctx, id int64, d Draft, preview string, cause error) error {
	r, t, err := h.threads.FindReply(c.UserContext(), auth.ViewerOf(c), id)
	switch {
	case err != nil:
		return err
	case !r.CanEdit:
		return denied(c, r.Deleted || t.Deleted)
	}
	page := views.ReplyPage{
		Chrome: h.chrome(c, "Edit reply", "discussions"), Heading: "Edit this reply", Thread: parts.Link{Text: t.Title, Path: t.Path()},
		Form: views.ReplyForm{
			Action: r.Path() + "/edit", Place: EditPlace(kindReply, id), Body: r.Body, Revision: revision(c), Preview: preview,
			Draft: h.saved(d.UpdatedAt), WhoSees: whoReads(t), Submit: "Save changes", CancelPath: r.Path(),
		},
	}
	if d.Body != "" || cause != nil {
		page.Form.Body = d.Body
	}
	page.Form.Problems, _ = web.ProblemsOf(cause)
	if page.Form.Revision == 0 || errs.KindOf(cause) == errs.Conflict {
		page.Form.Revision = r.Revision
	}
	if errs.KindOf(cause) == errs.Conflict {
		page.Form.Preview = r.HTML // what it says now, beside what this person wrote
	}
	return web.Render(c, status(cause), views.ReplyAlone(page))
}

// ConfirmDeleteThread answers GET /threads/:id/delete.
func (h *Web) ConfirmDeleteThread(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	t, err := h.threads.Find(c.UserContext(), auth.ViewerOf(c), id)
	switch {
	case err != nil:
		return err
	case !t.CanDelete:
		return denied(c, t.Deleted)
	}
	return h.confirm(c, "Delete this "+string(t.Kind)+"?", t.Title, threadPath(id), t.Path())
}

// ConfirmDeleteReply answers GET /replies/:id/delete.
func (h *Web) ConfirmDeleteReply(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	r, _, err := h.threads.FindReply(c.UserContext(), auth.ViewerOf(c), id)
	switch {
	case err != nil:
		return err
	case !r.CanDelete:
		return denied(c, r.Deleted)
	}
	return h.confirm(c, "Delete this reply?", beginning(r.Body), r.Path(), r.Path())
}

// confirm asks before what stands at path is deleted; back is where it is shown.
func (h *Web) confirm(c *fiber.Ctx, question, what, path, back string) error {
	return web.Render(c, fiber.StatusOK, views.Delete(views.DeletePage{
		Chrome: h.chrome(c, "Delete", "discussions"), Heading: question, What: what, Action: path + "/delete", CancelPath: back,
		Means: "Nobody will be able to read it any more. A line stays in its place, so that what others wrote about it makes sense.",
	}))
}

// ThreadHistory answers GET /threads/:id/history.
func (h *Web) ThreadHistory(c *fiber.Ctx) error {
	return h.history(c, h.threads.ThreadHistory, func(past History, _ int64) (string, string) {
		return "History of this " + string(past.Kind), threadPath(past.Thread)
	})
}

// ReplyHistory answers GET /replies/:id/history.
func (h *Web) ReplyHistory(c *fiber.Ctx) error {
	return h.history(c, h.threads.ReplyHistory, func(_ History, id int64) (string, string) {
		return "History of this reply", replyPath(id)
	})
}

func (h *Web) history(c *fiber.Ctx, read func(context.Context, auth.Viewer, int64) (History, error), name func(History, int64) (heading, path string)) error {
	v := auth.ViewerOf(c)
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	past, err := read(c.UserContext(), v, id)
	if err != nil {
		return err
	}
	heading, path := name(past, id)
	page := views.HistoryPage{Chrome: h.chrome(c, "History", "discussions"), Heading: heading, Thread: parts.Link{Text: past.Title, Path: path}}
	for i, version := range past.Versions {
		change := views.Change{Revision: version.Number, Editor: Face(v, version.Editor), At: h.web.Moment(version.At)}
		var before Version
		if i+1 < len(past.Versions) {
			before = past.Versions[i+1]
		}
		if version.Title != before.Title {
			change.Title = diff(before.Title, version.Title)
		}
		change.Body = diff(before.Body, version.Body)
		page.Changes = append(page.Changes, change)
	}
	return web.Render(c, fiber.StatusOK, views.History(page))
}

func diff(a, b string) []views.DiffLine {
	ops := map[markup.DiffOp]byte{markup.Same: ' ', markup.Added: '+', markup.Removed: '-'}
	lines := markup.Diff(a, b)
	out := make([]views.DiffLine, len(lines))
	for i, l := range lines {
		out[i] = views.DiffLine{Op: ops[l.Op], Text: l.Text}
	}
	return out
}

// formDraft reads what a composer posts.
func formDraft(c *fiber.Ctx) Draft {
	f := web.FormOf(c)
	return Draft{
		Place: f.Line("place"), Kind: Kind(f.Line("kind")), Title: f.Line("title"), Body: f.Text("body"),
		Topics: f.Line("topics"), Audience: Addressed(f.Line("audience"), f.ID("network")), Network: f.ID("network"),
	}
}

// revision is the revision an edit started from, 0 when the form does not say.
func revision(c *fiber.Ctx) int { return int(web.FormOf(c).ID("revision")) }

// status is what a form is shown with: 200, or the status of what was wrong with it.
func status(cause error) int {
	if cause == nil {
		return fiber.StatusOK
	}
	return web.StatusOf(cause)
}

// denied is why something that can be seen cannot be changed.
func denied(c *fiber.Ctx, deleted bool) error {
	switch {
	case !auth.ViewerOf(c).SignedIn():
		return signIn
	case deleted:
		return noThread
	}
	return notYours
}

func joinTopics(topics []Topic) string {
	names := make([]string, len(topics))
	for i, t := range topics {
		names[i] = t.Name
	}
	return strings.Join(names, ", ")
}

// beginning is how a text begins, in plain words.
func beginning(body string) string {
	doc, err := renderPlain(body, article)
	if err != nil {
		return ""
	}
	return doc.Excerpt
}

// saved is "Draft saved 10:42", with the day when that was not today; "" when nothing was saved.
func (h *Web) saved(at time.Time) string {
	switch {
	case at.IsZero():
		return ""
	case h.web.Date(at) == h.web.Date(h.threads.now()):
		return "Draft saved " + h.clock(at)
	}
	return "Draft saved " + h.web.Clock(at)
}

// clock is the time of day of t where the organisation is: "10:42".
func (h *Web) clock(t time.Time) string {
	full := h.web.Clock(t)
	return full[strings.LastIndexByte(full, ' ')+1:]
}
