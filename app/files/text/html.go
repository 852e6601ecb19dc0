package text

import (
	"errors"
	"io"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"
)

// hidden are the elements of a page whose content is not for readers.
var hidden = set("script", "style", "noscript", "template", "svg", "iframe")

// inline are the elements that may stand within a word.
var inline = set("a", "abbr", "b", "bdi", "bdo", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd", "mark", "q", "s", "samp", "small",
	"span", "strong", "sub", "sup", "u", "var", "wbr")

// readHTML reads what a browser would show of a page, and its title. The tokens are read one by one, because a tree of a hostile
// page costs far more than its text.
func readHTML(w *words, r io.ReaderAt, size int64) error {
	b := &budget{left: maxUnpacked, piece: maxUnpacked}
	in, err := charset.NewReader(b.reader(io.NewSectionReader(r, 0, size)), "")
	if err != nil {
		return nil //nolint:nilerr // a page of which not even the first bytes can be read has no words
	}
	z := html.NewTokenizer(in)
	z.SetMaxBuf(maxPiece)
	skipped := "" // the element whose end is awaited
	for {
		switch z.Next() {
		case html.ErrorToken:
			switch err := z.Err(); {
			case errors.Is(err, io.EOF):
				return nil
			case errors.Is(err, html.ErrBufferExceeded):
				return ErrTooLarge
			default:
				return err
			}
		case html.TextToken:
			if skipped != "" {
				continue
			}
			if err := w.add(string(z.Text())); err != nil {
				return err
			}
		case html.StartTagToken:
			raw, _ := z.TagName()
			name := string(raw)
			if skipped == "" && hidden[name] {
				skipped = name
			}
			if !inline[name] {
				w.line()
			}
		case html.EndTagToken, html.SelfClosingTagToken:
			raw, _ := z.TagName()
			name := string(raw)
			if name == skipped {
				skipped = ""
			}
			if !inline[name] {
				w.line()
			}
		}
		if err := w.check(); err != nil {
			return err
		}
	}
}
