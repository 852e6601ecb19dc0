package search

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
)

// A Query is what somebody wants to find, and what they may read.
type Query struct {
	Text      string   // as typed, operators included
	Audiences []string // what the reader may read; none means nothing is found
	Types     []string // thread, reply, person, topic, network, file; none means all but replies, which their threads speak for
	Kinds     []string // as in kind:, beside those typed
	Limit     int      // hits wanted; 0 means none, only the total
	Offset    int
	Sort      string // "" by relevance, "date" newest first
	Literal   bool   // search for what was typed, without corrections
	Explain   bool   // hits say why they are where they are
	Synonyms  Synonyms
}

// A Result is a page of hits. Results are shared with others who asked the same: read only.
type Result struct {
	Total   int  // documents that match
	AtLeast bool // there are more than Total
	More    bool // there are hits after these
	Hits    []Hit
	Parsed  Parsed // as understood, with Notes
	// Instead is what was searched for in the place of the query, because nothing readable has some of its words; "" when it
	// was not corrected. Query.Literal searches for what was typed.
	Instead string
	Took    time.Duration
}

// A Hit is one document found.
type Hit struct {
	ID, Type string
	Thread   int64 // for threads, replies and files
	Created  int64 // Unix microseconds, to the second; 0 for a thread found by a late reply
	Score    float64
	Reply    string       // of a thread: the reply that says most about the query, "" when none says anything
	Why      *Explanation // when the query asks for it
}

// What is ranked of threads and of everything that has a title. A title says in a few words what a text is about, so its words weigh
// more; what others replied and attached says less than the text itself; names weigh least, so that people who are called Baker do
// not crowd out bread.
var rankFields = []weightedField{
	{fieldTitle, 3}, {fieldTopics, 1.5}, {fieldBody, 1}, {fieldReplies, 0.5}, {fieldFiles, 0.4}, {fieldNames, 0.5},
}

// What is ranked of replies. A reply borrows from its thread's title, so that "it needs a permit" is found under what it answers.
var replyFields = []weightedField{{fieldReplyBody, 1}, {fieldReplyTitle, 1}}

// exactFields serve queries that consist of stop words: "to be or not to be".
var exactFields = []weightedField{{fieldExact, 1}}

// allTypes are those that a search looks at unless it is told otherwise.
var allTypes = []string{"thread", "person", "topic", "network", "file"}

// Paging ends at maxWindow hits: whoever turns that many pages needs other words.
const (
	maxWindow = 1_000
	judged    = 200 // hits that are looked at closely
	maxTerms  = 64  // of a pasted question: the rarest
)

// types returns the types of document that q is about.
func (q *Query) types(p Parsed) []string {
	if len(q.Types) > 0 {
		return q.Types
	}
	kinds := slices.Concat(q.Kinds, p.Kinds)
	switch {
	case !slices.Contains(kinds, "reply"):
		return allTypes
	case slices.ContainsFunc(kinds, func(kind string) bool { return kind != "reply" }):
		return append([]string{"reply"}, allTypes...)
	}
	return []string{"reply"}
}

// fieldsOf returns what is ranked of documents of types.
func fieldsOf(types []string) []weightedField {
	if !slices.Contains(types, "reply") {
		return rankFields
	}
	if len(types) == 1 {
		return replyFields
	}
	return slices.Concat(rankFields, replyFields)
}

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
	err := x.see(ctx, func(v *view) error {
		if err := x.find(v, q, &res); err != nil || res.Total > 0 || len(res.Parsed.Phrases) == 0 {
			return err
		}
		// Quotes in a pasted sentence are seldom meant as an order, and an empty page helps nobody.
		relaxed := res.Parsed
		relaxed.Phrases = nil
		res = Result{Parsed: relaxed}
		if err := x.find(v, q, &res); err != nil {
			return err
		}
		if res.Total > 0 {
			res.Parsed.note("Nothing has the words in quotes exactly so. These results have some of them.")
		}
		return nil
	})
	res.Took = time.Since(began)
	if err != nil {
		return res, fmt.Errorf("search: %w", err)
	}
	x.answers.put(key, epoch, res)
	return res, nil
}

