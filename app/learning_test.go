package app_test

import (
	"net/http"
	"strings"
	"testing"

	"watercooler/app/apptest"
)

// TestSampleShowsWhatWasLearntAndMissing looks at the sample hub as its people do.
func TestSampleShowsWhatWasLearntAndMissing(t *testing.T) {
	h := apptest.Sample(t)
	clients := map[string]*apptest.Client{"priya": h.As(priya), "ruth": h.As(ruth), "helen": h.As(helen)}
	thread := threadOf(t, h, "sample/thread/00-first/3")
	for _, tc := range []struct {
		name, as, path string
		has, hasNot    string
	}{
		{"home reminds of what is due", "priya", "/", "Is “What do we do about the hundred pages that say &#34;coronavirus&#34;?” still right?", ""},
		{"and nobody else of it", "helen", "/", "", "For you to look at"},
		{"what nobody keeps any more", "ruth", "/keeping?of=nobody", "Three answers I would like to be found by", "Can we lend path counters"},
		{"it is found by its state", "ruth", "/search?q=is:due+kind:question", "Is it safe to let contractors plug into the wall at a depot?", "How do you write alternative text"},
		{"lessons while somebody types", "priya", "/similar?title=Moving+the+stops+of+the+mobile+library", "Lessons from before", ""},
		{"and in the composer without script", "priya", "/write?kind=question&title=Moving+the+stops+of+the+mobile+library", "Moving the mobile library", ""},
		{"looked back on", "ruth", "/threads/" + thread, "The pile of PDFs: what we would do again", "Just for me"},
		{"lessons are found by words", "ruth", "/reflections/lessons?q=passkey", "Passkeys, week two", "Just for me"},
		{"what is private is its author's", "ruth", "/reflections", "", "Just for me"},
		{"who lists it", "priya", "/reflections", "Just for me", ""},
		{"what is missing, in whatever words", "helen", "/gaps", "change my bank details", "mileage rate"},
		{"what few looked for is not for all", "priya", "/gaps", "sabbatical", "winter rota"},
		{"what became of it", "priya", "/gaps?closed=1", "Found since", ""},
		{"and by what", "priya", "/gaps?closed=1", "We removed 214 PDFs from the website", ""},
	} {
		got := clients[tc.as].Get(tc.path)
		if got.Status != http.StatusOK {
			t.Errorf("%s: status %d", tc.name, got.Status)
		}
		if !strings.Contains(got.Body, tc.has) {
			t.Errorf("%s: %s does not hold %q", tc.name, tc.path, tc.has)
		}
		if tc.hasNot != "" && strings.Contains(got.Body, tc.hasNot) {
			t.Errorf("%s: %s holds %q", tc.name, tc.path, tc.hasNot)
		}
	}
	if got := clients["ruth"].Get("/reflections/13"); got.Status != http.StatusNotFound {
		t.Errorf("somebody else's private reflection: status %d, want 404", got.Status)
	}
}
