package importers

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html"

	"watercooler/app/markup"
)

// wordpressText turns what WordPress stores as the body of a post into Markdown. What it stores is not what it shows: older
// bodies have no paragraphs but empty lines, newer ones have comments that say where blocks are, and both have shortcodes in
// square brackets, which are read here where WordPress itself knows them.
type wordpressText struct {
	// address returns where the hub has what the site had at an address, or the address itself.
	address func(string) string
	// gallery returns the pictures of a gallery: those with the ids given, or of the post being read.
	gallery func(ids []string) []wordpressPicture

	shortcodes map[string]int // of plugins, which stay as text
	blocks     map[string]int // that WordPress would fill when it shows them
}

type wordpressPicture struct{ address, alt, caption string }

var (
	moreMark      = regexp.MustCompile(`<!--\s*more.*?-->`)
	nextPageMark  = regexp.MustCompile(`<!--\s*nextpage\s*-->`)
	emptyBlock    = regexp.MustCompile(`<!--\s+wp:([a-z][a-z0-9/-]*)[^>]*/-->`)
	codeCode      = regexp.MustCompile(`(?s)\[(code|sourcecode)([^\]]*)\](.*?)\[/(?:code|sourcecode)\]`)
	captionCode   = regexp.MustCompile(`(?s)\[(?:wp_)?caption([^\]]*)\](.*?)\[/(?:wp_)?caption\]`)
	galleryCode   = regexp.MustCompile(`\[gallery([^\]]*)\]`)
	embedCode     = regexp.MustCompile(`\[embed[^\]]*\]\s*([^\s\[]+)\s*\[/embed\]`)
	mediaCode     = regexp.MustCompile(`(?s)\[(?:audio|video)((?:\s[^\]]*)?)\](?:\s*\[/(?:audio|video)\])?`)
	anyCode       = regexp.MustCompile(`\[([a-z][a-z0-9_-]{1,40})(?:\s[^\]\[]*=[^\]\[]*)?/?\]`)
	escapedCode   = regexp.MustCompile(`\[(\[[a-z][^\[\]]{0,200}\])\]`)
	codeAttribute = regexp.MustCompile(`([a-z0-9_]+)=(?:"([^"]*)"|'([^']*)'|([^\s"'\]]+))`)
	keptMark      = regexp.MustCompile("\x00[0-9]{1,9}\x00")
	lineBreak     = regexp.MustCompile(`[ \t]*\n[ \t\n]*`)
)

// markdown returns the text of one body.
func (w *wordpressText) markdown(body string) string {
	body = strings.ReplaceAll(strings.ReplaceAll(body, "\r\n", "\n"), "\r", "\n")
	for _, m := range emptyBlock.FindAllStringSubmatch(body, -1) {
		w.blocks[m[1]]++
	}
	blocks := strings.Contains(body, "<!-- wp:")
	body = nextPageMark.ReplaceAllString(body, "\n\n<hr>\n\n")
	body = moreMark.ReplaceAllString(body, "\n\n")
	return markup.FromHTML(w.paragraphs(w.codes(body), !blocks))
}

// codes replaces the shortcodes that come with WordPress by the HTML they stand for, and counts the others.
func (w *wordpressText) codes(body string) string {
	if !strings.Contains(body, "[") {
		return body
	}
	var kept []string // in which brackets mean nothing
	keep := func(s string) string {
		kept = append(kept, s)
		return "\x00" + strconv.Itoa(len(kept)-1) + "\x00"
	}
	body = strings.ReplaceAll(body, "\x00", "")
	body = codeCode.ReplaceAllStringFunc(body, func(s string) string {
		m := codeCode.FindStringSubmatch(s)
		code := m[3]
		if !strings.Contains(code, "&lt;") {
			code = html.EscapeString(code)
		}
		return "\n\n" + keep(`<pre><code class="language-`+html.EscapeString(codeAttributes(m[2])["language"])+`">`+strings.Trim(code, "\n")+"</code></pre>") + "\n\n"
	})
	body = escapedCode.ReplaceAllStringFunc(body, func(s string) string { return keep(s[1 : len(s)-1]) })
	body = captionCode.ReplaceAllStringFunc(body, caption)
	body = embedCode.ReplaceAllString(body, "\n\n<a href=\"$1\">$1</a>\n\n")
	body = mediaCode.ReplaceAllStringFunc(body, media)
	body = galleryCode.ReplaceAllStringFunc(body, func(s string) string {
		return w.pictures(codeAttributes(galleryCode.FindStringSubmatch(s)[1])["ids"])
	})
	for _, m := range anyCode.FindAllStringSubmatch(body, -1) {
		if strings.Contains(m[0], "=") || strings.Contains(body, "[/"+m[1]+"]") {
			w.shortcodes[m[1]]++
		}
	}
	return keptMark.ReplaceAllStringFunc(body, func(s string) string {
		n, err := strconv.Atoi(strings.Trim(s, "\x00"))
		if err != nil || n >= len(kept) {
			return ""
		}
		return kept[n]
	})
}

