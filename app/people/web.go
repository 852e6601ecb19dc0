package people

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/errs"
	"watercooler/app/markup"
	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/views/layout"
	"watercooler/views/parts"
	views "watercooler/views/people"
)

// Web answers the requests about people.
type Web struct {
	people *Service
	web    *web.Web
}

// NewWeb returns the handlers for s.
func NewWeb(s *Service, w *web.Web) *Web { return &Web{people: s, web: w} }

func (h *Web) chrome(c *fiber.Ctx, title string) layout.Chrome {
	chrome := h.web.Chrome(c, title)
	chrome.Nav = "people"
	return chrome
}

// Part returns c as pages show a person.
func (c Card) Part() parts.Person {
	p := parts.Person{Name: c.Name, Path: c.Path(), Initials: parts.Initials(c.Name), Tint: parts.Tint(c.ID), Unit: c.Unit, JobTitle: c.JobTitle}
	if c.Photo != "" {
		p.Photo = "/files/" + c.Photo
	}
	return p
}

func entries(list []Card) []views.Entry {
	out := make([]views.Entry, len(list))
	for i, c := range list {
		out[i] = views.Entry{Person: c.Part(), Location: c.Location, Phone: c.Phone, Left: c.Left}
	}
	return out
}

// Directory answers GET /people.
func (h *Web) Directory(c *fiber.Ctx) error {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	f := filterOf(c)
	list, err := h.people.Directory(ctx, v, f)
	if err != nil {
		return err
	}
	units, err := h.options(c, f)
	if err != nil {
		return err
	}
	letters, err := h.people.Letters(ctx)
	if err != nil {
		return err
	}
	page := views.DirectoryPage{
		Chrome: h.chrome(c, "People"), Name: f.Name, Unit: chosen(f), Units: units, Summary: summary(list.Total, f.Name),
		People: entries(list.People), Letters: tabs(letters, f), Pager: pager("/people", f, list),
		Empty: parts.Empty{Title: "Nobody matches", Text: "Try the beginning of a first or last name, or choose everyone.",
			Do: parts.Link{Text: "Show everyone", Path: "/people"}},
	}
	return web.Render(c, fiber.StatusOK, views.Directory(page))
}

// organisationPrefix marks the value of an option that stands for a whole organisation and not for a unit.
const organisationPrefix = "org:"

func filterOf(c *fiber.Ctx) Filter {
	f := Filter{Name: line(c.Query("name"), maxName), Letter: cut(markup.Fold(c.Query("letter")), 1), Leavers: c.Query("left") == "1"}
	if id, ok := strings.CutPrefix(c.Query("unit"), organisationPrefix); ok {
		f.Organisation = id64(id)
	} else {
		f.Unit, f.Below = id64(id), true
	}
	f.After = id64(c.Query("after"))
	return f
}

// id64 returns the id s says, 0 for none: a filter that means nothing narrows nothing.
func id64(s string) int64 {
	id, err := strconv.ParseInt(s, 10, 64)
	if err != nil || id < 0 {
		return 0
	}
	return id
}

func chosen(f Filter) string {
	switch {
	case f.Organisation != 0:
		return organisationPrefix + strconv.FormatInt(f.Organisation, 10)
	case f.Unit != 0:
		return strconv.FormatInt(f.Unit, 10)
	}
	return ""
}

// options returns what the directory can be narrowed to: the organisations, when there are partners, and the units of home.
func (h *Web) options(c *fiber.Ctx, f Filter) ([]parts.Option, error) {
	organisations, err := h.people.Organisations(c.UserContext())
	if err != nil {
		return nil, err
	}
	units, err := h.people.HomeUnits(c.UserContext())
	if err != nil {
		return nil, err
	}
	options := []parts.Option{{Label: "Everyone", Selected: chosen(f) == ""}}
	if len(organisations) > 1 {
		for _, o := range organisations {
			value := organisationPrefix + strconv.FormatInt(o.ID, 10)
			options = append(options, parts.Option{Value: value, Label: o.Name, Selected: value == chosen(f)})
		}
	}
	return append(options, choices(units, f.Unit)...), nil
}

func choices(units []Choice, chosen int64) []parts.Option {
	options := make([]parts.Option, len(units))
	for i, u := range units {
		options[i] = parts.Option{Value: strconv.FormatInt(u.ID, 10), Label: u.Label, Selected: u.ID == chosen}
	}
	return options
}

func summary(n int, name string) string {
	s := many(n, "person", "people")
	if name != "" {
		s += " called “" + name + "”"
	}
	return s
}

