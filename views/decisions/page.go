// Package decisions shows the register of decisions, what a decision has besides its words, and the forms that write and change one.
//
// The names of the form fields, for whoever parses them. The form of a decision posts title, by, authority, review, kind (decided or
// proposal), closes, decided, notice, body, topics, owner, deputy, network, audience, replaces, reason and revision, and in numbered
// rows from 1 option-N, evidence-kind-N, evidence-title-N, evidence-url-N, evidence-date-N, assume-N and watch-N, with chosen as the
// number of an option. A stance posts stance and reason. Steps post what their fields are called.
package decisions

import (
	"watercooler/views/layout"
	"watercooler/views/parts"
	"watercooler/views/threads"
)

// RegisterPage is the register of decisions.
type RegisterPage struct {
	Chrome  layout.Chrome
	NewPath string // GET: write one down; empty for those who cannot
	Active  []parts.Link
	Groups  []parts.FilterGroup
	Rows    []Row
	Empty   parts.Empty // shown when there are no rows
	Pager   parts.Pager
	Files   []parts.Link // the same list as CSV and JSON
}

// State is how far a decision is.
type State struct {
	Code string // proposed, agreed, review, superseded or withdrawn
	Text string // "Agreed"
}

// Row is a decision in the register.
type Row struct {
	Path, Title string
	State       State
	By          parts.Person // who decided it; zero while it is proposed
	Author      parts.Person // who wrote it down
	Authority   string
	When        parts.Moment
	Said        string // "decided", "proposed"
	Review      string // "Due for review since 4 March 2027", "To be looked at again on 4 March 2027"
	Overdue     bool
	Grounds     string // "3 options, 2 pieces of evidence", "No evidence"
	Network     parts.Link
	Audience    string
	Topics      []parts.Topic
}

// Panel is what a decision has besides its words, above its replies.
type Panel struct {
	State     State
	Note      string // what the state means now: "People say what they think of it until 4 March 2027."
	By        parts.Person
	Authority string
	Decided   parts.Moment
	Force     string // "In force from 18 March 2027, after 14 days of notice."
	Review    string // "4 March 2027"
	Overdue   bool
	Reviewed  string // "Last looked at on 3 March 2026."
	Learnt    string
	Owner     parts.Person
	Deputy    parts.Person
	Source    parts.Link

	Options     []Option
	Evidence    []Evidence
	Assumptions []Assumption
	Bare        bool // it is decided, and nobody has said what it rests on

	Counts []string // "4 agree"; empty when nobody has said anything
	Words  []Word   // of those who gave a reason
	Stance *StanceForm
	Past   []Change

	AgreePath       string // GET; each action is left out when its path is empty
	ChallengePath   string // GET
	ReviewPath      string // GET
	AmendPath       string // GET
	WithdrawPath    string // GET
	ReplacePath     string // GET: by a new one
	SupersedePath   string // GET: by one that is there
	UnsupersedePath string // POST
}

// Option is a course that was considered.
type Option struct {
	Said   string
	Chosen bool
}

// Evidence is something a decision rests on.
type Evidence struct {
	Kind  string // "Data"
	Title string
	Path  string // empty where there is no address, or this viewer may not read it
	Note  string // "March 2026", "March 2027, after it was decided"
}

// Assumption is something that was taken to be so.
type Assumption struct {
	Said, WatchFor string
	Broken         string // "Said on 4 March 2027 not to hold any more"
}

// Word is what somebody thinks of a proposal, in their own words.
type Word struct {
	Person   parts.Person
	Position string // "disagrees"
	Reason   string // plain text, line breaks kept
	At       parts.Moment
}

// StanceForm asks what somebody thinks of a proposal.
type StanceForm struct {
	Action   string
	Choices  []parts.Option
	Reason   string
	Given    bool // they have said so before
	Problems parts.Problems
}

// Change is one thing that happened.
type Change struct {
	Text   string // "agreed this"
	By     parts.Person
	At     parts.Moment
	Reason string
	Other  parts.Link
}

// Made are the decisions made from another thread.
type Made struct {
	Rows []Row
}

// StancePage is the form of a stance on a page of its own.
type StancePage struct {
	Chrome   layout.Chrome
	Decision parts.Link
	Note     string
	Form     StanceForm
}

// StepPage asks for what it takes to go a step with a decision.
type StepPage struct {
	Chrome   layout.Chrome
	Decision parts.Link
	Heading  string
	Lead     string
	Action   string
	Fields   []StepField
	Submit   string
	Bad      bool // the step ends something
	Problems parts.Problems
}

// StepField is one field of a step.
type StepField struct {
	Look string // input, area, choices, checks or sure
	parts.Field
}

// WritePage is the form of a decision: a new one, or one that is amended.
type WritePage struct {
	Chrome   layout.Chrome
	Heading  string
	Lead     string
	Back     parts.Link // the thread it is made from, or the decision itself; zero for neither
	Action   string
	Revision int // being amended; 0 for a new one
	Replaces parts.Link
	Replaced string // its number, to be posted

	Title, By, Authority, Review string
	Kinds                        []parts.Option // decided or proposal; empty when amending
	Closes, Decided, Notice      string
	Proposal                     bool // of one that is amended: it has no day on which it was decided
	Body, Topics, Owner, Deputy  string
	TopicNames, Suggested        []string
	Options                      []OptionRow
	Chosen                       int
	Evidence                     []EvidenceRow
	Grounds                      []parts.Option
	Assumptions                  []AssumptionRow
	Places                       []threads.PlaceOption // empty where the place is given
	Audiences                    []parts.Option
	Reason                       string // why it is amended
	More                         bool   // the rest is open
	Submit                       string
	CancelPath                   string
	Problems                     parts.Problems
}

// OptionRow is a row of options; its number is its place from 1.
type OptionRow struct{ Said string }

// EvidenceRow is a row of evidence.
type EvidenceRow struct{ Kind, Title, URL, Date string }

// AssumptionRow is a row of assumptions.
type AssumptionRow struct{ Said, WatchFor string }
