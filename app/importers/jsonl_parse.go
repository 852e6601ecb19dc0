package importers

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"watercooler/app/threads"
)

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
