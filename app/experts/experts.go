// Package experts knows who knows what: for any words it names people, best first, with what they wrote as evidence.
//
// What people wrote and a viewer may read speaks for itself, so ranking by it asks nobody's leave. Everything else is theirs to
// decide:
//
//   - Anyone can step out of being suggested, wholly or for a topic. It holds from the next question on, because the choice is a
//     row that each ranking reads, and nothing here is kept from one question to the next.
//   - A label, "ask me about procurement", stands on a profile only when the person has put it there. What the hub infers is on a
//     page of their own, with its evidence, where they confirm it, decline it, or step out.
//   - Colleagues vouch for one another with a reason, and because of a contribution; whoever may not read that contribution
//     reads nothing of it.
//
// Three kinds of evidence are told apart and said as what they are: what somebody wrote, what they say of themselves, and what
// others say of them. Asking shows interest and never knowledge. No number leaves this package by which people could be compared.
//
// Beside the ranking by words there are counts by topic: contributions is a ledger of what each thread shows of whom, and
// expertise its sum, by audience, so that nobody is counted by what a reader may not read. Both are kept level with the events
// of threads (see Consumer), which re-reads a thread and writes the difference, so that events may come twice, late or in any
// order; Recount makes both anew, and Check compares.
//
// The events it appends are expert.changed (somebody decided how they are suggested or asked; nobody is told what),
// endorsement.created and endorsement.withdrawn.
package experts

import (
	"context"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/search"
)

// Topics finds the topics that words mean, by name, slug or synonym: every topic once, in the order named, and the words that
// mean none.
type Topics interface {
	Resolve(ctx context.Context, names []string) (known []Topic, unknown []string, err error)
}

// Asks keeps what people say they can be asked about.
type Asks interface {
	// AskAbout adds a topic to what a person can be asked about. It is no error when it is there already.
	AskAbout(ctx context.Context, tx *db.Tx, person, topic int64) error
	// Unask takes a topic away again. It is no error when it is not there.
	Unask(ctx context.Context, tx *db.Tx, person, topic int64) error
}

// Service holds the use cases of who knows what.
type Service struct {
	db     *db.DB
	index  *search.Index
	topics Topics
	asks   Asks
	now    func() time.Time
}

// New returns who knows what in d, ranked by what index finds. now is the clock, time.Now outside tests.
func New(d *db.DB, index *search.Index, topics Topics, asks Asks, now func() time.Time) *Service {
	return &Service{db: d, index: index, topics: topics, asks: asks, now: now}
}

// Topic is a subject somebody knows about.
type Topic struct {
	ID         int64
	Slug, Name string
}

// Path returns the address of the topic's page.
func (t Topic) Path() string { return "/topics/" + t.Slug }

// Person is somebody as a ranking names them.
type Person struct {
	ID           int64
	ExternalID   string // where they were imported from, else ""
	Handle, Name string
	Photo        string // key in app/files, "" for none
	JobTitle     string
	Unit         int64  // 0 when in none
	UnitName     string // "" when in none
	Organisation int64
	Partner      string // name of their organisation when it is not the one that runs the hub, else ""
}

// Path returns the address of the person's profile.
func (p Person) Path() string { return "/people/" + p.Handle }

// Role is what somebody did in a thread.
type Role string

// The roles that are evidence. Having asked is none.
const (
	Answered  Role = "answered"  // a question of somebody else
	Wrote     Role = "wrote"     // a post or a decision, alone or with others
	Discussed Role = "discussed" // opened a discussion, or took part in one
)

// Evidence is something a person wrote that the viewer may read.
type Evidence struct {
	Ref      string // "reply:9", "thread:4"
	Thread   int64
	Title    string // of the thread
	Path     string // of the reply itself where it is one
	Kind     threads.Kind
	Role     Role
	At       time.Time
	Accepted bool // settled the question
	Votes    int
	Topics   []Topic
}

// Endorsement is what somebody says of a colleague, because of something the colleague wrote.
type Endorsement struct {
	ID     int64
	Person Person // who is vouched for; only ID, Handle and Name
	Topic  Topic
	By     Person
	Reason string
	Title  string // of the thread that shows it
	Path   string // of what shows it
	At     time.Time
	Mine   bool // the viewer said so and may withdraw it

	choice Choice // of whom it is said, about the topic
}

// Expert is somebody who may know, and why the hub thinks so. Evidence, Asks and Endorsements are three kinds of evidence;
// one of them at least is not empty.
type Expert struct {
	Person       Person
	Why          string        // in words: "3 accepted answers on Connectivity"
	Evidence     []Evidence    // what they wrote, what says most first
	Asks         []Topic       // what they say they can be asked about, of the topics at hand
	Endorsements []Endorsement // about the topics at hand, latest first
	Faded        int           // the year in which they were strong, when nothing newer was found; 0 otherwise
	Open         bool          // to questions that the hub offers

	score  float64       // never shown: a fit beside others for routing
	card   card          // what a ranking is narrowed by
	counts []topicCounts // about the topics at hand
}

