package search

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/document"
	index "github.com/blevesearch/bleve_index_api"
)

// mappingVersion names what the fields below mean. Raise it with any change to fields, analysis or the stored values: an
// index of another version is stale, and is rebuilt beside the old one.
const mappingVersion = 4

// The fields of a document. Names are short because each is repeated in every segment.
//
// The document of a thread has the words of its replies, so that a thread is found by what all of it says, and once. A reply has a
// document of its own as well, in fields of its own: looking for threads never reads what belongs to replies.
const (
	// Stemmed text, scored together by BM25F.
	fieldTitle   = "title"
	fieldTopics  = "topics"
	fieldBody    = "body"
	fieldReplies = "replies" // of a thread
	fieldFiles   = "files"   // names and words of what is attached
	fieldNames   = "names"

	// The same of a reply; its thread's title speaks for it too.
	fieldReplyBody  = "r_body"
	fieldReplyTitle = "r_title"

	// The words of titles and texts unstemmed and with positions, for quoted words and phrases. One field for all of them: most of
	// what an index takes is the words that come once or twice.
	fieldExact = "exact"

	// Single terms, to filter by.
	fieldAudience = "audience"
	fieldType     = "type"
	fieldKind     = "kind"
	fieldTopic    = "topic"   // slugs
	fieldNetwork  = "network" // slug
	fieldAuthor   = "author"  // handles of who wrote it, and stems of their names behind nameMark
	fieldThread   = "thread"  // id
	fieldState    = "state"   // answered or unanswered for questions, superseded, checked, guide, reflection
	fieldHas      = "has"     // file
	fieldEvidence = "evidence"
	fieldExpert   = "expert" // ids of who wrote evidence
	fieldDay      = "day"    // of writing, 20270304 in UTC
	fieldYear     = "year"   // of writing
	fieldActive   = "active" // month of the latest contribution, 202703 in UTC
	fieldCheck    = "check"  // hour in which somebody is to look whether it is right, 2027030414 in UTC

	// Beginnings of the words of titles and names, for suggestions.
	fieldSuggest = "suggest"

	// Stored only.
	storedTitle = "stored_title"
	storedFacts = "facts"
)

// textFields are the fields whose lengths are counted, in the order in which they are stored.
var textFields = [...]string{
	fieldTitle, fieldTopics, fieldBody, fieldReplies, fieldFiles, fieldNames, fieldReplyBody, fieldReplyTitle,
}

// lengths holds the number of tokens of each of textFields in one document.
type lengths [len(textFields)]int

// The options of the kinds of field. Nothing has doc values: what is asked of many documents are sets, and what is asked of few is
// stored. Only scored text has frequencies.
const (
	scored  = index.IndexField
	located = index.IndexField | index.IncludeTermVectors | index.SkipFreqNorm
	single  = index.IndexField | index.SkipFreqNorm
	stored  = index.StoreField
)

// A field is analysed when the document is built, not by bleve: its length must be known before the batch is written.
type field struct {
	name    string
	value   []byte // for stored fields
	options index.FieldIndexingOptions
	length  int
	freqs   index.TokenFrequencies
}

func (f *field) Name() string                                     { return f.name }
func (f *field) Value() []byte                                    { return f.value }
func (f *field) ArrayPositions() []uint64                         { return nil }
func (f *field) EncodedFieldType() byte                           { return 't' }
func (f *field) Analyze()                                         {}
func (f *field) Options() index.FieldIndexingOptions              { return f.options }
func (f *field) AnalyzedLength() int                              { return f.length }
func (f *field) AnalyzedTokenFrequencies() index.TokenFrequencies { return f.freqs }
func (f *field) NumPlainTextBytes() uint64                        { return uint64(len(f.value)) }

// Size is an estimate: scorch adds it up to report how much memory analysis holds.
func (f *field) Size() int { return len(f.value) + 96*len(f.freqs) }

