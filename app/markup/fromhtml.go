package markup

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxDepth is how deep FromHTML follows nested blocks; below it only the words are kept. Each level of quoting prefixes
// every line under it, so depth costs time and space.
const maxDepth = 12

// FromHTML turns a fragment of HTML, as other systems export it, into Markdown that renders to the same words and shape.
// It keeps paragraphs, headings, emphasis, links, lists, quotes, code and tables, and makes pictures links. Everything else
// is reduced to its words; scripts, styles and comments are dropped. Formulas between dollar signs stay as they are written.
// The result is Markdown from an untrusted source: safe only once rendered by Render.
func FromHTML(fragment string) string {
	body := &html.Node{Type: html.ElementNode, DataAtom: atom.Body, Data: "body"}
	nodes, err := html.ParseFragment(strings.NewReader(fragment), body)
	if err != nil { // only nesting past the parser's limit
		return escapeText(stripTags(fragment), true)
	}
	for _, n := range nodes {
		body.AppendChild(n)
	}
	return strings.Trim(blocks(body, 0), "\n")
}

// stripTags is the last resort for HTML too deep to parse.
func stripTags(fragment string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(fragment))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return squeeze(b.String())
		case html.TextToken:
			b.Write(z.Text())
		case html.StartTagToken, html.EndTagToken:
			b.WriteByte(' ')
		}
	}
}

func dropped(n *html.Node) bool {
	if n.Type == html.CommentNode || n.Type == html.DoctypeNode {
		return true
	}
	switch n.DataAtom {
	case atom.Script, atom.Style, atom.Head, atom.Title, atom.Template, atom.Noscript, atom.Object, atom.Svg, atom.Math,
		atom.Button, atom.Select, atom.Textarea, atom.Input:
		return n.Type == html.ElementNode
	}
	return false
}

func isBlock(n *html.Node) bool {
	if n.Type != html.ElementNode {
		return false
	}
	switch n.DataAtom {
	case atom.P, atom.Div, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Blockquote, atom.Ul, atom.Ol, atom.Li,
		atom.Pre, atom.Hr, atom.Table, atom.Dl, atom.Dt, atom.Dd, atom.Section, atom.Article, atom.Header, atom.Footer,
		atom.Figure, atom.Figcaption, atom.Details, atom.Summary, atom.Center, atom.Main, atom.Aside, atom.Form, atom.Fieldset,
		atom.Address, atom.Nav:
		return true
	}
	return false
}

// blocks writes the children of n as blocks separated by a blank line.
func blocks(n *html.Node, depth int) string {
	var out []string
	add := func(s string) {
		if s = strings.Trim(s, "\n"); strings.TrimSpace(s) != "" {
			out = append(out, s)
		}
	}
	var run []*html.Node // inline siblings between blocks are a paragraph
	flush := func() {
		if len(run) > 0 {
			add(paragraph(run))
			run = nil
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		switch {
		case dropped(c):
		case isBlock(c):
			flush()
			add(block(c, depth+1))
		case c.Type == html.ElementNode && holdsBlock(c, 4): // <a><div>…: the wrapper goes, the blocks stay
			flush()
			add(blocks(c, depth+1))
		default:
			run = append(run, c)
		}
	}
	flush()
	return strings.Join(out, "\n\n")
}

func holdsBlock(n *html.Node, depth int) bool {
	for c := n.FirstChild; c != nil && depth > 0; c = c.NextSibling {
		if isBlock(c) || holdsBlock(c, depth-1) {
			return true
		}
	}
	return false
}

func block(n *html.Node, depth int) string {
	if depth > maxDepth {
		return escapeText(squeeze(words(n)), true)
	}
	switch n.DataAtom {
	case atom.P, atom.Dt, atom.Summary, atom.Figcaption:
		return blocks(n, depth)
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		title := strings.ReplaceAll(strings.TrimSpace(inlines(children(n))), "\n", " ")
		if title == "" {
			return ""
		}
		return strings.Repeat("#", int(n.Data[1]-'0')) + " " + strings.TrimRight(title, "#")
	case atom.Blockquote:
		return prefixLines(blocks(n, depth), "> ", "> ")
	case atom.Ul, atom.Ol:
		return list(n, depth)
	case atom.Pre:
		return fence(n)
	case atom.Hr:
		return "---"
	case atom.Table:
		return table(n)
	default:
		return blocks(n, depth)
	}
}

func children(n *html.Node) []*html.Node {
	var out []*html.Node
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		out = append(out, c)
	}
	return out
}

