package search

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"
)

// A Facet counts the values of a field among everything that matches: kind, topic and network (slugs), state (answered, unanswered,
// checked, superseded), has (file), or year.
type Facet struct {
	Name   string
	Values []FacetValue
}

// A FacetValue is a value and how many of the documents have it.
type FacetValue struct {
	Value string
	Count int
}

// facetSize is how many values of a facet are shown, the most frequent.
const facetSize = 20

// Facets counts what q finds by each Facet, the most frequent value first. It is apart from Search so that results need not wait for it.
func (x *Index) Facets(ctx context.Context, q Query) (out []Facet, err error) {
	p := Parse(q.Text)
	err = x.see(ctx, func(v *view) error {
		a, err := x.ask(v, q, &p)
		if err != nil || a.gate == nil {
			return err
		}
		sets, err := a.sets()
		if err != nil {
			return err
		}
		for _, name := range []string{fieldKind, fieldTopic, fieldNetwork, fieldState, fieldHas, fieldYear} {
			f, err := v.facet(name, sets)
			if err != nil {
				return err
			}
			if len(f.Values) > 0 {
				out = append(out, f)
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count what was found: %w", err)
	}
	return out, nil
}

// facet counts the values of a field among sets, one of each part.
func (v *view) facet(name string, sets []*roaring.Bitmap) (Facet, error) {
	counts := make(map[string]int)
	for i, p := range v.parts {
		if sets[i].IsEmpty() {
			continue
		}
		err := p.terms(name, "", func(term string) bool {
			counts[term] = 0
			return true
		})
		if err != nil {
			return Facet{}, err
		}
	}
	f := Facet{Name: name}
	for value := range counts {
		n := 0
		for i, p := range v.parts {
			b, err := p.bits(name, value)
			if err != nil {
				return Facet{}, err
			}
			if b != nil {
				n += int(b.AndCardinality(sets[i]))
			}
		}
		if n > 0 {
			f.Values = append(f.Values, FacetValue{Value: value, Count: n})
		}
	}
	slices.SortFunc(f.Values, func(a, b FacetValue) int { return cmp.Or(b.Count-a.Count, strings.Compare(a.Value, b.Value)) })
	f.Values = f.Values[:min(facetSize, len(f.Values))]
	return f, nil
}
