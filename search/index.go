package search

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/index/scorch"
	index "github.com/blevesearch/bleve_index_api"
	bolterrors "go.etcd.io/bbolt/errors"
)

// Errors of Open and of a damaged index.
var (
	// ErrStale comes with a usable index that is empty or incomplete: none was there, it had another mapping version, its
	// rebuild never finished, or it would not open. Rebuild puts it right.
	ErrStale = errors.New("the search index needs rebuilding")
	// ErrLocked means that another process has the index open. An index belongs to one process.
	ErrLocked = errors.New("another process has the search index open")
	// ErrDamaged means that the index could not be read. Rebuild puts it right.
	ErrDamaged = errors.New("the search index is damaged")
)

// boltTimeout is how long Open waits for another process to let go of the index: long enough for a restart, short enough
// to say clearly what is wrong. bleve's own default is for ever.
const boltTimeout = "2s"

// A Doc is what can be found. Everything in it is plain text.
type Doc struct {
	ID          string // "thread:42" "reply:9" "person:7" "topic:3" "network:5" "file:7"
	Type        string // thread, reply, person, topic, network or file
	Kind        string // question, discussion, post, signal or decision, also for replies; otherwise as Type
	Thread      int64  // for threads, replies and files
	Title, Body string // a person's name and what their profile says; a reply has no title
	ThreadTitle string // for replies
	Replies     string // for threads: what the replies say, as much of it as is searched for
	Files       string // for threads: names and words of the files attached
	Topics      []string
	TopicSlugs  []string
	Network     string // slug of the one it lives in, or is
	Author      string // handle
	AuthorID    int64
	CoHandles   []string // of who wrote it with the author
	CoAuthors   []int64
	Names       string // the authors' names
	Audience    string
	Created     int64 // Unix microseconds
	Active      int64 // for threads: the same, of the latest reply; 0 without any
	Checked     int64 // the same, of when somebody last found it to be right; 0 for never
	Check       int64 // the same, of when somebody is to look at it again; 0 for no such day
	Votes       int
	Accepted    bool // for a reply: it settled the question
	Answered    bool // for a thread: it has an accepted answer
	Replied     bool // for a thread: it has replies
	Superseded  bool // something else has taken its place
	Guide       bool // what it says is meant to last
	Reflection  bool // what somebody learnt
	HasFile     bool
}

// Options say where the index lives.
type Options struct {
	Dir string           // everything in it belongs to the index
	Log *slog.Logger     // nil discards
	Now func() time.Time // time.Now when nil
}

// An Index is safe for concurrent use. One process at a time can have it open.
type Index struct {
	dir      string
	log      *slog.Logger
	now      func() time.Time
	analyzer *analyzer
	workers  int
	read     Reader // nil until Feedback

	mu  sync.RWMutex // guards cur: searches hold it while they take a reference
	cur *generation

	answers answers

	write   sync.Mutex // one writer at a time: Apply and the batches of a rebuild
	rebuild *rebuild   // while one runs; guarded by write
}

// A generation is one bleve index in a folder of its own.
type generation struct {
	path  string
	bleve index.Index
	queue *index.AnalysisQueue
	users sync.WaitGroup

	columns  columns
	readable readable

	mu     sync.RWMutex // guards totals
	totals totals
}

// Keys in bleve's key-value section.
var (
	keyTotals   = []byte("totals")
	keyComplete = []byte("complete")
)

// currentFile names the folder in use. It is replaced by renaming, so it names one or the other, never half a name.
const currentFile = "CURRENT"

// Open opens the index in o.Dir, or makes an empty one and returns it together with ErrStale. Whatever else is wrong with
// the files there, the index that comes with ErrStale works: one of another mapping version goes on serving until Rebuild
// has made its successor, and in place of a damaged one people can search what is applied from now on.
func Open(o Options) (*Index, error) {
	log := o.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	if err := os.MkdirAll(o.Dir, 0o750); err != nil {
		return nil, fmt.Errorf("open search index: %w", err)
	}
	now := o.Now
	if now == nil {
		now = time.Now
	}
	x := &Index{dir: o.Dir, log: log, now: now, analyzer: english(), workers: runtime.GOMAXPROCS(0)}
	name, outdated := x.current()
	gen, err := openGeneration(filepath.Join(o.Dir, name), false)
	if errors.Is(err, ErrLocked) {
		return nil, fmt.Errorf("open search index in %s: %w", o.Dir, err)
	}
	stale := err
	if err == nil {
		stale = gen.complete()
	}
	if stale != nil {
		if gen != nil {
			// bleve opens as empty what it cannot read, and trips over the remains later: begin in a folder of its own.
			if err := gen.close(); err != nil {
				log.Warn("close stale search index", "err", err)
			}
		}
		if gen, err = x.fresh(); err != nil {
			return nil, fmt.Errorf("make search index: %w", err)
		}
	}
	x.cur = gen
	x.sweep()
	switch {
	case errors.Is(stale, fs.ErrNotExist): // the first start
		log.Debug("no search index yet", "dir", o.Dir)
		return x, ErrStale
	case stale != nil:
		log.Warn("the search index cannot be used and is built anew", "dir", o.Dir, "reason", stale)
		return x, ErrStale
	case outdated:
		log.Info("the search index has another form and serves until the new one is built", "dir", o.Dir)
		return x, ErrStale
	}
	return x, nil
}