// words returns the text under n as it stands.
func words(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if dropped(n) {
			return
		}
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		if n.DataAtom == atom.Br {
			b.WriteByte('\n')
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c)
		}
		if isBlock(n) {
			b.WriteByte('\n')
		}
	}
	walk(n)
	return b.String()
}

// prefixLines puts first before the first line of s and rest before the others.
func prefixLines(s, first, rest string) string {
	if s == "" {
		return ""
	}
	lines := strings.Split(s, "\n")
	for i, line := range lines {
		p := rest
		if i == 0 {
			p = first
		}
		lines[i] = strings.TrimRight(p+line, " ")
	}
	return strings.Join(lines, "\n")
}

func list(n *html.Node, depth int) string {
	number := 1
	if start, err := strconv.Atoi(attr(n, "start")); err == nil && start >= 0 && start < 1_000_000 {
		number = start
	}
	var items []string
	loose := false
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		if c.Type != html.ElementNode || dropped(c) {
			continue
		}
		marker := "- "
		if n.DataAtom == atom.Ol {
			marker = strconv.Itoa(number) + ". "
		}
		var text string
		if c.DataAtom == atom.Li {
			text = blocks(c, depth)
		} else { // a list directly inside a list, as old editors write
			text = block(c, depth+1)
		}
		if text == "" {
			continue
		}
		number++
		// A nested list after a line of text needs no blank line; two paragraphs do.
		if strings.Contains(text, "\n\n") {
			loose = true
		}
		items = append(items, prefixLines(text, marker, strings.Repeat(" ", len(marker))))
	}
	if loose {
		return strings.Join(items, "\n\n")
	}
	return strings.Join(items, "\n")
}

var languageClass = regexp.MustCompile(`(?:^|\s)(?:lang|language)-([A-Za-z0-9+#-]{1,20})(?:\s|$)`)

func fence(n *html.Node) string {
	code := strings.Trim(strings.ReplaceAll(words(n), "\r\n", "\n"), "\n")
	if code == "" {
		return ""
	}
	language := ""
	for _, c := range append([]*html.Node{n}, children(n)...) {
		if m := languageClass.FindStringSubmatch(attr(c, "class")); m != nil {
			language = strings.ToLower(m[1])
		}
	}
	ticks := strings.Repeat("`", max(3, longestRun(code, '`')+1))
	return ticks + language + "\n" + code + "\n" + ticks
}

func longestRun(s string, c byte) int {
	longest, run := 0, 0
	for i := range len(s) {
		if s[i] == c {
			run++
			longest = max(longest, run)
		} else {
			run = 0
		}
	}
	return longest
}

// table writes a GFM table: one header row, cells on one line. A table of one column is layout, and becomes paragraphs.
func table(n *html.Node) string {
	var rows [][]string
	width, header := 0, false
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			switch c.DataAtom {
			case atom.Tr:
				var row []string
				for cell := c.FirstChild; cell != nil; cell = cell.NextSibling {
					if cell.DataAtom == atom.Td || cell.DataAtom == atom.Th {
						header = header || cell.DataAtom == atom.Th && len(rows) == 0
						row = append(row, oneLine(cell))
					}
				}
				if len(row) > 0 {
					rows = append(rows, row)
					width = max(width, len(row))
				}
			case atom.Thead, atom.Tbody, atom.Tfoot:
				walk(c)
			}
		}
	}
	walk(n)
	if width < 2 || width > maxColumns/2 {
		var out []string
		for _, r := range rows {
			out = append(out, strings.TrimSpace(strings.Join(r, " ")))
		}
		return strings.Join(out, "\n\n")
	}
	if !header { // GFM has no table without a header
		rows = append([][]string{make([]string, width)}, rows...)
	}
	var b strings.Builder
	for i, row := range rows {
		b.WriteByte('|')
		for c := range width {
			text := ""
			if c < len(row) {
				text = row[c]
			}
			b.WriteString(" " + text + " |")
		}
		b.WriteByte('\n')
		if i == 0 {
			b.WriteString("|" + strings.Repeat(" --- |", width) + "\n")
		}
	}
	return b.String()
}

