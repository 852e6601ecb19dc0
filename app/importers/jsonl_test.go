package importers_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"watercooler/app/errs"
	"watercooler/app/importers"
)

const own = `{"type":"organisation","external_id":"o1","name":"Devon County Council","home":true}
{"type":"organisation","external_id":"o2","name":"Dartmoor Rangers"}
{"type":"unit","external_id":"u2","name":"Web","parent":"u1"}
{"type":"unit","external_id":"u1","name":"Digital","organisation":"o1"}
{"type":"person","external_id":"p1","name":"Siân Rees","handle":"sian","unit":"u2","manager":"p2","created":"2020-05-01"}
{"type":"person","external_id":"p2","name":"Helen Trevanion","organisation":"o1"}
{"type":"person","external_id":"p3","name":"Owen Prideaux","organisation":"o2","left":"2026-01-31"}
{"type":"topic","external_id":"t1","name":"Footpaths","broader":"Highways","synonyms":["prow"]}
{"type":"topic","external_id":"t2","name":"Highways"}

{"type":"thread","external_id":"x1","kind":"question","title":"Which stile?","body":"The *old* one?","author":"p1","topics":["prow"],"audience":"public","created":"2026-05-01T10:00:00+01:00","votes":3}
{"type":"thread","external_id":"x2","kind":"discussion","title":"Rota","body":"Who swaps?","author":"p3","audience":"org:o2","ago":"3d4h"}
{"type":"reply","external_id":"r1","thread":"x1","author":"p2","body":"The new one.","created":"2026-05-01T12:00:00Z","accepted":true,"votes":2}
{"type":"reply","external_id":"r2","thread":"x1","parent":"r1","author":"p1","body":"Thanks","created":"2026-05-01T13:00:00Z"}
`

func TestOwnFormat(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		path := write(t, "export.jsonl", own)
		r, err := importers.JSONL(t.Context(), h.deps, path, importers.Options{})
		if err != nil {
			t.Fatal(err)
		}
		wantCount(t, r, "people", importers.Count{Read: 3, Created: 3})
		wantCount(t, r, "topics", importers.Count{Read: 2, Created: 2})
		wantCount(t, r, "threads", importers.Count{Read: 2, Created: 2})
		wantCount(t, r, "replies", importers.Count{Read: 2, Created: 2})
		for _, tc := range []struct {
			name, query string
			want        []string
		}{
			{"people", `
				SELECT p.handle || ' / ' || o.name || ' / ' || COALESCE(u.name, '-') || ' / ' || COALESCE(m.handle, '-')
				FROM people p JOIN organisations o ON o.id = p.organisation_id LEFT JOIN units u ON u.id = p.unit_id
					LEFT JOIN people m ON m.id = p.manager_id
				ORDER BY p.name
				LIMIT 9`, []string{
				"helen-trevanion / Devon County Council / - / -", "owen-prideaux / Dartmoor Rangers / - / -",
				"sian / Devon County Council / Web / helen-trevanion"}},
			{"units", "SELECT u.name || ' in ' || p.name FROM units u JOIN units p ON p.id = u.parent_id LIMIT 9", []string{"Web in Digital"}},
			{"broader topics", "SELECT t.name || ' in ' || b.name FROM topics t JOIN topics b ON b.id = t.broader_id LIMIT 9", []string{"Footpaths in Highways"}},
			{"topics by synonym", `
				SELECT o.name
				FROM thread_topics x JOIN topics o ON o.id = x.topic_id
				ORDER BY o.name
				LIMIT 9`, []string{"Footpaths"}},
			{"accepted and nested", `
				SELECT r.external_id || ' ' || COALESCE(p.external_id, '-')
				FROM replies r JOIN threads t ON t.id = r.thread_id AND t.accepted_reply_id IS NOT NULL LEFT JOIN replies p ON p.id = r.parent_id
				ORDER BY r.created_at
				LIMIT 9`, []string{"r1 -", "r2 r1"}},
		} {
			if got := h.texts(t, tc.query); !slices.Equal(got, tc.want) {
				t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
			}
		}
		if n := h.number(t, `
			SELECT COUNT(*)
			FROM threads t JOIN organisations o ON t.audience = 'org:' || CAST(o.id AS TEXT)
			WHERE o.name = 'Dartmoor Rangers'`); n != 1 {
			t.Errorf("threads for the partner alone: got %d, want 1", n)
		}
		at := time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC).UnixMicro()
		if n := h.number(t, "SELECT COUNT(*) FROM threads WHERE external_id = 'x1' AND created_at = $1 AND vote_count = 3", at); n != 1 {
			t.Error("the question does not have its date or votes")
		}
		again, err := importers.JSONL(t.Context(), h.deps, path, importers.Options{})
		if err != nil || again.Changes() != 0 {
			t.Errorf("importing again: %v\n%s", err, again.String())
		}
	})
}

