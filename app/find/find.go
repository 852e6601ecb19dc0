// Package find answers what people look for: the search page, suggestions, similar and related threads.
//
// The index (package search) says which rows match and in what order; this slice keeps it level with the database (index.go)
// and reads what is shown from the rows themselves, under the audience rule, in a bounded number of queries. So a result is
// never older than the row, and a thread whose audience was narrowed a moment ago is not shown although the index still
// knows it.
package find

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"watercooler/app/db"
	"watercooler/auth"
	"watercooler/search"
)

// Limits.
const (
	maxLimit   = 100
	bodyRunes  = 240 // of a highlighted fragment
	peopleHits = 3   // shown above the results
)

// Author is a person as shown beside what they wrote.
type Author struct {
	ID       int64
	Handle   string
	Name     string
	JobTitle string
	Photo    string // key in app/files
	Unit     string
}

// Path returns the address of the person's profile.
func (a Author) Path() string { return "/people/" + a.Handle }

// Topic is a topic as a chip.
type Topic struct {
	ID         int64
	Slug, Name string
}

// Path returns the address of the topic's page.
func (t Topic) Path() string { return "/topics/" + t.Slug }

// Network is where a thread lives, by name.
type Network struct {
	Slug, Name string
}

// Path returns the address of the network's page.
func (n Network) Path() string { return "/networks/" + n.Slug }

// Query is what somebody looks for.
type Query struct {
	Text  string
	Kinds []string // question, reply, person …; none means all
	Limit int      // 1 to 100
	Page  int      // from 1
	Sort  string   // "" best match, "date" newest first
	Apart bool     // people come in Results.People and not among the hits

	Literal bool // what was typed, without corrections
	Explain bool // hits say why they are where they are
}

// Results are what was found and may be read by the viewer.
type Results struct {
	Total   int  // documents that match
	AtLeast bool // there are more than Total
	More    bool
	Hits    []Hit
	People  []Hit  // the best few, when Query.Apart
	Name    bool   // the query looks like somebody's name
	Instead string // what was searched for in the place of what was typed, "" when it was not corrected
	Parsed  search.Parsed
}

// Facets count what a search finds, by what it can be narrowed by.
type Facets struct {
	Facets []search.Facet
	Topics map[string]string // names of the topics, by slug
	Nets   map[string]string // names of the networks, by slug
}

// Hit is a thread, reply, person, topic or network that was found.
type Hit struct {
	Ref        string // "thread:42"
	ExternalID string // where it was imported from, else ""
	Kind       string // the thread's kind; reply, person, topic or network
	Title      string // of the thread, for a reply too
	Path       string
	Score      float64
	TitleSpans []search.Span
	BodySpans  []search.Span
	Author     Author // of a thread or reply; for a person, who it is
	Location   string // of a person
	CreatedAt  time.Time
	Topics     []Topic
	Network    Network // where the thread lives, zero in none
	Replies    int
	Votes      int
	Answered   bool                // the thread has an accepted answer
	Accepted   bool                // this reply is it
	Superseded bool                // another thread has taken its place
	Reply      *Said               // of a thread: the reply that says most about the query, nil for none
	Why        *search.Explanation // when Query.Explain

	thread int64 // the one it is or belongs to, 0 for none
}

// Said is a reply as its thread shows it.
type Said struct {
	Ref       string // "reply:9"
	Path      string
	Author    Author
	CreatedAt time.Time
	Spans     []search.Span // the part that says most about the query
	Accepted  bool
}

// Service holds the use cases of finding.
type Service struct {
	db      *db.DB
	index   *search.Index
	now     func() time.Time
	related *cache
	marked  fragments
	names   names
	called  synonyms
	letters Letters
	files   Files // nil where files are found by their names alone
	memory  memory
	built   atomic.Int64 // documents, of a rebuild that goes on; -1 for none
	toBuild atomic.Int64 // how many it will be
}

// New returns a Service that searches index, which holds what d holds.
func New(d *db.DB, index *search.Index, now func() time.Time) *Service {
	s := &Service{db: d, index: index, now: now, related: newCache(now)}
	s.built.Store(-1)
	index.Feedback(s.Texts)
	return s
}

