package briefs

import (
	"fmt"
	"net/url"
	"strings"
)

// searchPath is the address of a search.
func searchPath(query string) string { return "/search?q=" + url.QueryEscape(query) }

// Markdown returns the brief to paste elsewhere: titles lead to what they name at base, the address of the hub, and what a
// sentence rests on is a note below.
func (b Brief) Markdown(base string) string {
	var out, notes strings.Builder
	fmt.Fprintf(&out, "# %s: %s\n", escaped(b.Scope.Name), b.Period.Name())
	switch {
	case b.Small:
		out.WriteString("\nThis unit has too few people for a brief of its own.\n")
	case b.Quiet():
		fmt.Fprintf(&out, "\nThere is nothing to tell of %s.\n", b.Period.Name())
	}
	numbers, grounds := b.Noted()
	for i, n := range grounds {
		fmt.Fprintf(&notes, "[^%d]: %s\n", i+1, noted(n.Items, n.More, base))
	}
	told := 0
	for _, section := range b.Sections {
		if section.Heading != "" {
			fmt.Fprintf(&out, "\n## %s\n", section.Heading)
		}
		out.WriteByte('\n')
		for i, s := range section.Sentences {
			if i > 0 {
				out.WriteByte(' ')
			}
			for _, span := range s.Spans {
				if span.Item == nil {
					out.WriteString(escaped(span.Text))
				} else {
					out.WriteString(linked(span.Text, base+span.Item.Path))
				}
			}
			if n := numbers[told]; n > 0 {
				fmt.Fprintf(&out, "[^%d]", n)
			}
			told++
		}
		out.WriteByte('\n')
	}
	if b.Rising {
		out.WriteString("\n" + Method + "\n")
	}
	if notes.Len() > 0 {
		out.WriteString("\n" + notes.String())
	}
	return out.String()
}

// Method says how what is rising was found.
const Method = "What is rising was found with the two-state automaton of J. Kleinberg, “Bursty and hierarchical structure in streams” (2002): topics whose share of what is written has at least doubled."

func noted(items []Item, more int, base string) string {
	parts := make([]string, 0, len(items)+1)
	for _, it := range items {
		parts = append(parts, linked(it.Title, base+it.Path))
	}
	if more > 0 {
		parts = append(parts, number(more)+" more")
	}
	return listed(parts)
}

func linked(text, address string) string { return "[" + escaped(text) + "](<" + address + ">)" }

var markdown = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`, "\n", " ", "\r", " ")

// escaped returns a text that Markdown shows as it is.
func escaped(text string) string { return markdown.Replace(text) }
