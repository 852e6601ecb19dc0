package people_test

import (
	"compress/gzip"
	"context"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/people"
	"watercooler/auth"
)

// network adds a network with these members and returns its id.
func (h *hub) network(t *testing.T, slug, audience string, members ...int64) (id int64) {
	t.Helper()
	h.tx(t, func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRow(ctx, `
			INSERT INTO networks (slug, name, access, audience, created_at, updated_at)
			VALUES ($1, $1, 'open', $2, 1, 1)
			RETURNING id`, slug, audience).Scan(&id)
	})
	for _, m := range members {
		h.exec(t, `INSERT INTO network_members (network_id, person_id, state, created_at, updated_at) VALUES ($1, $2, 'member', 1, 1)`, id, m)
	}
	if audience == "private" {
		h.exec(t, `UPDATE networks SET audience = $1 WHERE id = $2`, auth.NetworkAudience(id), id)
	}
	return id
}

// topic adds a topic and returns its id.
func (h *hub) topic(t *testing.T, slug string) (id int64) {
	t.Helper()
	h.tx(t, func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRow(ctx, `INSERT INTO topics (external_id, slug, name, created_at) VALUES ($1, $2, $2, 1) RETURNING id`, "t/"+slug, slug).Scan(&id)
	})
	return id
}

