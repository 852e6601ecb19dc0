package gallery

import (
	"watercooler/views/parts"
	"watercooler/views/reflections"
	"watercooler/views/threads"
)

// reflections are what people learnt.
func (g *shelf) reflections() {
	kinds := []parts.Option{{Value: "weeknote", Label: "Weeknote", Hint: "Of your week", Selected: true}, {Value: "retrospective", Label: "Retrospective"}}
	boxes := []parts.Field{
		{Name: "noticed", Label: "What we noticed", Optional: true, Hint: "What happened, and what surprised you.", Value: "The barn was empty."}, {Name: "tried", Label: "What we tried", Optional: true},
		{Name: "learnt", Label: "What we learnt", Optional: true, Problem: "Shorten this to 4,500 characters."}, {Name: "change", Label: "What we would change", Optional: true},
	}
	about := parts.Link{Text: "How is the salt barn filled?", Path: "/threads/42"}
	sides := []parts.SideThread{{Title: "The salt barn", Path: "/threads/44", Note: "Retrospective of Gwen Pryce · 4 March 2027"}}
	g.add("reflections", reflections.Yours(reflections.MinePage{
		Chrome: g.chrome("Your reflections", "home"), Pager: parts.Pager{Next: "/reflections?before=1-1"},
		Reflections: []reflections.Mine{{Kind: "weeknote", Title: "Week of 3 May 2027", Path: "/reflections/3", At: now}, {Kind: "retrospective", Title: "The salt barn", Path: "/threads/44", Shared: true, At: old, About: about}},
	}))
	g.add("reflections-empty", reflections.Yours(reflections.MinePage{Chrome: g.chrome("Your reflections", "home")}))
	topics := []parts.Option{{Label: "Any topic", Selected: true}, {Value: "winter", Label: "Winter service"}}
	g.add("lessons", reflections.Lessons(reflections.LessonsPage{
		Chrome: g.chrome("Lessons", "home"), Query: "salt", Narrowed: true, Topics: topics, Units: topics, Networks: topics, Pager: parts.Pager{Previous: "/reflections/lessons", Next: "/reflections/lessons?before=1-1"},
		Lessons: []reflections.Lesson{{Kind: "retrospective", Title: "The salt barn", Path: "/threads/44", Excerpt: "Order salt in September.", By: gwen, At: now, About: about, Network: parts.Link{Text: "Winter service", Path: "/networks/winter"}, Topics: []parts.Topic{connectivity}}},
	}))
	g.add("lessons-empty", reflections.Lessons(reflections.LessonsPage{Chrome: g.chrome("Lessons", "home")}))
	g.add("lessons-none", reflections.Lessons(reflections.LessonsPage{Chrome: g.chrome("Lessons", "home"), Query: "zebra", Narrowed: true}))
	g.add("reflection", reflections.Show(reflections.ShowPage{
		Chrome: g.chrome("The salt barn", "home"), Kind: "retrospective", Title: "The salt barn", HTML: "<h2>What we noticed</h2><p>It was empty.</p>", At: now, About: about,
		EditPath: "/reflections/3/edit", SharePath: "/reflections/3/share", DeletePath: "/reflections/3/delete",
	}))
	g.add("reflection-write", reflections.Write(reflections.WritePage{
		Chrome: g.chrome("Reflection", "home"), Heading: "Look back", Action: "/reflections/3", CancelPath: "/reflections/3", Kinds: kinds, Title: "The salt barn", Boxes: boxes, About: about, AboutID: 42, Revision: 2,
		Problems: parts.Problems{{Name: "learnt", Text: "Shorten this to 4,500 characters."}},
	}))
	g.add("reflection-write-empty", reflections.Write(reflections.WritePage{Chrome: g.chrome("Reflection", "home"), Heading: "Write a weeknote", Action: "/reflections", CancelPath: "/reflections", Kinds: kinds, Boxes: boxes[1:2]}))
	g.add("reflection-share", reflections.Share(reflections.SharePage{
		Chrome: g.chrome("Share what you learnt", "home"), Reflection: parts.Link{Text: "The salt barn", Path: "/reflections/3"}, Action: "/reflections/3/share", Hidden: "Who may not read that sees that there is something.",
		Audiences: []parts.Option{{Value: "hub", Label: "Everyone signed in", Hint: "4,212 staff.", Selected: true}, {Value: "public", Label: "Anyone"}}, Topics: "Winter", TopicNames: topics[1:], Problems: parts.Problems{{Name: "topics", Text: "There is no such topic."}},
	}))
	g.add("reflection-delete", reflections.Delete(reflections.DeletePage{Chrome: g.chrome("Delete", "home"), Title: "The salt barn", Action: "/reflections/3/delete", CancelPath: "/reflections/3"}))
	g.part("lessons-beside", reflections.Beside(reflections.BesidePart{Back: sides, Before: sides}))
	g.part("lessons-beside-empty", reflections.Beside(reflections.BesidePart{}))
	g.part("lessons-before", reflections.Before(sides))
	g.part("lessons-before-empty", reflections.Before(nil))
}

