package markup

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// kindReference is the node of an @person or a #topic.
var kindReference = ast.NewNodeKind("Reference")

// reference is an @person or a #topic in the text.
type reference struct {
	ast.BaseInline
	mark    byte   // '@' or '#'
	written string // as typed, with the mark
	name    string // of the person or topic; "" when unresolved
	path    string
}

// Kind implements ast.Node.
func (*reference) Kind() ast.NodeKind { return kindReference }

// Dump implements ast.Node.
func (r *reference) Dump(source []byte, level int) {
	ast.DumpHelper(r, source, level, map[string]string{"Written": r.written}, nil)
}

// references collects what one render saw.
type references struct {
	resolve Resolver
	people  []string
	topics  []string
	known   map[string]*reference // by written form: a name repeated a thousand times is looked up once
}

// longestReference bounds a name in runes; longer words are not names.
const longestReference = 64

// referenceParser finds @person and #topic.
//
// A mark counts only at the start of a word, so that e-mail addresses, C# and URL fragments stay text, and only before a
// letter, so that #1 does. Code spans and links are parsed before it, so it never sees inside them.
type referenceParser struct{}

// Trigger implements parser.InlineParser.
func (referenceParser) Trigger() []byte { return []byte{'@', '#'} }

// Parse implements parser.InlineParser.
func (referenceParser) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	if unicode.IsLetter(before) || unicode.IsDigit(before) || unicode.Is(unicode.Mn, before) ||
		strings.ContainsRune(`._-+/@#&=?%\`, before) {
		return nil
	}
	line, _ := block.PeekLine()
	if len(line) < 2 || !unicode.IsLetter(firstRune(line[1:])) {
		return nil
	}
	end, runes := 1, 0
	for end < len(line) {
		r, size := utf8.DecodeRune(line[end:])
		inWord := unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.Is(unicode.Mn, r) || r == '-' || r == '_' ||
			(r == '.' && line[0] == '@')
		if !inWord {
			break
		}
		end += size
		runes++
	}
	word := strings.TrimRight(string(line[1:end]), ".-_")
	if word == "" || runes > longestReference {
		return nil
	}
	end = 1 + len(word)
	if line[0] == '@' && end < len(line) && line[end] == '@' { // @name@server is an address elsewhere
		return nil
	}
	refs, ok := pc.Get(refsKey).(*references)
	if !ok {
		return nil
	}
	n := refs.find(line[0], word)
	if n == nil {
		return nil
	}
	block.Advance(end)
	return n
}

// find returns a node for a name, or nil when a resolver is there and knows no such name.
func (r *references) find(mark byte, word string) *reference {
	written := string(mark) + word
	known, seen := r.known[written]
	if !seen {
		known = r.lookUp(mark, word, written)
		if r.known == nil {
			r.known = map[string]*reference{}
		}
		r.known[written] = known
	}
	if known == nil {
		return nil
	}
	return &reference{mark: known.mark, written: known.written, name: known.name, path: known.path}
}

func (r *references) lookUp(mark byte, word, written string) *reference {
	n := &reference{mark: mark, written: written}
	list, key := &r.people, Fold(word)
	if mark == '#' {
		list, key = &r.topics, Slug(word)
	}
	if r.resolve != nil {
		var ok bool
		if mark == '@' {
			n.name, n.path, ok = r.resolve.Person(key)
		} else {
			n.name, n.path, ok = r.resolve.Topic(key)
		}
		if !ok {
			return nil
		}
	}
	if !slices.Contains(*list, key) {
		*list = append(*list, key)
	}
	return n
}

func renderReference(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	r := n.(*reference)
	label := r.written
	if r.name != "" {
		label = string(r.mark) + r.name
	}
	if r.path == "" || insideLink(n) {
		_, _ = w.Write(util.EscapeHTML([]byte(label)))
		return ast.WalkContinue, nil
	}
	class := "mention"
	if r.mark == '#' {
		class = "topic"
	}
	_, _ = w.WriteString(`<a class="` + class + `" href="`)
	_, _ = w.Write(util.EscapeHTML(util.URLEscape([]byte(r.path), false)))
	_, _ = w.WriteString(`">`)
	_, _ = w.Write(util.EscapeHTML([]byte(label)))
	_, _ = w.WriteString("</a>")
	return ast.WalkContinue, nil
}
