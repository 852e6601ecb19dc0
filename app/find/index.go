package find

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/event"
	"watercooler/search"
)

// batchSize is how many rows become one batch of the index: large enough for speed, small enough for memory.
const batchSize = 500

// linger is how long changes are gathered while many are made. Writing to the index costs some 4 ms whatever the number of
// documents; at 500 replies a second and a batch for each handful, that took more of the processor than the replies did.
const linger = 250 * time.Millisecond

// Consumer returns what keeps this process's index level with the database. It re-reads the present rows, so that events
// may come late, twice or in any order; a row that is gone is dropped from the index.
func (s *Service) Consumer(name string) event.Consumer {
	return event.Consumer{
		Name:   name,
		Verbs:  []string{"thread.", "reply.", "person.", "topic.", "network.", "decision.", "import."},
		Batch:  batchSize,
		Linger: linger,
		Handle: s.handle,
	}
}

// changes are the rows that events speak of.
type changes struct {
	threads, replies, people, topics, networks map[int64]bool

	whole    map[int64]bool // threads to be indexed again with all replies
	subjects map[int64]bool // topics whose threads show a new name
	homes    map[int64]bool // networks whose threads have another audience or address now
}

func newChanges() *changes {
	return &changes{
		threads: map[int64]bool{}, replies: map[int64]bool{}, people: map[int64]bool{}, topics: map[int64]bool{}, networks: map[int64]bool{},
		whole: map[int64]bool{}, subjects: map[int64]bool{}, homes: map[int64]bool{},
	}
}

// note adds what e changed.
func (c *changes) note(e event.Event) error {
	switch {
	case e.Verb == event.BatchVerb:
		var ids struct{ Threads, Replies, People, Topics, Networks []int64 }
		if err := json.Unmarshal([]byte(e.Data), &ids); err != nil {
			return fmt.Errorf("read data of event %d: %w", e.ID, err)
		}
		add(c.threads, ids.Threads...)
		add(c.replies, ids.Replies...)
		add(c.people, ids.People...)
		add(c.topics, ids.Topics...)
		add(c.networks, ids.Networks...)
	case e.Object.Kind == "thread":
		add(c.threads, e.Object.ID)
		switch e.Verb {
		case "thread.edited", "thread.deleted", "thread.accepted", "thread.unaccepted":
			// Replies repeat their thread's title and audience, and one of them is the accepted answer.
			add(c.whole, e.Object.ID)
		case "thread.moved", "thread.merged", "thread.split":
			add(c.whole, e.Object.ID)
			if e.Target.Kind == "thread" {
				add(c.threads, e.Target.ID)
				add(c.whole, e.Target.ID)
			}
		}
	case e.Object.Kind == "reply":
		add(c.replies, e.Object.ID)
	case e.Object.Kind == "person":
		add(c.people, e.Object.ID)
	case e.Object.Kind == "topic":
		add(c.topics, e.Object.ID)
		switch e.Verb {
		case "topic.edited":
			add(c.subjects, e.Object.ID)
		case "topic.merged": // what was about the one is about the other
			add(c.topics, e.Target.ID)
			add(c.subjects, e.Target.ID)
		}
	case e.Object.Kind == "network":
		switch e.Verb {
		case "network.narrowed", "network.edited":
			add(c.homes, e.Object.ID)
			fallthrough
		case "network.created":
			add(c.networks, e.Object.ID)
		}
	}
	return nil
}

func add(set map[int64]bool, ids ...int64) {
	for _, id := range ids {
		set[id] = true
	}
}

func (s *Service) handle(ctx context.Context, events []event.Event) error {
	s.names.hear(events)
	s.called.hear(events)
	c := newChanges()
	for _, e := range events {
		if err := c.note(e); err != nil {
			return err
		}
	}
	for statement, set := range map[string]map[int64]bool{threadsOfTopic: c.subjects, threadsOfNetwork: c.homes} {
		for id := range set {
			if err := s.walk(ctx, statement, id, func(_ context.Context, ids []int64) error {
				add(c.whole, ids...)
				return nil
			}); err != nil {
				return err
			}
		}
	}
	add(c.threads, slices.Collect(maps.Keys(c.whole))...)
	// A thread is found by what its replies say.
	err := chunks(ctx, c.replies, func(ctx context.Context, ids []int64) error {
		threads, err := threadsOfReplies(ctx, s.db, ids)
		add(c.threads, threads...)
		return err
	})
	if err != nil {
		return err
	}
	err = chunks(ctx, c.threads, func(ctx context.Context, ids []int64) error {
		topics, err := topicsOfThreads(ctx, s.db, ids)
		add(c.topics, topicIDs(topics)...) // a first public thread makes a topic public
		return err
	})
	if err != nil {
		return err
	}
	return s.write(ctx, c)
}

