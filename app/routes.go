package app

import (
	"github.com/gofiber/fiber/v2"

	"watercooler/app/admin"
	"watercooler/app/api"
	"watercooler/app/blogs"
	"watercooler/app/briefs"
	"watercooler/app/decisions"
	"watercooler/app/experts"
	"watercooler/app/find"
	"watercooler/app/importers"
	"watercooler/app/insights"
	"watercooler/app/maps"
	"watercooler/app/networks"
	"watercooler/app/people"
	"watercooler/app/reflections"
	"watercooler/app/routing"
	"watercooler/app/signals"
	"watercooler/app/signin"
	"watercooler/app/site"
	"watercooler/app/symptoms"
	"watercooler/app/threads"
	"watercooler/app/topics"
	"watercooler/app/web"
	"watercooler/auth"
)

// routes is every address of the hub, in one list. A request passes the middleware from the top down; context is where a
// test may change what the request's context carries.
func (a *App) routes(f *fiber.App, context fiber.Handler) {
	experts := experts.NewWeb(a.experts, a.web)
	people := people.NewWeb(a.people, a.web, experts)
	threads := threads.NewWeb(a.threads, a.web, a.kv, a.find, a.experts)
	routing := routing.NewWeb(a.routing, a.web)
	threads.Route(routing)
	decisions := decisions.NewWeb(a.decides, a.threads, a.web)
	threads.Decide(decisions)
	signals := signals.NewWeb(a.signals, threads, a.web)
	threads.Notice(signals)
	networks := networks.NewWeb(a.networks, a.threads, threads, a.web)
	feeds, readers := blogs.NewFeedWeb(a.blogs, a.web, a.hubName), blogs.NewReaderWeb(a.readers, a.web)
	blogs := blogs.NewWeb(a.blogs, a.threads, threads, a.web)
	blogs.OfferLetters(a.readers)
	topics := topics.NewWeb(a.topics, a.threads, threads, experts, a.web)
	site := site.NewWeb(a.site, a.threads, threads, a.web, a.log)
	signin := signin.NewWeb(a.signin, a.web)
	find := find.NewWeb(a.find, a.web, a.experts)
	learning := reflections.NewWeb(a.learning, a.threads, a.web)
	threads.LookBack(learning)
	find.Lessons(learning)
	threads.Gaps(a.find)
	threads.Remind(a.reminders()...)
	insights := insights.NewWeb(a.insights, a.web)
	maps := maps.NewWeb(a.maps, a.web)
	symptoms := symptoms.NewWeb(a.symptoms, a.web)
	admin := admin.NewWeb(a.admin, a.web, a.version)
	briefs := briefs.NewWeb(a.briefs, a.web)
	contributions := importers.NewWeb(a.importDeps(), a.web, a.log)

	member := auth.RequireSignedIn
	administrator := auth.RequireRole(auth.Admin)
	reads := a.limit("read", readRate)    // pages
	writes := a.limit("write", writeRate) // forms that change something
	searches := a.limit("find", findRate) // search, and suggestions at each key
	doors := a.limit("sign-in", doorRate) // passwords, links, single sign-on; auth limits each account besides
	cheap := a.limit("draft", draftRate)  // saved at each pause of the typing
	uploads := a.limit("upload", photoRate)
	letters := a.limit("letters", letterRate) // to addresses that anybody can name
	visits := a.limit("visit", visitRate)     // to sites that moderators and stewards name

	f.Use(web.RequestID, a.web.SecurityHeaders)
	f.Get("/healthz", health)     // the process is alive
	f.Get("/readyz", a.readiness) // send people here

	f.Use(a.observed, web.Deadline, a.web.AccessLog, a.web.Recover, context)
	f.Get("/static/:hash/*", asset) // style sheets, scripts, fonts: the same for everyone

	f.Use(compressed, a.web.SameOrigin, a.auth.Middleware(), web.Private, signin.FirstRun, threads.Moved)

	// Home: what is new, for you and for everyone.
	f.Get("/", reads, site.Front, threads.Home)     // signed out: what is public; otherwise what is for you
	f.Get("/latest", reads, threads.Latest)         // everything, by last activity
	f.Get("/unanswered", reads, threads.Unanswered) // questions without a reply
	f.Get("/following", reads, member, threads.Following)

	// Writing.
	f.Get("/write", reads, member, threads.Write)
	f.Post("/threads", writes, threads.Open)          // keeps the text of somebody whose session has ended, and asks them to sign in
	f.Post("/preview", cheap, threads.Preview)        // so does this, and so does saving a draft
	f.Get("/similar", searches, member, find.Similar) // "already asked?"
	f.Get("/drafts", reads, member, threads.Drafts)
	f.Post("/drafts", cheap, threads.SaveDraft)
	f.Post("/drafts/:id/delete", writes, member, threads.DeleteDraft)

	// A thread.
	f.Get("/threads/:id", reads, threads.Show)
	f.Get("/threads/:id/knowing", searches, member, threads.Knowing) // people who may know
	f.Get("/threads/:id/history", reads, threads.ThreadHistory)
	f.Get("/threads/:id/edit", reads, member, threads.EditThread)
	f.Post("/threads/:id/edit", writes, threads.SaveThread)
	f.Post("/threads/:id/replies", writes, threads.Reply)
	f.Post("/threads/:id/votes", writes, member, threads.VoteThread)
	f.Post("/threads/:id/unvote", writes, member, threads.UnvoteThread)
	f.Post("/threads/:id/close", writes, member, threads.Close)
	f.Post("/threads/:id/reopen", writes, member, threads.Reopen)
	f.Get("/threads/:id/move", reads, member, threads.MoveForm) // the hands of moderators, and of stewards in their networks
	f.Post("/threads/:id/move", writes, member, threads.Move)
	f.Get("/threads/:id/merge", reads, member, threads.MergeForm)
	f.Post("/threads/:id/merge", writes, member, threads.Merge)
	f.Get("/threads/:id/split", reads, member, threads.SplitForm)
	f.Post("/threads/:id/split", writes, member, threads.Split)
	f.Post("/threads/:id/pin", writes, member, threads.Pin)
	f.Post("/threads/:id/unpin", writes, member, threads.Unpin)
	f.Post("/threads/:id/check", writes, member, threads.Check) // still right, says whoever looks after it
	f.Post("/threads/:id/uncheck", writes, member, threads.Uncheck)
	f.Get("/threads/:id/keep", reads, member, threads.KeepForm) // who looks after it, and when
	f.Post("/threads/:id/keep", writes, member, threads.Keep)
	f.Get("/threads/:id/supersede", searches, member, threads.SupersedeForm) // by which, looked for by title
	f.Post("/threads/:id/supersede", writes, member, threads.Supersede)
	f.Post("/threads/:id/unsupersede", writes, member, threads.Unsupersede)
	f.Get("/threads/:id/delete", reads, member, threads.ConfirmDeleteThread)
	f.Post("/threads/:id/delete", writes, member, threads.DeleteThread)

	f.Get("/threads/:id/offers", reads, member, routing.AskForm) // the asker chooses whom to ask
	f.Post("/threads/:id/offers", writes, member, routing.Ask)
	f.Post("/threads/:id/offers/stop", writes, member, routing.Stop)
	f.Post("/threads/:id/offers/resume", writes, member, routing.Resume)

	// Decisions: the register, and what becomes of one.
	f.Get("/decisions", reads, decisions.Register)
	f.Post("/decisions", writes, member, decisions.Create)
	f.Get("/decisions.csv", searches, decisions.CSV)
	f.Get("/decisions.json", searches, decisions.JSON)
	f.Get("/decisions/new", reads, member, decisions.New)
	f.Get("/threads/:id/decide", reads, member, decisions.Decide) // made from what was said in a thread
	f.Post("/threads/:id/decide", writes, member, decisions.DecideIt)
	f.Get("/threads/:id/amend", reads, member, decisions.Amend)
	f.Post("/threads/:id/amend", writes, member, decisions.SaveAmended)
	f.Get("/threads/:id/stance", reads, member, decisions.StancePage) // what one thinks of a proposal
	f.Post("/threads/:id/stance", writes, member, decisions.Stance)
	f.Get("/threads/:id/agree", reads, member, decisions.AgreeForm)
	f.Post("/threads/:id/agree", writes, member, decisions.Agree)
	f.Get("/threads/:id/challenge", reads, member, decisions.ChallengeForm)
	f.Post("/threads/:id/challenge", writes, member, decisions.Challenge)
	f.Get("/threads/:id/review", reads, member, decisions.ReviewForm)
	f.Post("/threads/:id/review", writes, member, decisions.Review)
	f.Get("/threads/:id/withdraw", reads, member, decisions.WithdrawForm)
	f.Post("/threads/:id/withdraw", writes, member, decisions.Withdraw)

	// Questions for you: what was brought to somebody who may know.
	f.Get("/offers", reads, member, routing.List)
	f.Post("/offers/:id/accept", writes, member, routing.Accept)
	f.Get("/offers/:id/pass", searches, member, routing.PassForm)
	f.Post("/offers/:id/pass", writes, member, routing.Pass)
	f.Post("/offers/:id/decline", writes, member, routing.Decline)

	// Signals: what is going on outside.
	f.Get("/signals", reads, signals.Board) // signed out: what is public
	f.Post("/signals", writes, member, signals.Share)
	f.Get("/signals/new", reads, member, signals.ShareForm) // also where telephones send what somebody shares
	f.Get("/signals/items/:id", reads, member, signals.Visit)
	f.Post("/signals/items/:id/clip", writes, member, signals.Clip)
	f.Post("/signals/items/:id/discuss", writes, member, signals.Discuss)
	f.Post("/signals/items/:id/dismiss", writes, member, signals.Dismiss)
	f.Post("/signals/items/:id/restore", writes, member, signals.Restore)
	f.Get("/signals/sources", reads, member, signals.Sources)
	f.Post("/signals/sources", visits, member, signals.AddSource) // the hub visits an address that somebody typed
	f.Get("/signals/sources/new", reads, member, signals.NewSource)
	f.Get("/signals/sources/:id/edit", reads, member, signals.SourceForm)
	f.Post("/signals/sources/:id/edit", writes, member, signals.ChangeSource)
	f.Post("/signals/sources/:id/pause", writes, member, signals.PauseSource)
	f.Post("/signals/sources/:id/resume", writes, member, signals.ResumeSource)
	f.Post("/signals/sources/:id/remove", writes, member, signals.RemoveSource)
	f.Get("/keeping", reads, member, threads.Keeping) // yours to keep right

	// What was learnt: somebody's alone until they share it as a thread.
	f.Get("/reflections", reads, member, learning.Mine)
	f.Post("/reflections", writes, member, learning.Create)
	f.Get("/reflections/lessons", searches, member, learning.Lessons)
	f.Get("/reflections/new", reads, member, learning.New)
	f.Get("/reflections/:id", reads, member, learning.Show)
	f.Post("/reflections/:id", writes, member, learning.Save)
	f.Get("/reflections/:id/edit", reads, member, learning.Edit)
	f.Get("/reflections/:id/share", reads, member, learning.ShareForm)
	f.Post("/reflections/:id/share", writes, member, learning.Share)
	f.Get("/reflections/:id/delete", reads, member, learning.ConfirmDelete)
	f.Post("/reflections/:id/delete", writes, member, learning.Delete)

	// A reply.
	f.Get("/replies/:id", reads, threads.Locate) // permalink: to the page of the thread that holds it
	f.Get("/replies/:id/history", reads, threads.ReplyHistory)
	f.Get("/replies/:id/edit", reads, member, threads.EditReply)
	f.Post("/replies/:id/edit", writes, threads.SaveReply)
	f.Post("/replies/:id/votes", writes, member, threads.VoteReply)
	f.Post("/replies/:id/unvote", writes, member, threads.UnvoteReply)
	f.Post("/replies/:id/accept", writes, member, threads.Accept)
	f.Post("/replies/:id/unaccept", writes, member, threads.Unaccept)
	f.Get("/replies/:id/delete", reads, member, threads.ConfirmDeleteReply)
	f.Post("/replies/:id/delete", writes, member, threads.DeleteReply)

	// Following: threads, topics, people and units.
	f.Post("/follow", writes, member, threads.Follow)
	f.Post("/unfollow", writes, member, threads.Unfollow)

	// Finding.
	f.Get("/search", searches, find.Search)
	f.Get("/search/narrow", searches, find.Narrow)     // after the results: counts, filters, and who may know
	f.Post("/search/opened", cheap, find.OpenedResult) // by script; without it gaps close when more is found
	f.Get("/bets", reads, member, find.BetList)        // what comes first for certain words
	f.Post("/bets", writes, member, find.SetBet)
	f.Post("/bets/:id/remove", writes, member, find.RemoveBet)
	f.Get("/gaps", reads, member, find.GapList) // searched for and not found, and what became of it
	f.Get("/gaps/:id", reads, member, find.GapAlone)
	f.Post("/gaps/:id/take", writes, member, find.TakeGap)
	f.Post("/gaps/:id/assign", writes, member, find.AssignGap)
	f.Post("/gaps/:id/close", writes, member, find.CloseGap)
	f.Get("/searches", searches, member, find.Saved) // those that somebody follows
	f.Post("/searches", writes, member, find.Follow)
	f.Get("/searches/:id", reads, member, find.SeeSaved)
	f.Post("/searches/:id", writes, member, find.ChangeSaved)
	f.Get("/opensearch.xml", reads, find.OpenSearch)
	f.Get("/suggest", searches, find.Suggest) // as you type: titles, names, topics

	// Who knows what.
	f.Get("/experts", searches, member, experts.People) // who may know about anything, with the evidence
	f.Get("/settings/knowing", reads, member, experts.Knowing)
	f.Post("/settings/knowing", writes, member, experts.SaveKnowing)
	f.Post("/settings/knowing/:topic", writes, member, experts.Choose)
	f.Get("/people/:handle/endorse", reads, member, experts.EndorseForm)
	f.Post("/people/:handle/endorse", writes, member, experts.Endorse)
	f.Post("/endorsements/:id/withdraw", writes, member, experts.Withdraw)

	// The organisation read back to those who lead it: to everybody else these pages do not exist. And to everybody what is their own.
	f.Get("/insights/maps", reads, member, maps.Replies) // who learns from whom
	f.Get("/insights/maps/networks", reads, member, maps.Groups)
	f.Get("/insights/maps/topics", reads, member, maps.Topics) // that rise and fade
	f.Get("/insights/maps/knowledge", reads, member, maps.Knowledge)
	f.Get("/insights/maps/missing", reads, member, maps.Missing)
	f.Get("/insights/maps/:map.csv", reads, member, maps.CSV)
	f.Get("/insights/maps/:map.json", reads, member, maps.JSON)
	f.Get("/insights/you", reads, member, maps.You)
	// Symptoms, for leaders; to everyone else these do not exist.
	f.Get("/insights/symptoms", reads, member, symptoms.Overview)
	f.Get("/insights/symptoms.csv", searches, member, symptoms.CSV)
	f.Get("/insights/symptoms.json", searches, member, symptoms.JSON)
	f.Get("/insights/symptoms/:symptom", reads, member, symptoms.List) // all findings of one
	f.Get("/insights/findings/:id", reads, member, symptoms.Show)      // with all it rests on
	f.Post("/insights/findings/:id/dismiss", writes, member, symptoms.Dismiss)
	f.Post("/insights/findings/:id/reopen", writes, member, symptoms.Reopen)

	// People.
	f.Get("/people", reads, member, people.Directory)
	f.Get("/people/chart", reads, member, people.Chart) // who is where, drawn and as a list
	f.Get("/people/:handle", reads, member, people.Show)
	f.Get("/people/:handle/posts", reads, member, people.Posts)
	f.Get("/people/:handle/answers", reads, member, people.Answers)
	f.Get("/people/:handle/discussions", reads, member, people.Discussions)
	f.Get("/people/:handle/networks", reads, member, people.Networks)
	f.Get("/people/:handle/edit", reads, administrator, people.EditForm)
	f.Post("/people/:handle/edit", writes, administrator, people.Edit)
	f.Post("/people/:handle/photo", uploads, administrator, people.Photo)
	f.Post("/people/:handle/photo/delete", writes, administrator, people.RemovePhoto)
	f.Get("/units/:id", reads, member, people.Unit)
	f.Get("/files/:key", reads, people.File) // photos, and what belongs to posts and threads

	// Networks: people who gather around something.
	f.Get("/networks", reads, networks.List)
	f.Post("/networks", writes, member, networks.Create)
	f.Get("/networks/new", reads, member, networks.New)
	f.Get("/networks/map", reads, networks.Map)    // drawn and as a list
	f.Get("/networks/:slug", reads, networks.Show) // what is going on, in it and in what is part of it
	f.Get("/networks/:slug/feed.atom", reads, site.NetworkFeed)
	f.Get("/networks/:slug/questions", reads, networks.Questions)
	f.Get("/networks/:slug/posts", reads, networks.Posts)
	f.Get("/networks/:slug/people", reads, networks.People)
	f.Get("/networks/:slug/about", reads, networks.About)
	f.Get("/networks/:slug/networks", reads, networks.Networks)
	f.Get("/networks/:slug/edit", reads, member, networks.EditForm)
	f.Post("/networks/:slug/edit", writes, member, networks.Edit)
	f.Post("/networks/:slug/finish", writes, member, networks.Finish)
	f.Post("/networks/:slug/resume", writes, member, networks.Resume)

	// In and out of a network.
	f.Post("/networks/:slug/join", writes, member, networks.Join)
	f.Post("/networks/:slug/request", writes, member, networks.Request)
	f.Post("/networks/:slug/leave", writes, member, networks.Leave) // or takes back what was asked
	f.Post("/networks/:slug/invite", writes, member, networks.Invite)
	f.Post("/networks/:slug/invitation/accept", writes, member, networks.AcceptInvitation)
	f.Post("/networks/:slug/invitation/decline", writes, member, networks.DeclineInvitation)
	f.Post("/networks/:slug/people/:id/accept", writes, member, networks.Accept)
	f.Post("/networks/:slug/people/:id/decline", writes, member, networks.Decline)
	f.Post("/networks/:slug/people/:id/remove", writes, member, networks.Remove)
	f.Post("/networks/:slug/people/:id/appoint", writes, member, networks.Appoint)
	f.Post("/networks/:slug/people/:id/dismiss", writes, member, networks.Dismiss)
	f.Post("/networks/:slug/links", writes, member, networks.Link) // one network becomes part of another
	f.Post("/networks/:slug/links/:id/accept", writes, member, networks.AcceptLink)
	f.Post("/networks/:slug/links/:id/end", writes, member, networks.EndLink)

	// Blogs. What begins with /blog/ and is no blog comes first.
	f.Get("/blogs", reads, blogs.Index)            // the latest posts; with ?by= A to Z
	f.Get("/blog/new", reads, member, blogs.SetUp) // guided
	f.Post("/blog/new", writes, member, blogs.Create)
	f.Get("/blog/write", reads, member, blogs.Choose)
	f.Get("/blog/drafts", reads, member, blogs.Drafts)
	f.Get("/blog/drafts/:id", reads, member, blogs.Draft)
	f.Post("/blog/drafts/:id", writes, member, blogs.SaveDraft) // and publishes, schedules or previews, as its button says
	f.Get("/blog/drafts/:id/preview", reads, member, blogs.PreviewDraft)
	f.Post("/blog/drafts/:id/share", writes, member, blogs.Share) // a new link with which anybody can read it
	f.Post("/blog/drafts/:id/unshare", writes, member, blogs.Unshare)
	f.Get("/blog/drafts/:id/delete", reads, member, blogs.ConfirmDeleteDraft)
	f.Post("/blog/drafts/:id/delete", writes, member, blogs.DeleteDraft)
	f.Get("/blog/readers/:token", doors, readers.Show) // from a letter: confirm, or end
	f.Post("/blog/readers/:token", doors, readers.Answer)
	f.Get("/feed.atom", reads, feeds.Atom) // all public posts
	f.Get("/feed.json", reads, feeds.JSON)
	f.Get("/blog/preview/:secret", doors, blogs.Shared)
	f.Get("/blog/preview/:secret/cover", doors, blogs.SharedCover)

	// A blog.
	f.Get("/blog/:blog", reads, blogs.Blog)
	f.Get("/blog/:blog/start", reads, member, blogs.Start) // the first post, offered
	f.Get("/blog/:blog/write", reads, member, blogs.Write)
	f.Post("/blog/:blog/write", writes, member, blogs.Begin)
	f.Get("/blog/:blog/settings", reads, member, blogs.Settings)
	f.Post("/blog/:blog/settings", writes, member, blogs.SaveSettings)
	f.Post("/blog/:blog/authors", writes, member, blogs.SetAuthors)
	f.Post("/blog/:blog/launch", writes, member, blogs.SetLaunch)
	f.Get("/blog/:blog/delete", reads, member, blogs.ConfirmDelete)
	f.Post("/blog/:blog/delete", writes, member, blogs.Delete)
	f.Get("/blog/:blog/series/:series", reads, blogs.Series)
	f.Get("/blog/:blog/feed.atom", reads, feeds.Atom)
	f.Get("/blog/:blog/feed.json", reads, feeds.JSON)
	f.Post("/blog/:blog/readers", letters, readers.Change) // follow by e-mail

	// A post.
	f.Get("/blog/:blog/:post", reads, blogs.Post)
	f.Get("/blog/:blog/:post/edit", reads, member, blogs.EditPost)
	f.Post("/blog/:blog/:post/edit", writes, member, blogs.SavePost)
	f.Post("/blog/:blog/:post/unpublish", writes, member, blogs.Unpublish)
	f.Get("/blog/:blog/:post/delete", reads, member, blogs.ConfirmDeletePost)
	f.Post("/blog/:blog/:post/delete", writes, member, blogs.DeletePost)
	f.Get("/blog/:blog/:year/:month", reads, blogs.Month)

	// Topics.
	f.Get("/topics", reads, topics.List)
	f.Post("/topics", writes, member, topics.Create)
	f.Get("/topics/new", reads, member, topics.New)
	f.Get("/topics/:slug", reads, topics.Show)
	f.Get("/topics/:slug/feed.atom", reads, site.TopicFeed)
	f.Get("/topics/:slug/view", reads, briefs.Topic) // everything on a topic in one view
	f.Get("/topics/:slug/view.md", reads, briefs.TopicMarkdown)
	f.Get("/topics/:slug/edit", reads, member, topics.EditForm)
	f.Post("/topics/:slug/edit", writes, member, topics.Edit)
	f.Get("/topics/:slug/merge", reads, member, topics.MergeForm)
	f.Post("/topics/:slug/merge", writes, member, topics.Merge)

	// What an organisation, a unit or a network did in a week or a month, in a page of prose.
	f.Get("/brief", reads, briefs.Latest)
	f.Post("/brief/letters", writes, member, briefs.Letters) // by e-mail
	f.Get("/brief/letters/:token", doors, briefs.Letter)     // from a letter
	f.Post("/brief/letters/:token", doors, briefs.StopLetters)
	f.Get("/brief/:period", reads, briefs.Show) // 2027-05 or 2027-W18; with .md to paste, with .json for programs

	// The public face.
	f.Get("/robots.txt", reads, site.Robots)
	f.Get("/sitemap.xml", reads, site.SitemapIndex)
	f.Get("/sitemap/:kind/:n.xml", reads, site.Sitemap)
	f.Get("/.well-known/security.txt", reads, site.Security)
	f.Get("/site/:statement", reads, site.Statement) // accessibility, privacy, cookies
	f.Get("/site/:statement/edit", reads, administrator, site.EditForm)
	f.Post("/site/:statement/edit", writes, administrator, site.Edit)
	f.Post("/site/:statement/restore", writes, administrator, site.Restore)

	// Doors.
	f.Get("/sign-in", reads, signin.Door)
	f.Post("/sign-in", doors, signin.SignIn)
	f.Post("/sign-in/sample", doors, signin.SampleDoor) // only on the sample hub
	f.Get("/sign-in/sso/:provider", doors, signin.BeginSSO)
	f.Get("/sign-in/sso/:provider/callback", doors, signin.CompleteSSO)
	f.Get("/sign-in/forgotten", reads, signin.AskReset)
	f.Post("/sign-in/forgotten", doors, signin.Reset)
	f.Post("/sign-out", writes, signin.SignOut)
	f.Get("/link/:secret", doors, signin.OpenLink) // invitations, new passwords, e-mail addresses
	f.Post("/link/:secret", doors, signin.UseLink)
	f.Get("/welcome", doors, signin.ShowWelcome) // the first run
	f.Post("/welcome", doors, signin.Welcome)

	// A person's own settings.
	f.Get("/settings", reads, member, signin.Settings)
	f.Get("/settings/letters", reads, member, readers.Mine) // blogs by e-mail
	f.Post("/settings/theme", writes, signin.SetTheme)
	f.Post("/settings/password", doors, member, signin.SetPassword)
	f.Post("/settings/devices/end", writes, member, signin.EndDevices)
	f.Post("/settings/devices/:id/end", writes, member, signin.EndDevice)
	f.Get("/settings/profile", reads, member, people.EditForm)
	f.Post("/settings/profile", writes, member, people.Edit)
	f.Post("/settings/photo", uploads, member, people.Photo)
	f.Post("/settings/photo/delete", writes, member, people.RemovePhoto)
	f.Get("/settings/export", reads, member, contributions.Contributions) // what somebody can take along
	f.Post("/settings/export", uploads, member, contributions.Download)

	// Figures, for leaders and administrators of the home organisation; to everyone else these do not exist.
	f.Use("/insights", insights.Watch) // keeps who looked at what
	f.Get("/insights", reads, member, insights.Summary)
	f.Get("/insights/scorecard", reads, member, insights.Scorecard)
	f.Get("/insights/method", reads, member, insights.Method)
	f.Get("/insights/looked", reads, member, insights.Looked)
	f.Get("/insights/figures.csv", reads, member, insights.CSV)
	f.Get("/insights/figures.json", reads, member, insights.JSON)

	// For administrators; to everyone else these do not exist.
	f.Get("/admin", reads, administrator, admin.Overview)
	f.Get("/admin/accounts", reads, administrator, admin.Accounts)
	f.Post("/admin/accounts", writes, administrator, admin.Invite)
	f.Post("/admin/accounts/:id/roles", writes, administrator, admin.SetRoles)
	f.Post("/admin/accounts/:id/link", writes, administrator, admin.Link)
	f.Post("/admin/accounts/:id/disable", writes, administrator, admin.Disable)
	f.Post("/admin/accounts/:id/enable", writes, administrator, admin.Enable)
	f.Get("/admin/events", reads, administrator, admin.Events)
	f.Post("/admin/events/:id/retry", writes, administrator, admin.Retry)
	f.Post("/admin/events/:id/discard", writes, administrator, admin.Discard)

	// For programs, by session or API token: /api/v1/search, /api/v1/experts, /api/v1/openapi.json.
	f.Use("/api", searches)
	api.Register(f, a.find, a.experts, a.web)
}
