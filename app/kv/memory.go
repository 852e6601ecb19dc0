package kv

import (
	"context"
	"sync"
	"time"
)

// counters limits rates in one process with the generic cell rate algorithm: per key, one time before which the next use is
// too early. It is as smooth as a token bucket and needs eight bytes.
type counters struct {
	mu    sync.Mutex
	next  map[string]time.Time
	swept time.Time
}

// sweepEvery bounds the memory of keys that are not used any more.
const sweepEvery = time.Minute

func (c *counters) allow(key string, r Rate, now time.Time) (bool, time.Duration) {
	if r.none() {
		return false, r.Per
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.next == nil {
		c.next = map[string]time.Time{}
	}
	if now.Sub(c.swept) > sweepEvery {
		for k, t := range c.next {
			if t.Before(now) {
				delete(c.next, k)
			}
		}
		c.swept = now
	}
	step := r.step()
	at := c.next[key]
	if at.Before(now) {
		at = now
	}
	if wait := at.Add(step).Sub(now) - r.Per; wait > 0 {
		return false, wait
	}
	c.next[key] = at.Add(step)
	return true, 0
}

// hub passes messages on within one process.
type hub struct {
	mu   sync.Mutex
	subs map[string]map[chan []byte]struct{}
}

func (h *hub) publish(channel string, message []byte) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for ch := range h.subs[channel] {
		select {
		case ch <- message:
		default: // a slow reader misses it; the database is the truth
		}
	}
}

func (h *hub) subscribe(ctx context.Context, channel string) <-chan []byte {
	ch := make(chan []byte, backlog)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.subs == nil {
		h.subs = map[string]map[chan []byte]struct{}{}
	}
	if h.subs[channel] == nil {
		h.subs[channel] = map[chan []byte]struct{}{}
	}
	h.subs[channel][ch] = struct{}{}
	context.AfterFunc(ctx, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		delete(h.subs[channel], ch)
		if len(h.subs[channel]) == 0 {
			delete(h.subs, channel)
		}
		close(ch)
	})
	return ch
}
