package gallery

import (
	"watercooler/views/briefs"
	"watercooler/views/insights"
	"watercooler/views/parts"
)

func (g *shelf) briefs() {
	source := func(text, path string) briefs.Source {
		return briefs.Source{Text: text, Path: path, Short: "hub.example.gov.uk" + path}
	}
	fibre, sites := parts.Link{Text: "“Can a school’s fibre serve the houses around it?”", Path: "/threads/42"}, parts.Link{Text: "“Folding forty microsites into one”", Path: "/threads/40"}
	g.add("brief", briefs.Brief(briefs.Page{
		Chrome: g.chrome("March 2027 · Brief", "home"), Heading: "March 2027", Scope: parts.Link{Text: "Libraries", Path: "/units/3"}, Note: "This month is not over. The brief says how things stand now.",
		Room: insights.Tabs("/brief"), Lengths: tabs(0, "Month", "Week"), Others: tabs(1, "The organisation", "Your unit"), Pager: pager(), Method: "What is rising was found with the two-state automaton of J. Kleinberg.",
		Sections: []briefs.Section{
			{Sentences: []briefs.Sentence{{Spans: []parts.Link{{Text: "In March 2027, people here opened 41 threads: 40 questions and one post."}}, Note: 1, Index: 1}}},
			{Heading: "What moved", Sentences: []briefs.Sentence{
				{Spans: []parts.Link{{Text: "Most was said in "}, fibre, {Text: " (14 replies) and "}, sites, {Text: " (nine)."}}, Note: 2, Index: 2}, {Spans: []parts.Link{{Text: "Nothing else moved."}}, Index: 3},
			}},
		},
		Notes: []briefs.Note{
			{Number: 1, First: 1, Items: []briefs.Source{source("Can a school’s fibre serve the houses around it?", "/threads/42")}, More: "and 40 more"},
			{Number: 2, First: 2, Items: []briefs.Source{source("Can a school’s fibre serve the houses around it?", "/threads/42"), source("Folding forty microsites into one", "/threads/40")}},
		},
		Letters: &briefs.Letters{Unit: "3", Back: "/brief/2027-03?unit=3", Monthly: true}, Markdown: "/brief/2027-03.md?unit=3",
	}))
	g.add("brief-empty", briefs.Brief(briefs.Page{
		Chrome: g.chrome("January 2027 · Brief", "home"), Heading: "January 2027", Scope: parts.Link{Text: "Devon County Council"}, Lengths: tabs(0, "Month", "Week"),
		Empty: parts.Empty{Title: "Nothing to tell of January 2027", Text: "Nothing was written that everybody here may read.", Do: parts.Link{Text: "Ask a question", Path: "/write?kind=question"}},
	}))
	g.add("brief-stop", briefs.Stop(briefs.StopPage{Chrome: g.stranger("A brief by e-mail", ""), Action: "/brief/letters/secret", Weekly: true}))
	g.add("brief-stopped", briefs.Stop(briefs.StopPage{Chrome: g.stranger("The letters stop", ""), Stopped: true}))
	g.add("collective", briefs.Collective(briefs.CollectivePage{
		Chrome: g.chrome("Everything on Connectivity", "topics"), Topic: parts.Link{Text: "Connectivity", Path: "/topics/connectivity"}, Description: "Broadband, mobile cover and the networks of public buildings.", Markdown: "/topics/connectivity/view.md",
		Parts: []briefs.Part{
			{Heading: "What is known", Groups: []briefs.Group{
				{Heading: "Guides", Entries: []briefs.Entry{{Kind: "discussion", Title: "How to order a line", Path: "/threads/9", Note: "4 March 2027 · checked"}}},
				{Heading: "Settled questions", Entries: []briefs.Entry{{Kind: "question", Title: fibre.Text, Path: fibre.Path, Note: "4 March 2027 · 7 replies"}}, All: parts.Link{Text: "All 12 of them", Path: "/search?q=topic:connectivity"}},
			}},
			{Heading: "What people think", Groups: []briefs.Group{{Heading: "Proposals", Entries: []briefs.Entry{
				{Kind: "decision", Title: "Open three school links", Path: "/threads/37", Note: "1 March 2027", Said: "12 people said what they think: some agree and some do not.", Quotes: []string{"Safeguarding first."}},
			}}}},
			{Heading: "What nobody knows yet", Groups: []briefs.Group{{Heading: "Looked for and not found", Entries: []briefs.Entry{{Title: "satellite for farms", Path: "/search?q=satellite+for+farms"}}}}},
		},
	}))
	g.add("collective-empty", briefs.Collective(briefs.CollectivePage{
		Chrome: g.stranger("Everything on Libraries", "topics"), Topic: parts.Link{Text: "Libraries", Path: "/topics/libraries"}, Empty: parts.Empty{Title: "Nothing here about Libraries yet", Text: "What is written about it comes here.", Do: parts.Link{Text: "Go to the topic", Path: "/topics/libraries"}},
	}))
}
