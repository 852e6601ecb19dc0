package gallery

import (
	"watercooler/views/blogs"
	"watercooler/views/parts"
	"watercooler/views/threads"
)

func (g *shelf) blogs() {
	blog := parts.Link{Text: "From the fourth floor", Path: "/blog/ruth-adeyemi"}
	nothing := parts.Empty{Title: "Nothing is published here yet", Text: "A few sentences are enough to begin with.", Do: parts.Link{Text: "Write the first post", Path: "/blog/ruth-adeyemi/write"}}
	posts := []blogs.Card{
		{Path: "/blog/ruth-adeyemi/two-weeks-in", Title: "Two weeks in: what our new digital team has learnt so far", Lead: "The surprise was not the volume of calls but how many were caused by one sentence on one page.", Cover: "/files/cover.jpg", Authors: []parts.Person{ruth, ben, owen}, Blog: blog, At: now, Minutes: 5, Replies: 4, Audience: "Public", Series: "Series: Project Beta"},
		{Path: "/blog/ruth-adeyemi/short", Title: "Short", Authors: []parts.Person{ruth}, Blog: blog, At: old, Minutes: 1},
	}
	drafts := []blogs.DraftLine{
		{Title: "Three weeks in", Path: "/blog/drafts/7", Blog: blog.Text, Author: "Ben Chaffe", Note: "For 4 March 2027 at 09:00", At: now},
		{Title: "Untitled post", Path: "/blog/drafts/8", Problem: "Another post of this blog has this address. Choose another.", At: old},
	}
	g.add("blogs", blogs.Index(blogs.IndexPage{
		Chrome: g.chrome("Blogs", "blogs"), Tabs: tabs(0, "Latest posts", "A to Z"), Posts: posts, Pager: pager(), SignedIn: true, Drafts: 2, SetUpPath: "/blog/new",
		Yours: []blogs.Yours{{Name: blog.Text, Path: blog.Path, WritePath: blog.Path + "/write", Note: "2 posts · 1 draft"}},
	}))
	g.add("blogs-empty", blogs.Index(blogs.IndexPage{Chrome: g.stranger("Blogs", "blogs"), Empty: parts.Empty{Title: "Nothing is published yet", Text: "The first post is the hardest."}}))
	g.add("blogs-none", blogs.Index(blogs.IndexPage{Chrome: g.chrome("Blogs", "blogs"), Tabs: tabs(0, "Latest posts", "A to Z"), Empty: nothing, SignedIn: true, SetUpPath: "/blog/new"}))
	g.add("blogs-az", blogs.Directory(blogs.DirectoryPage{
		Chrome: g.chrome("Blogs A to Z", "blogs"), Tabs: tabs(1, "Latest posts", "A to Z"), Kinds: tabs(1, "All", "People", "Units"), SetUpPath: "/blog/new", Pager: pager(),
		Blogs: []blogs.Entry{
			{Name: blog.Text, Path: blog.Path, Description: "What I heard this week, and what I got wrong.", Owner: ruth.Name, Kind: "Person", Face: &ruth, Posts: 12},
			{Name: "Between the shelves", Path: "/blog/libraries", Owner: "Libraries", Kind: "Unit", Posts: 1, Audience: "Public"},
		},
	}))
	g.add("blogs-az-empty", blogs.Directory(blogs.DirectoryPage{Chrome: g.stranger("Blogs A to Z", "blogs"), Empty: parts.Empty{Title: "No blogs here yet", Text: "Every person, unit and network can have one."}}))
	g.add("blog", blogs.Blog(blogs.BlogPage{
		Chrome: g.chrome(blog.Text, "blogs"), Name: blog.Text, Path: blog.Path, Description: "What I heard this week, and what I got wrong.", Owner: parts.Link{Text: ruth.Name, Path: ruth.Path}, OwnerKind: "Person", Face: &ruth,
		Authors: []parts.Person{ben}, Audience: "Public", Follow: parts.Follow{Kind: "blog", ID: 3, Name: blog.Text}, WritePath: blog.Path + "/write", ManagePath: blog.Path + "/settings", DraftsPath: "/blog/drafts?blog=ruth-adeyemi",
		Posts: posts, Pager: pager(), Months: []parts.Tab{{Text: "May 2027", Path: blog.Path + "/2027/05", Count: 2, Current: true}, {Text: "April 2027", Path: blog.Path + "/2027/04", Count: 1}},
		Series: []parts.Tab{{Text: "Project Beta", Path: blog.Path + "/series/project-beta", Count: 2}}, AtomPath: blog.Path + "/feed.atom", JSONPath: blog.Path + "/feed.json", ByEmail: &blogs.ByEmail{Action: blog.Path + "/readers", Ask: true},
	}))
	g.add("blog-part", blogs.Blog(blogs.BlogPage{Chrome: g.chrome("May 2027", "blogs"), Name: blog.Text, Path: blog.Path, Heading: "May 2027", Posts: posts, ByEmail: &blogs.ByEmail{Action: blog.Path + "/readers", On: true}}))
	g.add("blog-empty", blogs.Blog(blogs.BlogPage{Chrome: g.stranger(blog.Text, "blogs"), Name: blog.Text, Path: blog.Path, Owner: parts.Link{Text: "Libraries"}, Empty: nothing}))
	g.add("blog-prepared", blogs.Blog(blogs.BlogPage{
		Chrome: g.chrome(blog.Text, "blogs"), Name: blog.Text, Path: blog.Path, Owner: parts.Link{Text: "Libraries", Path: "/units/3"}, Drafts: drafts, ManagePath: blog.Path + "/settings", LaunchPath: blog.Path + "/launch?now=1",
		Prepared: "Only those who write here see it until it opens on 4 March 2027 at 09:00.",
	}))
	g.posts(blog)
	g.writing(blog, drafts)
}

