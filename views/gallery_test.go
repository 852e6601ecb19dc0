// Package views_test executes every page of the hub, full and empty, and holds the pages to what all of them promise.
package views_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"watercooler/static"
	"watercooler/views/internal/gallery"
)

func render(t testing.TB, p gallery.Page) *goquery.Document {
	t.Helper()
	var page bytes.Buffer
	if err := p.Body.Render(t.Context(), &page); err != nil {
		t.Fatalf("render %s: %v", p.Name, err)
	}
	doc, err := goquery.NewDocumentFromReader(&page)
	if err != nil {
		t.Fatalf("parse %s: %v", p.Name, err)
	}
	return doc
}

// outer is the start of an element, to say in a failure which one it was.
func outer(s *goquery.Selection) string {
	html, err := goquery.OuterHtml(s)
	if err != nil {
		return err.Error()
	}
	return html[:min(len(html), 120)]
}

func TestEveryPage(t *testing.T) {
	promises := []struct {
		name  string
		parts bool // holds for fragments too
		check func(doc *goquery.Document) []string
	}{
		{"has one h1, and the frame", false, frame},
		{"has headings that step down one at a time", false, headings},
		{"labels its inputs", true, labels},
		{"names its buttons and links", true, names},
		{"keeps ids unique and refers only to those there are", true, ids},
		{"has no script or style of its own", true, inline},
		{"changes things by POST, and finds things by GET", true, forms},
		{"loads nothing from elsewhere", true, addresses},
		{"hides nothing behind the colour of a badge", true, badges},
	}
	for _, p := range gallery.Pages("") {
		t.Run(p.Name, func(t *testing.T) {
			doc := render(t, p)
			for _, promise := range promises {
				if p.Part && !promise.parts {
					continue
				}
				for _, broken := range promise.check(doc) {
					t.Errorf("%s: %s", promise.name, broken)
				}
			}
		})
	}
}

func frame(doc *goquery.Document) (broken []string) {
	want := map[string]int{
		"h1": 1, "html[lang=en]": 1, "head > title": 1, "main#main": 1, "main h1": 1, "header": 1, "footer": 1,
		"body > a.skip[href='#main']": 1, "meta[name=viewport]": 1, "link[rel=stylesheet]": 1,
	}
	for selector, n := range want {
		if got := doc.Find(selector).Length(); got != n {
			broken = append(broken, fmt.Sprintf("%d × %s, want %d", got, selector, n))
		}
	}
	if strings.TrimSpace(doc.Find("h1").Text()) == "" {
		broken = append(broken, "the h1 is empty")
	}
	if strings.HasPrefix(strings.TrimSpace(doc.Find("title").Text()), "·") {
		broken = append(broken, "the title begins with nothing")
	}
	return broken
}

func headings(doc *goquery.Document) (broken []string) {
	level := 0
	doc.Find("h1, h2, h3, h4, h5, h6").Each(func(_ int, s *goquery.Selection) {
		now := int(goquery.NodeName(s)[1] - '0')
		if now > level+1 {
			broken = append(broken, fmt.Sprintf("h%d follows h%d: %s", now, level, outer(s)))
		}
		level = now
	})
	return broken
}

func labels(doc *goquery.Document) (broken []string) {
	doc.Find("input:not([type=hidden]), select, textarea").Each(func(_ int, s *goquery.Selection) {
		id, _ := s.Attr("id")
		if s.Closest(".t").Length() > 0 {
			return // in somebody's text: markup answers for it
		}
		if id == "" || doc.Find("label[for='"+id+"']").Length() != 1 {
			broken = append(broken, "no label for "+outer(s))
		}
	})
	doc.Find("fieldset").Each(func(_ int, s *goquery.Selection) {
		if s.ChildrenFiltered("legend").Length() != 1 {
			broken = append(broken, "no legend in "+outer(s))
		}
	})
	return broken
}

func names(doc *goquery.Document) (broken []string) {
	doc.Find("button, a, summary, nav, aside, section[aria-label], [role=region], [role=listbox]").Each(func(_ int, s *goquery.Selection) {
		label, _ := s.Attr("aria-label")
		_, labelled := s.Attr("aria-labelledby")
		switch goquery.NodeName(s) {
		case "button", "a", "summary":
			label += strings.TrimSpace(s.Text())
		}
		if label == "" && !labelled {
			broken = append(broken, "no name on "+outer(s))
		}
	})
	doc.Find("nav").Each(func(_ int, s *goquery.Selection) {
		label, _ := s.Attr("aria-label")
		if label != "" && doc.Find("nav[aria-label='"+label+"']").Length() > 1 {
			broken = append(broken, "two navigations are called "+label)
		}
	})
	doc.Find("img").Each(func(_ int, s *goquery.Selection) {
		if _, ok := s.Attr("alt"); !ok {
			broken = append(broken, "no alt on "+outer(s))
		}
	})
	return broken
}

