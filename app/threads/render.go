package threads

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/markup"
)

// maxMentions bounds how many people or topics one text can link to; the rest stay plain text.
const maxMentions = 50

// format is what sort of text is rendered.
type format struct {
	limit int // runes
	top   int // level of the highest heading
}

// The sorts of text. An opening stands right under the title of its page, a reply under the heading of the replies.
var (
	opening  = format{limit: MaxBody, top: 2}
	answer   = format{limit: MaxBody, top: 3}
	article  = format{limit: markup.MaxArticle, top: 2}
	imported = format{limit: markup.MaxArticle, top: 3} // a reply may be long where it was written elsewhere
	joined   = format{limit: maxMerged, top: 3}         // an opening that became a reply
)

// Preview renders Markdown the way it will look when it is sent, without keeping it.
func (s *Service) Preview(ctx context.Context, body string) (html string, err error) {
	if problems := checkBody(body, false); len(problems) > 0 {
		return "", errs.InvalidFields(problems...)
	}
	doc, err := s.render(ctx, body, answer)
	return doc.HTML, err
}

// PreviewPost is Preview for a post, which may be longer.
func (s *Service) PreviewPost(ctx context.Context, body string) (html string, err error) {
	if problems := checkArticle(body, true); len(problems) > 0 {
		return "", errs.InvalidFields(problems...)
	}
	doc, err := s.render(ctx, body, article)
	return doc.HTML, err
}

// render turns Markdown into what is stored. Bodies are rendered once, when they are written: parsing on every view would
// cost more than everything else on the page together.
func (s *Service) render(ctx context.Context, body string, f format) (markup.Doc, error) {
	return renderIn(ctx, s.db, body, f)
}

// renderIn is render with q to look mentions up.
func renderIn(ctx context.Context, q db.Querier, body string, f format) (markup.Doc, error) {
	doc, err := renderPlain(body, f)
	if tooBig := (*markup.LimitError)(nil); errors.As(err, &tooBig) {
		return markup.Doc{}, errs.InvalidFields(errs.Field{Name: "body", Text: tooBig.Reason})
	}
	if err != nil {
		return markup.Doc{}, err
	}
	if len(doc.Mentions) == 0 && len(doc.Topics) == 0 {
		return doc, nil
	}
	names, err := selectMentioned(ctx, q, doc.Mentions[:min(len(doc.Mentions), maxMentions)], doc.Topics[:min(len(doc.Topics), maxMentions)])
	if err != nil {
		return markup.Doc{}, fmt.Errorf("resolve mentions: %w", err)
	}
	if names.empty() {
		return doc, nil
	}
	return names.render(body, f)
}

// renderPlain renders without links to people and topics; it also finds out which are mentioned.
func renderPlain(body string, f format) (markup.Doc, error) {
	doc, err := markup.Render(body, markup.Options{Prefix: idPrefix(), Max: f.limit, Top: f.top})
	if err != nil {
		return markup.Doc{}, fmt.Errorf("render: %w", err)
	}
	return doc, nil
}

// idPrefix makes the ids of headings and footnotes differ from those of every other text on the same page. The id of the
// row would be nicer, but it is not known before the row is written.
func idPrefix() string { return "w" + strings.ToLower(rand.Text()[:8]) }

// mentioned are the people and topics that a text names and that exist. It resolves them for markup.
type mentioned struct {
	people map[string]string // handle → name
	topics map[string]string // slug → name
}

// Person resolves @handle.
func (m mentioned) Person(handle string) (name, path string, ok bool) {
	name, ok = m.people[handle]
	return name, "/people/" + handle, ok
}

// Topic resolves #slug.
func (m mentioned) Topic(slug string) (name, path string, ok bool) {
	name, ok = m.topics[slug]
	return name, "/topics/" + slug, ok
}

func (m mentioned) empty() bool { return len(m.people) == 0 && len(m.topics) == 0 }

func (m mentioned) render(body string, f format) (markup.Doc, error) {
	doc, err := markup.Render(body, markup.Options{Prefix: idPrefix(), Max: f.limit, Top: f.top, Resolve: m})
	if err != nil {
		return markup.Doc{}, fmt.Errorf("render with mentions: %w", err)
	}
	return doc, nil
}

// selectMentioned looks handles and slugs up, one statement for each sort.
func selectMentioned(ctx context.Context, q db.Querier, handles, slugs []string) (mentioned, error) {
	m := mentioned{}
	var err error
	if m.people, err = selectNames(ctx, q, "SELECT handle, name FROM people WHERE handle IN (?)", handles); err != nil {
		return m, err
	}
	m.topics, err = selectNames(ctx, q, "SELECT slug, name FROM topics WHERE slug IN (?)", slugs)
	return m, err
}

func selectNames(ctx context.Context, q db.Querier, part string, keys []string) (map[string]string, error) {
	names := map[string]string{}
	return names, selectByText(ctx, q, part, keys, func(r db.Scanner) error {
		var key, name string
		err := r.Scan(&key, &name)
		names[key] = name
		return err
	})
}

// near finds the topics that a name nobody knows may have meant, for the message beside the field.
func (s *Service) near(ctx context.Context, name string) (string, error) {
	found, err := s.topics.Suggest(ctx, name, 3)
	if err != nil {
		return "", fmt.Errorf("suggest topics like %q: %w", name, err)
	}
	if len(found) == 0 {
		return fmt.Sprintf("There is no topic called “%s”. Choose one from the list.", name), nil
	}
	names := make([]string, len(found))
	for i, t := range found {
		names[i] = "“" + t.Name + "”"
	}
	return fmt.Sprintf("There is no topic called “%s”. Did you mean %s?", name, strings.Join(names, " or ")), nil
}

// TopicNames returns the names of the hub's topics, for a list to choose from.
func (s *Service) TopicNames(ctx context.Context) ([]string, error) {
	rows, err := s.db.Query(ctx, `
SELECT name
FROM topics
ORDER BY name, id
LIMIT $1`, 500)
	names, err := db.Collect(rows, err, db.One[string])
	if err != nil {
		return nil, fmt.Errorf("names of topics: %w", err)
	}
	return names, nil
}

// SuggestTopics names topics that a text is about, without those chosen already.
func (s *Service) SuggestTopics(ctx context.Context, text string, chosen []string) ([]string, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	found, err := s.topics.Suggest(ctx, text, MaxTopics)
	if err != nil {
		return nil, fmt.Errorf("suggest topics: %w", err)
	}
	var names []string
	for _, t := range found {
		if !slices.ContainsFunc(chosen, func(c string) bool { return strings.EqualFold(c, t.Name) }) {
			names = append(names, t.Name)
		}
	}
	return names, nil
}
