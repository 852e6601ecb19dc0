package gallery

import (
	"watercooler/views/insights"
	"watercooler/views/parts"
	"watercooler/views/symptoms"
)

func (g *shelf) symptoms() {
	choke := symptoms.About{
		ID: "choke", Name: "Choke", Meaning: "Questions wait although there are people who could answer them.", Found: "A question is overdue when it has waited longer than nine in ten did.",
		Misleads: "A question may have been answered in a meeting.", Next: "See who may know and bring the oldest questions to them.",
	}
	tunnel := symptoms.About{ID: "tunnel", Name: "Tunnel vision", Meaning: "Nothing is heard from a part of the organisation.", Found: "Nothing in four months.", Misleads: "A subject may be done with.", Next: "Ask what is going on there."}
	waiting := symptoms.Finding{
		ID: 7, Heading: "Four questions about Connectivity have no answer", Path: "/insights/findings/7", Detail: "Nine in ten questions like these had an answer within 9 days.", Since: old, Latest: earlier,
		Evidence: []symptoms.Evidence{
			{Kind: "question", Link: parts.Link{Text: "Can a primary school’s fibre connection legally serve the houses around it?", Path: "/threads/42"}, At: earlier},
			{Link: parts.Link{Text: "Searched for: leased lines", Path: "/search?q=leased+lines"}, At: old},
		},
		Total: 4, Dated: "asked", Step: parts.Link{Text: "See who may know", Path: "/experts?q=fibre"}, DismissPath: "/insights/findings/7/dismiss",
	}
	quiet := symptoms.Finding{ID: 8, Heading: "Highways has fallen silent", Path: "/insights/findings/8", Period: "Nothing since 1 February 2027", Dated: "written", Step: parts.Link{Text: "Open the unit", Path: "/units/3"}, DismissPath: "/insights/findings/8/dismiss"}
	aside := waiting
	aside.ID, aside.Aside, aside.DismissPath, aside.ReopenPath = 9, "Put aside by Helen Trevanion on 4 March 2027: It is the season.", "", "/insights/findings/9/reopen"
	page := symptoms.OverviewPage{
		Chrome: g.chrome("Symptoms", "insights"), Tabs: insights.Tabs("/insights/symptoms"), Looked: "Last looked through on 4 March 2027 at 12:00: 4,320 threads, 35 decisions and 1 signal.",
		CSVPath: "/insights/symptoms.csv", JSONPath: "/insights/symptoms.json",
		Symptoms: []symptoms.Section{
			{About: choke, Path: "/insights/symptoms/choke", Findings: []symptoms.Finding{waiting}, Total: 3},
			{About: tunnel, Path: "/insights/symptoms/tunnel", Findings: []symptoms.Finding{quiet}, Total: 1},
		},
	}
	g.add("symptoms", symptoms.Overview(page))
	page.Looked, page.Symptoms = "The record has not been looked through yet.", []symptoms.Section{{About: choke, Path: "/insights/symptoms/choke", Nothing: "Nothing found since 3 April 2027."}}
	g.add("symptoms-empty", symptoms.Overview(page))
	list := symptoms.ListPage{
		Chrome: g.chrome("Choke", "insights"), Home: parts.Link{Text: "Symptoms", Path: "/insights/symptoms"}, About: choke, Tabs: tabs(0, "Found", "Put aside"),
		Findings: []symptoms.Finding{waiting, aside}, Pager: parts.Pager{Next: "/insights/symptoms/choke?after=1.1", NextText: "Older"},
	}
	g.add("symptom", symptoms.List(list))
	list.Findings, list.Pager, list.Nothing = nil, parts.Pager{}, "Nothing is found now."
	g.add("symptom-empty", symptoms.List(list))
	one := symptoms.FindingPage{
		Chrome: g.chrome(waiting.Heading, "insights"), Home: []parts.Link{{Text: "Symptoms", Path: "/insights/symptoms"}, {Text: "Choke", Path: "/insights/symptoms/choke"}}, About: choke, Finding: waiting,
		Problems: parts.Problems{{Name: "reason", Text: "Say why this is no problem."}},
	}
	g.add("finding", symptoms.Show(one))
	one.Finding, one.About, one.Problems = quiet, tunnel, nil
	g.add("finding-empty", symptoms.Show(one))
	one.Finding = aside
	g.add("finding-aside", symptoms.Show(one))
}
