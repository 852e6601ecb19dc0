package auth

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"
	"golang.org/x/text/unicode/norm"

	"watercooler/app/errs"
)

// PasswordHash is a password as it is kept: argon2id in PHC form. It is its own type so that a password cannot be stored in
// its place by mistake. "" means that there is no password.
type PasswordHash string

// The cost of a password: the OWASP recommendation of 19 MiB, 2 passes, 1 lane; about 25 ms of one core.
const (
	argonMemory  = 19 * 1024 // KiB
	argonPasses  = 2
	argonLanes   = 1
	argonKeyLen  = 32
	argonSaltLen = 16
)

// Bounds on the length of a password in characters. The upper one keeps a form from costing more than a sign-in.
const (
	MinPassword = 12
	MaxPassword = 200
)

// Hash returns what to keep of password, which CheckPassword has found good. It waits for its turn: only as many passwords as
// there are cores are hashed at a time, so that a burst of sign-ins cannot take all memory.
func (s *Service) Hash(ctx context.Context, password string) (PasswordHash, error) {
	var h PasswordHash
	err := s.inTurn(ctx, func() { h = hashPassword(password) })
	return h, err
}

func (s *Service) inTurn(ctx context.Context, work func()) error {
	select {
	case s.hashing <- struct{}{}:
	case <-ctx.Done():
		return errs.Unavailablef("Very many people are signing in at the moment. Try again shortly.").Because(ctx.Err())
	}
	defer func() { <-s.hashing }()
	work()
	return nil
}

func hashPassword(password string) PasswordHash {
	salt := random(argonSaltLen)
	return phcOf(salt, argon2.IDKey(normalise(password), salt, argonPasses, argonMemory, argonLanes, argonKeyLen))
}

// decoyHash returns a hash of no password: checking one against it costs what any check costs, and fails. Nothing is hashed to
// make it, which would take 19 MiB at every start.
func decoyHash() PasswordHash { return phcOf(random(argonSaltLen), random(argonKeyLen)) }

func random(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails
	return b
}

// phcOf writes salt and key with our costs in PHC form.
func phcOf(salt, key []byte) PasswordHash {
	b64 := base64.RawStdEncoding
	return PasswordHash(fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, argonMemory, argonPasses, argonLanes,
		b64.EncodeToString(salt), b64.EncodeToString(key)))
}

// normalise makes a password the same bytes whatever keyboard it was typed on (NIST SP 800-63B).
func normalise(password string) []byte { return norm.NFKC.Bytes([]byte(password)) }

// phc is a parsed PasswordHash.
type phc struct {
	memory, passes uint32
	lanes          uint8
	salt, key      []byte
}

// parse reads a hash. It refuses costs far from ours: a forged row must not become a way to use up memory.
func (h PasswordHash) parse() (p phc, err error) {
	fields := strings.Split(string(h), "$")
	var version int
	if len(fields) != 6 || fields[0] != "" || fields[1] != "argon2id" {
		return p, fmt.Errorf("password hash is not argon2id in PHC form")
	}
	if _, err = fmt.Sscanf(fields[2], "v=%d", &version); err != nil || version != argon2.Version {
		return p, fmt.Errorf("password hash has version %q", fields[2])
	}
	if _, err = fmt.Sscanf(fields[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.lanes); err != nil {
		return p, fmt.Errorf("password hash costs: %w", err)
	}
	if p.memory < 8 || p.memory > 256*1024 || p.passes < 1 || p.passes > 10 || p.lanes < 1 || p.lanes > 16 {
		return p, fmt.Errorf("password hash costs %q are out of bounds", fields[3])
	}
	if p.salt, err = base64.RawStdEncoding.Strict().DecodeString(fields[4]); err != nil {
		return p, fmt.Errorf("password hash salt: %w", err)
	}
	if p.key, err = base64.RawStdEncoding.Strict().DecodeString(fields[5]); err != nil {
		return p, fmt.Errorf("password hash key: %w", err)
	}
	if len(p.salt) < 8 || len(p.salt) > 64 || len(p.key) < 16 || len(p.key) > 64 {
		return p, fmt.Errorf("password hash has a salt of %d and a key of %d bytes", len(p.salt), len(p.key))
	}
	return p, nil
}

// matches reports whether password is the one h was made from, and whether h should be made anew at today's cost.
func (h PasswordHash) matches(password string) (ok, stale bool, err error) {
	p, err := h.parse()
	if err != nil {
		return false, false, err
	}
	key := argon2.IDKey(normalise(password), p.salt, p.passes, p.memory, p.lanes, uint32(len(p.key)))
	ok = subtle.ConstantTimeCompare(key, p.key) == 1
	return ok, p.memory != argonMemory || p.passes != argonPasses || p.lanes != argonLanes, nil
}

// commonText holds passwords and parts of passwords that everybody thinks of first, one a line.
//
//go:embed common_passwords.txt
var commonText string

// commonWords returns commonText as plain words, the longest first so that "password" goes before "pass".
var commonWords = sync.OnceValue(func() []string {
	var words []string
	for line := range strings.Lines(commonText) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			words = append(words, plain(line))
		}
	}
	slices.SortFunc(words, func(a, b string) int { return len(b) - len(a) })
	return slices.Compact(words)
})

