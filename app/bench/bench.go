package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/valyala/fasthttp"

	"watercooler/app/db"
)

// bench is one run.
type bench struct {
	options
	cores   cores
	self    string // this program, to start the ceilings
	say     io.Writer
	rows    []row
	figures []figure
	failed  []string
	cookies map[string]string // of the account that measures, by server
}

// row is one measured point.
type row struct {
	leg, name string
	ours      sample
	open      sample
	ceiling   sample
	ratio     float64 // median of the pairs
	pace      float64 // our rate by that of the earlier program, median of the pairs; 0 when there is none
	want      target
}

// slowest is how much of the earlier program's rate must be left.
const slowest = .90

// target is what the hub promises about a point; zero values promise nothing.
type target struct {
	ratio float64 // of the ceiling
	rate  float64 // answers per second
	p99   time.Duration
}

// figure is a number that stands alone.
type figure struct {
	leg, name, value, target string
	missed                   bool
}

func newBench(ctx context.Context, o options) (*bench, error) {
	b := &bench{options: o, say: os.Stderr, cookies: map[string]string{}}
	var err error
	if b.cores, err = splitCores(); err != nil {
		return nil, err
	}
	if b.self, err = os.Executable(); err != nil {
		return nil, err
	}
	size, err := os.Stat(o.binary)
	if err != nil {
		return nil, fmt.Errorf("%w: run make build first", err)
	}
	b.figure("", "binary", megabytes(size.Size()), "50 MB", size.Size() > 50<<20)
	return b, os.MkdirAll(o.cache, 0o750)
}

func (b *bench) figure(leg, name, value, target string, missed bool) {
	b.figures = append(b.figures, figure{leg, name, value, target, missed})
	_, _ = fmt.Fprintf(b.say, "%s %s: %s\n", leg, name, value)
}

func megabytes(n int64) string { return fmt.Sprintf("%.1f MB", float64(n)/(1<<20)) }

// leg is one database under measurement.
type leg struct {
	name     string
	dir      string               // data folder of the hub
	database string               // HUB_DATABASE_URL
	corpus   string               // what the ceilings open
	plain    string               // folder of the plain index, "" for none
	binary   string               // the hub
	dbCPU    func() time.Duration // nil when the database is part of the hub
}

// sqlite measures the hub on its default database.
func (b *bench) sqlite(ctx context.Context) error {
	corpusDir := filepath.Join(b.cache, "corpus-v"+strconv.Itoa(corpusVersion))
	if b.fresh {
		if err := os.RemoveAll(corpusDir); err != nil {
			return err
		}
	}
	made, err := prepareSQLite(ctx, corpusDir, b.say)
	if err != nil {
		return err
	}
	b.figure("SQLite", "import, all cores (when the corpus was made)", fmt.Sprintf("%.0f records/s, %.0f s", made.rate(), made.Took.Seconds()), "", false)

	plain := filepath.Join(corpusDir, "plain")
	if err := b.preparePlain(ctx, plain); err != nil {
		return fmt.Errorf("build the plain index: %w", err)
	}
	l := leg{name: "SQLite", dir: filepath.Join(b.cache, "run-sqlite"), binary: b.binary, plain: plain}
	l.corpus = filepath.Join(l.dir, "watercooler.db")
	l.database = "sqlite:" + l.corpus
	master := filepath.Join(corpusDir, "watercooler.db")
	if err := b.furnish(ctx, l, master); err != nil {
		return err
	}
	var earlier leg
	if b.against != "" {
		earlier = leg{name: "SQLite, earlier", dir: filepath.Join(b.cache, "run-sqlite-earlier"), binary: b.against}
		earlier.corpus = filepath.Join(earlier.dir, "watercooler.db")
		earlier.database = "sqlite:" + earlier.corpus
		if err := b.furnish(ctx, earlier, master); err != nil {
			return err
		}
	}
	return b.measure(ctx, l, earlier)
}

// furnish gives l a data folder with a copy of the corpus, because the hub writes to what it serves, and an index.
func (b *bench) furnish(ctx context.Context, l leg, corpus string) error {
	if b.keep && exists(filepath.Join(l.dir, "index")) {
		return nil
	}
	if err := errors.Join(os.RemoveAll(l.dir), os.MkdirAll(l.dir, 0o750)); err != nil {
		return err
	}
	if corpus != "" {
		if err := copyFile(corpus, l.corpus); err != nil {
			return err
		}
	}
	return b.reindex(ctx, l)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, in.Close()) }()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// preparePlain makes the plain index in dir, unless it is there. A build that was cut short leaves the folder it worked in.
