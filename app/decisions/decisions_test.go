package decisions_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/decisions"
	"watercooler/app/errs"
	"watercooler/app/threads"
	"watercooler/auth"
)

// begin is a Tuesday, at eleven.
var begin = time.Date(2027, time.May, 4, 11, 0, 0, 0, time.UTC)

// The people of a hub under test, by id; all are staff of organisation 1, but for those said otherwise.
const (
	ada  = 1 // writes things down; in the circle
	gwen = 2 // leads; in the circle
	ben  = 3
	eva  = 4
	mo   = 5 // moderates
	pat  = 6 // a partner, of organisation 2
)

var names = []string{"Ada Ash", "Gwen Pryce", "Ben Chaffe", "Eva Lund", "Mo Reed", "Pat Lane"}

// hub is a hub under test.
type hub struct {
	*decisions.Service
	t       *testing.T
	db      *db.DB
	threads *threads.Service
	clock   time.Time
	mu      sync.Mutex // of the clock
}

func (h *hub) now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.clock
}

// later lets time pass.
func (h *hub) later(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.clock = h.clock.Add(d)
}

const day = 24 * time.Hour

func each(t *testing.T, test func(t *testing.T, h *hub)) {
	t.Helper()
	backends.EachURL(t, func(t *testing.T, url string) {
		h := &hub{t: t, clock: begin}
		h.db = backends.Open(t, url, db.Options{Sync: "normal", Now: h.now})
		h.exec(`INSERT INTO organisations (name, slug, home, created_at) VALUES ('Devon', 'devon', TRUE, 1), ('Police', 'police', FALSE, 1)`)
		h.exec(`INSERT INTO units (organisation_id, name, created_at) VALUES (1, 'Libraries', 1)`)
		for i, name := range names {
			org, unit := 1, any(nil)
			if i+1 == pat {
				org = 2
			}
			if i+1 == gwen {
				unit = 1
			}
			h.exec(`INSERT INTO people (organisation_id, unit_id, handle, name, sort_name, email, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, 1, 1)`,
				org, unit, handleOf(i+1), name, name, handleOf(i+1)+"@hub.example")
		}
		h.exec(`INSERT INTO topics (slug, name, created_at) VALUES ('winter', 'Winter', 1)`)
		h.exec(`INSERT INTO networks (slug, name, access, audience, created_at, updated_at) VALUES ('circle', 'Circle', 'closed', 'hub', 1, 1)`)
		for _, p := range []int{ada, gwen} {
			h.exec(`INSERT INTO network_members (network_id, person_id, state, role, created_at, updated_at) VALUES (1, $1, 'member', 'member', 1, 1)`, p)
		}
		h.threads = threads.New(h.db, topicsOf{}, h.now)
		h.Service = decisions.New(h.db, h.threads, time.UTC, "https://hub.example/", h.now)
		h.threads.Room(threads.Decision, h.Service)
		test(t, h)
	})
}

// topicsOf knows one topic.
type topicsOf struct{}

func (topicsOf) Resolve(_ context.Context, names []string) (known []threads.Topic, unknown []string, err error) {
	for range names {
		known = []threads.Topic{{ID: 1, Slug: "winter", Name: "Winter"}}
	}
	return known, nil, nil
}

func (topicsOf) Suggest(context.Context, string, int) ([]threads.Topic, error) { return nil, nil }

func handleOf(person int) string {
	return strings.ToLower(strings.ReplaceAll(names[person-1], " ", "-"))
}

func as(person int) auth.Viewer {
	org, roles := int64(1), auth.Role(0)
	if person == pat {
		org = 2
	}
	if person == mo {
		roles = auth.Moderator
	}
	v := auth.ForPerson(int64(person), int64(person), org, org == 1, roles)
	v.Name, v.Handle = names[person-1], handleOf(person)
	if person == ada || person == gwen {
		v = v.In(auth.Membership{Network: 1})
	}
	return v
}

func (h *hub) exec(statement string, args ...any) {
	h.t.Helper()
	backends.Exec(h.t, h.db, statement, args...)
}

