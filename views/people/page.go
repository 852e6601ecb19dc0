// Package people shows the directory, profiles, units and the organisation chart.
//
// The profile form posts name, pronouns, job_title, unit, manager (a handle), location, phone, email, working_pattern, languages,
// ask_about (topics, comma separated), about, how_to_work, writes_in and, for each field that can be kept from others, its level
// as see_FIELD; the photo form posts a file called photo.
package people

import (
	"github.com/a-h/templ"

	"watercooler/views/layout"
	"watercooler/views/parts"
)

// DirectoryPage lists people from A to Z.
type DirectoryPage struct {
	Chrome    layout.Chrome
	Name      string         // filter: what a name or job title starts with or contains
	Letter    string         // filter: kept by the form
	Units     []parts.Option // to filter by; empty leaves the field out, and so it is with the next
	Location  string         // filter: part of it
	Locations []string       // to suggest; empty leaves the field out
	Topics    []parts.Option
	Networks  []parts.Option
	More      bool         // one of the last three is in use
	Chips     []parts.Link // the filters in use, each leading to the list without it
	Summary   string       // "212 people", "3 people called “gw”"
	People    []Entry
	Empty     parts.Empty
	Pager     parts.Pager
	Letters   []parts.Tab // A to Z; a letter without Path has nobody
}

// Entry is one person in a directory.
type Entry struct {
	Person   parts.Person // with JobTitle and Unit
	Pronouns string
	Location string
	Phone    string
	Left     bool
}

// ProfilePage is what the hub shows about one person. A field that this viewer may not see is empty.
type ProfilePage struct {
	Chrome         layout.Chrome
	Person         parts.Person // with JobTitle
	Organisation   string       // shown for partners
	Unit           parts.Link
	Path           []parts.Link // of the unit, from the top down, itself last
	Pronouns       string
	Languages      string
	WorkingPattern string
	Location       string
	Phone          string
	Email          string
	Lang           string // language of the two texts, BCP 47; "" for that of the hub
	AboutHTML      string // rendered by markup
	HowToWorkHTML  string // rendered by markup
	Left           string // "Left on 4 March 2027. What they wrote stays."; empty while here
	Mine           bool   // the viewer's own profile
	Kept           string // on one's own: what not everyone sees, in a sentence
	EditPath       string // empty when this viewer cannot edit it
	AskPath        string // /write?kind=question&…; empty on one's own
	Follow         parts.Follow
	Knows          templ.Component // what they know, nil for somebody who left
	Tabs           []parts.Tab     // Posts 12 · Answers 31 · Discussions 4 · Networks 2
	Heading        string          // of what the tab shows, for those who do not see which is current
	Blog           parts.Link      // on the tab for posts
	Items          []parts.Item
	Answers        []Answer  // on the tab for answers, instead of Items
	Networks       []Network // on the tab for networks, instead of Items
	Empty          parts.Empty
	Pager          parts.Pager
	Manager        *parts.SidePerson
	Reports        []parts.SidePerson
	Colleagues     []parts.SidePerson // others in the same unit
}

// Network is a network somebody is a member of.
type Network struct {
	Name, Path, Purpose string
	Steward, Closed     bool
}

// Answer is a reply in the list on a profile.
type Answer struct {
	ThreadTitle string
	Path        string // permalink of the reply
	Excerpt     string
	At          parts.Moment
	Votes       int
	Accepted    bool
}

// UnitPage is a unit with its place in the tree, its people and what they write.
type UnitPage struct {
	Chrome       layout.Chrome
	Name         string
	Organisation string
	Above        []parts.Link // from the top down
	Below        []parts.Link
	Follow       parts.Follow
	ChartPath    string
	BriefPath    string // what happened in it, for those who work in the organisation
	Manager      *parts.SidePerson
	Everyone     parts.Link // in the unit and those within; without units within, none
	Blog         parts.Link
	SetUp        string // where somebody of the unit sets up its blog, while it has none
	Posts        []parts.SideThread
	Questions    []parts.SideThread
	Summary      string // "14 people"
	People       []Entry
	Empty        parts.Empty
	Pager        parts.Pager
}

// ChartPage draws who is where, and says it again as a list.
type ChartPage struct {
	Chrome        layout.Chrome
	Above         []parts.Link // over what the chart is about; empty for the whole
	Heading       string
	Whole         string // address of the whole chart; empty when this is it
	Organisations []Organisation
}

// Organisation is one organisation in a chart.
type Organisation struct {
	ID      string // for headings
	Name    string
	People  string // "2,140 people"
	Partner bool
	Units   []Branch
}

// Branch is a unit in a chart, with those below it.
type Branch struct {
	Name, Path string
	Focus      string // address of the chart of this unit; empty where it has none below
	People     string // "14 people"
	Head       *parts.Person
	Below      []Branch
	Folded     string // "6 units within", left out of this chart
	Open       bool   // in the list
}

// EditPage is the form for a profile.
type EditPage struct {
	Chrome         layout.Chrome
	Person         parts.Person // as it stands, for the photo
	Mine           bool         // the viewer's own
	Action         string       // POST
	CancelPath     string
	Name           string
	Pronouns       string
	JobTitle       string
	Location       string
	Phone          string
	Email          string
	Languages      string
	WorkingPattern string
	About          string         // Markdown
	HowToWork      string         // Markdown
	AskAbout       string         // topics, comma separated
	TopicNames     []string       // to suggest
	WritesIn       []parts.Option // with the chosen one
	Unit           string         // value of the chosen option
	Units          []parts.Option // empty leaves the field out
	Manager        string         // handle
	Managers       []parts.Option // empty leaves the field out
	Levels         map[string]string
	Kept           map[string]bool // fields this viewer may not see, and so not change
	Problems       parts.Problems
	HasPhoto       bool

	PhotoAction       string // POST, with the file
	PhotoDeleteAction string // POST
}
