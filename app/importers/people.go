package importers

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/markup"
	"watercooler/app/people"
)

// The formats of a staff list.
const (
	FormatStaff      = "staff"      // the columns documented in docs/import.md
	FormatOrganogram = "organogram" // the senior posts of a UK government organogram, as published on data.gov.uk
)

// maxProblems is how many mistakes in one list are reported together.
const maxProblems = 10

// People imports a staff list, a CSV file, plain or .gz, in UTF-8 or Windows-1252. The columns are documented in
// docs/import.md. With Options.Leavers the list is complete: people of the same source who are not in it any more are marked
// as having left. A person who is in the list again has returned.
//
// The source is "people", or "organogram/ORGANISATION" for organograms; external ids are SOURCE/ID.
func People(ctx context.Context, d Deps, file string, o Options) (Report, error) {
	r, err := begin(d, o, "people")
	if err != nil {
		return Report{}, err
	}
	if r.Date.IsZero() {
		r.Date = r.began
	}
	if r.Organisation == Home {
		r.Organisation = ""
	}
	var l *staffList
	switch r.Format {
	case "", FormatStaff:
		l = newStaffList(r, file)
	case FormatOrganogram:
		l = newOrganogram(r, file)
	default:
		return *r.report, errs.Invalidf("%q is not a format of staff lists. Use staff or organogram.", r.Format)
	}
	r.Progress.Start("Checking", 0)
	return r.passes(ctx, l.check, l.write)
}

// staffList is the import of one list. Its first pass keeps the ids, to tell managers who are not in the list.
type staffList struct {
	*run
	file   string
	source string
	// required names the columns that must be there; known the others that are read.
	required, known []string
	// person makes a record of a row; skip says why there is none.
	person func(f fields) (p listed, skip string, err error)

	ids     map[string]int // id → its line
	count   int
	managed []managed
}

// listed is one row as it is understood.
type listed struct {
	people.Record
	id, manager string // as in the list
}

// managed is somebody's manager, checked once all ids are known.
type managed struct {
	line        int
	id, manager string
}

// fields are one row by column.
type fields struct {
	file    string
	line    int
	columns map[string]int
	values  []string
}

func (f fields) get(column string) string {
	i, ok := f.columns[column]
	if !ok || i >= len(f.values) {
		return ""
	}
	return strings.Join(strings.Fields(f.values[i]), " ")
}

func (f fields) problem(format string, args ...any) error {
	return problem(f.file, f.line, format, args...)
}

func newStaffList(r *run, file string) *staffList {
	l := &staffList{
		run: r, file: file, source: "people", ids: map[string]int{},
		required: []string{"id", "name"},
		known: []string{"handle", "job_title", "unit", "organisation", "location", "phone", "email", "about", "manager_id",
			"started", "left"},
	}
	if r.Source != "" {
		l.source = strings.Trim(r.Source, "/")
	}
	l.person = l.staff
	return l
}

// staff reads a row of the documented columns.
func (l *staffList) staff(f fields) (p listed, skip string, err error) {
	p.id, p.manager = f.get("id"), f.get("manager_id")
	p.Record = people.Record{
		Name: f.get("name"), Handle: f.get("handle"), JobTitle: f.get("job_title"), Location: f.get("location"),
		Phone: f.get("phone"), Email: f.get("email"), About: f.get("about"), Organisation: f.get("organisation"),
		UnitPath: unitPath(f.get("unit")),
	}
	if p.Organisation == "" {
		p.Organisation = l.Organisation
	}
	if p.Name == "" {
		return p, "", f.problem("person %s has no name.", p.id)
	}
	if p.Email != "" {
		if a, err := mail.ParseAddress(p.Email); err != nil || a.Address != p.Email {
			return p, "", f.problem("%.60q is not an e-mail address.", p.Email)
		}
	}
	if markup.Check(p.About, 0) != nil {
		return p, "", f.problem("the about text of %s is too long or too deeply nested.", p.id)
	}
	started, err := f.date("started")
	if err != nil {
		return p, "", err
	}
	if started != nil {
		p.CreatedAt = *started
	}
	p.LeftAt, err = f.date("left")
	return p, "", err
}

// unitPath splits "Place > Highways > Drainage", from the top.
func unitPath(s string) []string {
	var path []string
	for _, name := range strings.FieldsFunc(s, func(r rune) bool { return r == '>' || r == '›' }) {
		if name = strings.TrimSpace(name); name != "" {
			path = append(path, name)
		}
	}
	return path
}

// date reads an optional date: 2027-03-04, or 04/03/2027 as spreadsheets in Britain write it.
func (f fields) date(column string) (*time.Time, error) {
	v := f.get(column)
	if v == "" {
		return nil, nil //nolint:nilnil // an empty cell is an absent date
	}
	for _, layout := range []string{time.DateOnly, "02/01/2006", time.RFC3339} {
		if t, err := time.Parse(layout, v); err == nil {
			t = t.UTC()
			return &t, nil
		}
	}
	return nil, f.problem("%s is %.40q. Write dates as 2027-03-04 or 04/03/2027.", column, v)
}

