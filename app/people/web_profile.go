package people

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/views/parts"
	views "watercooler/views/people"
)

// section is a part of a profile that has an address of its own under the profile's.
type section string

const (
	posts       section = "posts"
	answers     section = "answers"
	discussions section = "discussions"
	networks    section = "networks"
)

// Show answers GET /people/:handle with the first section that has something.
func (h *Web) Show(c *fiber.Ctx) error { return h.show(c, "") }

// Posts answers GET /people/:handle/posts.
func (h *Web) Posts(c *fiber.Ctx) error { return h.show(c, posts) }

// Answers answers GET /people/:handle/answers.
func (h *Web) Answers(c *fiber.Ctx) error { return h.show(c, answers) }

// Discussions answers GET /people/:handle/discussions: questions, too.
func (h *Web) Discussions(c *fiber.Ctx) error { return h.show(c, discussions) }

// Networks answers GET /people/:handle/networks.
func (h *Web) Networks(c *fiber.Ctx) error { return h.show(c, networks) }

func (h *Web) show(c *fiber.Ctx, s section) error {
	p, err := h.people.Profile(c.UserContext(), auth.ViewerOf(c), c.Params("handle"))
	if err != nil {
		return err
	}
	if s == "" {
		s = p.first()
	}
	page := h.profile(c, p)
	if !p.Left {
		if page.Knows, err = h.knows.Section(c, p.ID, p.Handle, p.Name); err != nil {
			return err
		}
	}
	page.Tabs = p.tabs(s)
	for _, t := range page.Tabs {
		if t.Current {
			page.Heading = t.Text
		}
	}
	switch s {
	case posts:
		err = h.posts(c, p, &page)
	case answers:
		err = h.answers(c, p, &page)
	case networks:
		err = h.networks(c, p, &page)
	default:
		err = h.discussions(c, p, &page)
	}
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, views.Profile(page))
}

// first returns the section that a profile opens with.
func (p Profile) first() section {
	switch {
	case p.Posts > 0:
		return posts
	case p.Answers > 0:
		return answers
	case p.Threads == 0 && p.Networks > 0:
		return networks
	}
	return discussions
}

func (p Profile) tabs(current section) []parts.Tab {
	tab := func(text string, s section, n int) parts.Tab {
		return parts.Tab{Text: text, Path: p.section(s), Count: n, AtLeast: n == MaxCounted, Current: s == current}
	}
	return []parts.Tab{tab("Posts", posts, p.Posts), tab("Answers", answers, p.Answers), tab("Discussions", discussions, p.Threads),
		tab("Networks", networks, p.Networks)}
}

func (p Profile) section(s section) string { return p.Path() + "/" + string(s) }

// profile returns the page about p without what p wrote.
func (h *Web) profile(c *fiber.Ctx, p Profile) views.ProfilePage {
	page := views.ProfilePage{
		Chrome: h.chrome(c, p.Name), Person: p.Part(), Pronouns: p.Pronouns, Languages: p.Languages, WorkingPattern: p.WorkingPattern,
		Location: p.Location, Phone: p.Phone, Email: p.Email, Lang: p.WritesIn, AboutHTML: p.AboutHTML, HowToWorkHTML: p.HowToWorkHTML,
		Mine: p.Mine, Path: links(p.Above),
	}
	if !p.Staff {
		page.Organisation = p.Organisation
	}
	if p.UnitID != 0 {
		page.Unit = parts.Link{Text: p.Unit, Path: unitPath(p.UnitID)}
	}
	if p.Left {
		page.Left = "No longer works here since " + h.web.Date(p.LeftAt) + ". What they wrote stays."
		page.Phone, page.Email, page.WorkingPattern, page.HowToWorkHTML = "", "", "", "" // they cannot be asked any more
	}
	if p.CanEdit {
		page.EditPath = editPath(p.Person, p.Mine)
	}
	if p.Mine {
		page.Kept = kept(p.Privacy)
	} else {
		page.Follow = parts.Follow{Kind: "person", ID: p.ID, Name: p.Name, Return: p.Path(), On: p.Followed}
	}
	if !p.Mine && !p.Left {
		page.AskPath = "/write?kind=question&body=" + url.QueryEscape("@"+p.Handle+" ")
	}
	around(p, &page)
	return page
}

// fieldNames is what the fields are called in a sentence.
var fieldNames = map[Field]string{
	FieldPhone: "phone", FieldEmail: "e-mail", FieldLocation: "location", FieldPronouns: "pronouns", FieldLanguages: "languages",
	FieldPattern: "working pattern", FieldAbout: "about", FieldHowToWork: "how to work with you",
}

// kept tells people what they keep from others.
func kept(p Privacy) string {
	var said []string
	for _, l := range []struct {
		level Level
		text  string
	}{{ForMe, "Only you see: "}, {ForOrg, "Only your organisation sees: "}} {
		var names []string
		for _, f := range Fields() {
			if p[f] == l.level {
				names = append(names, fieldNames[f])
			}
		}
		if len(names) > 0 {
			said = append(said, l.text+strings.Join(names, ", ")+".")
		}
	}
	return strings.Join(said, " ")
}

// around fills in whom p works with.
func around(p Profile, page *views.ProfilePage) {
	if p.Manager != nil {
		page.Manager = side(*p.Manager)
	}
	for _, r := range p.Reports {
		page.Reports = append(page.Reports, *side(r))
	}
	for _, w := range p.Colleagues {
		page.Colleagues = append(page.Colleagues, *side(w))
	}
}

