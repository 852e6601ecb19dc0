// Package reflections shows what people noticed, tried, learnt and would change.
//
// The names of the form fields, for whoever parses them: writing posts kind (weeknote or retrospective), title, noticed, tried, learnt,
// change, about (the id of a thread, or nothing), revision and do (save or share); sharing posts audience and topics (comma separated).
// The list of lessons is narrowed by q, topic, unit and network.
package reflections

import (
	"watercooler/views/layout"
	"watercooler/views/parts"
)

// MinePage lists the reflections of its reader.
type MinePage struct {
	Chrome      layout.Chrome
	Reflections []Mine
	Pager       parts.Pager
}

// Mine is one of them.
type Mine struct {
	Kind, Title, Path string
	Shared            bool
	At                parts.Moment // last changed
	About             parts.Link
}

// LessonsPage lists what was learnt, as far as its reader may read it.
type LessonsPage struct {
	Chrome                  layout.Chrome
	Query                   string
	Topics, Units, Networks []parts.Option // to narrow by; empty where there is nothing to choose
	Lessons                 []Lesson
	Narrowed                bool
	Pager                   parts.Pager
}

// Lesson is a shared reflection.
type Lesson struct {
	Kind, Title, Path string
	Excerpt           string
	By                parts.Person
	At                parts.Moment
	About             parts.Link
	Network           parts.Link
	Topics            []parts.Topic
}

// ShowPage is a private reflection, to its author.
type ShowPage struct {
	Chrome                          layout.Chrome
	Kind, Title                     string
	HTML                            string // rendered by markup
	At                              parts.Moment
	About                           parts.Link
	EditPath, SharePath, DeletePath string
}

// WritePage is the form of a reflection.
type WritePage struct {
	Chrome     layout.Chrome
	Heading    string
	Action     string
	CancelPath string
	Kinds      []parts.Option
	Title      string
	Boxes      []parts.Field // in their order
	About      parts.Link    // what it looks back at; without a path for nothing
	AboutID    int64
	Revision   int
	Problems   parts.Problems
}

// SharePage asks for whom a reflection is shared.
type SharePage struct {
	Chrome     layout.Chrome
	Reflection parts.Link
	Action     string
	Audiences  []parts.Option
	Topics     string
	TopicNames []parts.Option
	Hidden     string // what is said of who cannot read what it looks back at; empty for nothing
	Problems   parts.Problems
}

// DeletePage asks before a reflection is deleted.
type DeletePage struct {
	Chrome     layout.Chrome
	Title      string
	Action     string
	CancelPath string
}

// BesidePart stands beside a thread. The zero one shows nothing.
type BesidePart struct {
	Back   []parts.SideThread // reflections that look back at it
	Before []parts.SideThread // lessons from what was like it
}
