package importers

import (
	"strings"
	"testing"
	"time"
)

func TestSampleNotation(t *testing.T) {
	const opening = "== question: Who has the key?\nby tilly-warren | topics Winter service | ago 12d4h\n\nThe barn is locked.\n"
	for _, tc := range []struct{ name, text, want string }{
		{"whole", opening + "\n-- gareth-luscombe | +40m | votes 3 | accepted\nI have.\n", ""},
		{"comment first", "# About keys.\n\n" + opening, ""},
		{"words before the first block", "Keys\n" + opening, "line 1: only comments"},
		{"part before the first block", "-- tilly-warren | +1h\nHello.\n", "line 1: a part comes before"},
		{"block without a title", "== question Who has the key?\n", "line 1: a block begins"},
		{"kind nobody knows", strings.Replace(opening, "question", "riddle", 1), `line 1: a thread is a question, a discussion, a post, a signal or a decision, not a "riddle"`},
		{"field nobody knows", strings.Replace(opening, "topics", "about", 1), `line 1: "about" is not a field here`},
		{"field twice", strings.Replace(opening, "ago 12d4h", "ago 12d4h | ago 3d", 1), `line 1: the field "ago" is there twice`},
		{"no date", strings.Replace(opening, " | ago 12d4h", "", 1), `line 1: the field "ago" is missing`},
		{"no time", strings.Replace(opening, "12d4h", "yesterday", 1), `line 1: "yesterday" is not a time ago`},
		{"reply without a time", opening + "\n-- gareth-luscombe | votes 3\nI have.\n", `line 6: the field "after" is missing`},
		{"reply to one that is not there", opening + "\n-- gareth-luscombe | +40m | to 1\nI have.\n", "line 6: reply 1 cannot be to reply 1"},
		{"votes in words", opening + "\n-- gareth-luscombe | +40m | votes many\nI have.\n", `line 6: "many" is not a number of votes`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			_, err := readThreads("threads/keys.txt", tc.text)
			switch {
			case tc.want == "" && err != nil:
				t.Errorf("got %v", err)
			case tc.want != "" && (err == nil || !strings.Contains(err.Error(), "threads/keys.txt, "+tc.want)):
				t.Errorf("got %v, want %q with the name of the file", err, tc.want)
			}
		})
	}
}

func TestSampleNotationIsRead(t *testing.T) {
	list, err := readThreads("threads/keys.txt", `
== post: Keys, and who has them
by tilly-warren | with ellie-vosper | for public | topics Winter service | ago 12d4h | votes 6 | useful gareth-luscombe, jill-northcott
blog maintenance | slug keys | series Winter | summary Barns, gates | and one padlock.

| Barn | Key |
| --- | --- |
| North | Kev |

-- gareth-luscombe | +1d
See [the other thread](thread:keys/1).

-- ellie-vosper | +2d1h | to 1 | useful tilly-warren
So I do.
`)
	if err != nil {
		t.Fatal(err)
	}
	got := list[0]
	if got.key != "keys/1" || got.ExternalID != "sample/thread/keys/1" || got.blog != "maintenance" || got.ago != 12*24*time.Hour+4*time.Hour {
		t.Errorf("got %+v", got)
	}
	if got.post.Slug != "keys" || got.post.Series != "Winter" || got.post.Summary != "Barns, gates | and one padlock." || len(got.post.Authors) != 1 {
		t.Errorf("got post %+v", got.post)
	}
	if !strings.HasSuffix(got.Body, "| North | Kev |") || len(got.useful) != 2 || got.Votes != 6 {
		t.Errorf("got body %q, votes %d and %v", got.Body, got.Votes, got.useful)
	}
	if len(got.replies) != 2 || got.replies[1].ParentExternalID != "sample/reply/keys/1/1" || got.replies[1].useful[0] != "tilly-warren" {
		t.Errorf("got replies %+v", got.replies)
	}
	paths := map[string]string{"keys/1": "/blog/maintenance/keys"}
	for body, want := range map[string]string{
		got.replies[0].Body:                   "See [the other thread](/blog/maintenance/keys).",
		"See [nothing](thread:keys/2) there.": "See nothing there.",
	} {
		if got := linked(body, paths); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
