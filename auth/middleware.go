package auth

import (
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
