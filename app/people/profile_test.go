package people_test

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/gofiber/fiber/v2"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/people"
	"watercooler/app/web"
	"watercooler/auth"
)

// thread adds a thread and returns its id.
func (h *hub) thread(t *testing.T, author int64, kind, title, audience string, minute int) (id int64) {
	t.Helper()
	at := db.Micros(noon.Add(time.Duration(minute) * time.Minute))
	h.tx(t, func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRow(ctx, `
			INSERT INTO threads (kind, title, body, body_html, excerpt, renderer, author_id, audience, created_at, active_at)
			VALUES ($1, $2, '', '', 'In short', 1, $3, $4, $5, $5)
			RETURNING id`, kind, title, author, audience, at).Scan(&id)
	})
	return id
}

// reply adds a reply and returns its id.
func (h *hub) reply(t *testing.T, thread, author int64, html string, minute int) (id int64) {
	t.Helper()
	at := db.Micros(noon.Add(time.Duration(minute) * time.Minute))
	h.tx(t, func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRow(ctx, `
			INSERT INTO replies (thread_id, author_id, body, body_html, renderer, created_at)
			VALUES ($1, $2, '', $3, 1, $4)
			RETURNING id`, thread, author, html, at).Scan(&id)
	})
	return id
}

func (h *hub) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	h.tx(t, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.Exec(ctx, statement, args...)
		return err
	})
}

// start is the first page of a list with the newest first.
var start = people.Key{At: 1 << 62, ID: 1 << 62}

func TestProfileShowsWhatTheViewerMayRead(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ids := h.add(t, "Libraries", "Gwen Pryce", "Ben Sato", "Ruth Adeyemi")
		out := h.imports(t, people.Record{ExternalID: "p/1", Name: "Olga Partner", Organisation: "Exeter City Council"})
		gwen, ben := ids[0], ids[1]
		olga, err := h.Find(t.Context(), h.as(gwen, 0), "olga-partner")
		if err != nil {
			t.Fatal(err)
		}
		h.thread(t, gwen, "question", "Public", "public", 1)
		ours := h.thread(t, gwen, "discussion", "Ours", auth.OrgAudience(h.home), 2)
		h.thread(t, gwen, "question", "Hub", "hub", 3)
		gone := h.thread(t, gwen, "question", "Deleted", "hub", 4)
		h.exec(t, `UPDATE threads SET deleted_at = 1 WHERE id = $1`, gone)
		h.exec(t, `INSERT INTO topics (slug, name, created_at) VALUES ('wi-fi', 'Wi-Fi', 1)`)
		h.exec(t, `INSERT INTO thread_topics (thread_id, topic_id) VALUES ($1, 1)`, ours)

		open := h.thread(t, ben, "question", "Open question", "hub", 5)
		shut := h.thread(t, ben, "question", "Our question", auth.OrgAudience(h.home), 6)
		talk := h.thread(t, ben, "discussion", "Not a question", "hub", 7)
		accepted := h.reply(t, open, gwen, "<p>First <em>an</em>swer &amp; more</p><p>Second</p>", 8)
		h.exec(t, `UPDATE threads SET accepted_reply_id = $1 WHERE id = $2`, accepted, open)
		h.reply(t, shut, gwen, "<p>Inside</p>", 9)
		h.reply(t, talk, gwen, "<p>Chat</p>", 10)
		withdrawn := h.reply(t, open, gwen, "<p>Withdrawn</p>", 11)
		h.exec(t, `UPDATE replies SET deleted_at = 1 WHERE id = $1`, withdrawn)
		h.exec(t, `INSERT INTO watches (person_id, object_kind, object_id, created_at) VALUES ($1, 'person', $2, 1)`, ben, gwen)

		partner := auth.ForPerson(900, out.IDs["p/1"], olga.OrganisationID, false, 0)
		cases := []struct {
			name             string
			as               auth.Viewer
			threads, answers string
			followed         bool
		}{
			{"herself", h.as(gwen, 0), "Hub Ours Public", "Our question, Open question", false},
			{"a colleague", h.as(ben, 0), "Hub Ours Public", "Our question, Open question", true},
			{"an administrator", h.as(ids[2], auth.Admin), "Hub Ours Public", "Our question, Open question", false},
			{"a partner", partner, "Hub Public", "Open question", false},
		}
		for _, c := range cases {
			p, err := h.Profile(t.Context(), c.as, "gwen-pryce")
			if err != nil {
				t.Fatal(c.name, err)
			}
			threads, _, err := h.Threads(t.Context(), c.as, gwen, start)
			if err != nil {
				t.Fatal(c.name, err)
			}
			answers, _, err := h.Answers(t.Context(), c.as, gwen, start)
			if err != nil {
				t.Fatal(c.name, err)
			}
			var titles, questions []string
			for _, x := range threads {
				titles = append(titles, x.Title)
			}
			for _, x := range answers {
				questions = append(questions, x.Title)
			}
			if got := strings.Join(titles, " "); got != c.threads || p.Threads != len(titles) {
				t.Errorf("%s: got threads %q, counted %d, want %q", c.name, got, p.Threads, c.threads)
			}
			if got := strings.Join(questions, ", "); got != c.answers || p.Answers != len(questions) {
				t.Errorf("%s: got answers to %q, counted %d, want %q", c.name, got, p.Answers, c.answers)
			}
			if p.Followed != c.followed {
				t.Errorf("%s: got followed %t", c.name, p.Followed)
			}
		}
		threads, _, err := h.Threads(t.Context(), h.as(ben, 0), gwen, start)
		if err != nil || threads[1].For != "Devon County Council" || len(threads[1].Topics) != 1 || threads[1].Topics[0].Slug != "wi-fi" {
			t.Errorf("got %+v, %v, want the organisation and the topic", threads[1], err)
		}
		answers, _, err := h.Answers(t.Context(), h.as(ben, 0), gwen, start)
		if err != nil || answers[1].Excerpt != "First answer & more Second" || !answers[1].Accepted || answers[0].Accepted {
			t.Errorf("got %+v, %v", answers, err)
		}
		for name, read := range map[string]func() error{
			"profile": func() error { _, err := h.Profile(t.Context(), auth.Public, "gwen-pryce"); return err },
			"threads": func() error { _, _, err := h.Threads(t.Context(), auth.Public, gwen, start); return err },
			"answers": func() error { _, _, err := h.Answers(t.Context(), auth.Public, gwen, start); return err },
			"form":    func() error { _, err := h.EditForm(t.Context(), auth.Public, "gwen-pryce"); return err },
		} {
			if err := read(); errs.KindOf(err) != errs.Unauthenticated {
				t.Errorf("%s, signed out: got %v, want Unauthenticated", name, err)
			}
		}
	})
}