// generationName is what the folder of a generation is called: its mapping version and a number.
var generationName = regexp.MustCompile(`^v[0-9]+-[0-9]+$`)

// current returns the name of the folder in use, or one that does not exist, and whether it is of another mapping version.
func (x *Index) current() (name string, outdated bool) {
	b, err := os.ReadFile(filepath.Join(x.dir, currentFile))
	name = strings.TrimSpace(string(b))
	if err != nil || !generationName.MatchString(name) {
		return "none", false
	}
	return name, !strings.HasPrefix(name, generationPrefix())
}

// generationPrefix begins the name of every folder of this mapping version.
func generationPrefix() string { return "v" + strconv.Itoa(mappingVersion) + "-" }

// fresh makes an empty generation in a new folder and makes it the current one.
func (x *Index) fresh() (*generation, error) {
	gen, err := x.create()
	if err != nil {
		return nil, err
	}
	if err := x.point(gen); err != nil {
		return nil, errors.Join(err, gen.close())
	}
	return gen, nil
}

// create makes an empty generation in the first free folder.
func (x *Index) create() (*generation, error) {
	for n := 1; ; n++ {
		path := filepath.Join(x.dir, generationPrefix()+strconv.Itoa(n))
		err := os.Mkdir(path, 0o750)
		if errors.Is(err, os.ErrExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return openGeneration(path, true)
	}
}

// point makes gen the one that the next Open opens.
func (x *Index) point(gen *generation) error {
	tmp := filepath.Join(x.dir, currentFile+".new")
	f, err := os.Create(tmp)
	if err != nil {
		return err
	}
	_, err = f.WriteString(filepath.Base(gen.path) + "\n")
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(tmp, filepath.Join(x.dir, currentFile))
}

// sweep removes generations that are not in use: of older mapping versions, damaged ones, unfinished rebuilds.
func (x *Index) sweep() {
	entries, err := os.ReadDir(x.dir)
	if err != nil {
		x.log.Warn("tidy search index", "err", err)
		return
	}
	for _, e := range entries {
		name := e.Name()
		if !e.IsDir() || !strings.HasPrefix(name, "v") || name == filepath.Base(x.cur.path) {
			continue
		}
		if err := os.RemoveAll(filepath.Join(x.dir, name)); err != nil {
			x.log.Warn("tidy search index", "folder", name, "err", err)
		}
	}
}

func openGeneration(path string, create bool) (gen *generation, err error) {
	// bleve panics on some damaged files, and reading a truncated mapping faults; both mean "rebuild".
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			gen, err = nil, fmt.Errorf("%w: %v", ErrDamaged, r)
		}
	}()
	if !create {
		// scorch would make a missing folder; a missing one is stale.
		if _, err := os.Stat(filepath.Join(path, "root.bolt")); err != nil {
			return nil, err
		}
	}
	gen = &generation{path: path, queue: index.NewAnalysisQueue(1)}
	gen.bleve, err = scorch.NewScorch(scorch.Name, map[string]any{
		"path": path, "bolt_timeout": boltTimeout, "create_if_missing": create,
	}, gen.queue)
	if err == nil {
		err = gen.bleve.Open()
	}
	if err != nil {
		gen.queue.Close()
		if errors.Is(err, bolterrors.ErrTimeout) {
			return nil, ErrLocked
		}
		return nil, err
	}
	if err := gen.probe(); err != nil {
		return nil, errors.Join(err, gen.close())
	}
	return gen, nil
}

