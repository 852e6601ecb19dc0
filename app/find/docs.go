package find

import (
	"context"
	"maps"
	"slices"

	"watercooler/auth"
	"watercooler/search"
)

func (s *Service) threadDocs(ctx context.Context, list []thread) ([]search.Doc, error) {
	ids := make([]int64, len(list))
	for i, t := range list {
		ids[i] = t.ID
	}
	topics, err := topicsOfThreads(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	synonyms, err := synonymsOf(ctx, s.db, topicIDs(topics))
	if err != nil {
		return nil, err
	}
	said, err := saidIn(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	fresh, err := freshness(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	with, err := coAuthors(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	told, err := toldBy(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	attached, err := s.attachedTo(ctx, ids)
	if err != nil {
		return nil, err
	}
	decided, err := decidedIn(ctx, s.db, list)
	if err != nil {
		return nil, err
	}
	docs := make([]search.Doc, len(list))
	for i, t := range list {
		f := fresh[t.ID]
		d := search.Doc{
			ID: ref("thread", t.ID), Type: "thread", Kind: t.Kind, Thread: t.ID, Title: t.Title, Body: words(plain(t.BodyHTML), decided[t.ID], told[t.ID]),
			Replies: said[t.ID].text(), Files: words(attached[t.ID]...), HasFile: len(attached[t.ID]) > 0,
			Author: t.Author.Handle, AuthorID: t.Author.ID, Names: t.Author.Name, Audience: t.Audience, Created: t.CreatedAt,
			Active: max(said[t.ID].last, f.checked), Checked: f.checked, Superseded: f.superseded,
			Check: f.check, Guide: f.guide, Reflection: f.reflection,
			Votes: t.Votes, Answered: t.Accepted != 0, Replied: t.Replies > 0, Network: t.Network.Slug,
		}
		for _, a := range with[t.ID] {
			d.CoAuthors, d.CoHandles, d.Names = append(d.CoAuthors, a.ID), append(d.CoHandles, a.Handle), d.Names+"\n"+a.Name
		}
		for _, topic := range topics[t.ID] {
			d.TopicSlugs = append(d.TopicSlugs, topic.Slug)
			d.Topics = append(append(d.Topics, topic.Name), synonyms[topic.ID]...)
		}
		docs[i] = d
	}
	return docs, nil
}

func topicIDs(topics map[int64][]Topic) []int64 {
	set := make(map[int64]bool)
	for _, list := range topics {
		for _, t := range list {
			set[t.ID] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// replyDocs leaves out replies whose thread is deleted.
func (s *Service) replyDocs(ctx context.Context, list []reply) ([]search.Doc, error) {
	set := make(map[int64]bool)
	for _, r := range list {
		set[r.Thread] = true
	}
	ids := slices.Sorted(maps.Keys(set))
	threads, err := presentThreads(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	topics, err := topicsOfThreads(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	docs := make([]search.Doc, 0, len(list))
	for _, r := range list {
		t, ok := threads[r.Thread]
		if !ok {
			continue
		}
		d := search.Doc{
			ID: ref("reply", r.ID), Type: "reply", Kind: t.Kind, Thread: t.ID, ThreadTitle: t.Title, Body: plain(r.BodyHTML),
			Author: r.Author.Handle, AuthorID: r.Author.ID, Names: r.Author.Name, Audience: t.Audience, Created: r.CreatedAt,
			Votes: r.Votes, Accepted: t.Accepted == r.ID, Network: t.Network.Slug,
		}
		for _, topic := range topics[t.ID] {
			d.TopicSlugs = append(d.TopicSlugs, topic.Slug)
		}
		docs = append(docs, d)
	}
	return docs, nil
}

// personDocs: profiles are for those who are signed in. What somebody keeps from some of them is found by nobody: a hit would
// tell what is not shown.
func personDocs(list []person) []search.Doc {
	docs := make([]search.Doc, len(list))
	for i, p := range list {
		docs[i] = search.Doc{
			ID: ref("person", p.ID), Type: "person", Kind: "person", Title: p.Name, Audience: auth.AudienceHub, Created: p.CreatedAt,
			Body: words(p.JobTitle, p.Unit, p.Location, plain(p.AboutHTML)),
		}
	}
	return docs
}

// networkDocs: a network is found by those who may know of it.
func networkDocs(list []network) []search.Doc {
	docs := make([]search.Doc, len(list))
	for i, n := range list {
		docs[i] = search.Doc{
			ID: ref("network", n.ID), Type: "network", Kind: "network", Title: n.Name, Audience: n.Audience, Created: n.CreatedAt,
			Body: words(n.Purpose, plain(n.AboutHTML)), Network: n.Slug,
		}
	}
	return docs
}

// topicDocs: signed out, a topic exists once a public thread is about it.
func (s *Service) topicDocs(ctx context.Context, list []topic) ([]search.Doc, error) {
	ids := make([]int64, len(list))
	for i, t := range list {
		ids[i] = t.ID
	}
	synonyms, err := synonymsOf(ctx, s.db, ids)
	if err != nil {
		return nil, err
	}
	docs := make([]search.Doc, len(list))
	for i, t := range list {
		docs[i] = search.Doc{
			ID: ref("topic", t.ID), Type: "topic", Kind: "topic", Title: t.Name, Topics: synonyms[t.ID], TopicSlugs: []string{t.Slug},
			Body: t.Description, Audience: auth.AudienceHub, Created: t.CreatedAt,
		}
		if t.Public {
			docs[i].Audience = auth.AudiencePublic
		}
	}
	return docs, nil
}