func (b *bench) preparePlain(ctx context.Context, dir string) error {
	if exists(dir) {
		return nil
	}
	half := dir + ".half"
	if err := os.RemoveAll(half); err != nil {
		return err
	}
	rate, err := buildPlain(ctx, half)
	if err != nil {
		return err
	}
	b.figure("SQLite", "plain bleve index, all cores", fmt.Sprintf("%.0f documents/s", rate), "", false)
	return os.Rename(half, dir)
}

func (l leg) env(addr string) []string {
	return []string{"HUB_DATA=" + l.dir, "HUB_DATABASE_URL=" + l.database, "HUB_LISTEN=" + addr, "HUB_METRICS_LISTEN=",
		"HUB_BASE_URL=http://" + addr, "HUB_RATE_LIMITS=false", "HUB_LOG_LEVEL=warn"}
}

// ourEnviron is the environment without the hub's own variables: nobody's settings may get into the figures.
func ourEnviron() []string {
	var out []string
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "HUB_") {
			out = append(out, kv)
		}
	}
	return out
}

// reindex builds the search index with the hub's own command, on one core.
func (b *bench) reindex(ctx context.Context, l leg) error {
	begin := time.Now()
	p, err := start([]int{b.cores.server}, b.cores.all(), "", l.env("127.0.0.1:0"), l.binary, "reindex")
	if err != nil {
		return err
	}
	select {
	case err := <-p.done:
		if err != nil {
			return fmt.Errorf("reindex: %w:\n%s", err, p.stderr)
		}
	case <-ctx.Done():
		return errors.Join(ctx.Err(), p.stop())
	}
	docs := peopleCount + len(topicNames) + networkCount + threadCount + replyCount
	rate := float64(docs) / time.Since(begin).Seconds()
	b.figure(l.name, "indexing, one core, read from the database", fmt.Sprintf("%.0f documents/s", rate), "3,000 documents/s", rate < 3000)
	b.figure(l.name, "index on disk", megabytes(folderSize(filepath.Join(l.dir, "index"))), "", false)
	return nil
}

func folderSize(dir string) (n int64) {
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error { // a file that goes while we count does not count
		if err == nil && !d.IsDir() {
			if info, err := d.Info(); err == nil {
				n += info.Size()
			}
		}
		return nil
	})
	return n
}

// serve starts the hub on l and waits for its first page.
func (b *bench) serve(ctx context.Context, l leg) (*process, time.Duration, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, 0, err
	}
	begin := time.Now()
	p, err := start([]int{b.cores.server}, b.cores.all(), addr, l.env(addr), l.binary, "serve")
	if err != nil {
		return nil, 0, err
	}
	took, err := p.waitReady(ctx, "/latest", begin, time.Minute)
	if err != nil {
		return nil, 0, errors.Join(err, p.stop())
	}
	return p, took, nil
}

func (b *bench) startCeilings(ctx context.Context, l leg) (*process, error) {
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	p, err := start([]int{b.cores.server}, b.cores.all(), addr, nil, b.self, "ceilings", "-listen", addr, "-database", l.corpus, "-index", l.plain)
	if err != nil {
		return nil, err
	}
	if _, err := p.waitReady(ctx, "/hello", time.Now(), time.Minute); err != nil {
		return nil, errors.Join(err, p.stop())
	}
	return p, nil
}

func (c cores) all() []int { return append(append([]int(nil), c.load...), c.server) }

