package importers

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"time"
)

// JSONL imports the hub's own open format, JSON Lines as docs/import.md documents it, from one file, from every .jsonl and
// .jsonl.gz file of a folder, in order of their names, or from an archive that Export wrote. Lines without a type are plain documents (id, title, text, author,
// date) or plain people (id, name), mapped as documented there.
//
// External ids are those given for typed lines, and SOURCE/ID and SOURCE/person/AUTHOR for plain ones, where the source is
// the name of the folder unless Options.Source says otherwise.
func JSONL(ctx context.Context, d Deps, path string, o Options) (_ Report, err error) {
	b, err := openBundle(path)
	if err != nil {
		return Report{}, err
	}
	defer func() { err = errors.Join(err, b.Close()) }()
	return importLines(ctx, d, b, sourceOf(o, b.name), o, time.Now())
}

// input calls do with each line of one file.
type input func(ctx context.Context, do func(file string, n int, line []byte) error) error

// record is any line of the format. Fields of typed lines come first, those of plain documents after.
type record struct {
	Type       string `json:"type"`
	ExternalID string `json:"external_id"`

	// organisation, unit, person, topic
	Name         string   `json:"name"`
	Slug         string   `json:"slug"`
	Home         bool     `json:"home"`
	Organisation string   `json:"organisation"`
	Parent       string   `json:"parent"` // also of a reply, and of a plain answer
	Handle       string   `json:"handle"`
	JobTitle     string   `json:"job_title"`
	Unit         string   `json:"unit"`
	Location     string   `json:"location"`
	Phone        string   `json:"phone"`
	Email        string   `json:"email"`
	About        string   `json:"about"`
	Photo        string   `json:"photo"`
	Manager      string   `json:"manager"`
	Left         moment   `json:"left"`
	LeftAgo      string   `json:"left_ago"` // instead of left
	Account      *account `json:"account"`
	Pronouns     string   `json:"pronouns"`
	Languages    string   `json:"languages"`
	Pattern      string   `json:"working_pattern"`
	HowToWork    string   `json:"how_to_work"`
	Privacy      string   `json:"privacy"`
	WritesIn     string   `json:"writes_in"`
	AskAbout     []string `json:"ask_about"`
	Description  string   `json:"description"`
	Synonyms     []string `json:"synonyms"`
	Broader      string   `json:"broader"`
	Former       []string `json:"former_slugs"`

	// network; its name, slug, about and created are above and below
	Purpose string       `json:"purpose"`
	Access  string       `json:"access"`
	Public  bool         `json:"public"`
	Members []memberLine `json:"members"`
	Parents []string     `json:"parents"`

	// blog, post, draft
	Blog      string       `json:"blog"`
	Launch    moment       `json:"launch"`
	AllSeries []seriesLine `json:"all_series"`
	Series    string       `json:"series"`
	Summary   string       `json:"summary"`
	Cover     string       `json:"cover"`
	CoverAlt  string       `json:"cover_alt"`
	Published moment       `json:"published"`
	Publish   moment       `json:"publish"`

	// thread, reply
	Thread   string   `json:"thread"`
	Kind     string   `json:"kind"`
	Title    string   `json:"title"`
	Body     string   `json:"body"`
	By       names    `json:"author"`
	Author   string   `json:"-"` // the first of By
	Topics   []string `json:"topics"`
	Audience string   `json:"audience"`
	Created  moment   `json:"created"`
	Edited   moment   `json:"edited"`
	Closed   moment   `json:"closed"`
	Pinned   moment   `json:"pinned"`
	Network  string   `json:"network"` // also of a blog and a redirect
	Ago      string   `json:"ago"`     // instead of created: 3d4h before the import
	Votes    int      `json:"votes"`
	Accepted bool     `json:"accepted"`

	Deleted moment `json:"deleted"`

	// vote, revision: about a thread or a reply
	Reply  string `json:"reply"`
	Number int    `json:"number"`
	Editor string `json:"editor"`

	// source, signal: a signal is about a thread; kind, title, published and the like are above and below
	URL    string `json:"url"`
	Source string `json:"source"`
	Paused bool   `json:"paused"`
	Read   moment `json:"read"`

	// fresh: about a thread; person is who checked it, created when
	Successor string    `json:"successor"`
	Keep      *keepLine `json:"keep"`

	Reflection *reflectionLine `json:"reflection"`
	Gap        *gapLine        `json:"gap"`

	// decision: what was decided in a thread
	Decision *decisionLine `json:"decision"`

	// vote: who; follow: who follows what; topics by name, everything else by external id
	Person  string   `json:"person"`
	People  []string `json:"people"`
	Units   []string `json:"units"`
	Threads []string `json:"threads"`

	Networks []string `json:"networks"`
	Blogs    []string `json:"blogs"`

	// redirect: path and one of thread, reply, topic, person, blog and network; attachment: file, name, thread and person
	Path        string `json:"path"`
	Topic       string `json:"topic"`
	File        string `json:"file"`
	ContentType string `json:"content_type"`
	Size        int64  `json:"size"`

	// plain documents and people
	ID      string   `json:"id"`
	Text    string   `json:"text"`
	Authors names    `json:"authors"` // of a typed thread or post, those who wrote it with the author
	Date    moment   `json:"date"`
	Tags    []string `json:"tags"`
	Score   int      `json:"score"`
	Agency  string   `json:"agency"`
	Bio     string   `json:"bio"`
}

