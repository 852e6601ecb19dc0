package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"watercooler/app/apptest"
	"watercooler/app/apptest/backends"
	"watercooler/app/db"
)

// beProgram makes the test binary be the program itself: a process of its own, which a test can kill.
const beProgram = "WATERCOOLER_TEST_BE_THE_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(beProgram) != "" {
		os.Exit(run(os.Args[1:], os.Environ()))
	}
	os.Exit(m.Run())
}

// program returns a process that runs the program on a data folder.
func program(t *testing.T, data string, args ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], append(args, "--data", data, "--metrics-listen=", "--rate-limits=false", "--log-level=warn")...)
	cmd.Env = append(os.Environ(), beProgram+"=1")
	return cmd
}

// execute runs a command of the program to its end.
func execute(t *testing.T, data string, args ...string) string {
	t.Helper()
	out, err := program(t, data, args...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, out)
	}
	return string(out)
}

// serve serves the sample hub, and returns its address and process once it listens.
func serve(t *testing.T, data string) (base string, cmd *exec.Cmd) {
	t.Helper()
	address := "127.0.0.1:" + backends.FreePort(t)
	base = "http://" + address
	cmd = program(t, data, "serve", "--sample", "--listen", address, "--base-url", base)
	said, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() }) // it may have ended
	lines := bufio.NewScanner(said)
	for lines.Scan() {
		if strings.Contains(lines.Text(), base+"/sign-in") {
			go func() { _, _ = io.Copy(os.Stderr, said) }() // what it says later belongs to the test's output; ends with the process
			return base, cmd
		}
	}
	t.Fatal("the server ended before it listened")
	return "", nil
}

// TestKilledAmidWriting kills the program twenty times with no chance to tidy up, each time while eight people post replies and the
// index is written. Nothing that was acknowledged is lost, each is found, and the index says what a clean one says.
func TestKilledAmidWriting(t *testing.T) {
	const kills = 20
	data := filepath.Join(t.TempDir(), "data")
	var acknowledged []string
	for n := range kills {
		acknowledged = append(acknowledged, killedWhileWriting(t, data, n)...)
	}
	t.Logf("%d replies were acknowledged by %d programs that were killed", len(acknowledged), kills)

	// The doctor hands on what was left in the outbox, as the next start does, and compares index and rows.
	if out := execute(t, data, "doctor"); strings.Contains(out, "built anew") || strings.Contains(out, "PROBLEM") || !strings.Contains(out, "threads and replies: 0 repaired") {
		t.Errorf("after the kill:\n%s", out)
	}
	d := backends.Open(t, "sqlite:"+filepath.Join(data, "watercooler.db"), db.Options{})
	rows, err := d.Query(t.Context(), `SELECT body FROM replies WHERE body LIKE 'Acknowledged: %'`)
	stored, err := db.Collect(rows, err, func(r db.Scanner) (body string, err error) { return body, r.Scan(&body) })
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range acknowledged {
		if !strings.Contains(strings.Join(stored, "\n")+"\n", word+"\n") {
			t.Errorf("%s was acknowledged and is lost", word)
		}
	}
	token := strings.TrimSpace(execute(t, data, "admin", "token", "--account", "priya.nair@tamarshire.example"))
	before := answers(t, data, token, acknowledged)
	for _, word := range acknowledged {
		if !regexp.MustCompile(`^1 \[\{thread \{reply:`).MatchString(before[word]) {
			t.Errorf("%s is not found: %s", word, before[word])
		}
	}
	execute(t, data, "reindex")
	after := answers(t, data, token, acknowledged)
	for query, want := range after {
		if before[query] != want {
			t.Errorf("%s:\n%s\n, and in a clean index\n%s", query, before[query], want)
		}
	}
}

