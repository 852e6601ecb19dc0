package importers

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/markup"
	"watercooler/app/people"
	"watercooler/app/threads"
	"watercooler/app/topics"
	"watercooler/auth"
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
	Description  string   `json:"description"`
	Synonyms     []string `json:"synonyms"`
	Broader      string   `json:"broader"`

	// thread, reply
	Thread   string   `json:"thread"`
	Kind     string   `json:"kind"`
	Title    string   `json:"title"`
	Body     string   `json:"body"`
	Author   string   `json:"author"`
	Topics   []string `json:"topics"`
	Audience string   `json:"audience"`
	Created  moment   `json:"created"`
	Edited   moment   `json:"edited"`
	Closed   moment   `json:"closed"`
	Ago      string   `json:"ago"` // instead of created: 3d4h before the import
	Votes    int      `json:"votes"`
	Accepted bool     `json:"accepted"`

	Deleted moment `json:"deleted"`

	// vote, revision: about a thread or a reply
	Reply  string `json:"reply"`
	Number int    `json:"number"`
	Editor string `json:"editor"`

	// vote: who; follow: who follows what; topics by name, everything else by external id
	Person  string   `json:"person"`
	People  []string `json:"people"`
	Units   []string `json:"units"`
	Threads []string `json:"threads"`

	// plain documents and people
	ID      string   `json:"id"`
	Text    string   `json:"text"`
	Authors []string `json:"authors"`
	Date    moment   `json:"date"`
	Tags    []string `json:"tags"`
	Score   int      `json:"score"`
	Agency  string   `json:"agency"`
	Bio     string   `json:"bio"`
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
	"score", "agency", "bio", "slug", "photo", "deleted", "reply", "number", "editor",
}

// moment is a time in any of the usual ways of writing one; without a zone it is UTC.
type moment struct{ time.Time }

// UnmarshalJSON implements json.Unmarshaler.
func (m *moment) UnmarshalJSON(raw []byte) error {
	var s string
	if err := json.Unmarshal(raw, &s); err != nil {
		return dateError(raw)
	}
	if s == "" {
		return nil
	}
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05", time.DateOnly, "2006-01", "2006"} {
		if t, err := time.Parse(layout, s); err == nil {
			m.Time = t.UTC()
			return nil
		}
	}
	return dateError(s)
}

// dateError is what was written where a date was expected.
type dateError string

// Error implements error.
func (e dateError) Error() string {
	return fmt.Sprintf("%.40q is not a date; write 2027-03-04 or 2027-03-04T09:30:00Z", string(e))
}

// pointer returns nil for an absent time.
func (m moment) pointer() *time.Time {
	if m.IsZero() {
		return nil
	}
	return &m.Time
}

// ago reads "3d4h30m" as a duration.
func ago(s string) (time.Duration, error) {
	var total time.Duration
	for rest := s; rest != ""; {
		i := strings.IndexAny(rest, "wdhm")
		if i < 1 {
			return 0, fmt.Errorf("%.20q is not a time ago such as 3d4h", s)
		}
		n, err := strconv.Atoi(rest[:i])
		if err != nil || n < 0 || n > 10_000 {
			return 0, fmt.Errorf("%.20q is not a time ago such as 3d4h", s)
		}
		unit := map[byte]time.Duration{'w': 7 * 24 * time.Hour, 'd': 24 * time.Hour, 'h': time.Hour, 'm': time.Minute}[rest[i]]
		total += time.Duration(n) * unit
		rest = rest[i+1:]
	}
	return total, nil
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
)

// nameless are the types of lines that nothing refers to.
var nameless = []string{typeVote, typeRevision, typeFollow}

