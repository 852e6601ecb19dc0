package threads

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/errs"
	"watercooler/app/kv"
	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/views/layout"
	"watercooler/views/parts"
	views "watercooler/views/threads"
)

// Web answers the requests about threads, replies, drafts and what people follow.
type Web struct {
	threads *Service
	web     *web.Web
	kept    kv.Store // texts of people whose session ended while they wrote
	related RelatedSource
	knowing PeopleSource
	routing Routing // nil where questions are brought to nobody
	decides Deciding
	signals Noticing

	reminders []ReminderSource // see Remind
	lessons   LookBack         // nil where nothing is learnt
	gaps      GapSource        // nil where nobody is told of what was written because it was missing
}

// NewWeb returns the handlers for s.
func NewWeb(s *Service, w *web.Web, kept kv.Store, related RelatedSource, knowing PeopleSource) *Web {
	return &Web{threads: s, web: w, kept: kept, related: related, knowing: knowing, reminders: []ReminderSource{s}}
}

func (h *Web) chrome(c *fiber.Ctx, title, nav string) layout.Chrome {
	chrome := h.web.Chrome(c, title)
	chrome.Nav = nav
	return chrome
}

// Show answers GET /threads/:id.
func (h *Web) Show(c *fiber.Ctx) error {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	t, err := h.threads.Find(ctx, v, id)
	if err != nil {
		return err
	}
	if path, err := h.elsewhere(c, t); path != "" || err != nil {
		return moved(c, path, err)
	}
	page := h.showPage(c, t)
	if page.Conversation, err = h.conversation(c, v, t); err != nil {
		return err
	}
	if err := h.beside(c, t, &page); err != nil {
		return err
	}
	if err := h.noticed(c, t, &page); err != nil {
		return err
	}
	if err := h.decided(c, t, &page); err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, views.Show(page))
}

// elsewhere returns where a thread is shown when that is not under its own number: a post in its blog, and what was merged in
// the thread it has become part of.
func (h *Web) elsewhere(c *fiber.Ctx, t Thread) (path string, err error) {
	if t.MovedTo != 0 {
		to, err := h.threads.Find(c.UserContext(), auth.ViewerOf(c), t.MovedTo)
		return to.Path(), err
	}
	if t.Post == "" {
		return "", nil
	}
	if query := c.Context().QueryArgs().String(); query != "" {
		return t.Path() + "?" + query, nil
	}
	return t.Path(), nil
}

// moved answers that what is asked for has another address for good.
func moved(c *fiber.Ctx, path string, err error) error {
	if err != nil {
		return err
	}
	return c.Redirect(path, fiber.StatusMovedPermanently)
}

// Moved leads from old addresses to new ones: what is found nowhere may have been there once, here or on the site it came from.
func (h *Web) Moved(c *fiber.Ctx) error {
	if c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead {
		return c.Next()
	}
	path := c.OriginalURL()
	if wasPage(c) { // the address of the home page holds what other software meant
		if to, err := h.threads.Moved(c.UserContext(), auth.ViewerOf(c), path); err == nil {
			return moved(c, to, nil)
		}
	}
	err := c.Next()
	if err == nil || web.StatusOf(err) != fiber.StatusNotFound {
		return err
	}
	to, missing := h.threads.Moved(c.UserContext(), auth.ViewerOf(c), path)
	switch {
	case errs.IsNotFound(missing):
		return err
	case missing != nil:
		return missing
	}
	return moved(c, to, nil)
}

// wasPage reports whether an address is one by which WordPress names a page by its number: /?p=42.
func wasPage(c *fiber.Ctx) bool {
	return c.Path() == "/" && (c.Query("p") != "" || c.Query("page_id") != "" || c.Query("attachment_id") != "")
}

// repliesQuery reads which page of the replies an address means.
func repliesQuery(c *fiber.Ctx) (q RepliesQuery, err error) {
	q.Last = c.Query("page") == "last"
	if q.After, err = keyIn(c, "after"); err != nil {
		return q, err
	}
	q.Before, err = keyIn(c, "before")
	return q, err
}

// keyIn reads a place in a list from the address, zero when it names none.
func keyIn(c *fiber.Ctx, name string) (k Key, err error) {
	if s := c.Query(name); s != "" {
		k.At, k.ID, err = web.ParseCursor(s)
	}
	return k, err
}

// at returns path with a place in a list, "" for no place.
func at(path, name string, k Key) string {
	if k == (Key{}) {
		return ""
	}
	sign := "?"
	if strings.Contains(path, "?") {
		sign = "&"
	}
	return path + sign + name + "=" + web.Cursor(k.At, k.ID)
}

