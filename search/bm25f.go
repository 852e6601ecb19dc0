package search

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// The parameters of BM25F. Both are within what the literature finds good for any collection. A slope of 0.6 instead of the
// textbook's 0.75 was better on three of the four development sets and as good on the fourth.
const (
	k1    = 1.2 // how soon repeating a word stops helping
	slope = 0.6 // how much long texts are held back: "b" in the literature
)

// A weightedField is a field that counts weight times in the frequency of a term.
type weightedField struct {
	name   string
	weight float64
}

// A weightedTerm is a term of the query; its weight is how often the query says it. Its alternatives say the same: synonyms,
// spellings.
type weightedTerm struct {
	term   string
	weight float64
	alts   []alternative
}

// An alternative counts factor times as often as the term in whose place it stands. Both share one saturation and one idf, so
// that a text gains nothing by having a thing's every name.
type alternative struct {
	term   string
	factor float64
}

// forms returns t itself and its alternatives.
func (t weightedTerm) forms() []alternative {
	return append([]alternative{{t.term, 1}}, t.alts...)
}

// bm25f finds documents with any of its terms in any of its fields and scores them: the frequencies of a term are divided by
// the relative length of their field, weighted and added up, and only the sum is saturated:
//
//	tf(t,d)  = Σ_f weight_f · tf(t,d,f) / (1 − b + b · length(d,f) / average(f))
//	score(d) = Σ_t weight_t · idf(t) · (k1 + 1) · tf(t,d) / (k1 + tf(t,d))
//
// (Robertson, Zaragoza and Taylor, "Simple BM25 extension to multiple weighted fields", CIKM 2004; Robertson and Zaragoza,
// "The Probabilistic Relevance Framework: BM25 and Beyond", 2009.) A term's document frequency is that of the field where
// it, or an alternative, is most frequent: counting the union would read every posting twice, and hardly differs.
type bm25f struct {
	fields  []weightedField
	terms   []weightedTerm
	types   []string                   // whose number idf is about
	slope   float64                    // the constant when 0
	average func(field string) float64 // that of the view when nil
}

// A scorer is a bm25f against one view. It reads postings segment by segment and term by term, the rarest first, adding up the
// scores of all documents of a segment side by side. Once the terms that are left cannot lift a document it has not met among the
// best, they are read only for those it has (Turtle and Flood, "Query Evaluation: Strategies and Optimizations", IP&M 1995).
type scorer struct {
	view  *view
	terms []scoredTerm
	rest  []float64 // the most that the terms from one on can add
	base  float32   // 1 - slope

	keep int
	best []match // unordered, never many more than keep
	low  float64 // nothing that scores less is among the best
	full bool    // low is of keep documents
}

// A scoredTerm is a term with its postings in each part.
type scoredTerm struct {
	weightedTerm
	idf   float64 // with the weight and the constant factors
	lists [][]postings
	size  []int // postings in each part
}

// postings are the documents of a part that have a form of a term in a field.
type postings struct {
	list     segment.PostingsList
	field    string
	weight   float32
	perToken float32 // slope / average length
}

// scorer looks the terms of q up. Terms that nothing has are left out.
func (v *view) scorer(q bm25f, keep int) (*scorer, error) {
	if q.average == nil {
		q.average = v.stats.average
	}
	if q.slope == 0 {
		q.slope = slope
	}
	s := &scorer{view: v, keep: keep, base: float32(1 - q.slope)}
	all := float64(v.documents(q.types))
	for _, t := range q.terms {
		st := scoredTerm{weightedTerm: t, lists: make([][]postings, len(v.parts)), size: make([]int, len(v.parts))}
		most := 0
		for _, form := range t.forms() {
			for _, f := range q.fields {
				docs := 0
				for i, p := range v.parts {
					l, err := p.list(f.name, form.term)
					if err != nil {
						return nil, err
					}
					n := int(l.Count())
					if n == 0 {
						continue
					}
					docs += n - p.goneOf(l)
					st.size[i] += n
					st.lists[i] = append(st.lists[i], postings{
						list: l, field: f.name, weight: float32(f.weight * form.factor), perToken: float32(q.slope / q.average(f.name)),
					})
				}
				most = max(most, docs)
			}
		}
		if most > 0 {
			n := max(all, float64(most))
			st.idf = t.weight * (k1 + 1) * math.Log(1+(n-float64(most)+0.5)/(float64(most)+0.5))
			s.terms = append(s.terms, st)
		}
	}
	slices.SortStableFunc(s.terms, func(a, b scoredTerm) int { return cmp.Compare(b.idf, a.idf) })
	s.rest = make([]float64, len(s.terms)+1)
	for i := len(s.terms) - 1; i >= 0; i-- {
		s.rest[i] = s.rest[i+1] + s.terms[i].idf
	}
	return s, nil
}

