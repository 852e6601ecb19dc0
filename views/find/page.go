// Package find shows search results, suggestions and the fragments that are fetched while somebody types.
package find

import (
	"watercooler/views/layout"
	"watercooler/views/parts"
)

// SearchPage is what was found. With an empty Query it explains how to search.
type SearchPage struct {
	Chrome     layout.Chrome
	Query      string
	Summary    string   // "212 results for “rural broadband”"
	Notes      []string // what of the query was ignored, and why
	Instead    Instead
	Indexing   int // how much of the index is made, in percent: 100 but for the first minutes of a hub
	Tabs       []parts.Tab
	Active     []parts.Link // filters in force; each path takes one away
	Sort       []parts.Tab  // Best match · Newest first
	Bets       []Bet        // what moderators put first
	BetPath    string       // for moderators: to put something first
	NarrowPath string       // answers with what the search can be narrowed by; empty on later pages
	People     []PersonHit  // shown first when the query looks like a name
	Hits       []Hit
	Pager      parts.Pager
	AskPath    string             // /write?kind=question&title=…; offered when nothing was found, and quietly below the hits
	Experts    []parts.SidePerson // "People who may know", when nothing was found
	SignIn     string             // for strangers: more may be found after signing in
	Kind       string             // the tab; "" for everything
	Follow     bool               // may be followed: for those who are signed in
	Explain    parts.Link         // for moderators: with explanations, or without
	Examples   []parts.Link       // shown with an empty query
}

// Instead says that something else was searched for than what was typed. Its zero value says nothing.
type Instead struct {
	Shown string
	Typed parts.Link // the search for what was typed
}

// NarrowPage is what a search can be narrowed by, and who may know, once the results are shown.
type NarrowPage struct {
	Chrome      layout.Chrome // of the page it is without script
	Query       string
	Back        string      // the results
	Tabs        []parts.Tab // Everything · Questions 48 · …
	Filters     []parts.FilterGroup
	Experts     []parts.SidePerson
	ExpertsPath string // everybody who may know
}

// Hit is one thread, reply, topic or network that was found.
type Hit struct {
	Kind       string // question, discussion, …, reply, topic or network
	Path       string
	Title      []parts.Span // of the thread, for a reply too
	Body       []parts.Span
	Author     parts.Person
	At         parts.Moment
	Topics     []parts.Topic
	Network    parts.Link // where it lives; without a path in none
	Replies    int
	Votes      int
	Answered   bool  // the question has an accepted answer
	Accepted   bool  // this reply is one
	Superseded bool  // another thread has taken its place
	Reply      *Said // of a thread: the reply that says most about the query
	Why        *Why  // for moderators who asked
}

// Said is a reply beneath the thread that was found.
type Said struct {
	Path     string
	Author   parts.Person
	At       parts.Moment
	Text     []parts.Span
	Accepted bool
}

// Why says how a result came to stand where it does.
type Why struct {
	Terms  []Term
	Alike  float64 // what it gained by being like the first results
	Priors []Prior
	Score  float64
}

// Term is what one word of the query added.
type Term struct {
	Text   string // its stem
	Fields []Field
	Score  float64
}

// Field is how often a word is in a part of what was found.
type Field struct {
	Name      string // "title"
	Times, Of int    // occurrences, and words in all
	Weight    float64
}

// Prior is what is known of a result whatever was asked for.
type Prior struct {
	Name   string // "recent"
	Factor float64
}

// PersonHit is one person that was found.
type PersonHit struct {
	Person   parts.Person // with JobTitle and Unit
	Location string
	Why      []parts.Span // what matched in the profile
}

// SuggestionList is the list under the search box, or under @ and # in the composer.
type SuggestionList struct {
	Query       string // what was typed; offered as "Search for …" under the search box
	Suggestions []Suggestion
}

// Suggestion is one line of it.
type Suggestion struct {
	Kind  string // person, topic or a kind of thread
	Text  string
	Note  string // "Libraries", "Answered"
	Path  string // where choosing it leads, under the search box
	Value string // what choosing it writes, in the composer: "@gwen.pryce", "#connectivity"
	// For a person.
	Person *parts.Person
}