// Search finds what v may read. A thread and its replies are one hit.
func (s *Service) Search(ctx context.Context, v auth.Viewer, q Query) (Results, error) {
	q.Limit = min(max(q.Limit, 1), maxLimit)
	called, err := s.called.of(ctx, s.db, v)
	if err != nil {
		return Results{}, err
	}
	sq := search.Query{
		Text: q.Text, Audiences: v.Audiences(), Kinds: q.Kinds, Limit: q.Limit, Offset: (max(q.Page, 1) - 1) * q.Limit,
		Sort: q.Sort, Literal: q.Literal, Explain: q.Explain, Synonyms: called,
	}
	apart := q.Apart && !slices.Contains(q.Kinds, "person")
	if apart {
		sq.Types = besidePeople(q.Kinds)
	}
	found, err := s.index.Search(ctx, sq)
	if err != nil {
		return Results{}, fmt.Errorf("search for %q: %w", q.Text, err)
	}
	res := Results{
		Total: found.Total, AtLeast: found.AtLeast, More: found.More, Instead: found.Instead, Parsed: found.Parsed, Name: search.LooksLikeName(q.Text),
	}
	hits := found.Hits
	if apart && q.Page <= 1 && len(q.Kinds) == 0 && v.SignedIn() {
		people, err := s.index.Search(ctx, search.Query{Text: q.Text, Audiences: v.Audiences(), Types: []string{"person"}, Limit: peopleHits, Literal: q.Literal})
		if err != nil {
			return Results{}, fmt.Errorf("search for people like %q: %w", q.Text, err)
		}
		res.Total += people.Total
		hits = append(slices.Clone(hits), people.Hits...)
	}
	all, err := s.read(ctx, v, hits, found.Parsed)
	if err != nil {
		return Results{}, fmt.Errorf("read what was found: %w", err)
	}
	for _, h := range all {
		if apart && h.Kind == "person" {
			res.People = append(res.People, h)
		} else {
			res.Hits = append(res.Hits, h)
		}
	}
	return res, nil
}

// besidePeople are the types that a search for kinds looks at, but people.
func besidePeople(kinds []string) []string {
	if slices.Contains(kinds, "reply") {
		return []string{"reply"}
	}
	return []string{"thread", "topic", "network", "file"}
}

// Facets counts what a search by v finds. It is apart from Search so that results need not wait for it.
func (s *Service) Facets(ctx context.Context, v auth.Viewer, q Query) (Facets, error) {
	called, err := s.called.of(ctx, s.db, v)
	if err != nil {
		return Facets{}, err
	}
	sq := search.Query{Text: q.Text, Audiences: v.Audiences(), Kinds: q.Kinds, Literal: q.Literal, Synonyms: called}
	if q.Apart && !slices.Contains(q.Kinds, "person") {
		sq.Types = besidePeople(q.Kinds)
	}
	found, err := s.index.Facets(ctx, sq)
	if err != nil {
		return Facets{}, fmt.Errorf("count what %q finds: %w", q.Text, err)
	}
	out := Facets{Facets: found}
	if out.Topics, err = s.names.of(ctx, s.db, v, "topic", out.values("topic"), topicLabels); err != nil {
		return Facets{}, fmt.Errorf("name the topics found: %w", err)
	}
	if out.Nets, err = s.names.of(ctx, s.db, v, "network", out.values("network"), networkLabels); err != nil {
		return Facets{}, fmt.Errorf("name the networks found: %w", err)
	}
	return out, nil
}

// values returns the values of a facet.
func (f Facets) values(facet string) (slugs []string) {
	for _, f := range f.Facets {
		for _, value := range f.Values {
			if f.Name == facet {
				slugs = append(slugs, value.Value)
			}
		}
	}
	return slugs
}

// rows are what hits point at, as far as the viewer may read it.
type rows struct {
	threads map[int64]thread
	replies map[int64]reply
	people  map[int64]person
	topics  map[int64]topic
	nets    map[int64]network
	of      map[int64][]Topic // topics of the threads
	marked  map[string]fragment
}

// load reads the rows of refs in at most six statements.
func (s *Service) load(ctx context.Context, v auth.Viewer, refs []string) (r rows, err error) {
	var threadIDs, replyIDs, personIDs, topicIDs, networkIDs []int64
	of := map[string]*[]int64{"thread": &threadIDs, "reply": &replyIDs, "person": &personIDs, "topic": &topicIDs, "network": &networkIDs}
	for _, ref := range refs {
		kind, _, _ := strings.Cut(ref, ":")
		if ids := of[kind]; ids != nil {
			if id, ok := refID(ref, kind); ok {
				*ids = append(*ids, id)
			}
		}
	}
	if r.replies, err = liveReplies(ctx, s.db, replyIDs); err != nil {
		return r, err
	}
	for _, reply := range r.replies {
		threadIDs = append(threadIDs, reply.Thread)
	}
	if r.threads, err = readableThreads(ctx, s.db, v, threadIDs); err != nil {
		return r, err
	}
	if v.SignedIn() {
		// SECURITY: profiles are for those who are signed in.
		if r.people, err = peopleByID(ctx, s.db, personIDs); err != nil {
			return r, err
		}
	}
	if r.topics, err = topicsByID(ctx, s.db, topicIDs); err != nil {
		return r, err
	}
	if r.nets, err = knownNetworks(ctx, s.db, v, networkIDs); err != nil {
		return r, err
	}
	r.of, err = topicsOfThreads(ctx, s.db, threadIDs)
	return r, err
}

