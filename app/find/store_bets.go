package find

import (
	"context"
	"strconv"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/search"
)

const betColumns = `b.id, b.object_kind, b.object_id, b.note, COALESCE(b.expires_at, 0)`

func scanBet(r db.Scanner) (b Bet, err error) {
	var kind string
	var id, expires int64
	err = r.Scan(&b.ID, &kind, &id, &b.Note, &expires)
	b.Ref = ref(kind, id)
	if expires != 0 {
		b.ExpiresAt = db.Time(expires)
	}
	return b, err
}

// selectBetsFor returns the best bets for a folded text that have not expired, the latest first.
func selectBetsFor(ctx context.Context, q db.Querier, folded string, now time.Time) ([]Bet, error) {
	rows, err := q.Query(ctx, `
		SELECT `+betColumns+`
		FROM best_bet_words w
		JOIN best_bets b ON b.id = w.bet_id
		WHERE w.folded = $1 AND (b.expires_at IS NULL OR b.expires_at > $2)
		ORDER BY b.id DESC
		LIMIT $3`, folded, db.Micros(now), 2*shownBets)
	return db.Collect(rows, err, scanBet)
}

// selectBets returns the latest best bets with their words.
func selectBets(ctx context.Context, q db.Querier) ([]Bet, error) {
	rows, err := q.Query(ctx, `
		SELECT `+betColumns+`, w.words
		FROM best_bets b
		JOIN best_bet_words w ON w.bet_id = b.id
		ORDER BY b.id DESC, w.words
		LIMIT $1`, mostBets*maxBetWords)
	var out []Bet
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var words string
		b, err := scanBet(with{r, &words})
		if n := len(out); n == 0 || out[n-1].ID != b.ID {
			out = append(out, b)
		}
		out[len(out)-1].Words = append(out[len(out)-1].Words, words)
		return struct{}{}, err
	})
	return out[:min(len(out), mostBets)], err
}

func insertBet(ctx context.Context, tx *db.Tx, by int64, b Bet) error {
	kind, id, _ := strings.Cut(b.Ref, ":")
	var expires, who any
	if !b.ExpiresAt.IsZero() {
		expires = db.Micros(b.ExpiresAt)
	}
	who = orNull(by)
	var bet int64
	if err := tx.QueryRow(ctx, `
		INSERT INTO best_bets (object_kind, object_id, note, expires_at, by_id, created_at)
		VALUES ($1, $2, $3, $4, $5, $6)
		RETURNING id`, kind, id, b.Note, expires, who, db.Micros(tx.Now())).Scan(&bet); err != nil {
		return err
	}
	for _, words := range b.Words {
		if _, err := tx.Exec(ctx, `
			INSERT INTO best_bet_words (bet_id, words, folded)
			VALUES ($1, $2, $3)
			ON CONFLICT (folded, bet_id) DO NOTHING`, bet, words, search.Fold(words)); err != nil {
			return err
		}
	}
	return nil
}

func deleteBet(ctx context.Context, tx *db.Tx, id int64) (int64, error) {
	if _, err := tx.Exec(ctx, `
		DELETE FROM best_bet_words
		WHERE bet_id = $1`, id); err != nil {
		return 0, err
	}
	return tx.Exec(ctx, `
		DELETE FROM best_bets
		WHERE id = $1`, id)
}

// paths are the addresses that a best bet may lead to, with the statement that finds what is there.
var paths = []struct{ prefix, kind, statement string }{
	{"/threads/", "thread", "SELECT t.id FROM threads t WHERE t.id = $1"},
	{"/blog/", "thread", "SELECT p.thread_id FROM posts p JOIN blogs b ON b.id = p.blog_id WHERE b.slug || '/' || p.slug = $1"},
	{"/people/", "person", "SELECT p.id FROM people p WHERE p.handle = $1"},
	{"/topics/", "topic", "SELECT o.id FROM topics o WHERE o.slug = $1"},
	{"/networks/", "network", "SELECT n.id FROM networks n WHERE n.slug = $1"},
}

// selectPath returns what an address of the hub leads to, "" for nothing that is found by searching.
func selectPath(ctx context.Context, q db.Querier, path string) (string, error) {
	for _, p := range paths {
		rest, ok := strings.CutPrefix(path, p.prefix)
		if !ok || rest == "" {
			continue
		}
		var id int64
		what := any(rest)
		if p.prefix == "/threads/" {
			n, err := strconv.ParseInt(rest, 10, 64)
			if err != nil {
				return "", nil //nolint:nilerr // it is no address of a thread
			}
			what = n
		}
		err := q.QueryRow(ctx, p.statement, what).Scan(&id)
		if errs.IsNotFound(err) {
			return "", nil
		}
		return p.kind + ":" + strconv.FormatInt(id, 10), err
	}
	return "", nil
}
