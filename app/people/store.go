package people

import (
	"context"
	"strconv"
	"strings"

	"watercooler/app/db"
	"watercooler/app/markup"
)

// chunk bounds the values of one IN list or the rows of one INSERT.
const chunk = 200

// chunks calls do with list in pieces of at most chunk.
func chunks[T any](list []T, do func(part []T) error) error {
	for start := 0; start < len(list); start += chunk {
		if err := do(list[start:min(start+chunk, len(list))]); err != nil {
			return err
		}
	}
	return nil
}

// values returns "($1,$2),($3,$4)": placeholders for an INSERT of rows of cols values.
func values(rows, cols int) string {
	var b strings.Builder
	for r := range rows {
		if r > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('(')
		for c := range cols {
			if c > 0 {
				b.WriteByte(',')
			}
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(r*cols + c + 1))
		}
		b.WriteByte(')')
	}
	return b.String()
}

// none turns the absent id 0 into NULL.
func none(id int64) *int64 {
	if id == 0 {
		return nil
	}
	return &id
}

// some turns NULL into the absent id 0.
func some(id *int64) int64 {
	if id == nil {
		return 0
	}
	return *id
}

// cardColumns are the columns scanCard reads, from people p, organisations o and units u (joined LEFT).
const cardColumns = `p.id, p.handle, p.name, p.job_title, COALESCE(u.name, ''), o.name, p.pronouns, p.location, p.phone, p.photo, o.home,
	p.organisation_id, p.privacy, p.left_at`

// cardTables joins what cardColumns names.
const cardTables = `people p
	JOIN organisations o ON o.id = p.organisation_id
	LEFT JOIN units u ON u.id = p.unit_id`

func (c *Card) dest(left **int64) []any {
	return []any{&c.ID, &c.Handle, &c.Name, &c.JobTitle, &c.Unit, &c.Organisation, &c.Pronouns, &c.Location, &c.Phone,
		&c.Photo, &c.Staff, &c.OrganisationID, &c.privacy, left}
}

func scanCard(r db.Scanner) (Card, error) {
	var c Card
	var left *int64
	err := r.Scan(c.dest(&left)...)
	c.Left = left != nil
	return c, err
}

// personColumns are the columns scanPerson reads.
const personColumns = cardColumns + `,
	p.unit_id, p.manager_id, p.email, p.languages, p.working_pattern, p.about, p.about_html, p.how_to_work, p.how_to_work_html, p.writes_in,
	p.created_at, p.updated_at`

func scanPerson(r db.Scanner) (Person, error) {
	var (
		p                    Person
		left, unit, manager  *int64
		createdAt, updatedAt int64
	)
	err := r.Scan(append(p.dest(&left), &unit, &manager, &p.Email, &p.Languages, &p.WorkingPattern, &p.About, &p.AboutHTML, &p.HowToWork,
		&p.HowToWorkHTML, &p.WritesIn, &createdAt, &updatedAt)...)
	if err != nil {
		return Person{}, err
	}
	p.UnitID, p.ManagerID, p.Privacy = some(unit), some(manager), ParsePrivacy(p.privacy)
	p.CreatedAt, p.UpdatedAt = db.Time(createdAt), db.Time(updatedAt)
	if left != nil {
		p.Left, p.LeftAt = true, db.Time(*left)
	}
	return p, nil
}

func selectPerson(ctx context.Context, q db.Querier, handle string) (Person, error) {
	return scanPerson(q.QueryRow(ctx, `
		SELECT `+personColumns+`
		FROM `+cardTables+`
		WHERE p.handle = $1`, handle))
}

func selectCards(ctx context.Context, q db.Querier, ids []int64) ([]Card, error) {
	var cards []Card
	err := chunks(ids, func(part []int64) error {
		part = db.Pad(part)
		rows, err := q.Query(ctx, `
			SELECT `+cardColumns+`
			FROM `+cardTables+`
			WHERE p.id IN (`+db.In(1, len(part))+`)`, db.Args(part)...)
		found, err := db.Collect(rows, err, scanCard)
		cards = append(cards, found...)
		return err
	})
	return cards, err
}

