// Package gallery holds every page of the hub twice: with everything a page can show, and with nothing in it. Tests execute all of
// them; the program in show serves them, so that a change to the look can be seen without a database.
package gallery

import (
	"strings"

	"github.com/a-h/templ"

	"watercooler/views/admin"
	"watercooler/views/errors"
	"watercooler/views/experts"
	"watercooler/views/find"
	"watercooler/views/layout"
	"watercooler/views/parts"
	"watercooler/views/people"
	"watercooler/views/routing"
	"watercooler/views/signin"
	"watercooler/views/site"
	"watercooler/views/threads"
	"watercooler/views/topics"
)

// Page is one page in one state.
type Page struct {
	Name string // "thread", "thread-empty"
	Body templ.Component
	Part bool // a fragment for htmx, without a page around it
}

// Pages returns all pages in the given theme ("", light, dark or contrast).
func Pages(theme string) []Page {
	g := shelf{theme: theme}
	g.threads()
	g.people()
	g.networks()
	g.blogs()
	g.topics()
	g.briefs()
	g.find()
	g.experts()
	g.routing()
	g.decisions()
	g.signals()
	g.insights()
	g.maps()
	g.symptoms()
	g.keeping()
	g.reflections()
	g.site()
	g.readers()
	g.signin()
	g.admin()
	g.errors()
	g.parts()
	return g.pages
}

type shelf struct {
	theme string
	pages []Page
}

func (g *shelf) add(name string, c templ.Component) {
	g.pages = append(g.pages, Page{Name: name, Body: c})
}
func (g *shelf) part(name string, c templ.Component) {
	g.pages = append(g.pages, Page{Name: name, Body: c, Part: true})
}

func (g *shelf) chrome(title, nav string) layout.Chrome {
	return layout.Chrome{
		Title: title, Hub: "Devon County Council", Nav: nav, Theme: g.theme, Path: "/threads/42",
		Viewer: layout.Me{SignedIn: true, Name: "Priya Nair", Initials: "PN", Path: "/people/priya.nair", Tint: 4, Staff: true, Admin: true},
	}
}

func (g *shelf) stranger(title, nav string) layout.Chrome {
	c := g.chrome(title, nav)
	c.Viewer = layout.Me{}
	c.Sample = true
	return c
}

var (
	owen   = person(0, "Owen Carter", "Economy and Skills", "Economic development officer")
	gwen   = person(1, "Gwen Pryce", "Libraries", "Library systems manager")
	martin = person(2, "Martin Howe", "Economy and Skills", "Economic development lead")
	ben    = person(3, "Ben Sato", "Libraries", "Community librarian")
	ruth   = person(4, "Ruth Adeyemi", "Libraries", "Head of Libraries")
	tomasz = person(5, "Tomasz Zielinski", "Highways", "GIS analyst")

	now     = parts.Moment{ISO: "2027-03-04T10:42:00Z", Text: "4 March 2027", Full: "4 March 2027 at 10:42", Ago: "2 h ago"}
	earlier = parts.Moment{ISO: "2027-03-01T09:05:00Z", Text: "1 March 2027", Full: "1 March 2027 at 9:05", Ago: "3 days ago"}
	old     = parts.Moment{ISO: "2025-11-14T16:20:00Z", Text: "14 November 2025", Full: "14 November 2025 at 16:20", Ago: "14 November 2025"}

	connectivity = parts.Topic{Name: "Connectivity", Path: "/topics/connectivity"}
	schools      = parts.Topic{Name: "Schools", Path: "/topics/schools"}
	assets       = parts.Topic{Name: "Community assets", Path: "/topics/community-assets"}
)

func person(tint int, name, unit, job string) parts.Person {
	handle := strings.ToLower(strings.ReplaceAll(name, " ", "."))
	return parts.Person{Name: name, Path: "/people/" + handle, Initials: parts.Initials(name), Tint: tint, Unit: unit, JobTitle: job}
}

func mayKnow() []parts.SidePerson {
	return []parts.SidePerson{
		{Person: gwen, Note: "4 accepted answers on connectivity"},
		{Person: martin, Note: "11 posts on rural broadband"},
		{Person: ruth, Note: "wrote the network contract guide"},
	}
}

func items() []parts.Item {
	return []parts.Item{
		{
			Kind: "question", Path: "/threads/42", Title: "Can a primary school’s fibre connection legally serve the houses around it?",
			Excerpt: "The school has 100 Mb/s that sits idle every evening, while the hamlet next door is still on copper. Has anyone worked through state aid and safeguarding?",
			Author:  owen, Topics: []parts.Topic{connectivity}, At: now, Replies: 7, Answered: true, Why: "Because you follow Connectivity",
		},
		{
			Kind: "post", Path: "/threads/41", Title: "Two weeks in: what our new digital team has learnt so far", Audience: "Public",
			Excerpt: "We sat with the six people who answer the phones. The surprise was not the volume of calls but how many were caused by one sentence on one page.",
			Author:  ruth, Topics: []parts.Topic{{Name: "Ways of working", Path: "/topics/ways-of-working"}}, At: earlier, Replies: 4, Votes: 12,
		},
		{
			Kind: "discussion", Path: "/threads/40", Title: "Folding forty microsites into one website: what do we keep?",
			Excerpt: "List of sites, owners and last update attached. Tell us what would break for you if yours moved in the spring.",
			Author:  tomasz, Topics: []parts.Topic{{Name: "Web and content", Path: "/topics/web"}, schools, assets}, At: earlier, Replies: 23, Closed: true,
		},
		{
			Kind: "question", Path: "/threads/39", Title: "Who owns the contract for public library wi-fi?",
			Author: ben, Topics: []parts.Topic{connectivity}, At: old, Audience: "Devon County Council only",
		},
		{
			Kind: "signal", Path: "/threads/38", Title: "Ofcom publishes Connected Nations data by ward",
			Excerpt: "From the Ofcom feed: “our three worst wards are on page two”.", Author: owen, At: old, Replies: 5,
		},
		{Kind: "decision", Path: "/threads/37", Title: "Open three school links as a pilot", Author: martin, At: old, Votes: 3},
	}
}

func tabs(current int, texts ...string) []parts.Tab {
	out := make([]parts.Tab, len(texts))
	for i, text := range texts {
		out[i] = parts.Tab{Text: text, Path: "/tab-" + parts.Thousands(i), Current: i == current}
	}
	return out
}

func pager() parts.Pager {
	return parts.Pager{First: "/first", Previous: "/previous", Next: "/next", Last: "/last", Summary: "41 to 80 of 2,000"}
}

const prose = `<p>Yes. We did it for two library buildings in 2024. <strong>Three things</strong> made it work:</p>
<ul><li>a separate VLAN so school traffic is never shared,</li><li>a written variation to the <em>network contract</em>,</li><li>the parish council as the reseller.</li></ul>
<blockquote><p>It took four months, three of them waiting.</p></blockquote>
<h3 id="x-costs">Costs</h3>
<div class="table-scroll" tabindex="0" role="group" aria-label="Table"><table><thead><tr><th>What</th><th>Each year</th></tr></thead><tbody><tr><td>Line</td><td>£1,200</td></tr><tr><td>Equipment</td><td>£340</td></tr></tbody></table></div>
<pre class="chroma" tabindex="0"><code><span class="k">if</span> <span class="nx">speed</span> <span class="o">&lt;</span> <span class="mi">30</span> { <span class="c1">// superfast starts here</span> }</code></pre>
<p><a href="https://example.org/agreement">Template agreement</a>, and <a class="mention" href="/people/owen.carter">@Owen Carter</a> has the letter.</p>`

