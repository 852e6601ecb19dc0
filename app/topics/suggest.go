package topics

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"unicode"

	"watercooler/app/markup"
)

// maxSuggestText bounds the bytes of a text that Suggest reads: what somebody writes about is said at the beginning.
const maxSuggestText = 8_000

// maxTyped is how many words a text may have to be taken for what somebody types into the topics field, where a beginning
// and a slip of the finger count too.
const maxTyped = 3

// Suggest names up to limit topics that text is about: those whose name or a synonym stands in it, word for word but for
// singular and plural, the longest wording first. For a text of a few words it goes on with topics that begin like it or are
// spelt nearly like it.
func (s *Service) Suggest(ctx context.Context, text string, limit int) ([]Topic, error) {
	snap, err := s.snapshot(ctx)
	if err != nil {
		return nil, err
	}
	if len(text) > maxSuggestText {
		text = strings.ToValidUTF8(text[:maxSuggestText], "")
	}
	words := stems(text)
	found := snap.within(words)
	if len(words) > 0 && len(words) <= maxTyped && len(found) < limit {
		found = append(found, snap.nearly(strings.Join(words, " "), found)...)
	}
	list := make([]Topic, 0, min(limit, len(found)))
	for _, i := range found[:min(limit, len(found))] {
		list = append(list, snap.all[i])
	}
	return list, nil
}

// stems returns the words of text, folded and in the singular.
func stems(text string) []string {
	words := strings.FieldsFunc(markup.Fold(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	for i, w := range words {
		words[i] = singular(w)
	}
	return words
}

// singular takes the plural off an English word, well enough to compare two words that went through it.
func singular(w string) string {
	switch {
	case len(w) < 4 || strings.HasSuffix(w, "ss") || strings.HasSuffix(w, "us") || strings.HasSuffix(w, "is"):
		return w
	case strings.HasSuffix(w, "ies"):
		return w[:len(w)-3] + "y"
	case strings.HasSuffix(w, "s"):
		return w[:len(w)-1]
	}
	return w
}

// within returns the topics whose wording stands in words. At each place the longest wording counts and its words are not
// looked at again, so "rights of way" is not about "rights".
func (s *snapshot) within(words []string) []int {
	type match struct{ topic, length, times, at int }
	matches := make(map[int]*match)
	for at := 0; at < len(words); {
		step := 1
		for n := min(s.longest, len(words)-at); n > 0; n-- {
			topic, ok := s.byStems[strings.Join(words[at:at+n], " ")]
			if !ok {
				continue
			}
			m := matches[topic]
			if m == nil {
				m = &match{topic: topic, at: at}
				matches[topic] = m
			}
			m.length, m.times = max(m.length, n), m.times+1
			step = n
			break
		}
		at += step
	}
	list := make([]*match, 0, len(matches))
	for _, m := range matches {
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b *match) int {
		return cmp.Or(cmp.Compare(b.length, a.length), cmp.Compare(b.times, a.times), cmp.Compare(a.at, b.at))
	})
	found := make([]int, len(list))
	for i, m := range list {
		found[i] = m.topic
	}
	return found
}

// nearly returns the topics with a wording that begins like typed or is a slip or two away, without those in have.
func (s *snapshot) nearly(typed string, have []int) []int {
	best := make(map[int]int) // topic → 0 begins like it, 1 a later word does, 2 and 3 slips
	for wording, topic := range s.byStems {
		if slices.Contains(have, topic) {
			continue
		}
		rank := -1
		switch {
		case strings.HasPrefix(wording, typed):
			rank = 0
		case strings.Contains(wording, " "+typed):
			rank = 1
		default:
			if d := distance(wording, typed, len(typed)/4); d >= 0 {
				rank = 1 + d
			}
		}
		if old, ok := best[topic]; rank >= 0 && (!ok || rank < old) {
			best[topic] = rank
		}
	}
	list := make([]int, 0, len(best))
	for topic := range best {
		list = append(list, topic)
	}
	slices.SortFunc(list, func(a, b int) int { return cmp.Or(cmp.Compare(best[a], best[b]), cmp.Compare(a, b)) })
	return list
}

// distance returns how many letters must be changed, added or removed to make a of b; -1 when more than most, which is at
// most 2.
func distance(a, b string, most int) int {
	most = min(most, 2)
	x, y := []rune(a), []rune(b)
	if most < 1 || len(x)-len(y) > most || len(y)-len(x) > most {
		return -1
	}
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		diagonal := row[0]
		row[0] = i + 1
		for j := range y {
			cost := diagonal
			if x[i] != y[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	if row[len(y)] > most {
		return -1
	}
	return row[len(y)]
}
