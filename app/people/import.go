package people

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/auth"
)

// Record is one person as a source outside the hub describes them: a staff list, a forum's users. Fields that came later are left
// out of its JSON while they are empty, so that the hash that importers make of it stays what it was.
type Record struct {
	ExternalID             string // required, unique for ever, such as "people/1234" or "stackexchange/SITE/user/5"
	Name                   string
	Handle                 string // wished for; "" makes one from the name
	JobTitle               string
	Location               string
	Phone                  string
	Email                  string
	About                  string   // Markdown
	Pronouns               string   `json:",omitempty"`
	Languages              string   `json:",omitempty"` // spoken, comma separated
	WorkingPattern         string   `json:",omitempty"`
	HowToWork              string   `json:",omitempty"` // "How to work with me", Markdown
	Privacy                string   `json:",omitempty"` // who sees which field, as ParsePrivacy reads it
	WritesIn               string   `json:",omitempty"` // language of what they write, BCP 47
	AskAbout               []string `json:",omitempty"` // "Ask me about", in order: external ids, slugs or names of topics; those that mean none are left out
	Organisation           string   // name; "" is the home organisation
	OrganisationExternalID string   // with Organisation: the source's own id, so that a renamed organisation stays one
	UnitPath               []string // names from the top
	OrganisationID, UnitID int64    // instead of names, of what ImportOrganisations and ImportUnits have made
	ManagerExternalID      string   // may name somebody who comes later in the same call; LinkManagers ties the rest
	LeftAt                 *time.Time
	CreatedAt              time.Time // zero: now
	Hash                   string    // of the whole record: equal means there is nothing to write
}

// Outcome is what an import did. IDs has every record of the call, changed or not.
type Outcome struct {
	Created, Changed, Unchanged int
	IDs                         map[string]int64 // external id → id in the hub
}

// ImportPeople writes what a source says about people, in tx. A record whose Hash is the one already kept writes nothing, so
// importing twice changes nothing; what a list leaves empty of what people write about themselves stays as they wrote it, and
// who may see what, once they have said it, stays as they said. Units and organisations are added as they are met. Everything that happened is one import.batch event; people
// who moved to another unit, left or came back are told of one by one besides, because others want to know.
//
// The home organisation must have been founded.
func (s *Service) ImportPeople(ctx context.Context, tx *db.Tx, list []Record) (Outcome, error) {
	s.changed(tx)
	im := importer{tx: tx, out: Outcome{IDs: make(map[string]int64, len(list))}, trees: make(map[int64]*tree), organisations: make(map[string]int64)}
	if err := im.run(ctx, list); err != nil {
		return Outcome{}, fmt.Errorf("import people: %w", err)
	}
	return im.out, nil
}

// importer is one call of ImportPeople.
type importer struct {
	tx            *db.Tx
	out           Outcome
	home          int64
	known         map[string]personRow // as the hub had them, by external id
	trees         map[int64]*tree
	organisations map[string]int64
	touched       []int64
}

func (im *importer) run(ctx context.Context, list []Record) error {
	external := make([]string, len(list))
	for i, r := range list {
		if external[i] = r.ExternalID; r.ExternalID == "" || line(r.Name, maxName) == "" {
			return errs.Invalidf("Record %d of %d has no id or no name.", i+1, len(list))
		}
	}
	var err error
	if im.known, err = selectImported(ctx, im.tx, external); err != nil {
		return err
	}
	fresh, changed, err := im.sort(ctx, list)
	if err != nil {
		return err
	}
	for _, r := range changed {
		if err := im.change(ctx, r); err != nil {
			return err
		}
	}
	if err := im.create(ctx, fresh); err != nil {
		return err
	}
	if _, err := linkManagers(ctx, im.tx, managers(append(fresh, changed...))); err != nil {
		return err
	}
	if err := importAsks(ctx, im.tx, append(fresh, changed...), im.out.IDs); err != nil {
		return err
	}
	return appendBatch(ctx, im.tx, im.touched)
}

// sort splits list into people the hub does not know, and people it knows with other facts. A person who comes twice counts
// once, as they come last.
func (im *importer) sort(ctx context.Context, list []Record) (fresh, changed []Record, err error) {
	last := make(map[string]int, len(list))
	for i, r := range list {
		last[r.ExternalID] = i
	}
	for i, r := range list {
		if last[r.ExternalID] != i {
			continue
		}
		old, ok := im.known[r.ExternalID]
		switch {
		case !ok:
			fresh = append(fresh, r)
		case old.Hash == r.Hash && r.Hash != "":
			im.out.Unchanged++
			im.out.IDs[r.ExternalID] = old.ID
		default:
			changed = append(changed, r)
			im.out.IDs[r.ExternalID] = old.ID
		}
	}
	if len(fresh)+len(changed) == 0 {
		return nil, nil, nil
	}
	home, err := selectHome(ctx, im.tx)
	if errs.IsNotFound(err) {
		return nil, nil, errNotFounded
	}
	im.home = home.ID
	return fresh, changed, err
}

