package importers

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"watercooler/app/markup"
)

func TestReadWriter(t *testing.T) {
	for _, tc := range []struct{ field, name, address string }{
		{"ann at example.org (Ann Example)", "Ann Example", "ann@example.org"},
		{"\"Example, Ann\" <Ann@Example.org>", "Example, Ann", "ann@example.org"},
		{"Ann <ann at example.org>", "Ann", "ann@example.org"},
		{"ann@example.org", "", "ann@example.org"},
		{"ann at example.org", "", "ann@example.org"},
		{"=?ISO-8859-1?Q?G=F6ran?= <g@example.org>", "Göran", "g@example.org"},
		{"goran at example.org (=?utf-8?B?R8O2cmFu?=)", "Göran", "goran@example.org"},
		{"=?x-unknown?Q?G=F6ran?= <g@example.org>", "Göran", "g@example.org"},
		{"G\xf6ran <g@example.org>", "Göran", "g@example.org"},
		{"\"Ann \\\"the lamp\\\" Example\" <a@example.org>", "Ann \"the lamp\" Example", "a@example.org"},
		{"Ann Example", "Ann Example", ""},
		{"<>", "", ""},
		{"Ann <not an address>", "Ann", ""},
		{"", "", ""},
	} {
		if w := readWriter(tc.field); w.name != tc.name || w.address != tc.address {
			t.Errorf("%q: got %q and %q, want %q and %q", tc.field, w.name, w.address, tc.name, tc.address)
		}
	}
}

func TestLetterWriter(t *testing.T) {
	for _, tc := range []struct {
		name          string
		letter        letter
		want, address string
	}{
		{"a list that writes in its own name", letter{header: header{"From": {"Ann via Builders <builders@example.org>"}, "Reply-To": {"Ann <ann@example.org>"}}}, "Ann", "ann@example.org"},
		{"and hides the address", letter{header: header{"From": {"'Ann' via Builders <builders@example.org>"}, "Reply-To": {"builders@example.org"}}}, "Ann", ""},
		{"no From field", letter{envelope: "From ann@example.org Mon Mar  1 09:00:00 2021"}, "ann", "ann@example.org"},
		{"no From field, spelled out", letter{envelope: "From ann at example.org  Mon Mar  1 09:00:00 2021"}, "ann", "ann@example.org"},
		{"a name that is an address", letter{header: header{"From": {"\"ann@example.org\" <ann@example.org>"}}}, "ann", "ann@example.org"},
	} {
		if tc.letter.header == nil {
			tc.letter.header = header{}
		}
		if w := tc.letter.writer(); w.name != tc.want || w.address != tc.address {
			t.Errorf("%s: got %+v, want %q and %q", tc.name, w, tc.want, tc.address)
		}
	}
}

func TestLetterDate(t *testing.T) {
	const envelope = "From ann@example.org  Mon Mar  1 09:00:00 2021"
	arrived := time.Date(2021, 3, 1, 9, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		name, field, envelope string
		want                  time.Time
		repaired, ok          bool
	}{
		{"as it should be", "Mon, 1 Mar 2021 10:00:00 +0200 (EET)", envelope, arrived.Add(-time.Hour), false, true},
		{"without a zone", "Mon, 1 Mar 2021 10:00:00", envelope, arrived.Add(time.Hour), false, true},
		{"missing", "", envelope, arrived, true, true},
		{"nonsense", "RANDOM_Mon", envelope, arrived, true, true},
		{"before there was mail", "Thu, 1 Jan 1903 00:00:00 +0000", envelope, arrived, true, true},
		{"to come", "Thu, 1 Jan 2060 00:00:00 +0000", envelope, arrived, true, true},
		{"to come, and no other", "Thu, 1 Jan 2060 00:00:00 +0000", "From x", time.Date(2060, 1, 1, 0, 0, 0, 0, time.UTC), false, true},
		{"none", "", "From x", time.Time{}, false, false},
	} {
		m := letter{envelope: tc.envelope, header: header{"Date": {tc.field}}}
		got, repaired, ok := m.date(time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))
		if !got.Equal(tc.want) || repaired != tc.repaired || ok != tc.ok {
			t.Errorf("%s: got %v, %v, %v; want %v, %v, %v", tc.name, got, repaired, ok, tc.want, tc.repaired, tc.ok)
		}
	}
}

func TestDecodeCharset(t *testing.T) {
	for _, tc := range []struct {
		name, raw, charset string
		encoded            bool
		want               string
		known              bool
	}{
		{"Latin 1", "Gr\xfc\xdfe", "iso-8859-1", false, "Grüße", true},
		{"Latin 1 that an archive turned into UTF-8", "Grüße", "iso-8859-1", false, "Grüße", true},
		{"Latin 1 that looks like UTF-8", "\xc3\xbc", "iso-8859-1", true, "Ã¼", true},
		{"Japanese", "\x1b$B$\"\x1b(B", "iso-2022-jp", true, "あ", true},
		{"Cyrillic", "\xd0\xd2\xc9", "KOI8-R", false, "при", true},
		{"not ASCII after all", "Gr\xfc\xdfe", "us-ascii", false, "Grüße", true},
		{"nobody knows", "Gr\xfc\xdfe", "x-moon", false, "Grüße", false},
		{"one the web forbids", "x", "iso-2022-kr", true, "x", false},
		{"control characters", "a\x00b\r\nc", "", false, "ab\nc", true},
	} {
		if got, known := decodeCharset([]byte(tc.raw), tc.charset, tc.encoded); got != tc.want || known != tc.known {
			t.Errorf("%s: got %q, %v; want %q, %v", tc.name, got, known, tc.want, tc.known)
		}
	}
}

