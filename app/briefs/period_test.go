package briefs_test

import (
	"testing"
	"time"

	"watercooler/app/briefs"
	"watercooler/app/errs"
)

func TestPeriods(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		text, name, before, next, other string
		from, to                        string
	}{
		{"2027-05", "May 2027", "2027-04", "2027-06", "2027-W21", "2027-05-01T00:00:00+01:00", "2027-06-01T00:00:00+01:00"},
		{"2027-01", "January 2027", "2026-12", "2027-02", "2027-W04", "2027-01-01T00:00:00Z", "2027-02-01T00:00:00Z"},
		{"2027-03", "March 2027", "2027-02", "2027-04", "2027-W12", "2027-03-01T00:00:00Z", "2027-04-01T00:00:00+01:00"},
		{"2027-W18", "the week of 3 May 2027", "2027-W17", "2027-W19", "2027-05", "2027-05-03T00:00:00+01:00", "2027-05-10T00:00:00+01:00"},
		{"2026-W53", "the week of 28 December 2026", "2026-W52", "2027-W01", "2027-01", "2026-12-28T00:00:00Z", "2027-01-04T00:00:00Z"},
		{"2025-W01", "the week of 30 December 2024", "2024-W52", "2025-W02", "2025-01", "2024-12-30T00:00:00Z", "2025-01-06T00:00:00Z"},
	} {
		p, err := briefs.ParsePeriod(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		got := []string{p.String(), p.Name(), p.Before().String(), p.Next().String(), p.Other().String(), p.From(london).Format(time.RFC3339), p.To(london).Format(time.RFC3339)}
		for i, want := range []string{c.text, c.name, c.before, c.next, c.other, c.from, c.to} {
			if got[i] != want {
				t.Errorf("%s: got %q, want %q", c.text, got[i], want)
			}
		}
	}
	for _, text := range []string{"", "2027", "2027-5", "2027-00", "2027-13", "2027-W00", "2027-W53", "2027-W54", "1989-12", "2027-05x", "x2027-05", "2027-w18", "９９９９-05"} {
		if _, err := briefs.ParsePeriod(text); !errs.IsNotFound(err) {
			t.Errorf("%q: %v, want that there is no such period", text, err)
		}
	}
}

func FuzzParsePeriod(f *testing.F) {
	for _, s := range []string{"2027-05", "2027-W18", "2026-W53", "0000-00", "9999-12", "9999-W52"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, err := briefs.ParsePeriod(s)
		if err != nil {
			return
		}
		if p.String() != s {
			t.Errorf("%q is read as %s", s, p)
		}
		if back := p.Next().Before(); back != p {
			t.Errorf("after and before %s is %s", p, back)
		}
		if !p.To(time.UTC).After(p.From(time.UTC)) {
			t.Errorf("%s ends before it begins", p)
		}
	})
}
