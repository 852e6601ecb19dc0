package people_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/files"
	"watercooler/app/people"
	"watercooler/auth"
)

var noon = time.Date(2027, 3, 4, 12, 0, 0, 0, time.UTC)

// hub is a directory with a home organisation called Devon County Council.
type hub struct {
	*people.Service
	db    *db.DB
	files string // the folder of photos
	home  int64
}

// each runs test on an empty hub on every database.
func each(t *testing.T, test func(t *testing.T, h *hub)) {
	t.Helper()
	backends.Each(t, func(t *testing.T, d *db.DB) {
		dir := t.TempDir()
		store, err := files.Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		h := &hub{Service: people.New(d, store, func() time.Time { return noon }), db: d, files: dir}
		h.tx(t, func(ctx context.Context, tx *db.Tx) (err error) {
			h.home, err = h.Found(ctx, tx, "Devon County Council")
			return err
		})
		test(t, h)
	})
}

func (h *hub) tx(t *testing.T, do func(ctx context.Context, tx *db.Tx) error) {
	t.Helper()
	if err := h.db.Tx(t.Context(), func(tx *db.Tx) error { return do(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

// add creates people with these names in a unit and returns their ids.
func (h *hub) add(t *testing.T, unit string, names ...string) []int64 {
	t.Helper()
	ids := make([]int64, len(names))
	h.tx(t, func(ctx context.Context, tx *db.Tx) (err error) {
		for i, name := range names {
			n := people.NewPerson{Name: name, Email: strings.ReplaceAll(strings.ToLower(name), " ", ".") + "@devon.example"}
			if unit != "" {
				n.Unit = strings.Split(unit, "/")
			}
			if ids[i], err = h.Create(ctx, tx, n); err != nil {
				return err
			}
		}
		return nil
	})
	return ids
}

// as returns a signed-in viewer who is the person with this id.
func (h *hub) as(person int64, roles auth.Role) auth.Viewer {
	return auth.ForPerson(100+person, person, h.home, true, roles)
}

// units returns the units that the directory can be narrowed to.
func (h *hub) units(t *testing.T) ([]people.Choice, error) {
	t.Helper()
	n, err := h.Narrow(t.Context(), h.as(1, 0))
	return n.Units, err
}

// imports imports records in one transaction.
func (h *hub) imports(t *testing.T, list ...people.Record) people.Outcome {
	t.Helper()
	var out people.Outcome
	h.tx(t, func(ctx context.Context, tx *db.Tx) (err error) {
		out, err = h.ImportPeople(ctx, tx, list)
		return err
	})
	return out
}

// events returns the verbs told since the last call, and forgets them.
func (h *hub) events(t *testing.T) []string {
	t.Helper()
	rows, err := h.db.Query(t.Context(), `SELECT e.verb FROM events e ORDER BY e.id LIMIT 1000`)
	verbs, err := db.Collect(rows, err, func(r db.Scanner) (s string, err error) { return s, r.Scan(&s) })
	if err != nil {
		t.Fatal(err)
	}
	h.tx(t, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.Exec(ctx, `DELETE FROM outbox`); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `DELETE FROM events`)
		return err
	})
	return verbs
}

func handles(list []people.Card) string {
	var names []string
	for _, c := range list {
		names = append(names, c.Handle)
	}
	return strings.Join(names, " ")
}

func TestHomeIsFoundedOnce(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		s := people.New(d, nil, time.Now)
		if _, err := s.Home(t.Context()); !errs.IsNotFound(err) {
			t.Errorf("home before the first run: got %v, want NotFound", err)
		}
		found := func(name string) error {
			return d.Tx(t.Context(), func(tx *db.Tx) error { _, err := s.Found(t.Context(), tx, name); return err })
		}
		if err := found("  "); errs.KindOf(err) != errs.Invalid {
			t.Errorf("no name: got %v, want Invalid", err)
		}
		if err := found("Devon County Council"); err != nil {
			t.Fatal(err)
		}
		if err := found("Somerset Council"); errs.KindOf(err) != errs.Conflict {
			t.Errorf("second time: got %v, want Conflict", err)
		}
		home, err := s.Home(t.Context())
		if err != nil || home.Name != "Devon County Council" || home.Slug != "devon-county-council" || !home.Home {
			t.Errorf("home: got %+v, %v", home, err)
		}
	})
}