func (h *Web) showPage(c *fiber.Ctx, t Thread) views.ShowPage {
	p := views.ShowPage{
		Chrome: h.chrome(c, t.Title, "discussions"), ID: t.ID, Kind: string(t.Kind), Title: t.Title, BodyHTML: t.HTML,
		Author: Face(auth.ViewerOf(c), t.Author), At: h.web.Moment(t.CreatedAt), Edited: h.web.Moment(t.EditedAt),
		Crumbs: []parts.Link{{Text: "Discussions", Path: "/latest"}}, WhoSees: visibleTo(t), Answered: answeredIn(t),
		Pinned: t.Pinned, Deleted: t.Deleted, Topics: chips(t.Topics),
	}
	if t.Deleted {
		p.Title = "Deleted " + string(t.Kind)
		p.Chrome.Title = p.Title
	} else if t.Audience == auth.AudiencePublic {
		p.Chrome.Description, p.Chrome.Canonical = t.Excerpt, h.web.URL(t.Path())
	}
	if t.Kind == Signal {
		p.Chrome.Nav, p.Crumbs = "signals", []parts.Link{{Text: "Signals", Path: "/signals"}}
	}
	switch {
	case t.Network.ID != 0:
		p.Chrome.Nav = "networks"
		p.Crumbs = []parts.Link{{Text: "Networks", Path: "/networks"}, {Text: t.Network.Name, Path: t.Network.Path()}}
	case t.Kind == Decision:
		p.Crumbs = []parts.Link{{Text: "Decisions", Path: "/decisions"}}
	case len(t.Topics) > 0:
		p.Crumbs = append(p.Crumbs, parts.Link{Text: t.Topics[0].Name, Path: t.Topics[0].Path()})
	}
	return p
}

// Conversation returns what is done and said about t, which must come from Find for v, with the page of replies that the address
// of c means. Forms and permalinks lead back to t's own address.
func (h *Web) Conversation(c *fiber.Ctx, v auth.Viewer, t Thread) (views.Conversation, error) {
	return h.conversation(c, v, t)
}

func (h *Web) conversation(c *fiber.Ctx, v auth.Viewer, t Thread) (views.Conversation, error) {
	query, err := repliesQuery(c)
	if err != nil {
		return views.Conversation{}, err
	}
	r, err := h.threads.Replies(c.UserContext(), v, t, query)
	if err != nil {
		return views.Conversation{}, err
	}
	p := views.Conversation{
		Lang: t.Author.Lang, Vote: voteOf(kindThread, t.ID, t.Votes, t.Voted, t.CanVote), Heading: repliesSaid(t.Replies), Pager: replyPager(t, r),
	}
	if v.SignedIn() {
		p.Me = "/people/" + v.Handle
	}
	if t.Closed() {
		p.Closed = "Closed on " + h.web.Date(t.ClosedAt) + ". Nobody can reply any more."
	}
	doors(v, t, &p)
	if h.lessons != nil && v.Person != 0 && !t.Deleted {
		p.LookBackPath = "/reflections/new?about=" + strconv.FormatInt(t.ID, 10)
	}
	p.Fresh = h.fresh(v, t)
	h.showReplies(v, t, r, &p)
	p.Form, err = h.replyForm(c, t, r)
	return p, err
}

// doors fills in what the viewer may do with a thread; what they may not has no path.
func doors(v auth.Viewer, t Thread, p *views.Conversation) {
	path := threadPath(t.ID)
	if v.SignedIn() && !t.Deleted {
		p.Follow = parts.Follow{Kind: kindThread, ID: t.ID, Name: t.Title, Return: t.Path(), On: t.Watched}
	}
	if !v.SignedIn() && !t.Closed() && !t.Deleted {
		p.SignIn = web.SignInPath(t.Path())
	}
	if t.CanEdit && t.Kind != Decision { // which is amended, with the reason
		p.EditPath = path + "/edit"
	}
	if v.SignedIn() && !t.Deleted && t.Kind != Decision {
		p.DecidePath = path + "/decide"
	}
	if t.Revision > 1 && !t.Deleted {
		p.HistoryPath = path + "/history"
	}
	if t.CanDelete {
		p.DeletePath = path + "/delete"
	}
	switch {
	case t.CanClose && t.Closed():
		p.ReopenPath = path + "/reopen"
	case t.CanClose:
		p.ClosePath = path + "/close"
	}
	hands(t, p)
}

