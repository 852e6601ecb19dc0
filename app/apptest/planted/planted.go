// Package planted makes up an organisation in which the truth is known: two years of 2,000 people, with communities, bridges between
// them, topics that burst and fade, units that are missing from a topic, and topics that few people know, all among noise. What the
// hub reads out of the rows is held against what was planted.
//
// New(seed) makes the organisation, and the same seed always the same one. A test may plant more before Write puts the rows into a
// database:
//
//	o := planted.New(1)
//	t := o.Thread(planted.Thread{Kind: "question", Title: "Who has a key?", Author: 7, At: o.Month(20)})
//	o.Reply(t, 9, t.At.Add(time.Hour))
//	o.Also("decisions", "thread_id, state", []any{t.ID, "agreed"})
//	o.Write(t, d)
//
// Whoever plants takes chances from a Stream of their own, so that planting more in one place changes nothing in another.
package planted

import (
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// The two years, whole calendar months in London, and the moment at which the organisation is looked at: Noon of the test kit.
const (
	Months  = 24
	HomeOrg = 1 // the organisation that runs the hub
	Partner = 2 // another, with a few people
)

// Now is when the organisation is looked at.
var Now = time.Date(2027, time.May, 4, 11, 0, 0, 0, time.UTC)

// Organisation is everything that was made up. IDs are those that the rows will have: 1 for the first of a list, and so on.
type Organisation struct {
	Zone     *time.Location
	Units    []Unit
	People   []Person
	Topics   []Topic
	Networks []Network
	Threads  []*Thread
	Replies  []*Reply
	Truth    Truth

	seed  uint64
	also  []rows
	byTop [][]int64 // people by community, those who stayed and those who left
}

// Unit is a node of the tree of HomeOrg.
type Unit struct {
	ID, Parent int64 // 0: no parent
	Level      int   // 0 directorate, 1 service, 2 team
	Name       string
	Community  int // of a team; -1 for the others
}

// Person is somebody in the directory.
type Person struct {
	ID, Organisation, Unit int64 // Unit is 0 for partners
	Name, Job, Location    string
	Community              int       // -1 for partners
	Left                   time.Time // zero for those who are here
	activity               float64   // how much they write, beside others
}

// Topic is a subject.
type Topic struct {
	ID        int64
	Name      string
	Community int // whose people talk of it; -1: everybody's
	Narrow    bool
}

// Network is people who gather around something.
type Network struct {
	ID        int64
	Name      string
	Community int // -1 for a bridge
	Closed    bool
	Members   []int64
}

// Thread is an opening. What is zero is filled in by Organisation.Thread.
type Thread struct {
	ID          int64
	Kind        string // question when ""
	Title, Body string
	Author      int64
	Audience    string // hub when ""
	Network     int64
	Topics      []int64
	At          time.Time
	Closed      time.Time
	Deleted     time.Time
	Accepted    int64 // a reply
	Superseded  int64 // by a thread
	Owner       int64
	Deputy      int64
	CheckAt     time.Time
	Reference   bool
	Replies     []*Reply
}

// Reply is an entry under a thread.
type Reply struct {
	ID, Thread, Author int64
	Body               string
	At                 time.Time
}

// Truth is what was planted, and so what ought to be found.
type Truth struct {
	Communities int               // numbered from 0; see Unit, Person, Topic and Network
	Bridges     []int64           // networks whose people come from two communities
	Bursts      []Burst           // ten
	Fading      []int64           // topics that are hardly talked of in the last months
	Gaps        []Gap             // who is missing from a topic that everybody else talks of
	Knowers     map[int64][]int64 // of each narrow topic, the people who know it and are here
	Leavers     map[int64][]int64 // of some narrow topics, people who knew it and left in the last year
}

// Burst is a topic that is talked of several times as much as usual from one month to another, both included, counted from 0.
type Burst struct {
	Topic    int64
	From, To int
}

// Gap is a unit, with all beneath it, or a place that has nothing to say about a topic.
type Gap struct {
	Topic    int64
	Unit     int64  // 0 when it is a place
	Location string // "" when it is a unit
}

// Month returns when month m begins: 0 is the first of the two years, Months is when they end.
func (o *Organisation) Month(m int) time.Time {
	return time.Date(2025, time.May+time.Month(m), 1, 0, 0, 0, 0, o.Zone)
}

// Stream returns chances that depend on the seed and the name of who plants, and on nothing else.
func (o *Organisation) Stream(name string) *rand.Rand {
	h := fnv.New64a()
	_, _ = h.Write([]byte(name)) // never fails
	return rand.New(rand.NewPCG(o.seed, h.Sum64()))
}

// Thread adds a thread and returns it with its id.
func (o *Organisation) Thread(t Thread) *Thread {
	t.ID = int64(len(o.Threads) + 1)
	if t.Kind == "" {
		t.Kind = "question"
	}
	if t.Audience == "" {
		t.Audience = "hub"
	}
	if t.Title == "" {
		t.Title = title(t)
	}
	if t.Body == "" {
		t.Body = t.Title
	}
	o.Threads = append(o.Threads, &t)
	return &t
}

// Reply adds a reply to a thread and returns it with its id.
func (o *Organisation) Reply(t *Thread, author int64, at time.Time) *Reply {
	r := &Reply{ID: int64(len(o.Replies) + 1), Thread: t.ID, Author: author, Body: "This is how we do it.", At: at}
	t.Replies = append(t.Replies, r)
	o.Replies = append(o.Replies, r)
	return r
}

// rows are rows of a table that the organisation itself has none of.
type rows struct {
	table, columns string
	values         [][]any
}

// Also adds rows to a table, written after everything else and in the order of the calls. Columns are as in SQL, "thread_id, state".
func (o *Organisation) Also(table, columns string, values ...[]any) {
	o.also = append(o.also, rows{table, columns, values})
}

// Person returns the person with this id.
func (o *Organisation) Person(id int64) *Person { return &o.People[id-1] }

// Unit returns the unit with this id.
func (o *Organisation) Unit(id int64) *Unit { return &o.Units[id-1] }

// Topic returns the topic with this id.
func (o *Organisation) Topic(id int64) *Topic { return &o.Topics[id-1] }

// Within reports whether unit is of, or somewhere beneath it.
func (o *Organisation) Within(unit, of int64) bool {
	for unit != 0 {
		if unit == of {
			return true
		}
		unit = o.Unit(unit).Parent
	}
	return false
}

// Here reports whether a person is still here at a time.
func (o *Organisation) Here(person int64, at time.Time) bool {
	left := o.Person(person).Left
	return left.IsZero() || at.Before(left)
}
