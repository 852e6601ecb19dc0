package gallery

import (
	"watercooler/views/charts"
	"watercooler/views/insights"
	"watercooler/views/maps"
	"watercooler/views/parts"
)

func (g *shelf) maps() {
	head := func(heading string, current int) maps.Head {
		return maps.Head{
			Chrome: g.chrome(heading, "insights"), Tabs: insights.Tabs("/insights/maps"), Maps: tabs(current, "Who learns from whom", "Networks of networks", "Topics", "Knowledge at risk", "Who is missing"),
			Path: "/insights/maps", Heading: heading, Lead: "When people of one unit ask, whose people reply?", Covers: "May 2026 to April 2027", MadeAt: now, K: 5,
			Months: parts.Field{Name: "month", Label: "Twelve months to", Options: []parts.Option{{Value: "2027-04", Label: "April 2027", Selected: true}, {Value: "2027-03", Label: "March 2027"}}},
			CSV:    "/insights/maps/replies.csv?month=2027-04", JSON: "/insights/maps/replies.json?month=2027-04",
		}
	}
	bare := func(heading string) maps.Head {
		return maps.Head{Chrome: g.chrome(heading, "insights"), Heading: heading, Path: "/insights/maps", K: 5, MadeAt: now, Months: parts.Field{Name: "month", Label: "Twelve months to"}}
	}
	g.replyMaps(head("Who learns from whom", 0), bare("Who learns from whom"))
	g.groupMaps(head("Networks of networks", 1), bare("Networks of networks"))
	g.topicMaps(head("Topics that rise and fade", 2), bare("Topics that rise and fade"))

	risk := []maps.RiskTopic{{Topic: connectivity, People: "/topics/connectivity?tab=people"}, {Topic: parts.Topic{Name: "Grants", Path: "/topics/grants"}}}
	knowledge := maps.KnowledgePage{Head: head("Knowledge at risk", 3), Left: "Fewer than ten people left in these months who knew 7 topics."}
	for i, level := range []string{"high", "high", "some", "low", "low"} {
		knowledge.Bands = append(knowledge.Bands, maps.RiskBand{Known: "One or two people know", Risk: level, Level: i, Topics: risk})
	}
	g.add("maps-knowledge", maps.Knowledge(knowledge))
	g.add("maps-knowledge-empty", maps.Knowledge(maps.KnowledgePage{Head: bare("Knowledge at risk")}))

	missing := maps.MissingPage{Head: head("Who is missing", 4), About: parts.Link{Text: "Connectivity", Path: "/topics/connectivity"}, Sets: []maps.PartSet{
		{Name: "Units at the top", Missing: []string{"Highways"}, Took: []string{"Libraries", "Economy and Skills"}, Quiet: []string{"Adult care"}}, {Name: "Places"},
	}}
	missing.Choices = []parts.Field{{Name: "about", Label: "Topic or decision", Options: []parts.Option{{Value: "topic:42", Label: "Connectivity", Selected: true}}}}
	g.add("maps-missing", maps.Missing(missing))
	g.add("maps-missing-empty", maps.Missing(maps.MissingPage{Head: bare("Who is missing")}))

	contact := []maps.Contact{{Person: gwen, Thread: parts.Link{Text: "Library wi-fi as village broadband", Path: "/threads/42"}}}
	g.add("own-view", maps.You(maps.YouPage{
		Chrome: g.chrome("Your own view", "home"), Answered: contact, AnsweredBy: contact, More: true, Topics: []parts.Topic{connectivity},
		Networks: []maps.Place{{Name: "Libraries", Path: "/units/3", Note: "in the community around Connectivity"}, {Name: "Flood watch", Path: "/networks/flood-watch"}},
	}))
	g.add("own-view-part", maps.You(maps.YouPage{Chrome: g.chrome("Your own view", "home"), Topics: []parts.Topic{connectivity}}))
	g.add("own-view-empty", maps.You(maps.YouPage{Chrome: g.chrome("Your own view", "home"), Empty: parts.Empty{Title: "There is nothing to show yet", Text: "Ask, answer or join a network.", Do: parts.Link{Text: "See what is unanswered", Path: "/unanswered"}}}))
}

