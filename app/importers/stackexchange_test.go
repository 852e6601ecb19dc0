package importers_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"watercooler/app/errs"
	"watercooler/app/importers"
)

// dump is a small Stack Exchange site, table by table.
var dump = map[string]string{
	"Users": `<users>
  <row Id="-1" CreationDate="2026-01-01T00:00:00.000" DisplayName="Community" />
  <row Id="1" CreationDate="2026-01-01T09:00:00.000" DisplayName="Ada Lovelace" AboutMe="&lt;p&gt;I write &lt;b&gt;programs&lt;/b&gt;.&lt;/p&gt;" />
  <row Id="2" CreationDate="2026-01-02T09:00:00.000" DisplayName="Charles Babbage" />
</users>`,
	"Tags": `<tags>
  <row Id="1" TagName="analytical-engine" Count="1" ExcerptPostId="9" />
  <row Id="2" TagName="c#" Count="0" />
</tags>`,
	"Posts": `<posts>
  <row Id="3" PostTypeId="1" AcceptedAnswerId="5" CreationDate="2026-02-01T10:00:00.000" Score="7" Body="&lt;p&gt;How &lt;em&gt;many&lt;/em&gt; wheels?&lt;/p&gt;" OwnerUserId="2" Title="How many wheels?" Tags="&lt;analytical-engine&gt;" LastEditDate="2026-02-01T11:00:00.000" />
  <row Id="4" PostTypeId="1" CreationDate="2026-02-02T10:00:00.000" Score="-2" Body="&lt;p&gt;Wheels, how many?&lt;/p&gt;" OwnerDisplayName="Luigi" Title="Wheels?" Tags="|analytical-engine|c#|" ClosedDate="2026-02-03T10:00:00.000" />
  <row Id="5" PostTypeId="2" ParentId="3" CreationDate="2026-02-01T12:00:00.000" Score="9" Body="&lt;pre&gt;&lt;code&gt;40 * 1000&lt;/code&gt;&lt;/pre&gt;" OwnerUserId="1" />
  <row Id="6" PostTypeId="2" ParentId="3" CreationDate="2026-02-01T13:00:00.000" Score="0" Body="&lt;p&gt;Many.&lt;/p&gt;" />
  <row Id="9" PostTypeId="4" CreationDate="2026-02-01T13:00:00.000" Score="0" Body="A machine that was not built." OwnerUserId="-1" />
</posts>`,
	"Comments": `<comments>
  <row Id="1" PostId="3" Score="1" Text="A good question." CreationDate="2026-02-01T10:30:00.000" UserId="1" />
  <row Id="2" PostId="5" Score="0" Text="In ` + "`base 10`" + `?" CreationDate="2026-02-01T12:30:00.000" UserId="2" />
  <row Id="3" PostId="9" Score="0" Text="On a tag." CreationDate="2026-02-01T12:30:00.000" UserId="2" />
</comments>`,
	"PostLinks": `<postlinks>
  <row Id="1" PostId="4" RelatedPostId="3" LinkTypeId="3" CreationDate="2026-02-03T10:00:00.000" />
  <row Id="2" PostId="4" RelatedPostId="3" LinkTypeId="1" CreationDate="2026-02-03T10:00:00.000" />
</postlinks>`,
	"Votes": `<votes>
  <row Id="1" PostId="3" VoteTypeId="2" CreationDate="2026-02-01T00:00:00.000" />
</votes>`,
}

