package web

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/errs"
	"watercooler/app/kv"
	"watercooler/auth"
)

// RateLimit bounds how often one account, or one address where nobody is signed in, may use the routes of a class. A store
// that is down lets requests through: a limit protects the hub, and the hub without its store has other troubles. The limits
// on passwords are in package auth and do not yield.
func (w *Web) RateLimit(store kv.Store, class string, rate kv.Rate) fiber.Handler {
	return func(c *fiber.Ctx) error {
		who := "ip:" + c.IP()
		if v := auth.ViewerOf(c); v.SignedIn() {
			who = "account:" + strconv.FormatInt(v.Account, 10)
		}
		ok, after, err := store.Allow(c.UserContext(), "rate:"+class+":"+who, rate)
		if err != nil {
			w.cfg.Log.WarnContext(c.UserContext(), "rate limit not checked", "class", class, "err", err, "request", RequestIDOf(c))
			return c.Next()
		}
		if !ok {
			return errs.TooManyf(after, "That was very often in a short time. Wait %s and try again.", wait(after))
		}
		return c.Next()
	}
}