func (g *shelf) replyMaps(full, bare maps.Head) {
	var key []charts.Cell
	for _, band := range []string{"none", "few", "some", "many", "hidden"} {
		key = append(key, charts.Cell{Band: band, Text: band})
	}
	heat := charts.Heat{ID: "replies", Title: "Replies from unit to unit", Desc: "Each row is a unit that asked.", Rows: []string{"Libraries", "Economy and Skills", "Highways", "Adult care", "Everybody else, in one row"}, Asks: "Asked by", Answers: "Answered by"}
	for i := range heat.Rows {
		row := make([]charts.Cell, len(key))
		for j := range row {
			row[j] = key[(i+j)%len(key)]
		}
		heat.Cells = append(heat.Cells, row)
	}
	full.Choices = []parts.Field{{Name: "level", Label: "Compare", Options: []parts.Option{{Value: "0", Label: "Units at the top", Selected: true}}}}
	g.add("maps-replies", maps.Replies(maps.RepliesPage{Head: full, Heat: heat, Key: key}))
	g.add("maps-replies-empty", maps.Replies(maps.RepliesPage{Head: bare}))
	bare.MadeAt = parts.Moment{}
	g.add("maps-not-made", maps.Replies(maps.RepliesPage{Head: bare}))
}

func (g *shelf) groupMaps(full, bare maps.Head) {
	library := maps.Group{Name: "Connected libraries", Path: "/networks/connected-libraries", Kind: "Network", Note: "bridge between communities 1 and 2"}
	unit := maps.Group{Name: "Libraries", Path: "/units/3", Kind: "Unit"}
	g.add("maps-networks", maps.Groups(maps.GroupsPage{
		Head: full, Bridges: []maps.Group{library}, Alone: []maps.Group{unit},
		Communities: []maps.Community{{Number: "1", Topics: []parts.Topic{connectivity}, Groups: []maps.Group{library, unit}}, {Number: "2", Groups: []maps.Group{unit}}},
		Net: charts.Net{ID: "groups", Title: "Groups that hang together", Desc: "3 groups in 2 communities.", Width: 400, Height: 240,
			Groups: []charts.Spot{
				{X: 90, Y: 90, Name: "Connected libraries", Label: "Connected libraries", Number: "1", Bridge: "many"}, {X: 200, Y: 140, Name: "Flood watch", Label: "Flood watch of the whole county", Number: "2", Tint: 1, Bridge: "some"},
				{X: 300, Y: 90, Name: "Libraries", Square: true, Tint: 5, Bridge: "none"},
			},
			Ties: []charts.Line{{X1: 90, Y1: 90, X2: 200, Y2: 140, Close: true}, {X1: 200, Y1: 140, X2: 300, Y2: 90}}},
	}))
	g.add("maps-networks-empty", maps.Groups(maps.GroupsPage{Head: bare}))
}

func (g *shelf) topicMaps(full, bare maps.Head) {
	trend := func(id string) []maps.Trend {
		bars := charts.Bars{ID: id, Title: "People who spoke of Connectivity"}
		for i, month := range []string{"January 2027", "February 2027", "March 2027", "April 2027"} {
			bars.Bars = append(bars.Bars, charts.Bar{Month: month, Number: 9 * i, Hidden: i == 1, Marked: i == 3})
		}
		return []maps.Trend{{Topic: connectivity, When: "since April 2027", Bars: bars}}
	}
	g.add("maps-topics", maps.Topics(maps.TopicsPage{Head: full, Rising: trend("rising-1"), Fading: trend("fading-1"), MonthNames: []string{"Jan 27", "Feb 27", "Mar 27", "Apr 27"}}))
	g.add("maps-topics-empty", maps.Topics(maps.TopicsPage{Head: bare}))
}
