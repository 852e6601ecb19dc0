package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/valyala/fasthttp"
)

// searchOptions are the command line of bench search.
type searchOptions struct {
	cache, binary, postgres, data string
	sizes                         []int
	rounds, each                  int
	limit, live                   time.Duration
	kinds                         []string
}

// The kinds of query.
const (
	kindMatch    = "two or three words"
	kindQuestion = "natural question"
	kindAll      = "all words"
	kindPhrase   = "phrase"
	kindSuggest  = "beginning of a word"
	kindTypo     = "misspelt word"
	kindFacets   = "words, with facets"
	kindCode     = "rare reference"
	kindExpert   = "who knows"
)

var queryKinds = []string{kindMatch, kindQuestion, kindAll, kindPhrase, kindSuggest, kindTypo, kindFacets, kindCode, kindExpert}

// benchSearch is the subcommand search.
func benchSearch(ctx context.Context, args []string) (err error) {
	var o searchOptions
	flags := flag.NewFlagSet("bench search", flag.ContinueOnError)
	flags.StringVar(&o.cache, "cache", ".cache/bench-search", "folder for what is built, which is kept between runs")
	flags.StringVar(&o.binary, "binary", "bin/watercooler", "program to measure")
	flags.StringVar(&o.postgres, "pg", os.Getenv("WATERCOOLER_TEST_POSTGRES"), "URL of a PostgreSQL server; a database for each size is made in it")
	flags.StringVar(&o.data, "chat", chatData(), "messages to learn from: JSON Lines with a field text, .gz")
	sizes := flags.String("sizes", "10000,100000,1000000", "numbers of documents, with commas between")
	flags.IntVar(&o.rounds, "rounds", 3, "how often each contender has its turn with each kind of query")
	flags.IntVar(&o.each, "each", 40, "queries in a turn")
	flags.DurationVar(&o.limit, "limit", 8*time.Second, "when a turn ends although queries are left")
	flags.DurationVar(&o.live, "live", 15*time.Second, "how long 50 posts a second are written, to see when they are found")
	kinds := flags.String("kinds", "", "measure only the kinds of query whose names begin so, with commas between")
	if err := flags.Parse(args); err != nil {
		return err
	}
	for s := range strings.SplitSeq(*sizes, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(s))
		if err != nil || n < 1000 {
			return fmt.Errorf("-sizes: %q is no number of at least 1000", s)
		}
		o.sizes = append(o.sizes, n)
	}
	for _, k := range queryKinds {
		if slices.ContainsFunc(strings.Split(*kinds, ","), func(p string) bool { return strings.HasPrefix(k, strings.TrimSpace(p)) }) {
			o.kinds = append(o.kinds, k)
		}
	}
	for _, path := range []*string{&o.cache, &o.binary} {
		if *path, err = filepath.Abs(*path); err != nil {
			return err
		}
	}
	if _, err := os.Stat(o.binary); err != nil {
		return fmt.Errorf("%w: run make build first", err)
	}
	chat, err := learn(o.data, os.Stderr)
	if err != nil {
		return err
	}
	fmt.Printf("One client, signed in, of %d audiences; %d × %d queries of each kind, none of them asked twice, contenders in turns; %s, %d cores.\n",
		len(audiences()), o.rounds, o.each, runtime.Version(), runtime.NumCPU())
	for _, n := range o.sizes {
		if err := o.size(ctx, &searchCorpus{chat: chat, size: n}, os.Stderr); err != nil {
			return fmt.Errorf("%d documents: %w", n, err)
		}
	}
	return nil
}

// chatData is where the messages are that the corpus is made like; WATERCOOLER_DATA names the folder of collections.
func chatData() string {
	root := os.Getenv("WATERCOOLER_DATA")
	if root == "" {
		root = filepath.Join("..", "shared", "data")
	}
	return filepath.Join(root, "chat-slack", "expert-docs.jsonl.gz")
}

