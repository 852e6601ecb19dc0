package importers

import (
	"html"
	"regexp"
	"strings"
	"unicode/utf8"

	"watercooler/app/markup"
)

// plainText is the text of a letter, in the parts that matter.
type plainText struct {
	lines     []quotedLine
	scrubbed  []attachment // what the archive had taken out and left a note of
	signature bool         // there was one, and it was left out
	footer    bool         // so was the list's
}

// quotedLine is a line without its marks of quotation.
type quotedLine struct {
	depth int
	text  string
}

const (
	nextPart     = "-------------- next part --------------"
	maxSignature = 12 // lines; what is longer after "-- " is text
	maxFooter    = 8
	maxQuoted    = 10 // levels of quotation that are kept apart
)

var (
	signatureMark = regexp.MustCompile(`^-- ?$`)
	footerMark    = regexp.MustCompile(`^_{20,}\s*$`)
	footerWords   = regexp.MustCompile(`(?i)mailing list|listinfo|/lists/|unsubscribe`)
	scrubbedField = regexp.MustCompile(`^(Name|Type|Size|Desc|URL): ?(.*)$`)
)

// readPlain takes a plain text apart. Signatures after "-- " and the footers of the list software are left out: they say the
// same under every message, and often a telephone number besides. Quoted ones stay.
func readPlain(p piece) plainText {
	var t plainText
	sections := strings.Split("\n"+strings.ReplaceAll(p.text, "\r", ""), "\n"+nextPart+"\n")
	text := strings.Split(strings.Trim(sections[0], "\n"), "\n")
	for _, s := range sections[1:] {
		a, rest := readScrubbed(s)
		if a.reason != "" {
			t.scrubbed = append(t.scrubbed, a)
		}
		if rest != "" {
			text = append(append(text, ""), strings.Split(rest, "\n")...)
		}
	}
	text = t.cutFooter(text)
	text = t.cutSignature(text)
	if p.flowed {
		t.lines = flow(text, p.delsp)
	} else {
		for _, line := range text {
			t.lines = append(t.lines, readQuoted(line, true))
		}
	}
	return t
}

// readScrubbed reads what Mailman writes where it took a part out of a message: a sentence, and some fields.
func readScrubbed(section string) (attachment, string) {
	head, rest, _ := strings.Cut(section, "\n")
	if !strings.Contains(head, "was scrubbed") {
		return attachment{}, strings.Trim(section, "\n")
	}
	a := attachment{name: "HTML", reason: "the archive had taken it out already", silent: strings.HasPrefix(head, "An HTML")}
	kept := strings.Split(rest, "\n")
	for len(kept) > 0 {
		m := scrubbedField.FindStringSubmatch(kept[0])
		if m == nil {
			break
		}
		switch value := strings.Trim(strings.TrimSpace(m[2]), "<>"); m[1] {
		case "Name":
			a.name = value
		case "Type":
			a.silent = a.silent || strings.HasSuffix(value, "signature")
		case "URL":
			a.url = value
		}
		kept = kept[1:]
	}
	if a.name == "HTML" && a.url != "" {
		a.name = a.url
	}
	return a, strings.Trim(strings.Join(kept, "\n"), "\n")
}

func (t *plainText) cutFooter(text []string) []string {
	for i := max(0, len(text)-maxFooter); i < len(text); i++ {
		if footerMark.MatchString(text[i]) && footerWords.MatchString(strings.Join(text[i:], "\n")) {
			t.footer = true
			return text[:i]
		}
	}
	return text
}

func (t *plainText) cutSignature(text []string) []string {
	for i, line := range text {
		if signatureMark.MatchString(line) && spoken(text[i+1:]) <= maxSignature && spoken(text[:i]) > 0 {
			t.signature = true
			return text[:i]
		}
	}
	return text
}

// spoken counts the lines that say something.
func spoken(text []string) (n int) {
	for _, line := range text {
		if strings.TrimSpace(line) != "" {
			n++
		}
	}
	return n
}

// readQuoted takes the marks of quotation off a line. spaced allows "> > x", which most programs write and flowed text
// does not.
func readQuoted(line string, spaced bool) quotedLine {
	depth, i := 0, 0
	for i < len(line) {
		if line[i] == '>' {
			depth++
			i++
			continue
		}
		if spaced && depth > 0 && line[i] == ' ' && i+1 < len(line) && line[i+1] == '>' {
			i++
			continue
		}
		break
	}
	text := line[i:]
	if depth > 0 || !spaced { // flowed text is stuffed with a space where it would begin with one
		text = strings.TrimPrefix(text, " ")
	}
	return quotedLine{min(depth, maxQuoted), strings.TrimRight(text, "\r")}
}

