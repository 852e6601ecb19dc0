// Package parts holds the small components that every page is built from: avatars, badges, cards, form fields, pagers. Their
// parameters are plain values with every decision already made; a component shows, it never decides.
package parts

import (
	"strconv"
	"strings"
	"unicode"
)

// Moment is a point in time in the words of the hub's time zone. The zero Moment means "never" and shows nothing.
type Moment struct {
	ISO  string // for <time datetime>: "2027-03-04T10:42:00Z"
	Text string // "4 March 2027"
	Full string // for the tooltip: "4 March 2027 at 10:42"
	Ago  string // "2 h ago", and Text once that says more
}

// Set reports whether m is a real point in time.
func (m Moment) Set() bool { return m.ISO != "" }

// Person is somebody as shown beside what they wrote.
type Person struct {
	Name     string
	Path     string // of the profile; empty when this viewer may not open it, and the name is then plain text
	Initials string // Initials(Name)
	Photo    string // address of the photo; empty shows the initials
	Tint     int    // colour of the initials: Tint(id)
	Unit     string // "Economy and Skills"
	JobTitle string
}

// Tints is the number of avatar colours.
const Tints = 6

// Tint returns the avatar colour of the person with this id. It stays the same for life.
func Tint(id int64) int { return int(uint64(id) % Tints) }

// Initials returns the first letters of the first and the last word of a name: "Gwen Mary Pryce" gives "GP".
func Initials(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '\'' && r != '’' })
	switch len(words) {
	case 0:
		return "?"
	case 1:
		return first(words[0])
	}
	return first(words[0]) + first(words[len(words)-1])
}

func first(word string) string {
	for _, r := range word {
		return string(unicode.ToUpper(r))
	}
	return ""
}

// Link is a text that leads somewhere. A Link without Path is shown as text.
type Link struct {
	Text, Path string
}

// Tab is one of a row of views on the same thing.
type Tab struct {
	Text, Path string
	Count      int  // shown when above zero
	AtLeast    bool // there may be more than Count
	Current    bool
}

// FilterGroup is what a list can be narrowed by: values with counts, each a link to the narrower list.
type FilterGroup struct {
	Name   string // "Topic", "When"
	Values []Tab
}

// said is the count as its tab shows it.
func (t Tab) said() string {
	if t.AtLeast {
		return Thousands(t.Count) + "+"
	}
	return Thousands(t.Count)
}

// Topic is a topic as a chip.
type Topic struct {
	Name, Path string
}

// Item is a thread in a list.
type Item struct {
	Kind       string // question, discussion, post, signal or decision
	Path       string
	Title      string
	Excerpt    string
	Author     Person
	Topics     []Topic
	At         Moment
	Replies    int
	Votes      int
	Answered   bool
	Closed     bool
	Pinned     bool   // shown first where it lives
	Superseded bool   // another thread has taken its place
	Network    Link   // where it lives; without a path in none, or in the one whose page it is
	Audience   string // "Public", "Devon County Council only"; empty for everyone signed in, which goes without saying
	Why        string // "Because you follow Connectivity"; empty says nothing
}

// SideThread is a thread in a side card, or in "Already asked?".
type SideThread struct {
	Title, Path string
	Note        string // "Answered · 2025", "2 days without an answer"
	Answered    bool
}

// SidePerson is a person in a side card, with the reason they are there.
type SidePerson struct {
	Person Person
	Note   string // "4 accepted answers on connectivity"
}

// Follow is the button that starts or stops following something. The form posts kind, id and return to /follow or /unfollow.
// The zero Follow shows nothing.
type Follow struct {
	Kind   string // thread, topic, person, unit, network or blog
	ID     int64
	Name   string // what is followed, for screen readers: "Connectivity"
	Return string // where to go afterwards without script
	On     bool   // followed now
}

// Pager leads to the neighbouring pages of a list; an empty path leaves that link out.
type Pager struct {
	First, Previous, Next, Last     string
	PreviousText, NextText, Summary string // texts default to "Newer" and "Older"; Summary: "Replies 41 to 80 of 2,000"
}

// Set reports whether there is anywhere to go.
func (p Pager) Set() bool { return p.Previous != "" || p.Next != "" }

// Option is one choice of a select or a group of radio buttons.
type Option struct {
	Value, Label, Hint string
	Selected           bool
}

// Problem is one mistake in one field. It has the shape of errs.Field, so that parts.Problem(field) converts.
type Problem struct {
	Name, Text string // Name is the input's name; empty for the form as a whole
}

// Problems are the mistakes of a form: listed in a summary at the top and shown beside each field.
type Problems []Problem

// Of returns what is wrong with the field called name, or "".
func (ps Problems) Of(name string) string {
	for _, p := range ps {
		if p.Name == name {
			return p.Text
		}
	}
	return ""
}

// Span is a piece of text; Hit marks what the search matched.
type Span struct {
	Text string
	Hit  bool
}

// Empty is what a list says when it has nothing: what it is for, and what to do.
type Empty struct {
	Title, Text string
	Do          Link // the action offered; without Path, none
}

// KindName returns the word people read for a kind of thread or search hit.
func KindName(kind string) string {
	switch kind {
	case "question":
		return "Question"
	case "discussion":
		return "Discussion"
	case "post":
		return "Blog"
	case "signal":
		return "Signal"
	case "decision":
		return "Decision"
	case "reply":
		return "Reply"
	case "person":
		return "Person"
	case "topic":
		return "Topic"
	case "network":
		return "Network"
	}
	return kind
}

// Field is one labelled input of a form. Its id in the page is "f-" and the name.
type Field struct {
	Name, Label  string
	Send         string // name under which it is sent, where Name must differ to be unique on the page; Name when empty
	Hint         string
	Value        string
	Problem      string // what is wrong with it: Problems.Of(name)
	Type         string // of the input; text when empty
	Autocomplete string
	Max          int // characters; 0 leaves it to the server
	Optional     bool
	Options      []Option // of a select or a group of radio buttons; for a line of text, values offered while typing
}

func (f Field) inputType() string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

// DescribedBy lists the ids of the hint and the mistake.
func (f Field) DescribedBy() string {
	switch {
	case f.Hint != "" && f.Problem != "":
		return "h-" + f.Name + " e-" + f.Name
	case f.Hint != "":
		return "h-" + f.Name
	case f.Problem != "":
		return "e-" + f.Name
	}
	return ""
}

// target is where a line of the error summary leads: to the field, or to the form's own start.
func (p Problem) target() string {
	if p.Name == "" {
		return "#main"
	}
	return "#f-" + p.Name
}

var tintNames = [Tints]string{"0", "1", "2", "3", "4", "5"}

func tintName(tint int) string { return tintNames[uint(tint)%Tints] }

// Plural returns "1 reply", "7 replies".
func Plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return Thousands(n) + " " + many
}

// Thousands writes a whole number with commas: 4,212.
func Thousands(n int) string {
	s := strconv.Itoa(n)
	start := 0
	if n < 0 {
		start = 1
	}
	for i := len(s) - 3; i > start; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

func followID(f Follow) string { return "follow-" + f.Kind + "-" + strconv.FormatInt(f.ID, 10) }

func followPath(f Follow) string {
	if f.On {
		return "/unfollow"
	}
	return "/follow"
}

func radioOr(kind string) string { return or(kind, "radio") }
