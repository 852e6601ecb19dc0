package importers

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"watercooler/app/errs"
)

// maxRecord bounds one record (a line, an element, a row) in bytes. It is what keeps memory flat when somebody points an
// importer at a disk image.
const maxRecord = 4 << 20

// problem is an error about a place in the input, in words for whoever has to repair the file.
func problem(file string, line int, format string, args ...any) error {
	return errs.Invalidf("%s, line %d: %s", file, line, fmt.Sprintf(format, args...))
}

// damaged turns a read error into a sentence about the input; errors of the hub itself pass unchanged.
func damaged(file string, line int, err error) error {
	var syntax *xml.SyntaxError
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return errs.Invalidf("%s, line %d: the file ends in the middle; it was cut off while it was copied or compressed.", file, line).Because(err)
	case errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum), errors.Is(err, zip.ErrChecksum):
		return errs.Invalidf("%s, line %d: the compressed file is damaged.", file, line).Because(err)
	case errors.As(err, &syntax):
		return errs.Invalidf("%s, line %d: this is not well-formed XML (%s).", file, line, syntax.Msg).Because(err)
	case errs.As(err) != nil:
		return errs.As(err)
	case errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded):
		return err
	case strings.HasPrefix(err.Error(), "xml: "): // what package xml has no type for, such as an unknown version
		return errs.Invalidf("%s, line %d: this XML cannot be read (%s).", file, line, strings.TrimPrefix(err.Error(), "xml: ")).Because(err)
	case strings.Contains(err.Error(), "flate: "):
		return errs.Invalidf("%s, line %d: the compressed file is damaged.", file, line).Because(err)
	default:
		return fmt.Errorf("read %s, line %d: %w", file, line, err)
	}
}

// source is an open input file, decompressed when it is compressed, whatever its name says.
type source struct {
	name string // for messages
	io.Reader
	closers []io.Closer
}

// Close closes the file.
func (s *source) Close() error {
	var all []error
	for _, c := range s.closers {
		all = append(all, c.Close())
	}
	return errors.Join(all...)
}

// open opens a file for reading as a stream.
func open(path string) (*source, error) {
	name := filepath.Base(path)
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errs.NotFoundf("There is no file %s.", path).Because(err)
	}
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", name, err)
	}
	if st, err := f.Stat(); err == nil && st.IsDir() {
		return nil, errors.Join(errs.Invalidf("%s is a folder, not a file.", path), f.Close())
	}
	s := &source{name: name, closers: []io.Closer{f}}
	b := bufio.NewReaderSize(f, 1<<16)
	s.Reader = b
	magic, err := b.Peek(2)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, errors.Join(fmt.Errorf("read %s: %w", name, err), s.Close())
	}
	if bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(b)
		if err != nil {
			return nil, errors.Join(damaged(name, 1, err), s.Close())
		}
		s.Reader, s.closers = z, []io.Closer{z, f}
	}
	return s, nil
}

// lines calls do with each line of a text file, without its end, and its number from 1. Lines are bounded by maxRecord. The
// slice is only valid during the call.
func lines(ctx context.Context, path string, do func(n int, line []byte) error) (err error) {
	s, err := open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return linesOf(ctx, s, do)
}

// linesOf is lines for what is open already.
func linesOf(ctx context.Context, s *source, do func(n int, line []byte) error) error {
	r := bufio.NewReaderSize(s, 1<<16)
	var long []byte
	for n := 1; ; {
		if n%1000 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		part, err := r.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			if len(long)+len(part) > maxRecord {
				return problem(s.name, n, "this line is longer than %d MB, so the file is not what it should be.", maxRecord>>20)
			}
			long = append(long, part...)
			continue
		}
		last := errors.Is(err, io.EOF)
		if err != nil && !last {
			return damaged(s.name, n, err)
		}
		line := part
		if len(long) > 0 {
			long = append(long, part...)
			line = long
		}
		if n == 1 {
			line = bytes.TrimPrefix(line, []byte("\ufeff"))
		}
		if len(line) > 0 {
			if derr := do(n, bytes.TrimRight(line, "\r\n")); derr != nil {
				return derr
			}
		}
		if last {
			return nil
		}
		long = long[:0]
		n++
	}
}

