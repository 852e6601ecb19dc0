package find

import (
	"slices"
	"strings"

	"watercooler/search"
)

// Which searches ask the same. Two do when
//
//   - their words are the same for the most part: the Jaccard index (1912) of their stems is at least alikeWords, where other names of a
//     topic count as one and a word may be mistyped in a place (Damerau 1964), or
//   - they find the same for the most part: that index of the first ten results of both is at least alikeFound, as in Raghavan and Sever,
//     "On the reuse of past optimal queries" (SIGIR 1995).
//
// They are gathered by the leader algorithm (Hartigan, "Clustering Algorithms", 1975): searches are taken in a fixed order, the most
// frequent first, and each joins the cluster whose leader it is most like, or leads one of its own. Nothing is compared but with a leader,
// so that no chain of small differences joins what is far apart, and the same log always makes the same clusters. Gaps that are open lead
// before everything else: what people work on stays together.

const (
	alikeWords = 0.6
	alikeFound = 0.5
)

// need is what was looked for in some words, and not found or never opened.
type need struct {
	words string   // folded
	said  string   // as typed the last time
	times int      // searches since the last time it was settled, within gapDays
	hits  int      // of the last of them
	stems []string // in one name for each thing
	found []string // the first results, where there are at least fewFound
	gap   int64    // the open gap it belongs to, 0 for none
}

// cluster is needs that ask the same. The first leads.
type cluster struct {
	gap   int64 // the open gap it is, 0 for a new one
	lead  need
	needs []need
}

// times counts the searches of a cluster.
func (c *cluster) times() (n int) {
	for _, one := range c.needs {
		n += one.times
	}
	return n
}

// said is the commonest way of asking.
func (c *cluster) said() string {
	if len(c.needs) == 0 {
		return c.lead.said
	}
	return slices.MinFunc(c.needs, func(a, b need) int {
		if a.times != b.times {
			return b.times - a.times
		}
		return strings.Compare(a.words, b.words)
	}).said
}

// gather puts needs with the gaps that are open, and makes clusters of what is left. It sorts needs.
func gather(open []cluster, needs []need) []cluster {
	slices.SortFunc(needs, func(a, b need) int {
		if a.times != b.times {
			return b.times - a.times
		}
		return strings.Compare(a.words, b.words)
	})
	out := slices.Clone(open)
	at := make(map[int64]int, len(out))
	for i, c := range out {
		at[c.gap] = i
	}
	for _, n := range needs { // what belongs to a gap stays there, and the most frequent of it leads
		if i, ok := at[n.gap]; ok && n.gap != 0 {
			if len(out[i].needs) == 0 {
				out[i].lead = n
			}
			out[i].needs = append(slices.Clip(out[i].needs), n)
		}
	}
	for _, n := range needs {
		if _, ok := at[n.gap]; ok && n.gap != 0 {
			continue
		}
		best, by := -1, 0.0
		for i := range out {
			if near := likeness(&out[i].lead, &n); near > by {
				best, by = i, near
			}
		}
		if best < 0 {
			out = append(out, cluster{lead: n, needs: []need{n}})
			continue
		}
		out[best].needs = append(slices.Clip(out[best].needs), n)
	}
	return out
}

// likeness says how much two needs are the same, 0 when they are not.
func likeness(a, b *need) float64 {
	near := 0.0
	if w := jaccard(a.stems, b.stems, search.Alike); w >= alikeWords {
		near = w
	}
	if f := jaccard(a.found, b.found, func(x, y string) bool { return x == y }); f >= alikeFound {
		near = max(near, f)
	}
	return near
}

// jaccard is how many of the things in two lists are in both, of those in either; each counts once, with one that is the same.
func jaccard(a, b []string, same func(x, y string) bool) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	taken := make([]bool, len(b))
	both := 0
	for pass := range 2 { // what is equal first, so that nothing merely alike takes its place
		for _, x := range a {
			if pass == 1 && slices.Contains(b, x) {
				continue
			}
			for j, y := range b {
				if !taken[j] && (x == y || pass == 1 && same(x, y)) {
					taken[j] = true
					both++
					break
				}
			}
		}
	}
	return float64(both) / float64(len(a)+len(b)-both)
}