func codeAttributes(s string) map[string]string {
	found := map[string]string{}
	for _, m := range codeAttribute.FindAllStringSubmatch(s, -1) {
		found[m[1]] = m[2] + m[3] + m[4]
	}
	return found
}

// caption writes a picture with the words under it. Newer versions have the words after the picture, older ones as an
// attribute.
func caption(code string) string {
	m := captionCode.FindStringSubmatch(code)
	picture, words := m[2], codeAttributes(m[1])["caption"]
	if words == "" {
		end := strings.Index(picture, "</a>")
		if end >= 0 && strings.HasPrefix(strings.TrimSpace(picture), "<a") {
			end += len("</a>")
		} else if end = strings.Index(picture, ">"); end >= 0 {
			end++
		}
		if end > 0 {
			picture, words = picture[:end], picture[end:]
		}
	}
	return "\n\n<figure>" + strings.TrimSpace(picture) + "<figcaption>" + strings.TrimSpace(words) + "</figcaption></figure>\n\n"
}

// media writes a link to the file that a player would play; a player without one stands for what only the site knows.
func media(code string) string {
	attributes := codeAttributes(mediaCode.FindStringSubmatch(code)[1])
	for _, name := range []string{"src", "mp4", "mp3", "m4a", "ogg", "wav", "webm", "m4v", "ogv", "flv", "wmv"} {
		if href := attributes[name]; href != "" {
			return "\n\n<p><a href=\"" + html.EscapeString(href) + "\">" + html.EscapeString(href[strings.LastIndexByte(href, '/')+1:]) + "</a></p>\n\n"
		}
	}
	return code
}

func (w *wordpressText) pictures(ids string) string {
	var list []string
	if ids != "" {
		list = strings.FieldsFunc(ids, func(r rune) bool { return r == ',' || r == ' ' })
	}
	var b strings.Builder
	for _, p := range w.gallery(list) {
		b.WriteString("<figure><img src=\"" + html.EscapeString(p.address) + "\" alt=\"" + html.EscapeString(p.alt) + "\">")
		if p.caption != "" {
			b.WriteString("<figcaption>" + p.caption + "</figcaption>")
		}
		b.WriteString("</figure>")
	}
	if b.Len() == 0 {
		w.shortcodes["gallery"]++
		return ""
	}
	return "\n\n" + b.String() + "\n\n"
}

// piece of HTML: a tag, a text or a comment.
type wordpressPiece struct {
	kind html.TokenType
	name string
	raw  string
}

// paragraph parts two paragraphs: an empty block, which FromHTML writes as nothing.
const paragraph = "<div></div>"

// paragraphs rewrites the addresses in HTML and, where lines make paragraphs, puts in what parts them: an empty line is a new
// paragraph and the end of a line a new line, except next to the tags of blocks, as WordPress does it when it shows a post.
func (w *wordpressText) paragraphs(body string, lines bool) string {
	list := w.pieces(body)
	var b strings.Builder
	asIs := 0 // inside how many elements whose white space counts
	for i, p := range list {
		if verbatim[p.name] {
			switch p.kind {
			case html.StartTagToken:
				asIs++
			case html.EndTagToken:
				asIs = max(0, asIs-1)
			}
		}
		if p.kind != html.TextToken || !lines || asIs > 0 {
			b.WriteString(p.raw)
			continue
		}
		b.WriteString(broken(p.raw, beside(list[:i], true), beside(list[i+1:], false)))
	}
	return b.String()
}

