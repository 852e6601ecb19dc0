package people

import (
	"bytes"
	"context"
	"fmt"
	"image/jpeg"
	"io"
	"maps"
	"slices"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/event"
	"watercooler/app/markup"
)

// OrganisationRecord is an organisation as an archive describes it.
type OrganisationRecord struct {
	ExternalID string // required, unique for ever
	Name       string
	Slug       string // wished for; "" makes one from the name
	Home       bool   // the organisation that runs the hub
}

// ImportOrganisations makes sure that organisations are there, in tx. One is found by its external id, or else by its slug:
// two sources that speak of the same partner share it. The home organisation is the hub's own, whatever it is called there; a
// hub that has none yet is founded with it. What the hub has is not written over, so nothing is ever Changed.
func (s *Service) ImportOrganisations(ctx context.Context, tx *db.Tx, list []OrganisationRecord) (Outcome, error) {
	s.changed(tx)
	out := Outcome{IDs: make(map[string]int64, len(list))}
	for _, r := range list {
		id, created, err := s.importOrganisation(ctx, tx, r)
		if err != nil {
			return Outcome{}, fmt.Errorf("import organisation %s: %w", r.ExternalID, err)
		}
		out.IDs[r.ExternalID] = id
		if created {
			out.Created++
		} else {
			out.Unchanged++
		}
	}
	return out, nil
}

func (s *Service) importOrganisation(ctx context.Context, tx *db.Tx, r OrganisationRecord) (id int64, created bool, err error) {
	name := line(r.Name, maxLine)
	if name == "" || r.ExternalID == "" {
		return 0, false, errs.Invalidf("An organisation has no id or no name.")
	}
	slug := markup.Slug(name)
	if r.Slug != "" {
		slug = markup.Slug(r.Slug)
	}
	o, err := selectOrganisation(ctx, tx, r.ExternalID, "")
	if errs.IsNotFound(err) {
		if r.Home {
			o, err = selectHome(ctx, tx)
		} else {
			o, err = selectOrganisation(ctx, tx, "", slug)
		}
	}
	if err == nil {
		return o.ID, false, claimOrganisation(ctx, tx, o.ID, r.ExternalID)
	}
	if !errs.IsNotFound(err) {
		return 0, false, err
	}
	o = Organisation{Name: name, Slug: slug, Home: r.Home}
	o.ID, err = insertOrganisation(ctx, tx, r.ExternalID, name, slug, r.Home)
	switch {
	case errs.IsNotFound(err) && r.Home:
		return 0, false, errs.Conflictf("There is already a partner called %s here.", name)
	case errs.IsNotFound(err): // somebody else has just added it
		o, err = selectOrganisation(ctx, tx, "", slug)
		return o.ID, false, err
	case err != nil || !r.Home:
		return o.ID, true, err
	}
	tx.AfterCommit(func() { s.home.Store(&o) })
	return o.ID, true, event.Append(ctx, tx, event.Event{Verb: "hub.founded", Object: event.Ref{Kind: "organisation", ID: o.ID}})
}

// claimOrganisation notes the id under which a source knows an organisation, if none does yet.
func claimOrganisation(ctx context.Context, tx *db.Tx, id int64, external string) error {
	_, err := tx.Exec(ctx, `
		UPDATE organisations
		SET external_id = $1
		WHERE id = $2 AND external_id IS NULL`, external, id)
	return err
}

// UnitRecord is a unit as an archive describes it.
type UnitRecord struct {
	ExternalID       string // required, unique for ever
	Organisation     int64
	ParentExternalID string // a unit of the same call, before or after this one; "" is the top
	Name             string
}

// importedUnit is a unit as it is kept, with the id its source has for it.
type importedUnit struct {
	Unit
	external string
}

// ImportUnits makes sure that units are there, in tx, also those nobody works in. One is found by its external id, or else,
// while no source has claimed it, by its place and name. New ones are added in the order of list.
func (s *Service) ImportUnits(ctx context.Context, tx *db.Tx, list []UnitRecord) (Outcome, error) {
	s.changed(tx)
	im := unitImporter{tx: tx, list: list, out: Outcome{IDs: make(map[string]int64, len(list))}, known: make(map[int64]importedUnit)}
	for _, step := range []func(context.Context) error{im.read, im.claim, im.add, im.move} {
		if err := step(ctx); err != nil {
			return Outcome{}, fmt.Errorf("import units: %w", err)
		}
	}
	return im.out, nil
}

