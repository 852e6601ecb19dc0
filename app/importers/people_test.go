package importers_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"watercooler/app/errs"
	"watercooler/app/importers"
)

func write(t *testing.T, name, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

const october = `ID,Name,Job_Title,Unit,Manager_ID,Email,Started,Pay grade
7,Siân Rees,Head of Digital,Digital > Web,1,sian.rees@devon.example,04/03/2019,12
1,Helen Trevanion,Chief Executive,,,helen@devon.example,2015-01-05,20
8,Tom Hocking,Developer,Digital > Web,7,tom@devon.example,,9
9,Brian Yeo,Officer,Place > Paths,1,,,8
`

// november: Tom moved, Brian left, Priya joined.
const november = `id,name,job_title,unit,manager_id,email,started
1,Helen Trevanion,Chief Executive,,,helen@devon.example,2015-01-05
7,Siân Rees,Head of Digital,Digital > Web,1,sian.rees@devon.example,04/03/2019
8,Tom Hocking,Developer,Digital > Data,7,tom@devon.example,
10,Priya Nair,Content designer,Digital > Web,7,priya@devon.example,2026-11-01
`

func TestStaffList(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		first, err := importers.People(t.Context(), h.deps, write(t, "staff.csv", october), importers.Options{Leavers: true})
		if err != nil {
			t.Fatal(err)
		}
		wantCount(t, first, "people", importers.Count{Read: 4, Created: 4})
		if s := first.String(); !strings.Contains(s, `"pay grade"`) {
			t.Errorf("the report does not name the unknown column:\n%s", s)
		}
		lines := func() []string {
			return h.texts(t, `
				SELECT p.name || ' / ' || COALESCE(u.name, '-') || ' / ' || COALESCE(m.name, '-')
				FROM people p LEFT JOIN units u ON u.id = p.unit_id LEFT JOIN people m ON m.id = p.manager_id
				WHERE p.left_at IS NULL
				ORDER BY p.name
				LIMIT 9`)
		}
		want := []string{"Brian Yeo / Paths / Helen Trevanion", "Helen Trevanion / - / -", "Siân Rees / Web / Helen Trevanion", "Tom Hocking / Web / Siân Rees"}
		if got := lines(); !slices.Equal(got, want) {
			t.Errorf("October: got %q, want %q", got, want)
		}

		again, err := importers.People(t.Context(), h.deps, write(t, "staff.csv", october), importers.Options{Leavers: true})
		if err != nil || again.Changes() != 0 {
			t.Errorf("importing again: %v\n%s", err, again.String())
		}

		date := time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC)
		second, err := importers.People(t.Context(), h.deps, write(t, "staff.csv", november), importers.Options{Leavers: true, Date: date})
		if err != nil {
			t.Fatal(err)
		}
		wantCount(t, second, "people", importers.Count{Read: 4, Created: 1, Changed: 1, Unchanged: 2})
		wantCount(t, second, "leavers", importers.Count{Read: 1, Changed: 1})
		want = []string{"Helen Trevanion / - / -", "Priya Nair / Web / Siân Rees", "Siân Rees / Web / Helen Trevanion", "Tom Hocking / Data / Siân Rees"}
		if got := lines(); !slices.Equal(got, want) {
			t.Errorf("November: got %q, want %q", got, want)
		}
		if n := h.number(t, "SELECT COUNT(*) FROM people WHERE external_id = 'people/9' AND left_at = $1", date.UnixMicro()); n != 1 {
			t.Error("Brian did not leave on the date of the list")
		}

		back, err := importers.People(t.Context(), h.deps, write(t, "staff.csv", october), importers.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if n := h.number(t, "SELECT COUNT(*) FROM people WHERE external_id = 'people/9' AND left_at IS NULL"); n != 1 {
			t.Errorf("Brian is in the list again and has not returned\n%s", back.String())
		}
	})
}

func TestStaffListFromASpreadsheet(t *testing.T) {
	h := sqliteHub(t)
	// Windows-1252, with a byte order mark nobody asked for, semicolon-free, CRLF and a quoted line break.
	content := "id,name,about\r\n1,Zo\xeb Fouch\xe9,\"Likes \x93plain\x94\r\nEnglish\"\r\n\r\n2,Ren\xc3\xa9e,\r\n"
	if _, err := importers.People(t.Context(), h.deps, write(t, "staff.csv", content), importers.Options{Source: "hr"}); err != nil {
		t.Fatal(err)
	}
	if got, want := h.texts(t, "SELECT name FROM people ORDER BY id LIMIT 9"), []string{"Zoë Fouché", "Renée"}; !slices.Equal(got, want) {
		t.Errorf("names: got %q, want %q", got, want)
	}
	if got := h.texts(t, "SELECT about FROM people WHERE external_id = 'hr/1' LIMIT 1"); len(got) != 1 || !strings.Contains(got[0], "“plain”") {
		t.Errorf("about: got %q", got)
	}
}