// hands fills in what the viewer may do with a thread as somebody who keeps order there. A post stays in its blog.
func hands(t Thread, p *views.Conversation) {
	if !t.CanModerate {
		return
	}
	path := threadPath(t.ID)
	if t.Pinned {
		p.UnpinPath = path + "/unpin"
	} else {
		p.PinPath = path + "/pin"
	}
	if t.Kind != Post {
		p.MovePath = path + "/move"
	}
	if t.Kind != Post && t.Kind != Decision {
		p.MergePath = path + "/merge"
	}
	if t.Replies > 0 {
		p.SplitPath = path + "/split"
	}
}

func (h *Web) showReplies(v auth.Viewer, t Thread, r RepliesPage, p *views.Conversation) {
	here := make(map[int64]bool, len(r.Replies)+1)
	for _, reply := range r.Replies {
		here[reply.ID] = true
	}
	if r.Pinned != nil {
		here[r.Pinned.ID] = true
		pinned := h.reply(v, t, *r.Pinned, here)
		p.Accepted = &pinned
	}
	p.Replies = make([]views.Reply, len(r.Replies))
	for i, reply := range r.Replies {
		p.Replies[i] = h.reply(v, t, reply, here)
	}
}

// reply returns r as its page shows it; here are the replies on the same page.
func (h *Web) reply(v auth.Viewer, t Thread, r Reply, here map[int64]bool) views.Reply {
	out := views.Reply{
		ID: r.ID, Path: r.Path(), Author: Face(v, r.Author), At: h.web.Moment(r.CreatedAt), Edited: h.web.Moment(r.EditedAt),
		BodyHTML: r.HTML, Lang: r.Author.Lang, Deleted: r.Deleted, Accepted: r.Accepted, Vote: voteOf(kindReply, r.ID, r.Votes, r.Voted, r.CanVote),
	}
	if r.Parent != 0 {
		to := views.InReplyTo{Name: r.ParentBy, Path: replyPath(r.Parent)}
		if here[r.Parent] {
			to.Path = "#reply-" + strconv.FormatInt(r.Parent, 10)
		}
		if to.Name == "" {
			to.Name = "a deleted reply"
		}
		out.InReplyTo = &to
	}
	replyDoors(t, r, &out)
	return out
}

// replyDoors fills in what the viewer may do with a reply; what they may not has no path.
func replyDoors(t Thread, r Reply, out *views.Reply) {
	if t.CanReply && !r.Deleted {
		out.ReplyPath = t.Path() + "?to=" + strconv.FormatInt(r.ID, 10) + "#reply"
	}
	if r.CanEdit {
		out.EditPath = r.Path() + "/edit"
	}
	if r.Revision > 1 && !r.Deleted && !t.Deleted {
		out.HistoryPath = r.Path() + "/history"
	}
	if r.CanDelete {
		out.DeletePath = r.Path() + "/delete"
	}
	switch {
	case r.CanAccept && r.Accepted:
		out.UnacceptPath = r.Path() + "/unaccept"
	case r.CanAccept:
		out.AcceptPath = r.Path() + "/accept"
	}
}

// replyForm returns the box under a thread with what was left in it, nil when v cannot reply.
func (h *Web) replyForm(c *fiber.Ctx, t Thread, r RepliesPage) (*views.ReplyForm, error) {
	if !t.CanReply {
		return nil, nil //nolint:nilnil // the page type says it so
	}
	f := &views.ReplyForm{
		Action: threadPath(t.ID) + "/replies", Place: ReplyPlace(t.ID), Submit: "Reply", WhoSees: whoReads(t),
	}
	d, err := h.draft(c, f.Place)
	if err != nil {
		return nil, err
	}
	f.Body, f.Draft = d.Body, h.saved(d.UpdatedAt)
	if to, err := strconv.ParseInt(c.Query("to"), 10, 64); err == nil {
		return f, h.answer(c, f, t, r, to)
	}
	return f, nil
}

// answer says in the form which reply is being answered; a reply that cannot be found any more is not.
func (h *Web) answer(c *fiber.Ctx, f *views.ReplyForm, t Thread, page RepliesPage, to int64) error {
	if page.Pinned != nil {
		page.Replies = append(page.Replies[:len(page.Replies):len(page.Replies)], *page.Pinned)
	}
	for _, r := range page.Replies {
		if r.ID == to && !r.Deleted {
			f.Parent, f.To = to, &views.InReplyTo{Name: r.Author.Name, Path: "#reply-" + strconv.FormatInt(to, 10)}
			return nil
		}
	}
	r, in, err := h.threads.FindReply(c.UserContext(), auth.ViewerOf(c), to)
	switch {
	case errs.IsNotFound(err):
		return nil
	case err != nil:
		return err
	}
	if in.ID == t.ID && !r.Deleted {
		f.Parent, f.To = to, &views.InReplyTo{Name: r.Author.Name, Path: r.Path()}
	}
	return nil
}

