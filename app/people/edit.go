package people

import (
	"context"
	"encoding/json"
	"fmt"
	"net/mail"
	"strings"
	"unicode/utf8"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/auth"
)

// EditInput is what a profile form changes: all of it, so what is empty becomes empty.
type EditInput struct {
	Name           string
	Pronouns       string
	JobTitle       string
	Location       string
	Phone          string
	Email          string
	Languages      string // spoken, comma separated
	WorkingPattern string
	About          string   // Markdown
	HowToWork      string   // Markdown
	AskAbout       []string // topics, by name, slug or synonym
	WritesIn       string   // BCP 47; "" for the language of the hub
	Privacy        Privacy
	Unit           int64  // of the person's own organisation; 0 for none
	Manager        string // handle, "" for none

	aboutHTML, howToWorkHTML string
}

// mayEdit reports whether v may change the profile of person.
func mayEdit(v auth.Viewer, person int64) bool {
	return v.SignedIn() && (v.Person == person || v.Is(auth.Admin))
}

// editable finds the person with this handle for somebody who may change the profile, with all that is kept of them.
func (s *Service) editable(ctx context.Context, q db.Querier, v auth.Viewer, handle string) (Person, error) {
	if !v.SignedIn() {
		return Person{}, errSignIn
	}
	p, err := selectPerson(ctx, q, handle)
	if errs.IsNotFound(err) {
		return Person{}, errNoPerson.Because(err)
	}
	if err != nil {
		return Person{}, fmt.Errorf("find person %q: %w", handle, err)
	}
	if !mayEdit(v, p.ID) {
		return Person{}, errs.Forbiddenf("Only %s and administrators can change this profile.", p.Name)
	}
	return p, nil
}

// Edit changes a profile: one's own, or for an administrator anyone's. The handle stays, so links and mentions do too. Who may
// see what is the person's own choice: an administrator changes neither that nor the fields they may not see.
func (s *Service) Edit(ctx context.Context, v auth.Viewer, handle string, in EditInput) error {
	in, err := in.checked()
	if err != nil {
		return err
	}
	topics, err := s.meant(ctx, in.AskAbout)
	if err != nil {
		return err
	}
	return s.db.Tx(ctx, func(tx *db.Tx) error {
		s.changed(tx)
		p, err := s.editable(ctx, tx, v, handle)
		if err != nil {
			return err
		}
		in := in.keeping(v, p)
		manager, err := in.check(ctx, tx, p)
		if err != nil {
			return err
		}
		if err := updateEdited(ctx, tx, p.ID, in, manager); err != nil {
			return fmt.Errorf("edit person %d: %w", p.ID, err)
		}
		if err := replaceAsks(ctx, tx, p.ID, topics); err != nil {
			return fmt.Errorf("edit topics of person %d: %w", p.ID, err)
		}
		return appendEdited(ctx, tx, v.Person, p.ID, change{UnitFrom: p.UnitID, UnitTo: in.Unit})
	})
}

// keeping returns in with what v may not change taken from p.
//
// SECURITY: the form of an administrator has neither who sees what nor the fields they may not see; what it would send of them
// must not empty them.
func (in EditInput) keeping(v auth.Viewer, p Person) EditInput {
	if v.Person == p.ID {
		return in
	}
	in.Privacy = p.Privacy
	for _, f := range p.Privacy.mayNotSee(v, p.ID, p.OrganisationID) {
		switch f {
		case FieldPhone:
			in.Phone = p.Phone
		case FieldEmail:
			in.Email = p.Email
		case FieldLocation:
			in.Location = p.Location
		case FieldPronouns:
			in.Pronouns = p.Pronouns
		case FieldLanguages:
			in.Languages = p.Languages
		case FieldPattern:
			in.WorkingPattern = p.WorkingPattern
		case FieldAbout:
			in.About, in.aboutHTML = p.About, p.AboutHTML
		case FieldHowToWork:
			in.HowToWork, in.howToWorkHTML = p.HowToWork, p.HowToWorkHTML
		}
	}
	return in
}