func (g *shelf) posts(blog parts.Link) {
	page := blogs.PostPage{
		Chrome: g.chrome("Two weeks in", "blogs"), Title: "Two weeks in: what our new digital team has learnt so far", BodyHTML: prose, Summary: "The surprise was not the volume of calls.",
		Cover: "/files/cover.jpg", CoverAlt: "Calls about one form, before and after the sentence changed", Authors: []parts.Person{ruth, ben}, Blog: blog, Follow: parts.Follow{Kind: "blog", ID: 3, Name: blog.Text},
		At: now, Edited: now, Minutes: 5, Audience: "Public", Topics: []parts.Topic{connectivity}, AtomPath: blog.Path + "/feed.atom", UnpublishPath: blog.Path + "/two-weeks-in/unpublish",
		Series: &blogs.InSeries{
			Series: parts.Link{Text: "Project Beta", Path: blog.Path + "/series/project-beta"}, Number: 2, Of: 3,
			Previous: parts.Link{Text: "Day one", Path: blog.Path + "/day-one"}, Next: parts.Link{Text: "Three weeks in", Path: blog.Path + "/three-weeks-in"},
		},
		Conversation: threads.Conversation{
			Vote: threads.Vote{ID: "vote-t42", Path: "/threads/42/votes", Count: 12}, Follow: parts.Follow{Kind: "thread", ID: 42, Name: "Two weeks in"}, EditPath: blog.Path + "/two-weeks-in/edit", HistoryPath: "/threads/42/history",
			DeletePath: blog.Path + "/two-weeks-in/delete", Heading: "1 reply", Replies: []threads.Reply{reply(9, ben, "<p>Please put that on a slide.</p>")},
			Form: &threads.ReplyForm{Action: "/threads/42/replies", Place: "thread:42", Submit: "Reply", WhoSees: "Anyone will see this."}, Me: ruth.Path,
		},
	}
	g.add("post", blogs.Post(page))
	g.add("post-empty", blogs.Post(blogs.PostPage{Chrome: g.stranger("Short", "blogs"), Title: "Short", BodyHTML: "<p>Short.</p>", Authors: []parts.Person{{Name: "Ruth Adeyemi", Initials: "RA"}}, Blog: blog, At: old, Minutes: 1, Audience: "Public", Conversation: threads.Conversation{Heading: "No replies yet", SignIn: "/sign-in"}}))
	page.Preview = &blogs.Preview{EditPath: "/blog/drafts/7", SharePath: "/blog/drafts/7/share", UnsharePath: "/blog/drafts/7/unshare", Shared: true, Link: "https://hub.example.gov.uk/blog/preview/abcdefgh"}
	page.Chrome = g.chrome("Preview: Two weeks in", "blogs")
	g.add("post-preview", blogs.Post(page))
	page.Preview, page.Chrome = &blogs.Preview{}, g.stranger("Preview: Two weeks in", "blogs")
	g.add("post-shared", blogs.Post(page))
}

