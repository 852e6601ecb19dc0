// Package api is the hub for programs: the use cases of the pages, as JSON, described by OpenAPI.
//
// A request speaks for a person, by session or by an API token as bearer, and sees what that person may read; without
// either it sees what is public. Errors are problem+json (RFC 9457) in the words of package errs. The contract is at
// /api/v1/openapi.json; there is no page of documentation, because the usual ones load scripts from elsewhere.
package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humafiber"
	"github.com/gofiber/fiber/v2"

	"watercooler/app/experts"
	"watercooler/app/find"
	"watercooler/auth"
)

// Version of the contract: additions raise the last number, and what goes raises the one before it.
const Version = "1.1.0"

// Addresses returns paths of the hub as absolute addresses. *web.Web is one.
type Addresses interface {
	URL(path string) string
}

// Hit is one thread, reply, person or topic that was found.
type Hit struct {
	Ref        string  `json:"ref" example:"thread:42" doc:"What it is, for the life of the hub"`
	ExternalID string  `json:"external_id" example:"stackexchange/quantumcomputing/post/123" doc:"Where it was imported from; empty when it was written here"`
	Kind       string  `json:"kind" example:"question" doc:"question, discussion, post, signal, decision, reply, person, topic or network"`
	Title      string  `json:"title" doc:"For a reply, the title of its thread"`
	URL        string  `json:"url" format:"uri"`
	Network    string  `json:"network" example:"flood-watch" doc:"Slug of the network its thread lives in; empty when in none"`
	Score      float64 `json:"score" doc:"Comparable within one answer only"`
	Reply      *Reply  `json:"reply,omitempty" doc:"Of a thread: the reply that says most about the query"`
}

// Reply is the part of a thread that says most about a query.
type Reply struct {
	Ref string `json:"ref" example:"reply:9"`
	URL string `json:"url" format:"uri"`
}

// Person is somebody who may know. Their order is all that is said of how they compare.
type Person struct {
	Ref        string     `json:"ref" example:"person:7"`
	ExternalID string     `json:"external_id"`
	Name       string     `json:"name"`
	URL        string     `json:"url" format:"uri"`
	Why        string     `json:"why" example:"3 accepted answers on Connectivity"`
	Evidence   []Evidence `json:"evidence" doc:"What they wrote on it and you may read, best first"`
}

// Evidence is something that somebody wrote.
type Evidence struct {
	Ref      string    `json:"ref" example:"reply:9"`
	Kind     string    `json:"kind" example:"question" doc:"Of the thread: question, discussion, post, signal or decision"`
	Title    string    `json:"title" doc:"Of the thread"`
	URL      string    `json:"url" format:"uri"`
	Written  time.Time `json:"written"`
	Accepted bool      `json:"accepted" doc:"It settled the question"`
}