// checked returns in tidied and its Markdown rendered, or says what needs correcting.
func (in EditInput) checked() (EditInput, error) {
	var wrong []errs.Field
	long := func(name, text string, limit int) {
		if utf8.RuneCountInString(text) > limit {
			wrong = append(wrong, errs.Field{Name: name, Text: fmt.Sprintf("Use at most %d characters.", limit)})
		}
	}
	tidy := func(name string, text *string, limit int) {
		long(name, *text, limit)
		*text = line(*text, limit)
	}
	tidy("name", &in.Name, maxName)
	tidy("pronouns", &in.Pronouns, maxPronouns)
	tidy("job_title", &in.JobTitle, maxLine)
	tidy("location", &in.Location, maxLine)
	tidy("phone", &in.Phone, maxLine)
	tidy("email", &in.Email, maxLine)
	tidy("languages", &in.Languages, maxLine)
	tidy("working_pattern", &in.WorkingPattern, maxLine)
	in.Email = strings.ToLower(in.Email)
	if in.Name == "" {
		wrong = append(wrong, errs.Field{Name: "name", Text: "Give your name."})
	}
	if in.Email != "" {
		if a, err := mail.ParseAddress(in.Email); err != nil || a.Address != in.Email {
			wrong = append(wrong, errs.Field{Name: "email", Text: "Write the address like name@example.gov.uk."})
		}
	}
	tag, ok := languageTag(in.WritesIn)
	if in.WritesIn = tag; !ok {
		wrong = append(wrong, errs.Field{Name: "writes_in", Text: "Choose a language from the list, or give its tag, such as cy or pt-BR."})
	}
	in.About, in.HowToWork = strings.TrimSpace(in.About), strings.TrimSpace(in.HowToWork)
	long("about", in.About, maxAbout)
	long("how_to_work", in.HowToWork, maxAbout)
	if len(wrong) > 0 {
		return in, errs.InvalidFields(wrong...)
	}
	var err error
	if in.aboutHTML, err = rendered("about", in.About); err != nil {
		return in, err
	}
	in.howToWorkHTML, err = rendered("how_to_work", in.HowToWork)
	return in, err
}

// check holds in against the directory and returns the manager's id.
func (in EditInput) check(ctx context.Context, q db.Querier, p Person) (manager int64, err error) {
	if in.Unit != 0 {
		switch u, err := selectUnit(ctx, q, in.Unit); {
		case errs.IsNotFound(err), err == nil && u.Organisation != p.OrganisationID:
			return 0, errs.InvalidFields(errs.Field{Name: "unit", Text: "Choose a unit of " + p.Organisation + "."})
		case err != nil:
			return 0, fmt.Errorf("find unit %d: %w", in.Unit, err)
		}
	}
	if in.Manager == "" {
		return 0, nil
	}
	boss, err := selectPerson(ctx, q, in.Manager)
	switch {
	case errs.IsNotFound(err):
		return 0, errs.InvalidFields(errs.Field{Name: "manager", Text: "There is nobody by that name in the directory."})
	case err != nil:
		return 0, fmt.Errorf("find manager: %w", err)
	case boss.ID == p.ID:
		return 0, errs.InvalidFields(errs.Field{Name: "manager", Text: "Nobody is their own manager."})
	}
	return boss.ID, nil
}

// change is what the event of an edit says beyond that there was one. Moves between units are worth knowing about.
type change struct {
	UnitFrom int64 `json:"unit_from,omitempty"`
	UnitTo   int64 `json:"unit_to,omitempty"`
	Returned bool  `json:"returned,omitempty"`
}

func appendEdited(ctx context.Context, tx *db.Tx, actor, person int64, c change) error {
	if c.UnitFrom == c.UnitTo {
		c.UnitFrom, c.UnitTo = 0, 0
	}
	e := event.Event{Actor: actor, Verb: "person.edited", Object: event.Ref{Kind: "person", ID: person}, Audience: auth.AudienceHub}
	if c != (change{}) {
		data, err := json.Marshal(c)
		if err != nil {
			return fmt.Errorf("describe edit: %w", err)
		}
		e.Data = string(data)
	}
	return event.Append(ctx, tx, e)
}

// Form is what the form for a profile offers to choose from.
type Form struct {
	Person   Person
	Manager  string   // handle of the present manager, "" for none
	Topics   []string // names of the topics there are
	Asks     []string // names of the topics they can be asked about, in order
	Units    []Choice // of the person's organisation, by path
	Managers []Card   // those who work in the same unit and the units above it, and the present manager
}

// Choice is a unit with its path in words.
type Choice struct {
	ID    int64
	Label string
}

// EditForm returns what somebody who may change a profile needs for it.
func (s *Service) EditForm(ctx context.Context, v auth.Viewer, handle string) (Form, error) {
	p, err := s.editable(ctx, s.db, v, handle)
	if err != nil {
		return Form{}, err
	}
	tree, err := readTree(ctx, s.db, p.OrganisationID)
	if err != nil {
		return Form{}, err
	}
	p.hide(v)
	f := Form{Person: p, Units: tree.choices()}
	near := []int64{p.UnitID}
	for _, u := range tree.above(tree.byID[p.UnitID]) {
		near = append(near, u.ID)
	}
	asks, err := selectAsks(ctx, s.db, p.ID)
	if err != nil {
		return Form{}, fmt.Errorf("find what to ask person %d: %w", p.ID, err)
	}
	for _, a := range asks {
		f.Asks = append(f.Asks, a.Name)
	}
	if f.Topics, err = selectTopicNames(ctx, s.db); err != nil {
		return Form{}, fmt.Errorf("list topics: %w", err)
	}
	if f.Managers, err = selectNear(ctx, s.db, p, near); err != nil {
		return Form{}, fmt.Errorf("list possible managers of person %d: %w", p.ID, err)
	}
	for _, m := range hideAll(v, f.Managers) {
		if m.ID == p.ManagerID {
			f.Manager = m.Handle
		}
	}
	return f, nil
}
