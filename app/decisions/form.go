package decisions

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/people"
	"watercooler/app/web"
	"watercooler/auth"
)

// Form is a decision as somebody wrote it: every field as it was typed, because all mistakes come back together. Rows of options,
// evidence and assumptions without any text are left out; those that were typed keep their numbers.
type Form struct {
	Title     string
	By        string // a name, an e-mail address or @handle; "" is whoever writes it
	Authority string
	Review    string // day, as 2027-05-31; "" for never
	Proposal  bool   // it is not decided yet
	Closes    string // day until which people take a stance on a proposal
	Decided   string // day; "" is today
	Notice    string // days between being told of it and its taking effect
	Body      string // Markdown
	Topics    []string
	Audience  string
	Network   int64
	Owner     string // as By; "" for nobody but the author
	Deputy    string

	Options     []string
	Chosen      int // row of Options, from 1; 0 for none
	Evidence    []EvidenceRow
	Assumptions []AssumptionRow

	Source   int64 // the thread it is made from, 0 for none
	Replaces int64 // the decision whose place it takes, 0 for none
}

// EvidenceRow is a row of evidence as it was typed.
type EvidenceRow struct {
	Kind, Title, URL, Date string
}

func (r EvidenceRow) blank() bool { return strings.TrimSpace(r.Title+r.URL+r.Date) == "" }

// AssumptionRow is a row of assumptions as it was typed.
type AssumptionRow struct {
	Said, WatchFor string
}

func (r AssumptionRow) blank() bool { return strings.TrimSpace(r.Said+r.WatchFor) == "" }

// MaxRows is how many options, pieces of evidence or assumptions one decision has.
const MaxRows = 12

// Limits in characters.
const (
	maxLine   = 300
	maxReason = 4000
	maxNotice = 3650 // days
)

// usualReview is when a decision is looked at again unless somebody says otherwise, in months.
const usualReview = 6

// Blank returns the form of a new decision, with what is usual filled in.
func (s *Service) Blank() Form {
	return Form{Review: s.day(s.now().In(s.zone).AddDate(0, usualReview, 0))}
}

// day writes a time as the day it falls on where the organisation is; "" for the zero time.
func (s *Service) day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(s.zone).Format(time.DateOnly)
}

// parseDay reads a day as the moment it begins in zone, zero for "".
func parseDay(typed string, zone *time.Location) (time.Time, error) {
	if typed = strings.TrimSpace(typed); typed == "" {
		return time.Time{}, nil
	}
	t, err := time.ParseInLocation(time.DateOnly, typed, zone)
	if err == nil && (t.Year() < 1800 || t.Year() > 2200) {
		err = fmt.Errorf("the year %d", t.Year())
	}
	return t, err
}

// endOf is the last moment of the day that begins at t.
func endOf(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.AddDate(0, 0, 1).Add(-time.Microsecond)
}

// terms are what a form means.
type terms struct {
	by, owner, deputy       int64
	authority               string
	decided, review, closes time.Time
	effective               time.Time
	notice                  int
	options                 []Option
	evidence                []Evidence
	assumptions             []Assumption
	problems                []errs.Field
}

func (t *terms) wrong(name, format string, args ...any) {
	t.problems = append(t.problems, errs.Field{Name: name, Text: fmt.Sprintf(format, args...)})
}

// read finds out what a form means. What is wrong with it is in problems; the error is of the hub alone. was is what is there
// already, the zero Decision for a new one.
func (s *Service) read(ctx context.Context, v auth.Viewer, in Form, was Decision) (terms, error) {
	var t terms
	t.authority = oneLine(in.Authority)
	if utf8.RuneCountInString(t.authority) > maxLine {
		t.wrong("authority", "Shorten this to %d characters.", maxLine)
	}
	s.readDays(&t, s.now(), in, was)
	t.readOptions(in)
	if err := s.readEvidence(ctx, &t, v, in); err != nil {
		return t, err
	}
	t.readAssumptions(in)
	for _, p := range []struct {
		name, typed string
		id          *int64
		usual       int64
	}{{"by", in.By, &t.by, v.Person}, {"owner", in.Owner, &t.owner, 0}, {"deputy", in.Deputy, &t.deputy, 0}} {
		if err := t.readPerson(ctx, s.db, p.name, p.typed, p.id, p.usual); err != nil {
			return t, err
		}
	}
	if t.owner != 0 && t.owner == t.deputy {
		t.wrong("deputy", "Choose somebody other than the owner.")
	}
	return t, nil
}

// readPerson finds who is meant.
func (t *terms) readPerson(ctx context.Context, q db.Querier, name, typed string, id *int64, usual int64) error {
	if *id = usual; strings.TrimSpace(typed) == "" {
		return nil
	}
	p, err := people.Named(ctx, q, name, typed)
	if e := errs.As(err); e != nil && len(e.Fields) > 0 {
		t.problems = append(t.problems, e.Fields...)
		return nil
	}
	*id = p.ID
	return err
}

