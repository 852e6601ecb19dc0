package maps

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"watercooler/auth"
)

// figures is a map as it leaves the hub, with what is needed to read it.
type figures struct {
	Map     string    `json:"map"`
	From    Month     `json:"from"`
	To      Month     `json:"to"`
	K       int       `json:"k"` // what stands on fewer people is hidden
	MadeAt  time.Time `json:"made_at"`
	Figures any       `json:"figures"`
	table   [][]string
}

// figures reads the map of this name. What leaves the hub is what the page shows, hidden where the page hides.
func (h *Web) figures(ctx context.Context, c *fiber.Ctx, name string) (figures, error) {
	v, month := auth.ViewerOf(c), monthOf(c)
	switch name {
	case "replies":
		p, err := h.maps.Replies(ctx, v, month, c.QueryInt("level"))
		return h.leave(name, p.Month, p.MadeAt, p.Map, p.Map.table()), err
	case "networks":
		p, err := h.maps.Groups(ctx, v, month)
		return h.leave(name, p.Month, p.MadeAt, p.Map, p.Map.table()), err
	case topicsName:
		p, err := h.maps.Topics(ctx, v, month)
		return h.leave(name, p.Month, p.MadeAt, p.Map, p.Map.table()), err
	case knowledgeName:
		p, err := h.maps.Knowledge(ctx, v, month)
		return h.leave(name, p.Month, p.MadeAt, p.Map, p.Map.table()), err
	case "missing":
		p, err := h.maps.Missing(ctx, v, month, c.Query("about"))
		return h.leave(name, p.Month, p.MadeAt, p.Map.Absence, p.Map.table()), err
	}
	return figures{}, noPage
}

func (h *Web) leave(name string, month Month, madeAt time.Time, figure any, table [][]string) figures {
	if month == "" {
		return figures{} // of an error
	}
	return figures{name, h.maps.shift(month, 1-monthsCovered), month, h.maps.K(), madeAt.UTC(), figure, table}
}

// CSV answers GET /insights/maps/:map.csv.
func (h *Web) CSV(c *fiber.Ctx) error {
	f, err := h.figures(c.UserContext(), c, c.Params("map"))
	if err != nil {
		return err
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for _, row := range f.table {
		for i, value := range row {
			row[i] = plain(value)
		}
		if err := w.Write(row); err != nil {
			return err
		}
	}
	w.Flush()
	if err := w.Error(); err != nil {
		return err
	}
	f.name(c, ".csv", "text/csv; charset=utf-8")
	return c.Send(b.Bytes())
}

// plain returns a value as spreadsheets take it for text.
//
// SECURITY: names are typed by people, and a spreadsheet runs what begins with one of these as a formula.
func plain(value string) string {
	if value != "" && strings.ContainsRune("=+-@\t\r", rune(value[0])) {
		return "'" + value
	}
	return value
}

// JSON answers GET /insights/maps/:map.json.
func (h *Web) JSON(c *fiber.Ctx) error {
	f, err := h.figures(c.UserContext(), c, c.Params("map"))
	if err != nil {
		return err
	}
	body, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	f.name(c, ".json", fiber.MIMEApplicationJSONCharsetUTF8)
	return c.Send(body)
}

func (f figures) name(c *fiber.Ctx, extension, kind string) {
	c.Set(fiber.HeaderContentType, kind)
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+f.Map+"-"+string(f.To)+extension+`"`)
	c.Set(fiber.HeaderCacheControl, "private, no-store")
}

func (m Replies) table() [][]string {
	rows := [][]string{{"asked_by", "answered_by", "band"}}
	for i, row := range m.Bands {
		for j, b := range row {
			rows = append(rows, []string{m.Units[i].Name, m.Units[j].Name, string(b)})
		}
	}
	return rows
}

func (m Groups) table() [][]string {
	rows := [][]string{{"kind", "name", "community", "bridge", "topics_of_community"}}
	for _, g := range m.Groups {
		number, topics := "", []string{}
		if g.Community >= 0 {
			number = strconv.Itoa(g.Community + 1)
			for _, t := range m.Communities[g.Community].Topics {
				topics = append(topics, t.Name)
			}
		}
		rows = append(rows, []string{g.Kind, g.Name, number, string(g.Bridge), strings.Join(topics, "; ")})
	}
	return rows
}

func (m Topics) table() [][]string {
	rows := [][]string{{"topic", "way", "from", "to", "month", "people"}}
	add := func(way string, list []Trend) {
		for _, t := range list {
			for i, n := range t.People {
				people := strconv.Itoa(n)
				if n < 0 {
					people = string(Hidden)
				}
				rows = append(rows, []string{t.Name, way, string(t.From), string(t.To), string(m.Months[i]), people})
			}
		}
	}
	add("rising", m.Rising)
	add("fading", m.Fading)
	return rows
}

func (m Knowledge) table() [][]string {
	rows := [][]string{{"topic", "known_by"}}
	for _, t := range m.Topics {
		rows = append(rows, []string{t.Name, string(t.Known)})
	}
	return rows
}

func (a Absence) table() [][]string {
	rows := [][]string{{"about", "kind", "name", "took_part"}}
	add := func(kind string, list []Share) {
		for _, s := range list {
			rows = append(rows, []string{a.Subject.Name, kind, s.Name, string(s.Took)})
		}
	}
	for level, list := range a.Units {
		add("unit, level "+strconv.Itoa(level+1), list)
	}
	add("place", a.Places)
	add("role", a.Roles)
	return rows
}
