package gallery

import (
	"watercooler/views/parts"
	"watercooler/views/signals"
	"watercooler/views/threads"
)

func (g *shelf) signals() {
	items := []signals.Item{
		{
			ID: 7, Title: "County’s oldest bridge to close for a winter", Path: "/signals/items/7", Summary: "Engineers found scour under two of the five arches. The diversion is eleven miles.", Source: "The Hexbridge Gazette", Kind: "press",
			At: now, Also: []parts.Link{{Text: "Radio Moor", Path: "https://radio.example/bridge"}, {Text: "Bellever Parish", Path: "https://bellever.example/7"}},
			ClipPath: "/signals/items/7/clip", DiscussPath: "/signals/items/7/discuss", DismissPath: "/signals/items/7/dismiss", Return: "/signals",
		},
		{
			ID: 8, Title: "New duty to publish flood plans", Path: "/signals/items/8", Source: "Office for Rivers", Kind: "regulator", Network: parts.Link{Text: "Flood watch", Path: "/networks/flood-watch"}, At: old,
			ClipPath: "/signals/items/8/clip", DiscussPath: "/signals/items/8/discuss", DismissPath: "/signals/items/8/dismiss", Return: "/signals?kind=regulator",
		},
	}
	kinds := []parts.Tab{{Text: "All kinds", Path: "/signals", Current: true}, {Text: "Press", Path: "/signals?kind=press", Count: 12}, {Text: "Policy", Path: "/signals?kind=policy"}}
	board := signals.BoardPage{
		Chrome: g.chrome("What is going on", "signals"), Lead: "What happens outside.", Views: tabs(0, "Everything", "To look at", "Clipped", "Dismissed"), Kinds: kinds,
		InForce: []parts.Link{{Text: "Flooding", Path: "/signals"}}, SharePath: "/signals/new", SourcesPath: "/signals/sources",
		Narrow:  []parts.FilterGroup{{Name: "Network", Values: []parts.Tab{{Text: "Flood watch", Path: "/signals?network=flood-watch", Count: 3}}}, {Name: "Topic", Values: []parts.Tab{{Text: "Flooding", Path: "/signals?topic=flooding", Current: true}}}},
		Signals: &signals.SignalList{Signals: noticed(), All: "/signals?show=clipped"}, Items: &signals.ItemList{Heading: "To look at", Items: items}, Pager: parts.Pager{Next: "/signals?before=x"},
	}
	g.add("signals", signals.Board(board))
	empty := board
	empty.InForce, empty.Narrow, empty.Pager = nil, nil, parts.Pager{}
	empty.Signals = &signals.SignalList{Empty: parts.Empty{Title: "Nothing has been clipped yet", Text: "What somebody clips stands here.", Do: parts.Link{Text: "Share a page", Path: "/signals/new"}}}
	empty.Items = &signals.ItemList{Heading: "To look at", Empty: parts.Empty{Title: "Nothing comes in yet", Text: "There are no sources.", Do: parts.Link{Text: "See the sources", Path: "/signals/sources"}}}
	g.add("signals-empty", signals.Board(empty))
	dismissed := signals.Item{ID: 9, Title: "Celebrity opens shop", Path: "/signals/items/9", Source: "The Hexbridge Gazette", Kind: "press", At: now, RestorePath: "/signals/items/9/restore", Return: "/signals?show=dismissed"}
	g.add("signals-dismissed", signals.Board(signals.BoardPage{Chrome: g.chrome("What is going on", "signals"), Items: &signals.ItemList{Heading: "Dismissed", Items: []signals.Item{dismissed}}}))
	g.add("signals-signed-out", signals.Board(signals.BoardPage{Chrome: g.stranger("What is going on", "signals"), Lead: "What colleagues found.", Kinds: kinds, Signals: board.Signals}))
	g.part("signal-gone", signals.Gone(signals.Done{ID: 7, Text: "Dismissed:", Thread: parts.Link{Text: items[0].Title}, RestorePath: "/signals/items/7/restore", Return: "/signals"}))
	g.part("signal-clipped", signals.Gone(signals.Done{ID: 7, Text: "Clipped:", Thread: parts.Link{Text: items[0].Title, Path: "/threads/42"}}))
	g.part("signal-panel", signals.Beside(signals.Panel{URL: "https://gazette.example/bridge", Host: "gazette.example", Source: "The Hexbridge Gazette", Kind: "press", At: old, Also: items[0].Also}))
	g.part("signal-panel-empty", signals.Beside(signals.Panel{URL: "https://gazette.example/", Host: "gazette.example", Source: "The Hexbridge Gazette", Kind: "local", At: now}))
	g.add("signal-thread", threads.Show(threads.ShowPage{
		Chrome: g.chrome(items[0].Title, "signals"), ID: 42, Kind: "signal", Title: items[0].Title, BodyHTML: "<blockquote><p>Engineers found scour.</p></blockquote>", Author: martin, At: now,
		Crumbs: []parts.Link{{Text: "Signals", Path: "/signals"}}, WhoSees: "Visible to everyone signed in", Conversation: threads.Conversation{Heading: "No replies yet"},
		Signal: signals.Beside(signals.Panel{URL: "https://gazette.example/bridge", Host: "gazette.example", Source: "The Hexbridge Gazette", Kind: "press", At: old}),
	}))

	audiences := []parts.Option{{Value: "hub", Label: "Everyone signed in.", Selected: true}, {Value: "public", Label: "Anyone."}}
	g.add("signal-share", signals.Share(signals.SharePage{
		Chrome: g.chrome("Share a page", "signals"), URL: "https://gazette.example/bridge", Title: items[0].Title, Source: "The Hexbridge Gazette", Kind: "press", Published: "2027-05-04", Why: "It is on route 7.",
		Topics: "Bridges, Nonsense", TopicNames: []string{"Bridges", "Buses"}, Places: homes(), Audiences: audiences,
		Known:    []signals.Known{{Title: items[0].Title, Path: "/threads/42", Note: "3 replies · 4 May 2027", ReplyPath: "/threads/42#reply"}},
		Problems: parts.Problems{{Name: "url", Text: "This is here already."}, {Name: "topics", Text: "There is no topic called “Nonsense”."}, {Name: "kind", Text: "Choose one."}, {Name: "network", Text: "Join first."}, {Name: "audience", Text: "Choose who will see this."}, {Name: "why", Text: "Shorten it."}, {Name: "published", Text: "Write the day."}},
	}))
	g.add("signal-share-empty", signals.Share(signals.SharePage{Chrome: g.chrome("Share a page", "signals"), Audiences: audiences}))

	g.add("sources", signals.Sources(signals.SourcesPage{Chrome: g.chrome("Sources", "signals"), AddPath: "/signals/sources/new", Sources: []signals.Source{
		{Title: "The Hexbridge Gazette", URL: "https://gazette.example/feeds/all.rss?section=everything-there-is-in-the-county", Kind: "press", For: "Everyone", Topic: "Bridges", Waiting: 1204, Read: now, Next: "4 May 2027 at 13:04", State: "In order", ChangePath: "/signals/sources/1/edit", PausePath: "/signals/sources/1/pause"},
		{Title: "Office for Rivers", URL: "https://rivers.example/feed", Kind: "regulator", For: "Flood watch", Read: old, State: "Given up", Trouble: "The site says that this feed is gone for good.", ChangePath: "/signals/sources/2/edit", ResumePath: "/signals/sources/2/resume"},
		{Title: "Peers", URL: "https://peers.example/feed", Kind: "peers", For: "Everyone", State: "Not read yet"},
	}}))
	g.add("sources-empty", signals.Sources(signals.SourcesPage{Chrome: g.chrome("Sources", "signals"), Off: true}))
	topicNames := []string{"Bridges", "Buses"}
	g.add("source-new", signals.EditSource(signals.SourcePage{
		Chrome: g.chrome("Add a source", "signals"), Heading: "Add a source", Action: "/signals/sources", Submit: "Add", New: true, Off: true, URL: "https://gazette.example/", Topic: "Nonsense", TopicNames: topicNames,
		Places:   []parts.Option{{Value: "0", Label: "Everyone signed in", Selected: true}, {Value: "3", Label: "Members of Flood watch"}},
		Problems: parts.Problems{{Name: "url", Text: "What is at this address is no feed."}, {Name: "topic", Text: "There is no such topic."}, {Name: "title", Text: "Shorten it."}, {Name: "kind", Text: "Choose one."}},
	}))
	g.add("source-new-empty", signals.EditSource(signals.SourcePage{Chrome: g.chrome("Add a source", "signals"), Heading: "Add a source", Action: "/signals/sources", Submit: "Add", New: true, Places: []parts.Option{{Value: "3", Label: "Members of Flood watch", Selected: true}}}))
	g.add("source-edit", signals.EditSource(signals.SourcePage{
		Chrome: g.chrome("Change a source", "signals"), Heading: "Change a source", Action: "/signals/sources/1/edit", Submit: "Save changes", URL: "https://gazette.example/feed", Title: "The Hexbridge Gazette", Kind: "press",
		Topic: "Bridges", TopicNames: topicNames, RemovePath: "/signals/sources/1/remove", Waiting: 14,
	}))
}

// noticed are signals as the board shows them.
func noticed() (list []parts.Item) {
	for _, it := range items() {
		if it.Kind == "signal" {
			it.Why = "Ofcom · Regulators · 3 May 2027"
			list = append(list, it)
		}
	}
	return list
}
