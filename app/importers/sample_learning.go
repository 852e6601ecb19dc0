package importers

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/find"
	"watercooler/app/reflections"
	"watercooler/app/threads"
	"watercooler/search"
)

const sampleReflectionID = sampleSource + "/reflection/"

// sampleKept is who keeps a thread. Times are spans before the load, or after it where it says so.
type sampleKept struct {
	place
	thread, owner, deputy string // keys and handles
	guide                 bool
	every                 int           // months
	next                  time.Duration // after the load; below 0: it is due
	checked               time.Duration // 0: never
}

// sampleReflection is what somebody learnt. A shared one is among the threads of the sample.
type sampleReflection struct {
	place
	reflections.Record
	author, about string // handle, key of a thread
	ago           time.Duration
	thread        string // key; "": it is private
}

// sampleSought is what people looked for, in some words.
type sampleSought struct {
	place
	said     string
	times    int
	from, to time.Duration
	hits     int
	opened   bool
	units    []string // keys
	other    []string // the same in other words
	gap      *sampleGap
}

type sampleGap struct {
	since, closed time.Duration
	why           find.Why
	answer, owner string // key of a thread, handle
	note          string
}

func (b block) spanOr(name string) (time.Duration, error) {
	if _, ok := b.find(name); !ok {
		return 0, nil
	}
	return b.span(name)
}

// parseKept reads who keeps what.
func parseKept() ([]sampleKept, error) {
	const name = "keeping.txt"
	text, err := readSample(name)
	if err != nil {
		return nil, err
	}
	entries, err := parseEntries(name, text, false)
	if err != nil {
		return nil, err
	}
	list := make([]sampleKept, len(entries))
	for i, e := range entries {
		if err := e.only("deputy", "every", "due", "in", "checked", "guide"); err != nil {
			return nil, err
		}
		k := sampleKept{place: e.place, thread: e.key, owner: e.title, deputy: e.get("deputy")}
		_, k.guide = e.find("guide")
		if k.every, err = e.number("every"); err != nil {
			return nil, err
		}
		due, err := e.spanOr("due")
		if err != nil {
			return nil, err
		}
		if k.next, err = e.spanOr("in"); err != nil {
			return nil, err
		}
		if due > 0 {
			k.next = -due
		}
		if k.checked, err = e.spanOr("checked"); err != nil {
			return nil, err
		}
		list[i] = k
	}
	return list, nil
}

// parseReflections reads what people learnt, and the threads of what they shared, which name those of said that they look back at.
func parseReflections(said []*sampleThread) ([]sampleReflection, []*sampleThread, error) {
	const name = "reflections.txt"
	text, err := readSample(name)
	if err != nil {
		return nil, nil, err
	}
	blocks, err := parseBlocks(name, text)
	if err != nil {
		return nil, nil, err
	}
	var (
		list   []sampleReflection
		shared []*sampleThread
	)
	titles := make(map[string]string, len(said))
	for _, t := range said {
		titles[t.key] = t.Title
	}
	for i, b := range blocks {
		r, err := b.reflection(i + 1)
		if err != nil {
			return nil, nil, err
		}
		if b.get("for") != "" {
			r.thread = "reflections/" + strconv.Itoa(i+1)
			about := ""
			if r.about != "" {
				about = "[" + titles[r.about] + "](thread:" + r.about + ")"
			}
			t := &sampleThread{place: b.place, key: r.thread, network: b.get("in"), whom: b.get("for"), useful: b.list("useful"), ago: r.ago}
			t.ThreadRecord = threads.ThreadRecord{
				ExternalID: sampleThreadID + r.thread, Kind: threads.Discussion, Title: r.Title, Body: reflections.Compose(r.Boxes, about),
				AuthorExternalID: samplePersonID + r.author, Topics: b.list("topics"), Hash: r.Hash,
			}
			shared = append(shared, t)
		}
		list = append(list, r)
	}
	return list, shared, nil
}