func TestDirectoryNarrows(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.topic(t, "wi-fi")
		h.topic(t, "gritting")
		out := h.imports(t,
			people.Record{ExternalID: "1", Name: "Gwen Pryce", JobTitle: "Librarian", Location: "Exeter", UnitPath: []string{"Libraries"}, AskAbout: []string{"Wi-Fi", "t/gritting", "nothing"}},
			people.Record{ExternalID: "2", Name: "Ben Sato", JobTitle: "Engineer", Location: "Exeter", UnitPath: []string{"Highways", "Bridges"}, AskAbout: []string{"gritting"}},
			people.Record{ExternalID: "3", Name: "Ruth Adeyemi", JobTitle: "Head of libraries", Location: "Tavistock", UnitPath: []string{"Libraries", "Mobile"}},
			people.Record{ExternalID: "4", Name: "Lee Gone", Location: "Lundy", AskAbout: []string{"wi-fi"}, LeftAt: &noon},
			people.Record{ExternalID: "5", Name: "Olga Partner", Organisation: "Exeter City Council", UnitPath: []string{"Theirs"}})
		ids := out.IDs
		secret := h.network(t, "secret", "private", ids["1"])
		h.network(t, "open", "hub", ids["1"], ids["2"])
		h.exec(t, `INSERT INTO network_members (network_id, person_id, state, created_at, updated_at) VALUES ($1, $2, 'invited', 1, 1)`, secret, ids["3"])
		outsider, insider := h.as(ids["2"], 0), h.as(ids["1"], 0).In(auth.Membership{Network: secret})
		n, err := h.Narrow(t.Context(), outsider)
		if err != nil {
			t.Fatal(err)
		}
		unit := map[string]int64{}
		for _, u := range n.Units {
			unit[u.Label] = u.ID
		}
		if unit["Exeter City Council › Theirs"] == 0 || n.Units[0].Label != "Highways" {
			t.Errorf("got units %v", n.Units)
		}
		if !slices.Equal(n.Locations, []string{"Exeter", "Tavistock"}) || len(n.Topics) != 2 || len(n.Networks) != 1 || n.Networks[0].Slug != "open" {
			t.Errorf("got places %q, topics %v, networks %v", n.Locations, n.Topics, n.Networks)
		}
		if n, err := h.Narrow(t.Context(), insider); err != nil || len(n.Networks) != 2 {
			t.Errorf("a member of it: got networks %v, %v", n.Networks, err)
		}
		cases := []struct {
			name    string
			as      auth.Viewer
			filter  people.Filter
			want    string
			letters string
		}{
			{"location", outsider, people.Filter{Location: "Exeter"}, "gwen-pryce ben-sato", "ps"},
			{"part of a location", outsider, people.Filter{Location: "exe"}, "gwen-pryce ben-sato", "ps"},
			{"location in other accents and capitals", outsider, people.Filter{Location: "ÉXETÉR"}, "gwen-pryce ben-sato", "ps"},
			{"location, where % is a sign like others", outsider, people.Filter{Location: "%"}, "", ""},
			{"topic", outsider, people.Filter{Topic: "gritting"}, "gwen-pryce ben-sato", "ps"},
			{"topic of somebody who left", outsider, people.Filter{Topic: "wi-fi"}, "gwen-pryce", "p"},
			{"network", outsider, people.Filter{Network: "open"}, "gwen-pryce ben-sato", "ps"},
			{"private network, from outside", outsider, people.Filter{Network: "secret"}, "", ""},
			{"private network, from inside, without the invited", insider, people.Filter{Network: "secret"}, "gwen-pryce", "p"},
			{"no such network", outsider, people.Filter{Network: "none"}, "", ""},
			{"unit with those below", outsider, people.Filter{Unit: unit["Libraries"], Below: true}, "ruth-adeyemi gwen-pryce", "ap"},
			{"job title", outsider, people.Filter{Name: "librar"}, "ruth-adeyemi gwen-pryce", "ap"},
			{"name and job title", outsider, people.Filter{Name: "ruth head"}, "ruth-adeyemi", "a"},
			{"all together", outsider, people.Filter{Name: "gw", Unit: unit["Libraries"], Below: true, Location: "Exeter", Topic: "wi-fi", Network: "open", Letter: "p"}, "gwen-pryce", "p"},
			{"together, and nobody", outsider, people.Filter{Location: "Tavistock", Topic: "wi-fi"}, "", ""},
			{"letters stay whichever is chosen", outsider, people.Filter{Letter: "s"}, "ben-sato", "aps"},
			{"letter without anybody", outsider, people.Filter{Letter: "x"}, "", "aps"},
		}
		for _, c := range cases {
			got, err := h.Directory(t.Context(), c.as, c.filter)
			if err != nil {
				t.Fatal(c.name, err)
			}
			if handles(got.People) != c.want || got.Total != len(strings.Fields(c.want)) {
				t.Errorf("%s: got %q of %d, want %q", c.name, handles(got.People), got.Total, c.want)
			}
			letters := strings.Join(got.Letters, "")
			if letters != c.letters {
				t.Errorf("%s: got letters %q, want %q", c.name, letters, c.letters)
			}
		}
		f, _ := h.server(t, map[string]auth.Viewer{"ben": outsider})
		html := page(t, f.Test, "ben", "/people?location=Exeter&topic=wi-fi&network=secret&letter=p")
		for _, want := range []string{"About wi-fi", "In secret", "Nobody matches", `href="/people?letter=p&amp;location=Exeter&amp;network=secret"`} {
			if !strings.Contains(html, want) {
				t.Errorf("the page has no %s", want)
			}
		}
		if strings.Contains(html, `value="secret"`) {
			t.Error("the page offers a network the viewer may not know of")
		}
	})
}

func TestAskMeAbout(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		wifi, gritting, old := h.topic(t, "wi-fi"), h.topic(t, "gritting"), h.topic(t, "wireless")
		ids := h.add(t, "", "Gwen Pryce")
		gwen := h.as(ids[0], 0)
		h.Topics(words{"wi-fi": {ID: wifi, Slug: "wi-fi", Name: "wi-fi"}, "fibre": {ID: wifi, Slug: "wi-fi", Name: "wi-fi"}, "gritting": {ID: gritting}, "wireless": {ID: old}})
		edit := func(topics ...string) error {
			return h.Edit(t.Context(), gwen, "gwen-pryce", people.EditInput{Name: "Gwen Pryce", AskAbout: topics})
		}
		if e := errs.As(edit("wi-fi", "puffins")); e == nil || len(e.Fields) != 1 || e.Fields[0].Name != "ask_about" || !strings.Contains(e.Fields[0].Text, "puffins") {
			t.Errorf("no topic: got %+v", e)
		}
		if err := edit("gritting", "fibre"); err != nil {
			t.Fatal(err)
		}
		asks := func() []string {
			t.Helper()
			f, err := h.EditForm(t.Context(), gwen, "gwen-pryce")
			if err != nil {
				t.Fatal(err)
			}
			return f.Asks
		}
		if got := asks(); !slices.Equal(got, []string{"gritting", "wi-fi"}) {
			t.Errorf("got %q", got)
		}

		if err := edit("wireless", "wi-fi", "gritting"); err != nil {
			t.Fatal(err)
		}
		h.tx(t, func(ctx context.Context, tx *db.Tx) error { return h.ReplaceTopic(ctx, tx, old, wifi) })
		if got := asks(); !slices.Equal(got, []string{"wi-fi", "gritting"}) {
			t.Errorf("merged into one that was there: got %+v", got)
		}
		h.tx(t, func(ctx context.Context, tx *db.Tx) error { return h.ReplaceTopic(ctx, tx, gritting, old) })
		if got := asks(); !slices.Equal(got, []string{"wi-fi", "wireless"}) {
			t.Errorf("merged into a new one: got %+v", got)
		}
		if err := edit(); err != nil || len(asks()) != 0 {
			t.Errorf("emptied: got %+v, %v", asks(), err)
		}
	})
}