// row returns r as it is written, without handle and manager.
func (im *importer) row(ctx context.Context, r Record) (personRow, error) {
	row := personRow{
		External: r.ExternalID, Hash: r.Hash, Name: line(r.Name, maxName), JobTitle: line(r.JobTitle, maxLine),
		Location: line(r.Location, maxLine), Phone: line(r.Phone, maxLine), Email: address(r.Email),
		About: cut(strings.TrimSpace(r.About), maxAbout), CreatedAt: db.Micros(im.tx.Now()), Pronouns: line(r.Pronouns, maxPronouns),
		Languages: line(r.Languages, maxLine), WorkingPattern: line(r.WorkingPattern, maxLine),
		HowToWork: cut(strings.TrimSpace(r.HowToWork), maxAbout), Privacy: ParsePrivacy(r.Privacy).String(),
	}
	if tag, ok := languageTag(r.WritesIn); ok {
		row.WritesIn = tag
	}
	if !r.CreatedAt.IsZero() {
		row.CreatedAt = db.Micros(r.CreatedAt)
	}
	if r.LeftAt != nil {
		at := db.Micros(*r.LeftAt)
		row.LeftAt = &at
	}
	var err error
	if row.AboutHTML, err = rendered("about", row.About); err != nil {
		return row, fmt.Errorf("about of %s: %w", r.ExternalID, err)
	}
	if row.HowToWorkHTML, err = rendered("how_to_work", row.HowToWork); err != nil {
		return row, fmt.Errorf("how to work with %s: %w", r.ExternalID, err)
	}
	if row.Organisation = r.OrganisationID; row.Organisation == 0 {
		if row.Organisation, err = im.organisation(ctx, r); err != nil {
			return row, err
		}
	}
	if row.Unit = r.UnitID; row.Unit == 0 {
		row.Unit, err = im.unit(ctx, row.Organisation, r.UnitPath)
	}
	return row, err
}

func (im *importer) organisation(ctx context.Context, r Record) (int64, error) {
	if line(r.Organisation, maxLine) == "" {
		return im.home, nil
	}
	key := r.OrganisationExternalID + "\x00" + r.Organisation
	if id, ok := im.organisations[key]; ok {
		return id, nil
	}
	o, err := ensureOrganisation(ctx, im.tx, r.OrganisationExternalID, r.Organisation)
	if err != nil {
		return 0, err
	}
	im.organisations[key] = o.ID
	return o.ID, nil
}

func (im *importer) unit(ctx context.Context, organisation int64, path []string) (int64, error) {
	if len(path) == 0 {
		return 0, nil
	}
	t, ok := im.trees[organisation]
	if !ok {
		var err error
		if t, err = readTree(ctx, im.tx, organisation); err != nil {
			return 0, err
		}
		im.trees[organisation] = t
	}
	return t.ensure(ctx, im.tx, path)
}

func (im *importer) create(ctx context.Context, fresh []Record) error {
	if len(fresh) == 0 {
		return nil
	}
	rows := make([]personRow, len(fresh))
	for i, r := range fresh {
		var err error
		if rows[i], err = im.row(ctx, r); err != nil {
			return err
		}
		rows[i].Handle = handle(r.Handle, rows[i].Name)
	}
	ids, err := add(ctx, im.tx, rows)
	if err != nil {
		return err
	}
	for i, id := range ids {
		im.out.IDs[rows[i].External] = id
	}
	im.touched = append(im.touched, ids...)
	im.out.Created = len(rows)
	return nil
}

func (im *importer) change(ctx context.Context, r Record) error {
	old := im.known[r.ExternalID]
	row, err := im.row(ctx, r)
	if err != nil {
		return err
	}
	row.ID = old.ID
	if r.ManagerExternalID != "" {
		row.Manager = old.Manager // until linkManagers has looked
	}
	row.keep(old)
	if err := updateImported(ctx, im.tx, row); err != nil {
		return fmt.Errorf("change %s: %w", r.ExternalID, err)
	}
	im.out.Changed++
	im.touched = append(im.touched, row.ID)
	return im.tell(ctx, old, row)
}

// keep takes over from old what a list does not say, and what only the person says.
func (r *personRow) keep(old personRow) {
	r.Location, r.Phone = cmp.Or(r.Location, old.Location), cmp.Or(r.Phone, old.Phone)
	r.Pronouns, r.Languages = cmp.Or(r.Pronouns, old.Pronouns), cmp.Or(r.Languages, old.Languages)
	r.WorkingPattern, r.WritesIn = cmp.Or(r.WorkingPattern, old.WorkingPattern), cmp.Or(r.WritesIn, old.WritesIn)
	if r.About == "" {
		r.About, r.AboutHTML = old.About, old.AboutHTML
	}
	if r.HowToWork == "" {
		r.HowToWork, r.HowToWorkHTML = old.HowToWork, old.HowToWorkHTML
	}
	// SECURITY: a list never opens what somebody has closed.
	r.Privacy = cmp.Or(old.Privacy, r.Privacy)
}

