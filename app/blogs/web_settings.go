package blogs

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/app/web"
	"watercooler/auth"
	views "watercooler/views/blogs"
	"watercooler/views/parts"
)

// SetUp answers GET /blog/new: whose blog, and once that is chosen, what it is called and who reads it.
func (h *Web) SetUp(c *fiber.Ctx) error {
	offers, err := h.blogs.Offers(c.UserContext(), auth.ViewerOf(c))
	if err != nil {
		return err
	}
	page := views.SetUpPage{Chrome: h.chrome(c, "Set up a blog"), Step: 1}
	for _, o := range offers {
		if o.Slug != "" {
			page.Have = append(page.Have, parts.Link{Text: ownedBy(o.Owner), Path: "/blog/" + o.Slug})
			continue
		}
		value := ownerValue(o.Owner)
		page.Owners = append(page.Owners, parts.Option{Value: value, Label: ownedBy(o.Owner), Hint: ownerHint(o.Owner), Selected: len(page.Owners) == 0})
		if value == c.Query("owner") {
			return h.setUp(c, o, NewBlog{Name: suggestName(o.Owner), Slug: o.Suggest, Audience: usual(o.Audience)}, nil)
		}
	}
	return web.Render(c, fiber.StatusOK, views.SetUp(page))
}

func ownerValue(o Owner) string { return fmt.Sprintf("%s:%d", o.Kind, o.ID) }

func ownedBy(o Owner) string {
	if o.Kind == OwnerPerson {
		return "Mine"
	}
	return o.Name
}

func ownerHint(o Owner) string {
	switch o.Kind {
	case OwnerPerson:
		return "You write in it, and whoever you invite"
	case OwnerUnit:
		return "Everybody in the unit writes in it"
	}
	return "All members of the network write in it"
}

func suggestName(o Owner) string {
	if o.Kind == OwnerPerson {
		return o.Name + "’s blog"
	}
	return o.Name
}

// usual is the audience offered first: everyone signed in, where that is possible.
func usual(list []string) string {
	for _, a := range list {
		if a == auth.AudienceHub {
			return a
		}
	}
	return list[len(list)-1]
}

// setUp shows the second step.
func (h *Web) setUp(c *fiber.Ctx, o Offer, in NewBlog, cause error) error {
	problems, ok := web.ProblemsOf(cause)
	if cause != nil && !ok {
		return cause
	}
	f := web.FormOf(c)
	page := views.SetUpPage{
		Chrome: h.chrome(c, "Set up a blog"), Step: 2, Owner: ownerValue(o.Owner), OwnerName: o.Owner.Name, Name: in.Name, Slug: in.Slug,
		SlugBefore: h.web.URL("/blog/"), Description: in.Description, Problems: problems, Later: f.Line("when") == "later",
		Date: f.Line("date"), Time: f.Line("time"), Timezone: h.blogs.zone.String(),
	}
	var err error
	if page.Audiences, err = h.audienceOptions(c, o.Audience, in.Audience); err != nil {
		return err
	}
	status := fiber.StatusOK
	if cause != nil {
		status = web.StatusOf(cause)
	}
	return web.Render(c, status, views.SetUp(page))
}

// Create answers POST /blog/new.
func (h *Web) Create(c *fiber.Ctx) error {
	ctx, v, f := c.UserContext(), auth.ViewerOf(c), web.FormOf(c)
	kind, id, _ := strings.Cut(f.Line("owner"), ":")
	in := NewBlog{OwnerKind: kind, Name: f.Line("name"), Slug: f.Line("slug"), Description: f.Line("description"), Audience: f.Line("audience")}
	in.OwnerID, _ = strconv.ParseInt(id, 10, 64) // no number is nobody's id
	var (
		b   Blog
		err error
	)
	if f.Line("when") == "later" {
		in.LaunchAt, err = h.launchIn(c)
	}
	if err == nil {
		b, err = h.blogs.Create(ctx, v, in)
	}
	if err != nil {
		return h.setUpAgain(c, in, err)
	}
	return web.SeeOther(c, b.Path()+"/start")
}

