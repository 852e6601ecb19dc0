package search

import (
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/RoaringBitmap/roaring/v2"
	segment "github.com/blevesearch/scorch_segment_api/v2"
)

// columns hold, for each document of a segment, the thread it belongs to. Segments never change, so a column is read once, when the
// first quoted words need to know which threads some replies belong to: 4 bytes a document, and a tenth of a second for a million.
type columns struct {
	mu   sync.Mutex
	kept map[segment.Segment][]uint32
}

// threads returns the thread of each document of p, 0 for none.
func (v *view) threads(p *part) ([]uint32, error) {
	c := v.columns
	c.mu.Lock()
	defer c.mu.Unlock()
	if found, ok := c.kept[p.segment]; ok {
		return found, nil
	}
	made := make([]uint32, p.size)
	var terms []string
	if err := p.terms(fieldThread, "", func(term string) bool {
		terms = append(terms, term)
		return true
	}); err != nil {
		return nil, err
	}
	for _, term := range terms {
		thread, err := strconv.ParseUint(term, 10, 32)
		if err != nil {
			return nil, fmt.Errorf("thread %q of a document: %w", term, err)
		}
		docs, err := p.bits(fieldThread, term)
		if err != nil {
			return nil, err
		}
		for it := docs.Iterator(); it.HasNext(); {
			made[it.Next()] = uint32(thread)
		}
	}
	if len(c.kept) > 2*len(v.parts) { // most are of segments that were merged into others
		c.forget(v.parts)
	}
	if c.kept == nil {
		c.kept = make(map[segment.Segment][]uint32)
	}
	c.kept[p.segment] = made
	return made, nil
}

// forget drops all columns but those of parts.
func (c *columns) forget(parts []*part) {
	kept := make(map[segment.Segment][]uint32, len(parts))
	for _, p := range parts {
		if column, ok := c.kept[p.segment]; ok {
			kept[p.segment] = column
		}
	}
	c.kept = kept
}

// readable are the documents that some audiences may read, by segment. They are what every search begins with, more than once, and
// putting together what the members of twenty networks may read costs as much as a search for two words.
type readable struct {
	mu   sync.Mutex
	kept map[readableKey]*roaring.Bitmap
}

type readableKey struct {
	of        segment.Segment
	audiences string
}

// maxReadable bounds the memory: a set is a bit for each document of its segment.
const maxReadable = 256

// forAudiences is the gate that lets through what audiences may read: nothing when there are none.
type forAudiences struct {
	terms
	key  string
	kept *readable
}

// readableBy returns the gate that everything a reader is shown passes.
func (v *view) readableBy(audiences []string) gate {
	return forAudiences{terms{fieldAudience, audiences}, strings.Join(audiences, " "), v.readable}
}

func (f forAudiences) in(p *part) (*roaring.Bitmap, error) {
	key := readableKey{p.segment, f.key}
	f.kept.mu.Lock()
	found := f.kept.kept[key]
	f.kept.mu.Unlock()
	if found != nil {
		return found, nil
	}
	set, err := f.terms.in(p)
	if err != nil {
		return nil, err
	}
	// A copy, whole and apart: the set may lie in a file that is gone when somebody asks again.
	set = roaring.FromDense(set.ToDense(), false)
	f.kept.mu.Lock()
	defer f.kept.mu.Unlock()
	if f.kept.kept == nil || len(f.kept.kept) >= maxReadable {
		f.kept.kept = make(map[readableKey]*roaring.Bitmap)
	}
	f.kept.kept[key] = set
	return set, nil
}