// memberLine is one person in a network line.
type memberLine struct {
	Person  string `json:"person"`
	Role    string `json:"role,omitempty"`  // steward, or nothing
	State   string `json:"state,omitempty"` // requested or invited; nothing for a member
	Note    string `json:"note,omitempty"`
	Created moment `json:"created,omitzero"`
}

// seriesLine is one series in a blog line.
type seriesLine struct {
	ExternalID  string `json:"external_id,omitempty"`
	Slug        string `json:"slug,omitempty"`
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
}

// account asks for a login; only the sample content has any.
type account struct {
	Email string `json:"email"`
	Roles string `json:"roles"`
	Label string `json:"label"`
}

// knownFields are the names above, to report what was left out.
var knownFields = []string{
	"type", "external_id", "name", "home", "organisation", "parent", "handle", "job_title", "unit", "location", "phone", "email",
	"about", "manager", "left", "left_ago", "account", "description", "synonyms", "broader", "thread", "kind", "title", "body", "author",
	"person", "people", "units", "threads", "topics", "audience", "created", "edited", "closed", "ago", "votes", "accepted", "id", "text", "authors", "date", "tags",
	"score", "agency", "bio", "slug", "photo", "deleted", "reply", "number", "editor", "pronouns", "languages", "working_pattern",
	"how_to_work", "privacy", "writes_in", "ask_about", "former_slugs", "purpose", "access", "public", "members", "parents", "blog", "launch",
	"all_series", "series", "summary", "cover", "cover_alt", "published", "publish", "pinned", "network", "networks", "blogs", "path", "topic",
	"file", "content_type", "size", "successor", "decision", "keep", "reflection", "gap", "url", "source", "paused", "read",
}

// What a line is about.
const (
	typeOrganisation = "organisation"
	typeUnit         = "unit"
	typePerson       = "person"
	typeTopic        = "topic"
	typeThread       = "thread"
	typeReply        = "reply"
	typeVote         = "vote"
	typeRevision     = "revision"
	typeFollow       = "follow"
	typeNetwork      = "network"
	typeBlog         = "blog"
	typePost         = "post"
	typeDraft        = "draft"
	typeRedirect     = "redirect"
	typeAttachment   = "attachment"
	typeStatement    = "statement"
	typeFresh        = "fresh"
	typeSource       = "source"
	typeSignal       = "signal"
	typeDecision     = "decision"
	typeReflection   = "reflection"
	typeGap          = "gap"
)

// nameless are the types of lines that nothing refers to.
var nameless = []string{typeVote, typeRevision, typeFollow, typePost, typeRedirect, typeStatement, typeFresh, typeSignal, typeDecision, typeGap}

// audienceOrg begins the audience of one organisation, audienceNetwork that of the members of a network.
const (
	audienceOrg     = "org:"
	audienceNetwork = "network:"
)

const unknownAuthor = "Unknown author"

// jsonl is the import of some files of lines.
type jsonl struct {
	*run
	*bundle
	source string
	now    time.Time

	organisations map[string]organisation // external id →
	units         map[string]unit
	places        map[string]place // type and external id → where it was first
	duplicates    map[place]bool
	authors       map[string]string // external id → name, of people made because somebody wrote something
	plainTopics   map[string]string // external id → name
	waiting       []reference       // checked when everything is known
	known         map[string]bool   // external ids of people that the hub had before
	first         bool              // the first pass is under way
	ignored       map[string]bool   // fields nobody reads
	audiences     map[string]string // as written → as kept
	counts        map[string]int
	read          map[string]int    // lines, by file
	late          map[string]string // reply → the reply it answers, which comes after it
	family        family            // of plain documents
	circle        string            // the organisation that the authors of plain documents belong to, "" for the home organisation
	joint         int               // threads by several authors
	own           own
	posted        map[string]place // threads that a post line is about
	posts         map[string]place // threads of the kind post
	decided       map[string]place // threads that a decision line is about
	decisions     map[string]place // threads of the kind decision
	noticed       map[string]place // threads that a signal line is about
	signals       map[string]place // threads of the kind signal

	// Known once they are written.
	organisationIDs map[string]int64
	unitIDs         map[string]int64
	topicsByName    map[string]knownTopic
	topicIDs        map[string]int64
	networkIDs      map[string]int64
	blogIDs         map[string]int64
}