func (h *hub) must(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// form is a decision that is right as it is.
func (h *hub) form(change func(in *decisions.Form)) decisions.Form {
	in := h.Blank()
	in.Title, in.Audience = "School routes first", "hub"
	if change != nil {
		change(&in)
	}
	return in
}

// record has Ada write a decision down.
func (h *hub) record(change func(in *decisions.Form)) int64 {
	h.t.Helper()
	id, err := h.Record(h.t.Context(), as(ada), h.form(change))
	h.must(err)
	return id
}

func proposal(in *decisions.Form) { in.Proposal, in.Closes = true, "2027-05-11" }

func (h *hub) find(v auth.Viewer, id int64) decisions.Decision {
	h.t.Helper()
	d, err := h.Find(h.t.Context(), v, id)
	h.must(err)
	return d
}

// fields names the fields an error is about.
func fields(err error) string {
	e := errs.As(err)
	if e == nil {
		return ""
	}
	var list []string
	for _, f := range e.Fields {
		list = append(list, f.Name)
	}
	return strings.Join(list, " ")
}

// said is what happened to a decision: "proposed agreed".
func said(d decisions.Decision) string {
	var list []string
	for _, c := range d.Changes {
		list = append(list, c.What)
	}
	return strings.Join(list, " ")
}

func TestRecord(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		question, err := h.threads.Open(ctx, as(ada), threads.NewThread{Kind: threads.Question, Title: "Which routes?", Audience: "hub"})
		h.must(err)
		secret, err := h.threads.Open(ctx, as(ada), threads.NewThread{Kind: threads.Question, Title: "Which depot?", Audience: "network:1", Network: 1})
		h.must(err)
		backends.Verbs(t, h.db)
		long := strings.Repeat("ä", 301)
		for _, tc := range []struct {
			name   string
			as     auth.Viewer
			change func(in *decisions.Form)
			kind   errs.Kind
			fields string
		}{
			{name: "signed out", as: auth.Public, kind: errs.Unauthenticated},
			{name: "nothing at all", as: as(ada), change: func(in *decisions.Form) { *in = decisions.Form{} }, kind: errs.Invalid, fields: "title audience"},
			{name: "nobody of that name", as: as(ada), change: func(in *decisions.Form) { in.By = "Nobody"; in.Owner = "@ben-chaffe"; in.Deputy = "Ben Chaffe" }, kind: errs.Invalid, fields: "by deputy"},
			{name: "days that are none", as: as(ada), change: func(in *decisions.Form) {
				in.Review, in.Closes, in.Decided, in.Notice = "soon", "1.1.27", "2027-13-01", "ten"
			}, kind: errs.Invalid, fields: "decided review closes notice"},
			{name: "decided tomorrow", as: as(ada), change: func(in *decisions.Form) { in.Decided = "2027-05-05" }, kind: errs.Invalid, fields: "decided"},
			{name: "reviewed before it was decided", as: as(ada), change: func(in *decisions.Form) { in.Decided, in.Review = "2027-05-01", "2027-04-30" }, kind: errs.Invalid, fields: "review"},
			{name: "a proposal that closed yesterday", as: as(ada), change: func(in *decisions.Form) { in.Proposal, in.Closes = true, "2027-05-03" }, kind: errs.Invalid, fields: "closes"},
			{name: "rows keep their numbers", as: as(ada), change: func(in *decisions.Form) {
				in.Options = []string{"", long}
				in.Evidence = []decisions.EvidenceRow{{}, {URL: "javascript:alert(1)"}, {Title: "x", URL: "https://", Date: "x"}}
				in.Assumptions = []decisions.AssumptionRow{{WatchFor: "rain"}, {Said: "x", WatchFor: long}}
			}, kind: errs.Invalid, fields: "option-2 evidence-title-2 evidence-url-2 evidence-date-3 evidence-url-3 assume-1 watch-2"},
			{name: "more readers than the thread", as: as(ada), change: func(in *decisions.Form) { in.Source, in.Audience = question, "public" }, kind: errs.Invalid, fields: "audience"},
			{name: "from what few may read", as: as(ada), change: func(in *decisions.Form) { in.Source = secret }, kind: errs.Invalid, fields: "audience"},
			{name: "from what one may not read", as: as(ben), change: func(in *decisions.Form) { in.Source = secret }, kind: errs.NotFound},
			{name: "in the place of a thread of somebody else", as: as(ben), change: func(in *decisions.Form) { in.Replaces = question }, kind: errs.Forbidden},
			{name: "in the place of nothing", as: as(ada), change: func(in *decisions.Form) { in.Replaces = 999 }, kind: errs.NotFound},
		} {
			t.Run(tc.name, func(t *testing.T) {
				_, err := h.Record(ctx, tc.as, h.form(tc.change))
				if errs.KindOf(err) != tc.kind || fields(err) != tc.fields {
					t.Errorf("Record = %v (%s), want kind %v, fields %q", err, fields(err), tc.kind, tc.fields)
				}
			})
		}
		if got := backends.Verbs(t, h.db); got != "" {
			t.Errorf("refused decisions made events: %s", got)
		}

		id, err := h.Record(ctx, as(ada), h.form(func(in *decisions.Form) {
			in.By, in.Authority, in.Owner, in.Deputy = "gwen-pryce@hub.example", "Cabinet,  12 May", "Ben Chaffe", "@eva-lund"
			in.Body, in.Topics, in.Notice, in.Source = "From the **first** frost.", []string{"Winter"}, "14", question
			in.Options, in.Chosen = []string{"Buses", "", "Schools"}, 3
			in.Evidence = []decisions.EvidenceRow{
				{Kind: "research", Title: "A study", URL: "https://example.org/a?b=c", Date: "2026-01-31"}, {Kind: "nothing", Title: "Here", URL: fmt.Sprintf("https://hub.example/threads/%d", question)},
				{Kind: "law", Title: "Among us", URL: fmt.Sprintf("/threads/%d", secret)}, {Kind: "law", Title: "A page", URL: "/site/privacy"},
			}
			in.Assumptions = []decisions.AssumptionRow{{Said: "It snows", WatchFor: "a mild winter"}}
		}))
		h.must(err)
		if got := backends.Verbs(t, h.db); got != "thread.created decision.agreed" {
			t.Errorf("events: %s", got)
		}
		d := h.find(as(ben), id)
		if d.State != decisions.Agreed || d.By.Name != "Gwen Pryce" || d.Authority != "Cabinet, 12 May" || d.Owner.Name != "Ben Chaffe" || d.Deputy.Name != "Eva Lund" || said(d) != "agreed" {
			t.Errorf("recorded %+v", d)
		}
		if !d.DecidedAt.Equal(begin) || !d.EffectiveAt.Equal(begin.AddDate(0, 0, 14)) || d.ReviewAt.Format(time.DateOnly) != "2027-11-04" || d.Source.Title != "Which routes?" {
			t.Errorf("when: %+v", d)
		}
		if len(d.Options) != 2 || !d.Options[1].Chosen || d.Options[0].Chosen || len(d.Assumptions) != 1 {
			t.Errorf("options %+v, assumptions %+v", d.Options, d.Assumptions)
		}
		e := d.Evidence
		if len(e) != 4 || e[0].URL != "https://example.org/a?b=c" || e[1].Item != question || e[1].URL != fmt.Sprintf("/threads/%d", question) || e[1].Kind != "data" || !e[2].Hidden || e[3].Item != 0 {
			t.Errorf("evidence as Ben sees it: %+v", e)
		}
		if e := h.find(as(gwen), id).Evidence; e[2].Hidden {
			t.Errorf("evidence as Gwen sees it: %+v", e)
		}
		made, err := h.Made(ctx, as(pat), question)
		if err != nil || len(made) != 1 || made[0].Thread != id {
			t.Errorf("made from the question: %+v, %v", made, err)
		}
	})
}

