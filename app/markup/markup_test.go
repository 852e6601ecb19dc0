package markup_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"watercooler/app/markup"
)

// directory is a Resolver over two small lists.
type directory struct{}

func (directory) Person(handle string) (name, path string, ok bool) {
	names := map[string]string{"ada-lovelace": "Ada Lovelace", "siân.rees": "", "sian.rees": "Siân Rees"}
	name, ok = names[handle]
	return name, "/people/" + handle, ok
}

func (directory) Topic(slug string) (name, path string, ok bool) {
	names := map[string]string{"rights-of-way": "Rights of way", "ty-newydd": "Tŷ Newydd"}
	name, ok = names[slug]
	return name, "/topics/" + slug, ok
}

func TestRender(t *testing.T) {
	for _, tc := range []struct {
		name, src string
		want      []string // found in the HTML
		not       []string
	}{
		{name: "paragraph and line break", src: "one\ntwo", want: []string{"<p>one<br>\ntwo</p>"}},
		{name: "strikethrough", src: "~~old~~", want: []string{"<del>old</del>"}},
		{name: "no level is skipped", src: "# Top\n\n### Deep\n\n## Between", want: []string{`<h3 id="r4-h-top"`, `<h4 id="r4-h-deep"`, `<h4 id="r4-h-between"`}},
		{name: "highest heading becomes h3", src: "# Top\n\n## Below", want: []string{`<h3 id="r4-h-top">Top</h3>`, `<h4 id="r4-h-below">`}, not: []string{"<h1", "<h2"}},
		{name: "no level is skipped", src: "### Only", want: []string{`<h3 id="r4-h-only">`}},
		{name: "equal headings get different ids", src: "# A\n\n# A", want: []string{`id="r4-h-a"`, `id="r4-h-a-2"`}},
		{name: "link within the post", src: "[see](#a)", want: []string{`<a href="#r4-h-a">see</a>`}},
		{name: "table in a scroller", src: "| a | b |\n|---|--:|\n| 1 | 2 |", want: []string{
			`<div class="table-scroll" role="group" aria-label="Table" tabindex="0"><table>`, `<th>a</th>`, `<td align="right">2</td>`, "</table></div>"}},
		{name: "task list with labels", src: "- [x] ring\n- [ ] write", want: []string{
			`<input type="checkbox" checked="" disabled="" aria-label="Done"`, `<input type="checkbox" disabled="" aria-label="To do"`}},
		{name: "footnote with prefixed ids", src: "Fact[^1].\n\n[^1]: Source.", want: []string{
			`<sup id="r4-fnref:1">`, `href="#r4-fn:1"`, `<li id="r4-fn:1">`, `role="doc-endnotes"`, `title="Back to the text"`}},
		{name: "code by classes", src: "```go\nfunc main() {}\n```", want: []string{`<pre class="chroma" tabindex="0"><code>`, `<span class="kd">func</span>`}, not: []string{"style="}},
		{name: "code of an unknown language", src: "```tamar\na < b\n```", want: []string{"a &lt; b"}},
		{name: "outside link", src: "[x](https://example.org/a?b=1&c=2)", want: []string{`<a href="https://example.org/a?b=1&amp;c=2" rel="nofollow ugc noopener">x</a>`}},
		{name: "inside link", src: "[x](/threads/4)", want: []string{`<a href="/threads/4">x</a>`}},
		{name: "scheme-relative link is outside", src: "[x](//example.org)", want: []string{`rel="nofollow`}},
		{name: "autolink", src: "see https://example.org/a#b.", want: []string{`<a href="https://example.org/a#b" rel="nofollow ugc noopener">https://example.org/a#b</a>.`}},
		{name: "e-mail address", src: "ask ada@example.org", want: []string{`<a href="mailto:ada@example.org">ada@example.org</a>`}},
		{name: "javascript link keeps the words", src: "[click](javascript:alert(1))", want: []string{"click"}, not: []string{"<a", "javascript"}},
		{name: "entity-encoded javascript", src: "[click](&#106;avascript:alert)", not: []string{"<a"}},
		{name: "data link", src: "[click](data:text/html,x)", not: []string{"<a", "data:"}},
		{name: "picture of the hub", src: "![Plan](/files/a.jpg)", want: []string{`<img src="/files/a.jpg" alt="Plan" loading="lazy">`}},
		{name: "picture elsewhere is a link", src: "![Plan](https://example.org/a.jpg)", want: []string{`<a href="https://example.org/a.jpg" rel="nofollow ugc noopener">Picture: Plan</a>`}, not: []string{"<img"}},
		{name: "html is shown, not obeyed", src: "Type <name> then <script>alert(1)</script>", want: []string{"&lt;name&gt;", "&lt;script&gt;"}, not: []string{"<script", "<name"}},
		{name: "html block is shown", src: "<div onclick=\"x()\">\nhello\n</div>", want: []string{"&lt;div onclick="}, not: []string{"<div"}},
		{name: "person", src: "Thanks @Ada-Lovelace.", want: []string{`Thanks <a class="mention" href="/people/ada-lovelace">@Ada Lovelace</a>.`}},
		{name: "person with accent", src: "Diolch @siân.rees!", want: []string{`>@Siân Rees</a>!`}},
		{name: "unknown person stays text", src: "@nobody", want: []string{"<p>@nobody</p>"}},
		{name: "person in link words", src: "[ask @ada-lovelace](/x)", want: []string{`<a href="/x">ask @Ada Lovelace</a>`}},
		{name: "topic", src: "(#rights-of-way)", want: []string{`(<a class="topic" href="/topics/rights-of-way">#Rights of way</a>)`}},
		{name: "topic with accent", src: "#Tŷ-Newydd", want: []string{`>#Tŷ Newydd</a>`}},
		{name: "not a topic", src: "C# and #1 and `#rights-of-way` and a/#rights-of-way", not: []string{"<a"}},
		{name: "not a person", src: "x@ada-lovelace `@ada-lovelace`", not: []string{"mention"}},
		{name: "null and broken bytes", src: "a\x00b\xffc", want: []string{"ab\uFFFDc"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			doc, err := markup.Render(tc.src, markup.Options{Prefix: "r4", Resolve: directory{}})
			if err != nil {
				t.Fatal(err)
			}
			for _, w := range tc.want {
				if !strings.Contains(doc.HTML, w) {
					t.Errorf("got %s\nwant in it %s", doc.HTML, w)
				}
			}
			for _, w := range tc.not {
				if strings.Contains(doc.HTML, w) {
					t.Errorf("got %s\nwant not in it %s", doc.HTML, w)
				}
			}
		})
	}
}

