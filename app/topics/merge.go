package topics

import (
	"context"
	"fmt"
	"slices"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/auth"
)

// Referrer keeps rows that refer to topics. Before a topic goes, its rows come to refer to the topic that takes its place;
// what refers to both already does so once afterwards.
type Referrer interface {
	ReplaceTopic(ctx context.Context, tx *db.Tx, old, into int64) error
}

// ReferredBy names those whose rows refer to topics. Call it once, before the first Merge.
func (s *Service) ReferredBy(list ...Referrer) { s.referrers = list }

// Merge makes the topic at slug part of into, which is a name, a synonym or a slug, and returns what came of it: its name and
// synonyms become synonyms of the other; its threads, its followers and those who know about it move; the topics below it
// hang below the other; and its address leads there.
func (s *Service) Merge(ctx context.Context, v auth.Viewer, slug, into string) (Topic, error) {
	if err := keeper(v); err != nil {
		return Topic{}, err
	}
	var merged Topic
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		snap, err := read(ctx, tx)
		if err != nil {
			return err
		}
		old, target, err := snap.pair(slug, into)
		if err != nil {
			return err
		}
		if merged, err = s.merge(ctx, tx, snap, old, target); err != nil {
			return fmt.Errorf("merge topic %d into %d: %w", old.ID, target.ID, err)
		}
		s.changed(tx)
		err = event.Append(ctx, tx, event.Event{
			Actor: v.Person, Verb: "topic.merged", Object: event.Ref{Kind: "topic", ID: old.ID}, Target: event.Ref{Kind: "topic", ID: target.ID}, Audience: auth.AudienceHub,
		})
		if err != nil {
			return err
		}
		return appendEvent(ctx, tx, v.Person, "topic.edited", target.ID) // it has new words
	})
	return merged, err
}

// Merging returns the two topics that Merge would make one.
func (s *Service) Merging(ctx context.Context, v auth.Viewer, slug, into string) (old, target Topic, err error) {
	if err := keeper(v); err != nil {
		return Topic{}, Topic{}, err
	}
	snap, err := s.snapshot(ctx)
	if err != nil {
		return Topic{}, Topic{}, err
	}
	return snap.pair(slug, into)
}

// pair finds the two topics of a merger, or says why they cannot become one.
func (s *snapshot) pair(slug, into string) (old, target Topic, err error) {
	i, ok := s.bySlug[slug]
	if !ok {
		return Topic{}, Topic{}, errNoTopic
	}
	old = s.all[i]
	wrong := func(text string) error { return errs.InvalidFields(errs.Field{Name: "into", Text: text}) }
	target, ok = s.meant(into)
	switch {
	case !ok:
		return old, Topic{}, wrong("Write the name of a topic that is on the list.")
	case target.ID == old.ID:
		return old, target, wrong("Choose another topic: this one cannot become part of itself.")
	case len(united(old, target)) > maxSynonyms:
		return old, target, wrong(fmt.Sprintf("Together the two would have more than %d synonyms. Take some away first.", maxSynonyms))
	}
	return old, target, nil
}

// united is the synonyms of target once old is part of it.
func united(old, target Topic) []string {
	return synonyms(target.Name, slices.Concat(target.Synonyms, []string{old.Name}, old.Synonyms))
}

func (s *Service) merge(ctx context.Context, tx *db.Tx, snap *snapshot, old, target Topic) (Topic, error) {
	target.Synonyms = united(old, target)
	if target.Description == "" {
		target.Description = old.Description
	}
	if snap.under(target.ID, old.ID) { // it rises to where old was, so that what hangs below old can hang below it
		target.Broader = old.Broader
	}
	if err := deleteSynonyms(ctx, tx, old.ID); err != nil { // a word belongs to one topic at a time
		return Topic{}, err
	}
	if err := updateTopic(ctx, tx, target); err != nil {
		return Topic{}, raced(err)
	}
	if err := rehang(ctx, tx, old.ID, target.ID); err != nil {
		return Topic{}, err
	}
	for _, r := range s.referrers {
		if err := r.ReplaceTopic(ctx, tx, old.ID, target.ID); err != nil {
			return Topic{}, err
		}
	}
	if err := redirect(ctx, tx, old, target.ID); err != nil {
		return Topic{}, err
	}
	return target, deleteTopic(ctx, tx, old.ID)
}