// writeDump writes the tables of a dump, changed by edit, as a folder called se-engines.
func writeDump(t *testing.T, edit func(name, table string) string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "se-engines")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, table := range dump {
		table = "\ufeff<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + table
		if edit != nil {
			table = edit(name, table)
		}
		if table == "" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, name+".xml"), []byte(table), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestStackExchange(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		dir := writeDump(t, nil)
		r, err := importers.StackExchange(t.Context(), h.deps, dir, importers.Options{})
		if err != nil {
			t.Fatal(err)
		}
		wantCount(t, r, "questions", importers.Count{Read: 2, Created: 2})
		wantCount(t, r, "answers", importers.Count{Read: 2, Created: 2})
		wantCount(t, r, "comments", importers.Count{Read: 3, Created: 2})
		wantCount(t, r, "people", importers.Count{Read: 5, Created: 4})
		for _, tc := range []struct {
			name, query string
			want        []string
		}{
			{"questions", `
				SELECT external_id || ': ' || title || ' (' || imported_votes || ')'
				FROM threads
				ORDER BY created_at
				LIMIT 9`,
				[]string{"stackexchange/engines/post/3: How many wheels? (7)", "stackexchange/engines/post/4: Wheels? (0)"}},
			{"markdown", "SELECT body FROM threads ORDER BY created_at LIMIT 1", []string{"How *many* wheels?"}},
			{"duplicates keep their link", "SELECT body FROM threads WHERE closed_at IS NOT NULL LIMIT 9",
				[]string{"Wheels, how many?\n\nThis is a duplicate of [How many wheels?](https://engines.stackexchange.com/q/3)."}},
			{"accepted answer", `
				SELECT r.external_id
				FROM threads t JOIN replies r ON r.id = t.accepted_reply_id
				ORDER BY r.id
				LIMIT 9`, []string{"stackexchange/engines/post/5"}},
			{"comments hang under what they comment on", `
				SELECT r.external_id || ' under ' || COALESCE(p.external_id, 'the thread')
				FROM replies r LEFT JOIN replies p ON p.id = r.parent_id
				ORDER BY r.created_at
				LIMIT 9`, []string{
				"stackexchange/engines/comment/1 under the thread", "stackexchange/engines/post/5 under the thread",
				"stackexchange/engines/comment/2 under stackexchange/engines/post/5", "stackexchange/engines/post/6 under the thread"}},
			{"authors without account", `
				SELECT p.external_id || ' ' || p.name
				FROM threads t JOIN people p ON p.id = t.author_id
				WHERE p.left_at IS NOT NULL
				ORDER BY p.id
				LIMIT 9`, []string{"stackexchange/engines/user/former/Luigi Luigi"}},
			{"authors without anything", `
				SELECT p.name
				FROM replies r JOIN people p ON p.id = r.author_id
				WHERE p.left_at IS NOT NULL
				ORDER BY p.id
				LIMIT 9`, []string{"Former contributor"}},
			{"topics of threads", `
				SELECT o.name
				FROM threads t JOIN thread_topics x ON x.thread_id = t.id JOIN topics o ON o.id = x.topic_id
				WHERE t.closed_at IS NOT NULL
				ORDER BY o.name
				LIMIT 9`, []string{"Analytical engine", "C#"}},
			{"description of a topic", "SELECT description FROM topics WHERE description <> '' LIMIT 9", []string{"A machine that was not built."}},
			{"about", "SELECT about FROM people WHERE about <> '' LIMIT 9", []string{"I write **programs**."}},
			{"organisation", `
				SELECT DISTINCT o.name
				FROM people p JOIN organisations o ON o.id = p.organisation_id
				ORDER BY o.name
				LIMIT 9`, []string{"engines.stackexchange.com"}},
		} {
			if got := h.texts(t, tc.query); !slices.Equal(got, tc.want) {
				t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
			}
		}

		again, err := importers.StackExchange(t.Context(), h.deps, dir, importers.Options{})
		if err != nil || again.Changes() != 0 {
			t.Errorf("importing again: %v\n%s", err, again.String())
		}

		changed := writeDump(t, func(_, table string) string { return strings.ReplaceAll(table, "Many.", "Very many.") })
		third, err := importers.StackExchange(t.Context(), h.deps, changed, importers.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if third.Changes() != 1 {
			t.Errorf("after one answer was edited\n%s", third.String())
		}
		wantCount(t, third, "answers", importers.Count{Read: 2, Changed: 1, Unchanged: 1})
	})
}

func TestStackExchangeOptions(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		o := importers.Options{Source: "machines", Organisation: importers.Home, Audience: "public"}
		if _, err := importers.StackExchange(t.Context(), h.deps, writeDump(t, nil), o); err != nil {
			t.Fatal(err)
		}
		if n := h.number(t, "SELECT COUNT(*) FROM threads WHERE audience = 'public' AND external_id LIKE 'stackexchange/machines/%'"); n != 2 {
			t.Errorf("public threads of the source: got %d, want 2", n)
		}
		if n := h.number(t, "SELECT COUNT(*) FROM organisations"); n != 1 {
			t.Errorf("organisations: got %d, want 1", n)
		}
		o.Audience = "everybody"
		if _, err := importers.StackExchange(t.Context(), h.deps, writeDump(t, nil), o); errs.KindOf(err) != errs.Invalid {
			t.Errorf("an unknown audience: got %v, want Invalid", err)
		}
	})
}

