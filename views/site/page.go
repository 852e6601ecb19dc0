// Package site shows the page that greets strangers, the statements about the hub, and the form that changes one.
//
// The form posts body (Markdown) and since (when the text that was seen was written, Unix microseconds).
package site

import (
	"watercooler/views/layout"
	"watercooler/views/parts"
)

// FrontPage greets somebody signed out with what is public.
type FrontPage struct {
	Chrome   layout.Chrome
	Heading  string
	SignIn   string
	Items    []parts.Item // questions and discussions
	Posts    []parts.Item
	Networks []Network
	Topics   []parts.Topic
	Empty    parts.Empty // when there is none of these
}

// Network is a public network in a side card.
type Network struct {
	Name, Path, Purpose string
}

// StatementPage is one of the statements.
type StatementPage struct {
	Chrome   layout.Chrome
	Heading  string
	HTML     string       // from markup
	Changed  parts.Moment // not set for the text that came with the hub
	EditPath string       // for administrators
}

// EditPage is the form for a statement.
type EditPage struct {
	Chrome      layout.Chrome
	Heading     string
	Action      string
	CancelPath  string
	RestorePath string // "" while the text is the one that came with the hub
	Since       string
	Changed     parts.Moment
	ChangedBy   string
	Body        string
	Problems    parts.Problems
}