func (g *shelf) writing(blog parts.Link, drafts []blogs.DraftLine) {
	audiences := []parts.Option{{Value: "public", Label: "Anyone, without signing in."}, {Value: "hub", Label: "Everyone signed in: 4,212 staff and 138 partners.", Selected: true}}
	wrong := func(names ...string) (ps parts.Problems) {
		for _, n := range names {
			ps = append(ps, parts.Problem{Name: n, Text: "Put this right."})
		}
		return ps
	}
	templates := []blogs.Template{{Name: "A weeknote", About: "What happened this week.", Path: blog.Path + "/write?template=weeknote"}, {Name: "An empty page", About: "You know what you want to say.", Path: blog.Path + "/write"}}
	g.add("post-write", blogs.Edit(blogs.EditPage{
		Chrome: g.chrome("Write a post", "blogs"), Heading: "Write a post", Action: blog.Path + "/write", LookPath: blog.Path + "/write?do=look", Blog: blog, Templates: templates, TopicNames: []string{"Connectivity"},
		SlugBefore: "https://hub.example.gov.uk/blog/ruth-adeyemi/.", Series: []parts.Option{{Label: "None", Selected: true}}, Audiences: audiences[:1], WhoSees: audiences[0].Label, Timezone: "Europe/London", CanPublish: true, CancelPath: blog.Path,
	}))
	g.add("post-draft", blogs.Edit(blogs.EditPage{
		Chrome: g.chrome("Edit this draft", "blogs"), Heading: "Edit this draft", Action: "/blog/drafts/7", LookPath: "/blog/drafts/7?do=look", Blog: blog, Revision: 3, Title: "Two weeks in", Body: "We sat with them.", Summary: "Six people.", Topics: "Connectivity",
		Slug: "two-weeks-in", SlugBefore: "https://hub.example.gov.uk/blog/ruth-adeyemi/.", Cover: "/files/cover.jpg", CoverAlt: "A chart", Series: []parts.Option{{Label: "None"}, {Value: "project-beta", Label: "Project Beta", Selected: true}}, NewSeries: "x", Authors: "ben-chaffe",
		Audiences: audiences, Preview: prose, Theirs: "<p>What Ben saved.</p>", Problems: wrong("title", "body", "summary", "topics", "audience", "cover", "cover_alt", "slug", "series", "new_series", "authors", "at"),
		Problem: "Another post of this blog has this address.", Scheduled: "This will be published on 4 March 2027 at 09:00.", Prepared: "The blog opens on 4 March 2027.", Saved: "Saved 4 min ago", SavePath: "/blog/drafts/7?do=keep", Date: "2027-03-04", Time: "09:00", Timezone: "Europe/London", CanPublish: true, DeletePath: "/blog/drafts/7/delete",
	}))
	g.add("post-edit", blogs.Edit(blogs.EditPage{
		Chrome: g.chrome("Edit this post", "blogs"), Heading: "Edit this post", Action: blog.Path + "/two-weeks-in/edit", LookPath: blog.Path + "/two-weeks-in/edit?do=look", Blog: blog, Revision: 2, Title: "Two weeks in", Body: "We sat with them.",
		Series: []parts.Option{{Label: "None", Selected: true}}, Audiences: audiences, Published: true, CancelPath: blog.Path + "/two-weeks-in",
	}))
	g.part("post-saved", blogs.Saved("Saved 10:42", 4))
	g.add("post-drafts", blogs.Drafts(blogs.DraftsPage{Chrome: g.chrome("Drafts of posts", "blogs"), Crumbs: []parts.Link{{Text: "Blogs", Path: "/blogs"}, blog}, Drafts: drafts}))
	g.add("post-drafts-empty", blogs.Drafts(blogs.DraftsPage{Chrome: g.chrome("Drafts of posts", "blogs"), Empty: parts.Empty{Title: "Nothing unfinished", Text: "A post you begin waits here."}}))
	g.add("blog-choose", blogs.Choose(blogs.ChoosePage{Chrome: g.chrome("Write a post", "blogs"), Blogs: []blogs.Yours{{Name: blog.Text, WritePath: blog.Path + "/write", Note: "2 posts"}, {Name: "Libraries", WritePath: "/blog/libraries/write"}}}))
	g.add("blog-new", blogs.SetUp(blogs.SetUpPage{Chrome: g.chrome("Set up a blog", "blogs"), Step: 1, Owners: []parts.Option{{Value: "person:5", Label: "Mine", Hint: "You write in it", Selected: true}, {Value: "unit:3", Label: "Libraries"}}, Have: []parts.Link{blog}, Problems: wrong("owner")}))
	g.add("blog-new-empty", blogs.SetUp(blogs.SetUpPage{Chrome: g.chrome("Set up a blog", "blogs"), Step: 1}))
	g.add("blog-name", blogs.SetUp(blogs.SetUpPage{
		Chrome: g.chrome("Set up a blog", "blogs"), Step: 2, Owner: "person:5", OwnerName: "Priya Nair", Name: "Fewer words", Slug: "priya-nair", SlugBefore: "https://hub.example.gov.uk/blog/", Audiences: audiences, Later: true, Date: "2027-03-04", Time: "09:00", Timezone: "Europe/London",
		Problems: wrong("name", "description", "slug", "audience", "launch"),
	}))
	g.add("blog-first-post", blogs.SetUp(blogs.SetUpPage{Chrome: g.chrome("Write the first post", "blogs"), Step: 3, Blog: blog, Prepared: "Choose how to begin.", Templates: templates}))
	settings := blogs.SettingsPage{
		Chrome: g.chrome("Settings of "+blog.Text, "blogs"), Name: blog.Text, Path: blog.Path, NewName: blog.Text, Slug: "ruth-adeyemi", SlugBefore: "https://hub.example.gov.uk/blog/.", Description: "What I heard this week.", Audiences: audiences,
		Problems: wrong("name", "slug", "handle", "launch"), Authors: []blogs.Author{{Person: ben, ID: 2}}, WhoWrites: "Ruth Adeyemi writes here.", AddAuthor: true, LaunchNow: true, Launch: "It opens on 4 March 2027 at 09:00.", Date: "2027-03-04", Time: "09:00", Timezone: "Europe/London", CanDelete: true,
	}
	g.add("blog-settings", blogs.Settings(settings))
	g.add("blog-settings-empty", blogs.Settings(blogs.SettingsPage{Chrome: g.chrome("Settings", "blogs"), Name: blog.Text, Path: blog.Path, NewName: blog.Text, Audiences: audiences, WhoWrites: "All members of Flood watch write here."}))
}
