package search

import (
	"encoding/binary"
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
const mappingVersion = 2

// The fields of a document. Names are short because each is repeated in every segment.
const (
	// Stemmed text, scored together by BM25F. The order is that of lengths and of textFields.
	fieldTitle       = "title"
	fieldTopics      = "topics"
	fieldBody        = "body"
	fieldThreadTitle = "thread_title"
	fieldNames       = "names"

	// The same words unstemmed and with positions, for quoted words and phrases.
	fieldTitleExact = "title_exact"
	fieldBodyExact  = "body_exact"

	// Single terms, to filter by.
	fieldAudience = "audience"
	fieldType     = "type"
	fieldKind     = "kind"
	fieldTopic    = "topic"   // slugs
	fieldNetwork  = "network" // slug
	fieldAuthor   = "author"  // handle
	fieldPerson   = "person"  // author's id
	fieldThread   = "thread"  // id
	fieldState    = "state"   // answered or unanswered, for questions
	fieldEvidence = "evidence"
	fieldDay      = "day"     // of writing, 20270304 in UTC
	fieldYear     = "year"    // of writing
	fieldCreated  = "created" // seconds in 11 hexadecimal digits: sorts as text
	fieldMerit    = "merit"   // acceptance and votes

	// Beginnings of the words of titles and names, for suggestions.
	fieldSuggest = "suggest"

	// Stored only.
	storedTitle   = "stored_title"
	storedLengths = "stored_lengths"
)

// textFields are the fields whose lengths are counted: the five of BM25F, then the two exact ones.
var textFields = [...]string{fieldTitle, fieldTopics, fieldBody, fieldThreadTitle, fieldNames, fieldTitleExact, fieldBodyExact}

// lengths holds the number of tokens of each of textFields in one document.
type lengths [len(textFields)]int

// The options of the kinds of field. No text has doc values, nothing single has frequencies. Columns stay compressed: with
// SkipDVCompression zapx 17.2.5 loses values when it merges segments.
const (
	scored  = index.IndexField
	located = index.IndexField | index.IncludeTermVectors
	single  = index.IndexField | index.SkipFreqNorm
	column  = single | index.DocValues
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
	var n lengths
	doc := document.NewDocument(d.ID)
	text := func(at int, words []word, exact bool) {
		f := &field{name: textFields[at], options: scored}
		if exact {
			f.options = located
		}
		f.freqs, f.length = frequencies(words, exact, f.options)
		if n[at] = f.length; f.length > 0 {
			doc.AddField(f)
		}
	}
	title, body := a.words(d.Title), a.words(d.Body)
	text(0, title, false)
	text(1, a.words(strings.Join(d.Topics, " \n ")), false)
	text(2, body, false)
	text(3, a.words(d.ThreadTitle), false)
	text(4, a.words(d.Names), false)
	text(5, title, true)
	text(6, body, true)

	term := func(name string, options index.FieldIndexingOptions, values ...string) {
		freqs := make(index.TokenFrequencies, len(values))
		for _, v := range values {
			if v != "" {
				freqs[v] = &index.TokenFreq{Term: []byte(v)}
			}
		}
		if len(freqs) > 0 {
			doc.AddField(&field{name: name, options: options, length: len(freqs), freqs: freqs})
		}
	}
	term(fieldAudience, single, d.Audience)
	term(fieldType, single, d.Type)
	term(fieldKind, column, d.Kind)
	term(fieldTopic, column, d.TopicSlugs...)
	term(fieldNetwork, column, d.Network)
	term(fieldAuthor, single, fold(d.Author))
	term(fieldState, single, d.state())
	if d.AuthorID != 0 {
		term(fieldPerson, column, strconv.FormatInt(d.AuthorID, 10))
	}
	if d.Thread != 0 {
		term(fieldThread, column, strconv.FormatInt(d.Thread, 10))
	}
	if d.evidence() {
		term(fieldEvidence, single, "1")
		term(fieldMerit, column, merit(d.Accepted, d.Votes))
	}
	at := time.UnixMicro(d.Created).UTC()
	term(fieldDay, single, day(at))
	term(fieldYear, column, at.Format("2006"))
	term(fieldCreated, column, hexSeconds(d.Created))

	if d.Type != "reply" {
		freqs, length := beginnings(title)
		if length > 0 {
			doc.AddField(&field{name: fieldSuggest, options: scored, length: length, freqs: freqs})
		}
		doc.AddField(&field{name: storedTitle, options: stored, value: []byte(d.Title)})
	}
	doc.AddField(&field{name: storedLengths, options: stored, value: n.encode()})
	return doc, n
}

// state is what is:answered and is:unanswered look at. Only questions have one, and only the question itself can be
// without an answer.
func (d *Doc) state() string {
	switch {
	case d.Kind != "question":
		return ""
	case d.Answered || d.Replies > 0 || d.Type == "reply":
		return "answered"
	}
	return "unanswered"
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
		backing[i] = analysis.Token{Term: []byte(term), Start: w.start, End: w.end, Position: w.pos}
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

func day(t time.Time) string { return t.Format("20060102") }

// hexSeconds writes a time so that text order is time order. Times before 1970 become 1970.
func hexSeconds(micros int64) string {
	s := strconv.FormatInt(max(micros, 0)/1e6, 16)
	return strings.Repeat("0", 11-min(len(s), 11)) + s
}

func parseHexSeconds(s string) int64 {
	n, err := strconv.ParseInt(s, 16, 64)
	if err != nil {
		return 0
	}
	return n * 1e6
}

// merit writes acceptance and votes as one term: "a" or "-", then the votes.
func merit(accepted bool, votes int) string {
	if accepted {
		return "a" + strconv.Itoa(votes)
	}
	return "-" + strconv.Itoa(votes)
}

func parseMerit(s string) (accepted bool, votes int) {
	if s == "" {
		return false, 0
	}
	votes, err := strconv.Atoi(s[1:])
	if err != nil {
		return false, 0
	}
	return s[0] == 'a', votes
}

func (n lengths) encode() []byte {
	var b []byte
	for _, v := range n {
		b = binary.AppendUvarint(b, uint64(v))
	}
	return b
}

func decodeLengths(b []byte) (n lengths) {
	for i := range n {
		v, w := binary.Uvarint(b)
		if w <= 0 {
			return n
		}
		n[i], b = int(v), b[w:]
	}
	return n
}

// Totals are the sums over the whole index that average lengths come from. Docs counts, for each field, the documents that
// have it: replies have no title, and must not make titles look short on average.
type totals struct {
	Tokens [len(textFields)]int64 `json:"tokens"`
	Docs   [len(textFields)]int64 `json:"docs"`
}

func (t *totals) add(n lengths, sign int64) {
	for i, v := range n {
		if v > 0 {
			t.Tokens[i] += sign * int64(v)
			t.Docs[i] += sign
		}
	}
}

// average returns the mean length of a field in tokens, at least 1.
func (t totals) average(name string) float64 {
	i := slices.Index(textFields[:], name)
	if i < 0 || t.Docs[i] <= 0 || t.Tokens[i] <= 0 {
		return 1
	}
	return max(1, float64(t.Tokens[i])/float64(t.Docs[i]))
}
