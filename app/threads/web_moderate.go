package threads

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/errs"
	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/views/parts"
	views "watercooler/views/threads"
)

// Pin answers POST /threads/:id/pin.
func (h *Web) Pin(c *fiber.Ctx) error {
	return h.act(c, kindThread, func(v auth.Viewer, id int64) error { return h.threads.Pin(c.UserContext(), v, id) })
}

// Unpin answers POST /threads/:id/unpin.
func (h *Web) Unpin(c *fiber.Ctx) error {
	return h.act(c, kindThread, func(v auth.Viewer, id int64) error { return h.threads.Unpin(c.UserContext(), v, id) })
}

// keeper returns the thread in the address, for somebody who keeps order where it lives.
func (h *Web) keeper(c *fiber.Ctx) (Thread, error) {
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
	case !t.CanModerate:
		return Thread{}, notKeeper
	}
	return t, nil
}

// MoveForm answers GET /threads/:id/move.
func (h *Web) MoveForm(c *fiber.Ctx) error {
	t, err := h.keeper(c)
	if err != nil {
		return err
	}
	return h.movePage(c, t, Move{Network: t.Network.ID, Audience: t.Audience, Kind: t.Kind}, nil)
}

// Move answers POST /threads/:id/move.
func (h *Web) Move(c *fiber.Ctx) error {
	t, err := h.keeper(c)
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	in := Move{Network: f.ID("network"), Kind: Kind(f.Line("kind")), Sure: f.Bool("sure")}
	in.Audience = Addressed(f.Line("audience"), in.Network)
	if err := h.threads.Move(c.UserContext(), auth.ViewerOf(c), t.ID, in); err != nil {
		return h.movePage(c, t, in, err)
	}
	return web.SeeOther(c, threadPath(t.ID))
}

func (h *Web) movePage(c *fiber.Ctx, t Thread, in Move, cause error) error {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	problems, ok := web.ProblemsOf(cause)
	if cause != nil && !ok {
		return cause
	}
	if t.Kind == Post {
		return inBlog
	}
	reach, err := h.threads.Reach(ctx, v)
	if err != nil {
		return err
	}
	homes, err := h.threads.Destinations(ctx, v, t.Network.ID)
	if err != nil {
		return err
	}
	page := views.MovePage{
		Chrome: h.chrome(c, "Move", "discussions"), Thread: parts.Link{Text: t.Title, Path: t.Path()}, Action: threadPath(t.ID) + "/move",
		WhoSees: visibleTo(t), Problems: problems, CancelPath: t.Path(), Unsure: problems.Of("sure") != "",
		Kinds: kindOptions(in.Kind),
	}
	page.Places, page.Audiences = moveOptions(v, reach, homes, t, in)
	return web.Render(c, status(cause), views.Move(page))
}

// moveOptions returns where a thread can go and who could read it there. Without script every audience is offered; a place that
// was chosen with an audience it does not allow comes back with the widest it does.
func moveOptions(v auth.Viewer, reach Reach, homes []Home, t Thread, in Move) ([]views.PlaceOption, []parts.Option) {
	outside := audiences(v)
	if !slices.Contains(outside, t.Audience) && !isNetwork(t.Audience) {
		outside = append(outside, t.Audience)
	}
	places := []views.PlaceOption{{Label: "No network", Audiences: outside, Selected: in.Network == 0}}
	all, allowed := slices.Insert(slices.Clone(outside), 1, members), outside
	for _, home := range homes {
		o := views.PlaceOption{Value: strconv.FormatInt(home.ID, 10), Label: home.Name, Selected: home.ID == in.Network}
		for _, a := range home.Audiences {
			if isNetwork(a) {
				a = members
			}
			o.Audiences = append(o.Audiences, a)
		}
		if o.Selected {
			allowed = o.Audiences
		}
		places = append(places, o)
	}
	chosen := in.Audience
	if isNetwork(chosen) {
		chosen = members
	}
	if !slices.Contains(allowed, chosen) && len(allowed) > 0 {
		chosen = allowed[0]
	}
	options := make([]parts.Option, len(all))
	for i, a := range all {
		options[i] = parts.Option{Value: a, Label: reach.WhoSees(a), Selected: a == chosen}
		if a == members {
			options[i].Label = "Only members of the network chosen above."
		}
	}
	return places, options
}

func kindOptions(chosen Kind) []parts.Option {
	return []parts.Option{
		{Value: string(Question), Label: "Question", Selected: chosen == Question},
		{Value: string(Discussion), Label: "Discussion", Selected: chosen == Discussion},
	}
}

// MergeForm answers GET /threads/:id/merge?into=…: it asks into which thread, and once that is said, whether it is meant.
func (h *Web) MergeForm(c *fiber.Ctx) error {
	t, err := h.keeper(c)
	if err != nil {
		return err
	}
	return h.mergePage(c, t, c.Query("into"), nil)
}

// Merge answers POST /threads/:id/merge.
func (h *Web) Merge(c *fiber.Ctx) error {
	t, err := h.keeper(c)
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	in := Merge{Into: threadIn(f.Line("into")), Sure: f.Bool("sure")}
	if err := h.threads.Merge(c.UserContext(), auth.ViewerOf(c), t.ID, in); err != nil {
		return h.mergePage(c, t, f.Line("into"), err)
	}
	h.web.Flash(c, "The two threads are one now.")
	return web.SeeOther(c, threadPath(in.Into))
}

