package markup

import (
	"bytes"
	"net/url"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/alecthomas/chroma/v2"
	chromahtml "github.com/alecthomas/chroma/v2/formatters/html"
	"github.com/alecthomas/chroma/v2/lexers"
	"github.com/alecthomas/chroma/v2/styles"
	"github.com/yuin/goldmark/ast"
	east "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

const (
	metaPrefix = "prefix" // in the document's metadata: the id prefix of this render

	// firstHeading is the highest heading a body emits unless Options.Top says otherwise: the page has its h1 and the parts of
	// a page their h2.
	firstHeading = 3

	// maxHighlight bounds the code given to a lexer; longer blocks are shown plain. Lexers are regular expressions with
	// backtracking, about 1 MB/s.
	maxHighlight = 16_000
)

var (
	refsKey   = parser.NewContextKey()
	prefixKey = parser.NewContextKey()
	topKey    = parser.NewContextKey()
)

// prefixOf returns the id prefix of the render that n belongs to.
func prefixOf(n ast.Node) string {
	if d := n.OwnerDocument(); d != nil {
		if p, ok := d.Meta()[metaPrefix].(string); ok {
			return p
		}
	}
	return ""
}

// headingIDs makes heading ids from their text, unique within a render and, by the prefix, on a page.
type headingIDs struct {
	prefix string
	used   map[string]bool
}

// Generate implements parser.IDs.
func (h *headingIDs) Generate(value []byte, _ ast.NodeKind) []byte {
	base := h.prefix + "h-" + Slug(string(value))
	id := base
	for n := 2; h.used[id]; n++ {
		id = base + "-" + strconv.Itoa(n)
	}
	h.used[id] = true
	return []byte(id)
}

// Put implements parser.IDs.
func (h *headingIDs) Put(value []byte) { h.used[string(value)] = true }

// shaper adjusts the parsed document: it remembers the prefix, and moves headings below those of the page.
type shaper struct{}

// Transform implements parser.ASTTransformer.
func (shaper) Transform(doc *ast.Document, _ text.Reader, pc parser.Context) {
	if p, ok := pc.Get(prefixKey).(string); ok {
		doc.AddMeta(metaPrefix, p)
	}
	var headings []*ast.Heading
	top := 6
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if h, ok := n.(*ast.Heading); ok && entering {
			headings = append(headings, h)
			top = min(top, h.Level)
		}
		return ast.WalkContinue, nil
	})
	first, ok := pc.Get(topKey).(int)
	if !ok || first == 0 {
		first = firstHeading
	}
	// The highest heading used becomes the first whatever its level was, and none is more than one below that before it: readers
	// who go from heading to heading miss the level that is skipped.
	last := first - 1
	for _, h := range headings {
		h.Level = min(h.Level-top+first, last+1, 6)
		last = h.Level
	}
}

// nodeRenderer replaces goldmark's rendering of the nodes whose HTML matters for safety or for access.
type nodeRenderer struct{}

// RegisterFuncs implements renderer.NodeRenderer.
func (nodeRenderer) RegisterFuncs(reg renderer.NodeRendererFuncRegisterer) {
	reg.Register(ast.KindRawHTML, renderRawHTML)
	reg.Register(ast.KindHTMLBlock, renderHTMLBlock)
	reg.Register(ast.KindLink, renderLink)
	reg.Register(ast.KindAutoLink, renderAutoLink)
	reg.Register(ast.KindImage, renderImage)
	reg.Register(ast.KindFencedCodeBlock, renderCode)
	reg.Register(ast.KindCodeBlock, renderCode)
	reg.Register(east.KindTable, renderTable)
	reg.Register(east.KindTaskCheckBox, renderTask)
	reg.Register(kindReference, renderReference)
}

// renderRawHTML shows inline HTML as the characters that were typed: "<name>" in an instruction must not vanish.
func renderRawHTML(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		for i := range n.(*ast.RawHTML).Segments.Len() {
			seg := n.(*ast.RawHTML).Segments.At(i)
			_, _ = w.Write(util.EscapeHTML(seg.Value(source)))
		}
	}
	return ast.WalkSkipChildren, nil
}

