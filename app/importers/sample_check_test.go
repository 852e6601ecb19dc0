package importers

import (
	"slices"
	"strings"
	"testing"
	"time"

	"watercooler/app/decisions"
	"watercooler/app/markup"
	"watercooler/app/networks"
	"watercooler/app/signals"
	"watercooler/app/threads"
	"watercooler/auth"
)

// TestSampleFiles holds the sample content to what a load trusts: names of somebody, links to something, people who write where
// they may, and replies to what was said before.
func TestSampleFiles(t *testing.T) {
	c, err := parseCast()
	if err != nil {
		t.Fatal(err)
	}
	said, err := parseThreads(c)
	if err != nil {
		t.Fatal(err)
	}
	drafts, err := parseDrafts()
	if err != nil {
		t.Fatal(err)
	}
	learnt, shared, err := parseReflections(said)
	if err != nil {
		t.Fatal(err)
	}
	said = append(said, shared...)
	k := newSampleCheck(t, c, said)
	k.learning(learnt)
	k.people()
	k.networks()
	k.blogs(drafts)
	k.follows()
	k.feeds()
	titles := map[string]bool{}
	for _, one := range said {
		k.thread(one)
		if titles[one.Title] {
			k.wrong(one.place, "there is another thread with this title.")
		}
		titles[one.Title] = true
	}
}

// sampleCheck knows what there is, by key.
type sampleCheck struct {
	t       *testing.T
	cast    *cast
	persons map[string]samplePerson
	units   map[string]bool
	topics  map[string]bool // names
	rooms   map[string]sampleNetwork
	journal map[string]sampleBlog
	threads map[string]*sampleThread
	posts   map[string]bool // BLOG/SLUG
}

func newSampleCheck(t *testing.T, c *cast, said []*sampleThread) *sampleCheck {
	k := &sampleCheck{
		t: t, cast: c, persons: map[string]samplePerson{}, units: map[string]bool{}, topics: map[string]bool{}, rooms: map[string]sampleNetwork{},
		journal: map[string]sampleBlog{}, threads: map[string]*sampleThread{}, posts: map[string]bool{},
	}
	for _, p := range c.people {
		k.persons[p.ExternalID] = p
	}
	for _, u := range c.units {
		k.units[u.ExternalID] = true
	}
	for _, t := range c.topics {
		k.topics[t.Name] = true
	}
	for _, n := range c.networks {
		k.rooms[n.key] = n
	}
	for _, b := range c.blogs {
		k.journal[b.key] = b
	}
	for _, t := range said {
		k.threads[t.key] = t
	}
	return k
}

func (k *sampleCheck) wrong(p place, format string, args ...any) {
	k.t.Helper()
	k.t.Errorf("%s, line %d: "+format, append([]any{p.file, p.line}, args...)...)
}

// known makes sure that somebody exists, by external id.
func (k *sampleCheck) known(p place, ids ...string) {
	for _, id := range ids {
		if _, ok := k.persons[id]; !ok {
			k.wrong(p, "there is no %s.", id)
		}
	}
}

func (k *sampleCheck) subjects(p place, names []string) {
	for _, name := range names {
		if !k.topics[name] {
			k.wrong(p, "there is no topic %q.", name)
		}
	}
}

func (k *sampleCheck) people() {
	for _, p := range k.cast.people {
		if !k.units[p.unit] {
			k.wrong(p.place, "there is no %s.", p.unit)
		}
		if p.ManagerExternalID != "" {
			k.known(p.place, p.ManagerExternalID)
		}
		k.subjects(p.place, p.AskAbout)
		if p.JobTitle == "" || p.left == 0 && (p.About == "" || p.Pronouns == "") {
			k.wrong(p.place, "%s has no job, or nothing to say about themself.", p.Handle)
		}
	}
	for _, t := range k.cast.topics {
		if t.Broader != "" {
			k.subjects(place{"topics.txt", 1}, []string{t.Broader})
		}
	}
}

