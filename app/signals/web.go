package signals

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"watercooler/app/threads"
	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/views/layout"
	"watercooler/views/parts"
	views "watercooler/views/signals"
)

// Web answers the requests about signals, and shows on the page of one where it comes from.
type Web struct {
	signals *Service
	threads *threads.Web
	web     *web.Web
}

// NewWeb returns the handlers for s. Threads are shown as t shows them.
func NewWeb(s *Service, t *threads.Web, w *web.Web) *Web { return &Web{signals: s, threads: t, web: w} }

const (
	boardPath   = "/signals"
	sharePath   = "/signals/new"
	sourcesPath = "/signals/sources"
)

func (h *Web) chrome(c *fiber.Ctx, title string) layout.Chrome {
	chrome := h.web.Chrome(c, title)
	chrome.Nav = "signals"
	return chrome
}

// What the board can show, as its address says it; "" is a little of what was clipped and all that waits.
const (
	showWaiting   = "waiting"
	showClipped   = "clipped"
	showDismissed = "dismissed"
)

// How much the board shows.
const (
	fewSignals = 5  // above what waits
	fewItems   = 10 // below them
	pageSize   = 20 // of each list that is alone
)

// filter is what the address of the board asks for.
type filter struct {
	show           string
	kind           Kind
	network, topic string // slugs
	names          map[string]string
	Query
}

// path is the address of the board with some of what f asks for changed: pairs of a name and a value, "" for none.
func (f filter) path(pairs ...string) string {
	q := url.Values{}
	for name, value := range map[string]string{"show": f.show, "kind": string(f.kind), "network": f.network, "topic": f.topic} {
		if i := slices.Index(pairs, name); i >= 0 && i%2 == 0 {
			value = pairs[i+1]
		}
		if value != "" {
			q.Set(name, value)
		}
	}
	if i := slices.Index(pairs, "before"); i >= 0 {
		q.Set("before", pairs[i+1])
	}
	if len(q) == 0 {
		return boardPath
	}
	return boardPath + "?" + q.Encode()
}

// filter reads the address of the board. What is no kind, network or topic is NotFound: there can be nothing there.
func (h *Web) filter(c *fiber.Ctx) (f filter, err error) {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	f.names = map[string]string{}
	if show := c.Query("show"); slices.Contains([]string{showWaiting, showClipped, showDismissed}, show) && v.SignedIn() {
		f.show = show
	}
	if kind := Kind(c.Query("kind")); kind.Valid() {
		f.kind, f.Kind, f.names["kind"] = kind, kind, views.KindName(string(kind))
	}
	if f.network = c.Query("network"); f.network != "" {
		place, err := h.signals.Place(ctx, v, f.network)
		if err != nil {
			return f, err
		}
		f.Network, f.names["network"] = place.ID, place.Name
	}
	if f.topic = c.Query("topic"); f.topic != "" {
		topic, err := h.signals.Topic(ctx, f.topic)
		if err != nil {
			return f, err
		}
		f.Topic, f.names["topic"] = topic.ID, topic.Name
	}
	if before := c.Query("before"); before != "" {
		f.Before.At, f.Before.ID, err = web.ParseCursor(before)
	}
	return f, err
}

// Board answers GET /signals?show=…&kind=…&network=…&topic=…: what is going on.
func (h *Web) Board(c *fiber.Ctx) error {
	v := auth.ViewerOf(c)
	f, err := h.filter(c)
	if err != nil {
		return err
	}
	scope, err := h.signals.Scope(c.UserContext(), v)
	if err != nil {
		return err
	}
	page := views.BoardPage{
		Chrome: h.chrome(c, "What is going on"), Kinds: f.kinds(scope), InForce: f.inForce(),
		Lead: "What colleagues found outside that others should know of.",
	}
	if v.SignedIn() {
		page.Lead = "What happens outside, as papers, regulators, councils and others tell it. Clip what matters, and say what it may mean."
		page.Views, page.Narrow = f.views(scope), f.narrow(scope)
		page.SharePath, page.SourcesPath = sharePath, sourcesPath
	} else {
		f.show = showClipped
	}
	if err := h.clipped(c, f, &page); err != nil {
		return err
	}
	if err := h.waiting(c, f, scope, &page); err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, views.Board(page))
}

// clipped fills in the list of signals.
func (h *Web) clipped(c *fiber.Ctx, f filter, page *views.BoardPage) error {
	if f.show != "" && f.show != showClipped || f.show == "" && f.Before != (threads.Key{}) {
		return nil
	}
	v := auth.ViewerOf(c)
	f.Limit = fewSignals
	if f.show == showClipped {
		f.Limit = pageSize
	}
	list, older, err := h.signals.Signals(c.UserContext(), v, f.Query)
	if err != nil {
		return err
	}
	out := views.SignalList{Empty: parts.Empty{Title: "Nothing has been clipped yet", Text: "What somebody clips or shares stands here, with what is said about it."}}
	if v.SignedIn() {
		out.Empty.Do = parts.Link{Text: "Share a page", Path: sharePath}
	}
	items := make([]threads.Item, len(list))
	for i, s := range list {
		items[i] = s.Item
	}
	out.Signals = h.threads.Items(v, items)
	for i, s := range list {
		out.Signals[i].Why = strings.Join([]string{s.Origin.Source, views.KindName(string(s.Origin.Kind)), h.web.Date(s.Origin.Published)}, " · ")
	}
	switch {
	case f.show == showClipped:
		page.Pager.Next = f.older(older)
	case older != (threads.Key{}):
		out.All = f.path("show", showClipped)
	}
	page.Signals = &out
	return nil
}

