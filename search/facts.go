package search

import (
	"encoding/binary"
	"slices"
)

// facts are what is stored with a document: what the ranking and the pages of hits need to know of the few documents that are
// looked at closely. Everything else about them is in the database.
type facts struct {
	id, title string // kept by the index itself, and beside the facts
	lengths   lengths
	thread    int64
	authors   []int64 // who wrote it, the author first
	created   int64   // Unix microseconds, to the second
	active    int64   // the same, of the latest contribution; 0 when it is not a thread
	checked   int64   // the same, of when somebody last found it to be right; 0 for never
	votes     int
	flags     uint64
}

// Flags.
const (
	flagAccepted   = 1 << iota // a reply that settled its question
	flagAnswered               // a question with an accepted answer
	flagSuperseded             // something else has taken its place
)

func (f *facts) has(flag uint64) bool { return f.flags&flag != 0 }

// factsOf gathers what is stored with d.
func factsOf(d *Doc, n lengths) facts {
	f := facts{lengths: n, thread: d.Thread, created: d.Created, active: d.Active, checked: d.Checked, votes: max(d.Votes, 0)}
	if d.AuthorID != 0 {
		f.authors = append([]int64{d.AuthorID}, d.CoAuthors...)
	}
	for flag, is := range map[uint64]bool{flagAccepted: d.Accepted, flagAnswered: d.Answered, flagSuperseded: d.Superseded} {
		if is {
			f.flags |= flag
		}
	}
	return f
}

// encode writes everything but the id and the title as unsigned numbers of variable length.
func (f *facts) encode() []byte {
	var b []byte
	for _, n := range f.lengths {
		b = binary.AppendUvarint(b, uint64(n))
	}
	for _, n := range [...]int64{f.thread, seconds(f.created), seconds(f.active), seconds(f.checked), int64(f.votes), int64(f.flags)} {
		b = binary.AppendUvarint(b, uint64(n))
	}
	for _, id := range f.authors {
		b = binary.AppendUvarint(b, uint64(id))
	}
	return b
}

// decode reads what encode wrote. What is missing stays zero.
func (f *facts) decode(b []byte) {
	next := func() uint64 {
		n, w := binary.Uvarint(b)
		b = b[max(w, 0):]
		return n
	}
	for i := range f.lengths {
		f.lengths[i] = int(next())
	}
	f.thread = int64(next())
	f.created, f.active, f.checked = int64(next())*1e6, int64(next())*1e6, int64(next())*1e6
	f.votes, f.flags = int(next()), next()
	for len(b) > 0 {
		before := len(b)
		id := int64(next())
		if len(b) == before {
			return
		}
		f.authors = append(f.authors, id)
	}
}

// seconds of Unix microseconds. Times before 1970 become 1970.
func seconds(micros int64) int64 { return max(micros, 0) / 1e6 }

// totals are the sums over the whole index that average lengths and document frequencies are compared with: of threads, of replies,
// and of everything else apart, because a person's name is a short title and must not make those of threads look long.
type totals struct {
	Docs   [groups]int64                  `json:"docs"`
	Having [groups][len(textFields)]int64 `json:"having"` // documents that have the field
	Tokens [groups][len(textFields)]int64 `json:"tokens"`
}

// The groups of documents that are counted apart.
const (
	groupThread = iota
	groupReply
	groupOther
	groups
)

func groupOf(typ string) int {
	switch typ {
	case "thread":
		return groupThread
	case "reply":
		return groupReply
	}
	return groupOther
}

// add counts a document of a type, or takes it away when sign is -1.
func (t *totals) add(typ string, n lengths, sign int64) {
	g := groupOf(typ)
	t.Docs[g] += sign
	for i, tokens := range n {
		if tokens > 0 {
			t.Tokens[g][i] += sign * int64(tokens)
			t.Having[g][i] += sign
		}
	}
}

// average returns the mean length of a field in tokens, at least 1: in threads, or where they do not have it in replies, or in the rest.
func (t *totals) average(field string) float64 {
	i := slices.Index(textFields[:], field)
	if i < 0 {
		return 1
	}
	for g := range groups {
		if t.Having[g][i] > 0 && t.Tokens[g][i] > 0 {
			return max(1, float64(t.Tokens[g][i])/float64(t.Having[g][i]))
		}
	}
	return 1
}

// contribution is average, but of what people write themselves: a text is long or short beside all texts, those of threads and of
// replies, or a chat would be measured by other standards than the reports beside it.
func (t *totals) contribution(field string) float64 {
	if field != fieldBody && field != fieldReplyBody {
		return t.average(field)
	}
	var tokens, having int64
	for _, of := range []struct {
		group int
		field string
	}{{groupThread, fieldBody}, {groupReply, fieldReplyBody}} {
		i := slices.Index(textFields[:], of.field)
		tokens += t.Tokens[of.group][i]
		having += t.Having[of.group][i]
	}
	if having <= 0 {
		return 1
	}
	return max(1, float64(tokens)/float64(having))
}
