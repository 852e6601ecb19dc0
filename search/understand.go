package search

import (
	"fmt"
	"slices"
	"strings"
)

// A plan is what a search looks for: terms in fields, what they were corrected to, and what is said about it.
type plan struct {
	fields    []weightedField
	terms     []weightedTerm
	corrected string // the query that was searched for, when it is not the one that was typed
	notes     []string
	also      []string // stems that count beside those of the query
}

// either makes stem an alternative of the term typed.
func (pl *plan) either(typed, stem string, factor float64) {
	if typed == stem {
		return
	}
	for i := range pl.terms {
		t := &pl.terms[i]
		if t.term != typed || slices.ContainsFunc(t.alts, func(a alternative) bool { return a.term == stem }) {
			continue
		}
		t.alts = append(slices.Clip(t.alts), alternative{stem, factor})
		pl.also = append(pl.also, stem)
	}
}

// beside adds a term that was not typed, unless it is there.
func (pl *plan) beside(stem string, weight float64) {
	if slices.ContainsFunc(pl.terms, func(t weightedTerm) bool { return t.term == stem }) {
		return
	}
	pl.terms = append(pl.terms, weightedTerm{term: stem, weight: weight})
	pl.also = append(pl.also, stem)
}

// instead puts the terms of words in the place of what was typed.
func (pl *plan) instead(typed string, words ...string) {
	weight := 1.0
	pl.terms = slices.DeleteFunc(pl.terms, func(t weightedTerm) bool {
		if t.term == typed {
			weight = t.weight
		}
		return t.term == typed
	})
	for _, w := range words {
		if stem := english().stem(w); !english().stop[w] {
			pl.beside(stem, weight)
		}
	}
}

// understand makes a plan of what p asks for: its terms, corrected where nothing readable has them, and what else the things
// in it are called. Without words to score the plan has no terms.
func (x *Index) understand(v *view, q Query, p *Parsed, fields []weightedField) (plan, error) {
	pl := plan{fields: fields, terms: x.analyzer.terms(p.Text)}
	pl.terms = withoutAsking(pl.terms)
	if len(pl.terms) == 0 {
		pl.fields, pl.terms = exactFields, count(x.analyzer.exacts(p.Text))
		return pl, nil
	}
	var err error
	if pl.terms, err = v.rarest(fieldBody, pl.terms, maxTerms); err != nil {
		return pl, err
	}
	words := plainWords(x.analyzer.words(p.loose)) // words in quotes mean exactly that
	stems := make([]string, len(words))
	for i, w := range words {
		stems[i] = w.stem
	}
	if !q.Literal && len(words) <= proseWords {
		s := &speller{view: v, analyzer: x.analyzer, readable: v.readableBy(q.Audiences)}
		if err := x.correct(s, &pl, p, words); err != nil {
			return pl, fmt.Errorf("correct the spelling: %w", err)
		}
	}
	pl.widen(q.Synonyms, stems)
	if len(pl.also) > 0 {
		p.marks = p.marker(pl.also)
	}
	p.Notes = append(slices.Clip(p.Notes), pl.notes...)
	return pl, nil
}

// asking are the stems of words with which people turn to people, beside those that the analyzer stops at: "does anyone know".
// They say nothing about what is looked for, as long as something else does.
var asking = map[string]bool{
	"anyon": true, "anybodi": true, "someon": true, "somebodi": true, "everyon": true,
	"pleas": true, "hi": true, "hello": true, "hey": true, "thank": true, "cheer": true,
}

// withoutAsking leaves the words of asking out, unless there is nothing else.
func withoutAsking(terms []weightedTerm) []weightedTerm {
	kept := slices.DeleteFunc(slices.Clone(terms), func(t weightedTerm) bool { return asking[t.term] })
	if len(kept) == 0 {
		return terms
	}
	return kept
}

// plainWords are those that may be other words: not what they are together, and no parts of codes.
func plainWords(words []word) []word {
	code := 0 // where the code ends whose parts are being read
	return slices.DeleteFunc(words, func(w word) bool {
		if w.whole && hasDigit(w.stem) {
			code = w.end
		}
		return w.stem == "" || w.whole || w.end <= code || asking[w.stem]
	})
}

// correct looks at the words that hardly any readable document has: they may be misspelt, written apart or together, or not
// written to their end.
func (x *Index) correct(s *speller, pl *plan, p *Parsed, words []word) error {
	probes := make([]probe, len(words))
	for i, w := range words {
		probes[i].term = w.stem
		for _, f := range pl.fields {
			probes[i].fields = append(probes[i].fields, f.name)
		}
	}
	docs, err := s.seen(probes)
	if err != nil {
		return err
	}
	for i, n := range docs {
		if n > 0 {
			continue
		}
		late, err := s.seen([]probe{{[]string{fieldReplyBody}, words[i].stem}}) // see Index.late
		if err != nil {
			return err
		}
		docs[i] = late[0]
	}
	c := correction{speller: s, pl: pl, words: words, replaced: make(map[string]string)}
	shortest := minCorrected
	if len(words) > maxExpected {
		shortest = minInSentence
	}
	for i := 0; i < len(words); i++ {
		if i+1 < len(words) {
			joined, err := c.join(words[i], words[i+1], min(docs[i], docs[i+1]))
			if err != nil {
				return err
			}
			if joined {
				i++
				continue
			}
		}
		if docs[i] > fewDocs || !correctable(words[i].exact, shortest) || c.done == maxCorrected {
			continue
		}
		if err := c.word(words[i], docs[i]); err != nil {
			return err
		}
	}
	if len(c.replaced) > 0 {
		pl.corrected = p.replace(c.replaced)
	}
	return nil
}

