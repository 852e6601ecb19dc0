// Package markup turns what people write into what the pages show: Markdown in, safe HTML out.
//
// It is the one place where HTML is made safe. Markdown is parsed by goldmark, whose output this package controls node by
// node (raw HTML is shown as the text it is, images elsewhere become links, addresses are checked against an allow list),
// and the result passes bluemonday with a policy that lists every element and attribute we emit. Either alone would be
// enough; a mistake in one is caught by the other. HTML is made on write and stored with Version, so that a page never
// renders and a new Version tells which rows to render again.
//
// The package also holds the small text tools that must agree everywhere: Fold for comparing, Slug for addresses, Diff for
// history pages and FromHTML for importers.
package markup

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Version is stored beside rendered HTML; it changes when the same Markdown renders differently.
const Version = 1

// Limits on what is rendered, in runes.
const (
	MaxPost    = 20_000  // the default: threads, replies, about
	MaxArticle = 100_000 // blog posts and imported documents, through Options.Max

	// ExcerptRunes is the most an Excerpt holds.
	ExcerptRunes = 280
)

// Resolver tells which people and topics exist, so that only real ones become links.
type Resolver interface {
	// Person returns the name and profile path of the person with this handle.
	Person(handle string) (name, path string, ok bool)
	// Topic returns the name and path of the topic with this slug.
	Topic(slug string) (name, path string, ok bool)
}

// Options say where and by whom the HTML will be shown.
type Options struct {
	// Prefix makes the ids of headings and footnotes unique on a page that shows several posts, for example "r42".
	Prefix string
	// Resolve links @handles and #topics. Without it they stay text, and Doc lists all that were seen.
	Resolve Resolver
	// Max is the most runes accepted; zero means MaxPost.
	Max int
	// Top is the level of the highest heading: 2 for a text that stands right under the title of its page, 3 when it is zero.
	Top int
}

// Doc is a rendered text.
type Doc struct {
	HTML     string
	Excerpt  string   // plain text of at most ExcerptRunes, whole words, without code
	Text     string   // plain text for the search index
	Mentions []string // handles, folded, in order of appearance, each once; only real ones when Options.Resolve is set
	Topics   []string // topic slugs, likewise
}

// LimitError says that a text is too long or too deeply nested to render. Its text may be shown to the writer.
type LimitError struct {
	Reason string
}

// Error returns the reason, a sentence.
func (e *LimitError) Error() string { return e.Reason }

// Structural limits. Each guards a construct on which CommonMark parsing is worse than linear: `[a](` 8,000 times took half
// a second. They are far above what people write (a 20,000 rune list of links has some 400 brackets).
const (
	maxBrackets = 4000 // "[" in the text
	maxMarkers  = 8000 // emphasis, strikethrough and code markers
	maxQuotes   = 20   // ">" opening one line
	maxIndent   = 200  // columns of leading white space, which nested lists cost
	maxColumns  = 40   // of a table
	maxCells    = 50_000
)

