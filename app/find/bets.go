package find

import (
	"context"
	"fmt"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/auth"
	"watercooler/search"
)

// Bet is a best bet: something that moderators put before the results of certain words, until it expires.
type Bet struct {
	ID        int64
	Words     []string // phrases: what is searched for is one of them, in whatever order and form of its words
	Ref       string   // "thread:42", "person:7", "topic:3" or "network:5"
	Note      string   // why, for those who search
	ExpiresAt time.Time
	Hit       Hit // what it leads to
}

// Expired reports whether a bet is not shown any more.
func (b Bet) Expired(now time.Time) bool { return !b.ExpiresAt.IsZero() && !now.Before(b.ExpiresAt) }

// NewBet is a best bet as somebody sets it.
type NewBet struct {
	Words     string // phrases with commas between them
	Path      string // of what it leads to, on this hub
	Note      string
	ExpiresOn string // 2027-05-04, or "" for never
}

const (
	maxBetWords = 10
	maxBetNote  = 200
	mostBets    = 200 // listed
	shownBets   = 3   // before the results
)

// moderates keeps best bets for those who look after the hub.
func moderates(v auth.Viewer) error {
	switch {
	case !v.SignedIn():
		return errs.Unauthenticatedf("Sign in to look after search.")
	case !v.Moderates():
		return errs.Forbiddenf("Only moderators look after search.")
	}
	return nil
}

// Bets returns what moderators put before the results of text, as far as v may read it. Only the words count, not the order in which
// they stand.
func (s *Service) Bets(ctx context.Context, v auth.Viewer, text string) ([]Bet, error) {
	folded := search.Fold(text)
	if folded == "" {
		return nil, nil
	}
	list, err := selectBetsFor(ctx, s.db, folded, s.now())
	if err != nil {
		return nil, fmt.Errorf("read best bets: %w", err)
	}
	list, err = s.betHits(ctx, v, list)
	return list[:min(len(list), shownBets)], err
}

// betHits leaves out what v may not read.
func (s *Service) betHits(ctx context.Context, v auth.Viewer, list []Bet) ([]Bet, error) {
	if len(list) == 0 {
		return nil, nil
	}
	refs := make([]search.Hit, len(list))
	for i, b := range list {
		refs[i].ID = b.Ref
	}
	hits, err := s.read(ctx, v, refs, search.Parsed{})
	if err != nil {
		return nil, fmt.Errorf("read what best bets lead to: %w", err)
	}
	byRef := make(map[string]Hit, len(hits))
	for _, h := range hits {
		byRef[h.Ref] = h
	}
	var out []Bet
	for _, b := range list {
		if h, ok := byRef[b.Ref]; ok {
			b.Hit = h
			out = append(out, b)
		}
	}
	return out, nil
}

// AllBets returns every best bet of which v may read what it leads to, the latest first. Only moderators may.
func (s *Service) AllBets(ctx context.Context, v auth.Viewer) ([]Bet, error) {
	if err := moderates(v); err != nil {
		return nil, err
	}
	list, err := selectBets(ctx, s.db)
	if err != nil {
		return nil, fmt.Errorf("read best bets: %w", err)
	}
	return s.betHits(ctx, v, list)
}

// SetBet puts something before the results of certain words.
func (s *Service) SetBet(ctx context.Context, v auth.Viewer, in NewBet) error {
	if err := moderates(v); err != nil {
		return err
	}
	b, wrong := s.bet(in)
	if b.Ref = ""; in.Path != "" {
		var err error
		if b.Ref, err = selectPath(ctx, s.db, localPath(in.Path)); err != nil {
			return fmt.Errorf("find what a best bet leads to: %w", err)
		}
	}
	if b.Ref != "" {
		hits, err := s.read(ctx, v, []search.Hit{{ID: b.Ref}}, search.Parsed{})
		if err != nil {
			return fmt.Errorf("read what a best bet leads to: %w", err)
		}
		if len(hits) == 0 { // nor may it be told that it is there
			b.Ref = ""
		}
	}
	if b.Ref == "" {
		wrong = append(wrong, errs.Field{Name: "path", Text: "Give the address of a thread, a person, a topic or a network of this hub."})
	}
	if len(wrong) > 0 {
		return errs.InvalidFields(wrong...)
	}
	if err := s.db.Tx(ctx, func(tx *db.Tx) error { return insertBet(ctx, tx, v.Person, b) }); err != nil {
		return fmt.Errorf("set a best bet: %w", err)
	}
	return nil
}

// bet reads what was typed, and says what of it is wrong.
func (s *Service) bet(in NewBet) (b Bet, wrong []errs.Field) {
	for phrase := range strings.SplitSeq(in.Words, ",") {
		if phrase = strings.Join(strings.Fields(phrase), " "); search.Fold(phrase) != "" {
			b.Words = append(b.Words, phrase)
		}
	}
	if len(b.Words) == 0 || len(b.Words) > maxBetWords || len(in.Words) > maxTyped {
		wrong = append(wrong, errs.Field{Name: "words", Text: fmt.Sprintf("Write what people search for: up to %d phrases with commas between them.", maxBetWords)})
	}
	if b.Note = strings.TrimSpace(in.Note); len([]rune(b.Note)) > maxBetNote {
		wrong = append(wrong, errs.Field{Name: "note", Text: fmt.Sprintf("Say it in %d characters at most.", maxBetNote)})
	}
	if in.ExpiresOn != "" {
		at, err := time.ParseInLocation(time.DateOnly, in.ExpiresOn, s.letters.zone())
		if err != nil || !at.After(s.now()) {
			wrong = append(wrong, errs.Field{Name: "expires", Text: "Choose a day to come, or none."})
		}
		b.ExpiresAt = at
	}
	return b, wrong
}

// localPath returns the path in an address: people paste the whole of it.
func localPath(address string) string {
	if _, after, ok := strings.Cut(address, "://"); ok {
		_, path, _ := strings.Cut(after, "/")
		address = "/" + path
	}
	address, _, _ = strings.Cut(address, "?")
	address, _, _ = strings.Cut(address, "#")
	return strings.TrimRight(address, "/")
}

// RemoveBet takes a best bet away.
func (s *Service) RemoveBet(ctx context.Context, v auth.Viewer, id int64) error {
	if err := moderates(v); err != nil {
		return err
	}
	err := s.db.Tx(ctx, func(tx *db.Tx) error {
		n, err := deleteBet(ctx, tx, id)
		if err == nil && n == 0 {
			err = errs.NotFoundf("There is no such best bet.")
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("remove best bet %d: %w", id, err)
	}
	return nil
}
