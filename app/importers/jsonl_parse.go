package importers

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strings"
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
	rec.Author, rec.Authors = rec.By.first(rec.Authors)
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