func zipped(t *testing.T, s string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write([]byte(s)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestBrokenDumps imports what goes wrong in practice. Each is refused with file and line, and the hub stays as it was.
func TestBrokenDumps(t *testing.T) {
	long := "<posts>\n" + strings.Repeat(`<row Id="1" PostTypeId="5" Body="x" CreationDate="2026-02-01T10:00:00.000"/>`+"\n", 20_000)
	replace := func(table, old, with string) func(name, s string) string {
		return func(name, s string) string {
			if name == table {
				s = strings.Replace(s, old, with, 1)
			}
			return s
		}
	}
	whole := func(table, content string) func(name, s string) string {
		return func(name, s string) string {
			if name == table {
				return content
			}
			return s
		}
	}
	for _, tc := range []struct {
		name string
		edit func(name, table string) string
		want string
	}{
		{"no posts", whole("Posts", ""), "holds no Posts.xml"},
		{"cut off", replace("Posts", "</posts>", ""), "Posts.xml, line 8: the file ends in the middle"},
		{"cut off within a row", whole("Posts", "<posts>\n<row Id=\"1\" Bo"), "Posts.xml, line 2: the file ends in the middle"},
		{"cut off while compressed", whole("Posts", string(zipped(t, long)[:3000])), "the file ends in the middle"},
		{"damaged while compressed", whole("Posts", "\x1f\x8b\x08\x00garbage and more garbage"), "the compressed file is damaged"},
		{"another table", whole("Posts", "<badges>\n</badges>"), "Posts.xml, line 1: the file holds <badges>, not the <posts> table"},
		{"not XML", whole("Posts", "id,title\n1,2\n"), "there is text where a <posts> table was expected"},
		{"another version of XML", whole("Posts", `<?xml version="2.0"?><posts/>`), "Posts.xml, line 1: this XML cannot be read"},
		{"another encoding", whole("Posts", `<?xml version="1.0" encoding="utf-16"?><posts/>`), `Posts.xml, line 1: the file is in "utf-16"`},
		{"empty", whole("Posts", "\n"), "the file holds no <posts> table"},
		{"broken XML", replace("Comments", `Text="A good`, `Text=A good`), "Comments.xml, line 3: this is not well-formed XML"},
		{"missing author", replace("Posts", `OwnerUserId="2"`, `OwnerUserId="77"`), "Posts.xml, line 3: user 77 wrote this but is not in the Users table"},
		{"missing author of a comment", replace("Comments", `UserId="2"`, `UserId="77"`), "Comments.xml, line 4: user 77"},
		{"answer to nothing", replace("Posts", `ParentId="3"`, `ParentId="88"`), "Posts.xml, line 5: answer 5 belongs to question 88"},
		{"no title", replace("Posts", `Title="Wheels?"`, ``), "Posts.xml, line 4: the row has no Title"},
		{"no date", replace("Users", `CreationDate="2026-01-02T09:00:00.000"`, `CreationDate="yesterday"`), `Users.xml, line 5: CreationDate is "yesterday", not a time`},
		{"number that is none", replace("Votes", `PostId="3"`, `PostId="three"`), `Votes.xml, line 3: PostId is "three", not a number`},
		{"user twice", replace("Users", `Id="2"`, `Id="1"`), "Users.xml, line 5: user 1 is in the table twice"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := sqliteHub(t)
			before := h.rows(t)
			_, err := importers.StackExchange(t.Context(), h.deps, writeDump(t, tc.edit), importers.Options{})
			if errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v\nwant Invalid with %q", err, tc.want)
			}
			if after := h.rows(t); after != before {
				t.Errorf("the hub had %d rows, now %d", before, after)
			}
		})
	}
}

// TestJunk points the importer at 200 MB that are no table, with and without compression.
func TestJunk(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 200 MB")
	}
	for _, tc := range []struct{ name, start, fill, file string }{
		{"zeros", "", "\x00", "Posts.xml"},
		{"text", "<posts>", "junk ", "Posts.xml"},
		{"one endless attribute", `<posts><row Body="`, "junk ", "Posts.xml"},
		{"zeros, compressed", "", "\x00", "Posts.xml.gz"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := sqliteHub(t)
			dir := writeDump(t, func(name, table string) string {
				if name == "Posts" {
					return ""
				}
				return table
			})
			writeJunk(t, filepath.Join(dir, tc.file), tc.start, tc.fill)
			before := h.rows(t)
			var started, ended runtime.MemStats
			runtime.ReadMemStats(&started)
			_, err := importers.StackExchange(t.Context(), h.deps, dir, importers.Options{})
			runtime.ReadMemStats(&ended)
			if errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), tc.file+", line 1") {
				t.Errorf("got %v, want Invalid with file and line", err)
			}
			// Everything allocated on the way, freed or not: growing a buffer to 4 MB takes some 20.
			if mb := (ended.TotalAlloc - started.TotalAlloc) >> 20; mb > 64 {
				t.Errorf("read with %d MB allocated, want at most 64", mb)
			}
			if after := h.rows(t); after != before {
				t.Errorf("the hub had %d rows, now %d", before, after)
			}
		})
	}
}

// writeJunk writes 200 MB to path, compressed if it is called .gz.
func writeJunk(t *testing.T, path, start, fill string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	chunk := strings.Repeat(fill, 1<<20/len(fill))
	write := func(w interface{ Write([]byte) (int, error) }) {
		if _, err := fmt.Fprint(w, start); err != nil {
			t.Fatal(err)
		}
		for range 200 {
			if _, err := fmt.Fprint(w, chunk); err != nil {
				t.Fatal(err)
			}
		}
	}
	if !strings.HasSuffix(path, ".gz") {
		write(f)
		return
	}
	z := gzip.NewWriter(f)
	write(z)
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
}
