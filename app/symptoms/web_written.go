package symptoms

import (
	"bytes"
	"encoding/csv"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"watercooler/auth"
)

// written is a finding for other programs.
type written struct {
	ID       int64          `json:"id"`
	Symptom  Symptom        `json:"symptom"`
	Way      Variant        `json:"way"` // in which it shows
	Heading  string         `json:"heading"`
	Topic    string         `json:"topic,omitempty"`
	Unit     string         `json:"unit,omitempty"`
	Month    string         `json:"month"` // calendar month of the latest evidence
	Since    string         `json:"since"`
	Latest   string         `json:"latest"`
	Found    string         `json:"first_found"`
	Next     string         `json:"suggested"`
	Path     string         `json:"path"`
	Evidence []writtenPiece `json:"evidence"`
	Total    int            `json:"evidence_total"`
}

type writtenPiece struct {
	Title string `json:"title"`
	Path  string `json:"path"`
	Date  string `json:"date"`
}

func (h *Web) written(f Shown) written {
	out := written{
		ID: f.ID, Symptom: f.Symptom, Way: f.Variant, Heading: f.Heading(), Topic: f.Topic.Name, Unit: f.Unit.Name,
		Month: h.day(f.Latest)[:len("2027-05")], Since: h.day(f.Since), Latest: h.day(f.Latest), Found: h.day(f.FoundAt),
		Next: f.Symptom.Says().Next, Path: h.web.URL(findingPath(f.ID)), Evidence: []writtenPiece{}, Total: f.Total,
	}
	for _, e := range f.Evidence {
		out.Evidence = append(out.Evidence, writtenPiece{Title: e.Title(), Path: h.web.URL(e.Path()), Date: h.day(e.At)})
	}
	return out
}

// JSON answers GET /insights/symptoms.json.
func (h *Web) JSON(c *fiber.Ctx) error {
	list, err := h.symptoms.Written(c.UserContext(), auth.ViewerOf(c), homePath+".json")
	if err != nil {
		return err
	}
	out := struct {
		Findings []written `json:"findings"`
	}{Findings: []written{}}
	for _, f := range list {
		out.Findings = append(out.Findings, h.written(f))
	}
	return c.JSON(out)
}

// CSV answers GET /insights/symptoms.csv: a row for each piece of evidence.
func (h *Web) CSV(c *fiber.Ctx) error {
	list, err := h.symptoms.Written(c.UserContext(), auth.ViewerOf(c), homePath+".csv")
	if err != nil {
		return err
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{{"finding", "symptom", "way", "heading", "topic", "unit", "month", "since", "latest", "first found", "path", "evidence", "evidence path", "evidence date"}}
	for _, f := range list {
		one := h.written(f)
		head := []string{strconv.FormatInt(one.ID, 10), string(one.Symptom), string(one.Way), cell(one.Heading), cell(one.Topic), cell(one.Unit), one.Month, one.Since, one.Latest, one.Found, one.Path}
		if len(one.Evidence) == 0 {
			rows = append(rows, append(head, "", "", ""))
		}
		for _, e := range one.Evidence {
			rows = append(rows, append(head[:len(head):len(head)], cell(e.Title), e.Path, e.Date))
		}
	}
	if err := w.WriteAll(rows); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="symptoms.csv"`)
	return c.Send(b.Bytes())
}

// cell is a text that a spreadsheet shows.
//
// SECURITY: a title that begins like a formula would be run by the spreadsheet of whoever opens the file.
func cell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
