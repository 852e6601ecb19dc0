package briefs

import (
	"github.com/gofiber/fiber/v2"

	"watercooler/app/web"
	"watercooler/auth"
	views "watercooler/views/briefs"
	"watercooler/views/parts"
)

// Topic answers GET /topics/:slug/view: everything on a topic in one view.
func (h *Web) Topic(c *fiber.Ctx) error {
	found, moved, err := h.collective(c, "/view")
	if err != nil || moved {
		return err
	}
	t := found.Topic
	page := views.CollectivePage{
		Chrome: h.web.Chrome(c, "Everything on "+t.Name), Topic: parts.Link{Text: t.Name, Path: t.Path()}, Description: t.Description, Markdown: t.Path() + "/view.md",
		Empty: parts.Empty{Title: "Nothing here about " + t.Name + " yet", Text: "What is written about it comes here.", Do: parts.Link{Text: "Go to the topic", Path: t.Path()}},
	}
	page.Chrome.Nav, page.Chrome.Description = "topics", t.Description
	for _, g := range found.Groups {
		page.Parts = into(page.Parts, g.Class.Part(), h.group(t, g))
	}
	if len(found.Gaps) > 0 {
		gaps := views.Group{Heading: "Looked for and not found"}
		for _, g := range found.Gaps {
			gaps.Entries = append(gaps.Entries, views.Entry{Title: g.Said, Path: g.Path})
		}
		page.Parts = into(page.Parts, Questions.Part(), gaps)
	}
	return web.Render(c, fiber.StatusOK, views.Collective(page))
}

// into adds a group to the part it belongs to, which is the last one or a new one.
func into(list []views.Part, heading string, g views.Group) []views.Part {
	if n := len(list); n > 0 && list[n-1].Heading == heading {
		list[n-1].Groups = append(list[n-1].Groups, g)
		return list
	}
	return append(list, views.Part{Heading: heading, Groups: []views.Group{g}})
}

// collective finds what the address is about; moved when the topic has another address now, to which the answer leads.
func (h *Web) collective(c *fiber.Ctx, suffix string) (found Collective, moved bool, err error) {
	found, err = h.briefs.Collective(c.UserContext(), auth.ViewerOf(c), c.Params("slug"))
	if err == nil && found.Topic.Slug != c.Params("slug") {
		return found, true, c.Redirect(found.Topic.Path()+suffix, fiber.StatusMovedPermanently)
	}
	return found, false, err
}

// group shows what there is of one class.
func (h *Web) group(t Topic, g Group) views.Group {
	out := views.Group{Heading: g.Class.Heading()}
	if out.Heading == g.Class.Part() {
		out.Heading = ""
	}
	for _, e := range g.Entries {
		shown := views.Entry{Kind: e.Kind, Title: e.Title, Path: e.Path, Note: h.web.Date(e.At)}
		if e.Replies > 0 {
			shown.Note += " · " + parts.Plural(e.Replies, "reply", "replies")
		}
		if e.Checked {
			shown.Note += " · checked"
		}
		if e.Stances != nil {
			shown.Said, shown.Quotes = sentence(e.Stances.Said()), e.Stances.Minority
		}
		if e.Learnt != "" {
			shown.Quotes = append(shown.Quotes, quoted(e.Learnt, longestSaid))
		}
		out.Entries = append(out.Entries, shown)
	}
	if g.Total > len(g.Entries) {
		out.All = parts.Link{Text: "All " + parts.Thousands(g.Total) + " of them", Path: g.Class.All(t)}
	}
	return out
}

// sentence returns words as a sentence, "" for none.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	return start(full(text))
}

// TopicMarkdown answers GET /topics/:slug/view.md: the same to paste.
func (h *Web) TopicMarkdown(c *fiber.Ctx) error {
	found, moved, err := h.collective(c, "/view.md")
	if err != nil || moved {
		return err
	}
	return markdownAnswer(c, found.Markdown(h.web.URL("")))
}
