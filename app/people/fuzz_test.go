package people

import (
	"strings"
	"testing"
	"unicode/utf8"

	"watercooler/app/markup"
)

func TestSortName(t *testing.T) {
	cases := []struct{ name, want string }{
		{"Gwen Pryce", "pryce gwen"},
		{"Gwen Mary Pryce", "pryce gwen mary"},
		{"Ana de Souza", "de souza ana"},
		{"Ludwig van der Rohe", "van der rohe ludwig"},
		{"de Souza", "souza de"},
		{"Madonna", "madonna"},
		{"José Álvarez", "alvarez jose"},
		{"  Gwen   Pryce ", "pryce gwen"},
		{"", ""},
	}
	for _, c := range cases {
		if got := sortName(c.name); got != c.want {
			t.Errorf("%q: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestExcerpt(t *testing.T) {
	cases := []struct{ name, html, want string }{
		{"empty", "", ""},
		{"paragraphs", "<p>One</p><p>Two</p>", "One Two"},
		{"inside a word", "<p>un<em>believ</em>able</p>", "unbelievable"},
		{"entities", "<p>a &lt; b &amp;&amp; c</p>", "a < b && c"},
		{"attributes", `<p><a href="/x" rel="nofollow">link</a> here</p>`, "link here"},
		{"tag that never ends", "<p>One <b", "One"},
		{"long", "<p>" + strings.Repeat("words ", 100) + "</p>", strings.TrimSpace(strings.Repeat("words ", 36)) + "…"},
		{"one long word", strings.Repeat("x", 300), strings.Repeat("x", 220) + "…"},
	}
	for _, c := range cases {
		if got := excerpt(c.html); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

// FuzzExcerpt holds excerpts to text of bounded length, whatever stands in the HTML.
func FuzzExcerpt(f *testing.F) {
	for _, seed := range []string{"", "<p>One</p>", "<", "&#0;&#x110000;", "<p>\xff</p>", strings.Repeat("é", 500), "<a <b> c"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, html string) {
		got := excerpt(html)
		if n := utf8.RuneCountInString(got); n > maxExcerpt+1 {
			t.Errorf("%d characters", n)
		}
	})
}

// FuzzNames holds what is made from a name to what the database and addresses take.
func FuzzNames(f *testing.F) {
	for _, seed := range []string{"Gwen Pryce", "", "\x00", "李小龍", "O'Neil-Smith", "a\nb", strings.Repeat("x ", 300), "\xff\xfe", "İstanbul"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		tidy := line(name, maxName)
		if !utf8.ValidString(tidy) || strings.ContainsAny(tidy, "\x00\n\r\t") || utf8.RuneCountInString(tidy) > maxName {
			t.Errorf("line: got %q", tidy)
		}
		h := handle("", tidy)
		if h == "" || h != markup.Slug(h) || len(h) > 4*maxHandle {
			t.Errorf("handle: got %q, slug of it %q", h, markup.Slug(h))
		}
		if s := sortName(tidy); !utf8.ValidString(s) {
			t.Errorf("sort name: got %q", s)
		}
	})
}