// Check returns a *LimitError when src is longer than most runes (zero means MaxPost) or built so that rendering it would
// take unreasonably long. Render calls it first; importers call it to report before they write.
func Check(src string, most int) error {
	if most <= 0 {
		most = MaxPost
	}
	if len(src) > most && utf8.RuneCountInString(src) > most {
		return &LimitError{fmt.Sprintf("This text is longer than %s characters.", thousands(most))}
	}
	var brackets, markers, lines, columns int
	for line := range strings.Lines(src) {
		var indent, quotes, bars int
		leading := true
		for i := 0; i < len(line); i++ {
			switch c := line[i]; c {
			case ' ':
				if leading {
					indent++
				}
				continue
			case '\t':
				if leading {
					indent += 4
				}
				continue
			case '>':
				if leading {
					quotes++
					continue
				}
			case '[':
				brackets++
			case '*', '_', '`', '~', '<':
				markers++
			case '|':
				bars++
			}
			// List markers do not end the leading part: "- - - - x" and "1. 1. 1. x" nest as deep as "> > > x".
			switch c := line[i]; {
			case !leading || isDigit(c):
			case c == '-', c == '+', c == '*', (c == '.' || c == ')') && i > 0 && isDigit(line[i-1]):
				quotes++
			default:
				leading = false
			}
		}
		if rule := strings.TrimSpace(line); quotes > maxQuotes && strings.Trim(rule, "-* ") == "" {
			quotes = 0 // a long ---- or **** is a rule, or the underline of a heading
		}
		lines++
		if bars > columns && strings.Trim(line, "|:->+* \t\r\n") == "" {
			columns = bars
		}
		switch {
		case quotes > maxQuotes || indent > maxIndent:
			return &LimitError{"This text has quotes or lists nested too deeply to show."}
		case bars > maxColumns && strings.Trim(line, "|:->+* \t\r\n") == "": // the row below the header decides the width
			return &LimitError{fmt.Sprintf("This text has a table with more than %d columns.", maxColumns)}
		}
	}
	// Short rows are filled up to the width of their table: two bytes a row can ask for forty cells.
	if columns*lines > maxCells {
		return &LimitError{"This text has a table that is too large to show."}
	}
	if brackets > maxBrackets || markers > maxMarkers*most/MaxPost {
		return &LimitError{"This text has too many brackets or emphasis marks to show."}
	}
	return nil
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// thousands writes 20000 as "20,000".
func thousands(n int) string {
	if n < 1000 {
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}

// engine is the configured goldmark. It is stateless between renders; what belongs to one render travels in the parser
// context and in the document's metadata.
var engine = sync.OnceValue(func() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithParserOptions(
			parser.WithAutoHeadingID(),
			parser.WithInlineParsers(util.Prioritized(referenceParser{}, 150)),
			parser.WithASTTransformers(util.Prioritized(shaper{}, 500)),
		),
		goldmark.WithExtensions(
			extension.NewTable(extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute)),
			extension.Strikethrough,
			extension.NewLinkify(
				extension.WithLinkifyAllowedProtocols([]string{"http:", "https:", "mailto:"}),
			),
			extension.TaskList,
			extension.NewFootnote(
				extension.WithFootnoteIDPrefixFunction(func(n ast.Node) []byte { return []byte(prefixOf(n)) }),
				extension.WithFootnoteLinkTitle("Note ^^"),
				extension.WithFootnoteBacklinkTitle("Back to the text"),
			),
		),
		goldmark.WithRendererOptions(
			html.WithHardWraps(),
			renderer.WithNodeRenderers(util.Prioritized(nodeRenderer{}, 100)),
		),
	)
})

// Render turns Markdown into safe HTML. The only error is a *LimitError.
func Render(src string, o Options) (Doc, error) {
	if err := Check(src, o.Max); err != nil {
		return Doc{}, err
	}
	src = strings.ToValidUTF8(strings.ReplaceAll(src, "\x00", ""), "\uFFFD")

	refs := &references{resolve: o.Resolve}
	pc := parser.NewContext(parser.WithIDs(&headingIDs{prefix: idPrefix(o.Prefix), used: map[string]bool{}}))
	pc.Set(refsKey, refs)
	pc.Set(prefixKey, idPrefix(o.Prefix))
	pc.Set(topKey, o.Top)

	source := []byte(src)
	md := engine()
	root := md.Parser().Parse(text.NewReader(source), parser.WithContext(pc))

	var out bytes.Buffer
	out.Grow(len(src) + len(src)/2)
	if err := md.Renderer().Render(&out, source, root); err != nil {
		// A bytes.Buffer does not fail and our node renderers return no errors.
		return Doc{}, &LimitError{"This text cannot be shown."}
	}
	safe := sanitise(out.Bytes())
	full, short := plainText(safe)
	return Doc{
		HTML:     safe,
		Excerpt:  clip(short, ExcerptRunes),
		Text:     full,
		Mentions: refs.people,
		Topics:   refs.topics,
	}, nil
}

// idPrefix makes p fit to begin an id.
func idPrefix(p string) string {
	if p == "" {
		return ""
	}
	return Slug(p) + "-"
}