func (g *shelf) threads() {
	places := []parts.Tab{
		{Text: "For you", Path: "/", Current: true}, {Text: "Latest", Path: "/latest"}, {Text: "Unanswered", Path: "/unanswered", Count: 14},
		{Text: "Following", Path: "/following"}, {Text: "Drafts", Path: "/drafts", Count: 2},
	}
	g.add("home", threads.Feed(threads.FeedPage{
		Chrome: g.chrome("Home", "home"), Heading: "Good morning, Priya", Tabs: tabs(0, "For you", "Latest", "Unanswered", "Following"),
		Items: items(), Pager: parts.Pager{Next: "/?after=x"}, Places: places, Kinds: tabs(0, "Everything", "Questions", "Discussions", "Blog posts"),
		FollowedTopics: []parts.Link{{Text: "Connectivity", Path: "/topics/connectivity"}, {Text: "Web and content", Path: "/topics/web"}},
		Week:           &threads.Week{Text: "31 questions answered, half of them within 3 h 40 min.", Open: "14 wait for a first reply."},
		Answerable: []parts.SideThread{
			{Title: "Can schools share their broadband with the village hall?", Path: "/threads/50", Note: "Matches your answers on connectivity"},
			{Title: "Who owns the contract for public library wi-fi?", Path: "/threads/39", Note: "2 days without an answer"},
		},
	}))
	g.add("home-empty", threads.Feed(threads.FeedPage{
		Chrome: g.chrome("Home", "home"), Heading: "Good morning, Priya", Tabs: tabs(0, "For you", "Latest", "Unanswered", "Following"), Places: places,
		Empty:     parts.Empty{Title: "Nothing here yet", Text: "Follow topics and people, and what they write comes to this page.", Do: parts.Link{Text: "Choose topics", Path: "/topics"}},
		Suggested: []parts.Follow{{Kind: "topic", ID: 3, Name: "Connectivity", Return: "/"}, {Kind: "topic", ID: 4, Name: "Ways of working", Return: "/"}},
	}))
	stranger := g.stranger("Discussions", "discussions")
	stranger.Canonical, stranger.Description = "https://hub.example/latest", "What people at Devon County Council talk about in public."
	g.add("latest-signed-out", threads.Feed(threads.FeedPage{
		Chrome: stranger, Heading: "Discussions", Intro: "What people at Devon County Council talk about in public.",
		Tabs: tabs(0, "Latest", "Unanswered"), Items: items()[:3], About: &threads.About{Hub: "Devon County Council", SignInPath: "/sign-in"},
	}))

	accepted := reply(9, gwen, prose)
	accepted.Accepted, accepted.AcceptPath, accepted.UnacceptPath = true, "", "/replies/9/unaccept"
	second := reply(10, martin, "<p>Adding the subsidy-control reading: below the minimal financial assistance threshold you only need a statement.</p>")
	second.InReplyTo, second.Edited = &threads.InReplyTo{Name: "Gwen Pryce", Path: "#reply-9"}, now
	second.Vote.On, second.Vote.Path = true, "/replies/10/unvote"
	second.EditPath, second.HistoryPath, second.DeletePath = "/replies/10/edit", "/replies/10/history", "/replies/10/delete"
	form := &threads.ReplyForm{Action: "/threads/42/replies", Place: "thread:42", WhoSees: "Everyone signed in will see this.", Submit: "Reply", Draft: "Draft saved 10:42"}
	show := threads.ShowPage{
		Chrome: g.chrome("Can a primary school’s fibre connection legally serve the houses around it?", "discussions"),
		ID:     42, Kind: "question", Title: "Can a primary school’s fibre connection legally serve the houses around it?",
		BodyHTML: "<p>The school has 100 Mb/s that sits idle every evening, while the hamlet next door is still on copper. Has anyone worked through <strong>state aid</strong>, <strong>safeguarding</strong> and the existing <strong>network contract</strong>?</p>",
		Author:   owen, At: now, Edited: now, Crumbs: []parts.Link{{Text: "Discussions", Path: "/latest"}, {Text: "Connectivity", Path: "/topics/connectivity"}},
		WhoSees: "Visible to everyone signed in", Answered: "Answered in 3 h", Pinned: true, Topics: []parts.Topic{connectivity, schools, assets},
		Conversation: threads.Conversation{
			Lang:     "cy",
			Vote:     threads.Vote{ID: "vote-t42", Path: "/threads/42/votes", Count: 18},
			Follow:   parts.Follow{Kind: "thread", ID: 42, Name: "this thread", Return: "/threads/42"},
			EditPath: "/threads/42/edit", HistoryPath: "/threads/42/history", DeletePath: "/threads/42/delete", ClosePath: "/threads/42/close",
			UnpinPath: "/threads/42/unpin", MovePath: "/threads/42/move", MergePath: "/threads/42/merge", SplitPath: "/threads/42/split",
			Heading: "7 replies", Accepted: &accepted, Replies: []threads.Reply{second, {ID: 11, Deleted: true}, reply(12, tomasz, "<p>Maps of both are here.</p>")},
			Pager: pager(), Form: form,
		},
		KnowingPath: "/threads/42/knowing",
		Related:     []parts.SideThread{{Title: "Who pays for wi-fi in community centres?", Path: "/threads/30", Note: "Answered · 2025"}, {Title: "Mapping every council connection we already pay for", Path: "/threads/31", Note: "Post · Tomasz Zielinski"}},
	}
	g.add("thread", threads.Show(show))
	g.add("knowing", threads.KnowingAlone(threads.KnowingPage{Chrome: g.chrome("Who may know?", "discussions"), Question: show.Title, ThreadPath: "/threads/42", Experts: mayKnow()}))
	g.add("knowing-nobody", threads.KnowingAlone(threads.KnowingPage{Chrome: g.chrome("Who may know?", "discussions"), Question: show.Title, ThreadPath: "/threads/42"}))
	show.Fresh = threads.Freshness{Superseded: true, Successor: parts.Link{Text: "Wi-fi in halls: what works in 2027", Path: "/threads/77"}, UnsupersedePath: "/threads/42/unsupersede"}
	g.add("thread-superseded", threads.Show(show))
	show.Fresh = threads.Freshness{Age: "Last active 2 years ago.", Checked: "on 3 March 2025", Checker: parts.Link{Text: "Ben Osei", Path: "/people/ben.osei"}, CheckPath: "/threads/42/check", UncheckPath: "/threads/42/uncheck",
		Guide: true, Next: "Next check on 3 March 2028", KeepPath: "/threads/42/keep",
		Kept:          []threads.Kept{{Before: "Kept by ", Person: parts.Link{Text: "Gwen Pryce", Path: "/people/gwen.pryce"}, After: " (has left)"}, {Person: parts.Link{Text: "Martin Howe"}, After: " stands in"}},
		SupersedePath: "/threads/42/supersede", Replaces: []parts.Link{{Text: "Wi-fi in halls?", Path: "/threads/12"}, {Text: "Routers for halls", Path: "/threads/13"}}}
	g.add("thread-stale", threads.Show(show))
	g.add("thread-empty", threads.Show(threads.ShowPage{
		Chrome: g.stranger("Who owns the contract?", "discussions"), ID: 39, Kind: "question", Title: "Who owns the contract for public library wi-fi?",
		Author: parts.Person{Name: "Ben Sato", Initials: "BS", Tint: 3}, At: old, WhoSees: "Public",
		Conversation: threads.Conversation{Heading: "No replies yet", SignIn: "/sign-in?return=%2Fthreads%2F39"},
	}))
	closed := show
	closed.Deleted, closed.BodyHTML, closed.Accepted, closed.Form, closed.Answered = true, "", nil, nil, ""
	closed.Closed, closed.ClosePath, closed.ReopenPath = "Closed on 4 March 2027. Nobody can reply any more.", "", "/threads/42/reopen"
	g.add("thread-closed", threads.Show(closed))

	failed := *form
	failed.Problems = parts.Problems{{Name: "body", Text: "Write something before you send it."}}
	failed.To, failed.Parent, failed.Revision, failed.CancelPath = &threads.InReplyTo{Name: "Gwen Pryce", Path: "/replies/9"}, 9, 2, "/threads/42"
	g.add("reply-alone", threads.ReplyAlone(threads.ReplyPage{Chrome: g.chrome("Reply", "discussions"), Heading: "Reply", Thread: parts.Link{Text: "Can a primary school’s fibre connection…", Path: "/threads/42"}, Form: failed}))

	write := threads.WritePage{
		Chrome: g.chrome("Ask a question", "write"), Heading: "Ask a question", Hint: "Say what you are trying to do. The best questions are one sentence and a little context.",
		Action: "/threads", Place: "new", Kind: "question", TitleLabel: "Question", Title: "Can a primary school’s fibre connection legally serve the houses around it?",
		Kinds: []parts.Option{{Value: "question", Label: "Question", Hint: "You need an answer", Selected: true}, {Value: "discussion", Label: "Discussion", Hint: "You want to think together"}},
		Body:  "The school has 100 Mb/s that sits idle every evening.", Topics: "Connectivity, Schools", TopicNames: []string{"Connectivity", "Schools", "Libraries"},
		Suggested: []string{"Community assets", "Contracts"}, WhoSees: "Everyone signed in: 4,212 staff and 138 partners.", Submit: "Ask", Draft: "Draft saved 10:42",
		Audiences: []parts.Option{{Value: "public", Label: "Everyone", Hint: "Anybody on the internet"}, {Value: "hub", Label: "Everyone signed in", Selected: true}, {Value: "org:1", Label: "Devon County Council only"}},
		Similar:   []parts.SideThread{{Title: "Who pays for wi-fi in community centres?", Path: "/threads/30", Answered: true}, {Title: "Sharing a library line with the parish hall", Path: "/threads/31", Note: "3 replies"}},
		Experts:   mayKnow(),
	}
	write.BlogPath = "/blog/write"
	write.Places = homes()
	g.add("write", threads.Write(write))
	write.Preview = prose
	write.Problems = parts.Problems{{Name: "title", Text: "Write a title of at least 10 characters."}, {Name: "topics", Text: "There is no topic called “Conectivity”."}, {Name: "audience", Text: "Choose who will see this."}, {Name: "kind", Text: "Choose what it is."}, {Name: "network", Text: "Join Winter service first. Only its members write there."}, {Name: "body", Text: "This is longer than 20,000 characters."}}
	g.add("write-problems", threads.Write(write))
	g.add("write-empty", threads.Write(threads.WritePage{Chrome: g.chrome("Edit", "write"), Heading: "Edit your question", Action: "/threads/42/edit", Place: "edit:thread:42", Revision: 1, Kind: "question", TitleLabel: "Question", WhoSees: "Everyone signed in.", Submit: "Save changes", CancelPath: "/threads/42"}))

	g.add("drafts", threads.Drafts(threads.DraftsPage{Chrome: g.chrome("Drafts", ""), Drafts: []threads.Draft{
		{Title: "Untitled question", Excerpt: "The school has 100 Mb/s", Path: "/write", DeletePath: "/drafts/1/delete", At: now},
		{Title: "Reply to “Who owns the contract?”", Path: "/threads/39#reply", DeletePath: "/drafts/2/delete", At: earlier},
	}}))
	g.add("drafts-empty", threads.Drafts(threads.DraftsPage{Chrome: g.chrome("Drafts", "")}))
	g.add("history", threads.History(threads.HistoryPage{
		Chrome: g.chrome("History", "discussions"), Heading: "History of this question", Thread: parts.Link{Text: "Can a primary school’s fibre connection…", Path: "/threads/42"},
		Changes: []threads.Change{
			{Revision: 2, Editor: owen, At: now, Title: []threads.DiffLine{{Op: '-', Text: "Can a school share fibre?"}, {Op: '+', Text: "Can a primary school’s fibre connection legally serve the houses around it?"}},
				Body: []threads.DiffLine{{Op: ' ', Text: "The school has 100 Mb/s."}, {Op: '-', Text: "Any ideas?"}, {Op: '+', Text: "Has anyone worked through state aid and safeguarding?"}}},
			{Revision: 1, Editor: owen, At: earlier, Body: []threads.DiffLine{{Op: '+', Text: "The school has 100 Mb/s."}}},
		},
	}))
	g.add("history-empty", threads.History(threads.HistoryPage{Chrome: g.chrome("History", "discussions"), Heading: "History of this reply", Thread: parts.Link{Text: "Thread", Path: "/threads/42"}}))
	g.add("delete", threads.Delete(threads.DeletePage{Chrome: g.chrome("Delete", "discussions"), Heading: "Delete this reply?", What: "Yes. We did it for two library buildings in 2024…", Means: "The text goes for good. A line stays in its place, so that the answers to it make sense.", Action: "/replies/9/delete", CancelPath: "/replies/9"}))
	moved := parts.Link{Text: "Can a primary school’s fibre connection…", Path: "/threads/42"}
	kinds := []parts.Option{{Value: "question", Label: "Question", Selected: true}, {Value: "discussion", Label: "Discussion"}}
	move := threads.MovePage{
		Chrome: g.chrome("Move", "discussions"), Thread: moved, Action: "/threads/42/move", CancelPath: "/threads/42", WhoSees: "Visible only to members of Procurement circle",
		Places: homes(), Audiences: write.Audiences, Kinds: kinds,
	}
	g.add("move", threads.Move(move))
	move.Unsure, move.Problems = true, parts.Problems{{Name: "network", Text: "Choose a network that you are a member of."}, {Name: "audience", Text: "What is written in Procurement circle is for its members only."}, {Name: "kind", Text: "Choose whether this is a question or a discussion."}, {Name: "sure", Text: "People will read this who could not before. Say that this is meant."}}
	g.add("move-problems", threads.Move(move))
	g.add("move-empty", threads.Move(threads.MovePage{Chrome: g.chrome("Move", "discussions"), Action: "/threads/42/move", CancelPath: "/threads/42"}))
	supersede := threads.SupersedePage{Chrome: g.chrome("Superseded by", "discussions"), Thread: moved, Action: "/threads/42/supersede", CancelPath: "/threads/42"}
	g.add("supersede-empty", threads.Supersede(supersede))
	supersede.By, supersede.Found = "wi-fi", []parts.SideThread{{Title: "Who pays for wi-fi in community centres?", Path: "/threads/42/supersede?by=30", Note: "Question · 4 March 2027"}}
	g.add("supersede-found", threads.Supersede(supersede))
	supersede.Found, supersede.Problems = nil, parts.Problems{{Name: "by", Text: "There is no such thread here. Write its number, copy its address, or use other words of its title."}}
	g.add("supersede-problems", threads.Supersede(supersede))
	supersede.Problems, supersede.Target, supersede.Chosen = nil, &parts.Link{Text: "Who pays for wi-fi in community centres?", Path: "/threads/30"}, "30"
	supersede.Hidden = "Not everybody who reads this thread can read the other. Those who cannot are told that it is superseded, but not by what."
	g.add("supersede", threads.Supersede(supersede))
	merge := threads.MergePage{Chrome: g.chrome("Merge", "discussions"), Thread: moved, Action: "/threads/42/merge", CancelPath: "/threads/42"}
	g.add("merge-empty", threads.Merge(merge))
	merge.Into, merge.Problems = "9999", parts.Problems{{Name: "into", Text: "There is no such thread here. Write its number, or copy its address."}}
	g.add("merge-problems", threads.Merge(merge))
	merge.Into, merge.Problems = "30", parts.Problems{{Name: "sure", Text: "Fewer people will read one of the two than before. Say that this is meant."}}
	merge.Target, merge.Becomes = &parts.Link{Text: "Who pays for wi-fi in community centres?", Path: "/threads/30"}, "Its opening becomes a reply, and its 7 replies move along. Its old address leads there. This cannot be undone."
	merge.Narrows = "This thread was for more people. It will be as narrow as the other: visible only to your organisation."
	g.add("merge", threads.Merge(merge))
	split := threads.SplitPage{Chrome: g.chrome("Split", "discussions"), Thread: moved, Action: "/threads/42/split", CancelPath: "/threads/42", Kinds: kinds}
	g.add("split-empty", threads.Split(split))
	split.Replies, split.More = []threads.SplitChoice{{ID: 9, Author: "Gwen Pryce", At: now, Excerpt: "Yes. We did it for two library buildings in 2024…", Chosen: true}, {ID: 10, Author: "Ben Sato", At: earlier, Excerpt: "What did it cost?"}}, true
	split.Problems = parts.Problems{{Name: "replies", Text: "Choose the replies that go."}, {Name: "title", Text: "Write a title: one sentence that says what this is about."}}
	g.add("split", threads.Split(split))
	g.add("delete-empty", threads.Delete(threads.DeletePage{Chrome: g.chrome("Delete", "discussions"), Heading: "Delete?", Action: "/replies/9/delete", CancelPath: "/"}))
}

