package static_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"
	"testing"

	"watercooler/static"
)

func TestOpenSendsTheSmallestFormTheBrowserTakes(t *testing.T) {
	tests := []struct {
		name, file, accept string
		encoding, typ      string
	}{
		{"a present-day browser", "app.css", "gzip, deflate, br, zstd", "br", "text/css; charset=utf-8"},
		{"brotli refused", "app.js", "br;q=0, gzip", "gzip", "text/javascript; charset=utf-8"},
		{"brotli barely liked", "app.js", "br; q=0.1", "br", "text/javascript; charset=utf-8"},
		{"nothing said", "app.js", "", "", "text/javascript; charset=utf-8"},
		{"a word that only contains br", "app.js", "brx", "", "text/javascript; charset=utf-8"},
		{"icons", "icons.svg", "gzip", "gzip", "image/svg+xml"},
		{"a font is compressed already", "fonts/newsreader-latin-wght-normal.woff2", "gzip, br", "", "font/woff2"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body, typ, encoding, ok := static.Open(tt.file, tt.accept)
			if !ok || len(body) == 0 || typ != tt.typ || encoding != tt.encoding {
				t.Errorf("Open(%q, %q) = %d bytes, %q, %q, %v; want %q, %q", tt.file, tt.accept, len(body), typ, encoding, ok, tt.typ, tt.encoding)
			}
		})
	}
}

func TestCompressedFormsHoldTheSameFile(t *testing.T) {
	plain, _, _, _ := static.Open("app.css", "")
	small, _, _, _ := static.Open("app.css", "gzip")
	r, err := gzip.NewReader(bytes.NewReader(small))
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(got, plain) {
		t.Errorf("the gzip form unpacks to %d bytes (%v), want the %d of the file", len(got), err, len(plain))
	}
}

func TestOpenKnowsOnlyItsFiles(t *testing.T) {
	for _, name := range []string{"", "hash.txt", "../static.go", "app.css.br", "dist/app.css", "nothing.js"} {
		if _, _, _, ok := static.Open(name, ""); ok {
			t.Errorf("Open(%q) finds a file, want none", name)
		}
	}
}

func TestPathHasOneHashForAll(t *testing.T) {
	css, icon := static.Path("app.css"), static.Path("icons.svg#plus")
	if !strings.HasPrefix(css, static.Prefix()) || !strings.HasPrefix(icon, static.Prefix()) || len(static.Prefix()) != len("/static/0123456789ab/") {
		t.Errorf("Path gives %q and %q under %q", css, icon, static.Prefix())
	}
}

// Everything comes from the hub itself: a stylesheet that reaches for another host would be blocked, and would tell it who reads.
func TestNothingIsLoadedFromElsewhere(t *testing.T) {
	css, _, _, _ := static.Open("app.css", "")
	for _, bad := range []string{"http://", "https://", "url(//", "@import"} {
		if bytes.Contains(css, []byte(bad)) {
			t.Errorf("app.css contains %q", bad)
		}
	}
}