// write puts what changed into the index, in as few batches as it takes.
func (s *Service) write(ctx context.Context, c *changes) error {
	e := edit{Service: s}
	if err := chunks(ctx, c.threads, e.putThreads); err != nil {
		return err
	}
	for id := range c.whole {
		if err := s.walk(ctx, repliesOfThread, id, e.putReplies); err != nil {
			return err
		}
	}
	if err := chunks(ctx, c.replies, e.putReplies); err != nil {
		return err
	}
	if err := chunks(ctx, c.people, e.putPeople); err != nil {
		return err
	}
	if err := chunks(ctx, c.topics, e.putTopics); err != nil {
		return err
	}
	if err := chunks(ctx, c.networks, e.putNetworks); err != nil {
		return err
	}
	return e.flush(ctx)
}

// chunks calls put with the ids of set, in order, batchSize at a time.
func chunks(ctx context.Context, set map[int64]bool, put func(ctx context.Context, ids []int64) error) error {
	for ids := range slices.Chunk(slices.Sorted(maps.Keys(set)), batchSize) {
		if err := put(ctx, ids); err != nil {
			return err
		}
	}
	return nil
}

// walk is db.Walk for put.
func (s *Service) walk(ctx context.Context, statement string, of int64, put func(ctx context.Context, ids []int64) error) error {
	return db.Walk(ctx, s.db, statement, of, batchSize, func(ids []int64) error { return put(ctx, ids) })
}

// edit gathers what is to be put into the index and dropped from it: a batch costs far more than a document in it.
type edit struct {
	*Service
	docs []search.Doc
	drop []string
}

// put adds docs, and drops those of ids that have none.
func (e *edit) put(ctx context.Context, kind string, ids []int64, docs []search.Doc) error {
	made := make(map[string]bool, len(docs))
	for _, d := range docs {
		made[d.ID] = true
	}
	for _, id := range ids {
		if ref := ref(kind, id); !made[ref] {
			e.drop = append(e.drop, ref)
		}
	}
	e.docs = append(e.docs, docs...)
	if len(e.docs)+len(e.drop) < batchSize {
		return nil
	}
	return e.flush(ctx)
}

// flush writes what has been gathered.
func (e *edit) flush(ctx context.Context) error {
	err := e.index.Apply(ctx, e.docs, e.drop)
	e.docs, e.drop = nil, nil
	return err
}

// putThreads indexes the present rows of threads and drops those that are gone, with their replies.
func (e *edit) putThreads(ctx context.Context, ids []int64) error {
	present, err := presentThreads(ctx, e.db, ids)
	if err != nil {
		return fmt.Errorf("read threads for the index: %w", err)
	}
	docs, err := e.threadDocs(ctx, slices.Collect(maps.Values(present)))
	if err != nil {
		return err
	}
	for _, id := range ids {
		if _, ok := present[id]; !ok {
			if err := e.index.DropThread(ctx, id); err != nil {
				return err
			}
		}
	}
	return e.put(ctx, "thread", ids, docs)
}

// putReplies indexes the present rows of replies and drops those that are gone.
func (e *edit) putReplies(ctx context.Context, ids []int64) error {
	present, err := presentReplies(ctx, e.db, ids)
	if err != nil {
		return fmt.Errorf("read replies for the index: %w", err)
	}
	docs, err := e.replyDocs(ctx, slices.Collect(maps.Values(present)))
	if err != nil {
		return err
	}
	return e.put(ctx, "reply", ids, docs)
}

// putPeople indexes the present rows of people and drops those that are gone.
func (e *edit) putPeople(ctx context.Context, ids []int64) error {
	present, err := peopleByID(ctx, e.db, ids)
	if err != nil {
		return fmt.Errorf("read people for the index: %w", err)
	}
	for _, p := range present {
		if err := e.rename(ctx, p); err != nil {
			return err
		}
	}
	return e.put(ctx, "person", ids, personDocs(slices.Collect(maps.Values(present))))
}

// rename indexes again what p wrote, when the index knows p under another name. The new name is written after that, so that
// a failure in between is made good by the next attempt.
func (e *edit) rename(ctx context.Context, p person) error {
	known, err := e.index.Title(ref("person", p.ID))
	if err != nil || known == "" || known == p.Name {
		return err
	}
	if err := e.walk(ctx, threadsOfPerson, p.ID, e.putThreads); err != nil {
		return err
	}
	return e.walk(ctx, repliesOfPerson, p.ID, e.putReplies)
}

