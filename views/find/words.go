package find

import (
	"net/url"

	"watercooler/views/parts"
)

func searchPath(query string) string { return "/search?q=" + url.QueryEscape(query) }

func tally(h *Hit) string {
	useful, replies := "", ""
	if h.Votes > 0 {
		useful = parts.Thousands(h.Votes) + " useful"
	}
	switch {
	case h.Replies == 1:
		replies = "1 reply"
	case h.Replies > 1:
		replies = parts.Thousands(h.Replies) + " replies"
	}
	if useful != "" && replies != "" {
		return useful + " · " + replies
	}
	return useful + replies
}
