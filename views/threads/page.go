// Package threads shows lists of threads, one thread, its history, and the composer.
//
// The names of the form fields, for whoever parses them. The composer posts kind, title, body, topics (comma separated),
// network, audience, place, revision, gap and, where somebody is to be asked, ask (handles, comma separated). A reply posts body, parent (the id of the reply it answers, or nothing), place and revision.
// Both may be posted to /preview instead, by a submit button with formaction: the same page comes back with Preview filled, or
// for htmx the Preview fragment alone. A follow button posts kind, id and return. A confirmed deletion posts nothing.
package threads

import (
	"github.com/a-h/templ"

	"watercooler/views/layout"
	"watercooler/views/parts"
)

// FeedPage is a list of threads: For you, Latest, Unanswered and Following.
type FeedPage struct {
	Chrome  layout.Chrome
	Heading string // "Good morning, Priya", "Discussions"
	Intro   string // a sentence under it: what this list is
	Tabs    []parts.Tab
	Kinds   []parts.Tab // Everything, Questions, Discussions, Blog posts; empty where there is one kind only
	Items   []parts.Item
	Empty   parts.Empty // shown when there are no items
	Pager   parts.Pager
	// The left column; shown when Places is filled.
	Places         []parts.Tab  // For you, Latest, Unanswered 14, Following, Drafts 2
	FollowedTopics []parts.Link // "Topics you follow"
	// The right column; each card is left out when it is empty.
	Reminders  []Reminder         // "For you to look at"
	Waiting    templ.Component    // questions that were brought to the reader, nil for none
	Answerable []parts.SideThread // "Could you answer these?"
	Suggested  []parts.Follow     // "Topics to follow"
	Week       *Week              // "This week in the hub"
	About      *About             // for people who are not signed in
}

// Week says in words what became of this week's questions.
type Week struct {
	Text string // "31 questions answered, half of them within 3 h 40 min."
	Open string // "14 wait for a first reply."; leads to them
}

// About tells strangers what this place is.
type About struct {
	Hub        string
	SignInPath string
}

// ShowPage is one thread with one page of its replies.
type ShowPage struct {
	Chrome   layout.Chrome
	ID       int64
	Kind     string
	Title    string
	BodyHTML string // rendered by markup
	Author   parts.Person
	At       parts.Moment
	Edited   parts.Moment
	Crumbs   []parts.Link // Discussions › Connectivity, or the network it lives in
	WhoSees  string       // "Visible to everyone signed in"
	Answered string       // "Answered in 3 h"; empty when not
	Pinned   bool         // shown first where it lives
	Deleted  bool         // a stub: the opening is gone, replies stay
	Topics   []parts.Topic
	Decision templ.Component // what was decided, nil when there is nothing to say

	Conversation

	Signal      templ.Component // where a signal comes from, nil for nothing
	Course      templ.Component // where the question went, nil when there is nothing to say
	Lessons     templ.Component // what was learnt before, nil for nothing
	KnowingPath string          // answers with the people who may know; empty where nobody is needed
	Related     []parts.SideThread
}

// Conversation is what people do and say about a thread: all of its page but the opening itself. The page of a blog post shows
// the same with Acts under the post and Replies at its end.
type Conversation struct {
	Lang   string // of the opening, when its author writes in another language than the hub; for the lang attribute
	Vote   Vote
	Follow parts.Follow

	EditPath    string // each action is left out when its path is empty
	HistoryPath string
	DeletePath  string // GET asks for confirmation, POST deletes
	DecidePath  string // GET: record what was decided here
	ClosePath   string // POST
	ReopenPath  string // POST
	PinPath     string // POST
	UnpinPath   string // POST
	MovePath    string // GET
	MergePath   string // GET
	SplitPath   string // GET

	LookBackPath string // GET: to write down what was learnt from it

	Fresh Freshness

	Closed   string  // "Closed on 4 March 2027. Nobody can reply any more."; empty when open
	Heading  string  // "7 replies", "No replies yet"
	Accepted *Reply  // pinned above the others; on every page of replies
	Replies  []Reply // includes the accepted one in its place in time only when Accepted is nil
	Pager    parts.Pager
	Form     *ReplyForm // nil when this viewer cannot reply here
	SignIn   string     // path to sign in and come back, for those who could reply then
	Me       string     // address of the viewer's own profile, for the composer's mentions
}