func TestHeadingsBeginWhereTheyAreTold(t *testing.T) {
	doc, err := markup.Render("## First\n\n### Second", markup.Options{Top: 2})
	if err != nil {
		t.Fatal(err)
	}
	if want := "<h2 id=\"h-first\">First</h2>\n<h3 id=\"h-second\">Second</h3>\n"; doc.HTML != want {
		t.Errorf("got %q, want %q", doc.HTML, want)
	}
}

func TestRenderFindsReferences(t *testing.T) {
	src := "@ada-lovelace and @ada-lovelace with @nobody on #Rights-of-Way, #potholes"
	known, err := markup.Render(src, markup.Options{Resolve: directory{}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := known.Mentions, []string{"ada-lovelace"}; !slices.Equal(got, want) {
		t.Errorf("mentions: got %q, want %q", got, want)
	}
	if got, want := known.Topics, []string{"rights-of-way"}; !slices.Equal(got, want) {
		t.Errorf("topics: got %q, want %q", got, want)
	}
	seen, err := markup.Render(src, markup.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := seen.Mentions, []string{"ada-lovelace", "nobody"}; !slices.Equal(got, want) {
		t.Errorf("mentions without resolver: got %q, want %q", got, want)
	}
	if strings.Contains(seen.HTML, "<a") {
		t.Errorf("without resolver nothing is linked, got %s", seen.HTML)
	}
}

func TestRenderText(t *testing.T) {
	doc, err := markup.Render("# Title\n\nSome **bold** text.\n\n```\ncode here\n```\n\n- one\n- two[^1]\n\n[^1]: Note.", markup.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := "Title Some bold text. one two Note."; doc.Excerpt != want {
		t.Errorf("excerpt: got %q, want %q", doc.Excerpt, want)
	}
	for _, w := range []string{"Title", "Some bold text.", "code here", "one"} {
		if !strings.Contains(doc.Text, w) {
			t.Errorf("text: got %q, want in it %q", doc.Text, w)
		}
	}
	long, err := markup.Render(strings.Repeat("wörds and ", 100), markup.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n := len([]rune(long.Excerpt)); n > markup.ExcerptRunes || !strings.HasSuffix(long.Excerpt, "…") {
		t.Errorf("excerpt of a long text: %d runes, %q", n, long.Excerpt)
	}
	codeOnly, err := markup.Render("```\nonly code\n```", markup.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if codeOnly.Excerpt != "only code" {
		t.Errorf("excerpt of code alone: got %q", codeOnly.Excerpt)
	}
}

func TestLimits(t *testing.T) {
	for _, tc := range []struct {
		name, src string
		refused   bool
	}{
		{"at the limit", strings.Repeat("é", markup.MaxPost), false},
		{"over the limit", strings.Repeat("é", markup.MaxPost+1), true},
		{"brackets", strings.Repeat("[a](", 5000), true},
		{"emphasis", strings.Repeat("*a ", 6000) + strings.Repeat("_", 3000), true},
		{"quotes", strings.Repeat(">", 100) + "x", true},
		{"lists in lists", strings.Repeat("- ", 100) + "x", true},
		{"numbered lists in lists", strings.Repeat("1. ", 100) + "x", true},
		{"a version number", "1.2.3.4.5.6", false},
		{"indent", strings.Repeat(" ", 300) + "- x", true},
		{"wide table", strings.Repeat("|a", 60) + "\n" + strings.Repeat("|-", 60), true},
		{"large table of nothing", strings.Repeat("|a", 30) + "\n" + strings.Repeat("|-", 30) + "\n" + strings.Repeat("|\n", 5000), true},
		{"many bars in prose", strings.Repeat("a | b ", 500), false},
		{"a long rule", strings.Repeat("-", 200), false},
		{"a rule of stars", strings.Repeat("* ", 60), false},
		{"a bibliography", strings.Repeat("- [title](https://example.org/a_b) *journal*\n", 400), false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := markup.Render(tc.src, markup.Options{})
			var limit *markup.LimitError
			if got := errors.As(err, &limit); got != tc.refused {
				t.Errorf("refused: got %v (%v), want %v", got, err, tc.refused)
			}
			if again := markup.Check(tc.src, 0); (again != nil) != tc.refused {
				t.Errorf("Check: got %v, want refused %v", again, tc.refused)
			}
		})
	}
}

func TestFromHTML(t *testing.T) {
	for _, tc := range []struct{ name, html, want string }{
		{"paragraphs", "<p>One\ntwo.</p>\n\n<p>Three.</p>", "One two.\n\nThree."},
		{"break", "a<br>b", "a\nb"},
		{"emphasis", "<p><em>a</em> <strong>b</strong> <s>c</s></p>", "*a* **b** ~~c~~"},
		{"space inside emphasis", "<b>note: </b>text", "**note:** text"},
		{"punctuation inside emphasis", "<b>note:</b>text", "**note**:text"},
		{"heading", "<h2>Title <em>x</em></h2>", "## Title *x*"},
		{"link", `<a href="https://example.org/a(b)">x</a>`, "[x](https://example.org/a%28b%29)"},
		{"bare link", `<a href="https://example.org/a_b">https://example.org/a_b</a>`, "<https://example.org/a_b>"},
		{"unsafe link", `<a href="javascript:x">x</a>`, "x"},
		{"picture", `<img src="https://example.org/a.png" alt="Plan">`, "[Picture: Plan](https://example.org/a.png)"},
		{"picture in a link", `<a href="https://a.example/"><img src="https://b.example/a.png" alt="enter image description here"></a>`, "[Picture](https://b.example/a.png)"},
		{"picture of the hub", `<img src="/files/ab12.png" alt="A [plan]">`, `![A \[plan\]](/files/ab12.png)`},
		{"picture of the hub in a link", `<a href="/files/cd.png"><img src="/files/ab.png" alt=""></a>`, "[![](/files/ab.png)](/files/cd.png)"},
		{"picture that is none", `<img src="/files/a b(c)" alt="x">`, "[Picture: x](/files/a%20b%28c%29)"},
		{"list", "<ul><li>a</li><li>b<ol><li>c</li></ol></li></ul>", "- a\n\n- b\n\n  1. c"},
		{"numbered from", `<ol start="3"><li>a</li><li>b</li></ol>`, "3. a\n4. b"},
		{"quote", "<blockquote><p>a</p><p>b</p></blockquote>", "> a\n>\n> b"},
		{"code", `<pre class="lang-py prettyprint"><code>if a &lt; b:
    pass
</code></pre>`, "```py\nif a < b:\n    pass\n```"},
		{"code with fences", "<pre><code>```\nx</code></pre>", "````\n```\nx\n````"},
		{"inline code", "use <code>a`b</code>", "use `` a`b ``"},
		{"table", "<table><thead><tr><th>a</th><th>b|c</th></tr></thead><tbody><tr><td>1</td></tr></tbody></table>", "| a | b\\|c |\n| --- | --- |\n| 1 |  |"},
		{"table without header", "<table><tr><td>1</td><td>2</td></tr></table>", "|  |  |\n| --- | --- |\n| 1 | 2 |"},
		{"layout table", "<table><tr><td>words</td></tr></table>", "words"},
		{"formula", `<p>$\left|0\right&gt;_a^2$</p>`, `$\left|0\right>\_a^2$`},
		{"escapes", "<p>2 * 3 *x* [y] a_b _c_ &amp;lt; `d`</p>", "2 * 3 \\*x\\* \\[y\\] a_b \\_c\\_ \\&lt; \\`d\\`"},
		{"not a list", "<p>1. one</p><p>- two</p><p># three</p>", "1\\. one\n\n\\- two\n\n\\# three"},
		{"script and comment", "<script>x()</script><!-- y --><style>z</style>ok", "ok"},
		{"powers", "x<sup>2</sup> H<sub>2</sub>O", "x² H₂O"},
		{"address in text", "see http://example.org/a_b_c, ok", "see <http://example.org/a_b_c>, ok"},
		{"block in link", `<a href="/x"><div>a</div></a>`, "a"},
		{"empty", "<p> </p>", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := markup.FromHTML(tc.html); got != tc.want {
				t.Errorf("got\n%s\nwant\n%s", got, tc.want)
			}
		})
	}
}

func TestFromHTMLDeep(t *testing.T) {
	for _, tag := range []string{"blockquote", "div", "ul", "b", "table"} {
		got := markup.FromHTML(strings.Repeat("<"+tag+">", 3000) + "deep")
		if !strings.Contains(got, "deep") {
			t.Errorf("%s: lost the words: %.80q", tag, got)
		}
		if len(got) > 20_000 {
			t.Errorf("%s: grew to %d bytes", tag, len(got))
		}
	}
}

func TestFoldAndSlug(t *testing.T) {
	for _, tc := range []struct{ in, fold, slug string }{
		{"Ways of working", "ways of working", "ways-of-working"},
		{"  Tŷ\tNewydd ", "ty newydd", "ty-newydd"},
		{"Łódź & Straße", "lodz & strasse", "lodz-and-strasse"},
		{"C#", "c#", "c-sharp"},
		{"C++", "c++", "c-plus-plus"},
		{"O’Neill", "o'neill", "oneill"},
		{"Περιβάλλον", "περιβαλλον", "x"},
		{"", "", "x"},
		{"v1.5", "v1.5", "v1-5"},
		{strings.Repeat("long word ", 10), strings.TrimSpace(strings.Repeat("long word ", 10)), "long-word-long-word-long-word-long-word-long-word-long-word"},
	} {
		if got := markup.Fold(tc.in); got != tc.fold {
			t.Errorf("Fold(%q) = %q, want %q", tc.in, got, tc.fold)
		}
		if got := markup.Slug(tc.in); got != tc.slug {
			t.Errorf("Slug(%q) = %q, want %q", tc.in, got, tc.slug)
		}
	}
}

func TestDiff(t *testing.T) {
	spell := func(lines []markup.DiffLine) string {
		var b strings.Builder
		for _, l := range lines {
			b.WriteString([]string{" ", "+", "-"}[l.Op])
			for _, p := range l.Parts {
				if p.Op == markup.Same {
					b.WriteString(p.Text)
				} else {
					fmt.Fprintf(&b, "{%s}", p.Text)
				}
			}
			b.WriteByte('\n')
		}
		return b.String()
	}
	for _, tc := range []struct{ name, a, b, want string }{
		{"nothing", "a\nb", "a\nb", " a\n b\n"},
		{"added line", "a\nc", "a\nb\nc", " a\n+{b}\n c\n"},
		{"removed line", "a\nb\nc", "a\nc", " a\n-{b}\n c\n"},
		{"changed word", "the old way", "the new way", "-the {old }way\n+the {new }way\n"},
		{"from nothing", "", "a", "+{a}\n"},
		{"to nothing", "a", "", "-{a}\n"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if got := spell(markup.Diff(tc.a, tc.b)); got != tc.want {
				t.Errorf("got\n%swant\n%s", got, tc.want)
			}
		})
	}
	big := strings.Repeat("a\nb\n", 4000)
	if got := markup.Diff(big+"x", "y\n"+big[:4000]+"z"); len(got) == 0 {
		t.Error("a very long text compares to nothing")
	}
}

// unsafe returns what a browser would act on in s, or "".
func unsafe(s string) string {
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return ""
		case html.StartTagToken, html.SelfClosingTagToken:
			t := z.Token()
			switch t.Data {
			case "script", "style", "iframe", "object", "embed", "form", "svg", "math", "base", "link", "meta", "h1", "h2":
				return t.Data
			}
			for _, a := range t.Attr {
				v := strings.ToLower(strings.Map(func(r rune) rune {
					if r <= ' ' {
						return -1
					}
					return r
				}, a.Val))
				if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcset" {
					return t.String()
				}
				if (a.Key == "href" || a.Key == "src") &&
					(strings.HasPrefix(v, "javascript:") || strings.HasPrefix(v, "data:") || strings.HasPrefix(v, "vbscript:")) {
					return t.String()
				}
				if a.Key == "src" && (strings.HasPrefix(v, "http") || strings.HasPrefix(v, "//")) {
					return t.String()
				}
			}
		}
	}
}

