package importers

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
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

// JSONL imports the hub's own open format, JSON Lines as docs/import.md documents it, from one file or from every .jsonl and
// .jsonl.gz file of a folder, in order of their names. Lines without a type are plain documents (id, title, text, author,
// date) or plain people (id, name), mapped as documented there.
//
// External ids are those given for typed lines, and SOURCE/ID and SOURCE/person/AUTHOR for plain ones, where the source is
// the name of the folder unless Options.Source says otherwise.
func JSONL(ctx context.Context, d Deps, path string, o Options) (Report, error) {
	files, err := jsonFiles(path)
	if err != nil {
		return Report{}, err
	}
	folder := path
	if len(files) == 1 && files[0] == path {
		folder = filepath.Dir(path)
	}
	inputs := make([]input, len(files))
	for i, file := range files {
		inputs[i] = func(ctx context.Context, do func(file string, n int, line []byte) error) error {
			return lines(ctx, file, func(n int, line []byte) error { return do(filepath.Base(file), n, line) })
		}
	}
	return importLines(ctx, d, inputs, sourceOf(o, folder), o, time.Now())
}

// input calls do with each line of one file.
type input func(ctx context.Context, do func(file string, n int, line []byte) error) error

// jsonFiles returns the files that path means.
func jsonFiles(path string) ([]string, error) {
	st, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, errs.NotFoundf("There is no file or folder %s.", path).Because(err)
	}
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", path, err)
	}
	if !st.IsDir() {
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("read folder %s: %w", path, err)
	}
	var files []string
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), ".gz")
		if !e.IsDir() && (strings.HasSuffix(name, ".jsonl") || strings.HasSuffix(name, ".ndjson")) {
			files = append(files, filepath.Join(path, e.Name()))
		}
	}
	if len(files) == 0 {
		return nil, errs.Invalidf("%s holds no .jsonl or .jsonl.gz file.", path)
	}
	return files, nil
}

// record is any line of the format. Fields of typed lines come first, those of plain documents after.
type record struct {
	Type       string `json:"type"`
	ExternalID string `json:"external_id"`

	// organisation, unit, person, topic
	Name         string   `json:"name"`
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

	// follow: who follows what; topics by name, everything else by external id
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
	"score", "agency", "bio",
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
	typeFollow       = "follow"
)

const unknownAuthor = "Unknown author"

// jsonl is the import of some files of lines.
type jsonl struct {
	*run
	inputs []input
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
}

type organisation struct {
	name string
	home bool
}

type unit struct{ name, parent, organisation string }

type place struct {
	file string
	line int
}

// reference is a line that names another.
type reference struct {
	place
	typ, id, what string
}

func importLines(ctx context.Context, d Deps, inputs []input, source string, o Options, now time.Time) (Report, error) {
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
		run: r, inputs: inputs, source: source, now: now,
		organisations: map[string]organisation{}, units: map[string]unit{}, places: map[string]place{}, duplicates: map[place]bool{},
		authors: map[string]string{}, plainTopics: map[string]string{}, known: map[string]bool{}, ignored: map[string]bool{},
		audiences: map[string]string{}, counts: map[string]int{},
	}
	r.Progress.Start("Checking", 0)
	if err := j.check(ctx); err != nil {
		return *r.report, err
	}
	r.Progress.End()
	if err := r.founded(ctx); err != nil {
		return *r.report, err
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
		if rec.Type == typeFollow { // it has no name of its own: several lines about a person add up
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
			return j.checkTyped(p, rec)
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
			return problem(p.file, p.line, "the %s %s has no %s.", rec.Type, rec.ExternalID, name)
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
		if rec.Parent != "" {
			if _, ok := j.places[typeReply+" "+rec.Parent]; !ok {
				return problem(p.file, p.line, "the reply answers %s, which must come before it.", rec.Parent)
			}
		}
		return errors.Join(require("thread", rec.Thread), require("author", rec.Author), j.checkBody(p, rec))
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
		return problem(p.file, p.line, "%.20q is not a type of line. It is organisation, unit, person, topic, thread, reply or follow.", rec.Type)
	}
}