// correctable reports whether a word may be misspelt: codes, numbers, names with signs and short words never are.
func correctable(exact string, shortest int) bool { return stemmable(exact) && len(exact) >= shortest }

// A correction is made word by word.
type correction struct {
	*speller
	pl       *plan
	words    []word
	replaced map[string]string // exact forms of the query
	done     int
}

// word corrects w, which is in docs readable documents.
func (c *correction) word(w word, docs int) error {
	c.done++
	best, err := c.nearest(w.exact)
	if err != nil {
		return err
	}
	if docs > 0 {
		// It is a word. What is far more frequent and differs in one letter counts a little.
		if best.away == 1 && best.docs >= farMore*docs {
			c.pl.either(w.stem, c.analyzer.stem(best.word), likelihood)
		}
		return nil
	}
	if best.away != 1 {
		first, second, err := c.split(w.exact)
		if err != nil {
			return err
		}
		if first != "" {
			c.pl.instead(w.stem, first, second)
			c.replaced[w.exact] = first + " " + second
			return nil
		}
	}
	if best.word != "" {
		c.pl.instead(w.stem, best.word)
		c.replaced[w.exact] = best.word
		return nil
	}
	begun, err := c.begun(w.exact)
	if err != nil || len(begun) == 0 {
		return err
	}
	for _, b := range begun {
		c.pl.either(w.stem, c.analyzer.stem(b.word), synonymFactor)
	}
	c.pl.notes = append(c.pl.notes, fmt.Sprintf("Nothing has the word “%s”. These results have words that begin so.", w.exact))
	return nil
}

// join looks whether two words that follow each other are written as one: "wi fi" is "wifi". It reports whether that is the
// only way anything readable has them; otherwise it counts beside them. Docs is in how many the rarer of them is.
func (c *correction) join(a, b word, docs int) (bool, error) {
	if b.pos != a.pos+1 || !stemmable(a.exact+b.exact) || len(a.exact)+len(b.exact) < minCorrected {
		return false, nil
	}
	one := c.analyzer.stem(a.exact + b.exact)
	n, err := c.seen([]probe{{[]string{fieldTitle, fieldBody, fieldReplies}, one}})
	if err != nil || n[0] == 0 {
		return false, err
	}
	if docs == 0 {
		c.pl.instead(a.stem)
		c.pl.instead(b.stem, a.exact+b.exact)
		c.replaced[a.exact], c.replaced[b.exact] = a.exact+b.exact, ""
		return true, nil
	}
	if n[0] < docs || len(c.words) > maxExpected {
		return false, nil // it is usual to write them apart, or there is enough else to go by
	}
	c.pl.either(a.stem, one, synonymFactor)
	c.pl.either(b.stem, one, synonymFactor)
	return false, nil
}

// replace returns the query with words of it, by their exact forms, replaced.
func (p Parsed) replace(words map[string]string) string {
	var raws []string
	for _, c := range p.clauses {
		if _, _, inQuotes := quoted(c.raw); c.name == "" && !inQuotes {
			c.raw = replaceWords(c.raw, words)
		}
		if c.raw != "" {
			raws = append(raws, c.raw)
		}
	}
	return strings.Join(raws, " ")
}

func replaceWords(text string, words map[string]string) string {
	var b strings.Builder
	at := 0
	for _, w := range english().words(text) {
		if by, ok := words[w.exact]; ok && !w.whole {
			b.WriteString(text[at:w.start] + by)
			at = w.end
		}
	}
	return b.String() + text[at:]
}

// partial reports whether nothing has all the words that were typed, so that what was found has some of them only. It looks when a
// query is short enough for anybody to expect it.
func (a *asked) partial() (bool, error) {
	q := a.q
	q.terms = slices.DeleteFunc(slices.Clone(q.terms), func(t weightedTerm) bool { return t.weight < 1 }) // not typed, or a part of what was
	if len(q.terms) < 2 || len(q.terms) > maxExpected {
		return false, nil
	}
	s, err := a.view.scorer(q, 0)
	if err != nil || len(s.terms) < 2 {
		return err == nil && len(s.terms) > 0 && len(q.terms) > 1, err
	}
	for i, p := range a.view.parts {
		open, err := a.view.open(p, a.gate)
		if err != nil {
			return false, err
		}
		if !s.having(i, open, true).IsEmpty() {
			return len(s.terms) < len(q.terms), nil
		}
	}
	return true, nil
}

// maxExpected is how many words of a query one document may be expected to have.
const maxExpected = 6