// flow joins the lines of format=flowed text (RFC 3676): a line that ends with a space goes on in the next one.
func flow(text []string, delsp bool) []quotedLine {
	var out []quotedLine
	open := false
	for _, line := range text {
		q := readQuoted(line, false)
		if open && len(out) > 0 && out[len(out)-1].depth == q.depth {
			out[len(out)-1].text += q.text
		} else {
			out = append(out, q)
		}
		open = strings.HasSuffix(q.text, " ") && q.text != "-- "
		if last := &out[len(out)-1]; open && delsp {
			last.text = strings.TrimSuffix(last.text, " ")
		}
	}
	for i := range out {
		out[i].text = strings.TrimRight(out[i].text, " ")
	}
	return out
}

// markdown writes the text as Markdown that shows the same words. It goes through HTML, so that markup alone knows what has to be
// escaped: nothing somebody typed in a letter becomes a heading or vanishes as a tag by accident.
func (t plainText) markdown() string {
	var b strings.Builder
	quoted(&b, t.lines, 0)
	return markup.FromHTML(b.String())
}

// quoted writes lines that are quoted depth times; deeper ones between them are quotations.
func quoted(b *strings.Builder, lines []quotedLine, depth int) {
	for i := 0; i < len(lines); {
		j := i
		for j < len(lines) && (lines[j].depth > depth) == (lines[i].depth > depth) {
			j++
		}
		if lines[i].depth > depth {
			b.WriteString("<blockquote>")
			quoted(b, lines[i:j], depth+1)
			b.WriteString("</blockquote>\n")
		} else {
			paragraphs(b, lines[i:j])
		}
		i = j
	}
}

var (
	listMark  = regexp.MustCompile(`^\s*([-*+•o]|\(?\d{1,3}[.)]|\[\d{1,3}\]:?)\s`)
	codeMark  = regexp.MustCompile(`[{}=;|$\\<>]|\(\)`)
	onlyURL   = regexp.MustCompile(`^\s*<?https?://\S+$`)
	patchHead = regexp.MustCompile(`^(diff --git |Index: \S|--- \S)`)
)

// paragraphs writes lines of one depth: what empty lines part is a paragraph, and indented lines are code.
func paragraphs(b *strings.Builder, lines []quotedLine) {
	var code []string
	flush := func() {
		if len(code) > 0 {
			b.WriteString("<pre>\n" + html.EscapeString(strings.Join(code, "\n")) + "</pre>\n")
			code = nil
		}
	}
	for i := 0; i < len(lines); {
		if strings.TrimSpace(lines[i].text) == "" {
			i++
			continue
		}
		j := i
		var text []string
		for j < len(lines) && strings.TrimSpace(lines[j].text) != "" {
			text = append(text, lines[j].text)
			j++
		}
		switch {
		case isPatch(text):
			for _, l := range lines[i:] {
				code = append(code, l.text)
			}
			j = len(lines)
		case isCode(text):
			if len(code) > 0 {
				code = append(code, "")
			}
			code = append(code, text...)
		default:
			flush()
			between := "<br>"
			if isProse(text) {
				between = " "
			}
			for k := range text {
				text[k] = html.EscapeString(text[k])
			}
			b.WriteString("<p>" + strings.Join(text, between) + "</p>\n")
		}
		i = j
	}
	flush()
}

func isPatch(text []string) bool {
	if !patchHead.MatchString(text[0]) || len(text) < 2 {
		return false
	}
	return !strings.HasPrefix(text[0], "--- ") || strings.HasPrefix(text[1], "+++ ")
}

// isCode reports whether every line is indented, as people set off code and tables. A single line may be a name that stands
// on the right, so it must look like code besides.
func isCode(text []string) bool {
	for _, line := range text {
		if !strings.HasPrefix(line, "    ") && !strings.HasPrefix(line, "\t") {
			return false
		}
	}
	return len(text) > 1 || codeMark.MatchString(text[0])
}

// isProse reports whether the lines are one sentence after the other that a program broke at about 72 characters, so that they may
// be one line again. Verses, lists and addresses keep their line breaks.
func isProse(text []string) bool {
	for i, line := range text {
		n := utf8.RuneCountInString(line)
		if listMark.MatchString(line) || onlyURL.MatchString(line) || strings.HasPrefix(line, "   ") || strings.HasPrefix(line, "\t") {
			return false
		}
		if i < len(text)-1 && (n < 45 || n > 100) {
			return false
		}
	}
	return true
}

var (
	anyAddress = regexp.MustCompile(`[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+`)
	mailtoLink = regexp.MustCompile(`\[([^\]\n]*)\]\(mailto:[^)\n]*\)`)
)

// obscure writes the addresses in a text the way archives do, "ann at example.org", so that imported letters are no harvest
// for whoever collects addresses. Web addresses stay whole.
func obscure(text string) string {
	text = mailtoLink.ReplaceAllString(text, "$1")
	var b strings.Builder
	end := 0
	for _, m := range anyAddress.FindAllStringIndex(text, -1) {
		from := strings.LastIndexAny(text[:m[0]], " \t\n") + 1
		if strings.Contains(text[from:m[0]], "://") {
			continue
		}
		b.WriteString(text[end:m[0]])
		b.WriteString(strings.Replace(text[m[0]:m[1]], "@", " at ", 1))
		end = m[1]
	}
	return b.String() + text[end:]
}