// older is the address of the page after this one, "" when it is the last.
func (f filter) older(k threads.Key) string {
	if k == (threads.Key{}) {
		return ""
	}
	return f.path("before", web.Cursor(k.At, k.ID))
}

// waiting fills in the list of items.
func (h *Web) waiting(c *fiber.Ctx, f filter, scope Scope, page *views.BoardPage) error {
	v := auth.ViewerOf(c)
	if !v.SignedIn() || f.show == showClipped {
		return nil
	}
	state := Fresh
	out := views.ItemList{Heading: "To look at", Empty: parts.Empty{Title: "Nothing to look at", Text: "All that came in has been clipped or dismissed. What is new comes about once an hour."}}
	switch {
	case f.show == showDismissed:
		state, out.Heading = Dismissed, "Dismissed"
		out.Empty = parts.Empty{Title: "Nothing was dismissed", Text: "What somebody dismisses can be brought back from here."}
	case scope.Sources == 0:
		out.Empty = parts.Empty{
			Title: "Nothing comes in yet", Text: "There are no sources: feeds of papers, regulators, councils and others that tell what happens.", Do: parts.Link{Text: "See the sources", Path: sourcesPath},
		}
	case len(f.names) > 0:
		out.Empty.Do = parts.Link{Text: "Show everything", Path: boardPath}
	}
	f.Limit = pageSize
	if f.show == "" {
		f.Limit = fewItems
	}
	list, older, err := h.signals.Items(c.UserContext(), v, state, f.Query)
	if err != nil {
		return err
	}
	for _, i := range list {
		out.Items = append(out.Items, h.item(i, c.OriginalURL()))
	}
	page.Items, page.Pager.Next = &out, f.older(older)
	return nil
}

func itemPath(id int64) string { return "/signals/items/" + strconv.FormatInt(id, 10) }

func threadPath(id int64) string { return threads.Thread{ID: id}.Path() }

// item is an item as lists show it.
func (h *Web) item(i Item, back string) views.Item {
	path := itemPath(i.ID)
	out := views.Item{
		ID: i.ID, Title: i.Title, Path: path, Summary: i.Summary, Source: i.Source, Kind: string(i.Kind), At: h.web.Moment(i.Published),
		Also: tellings(i.Also), Return: back,
	}
	if i.Network.ID != 0 {
		out.Network = parts.Link{Text: i.Network.Name, Path: i.Network.Path()}
	}
	if i.State == Dismissed {
		out.RestorePath = path + "/restore"
		return out
	}
	out.ClipPath, out.DiscussPath, out.DismissPath = path+"/clip", path+"/discuss", path+"/dismiss"
	return out
}

func tellings(list []Telling) []parts.Link {
	out := make([]parts.Link, len(list))
	for i, t := range list {
		out[i] = parts.Link{Text: t.Source, Path: t.URL}
	}
	return out
}

// views are the ways of looking at the board.
func (f filter) views(scope Scope) []parts.Tab {
	return []parts.Tab{
		{Text: "Everything", Path: f.path("show", ""), Current: f.show == ""},
		{Text: "To look at", Path: f.path("show", showWaiting), Count: scope.Waiting, Current: f.show == showWaiting},
		{Text: "Clipped", Path: f.path("show", showClipped), Current: f.show == showClipped},
		{Text: "Dismissed", Path: f.path("show", showDismissed), Current: f.show == showDismissed},
	}
}

// kinds are the kinds of source that the board can be narrowed to.
func (f filter) kinds(scope Scope) []parts.Tab {
	tabs := []parts.Tab{{Text: "All kinds", Path: f.path("kind", ""), Current: f.kind == ""}}
	for _, k := range Kinds {
		tabs = append(tabs, parts.Tab{Text: views.KindName(string(k)), Path: f.path("kind", string(k)), Count: scope.Kinds[k], Current: f.kind == k})
	}
	return tabs
}

// inForce are the networks and topics the board is narrowed to; the kind is seen among the kinds.
func (f filter) inForce() []parts.Link {
	var list []parts.Link
	for _, name := range []string{"network", "topic"} {
		if text := f.names[name]; text != "" {
			list = append(list, parts.Link{Text: text, Path: f.path(name, "")})
		}
	}
	return list
}

