package search

import (
	"slices"

	"github.com/RoaringBitmap/roaring/v2"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// A gate decides which documents exist at all for a search: those that the reader may read, and that have what the filters ask
// for. It is never scored.
type gate interface {
	// in returns the documents of p that pass, gone ones too. The set may belong to the index: it is not to be changed.
	in(p *part) (*roaring.Bitmap, error)
}

// terms lets through what has any of some terms in a field; nothing when there are no terms.
type terms struct {
	field string
	of    []string
}

func is(field, term string) gate { return terms{field, []string{term}} }

func (t terms) in(p *part) (*roaring.Bitmap, error) {
	var sets []*roaring.Bitmap
	for _, term := range t.of {
		b, err := p.bits(t.field, term)
		if err != nil {
			return nil, err
		}
		if b != nil {
			sets = append(sets, b)
		}
	}
	return union(sets), nil
}

// union returns what is in any of sets.
func union(sets []*roaring.Bitmap) *roaring.Bitmap {
	if len(sets) == 1 {
		return sets[0]
	}
	return roaring.FastOr(sets...)
}

// allOf lets through what passes every one of its gates.
type allOf []gate

func (all allOf) in(p *part) (*roaring.Bitmap, error) {
	var out *roaring.Bitmap
	for _, g := range all {
		b, err := g.in(p)
		if err != nil {
			return nil, err
		}
		if out == nil {
			out = b
		} else {
			out = roaring.And(out, b)
		}
		if out.IsEmpty() {
			break
		}
	}
	return out, nil
}

// anyOf lets through what passes one of its gates.
type anyOf []gate

func (some anyOf) in(p *part) (*roaring.Bitmap, error) {
	sets := make([]*roaring.Bitmap, len(some))
	for i, g := range some {
		var err error
		if sets[i], err = g.in(p); err != nil {
			return nil, err
		}
	}
	return union(sets), nil
}

// without lets through what passes one gate and not another.
type without struct{ yes, no gate }

func (w without) in(p *part) (*roaring.Bitmap, error) {
	yes, err := w.yes.in(p)
	if err != nil || yes.IsEmpty() {
		return yes, err
	}
	no, err := w.no.in(p)
	if err != nil {
		return nil, err
	}
	return roaring.AndNot(yes, no), nil
}

// days lets through what was written from one day to another, both included; "" is an open end.
type days struct{ first, last string }

func (d days) in(p *part) (*roaring.Bitmap, error) {
	var all []string
	err := p.terms(fieldDay, d.first, func(term string) bool {
		if d.last != "" && term > d.last {
			return false
		}
		all = append(all, term)
		return true
	})
	if err != nil {
		return nil, err
	}
	return terms{fieldDay, all}.in(p)
}

// terms calls visit with the terms of a field from one on, in order, until it returns false.
func (p *part) terms(field, from string, visit func(term string) bool) error {
	d, err := p.segment.Dictionary(field)
	if err != nil {
		return err
	}
	var begin []byte
	if from != "" {
		begin = []byte(from)
	}
	it := d.AutomatonIterator(nil, begin, nil)
	for {
		e, err := it.Next()
		if err != nil || e == nil || !visit(e.Term) {
			return err
		}
	}
}

// A phrase lets through what has words next to each other in a field, exactly as written but for case and accents.
type phrase struct {
	field string
	words []string
}

func (q phrase) in(p *part) (*roaring.Bitmap, error) {
	all := make(allOf, len(q.words))
	for i, w := range q.words {
		all[i] = is(q.field, w)
	}
	may, err := all.in(p)
	if err != nil || len(q.words) == 1 || may.IsEmpty() {
		return may, err
	}
	at := make([]segment.PostingsIterator, len(q.words))
	for i, w := range q.words {
		l, err := p.list(q.field, w)
		if err != nil {
			return nil, err
		}
		at[i] = narrowed(l.Iterator(false, false, true, nil), may)
	}
	out := roaring.New()
	positions := make([][]uint64, len(at))
	for docs := may.Iterator(); docs.HasNext(); {
		doc := docs.Next()
		for i, it := range at {
			posting, err := it.Next()
			if err != nil {
				return nil, err
			}
			positions[i] = positions[i][:0]
			if posting == nil || posting.Number() != uint64(doc) {
				continue
			}
			for _, l := range posting.Locations() {
				positions[i] = append(positions[i], l.Pos())
			}
		}
		if inRow(positions) {
			out.Add(doc)
		}
	}
	return out, nil
}

// inRow reports whether one position of the first is followed by one of the second, and so on.
func inRow(positions [][]uint64) bool {
	return slices.ContainsFunc(positions[0], func(at uint64) bool {
		for i, next := range positions[1:] {
			if !slices.Contains(next, at+uint64(i)+1) {
				return false
			}
		}
		return true
	})
}

// narrowed makes it visit only documents of a set.
func narrowed(it segment.PostingsIterator, to *roaring.Bitmap) segment.PostingsIterator {
	o, ok := it.(segment.OptimizablePostingsIterator)
	if !ok {
		return it
	}
	if _, one := o.DocNum1Hit(); one {
		return it // whoever reads it looks at its number
	}
	o.ReplaceActual(roaring.And(o.ActualBitmap(), to))
	return it
}

// listed lets through documents that were found before, part by part.
type listed map[*part]*roaring.Bitmap

func (l listed) in(p *part) (*roaring.Bitmap, error) {
	if b := l[p]; b != nil {
		return b, nil
	}
	return roaring.New(), nil
}

// open returns the documents of p that pass g and are not gone.
func (v *view) open(p *part, g gate) (*roaring.Bitmap, error) {
	if err := v.ctx.Err(); err != nil {
		return nil, err
	}
	b, err := g.in(p)
	if err != nil || p.gone == nil || p.gone.IsEmpty() {
		return b, err
	}
	return roaring.AndNot(b, p.gone), nil
}

// count returns how many documents pass g, and stops looking at most.
func (v *view) count(g gate, most int) (n int, err error) {
	for _, p := range v.parts {
		b, err := v.open(p, g)
		if err != nil {
			return 0, err
		}
		if n += int(b.GetCardinality()); n >= most {
			return most, nil
		}
	}
	return n, nil
}

// ofReplies returns a gate for the threads of the replies that pass g.
func (v *view) ofReplies(g gate) (gate, error) {
	var said bitset // threads
	for _, p := range v.parts {
		replies, err := v.open(p, g)
		if err != nil {
			return nil, err
		}
		if replies.IsEmpty() {
			continue
		}
		threads, err := v.threads(p)
		if err != nil {
			return nil, err
		}
		visit(replies, func(doc uint32) { said.add(threads[doc]) })
	}
	out := make(listed)
	if len(said) == 0 {
		return out, nil
	}
	for _, p := range v.parts {
		opened, err := p.bits(fieldType, "thread")
		if err != nil {
			return nil, err
		}
		if opened == nil {
			continue
		}
		threads, err := v.threads(p)
		if err != nil {
			return nil, err
		}
		var docs bitset
		visit(opened, func(doc uint32) {
			if said.has(threads[doc]) {
				docs.add(doc)
			}
		})
		out[p] = roaring.FromDense(docs, false)
	}
	return out, nil
}

// visit calls do with the documents of a set, in order.
func visit(set *roaring.Bitmap, do func(doc uint32)) {
	var some [256]uint32
	for it := set.ManyIterator(); ; {
		n := it.NextMany(some[:])
		if n == 0 {
			return
		}
		for _, doc := range some[:n] {
			do(doc)
		}
	}
}

// A bitset is a set to which numbers come in any order, many of them close to one another: a roaring bitmap looks for the place of each.
type bitset []uint64

func (b *bitset) add(n uint32) {
	if more := int(n>>6) + 1 - len(*b); more > 0 {
		*b = append(*b, make([]uint64, more)...)
	}
	(*b)[n>>6] |= 1 << (n & 63)
}

func (b bitset) has(n uint32) bool { return int(n>>6) < len(b) && b[n>>6]&(1<<(n&63)) != 0 }
