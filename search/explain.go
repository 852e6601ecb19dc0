package search

import (
	"math"

	"github.com/RoaringBitmap/roaring/v2"
)

// An Explanation says why a document stands where it does: what its words scored, and what else moved it.
type Explanation struct {
	Terms  []TermScore // the one that scored most first
	Alike  float64     // what it gained by being like the first hits of a question
	Priors []Prior
	Score  float64 // of all terms and Alike, times all priors
}

// A TermScore is what one term of the query added.
type TermScore struct {
	Term   string // stem
	Fields []FieldScore
	Score  float64
}

// A FieldScore is how often a form of the term is in a field.
type FieldScore struct {
	Field  string
	Times  int
	Tokens int     // length of the field
	Weight float64 // of the field, and of the form when it is not the one that was typed
}

// A Prior is what is known of a document whatever was asked for: a gentle factor near 1.
type Prior struct {
	Name   string // recent, useful, answered, checked or superseded
	Factor float64
}

// Priors. They are small on purpose: a thread that says what was asked for stays ahead of one that was merely liked.
const (
	priorRecent     = 0.04 // of something of today; half as much of what is recentYears old
	recentYears     = 2.0
	priorUseful     = 0.012 // for each doubling of votes
	priorAnswered   = 0.03
	priorChecked    = 0.04
	priorSuperseded = -0.35
)

const microYear = 365.25 * 24 * 3600 * 1e6

// priors returns what is known of a document at now, in Unix microseconds.
func (f *facts) priors(now int64) []Prior {
	var out []Prior
	add := func(name string, by float64) {
		if math.Abs(by) >= 0.0005 {
			out = append(out, Prior{name, 1 + by})
		}
	}
	if at := max(f.created, f.active); at > 0 && f.thread != 0 {
		add("recent", priorRecent*math.Exp2(-max(0, float64(now-at))/microYear/recentYears))
	}
	add("useful", priorUseful*math.Log2(1+float64(f.votes)))
	if f.has(flagAnswered) || f.has(flagAccepted) {
		add("answered", priorAnswered)
	}
	if f.checked > 0 {
		add("checked", priorChecked*math.Exp2(-max(0, float64(now-f.checked))/microYear/recentYears))
	}
	if f.has(flagSuperseded) {
		add("superseded", priorSuperseded)
	}
	return out
}

// prior is the product of the priors.
func (f *facts) prior(now int64) float64 {
	by := 1.0
	for _, p := range f.priors(now) {
		by *= p.Factor
	}
	return by
}

// explain says how m got its score.
func (s *scorer) explain(m match) (Explanation, error) {
	var e Explanation
	only := roaring.BitmapOf(m.doc)
	for i, p := range s.view.parts {
		if p != m.part {
			continue
		}
		for _, t := range s.terms {
			ts, err := t.explain(t.lists[i], only, s.base)
			if err != nil {
				return e, err
			}
			if ts.Score > 0 {
				e.Terms = append(e.Terms, ts)
				e.Score += ts.Score
			}
		}
	}
	return e, nil
}

func (t scoredTerm) explain(lists []postings, only *roaring.Bitmap, base float32) (TermScore, error) {
	out := TermScore{Term: t.term}
	tf := 0.0
	for _, l := range lists {
		it := l.list.Iterator(true, true, false, nil)
		if set := setOf(it); set == nil || !set.Intersects(only) {
			continue
		}
		p, err := narrowed(it, only).Next()
		if err != nil || p == nil {
			return out, err
		}
		length := tokens(p)
		tf += float64(l.weight) * float64(p.Frequency()) / float64(base+l.perToken*length)
		out.Fields = append(out.Fields, FieldScore{l.field, int(p.Frequency()), int(length), float64(l.weight)})
	}
	out.Score = t.idf * tf / (k1 + tf)
	return out, nil
}