const plain = `{"id":"1","kind":"q","title":"Why?","text":"Why is *this* so?","author":"ada","date":"2018-03-12T17:00:45.567","tags":["quantum-gate"],"score":-1}
{"id":"2","kind":"a","parent":"1","title":"Why?","text":"Because.","author":"charles","date":"2018-03-13T17:00:45.567","score":4,"accepted":true}
{"id":"3","title":"","text":"No title here. But two sentences.","authors":["Greg_Stein","Marc-André_Lemburg","13"],"date":"1996-05-08","sponsors":[]}
{"id":"4","title":"Only a title","text":""}
{"id":"5","title":"","text":""}
{"id":"1","kind":"q","title":"Why again?","text":"x","author":"ada"}
{"id":"6","kind":"a","parent":"99","title":"Lost?","text":"An answer to nothing.","author":["ada","charles"]}
{"id":"7","kind":"m","parent":"8","text":"A message in answer to a later one.","author":"charles"}
{"id":"8","kind":"m","parent":"3","text":"<b>Bold</b> words, *code* and\n# no heading, <unknown> a_b","author":"ada"}
{"id":"ada","name":"Ada Lovelace","agency":"Analytical Society","bio":"Programs."}
`

func TestPlainDocuments(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		dir := filepath.Join(t.TempDir(), "archive")
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, "docs.jsonl.gz"), zipped(t, plain), 0o644); err != nil {
			t.Fatal(err)
		}
		r, err := importers.JSONL(t.Context(), h.deps, dir, importers.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, tc := range []struct {
			name, query string
			want        []string
		}{
			{"threads", `
				SELECT t.external_id || ' ' || t.kind || ' ' || t.title || ' by ' || p.name
				FROM threads t JOIN people p ON p.id = t.author_id
				ORDER BY t.external_id
				LIMIT 9`, []string{
				"archive/1 question Why? by Ada Lovelace", "archive/3 discussion No title here. But two sentences. by Greg Stein",
				"archive/4 discussion Only a title by Unknown author", "archive/6 discussion Lost? by Ada Lovelace"}},
			{"co-authors", "SELECT body FROM threads WHERE external_id = 'archive/3' LIMIT 1",
				[]string{"No title here. But two sentences.\n\nWritten with Marc-André Lemburg, Author 13."}},
			{"co-authors are kept as people", `
				SELECT t.external_id || ' ' || p.external_id
				FROM post_authors a JOIN threads t ON t.id = a.thread_id JOIN people p ON p.id = a.person_id
				ORDER BY 1
				LIMIT 9`, []string{"archive/3 archive/person/13", "archive/3 archive/person/Marc-André_Lemburg", "archive/6 archive/person/charles"}},
			{"messages in answer to others", `
				SELECT r.external_id || ' in ' || t.external_id || ' under ' || COALESCE(p.external_id, '-')
				FROM replies r JOIN threads t ON t.id = r.thread_id LEFT JOIN replies p ON p.id = r.parent_id
				WHERE t.kind = 'discussion'
				ORDER BY 1
				LIMIT 9`, []string{"archive/7 in archive/3 under archive/8", "archive/8 in archive/3 under -"}},
			{"words stay as they were typed", "SELECT body_html FROM replies WHERE external_id = 'archive/8' LIMIT 1",
				[]string{"<p>&lt;b&gt;Bold&lt;/b&gt; words, *code* and<br>\n# no heading, &lt;unknown&gt; a_b</p>\n"}},
			{"a title alone", "SELECT body FROM threads WHERE external_id = 'archive/4' LIMIT 1", []string{""}},
			{"organisations", `
				SELECT o.name || ': ' || p.name
				FROM people p JOIN organisations o ON o.id = p.organisation_id
				WHERE p.external_id IN ('archive/person/ada', 'archive/person/charles')
				LIMIT 9`, []string{"Analytical Society: Ada Lovelace", "archive: charles"}},
			{"nobody in particular is never one who knows", "SELECT name FROM people WHERE left_at IS NOT NULL LIMIT 9", []string{"Unknown author"}},
			{"answers", `
				SELECT r.external_id || ' ' || r.imported_votes
				FROM replies r JOIN threads t ON t.accepted_reply_id = r.id
				ORDER BY r.id
				LIMIT 9`, []string{"archive/2 4"}},
			{"people", "SELECT external_id FROM people ORDER BY external_id LIMIT 9",
				[]string{"archive/person/13", "archive/person/Greg_Stein", "archive/person/Marc-André_Lemburg", "archive/person/ada", "archive/person/charles",
					"archive/person/unknown"}},
			{"topics", "SELECT external_id || ' ' || name FROM topics LIMIT 9", []string{"archive/topic/quantum-gate Quantum gate"}},
		} {
			got := h.texts(t, tc.query)
			slices.Sort(got)
			slices.Sort(tc.want)
			if !slices.Equal(got, tc.want) {
				t.Errorf("%s: got %q, want %q", tc.name, got, tc.want)
			}
		}
		report := r.String()
		for _, want := range []string{"it has neither title nor text (archive/5)", "1 line with an id that came before", "1 answer to documents that are not there", "left out: sponsors"} {
			if !strings.Contains(report, want) {
				t.Errorf("the report does not say %q:\n%s", want, report)
			}
		}
		again, err := importers.JSONL(t.Context(), h.deps, dir, importers.Options{})
		if err != nil || again.Changes() != 0 {
			t.Errorf("importing again: %v\n%s", err, again.String())
		}
	})
}