func TestOrganogram(t *testing.T) {
	h := sqliteHub(t)
	const list = `"Post Unique Reference","Name","Job Title","Job/Team Function","Organisation","Unit","Contact Phone","Contact E-mail","Reports to Senior Post"
"4","N/D","Head of Law","Legal advice","Land Registry","Legal","N/A","N/A","1"
"1","Ada Lovelace","Chief Registrar","","Land Registry","Office","0300 1","ada@lr.example","XX"
"5","Vacant","Registrar","","Land Registry","Legal","","","4"
"1","Charles Babbage","Chief Registrar","","Land Registry","Office","","","XX"
`
	r, err := importers.People(t.Context(), h.deps, write(t, "senior.csv", list), importers.Options{Format: importers.FormatOrganogram})
	if err != nil {
		t.Fatal(err)
	}
	wantCount(t, r, "people", importers.Count{Read: 4, Created: 2})
	got := h.texts(t, `
		SELECT p.external_id || ' ' || p.name || ' ' || COALESCE(m.name, '-') || p.email
		FROM people p LEFT JOIN people m ON m.id = p.manager_id
		ORDER BY p.external_id
		LIMIT 9`)
	want := []string{"organogram/land-registry/1 Ada Lovelace -ada@lr.example", "organogram/land-registry/4 Head of Law Ada Lovelace"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestBrokenStaffLists(t *testing.T) {
	for _, tc := range []struct {
		name, content, format, want string
	}{
		{"empty", "", "", "staff.csv is empty"},
		{"nobody", "id,name\n", "", "names nobody"},
		{"no id column", "number,name\n1,Ada\n", "", `line 1: there is no column "id"`},
		{"column twice", "id,name,name\n1,Ada,Ada\n", "", `the column "name" is there twice`},
		{"no name", "id,name\n1,Ada\n2,\n", "", "line 3: person 2 has no name"},
		{"no id", "id,name\n,Ada\n", "", "line 2: the row has no id"},
		{"id twice", "id,name\n1,Ada\n1,Bob\n", "", "line 3: id 1 is in line 2 already"},
		{"bad date", "id,name,started\n1,Ada,soon\n", "", `line 2: started is "soon"`},
		{"bad e-mail address", "id,name,email\n1,Ada,ada at home\n", "", "is not an e-mail address"},
		{"too many columns", "id,name\n1,Ada,x,y\n", "", "line 2: the row has 4 columns, the header 2"},
		{"open quote", "id,name\n1,\"Ada\n", "", "is not well-formed CSV"},
		{"several mistakes at once", "id,name\n1,\n2,\n", "", "line 2: person 1 has no name.\nstaff.csv, line 3: person 2 has no name."},
		{"unknown format", "id,name\n", "xls", `"xls" is not a format`},
		{"junior posts", "\"Parent Department\",\"Organisation\",\"Unit\",\"Generic Job Title\"\n", importers.FormatOrganogram, "This is the return of junior posts"},
		{"a picture", "\x89PNG\r\n\x1a\n\x00\x00", "", "there is no column"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := sqliteHub(t)
			before := h.rows(t)
			_, err := importers.People(t.Context(), h.deps, write(t, "staff.csv", tc.content), importers.Options{Format: tc.format, Leavers: true})
			if errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v\nwant Invalid with %q", err, tc.want)
			}
			if after := h.rows(t); after != before {
				t.Errorf("the hub had %d rows, now %d", before, after)
			}
		})
	}
	h := sqliteHub(t)
	if _, err := importers.People(t.Context(), h.deps, filepath.Join(t.TempDir(), "none.csv"), importers.Options{}); !errs.IsNotFound(err) {
		t.Errorf("no file: got %v, want NotFound", err)
	}
}

func TestStaffListJunk(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 200 MB")
	}
	for _, start := range []string{"", "id,name\n1,\""} {
		h := sqliteHub(t)
		path := filepath.Join(t.TempDir(), "staff.csv")
		writeJunk(t, path, start, "junk ")
		if _, err := importers.People(t.Context(), h.deps, path, importers.Options{}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("after %q: got %v, want Invalid", start, err)
		}
	}
}