func TestAudience(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		ids := map[string]int64{
			"public": h.record(func(in *decisions.Form) { in.Audience = "public" }), "hub": h.record(nil), "org": h.record(func(in *decisions.Form) { in.Audience = "org:1" }),
			"network": h.record(func(in *decisions.Form) { in.Audience, in.Network = "network:1", 1 }), "gone": h.record(func(in *decisions.Form) { in.Audience = "public" }),
		}
		h.must(h.threads.DeleteThread(ctx, as(ada), ids["gone"]))
		for _, tc := range []struct {
			name string
			v    auth.Viewer
			sees string
		}{
			{"stranger", auth.Public, "public"}, {"partner", as(pat), "public hub"}, {"staff", as(ben), "public hub org"}, {"member", as(gwen), "public hub org network"},
		} {
			list, err := h.List(ctx, tc.v, decisions.Filter{})
			h.must(err)
			listed := map[int64]bool{}
			for _, l := range list.Lines {
				listed[l.Thread] = true
			}
			choices, err := h.Narrow(ctx, tc.v, decisions.Filter{})
			h.must(err)
			if want := len(strings.Fields(tc.sees)); len(choices.States) != 1 || choices.States[0].Count != want {
				t.Errorf("%s counts %+v, want %d", tc.name, choices.States, want)
			}
			for audience, id := range ids {
				may := strings.Contains(" "+tc.sees+" ", " "+audience+" ")
				if _, err := h.Find(ctx, tc.v, id); errs.IsNotFound(err) == may || listed[id] != may {
					t.Errorf("%s and %s: listed %v, %v", tc.name, audience, listed[id], err)
				}
				for step, err := range map[string]error{
					"challenge": h.Challenge(ctx, tc.v, id, "", nil), "take": h.Take(ctx, tc.v, id, "agree", ""), "withdraw": h.Withdraw(ctx, tc.v, id, ""),
					"review": h.LookAgain(ctx, tc.v, id, decisions.Reviewed{}), "agree": h.Agree(ctx, tc.v, id, decisions.Agreement{}), "amend": h.Amend(ctx, tc.v, id, decisions.Form{}, 1, ""),
				} {
					kind := errs.KindOf(err)
					if hidden := kind == errs.NotFound; tc.v.SignedIn() && hidden == may || !tc.v.SignedIn() && kind != errs.Unauthenticated && (step != "amend" || may) {
						t.Errorf("%s may %s what is for %s: %v", tc.name, step, audience, err)
					}
				}
			}
		}
	})
}