func TestBrokenLines(t *testing.T) {
	const author = `{"type":"person","external_id":"p1","name":"Ada"}` + "\n"
	for _, tc := range []struct{ name, content, want string }{
		{"empty", "\n\n", "the input is empty"},
		{"not JSON", author + "hello\n", "in.jsonl, line 2: this is not a JSON object"},
		{"cut off", author + `{"type":"person","exter`, "line 2: the line ends in the middle"},
		{"two objects on a line", "{}{}\n", "more than one JSON value"},
		{"neither type nor id", `{"name":"x"}`, `neither "type" nor "id"`},
		{"unknown type", `{"type":"club","external_id":"b"}`, `"club" is not a type of line`},
		{"no external id", `{"type":"person","name":"x"}`, "the person has no external_id"},
		{"no name", `{"type":"person","external_id":"p"}`, "the person p has no name"},
		{"wrong type of value", `{"type":"person","external_id":"p","name":7}`, `"name" is a number here`},
		{"bad date", `{"type":"person","external_id":"p","name":"x","created":"soon"}`, `"soon" is not a date`},
		{"bad ago", `{"type":"person","external_id":"p","name":"x","ago":"3 days"}`, `"3 days" is not a time ago`},
		{"twice", author + author, "line 2: the person p1 is in line 1 of in.jsonl already"},
		{"missing author", `{"type":"thread","external_id":"t","kind":"question","title":"x","body":"y","author":"p9"}`, "line 1: the author is person p9"},
		{"missing thread", author + `{"type":"reply","external_id":"r","thread":"t9","author":"p1","body":"y"}`, "line 2: the thread is thread t9"},
		{"missing unit", `{"type":"person","external_id":"p","name":"x","unit":"u9"}`, "the unit is unit u9"},
		{"wrong kind", author + `{"type":"thread","external_id":"t","kind":"poem","title":"x","body":"y","author":"p1"}`, "the kind of a thread"},
		{"wrong audience", author + `{"type":"thread","external_id":"t","kind":"question","title":"x","body":"y","author":"p1","audience":"friends"}`, "is not an audience"},
		{"organisation of an audience", author + `{"type":"thread","external_id":"t","kind":"question","title":"x","body":"y","author":"p1","audience":"org:9"}`, "the audience is organisation 9"},
		{"no body", author + `{"type":"reply","external_id":"r","thread":"t","author":"p1"}`, "the reply r has no body"},
		{"a unit in itself", `{"type":"unit","external_id":"u","name":"U","parent":"v"}` + "\n" + `{"type":"unit","external_id":"v","name":"V","parent":"u"}`,
			"the unit u is part of itself"},
		{"a vote for nothing", author + `{"type":"vote","person":"p1"}`, "neither a thread nor a reply"},
		{"a revision without number", author + `{"type":"revision","thread":"t","editor":"p1"}`, "has no number"},
		{"a photo that climbs", `{"type":"person","external_id":"p1","name":"A","photo":"../../etc/passwd"}`, "is not how a hub names one"},
		{"a photo that is missing", `{"type":"person","external_id":"p1","name":"A","photo":"` + strings.Repeat("0", 64) + `.jpg"}`, "is not in files"},
		{"too deep", author + `{"type":"thread","external_id":"t","kind":"question","title":"x","author":"p1","body":"` + strings.Repeat(">", 50) + `"}`, "nested too deeply"},
		{"a network without access", `{"type":"network","external_id":"n","name":"N"}`, `the access of a network is "open"`},
		{"a member who is nobody", `{"type":"network","external_id":"n","name":"N","access":"open","members":[{"person":"p9"}]}`, "the member is person p9"},
		{"a role nobody has", author + `{"type":"network","external_id":"n","name":"N","access":"open","members":[{"person":"p1","role":"king"}]}`, `the role of p1 in n`},
		{"a blog of nobody", `{"type":"blog","external_id":"b","name":"B"}`, "belongs to one person, unit or network"},
		{"a blog of two", author + `{"type":"blog","external_id":"b","name":"B","person":"p1","unit":"u"}`, "belongs to one person, unit or network"},
		{"a post without a blog", author + `{"type":"post","thread":"t"}`, "the post has no blog"},
		{"a post in no blog", author + `{"type":"thread","external_id":"t","kind":"post","title":"x","body":"y","author":"p1"}`, "line 2: the thread t is a post, but"},
		{"a question in a blog", author + `{"type":"blog","external_id":"b","name":"B","person":"p1"}` + "\n" +
			`{"type":"thread","external_id":"t","kind":"question","title":"x","body":"y","author":"p1"}` + "\n" + `{"type":"post","thread":"t","blog":"b"}`, "line 4: the post names the thread t"},
		{"a signal from nowhere", author + `{"type":"thread","external_id":"t","kind":"signal","title":"x","body":"y","author":"p1"}`, "line 2: the thread t is a signal, but"},
		{"where a question comes from", author + `{"type":"thread","external_id":"t","kind":"question","title":"x","body":"y","author":"p1"}` + "\n" +
			`{"type":"signal","thread":"t","url":"https://a.example/","kind":"press"}`, "line 3: the signal names the thread t"},
		{"a signal that is no page", author + `{"type":"thread","external_id":"t","kind":"signal","title":"x","body":"y","author":"p1"}` + "\n" +
			`{"type":"signal","thread":"t","url":"javascript:alert(1)","kind":"press"}`, "is no address of a page on the web"},
		{"a source of no kind", `{"type":"source","external_id":"s","url":"https://a.example/feed"}`, "is no kind of source"},
		{"a source of no network", `{"type":"source","external_id":"s","url":"https://a.example/feed","kind":"press","network":"n9"}`, "the network is network n9"},
		{"a network of an audience", author + `{"type":"thread","external_id":"t","kind":"question","title":"x","body":"y","author":"p1","audience":"network:9"}`, "the audience is network 9"},
		{"a redirect to nothing", `{"type":"redirect","path":"/x"}`, "leads to one thread"},
		{"a redirect of no path", author + `{"type":"redirect","path":"x","person":"p1"}`, "begins with a slash"},
		{"a file that a browser would run", author + `{"type":"attachment","external_id":"a","person":"p1","name":"x","file":"` + strings.Repeat("0", 64) + `.html"}`, "is not how a hub names one"},
		{"a statement without words", `{"type":"statement","slug":"privacy"}`, "has no body"},
		{"parent after child", author + `{"type":"thread","external_id":"t","kind":"question","title":"x","body":"y","author":"p1"}` + "\n" +
			`{"type":"reply","external_id":"r","thread":"t","parent":"r2","author":"p1","body":"y"}`, "the parent is reply r2"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := sqliteHub(t)
			before := h.rows(t)
			_, err := importers.JSONL(t.Context(), h.deps, write(t, "in.jsonl", tc.content), importers.Options{})
			if errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v\nwant Invalid with %q", err, tc.want)
			}
			if after := h.rows(t); after != before {
				t.Errorf("the hub had %d rows, now %d", before, after)
			}
		})
	}
	h := sqliteHub(t)
	if _, err := importers.JSONL(t.Context(), h.deps, t.TempDir(), importers.Options{}); errs.KindOf(err) != errs.Invalid {
		t.Errorf("an empty folder: got %v, want Invalid", err)
	}
	if _, err := importers.JSONL(t.Context(), h.deps, "/nowhere", importers.Options{}); !errs.IsNotFound(err) {
		t.Errorf("no folder: got %v, want NotFound", err)
	}
}