func FuzzRender(f *testing.F) {
	for _, s := range []string{
		"# a\n\n[x](javascript:alert(1)) <script>", "| a |\n|--|\n| @ada-lovelace |", "- [x] #rights-of-way[^1]\n\n[^1]: y",
		"```go\nx\n```", "![a](//b \"c\")", "<a href=x onclick=y>", "[a]: jAvAsCrIpT:x\n\n[a]", "&#x6a;avascript:x <javascript:x>", `[x](\j)`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		doc, err := markup.Render(src, markup.Options{Prefix: "r1", Resolve: directory{}})
		if err != nil {
			var limit *markup.LimitError
			if !errors.As(err, &limit) {
				t.Fatalf("not a limit: %v", err)
			}
			return
		}
		if found := unsafe(doc.HTML); found != "" {
			t.Fatalf("unsafe %s in %s", found, doc.HTML)
		}
		if _, err := html.Parse(strings.NewReader(doc.HTML)); err != nil {
			t.Fatalf("does not parse: %v", err)
		}
		if n := len([]rune(doc.Excerpt)); n > markup.ExcerptRunes {
			t.Fatalf("excerpt of %d runes", n)
		}
	})
}

func FuzzFromHTML(f *testing.F) {
	for _, s := range []string{
		"<p>a <b>b</b></p>", "<ul><li>a<ul><li>b", "<table><tr><td>a<td>b", `<a href="javascript:x">y</a>`, "<pre>```", "<img src=x onerror=y>",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, fragment string) {
		doc, err := markup.Render(markup.FromHTML(fragment), markup.Options{Max: markup.MaxArticle})
		if err == nil {
			if found := unsafe(doc.HTML); found != "" {
				t.Fatalf("unsafe %s in %s", found, doc.HTML)
			}
		}
	})
}

