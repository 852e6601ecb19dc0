package charts_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"watercooler/views/charts"
)

// spark draws values; -1 is a gap, and the last is of a period that is not over.
func spark(at int, values ...int) charts.Spark {
	s := charts.Spark{ID: "s", Title: "Questions by month", Column: "Questions", At: at}
	for i, v := range values {
		p := charts.Point{Label: "month " + strconv.Itoa(i+1), Value: float64(v), Text: strconv.Itoa(v), Data: strconv.Itoa(v), Open: i == len(values)-1}
		if v < 0 {
			p = charts.Point{Label: p.Label, Text: "not shown", Hidden: true}
		}
		s.Points = append(s.Points, p)
	}
	return s
}

func TestSparkline(t *testing.T) {
	for _, tt := range []struct {
		name  string
		spark charts.Spark
		lines []string // points of each
		dots  []string // x,y, and open where the period is not over
		desc  string
	}{
		{"a line", spark(1, 0, 10, 5), []string{"6.0,46.0 120.0,6.0 234.0,26.0"}, []string{"120.0,6.0", "234.0,26.0 open"}, "From 0 in month 1 to 5 in month 3; least 0 in month 1, most 10 in month 2. The table beneath has every month."},
		{"a gap", spark(3, 4, 4, -1, 8, 8), []string{"6.0,26.0 63.0,26.0", "177.0,6.0 234.0,6.0"}, []string{"177.0,6.0", "234.0,6.0 open"}, "From 4 in month 1 to 8 in month 5; least 4 in month 1, most 8 in month 4. The table beneath has every month."},
		{"one that stands alone", spark(2, -1, 4, -1), nil, []string{"120.0,6.0"}, "From 4 in month 2 to 4 in month 2; least 4 in month 2, most 4 in month 2. The table beneath has every month."},
		{"nothing but none", spark(0, 0, 0), []string{"6.0,46.0 234.0,46.0"}, []string{"6.0,46.0", "234.0,46.0 open"}, "From 0 in month 1 to 0 in month 2; least 0 in month 1, most 0 in month 1. The table beneath has every month."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			doc := draw(t, tt.spark)
			var lines, dots []string
			doc.Find("polyline").Each(func(_ int, s *goquery.Selection) { lines = append(lines, s.AttrOr("points", "")) })
			doc.Find("circle").Each(func(_ int, s *goquery.Selection) {
				dots = append(dots, strings.TrimSpace(s.AttrOr("cx", "")+","+s.AttrOr("cy", "")+" "+s.AttrOr("class", "")))
			})
			if got, want := strings.Join(lines, " | "), strings.Join(tt.lines, " | "); got != want {
				t.Errorf("lines: got %s, want %s", got, want)
			}
			if got, want := strings.Join(dots, " | "), strings.Join(tt.dots, " | "); got != want {
				t.Errorf("dots: got %s, want %s", got, want)
			}
			if got := doc.Find("desc").Text(); got != tt.desc {
				t.Errorf("in words: got %s, want %s", got, tt.desc)
			}
			if rows := doc.Find("tbody tr").Length(); rows != len(tt.spark.Points) {
				t.Errorf("the table has %d rows, want %d", rows, len(tt.spark.Points))
			}
			if title := doc.Find("svg > title").Text(); title != "Questions by month" {
				t.Errorf("the title is %q", title)
			}
		})
	}
	if got := draw(t, spark(0, -1, -1)).Find("svg, table").Length(); got != 0 {
		t.Errorf("without a figure there are %d charts and tables", got)
	}
}

func draw(t *testing.T, s charts.Spark) *goquery.Document {
	t.Helper()
	var b strings.Builder
	if err := charts.Sparkline(s).Render(t.Context(), &b); err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}
