package blogs

import (
	"fmt"

	"watercooler/views/parts"
)

// toRead is "5 minutes to read".
func toRead(minutes int) string { return parts.Plural(minutes, "minute to read", "minutes to read") }

// between is what stands before the name at i of n: nothing, a comma, or "and".
func between(i, n int) string {
	switch i {
	case 0:
		return ""
	case n - 1:
		return " and "
	}
	return ", "
}

func postCount(n int) string { return parts.Plural(n, "post", "posts") }

// part is "Part 2 of 5 of ", before the name of the series.
func part(s *InSeries) string {
	if s.Of < 2 {
		return "Part of "
	}
	return fmt.Sprintf("Part %d of %d of ", s.Number, s.Of)
}

// stepSaid is what the steps of setting up a blog are called.
func stepSaid(step int) string {
	return [...]string{"", "Whose blog is it?", "Name it and choose who reads it", "Write the first post"}[step]
}

// moreOpen reports whether the fields most posts go without hold something, or something wrong.
func (p EditPage) moreOpen() bool {
	for _, name := range []string{"slug", "series", "new_series", "authors"} {
		if p.Problems.Of(name) != "" {
			return true
		}
	}
	chosen := false
	for _, o := range p.Series {
		chosen = chosen || o.Selected && o.Value != ""
	}
	return chosen || p.NewSeries != "" || p.Authors != "" || p.Published
}

func (p EditPage) newSeriesLabel() string {
	if len(p.Series) > 1 {
		return "Or a new series"
	}
	return "Series"
}
