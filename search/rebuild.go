package search

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// A rebuild is a generation that is being filled beside the current one. Apply and DropThread write to both, and note what
// they touched: a row that the rebuild read from the database may be older than what an event has put since.
type rebuild struct {
	next    *generation
	ids     map[string]bool
	threads map[int64]bool
}

func (r *rebuild) touch(put []Doc, drop []string) {
	for _, d := range put {
		r.ids[d.ID] = true
	}
	for _, id := range drop {
		r.ids[id] = true
	}
}

// fresher reports whether what is in next is at least as new as what the rebuild read.
func (r *rebuild) fresher(b built) bool {
	return r.ids[b.id] || b.thread != 0 && r.threads[b.thread]
}

// Rebuild makes the index anew from src, which calls yield with one batch after the other, and then puts it in the place of
// the old one. Searches and Apply go on meanwhile, on the old index until the swap. Progress, which may be nil, is told how
// many documents are done. When src or the context fails, the old index stays.
func (x *Index) Rebuild(ctx context.Context, src func(yield func([]Doc) error) error, progress func(done int)) (err error) {
	next, err := x.begin()
	if err != nil {
		return fmt.Errorf("rebuild search index: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("rebuild search index: %w", err), x.abandon(next))
		}
	}()
	done := 0
	err = src(func(batch []Doc) error {
		docs, err := x.build(ctx, batch)
		if err != nil {
			return err
		}
		if err := x.fill(docs); err != nil {
			return err
		}
		done += len(batch)
		if progress != nil {
			progress(done)
		}
		return nil
	})
	if err != nil {
		return err
	}
	old, err := x.swap(next)
	if err != nil {
		return err
	}
	old.users.Wait()
	// The new index serves already: what is left of the old one is only in the way.
	if err := errors.Join(old.close(), os.RemoveAll(old.path)); err != nil {
		x.log.Warn("remove old search index", "err", err)
	}
	return nil
}

func (x *Index) begin() (*generation, error) {
	x.write.Lock()
	defer x.write.Unlock()
	if x.rebuild != nil {
		return nil, errors.New("another rebuild is running")
	}
	next, err := x.create()
	if err != nil {
		return nil, err
	}
	x.rebuild = &rebuild{next: next, ids: make(map[string]bool), threads: make(map[int64]bool)}
	return next, nil
}

// fill writes a batch of the rebuild, without what has been touched since.
func (x *Index) fill(docs []built) error {
	x.write.Lock()
	defer x.write.Unlock()
	kept := docs[:0]
	for _, b := range docs {
		if !x.rebuild.fresher(b) {
			kept = append(kept, b)
		}
	}
	return x.rebuild.next.apply(kept, nil)
}

// swap marks next as complete, makes it current on disk and in memory, and returns the old generation.
func (x *Index) swap(next *generation) (*generation, error) {
	x.write.Lock()
	defer x.write.Unlock()
	if err := next.bleve.SetInternal(keyComplete, []byte("1")); err != nil {
		return nil, fmt.Errorf("mark as complete: %w", err)
	}
	if err := x.point(next); err != nil {
		return nil, err
	}
	x.mu.Lock()
	old := x.cur
	x.cur = next
	x.mu.Unlock()
	x.answers.changed()
	x.rebuild = nil
	return old, nil
}

func (x *Index) abandon(next *generation) error {
	x.write.Lock()
	defer x.write.Unlock()
	x.rebuild = nil
	return errors.Join(next.close(), os.RemoveAll(next.path))
}
