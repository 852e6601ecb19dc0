// Package text reads the words out of the files that people attach, so that they can be searched for: plain text, CSV and Markdown,
// HTML, and what LibreOffice and Microsoft Office write. Of other files, such as PDF, only the name is found. It is for finding, not
// for showing: order, layout and numbers of a sheet are lost.
//
// SECURITY: a file may have been made to do harm. Nothing in it is run, followed or fetched, and whatever it claims about itself,
// reading it takes bounded work: at most maxUnpacked bytes are unpacked, maxPiece of them between two words, elements nest
// maxDepth deep, an archive within an archive stays closed, and MaxText bytes of words are kept. Memory follows from these, so no
// process of its own is needed.
package text

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	utf16 "golang.org/x/text/encoding/unicode"
)

// The bounds.
const (
	MaxText     = 200 << 10 // bytes of words kept of one file; a novel has three times as many, a report a tenth
	MaxFile     = 64 << 20  // larger files are not opened
	maxUnpacked = 16 << 20  // bytes unpacked from one file
	maxPiece    = 1 << 20   // bytes of markup that may hold no word
	maxDepth    = 256       // elements within one another
	maxEntries  = 10_000    // files in an archive
)

// Errors that say why there are no words. Whoever indexes files may treat them alike: the name of the file is all there is.
var (
	ErrTooLarge = errors.New("the file is too large to be read")
	ErrBroken   = errors.New("the file is not what it says it is, or is locked by a password")
)

// errEnough ends the reading of a file whose first words have filled the room there is.
var errEnough = errors.New("enough words")

// Text returns the words of the file called name, in the order in which they stand in it, with single spaces and line breaks
// between them; "" for a picture, a program or anything else that holds no words this package can read. contentType helps where
// the name says nothing.
//
// With an error comes what was read before it, which may be worth having. The same file always gives the same words, so that what
// was read once can be kept: files never change.
func Text(ctx context.Context, name, contentType string, r io.ReaderAt, size int64) (string, error) {
	read := reader(name, contentType)
	if read == nil || size <= 0 {
		return "", nil
	}
	if size > MaxFile {
		return "", fmt.Errorf("read %s: %w", name, ErrTooLarge)
	}
	w := &words{ctx: ctx}
	err := read(w, r, size)
	if errors.Is(err, errEnough) {
		err = nil
	}
	if err != nil {
		err = fmt.Errorf("read %s: %w", name, err)
	}
	return w.String(), err
}

// Known reports whether a file of this name may hold words that Text can read.
func Known(name, contentType string) bool { return reader(name, contentType) != nil }

// reading puts the words of a file of one sort into w.
type reading func(w *words, r io.ReaderAt, size int64) error

// byExtension are the sorts of files by what their names end in.
var byExtension = map[string]reading{
	".txt": readPlain, ".text": readPlain, ".md": readPlain, ".markdown": readPlain, ".csv": readPlain, ".tsv": readPlain,
	".log": readPlain, ".json": readPlain, ".yaml": readPlain, ".yml": readPlain, ".ics": readPlain, ".vtt": readPlain, ".srt": readPlain,
	".html": readHTML, ".htm": readHTML, ".xhtml": readHTML,
	".docx": readDOCX, ".docm": readDOCX, ".dotx": readDOCX, ".pptx": readPPTX, ".ppsx": readPPTX, ".pptm": readPPTX,
	".xlsx": readXLSX, ".xlsm": readXLSX, ".odt": readODF, ".ods": readODF, ".odp": readODF, ".odg": readODF, ".ott": readODF,
}

// byType are the sorts of files by content type, for names without a telling end.
var byType = map[string]reading{
	"text/plain": readPlain, "text/markdown": readPlain, "text/csv": readPlain, "text/tab-separated-values": readPlain,
	"text/calendar": readPlain, "application/json": readPlain, "text/html": readHTML, "application/xhtml+xml": readHTML,
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   readDOCX,
	"application/vnd.openxmlformats-officedocument.presentationml.presentation": readPPTX,
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         readXLSX,
	"application/vnd.oasis.opendocument.text":                                   readODF,
	"application/vnd.oasis.opendocument.spreadsheet":                            readODF,
	"application/vnd.oasis.opendocument.presentation":                           readODF,
}