// probe reads a little of everything, so that damage shows at start-up and not in a search: the totals, every dictionary,
// and the first document.
func (g *generation) probe() error {
	b, err := g.internal(keyTotals)
	if err != nil {
		return err
	}
	if len(b) > 0 {
		if err := json.Unmarshal(b, &g.totals); err != nil {
			return fmt.Errorf("read totals: %w", err)
		}
	}
	return g.read(func(r index.IndexReader) error {
		names, err := r.Fields()
		if err != nil {
			return err
		}
		for _, name := range names {
			dict, err := r.FieldDict(name)
			if err != nil {
				return fmt.Errorf("read dictionary of %s: %w", name, err)
			}
			_, err = dict.Next()
			if err = errors.Join(err, dict.Close()); err != nil {
				return fmt.Errorf("read dictionary of %s: %w", name, err)
			}
		}
		all, err := r.DocIDReaderAll()
		if err != nil {
			return err
		}
		id, err := all.Next()
		if err == nil && id != nil {
			_, err = r.ExternalID(id)
		}
		return errors.Join(err, all.Close())
	})
}

// read calls fn with a consistent view of the generation.
func (g *generation) read(fn func(r index.IndexReader) error) (err error) {
	// SECURITY: a damaged segment must cost one search, not the server.
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v\n%s", ErrDamaged, r, debug.Stack())
		}
	}()
	r, err := g.bleve.Reader()
	if err != nil {
		return fmt.Errorf("read search index: %w", err)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	return fn(r)
}

// complete returns an error unless a rebuild of g has finished.
func (g *generation) complete() error {
	b, err := g.internal(keyComplete)
	if err == nil && len(b) == 0 {
		err = errors.New("its rebuild never finished")
	}
	return err
}

func (g *generation) internal(key []byte) (value []byte, err error) {
	err = g.read(func(r index.IndexReader) error {
		value, err = r.GetInternal(key)
		return err
	})
	return value, err
}

func (g *generation) close() error {
	err := g.bleve.Close()
	g.queue.Close()
	return err
}

// use calls fn with the current generation, which stays open until fn returns.
func (x *Index) use(fn func(g *generation) error) error {
	x.mu.RLock()
	g := x.cur
	if g == nil {
		x.mu.RUnlock()
		return errors.New("the search index is closed")
	}
	g.users.Add(1)
	x.mu.RUnlock()
	defer g.users.Done()
	return fn(g)
}

// A built document is analysed and ready to be written to any generation.
type built struct {
	id      string
	thread  int64
	doc     *document.Document
	lengths lengths
}

// Apply puts and drops documents in one batch: when it returns nil they are on disk and found. A document that is both put
// and dropped is dropped. Batches of 500 to 1,000 are best for bulk; one batch is held in memory.
func (x *Index) Apply(ctx context.Context, put []Doc, drop []string) error {
	if len(put)+len(drop) == 0 {
		return nil
	}
	docs, err := x.build(ctx, put)
	if err != nil {
		return err
	}
	x.write.Lock()
	defer x.write.Unlock()
	defer x.answers.changed()
	if x.rebuild != nil {
		x.rebuild.touch(put, drop)
		// Building again is cheaper than it looks: bleve adds an _id field to what it has written, so the documents of one
		// batch cannot be shared, and rebuilds are rare.
		again, err := x.build(ctx, put)
		if err != nil {
			return err
		}
		if err := x.rebuild.next.apply(again, drop); err != nil {
			return err
		}
	}
	return x.use(func(g *generation) error { return g.apply(docs, drop) })
}

// DropThread drops a thread and all its replies.
func (x *Index) DropThread(ctx context.Context, thread int64) error {
	x.write.Lock()
	defer x.write.Unlock()
	defer x.answers.changed()
	if r := x.rebuild; r != nil {
		r.threads[thread] = true
		if err := r.next.dropThread(ctx, thread); err != nil {
			return err
		}
	}
	return x.use(func(g *generation) error { return g.dropThread(ctx, thread) })
}

func (g *generation) dropThread(ctx context.Context, thread int64) error {
	var drop []string
	err := g.read(func(r index.IndexReader) error {
		postings, err := r.TermFieldReader(ctx, []byte(strconv.FormatInt(thread, 10)), fieldThread, false, false, false)
		if err != nil {
			return err
		}
		for {
			p, err := postings.Next(nil)
			if err != nil || p == nil {
				return errors.Join(err, postings.Close())
			}
			id, err := r.ExternalID(p.ID)
			if err != nil {
				return errors.Join(err, postings.Close())
			}
			drop = append(drop, id)
		}
	})
	if err != nil {
		return fmt.Errorf("find documents of thread %d: %w", thread, err)
	}
	return g.apply(nil, drop)
}

