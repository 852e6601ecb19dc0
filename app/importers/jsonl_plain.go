package importers

import (
	"cmp"
	"context"
	"encoding/json"
	"html"
	"strconv"
	"strings"

	"watercooler/app/markup"
	"watercooler/app/people"
	"watercooler/app/threads"
)

// This file maps plain documents and people, lines without a type, to the records of typed lines. docs/import.md has the mapping.

// names is a list of names that may also be written as one text.
type names []string

// UnmarshalJSON implements json.Unmarshaler.
func (n *names) UnmarshalJSON(raw []byte) error {
	var one string
	if json.Unmarshal(raw, &one) == nil {
		if *n = nil; strings.TrimSpace(one) != "" {
			*n = names{one}
		}
		return nil
	}
	var list []string
	if json.Unmarshal(raw, &list) != nil {
		return &json.UnmarshalTypeError{Value: "value that is neither a text nor a list of texts", Field: "author"}
	}
	*n = list
	return nil
}

// first returns who wrote something and who did so with them. Authors of a field of their own come after those of "author".
func (n names) first(more names) (string, names) {
	all := append(n[:len(n):len(n)], more...)
	if len(n) == 0 {
		return "", more
	}
	return all[0], all[1:]
}

// family is what the first pass learns of plain documents that answer others.
type family struct {
	parents map[string]string // external id of a document → that of the one it answers
	roots   map[string]string // → that of the thread it belongs to, "" where that is nowhere; made when everything is known
}

// plain turns a document or person without a type into a typed record.
func (j *jsonl) plain(rec *record) {
	rec.ExternalID = j.source + "/" + rec.ID
	if rec.Name != "" && rec.Title == "" && rec.Text == "" {
		rec.Type = typePerson
		rec.ExternalID = j.personID(rec.ID)
		rec.About = rec.Bio
		rec.Organisation = "name:" + cmp.Or(rec.Agency, j.circle)
		return
	}
	kind := threads.Discussion
	if rec.Kind == "q" || rec.Kind == "question" {
		kind = threads.Question
	}
	rec.Type, rec.Kind, rec.Votes, rec.Created = typeThread, string(kind), max(0, rec.Score), rec.Date
	rec.Title, rec.Text = strings.TrimSpace(rec.Title), strings.TrimSpace(rec.Text)
	if rec.Title == "" {
		rec.Title = firstSentence(rec.Text)
	}
	j.place(rec)
	rec.Topics = append(rec.Topics, rec.Tags...)
	if j.NoTopics {
		rec.Topics = nil
	}
	for i, t := range rec.Topics {
		rec.Topics[i] = topicName(t)
	}
	if rec.Author == "" && len(rec.Authors) > 0 {
		rec.Author, rec.Authors = rec.Authors[0], rec.Authors[1:]
	}
	if rec.Author == "" {
		rec.Author = "unknown"
	}
	rec.Author = j.personID(rec.Author)
	for i, name := range rec.Authors {
		rec.Authors[i] = j.personID(name)
	}
}

// place makes a document that answers another a reply. Until everything is known, each that names one is taken for a reply.
func (j *jsonl) place(rec *record) {
	if rec.Parent == "" {
		return
	}
	rec.Parent = j.source + "/" + rec.Parent
	root, settled := j.family.roots[rec.ExternalID]
	switch {
	case settled && root == "": // an answer to nothing still shows what its author knows
		rec.Kind = string(threads.Discussion)
	case rec.Parent == root:
		rec.Type, rec.Thread, rec.Parent = typeReply, root, ""
	default:
		rec.Type, rec.Thread = typeReply, root
	}
}

// checkPlain remembers who wrote a plain document, what it is about and what it answers. Texts too complex to show are skipped
// when they are written, not refused: a dump is taken as it is.
func (j *jsonl) checkPlain(rec *record, authors map[string]string) {
	j.counts[rec.Type]++
	if rec.Type == typePerson {
		return
	}
	for _, id := range append([]string{rec.Author}, rec.Authors...) {
		authors[id] = authorName(strings.TrimPrefix(id, j.personID("")))
	}
	if rec.Author == j.personID("unknown") {
		authors[rec.Author] = unknownAuthor
	}
	if len(rec.Authors) > 0 {
		j.joint++
	}
	for _, t := range rec.Topics {
		j.plainTopics[j.source+"/topic/"+markup.Slug(t)] = t
	}
	if rec.Type == typeReply {
		j.family.parents[rec.ExternalID] = rec.Parent
		if _, before := j.places[typeReply+" "+rec.Parent]; !before {
			j.late[rec.ExternalID] = rec.Parent
		}
	}
}

// settle finds the thread of every plain document that answers another, in the input or in the hub. One that leads nowhere
// becomes a discussion of its own, and one that an earlier import made a discussion of stays one.
func (j *jsonl) settle(ctx context.Context) error {
	var ids []string
	for id, parent := range j.family.parents {
		ids = append(ids, id)
		if _, ok := j.places[typeThread+" "+parent]; !ok {
			ids = append(ids, parent)
		}
	}
	here, err := j.Threads.IDsByExternal(ctx, j.DB, ids)
	if err != nil {
		return err
	}
	j.family.roots = make(map[string]string, len(j.family.parents))
	lone := 0
	for id := range j.family.parents {
		root := j.rootOf(id, here)
		if j.family.roots[id] = root; root == "" {
			lone++
			j.counts[typeReply]--
			j.counts[typeThread]++
		}
		if root == "" || root == j.family.parents[id] {
			delete(j.late, id)
		}
	}
	if lone > 0 {
		j.report.note("%s to documents that are not there: each became a discussion of its own.", plural(lone, "answer"))
	}
	return nil
}

// rootOf walks up from a document to the thread it belongs to.
func (j *jsonl) rootOf(id string, here map[string]int64) string {
	for range len(j.family.parents) { // a circle leads nowhere
		if here[id] != 0 {
			return ""
		}
		parent, answers := j.family.parents[id]
		if !answers {
			return ""
		}
		if _, ok := j.places[typeThread+" "+parent]; ok || here[parent] != 0 {
			return parent
		}
		id = parent
	}
	return ""
}

// plainPerson returns the record of somebody who is only known for having written something. Whoever stands for nobody in particular
// is marked as gone, so that they are never named as somebody who knows.
func (j *jsonl) plainPerson(id string) people.Record {
	p := people.Record{ExternalID: id, Name: j.authors[id], Organisation: j.circle}
	if id == j.personID("unknown") {
		p.LeftAt = &j.now
	}
	return p
}

// together says who wrote a document with its author, where its readers see it.
func (j *jsonl) together(authors []string) string {
	if len(authors) == 0 {
		return ""
	}
	with := make([]string, len(authors))
	for i, id := range authors {
		with[i] = authorName(strings.TrimPrefix(id, j.personID("")))
	}
	return "\n\nWritten with " + strings.Join(with, ", ") + "."
}

// asTyped writes a plain text as Markdown that shows the same words: nothing in it becomes a heading or vanishes as a tag.
func asTyped(text string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n\n") {
		if part = strings.Trim(part, "\n"); strings.TrimSpace(part) != "" {
			b.WriteString("<p>" + strings.ReplaceAll(html.EscapeString(part), "\n", "<br>") + "</p>\n")
		}
	}
	return markup.FromHTML(b.String())
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
