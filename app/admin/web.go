package admin

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/app/web"
	"watercooler/auth"
	views "watercooler/views/admin"
	"watercooler/views/layout"
	"watercooler/views/parts"
)

// Web answers the requests of administrators.
type Web struct {
	admin   *Service
	web     *web.Web
	version string
}

// NewWeb returns the handlers for s. version is the program's, as the overview shows it.
func NewWeb(s *Service, w *web.Web, version string) *Web {
	return &Web{admin: s, web: w, version: version}
}

func (h *Web) chrome(c *fiber.Ctx, title string) layout.Chrome {
	chrome := h.web.Chrome(c, title)
	chrome.Nav = "admin"
	return chrome
}

const (
	accountsPath = "/admin/accounts"
	eventsPath   = "/admin/events"
)

// Overview answers GET /admin.
func (h *Web) Overview(c *fiber.Ctx) error {
	o, err := h.admin.Overview(c.UserContext(), auth.ViewerOf(c))
	if err != nil {
		return err
	}
	page := views.OverviewPage{
		Chrome: h.chrome(c, "Administration"), Version: h.version,
		Figures: []views.Figure{
			{Name: "People", Value: parts.Thousands(o.People), Path: "/people"},
			{Name: "No longer here", Value: parts.Thousands(o.Leavers), Path: "/people?left=1"},
			{Name: "Open accounts", Value: parts.Thousands(o.Accounts), Path: accountsPath},
			{Name: "Threads", Value: parts.Thousands(o.Threads), Path: "/latest"},
			{Name: "Replies", Value: parts.Thousands(o.Replies)},
			{Name: "Topics", Value: parts.Thousands(o.Topics), Path: "/topics"},
		},
		Checks: checks(o),
	}
	return web.Render(c, fiber.StatusOK, views.Overview(page))
}

// checks turns an overview into sentences.
func checks(o Overview) []views.Check {
	index := views.Check{Name: "Search index", OK: o.Documents > 0 || o.Threads == 0, Text: parts.Thousands(int(o.Documents)) + " documents can be found."}
	if !index.OK {
		index.Text = "The index is empty. It is being built, or needs “watercooler reindex”."
	}
	outbox := views.Check{Name: "Events", OK: o.Behind < late, Text: "Every event has been handled.", Path: eventsPath}
	if o.Waiting > 0 {
		outbox.Text = fmt.Sprintf("%s waiting, the oldest for %s.", parts.Thousands(o.Waiting), o.Behind.Round(time.Second))
	}
	failed := views.Check{Name: "Failed events", OK: o.Failed == 0, Text: "None.", Path: eventsPath}
	switch {
	case o.Failed >= maxFailed:
		failed.Text = fmt.Sprintf("%d or more wait for somebody to look at them.", o.Failed)
	case o.Failed > 0:
		failed.Text = fmt.Sprintf("%d waiting for somebody to look at them.", o.Failed)
	}
	return []views.Check{index, outbox, failed}
}

// Accounts answers GET /admin/accounts.
func (h *Web) Accounts(c *fiber.Ctx) error {
	return h.accounts(c, fiber.StatusOK, views.AccountsPage{Roles: roles(0)})
}

// accounts completes page with the list that the address asks for.
func (h *Web) accounts(c *fiber.Ctx, status int, page views.AccountsPage) error {
	v, query, after := auth.ViewerOf(c), strings.TrimSpace(c.Query("q")), afterOf(c)
	list, more, err := h.admin.Accounts(c.UserContext(), v, query, after)
	if err != nil {
		return err
	}
	page.Chrome, page.Query = h.chrome(c, "Accounts"), query
	for _, a := range list {
		page.Accounts = append(page.Accounts, h.account(a, v))
	}
	if after != 0 {
		page.Pager.Previous, page.Pager.PreviousText = accountsAt(query, 0), "Back to the beginning"
	}
	if more {
		page.Pager.Next, page.Pager.NextText = accountsAt(query, list[len(list)-1].ID), "More accounts"
	}
	page.Empty = parts.Empty{Title: "No account matches", Do: parts.Link{Text: "Show all accounts", Path: accountsPath}}
	return web.Render(c, status, views.Accounts(page))
}

