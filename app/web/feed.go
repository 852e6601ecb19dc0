package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/feeds"
)

// Feed answers with f in the form that write gives it, or with 304 when the reader has it already. Everybody may keep it for
// some minutes: readers ask often, and all are told the same.
func Feed(c *fiber.Ctx, f feeds.Feed, write func(feeds.Feed) ([]byte, error), contentType string) error {
	body, err := write(f)
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderCacheControl, "public, max-age=300")
	c.Set(fiber.HeaderETag, feeds.Tag(body))
	c.Set(fiber.HeaderLastModified, f.Changed().Format(http.TimeFormat))
	// SECURITY: the reader of a feed on another site may show it, and nothing in it needs a session.
	c.Set("Cross-Origin-Resource-Policy", "cross-origin")
	if known(c, f.Changed()) {
		return c.SendStatus(fiber.StatusNotModified)
	}
	c.Set(fiber.HeaderContentType, contentType)
	return c.Send(body)
}

// known reports whether the asker has what was last changed at that time under the entity tag of the answer. By RFC 9110 a
// tag decides where one is sent, and the time alone otherwise. (fiber's Fresh takes any time for good enough.)
func known(c *fiber.Ctx, changed time.Time) bool {
	if tags := c.Get(fiber.HeaderIfNoneMatch); tags != "" {
		own := strings.TrimPrefix(string(c.Response().Header.Peek(fiber.HeaderETag)), "W/")
		for tag := range strings.SplitSeq(tags, ",") {
			if tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/"); tag == own || tag == "*" {
				return true
			}
		}
		return false
	}
	since, err := http.ParseTime(c.Get(fiber.HeaderIfModifiedSince))
	return err == nil && !changed.Truncate(time.Second).After(since)
}
