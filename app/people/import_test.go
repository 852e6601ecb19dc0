package people_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/people"
)

func TestImportChangesOnlyWhatChanged(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.events(t)
		left := noon.AddDate(0, -1, 0)
		gwen := people.Record{ExternalID: "p/gwen", Name: "Gwen Pryce", JobTitle: "Officer", UnitPath: []string{"Libraries", "Systems"}, ManagerExternalID: "p/ruth", Phone: "4410", Hash: "1"}
		ruth := people.Record{ExternalID: "p/ruth", Name: "Ruth Adeyemi", UnitPath: []string{"Libraries"}, Hash: "1"}
		with := func(r people.Record, hash string, change func(*people.Record)) people.Record {
			r.Hash = hash
			change(&r)
			return r
		}
		steps := []struct {
			name                        string
			list                        []people.Record
			created, changed, unchanged int
			events                      string
		}{
			{"joiners, the manager after the managed", []people.Record{gwen, ruth}, 2, 0, 0, "import.batch"},
			{"the same again", []people.Record{gwen, ruth}, 0, 0, 2, ""},
			{"new job title", []people.Record{with(gwen, "2", func(r *people.Record) { r.JobTitle = "Manager" }), ruth}, 0, 1, 1, "import.batch"},
			{"mover", []people.Record{with(gwen, "3", func(r *people.Record) { r.UnitPath = []string{"Highways"}; r.Phone = "" })}, 0, 1, 0, "person.edited import.batch"},
			{"leaver", []people.Record{with(gwen, "4", func(r *people.Record) { r.UnitPath = []string{"Highways"}; r.LeftAt = &left })}, 0, 1, 0, "person.left import.batch"},
			{"back again", []people.Record{with(gwen, "5", func(r *people.Record) { r.UnitPath = []string{"Highways"} })}, 0, 1, 0, "person.edited import.batch"},
			{"twice in one list: the last counts", []people.Record{with(ruth, "8", func(r *people.Record) { r.JobTitle = "No" }), with(ruth, "9", func(r *people.Record) { r.JobTitle = "Head" })}, 0, 1, 0, "import.batch"},
			{"nothing", nil, 0, 0, 0, ""},
		}
		for _, s := range steps {
			out := h.imports(t, s.list...)
			if out.Created != s.created || out.Changed != s.changed || out.Unchanged != s.unchanged {
				t.Errorf("%s: got %d created, %d changed, %d unchanged", s.name, out.Created, out.Changed, out.Unchanged)
			}
			if got := strings.Join(h.events(t), " "); got != s.events {
				t.Errorf("%s: got events %q, want %q", s.name, got, s.events)
			}
			for _, r := range s.list {
				if out.IDs[r.ExternalID] == 0 {
					t.Errorf("%s: no id for %s", s.name, r.ExternalID)
				}
			}
		}
		v := h.as(1, 0)
		p, err := h.Profile(t.Context(), v, "gwen-pryce")
		if err != nil || p.Unit != "Highways" || p.Left || p.Phone != "4410" || p.Manager == nil || p.Manager.Handle != "ruth-adeyemi" {
			t.Errorf("afterwards: got %+v, %v", p, err)
		}
		boss, err := h.Profile(t.Context(), v, "ruth-adeyemi")
		if err != nil || boss.JobTitle != "Head" || handles(boss.Reports) != "gwen-pryce" {
			t.Errorf("manager: got %+v, %v", boss, err)
		}
	})
}

func TestImportRefuses(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		cases := []struct {
			name   string
			record people.Record
		}{
			{"no id", people.Record{Name: "Gwen"}},
			{"no name", people.Record{ExternalID: "p/1", Name: "\t "}},
		}
		for _, c := range cases {
			err := h.db.Tx(t.Context(), func(tx *db.Tx) error {
				_, err := h.ImportPeople(t.Context(), tx, []people.Record{{ExternalID: "p/0", Name: "Good"}, c.record})
				return err
			})
			if errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), "2 of 2") {
				t.Errorf("%s: got %v, want Invalid about record 2 of 2", c.name, err)
			}
		}
		if ids, err := h.IDsByExternal(t.Context(), h.db, []string{"p/0"}); err != nil || len(ids) != 0 {
			t.Errorf("afterwards: got %v, %v, want nobody", ids, err)
		}
	})
}