func TestLongListsArePaged(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		id := h.add(t, "", "Gwen Pryce")[0]
		for i := range 45 {
			thread := h.thread(t, id, "question", fmt.Sprint(i), "hub", i/4) // many at the same moment
			h.reply(t, thread, id, "<p>"+strings.Repeat("long words ", 60)+"</p>", i/4)
		}
		v, seen := h.as(id, 0), map[string]bool{}
		for before, more := start, true; more; {
			list, m, err := h.Threads(t.Context(), v, id, before)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range list {
				seen["thread "+x.Title] = true
			}
			before, more = list[len(list)-1].Key(), m
		}
		for before, more := start, true; more; {
			list, m, err := h.Answers(t.Context(), v, id, before)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range list {
				seen["answer "+x.Title] = true
				if n := len([]rune(x.Excerpt)); n > 221 || !strings.HasSuffix(x.Excerpt, "words…") && !strings.HasSuffix(x.Excerpt, "long…") {
					t.Errorf("excerpt of %d characters: %q", n, x.Excerpt)
				}
			}
			before, more = list[len(list)-1].Key(), m
		}
		if len(seen) != 90 {
			t.Errorf("got %d threads and answers, want 90", len(seen))
		}
	})
}

func TestEditFormOffersThoseNearby(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.add(t, "Place/Libraries", "Gwen Pryce", "Ben Sato")
		h.add(t, "Place", "Ruth Adeyemi")
		h.add(t, "Highways", "Far Away", "Old Boss")
		h.exec(t, `UPDATE people SET manager_id = (SELECT m.id FROM people m WHERE m.handle = 'old-boss') WHERE handle = 'gwen-pryce'`)
		f, err := h.EditForm(t.Context(), h.as(1, 0), "gwen-pryce")
		if err != nil {
			t.Fatal(err)
		}
		if got := handles(f.Managers); got != "old-boss ruth-adeyemi ben-sato" || f.Manager != "old-boss" {
			t.Errorf("got managers %q and %q", got, f.Manager)
		}
		var labels []string
		for _, u := range f.Units {
			labels = append(labels, u.Label)
		}
		if !slices.Equal(labels, []string{"Highways", "Place", "Place › Libraries"}) {
			t.Errorf("got units %q", labels)
		}
		if _, err := h.EditForm(t.Context(), h.as(2, 0), "gwen-pryce"); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("somebody else: got %v, want Forbidden", err)
		}
	})
}

