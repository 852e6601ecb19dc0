package search

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/RoaringBitmap/roaring/v2"
	index "github.com/blevesearch/bleve_index_api"
)

// distance returns how many letters must be put in, left out, changed or exchanged with their neighbour to make b of a, or
// more than most when that is not enough: Damerau and Levenshtein's distance, without moving what was exchanged once more.
func distance(a, b string, most int) int {
	x, y := []rune(a), []rune(b)
	if len(x)-len(y) > most || len(y)-len(x) > most {
		return most + 1
	}
	before, row, next := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		next[0] = i + 1
		least := next[0]
		for j := range y {
			cost := 1
			if x[i] == y[j] {
				cost = 0
			}
			d := min(row[j]+cost, row[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && x[i] == y[j-1] && x[i-1] == y[j] {
				d = min(d, before[j-1]+1)
			}
			next[j+1] = d
			least = min(least, d)
		}
		if least > most {
			return most + 1
		}
		before, row, next = row, next, before
	}
	return row[len(y)]
}

// Alike reports whether two stems are the same word, one of them mistyped in a place, or in two where it is long: see distance.
func Alike(a, b string) bool {
	if a == b {
		return true
	}
	switch shorter := min(utf8.RuneCountInString(a), utf8.RuneCountInString(b)); {
	case shorter >= minFarther:
		return distance(a, b, 2) <= 2
	case shorter > minCorrected:
		return distance(a, b, 1) <= 1
	}
	return false
}

// Corrections are looked for only for words that hardly anything readable has.
const (
	minCorrected  = 4   // letters: shorter words are too like too many others
	minInSentence = 7   // letters, in a sentence: the other words find what is meant, and a rare word is seldom a wrong one
	minFarther    = 8   // letters of a word that may be wrong in two places
	maxCorrected  = 4   // words of a query
	fewDocs       = 2   // a word that is in no more documents than this may be a misspelling of a frequent one
	farMore       = 20  // times as many documents as that must have the other word
	likelihood    = 0.3 // what such another word counts, beside the one that was typed
	maxCandidates = 24
	minSplit      = 3 // letters of each part of two words that were written together
	maxBeginnings = 6 // words that an unknown one begins
)

// A speller finds what a word was meant to be, among the words of documents that may be read.
//
// SECURITY: the dictionaries are those of the whole index. No word of theirs leaves this type that is not in a document of
// the audiences: otherwise whoever may not read a document could find out its words by misspelling them, and whether a word
// is in it by looking whether it is corrected.
type speller struct {
	view     *view
	analyzer *analyzer
	readable gate
	open     []*roaring.Bitmap // what readable lets through of each part, once somebody asked
}

// A probe is a form that is looked for in some fields.
type probe struct {
	fields []string
	term   string
}

// vocabulary is the field with the words as they are written.
var vocabulary = []string{fieldExact}

// seen returns in how many readable documents each of probes is.
func (s *speller) seen(probes []probe) ([]int, error) {
	if s.open == nil {
		s.open = make([]*roaring.Bitmap, len(s.view.parts))
		for i, p := range s.view.parts {
			var err error
			if s.open[i], err = s.view.open(p, s.readable); err != nil {
				return nil, err
			}
		}
	}
	out := make([]int, len(probes))
	for i, part := range s.view.parts {
		for k, p := range probes {
			var sets []*roaring.Bitmap
			for _, field := range p.fields {
				b, err := part.bits(field, p.term)
				if err != nil {
					return nil, err
				}
				if b != nil {
					sets = append(sets, b)
				}
			}
			if len(sets) > 0 {
				out[k] += int(union(sets).AndCardinality(s.open[i]))
			}
		}
	}
	return out, nil
}

// A candidate is a word that another may have been meant to be.
type candidate struct {
	word string
	away int // letters
	docs int // that are readable
}

// nearest returns the readable word that typed was most likely meant to be: the fewest letters away, then the most frequent.
func (s *speller) nearest(typed string) (candidate, error) {
	most := 1
	if len(typed) >= minFarther {
		most = 2
	}
	first, _ := utf8.DecodeRuneInString(typed)
	found, err := s.near(typed, most, string(first))
	if err == nil && len(found) == 0 {
		found, err = s.near(typed, 1, "") // the first letter may be the wrong one
	}
	if err != nil || len(found) == 0 {
		return candidate{}, err
	}
	return slices.MinFunc(found, func(a, b candidate) int {
		return cmp.Or(a.away-b.away, b.docs-a.docs, strings.Compare(a.word, b.word))
	}), nil
}

// near returns the readable words within most letters of typed that begin with prefix.
func (s *speller) near(typed string, most int, prefix string) ([]candidate, error) {
	dict, ok := s.view.r.(index.IndexReaderFuzzy)
	if !ok {
		return nil, nil
	}
	away := make(map[string]int)
	for _, field := range vocabulary {
		words, err := dict.FieldDictFuzzy(field, typed, most, prefix)
		if err != nil {
			return nil, err
		}
		err = each(words, func(word string) bool {
			if word != typed && stemmable(word) && len(word) >= minCorrected && !s.analyzer.stop[word] {
				away[word] = distance(typed, word, most)
			}
			return true
		})
		if err != nil {
			return nil, err
		}
	}
	return s.present(away)
}

// each calls visit for the words of d until it returns false, and closes d.
func each(d index.FieldDict, visit func(word string) bool) (err error) {
	defer func() { err = errors.Join(err, d.Close()) }()
	for {
		e, err := d.Next()
		if err != nil || e == nil || !visit(e.Term) {
			return err
		}
	}
}

// present returns the readable ones of words, the nearest first, as far as it looks at them.
func (s *speller) present(away map[string]int) ([]candidate, error) {
	words := slices.SortedFunc(maps.Keys(away), func(a, b string) int { return cmp.Or(away[a]-away[b], strings.Compare(a, b)) })
	var out []candidate
	for len(words) > 0 {
		chunk := words[:min(maxCandidates, len(words))]
		words = words[len(chunk):]
		probes := make([]probe, len(chunk))
		for i, w := range chunk {
			probes[i] = probe{vocabulary, w}
		}
		docs, err := s.seen(probes)
		if err != nil {
			return nil, err
		}
		for i, w := range chunk {
			if docs[i] > 0 {
				out = append(out, candidate{w, away[w], docs[i]})
			}
		}
		if len(out) > 0 && len(words) > 0 && away[words[0]] > out[0].away {
			break // the others are farther away
		}
	}
	return out, nil
}

// split returns the two words that typed is without their space, if a readable document has them side by side.
func (s *speller) split(typed string) (first, second string, err error) {
	best := 0
	for i := minSplit; i <= len(typed)-minSplit; i++ {
		a, b := typed[:i], typed[i:]
		apart, err := s.seen([]probe{{vocabulary, a}, {vocabulary, b}})
		if err != nil {
			return "", "", err
		}
		if apart[0] == 0 || apart[1] == 0 {
			continue // most splits need no closer look
		}
		var together anyOf
		for _, field := range vocabulary {
			together = append(together, phrase{field, []string{a, b}})
		}
		n, err := s.view.count(allOf{s.readable, together}, fewDocs+1)
		if err != nil {
			return "", "", err
		}
		if n > best {
			best, first, second = n, a, b
		}
	}
	return first, second, nil
}

// begun returns the most frequent readable words that begin with typed.
func (s *speller) begun(typed string) ([]candidate, error) {
	away := make(map[string]int)
	for _, field := range vocabulary {
		dict, err := s.view.r.FieldDictPrefix(field, []byte(typed))
		if err != nil {
			return nil, err
		}
		err = each(dict, func(word string) bool {
			if word != typed {
				away[word] = 0
			}
			return len(away) < 4*maxCandidates
		})
		if err != nil {
			return nil, err
		}
	}
	found, err := s.present(away)
	slices.SortStableFunc(found, func(a, b candidate) int { return b.docs - a.docs })
	return found[:min(maxBeginnings, len(found))], err
}