// measure runs every point on one database, in turn with the program of earlier if it has one.
func (b *bench) measure(ctx context.Context, l, earlier leg) (err error) {
	if err := b.coldStarts(ctx, l); err != nil {
		return err
	}
	hub, _, err := b.serve(ctx, l)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, hub.stop()) }()
	time.Sleep(2 * time.Second) // idle means that nothing of the start is left to do
	idle := hub.memory("VmRSS")
	b.figure(l.name, "memory idle", megabytes(idle), "110 MB", idle > 110<<20)

	before := &process{}
	if earlier.binary != "" {
		if before, _, err = b.serve(ctx, earlier); err != nil {
			return fmt.Errorf("start %s: %w", earlier.binary, err)
		}
		defer func() { err = errors.Join(err, before.stop()) }()
	}
	low, err := b.startCeilings(ctx, l)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, low.stop()) }()
	// From here on this process only asks; the core of the servers is theirs.
	if err := pin(os.Getpid(), b.cores.load...); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pin(os.Getpid(), b.cores.all()...)) }()

	points, err := b.points(ctx, l)
	if err != nil {
		return err
	}
	for _, p := range points {
		if !b.only.MatchString(p.name) {
			continue
		}
		r, err := b.point(ctx, l, p, hub, before, low)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			b.failed = append(b.failed, fmt.Sprintf("%s, %s: %v", l.name, p.name, err))
			_, _ = fmt.Fprintln(b.say, b.failed[len(b.failed)-1])
			continue
		}
		b.rows = append(b.rows, r)
		_, _ = fmt.Fprintf(b.say, "%s %s: %.0f/s\n", l.name, p.name, r.ours.Rate)
	}
	peak := hub.memory("VmHWM")
	b.figure(l.name, "memory, most under load", megabytes(peak), "300 MB", peak > 300<<20)
	if b.only.MatchString("searchable") {
		if err := b.searchable(ctx, l, hub); err != nil {
			b.failed = append(b.failed, fmt.Sprintf("%s, time till searchable: %v", l.name, err))
		}
	}
	return nil
}

// coldStarts measures from the start of the program to its first page, five times.
func (b *bench) coldStarts(ctx context.Context, l leg) error {
	var all []time.Duration
	for range 5 {
		p, took, err := b.serve(ctx, l)
		if err != nil {
			return err
		}
		if err := p.stop(); err != nil {
			return fmt.Errorf("stop the hub: %w:\n%s", err, p.stderr)
		}
		all = append(all, took)
	}
	s := summarise(all)
	b.figure(l.name, "start to first page (median of 5)", s.P50.Round(time.Millisecond).String(), "400 ms", s.P50 > 400*time.Millisecond)
	return nil
}

// point is one thing to measure.
type point struct {
	name     string
	signedIn bool
	ours     request // nil: only the ceiling is of interest
	ceiling  request // nil: there is none to compare with
	want     target
}

// point measures p on the hub, on what the hub was before unless that has no address, and on the ceilings, in turn.
func (b *bench) point(ctx context.Context, l leg, p point, hub, before, low *process) (row, error) {
	r := row{leg: l.name, name: p.name, want: p.want}
	var ours, ceilings []sample
	us, bare := newClient(hub.addr), newClient(low.addr)
	defer us.http.CloseIdleConnections()
	defer bare.http.CloseIdleConnections()
	if p.signedIn {
		var err error
		if us.cookie, err = b.signIn(hub.addr); err != nil {
			return r, err
		}
	}
	old, err := b.earlier(ctx, p, before)
	if err != nil {
		return r, err
	}
	warm := min(b.stretch/3, time.Second)
	if p.ours != nil {
		// As long as a measurement, so that each address has been asked for once: what stands beside a thread is searched for
		// at its first page and then kept, which takes as long as two pages and would be most of what a short run measures.
		if _, err := closedLoop(ctx, us, p.ours, b.stretch, hub.cpu); err != nil {
			return r, err
		}
	}
	if p.ceiling != nil {
		one := fasthttp.AcquireRequest()
		defer fasthttp.ReleaseRequest(one)
		p.ceiling(one, 0)
		if err := bare.do(one, &fasthttp.Response{}); err != nil {
			return r, err
		}
		if _, err := closedLoop(ctx, bare, p.ceiling, warm, low.cpu); err != nil {
			return r, err
		}
	}
	withDB := func(p *process) func() time.Duration {
		if l.dbCPU == nil {
			return p.cpu
		}
		return func() time.Duration { return p.cpu() + l.dbCPU() }
	}
	var ratios, paces []sample
	for range b.rounds {
		var u, c sample
		var err error
		if p.ours != nil {
			if u, err = closedLoop(ctx, us, p.ours, b.stretch, withDB(hub)); err != nil {
				return r, err
			}
			ours = append(ours, u)
		}
		if old != nil {
			e, err := closedLoop(ctx, old, p.ours, b.stretch, before.cpu)
			if err != nil {
				return r, err
			}
			paces = append(paces, sample{Rate: u.Rate / e.Rate})
		}
		if p.ceiling != nil {
			if c, err = closedLoop(ctx, bare, p.ceiling, b.stretch, withDB(low)); err != nil {
				return r, err
			}
			ceilings = append(ceilings, c)
		}
		if p.ours != nil && p.ceiling != nil {
			ratios = append(ratios, sample{Rate: u.Rate / c.Rate})
		}
	}
	if len(ceilings) > 0 {
		r.ceiling = median(ceilings)
	}
	if len(ratios) > 0 {
		r.ratio = median(ratios).Rate
	}
	if len(paces) > 0 {
		r.pace = median(paces).Rate
	}
	if len(ours) == 0 {
		r.ours, r.ceiling = r.ceiling, sample{} // a ceiling shown for itself
		return r, nil
	}
	r.ours = median(ours)
	r.open, err = openLoop(ctx, us, p.ours, r.ours.Rate/2, b.stretch)
	return r, err
}

