package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/errs"
	"watercooler/auth"
	pages "watercooler/views/errors"
	"watercooler/views/layout"
	"watercooler/views/parts"
)

// problem is an error in the words of the person at the other end.
type problem struct {
	status     int
	text       string
	fields     []errs.Field
	retryAfter time.Duration
}

// problemOf says what err means to the person. Only text chosen for people passes: that of *errs.Error, and ours for what
// the router and the deadline produce.
func problemOf(err error) problem {
	if e := errs.As(err); e != nil && e.Kind != errs.Internal {
		return problem{status: e.Kind.Status(), text: e.Text, fields: e.Fields, retryAfter: e.RetryAfter}
	}
	var router *fiber.Error
	switch {
	case errors.As(err, &router):
		switch router.Code {
		case fiber.StatusNotFound:
			return problem{status: router.Code, text: "There is no such page."}
		case fiber.StatusMethodNotAllowed:
			return problem{status: router.Code, text: "This address does not take that kind of request."}
		case fiber.StatusRequestEntityTooLarge:
			return problem{status: router.Code, text: "That is larger than this hub accepts."}
		}
		if router.Code >= 400 && router.Code < 500 {
			return problem{status: router.Code, text: "The hub did not understand this request."}
		}
	case errors.Is(err, context.DeadlineExceeded):
		return problem{status: fiber.StatusServiceUnavailable, text: "This took too long, so the hub stopped. Try again in a moment.", retryAfter: 10 * time.Second}
	}
	return problem{status: fiber.StatusInternalServerError, text: internalText}
}

const internalText = "Something went wrong on our side."

// ErrorHandler answers a request that ended in err: as a page, as a fragment for htmx, or as problem+json for programs. It is
// the only place that logs errors and the only one that shows them.
func (w *Web) ErrorHandler(c *fiber.Ctx, err error) error {
	p := problemOf(err)
	if p.status >= 500 {
		w.cfg.Log.LogAttrs(c.UserContext(), slog.LevelError, "request failed",
			slog.Any("err", err), slog.String("route", c.Route().Path), slog.String("request", RequestIDOf(c)))
	}
	if p.retryAfter > 0 {
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int((p.retryAfter+time.Second-1)/time.Second)))
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	switch {
	case wantsJSON(c):
		return writeProblem(c, p)
	case p.status == fiber.StatusUnauthorized:
		return toSignIn(c)
	case p.status == fiber.StatusInternalServerError && !IsHTMX(c):
		return w.internal.send(c)
	}
	if err := w.renderError(c, p); err != nil {
		w.cfg.Log.LogAttrs(c.UserContext(), slog.LevelError, "error page not rendered", slog.Any("err", err), slog.String("request", RequestIDOf(c)))
		return w.internal.send(c)
	}
	return nil
}

// Refuse answers what failed before the first middleware: a request that is too large, or that is not HTTP. Install it as
// fiber's error handler.
func (w *Web) Refuse(c *fiber.Ctx, err error) error {
	if RequestIDOf(c) == "" {
		setRequestID(c)
		w.setSecurityHeaders(c)
	}
	return w.ErrorHandler(c, err)
}

// renderError renders the page or fragment for p. It stands outside Recover, so it catches its own panics: they would end the
// whole server.
func (w *Web) renderError(c *fiber.Ctx, p problem) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	page := w.errorPage(c, p)
	if !IsHTMX(c) {
		return Render(c, p.status, pages.Show(page))
	}
	if p.status >= 500 {
		page.Text += " If you report it, quote " + page.RequestID + "."
	}
	return Render(c, p.status, pages.Fragment(page))
}

func (w *Web) errorPage(c *fiber.Ctx, p problem) pages.Page {
	page := pages.Page{
		Chrome:    w.Chrome(c, "Error"),
		Status:    p.status,
		Text:      p.text,
		Problems:  Problems(p.fields),
		RequestID: RequestIDOf(c),
	}
	if p.status == fiber.StatusNotFound && !auth.ViewerOf(c).SignedIn() {
		page.SignIn = SignInPath(c.OriginalURL()) // it may exist for somebody who is signed in; saying so always gives nothing away
	}
	if p.retryAfter > 0 {
		page.Retry = "Try again in " + wait(p.retryAfter) + "."
	}
	return page
}

// Problems returns the fields of an Invalid error as the pages list them.
func Problems(fields []errs.Field) parts.Problems {
	problems := make(parts.Problems, len(fields))
	for i, f := range fields {
		problems[i] = parts.Problem(f)
	}
	return problems
}

