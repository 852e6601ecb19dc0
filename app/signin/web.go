package signin

import (
	"net/url"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/errs"
	"watercooler/app/people"
	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/views/parts"
	pages "watercooler/views/signin"
)

// Web answers requests at the doors.
type Web struct {
	signin *Service
	auth   *auth.Service
	people *people.Service
	web    *web.Web
}

// NewWeb returns the handlers of s.
func NewWeb(s *Service, w *web.Web) *Web {
	return &Web{signin: s, auth: s.auth, people: s.people, web: w}
}

// FirstRun sends every page to the first run until somebody has founded the hub. It belongs after the static files.
func (h *Web) FirstRun(c *fiber.Ctx) error {
	founded, err := h.signin.Founded(c.UserContext())
	switch {
	case err != nil:
		return err
	case founded || c.Path() == "/welcome" || c.Method() != fiber.MethodGet:
		return c.Next()
	}
	return web.SeeOther(c, "/welcome")
}

// Door shows the sign-in page: GET /sign-in.
func (h *Web) Door(c *fiber.Ctx) error {
	back := web.Local(c.Query("return"))
	if auth.ViewerOf(c).SignedIn() {
		return web.SeeOther(c, back)
	}
	page, err := h.door(c, back)
	if err != nil {
		return err
	}
	if back != "/" {
		page.Why = "Sign in to continue."
	}
	return web.Render(c, fiber.StatusOK, pages.SignIn(page))
}

func (h *Web) door(c *fiber.Ctx, back string) (pages.SignInPage, error) {
	page := pages.SignInPage{
		Chrome:    h.web.Chrome(c, "Sign in"),
		Return:    back,
		Local:     true,
		Forgotten: h.signin.cfg.Mail != nil,
	}
	for _, p := range h.auth.Providers() {
		page.Providers = append(page.Providers, pages.Provider{
			Name: p.Label,
			Path: "/sign-in/sso/" + p.Name + "?return=" + url.QueryEscape(back),
		})
	}
	samples := h.signin.SampleAccounts()
	ids := make([]int64, len(samples))
	for i, a := range samples {
		ids[i] = a.Person
	}
	cards, err := h.people.ByID(c.UserContext(), ids...)
	for _, a := range samples {
		page.Sample = append(page.Sample, pages.SamplePerson{Account: a.Account, Person: person(cards[a.Person]), Role: a.Role, Can: a.Can})
	}
	return page, err
}

func person(card people.Card) parts.Person {
	p := parts.Person{Name: card.Name, Initials: parts.Initials(card.Name), Tint: parts.Tint(card.ID), Unit: card.Unit, JobTitle: card.JobTitle}
	if card.Photo != "" {
		p.Photo = "/files/" + card.Photo
	}
	return p
}

// SignIn takes an e-mail address and a password: POST /sign-in.
func (h *Web) SignIn(c *fiber.Ctx) error {
	form := web.FormOf(c)
	email, back := form.Line("email"), web.Local(form.Line("return"))
	account, err := h.auth.Authenticate(c.UserContext(), email, form.Raw("password"), c.IP())
	if problems, ok := web.ProblemsOf(err); ok {
		page, pageErr := h.door(c, back)
		page.Email, page.Problems = email, problems
		return orElse(pageErr, web.Render(c, web.StatusOf(err), pages.SignIn(page)))
	}
	if err != nil {
		return err
	}
	return h.enter(c, account, back)
}

// enter begins a session and goes on to where the person was heading.
func (h *Web) enter(c *fiber.Ctx, account int64, back string) error {
	if err := h.auth.SignIn(c, account); err != nil {
		return err
	}
	return web.SeeOther(c, back)
}

// SignOut ends the session of this browser: POST /sign-out.
func (h *Web) SignOut(c *fiber.Ctx) error {
	if err := h.auth.SignOut(c); err != nil {
		return err
	}
	// What the browser kept of pages goes too: the next person at a shared computer must not find it with Back.
	c.Set("Clear-Site-Data", `"cache"`)
	h.web.Flash(c, "You are signed out.")
	return web.SeeOther(c, "/")
}

// SampleDoor signs in as somebody of the sample hub: POST /sign-in/sample.
func (h *Web) SampleDoor(c *fiber.Ctx) error {
	form := web.FormOf(c)
	account := form.ID("account")
	if err := h.signin.EnterSample(account); err != nil {
		return err
	}
	return h.enter(c, account, web.Local(form.Line("return")))
}

// BeginSSO sends the browser to a provider: GET /sign-in/sso/:provider.
func (h *Web) BeginSSO(c *fiber.Ctx) error {
	address, token, err := h.auth.Begin(c.UserContext(), c.Params("provider"), web.Local(c.Query("return")))
	if err != nil {
		return err
	}
	h.auth.SetPending(c, token)
	return c.Redirect(address, fiber.StatusSeeOther)
}

