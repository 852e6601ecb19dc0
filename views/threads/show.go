package threads

import "strconv"

func (p FeedPage) hasAside() bool {
	return p.About != nil || len(p.Reminders) > 0 || p.Waiting != nil || len(p.Answerable) > 0 || len(p.Suggested) > 0 || p.Week != nil
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

// quietly reports whether checking is offered among the other things one can do, not in a note of its own.
func (f Freshness) quietly() bool { return f.CheckPath != "" && f.Age == "" }

// said reports whether there is anything to say above the opening.
func (f Freshness) said() bool {
	return f.Superseded || f.Age != "" || f.Checked != "" || len(f.Replaces) > 0 || len(f.Kept) > 0 || f.Next != ""
}

func replyID(id int64) string { return "reply-" + strconv.FormatInt(id, 10) }