func TestProposal(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		id := h.record(proposal)
		backends.Verbs(t, h.db)
		if d := h.find(as(ben), id); d.State != decisions.Proposed || d.By.ID != 0 || !d.DecidedAt.IsZero() || !d.CanStance || d.CanAgree || d.CanChallenge {
			t.Errorf("proposed: %+v", d)
		}
		for _, tc := range []struct {
			name   string
			as     int
			take   decisions.Position
			why    string
			fields string
		}{
			{"disagrees without saying why", ben, decisions.Disagree, " \n", "reason"},
			{"blocks without saying why", ben, decisions.Block, "", "reason"},
			{"thinks nothing of the kind", ben, "maybe", "", "stance"},
			{"says too much", ben, decisions.Agree, strings.Repeat("ä", 4001), "reason"},
			{"agrees", ben, decisions.Agree, "", ""},
			{"thinks again", ben, decisions.Block, "The 12 runs past\ntwo schools.", ""},
			{"abstains", eva, decisions.Abstain, "", ""},
			{"a partner disagrees", pat, decisions.Disagree, "Ask us first.", ""},
			{"agrees as well", gwen, decisions.Agree, "", ""},
		} {
			if err := h.Take(ctx, as(tc.as), id, tc.take, tc.why); fields(err) != tc.fields || tc.fields == "" && err != nil {
				t.Errorf("%s: %v, want fields %q", tc.name, err, tc.fields)
			}
		}
		if got := backends.Verbs(t, h.db); got != "stance.given stance.given stance.given stance.given stance.given" {
			t.Errorf("events: %s", got)
		}
		d := h.find(as(eva), id)
		if fmt.Sprint(d.Counts) != "map[abstain:1 agree:1 block:1 disagree:1]" || d.Mine != decisions.Abstain {
			t.Errorf("counts %v, mine %s", d.Counts, d.Mine)
		}
		// Whoever says nothing is counted and not named.
		if len(d.Stances) != 2 || d.Stances[0].Person.Name != "Ben Chaffe" || d.Stances[1].Reason != "Ask us first." {
			t.Errorf("words: %+v", d.Stances)
		}

		for _, tc := range []struct {
			name   string
			as     int
			in     decisions.Agreement
			kind   errs.Kind
			fields string
		}{
			{"not theirs", ben, decisions.Agreement{Early: true, Reason: "x"}, errs.Forbidden, ""},
			{"before it closes, and blocked", ada, decisions.Agreement{}, errs.Invalid, "early reason"},
			{"by nobody, and reviewed yesterday", ada, decisions.Agreement{By: "Nobody", Review: "2027-05-03", Early: true, Reason: "x"}, errs.Invalid, "by review"},
		} {
			if err := h.Agree(ctx, as(tc.as), id, tc.in); errs.KindOf(err) != tc.kind || fields(err) != tc.fields {
				t.Errorf("%s: %v (%s)", tc.name, err, fields(err))
			}
		}
		h.must(h.Agree(ctx, as(ada), id, decisions.Agreement{By: "Gwen Pryce", Authority: "Board", Review: "2027-09-01", Early: true, Reason: "The frost will not wait."}))
		d = h.find(as(ben), id)
		if d.State != decisions.Agreed || d.By.Name != "Gwen Pryce" || d.ReviewAt.Format(time.DateOnly) != "2027-09-01" || !d.DecidedAt.Equal(begin) {
			t.Errorf("agreed: %+v", d)
		}
		if last := d.Changes[1]; last.What != "agreed" || last.Reason != "Before it closed. The frost will not wait." || last.By.Name != "Ada Ash" {
			t.Errorf("how it was agreed: %+v", last)
		}
		if len(d.Stances) != 2 || d.Counts[decisions.Block] != 1 {
			t.Errorf("dissent is gone: %+v", d.Stances)
		}
		if err := h.Take(ctx, as(eva), id, decisions.Agree, ""); errs.KindOf(err) != errs.Conflict {
			t.Errorf("a stance on what is decided: %v", err)
		}

		closed := h.record(proposal)
		h.later(8 * day)
		if err := h.Take(ctx, as(eva), closed, decisions.Agree, ""); errs.KindOf(err) != errs.Conflict {
			t.Errorf("a stance on what has closed: %v", err)
		}
		h.must(h.Agree(ctx, as(mo), closed, decisions.Agreement{}))
		if d := h.find(as(ben), closed); d.By.Name != "Mo Reed" || d.Changes[1].Reason != "" {
			t.Errorf("agreed after it closed: %+v", d.Changes)
		}
	})
}

