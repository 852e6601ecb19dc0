package find

import (
	"container/list"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Related threads change slowly and every thread page shows them, so their ids are kept.
const (
	relatedKept  = 10               // ids of a thread
	relatedSize  = 4_096            // threads
	relatedFresh = 10 * time.Minute // how late a new thread may appear beside an old one
)

// relatedCache keeps ids only, by thread and set of audiences: titles and permission are read anew. The least recently used
// entry makes room.
type relatedCache struct {
	now func() time.Time

	mu    sync.Mutex
	items map[string]*list.Element
	order *list.List // the most recently used in front
}

type relatedEntry struct {
	key   string
	ids   []int64
	until time.Time
}

func newRelatedCache(now func() time.Time) *relatedCache {
	return &relatedCache{now: now, items: make(map[string]*list.Element), order: list.New()}
}

func relatedKey(thread int64, audiences []string) string {
	return strconv.FormatInt(thread, 10) + " " + strings.Join(audiences, " ")
}

func (c *relatedCache) get(thread int64, audiences []string) ([]int64, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	el, ok := c.items[relatedKey(thread, audiences)]
	if !ok {
		return nil, false
	}
	e := el.Value.(*relatedEntry)
	if c.now().After(e.until) {
		c.order.Remove(el)
		delete(c.items, e.key)
		return nil, false
	}
	c.order.MoveToFront(el)
	return slices.Clone(e.ids), true
}

func (c *relatedCache) put(thread int64, audiences []string, ids []int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := &relatedEntry{key: strings.Clone(relatedKey(thread, audiences)), ids: slices.Clone(ids), until: c.now().Add(relatedFresh)}
	if el, ok := c.items[e.key]; ok {
		el.Value = e
		c.order.MoveToFront(el)
		return
	}
	c.items[e.key] = c.order.PushFront(e)
	if c.order.Len() > relatedSize {
		last := c.order.Back()
		c.order.Remove(last)
		delete(c.items, last.Value.(*relatedEntry).key)
	}
}
