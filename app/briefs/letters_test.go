package briefs_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"watercooler/app/briefs"
	"watercooler/app/errs"
)

// send runs the job and returns the letters it sent.
func (h *hub) send() (letters []string) {
	h.t.Helper()
	h.post.letters = nil
	if err := h.SendLetters(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	return h.post.letters
}

func (h *hub) join(who string, ref briefs.Ref, weekly bool) {
	h.t.Helper()
	if err := h.Join(h.t.Context(), h.viewers[who], ref, weekly); err != nil {
		h.t.Fatal(err)
	}
}

func TestLetters(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.post.boxes = map[int64]string{1: "one@hub.example", 3: "three@hub.example"}
		h.open(thread{kind: "discussion", title: "For everybody", at: day(time.May, 5)})
		h.open(thread{kind: "discussion", title: "For the circle", audience: "network:2", network: closedNet, at: day(time.May, 6)})
		h.join("staff", briefs.Ref{}, true)
		h.join("staff", briefs.Ref{}, true) // once more is no second letter
		h.join("staff", briefs.Ref{}, false)
		h.join("staff in closed", briefs.Ref{Network: "closed-net"}, true)
		h.join("staff in closed", briefs.Ref{Unit: culture}, true) // has nothing to tell: person 1 is of it and wrote the first
		for _, step := range []struct {
			at   time.Time
			want []string
		}{
			{noon, nil},
			{day(time.May, 10).Add(-4 * time.Hour), nil}, // Monday at six
			{day(time.May, 10), []string{
				"one@hub.example: The brief of Devon: the week of 3 May 2027", "three@hub.example: The brief of Closed Net: the week of 3 May 2027", "three@hub.example: The brief of Culture: the week of 3 May 2027"}},
			{day(time.May, 10).Add(time.Hour), nil},
			{day(time.May, 18), nil}, // of a week in which nothing happened
			{day(time.June, 2), []string{"one@hub.example: The brief of Devon: May 2027"}},
			{day(time.September, 2), nil}, // quiet months
		} {
			h.clock = step.at
			got := h.send()
			slices.Sort(got)
			if !slices.Equal(got, step.want) {
				t.Errorf("on %s: %q, want %q", step.at, got, step.want)
			}
		}
		for i, text := range h.post.texts {
			if strings.Contains(text, "For the circle") != strings.Contains(text, "Closed Net") {
				t.Errorf("letter %d: %s", i, text)
			}
			if !strings.Contains(text, "Stop it: https://hub.example/brief/letters/"+h.post.stops[i]) {
				t.Errorf("letter %d has no way to stop it: %s", i, text)
			}
		}
	})
}

func TestLettersAreForWhoMayReadThem(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.post.boxes = map[int64]string{3: "three@hub.example", 27: "partner@police.example"}
		h.open(thread{title: "For the circle", audience: "network:2", network: closedNet, at: day(time.April, 26)})
		for who, want := range map[string]bool{"public": false, "staff": false, "partner": false, "partner in open": false, "staff in closed": true, "partner in closed": true} {
			err := h.Join(t.Context(), h.viewers[who], briefs.Ref{Network: "closed-net"}, false)
			if (err == nil) != want || err != nil && !errs.IsNotFound(err) {
				t.Errorf("%s: %v", who, err)
			}
		}
		if err := h.Join(t.Context(), h.viewers["staff in open"], briefs.Ref{}, false); errs.KindOf(err) != errs.Conflict {
			t.Errorf("without a confirmed address: %v", err)
		}
		h.open(thread{title: "In May", audience: "network:2", network: closedNet, at: day(time.May, 26)})
		h.clock = day(time.June, 1)
		h.viewers["staff in closed"] = h.viewers["staff in closed"].In() // has left the network
		if got := h.send(); len(got) != 1 || !strings.HasPrefix(got[0], "partner@police.example") {
			t.Errorf("sent %q", got)
		}
	})
}

func TestLettersAreTriedAgainAndSentOnce(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.post.boxes = map[int64]string{1: "one@hub.example"}
		h.open(thread{at: day(time.May, 5)})
		h.join("staff", briefs.Ref{}, false)
		h.clock, h.post.broken = day(time.June, 1), true
		if err := h.SendLetters(t.Context()); err == nil {
			t.Error("a server that is down is no mistake")
		}
		h.post.broken = false
		if got := h.send(); got != nil {
			t.Errorf("at once: %q", got)
		}
		h.clock = h.clock.Add(2 * time.Hour)
		h.post.letters = nil
		var all sync.WaitGroup // several servers
		for range 4 {
			all.Go(func() {
				if err := h.SendLetters(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if got := h.post.letters; len(got) != 1 {
			t.Errorf("sent %q", got)
		}
	})
}

func TestLettersEnd(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.post.boxes = map[int64]string{1: "one@hub.example", 3: "three@hub.example"}
		h.open(thread{at: day(time.May, 5)})
		h.open(thread{at: day(time.June, 5)})
		h.join("staff", briefs.Ref{}, false)
		h.join("staff in closed", briefs.Ref{Network: "closed-net"}, true)
		h.clock = day(time.June, 1)
		if got := h.send(); len(got) != 1 {
			t.Fatalf("sent %q", got)
		}
		token := h.post.stops[0]
		if r, err := h.ByToken(t.Context(), token); err != nil || r.Person != 1 || r.Weekly {
			t.Errorf("the link leads to %+v: %v", r, err)
		}
		for range 2 { // twice is no mistake
			if err := h.Stop(t.Context(), token); err != nil {
				t.Error(err)
			}
		}
		if _, err := h.ByToken(t.Context(), token); !errs.IsNotFound(err) {
			t.Errorf("after it has ended the link leads somewhere: %v", err)
		}
		// Somebody who has left a network can still end its letters.
		if err := h.Leave(t.Context(), h.viewers["staff in closed"].In(), briefs.Ref{Network: "closed-net"}, true); err != nil {
			t.Error(err)
		}
		var left int
		if err := h.db.QueryRow(t.Context(), `SELECT COUNT(*) FROM brief_readers`).Scan(&left); err != nil || left != 0 {
			t.Errorf("%d readers are left: %v", left, err)
		}
	})
}