// words is a TopicSource of a few words.
type words map[string]people.Topic

func (w words) Resolve(_ context.Context, names []string) (known []people.Topic, unknown []string, err error) {
	for _, n := range names {
		if t, ok := w[n]; ok {
			known = append(known, t)
		} else {
			unknown = append(unknown, n)
		}
	}
	return known, unknown, nil
}

func TestProfileNamesNetworksTheViewerMayKnow(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ids := h.add(t, "", "Gwen Pryce", "Ben Sato")
		secret := h.network(t, "secret", "private", ids[0])
		h.network(t, "open", "hub", ids[0])
		thread := h.thread(t, ids[0], "discussion", "Whispers", auth.NetworkAudience(secret), 1)
		h.exec(t, `UPDATE threads SET network_id = $1 WHERE id = $2`, secret, thread)
		for name, c := range map[string]struct {
			as   auth.Viewer
			want string
			n    int
		}{
			"outside": {h.as(ids[1], 0), "open", 0},
			"inside":  {h.as(ids[1], 0).In(auth.Membership{Network: secret}), "open secret", 1},
		} {
			p, err := h.Profile(t.Context(), c.as, "gwen-pryce")
			if err != nil {
				t.Fatal(err)
			}
			list, err := h.Networks(t.Context(), c.as, ids[0])
			if err != nil {
				t.Fatal(err)
			}
			var slugs []string
			for _, n := range list {
				slugs = append(slugs, n.Slug)
			}
			if got := strings.Join(slugs, " "); got != c.want || p.Networks != len(list) || p.Threads != c.n {
				t.Errorf("%s: got networks %q, counted %d, and %d threads, want %q and %d", name, got, p.Networks, p.Threads, c.want, c.n)
			}
			threads, _, err := h.Threads(t.Context(), c.as, ids[0], start)
			if err != nil || len(threads) != c.n || c.n == 1 && threads[0].For != "secret" {
				t.Errorf("%s: got threads %+v, %v", name, threads, err)
			}
		}
	})
}

// shared returns a file of the real public data that the hub is tuned on, and skips when it is not on this machine.
func shared(t *testing.T, name string) *gzip.Reader {
	t.Helper()
	root := os.Getenv("WATERCOOLER_DATA")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "data")
	}
	file, err := os.Open(filepath.Join(root, name))
	if errors.Is(err, os.ErrNotExist) {
		t.Logf("REAL DATA MISSING: %s is not in %s; set WATERCOOLER_DATA to the folder that holds it", name, root)
		t.Skip("no real data")
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	return unzipped
}