// many says a number with its noun, thousands apart: "1 person", "2,140 people".
func many(n int, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return parts.Thousands(n) + " " + more
}

// query returns f as the query string of an address.
func (f Filter) query() url.Values {
	q := url.Values{}
	set := func(name, value string) {
		if value != "" {
			q.Set(name, value)
		}
	}
	set("name", f.Name)
	set("unit", chosen(f))
	set("letter", f.Letter)
	if f.Leavers {
		q.Set("left", "1")
	}
	return q
}

func at(path string, q url.Values) string {
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func tabs(letters []string, f Filter) []parts.Tab {
	var list []parts.Tab
	have := make(map[string]bool, len(letters))
	for _, l := range letters {
		have[l] = true
	}
	add := func(l string) {
		t := parts.Tab{Text: strings.ToUpper(l), Current: f.Letter == l}
		if have[l] {
			g := f
			g.Letter = l
			t.Path = at("/people", g.query())
		}
		list = append(list, t)
	}
	for l := 'a'; l <= 'z'; l++ {
		add(string(l))
	}
	for _, l := range letters {
		if l != "" && (l < "a" || l > "z") {
			add(l)
		}
	}
	return list
}

// pager leads on by the last person shown. Back leads to the beginning: the browser's own Back remembers the page before.
func pager(path string, f Filter, list Listing) parts.Pager {
	p := parts.Pager{PreviousText: "Back to the beginning", NextText: "More people"}
	q := f.query()
	if path != "/people" {
		q = url.Values{}
	}
	if f.After != 0 {
		p.Previous = at(path, q)
	}
	if list.More {
		q.Set("after", strconv.FormatInt(list.People[len(list.People)-1].ID, 10))
		p.Next = at(path, q)
	}
	return p
}

// Unit answers GET /units/:id.
func (h *Web) Unit(c *fiber.Ctx) error {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	place, err := h.people.Unit(ctx, v, id)
	if err != nil {
		return err
	}
	f := Filter{Unit: id, After: id64(c.Query("after"))}
	list, err := h.people.Directory(ctx, v, f)
	if err != nil {
		return err
	}
	own := unitPath(id)
	page := views.UnitPage{
		Chrome: h.chrome(c, place.Unit.Name), Name: place.Unit.Name, Organisation: place.Organisation.Name,
		Above: links(place.Above), Below: links(place.Below), Summary: many(list.Total, "person", "people"), People: entries(list.People),
		Follow: parts.Follow{Kind: "unit", ID: id, Name: place.Unit.Name, Return: own, On: place.Followed}, Pager: pager(own, f, list),
		Empty: parts.Empty{Title: "Nobody here yet", Text: "People choose their unit on their own profile.",
			Do: parts.Link{Text: "Edit your profile", Path: "/settings/profile"}},
	}
	return web.Render(c, fiber.StatusOK, views.Unit(page))
}

func unitPath(id int64) string { return "/units/" + strconv.FormatInt(id, 10) }

func links(units []Unit) []parts.Link {
	list := make([]parts.Link, len(units))
	for i, u := range units {
		list[i] = parts.Link{Text: u.Name, Path: unitPath(u.ID)}
	}
	return list
}

// Show answers GET /people/:handle.
func (h *Web) Show(c *fiber.Ctx) error {
	p, err := h.people.Profile(c.UserContext(), auth.ViewerOf(c), c.Params("handle"))
	if err != nil {
		return err
	}
	page := h.profile(c, p)
	if c.Query("tab") == "answers" {
		err = h.answers(c, p, &page)
	} else {
		err = h.threads(c, p, &page)
	}
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, views.Profile(page))
}

