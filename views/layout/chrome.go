// Package layout is the frame around every page: head, header, navigation, banner and foot.
package layout

// Chrome is what the frame shows around a page.
type Chrome struct {
	Title       string // of the page; the hub's name is added
	Description string // for search engines, on public pages
	Canonical   string // absolute address of a public page; empty keeps the page out of search engines
	Kind        string // of a public page, as Open Graph names it: "article", "profile"; "website" when empty
	Image       string // absolute address of the picture a public page is shared with; empty for none
	Published   string // when a public article was first published, RFC 3339; empty says nothing
	Feeds       []FeedLink
	Hub         string // name of the organisation
	Nav         string // the room we are in: home, discussions, people, topics, insights or admin
	Query       string // what is in the search box
	Theme       string // "", light, dark or contrast
	Sample      bool   // the sample hub, where anyone can sign in as anybody: said on every page
	Flash       string // one-shot message about what just happened
	Path        string // of this page, to come back to after signing in
	Bare        bool   // no search, navigation or Write button: first run, internal errors
	Viewer      Me
}

// FeedLink lets a feed reader find a feed from the page it belongs to.
type FeedLink struct {
	Title string // "Posts of Gwen Pryce"
	Type  string // AtomFeed or JSONFeed
	Href  string
}

// The types of feed.
const (
	AtomFeed = "application/atom+xml"
	JSONFeed = "application/feed+json"
)

// kind is what the page is in the words of Open Graph.
func (c Chrome) kind() string {
	if c.Kind == "" {
		return "website"
	}
	return c.Kind
}

// siteName is what pages are shared as a part of.
func (c Chrome) siteName() string {
	if c.Hub == "" {
		return "Watercooler"
	}
	return "Watercooler at " + c.Hub
}

// card is how large the picture of a shared page is wished for.
func (c Chrome) card() string {
	if c.Image == "" {
		return "summary"
	}
	return "summary_large_image"
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
	Staff    bool // of the organisation that runs the hub: may open /brief
	Insights bool // may open /insights
}
