// Package maps shows how the organisation hangs together to those who lead it, and to everybody their own connections.
package maps

import (
	"watercooler/views/charts"
	"watercooler/views/layout"
	"watercooler/views/parts"
)

// Head is what the pages of maps have in common.
type Head struct {
	Chrome  layout.Chrome
	Tabs    []parts.Tab // pages of the room
	Maps    []parts.Tab // the maps
	Path    string      // of this page
	Heading string
	Lead    string
	Covers  string       // "May 2026 to April 2027"
	MadeAt  parts.Moment // zero where there is no map yet
	Months  parts.Field
	Choices []parts.Field // what else is chosen beside the month
	CSV     string        // where to get the figures
	JSON    string
	K       int
}

// RepliesPage is who learns from whom.
type RepliesPage struct {
	Head
	Heat charts.Heat // without rows there is nothing yet
	Key  []charts.Cell
}

// GroupsPage is how networks and units hang together.
type GroupsPage struct {
	Head
	Net         charts.Net
	Communities []Community
	Bridges     []Group
	Alone       []Group // tied to no other
}

// Community is groups that have more to do with each other than with the rest.
type Community struct {
	Number string
	Topics []parts.Topic // none where too few people talk of any
	Groups []Group
}

// Group is a network or a unit.
type Group struct {
	Name, Path string
	Kind       string // "Network", "Unit"
	Note       string // "stands between communities 2 and 5"
}

// TopicsPage is which topics rise and fade.
type TopicsPage struct {
	Head
	Rising, Fading []Trend
	MonthNames     []string // short names of the months of the table
}

// Trend is a topic with its months.
type Trend struct {
	Topic parts.Topic
	When  string // "from January 2027 on"
	Bars  charts.Bars
}

// KnowledgePage is about which topics few people know.
type KnowledgePage struct {
	Head
	Left  string // a sentence about people who left
	Bands []RiskBand
}

// RiskBand is topics that as many people know.
type RiskBand struct {
	Known  string // "One or two people"
	Risk   string // "high", "some" or "low"
	Level  int    // bars of the drawing that are filled, of 4
	Topics []RiskTopic
}

// RiskTopic is a topic.
type RiskTopic struct {
	Topic  parts.Topic
	People string // where those are named who say that they can be asked; "" where nobody does
}

// MissingPage is who is missing from a topic or a decision.
type MissingPage struct {
	Head
	About parts.Link
	Sets  []PartSet
}

// PartSet is groups of one kind, by whether they took part.
type PartSet struct {
	Name                 string   // "Directorates"
	Missing, Took, Quiet []string // Quiet: some did, too few to say
}

// Set reports whether there is any group of the kind.
func (s PartSet) Set() bool { return len(s.Missing)+len(s.Took)+len(s.Quiet) > 0 }

// YouPage is somebody's own view.
type YouPage struct {
	Chrome     layout.Chrome
	Answered   []Contact // whom they answered
	AnsweredBy []Contact
	More       bool // there are more people than are shown
	Networks   []Place
	Topics     []parts.Topic
	Empty      parts.Empty // where there is nothing at all
}

// Contact is somebody and a thread.
type Contact struct {
	Person parts.Person
	Thread parts.Link // the latest
}

// Place is a network, or the unit, of somebody, with the community it is in.
type Place struct {
	Name, Path string
	Note       string // "In the community around Buses and Roads"
}
