package search

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"
	index "github.com/blevesearch/bleve_index_api"
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
	err := x.use(func(g *generation) error {
		return g.read(func(r index.IndexReader) error {
			wanted := suggestTypes
			if len(types) > 0 {
				wanted = types
			}
			byType, err := g.suggest(ctx, r, words, wanted, audiences, limit)
			if err != nil {
				return err
			}
			out = share(byType, order(prefix), limit)
			return nil
		})
	})
	if err != nil {
		return nil, fmt.Errorf("suggest: %w", err)
	}
	return out, nil
}

// suggest finds the best limit titles of each type. All words are in the gate; scoring prefers titles that begin with the first
// word and, through the length, short ones.
func (g *generation) suggest(ctx context.Context, r index.IndexReader, words, types, audiences []string, limit int) (_ map[string][]Suggestion, err error) {
	must := []query.Query{anyTerm(fieldAudience, audiences)}
	terms := []weightedTerm{{term: firstWord + beginning(words[0]), weight: 1}}
	for _, w := range words {
		must = append(must, is(fieldSuggest, beginning(w)))
		terms = append(terms, weightedTerm{term: beginning(w), weight: 1})
	}
	q := &bm25f{
		fields: []weightedField{{fieldSuggest, 1}}, terms: terms, gate: query.NewConjunctionQuery(must),
		average: func(string) float64 { return 8 },
	}
	s, err := q.Searcher(ctx, r, nil, search.SearcherOptions{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	best, err := sortOut(ctx, r, s, types, limit)
	if err != nil {
		return nil, err
	}
	out := make(map[string][]Suggestion, len(types))
	for i, typ := range types {
		for _, m := range best[i] {
			id, err := r.ExternalID(m.id)
			if err != nil {
				return nil, err
			}
			_, title, err := readStored(r, id)
			if err != nil {
				return nil, err
			}
			out[typ] = append(out[typ], Suggestion{ID: id, Type: typ, Title: title})
		}
	}
	return out, nil
}

// scoredMatch is a match and what it scored.
type scoredMatch struct {
	id    index.IndexInternalID
	score float64
}

// sortOut reads the matches of s once and keeps the best limit of each type, those that score alike in the order of the index.
// A search for each type would put the audience of somebody in many networks together as often.
func sortOut(ctx context.Context, r index.IndexReader, s search.Searcher, types []string, limit int) (_ [][]scoredMatch, err error) {
	all := make([]index.TermFieldReader, len(types))
	at := make([]*index.TermFieldDoc, len(types))
	for i, typ := range types {
		if all[i], err = r.TermFieldReader(ctx, []byte(typ), fieldType, false, false, false); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, all[i].Close()) }()
		if at[i], err = all[i].Next(nil); err != nil {
			return nil, err
		}
	}
	best := make([][]scoredMatch, len(types))
	sctx := &search.SearchContext{DocumentMatchPool: search.NewDocumentMatchPool(s.DocumentMatchPoolSize()+1, 0), IndexReader: r}
	for {
		m, err := s.Next(sctx)
		if err != nil || m == nil {
			return best, err
		}
		for i := range types {
			if at[i] != nil && at[i].ID.Compare(m.IndexInternalID) < 0 {
				if at[i], err = all[i].Advance(m.IndexInternalID, at[i]); err != nil {
					return nil, err
				}
			}
			if at[i] != nil && at[i].ID.Compare(m.IndexInternalID) == 0 {
				best[i] = keep(best[i], scoredMatch{slices.Clone(m.IndexInternalID), m.Score}, limit)
				break
			}
		}
		sctx.DocumentMatchPool.Put(m)
	}
}

// keep puts m in its place among the best.
func keep(best []scoredMatch, m scoredMatch, limit int) []scoredMatch {
	i := len(best)
	for i > 0 && best[i-1].score < m.score {
		i--
	}
	if i == limit {
		return best
	}
	best = slices.Insert(best, i, m)
	return best[:min(len(best), limit)]
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
	var hits []Hit
	err := x.use(func(g *generation) error {
		return g.read(func(r index.IndexReader) error {
			if limit < 1 {
				return nil
			}
			terms := count(x.analyzer.stems(truncate(text, maxQueryText)))
			if len(terms) == 0 {
				return nil
			}
			terms, err := rarest(ctx, r, fieldBody, terms, maxTerms)
			if err != nil {
				return err
			}
			found, err := collect(ctx, r, &bm25f{
				fields: similarFields, terms: terms, average: g.average,
				gate: query.NewConjunctionQuery([]query.Query{anyTerm(fieldAudience, audiences), is(fieldType, "thread")}),
			}, search.SortOrder{&search.SortScore{Desc: true}}, min(limit+1, maxWindow))
			if err != nil {
				return err
			}
			hits, err = describe(r, found.Results())
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("find similar threads: %w", err)
	}
	hits = slices.DeleteFunc(hits, func(h Hit) bool { return h.Thread == exclude })
	return hits[:min(limit, len(hits))], nil
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