// read turns what the index found into what is shown, in the same order. What is gone or hidden by now is left out.
func (s *Service) read(ctx context.Context, v auth.Viewer, found []search.Hit, p search.Parsed) ([]Hit, error) {
	refs := make([]string, len(found), 2*len(found))
	for i, f := range found {
		refs[i] = f.ID
	}
	for _, f := range found {
		if f.Reply != "" {
			refs = append(refs, f.Reply)
		}
	}
	r, err := s.load(ctx, v, refs)
	if err != nil {
		return nil, err
	}
	if err := s.mark(ctx, &r, refs, p); err != nil {
		return nil, fmt.Errorf("read bodies: %w", err)
	}
	var hits []Hit
	for _, f := range found {
		h, ok := r.hit(f.ID, v, p)
		if !ok {
			continue
		}
		h.Score, h.Why = f.Score, f.Why
		// A reply is shown beneath its own thread only: it may have moved since.
		if said, ok := r.hit(f.Reply, v, p); ok && h.ofSame(said) {
			h.Reply = &Said{Ref: said.Ref, Path: said.Path, Author: said.Author, CreatedAt: said.CreatedAt, Spans: said.BodySpans, Accepted: said.Accepted}
		}
		hits = append(hits, h)
	}
	return hits, nil
}

// hit describes what ref points at, and reports whether the viewer may know of it.
func (r *rows) hit(ref string, v auth.Viewer, p search.Parsed) (h Hit, ok bool) {
	h.Ref = ref
	body := ""
	if id, is := refID(ref, "thread"); is {
		t, found := r.threads[id]
		ok = found
		h.ofThread(t, r.of[id])
		h.Kind, h.ExternalID, h.Author, h.CreatedAt, h.Votes = t.Kind, t.ExternalID, t.Author, db.Time(t.CreatedAt), t.Votes
	} else if id, is := refID(ref, "reply"); is {
		y := r.replies[id]
		t, found := r.threads[y.Thread]
		ok = found
		h.ofThread(t, r.of[t.ID])
		h.Kind, h.ExternalID, h.Author, h.CreatedAt, h.Votes = "reply", y.ExternalID, y.Author, db.Time(y.CreatedAt), y.Votes
		h.Path, h.Accepted = fmt.Sprintf("/replies/%d", id), t.Accepted == id
	} else if id, is := refID(ref, "person"); is {
		q, found := r.people[id]
		ok = found
		h.Kind, h.ExternalID, h.Author, h.Title, h.Path, h.Location, body = "person", q.ExternalID, q.Author, q.Name, q.Path(), q.Location, q.AboutHTML
	} else if id, is := refID(ref, "topic"); is {
		t, found := r.topics[id]
		ok = found && (t.Public || v.SignedIn())
		h.Kind, h.ExternalID, h.Title, h.Path = "topic", t.ExternalID, t.Name, "/topics/"+t.Slug
		h.BodySpans = p.Highlight(t.Description, bodyRunes)
	} else if id, is := refID(ref, "network"); is {
		n, found := r.nets[id]
		ok = found
		h.Kind, h.ExternalID, h.Title, h.Path = "network", n.ExternalID, n.Name, n.Path()
		h.BodySpans = p.Highlight(n.Purpose, bodyRunes)
	}
	if !ok {
		return Hit{}, false
	}
	if f, ok := r.marked[ref]; ok {
		h.TitleSpans, h.BodySpans = f.title, f.body
		return h, true
	}
	h.TitleSpans = p.Highlight(h.Title, 0)
	if body != "" {
		h.BodySpans = p.Highlight(plain(body), bodyRunes)
	}
	return h, true
}

// ofSame reports whether reply belongs to the thread that h is.
func (h *Hit) ofSame(reply Hit) bool { return h.Ref == ref("thread", reply.thread) }

// ofThread fills in what a hit on a thread shares with one on its replies.
func (h *Hit) ofThread(t thread, topics []Topic) {
	h.Title, h.Path, h.Topics, h.Replies, h.Answered, h.thread = t.Title, t.path(), topics, t.Replies, t.Accepted != 0, t.ID
	h.Network, h.Superseded = t.Network, t.Superseded
}

// Suggest completes what v is typing, from titles, names, topics and networks; types are any of thread, person, topic and network.
func (s *Service) Suggest(ctx context.Context, v auth.Viewer, text string, limit int, types ...string) ([]Hit, error) {
	found, err := s.index.Suggest(ctx, text, v.Audiences(), min(max(limit, 1), maxLimit), types...)
	if err != nil {
		return nil, fmt.Errorf("complete %q: %w", text, err)
	}
	hits := make([]search.Hit, len(found))
	for i, f := range found {
		hits[i].ID = f.ID
	}
	return s.read(ctx, v, hits, search.Parsed{})
}

// Similar returns threads that ask what text asks, best first.
func (s *Service) Similar(ctx context.Context, v auth.Viewer, text string, limit int) ([]Hit, error) {
	found, err := s.index.Similar(ctx, text, v.Audiences(), 0, min(max(limit, 1), maxLimit))
	if err != nil {
		return nil, err
	}
	return s.read(ctx, v, found, search.Parsed{})
}
