package find

import (
	"net/url"
	"strconv"
	"strings"

	"watercooler/views/parts"
)

func searchPath(query string) string { return "/search?q=" + url.QueryEscape(query) }

// withoutTabs is p for a page that shows them elsewhere.
func (p NarrowPage) withoutTabs() NarrowPage {
	p.Tabs = nil
	return p
}

// where says how often a word is in which parts of what was found: "title once, text 3 times in 210 words".
func (t Term) where() string {
	var out []string
	for _, f := range t.Fields {
		out = append(out, f.Name+" "+times(f.Times)+" in "+parts.Plural(f.Of, "word", "words"))
	}
	return strings.Join(out, ", ")
}

func times(n int) string {
	switch n {
	case 1:
		return "once"
	case 2:
		return "twice"
	default:
		return strconv.Itoa(n) + " times"
	}
}

func amount(score float64) string { return strconv.FormatFloat(score, 'f', 2, 64) }

func factor(by float64) string { return "× " + strconv.FormatFloat(by, 'f', 3, 64) }

// said is how much of a search is new.
func (w Saved) said() string {
	switch {
	case w.New == 0:
		return "Nothing new since you looked"
	case w.More:
		return strconv.Itoa(w.New) + " new or more since you looked"
	}
	return strconv.Itoa(w.New) + " new since you looked"
}
