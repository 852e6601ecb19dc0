package briefs

import (
	"fmt"
	"strings"
)

// Heading returns what a class is called.
func (c Class) Heading() string {
	switch c {
	case Noticed:
		return "What was noticed"
	case Guides:
		return "Guides"
	case Answers:
		return "Settled questions"
	case Posts:
		return "Posts"
	case Proposals:
		return "Proposals"
	case Talks:
		return "Discussions"
	case Decisions:
		return "What was decided"
	case Reflection:
		return "What was learnt"
	}
	return "Questions without an answer"
}

// Part returns the part of the page in which a class stands.
func (c Class) Part() string {
	switch c {
	case Guides, Answers, Posts:
		return "What is known"
	case Proposals, Talks:
		return "What people think"
	case Questions:
		return "What nobody knows yet"
	}
	return c.Heading()
}

// All returns the address of the list of everything of class c about t, "" where there is none but this page.
func (c Class) All(t Topic) string {
	query := "topic:" + t.Slug
	switch c {
	case Noticed:
		return searchPath(query + " kind:signal")
	case Answers:
		return searchPath(query + " is:answered")
	case Posts:
		return t.Path() + "?tab=posts"
	case Proposals, Decisions:
		return searchPath(query + " kind:decision")
	case Talks:
		return searchPath(query + " kind:discussion")
	case Questions:
		return t.Path() + "?tab=unanswered"
	}
	return t.Path()
}

// Said says in a few words what people think.
func (s Stances) Said() string {
	var parts []string
	if s.People > 0 {
		parts = append(parts, number(s.People)+" people said what they think")
	}
	switch {
	case s.Told:
		var each []string
		for _, e := range []struct {
			n    int
			said string
		}{{s.Agree, "agree"}, {s.Abstain, "abstain"}, {s.Disagree, "disagree"}, {s.Block, "would block it"}} {
			if e.n > 0 {
				each = append(each, number(e.n)+" "+e.said)
			}
		}
		parts = append(parts, listed(each))
	case s.Split:
		parts = append(parts, "some agree and some do not")
	}
	return strings.Join(parts, ": ")
}

// Markdown returns the view to paste elsewhere; base is the address of the hub.
func (c Collective) Markdown(base string) string {
	var out strings.Builder
	fmt.Fprintf(&out, "# Everything on %s\n", escaped(c.Topic.Name))
	part := ""
	for _, g := range c.Groups {
		if p := g.Class.Part(); p != part {
			part = p
			fmt.Fprintf(&out, "\n## %s\n", part)
		}
		if h := g.Class.Heading(); h != part {
			fmt.Fprintf(&out, "\n### %s\n", h)
		}
		out.WriteByte('\n')
		for _, e := range g.Entries {
			fmt.Fprintf(&out, "- %s, %s\n", linked(e.Title, base+e.Path), date(e.At))
			if e.Stances != nil {
				if said := e.Stances.Said(); said != "" {
					fmt.Fprintf(&out, "  %s.\n", start(said))
				}
				for _, reason := range e.Stances.Minority {
					fmt.Fprintf(&out, "  - ‘%s’\n", escaped(reason))
				}
			}
			if e.Learnt != "" {
				fmt.Fprintf(&out, "  ‘%s’\n", escaped(quoted(e.Learnt, longestSaid)))
			}
		}
		if more := g.Total - len(g.Entries); more > 0 {
			fmt.Fprintf(&out, "- %s\n", linked(start(count(more, "more", "more")), base+g.Class.All(c.Topic)))
		}
	}
	if len(c.Gaps) > 0 {
		if part != Questions.Part() {
			fmt.Fprintf(&out, "\n## %s\n", Questions.Part())
		}
		out.WriteString("\n### Looked for and not found\n\n")
		for _, g := range c.Gaps {
			fmt.Fprintf(&out, "- %s\n", linked(g.Said, base+g.Path))
		}
	}
	if len(c.Groups)+len(c.Gaps) == 0 {
		out.WriteString("\nThere is nothing here yet.\n")
	}
	return out.String()
}
