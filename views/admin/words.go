package admin

import (
	"strconv"
	"strings"

	"watercooler/views/parts"
)

// rooms are the tabs of the administration.
func rooms(now string) []parts.Tab {
	return []parts.Tab{
		{Text: "Overview", Path: "/admin", Current: now == "overview"},
		{Text: "Accounts", Path: "/admin/accounts", Current: now == "accounts"},
		{Text: "Events", Path: "/admin/events", Current: now == "events"},
	}
}

// held names the chosen roles.
func held(roles []parts.Option) string {
	var names []string
	for _, r := range roles {
		if r.Selected {
			names = append(names, r.Label)
		}
	}
	if len(names) == 0 {
		return "Member"
	}
	return strings.Join(names, ", ")
}

func attempts(n int) string {
	if n == 1 {
		return "1 attempt"
	}
	return strconv.Itoa(n) + " attempts"
}

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}
