package topics

import (
	"strings"

	"watercooler/views/parts"
)

func threadCount(n int) string {
	if n == 1 {
		return "1 thread"
	}
	return parts.Thousands(n) + " threads"
}

func listed(words []string) string { return strings.Join(words, ", ") }

func crumbs(p ShowPage) []parts.Link {
	links := []parts.Link{{Text: "Topics", Path: "/topics"}}
	for _, t := range p.Above {
		links = append(links, parts.Link{Text: t.Name, Path: t.Path})
	}
	return links
}

// moved says how many threads change topic.
func moved(n int) string {
	switch n {
	case 0:
		return "No threads move."
	case 1:
		return "1 thread moves."
	}
	return parts.Thousands(n) + " threads move."
}
