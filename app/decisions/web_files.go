package decisions

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/threads"
	"watercooler/app/web"
	"watercooler/auth"
)

// entry is a decision in the files of the register. docs/decisions.md has the fields.
type entry struct {
	URL       string   `json:"url"`
	Title     string   `json:"title"`
	State     string   `json:"state"`
	By        string   `json:"decided_by,omitempty"`
	Authority string   `json:"authority,omitempty"`
	Recorded  string   `json:"recorded_by"`
	Unit      string   `json:"unit,omitempty"`
	Network   string   `json:"network,omitempty"`
	Topics    []string `json:"topics,omitempty"`
	Audience  string   `json:"audience"`
	Created   string   `json:"created"`
	Decided   string   `json:"decided,omitempty"`
	Effective string   `json:"effective,omitempty"`
	Review    string   `json:"review,omitempty"`
	Reviewed  string   `json:"reviewed,omitempty"`
	Closes    string   `json:"closes,omitempty"`
	Options   int      `json:"options"`
	Evidence  int      `json:"evidence"`
	Stances   int      `json:"stances"`
	Replies   int      `json:"replies"`
}

// entry is l as the files have it.
func (h *Web) entry(l Line) entry {
	day := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format(time.RFC3339)
	}
	e := entry{
		URL: h.web.URL(l.Path()), Title: l.Title, State: string(l.State), By: l.By.Name, Authority: l.Authority, Recorded: l.Author.Name,
		Unit: l.Author.Unit, Network: l.Network.Name, Audience: l.Audience, Created: day(l.CreatedAt), Decided: day(l.DecidedAt),
		Effective: day(l.EffectiveAt), Review: day(l.ReviewAt), Reviewed: day(l.ReviewedAt), Closes: day(l.ClosesAt),
		Options: l.Options, Evidence: l.Evidence, Stances: l.Stances, Replies: l.Replies,
	}
	for _, t := range l.Topics {
		e.Topics = append(e.Topics, t.Name)
	}
	return e
}

// file reads a page of the register for a file, and where the next is, "" for nowhere.
func (h *Web) file(c *fiber.Ctx, path string) (list []entry, next string, err error) {
	f, err := filterOf(c)
	if err != nil {
		return nil, "", err
	}
	f.Limit = MostLines
	r, err := h.decisions.List(c.UserContext(), auth.ViewerOf(c), f)
	if err != nil {
		return nil, "", err
	}
	list = make([]entry, len(r.Lines))
	for i, l := range r.Lines {
		list[i] = h.entry(l)
	}
	if r.Next != (threads.Key{}) {
		next = h.web.URL(withQuery(path, f, "before", web.Cursor(r.Next.At, r.Next.ID)))
		c.Set(fiber.HeaderLink, "<"+next+`>; rel="next"`)
	}
	return list, next, nil
}

// JSON answers GET /decisions.json: the register with the filters of its page.
func (h *Web) JSON(c *fiber.Ctx) error {
	list, next, err := h.file(c, registerPath+".json")
	if err != nil {
		return err
	}
	body, err := json.MarshalIndent(struct {
		Decisions []entry `json:"decisions"`
		Next      string  `json:"next,omitempty"`
	}{list, next}, "", "  ")
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/json; charset=utf-8")
	return c.Send(append(body, '\n'))
}

// CSV answers GET /decisions.csv: the register with the filters of its page.
func (h *Web) CSV(c *fiber.Ctx) error {
	list, _, err := h.file(c, registerPath+".csv")
	if err != nil {
		return err
	}
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	rows := [][]string{{
		"url", "title", "state", "decided_by", "authority", "recorded_by", "unit", "network", "topics", "audience", "created", "decided",
		"effective", "review", "reviewed", "closes", "options", "evidence", "stances", "replies",
	}}
	for _, e := range list {
		rows = append(rows, []string{
			e.URL, cell(e.Title), e.State, cell(e.By), cell(e.Authority), cell(e.Recorded), cell(e.Unit), cell(e.Network), cell(strings.Join(e.Topics, "; ")),
			e.Audience, e.Created, e.Decided, e.Effective, e.Review, e.Reviewed, e.Closes,
			strconv.Itoa(e.Options), strconv.Itoa(e.Evidence), strconv.Itoa(e.Stances), strconv.Itoa(e.Replies),
		})
	}
	if err := w.WriteAll(rows); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="decisions.csv"`)
	return c.Send(b.Bytes())
}

// cell is a text as a spreadsheet takes it for one.
//
// SECURITY: what begins with one of these signs would be run as a formula on the computer of whoever opens the file.
func cell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
