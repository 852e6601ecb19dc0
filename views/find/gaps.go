package find

import (
	"watercooler/views/layout"
	"watercooler/views/parts"
)

// GapsPage lists what people look for and do not find, or what became of it.
type GapsPage struct {
	Chrome    layout.Chrome
	Closed    bool // what became of it
	Gaps      []Gap
	Moderates bool // the reader looks after best bets too
	Days      int  // that are looked back on
}

// Gap is one of them.
type Gap struct {
	Said       string
	Path       string // its page
	SearchPath string
	How        string // "Searched for 7 times, and little was found"
	Owner      parts.Link
	Answer     parts.Link // what was written because of it
	Note       string
	Became     string // of a closed one: "Found since 4 March 2027"
	Open       bool

	AskPath, WritePath string // the composer with its words; empty where it is closed
	TakePath           string // POST; empty where somebody looks into it
	BetPath            string // empty for those who set no best bets
}

// GapPage is the page of one gap. It posts who to AssignPath, and answer and note to ClosePath.
type GapPage struct {
	Chrome layout.Chrome
	Gap
	Ways       []string
	AssignPath string // empty where the reader does not manage it
	ClosePath  string
	Who        string
	AnswerAt   string // address of the answer, as typed
	NoteTyped  string
	Problems   parts.Problems
}