// selectTeam fills in the manager, the reports and the colleagues of p. Each of the three stops at as many as are shown: a unit may
// have hundreds of people, and six of them stand on a profile.
func selectTeam(ctx context.Context, q db.Querier, p *Profile) error {
	type member struct {
		Card
		place int
	}
	rows, err := q.Query(ctx, `
		SELECT `+cardColumns+`, m.place
		FROM (
			SELECT p.id, 0 AS place
			FROM people p
			WHERE p.id = $1
			UNION ALL
			SELECT r.id, 1
			FROM (SELECT p.id
			      FROM people p
			      WHERE p.manager_id = $2 AND p.left_at IS NULL AND p.id <> $2 AND p.id <> $1
			      ORDER BY p.sort_name, p.id
			      LIMIT $3) r
			UNION ALL
			SELECT c.id, 2
			FROM (SELECT p.id
			      FROM people p
			      WHERE p.unit_id = $4 AND p.left_at IS NULL AND p.id <> $2 AND p.id <> $1 AND COALESCE(p.manager_id, 0) <> $2
			      ORDER BY p.sort_name, p.id
			      LIMIT $5) c
		) m
		CROSS JOIN `+cardTables+`
		WHERE p.id = m.id
		ORDER BY m.place, p.sort_name, p.id`, p.ManagerID, p.ID, maxTeam, p.UnitID, maxColleagues)
	team, err := db.Collect(rows, err, func(r db.Scanner) (m member, err error) {
		var left *int64
		err = r.Scan(append(m.dest(&left), &m.place)...)
		m.Left = left != nil
		return m, err
	})
	for _, m := range team {
		switch m.place {
		case 0:
			p.Manager = &m.Card
		case 1:
			p.Reports = append(p.Reports, m.Card)
		default:
			p.Colleagues = append(p.Colleagues, m.Card)
		}
	}
	return err
}

// selectNear returns those who work in the units given and the present manager of p, without p, by name.
func selectNear(ctx context.Context, q db.Querier, p Person, units []int64) ([]Card, error) {
	units = db.Pad(units)
	rows, err := q.Query(ctx, `
		SELECT `+cardColumns+`
		FROM `+cardTables+`
		WHERE p.id <> $1 AND (p.id = $2 OR (p.left_at IS NULL AND p.unit_id IN (`+db.In(3, len(units))+`)))
		ORDER BY CASE WHEN p.id = $2 THEN 0 ELSE 1 END, p.sort_name, p.id
		LIMIT 300`, db.Args(units, p.ID, p.ManagerID)...)
	return db.Collect(rows, err, scanCard)
}

// like escapes s for a LIKE pattern with ESCAPE '\'.
func like(s string) string {
	return strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(s)
}

func scanOrganisation(r db.Scanner) (o Organisation, err error) {
	return o, r.Scan(&o.ID, &o.Name, &o.Slug, &o.Home)
}

func selectHome(ctx context.Context, q db.Querier) (Organisation, error) {
	return scanOrganisation(q.QueryRow(ctx, `
		SELECT o.id, o.name, o.slug, o.home
		FROM organisations o
		WHERE o.home = TRUE`))
}

func selectOrganisations(ctx context.Context, q db.Querier) ([]Organisation, error) {
	rows, err := q.Query(ctx, `
		SELECT o.id, o.name, o.slug, o.home
		FROM organisations o
		ORDER BY o.home DESC, o.name, o.id
		LIMIT 1000`)
	return db.Collect(rows, err, scanOrganisation)
}

// selectOrganisation finds an organisation by the source's id for it, where given, or else by slug.
func selectOrganisation(ctx context.Context, q db.Querier, external, slug string) (Organisation, error) {
	return scanOrganisation(q.QueryRow(ctx, `
		SELECT o.id, o.name, o.slug, o.home
		FROM organisations o
		WHERE ($1 <> '' AND o.external_id = $1) OR o.slug = $2
		ORDER BY CASE WHEN o.slug = $2 THEN 1 ELSE 0 END
		LIMIT 1`, external, slug))
}

// insertOrganisation adds one, unless there is one with this slug: then it is NotFound. external may be "".
func insertOrganisation(ctx context.Context, tx *db.Tx, external, name, slug string, home bool) (id int64, err error) {
	var ext *string
	if external != "" {
		ext = &external
	}
	err = tx.QueryRow(ctx, `
		INSERT INTO organisations (external_id, name, slug, home, created_at)
		VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (slug) DO NOTHING
		RETURNING id`, ext, name, slug, home, db.Micros(tx.Now())).Scan(&id)
	return id, err
}