func (b block) reflection(number int) (sampleReflection, error) {
	r := sampleReflection{place: b.place, author: b.get("by"), about: b.get("back-at")}
	if err := b.only("by", "for", "in", "topics", "ago", "back-at", "useful"); err != nil {
		return r, err
	}
	r.ExternalID, r.Kind, r.Title = sampleReflectionID+strconv.Itoa(number), reflections.Kind(b.key), b.title
	boxes := map[string]*string{"noticed": &r.Noticed, "tried": &r.Tried, "learnt": &r.Learnt, "change": &r.Change}
	words := make([]string, 0, 5)
	for _, part := range b.parts {
		to, ok := boxes[part.key]
		if !ok {
			return r, part.problem("%q is not a box; there are noticed, tried, learnt and change.", part.key)
		}
		*to = part.body
		words = append(words, part.key, part.body)
	}
	var err error
	if r.ago, err = b.span("ago"); err != nil {
		return r, err
	}
	hash, err := b.hash()
	if err != nil {
		return r, err
	}
	r.Hash, err = hashOf(append(words, hash))
	return r, err
}

// parseSought reads what people looked for.
func parseSought() ([]sampleSought, error) {
	const name = "searches.txt"
	text, err := readSample(name)
	if err != nil {
		return nil, err
	}
	entries, err := parseEntries(name, text, false)
	if err != nil {
		return nil, err
	}
	var list []sampleSought
	last := 0 // that others are below
	for _, e := range entries {
		s, err := e.sought()
		if err != nil {
			return nil, err
		}
		if e.depth == 0 {
			last = len(list)
		} else if len(list) == 0 {
			return nil, e.problem("this asks the same as nothing.")
		} else {
			list[last].other = append(list[last].other, s.said)
		}
		list = append(list, s)
	}
	return list, nil
}

func (e entry) sought() (sampleSought, error) {
	s := sampleSought{place: e.place, said: e.key, units: e.list("units")}
	if err := e.only("from", "to", "hits", "units", "opened", "gap", "since", "closed", "why", "answer", "owner", "note"); err != nil {
		return s, err
	}
	_, s.opened = e.find("opened")
	var err error
	if s.times, err = strconv.Atoi(e.title); err != nil || s.times < 1 {
		return s, e.problem("%q is not a number of searches.", e.title)
	}
	for name, into := range map[string]*time.Duration{"from": &s.from, "to": &s.to} {
		if *into, err = e.span(name); err != nil {
			return s, err
		}
	}
	if s.hits, err = e.number("hits"); err != nil {
		return s, err
	}
	if _, ok := e.find("gap"); !ok {
		return s, nil
	}
	s.gap = &sampleGap{why: find.Why(e.get("why")), answer: e.get("answer"), owner: e.get("owner"), note: e.get("note")}
	if s.gap.since, err = e.span("since"); err != nil {
		return s, err
	}
	s.gap.closed, err = e.spanOr("closed")
	return s, err
}

// readLearning reads who keeps what, what people learnt and what they looked for. What was shared comes to the threads.
func (s *sample) readLearning() (err error) {
	if s.kept, err = parseKept(); err != nil {
		return err
	}
	var shared []*sampleThread
	if s.learnt, shared, err = parseReflections(s.said); err != nil {
		return err
	}
	s.said = append(s.said, shared...)
	s.sought, err = parseSought()
	return err
}

// writeKept writes who keeps which thread right.
func (s *sample) writeKept(ctx context.Context) error {
	records := make([]threads.FreshRecord, len(s.kept))
	for i, k := range s.kept {
		records[i] = threads.FreshRecord{
			Thread: s.threadIDs[sampleThreadID+k.thread], Owner: s.personIDs[samplePersonID+k.owner], Deputy: s.personIDs[samplePersonID+k.deputy],
			Reference: k.guide, Every: k.every, CheckAt: s.now.Add(k.next).Truncate(time.Hour),
		}
		if k.checked > 0 {
			records[i].CheckedBy, records[i].CheckedAt = records[i].Owner, before(s.now.Add(-k.checked), k.thread)
		}
	}
	return s.once(ctx, "checks", len(records), func(tx *db.Tx) (outcome, error) {
		out, err := s.Threads.ImportFresh(ctx, tx, records)
		return outcomeOf(out), err
	})
}

