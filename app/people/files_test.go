package people_test

import (
	"context"
	"io"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"watercooler/app/files"
	"watercooler/app/people"
	"watercooler/auth"
)

// library is a FileSource: who may read a file, by its key.
type library map[string]struct {
	people.Attached
	audience string
}

func (l library) MayRead(_ context.Context, v auth.Viewer, key string) (people.Attached, bool, error) {
	f, ok := l[key]
	return f.Attached, ok && v.CanRead(f.audience), nil
}

// keep puts a file with this content and extension into the folder and returns its key.
func (h *hub) keep(t *testing.T, content, ext string) string {
	t.Helper()
	store, err := files.Open(h.files)
	if err != nil {
		t.Fatal(err)
	}
	key, err := store.Put(strings.NewReader(content), ext, 1<<20)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func TestFilesOfWhatPeopleWrite(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		id := h.add(t, "", "Gwen Pryce")[0]
		pdf, page, stray := h.keep(t, "%PDF", ".pdf"), h.keep(t, "<script>", ".html"), h.keep(t, "stray", ".txt")
		lib := library{}
		for key, f := range map[string][3]string{pdf: {"Plan.pdf", "application/pdf", "public"}, page: {"Käse \"x\".html", "text/html", "hub"}} {
			lib[key] = struct {
				people.Attached
				audience string
			}{people.Attached{Name: f[0], ContentType: f[1]}, f[2]}
		}
		h.Files(lib)
		f, _ := h.server(t, map[string]auth.Viewer{"gwen": h.as(id, 0)})
		cases := []struct {
			name, as, key             string
			status                    int
			kind, disposition, cached string
		}{
			{"public, signed out", "", pdf, 200, "application/pdf", "", "public, max-age=3600"},
			{"public, signed in", "gwen", pdf, 200, "application/pdf", "", "public, max-age=3600"},
			{"for the hub, signed out", "", page, 404, "", "", ""},
			{"for the hub: no page is shown", "gwen", page, 200, "application/octet-stream", "attachment", "private, max-age=300"},
			{"of nothing", "gwen", stray, 404, "", "", ""},
			{"of nothing, signed out", "", stray, 404, "", "", ""},
			{"none", "gwen", strings.Repeat("0", 64) + ".jpg", 404, "", "", ""},
		}
		for _, c := range cases {
			req := httptest.NewRequest("GET", "/files/"+c.key, nil)
			req.Header.Set("X-As", c.as)
			res, err := f.Test(req, -1)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(res.Body)
			if err := res.Body.Close(); err != nil {
				t.Fatal(err)
			}
			if err != nil || res.StatusCode != c.status {
				t.Errorf("%s: got %d, %v, want %d", c.name, res.StatusCode, err, c.status)
			}
			if c.status != 200 {
				continue
			}
			got := res.Header
			if got.Get("Content-Type") != c.kind || !strings.HasPrefix(got.Get("Content-Disposition"), c.disposition) || got.Get("Cache-Control") != c.cached ||
				got.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(got.Get("Content-Security-Policy"), "sandbox") || len(body) == 0 {
				t.Errorf("%s: got headers %v", c.name, got)
			}
		}
		if _, _, err := h.File(h.as(id, auth.Admin), pdf); err == nil {
			t.Error("an administrator opened a file past its thread")
		}
		raw, _, err := h.File(auth.Operator(), pdf)
		if err != nil {
			t.Fatal(err)
		}
		if err := raw.Close(); err != nil {
			t.Fatal(err)
		}
	})
}

func TestSweepKeepsWhatThreadsAndPostsName(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		id := h.add(t, "", "Gwen Pryce")[0]
		thread := h.thread(t, id, "post", "A post", "hub", 1)
		attached, cover, draft, stray := h.keep(t, "a", ".pdf"), h.keep(t, "b", ".jpg"), h.keep(t, "c", ".jpg"), h.keep(t, "d", ".jpg")
		h.exec(t, `INSERT INTO attachments (thread_id, person_id, file, name, content_type, size, created_at) VALUES ($1, $2, $3, 'a', 'b', 1, 1)`, thread, id, attached)
		h.exec(t, `INSERT INTO blogs (slug, name, owner_kind, owner_id, audience, created_at, updated_at) VALUES ('gwen', 'Gwen', 'person', $1, 'hub', 1, 1)`, id)
		h.exec(t, `INSERT INTO posts (thread_id, blog_id, slug, cover, published_at) VALUES ($1, 1, 'a', $2, 1)`, thread, cover)
		h.exec(t, `INSERT INTO post_drafts (blog_id, author_id, cover, created_at, updated_at) VALUES (1, $1, $2, 1, 1)`, id, draft)
		for _, key := range []string{attached, cover, draft, stray} {
			if err := os.Chtimes(filepath.Join(h.files, key[:2], key), noon, noon.Add(-25*time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		if n, err := h.SweepPhotos(t.Context()); err != nil || n != 1 {
			t.Errorf("swept %d files, %v, want 1", n, err)
		}
		for key, want := range map[string]bool{attached: true, cover: true, draft: true, stray: false} {
			if _, err := os.Stat(filepath.Join(h.files, key[:2], key)); (err == nil) != want {
				t.Errorf("%s: %v, want it kept: %t", key[:8], err, want)
			}
		}
		posts, _, err := h.Posts(t.Context(), h.as(id, 0), id, start)
		if err != nil || len(posts) != 1 || posts[0].Path != "/blog/gwen/a" {
			t.Errorf("got posts %+v, %v", posts, err)
		}
	})
}
