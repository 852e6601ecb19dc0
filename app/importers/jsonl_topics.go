package importers

import (
	"cmp"
	"context"
	"fmt"

	"watercooler/app/db"
	"watercooler/app/topics"
)

func (j *jsonl) writeTopics(ctx context.Context) error {
	j.Progress.Start("Topics", j.counts[typeTopic]+len(j.plainTopics))
	// All in one call: a broader topic may come after the narrower one.
	var list []topics.Record
	err := j.each(ctx, func(p place, rec *record) error {
		if rec.Type == typeTopic && !j.duplicates[p] {
			list = append(list, topics.Record{
				ExternalID: rec.ExternalID, Name: rec.Name, Slug: rec.Slug, Description: rec.Description, Synonyms: rec.Synonyms, Broader: rec.Broader,
			})
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, id := range sortedKeys(j.plainTopics) {
		list = append(list, topics.Record{ExternalID: id, Name: j.plainTopics[id]})
	}
	if len(list) == 0 {
		return nil
	}
	j.report.read("topics", len(list))
	var out topics.Outcome
	if err := j.DB.Tx(ctx, func(tx *db.Tx) (err error) {
		out, err = j.Topics.ImportTopics(ctx, tx, list)
		return err
	}); err != nil {
		return fmt.Errorf("write topics: %w", err)
	}
	c := j.report.count("topics")
	c.Created, c.Changed, c.Unchanged = out.Created, out.Changed, out.Unchanged
	j.Progress.Add(len(list))
	all, err := j.Topics.All(ctx)
	if err != nil {
		return err
	}
	slugs := make(map[int64]string, len(all))
	for _, t := range all {
		slugs[t.ID] = t.Slug
	}
	for _, r := range list {
		id := out.IDs[r.ExternalID]
		j.topicsByName[r.Name], j.topicIDs[r.ExternalID] = knownTopic{id, slugs[id]}, id
	}
	return j.writeFormerSlugs(ctx)
}

// writeFormerSlugs makes the addresses of topics that were merged into others lead to those.
func (j *jsonl) writeFormerSlugs(ctx context.Context) error {
	return j.DB.Tx(ctx, func(tx *db.Tx) error {
		return j.each(ctx, func(p place, rec *record) error {
			if rec.Type != typeTopic || j.duplicates[p] {
				return nil
			}
			for _, slug := range rec.Former {
				if err := j.Topics.Redirect(ctx, tx, slug, j.topicIDs[rec.ExternalID]); err != nil {
					return err
				}
			}
			return nil
		})
	})
}

// subjects returns the topics that names mean, as slugs where they are of this input: a topic may be called otherwise than
// its address says.
func (j *jsonl) subjects(names []string) []string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = cmp.Or(j.topicsByName[name].slug, name)
	}
	return list
}
