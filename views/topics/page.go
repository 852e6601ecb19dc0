// Package topics shows the list of topics, one topic, and the form for moderators.
//
// The form posts name, description, synonyms (one a line) and broader (a slug).
package topics

import (
	"watercooler/views/layout"
	"watercooler/views/parts"
)

// ListPage shows all topics.
type ListPage struct {
	Chrome  layout.Chrome
	Topics  []Entry
	NewPath string // for moderators
	Empty   parts.Empty
}

// Entry is one topic in the list.
type Entry struct {
	Name, Path, Description string
	Threads                 int
	Follow                  parts.Follow // nothing for strangers
	Narrower                []parts.Topic
}

// ShowPage is one topic with its threads.
type ShowPage struct {
	Chrome      layout.Chrome
	Name        string
	Description string
	Synonyms    []string
	Broader     *parts.Topic
	Narrower    []parts.Topic
	EditPath    string // for moderators
	AskPath     string // /write?to=…; empty when this viewer cannot write
	Follow      parts.Follow
	Tabs        []parts.Tab // Latest · Unanswered
	Items       []parts.Item
	Empty       parts.Empty
	Pager       parts.Pager
	Experts     []parts.SidePerson // "People who know about this"
}

// EditPage is the form for a new topic and for a change to one.
type EditPage struct {
	Chrome      layout.Chrome
	Heading     string // "New topic", "Edit Connectivity"
	Action      string // POST
	CancelPath  string
	Submit      string
	Name        string
	Description string
	Synonyms    string         // one a line
	Broader     []parts.Option // the first has the value "" and says "None"
	Problems    parts.Problems
}
