// Package readers shows what it takes to follow a blog by e-mail: the form for an address, the page that a link in a letter
// opens, somebody's list, and the letters themselves.
//
// The form for an address posts email. The page of a link posts do, which is confirm or stop.
package readers

import (
	"watercooler/views/layout"
	"watercooler/views/parts"
)

// AskPage asks for an address.
type AskPage struct {
	Chrome   layout.Chrome
	Blog     parts.Link
	Action   string
	Email    string
	Problems parts.Problems
}

// ReaderPage is what a link in a letter opens. It never does anything by being opened: programs open links too.
type ReaderPage struct {
	Chrome    layout.Chrome
	Blog      parts.Link // without path for those who may not open it
	Email     string
	Action    string // POST
	Confirmed bool
}

// DonePage says what a button did.
type DonePage struct {
	Chrome  layout.Chrome
	Heading string
	Text    string
	Next    parts.Link
}

// ListPage is the blogs somebody gets by e-mail.
type ListPage struct {
	Chrome layout.Chrome
	Blogs  []Entry
	Empty  parts.Empty
}

// Entry is one blog in the list.
type Entry struct {
	Name, Path string
	StopPath   string // POST with off=1
}

// Letter is what the HTML of a letter says about a post. The addresses are absolute.
type Letter struct {
	Title, Author, Blog, Lead string
	Link                      string
	Why, Stop, Hub            string
}