// side returns c as the cards beside a page show a person; the card's heading says what they are to it.
func side(c Card) *parts.SidePerson {
	note := c.JobTitle
	if c.Left {
		note = "No longer works here"
	}
	return &parts.SidePerson{Person: c.Part(), Note: note}
}

func (h *Web) posts(c *fiber.Ctx, p Profile, page *views.ProfilePage) error {
	blog, err := h.people.Blog(c.UserContext(), auth.ViewerOf(c), "person", p.ID)
	if err != nil {
		return err
	}
	if blog.Slug != "" {
		page.Blog = parts.Link{Text: blog.Name, Path: blog.Path()}
	}
	page.Empty = parts.Empty{Title: p.Name + " has not written a post yet"}
	if p.Mine {
		page.Empty = parts.Empty{Title: "You have not written a post yet", Text: "Your blog is where you think in the open.",
			Do: parts.Link{Text: "Set up your blog", Path: setUpPath("person", p.ID)}}
		if blog.Slug != "" {
			page.Empty.Do = parts.Link{Text: "Write a post", Path: blog.Path() + "/write"}
		}
	}
	return h.items(c, p, posts, h.people.Posts, page)
}

// setUpPath is where the blog of an owner is set up.
func setUpPath(kind string, id int64) string {
	return "/blog/new?owner=" + kind + ":" + strconv.FormatInt(id, 10)
}

func (h *Web) discussions(c *fiber.Ctx, p Profile, page *views.ProfilePage) error {
	page.Empty = parts.Empty{Title: p.Name + " has not asked or started anything yet"}
	if p.Mine {
		page.Empty = parts.Empty{Title: "You have not asked or started anything yet", Text: "What you ask and start is listed here.",
			Do: parts.Link{Text: "Ask a question", Path: "/write?kind=question"}}
	}
	return h.items(c, p, discussions, h.people.Threads, page)
}

// items fills in a page of threads.
func (h *Web) items(c *fiber.Ctx, p Profile, s section, read reading, page *views.ProfilePage) error {
	before, err := keyOf(c)
	if err != nil {
		return err
	}
	list, more, err := read(c.UserContext(), auth.ViewerOf(c), p.ID, before)
	if err != nil {
		return err
	}
	for _, t := range list {
		page.Items = append(page.Items, h.item(t, p))
	}
	if more {
		page.Pager.Next = p.section(s) + "?before=" + cursor(list[len(list)-1].Key())
	}
	page.Pager.Previous = back(c, p.section(s))
	return nil
}

func (h *Web) item(t Thread, p Profile) parts.Item {
	item := parts.Item{
		Kind: t.Kind, Path: t.Path, Title: t.Title, Excerpt: t.Excerpt, Author: p.Part(),
		At: h.web.Moment(t.CreatedAt), Replies: t.Replies, Votes: t.Votes, Answered: t.Answered, Closed: t.Closed,
	}
	for _, s := range t.Topics {
		item.Topics = append(item.Topics, parts.Topic{Name: s.Name, Path: "/topics/" + s.Slug})
	}
	switch {
	case t.Audience == auth.AudiencePublic:
		item.Audience = "Public"
	case t.For != "":
		item.Audience = t.For + " only"
	}
	return item
}

func (h *Web) answers(c *fiber.Ctx, p Profile, page *views.ProfilePage) error {
	before, err := keyOf(c)
	if err != nil {
		return err
	}
	list, more, err := h.people.Answers(c.UserContext(), auth.ViewerOf(c), p.ID, before)
	if err != nil {
		return err
	}
	for _, a := range list {
		page.Answers = append(page.Answers, views.Answer{
			ThreadTitle: a.Title, Path: "/replies/" + strconv.FormatInt(a.ID, 10), Excerpt: a.Excerpt, At: h.web.Moment(a.CreatedAt),
			Votes: a.Votes, Accepted: a.Accepted,
		})
	}
	if more {
		page.Pager.Next = p.section(answers) + "?before=" + cursor(list[len(list)-1].Key())
	}
	page.Pager.Previous = back(c, p.section(answers))
	page.Empty = parts.Empty{Title: p.Name + " has not answered a question yet"}
	if p.Mine {
		page.Empty = parts.Empty{Title: "You have not answered a question yet", Text: "Somebody may be waiting for what you know.",
			Do: parts.Link{Text: "See unanswered questions", Path: "/unanswered"}}
	}
	return nil
}

func (h *Web) networks(c *fiber.Ctx, p Profile, page *views.ProfilePage) error {
	list, err := h.people.Networks(c.UserContext(), auth.ViewerOf(c), p.ID)
	if err != nil {
		return err
	}
	for _, n := range list {
		page.Networks = append(page.Networks, views.Network{Name: n.Name, Path: "/networks/" + n.Slug, Purpose: n.Purpose, Steward: n.Steward, Closed: n.Closed})
	}
	page.Empty = parts.Empty{Title: p.Name + " is in no network that you know of"}
	if p.Mine {
		page.Empty = parts.Empty{Title: "You are in no network yet", Text: "Networks are people who gather around something, across units and organisations.",
			Do: parts.Link{Text: "See the networks", Path: "/networks"}}
	}
	return nil
}

func keyOf(c *fiber.Ctx) (Key, error) {
	at, id, err := web.ParseCursor(c.Query("before"))
	return Key{At: at, ID: id}, err
}

func cursor(k Key) string { return web.Cursor(k.At, k.ID) }

// back returns the beginning of the list for every page but the first.
func back(c *fiber.Ctx, start string) string {
	if c.Query("before") == "" {
		return ""
	}
	return start
}