type organisation struct {
	name string
	home bool
}

type unit struct{ name, parent, organisation string }

// knownTopic is a topic of the input as the hub has it.
type knownTopic struct {
	id   int64
	slug string
}

type place struct {
	file string
	line int
}

// reference is a line that names another.
type reference struct {
	place
	typ, id, what string
}

func importLines(ctx context.Context, d Deps, b *bundle, source string, o Options, now time.Time) (Report, error) {
	r, err := begin(d, o, "jsonl")
	if err != nil {
		return Report{}, err
	}
	r.report.Source = source
	circle := cmp.Or(r.Organisation, source)
	if r.Organisation == Home {
		r.Organisation, circle = "", ""
	}
	j := &jsonl{
		run: r, bundle: b, source: source, now: now,
		organisations: map[string]organisation{}, units: map[string]unit{}, places: map[string]place{}, duplicates: map[place]bool{},
		authors: map[string]string{}, plainTopics: map[string]string{}, known: map[string]bool{}, ignored: map[string]bool{},
		audiences: map[string]string{}, counts: map[string]int{}, read: map[string]int{}, late: map[string]string{}, own: own{d.DB, nil},
		family: family{parents: map[string]string{}}, circle: circle,
		organisationIDs: map[string]int64{}, unitIDs: map[string]int64{}, topicsByName: map[string]knownTopic{}, topicIDs: map[string]int64{},
		networkIDs: map[string]int64{}, blogIDs: map[string]int64{}, posted: map[string]place{}, posts: map[string]place{},
		decided: map[string]place{}, decisions: map[string]place{},
		noticed: map[string]place{}, signals: map[string]place{},
	}
	r.Progress.Start("Checking", 0)
	if err := j.check(ctx); err != nil {
		return *r.report, err
	}
	r.Progress.End()
	if !j.founds() {
		if err := r.founded(ctx); err != nil {
			return *r.report, err
		}
	}
	err = j.write(ctx)
	r.Progress.End()
	r.report.Took = time.Since(r.began)
	return *r.report, err
}

// each calls do with every record of every file, in the words of typed lines.
func (j *jsonl) each(ctx context.Context, do func(p place, rec *record) error) error {
	for _, in := range j.inputs {
		err := in(ctx, func(file string, n int, line []byte) error {
			if len(bytes.TrimSpace(line)) == 0 {
				return nil
			}
			p := place{file, n}
			rec, err := j.parse(p, line)
			if err != nil {
				return err
			}
			return do(p, rec)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// write is the second pass, once over the input for each kind of record, so that what is named is there before it is named.
func (j *jsonl) write(ctx context.Context) error {
	for _, step := range []struct {
		of    string // reading everything once more is left out where there is none of these
		write func(context.Context) error
	}{
		{typeOrganisation, j.writeOrganisations}, {typeUnit, j.writeUnits}, {"", j.writeTopics}, {"", j.writePeople}, {typePerson, j.writePhotos},
		{typeNetwork, j.writeNetworks}, {typeBlog, j.writeBlogs}, {typeThread, j.writeThreads}, {typeThread, j.writeCoAuthors},
		{typePost, j.writePosts}, {typeSource, j.writeSources}, {typeSignal, j.writeSignals}, {typeDraft, j.writeDrafts}, {typeReply, j.writeReplies}, {typeFresh, j.writeFresh}, {typeDecision, j.writeDecisions}, {typeReflection, j.writeReflections},
		{typeGap, j.writeGaps}, {typeRevision, j.writeRevisions},
		{typeVote, j.writeVotes}, {typeFollow, j.writeFollows}, {typeAttachment, j.writeAttachments}, {typeRedirect, j.writeRedirects},
		{typeStatement, j.writeStatements},
	} {
		if step.of != "" && j.counts[step.of] == 0 {
			continue
		}
		if err := step.write(ctx); err != nil {
			return err
		}
	}
	if n := len(j.duplicates); n > 0 {
		j.report.note("%s with an id that came before in the input; the first was taken.", plural(n, "line"))
	}
	return nil
}

// founds reports whether the input has a home organisation, with which an empty hub begins.
func (j *jsonl) founds() bool {
	for _, o := range j.organisations {
		if o.home {
			return true
		}
	}
	return false
}
