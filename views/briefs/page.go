// Package briefs shows briefs, the collective view of a topic, and the letters that bring briefs.
//
// The form for letters posts unit or network as the address has them, every (week or month), off to stop, and back.
package briefs

import (
	"strconv"

	"watercooler/views/layout"
	"watercooler/views/parts"
)

// Page is one brief.
type Page struct {
	Chrome   layout.Chrome
	Heading  string // "May 2027"
	Scope    parts.Link
	Note     string      // that the period goes on; "" says nothing
	Room     []parts.Tab // the room of insights, for those who have it
	Lengths  []parts.Tab // month, week
	Others   []parts.Tab // briefs of others for the same period
	Pager    parts.Pager
	Sections []Section
	Notes    []Note
	Method   string // how what is rising was found; "" where nothing is
	Empty    parts.Empty
	Letters  *Letters // nil where no letters are sent
	Markdown string   // address of the same to paste
}

// Section is a part of a brief.
type Section struct {
	Heading   string // "" for the first
	Sentences []Sentence
}

// Sentence is a sentence with links, and the number of the note that says what it rests on; 0 for none.
type Sentence struct {
	Spans []parts.Link
	Note  int
	Index int // of the sentence, from 1
}

// Note is what a sentence rests on.
type Note struct {
	Number int
	First  int // index of the first sentence that rests on it
	Items  []Source
	More   string // "and 12 more"; "" for nothing
}

// Source is something a sentence rests on.
type Source struct {
	Text, Path string
	Short      string // the address as it is printed: "hub.example.gov.uk/threads/42"
}

// Letters is the form for briefs by e-mail.
type Letters struct {
	Unit, Network   string // as the address has them
	Back            string
	Weekly, Monthly bool // that they come
}

// StopPage is what a link in a letter opens.
type StopPage struct {
	Chrome  layout.Chrome
	Action  string
	Weekly  bool
	Stopped bool
}

// CollectivePage is everything on a topic in one view.
type CollectivePage struct {
	Chrome      layout.Chrome
	Topic       parts.Link
	Description string
	Parts       []Part
	Empty       parts.Empty
	Markdown    string
}

// Part is a kind of knowledge about a topic.
type Part struct {
	Heading string
	Groups  []Group
}

// Group is a list in a part. One without heading stands directly below that of the part.
type Group struct {
	Heading string
	Entries []Entry
	All     parts.Link // to the rest; without path there is none
}

// Entry is a thread, or a search, in a group.
type Entry struct {
	Kind   string // "" for a search
	Title  string
	Path   string
	Note   string   // "4 March 2027 · 12 replies"
	Said   string   // what people think of it, in words
	Quotes []string // in people's own words
}

// Letter is a brief as a letter.
type Letter struct {
	Title, Link, Stop, Hub, Method string
	Sections                       []LetterSection
}

// LetterSection is a part of a letter.
type LetterSection struct {
	Heading   string
	Sentences [][]parts.Link // with whole addresses
}

func noteID(n int) string { return "note-" + strconv.Itoa(n) }
func refID(n int) string  { return "sentence-" + strconv.Itoa(n) }

// every is one of the two kinds of letter of a form.
type every struct {
	name, word string
	on         bool
}

func (l Letters) kinds() []every {
	return []every{{"month", "each month", l.Monthly}, {"week", "each week", l.Weekly}}
}

func rhythm(weekly bool) string {
	if weekly {
		return "each week"
	}
	return "each month"
}