// minOwn is how many characters must be left of a password once everything anybody would guess is taken out of it.
const minOwn = 5

// CheckPassword says what is wrong with a new password, as an Invalid error on the field "password", or nil. about are words
// an attacker would try first: the person's name and e-mail address, the hub's name.
func CheckPassword(password string, about ...string) error {
	problem := ""
	switch n := utf8.RuneCountInString(password); {
	case n < MinPassword:
		problem = fmt.Sprintf("Use at least %d characters. Three or four unrelated words are easy to remember.", MinPassword)
	case n > MaxPassword:
		problem = fmt.Sprintf("Use at most %d characters.", MaxPassword)
	case own(password, about) < minOwn:
		problem = "This password is easy to guess. Choose one without well-known words, names, dates or rows of keys, or make it longer."
	}
	if problem == "" {
		return nil
	}
	return errs.InvalidFields(errs.Field{Name: "password", Text: problem})
}

// own counts the characters of a password that an attacker would have to guess: without common and personal words, runs like
// "1234" or "qwer", and repetitions.
func own(password string, about []string) int {
	rest := plain(password)
	for _, text := range about {
		for _, word := range strings.FieldsFunc(strings.ToLower(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
			if word = plain(word); utf8.RuneCountInString(word) >= 3 {
				rest = strings.ReplaceAll(rest, word, "\x00")
			}
		}
	}
	for _, word := range commonWords() {
		rest = strings.ReplaceAll(rest, word, "\x00")
	}
	return len(distinct(withoutRuns([]rune(rest))))
}

// plain folds the disguises everybody uses: capitals, signs between words, and digits that look like letters when they
// stand inside a word.
func plain(s string) string {
	runes := []rune(strings.ToLower(string(normalise(s))))
	out := make([]rune, 0, len(runes))
	for i, r := range runes {
		if looks, ok := lookalikes[r]; ok && (i > 0 && unicode.IsLetter(runes[i-1]) || i+1 < len(runes) && unicode.IsLetter(runes[i+1])) {
			r = looks
		}
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			out = append(out, r)
		}
	}
	return string(out)
}

var lookalikes = map[rune]rune{'0': 'o', '1': 'i', '3': 'e', '4': 'a', '5': 's', '7': 't', '@': 'a', '$': 's', '!': 'i'}

var keyRows = [...]string{"qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890", "qwertzuiop", "azertyuiop"}

// withoutRuns drops every stretch of three or more characters in which each follows from the one before: the same again, the
// next or previous in the alphabet, a neighbour on the keyboard.
func withoutRuns(s []rune) []rune {
	var out []rune
	for start := 0; start < len(s); {
		end := start + 1
		for end < len(s) && follows(s[end-1], s[end]) {
			end++
		}
		if end-start < 3 {
			out = append(out, s[start:end]...)
		}
		start = end
	}
	return out
}

func follows(a, b rune) bool {
	if d := b - a; a != 0 && b != 0 && d >= -1 && d <= 1 {
		return true
	}
	for _, row := range keyRows {
		if strings.Contains(row, string([]rune{a, b})) || strings.Contains(row, string([]rune{b, a})) {
			return true
		}
	}
	return false
}

// distinct returns the different characters of s, so that "xkxkxkxkxkxk" counts for two.
func distinct(s []rune) []rune {
	var seen []rune
	for _, r := range s {
		if r != 0 && !slices.Contains(seen, r) {
			seen = append(seen, r)
		}
	}
	return seen
}
