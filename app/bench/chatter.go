package main

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"unicode"
)

// chatter makes messages as people write them in chat: a chain of word pairs learned from real ones, each word followed by one
// that has followed it before, as many words as real messages have. What it says means nothing, but the frequencies of words,
// the lengths and the pairs that phrases ask for are those of life.
type chatter struct {
	words  []string  // by number
	count  []int     // how often each was met
	starts []int32   // first words of messages
	next   [][]int32 // what followed each
	sizes  []int     // words in each message
	rank   []int32   // place of each word by how often it was met, the first 0
	ranked []int32
	lookup []string // the words in order; made when it is first needed
}

// learn reads messages from the JSON Lines of chat; without that folder it makes a chain of the words of words.go and says so.
func learn(path string, say io.Writer) (*chatter, error) {
	c := &chatter{}
	known := map[string]int32{}
	err := eachMessage(path, func(text string) { c.hear(known, text) })
	if errors.Is(err, os.ErrNotExist) {
		_, _ = fmt.Fprintf(say, "\nNO CHAT TO LEARN FROM: %s is absent. Words are invented instead; figures of other runs cannot be compared.\n\n", path)
		rng, lex := source("chatter"), newLexicon(source("words"))
		for range 40_000 {
			c.hear(known, lex.sentence(rng, 5+rng.IntN(50)))
		}
		err = nil
	}
	if err != nil {
		return nil, fmt.Errorf("learn from %s: %w", path, err)
	}
	if len(c.starts) == 0 {
		return nil, fmt.Errorf("there is no message in %s", path)
	}
	c.ranked = make([]int32, len(c.words))
	for i := range c.ranked {
		c.ranked[i] = int32(i) //nolint:gosec // far fewer words than that
	}
	slices.SortStableFunc(c.ranked, func(a, b int32) int { return c.count[b] - c.count[a] })
	c.rank = make([]int32, len(c.words))
	for r, w := range c.ranked {
		c.rank[w] = int32(r) //nolint:gosec // far fewer words than that
	}
	return c, nil
}

// eachMessage calls do with the text of each line.
func eachMessage(path string, do func(text string)) (err error) {
	f, err := os.Open(filepath.Clean(path))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	z, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	lines := bufio.NewScanner(z)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var m struct{ Text string }
		if err := json.Unmarshal(lines.Bytes(), &m); err != nil {
			return err
		}
		do(m.Text)
	}
	return lines.Err()
}

// hear learns one message. Signs that mean something in Markdown are left out, and web addresses.
func (c *chatter) hear(known map[string]int32, text string) {
	last, n := int32(-1), 0
	for _, w := range strings.Fields(text) {
		if strings.Contains(w, "://") {
			continue
		}
		w = strings.Map(func(r rune) rune {
			if strings.ContainsRune("`*_[]<>#|\\~{}&@\"$", r) {
				return -1
			}
			return r
		}, w)
		if !strings.ContainsFunc(w, unicode.IsLetter) { // it would begin a list
			continue
		}
		id, ok := known[w]
		if !ok {
			id = int32(len(c.words)) //nolint:gosec // far fewer words than that
			known[w] = id
			c.words, c.count, c.next = append(c.words, w), append(c.count, 0), append(c.next, nil)
		}
		c.count[id]++
		n++
		if last < 0 {
			c.starts = append(c.starts, id)
		} else {
			c.next[last] = append(c.next[last], id)
		}
		last = id
	}
	if n > 0 {
		c.sizes = append(c.sizes, n)
	}
}

// say makes n words.
func (c *chatter) say(rng *rand.Rand, n int) []int32 {
	out := make([]int32, 0, n)
	w := pickOf(rng, c.starts)
	for len(out) < n {
		out = append(out, w)
		if len(c.next[w]) == 0 {
			w = pickOf(rng, c.starts)
			continue
		}
		w = pickOf(rng, c.next[w])
	}
	return out
}

// message makes the text of one message.
func (c *chatter) message(rng *rand.Rand) string {
	return c.text(c.say(rng, c.sizes[rng.IntN(len(c.sizes))]))
}

func (c *chatter) text(words []int32) string {
	var b strings.Builder
	for i, w := range words {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(c.words[w])
	}
	return b.String()
}

func pickOf[T any](rng *rand.Rand, list []T) T { return list[rng.IntN(len(list))] }

// The ranks of words that people search for: neither the small ones nor those that are met once.
const (
	commonRank = 120
	rareRank   = 6_000
)

// telling reports whether somebody would search for a word, and returns it bare.
func (c *chatter) telling(w int32) (string, bool) {
	bare := strings.ToLower(strings.Trim(c.words[w], ".,;:!?()'-/"))
	ok := c.rank[w] >= commonRank && c.rank[w] < rareRank && len(bare) >= 4 &&
		!strings.ContainsFunc(bare, func(r rune) bool { return r < 'a' || r > 'z' })
	return bare, ok
}

// together returns up to n telling words of one message, so that they belong together as those of a query do.
func (c *chatter) together(rng *rand.Rand, n int) []string {
	for {
		var out []string
		for _, w := range c.say(rng, 40) {
			if bare, ok := c.telling(w); ok && !slices.Contains(out, bare) {
				if out = append(out, bare); len(out) == n {
					return out
				}
			}
		}
	}
}

// pair returns two words of which the second follows the first somewhere.
func (c *chatter) pair(rng *rand.Rand) []string {
	for {
		said := c.say(rng, 30)
		for i := range len(said) - 1 {
			a, telling := c.telling(said[i])
			b := strings.ToLower(c.words[said[i+1]])
			if telling && strings.ToLower(c.words[said[i]]) == a && len(b) > 2 && !strings.ContainsFunc(b, func(r rune) bool { return r < 'a' || r > 'z' }) {
				return []string{a, b}
			}
		}
	}
}

// misspelt returns a telling word with two letters exchanged, so that it is none that was ever met.
func (c *chatter) misspelt(rng *rand.Rand) string {
	for {
		w := c.together(rng, 1)[0]
		if len(w) < 6 {
			continue
		}
		i := 1 + rng.IntN(len(w)-2)
		wrong := w[:i] + string(w[i+1]) + string(w[i]) + w[i+2:]
		if wrong != w && !c.met(wrong) {
			return wrong
		}
	}
}

// met reports whether the word was learned, as it stands.
func (c *chatter) met(word string) bool {
	if c.lookup == nil {
		c.lookup = slices.Clone(c.words)
		sort.Strings(c.lookup)
	}
	_, found := slices.BinarySearch(c.lookup, word)
	return found
}