// Freshness is what a thread says about whether it is still right, above its opening.
type Freshness struct {
	Superseded bool         // another thread has taken its place
	Successor  parts.Link   // that thread; without a path where this viewer may not read it
	Replaces   []parts.Link // threads whose place this one has taken
	Checked    string       // "on 3 March 2027"; empty when nobody has checked it
	Checker    parts.Link
	Age        string // "Last active 2 years ago.", "Due for review since 3 March 2027."; empty unless it is stale
	Kept       []Kept // who looks after it, and who stands in; empty where nobody was named
	Next       string // "Next check on 3 March 2028"; empty when there is none to come
	Guide      bool   // what it says is meant to last

	CheckPath       string // POST; each action is left out when its path is empty
	UncheckPath     string // POST
	SupersedePath   string // GET
	UnsupersedePath string // POST
	KeepPath        string // GET
}

// Kept is somebody who looks after a thread.
type Kept struct {
	Before string // "Kept by "
	Person parts.Link
	After  string // " (has left)", " stands in"
}

// KeepPage asks how a thread is looked after. It posts reference, owner, deputy, every and next.
type KeepPage struct {
	Chrome        layout.Chrome
	Thread        parts.Link
	Action        string
	CancelPath    string
	Guide         bool
	Owner, Deputy string         // as typed
	People        []parts.Option // to choose from
	Every         []parts.Option
	Next          string // a day, "" for none
	Author        string // name of whoever keeps it where nobody is named
	Problems      parts.Problems
}

// KeepingPage lists what somebody looks after, or what nobody does any more.
type KeepingPage struct {
	Chrome  layout.Chrome
	Heading string
	Lead    string
	Tabs    []parts.Tab // empty for those who see one list only
	Due     []KeptThread
	Later   []KeptThread
	Empty   parts.Empty
	Pager   parts.Pager
}

// KeptThread is one of them.
type KeptThread struct {
	Kind, Title, Path string
	Notes             []string // "Due since 3 March 2027", "You stand in for Gwen Pryce"
	Guide             bool
	CheckPath         string // POST with return; empty where there is nothing to check yet
	KeepPath          string
	Return            string
}

// Reminder is a line of the card "For you to look at".
type Reminder struct {
	Text, Path string
	When       string // "since 3 March 2027"; empty for no day
}

// SupersedePage asks which thread has taken the place of another, and once that is said, whether it is meant.
type SupersedePage struct {
	Chrome     layout.Chrome
	Thread     parts.Link
	Action     string // GET with by asks, POST with by says so
	CancelPath string
	By         string             // as typed
	Found      []parts.SideThread // threads whose titles are like it, each leading to the question whether it is meant
	Target     *parts.Link        // the thread that was meant; nil until one is
	Chosen     string             // its number, to be posted
	Hidden     string             // who cannot read it, in a sentence; empty when all who read the one can read the other
	Problems   parts.Problems
}

// KnowingPage names people who may know what a thread asks. With script its list comes into the margin of the thread's page.
type KnowingPage struct {
	Chrome     layout.Chrome
	Question   string
	ThreadPath string
	Experts    []parts.SidePerson
}

// Vote is the "Useful" button of a thread or reply.
type Vote struct {
	ID    string // unique on the page, and the id of the form: "vote-t42", "vote-r9"
	Path  string // to post to: …/votes, or …/unvote when On; empty when this viewer cannot vote
	Count int
	On    bool // this viewer found it useful
}

// Reply is one reply on a thread page. Its id in the page is "reply-ID".
type Reply struct {
	ID        int64
	Path      string // permalink: /replies/9
	Author    parts.Person
	At        parts.Moment
	Edited    parts.Moment
	BodyHTML  string
	Lang      string // when its author writes in another language than the hub
	Deleted   bool   // a stub
	Accepted  bool
	InReplyTo *InReplyTo
	Vote      Vote

	ReplyPath    string // /threads/42?to=9#reply; each action is left out when its path is empty
	EditPath     string
	HistoryPath  string
	DeletePath   string // GET asks for confirmation, POST deletes
	AcceptPath   string // POST
	UnacceptPath string // POST
}

// InReplyTo names what a reply answers.
type InReplyTo struct {
	Name string // "Martin Howe"
	Path string // "#reply-9" on the same page, otherwise /replies/9
}

// ReplyForm is the box to write or edit a reply.
type ReplyForm struct {
	Action     string // /threads/42/replies, or /replies/9/edit
	Place      string // of the draft: thread:42, edit:reply:9
	Body       string
	To         *InReplyTo // the reply being answered
	Parent     int64      // its id
	Revision   int        // being edited; 0 for a new one
	Preview    string     // HTML by markup; empty when not asked for
	Draft      string     // "Draft saved 10:42"; empty when there is none
	WhoSees    string     // "Everyone signed in will see this"
	Submit     string     // "Reply", "Save changes"
	CancelPath string     // for editing
	Problems   parts.Problems
}

