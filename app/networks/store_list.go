package networks

import (
	"context"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/auth"
)

// lastWritten is when somebody last wrote in network n what v may read, NULL for never: one step into an index.
func lastWritten(p *db.Params, v auth.Viewer) string {
	return `(
			SELECT t.active_at
			FROM threads t
			WHERE t.network_id = n.id AND t.deleted_at IS NULL AND ` + v.Reads(p, "t.audience") + `
			ORDER BY t.active_at DESC, t.id DESC
			LIMIT 1)`
}

func scanEntry(r db.Scanner) (e Entry, err error) {
	var active *int64
	var role string
	e.Network, err = scanNetwork(r, &active, &e.State, &role)
	if active != nil {
		e.ActiveAt = db.Time(*active)
	}
	e.Steward = e.State == Member && role == steward
	return e, err
}

// selectList returns the networks of a page that begins after in.After.
func selectList(ctx context.Context, q db.Querier, v auth.Viewer, in Query, limit int) ([]Entry, error) {
	var p db.Params
	// Networks nobody has written in come last, and last activity changes while people turn pages: that costs them nothing but a
	// network seen twice.
	text := `
		SELECT ` + listColumns + `
		FROM (
			SELECT ` + networkColumns + `, ` + lastWritten(&p, v) + ` AS active_at, COALESCE(m.state, '') AS state, COALESCE(m.role, '') AS role
			FROM networks n
			LEFT JOIN network_members m ON m.network_id = n.id AND m.person_id = ` + p.One(v.Person) + `
			WHERE ` + v.Reads(&p, "n.audience")
	if in.Text != "" {
		like := "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(in.Text) + "%"
		text += `
			  AND (LOWER(n.name) LIKE ` + p.One(like) + ` ESCAPE '\' OR LOWER(n.purpose) LIKE ` + p.One(like) + ` ESCAPE '\')`
	}
	if in.Access != "" {
		text += `
			  AND n.access = ` + p.One(string(in.Access))
	}
	if in.After != 0 && !in.Recent {
		text += `
			  AND (LOWER(n.name), n.id) > (SELECT LOWER(a.name), a.id FROM networks a WHERE a.id = ` + p.One(in.After) + `)`
	}
	if !in.Recent {
		text += `
			ORDER BY LOWER(n.name), n.id
			LIMIT ` + p.One(limit)
	}
	text += `
		) n`
	if in.Recent && in.After != 0 {
		text += `
		WHERE (COALESCE(n.active_at, 0), n.id) < (SELECT COALESCE(` + lastWritten(&p, v) + `, 0), n.id FROM networks n WHERE n.id = ` + p.One(in.After) + `)`
	}
	text += listOrder(in.Recent) + `
		LIMIT ` + p.One(limit)
	rows, err := q.Query(ctx, text, p.Values()...)
	return db.Collect(rows, err, scanEntry)
}

// listColumns are networkColumns and what scanEntry reads besides, from a subquery that has them all.
const listColumns = networkColumns + `, n.active_at, n.state, n.role`

func listOrder(recent bool) string {
	if recent {
		return `
		ORDER BY COALESCE(n.active_at, 0) DESC, n.id DESC`
	}
	return `
		ORDER BY LOWER(n.name), n.id`
}

// selectMine returns the networks somebody is a member of or has asked to join, those active last first.
func selectMine(ctx context.Context, q db.Querier, v auth.Viewer, limit int) ([]Entry, error) {
	var p db.Params
	text := `
		SELECT ` + networkColumns + `, n.active_at, n.state, n.role
		FROM (
			SELECT ` + networkColumns + `, ` + lastWritten(&p, v) + ` AS active_at, m.state, m.role
			FROM network_members m
			JOIN networks n ON n.id = m.network_id
			WHERE m.person_id = ` + p.One(v.Person) + ` AND m.state <> 'invited' AND ` + v.Reads(&p, "n.audience") + `
		) n` + listOrder(true) + `
		LIMIT ` + p.One(limit)
	rows, err := q.Query(ctx, text, p.Values()...)
	return db.Collect(rows, err, scanEntry)
}

// selectPeopleCounts returns how many members who work here each network has.
func selectPeopleCounts(ctx context.Context, q db.Querier, networks []int64) (map[int64]int, error) {
	counts := make(map[int64]int, len(networks))
	padded := db.Pad(networks)
	rows, err := q.Query(ctx, `
		SELECT m.network_id, COUNT(*)
		FROM network_members m
		JOIN people p ON p.id = m.person_id
		WHERE m.network_id IN (`+db.In(1, len(padded))+`) AND m.state = 'member' AND p.left_at IS NULL
		GROUP BY m.network_id`, db.Args(padded)...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var id int64
		var n int
		err := r.Scan(&id, &n)
		counts[id] = n
		return struct{}{}, err
	})
	return counts, err
}

func selectChoices(ctx context.Context, q db.Querier, v auth.Viewer, limit int) ([]Network, error) {
	var p db.Params
	rows, err := q.Query(ctx, `
		SELECT `+networkColumns+`
		FROM networks n
		WHERE `+v.Reads(&p, "n.audience")+` AND n.closed_at IS NULL
		ORDER BY LOWER(n.name), n.id
		LIMIT `+p.One(limit), p.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (Network, error) { return scanNetwork(r) })
}