// putTopics indexes the present rows of topics and drops those that are gone.
func (e *edit) putTopics(ctx context.Context, ids []int64) error {
	present, err := topicsByID(ctx, e.db, ids)
	if err != nil {
		return fmt.Errorf("read topics for the index: %w", err)
	}
	docs, err := e.topicDocs(ctx, slices.Collect(maps.Values(present)))
	if err != nil {
		return err
	}
	return e.put(ctx, "topic", ids, docs)
}

// putNetworks indexes the present rows of networks and drops those that are gone.
func (e *edit) putNetworks(ctx context.Context, ids []int64) error {
	present, err := networksByID(ctx, e.db, ids)
	if err != nil {
		return fmt.Errorf("read networks for the index: %w", err)
	}
	return e.put(ctx, "network", ids, networkDocs(slices.Collect(maps.Values(present))))
}

// ref names a row as the index and the API do: "thread:42".
func ref(kind string, id int64) string { return kind + ":" + strconv.FormatInt(id, 10) }

// refID returns the id in a ref of the kind.
func refID(ref, kind string) (int64, bool) {
	digits, ok := strings.CutPrefix(ref, kind+":")
	if !ok {
		return 0, false
	}
	id, err := strconv.ParseInt(digits, 10, 64)
	return id, err == nil
}

// Documents returns how many documents the index should hold, for progress and for checking.
func (s *Service) Documents(ctx context.Context) (int, error) { return countRows(ctx, s.db) }

// Indexing returns how much of the index is made, in percent, while it is being made and there is no old one to search in; 100 when
// all that is there can be found.
func (s *Service) Indexing() int {
	done := s.built.Load()
	if done < 0 {
		return 100
	}
	if n, err := s.index.Count(); err != nil || n > 0 {
		return 100 // the old one serves
	}
	return int(min(99, 100*done/max(s.toBuild.Load(), 1)))
}

// Rebuild makes the index anew from the database, in order of id, while searches are served. Progress may be nil.
func (s *Service) Rebuild(ctx context.Context, progress func(done int)) error {
	total, err := s.Documents(ctx)
	if err != nil {
		return fmt.Errorf("count what is to be indexed: %w", err)
	}
	s.toBuild.Store(int64(total))
	s.built.Store(0)
	defer s.built.Store(-1)
	told := func(done int) {
		s.built.Store(int64(done))
		if progress != nil {
			progress(done)
		}
	}
	return s.index.Rebuild(ctx, func(yield func([]search.Doc) error) error {
		for _, walk := range []func(ctx context.Context, after int64) ([]search.Doc, int64, error){
			s.somePeople, s.someTopics, s.someNetworks, s.someThreads, s.someReplies,
		} {
			for after := int64(0); ; {
				docs, last, err := walk(ctx, after)
				if err != nil {
					return err
				}
				if last == 0 {
					break
				}
				if err := yield(docs); err != nil {
					return err
				}
				after = last
			}
		}
		return nil
	}, told)
}

// Each of these returns the documents of the rows after an id and the last id seen, which is 0 when there are no more.

func (s *Service) somePeople(ctx context.Context, after int64) ([]search.Doc, int64, error) {
	list, err := peopleAfter(ctx, s.db, after, batchSize)
	if err != nil || len(list) == 0 {
		return nil, 0, err
	}
	return personDocs(list), list[len(list)-1].ID, nil
}

func (s *Service) someTopics(ctx context.Context, after int64) ([]search.Doc, int64, error) {
	list, err := topicsAfter(ctx, s.db, after, batchSize)
	if err != nil || len(list) == 0 {
		return nil, 0, err
	}
	docs, err := s.topicDocs(ctx, list)
	return docs, list[len(list)-1].ID, err
}

func (s *Service) someNetworks(ctx context.Context, after int64) ([]search.Doc, int64, error) {
	list, err := networksAfter(ctx, s.db, after, batchSize)
	if err != nil || len(list) == 0 {
		return nil, 0, err
	}
	return networkDocs(list), list[len(list)-1].ID, nil
}

func (s *Service) someThreads(ctx context.Context, after int64) ([]search.Doc, int64, error) {
	list, err := threadsAfter(ctx, s.db, after, batchSize)
	if err != nil || len(list) == 0 {
		return nil, 0, err
	}
	docs, err := s.threadDocs(ctx, list)
	return docs, list[len(list)-1].ID, err
}

func (s *Service) someReplies(ctx context.Context, after int64) ([]search.Doc, int64, error) {
	list, err := repliesAfter(ctx, s.db, after, batchSize)
	if err != nil || len(list) == 0 {
		return nil, 0, err
	}
	docs, err := s.replyDocs(ctx, list)
	return docs, list[len(list)-1].ID, err
}
