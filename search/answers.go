package search

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
)

// answers remembers what searches found for as long as the index stays as it was. People ask the same things, go back and
// turn pages; most of the day nothing is written between two of their searches. Every change of the index forgets all of it, so
// that a post is found as soon as it is indexed and what was withdrawn is gone.
type answers struct {
	epoch atomic.Uint64 // counts the changes of the index

	mu   sync.Mutex
	of   uint64 // epoch of what is in kept
	kept map[string]Result
}

// maxAnswers bounds the memory: a page of hits with its facets is about 3 KB.
const maxAnswers = 1_000

// changed forgets everything. It is called after a change can be seen by readers.
func (a *answers) changed() { a.epoch.Add(1) }

// get returns what q found since the last change, and the epoch to put a new answer under.
func (a *answers) get(key string) (res Result, epoch uint64, ok bool) {
	epoch = a.epoch.Load()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.of != epoch {
		return Result{}, epoch, false
	}
	res, ok = a.kept[key]
	return res, epoch, ok
}

// put keeps an answer that was looked for in epoch. One that a change has overtaken is dropped: it may be older than it.
func (a *answers) put(key string, epoch uint64, res Result) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if epoch != a.epoch.Load() {
		return
	}
	if a.of != epoch || a.kept == nil || len(a.kept) >= maxAnswers {
		a.kept, a.of = make(map[string]Result), epoch
	}
	a.kept[strings.Clone(key)] = res
}

// key tells queries apart. Audiences are part of it: what one person was answered is not an answer for another. Each text stands
// behind its length, so that none can pass for two.
func (q Query) key() string {
	b := make([]byte, 0, 600)
	for _, list := range [...][]string{{q.Text, q.Sort}, q.Audiences, q.Types, q.Kinds} {
		b = strconv.AppendInt(append(b, ' '), int64(len(list)), 10)
		for _, text := range list {
			b = strconv.AppendInt(append(b, ' '), int64(len(text)), 10)
			b = append(append(b, ':'), text...)
		}
	}
	b = strconv.AppendInt(append(b, ' '), int64(q.Limit), 10)
	b = strconv.AppendInt(append(b, ' '), int64(q.Offset), 10)
	b = strconv.AppendBool(append(b, ' '), q.Explain)
	b = strconv.AppendBool(append(b, ' '), q.Literal)
	return string(fmt.Appendf(b, " %p", q.Synonyms)) // another glossary is another pointer
}
