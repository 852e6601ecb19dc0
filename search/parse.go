package search

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A Parsed query is what a search box understood. Any text is a query: what cannot be read as an operator is searched for
// as words, and Notes says so.
//
// It keeps what was typed piece by piece: String gives it back, and Filters each of its orders with the query without it.
type Parsed struct {
	Text    string   // the words to be searched for, phrases included
	Phrases []string // "in quotes": must be there, word for word
	Not     []string // -word or -"a phrase": must not be there
	Authors []string // author:handle or author:"a name"; several mean any of them
	Topics  []string // topic:slug, as slugs
	Nets    []string // network:slug or in:slug, as slugs
	Kinds   []string // kind:question …, reply, person, topic, network, file; is:decision
	States  []string // is:answered, is:unanswered, is:stale, is:due, is:superseded, is:checked, is:guide, is:reflection
	Has     []string // has:file
	After   time.Time
	Before  time.Time
	Notes   []string // sentences about what was not understood, or could not be done

	loose   string   // the words of Text that are not in quotes
	clauses []clause // what was typed, in order
	marks   *marker  // what Highlight marks, once a search has found out
}

// A clause is a piece of a query as it was typed. Its name is that of the operator, "-" for what must not be there, and ""
// for words.
type clause struct{ raw, name, value string }

// A Filter is one order of a query: author:gwen, is:unanswered, -drone.
type Filter struct {
	Name    string // author, topic, network, kind, is, has, before, after, or "-" for what must not be there
	Value   string // as typed, without quotes
	Text    string // as typed
	Without string // the query without it
}

// Limits on what one query may ask for, so that a pasted page costs no more than a long question.
const (
	maxQueryText    = 4_000 // bytes
	maxQueryPhrases = 8
	maxQueryValues  = 8  // of one operator
	proseWords      = 20 // longer texts are pasted prose: their quotes and dashes are punctuation
)

// kindNames are the kinds a person may type, with what they mean.
var kindNames = map[string]string{
	"question": "question", "questions": "question",
	"discussion": "discussion", "discussions": "discussion",
	"post": "post", "posts": "post", "blog": "post",
	"signal": "signal", "signals": "signal",
	"decision": "decision", "decisions": "decision",
	"reply": "reply", "replies": "reply", "answer": "reply", "answers": "reply",
	"thread": "thread", "threads": "thread",
	"person": "person", "people": "person",
	"topic": "topic", "topics": "topic",
	"network": "network", "networks": "network",
	"file": "file", "files": "file",
}

// operators are the words that mean something before a colon, with the name of what they mean.
var operators = map[string]string{
	"author": "author", "topic": "topic", "network": "network", "in": "network", "kind": "kind",
	"before": "before", "after": "after", "is": "is", "has": "has",
}

// states are what is: knows besides the kind decision.
var states = []string{"answered", "unanswered", "stale", "due", "superseded", "checked", "guide", "reflection"}

// Parse reads text as typed: words, "a phrase", -not, author:, topic:, network: or in:, kind:, has:file, before: and
// after:YYYY-MM-DD, YYYY-MM or YYYY (before its first day; on its first day or after), and is:answered, unanswered, decision,
// stale, due, superseded, checked, guide or reflection. Several words after a colon stand in quotes. It never fails.
func Parse(text string) Parsed {
	var p Parsed
	if len(text) > maxQueryText {
		text = truncate(text, maxQueryText)
		p.note("Only the first %d characters were searched for.", utf8.RuneCountInString(text))
	}
	prose := len(strings.Fields(text)) > proseWords
	var words, loose []string
	for _, t := range lex(text) {
		if (!prose || t.key != "") && p.operator(t) {
			continue
		}
		if t.quoted && !prose && !t.not && t.key == "" && len(p.Phrases) < maxQueryPhrases {
			p.Phrases = append(p.Phrases, t.value)
		} else {
			loose = append(loose, t.text())
			p.hint(t, prose)
		}
		words = append(words, t.text())
		p.clauses = append(p.clauses, clause{raw: t.raw})
	}
	p.Text, p.loose = strings.Join(words, " "), strings.Join(loose, " ")
	return p
}

// String returns the query as it was typed, but for white space and for orders that were given twice.
func (p Parsed) String() string { return p.without(-1) }

// without returns the query without a clause.
func (p Parsed) without(i int) string {
	var raws []string
	for k, c := range p.clauses {
		if k != i {
			raws = append(raws, c.raw)
		}
	}
	return strings.Join(raws, " ")
}

// Filters returns the orders in the query one by one, for chips that take them away.
func (p Parsed) Filters() []Filter {
	var out []Filter
	for i, c := range p.clauses {
		if c.name != "" {
			out = append(out, Filter{Name: c.name, Value: c.value, Text: c.raw, Without: p.without(i)})
		}
	}
	return out
}

func (p *Parsed) note(format string, args ...any) {
	p.Notes = append(p.Notes, fmt.Sprintf(format, args...))
}

// A token is a word, a quoted phrase, or key:value, and may be negated.
type token struct {
	not, quoted bool
	key, value  string
	raw         string
}

// text returns what t is when it is no operator.
func (t token) text() string {
	s := t.value
	if t.key != "" {
		s = t.key + ":" + s
	}
	if t.not {
		s = "-" + s
	}
	return s
}