func BenchmarkRender(b *testing.B) {
	src := strings.Repeat("Some **words** about #rights-of-way by @ada-lovelace, see [the guide](https://example.org/guide).\n\n- one\n- two\n\n", 8) +
		"| a | b |\n|---|---|\n| 1 | 2 |\n\n```go\nfunc main() { println(\"hello\") }\n```\n"
	for b.Loop() {
		if _, err := markup.Render(src, markup.Options{Prefix: "r1", Resolve: directory{}}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkHostile renders the worst inputs that the limits let through.
func BenchmarkHostile(b *testing.B) {
	for name, src := range map[string]string{
		"brackets": strings.Repeat("[a](", 4000),
		"images":   strings.Repeat("![", 4000),
		"emphasis": strings.Repeat("*a_ ", 4000),
		"quotes":   strings.Repeat(strings.Repeat("> ", 20)+"a\n", 450),
		"ticks":    strings.Repeat("`a``b```c", 1300),
		"angles":   strings.Repeat("<a ", 6600),
		"entities": strings.Repeat("&a", 10000),
		"table":    "|a|\n|-|\n" + strings.Repeat("|a"+"\n", 6600),
		"notes":    strings.Repeat("[^1]", 4000) + "\n\n[^1]: x",
		"refs":     strings.Repeat("[a]: /x\n", 2000) + strings.Repeat("[a]", 1300),
		"people":   strings.Repeat("@ada-lovelace ", 1400),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_, _ = markup.Render(src, markup.Options{})
			}
		})
	}
}