// Filter narrows a ranking. Its zero value narrows nothing.
type Filter struct {
	Unit, Organisation int64
	Location, Language string
	ActiveSince        time.Time
}

// Question is what somebody wants to know about: words, a pasted question, topics by slug, or both.
type Question struct {
	Text          string
	Topics        []string
	Filter        Filter
	Limit, Offset int
}

// Ranking is who may know.
type Ranking struct {
	Topics []Topic // that the question is about: those named, or the one that the words mean
	People []Expert
	More   bool
	Units  []UnitCover // where this knowledge sits, most people first
	Thin   string      // a sentence for when the hub depends on few for it; "" otherwise
	Facets Facets      // what the people found, before the filter, can be narrowed by
}

// UnitCover is how many of those who know sit in a unit.
type UnitCover struct {
	ID     int64
	Name   string
	People int
}

// Facets are the values by which a ranking can be narrowed, most frequent first.
type Facets struct {
	Units, Organisations, Locations, Languages []Value
}

// Value is one value of a facet.
type Value struct {
	Key   string // for the address: an id, or the word itself
	Name  string
	Count int
}

// Counts are contributions to one topic.
type Counts struct {
	Answers     int // to questions of others, accepted ones too
	Accepted    int
	Posts       int
	Discussions int
	Votes       int
}

// Contributions returns how many there are in all.
func (c Counts) Contributions() int { return c.Answers + c.Posts + c.Discussions }

// Knowledge is what somebody wrote about a topic, as far as the viewer may read it.
type Knowledge struct {
	Topic Topic
	Counts
	Last     time.Time // of the latest contribution; zero for none
	StrongIn int       // the year of most contributions when the latest is long ago, else 0: "was strong in 2023"
	Evidence []Evidence
}

// Faded reports whether all of it is old.
func (k Knowledge) Faded() bool { return k.StrongIn != 0 }

// Profile is what a profile says of what its owner knows. Its labels are those they put there themselves.
type Profile struct {
	Topics       []Knowledge // "Ask me about", in their order, with evidence
	Faded        []Knowledge // those of them about which they have written nothing for long
	Endorsements []Endorsement
}

// Knows is somebody who knows about a topic, by the counts and not by words.
type Knows struct {
	Person
	Counts
	Asks     bool // they say they can be asked about it
	Endorsed int  // colleagues who vouch for it
	Last     time.Time
	StrongIn int // see Knowledge
}

// Cover is who knows about a topic, and where they sit.
type Cover struct {
	People []Knows // who can be asked and who wrote most first
	Units  []UnitCover
	Thin   string // see Ranking
}

// Choice is what somebody decided about a topic that the hub infers they know about.
type Choice string

// The choices. None is "": may be suggested, and has no label.
const (
	NoChoice  Choice = ""
	Confirmed Choice = "confirmed" // a label on the profile, "Ask me about"
	Declined  Choice = "declined"  // no label, but may be suggested
	Out       Choice = "out"       // not to be suggested for it
)

// Inference is a topic somebody seems to know about.
type Inference struct {
	Knowledge
	Choice Choice
}

// Inferred is what the hub infers about one person, for that person alone.
type Inferred struct {
	Settings Settings
	Topics   []Inference // what they know most about first
	Out      []Topic     // topics they stepped out of about which nothing is inferred
}

// Settings are how somebody wants to be suggested and asked.
type Settings struct {
	Suggested bool           // is named among those who may know
	Open      bool           // to questions that the hub offers
	WeeklyCap int            // questions in any seven days, at most
	Days      []time.Weekday // on which questions are offered
}

// NewEndorsement vouches for a person.
type NewEndorsement struct {
	Person int64
	Topic  string // name or slug; one of those of the thread
	Reason string
	Thread int64 // what they wrote: a thread they opened,
	Reply  int64 // or a reply
}

// Endorsing is what somebody is about to vouch for.
type Endorsing struct {
	Person Person
	Title  string // of the thread
	Path   string // of what they wrote
	Topics []Topic
}

// Candidate is somebody a question may be offered to.
type Candidate struct {
	Person int64
	Unit   int64
	Fit    float64 // beside the other candidates; only the ratio matters
	Reason string  // for them alone: "You answered “…” and 3 more on Connectivity"
	Settings
}

// What people are told.
var (
	signIn   = errs.Unauthenticatedf("Sign in to see who knows what.")
	nobody   = errs.NotFoundf("There is no such person here.")
	noTopic  = errs.NotFoundf("There is no such topic here.")
	noObject = errs.NotFoundf("There is no such contribution here. It may have been deleted.")
)
