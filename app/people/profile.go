package people

import (
	"context"
	"fmt"
	"html"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/auth"
)

// writingPage is how many threads or answers a page of a profile has.
const writingPage = 20

// MaxCounted is where a profile stops counting: whether somebody gave 4,000 or 16,000 answers is not worth 20 ms a view.
const MaxCounted = 1000

// Profile is the page about a person.
type Profile struct {
	Person
	Manager    *Card
	Reports    []Card
	Colleagues []Card // others in the same unit
	Asks       []Ask
	Threads    int  // that the viewer may read, at most MaxCounted
	Answers    int  // to questions the viewer may read, at most MaxCounted
	Followed   bool // by the viewer
	Mine       bool // the viewer's own
	CanEdit    bool
}

// Profile returns what the page about a person shows above what they wrote.
func (s *Service) Profile(ctx context.Context, v auth.Viewer, handle string) (Profile, error) {
	person, err := s.Find(ctx, v, handle)
	if err != nil {
		return Profile{}, err
	}
	p := Profile{Person: person, Mine: v.Person == person.ID, CanEdit: mayEdit(v, person.ID)}
	if err := selectTeam(ctx, s.db, &p); err != nil {
		return Profile{}, fmt.Errorf("find team of person %d: %w", p.ID, err)
	}
	if p.Asks, err = s.asks(ctx, v, p.ID); err != nil {
		return Profile{}, fmt.Errorf("find what to ask person %d: %w", p.ID, err)
	}
	if err := selectWritten(ctx, s.db, v, &p); err != nil {
		return Profile{}, fmt.Errorf("count what person %d wrote: %w", p.ID, err)
	}
	return p, nil
}

// Key is a place in a list ordered by time and id, newest first.
type Key struct {
	At int64 // Unix µs
	ID int64
}

// Thread is something a person opened, as a profile lists it.
type Thread struct {
	ID        int64
	Kind      string
	Title     string
	Excerpt   string
	Audience  string
	For       string // name of the organisation, when Audience is one
	CreatedAt time.Time
	Replies   int
	Votes     int
	Answered  bool
	Closed    bool
	Topics    []Subject
}

// Subject is a topic of a thread.
type Subject struct{ Slug, Name string }

// Key returns the thread's place in the list.
func (t Thread) Key() Key { return Key{At: db.Micros(t.CreatedAt), ID: t.ID} }

// Answer is a reply to a question, as a profile lists it.
type Answer struct {
	ID        int64
	Title     string // of the question
	Excerpt   string
	CreatedAt time.Time
	Votes     int
	Accepted  bool
}

// Key returns the answer's place in the list.
func (a Answer) Key() Key { return Key{At: db.Micros(a.CreatedAt), ID: a.ID} }

// Threads returns the threads a person opened that v may read, newest first, from before on; more says there are others.
func (s *Service) Threads(ctx context.Context, v auth.Viewer, person int64, before Key) (list []Thread, more bool, err error) {
	if !v.SignedIn() {
		return nil, false, errSignIn
	}
	list, err = selectThreads(ctx, s.db, person, v.Audiences(), before, writingPage+1)
	if err != nil {
		return nil, false, fmt.Errorf("list threads of person %d: %w", person, err)
	}
	if more = len(list) > writingPage; more {
		list = list[:writingPage]
	}
	if err := selectSubjects(ctx, s.db, list); err != nil {
		return nil, false, fmt.Errorf("list topics of threads: %w", err)
	}
	return list, more, nil
}

// Answers returns a person's answers to questions that v may read, newest first, from before on; more says there are others.
func (s *Service) Answers(ctx context.Context, v auth.Viewer, person int64, before Key) (list []Answer, more bool, err error) {
	if !v.SignedIn() {
		return nil, false, errSignIn
	}
	list, err = selectAnswers(ctx, s.db, person, v.Audiences(), before, writingPage+1)
	if err != nil {
		return nil, false, fmt.Errorf("list answers of person %d: %w", person, err)
	}
	if more = len(list) > writingPage; more {
		list = list[:writingPage]
	}
	return list, more, nil
}

// maxExcerpt is how many characters of an answer a profile shows.
const maxExcerpt = 220

// excerpt returns the beginning of rendered text without its markup, cut at a word.
//
// The result is text: a component that shows it escapes it.
func excerpt(rendered string) string {
	var b strings.Builder
	for len(rendered) > 0 && b.Len() < 8*maxExcerpt {
		open := strings.IndexByte(rendered, '<')
		if open < 0 {
			open = len(rendered)
		}
		b.WriteString(rendered[:open])
		end := strings.IndexByte(rendered[open:], '>')
		if end < 0 {
			break
		}
		if tag := rendered[open : open+end]; !inline(tag) {
			b.WriteByte(' ')
		}
		rendered = rendered[open+end+1:]
	}
	text := strings.Join(strings.Fields(html.UnescapeString(b.String())), " ")
	short := cut(text, maxExcerpt)
	if short == text {
		return text
	}
	if space := strings.LastIndexByte(short, ' '); space > 0 {
		short = short[:space]
	}
	return short + "…"
}

// inline reports whether a tag stands inside a word or line, so that taking it away leaves no gap.
func inline(tag string) bool {
	name := strings.TrimPrefix(strings.TrimPrefix(tag, "<"), "/")
	if end := strings.IndexAny(name, " /"); end >= 0 {
		name = name[:end]
	}
	switch name {
	case "a", "em", "strong", "code", "span", "del", "sup", "sub", "mark", "kbd":
		return true
	}
	return false
}

// Form is what the form for a profile offers to choose from.
type Form struct {
	Person   Person
	Manager  string   // handle of the present manager, "" for none
	Units    []Choice // of the person's organisation, by path
	Managers []Card   // those who work in the same unit and the units above it, and the present manager
}

// Choice is a unit with its path in words.
type Choice struct {
	ID    int64
	Label string
}

// EditForm returns what somebody who may change a profile needs for it.
func (s *Service) EditForm(ctx context.Context, v auth.Viewer, handle string) (Form, error) {
	p, err := s.editable(ctx, s.db, v, handle)
	if err != nil {
		return Form{}, err
	}
	tree, err := readTree(ctx, s.db, p.OrganisationID)
	if err != nil {
		return Form{}, err
	}
	p.hide(v)
	f := Form{Person: p, Units: tree.choices()}
	near := []int64{p.UnitID}
	for _, u := range tree.above(tree.byID[p.UnitID]) {
		near = append(near, u.ID)
	}
	if f.Managers, err = selectNear(ctx, s.db, p, near); err != nil {
		return Form{}, fmt.Errorf("list possible managers of person %d: %w", p.ID, err)
	}
	for _, m := range hideAll(v, f.Managers) {
		if m.ID == p.ManagerID {
			f.Manager = m.Handle
		}
	}
	return f, nil
}

// HomeUnits returns the units that the directory can be narrowed to: those of the home organisation.
func (s *Service) HomeUnits(ctx context.Context) ([]Choice, error) {
	home, err := s.Home(ctx)
	if errs.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	tree, err := readTree(ctx, s.db, home.ID)
	if err != nil {
		return nil, err
	}
	return tree.choices(), nil
}

// Letters returns the first letters of family names, folded, in order of the alphabet.
func (s *Service) Letters(ctx context.Context) ([]string, error) {
	letters, err := selectLetters(ctx, s.db)
	if err != nil {
		return nil, fmt.Errorf("list first letters: %w", err)
	}
	return letters, nil
}