func (k *sampleCheck) networks() {
	for _, n := range k.cast.networks {
		stewards, seen := 0, map[string]bool{}
		for _, m := range n.Members {
			k.known(n.place, m.PersonExternalID)
			if m.Steward {
				stewards++
			}
			if seen[m.PersonExternalID] {
				k.wrong(n.place, "%s is in %s twice.", m.PersonExternalID, n.key)
			}
			seen[m.PersonExternalID] = true
		}
		if stewards == 0 || n.Access == "" || n.Purpose == "" || n.About == "" {
			k.wrong(n.place, "%s lacks stewards, access, purpose or about.", n.key)
		}
		for _, parent := range n.Parents {
			if _, ok := k.rooms[strings.TrimPrefix(parent, sampleNetworkID)]; !ok {
				k.wrong(n.place, "there is no %s.", parent)
			}
		}
	}
}

func (k *sampleCheck) blogs(drafts []sampleDraft) {
	for _, b := range k.cast.blogs {
		_, person := k.persons[b.OwnerExternalID]
		_, room := k.rooms[strings.TrimPrefix(b.OwnerExternalID, sampleNetworkID)]
		if !person && !room && !k.units[b.OwnerExternalID] {
			k.wrong(b.place, "the blog belongs to nobody.")
		}
		k.known(b.place, b.Authors...)
	}
	for _, d := range drafts {
		k.known(d.place, append(d.Authors, d.AuthorExternalID)...)
		k.subjects(d.place, d.Topics)
		k.mayBlog(d.place, d.blog, d.author)
		k.series(d.place, d.blog, d.Series)
	}
}

// mayBlog makes sure that there is a blog and that somebody may write in it.
func (k *sampleCheck) mayBlog(p place, key, handle string) {
	b, ok := k.journal[key]
	if !ok {
		k.wrong(p, "there is no blog %q.", key)
		return
	}
	who := samplePersonID + handle
	room := strings.TrimPrefix(b.OwnerExternalID, sampleNetworkID)
	if b.OwnerExternalID != who && b.OwnerExternalID != k.persons[who].unit && !k.member(room, who) && !slices.Contains(b.Authors, who) {
		k.wrong(p, "%s does not write in the blog %s.", handle, key)
	}
}

func (k *sampleCheck) series(p place, blog, name string) {
	for _, s := range k.journal[blog].Series {
		if s.Name == name {
			return
		}
	}
	if name != "" {
		k.wrong(p, "the blog %s has no series %q.", blog, name)
	}
}

// member reports whether somebody is in a network.
func (k *sampleCheck) member(network, person string) bool {
	for _, m := range k.rooms[network].Members {
		if m.PersonExternalID == person && m.State == networks.Member {
			return true
		}
	}
	return false
}

func (k *sampleCheck) follows() {
	for _, f := range k.cast.follows {
		k.known(f.place, samplePersonID+f.person)
		k.subjects(f.place, f.watched["topics"])
		for _, key := range f.watched["people"] {
			k.known(f.place, samplePersonID+key)
		}
		for kind, there := range map[string]func(key string) bool{
			"units":    func(key string) bool { return k.units[sampleUnit+key] },
			"networks": func(key string) bool { return k.rooms[key].key != "" },
			"blogs":    func(key string) bool { return k.journal[key].key != "" },
			"threads":  func(key string) bool { return k.threads[key] != nil },
		} {
			for _, key := range f.watched[kind] {
				if !there(key) {
					k.wrong(f.place, "nothing of %s is called %q.", kind, key)
				}
			}
		}
	}
}

