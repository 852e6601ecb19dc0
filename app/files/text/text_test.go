package text_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"watercooler/app/files/text"
)

// archive is a zip of parts, given as name and content in turn.
func archive(t testing.TB, parts ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		f, err := z.Create(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(f, parts[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

const wordOpen = `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`

func docx(t testing.TB, body string) string {
	return archive(t, "[Content_Types].xml", "<Types/>", "word/document.xml", wordOpen+body+"</w:body></w:document>")
}

func slide(words string) string {
	return `<p:sld xmlns:a="a" xmlns:p="p"><p:txBody><a:p><a:r><a:t>` + words + `</a:t></a:r></a:p></p:txBody></p:sld>`
}

func TestText(t *testing.T) {
	for _, tt := range []struct {
		name, file, kind, content, want string
	}{
		{"plain text", "notes.txt", "", "Gritting  starts\tat four.\r\n\r\nBring salt.", "Gritting starts at four.\nBring salt."},
		{"a mark at the start", "notes.txt", "", "\ufeffCaf\u00e9", "Café"},
		{"UTF-16", "notes.txt", "", "\xff\xfeH\x00i\x00", "Hi"},
		{"what Windows wrote", "notes.txt", "", "Caf\xe9 \x96 open", "Café – open"},
		{"CSV", "depots.csv", "", "Depot,Salt\nNorth,120\n", "Depot,Salt\nNorth,120"},
		{"Markdown without a telling name", "README", "text/markdown; charset=utf-8", "# Salt", "# Salt"},
		{"signs nobody sees", "a.txt", "", "a\x00b\u00adc", "abc"},
		{"HTML", "page.html", "", "<title>Salt</title><style>p{}</style><p>Bring <b>gr</b>it<script>alert(1)</script><p>Now &amp; then", "Salt\nBring grit\nNow & then"},
		{"HTML in another encoding", "page.html", "", `<meta charset="iso-8859-1"><p>Caf` + "\xe9", "Café"},
		{"DOCX", "plan.docx", "", docx(t, `<w:p><w:r><w:t>Winter</w:t></w:r><w:r><w:t xml:space="preserve"> plan</w:t></w:r></w:p><w:p><w:r><w:t>A</w:t><w:tab/><w:t>B</w:t></w:r><w:r><w:instrText>PAGE</w:instrText></w:r></w:p>`), "Winter plan\nA B"},
		{"DOCX named by its type alone", "plan", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", docx(t, `<w:p><w:t>Salt</w:t></w:p>`), "Salt"},
		{"a text box is read once", "plan.docx", "", docx(t, `<w:p><mc:AlternateContent><mc:Choice><w:t>Box</w:t></mc:Choice><mc:Fallback><w:t>Box</w:t></mc:Fallback></mc:AlternateContent></w:p>`), "Box"},
		{"footnotes after the text", "plan.docx", "", archive(t, "word/footnotes.xml", "<w><p><t>Note</t></p></w>", "word/document.xml", "<w><p><t>Text</t></p></w>"), "Text\nNote"},
		{"slides in order", "talk.pptx", "", archive(t, "ppt/slides/slide10.xml", slide("ten"), "ppt/slides/slide2.xml", slide("two"), "ppt/notesSlides/notesSlide1.xml", slide("said")), "two\nten\nsaid"},
		{"sheets", "costs.xlsx", "", archive(t, "xl/worksheets/sheet1.xml", `<worksheet><c t="s"><v>0</v></c><c t="inlineStr"><is><t>Salt</t></is></c><c><v>12</v></c></worksheet>`,
			"xl/sharedStrings.xml", `<sst><si><t>De</t></si><si><r><t>pot </t></r><r><t>North</t></r></si></sst>`), "De\npot North\nSalt"},
		{"ODT", "plan.odt", "", archive(t, "mimetype", "application/vnd.oasis.opendocument.text", "content.xml",
			`<office:document-content xmlns:office="o" xmlns:text="t"><text:tracked-changes><text:p>gone</text:p></text:tracked-changes><text:h>Winter</text:h><text:p>Bring<text:s/><text:span>sa</text:span>lt</text:p></office:document-content>`), "Winter\nBring salt"},
		{"a picture", "depot.png", "image/png", "\x89PNG", ""},
		{"an archive stays closed", "all.zip", "application/zip", docx(t, "<w:p><w:t>x</w:t></w:p>"), ""},
		{"an archive in a document stays closed", "plan.docx", "", archive(t, "word/document.xml", "<w><p><t>Out</t></p></w>", "word/embeddings/inner.docx", docx(t, "<w:p><w:t>In</w:t></w:p>")), "Out"},
		{"no file in it", "empty.docx", "", "", ""},
		{"entities are not followed", "plan.docx", "", archive(t, "word/document.xml", `<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]><w><p><t>a&x;b</t></p></w>`), "a&x;b"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := text.Text(context.Background(), tt.file, tt.kind, strings.NewReader(tt.content), int64(len(tt.content)))
			if err != nil {
				t.Fatal(err)
			}
			if got != tt.want {
				t.Errorf("got  %q\nwant %q", got, tt.want)
			}
		})
	}
}

// bomb is an archive with a part that unpacks to about size bytes of the same.
func bomb(t testing.TB, name, begin, fill string, size int64) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	f, err := z.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, begin); err != nil {
		t.Fatal(err)
	}
	piece := strings.Repeat(fill, 1<<16)
	for n := int64(0); n < size; n += int64(len(piece)) {
		if _, err := io.WriteString(f, piece); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestHostile reads files that were made to exhaust the reader; each must end soon, with little in memory.
func TestHostile(t *testing.T) {
	var many []string
	for i := range 10_001 {
		many = append(many, fmt.Sprintf("word/header%d.xml", i), "")
	}
	for _, tt := range []struct {
		name, file, content string
		want                error
	}{
		{"a word that unpacks for ever", "a.docx", bomb(t, "word/document.xml", "<w><p><t>", "a", 20<<20), nil},
		{"nothing but elements", "a.docx", bomb(t, "word/document.xml", "<w>", "<p/>", 20<<20), text.ErrTooLarge},
		{"nothing but spaces", "a.odt", bomb(t, "content.xml", "<p>", " <b/>", 20<<20), text.ErrTooLarge},
		{"elements within elements", "a.docx", bomb(t, "word/document.xml", "", "<w>", 20<<20), text.ErrTooLarge},
		{"an attribute without end", "a.docx", bomb(t, "word/document.xml", `<w a="`, "a", 20<<20), text.ErrTooLarge},
		{"attributes without end", "a.docx", bomb(t, "word/document.xml", `<w`, ` a=""`, 20<<20), text.ErrTooLarge},
		{"too many parts", "a.docx", archive(t, many...), text.ErrTooLarge},
		{"an HTML comment without end", "a.html", "<p>Salt<!--" + strings.Repeat("-", 3<<20), text.ErrTooLarge},
		{"no archive", "a.docx", "PK\x03\x04 nothing", text.ErrBroken},
		{"half a document", "a.docx", archive(t, "word/document.xml", "<w><p><t>Salt</t><"), text.ErrBroken},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := text.Text(context.Background(), tt.file, "", strings.NewReader(tt.content), int64(len(tt.content)))
			if !errors.Is(err, tt.want) {
				t.Errorf("got error %v, want %v", err, tt.want)
			}
			if len(got) > text.MaxText {
				t.Errorf("%d bytes of text", len(got))
			}
		})
	}
	t.Run("a large file is not opened", func(t *testing.T) {
		if _, err := text.Text(context.Background(), "a.docx", "", strings.NewReader(""), text.MaxFile+1); !errors.Is(err, text.ErrTooLarge) {
			t.Errorf("got error %v", err)
		}
	})
	t.Run("much text is cut", func(t *testing.T) {
		content := strings.Repeat("salt ", text.MaxText)
		got, err := text.Text(context.Background(), "a.txt", "", strings.NewReader(content), int64(len(content)))
		if err != nil || len(got) != text.MaxText-1 && len(got) != text.MaxText {
			t.Errorf("%d bytes, error %v", len(got), err)
		}
	})
	t.Run("nobody waits", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		content := docx(t, strings.Repeat("<w:p><w:t>x</w:t></w:p>", 1000))
		if _, err := text.Text(ctx, "a.docx", "", strings.NewReader(content), int64(len(content))); !errors.Is(err, context.Canceled) {
			t.Errorf("got error %v", err)
		}
	})
}

func FuzzText(f *testing.F) {
	for _, name := range []string{"a.txt", "a.html"} {
		f.Add(name, []byte("Caf\xe9 <b>salt</b>"))
	}
	f.Add("a.docx", []byte(docx(f, "<w:p><w:t>Salt</w:t></w:p>")))
	f.Add("a.odt", []byte(archive(f, "content.xml", "<p>Salt<s/></p>")))
	f.Add("a.xlsx", []byte(archive(f, "xl/sharedStrings.xml", "<sst><si><t>Salt</t></si></sst>")))
	f.Add("a.pptx", []byte(archive(f, "ppt/slides/slide1.xml", slide("Salt"))))
	f.Fuzz(func(t *testing.T, name string, content []byte) {
		got, _ := text.Text(context.Background(), name, "", bytes.NewReader(content), int64(len(content)))
		if !utf8.ValidString(got) || strings.ContainsRune(got, 0) || len(got) > text.MaxText {
			t.Errorf("%q gave %d bytes of which not all are text", name, len(got))
		}
	})
}