// find fills res with what q and res.Parsed ask for.
func (x *Index) find(v *view, q Query, res *Result) error {
	a, err := x.ask(v, q, &res.Parsed)
	if err != nil || a.gate == nil {
		return err
	}
	res.Instead = a.plan.corrected
	limit, offset := max(q.Limit, 0), max(q.Offset, 0)
	keep := min(offset+limit+1, maxWindow)
	var best []hit
	if a.words && q.Sort != "date" {
		best, res.Total, err = x.best(&a, max(keep, judged))
	} else {
		best, res.Total, err = a.newest(max(keep, few))
	}
	if err != nil {
		return err
	}
	if res.Total > 0 && a.words && a.plan.corrected == "" {
		some, err := a.partial()
		if err != nil {
			return err
		}
		if some {
			res.Parsed.note("Nothing has all of these words. These results have some of them.")
		}
	}
	var late []Hit
	if a.words && res.Total < few && slices.Contains(a.q.types, "thread") && !slices.Contains(a.q.types, "reply") {
		if late, err = x.late(&a, q, res.Parsed, best); err != nil {
			return err
		}
		res.Total += len(late)
	}
	end := min(offset+limit, len(best), maxWindow)
	if offset < end {
		if res.Hits, err = a.describe(best[offset:end], q.Explain, x.today()); err != nil {
			return err
		}
		if a.words {
			if err := a.replies(res.Hits); err != nil {
				return err
			}
		}
	}
	from, to := max(offset-len(best), 0), offset+limit-len(best)
	res.Hits = append(res.Hits, late[min(from, len(late)):min(max(to, 0), len(late))]...)
	res.More = end < len(best) || to < len(late)
	return nil
}

// few is how many things found are fewer than one likes to see.
const few = 20

// late returns threads besides found in which only late replies have the words. The document of a thread has its first replies and not
// the thousandth, or it would be written anew, as long as it is, with each reply to come. Where much is found such a thread would
// be far behind; where little is, nothing may be missed.
func (x *Index) late(a *asked, q Query, p Parsed, found []hit) ([]Hit, error) {
	q.Types = []string{"reply"}
	g, err := x.gate(a.view, q, p)
	if err != nil {
		return nil, err
	}
	said, _, err := a.view.rank(bm25f{fields: replyFields[:1], terms: a.q.terms, types: q.Types}, g, mostReplies)
	if err != nil {
		return nil, err
	}
	seen := make(map[int64]bool)
	for _, h := range found {
		seen[h.thread] = true
	}
	var out []Hit
	for _, m := range said {
		f, err := m.facts()
		if err != nil {
			return nil, err
		}
		if !seen[f.thread] {
			seen[f.thread] = true
			out = append(out, Hit{ID: "thread:" + strconv.FormatInt(f.thread, 10), Type: "thread", Thread: f.thread, Score: m.score, Reply: f.id})
		}
	}
	return out, nil
}

// today is the time for which priors are reckoned: of the day, so that a score stays the same for as long.
func (x *Index) today() int64 { return x.now().UTC().Truncate(24 * time.Hour).UnixMicro() }

// An asked query is one that was understood, against one view.
type asked struct {
	view  *view
	gate  gate // nil when nothing can be found
	plan  plan
	words bool // there are words to rank by; without any the newest come first
	q     bm25f
}

// ask understands q.
func (x *Index) ask(v *view, q Query, p *Parsed) (a asked, err error) {
	a = asked{view: v}
	g, err := x.gate(v, q, *p)
	if err != nil {
		return a, err
	}
	if strings.TrimSpace(p.Text) == "" {
		a.gate = g
		return a, nil
	}
	types := q.types(*p)
	if a.plan, err = x.understand(v, q, p, fieldsOf(types)); err != nil || len(a.plan.terms) == 0 {
		return a, err
	}
	a.gate, a.words = g, true
	a.q = bm25f{fields: a.plan.fields, terms: a.plan.terms, types: types}
	return a, nil
}

// A hit is a match and what is known of it.
type hit struct {
	match
	facts
	base  float64 // score of the words alone
	alike float64 // what it gained by being like the first hits
}

// best returns the best documents, and how many there are. What else is known of them moves the first of them, always the same
// number of them, so that whoever turns pages meets nothing twice.
func (x *Index) best(a *asked, keep int) ([]hit, int, error) {
	found, total, err := a.view.rank(a.q, a.gate, keep)
	if err != nil {
		return nil, 0, err
	}
	hits := make([]hit, len(found))
	for i, m := range found {
		hits[i] = hit{match: m, base: m.score}
		if hits[i].facts, err = m.facts(); err != nil {
			return nil, 0, err
		}
	}
	first := hits[:min(judged, len(hits))]
	if err := x.learn(a, first); err != nil {
		return nil, 0, err
	}
	now := x.today()
	for i := range first {
		first[i].score *= first[i].prior(now)
	}
	slices.SortStableFunc(first, func(a, b hit) int { return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.created, a.created)) })
	return hits, total, nil
}

// sets returns the documents of each part that match.
func (a *asked) sets() ([]*roaring.Bitmap, error) {
	out := make([]*roaring.Bitmap, len(a.view.parts))
	var s *scorer
	if a.words {
		var err error
		if s, err = a.view.scorer(a.q, 0); err != nil {
			return nil, err
		}
	}
	for i, p := range a.view.parts {
		open, err := a.view.open(p, a.gate)
		if err != nil {
			return nil, err
		}
		if a.words {
			open = s.having(i, open, false)
		}
		out[i] = open
	}
	return out, nil
}

