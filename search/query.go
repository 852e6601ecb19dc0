package search

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/collector"
	"github.com/blevesearch/bleve/v2/search/query"
	index "github.com/blevesearch/bleve_index_api"
)

// A Query is what somebody wants to find, and what they may read.
type Query struct {
	Text      string   // as typed, operators included
	Audiences []string // what the reader may read; none means nothing is found
	Types     []string // thread, reply, person, topic, network; none means all
	Kinds     []string // as in kind:, beside those typed
	Limit     int      // hits wanted; 0 means none, only the total and facets
	Offset    int
	Collapse  bool // one hit for a thread and its replies: the best of them
	Facets    bool
	Sort      string // "" by relevance, "date" newest first
	Literal   bool   // search for what was typed, without corrections
	Synonyms  Synonyms
}

// A Result is a page of hits. Total counts documents, before any collapsing. Results are shared with others who asked the same:
// read only.
type Result struct {
	Total  int
	More   bool // there are hits after these
	Hits   []Hit
	Facets []Facet
	Exact  bool   // the facets count everything found; otherwise only the best hits
	Parsed Parsed // as understood, with Notes
	// Instead is what was searched for in the place of the query, because nothing readable has some of its words; "" when it
	// was not corrected. Query.Literal searches for what was typed.
	Instead string
	Took    time.Duration
}

// A Hit is one document found.
type Hit struct {
	ID, Type string
	Thread   int64 // for threads and replies
	Score    float64
	Others   int // hits of the same thread that were collapsed into this one, as far as they were seen
}

// A Facet counts the values of a field over the best facetWindow documents found: kind, topic and
// network (slugs), or year. Counting all
// of them would cost more than the search: 26 ms instead of 8 for common words in 220,000 documents.
type Facet struct {
	Name   string
	Values []FacetValue
}

// A FacetValue is a value and how many of the documents have it.
type FacetValue struct {
	Value string
	Count int
}

// Ranking fields. A title says in a few words what a text is about, so its words weigh more; a reply borrows a little from
// its thread's title, so that "it needs a permit" is found under what it answers; names weigh least, so that people who are
// called Baker do not crowd out bread.
var rankFields = []weightedField{
	{fieldTitle, 3}, {fieldTopics, 1.5}, {fieldBody, 1}, {fieldThreadTitle, 1}, {fieldNames, 0.5},
}

// exactFields serve queries that consist of stop words: "to be or not to be".
var exactFields = []weightedField{{fieldTitleExact, 3}, {fieldBodyExact, 1}}

// Paging ends at maxWindow hits: whoever turns that many pages needs other words.
const (
	maxWindow  = 1_000
	maxTerms   = 64 // of a pasted question: the rarest
	collapseBy = 5  // hits fetched for each one shown when collapsing

	facetSize   = 20  // values of each facet, the most frequent
	facetWindow = 100 // as many as collapsing fetches anyway
)

// Search finds documents. It never fails because of what was typed.
func (x *Index) Search(ctx context.Context, q Query) (Result, error) {
	began := time.Now()
	key := q.key()
	res, epoch, ok := x.answers.get(key)
	if ok {
		res.Took = time.Since(began)
		return res, nil
	}
	res = Result{Parsed: Parse(q.Text)}
	if res.Parsed.Empty() && len(q.Kinds)+len(q.Types) == 0 {
		return res, nil
	}
	err := x.use(func(g *generation) error {
		return g.read(func(r index.IndexReader) error { return x.search(ctx, g, r, q, &res) })
	})
	res.Took = time.Since(began)
	if err != nil {
		return res, fmt.Errorf("search: %w", err)
	}
	res.Hits = slices.Clip(slices.Clone(res.Hits)) // without the rest of the window, which would stay in memory behind it
	x.answers.put(key, epoch, res)
	return res, nil
}

