package experts

import (
	views "watercooler/views/experts"
	"watercooler/views/parts"
)

// units says where the knowledge sits; each name leads to the people of that unit.
func (w wanted) units(list []UnitCover) []views.Unit {
	var out []views.Unit
	for _, u := range list[:min(len(list), valuesShown)] {
		out = append(out, views.Unit{Name: u.Name, People: u.People, Share: 100 * u.People / list[0].People})
	}
	return out
}

// A facet is one thing by which people are narrowed, and the field of the address that does it.
type facet struct {
	name   string
	values []Value
	field  func(w *wanted) *string
}

func (f Facets) all() []facet {
	return []facet{
		{"Unit", f.Units, func(w *wanted) *string { return &w.unit }},
		{"Location", f.Locations, func(w *wanted) *string { return &w.location }},
		{"Language", f.Languages, func(w *wanted) *string { return &w.language }},
		{"Organisation", f.Organisations, func(w *wanted) *string { return &w.organisation }},
	}
}

// filters offers what the people found can be narrowed by: where all share a value there is nothing to choose.
func (w wanted) filters(f Facets) []parts.FilterGroup {
	var out []parts.FilterGroup
	for _, facet := range f.all() {
		if *facet.field(&w) != "" || len(facet.values) < 2 {
			continue
		}
		g := parts.FilterGroup{Name: facet.name}
		for _, value := range facet.values[:min(len(facet.values), valuesShown)] {
			to := w.at(1)
			*facet.field(&to) = value.Key
			g.Values = append(g.Values, parts.Tab{Text: value.Name, Path: to.path(), Count: value.Count})
		}
		out = append(out, g)
	}
	if w.since == "" {
		g := parts.FilterGroup{Name: "Active"}
		for _, s := range spans {
			to := w.at(1)
			to.since = s.key
			g.Values = append(g.Values, parts.Tab{Text: s.text, Path: to.path()})
		}
		out = append(out, g)
	}
	return out
}

// active are the filters in force, each a link to the page without it.
func (w wanted) active(f Facets) []parts.Link {
	var out []parts.Link
	for _, facet := range f.all() {
		key := *facet.field(&w)
		if key == "" {
			continue
		}
		name := key
		for _, value := range facet.values {
			if value.Key == key {
				name = value.Name
			}
		}
		to := w.at(1)
		*facet.field(&to) = ""
		out = append(out, parts.Link{Text: facet.name + ": " + name, Path: to.path()})
	}
	for _, s := range spans {
		if s.key == w.since {
			to := w.at(1)
			to.since = ""
			out = append(out, parts.Link{Text: s.text, Path: to.path()})
		}
	}
	return out
}