// selectAround returns the network with this slug, if v may know of it, with what its page says beside.
func selectAround(ctx context.Context, q db.Querier, v auth.Viewer, slug string, now time.Time) (a Around, err error) {
	var p db.Params
	text := `
		SELECT ` + networkColumns + `, ` + lastWritten(&p, v) + `,
			COALESCE(m.state, ''), COALESCE(m.role, ''),
			EXISTS (SELECT 1 FROM watches w WHERE w.person_id = ` + p.One(v.Person) + ` AND w.object_kind = 'network' AND w.object_id = n.id),
			(SELECT COUNT(*) FROM network_members r WHERE r.network_id = n.id AND r.state = 'requested')
				+ (SELECT COUNT(*) FROM network_links l WHERE l.parent_id = n.id AND l.state = 'requested')
				+ (SELECT COUNT(*) FROM network_links l WHERE l.child_id = n.id AND l.state = 'invited'),
			COALESCE((SELECT b.slug FROM blogs b WHERE b.owner_kind = 'network' AND b.owner_id = n.id
				AND ` + v.Reads(&p, "b.audience") + ` AND (b.launch_at IS NULL OR b.launch_at <= ` + p.One(db.Micros(now)) + `)), ''),
			c.people, c.units, c.partners
		FROM networks n
		LEFT JOIN network_members m ON m.network_id = n.id AND m.person_id = ` + p.One(v.Person) + `
		CROSS JOIN (
			SELECT COUNT(*) AS people, COUNT(DISTINCT e.unit_id) AS units,
				COUNT(DISTINCT CASE WHEN o.home THEN NULL ELSE o.id END) AS partners
			FROM networks x
			JOIN network_members y ON y.network_id = x.id AND y.state = 'member'
			JOIN people e ON e.id = y.person_id
			JOIN organisations o ON o.id = e.organisation_id
			WHERE x.slug = ` + p.One(slug) + ` AND e.left_at IS NULL
		) c
		WHERE n.slug = ` + p.One(slug) + ` AND ` + v.Reads(&p, "n.audience")
	var active *int64
	var role string
	a.Network, err = scanNetwork(q.QueryRow(ctx, text, p.Values()...), &active, &a.State, &role, &a.Followed, &a.Waiting, &a.Blog, &a.People, &a.Units, &a.Partners)
	if active != nil {
		a.ActiveAt = db.Time(*active)
	}
	a.Steward = a.State == Member && role == steward
	if !a.Steward {
		a.Waiting = 0
	}
	return a, err
}

// overlap is how many people of one network are in another.
type overlap struct {
	network int64
	people  int
}

// selectOverlaps returns the networks, whoever may know of them, that have at least few of the same people as one, most first.
func selectOverlaps(ctx context.Context, q db.Querier, network int64, few, limit int) ([]overlap, error) {
	rows, err := q.Query(ctx, `
		SELECT b.network_id, COUNT(*) AS people
		FROM network_members a
		JOIN people e ON e.id = a.person_id
		JOIN network_members b ON b.person_id = a.person_id AND b.state = 'member' AND b.network_id <> a.network_id
		WHERE a.network_id = $1 AND a.state = 'member' AND e.left_at IS NULL
		GROUP BY b.network_id
		HAVING COUNT(*) >= $2
		ORDER BY people DESC, b.network_id
		LIMIT $3`, network, few, limit)
	return db.Collect(rows, err, func(r db.Scanner) (o overlap, err error) { return o, r.Scan(&o.network, &o.people) })
}

// selectKnown returns those of the networks that v may know of, by id.
func selectKnown(ctx context.Context, q db.Querier, v auth.Viewer, ids []int64) (map[int64]Network, error) {
	var p db.Params
	rows, err := q.Query(ctx, `
		SELECT `+networkColumns+`
		FROM networks n
		WHERE n.id IN (`+db.AllOf(&p, ids)+`) AND `+v.Reads(&p, "n.audience"), p.Values()...)
	known := make(map[int64]Network, len(ids))
	_, err = db.Collect(rows, err, func(r db.Scanner) (Network, error) {
		n, err := scanNetwork(r)
		known[n.ID] = n
		return n, err
	})
	return known, err
}

// selectMissing returns units that write about the topics of a network and have nobody in it, as far as what they write is for one
// of the audiences. It looks at the three topics that most of the network's threads are about, and at the latest few hundred
// threads about those, so that it stays cheap.
func selectMissing(ctx context.Context, q db.Querier, audiences []string, network int64, few, limit int) ([]Missing, error) {
	var p db.Params
	here, among := p.One(network), db.AllOf(&p, audiences)
	text := `
		SELECT u.id, u.name, COUNT(DISTINCT t.id) AS written
		FROM (
			SELECT x.thread_id
			FROM thread_topics x
			WHERE x.topic_id IN (
				SELECT k.topic_id
				FROM threads a
				JOIN thread_topics k ON k.thread_id = a.id
				WHERE a.network_id = ` + here + ` AND a.deleted_at IS NULL AND a.audience IN (` + among + `)
				GROUP BY k.topic_id
				ORDER BY COUNT(*) DESC, k.topic_id
				LIMIT 3)
			ORDER BY x.thread_id DESC
			LIMIT 500
		) x
		JOIN threads t ON t.id = x.thread_id
		JOIN people e ON e.id = t.author_id
		JOIN units u ON u.id = e.unit_id
		WHERE t.deleted_at IS NULL AND t.audience IN (` + among + `) AND e.left_at IS NULL
		  AND NOT EXISTS (
			SELECT 1
			FROM network_members m
			JOIN people c ON c.id = m.person_id
			WHERE m.network_id = ` + here + ` AND m.state = 'member' AND c.unit_id = u.id)
		GROUP BY u.id, u.name
		HAVING COUNT(DISTINCT t.id) >= ` + p.One(few) + `
		ORDER BY written DESC, u.name, u.id
		LIMIT ` + p.One(limit)
	rows, err := q.Query(ctx, text, p.Values()...)
	return db.Collect(rows, err, func(r db.Scanner) (m Missing, err error) {
		return m, r.Scan(&m.Unit, &m.Name, &m.Threads)
	})
}