func (x *Index) search(ctx context.Context, g *generation, r index.IndexReader, q Query, res *Result) error {
	if err := x.find(ctx, g, r, q, res); err != nil {
		return err
	}
	if res.Total > 0 || len(res.Parsed.Phrases) == 0 {
		return nil
	}
	// Quotes in a pasted sentence are seldom meant as an order, and an empty page helps nobody.
	relaxed := res.Parsed
	relaxed.Phrases = nil
	*res = Result{Parsed: relaxed}
	if err := x.find(ctx, g, r, q, res); err != nil {
		return err
	}
	if res.Total > 0 {
		res.Parsed.note("Nothing has the words in quotes exactly so. These results have some of them.")
	}
	return nil
}

// find fills res with what q and res.Parsed ask for.
func (x *Index) find(ctx context.Context, g *generation, r index.IndexReader, q Query, res *Result) error {
	gate := x.gate(q, res.Parsed)
	var ranked query.Query
	var pl plan
	var err error
	if strings.TrimSpace(res.Parsed.Text) == "" {
		ranked = gate
	} else {
		if pl, err = x.understand(ctx, g, r, q, &res.Parsed); err != nil || len(pl.terms) == 0 {
			return err
		}
		res.Instead = pl.corrected
		ranked = &bm25f{fields: pl.fields, terms: pl.terms, average: g.average, gate: gate}
	}
	limit, offset := max(q.Limit, 0), max(q.Offset, 0)
	window := min(offset+limit+1, maxWindow)
	if q.Collapse {
		window = min(max(window*collapseBy, 100), maxWindow)
	}
	if q.Facets {
		window = max(window, facetWindow)
	}
	by := search.SortOrder{&search.SortScore{Desc: true}}
	if q.Sort == "date" || ranked == gate {
		by = search.SortOrder{&search.SortField{Field: fieldCreated, Desc: true, Type: search.SortFieldAsString}}
	}
	found, err := collect(ctx, r, ranked, by, window)
	if err != nil {
		return err
	}
	res.Total = int(found.Total())
	if res.Total > 0 && pl.corrected == "" {
		some, err := x.partial(ctx, r, gate, pl)
		if err != nil {
			return err
		}
		if some {
			res.Parsed.note("Nothing has all of these words. These results have some of them.")
		}
	}
	if q.Facets {
		if res.Facets, err = facets(r, found.Results()); err != nil {
			return err
		}
		res.Exact = res.Total <= len(found.Results())
	}
	hits, err := describe(r, found.Results())
	if err != nil {
		return err
	}
	if q.Collapse {
		hits = collapse(hits)
	}
	if offset >= len(hits) {
		return nil
	}
	end := min(offset+limit, len(hits))
	res.Hits, res.More = hits[offset:end], end < len(hits)
	return nil
}

// rank returns the query that scores text behind gate; gate itself when there are no words to score, so that filters alone
// list what they let through; nil when the words are in no document's language.
func (x *Index) rank(ctx context.Context, g *generation, r index.IndexReader, text string, gate query.Query) (query.Query, error) {
	if strings.TrimSpace(text) == "" {
		return gate, nil
	}
	fields, terms := rankFields, x.analyzer.terms(text)
	if len(terms) == 0 {
		fields, terms = exactFields, count(x.analyzer.exacts(text))
	}
	if len(terms) == 0 {
		return nil, nil
	}
	terms, err := rarest(ctx, r, fieldBody, terms, maxTerms)
	if err != nil {
		return nil, err
	}
	return &bm25f{fields: fields, terms: terms, average: g.average, gate: gate}, nil
}

// count returns the distinct terms, each weighing as often as it comes.
func count(terms []string) []weightedTerm {
	at := make(map[string]int, len(terms))
	var out []weightedTerm
	for _, t := range terms {
		i, ok := at[t]
		if !ok {
			i = len(out)
			at[t] = i
			out = append(out, weightedTerm{term: t})
		}
		out[i].weight++
	}
	return out
}

