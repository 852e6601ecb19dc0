package people_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"watercooler/app/errs"
	"watercooler/app/people"
	"watercooler/auth"
)

// told is what each field of the profile in these tests says.
var told = map[people.Field]string{
	people.FieldPronouns: "ze/zir", people.FieldLocation: "Lundy Island", people.FieldPhone: "01237 863 636",
	people.FieldEmail: "gwen@lundy.example", people.FieldPattern: "When the ferry runs", people.FieldLanguages: "Cornish",
	people.FieldAbout: "Counts puffins", people.FieldHowToWork: "Signal by lamp",
}

// of returns what p says in a field.
func of(p people.Person, f people.Field) string {
	return map[people.Field]string{
		people.FieldPronouns: p.Pronouns, people.FieldLocation: p.Location, people.FieldPhone: p.Phone, people.FieldEmail: p.Email,
		people.FieldPattern: p.WorkingPattern, people.FieldLanguages: p.Languages, people.FieldAbout: p.About, people.FieldHowToWork: p.HowToWork,
	}[f]
}

// TestPrivacy goes through every field, every level and every kind of viewer, and looks wherever the field could be found.
func TestPrivacy(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		out := h.imports(t,
			people.Record{ExternalID: "p/1", Name: "Gwen Pryce"}, people.Record{ExternalID: "p/2", Name: "Ben Sato"},
			people.Record{ExternalID: "p/3", Name: "Olga Partner", Organisation: "Exeter City Council"})
		olga, err := h.Find(t.Context(), h.as(1, 0), "olga-partner")
		if err != nil {
			t.Fatal(err)
		}
		gwen := h.as(out.IDs["p/1"], 0)
		gwen.Handle = "gwen-pryce"
		viewers := map[string]auth.Viewer{
			"herself": gwen, "colleague": h.as(out.IDs["p/2"], 0), "administrator": h.as(out.IDs["p/2"], auth.Admin),
			"partner":               auth.ForPerson(900, olga.ID, olga.OrganisationID, false, 0),
			"partner administrator": auth.ForPerson(900, olga.ID, olga.OrganisationID, false, auth.Admin),
		}
		sees := map[people.Level][]string{
			people.ForHub: {"herself", "colleague", "administrator", "partner", "partner administrator"},
			people.ForOrg: {"herself", "colleague", "administrator"},
			people.ForMe:  {"herself"},
		}
		f, _ := h.server(t, viewers)
		for _, field := range people.Fields() {
			for level, allowed := range sees {
				in := people.EditInput{Name: "Gwen Pryce", Pronouns: told[people.FieldPronouns], Location: told[people.FieldLocation],
					Phone: told[people.FieldPhone], Email: told[people.FieldEmail], WorkingPattern: told[people.FieldPattern],
					Languages: told[people.FieldLanguages], About: told[people.FieldAbout], HowToWork: told[people.FieldHowToWork],
					Privacy: people.Privacy{field: level}}
				if err := h.Edit(t.Context(), gwen, "gwen-pryce", in); err != nil {
					t.Fatal(err)
				}
				for name, v := range viewers {
					want := slices.Contains(allowed, name)
					say := func(where string, got bool) {
						t.Helper()
						if got != want {
							t.Errorf("%s for %q, %s, in %s: got shown %t, want %t", field, level, name, where, got, want)
						}
					}
					p, err := h.Find(t.Context(), v, "gwen-pryce")
					if err != nil {
						t.Fatal(err)
					}
					for other, value := range told {
						if other != field && of(p, other) != value {
							t.Errorf("%s for %q, %s: %s got lost", field, level, name, other)
						}
					}
					say("the profile", of(p, field) == told[field])
					say("the page", strings.Contains(page(t, f.Test, name, "/people/gwen-pryce"), told[field]))
					if field == people.FieldLocation || field == people.FieldPhone || field == people.FieldPronouns {
						say("the directory", strings.Contains(listed(t, h, v), told[field]))
					}
					if field == people.FieldLocation {
						found, err := h.Directory(t.Context(), v, people.Filter{Location: told[field]})
						if err != nil {
							t.Fatal(err)
						}
						say("the filter", found.Total == 1 && len(found.People) == 1)
						say("the letters of the filter", len(found.Letters) == 1)
						n, err := h.Narrow(t.Context(), v)
						if err != nil {
							t.Fatal(err)
						}
						say("the list of places", slices.Contains(n.Locations, told[field]))
					}
					if v.Is(auth.Admin) {
						form, err := h.EditForm(t.Context(), v, "gwen-pryce")
						if err != nil {
							t.Fatal(err)
						}
						say("the form", of(form.Person, field) == told[field])
					}
				}
				cards, err := h.ByID(t.Context(), gwen.Person)
				if err != nil {
					t.Fatal(err)
				}
				if c := cards[gwen.Person]; level != people.ForHub && (field == people.FieldLocation && c.Location != "" || field == people.FieldPhone && c.Phone != "") {
					t.Errorf("%s for %q: a byline shows it", field, level)
				}
				if got := people.VisibleToHub(people.Privacy{field: level}.String(), field); got != (level == people.ForHub) {
					t.Errorf("%s for %q: the index may keep it: %t", field, level, got)
				}
			}
		}
	})
}

// tester is fiber's App.Test.
type tester func(req *http.Request, msTimeout ...int) (*http.Response, error)