// narrow are the networks and topics the board can be narrowed to.
func (f filter) narrow(scope Scope) []parts.FilterGroup {
	var groups []parts.FilterGroup
	for _, g := range []struct {
		title, name, current string
		list                 []Part
	}{{"Network", "network", f.network, scope.Networks}, {"Topic", "topic", f.topic, scope.Topics}} {
		group := parts.FilterGroup{Name: g.title}
		for _, p := range g.list {
			group.Values = append(group.Values, parts.Tab{Text: p.Name, Path: f.path(g.name, p.Slug), Count: p.Waiting, Current: p.Slug == g.current})
		}
		if len(group.Values) > 0 {
			groups = append(groups, group)
		}
	}
	return groups
}

// Visit answers GET /signals/items/:id: on to where it stands.
func (h *Web) Visit(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	to, err := h.signals.Visit(c.UserContext(), auth.ViewerOf(c), id, opened(c))
	if err != nil {
		return err
	}
	// SECURITY: only addresses of pages on the web become items, and the site does not learn which page of the hub led there.
	c.Set(fiber.HeaderReferrerPolicy, "no-referrer")
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Redirect(to, fiber.StatusSeeOther)
}

// opened reports whether somebody opens a page. Browsers say so when they only look ahead, and a page of another site that loads this one
// as a picture is nobody's wish either.
func opened(c *fiber.Ctx) bool {
	for _, name := range []string{"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"} {
		if said := strings.ToLower(c.Get(name)); strings.Contains(said, "prefetch") || strings.Contains(said, "preview") {
			return false
		}
	}
	return c.Method() == fiber.MethodGet && (c.Get("Sec-Fetch-Site") != "cross-site" || c.Get("Sec-Fetch-Mode") == "navigate")
}

// Clip answers POST /signals/items/:id/clip.
func (h *Web) Clip(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	v, f := auth.ViewerOf(c), web.FormOf(c)
	thread, err := h.signals.Clip(c.UserContext(), v, id, f.Line("why"))
	if err != nil {
		return err
	}
	i, err := h.signals.Find(c.UserContext(), v, id)
	if err != nil {
		return err
	}
	if web.IsHTMX(c) {
		return web.Render(c, fiber.StatusOK, views.Gone(views.Done{ID: id, Text: "Clipped:", Thread: parts.Link{Text: i.Title, Path: threadPath(thread)}}))
	}
	h.web.Flash(c, "Clipped: "+i.Title)
	return web.SeeOther(c, back(f))
}

// back is where a form of the board leads to.
func back(f web.Form) string { return web.Local(cmp.Or(f.Line("return"), boardPath)) }

// Discuss answers POST /signals/items/:id/discuss: it is clipped, and what it means can be said at once.
func (h *Web) Discuss(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	thread, err := h.signals.Clip(c.UserContext(), auth.ViewerOf(c), id, "")
	if err != nil {
		return err
	}
	h.web.Flash(c, "Clipped. What does it mean for us?")
	return web.SeeOther(c, threadPath(thread)+"#reply")
}

// Dismiss answers POST /signals/items/:id/dismiss.
func (h *Web) Dismiss(c *fiber.Ctx) error {
	return h.triage(c, h.signals.Dismiss, func(i Item, back string) (templ.Component, string) {
		return views.Gone(views.Done{ID: i.ID, Text: "Dismissed:", Thread: parts.Link{Text: i.Title}, RestorePath: itemPath(i.ID) + "/restore", Return: back}),
			"Dismissed. It can be brought back from “Dismissed”."
	})
}

// Restore answers POST /signals/items/:id/restore.
func (h *Web) Restore(c *fiber.Ctx) error {
	return h.triage(c, h.signals.Restore, func(i Item, back string) (templ.Component, string) {
		item := h.item(i, back)
		return views.ItemCard(&item), "It is back among what there is to look at."
	})
}

// triage does something with an item and shows what became of it: to htmx in its place, otherwise where it was.
func (h *Web) triage(c *fiber.Ctx, do useCase, said func(i Item, back string) (templ.Component, string)) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	ctx, v, to := c.UserContext(), auth.ViewerOf(c), back(web.FormOf(c))
	if err := do(ctx, v, id); err != nil {
		return err
	}
	i, err := h.signals.Find(ctx, v, id)
	if err != nil {
		return err
	}
	fragment, text := said(i, to)
	if web.IsHTMX(c) {
		return web.Render(c, fiber.StatusOK, fragment)
	}
	h.web.Flash(c, text)
	return web.SeeOther(c, to)
}

// Signal shows where a signal comes from, above its opening, and notes that somebody has opened it.
func (h *Web) Signal(c *fiber.Ctx, t threads.Thread) (templ.Component, error) {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	o, err := h.signals.Origin(ctx, v, t.ID)
	if err != nil {
		return nil, err
	}
	if !o.Read && opened(c) {
		if err := h.signals.Opened(ctx, v, t); err != nil {
			return nil, err
		}
	}
	return views.Beside(views.Panel{
		URL: o.URL, Host: strings.TrimPrefix(hostOf(o.URL), "www."), Source: o.Source, Kind: string(o.Kind), At: h.web.Moment(o.Published), Also: tellings(o.Also),
	}), nil
}