func afterOf(c *fiber.Ctx) int64 {
	id, err := strconv.ParseInt(c.Query("after"), 10, 64)
	if err != nil || id < 0 {
		return 0
	}
	return id
}

// accountsAt is the address of the list from an id on.
func accountsAt(query string, after int64) string {
	q := url.Values{}
	if query != "" {
		q.Set("q", query)
	}
	if after != 0 {
		q.Set("after", strconv.FormatInt(after, 10))
	}
	if len(q) == 0 {
		return accountsPath
	}
	return accountsPath + "?" + q.Encode()
}

func (h *Web) account(a auth.Account, v auth.Viewer) views.Account {
	own := accountsPath + "/" + strconv.FormatInt(a.ID, 10)
	row := views.Account{
		ID: a.ID, Email: a.Email, Roles: roles(a.Roles), State: state(a), How: how(a), RolesPath: own + "/roles",
		Person: parts.Person{Name: a.Name, Path: "/people/" + a.Handle, Initials: parts.Initials(a.Name), Tint: parts.Tint(a.Person), JobTitle: a.JobTitle},
	}
	if a.Photo != "" {
		row.Person.Photo = "/files/" + a.Photo
	}
	if !a.SignedInAt.IsZero() {
		row.SeenAt = h.web.Moment(a.SignedInAt)
	}
	switch {
	case a.Disabled:
		row.EnablePath = own + "/enable"
	case a.Left:
	default:
		row.LinkPath = own + "/link"
		if a.ID != v.Account {
			row.DisablePath = own + "/disable"
		}
	}
	return row
}

func state(a auth.Account) string {
	switch {
	case a.Disabled:
		return "Disabled"
	case a.Left:
		return "No longer works here"
	case a.SignedInAt.IsZero():
		return "Invited"
	}
	return "Active"
}

// how says how somebody signs in.
func how(a auth.Account) string {
	ways := append([]string(nil), a.Providers...)
	if a.HasPassword {
		ways = append(ways, "Password")
	}
	return strings.Join(ways, ", ")
}

// described are the roles as the forms offer them.
var described = [...]struct {
	role        auth.Role
	label, hint string
}{
	{auth.Manager, "Manager", "Sees what a line manager sees of their own unit"},
	{auth.Leader, "Leader", "Reads the figures for leadership"},
	{auth.Moderator, "Moderator", "Keeps topics and threads in order"},
	{auth.Admin, "Administrator", "Looks after accounts and the hub itself, and may do what moderators do"},
}

func roles(held auth.Role) []parts.Option {
	options := make([]parts.Option, len(described))
	for i, d := range described {
		options[i] = parts.Option{Value: d.role.String(), Label: d.label, Hint: d.hint, Selected: held.Has(d.role)}
	}
	return options
}

// postedRoles reads the roles ticked in a form.
func postedRoles(c *fiber.Ctx) (auth.Role, error) {
	held, ok := auth.ParseRoles(strings.Join(web.FormOf(c).List("roles"), " "))
	if !ok {
		return 0, errs.Invalidf("There is no such role.")
	}
	return held, nil
}

