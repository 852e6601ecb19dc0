// Package routing shows the questions for somebody, where a question went, and the page on which somebody is chosen.
//
// The names of the form fields, for whoever parses them: taking a question posts nothing; declining posts reason (subject, time,
// other or nothing); choosing somebody posts who (a name, an e-mail address or @handle) and note. Stopping and going on post nothing.
package routing

import (
	"watercooler/views/layout"
	"watercooler/views/parts"
)

// OffersPage is "Questions for you".
type OffersPage struct {
	Chrome  layout.Chrome
	Offers  []Offer
	Week    string // "2 of the 5 questions you take in a week have come."
	Terms   string // "The hub offers you questions on Monday, Tuesday and Friday."
	SetPath string // where both are changed
}

// Offer is a question with what one can do about it.
type Offer struct {
	ID      int64
	Title   string
	Path    string
	Excerpt string
	Asker   parts.Person
	At      parts.Moment // asked
	Replies int
	Why     string       // "You answered “Leased lines” and 3 more on Connectivity"
	By      parts.Person // who passed it on, or asks in person; zero for the hub
	Note    string       // of theirs
	Taken   bool         // they said they will answer
	Doors
}

// Doors are what one can do about an offer.
type Doors struct {
	AcceptPath  string // POST
	PassPath    string // GET
	DeclinePath string // POST
	AnswerPath  string // of the reply box
}

// Card says on the home page that questions wait. The zero Card shows nothing.
type Card struct {
	Count  int
	Latest []parts.Link
}

// Course is "Where your question went", and what others see of it. The zero Course shows nothing.
type Course struct {
	Heading string  // "Where your question went"; empty for those who only see who will answer
	Entries []Entry // in the order in which they happened
	Next    string  // what happens next and when
	More    []parts.Link
	AskPath string   // GET: choose somebody by name; each is left out when its path is empty
	Stop    string   // POST
	Resume  string   // POST
	Again   string   // text of the button that resumes
	Coming  []string // "Ben Chaffe said that they will answer, 2 h ago."
	Own     *Doors   // the question was offered to the viewer
	Why     string   // and why
	Taken   bool     // and they said they will answer
}

// Entry is one thing that happened to a question.
type Entry struct {
	Text   string
	Person parts.Person // whom the text is about; zero for none, and the text then stands alone
	At     parts.Moment
}

// ChoosePage is where somebody is chosen: to be asked, or to have a question passed on to them.
type ChoosePage struct {
	Chrome   layout.Chrome
	Heading  string // "Ask somebody", "Pass this question on"
	Question parts.Link
	Lead     string
	Action   string // POST
	Verb     string // "Ask", "Pass on to"
	People   []Chosen
	Who      string
	Note     string
	Problems parts.Problems
	More     parts.Link // to find others
}

// Chosen is somebody who may be chosen with one press.
type Chosen struct {
	Person parts.Person
	Who    string // "@gwen-pryce"
}