func ids(doc *goquery.Document) (broken []string) {
	seen := map[string]bool{}
	doc.Find("[id]").Each(func(_ int, s *goquery.Selection) {
		id, _ := s.Attr("id")
		if id == "" || seen[id] || strings.ContainsAny(id, " \t") {
			broken = append(broken, fmt.Sprintf("id %q is empty, twice there, or has spaces: %s", id, outer(s)))
		}
		seen[id] = true
	})
	for _, attr := range []string{"aria-describedby", "aria-labelledby", "aria-controls", "list", "for"} {
		doc.Find("[" + attr + "]").Each(func(_ int, s *goquery.Selection) {
			value, _ := s.Attr(attr)
			for id := range strings.FieldsSeq(value) {
				if !seen[id] {
					broken = append(broken, fmt.Sprintf("%s names %q, which is not there: %s", attr, id, outer(s)))
				}
			}
			if strings.TrimSpace(value) == "" {
				broken = append(broken, fmt.Sprintf("%s is empty: %s", attr, outer(s)))
			}
		})
	}
	doc.Find(".summary a").Each(func(_ int, s *goquery.Selection) {
		href, _ := s.Attr("href")
		if !seen[strings.TrimPrefix(href, "#")] {
			broken = append(broken, "the summary of mistakes leads to "+href+", which is not there")
		}
	})
	return broken
}

func inline(doc *goquery.Document) (broken []string) {
	doc.Find("*").Each(func(_ int, s *goquery.Selection) {
		node := s.Get(0)
		if node.Data == "style" || (node.Data == "script" && node.FirstChild != nil) {
			broken = append(broken, "inline "+outer(s))
		}
		for _, a := range node.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(a.Key, "hx-on") ||
				strings.HasPrefix(strings.TrimSpace(a.Val), "javascript:") || strings.HasPrefix(a.Val, "js:") || a.Val == "about:invalid#TemplFailedSanitizationURL" {
				broken = append(broken, a.Key+" on "+outer(s))
			}
		}
	})
	return broken
}

func forms(doc *goquery.Document) (broken []string) {
	doc.Find("form").Each(func(_ int, s *goquery.Selection) {
		action, _ := s.Attr("action")
		method, _ := s.Attr("method")
		reads := action == "/search" || action == "/people" || action == "/experts" || method == "" && (strings.HasPrefix(action, "/insights") || action == "/admin/accounts" || action == "/topics" || action == "/networks" || action == "/reflections/lessons" || action == "/blog/new" || strings.HasSuffix(action, "/merge") || strings.HasSuffix(action, "/supersede"))
		if action == "" || (method == "post") == reads {
			broken = append(broken, fmt.Sprintf("method %q action %q", method, action))
		}
		if s.Find("button").Length() == 0 {
			broken = append(broken, "no button to send "+outer(s))
		}
		if post, ok := s.Attr("hx-post"); ok && post != action {
			broken = append(broken, "with script it posts to "+post+", without to "+action)
		}
	})
	return broken
}

func addresses(doc *goquery.Document) (broken []string) {
	doc.Find("script[src], img[src], link[rel=stylesheet], link[rel=preload], use[href]").Each(func(_ int, s *goquery.Selection) {
		address, ok := s.Attr("src")
		if !ok {
			address, _ = s.Attr("href")
		}
		if file, own := strings.CutPrefix(address, static.Prefix()); own {
			file, icon, isIcon := strings.Cut(file, "#")
			body, _, _, found := static.Open(file, "")
			if !found || (isIcon && !bytes.Contains(body, []byte(`id="`+icon+`"`))) {
				broken = append(broken, "no file for "+address)
			}
		} else if !strings.HasPrefix(address, "/files/") {
			broken = append(broken, "loads "+address)
		}
	})
	doc.Find("a[href]").Each(func(_ int, s *goquery.Selection) {
		href, _ := s.Attr("href")
		if href == "" || href == "#" {
			broken = append(broken, "leads nowhere: "+outer(s))
		}
	})
	return broken
}

func badges(doc *goquery.Document) (broken []string) {
	doc.Find(".b").Each(func(_ int, s *goquery.Selection) {
		if strings.TrimSpace(s.Text()) == "" {
			broken = append(broken, "a badge without a word: "+outer(s))
		}
	})
	return broken
}

func TestThemesAreSaidOnThePage(t *testing.T) {
	for _, theme := range []string{"light", "dark", "contrast"} {
		doc := render(t, gallery.Pages(theme)[0])
		if got, _ := doc.Find("html").Attr("data-theme"); got != theme {
			t.Errorf("data-theme = %q, want %q", got, theme)
		}
	}
}

func TestSampleHubSaysSoOnEveryPage(t *testing.T) {
	for _, p := range gallery.Pages("") {
		if p.Name != "latest-signed-out" {
			continue
		}
		if got := render(t, p).Find("header .sample").Text(); !strings.Contains(got, "anyone can sign in as anybody here") {
			t.Errorf("the banner says %q", got)
		}
	}
}

// Search engines are let in only where the handler names a public address.
func TestOnlyPagesWithACanonicalAddressAreForSearchEngines(t *testing.T) {
	for _, p := range gallery.Pages("") {
		if p.Part {
			continue
		}
		doc := render(t, p)
		open := doc.Find("link[rel=canonical]").Length() == 1
		if closed := doc.Find("meta[name=robots][content=noindex]").Length() == 1; open == closed || open != slices.Contains([]string{"latest-signed-out", "front"}, p.Name) {
			t.Errorf("%s: canonical %v, noindex %v", p.Name, open, closed)
		}
	}
}