func TestUnwrap(t *testing.T) {
	for _, tc := range []struct{ name, encoding, body, want string }{
		{"quoted-printable", "Quoted-Printable", "a=3Db=\nc  \nd=C3=a9", "a=bc\nd\xc3\xa9"},
		{"quoted-printable that is not", "quoted-printable", "1=2 =Z", "1=2 =Z"},
		{"base64", "base64", "SGVs\nbG8=\n", "Hello"},
		{"base64 with a footer under it", "base64", "SGVsbG8=\n____\nlist", "Hello"},
		{"base64 cut off", "base64", "SGVsbG8gd", "Hello "},
		{"none", "8bit", "=41", "=41"},
	} {
		if got, _ := unwrap([]byte(tc.body), tc.encoding); strings.TrimRight(string(got), "\n") != tc.want {
			t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
		}
	}
}

func TestPlainText(t *testing.T) {
	for _, tc := range []struct {
		name  string
		piece piece
		want  string
	}{
		{"what looks like Markdown stays as typed", piece{text: "# not a heading\n[1]: http://a.example/_x\n<b>&amp; a_b_ C:\\*.txt"},
			"\\# not a heading\n\\[1\\]: <http://a.example/_x>\n\\<b>\\&amp; a_b\\_ C:\\\\\\*.txt"},
		{"a list keeps its lines", piece{text: "- one thing that is long enough to be taken for prose by itself\n- another"},
			"\\- one thing that is long enough to be taken for prose by itself\n\\- another"},
		{"flowed text", piece{text: "> one \n> two\nthree \nfour\n -- stuffed\n-- \nAnn", flowed: true}, "> one two\n\nthree four\n-- stuffed"},
		{"a signature longer than a signature is text", piece{text: "x\n-- \n" + strings.Repeat("y\n", 13)}, "x\n\\-- " + strings.Repeat("\ny", 13)},
		{"a patch", piece{text: "Fix:\n\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n\n c"}, "Fix:\n\n```\n--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n\n c\n```"},
		{"depths", piece{text: ">> a\n> b\nc"}, "> > a\n>\n> b\n\nc"},
		{"nothing but a footer", piece{text: "_______________________________________________\nl mailing list\nl@a.example"}, ""},
		{"nothing", piece{}, ""},
	} {
		if got := readPlain(tc.piece).markdown(); got != tc.want {
			t.Errorf("%s:\n got %q\nwant %q", tc.name, got, tc.want)
		}
	}
}

func TestObscure(t *testing.T) {
	const in = "a.b+c@example.org, <x@y.example> https://a.example/@me/x@y.example git@host [w](mailto:w@z.example)"
	const want = "a.b+c at example.org, <x at y.example> https://a.example/@me/x@y.example git@host w"
	if got := obscure(in); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// FuzzLetters reads arbitrary bytes as a mailbox, to the Markdown of every message.
func FuzzLetters(f *testing.F) {
	f.Add([]byte("From a@b.example Mon Mar  1 09:00:00 2021\nFrom: a@b.example\n\nHello\n\n>From here\n-- \nA\n"))
	f.Add([]byte("From a Mon Mar  1 09:00:00 2021\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/html; charset=x\nContent-Transfer-Encoding: base64\n\nPGI+eDwvYj4\n--x--\n"))
	f.Add([]byte("From a Mon Mar  1 09:00:00 2021\nContent-Type: text/plain; format=flowed; delsp=yes\nContent-Transfer-Encoding: quoted-printable\n\n> a=20\n> b=\n\n"))
	f.Add([]byte("From a Mon Mar  1 09:00:00 2021\nX: y\n\na\n-------------- next part --------------\nA non-text attachment was scrubbed...\nName: x\nURL: <http://x.example>\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		x := &mailbox{run: &run{report: &Report{}}, now: time.Unix(0, 0), writers: map[string]*author{}, unknown: map[string]bool{}}
		err := letters(t.Context(), fuzzFile(t, raw), func(m *letter) error {
			p := x.read(m)
			x.wrote(m.writer(), p)
			x.plainSubject(p.subject)
			body := x.body(m)
			if body == "" || !utf8.ValidString(body) || strings.Contains(body, "\x00") {
				t.Errorf("body %q", body)
			}
			if _, err := markup.Render(body, markup.Options{Max: markup.MaxArticle}); err != nil && markup.Check(body, markup.MaxArticle) == nil {
				t.Errorf("render %q: %v", body, err)
			}
			return nil
		})
		mustBeInvalid(t, err)
	})
}

// FuzzHeader decodes arbitrary header fields.
func FuzzHeader(f *testing.F) {
	f.Add("=?iso-8859-1?Q?G=F6ran?= <a@b.example>")
	f.Add("a at b.example (=?utf-8?B?R8O2?=)")
	f.Add("=?gb2312?B?1Kw=?= \xff <x@y>")
	f.Add("text/plain; charset=\"x\"; name*=utf-8''a")
	f.Fuzz(func(t *testing.T, field string) {
		w := readWriter(field)
		for _, s := range []string{words(field), w.name, w.address} {
			if !utf8.ValidString(s) || strings.ContainsAny(s, "\x00\n\r") {
				t.Errorf("%q became %q", field, s)
			}
		}
		mediaType(field, "text/plain")
		readDate(field)
		ids(field)
		listID(field)
	})
}
