package find

import (
	"container/list"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// What stands beside a thread changes slowly and every thread page shows it, so what the index said is kept.
const (
	besideSize  = 4_096            // threads
	besideFresh = 10 * time.Minute // how late something new may appear beside an old thread
)

// cache keeps ids of threads by thread and set of audiences, which is why nobody is told what another may read. The least recently used
// list makes room. What can be withdrawn is not kept in it, titles above all: those are read anew.
type cache struct {
	now func() time.Time

	mu    sync.Mutex
	items map[string]*list.Element
	order *list.List // the most recently used in front
}

type cacheEntry struct {
	key   string
	list  []int64
	until time.Time
}

func newCache(now func() time.Time) *cache {
	return &cache{now: now, items: make(map[string]*list.Element), order: list.New()}
}

func cacheKey(thread int64, audiences []string) string {
	return strconv.FormatInt(thread, 10) + " " + strings.Join(audiences, " ")
}

func (c *cache) get(thread int64, audiences []string) ([]int64, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	el, ok := c.items[cacheKey(thread, audiences)]
	if !ok {
		return nil, false
	}
	e := el.Value.(*cacheEntry)
	if c.now().After(e.until) {
		c.order.Remove(el)
		delete(c.items, e.key)
		return nil, false
	}
	c.order.MoveToFront(el)
	return slices.Clone(e.list), true
}

func (c *cache) put(thread int64, audiences []string, kept []int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e := &cacheEntry{key: strings.Clone(cacheKey(thread, audiences)), list: slices.Clone(kept), until: c.now().Add(besideFresh)}
	if el, ok := c.items[e.key]; ok {
		el.Value = e
		c.order.MoveToFront(el)
		return
	}
	c.items[e.key] = c.order.PushFront(e)
	if c.order.Len() > besideSize {
		last := c.order.Back()
		c.order.Remove(last)
		delete(c.items, last.Value.(*cacheEntry).key)
	}
}
