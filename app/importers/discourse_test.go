package importers_test

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"watercooler/app/errs"
	"watercooler/app/importers"
)

// forum is a small Discourse forum, answer by answer of its API.
var forum = map[string]string{
	"categories.json": `{"category_list": {"categories": [
		{"id": 4, "name": "Cycle paths", "description_text": "Where to ride."},
		{"id": 5, "name": "Staff", "read_restricted": true, "subcategory_list": [{"id": 6, "name": "Pay", "parent_category_id": 5}]}]}}`,
	"latest.json": `{"users": [], "topic_list": {"topics": [
		{"id": 1, "title": "Which lamp?", "category_id": 4, "tags": ["street-light"], "has_accepted_answer": true},
		{"id": 9, "title": "Only here", "category_id": 4}]}}`,
	"1.json": `{"id": 1, "title": "Which lamp?", "category_id": 4, "closed": true, "archetype": "regular", "visible": true,
		"tags": [{"id": 3, "name": "street-light"}], "posts_count": 7, "post_stream": {"stream": [11, 12, 13, 14, 15, 16, 99], "posts": [
		{"id": 11, "post_number": 1, "post_type": 1, "user_id": 2, "username": "ann", "name": "Ann Example", "created_at": "2021-03-01T09:00:00.000Z",
		 "updated_at": "2021-03-02T09:00:00.000Z", "version": 2, "accepted_answer": false,
		 "cooked": "<p>Which <strong>lamp</strong>? <img class=\"emoji\" alt=\":bulb:\" src=\"/bulb.png\"> Ask <a class=\"mention\" href=\"/u/bob\">@bob</a>, see <a href=\"/t/2\">here</a>.</p>",
		 "actions_summary": [{"id": 2, "count": 3}, {"id": 3, "count": 9}]},
		{"id": 12, "post_number": 2, "post_type": 1, "user_id": 3, "username": "bob", "name": "", "created_at": "2021-03-01T10:00:00.000Z",
		 "cooked": "<aside class=\"quote\"><div class=\"title\"><div class=\"quote-controls\"></div><img class=\"avatar\" src=\"//x/y.png\">ann:</div><blockquote><p>Which lamp?</p></blockquote></aside><p>The yellow.</p>"},
		{"id": 13, "post_number": 3, "post_type": 1, "reply_to_post_number": 2, "user_id": 2, "username": "ann", "created_at": "2021-03-01T11:00:00.000Z",
		 "cooked": "<div class=\"lightbox-wrapper\"><a class=\"lightbox\" href=\"//cdn.example/a.png\" title=\"a.png\"><img src=\"//cdn.example/s.png\"><div class=\"meta\"><span>a.png</span></div></a></div>"},
		{"id": 14, "post_number": 4, "post_type": 3, "user_id": -1, "username": "system", "action_code": "closed.enabled", "created_at": "2021-03-05T11:00:00.000Z", "cooked": ""},
		{"id": 15, "post_number": 5, "post_type": 1, "user_id": 3, "username": "bob", "hidden": true, "created_at": "2021-03-01T12:00:00.000Z", "cooked": "<p>Rude.</p>"},
		{"id": 16, "post_number": 6, "post_type": 4, "user_id": 3, "username": "bob", "created_at": "2021-03-01T12:00:00.000Z", "cooked": "<p>Secret.</p>"}]}}`,
	"1-page-2.json": `{"id": 1, "post_stream": {"posts": [
		{"id": 17, "topic_id": 1, "post_number": 7, "post_type": 1, "reply_to_post_number": 1, "user_id": 4, "username": "cleo", "created_at": "2021-03-01T13:00:00.000Z", "cooked": "<p>LED.</p>", "accepted_answer": true},
		{"id": 18, "topic_id": 1, "post_number": 8, "post_type": 1, "reply_to_post_number": 5, "created_at": "2021-03-01T14:00:00.000Z", "cooked": "<p>To the rude one.</p>"}]}}`,
	"2.json": `{"id": 2, "title": "Private", "archetype": "private_message", "post_stream": {"posts": [
		{"id": 21, "post_number": 1, "user_id": 7, "username": "eve", "created_at": "2021-03-01T09:00:00.000Z", "cooked": "<p>Psst.</p>"}]}}`,
	"3.json": `{"id": 3, "title": "Salaries", "category_id": 6, "post_stream": {"posts": [
		{"id": 31, "post_number": 1, "user_id": 2, "username": "ann", "created_at": "2021-03-01T09:00:00.000Z", "cooked": "<p>How much?</p>"}]}}`,
	"posts.json": `{"latest_posts": [
		{"id": 41, "topic_id": 4, "topic_title": "Is it late?", "post_number": 3, "user_id": 2, "username": "ann", "created_at": "2021-03-03T09:00:00.000Z", "cooked": "<p>Yes.</p>", "accepted_answer": false},
		{"id": 17, "topic_id": 1, "topic_title": "Which lamp?", "post_number": 7, "user_id": 4, "username": "cleo", "created_at": "2021-03-01T13:00:00.000Z", "cooked": "<p>LED.</p>"}]}`,
	"about.json": `{"about": {"title": "Forum"}}`,
}

