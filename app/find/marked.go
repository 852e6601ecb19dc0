package find

import (
	"context"
	"strconv"
	"strings"
	"sync"

	"watercooler/search"
)

// A fragment is what a result shows of a thread's or reply's text: the part that says most about the query, with its words
// marked.
type fragment struct {
	title, body []search.Span
}

// fragments remembers what was marked in which revision of a text for which words. Marking reads and analyses whole bodies,
// which costs more than everything else on a page of results, and people ask the same again and turn back. Who may read the
// text is not asked here but of the rows, each time.
type fragments struct {
	mu   sync.Mutex
	kept map[string]fragment
}

// maxFragments bounds the memory, at about 600 bytes each.
const maxFragments = 5_000

func (f *fragments) get(key string) (fragment, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	found, ok := f.kept[key]
	return found, ok
}

func (f *fragments) put(key string, fresh fragment) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.kept == nil || len(f.kept) >= maxFragments {
		f.kept = make(map[string]fragment)
	}
	f.kept[strings.Clone(key)] = fresh
}

// mark finds the fragments of those threads and replies of refs that are among r, so that they may be read. It reads the bodies
// of those it has not seen yet, in at most two statements.
func (s *Service) mark(ctx context.Context, r *rows, refs []string, p search.Parsed) error {
	r.marked = make(map[string]fragment, len(refs))
	var threadIDs, replyIDs []int64
	for _, ref := range refs {
		key, ok := r.revision(ref)
		if !ok {
			continue
		}
		if f, ok := s.marked.get(key + p.Text); ok {
			r.marked[ref] = f
		} else if id, is := refID(ref, "thread"); is {
			threadIDs = append(threadIDs, id)
		} else if id, is := refID(ref, "reply"); is {
			replyIDs = append(replyIDs, id)
		}
	}
	ofThreads, err := bodies(ctx, s.db, threadBodies, threadIDs)
	if err != nil {
		return err
	}
	ofReplies, err := bodies(ctx, s.db, replyBodies, replyIDs)
	if err != nil {
		return err
	}
	for id, body := range ofThreads {
		s.markOne(r, ref("thread", id), r.threads[id].Title, body, p)
	}
	for id, body := range ofReplies {
		s.markOne(r, ref("reply", id), r.threads[r.replies[id].Thread].Title, body, p)
	}
	return nil
}

func (s *Service) markOne(r *rows, ref, title, body string, p search.Parsed) {
	f := fragment{title: p.Highlight(title, 0), body: p.Highlight(plain(body), bodyRunes)}
	r.marked[ref] = f
	if key, ok := r.revision(ref); ok {
		s.marked.put(key+p.Text, f)
	}
}

// revision names the text that ref shows as it is now, and reports whether it is among r. A reply shows its thread's title too.
func (r *rows) revision(ref string) (key string, ok bool) {
	var thread int64
	own := 0
	if id, is := refID(ref, "thread"); is {
		thread = id
	} else if id, is := refID(ref, "reply"); is {
		thread, own = r.replies[id].Thread, r.replies[id].Revision
	}
	t, ok := r.threads[thread]
	return ref + " " + strconv.Itoa(t.Revision) + " " + strconv.Itoa(own) + " ", ok
}