func (h *Web) mergePage(c *fiber.Ctx, t Thread, typed string, cause error) error {
	problems, ok := web.ProblemsOf(cause)
	if cause != nil && !ok {
		return cause
	}
	page := views.MergePage{
		Chrome: h.chrome(c, "Merge", "discussions"), Thread: parts.Link{Text: t.Title, Path: t.Path()}, Action: threadPath(t.ID) + "/merge",
		CancelPath: t.Path(), Into: clip(typed, MaxTitle), Problems: problems,
	}
	if t.Kind == Post {
		return inBlog
	}
	if typed == "" {
		return web.Render(c, status(cause), views.Merge(page))
	}
	into, err := h.threads.Find(c.UserContext(), auth.ViewerOf(c), threadIn(typed))
	switch {
	case errs.IsNotFound(err) || err == nil && into.Deleted:
		if page.Problems == nil {
			page.Problems = parts.Problems{{Name: "into", Text: "There is no such thread here. Write its number, or copy its address."}}
		}
	case err != nil:
		return err
	case page.Problems.Of("into") == "":
		page.Target, page.Becomes = &parts.Link{Text: into.Title, Path: into.Path()}, becomes(t, into)
		page.Narrows = narrows(t, into)
	}
	return web.Render(c, status(cause), views.Merge(page))
}

// becomes says what a merge makes of a thread.
func becomes(t, into Thread) string {
	said := "Its opening becomes a reply"
	if t.Replies > 0 {
		said += fmt.Sprintf(", and its %s move along", count(t.Replies, "reply", "replies"))
		if t.Replies == 1 {
			said = "Its opening becomes a reply, and its reply moves along"
		}
	}
	if t.Accepted != 0 && (into.Accepted != 0 || into.Kind != Question) {
		said += ". Its accepted answer stays as an ordinary reply"
	}
	return said + ". Its old address leads there. This cannot be undone."
}

// narrows says who will no longer read what when two threads for different people become one, "" when they are for the same.
func narrows(t, into Thread) string {
	switch {
	case t.Audience == into.Audience:
		return ""
	case Within(t.Audience, into.Audience):
		return "“" + into.Title + "” was for more people. Both will be as narrow as this one: " + lower(visibleTo(t)) + "."
	}
	return "This thread was for more people. It will be as narrow as the other: " + lower(visibleTo(into)) + "."
}

// lower is a sentence as it stands within another.
func lower(s string) string {
	if s == "" {
		return ""
	}
	return string(s[0]|0x20) + s[1:]
}

var digits = regexp.MustCompile(`(?:^|/threads/|#)([0-9]{1,18})\b`)

// threadIn reads the number of a thread from what people copy: 42, #42, /threads/42 or the whole address.
func threadIn(typed string) int64 {
	found := digits.FindStringSubmatch(typed)
	if found == nil {
		return 0
	}
	id, err := strconv.ParseInt(found[1], 10, 64)
	if err != nil {
		return 0
	}
	return id
}

// SplitForm answers GET /threads/:id/split.
func (h *Web) SplitForm(c *fiber.Ctx) error {
	t, err := h.keeper(c)
	if err != nil {
		return err
	}
	return h.splitPage(c, t, Split{Kind: Discussion}, nil)
}

// Split answers POST /threads/:id/split.
func (h *Web) Split(c *fiber.Ctx) error {
	t, err := h.keeper(c)
	if err != nil {
		return err
	}
	f := web.FormOf(c)
	in := Split{Kind: Kind(f.Line("kind")), Title: f.Line("title"), Body: f.Text("body")}
	for _, s := range f.List("replies") {
		if id, err := strconv.ParseInt(s, 10, 64); err == nil && len(in.Replies) <= MaxSplit {
			in.Replies = append(in.Replies, id)
		}
	}
	fresh, err := h.threads.Split(c.UserContext(), auth.ViewerOf(c), t.ID, in)
	if err != nil {
		return h.splitPage(c, t, in, err)
	}
	return web.SeeOther(c, threadPath(fresh))
}

func (h *Web) splitPage(c *fiber.Ctx, t Thread, in Split, cause error) error {
	v := auth.ViewerOf(c)
	problems, ok := web.ProblemsOf(cause)
	if cause != nil && !ok {
		return cause
	}
	list, more, err := h.threads.Splittable(c.UserContext(), v, t)
	if err != nil {
		return err
	}
	page := views.SplitPage{
		Chrome: h.chrome(c, "Split", "discussions"), Thread: parts.Link{Text: t.Title, Path: t.Path()}, Action: threadPath(t.ID) + "/split",
		CancelPath: t.Path(), Title: in.Title, Body: in.Body, Kinds: kindOptions(in.Kind), Problems: problems, More: more,
	}
	for _, r := range list {
		page.Replies = append(page.Replies, views.SplitChoice{
			ID: r.ID, Author: r.Author.Name, At: h.web.Moment(r.CreatedAt), Excerpt: r.Body, Chosen: slices.Contains(in.Replies, r.ID),
		})
	}
	return web.Render(c, status(cause), views.Split(page))
}
