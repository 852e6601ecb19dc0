package networks

import (
	"context"

	"watercooler/app/db"
	"watercooler/app/errs"
)

// selectMember returns what somebody is to a network; the zero member when they are nothing to it.
func selectMember(ctx context.Context, q db.Querier, network, person int64) (member, error) {
	var m member
	var role string
	err := q.QueryRow(ctx, `
		SELECT m.state, m.role
		FROM network_members m
		WHERE m.network_id = $1 AND m.person_id = $2`, network, person).Scan(&m.state, &role)
	m.steward = role == steward
	if errs.IsNotFound(err) {
		return member{}, nil
	}
	return m, err
}

// insertJoined makes somebody a member of an open network, and reports whether they were none before.
func insertJoined(ctx context.Context, tx *db.Tx, network, person int64) (came bool, err error) {
	n, err := tx.Exec(ctx, `
		INSERT INTO network_members (network_id, person_id, state, created_at, updated_at)
		SELECT n.id, CAST($1 AS BIGINT), 'member', CAST($2 AS BIGINT), CAST($2 AS BIGINT)
		FROM networks n
		WHERE n.id = $3 AND n.access = 'open' AND n.closed_at IS NULL
		ON CONFLICT (network_id, person_id) DO UPDATE
		SET state = 'member', created_at = excluded.created_at, updated_at = excluded.updated_at
		WHERE network_members.state <> 'member'`, person, db.Micros(tx.Now()), network)
	return n > 0, err
}

func updateAdmitted(ctx context.Context, tx *db.Tx, network, person int64) error {
	_, err := tx.Exec(ctx, `
		UPDATE network_members
		SET state = 'member', created_at = $1, updated_at = $1
		WHERE network_id = $2 AND person_id = $3 AND state <> 'member'`, db.Micros(tx.Now()), network, person)
	return err
}

func deleteMember(ctx context.Context, tx *db.Tx, network, person int64) error {
	_, err := tx.Exec(ctx, `
		DELETE FROM network_members
		WHERE network_id = $1 AND person_id = $2`, network, person)
	return err
}

func updateRole(ctx context.Context, tx *db.Tx, network, person int64, role string) error {
	_, err := tx.Exec(ctx, `
		UPDATE network_members
		SET role = $1, updated_at = $2
		WHERE network_id = $3 AND person_id = $4 AND state = 'member'`, role, db.Micros(tx.Now()), network, person)
	return err
}

// selectStewarded reports whether somebody other than person, who works here, looks after a network.
func selectStewarded(ctx context.Context, q db.Querier, network, person int64) (found bool, err error) {
	err = q.QueryRow(ctx, `
		SELECT EXISTS (
			SELECT 1
			FROM network_members m
			JOIN people p ON p.id = m.person_id
			WHERE m.network_id = $1 AND m.person_id <> $2 AND m.state = 'member' AND m.role = 'steward' AND p.left_at IS NULL)`,
		network, person).Scan(&found)
	return found, err
}

// personColumns are the columns scanPerson reads, from network_members m and the tables of personTables.
const personColumns = `m.network_id, p.id, p.handle, p.name, p.photo, p.job_title, COALESCE(u.name, ''), CASE WHEN o.home THEN '' ELSE o.name END,
		  m.state, m.role, m.note, COALESCE(b.name, ''), m.created_at`

const personTables = `network_members m
		JOIN people p ON p.id = m.person_id
		JOIN organisations o ON o.id = p.organisation_id
		LEFT JOIN units u ON u.id = p.unit_id
		LEFT JOIN people b ON b.id = m.by_id`

// placed is somebody with the network they are in.
type placed struct {
	network int64
	Person
}

func scanPerson(r db.Scanner) (p placed, err error) {
	var role string
	var since int64
	err = r.Scan(&p.network, &p.ID, &p.Handle, &p.Name, &p.Photo, &p.JobTitle, &p.Unit, &p.Home, &p.State, &role, &p.Note, &p.By, &since)
	p.Steward, p.Since = role == steward, db.Time(since)
	return p, err
}

// maxStewards bounds who is named as looking after a network.
const maxStewards = 12

// selectStewards returns those who look after networks and work here, by network and name.
func selectStewards(ctx context.Context, q db.Querier, networks ...int64) (map[int64][]Person, error) {
	padded := db.Pad(networks)
	rows, err := q.Query(ctx, `
		SELECT `+personColumns+`
		FROM `+personTables+`
		WHERE m.network_id IN (`+db.In(1, len(padded))+`) AND m.state = 'member' AND m.role = 'steward' AND p.left_at IS NULL
		ORDER BY p.sort_name, p.id
		LIMIT 500`, db.Args(padded)...)
	list, err := db.Collect(rows, err, scanPerson)
	all := make(map[int64][]Person, len(networks))
	for _, p := range list {
		if len(all[p.network]) < maxStewards {
			all[p.network] = append(all[p.network], p.Person)
		}
	}
	return all, err
}

// selectMembers returns the members who are no stewards, by family name, from the one after on.
func selectMembers(ctx context.Context, q db.Querier, network, after int64, limit int) ([]Person, error) {
	rows, err := q.Query(ctx, `
		SELECT `+personColumns+`
		FROM `+personTables+`
		WHERE m.network_id = $1 AND m.state = 'member' AND m.role <> 'steward' AND p.left_at IS NULL
		  AND (CAST($2 AS BIGINT) = 0 OR (p.sort_name, p.id) > (SELECT a.sort_name, a.id FROM people a WHERE a.id = $2))
		ORDER BY p.sort_name, p.id
		LIMIT $3`, network, after, limit)
	return persons(db.Collect(rows, err, scanPerson))
}

// selectWaiting returns who asks to join a network or is invited to it, the first come first.
func selectWaiting(ctx context.Context, q db.Querier, network int64, limit int) ([]Person, error) {
	rows, err := q.Query(ctx, `
		SELECT `+personColumns+`
		FROM `+personTables+`
		WHERE m.network_id = $1 AND m.state <> 'member' AND p.left_at IS NULL
		ORDER BY m.created_at, p.id
		LIMIT $2`, network, limit)
	return persons(db.Collect(rows, err, scanPerson))
}

func persons(list []placed, err error) ([]Person, error) {
	people := make([]Person, len(list))
	for i, p := range list {
		people[i] = p.Person
	}
	return people, err
}

// selectInvitations returns the invitations that wait for somebody, to one network or with slug "" to all, newest first.
func selectInvitations(ctx context.Context, q db.Querier, person int64, slug string, limit int) ([]Invitation, error) {
	rows, err := q.Query(ctx, `
		SELECT `+networkColumns+`, m.note, COALESCE(b.name, '')
		FROM network_members m
		JOIN networks n ON n.id = m.network_id
		LEFT JOIN people b ON b.id = m.by_id
		WHERE m.person_id = $1 AND m.state = 'invited' AND n.closed_at IS NULL AND ($2 = '' OR n.slug = $2)
		ORDER BY m.created_at DESC, n.id
		LIMIT $3`, person, slug, limit)
	return db.Collect(rows, err, func(r db.Scanner) (i Invitation, err error) {
		i.Network, err = scanNetwork(r, &i.Note, &i.By)
		i.Network.About, i.Network.AboutHTML = "", ""
		return i, err
	})
}