// Invite answers POST /admin/accounts.
func (h *Web) Invite(c *fiber.Ctx) error {
	f := web.FormOf(c)
	name, email := f.Line("name"), f.Line("email")
	held, err := postedRoles(c)
	if err != nil {
		return err
	}
	err = h.admin.Invite(c.UserContext(), auth.ViewerOf(c), name, email, held)
	if e := errs.As(err); e != nil && e.Kind == errs.Invalid {
		page := views.AccountsPage{Name: name, Email: email, Roles: roles(held)}
		for _, field := range e.Fields {
			page.Problems = append(page.Problems, parts.Problem(field))
		}
		return h.accounts(c, fiber.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	said := name + " is invited by e-mail."
	if !h.admin.SendsLetters() {
		said = name + " has an account now. This hub sends no e-mail: make a one-time link here and pass it on."
	}
	h.web.Flash(c, said)
	return web.SeeOther(c, accountsAt(email, 0))
}

// SetRoles answers POST /admin/accounts/:id/roles.
func (h *Web) SetRoles(c *fiber.Ctx) error {
	held, err := postedRoles(c)
	if err != nil {
		return err
	}
	return h.change(c, "The roles are saved. The account signs in again to use them.", func(id int64) error {
		return h.admin.SetRoles(c.UserContext(), auth.ViewerOf(c), id, held)
	})
}

// Disable answers POST /admin/accounts/:id/disable.
func (h *Web) Disable(c *fiber.Ctx) error {
	return h.change(c, "The account is closed and signed out everywhere.", func(id int64) error {
		return h.admin.SetDisabled(c.UserContext(), auth.ViewerOf(c), id, true)
	})
}

// Enable answers POST /admin/accounts/:id/enable.
func (h *Web) Enable(c *fiber.Ctx) error {
	return h.change(c, "The account is open again.", func(id int64) error {
		return h.admin.SetDisabled(c.UserContext(), auth.ViewerOf(c), id, false)
	})
}

// change does something to the account in the path and goes back to the list.
func (h *Web) change(c *fiber.Ctx, done string, do func(id int64) error) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if err := do(id); err != nil {
		return err
	}
	h.web.Flash(c, done)
	return web.SeeOther(c, accountsPath)
}

// Link answers POST /admin/accounts/:id/link. It shows the link in the answer itself: an address to come back to would be a
// second way to it.
func (h *Web) Link(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	l, err := h.admin.HandOutLink(c.UserContext(), auth.ViewerOf(c), id)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	page := views.LinkPage{Chrome: h.chrome(c, "One-time link"), Name: l.Name, Email: l.Email, Link: l.Address, Expires: h.web.Moment(l.Expires)}
	return web.Render(c, fiber.StatusOK, views.Link(page))
}

// Events answers GET /admin/events.
func (h *Web) Events(c *fiber.Ctx) error {
	d, err := h.admin.Deliveries(c.UserContext(), auth.ViewerOf(c))
	if err != nil {
		return err
	}
	page := views.EventsPage{Chrome: h.chrome(c, "Events")}
	for _, f := range d.Failed {
		page.Failures = append(page.Failures, h.failure(f))
	}
	for _, l := range d.Consumers {
		row := views.Consumer{Name: l.Consumer, Waiting: l.Waiting}
		if !l.Oldest.IsZero() {
			row.Oldest = h.web.Moment(l.Oldest)
		}
		page.Consumers = append(page.Consumers, row)
	}
	return web.Render(c, fiber.StatusOK, views.Events(page))
}

func (h *Web) failure(f event.Failure) views.Failure {
	own := eventsPath + "/" + strconv.FormatInt(f.ID, 10)
	return views.Failure{
		ID: f.ID, Consumer: f.Consumer, Verb: f.Event.Verb, Object: f.Event.Object.Kind + " " + strconv.FormatInt(f.Event.Object.ID, 10),
		Attempts: f.Attempts, Error: f.LastError, At: h.web.Moment(f.FailedAt), RetryPath: own + "/retry", DiscardPath: own + "/discard",
	}
}

// Retry answers POST /admin/events/:id/retry.
func (h *Web) Retry(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.admin.Retry(c.UserContext(), auth.ViewerOf(c), id); err != nil {
		return err
	}
	h.web.Flash(c, "The event will be tried again now.")
	return web.SeeOther(c, eventsPath)
}

// Discard answers POST /admin/events/:id/discard.
func (h *Web) Discard(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.admin.Discard(c.UserContext(), auth.ViewerOf(c), id); err != nil {
		return err
	}
	h.web.Flash(c, "The event is given up for this consumer. It stays in the log.")
	return web.SeeOther(c, eventsPath)
}
