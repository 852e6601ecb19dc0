package search_test

import (
	"context"
	"errors"
	"testing"

	"watercooler/search"
)

// open returns an index on a folder of its own that has been rebuilt from nothing, and so is complete.
func open(t testing.TB) *search.Index {
	t.Helper()
	x, err := search.Open(search.Options{Dir: t.TempDir()})
	if !errors.Is(err, search.ErrStale) {
		t.Fatalf("Open of an empty folder: %v, want ErrStale", err)
	}
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	if err := x.Rebuild(context.Background(), func(func([]search.Doc) error) error { return nil }, nil); err != nil {
		t.Fatal(err)
	}
	return x
}

func put(t testing.TB, x *search.Index, docs ...search.Doc) {
	t.Helper()
	if err := x.Apply(context.Background(), docs, nil); err != nil {
		t.Fatal(err)
	}
}

func TestFindsWhatWasApplied(t *testing.T) {
	x := open(t)
	put(t, x, search.Doc{ID: "thread:1", Type: "thread", Kind: "question", Thread: 1, Title: "Who inspects bridges?", Audience: "public"})
	res, err := x.Search(context.Background(), search.Query{Text: "bridge inspection", Audiences: []string{"public"}, Limit: 10})
	if err != nil || res.Total != 1 || len(res.Hits) != 1 || res.Hits[0].ID != "thread:1" {
		t.Fatalf("Search = %+v, %v; want thread:1", res, err)
	}
}