func TestHandlesAreUnique(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		cases := []struct{ name, person, want string }{
			{"plain", "Gwen Pryce", "gwen-pryce"},
			{"same name again", "Gwen Pryce", "gwen-pryce-2"},
			{"same name in other letters", "GWEN  PRÝCE", "gwen-pryce-3"},
			{"number in the name itself", "Gwen Pryce 4", "gwen-pryce-4"},
			{"number that is taken", "Gwen Pryce", "gwen-pryce-5"},
		}
		for _, c := range cases {
			id := h.add(t, "", c.person)[0]
			cards, err := h.ByID(t.Context(), id)
			if err != nil {
				t.Fatal(err)
			}
			if got := cards[id].Handle; got != c.want {
				t.Errorf("%s: got handle %q, want %q", c.name, got, c.want)
			}
		}
		var list []people.Record
		for i := range 300 {
			list = append(list, people.Record{ExternalID: fmt.Sprint("x/", i), Name: "user", Hash: "1"})
		}
		out := h.imports(t, list...)
		again := h.imports(t, people.Record{ExternalID: "x/last", Name: "user", Hash: "1"})
		seen := map[string]bool{}
		cards, err := h.ByID(t.Context(), slices.Concat(mapValues(out.IDs), mapValues(again.IDs))...)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cards {
			seen[c.Handle] = true
		}
		if len(seen) != 301 || !seen["user"] || !seen["user-300"] {
			t.Errorf("301 people called user: got %d handles", len(seen))
		}
	})
}

func TestPeopleWhoArriveAtOnce(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		var arrivals sync.WaitGroup
		failed := make(chan error, 16)
		for range cap(failed) {
			arrivals.Go(func() {
				failed <- h.db.Tx(t.Context(), func(tx *db.Tx) error {
					partner, err := h.Partner(t.Context(), tx, "Exeter City Council")
					if err != nil {
						return err
					}
					_, err = h.Create(t.Context(), tx, people.NewPerson{Name: "Gwen Pryce", Organisation: partner, Unit: []string{"Place", "Libraries"}})
					return err
				})
			})
		}
		arrivals.Wait()
		close(failed)
		for err := range failed {
			if err != nil {
				t.Error(err)
			}
		}
		list, err := h.Directory(t.Context(), h.as(1, 0), people.Filter{Name: "gwen"})
		if err != nil || list.Total != cap(failed) {
			t.Errorf("got %d people, %v, want %d", list.Total, err, cap(failed))
		}
		var units int
		if err := h.db.QueryRow(t.Context(), `SELECT COUNT(*) FROM units u`).Scan(&units); err != nil || units != 2 {
			t.Errorf("got %d units, %v, want 2", units, err)
		}
	})
}

func mapValues(m map[string]int64) []int64 {
	var list []int64
	for _, v := range m {
		list = append(list, v)
	}
	return list
}

func TestDirectory(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.add(t, "Economy/Skills", "Gwen Pryce", "Ana de Souza")
		h.add(t, "Economy", "Ruth Adeyemi")
		h.add(t, "Highways", "Ben Sato", "José Álvarez", "Percy 100% Sure")
		h.imports(t, people.Record{ExternalID: "p/1", Name: "Olga Partner", Organisation: "Exeter City Council"},
			people.Record{ExternalID: "p/2", Name: "Lee Gone", LeftAt: &noon})
		v := h.as(1, 0)
		organisations, err := h.Organisations(t.Context())
		if err != nil || len(organisations) != 2 || !organisations[0].Home {
			t.Fatalf("organisations: got %v, %v", organisations, err)
		}
		units, err := h.units(t)
		if err != nil {
			t.Fatal(err)
		}
		unit := map[string]int64{}
		for _, u := range units {
			unit[u.Label] = u.ID
		}
		cases := []struct {
			name   string
			filter people.Filter
			want   string
		}{
			{"everyone by family name", people.Filter{}, "ruth-adeyemi jose-alvarez olga-partner gwen-pryce ben-sato ana-de-souza percy-100-sure"},
			{"beginning of a first name", people.Filter{Name: "gw"}, "gwen-pryce"},
			{"beginning of a family name", people.Filter{Name: "PRY"}, "gwen-pryce"},
			{"both, in either order", people.Filter{Name: "sato b"}, "ben-sato"},
			{"accents do not matter", people.Filter{Name: "alv"}, "jose-alvarez"},
			{"typed with accents", people.Filter{Name: "Álv"}, "jose-alvarez"},
			{"middle of a word does not count", people.Filter{Name: "ryce"}, ""},
			{"percent is a letter like others", people.Filter{Name: "100%"}, "percy-100-sure"},
			{"underscore matches nothing else", people.Filter{Name: "g_en"}, ""},
			{"letter", people.Filter{Letter: "s"}, "ben-sato percy-100-sure"},
			{"unit alone", people.Filter{Unit: unit["Economy"]}, "ruth-adeyemi"},
			{"unit with those below", people.Filter{Unit: unit["Economy"], Below: true}, "ruth-adeyemi gwen-pryce ana-de-souza"},
			{"unit below", people.Filter{Unit: unit["Economy › Skills"]}, "gwen-pryce ana-de-souza"},
			{"partners", people.Filter{Organisation: organisations[1].ID}, "olga-partner"},
			{"leavers", people.Filter{Leavers: true}, "lee-gone"},
			{"leavers by letter", people.Filter{Leavers: true, Letter: "p"}, ""},
		}
		for _, c := range cases {
			got, err := h.Directory(t.Context(), v, c.filter)
			if err != nil {
				t.Fatal(c.name, err)
			}
			sorted := func(s string) string { f := strings.Fields(s); slices.Sort(f); return strings.Join(f, " ") }
			if sorted(handles(got.People)) != sorted(c.want) || got.Total != len(strings.Fields(c.want)) {
				t.Errorf("%s: got %q of %d, want %q", c.name, handles(got.People), got.Total, c.want)
			}
		}
		if _, err := h.Directory(t.Context(), auth.Public, people.Filter{}); errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("signed out: got %v, want Unauthenticated", err)
		}
	})
}

