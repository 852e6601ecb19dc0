package search

import (
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A Parsed query is what a search box understood. Any text is a query: what cannot be read as an operator is searched for
// as words, and Notes says so.
type Parsed struct {
	Text    string   // the words to be searched for, phrases included
	Phrases []string // "in quotes": must be there, word for word
	Not     []string // -word or -"a phrase": must not be there
	Authors []string // author:handle or author:"a name"; several mean any of them
	Topics  []string // topic:slug, as slugs
	Nets    []string // network:slug, as slugs
	Kinds   []string // kind:question …, reply, person, topic, network
	States  []string // is:answered, is:unanswered
	After   time.Time
	Before  time.Time
	Notes   []string // sentences about what was not understood
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
}

// Parse reads text as typed: words, "a phrase", -not, author:, topic:, network:, kind:, before: and after:YYYY-MM-DD, YYYY-MM or YYYY (before
// its first day; on its first day or after), is:answered and is:unanswered. It never fails.
func Parse(text string) Parsed {
	var p Parsed
	if len(text) > maxQueryText {
		cut := maxQueryText
		for !utf8.RuneStart(text[cut]) {
			cut--
		}
		text = text[:cut]
		p.note("Only the first %d characters were searched for.", utf8.RuneCountInString(text))
	}
	prose := len(strings.Fields(text)) > proseWords
	var words []string
	for _, t := range lex(text) {
		if (!prose || t.key != "") && p.operator(t) {
			continue
		}
		if t.quoted && !prose && !t.not && t.key == "" && len(p.Phrases) < maxQueryPhrases {
			p.Phrases = append(p.Phrases, t.value)
		}
		words = append(words, t.text())
	}
	p.Text = strings.Join(words, " ")
	return p
}

func (p *Parsed) note(format string, args ...any) {
	p.Notes = append(p.Notes, fmt.Sprintf(format, args...))
}

// A token is a word, a quoted phrase, or key:value, and may be negated.
type token struct {
	not, quoted bool
	key, value  string
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
		out = append(out, t)
	}
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

func isKey(s string) bool {
	switch strings.ToLower(s) {
	case "author", "topic", "network", "kind", "before", "after", "is":
		return true
	}
	return false
}

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
		return p.add(&p.Not, "-", value)
	}
	if t.not {
		p.note("“-%s:” is not understood; it was searched for as words.", t.key)
		return false
	}
	if value == "" {
		p.note("“%s:” needs a word after it.", t.key)
		return false
	}
	switch t.key {
	case "author":
		return p.add(&p.Authors, t.key, strings.TrimPrefix(value, "@"))
	case "topic":
		return p.add(&p.Topics, t.key, slug(strings.TrimPrefix(value, "#")))
	case "network":
		return p.add(&p.Nets, t.key, slug(value))
	case "kind":
		kind, ok := kindNames[fold(value)]
		if !ok {
			p.note("There is no kind “%s”.", value)
			return false
		}
		return p.add(&p.Kinds, t.key, kind)
	case "is":
		state := fold(value)
		if state != "answered" && state != "unanswered" {
			p.note("“is:%s” is not understood.", value)
			return false
		}
		return p.add(&p.States, t.key, state)
	case "before", "after":
		at, ok := parseDay(value)
		if !ok {
			p.note("“%s” is not a date like 2027-03-04, 2027-03 or 2027.", value)
			return false
		}
		if t.key == "before" {
			p.Before = at
		} else {
			p.After = at
		}
		return true
	}
	return false
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

// add appends value unless it is there or there are too many.
func (p *Parsed) add(to *[]string, name, value string) bool {
	for _, v := range *to {
		if v == value {
			return true
		}
	}
	if len(*to) == maxQueryValues {
		p.note("Only the first %d of “%s” count.", maxQueryValues, name)
		return true
	}
	*to = append(*to, value)
	return true
}

// slug writes a topic's name as its address: "Ways of working" becomes "ways-of-working".
func slug(name string) string {
	return strings.Join(strings.FieldsFunc(fold(name), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}), "-")
}

// Empty reports whether nothing was asked for.
func (p Parsed) Empty() bool {
	return strings.TrimSpace(p.Text) == "" && len(p.Not)+len(p.Authors)+len(p.Topics)+len(p.Nets)+len(p.Kinds)+len(p.States) == 0 &&
		p.After.IsZero() && p.Before.IsZero()
}
