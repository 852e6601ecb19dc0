package importers

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestDocumentation holds docs/import.md to the fields and columns that are read.
func TestDocumentation(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "docs", "import.md"))
	if err != nil {
		t.Fatal(err)
	}
	doc := string(raw)
	l := newStaffList(&run{report: &Report{}}, "")
	for _, name := range append(append(l.required, l.known...), knownFields...) {
		if !strings.Contains(doc, "`"+name+"`") {
			t.Errorf("docs/import.md does not mention %q", name)
		}
	}
	for _, name := range newOrganogram(&run{report: &Report{}}, "").required {
		if !strings.Contains(strings.ToLower(strings.ReplaceAll(doc, "\n", " ")), "`"+name+"`") {
			t.Errorf("docs/import.md does not mention the organogram column %q", name)
		}
	}
}
