// Package find shows search results, suggestions and the fragments that are fetched while somebody types.
package find

import (
	"watercooler/views/layout"
	"watercooler/views/parts"
)

// SearchPage is what was found. With an empty Query it explains how to search.
type SearchPage struct {
	Chrome   layout.Chrome
	Query    string
	Summary  string   // "212 results for “rural broadband”"
	Notes    []string // what of the query was ignored, and why
	DidYou   []parts.Link
	Tabs     []parts.Tab // Everything 212 · Questions 48 · … · People 23
	Filters  []FilterGroup
	Active   []parts.Link // filters in force; each path takes one away
	Sort     []parts.Tab  // Best match · Newest
	People   []PersonHit  // shown first when the query looks like a name
	Hits     []Hit
	Pager    parts.Pager
	AskPath  string             // /write?kind=question&title=…; offered when nothing was found, and quietly below the hits
	Experts  []parts.SidePerson // "People who may know"
	SignIn   string             // for strangers: more may be found after signing in
	Examples []parts.Link       // shown with an empty query
}

// FilterGroup is a facet: values with counts, each a link that narrows the search.
type FilterGroup struct {
	Name   string // "Topic", "When"
	Values []parts.Tab
}

// Hit is one thread, reply, topic or network that was found.
type Hit struct {
	Kind     string // question, discussion, …, reply, topic or network
	Path     string
	Title    []parts.Span // of the thread, for a reply too
	Body     []parts.Span
	Author   parts.Person
	At       parts.Moment
	Topics   []parts.Topic
	Network  parts.Link // where it lives; without a path in none
	Replies  int
	Votes    int
	Answered bool // the question has an accepted answer
	Accepted bool // this reply is one
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
