package site

import (
	"github.com/gofiber/fiber/v2"

	"watercooler/app/errs"
	"watercooler/app/feeds"
	"watercooler/app/threads"
	"watercooler/app/web"
)

// TopicFeed answers GET /topics/:slug/feed.atom with the latest public threads about a topic.
func (h *Web) TopicFeed(c *fiber.Ctx) error {
	r, err := selectTopic(c.UserContext(), h.site.db, c.Params("slug"))
	if errs.IsNotFound(err) {
		return errNoPage.Because(err)
	}
	if err != nil {
		return err
	}
	return h.syndicate(c, r, threads.FeedQuery{Topic: r.id})
}

// NetworkFeed answers GET /networks/:slug/feed.atom with the latest public threads in a network.
func (h *Web) NetworkFeed(c *fiber.Ctx) error {
	r, err := selectNetwork(c.UserContext(), h.site.db, c.Params("slug"))
	if errs.IsNotFound(err) {
		return errNoPage.Because(err)
	}
	if err != nil {
		return err
	}
	return h.syndicate(c, r, threads.FeedQuery{Networks: []int64{r.id}})
}

func (h *Web) syndicate(c *fiber.Ctx, r room, q threads.FeedQuery) error {
	f, err := h.site.feed(c.UserContext(), h.feed, r, q)
	if err != nil {
		return err
	}
	return web.Feed(c, f, feeds.AtomOf, feeds.AtomType)
}