// unitImporter is one call of ImportUnits.
type unitImporter struct {
	tx    *db.Tx
	list  []UnitRecord
	out   Outcome
	known map[int64]importedUnit
}

// read takes the trees for this transaction and reads them.
func (im *unitImporter) read(ctx context.Context) error {
	seen := make(map[int64]bool)
	for _, r := range im.list {
		if r.ExternalID == "" || line(r.Name, maxLine) == "" || r.Organisation == 0 {
			return errs.Invalidf("A unit has no id, no name or no organisation.")
		}
		seen[r.Organisation] = true
	}
	for _, id := range slices.Sorted(maps.Keys(seen)) { // in order, so that two imports take their locks alike
		if err := lockOrganisation(ctx, im.tx, id); err != nil {
			return fmt.Errorf("lock organisation %d: %w", id, err)
		}
		units, err := selectImportedUnits(ctx, im.tx, id)
		if err != nil {
			return fmt.Errorf("read units of organisation %d: %w", id, err)
		}
		for _, u := range units {
			im.known[u.ID] = u
			if u.external != "" {
				im.out.IDs[u.external] = u.ID
			}
		}
	}
	return nil
}

// claim finds units that the hub has without knowing where they came from, from the top down.
func (im *unitImporter) claim(ctx context.Context) error {
	type spot struct {
		organisation int64
		place
	}
	free := make(map[spot]int64)
	for id, u := range im.known {
		if u.external == "" {
			free[spot{u.Organisation, place{u.Parent, markup.Fold(u.Name)}}] = id
		}
	}
	for found := true; found; {
		found = false
		for _, r := range im.list {
			parent, placed := im.out.IDs[r.ParentExternalID]
			if _, ok := im.out.IDs[r.ExternalID]; ok || r.ParentExternalID != "" && !placed {
				continue
			}
			at := spot{r.Organisation, place{parent, markup.Fold(line(r.Name, maxLine))}}
			id, ok := free[at]
			if !ok {
				continue
			}
			delete(free, at)
			if err := claimUnit(ctx, im.tx, id, r.ExternalID); err != nil {
				return err
			}
			im.out.IDs[r.ExternalID], found = id, true
		}
	}
	return nil
}

// add adds what is missing, at the top at first, because a parent may come after its child.
func (im *unitImporter) add(ctx context.Context) error {
	for _, r := range im.list {
		if im.out.IDs[r.ExternalID] != 0 {
			continue
		}
		u := Unit{Organisation: r.Organisation, Name: line(r.Name, maxLine)}
		var err error
		if u.ID, err = insertImportedUnit(ctx, im.tx, u, r.ExternalID); err != nil {
			return fmt.Errorf("add unit %s: %w", r.ExternalID, err)
		}
		im.known[u.ID], im.out.IDs[r.ExternalID] = importedUnit{u, "new"}, u.ID
		im.out.Created++
	}
	return nil
}

// move puts every unit in its place and gives it its name. People in a unit with another name are told of, because they are
// found by it.
func (im *unitImporter) move(ctx context.Context) error {
	created := im.out.Created
	var renamed []int64
	for _, r := range im.list {
		id, parent, name := im.out.IDs[r.ExternalID], im.out.IDs[r.ParentExternalID], line(r.Name, maxLine)
		have := im.known[id]
		if have.Name == name && have.Parent == parent {
			continue
		}
		if err := updateUnit(ctx, im.tx, Unit{ID: id, Parent: parent, Name: name}); err != nil {
			return fmt.Errorf("place unit %s: %w", r.ExternalID, err)
		}
		if have.external == "new" {
			continue
		}
		im.out.Changed++
		members, err := selectMembers(ctx, im.tx, id)
		if err != nil {
			return err
		}
		renamed = append(renamed, members...)
	}
	im.out.Unchanged = len(im.list) - created - im.out.Changed
	return appendBatch(ctx, im.tx, renamed)
}

