package experts

import (
	"context"
	"fmt"
	"slices"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/auth"
)

// Knowing names people who may know what a thread asks, for the card beside it: not its author, not v, and nobody for what they
// wrote in the thread itself. Signed out it names nobody.
func (s *Service) Knowing(ctx context.Context, v auth.Viewer, t threads.Thread, limit int) ([]threads.Knower, error) {
	topics := make([]Topic, len(t.Topics))
	for i, topic := range t.Topics {
		topics[i] = Topic{ID: topic.ID, Slug: topic.Slug, Name: topic.Name}
	}
	n := by(v, t.Title, topics)
	n.outside, n.except = t.ID, []int64{v.Person, t.Author.ID}
	return s.knowers(ctx, v, n, limit)
}

// MayKnow names people, other than v, who may know about what is being written.
func (s *Service) MayKnow(ctx context.Context, v auth.Viewer, text string, limit int) ([]threads.Knower, error) {
	topics, err := s.about(ctx, Question{Text: text})
	if err != nil {
		return nil, fmt.Errorf("find topics: %w", err)
	}
	n := by(v, text, topics)
	n.except = []int64{v.Person}
	return s.knowers(ctx, v, n, limit)
}

func (s *Service) knowers(ctx context.Context, v auth.Viewer, n need, limit int) ([]threads.Knower, error) {
	if !v.SignedIn() || n.text == "" {
		return nil, nil
	}
	found, err := s.gather(ctx, n)
	if err != nil {
		return nil, fmt.Errorf("find who may know: %w", err)
	}
	found = onTopic(found, n.topics)
	found = found[:min(len(found), limit)]
	list := make([]threads.Knower, len(found))
	for i, e := range found {
		p := e.Person
		list[i] = threads.Knower{
			Author:   threads.Author{ID: p.ID, Handle: p.Handle, Name: p.Name, Photo: p.Photo, Unit: p.UnitName},
			Evidence: e.Why,
		}
	}
	return list, nil
}

// Candidates names people to whom a question may be offered, best first, with how they want to be asked. What speaks for them is
// only what every reader of the question may read: what is for everybody here, or for the audience of the question itself. Its
// author is not among them, nor is who stepped out.
func (s *Service) Candidates(ctx context.Context, thread int64, limit int) ([]Candidate, error) {
	q, err := selectQuestion(ctx, s.db, thread)
	if errs.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read question %d: %w", thread, err)
	}
	audiences := []string{auth.AudiencePublic, auth.AudienceHub}
	if !slices.Contains(audiences, q.audience) {
		audiences = append(audiences, q.audience)
	}
	n := need{
		text: q.title + "\n" + q.words, topics: q.topics, trust: chosen, audiences: audiences, outside: thread, except: []int64{q.author},
		// SECURITY: whoever is asked, and whoever sees why, reads nothing of what only some of them may read.
		reads: func(p *db.Params, column string) string { return column + " IN (" + db.AllOf(p, audiences) + ")" },
		sees:  func(string, int64) bool { return false },
	}
	found, err := s.gather(ctx, n)
	if err != nil {
		return nil, fmt.Errorf("find who may know about thread %d: %w", thread, err)
	}
	found = onTopic(found, n.topics)
	found = found[:min(len(found), max(limit, 0))]
	return candidates(found), nil
}

// candidates says of found how they want to be asked, and why they are. Who only says that they know fits half as well as the
// best of those who have shown it.
func candidates(found []Expert) []Candidate {
	best := 0.0
	for _, e := range found {
		best = max(best, e.score)
	}
	if best == 0 {
		best = 1
	}
	list := make([]Candidate, len(found))
	for i, e := range found {
		list[i] = Candidate{Person: e.Person.ID, Unit: e.Person.Unit, Fit: e.score / best, Reason: e.reason(), Settings: e.card.terms}
		if e.score == 0 {
			list[i].Fit = 0.5
		}
	}
	return list
}
