package signals

import (
	"strconv"

	"watercooler/views/parts"
)

// kinds are the kinds of source in the order in which pages show them, with what people call them and an example.
var kinds = []struct{ kind, name, hint string }{
	{"press", "Press", "Newspapers, radio, local sites"},
	{"local", "Local politics", "Parties, campaigns and meetings in the county"},
	{"national", "National politics", "Parliament, parties, elections"},
	{"policy", "Policy", "Law, guidance, consultations, think tanks"},
	{"regulator", "Regulators", "Inspectorates, ombudsmen, watchdogs"},
	{"peers", "Peers", "Other councils and public bodies"},
	{"demography", "Demography", "Population, households, work, health"},
	{"technology", "Technology", "What machines can do now"},
}

// KindName is what people call a kind of source; "" for what is none.
func KindName(kind string) string {
	for _, k := range kinds {
		if k.kind == kind {
			return k.name
		}
	}
	return ""
}

// options are the kinds of source to choose from.
func options(chosen string) []parts.Option {
	list := []parts.Option{{Label: "Choose one", Selected: chosen == ""}}
	for _, k := range kinds {
		list = append(list, parts.Option{Value: k.kind, Label: k.name + ": " + k.hint, Selected: k.kind == chosen})
	}
	return list
}

func itemID(id int64) string { return "item-" + strconv.FormatInt(id, 10) }

func whyID(id int64) string { return "f-why-" + strconv.FormatInt(id, 10) }

func nameHint(fresh bool) string {
	if fresh {
		return "Left empty, it is what the feed calls itself."
	}
	return ""
}

// removal says what goes with a source.
func removal(waiting int) string {
	switch waiting {
	case 0:
		return "Nothing waits from it. What was clipped stays."
	case 1:
		return "1 item that waits to be looked at goes with it. What was clipped stays."
	}
	return parts.Thousands(waiting) + " items that wait to be looked at go with it. What was clipped stays."
}