// earlier returns a client of the earlier program, warm for p; nil when there is none or when it does not know the page.
func (b *bench) earlier(ctx context.Context, p point, before *process) (*client, error) {
	if before.addr == "" || p.ours == nil {
		return nil, nil
	}
	c := newClient(before.addr)
	if p.signedIn {
		var err error
		if c.cookie, err = b.signIn(before.addr); err != nil {
			return nil, err
		}
	}
	req := fasthttp.AcquireRequest()
	defer fasthttp.ReleaseRequest(req)
	p.ours(req, 0)
	if err := c.do(req, &fasthttp.Response{}); err != nil {
		return nil, nil // it has no such page: nothing to compare with
	}
	_, err := closedLoop(ctx, c, p.ours, b.stretch, before.cpu)
	return c, err
}

// signIn goes through the form as a person does and returns the cookie, once for each server: the doors count how often an
// account comes.
func (b *bench) signIn(addr string) (string, error) {
	if cookie := b.cookies[addr]; cookie != "" {
		return cookie, nil
	}
	req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(req)
	defer fasthttp.ReleaseResponse(res)
	postForm(req, "/sign-in", "email", accountEmail, "password", accountPassword)
	c := newClient(addr)
	defer c.http.CloseIdleConnections()
	if err := c.do(req, res); err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	var cookies []string
	for key, value := range res.Header.Cookies() {
		var k fasthttp.Cookie
		if err := k.ParseBytes(value); err == nil && len(k.Value()) > 0 {
			cookies = append(cookies, string(key)+"="+string(k.Value()))
		}
	}
	if res.StatusCode() != fasthttp.StatusSeeOther || len(cookies) == 0 {
		return "", fmt.Errorf("sign in: answered %d without a cookie", res.StatusCode())
	}
	b.cookies[addr] = strings.Join(cookies, "; ")
	return b.cookies[addr], nil
}

func postForm(req *fasthttp.Request, path string, pairs ...string) {
	req.SetRequestURI(path)
	req.Header.SetMethod(fasthttp.MethodPost)
	req.Header.SetContentType("application/x-www-form-urlencoded")
	args := fasthttp.AcquireArgs()
	defer fasthttp.ReleaseArgs(args)
	for i := 0; i < len(pairs); i += 2 {
		args.Set(pairs[i], pairs[i+1])
	}
	req.SetBody(args.QueryString())
}

