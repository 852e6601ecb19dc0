package threads

import (
	"context"
	"fmt"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/markup"
	"watercooler/auth"
)

// NewPost is what a blog publishes. The address of the post and who may write in the blog are the blog's business.
type NewPost struct {
	Title    string
	Body     string   // Markdown, up to markup.MaxArticle runes
	Topics   []string // names, as typed
	Audience string
	Network  int64     // of a network's blog, 0 otherwise
	Author   int64     // whose name stands above it; 0 is v's
	At       time.Time // when it was published; zero is now
}

// OpenPost makes a thread of a post, in tx, with the event that Open makes, and returns its id. It holds what comes in against
// the rules of Open; mistakes come back together, one field each. The author follows it from the start.
func (s *Service) OpenPost(ctx context.Context, tx *db.Tx, v auth.Viewer, in NewPost) (int64, error) {
	id, err := s.openPost(ctx, tx, v, in)
	if err != nil {
		return 0, fmt.Errorf("open post: %w", err)
	}
	return id, nil
}

func (s *Service) openPost(ctx context.Context, tx *db.Tx, v auth.Viewer, in NewPost) (int64, error) {
	if !v.SignedIn() {
		return 0, signIn
	}
	if in.Author == 0 {
		in.Author = v.Person
	}
	if in.At.IsZero() {
		in.At = tx.Now()
	}
	p, err := selectPlace(ctx, tx, v, in.Network)
	if err != nil {
		return 0, err
	}
	in.Title = oneLine(in.Title)
	topics, wrong, err := topicsFor(ctx, tx, in.Topics)
	if err != nil {
		return 0, err
	}
	problems := append(checkTitle(in.Title), checkArticle(in.Body)...)
	if err := errs.InvalidFields(append(append(problems, p.check(v, in.Audience)...), wrong...)...); err != nil {
		return 0, err
	}
	if err := settle(ctx, tx, v, in.Network, in.Audience); err != nil {
		return 0, err
	}
	doc, err := renderIn(ctx, tx, in.Body, article)
	if err != nil {
		return 0, err
	}
	id, err := insertThread(ctx, tx, in.Author, in.At, NewThread{
		Kind: Post, Title: in.Title, Body: in.Body, Audience: in.Audience, Network: in.Network,
	}, doc)
	if err != nil {
		return 0, err
	}
	if err := insertTopics(ctx, tx, id, topics); err != nil {
		return 0, err
	}
	if _, err := insertWatch(ctx, tx, in.Author, kindThread, id); err != nil {
		return 0, err
	}
	return id, s.append(ctx, tx, v, "thread.created", entry{kind: kindThread, id: id, thread: id, audience: in.Audience})
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

func checkArticle(body string) []errs.Field {
	if strings.TrimSpace(body) == "" {
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