func (k *sampleCheck) thread(t *sampleThread) {
	k.known(t.place, t.AuthorExternalID)
	k.subjects(t.place, t.Topics)
	k.words(t.place, t.Title, t.Body, t.ago)
	k.voters(t.place, t, t.AuthorExternalID, t.useful)
	if t.ago < time.Hour || t.ago > here-24*time.Hour {
		k.wrong(t.place, "a thread is between an hour and %d days old.", here/(24*time.Hour)-1)
	}
	if len(t.Topics) == 0 {
		k.wrong(t.place, "it is about no topic.")
	}
	k.where(t)
	switch t.Kind {
	case threads.Post:
		k.post(t)
	case threads.Signal:
		if !t.signal.Kind.Valid() || t.signal.Source == "" || signals.Key(t.signal.URL) == "" || !strings.Contains(t.signal.URL, ".example/") {
			k.wrong(t.place, "it comes from nowhere, or from somewhere real.")
		}
	}
	if t.decision != nil {
		k.decision(t)
	}
	accepted := 0
	for _, r := range t.replies {
		k.known(r.place, r.AuthorExternalID)
		k.words(r.place, "reply", r.Body, t.ago-r.after)
		k.voters(r.place, t, r.AuthorExternalID, r.useful)
		k.mayRead(r.place, t, r.AuthorExternalID)
		if r.after < time.Minute || r.after >= t.ago {
			k.wrong(r.place, "the reply comes before its opening, or after the load.")
		}
		if t.closed > 0 && r.after > t.closed {
			k.wrong(r.place, "the thread is closed by then.")
		}
		if r.ParentExternalID != "" && k.parent(t, r).after > r.after {
			k.wrong(r.place, "it answers what is said later.")
		}
		if r.Accepted {
			accepted++
		}
	}
	if accepted > 1 || accepted == 1 && t.Kind != threads.Question {
		k.wrong(t.place, "only a question has an accepted answer, and only one.")
	}
}

func (k *sampleCheck) parent(t *sampleThread, r sampleReply) sampleReply {
	for _, other := range t.replies {
		if other.ExternalID == r.ParentExternalID {
			return other
		}
	}
	return r
}

// words looks at what is written some time before the load: it must be there, be allowed, and name only who and what exists by
// then.
func (k *sampleCheck) words(p place, title, body string, ago time.Duration) {
	if title == "" || strings.TrimSpace(body) == "" || len([]rune(title)) > threads.MaxTitle {
		k.wrong(p, "it has no title or no text, or too much of it.")
	}
	for _, m := range threadLink.FindAllStringSubmatch(body, -1) {
		if other := k.threads[m[2]]; other == nil || other.ago < ago {
			k.wrong(p, "the link %q leads to no thread of that time.", m[2])
		}
	}
	doc, err := markup.Render(body, markup.Options{Max: markup.MaxArticle})
	if err != nil {
		k.wrong(p, "%s", err)
	}
	for _, who := range doc.Mentions {
		if _, ok := k.persons[samplePersonID+who]; !ok {
			k.wrong(p, "it mentions @%s, who does not exist.", who)
		}
	}
}

// voters makes sure that votes come from people who may read it and did not write it.
func (k *sampleCheck) voters(p place, t *sampleThread, author string, useful []string) {
	for _, who := range useful {
		k.known(p, samplePersonID+who)
		k.mayRead(p, t, samplePersonID+who)
		if samplePersonID+who == author {
			k.wrong(p, "%s votes for their own words.", who)
		}
	}
}

// where makes sure that a thread has an audience that its network allows, and an author who belongs there.
func (k *sampleCheck) where(t *sampleThread) {
	if !slices.Contains([]string{"", auth.AudiencePublic, auth.AudienceHub, "own", "network"}, t.whom) {
		k.wrong(t.place, "it is for public, hub, own or network, not %q.", t.whom)
	}
	if t.network == "" {
		if t.whom == "network" {
			k.wrong(t.place, "it is for its network, but in none.")
		}
		return
	}
	n, ok := k.rooms[t.network]
	switch {
	case !ok:
		k.wrong(t.place, "there is no network %q.", t.network)
	case !k.member(t.network, t.AuthorExternalID):
		k.wrong(t.place, "%s is not in %s.", t.handle(), t.network)
	case t.whom == "own", n.Access != networks.Open && t.whom != "" && t.whom != "network", t.whom == auth.AudiencePublic && !n.Public:
		k.wrong(t.place, "what is in %s cannot be for %s.", t.network, t.whom)
	case n.since < t.ago:
		k.wrong(t.place, "%s did not exist then.", t.network)
	}
}

// mayRead makes sure that somebody may read a thread.
func (k *sampleCheck) mayRead(p place, t *sampleThread, person string) {
	n, inside := k.rooms[t.network]
	switch {
	case inside && (t.whom == "network" || n.Access != networks.Open):
		if !k.member(t.network, person) {
			k.wrong(p, "%s is not in %s.", person, t.network)
		}
	case t.whom == "own" && k.persons[person].organisation != k.persons[t.AuthorExternalID].organisation:
		k.wrong(p, "%s belongs to another organisation.", person)
	}
}

