package importers

import (
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/mattn/go-isatty"
)

// Progress shows how far an import is: on a terminal as one line that redraws itself, with rate and time left; anywhere else
// as a plain line at the beginning and end of each stage and every ten seconds between. A nil *Progress shows nothing. It is
// used from one goroutine.
type Progress struct {
	w        io.Writer
	now      func() time.Time
	terminal bool

	stage   string
	total   int // 0 when unknown
	done    int
	started time.Time
	drawn   time.Time
}

const (
	redrawEvery = 100 * time.Millisecond
	repeatEvery = 10 * time.Second
	barWidth    = 24
)

// NewProgress returns a Progress that writes to w. now is the clock, time.Now outside tests.
func NewProgress(w io.Writer, now func() time.Time) *Progress {
	f, ok := w.(*os.File)
	return &Progress{w: w, now: now, terminal: ok && isatty.IsTerminal(f.Fd())}
}

// Start begins a stage of total steps, 0 when nobody knows, and ends the one before.
func (p *Progress) Start(stage string, total int) {
	if p == nil {
		return
	}
	p.End()
	p.stage, p.total, p.done = stage, total, 0
	p.started = p.now()
	p.drawn = p.started
	if p.terminal {
		p.draw()
		return
	}
	if total > 0 {
		p.printf("%s: %d\n", stage, total)
	} else {
		p.printf("%s\n", stage)
	}
}

// Add notes n steps.
func (p *Progress) Add(n int) {
	if p == nil || p.stage == "" {
		return
	}
	p.done += n
	now := p.now()
	switch {
	case p.terminal && now.Sub(p.drawn) >= redrawEvery:
		p.drawn = now
		p.draw()
	case !p.terminal && now.Sub(p.drawn) >= repeatEvery:
		p.drawn = now
		p.printf("%s: %s\n", p.stage, p.figures())
	}
}

// End finishes the stage under way, if there is one.
func (p *Progress) End() {
	if p == nil || p.stage == "" {
		return
	}
	if p.terminal {
		p.draw()
		p.printf("\n")
	} else {
		p.printf("%s: done, %d in %s\n", p.stage, p.done, p.now().Sub(p.started).Round(100*time.Millisecond))
	}
	p.stage = ""
}

// draw writes the line over the one before.
func (p *Progress) draw() {
	bar := ""
	if p.total > 0 {
		full := min(barWidth, barWidth*p.done/p.total)
		bar = "[" + strings.Repeat("#", full) + strings.Repeat("-", barWidth-full) + "] "
	}
	// \r returns to the start of the line, \x1b[K clears what a longer line left behind.
	p.printf("\r%-20s %s%s\x1b[K", p.stage, bar, p.figures())
}

// figures returns "1500 of 6000, 750/s, 6 s left".
func (p *Progress) figures() string {
	s := fmt.Sprint(p.done)
	if p.total > 0 {
		s += fmt.Sprintf(" of %d", p.total)
	}
	took := p.now().Sub(p.started)
	if p.done == 0 || took < redrawEvery {
		return s
	}
	rate := float64(p.done) / took.Seconds()
	s += fmt.Sprintf(", %.0f/s", rate)
	if left := p.total - p.done; left > 0 {
		s += ", " + spell(time.Duration(float64(left)/rate*float64(time.Second))) + " left"
	}
	return s
}

func spell(d time.Duration) string {
	switch {
	case d >= time.Hour:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	case d >= time.Minute:
		return fmt.Sprintf("%d min %d s", int(d.Minutes()), int(d.Seconds())%60)
	default:
		return fmt.Sprintf("%d s", int(d.Seconds()+0.5))
	}
}

// printf drops write errors: a broken terminal must not stop an import.
func (p *Progress) printf(format string, args ...any) { _, _ = fmt.Fprintf(p.w, format, args...) }