// Locate answers GET /replies/:id: the permalink leads to the page of the thread that holds the reply.
func (h *Web) Locate(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	path, page, err := h.threads.Locate(c.UserContext(), auth.ViewerOf(c), id)
	if err != nil {
		return err
	}
	if p := at(path, "after", page.After); p != "" {
		path = p
	}
	return web.SeeOther(c, path+"#reply-"+strconv.FormatInt(id, 10))
}

// Close answers POST /threads/:id/close.
func (h *Web) Close(c *fiber.Ctx) error {
	return h.act(c, kindThread, func(v auth.Viewer, id int64) error { return h.threads.Close(c.UserContext(), v, id) })
}

// Reopen answers POST /threads/:id/reopen.
func (h *Web) Reopen(c *fiber.Ctx) error {
	return h.act(c, kindThread, func(v auth.Viewer, id int64) error { return h.threads.Reopen(c.UserContext(), v, id) })
}

// Accept answers POST /replies/:id/accept.
func (h *Web) Accept(c *fiber.Ctx) error {
	return h.act(c, kindReply, func(v auth.Viewer, id int64) error { return h.threads.Accept(c.UserContext(), v, id) })
}

// Unaccept answers POST /replies/:id/unaccept.
func (h *Web) Unaccept(c *fiber.Ctx) error {
	return h.act(c, kindReply, func(v auth.Viewer, id int64) error { return h.threads.Unaccept(c.UserContext(), v, id) })
}

// DeleteThread answers POST /threads/:id/delete.
func (h *Web) DeleteThread(c *fiber.Ctx) error {
	return h.act(c, kindThread, func(v auth.Viewer, id int64) error { return h.threads.DeleteThread(c.UserContext(), v, id) })
}

// DeleteReply answers POST /replies/:id/delete.
func (h *Web) DeleteReply(c *fiber.Ctx) error {
	return h.act(c, kindReply, func(v auth.Viewer, id int64) error { return h.threads.DeleteReply(c.UserContext(), v, id) })
}

// act does one thing to the thread or reply in the address and shows it again.
func (h *Web) act(c *fiber.Ctx, kind string, do func(v auth.Viewer, id int64) error) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if err := do(auth.ViewerOf(c), id); err != nil {
		return err
	}
	if kind == kindReply {
		return web.SeeOther(c, replyPath(id))
	}
	return web.SeeOther(c, threadPath(id))
}

// VoteThread answers POST /threads/:id/votes.
func (h *Web) VoteThread(c *fiber.Ctx) error { return h.voteThread(c, true) }

// UnvoteThread answers POST /threads/:id/unvote.
func (h *Web) UnvoteThread(c *fiber.Ctx) error { return h.voteThread(c, false) }

func (h *Web) voteThread(c *fiber.Ctx, on bool) error {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	vote := func(v auth.Viewer, id int64) error { return h.threads.VoteThread(ctx, v, id, on) }
	if !web.IsHTMX(c) {
		return h.act(c, kindThread, vote)
	}
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if err := vote(v, id); err != nil {
		return err
	}
	t, err := h.threads.Find(ctx, v, id)
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, views.VoteButton(voteOf(kindThread, id, t.Votes, t.Voted, t.CanVote)))
}

// VoteReply answers POST /replies/:id/votes.
func (h *Web) VoteReply(c *fiber.Ctx) error { return h.voteReply(c, true) }

// UnvoteReply answers POST /replies/:id/unvote.
func (h *Web) UnvoteReply(c *fiber.Ctx) error { return h.voteReply(c, false) }

func (h *Web) voteReply(c *fiber.Ctx, on bool) error {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	vote := func(v auth.Viewer, id int64) error { return h.threads.VoteReply(ctx, v, id, on) }
	if !web.IsHTMX(c) {
		return h.act(c, kindReply, vote)
	}
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if err := vote(v, id); err != nil {
		return err
	}
	r, _, err := h.threads.FindReply(ctx, v, id)
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, views.VoteButton(voteOf(kindReply, id, r.Votes, r.Voted, r.CanVote)))
}

// Follow answers POST /follow.
func (h *Web) Follow(c *fiber.Ctx) error { return h.follow(c, true) }

// Unfollow answers POST /unfollow.
func (h *Web) Unfollow(c *fiber.Ctx) error { return h.follow(c, false) }

