package main

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"
)

// report prints the table. The error says how many targets were missed, so that the command fails.
func (b *bench) report(out io.Writer) error {
	missed := 0
	var text strings.Builder
	fmt.Fprintf(&text, "\n%d people, %d threads, %d replies; server on core %d alone, load from %d others (%d connections, %d × %s);\n%s, %s. Ratios are medians of pairs.\n\n",
		peopleCount, threadCount, replyCount, b.cores.server, len(b.cores.load), connections, b.rounds, b.stretch, runtime.Version(), runtime.GOARCH)
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "database\tpoint\treq/s\tp50\tp99\tCPU ms/req\tKB\topen p50\topen p99\tceiling/s\tratio\tof earlier\ttarget\t")
	for _, r := range b.rows {
		verdict, ok := r.verdict()
		if !ok {
			missed++
		}
		fmt.Fprintf(w, "%s\t%s\t%.0f\t%s\t%s\t%.3f\t%.1f\t%s\t%s\t%s\t%s\t%s\t%s\t\n", r.leg, r.name, r.ours.Rate, ms(r.ours.P50), ms(r.ours.P99),
			float64(r.ours.CPU.Microseconds())/1000, float64(r.ours.Bytes)/1024, ms(r.open.P50), ms(r.open.P99),
			number(r.ceiling.Rate), percent(r.ratio), percent(r.pace), verdict)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(&text)
	fmt.Fprintln(w, "database\tfigure\tvalue\ttarget\t")
	for _, f := range b.figures {
		verdict := f.target
		switch {
		case f.missed:
			missed++
			verdict += " MISSED"
		case f.target != "":
			verdict += " met"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t\n", f.leg, f.name, f.value, verdict)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, f := range b.failed {
		fmt.Fprintln(&text, "not measured:", f)
	}
	for line := range strings.Lines(text.String()) {
		if _, err := fmt.Fprintln(out, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	if missed+len(b.failed) > 0 {
		return errors.New(count(missed, "target was", "targets were") + " missed and " + count(len(b.failed), "point was", "points were") + " not measured")
	}
	return nil
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// verdict says what was promised about a point and whether it is so.
func (r row) verdict() (string, bool) {
	var promises []string
	ok := true
	if r.want.ratio > 0 {
		promises = append(promises, "≥ "+percent(r.want.ratio))
		ok = ok && r.ratio >= r.want.ratio
	}
	if r.want.rate > 0 {
		promises = append(promises, fmt.Sprintf("≥ %.0f/s", r.want.rate))
		ok = ok && r.ours.Rate >= r.want.rate
	}
	if r.want.p99 > 0 {
		promises = append(promises, "p99 < "+ms(r.want.p99))
		ok = ok && r.ours.P99 < r.want.p99
	}
	if r.pace > 0 {
		promises = append(promises, "≥ "+percent(slowest)+" of the earlier")
		ok = ok && r.pace >= slowest
	}
	switch {
	case len(promises) == 0:
		return "", true
	case ok:
		return strings.Join(promises, ", ") + " met", true
	}
	return strings.Join(promises, ", ") + " MISSED", false
}

func ms(d time.Duration) string {
	if d == 0 {
		return "–"
	}
	return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
}

func number(f float64) string {
	if f == 0 {
		return "–"
	}
	return fmt.Sprintf("%.0f", f)
}

func percent(f float64) string {
	if f == 0 {
		return "–"
	}
	return fmt.Sprintf("%.0f %%", 100*f)
}
