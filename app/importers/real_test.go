package importers_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"watercooler/app/importers"
)

// realData returns a folder of the real public data that the hub is tuned on, and skips when it is not on this machine.
func realData(t *testing.T, name string) string {
	t.Helper()
	root := os.Getenv("WATERCOOLER_DATA")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "data")
	}
	path := filepath.Join(root, name)
	if _, err := os.Stat(path); err != nil {
		t.Logf("REAL DATA MISSING: %s is not here; set WATERCOOLER_DATA to the folder that holds it", path)
		t.Skip("no real data")
	}
	return path
}

func wantCount(t *testing.T, r importers.Report, noun string, want importers.Count) {
	t.Helper()
	for _, got := range r.Counts {
		if got.Noun != noun {
			continue
		}
		if got.Read != want.Read || got.Created != want.Created || got.Changed != want.Changed || got.Unchanged != want.Unchanged {
			t.Errorf("%s: got read %d, created %d, changed %d, unchanged %d; want %d, %d, %d, %d", noun,
				got.Read, got.Created, got.Changed, got.Unchanged, want.Read, want.Created, want.Changed, want.Unchanged)
		}
		return
	}
	t.Errorf("%s: not in the report", noun)
}

func TestRealStackExchange(t *testing.T) {
	dir := realData(t, "se-quantumcomputing")
	h := sqliteHub(t)
	first, err := importers.StackExchange(t.Context(), h.deps, dir, importers.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Log("\n" + first.String())
	wantCount(t, first, "questions", importers.Count{Read: 612, Created: 612})
	wantCount(t, first, "answers", importers.Count{Read: 1060, Created: 1060})
	wantCount(t, first, "comments", importers.Count{Read: 3413, Created: 3413})
	wantCount(t, first, "topics", importers.Count{Read: 154, Created: 154})
	second, err := importers.StackExchange(t.Context(), h.deps, dir, importers.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if n := second.Changes(); n != 0 {
		t.Errorf("importing again changed %d records\n%s", n, second.String())
	}
	if n := h.number(t, "SELECT COUNT(*) FROM threads WHERE accepted_reply_id IS NOT NULL"); n != 389 {
		t.Errorf("accepted answers: got %d, want 389", n)
	}
}

func TestRealDocuments(t *testing.T) {
	for _, tc := range []struct {
		name, path string
		threads    int
	}{
		{"a hub with people and pages", "gov-digitalgov", 1773 + 879 - 53}, // 53 pages have neither title nor text,
		{"proposals", "org-peps/docs.jsonl.gz", 736},
		{"questions and answers", "se-quantumcomputing/docs.jsonl.gz", 612},
		{"documents without dates, one of them twice", "ir-cacm/docs.jsonl.gz", 3203},
	} {
		t.Run(tc.name, func(t *testing.T) {
			path := realData(t, tc.path)
			h := sqliteHub(t)
			first, err := importers.JSONL(t.Context(), h.deps, path, importers.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Log("\n" + first.String())
			if n := h.number(t, "SELECT COUNT(*) FROM threads"); n != tc.threads {
				t.Errorf("threads: got %d, want %d", n, tc.threads)
			}
			second, err := importers.JSONL(t.Context(), h.deps, path, importers.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if n := second.Changes(); n != 0 {
				t.Errorf("importing again changed %d records\n%s", n, second.String())
			}
		})
	}
}

func TestRealOrganograms(t *testing.T) {
	dir := realData(t, "import-samples/people")
	h := sqliteHub(t)
	for _, tc := range []struct {
		file          string
		date          time.Time
		created, left int
	}{
		{"department_for_communities_and_local_government-2011-03-31-senior.csv.gz", time.Date(2011, 3, 31, 0, 0, 0, 0, time.UTC), 98, 0},
		{"department_for_communities_and_local_government-2011-09-30-senior.csv.gz", time.Date(2011, 9, 30, 0, 0, 0, 0, time.UTC), 0, 0},
		{"land_registry-2011-03-31-senior.csv.gz", time.Date(2011, 3, 31, 0, 0, 0, 0, time.UTC), 25, 0},
		{"land_registry-2011-09-30-senior.csv.gz", time.Date(2011, 9, 30, 0, 0, 0, 0, time.UTC), 0, 4},
	} {
		o := importers.Options{Format: importers.FormatOrganogram, Leavers: true, Date: tc.date}
		file := filepath.Join(dir, tc.file)
		r, err := importers.People(t.Context(), h.deps, file, o)
		if err != nil {
			t.Fatalf("%s: %v", tc.file, err)
		}
		t.Log("\n" + r.String())
		var created, left int
		for _, c := range r.Counts {
			created += c.Created
			if c.Noun == "leavers" {
				left = c.Changed
			}
		}
		if created != tc.created || left != tc.left {
			t.Errorf("%s: %d joined, %d left; want %d, %d", tc.file, created, left, tc.created, tc.left)
		}
		again, err := importers.People(t.Context(), h.deps, file, o)
		if err != nil || again.Changes() != 0 {
			t.Errorf("%s again: %v\n%s", tc.file, err, again.String())
		}
	}
}