// picture returns a JPEG: red on the left half, blue on the right.
func picture(t *testing.T, w, h int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{R: 255, A: 255}
			if x >= w/2 {
				c = color.RGBA{B: 255, A: 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// exif returns the JPEG with an EXIF orientation and, after it, a place in plain letters.
func exif(photo []byte, orientation uint16) []byte {
	tiff := []byte("MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01")
	tiff = binary.BigEndian.AppendUint16(tiff, orientation)
	tiff = append(tiff, "\x00\x00\x00\x00\x00\x00GPS 50.7184 -3.5339"...)
	segment := append([]byte("Exif\x00\x00"), tiff...)
	out := append([]byte{}, photo[:2]...)
	out = append(out, 0xFF, 0xE1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(segment)+2))
	return append(append(out, segment...), photo[2:]...)
}

// bomb returns a small PNG that says it is w by h pixels.
func bomb(t *testing.T, w, h uint32) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		t.Fatal(err)
	}
	raw := b.Bytes()
	binary.BigEndian.PutUint32(raw[16:], w)
	binary.BigEndian.PutUint32(raw[20:], h)
	binary.BigEndian.PutUint32(raw[29:], crc32.ChecksumIEEE(raw[12:29]))
	return raw
}

func TestPhoto(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ids := h.add(t, "", "Gwen Pryce", "Ben Sato")
		gwen, ben := h.as(ids[0], 0), h.as(ids[1], 0)
		h.events(t)
		cases := []struct {
			name   string
			as     auth.Viewer
			file   []byte
			want   errs.Kind
			events string
		}{
			{name: "a picture", as: gwen, file: picture(t, 800, 600), events: "person.edited"},
			{name: "the same again", as: gwen, file: picture(t, 800, 600)},
			{name: "an administrator", as: h.as(ids[1], auth.Admin), file: picture(t, 300, 300), events: "person.edited"},
			{name: "with a place in it", as: gwen, file: exif(picture(t, 600, 600), 6), events: "person.edited"},
			{name: "somebody else's", as: ben, file: picture(t, 10, 10), want: errs.Forbidden},
			{name: "signed out", as: auth.Public, file: picture(t, 10, 10), want: errs.Unauthenticated},
			{name: "not an image", as: gwen, file: []byte("<svg onload=alert(1)>"), want: errs.Invalid},
			{name: "a web page", as: gwen, file: []byte("<!doctype html><script>alert(1)</script>"), want: errs.Invalid},
			{name: "empty", as: gwen, file: nil, want: errs.Invalid},
			{name: "cut short", as: gwen, file: picture(t, 400, 400)[:300], want: errs.Invalid},
			{name: "more pixels than fit", as: gwen, file: bomb(t, 100_000, 100_000), want: errs.Invalid},
			{name: "51 megapixels", as: gwen, file: bomb(t, 8_500, 6_000), want: errs.Invalid},
			{name: "more than 10 MB", as: gwen, file: append(picture(t, 10, 10), make([]byte, people.MaxPhoto)...), want: errs.Invalid},
		}
		for _, c := range cases {
			err := h.SetPhoto(t.Context(), c.as, "gwen-pryce", bytes.NewReader(c.file))
			if err == nil && c.want != errs.Internal || err != nil && errs.KindOf(err) != c.want {
				t.Errorf("%s: got %v, want kind %d", c.name, err, c.want)
			}
			if got := strings.Join(h.events(t), " "); got != c.events {
				t.Errorf("%s: got events %q, want %q", c.name, got, c.events)
			}
		}
		h.LimitPhotos(512 << 10)
		err := h.SetPhoto(t.Context(), gwen, "gwen-pryce", bytes.NewReader(append(picture(t, 10, 10), make([]byte, 512<<10)...)))
		if e := errs.As(err); e == nil || !strings.Contains(e.Text, "more than 0.5 MB") {
			t.Errorf("more than a limit of 512 KB: got %v", err)
		}
		p, err := h.Find(t.Context(), gwen, "gwen-pryce")
		if err != nil {
			t.Fatal(err)
		}
		file, err := h.Open(t.Context(), ben, p.Photo)
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(file)
		if err := file.Close(); err != nil {
			t.Fatal(err)
		}
		if err != nil || file.ContentType != "image/jpeg" || bytes.Contains(raw, []byte("GPS")) || bytes.Contains(raw, []byte("Exif")) {
			t.Errorf("got %s, %v, with or without its place: %t", file.ContentType, err, bytes.Contains(raw, []byte("GPS")))
		}
		m, err := jpeg.Decode(bytes.NewReader(raw))
		if err != nil {
			t.Fatal(err)
		}
		if r, _, b, _ := m.At(256, 20).RGBA(); r < b { // turned clockwise, left is up
			t.Error("orientation 6 was not applied: the left side is not at the top")
		}
		if err := h.RemovePhoto(t.Context(), gwen, "gwen-pryce"); err != nil {
			t.Fatal(err)
		}
		if got := h.events(t); !slices.Equal(got, []string{"person.edited"}) {
			t.Errorf("removed: got events %v", got)
		}
	})
}