// documents returns how many documents there are of types.
func (v *view) documents(types []string) (n int64) {
	var counted [groups]bool
	for _, typ := range types {
		counted[groupOf(typ)] = true
	}
	if counted[groupThread] {
		counted[groupOther] = false // people and topics are few, and no texts like the others
	}
	for g, is := range counted {
		if is || len(types) == 0 {
			n += v.stats.Docs[g]
		}
	}
	return n
}

// A page of scores for the documents of a part, kept for the next search: making them new would cost more than most searches.
type page struct {
	score, tf []float32
	met       []uint64 // a bit for each document with a score
	now       []uint32 // documents with a tf
}

var pages = sync.Pool{New: func() any { return new(page) }}

// open makes room for n documents. Everything in a page is zero between searches.
func (g *page) open(n int) {
	if len(g.score) < n {
		g.score, g.tf, g.met = make([]float32, n), make([]float32, n), make([]uint64, (n+63)/64)
	}
}

// each calls visit with the documents that have a score, in order.
func (g *page) each(visit func(doc uint32)) {
	for i, word := range g.met {
		for word != 0 {
			visit(uint32(i<<6 + bits.TrailingZeros64(word)))
			word &= word - 1
		}
	}
}

// close takes every score away.
func (g *page) close() {
	g.each(func(doc uint32) { g.score[doc] = 0 })
	clear(g.met)
	pages.Put(g)
}

// part scores the documents of one part that are in open, the number of which that have any of the terms it returns.
func (s *scorer) part(i int, open *roaring.Bitmap) (found int, err error) {
	p := s.view.parts[i]
	if open.IsEmpty() {
		return 0, nil
	}
	g := pages.Get().(*page)
	g.open(p.size)
	defer g.close()
	var sets []*roaring.Bitmap
	allowed := open
	for k := range s.terms {
		t := &s.terms[k]
		if len(t.lists[i]) == 0 {
			continue
		}
		if err := s.view.ctx.Err(); err != nil {
			return 0, err
		}
		if k > 0 && s.full && s.rest[k] < s.low {
			allowed = s.hopeful(g, k)
		}
		for _, l := range t.lists[i] {
			it := l.list.Iterator(true, true, false, nil)
			set := roaring.And(setOf(it), open)
			if set.IsEmpty() {
				continue
			}
			sets = append(sets, set)
			if allowed != open {
				if set = roaring.And(set, allowed); set.IsEmpty() {
					continue
				}
			}
			if o, ok := it.(segment.OptimizablePostingsIterator); ok {
				if _, one := o.DocNum1Hit(); !one {
					o.ReplaceActual(set)
				}
			}
			if err := g.read(it, l, s.base); err != nil {
				return 0, err
			}
		}
		g.settle(float32(t.idf))
		if k+1 < len(s.terms) && s.worthLooking(t.size[i], s.terms[k+1].size[i]) {
			s.raise(g, p)
		}
	}
	g.each(func(doc uint32) { s.offer(match{p, doc, float64(g.score[doc])}) })
	return int(union(sets).GetCardinality()), nil
}

// worthLooking reports whether the next term has so many more postings than this one that finding out which of them matter is
// cheaper than reading them.
func (s *scorer) worthLooking(this, next int) bool { return next > 2_000 && next > this/2 }

