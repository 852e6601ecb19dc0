// Package topics keeps the hub's controlled subjects: each has a name, synonyms people use for it, and perhaps a broader
// topic above it.
//
// Two topics never share a word for the same thing: a name or synonym belongs to one topic in the whole hub, compared
// without case and accents, so that what somebody types always means one topic. Moderators keep the list and everybody
// signed in reads it; signed out, a topic exists once a public thread is about it. There are tens to a few thousand topics,
// so each process keeps the table in memory (see cache.go).
package topics

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/app/markup"
	"watercooler/auth"
)

// Limits, in characters but for maxSynonyms.
const (
	maxName        = 60
	maxDescription = 1000
	maxSynonyms    = 50
)

// Topic is a controlled subject.
type Topic struct {
	ID          int64
	Slug        string
	Name        string
	Description string   // plain text
	Synonyms    []string // other words for it, in order of the alphabet
	Broader     int64    // id of the broader topic, 0 for none
}

// Path returns the address of the topic's page.
func (t Topic) Path() string { return "/topics/" + t.Slug }

// Input is what the form for a topic holds.
type Input struct {
	Name        string
	Description string
	Synonyms    []string
	Broader     string // slug, "" for none
}

// Service holds the use cases of topics.
type Service struct {
	db        *db.DB
	now       func() time.Time
	cache     cache
	referrers []Referrer
}

// New returns the topics kept in d. now is the clock, time.Now outside tests.
func New(d *db.DB, now func() time.Time) *Service {
	return &Service{db: d, now: now}
}

var (
	errNoTopic  = errs.NotFoundf("There is no such topic.")
	errSignIn   = errs.Unauthenticatedf("Sign in to change topics.")
	errNotYours = errs.Forbiddenf("Only moderators can change topics. Ask one of them to do it.")
)

// All returns every topic, by name. The slice is shared: read only.
func (s *Service) All(ctx context.Context) ([]Topic, error) {
	snap, err := s.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	return snap.all, nil
}

// Find returns the topic with this slug, or the one that the topic which had it became part of.
func (s *Service) Find(ctx context.Context, slug string) (Topic, error) {
	snap, err := s.snapshot(ctx)
	if err != nil {
		return Topic{}, err
	}
	if i, ok := snap.at(slug); ok {
		return snap.all[i], nil
	}
	// Another process may have made it a moment ago.
	t, err := selectTopic(ctx, s.db, slug)
	if errs.IsNotFound(err) {
		return Topic{}, errNoTopic.Because(err)
	}
	if err != nil {
		return Topic{}, fmt.Errorf("find topic %q: %w", slug, err)
	}
	s.cache.forget()
	return t, nil
}

// Around is a topic with its neighbours and what the viewer has to do with it.
type Around struct {
	Topic
	Above    []Topic // the broader topics, the broadest first
	Narrower []Branch
	Followed bool // by the viewer
}

// Branch is a topic with those directly below it.
type Branch struct {
	Topic
	Narrower []Topic
}

// Visit returns a topic for its page. Its slug differs from the one asked for when that topic became part of it.
func (s *Service) Visit(ctx context.Context, v auth.Viewer, slug string) (Around, error) {
	t, err := s.Find(ctx, slug)
	if err != nil {
		return Around{}, err
	}
	a := Around{Topic: t}
	snap, err := s.snapshot(ctx)
	if err != nil {
		return Around{}, err
	}
	a.Above, a.Narrower = snap.above(t), snap.branches(t.ID)
	if !v.SignedIn() {
		return a, s.hide(ctx, v, &a)
	}
	if a.Followed, err = selectFollows(ctx, s.db, t.ID, v.Person); err != nil {
		return Around{}, fmt.Errorf("who follows %q: %w", slug, err)
	}
	return a, nil
}

// Threads counts the threads about a topic that v may read. It reads all of them: no page that many look at shows it.
func (s *Service) Threads(ctx context.Context, v auth.Viewer, topic int64) (int, error) {
	n, err := selectCount(ctx, s.db, v, topic)
	if err != nil {
		return 0, fmt.Errorf("count threads about topic %d: %w", topic, err)
	}
	return n, nil
}

// above returns the topics above t, the broadest first.
func (s *snapshot) above(t Topic) (list []Topic) {
	for i, ok := s.byID[t.Broader]; ok && len(list) < len(s.all); i, ok = s.byID[s.all[i].Broader] {
		list = append(list, s.all[i])
	}
	slices.Reverse(list)
	return list
}

