package backends

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// RedisServer is a redis-server of one test, with nothing on disk: restarting it loses everything, as a cache may.
type RedisServer struct {
	URL string // redis://127.0.0.1:PORT

	t    testing.TB
	port string
	args []string
	cmd  *exec.Cmd
}

// Redis starts a redis-server on a free port and stops it after the test. Further args go to its command line.
func Redis(t testing.TB, args ...string) *RedisServer {
	t.Helper()
	s := &RedisServer{t: t, port: FreePort(t), args: args}
	s.URL = "redis://" + s.Addr()
	t.Cleanup(s.Stop)
	s.Start()
	return s
}

// Addr returns host:port.
func (s *RedisServer) Addr() string { return "127.0.0.1:" + s.port }

// Restart stops the server and starts it again, empty, at the same address.
func (s *RedisServer) Restart() {
	s.t.Helper()
	s.Stop()
	s.Start()
}

// Start starts a stopped server and waits until it accepts connections.
func (s *RedisServer) Start() {
	s.t.Helper()
	args := append([]string{"--port", s.port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no",
		"--dir", s.t.TempDir()}, s.args...)
	s.cmd = StartRedis(s.t, args, "Ready to accept connections")
}

// Stop kills the server: what it held is gone.
func (s *RedisServer) Stop() {
	if s.cmd == nil {
		return
	}
	_ = s.cmd.Process.Kill()
	_ = s.cmd.Wait() // says that it was killed
	s.cmd = nil
}

// StartRedis starts redis-server with args and waits until its log says ready. The caller ends the process.
func StartRedis(t testing.TB, args []string, ready string) *exec.Cmd {
	t.Helper()
	binary := os.Getenv("WATERCOOLER_TEST_REDIS")
	if binary == "" {
		t.Fatal("no redis-server to test on: run make test, or script/with-servers go test …")
	}
	cmd := exec.Command(binary, args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		fmt.Fprintln(&log, lines.Text())
		if strings.Contains(lines.Text(), ready) {
			go func() { // ends with the process; an unread pipe would block the server
				for lines.Scan() {
				}
			}()
			return cmd
		}
	}
	_ = cmd.Wait()
	t.Fatalf("%s did not start:\n%s", filepath.Base(binary), log.String())
	return nil
}

// FreePort returns a TCP port of the loopback that nobody listens on.
func FreePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close() //nolint:errcheck // nothing was accepted
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}