// mostOfDay is how many documents of one day are put in order. More come in by an import, all of them at once.
const mostOfDay = 5_000

// newest returns the latest documents that match, and how many there are. It goes back day by day until it has enough.
func (a *asked) newest(keep int) (hits []hit, total int, err error) {
	sets, err := a.sets()
	if err != nil {
		return nil, 0, err
	}
	for _, set := range sets {
		total += int(set.GetCardinality())
	}
	for _, year := range a.view.values(fieldYear) {
		for _, day := range a.view.daysOf(year) {
			first := len(hits)
			for i, p := range a.view.parts {
				of, err := p.bits(fieldDay, day)
				if err != nil {
					return nil, 0, err
				}
				if of == nil {
					continue
				}
				for docs := roaring.And(sets[i], of).ReverseIterator(); docs.HasNext() && len(hits)-first < mostOfDay; {
					h := hit{match: match{part: p, doc: docs.Next()}}
					if h.facts, err = h.match.facts(); err != nil {
						return nil, 0, err
					}
					hits = append(hits, h)
				}
			}
			slices.SortFunc(hits[first:], func(a, b hit) int { return cmp.Or(cmp.Compare(b.created, a.created), strings.Compare(b.id, a.id)) })
			if len(hits) >= keep {
				return hits[:keep], total, nil
			}
		}
	}
	return hits, total, nil
}

// values returns the terms of a field in all parts, the last first.
func (v *view) values(field string) []string { return v.valuesWithin(field, "") }

// daysOf returns the days of a year on which something was written, the last first.
func (v *view) daysOf(year string) []string { return v.valuesWithin(fieldDay, year) }

func (v *view) valuesWithin(field, prefix string) []string {
	seen := make(map[string]bool)
	for _, p := range v.parts {
		err := p.terms(field, prefix, func(term string) bool {
			if !strings.HasPrefix(term, prefix) {
				return false
			}
			seen[term] = true
			return true
		})
		if err != nil {
			continue // the part does not have the field
		}
	}
	out := make([]string, 0, len(seen))
	for term := range seen {
		out = append(out, term)
	}
	slices.Sort(out)
	slices.Reverse(out)
	return out
}

// describe turns what was found into hits.
func (a *asked) describe(found []hit, explain bool, now int64) ([]Hit, error) {
	hits := make([]Hit, len(found))
	var s *scorer
	for i := range found {
		f := &found[i]
		hits[i] = Hit{ID: f.id, Type: typeOf(f.id), Thread: f.thread, Created: f.created, Score: f.score}
		if !explain || !a.words {
			continue
		}
		if s == nil {
			var err error
			if s, err = a.view.scorer(a.q, 0); err != nil {
				return nil, err
			}
		}
		why, err := s.explain(f.match)
		if err != nil {
			return nil, err
		}
		why.Alike, why.Priors, why.Score = f.alike, f.priors(now), f.score
		slices.SortStableFunc(why.Terms, func(a, b TermScore) int { return cmp.Compare(b.Score, a.Score) })
		hits[i].Why = &why
	}
	return hits, nil
}

// replies finds the reply of each thread that says most about the query.
func (a *asked) replies(hits []Hit) error {
	at := make(map[int64]int)
	var threads []string
	for i, h := range hits {
		if h.Type == "thread" {
			at[h.Thread] = i
			threads = append(threads, strconv.FormatInt(h.Thread, 10))
		}
	}
	if len(threads) == 0 {
		return nil
	}
	// SECURITY: a reply is for whom its thread is for, and the thread has passed the gate.
	best, _, err := a.view.rank(bm25f{fields: replyFields[:1], terms: a.q.terms, types: []string{"reply"}},
		allOf{is(fieldType, "reply"), terms{fieldThread, threads}}, mostReplies)
	if err != nil {
		return err
	}
	for _, m := range best {
		f, err := m.facts()
		if err != nil {
			return err
		}
		if i, ok := at[f.thread]; ok && hits[i].Reply == "" {
			hits[i].Reply = f.id
		}
	}
	return nil
}

// mostReplies is how many replies are looked at for the best of each thread on a page.
const mostReplies = 200