// audienceOrg begins the audience of one organisation.
const audienceOrg = "org:"

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
	own           own

	// Known once they are written.
	organisationIDs map[string]int64
	unitIDs         map[string]int64
	topicsByName    map[string]knownTopic
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
	began := time.Now()
	r.report.Source = source
	if r.Organisation == Home {
		r.Organisation = ""
	}
	j := &jsonl{
		run: r, bundle: b, source: source, now: now,
		organisations: map[string]organisation{}, units: map[string]unit{}, places: map[string]place{}, duplicates: map[place]bool{},
		authors: map[string]string{}, plainTopics: map[string]string{}, known: map[string]bool{}, ignored: map[string]bool{},
		audiences: map[string]string{}, counts: map[string]int{}, read: map[string]int{}, late: map[string]string{}, own: own{d.DB, nil},
		organisationIDs: map[string]int64{}, unitIDs: map[string]int64{}, topicsByName: map[string]knownTopic{},
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
	r.report.Took = time.Since(began)
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

// parse reads one line. What is plain becomes typed.
func (j *jsonl) parse(p place, line []byte) (*record, error) {
	rec := &record{}
	d := json.NewDecoder(bytes.NewReader(line))
	if err := d.Decode(rec); err != nil {
		var wrong *json.UnmarshalTypeError
		var date dateError
		switch {
		case errors.As(err, &date):
			return nil, problem(p.file, p.line, "%s.", date)
		case errors.As(err, &wrong):
			return nil, problem(p.file, p.line, "%q is a %s here; see docs/import.md for what it should be.", wrong.Field, wrong.Value)
		case errors.Is(err, io.ErrUnexpectedEOF):
			return nil, problem(p.file, p.line, "the line ends in the middle of a JSON object; the file may have been cut off.")
		default:
			return nil, problem(p.file, p.line, "this is not a JSON object (%s).", clipped(err.Error()))
		}
	}
	if d.More() {
		return nil, problem(p.file, p.line, "there is more than one JSON value on the line.")
	}
	if j.first && p.line <= sampled {
		j.noteFields(line)
	}
	if rec.Type == "" {
		if rec.ID == "" {
			return nil, problem(p.file, p.line, `the line has neither "type" nor "id".`)
		}
		j.plain(rec)
	}
	return rec, nil
}

// sampled is how many lines of each file are looked at for fields that nobody reads.
const sampled = 200

// noteFields remembers the names of the fields that are left out, for the report.
func (j *jsonl) noteFields(line []byte) {
	var fields map[string]json.RawMessage
	if json.Unmarshal(line, &fields) != nil {
		return
	}
	for name := range fields {
		if !slices.Contains(knownFields, strings.ToLower(name)) {
			j.ignored[name] = true
		}
	}
}

// plain turns a document or person without a type into a typed record, by the mapping of docs/import.md.
func (j *jsonl) plain(rec *record) {
	rec.ExternalID = j.source + "/" + rec.ID
	if rec.Name != "" && rec.Title == "" && rec.Text == "" {
		rec.Type = typePerson
		rec.ExternalID = j.personID(rec.ID)
		rec.About = rec.Bio
		rec.Organisation = "name:" + rec.Agency
		return
	}
	rec.Type = typeThread
	if rec.Kind == "a" && rec.Parent != "" {
		rec.Type = typeReply
		rec.Thread, rec.Parent = j.source+"/"+rec.Parent, ""
	}
	kind := threads.Discussion
	if rec.Kind == "q" || rec.Kind == "question" {
		kind = threads.Question
	}
	rec.Kind = string(kind)
	rec.Body = strings.TrimSpace(rec.Text)
	if rec.Title = strings.TrimSpace(rec.Title); rec.Title == "" {
		rec.Title = firstSentence(rec.Body)
	}
	rec.Topics = append(rec.Topics, rec.Tags...)
	for i, t := range rec.Topics {
		rec.Topics[i] = topicName(t)
	}
	rec.Votes = max(0, rec.Score)
	rec.Created = rec.Date
	names := rec.Authors
	if len(names) == 0 && strings.TrimSpace(rec.Author) != "" {
		names = []string{rec.Author}
	}
	rec.Author = j.personID("unknown")
	if len(names) > 0 {
		rec.Author = j.personID(names[0])
	}
	if len(names) > 1 {
		with := make([]string, 0, len(names)-1)
		for _, n := range names[1:] {
			with = append(with, authorName(n))
		}
		rec.Body += "\n\nWritten with " + strings.Join(with, ", ") + "."
	}
}

func (j *jsonl) personID(author string) string {
	return j.source + "/person/" + strings.TrimSpace(author)
}

// authorName makes a name of an id: "Greg_Stein" → "Greg Stein".
func authorName(id string) string {
	name := strings.Join(strings.Fields(strings.ReplaceAll(id, "_", " ")), " ")
	if _, err := strconv.Atoi(name); err == nil {
		return "Author " + name
	}
	return name
}

// firstSentence makes a title of a text that has none.
func firstSentence(text string) string {
	const most = 90
	line := strings.Join(strings.Fields(text), " ")
	if cut := strings.IndexAny(line, ".?!"); cut > 20 && cut < most {
		return line[:cut+1]
	}
	r := []rune(line)
	if len(r) <= most {
		return line
	}
	short := string(r[:most])
	if cut := strings.LastIndexByte(short, ' '); cut > most/2 {
		short = short[:cut]
	}
	return short + "…"
}

// check is the first pass.
func (j *jsonl) check(ctx context.Context) error {
	plainAuthors := map[string]string{}
	j.first = true
	defer func() { j.first = false }()
	err := j.each(ctx, func(p place, rec *record) error {
		j.Progress.Add(1)
		j.read[p.file]++
		if slices.Contains(nameless, rec.Type) {
			return j.checkTyped(p, rec)
		}
		if rec.ID == "" && rec.ExternalID == "" {
			return problem(p.file, p.line, "the %s has no external_id.", rec.Type)
		}
		key := rec.Type + " " + rec.ExternalID
		if first, twice := j.places[key]; twice {
			if rec.ID == "" {
				return problem(p.file, p.line, "the %s %s is in line %d of %s already.", rec.Type, rec.ExternalID, first.line, first.file)
			}
			j.duplicates[p] = true
			return nil
		}
		j.places[key] = p
		if rec.ID == "" {
			return errors.Join(j.own.add(ctx, rec), j.checkTyped(p, rec))
		}
		return j.checkPlain(p, rec, plainAuthors)
	})
	if err != nil {
		return err
	}
	if len(j.ignored) > 0 {
		j.report.note("These fields are not known and were left out: %s.", strings.Join(sortedKeys(j.ignored), ", "))
	}
	if len(j.places) == 0 {
		return errs.Invalidf("There is nothing to import: the input is empty.")
	}
	if err := errors.Join(j.own.flush(ctx), j.complete(j.read), j.checkUnits()); err != nil {
		return err
	}
	for id, name := range plainAuthors {
		if _, ok := j.places[typePerson+" "+id]; !ok {
			j.authors[id] = name
		}
	}
	return j.checkReferences(ctx)
}

// checkTyped checks a line of the hub's own format.
func (j *jsonl) checkTyped(p place, rec *record) error {
	require := func(name, value string) error {
		if strings.TrimSpace(value) == "" {
			return problem(p.file, p.line, "the %s has no %s.", strings.TrimSpace(rec.Type+" "+rec.ExternalID), name)
		}
		return nil
	}
	refer := func(typ, id, what string) {
		if id != "" {
			j.waiting = append(j.waiting, reference{p, typ, id, what})
		}
	}
	for _, s := range []string{rec.Ago, rec.LeftAgo} {
		if _, err := ago(s); err != nil {
			return problem(p.file, p.line, "%s.", err)
		}
	}
	j.counts[rec.Type]++
	switch rec.Type {
	case typeOrganisation:
		j.organisations[rec.ExternalID] = organisation{rec.Name, rec.Home}
		return require("name", rec.Name)
	case typeUnit:
		j.units[rec.ExternalID] = unit{rec.Name, rec.Parent, rec.Organisation}
		refer(typeUnit, rec.Parent, "parent")
		refer(typeOrganisation, rec.Organisation, "organisation")
		return require("name", rec.Name)
	case typePerson:
		refer(typeOrganisation, rec.Organisation, "organisation")
		refer(typeUnit, rec.Unit, "unit")
		refer(typePerson, rec.Manager, "manager")
		if markup.Check(rec.About, 0) != nil {
			return problem(p.file, p.line, "the about text of %s is too long or too deeply nested.", rec.ExternalID)
		}
		if err := j.checkPhoto(rec.Photo); err != nil {
			return problem(p.file, p.line, "the photo of %s %s.", rec.ExternalID, err)
		}
		return require("name", rec.Name)
	case typeTopic:
		return require("name", rec.Name)
	case typeThread:
		refer(typePerson, rec.Author, "author")
		if kind := threads.Kind(rec.Kind); kind != threads.Question && kind != threads.Discussion {
			return problem(p.file, p.line, `the kind of a thread is "question" or "discussion", not %.20q.`, rec.Kind)
		}
		return errors.Join(require("title", rec.Title), require("author", rec.Author), j.checkBody(p, rec), j.checkAudience(p, rec))
	case typeReply:
		refer(typePerson, rec.Author, "author")
		refer(typeThread, rec.Thread, "thread")
		refer(typeReply, rec.Parent, "parent")
		if _, before := j.places[typeReply+" "+rec.Parent]; rec.Parent != "" && !before {
			j.late[rec.ExternalID] = rec.Parent
		}
		if rec.Deleted.IsZero() {
			return errors.Join(require("thread", rec.Thread), require("author", rec.Author), require("body", rec.Body), j.checkBody(p, rec))
		}
		return errors.Join(require("thread", rec.Thread), require("author", rec.Author))
	case typeVote:
		refer(typePerson, rec.Person, "voter")
		return errors.Join(require("person", rec.Person), j.checkAbout(p, rec, refer))
	case typeRevision:
		refer(typePerson, rec.Editor, "editor")
		if rec.Number < 1 {
			return problem(p.file, p.line, "the revision has no number; the original is 1.")
		}
		return errors.Join(require("editor", rec.Editor), j.checkAbout(p, rec, refer))
	case typeFollow:
		refer(typePerson, rec.Person, "follower")
		for typ, ids := range map[string][]string{typePerson: rec.People, typeUnit: rec.Units, typeThread: rec.Threads} {
			for _, id := range ids {
				refer(typ, id, "followed")
			}
		}
		if slices.Contains(rec.People, rec.Person) {
			return problem(p.file, p.line, "%s cannot follow themselves.", rec.Person)
		}
		return require("person", rec.Person)
	default:
		return problem(p.file, p.line, "%.20q is not a type of line. It is organisation, unit, person, topic, thread, reply, vote, revision or follow.", rec.Type)
	}
}

func (j *jsonl) checkBody(p place, rec *record) error {
	if err := markup.Check(rec.Body, markup.MaxArticle); err != nil {
		return problem(p.file, p.line, "%s", err)
	}
	return nil
}

// checkAbout makes sure that a vote or revision is about one thing.
func (j *jsonl) checkAbout(p place, rec *record, refer func(typ, id, what string)) error {
	if (rec.Thread == "") == (rec.Reply == "") {
		return problem(p.file, p.line, "the %s names neither a thread nor a reply, or both.", rec.Type)
	}
	refer(typeThread, rec.Thread, "thread")
	refer(typeReply, rec.Reply, "reply")
	return nil
}

// checkUnits makes sure that no unit is part of itself.
func (j *jsonl) checkUnits() error {
	for _, id := range sortedKeys(j.units) {
		above := j.units[id].parent
		for range j.units {
			if above == id {
				p := j.places[typeUnit+" "+id]
				return problem(p.file, p.line, "the unit %s is part of itself.", id)
			}
			above = j.units[above].parent
		}
	}
	return nil
}

// checkAudience accepts public, hub and org:EXTERNAL-ID.
func (j *jsonl) checkAudience(p place, rec *record) error {
	id, org := strings.CutPrefix(rec.Audience, audienceOrg)
	switch {
	case rec.Audience == "", rec.Audience == auth.AudiencePublic, rec.Audience == auth.AudienceHub:
	case org:
		j.waiting = append(j.waiting, reference{p, typeOrganisation, id, "audience"})
	default:
		return problem(p.file, p.line, "%.40q is not an audience. Use public, hub or org: and an organisation's external_id.", rec.Audience)
	}
	return nil
}

// checkPlain remembers who wrote a plain document and what it is about. Texts too complex to show are skipped when they are
// written, not refused: a dump is taken as it is.
func (j *jsonl) checkPlain(p place, rec *record, authors map[string]string) error {
	j.counts[rec.Type]++
	if rec.Type == typePerson {
		return nil
	}
	authors[rec.Author] = authorName(strings.TrimPrefix(rec.Author, j.personID("")))
	if rec.Author == j.personID("unknown") {
		authors[rec.Author] = unknownAuthor
	}
	for _, t := range rec.Topics {
		j.plainTopics[j.source+"/topic/"+markup.Slug(t)] = t
	}
	return nil
}

// checkReferences makes sure that everything named exists, in the input or, for people, in the hub.
func (j *jsonl) checkReferences(ctx context.Context) error {
	var missing []reference
	for _, ref := range j.waiting {
		if _, ok := j.places[ref.typ+" "+ref.id]; !ok {
			missing = append(missing, ref)
		}
	}
	var ids []string
	for _, ref := range missing {
		if ref.typ == typePerson {
			ids = append(ids, ref.id)
		}
	}
	ids = append(ids, sortedKeys(j.authors)...)
	slices.Sort(ids)
	here, err := j.People.IDsByExternal(ctx, j.DB, slices.Compact(ids))
	if err != nil {
		return err
	}
	for id := range here {
		j.known[id] = true
	}
	for _, ref := range missing {
		if ref.typ == typePerson && j.known[ref.id] {
			continue
		}
		return problem(ref.file, ref.line, "the %s is %s %s, which is neither in the input nor in the hub.", ref.what, ref.typ, ref.id)
	}
	return nil
}

// write is the second pass, once over the input for each kind of record, so that what is named is there before it is named.
func (j *jsonl) write(ctx context.Context) error {
	for _, step := range []func(context.Context) error{
		j.writeOrganisations, j.writeUnits, j.writePeople, j.writePhotos, j.writeTopics, j.writeThreads, j.writeReplies, j.writeRevisions,
		j.writeVotes, j.writeFollows,
	} {
		if err := step(ctx); err != nil {
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

// writeOrganisations makes sure that organisations exist, because everything else belongs to one. The home organisation is
// the hub's own.
func (j *jsonl) writeOrganisations(ctx context.Context) error {
	var list []people.OrganisationRecord
	err := j.each(ctx, func(_ place, rec *record) error {
		if rec.Type == typeOrganisation {
			list = append(list, people.OrganisationRecord{ExternalID: rec.ExternalID, Name: rec.Name, Slug: rec.Slug, Home: rec.Home})
		}
		return nil
	})
	if err != nil || len(list) == 0 {
		return err
	}
	j.report.read("organisations", len(list))
	var out people.Outcome
	if err := j.DB.Tx(ctx, func(tx *db.Tx) (err error) {
		out, err = j.People.ImportOrganisations(ctx, tx, list)
		return err
	}); err != nil {
		return err
	}
	c := j.report.count("organisations")
	c.Created, c.Unchanged = out.Created, out.Unchanged
	j.organisationIDs = out.IDs
	for id, o := range out.IDs {
		j.audiences[audienceOrg+id] = auth.OrgAudience(o)
	}
	return nil
}

// writeUnits makes sure that units exist, also those nobody works in.
func (j *jsonl) writeUnits(ctx context.Context) error {
	var list []people.UnitRecord
	err := j.each(ctx, func(_ place, rec *record) error {
		if rec.Type == typeUnit {
			list = append(list, people.UnitRecord{ExternalID: rec.ExternalID, ParentExternalID: rec.Parent, Name: rec.Name})
		}
		return nil
	})
	if err != nil || len(list) == 0 {
		return err
	}
	j.report.read("units", len(list))
	home, err := j.People.Home(ctx)
	if err != nil {
		return err
	}
	return j.DB.Tx(ctx, func(tx *db.Tx) error {
		belongs := home.ID
		if j.Organisation != "" {
			if belongs, err = j.People.Partner(ctx, tx, j.Organisation); err != nil {
				return err
			}
		}
		for i, r := range list {
			if list[i].Organisation = j.organisationIDs[j.organisationOf(r.ExternalID)]; list[i].Organisation == 0 {
				list[i].Organisation = belongs
			}
		}
		out, err := j.People.ImportUnits(ctx, tx, list)
		if err != nil {
			return err
		}
		j.unitIDs = out.IDs
		c := j.report.count("units")
		c.Created, c.Changed, c.Unchanged = out.Created, out.Changed, out.Unchanged
		return nil
	})
}

// organisationOf returns the organisation of a unit, which is that of the nearest unit above it that names one.
func (j *jsonl) organisationOf(unit string) string {
	for range len(j.units) + 1 { // a circle is refused elsewhere; here it only has to end
		if o := j.units[unit].organisation; o != "" {
			return o
		}
		unit = j.units[unit].parent
	}
	return ""
}

// created returns when a record was made: its date, or some time before the load.
func (j *jsonl) created(rec *record) time.Time {
	if d, err := ago(rec.Ago); err == nil && rec.Ago != "" {
		return j.now.Add(-d)
	}
	return rec.Created.Time
}

// dated gives a record its hash and then its date. The hash is of what the source says, which is not always what is written:
// "3d ago" is another moment every day, and a document without a date gets that of its import.
func (j *jsonl) dated(rec *record, created *time.Time, hash *string, record any) (err error) {
	if *hash, err = hashOf([]any{record, rec.Ago, rec.LeftAgo}); err != nil {
		return err
	}
	if *created = j.created(rec); created.IsZero() {
		*created = j.now
	}
	return nil
}

// person returns the record of a person line, without date and hash.
func (j *jsonl) person(rec *record) people.Record {
	p := people.Record{
		ExternalID: rec.ExternalID, Name: rec.Name, Handle: rec.Handle, JobTitle: rec.JobTitle, Location: rec.Location, Phone: rec.Phone,
		Email: rec.Email, About: rec.About, UnitID: j.unitIDs[rec.Unit], ManagerExternalID: rec.Manager, LeftAt: rec.Left.pointer(),
		CreatedAt: rec.Created.Time, Organisation: j.Organisation,
	}
	organisation := rec.Organisation
	if organisation == "" {
		organisation = j.organisationOf(rec.Unit)
	}
	name, named := strings.CutPrefix(organisation, "name:")
	if named && name != "" {
		p.Organisation = name
	}
	p.OrganisationID = j.organisationIDs[organisation]
	return p
}

func (j *jsonl) writePeople(ctx context.Context) error {
	fresh := 0
	for id := range j.authors {
		if !j.known[id] {
			fresh++
		}
	}
	j.Progress.Start("People", j.counts[typePerson]+fresh)
	managers := map[string]string{}
	out := j.people(ctx, "people")
	err := j.each(ctx, func(p place, rec *record) error {
		if rec.Type != typePerson || j.duplicates[p] {
			return nil
		}
		j.report.read("people", 1)
		person := j.person(rec)
		if markup.Check(person.About, 0) != nil {
			person.About = ""
			j.report.note("The about text of %s is too long or too deeply nested and was left out.", rec.ExternalID)
		}
		if person.ManagerExternalID != "" {
			managers[person.ExternalID] = person.ManagerExternalID
		}
		if err := j.dated(rec, &person.CreatedAt, &person.Hash, person); err != nil {
			return err
		}
		if d, err := ago(rec.LeftAgo); err == nil && rec.LeftAgo != "" {
			at := j.now.Add(-d)
			person.LeftAt = &at
		}
		return out.add(person)
	})
	if err != nil {
		return err
	}
	for _, id := range sortedKeys(j.authors) {
		if j.known[id] { // a person of this source, or one that an earlier import made
			j.report.read("people", 1)
			j.report.count("people").Unchanged++
			continue
		}
		j.report.read("people", 1)
		if err := out.add(people.Record{ExternalID: id, Name: j.authors[id], Organisation: j.Organisation}); err != nil {
			return err
		}
	}
	if err := out.flush(); err != nil || len(managers) == 0 {
		return err
	}
	return j.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := j.People.LinkManagers(ctx, tx, managers)
		return err
	})
}

func (j *jsonl) writeTopics(ctx context.Context) error {
	j.Progress.Start("Topics", j.counts[typeTopic]+len(j.plainTopics))
	// All in one call: a broader topic may come after the narrower one.
	var list []topics.Record
	err := j.each(ctx, func(p place, rec *record) error {
		if rec.Type == typeTopic && !j.duplicates[p] {
			list = append(list, topics.Record{
				ExternalID: rec.ExternalID, Name: rec.Name, Slug: rec.Slug, Description: rec.Description, Synonyms: rec.Synonyms, Broader: rec.Broader,
			})
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, id := range sortedKeys(j.plainTopics) {
		list = append(list, topics.Record{ExternalID: id, Name: j.plainTopics[id]})
	}
	if len(list) == 0 {
		return nil
	}
	j.report.read("topics", len(list))
	var out topics.Outcome
	if err := j.DB.Tx(ctx, func(tx *db.Tx) (err error) {
		out, err = j.Topics.ImportTopics(ctx, tx, list)
		return err
	}); err != nil {
		return fmt.Errorf("write topics: %w", err)
	}
	c := j.report.count("topics")
	c.Created, c.Changed, c.Unchanged = out.Created, out.Changed, out.Unchanged
	j.Progress.Add(len(list))
	all, err := j.Topics.All(ctx)
	if err != nil {
		return err
	}
	slugs := make(map[int64]string, len(all))
	for _, t := range all {
		slugs[t.ID] = t.Slug
	}
	for _, r := range list {
		id := out.IDs[r.ExternalID]
		j.topicsByName[r.Name] = knownTopic{id, slugs[id]}
	}
	return nil
}

// subjects returns the topics that names mean, as slugs where they are of this input: a topic may be called otherwise than
// its address says.
func (j *jsonl) subjects(names []string) []string {
	list := make([]string, len(names))
	for i, name := range names {
		list[i] = cmp.Or(j.topicsByName[name].slug, name)
	}
	return list
}

func (j *jsonl) writeThreads(ctx context.Context) error {
	j.Progress.Start("Threads", j.counts[typeThread])
	out := j.threads(ctx, "threads")
	err := j.each(ctx, func(p place, rec *record) error {
		if rec.Type != typeThread || j.duplicates[p] {
			return nil
		}
		j.report.read("threads", 1)
		if rec.Body == "" && rec.ID != "" {
			rec.Body = rec.Title // a title alone, as in old bibliographies
		}
		if rec.Title == "" {
			j.report.skip("threads", "it has neither title nor text", rec.ExternalID)
			return nil
		}
		audience := rec.Audience
		switch kept, org := j.audiences[audience]; {
		case org:
			audience = kept
		case audience == "":
			audience = j.Audience
		}
		thread := threads.ThreadRecord{
			ExternalID: rec.ExternalID, Kind: threads.Kind(rec.Kind), Title: rec.Title, Body: rec.Body, AuthorExternalID: rec.Author,
			Topics: j.subjects(rec.Topics), Audience: audience, CreatedAt: rec.Created.Time, EditedAt: rec.Edited.pointer(), ClosedAt: rec.Closed.pointer(),
			Votes: rec.Votes, Unfollowed: j.manifest != nil, // an archive says itself who follows what
		}
		if err := j.dated(rec, &thread.CreatedAt, &thread.Hash, thread); err != nil {
			return err
		}
		return out.add(thread)
	})
	if err != nil {
		return err
	}
	return out.flush()
}

func (j *jsonl) writeReplies(ctx context.Context) error {
	j.Progress.Start("Replies", j.counts[typeReply])
	out := j.replies(ctx, "replies")
	err := j.each(ctx, func(p place, rec *record) error {
		if rec.Type != typeReply || j.duplicates[p] {
			return nil
		}
		j.report.read("replies", 1)
		if rec.Body == "" && rec.Deleted.IsZero() {
			j.report.skip("replies", "it has no text", rec.ExternalID)
			return nil
		}
		reply := threads.ReplyRecord{
			ExternalID: rec.ExternalID, ThreadExternalID: rec.Thread, ParentExternalID: rec.Parent, Body: rec.Body,
			AuthorExternalID: rec.Author, CreatedAt: rec.Created.Time, EditedAt: rec.Edited.pointer(), Votes: rec.Votes, Accepted: rec.Accepted,
			DeletedAt: rec.Deleted.pointer(),
		}
		if err := j.dated(rec, &reply.CreatedAt, &reply.Hash, reply); err != nil {
			return err
		}
		if j.late[reply.ExternalID] != "" {
			reply.ParentExternalID = "" // until it is there; what comes first is written first
		}
		return out.add(reply)
	})
	if err != nil {
		return err
	}
	if err := out.flush(); err != nil || len(j.late) == 0 {
		return err
	}
	return j.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := j.Threads.LinkParents(ctx, tx, j.late)
		return err
	})
}
