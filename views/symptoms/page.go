// Package symptoms shows the signs that something in the organisation is stuck: all nine, one of them, and a finding.
//
// The names of the form fields, for whoever parses them: putting a finding aside posts reason; taking it up again posts nothing.
package symptoms

import (
	"watercooler/views/layout"
	"watercooler/views/parts"
)

// OverviewPage is all nine symptoms.
type OverviewPage struct {
	Chrome   layout.Chrome
	Tabs     []parts.Tab
	Looked   string // "Last looked through on 4 May 2027 at 12:00: 4,320 threads, …"
	CSVPath  string
	JSONPath string
	Symptoms []Section
}

// About is what there is to say of a symptom.
type About struct {
	ID       string // "choke"
	Name     string // "Choke"
	Meaning  string
	Found    string // how it is found
	Misleads string // how it can mislead
	Next     string // what to do about it
}

// Section is a symptom with the first of its findings.
type Section struct {
	About
	Path     string // of all findings
	Findings []Finding
	Total    int
	Nothing  string // "Nothing found since 3 April 2027."
}

// Finding is a symptom that shows somewhere.
type Finding struct {
	ID            int64
	Heading       string
	Path          string
	Detail        string
	Period        string // "Nothing since 1 February 2027"; empty shows Since and Latest
	Since, Latest parts.Moment
	Evidence      []Evidence
	Total         int    // pieces of evidence there are
	Dated         string // what happened to each on its day: "asked"
	Step          parts.Link
	Aside         string // "Put aside by Helen Trevanion on 4 May 2027: …"
	DismissPath   string // POST; empty for one that was put aside
	ReopenPath    string // POST
}

// Evidence is something that a finding rests on.
type Evidence struct {
	Kind string // of a thread; empty for what is none
	Link parts.Link
	At   parts.Moment
}

// ListPage is all findings of one symptom.
type ListPage struct {
	Chrome   layout.Chrome
	Home     parts.Link
	About    About
	Tabs     []parts.Tab
	Findings []Finding
	Nothing  string
	Pager    parts.Pager
}

// FindingPage is one finding with all it rests on.
type FindingPage struct {
	Chrome   layout.Chrome
	Home     []parts.Link
	About    About
	Finding  Finding
	Reason   string
	Problems parts.Problems
}