// points lists what is measured, with ids and names read from the corpus.
func (b *bench) points(ctx context.Context, l leg) (_ []point, err error) {
	d, err := db.Open(ctx, l.database, db.Options{})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	full, err := strs(ctx, d, "SELECT CAST(id AS TEXT) FROM threads WHERE reply_count = $1 AND external_id IS NOT NULL ORDER BY id LIMIT 1000", fullReplies)
	if err != nil || len(full) == 0 {
		return nil, fmt.Errorf("find threads of %d replies (%d found): %w", fullReplies, len(full), err)
	}
	// Replies go to short threads, so that the pages measured stay as they are.
	short, err := strs(ctx, d, "SELECT CAST(id AS TEXT) FROM threads WHERE reply_count < 5 AND audience IN ('public', 'hub') AND external_id IS NOT NULL ORDER BY id DESC LIMIT 2000")
	if err != nil {
		return nil, err
	}
	handles, err := strs(ctx, d, "SELECT handle FROM people WHERE external_id IS NOT NULL ORDER BY id LIMIT 2000")
	if err != nil {
		return nil, err
	}
	slugs, err := strs(ctx, d, "SELECT slug FROM topics WHERE external_id IS NOT NULL ORDER BY id LIMIT 100")
	if err != nil {
		return nil, err
	}
	// Of the networks that are no family, all, and those that strangers may know of.
	single, open := numbers(11*familyCount, networkCount, 1), numbers(11*familyCount+2, networkCount, 4)
	words := newCorpus().lex.queries(100)
	var typed []string
	for _, w := range words {
		typed = append(typed, w[:min(len(w), 4)])
	}
	get := func(format string, list []string) request {
		return func(req *fasthttp.Request, i int) { req.SetRequestURI(fmt.Sprintf(format, list[i%len(list)])) }
	}
	unheard := func(list []string) request {
		return func(req *fasthttp.Request, i int) {
			req.SetRequestURI(fmt.Sprintf("/search?q=%s+zzq%dx%d", list[i%len(list)], i, rand.Uint32()))
		}
	}
	fixed := func(path string) request { return func(req *fasthttp.Request, _ int) { req.SetRequestURI(path) } }
	run := strconv.FormatInt(time.Now().UnixNano(), 36)
	reply := func(req *fasthttp.Request, i int) {
		postForm(req, "/threads/"+short[i%len(short)]+"/replies",
			"body", fmt.Sprintf("We tried this last year and it **worked**: the form asks for less. See the guidance, run %s, answer %d.", run, i))
	}
	points := []point{
		{name: "ceiling: Fiber hello", ceiling: fixed("/hello")},
		{name: "ceiling: thread page from memory", ceiling: get("/memory/%s", full[:1])},
		{name: "home, signed out", ours: fixed("/"), ceiling: fixed("/latest")},
		{name: "home (For you), signed in", signedIn: true, ours: fixed("/"), ceiling: fixed("/latest")},
		{name: "latest list, signed out", ours: fixed("/latest"), ceiling: fixed("/latest"), want: target{ratio: .30}},
		{name: "latest list, signed in", signedIn: true, ours: fixed("/latest"), ceiling: fixed("/latest")},
		{name: "thread, 40 replies, signed out", ours: get("/threads/%s", full), ceiling: get("/threads/%s", full), want: target{ratio: .45}},
		{name: "thread, 40 replies, signed in", signedIn: true, ours: get("/threads/%s", full), ceiling: get("/threads/%s", full), want: target{ratio: .25}},
		{name: "networks, signed out", ours: fixed("/networks"), ceiling: fixed("/networks"), want: target{ratio: .30}},
		{name: "networks, signed in", signedIn: true, ours: fixed("/networks"), ceiling: fixed("/networks")},
		{name: "network, signed out", ours: get("/networks/network-%s", open), ceiling: get("/networks/network-%s", open), want: target{ratio: .30}},
		{name: "network, signed in", signedIn: true, ours: get("/networks/network-%s", single), ceiling: get("/networks/network-%s", single)},
		{name: "network of networks, signed in", signedIn: true, ours: get("/networks/network-%s", numbers(0, familyCount, 1)), ceiling: fixed("/latest")},
		{name: "topic, signed out", ours: get("/topics/%s", slugs), ceiling: get("/topics/%s", slugs), want: target{ratio: .30}},
		{name: "topic, signed in", signedIn: true, ours: get("/topics/%s", slugs), ceiling: get("/topics/%s", slugs)},
		{name: "people, signed in", signedIn: true, ours: fixed("/people"), ceiling: fixed("/people")},
		{name: "profile, signed in", signedIn: true, ours: get("/people/%s", handles)},
		{name: "reply written, signed in", signedIn: true, ours: reply, want: target{rate: 500, p99: 60 * time.Millisecond}},
	}
	if l.plain != "" {
		points = append(points,
			point{name: "search, signed in", signedIn: true, ours: get("/search?q=%s", words), ceiling: get("/search?q=%s", words), want: target{ratio: .40}},
			// A word nobody has written makes each query new, so that no answer comes out of memory.
			point{name: "search, never asked before", signedIn: true, ours: unheard(words), ceiling: get("/search?q=%s", words)},
			point{name: "suggestions, signed in", signedIn: true, ours: get("/suggest?q=%s", typed)})
	} else {
		for i := range points {
			points[i].want = target{} // promised for SQLite; of PostgreSQL one page is
			if points[i].name == "thread, 40 replies, signed out" {
				points[i].want = target{ratio: .50}
			}
		}
	}
	return points, nil
}

