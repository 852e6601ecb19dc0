package importers_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"watercooler/app/db"
	"watercooler/app/find"
	"watercooler/app/importers"
	"watercooler/app/reflections"
	"watercooler/auth"
)

// learns writes down what people learnt, for themselves, for others and about a thread that is gone, and what they did not find.
func (h *hub) learns(t *testing.T, ada, ben auth.Viewer, about, gone int64) {
	t.Helper()
	ctx := t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	s := reflections.New(h.deps.DB, h.deps.Threads, nil, time.UTC, time.Now)
	draft := reflections.Draft{
		Kind: reflections.Retrospective, Title: "The bridge", About: about,
		Boxes: reflections.Boxes{Noticed: "  It *leans*.\n", Tried: "Zwölf Boxkämpfer", Learnt: "\"Measure\" twice", Change: "<b>All</b>"},
	}
	_, err := s.Save(ctx, ada, 0, draft)
	must(err)
	shared, err := s.Save(ctx, ben, 0, draft)
	must(err)
	draft.Revision, draft.Title = 1, "The bridge, again"
	_, err = s.Save(ctx, ben, shared, draft)
	must(err)
	_, err = s.Share(ctx, ben, shared, reflections.Sharing{Audience: auth.OrgAudience(ben.Organisation)})
	must(err)
	withdrawn, err := s.Save(ctx, ada, 0, reflections.Draft{Kind: reflections.Weeknote, Boxes: reflections.Boxes{Learnt: "Nothing"}})
	must(err)
	thread, err := s.Share(ctx, ada, withdrawn, reflections.Sharing{Audience: "hub"})
	must(err)
	must(h.deps.Threads.DeleteThread(ctx, ada, thread)) // and nobody has taken the reflection back yet
	must(h.deps.DB.Tx(ctx, func(tx *db.Tx) error {
		if _, err := tx.Exec(ctx, "UPDATE reflections SET about_id = $1 WHERE id = $2", gone, withdrawn); err != nil {
			return err
		}
		_, err := find.ImportGaps(ctx, tx, []find.GapRecord{
			{Said: "bridge height", Words: []string{"bridg height", "clearanc"}, Owner: ada.Person, Answer: about, Note: "Looking.", OpenedAt: time.UnixMicro(1_800_000_000_000_000)},
			{Said: "canteen", Words: []string{"canteen"}, Answer: gone, OpenedAt: time.UnixMicro(1_800_000_000_000_001), ClosedAt: time.UnixMicro(1_800_000_000_000_002), Why: find.WhyOwner},
		})
		return err
	}))
}

// TestLearningLines holds lines about what was learnt, and kept, and missed, to what they need.
func TestLearningLines(t *testing.T) {
	before := `{"type":"organisation","external_id":"o","name":"Devon","home":true}
{"type":"person","external_id":"p","name":"Ada Ash"}
{"type":"thread","external_id":"t","kind":"question","title":"Which form?","author":"p"}
`
	for _, tc := range []struct{ name, line, want string }{
		{"private", `{"type":"reflection","external_id":"r","kind":"weeknote","title":"Week","person":"p","reflection":{"learnt":"x"}}`, ""},
		{"shared", `{"type":"reflection","external_id":"r","kind":"weeknote","title":"Week","person":"p","thread":"t","reflection":{"learnt":"x","about":"t","shared":"2027-03-04T09:30:00Z"}}`, ""},
		{"of no kind", `{"type":"reflection","external_id":"r","kind":"note","title":"Week","person":"p","reflection":{}}`, "the kind of a reflection"},
		{"saying nothing", `{"type":"reflection","external_id":"r","kind":"weeknote","title":"Week","person":"p"}`, "says nothing"},
		{"shared at no time", `{"type":"reflection","external_id":"r","kind":"weeknote","title":"Week","person":"p","thread":"t","reflection":{"learnt":"x"}}`, "and when, or neither"},
		{"shared some time", `{"type":"reflection","external_id":"r","kind":"weeknote","title":"Week","person":"p","thread":"t","reflection":{"shared":"then"}}`, "is not a moment"},
		{"by nobody", `{"type":"reflection","external_id":"r","kind":"weeknote","title":"Week","reflection":{"learnt":"x"}}`, "has no person"},
		{"about nothing that is there", `{"type":"reflection","external_id":"r","kind":"weeknote","title":"Week","person":"p","reflection":{"about":"u"}}`, "about is thread u"},
		{"kept", `{"type":"fresh","thread":"t","keep":{"guide":true,"owner":"p","next":"2028-03-04T09:30:00Z","every":6}}`, ""},
		{"kept by somebody unknown", `{"type":"fresh","thread":"t","keep":{"owner":"q"}}`, "owner is person q"},
		{"kept for ever", `{"type":"fresh","thread":"t","keep":{"every":999}}`, "at most 120"},
		{"kept until whenever", `{"type":"fresh","thread":"t","keep":{"next":"soon"}}`, "is not a moment"},
		{"said nothing of", `{"type":"fresh","thread":"t"}`, "nor who keeps it"},
		{"missing", `{"type":"gap","title":"canteen","created":"2027-03-04T09:30:00Z","gap":{"words":["canteen"],"closed":"2027-03-05T09:30:00Z","why":"faded"}}`, ""},
		{"missing, nobody knows why", `{"type":"gap","title":"canteen","gap":{"closed":"2027-03-05T09:30:00Z","why":"bored"}}`, `because it was "found"`},
		{"missing nothing", `{"type":"gap","gap":{}}`, "has no title"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := emptySQLite(t)
			path := filepath.Join(t.TempDir(), "lines.jsonl")
			if err := os.WriteFile(path, []byte(before+tc.line+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := importers.JSONL(t.Context(), h.deps, path, importers.Options{})
			switch {
			case tc.want == "" && err != nil:
				t.Errorf("refused: %v", err)
			case tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)):
				t.Errorf("got %v, want %q", err, tc.want)
			}
		})
	}
}