// raise learns from the scores so far how much a document must score to be among the best: scores only grow.
func (s *scorer) raise(g *page, _ *part) {
	var scores []float32
	g.each(func(doc uint32) {
		if float64(g.score[doc]) > s.low {
			scores = append(scores, g.score[doc])
		}
	})
	if len(scores) < s.keep {
		return
	}
	slices.Sort(scores)
	s.low, s.full = float64(scores[len(scores)-s.keep]), true
}

// hopeful returns the documents met that the terms from k on can lift among the best.
func (s *scorer) hopeful(g *page, k int) *roaring.Bitmap {
	words := make([]uint64, len(g.met))
	g.each(func(doc uint32) {
		if float64(g.score[doc])+s.rest[k] >= s.low {
			words[doc>>6] |= 1 << (doc & 63)
		}
	})
	return roaring.FromDense(words, false)
}

// read adds the frequencies of a term in one field.
func (g *page) read(it segment.PostingsIterator, l postings, base float32) error {
	for {
		p, err := it.Next()
		if err != nil || p == nil {
			return err
		}
		doc := uint32(p.Number())
		if g.tf[doc] == 0 {
			g.now = append(g.now, doc)
		}
		g.tf[doc] += l.weight * float32(p.Frequency()) / (base + l.perToken*tokens(p))
	}
}

// tokens returns how long the field of a posting is. zapx says it as it was counted; the interface only as the norm made of it.
func tokens(p segment.Posting) float32 {
	if exact, ok := p.(interface{ NormUint64() uint64 }); ok {
		return float32(exact.NormUint64())
	}
	n := p.Norm()
	return float32(1 / (n * n))
}

// settle turns the frequencies of a term, once all fields are read, into scores.
func (g *page) settle(idf float32) {
	for _, doc := range g.now {
		g.score[doc] += idf * g.tf[doc] / (k1 + g.tf[doc])
		g.tf[doc] = 0
		g.met[doc>>6] |= 1 << (doc & 63)
	}
	g.now = g.now[:0]
}

// offer keeps m when it may be among the best.
func (s *scorer) offer(m match) {
	if s.keep == 0 || s.full && m.score < s.low {
		return
	}
	if s.best = append(s.best, m); len(s.best) >= 2*s.keep+64 {
		s.trim()
	}
}

// trim leaves the best keep matches, in order.
func (s *scorer) trim() {
	slices.SortFunc(s.best, func(a, b match) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.part.at, b.part.at), cmp.Compare(a.doc, b.doc))
	})
	if len(s.best) >= s.keep {
		s.best = s.best[:s.keep]
		if low := s.best[s.keep-1].score; !s.full || low > s.low {
			s.low, s.full = low, true
		}
	}
}

// rank returns the best keep documents behind g by q, best first and equal ones in the order of the index, and how many there are.
func (v *view) rank(q bm25f, g gate, keep int) (best []match, total int, err error) {
	s, err := v.scorer(q, keep)
	if err != nil || len(s.terms) == 0 {
		return nil, 0, err
	}
	for i, p := range v.parts {
		if !s.any(i) {
			continue
		}
		open, err := v.open(p, g)
		if err != nil {
			return nil, 0, err
		}
		n, err := s.part(i, open)
		if err != nil {
			return nil, 0, err
		}
		total += n
	}
	s.trim()
	return s.best, total, nil
}

// any reports whether a part has any of the terms.
func (s *scorer) any(part int) bool {
	return slices.ContainsFunc(s.terms, func(t scoredTerm) bool { return t.size[part] > 0 })
}

// having returns the documents of a part that are in open and have the terms: any of them, or all.
func (s *scorer) having(i int, open *roaring.Bitmap, every bool) *roaring.Bitmap {
	var some []*roaring.Bitmap
	for _, t := range s.terms {
		var sets []*roaring.Bitmap
		for _, l := range t.lists[i] {
			if set := setOf(l.list.Iterator(false, false, false, nil)); set != nil {
				sets = append(sets, set)
			}
		}
		if !every {
			some = append(some, sets...)
			continue
		}
		if open = roaring.And(open, union(sets)); open.IsEmpty() {
			return open
		}
	}
	if every {
		return open
	}
	return roaring.And(open, union(some))
}
