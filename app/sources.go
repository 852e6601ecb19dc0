package app

import (
	"context"

	"watercooler/app/blogs"
	"watercooler/app/briefs"
	"watercooler/app/experts"
	"watercooler/app/people"
	"watercooler/app/routing"
	"watercooler/app/threads"
	"watercooler/app/topics"
	"watercooler/auth"
)

// askSource lets people, which may not know the topics slice, ask which topics words mean.
type askSource struct{ topics *topics.Service }

func (s askSource) Resolve(ctx context.Context, names []string) ([]people.Topic, []string, error) {
	known, unknown, err := s.topics.Resolve(ctx, names)
	list := make([]people.Topic, len(known))
	for i, t := range known {
		list[i] = people.Topic{ID: t.ID, Slug: t.Slug, Name: t.Name}
	}
	return list, unknown, err
}

// knownSource is askSource for the slice of experts.
type knownSource struct{ topics *topics.Service }

func (s knownSource) Resolve(ctx context.Context, names []string) ([]experts.Topic, []string, error) {
	known, unknown, err := s.topics.Resolve(ctx, names)
	list := make([]experts.Topic, len(known))
	for i, t := range known {
		list[i] = experts.Topic{ID: t.ID, Slug: t.Slug, Name: t.Name}
	}
	return list, unknown, err
}

// topicVisits lets briefs, which does not know the topics slice, find a topic as somebody may know of it.
type topicVisits struct{ topics *topics.Service }

func (s topicVisits) Visit(ctx context.Context, v auth.Viewer, slug string) (briefs.Topic, error) {
	a, err := s.topics.Visit(ctx, v, slug)
	return briefs.Topic{ID: a.ID, Slug: a.Slug, Name: a.Name, Description: a.Description, Synonyms: a.Synonyms}, err
}

// knowers lets routing, which does not know the slice of experts, ask who may know and how they want to be asked.
type knowers struct{ experts *experts.Service }

func (k knowers) Candidates(ctx context.Context, thread int64, limit int) ([]routing.Candidate, error) {
	found, err := k.experts.Candidates(ctx, thread, limit)
	list := make([]routing.Candidate, len(found))
	for i, c := range found {
		list[i] = routing.Candidate{Person: c.Person, Unit: c.Unit, Fit: c.Fit, Reason: c.Reason, Terms: routingTerms(c.Settings)}
	}
	return list, err
}

func (k knowers) Terms(ctx context.Context, people []int64) (map[int64]routing.Terms, error) {
	found, err := k.experts.Terms(ctx, people)
	terms := make(map[int64]routing.Terms, len(found))
	for id, s := range found {
		terms[id] = routingTerms(s)
	}
	return terms, err
}

func routingTerms(s experts.Settings) routing.Terms {
	return routing.Terms{Open: s.Open && s.Suggested, WeeklyCap: s.WeeklyCap, Days: routing.ParseDays(experts.FormatDays(s.Days))}
}

// reminders are what somebody said they would look at, besides threads: the home page has them.
func (a *App) reminders() []threads.ReminderSource {
	return []threads.ReminderSource{a.decides, a.find}
}

// attachments lets people, which serves files, ask who may read what belongs to a thread.
type attachments struct{ threads *threads.Service }

func (s attachments) MayRead(ctx context.Context, v auth.Viewer, key string) (people.Attached, bool, error) {
	a, ok, err := s.threads.MayReadFile(ctx, v, key)
	return people.Attached{Name: a.Name, ContentType: a.ContentType}, ok, err
}

// covers is attachments for the pictures of blog posts.
type covers struct{ blogs *blogs.Service }

func (s covers) MayRead(ctx context.Context, v auth.Viewer, key string) (people.Attached, bool, error) {
	ok, err := s.blogs.MayReadCover(ctx, v, key)
	return people.Attached{Name: key}, ok, err
}