func newOrganogram(r *run, file string) *staffList {
	l := &staffList{
		run: r, file: file, ids: map[string]int{},
		required: []string{"post unique reference", "name", "job title", "unit", "organisation", "reports to senior post"},
		known: []string{"job/team function", "contact phone", "contact e-mail", "grade (or equivalent)", "parent department",
			"valid?", "fte", "notes", "uri", "source_file", "source_line", "professional/occupational group", ""},
	}
	l.person = l.post
	if r.Source != "" {
		l.source = strings.Trim(r.Source, "/")
	}
	return l
}

// post reads a row of an organogram, which describes a post and, where it is published, who holds it.
func (l *staffList) post(f fields) (p listed, skip string, err error) {
	p.id, p.manager = f.get("post unique reference"), f.get("reports to senior post")
	title := f.get("job title")
	if strings.EqualFold(p.manager, "xx") {
		p.manager = ""
	}
	organisation := f.get("organisation")
	if organisation == "" {
		return p, "", f.problem("the post has no organisation.")
	}
	if l.source == "" {
		l.source = "organogram/" + markup.Slug(organisation)
	}
	name := published(f.get("name"))
	switch {
	case strings.EqualFold(name, "vacant"), strings.EqualFold(name, "eliminated"):
		return p, "the post is " + strings.ToLower(name), nil
	case p.id == "0", strings.EqualFold(title, "not in post"):
		return p, "a person without a post", nil
	case title == "":
		return p, "", f.problem("post %s has no job title.", p.id)
	case name == "": // the holder is not named in public; the post itself can still be found
		name = title
	}
	p.Record = people.Record{
		Name: name, JobTitle: title, UnitPath: unitPath(f.get("unit")), Phone: published(f.get("contact phone")),
		Email: published(f.get("contact e-mail")), About: published(f.get("job/team function")), Organisation: organisation,
	}
	if l.Organisation != "" {
		p.Organisation = l.Organisation
	}
	if a, err := mail.ParseAddress(p.Email); err != nil || a.Address != p.Email {
		p.Email = ""
	}
	return p, "", nil
}

// published returns v unless it says that nothing is published.
func published(v string) string {
	switch strings.ToUpper(v) {
	case "N/D", "N/A", "-", "TBC":
		return ""
	}
	return v
}