// branches returns two levels of what is below the topic id.
func (s *snapshot) branches(id int64) (list []Branch) {
	for _, i := range s.below[id] {
		b := Branch{Topic: s.all[i]}
		for _, j := range s.below[b.ID] {
			b.Narrower = append(b.Narrower, s.all[j])
		}
		list = append(list, b)
	}
	return list
}

// hide takes the neighbours away that do not exist for somebody signed out, with all that hangs below them. The topic itself may
// not exist for them either.
func (s *Service) hide(ctx context.Context, v auth.Viewer, a *Around) error {
	ids := []int64{a.ID}
	for _, t := range a.Above {
		ids = append(ids, t.ID)
	}
	for _, b := range a.Narrower {
		ids = append(ids, b.ID)
		for _, t := range b.Narrower {
			ids = append(ids, t.ID)
		}
	}
	there, err := selectReadable(ctx, s.db, v, ids)
	if err != nil {
		return fmt.Errorf("which topics around %q have threads: %w", a.Slug, err)
	}
	gone := func(t Topic) bool { return !there[t.ID] }
	if gone(a.Topic) {
		return errNoTopic
	}
	a.Above = slices.DeleteFunc(a.Above, gone)
	a.Narrower = slices.DeleteFunc(a.Narrower, func(b Branch) bool { return gone(b.Topic) })
	for i := range a.Narrower {
		a.Narrower[i].Narrower = slices.DeleteFunc(a.Narrower[i].Narrower, gone)
	}
	return nil
}

// Counted is a topic in a list.
type Counted struct {
	Topic
	Threads  int // that the viewer may read
	Followed bool
}

// List returns every topic by name, with how many threads about it v may read. Signed out, topics without any are left out.
func (s *Service) List(ctx context.Context, v auth.Viewer) ([]Counted, error) {
	all, err := s.All(ctx)
	if err != nil {
		return nil, err
	}
	counts, err := selectCounts(ctx, s.db, v)
	if err != nil {
		return nil, fmt.Errorf("count threads by topic: %w", err)
	}
	followed := map[int64]bool{}
	if v.SignedIn() {
		if followed, err = selectFollowed(ctx, s.db, v.Person); err != nil {
			return nil, fmt.Errorf("list followed topics: %w", err)
		}
	}
	list := make([]Counted, 0, len(all))
	for _, t := range all {
		if n := counts[t.ID]; n > 0 || v.SignedIn() {
			list = append(list, Counted{Topic: t, Threads: n, Followed: followed[t.ID]})
		}
	}
	return list, nil
}

func keeper(v auth.Viewer) error {
	switch {
	case !v.SignedIn():
		return errSignIn
	case !v.Moderates():
		return errNotYours
	}
	return nil
}

// Create adds a topic and returns it.
func (s *Service) Create(ctx context.Context, v auth.Viewer, in Input) (Topic, error) {
	if err := keeper(v); err != nil {
		return Topic{}, err
	}
	in, err := in.checked()
	if err != nil {
		return Topic{}, err
	}
	var t Topic
	err = s.db.Tx(ctx, func(tx *db.Tx) error {
		snap, err := read(ctx, tx)
		if err != nil {
			return err
		}
		t = Topic{Slug: snap.freeSlug(in.Name), Name: in.Name, Description: in.Description, Synonyms: in.Synonyms}
		if t.Broader, err = in.check(snap, 0); err != nil {
			return err
		}
		if t.ID, err = insertTopic(ctx, tx, "", t); err != nil {
			return fmt.Errorf("add topic: %w", raced(err))
		}
		if err := insertSynonyms(ctx, tx, t.ID, t.Synonyms); err != nil {
			return fmt.Errorf("add synonyms: %w", raced(err))
		}
		s.changed(tx)
		return appendEvent(ctx, tx, v.Person, "topic.created", t.ID)
	})
	return t, err
}

// Edit changes a topic. The slug stays, so links do too.
func (s *Service) Edit(ctx context.Context, v auth.Viewer, slug string, in Input) error {
	if err := keeper(v); err != nil {
		return err
	}
	in, err := in.checked()
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		snap, err := read(ctx, tx)
		if err != nil {
			return err
		}
		i, ok := snap.bySlug[slug]
		if !ok {
			return errNoTopic
		}
		t := snap.all[i]
		t.Name, t.Description, t.Synonyms = in.Name, in.Description, in.Synonyms
		if t.Broader, err = in.check(snap, t.ID); err != nil {
			return err
		}
		if err := updateTopic(ctx, tx, t); err != nil {
			return fmt.Errorf("edit topic %d: %w", t.ID, raced(err))
		}
		s.changed(tx)
		return appendEvent(ctx, tx, v.Person, "topic.edited", t.ID)
	})
}