func TestDirectoryOfThousands(t *testing.T) {
	var list []people.Record
	for d := xml.NewDecoder(shared(t, "se-quantumcomputing/Users.xml.gz")); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		row, ok := token.(xml.StartElement)
		if !ok || row.Name.Local != "row" {
			continue
		}
		r := people.Record{}
		for _, a := range row.Attr {
			switch a.Name.Local {
			case "Id":
				r.ExternalID = "user/" + a.Value
			case "DisplayName":
				r.Name = a.Value
			case "Location":
				r.Location = a.Value
			}
		}
		list = append(list, r)
	}
	if len(list) < 3400 {
		t.Fatalf("got %d people, want thousands", len(list))
	}
	each(t, func(t *testing.T, h *hub) {
		h.imports(t, list...)
		f, statements := h.server(t, map[string]auth.Viewer{"gwen": h.as(1, 0)})
		for _, path := range []string{"/people", "/people?letter=s", "/people?name=a", "/people?location=London%2C+UK", "/people?unit=org:1&letter=b&after=17", "/people/chart"} {
			html := page(t, f.Test, "gwen", path)
			if n := statements.Load(); n > 7 {
				t.Errorf("%s: made %d statements, want at most 7", path, n)
			}
			if len(html) > 200_000 {
				t.Errorf("%s: the page has %d bytes", path, len(html))
			}
		}
		seen, f2 := 0, people.Filter{}
		for {
			page, err := h.Directory(t.Context(), h.as(1, 0), f2)
			if err != nil {
				t.Fatal(err)
			}
			seen += len(page.People)
			if !page.More {
				break
			}
			f2.After = page.People[len(page.People)-1].ID
		}
		if seen != len(list) {
			t.Errorf("got %d people on all pages, want %d", seen, len(list))
		}
	})
}

// TestChartOfADepartment draws the Department for Communities and Local Government as it was on 30 September 2011.
func TestChartOfADepartment(t *testing.T) {
	rows, err := csv.NewReader(shared(t, "import-samples/people/department_for_communities_and_local_government-2011-09-30-senior.csv.gz")).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	list := make([]people.Record, 0, len(rows))
	units := map[string]bool{}
	for _, row := range rows[1:] {
		id, boss, unit := row[column["Post Unique Reference"]], row[column["Reports to Senior Post"]], row[column["Unit"]]
		r := people.Record{ExternalID: "post/" + id, Name: "Post " + id, JobTitle: row[column["Job Title"]], UnitPath: []string{unit}}
		if boss != "XX" && boss != "" {
			r.ManagerExternalID = "post/" + boss
		}
		units[unit] = true
		list = append(list, r)
	}
	each(t, func(t *testing.T, h *hub) {
		out := h.imports(t, list...)
		charts, err := h.Charts(t.Context(), h.as(1, 0), 0)
		if err != nil {
			t.Fatal(err)
		}
		c := charts[0]
		if len(c.Units) != len(units) || c.People != len(out.IDs) {
			t.Errorf("got %d units of %d people, want %d of %d", len(c.Units), c.People, len(units), len(out.IDs))
		}
		heads := 0
		for _, b := range c.Units {
			if b.Head != nil && b.Head.Name != "" {
				heads++
			}
		}
		if heads < len(units)*3/4 {
			t.Errorf("found who manages %d of %d units", heads, len(units))
		}
		t.Logf("%d units, %d with somebody who manages them, %d posts", len(c.Units), heads, c.People)
	})
}