// numbers returns each number from first up to and without end, in steps.
func numbers(first, end, step int) (list []string) {
	for i := first; i < end; i += step {
		list = append(list, strconv.Itoa(i))
	}
	return list
}

func strs(ctx context.Context, d *db.DB, query string, args ...any) ([]string, error) {
	rows, err := d.Query(ctx, query, args...)
	return db.Collect(rows, err, func(r db.Scanner) (s string, err error) { return s, r.Scan(&s) })
}

// searchable measures from the answer to a reply to the moment a search finds it, ten times, on a hub with nothing else to do.
func (b *bench) searchable(ctx context.Context, l leg, hub *process) error {
	d, err := db.Open(ctx, l.database, db.Options{})
	if err != nil {
		return err
	}
	ids, err := strs(ctx, d, "SELECT CAST(id AS TEXT) FROM threads WHERE external_id IS NOT NULL ORDER BY id LIMIT 10")
	if err = errors.Join(err, d.Close()); err != nil {
		return err
	}
	c := newClient(hub.addr)
	if c.cookie, err = b.signIn(hub.addr); err != nil {
		return err
	}
	// The replies written before may still be on their way into the index.
	if _, err := b.untilFound(ctx, c, "/threads/"+ids[0]+"/replies", 2*time.Minute); err != nil {
		return fmt.Errorf("catch up: %w", err)
	}
	var all []time.Duration
	for _, id := range ids {
		took, err := b.untilFound(ctx, c, "/threads/"+id+"/replies", 30*time.Second)
		if err != nil {
			return err
		}
		all = append(all, took)
	}
	s := summarise(all)
	b.figure(l.name, "reply written till searchable (median, worst of 10)",
		fmt.Sprintf("%s, %s", s.P50.Round(time.Millisecond), all[len(all)-1].Round(time.Millisecond)), "1 s", all[len(all)-1] > time.Second)
	return nil
}

// untilFound posts a reply with a word nobody has written before and searches until it is found.
func (b *bench) untilFound(ctx context.Context, c *client, path string, limit time.Duration) (time.Duration, error) {
	req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(req)
	defer fasthttp.ReleaseResponse(res)
	word := "zz" + strconv.FormatInt(time.Now().UnixNano(), 36)
	postForm(req, path, "body", "The word is "+word+".")
	if err := c.do(req, res); err != nil {
		return 0, err
	}
	written := time.Now()
	for time.Since(written) < limit && ctx.Err() == nil {
		req.Reset()
		req.SetRequestURI("/api/v1/search?q=" + word)
		if err := c.do(req, res); err != nil {
			return 0, err
		}
		if strings.Contains(string(res.Body()), "reply:") {
			return time.Since(written), nil
		}
		time.Sleep(5 * time.Millisecond)
	}
	return 0, errors.Join(ctx.Err(), fmt.Errorf("not found within %s", limit))
}

// onPostgres measures the hub on PostgreSQL, sharing the one core with it.
func (b *bench) onPostgres(ctx context.Context) error {
	pg, err := preparePostgres(ctx, b.postgres, b.fresh, b.say)
	if err != nil {
		return fmt.Errorf("prepare PostgreSQL: %w", err)
	}
	if pg.made.Records > 0 {
		b.figure("PostgreSQL", "import, all cores", fmt.Sprintf("%.0f records/s, %.0f s", pg.made.rate(), pg.made.Took.Seconds()), "", false)
	}
	l := leg{name: "PostgreSQL", dir: filepath.Join(b.cache, "run-postgres"), database: pg.url, corpus: pg.url, binary: b.binary}
	if err := b.furnish(ctx, l, ""); err != nil {
		return err
	}
	if pg.pid > 0 {
		// Connections are processes started by the postmaster, so they inherit its core.
		if err := pin(pg.pid, b.cores.server); err != nil {
			return fmt.Errorf("pin PostgreSQL: %w", err)
		}
		defer func() { _ = pin(pg.pid, b.cores.all()...) }() // it may have been stopped meanwhile
		l.dbCPU = func() time.Duration { return familyCPU(pg.pid) }
	} else {
		b.figure("PostgreSQL", "note", "the server could not be pinned to the core, so it helps from others", "", true)
	}
	return b.measure(ctx, l, leg{})
}
