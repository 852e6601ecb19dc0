package people

import (
	"strings"

	"watercooler/views/parts"
)

// joined puts a dot between the texts that are there.
func joined(texts ...string) string {
	var there []string
	for _, t := range texts {
		if t != "" {
			there = append(there, t)
		}
	}
	return strings.Join(there, " · ")
}

// given is the first word of a name.
func given(name string) string {
	first, _, _ := strings.Cut(name, " ")
	return first
}

// dial keeps of a phone number what a telephone understands.
func dial(number string) string {
	return strings.Map(func(r rune) rune {
		if r == '+' || (r >= '0' && r <= '9') {
			return r
		}
		return -1
	}, number)
}

// speaks says which languages somebody speaks.
func speaks(languages string) string {
	if languages == "" {
		return ""
	}
	return "speaks " + languages
}

// chosen marks the option with this value.
func chosen(options []parts.Option, value string) []parts.Option {
	marked := make([]parts.Option, len(options))
	for i, o := range options {
		o.Selected = o.Selected || o.Value == value
		marked[i] = o
	}
	return marked
}

// aboutWhom is the heading of what a profile says: administrators edit those of others too.
func aboutWhom(p EditPage) string {
	if p.Mine {
		return "About you"
	}
	return "About " + p.Person.Name
}
