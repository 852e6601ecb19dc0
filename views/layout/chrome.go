// Package layout is the frame around every page: head, header, navigation, banner and foot.
package layout

// Chrome is what the frame shows around a page.
type Chrome struct {
	Title       string // of the page; the hub's name is added
	Description string // for search engines, on public pages
	Canonical   string // absolute address of a public page; empty keeps the page out of search engines
	Hub         string // name of the organisation
	Nav         string // the room we are in: home, discussions, people, topics or admin
	Query       string // what is in the search box
	Theme       string // "", light, dark or contrast
	Sample      bool   // the sample hub, where anyone can sign in as anybody: said on every page
	Flash       string // one-shot message about what just happened
	Path        string // of this page, to come back to after signing in
	Bare        bool   // no search, navigation or Write button: first run, internal errors
	Viewer      Me
}

// Me is the person looking at the page.
type Me struct {
	SignedIn bool
	Name     string
	Initials string
	Path     string // of the profile
	Photo    string
	Tint     int
	Admin    bool // may open /admin
}
