package evaluate

import (
	"fmt"
	"io"
	"text/tabwriter"
	"time"
)

// WriteSearch prints what was measured of search.
func WriteSearch(out io.Writer, list []Result) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "set\tqueries\tjudged\tempty pages\tnDCG@10\t±\tMAP\tMRR\tP@5\tR@100\tmedian\tp99")
	for _, r := range list {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%.4f\t%.3f\t%.4f\t%.4f\t%.4f\t%.4f\t%s\t%s\n", r.Set, r.Queries, r.Judged, r.Empty,
			r.Mean.NDCG, r.Error.NDCG, r.Mean.AP, r.Mean.RR, r.Mean.P5, r.Mean.R100, millis(r.Took), millis(r.TookMost))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return writeMissing(out, list, "documents")
}

// WriteExperts prints what was measured of finding people, and the baselines beside it.
func WriteExperts(out io.Writer, list []Result) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "set\tranking\tqueries\tjudged\tnobody\tMRR\t±\tnDCG@10\t±\ttail MRR\t±\ttail\tP@1\tR@10\tmedian\tp99")
	for _, r := range list {
		fmt.Fprintf(w, "%s\tthe hub\t%d\t%d\t%d\t%.4f\t%.3f\t%.4f\t%.3f\t%.4f\t%.3f\t%d\t%.4f\t%.4f\t%s\t%s\n", r.Set, r.Queries, r.Judged, r.Empty,
			r.Mean.RR, r.Error.RR, r.Mean.NDCG, r.Error.NDCG, r.TailMRR, r.TailErr, r.Tail, r.Mean.P1, r.Mean.R10, millis(r.Took), millis(r.TookMost))
		for _, b := range []struct {
			name string
			Baseline
		}{{"most active", r.Popular}, {"chance", r.Random}} {
			fmt.Fprintf(w, "\t%s\t\t\t\t%.4f\t\t%.4f\t\t%.4f\t\t\t%.4f\t%.4f\t\t\n", b.name, b.Mean.RR, b.Mean.NDCG, b.TailMRR, b.Mean.P1, b.Mean.R10)
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return writeMissing(out, list, "people")
}

// writeMissing says what cannot be found because it is not there.
func writeMissing(out io.Writer, list []Result, what string) error {
	for _, r := range list {
		if r.Missing == 0 || r.Set == "all" {
			continue
		}
		if _, err := fmt.Fprintf(out, "%s: %d relevant %s are not in the hub; they count as not found.\n", r.Set, r.Missing, what); err != nil {
			return err
		}
	}
	return nil
}

func millis(d time.Duration) string { return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000) }