func TestChallengeAndReview(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		id := h.record(func(in *decisions.Form) {
			in.By, in.Deputy, in.Body, in.Topics = "Gwen Pryce", "Eva Lund", "Words.", []string{"Winter"}
			in.Assumptions = []decisions.AssumptionRow{{Said: "It snows"}, {Said: "Two drivers"}}
		})
		prop := h.record(proposal)
		backends.Verbs(t, h.db)
		for _, tc := range []struct {
			name   string
			do     func() error
			kind   errs.Kind
			fields string
		}{
			{"challenge without a reason", func() error { return h.Challenge(ctx, as(ben), id, " ", nil) }, errs.Invalid, "reason"},
			{"challenge a proposal", func() error { return h.Challenge(ctx, as(ben), prop, "x", nil) }, errs.Conflict, ""},
			{"review a proposal", func() error { return h.LookAgain(ctx, as(ada), prop, decisions.Reviewed{}) }, errs.Conflict, ""},
			{"review as anybody", func() error { return h.LookAgain(ctx, as(ben), id, decisions.Reviewed{Outcome: "right", Learnt: "x"}) }, errs.Forbidden, ""},
			{"review without saying anything", func() error { return h.LookAgain(ctx, as(gwen), id, decisions.Reviewed{Next: "2027-05-04"}) }, errs.Invalid, "outcome learnt next"},
			{"change without saying what", func() error {
				return h.LookAgain(ctx, as(gwen), id, decisions.Reviewed{Outcome: decisions.Changes, Learnt: "x", Now: "School routes first"})
			}, errs.Invalid, "now"},
		} {
			if err := tc.do(); errs.KindOf(err) != tc.kind || fields(err) != tc.fields {
				t.Errorf("%s: %v (%s)", tc.name, err, fields(err))
			}
		}
		h.must(h.Challenge(ctx, as(ben), id, "One driver has left.", []int{1, 7, -1}))
		d := h.find(as(ben), id)
		if d.State != decisions.Review || said(d) != "agreed challenged" || d.Assumptions[0].BrokenAt != (time.Time{}) || !d.Assumptions[1].BrokenAt.Equal(begin) {
			t.Errorf("challenged: %+v", d)
		}
		if err := h.Challenge(ctx, as(pat), id, "And again.", nil); errs.KindOf(err) != errs.Conflict {
			t.Errorf("challenged twice: %v", err)
		}
		h.later(day)
		h.must(h.LookAgain(ctx, as(eva), id, decisions.Reviewed{Outcome: decisions.Changes, Learnt: "One driver is not enough.", Now: "School routes first, with two drivers", Next: "2027-12-01"}))
		d = h.find(as(ben), id)
		if d.State != decisions.Agreed || d.Title != "School routes first, with two drivers" || said(d) != "agreed challenged reviewed amended" || d.Learnt != "One driver is not enough." {
			t.Errorf("changed: %+v", d)
		}
		th, err := h.threads.Find(ctx, as(ben), id)
		if err != nil || th.Body != "Words." || len(th.Topics) != 1 || th.Revision != 2 {
			t.Errorf("what changed besides: %+v, %v", th, err)
		}
		h.must(h.LookAgain(ctx, as(mo), id, decisions.Reviewed{Outcome: decisions.StillRight, Learnt: "It works."}))
		if d := h.find(as(ben), id); !d.ReviewAt.IsZero() || !d.ReviewedAt.Equal(begin.Add(day)) {
			t.Errorf("still right: %+v", d)
		}
		h.must(h.LookAgain(ctx, as(ada), id, decisions.Reviewed{Outcome: decisions.GivenUp, Learnt: "It never snows."}))
		d = h.find(as(ada), id)
		if d.State != decisions.Withdrawn || !strings.HasSuffix(said(d), "reviewed withdrawn") || d.CanAmend || d.CanReview || d.CanWithdraw || d.CanChallenge {
			t.Errorf("withdrawn: %+v", d)
		}
		for name, err := range map[string]error{
			"challenge": h.Challenge(ctx, as(ben), id, "x", nil), "review": h.LookAgain(ctx, as(ada), id, decisions.Reviewed{}), "withdraw": h.Withdraw(ctx, as(ada), id, "x"),
		} {
			if errs.KindOf(err) != errs.Conflict {
				t.Errorf("%s what was withdrawn: %v", name, err)
			}
		}
		want := "decision.challenged decision.reviewed thread.edited decision.amended decision.reviewed decision.reviewed decision.withdrawn"
		if got := backends.Verbs(t, h.db); got != want {
			t.Errorf("events: %s", got)
		}
	})
}

