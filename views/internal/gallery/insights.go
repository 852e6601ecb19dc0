package gallery

import (
	"strconv"

	"watercooler/views/charts"
	"watercooler/views/insights"
	"watercooler/views/parts"
)

// spark is a line with a gap, a point that stands alone, and one that is not over.
func spark(id, title string) charts.Spark {
	s := charts.Spark{ID: id, Title: title + " by month", Column: title, At: 5}
	for i, v := range []float64{3, 4, 9, 0, 12, 14, 2} {
		p := charts.Point{Label: "Month " + strconv.Itoa(i+1), Value: v, Text: strconv.Itoa(int(v)), Data: strconv.Itoa(int(v)), Open: i == 6}
		if i == 3 || i == 1 {
			p = charts.Point{Label: p.Label, Text: "not shown", Hidden: true}
		}
		s.Points = append(s.Points, p)
	}
	return s
}

func (g *shelf) insights() {
	shown := insights.Figure{Metric: "answered", Month: "2027-03", Value: "0.9127", Text: "91%", Of: "of 126 questions"}
	withheld := insights.Figure{Metric: "signals", Month: "2027-03", Why: "Fewer than five people stand behind it, or behind what it leaves"}
	better := insights.Change{Sign: "+6 points", Text: "up 6 points on February 2027", Tone: "ok"}
	worse := insights.Change{Sign: "−1", Text: "1 fewer than in February 2027", Tone: "bad"}
	head := func(title, path string) insights.Head {
		chrome := g.chrome(title, "insights")
		chrome.Viewer.Insights = true
		return insights.Head{
			Chrome: chrome, Tabs: insights.Tabs(path), Heading: title, Over: "1 to 31 March 2027 · the whole organisation · figures cover groups of five or more, never one person",
			Filters: insights.Filters{
				Action: path, CSV: "/insights/figures.csv", JSON: "/insights/figures.json",
				Months: []parts.Option{{Value: "2027-04", Label: "April 2027, so far"}, {Value: "2027-03", Label: "March 2027", Selected: true}},
				Units:  []parts.Option{{Label: "The whole organisation", Selected: true}, {Value: "4", Label: "– Highways and rights of way, bridges and street lighting"}},
			},
		}
	}
	cards := []insights.Card{
		{ID: "a", Name: "Communication", Question: "Does knowledge cross between units?", Label: "Replies that cross units", Figure: shown, Change: better, Spark: spark("a", "Replies that cross units"), Path: "/insights/scorecard#communication"},
		{ID: "b", Name: "Deciding", Question: "Does talk become decisions?", Label: "Decisions agreed", Figure: shown, Change: worse, Spark: spark("b", "Decisions agreed"), Path: "/insights/scorecard#deciding"},
		{ID: "c", Name: "Perception", Question: "Does news from outside reach us?", Label: "Signals clipped", Figure: withheld, Path: "/insights/scorecard#perception", Spark: charts.Spark{ID: "c", Title: "Signals clipped by month", Column: "Signals clipped"}},
		{ID: "d", Name: "Learning", Question: "Do we look back, and change?", Label: "Reflections shared", Nothing: "Nobody has shared a reflection yet.", Do: parts.Link{Text: "Write a reflection", Path: "/reflections"}, Path: "/insights/scorecard#learning", Spark: charts.Spark{ID: "d", Title: "Reflections shared by month", Column: "Reflections shared"}},
	}
	g.add("insights", insights.Summary(insights.SummaryPage{
		Head: head("How well is the organisation thinking?", "/insights"), Cards: cards, KWord: "five",
		Prose:  [][]insights.Piece{{{Text: "Staff asked "}, {Figure: shown, Text: " questions", Path: "/insights/scorecard#questions"}, {Text: ", half within "}, {Figure: shown}, {Text: "."}}, {{Text: "The talk is moving to "}, {Text: "Connectivity", Path: "/topics/connectivity"}, {Text: "."}}},
		Below:  []insights.Card{{ID: "e", Name: "Participation", Question: "How many take part?", Label: "People who take part", Figure: shown, Change: insights.Change{Sign: "±0", Text: "as in February 2027"}, Spark: spark("e", "People who take part"), Path: "/insights/scorecard#breadth"}},
		Rising: []insights.Rising{{Name: "Connectivity", Path: "/topics/connectivity", Usual: "at least twice as much as in the twelve months before", Figure: insights.Figure{Metric: "topic:1", Month: "2027-03", Value: "9", Text: "9 threads"}}},
	}))
	empty := head("How well is the organisation thinking?", "/insights")
	empty.Note = "This unit has fewer than five people, and so no figures of its own."
	g.add("insights-empty", insights.Summary(insights.SummaryPage{Head: empty, KWord: "five"}))
	metric := insights.Metric{Key: "answered", Name: "Questions answered", Says: "Of the questions asked in the month, those to which somebody has replied.", Gamed: "By replies that do not answer.", Direction: "More is better.", Figure: shown, Change: better, Spark: spark("s", "Questions answered")}
	g.add("scorecard", insights.Scorecard(insights.ScorecardPage{Head: head("Scorecard", "/insights/scorecard"), Capabilities: []insights.Capability{
		{ID: "communication", Name: "Communication", Question: "Does knowledge cross between units?", Metrics: []insights.Metric{metric, {Key: "signals", Name: "Signals clipped", Figure: withheld, Spark: charts.Spark{ID: "t", Title: "Signals clipped"}}}},
		{ID: "learning", Name: "Learning", Question: "Do we look back, and change?", Nothing: "Nobody has shared a reflection yet.", Do: parts.Link{Text: "Write a reflection", Path: "/reflections"}},
	}}))
	g.add("scorecard-empty", insights.Scorecard(insights.ScorecardPage{Head: head("Scorecard", "/insights/scorecard")}))
	g.add("insights-method", insights.Method(insights.MethodPage{Chrome: g.chrome("How the figures are made", "insights"), Tabs: insights.Tabs("/insights/method"), K: "five", Definitions: []insights.Definition{
		{Key: "answered", Name: "Questions answered", Capability: "Communication", Kind: "share", Better: "More is better.", Says: "Of the questions asked in the month.", Gamed: "By replies that do not answer.", SQL: "SELECT COUNT(*), COUNT(*)\nFROM threads"},
	}}))
	g.add("insights-method-empty", insights.Method(insights.MethodPage{Chrome: g.chrome("How the figures are made", "insights"), K: "five"}))
	g.add("insights-looked", insights.Looked(insights.LookedPage{Chrome: g.chrome("Who looked at figures", "insights"), Tabs: insights.Tabs(""), Looks: []insights.Look{{Person: ruth, Page: "/insights/scorecard", At: now}}, Older: "/insights/looked?before=1.1"}))
	g.add("insights-looked-empty", insights.Looked(insights.LookedPage{Chrome: g.chrome("Who looked at figures", "insights"), Tabs: insights.Tabs("")}))
}