func TestDirectoryPages(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		var list []people.Record
		for i := range 95 {
			list = append(list, people.Record{ExternalID: fmt.Sprint("p/", i), Name: fmt.Sprintf("Sam Same%d", i/3)})
		}
		h.imports(t, list...)
		seen, pages := map[int64]bool{}, 0
		for f := (people.Filter{}); ; {
			got, err := h.Directory(t.Context(), h.as(1, 0), f)
			if err != nil {
				t.Fatal(err)
			}
			pages++
			for _, c := range got.People {
				if seen[c.ID] {
					t.Errorf("%s comes twice", c.Handle)
				}
				seen[c.ID] = true
			}
			if !got.More {
				break
			}
			f.After = got.People[len(got.People)-1].ID
		}
		if len(seen) != 95 || pages != 3 {
			t.Errorf("got %d people on %d pages, want 95 on 3", len(seen), pages)
		}
	})
}

func TestEdit(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ids := h.add(t, "Economy/Skills", "Gwen Pryce", "Ben Sato")
		h.imports(t, people.Record{ExternalID: "p/1", Name: "Olga Partner", Organisation: "Exeter City Council", UnitPath: []string{"Theirs"}})
		gwen, ben := h.as(ids[0], 0), h.as(ids[1], 0)
		units, err := h.units(t)
		if err != nil {
			t.Fatal(err)
		}
		skills := units[1].ID // home comes before partners
		olga, err := h.Find(t.Context(), gwen, "olga-partner")
		if err != nil {
			t.Fatal(err)
		}
		good := people.EditInput{Name: "Gwen Pryce", JobTitle: "Library systems manager", About: "I **know** wi-fi.", Email: "Gwen@Devon.example", Unit: skills, Manager: "ben-sato"}
		with := func(change func(*people.EditInput)) people.EditInput { in := good; change(&in); return in }
		h.events(t)
		cases := []struct {
			name   string
			as     auth.Viewer
			in     people.EditInput
			want   errs.Kind
			field  string
			events string
		}{
			{name: "one's own", as: gwen, in: good, events: "person.edited"},
			{name: "an administrator", as: h.as(ids[1], auth.Admin), in: good, events: "person.edited"},
			{name: "somebody else", as: ben, in: good, want: errs.Forbidden},
			{name: "a moderator", as: h.as(ids[1], auth.Moderator), in: good, want: errs.Forbidden},
			{name: "signed out", as: auth.Public, in: good, want: errs.Unauthenticated},
			{name: "no name", as: gwen, in: with(func(in *people.EditInput) { in.Name = " \t" }), want: errs.Invalid, field: "name"},
			{name: "long name", as: gwen, in: with(func(in *people.EditInput) { in.Name = strings.Repeat("é", 121) }), want: errs.Invalid, field: "name"},
			{name: "not an address", as: gwen, in: with(func(in *people.EditInput) { in.Email = "Gwen <g@x.org>" }), want: errs.Invalid, field: "email"},
			{name: "long about", as: gwen, in: with(func(in *people.EditInput) { in.About = strings.Repeat("x", 5001) }), want: errs.Invalid, field: "about"},
			{name: "unknown unit", as: gwen, in: with(func(in *people.EditInput) { in.Unit = 999 }), want: errs.Invalid, field: "unit"},
			{name: "a unit of others", as: gwen, in: with(func(in *people.EditInput) { in.Unit = olga.UnitID }), want: errs.Invalid, field: "unit"},
			{name: "own manager", as: gwen, in: with(func(in *people.EditInput) { in.Manager = "gwen-pryce" }), want: errs.Invalid, field: "manager"},
			{name: "unknown manager", as: gwen, in: with(func(in *people.EditInput) { in.Manager = "nobody" }), want: errs.Invalid, field: "manager"},
			{name: "no unit, no manager", as: gwen, in: with(func(in *people.EditInput) { in.Unit, in.Manager = 0, "" }), events: "person.edited"},
			{name: "script in about", as: gwen, in: with(func(in *people.EditInput) { in.About = "<script>alert(1)</script>Hello" }), events: "person.edited"},
		}
		for _, c := range cases {
			err := h.Edit(t.Context(), c.as, "gwen-pryce", c.in)
			if err == nil && c.want != errs.Internal || err != nil && errs.KindOf(err) != c.want {
				t.Errorf("%s: got %v, want kind %d", c.name, err, c.want)
			}
			if e := errs.As(err); c.field != "" && (e == nil || len(e.Fields) != 1 || e.Fields[0].Name != c.field) {
				t.Errorf("%s: got %+v, want a mistake in %s", c.name, e, c.field)
			}
			if got := strings.Join(h.events(t), " "); got != c.events {
				t.Errorf("%s: got events %q, want %q", c.name, got, c.events)
			}
		}
		p, err := h.Find(t.Context(), ben, "gwen-pryce")
		if err != nil || p.Email != "gwen@devon.example" || p.UnitID == 0 || strings.Contains(p.AboutHTML, "<script") {
			t.Errorf("afterwards: got %+v, %v", p, err)
		}
		if err := h.Edit(t.Context(), gwen, "nobody", good); !errs.IsNotFound(err) {
			t.Errorf("nobody: got %v, want NotFound", err)
		}
	})
}