// server answers the routes of people as the viewer that header X-As names, and counts statements.
func (h *hub) server(t *testing.T, viewers map[string]auth.Viewer) (*fiber.App, *atomic.Int64) {
	t.Helper()
	w, err := web.New(web.Config{Now: func() time.Time { return noon }})
	if err != nil {
		t.Fatal(err)
	}
	var statements atomic.Int64
	f := fiber.New(fiber.Config{Immutable: true, ErrorHandler: w.ErrorHandler, BodyLimit: 12 << 20})
	f.Use(func(c *fiber.Ctx) error {
		ctx, n := db.CountQueries(c.UserContext())
		c.SetUserContext(ctx)
		v, ok := viewers[c.Get("X-As")]
		if !ok {
			v = auth.Public
		}
		auth.SetViewer(c, v)
		err := c.Next()
		statements.Store(n.Load())
		return err
	})
	p := people.NewWeb(h.Service, w, noKnowledge{})
	f.Get("/people", p.Directory)
	f.Get("/people/chart", p.Chart)
	f.Get("/people/:handle", p.Show)
	f.Get("/people/:handle/posts", p.Posts)
	f.Get("/people/:handle/answers", p.Answers)
	f.Get("/people/:handle/discussions", p.Discussions)
	f.Get("/people/:handle/networks", p.Networks)
	f.Get("/people/:handle/edit", p.EditForm)
	f.Post("/people/:handle/edit", p.Edit)
	f.Get("/units/:id", p.Unit)
	f.Get("/settings/profile", p.EditForm)
	f.Post("/settings/profile", p.Edit)
	f.Post("/people/:handle/photo", p.Photo)
	f.Post("/people/:handle/photo/delete", p.RemovePhoto)
	f.Post("/settings/photo", p.Photo)
	f.Post("/settings/photo/delete", p.RemovePhoto)
	f.Get("/files/:key", p.File)
	return f, &statements
}

