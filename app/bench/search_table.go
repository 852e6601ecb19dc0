package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/valyala/fasthttp"

	"watercooler/app/db"
)

// searchTable is what was measured at one size.
type searchTable struct {
	size   int
	made   built
	hub    *hub
	rivals []*rival
	rows   []searchRow
	found  sample // from the answer to a post until a search finds it
	busy   sample // searches meanwhile
	memory int64
}

// searchRow is one kind of query.
type searchRow struct {
	kind   string
	times  []sample
	some   []float64 // share of the queries that found anything
	ratios []float64 // how many times as long as the hub each took, query by query; the middle of them
}

func newSearchTable(size int, made built, h *hub, rivals []*rival) *searchTable {
	return &searchTable{size: size, made: made, hub: h, rivals: rivals}
}

// inProcess is the place of the hub without HTTP among the contenders; the rivals, which come after it, are asked the same way.
const inProcess = 1

// add counts what the contenders did, the hub over HTTP first.
func (t *searchTable) add(kind string, turns []turn) {
	row := searchRow{kind: kind}
	for _, x := range turns {
		var took []time.Duration
		var longer []float64
		found := 0
		for q, d := range x.took {
			if d == 0 {
				continue
			}
			took = append(took, d)
			if x.shown[q] > 0 {
				found++
			}
			if ours := turns[inProcess].took[q]; ours > 0 {
				longer = append(longer, float64(d)/float64(ours))
			}
		}
		slices.Sort(longer)
		row.times = append(row.times, summarise(took))
		row.some = append(row.some, float64(found)/float64(len(took)))
		row.ratios = append(row.ratios, longer[len(longer)/2])
	}
	t.rows = append(t.rows, row)
}

// print writes the table.
func (t *searchTable) print(out io.Writer) error {
	fmt.Fprintf(out, "\n%d documents, %s of text\n\n", t.size, megabytes(t.made.Raw))
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "query\tpage over HTTP p50\tp99\tfound\tinside p50\tp99")
	for _, r := range t.rivals {
		fmt.Fprintf(w, "\t%s p50\tp99\tfound\t× inside", r.called)
	}
	fmt.Fprintln(w)
	for _, row := range t.rows {
		fmt.Fprint(w, row.kind)
		for i, s := range row.times {
			fmt.Fprintf(w, "\t%s\t%s", ms(s.P50), ms(s.P99))
			if i != inProcess {
				fmt.Fprintf(w, "\t%.0f %%", 100*row.some[i])
			}
			if i > inProcess {
				fmt.Fprintf(w, "\t%.1f", row.ratios[i])
			}
		}
		fmt.Fprintln(w)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(out)
	rate := func(d time.Duration) string { return fmt.Sprintf("%.0f/s", float64(t.size)/d.Seconds()) }
	of := func(n int64) string { return fmt.Sprintf("%s (%.1f ×)", megabytes(n), float64(n)/float64(t.made.Raw)) }
	fmt.Fprint(w, "\thub")
	for _, r := range t.rivals {
		fmt.Fprintf(w, "\t%s", r.called)
	}
	fmt.Fprintf(w, "\nindexing, documents\t%s", rate(t.hub.indexing))
	for _, r := range t.rivals {
		fmt.Fprintf(w, "\t%s", rate(r.indexing))
	}
	fmt.Fprintf(w, "\nindex, beside the text\t%s", of(t.hub.size))
	for _, r := range t.rivals {
		fmt.Fprintf(w, "\t%s", of(r.size))
	}
	fmt.Fprintf(w, "\nimport into the database, documents\t%s\nmemory (RSS)\t%s\n", rate(t.made.Took), megabytes(t.memory))
	if t.found.P50 > 0 {
		fmt.Fprintf(w, "written → found, at 50 posts a second\tp50 %s, p99 %s\nsearches meanwhile\tp50 %s, p99 %s\n", ms(t.found.P50), ms(t.found.P99), ms(t.busy.P50), ms(t.busy.P99))
	}
	return w.Flush()
}

// perSecond is how many posts are written under load, and watchEvery of which each is searched for until it is found.
const (
	perSecond  = 50
	watchEvery = 10
)

// written writes replies for as long as live, and measures when they are found.
func (t *searchTable) written(ctx context.Context, h *hub, live time.Duration) error {
	d, err := db.Open(ctx, h.database, db.Options{})
	if err != nil {
		return err
	}
	ids, err := strs(ctx, d, "SELECT CAST(id AS TEXT) FROM threads WHERE audience = 'hub' ORDER BY id DESC LIMIT 2000")
	if err = errors.Join(err, d.Close()); err != nil {
		return err
	}
	var (
		mu     sync.Mutex
		waits  []time.Duration
		failed error
		wg     sync.WaitGroup
	)
	note := func(d time.Duration, err error) {
		mu.Lock()
		defer mu.Unlock()
		if failed = errors.Join(failed, err); err == nil && d > 0 {
			waits = append(waits, d)
		}
	}
	run := strconv.FormatInt(time.Now().UnixNano(), 36)
	total := int(live.Seconds() * perSecond)
	begin := time.Now()
	for i := range total {
		due := begin.Add(time.Duration(i) * time.Second / perSecond)
		wg.Go(func() {
			time.Sleep(time.Until(due))
			word := "zq" + run + strconv.Itoa(i)
			note(h.post(ctx, "/threads/"+ids[i%len(ids)]+"/replies", word, i%watchEvery == 0))
		})
	}
	var busy []time.Duration
	rng := source("busy", int(begin.UnixNano()))
	chat := newCorpus().lex
	for time.Since(begin) < live && ctx.Err() == nil {
		at := time.Now()
		if _, err := h.get("/search?q=" + chat.subject(rng) + "+" + chat.subject(rng)); err != nil {
			note(0, err)
			break
		}
		busy = append(busy, time.Since(at))
		time.Sleep(20 * time.Millisecond)
	}
	wg.Wait()
	if failed != nil {
		return failed
	}
	t.found, t.busy = summarise(waits), summarise(busy)
	return nil
}

// post writes a reply and, when it is watched, searches until it is found.
func (h *hub) post(ctx context.Context, path, word string, watched bool) (time.Duration, error) {
	req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(req)
	defer fasthttp.ReleaseResponse(res)
	postForm(req, path, "body", "The word is "+word+".")
	if err := h.client.do(req, res); err != nil {
		return 0, err
	}
	for at := time.Now(); watched && ctx.Err() == nil; time.Sleep(10 * time.Millisecond) {
		page, err := h.get("/api/v1/search?q=" + word)
		if err != nil {
			return 0, err
		}
		if strings.Contains(page, "reply:") || strings.Contains(page, "thread:") {
			return time.Since(at), nil
		}
		if time.Since(at) > time.Minute {
			return 0, errors.New("a reply was not found within a minute")
		}
	}
	return 0, nil
}
