package importers

import (
	"strings"
	"testing"
	"time"
)

// clock moves by itself each time it is read.
func clock(step time.Duration) func() time.Time {
	at := time.Date(2027, 3, 4, 12, 0, 0, 0, time.UTC)
	return func() time.Time {
		at = at.Add(step)
		return at
	}
}

func TestProgressOnATerminal(t *testing.T) {
	var out strings.Builder
	p := NewProgress(&out, clock(time.Second))
	p.terminal = true
	p.Start("Answers", 1000)
	p.Add(500)
	p.End()
	frames := strings.Split(out.String(), "\r")
	if got, want := frames[2], "Answers              [############------------] 500 of 1000, 167/s, 3 s left\x1b[K"; got != want {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if !strings.HasSuffix(out.String(), "\n") {
		t.Error("the last line does not end")
	}
}

func TestProgressInALog(t *testing.T) {
	var out strings.Builder
	p := NewProgress(&out, clock(time.Second))
	p.Start("Checking", 0)
	p.Start("Answers", 3000)
	for range 30 {
		p.Add(100)
	}
	p.End()
	p.End()
	if strings.ContainsAny(out.String(), "\r\x1b") {
		t.Errorf("control characters in a log: %q", out.String())
	}
	want := []string{
		"Checking", "Checking: done, 0 in 1s", "Answers: 3000", "Answers: 1000 of 3000, 91/s, 22 s left", "Answers: 2000 of 3000, 95/s, 10 s left",
		"Answers: 3000 of 3000, 97/s", "Answers: done, 3000 in 32s",
	}
	got := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(got) != len(want) {
		t.Fatalf("got %q", got)
	}
	for i := range got {
		if strings.SplitN(got[i], " ", 3)[0] != strings.SplitN(want[i], " ", 3)[0] {
			t.Errorf("line %d: got %q, want like %q", i+1, got[i], want[i])
		}
	}
}

func TestNoProgress(t *testing.T) {
	var p *Progress
	p.Start("Answers", 3)
	p.Add(1)
	p.End()
}

func TestReport(t *testing.T) {
	r := &Report{Kind: "jsonl", Source: "archive", Took: 1234 * time.Millisecond}
	r.read("threads", 9)
	r.count("threads").Created = 1
	for range 8 {
		r.skip("threads", "it has no text", "archive/7")
	}
	r.note("One note.")
	r.note("One note.")
	got := r.String()
	for _, want := range []string{
		`Imported jsonl as "archive" in 1.2s: 1 change.`, "8 threads: it has no text (archive/7, archive/7, archive/7, archive/7, archive/7, …)",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("got\n%s\nwant in it %q", got, want)
		}
	}
	if strings.Count(got, "One note.") != 1 {
		t.Errorf("a note is there twice:\n%s", got)
	}
	if r.Changes() != 1 || r.Skipped() != 8 {
		t.Errorf("got %d changes, %d skipped", r.Changes(), r.Skipped())
	}
}