func updateOrganisation(ctx context.Context, tx *db.Tx, o Organisation) error {
	_, err := tx.Exec(ctx, `
		UPDATE organisations
		SET name = $1
		WHERE id = $2`, o.Name, o.ID)
	return err
}

func scanUnit(r db.Scanner) (u Unit, err error) {
	var parent *int64
	err = r.Scan(&u.ID, &u.Organisation, &parent, &u.Name)
	u.Parent = some(parent)
	return u, err
}

// maxUnits bounds the units of one organisation that are read at once. The largest county has a few hundred.
const maxUnits = 5000

func selectUnits(ctx context.Context, q db.Querier, organisation int64) ([]Unit, error) {
	rows, err := q.Query(ctx, `
		SELECT u.id, u.organisation_id, u.parent_id, u.name
		FROM units u
		WHERE u.organisation_id = $1
		ORDER BY u.name, u.id
		LIMIT $2`, organisation, maxUnits)
	return db.Collect(rows, err, scanUnit)
}

func selectUnit(ctx context.Context, q db.Querier, id int64) (Unit, error) {
	return scanUnit(q.QueryRow(ctx, `
		SELECT u.id, u.organisation_id, u.parent_id, u.name
		FROM units u
		WHERE u.id = $1`, id))
}

// lockOrganisation keeps other transactions from changing the tree of an organisation until this one ends, so that two
// people who arrive at once with the same new unit make it once.
func lockOrganisation(ctx context.Context, tx *db.Tx, id int64) error {
	_, err := tx.Exec(ctx, `
		UPDATE organisations
		SET slug = slug
		WHERE id = $1`, id)
	return err
}

func insertUnit(ctx context.Context, tx *db.Tx, u Unit) (id int64, err error) {
	err = tx.QueryRow(ctx, `
		INSERT INTO units (organisation_id, parent_id, name, created_at)
		VALUES ($1, $2, $3, $4)
		RETURNING id`, u.Organisation, none(u.Parent), u.Name, db.Micros(tx.Now())).Scan(&id)
	return id, err
}

// selectHandles reports which of candidates are taken.
func selectHandles(ctx context.Context, q db.Querier, candidates []string) (map[string]bool, error) {
	taken := make(map[string]bool)
	err := chunks(candidates, func(part []string) error {
		rows, err := q.Query(ctx, `
			SELECT p.handle
			FROM people p
			WHERE p.handle IN (`+db.In(1, len(part))+`)`, db.Args(part)...)
		found, err := db.Collect(rows, err, db.One[string])
		for _, h := range found {
			taken[h] = true
		}
		return err
	})
	return taken, err
}

// personRow is a row of people as it is written.
type personRow struct {
	ID                                             int64
	External, Hash                                 string
	Organisation, Unit, Manager                    int64
	Handle, Name, JobTitle, Location, Phone, Email string
	About, AboutHTML                               string
	Pronouns, Languages, WorkingPattern            string
	HowToWork, HowToWorkHTML                       string
	Privacy, WritesIn                              string
	LeftAt                                         *int64
	CreatedAt                                      int64
}

const rowColumns = 26

func (r personRow) args(now int64) []any {
	var external *string
	if r.External != "" {
		external = &r.External
	}
	return []any{external, r.Hash, r.Organisation, none(r.Unit), none(r.Manager), r.Handle, r.Name, sortName(r.Name), r.JobTitle,
		r.Location, r.Phone, r.Email, r.About, r.AboutHTML, markup.Version, r.Pronouns, r.Languages, r.WorkingPattern, r.HowToWork,
		r.HowToWorkHTML, r.Privacy, r.WritesIn, "", r.LeftAt, r.CreatedAt, now}
}