// writeForum writes the answers into a folder called talk.example.org.
func writeForum(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "talk.example.org")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range forum {
		raw := []byte(text)
		if name == "2.json" {
			var z bytes.Buffer
			w := gzip.NewWriter(&z)
			if _, err := w.Write(raw); err != nil {
				t.Fatal(err)
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			name, raw = name+".gz", z.Bytes()
		}
		if err := os.WriteFile(filepath.Join(dir, name), raw, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestDiscourse(t *testing.T) {
	each(t, func(t *testing.T, h *hub) {
		dir := writeForum(t)
		r, err := importers.Discourse(t.Context(), h.deps, dir, importers.Options{})
		if err != nil {
			t.Fatal(err)
		}
		wantCount(t, r, "people", importers.Count{Read: 4, Created: 4})
		wantCount(t, r, "topics", importers.Count{Read: 2, Created: 2})
		wantCount(t, r, "threads", importers.Count{Read: 5, Created: 2})
		wantCount(t, r, "replies", importers.Count{Read: 4, Created: 4})
		wantCount(t, r, "other posts", importers.Count{Read: 5})
		wantCount(t, r, "files", importers.Count{Read: 1})
		for _, tc := range []struct {
			name, query string
			want        []string
		}{
			{"threads", `
				SELECT external_id || ': ' || title || ' (' || kind || ', ' || imported_votes || ')'
				FROM threads
				ORDER BY created_at
				LIMIT 9`, []string{"discourse/talk.example.org/topic/1: Which lamp? (question, 3)", "discourse/talk.example.org/topic/4: Is it late? (question, 0)"}},
			{"text", "SELECT body FROM threads ORDER BY created_at LIMIT 1",
				[]string{"Which **lamp**? :bulb: Ask @bob, see [here](https://talk.example.org/t/2)."}},
			{"quotations and pictures", "SELECT body FROM replies ORDER BY created_at LIMIT 2",
				[]string{"ann:\n\n> Which lamp?\n\nThe yellow.", "[Picture: a.png](https://cdn.example/a.png)"}},
			{"parents", `
				SELECT r.external_id || ' under ' || COALESCE(p.external_id, 'the thread')
				FROM replies r LEFT JOIN replies p ON p.id = r.parent_id
				ORDER BY r.created_at
				LIMIT 9`, []string{
				"discourse/talk.example.org/post/12 under the thread", "discourse/talk.example.org/post/13 under discourse/talk.example.org/post/12",
				"discourse/talk.example.org/post/17 under the thread", "discourse/talk.example.org/post/18 under the thread"}},
			{"accepted answer", `
				SELECT r.external_id
				FROM threads t JOIN replies r ON r.id = t.accepted_reply_id
				LIMIT 9`, []string{"discourse/talk.example.org/post/17"}},
			{"topics", `
				SELECT o.name || ': ' || o.description
				FROM thread_topics x JOIN topics o ON o.id = x.topic_id
				ORDER BY o.name
				LIMIT 9`, []string{"Cycle paths: Where to ride.", "Street light: "}},
			{"people", "SELECT name FROM people ORDER BY name LIMIT 9", []string{"Ann Example", "Former contributor", "bob", "cleo"}},
			{"organisation", `
				SELECT DISTINCT o.name
				FROM people p JOIN organisations o ON o.id = p.organisation_id
				LIMIT 9`, []string{"talk.example.org"}},
		} {
			got := h.texts(t, tc.query)
			if tc.name == "people" { // PostgreSQL may sort by another rule
				slices.Sort(got)
			}
			if !slices.Equal(got, tc.want) {
				t.Errorf("%s:\n got %q\nwant %q", tc.name, got, tc.want)
			}
		}
		if n := h.number(t, "SELECT COUNT(*) FROM threads WHERE closed_at = 1614942000000000 AND edited_at IS NOT NULL"); n != 1 {
			t.Errorf("closed when its notice says: got %d, want 1", n)
		}
		before := h.rows(t)
		again, err := importers.Discourse(t.Context(), h.deps, dir, importers.Options{})
		if err != nil || again.Changes() != 0 || h.rows(t) != before {
			t.Errorf("again: %v, %d rows more\n%s", err, h.rows(t)-before, again.String())
		}
	})
}

func TestDiscourseBroken(t *testing.T) {
	topic := forum["1.json"]
	for _, tc := range []struct{ name, text, want string }{
		{"empty", "", "f.json, line 1: the file is empty"},
		{"cut off", topic[:len(topic)/2], "the file ends in the middle"},
		{"not JSON", "{\n<html>", "f.json, line 2: this is not JSON"},
		{"a list", "[]", "f.json, line 1: this is a array, not an answer"},
		{"something else", `{"about": 1}`, "f.json, line 1: there are no topics, posts or categories in it"},
		{"another type", "{\n\"id\": \"x\"}", "f.json, line 2: \"id\" is a string here"},
		{"an error", `{"errors": ["You are not allowed."], "error_type": "invalid_access"}`, "the forum answered with an error: You are not allowed."},
		{"only categories", forum["categories.json"], "f.json names no topic"},
		{"posts without their topic", forum["1-page-2.json"], "whose title is in no file. Add /t/1.json"},
		{"a post without a number", `{"latest_posts": [{"id": 1, "topic_id": 2}]}`, "a post has no id, no topic_id or no post_number"},
		{"a post without a date", `{"latest_posts": [{"id": 1, "topic_id": 2, "post_number": 1}]}`, "post 1 has no created_at"},
		{"a date that is none", "{\"id\": 1,\n\"title\": \"x\", \"created_at\": \"soon\"}", "f.json, line 2: \"soon\" is not a date"},
		{"a topic without a title", `{"topic_list": {"topics": [{"id": 1}]}}`, "a topic has no id or no title"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := emptySQLite(t)
			_, err := importers.Discourse(t.Context(), h.deps, writeFile(t, "f.json", tc.text), importers.Options{})
			if errs.KindOf(err) != errs.Invalid || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("got %v, want Invalid with %q", err, tc.want)
			}
			if n := h.rows(t); n != 0 {
				t.Errorf("%d rows were written", n)
			}
		})
	}
}

func TestRealDiscourse(t *testing.T) {
	for _, tc := range []struct {
		file                           string
		people, read, threads, replies int
	}{
		{"discourse_topic_1148.json", 10, 1, 1, 19},
		{"discourse_topic_1149.json", 1, 1, 1, 1},
		{"discourse_posts.json", 4, 1, 1, 3},
		{"discourse_topics.json", 0, 2, 0, 0},
		{"discourse_topics_pinned.json", 0, 3, 0, 0},
		{"", 14, 4, 2, 22}, // the folder: two of the topics share their posts, one is only in a list
	} {
		t.Run(tc.file, func(t *testing.T) {
			path := realData(t, filepath.Join("import-samples/discourse", tc.file))
			h := sqliteHub(t)
			first, err := importers.Discourse(t.Context(), h.deps, path, importers.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Log("\n" + first.String())
			if tc.threads > 0 {
				wantCount(t, first, "people", importers.Count{Read: tc.people, Created: tc.people})
			}
			wantCount(t, first, "threads", importers.Count{Read: tc.read, Created: tc.threads})
			wantCount(t, first, "replies", importers.Count{Read: tc.replies, Created: tc.replies})
			second, err := importers.Discourse(t.Context(), h.deps, path, importers.Options{})
			if err != nil || second.Changes() != 0 {
				t.Errorf("again: %v\n%s", err, second.String())
			}
		})
	}
}
