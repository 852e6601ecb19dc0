package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/api"
	"watercooler/app/apptest/backends"
	"watercooler/app/db"
	"watercooler/app/experts"
	"watercooler/app/find"
	"watercooler/app/people"
	"watercooler/app/threads"
	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/search"
)

func clock() time.Time { return time.Date(2027, time.May, 4, 11, 0, 0, 0, time.UTC) }

// server is the API over a question and its answer that are for the hub, as Gwen where X-As says so.
func server(t *testing.T, d *db.DB) *fiber.App {
	t.Helper()
	x, err := search.Open(search.Options{Dir: t.TempDir()})
	if !errors.Is(err, search.ErrStale) {
		t.Fatal(err)
	}
	f := find.New(d, x, clock)
	var gwen auth.Viewer
	must(t, d.Tx(t.Context(), func(tx *db.Tx) error {
		p := people.New(d, nil, clock)
		home, err := p.Found(t.Context(), tx, "Carreg Council")
		if err != nil {
			return err
		}
		id, err := p.Create(t.Context(), tx, people.NewPerson{Name: "Gwen Pryce"})
		gwen = auth.ForPerson(1, id, home, true, 0)
		return err
	}))
	talk := threads.New(d, nil, clock)
	id, err := talk.Open(t.Context(), gwen, threads.NewThread{Kind: threads.Question, Title: "How is a weir gauged?", Audience: "hub"})
	must(t, err)
	_, err = talk.Reply(t.Context(), gwen, id, threads.NewReply{Body: "With a current meter."})
	must(t, err)
	must(t, f.Rebuild(t.Context(), nil))
	w, err := web.New(web.Config{BaseURL: "https://hub.example", Now: clock})
	must(t, err)
	app := fiber.New(fiber.Config{Immutable: true, ErrorHandler: w.ErrorHandler})
	app.Use(func(c *fiber.Ctx) error {
		if c.Get("X-As") == "gwen" {
			auth.SetViewer(c, gwen)
		}
		if err := c.Next(); err != nil {
			return w.ErrorHandler(c, err)
		}
		return nil
	})
	app.Get("/break", func(*fiber.Ctx) error { return x.Close() })
	api.Register(app, f, experts.New(d, x, noTopics{}, nil, clock), w)
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return app
}

// noTopics knows no topic.
type noTopics struct{}

func (noTopics) Resolve(_ context.Context, names []string) ([]experts.Topic, []string, error) {
	return nil, names, nil
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAPI(t *testing.T) {
	backends.Each(t, func(t *testing.T, d *db.DB) {
		app := server(t, d)
		for _, tc := range []struct {
			name, as, path string
			status         int
			mime           string
			want           []string
			not            string
		}{
			{"search", "gwen", "/api/v1/search?q=weir", 200, "application/json", []string{`"ref":"thread:1"`, `"external_id":""`, `"kind":"question"`, `"url":"https://hub.example/threads/1"`, `"title":"How is a weir gauged?"`, `"score":`}, "$schema"},
			{"search, a kind", "gwen", "/api/v1/search?q=meter&kind=reply", 200, "application/json", []string{`"ref":"reply:1"`}, ""},
			{"search, nothing", "gwen", "/api/v1/search?q=xylophone", 200, "application/json", []string{`"hits":[]`}, ""},
			{"search, signed out", "", "/api/v1/search?q=weir", 200, "application/json", []string{`"total":0,"hits":[]`}, ""},
			{"experts", "gwen", "/api/v1/experts?q=current+meter", 200, "application/json", []string{`"ref":"person:1"`, `"name":"Gwen Pryce"`, `"url":"https://hub.example/people/`, `"why":"Wrote about this"`, `"evidence":[{"ref":"reply:1"`}, ""},
			{"experts, signed out", "", "/api/v1/experts?q=meter", 200, "application/json", []string{`"people":[]`}, "Gwen"},
			{"no query", "gwen", "/api/v1/search", 422, "application/problem+json", []string{"query.q"}, ""},
			{"limit too high", "gwen", "/api/v1/search?q=weir&limit=101", 422, "application/problem+json", []string{"limit"}, ""},
			{"limit too low", "gwen", "/api/v1/experts?q=weir&limit=0", 422, "application/problem+json", []string{"limit"}, ""},
			{"no such kind", "gwen", "/api/v1/search?q=weir&kind=spoon", 422, "application/problem+json", []string{"kind"}, ""},
			{"contract", "", "/api/v1/openapi.json", 200, "application/openapi+json", []string{"/api/v1/search", "/api/v1/experts", "https://hub.example"}, ""},
			{"no documentation page", "", "/docs", 404, "", nil, ""},
			{"the index breaks", "gwen", "/break", 200, "", nil, ""},
			{"an internal error keeps its words", "gwen", "/api/v1/search?q=weir", 500, "application/problem+json", []string{`"detail":"Something went wrong`}, "index"},
		} {
			t.Run(tc.name, func(t *testing.T) {
				req := httptest.NewRequest("GET", tc.path, nil)
				req.Header.Set("X-As", tc.as)
				res, err := app.Test(req, -1)
				must(t, err)
				defer res.Body.Close()
				b, err := io.ReadAll(res.Body)
				must(t, err)
				if res.StatusCode != tc.status || !strings.HasPrefix(res.Header.Get("Content-Type"), tc.mime) {
					t.Errorf("GET %s = %d %s, want %d %s\n%s", tc.path, res.StatusCode, res.Header.Get("Content-Type"), tc.status, tc.mime, b)
				}
				for _, want := range tc.want {
					if !strings.Contains(string(b), want) {
						t.Errorf("GET %s is without %s:\n%s", tc.path, want, b)
					}
				}
				if tc.not != "" && strings.Contains(string(b), tc.not) {
					t.Errorf("GET %s says %q:\n%s", tc.path, tc.not, b)
				}
				if strings.HasSuffix(tc.mime, "json") && !json.Valid(b) {
					t.Errorf("GET %s is not JSON:\n%s", tc.path, b)
				}
			})
		}
	})
}
