package importers

import (
	"context"
	"strings"

	"watercooler/app/db"
	"watercooler/app/markup"
	"watercooler/app/people"
	"watercooler/auth"
)

// writeOrganisations makes sure that organisations exist, because everything else belongs to one. The home organisation is
// the hub's own.
func (j *jsonl) writeOrganisations(ctx context.Context) error {
	var list []people.OrganisationRecord
	err := j.each(ctx, func(_ place, rec *record) error {
		if rec.Type == typeOrganisation {
			list = append(list, people.OrganisationRecord{ExternalID: rec.ExternalID, Name: rec.Name, Slug: rec.Slug, Home: rec.Home})
		}
		return nil
	})
	if err != nil || len(list) == 0 {
		return err
	}
	j.report.read("organisations", len(list))
	var out people.Outcome
	if err := j.DB.Tx(ctx, func(tx *db.Tx) (err error) {
		out, err = j.People.ImportOrganisations(ctx, tx, list)
		return err
	}); err != nil {
		return err
	}
	c := j.report.count("organisations")
	c.Created, c.Unchanged = out.Created, out.Unchanged
	j.organisationIDs = out.IDs
	for id, o := range out.IDs {
		j.audiences[audienceOrg+id] = auth.OrgAudience(o)
	}
	return nil
}

// writeUnits makes sure that units exist, also those nobody works in.
func (j *jsonl) writeUnits(ctx context.Context) error {
	var list []people.UnitRecord
	err := j.each(ctx, func(_ place, rec *record) error {
		if rec.Type == typeUnit {
			list = append(list, people.UnitRecord{ExternalID: rec.ExternalID, ParentExternalID: rec.Parent, Name: rec.Name})
		}
		return nil
	})
	if err != nil || len(list) == 0 {
		return err
	}
	j.report.read("units", len(list))
	home, err := j.People.Home(ctx)
	if err != nil {
		return err
	}
	return j.DB.Tx(ctx, func(tx *db.Tx) error {
		belongs := home.ID
		if j.Organisation != "" {
			if belongs, err = j.People.Partner(ctx, tx, j.Organisation); err != nil {
				return err
			}
		}
		for i, r := range list {
			if list[i].Organisation = j.organisationIDs[j.organisationOf(r.ExternalID)]; list[i].Organisation == 0 {
				list[i].Organisation = belongs
			}
		}
		out, err := j.People.ImportUnits(ctx, tx, list)
		if err != nil {
			return err
		}
		j.unitIDs = out.IDs
		c := j.report.count("units")
		c.Created, c.Changed, c.Unchanged = out.Created, out.Changed, out.Unchanged
		return nil
	})
}

// organisationOf returns the organisation of a unit, which is that of the nearest unit above it that names one.
func (j *jsonl) organisationOf(unit string) string {
	for range len(j.units) + 1 { // a circle is refused elsewhere; here it only has to end
		if o := j.units[unit].organisation; o != "" {
			return o
		}
		unit = j.units[unit].parent
	}
	return ""
}

// person returns the record of a person line, without date and hash.
func (j *jsonl) person(rec *record) people.Record {
	p := people.Record{
		ExternalID: rec.ExternalID, Name: rec.Name, Handle: rec.Handle, JobTitle: rec.JobTitle, Location: rec.Location, Phone: rec.Phone,
		Email: rec.Email, About: rec.About, UnitID: j.unitIDs[rec.Unit], ManagerExternalID: rec.Manager, LeftAt: rec.Left.pointer(),
		CreatedAt: rec.Created.Time, Organisation: j.Organisation, Pronouns: rec.Pronouns, Languages: rec.Languages, WorkingPattern: rec.Pattern,
		HowToWork: rec.HowToWork, Privacy: rec.Privacy, WritesIn: rec.WritesIn, AskAbout: j.subjects(rec.AskAbout),
	}
	organisation := rec.Organisation
	if organisation == "" {
		organisation = j.organisationOf(rec.Unit)
	}
	name, named := strings.CutPrefix(organisation, "name:")
	if named && name != "" {
		p.Organisation = name
	}
	p.OrganisationID = j.organisationIDs[organisation]
	return p
}

func (j *jsonl) writePeople(ctx context.Context) error {
	fresh := 0
	for id := range j.authors {
		if !j.known[id] {
			fresh++
		}
	}
	j.Progress.Start("People", j.counts[typePerson]+fresh)
	managers := map[string]string{}
	out := j.people(ctx, "people")
	err := j.each(ctx, func(p place, rec *record) error {
		if rec.Type != typePerson || j.duplicates[p] {
			return nil
		}
		j.report.read("people", 1)
		person := j.person(rec)
		if markup.Check(person.About, 0) != nil {
			person.About = ""
			j.report.note("The about text of %s is too long or too deeply nested and was left out.", rec.ExternalID)
		}
		if person.ManagerExternalID != "" {
			managers[person.ExternalID] = person.ManagerExternalID
		}
		if err := j.dated(rec, &person.CreatedAt, &person.Hash, person); err != nil {
			return err
		}
		if d, err := ago(rec.LeftAgo); err == nil && rec.LeftAgo != "" {
			at := j.now.Add(-d)
			person.LeftAt = &at
		}
		return out.add(person)
	})
	if err != nil {
		return err
	}
	for _, id := range sortedKeys(j.authors) {
		if j.known[id] { // a person of this source, or one that an earlier import made
			j.report.read("people", 1)
			j.report.count("people").Unchanged++
			continue
		}
		j.report.read("people", 1)
		if err := out.add(j.plainPerson(id)); err != nil {
			return err
		}
	}
	if err := out.flush(); err != nil || len(managers) == 0 {
		return err
	}
	return j.DB.Tx(ctx, func(tx *db.Tx) error {
		_, err := j.People.LinkManagers(ctx, tx, managers)
		return err
	})
}