// SearchInput is the query of a search.
type SearchInput struct {
	Q     string `query:"q" required:"true" minLength:"1" maxLength:"4000" doc:"As in the search box: words, \"phrases\", -not, author:, topic:, in:, kind:, before:, after:, is:, has:"`
	Kind  string `query:"kind" enum:"question,discussion,post,signal,decision,reply,thread,person,topic,network" doc:"Only results of this kind"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
	Page  int    `query:"page" minimum:"1" maximum:"1000" default:"1"`
	Sort  string `query:"sort" enum:"relevance,date" default:"relevance" doc:"date: newest first"`
	Exact bool   `query:"exact" doc:"Search for what was typed, without correcting its spelling"`
}

// SearchOutput is what was found, best first. A thread and its replies are one hit.
type SearchOutput struct {
	Body struct {
		Total   int      `json:"total" doc:"Things that match; a thread and its replies are one"`
		Hits    []Hit    `json:"hits"`
		Instead string   `json:"instead,omitempty" doc:"What was searched for in the place of the query, because nothing has some of its words"`
		Notes   []string `json:"notes,omitempty" doc:"What of the query was not understood, and what was done about it"`
	}
}

// ExpertsInput says what somebody wants to know.
type ExpertsInput struct {
	Q     string `query:"q" required:"true" minLength:"1" maxLength:"4000" doc:"A word, a topic, or a whole question"`
	Limit int    `query:"limit" minimum:"1" maximum:"50" default:"10"`
}

// ExpertsOutput is who may know, best first.
type ExpertsOutput struct {
	Body struct {
		People []Person `json:"people"`
	}
}

// service answers the operations.
type service struct {
	find    *find.Service
	experts *experts.Service
	at      Addresses
}

// Register adds the API to app, behind the middleware that sets the Viewer.
func Register(app *fiber.App, f *find.Service, e *experts.Service, at Addresses) huma.API {
	cfg := huma.DefaultConfig("Watercooler", Version)
	cfg.Info.Description = "Search and expertise of this hub, as far as you may read it."
	cfg.OpenAPIPath = "/api/v1/openapi"
	cfg.DocsPath = ""
	cfg.SchemasPath = ""
	cfg.CreateHooks = nil // no $schema in answers: it would show the host that a proxy talks to
	cfg.Servers = []*huma.Server{{URL: at.URL("")}}
	cfg.Components.SecuritySchemes = map[string]*huma.SecurityScheme{
		"token": {Type: "http", Scheme: "bearer", Description: "An API token, from `watercooler admin token`"},
	}
	app.Use("/api/v1", handOn)
	api := humafiber.New(app, cfg)
	s := &service{find: f, experts: e, at: at}
	huma.Register(api, operation("search", "/api/v1/search", "Search", "Finds threads, replies, people, topics and networks."), s.search)
	huma.Register(api, operation("experts", "/api/v1/experts", "Who may know", "Ranks people by what they wrote, with evidence. Empty unless you are signed in."), s.whoKnows)
	return api
}

func operation(id, path, summary, description string) huma.Operation {
	return huma.Operation{
		OperationID: id, Method: http.MethodGet, Path: path, Summary: summary, Description: description,
		Security:    []map[string][]string{{}, {"token": {}}}, // either nobody or somebody
		Errors:      []int{http.StatusUnprocessableEntity, http.StatusTooManyRequests, http.StatusServiceUnavailable},
		Middlewares: huma.Middlewares{withViewer},
	}
}

// A request carries what fiber knows to an operation, which gets a plain context, and an error the other way.
type request struct {
	viewer  auth.Viewer
	failure error
}

type requestKey struct{}

const failureLocal = "api failure"

func withViewer(ctx huma.Context, next func(huma.Context)) {
	c := humafiber.Unwrap(ctx)
	r := &request{viewer: auth.ViewerOf(c)}
	next(huma.WithValue(ctx, requestKey{}, r))
	if r.failure != nil {
		c.Locals(failureLocal, r.failure)
	}
}

// handOn gives the error of an operation to the hub's own error handler, which logs it and answers as everywhere else.
func handOn(c *fiber.Ctx) error {
	if err := c.Next(); err != nil {
		return err
	}
	if err, ok := c.Locals(failureLocal).(error); ok {
		c.Response().Reset()
		return err
	}
	return nil
}

// viewerOf returns who asks; without the middleware that is nobody, who may read the least.
func viewerOf(ctx context.Context) auth.Viewer {
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		return r.viewer
	}
	return auth.Public
}

// fail notes err for handOn. What it returns is thrown away with huma's answer.
func fail(ctx context.Context, err error) error {
	if r, ok := ctx.Value(requestKey{}).(*request); ok {
		r.failure = err
	}
	return huma.Error500InternalServerError("")
}

func (s *service) search(ctx context.Context, in *SearchInput) (*SearchOutput, error) {
	q := find.Query{Text: in.Q, Limit: in.Limit, Page: in.Page, Literal: in.Exact}
	if in.Sort == "date" {
		q.Sort = in.Sort
	}
	if in.Kind != "" {
		q.Kinds = []string{in.Kind}
	}
	res, err := s.find.Search(ctx, viewerOf(ctx), q)
	if err != nil {
		return nil, fail(ctx, err)
	}
	out := &SearchOutput{}
	out.Body.Total, out.Body.Hits, out.Body.Instead, out.Body.Notes = res.Total, s.hits(res.Hits), res.Instead, res.Parsed.Notes
	return out, nil
}

func (s *service) whoKnows(ctx context.Context, in *ExpertsInput) (*ExpertsOutput, error) {
	found, err := s.experts.Rank(ctx, viewerOf(ctx), experts.Question{Text: in.Q, Limit: in.Limit})
	if err != nil {
		return nil, fail(ctx, err)
	}
	out := &ExpertsOutput{}
	out.Body.People = make([]Person, len(found.People))
	for i, e := range found.People {
		p := e.Person
		out.Body.People[i] = Person{Ref: fmt.Sprintf("person:%d", p.ID), ExternalID: p.ExternalID, Name: p.Name, URL: s.at.URL(p.Path()), Why: e.Why, Evidence: s.evidence(e.Evidence)}
	}
	return out, nil
}

func (s *service) evidence(list []experts.Evidence) []Evidence {
	out := make([]Evidence, len(list))
	for i, w := range list {
		out[i] = Evidence{Ref: w.Ref, Kind: string(w.Kind), Title: w.Title, URL: s.at.URL(w.Path), Written: w.At, Accepted: w.Accepted}
	}
	return out
}

func (s *service) hits(list []find.Hit) []Hit {
	out := make([]Hit, len(list))
	for i, h := range list {
		out[i] = Hit{Ref: h.Ref, ExternalID: h.ExternalID, Kind: h.Kind, Title: h.Title, URL: s.at.URL(h.Path), Network: h.Network.Slug, Score: h.Score}
		if h.Reply != nil {
			out[i].Reply = &Reply{Ref: h.Reply.Ref, URL: s.at.URL(h.Reply.Path)}
		}
	}
	return out
}
