package search_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"

	"watercooler/search"
)

// corpusSize is the number of documents of the benchmarks. WATERCOOLER_BENCH_DOCS=220000 is the size the goals are set for.
func corpusSize() int {
	if n, err := strconv.Atoi(os.Getenv("WATERCOOLER_BENCH_DOCS")); err == nil && n > 0 {
		return n
	}
	return 22_000
}

// vocabulary makes words that look like words: the stemmer and the dictionaries must have something to do.
func vocabulary(n int) []string {
	rng := rand.New(rand.NewPCG(1, 2))
	syllables := []string{"ba", "con", "der", "el", "for", "gra", "hi", "in", "ju", "ka", "lo", "mar", "no", "or", "per", "qui", "re", "sta", "tion", "un", "ver", "wa", "ex", "ing", "ze", "ment"}
	words := make([]string, n)
	for i := range words {
		var b strings.Builder
		for range 2 + rng.IntN(3) {
			b.WriteString(syllables[rng.IntN(len(syllables))])
		}
		words[i] = b.String()
	}
	return words
}

// corpus makes n documents, one thread to ten replies, with words as unevenly spread as in real text.
func corpus(n int) []search.Doc {
	rng := rand.New(rand.NewPCG(3, 4))
	words := vocabulary(30_000)
	zipf := rand.NewZipf(rng, 1.07, 8, uint64(len(words)-1))
	text := func(least, most int) string {
		var b strings.Builder
		for range least + rng.IntN(most-least) {
			b.WriteString(words[zipf.Uint64()])
			b.WriteByte(' ')
		}
		return b.String()
	}
	audiences := []string{"public", "hub", "hub", "hub", "org:2"}
	docs := make([]search.Doc, n)
	var thread search.Doc
	for i := range docs {
		d := search.Doc{AuthorID: int64(1 + rng.IntN(2000)), Names: words[rng.IntN(2000)] + " " + words[rng.IntN(2000)], Created: int64(i) * 60e6, Body: text(20, 80)}
		d.Author = "p" + strconv.FormatInt(d.AuthorID, 10)
		if i%11 == 0 {
			d.ID, d.Type, d.Kind, d.Thread = fmt.Sprintf("thread:%d", i), "thread", "question", int64(i)
			d.Title, d.Audience, d.TopicSlugs, d.Replied = text(4, 10), audiences[rng.IntN(len(audiences))], []string{"topic-" + strconv.Itoa(rng.IntN(60))}, true
			d.Replies = text(200, 800)
			thread = d
		} else {
			d.ID, d.Type, d.Kind, d.Thread = fmt.Sprintf("reply:%d", i), "reply", thread.Kind, thread.Thread
			d.ThreadTitle, d.Audience, d.TopicSlugs = thread.Title, thread.Audience, thread.TopicSlugs
		}
		docs[i] = d
	}
	return docs
}

// queries are two or three words, as frequent as the words of titles.
func queries(n int) []string {
	rng := rand.New(rand.NewPCG(5, 6))
	words := vocabulary(30_000)
	zipf := rand.NewZipf(rng, 1.07, 40, uint64(len(words)-1))
	out := make([]string, n)
	for i := range out {
		out[i] = words[zipf.Uint64()] + " " + words[zipf.Uint64()]
		if i%2 == 0 {
			out[i] += " " + words[zipf.Uint64()]
		}
	}
	return out
}

type benchmark struct {
	ours *search.Index
	bare bleve.Index
	rate float64
}

