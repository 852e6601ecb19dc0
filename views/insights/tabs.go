// Package insights holds the pages on which the organisation's intelligence is read back to its leaders.
package insights

import "watercooler/views/parts"

// Tabs are the pages of the room, current being the path of the one shown.
func Tabs(current string) []parts.Tab {
	tabs := []parts.Tab{
		{Text: "Summary", Path: "/insights"},
		{Text: "Scorecard", Path: "/insights/scorecard"},
		{Text: "Symptoms", Path: "/insights/symptoms"},
		{Text: "Maps", Path: "/insights/maps"},
		{Text: "Brief", Path: "/brief"},
		{Text: "Method", Path: "/insights/method"},
	}
	for i := range tabs {
		tabs[i].Current = tabs[i].Path == current
	}
	return tabs
}
