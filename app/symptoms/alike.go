package symptoms

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"unicode"

	"watercooler/search"
)

// alike is from which Jaccard similarity of their words two titles are taken to say the same: three words in four. Titles of three to
// seven words that differ in what they are about, "… for schools" and "… for libraries", share fewer.
const alike = 0.75

// formWords say what sort of text something is, or put a question, and do not say what it is about.
const formWords = "guide guidance policy handbook manual procedure process rules standard note notes advice approach decision question " +
	"help please anyone anybody somebody someone know tell need want wish must should shall may might can could would will do does way"

// words is the words of a title as numbers, the rarest of all titles first, and the numbers in it.
type words struct {
	list   []int32
	digits string // what has a digit in it: "2026" and "2027" are never the same matter
}

// wordsOf returns the words of texts, in their order. A word that has been seen in few of them has a small number.
func wordsOf(texts []string) []words {
	form := map[string]bool{}
	for _, w := range strings.Fields(search.Fold(formWords)) {
		form[w] = true
	}
	stems := make([][]string, len(texts))
	seen := map[string]int{}
	for i, text := range texts {
		for _, w := range strings.Fields(search.Fold(text)) { // each once
			if !form[w] {
				stems[i] = append(stems[i], w)
				seen[w]++
			}
		}
	}
	order := make([]string, 0, len(seen))
	for w := range seen {
		order = append(order, w)
	}
	slices.SortFunc(order, func(a, b string) int { return cmp.Or(cmp.Compare(seen[a], seen[b]), cmp.Compare(a, b)) })
	rank := make(map[string]int32, len(order))
	for i, w := range order {
		rank[w] = int32(i)
	}
	out := make([]words, len(texts))
	for i, list := range stems {
		for _, w := range list {
			out[i].list = append(out[i].list, rank[w])
			if strings.ContainsFunc(w, unicode.IsDigit) {
				out[i].digits += w + " "
			}
		}
		slices.Sort(out[i].list)
	}
	return out
}

// gather puts texts that are alike into groups, by position, each in ascending order; those that are like no other are in none. Texts
// of fewer than fewest words are like none. A text joins the group whose first text it is most like, or begins one (leader clustering:
// Hartigan, "Clustering Algorithms", 1975), so that everything in a group is like its first and chains do not drift.
//
// Two sets with a Jaccard similarity of t share one of their first n - ⌈t·n⌉ + 1 words, whatever the order of all words is; with the
// rarest first that leaves few to compare (Chaudhuri, Ganti and Kaushik, "A primitive operator for similarity joins in data cleaning",
// ICDE 2006; Bayardo, Ma and Srikant, "Scaling up all pairs similarity search", WWW 2007). Nothing is missed and nothing is chance, as
// it would be with MinHash.
func gather(sets []words, fewest int) [][]int {
	leaders := map[int32][]int{} // by word of their prefix: places in all
	var all [][]int
	var seen []int // by group, with which text its first was compared last, counted from 1
	for i, s := range sets {
		n := len(s.list)
		if n < max(fewest, 1) {
			continue
		}
		prefix := s.list[:n-least(n)+1]
		best, most := -1, 0.0
		for _, w := range prefix {
			for _, g := range leaders[w] {
				if seen[g] == i+1 {
					continue
				}
				seen[g] = i + 1
				first := sets[all[g][0]]
				if len(first.list) < least(n) || n < least(len(first.list)) || first.digits != s.digits {
					continue
				}
				if like := jaccard(first.list, s.list); like >= alike && (like > most || like == most && g < best) {
					best, most = g, like
				}
			}
		}
		if best >= 0 {
			all[best] = append(all[best], i)
			continue
		}
		for _, w := range prefix {
			leaders[w] = append(leaders[w], len(all))
		}
		all, seen = append(all, []int{i}), append(seen, i+1)
	}
	return slices.DeleteFunc(all, func(g []int) bool { return len(g) < 2 })
}

// least is of how many words a text must be at least to be like one of n.
func least(n int) int { return int(math.Ceil(alike*float64(n) - 1e-9)) }

// jaccard returns what two sorted sets share as a part of what they have together.
func jaccard(a, b []int32) float64 {
	shared, i, j := 0, 0, 0
	for i < len(a) && j < len(b) {
		switch {
		case a[i] == b[j]:
			shared, i, j = shared+1, i+1, j+1
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	if all := len(a) + len(b) - shared; all > 0 {
		return float64(shared) / float64(all)
	}
	return 0
}

// joined gathers what pairs join, directly or through others: by member, the smallest of its group.
func joined(pairs []Pair) map[int64]int64 {
	parent := map[int64]int64{}
	root := func(i int64) int64 {
		for parent[i] != 0 && parent[i] != i {
			i = parent[i]
		}
		return i
	}
	for _, p := range pairs {
		a, b := root(p.A), root(p.B)
		parent[max(a, b)] = min(a, b)
		parent[min(a, b)] = min(a, b)
	}
	for i := range parent {
		parent[i] = root(i)
	}
	return parent
}
