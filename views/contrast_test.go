package views_test

import (
	"fmt"
	"math"
	"os"
	"regexp"
	"strconv"
	"testing"
)

// pairs are the colours that meet: what is written or drawn, on which ground, and the least contrast of WCAG 2.2 AA: 4.5 for
// text, 3 for the edge of a field and the ring of the focus.
var pairs = []struct {
	on, ground string
	least      float64
}{
	{"ink", "paper", 4.5}, {"ink", "card", 4.5}, {"ink", "field", 4.5}, {"ink", "chip", 4.5}, {"ink", "mark", 4.5}, {"ink", "brand-tint", 4.5}, {"ink", "amber-tint", 4.5},
	{"muted", "paper", 4.5}, {"muted", "card", 4.5}, {"muted", "field", 4.5}, {"muted", "chip", 4.5}, {"muted", "brand-tint", 4.5},
	{"brand", "paper", 4.5}, {"brand", "card", 4.5}, {"brand", "field", 4.5}, {"brand", "brand-tint", 4.5}, {"brand", "chip", 4.5},
	{"brand-strong", "card", 4.5}, {"brand-strong", "brand-tint", 4.5}, {"brand-strong", "chip", 4.5},
	{"on-brand", "brand", 4.5}, {"on-brand", "brand-strong", 4.5}, {"on-brand", "red", 4.5},
	{"amber", "amber-tint", 4.5}, {"amber", "chip", 4.5}, {"plum", "plum-tint", 4.5}, {"plum", "chip", 4.5}, {"blue", "blue-tint", 4.5}, {"blue", "chip", 4.5},
	{"green", "green-tint", 4.5}, {"green", "chip", 4.5}, {"red", "red-tint", 4.5}, {"red", "card", 4.5}, {"red", "paper", 4.5}, {"red", "chip", 4.5},
	{"edge", "field", 3}, {"edge", "paper", 3}, {"edge", "card", 3}, {"brand", "paper", 3}, {"brand", "card", 3},
}

var (
	block = regexp.MustCompile(`(?m)^(:root|\[data-theme='contrast'\]|  :root:not\([^{]*\)) \{([^}]*)\}`)
	token = regexp.MustCompile(`--([a-z0-9-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)`)
	tint  = regexp.MustCompile(`--(tint-[0-9]): (#[0-9a-f]{6})`)
)

func TestColoursKeepTheirContrast(t *testing.T) {
	css, err := os.ReadFile("../static/css/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	blocks := block.FindAllStringSubmatch(string(css), -1)
	if len(blocks) != 3 {
		t.Fatalf("%d blocks of tokens, want 3: the usual, the chosen contrast, the system's contrast", len(blocks))
	}
	if blocks[1][2] == "" || tokens(blocks[1][2]) != tokens(blocks[2][2]) {
		t.Errorf("high contrast differs between chosen and asked for by the system")
	}
	for _, theme := range []struct {
		name string
		over string
		dark int
	}{{"light", "", 0}, {"dark", "", 1}, {"contrast light", blocks[1][2], 0}, {"contrast dark", blocks[1][2], 1}} {
		colours := map[string]string{}
		for _, part := range []string{blocks[0][2], theme.over} {
			for _, m := range token.FindAllStringSubmatch(part, -1) {
				colours[m[1]] = m[2+theme.dark]
			}
		}
		for _, p := range pairs {
			if got := contrast(t, colours[p.on], colours[p.ground]); got < p.least {
				t.Errorf("%s: %s %s on %s %s has %.2f:1, want %.1f", theme.name, p.on, colours[p.on], p.ground, colours[p.ground], got, p.least)
			}
		}
	}
	tints := tint.FindAllStringSubmatch(blocks[0][2], -1)
	if len(tints) != 6 {
		t.Errorf("%d tints for avatars, want 6", len(tints))
	}
	for _, m := range tints {
		if got := contrast(t, "#ffffff", m[2]); got < 4.5 {
			t.Errorf("white on %s %s has %.2f:1", m[1], m[2], got)
		}
	}
}

func tokens(css string) string { return fmt.Sprint(token.FindAllString(css, -1)) }

// contrast is the ratio of WCAG 2: relative luminances, each with 0.05 added, the lighter over the darker.
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	la, lb := luminance(t, a), luminance(t, b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	if len(hex) != 7 {
		t.Fatalf("%q is not a colour: is the token there?", hex)
	}
	weights, sum := [3]float64{0.2126, 0.7152, 0.0722}, 0.0
	for i, weight := range weights {
		n, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}