// setUpAgain shows the second step with what was wrong, or the first when it was that.
func (h *Web) setUpAgain(c *fiber.Ctx, in NewBlog, cause error) error {
	offers, err := h.blogs.Offers(c.UserContext(), auth.ViewerOf(c))
	if err != nil {
		return err
	}
	for _, o := range offers {
		if o.Slug == "" && o.Owner.Kind == in.OwnerKind && o.Owner.ID == in.OwnerID {
			return h.setUp(c, o, in, cause)
		}
	}
	return cause
}

// launchIn reads the day of the opening from a form.
func (h *Web) launchIn(c *fiber.Ctx) (time.Time, error) {
	f := web.FormOf(c)
	at, err := h.blogs.ParseSchedule(f.Line("date"), f.Line("time"))
	if err != nil {
		err = errs.InvalidFields(errs.Field{Name: "launch", Text: "Choose the day the blog opens, and a time such as 09:00."})
	}
	return at, err
}

// Start answers GET /blog/:blog/start: the third step, the first post.
func (h *Web) Start(c *fiber.Ctx) error {
	b, err := h.writable(c)
	if err != nil {
		return err
	}
	page := views.SetUpPage{Chrome: h.chrome(c, "Write the first post"), Step: 3, Blog: parts.Link{Text: b.Name, Path: b.Path()}}
	page.Prepared = "Choose how to begin."
	if b.Prepared {
		page.Prepared = "It opens on " + h.web.Clock(b.LaunchAt) + "; until then only those who write in it see it. Choose how to begin."
	}
	for _, t := range Templates() {
		page.Templates = append(page.Templates, views.Template{Name: t.Title, About: t.About, Path: b.Path() + "/write?template=" + t.Name})
	}
	page.Templates = append(page.Templates, views.Template{Name: "An empty page", About: "You know what you want to say.", Path: b.Path() + "/write"})
	return web.Render(c, fiber.StatusOK, views.SetUp(page))
}

// Settings answers GET /blog/:blog/settings.
func (h *Web) Settings(c *fiber.Ctx) error {
	b, err := h.managed(c)
	if err != nil {
		return err
	}
	return h.settings(c, b, Settings{Name: b.Name, Slug: b.Slug, Description: b.Description, Audience: b.Audience}, nil)
}

// managed returns the blog in the address, if the viewer may change its settings.
func (h *Web) managed(c *fiber.Ctx) (Blog, error) {
	b, err := h.blogs.Find(c.UserContext(), auth.ViewerOf(c), c.Params("blog"))
	if err == nil && !b.CanManage {
		err = notYour
	}
	return b, err
}

// settings shows the settings of b with in in the fields, and what was wrong.
func (h *Web) settings(c *fiber.Ctx, b Blog, in Settings, cause error) error {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	problems, ok := web.ProblemsOf(cause)
	if cause != nil && !ok {
		return cause
	}
	posts, wider, err := h.blogs.Published(ctx, b, in.Audience)
	if err != nil {
		return err
	}
	empty := posts == 0
	page := views.SettingsPage{
		Chrome: h.chrome(c, "Settings of "+b.Name), Name: b.Name, Path: b.Path(), NewName: in.Name, Description: in.Description,
		SlugBefore: h.web.URL("/blog/") + ".", Problems: problems, WhoWrites: whoWrites(b), AddAuthor: b.Owner.Kind != OwnerNetwork,
		Handle: web.FormOf(c).Line("handle"), LaunchNow: b.Prepared, CanPrepare: empty, CanDelete: empty && b.CanKeep, Timezone: h.blogs.zone.String(),
	}
	if empty {
		page.Slug = in.Slug
	}
	if wider > 0 {
		page.Narrow = []parts.Option{{Value: "1", Label: narrowing(wider), Selected: in.Narrow}}
	}
	if b.Prepared {
		page.Launch = "It opens on " + h.web.Clock(b.LaunchAt) + "."
		page.Date, page.Time = h.blogs.FormDate(b.LaunchAt)
	}
	if page.Audiences, err = h.audienceOptions(c, b.Choices(v), in.Audience); err != nil {
		return err
	}
	authors, err := h.blogs.Authors(ctx, v, b)
	if err != nil {
		return err
	}
	for _, a := range authors {
		page.Authors = append(page.Authors, views.Author{Person: threads.Face(v, a), ID: a.ID})
	}
	status := fiber.StatusOK
	if cause != nil {
		status = web.StatusOf(cause)
	}
	return web.Render(c, status, views.Settings(page))
}

