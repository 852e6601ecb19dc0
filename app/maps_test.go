package app_test

import (
	"encoding/csv"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"watercooler/app/apptest"
	"watercooler/app/apptest/backends"
	"watercooler/app/maps"
)

// TestMapsLeaveTheHubAsTheyAreShown compares the page of who learns from whom, its CSV and its JSON field by field, and sees to it that
// no spreadsheet takes a name for a formula.
func TestMapsLeaveTheHubAsTheyAreShown(t *testing.T) {
	backends.EachURL(t, func(t *testing.T, address string) {
		h := apptest.SampleOn(t, address)
		backends.Exec(t, h.DB, `UPDATE units SET name = '=1+1' WHERE name = 'Place'`)
		s := maps.New(h.DB, nil, nil, maps.LeastK, h.Clock.Now)
		if err := s.Rebuild(t.Context(), func(int, int) {}); err != nil {
			t.Fatal(err)
		}
		c := h.As(helen)
		sheet := c.Get("/insights/maps/replies.csv")
		if kind := sheet.Header.Get("Content-Type"); sheet.Status != http.StatusOK || !strings.HasPrefix(kind, "text/csv") ||
			sheet.Header.Get("Content-Disposition") != `attachment; filename="replies-2027-04.csv"` || sheet.Header.Get("Cache-Control") != "private, no-store" {
			t.Fatalf("status %d, headers %v", sheet.Status, sheet.Header)
		}
		rows, err := csv.NewReader(strings.NewReader(sheet.Body)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		var file struct {
			Map, From, To string
			K             int
			Figures       maps.Replies
		}
		if err := json.Unmarshal([]byte(c.Get("/insights/maps/replies.json").Body), &file); err != nil {
			t.Fatal(err)
		}
		if file.Map != "replies" || file.From != "2026-05" || file.To != "2027-04" || file.K != 5 || len(file.Figures.Units) < 5 {
			t.Errorf("got %+v", file)
		}
		table := c.Get("/insights/maps").Doc(t).Find(".twin table tbody tr")
		next, formulas := 1, 0
		for i, from := range file.Figures.Units {
			shown := table.Eq(i).Find("td").Map(func(_ int, s *goquery.Selection) string { return strings.TrimSpace(s.Text()) })
			for j, to := range file.Figures.Units {
				band := string(file.Figures.Bands[i][j])
				names := []string{from.Name, to.Name}
				for k, name := range names {
					if strings.HasPrefix(name, "=") {
						names[k] = "'" + name
						formulas++
					}
				}
				if got, want := strings.Join(rows[next], ","), strings.Join(append(names, band), ","); got != want || shown[j] != band {
					t.Errorf("CSV %q, want %q; the page shows %q", got, want, shown[j])
				}
				next++
			}
		}
		if next != len(rows) || formulas == 0 {
			t.Errorf("%d rows of CSV for %d fields, %d names that begin like a formula", len(rows)-1, next-1, formulas)
		}
		for _, name := range []string{"networks", "topics", "knowledge", "missing"} {
			for _, form := range []string{".csv", ".json"} {
				if got := c.Get("/insights/maps/" + name + form); got.Status != http.StatusOK || len(got.Body) < 100 {
					t.Errorf("%s%s: status %d, %d bytes", name, form, got.Status, len(got.Body))
				}
			}
		}
		for _, path := range []string{"/insights/maps/nothing.csv", "/insights/maps/replies.csv?month=2020-01", "/insights/maps/replies.json?level=7", "/insights/maps/missing?about=topic:999999"} {
			if got := c.Get(path); got.Status != http.StatusNotFound {
				t.Errorf("%s: status %d, want 404", path, got.Status)
			}
		}
	})
}
