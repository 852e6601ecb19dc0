package experts

import (
	"strings"

	"watercooler/views/parts"
)

// about is the line under a name.
func about(e *Expert) string {
	var out []string
	for _, s := range []string{e.Person.JobTitle, e.Person.Unit, e.Partner} {
		if s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, " · ")
}

// listed says topics in a sentence.
func listed(topics []parts.Topic) string {
	names := make([]string, len(topics))
	for i, t := range topics {
		names[i] = t.Name
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// titleOf is the title of w as plain text.
func titleOf(w Evidence) string {
	var out strings.Builder
	for _, s := range w.Title {
		out.WriteString(s.Text)
	}
	return out.String()
}