// homes are where a thread can go.
func homes() []threads.PlaceOption {
	return []threads.PlaceOption{
		{Label: "Everyone", Audiences: []string{"public", "hub", "org:1"}, Selected: true},
		{Value: "3", Label: "Procurement circle", Audiences: []string{"members"}}, {Value: "4", Label: "Winter service", Audiences: []string{"hub", "members"}},
	}
}

func reply(id int64, by parts.Person, html string) threads.Reply {
	path := "/replies/" + parts.Thousands(int(id))
	return threads.Reply{
		ID: id, Path: path, Author: by, At: now, BodyHTML: strings.ReplaceAll(html, "x-costs", "r"+parts.Thousands(int(id))+"-costs"),
		Vote:      threads.Vote{ID: "vote-r" + parts.Thousands(int(id)), Path: path + "/votes", Count: 21},
		ReplyPath: "/threads/42?to=" + parts.Thousands(int(id)) + "#reply", AcceptPath: path + "/accept",
	}
}

func (g *shelf) people() {
	entries := []people.Entry{
		{Person: gwen, Pronouns: "she/her", Location: "Exeter", Phone: "01392 555 4410"}, {Person: martin, Location: "Barnstaple"}, {Person: ben}, {Person: ruth, Left: true},
	}
	units := []parts.Option{{Label: "All units"}, {Value: "3", Label: "Libraries"}, {Value: "4", Label: "Highways"}}
	letters := []parts.Tab{{Text: "A", Path: "/people?letter=a", Current: true}, {Text: "B"}, {Text: "C", Path: "/people?letter=c"}}
	g.add("directory", people.Directory(people.DirectoryPage{Chrome: g.chrome("People", "people"), Letter: "a", Units: units, Location: "Exeter", Locations: []string{"Exeter", "Tavistock"}, Topics: units, Networks: units, More: true, Chips: []parts.Link{{Text: "Libraries", Path: "/people?letter=a"}, {Text: "Exeter", Path: "/people?unit=3"}}, Summary: "212 people", People: entries, Pager: parts.Pager{Next: "/people?after=x", NextText: "Next"}, Letters: letters}))
	g.add("directory-empty", people.Directory(people.DirectoryPage{Chrome: g.chrome("People", "people"), Name: "zz", Empty: parts.Empty{Title: "Nobody is called “zz”", Text: "Try a part of the name, or search for what they know.", Do: parts.Link{Text: "Show everybody", Path: "/people"}}}))

	about := "<p>I look after the systems behind our libraries. <strong>Ask me about</strong> connectivity, RFID and contracts.</p>"
	profile := people.ProfilePage{
		Chrome: g.chrome("Gwen Pryce", "people"), Person: gwen, Organisation: "North Devon Council", Unit: parts.Link{Text: "Libraries", Path: "/units/3"},
		Location: "Exeter", Phone: "01392 555 4410", Email: "gwen.pryce@devon.example", AboutHTML: about,
		Path: []parts.Link{{Text: "Communities", Path: "/units/1"}, {Text: "Libraries", Path: "/units/3"}}, Pronouns: "she/her", Languages: "Welsh", WorkingPattern: "Monday to Thursday", Lang: "cy", HowToWorkHTML: "<p>Ring before you write.</p>",
		Knows:   experts.Profile(experts.Section{First: "Gwen", Own: true, AllPath: "/settings/knowing", Topics: []experts.Knowledge{knowledge()}, Faded: []experts.Knowledge{{Topic: parts.Topic{Name: "Contracts", Path: "/topics/contracts"}, Faded: 2023, Said: "2 posts, most recently in May 2023"}}, Endorsements: endorsed()}),
		Heading: "Discussions", Blog: parts.Link{Text: "Library systems", Path: "/blog/gwen-pryce"},
		AskPath: "/write?kind=question", Follow: parts.Follow{Kind: "person", ID: 7, Name: "Gwen Pryce", Return: "/people/gwen.pryce", On: true},
		Tabs:  []parts.Tab{{Text: "Threads", Path: "?", Count: 12, Current: true}, {Text: "Answers", Path: "?tab=answers", Count: 31}},
		Items: items()[:2], Manager: &parts.SidePerson{Person: ruth, Note: "Head of Libraries"}, Reports: []parts.SidePerson{{Person: ben, Note: "Community librarian"}}, Colleagues: mayKnow(),
	}
	g.add("profile", people.Profile(profile))
	profile.Items, profile.EditPath, profile.Left = nil, "/settings/profile", "Left on 4 March 2027. What they wrote stays."
	profile.Answers = []people.Answer{{ThreadTitle: "Can a primary school’s fibre connection serve the houses around it?", Path: "/replies/9", Excerpt: "Yes. We did it for two library buildings in 2024.", At: now, Votes: 21, Accepted: true}, {ThreadTitle: "Who owns the contract?", Path: "/replies/8", Excerpt: "Libraries do.", At: old}}
	g.add("profile-answers", people.Profile(profile))
	profile.Answers, profile.Networks = nil, []people.Network{{Name: "Content people", Path: "/networks/content-people", Purpose: "Write so that people understand.", Steward: true}, {Name: "Old hands", Path: "/networks/old-hands", Closed: true}}
	g.add("profile-networks", people.Profile(profile))
	g.add("profile-empty", people.Profile(people.ProfilePage{Chrome: g.chrome("Priya Nair", "people"), Person: person(4, "Priya Nair", "", ""), Mine: true, Kept: "Only you see: phone.", EditPath: "/settings/profile", Empty: parts.Empty{Title: "Nothing written yet", Text: "What you ask and answer is listed here.", Do: parts.Link{Text: "Write", Path: "/write"}}}))

	g.add("unit", people.Unit(people.UnitPage{Chrome: g.chrome("Libraries", "people"), Name: "Libraries", Organisation: "Devon County Council", Above: []parts.Link{{Text: "People", Path: "/people"}, {Text: "Communities", Path: "/units/1"}}, Below: []parts.Link{{Text: "Mobile libraries", Path: "/units/5"}, {Text: "Stock", Path: "/units/6"}}, Follow: parts.Follow{Kind: "unit", ID: 3, Name: "Libraries"}, Summary: "4 people", People: entries, Pager: pager(), ChartPath: "/people/chart?unit=3", BriefPath: "/brief?unit=3", Everyone: parts.Link{Text: "Everyone here and in the units within", Path: "/people?unit=3"}, Manager: &parts.SidePerson{Person: ruth, Note: "Head of Libraries"}, Blog: parts.Link{Text: "Libraries", Path: "/blog/libraries"}, Posts: []parts.SideThread{{Title: "What 40 calls taught us", Path: "/blog/libraries/calls", Note: "4 March 2027"}}, Questions: []parts.SideThread{{Title: "Who has tablets to lend?", Path: "/threads/9", Note: "Since 4 March 2027 · no replies"}}}))
	g.add("unit-empty", people.Unit(people.UnitPage{Chrome: g.chrome("Stock", "people"), Name: "Stock", SetUp: "/blog/new?owner=unit:6", Empty: parts.Empty{Title: "Nobody in this unit", Text: "Somebody’s profile names their unit."}}))

	units2 := []people.Branch{{Name: "Communities", Path: "/units/1", Focus: "/people/chart?unit=1", People: "40 people", Head: &ruth, Open: true, Below: []people.Branch{
		{Name: "Libraries", Path: "/units/3", Focus: "/people/chart?unit=3", People: "14 people", Head: &gwen, Folded: "2 units within"}, {Name: "Stock", Path: "/units/6", People: "1 person"}}}}
	g.add("chart", people.Chart(people.ChartPage{Chrome: g.chrome("Organisation chart", "people"), Heading: "Organisation chart", Organisations: []people.Organisation{{ID: "org-1", Name: "Devon County Council", People: "212 people", Units: units2}, {ID: "org-2", Name: "Moors", People: "2 people", Partner: true}}}))
	g.add("chart-unit", people.Chart(people.ChartPage{Chrome: g.chrome("Communities", "people"), Heading: "Communities", Whole: "/people/chart", Above: []parts.Link{{Text: "Devon County Council", Path: "/people/chart"}}, Organisations: []people.Organisation{{ID: "org-1", Name: "Devon County Council", People: "212 people", Units: units2}}}))

	edit := people.EditPage{Chrome: g.chrome("Edit profile", "people"), Person: gwen, Mine: true, Action: "/settings/profile", CancelPath: "/people/gwen.pryce", Name: "Gwen Pryce", JobTitle: "Library systems manager", Location: "Exeter", Phone: "01392 555 4410", Email: "gwen.pryce@devon.example", About: "Ask me about connectivity.", Pronouns: "she/her", Languages: "Welsh", WorkingPattern: "Monday to Thursday", HowToWork: "Ring.", AskAbout: "Connectivity", TopicNames: []string{"Connectivity", "Libraries"}, WritesIn: []parts.Option{{Label: "The language of the hub"}, {Value: "cy", Label: "Cymraeg", Selected: true}}, Levels: map[string]string{"phone": "org", "location": "me"}, Unit: "3", Units: units, Manager: "ruth.adeyemi", Managers: []parts.Option{{Label: "Nobody"}, {Value: "ruth.adeyemi", Label: "Ruth Adeyemi"}}, HasPhoto: true, PhotoAction: "/settings/photo", PhotoDeleteAction: "/settings/photo/delete",
		Problems: parts.Problems{{Name: "name", Text: "Write your name."}, {Name: "photo", Text: "This file is not a picture."}}}
	g.add("profile-edit", people.Edit(edit))
	edit.Mine, edit.Kept = false, map[string]bool{"phone": true, "about": true}
	g.add("profile-edit-admin", people.Edit(edit))
	g.add("profile-edit-empty", people.Edit(people.EditPage{Chrome: g.chrome("Edit profile", "people"), Person: parts.Person{Initials: "?"}, Mine: true, Action: "/settings/profile", PhotoAction: "/settings/photo", CancelPath: "/"}))
}