// decision makes sure that people and threads of a decision exist, and that things happen in order.
func (k *sampleCheck) decision(t *sampleThread) {
	d := t.decision
	for _, who := range []string{d.by, d.owner, d.deputy} {
		if who != "" {
			k.known(t.place, samplePersonID+who)
			k.mayRead(t.place, t, samplePersonID+who)
		}
	}
	for _, e := range d.evidence {
		if e.key != "" && k.threads[e.key] == nil {
			k.wrong(t.place, "the evidence %q leads to no thread.", e.key)
		}
	}
	for _, key := range []string{d.source, d.replaces} {
		if key != "" && (k.threads[key] == nil || k.threads[key].ago < t.ago) {
			k.wrong(t.place, "%q is no thread of that time.", key)
		}
	}
	for _, s := range d.stances {
		k.known(t.place, samplePersonID+s.who)
		k.mayRead(t.place, t, samplePersonID+s.who)
		if s.ago > t.ago || s.ago < d.when || (s.position == decisions.Disagree || s.position == decisions.Block) && s.reason == "" {
			k.wrong(t.place, "%s takes a stance too early, too late or without a reason.", s.who)
		}
	}
	for _, c := range d.changes {
		k.known(t.place, samplePersonID+c.who)
		if c.ago > t.ago || c.ago > d.when {
			k.wrong(t.place, "it is %s before it was decided.", c.what)
		}
	}
	if (d.State == decisions.Proposed) != (d.by == "") || d.when > t.ago {
		k.wrong(t.place, "nobody decided it, or too early.")
	}
	r := d.Record
	for _, e := range d.evidence {
		r.Evidence = append(r.Evidence, e.Evidence)
	}
	for _, s := range d.stances {
		r.Stances = append(r.Stances, decisions.StanceRecord{Position: s.position})
	}
	for _, c := range d.changes {
		r.Changes = append(r.Changes, decisions.ChangeRecord{What: c.what})
	}
	if err := r.Check(); err != nil {
		k.wrong(t.place, "%s.", err)
	}
}

func (k *sampleCheck) post(t *sampleThread) {
	k.mayBlog(t.place, t.blog, t.handle())
	k.series(t.place, t.blog, t.post.Series)
	k.known(t.place, t.post.Authors...)
	b := k.journal[t.blog]
	if b.since < t.ago || b.launch > 0 {
		k.wrong(t.place, "the blog %s was not there then.", t.blog)
	}
	if b.Audience != auth.AudiencePublic && t.whom == auth.AudiencePublic {
		k.wrong(t.place, "the blog %s is not public.", t.blog)
	}
	if key := t.blog + "/" + t.post.Slug; k.posts[key] {
		k.wrong(t.place, "there is another post %s.", key)
	} else {
		k.posts[key] = true
	}
}

// feeds makes sure that sources are invented, and that what they told of is to be seen somewhere.
func (k *sampleCheck) feeds() {
	list, err := parseSignals()
	if err != nil {
		k.t.Fatal(err)
	}
	told := map[string]bool{}
	for _, f := range list {
		k.known(f.place, samplePersonID+f.by)
		if f.topic != "" {
			k.subjects(f.place, []string{f.topic})
		}
		if f.network != "" && !k.member(f.network, samplePersonID+f.by) {
			k.wrong(f.place, "%s is not in %s.", f.by, f.network)
		}
		if !f.Kind.Valid() || !strings.Contains(f.URL, ".example/") || !f.Paused {
			k.wrong(f.place, "it is no source, a real one, or one that would be read.")
		}
		for _, i := range f.items {
			if i.Title == "" || i.Summary == "" || i.ago <= 0 || i.ago > 29*24*time.Hour {
				k.wrong(i.place, "an item has a title and a text, and is less than a month old.")
			}
			if t := k.threads[i.clipped]; i.clipped != "" && (t == nil || t.Kind != threads.Signal || t.Title != i.Title) {
				k.wrong(i.place, "there is no signal %q of this title.", i.clipped)
			}
			if i.same != "" && !told[i.same] {
				k.wrong(i.place, "%q does not come before it.", i.same)
			}
			told[f.key+"/"+i.GUID] = true
		}
	}
}