// reader returns how to read a file, nil when there is no way.
func reader(name, contentType string) reading {
	if read := byExtension[strings.ToLower(filepath.Ext(name))]; read != nil {
		return read
	}
	kind, _, err := mime.ParseMediaType(contentType)
	if err != nil {
		return nil
	}
	return byType[kind]
}

// readPlain reads text as it stands, in UTF-8, UTF-16 with its mark, or what Windows wrote before them.
func readPlain(w *words, r io.ReaderAt, size int64) error {
	raw, err := io.ReadAll(io.NewSectionReader(r, 0, min(size, 4*MaxText)))
	if err != nil {
		return err
	}
	return w.add(decode(raw))
}

// decode returns raw as UTF-8.
func decode(raw []byte) string {
	marks := [][]byte{{0xFF, 0xFE}, {0xFE, 0xFF}}
	for i, mark := range marks {
		if bytes.HasPrefix(raw, mark) {
			order := utf16.LittleEndian
			if i == 1 {
				order = utf16.BigEndian
			}
			if text, err := utf16.UTF16(order, utf16.ExpectBOM).NewDecoder().Bytes(raw); err == nil {
				return string(text)
			}
		}
	}
	raw = bytes.TrimPrefix(raw, []byte("\ufeff"))
	// The end may have been cut within a letter.
	for range utf8.UTFMax - 1 {
		if last, n := utf8.DecodeLastRune(raw); last == utf8.RuneError && n == 1 && len(raw) > 4*MaxText-utf8.UTFMax {
			raw = raw[:len(raw)-1]
		}
	}
	if utf8.Valid(raw) {
		return string(raw)
	}
	text, err := charmap.Windows1252.NewDecoder().Bytes(raw)
	if err != nil {
		return ""
	}
	return string(text)
}

// words collects what was read, up to MaxText bytes.
type words struct {
	ctx   context.Context //nolint:containedctx // lives as long as one call of Text, which got it
	text  []byte
	gap   byte // what stands between the last word and the next: 0, a space or a line break
	asked int  // counts calls, to ask ctx now and then
}

func (w *words) String() string { return string(w.text) }

// check ends the reading when nobody waits for it any more.
func (w *words) check() error {
	if w.asked++; w.asked%256 == 0 {
		return w.ctx.Err()
	}
	return nil
}

// space says that the next word is another one; line, that it begins a line.
func (w *words) space() { w.gap = max(w.gap, ' ') }

func (w *words) line() { w.gap = '\n' }

// add appends text. What is between words in it becomes a single space, or a line break where it holds one; signs that nobody
// sees are left out.
func (w *words) add(text string) error {
	if err := w.check(); err != nil {
		return err
	}
	for _, r := range text {
		switch {
		case r == '\n' || r == '\r' || r == '\v' || r == '\f' || r == '\u2028' || r == '\u2029':
			w.gap = '\n'
			continue
		case unicode.IsSpace(r):
			if w.gap == 0 {
				w.gap = ' '
			}
			continue
		case r == utf8.RuneError || r == '\u00ad' || r == '\ufeff' || r < ' ' || r >= 0x7f && r < 0xa0:
			continue
		}
		if len(w.text)+1+utf8.RuneLen(r) > MaxText {
			return errEnough
		}
		if w.gap != 0 && len(w.text) > 0 {
			w.text = append(w.text, w.gap)
		}
		w.gap = 0
		w.text = utf8.AppendRune(w.text, r)
	}
	return nil
}

// budget is how many bytes may still be unpacked from a file, and how many without a word among them.
type budget struct {
	left, piece int
}

// reader returns r within b.
func (b *budget) reader(r io.Reader) *bufio.Reader { return bufio.NewReaderSize(&bounded{r, b}, 4<<10) }

// bounded is a reader that ends with ErrTooLarge where its budget does.
type bounded struct {
	r io.Reader
	b *budget
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.b.left <= 0 || b.b.piece <= 0 {
		return 0, ErrTooLarge
	}
	n, err := b.r.Read(p[:min(len(p), b.b.left, b.b.piece)])
	b.b.left -= n
	b.b.piece -= n
	return n, err
}