// gate returns the filter that every query passes through.
func (x *Index) gate(q Query, p Parsed) query.Query {
	// SECURITY: without this clause hidden documents are found. An empty list of audiences finds nothing.
	must := []query.Query{anyTerm(fieldAudience, q.Audiences)}
	if len(q.Types) > 0 {
		must = append(must, anyTerm(fieldType, q.Types))
	}
	for _, kinds := range [][]string{q.Kinds, p.Kinds} {
		if len(kinds) > 0 {
			must = append(must, anyOf(anyTerm(fieldKind, kinds), anyTerm(fieldType, kinds)))
		}
	}
	if len(p.Authors) > 0 {
		must = append(must, x.byAuthors(p.Authors))
	}
	if len(p.Topics) > 0 {
		must = append(must, anyTerm(fieldTopic, p.Topics))
	}
	if len(p.Nets) > 0 {
		must = append(must, anyTerm(fieldNetwork, p.Nets))
	}
	if len(p.States) > 0 {
		must = append(must, anyTerm(fieldState, p.States))
	}
	if !p.After.IsZero() || !p.Before.IsZero() {
		must = append(must, between(p.After, p.Before))
	}
	for _, phrase := range p.Phrases {
		if q := x.phrase(phrase); q != nil {
			must = append(must, q)
		}
	}
	var not []query.Query
	for _, words := range p.Not {
		if q := x.phrase(words); q != nil {
			not = append(not, q)
		}
	}
	if len(not) > 0 {
		return query.NewBooleanQuery(must, nil, not)
	}
	if len(must) == 1 {
		return must[0]
	}
	return query.NewConjunctionQuery(must)
}

// byAuthors matches handles, and names of which every word is given.
func (x *Index) byAuthors(authors []string) query.Query {
	var either []query.Query
	for _, a := range authors {
		either = append(either, is(fieldAuthor, fold(a)))
		var all []query.Query
		for _, stem := range x.analyzer.stems(a) {
			all = append(all, is(fieldNames, stem))
		}
		if len(all) > 0 {
			either = append(either, query.NewConjunctionQuery(all))
		}
	}
	return query.NewDisjunctionQuery(either)
}

// phrase matches the words of text next to each other, exactly as written but for case and accents; nil when there are none.
func (x *Index) phrase(text string) query.Query {
	words := x.analyzer.exacts(text)
	switch len(words) {
	case 0:
		return nil
	case 1:
		return anyOf(is(fieldTitleExact, words[0]), is(fieldBodyExact, words[0]))
	}
	return anyOf(query.NewPhraseQuery(words, fieldTitleExact), query.NewPhraseQuery(words, fieldBodyExact))
}

// between matches days from after, up to but without before. Zero times are open ends.
func between(after, before time.Time) query.Query {
	first, last := "", ""
	if !after.IsZero() {
		first = day(after)
	}
	if !before.IsZero() {
		last = day(before)
	}
	yes, no := true, false
	q := query.NewTermRangeInclusiveQuery(first, last, &yes, &no)
	q.SetField(fieldDay)
	return q
}

func is(field, term string) query.Query {
	q := query.NewTermQuery(term)
	q.SetField(field)
	return q
}

// anyTerm matches documents with one of the terms; none when there are no terms.
func anyTerm(field string, terms []string) query.Query {
	if len(terms) == 1 {
		return is(field, terms[0])
	}
	qs := make([]query.Query, len(terms))
	for i, t := range terms {
		qs[i] = is(field, t)
	}
	return anyOf(qs...)
}

func anyOf(qs ...query.Query) query.Query {
	if len(qs) == 0 {
		return query.NewMatchNoneQuery()
	}
	return query.NewDisjunctionQuery(qs)
}

