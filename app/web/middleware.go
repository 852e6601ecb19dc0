package web

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/errs"
	"watercooler/auth"
)

// RequestTimeout bounds the work for one request. It is a deadline on the context, so queries and searches end with it.
const RequestTimeout = 10 * time.Second

type requestIDKey struct{}

// RequestID gives each request an id that shows in the log, in the X-Request-ID header and on error pages. An id sent by the
// client is not taken over: it would let anybody write into our log.
func RequestID(c *fiber.Ctx) error {
	setRequestID(c)
	return c.Next()
}

func setRequestID(c *fiber.Ctx) {
	id := rand.Text()[:16]
	c.Locals(requestIDKey{}, id)
	c.Set(fiber.HeaderXRequestID, id)
}

// RequestIDOf returns the id of this request, "" before RequestID has run.
func RequestIDOf(c *fiber.Ctx) string {
	id, _ := c.Locals(requestIDKey{}).(string)
	return id
}

// Deadline puts RequestTimeout on the request's UserContext.
func Deadline(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), RequestTimeout)
	defer cancel()
	c.SetUserContext(ctx)
	return c.Next()
}

// contentSecurityPolicy allows what static/dist brings and nothing else; there is no inline script or style anywhere.
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

// SecurityHeaders sets the headers every answer carries. They are set before the handler runs, so that a file or an API may
// tighten its own.
func (w *Web) SecurityHeaders(c *fiber.Ctx) error {
	w.setSecurityHeaders(c)
	return c.Next()
}

func (w *Web) setSecurityHeaders(c *fiber.Ctx) {
	c.Set(fiber.HeaderContentSecurityPolicy, contentSecurityPolicy)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderXFrameOptions, "DENY") // for what does not know frame-ancestors
	// same-origin and not no-referrer: under no-referrer browsers send "Origin: null" with our own forms, and the secret in
	// the address of a one-time link still reaches nobody but us.
	c.Set(fiber.HeaderReferrerPolicy, "same-origin")
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Set(fiber.HeaderPermissionsPolicy, "camera=(), geolocation=(), microphone=(), payment=(), usb=(), browsing-topics=()")
	if w.Secure() {
		c.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000")
	}
}

// Private keeps pages out of shared caches and makes browsers ask again; Back still works from memory. Files with a hash in
// their name set their own Cache-Control.
func Private(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "private, no-cache")
	c.Vary(fiber.HeaderCookie)
	return c.Next()
}

// SameOrigin refuses requests that change something and come from a page of somebody else (CSRF). It is the rule of
// net/http.CrossOriginProtection: Sec-Fetch-Site where the browser sends it, otherwise Origin against the host. Browsers omit
// Sec-Fetch-Site on plain-http intranets and old ones omit Origin too, so Referer is asked last.
//
// SECURITY: a request with none of the three comes from no browser that follows the standards. It is let through only when it
// brings nothing a browser would add by itself: no cookie, or a bearer token, which no foreign page can send.
func (w *Web) SameOrigin(c *fiber.Ctx) error {
	switch c.Method() {
	case fiber.MethodGet, fiber.MethodHead, fiber.MethodOptions:
		return c.Next()
	}
	if w.sameOrigin(c) {
		return c.Next()
	}
	return errs.Forbiddenf("This form was sent from another site. Open the page here and send it again.")
}

func (w *Web) sameOrigin(c *fiber.Ctx) bool {
	switch c.Get("Sec-Fetch-Site") {
	case "same-origin", "none":
		return true
	case "":
	default: // same-site is not enough: other hosts of the domain are not ours
		return false
	}
	if origin := c.Get(fiber.HeaderOrigin); origin != "" {
		return w.ourOrigin(c, origin)
	}
	if referer := c.Get(fiber.HeaderReferer); referer != "" {
		return w.ourOrigin(c, referer)
	}
	return c.Get(fiber.HeaderCookie) == "" || strings.HasPrefix(c.Get(fiber.HeaderAuthorization), "Bearer ")
}

// ourOrigin reports whether address lies on the host this request was sent to, or on the base URL, which differs from it
// behind a proxy that rewrites Host.
func (w *Web) ourOrigin(c *fiber.Ctx, address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return false // "null" among others
	}
	// The raw Host header: c.Hostname would believe X-Forwarded-Host.
	if strings.EqualFold(u.Host, string(c.Context().Host())) {
		return true
	}
	return w.base.Host != "" && u.Scheme == w.base.Scheme && strings.EqualFold(u.Host, w.base.Host)
}

// wait says a duration in whole seconds or minutes, rounded up.
func wait(d time.Duration) string {
	unit, n := "second", int((d+time.Second-1)/time.Second)
	if n > 90 {
		unit, n = "minute", (n+59)/60
	}
	if n <= 1 {
		return "1 " + unit
	}
	return strconv.Itoa(n) + " " + unit + "s"
}

// AccessLog writes one line per request and answers errors through ErrorHandler, so that the line has the status that was
// sent.
//
// It names the route and not the path, leaves out the query string and says nothing about who asked: handles, e-mail
// addresses, searches and the secrets in one-time links are personal data that a log keeps for too long.
func (w *Web) AccessLog(c *fiber.Ctx) error {
	start := time.Now() // a duration, so the real clock whatever Now is
	if err := c.Next(); err != nil {
		if err := w.ErrorHandler(c, err); err != nil {
			return err
		}
	}
	level := slog.LevelInfo
	if c.Response().StatusCode() >= 500 {
		level = slog.LevelWarn
	}
	w.cfg.Log.LogAttrs(c.UserContext(), level, "request",
		slog.String("method", c.Method()),
		slog.String("route", c.Route().Path),
		slog.Int("status", c.Response().StatusCode()),
		slog.Duration("took", time.Since(start)),
		slog.Bool("signed_in", auth.ViewerOf(c).SignedIn()),
		slog.String("request", RequestIDOf(c)))
	return nil
}

// Recover turns a panic in a handler into an internal error with its stack in the log. It belongs inside AccessLog.
func (w *Web) Recover(c *fiber.Ctx) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
			w.cfg.Log.ErrorContext(c.UserContext(), "panic", "err", r, "route", c.Route().Path, "request", RequestIDOf(c),
				"stack", string(debug.Stack()))
		}
	}()
	return c.Next()
}
