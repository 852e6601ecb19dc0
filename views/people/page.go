// Package people shows the directory, profiles and units.
//
// The profile form posts name, job_title, location, phone, email, about, unit and manager (a handle); the photo form posts a
// file called photo.
package people

import (
	"watercooler/views/layout"
	"watercooler/views/parts"
)

// DirectoryPage lists people from A to Z.
type DirectoryPage struct {
	Chrome  layout.Chrome
	Name    string         // filter: what a name starts with or contains
	Unit    string         // filter: value of the chosen option
	Units   []parts.Option // to filter by
	Summary string         // "212 people", "3 people called “gw”"
	People  []Entry
	Empty   parts.Empty
	Pager   parts.Pager
	Letters []parts.Tab // A to Z; a letter without Path has nobody
}

// Entry is one person in a directory.
type Entry struct {
	Person   parts.Person // with JobTitle and Unit
	Location string
	Phone    string
	Left     bool
}

// ProfilePage is what the hub shows about one person.
type ProfilePage struct {
	Chrome       layout.Chrome
	Person       parts.Person // with JobTitle
	Organisation string       // shown for partners
	Unit         parts.Link
	Location     string
	Phone        string
	Email        string
	AboutHTML    string // rendered by markup
	Left         string // "Left on 4 March 2027. What they wrote stays."; empty while here
	Mine         bool   // the viewer's own profile
	EditPath     string // empty when this viewer cannot edit it
	AskPath      string // /write?kind=question&…; empty on one's own
	Follow       parts.Follow
	Tabs         []parts.Tab // Threads 12 · Answers 31
	Items        []parts.Item
	Answers      []Answer // on the tab for answers, instead of Items
	Empty        parts.Empty
	Pager        parts.Pager
	Manager      *parts.SidePerson
	Reports      []parts.SidePerson
	Colleagues   []parts.SidePerson // others in the same unit
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

// UnitPage is a unit with its place in the tree and its people.
type UnitPage struct {
	Chrome       layout.Chrome
	Name         string
	Organisation string
	Above        []parts.Link // from the top down
	Below        []parts.Link
	Follow       parts.Follow
	Summary      string // "14 people"
	People       []Entry
	Empty        parts.Empty
	Pager        parts.Pager
}

// EditPage is the form for a profile.
type EditPage struct {
	Chrome     layout.Chrome
	Person     parts.Person // as it stands, for the photo
	Mine       bool         // the viewer's own
	Action     string       // POST
	CancelPath string
	Name       string
	JobTitle   string
	Location   string
	Phone      string
	Email      string
	About      string         // Markdown
	Unit       string         // value of the chosen option
	Units      []parts.Option // empty leaves the field out
	Manager    string         // handle
	Managers   []parts.Option // empty leaves the field out
	Problems   parts.Problems
	HasPhoto   bool

	PhotoAction       string // POST, with the file
	PhotoDeleteAction string // POST
}