// profile returns the page about p without what p wrote.
func (h *Web) profile(c *fiber.Ctx, p Profile) views.ProfilePage {
	page := views.ProfilePage{
		Chrome: h.chrome(c, p.Name), Person: p.Part(), Location: p.Location, Phone: p.Phone, Email: p.Email, AboutHTML: p.AboutHTML, Mine: p.Mine,
	}
	if !p.Staff {
		page.Organisation = p.Organisation
	}
	if p.UnitID != 0 {
		page.Unit = parts.Link{Text: p.Unit, Path: unitPath(p.UnitID)}
	}
	if p.Left {
		page.Left = "No longer works here since " + h.web.Date(p.LeftAt) + ". What they wrote stays."
	}
	if p.CanEdit {
		page.EditPath = editPath(p.Person, p.Mine)
	}
	if !p.Mine && !p.Left {
		page.AskPath = "/write?kind=question&body=" + url.QueryEscape("@"+p.Handle+" ")
	}
	if !p.Mine {
		page.Follow = parts.Follow{Kind: "person", ID: p.ID, Name: p.Name, Return: p.Path(), On: p.Followed}
	}
	around(p, &page)
	return page
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

// side returns c as the cards beside a profile show a person; the card's heading says what they are to each other.
func side(c Card) *parts.SidePerson {
	note := c.JobTitle
	if c.Left {
		note = "No longer works here"
	}
	return &parts.SidePerson{Person: c.Part(), Note: note}
}

func (h *Web) threads(c *fiber.Ctx, p Profile, page *views.ProfilePage) error {
	before, err := keyOf(c)
	if err != nil {
		return err
	}
	list, more, err := h.people.Threads(c.UserContext(), auth.ViewerOf(c), p.ID, before)
	if err != nil {
		return err
	}
	for _, t := range list {
		page.Items = append(page.Items, h.item(t, p))
	}
	if more {
		page.Pager.Next = p.Path() + "?before=" + cursor(list[len(list)-1].Key())
	}
	page.Pager.Previous = back(c, p.Path())
	page.Tabs = writtenTabs(p, false)
	page.Empty = parts.Empty{Title: p.Name + " has not opened anything yet"}
	if p.Mine {
		page.Empty = parts.Empty{Title: "You have not opened anything yet", Text: "Ask what you would otherwise ask by e-mail: the answer then helps the next person too.",
			Do: parts.Link{Text: "Ask a question", Path: "/write?kind=question"}}
	}
	return nil
}

func (h *Web) item(t Thread, p Profile) parts.Item {
	item := parts.Item{
		Kind: t.Kind, Path: "/threads/" + strconv.FormatInt(t.ID, 10), Title: t.Title, Excerpt: t.Excerpt, Author: p.Part(),
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
		page.Pager.Next = p.Path() + "?tab=answers&before=" + cursor(list[len(list)-1].Key())
	}
	page.Pager.Previous = back(c, p.Path()+"?tab=answers")
	page.Tabs = writtenTabs(p, true)
	page.Empty = parts.Empty{Title: p.Name + " has not answered a question yet"}
	if p.Mine {
		page.Empty = parts.Empty{Title: "You have not answered a question yet", Text: "Somebody may be waiting for what you know.",
			Do: parts.Link{Text: "See unanswered questions", Path: "/unanswered"}}
	}
	return nil
}

func writtenTabs(p Profile, answers bool) []parts.Tab {
	return []parts.Tab{
		{Text: "Questions and discussions", Path: p.Path(), Count: p.Threads, AtLeast: p.Threads == MaxCounted, Current: !answers},
		{Text: "Answers", Path: p.Path() + "?tab=answers", Count: p.Answers, AtLeast: p.Answers == MaxCounted, Current: answers},
	}
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

// editPath is where p is edited: one's own profile among the settings, another's beside it.
func editPath(p Person, mine bool) string {
	if mine {
		return "/settings/profile"
	}
	return p.Path() + "/edit"
}

// photoPath is where the photo of p is changed.
func photoPath(p Person, mine bool) string {
	if mine {
		return "/settings/photo"
	}
	return p.Path() + "/photo"
}

// target returns whose profile a form is about: the one named in the path, or the viewer's own under /settings.
func target(c *fiber.Ctx) string {
	if handle := c.Params("handle"); handle != "" {
		return handle
	}
	return auth.ViewerOf(c).Handle
}

// EditForm answers GET /settings/profile and GET /people/:handle/edit.
func (h *Web) EditForm(c *fiber.Ctx) error {
	f, err := h.people.EditForm(c.UserContext(), auth.ViewerOf(c), target(c))
	if err != nil {
		return err
	}
	return h.form(c, fiber.StatusOK, f, f.input(), nil)
}

// input returns the profile as its form holds it.
func (f Form) input() EditInput {
	p := f.Person
	return EditInput{Name: p.Name, JobTitle: p.JobTitle, Location: p.Location, Phone: p.Phone, Email: p.Email, About: p.About,
		Unit: p.UnitID, Manager: f.Manager}
}

// form shows the form of a profile with the values in.
func (h *Web) form(c *fiber.Ctx, status int, f Form, in EditInput, problems parts.Problems) error {
	mine := f.Person.ID == auth.ViewerOf(c).Person
	title := "Edit your profile"
	if !mine {
		title = "Edit the profile of " + f.Person.Name
	}
	page := views.EditPage{
		Chrome: h.chrome(c, title), Person: f.Person.Part(), Mine: mine, Action: editPath(f.Person, mine), CancelPath: f.Person.Path(),
		Name: in.Name, JobTitle: in.JobTitle, Location: in.Location, Phone: in.Phone, Email: in.Email, About: in.About,
		Unit: strconv.FormatInt(in.Unit, 10), Manager: in.Manager, Problems: problems, HasPhoto: f.Person.Photo != "",
		PhotoAction: photoPath(f.Person, mine), PhotoDeleteAction: photoPath(f.Person, mine) + "/delete",
	}
	if len(f.Units) > 0 {
		page.Units = append([]parts.Option{{Value: "0", Label: "No unit", Selected: in.Unit == 0}}, choices(f.Units, in.Unit)...)
	}
	page.Managers = []parts.Option{{Label: "No manager", Selected: in.Manager == ""}}
	for _, m := range f.Managers {
		page.Managers = append(page.Managers, parts.Option{Value: m.Handle, Label: m.Name, Hint: m.JobTitle, Selected: m.Handle == in.Manager})
	}
	return web.Render(c, status, views.Edit(page))
}

// Edit answers POST /settings/profile and POST /people/:handle/edit.
func (h *Web) Edit(c *fiber.Ctx) error {
	ctx, v, posted := c.UserContext(), auth.ViewerOf(c), web.FormOf(c)
	in := EditInput{
		Name: posted.Line("name"), JobTitle: posted.Line("job_title"), Location: posted.Line("location"), Phone: posted.Line("phone"),
		Email: posted.Line("email"), About: posted.Text("about"), Unit: posted.ID("unit"), Manager: posted.Line("manager"),
	}
	err := h.people.Edit(ctx, v, target(c), in)
	if problems := problemsOf(err, ""); problems != nil {
		f, err := h.people.EditForm(ctx, v, target(c))
		if err != nil {
			return err
		}
		return h.form(c, fiber.StatusUnprocessableEntity, f, in, problems)
	}
	if err != nil {
		return err
	}
	h.web.Flash(c, "The profile is saved.")
	return web.SeeOther(c, Card{Handle: target(c)}.Path())
}

// problemsOf returns what a form must say about err, nil when err is not about the form. A mistake without a field belongs
// to the field called whole.
func problemsOf(err error, whole string) parts.Problems {
	e := errs.As(err)
	if e == nil || e.Kind != errs.Invalid {
		return nil
	}
	if len(e.Fields) == 0 {
		return parts.Problems{{Name: whole, Text: e.Text}}
	}
	problems := make(parts.Problems, len(e.Fields))
	for i, f := range e.Fields {
		problems[i] = parts.Problem(f)
	}
	return problems
}

// Photo answers POST /settings/photo and POST /people/:handle/photo.
func (h *Web) Photo(c *fiber.Ctx) error {
	err := h.photo(c)
	if problems := problemsOf(err, "photo"); problems != nil {
		f, err := h.people.EditForm(c.UserContext(), auth.ViewerOf(c), target(c))
		if err != nil {
			return err
		}
		return h.form(c, fiber.StatusUnprocessableEntity, f, f.input(), problems)
	}
	if err != nil {
		return err
	}
	h.web.Flash(c, "The photo is saved.")
	return web.SeeOther(c, Card{Handle: target(c)}.Path())
}

// photo takes the file out of the form and makes it the photo.
func (h *Web) photo(c *fiber.Ctx) (err error) {
	header, err := c.FormFile("photo")
	if err != nil || header.Size == 0 {
		return errs.Invalidf("Choose a picture first.").Because(err)
	}
	file, err := header.Open()
	if err != nil {
		return fmt.Errorf("open uploaded photo: %w", err)
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	return h.people.SetPhoto(c.UserContext(), auth.ViewerOf(c), target(c), file)
}

// RemovePhoto answers POST /settings/photo/delete and POST /people/:handle/photo/delete.
func (h *Web) RemovePhoto(c *fiber.Ctx) error {
	if err := h.people.RemovePhoto(c.UserContext(), auth.ViewerOf(c), target(c)); err != nil {
		return err
	}
	h.web.Flash(c, "The photo is removed.")
	return web.SeeOther(c, Card{Handle: target(c)}.Path())
}

// File answers GET /files/:key. The key is made from the content, so what is under it never changes.
//
// SECURITY: whatever a file holds, the browser neither guesses a type nor runs anything in it.
func (h *Web) File(c *fiber.Ctx) error {
	file, info, err := h.people.File(auth.ViewerOf(c), c.Params("key"))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "private, max-age=31536000, immutable")
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; sandbox")
	c.Set(fiber.HeaderContentType, info.Type)
	return c.SendStream(file, int(info.Size))
}