func renderHTMLBlock(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	b := n.(*ast.HTMLBlock)
	var raw []byte
	for i := range b.Lines().Len() {
		seg := b.Lines().At(i)
		raw = append(raw, seg.Value(source)...)
	}
	if b.HasClosure() {
		raw = append(raw, b.ClosureLine.Value(source)...)
	}
	_, _ = w.WriteString("<p>")
	lines := bytes.Split(bytes.TrimSpace(raw), []byte("\n"))
	for i, line := range lines {
		if i > 0 {
			_, _ = w.WriteString("<br>\n")
		}
		_, _ = w.Write(util.EscapeHTML(line))
	}
	_, _ = w.WriteString("</p>\n")
	return ast.WalkSkipChildren, nil
}

// address returns where dest may lead: the address to write, whether it leaves the hub, and whether it is allowed at all.
//
// SECURITY: this is an allow list of schemes. javascript:, data:, vbscript: and whatever comes next are refused.
func address(dest []byte, prefix string) (href string, outside, ok bool) {
	s := strings.TrimSpace(string(util.UnescapePunctuations(dest)))
	s = string(util.ResolveEntityNames(util.ResolveNumericReferences([]byte(s))))
	s = strings.TrimSpace(s)
	if s == "" || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) || strings.Contains(s, `\`) {
		return "", false, false
	}
	if strings.HasPrefix(s, "#") {
		return "#" + prefix + "h-" + Slug(s[1:]), false, true
	}
	u, err := url.Parse(s)
	if err != nil {
		return "", false, false
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https":
		if u.Host == "" {
			return "", false, false
		}
		outside = true
	case "mailto", "tel":
	case "":
		if u.Host != "" { // "//example.org/x" takes the page's scheme
			outside = true
		}
	default:
		return "", false, false
	}
	return string(util.URLEscape([]byte(s), false)), outside, true
}

// openLink writes the start tag of a link.
func openLink(w util.BufWriter, href, title string, outside bool) {
	_, _ = w.WriteString(`<a href="`)
	_, _ = w.Write(util.EscapeHTML([]byte(href)))
	_ = w.WriteByte('"')
	if title != "" {
		_, _ = w.WriteString(` title="`)
		_, _ = w.Write(util.EscapeHTML([]byte(title)))
		_ = w.WriteByte('"')
	}
	if outside {
		_, _ = w.WriteString(` rel="nofollow ugc noopener"`)
	}
	_ = w.WriteByte('>')
}

// insideLink reports whether an ancestor of n already opened an <a>; links do not nest.
func insideLink(n ast.Node) bool {
	for p := n.Parent(); p != nil; p = p.Parent() {
		if p.Kind() == ast.KindLink {
			return true
		}
	}
	return false
}

func renderLink(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	l := n.(*ast.Link)
	href, outside, ok := address(l.Destination, prefixOf(n))
	switch {
	case !ok || !n.HasChildren(): // the words stay, the link goes; a link without words cannot be followed by ear
		if entering && ok {
			openLink(w, href, string(l.Title), outside)
			_, _ = w.Write(util.EscapeHTML([]byte(href)))
			_, _ = w.WriteString("</a>")
		}
	case entering:
		openLink(w, href, string(l.Title), outside)
	default:
		_, _ = w.WriteString("</a>")
	}
	return ast.WalkContinue, nil
}

func renderAutoLink(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	l := n.(*ast.AutoLink)
	dest := l.URL(source)
	if l.AutoLinkType == ast.AutoLinkEmail && !bytes.HasPrefix(bytes.ToLower(dest), []byte("mailto:")) {
		dest = append([]byte("mailto:"), dest...)
	}
	label := util.EscapeHTML(l.Label(source))
	href, outside, ok := address(dest, prefixOf(n))
	if !ok || insideLink(n) {
		_, _ = w.Write(label)
		return ast.WalkContinue, nil
	}
	openLink(w, href, "", outside)
	_, _ = w.Write(label)
	_, _ = w.WriteString("</a>")
	return ast.WalkContinue, nil
}

