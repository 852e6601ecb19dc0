package people

import (
	"slices"
	"strings"

	"watercooler/auth"
)

// Level says who sees a field of a profile.
type Level string

// The levels, from wide to narrow.
const (
	ForHub Level = ""    // everyone signed in: what a field is unless its owner says otherwise
	ForOrg Level = "org" // people of the same organisation
	ForMe  Level = "me"  // only the person themself
)

// Field is a part of a profile that its owner may keep from others. Name, job title, unit, manager and photo are not among
// them: they are what a byline shows, and whoever wants no photo takes it off.
type Field string

// The fields. Their names are kept in people.privacy; none is the end of another, so that a statement may look for one with
// LIKE (see visible in store.go).
const (
	FieldPhone     Field = "phone"
	FieldEmail     Field = "email"
	FieldLocation  Field = "location"
	FieldPronouns  Field = "pronouns"
	FieldLanguages Field = "languages"
	FieldPattern   Field = "working_pattern"
	FieldAbout     Field = "about"
	FieldHowToWork Field = "how_to_work"
)

// Fields are all fields, in the order of the form.
func Fields() []Field {
	return []Field{FieldPronouns, FieldLocation, FieldPhone, FieldEmail, FieldPattern, FieldLanguages, FieldAbout, FieldHowToWork}
}

// Privacy is who sees which field of one profile. The zero Privacy shows everything to everyone signed in.
type Privacy map[Field]Level

// ParsePrivacy reads what people.privacy holds, such as "phone=org location=me". Fields and levels it does not know, it leaves
// out; of a field that is named twice the narrower level counts.
func ParsePrivacy(s string) Privacy {
	p := Privacy{}
	for _, pair := range strings.Fields(s) {
		name, level, _ := strings.Cut(pair, "=")
		field, l := Field(name), Level(level)
		if !slices.Contains(Fields(), field) || (l != ForOrg && l != ForMe) || p[field] == ForMe {
			continue
		}
		p[field] = l
	}
	return p
}

// String returns p as people.privacy holds it, always in the same order.
func (p Privacy) String() string {
	var pairs []string
	for _, f := range Fields() {
		if l := p[f]; l == ForOrg || l == ForMe {
			pairs = append(pairs, string(f)+"="+string(l))
		}
	}
	return strings.Join(pairs, " ")
}

// VisibleToHub reports whether everyone signed in sees a field of the profile whose column privacy is given. The search index
// keeps nothing else: it has one document for all who look.
func VisibleToHub(privacy string, f Field) bool { return ParsePrivacy(privacy)[f] == ForHub }

// mayNotSee returns which fields of a person of this organisation v may not see. It is the same for administrators: they may
// change a profile, which takes no more than seeing what everybody sees.
//
// SECURITY: conditions.visible says the same to the database, and overview.locations of places. Change all or none.
func (p Privacy) mayNotSee(v auth.Viewer, person, organisation int64) []Field {
	if v.Person != 0 && v.Person == person {
		return nil
	}
	var hidden []Field
	for _, f := range Fields() {
		switch p[f] {
		case ForMe:
			hidden = append(hidden, f)
		case ForOrg:
			if v.Organisation == 0 || v.Organisation != organisation {
				hidden = append(hidden, f)
			}
		}
	}
	return hidden
}

// hide blanks what v may not see of c. The zero Viewer sees what everyone signed in does.
func (c *Card) hide(v auth.Viewer) {
	if c.privacy == "" {
		return
	}
	for _, f := range ParsePrivacy(c.privacy).mayNotSee(v, c.ID, c.OrganisationID) {
		switch f {
		case FieldLocation:
			c.Location = ""
		case FieldPhone:
			c.Phone = ""
		case FieldPronouns:
			c.Pronouns = ""
		}
	}
}

// hide blanks what v may not see of p, and says so in Hidden.
func (p *Person) hide(v auth.Viewer) {
	p.Hidden = p.Privacy.mayNotSee(v, p.ID, p.OrganisationID)
	p.Card.hide(v)
	for _, f := range p.Hidden {
		switch f {
		case FieldEmail:
			p.Email = ""
		case FieldLanguages:
			p.Languages = ""
		case FieldPattern:
			p.WorkingPattern = ""
		case FieldAbout:
			p.About, p.AboutHTML = "", ""
		case FieldHowToWork:
			p.HowToWork, p.HowToWorkHTML = "", ""
		}
	}
}

// hideAll is hide for a list.
func hideAll(v auth.Viewer, cards []Card) []Card {
	for i := range cards {
		cards[i].hide(v)
	}
	return cards
}
