package text

import (
	"archive/zip"
	"cmp"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
)

// unpack opens an archive. One with more entries than any office file has is refused before they are looked at.
func unpack(r io.ReaderAt, size int64) (*zip.Reader, error) {
	z, err := zip.NewReader(r, size)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrBroken, err)
	case len(z.File) > maxEntries:
		return nil, ErrTooLarge
	}
	return z, nil
}

// dialect says what the elements of an office format mean. Names are local ones: each format has one namespace that matters, and
// no other of its namespaces uses these names for text.
type dialect struct {
	text   map[string]bool // what stands directly within these is text; nil: within those that end a line, at any depth
	space  map[string]bool // stand for a space
	line   map[string]bool // end a line
	hidden map[string]bool // nothing within these is read
}

var (
	wordprocessing = dialect{text: set("t"), space: set("tab", "ptab", "cr", "br", "tc"), line: set("p"), hidden: set("instrText", "delText", "Fallback")}
	drawing        = dialect{text: set("t"), space: set("tab", "br", "tc"), line: set("p"), hidden: set("Fallback")}
	spreadsheet    = dialect{text: set("t"), line: set("si", "is"), hidden: set("rPh")} // rPh: how a word is pronounced
	openDocument   = dialect{space: set("tab", "s", "line-break"), line: set("p", "h"), hidden: set("tracked-changes", "annotation")}
)

func set(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}

// readDOCX reads the text of a document with its notes, headers and footers.
func readDOCX(w *words, r io.ReaderAt, size int64) error {
	return readParts(w, r, size, wordprocessing, regexp.MustCompile(`^word/(document|footnotes|endnotes|header([0-9]+)|footer([0-9]+))\.xml$`),
		"word/document.xml", "word/footnotes.xml", "word/endnotes.xml")
}

// readPPTX reads the slides in order of their numbers, and then what is said to them.
func readPPTX(w *words, r io.ReaderAt, size int64) error {
	if err := readParts(w, r, size, drawing, regexp.MustCompile(`^ppt/slides/slide([0-9]+)\.xml$`)); err != nil {
		return err
	}
	return readParts(w, r, size, drawing, regexp.MustCompile(`^ppt/notesSlides/notesSlide([0-9]+)\.xml$`))
}

// readXLSX reads the words of a workbook: those its sheets share, and those that stand in a cell alone. Numbers are nothing
// people search for.
func readXLSX(w *words, r io.ReaderAt, size int64) error {
	return readParts(w, r, size, spreadsheet, regexp.MustCompile(`^xl/(sharedStrings|worksheets/sheet([0-9]+))\.xml$`), "xl/sharedStrings.xml")
}

// readODF reads the content of a text, a sheet or slides of LibreOffice.
func readODF(w *words, r io.ReaderAt, size int64) error {
	return readParts(w, r, size, openDocument, regexp.MustCompile(`^content\.xml$`))
}

// readParts reads those parts of an archive whose names match, the ones named in first before the others, and these in order of
// the number in their names.
func readParts(w *words, r io.ReaderAt, size int64, d dialect, match *regexp.Regexp, first ...string) error {
	z, err := unpack(r, size)
	if err != nil {
		return err
	}
	type part struct {
		file         *zip.File
		rank, number int
	}
	var parts []part
	for _, f := range z.File {
		found := match.FindStringSubmatch(f.Name)
		if found == nil {
			continue
		}
		p := part{file: f, rank: slices.Index(first, f.Name)}
		if p.rank < 0 {
			p.rank = len(first)
		}
		for _, digits := range found[1:] {
			if n, err := strconv.Atoi(digits); err == nil {
				p.number = n
			}
		}
		parts = append(parts, p)
	}
	if len(parts) == 0 {
		return nil
	}
	slices.SortStableFunc(parts, func(a, b part) int { return cmp.Or(a.rank-b.rank, cmp.Compare(a.number, b.number)) })
	b := &budget{left: maxUnpacked}
	for _, p := range parts {
		if err := readPart(w, p.file, d, b); err != nil {
			return err
		}
	}
	return nil
}

func readPart(w *words, f *zip.File, d dialect, b *budget) error {
	in, err := f.Open()
	if err != nil {
		return fmt.Errorf("%w: %w", ErrBroken, err)
	}
	b.piece = maxPiece
	err = d.read(w, in, b)
	return errors.Join(err, in.Close())
}

// read puts the text of an XML document into w.
//
// SECURITY: encoding/xml knows no entities but the five of XML and loads nothing; a document type it does not understand is
// passed over. What it would do without bound, nesting and long pieces, is bounded here.
func (d dialect) read(w *words, in io.Reader, b *budget) error {
	x := xml.NewDecoder(b.reader(in))
	x.Strict = false
	var open []string
	within, unseen := 0, 0 // how many elements that hold text, or hide it, are open
	for {
		token, err := x.RawToken()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, ErrTooLarge):
			return err
		case err != nil:
			return fmt.Errorf("%w: %w", ErrBroken, err)
		}
		if err := w.check(); err != nil {
			return err
		}
		b.piece = maxPiece
		switch token := token.(type) {
		case xml.StartElement:
			name := token.Name.Local
			if len(open) == maxDepth {
				return ErrTooLarge
			}
			open = append(open, name)
			if d.space[name] {
				w.space()
			}
			unseen += one(d.hidden[name])
			within += one(d.holds(name))
		case xml.EndElement:
			// The end of what was never opened is passed over; what was left open ends with what it stands in.
			for at := lastIndex(open, token.Name.Local); at >= 0 && len(open) > at; open = open[:len(open)-1] {
				name := open[len(open)-1]
				unseen -= one(d.hidden[name])
				within -= one(d.holds(name))
				if d.line[name] {
					w.line()
				}
			}
		case xml.CharData:
			if unseen == 0 && within > 0 {
				if err := w.add(string(token)); err != nil {
					return err
				}
			}
		}
	}
}

func (d dialect) holds(name string) bool {
	if d.text == nil {
		return d.line[name]
	}
	return d.text[name]
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func lastIndex(list []string, s string) int {
	for i := len(list) - 1; i >= 0; i-- {
		if list[i] == s {
			return i
		}
	}
	return -1
}