// page returns what a viewer gets at a path.
func page(t *testing.T, test tester, as, path string) string {
	t.Helper()
	req := httptest.NewRequest("GET", path, nil)
	req.Header.Set("X-As", as)
	res, err := test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != 200 {
		t.Fatalf("%s as %s: got %d, %v", path, as, res.StatusCode, err)
	}
	return string(body)
}

// listed returns the directory as v sees it, in words.
func listed(t *testing.T, h *hub, v auth.Viewer) string {
	t.Helper()
	list, err := h.Directory(t.Context(), v, people.Filter{})
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(list.People)
}

func TestAdministratorsKeepWhatTheyMayNotSee(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ids := h.add(t, "", "Gwen Pryce", "Ben Sato")
		gwen, admin := h.as(ids[0], 0), h.as(ids[1], auth.Admin)
		own := people.EditInput{Name: "Gwen Pryce", Phone: "07700 900123", Location: "Lundy", About: "Counts *puffins*",
			Privacy: people.Privacy{people.FieldPhone: people.ForMe, people.FieldAbout: people.ForMe, people.FieldLocation: people.ForOrg}}
		if err := h.Edit(t.Context(), gwen, "gwen-pryce", own); err != nil {
			t.Fatal(err)
		}
		if err := h.Edit(t.Context(), admin, "gwen-pryce", people.EditInput{Name: "Gwen Price", Location: "Exeter", Phone: "forged"}); err != nil {
			t.Fatal(err)
		}
		p, err := h.Find(t.Context(), gwen, "gwen-pryce")
		if err != nil {
			t.Fatal(err)
		}
		if p.Name != "Gwen Price" || p.Location != "Exeter" {
			t.Errorf("got %s in %s: the administrator's changes are lost", p.Name, p.Location)
		}
		if p.Phone != "07700 900123" || p.About != "Counts *puffins*" || !strings.Contains(p.AboutHTML, "<em>") {
			t.Errorf("got phone %q and about %q, %q: what the administrator may not see has changed", p.Phone, p.About, p.AboutHTML)
		}
		if got := p.Privacy.String(); got != "location=org phone=me about=me" {
			t.Errorf("got privacy %q: it is not the administrator's to change", got)
		}
	})
}

func TestPrivacyIsReadWithCare(t *testing.T) {
	cases := []struct{ in, want string }{
		{"", ""},
		{"phone=org location=me", "location=me phone=org"},
		{"phone=me phone=org", "phone=me"},
		{"phone=org phone=me", "phone=me"},
		{"phone=hub email=everyone phone", ""},
		{"name=me shoe=org about=me", "about=me"},
	}
	for _, c := range cases {
		if got := people.ParsePrivacy(c.in).String(); got != c.want {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		}
	}
}

func TestAListNeverOpensWhatSomebodyClosed(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		record := people.Record{ExternalID: "p/1", Name: "Gwen Pryce", Phone: "1", Privacy: "phone=org", WritesIn: "CY", HowToWork: "Ring", Hash: "a"}
		id := h.imports(t, record).IDs["p/1"]
		gwen := h.as(id, 0)
		find := func() people.Person {
			t.Helper()
			p, err := h.Find(t.Context(), gwen, "gwen-pryce")
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		if p := find(); p.Privacy.String() != "phone=org" || p.WritesIn != "cy" || !strings.Contains(p.HowToWorkHTML, "Ring") {
			t.Errorf("first import: got %q, %q, %q", p.Privacy, p.WritesIn, p.HowToWorkHTML)
		}
		if err := h.Edit(t.Context(), gwen, "gwen-pryce", people.EditInput{Name: "Gwen Pryce", Phone: "1", Privacy: people.Privacy{people.FieldPhone: people.ForMe}}); err != nil {
			t.Fatal(err)
		}
		record.Hash, record.Pronouns = "b", "she/her"
		h.imports(t, record)
		if p := find(); p.Privacy.String() != "phone=me" || p.Pronouns != "she/her" {
			t.Errorf("second import: got %q, %q", p.Privacy, p.Pronouns)
		}
	})
}

func TestLanguageOfWriting(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		v := h.as(h.add(t, "", "Gwen Pryce")[0], 0)
		cases := []struct{ in, want string }{{"", ""}, {"cy", "cy"}, {"PT-br", "pt-BR"}, {"bfi", "bfi"}, {"not a language", "!"}, {strings.Repeat("x-", 40), "!"}, {"zz", "!"}}
		for _, c := range cases {
			err := h.Edit(t.Context(), v, "gwen-pryce", people.EditInput{Name: "Gwen Pryce", WritesIn: c.in})
			if c.want == "!" {
				if errs.KindOf(err) != errs.Invalid {
					t.Errorf("%q: got %v, want Invalid", c.in, err)
				}
				continue
			}
			p, ferr := h.Find(t.Context(), v, "gwen-pryce")
			if err != nil || ferr != nil || p.WritesIn != c.want {
				t.Errorf("%q: got %q, %v, %v, want %q", c.in, p.WritesIn, err, ferr, c.want)
			}
		}
		for _, l := range people.Languages() {
			if err := h.Edit(t.Context(), v, "gwen-pryce", people.EditInput{Name: "Gwen Pryce", WritesIn: l.Tag}); err != nil {
				t.Errorf("%s: %v", l.Name, err)
			}
		}
	})
}