// CompleteSSO takes the browser back from a provider: GET /sign-in/sso/:provider/callback.
func (h *Web) CompleteSSO(c *fiber.Ctx) error {
	query, err := url.ParseQuery(string(c.Context().URI().QueryString()))
	if err != nil {
		return errs.Invalidf("The provider sent an answer that cannot be read.").Because(err)
	}
	account, back, err := h.signin.CompleteSSO(c.UserContext(), c.Params("provider"), h.auth.TakePending(c), query)
	if err != nil {
		return err
	}
	return h.enter(c, account, web.Local(back))
}

// AskReset shows the form for a forgotten password: GET /sign-in/forgotten.
func (h *Web) AskReset(c *fiber.Ctx) error {
	if h.signin.cfg.Mail == nil {
		return h.message(c, "Forgotten your password?", parts.Link{Text: "Back to signing in", Path: "/sign-in"},
			"This hub does not send letters. Ask an administrator: they can give you a link with which you choose a new password.")
	}
	return web.Render(c, fiber.StatusOK, pages.Forgotten(pages.ForgottenPage{
		Chrome: h.web.Chrome(c, "Forgotten your password?"), Email: c.Query("email"),
	}))
}

// Reset asks for the letter: POST /sign-in/forgotten.
func (h *Web) Reset(c *fiber.Ctx) error {
	email := web.FormOf(c).Line("email")
	err := h.signin.Forgotten(c.UserContext(), email, c.IP())
	if problems, ok := web.ProblemsOf(err); ok {
		return web.Render(c, web.StatusOf(err), pages.Forgotten(pages.ForgottenPage{
			Chrome: h.web.Chrome(c, "Forgotten your password?"), Email: email, Problems: problems,
		}))
	}
	if err != nil {
		return err
	}
	return h.message(c, "Look in your e-mail", parts.Link{Text: "Back to signing in", Path: "/sign-in"},
		"If there is an account for "+email+", a letter with a link is on its way. It works for "+lasts(auth.Reset.Life())+".",
		"Nothing there after ten minutes? Look among unwanted mail, and check the address.")
}

func (h *Web) message(c *fiber.Ctx, heading string, next parts.Link, text ...string) error {
	return web.Render(c, fiber.StatusOK, pages.Message(pages.MessagePage{
		Chrome: h.web.Chrome(c, heading), Heading: heading, Text: text, Next: next,
	}))
}

// OpenLink shows what a one-time link is for, without using it up: GET /link/:secret.
func (h *Web) OpenLink(c *fiber.Ctx) error {
	return h.showLink(c, fiber.StatusOK, nil)
}

func (h *Web) showLink(c *fiber.Ctx, status int, problems parts.Problems) error {
	secret := c.Params("secret")
	link, err := h.auth.Peek(c.UserContext(), secret)
	if err != nil {
		return err
	}
	page := pages.LinkPage{Action: "/link/" + url.PathEscape(secret), Email: link.Email, Problems: problems, Submit: "Save password"}
	switch link.Purpose {
	case auth.Invite:
		page.Heading, page.Text = "Welcome, "+link.Name, "Choose a password for your account."
	case auth.Reset:
		page.Heading, page.Text = "Choose a new password", "You will be signed out on all your devices."
	default:
		page.Heading, page.Text = "Confirm your e-mail address", "Is "+link.Email+" your address?"
		page.Confirm, page.Submit = true, "Confirm my address"
	}
	page.Chrome = h.web.Chrome(c, page.Heading)
	page.Chrome.Path = "/" // SECURITY: the address of this page is a secret and no place to come back to
	c.Set(fiber.HeaderCacheControl, "no-store")
	return web.Render(c, status, pages.Link(page))
}

// UseLink follows a one-time link: POST /link/:secret.
func (h *Web) UseLink(c *fiber.Ctx) error {
	secret := c.Params("secret")
	link, err := h.auth.Peek(c.UserContext(), secret)
	if err != nil {
		return err
	}
	account, err := h.signin.Follow(c.UserContext(), secret, web.FormOf(c).Raw("password"))
	if problems, ok := web.ProblemsOf(err); ok {
		return h.showLink(c, web.StatusOf(err), problems)
	}
	if err != nil {
		return err
	}
	if link.Purpose == auth.Verify {
		h.web.Flash(c, "Thank you. Your e-mail address is confirmed.")
		return web.SeeOther(c, "/")
	}
	h.web.Flash(c, "Your password is saved and you are signed in.")
	return h.enter(c, account, "/")
}

