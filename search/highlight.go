package search

import (
	"strings"
	"unicode/utf8"
)

// A Span is a piece of text. Hit marks a word of the query.
type Span struct {
	Text string
	Hit  bool
}

// ellipsis stands where a fragment leaves text out.
const ellipsis = "…"

// Highlight returns text, or the part of it that says most about the query, cut to about limit runes at the edges of words;
// 0 means all of it. Every word that the query would match is marked: same stem, or in quotes the same word. The spans
// joined are plain text; escaping is the page's business.
func (p Parsed) Highlight(text string, limit int) []Span {
	a := english()
	wanted, exact, first := make(map[string]bool), make(map[string]bool), make(initials)
	for _, s := range a.stems(p.Text) {
		wanted[s] = true
		first[s[0]] = true
	}
	if len(wanted) == 0 {
		for _, w := range a.exacts(p.Text) {
			exact[w] = true
			first[w[0]] = true
		}
	}
	words := a.scan(text, first)
	var hits []word
	for _, w := range words {
		if w.stem != "" && wanted[w.stem] || w.exact != "" && exact[w.exact] {
			hits = append(hits, w)
		}
	}
	from, to := 0, len(text)
	if limit > 0 && utf8.RuneCountInString(text) > limit {
		from, to = fragment(text, words, hits, limit)
	}
	return spans(text, hits, from, to)
}

// fragment chooses a window of limit runes: the one with the most distinct words of the query, the earliest of equals.
func fragment(text string, words, hits []word, limit int) (from, to int) {
	if len(hits) == 0 {
		return 0, cut(text, words, 0, limit)
	}
	best := -1
	for i, first := range hits {
		end := ahead(text, first.start, limit)
		seen := make(map[string]bool)
		for _, h := range hits[i:] {
			if h.end > end {
				break
			}
			seen[h.stem+" "+h.exact[:min(1, len(h.exact))]] = true
		}
		if len(seen) > best {
			best, from = len(seen), first.start
		}
	}
	from = behind(text, words, from, limit/4)
	return from, cut(text, words, from, limit)
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

// behind moves from back by up to n runes to the beginning of a word, to give the hit some context.
func behind(text string, words []word, from, n int) int {
	low := from
	for ; n > 0 && low > 0; n-- {
		_, w := utf8.DecodeLastRuneInString(text[:low])
		low -= w
	}
	if low == 0 {
		return 0
	}
	for _, w := range words {
		if w.start >= low {
			return min(w.start, from)
		}
	}
	return from
}

// cut returns where a fragment of n runes from from ends: after its last whole word.
func cut(text string, words []word, from, n int) int {
	limit := ahead(text, from, n)
	if limit == len(text) {
		return limit
	}
	end := limit
	for _, w := range words {
		if w.start >= from && w.end <= limit {
			end = w.end
		}
		if w.start > limit {
			break
		}
	}
	return end
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
		tail = strings.TrimRight(tail, " ") + ellipsis
	}
	add(lead+tail, false)
	return out
}

// squeeze replaces each run of white space by one space.
func squeeze(s string) string {
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
