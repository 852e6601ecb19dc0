package views_test

import (
	"bytes"
	"strconv"
	"testing"

	"watercooler/views/layout"
	"watercooler/views/parts"
	"watercooler/views/threads"
)

// The thread page is what people read most: 40 replies from memory are to take about 0.1 ms.
func BenchmarkThreadWith40Replies(b *testing.B) {
	at := parts.Moment{ISO: "2027-03-04T10:42:00Z", Text: "4 March 2027", Full: "4 March 2027 at 10:42", Ago: "2 h ago"}
	by := parts.Person{Name: "Gwen Pryce", Path: "/people/gwen.pryce", Initials: "GP", Tint: 1, Unit: "Libraries"}
	html := string(bytes.Repeat([]byte("<p>We did it for two library buildings in 2024, with a separate network so that school traffic is never shared.</p>\n"), 4))
	page := threads.ShowPage{
		Chrome: layout.Chrome{Title: "Can a school’s fibre serve the houses around it?", Hub: "Devon County Council", Viewer: layout.Me{SignedIn: true, Name: "Priya Nair", Initials: "PN", Path: "/people/priya.nair"}},
		ID:     42, Kind: "question", Title: "Can a school’s fibre serve the houses around it?", BodyHTML: html, Author: by, At: at, WhoSees: "Visible to everyone signed in",
		Conversation: threads.Conversation{Heading: "40 replies", Form: &threads.ReplyForm{Action: "/threads/42/replies", Place: "thread:42", Submit: "Reply"}},
	}
	for i := range 40 {
		id := strconv.Itoa(i)
		page.Replies = append(page.Replies, threads.Reply{
			ID: int64(i), Path: "/replies/" + id, Author: by, At: at, BodyHTML: html,
			Vote: threads.Vote{ID: "vote-r" + id, Path: "/replies/" + id + "/votes", Count: i}, ReplyPath: "/threads/42?to=" + id + "#reply",
		})
	}
	var out bytes.Buffer
	b.ReportAllocs()
	for b.Loop() {
		out.Reset()
		if err := threads.Show(page).Render(b.Context(), &out); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(out.Len())/1024, "KB")
}
