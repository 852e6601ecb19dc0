package threads

import "strconv"

func (p FeedPage) hasAside() bool {
	return p.About != nil || len(p.Answerable) > 0 || len(p.Suggested) > 0 || p.Week != nil
}

// columns names the grid that has room for what the page holds.
func columns(p FeedPage) string {
	switch {
	case len(p.Places) > 0 && p.hasAside():
		return "cols three"
	case len(p.Places) > 0:
		return "cols side"
	case p.hasAside():
		return "cols two"
	}
	return "narrow"
}

// moderated reports whether there is anything in the menu "Moderate".
func (c Conversation) moderated() bool {
	return c.MovePath != "" || c.PinPath != "" || c.UnpinPath != ""
}

func replyID(id int64) string { return "reply-" + strconv.FormatInt(id, 10) }
