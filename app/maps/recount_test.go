package maps_test

import (
	"fmt"
	"testing"

	"watercooler/app/apptest/backends"
	"watercooler/app/apptest/planted"
	"watercooler/app/db"
	"watercooler/app/maps"
)

// TestMapsEqualPlainSQL counts every map of a planted organisation a second time, with one plain statement each that everybody can run,
// and holds what is published against it: each field, each month, each band. It also sees to it that fewer than five people stand behind
// nothing that is shown.
func TestMapsEqualPlainSQL(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		o := planted.New(4)
		s := made(t, d, o)
		from, to := db.Micros(o.Month(planted.Months-12)), db.Micros(o.Month(planted.Months))
		recountReplies(t, d, s, from, to)
		recountTopics(t, d, s, o)
		recountKnowledge(t, d, s, db.Micros(o.Month(0)), from, to)
		recountMissing(t, d, s, from, to)
		recountGroups(t, d, s)
	})
}

// open is the condition that thread t is of the open record.
const open = "t.deleted_at IS NULL AND t.audience IN ('public', 'hub', 'org:1')"

// atLevel is the unit of somebody at the top of the tree, and below; tables p and the units u, v and w from theirs upwards.
var atLevel = [2]string{
	"COALESCE(%[1]sw.id, %[1]sv.id, %[1]su.id, 0)",
	"COALESCE(CASE WHEN %[1]sw.id IS NOT NULL THEN %[1]sv.id WHEN %[1]sv.id IS NOT NULL THEN %[1]su.id END, 0)",
}

// unitsOf joins the units of people table "X"p.
func unitsOf(x string) string {
	return fmt.Sprintf(`
		LEFT JOIN units %[1]su ON %[1]su.id = %[1]sp.unit_id
		LEFT JOIN units %[1]sv ON %[1]sv.id = %[1]su.parent_id
		LEFT JOIN units %[1]sw ON %[1]sw.id = %[1]sv.parent_id`, x)
}

func recountReplies(t *testing.T, d *db.DB, s *maps.Service, from, to int64) {
	t.Helper()
	type field struct{ replies, askers, repliers int }
	for level := range atLevel {
		fields := map[[2]int64]field{}
		rows, err := d.Query(t.Context(), `
			SELECT `+fmt.Sprintf(atLevel[level], "a")+` AS asked, `+fmt.Sprintf(atLevel[level], "b")+` AS answered,
			  COUNT(*), COUNT(DISTINCT t.author_id), COUNT(DISTINCT r.author_id)
			FROM replies r
			JOIN threads t ON t.id = r.thread_id
			JOIN people ap ON ap.id = t.author_id AND ap.organisation_id = 1`+unitsOf("a")+`
			JOIN people bp ON bp.id = r.author_id AND bp.organisation_id = 1`+unitsOf("b")+`
			WHERE `+open+` AND r.deleted_at IS NULL AND r.author_id <> t.author_id AND r.created_at >= $1 AND r.created_at < $2
			GROUP BY 1, 2`, from, to)
		_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
			var at [2]int64
			var f field
			err := r.Scan(&at[0], &at[1], &f.replies, &f.askers, &f.repliers)
			fields[at] = f
			return struct{}{}, err
		})
		if err != nil {
			t.Fatal(err)
		}
		p, err := s.Replies(t.Context(), leader, last, level)
		m := must(t, p, err)
		seen := map[maps.Band]int{}
		for i, a := range m.Units {
			whole := 0
			for _, b := range m.Units {
				if f := fields[[2]int64{a.ID, b.ID}]; f.askers >= 5 && f.repliers >= 5 {
					whole += f.replies
				}
			}
			for j, b := range m.Units {
				f, want := fields[[2]int64{a.ID, b.ID}], maps.Few
				switch {
				case f.replies == 0:
					want = maps.None
				case f.askers < 5 || f.repliers < 5:
					want = maps.Hidden
				case 5*f.replies >= whole:
					want = maps.Many
				case 20*f.replies >= whole:
					want = maps.Some
				}
				seen[want]++
				if got := m.Bands[i][j]; got != want {
					t.Errorf("level %d, %s by %s: published %s, counted %+v of %d, which is %s", level, a.Name, b.Name, got, f, whole, want)
				}
			}
		}
		t.Logf("replies of level %d: %d units, fields %v", level, len(m.Units), seen)
		if len(m.Units) < 5 || seen[maps.Few]+seen[maps.Some] == 0 {
			t.Errorf("level %d is too empty to prove anything", level)
		}
	}
}

