package signals

import (
	"regexp"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/views/parts"
	views "watercooler/views/signals"
)

// ShareForm answers GET /signals/new?url=…&title=…&text=…: the form, with what the browser or telephone that shares something gives along.
func (h *Web) ShareForm(c *fiber.Ctx) error {
	page := views.SharePage{URL: field(c, "url"), Title: clip(field(c, "title"), threads.MaxTitle)}
	if page.URL == "" { // many telephones put the address into the text
		page.URL = anAddress.FindString(field(c, "text") + " " + page.Title)
	}
	known, err := h.known(c, page.URL)
	if err != nil {
		return err
	}
	page.Known = known
	return h.shareForm(c, fiber.StatusOK, page, 0, "", field(c, "network"))
}

var anAddress = regexp.MustCompile(`https?://\S+`)

// field is what an address puts into the form.
func field(c *fiber.Ctx, name string) string {
	return clip(c.Query(name), maxAddress)
}

// known are the signals that lead to address already.
func (h *Web) known(c *fiber.Ctx, address string) ([]views.Known, error) {
	list, err := h.signals.Already(c.UserContext(), auth.ViewerOf(c), address)
	if err != nil {
		return nil, err
	}
	var out []views.Known
	for _, k := range list {
		path := threadPath(k.Thread)
		out = append(out, views.Known{Title: k.Title, Path: path, Note: parts.Plural(k.Replies, "reply", "replies") + " · " + h.web.Date(k.At), ReplyPath: path + "#reply"})
	}
	return out, nil
}

// shareForm shows the form with what was chosen already: a network by its id or slug, and an audience.
func (h *Web) shareForm(c *fiber.Ctx, status int, page views.SharePage, network int64, audience, slug string) error {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	reach, err := h.signals.threads.Reach(ctx, v)
	if err != nil {
		return err
	}
	page.Chrome = h.chrome(c, "Share a page")
	page.Places, page.Audiences = threads.Places(v, reach, network, audience, slug)
	if page.TopicNames, err = h.signals.threads.TopicNames(ctx); err != nil {
		return err
	}
	return web.Render(c, status, views.Share(page))
}

// Share answers POST /signals.
func (h *Web) Share(c *fiber.Ctx) error {
	f := web.FormOf(c)
	page := views.SharePage{
		URL: f.Line("url"), Title: f.Line("title"), Source: f.Line("source"), Kind: f.Line("kind"), Published: f.Line("published"), Why: f.Text("why"), Topics: f.Line("topics"),
	}
	network := f.ID("network")
	audience := threads.Addressed(f.Line("audience"), network)
	in := Shared{
		URL: page.URL, Title: page.Title, Source: page.Source, Kind: Kind(page.Kind), Why: page.Why, Topics: threads.TopicNames(page.Topics),
		Network: network, Audience: audience, Again: f.Bool("again"),
	}
	var err error
	if in.Published, err = dateIn(page.Published); err == nil {
		var id int64
		if id, err = h.signals.Share(c.UserContext(), auth.ViewerOf(c), in); err == nil {
			return web.SeeOther(c, threadPath(id))
		}
	}
	problems, ok := web.ProblemsOf(err)
	if !ok {
		return err
	}
	page.Problems = problems
	if page.Known, ok = nil, problems.Of("url") != ""; ok {
		known, err := h.known(c, page.URL)
		if err != nil {
			return err
		}
		page.Known = known
	}
	return h.shareForm(c, web.StatusOf(err), page, network, audience, "")
}

// dateIn reads a day, the zero time for none. It is meant as noon, so that no time zone makes another day of it.
func dateIn(text string) (time.Time, error) {
	if strings.TrimSpace(text) == "" {
		return time.Time{}, nil
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil || day.Year() < 1970 || day.Year() > 2200 {
		return time.Time{}, errs.InvalidFields(errs.Field{Name: "published", Text: "Write the day as 2027-05-04, or leave it empty."})
	}
	return day.Add(12 * time.Hour), nil
}
