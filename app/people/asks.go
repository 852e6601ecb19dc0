package people

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/markup"
)

// maxAsks is how many topics somebody can be asked about: enough to be found, few enough to be meant.
const maxAsks = 8

// Topic is a topic as the directory knows it.
type Topic struct {
	ID         int64
	Slug, Name string
}

// Path returns the address of the topic's page.
func (t Topic) Path() string { return "/topics/" + t.Slug }

// TopicSource finds the topics that words mean, by name, slug or synonym. It returns every topic once, in the order named, and
// the words that mean none.
type TopicSource interface {
	Resolve(ctx context.Context, names []string) (known []Topic, unknown []string, err error)
}

// Topics lets profiles say what their owners can be asked about. Call it before the first request.
func (s *Service) Topics(source TopicSource) { s.topics = source }

// meant returns the ids of the topics somebody names on the form.
func (s *Service) meant(ctx context.Context, names []string) ([]int64, error) {
	if len(names) == 0 {
		return nil, nil
	}
	known, unknown, err := s.topics.Resolve(ctx, names)
	if err != nil {
		return nil, fmt.Errorf("find topics: %w", err)
	}
	switch {
	case len(unknown) > 0:
		return nil, errs.InvalidFields(errs.Field{Name: "ask_about", Text: "There is no topic called " + quoted(unknown) +
			". Choose from the list of topics, or ask a moderator to add one."})
	case len(known) > maxAsks:
		return nil, errs.InvalidFields(errs.Field{Name: "ask_about", Text: fmt.Sprintf("Name at most %d topics.", maxAsks)})
	}
	ids := make([]int64, len(known))
	for i, t := range known {
		ids[i] = t.ID
	}
	return ids, nil
}

// quoted says words as a sentence does: “wi-fi”, “fibre”.
func quoted(words []string) string {
	said := make([]string, len(words))
	for i, w := range words {
		said[i] = "“" + line(w, maxLine) + "”"
	}
	return strings.Join(said, ", ")
}

// AskAbout adds a topic to the end of what person says they can be asked about, in tx. It is no error when it is there already.
func (s *Service) AskAbout(ctx context.Context, tx *db.Tx, person, topic int64) error {
	have, err := selectAsks(ctx, tx, person)
	if err != nil {
		return fmt.Errorf("read what person %d can be asked about: %w", person, err)
	}
	topics := make([]int64, len(have), len(have)+1)
	for i, a := range have {
		if topics[i] = a.ID; a.ID == topic {
			return nil
		}
	}
	if len(have) >= maxAsks {
		return errs.Conflictf("You can be asked about %d topics at most. Take one off your profile first.", maxAsks)
	}
	s.changed(tx)
	if err := replaceAsks(ctx, tx, person, append(topics, topic)); err != nil {
		return fmt.Errorf("add topic %d to person %d: %w", topic, person, err)
	}
	return appendEdited(ctx, tx, person, person, change{})
}

// Unask takes a topic from what person says they can be asked about, in tx. It is no error when it is not there.
func (s *Service) Unask(ctx context.Context, tx *db.Tx, person, topic int64) error {
	have, err := selectAsks(ctx, tx, person)
	if err != nil {
		return fmt.Errorf("read what person %d can be asked about: %w", person, err)
	}
	var topics []int64
	for _, a := range have {
		if a.ID != topic {
			topics = append(topics, a.ID)
		}
	}
	if len(topics) == len(have) {
		return nil
	}
	s.changed(tx)
	if err := replaceAsks(ctx, tx, person, topics); err != nil {
		return fmt.Errorf("take topic %d from person %d: %w", topic, person, err)
	}
	return appendEdited(ctx, tx, person, person, change{})
}

// ReplaceTopic lets everybody who can be asked about one topic be asked about another, in tx: topics were merged.
func (s *Service) ReplaceTopic(ctx context.Context, tx *db.Tx, old, into int64) error {
	s.changed(tx)
	if err := insertMerged(ctx, tx, old, into); err != nil {
		return fmt.Errorf("replace topic %d by %d: %w", old, into, err)
	}
	if err := deleteAsksAbout(ctx, tx, old); err != nil {
		return fmt.Errorf("replace topic %d by %d: %w", old, into, err)
	}
	return nil
}

// importAsks writes what sources say people can be asked about. A record that says nothing leaves what is there.
func importAsks(ctx context.Context, tx *db.Tx, list []Record, ids map[string]int64) error {
	var names []string
	for _, r := range list {
		names = append(names, r.AskAbout...)
	}
	if len(names) == 0 {
		return nil
	}
	known, err := selectTopicsMeant(ctx, tx, names)
	if err != nil {
		return fmt.Errorf("find topics: %w", err)
	}
	for _, r := range list {
		if len(r.AskAbout) == 0 {
			continue
		}
		var topics []int64
		for _, name := range r.AskAbout {
			if id := known[name]; id != 0 {
				topics = append(topics, id)
			}
		}
		if err := replaceAsks(ctx, tx, ids[r.ExternalID], topics); err != nil {
			return fmt.Errorf("topics of %s: %w", r.ExternalID, err)
		}
	}
	return nil
}