// build turns d into what bleve indexes and counts its words.
func (a *analyzer) build(d *Doc) (*document.Document, lengths) {
	b := builder{analyzer: a, doc: document.NewDocument(d.ID)}
	title, body := a.words(d.Title), a.words(d.Body)
	if d.Type == "reply" {
		b.text(fieldReplyBody, body)
		b.text(fieldReplyTitle, a.words(d.ThreadTitle))
		b.exact(body)
	} else {
		if begins(body, title) { // a title that was made of the first words says nothing more than they do
			b.exact(body)
		} else {
			b.text(fieldTitle, title)
			b.exact(title, body)
		}
		b.text(fieldTopics, a.words(strings.Join(d.Topics, " \n ")))
		b.text(fieldBody, body)
		b.text(fieldReplies, a.words(d.Replies))
		b.text(fieldFiles, a.words(d.Files))
		b.text(fieldNames, a.words(d.Names))
		b.suggest(title)
		b.store(storedTitle, []byte(d.Title))
	}
	b.term(fieldAudience, d.Audience)
	b.term(fieldType, d.Type)
	b.term(fieldKind, d.Kind)
	b.term(fieldTopic, d.TopicSlugs...)
	b.term(fieldNetwork, d.Network)
	b.term(fieldAuthor, append(d.handles(), marked(a.stems(d.Names))...)...)
	b.term(fieldState, d.states()...)
	if d.HasFile {
		b.term(fieldHas, "file")
	}
	if d.Thread != 0 {
		b.term(fieldThread, strconv.FormatInt(d.Thread, 10))
	}
	if d.evidence() {
		b.term(fieldEvidence, "1")
		b.term(fieldExpert, d.experts()...)
	}
	at := time.UnixMicro(d.Created).UTC()
	b.term(fieldDay, day(at))
	b.term(fieldYear, at.Format("2006"))
	if d.Type == "thread" {
		b.term(fieldActive, month(time.UnixMicro(max(d.Active, d.Created)).UTC()))
	}
	if d.Check != 0 && !d.Superseded {
		b.term(fieldCheck, hour(time.UnixMicro(d.Check).UTC()))
	}
	f := factsOf(d, b.lengths)
	b.store(storedFacts, f.encode())
	return b.doc, b.lengths
}

// A builder gathers the fields of a document.
type builder struct {
	*analyzer
	doc     *document.Document
	lengths lengths
}

// text adds the stems of words, to be scored.
func (b *builder) text(name string, words []word) {
	f := &field{name: name, options: scored}
	f.freqs, f.length = frequencies(words, false, f.options)
	b.lengths[slices.Index(textFields[:], name)] = f.length
	if f.length > 0 {
		b.doc.AddField(f)
	}
}

// exact adds words as they are written, with their positions. No phrase reaches from one text into the next.
func (b *builder) exact(texts ...[]word) {
	var all []word
	after := 0
	for _, words := range texts {
		from := after
		for _, w := range words {
			w.pos += from
			after = max(after, w.pos+1)
			all = append(all, w)
		}
	}
	f := &field{name: fieldExact, options: located}
	f.freqs, f.length = frequencies(all, true, f.options)
	if f.length > 0 {
		b.doc.AddField(f)
	}
}

// term adds single terms to filter by.
func (b *builder) term(name string, values ...string) {
	freqs := make(index.TokenFrequencies, len(values))
	for _, v := range values {
		if v != "" {
			freqs[v] = &index.TokenFreq{Term: []byte(v)}
		}
	}
	if len(freqs) > 0 {
		b.doc.AddField(&field{name: name, options: single, length: len(freqs), freqs: freqs})
	}
}

// suggest adds the beginnings of the words of a title.
func (b *builder) suggest(title []word) {
	if freqs, length := beginnings(title); length > 0 {
		b.doc.AddField(&field{name: fieldSuggest, options: scored, length: length, freqs: freqs})
	}
}

func (b *builder) store(name string, value []byte) {
	b.doc.AddField(&field{name: name, options: stored, value: value})
}

// begins reports whether text begins with the words of title.
func begins(text, title []word) bool {
	if len(title) == 0 || len(text) < len(title) {
		return false
	}
	for i, w := range title {
		if text[i].exact != w.exact {
			return false
		}
	}
	return true
}

