package threads

import (
	"context"
	"fmt"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/auth"
)

// NewPost is what a room opens as a thread of its own kind: a blog a post, and others a signal or a decision. What the room knows
// of it besides, such as the address of a post, is the room's business, and so is who may open one.
type NewPost struct {
	Title    string
	Body     string   // Markdown, up to markup.MaxArticle runes; only a post has to have one
	Topics   []string // names, as typed
	Audience string
	Network  int64     // where it lives, 0 for none
	Author   int64     // whose name stands above it; 0 is v's
	At       time.Time // when it was published; zero is now
}

// OpenRoom makes a thread of a room's own kind, in tx, with the event that Open makes, and returns its id. It holds what comes in
// against the rules of Open; mistakes come back together, one field each. The author follows it from the start.
func (s *Service) OpenRoom(ctx context.Context, tx *db.Tx, v auth.Viewer, kind Kind, in NewPost) (int64, error) {
	id, err := s.openRoom(ctx, tx, v, kind, in)
	if err != nil {
		return 0, fmt.Errorf("open %s: %w", kind, err)
	}
	return id, nil
}

func (s *Service) openRoom(ctx context.Context, tx *db.Tx, v auth.Viewer, kind Kind, in NewPost) (int64, error) {
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
	problems := append(checkTitle(in.Title), checkArticle(in.Body, kind == Post)...)
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
		Kind: kind, Title: in.Title, Body: in.Body, Audience: in.Audience, Network: in.Network,
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
