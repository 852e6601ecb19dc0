package evaluate

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"watercooler/app/errs"
)

// query is a line of a file of queries: id, short text, longer text; what follows is not read.
type query struct {
	id, title, body string
	text            string         // as it is asked
	gold            map[string]int // external id → grade above 0
}

// asked returns the part of the query that is asked.
func (q query) asked(field string) string {
	switch field {
	case FieldText:
		if strings.TrimSpace(q.body) != "" {
			return q.body
		}
	case FieldBoth:
		body := []rune(q.body)
		return strings.TrimSpace(q.title + " " + string(body[:min(mostText, len(body))]))
	}
	if strings.TrimSpace(q.title) == "" { // a message has only its text
		return q.body
	}
	return q.title
}

// readSet reads queries and judgements.
func readSet(set Set) ([]query, map[string]map[string]int, error) {
	var queries []query
	seen := map[string]bool{}
	err := eachLine(set.Queries, func(n int, line string) error {
		f := append(strings.Split(line, "\t"), "", "")
		if f[0] == "" || f[1]+f[2] == "" {
			return errs.Invalidf("%s, line %d: want an id, a tab and what is asked.", set.Queries, n)
		}
		if seen[f[0]] {
			return errs.Invalidf("%s, line %d: the query %s is there twice.", set.Queries, n, f[0])
		}
		seen[f[0]] = true
		queries = append(queries, query{id: f[0], title: f[1], body: f[2]})
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	gold := map[string]map[string]int{}
	err = eachLine(set.Qrels, func(n int, line string) error {
		f := strings.Split(line, "\t")
		if len(f) != 4 {
			f = strings.Fields(line)
		}
		if len(f) != 4 {
			return errs.Invalidf("%s, line %d: want four columns: query, 0, document or person, grade.", set.Qrels, n)
		}
		grade, err := strconv.Atoi(strings.TrimSpace(f[3]))
		if err != nil {
			return errs.Invalidf("%s, line %d: the grade %.20q is no whole number.", set.Qrels, n, f[3])
		}
		if gold[f[0]] == nil {
			gold[f[0]] = map[string]int{}
		}
		if grade > 0 {
			gold[f[0]][f[2]] = grade
		}
		return nil
	})
	return queries, gold, err
}

func eachLine(path string, do func(n int, line string) error) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return errs.Invalidf("%s cannot be read.", path).Because(err)
	}
	n := 0
	for line := range strings.Lines(string(raw)) {
		n++
		if line = strings.TrimRight(line, "\r\n"); strings.TrimSpace(line) == "" {
			continue
		}
		if err := do(n, line); err != nil {
			return err
		}
	}
	return nil
}

// matcher knows what the short ids of judgements and queries are called in the hub: their external ids end with them.
type matcher struct {
	prefix   string            // what external ids have before the short ones, as far as it is known
	full     map[string]string // short → external
	leaveOut bool              // queries are documents, and no answers to themselves
	missing  int               // relevant ones that are not in the hub
}

func newMatcher(source string, gold map[string]map[string]int, queries []query, self bool, known names) (*matcher, error) {
	judged, wanted := map[string]bool{}, map[string]bool{}
	for _, grades := range gold {
		for id := range grades {
			judged[id], wanted[id] = true, true
		}
	}
	for _, q := range queries {
		if self {
			wanted[q.id] = true
		}
	}
	source = strings.Trim(source, "/")
	m := &matcher{leaveOut: self, full: make(map[string]string, len(wanted))}
	var twice []string
	for id := range wanted {
		if external, ok := known.at[id]; ok {
			m.full[id] = external
		}
	}
	for _, id := range known.external {
		if id[:1] == "/" { // written here: it is called by its address alone
			continue
		}
		rest := id
		if source != "" {
			var ok bool
			if rest, ok = strings.CutPrefix(id, source+"/"); !ok {
				continue
			}
		}
		for more := true; more; _, rest, more = strings.Cut(rest, "/") {
			if !wanted[rest] {
				continue
			}
			if other := m.full[rest]; other != "" && other != id {
				if source != "" && (other == source+"/"+rest || id == source+"/"+rest) {
					m.full[rest] = source + "/" + rest // the shortest is what is meant
					continue
				}
				twice = append(twice, fmt.Sprintf("%s may be %s or %s", rest, other, id))
				continue
			}
			m.full[rest] = id
		}
	}
	if len(twice) > 0 {
		slices.Sort(twice)
		return nil, errs.Invalidf("%s. Say with --source what the external ids begin with.", twice[0])
	}
	for id := range judged {
		if full, ok := m.full[id]; !ok {
			m.missing++
		} else if m.prefix == "" {
			m.prefix = strings.TrimSuffix(full, id)
		}
	}
	if len(judged) > 0 && m.missing == len(judged) {
		return nil, errs.Invalidf("Nothing that the judgements name is in the hub. Import the collection first; --source, if given, has to be that of the import.")
	}
	return m, nil
}

// grades returns judgements by external id. What is not in the hub keeps its short id: nothing can find it, and it still counts.
func (m *matcher) grades(short map[string]int) map[string]int {
	out := make(map[string]int, len(short))
	for id, grade := range short {
		if full, ok := m.full[id]; ok {
			id = full
		}
		out[id] = grade
	}
	return out
}

// others returns a ranking without the document that the query is itself, when such documents were asked for.
func (m *matcher) others(query string, ranked []string) []string {
	self := m.full[query]
	if !m.leaveOut || self == "" {
		return ranked
	}
	return slices.DeleteFunc(ranked, func(id string) bool { return id == self })
}

// short returns an external id as the judgements write it.
func (m *matcher) short(external string) string { return strings.TrimPrefix(external, m.prefix) }
