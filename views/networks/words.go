package networks

import (
	"strconv"

	"watercooler/views/parts"
)

func peopleSaid(n int) string { return parts.Plural(n, "person", "people") }

func or(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

func num(n int) string { return strconv.Itoa(n) }

func (d Diagram) viewBox() string { return "0 0 " + num(d.Width) + " " + num(d.Height) }

// below is where the label of a node begins.
func (n Node) below() string { return num(n.Y + n.R + 13) }

// hue is the class of a node's colour.
func (n Node) hue() string { return "hue-" + num(n.Tint%parts.Tints) }