// size measures everything at one size.
func (o searchOptions) size(ctx context.Context, s *searchCorpus, say io.Writer) (err error) {
	dir := filepath.Join(o.cache, fmt.Sprintf("v%d-%d", searchVersion, s.size))
	made, err := s.prepare(ctx, filepath.Join(dir, "hub"), say)
	if err != nil {
		return fmt.Errorf("make the corpus: %w", err)
	}
	h, err := o.startHub(ctx, filepath.Join(dir, "hub"), s.size, say)
	if err != nil {
		return fmt.Errorf("start the hub: %w", err)
	}
	defer func() { err = errors.Join(err, h.Close()) }()
	in, err := openInside(ctx, filepath.Join(dir, "hub"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	all := []contender{h, in}
	lite, err := withSQLite(ctx, s, dir, say)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lite.Close()) }()
	rivals := []*rival{lite}
	if o.postgres != "" {
		pg, err := withPostgres(ctx, s, o.postgres, say)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, pg.Close()) }()
		rivals = append(rivals, pg)
	}
	for _, r := range rivals {
		all = append(all, r)
	}
	t := newSearchTable(s.size, made, h, rivals)
	rng := source("search queries", s.size, int(time.Now().UnixNano())) // fresh ones: the hub keeps answers for as long as nothing is written
	for _, kind := range o.kinds {
		_, _ = fmt.Fprintf(say, "%d documents: %s\n", s.size, kind)
		turns, err := o.measure(ctx, all, kind, s.queries(rng, kind, o.rounds*o.each+warmUp))
		if err != nil {
			return fmt.Errorf("%s: %w", kind, err)
		}
		t.add(kind, turns)
	}
	if o.live > 0 {
		if err := t.written(ctx, h, o.live); err != nil {
			return fmt.Errorf("write under load: %w", err)
		}
	}
	t.memory = h.process.memory("VmRSS")
	return t.print(os.Stdout)
}

// warmUp is how many queries each contender is asked before it is measured.
const warmUp = 5

// turn is what one contender did with the queries of one kind.
type turn struct {
	took  []time.Duration // by query; 0 where there was no time left
	shown []int           // results on the page
}

// measure asks every contender the same queries, in turns.
func (o searchOptions) measure(ctx context.Context, all []contender, kind string, queries [][]string) ([]turn, error) {
	out := make([]turn, len(all))
	for i, c := range all {
		out[i] = turn{make([]time.Duration, len(queries)-warmUp), make([]int, len(queries)-warmUp)}
		for _, q := range queries[:warmUp] {
			if _, err := c.ask(ctx, kind, q); err != nil {
				return nil, fmt.Errorf("%s, %q: %w", c.name(), q, err)
			}
		}
	}
	queries = queries[warmUp:]
	for round := range o.rounds {
		for k := range all {
			i := (k + round) % len(all) // nobody always comes first
			end := time.Now().Add(o.limit)
			for q := round * o.each; q < (round+1)*o.each && time.Now().Before(end); q++ {
				begin := time.Now()
				n, err := all[i].ask(ctx, kind, queries[q])
				if err != nil {
					return nil, fmt.Errorf("%s, %q: %w", all[i].name(), queries[q], err)
				}
				out[i].took[q], out[i].shown[q] = time.Since(begin), n
			}
		}
	}
	return out, nil
}

// queries makes n queries of a kind, no two the same.
func (s *searchCorpus) queries(rng *rand.Rand, kind string, n int) [][]string {
	made := make(map[string]bool, n)
	var out [][]string
	for tries := 0; len(out) < n; tries++ {
		q := s.query(rng, kind)
		if key := strings.Join(q, " "); !made[key] || tries > 20*n { // there may be too few beginnings of words
			made[key] = true
			out = append(out, q)
		}
	}
	return out
}

func (s *searchCorpus) query(rng *rand.Rand, kind string) []string {
	switch kind {
	case kindQuestion:
		words := []string{"how", "do"}
		for _, w := range s.chat.say(rng, 10+rng.IntN(8)) {
			if w := strings.Trim(s.chat.words[w], ".,;:!?()'-/="); w != "" && !strings.ContainsAny(w, "'\"():") {
				words = append(words, w)
			}
		}
		return words
	case kindAll:
		return s.chat.together(rng, 2)
	case kindPhrase:
		return s.chat.pair(rng)
	case kindSuggest:
		w := s.chat.together(rng, 1)[0]
		return []string{w[:2+rng.IntN(3)]}
	case kindTypo:
		return []string{s.chat.misspelt(rng)}
	case kindCode:
		return []string{code(rng.IntN(s.size/codeEvery) * codeEvery)}
	}
	return s.chat.together(rng, 2+rng.IntN(2))
}

// hub is the program under measurement, asked for whole pages over HTTP.
type hub struct {
	*bench
	database string
	process  *process
	client   *client
	indexing time.Duration // of a rebuild, the reading of the database included
	size     int64
	facets   string // addresses, by what this version has
	experts  string
}

