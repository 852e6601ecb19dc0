package search

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Span is a piece of text. Hit marks a word of the query.
type Span struct {
	Text string
	Hit  bool
}

// ellipsis stands where a fragment leaves text out.
const ellipsis = "…"

// A marker knows the words to be marked in texts.
type marker struct {
	stems, exact map[string]bool
	first        initials
}

// marker returns what marks the words of p. Words in quotes mark themselves, all others whatever has their stem; also are
// stems that were searched for beside them: synonyms and corrections.
func (p Parsed) marker(also []string) *marker {
	a := english()
	m := &marker{stems: make(map[string]bool), exact: make(map[string]bool), first: make(initials)}
	add := func(to map[string]bool, forms []string) {
		for _, f := range forms {
			to[f] = true
			m.first[f[0]] = true
		}
	}
	text := p.Text
	if len(p.Phrases) > 0 {
		text = p.loose
	}
	add(m.stems, a.stems(text))
	add(m.stems, also)
	for _, phrase := range p.Phrases {
		add(m.exact, a.exacts(phrase))
	}
	if len(m.stems)+len(m.exact) == 0 {
		add(m.exact, a.exacts(p.Text)) // nothing but stop words
	}
	return m
}

// hits returns the words of text that are to be marked, in order and apart.
func (m *marker) hits(text string) []word {
	var hits []word
	english().scan(text, m.first, func(w word) {
		if (w.stem == "" || !m.stems[w.stem]) && (w.exact == "" || !m.exact[w.exact]) {
			return
		}
		if n := len(hits); n > 0 && w.start < hits[n-1].end {
			return // part of a whole that is marked
		}
		hits = append(hits, w)
	})
	return hits
}

// Highlight returns text, or the part of it that says most about the query, cut to about limit runes at the edges of
// sentences or else words; 0 means all of it. Every word that the query found it by is marked: same stem, a synonym or a
// correction, in quotes the same word. The spans joined are plain text; escaping is the page's business.
func (p Parsed) Highlight(text string, limit int) []Span {
	m := p.marks
	if m == nil {
		m = p.marker(nil)
	}
	hits := m.hits(text)
	from, to := 0, len(text)
	if limit > 0 && len(text) > limit && utf8.RuneCountInString(text) > limit {
		from, to = fragment(text, hits, limit)
	}
	return spans(text, hits, from, to)
}

// fragment chooses a window of limit runes: the one with the most distinct words of the query, the earliest of equals.
func fragment(text string, hits []word, limit int) (from, to int) {
	if len(hits) == 0 {
		return 0, closing(text, 0, 0, limit)
	}
	best, last, end := 0, 0, 0
	for i := range hits {
		until := ahead(text, hits[i].start, limit)
		n, k := 0, i
		for ; k < len(hits) && hits[k].end <= until; k++ {
			if !said(hits[i:k], hits[k]) {
				n++
			}
		}
		if n > best {
			best, from, last, end = n, hits[i].start, hits[max(i, k-1)].end, until
		}
		if end == len(text) {
			break // the windows that are left are parts of this one
		}
	}
	from = opening(text, from, min(limit/2, limit-utf8.RuneCountInString(text[from:last])))
	return from, closing(text, from, last, limit)
}

// said reports whether the word w is among before.
func said(before []word, w word) bool {
	for _, b := range before {
		if b.stem == w.stem && (w.stem != "" || b.exact == w.exact) {
			return true
		}
	}
	return false
}

// ahead returns the offset of n runes after from.
func ahead(text string, from, n int) int {
	for i := range text[from:] {
		if n--; n < 0 {
			return from + i
		}
	}
	return len(text)
}

// opening moves from back by up to n runes to where its sentence begins, or else by half of that to a beginning of a word,
// to give the hit some context.
func opening(text string, from, n int) int {
	begins := from
	for low, k := from, 0; k <= n; k++ {
		if low == 0 {
			return 0
		}
		if sentenceEnd(text, low) {
			return low + len(text[low:]) - len(strings.TrimLeftFunc(text[low:], unicode.IsSpace))
		}
		r, w := utf8.DecodeLastRuneInString(text[:low])
		if unicode.IsSpace(r) && k <= n/2 {
			begins = low
		}
		low -= w
	}
	return begins
}

// closing returns where a fragment of n runes from from ends, which holds what is before last: behind its last whole
// sentence if that leaves most of it, else behind its last whole word.
func closing(text string, from, last, n int) int {
	end := ahead(text, from, n)
	if end == len(text) {
		return end
	}
	for i := end; i > max(last, from+(end-from)*2/3); i-- {
		if sentenceEnd(text, i) {
			return i
		}
	}
	i := end
	for i > max(last, from) {
		r, w := utf8.DecodeLastRuneInString(text[:i])
		next, _ := utf8.DecodeRuneInString(text[i:])
		if wordRune(r) && (!wordRune(next) || ideograph(r)) {
			return i
		}
		i -= w
	}
	return max(i, last)
}

// sentenceEnd reports whether a sentence ends right before text[i:].
func sentenceEnd(text string, i int) bool {
	if i >= len(text) || i < 2 {
		return i >= len(text)
	}
	if text[i-1] == '\n' {
		return true
	}
	switch text[i] {
	case ' ', '\n', '\t':
		return text[i-1] == '.' && text[i-2] != '.' || text[i-1] == '?' || text[i-1] == '!'
	}
	return strings.HasSuffix(text[:i], "。")
}

// spans cuts text[from:to] at the hits and runs white space together.
func spans(text string, hits []word, from, to int) []Span {
	var out []Span
	add := func(s string, hit bool) {
		if s != "" {
			out = append(out, Span{Text: s, Hit: hit})
		}
	}
	lead := ""
	if from > 0 {
		lead = ellipsis
	}
	at := from
	for _, h := range hits {
		if h.start < from || h.end > to {
			continue
		}
		add(lead+squeeze(text[at:h.start]), false)
		add(text[h.start:h.end], true)
		lead, at = "", h.end
	}
	tail := squeeze(text[at:to])
	if to < len(text) {
		tail = strings.TrimRight(tail, " ")
		if sentenceEnd(text, to) {
			tail += " "
		}
		tail += ellipsis
	}
	add(lead+tail, false)
	return out
}

// squeeze replaces each run of white space by one space.
func squeeze(s string) string {
	if !strings.ContainsAny(s, "\n\t\r") && !strings.Contains(s, "  ") {
		return s
	}
	var b strings.Builder
	space := false
	for _, r := range s {
		if r == ' ' || r == '\n' || r == '\t' || r == '\r' {
			space = true
			continue
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	if space {
		b.WriteByte(' ')
	}
	return b.String()
}
