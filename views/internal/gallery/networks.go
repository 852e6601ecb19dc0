package gallery

import (
	"watercooler/views/networks"
	"watercooler/views/parts"
)

func (g *shelf) networks() {
	cards := []networks.Card{
		{Name: "Rural transport", Path: "/networks/rural-transport", Purpose: "People who keep small places connected: bus lines, lift shares, community cars and the paths between them.", Access: "Open", Kind: "open", People: 84, Active: now, You: "You look after it"},
		{Name: "Information asset owners", Path: "/networks/asset-owners", Purpose: "Whoever answers for a register.", Access: "Closed", Kind: "closed", People: 12, Active: old, You: "You have asked to join"},
		{Name: "Sounding board", Path: "/networks/sounding-board", Purpose: "A room to think aloud.", Access: "Private", Kind: "private", People: 1, Finished: true},
	}
	invitation := networks.Invitation{
		Name: "Sounding board", Purpose: "A room to think aloud.", Access: "A private network: only its members, and whoever is invited, know that there is one.", By: "Ruth Adeyemi",
		Note: "We would like to hear from you.", Stewards: []parts.Person{ruth, ben}, AcceptPath: "/networks/sounding-board/invitation/accept", DeclinePath: "/networks/sounding-board/invitation/decline",
	}
	g.add("networks", networks.List(networks.ListPage{
		Chrome: g.chrome("Networks", "networks"), NewPath: "/networks/new", MapPath: "/networks/map", Invitations: []networks.Invitation{invitation}, Mine: cards[:2], All: cards,
		Filter: networks.Filter{Text: "rural", Order: "recent", Access: []parts.Option{{Label: "Any", Selected: true}, {Value: "open", Label: "Open"}}, Sort: tabs(1, "A to Z", "Recently active")}, Pager: pager(),
	}))
	g.add("networks-empty", networks.List(networks.ListPage{Chrome: g.stranger("Networks", "networks"), Empty: parts.Empty{Title: "No networks yet", Text: "A network gathers people around something they share.", Do: parts.Link{Text: "Start the first one", Path: "/networks/new"}}}))
	g.add("network-invited", networks.Invited(networks.InvitationPage{Chrome: g.chrome("Sounding board", "networks"), Invitation: invitation}))

	header := networks.Header{
		Access: "Open network, public", PartOf: []parts.Link{{Text: "Tamarshire learning network", Path: "/networks/learning"}, {Text: "Rural partnership", Path: "/networks/rural-partnership"}},
		Name: "Rural transport", Purpose: "People who keep small places connected: bus lines, lift shares, community cars and the paths between them.",
		Facts: []string{"84 people", "9 units", "3 partner bodies"}, Stewards: []parts.Person{ruth, ben}, Active: now, Lively: true,
		Follow: parts.Follow{Kind: "network", ID: 3, Name: "Rural transport", Return: "/networks/rural-transport", On: true}, You: "You look after it", EditPath: "/networks/rural-transport/edit",
		Doors: []networks.Door{
			{Text: "Join", Path: "/networks/rural-transport/join", Then: "You are a member at once."},
			{Text: "Sign in to join", Path: "/sign-in", Link: true, Then: "Members write."},
			{Text: "Ask to join", Path: "/networks/rural-transport/request", Fold: true, Alt: true, Note: "A few words to the stewards", Again: "Send", Then: "The stewards decide."},
		},
		Tabs: append(tabs(0, "What is going on", "Questions", "Posts", "People", "About"), parts.Tab{Text: "Networks", Path: "/networks/rural-transport/networks"}),
	}
	bare := networks.Header{Access: "Closed network", Name: "Care practice", Purpose: "What works.", Facts: []string{"1 person"}, Tabs: tabs(0, "What is going on"), Finished: "This network finished its work on 4 March 2027. What was said in it stays."}
	around := networks.Diagram{
		Width: 280, Height: 190, Edges: []networks.Edge{{X1: 140, Y1: 95, X2: 140, Y2: 25}, {X1: 140, Y1: 95, X2: 140, Y2: 165, Shared: true}},
		Nodes: []networks.Node{{X: 140, Y: 25, R: 9, Name: "Rural partnership", Path: "/networks/rural-partnership", Label: "Rural partnership"}, {X: 140, Y: 165, R: 9, Name: "Content people", Path: "/networks/content-people", Tint: 5}, {X: 140, Y: 95, R: 14, Name: "Rural transport", Tint: 1, Here: true}},
	}
	near := []networks.Near{{Name: "Rural partnership", Path: "/networks/rural-partnership", Why: "This network is part of it"}, {Name: "Content people", Path: "/networks/content-people", Why: "4 people in both"}}
	g.add("network", networks.Show(networks.ShowPage{
		Chrome: g.chrome("Rural transport", "networks"), Header: header, WritePath: "/write?network=rural-transport", WriteText: "Write to the network", Blog: parts.Link{Text: "Open the blog", Path: "/blog/rural-transport"},
		Pinned: items()[:1], Items: items()[1:4], Pager: pager(), Around: around, AroundTo: near, AllPath: "/networks/rural-transport/networks", MapPath: "/networks/map",
		Missing: []networks.Missing{{Unit: parts.Link{Text: "Adult care", Path: "/units/7"}, Why: "7 threads about the same topics come from there.", InvitePath: "/networks/rural-transport/people#invite"}},
	}))
	g.add("network-empty", networks.Show(networks.ShowPage{Chrome: g.stranger("Care practice", "networks"), Header: bare, Empty: parts.Empty{Title: "Nothing has been said here yet", Text: "A question you have today is a good start."}}))

	action := func(text, verb, of string, most bool) networks.Action {
		return networks.Action{Text: text, Path: "/networks/rural-transport/people/1/" + verb, Of: of, Main: most}
	}
	g.add("network-people", networks.People(networks.PeoplePage{
		Chrome: g.chrome("People of Rural transport", "networks"), Header: header, Heading: "82 other members", Orphaned: "Nobody looks after this network any more.", Pager: pager(),
		Stewards:  []networks.Member{{Person: ruth, Since: "since 4 March 2027", Actions: []networks.Action{action("No longer steward", "dismiss", "Ruth Adeyemi", false)}}},
		Members:   []networks.Member{{Person: owen, Home: "Moors National Park", Since: "since 1 March 2027"}},
		Requested: []networks.Member{{Person: gwen, Note: "I plan the timetables of the library van.", Since: "asked 3 days ago", Actions: []networks.Action{action("Accept", "accept", "Gwen Pryce", true), action("Decline", "decline", "Gwen Pryce", false)}}},
		Invited:   []networks.Member{{Person: martin, Since: "invited yesterday by Ruth Adeyemi"}},
		Invite:    &networks.InviteForm{Action: "/networks/rural-transport/invite", Who: "Nobody", Problems: parts.Problems{{Name: "who", Text: "There is nobody by this name in the directory."}}},
	}))
	g.add("network-people-empty", networks.People(networks.PeoplePage{Chrome: g.stranger("People of Care practice", "networks"), Header: bare, SignIn: "/sign-in"}))
	g.add("network-about", networks.About(networks.AboutPage{Chrome: g.chrome("About Rural transport", "networks"), Header: header, AboutHTML: prose, BriefPath: "/brief?network=rural-transport", Facts: []networks.Fact{{Name: "Since", Text: "4 March 2027"}}}))
	g.add("network-about-empty", networks.About(networks.AboutPage{Chrome: g.stranger("About Care practice", "networks"), Header: bare, Empty: parts.Empty{Text: "Nothing has been written about this network yet.", Do: parts.Link{Text: "Say who it is for", Path: "/networks/care-practice/edit"}}}))

	linked := networks.Linked{Name: "Content people", Path: "/networks/content-people", Purpose: "Words that work.", Access: "Open", Kind: "open", Actions: []networks.Action{action("Remove", "end", "Content people", false)}}
	g.add("network-networks", networks.Networks(networks.NetworksPage{
		Chrome: g.chrome("Networks around Rural transport", "networks"), Header: header, MapPath: "/networks/map", Parents: []networks.Linked{linked}, Kids: []networks.Linked{linked}, Asked: []networks.Linked{linked},
		Asking: []networks.Linked{{Name: "Sounding board", Purpose: "A room to think aloud.", Access: "Private", Kind: "private", Actions: []networks.Action{action("Accept", "accept", "Sounding board", true)}}},
		Form: &networks.LinkForm{
			Action: "/networks/rural-transport/links", Choices: []parts.Option{{Label: "Choose a network"}, {Value: "content-people", Label: "Content people", Selected: true}},
			Ways:     []parts.Option{{Value: "joins", Label: "Rural transport becomes part of it", Selected: true}, {Value: "invites", Label: "It becomes part of Rural transport", Hint: "What is going on there is shown here too."}},
			Problems: parts.Problems{{Name: "with", Text: "A network cannot join itself."}},
		},
	}))
	g.add("network-networks-empty", networks.Networks(networks.NetworksPage{Chrome: g.stranger("Networks around Care practice", "networks"), Header: bare, Empty: "No network is part of this one, and it is part of none."}))
	g.add("network-edit", networks.Edit(networks.EditPage{
		Chrome: g.chrome("Edit Rural transport", "networks"), Heading: "Edit Rural transport", Action: "/networks/rural-transport/edit", CancelPath: "/networks/rural-transport", Submit: "Save network", Name: "Rural transport",
		Purpose: "Small places.", About: "We meet on Tuesdays.", Public: true, Warning: "Everything in it becomes for its members only.", FinishPath: "/networks/rural-transport/finish", ResumePath: "/networks/rural-transport/resume",
		Access: []parts.Option{{Value: "open", Label: "Open", Hint: "Anybody signed in can join at once.", Selected: true}, {Value: "closed", Label: "Closed"}}, Problems: parts.Problems{{Name: "purpose", Text: "Say in a sentence what the network is for."}},
	}))
	g.add("network-edit-empty", networks.Edit(networks.EditPage{Chrome: g.chrome("Start a network", "networks"), Heading: "Start a network", Lead: "You look after it to begin with.", Action: "/networks", CancelPath: "/networks", Submit: "Start network"}))
	g.add("networks-map", networks.Map(networks.MapPage{Chrome: g.chrome("Map of networks", "networks"), Diagram: around, Groups: []networks.Group{
		{Name: "Rural partnership", Path: "/networks/rural-partnership", Note: "40 people", Networks: near}, {Name: "By themselves", Networks: []networks.Near{{Name: "Sounding board", Path: "/networks/sounding-board", Why: "1 person"}}},
	}}))
	g.add("networks-map-empty", networks.Map(networks.MapPage{Chrome: g.stranger("Map of networks", "networks"), Empty: parts.Empty{Title: "There is nothing to draw yet", Text: "The map shows the networks that you may know of."}}))
}
