package importers

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"watercooler/app/errs"
)

// The fuzz tests read arbitrary bytes the way the first passes do: whatever the file holds, the answer is a record or an
// Invalid error, never a panic or an internal error.

func fuzzFile(t *testing.T, raw []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "input")
	if err := os.WriteFile(path, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func mustBeInvalid(t *testing.T, err error) {
	t.Helper()
	if err != nil && errs.KindOf(err) != errs.Invalid {
		t.Fatalf("got %v, want nil or Invalid", err)
	}
}

func FuzzRows(f *testing.F) {
	f.Add([]byte(`<posts><row Id="1" Body="x"/></posts>`))
	f.Add([]byte("\x1f\x8b\x08\x00\x00"))
	f.Add([]byte("<posts><row"))
	f.Add([]byte("<?xml version='1.0' encoding='latin1'?><posts/>"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		err := rows(t.Context(), fuzzFile(t, raw), "posts", func(r row) error {
			if _, _, err := r.idAndTime(); err != nil {
				return err
			}
			_, err := r.optionalTime("LastEditDate")
			return err
		})
		mustBeInvalid(t, err)
	})
}

func FuzzLines(f *testing.F) {
	f.Add([]byte(`{"id":"1","kind":"a","parent":"2","text":"x","authors":["a","b"],"date":"2020-01-02"}`))
	f.Add([]byte(`{"id":"3","author":["a",""],"authors":"b","title":"<b>","parent":"3"}`))
	f.Add([]byte(`{"type":"reply","external_id":"r","thread":"t","author":"p","body":"x","ago":"3d"}`))
	f.Add([]byte("{\"type\":\"unit\",\"external_id\":\"u\",\"parent\":\"u\",\"name\":\"x\"}\n\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		path := fuzzFile(t, raw)
		j := &jsonl{
			run: &run{report: &Report{}}, bundle: &bundle{}, source: "fuzz", now: time.Unix(0, 0), first: true,
			organisations: map[string]organisation{}, units: map[string]unit{}, places: map[string]place{}, ignored: map[string]bool{},
			plainTopics: map[string]string{}, counts: map[string]int{}, late: map[string]string{},
			family: family{parents: map[string]string{}},
		}
		err := lines(t.Context(), path, func(n int, line []byte) error {
			rec, err := j.parse(place{"fuzz", n}, line)
			if err != nil {
				return err
			}
			_ = j.organisationOf(rec.Unit)
			_ = j.created(rec)
			if rec.ID != "" {
				j.checkPlain(rec, map[string]string{})
				return nil
			}
			return j.checkTyped(place{"fuzz", n}, rec)
		})
		mustBeInvalid(t, err)
	})
}

func FuzzStaffList(f *testing.F) {
	f.Add([]byte("id,name,email,started,unit\n1,Ada,a@b.example,2020-01-02,A > B\n"), false)
	f.Add([]byte("\"Post Unique Reference\",\"Name\",\"Job Title\",\"Unit\",\"Organisation\",\"Reports to Senior Post\"\n1,N/D,x,y,z,XX\n"), true)
	f.Add([]byte("id,name\n1,\xff\xfe\n"), false)
	f.Fuzz(func(t *testing.T, raw []byte, organogram bool) {
		r := &run{report: &Report{}}
		l := newStaffList(r, fuzzFile(t, raw))
		if organogram {
			r.Format = FormatOrganogram
			l = newOrganogram(r, l.file)
		}
		mustBeInvalid(t, l.check(t.Context()))
	})
}
