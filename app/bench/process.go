package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// cores splits the machine: the server under test has one core to itself, the load comes from the others.
type cores struct {
	server int
	load   []int
}

// splitCores gives the server the last core this process may use: interrupts tend to land on the first.
func splitCores() (cores, error) {
	var set unix.CPUSet
	if err := unix.SchedGetaffinity(0, &set); err != nil {
		return cores{}, fmt.Errorf("read which cores may be used: %w", err)
	}
	var all []int
	for i := range 1024 {
		if set.IsSet(i) {
			all = append(all, i)
		}
	}
	if len(all) < 2 {
		return cores{}, errors.New("measuring needs two cores: one for the server and one for the load")
	}
	last := len(all) - 1
	return cores{server: all[last], load: all[:last]}, nil
}

func cpuSet(list ...int) *unix.CPUSet {
	var set unix.CPUSet
	for _, i := range list {
		set.Set(i)
	}
	return &set
}

// pin moves every thread of a process to these cores. New threads inherit them.
func pin(pid int, list ...int) error {
	tasks, err := os.ReadDir(fmt.Sprintf("/proc/%d/task", pid))
	if err != nil {
		return err
	}
	for _, t := range tasks {
		tid, err := strconv.Atoi(t.Name())
		if err != nil {
			return err
		}
		if err := unix.SchedSetaffinity(tid, cpuSet(list...)); err != nil && !errors.Is(err, unix.ESRCH) {
			return fmt.Errorf("pin thread %d: %w", tid, err)
		}
	}
	return nil
}

// process is a server we started.
type process struct {
	cmd    *exec.Cmd
	addr   string
	stderr *tail
	done   chan error
	once   sync.Once
	ended  error
}

// start runs a program on some of all cores. Pinning happens before the program begins, so that its runtime counts as many.
func start(on, all []int, addr string, env []string, program string, args ...string) (*process, error) {
	p := &process{cmd: exec.Command(program, args...), addr: addr, stderr: &tail{}, done: make(chan error, 1)}
	p.cmd.Env = append(ourEnviron(), env...)
	p.cmd.Stdout, p.cmd.Stderr = io.Discard, p.stderr
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	started := make(chan error)
	go func() {
		// The thread lives as long as the child: Pdeathsig fires when the thread that started it ends.
		runtime.LockOSThread()
		if err := unix.SchedSetaffinity(0, cpuSet(on...)); err != nil {
			started <- err
			return
		}
		if err := p.cmd.Start(); err != nil {
			started <- err
			return
		}
		if err := unix.SchedSetaffinity(0, cpuSet(all...)); err != nil {
			started <- err
			return
		}
		started <- nil
		p.done <- p.cmd.Wait()
	}()
	if err := <-started; err != nil {
		return nil, fmt.Errorf("start %s: %w", filepath.Base(program), err)
	}
	return p, nil
}

// waitReady asks for path until it answers 200 and returns how long that took since begin.
func (p *process) waitReady(ctx context.Context, path string, begin time.Time, limit time.Duration) (time.Duration, error) {
	c := http.Client{Timeout: limit, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer c.CloseIdleConnections()
	last := "no answer"
	for time.Since(begin) < limit {
		select {
		case err := <-p.done:
			p.done <- err
			return 0, fmt.Errorf("the server ended while starting (%v):\n%s", p.cmd.ProcessState, p.stderr)
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(2 * time.Millisecond):
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+p.addr+path, nil)
		if err != nil {
			return 0, err
		}
		res, err := c.Do(req)
		if err != nil {
			continue
		}
		took := time.Since(begin)
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		if last = res.Status; res.StatusCode == http.StatusOK {
			return took, nil
		}
	}
	return 0, fmt.Errorf("%s was not ready within %s (%s):\n%s", path, limit, last, p.stderr)
}

// stop ends the process and waits for it.
func (p *process) stop() error {
	p.once.Do(func() {
		_ = p.cmd.Process.Signal(syscall.SIGTERM) // it may have ended already
		select {
		case p.ended = <-p.done:
		case <-time.After(30 * time.Second):
			p.ended = errors.Join(errors.New("did not stop within 30 s"), p.cmd.Process.Kill(), <-p.done)
		}
	})
	return p.ended
}

// cpu returns the processor time the process has used.
func (p *process) cpu() time.Duration { return cpuOf(p.cmd.Process.Pid) }

// clockTick is USER_HZ, which Linux fixes at 100 for everything in /proc.
const clockTick = 10 * time.Millisecond

func cpuOf(pid int) time.Duration {
	f := statOf(pid)
	if len(f) < 15 {
		return 0
	}
	return ticks(f[11]) + ticks(f[12]) // utime, stime
}

// familyCPU is the time of a process, of its children, and of those of them that have ended.
func familyCPU(pid int) time.Duration {
	f := statOf(pid)
	if len(f) < 15 {
		return 0
	}
	sum := ticks(f[11]) + ticks(f[12]) + ticks(f[13]) + ticks(f[14])
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return sum
	}
	for _, e := range entries {
		child, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if f := statOf(child); len(f) > 15 && f[1] == strconv.Itoa(pid) {
			sum += ticks(f[11]) + ticks(f[12])
		}
	}
	return sum
}

// statOf returns the fields of /proc/PID/stat from the state on, after the name in brackets, which may hold spaces.
func statOf(pid int) []string {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return nil
	}
	return strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
}

func ticks(s string) time.Duration {
	n, _ := strconv.ParseInt(s, 10, 64) // the kernel writes numbers
	return time.Duration(n) * clockTick
}

// memory returns a line of /proc/PID/status in bytes: VmRSS now, VmHWM the most so far.
func (p *process) memory(line string) int64 {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for l := range strings.Lines(string(raw)) {
		if value, ok := strings.CutPrefix(l, line+":"); ok {
			n, _ := strconv.ParseInt(strings.Fields(value)[0], 10, 64)
			return n << 10
		}
	}
	return 0
}

// freeAddr returns an address on loopback that nobody listens on.
func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// tail keeps the last of what a process said, to show when it fails.
type tail struct {
	mu  sync.Mutex
	buf []byte
}

func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.buf = append(t.buf, b...); len(t.buf) > 8<<10 {
		t.buf = t.buf[len(t.buf)-4<<10:]
	}
	return len(b), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.buf)
}
