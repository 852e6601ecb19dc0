package briefs

import (
	"slices"
	"strings"
)

// Item is something a sentence rests on, which whoever reads the sentence may open.
type Item struct {
	Thread   int64 // 0 for what is no thread: a search
	Kind     string
	Title    string
	Path     string
	Audience string
}

// Span is a piece of a sentence. One with an item leads to it.
type Span struct {
	Text string
	Item *Item
}

// Sentence is one sentence of a brief.
type Sentence struct {
	Spans []Span
	Items []Item // all that it rests on, at most mostItems
	More  int    // what it rests on besides Items
}

// mostItems is how many items one sentence names as its ground.
const mostItems = 12

// Text returns the sentence without its links.
func (s Sentence) Text() string {
	var b strings.Builder
	for _, span := range s.Spans {
		b.WriteString(span.Text)
	}
	return b.String()
}

// Section is a part of a brief about one thing.
type Section struct {
	Heading   string // "" for the first
	Sentences []Sentence
}

// same reports whether two sentences rest on the same.
func (s Sentence) same(other Sentence) bool {
	return s.More == other.More && slices.Equal(s.Items, other.Items)
}

// Noted returns the number of the note below the brief that says what a sentence rests on, 0 where that is nothing. Sentences on the
// same ground share one. The notes are numbered in order.
func (b Brief) Noted() (numbers []int, notes []Sentence) {
next:
	for _, s := range b.Sentences() {
		if len(s.Items) == 0 {
			numbers = append(numbers, 0)
			continue
		}
		for i, n := range notes {
			if n.same(s) {
				numbers = append(numbers, i+1)
				continue next
			}
		}
		notes = append(notes, s)
		numbers = append(numbers, len(notes))
	}
	return numbers, notes
}

// line is a sentence that is being written.
type line struct{ s Sentence }

// say begins a sentence.
func say(text string) *line { return new(line).and(text) }

// and adds words.
func (l *line) and(text string) *line {
	if text != "" {
		l.s.Spans = append(l.s.Spans, Span{Text: text})
	}
	return l
}

// the adds the title of an item, which leads to it.
func (l *line) the(it Item) *line {
	l.s.Spans = append(l.s.Spans, Span{Text: "“" + it.Title + "”", Item: &it})
	return l.on(it)
}

// topic adds the name of a topic, which leads to it. A sentence does not rest on it: what is written about it is elsewhere.
func (l *line) topic(name, slug string) *line {
	l.s.Spans = append(l.s.Spans, Span{Text: name, Item: &Item{Kind: "topic", Title: name, Path: "/topics/" + slug}})
	return l
}

// all adds titles, with what after says behind each.
func (l *line) all(list []Item, after func(i int) string) *line {
	for i, it := range list {
		switch {
		case i > 0 && i == len(list)-1:
			l.and(" and ")
		case i > 0:
			l.and(", ")
		}
		l.the(it)
		if after != nil {
			l.and(after(i))
		}
	}
	return l
}

// on adds what the sentence rests on without naming it.
func (l *line) on(list ...Item) *line {
	for _, it := range list {
		if !slices.Contains(l.s.Items, it) {
			l.s.Items = append(l.s.Items, it)
		}
	}
	return l
}

// of says how many things the sentence rests on altogether.
func (l *line) of(total int) *line {
	if len(l.s.Items) > mostItems {
		l.s.Items = l.s.Items[:mostItems]
	}
	l.s.More = max(0, total-len(l.s.Items))
	return l
}

// end ends the sentence.
func (l *line) end(mark string) Sentence {
	if len(l.s.Items) > mostItems {
		l.of(len(l.s.Items))
	}
	l.and(mark)
	for i := range l.s.Spans { // what was said in several calls is one span
		l.s.Spans[i].Text = strings.ReplaceAll(l.s.Spans[i].Text, "\n", " ")
	}
	joined := l.s.Spans[:0]
	for _, span := range l.s.Spans {
		if n := len(joined); n > 0 && span.Item == nil && joined[n-1].Item == nil {
			joined[n-1].Text += span.Text
			continue
		}
		joined = append(joined, span)
	}
	l.s.Spans = joined
	return l.s
}