func (g *shelf) topics() {
	g.add("topics", topics.List(topics.ListPage{Chrome: g.chrome("Topics", "topics"), NewPath: "/topics/new", Topics: []topics.Entry{
		{Name: "Connectivity", Path: "/topics/connectivity", Description: "Broadband, mobile cover and the networks of public buildings.", Threads: 1204, Follow: parts.Follow{Kind: "topic", ID: 1, Name: "Connectivity", Return: "/topics", On: true}, Narrower: []parts.Topic{schools, assets}},
		{Name: "Rights of way", Path: "/topics/rights-of-way", Threads: 1}, {Name: "Libraries", Path: "/topics/libraries"},
	}}))
	g.add("topics-empty", topics.List(topics.ListPage{Chrome: g.stranger("Topics", "topics"), Empty: parts.Empty{Title: "No topics yet", Text: "A moderator makes the first one."}}))
	g.add("topic", topics.Show(topics.ShowPage{Chrome: g.chrome("Connectivity", "topics"), Name: "Connectivity", Description: "Broadband, mobile cover and the networks of public buildings.", Synonyms: []string{"broadband", "fibre", "wi-fi"}, Above: []parts.Topic{{Name: "Infrastructure", Path: "/topics/infrastructure"}}, Narrower: []topics.Branch{{Topic: schools, Narrower: []parts.Topic{{Name: "School networks", Path: "/topics/school-networks"}}}}, ViewPath: "/topics/connectivity/view", EditPath: "/topics/connectivity/edit", MergePath: "/topics/connectivity/merge", AskPath: "/write?to=connectivity", Follow: parts.Follow{Kind: "topic", ID: 3, Name: "Connectivity"}, Tabs: tabs(0, "Threads", "Unanswered", "Posts", "People"), Items: items()[:4], Pager: pager(), Beside: experts.TopicBeside(cover())}))
	g.add("topic-people", topics.Show(topics.ShowPage{Chrome: g.chrome("Connectivity", "topics"), Name: "Connectivity", Tabs: tabs(3, "Threads", "Unanswered", "Posts", "People"), People: experts.TopicPeople(cover())}))
	letters := []parts.Tab{{Text: "0–9", Path: "/topics?letter=0"}, {Text: "C", Path: "/topics?letter=c", Current: true}}
	g.add("topics-many", topics.List(topics.ListPage{Chrome: g.stranger("Topics", "topics"), Total: 3000, Letters: letters, Topics: []topics.Entry{{Name: "Connectivity", Path: "/topics/connectivity", Threads: 212, Description: "Broadband, mobile cover and networks."}}}))
	g.add("topics-letter", topics.List(topics.ListPage{Chrome: g.chrome("Topics", "topics"), Total: 3000, Letters: letters, Listed: true, Names: []topics.Entry{{Name: "Connectivity", Path: "/topics/connectivity", Threads: 212}, {Name: "Contracts", Path: "/topics/contracts", Threads: 1}}, Pager: pager()}))
	g.add("topics-none", topics.List(topics.ListPage{Chrome: g.chrome("Topics", "topics"), Total: 3000, Letters: letters, Query: "kettles", Listed: true, Empty: parts.Empty{Title: "No topic is called that", Text: "Try another word for it, or a part of the word."}}))
	g.add("topic-merge", topics.Merge(topics.MergePage{Chrome: g.chrome("Merge Wi-fi", "topics"), Name: "Wi-fi", Action: "/topics/wi-fi/merge", CancelPath: "/topics/wi-fi", Into: "kettles", Problems: parts.Problems{{Name: "into", Text: "Write the name of a topic that is on the list."}}}))
	g.add("topic-merge-sure", topics.Merge(topics.MergePage{Chrome: g.chrome("Merge Wi-fi", "topics"), Name: "Wi-fi", Action: "/topics/wi-fi/merge", CancelPath: "/topics/wi-fi", Into: "connectivity", Target: &parts.Topic{Name: "Connectivity", Path: "/topics/connectivity"}, Words: []string{"broadband", "Wi-fi", "wlan"}, Threads: 34, Narrower: []string{"Public wi-fi"}}))
	g.add("topic-merge-empty", topics.Merge(topics.MergePage{Chrome: g.chrome("Merge Wi-fi", "topics"), Name: "Wi-fi", Action: "/topics/wi-fi/merge", CancelPath: "/topics/wi-fi"}))
	g.add("topic-empty", topics.Show(topics.ShowPage{Chrome: g.stranger("Libraries", "topics"), Name: "Libraries", Empty: parts.Empty{Title: "Nothing here yet", Text: "Be the first to ask about it."}}))
	g.add("topic-edit", topics.Edit(topics.EditPage{Chrome: g.chrome("Edit Connectivity", "topics"), Heading: "Edit Connectivity", Action: "/topics/connectivity/edit", CancelPath: "/topics/connectivity", Submit: "Save topic", Name: "Connectivity", Description: "Broadband.", Synonyms: "broadband\nfibre", Broader: []parts.Option{{Label: "None"}, {Value: "infrastructure", Label: "Infrastructure", Selected: true}}, Problems: parts.Problems{{Name: "synonyms", Text: "“fibre” already belongs to Textiles."}}}))
	g.add("topic-edit-empty", topics.Edit(topics.EditPage{Chrome: g.chrome("New topic", "topics"), Heading: "New topic", Action: "/topics", CancelPath: "/topics", Submit: "Make topic"}))
}