// replaceAsks makes topics, each once and at most maxAsks, what person can be asked about. What is so already is not written.
func replaceAsks(ctx context.Context, tx *db.Tx, person int64, topics []int64) error {
	var wanted []int64
	seen := make(map[int64]bool, len(topics))
	for _, t := range topics {
		if !seen[t] && len(wanted) < maxAsks {
			seen[t] = true
			wanted = append(wanted, t)
		}
	}
	have, err := selectAsks(ctx, tx, person)
	if err != nil {
		return err
	}
	same := len(have) == len(wanted)
	for i := range wanted {
		same = same && have[i].ID == wanted[i]
	}
	if same {
		return nil
	}
	if err := deleteAsks(ctx, tx, person); err != nil {
		return err
	}
	return insertAsks(ctx, tx, person, wanted)
}

func selectAsks(ctx context.Context, q db.Querier, person int64) ([]Topic, error) {
	rows, err := q.Query(ctx, `
		SELECT o.id, o.slug, o.name
		FROM person_topics a
		JOIN topics o ON o.id = a.topic_id
		WHERE a.person_id = $1
		ORDER BY a.position, o.id
		LIMIT $2`, person, maxAsks)
	return db.Collect(rows, err, func(r db.Scanner) (t Topic, err error) { return t, r.Scan(&t.ID, &t.Slug, &t.Name) })
}

// maxNames bounds the topics that the form of a profile suggests.
const maxNames = 1000

func selectTopicNames(ctx context.Context, q db.Querier) ([]string, error) {
	rows, err := q.Query(ctx, `
		SELECT o.name
		FROM topics o
		ORDER BY o.name, o.id
		LIMIT $1`, maxNames)
	return db.Collect(rows, err, db.One[string])
}

// selectTopicsMeant finds the topics that an import names: by external id, slug, name or synonym, in this order.
func selectTopicsMeant(ctx context.Context, q db.Querier, names []string) (map[string]int64, error) {
	byID, bySlug, byWord := map[string]int64{}, map[string]int64{}, map[string]int64{}
	slugs, words := make([]string, len(names)), make([]string, len(names))
	for i, name := range names {
		slugs[i], words[i] = markup.Slug(name), markup.Fold(name)
	}
	for _, look := range []struct {
		statement string
		names     []string
		found     map[string]int64
	}{
		{`SELECT o.id, o.external_id FROM topics o WHERE o.external_id IN (`, names, byID},
		{`SELECT o.id, o.slug FROM topics o WHERE o.slug IN (`, slugs, bySlug},
		{`SELECT s.topic_id, s.folded FROM topic_synonyms s WHERE s.folded IN (`, words, byWord},
	} {
		err := chunks(look.names, func(part []string) error {
			rows, err := q.Query(ctx, look.statement+db.In(1, len(part))+`)`, db.Args(part)...)
			_, err = db.Collect(rows, err, func(r db.Scanner) (name string, err error) {
				var id int64
				err = r.Scan(&id, &name)
				look.found[name] = id
				return name, err
			})
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	ids := make(map[string]int64, len(names))
	for i, name := range names {
		ids[name] = cmp.Or(byID[name], bySlug[slugs[i]], byWord[words[i]])
	}
	return ids, nil
}

func deleteAsks(ctx context.Context, tx *db.Tx, person int64) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM person_topics
		WHERE person_id = $1`, person)
	return err
}

func deleteAsksAbout(ctx context.Context, tx *db.Tx, topic int64) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM person_topics
		WHERE topic_id = $1`, topic)
	return err
}

func insertAsks(ctx context.Context, tx *db.Tx, person int64, topics []int64) error {
	if len(topics) == 0 {
		return nil
	}
	args := make([]any, 0, 3*len(topics))
	for i, t := range topics {
		args = append(args, person, t, i)
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO person_topics (person_id, topic_id, position)
		VALUES `+values(len(topics), 3), args...)
	return err
}

// insertMerged adds the topic into, at the place of old, for those who do not have it yet.
func insertMerged(ctx context.Context, tx *db.Tx, old, into int64) error {
	_, err := tx.Exec(ctx, `
		INSERT INTO person_topics (person_id, topic_id, position)
		SELECT a.person_id, CAST($1 AS BIGINT), a.position
		FROM person_topics a
		WHERE a.topic_id = $2
		  AND NOT EXISTS (SELECT 1 FROM person_topics b WHERE b.person_id = a.person_id AND b.topic_id = $1)`, into, old)
	return err
}