func TestPages(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ids := h.add(t, "Place/Libraries", "Gwen Pryce", "Ben Sato", "Ruth Adeyemi")
		for i := range 30 {
			h.add(t, "Place/Libraries", fmt.Sprint("Colleague Number", i))
			thread := h.thread(t, ids[0], "question", fmt.Sprint("Question ", i), "hub", i)
			h.reply(t, thread, ids[0], "<p>Answer</p>", i)
		}
		h.imports(t, people.Record{ExternalID: "p/1", Name: "Lee Gone", LeftAt: &noon})
		if err := h.SetPhoto(t.Context(), h.as(ids[1], auth.Admin), "gwen-pryce", bytes.NewReader(picture(t, 20, 20))); err != nil {
			t.Fatal(err)
		}
		p, err := h.Find(t.Context(), h.as(1, 0), "gwen-pryce")
		if err != nil {
			t.Fatal(err)
		}
		member := h.as(ids[0], 0)
		member.Handle = "gwen-pryce"
		f, statements := h.server(t, map[string]auth.Viewer{"gwen": member, "admin": h.as(ids[1], auth.Admin), "ben": h.as(ids[1], 0)})
		cases := []struct {
			name, as, method, path, form string
			status                       int
			location, shows              string
			most                         int64 // statements
		}{
			{name: "directory", as: "gwen", path: "/people", status: 200, most: 7},
			{name: "directory narrowed", as: "gwen", path: "/people?name=gw&unit=2&letter=p&after=3", status: 200, most: 7},
			{name: "directory with nonsense", as: "gwen", path: "/people?unit=-1&letter=%F0&after=x", status: 200, most: 7},
			{name: "directory, signed out", path: "/people", status: 401, most: 0},
			{name: "profile", as: "gwen", path: "/people/gwen-pryce", status: 200, most: 6},
			{name: "answers", as: "ben", path: "/people/gwen-pryce/answers", status: 200, most: 6},
			{name: "posts", as: "gwen", path: "/people/gwen-pryce/posts", status: 200, shows: "Set up your blog", most: 7},
			{name: "discussions", as: "ben", path: "/people/gwen-pryce/discussions", status: 200, shows: "Question 29", most: 7},
			{name: "networks", as: "gwen", path: "/people/gwen-pryce/networks", status: 200, shows: "You are in no network yet", most: 6},
			{name: "guidance", as: "gwen", path: "/people/gwen-pryce", status: 200, shows: "About you", most: 6},
			{name: "chart", as: "gwen", path: "/people/chart", status: 200, shows: "Libraries", most: 4},
			{name: "chart of a unit", as: "gwen", path: "/people/chart?unit=2", status: 200, shows: "Show the whole chart", most: 4},
			{name: "chart of no unit", as: "gwen", path: "/people/chart?unit=99", status: 404, most: 3},
			{name: "chart, signed out", path: "/people/chart", status: 401, most: 0},
			{name: "profile of a leaver", as: "ben", path: "/people/lee-gone", status: 200, most: 6},
			{name: "profile, signed out", path: "/people/gwen-pryce", status: 401, most: 0},
			{name: "nobody", as: "gwen", path: "/people/nobody", status: 404, most: 1},
			{name: "broken cursor", as: "gwen", path: "/people/gwen-pryce?before=zzz", status: 404, most: 5},
			{name: "unit", as: "gwen", path: "/units/2", status: 200, most: 7},
			{name: "no unit", as: "gwen", path: "/units/x", status: 404, most: 0},
			{name: "own form", as: "gwen", path: "/settings/profile", status: 200, shows: "data-asks", most: 5},
			{name: "form, signed out", path: "/settings/profile", status: 401, most: 0},
			{name: "form of another", as: "ben", path: "/people/gwen-pryce/edit", status: 403, most: 1},
			{name: "form of another, administrator", as: "admin", path: "/people/gwen-pryce/edit", status: 200, shows: `action="/people/gwen-pryce/photo/delete"`, most: 5},
			{name: "which is not about the administrator", as: "admin", path: "/people/gwen-pryce/edit", status: 200, shows: "About Gwen Pryce", most: 5},
			{name: "saved", as: "gwen", method: "POST", path: "/settings/profile", form: "name=Gwen+Pryce&unit=2", status: 303, location: "/people/gwen-pryce", most: 12},
			{name: "mistake", as: "gwen", method: "POST", path: "/settings/profile", form: "name=&about=kept", status: 422, most: 12},
			{name: "saved by another", as: "ben", method: "POST", path: "/people/gwen-pryce/edit", form: "name=X", status: 403, most: 12},
			{name: "no photo chosen", as: "gwen", method: "POST", path: "/settings/photo", form: "x=1", status: 422, shows: `action="/settings/photo"`, most: 12},
			{name: "no photo chosen for another", as: "admin", method: "POST", path: "/people/gwen-pryce/photo", form: "x=1", status: 422, shows: `action="/people/gwen-pryce/photo"`, most: 12},
			{name: "photo of another", as: "ben", method: "POST", path: "/people/gwen-pryce/photo/delete", status: 403, most: 12},
			{name: "photo", as: "ben", path: "/files/" + p.Photo, status: 200, most: 1},
			{name: "photo, signed out", path: "/files/" + p.Photo, status: 404, most: 0},
			{name: "no file", as: "gwen", path: "/files/..%2f..%2fetc%2fpasswd", status: 404, most: 1},
			{name: "photo removed", as: "gwen", method: "POST", path: "/settings/photo/delete", status: 303, location: "/people/gwen-pryce", most: 12},
		}
		for _, c := range cases {
			req := httptest.NewRequest(cmp.Or(c.method, "GET"), c.path, strings.NewReader(c.form))
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.Header.Set("X-As", c.as)
			req.Header.Set("HX-Request", "true") // errors as fragments, not as a way to the sign-in page
			res, err := f.Test(req, -1)
			if err != nil {
				t.Fatal(c.name, err)
			}
			body, err := io.ReadAll(res.Body)
			if err := res.Body.Close(); err != nil {
				t.Fatal(err)
			}
			if err != nil || res.StatusCode != c.status || res.Header.Get("Location") != c.location {
				t.Errorf("%s: got %d to %q, %v, want %d to %q\n%.300s", c.name, res.StatusCode, res.Header.Get("Location"), err, c.status, c.location, body)
			}
			if !strings.Contains(string(body), c.shows) {
				t.Errorf("%s: the page has no %s", c.name, c.shows)
			}
			if n := statements.Load(); n > c.most {
				t.Errorf("%s: made %d statements, want at most %d", c.name, n, c.most)
			}
			if c.name == "photo" && (res.Header.Get("Content-Type") != "image/jpeg" || res.Header.Get("X-Content-Type-Options") != "nosniff" ||
				!strings.Contains(res.Header.Get("Content-Security-Policy"), "sandbox") || !strings.Contains(res.Header.Get("Cache-Control"), "immutable")) {
				t.Errorf("photo: got headers %v", res.Header)
			}
		}
	})
}

