package blogs

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/errs"
	"watercooler/app/web"
	"watercooler/auth"
	viewsblogs "watercooler/views/blogs"
	"watercooler/views/parts"
	views "watercooler/views/readers"
)

// ReaderWeb answers the requests about following by e-mail.
type ReaderWeb struct {
	readers *Readers
	web     *web.Web
}

// NewReaderWeb returns the handlers for r.
func NewReaderWeb(r *Readers, w *web.Web) *ReaderWeb { return &ReaderWeb{readers: r, web: w} }

// OfferLetters lets the pages of blogs offer to send posts by e-mail.
func (h *Web) OfferLetters(r *Readers) { h.readers = r }

// ByEmail returns the form of a blog's page, nil where there is none: the hub sends no letters, or the blog is not public and
// nobody is signed in.
func (r *Readers) ByEmail(ctx context.Context, v auth.Viewer, b Blog) (*viewsblogs.ByEmail, error) {
	if !r.Sends() || b.Prepared || !v.SignedIn() && b.Audience != auth.AudiencePublic {
		return nil, nil
	}
	on, err := r.Joined(ctx, v, b.ID)
	return &viewsblogs.ByEmail{Action: b.Path() + "/readers", Ask: !v.SignedIn(), On: on}, err
}

// Change answers POST /blog/:blog/readers: it begins or ends the letters of somebody signed in, and asks anybody else to
// confirm their address.
func (h *ReaderWeb) Change(c *fiber.Ctx) error {
	ctx, v, slug, f := c.UserContext(), auth.ViewerOf(c), c.Params("blog"), web.FormOf(c)
	back, said := "/blog/"+slug, "New posts come to you by e-mail."
	var err error
	switch {
	case !v.SignedIn():
		return h.ask(c, slug, f.Line("email"))
	case f.Bool("off"):
		said = "The letters stop."
		if to := f.Line("return"); to != "" {
			back = web.Local(to)
		}
		err = h.readers.Leave(ctx, v, slug)
	default:
		err = h.readers.Join(ctx, v, slug)
	}
	if err != nil {
		return err
	}
	h.web.Flash(c, said)
	return web.SeeOther(c, back)
}

// ask answers a stranger. The answer is the same for each address.
func (h *ReaderWeb) ask(c *fiber.Ctx, slug, email string) error {
	err := h.readers.Ask(c.UserContext(), slug, email)
	blog := parts.Link{Text: slug, Path: "/blog/" + slug}
	if problems, ok := web.ProblemsOf(err); ok {
		return web.Render(c, web.StatusOf(err), views.Ask(views.AskPage{
			Chrome: h.web.Chrome(c, "Get posts by e-mail"), Blog: blog, Action: blog.Path + "/readers", Email: email, Problems: problems,
		}))
	}
	if err != nil {
		return err
	}
	return h.done(c, "Look in your e-mail", "A letter is on its way to the address you gave, if it does not get the posts already. Open the link in it, and they come. Without that the address is forgotten after a week.",
		parts.Link{Text: "Back to the blog", Path: blog.Path})
}

func (h *ReaderWeb) done(c *fiber.Ctx, heading, text string, next parts.Link) error {
	return web.Render(c, fiber.StatusOK, views.Done(views.DonePage{Chrome: h.web.Chrome(c, heading), Heading: heading, Text: text, Next: next}))
}

// Show answers GET /blog/readers/:token. It changes nothing: mail programs open links before people do.
func (h *ReaderWeb) Show(c *fiber.Ctx) error {
	rd, err := h.readers.ByToken(c.UserContext(), c.Params("token"))
	if err != nil {
		return err
	}
	page := views.ReaderPage{Chrome: h.web.Chrome(c, "Letters from "+rd.Blog.Name), Blog: parts.Link{Text: rd.Blog.Name}, Email: rd.Email, Action: rd.Path(), Confirmed: rd.Confirmed}
	switch _, err := h.readers.blogs.Find(c.UserContext(), auth.ViewerOf(c), rd.Blog.Slug); {
	case err == nil:
		page.Blog.Path = rd.Blog.Path()
	case errs.IsNotFound(err): // it has been closed to them since, and its present name is not theirs to know
		page.Blog.Text, page.Chrome.Title = "this blog", "Letters from a blog"
	default:
		return err
	}
	return web.Render(c, fiber.StatusOK, views.Reader(page))
}

// Answer answers POST /blog/readers/:token: a button of the page, or the one click of RFC 8058, which a mail program sends
// without a page around it.
func (h *ReaderWeb) Answer(c *fiber.Ctx) error {
	ctx, token, f := c.UserContext(), c.Params("token"), web.FormOf(c)
	if f.Line("do") == "confirm" {
		if err := h.readers.Confirm(ctx, token); err != nil {
			return err
		}
		return h.done(c, "New posts come to you", "Every letter has a link to stop.", parts.Link{Text: "To the blogs", Path: "/blogs"})
	}
	if f.Line("do") != "stop" && f.Line("List-Unsubscribe") != "One-Click" {
		return errs.Invalidf("Press one of the buttons.")
	}
	if err := h.readers.Stop(ctx, token); err != nil {
		return err
	}
	return h.done(c, "The letters stop", "You get no more posts of this blog by e-mail, and the hub has forgotten the address.", parts.Link{Text: "To the blogs", Path: "/blogs"})
}

// Mine answers GET /settings/letters.
func (h *ReaderWeb) Mine(c *fiber.Ctx) error {
	list, err := h.readers.Mine(c.UserContext(), auth.ViewerOf(c))
	if err != nil {
		return err
	}
	page := views.ListPage{
		Chrome: h.web.Chrome(c, "Blogs by e-mail"),
		Empty:  parts.Empty{Title: "No blog comes by e-mail", Text: "On the page of a blog, choose to get its posts by e-mail.", Do: parts.Link{Text: "Look at the blogs", Path: "/blogs"}},
	}
	for _, rd := range list {
		page.Blogs = append(page.Blogs, views.Entry{Name: rd.Blog.Name, Path: rd.Blog.Path(), StopPath: rd.Blog.Path() + "/readers"})
	}
	return web.Render(c, fiber.StatusOK, views.List(page))
}
