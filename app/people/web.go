package people

import (
	"context"
	"mime"
	"strings"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

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
	knows  Knows
}

// Knows is what a profile shows of what its owner knows.
type Knows interface {
	// Section returns the part of the page about a person, for the viewer of c.
	Section(c *fiber.Ctx, person int64, handle, name string) (templ.Component, error)
}

// NewWeb returns the handlers for s.
func NewWeb(s *Service, w *web.Web, knows Knows) *Web { return &Web{people: s, web: w, knows: knows} }

func (h *Web) chrome(c *fiber.Ctx, title string) layout.Chrome {
	chrome := h.web.Chrome(c, title)
	chrome.Nav = "people"
	return chrome
}

// reading is a use case that lists threads of a person.
type reading func(ctx context.Context, v auth.Viewer, person int64, before Key) ([]Thread, bool, error)

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
		out[i] = views.Entry{Person: c.Part(), Pronouns: c.Pronouns, Location: c.Location, Phone: c.Phone, Left: c.Left}
	}
	return out
}

// shown are the types of files that browsers show themselves; others are for saving.
//
// SECURITY: nothing that can hold a script is among them, such as SVG and HTML.
var shown = map[string]bool{
	"image/jpeg": true, "image/png": true, "image/gif": true, "image/webp": true, "image/avif": true, "application/pdf": true,
	"text/plain; charset=utf-8": true, "audio/mpeg": true, "video/mp4": true,
}

// File answers GET /files/:key. The key is made from the content, so what is under it never changes.
//
// SECURITY: whatever a file holds, the browser neither guesses a type nor runs anything in it.
func (h *Web) File(c *fiber.Ctx) error {
	file, err := h.people.Open(c.UserContext(), auth.ViewerOf(c), c.Params("key"))
	if err != nil {
		return err
	}
	kind := file.ContentType
	if strings.HasPrefix(kind, "text/plain") {
		kind = "text/plain; charset=utf-8"
	}
	if !shown[kind] {
		kind = fiber.MIMEOctetStream
		c.Set(fiber.HeaderContentDisposition, mime.FormatMediaType("attachment", map[string]string{"filename": file.Name}))
	}
	// Who may read what a file belongs to can change, so only photos are kept without asking again.
	switch {
	case file.Photo:
		c.Set(fiber.HeaderCacheControl, "private, max-age=31536000, immutable")
	case file.Public:
		c.Set(fiber.HeaderCacheControl, "public, max-age=3600")
	default:
		c.Set(fiber.HeaderCacheControl, "private, max-age=300")
	}
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; sandbox")
	c.Set(fiber.HeaderContentType, kind)
	return c.SendStream(file, int(file.Size))
}
