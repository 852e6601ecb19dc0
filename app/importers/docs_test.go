package importers

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"watercooler/app/people"
	"watercooler/app/threads"
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

// TestHashesStayWhatTheyWere: a field that comes later must not change the hash of records that do not use it, or the next import
// of everything would write everything again.
func TestHashesStayWhatTheyWere(t *testing.T) {
	for _, tc := range []struct {
		name   string
		record any
		want   string
	}{
		{"thread", threads.ThreadRecord{}, "ExternalID Kind Title Body AuthorExternalID Topics Audience CreatedAt EditedAt ClosedAt Votes AcceptedExternalID Unfollowed Hash"},
		{"reply", threads.ReplyRecord{}, "ExternalID ThreadExternalID ParentExternalID Body AuthorExternalID CreatedAt EditedAt Votes Accepted DeletedAt Hash"},
		{"person", people.Record{}, "ExternalID Name Handle JobTitle Location Phone Email About Organisation OrganisationExternalID UnitPath " +
			"OrganisationID UnitID ManagerExternalID LeftAt CreatedAt Hash"},
	} {
		raw, err := json.Marshal(tc.record)
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, m := range regexp.MustCompile(`"(\w+)":`).FindAllSubmatch(raw, -1) {
			names = append(names, string(m[1]))
		}
		if got := strings.Join(names, " "); got != tc.want {
			t.Errorf("%s: got %s, want %s", tc.name, got, tc.want)
		}
	}
}
