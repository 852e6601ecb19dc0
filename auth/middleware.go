package auth

import (
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/errs"
)

// viewerKey is where the Viewer sits in a request's locals; its type keeps other packages from setting it by accident.
type viewerKey struct{}

// ViewerOf returns who is looking. Before the middleware has run, and where nobody has signed in, it is Public.
func ViewerOf(c *fiber.Ctx) Viewer {
	if v, ok := c.Locals(viewerKey{}).(Viewer); ok {
		return v
	}
	return Public
}

// SetViewer makes v the viewer of the rest of this request: after signing in, and in tests of handlers.
func SetViewer(c *fiber.Ctx, v Viewer) { c.Locals(viewerKey{}, v) }

// Middleware puts the Viewer on every request: from the session cookie or, under /api, from a bearer token. It reads one value
// from the store and one row from the database, and nothing at all for somebody who brings neither.
//
// A cookie that is no longer good is left where it is: an answer to an older request that removed it could arrive after a
// fresh sign-in and take the new cookie away.
func (s *Service) Middleware() fiber.Handler {
	cookie := CookieName(sessionCookie, s.secure)
	return func(c *fiber.Ctx) error {
		v := Public
		var err error
		if token, ok := bearer(c); ok {
			v, err = s.ByToken(c.UserContext(), token)
		} else if token := c.Cookies(cookie); token != "" {
			v, err = s.BySession(c.UserContext(), token)
		}
		if err != nil {
			return err
		}
		SetViewer(c, v)
		return c.Next()
	}
}

// bearer returns the API token of a request under /api. A request that brings one is that program's, whatever cookies it has.
func bearer(c *fiber.Ctx) (string, bool) {
	if !strings.HasPrefix(c.Path(), "/api/") {
		return "", false
	}
	scheme, token, _ := strings.Cut(c.Get(fiber.HeaderAuthorization), " ")
	return strings.Clone(strings.TrimSpace(token)), strings.EqualFold(scheme, "Bearer")
}

// RequireSignedIn refuses requests without an account; pages are sent to the sign-in page and come back afterwards.
func RequireSignedIn(c *fiber.Ctx) error {
	if !ViewerOf(c).SignedIn() {
		return errs.Unauthenticatedf("Sign in to continue.")
	}
	return c.Next()
}

// RequireRole refuses viewers who lack any role in want. To them the page does not exist: what they may not see is not
// theirs to know about.
func RequireRole(want Role) fiber.Handler {
	return func(c *fiber.Ctx) error {
		v := ViewerOf(c)
		switch {
		case !v.SignedIn():
			return errs.Unauthenticatedf("Sign in to continue.")
		case !v.Is(want):
			return errs.NotFoundf("There is no such page.")
		}
		return c.Next()
	}
}

// SignIn begins a session for account in this browser. The session the browser had is ended and its token not used again
// (rotation), so that a token planted before signing in is worth nothing.
func (s *Service) SignIn(c *fiber.Ctx, account int64) error {
	token, err := s.Start(c.UserContext(), account, c.Get(fiber.HeaderUserAgent))
	if err != nil {
		return err
	}
	if err := s.End(c.UserContext(), c.Cookies(CookieName(sessionCookie, s.secure))); err != nil {
		return err
	}
	s.setCookie(c, sessionCookie, token, s.cfg.Absolute)
	v, err := s.BySession(c.UserContext(), token)
	SetViewer(c, v)
	return err
}

// SignOut ends the session of this browser.
func (s *Service) SignOut(c *fiber.Ctx) error {
	if err := s.End(c.UserContext(), c.Cookies(CookieName(sessionCookie, s.secure))); err != nil {
		return err
	}
	s.setCookie(c, sessionCookie, "", 0)
	SetViewer(c, Public)
	return nil
}

// SetPending gives this browser the token of a sign-in that has gone to a provider.
func (s *Service) SetPending(c *fiber.Ctx, token string) {
	s.setCookie(c, pendingCookie, token, pendingLife)
}

// TakePending returns the token SetPending gave and removes it from the browser.
func (s *Service) TakePending(c *fiber.Ctx) string {
	token := strings.Clone(c.Cookies(CookieName(pendingCookie, s.secure)))
	s.setCookie(c, pendingCookie, "", 0)
	return token
}

// setCookie sets a cookie no script can read; with life 0 it removes it. Lax and not Strict: people arrive from links in letters
// and from their identity provider, and must be signed in when they do.
func (s *Service) setCookie(c *fiber.Ctx, name, value string, life time.Duration) {
	cookie := fiber.Cookie{
		Name: CookieName(name, s.secure), Value: value, Path: "/",
		HTTPOnly: true, Secure: s.secure, SameSite: fiber.CookieSameSiteLaxMode, MaxAge: int(life / time.Second),
	}
	if life == 0 {
		cookie.Expires = time.Unix(1, 0)
	}
	c.Cookie(&cookie)
}