// spoke are people of the home organisation who said something about a topic in some time: columns topic_id, person_id.
const spoke = `
	SELECT x.topic_id, t.author_id AS person_id
	FROM threads t JOIN thread_topics x ON x.thread_id = t.id JOIN people p ON p.id = t.author_id
	WHERE ` + open + ` AND p.organisation_id = 1 AND t.created_at >= $1 AND t.created_at < $2
	UNION
	SELECT x.topic_id, r.author_id
	FROM replies r JOIN threads t ON t.id = r.thread_id JOIN thread_topics x ON x.thread_id = t.id JOIN people p ON p.id = r.author_id
	WHERE ` + open + ` AND r.deleted_at IS NULL AND p.organisation_id = 1 AND r.created_at >= $1 AND r.created_at < $2`

// byTopic returns a number for each topic.
func byTopic(t *testing.T, d *db.DB, statement string, args ...any) map[int64]int {
	t.Helper()
	out := map[int64]int{}
	rows, err := d.Query(t.Context(), statement, args...)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var topic int64
		var n int
		err := r.Scan(&topic, &n)
		out[topic] = n
		return struct{}{}, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func recountTopics(t *testing.T, d *db.DB, s *maps.Service, o *planted.Organisation) {
	t.Helper()
	p, err := s.Topics(t.Context(), leader, last)
	m := must(t, p, err)
	for i, month := range m.Months {
		at := planted.Months - len(m.Months) + i
		people := byTopic(t, d, "SELECT s.topic_id, COUNT(*) FROM ("+spoke+") s GROUP BY s.topic_id", db.Micros(o.Month(at)), db.Micros(o.Month(at+1)))
		for _, trend := range append(m.Rising, m.Fading...) {
			want := people[trend.ID]
			if want > 0 && want < 5 {
				want = -1
			}
			if trend.People[i] != want {
				t.Errorf("%s in %s: published %d, counted %d", trend.Name, month, trend.People[i], want)
			}
		}
	}
}

func recountKnowledge(t *testing.T, d *db.DB, s *maps.Service, begin, from, to int64) {
	t.Helper()
	const weights = `
		SELECT w.topic_id, w.person_id
		FROM (
			SELECT x.topic_id, t.author_id AS person_id, CASE t.kind WHEN 'question' THEN 0 WHEN 'discussion' THEN 1 ELSE 3 END AS weight
			FROM threads t JOIN thread_topics x ON x.thread_id = t.id
			WHERE ` + open + ` AND t.created_at >= $1 AND t.created_at < $2
			UNION ALL
			SELECT x.topic_id, r.author_id, CASE WHEN t.kind <> 'question' THEN 1 WHEN t.accepted_reply_id = r.id THEN 4 ELSE 2 END
			FROM replies r JOIN threads t ON t.id = r.thread_id JOIN thread_topics x ON x.thread_id = t.id
			WHERE ` + open + ` AND r.deleted_at IS NULL AND r.author_id <> t.author_id AND r.created_at >= $1 AND r.created_at < $2
		) w JOIN people p ON p.id = w.person_id
		WHERE p.organisation_id = 1 AND p.left_at IS NULL
		GROUP BY w.topic_id, w.person_id
		HAVING SUM(w.weight) >= 6`
	know := byTopic(t, d, "SELECT k.topic_id, COUNT(*) FROM ("+weights+") k GROUP BY k.topic_id", begin, to)
	people := byTopic(t, d, "SELECT s.topic_id, COUNT(*) FROM ("+spoke+") s GROUP BY s.topic_id", from, to)
	p, err := s.Knowledge(t.Context(), leader, last)
	m := must(t, p, err)
	for _, r := range m.Topics {
		want := knownOf(know[r.ID])
		switch n := know[r.ID]; {
		case n == 0:
			want = maps.KnownNone
		case n >= 10:
			want = maps.KnownMany
		}
		if r.Known != want || people[r.ID] < 5 {
			t.Errorf("%s: published %s, counted %d who know and %d who spoke", r.Name, r.Known, know[r.ID], people[r.ID])
		}
		delete(people, r.ID)
	}
	for topic, n := range people {
		if n >= 5 {
			t.Errorf("topic %d, of which %d people spoke, is not on the map", topic, n)
		}
	}
}

func recountMissing(t *testing.T, d *db.DB, s *maps.Service, from, to int64) {
	t.Helper()
	p, err := s.Missing(t.Context(), leader, last, "")
	subjects := must(t, p, err).Subjects
	for _, subject := range subjects {
		if subject.ID%9 != 0 { // every ninth is proof enough
			continue
		}
		p, err := s.Missing(t.Context(), leader, last, subject.Key())
		m := must(t, p, err)
		for level, list := range m.Units {
			took := map[string]int{}
			rows, err := d.Query(t.Context(), `
				SELECT u.name, COUNT(*)
				FROM (`+spoke+`) s
				JOIN people ap ON ap.id = s.person_id`+unitsOf("a")+`
				JOIN units u ON u.id = `+fmt.Sprintf(atLevel[level], "a")+`
				WHERE s.topic_id = $3
				GROUP BY u.name`, from, to, subject.ID)
			_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
				var name string
				var n int
				err := r.Scan(&name, &n)
				took[name] = n
				return struct{}{}, err
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range list {
				want := maps.Some
				if n := took[u.Name]; n == 0 {
					want = maps.None
				} else if n < 5 {
					want = maps.Hidden
				}
				if u.Took != want {
					t.Errorf("%s, %s: published %s, counted %d people", subject.Name, u.Name, u.Took, took[u.Name])
				}
			}
		}
	}
}

func recountGroups(t *testing.T, d *db.DB, s *maps.Service) {
	t.Helper()
	p, err := s.Groups(t.Context(), leader, last)
	m := must(t, p, err)
	size, both := map[string]int{}, map[[2]string]int{}
	// In which groups people are: open networks they belong to, and the unit they sit in.
	const groups = `
		SELECT 'network' AS kind, m.network_id AS id, m.person_id
		FROM network_members m JOIN networks n ON n.id = m.network_id JOIN people p ON p.id = m.person_id
		WHERE m.state = 'member' AND n.access = 'open' AND n.audience IN ('public', 'hub', 'org:1') AND p.organisation_id = 1 AND p.left_at IS NULL
		UNION
		SELECT 'unit', p.unit_id, p.id
		FROM people p
		WHERE p.organisation_id = 1 AND p.left_at IS NULL AND p.unit_id IS NOT NULL`
	rows, err := d.Query(t.Context(), `
		SELECT a.kind, a.id, b.kind, b.id, COUNT(*)
		FROM (`+groups+`) a JOIN (`+groups+`) b ON b.person_id = a.person_id
		GROUP BY a.kind, a.id, b.kind, b.id`)
	_, err = db.Collect(rows, err, func(r db.Scanner) (struct{}, error) {
		var kindA, kindB string
		var a, b int64
		var n int
		err := r.Scan(&kindA, &a, &kindB, &b, &n)
		one, other := fmt.Sprint(kindA, a), fmt.Sprint(kindB, b)
		both[[2]string{one, other}] = n
		if one == other {
			size[one] = n
		}
		return struct{}{}, err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range m.Groups {
		key := fmt.Sprint(g.Kind, g.ID)
		if size[key] < 5 {
			t.Errorf("%s is on the map with %d people", g.Name, size[key])
		}
		delete(size, key)
	}
	for key, n := range size {
		if n >= 5 {
			t.Errorf("%s with %d people is not on the map", key, n)
		}
	}
	for _, tie := range m.Ties {
		a, b := m.Groups[tie.A], m.Groups[tie.B]
		if a.Kind == "unit" && b.Kind == "unit" {
			continue // they have nobody in common; TestReplies holds what units say to each other
		}
		if n := both[[2]string{fmt.Sprint(a.Kind, a.ID), fmt.Sprint(b.Kind, b.ID)}]; n < 5 {
			t.Errorf("%s and %s are tied by %d people", a.Name, b.Name, n)
		}
	}
}
