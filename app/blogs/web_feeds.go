package blogs

import (
	"github.com/gofiber/fiber/v2"

	"watercooler/app/feeds"
	"watercooler/app/web"
)

// FeedWeb answers the requests of feed readers.
type FeedWeb struct {
	blogs *Service
	web   *web.Web
	hub   func() string
}

// NewFeedWeb returns the handlers for the feeds of s, on the hub that is called hub.
func NewFeedWeb(s *Service, w *web.Web, hub func() string) *FeedWeb {
	return &FeedWeb{blogs: s, web: w, hub: hub}
}

// Atom answers GET /feed.atom and GET /blog/:blog/feed.atom.
func (h *FeedWeb) Atom(c *fiber.Ctx) error {
	f, err := h.blogs.Feed(c.UserContext(), h.web.URL(""), h.hub(), c.Params("blog"))
	if err != nil {
		return err
	}
	return web.Feed(c, f, feeds.AtomOf, feeds.AtomType)
}

// JSON answers GET /feed.json and GET /blog/:blog/feed.json.
func (h *FeedWeb) JSON(c *fiber.Ctx) error {
	f, err := h.blogs.Feed(c.UserContext(), h.web.URL(""), h.hub(), c.Params("blog"))
	if err != nil {
		return err
	}
	return web.Feed(c, f, feeds.JSONOf, feeds.JSONType)
}
