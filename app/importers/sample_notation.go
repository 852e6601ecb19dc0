package importers

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"
)

// The sample content is written by hand, in a notation made for that. A file is a list of blocks:
//
//	# A comment, before the first block.
//
//	== question: Who has the key to the salt barn?
//	by tilly-warren | topics Winter service | ago 12d4h
//
//	Markdown, to the next line that begins with == or --.
//
//	-- gareth-luscombe | +40m | votes 3
//	A part of the block, with a header of its own.
//
// A header is fields between bars, each a word and its value; it ends at an empty line, and that of a part with its line.

// block is one == of a file, or one -- of a block.
type block struct {
	place
	key, title string // before and after the colon; a part has only a key
	fields     []field
	body       string
	parts      []block
}

// field is a word of a header and what follows it.
type field struct{ name, value string }

// parseBlocks reads a file of blocks.
func parseBlocks(file, text string) ([]block, error) {
	var (
		list   []block
		at     *block // what the next line of text belongs to
		body   []string
		header bool
	)
	end := func() {
		if at != nil {
			at.body = strings.TrimSpace(strings.Join(body, "\n"))
		}
		body = nil
	}
	for i, line := range strings.Split(text, "\n") {
		p := place{file, i + 1}
		line = strings.TrimRight(line, " \t\r")
		switch {
		case strings.HasPrefix(line, "== "):
			end()
			key, title, ok := strings.Cut(line[len("== "):], ": ")
			if !ok || strings.ContainsRune(key, ' ') {
				return nil, problem(p.file, p.line, "a block begins == key: title.")
			}
			list = append(list, block{place: p, key: key, title: strings.TrimSpace(title)})
			at, header = &list[len(list)-1], true
		case strings.HasPrefix(line, "-- "):
			end()
			if len(list) == 0 {
				return nil, problem(p.file, p.line, "a part comes before the first block.")
			}
			key, rest, _ := strings.Cut(line[len("-- "):], " | ")
			b := &list[len(list)-1]
			b.parts = append(b.parts, block{place: p, key: key, fields: parseFields(rest)})
			at, header = &b.parts[len(b.parts)-1], false
		case header && line != "":
			at.fields = append(at.fields, parseFields(line)...)
		case at == nil:
			if line != "" && !strings.HasPrefix(line, "#") {
				return nil, problem(p.file, p.line, "only comments come before the first block.")
			}
		default:
			header = false
			body = append(body, line)
		}
	}
	end()
	return list, nil
}

// sentences are the fields whose value goes on to the end of the line, bars and all.
var sentences = []string{
	"purpose", "about", "summary", "asks", "invited", "option", "evidence", "assume", "stance", "change", "learnt", "agreed-because", "title", "trouble", "note",
}

func parseFields(line string) []field {
	var list []field
	for line != "" {
		name, value, _ := strings.Cut(line, " ")
		if slices.Contains(sentences, name) {
			return append(list, field{name, value})
		}
		part, rest, _ := strings.Cut(line, " | ")
		name, value, _ = strings.Cut(part, " ")
		list = append(list, field{name, strings.TrimSpace(value)})
		line = strings.TrimSpace(rest)
	}
	return list
}

// get returns the value of a field, "" where it is absent.
func (b block) get(name string) string {
	v, _ := b.find(name)
	return v
}

func (b block) find(name string) (string, bool) {
	for _, f := range b.fields {
		if f.name == name {
			return f.value, true
		}
	}
	return "", false
}

// list returns the values of a field with commas.
func (b block) list(name string) []string { return commas(b.get(name)) }

func commas(s string) []string {
	var list []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

// several are the fields that may be there more than once.
var several = []string{"asks", "invited", "series", "option", "evidence", "assume", "broken", "stance", "change"}

// only makes sure that a header has no fields but these, and each once.
func (b block) only(names ...string) error {
	seen := map[string]int{}
	for _, f := range b.fields {
		seen[f.name]++
		if !slices.Contains(names, f.name) {
			return b.problem("%q is not a field here; there are %s.", f.name, strings.Join(names, ", "))
		}
		if seen[f.name] > 1 && !slices.Contains(several, f.name) {
			return b.problem("the field %q is there twice.", f.name)
		}
	}
	return nil
}

func (p place) problem(format string, args ...any) error {
	return problem(p.file, p.line, "%s", fmt.Sprintf(format, args...))
}

// span reads a field such as "ago 3d4h"; it must be there.
func (b block) span(name string) (time.Duration, error) {
	v, ok := b.find(name)
	if !ok || v == "" {
		return 0, b.problem("the field %q is missing.", name)
	}
	d, err := ago(v)
	if err != nil {
		return 0, b.problem("%s.", err)
	}
	return d, nil
}

// entry is one line of the shorter files: what is indented under what, a key, a name and fields.
type entry struct {
	block
	depth int    // in steps of two spaces
	note  string // the indented line after it, in files that have them
}

// parseEntries reads a file of entries "key: name | field value". Where notes is set, an indented line is about the entry
// before it; otherwise it is an entry below it.
func parseEntries(file, text string, notes bool) ([]entry, error) {
	var list []entry
	for i, line := range strings.Split(text, "\n") {
		p := place{file, i + 1}
		words := strings.TrimSpace(line)
		if words == "" || strings.HasPrefix(words, "#") {
			continue
		}
		indent := len(line) - len(strings.TrimLeft(line, " "))
		if notes && indent > 0 {
			if len(list) == 0 {
				return nil, p.problem("this line is about nothing.")
			}
			list[len(list)-1].note = words
			continue
		}
		key, rest, ok := strings.Cut(words, ": ")
		if !ok || indent%2 != 0 {
			return nil, p.problem("a line is key: name, indented by two spaces under what it belongs to.")
		}
		name, fields, _ := strings.Cut(rest, " | ")
		list = append(list, entry{block: block{place: p, key: key, title: name, fields: parseFields(fields)}, depth: indent / 2})
	}
	return list, nil
}

// readSample returns the text of one of the embedded files.
func readSample(name string) (string, error) {
	raw, err := fs.ReadFile(sampleFiles, "sample/"+name)
	if err != nil {
		return "", fmt.Errorf("read sample content: %w", err)
	}
	return string(raw), nil
}

// hash is of everything that is written in a block, without its parts but one: how to work with somebody belongs to them.
func (b block) hash() (string, error) {
	words := []string{b.key, b.title, b.body}
	for _, f := range b.fields {
		words = append(words, f.name, f.value)
	}
	for _, part := range b.parts {
		if part.key == partHowToWork {
			words = append(words, part.body)
		}
	}
	return hashOf(words)
}
