package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"
)

// connections is how many people ask at the same moment, in both loops. It is what the other hubs were measured with.
const connections = 16

// request fills req for the i-th request of a point.
type request func(req *fasthttp.Request, i int)

// client speaks to one server on loopback.
type client struct {
	http   *fasthttp.HostClient
	cookie string
}

func newClient(addr string) *client {
	return &client{http: &fasthttp.HostClient{Addr: addr, MaxConns: 4 * connections, ReadTimeout: 20 * time.Second, WriteTimeout: 20 * time.Second,
		MaxIdleConnDuration: time.Minute, RetryIfErr: func(*fasthttp.Request, int, error) (bool, bool) { return false, false }}}
}

// do sends one request and checks the status; anything else than 200, or 303 after a form, ends the measurement, because a
// fast error page would look like a good figure.
func (c *client) do(req *fasthttp.Request, res *fasthttp.Response) error {
	req.Header.SetHost(c.http.Addr)
	req.URI().SetScheme("http")
	if c.cookie != "" {
		req.Header.Set(fasthttp.HeaderCookie, c.cookie)
	}
	if req.Header.IsPost() {
		// What a browser sends with its own forms; without it the hub takes the request for a foreign one.
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if err := c.http.Do(req, res); err != nil {
		return fmt.Errorf("%s: %w", req.URI().Path(), err)
	}
	if code := res.StatusCode(); code != fasthttp.StatusOK && (code != fasthttp.StatusSeeOther || !req.Header.IsPost()) {
		return fmt.Errorf("%s answered %d: %.300s", req.URI().Path(), code, res.Body())
	}
	return nil
}

// sample is what one stretch of load saw.
type sample struct {
	Rate     float64 // answers per second
	P50, P99 time.Duration
	CPU      time.Duration // of the server, per request
	Bytes    int           // of one answer
}

// closedLoop asks from 16 connections, each the next request as soon as the last is answered, for as long as d: how much
// the server can do.
func closedLoop(ctx context.Context, c *client, ask request, d time.Duration, cpu func() time.Duration) (sample, error) {
	var (
		next   atomic.Int64
		bytes  atomic.Int64
		mu     sync.Mutex
		all    []time.Duration
		failed error
		wg     sync.WaitGroup
	)
	before, start := cpu(), time.Now()
	end := start.Add(d)
	for range connections {
		wg.Go(func() {
			req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
			defer fasthttp.ReleaseRequest(req)
			defer fasthttp.ReleaseResponse(res)
			var mine []time.Duration
			var err error
			for ctx.Err() == nil {
				at := time.Now()
				if at.After(end) {
					break
				}
				req.Reset()
				ask(req, int(next.Add(1)-1))
				if err = c.do(req, res); err != nil {
					break
				}
				mine = append(mine, time.Since(at))
				bytes.Store(int64(len(res.Body())))
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, mine...)
			failed = errors.Join(failed, err)
		})
	}
	wg.Wait()
	took := time.Since(start)
	if failed != nil || len(all) == 0 {
		return sample{}, errors.Join(failed, ctx.Err())
	}
	s := summarise(all)
	s.Rate = float64(len(all)) / took.Seconds()
	s.CPU = (cpu() - before) / time.Duration(len(all))
	s.Bytes = int(bytes.Load())
	return s, nil
}

// openLoop asks at a fixed rate whatever the server does, as people who do not know of each other. The time of an answer
// counts from when the request was due, not from when a connection was free to send it: a server that stalls for a second
// is late for everyone who came in that second.
func openLoop(ctx context.Context, c *client, ask request, rate float64, d time.Duration) (sample, error) {
	total := int(rate * d.Seconds())
	if total == 0 {
		return sample{}, errors.New("the open loop has nothing to send")
	}
	var (
		next   atomic.Int64
		mu     sync.Mutex
		all    []time.Duration
		failed error
		wg     sync.WaitGroup
	)
	start := time.Now()
	for range 4 * connections { // enough that one is free when a request is due
		wg.Go(func() {
			req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
			defer fasthttp.ReleaseRequest(req)
			defer fasthttp.ReleaseResponse(res)
			var mine []time.Duration
			var err error
			for ctx.Err() == nil {
				i := int(next.Add(1) - 1)
				if i >= total {
					break
				}
				due := start.Add(time.Duration(float64(i) / rate * float64(time.Second)))
				time.Sleep(time.Until(due))
				req.Reset()
				ask(req, i)
				if err = c.do(req, res); err != nil {
					break
				}
				mine = append(mine, time.Since(due))
			}
			mu.Lock()
			defer mu.Unlock()
			all = append(all, mine...)
			failed = errors.Join(failed, err)
		})
	}
	wg.Wait()
	if failed != nil || len(all) == 0 {
		return sample{}, errors.Join(failed, ctx.Err())
	}
	s := summarise(all)
	s.Rate = float64(len(all)) / time.Since(start).Seconds()
	return s, nil
}

func summarise(all []time.Duration) sample {
	slices.Sort(all)
	return sample{P50: all[len(all)/2], P99: all[len(all)*99/100]}
}

// median returns the middle one by rate; of an even number, the lower of the two.
func median(list []sample) sample {
	sorted := slices.SortedFunc(slices.Values(list), func(a, b sample) int {
		switch {
		case a.Rate < b.Rate:
			return -1
		case a.Rate > b.Rate:
			return 1
		}
		return 0
	})
	return sorted[(len(sorted)-1)/2]
}
