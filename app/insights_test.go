package app_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"watercooler/app/apptest"
	"watercooler/app/apptest/backends"
	"watercooler/app/insights"
)

// figures are what the pages of figures are held to: each metric is computed by its own statement, and said in the words of this
// test.
type figures struct {
	*apptest.Hub
	t      *testing.T
	months []insights.Month
	bounds map[insights.Month][2]int64
	known  map[string][2]int64
	read   int
}

func newFigures(t *testing.T, h *apptest.Hub) *figures {
	f := &figures{Hub: h, t: t, bounds: map[insights.Month][2]int64{}, known: map[string][2]int64{}}
	zone, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	first := time.Date(apptest.Noon.Year(), apptest.Noon.Month(), 1, 0, 0, 0, 0, zone)
	for i := -12; i <= 0; i++ {
		m := insights.Month(first.AddDate(0, i, 0).Format("2006-01"))
		f.months = append(f.months, m)
		f.bounds[m] = [2]int64{first.AddDate(0, i, 0).UnixMicro(), first.AddDate(0, i+1, 0).UnixMicro()}
	}
	return f
}

// compute runs the statement of a metric, or counts the threads of a topic.
func (f *figures) compute(key string, unit int64, month insights.Month) (value, whole int64) {
	f.t.Helper()
	name := fmt.Sprint(key, unit, month)
	if known, ok := f.known[name]; ok {
		return known[0], known[1]
	}
	at := f.bounds[month]
	var err error
	if topic, is := strings.CutPrefix(key, "topic:"); is {
		id, _ := strconv.ParseInt(topic, 10, 64)
		err = f.DB.QueryRow(f.t.Context(), insights.CountTopic, 0, id, at[0], at[1]).Scan(&value)
		whole = value
	} else {
		err = f.DB.QueryRow(f.t.Context(), insights.MetricOf(key).SQL, unit, at[0], at[1]).Scan(&value, &whole)
	}
	if err != nil {
		f.t.Fatalf("%s: %v", name, err)
	}
	f.known[name] = [2]int64{value, whole}
	return value, whole
}

// said is a figure as pages say it, for people and for programs.
func (f *figures) said(key string, unit int64, month insights.Month) (text, data string) {
	value, whole := f.compute(key, unit, month)
	if strings.HasPrefix(key, "topic:") {
		return counted(value, "thread"), strconv.FormatInt(value, 10)
	}
	switch insights.MetricOf(key).Kind {
	case insights.Share:
		return strconv.FormatInt(share(value, whole), 10) + "%", strconv.FormatFloat(float64(value)/float64(whole), 'f', 4, 64)
	case insights.Median:
		return span(value), strconv.FormatInt(value, 10)
	case insights.Variety:
		return fmt.Sprintf("%d of 8", value), strconv.FormatInt(value, 10)
	}
	return thousands(value), strconv.FormatInt(value, 10)
}

func share(value, whole int64) int64 { return (200*value + whole) / (2 * whole) }

func thousands(n int64) string {
	if n < 1000 {
		return strconv.FormatInt(n, 10)
	}
	return fmt.Sprintf("%d,%03d", n/1000, n%1000)
}

func counted(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return thousands(n) + " " + noun + "s"
}

// span says seconds.
func span(s int64) string {
	switch {
	case s < 60:
		return "under a minute"
	case s < 5400:
		return counted((s+30)/60, "minute")
	case s < 36*3600:
		return counted((s+1800)/3600, "hour")
	}
	return counted((s+43200)/86400, "day")
}

// change is what is said of a figure beside that of the month before.
func (f *figures) change(key string, unit int64, month insights.Month) string {
	at := slices.Index(f.months, month)
	before := f.months[at-1]
	a, wa := f.compute(key, unit, month)
	b, wb := f.compute(key, unit, before)
	then := f.words(before)
	kind := insights.MetricOf(key).Kind
	if kind == insights.Share {
		a, b = share(a, wa), share(b, wb)
	}
	n := max(a-b, b-a)
	switch {
	case a == b || kind == insights.Median && span(a) == span(b):
		return "as in " + then
	case kind == insights.Share && a > b:
		return "up " + counted(n, "point") + " on " + then
	case kind == insights.Share:
		return "down " + counted(n, "point") + " on " + then
	case kind == insights.Median && a > b:
		return span(n) + " longer than in " + then
	case kind == insights.Median:
		return span(n) + " shorter than in " + then
	case a > b:
		return thousands(n) + " more than in " + then
	}
	return thousands(n) + " fewer than in " + then
}

func (f *figures) words(m insights.Month) string {
	t, err := time.Parse("2006-01", string(m))
	if err != nil {
		f.t.Fatal(err)
	}
	return t.Format("January 2006")
}

var digits = regexp.MustCompile(`[0-9]+`)

