package search

import "slices"

// Synonyms knows what else people call the things in a query.
type Synonyms interface {
	// Of returns what in terms has other names. Terms are the stems of a query in order, without stop words and quoted words.
	Of(terms []string) []Synonym
}

// A Synonym says that terms From to To, without To, are also called any of Others, each of them the stems of a name.
type Synonym struct {
	From, To int
	Others   [][]string
}

// What another name for a thing counts, beside the one that was typed.
const (
	synonymFactor = 0.7
	looseFactor   = 0.35 // of each word of a name of several: the words apart say less
	maxOthers     = 8    // names of one thing
)

// A Glossary holds groups of names that mean the same: those of a topic and its synonyms. It does not change, and is safe for
// concurrent use.
type Glossary struct {
	starts map[string][]entry // by first stem, the longest first
}

type entry struct {
	name  []string
	group [][]string
}

// NewGlossary returns a Glossary of groups.
func NewGlossary(groups [][]string) *Glossary {
	g := &Glossary{starts: make(map[string][]entry)}
	for _, names := range groups {
		var group [][]string
		for _, name := range names {
			if stems := parts(name); len(stems) > 0 && !containsName(group, stems) && len(group) <= maxOthers {
				group = append(group, stems)
			}
		}
		if len(group) < 2 {
			continue
		}
		for _, stems := range group {
			g.starts[stems[0]] = append(g.starts[stems[0]], entry{stems, group})
		}
	}
	for _, entries := range g.starts {
		slices.SortStableFunc(entries, func(a, b entry) int { return len(b.name) - len(a.name) })
	}
	return g
}

// parts returns the stems of the words of text, without what they are together.
func parts(text string) []string {
	var out []string
	for _, w := range english().words(text) {
		if w.stem != "" && !w.whole {
			out = append(out, w.stem)
		}
	}
	return out
}

func containsName(group [][]string, name []string) bool {
	return slices.ContainsFunc(group, func(other []string) bool { return slices.Equal(other, name) })
}

// Of implements Synonyms. Of names that overlap the longest counts.
func (g *Glossary) Of(terms []string) []Synonym {
	if g == nil {
		return nil
	}
	var out []Synonym
	for i := 0; i < len(terms); i++ {
		var s Synonym
		for _, e := range g.starts[terms[i]] {
			if s.To != 0 && len(e.name) < s.To-i {
				break
			}
			if len(terms)-i < len(e.name) || !slices.Equal(terms[i:i+len(e.name)], e.name) {
				continue
			}
			s.From, s.To = i, i+len(e.name)
			for _, other := range e.group { // a name may be in several groups
				if !slices.Equal(other, e.name) && !containsName(s.Others, other) {
					s.Others = append(s.Others, other)
				}
			}
		}
		if s.To != 0 {
			out = append(out, s)
			i = s.To - 1
		}
	}
	return out
}

// Canonical returns the stems of text in order, without stop words, in which each thing that has several names goes by one of them: the
// first in order of the alphabet. Texts that ask the same in other names of it have the same stems.
func (g *Glossary) Canonical(text string) []string {
	terms := parts(text)
	var out []string
	from := 0
	for _, s := range g.Of(terms) {
		name := terms[s.From:s.To]
		for _, other := range s.Others {
			if slices.Compare(other, name) < 0 {
				name = other
			}
		}
		out = append(append(out, terms[from:s.From]...), name...)
		from = s.To
	}
	return append(out, terms[from:]...)
}

// widen adds what else the things in a query are called: a name of one word as an alternative to each word of the name that
// was typed, a name of several words as terms of their own, which together count about as much.
func (pl *plan) widen(s Synonyms, terms []string) {
	if s == nil {
		return
	}
	for _, syn := range s.Of(terms) {
		for _, other := range syn.Others {
			if len(other) == 1 {
				for _, typed := range terms[syn.From:syn.To] {
					pl.either(typed, other[0], synonymFactor)
				}
				continue
			}
			for _, stem := range other {
				pl.beside(stem, looseFactor)
			}
		}
	}
}
