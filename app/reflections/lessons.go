package reflections

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"watercooler/app/db"
	"watercooler/app/markup"
	"watercooler/app/threads"
	"watercooler/auth"
)

// LessonsQuery asks for what was learnt. The zero value asks for all that v may read.
type LessonsQuery struct {
	Text    string // words; with them the best come first, and all of them at once
	Topic   string // slug
	Unit    int64  // of the author
	Network string // slug of the one it lives in
	Before  Key    // the page of older ones after this
}

// Lesson is a shared reflection in a list.
type Lesson struct {
	Reflection
	By      threads.Author
	Network threads.Place // where it lives, zero in none
	Topics  []threads.Topic
	Excerpt string // what was learnt, or else what would be changed, in plain words
}

// Lessons is one page of what was learnt.
type Lessons struct {
	List  []Lesson
	Older Key // for LessonsQuery.Before, zero on the last page
}

// mostNamed is how many lessons a search for words returns.
const mostNamed = 60

// Lessons returns what was learnt in the reflections that were shared with v.
func (s *Service) Lessons(ctx context.Context, v auth.Viewer, in LessonsQuery) (Lessons, error) {
	if !v.SignedIn() {
		return Lessons{}, signIn
	}
	if in.Text == "" {
		list, err := s.lessons(ctx, v, in, nil, pageSize+1)
		if err != nil || len(list) <= pageSize {
			return Lessons{List: list}, err
		}
		last := list[pageSize-1]
		return Lessons{list[:pageSize], Key{At: db.Micros(last.SharedAt), ID: last.ID}}, nil
	}
	found, err := s.finder.LessonsNamed(ctx, v, in.Text, mostNamed)
	if err != nil {
		return Lessons{}, fmt.Errorf("look for lessons: %w", err)
	}
	in.Before = Key{}
	list, err := s.among(ctx, v, in, found)
	return Lessons{List: list}, err
}

// among returns the lessons of threads, in their order.
func (s *Service) among(ctx context.Context, v auth.Viewer, in LessonsQuery, ids []int64) ([]Lesson, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	list, err := s.lessons(ctx, v, in, ids, len(ids))
	slices.SortFunc(list, func(a, b Lesson) int {
		return cmp.Compare(slices.Index(ids, a.Thread.ID), slices.Index(ids, b.Thread.ID))
	})
	return list, err
}

// lessons reads lessons with their topics; among keeps to some threads, nil to none.
func (s *Service) lessons(ctx context.Context, v auth.Viewer, in LessonsQuery, among []int64, limit int) ([]Lesson, error) {
	list, err := selectLessons(ctx, s.db, v, in, among, limit)
	if err != nil {
		return nil, fmt.Errorf("read lessons: %w", err)
	}
	topics, err := selectTopicsOf(ctx, s.db, list)
	if err != nil {
		return nil, fmt.Errorf("read the topics of lessons: %w", err)
	}
	for i := range list {
		l := &list[i]
		l.Topics = topics[l.Thread.ID]
		doc, err := markup.Render(cmp.Or(l.Learnt, l.Change, l.Noticed, l.Tried), markup.Options{})
		if err != nil {
			return nil, fmt.Errorf("read what was learnt in reflection %d: %w", l.ID, err)
		}
		l.Excerpt = doc.Excerpt
	}
	return list, nil
}

// Named is something that lessons can be narrowed by: a topic or a network with its slug, or a unit.
type Named struct {
	ID         int64
	Slug, Name string
}

// Narrowing is what lessons that v may read can be narrowed by, by name.
type Narrowing struct{ Topics, Units, Networks []Named }

// Narrow returns what lessons can be narrowed by.
func (s *Service) Narrow(ctx context.Context, v auth.Viewer) (n Narrowing, err error) {
	for _, by := range []struct {
		tables string
		into   *[]Named
	}{
		{"JOIN thread_topics x ON x.thread_id = t.id JOIN topics n ON n.id = x.topic_id", &n.Topics},
		{unitsOf, &n.Units},
		{"JOIN networks n ON n.id = t.network_id", &n.Networks},
	} {
		if *by.into, err = selectNarrowing(ctx, s.db, v, by.tables); err != nil {
			return n, fmt.Errorf("narrow lessons: %w", err)
		}
	}
	return n, nil
}

// How many lessons stand beside a thread or the composer, and for how long a thread is new.
const (
	besideShown = 3
	young       = 30 * 24 * time.Hour
)

// Beside returns what stands beside a thread: reflections that look back at it, and, while it is new, lessons from what was like it.
func (s *Service) Beside(ctx context.Context, v auth.Viewer, t threads.Thread) (back, before []Lesson, err error) {
	if !v.SignedIn() || t.Deleted {
		return nil, nil, nil
	}
	if back, err = selectLooksBack(ctx, s.db, v, t.ID, besideShown); err != nil {
		return nil, nil, fmt.Errorf("reflections about thread %d: %w", t.ID, err)
	}
	if s.now().Sub(t.CreatedAt) > young {
		return back, nil, nil
	}
	before, err = s.like(ctx, v, t.Title, t.ID)
	before = slices.DeleteFunc(before, func(l Lesson) bool {
		return slices.ContainsFunc(back, func(b Lesson) bool { return b.ID == l.ID })
	})
	return back, before, err
}

// Before returns lessons from what was like text: for somebody who is about to write it.
func (s *Service) Before(ctx context.Context, v auth.Viewer, text string) ([]Lesson, error) {
	if !v.SignedIn() || text == "" {
		return nil, nil
	}
	return s.like(ctx, v, text, 0)
}

func (s *Service) like(ctx context.Context, v auth.Viewer, text string, except int64) ([]Lesson, error) {
	ids, err := s.finder.Lessons(ctx, v, text, except, besideShown)
	if err != nil {
		return nil, fmt.Errorf("lessons like %q: %w", text, err)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	list, err := selectLessons(ctx, s.db, v, LessonsQuery{}, ids, len(ids))
	slices.SortFunc(list, func(a, b Lesson) int {
		return cmp.Compare(slices.Index(ids, a.Thread.ID), slices.Index(ids, b.Thread.ID))
	})
	return list, err
}