func (g *shelf) find() {
	hits := []find.Hit{
		{Kind: "question", Path: "/threads/42", Title: []parts.Span{{Text: "Can a school’s "}, {Text: "fibre", Hit: true}, {Text: " connection serve the houses around it?"}}, Body: []parts.Span{{Text: "…while the hamlet next door still has no "}, {Text: "broadband", Hit: true}, {Text: " worth the name."}}, Author: owen, At: now, Topics: []parts.Topic{connectivity}, Replies: 7, Votes: 18, Answered: true, Superseded: true,
			Reply: &find.Said{Path: "/replies/8", Author: martin, At: old, Text: []parts.Span{{Text: "The "}, {Text: "fibre", Hit: true}, {Text: " may be shared when the school agrees in writing."}}, Accepted: true},
			Why:   &find.Why{Score: 9.61, Alike: 0.4, Terms: []find.Term{{Text: "broadband", Score: 5.2, Fields: []find.Field{{Name: "title", Times: 1, Of: 9, Weight: 3}, {Name: "text", Times: 2, Of: 120, Weight: 1}}}}, Priors: []find.Prior{{Name: "recent", Factor: 1.031}}}},
		{Kind: "reply", Path: "/replies/9", Title: []parts.Span{{Text: "Who pays for wi-fi in community centres?"}}, Body: []parts.Span{{Text: "We share the "}, {Text: "broadband", Hit: true}, {Text: " with the parish hall."}}, Author: gwen, At: old, Accepted: true, Votes: 1},
		{Kind: "topic", Path: "/topics/connectivity", Title: []parts.Span{{Text: "Connectivity"}}, Body: []parts.Span{{Text: "Broadband", Hit: true}, {Text: ", mobile cover and networks."}}},
	}
	page := find.SearchPage{
		Chrome: g.chrome("rural broadband – Search", ""), Query: "rural broadband", Summary: "212 results for “rural broadband”", Notes: []string{"“before:tomorrow” is not a date and was left out."},
		Instead: find.Instead{Shown: "rural broadband", Typed: parts.Link{Text: "rurla broadband", Path: "/search?q=rurla+broadband&exact=1"}}, Indexing: 100,
		Tabs: []parts.Tab{{Text: "Everything", Path: "/search?q=x", Count: 212, Current: true}, {Text: "Questions", Path: "/search?q=x&kind=question", Count: 48}, {Text: "People", Path: "/search?q=x&type=person", Count: 23}},
		Sort: []parts.Tab{{Text: "Best match", Path: "/search?q=x", Current: true}, {Text: "Newest first", Path: "/search?q=x&sort=date"}},
		Bets: []find.Bet{{Title: "Broadband vouchers", Path: "/threads/42", Kind: "post", Note: "Rewritten in May."}}, BetPath: "/bets?words=rural+broadband", Follow: true,
		NarrowPath: "/search/narrow?q=rural+broadband", Explain: parts.Link{Text: "Without explanations", Path: "/search?q=rural+broadband"},
		Active: []parts.Link{{Text: "Connectivity", Path: "/search?q=x"}},
		People: []find.PersonHit{{Person: martin, Location: "Barnstaple", Why: []parts.Span{{Text: "Rural", Hit: true}, {Text: " programmes and grants"}}}, {Person: gwen}},
		Hits:   hits, Pager: parts.Pager{Next: "/search?q=x&page=2", NextText: "More results"}, AskPath: "/write?kind=question&title=rural+broadband",
	}
	page.Chrome.Query = page.Query
	g.add("search", find.Search(page))
	narrow := find.NarrowPage{
		Chrome: g.chrome("Narrow the search", ""), Query: page.Query, Back: "/search?q=rural+broadband", Tabs: page.Tabs, Experts: mayKnow(), ExpertsPath: "/experts?q=rural+broadband",
		Filters: []parts.FilterGroup{
			{Name: "Topic", Values: []parts.Tab{{Text: "Connectivity", Path: "/search?q=x&topic=connectivity", Count: 31}, {Text: "Schools", Path: "/search?q=x&topic=schools", Count: 4}}},
			{Name: "Answer", Values: []parts.Tab{{Text: "Unanswered", Path: "/search?q=x+is:unanswered", Count: 3}}},
		},
	}
	g.add("search-narrow", find.NarrowAlone(narrow))
	g.part("narrow", find.Narrow(narrow))
	g.add("search-narrow-empty", find.NarrowAlone(find.NarrowPage{Chrome: g.chrome("Narrow the search", ""), Query: "x", Back: "/search?q=x"}))
	g.part("narrow-empty", find.Narrow(find.NarrowPage{}))
	nothing := g.stranger("agile policy – Search", "")
	nothing.Query = "agile policy"
	g.add("search-nothing", find.Search(find.SearchPage{Chrome: nothing, Query: "agile policy", Indexing: 43, AskPath: "/write?kind=question&title=agile+policy", Experts: mayKnow(), SignIn: "/sign-in", Examples: []parts.Link{{Text: "broadband", Path: "/search?q=broadband"}}}))
	g.add("search-empty", find.Search(find.SearchPage{Chrome: g.chrome("Search", ""), Indexing: 100}))
	saved := []find.Saved{
		{Query: "rural broadband", Path: "/searches/3", New: 4, Alerts: []parts.Option{{Value: "", Label: "No letters", Selected: true}, {Value: "daily", Label: "A letter a day"}}},
		{Query: "is:unanswered", Kind: "question", Path: "/searches/4", New: 20, More: true}, {Query: "quoin", Path: "/searches/5"},
	}
	g.add("searches", find.SavedList(find.SavedPage{Chrome: g.chrome("Searches you follow", ""), Searches: saved, Sends: true}))
	g.add("searches-empty", find.SavedList(find.SavedPage{Chrome: g.chrome("Searches you follow", "")}))
	gap := find.Gap{
		Said: "agile policy", Path: "/gaps/3", SearchPath: "/search?q=agile+policy", How: "Searched for 7 times in 90 days; nothing was found the last time", Open: true,
		Owner: parts.Link{Text: "Gwen Pryce", Path: "/people/gwen.pryce"}, Answer: parts.Link{Text: "How we work", Path: "/threads/42"}, Note: "I ask Legal.",
		AskPath: "/write?kind=question&title=agile+policy&gap=3", WritePath: "/write?kind=discussion&title=agile+policy&gap=3", TakePath: "/gaps/3/take", BetPath: "/bets?words=agile+policy",
	}
	closed := find.Gap{Said: "leave", Path: "/gaps/4", SearchPath: "/search?q=leave", Became: "Found since 4 March 2027", Answer: gap.Answer, Owner: gap.Owner}
	g.add("gaps", find.GapList(find.GapsPage{Chrome: g.chrome("Searched for and not found", ""), Gaps: []find.Gap{gap}, Moderates: true, Days: 90}))
	g.add("gaps-closed", find.GapList(find.GapsPage{Chrome: g.chrome("Searched for and not found", ""), Gaps: []find.Gap{closed}, Closed: true, Days: 90}))
	g.add("gaps-empty", find.GapList(find.GapsPage{Chrome: g.chrome("Searched for and not found", ""), Days: 90}))
	g.add("gaps-closed-empty", find.GapList(find.GapsPage{Chrome: g.chrome("Searched for and not found", ""), Closed: true, Moderates: true, Days: 90}))
	g.add("gap", find.GapAlone(find.GapPage{Chrome: g.chrome("agile policy", ""), Gap: gap, Ways: []string{"agile working", "policy on agility"}, AssignPath: "/gaps/3/assign", ClosePath: "/gaps/3/close", Who: "@gwen.pryce", AnswerAt: "/threads/42"}))
	g.add("gap-problems", find.GapAlone(find.GapPage{Chrome: g.chrome("agile policy", ""), Gap: gap, AssignPath: "/gaps/3/assign", ClosePath: "/gaps/3/close", Problems: parts.Problems{{Name: "answer", Text: "Give the address of a thread."}}}))
	g.add("gap-empty", find.GapAlone(find.GapPage{Chrome: g.chrome("leave", ""), Gap: closed}))
	bet := find.Bet{Title: "How leave works", Path: "/threads/42", Kind: "post", Note: "Rewritten in May.", Words: "holiday form, leave form", Expires: "1 May 2027", Expired: true, RemovePath: "/bets/3/remove"}
	g.add("bets", find.BetList(find.BetsPage{Chrome: g.chrome("Best bets", ""), Bets: []find.Bet{bet}, Words: "holiday", Problems: parts.Problems{{Name: "path", Text: "Give the address of a thread."}}}))
	list := find.SuggestionList{Query: "gw", Suggestions: []find.Suggestion{
		{Kind: "person", Text: "Gwen Pryce", Note: "Libraries", Path: "/people/gwen.pryce", Value: "@gwen.pryce", Person: &gwen},
		{Kind: "question", Text: "Who owns the contract?", Path: "/threads/39"}, {Kind: "topic", Text: "Connectivity", Path: "/topics/connectivity", Value: "#connectivity"},
	}}
	g.part("suggestions", find.Suggestions(list))
	g.part("suggestions-empty", find.Suggestions(find.SuggestionList{}))
	g.part("expansions", find.Expansions(list))
	g.part("expansions-empty", find.Expansions(find.SuggestionList{}))
}

