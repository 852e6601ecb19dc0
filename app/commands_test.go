package app_test

import (
	"archive/zip"
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"watercooler/app"
	"watercooler/app/apptest"
	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/importers"
	"watercooler/config"
)

// site is a data folder and the commands an operator runs on it.
type site struct {
	t    *testing.T
	dir  string
	args []string
}

func newSite(t *testing.T, args ...string) site {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	return site{t: t, dir: dir, args: append([]string{"--data", dir, "--metrics-listen", "", "--database-sync", "normal"}, args...)}
}

// command returns the program as the site's settings make it, with what it prints.
func (s site) command(args ...string) (c app.Command, out, log *lines) {
	s.t.Helper()
	cfg, err := config.Load(append(slices.Clone(s.args), args...), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	out, log = newLines(), newLines()
	return app.Command{Config: cfg, Version: "v1-test", Out: out, Err: log}, out, log
}

// run runs one command to its end and returns what it printed.
func (s site) run(do func(c app.Command) error) string {
	s.t.Helper()
	c, out, log := s.command()
	if err := do(c); err != nil {
		s.t.Fatalf("%s\n%s%s", app.Explain(err), out, log)
	}
	return out.String()
}

// refused runs a command that must fail, and returns why in the words an operator reads.
func (s site) refused(do func(c app.Command) error) string {
	s.t.Helper()
	c, out, _ := s.command()
	err := do(c)
	if err == nil {
		s.t.Fatalf("done, want a refusal; it printed %s", out)
	}
	return app.Explain(err)
}

// serve serves the site until the test or the returned stop ends it, and returns its address and what it says to the operator.
func (s site) serve(args ...string) (base string, log *lines, stop func()) {
	s.t.Helper()
	address := "127.0.0.1:" + backends.FreePort(s.t)
	c, _, log := s.command(append([]string{"--listen", address, "--base-url", "http://" + address}, args...)...)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- c.Serve(ctx); log.end() }()
	stop = func() {
		cancel()
		if err := <-ended; err != nil {
			s.t.Errorf("serve: %v", err)
		}
		ended <- nil // for the next caller
	}
	s.t.Cleanup(stop)
	log.waitFor(s.t, "http://"+address) // it listens by then
	return "http://" + address, log, stop
}

// open opens the site's database beside whatever runs.
func (s site) open() *db.DB {
	s.t.Helper()
	return backends.Open(s.t, "sqlite:"+filepath.Join(s.dir, "watercooler.db"), db.Options{Sync: "normal"})
}

func (s site) exec(statement string, args ...any) {
	s.t.Helper()
	d := s.open()
	err := d.Tx(s.t.Context(), func(tx *db.Tx) error {
		_, err := tx.Exec(s.t.Context(), statement, args...)
		return err
	})
	if err != nil {
		s.t.Fatalf("%s: %v", statement, err)
	}
}

func (s site) number(query string) (n int) {
	s.t.Helper()
	if err := s.open().QueryRow(s.t.Context(), query).Scan(&n); err != nil {
		s.t.Fatalf("%s: %v", query, err)
	}
	return n
}

// sample makes the site a sample hub, as a first start does.
func (s site) sample() site {
	s.t.Helper()
	s.args = append(s.args, "--sample")
	_, _, stop := s.serve()
	stop()
	return s
}

// lines is what a program prints, while it prints it.
type lines struct {
	mu    sync.Mutex
	more  *sync.Cond
	text  strings.Builder
	ended bool
}

func newLines() *lines {
	l := &lines{}
	l.more = sync.NewCond(&l.mu)
	return l
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.more.Broadcast()
	return l.text.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// end says that nothing will follow.
func (l *lines) end() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = true
	l.more.Broadcast()
}

// waitFor returns when text has been printed, and fails the test when the program ends without.
func (l *lines) waitFor(t *testing.T, text string) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	for !strings.Contains(l.text.String(), text) {
		if l.ended {
			t.Fatalf("it ended without %q:\n%s", text, l.text.String())
		}
		l.more.Wait()
	}
}

