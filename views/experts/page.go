// Package experts shows who knows what: the people page, what the hub infers about somebody for that person alone, and the form by
// which colleagues vouch for one another. It shows no number by which people could be compared.
package experts

import (
	"watercooler/views/layout"
	"watercooler/views/parts"
)

// PeoplePage is who may know about something. With an empty Query it says what can be asked.
type PeoplePage struct {
	Chrome  layout.Chrome
	Query   string
	Heading string // "Who knows about “rural broadband”?"
	Tabs    []parts.Tab
	Active  []parts.Link // filters in force; each path takes one away
	People  []Expert
	Several parts.Link // "Ask these three"; without a path there are fewer than two to ask
	Pager   parts.Pager
	Units   []Unit // where this knowledge sits
	Thin    string // "" where the cover is not thin
	Filters []parts.FilterGroup
	AskPath string // to ask everybody instead
}

// Expert is somebody who may know, and why.
type Expert struct {
	Person       parts.Person // with JobTitle and Unit
	First        string       // "Gwen", for "Why Gwen:" and "Ask Gwen"
	Partner      string       // their organisation, when it is not the one that runs the hub
	Why          string
	Evidence     []Evidence
	Asks         []parts.Topic // what they say they can be asked about
	Endorsements []Endorsement
	Faded        int    // "was strong in 2023"; 0 for not
	AskPath      string // "" for somebody who is not open to questions, and for oneself
}

// Evidence is something that they wrote.
type Evidence struct {
	Title    []parts.Span
	Path     string
	Kind     string
	At       parts.Moment
	Accepted bool
	// EndorsePath leads to the form that says it helped; "" where there is none.
	EndorsePath string
}

// Endorsement is what a colleague says of them.
type Endorsement struct {
	By           parts.Person
	Topic        parts.Topic
	Reason       string
	Title        string // of what they wrote
	Path         string
	WithdrawPath string // for who said so, and of whom it is said
	Return       string // where that leads back to
}

// Unit is how many of those who know sit in a unit.
type Unit struct {
	Name, Path string
	People     int
	Share      int // of the unit with most, in percent
}

// Knowledge is a topic with what somebody wrote about it.
type Knowledge struct {
	Topic    parts.Topic
	Said     string // "6 accepted answers and 2 posts, most recently in May 2027"; "" for nothing that may be read
	Faded    int
	Evidence []Evidence
}

// Section is what a profile says of what its owner knows.
type Section struct {
	First        string
	Own          bool
	Topics       []Knowledge
	Faded        []Knowledge
	Endorsements []Endorsement
	AllPath      string // of the own page of what is inferred; "" for others
}

// Cover is who knows about a topic, on its page.
type Cover struct {
	Name   string
	People []parts.SidePerson
	Units  []Unit
	Thin   string // "" where the cover is not thin
	Path   string // everybody who may know, with the evidence
}

// Choice is a topic on the page of what the hub infers, and what can be decided about it.
type Choice struct {
	Knowledge
	Slug   string
	Chosen string // confirmed, declined, out, or "" for nothing yet
}

// KnowingPage is what the hub infers about its reader.
type KnowingPage struct {
	Chrome    layout.Chrome
	Suggested bool
	Open      bool
	WeeklyCap string
	MaxWeekly int
	Days      []parts.Option
	Problems  parts.Problems
	Topics    []Choice
	Out       []Choice // stepped out of, and nothing is inferred
}

// EndorsePage is the form by which somebody vouches for a colleague.
type EndorsePage struct {
	Chrome   layout.Chrome
	First    string
	Name     string
	Title    string // of what they wrote
	Path     string
	Action   string
	Thread   int64
	Reply    int64
	Topics   []parts.Option // those of the thread
	Reason   string
	Max      int // characters of it
	Problems parts.Problems
}