func TestPhotoThroughTheForm(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		v := h.as(h.add(t, "", "Gwen Pryce")[0], 0)
		v.Handle = "gwen-pryce"
		f, _ := h.server(t, map[string]auth.Viewer{"gwen": v})
		cases := []struct {
			name   string
			file   []byte
			status int
		}{
			{"a picture", picture(t, 300, 200), http.StatusSeeOther},
			{"not an image", []byte("hello"), http.StatusUnprocessableEntity},
			{"more than 10 MB", make([]byte, people.MaxPhoto+1), http.StatusUnprocessableEntity},
		}
		for _, c := range cases {
			var body bytes.Buffer
			m := multipart.NewWriter(&body)
			part, err := m.CreateFormFile("photo", "../../evil.php")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := part.Write(c.file); err != nil {
				t.Fatal(err)
			}
			if err := m.Close(); err != nil {
				t.Fatal(err)
			}
			req := httptest.NewRequest("POST", "/settings/photo", &body)
			req.Header.Set("Content-Type", m.FormDataContentType())
			req.Header.Set("X-As", "gwen")
			res, err := f.Test(req, -1)
			if err != nil {
				t.Fatal(err)
			}
			if err := res.Body.Close(); err != nil {
				t.Fatal(err)
			}
			if res.StatusCode != c.status {
				t.Errorf("%s: got %d, want %d", c.name, res.StatusCode, c.status)
			}
		}
	})
}

func TestSweepPhotos(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		ctx := t.Context()
		ids := h.add(t, "", "Gwen Pryce", "Ben Sato", "Ada Quinn")
		choose := func(i int, handle string, side int) string {
			t.Helper()
			if err := h.SetPhoto(ctx, h.as(ids[i], 0), handle, bytes.NewReader(picture(t, side, side))); err != nil {
				t.Fatal(err)
			}
			p, err := h.Find(ctx, h.as(ids[i], 0), handle)
			if err != nil {
				t.Fatal(err)
			}
			return p.Photo
		}
		first, shared := choose(0, "gwen-pryce", 30), choose(1, "ben-sato", 40)
		second := choose(0, "gwen-pryce", 50)
		if choose(2, "ada-quinn", 40) != shared {
			t.Fatal("the same picture has two keys")
		}
		if err := h.RemovePhoto(ctx, h.as(ids[1], 0), "ben-sato"); err != nil {
			t.Fatal(err)
		}
		sweep := func(want int) {
			t.Helper()
			if n, err := h.SweepPhotos(ctx); err != nil || n != want {
				t.Errorf("swept %d photos, %v, want %d", n, err, want)
			}
		}
		age := func(by time.Duration) {
			t.Helper()
			for _, key := range []string{first, shared, second} {
				if err := os.Chtimes(filepath.Join(h.files, key[:2], key), noon, noon.Add(-by)); err != nil {
					t.Fatal(err)
				}
			}
		}
		age(23 * time.Hour)
		sweep(0) // what came today may still be on its way into a profile
		age(25 * time.Hour)
		sweep(1)
		sweep(0)
		for key, want := range map[string]bool{first: false, shared: true, second: true} {
			f, err := h.Open(ctx, h.as(ids[0], 0), key)
			if err == nil {
				err = f.Close()
			}
			if (err == nil) != want {
				t.Errorf("photo %s: %v, want it kept: %v", key[:8], err, want)
			}
		}
	})
}

// noKnowledge is a profile of somebody about whom nothing is known.
type noKnowledge struct{}

func (noKnowledge) Section(*fiber.Ctx, int64, string, string) (templ.Component, error) {
	return templ.NopComponent, nil
}