// tell appends the events of a move, a departure and a return.
func (im *importer) tell(ctx context.Context, old, row personRow) error {
	if old.LeftAt == nil && row.LeftAt != nil {
		return appendLeft(ctx, im.tx, row.ID)
	}
	returned := old.LeftAt != nil && row.LeftAt == nil
	if !returned && old.Unit == row.Unit {
		return nil
	}
	return appendEdited(ctx, im.tx, 0, row.ID, change{UnitFrom: old.Unit, UnitTo: row.Unit, Returned: returned})
}

func appendLeft(ctx context.Context, tx *db.Tx, person int64) error {
	return event.Append(ctx, tx, event.Event{Verb: "person.left", Object: event.Ref{Kind: "person", ID: person}, Audience: auth.AudienceHub})
}

// appendBatch tells of the people an import wrote, in one event; of none it tells nothing.
func appendBatch(ctx context.Context, tx *db.Tx, people []int64) error {
	return event.AppendBatch(ctx, tx, map[string][]int64{"people": people})
}

func managers(list []Record) map[string]string {
	m := make(map[string]string)
	for _, r := range list {
		if r.ManagerExternalID != "" {
			m[r.ExternalID] = r.ManagerExternalID
		}
	}
	return m
}

// LinkManagers ties people to their managers, both by external id, once a whole list is in. Pairs with somebody the hub does
// not know are left out, and what is tied already is not written again. It returns how many people have a new manager.
func (s *Service) LinkManagers(ctx context.Context, tx *db.Tx, managerOf map[string]string) (int, error) {
	linked, err := linkManagers(ctx, tx, managerOf)
	if err != nil {
		return 0, fmt.Errorf("link managers: %w", err)
	}
	return len(linked), appendBatch(ctx, tx, linked)
}

func linkManagers(ctx context.Context, tx *db.Tx, managerOf map[string]string) (linked []int64, err error) {
	if len(managerOf) == 0 {
		return nil, nil
	}
	names := make(map[string]bool, 2*len(managerOf))
	for person, manager := range managerOf {
		names[person], names[manager] = true, true
	}
	known, err := selectManagers(ctx, tx, slices.Sorted(maps.Keys(names)))
	if err != nil {
		return nil, err
	}
	under := make(map[int64][]int64) // manager → those who get them as their manager
	for external, boss := range managerOf {
		person, ok := known[external]
		manager, ok2 := known[boss]
		if !ok || !ok2 || person.id == manager.id || person.manager == manager.id {
			continue
		}
		under[manager.id] = append(under[manager.id], person.id)
	}
	for _, manager := range slices.Sorted(maps.Keys(under)) { // in order, so that two runs take their locks alike
		slices.Sort(under[manager])
		if err := updateManager(ctx, tx, manager, under[manager]); err != nil {
			return nil, fmt.Errorf("link %d people to manager %d: %w", len(under[manager]), manager, err)
		}
		linked = append(linked, under[manager]...)
	}
	return linked, nil
}

// IDsByExternal returns the ids of the people with these external ids; those the hub does not know are left out.
func (s *Service) IDsByExternal(ctx context.Context, q db.Querier, external []string) (map[string]int64, error) {
	known, err := selectManagers(ctx, q, external)
	if err != nil {
		return nil, fmt.Errorf("find people by external id: %w", err)
	}
	ids := make(map[string]int64, len(known))
	for name, p := range known {
		ids[name] = p.id
	}
	return ids, nil
}

// MarkLeft marks those people of a source as gone who are not in its full list any more. prefix is what all external ids of
// the source start with, present the ids the list has. It returns how many left.
//
// An empty list is refused: it is a broken file, not an organisation that everybody left.
func (s *Service) MarkLeft(ctx context.Context, tx *db.Tx, prefix string, present []string, at time.Time) (int, error) {
	s.changed(tx)
	if prefix == "" || len(present) == 0 {
		return 0, errs.Invalidf("The list names nobody, so nobody was marked as having left.")
	}
	here := make(map[string]bool, len(present))
	for _, e := range present {
		here[e] = true
	}
	var gone []int64
	for after := int64(0); ; {
		page, last, err := selectPresent(ctx, tx, prefix, after)
		if err != nil {
			return 0, fmt.Errorf("read people of %s: %w", prefix, err)
		}
		if len(page) == 0 {
			break
		}
		for id, external := range page {
			if !here[external] {
				gone = append(gone, id)
			}
		}
		after = last
	}
	slices.Sort(gone)
	if err := updateLeft(ctx, tx, gone, db.Micros(at)); err != nil {
		return 0, fmt.Errorf("mark %d people as left: %w", len(gone), err)
	}
	for _, id := range gone {
		if err := appendLeft(ctx, tx, id); err != nil {
			return 0, err
		}
	}
	return len(gone), nil
}
