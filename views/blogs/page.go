// Package blogs shows blogs, their posts, and what it takes to write them.
//
// The names of the form fields, for whoever parses them. A blog is set up with owner ("person:5"), name, slug, description,
// audience, when ("now" or "later"), date and time. A post is written with title, body, summary, topics (comma separated),
// slug, cover (a file), cover_alt, remove_cover, series (a slug), new_series, authors (handles), audience, revision, date and
// time, and "do" says which button was pressed: save, look, preview, publish, schedule or unschedule; or keep, which saves while somebody
// writes. Settings post name,
// slug, description and audience; an author is added with handle and removed with person; a launch is set with date and time.
package blogs

import (
	"watercooler/views/layout"
	"watercooler/views/parts"
	"watercooler/views/threads"
)

// Card is a post in a list.
type Card struct {
	Path, Title, Lead string
	Cover             string // address of the picture; empty for none
	Authors           []parts.Person
	Blog              parts.Link // empty in the blog's own list
	At                parts.Moment
	Minutes           int
	Replies           int
	Audience          string // "Public"; empty for everyone signed in, which goes without saying
	Series            string // "Part of Project Beta"; empty for none
}

// IndexPage is the latest posts of all blogs.
type IndexPage struct {
	Chrome    layout.Chrome
	Tabs      []parts.Tab
	Posts     []Card
	Empty     parts.Empty
	Pager     parts.Pager
	SignedIn  bool
	Yours     []Yours
	Drafts    int    // that the viewer writes
	SetUpPath string // empty when there is nothing to set up
}

// Yours is a blog the viewer writes in.
type Yours struct {
	Name, Path, WritePath string
	Note                  string // "2 drafts · opens on 4 March 2027"
}

// DirectoryPage is blogs A to Z.
type DirectoryPage struct {
	Chrome    layout.Chrome
	Tabs      []parts.Tab
	Kinds     []parts.Tab // All, People, Units, Networks
	Blogs     []Entry
	Empty     parts.Empty
	Pager     parts.Pager
	SetUpPath string
}

// Entry is a blog in the directory.
type Entry struct {
	Name, Path, Description string
	Owner                   string // "Gwen Pryce", "Web and Content", "Flood watch"
	Kind                    string // "Person", "Unit" or "Network"
	Face                    *parts.Person
	Posts                   int
	Audience                string
}

// BlogPage is one blog, or a month or a series of it.
type BlogPage struct {
	Chrome      layout.Chrome
	Name, Path  string
	Description string
	Owner       parts.Link // without path for those who may not see it
	OwnerKind   string     // "Person", "Unit" or "Network"
	Face        *parts.Person
	Authors     []parts.Person // named besides those the owner stands for
	Audience    string
	Follow      parts.Follow
	WritePath   string
	ManagePath  string
	DraftsPath  string
	Prepared    string // "Only those who write here see it until 4 March 2027 at 09:00."; empty once it is open
	LaunchPath  string // POST; empty for those who may not
	Heading     string // of a part: "March 2027", "Series: Project Beta"; empty on the whole
	Posts       []Card
	Drafts      []DraftLine // shown above the posts of a prepared blog
	Empty       parts.Empty
	Pager       parts.Pager
	Months      []parts.Tab
	Series      []parts.Tab
	AtomPath    string // empty when there is no public feed
	JSONPath    string
	ByEmail     *ByEmail
}

// ByEmail is the form to get new posts by e-mail.
type ByEmail struct {
	Action string // POST
	Ask    bool   // for an address: the reader is not signed in
	On     bool   // they come already
}

// PostPage is one post, published or as it will look.
type PostPage struct {
	Chrome   layout.Chrome
	Title    string
	BodyHTML string // rendered by markup
	Lang     string
	Summary  string
	Cover    string
	CoverAlt string
	Authors  []parts.Person
	Blog     parts.Link
	Follow   parts.Follow // of the blog
	At       parts.Moment
	Edited   parts.Moment
	Minutes  int
	Audience string // "Public", "For everyone signed in"
	Topics   []parts.Topic
	Series   *InSeries
	AtomPath string

	UnpublishPath string // POST
	Conversation  threads.Conversation

	Preview *Preview // of a draft: what is published is not shown as one
}