func TestManagersMayComeLater(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.imports(t, people.Record{ExternalID: "p/1", Name: "Gwen Pryce", ManagerExternalID: "p/2", Hash: "1"})
		h.imports(t, people.Record{ExternalID: "p/2", Name: "Ruth Adeyemi", Hash: "1"})
		h.events(t)
		managerOf := map[string]string{"p/1": "p/2", "p/2": "p/2", "p/3": "p/1", "p/1x": "p/9"}
		for i, want := range []int{1, 0} {
			var linked int
			h.tx(t, func(ctx context.Context, tx *db.Tx) (err error) {
				linked, err = h.LinkManagers(ctx, tx, managerOf)
				return err
			})
			if events := h.events(t); linked != want || len(events) != want {
				t.Errorf("time %d: got %d linked and events %v, want %d", i+1, linked, events, want)
			}
		}
	})
}

func TestMarkLeft(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		list := []people.Record{
			{ExternalID: "dclg/1", Name: "Stays", Hash: "1"}, {ExternalID: "dclg/2", Name: "Goes", Hash: "1"},
			{ExternalID: "dclgx1", Name: "Another source", Hash: "1"},
		}
		h.imports(t, list...)
		h.events(t)
		mark := func(prefix string, present ...string) (left int, err error) {
			err = h.db.Tx(t.Context(), func(tx *db.Tx) error {
				left, err = h.MarkLeft(t.Context(), tx, prefix, present, noon)
				return err
			})
			return left, err
		}
		if left, err := mark("dclg/", "dclg/1"); left != 1 || err != nil {
			t.Errorf("got %d left, %v, want 1", left, err)
		}
		if left, err := mark("dclg/", "dclg/1"); left != 0 || err != nil {
			t.Errorf("again: got %d left, %v, want 0", left, err)
		}
		if got := h.events(t); !slices.Equal(got, []string{"person.left"}) {
			t.Errorf("got events %v", got)
		}
		p, err := h.Find(t.Context(), h.as(1, 0), "goes")
		if err != nil || !p.Left || !p.LeftAt.Equal(noon) {
			t.Errorf("got %+v, %v, want somebody who left at noon", p, err)
		}
		if out := h.imports(t, list...); out.Changed != 1 || out.Unchanged != 2 {
			t.Errorf("the old list again brings one back: got %+v", out)
		}
		if _, err := mark("dclg/"); errs.KindOf(err) != errs.Invalid {
			t.Errorf("an empty list: got %v, want Invalid", err)
		}
	})
}

func TestImportMakesFewStatements(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		var list []people.Record
		for i := range 1000 {
			list = append(list, people.Record{
				ExternalID: fmt.Sprint("p/", i), Name: fmt.Sprint("Person ", i%400), UnitPath: []string{"Top", fmt.Sprint("Unit ", i%5)},
				ManagerExternalID: "p/0", CreatedAt: time.Unix(int64(i), 0), Hash: "1",
			})
		}
		h.tx(t, func(ctx context.Context, tx *db.Tx) error {
			ctx, n := db.CountQueries(ctx)
			if _, err := h.ImportPeople(ctx, tx, list); err != nil {
				return err
			}
			first := n.Load()
			if _, err := h.ImportPeople(ctx, tx, list); err != nil {
				return err
			}
			t.Logf("1,000 people: %d statements, then %d", first, n.Load()-first)
			if n.Load()-first > 10 {
				t.Errorf("importing again made %d statements, want one per %d people", n.Load()-first, 200)
			}
			return nil
		})
	})
}