func TestAmend(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		id := h.record(func(in *decisions.Form) {
			in.Evidence = []decisions.EvidenceRow{{Kind: "data", Title: "A study", URL: "https://example.org/"}}
			in.Assumptions = []decisions.AssumptionRow{{Said: "It snows"}}
			in.Notice, in.Owner = "7", "Ben Chaffe"
		})
		h.must(h.Challenge(ctx, as(eva), id, "It does not.", []int{0}))
		h.later(day)
		backends.Verbs(t, h.db)
		in, _, th, err := h.Amending(ctx, as(ben), id)
		h.must(err)
		if in.By != "@ada-ash" || in.Owner != "@ben-chaffe" || in.Notice != "7" || in.Decided != "2027-05-04" || len(in.Evidence) != 1 {
			t.Errorf("the form begins with %+v", in)
		}
		if err := h.Amend(ctx, as(eva), id, in, th.Revision, "x"); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("anybody amends: %v", err)
		}
		bad := in
		bad.Title, bad.Decided = "", "x"
		if err := h.Amend(ctx, as(ben), id, bad, th.Revision, ""); fields(err) != "title decided reason" {
			t.Errorf("mistakes: %v (%s)", err, fields(err))
		}
		in.Title, in.Notice, in.Evidence = "School routes first, always", "", append(in.Evidence, decisions.EvidenceRow{Kind: "law", Title: "The Act"})
		if err := h.Amend(ctx, as(ben), id, in, 7, "It was unclear."); errs.KindOf(err) != errs.Conflict {
			t.Errorf("amended from something else: %v", err)
		}
		h.must(h.Amend(ctx, as(ben), id, in, th.Revision, "It was unclear."))
		d := h.find(as(eva), id)
		if d.Title != in.Title || d.State != decisions.Review || !d.DecidedAt.Equal(begin) || !d.EffectiveAt.IsZero() || d.Changes[2].Reason != "It was unclear." {
			t.Errorf("amended: %+v", d)
		}
		if !d.Evidence[0].AddedAt.Equal(begin) || !d.Evidence[1].AddedAt.Equal(begin.Add(day)) || d.Assumptions[0].BrokenAt.IsZero() {
			t.Errorf("what was there before: %+v, %+v", d.Evidence, d.Assumptions)
		}
		if got := backends.Verbs(t, h.db); got != "thread.edited decision.amended" {
			t.Errorf("events: %s", got)
		}
		if err := h.threads.EditThread(ctx, as(ada), id, threads.Edit{Revision: 2, Title: "Something else"}); errs.KindOf(err) != errs.Conflict {
			t.Errorf("edited without a reason: %v", err)
		}

		source, err := h.threads.Open(ctx, as(ada), threads.NewThread{Kind: threads.Question, Title: "Which routes?", Audience: "hub"})
		h.must(err)
		from := h.record(func(in *decisions.Form) { in.Source = source })
		in, _, th, err = h.Amending(ctx, as(ada), from)
		h.must(err)
		in.Audience = "public"
		if err := h.Amend(ctx, as(ada), from, in, th.Revision, "x"); fields(err) != "audience" {
			t.Errorf("opened wider than its source: %v", err)
		}
	})
}