// oneLine writes a table cell.
func oneLine(cell *html.Node) string {
	if holdsBlock(cell, 4) {
		return strings.ReplaceAll(escapeText(strings.ReplaceAll(squeeze(words(cell)), "\n", " "), false), "|", `\|`)
	}
	s := strings.ReplaceAll(inlines(children(cell)), "\n", " ")
	return strings.ReplaceAll(strings.TrimSpace(strings.ReplaceAll(s, "\n", " ")), "|", `\|`)
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

// paragraph writes inline nodes as a paragraph whose lines begin no list, heading or quote by accident.
func paragraph(run []*html.Node) string {
	lines := strings.Split(strings.TrimSpace(inlines(run)), "\n")
	for i, line := range lines {
		lines[i] = escapeLineStart(strings.TrimLeft(line, " "))
	}
	return strings.Join(lines, "\n")
}

// lineStart matches what would make a block of a line of text.
var lineStart = regexp.MustCompile(`^(#{1,6}(?:\s|$)|[-+](?:\s|$)|-{2,}\s*$|=+\s*$|~{3,}|:?-+:?\s*\||\d{1,9}[.)](?:\s|$))`)

func escapeLineStart(line string) string {
	m := lineStart.FindString(line)
	if m == "" {
		return line
	}
	if c := line[0]; c >= '0' && c <= '9' {
		cut := strings.IndexAny(line, ".)")
		return line[:cut] + `\` + line[cut:]
	}
	return `\` + line
}

// inlines writes nodes as a run of text. Line breaks of the source are spaces; <br> is the end of the line.
func inlines(nodes []*html.Node) string {
	var b strings.Builder
	for i, n := range nodes {
		if dropped(n) {
			continue
		}
		switch n.Type {
		case html.TextNode:
			b.WriteString(escapeText(collapse(n.Data), false))
		case html.ElementNode:
			next := rune(0)
			if i+1 < len(nodes) {
				for _, next = range words(nodes[i+1]) {
					break
				}
			}
			b.WriteString(inline(n, b.String(), next))
		}
	}
	return b.String()
}

// inline writes one element; before and next are the text around it.
func inline(n *html.Node, before string, next rune) string {
	inner := func() string { return inlines(children(n)) }
	switch n.DataAtom {
	case atom.Br:
		return "\n"
	case atom.Em, atom.I, atom.Cite, atom.Dfn, atom.Var:
		return wrap("*", inner(), before, next)
	case atom.Strong, atom.B:
		return wrap("**", inner(), before, next)
	case atom.Del, atom.S, atom.Strike:
		return wrap("~~", inner(), before, next)
	case atom.Code, atom.Kbd, atom.Samp, atom.Tt:
		return codeSpan(words(n))
	case atom.A:
		return link(inner(), attr(n, "href"), "")
	case atom.Img:
		return picture(escapeText(collapse(attr(n, "alt")), false), attr(n, "src"))
	case atom.Sup:
		return raised(words(n), superscripts, inner)
	case atom.Sub:
		return raised(words(n), subscripts, inner)
	case atom.Iframe, atom.Video, atom.Audio, atom.Embed:
		return link("", attr(n, "src"), "Media")
	default:
		if isBlock(n) {
			return " " + inner() + " "
		}
		return inner()
	}
}

// wrap puts emphasis marks around inner where CommonMark will read them as such: white space goes outside, and so does
// punctuation that meets a letter ("**note:**text" would show its asterisks).
func wrap(mark, inner, before string, next rune) string {
	text := strings.TrimSpace(strings.ReplaceAll(inner, "\n", " "))
	if text == "" || strings.HasPrefix(text, mark[:1]) && mark[0] == '*' || strings.HasSuffix(text, mark[:1]) && mark[0] == '*' {
		return inner // nested emphasis at an edge, as in <em><em>x</em></em>, keeps the inner one
	}
	lead, tail := "", ""
	if inner[0] == ' ' || inner[0] == '\n' {
		lead = " "
	}
	if last := inner[len(inner)-1]; last == ' ' || last == '\n' {
		tail = " "
	}
	last, _ := utf8.DecodeLastRuneInString(before)
	if lead == "" && before != "" && isLetter(last) {
		first, _ := utf8.DecodeRuneInString(text)
		if !isLetter(first) {
			return inner
		}
	}
	if tail == "" && isLetter(next) {
		if end, _ := utf8.DecodeLastRuneInString(text); !isLetter(end) {
			cut := strings.TrimRight(text, ".,:;!?")
			if end, _ := utf8.DecodeLastRuneInString(cut); cut == "" || !isLetter(end) {
				return inner
			}
			text, tail = cut, text[len(cut):]
		}
	}
	return lead + mark + text + mark + tail
}

func isLetter(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func codeSpan(code string) string {
	code = strings.TrimSpace(collapse(code))
	if code == "" {
		return ""
	}
	ticks := strings.Repeat("`", longestRun(code, '`')+1)
	if len(ticks) > 1 {
		code = " " + code + " "
	}
	return ticks + code + ticks
}

// link writes a Markdown link, or only the words where the address is of a kind that Render would refuse.
func link(label, href, kind string) string {
	label = strings.TrimSpace(strings.ReplaceAll(label, "\n", " "))
	href = strings.TrimSpace(href)
	target, _, ok := address([]byte(href), "")
	if !ok || strings.HasPrefix(href, "#") {
		return label
	}
	if kind != "" && !strings.HasPrefix(label, kind) {
		if label == "" || label == escapeText("enter image description here", false) {
			label = kind
		} else {
			label = kind + ": " + label
		}
	}
	if label == "" {
		label = escapeText(href, false)
	}
	if strings.HasPrefix(label, "[") && strings.Contains(label, "](") { // a picture inside a link: the picture's link wins
		return label
	}
	target = strings.NewReplacer("(", "%28", ")", "%29", "<", "%3C", ">", "%3E", " ", "%20", "&", "&amp;").Replace(target)
	if label == "<"+href+">" {
		return label
	}
	return "[" + label + "](" + target + ")"
}

// picture writes a picture that the hub keeps as one, and a link to any other: see renderImage.
func picture(alt, src string) string {
	if src = strings.TrimSpace(src); strings.HasPrefix(src, "/files/") && !strings.ContainsAny(src, " ()<>&\\\n") {
		return "![" + strings.TrimSpace(alt) + "](" + src + ")"
	}
	return link(alt, src, "Picture")
}

var (
	superscripts = strings.NewReplacer("0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴", "5", "⁵", "6", "⁶", "7", "⁷", "8", "⁸",
		"9", "⁹", "+", "⁺", "-", "⁻", "n", "ⁿ")
	subscripts = strings.NewReplacer("0", "₀", "1", "₁", "2", "₂", "3", "₃", "4", "₄", "5", "₅", "6", "₆", "7", "₇", "8", "₈",
		"9", "₉", "+", "₊", "-", "₋")
)

// raised writes figures with the characters Unicode has for them, and leaves other text on the line.
func raised(text string, with *strings.Replacer, inner func() string) string {
	text = strings.TrimSpace(text)
	if strings.Trim(text, "0123456789+-n") == "" && text != "" {
		return with.Replace(text)
	}
	return inner()
}

// collapse makes each run of white space one space, as a browser would.
func collapse(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	space := false
	for _, r := range s {
		if r == ' ' || r == '\n' || r == '\t' || r == '\r' || r == '\f' {
			if !space {
				b.WriteByte(' ')
			}
			space = true
			continue
		}
		space = false
		b.WriteRune(r)
	}
	return b.String()
}

var bareURL = regexp.MustCompile(`https?://[^\s<>"\\^{}|]+`)

// escapeText writes words so that Markdown reads them as words. Web addresses become <autolinks>, whole.
func escapeText(s string, lineStarts bool) string {
	var b strings.Builder
	b.Grow(len(s) + len(s)/16)
	for len(s) > 0 {
		m := bareURL.FindStringIndex(s)
		if m == nil {
			escapeWords(&b, s)
			break
		}
		url := strings.TrimRight(s[m[0]:m[1]], ".,;:!?'*_$`)]")
		escapeWords(&b, s[:m[0]])
		if len(url) > len("https://") {
			b.WriteString("<" + url + ">")
		} else {
			escapeWords(&b, url)
		}
		s = s[m[0]+len(url):]
	}
	out := b.String()
	if lineStarts {
		lines := strings.Split(out, "\n")
		for i := range lines {
			lines[i] = escapeLineStart(lines[i])
		}
		out = strings.Join(lines, "\n")
	}
	return out
}

// escapeWords escapes only where Markdown would see syntax, so that imported text stays pleasant to edit.
func escapeWords(b *strings.Builder, s string) {
	for i := range len(s) {
		c := s[i]
		prev, next := byte(' '), byte(' ')
		if i > 0 {
			prev = s[i-1]
		}
		if i+1 < len(s) {
			next = s[i+1]
		}
		switch c {
		case '\\':
			if isPunctuation(next) || i+1 == len(s) {
				b.WriteByte('\\')
			}
		case '*':
			if prev != ' ' || next != ' ' || i == 0 || i+1 == len(s) {
				b.WriteByte('\\')
			}
		case '_':
			if !isAlnum(prev) || !isAlnum(next) {
				b.WriteByte('\\')
			}
		case '`', '[', ']', '<':
			b.WriteByte('\\')
		case '~':
			if prev == '~' || next == '~' {
				b.WriteByte('\\')
			}
		case '>':
			if strings.TrimSpace(s[:i]) == "" {
				b.WriteByte('\\')
			}
		case '&':
			if isAlnum(next) || next == '#' {
				b.WriteByte('\\')
			}
		}
		b.WriteByte(c)
	}
}

func isAlnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

func isPunctuation(c byte) bool { return c > ' ' && c < 0x7f && !isAlnum(c) }