// build analyses docs, on all cores. Where an ID comes twice the last one wins.
func (x *Index) build(ctx context.Context, docs []Doc) ([]built, error) {
	last := make(map[string]int, len(docs))
	for i, d := range docs {
		last[d.ID] = i
	}
	order := slices.Sorted(maps.Values(last))
	out := make([]built, len(order))
	var wg sync.WaitGroup
	workers := min(x.workers, len(order))
	for w := range workers {
		wg.Go(func() {
			for i := w; i < len(order) && ctx.Err() == nil; i += workers {
				d := &docs[order[i]]
				doc, n := x.analyzer.build(d)
				out[i] = built{id: d.ID, thread: d.Thread, doc: doc, lengths: n}
			}
		})
	}
	wg.Wait()
	return out, ctx.Err()
}

// apply writes one batch: documents, deletions and the new totals, all or nothing. The caller holds the write lock.
func (g *generation) apply(put []built, drop []string) error {
	if len(put)+len(drop) == 0 {
		return nil
	}
	batch := index.NewBatch()
	ids := make([]string, 0, len(put)+len(drop))
	dropped := make(map[string]bool, len(drop))
	for _, id := range drop {
		dropped[id] = true
		batch.Delete(id)
		ids = append(ids, id)
	}
	next := g.totals
	for _, b := range put {
		if dropped[b.id] {
			continue
		}
		batch.Update(b.doc)
		next.add(typeOf(b.id), b.lengths, 1)
		ids = append(ids, b.id)
	}
	err := g.read(func(r index.IndexReader) error {
		return subtract(r, ids, &next)
	})
	if err != nil {
		return fmt.Errorf("read documents to be replaced: %w", err)
	}
	b, err := json.Marshal(next)
	if err != nil {
		return fmt.Errorf("encode totals: %w", err)
	}
	batch.SetInternal(keyTotals, b)
	if err := g.bleve.Batch(batch); err != nil {
		return fmt.Errorf("write search index: %w", err)
	}
	g.mu.Lock()
	g.totals = next
	g.mu.Unlock()
	return nil
}

// subtract takes the lengths of the documents that ids name, where they exist, from t.
func subtract(r index.IndexReader, ids []string, t *totals) error {
	slices.Sort(ids)
	found, err := r.DocIDReaderOnly(slices.Compact(ids))
	if err != nil {
		return err
	}
	for {
		internal, err := found.Next()
		if err != nil || internal == nil {
			return errors.Join(err, found.Close())
		}
		id, err := r.ExternalID(internal)
		if err != nil {
			return errors.Join(err, found.Close())
		}
		f, err := readStored(r, id)
		if err != nil {
			return errors.Join(err, found.Close())
		}
		t.add(typeOf(id), f.lengths, -1)
	}
}

// readStored returns what is stored with a document; nothing when it is not there.
func readStored(r index.IndexReader, id string) (f facts, err error) {
	doc, err := r.Document(id)
	if err != nil || doc == nil {
		return f, err
	}
	doc.VisitFields(func(field index.Field) {
		switch field.Name() {
		case storedFacts:
			f.decode(field.Value())
		case storedTitle:
			f.title = string(field.Value())
		}
	})
	return f, nil
}

// Title returns the title of a document as it was indexed, "" when it is not there or has none.
func (x *Index) Title(id string) (title string, err error) {
	err = x.use(func(g *generation) error {
		return g.read(func(r index.IndexReader) error {
			f, err := readStored(r, id)
			title = f.title
			return err
		})
	})
	if err != nil {
		return "", fmt.Errorf("read title of %s: %w", id, err)
	}
	return title, nil
}

// Count returns how many documents the index holds.
func (x *Index) Count() (n uint64, err error) {
	err = x.use(func(g *generation) error {
		return g.read(func(r index.IndexReader) error {
			n, err = r.DocCount()
			return err
		})
	})
	return n, err
}

// Close waits for searches and the write in hand, and closes the index. It must not be called while Rebuild runs.
func (x *Index) Close() error {
	x.write.Lock()
	defer x.write.Unlock()
	x.mu.Lock()
	g := x.cur
	x.cur = nil
	x.answers.changed()
	x.mu.Unlock()
	if g == nil {
		return nil
	}
	g.users.Wait()
	return g.close()
}