// page holds every number of a page to its statement, and finds none beside those.
func (f *figures) page(path string, doc *goquery.Document, unit int64, month insights.Month) {
	main := doc.Find("main")
	main.Find("data[data-metric]").Each(func(_ int, s *goquery.Selection) {
		key, at := s.AttrOr("data-metric", ""), insights.Month(s.AttrOr("data-month", ""))
		text, data := f.said(key, unit, at)
		if s.Text() != text || s.AttrOr("value", "") != data {
			f.t.Errorf("%s: %s of %s: got %s (%s), want %s (%s)", path, key, at, s.Text(), s.AttrOr("value", ""), text, data)
		}
		f.read++
	})
	main.Find(".cap").Each(func(_ int, card *goquery.Selection) {
		key := card.AttrOr("data-metric", "")
		if of := card.Find(".fig .m").Text(); of != "" {
			_, whole := f.compute(key, unit, month)
			if want := "of " + thousands(whole) + " " + insights.MetricOf(key).Of; of != want {
				f.t.Errorf("%s: %s: got %q, want %q", path, key, of, want)
			}
		}
		if said := card.Find(".fig + p[aria-hidden]").Text(); said != "" {
			if want := f.change(key, unit, month); said != want {
				f.t.Errorf("%s: change of %s: got %q, want %q", path, key, said, want)
			}
			f.read++
		}
		card.Find("tbody tr").Each(func(i int, row *goquery.Selection) {
			if cell := row.Find("data"); cell.Length() > 0 {
				text, data := f.said(key, unit, f.months[i])
				if cell.Text() != text || cell.AttrOr("value", "") != data {
					f.t.Errorf("%s: %s of %s in the table: got %s, want %s", path, key, f.months[i], cell.Text(), text)
				}
				f.read++
			}
		})
		card.Find("desc").Each(func(_ int, s *goquery.Selection) { // made of the table
			for _, m := range f.months {
				s.SetText(strings.ReplaceAll(s.Text(), f.words(m), ""))
			}
		})
	})
	main.Find("data, select, desc, .eyebrow, .fig .m, .fig + p[aria-hidden], .cap .b, .twin th, pre").Remove()
	if left := digits.FindString(main.Find(".prose, .caps, .rises").Text()); left != "" {
		f.t.Errorf("%s: there is a number %s that no statement answers for", path, left)
	}
}

// exports holds the CSV and the JSON of the figures to the statements, and to each other.
func (f *figures) exports(c *apptest.Client, query string, unit int64) {
	var out insights.Out
	if err := json.Unmarshal([]byte(c.Get("/insights/figures.json"+query).Body), &out); err != nil {
		f.t.Fatal(err)
	}
	lines, err := csv.NewReader(strings.NewReader(c.Get("/insights/figures.csv" + query).Body)).ReadAll()
	if err != nil {
		f.t.Fatal(err)
	}
	if len(lines) != len(out.Figures)+1 || len(out.Figures) < 300 {
		f.t.Fatalf("%d lines of CSV, %d figures of JSON", len(lines), len(out.Figures))
	}
	for i, r := range out.Figures {
		line := lines[i+1]
		if r.Value == nil {
			if r.Withheld == "" || line[7] != "" || line[8] != "" || line[9] != r.Withheld {
				f.t.Errorf("%s of %s is withheld: JSON says %q, CSV %q", r.Metric, r.Month, r.Withheld, line)
			}
			continue
		}
		value, whole := f.compute(r.Metric, unit, r.Month)
		if whole == 0 {
			value = 0
		}
		if *r.Value != value || *r.Whole != whole || line[7] != strconv.FormatInt(value, 10) || line[8] != strconv.FormatInt(whole, 10) {
			f.t.Errorf("%s of %s: JSON has %d of %d, CSV %s of %s, want %d of %d", r.Metric, r.Month, *r.Value, *r.Whole, line[7], line[8], value, whole)
		}
		f.read++
	}
}

// TestFiguresOnPages holds every number of the summary, the scorecard and the exports, in several months and units, to the statement
// of its metric.
func TestFiguresOnPages(t *testing.T) {
	backends.EachURL(t, func(t *testing.T, address string) {
		h := apptest.SampleOn(t, address)
		backends.Exec(t, h.DB, `
			INSERT INTO search_log (at, words, said, hits, opened)
			SELECT t.created_at, 'tablets', 'tablets', t.id % 3, t.id % 3 > 0 AND t.id % 2 = 0
			FROM threads t`)
		h.Drain()
		f := newFigures(t, h)
		leader := h.As(helen)
		var digital int64
		if err := h.DB.QueryRow(t.Context(), `SELECT id FROM units WHERE name = 'Digital and Customer'`).Scan(&digital); err != nil {
			t.Fatal(err)
		}
		for _, unit := range []int64{0, digital} {
			for _, month := range []insights.Month{"", "2027-05", "2027-03", "2026-09"} {
				query := url.Values{"month": {string(month)}, "unit": {strconv.FormatInt(unit, 10)}}.Encode()
				at := month
				if at == "" {
					at = "2027-04"
				}
				for _, path := range []string{"/insights?", "/insights/scorecard?"} {
					got := leader.Get(path + query)
					if got.Status != 200 {
						t.Fatalf("%s: status %d\n%s", path+query, got.Status, got.Body)
					}
					f.page(path+query, got.Doc(t), unit, at)
				}
			}
			f.exports(leader, "?unit="+strconv.FormatInt(unit, 10), unit)
		}
		if f.read < 1_500 {
			t.Errorf("only %d numbers were read", f.read)
		}
		if got := leader.Get("/insights/looked").Doc(t).Find("tbody tr").Length(); got != 4 {
			t.Errorf("%d lines say who looked, want the two pages and the two exports", got)
		}
		if got := leader.Get("/insights?unit=x").Status; got != 404 {
			t.Errorf("of no unit: status %d", got)
		}
	})
}
