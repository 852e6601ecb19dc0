package topics

import (
	"strings"
	"testing"
)

func TestSingular(t *testing.T) {
	cases := map[string]string{
		"libraries": "library", "homes": "home", "bus": "bus", "glass": "glass", "status": "status", "crisis": "crisis", "gas": "gas", "wi": "wi",
	}
	for word, want := range cases {
		if got := singular(word); got != want {
			t.Errorf("%s: got %s, want %s", word, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	cases := []struct {
		a, b       string
		most, want int
	}{
		{"library", "library", 2, 0},
		{"library", "librery", 1, 1},
		{"library", "librry", 1, 1},
		{"broadband", "broadbnad", 2, 2},
		{"library", "libxxry", 1, -1},
		{"a", "abcdef", 2, -1},
		{"é", "e", 1, 1},
		{"ab", "ab", 0, -1},
	}
	for _, c := range cases {
		if got := distance(c.a, c.b, c.most); got != c.want {
			t.Errorf("%s, %s, at most %d: got %d, want %d", c.a, c.b, c.most, got, c.want)
		}
	}
}

// FuzzSuggest looks for text that breaks the matching, and holds it to naming each topic once.
func FuzzSuggest(f *testing.F) {
	snap := index([]Topic{
		{ID: 1, Slug: "rights-of-way", Name: "Rights of way", Synonyms: []string{"footpaths"}},
		{ID: 2, Slug: "rights", Name: "Rights"},
		{ID: 3, Slug: "c", Name: "C++", Synonyms: []string{"++", "İ"}},
	}, nil)
	for _, seed := range []string{"", "rights of way", "RIGHTS of rights of way", "footpth", "\xff", "++", strings.Repeat("rights ", 50)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		words := stems(text)
		found := snap.within(words)
		if len(words) > 0 && len(words) <= maxTyped {
			found = append(found, snap.nearly(strings.Join(words, " "), found)...)
		}
		seen := map[int]bool{}
		for _, i := range found {
			if seen[i] {
				t.Errorf("topic %d comes twice", i)
			}
			seen[i] = true
		}
	})
}