// ProblemsOf returns what is wrong with a form, and ok false when err is about something else and belongs to ErrorHandler.
// A conflict or a refusal without fields is about the form as a whole.
func ProblemsOf(err error) (problems parts.Problems, ok bool) {
	e := errs.As(err)
	switch {
	case e == nil:
		return nil, false
	case e.Kind == errs.Invalid && len(e.Fields) > 0:
		return Problems(e.Fields), true
	case e.Kind == errs.Invalid || e.Kind == errs.Conflict || e.Kind == errs.TooMany:
		return parts.Problems{{Text: e.Text}}, true
	}
	return nil, false
}

// StatusOf returns the HTTP status err is answered with, for handlers that show a form again with its problems.
func StatusOf(err error) int { return problemOf(err).status }

// SignInPath returns the address of the sign-in page that leads back to target.
func SignInPath(target string) string {
	if target = Local(target); target == "/" {
		return "/sign-in"
	}
	return "/sign-in?return=" + url.QueryEscape(target)
}

// toSignIn sends a browser to the sign-in page and lets it come back: to the page asked for, or after a form to the page the
// form was on, where a draft is waiting.
func toSignIn(c *fiber.Ctx) error {
	target := c.OriginalURL()
	if c.Method() != fiber.MethodGet || IsHTMX(c) {
		target = refererPath(c)
	}
	if IsHTMX(c) {
		c.Set("HX-Redirect", SignInPath(target))
		return c.SendStatus(fiber.StatusUnauthorized)
	}
	return SeeOther(c, SignInPath(target))
}

// refererPath returns the path of the page this request came from, "/" when it was not ours.
func refererPath(c *fiber.Ctx) string {
	from := c.Get("HX-Current-URL")
	if from == "" {
		from = c.Get(fiber.HeaderReferer)
	}
	u, err := url.Parse(from)
	if err != nil || !strings.EqualFold(u.Host, string(c.Context().Host())) {
		return "/"
	}
	return u.RequestURI()
}

// wantsJSON reports whether a program is asking: under /api, or by an Accept header that names JSON before HTML.
func wantsJSON(c *fiber.Ctx) bool {
	if strings.HasPrefix(c.Path(), "/api/") {
		return true
	}
	return c.Get(fiber.HeaderAccept) != "" && !IsHTMX(c) &&
		c.Accepts(fiber.MIMETextHTML, fiber.MIMEApplicationJSON, "application/problem+json") != fiber.MIMETextHTML &&
		strings.Contains(c.Get(fiber.HeaderAccept), "json")
}

// writeProblem answers in the form of RFC 9457.
func writeProblem(c *fiber.Ctx, p problem) error {
	type field struct {
		Location string `json:"location"`
		Message  string `json:"message"`
	}
	body := struct {
		Title   string  `json:"title"`
		Status  int     `json:"status"`
		Detail  string  `json:"detail"`
		Errors  []field `json:"errors,omitempty"`
		Request string  `json:"request,omitempty"`
	}{Title: title(p.status), Status: p.status, Detail: p.text, Request: RequestIDOf(c)}
	for _, f := range p.fields {
		body.Errors = append(body.Errors, field{Location: f.Name, Message: f.Text})
	}
	raw, err := json.Marshal(body)
	if err != nil {
		return err
	}
	if p.status == fiber.StatusUnauthorized {
		c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="watercooler"`)
	}
	c.Status(p.status).Set(fiber.HeaderContentType, "application/problem+json")
	return c.Send(raw)
}

func title(status int) string {
	if text := fiber.NewError(status).Message; text != "" {
		return text
	}
	return "Error"
}

// internalPage is the page for an internal error, rendered once, with a mark where the request id belongs.
type internalPage []byte

const requestMark = "REQUEST-ID-GOES-HERE"

func renderInternal(cfg Config) (internalPage, error) {
	var buf bytes.Buffer
	err := pages.Show(pages.Page{
		Chrome:    layout.Chrome{Title: "Error", Bare: true, Sample: cfg.Sample},
		Status:    fiber.StatusInternalServerError,
		Text:      internalText,
		RequestID: requestMark,
	}).Render(context.Background(), &buf)
	return buf.Bytes(), err
}

func (p internalPage) send(c *fiber.Ctx) error {
	c.Status(fiber.StatusInternalServerError).Type("html", "utf-8")
	return c.Send(bytes.ReplaceAll(p, []byte(requestMark), []byte(RequestIDOf(c))))
}
