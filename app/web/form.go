package web

import (
	"net/url"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/errs"
)

// Form reads the fields of a posted form. Values are copies: they outlive the request.
type Form struct{ c *fiber.Ctx }

// FormOf returns the posted form of c, urlencoded or multipart.
func FormOf(c *fiber.Ctx) Form { return Form{c} }

// Line returns one line of text: spaces at the ends and line breaks removed, invalid bytes replaced.
func (f Form) Line(name string) string {
	return strings.TrimSpace(strings.NewReplacer("\r", " ", "\n", " ").Replace(f.Raw(name)))
}

// Text returns text of several lines with line ends as "\n". Spaces at the end of it are removed; those at the start may
// mean something in Markdown.
func (f Form) Text(name string) string {
	s := strings.ReplaceAll(strings.ReplaceAll(f.Raw(name), "\r\n", "\n"), "\r", "\n")
	return strings.TrimRight(s, " \t\n")
}

// Raw returns the value as it came, for passwords; only invalid UTF-8 and NUL, which PostgreSQL refuses, are replaced.
func (f Form) Raw(name string) string {
	s := strings.Clone(f.c.FormValue(name))
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	return strings.ReplaceAll(s, "\x00", "\uFFFD")
}

// Bool reports whether a checkbox was ticked.
func (f Form) Bool(name string) bool {
	switch f.c.FormValue(name) {
	case "on", "true", "1", "yes":
		return true
	}
	return false
}

// ID returns the id in a field, 0 when it is empty or not an id.
func (f Form) ID(name string) int64 {
	id, err := parseID(f.c.FormValue(name))
	if err != nil {
		return 0
	}
	return id
}

// List returns every value of a repeated field.
func (f Form) List(name string) []string {
	var list []string
	if form, err := f.c.MultipartForm(); err == nil {
		for _, v := range form.Value[name] {
			list = append(list, strings.Clone(v))
		}
		return list
	}
	for _, v := range f.c.Context().PostArgs().PeekMulti(name) {
		list = append(list, string(v))
	}
	return list
}

// ID returns the id in the path under name, such as "id" in /threads/:id. What is not an id is NotFound: there can be
// nothing there.
func ID(c *fiber.Ctx, name string) (int64, error) {
	id, err := parseID(c.Params(name))
	if err != nil {
		return 0, errs.NotFoundf("There is no such page.").Because(err)
	}
	return id, nil
}

func parseID(s string) (int64, error) {
	id, err := strconv.ParseInt(s, 10, 64)
	if err == nil && id <= 0 {
		err = strconv.ErrRange
	}
	return id, err
}

// Local returns target when it is a path on this hub, and "/" when it could lead anywhere else. Everything a browser asks to
// be sent to goes through it.
//
// SECURITY: browsers read "//host", "/\host" and paths with control characters as other hosts; all are refused, not repaired.
func Local(target string) string {
	if target == "" || target[0] != '/' || len(target) > 2000 {
		return "/"
	}
	for i := range len(target) {
		if target[i] <= ' ' || target[i] == '\\' || target[i] == 0x7f {
			return "/"
		}
	}
	u, err := url.Parse(target)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" {
		return "/"
	}
	// The decoded path must not start like a host either: a proxy that decodes "/%2fhost" would make it one.
	if strings.HasPrefix(u.Path, "//") || strings.ContainsAny(u.Path, "\\\r\n\t\x00") {
		return "/"
	}
	if clean := path.Clean(u.Path); clean == "/sign-in" || clean == "/sign-out" || strings.HasPrefix(clean, "/sign-in/") {
		return "/" // signing in to arrive at the sign-in page helps nobody
	}
	return target
}
