package people

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"watercooler/app/db"
	"watercooler/app/errs"
	"watercooler/app/markup"
)

// Limits in characters. They are generous for people and small enough for a page.
const (
	maxName   = 120
	maxLine   = 160
	maxAbout  = 5000
	maxHandle = 60

	maxPronouns = 40
)

// sortName returns name as the directory sorts it: folded, family name first. Words in lower case before the last one
// belong to the family name, so "Ana de Souza" is found under D.
func sortName(name string) string {
	words := strings.Fields(name)
	if len(words) < 2 {
		return markup.Fold(name)
	}
	family := len(words) - 1
	for family > 1 {
		if first, _ := utf8.DecodeRuneInString(words[family-1]); !unicode.IsLower(first) {
			break
		}
		family--
	}
	return markup.Fold(strings.Join(words[family:], " ") + " " + strings.Join(words[:family], " "))
}

// line tidies one line of text: no control characters, single spaces, at most limit characters.
func line(s string, limit int) string {
	s = strings.Join(strings.Fields(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, s)), " ")
	return cut(s, limit)
}

// cut returns s without what goes past limit characters.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	n := 0
	for i := range s {
		if n == limit {
			return strings.TrimSpace(s[:i])
		}
		n++
	}
	return s
}

// handle returns the handle wished for somebody: their own wish, or one made from the name.
func handle(wish, name string) string {
	if strings.TrimSpace(wish) == "" {
		wish = name
	}
	h := strings.Trim(cut(markup.Slug(wish), maxHandle), "-")
	if h == "chart" { // the address of the organisation chart
		h = "chart-1"
	}
	return h
}

// freeHandles returns a free handle for each wish, in order: the wish itself, or the wish with a number from 2 up. The
// numbers tried grow with each round, so that the thousandth "user" costs a handful of queries and not a thousand.
func freeHandles(ctx context.Context, tx *db.Tx, wishes []string) ([]string, error) {
	var (
		free    = make([]string, len(wishes))
		given   = make(map[string]bool, len(wishes))
		waiting = make([]int, len(wishes))
		next    = make(map[string]int) // wish → first number not tried yet
	)
	for i := range wishes {
		waiting[i] = i
	}
	for round := 0; len(waiting) > 0; round++ {
		tried := make(map[string]bool)
		var candidates []string
		add := func(h string) {
			if !tried[h] && !given[h] {
				tried[h] = true
				candidates = append(candidates, h)
			}
		}
		from := make(map[string]int)
		wanting := make(map[string]int)
		for _, i := range waiting {
			wanting[wishes[i]]++
		}
		for wish, n := range wanting {
			if round == 0 {
				add(wish)
				from[wish], next[wish] = 1, 2
				continue
			}
			from[wish] = next[wish]
			next[wish] += n + 4<<min(round, 10)
			for k := from[wish]; k < next[wish]; k++ {
				add(numbered(wish, k))
			}
		}
		taken, err := selectHandles(ctx, tx, candidates)
		if err != nil {
			return nil, fmt.Errorf("find free handles: %w", err)
		}
		var left []int
	next:
		for _, i := range waiting {
			wish := wishes[i]
			for k := from[wish]; k < next[wish]; k++ {
				if h := numbered(wish, k); !taken[h] && !given[h] {
					free[i], given[h] = h, true
					continue next
				}
			}
			left = append(left, i)
		}
		waiting = left
	}
	return free, nil
}

// add gives each row the handle it wishes for, or the nearest free one, and adds it. It returns the ids in order.
//
// Somebody in another transaction may take a handle between the look and the insert; such rows are tried again.
func add(ctx context.Context, tx *db.Tx, rows []personRow) ([]int64, error) {
	ids := make([]int64, len(rows))
	waiting := make([]int, len(rows))
	for i := range rows {
		waiting[i] = i
	}
	for len(waiting) > 0 {
		wishes := make([]string, len(waiting))
		for k, i := range waiting {
			wishes[k] = rows[i].Handle
		}
		free, err := freeHandles(ctx, tx, wishes)
		if err != nil {
			return nil, err
		}
		part := make([]personRow, len(waiting))
		for k, i := range waiting {
			part[k] = rows[i]
			part[k].Handle = free[k]
		}
		got, err := insertPeople(ctx, tx, part)
		if err != nil {
			return nil, fmt.Errorf("add %d people: %w", len(part), err)
		}
		var left []int
		for k, i := range waiting {
			if ids[i] = got[free[k]]; ids[i] == 0 {
				left = append(left, i)
			}
		}
		waiting = left
	}
	return ids, nil
}

// numbered returns the kth form of a handle: the first is the handle itself.
func numbered(handle string, k int) string {
	if k == 1 {
		return handle
	}
	return handle + "-" + strconv.Itoa(k)
}

// rendered returns Markdown that a person wrote about themself, in the field called name, as HTML.
func rendered(name, text string) (string, error) {
	if text == "" {
		return "", nil
	}
	doc, err := markup.Render(text, markup.Options{Prefix: name})
	if err != nil {
		return "", errs.InvalidFields(errs.Field{Name: name, Text: "This text cannot be shown: " + err.Error() + "."})
	}
	return doc.HTML, nil
}
