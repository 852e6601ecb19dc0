package layout

import (
	"net/url"

	"watercooler/static"
)

// Addresses with the content hash, put together once.
var (
	stylesheet = static.Path("app.css")
	script     = static.Path("app.js")
	favicon    = static.Path("favicon.svg")
	textFont   = static.Path("fonts/atkinson-hyperlegible-next-latin-wght-normal.woff2")
	titleFont  = static.Path("fonts/newsreader-latin-wght-normal.woff2")
)

// htmxConfig keeps htmx inside the content security policy (no styles of its own, no eval, no other hosts, no pages kept in local
// storage) and lets it show the form that comes back with mistakes, 422.
const htmxConfig = `{"includeIndicatorStyles":false,"allowEval":false,"selfRequestsOnly":true,"historyCacheSize":0,` +
	`"responseHandling":[{"code":"204","swap":false},{"code":"[23]..","swap":true},{"code":"422","swap":true},` +
	`{"code":"[45]..","swap":false,"error":true}]}`

// room is a link of the main navigation.
type room struct {
	name, text, rest, path string // rest of the text is left out where space is short
	aside                  bool   // on a phone it is under More
	spare                  bool   // on a narrow desk it is in the menu of the person
}

// furtherOff reports whether a room is one of those that a phone has under More.
func furtherOff(now string) bool {
	switch now {
	case "blogs", "people", "topics", "insights", "brief", "signals", "decisions", "lessons":
		return true
	}
	return false
}

// signInPath leads to the door and back to where the reader is.
func signInPath(from string) string {
	if from == "" || from == "/" {
		return "/sign-in"
	}
	return "/sign-in?return=" + url.QueryEscape(from)
}