func (g *shelf) site() {
	front := site.FrontPage{Chrome: g.stranger("Devon County Council in public", "home"), Heading: "What we ask, learn and write about at Devon County Council", SignIn: "/sign-in", Items: items()[:3], Posts: items()[3:4],
		Networks: []site.Network{{Name: "Rural transport", Path: "/networks/rural-transport", Purpose: "Getting about where no bus goes."}, {Name: "Flood watch", Path: "/networks/flood-watch"}}, Topics: []parts.Topic{connectivity, schools},
		Empty: parts.Empty{Title: "Nothing here is public yet", Text: "Sign in to see what people who work here share.", Do: parts.Link{Text: "Sign in", Path: "/sign-in"}}}
	front.Chrome.Canonical, front.Chrome.Description = "https://hub.example/", "Questions, answers and posts."
	front.Chrome.Image, front.Chrome.Published = "https://hub.example/files/cover", "2027-03-04T10:42:00Z"
	front.Chrome.Feeds = []layout.FeedLink{{Title: "Public posts", Type: layout.AtomFeed, Href: "/feed.atom"}}
	g.add("front", site.Front(front))
	g.add("front-empty", site.Front(site.FrontPage{Chrome: g.stranger("In public", "home"), Heading: "What we ask", SignIn: "/sign-in", Empty: front.Empty}))
	g.add("statement", site.Statement(site.StatementPage{Chrome: g.chrome("Cookies", ""), Heading: "Cookies", HTML: `<p>Cookies are small pieces of text.</p><h2 id="others">What else is kept</h2><p>Your text, while you write.</p>`, Changed: old, EditPath: "/site/cookies/edit"}))
	g.add("statement-empty", site.Statement(site.StatementPage{Chrome: g.stranger("Cookies", ""), Heading: "Cookies"}))
	g.add("statement-edit", site.Edit(site.EditPage{Chrome: g.chrome("Edit “Cookies”", ""), Heading: "Edit “Cookies”", Action: "/site/cookies/edit", CancelPath: "/site/cookies", RestorePath: "/site/cookies/restore", Since: "1", Changed: old, ChangedBy: "Ruth Adeyemi", Problems: parts.Problems{{Name: "body", Text: "Write the statement."}}}))
	g.add("statement-edit-empty", site.Edit(site.EditPage{Chrome: g.chrome("Edit “Cookies”", ""), Heading: "Edit “Cookies”", Action: "/site/cookies/edit", CancelPath: "/site/cookies", Body: "Cookies are small."}))
}