func TestLinesJunk(t *testing.T) {
	if testing.Short() {
		t.Skip("writes 200 MB")
	}
	h := sqliteHub(t)
	path := filepath.Join(t.TempDir(), "junk.jsonl.gz")
	writeJunk(t, path, "", "junk ")
	_, err := importers.JSONL(t.Context(), h.deps, path, importers.Options{})
	if errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), "junk.jsonl.gz, line 1: this line is longer than 4 MB") {
		t.Errorf("got %v", err)
	}
}

func TestImportIntoAnEmptyHub(t *testing.T) {
	for _, tc := range []struct{ name, content, organisation, says string }{
		{"that names its organisation", own, "Devon County Council", ""},
		{"that does not", `{"id":"1","title":"A page","text":"Its text.","author":"Ada"}`, "Our organisation", "This hub was empty."},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := emptySQLite(t)
			r, err := importers.JSONL(t.Context(), h.deps, write(t, "export.jsonl", tc.content), importers.Options{})
			if err != nil {
				t.Fatal(err)
			}
			got := h.texts(t, "SELECT name FROM organisations WHERE home = TRUE LIMIT 2")
			if !slices.Equal(got, []string{tc.organisation}) {
				t.Errorf("home organisations: got %q, want %q", got, tc.organisation)
			}
			if !strings.Contains(r.String(), tc.says) {
				t.Errorf("the report does not say so:\n%s", r.String())
			}
		})
	}
}

// TestLinesAboutWhatIsThere: replies may come later than their thread, also to one that not everybody may read.
func TestLinesAboutWhatIsThere(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		first := `{"type":"person","external_id":"p1","name":"Ada"}
{"type":"network","external_id":"n","name":"N","access":"private","members":[{"person":"p1","role":"steward"}]}
{"type":"thread","external_id":"t","kind":"discussion","title":"Among us","body":"y","author":"p1","network":"n"}
{"type":"reply","external_id":"r1","thread":"t","author":"p1","body":"one"}`
		later := `{"type":"reply","external_id":"r2","thread":"t","parent":"r1","author":"p1","body":"two"}`
		for _, content := range []string{first, later} {
			r, err := importers.JSONL(t.Context(), h.deps, write(t, "in.jsonl", content), importers.Options{})
			if err != nil || r.Skipped() > 0 {
				t.Fatalf("%v\n%s", err, r.String())
			}
		}
		if n := h.number(t, "SELECT COUNT(*) FROM replies r JOIN threads t ON t.id = r.thread_id JOIN replies p ON p.id = r.parent_id WHERE t.audience = 'network:1' AND t.reply_count = 2"); n != 1 {
			t.Errorf("%d replies to replies among members", n)
		}
	})
}