// prepared builds both indexes once for all benchmarks of a run.
var prepared = sync.OnceValues(func() (*benchmark, error) {
	dir, err := os.MkdirTemp("", "watercooler-bench")
	if err != nil {
		return nil, err
	}
	docs := corpus(corpusSize())
	b := &benchmark{}
	began := time.Now()
	if b.ours, _ = search.Open(search.Options{Dir: filepath.Join(dir, "ours")}); b.ours == nil {
		return nil, fmt.Errorf("open in %s", dir)
	}
	for batch := range slices.Chunk(docs, 1000) {
		if err := b.ours.Apply(context.Background(), batch, nil); err != nil {
			return nil, err
		}
	}
	b.rate = float64(len(docs)) / time.Since(began).Seconds()

	m := bleve.NewIndexMapping()
	m.DefaultAnalyzer = en.AnalyzerName
	m.DefaultMapping = bleve.NewDocumentStaticMapping()
	for _, name := range []string{"title", "body"} {
		f := bleve.NewTextFieldMapping()
		f.Store, f.IncludeInAll, f.DocValues = false, false, false
		m.DefaultMapping.AddFieldMappingsAt(name, f)
	}
	if b.bare, err = bleve.New(filepath.Join(dir, "bare"), m); err != nil {
		return nil, err
	}
	for chunk := range slices.Chunk(docs, 1000) {
		batch := b.bare.NewBatch()
		for _, d := range chunk {
			if err := batch.Index(d.ID, map[string]string{"title": d.Title, "body": d.Body}); err != nil {
				return nil, err
			}
		}
		if err := b.bare.Batch(batch); err != nil {
			return nil, err
		}
	}
	return b, nil
})

// BenchmarkSearch measures the product's search, with the audience filter, beside a bare bleve match on title and body
// without any filter, alternating in one run, and reports the ratio of their speeds: 1 is as fast, the goal is 0.4.
func BenchmarkSearch(b *testing.B) {
	p, err := prepared()
	if err != nil {
		b.Fatal(err)
	}
	texts := queries(100)
	var ours, bare time.Duration
	ctx := context.Background()
	for i := 0; b.Loop(); i++ {
		text := texts[i%len(texts)]
		began := time.Now()
		if _, err := p.ours.Search(ctx, search.Query{Text: text, Audiences: []string{"hub", "public"}, Limit: 20}); err != nil {
			b.Fatal(err)
		}
		ours += time.Since(began)
		began = time.Now()
		title, body := bleve.NewMatchQuery(text), bleve.NewMatchQuery(text)
		title.SetField("title")
		body.SetField("body")
		if _, err := p.bare.Search(bleve.NewSearchRequestOptions(bleve.NewDisjunctionQuery(title, body), 20, 0, false)); err != nil {
			b.Fatal(err)
		}
		bare += time.Since(began)
	}
	b.ReportMetric(float64(ours.Microseconds())/float64(b.N), "µs/search")
	b.ReportMetric(float64(bare.Microseconds())/float64(b.N), "µs/bare-bleve")
	b.ReportMetric(float64(bare)/float64(ours), "ratio")
	b.ReportMetric(p.rate, "docs/s")
}

// BenchmarkFacets is what the search page loads after its results.
func BenchmarkFacets(b *testing.B) {
	p, err := prepared()
	if err != nil {
		b.Fatal(err)
	}
	texts := queries(100)
	for i := 0; b.Loop(); i++ {
		if _, err := p.ours.Facets(context.Background(), search.Query{Text: texts[i%len(texts)], Audiences: []string{"hub", "public"}}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSuggest(b *testing.B) {
	p, err := prepared()
	if err != nil {
		b.Fatal(err)
	}
	texts := queries(100)
	for i := 0; b.Loop(); i++ {
		text := texts[i%len(texts)]
		if _, err := p.ours.Suggest(context.Background(), text[:2+i%3], []string{"hub", "public"}, 8); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkExperts(b *testing.B) {
	p, err := prepared()
	if err != nil {
		b.Fatal(err)
	}
	texts := queries(100)
	for i := 0; b.Loop(); i++ {
		_, err := p.ours.Experts(context.Background(), search.Need{Text: texts[i%len(texts)], Audiences: []string{"hub", "public"}, Limit: 20})
		if err != nil {
			b.Fatal(err)
		}
	}
}
