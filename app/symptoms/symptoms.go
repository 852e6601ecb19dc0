// Package symptoms finds signs, in what the hub itself holds, that an organisation has stopped taking in, deciding or learning: the
// recognisable ways of being stupid that Richard Veryard describes in his book of 2012 on organisational intelligence. A symptom points
// at how work is arranged and never at somebody: no detector names, counts or ranks people, and where fewer than five people could be
// meant there is no finding.
//
// There are three layers. A Record is the open record of a stretch of time as plain values: what everybody in the home organisation
// may read, and nothing else. A detector is a pure function from a Record to findings, with its thresholds as named constants beside it; the
// same Record gives the same findings. The Service reads a Record now and then, keeps what was found, and shows it to leaders.
//
// What holds at every moment, and where:
//
//   - Only the open record is evidence. The condition stands in each statement that reads a Record, and again where a page reads what
//     a finding rests on, so that a thread that was deleted or moved into a closed room since is not shown, and a finding that rests on
//     too little without it is not shown either.
//   - A finding is known again by what it is about. One that a leader put aside, with a reason, stays aside until it has grown by half.
//   - Everything but those reasons can be found again from the record: Check does that and compares.
package symptoms

import (
	"context"
	"slices"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/auth"
)

// Symptom is one of the nine.
type Symptom string

// The symptoms, in the order in which they are shown.
const (
	Choke      Symptom = "choke"      // questions wait although there are people who know
	Denial     Symptom = "denial"     // what hurts is closed without anything being done
	Guesswork  Symptom = "guesswork"  // decided on nothing that is written down
	Meddling   Symptom = "meddling"   // one decision is changed again and again from above
	Muddle     Symptom = "muddle"     // two answers to one question, both in force
	Panic      Symptom = "panic"      // a run of decisions that nobody had notice of
	Policy     Symptom = "policy"     // policy-based evidence: found after the decision it is for
	Repetition Symptom = "repetition" // the same question, or the same decision, again and again
	Tunnel     Symptom = "tunnel"     // areas from which nothing is heard, or one voice only
)

// All are the symptoms in the order in which they are shown.
var All = []Symptom{Choke, Denial, Guesswork, Meddling, Muddle, Panic, Policy, Repetition, Tunnel}

// Valid reports whether s is one of the nine.
func (s Symptom) Valid() bool { return slices.Contains(All, s) }

// Variant is one of the ways in which a symptom shows.
type Variant string

// The variants of each symptom; a symptom with one way only has the variant of its own name.
const (
	ByTopic Variant = "topic" // choke: of questions about one topic
	ByUnit  Variant = "unit"  // choke: of questions from one unit

	GapClosed      Variant = "gap"       // denial: a gap in what can be found
	QuestionClosed Variant = "question"  // denial: by somebody else, and nobody had answered
	ChallengeUnmet Variant = "challenge" // denial: of a decision
	Unevidenced    Variant = "guesswork"
	ChangedAbove   Variant = "meddling"
	GuidesClash    Variant = "guides"  // muddle: guidance and decisions in force
	AnswersClash   Variant = "answers" // muddle: accepted answers to one question asked twice
	WithoutNotice  Variant = "panic"
	EvidenceAfter  Variant = "policy"
	AskedAgain     Variant = "question-again" // repetition
	DecidedBack    Variant = "oscillation"    // repetition: A, then B, then A
	TopicQuiet     Variant = "topic-quiet"    // tunnel: something used to happen here
	UnitQuiet      Variant = "unit-quiet"     // tunnel
	UnitAbsent     Variant = "unit-absent"    // tunnel: nothing in a year
	OneSource      Variant = "one-source"     // tunnel: all signals of an area are from one place
	OneKind        Variant = "one-kind"       // tunnel: all signals of an area are of one kind
)

// Item is one piece of evidence: a thread, or a gap.
type Item struct {
	Thread, Gap int64
	At          time.Time // when what makes it evidence happened
}

// Finding is a symptom that shows somewhere.
type Finding struct {
	Symptom     Symptom
	Variant     Variant
	Topic, Unit int64  // the area it is about, 0 for none
	Anchor      int64  // the thread it is about, 0 for none
	Gap         int64  // the gap it is about, 0 for none
	Items       []Item // what it rests on
	Least       int    // with fewer of the items it would be no finding
	Number      int    // as its variant says, never of people
	Days        int    // as its variant says
	Said        string // the name of a source, or a kind of source
	Since       time.Time
	Latest      time.Time
}

// detectors find the symptoms, in the order of All.
var detectors = []func(Record) []Finding{choke, denial, guesswork, meddling, muddle, panics, policy, repetition, tunnel}

// Find returns everything that shows in r: symptom by symptom, the latest first.
func Find(r Record) []Finding {
	var all []Finding
	for _, detect := range detectors {
		found := detect(r)
		slices.SortStableFunc(found, func(a, b Finding) int { return b.Latest.Compare(a.Latest) })
		all = append(all, found...)
	}
	return all
}

// about returns a finding that rests on these items, whose times it has.
func about(s Symptom, v Variant, least int, items ...Item) Finding {
	f := Finding{Symptom: s, Variant: v, Least: least, Items: items}
	for i, item := range items {
		if i == 0 || item.At.Before(f.Since) {
			f.Since = item.At
		}
		if i == 0 || item.At.After(f.Latest) {
			f.Latest = item.At
		}
	}
	return f
}

// Looks is told who looked at a page of figures for leadership. The slice of insights keeps that log.
type Looks interface {
	Look(ctx context.Context, v auth.Viewer, page string) error
}

// minK is how many people must stand behind a figure at least, whatever is configured.
const minK = 5

// Options are what symptoms need besides the rows.
type Options struct {
	Zone  *time.Location // of calendar months and days; UTC when nil
	K     int            // people behind a figure, 5 when less
	Looks Looks          // nil tells nobody
	Now   func() time.Time
}

// Service looks for symptoms, keeps what was found, and shows it.
type Service struct {
	db    *db.DB
	zone  *time.Location
	k     int
	looks Looks
	now   func() time.Time
}

// New returns the symptoms that show in the rows of d.
func New(d *db.DB, o Options) *Service {
	s := &Service{db: d, zone: o.Zone, k: max(o.K, minK), looks: o.Looks, now: o.Now}
	if s.zone == nil {
		s.zone = time.UTC
	}
	return s
}

// nothingHere is what everybody hears who is not a leader.
var nothingHere = errs.NotFoundf("There is no such page here.")

// leads returns nil for leaders and administrators of the home organisation.
//
// SECURITY: every use case that shows findings begins with it; to everybody else the page does not exist.
func leads(v auth.Viewer) error {
	if v.SignedIn() && v.Staff && (v.Is(auth.Leader) || v.Is(auth.Admin)) {
		return nil
	}
	return nothingHere
}
