package search

import (
	"context"
	"errors"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// A view is the index at one moment: segments, which never change, and which of their documents are gone. Searching reads the
// segments themselves, through the interfaces that scorch publishes for them: a set of documents is a bitmap there, and
// intersecting bitmaps is a hundred times cheaper than walking documents one by one through searchers.
//
// Nothing of a view may be used after the function it was given to returns: its bitmaps lie in files mapped to memory.
type view struct {
	ctx   context.Context
	r     index.IndexReader
	parts []*part
	stats totals
	*columns
	readable *readable
}

// A part is a segment of the index.
type part struct {
	at      int // its place among the parts
	segment segment.Segment
	gone    *roaring.Bitmap // deleted documents, nil when there are none
	size    int             // documents, gone ones too
	dicts   map[string]segment.TermDictionary
}

// view calls fn with the present state of g.
func (g *generation) view(ctx context.Context, fn func(v *view) error) error {
	return g.read(func(r index.IndexReader) error {
		s, ok := r.(*scorch.IndexSnapshot)
		if !ok {
			return errors.New("the index is none of scorch's")
		}
		g.mu.RLock()
		v := &view{ctx: ctx, r: r, stats: g.totals, columns: &g.columns, readable: &g.readable}
		g.mu.RUnlock()
		for i, s := range s.Segments() {
			v.parts = append(v.parts, &part{
				at: i, segment: s.Segment(), gone: s.Deleted(), size: int(s.Segment().Count()), dicts: make(map[string]segment.TermDictionary),
			})
		}
		return fn(v)
	})
}

// see calls fn with the present state of the index.
func (x *Index) see(ctx context.Context, fn func(v *view) error) error {
	return x.use(func(g *generation) error { return g.view(ctx, fn) })
}

// list returns the documents of p that have term in field.
func (p *part) list(field, term string) (segment.PostingsList, error) {
	d, ok := p.dicts[field]
	if !ok {
		var err error
		if d, err = p.segment.Dictionary(field); err != nil {
			return nil, err
		}
		p.dicts[field] = d
	}
	return d.PostingsList([]byte(term), nil, nil)
}

// bits returns the documents of p that have term in field, nil for none. It is not to be changed.
func (p *part) bits(field, term string) (*roaring.Bitmap, error) {
	l, err := p.list(field, term)
	if err != nil || l.Count() == 0 {
		return nil, err
	}
	return setOf(l.Iterator(false, false, false, nil)), nil
}

// setOf returns the documents that it will visit, nil for none.
func setOf(it segment.PostingsIterator) *roaring.Bitmap {
	o, ok := it.(segment.OptimizablePostingsIterator)
	if !ok {
		return nil
	}
	if doc, one := o.DocNum1Hit(); one {
		return roaring.BitmapOf(uint32(doc))
	}
	return o.ActualBitmap()
}

// goneOf returns how many documents of a list are gone.
func (p *part) goneOf(l segment.PostingsList) int {
	if p.gone == nil || p.gone.IsEmpty() {
		return 0
	}
	set := setOf(l.Iterator(false, false, false, nil))
	if set == nil {
		return 0
	}
	return int(set.AndCardinality(p.gone))
}

// docs returns in how many documents term is in field, gone ones too.
func (v *view) docs(field, term string) (n int, err error) {
	for _, p := range v.parts {
		l, err := p.list(field, term)
		if err != nil {
			return 0, err
		}
		n += int(l.Count())
	}
	return n, nil
}

// A match is a document of a part.
type match struct {
	part  *part
	doc   uint32
	score float64
}

// facts reads what is stored with m.
func (m match) facts() (f facts, err error) {
	err = m.part.segment.VisitStoredFields(uint64(m.doc), func(field string, _ byte, value []byte, _ []uint64) bool {
		switch field {
		case "_id":
			f.id = string(value)
		case storedFacts:
			f.decode(value)
		case storedTitle:
			f.title = string(value)
		}
		return true
	})
	return f, err
}
