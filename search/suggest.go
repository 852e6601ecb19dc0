package search

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Suggestion completes what is being typed.
type Suggestion struct {
	ID, Type, Title string
}

// maxSuggestWords is how many words may be typed before nothing is suggested any more.
const maxSuggestWords = 12

// Weights of the fields that "like this" looks at.
var similarFields = []weightedField{{fieldTitle, 2}, {fieldTopics, 1}, {fieldBody, 1}}

// suggestTypes are the types that can be suggested, in the order for what is not a name.
var suggestTypes = []string{"topic", "network", "thread", "person"}

// order returns the types in the order to show them. Whoever types what may be a name wants the person.
func order(text string) []string {
	if LooksLikeName(text) {
		return []string{"person", "topic", "network", "thread"}
	}
	return suggestTypes
}

// Suggest completes prefix, of which every word must begin a word of the title or name, to at most limit suggestions of
// types: any of thread, person, topic and network; none means all. People come first when it looks like a name.
func (x *Index) Suggest(ctx context.Context, prefix string, audiences []string, limit int, types ...string) ([]Suggestion, error) {
	// A single letter says nothing yet.
	words := slices.DeleteFunc(x.analyzer.exacts(prefix), func(w string) bool { return utf8.RuneCountInString(w) < minBeginning })
	if len(words) == 0 || len(words) > maxSuggestWords || limit < 1 {
		return nil, nil
	}
	var out []Suggestion
	err := x.see(ctx, func(v *view) error {
		wanted := suggestTypes
		if len(types) > 0 {
			wanted = types
		}
		byType, err := v.suggest(words, wanted, audiences, limit)
		if err != nil {
			return err
		}
		out = share(byType, order(prefix), limit)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("suggest: %w", err)
	}
	return out, nil
}

// suggest finds the best limit titles of each type. All words are in the gate; scoring prefers titles that begin with the first
// word and, through the length, short ones.
func (v *view) suggest(words, types, audiences []string, limit int) (map[string][]Suggestion, error) {
	begun := make(allOf, 0, len(words)+1)
	ranked := []weightedTerm{{term: firstWord + beginning(words[0]), weight: 1}}
	for _, w := range words {
		begun = append(begun, is(fieldSuggest, beginning(w)))
		ranked = append(ranked, weightedTerm{term: beginning(w), weight: 1})
	}
	begun = append(begun, v.readableBy(audiences))
	found := make(listed)
	for _, p := range v.parts {
		open, err := v.open(p, begun)
		if err != nil {
			return nil, err
		}
		found[p] = open
	}
	q := bm25f{fields: []weightedField{{fieldSuggest, 1}}, terms: ranked, average: func(string) float64 { return 8 }}
	out := make(map[string][]Suggestion, len(types))
	for _, typ := range types {
		best, _, err := v.rank(q, allOf{found, is(fieldType, typ)}, limit)
		if err != nil {
			return nil, err
		}
		for _, m := range best {
			f, err := m.facts()
			if err != nil {
				return nil, err
			}
			out[typ] = append(out[typ], Suggestion{ID: f.id, Type: typ, Title: f.title})
		}
	}
	return out, nil
}

// share fills limit places in the order of types, leaving room for the later ones: half of what is left goes to each.
func share(byType map[string][]Suggestion, types []string, limit int) []Suggestion {
	take := make(map[string]int)
	left := limit
	for _, typ := range types {
		take[typ] = min(len(byType[typ]), (left+1)/2)
		left -= take[typ]
	}
	var out []Suggestion
	for _, typ := range types {
		more := min(left, len(byType[typ])-take[typ])
		left -= more
		out = append(out, byType[typ][:take[typ]+more]...)
	}
	return out
}

// LooksLikeName reports whether text may be the beginning of somebody's name: up to three words of letters, none of them
// a word that names do not have.
func LooksLikeName(text string) bool {
	words := strings.Fields(fold(text))
	if len(words) == 0 || len(words) > 3 {
		return false
	}
	for _, w := range words {
		if strings.ContainsFunc(w, func(r rune) bool { return r != '\'' && r != '-' && r != '.' && !letter(r) }) {
			return false
		}
	}
	return !slices.ContainsFunc(words, func(w string) bool { return notInNames[w] })
}

func letter(r rune) bool { return wordRune(r) && (r < '0' || r > '9') }

// notInNames are words that begin questions and titles.
var notInNames = map[string]bool{
	"a": true, "an": true, "are": true, "can": true, "could": true, "do": true, "does": true, "for": true, "has": true,
	"how": true, "i": true, "in": true, "is": true, "my": true, "of": true, "on": true, "should": true, "the": true,
	"to": true, "we": true, "what": true, "when": true, "where": true, "which": true, "who": true, "why": true, "with": true,
}

// Similar finds threads like text, which may be a title that is being typed or a whole thread; exclude leaves out the
// thread itself and is 0 otherwise. The ranking is that of Search, over threads.
func (x *Index) Similar(ctx context.Context, text string, audiences []string, exclude int64, limit int) ([]Hit, error) {
	return x.similar(ctx, text, audiences, nil, exclude, limit)
}

// Lessons is Similar over what people learnt and shared. There are far fewer of those than of threads, and so the best may be about
// nothing of the sort: they say at least as much of text as alikeEnough asks.
func (x *Index) Lessons(ctx context.Context, text string, audiences []string, exclude int64, limit int) ([]Hit, error) {
	return x.similar(ctx, text, audiences, is(fieldState, stateReflection), exclude, limit)
}

// similar is Similar among what a gate lets through; nil lets all through.
func (x *Index) similar(ctx context.Context, text string, audiences []string, among gate, exclude int64, limit int) ([]Hit, error) {
	if limit < 1 {
		return nil, nil
	}
	var hits []Hit
	err := x.see(ctx, func(v *view) error {
		words, err := v.rarest(fieldBody, count(x.analyzer.stems(truncate(text, maxQueryText))), maxTerms)
		if err != nil || len(words) == 0 {
			return err
		}
		readable := allOf{is(fieldType, "thread"), v.readableBy(audiences)}
		if among != nil {
			readable = append(readable, among)
		}
		a := asked{
			view: v, gate: readable, words: true,
			q: bm25f{fields: similarFields, terms: words, types: []string{"thread"}},
		}
		found, _, err := x.best(&a, max(limit+1, judged))
		if err != nil {
			return err
		}
		if hits, err = a.describe(found, among != nil, 0); among != nil {
			hits = slices.DeleteFunc(hits, func(h Hit) bool { return h.Why != nil && !alikeEnough(h.Why.Terms, len(words)) })
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find similar threads: %w", err)
	}
	hits = slices.DeleteFunc(hits, func(h Hit) bool { return h.Thread == exclude })
	return hits[:min(limit, len(hits))], nil
}

// alikeEnough reports whether something that says some of n words is about the same: it says two of five, and two where there are so
// many. Of three words or fewer one in its title is enough.
func alikeEnough(said []TermScore, n int) bool {
	if len(said) >= max(min(n, 2), (2*n+4)/5) {
		return true
	}
	return n <= 3 && slices.ContainsFunc(said, func(t TermScore) bool {
		return slices.ContainsFunc(t.Fields, func(f FieldScore) bool { return f.Field == fieldTitle })
	})
}

// truncate cuts s to n bytes at a rune's edge.
func truncate(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