// pieces takes HTML apart.
func (w *wordpressText) pieces(body string) []wordpressPiece {
	var list []wordpressPiece
	z := html.NewTokenizer(strings.NewReader(body))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			if rest := string(z.Raw()); rest != "" {
				list = append(list, wordpressPiece{html.TextToken, "", rest})
			}
			return list
		}
		p := wordpressPiece{kind: kind, raw: string(z.Raw())}
		if kind == html.StartTagToken || kind == html.EndTagToken || kind == html.SelfClosingTagToken {
			t := z.Token()
			p.name = t.Data
			if w.rewrite(t.Attr) {
				p.raw = t.String()
			}
		}
		list = append(list, p)
	}
}

// rewrite makes addresses those of the hub, and reports whether there was one.
func (w *wordpressText) rewrite(attributes []html.Attribute) (changed bool) {
	for i, a := range attributes {
		if a.Key != "href" && a.Key != "src" {
			continue
		}
		if to := w.address(a.Val); to != a.Val {
			attributes[i].Val, changed = to, true
		}
	}
	return changed
}

var verbatim = map[string]bool{"pre": true, "script": true, "style": true, "textarea": true}

// blockTags are the elements next to which white space means nothing.
var blockTags = map[string]bool{
	"address": true, "article": true, "aside": true, "blockquote": true, "caption": true, "center": true, "col": true, "colgroup": true, "dd": true,
	"details": true, "div": true, "dl": true, "dt": true, "fieldset": true, "figcaption": true, "figure": true, "footer": true, "form": true,
	"h1": true, "h2": true, "h3": true, "h4": true, "h5": true, "h6": true, "header": true, "hr": true, "legend": true, "li": true, "main": true,
	"menu": true, "nav": true, "ol": true, "p": true, "pre": true, "section": true, "summary": true, "table": true, "tbody": true, "td": true,
	"tfoot": true, "th": true, "thead": true, "tr": true, "ul": true,
}

// Beside a text there is nothing, or a block; a break; or more of the paragraph.
const (
	besideWords = iota
	besideBreak
	besideBlock
)

// beside looks at the nearest piece of what comes before a text, or after it.
func beside(list []wordpressPiece, before bool) int {
	for n := range list {
		p := list[n]
		if before {
			p = list[len(list)-1-n]
		}
		switch {
		case p.kind == html.CommentToken || p.kind == html.DoctypeToken:
			continue
		case blockTags[p.name]:
			return besideBlock
		case p.name == "br":
			return besideBreak
		}
		return besideWords
	}
	return besideBlock
}

// broken writes the lines of a text.
func broken(text string, before, after int) string {
	var b strings.Builder
	end := 0
	for _, at := range lineBreak.FindAllStringIndex(text, -1) {
		b.WriteString(text[end:at[0]])
		end = at[1]
		first, last := at[0] == 0, at[1] == len(text)
		switch {
		case first && before == besideBlock, last && after == besideBlock:
			b.WriteByte('\n')
		case strings.Count(text[at[0]:at[1]], "\n") > 1:
			b.WriteString(paragraph)
		case first && before == besideBreak, last && after == besideBreak:
			b.WriteByte('\n')
		default:
			b.WriteString("<br>")
		}
	}
	b.WriteString(text[end:])
	return b.String()
}

// plainWords returns the words of a piece of HTML on one line: titles and excerpts have tags and entities in them.
func plainWords(fragment string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(fragment))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.Join(strings.Fields(b.String()), " ")
		case html.TextToken:
			b.WriteString(html.UnescapeString(string(z.Raw())))
		case html.StartTagToken, html.SelfClosingTagToken, html.EndTagToken:
			if name, _ := z.TagName(); blockTags[string(name)] || string(name) == "br" {
				b.WriteByte(' ')
			}
		}
	}
}