// utf8Lines returns a reader of r's bytes in which every line that is not UTF-8 was read as Windows-1252, which is what
// spreadsheets in Britain write.
func utf8Lines(r io.Reader) io.Reader { return &latin{r: bufio.NewReaderSize(r, 1<<16)} }

type latin struct {
	r       *bufio.Reader
	pending []byte
	err     error
}

// Read implements io.Reader.
func (l *latin) Read(p []byte) (int, error) {
	for len(l.pending) == 0 {
		if l.err != nil {
			return 0, l.err
		}
		var part []byte
		part, l.err = l.r.ReadSlice('\n')
		if errors.Is(l.err, bufio.ErrBufferFull) {
			l.err = nil // a line longer than the buffer is decided piece by piece
		}
		l.pending = bytes.TrimPrefix(part, []byte("\ufeff"))
		if !utf8.Valid(l.pending) {
			l.pending = decode1252(l.pending)
		}
	}
	n := copy(p, l.pending)
	l.pending = l.pending[n:]
	return n, nil
}

func decode1252(line []byte) []byte {
	out := make([]byte, 0, len(line)+8)
	for _, c := range line {
		out = utf8.AppendRune(out, charmap.Windows1252.DecodeByte(c))
	}
	return out
}

// errTooLong stops a decoder that would otherwise buffer without end.
var errTooLong = errors.New("a record is longer than the limit")

// meter fails once more than most bytes are read without a reset.
type meter struct {
	r    io.Reader
	most int
	left int
}

// Read implements io.Reader.
func (m *meter) Read(p []byte) (int, error) {
	if m.left <= 0 {
		return 0, errTooLong
	}
	n, err := m.r.Read(p[:min(len(p), m.left)])
	m.left -= n
	return n, err
}

func (m *meter) reset() { m.left = m.most }

// row is a <row/> of a Stack Exchange table.
type row struct {
	file string
	line int
	attr map[string]string
}

// rows calls do with every <row/> under the root element. The map is reused: copy what you keep.
func rows(ctx context.Context, path, root string, do func(r row) error) (err error) {
	s, err := open(path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	m := &meter{r: s, most: maxRecord}
	m.reset()
	d := xml.NewDecoder(m)
	line := func() int { n, _ := d.InputPos(); return n }
	d.CharsetReader = func(charset string, _ io.Reader) (io.Reader, error) {
		return nil, problem(s.name, line(), "the file is in %.20q; dumps are in UTF-8.", charset)
	}
	depth, ended := 0, false
	r := row{file: s.name, attr: make(map[string]string, 24)}
	for n := 0; ; n++ {
		if n%1000 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		m.reset()
		t, err := d.Token()
		switch {
		case errors.Is(err, io.EOF) && ended:
			return nil
		case errors.Is(err, io.EOF):
			return problem(s.name, line(), "the file holds no <%s> table.", root)
		case errors.Is(err, errTooLong):
			return problem(s.name, line(), "there is no XML tag within %d MB, so the file is not what it should be.", maxRecord>>20)
		case err != nil:
			if strings.HasSuffix(err.Error(), "unexpected EOF") {
				err = errors.Join(io.ErrUnexpectedEOF, err)
			}
			return damaged(s.name, line(), err)
		}
		switch t := t.(type) {
		case xml.CharData:
			if text := bytes.TrimSpace(bytes.TrimPrefix(t, []byte("\ufeff"))); len(text) > 0 {
				return problem(s.name, line(), "there is text where a <%s> table was expected; this is not a table of a Stack Exchange dump.", root)
			}
		case xml.StartElement:
			depth++
			switch {
			case depth == 1 && t.Name.Local != root:
				return problem(s.name, line(), "the file holds <%s>, not the <%s> table of a Stack Exchange dump.", t.Name.Local, root)
			case depth == 2 && t.Name.Local == "row":
				r.line = line()
				clear(r.attr)
				for _, a := range t.Attr {
					r.attr[a.Name.Local] = a.Value
				}
				if err := do(r); err != nil {
					return err
				}
			}
		case xml.EndElement:
			depth--
			ended = depth == 0
		}
	}
}

// sortedKeys returns the keys of m in order, so that runs are the same.
func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
