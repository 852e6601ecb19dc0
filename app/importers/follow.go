package importers

import (
	"context"

	"watercooler/app/threads"
)

// writeFollows makes people follow what the follow lines say. Importing again brings back what somebody has stopped following
// since, because the hub cannot know which of the two is meant.
func (j *jsonl) writeFollows(ctx context.Context) error {
	if j.counts[typeFollow] == 0 {
		return nil
	}
	j.Progress.Start("Follows", 0)
	out := j.watches(ctx, "follows")
	err := j.each(ctx, func(_ place, rec *record) error {
		if rec.Type != typeFollow {
			return nil
		}
		list, err := j.followed(ctx, rec)
		if err != nil {
			return err
		}
		for _, w := range list {
			if err := out.add(w); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return out.flush()
}

// followed finds what one line names.
func (j *jsonl) followed(ctx context.Context, rec *record) ([]threads.WatchRecord, error) {
	people, err := j.People.IDsByExternal(ctx, j.DB, append([]string{rec.Person}, rec.People...))
	if err != nil {
		return nil, err
	}
	written, err := j.Threads.IDsByExternal(ctx, j.DB, rec.Threads)
	if err != nil {
		return nil, err
	}
	var list []threads.WatchRecord
	add := func(kind, name string, id int64) {
		j.report.read("follows", 1)
		if id == 0 || people[rec.Person] == 0 {
			j.report.skip("follows", "what is followed, or who follows it, is not in the hub", rec.Person+" → "+name)
			return
		}
		list = append(list, threads.WatchRecord{Person: people[rec.Person], Kind: kind, ID: id})
	}
	for _, name := range rec.Topics {
		if t := j.topicsByName[name]; t.id != 0 {
			add("topic", name, t.id)
			continue
		}
		known, _, err := j.Topics.Resolve(ctx, []string{name})
		if err != nil {
			return nil, err
		}
		if len(known) == 0 {
			add("topic", name, 0)
			continue
		}
		add("topic", name, known[0].ID)
	}
	for _, id := range rec.People {
		add("person", id, people[id])
	}
	for _, id := range rec.Threads {
		add("thread", id, written[id])
	}
	for _, id := range rec.Units {
		add("unit", id, j.unitIDs[id])
	}
	for _, id := range rec.Networks {
		add("network", id, j.networkIDs[id])
	}
	for _, id := range rec.Blogs {
		add("blog", id, j.blogIDs[id])
	}
	return list, nil
}