// renderImage shows pictures the hub itself serves. A picture elsewhere becomes a link: the Content-Security-Policy would
// refuse it, and fetching it would tell another site who reads what.
func renderImage(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	img := n.(*ast.Image)
	alt := strings.TrimSpace(nodeText(n, source))
	href, outside, ok := address(img.Destination, prefixOf(n))
	switch {
	case !ok || strings.HasPrefix(href, "#") || strings.Contains(href, "mailto:") || strings.Contains(href, "tel:"):
		_, _ = w.Write(util.EscapeHTML([]byte(alt)))
	case outside:
		label := "Picture"
		if alt != "" {
			label = "Picture: " + alt
		}
		if insideLink(n) {
			_, _ = w.Write(util.EscapeHTML([]byte(label)))
			break
		}
		openLink(w, href, string(img.Title), true)
		_, _ = w.Write(util.EscapeHTML([]byte(label)))
		_, _ = w.WriteString("</a>")
	default:
		_, _ = w.WriteString(`<img src="`)
		_, _ = w.Write(util.EscapeHTML([]byte(href)))
		_, _ = w.WriteString(`" alt="`)
		_, _ = w.Write(util.EscapeHTML([]byte(alt)))
		_, _ = w.WriteString(`" loading="lazy">`)
	}
	return ast.WalkSkipChildren, nil
}

// nodeText returns the words inside n.
func nodeText(n ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(c ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch c := c.(type) {
		case *ast.Text:
			b.Write(util.UnescapePunctuations(c.Segment.Value(source)))
			if c.SoftLineBreak() || c.HardLineBreak() {
				b.WriteByte(' ')
			}
		case *ast.String:
			b.Write(c.Value)
		case *reference:
			b.WriteString(c.written)
		}
		return ast.WalkContinue, nil
	})
	return b.String()
}

// formatter writes spans with classes: the policy allows no style, and the theme lives in the style sheet.
var formatter = chromahtml.New(chromahtml.WithClasses(true), chromahtml.PreventSurroundingPre(true))

func renderCode(w util.BufWriter, source []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	var code strings.Builder
	for i := range n.Lines().Len() {
		seg := n.Lines().At(i)
		code.Write(seg.Value(source))
	}
	language := ""
	if f, ok := n.(*ast.FencedCodeBlock); ok {
		language = strings.ToLower(string(f.Language(source)))
	}
	// A wide block scrolls, so it must be reachable by keyboard.
	_, _ = w.WriteString(`<pre class="chroma" tabindex="0"><code>`)
	if !highlight(w, language, code.String()) {
		_, _ = w.Write(util.EscapeHTML([]byte(code.String())))
	}
	_, _ = w.WriteString("</code></pre>\n")
	return ast.WalkSkipChildren, nil
}

// highlight writes code with classes and reports whether it did.
func highlight(w util.BufWriter, language, code string) bool {
	if language == "" || len(code) > maxHighlight {
		return false
	}
	lexer := lexers.Get(language)
	if lexer == nil {
		return false
	}
	tokens, err := chroma.Coalesce(lexer).Tokenise(nil, code)
	if err != nil {
		return false
	}
	var out bytes.Buffer
	if err := formatter.Format(&out, styles.Fallback, tokens); err != nil {
		return false
	}
	_, _ = w.Write(out.Bytes())
	return true
}

// renderTable wraps the table in a scroller that the keyboard can reach and a screen reader can name. A group, not a
// region: a page of posts must not fill the list of landmarks.
func renderTable(w util.BufWriter, _ []byte, _ ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		_, _ = w.WriteString(`<div class="table-scroll" role="group" aria-label="Table" tabindex="0"><table>` + "\n")
	} else {
		_, _ = w.WriteString("</table></div>\n")
	}
	return ast.WalkContinue, nil
}

// renderTask gives the box of a task a name; GFM's has none.
func renderTask(w util.BufWriter, _ []byte, n ast.Node, entering bool) (ast.WalkStatus, error) {
	if entering {
		if n.(*east.TaskCheckBox).IsChecked {
			_, _ = w.WriteString(`<input type="checkbox" checked="" disabled="" aria-label="Done"> `)
		} else {
			_, _ = w.WriteString(`<input type="checkbox" disabled="" aria-label="To do"> `)
		}
	}
	return ast.WalkContinue, nil
}

// firstRune returns the first rune of b, or 0.
func firstRune(b []byte) rune {
	if len(b) == 0 {
		return 0
	}
	r, _ := utf8.DecodeRune(b)
	return r
}