// keeping is who keeps threads right, and what the home page reminds of.
func (g *shelf) keeping() {
	people := []parts.Option{{Value: "@gwen.pryce", Label: "Gwen Pryce"}, {Value: "@martin.howe", Label: "Martin Howe"}}
	every := []parts.Option{{Value: "0", Label: "Only when somebody thinks of it"}, {Value: "12", Label: "Every year", Selected: true}}
	thread := parts.Link{Text: "Wi-fi in halls?", Path: "/threads/42"}
	g.add("keep", threads.Keep(threads.KeepPage{
		Chrome: g.chrome("Keep it right", "discussions"), Thread: thread, Action: "/threads/42/keep", CancelPath: "/threads/42", Guide: true, Owner: "@gwen.pryce", Deputy: "Nobody", People: people, Every: every,
		Next: "2028-03-04", Author: "Owen Carter", Problems: parts.Problems{{Name: "deputy", Text: "There is nobody by this name here."}},
	}))
	g.add("keep-empty", threads.Keep(threads.KeepPage{Chrome: g.chrome("Keep it right", "discussions"), Thread: thread, Action: "/threads/42/keep", CancelPath: "/threads/42", Every: every, Author: "Owen Carter"}))
	kept := threads.KeptThread{Kind: "post", Title: "Wi-fi in halls?", Path: "/threads/42", Notes: []string{"Due since 3 March 2027", "You stand in for Gwen Pryce"}, Guide: true, CheckPath: "/threads/42/check", KeepPath: "/threads/42/keep", Return: "/keeping"}
	g.add("keeping", threads.Keeping(threads.KeepingPage{
		Chrome: g.chrome("Yours to keep right", "home"), Heading: "Yours to keep right", Lead: "What you look after.", Due: []threads.KeptThread{kept}, Later: []threads.KeptThread{{Kind: "question", Title: "Who owns it?", Path: "/threads/43"}},
		Tabs: []parts.Tab{{Text: "Yours", Path: "/keeping", Current: true}, {Text: "Without a keeper", Path: "/keeping?of=nobody"}}, Pager: parts.Pager{Next: "/keeping?after=1-1", NextText: "More"},
	}))
	g.add("keeping-empty", threads.Keeping(threads.KeepingPage{
		Chrome: g.chrome("Yours to keep right", "home"), Heading: "Yours to keep right", Lead: "What you look after.", Empty: parts.Empty{Title: "You look after nothing yet", Text: "Choose “Keep it right”.", Do: parts.Link{Text: "See the latest", Path: "/latest"}},
	}))
	g.part("reminders", threads.Reminders([]threads.Reminder{{Text: "Is “Wi-fi in halls?” still right?", Path: "/threads/42", When: "since 3 March 2027"}, {Text: "People look for “agile policy” and do not find it", Path: "/gaps/3"}}))
	g.part("reminders-empty", threads.Reminders(nil))
}