func (s *Service) readDays(t *terms, now time.Time, in Form, was Decision) {
	const help = "Write a day, such as 2027-05-31."
	var err error
	today, _ := parseDay(s.day(now), s.zone)
	if t.decided, err = parseDay(in.Decided, s.zone); err != nil {
		t.wrong("decided", help)
	}
	switch {
	case t.decided.IsZero() || t.decided.Equal(today):
		t.decided = now
	case t.decided.After(now):
		t.wrong("decided", "It has not been decided yet. Write it as a proposal, or say when it was decided.")
	}
	if !was.DecidedAt.IsZero() && s.day(was.DecidedAt) == s.day(t.decided) {
		t.decided = was.DecidedAt // the hour of the day is not asked for
	}
	if t.review, err = parseDay(in.Review, s.zone); err != nil {
		t.wrong("review", help)
	} else if !t.review.IsZero() && !in.Proposal && t.review.Before(t.decided) {
		t.wrong("review", "It is looked at again after it was decided. Choose a later day.")
	}
	if t.closes, err = parseDay(in.Closes, s.zone); err != nil {
		t.wrong("closes", help)
	} else if in.Proposal && !t.closes.IsZero() && t.closes.Before(today) && s.day(was.ClosesAt) != s.day(t.closes) {
		t.wrong("closes", "This day has passed. Choose one on which people can still say what they think.")
	}
	t.closes = endOf(t.closes)
	if in.Notice = strings.TrimSpace(in.Notice); in.Notice != "" {
		if t.notice, err = strconv.Atoi(in.Notice); err != nil || t.notice < 0 || t.notice > maxNotice {
			t.wrong("notice", "Write a number of days, from 0 to %d.", maxNotice)
			t.notice = 0
		}
	}
	if t.notice > 0 {
		t.effective = t.decided.AddDate(0, 0, t.notice)
	}
	if in.Proposal {
		t.decided, t.effective = time.Time{}, time.Time{}
	} else {
		t.closes = was.ClosesAt
	}
}

func (t *terms) readOptions(in Form) {
	for i, said := range clip(in.Options) {
		if said = oneLine(said); said == "" {
			continue
		}
		if utf8.RuneCountInString(said) > maxLine {
			t.wrong(row("option", i), "Shorten this to %d characters.", maxLine)
		}
		t.options = append(t.options, Option{Said: said, Chosen: i+1 == in.Chosen})
	}
}

// readEvidence reads what a decision rests on. An address within the hub that means a thread is kept as that of the thread.
func (s *Service) readEvidence(ctx context.Context, t *terms, v auth.Viewer, in Form) error {
	for i, r := range clip(in.Evidence) {
		if r.blank() {
			continue
		}
		e := Evidence{Kind: Grounds(r.Kind), Title: oneLine(r.Title)}
		if !slices.Contains(AllGrounds, e.Kind) {
			e.Kind = AllGrounds[0]
		}
		switch n := utf8.RuneCountInString(e.Title); {
		case n == 0:
			t.wrong(row("evidence-title", i), "Say what it is.")
		case n > maxLine:
			t.wrong(row("evidence-title", i), "Shorten this to %d characters.", maxLine)
		}
		var err error
		if e.DatedAt, err = parseDay(r.Date, s.zone); err != nil {
			t.wrong(row("evidence-date", i), "Write a day, such as 2027-05-31, or leave it out.")
		}
		var ok bool
		if e.URL, e.Item, ok, err = s.address(ctx, v, r.URL); err != nil {
			return err
		}
		if !ok {
			t.wrong(row("evidence-url", i), "Copy the whole address from the browser, with https:// before it.")
		}
		t.evidence = append(t.evidence, e)
	}
	return nil
}

func (t *terms) readAssumptions(in Form) {
	for i, r := range clip(in.Assumptions) {
		if r.blank() {
			continue
		}
		a := Assumption{Said: oneLine(r.Said), WatchFor: oneLine(r.WatchFor)}
		if a.Said == "" {
			t.wrong(row("assume", i), "Say what you take to be so.")
		}
		for _, f := range []struct{ name, text string }{{"assume", a.Said}, {"watch", a.WatchFor}} {
			if utf8.RuneCountInString(f.text) > maxLine {
				t.wrong(row(f.name, i), "Shorten this to %d characters.", maxLine)
			}
		}
		t.assumptions = append(t.assumptions, a)
	}
}

// row is the name of a field in a row of a form, by its place from 0.
func row(name string, i int) string { return name + "-" + strconv.Itoa(i+1) }

// clip keeps as many rows as a decision has.
func clip[T any](rows []T) []T { return rows[:min(len(rows), MaxRows)] }

// address reads an address as it was typed: outside the hub as it is, within it as a path, with the thread that it means if v may read
// that. It is not ok when nobody could follow it.
//
// SECURITY: nothing but http, https and paths of the hub becomes a link.
func (s *Service) address(ctx context.Context, v auth.Viewer, typed string) (path string, item int64, ok bool, err error) {
	if typed = strings.TrimSpace(typed); typed == "" {
		return "", 0, true, nil
	}
	local := typed
	if rest, inside := strings.CutPrefix(typed, s.base); inside && s.base != "" && strings.HasPrefix(rest, "/") {
		local = rest
	}
	if strings.HasPrefix(local, "/") {
		if web.Local(local) != local || local == "/" {
			return "", 0, false, nil
		}
		item, err := s.threads.Named(ctx, v, local)
		if errs.IsNotFound(err) {
			return local, 0, true, nil
		}
		return local, item, err == nil, err
	}
	u, err := url.Parse(typed)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || len(typed) > 2000 {
		return "", 0, false, nil //nolint:nilerr // said beside the field
	}
	return u.String(), 0, true, nil
}

// reason reads why somebody does something, as several lines of plain text.
func reason(name, typed, ask string) (string, error) {
	typed = strings.TrimSpace(typed)
	switch n := utf8.RuneCountInString(typed); {
	case n == 0:
		return "", errs.InvalidFields(errs.Field{Name: name, Text: ask})
	case n > maxReason:
		return "", errs.InvalidFields(errs.Field{Name: name, Text: fmt.Sprintf("Shorten this to 4,000 characters; it has %d.", n)})
	}
	return typed, nil
}

// oneLine makes one line of what came out of a form, with single spaces.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