func TestUnclaimed(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ids := h.add(t, "", "Gwen Pryce", "Ruth Adeyemi")
		h.imports(t, people.Record{ExternalID: "p/1", Name: "Two", Email: "desk@devon.example"},
			people.Record{ExternalID: "p/2", Name: "Three", Email: "desk@devon.example"},
			people.Record{ExternalID: "p/3", Name: "Left", Email: "left@devon.example", LeftAt: &noon})
		h.tx(t, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Exec(ctx, `INSERT INTO accounts (person_id, email, created_at, updated_at) VALUES ($1, $2, $3, $4)`,
				ids[1], "ruth.adeyemi@devon.example", 1, 1)
			return err
		})
		cases := []struct {
			name, email string
			want        int64
		}{
			{"waiting", "Gwen.Pryce@Devon.example", ids[0]},
			{"has an account", "ruth.adeyemi@devon.example", 0},
			{"shared address", "desk@devon.example", 0},
			{"left", "left@devon.example", 0},
			{"unknown", "x@devon.example", 0},
			{"none", "", 0},
		}
		for _, c := range cases {
			got, err := h.Unclaimed(t.Context(), h.db, c.email)
			if got != c.want || (c.want == 0) != errs.IsNotFound(err) {
				t.Errorf("%s: got %d, %v, want %d", c.name, got, err, c.want)
			}
		}
	})
}

func TestUnit(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		id := h.add(t, "Place/Economy/Skills/Adults", "Gwen Pryce")[0]
		h.add(t, "Place/economy/Ports", "Ben Sato")
		v := h.as(id, 0)
		units, err := h.units(t)
		if err != nil || len(units) != 5 {
			t.Fatalf("got %v, %v, want 5 units: names are compared without case", units, err)
		}
		place, err := h.Unit(t.Context(), v, units[1].ID)
		if err != nil {
			t.Fatal(err)
		}
		if place.Unit.Name != "Economy" || len(place.Above) != 1 || place.Above[0].Name != "Place" || len(place.Below) != 2 || place.Organisation.ID != h.home {
			t.Errorf("got %+v", place)
		}
		if _, err := h.Unit(t.Context(), v, 999); !errs.IsNotFound(err) {
			t.Errorf("unknown unit: got %v, want NotFound", err)
		}
		if _, err := h.Unit(t.Context(), auth.Public, units[1].ID); errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("signed out: got %v, want Unauthenticated", err)
		}
	})
}