func (g *shelf) signin() {
	g.add("sign-in", signin.SignIn(signin.SignInPage{Chrome: g.stranger("Sign in", ""), Why: "Sign in to write.", Return: "/write", Email: "priya@devon.example", Local: true, Forgotten: true,
		Providers: []signin.Provider{{Name: "Microsoft", Path: "/sign-in/sso/microsoft"}},
		Sample:    []signin.SamplePerson{{Account: 1, Person: gwen, Role: "member", Can: "Reads, asks and answers."}, {Account: 2, Person: ruth, Role: "administrator", Can: "Looks after accounts and the hub itself."}},
		Problems:  parts.Problems{{Text: "This e-mail and password do not belong together."}}}))
	g.add("sign-in-empty", signin.SignIn(signin.SignInPage{Chrome: g.stranger("Sign in", ""), Local: true}))
	g.add("forgotten", signin.Forgotten(signin.ForgottenPage{Chrome: g.stranger("Password forgotten", ""), Email: "x", Problems: parts.Problems{{Name: "email", Text: "Write an e-mail address, like name@example.org."}}}))
	g.add("forgotten-empty", signin.Forgotten(signin.ForgottenPage{Chrome: g.stranger("Password forgotten", "")}))
	g.add("message", signin.Message(signin.MessagePage{Chrome: g.stranger("Look in your e-mail", ""), Heading: "Look in your e-mail", Text: []string{"If there is an account with this address, a link is on its way.", "It works for one hour."}, Next: parts.Link{Text: "Back to signing in", Path: "/sign-in"}}))
	g.add("message-empty", signin.Message(signin.MessagePage{Chrome: g.stranger("", ""), Heading: "Done"}))
	g.add("link", signin.Link(signin.LinkPage{Chrome: g.stranger("Choose a password", ""), Heading: "Welcome, Gwen", Text: "Choose a password for your account.", Action: "/link/secret", Email: "gwen@devon.example", Submit: "Save password", Problems: parts.Problems{{Name: "password", Text: "This password is too common."}}}))
	g.add("link-empty", signin.Link(signin.LinkPage{Chrome: g.stranger("Confirm", ""), Heading: "Confirm your address", Action: "/link/secret", Confirm: true, Submit: "Confirm my address"}))
	welcome := g.stranger("Welcome", "")
	welcome.Bare, welcome.Sample, welcome.Hub = true, false, ""
	g.add("welcome", signin.Welcome(signin.WelcomePage{Chrome: welcome, Code: "K7Q2-9FHM", Problems: parts.Problems{{Name: "organisation", Text: "Name the organisation."}}}))
	g.add("welcome-empty", signin.Welcome(signin.WelcomePage{Chrome: welcome}))
	settings := g.chrome("Settings", "")
	settings.Flash = "Your password was changed. Other devices were signed out."
	g.add("settings", signin.Settings(signin.SettingsPage{Chrome: settings, Email: "priya@devon.example", Theme: "dark", HasPassword: true, ProfilePath: "/settings/profile", Identities: []string{"Microsoft, as priya@devon.example"},
		Devices:  []signin.Device{{Name: "Firefox on Windows", Where: "192.0.2.7", Seen: now, Started: old, This: true}, {Name: "Safari on iPhone", Seen: earlier, Started: old, EndPath: "/settings/devices/2/end"}},
		Problems: parts.Problems{{Name: "current", Text: "This is not your present password."}}}))
	g.add("settings-empty", signin.Settings(signin.SettingsPage{Chrome: g.chrome("Settings", "")}))
}

func (g *shelf) admin() {
	roles := []parts.Option{{Value: "manager", Label: "Manager", Selected: true}, {Value: "leader", Label: "Leader"}, {Value: "moderator", Label: "Moderator"}, {Value: "admin", Label: "Administrator", Hint: "Looks after accounts and the hub itself."}}
	g.add("admin", admin.Overview(admin.OverviewPage{Chrome: g.chrome("Administration", "admin"), Version: "0.1.0",
		Figures: []admin.Figure{{Name: "Accounts", Value: "4,350", Path: "/admin/accounts"}, {Name: "Threads", Value: "20,112"}, {Name: "Replies", Value: "201,440"}},
		Checks:  []admin.Check{{Name: "Search index", Text: "221,552 documents, up to date", OK: true}, {Name: "Events", Text: "2 could not be handled", Path: "/admin/events"}}}))
	g.add("admin-empty", admin.Overview(admin.OverviewPage{Chrome: g.chrome("Administration", "admin")}))
	g.add("accounts", admin.Accounts(admin.AccountsPage{Chrome: g.chrome("Accounts", "admin"), Query: "g", Summary: "2 accounts", Roles: roles, Name: "Ben", Email: "ben", Problems: parts.Problems{{Name: "email", Text: "Write an e-mail address, like name@example.org."}}, Pager: pager(),
		Accounts: []admin.Account{
			{ID: 7, Person: gwen, Email: "gwen.pryce@devon.example", Roles: roles, State: "Active", How: "Password", SeenAt: now, RolesPath: "/admin/accounts/7/roles", LinkPath: "/admin/accounts/7/link", DisablePath: "/admin/accounts/7/disable"},
			{ID: 8, Person: ruth, Email: "ruth.adeyemi@devon.example", State: "Disabled", How: "Microsoft", EnablePath: "/admin/accounts/8/enable"},
			{ID: 9, Person: ben, Email: "ben.sato@devon.example", State: "Invited"},
		}}))
	g.add("accounts-empty", admin.Accounts(admin.AccountsPage{Chrome: g.chrome("Accounts", "admin"), Empty: parts.Empty{Title: "No such account", Text: "Try a part of the name or address."}}))
	g.add("account-link", admin.Link(admin.LinkPage{Chrome: g.chrome("One-time link", "admin"), Name: "Gwen Pryce", Email: "gwen.pryce@devon.example", Link: "https://hub.example/link/pS3yq0Xl2m9vQ7aTzUe5rB8dKfHc1wJn", Expires: now}))
	g.add("events", admin.Events(admin.EventsPage{Chrome: g.chrome("Events", "admin"), Failures: []admin.Failure{{ID: 1, Consumer: "letters", Verb: "account.invited", Object: "account 9", Attempts: 10, Error: "dial tcp: connection refused", At: now, RetryPath: "/admin/events/1/retry", DiscardPath: "/admin/events/1/discard"}}, Consumers: []admin.Consumer{{Name: "search"}, {Name: "letters", Waiting: 3, Oldest: earlier}}}))
	g.add("events-empty", admin.Events(admin.EventsPage{Chrome: g.chrome("Events", "admin")}))
}

func (g *shelf) errors() {
	for _, status := range []string{"401", "403", "404", "409", "422", "429", "500", "503"} {
		p := errors.Page{Chrome: g.chrome("Error "+status, ""), RequestID: "01JQ2Z8K"}
		for _, digit := range status {
			p.Status = p.Status*10 + int(digit-'0')
		}
		switch p.Status {
		case 401:
			p.Chrome, p.SignIn = g.stranger("Please sign in", ""), "/sign-in?return=%2Fdrafts"
		case 422:
			p.Text, p.Problems = "Some answers need correcting.", parts.Problems{{Name: "name", Text: "Write your name."}}
		case 429:
			p.Retry = "Try again in 30 seconds."
		case 500:
			p.Chrome.Bare = true
		}
		g.add("error-"+status, errors.Show(p))
	}
	g.add("error-empty", errors.Show(errors.Page{}))
	g.part("error-part", errors.Fragment(errors.Page{Status: 409, Text: "This thread is closed."}))
}

func (g *shelf) parts() {
	g.part("vote", threads.VoteButton(threads.Vote{ID: "vote-r9", Path: "/replies/9/votes", Count: 21, On: true}))
	g.part("vote-empty", threads.VoteButton(threads.Vote{}))
	g.part("preview", threads.Preview(prose))
	g.part("saved", threads.Saved("Draft saved 10:42"))
	g.part("follow", parts.FollowButton(parts.Follow{Kind: "topic", ID: 3, Name: "Connectivity", On: true}))
	g.part("follow-empty", parts.FollowButton(parts.Follow{}))
	g.part("already", parts.Already([]parts.SideThread{{Title: "Who pays for wi-fi?", Path: "/threads/30", Answered: true}}))
	g.part("already-empty", parts.Already(nil))
}