// narrowing says what happens to the posts of a blog that becomes narrower.
func narrowing(posts int) string {
	if posts == 1 {
		return "One post becomes narrower with the blog"
	}
	return fmt.Sprintf("%d posts become narrower with the blog", posts)
}

func whoWrites(b Blog) string {
	switch b.Owner.Kind {
	case OwnerPerson:
		return b.Owner.Name + " writes here, and whoever is named below."
	case OwnerUnit:
		return "Everybody in " + b.Owner.Name + " writes here. Those of them who are named below look after the blog, too."
	}
	return "All members of " + b.Owner.Name + " write here."
}

// SaveSettings answers POST /blog/:blog/settings.
func (h *Web) SaveSettings(c *fiber.Ctx) error {
	f := web.FormOf(c)
	in := Settings{Name: f.Line("name"), Slug: f.Line("slug"), Description: f.Line("description"), Audience: f.Line("audience"), Narrow: f.Line("narrow") != ""}
	b, err := h.blogs.Edit(c.UserContext(), auth.ViewerOf(c), c.Params("blog"), in)
	if err != nil {
		return h.settingsAgain(c, in, err)
	}
	h.web.Flash(c, "The settings are saved.")
	return web.SeeOther(c, b.Path()+"/settings")
}

// settingsAgain shows the settings with what was wrong; in is what was posted, empty when it was another form.
func (h *Web) settingsAgain(c *fiber.Ctx, in Settings, cause error) error {
	b, err := h.managed(c)
	if err != nil {
		return err
	}
	if in == (Settings{}) {
		in = Settings{Name: b.Name, Slug: b.Slug, Description: b.Description, Audience: b.Audience}
	}
	return h.settings(c, b, in, cause)
}

// SetAuthors answers POST /blog/:blog/authors: it adds an author, or removes one.
func (h *Web) SetAuthors(c *fiber.Ctx) error {
	ctx, v, f, blog := c.UserContext(), auth.ViewerOf(c), web.FormOf(c), c.Params("blog")
	said := "They no longer write here."
	var err error
	if id := f.ID("remove"); id != 0 {
		err = h.blogs.RemoveAuthor(ctx, v, blog, id)
	} else {
		added, failed := h.blogs.AddAuthor(ctx, v, blog, f.Line("handle"))
		said, err = added.Name+" can write here now.", failed
	}
	if err != nil {
		return h.settingsAgain(c, Settings{}, err)
	}
	h.web.Flash(c, said)
	return web.SeeOther(c, "/blog/"+blog+"/settings")
}

// SetLaunch answers POST /blog/:blog/launch: it sets the day of the opening, or opens the blog now.
func (h *Web) SetLaunch(c *fiber.Ctx) error {
	ctx, v, blog := c.UserContext(), auth.ViewerOf(c), c.Params("blog")
	if c.FormValue("now") != "" {
		if err := h.blogs.Launch(ctx, v, blog); err != nil {
			return err
		}
		h.web.Flash(c, "The blog is open.")
		return web.SeeOther(c, "/blog/"+blog)
	}
	at, err := h.launchIn(c)
	if err == nil {
		err = h.blogs.SetLaunch(ctx, v, blog, at)
	}
	if err != nil {
		return h.settingsAgain(c, Settings{}, err)
	}
	h.web.Flash(c, "The blog opens on "+h.web.Clock(at)+".")
	return web.SeeOther(c, "/blog/"+blog+"/settings")
}

// ConfirmDelete answers GET /blog/:blog/delete.
func (h *Web) ConfirmDelete(c *fiber.Ctx) error {
	b, err := h.managed(c)
	if err == nil && !b.CanKeep {
		err = notYour
	}
	if err != nil {
		return err
	}
	return h.confirm(c, "Delete this blog?", b.Name, "Its drafts go with it, and its address is free for others.", b.Path()+"/delete", b.Path()+"/settings")
}

// Delete answers POST /blog/:blog/delete.
func (h *Web) Delete(c *fiber.Ctx) error {
	if err := h.blogs.Delete(c.UserContext(), auth.ViewerOf(c), c.Params("blog")); err != nil {
		return err
	}
	h.web.Flash(c, "The blog is deleted.")
	return web.SeeOther(c, indexPath)
}