// insertPeople adds rows and returns their ids by handle. A row whose handle has been taken meanwhile is left out.
func insertPeople(ctx context.Context, tx *db.Tx, list []personRow) (map[string]int64, error) {
	ids := make(map[string]int64, len(list))
	type added struct {
		id     int64
		handle string
	}
	now := db.Micros(tx.Now())
	err := chunks(list, func(part []personRow) error {
		args := make([]any, 0, len(part)*rowColumns)
		for _, r := range part {
			args = append(args, r.args(now)...)
		}
		rows, err := tx.Query(ctx, `
			INSERT INTO people (external_id, source_hash, organisation_id, unit_id, manager_id, handle, name, sort_name, job_title,
				location, phone, email, about, about_html, renderer, pronouns, languages, working_pattern, how_to_work, how_to_work_html,
				privacy, writes_in, photo, left_at, created_at, updated_at)
			VALUES `+values(len(part), rowColumns)+`
			ON CONFLICT (handle) DO NOTHING
			RETURNING id, handle`, args...)
		got, err := db.Collect(rows, err, func(r db.Scanner) (a added, err error) { return a, r.Scan(&a.id, &a.handle) })
		for _, a := range got {
			ids[a.handle] = a.id
		}
		return err
	})
	return ids, err
}

// updateImported writes what a source says over what was there.
func updateImported(ctx context.Context, tx *db.Tx, r personRow) error {
	_, err := tx.Exec(ctx, `
		UPDATE people
		SET source_hash = $1, organisation_id = $2, unit_id = $3, manager_id = $4, name = $5, sort_name = $6, job_title = $7,
			location = $8, phone = $9, email = $10, about = $11, about_html = $12, renderer = $13, pronouns = $14,
			languages = $15, working_pattern = $16, how_to_work = $17, how_to_work_html = $18, privacy = $19, writes_in = $20, left_at = $21,
			updated_at = $22
		WHERE id = $23`,
		r.Hash, r.Organisation, none(r.Unit), none(r.Manager), r.Name, sortName(r.Name), r.JobTitle, r.Location, r.Phone, r.Email,
		r.About, r.AboutHTML, markup.Version, r.Pronouns, r.Languages, r.WorkingPattern, r.HowToWork, r.HowToWorkHTML, r.Privacy, r.WritesIn,
		r.LeftAt, db.Micros(tx.Now()), r.ID)
	return err
}

// selectImported returns the rows with these external ids, by external id.
func selectImported(ctx context.Context, q db.Querier, external []string) (map[string]personRow, error) {
	found := make(map[string]personRow, len(external))
	err := chunks(external, func(part []string) error {
		rows, err := q.Query(ctx, `
			SELECT p.id, p.external_id, p.source_hash, p.organisation_id, p.unit_id, p.manager_id, p.handle, p.name, p.job_title,
				p.location, p.phone, p.email, p.about, p.about_html, p.pronouns, p.languages, p.working_pattern, p.how_to_work,
				p.how_to_work_html, p.privacy, p.writes_in, p.left_at, p.created_at
			FROM people p
			WHERE p.external_id IN (`+db.In(1, len(part))+`)`, db.Args(part)...)
		got, err := db.Collect(rows, err, func(s db.Scanner) (r personRow, err error) {
			var unit, manager *int64
			err = s.Scan(&r.ID, &r.External, &r.Hash, &r.Organisation, &unit, &manager, &r.Handle, &r.Name, &r.JobTitle, &r.Location,
				&r.Phone, &r.Email, &r.About, &r.AboutHTML, &r.Pronouns, &r.Languages, &r.WorkingPattern, &r.HowToWork, &r.HowToWorkHTML,
				&r.Privacy, &r.WritesIn, &r.LeftAt, &r.CreatedAt)
			r.Unit, r.Manager = some(unit), some(manager)
			return r, err
		})
		for _, r := range got {
			found[r.External] = r
		}
		return err
	})
	return found, err
}

// selectByEmail returns those who work in an organisation under an e-mail address; two are enough to know it is not one.
func selectByEmail(ctx context.Context, q db.Querier, organisation int64, email string) ([]int64, error) {
	rows, err := q.Query(ctx, `
		SELECT p.id
		FROM people p
		WHERE p.email = $1 AND p.organisation_id = $2 AND p.left_at IS NULL
		ORDER BY p.id
		LIMIT 2`, email, organisation)
	return db.Collect(rows, err, db.One[int64])
}

// selectUnclaimed is selectByEmail in all organisations, for those without an account.
func selectUnclaimed(ctx context.Context, q db.Querier, email string) ([]int64, error) {
	rows, err := q.Query(ctx, `
		SELECT p.id
		FROM people p
		WHERE p.email = $1 AND p.left_at IS NULL
		  AND NOT EXISTS (SELECT 1 FROM accounts a WHERE a.person_id = p.id)
		ORDER BY p.id
		LIMIT 2`, email)
	return db.Collect(rows, err, db.One[int64])
}