// raced says what it means that a word which was free when we looked is taken.
func raced(err error) error {
	if db.IsUnique(err) {
		return errs.Conflictf("Somebody else has just taken one of these words for a topic. Look at the list and try again.").Because(err)
	}
	return err
}

func appendEvent(ctx context.Context, tx *db.Tx, actor int64, verb string, topic int64) error {
	return event.Append(ctx, tx, event.Event{Actor: actor, Verb: verb, Object: event.Ref{Kind: "topic", ID: topic}, Audience: auth.AudienceHub})
}

// checked returns in tidied, or says what needs correcting without knowing the other topics.
func (in Input) checked() (Input, error) {
	var wrong []errs.Field
	in.Name = spaced(in.Name)
	in.Description = strings.TrimSpace(in.Description)
	switch n := utf8.RuneCountInString(in.Name); {
	case in.Name == "":
		wrong = append(wrong, errs.Field{Name: "name", Text: "Give the topic a name."})
	case n > maxName:
		wrong = append(wrong, errs.Field{Name: "name", Text: fmt.Sprintf("Use at most %d characters.", maxName)})
	}
	if utf8.RuneCountInString(in.Description) > maxDescription {
		wrong = append(wrong, errs.Field{Name: "description", Text: fmt.Sprintf("Use at most %d characters.", maxDescription)})
	}
	in.Synonyms = synonyms(in.Name, in.Synonyms)
	if len(in.Synonyms) > maxSynonyms {
		wrong = append(wrong, errs.Field{Name: "synonyms", Text: fmt.Sprintf("Use at most %d synonyms.", maxSynonyms)})
	}
	for _, s := range in.Synonyms {
		if utf8.RuneCountInString(s) > maxName {
			wrong = append(wrong, errs.Field{Name: "synonyms", Text: fmt.Sprintf("Use at most %d characters in each synonym.", maxName)})
			break
		}
	}
	return in, errs.InvalidFields(wrong...)
}

// check holds in against the other topics and returns the id of the broader one. self is the topic edited, 0 for a new one.
func (in Input) check(snap *snapshot, self int64) (broader int64, err error) {
	var wrong []errs.Field
	if other, ok := snap.owner(in.Name); ok && other.ID != self {
		wrong = append(wrong, errs.Field{Name: "name", Text: taken(in.Name, other)})
	}
	for _, s := range in.Synonyms {
		if other, ok := snap.owner(s); ok && other.ID != self {
			wrong = append(wrong, errs.Field{Name: "synonyms", Text: taken(s, other)})
		}
	}
	if in.Broader != "" {
		i, ok := snap.bySlug[in.Broader]
		if !ok {
			wrong = append(wrong, errs.Field{Name: "broader", Text: "Choose a topic from the list."})
			return 0, errs.InvalidFields(wrong...)
		}
		broader = snap.all[i].ID
		if self != 0 && snap.under(broader, self) {
			wrong = append(wrong, errs.Field{Name: "broader", Text: "A topic cannot be broader than itself or than a topic above it."})
		}
	}
	return broader, errs.InvalidFields(wrong...)
}

func taken(word string, by Topic) string {
	if markup.Fold(word) == markup.Fold(by.Name) {
		return fmt.Sprintf("There is already a topic called “%s”.", by.Name)
	}
	return fmt.Sprintf("“%s” is already a word for the topic “%s”.", word, by.Name)
}

// spaced returns s on one line with single spaces.
func spaced(s string) string { return strings.Join(strings.Fields(s), " ") }

// synonyms returns words without repetitions and without the name itself, in order of the alphabet.
func synonyms(name string, words []string) []string {
	seen := map[string]bool{markup.Fold(name): true}
	var list []string
	for _, w := range words {
		w = spaced(w)
		if folded := markup.Fold(w); folded != "" && !seen[folded] {
			seen[folded] = true
			list = append(list, w)
		}
	}
	slices.SortFunc(list, func(a, b string) int { return strings.Compare(markup.Fold(a), markup.Fold(b)) })
	return list
}

// Resolve finds the topic each name means, by name, slug or synonym. It returns every topic once, in the order named, and
// the names that mean none.
func (s *Service) Resolve(ctx context.Context, names []string) (known []Topic, unknown []string, err error) {
	snap, err := s.snapshot(ctx)
	if err != nil {
		return nil, nil, err
	}
	seen := make(map[int64]bool, len(names))
	for _, name := range names {
		t, ok := snap.meant(name)
		switch {
		case ok && !seen[t.ID]:
			seen[t.ID] = true
			known = append(known, t)
		case !ok && spaced(name) != "":
			unknown = append(unknown, name)
		}
	}
	return known, unknown, nil
}
