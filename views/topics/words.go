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
	if p.Broader != nil {
		links = append(links, parts.Link{Text: p.Broader.Name, Path: p.Broader.Path})
	}
	return links
}