// startHub indexes the corpus unless that was done, and starts the hub on it.
func (o searchOptions) startHub(ctx context.Context, dir string, docs int, say io.Writer) (_ *hub, err error) {
	b := &bench{options: options{binary: o.binary}, say: say, cookies: map[string]string{}}
	if b.cores, err = splitCores(); err != nil {
		return nil, err
	}
	l := leg{name: "hub", dir: dir, binary: o.binary, database: "sqlite:" + filepath.Join(dir, "watercooler.db")}
	h := &hub{bench: b, database: l.database}
	if h.indexing, err = b.index(ctx, l, docs); err != nil {
		return nil, err
	}
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	begin := time.Now()
	if h.process, err = start(b.cores.all(), b.cores.all(), addr, l.env(addr), l.binary, "serve"); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.process.stop())
		}
	}()
	if _, err := h.process.waitReady(ctx, "/readyz", begin, time.Minute); err != nil {
		return nil, err
	}
	h.client = newClient(addr)
	if h.client.cookie, err = b.signIn(addr); err != nil {
		return nil, err
	}
	h.size = folderSize(filepath.Join(dir, "index"))
	h.facets, h.experts = h.has("/search/facets?q="), h.has("/experts?q=")
	return h, nil
}

// has returns an address if the hub knows it, and otherwise "".
func (h *hub) has(path string) string {
	if _, err := h.get(path + "zebra"); err != nil {
		return ""
	}
	return path
}

// index builds the index of the hub, if it is not there or of another program, and returns how long that took.
func (b *bench) index(ctx context.Context, l leg, docs int) (time.Duration, error) {
	program, err := os.Stat(l.binary)
	if err != nil {
		return 0, err
	}
	note, stamp := filepath.Join(l.dir, "indexed.json"), program.ModTime().Format(time.RFC3339Nano)
	var kept struct {
		Program string
		Took    time.Duration
	}
	if raw, err := os.ReadFile(note); err == nil && json.Unmarshal(raw, &kept) == nil && kept.Program == stamp {
		return kept.Took, nil
	}
	_, _ = fmt.Fprintf(b.say, "indexing %d documents\n", docs)
	begin := time.Now()
	p, err := start(b.cores.all(), b.cores.all(), "", l.env("127.0.0.1:0"), l.binary, "reindex")
	if err != nil {
		return 0, err
	}
	select {
	case err := <-p.done:
		if err != nil {
			return 0, fmt.Errorf("reindex: %w:\n%s", err, p.stderr)
		}
	case <-ctx.Done():
		return 0, errors.Join(ctx.Err(), p.stop())
	}
	kept.Program, kept.Took = stamp, time.Since(begin)
	raw, err := json.Marshal(kept)
	if err != nil {
		return 0, err
	}
	return kept.Took, os.WriteFile(note, raw, 0o600)
}

func (h *hub) name() string { return "hub" }

// Close stops the hub.
func (h *hub) Close() error {
	h.client.http.CloseIdleConnections()
	return h.process.stop()
}

// get asks for a page and returns what is in it.
func (h *hub) get(path string) (string, error) {
	req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(req)
	defer fasthttp.ReleaseResponse(res)
	req.SetRequestURI(path)
	if err := h.client.do(req, res); err != nil {
		return "", err
	}
	return string(res.Body()), nil
}

// typedQuery is what somebody types into the box.
func typedQuery(kind string, words []string) string {
	text := strings.Join(words, " ")
	switch kind {
	case kindAll:
		return `"` + strings.Join(words, `" "`) + `"`
	case kindPhrase:
		return `"` + text + `"`
	case kindQuestion:
		return text + "?"
	}
	return text
}

func (h *hub) ask(_ context.Context, kind string, words []string) (int, error) {
	q := url.QueryEscape(typedQuery(kind, words))
	path := "/search?q=" + q
	switch {
	case kind == kindSuggest:
		path = "/suggest?q=" + q
	case kind == kindExpert && h.experts != "":
		path = h.experts + q
	case kind == kindExpert:
		path = "/api/v1/experts?q=" + q
	}
	page, err := h.get(path)
	if err == nil && kind == kindFacets && h.facets != "" {
		_, err = h.get(h.facets + q)
	}
	// Links to what was found, once for each at least: enough to know whether anything was.
	links := []string{`href="/threads/`}
	switch kind {
	case kindSuggest:
		links = []string{"/threads/", "/people/"}
	case kindExpert:
		links = []string{`href="/people/`, `"person:`}
	}
	n := 0
	for _, link := range links {
		n += strings.Count(page, link)
	}
	return n, err
}