// ShowWelcome shows the first run: GET /welcome.
func (h *Web) ShowWelcome(c *fiber.Ctx) error {
	founded, err := h.signin.Founded(c.UserContext())
	if err != nil || founded {
		return orElse(err, errFounded)
	}
	page := pages.WelcomePage{Chrome: h.web.Chrome(c, "Set up your hub"), Code: c.Query("code")}
	page.Chrome.Bare = true
	home, err := h.people.Home(c.UserContext())
	if err != nil && !errs.IsNotFound(err) {
		return err
	}
	page.Organisation = home.Name
	return web.Render(c, fiber.StatusOK, pages.Welcome(page))
}

// Welcome founds the hub: POST /welcome.
func (h *Web) Welcome(c *fiber.Ctx) error {
	form := web.FormOf(c)
	in := Founding{
		Code: form.Line("code"), Organisation: form.Line("organisation"),
		Name: form.Line("name"), Email: form.Line("email"), Password: form.Raw("password"),
	}
	account, err := h.signin.Welcome(c.UserContext(), in, c.IP())
	if problems, ok := web.ProblemsOf(err); ok {
		page := pages.WelcomePage{
			Chrome: h.web.Chrome(c, "Set up your hub"), Code: in.Code, Organisation: in.Organisation, Name: in.Name, Email: in.Email, Problems: problems,
		}
		page.Chrome.Bare = true
		return web.Render(c, web.StatusOf(err), pages.Welcome(page))
	}
	if err != nil {
		return err
	}
	h.web.Flash(c, "Your hub is ready. Invite your first colleagues here.")
	return h.enter(c, account, "/admin/accounts")
}

// Settings shows what a person sets for themselves: GET /settings.
func (h *Web) Settings(c *fiber.Ctx) error { return h.settings(c, fiber.StatusOK, nil) }

func (h *Web) settings(c *fiber.Ctx, status int, problems parts.Problems) error {
	v := auth.ViewerOf(c)
	account, err := h.auth.ByID(c.UserContext(), h.signin.db, v.Account)
	if err != nil {
		return err
	}
	devices, err := h.auth.Devices(c.UserContext(), v)
	if err != nil {
		return err
	}
	identities, err := h.auth.Identities(c.UserContext(), v.Account)
	if err != nil {
		return err
	}
	page := pages.SettingsPage{
		Chrome: h.web.Chrome(c, "Settings"), Email: v.Email, Theme: web.ThemeOf(c), HasPassword: account.HasPassword,
		ProfilePath: "/settings/profile", Problems: problems,
	}
	for _, d := range devices {
		page.Devices = append(page.Devices, pages.Device{
			Name: d.Name, Seen: h.web.Moment(d.Seen), Started: h.web.Moment(d.Created),
			This: d.Key == v.Session, EndPath: "/settings/devices/" + d.Key + "/end",
		})
	}
	for _, i := range identities {
		page.Identities = append(page.Identities, identityText(h.auth.ProviderLabel(i.Provider), i.Email))
	}
	return web.Render(c, status, pages.Settings(page))
}

func identityText(label, email string) string {
	if email == "" {
		return label
	}
	return label + ", as " + email
}

// SetTheme remembers how this browser shows the hub: POST /settings/theme.
func (h *Web) SetTheme(c *fiber.Ctx) error {
	form := web.FormOf(c)
	theme := form.Line("theme")
	if theme == "auto" {
		theme = ""
	}
	if !h.web.SetTheme(c, theme) {
		return errs.Invalidf("There is no such theme.")
	}
	if back := web.Local(form.Line("return")); back != "/" {
		return web.SeeOther(c, back)
	}
	return web.SeeOther(c, "/settings")
}

// SetPassword changes the viewer's password: POST /settings/password.
func (h *Web) SetPassword(c *fiber.Ctx) error {
	v, form := auth.ViewerOf(c), web.FormOf(c)
	err := h.signin.ChangePassword(c.UserContext(), v, form.Raw("current"), form.Raw("password"), c.IP())
	if problems, ok := web.ProblemsOf(err); ok {
		return h.settings(c, web.StatusOf(err), problems)
	}
	if err != nil {
		return err
	}
	h.web.Flash(c, "Your password is changed. Your other devices are signed out.")
	return h.enter(c, v.Account, "/settings")
}

// EndDevice signs out on one device: POST /settings/devices/:id/end.
func (h *Web) EndDevice(c *fiber.Ctx) error {
	v, key := auth.ViewerOf(c), c.Params("id")
	if key == v.Session {
		return h.SignOut(c)
	}
	if err := h.auth.EndDevice(c.UserContext(), v, key); err != nil {
		return err
	}
	h.web.Flash(c, "That device is signed out.")
	return web.SeeOther(c, "/settings")
}

// EndDevices signs out on every other device: POST /settings/devices/end.
func (h *Web) EndDevices(c *fiber.Ctx) error {
	if err := h.auth.EndOthers(c.UserContext(), auth.ViewerOf(c)); err != nil {
		return err
	}
	h.web.Flash(c, "All your other devices are signed out.")
	return web.SeeOther(c, "/settings")
}
