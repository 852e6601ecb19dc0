package symptoms

import (
	"time"

	"watercooler/app/threads"
)

// challengeTime is how long a challenge may wait for a word. Whoever owns a decision may be on leave for a fortnight.
const challengeTime = 30 * 24 * time.Hour

// denial finds what was closed without anything being done: gaps that their owner closed without an answer and without saying why,
// questions that somebody other than the asker closed before anybody had answered, and challenges of decisions that met nothing,
// or a decision that was confirmed or taken back without a word.
func denial(r Record) []Finding {
	var found []Finding
	for _, g := range r.Gaps {
		if g.ByOwner && !g.Acted && r.shown(g.ClosedAt) {
			f := about(Denial, GapClosed, 1, Item{Gap: g.ID, At: g.ClosedAt})
			f.Gap = g.ID
			found = append(found, f)
		}
	}
	for i := range r.Threads {
		t := &r.Threads[i]
		if t.Kind == threads.Question && t.Dismissed && t.Answered.IsZero() && !t.Superseded && r.shown(t.ClosedAt) {
			found = append(found, ofThread(Denial, QuestionClosed, t.ID, t.ClosedAt))
		}
	}
	for _, d := range r.Decisions {
		for i, c := range d.Changes {
			if c.What == "challenged" && r.shown(c.At) && unmet(d, i, r.Now) {
				f := ofThread(Denial, ChallengeUnmet, d.Thread, c.At)
				f.Days = int(r.Now.Sub(c.At).Hours() / 24)
				found = append(found, f)
				break // one is enough to say so of a decision
			}
		}
	}
	return found
}

// unmet reports whether the challenge that is change i of d met nothing.
func unmet(d Decision, i int, now time.Time) bool {
	if d.Changes[i].Met {
		return false
	}
	for _, c := range d.Changes[i+1:] {
		switch c.What {
		case "amended", "reviewed", "superseded": // something was done
			return false
		case "agreed", "reinstated", "withdrawn":
			return !c.Reason
		}
	}
	return now.Sub(d.Changes[i].At) > challengeTime
}

// ofThread returns a finding about one thread and nothing else.
func ofThread(s Symptom, v Variant, thread int64, at time.Time) Finding {
	f := about(s, v, 1, Item{Thread: thread, At: at})
	f.Anchor = thread
	return f
}