// lex splits text at white space outside quotes. A quote that is never closed is an ordinary character.
func lex(text string) []token {
	var out []token
	for {
		text = strings.TrimLeftFunc(text, unicode.IsSpace)
		if text == "" {
			return out
		}
		var t token
		begin := text
		if rest, ok := strings.CutPrefix(text, "-"); ok && rest != "" && !unicode.IsSpace(firstRune(rest)) && rest[0] != '-' {
			t.not, text = true, rest
		}
		if key, rest, ok := strings.Cut(text, ":"); ok && isKey(key) {
			t.key, text = strings.ToLower(key), rest
		}
		if value, rest, ok := quoted(text); ok {
			t.quoted, t.value, text = true, value, rest
		} else {
			end := strings.IndexFunc(text, unicode.IsSpace)
			if end < 0 {
				end = len(text)
			}
			t.value, text = text[:end], text[end:]
		}
		t.raw = begin[:len(begin)-len(text)]
		out = append(out, t)
	}
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

func isKey(s string) bool { return operators[strings.ToLower(s)] != "" }

// quoted cuts a phrase in straight or curly quotes from the beginning of text.
func quoted(text string) (value, rest string, ok bool) {
	r, n := utf8.DecodeRuneInString(text)
	if r != '"' && r != '“' && r != '”' && r != '„' {
		return "", text, false
	}
	end := strings.IndexAny(text[n:], "\"”“")
	if end < 0 {
		return "", text, false
	}
	value = text[n : n+end]
	_, m := utf8.DecodeRuneInString(text[n+end:])
	return value, text[n+end+m:], true
}

// operator takes t when it is one, and reports whether it did.
func (p *Parsed) operator(t token) bool {
	value := strings.TrimSpace(t.value)
	if t.key == "" {
		if !t.not || !strings.ContainsFunc(value, wordRune) {
			return false
		}
		return p.add(&p.Not, t, "-", value)
	}
	if t.not {
		p.note("“-%s:” is not understood; it was searched for as words.", t.key)
		return false
	}
	if value == "" {
		p.note("“%s:” needs a word after it, without a space.", t.key)
		return false
	}
	name := operators[t.key]
	switch name {
	case "author":
		return p.add(&p.Authors, t, name, strings.TrimPrefix(value, "@"))
	case "topic":
		return p.slug(&p.Topics, t, name, strings.TrimPrefix(value, "#"))
	case "network":
		return p.slug(&p.Nets, t, name, value)
	case "kind":
		kind, ok := kindNames[fold(value)]
		if !ok {
			p.note("There is no kind “%s”.", value)
			return false
		}
		return p.add(&p.Kinds, t, name, kind)
	case "is":
		return p.state(t, fold(value))
	case "has":
		if what := fold(value); what != "file" && what != "files" {
			p.note("“has:%s” is not understood: only has:file is.", value)
			return false
		}
		return p.add(&p.Has, t, name, "file")
	}
	return p.date(t, name, value)
}

// slug takes a name or address as a slug. One without a letter or digit cannot be any.
func (p *Parsed) slug(to *[]string, t token, name, value string) bool {
	s := slug(value)
	if s == "" {
		p.note("“%s:%s” is not understood.", t.key, value)
		return false
	}
	return p.add(to, t, name, s)
}

// state takes what stands after is:.
func (p *Parsed) state(t token, state string) bool {
	if state == "decision" {
		return p.add(&p.Kinds, t, "is", state)
	}
	if !slices.Contains(states, state) {
		p.note("“is:%s” is not understood: is: knows %s and decision.", t.value, strings.Join(states, ", "))
		return false
	}
	return p.add(&p.States, t, "is", state)
}

// date takes before: and after:. The last of each counts.
func (p *Parsed) date(t token, name, value string) bool {
	at, ok := parseDay(value)
	if !ok {
		p.note("“%s” is not a date like 2027-03-04, 2027-03 or 2027.", value)
		return false
	}
	if name == "before" {
		p.Before = at
	} else {
		p.After = at
	}
	p.clauses = slices.DeleteFunc(p.clauses, func(c clause) bool { return c.name == name })
	p.clauses = append(p.clauses, clause{t.raw, name, value})
	return true
}

// add takes value unless it is there or there are too many.
func (p *Parsed) add(to *[]string, t token, name, value string) bool {
	if slices.Contains(*to, value) {
		return true
	}
	if len(*to) == maxQueryValues {
		p.note("Only the first %d of “%s” count.", maxQueryValues, name)
		return true
	}
	*to = append(*to, value)
	p.clauses = append(p.clauses, clause{t.raw, name, strings.TrimSpace(t.value)})
	return true
}

// hint says what a word was probably meant to be that looks like an operator and is none.
func (p *Parsed) hint(t token, prose bool) {
	key, value, ok := strings.Cut(t.value, ":")
	if !ok || prose || t.quoted || t.key != "" || value == "" || len(key) < 4 {
		return
	}
	key = strings.ToLower(key)
	for _, name := range slices.Sorted(maps.Keys(operators)) {
		if len(name) >= 4 && distance(key, name, 2) <= 1 {
			p.note("“%s:” was searched for as a word. Did you mean “%s:%s”?", key, name, value)
			return
		}
	}
}

// parseDay reads a day, or a month or year as its first day.
func parseDay(s string) (time.Time, bool) {
	for _, layout := range []string{time.DateOnly, "2006-01", "2006"} {
		if at, err := time.Parse(layout, s); err == nil {
			return at, true
		}
	}
	return time.Time{}, false
}

// slug writes a topic's name as its address: "Ways of working" becomes "ways-of-working".
func slug(name string) string {
	return strings.Join(strings.FieldsFunc(fold(name), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), "-")
}

// Empty reports whether nothing was asked for.
func (p Parsed) Empty() bool {
	return strings.TrimSpace(p.Text) == "" && len(p.Not)+len(p.Authors)+len(p.Topics)+len(p.Nets)+len(p.Kinds)+len(p.States)+len(p.Has) == 0 &&
		p.After.IsZero() && p.Before.IsZero()
}