// InSeries says where a post stands in its series.
type InSeries struct {
	Series         parts.Link
	Number, Of     int
	Previous, Next parts.Link // empty at the ends
}

// Preview is what stands around a draft shown as a post.
type Preview struct {
	EditPath    string // empty for those who only have the link
	SharePath   string // POST makes a new link, and ends the old one
	UnsharePath string // POST
	Shared      bool   // there is a link
	Link        string // the new link, shown once
}

// EditPage is the editor of a post.
type EditPage struct {
	Chrome     layout.Chrome
	Heading    string
	Action     string // POST
	LookPath   string // POST; answers with the preview
	Blog       parts.Link
	Revision   int
	Templates  []Template // offered while nothing is written
	Title      string
	Body       string
	Summary    string
	Topics     string
	TopicNames []string // offered while typing
	Slug       string
	SlugBefore string // "hub.example.gov.uk/blog/gwen/"
	Cover      string // address of the picture there is
	CoverAlt   string
	Series     []parts.Option // the first has the value "" and says "None"
	NewSeries  string
	Authors    string // handles
	Audiences  []parts.Option
	WhoSees    string
	Preview    string // HTML by markup; empty when not asked for
	Theirs     string // HTML of what somebody else saved meanwhile; empty without a conflict
	Problems   parts.Problems
	Published  bool   // a post that is published; otherwise a draft
	Problem    string // why it was not published when its time came
	Saved      string // "Saved 4 min ago"
	SavePath   string // POST; saves a draft while somebody writes, and answers with Saved; empty where nothing can be saved yet
	Scheduled  string // "Will be published on 4 March 2027 at 09:00"; empty when it is not
	Prepared   string // "Will be published when the blog opens, …": of a blog that is being prepared
	Date, Time string // of the schedule, as the fields hold them
	Timezone   string // "Europe/London"
	CanPublish bool
	DeletePath string // GET asks
	CancelPath string
}

// Template is a way to begin a post.
type Template struct {
	Name, About, Path string
}

// SetUpPage is one of the steps in which a blog is set up.
type SetUpPage struct {
	Chrome      layout.Chrome
	Step        int            // 1: whose, 2: what, 3: the first post
	Owners      []parts.Option // step 1
	Have        []parts.Link   // blogs that are there already
	Owner       string         // step 2: "person:5"
	OwnerName   string
	Name        string
	Slug        string
	SlugBefore  string // "hub.example.gov.uk/blog/"
	Description string
	Audiences   []parts.Option
	Later       bool
	Date, Time  string
	Timezone    string
	Problems    parts.Problems
	Blog        parts.Link // step 3
	Prepared    string
	Templates   []Template
}

// ChoosePage asks in which blog to write.
type ChoosePage struct {
	Chrome layout.Chrome
	Blogs  []Yours
}

// DraftsPage lists posts that are not published.
type DraftsPage struct {
	Chrome layout.Chrome
	Crumbs []parts.Link
	Drafts []DraftLine
	Empty  parts.Empty
}

// DraftLine is one draft in a list.
type DraftLine struct {
	Title, Path string
	Blog        string // name
	Author      string // name; empty when it is the viewer
	Note        string // "Will be published on 4 March 2027 at 09:00"
	Problem     string // why it was not
	At          parts.Moment
}

// SettingsPage changes a blog.
type SettingsPage struct {
	Chrome      layout.Chrome
	Name, Path  string // of the blog as it is
	NewName     string
	Slug        string // empty when it cannot change any more
	SlugBefore  string
	Description string
	Audiences   []parts.Option
	Narrow      []parts.Option // to confirm that posts become narrower with the blog; empty when none does
	Problems    parts.Problems
	Authors     []Author
	WhoWrites   string // "Everybody in Web and Content writes here."
	AddAuthor   bool   // others can be named
	Handle      string
	LaunchNow   bool // it is being prepared
	CanPrepare  bool // nothing is published yet
	Launch      string
	Date, Time  string
	Timezone    string
	CanDelete   bool
}

// Author is somebody named as author of a blog.
type Author struct {
	Person parts.Person
	ID     int64
}
