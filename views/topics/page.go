// Package topics shows the list of topics, one topic, and the form for moderators.
//
// The form posts name, description, synonyms (one a line) and broader (a slug).
package topics

import (
	"github.com/a-h/templ"

	"watercooler/views/layout"
	"watercooler/views/parts"
)

// ListPage shows the topics: all of a short list, with cards; of a long one those most written about, and the way to the
// others by letter and by name.
type ListPage struct {
	Chrome  layout.Chrome
	Topics  []Entry
	NewPath string // for moderators
	Empty   parts.Empty

	Total   int         // topics in a long list, 0 in a short one
	Query   string      // the words looked for in a long list
	Letters []parts.Tab // those under which there are topics
	Listed  bool        // Names is shown, even when it is empty
	Names   []Entry
	Pager   parts.Pager
}

// Entry is one topic in the list.
type Entry struct {
	Name, Path, Description string
	Threads                 int
	Follow                  parts.Follow // nothing for strangers
	Narrower                []parts.Topic
}

// ShowPage is one topic with its threads or its people.
type ShowPage struct {
	Chrome      layout.Chrome
	Name        string
	Description string
	Synonyms    []string
	Above       []parts.Topic // broader topics, the broadest first
	Narrower    []Branch
	EditPath    string // for moderators
	MergePath   string // for moderators
	ViewPath    string // everything on the topic in one view
	AskPath     string // /write?to=…; empty when this viewer cannot write
	Follow      parts.Follow
	Tabs        []parts.Tab // Threads · Unanswered · Posts · People
	Items       []parts.Item
	Empty       parts.Empty
	Pager       parts.Pager
	Beside      templ.Component // who knows about it, beside the threads; nil signed out
	People      templ.Component // who knows about it, in place of the threads; nil on the other tabs
}

// Branch is a topic with those directly below it.
type Branch struct {
	Topic    parts.Topic
	Narrower []parts.Topic
}

// MergePage asks which topic another becomes part of. With a Target it says what comes of it, and asks to confirm.
type MergePage struct {
	Chrome     layout.Chrome
	Name       string // of the topic that goes
	Action     string // GET looks, POST merges
	CancelPath string
	Into       string // as typed
	Target     *parts.Topic
	Words      []string // synonyms of the target afterwards
	Threads    int      // that move
	Narrower   []string // topics that will hang below the target
	Problems   parts.Problems
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