func (h *Web) follow(c *fiber.Ctx, on bool) error {
	ctx, v, form := c.UserContext(), auth.ViewerOf(c), web.FormOf(c)
	f := parts.Follow{Kind: form.Line("kind"), ID: form.ID("id"), Return: web.Local(form.Line("return")), On: on}
	set := h.threads.Unwatch
	if on {
		set = h.threads.Watch
	}
	if err := set(ctx, v, f.Kind, f.ID); err != nil {
		return err
	}
	if !web.IsHTMX(c) {
		return web.SeeOther(c, f.Return)
	}
	var err error
	if f.Name, err = h.threads.WatchName(ctx, v, f.Kind, f.ID); err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, parts.FollowButton(f))
}

// voteOf returns the "Useful" button of a thread or reply.
func voteOf(kind string, id int64, count int, on, can bool) views.Vote {
	path := threadPath(id)
	vote := views.Vote{ID: "vote-" + kind[:1] + strconv.FormatInt(id, 10), Count: count, On: on}
	if kind == kindReply {
		path = replyPath(id)
	}
	switch {
	case can && on:
		vote.Path = path + "/unvote"
	case can:
		vote.Path = path + "/votes"
	}
	return vote
}

// Face returns an author as pages show them. Profiles are for people who are signed in; for others the name is plain text.
func Face(v auth.Viewer, a Author) parts.Person {
	p := parts.Person{Name: a.Name, Initials: parts.Initials(a.Name), Tint: parts.Tint(a.ID), Unit: a.Unit}
	if !v.SignedIn() {
		return p
	}
	p.Path = a.Path()
	if a.Photo != "" {
		p.Photo = "/files/" + a.Photo
	}
	return p
}

func chips(topics []Topic) []parts.Topic {
	list := make([]parts.Topic, len(topics))
	for i, t := range topics {
		list[i] = parts.Topic{Name: t.Name, Path: t.Path()}
	}
	return list
}

// visibleTo says who can read t.
func visibleTo(t Thread) string {
	switch {
	case t.Audience == auth.AudiencePublic:
		return "Visible to anyone"
	case t.Audience == auth.AudienceHub:
		return "Visible to everyone signed in"
	case isNetwork(t.Audience):
		return "Visible only to members of " + inNetwork(t)
	}
	return "Visible only to your organisation"
}

// whoReads says who will read a reply to t.
func whoReads(t Thread) string {
	switch {
	case t.Audience == auth.AudiencePublic:
		return "Anyone will see this, without signing in."
	case t.Audience == auth.AudienceHub:
		return "Everyone signed in will see this."
	case isNetwork(t.Audience):
		return "Only members of " + inNetwork(t) + " will see this."
	}
	return "Only your organisation will see this."
}

// inNetwork names the network whose members alone read t.
func inNetwork(t Thread) string {
	if t.Network.Name == "" {
		return "its network"
	}
	return t.Network.Name
}

// answeredIn says how long a question waited for its accepted answer, "" when it has none.
func answeredIn(t Thread) string {
	if t.AnsweredAt.IsZero() {
		return ""
	}
	waited := t.AnsweredAt.Sub(t.CreatedAt)
	switch {
	case waited <= 0:
		return "Answered"
	case waited < time.Hour:
		return fmt.Sprintf("Answered in %d min", max(1, int(waited/time.Minute)))
	case waited < 48*time.Hour:
		return fmt.Sprintf("Answered in %d h", int(waited/time.Hour))
	}
	return fmt.Sprintf("Answered in %d days", int(waited/(24*time.Hour)))
}

// repliesSaid is "7 replies", "No replies yet".
func repliesSaid(n int) string {
	if n == 0 {
		return "No replies yet"
	}
	return count(n, "reply", "replies")
}

func replyPager(t Thread, r RepliesPage) parts.Pager {
	p := parts.Pager{
		Previous: at(t.Path(), "before", r.Previous), Next: at(t.Path(), "after", r.Next),
		PreviousText: "Earlier replies", NextText: "Later replies",
	}
	if !p.Set() {
		return p
	}
	p.Summary = fmt.Sprintf("Replies %s–%s of %s", parts.Thousands(r.First), parts.Thousands(r.First+r.Shown-1), parts.Thousands(r.Total))
	if p.Previous != "" {
		p.First = t.Path()
	}
	if p.Next != "" {
		p.Last = t.Path() + "?page=last"
	}
	return p
}

// TopicNames splits what was typed into a field for topics.
func TopicNames(typed string) []string {
	var names []string
	for name := range strings.SplitSeq(typed, ",") {
		if name = oneLine(name); name != "" {
			names = append(names, name)
		}
	}
	return names
}

// count says a number with its noun, thousands apart: "1 reply", "2,000 replies".
func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return parts.Thousands(n) + " " + many
}
