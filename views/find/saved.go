package find

import (
	"watercooler/views/layout"
	"watercooler/views/parts"
)

// SavedPage lists the searches that its reader follows.
type SavedPage struct {
	Chrome   layout.Chrome
	Searches []Saved
	Sends    bool // the hub sends letters
}

// Saved is one of them. Its Path shows the results by GET, and by POST takes do: alert with an alert, or stop.
type Saved struct {
	Query, Kind string
	Path        string
	New         int
	More        bool // there may be more than New
	Alerts      []parts.Option
}

// Letter is a letter about searches that somebody follows.
type Letter struct {
	Hub, Stop string
	Searches  []News
}

// News is what is new in a search.
type News struct {
	Query, Link string
	Hits        []NewHit
}

// NewHit is one thing that is new.
type NewHit struct{ Title, Link, By string }

// BetsPage lists best bets, with the form for another: it posts words, path, note and expires.
type BetsPage struct {
	Chrome                     layout.Chrome
	Bets                       []Bet
	Words, Path, Note, Expires string
	Problems                   parts.Problems
}

// Bet is a best bet. Before results only Title, Path, Kind and Note are shown.
type Bet struct {
	Title, Path, Kind, Note string
	Words                   string
	Expires                 string // the day; "" for never
	Expired                 bool
	RemovePath              string
}