func TestChart(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.imports(t,
			people.Record{ExternalID: "chief", Name: "Chief"},
			people.Record{ExternalID: "place", Name: "Director Place", UnitPath: []string{"Place"}, ManagerExternalID: "chief"},
			people.Record{ExternalID: "pa", Name: "Assistant", UnitPath: []string{"Place"}, ManagerExternalID: "place"},
			people.Record{ExternalID: "head", Name: "Head of Libraries", UnitPath: []string{"Place", "Libraries"}, ManagerExternalID: "place"},
			people.Record{ExternalID: "deputy", Name: "Deputy", UnitPath: []string{"Place", "Libraries"}, ManagerExternalID: "head"},
			people.Record{ExternalID: "a", Name: "Anna", UnitPath: []string{"Place", "Libraries"}, ManagerExternalID: "deputy"},
			people.Record{ExternalID: "b", Name: "Bela", UnitPath: []string{"Place", "Libraries"}, ManagerExternalID: "deputy"},
			people.Record{ExternalID: "c", Name: "Cara", UnitPath: []string{"Place", "Libraries", "Stock"}, ManagerExternalID: "deputy"},
			people.Record{ExternalID: "d", Name: "Dora", UnitPath: []string{"Place", "Libraries", "Stock"}, ManagerExternalID: "deputy"},
			people.Record{ExternalID: "e", Name: "Only One", UnitPath: []string{"Place", "Coroner"}, ManagerExternalID: "chief"},
			people.Record{ExternalID: "f", Name: "Round A", UnitPath: []string{"Circle"}, ManagerExternalID: "g"},
			people.Record{ExternalID: "g", Name: "Round B", UnitPath: []string{"Circle"}, ManagerExternalID: "f"},
			people.Record{ExternalID: "h", Name: "Loose A", UnitPath: []string{"Loose"}},
			people.Record{ExternalID: "i", Name: "Loose B", UnitPath: []string{"Loose"}},
			people.Record{ExternalID: "gone", Name: "Gone", UnitPath: []string{"Place"}, LeftAt: &noon},
			people.Record{ExternalID: "p", Name: "Olga Partner", Organisation: "Exeter City Council", UnitPath: []string{"Theirs"}})
		v := h.as(1, 0)
		charts, err := h.Charts(t.Context(), v, 0)
		if err != nil {
			t.Fatal(err)
		}
		want := "Circle 2 Round A; Loose 2 -; Place 9 Director Place [Coroner 1 Only One; Libraries 6 Head of Libraries [Stock 2 Deputy]]"
		if got := drawn(charts[0].Units); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
		if len(charts) != 2 || drawn(charts[1].Units) != "Theirs 1 Olga Partner" || charts[0].People != 14 {
			t.Errorf("got %d charts, %+v", len(charts), charts[1])
		}
		libraries := charts[0].Units[2].Below[1].Unit
		focused, err := h.Charts(t.Context(), v, libraries.ID)
		if err != nil || len(focused) != 1 || drawn(focused[0].Units) != "Libraries 6 Head of Libraries [Stock 2 Deputy]" || focused[0].Above[0].Name != "Place" {
			t.Errorf("got %+v, %v", focused, err)
		}
		visit, err := h.Visit(t.Context(), v, libraries.ID)
		if err != nil || visit.Head == nil || visit.Head.Name != "Head of Libraries" {
			t.Errorf("the page of the unit: got %+v, %v", visit.Head, err)
		}
		f, statements := h.server(t, map[string]auth.Viewer{"chief": v})
		html := page(t, f.Test, "chief", "/people/chart")
		if statements.Load() > 4 || strings.Count(html, "Head of Libraries") != 2 {
			t.Errorf("made %d statements and named the head %d times, once drawn and once in the list", statements.Load(), strings.Count(html, "Head of Libraries"))
		}
	})
}

// drawn says branches in a line.
func drawn(list []people.Branch) string {
	var said []string
	for _, b := range list {
		name := "-"
		if b.Head != nil {
			name = b.Head.Name
		}
		s := fmt.Sprintf("%s %d %s", b.Unit.Name, b.People, name)
		if len(b.Below) > 0 {
			s += " [" + drawn(b.Below) + "]"
		}
		if b.Folded > 0 {
			s += fmt.Sprintf(" +%d", b.Folded)
		}
		said = append(said, s)
	}
	return strings.Join(said, "; ")
}

func TestChartOfManyUnitsIsFolded(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		var list []people.Record
		for i := range 12 {
			for k := range 12 {
				list = append(list, people.Record{ExternalID: fmt.Sprint(i, "/", k), Name: "Somebody", UnitPath: []string{fmt.Sprintf("Directorate %02d", i), fmt.Sprintf("Service %02d", k)}})
			}
		}
		h.imports(t, list...)
		charts, err := h.Charts(t.Context(), h.as(1, 0), 0)
		if err != nil {
			t.Fatal(err)
		}
		first := charts[0].Units[0]
		if len(charts[0].Units) != 12 || first.Folded != 12 || len(first.Below) != 0 || first.People != 12 {
			t.Errorf("got %d units, the first %+v", len(charts[0].Units), first)
		}
		focused, err := h.Charts(t.Context(), h.as(1, 0), first.Unit.ID)
		if err != nil || len(focused[0].Units[0].Below) != 12 {
			t.Errorf("got %+v, %v", focused, err)
		}
	})
}