func selectImportedUnits(ctx context.Context, q db.Querier, organisation int64) ([]importedUnit, error) {
	rows, err := q.Query(ctx, `
		SELECT u.id, u.organisation_id, u.parent_id, u.name, COALESCE(u.external_id, '')
		FROM units u
		WHERE u.organisation_id = $1
		ORDER BY u.id
		LIMIT $2`, organisation, maxUnits)
	return db.Collect(rows, err, func(r db.Scanner) (u importedUnit, err error) {
		var parent *int64
		err = r.Scan(&u.ID, &u.Organisation, &parent, &u.Name, &u.external)
		u.Parent = some(parent)
		return u, err
	})
}

func claimUnit(ctx context.Context, tx *db.Tx, id int64, external string) error {
	_, err := tx.Exec(ctx, `
		UPDATE units
		SET external_id = $1
		WHERE id = $2`, external, id)
	return err
}

func insertImportedUnit(ctx context.Context, tx *db.Tx, u Unit, external string) (id int64, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO units (external_id, organisation_id, name, created_at)
		VALUES ($1, $2, $3, $4)
		RETURNING id`, external, u.Organisation, u.Name, db.Micros(tx.Now())).Scan(&id)
	return id, err
}

func updateUnit(ctx context.Context, tx *db.Tx, u Unit) error {
	_, err := tx.Exec(ctx, `
		UPDATE units
		SET name = $1, parent_id = $2
		WHERE id = $3`, u.Name, none(u.Parent), u.ID)
	return err
}

func selectMembers(ctx context.Context, q db.Querier, unit int64) ([]int64, error) {
	rows, err := q.Query(ctx, `
		SELECT p.id
		FROM people p
		WHERE p.unit_id = $1
		ORDER BY p.id
		LIMIT 10000`, unit)
	return db.Collect(rows, err, db.One[int64])
}

// KeepPhoto keeps the bytes of a photo that another hub made, as they are, and returns their key. It is for archives: what
// people send is made anew by SetPhoto.
func (s *Service) KeepPhoto(r io.Reader) (key string, err error) {
	raw, err := io.ReadAll(io.LimitReader(r, MaxPhoto+1))
	if err != nil {
		return "", fmt.Errorf("read photo: %w", err)
	}
	// SECURITY: the file will be served as a picture, so it has to be one, and small enough to be looked at.
	c, err := jpeg.DecodeConfig(bytes.NewReader(raw))
	if err != nil || c.Width > maxKept || c.Height > maxKept {
		return "", errs.Invalidf("This is not a photo that a hub has made.").Because(err)
	}
	return s.files.Put(bytes.NewReader(raw), ".jpg", MaxPhoto)
}

// maxKept is the most pixels a side of a photo in an archive; the hub makes them of 512.
const maxKept = 2048

// ImportPhotos gives people, by external id, the photos of these keys, in tx. It returns how many are new.
func (s *Service) ImportPhotos(ctx context.Context, tx *db.Tx, photos map[string]string) (int, error) {
	have, err := selectPhotosOf(ctx, tx, slices.Sorted(maps.Keys(photos)))
	if err != nil {
		return 0, fmt.Errorf("import photos: %w", err)
	}
	var changed []int64
	for _, p := range have {
		key := photos[p.external]
		if p.photo == key {
			continue
		}
		if err := updatePhoto(ctx, tx, p.id, key); err != nil {
			return 0, fmt.Errorf("import photo of %s: %w", p.external, err)
		}
		changed = append(changed, p.id)
	}
	return len(changed), appendBatch(ctx, tx, changed)
}

// pictured is a person and their photo.
type pictured struct {
	id              int64
	external, photo string
}

func selectPhotosOf(ctx context.Context, q db.Querier, external []string) ([]pictured, error) {
	var all []pictured
	err := chunks(external, func(part []string) error {
		rows, err := q.Query(ctx, `
			SELECT p.id, p.external_id, p.photo
			FROM people p
			WHERE p.external_id IN (`+db.In(1, len(part))+`)
			ORDER BY p.id`, db.Args(part)...)
		got, err := db.Collect(rows, err, func(r db.Scanner) (p pictured, err error) { return p, r.Scan(&p.id, &p.external, &p.photo) })
		all = append(all, got...)
		return err
	})
	return all, err
}