func (j *jsonl) checkBody(p place, rec *record) error {
	if err := markup.Check(rec.Body, markup.MaxArticle); err != nil {
		return problem(p.file, p.line, "%s", err)
	}
	if strings.TrimSpace(rec.Body) == "" {
		return problem(p.file, p.line, "the %s %s has no body.", rec.Type, rec.ExternalID)
	}
	return nil
}

// checkAudience accepts public, hub and org:EXTERNAL-ID.
func (j *jsonl) checkAudience(p place, rec *record) error {
	id, org := strings.CutPrefix(rec.Audience, "org:")
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
	if err := j.writeOrganisations(ctx); err != nil {
		return err
	}
	for _, step := range []func(context.Context) error{j.writePeople, j.writeTopics, j.writeThreads, j.writeReplies, j.writeFollows} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	if n := len(j.duplicates); n > 0 {
		j.report.note("%s with an id that came before in the input; the first was taken.", plural(n, "line"))
	}
	return nil
}

// writeOrganisations makes sure that partners exist, because audiences name them. The home organisation is the hub's own.
func (j *jsonl) writeOrganisations(ctx context.Context) error {
	home, err := j.People.Home(ctx)
	if err != nil {
		return err
	}
	return j.DB.Tx(ctx, func(tx *db.Tx) error {
		for _, id := range sortedKeys(j.organisations) {
			o := j.organisations[id]
			j.report.read("organisations", 1)
			if o.home {
				j.audiences["org:"+id] = auth.OrgAudience(home.ID)
				continue
			}
			partner, err := j.People.Partner(ctx, tx, o.name)
			if err != nil {
				return fmt.Errorf("organisation %s: %w", id, err)
			}
			j.audiences["org:"+id] = auth.OrgAudience(partner)
		}
		return nil
	})
}

// unitPath returns the names from the top down to a unit.
func (j *jsonl) unitPath(id string) []string {
	var path []string
	for depth := 0; id != "" && depth < 20; depth++ {
		u := j.units[id]
		path = append([]string{u.name}, path...)
		id = u.parent
	}
	return path
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
		Email: rec.Email, About: rec.About, UnitPath: j.unitPath(rec.Unit), ManagerExternalID: rec.Manager, LeftAt: rec.Left.pointer(),
		CreatedAt: rec.Created.Time, Organisation: j.Organisation,
	}
	organisationID := rec.Organisation
	if organisationID == "" {
		organisationID = j.units[rec.Unit].organisation
	}
	name, named := strings.CutPrefix(organisationID, "name:")
	switch {
	case named && name != "":
		p.Organisation = name
	case named:
	case organisationID != "" && j.organisations[organisationID].home:
		p.Organisation = ""
	case organisationID != "":
		p.Organisation = j.organisations[organisationID].name
	}
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
				ExternalID: rec.ExternalID, Name: rec.Name, Description: rec.Description, Synonyms: rec.Synonyms, Broader: rec.Broader,
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
	j.report.read("topics", len(list))
	out := j.topics(ctx, "topics")
	out.list = list
	return out.flush()
}

func (j *jsonl) writeThreads(ctx context.Context) error {
	j.Progress.Start("Threads", j.counts[typeThread])
	out := j.threads(ctx, "threads")
	err := j.each(ctx, func(p place, rec *record) error {
		if rec.Type != typeThread || j.duplicates[p] {
			return nil
		}
		j.report.read("threads", 1)
		if rec.Body == "" {
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
			Topics: rec.Topics, Audience: audience, CreatedAt: rec.Created.Time, EditedAt: rec.Edited.pointer(), ClosedAt: rec.Closed.pointer(),
			Votes: rec.Votes,
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
		if rec.Body == "" {
			j.report.skip("replies", "it has no text", rec.ExternalID)
			return nil
		}
		reply := threads.ReplyRecord{
			ExternalID: rec.ExternalID, ThreadExternalID: rec.Thread, ParentExternalID: rec.Parent, Body: rec.Body,
			AuthorExternalID: rec.Author, CreatedAt: rec.Created.Time, EditedAt: rec.Edited.pointer(), Votes: rec.Votes, Accepted: rec.Accepted,
		}
		if err := j.dated(rec, &reply.CreatedAt, &reply.Hash, reply); err != nil {
			return err
		}
		return out.add(reply)
	})
	if err != nil {
		return err
	}
	return out.flush()
}
