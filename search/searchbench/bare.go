// Package searchbench is a plain bleve index, used the way bleve's own introduction does it: two text fields, a match query,
// twenty hits. It is what package search is measured against in `make bench`, and it lives here because only this folder may
// import bleve. Nothing of the hub uses it.
package searchbench

import (
	"context"
	"fmt"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/mapping"
)

// Bare is a plain index.
type Bare struct {
	index bleve.Index
}

// Doc is what a plain index keeps of a thread or reply.
type Doc struct {
	ID, Title, Body string
}

// Create makes an empty index in dir, which must not exist.
func Create(dir string) (*Bare, error) {
	x, err := bleve.New(dir, plain())
	if err != nil {
		return nil, fmt.Errorf("create the plain index: %w", err)
	}
	return &Bare{x}, nil
}

// plain stores title and body and keeps the places of the words, as bleve does by default.
func plain() mapping.IndexMapping {
	doc := bleve.NewDocumentStaticMapping()
	doc.AddFieldMappingsAt("title", bleve.NewTextFieldMapping())
	doc.AddFieldMappingsAt("body", bleve.NewTextFieldMapping())
	m := bleve.NewIndexMapping()
	m.DefaultMapping = doc
	return m
}

// Open opens an index that Create made.
func Open(dir string) (*Bare, error) {
	x, err := bleve.Open(dir)
	if err != nil {
		return nil, fmt.Errorf("open the plain index: %w", err)
	}
	return &Bare{x}, nil
}

// Add indexes docs in one batch.
func (b *Bare) Add(docs []Doc) error {
	batch := b.index.NewBatch()
	for _, d := range docs {
		if err := batch.Index(d.ID, map[string]string{"title": d.Title, "body": d.Body}); err != nil {
			return fmt.Errorf("index %s: %w", d.ID, err)
		}
	}
	return b.index.Batch(batch)
}

// Search returns the ids of the twenty documents that match best, and how many match.
func (b *Bare) Search(ctx context.Context, text string) (ids []string, total uint64, err error) {
	res, err := b.index.SearchInContext(ctx, bleve.NewSearchRequestOptions(bleve.NewMatchQuery(text), 20, 0, false))
	if err != nil {
		return nil, 0, fmt.Errorf("search the plain index: %w", err)
	}
	for _, hit := range res.Hits {
		ids = append(ids, hit.ID)
	}
	return ids, res.Total, nil
}

// Close closes the index.
func (b *Bare) Close() error {
	return b.index.Close()
}
