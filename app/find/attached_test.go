package find_test

import (
	"slices"
	"strings"
	"testing"

	"watercooler/app/db"
	"watercooler/app/files"
	"watercooler/app/threads"
)

// TestFilesAreFound: a thread is found by the words in what is attached to it; what cannot be read is found by its name.
func TestFilesAreFound(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		store, err := files.Open(t.TempDir())
		must(t, err)
		h.Files(store)
		id := h.open(t, h.gwen, threads.Discussion, "hub", "Plans for the quay", "See what is attached.")
		for _, f := range []struct{ name, kind, content string }{
			{"minutes.txt", "text/plain", "The harbour master asked for bollards."}, {"broken.docx", "", "This is no archive at all."}, {"drawing.pdf", "application/pdf", "%PDF-1.4 gantry"},
		} {
			key, err := store.Put(strings.NewReader(f.content), f.name[strings.LastIndexByte(f.name, '.'):], 1<<20)
			must(t, err)
			must(t, h.db.Tx(ctx, func(tx *db.Tx) error {
				_, err := h.threads.Attach(ctx, tx, threads.Attachment{Thread: id, Person: h.gwen.Person, File: key, Name: f.name, ContentType: f.kind, Size: int64(len(f.content))})
				return err
			}))
		}
		must(t, h.Rebuild(ctx, nil))
		for query, want := range map[string]string{"bollard": "thread:1", "drawing": "thread:1", "has:file quay": "thread:1", "gantry": ""} {
			if got := h.refs(t, h.gwen, query); got != want {
				t.Errorf("%s: found %q, want %q", query, got, want)
			}
		}
		if n := h.count(t, "SELECT COUNT(*) FROM file_texts"); n != 2 {
			t.Errorf("the words of %d files are kept, want 2", n)
		}
		h.Files(nil) // what was read once is not read again
		must(t, h.Rebuild(ctx, nil))
		if got := h.refs(t, h.gwen, "bollard"); got != "thread:1" {
			t.Errorf("from what is kept: found %q", got)
		}
	})
}

// TestStillIndexing: while the first index is made, search says how far it is, and afterwards nothing.
func TestStillIndexing(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		for range 4 {
			h.open(t, h.gwen, threads.Discussion, "hub", "Plans for the quay", "Nothing is indexed yet.")
		}
		var said []int
		must(t, h.Rebuild(t.Context(), func(int) { said = append(said, h.Indexing()) }))
		if len(said) < 2 || said[0] >= 100 || said[len(said)-1] >= 100 || !slices.IsSorted(said) {
			t.Errorf("while it was made: %v", said)
		}
		if got := h.Indexing(); got != 100 {
			t.Errorf("afterwards: %d", got)
		}
		must(t, h.Rebuild(t.Context(), func(int) {
			if got := h.Indexing(); got != 100 {
				t.Errorf("while the old index serves: %d", got)
			}
		}))
	})
}