// killedWhileWriting serves the hub in data, lets people post, kills the program in the middle, and returns what it acknowledged.
func killedWhileWriting(t *testing.T, data string, round int) (acknowledged []string) {
	t.Helper()
	const all = 600
	enough := 20 + 12*round // later rounds outlast some batches of the index
	base, cmd := serve(t, data)
	door := apptest.Visit(t, base).Get("/sign-in").Doc(t)
	account := door.Find(`form[action="/sign-in/sample"] input[name=account]`).First().AttrOr("value", "")
	var (
		mu      sync.Mutex
		clients sync.WaitGroup
		kill    = sync.OnceFunc(func() {
			if err := cmd.Process.Kill(); err != nil {
				t.Error(err)
			}
		})
	)
	people := make([]*apptest.Client, 8)
	for n := range people {
		people[n] = apptest.Visit(t, base)
		if got := people[n].Post("/sign-in/sample", url.Values{"account": {account}}); got.Status != http.StatusSeeOther {
			t.Fatalf("sign in as %q: %d", account, got.Status)
		}
	}
	for n, c := range people {
		clients.Go(func() {
			for i := n; i < all; i += len(people) {
				word := fmt.Sprintf("kept%dn%dx", round, i)
				form := url.Values{"body": {"Acknowledged: " + word}}.Encode()
				got, err := c.Try("POST", "/threads/1/replies", form, "Content-Type: application/x-www-form-urlencoded", "Sec-Fetch-Site: same-origin")
				if err != nil {
					return // it is dead
				}
				if got.Status != http.StatusSeeOther {
					t.Errorf("%s: status %d", word, got.Status)
					return
				}
				mu.Lock()
				acknowledged = append(acknowledged, word)
				n := len(acknowledged)
				mu.Unlock()
				if n == enough {
					kill()
				}
			}
		})
	}
	clients.Wait()
	_ = cmd.Wait() // says that it was killed
	if len(acknowledged) < enough || len(acknowledged) == all {
		t.Fatalf("round %d: %d replies were acknowledged: the kill did not come in the middle", round, len(acknowledged))
	}
	return acknowledged
}

// answers serves the hub and returns what search says to each of the words, and to some other queries.
func answers(t *testing.T, data, token string, words []string) map[string]string {
	t.Helper()
	base, cmd := serve(t, data)
	c := apptest.Visit(t, base)
	out := map[string]string{}
	for _, q := range append([]string{"accessibility", "interpreter", "gritting"}, words...) {
		got := c.Get("/api/v1/search?limit=100&q="+url.QueryEscape(q), "Authorization: Bearer "+token)
		if got.Status != http.StatusOK {
			t.Fatalf("search %s: %d %s", q, got.Status, got.Body)
		}
		type hit struct {
			Ref   string
			Reply struct{ Ref string }
			Score float64
		}
		var found struct {
			Total int
			Hits  []hit
		}
		if err := json.Unmarshal([]byte(got.Body), &found); err != nil {
			t.Fatal(err)
		}
		// What scores alike comes in the order in which the index was written.
		slices.SortFunc(found.Hits, func(a, b hit) int { return strings.Compare(a.Ref, b.Ref) })
		out[q] = fmt.Sprintf("%d %.6v", found.Total, found.Hits) // sums of floats depend on their order
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("stop: %v", err)
	}
	return out
}

func TestVersionAndHelp(t *testing.T) {
	if out := execute(t, t.TempDir(), "version"); out != "watercooler unknown\n" {
		t.Errorf("version: %q", out)
	}
	help := execute(t, t.TempDir(), "--help")
	for _, name := range []string{"serve", "migrate", "import", "reindex", "backup", "restore", "doctor", "admin", "config", "version"} {
		if !regexp.MustCompile(`(?m)^  ` + name + `\b`).MatchString(help) {
			t.Errorf("the help lacks %s:\n%s", name, help)
		}
	}
	for _, tc := range []struct {
		args []string
		want string
	}{
		{[]string{"sreve"}, `"sreve" is no command: is serve meant?`},
		{[]string{"import", "mbx", "FILE"}, `"mbx" is no command: is mbox meant?`},
		{[]string{"export"}, "want one FILE"},
		{[]string{"admin", "token"}, `"account" not set`},
		{[]string{"import", "people", "x.csv", "--format=y"}, "want one of staff, organogram"},
	} {
		out, err := program(t, t.TempDir(), tc.args...).CombinedOutput()
		if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != 2 || !strings.Contains(string(out), tc.want) {
			t.Errorf("%v: %v, want exit code 2 and %q\n%s", tc.args, err, tc.want, out)
		}
	}
	if out, err := program(t, t.TempDir(), "serve", "--listen", "nonsense").CombinedOutput(); err == nil || !strings.Contains(string(out), "listen") {
		t.Errorf("a wrong setting: %v\n%s", err, out)
	}
}