func TestSuperseded(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		old, other := h.record(nil), h.record(nil)
		backends.Verbs(t, h.db)
		next := h.record(func(in *decisions.Form) { in.Title, in.Replaces = "All routes at once", old })
		if got := backends.Verbs(t, h.db); got != "thread.created thread.superseded decision.superseded decision.agreed" {
			t.Errorf("events: %s", got)
		}
		d := h.find(as(ben), old)
		if d.State != decisions.Superseded || d.Changes[1].Other.ID != next || d.CanAmend || d.CanChallenge {
			t.Errorf("superseded: %+v", d)
		}
		if th, err := h.threads.Find(ctx, as(ben), next); err != nil || len(th.Replaces) != 1 || th.Replaces[0].ID != old {
			t.Errorf("the new one leads to %+v, %v", th.Replaces, err)
		}
		h.must(h.threads.Unsupersede(ctx, as(ada), old))
		if d := h.find(as(ben), old); d.State != decisions.Agreed || said(d) != "agreed superseded reinstated" {
			t.Errorf("reinstated: %+v", d)
		}
		h.must(h.threads.Supersede(ctx, as(ada), old, next))
		h.must(h.threads.Supersede(ctx, as(ada), old, other))
		if d := h.find(as(ben), old); d.State != decisions.Superseded || d.Changes[4].Other.ID != other {
			t.Errorf("superseded by another: %+v", d.Changes)
		}
		h.must(h.threads.DeleteThread(ctx, as(ada), other))
		if d := h.find(as(ben), old); d.State != decisions.Agreed || d.Changes[4].Other.ID != 0 {
			t.Errorf("once the other is gone: %+v", d)
		}
		h.must(h.Withdraw(ctx, as(ada), old, "Enough."))
		h.must(h.threads.Supersede(ctx, as(ada), old, next))
		h.must(h.threads.Unsupersede(ctx, as(ada), old))
		if d := h.find(as(ben), old); d.State != decisions.Withdrawn {
			t.Errorf("withdrawn and superseded: %+v", d)
		}
		prop := h.record(proposal)
		h.must(h.threads.Supersede(ctx, as(ada), prop, next))
		talk, err := h.threads.Open(ctx, as(ada), threads.NewThread{Kind: threads.Discussion, Title: "Routes", Audience: "hub"})
		h.must(err)
		h.must(h.threads.Supersede(ctx, as(mo), prop, talk))
		if err := h.threads.Merge(ctx, as(mo), next, threads.Merge{Into: talk, Sure: true}); fields(err) != "into" {
			t.Errorf("a decision merged into a discussion: %v (%s)", err, fields(err))
		}
		h.must(h.threads.Merge(ctx, as(mo), talk, threads.Merge{Into: prop, Sure: true}))
		if d := h.find(as(ben), prop); d.State != decisions.Proposed || !strings.HasSuffix(said(d), "reinstated") {
			t.Errorf("once its successor is part of it: %+v", d)
		}
	})
}
