// Package charts draws figures on the server, as SVG that needs neither script nor colour to be read. Each chart has a table twin
// with the same numbers.
package charts

import (
	"strconv"
	"strings"
)

// Spark is a small line over some periods, with its table.
type Spark struct {
	ID     string // unique on the page
	Title  string // "Questions answered by month"
	Points []Point
	At     int    // index of the point that is spoken of
	Column string // heading of the column of values
}

// Point is one period of a Spark.
type Point struct {
	Label  string // "March 2027"
	Value  float64
	Text   string // of Value, or why there is none
	Data   string // Value for programs
	Hidden bool   // there is no value to draw
	Open   bool   // the period is not over
}

// The size of a spark, in units of its own.
const (
	sparkWidth  = 240.0
	sparkHeight = 52.0
	sparkPad    = 6.0
)

// dot is a point as drawn.
type dot struct {
	x, y string
	now  bool
	open bool
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', 1, 64) }

// place returns where point i is drawn. The lowest value drawn is never above nought, so that small changes look small.
func (s Spark) place(i int) (x, y float64) {
	most := 0.0
	for _, p := range s.Points {
		if !p.Hidden {
			most = max(most, p.Value)
		}
	}
	if most == 0 {
		most = 1
	}
	steps := max(1, len(s.Points)-1)
	x = sparkPad + float64(i)*(sparkWidth-2*sparkPad)/float64(steps)
	return x, sparkHeight - sparkPad - s.Points[i].Value/most*(sparkHeight-2*sparkPad)
}

// lines are the pieces of the line between gaps, each the points attribute of a polyline.
func (s Spark) lines() (out []string) {
	var line []string
	for i, p := range s.Points {
		if !p.Hidden {
			x, y := s.place(i)
			line = append(line, number(x)+","+number(y))
		}
		if p.Hidden || i == len(s.Points)-1 {
			if len(line) > 1 {
				out = append(out, strings.Join(line, " "))
			}
			line = nil
		}
	}
	return out
}

// dots are the points that are marked: the one that is spoken of, one that is not over, and those that stand alone.
func (s Spark) dots() (out []dot) {
	hidden := func(i int) bool { return i < 0 || i >= len(s.Points) || s.Points[i].Hidden }
	for i, p := range s.Points {
		if p.Hidden || i != s.At && !p.Open && (!hidden(i-1) || !hidden(i+1)) {
			continue
		}
		x, y := s.place(i)
		out = append(out, dot{x: number(x), y: number(y), now: i == s.At, open: p.Open})
	}
	return out
}

// drawn reports whether there is anything to draw.
func (s Spark) drawn() bool {
	for _, p := range s.Points {
		if !p.Hidden {
			return true
		}
	}
	return false
}

// desc is the line in words.
func (s Spark) desc() string {
	first, last := -1, -1
	least, most := -1, -1
	for i, p := range s.Points {
		if p.Hidden {
			continue
		}
		if first < 0 {
			first = i
		}
		last = i
		if least < 0 || p.Value < s.Points[least].Value {
			least = i
		}
		if most < 0 || p.Value > s.Points[most].Value {
			most = i
		}
	}
	if first < 0 {
		return "No figures."
	}
	at := func(i int) string { return s.Points[i].Text + " in " + s.Points[i].Label }
	return "From " + at(first) + " to " + at(last) + "; least " + at(least) + ", most " + at(most) + ". The table beneath has every month."
}

// radius is how large a dot is drawn.
func radius(now bool) string {
	if now {
		return "4.5"
	}
	return "2.5"
}