// write writes a file into a folder of its own.
func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestMigrateCommand(t *testing.T) {
	s := newSite(t)
	if out := s.run(func(c app.Command) error { return c.Migrate(t.Context()) }); !regexp.MustCompile(`^[1-9]\d* migrations applied`).MatchString(out) {
		t.Errorf("first: %q", out)
	}
	if out := s.run(func(c app.Command) error { return c.Migrate(t.Context()) }); !strings.HasPrefix(out, "0 migrations applied") {
		t.Errorf("second: %q", out)
	}
}

// TestImportCommands imports a few lines of each kind, twice: the second time changes nothing, and everything is found.
func TestImportCommands(t *testing.T) {
	s := newSite(t).sample()
	posts := filepath.Join(t.TempDir(), "weirs")
	if err := os.Mkdir(posts, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"Posts.xml": `<?xml version="1.0" encoding="utf-8"?><posts>
<row Id="1" PostTypeId="1" AcceptedAnswerId="2" CreationDate="2020-03-04T10:00:00.000" Score="3" Body="&lt;p&gt;How is a weir gauged?&lt;/p&gt;" OwnerUserId="1" Title="Gauging a weir" Tags="&lt;hydrology&gt;" />
<row Id="2" PostTypeId="2" ParentId="1" CreationDate="2020-03-04T11:00:00.000" Score="5" Body="&lt;p&gt;With a current meter.&lt;/p&gt;" OwnerUserId="2" />
</posts>`,
		"Users.xml": `<?xml version="1.0" encoding="utf-8"?><users>
<row Id="1" CreationDate="2019-01-01T00:00:00.000" DisplayName="Wanda Weir" /><row Id="2" CreationDate="2019-01-01T00:00:00.000" DisplayName="Sam Sluice" />
</users>`,
		"Tags.xml": `<?xml version="1.0" encoding="utf-8"?><tags><row Id="1" TagName="hydrology" Count="1" /></tags>`,
	} {
		if err := os.WriteFile(filepath.Join(posts, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	staff := write(t, "staff.csv", "id,name,email,job_title\n1,Nerys Weirkeeper,nerys@tamarshire.example,Weir keeper\n")
	jsonl := write(t, "more.jsonl", `{"type":"person","external_id":"x/1","name":"Petra Penstock"}
{"type":"thread","external_id":"x/t/1","kind":"question","title":"Who opens the penstock?","body":"At night.","author":"x/1","audience":"hub","created":"2026-01-02T03:04:05Z"}
`)
	mbox := write(t, "sluices.mbox", "From nia@example.org Mon Mar  1 09:00:00 2021\nFrom: Nia Nozzle <nia@example.org>\nSubject: Greasing the sluice\n\nWith what?\n")
	discourse := write(t, "talk.json", `{"id":1,"title":"Cleaning the screen","post_stream":{"posts":[{"id":1,"post_number":1,"user_id":2,"username":"rex",
"created_at":"2021-03-01T09:00:00.000Z","cooked":"<p>How often?</p>"}]}}`)
	blog := write(t, "weir.xml", `<rss xmlns:wp="http://wordpress.org/export/1.2/" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>
<title>Weir notes</title><wp:wxr_version>1.2</wp:wxr_version><wp:base_blog_url>https://weir.example.org</wp:base_blog_url>
<item><title>Painting the gate</title><creator>nerys</creator><content:encoded>In May.</content:encoded><wp:post_id>1</wp:post_id>
<wp:post_date_gmt>2021-03-01 09:00:00</wp:post_date_gmt><wp:status>publish</wp:status><wp:post_type>post</wp:post_type></item></channel></rss>`)
	for name, do := range map[string]func(c app.Command) error{
		"mbox": func(c app.Command) error { return c.ImportMbox(t.Context(), mbox, "", "", "") },
		"discourse": func(c app.Command) error {
			return c.ImportDiscourse(t.Context(), discourse, "talk.example.org", importers.Home, "")
		},
		"wordpress": func(c app.Command) error {
			return c.ImportWordPress(t.Context(), blog, app.WordPressImport{})
		},
		"stackexchange": func(c app.Command) error { return c.ImportStackExchange(t.Context(), posts, "") },
		"people":        func(c app.Command) error { return c.ImportPeople(t.Context(), staff, "staff", "", false) },
		"jsonl":         func(c app.Command) error { return c.ImportJSONL(t.Context(), jsonl, "", "", false) },
	} {
		first := s.run(do)
		count := func() int {
			return s.number(`SELECT (SELECT COUNT(*) FROM threads) + (SELECT COUNT(*) FROM replies) + (SELECT COUNT(*) FROM people) + (SELECT COUNT(*) FROM events)`)
		}
		before := count()
		second := s.run(do)
		if after := count(); after != before {
			t.Errorf("%s: the second import wrote %d rows\n%s\n%s", name, after-before, first, second)
		}
	}
	if out := s.refused(func(c app.Command) error {
		return c.ImportJSONL(t.Context(), write(t, "broken.jsonl", "{\"type\":\"person\",\n"), "", "", false)
	}); !strings.Contains(out, "broken.jsonl, line 1") {
		t.Errorf("a broken file is refused with %q, want file and line", out)
	}
	if out := s.run(func(c app.Command) error { return c.Doctor(t.Context(), false) }); strings.Contains(out, "built anew") || strings.Contains(out, "PROBLEM") {
		t.Errorf("the index was not level after the imports:\n%s", out)
	}
	token := strings.TrimSpace(s.run(func(c app.Command) error { return c.AdminToken(t.Context(), priya, "a test") }))
	base, _, _ := s.serve()
	if got := apptest.Visit(t, base).Get("/api/v1/search?q=weir+gauged", "Authorization: Bearer "+token); got.Status != http.StatusOK || !strings.Contains(got.Body, "stackexchange/weirs/") {
		t.Errorf("search: %d %s", got.Status, got.Body)
	}
}

// TestImportBesideARunningHub imports while the hub serves; it hears of it and finds it.
func TestImportBesideARunningHub(t *testing.T) {
	s := newSite(t).sample()
	base, _, stop := s.serve()
	out := s.run(func(c app.Command) error {
		return c.ImportJSONL(t.Context(), write(t, "more.jsonl", `{"type":"person","external_id":"x/1","name":"Petra Penstock"}
{"type":"thread","external_id":"x/t/1","kind":"question","title":"Who opens the penstock?","body":"At night.","author":"x/1","audience":"public","ago":"1m"}
`), "", "", false)
	})
	if !strings.Contains(out, "running hub") {
		t.Errorf("it said %q", out)
	}
	for _, do := range []func(c app.Command) error{
		func(c app.Command) error { return c.Doctor(t.Context(), false) },
		func(c app.Command) error { return c.Reindex(t.Context()) },
	} {
		if why := s.refused(do); !strings.Contains(why, "The hub is running") {
			t.Errorf("refused with %q", why)
		}
	}
	if got := apptest.Visit(t, base).Get("/latest"); !strings.Contains(got.Body, "penstock") {
		t.Error("the imported question is not on the list")
	}
	stop()
	// Handed on by the server, or waiting in the outbox for the next start: either way nothing is missing afterwards.
	if out := s.run(func(c app.Command) error { return c.Doctor(t.Context(), false) }); strings.Contains(out, "built anew") || strings.Contains(out, "PROBLEM") {
		t.Errorf("doctor:\n%s", out)
	}
}

// TestBackupAndRestore backs up a hub that serves, restores it elsewhere, and compares.
func TestBackupAndRestore(t *testing.T) {
	s := newSite(t).sample()
	base, _, _ := s.serve()
	door := apptest.Visit(t, base)
	if got := door.Post("/sign-in/sample", url.Values{"account": {"1"}}); got.Status != http.StatusSeeOther {
		t.Fatalf("sign in: %d", got.Status)
	}
	if got := door.Post("/threads/1/replies", url.Values{"body": {"Written just before the backup."}}); got.Status != http.StatusSeeOther {
		t.Fatalf("reply: %d", got.Status)
	}
	sendPhoto(t, door)
	photo := photoIn(t, s.open())
	file := filepath.Join(t.TempDir(), "hub.zip")
	s.run(func(c app.Command) error { return c.Backup(t.Context(), file) })
	if st, err := os.Stat(file); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("the backup is readable by others: %v %v", st.Mode(), err)
	}
	if why := s.refused(func(c app.Command) error { return c.Backup(t.Context(), file) }); !strings.Contains(why, "exists already") {
		t.Errorf("a second backup to the same file: %q", why)
	}
	if why := s.refused(func(c app.Command) error { return c.Restore(t.Context(), file) }); !strings.Contains(why, "is there already") {
		t.Errorf("a restore over a living hub: %q", why)
	}

	other := newSite(t)
	out := other.run(func(c app.Command) error { return c.Restore(t.Context(), file) })
	if !strings.HasPrefix(out, "Restored the backup of ") {
		t.Errorf("it said %q", out)
	}
	for _, table := range []string{"people", "accounts", "threads", "replies", "topics", "events"} {
		if got, want := other.number(`SELECT COUNT(*) FROM `+table), s.number(`SELECT COUNT(*) FROM `+table); got != want || want == 0 {
			t.Errorf("%s: %d rows restored of %d", table, got, want)
		}
	}
	if got := photoIn(t, other.open()); got != photo {
		t.Errorf("photo %q restored as %q", photo, got)
	}
	// The doctor looks for the photo too.
	if out := other.run(func(c app.Command) error { return c.Doctor(t.Context(), false) }); strings.Contains(out, "PROBLEM") || !strings.Contains(out, "counters of threads and replies: 0 repaired") {
		t.Errorf("the restored hub is not sound:\n%s", out)
	}
	again, _, _ := other.serve()
	if got := apptest.Visit(t, again).Get("/threads/1"); !strings.Contains(got.Body, "Written just before the backup.") && got.Status == http.StatusOK {
		t.Error("the reply is not in the restored hub")
	}
}

// TestRestoreRefuses hands restore files that are no backups: it says why, and leaves the folder empty.
func TestRestoreRefuses(t *testing.T) {
	const sound = `{"format":1,"made":"2027-05-04T11:00:00Z","by":"v1"}`
	for _, tc := range []struct {
		name  string
		files [][2]string // nil: not a zip at all
		why   string
	}{
		{"not a zip", nil, "is not a backup"},
		{"another program's zip", [][2]string{{"word/document.xml", "<x/>"}}, "not a backup of a hub"},
		{"later format", [][2]string{{"manifest.json", `{"format":2}`}, {"database.db", "x"}}, "format 2"},
		{"manifest is not JSON", [][2]string{{"manifest.json", `{`}}, "cannot be read"},
		{"no database", [][2]string{{"manifest.json", sound}, {"files/a.jpg", "x"}}, "no database"},
		{"name that leaves the folder", [][2]string{{"manifest.json", sound}, {"database.db", "x"}, {"files/../../escaped", "x"}}, "no backup of this hub contains"},
		{"absolute name", [][2]string{{"manifest.json", sound}, {"database.db", "x"}, {"/etc/passwd", "x"}}, "no backup of this hub contains"},
		{"name with a back slash", [][2]string{{"manifest.json", sound}, {"database.db", "x"}, {`..\escaped`, "x"}}, "no backup of this hub contains"},
		{"a database twice", [][2]string{{"manifest.json", sound}, {"database.db", "x"}, {"database.db", "y"}}, "exists"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			file := write(t, "backup.zip", "PK, but no zip")
			if tc.files != nil {
				var packed bytes.Buffer
				z := zip.NewWriter(&packed)
				for _, f := range tc.files {
					w, err := z.Create(f[0])
					if err != nil {
						t.Fatal(err)
					}
					if _, err := io.WriteString(w, f[1]); err != nil {
						t.Fatal(err)
					}
				}
				if err := z.Close(); err != nil {
					t.Fatal(err)
				}
				file = write(t, "backup.zip", packed.String())
			}
			s := newSite(t)
			if why := s.refused(func(c app.Command) error { return c.Restore(t.Context(), file) }); !strings.Contains(why, tc.why) {
				t.Errorf("refused with %q, want %q", why, tc.why)
			}
			if left, err := filepath.Glob(filepath.Join(s.dir, "*")); err != nil || len(left) > 0 {
				t.Errorf("it left %v", left)
			}
			if left, err := filepath.Glob(filepath.Join(s.dir, "..", "escaped*")); err != nil || len(left) > 0 {
				t.Errorf("it wrote outside: %v", left)
			}
		})
	}
	t.Run("leftovers of SQLite", func(t *testing.T) {
		s := newSite(t)
		if err := os.MkdirAll(s.dir, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(s.dir, "watercooler.db-wal"), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		if why := s.refused(func(c app.Command) error { return c.Restore(t.Context(), write(t, "x.zip", "")) }); !strings.Contains(why, "-wal is there already") {
			t.Errorf("refused with %q", why)
		}
	})
}

// TestDoctorRepairs plants damage and calls the doctor twice.
func TestDoctorRepairs(t *testing.T) {
	s := newSite(t).sample()
	doctor := func(c app.Command) error { return c.Doctor(t.Context(), false) }
	if out := s.run(doctor); strings.Contains(out, "PROBLEM") || strings.Contains(out, "built anew") || !strings.Contains(out, "counters of threads and replies: 0 repaired") {
		t.Fatalf("a sound hub:\n%s", out)
	}
	s.exec(`UPDATE threads SET reply_count = reply_count + 7 WHERE id = 1`)
	if out := s.run(doctor); !strings.Contains(out, "counters of threads and replies: 1 repaired") {
		t.Errorf("a wrong counter:\n%s", out)
	}
	// A row the index never heard of, as after a table was restored by hand.
	s.exec(`INSERT INTO topics (slug, name, created_at) VALUES ('planted', 'Planted', 1)`)
	if out := s.run(doctor); !strings.Contains(out, "built anew") {
		t.Errorf("a missing document:\n%s", out)
	}
	if out := s.run(doctor); strings.Contains(out, "built anew") || strings.Contains(out, "PROBLEM") {
		t.Errorf("the second visit:\n%s", out)
	}
	s.exec(`UPDATE people SET photo = 'gone.jpg' WHERE id = 1`)
	c, out, _ := s.command()
	if err := doctor(c); err == nil || !strings.Contains(out.String(), "PROBLEM photos that profiles name but the folder lacks: 1") {
		t.Errorf("a missing photo: %v\n%s", err, out)
	}
	if err := os.RemoveAll(filepath.Join(s.dir, "index")); err != nil {
		t.Fatal(err)
	}
	s.exec(`UPDATE people SET photo = '' WHERE id = 1`)
	if out := s.run(doctor); !strings.Contains(out, "built anew") {
		t.Errorf("a missing index:\n%s", out)
	}
	s.run(func(c app.Command) error { return c.Reindex(t.Context()) })
	if out := s.run(doctor); strings.Contains(out, "built anew") {
		t.Errorf("after reindexing:\n%s", out)
	}
}

func TestDoctorLive(t *testing.T) {
	s := newSite(t).sample()
	base, _, stop := s.serve()
	s.args = append(s.args, "--listen", strings.TrimPrefix(base, "http://"))
	s.run(func(c app.Command) error { return c.Doctor(t.Context(), true) })
	stop()
	s.refused(func(c app.Command) error { return c.Doctor(t.Context(), true) })
}

// TestAdminCommands makes tokens, links and accounts beside a running hub and uses them.
func TestAdminCommands(t *testing.T) {
	s := newSite(t).sample()
	base, _, _ := s.serve()
	s.args = append(s.args, "--base-url", base)
	s.exec(`UPDATE threads SET audience = 'hub' WHERE id = 1`)

	token := strings.TrimSpace(s.run(func(c app.Command) error { return c.AdminToken(t.Context(), priya, "a test") }))
	titles := func(c *apptest.Client, header ...string) string {
		t.Helper()
		got := c.Get("/api/v1/search?q=library+wi-fi&limit=100", header...)
		if got.Status != http.StatusOK {
			t.Fatalf("search: %d %s", got.Status, got.Body)
		}
		return got.Body
	}
	c := apptest.Visit(t, base)
	const secret = "Saltmouth Library"
	if got := titles(c); strings.Contains(got, secret) {
		t.Errorf("a stranger finds what is for the hub: %s", got)
	}
	if got := titles(c, "Authorization: Bearer "+token); !strings.Contains(got, secret) {
		t.Errorf("the token does not find what is for the hub: %s", got)
	}
	if got := c.Get("/api/v1/search?q=x", "Authorization: Bearer "+token+"x"); got.Status != http.StatusUnauthorized {
		t.Errorf("a wrong token: %d", got.Status)
	}
	if got := c.Get("/admin", "Authorization: Bearer "+token); got.Status == http.StatusOK {
		t.Error("a token opens pages")
	}

	for _, do := range []func(c app.Command) error{
		func(c app.Command) error {
			return c.AdminCreate(t.Context(), "new@tamarshire.example", "Nia New", "moderator")
		},
		func(c app.Command) error { return c.AdminLink(t.Context(), "new@tamarshire.example") },
	} {
		link := strings.TrimSpace(s.run(do))
		path, ours := strings.CutPrefix(link, base)
		if got := c.Get(path); !ours || got.Status != http.StatusOK {
			t.Errorf("link %s: %d", link, got.Status)
		}
	}
	for what, do := range map[string]func(c app.Command) error{
		"token": func(c app.Command) error { return c.AdminToken(t.Context(), "nobody@tamarshire.example", "x") },
		"link":  func(c app.Command) error { return c.AdminLink(t.Context(), "nobody@tamarshire.example") },
	} {
		if why := s.refused(do); !strings.Contains(why, "There is no account with this e-mail address.") {
			t.Errorf("%s for nobody: %q", what, why)
		}
	}
	if why := s.refused(func(c app.Command) error { return c.AdminCreate(t.Context(), "x@tamarshire.example", "X", "emperor") }); !strings.Contains(why, "emperor") {
		t.Errorf("an unknown role: %q", why)
	}
}

func TestConfigCommand(t *testing.T) {
	cfg, err := config.Load([]string{"--listen", ":9999"}, []string{"HUB_DATABASE_URL=postgres://hub:s3cret@db/hub", "HUB_SMTP_PASSWORD=hush-hush", "HUB_NONSENSE=1"})
	if err != nil {
		t.Fatal(err)
	}
	out, log := newLines(), newLines()
	app.Command{Config: cfg, Out: out, Err: log}.ShowConfig()
	text := out.String()
	for _, want := range []string{`HUB_LISTEN\s+:9999\s+flag\s`, `HUB_DATABASE_URL\s+postgres://hub:\S+@db/hub\s+environment\s`, `HUB_DATA\s+data\s+default\s`} {
		if !regexp.MustCompile(want).MatchString(text) {
			t.Errorf("no line like %s in\n%s", want, text)
		}
	}
	if strings.Contains(text, "s3cret") || strings.Contains(text, "hush-hush") {
		t.Errorf("it shows a secret:\n%s", text)
	}
	if !strings.Contains(log.String(), "HUB_NONSENSE") {
		t.Errorf("no warning about a variable nobody reads: %s", log)
	}
}

// TestFirstStart starts an empty hub: every page leads to the first run, whose address with its code is said to the operator
// alone. Once there is an account it is not said any more.
func TestFirstStart(t *testing.T) {
	s := newSite(t)
	base, log, stop := s.serve()
	link := regexp.MustCompile(`http://\S+/welcome\?code=\S+`).FindString(log.String())
	path, ours := strings.CutPrefix(link, base)
	if !ours {
		t.Fatalf("no address with a code was said:\n%s", log)
	}
	if strings.Contains(log.String(), "level=WARN") || strings.Contains(log.String(), "level=ERROR") {
		t.Errorf("a first start complains:\n%s", log)
	}
	c := apptest.Visit(t, base)
	if got := c.Get("/"); got.Location != "/welcome" || strings.Contains(got.Body, link) {
		t.Errorf("home leads to %q", got.Location)
	}
	page := c.Get(path)
	form := url.Values{"organisation": {"Carreg Council"}, "name": {"Gwen Pryce"}, "email": {"gwen@carreg.example"}, "password": {"nine lemons on a ladder"}}
	form.Set("code", page.Doc(t).Find("input[name=code]").AttrOr("value", ""))
	if got := c.Post("/welcome", form); got.Status != http.StatusSeeOther {
		t.Fatalf("first run: %d\n%s", got.Status, got.Body)
	}
	if got := c.Get("/admin"); got.Status != http.StatusOK {
		t.Errorf("the first administrator sees /admin: %d", got.Status)
	}
	stop()
	_, log, _ = s.serve()
	if strings.Contains(log.String(), "/welcome") {
		t.Errorf("a founded hub says the address of the first run:\n%s", log)
	}
}

// TestSampleStart says where the hub is and how to get in, and nothing else that a newcomer would have to read past.
func TestSampleStart(t *testing.T) {
	base, log, _ := newSite(t).serve("--sample", "--log-level", "warn")
	log.waitFor(t, base+"/sign-in")
	said := log.String()
	if !strings.Contains(said, "Watercooler is at "+base) || !strings.Contains(said, base+"/sign-in") || strings.Count(said, "\n") > 6 {
		t.Errorf("it said:\n%s", said)
	}
}

// TestExport takes a hub elsewhere while it runs: what another one has read it writes again, byte for byte.
func TestExport(t *testing.T) {
	s := newSite(t).sample()
	_, _, stop := s.serve()
	first := filepath.Join(t.TempDir(), "hub.zip")
	export := func(file string) func(c app.Command) error {
		return func(c app.Command) error { return c.Export(t.Context(), file) }
	}
	if out := s.run(export(first)); !strings.Contains(out, "Export written to "+first) || !strings.Contains(out, " threads\n") {
		t.Errorf("it said %q", out)
	}
	if out := s.refused(export(first)); !strings.Contains(out, "never overwrites") {
		t.Errorf("a second time it said %q", out)
	}
	stop()
	info, err := os.Stat(first)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the archive can be read by others: %v (%v)", info.Mode(), err)
	}
	if left, err := os.ReadDir(filepath.Dir(first)); err != nil || len(left) != 1 {
		t.Errorf("beside it lies %v (%v)", left, err)
	}

	other := newSite(t)
	if out := other.run(func(c app.Command) error { return c.ImportJSONL(t.Context(), first, "", "", false) }); !strings.Contains(out, " changes.") {
		t.Errorf("the import said %q", out)
	}
	second := filepath.Join(t.TempDir(), "again.zip")
	other.run(export(second))
	want, err := os.ReadFile(first)
	if err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(second)
	if err != nil || !bytes.Equal(got, want) {
		t.Errorf("the other hub writes %d bytes, not the same %d (%v)", len(got), len(want), err)
	}
}