// rarest keeps the n terms that are in the fewest documents: the others hardly move the ranking and cost the most. Terms
// that are in no document stay, for they cost nothing and may be in another field.
func rarest(ctx context.Context, r index.IndexReader, field string, terms []weightedTerm, n int) ([]weightedTerm, error) {
	if len(terms) <= n {
		return terms, nil
	}
	docs := make(map[string]uint64, len(terms))
	for _, t := range terms {
		tfr, err := r.TermFieldReader(ctx, []byte(t.term), field, false, false, false)
		if err != nil {
			return nil, err
		}
		docs[t.term] = tfr.Count()
		if err := tfr.Close(); err != nil {
			return nil, err
		}
	}
	kept := slices.Clone(terms)
	slices.SortStableFunc(kept, func(a, b weightedTerm) int {
		return int(int64(docs[a.term]) - int64(docs[b.term]))
	})
	return kept[:n], nil
}

// collect runs q and keeps the best size matches.
func collect(ctx context.Context, r index.IndexReader, q query.Query, by search.SortOrder, size int) (_ *collector.TopNCollector, err error) {
	o := search.SearcherOptions{}
	if !by.CacheIsScore()[0] {
		o.Score = "none"
	}
	s, err := q.Searcher(ctx, r, nil, o)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	top := collector.NewTopNCollector(size, 0, by)
	if err := top.Collect(ctx, s, r); err != nil {
		return nil, err
	}
	return top, nil
}

// facets counts kinds, topics, networks and years of matches, the most frequent value first.
func facets(r index.IndexReader, matches search.DocumentMatchCollection) ([]Facet, error) {
	names := []string{fieldKind, fieldTopic, fieldNetwork, fieldYear}
	counts := make(map[string]map[string]int, len(names))
	for _, name := range names {
		counts[name] = make(map[string]int)
	}
	err := columns(r, matches, names, func(_ int, name, value string) { counts[name][value]++ })
	if err != nil {
		return nil, err
	}
	var out []Facet
	for _, name := range names {
		f := Facet{Name: name}
		for value, n := range counts[name] {
			f.Values = append(f.Values, FacetValue{Value: value, Count: n})
		}
		slices.SortFunc(f.Values, func(a, b FacetValue) int {
			return cmp.Or(b.Count-a.Count, strings.Compare(a.Value, b.Value))
		})
		if f.Values = f.Values[:min(facetSize, len(f.Values))]; len(f.Values) > 0 {
			out = append(out, f)
		}
	}
	return out, nil
}

// describe turns matches into hits. The type is in the ID; only the thread of a reply has to be read.
func describe(r index.IndexReader, matches search.DocumentMatchCollection) ([]Hit, error) {
	hits := make([]Hit, len(matches))
	for i, m := range matches {
		hits[i] = Hit{ID: m.ID, Type: typeOf(m.ID), Score: m.Score}
	}
	err := columns(r, matches, []string{fieldThread}, func(i int, _, value string) { hits[i].Thread = parseID(value) })
	return hits, err
}

// typeOf returns the type that an ID begins with.
func typeOf(id string) string {
	typ, _, _ := strings.Cut(id, ":")
	return typ
}

// columns visits the doc values of matches in the order of the index, where neighbours share a compressed chunk.
func columns(r index.IndexReader, matches search.DocumentMatchCollection, fields []string, visit func(i int, field, value string)) error {
	order := make([]int, len(matches))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return matches[a].IndexInternalID.Compare(matches[b].IndexInternalID) })
	values, err := r.DocValueReader(fields)
	if err != nil {
		return err
	}
	for _, i := range order {
		err := values.VisitDocValues(matches[i].IndexInternalID, func(field string, term []byte) { visit(i, field, string(term)) })
		if err != nil {
			return err
		}
	}
	return nil
}

func parseID(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

// collapse keeps the best hit of each thread, in order.
func collapse(hits []Hit) []Hit {
	first := make(map[int64]int, len(hits))
	kept := hits[:0]
	for _, h := range hits {
		if h.Thread != 0 {
			if i, ok := first[h.Thread]; ok {
				kept[i].Others++
				continue
			}
			first[h.Thread] = len(kept)
		}
		kept = append(kept, h)
	}
	return kept
}