// typeOf returns the type that an ID begins with.
func typeOf(id string) string {
	typ, _, _ := strings.Cut(id, ":")
	return typ
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
func (x *Index) gate(v *view, q Query, p Parsed) (gate, error) {
	// SECURITY: without this clause hidden documents are found. An empty list of audiences finds nothing.
	readable := v.readableBy(q.Audiences)
	must := allOf{terms{fieldType, q.types(p)}, readable}
	for _, kinds := range [][]string{q.Kinds, p.Kinds} {
		if len(kinds) > 0 {
			must = append(must, anyOf{terms{fieldKind, kinds}, terms{fieldType, kinds}})
		}
	}
	if len(p.Authors) > 0 {
		must = append(must, x.byAuthors(p.Authors))
	}
	if len(p.Topics) > 0 {
		must = append(must, terms{fieldTopic, p.Topics})
	}
	if len(p.Nets) > 0 {
		must = append(must, terms{fieldNetwork, p.Nets})
	}
	if len(p.States) > 0 {
		must = append(must, x.inStates(p.States))
	}
	if len(p.Has) > 0 {
		must = append(must, terms{fieldHas, p.Has})
	}
	if !p.After.IsZero() || !p.Before.IsZero() {
		must = append(must, between(p.After, p.Before))
	}
	for _, words := range p.Phrases {
		g, err := x.saying(v, words, readable)
		if err != nil {
			return nil, err
		}
		if g != nil {
			must = append(must, g)
		}
	}
	var not anyOf
	for _, words := range p.Not {
		g, err := x.saying(v, words, readable)
		if err != nil {
			return nil, err
		}
		if g != nil {
			not = append(not, g)
		}
	}
	if len(not) > 0 {
		return without{must, not}, nil
	}
	return must, nil
}

// byAuthors matches handles, and names of which every word is given.
func (x *Index) byAuthors(authors []string) gate {
	var either anyOf
	for _, a := range authors {
		either = append(either, is(fieldAuthor, fold(a)))
		var all allOf
		for _, word := range marked(x.analyzer.stems(a)) {
			all = append(all, is(fieldAuthor, word))
		}
		if len(all) > 0 {
			either = append(either, all)
		}
	}
	return either
}

// staleAfter is for how many months a thread may rest without anybody adding to it, or finding it to be right, before it is stale.
const staleAfter = 24

// inStates matches what is in any of states.
func (x *Index) inStates(states []string) gate {
	either := anyOf{terms{fieldState, states}}
	due := upTo{fieldCheck, hour(x.now().UTC())}
	if slices.Contains(states, "due") || slices.Contains(states, "stale") {
		either = append(either, due)
	}
	if slices.Contains(states, "stale") { // what is checked on a day is not stale by its age
		now := x.now().UTC()
		resting := upTo{fieldActive, month(time.Date(now.Year(), now.Month()-staleAfter-1, 1, 0, 0, 0, 0, time.UTC))}
		either = append(either, without{resting, upTo{fieldCheck, lastHour}})
	}
	return either
}

// upTo lets through what has a term of a field that is not behind another: times that are written so that they sort.
type upTo struct{ field, last string }

// lastHour is behind all hours.
const lastHour = "9999"

func (u upTo) in(p *part) (*roaring.Bitmap, error) {
	var found []string
	err := p.terms(u.field, "", func(term string) bool {
		if term > u.last {
			return false
		}
		found = append(found, term)
		return true
	})
	if err != nil {
		return nil, err
	}
	return terms{u.field, found}.in(p)
}

// saying matches the words of text next to each other, exactly as written but for case and accents, in a title, a text, or a reply
// that readable lets through; nil when there are no words.
func (x *Index) saying(v *view, text string, readable gate) (gate, error) {
	words := x.analyzer.exacts(text)
	if len(words) == 0 {
		return nil, nil
	}
	said := phrase{fieldExact, words}
	threads, err := v.ofReplies(allOf{is(fieldType, "reply"), readable, said})
	if err != nil {
		return nil, err
	}
	return anyOf{said, threads}, nil
}

// between matches days from after, up to but without before. Zero times are open ends.
func between(after, before time.Time) gate {
	var d days
	if !after.IsZero() {
		d.first = day(after)
	}
	if !before.IsZero() {
		d.last = day(before.AddDate(0, 0, -1))
	}
	return d
}

// rarest keeps the n terms that are in the fewest documents: the others hardly move the ranking and cost the most. Terms
// that are in no document stay, for they cost nothing and may be in another field.
func (v *view) rarest(field string, terms []weightedTerm, n int) ([]weightedTerm, error) {
	if len(terms) <= n {
		return terms, nil
	}
	docs := make(map[string]int, len(terms))
	for _, t := range terms {
		var err error
		if docs[t.term], err = v.docs(field, t.term); err != nil {
			return nil, err
		}
	}
	kept := slices.Clone(terms)
	slices.SortStableFunc(kept, func(a, b weightedTerm) int { return cmp.Compare(docs[a.term], docs[b.term]) })
	return kept[:n], nil
}
