package insights

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strconv"

	"github.com/gofiber/fiber/v2"
)

// Row is one figure as it goes out.
type Row struct {
	Month      Month  `json:"month"`
	Unit       string `json:"unit"`
	UnitID     int64  `json:"unit_id"` // 0: the whole organisation
	Capability string `json:"capability"`
	Metric     string `json:"metric"`
	Name       string `json:"name"`
	Kind       string `json:"kind"`
	Value      *int64 `json:"value"` // null: not shown
	Whole      *int64 `json:"whole"`
	Withheld   string `json:"withheld,omitempty"` // why it is not shown
}

// Out are the figures that go out: those of all months that are shown.
type Out struct {
	K       int   `json:"k"`
	Figures []Row `json:"figures"`
}

// rows are f as it goes out, with what pages withhold withheld.
func rows(f Figures) Out {
	out := Out{K: f.K, Figures: []Row{}}
	unit := "Whole organisation"
	if f.Filter.Unit != Whole {
		unit = f.Unit.Name
	}
	for _, s := range f.Series {
		for _, at := range s.Figures {
			r := Row{Month: at.Month, Unit: unit, UnitID: f.Filter.Unit, Capability: s.Capability, Metric: s.Key, Name: s.Name, Kind: s.Kind.String(), Withheld: s.Why(at.State, f.K)}
			if at.State == Shown {
				r.Value, r.Whole = &at.Value, &at.Whole
			}
			out.Figures = append(out.Figures, r)
		}
	}
	return out
}

// JSON answers GET /insights/figures.json.
func (h *Web) JSON(c *fiber.Ctx) error {
	f, err := h.read(c)
	if err != nil {
		return err
	}
	body, err := json.MarshalIndent(rows(f), "", "  ")
	if err != nil {
		return err
	}
	return send(c, fiber.MIMEApplicationJSONCharsetUTF8, "figures.json", body)
}

// CSV answers GET /insights/figures.csv.
func (h *Web) CSV(c *fiber.Ctx) error {
	f, err := h.read(c)
	if err != nil {
		return err
	}
	var body bytes.Buffer
	w := csv.NewWriter(&body)
	lines := [][]string{{"month", "unit_id", "unit", "capability", "metric", "name", "kind", "value", "whole", "withheld"}}
	for _, r := range rows(f).Figures {
		lines = append(lines, []string{string(r.Month), strconv.FormatInt(r.UnitID, 10), cell0(r.Unit), r.Capability, r.Metric, r.Name, r.Kind, maybe(r.Value), maybe(r.Whole), r.Withheld})
	}
	if err := w.WriteAll(lines); err != nil {
		return err
	}
	return send(c, "text/csv; charset=utf-8", "figures.csv", body.Bytes())
}

// cell0 keeps a spreadsheet from taking the name of a unit for a formula.
func cell0(s string) string {
	if s != "" && bytes.ContainsRune([]byte("=+-@\t\r"), rune(s[0])) {
		return "'" + s
	}
	return s
}

func maybe(n *int64) string {
	if n == nil {
		return ""
	}
	return strconv.FormatInt(*n, 10)
}

func send(c *fiber.Ctx, contentType, name string, body []byte) error {
	c.Set(fiber.HeaderContentType, contentType)
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+name+`"`)
	return c.Send(body)
}
