// Package signals shows what is going on outside: the board of what came in and what was clipped, the form with which something is
// shared, the sources, and where a signal comes from.
//
// The names of the form fields, for whoever parses them: clipping and discussing post why (a sentence, may be empty) and return, dismissing
// and bringing back post return. Sharing posts url, title, source, kind, published (a date), why, topics, network, audience and, where it
// is here already, again. A source posts url, title, kind, topic and network; changing one title, kind and topic. Pausing, resuming and
// removing post nothing.
package signals

import (
	"watercooler/views/layout"
	"watercooler/views/parts"
	"watercooler/views/threads"
)

// BoardPage is "What is going on".
type BoardPage struct {
	Chrome      layout.Chrome
	Lead        string
	Views       []parts.Tab // Everything, To look at 14, Clipped, Dismissed; empty for people who are not signed in
	Kinds       []parts.Tab // All, Press 3, …
	InForce     []parts.Link
	Narrow      []parts.FilterGroup
	SharePath   string // empty for people who are not signed in
	SourcesPath string
	Signals     *SignalList // each list is left out when it is nil
	Items       *ItemList
	Pager       parts.Pager
}

// SignalList is what was clipped.
type SignalList struct {
	Signals []parts.Item
	Empty   parts.Empty
	All     string // address of all of them; empty when these are
}

// ItemList is what came in.
type ItemList struct {
	Heading string // "To look at", "Dismissed"
	Items   []Item
	Empty   parts.Empty
}

// Item is something a source told of.
type Item struct {
	ID      int64
	Title   string
	Path    string // leads on to where it stands
	Summary string
	Source  string
	Kind    string // press, regulator, …
	Network parts.Link
	At      parts.Moment // published
	Also    []parts.Link // who else told of it

	ClipPath    string // POST; each action is left out when its path is empty
	DiscussPath string // POST
	DismissPath string // POST
	RestorePath string // POST
	Return      string
}

// Done is what takes the place of an item with script: what became of it.
type Done struct {
	ID          int64
	Text        string     // "Dismissed:"
	Thread      parts.Link // of a clipped one; otherwise its title alone
	RestorePath string     // POST; empty where there is no way back
	Return      string
}

// Panel is where a signal comes from, on its thread's page.
type Panel struct {
	URL    string
	Host   string // "gazette.example"
	Source string
	Kind   string
	At     parts.Moment // published
	Also   []parts.Link
}

// SharePage is where a page on the web is shared.
type SharePage struct {
	Chrome     layout.Chrome
	URL        string
	Title      string
	Source     string
	Kind       string
	Published  string // 2027-05-04
	Why        string
	Topics     string
	TopicNames []string
	Places     []threads.PlaceOption
	Audiences  []parts.Option
	Known      []Known // it is here already
	Problems   parts.Problems
}

// Known is a signal that is here already.
type Known struct {
	Title, Path string
	Note        string // "3 replies · 4 May 2027"
	ReplyPath   string
}

// SourcesPage lists the sources.
type SourcesPage struct {
	Chrome  layout.Chrome
	Off     bool // this hub reads no feeds
	Sources []Source
	AddPath string // empty for those who add none
}

// Source is a feed in a list.
type Source struct {
	Title      string
	URL        string
	Kind       string
	For        string // "Everyone", "Flood watch"
	Topic      string
	Waiting    int
	Read       parts.Moment // the last time
	Next       string       // "4 May 2027 at 13:04"; empty when it is not read any more
	State      string       // "Read without trouble", "Paused", "Failed 3 times in a row"
	Trouble    string       // why, in a sentence
	ChangePath string       // GET; each is left out when its path is empty
	PausePath  string       // POST
	ResumePath string       // POST
}

// SourcePage is where a source is added or changed.
type SourcePage struct {
	Chrome     layout.Chrome
	Heading    string
	Action     string
	Submit     string
	New        bool
	Off        bool // this hub reads no feeds
	URL        string
	Title      string
	Kind       string
	Topic      string
	TopicNames []string
	Places     []parts.Option // whose it is, of a new one; one alone is not asked
	RemovePath string         // POST, of one that is there
	Waiting    int            // items that go with it
	Problems   parts.Problems
}
