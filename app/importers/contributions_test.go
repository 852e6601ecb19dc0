package importers_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"watercooler/app/errs"
	"watercooler/app/importers"
	"watercooler/auth"
)

func url(path string) string { return "https://hub.example" + path }

// TestContributions: somebody takes along what they wrote, and nothing of others.
func TestContributions(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		h.lives(t)
		var ann, org int64
		if err := h.deps.DB.QueryRow(t.Context(), `
			SELECT p.id, p.organisation_id
			FROM people p
			WHERE p.name = 'Ann Ford'`).Scan(&ann, &org); err != nil {
			t.Fatal(err)
		}
		take := func(v auth.Viewer) map[string]string {
			var b bytes.Buffer
			if err := importers.Contributions(t.Context(), h.deps, v, url, &b); err != nil {
				t.Fatal(err)
			}
			return entries(t, b.Bytes())
		}
		files := take(auth.ForPerson(9, ann, org, false, 0))
		for _, tc := range []struct{ name, file, text string }{
			{"the profile", "profile.json", `"name": "Ann Ford"`},
			{"a post", "posts/2020-01-02-post-1.md", "title: \"The & ford\"\nblog: \"Fords & bridges\"\npublished: \"2020-01-02T03:04:05Z\""},
			{"its picture", "posts/2020-01-02-post-1.md", "See ![Stones](../files/"},
			{"its address", "posts/2020-01-02-post-1.md", `address: "https://hub.example/blog/fords-and-bridges/post-1"`},
			{"its topics", "posts/2020-01-02-post-1.md", `topics: ["Rivers","Fish"]`},
			{"a page", "posts/2020-01-02-post-3.md", `series: "Pages"`},
			{"a picture she brought", "attachments.jsonl", `"name":"ford.png"`},
		} {
			if !strings.Contains(files[tc.file], tc.text) {
				t.Errorf("%s: %s does not hold %s:\n%s", tc.name, tc.file, tc.text, files[tc.file])
			}
		}
		drafts := 0
		for name, content := range files {
			drafts += strings.Count(name, "drafts/")
			if strings.HasPrefix(name, "files/") {
				continue
			}
			if strings.Contains(content, "Stone.") || strings.Contains(content, "Comment 1") {
				t.Errorf("%s holds what others wrote:\n%s", name, content)
			}
			if strings.HasSuffix(name, ".jsonl") {
				for line := range strings.Lines(content) {
					if !json.Valid([]byte(line)) {
						t.Errorf("%s: %s", name, line)
					}
				}
			}
		}
		if drafts != 4 {
			t.Errorf("%d drafts", drafts)
		}

		// Somebody who answered: where, only while they may read it.
		var who int64
		if err := h.deps.DB.QueryRow(t.Context(), `
			SELECT r.author_id
			FROM replies r
			JOIN threads t ON t.id = r.thread_id
			WHERE t.title = 'Only a title, really?' AND r.deleted_at IS NULL
			ORDER BY r.id
			LIMIT 1`).Scan(&who); err != nil {
			t.Fatal(err)
		}
		v := auth.ForPerson(who, who, 1, true, 0)
		const title = `"title":"Only a title, really?"`
		if got := take(v)["replies.jsonl"]; !strings.Contains(got, title) || strings.Contains(got, "And now a text.") {
			t.Errorf("replies:\n%s", got)
		}
		if got := take(v)["reflections.jsonl"]; !strings.Contains(got, `"title":"The bridge, again"`) || !strings.Contains(got, "## What we learnt") || strings.Count(got, "\n") != 1 {
			t.Errorf("reflections:\n%s", got)
		}
		h.exec(t, "UPDATE threads SET audience = 'org:999' WHERE title = 'Only a title, really?'")
		if got := take(v)["replies.jsonl"]; strings.Contains(got, title) || !strings.Contains(got, `"body":"Yes."`) {
			t.Errorf("replies to what they may not read any more:\n%s", got)
		}
		for _, secret := range []string{"TOP SECRET", "A mistake"} {
			for name, content := range take(v) {
				if strings.Contains(content, secret) {
					t.Errorf("%s holds %q", name, secret)
				}
			}
		}
		if err := importers.Contributions(t.Context(), h.deps, auth.Public, url, &bytes.Buffer{}); errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("signed out: %v", err)
		}
	})
}

// TestContributionsHoldNoFilesOfOthers: whoever knows the name of a file cannot get it by writing it into a post.
func TestContributionsHoldNoFilesOfOthers(t *testing.T) {
	h := sqliteHub(t)
	key, err := h.deps.Files.Put(strings.NewReader("of others"), ".txt", 100)
	if err != nil {
		t.Fatal(err)
	}
	h.wordpress(t, wxr(wxrItem("1", "post", "publish", "Mine", `<a href="/files/`+key+`">x</a>`)), importers.Options{})
	var b bytes.Buffer
	if err := importers.Contributions(t.Context(), h.deps, auth.ForPerson(1, 1, 1, true, 0), url, &b); err != nil {
		t.Fatal(err)
	}
	for name, content := range entries(t, b.Bytes()) {
		if strings.Contains(content, "of others") {
			t.Errorf("%s holds it", name)
		}
	}
}