// writeReflections writes what people learnt. What they shared is among the threads.
func (s *sample) writeReflections(ctx context.Context) error {
	records := make([]reflections.Record, len(s.learnt))
	for i, l := range s.learnt {
		r := l.Record
		r.Person, r.About, r.Thread = s.personIDs[samplePersonID+l.author], s.threadIDs[sampleThreadID+l.about], s.threadIDs[sampleThreadID+l.thread]
		r.CreatedAt = before(s.now.Add(-l.ago), sampleThreadID+l.thread)
		if l.thread == "" {
			r.CreatedAt = before(s.now.Add(-l.ago), l.ExternalID)
		} else {
			r.SharedAt = r.CreatedAt
		}
		r.UpdatedAt = r.CreatedAt
		records[i] = r
	}
	return s.all(ctx, "reflections", len(records), func(tx *db.Tx) (outcome, error) {
		out, err := reflections.Import(ctx, tx, records)
		return outcomeOf(out), err
	})
}

// writeSearches writes what people looked for, and the gaps that are there already.
func (s *sample) writeSearches(ctx context.Context) error {
	var (
		log  []find.SearchRecord
		gaps []find.GapRecord
	)
	for _, one := range s.sought {
		log = append(log, s.searches(one)...)
		if one.gap == nil {
			continue
		}
		g := find.GapRecord{
			Said: one.said, Owner: s.personIDs[samplePersonID+one.gap.owner], Answer: s.threadIDs[sampleThreadID+one.gap.answer], Note: one.gap.note,
			OpenedAt: before(s.now.Add(-one.gap.since), one.said), Why: one.gap.why,
		}
		for _, said := range append([]string{one.said}, one.other...) {
			g.Words = append(g.Words, search.Fold(said))
		}
		slices.Sort(g.Words)
		if one.gap.closed > 0 {
			g.ClosedAt = before(s.now.Add(-one.gap.closed), one.said)
		}
		gaps = append(gaps, g)
	}
	return s.once(ctx, "gaps", len(gaps), func(tx *db.Tx) (outcome, error) {
		out, err := find.ImportGaps(ctx, tx, gaps)
		if err == nil {
			err = find.ImportSearches(ctx, tx, log)
		}
		return outcomeOf(out), err
	})
}

// once is all for what has no name in its source, and so is written the first time only.
func (s *sample) once(ctx context.Context, noun string, n int, write func(tx *db.Tx) (outcome, error)) error {
	if s.again {
		write = func(*db.Tx) (outcome, error) { return outcome{unchanged: n}, nil }
	}
	return s.all(ctx, noun, n, write)
}

// searches spreads what was looked for over its days. A gap that was found was looked for once more, and something was opened.
func (s *sample) searches(one sampleSought) []find.SearchRecord {
	list := make([]find.SearchRecord, one.times)
	for i := range list {
		name := one.said + strconv.Itoa(i)
		at := one.from - (one.from-one.to)*time.Duration(i)/time.Duration(max(one.times-1, 1))
		r := find.SearchRecord{Said: strings.ToLower(one.said), At: before(s.now.Add(-at), name), Hits: one.hits, Opened: one.opened && chance(name, 3) > 0}
		if len(one.units) > 0 {
			r.Unit = s.unitIDs[sampleUnit+one.units[i%len(one.units)]]
		}
		list[i] = r
	}
	if one.gap != nil && one.gap.why == find.WhyFound {
		found := list[0]
		found.At, found.Hits, found.Opened = before(s.now.Add(-one.gap.closed), one.said), 8, true
		list = append(list, found)
	}
	return list
}
