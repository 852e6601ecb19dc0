package topics

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"watercooler/app/markup"
	"watercooler/app/web"
	"watercooler/auth"
	"watercooler/views/parts"
	views "watercooler/views/topics"
)

// A short list of topics is shown whole, each with a card. Of a long one the most written about have cards, and the rest are
// found by letter or by name: 3,000 cards would be four megabytes.
const (
	manyCards  = 60  // topics that are shown whole
	mostCards  = 12  // with a card, of a longer list
	namesShown = 200 // on one page of names
)

// List answers GET /topics, with ?letter= or ?q= a part of it.
func (h *Web) List(c *fiber.Ctx) error {
	v := auth.ViewerOf(c)
	list, err := h.topics.List(c.UserContext(), v)
	if err != nil {
		return err
	}
	page := views.ListPage{Chrome: h.chrome(c, "Topics"), Query: c.Query("q"), Empty: parts.Empty{Title: "No topics yet", Text: "Topics gather what is written about one subject."}}
	if v.Moderates() {
		page.NewPath = newPath
		page.Empty.Do = parts.Link{Text: "Add the first topic", Path: newPath}
	}
	letter := c.Query("letter")
	switch {
	case len(list) <= manyCards:
		page.Query = ""
		page.Topics = cards(v, list, list)
	case page.Query != "":
		page.Total = len(list)
		page.Letters = letters(list, "")
		h.names(c, &page, called(list, page.Query), "q="+url.QueryEscape(page.Query))
		page.Empty = parts.Empty{Title: "No topic is called that", Text: "Try another word for it, or a part of the word.", Do: parts.Link{Text: "All topics", Path: "/topics"}}
	case letter != "":
		page.Total = len(list)
		page.Letters = letters(list, letter)
		h.names(c, &page, slices.DeleteFunc(list, func(t Counted) bool { return initial(t.Name) != letter }), "letter="+url.QueryEscape(letter))
		page.Empty = parts.Empty{Title: "No topic begins with this letter", Do: parts.Link{Text: "All topics", Path: "/topics"}}
	default:
		page.Total = len(list)
		page.Letters = letters(list, "")
		page.Topics = cards(v, mostWritten(list), list)
	}
	return web.Render(c, fiber.StatusOK, views.List(page))
}

// cards are the topics of list with those of all that are directly below each.
func cards(v auth.Viewer, list, all []Counted) []views.Entry {
	narrower := make(map[int64][]parts.Topic)
	for _, t := range all {
		narrower[t.Broader] = append(narrower[t.Broader], chip(t.Topic))
	}
	entries := make([]views.Entry, len(list))
	for i, t := range list {
		below := narrower[t.ID]
		entries[i] = views.Entry{
			Name: t.Name, Path: t.Path(), Description: t.Description, Threads: t.Threads, Narrower: below[:min(len(below), mostCards)],
			Follow: follow(v, t.Topic, t.Followed, "/topics"),
		}
	}
	return entries
}

// mostWritten returns the topics with most threads.
func mostWritten(list []Counted) []Counted {
	most := slices.Clone(list)
	slices.SortStableFunc(most, func(a, b Counted) int { return cmp.Compare(b.Threads, a.Threads) })
	return most[:min(len(most), mostCards)]
}

// called returns the topics in whose name or synonyms the words stand.
func called(list []Counted, words string) []Counted {
	words = markup.Fold(words)
	return slices.DeleteFunc(slices.Clone(list), func(t Counted) bool {
		return !strings.Contains(markup.Fold(t.Name), words) &&
			!slices.ContainsFunc(t.Synonyms, func(s string) bool { return strings.Contains(markup.Fold(s), words) })
	})
}

// initial is the letter under which a name is listed, "0" for what begins with none.
func initial(name string) string {
	r, _ := utf8.DecodeRuneInString(markup.Fold(name))
	if !unicode.IsLetter(r) {
		return "0"
	}
	return string(r)
}

// letters are those under which there are topics.
func letters(list []Counted, current string) []parts.Tab {
	var tabs []parts.Tab
	for _, t := range list {
		l := initial(t.Name)
		if slices.ContainsFunc(tabs, func(t parts.Tab) bool { return t.Path == "/topics?letter="+url.QueryEscape(l) }) {
			continue
		}
		text := strings.ToUpper(l)
		if l == "0" {
			text = "0–9"
		}
		tabs = append(tabs, parts.Tab{Text: text, Path: "/topics?letter=" + url.QueryEscape(l), Current: l == current})
	}
	slices.SortFunc(tabs, func(a, b parts.Tab) int { return strings.Compare(a.Text, b.Text) })
	return tabs
}

// names fills in one page of list as names; query is what the address of the pages says besides the number.
func (h *Web) names(c *fiber.Ctx, page *views.ListPage, list []Counted, query string) {
	last := max(0, len(list)-1) / namesShown
	at := min(max(c.QueryInt("page", 1)-1, 0), last)
	for _, t := range list[at*namesShown : min(len(list), (at+1)*namesShown)] {
		page.Names = append(page.Names, views.Entry{Name: t.Name, Path: t.Path(), Threads: t.Threads})
	}
	path := func(n int) string { return "/topics?" + query + "&page=" + strconv.Itoa(n+1) }
	page.Pager = parts.Pager{PreviousText: "Previous", NextText: "Next"}
	if at > 0 {
		page.Pager.Previous = path(at - 1)
	}
	if at < last {
		page.Pager.Next = path(at + 1)
	}
	page.Listed = true
}