func knowledge() experts.Knowledge {
	return experts.Knowledge{
		Topic: parts.Topic{Name: "Connectivity", Path: "/topics/connectivity"}, Said: "4 accepted answers and 9 posts, most recently in May 2027",
		Evidence: []experts.Evidence{{Title: []parts.Span{{Text: "Library wi-fi as village broadband"}}, Path: "/replies/9", Kind: "question", At: old, Accepted: true, EndorsePath: "/people/gwen.pryce/endorse?reply=9"}},
	}
}

func endorsed() []experts.Endorsement {
	return []experts.Endorsement{{By: martin, Topic: parts.Topic{Name: "Connectivity", Path: "/topics/connectivity"}, Reason: "It saved us three weeks of asking around.", Title: "Library wi-fi as village broadband", Path: "/replies/9", WithdrawPath: "/endorsements/3/withdraw", Return: "/people/gwen.pryce"}}
}

func cover() experts.Cover {
	return experts.Cover{
		Name: "Connectivity", People: []parts.SidePerson{{Person: gwen, Note: "“Ask me about this” · 4 accepted answers"}, {Person: martin, Note: "1 accepted answer"}},
		Units: []experts.Unit{{Name: "Libraries", People: 2, Share: 100}}, Thin: "Only two people here are known to know about this.", Path: "/experts?q=Connectivity",
	}
}

func (g *shelf) experts() {
	connectivity := parts.Topic{Name: "Connectivity", Path: "/topics/connectivity"}
	page := experts.PeoplePage{
		Chrome: g.chrome("Who knows about “rural broadband”?", "people"), Query: "rural broadband", Heading: "Who knows about “rural broadband”?",
		Tabs: tabs(1, "Everything", "Who knows", "People"), Active: []parts.Link{{Text: "Language: Welsh", Path: "/experts?q=rural+broadband"}},
		People: []experts.Expert{
			{Person: gwen, First: "Gwen", Why: "4 accepted answers on Connectivity", Evidence: knowledge().Evidence, Asks: []parts.Topic{connectivity}, Endorsements: endorsed(), AskPath: "/write?kind=question&title=rural+broadband&ask=gwen.pryce"},
			{Person: martin, First: "Martin", Partner: "Devon Police", Why: "Wrote about this twice", Faded: 2023},
		},
		Several: parts.Link{Text: "Ask these two", Path: "/write?kind=question&ask=gwen.pryce,martin.howe"}, Pager: parts.Pager{Next: "/experts?q=x&page=2", NextText: "More people"},
		Units: []experts.Unit{{Name: "Economy and Skills", People: 9, Share: 100}, {Name: "Libraries", People: 5, Share: 55, Path: "/experts?q=x&unit=3"}},
		Thin:  "Only two people here are known to know about this.", AskPath: "/write?kind=question&title=rural+broadband",
		Filters: []parts.FilterGroup{{Name: "Location", Values: []parts.Tab{{Text: "Exeter", Path: "/experts?q=x&location=Exeter", Count: 4}}}},
	}
	g.add("experts", experts.People(page))
	g.add("experts-nobody", experts.People(experts.PeoplePage{Chrome: g.chrome("Who knows?", "people"), Query: "x", Heading: "Who knows about “x”?", Tabs: page.Tabs, AskPath: page.AskPath}))
	g.add("experts-empty", experts.People(experts.PeoplePage{Chrome: g.chrome("Who knows?", "people")}))
	g.add("knowing-own", experts.Knowing(experts.KnowingPage{
		Chrome: g.chrome("How people find you", "people"), Suggested: true, WeeklyCap: "99", MaxWeekly: 20, Days: []parts.Option{{Value: "mon", Label: "Monday", Selected: true}},
		Problems: parts.Problems{{Name: "weekly_cap", Text: "Choose a number of questions from 0 to 20."}},
		Topics:   []experts.Choice{{Knowledge: knowledge(), Slug: "connectivity"}, {Knowledge: knowledge(), Slug: "contracts", Chosen: "confirmed"}, {Knowledge: knowledge(), Slug: "grants", Chosen: "declined"}},
		Out:      []experts.Choice{{Knowledge: experts.Knowledge{Topic: parts.Topic{Name: "Grants", Path: "/topics/grants"}}, Slug: "grants", Chosen: "out"}},
	}))
	g.add("knowing-own-empty", experts.Knowing(experts.KnowingPage{Chrome: g.chrome("How people find you", "people"), MaxWeekly: 20}))
	g.add("endorse", experts.Endorse(experts.EndorsePage{
		Chrome: g.chrome("Endorse Gwen Pryce", "people"), First: "Gwen", Name: "Gwen Pryce", Title: "Library wi-fi as village broadband", Path: "/replies/9", Action: "/people/gwen.pryce/endorse",
		Reply: 9, Topics: []parts.Option{{Value: "connectivity", Label: "Connectivity", Selected: true}}, Max: 300, Problems: parts.Problems{{Name: "reason", Text: "Say why: what of it helped you?"}},
	}))
	g.part("topic-beside-empty", experts.TopicBeside(experts.Cover{Name: "Grants", Path: "/experts?q=Grants"}))
	g.part("people-of-topic-empty", experts.TopicPeople(experts.Cover{Name: "Grants", Path: "/experts?q=Grants"}))
	g.part("profile-knows-empty", experts.Profile(experts.Section{First: "Gwen", Own: true, AllPath: "/settings/knowing"}))
}

func (g *shelf) routing() {
	doors := routing.Doors{AcceptPath: "/offers/3/accept", PassPath: "/offers/3/pass", DeclinePath: "/offers/3/decline", AnswerPath: "/threads/42#reply"}
	offers := []routing.Offer{
		{ID: 3, Title: "Can a school’s fibre connection serve the houses around it?", Path: "/threads/42", Excerpt: "The hamlet next door has nothing.", Asker: owen, At: now, Replies: 1, Why: "You answered “Leased lines” and 3 more on Connectivity", Doors: doors},
		{ID: 4, Title: "Who pays for wi-fi?", Path: "/threads/43", Asker: owen, At: old, By: martin, Note: "You did this in Bude.", Taken: true, Doors: doors},
	}
	g.add("offers", routing.Offers(routing.OffersPage{Chrome: g.chrome("Questions for you", "home"), Offers: offers, Week: "2 of the 3 questions you take in a week have come.", Terms: "They come from Monday to Friday.", SetPath: "/settings/knowing"}))
	g.add("offers-empty", routing.Offers(routing.OffersPage{Chrome: g.chrome("Questions for you", "home"), Week: "No question has come in the last seven days.", SetPath: "/settings/knowing"}))
	g.add("offer-pass", routing.Choose(routing.ChoosePage{Chrome: g.chrome("Pass this question on", "home"), Heading: "Pass this question on", Question: parts.Link{Text: offers[0].Title, Path: "/threads/42"}, Lead: "Choose a colleague who knows more.", Action: "/offers/3/pass", Verb: "Pass on to", People: []routing.Chosen{{Person: martin, Who: "@martin.howe"}}, Who: "Nobody", Problems: parts.Problems{{Name: "who", Text: "There is nobody of this name here."}}, More: parts.Link{Text: "See everybody who may know about it", Path: "/experts?q=fibre"}}))
	g.part("offers-home", routing.Home(routing.Card{Count: 5, Latest: []parts.Link{{Text: "Who pays for wi-fi?", Path: "/threads/43"}}}))
	g.part("offers-home-empty", routing.Home(routing.Card{}))
	g.part("course", routing.Beside(routing.Course{Heading: "Where your question went", Entries: []routing.Entry{{Text: "Offered to 3 people who may know", At: now}, {Text: "said that they will answer", Person: gwen, At: now}}, Next: "If nobody answers, more people are asked on 6 May 2027.", AskPath: "/threads/42/offers", Stop: "/threads/42/offers/stop", Own: &doors, Why: "You follow Connectivity."}))
	g.part("course-resting", routing.Beside(routing.Course{Heading: "Where your question went", Next: "Everybody the hub knows of has been asked. You can also:", More: []parts.Link{{Text: "See who else may know", Path: "/experts?q=fibre"}}, AskPath: "/threads/42/offers", Resume: "/threads/42/offers/resume", Again: "Offer it to more people"}))
	g.part("course-empty", routing.Beside(routing.Course{}))
}
