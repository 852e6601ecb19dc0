package threads

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"watercooler/app/errs"
	"watercooler/app/web"
	"watercooler/auth"
	views "watercooler/views/threads"
)

// SaveDraft answers POST /drafts, which a composer calls while somebody types.
func (h *Web) SaveDraft(c *fiber.Ctx) error {
	d := formDraft(c)
	at, err := h.threads.SaveDraft(c.UserContext(), auth.ViewerOf(c), d)
	if err != nil {
		return h.refuse(c, d, err)
	}
	if !web.IsHTMX(c) {
		h.web.Flash(c, "Your draft is kept.")
		return web.SeeOther(c, "/drafts")
	}
	if d.Empty() {
		at = time.Time{}
	}
	return web.Render(c, fiber.StatusOK, views.Saved(h.saved(at)))
}

// Drafts answers GET /drafts.
func (h *Web) Drafts(c *fiber.Ctx) error {
	if err := h.restore(c); err != nil {
		return err
	}
	drafts, err := h.threads.Drafts(c.UserContext(), auth.ViewerOf(c))
	if err != nil {
		return err
	}
	page := views.DraftsPage{Chrome: h.chrome(c, "Drafts", "home")}
	for _, d := range drafts {
		page.Drafts = append(page.Drafts, views.Draft{
			Title: d.title(), Excerpt: beginning(d.Body), Path: d.Path, At: h.web.Moment(d.UpdatedAt),
			DeletePath: "/drafts/" + strconv.FormatInt(d.ID, 10) + "/delete",
		})
	}
	return web.Render(c, fiber.StatusOK, views.Drafts(page))
}

// title names a draft in a list.
func (d KeptDraft) title() string {
	edit, kind, _, _ := parsePlace(d.Place)
	about := d.About
	if about == "" {
		about = "something you can no longer see"
	}
	switch {
	case edit && kind == kindReply:
		return "Changes to your reply to " + about
	case edit:
		return "Changes to " + about
	case kind == kindThread:
		return "Reply to " + about
	case d.Title != "":
		return d.Title
	case d.Kind == Discussion:
		return "Untitled discussion"
	}
	return "Untitled question"
}

// DeleteDraft answers POST /drafts/:id/delete.
func (h *Web) DeleteDraft(c *fiber.Ctx) error {
	id, err := web.ID(c, "id")
	if err != nil {
		return err
	}
	if err := h.threads.DeleteDraft(c.UserContext(), auth.ViewerOf(c), id); err != nil {
		return err
	}
	return web.SeeOther(c, "/drafts")
}

// draft returns what waits in a place, empty when nothing does.
func (h *Web) draft(c *fiber.Ctx, place string) (Draft, error) {
	if err := h.restore(c); err != nil {
		return Draft{}, err
	}
	d, err := h.threads.Draft(c.UserContext(), auth.ViewerOf(c), place)
	if errs.IsNotFound(err) {
		return Draft{Place: place}, nil
	}
	return d, err
}

// Somebody's session may end while they write. What they send then must not be lost, and there is nobody yet whose draft it
// could be: it is set aside under a secret that their browser keeps in a cookie, and becomes a draft of whoever signs in with
// that browser within two hours.
const (
	keptCookie = "wc_kept"
	keptFor    = 2 * time.Hour
	keptPrefix = "kept:"
)

// refuse answers a form that failed with err. When the reason is that nobody is signed in, its text is set aside first.
func (h *Web) refuse(c *fiber.Ctx, d Draft, err error) error {
	if errs.KindOf(err) != errs.Unauthenticated || d.Empty() || len(d.Title)+len(d.Body)+len(d.Topics) > maxDraft {
		return err
	}
	if _, _, _, ok := parsePlace(d.Place); !ok {
		return err
	}
	raw, failed := json.Marshal(d)
	if failed != nil {
		return fmt.Errorf("set a text aside: %w", failed)
	}
	name := h.web.CookieName(keptCookie)
	secret := c.Cookies(name)
	if len(secret) != len(newSecret()) { // the autosaves of one text share one place
		secret = newSecret()
	}
	// SECURITY: the secret is what keeps the text from anybody else; it leaves the browser for no other site.
	if failed := h.kept.Put(c.UserContext(), keptPrefix+secret, "", raw, keptFor); failed != nil {
		return fmt.Errorf("set a text aside: %w", failed)
	}
	c.Cookie(&fiber.Cookie{
		Name: name, Value: secret, Path: "/", MaxAge: int(keptFor / time.Second),
		HTTPOnly: true, Secure: h.web.Secure(), SameSite: fiber.CookieSameSiteLaxMode,
	})
	return err
}

func newSecret() string { return rand.Text() }

// restore makes a draft of a text that was set aside by refuse, once its writer has signed in. A draft that is newer in the
// same place gives way: this is what was sent last.
func (h *Web) restore(c *fiber.Ctx) error {
	name := h.web.CookieName(keptCookie)
	secret := c.Cookies(name)
	v := auth.ViewerOf(c)
	if secret == "" || !v.SignedIn() {
		return nil
	}
	h.web.ExpireCookie(c, name)
	raw, err := h.kept.Take(c.UserContext(), keptPrefix+secret)
	switch {
	case errs.IsNotFound(err):
		return nil
	case err != nil:
		return fmt.Errorf("take a text that was set aside: %w", err)
	}
	var d Draft
	if err := json.Unmarshal(raw, &d); err != nil {
		return fmt.Errorf("read a text that was set aside: %w", err)
	}
	_, err = h.threads.SaveDraft(c.UserContext(), v, d)
	return err
}

// orRender answers with a component unless err says otherwise.
func orRender(c *fiber.Ctx, err error, component templ.Component) error {
	if err != nil {
		return err
	}
	return web.Render(c, fiber.StatusOK, component)
}
