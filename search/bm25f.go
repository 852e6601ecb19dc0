package search

import (
	"context"
	"errors"
	"math"

	"github.com/blevesearch/bleve/v2/mapping"
	"github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"
	"github.com/blevesearch/bleve/v2/search/searcher"
	index "github.com/blevesearch/bleve_index_api"
)

// The parameters of BM25F. They are the textbook's; tuning them to one collection loses on another.
const (
	k1    = 1.2  // how soon repeating a word stops helping
	slope = 0.75 // how much long texts are held back: "b" in the literature
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

// A bm25f query finds documents with any of its terms in any of its fields and scores them by BM25F: the frequencies of a
// term are divided by the relative length of their field, weighted and added up, and only the sum is saturated:
//
//	tf(t,d)  = Σ_f weight_f · tf(t,d,f) / (1 − b + b · length(d,f) / average(f))
//	score(d) = Σ_t weight_t · idf(t) · (k1 + 1) · tf(t,d) / (k1 + tf(t,d))
//
// (Robertson, Zaragoza and Taylor, "Simple BM25 extension to multiple weighted fields", CIKM 2004; Robertson and Zaragoza,
// "The Probabilistic Relevance Framework: BM25 and Beyond", 2009.) A term's document frequency is that of the field where
// it, or an alternative, is most frequent: counting the union would read every posting twice, and hardly differs.
//
// The gate, where there is one, decides which documents exist at all; it is never scored. Documents are read in step: the
// gate and the postings leap over each other, so a narrow gate saves reading the postings and a rare term saves reading the
// gate.
type bm25f struct {
	fields  []weightedField
	terms   []weightedTerm
	average func(field string) float64
	gate    query.Query
}

// Searcher implements query.Query.
func (q *bm25f) Searcher(ctx context.Context, r index.IndexReader, m mapping.IndexMapping, o search.SearcherOptions) (_ search.Searcher, err error) {
	total, err := r.DocCount()
	if err != nil {
		return nil, err
	}
	s := &bm25fSearcher{sums: make([]float64, len(q.terms)), idf: make([]float64, len(q.terms))}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	for i, t := range q.terms {
		var most uint64
		for _, form := range t.forms() {
			for _, f := range q.fields {
				tfr, err := r.TermFieldReader(ctx, []byte(form.term), f.name, true, true, false)
				if err != nil {
					return nil, err
				}
				n := tfr.Count()
				if n == 0 {
					if err := tfr.Close(); err != nil {
						return nil, err
					}
					continue
				}
				most = max(most, n)
				s.all = append(s.all, &posting{reader: tfr, term: i, weight: f.weight * form.factor, perToken: slope / q.average(f.name)})
			}
		}
		s.idf[i] = t.weight * (k1 + 1) * math.Log(1+(float64(total)-float64(most)+0.5)/(float64(most)+0.5))
		s.count += most
	}
	if len(s.all) == 0 {
		return searcher.NewMatchNoneSearcher(r)
	}
	if q.gate != nil {
		s.gate, err = q.gate.Searcher(ctx, r, m, search.SearcherOptions{Score: "none"})
		if err != nil {
			return nil, err
		}
	}
	return s, nil
}

// A posting walks the documents that have one term in one field.
type posting struct {
	reader   index.TermFieldReader
	term     int
	weight   float64
	perToken float64 // slope / average length
	at       index.TermFieldDoc
	doc      uint64
}

// next moves to the next document and reports whether there is one.
func (p *posting) next() (bool, error) {
	d, err := p.reader.Next(&p.at)
	return p.landed(d, err)
}

// advance moves to the first document from id on. It must lie ahead: bleve starts over when asked to go back.
func (p *posting) advance(id index.IndexInternalID) (bool, error) {
	d, err := p.reader.Advance(id, &p.at)
	return p.landed(d, err)
}

func (p *posting) landed(d *index.TermFieldDoc, err error) (bool, error) {
	if err != nil || d == nil {
		return false, err
	}
	p.doc = d.ID.Value()
	return true, nil
}

// frequency is the weighted, length-normalised frequency in the document at hand. bleve's norm is the inverse square root
// of the number of tokens.
func (p *posting) frequency() float64 {
	return p.weight * float64(p.at.Freq) / (1 - slope + p.perToken/(p.at.Norm*p.at.Norm))
}

type bm25fSearcher struct {
	all   []*posting // to close
	heap  []*posting // by document, the lowest first
	idf   []float64  // by term, with the constant factors
	sums  []float64  // by term, for the document at hand
	count uint64
	begun bool

	gate search.Searcher
	open *search.DocumentMatch // where the gate stands; nil when it has no more
}

// begin fills the heap with postings that stand on their first document.
func (s *bm25fSearcher) begin(ctx *search.SearchContext) error {
	s.begun = true
	for _, p := range s.all {
		ok, err := p.next()
		if err != nil {
			return err
		}
		if ok {
			s.heap = append(s.heap, p)
		}
	}
	for i := len(s.heap)/2 - 1; i >= 0; i-- {
		s.sift(i)
	}
	if s.gate == nil {
		return nil
	}
	var err error
	s.open, err = s.gate.Next(ctx)
	return err
}

// sift moves the posting at i down to its place.
func (s *bm25fSearcher) sift(i int) {
	h := s.heap
	p := h[i]
	for {
		child := 2*i + 1
		if child >= len(h) {
			break
		}
		if right := child + 1; right < len(h) && h[right].doc < h[child].doc {
			child = right
		}
		if h[child].doc >= p.doc {
			break
		}
		h[i], i = h[child], child
	}
	h[i] = p
}

// settle puts the top posting in its place after it moved, or takes it away when it is at its end.
func (s *bm25fSearcher) settle(more bool) {
	if !more {
		last := len(s.heap) - 1
		s.heap[0] = s.heap[last]
		s.heap = s.heap[:last]
	}
	if len(s.heap) > 0 {
		s.sift(0)
	}
}

// skip moves every posting that stands before id to id or beyond.
func (s *bm25fSearcher) skip(id index.IndexInternalID) error {
	to := id.Value()
	for len(s.heap) > 0 && s.heap[0].doc < to {
		more, err := s.heap[0].advance(id)
		if err != nil {
			return err
		}
		s.settle(more)
	}
	return nil
}

// admitted moves the gate and the postings until both stand on the same document, and reports whether there is one.
func (s *bm25fSearcher) admitted(ctx *search.SearchContext) (bool, error) {
	if s.gate == nil {
		return len(s.heap) > 0, nil
	}
	for len(s.heap) > 0 && s.open != nil {
		doc, open := s.heap[0].doc, s.open.IndexInternalID.Value()
		switch {
		case doc == open:
			return true, nil
		case doc < open:
			if err := s.skip(s.open.IndexInternalID); err != nil {
				return false, err
			}
		default:
			ctx.DocumentMatchPool.Put(s.open)
			var err error
			if s.open, err = s.gate.Advance(ctx, s.heap[0].at.ID); err != nil {
				return false, err
			}
		}
	}
	return false, nil
}

// Next implements search.Searcher.
func (s *bm25fSearcher) Next(ctx *search.SearchContext) (*search.DocumentMatch, error) {
	if !s.begun {
		if err := s.begin(ctx); err != nil {
			return nil, err
		}
	}
	ok, err := s.admitted(ctx)
	if err != nil || !ok {
		return nil, err
	}
	match := ctx.DocumentMatchPool.Get()
	match.IndexInternalID = append(match.IndexInternalID[:0], s.heap[0].at.ID...)
	if match.Score, err = s.score(); err != nil {
		return nil, err
	}
	return match, nil
}

// score scores the document on top of the heap and moves every posting past it.
func (s *bm25fSearcher) score() (float64, error) {
	doc := s.heap[0].doc
	for len(s.heap) > 0 && s.heap[0].doc == doc {
		p := s.heap[0]
		s.sums[p.term] += p.frequency()
		more, err := p.next()
		if err != nil {
			return 0, err
		}
		s.settle(more)
	}
	score := 0.0
	for i, tf := range s.sums {
		if tf > 0 {
			score += s.idf[i] * tf / (k1 + tf)
			s.sums[i] = 0
		}
	}
	return score, nil
}

// Advance implements search.Searcher.
func (s *bm25fSearcher) Advance(ctx *search.SearchContext, id index.IndexInternalID) (*search.DocumentMatch, error) {
	if !s.begun {
		if err := s.begin(ctx); err != nil {
			return nil, err
		}
	}
	if err := s.skip(id); err != nil {
		return nil, err
	}
	return s.Next(ctx)
}

// Close implements search.Searcher.
func (s *bm25fSearcher) Close() error {
	var err error
	for _, p := range s.all {
		err = errors.Join(err, p.reader.Close())
	}
	if s.gate != nil {
		err = errors.Join(err, s.gate.Close())
	}
	return err
}

// Weight, SetQueryNorm and Min implement search.Searcher. BM25F has no query norm and no least number of terms.
func (s *bm25fSearcher) Weight() float64 { return 0 }

// SetQueryNorm does nothing.
func (s *bm25fSearcher) SetQueryNorm(float64) {}

// Min returns 0.
func (s *bm25fSearcher) Min() int { return 0 }

// Count returns an upper bound of the matches before the gate.
func (s *bm25fSearcher) Count() uint64 { return s.count }

// Size estimates memory: bleve asks before it searches.
func (s *bm25fSearcher) Size() int {
	n := 16 * len(s.sums)
	for _, p := range s.all {
		n += p.reader.Size()
	}
	return n
}

// DocumentMatchPoolSize returns how many matches are out at once.
func (s *bm25fSearcher) DocumentMatchPoolSize() int {
	if s.gate == nil {
		return 1
	}
	return 2 + s.gate.DocumentMatchPoolSize()
}