// nameMark stands before the words of names where handles stand too.
const nameMark = "="

func marked(stems []string) []string {
	out := make([]string, len(stems))
	for i, s := range stems {
		out[i] = nameMark + s
	}
	return out
}

// handles of the author and of who wrote it with them.
func (d *Doc) handles() []string {
	out := []string{fold(d.Author)}
	for _, h := range d.CoHandles {
		out = append(out, fold(h))
	}
	return out
}

// stateReflection is the state of what somebody learnt and shared.
const stateReflection = "reflection"

// states are what is: looks at. Only questions are answered or not, and only the question itself can be without an answer.
func (d *Doc) states() []string {
	var out []string
	if d.Kind == "question" {
		if d.Answered || d.Replied || d.Type == "reply" {
			out = append(out, "answered")
		} else {
			out = append(out, "unanswered")
		}
	}
	if d.Superseded {
		out = append(out, "superseded")
	}
	if d.Checked != 0 {
		out = append(out, "checked")
	}
	if d.Guide {
		out = append(out, "guide")
	}
	if d.Reflection {
		out = append(out, stateReflection)
	}
	return out
}

// experts are the ids of who wrote d.
func (d *Doc) experts() []string {
	out := []string{strconv.FormatInt(d.AuthorID, 10)}
	for _, id := range d.CoAuthors {
		out = append(out, strconv.FormatInt(id, 10))
	}
	return out
}

// evidence reports whether d shows that its author knows something. Asking shows interest, never knowledge.
func (d *Doc) evidence() bool {
	return d.AuthorID != 0 && (d.Type == "reply" || d.Type == "thread" && d.Kind != "question")
}

// frequencies counts words for the index: exact forms with positions, or stems.
func frequencies(words []word, exact bool, options index.FieldIndexingOptions) (index.TokenFrequencies, int) {
	tokens := make(analysis.TokenStream, 0, len(words))
	backing := make([]analysis.Token, len(words))
	length := 0
	for i, w := range words {
		term := w.stem
		if exact {
			term = w.exact
		}
		if term == "" {
			continue
		}
		backing[i] = analysis.Token{Term: []byte(term), Position: w.pos} // offsets are found again in the text
		tokens = append(tokens, &backing[i])
		if !w.whole {
			length++
		}
	}
	return analysis.TokenFrequency(tokens, nil, options), length
}

// Suggestions begin at minBeginning letters and compare at most maxBeginning.
const (
	minBeginning = 2
	maxBeginning = 12
)

// firstWord marks the beginnings of a title's first word, so that "how to" prefers titles that begin so.
const firstWord = "^"

// beginnings returns the edge n-grams of words: "tax" gives "ta" and "tax", and a first word gives them marked as well.
func beginnings(words []word) (index.TokenFrequencies, int) {
	freqs := make(index.TokenFrequencies)
	add := func(term string) {
		f := freqs[term]
		if f == nil {
			f = &index.TokenFreq{Term: []byte(term)}
			freqs[term] = f
		}
		f.SetFrequency(f.Frequency() + 1)
	}
	for _, w := range words {
		exact, first := w.exact, w.pos == 1
		if w.whole {
			exact = w.stem
		}
		for _, b := range edges(exact) {
			add(b)
			if first {
				add(firstWord + b)
			}
		}
	}
	return freqs, len(words)
}

// edges returns the beginnings of s from minBeginning to maxBeginning runes; a shorter word is its own only beginning.
func edges(s string) []string {
	var out []string
	runes := 0
	for i := range s {
		if runes >= minBeginning {
			out = append(out, s[:i])
		}
		if runes++; runes > maxBeginning {
			return out
		}
	}
	return append(out, s)
}

// beginning cuts a typed word to what edges would have indexed of a longer one.
func beginning(s string) string {
	if utf8.RuneCountInString(s) <= maxBeginning {
		return s
	}
	return string([]rune(s)[:maxBeginning])
}

func day(t time.Time) string   { return t.Format("20060102") }
func month(t time.Time) string { return t.Format("200601") }
func hour(t time.Time) string  { return t.Format("2006010215") }