// each reads the list row by row.
func (l *staffList) each(ctx context.Context, do func(f fields) error) (err error) {
	s, err := open(l.file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	m := &meter{r: utf8Lines(s), most: maxRecord}
	m.reset()
	c := csv.NewReader(m)
	c.ReuseRecord = true
	c.FieldsPerRecord = -1 // told apart below, with words
	f := fields{file: s.name}
	line := 1 // of the row last read
	for n := 0; ; n++ {
		if n%1000 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		m.reset()
		values, err := c.Read()
		if err == nil {
			line, _ = c.FieldPos(0)
		}
		var bad *csv.ParseError
		switch {
		case errors.Is(err, io.EOF) && n == 0:
			return errs.Invalidf("%s is empty.", s.name)
		case errors.Is(err, io.EOF):
			return nil
		case errors.Is(err, errTooLong):
			return problem(s.name, line, "one row is longer than %d MB, so the file is not a staff list.", maxRecord>>20)
		case errors.As(err, &bad):
			return problem(s.name, bad.Line, "the row is not well-formed CSV (%s).", bad.Err)
		case err != nil:
			return damaged(s.name, line, err)
		}
		if f.columns == nil {
			if f.columns, err = l.header(s.name, values); err != nil {
				return err
			}
			continue
		}
		if blank(values) {
			continue
		}
		f.line, f.values = line, values
		if len(values) != len(f.columns) && len(values) > maxColumn(f.columns)+1 {
			return f.problem("the row has %d columns, the header %d.", len(values), maxColumn(f.columns)+1)
		}
		if err := do(f); err != nil {
			return err
		}
	}
}

func blank(values []string) bool {
	return !slices.ContainsFunc(values, func(v string) bool { return strings.TrimSpace(v) != "" })
}

func maxColumn(columns map[string]int) int {
	last := 0
	for _, i := range columns {
		last = max(last, i)
	}
	return last
}

// header finds the columns by name, in any order and case.
func (l *staffList) header(file string, names []string) (map[string]int, error) {
	columns := make(map[string]int, len(names))
	var extra []string
	for i, name := range names {
		key := strings.ToLower(strings.TrimSpace(name))
		if _, twice := columns[key]; twice && key != "" {
			return nil, problem(file, 1, "the column %q is there twice.", key)
		}
		columns[key] = i
		if !slices.Contains(l.required, key) && !slices.Contains(l.known, key) && l.Format != FormatOrganogram {
			extra = append(extra, fmt.Sprintf("%q", clipped(key)))
		}
	}
	for _, name := range l.required {
		if _, ok := columns[name]; !ok {
			hint := ""
			if _, junior := columns["generic job title"]; junior {
				hint = " This is the return of junior posts; import the one of senior posts."
			}
			return nil, problem(file, 1, "there is no column %q.%s", name, hint)
		}
	}
	if len(extra) > 0 {
		l.report.note("These columns are not known and were left out: %s.", strings.Join(extra[:min(len(extra), maxProblems)], ", "))
	}
	return columns, nil
}

func clipped(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// check is the first pass. It collects up to maxProblems mistakes, so that a list is repaired in one go.
func (l *staffList) check(ctx context.Context) error {
	var wrong []error
	err := l.each(ctx, func(f fields) error {
		l.Progress.Add(1)
		p, skip, err := l.person(f)
		if err == nil && skip == "" {
			err = l.place(f, p)
		}
		if err != nil {
			wrong = append(wrong, err)
		}
		if len(wrong) == maxProblems {
			return errTooMany
		}
		return nil
	})
	if err != nil && !errors.Is(err, errTooMany) {
		wrong = append(wrong, err)
	}
	if len(wrong) == 1 {
		return wrong[0]
	}
	if len(wrong) > 1 {
		texts := make([]string, len(wrong))
		for i, w := range wrong {
			texts[i] = w.Error()
		}
		return errs.Invalidf("The list has mistakes, so nothing was imported.\n%s", strings.Join(texts, "\n")).Because(errors.Join(wrong...))
	}
	if l.count == 0 {
		return errs.Invalidf("%s names nobody.", filepath.Base(l.file))
	}
	for _, m := range l.managed {
		if _, ok := l.ids[m.manager]; !ok {
			l.report.note("Line %d: the manager of %s is %s, who is not in the list.", m.line, m.id, m.manager)
		}
	}
	l.Progress.End()
	return nil
}

var errTooMany = errors.New("enough mistakes")

// place notes where an id stands.
func (l *staffList) place(f fields, p listed) error {
	if p.id == "" {
		return f.problem("the row has no id.")
	}
	if first, twice := l.ids[p.id]; twice {
		if l.Format == FormatOrganogram { // two people share one post
			return nil
		}
		return f.problem("id %s is in line %d already.", p.id, first)
	}
	l.ids[p.id] = f.line
	l.count++
	if p.manager != "" && p.manager != p.id {
		l.managed = append(l.managed, managed{f.line, p.id, p.manager})
	}
	return nil
}

// write is the second pass.
func (l *staffList) write(ctx context.Context) error {
	l.report.Source = l.source
	l.Progress.Start("People", l.count)
	managers := map[string]string{}
	out := l.people(ctx, "people")
	err := l.each(ctx, func(f fields) error {
		l.report.read("people", 1)
		p, skip, err := l.person(f)
		switch {
		case err != nil:
			return err
		case skip != "":
			l.report.skip("people", skip, fmt.Sprintf("line %d", f.line))
			return nil
		case l.ids[p.id] != f.line:
			l.report.skip("people", "a second row for the same post", fmt.Sprintf("line %d", f.line))
			return nil
		}
		p.ExternalID = l.source + "/" + p.id
		if p.manager != "" && p.manager != p.id {
			p.ManagerExternalID = l.source + "/" + p.manager
			managers[p.ExternalID] = p.ManagerExternalID
		}
		return out.add(p.Record)
	})
	if err == nil {
		err = out.flush()
	}
	if err != nil {
		return err
	}
	return l.DB.Tx(ctx, func(tx *db.Tx) error { return l.finish(ctx, tx, managers) })
}

// finish ties managers who came later in the list than the people they manage, and marks leavers.
func (l *staffList) finish(ctx context.Context, tx *db.Tx, managers map[string]string) error {
	linked, err := l.People.LinkManagers(ctx, tx, managers)
	if err != nil {
		return fmt.Errorf("link managers: %w", err)
	}
	left := 0
	if l.Leavers {
		present := make([]string, 0, len(l.ids))
		for id := range l.ids {
			present = append(present, l.source+"/"+id)
		}
		if left, err = l.People.MarkLeft(ctx, tx, l.source+"/", present, l.Date); err != nil {
			return fmt.Errorf("mark leavers: %w", err)
		}
	}
	c := l.report.count("people")
	l.report.note("%d joined, %d changed, %d left; %s tied.", c.Created, c.Changed, left, plural(linked, "late reporting line"))
	if left > 0 {
		l.report.count("leavers").Changed += left
		l.report.read("leavers", left)
	}
	return nil
}