// ReplyPage is a page that holds a reply box alone: to edit a reply, to show a preview without script, and to keep the text
// when something was wrong with it.
type ReplyPage struct {
	Chrome  layout.Chrome
	Heading string     // "Reply", "Edit your reply"
	Thread  parts.Link // what it belongs to
	Form    ReplyForm
}

// WritePage is the composer: for a new thread, and to edit one.
type WritePage struct {
	Chrome     layout.Chrome
	Heading    string // "Ask a question"
	Hint       string // "Say what you are trying to do. The best questions are one sentence and a little context."
	Action     string // /threads, or /threads/42/edit
	Place      string // of the draft: new, edit:thread:42
	Revision   int    // being edited; 0 for a new one
	Kind       string
	Kinds      []parts.Option // to choose from; empty when editing
	TitleLabel string         // "Question", "Title"
	Title      string
	Body       string
	Topics     string         // as typed, comma separated
	Ask        string         // handles of people who are to be asked, comma separated; empty asks nobody by name
	Gap        int64          // that it is written for, 0 for none; posted as gap
	TopicNames []string       // offered while typing
	Suggested  []string       // topics that fit what is written: shown as "Suggested"
	BlogPath   string         // to write a blog post instead; empty when editing
	Places     []PlaceOption  // where it can go; with one only, nothing is asked
	Audiences  []parts.Option // one is only said, several can be chosen from
	WhoSees    string         // "Everyone signed in: 4,212 staff and 138 partners."
	Submit     string         // "Ask", "Start", "Save changes"
	CancelPath string
	Draft      string // "Draft saved 10:42"; empty when there is none
	Preview    string // HTML by markup; empty when not asked for
	Problems   parts.Problems
	Similar    []parts.SideThread // "Already asked?"; also fetched while typing from /similar?title=…
	Lessons    templ.Component    // "Lessons from before"; nil for none
	Experts    []parts.SidePerson // "People who may know"
}

// PlaceOption is where a new thread can go, with the audiences it may have there.
type PlaceOption struct {
	Value, Label string // the id of a network; "" for no network
	Audiences    []string
	Selected     bool
}

// DraftsPage lists unfinished writing.
type DraftsPage struct {
	Chrome layout.Chrome
	Drafts []Draft
}

// Draft is one unfinished text.
type Draft struct {
	Title      string // "Untitled question", or "Reply to …"
	Excerpt    string
	Path       string // to continue
	DeletePath string // POST
	At         parts.Moment
}

// HistoryPage shows what a thread or reply said before.
type HistoryPage struct {
	Chrome  layout.Chrome
	Heading string     // "History of this question"
	Thread  parts.Link // back to it
	Changes []Change   // newest first; the last is the original
}

// Change is one revision beside the one before it.
type Change struct {
	Revision int
	Editor   parts.Person
	At       parts.Moment
	Title    []DiffLine // empty when the title did not change
	Body     []DiffLine
}

// DiffLine is a line, or words, that stayed, came or went.
type DiffLine struct {
	Op   byte // ' ' same, '+' added, '-' removed
	Text string
}

// MovePage asks where a thread is to live, and who reads it there.
type MovePage struct {
	Chrome     layout.Chrome
	Thread     parts.Link
	Action     string // POST: network, audience, kind, sure
	CancelPath string
	WhoSees    string // now: "Visible to everyone signed in"
	Places     []PlaceOption
	Audiences  []parts.Option
	Kinds      []parts.Option
	Unsure     bool // more people would read it: ask whether that is meant
	Problems   parts.Problems
}

// MergePage asks into which thread another goes, and once that is said, whether it is meant.
type MergePage struct {
	Chrome     layout.Chrome
	Thread     parts.Link
	Action     string // GET with into asks, POST with into and sure merges
	CancelPath string
	Into       string      // as typed
	Target     *parts.Link // the thread that was meant; nil until one is
	Becomes    string      // what the merge makes of the thread
	Narrows    string      // who will no longer read what, "" when nobody loses anything
	Problems   parts.Problems
}

// SplitPage asks which replies go into a thread of their own.
type SplitPage struct {
	Chrome     layout.Chrome
	Thread     parts.Link
	Action     string // POST: title, kind, body, replies
	CancelPath string
	Title      string
	Body       string
	Kinds      []parts.Option
	Replies    []SplitChoice
	More       bool // there are replies beyond those
	Problems   parts.Problems
}

// SplitChoice is a reply that can be split off.
type SplitChoice struct {
	ID      int64
	Author  string
	At      parts.Moment
	Excerpt string
	Chosen  bool
}

// DeletePage asks before something is deleted.
type DeletePage struct {
	Chrome     layout.Chrome
	Heading    string // "Delete this reply?"
	What       string // its title, or how it begins
	Means      string // "The text goes for good. A line stays, so that the answers to it make sense."
	Action     string // POST
	CancelPath string
}
