package people

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/errs"
	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/views/parts"
	views "watercooler/views/people"
)

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
	return EditInput{Name: p.Name, Pronouns: p.Pronouns, JobTitle: p.JobTitle, Location: p.Location, Phone: p.Phone, Email: p.Email,
		Languages: p.Languages, WorkingPattern: p.WorkingPattern, About: p.About, HowToWork: p.HowToWork, AskAbout: f.Asks,
		WritesIn: p.WritesIn, Privacy: p.Privacy, Unit: p.UnitID, Manager: f.Manager}
}

// form shows the form of a profile with the values in.
func (h *Web) form(c *fiber.Ctx, status int, f Form, in EditInput, problems parts.Problems) error {
	mine := f.Person.ID == auth.ViewerOf(c).Person
	title := "Your profile"
	if !mine {
		title = "Edit the profile of " + f.Person.Name
	}
	page := views.EditPage{
		Chrome: h.chrome(c, title), Person: f.Person.Part(), Mine: mine, Action: editPath(f.Person, mine), CancelPath: f.Person.Path(),
		Name: in.Name, Pronouns: in.Pronouns, JobTitle: in.JobTitle, Location: in.Location, Phone: in.Phone, Email: in.Email,
		Languages: in.Languages, WorkingPattern: in.WorkingPattern, About: in.About, HowToWork: in.HowToWork,
		AskAbout: strings.Join(in.AskAbout, ", "), TopicNames: f.Topics, WritesIn: tongues(in.WritesIn), Unit: strconv.FormatInt(in.Unit, 10), Manager: in.Manager,
		Levels: make(map[string]string), Kept: make(map[string]bool), Problems: problems, HasPhoto: f.Person.Photo != "",
		PhotoAction: photoPath(f.Person, mine), PhotoDeleteAction: photoPath(f.Person, mine) + "/delete",
	}
	if mine {
		page.Chrome.Nav = "" // it is one of the settings
	}
	for field, level := range in.Privacy {
		page.Levels[string(field)] = string(level)
	}
	for _, field := range f.Person.Hidden {
		page.Kept[string(field)] = true
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

// tongues returns the languages to choose from, with one that the list does not have at its end.
func tongues(chosen string) []parts.Option {
	options := []parts.Option{{Label: "The language of the hub", Selected: chosen == ""}}
	found := chosen == ""
	for _, l := range Languages() {
		found = found || l.Tag == chosen
		options = append(options, parts.Option{Value: l.Tag, Label: l.Name, Selected: l.Tag == chosen})
	}
	if !found {
		options = append(options, parts.Option{Value: chosen, Label: chosen, Selected: true})
	}
	return options
}

// Edit answers POST /settings/profile and POST /people/:handle/edit.
func (h *Web) Edit(c *fiber.Ctx) error {
	ctx, v := c.UserContext(), auth.ViewerOf(c)
	in := inputOf(web.FormOf(c))
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

// inputOf reads what the form of a profile posts.
func inputOf(posted web.Form) EditInput {
	in := EditInput{
		Name: posted.Line("name"), Pronouns: posted.Line("pronouns"), JobTitle: posted.Line("job_title"), Location: posted.Line("location"),
		Phone: posted.Line("phone"), Email: posted.Line("email"), Languages: posted.Line("languages"),
		WorkingPattern: posted.Line("working_pattern"), About: posted.Text("about"), HowToWork: posted.Text("how_to_work"),
		WritesIn: posted.Line("writes_in"), Privacy: make(Privacy), Unit: posted.ID("unit"), Manager: posted.Line("manager"),
	}
	if other := posted.Line("writes_in_other"); other != "" {
		in.WritesIn = other
	}
	for _, name := range strings.Split(posted.Line("ask_about"), ",") {
		if name = strings.TrimSpace(name); name != "" {
			in.AskAbout = append(in.AskAbout, name)
		}
	}
	for _, f := range Fields() {
		in.Privacy[f] = Level(posted.Line("see_" + string(f)))
	}
	return in
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
