package importers

import (
	"testing"
	"unicode/utf8"

	"watercooler/app/markup"
)

// FuzzAnswers reads arbitrary bytes as an answer of the Discourse API, to the Markdown of every post.
func FuzzAnswers(f *testing.F) {
	f.Add([]byte(`{"id":1,"title":"x","tags":["a",{"name":"b"}],"post_stream":{"stream":[1,2],"posts":[{"id":1,"post_number":1,"created_at":"2021-03-01T09:00:00.000Z","cooked":"<p>x</p>"}]}}`))
	f.Add([]byte(`{"latest_posts":[{"id":1,"topic_id":2,"topic_title":"x","post_number":3,"created_at":"2021-03-01","cooked":"<aside class=\"quote onebox\"><img class=emoji alt=x><a class=lightbox href=//x><b></a></aside>"}]}`))
	f.Add([]byte(`{"topic_list":{"topics":[{"id":1,"title":"x","category_id":2}]},"categories":[{"id":2,"name":"y","parent_category_id":2}]}`))
	f.Add([]byte(`{"created_at":1}`))
	f.Add([]byte(`{"created_at":"1\b"}`)) // a date that is not in the file as it reads
	f.Fuzz(func(t *testing.T, raw []byte) {
		path := fuzzFile(t, raw)
		x := &discourse{
			run: &run{report: &Report{}}, files: []string{path}, site: "talk.example.org", prefix: "discourse/talk.example.org/",
			categories: map[int]discourseCategory{}, topicsByID: map[int]*discourseThread{}, posts: map[int]*discourseEntry{},
			users: map[string]*discourseUser{},
		}
		if err := x.check(t.Context()); err != nil {
			mustBeInvalid(t, err)
			return
		}
		err := x.eachWanted(t.Context(), func(topic *discourseThread, p *discoursePost) error {
			x.topicsOf(topic)
			body := x.body(p)
			if body == "" || !utf8.ValidString(body) {
				t.Errorf("body %q", body)
			}
			if _, err := markup.Render(body, markup.Options{Max: markup.MaxArticle}); err != nil && markup.Check(body, markup.MaxArticle) == nil {
				t.Errorf("render %q: %v", body, err)
			}
			return nil
		})
		mustBeInvalid(t, err)
	})
}