// selectPresent returns a page of those who work here and came from the source whose external ids start with prefix.
func selectPresent(ctx context.Context, q db.Querier, prefix string, after int64) (map[int64]string, int64, error) {
	type row struct {
		id       int64
		external string
	}
	rows, err := q.Query(ctx, `
		SELECT p.id, p.external_id
		FROM people p
		WHERE p.external_id LIKE $1 || '%' ESCAPE '\' AND p.left_at IS NULL AND p.id > $2
		ORDER BY p.id
		LIMIT 1000`, like(prefix), after)
	list, err := db.Collect(rows, err, func(r db.Scanner) (p row, err error) { return p, r.Scan(&p.id, &p.external) })
	if err != nil || len(list) == 0 {
		return nil, 0, err
	}
	found := make(map[int64]string, len(list))
	for _, p := range list {
		found[p.id] = p.external
	}
	return found, list[len(list)-1].id, nil
}

// updateLeft marks people as gone. Their source hash is forgotten, so that the same record brings them back.
func updateLeft(ctx context.Context, tx *db.Tx, ids []int64, at int64) error {
	return chunks(ids, func(part []int64) error {
		_, err := tx.Exec(ctx, `
			UPDATE people
			SET left_at = $1, source_hash = '', updated_at = $2
			WHERE id IN (`+db.In(3, len(part))+`)`, db.Args(part, at, db.Micros(tx.Now()))...)
		return err
	})
}

// tie is a person and their manager, 0 for none.
type tie struct{ id, manager int64 }

// selectManagers returns who the people with these external ids are and who manages them, by external id.
func selectManagers(ctx context.Context, q db.Querier, external []string) (map[string]tie, error) {
	found := make(map[string]tie, len(external))
	err := chunks(external, func(part []string) error {
		rows, err := q.Query(ctx, `
			SELECT p.external_id, p.id, p.manager_id
			FROM people p
			WHERE p.external_id IN (`+db.In(1, len(part))+`)`, db.Args(part)...)
		_, err = db.Collect(rows, err, func(r db.Scanner) (t tie, err error) {
			var name string
			var manager *int64
			err = r.Scan(&name, &t.id, &manager)
			t.manager = some(manager)
			found[name] = t
			return t, err
		})
		return err
	})
	return found, err
}

// updateManager puts people under a manager.
func updateManager(ctx context.Context, tx *db.Tx, manager int64, people []int64) error {
	return chunks(people, func(part []int64) error {
		_, err := tx.Exec(ctx, `
			UPDATE people
			SET manager_id = $1, updated_at = $2
			WHERE id IN (`+db.In(3, len(part))+`)`, db.Args(part, manager, db.Micros(tx.Now()))...)
		return err
	})
}

// updateEdited writes what a person may change about a profile.
func updateEdited(ctx context.Context, tx *db.Tx, id int64, in EditInput, manager int64) error {
	_, err := tx.Exec(ctx, `
		UPDATE people
		SET name = $1, sort_name = $2, job_title = $3, unit_id = $4, manager_id = $5, location = $6, phone = $7, email = $8,
			about = $9, about_html = $10, renderer = $11, pronouns = $12, languages = $13, working_pattern = $14, how_to_work = $15,
			how_to_work_html = $16, writes_in = $17, privacy = $18, updated_at = $19
		WHERE id = $20`,
		in.Name, sortName(in.Name), in.JobTitle, none(in.Unit), none(manager), in.Location, in.Phone, in.Email, in.About, in.aboutHTML,
		markup.Version, in.Pronouns, in.Languages, in.WorkingPattern, in.HowToWork, in.howToWorkHTML, in.WritesIn, in.Privacy.String(),
		db.Micros(tx.Now()), id)
	return err
}

func updatePhoto(ctx context.Context, tx *db.Tx, id int64, key string) error {
	_, err := tx.Exec(ctx, `
		UPDATE people
		SET photo = $1, updated_at = $2
		WHERE id = $3`, key, db.Micros(tx.Now()), id)
	return err
}
