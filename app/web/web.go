// Package web is what every handler needs: the frame around a page, forms, cursors, dates in the organisation's time zone,
// and the middleware and error handler through which each request passes.
//
// A handler parses with Form and ID, calls one use case and answers with Render or SeeOther; it returns every error, and
// ErrorHandler alone turns errors into pages, fragments or problem+json.
package web

import (
	"context"
	"encoding/base64"
	"log/slog"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"watercooler/auth"
	"watercooler/views/layout"
	"watercooler/views/parts"
)

// Config is what the pages of one hub share.
type Config struct {
	BaseURL  string         // as people type it, such as https://hub.example.gov.uk
	Hub      func() string  // name of the home organisation, "" before the first run
	Sample   bool           // the sample hub: every page says so
	Timezone *time.Location // dates are shown in it; nil is UTC
	Now      func() time.Time
	Log      *slog.Logger
}

// Web answers requests in the name of one hub. Its methods are safe for concurrent use.
type Web struct {
	cfg      Config
	base     url.URL
	internal internalPage
}

// New returns a Web for cfg. It renders the internal error page now, so that a broken component shows at start-up and never
// in the place of the page that apologises for it.
func New(cfg Config) (*Web, error) {
	if cfg.Timezone == nil {
		cfg.Timezone = time.UTC
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Hub == nil {
		cfg.Hub = func() string { return "" }
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	w := &Web{cfg: cfg}
	if cfg.BaseURL != "" {
		u, err := url.Parse(cfg.BaseURL)
		if err != nil {
			return nil, err
		}
		w.base = *u
	}
	var err error
	w.internal, err = renderInternal(cfg)
	return w, err
}

// Secure reports whether people reach the hub over https, which decides cookie prefixes and HSTS.
func (w *Web) Secure() bool { return w.base.Scheme == "https" }

// URL returns path as an absolute address, for letters, feeds and canonical links.
func (w *Web) URL(path string) string { return strings.TrimRight(w.cfg.BaseURL, "/") + path }

// Chrome returns the frame of a page called title: who is looking, the theme they chose, and the message left by the
// request before, which is shown once.
func (w *Web) Chrome(c *fiber.Ctx, title string) layout.Chrome {
	v := auth.ViewerOf(c)
	chrome := layout.Chrome{
		Title:  title,
		Hub:    w.cfg.Hub(),
		Sample: w.cfg.Sample,
		Theme:  ThemeOf(c),
		Flash:  w.takeFlash(c),
		Path:   c.OriginalURL(),
	}
	if v.SignedIn() {
		chrome.Viewer = layout.Me{
			SignedIn: true,
			Name:     v.Name,
			Initials: parts.Initials(v.Name),
			Path:     "/people/" + url.PathEscape(v.Handle),
			Tint:     parts.Tint(v.Person),
			Admin:    v.Is(auth.Admin),
			Staff:    v.Staff, Insights: v.Staff && (v.Is(auth.Leader) || v.Is(auth.Admin)),
		}
		if v.Photo != "" {
			chrome.Viewer.Photo = "/files/" + v.Photo
		}
	}
	return chrome
}

// Render answers with a component. It renders into a buffer first: a component that breaks halfway becomes an error page
// and not half a page with status 200.
func Render(c *fiber.Ctx, status int, component templ.Component) error {
	buf := templ.GetBuffer()
	defer templ.ReleaseBuffer(buf)
	// Without the deadline: showing takes no time to speak of, and the page that says "this took too long" must be shown.
	if err := component.Render(context.WithoutCancel(c.UserContext()), buf); err != nil {
		return err
	}
	c.Status(status).Type("html", "utf-8")
	c.Vary("HX-Request")
	c.Context().SetBody(buf.Bytes()) // copies, so the buffer may go back to its pool
	return nil
}

// IsHTMX reports whether the browser wants a fragment. A page restored from htmx's history cache is fetched whole.
func IsHTMX(c *fiber.Ctx) bool {
	return c.Get("HX-Request") == "true" && c.Get("HX-History-Restore-Request") != "true"
}

// SeeOther sends the browser to path with a GET: the end of every form that did something. The path must be one of ours;
// one that a browser sent goes through Local first.
func SeeOther(c *fiber.Ctx, path string) error {
	return c.Redirect(path, fiber.StatusSeeOther)
}

const (
	flashCookie = "wc_flash"
	flashRunes  = 200
	themeCookie = "wc_theme"
)

// Flash leaves a sentence for the next page this browser sees.
func (w *Web) Flash(c *fiber.Ctx, text string) {
	if runes := []rune(text); len(runes) > flashRunes {
		text = string(runes[:flashRunes])
	}
	c.Cookie(&fiber.Cookie{
		Name:  w.CookieName(flashCookie),
		Value: base64.RawURLEncoding.EncodeToString([]byte(text)),
		Path:  "/", HTTPOnly: true, Secure: w.Secure(), SameSite: fiber.CookieSameSiteLaxMode,
		MaxAge: 60, // a page that never comes must not haunt a later visit
	})
}

func (w *Web) takeFlash(c *fiber.Ctx) string {
	name := w.CookieName(flashCookie)
	value := c.Cookies(name)
	if value == "" {
		return ""
	}
	w.ExpireCookie(c, name)
	text, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil || !utf8.Valid(text) || utf8.RuneCount(text) > flashRunes {
		return ""
	}
	return string(text)
}

// CookieName returns name with the __Host- prefix where the hub is on https: browsers then refuse a cookie of that name
// that was set by another host of the domain.
func (w *Web) CookieName(name string) string { return auth.CookieName(name, w.Secure()) }

// ExpireCookie removes a cookie set with path "/".
func (w *Web) ExpireCookie(c *fiber.Ctx, name string) {
	c.Cookie(&fiber.Cookie{
		Name: name, Path: "/", HTTPOnly: true, Secure: w.Secure(), SameSite: fiber.CookieSameSiteLaxMode,
		Expires: time.Unix(1, 0),
	})
}

// themes are the values the theme cookie may have, beside "" for "as the system says".
var themes = [...]string{"light", "dark", "contrast"}

// ThemeOf returns the theme this browser chose: light, dark, contrast or "" to follow the system.
func ThemeOf(c *fiber.Ctx) string {
	chosen := c.Cookies(themeCookie)
	for _, t := range themes {
		if t == chosen {
			return t
		}
	}
	return ""
}

// SetTheme remembers a theme in this browser for a year and reports whether there is such a theme; "" forgets it.
func (w *Web) SetTheme(c *fiber.Ctx, theme string) bool {
	if theme == "" {
		w.ExpireCookie(c, themeCookie)
		return true
	}
	for _, t := range themes {
		if t == theme {
			c.Cookie(&fiber.Cookie{
				Name: themeCookie, Value: t, Path: "/", HTTPOnly: true, Secure: w.Secure(),
				SameSite: fiber.CookieSameSiteLaxMode, MaxAge: 365 * 24 * 60 * 60,
			})
			return true
		}
	}
	return false
}
