package parts

import (
	"maps"
	"net/url"
)

// WhoKnows is the kind of result that is people by what they know, and not by what they are called.
const WhoKnows = "knows"

// finding are the kinds of result, in the order of their tabs.
var finding = []struct{ kind, text string }{
	{"", "Everything"}, {"question", "Questions"}, {"discussion", "Discussions"}, {"post", "Posts"}, {"decision", "Decisions"}, {"reply", "Replies"},
	{WhoKnows, "Who knows"}, {"person", "People"}, {"topic", "Topics"}, {"network", "Networks"},
}

// IsFinding reports whether there is a tab for a kind of result on the page of results.
func IsFinding(kind string) bool {
	for _, f := range finding {
		if f.kind == kind {
			return kind != WhoKnows
		}
	}
	return false
}

// FindingTabs lead from one kind of result to another for the same query, which is in q with whatever else is to be kept. People are
// for those who are signed in. Counts, by kind, may be missing.
func FindingTabs(q url.Values, kind string, signedIn bool, counts map[string]int) []Tab {
	var out []Tab
	for _, f := range finding {
		if (f.kind == "person" || f.kind == WhoKnows) && !signedIn {
			continue
		}
		t := Tab{Text: f.text, Count: counts[f.kind], Current: f.kind == kind}
		if f.kind == WhoKnows {
			t.Path = "/experts?" + url.Values{"q": q["q"]}.Encode()
		} else {
			to := maps.Clone(q)
			to.Del("kind")
			if f.kind != "" {
				to.Set("kind", f.kind)
			}
			t.Path = "/search?" + to.Encode()
		}
		out = append(out, t)
	}
	return out
}
