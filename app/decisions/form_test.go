package decisions

import (
	"strings"
	"testing"
	"time"
)

func TestParseDay(t *testing.T) {
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct{ typed, begins, ends string }{
		{"", "", ""}, {" 2027-05-04 ", "2027-05-03T23:00:00Z", "2027-05-04T22:59:59Z"},
		{"2027-03-28", "2027-03-28T00:00:00Z", "2027-03-28T22:59:59Z"}, // of 23 hours
		{"2027-02-29", "wrong", ""}, {"4 May 2027", "wrong", ""}, {"0001-01-01", "wrong", ""}, {"9999-01-01", "wrong", ""},
	} {
		at, err := parseDay(tc.typed, zone)
		begins, ends := "", ""
		if err != nil {
			begins = "wrong"
		} else if !at.IsZero() {
			begins, ends = at.UTC().Format(time.RFC3339), endOf(at).UTC().Format(time.RFC3339)
		}
		if begins != tc.begins || ends != tc.ends {
			t.Errorf("%q: %s to %s, want %s to %s", tc.typed, begins, ends, tc.begins, tc.ends)
		}
	}
}

// FuzzAddress types anything as the address of evidence: what becomes of it is the address of a page elsewhere, a path of the hub,
// or nothing. No thread is looked for, because nobody may read any.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{
		"", "/threads/1", "//evil.example", "https://example.org/a?b=c#d", "HTTP://x", "javascript:alert(1)", "https://hub.example//evil", "https://user:pw@x/", "/\\x", "ftp://x", "https:x", "\x00",
		"https://hub.example/site/privacy",
	} {
		f.Add(s)
	}
	s := New(nil, nil, nil, "https://hub.example", time.Now)
	f.Fuzz(func(t *testing.T, typed string) {
		local := strings.TrimPrefix(strings.TrimSpace(typed), s.base)
		if strings.HasPrefix(local, "/") {
			return // asked of the database: see TestRecord
		}
		path, item, ok, err := s.address(t.Context(), nobody, typed)
		switch {
		case err != nil || item != 0:
			t.Errorf("%q: item %d, %v", typed, item, err)
		case !ok && path != "":
			t.Errorf("%q is refused and leads to %q", typed, path)
		case path != "" && !strings.HasPrefix(path, "https://") && !strings.HasPrefix(path, "http://"):
			t.Errorf("%q leads to %q", typed, path)
		}
		if r := (EvidenceRow{Title: typed}); r.blank() != (oneLine(typed) == "") {
			t.Errorf("%q is a blank row: %v", typed, r.blank())
		}
	})
}

func TestCell(t *testing.T) {
	for text, want := range map[string]string{"": "", "Salt": "Salt", "=1+1": "'=1+1", "-2": "'-2", "@x": "'@x", "+44": "'+44", "ä": "ä"} {
		if got := cell(text); got != want {
			t.Errorf("cell(%q) = %q, want %q", text, got, want)
		}
	}
}
