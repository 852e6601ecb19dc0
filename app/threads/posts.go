package threads

import (
	"context"
	"fmt"
	"strings"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/markup"
	"watercooler/auth"
)

// OpenPost is OpenRoom for a post.
func (s *Service) OpenPost(ctx context.Context, tx *db.Tx, v auth.Viewer, in NewPost) (int64, error) {
	return s.OpenRoom(ctx, tx, v, Post, in)
}

// topicsFor finds the topics that were typed, and a field error for what is no topic. It reads within tx: a second
// connection would have to be free while this one waits.
func topicsFor(ctx context.Context, tx *db.Tx, names []string) ([]Topic, []errs.Field, error) {
	if len(names) > 4*MaxTopics {
		return nil, []errs.Field{tooManyTopics}, nil
	}
	ids, err := selectTopicIDs(ctx, tx, names)
	if err != nil {
		return nil, nil, fmt.Errorf("resolve topics: %w", err)
	}
	var (
		topics []Topic
		texts  []string
		seen   = map[int64]bool{}
	)
	for _, name := range names {
		switch id := ids[name]; {
		case id == 0:
			texts = append(texts, fmt.Sprintf("There is no topic called “%s”.", name))
		case !seen[id]:
			seen[id] = true
			topics = append(topics, Topic{ID: id, Name: name})
		}
	}
	switch {
	case len(texts) > 0:
		return nil, []errs.Field{{Name: "topics", Text: strings.Join(texts, " ")}}, nil
	case len(topics) > MaxTopics:
		return nil, []errs.Field{tooManyTopics}, nil
	}
	return topics, nil, nil
}

func checkArticle(body string, required bool) []errs.Field {
	if required && strings.TrimSpace(body) == "" {
		return []errs.Field{{Name: "body", Text: "Write something first."}}
	}
	if n := len([]rune(body)); n > markup.MaxArticle {
		return []errs.Field{{Name: "body", Text: fmt.Sprintf("Shorten the text to 100,000 characters; it has %d.", n)}}
	}
	return nil
}

// ReplaceTopic makes every thread about one topic a thread about another, in tx, and everybody who followed the one follow the
// other. The topics slice merges topics with it and tells of it.
func (s *Service) ReplaceTopic(ctx context.Context, tx *db.Tx, old, next int64) error {
	for _, statement := range []string{
		`
INSERT INTO thread_topics (thread_id, topic_id)
SELECT thread_id, CAST($1 AS BIGINT)
FROM thread_topics
WHERE topic_id = $2
ON CONFLICT DO NOTHING`,
		`
INSERT INTO watches (person_id, object_kind, object_id, created_at)
SELECT person_id, 'topic', CAST($1 AS BIGINT), created_at
FROM watches
WHERE object_kind = 'topic' AND object_id = $2
ON CONFLICT DO NOTHING`,
	} {
		if _, err := tx.Exec(ctx, statement, next, old); err != nil {
			return fmt.Errorf("replace topic %d by %d: %w", old, next, err)
		}
	}
	for _, statement := range []string{
		"DELETE FROM thread_topics WHERE topic_id = $1",
		"DELETE FROM watches WHERE object_kind = 'topic' AND object_id = $1",
	} {
		if _, err := tx.Exec(ctx, statement, old); err != nil {
			return fmt.Errorf("replace topic %d by %d: %w", old, next, err)
		}
	}
	return nil
}
