package db_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// A statement runs on SQLite and PostgreSQL alike only when it keeps to what both understand and numbers its placeholders
// by first appearance: SQLite takes $2 for a name and counts names as they come. TestStatements reads every string of the
// repository that starts like SQL and holds it to that.
func TestStatements(t *testing.T) {
	root := filepath.Join("..", "..")
	packages := map[string][]*ast.File{}
	files := token.NewFileSet()
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name := e.Name()
		if e.IsDir() && path != root && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "testdata" || name == "data" || name == "bin") {
			return filepath.SkipDir
		}
		if e.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_templ.go") || name == "statements_test.go" {
			return nil
		}
		f, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		dir := filepath.Dir(path)
		packages[dir] = append(packages[dir], f)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}

	found := 0
	for dir, parsed := range packages {
		texts := constants(parsed)
		for _, f := range parsed {
			ast.Inspect(f, func(n ast.Node) bool {
				e, ok := n.(ast.Expr)
				if !ok {
					return true
				}
				text, ok := text(e, texts)
				if !ok {
					return true
				}
				if isStatement.MatchString(text) {
					found++
					if dir == numbersItself {
						text = strings.ReplaceAll(text, "?", unknown)
					}
					for _, wrong := range check(text) {
						t.Errorf("%s: %s:\n%s", files.Position(e.Pos()), wrong, text)
					}
				}
				return false // the parts of a concatenation were read with it
			})
		}
	}
	if found < 50 {
		t.Errorf("found only %d statements: does the test still see them?", found)
	}
}

// numbersItself is the package that puts statements together from parts with question marks and numbers them as it goes.
var numbersItself = filepath.Join("..", "..", "app", "threads")

// unknown stands for a part of a statement that is only known when it runs.
const unknown = "\uFFFD"

var (
	isStatement = regexp.MustCompile(`^\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH)\s`)
	placeholder = regexp.MustCompile(`\$([0-9]+)`)
	quoted      = regexp.MustCompile(`'[^']*'`)

	forbidden = []struct {
		text *regexp.Regexp
		why  string
	}{
		{regexp.MustCompile(`::`), "casts are written CAST(… AS …)"},
		{regexp.MustCompile(`(?i)\bjsonb?_`), "JSON is built in Go"},
		{regexp.MustCompile(`(?i)\bSELECT\s+(\w+\.)?\*|(?i)RETURNING\s+\*`), "columns are listed"},
		{regexp.MustCompile(`(?i)\b(NOW|DATETIME|STRFTIME|DATE_TRUNC|TO_TIMESTAMP)\(|\bCURRENT_(TIMESTAMP|DATE|TIME)\b`), "times come from tx.Now()"},
		{regexp.MustCompile(`(?is)\bAS\s*\(\s*(INSERT|UPDATE|DELETE)\b`), "SQLite has no CTE that writes"},
		{regexp.MustCompile(`(?i)\b(ILIKE|SKIP LOCKED|FOR UPDATE|DISTINCT ON|INSERT OR (REPLACE|IGNORE)|ANY\(|GLOB)\b`), "only one of the two databases knows this"},
		{regexp.MustCompile(`(?i)\bOFFSET\b`), "lists are paged by key"},
		{regexp.MustCompile(`\?`), "placeholders are $1, $2, …"},
		{regexp.MustCompile(`\b(select|insert into|update|delete|from|where|order by|limit|values|returning)\b`), "keywords are upper case"},
	}
)

// check returns what is wrong with a statement.
func check(statement string) (wrong []string) {
	bare := quoted.ReplaceAllString(statement, "''")
	for _, f := range forbidden {
		if m := f.text.FindString(bare); m != "" {
			wrong = append(wrong, fmt.Sprintf("%q: %s", m, f.why))
		}
	}
	next := 1
	for _, m := range placeholder.FindAllStringSubmatch(bare, -1) {
		n, err := strconv.Atoi(m[1])
		switch {
		case err != nil:
			wrong = append(wrong, err.Error())
		case n < next:
		case n == next:
			next++
		case strings.Contains(bare, unknown): // the part that is not known may hold those in between
			next = n + 1
		default:
			wrong = append(wrong, fmt.Sprintf("$%d appears before $%d", n, next))
			next = n + 1
		}
	}
	return wrong
}

// constants returns the strings that names of a package stand for.
func constants(files []*ast.File) map[string]string {
	texts := map[string]string{}
	for range 3 { // a constant may be made of others, in any order
		for _, f := range files {
			for _, d := range f.Decls {
				g, ok := d.(*ast.GenDecl)
				if !ok || g.Tok != token.CONST {
					continue
				}
				for _, s := range g.Specs {
					v := s.(*ast.ValueSpec)
					for i, name := range v.Names {
						if i >= len(v.Values) {
							continue
						}
						if s, ok := text(v.Values[i], texts); ok {
							texts[name.Name] = s
						}
					}
				}
			}
		}
	}
	return texts
}

// text returns what a string expression says, with unknown for what only a run could tell, and whether it is one at all.
func text(e ast.Expr, texts map[string]string) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind != token.STRING {
			return "", false
		}
		s, err := strconv.Unquote(e.Value)
		return s, err == nil
	case *ast.ParenExpr:
		return text(e.X, texts)
	case *ast.BinaryExpr:
		if e.Op != token.ADD {
			return "", false
		}
		left, isLeft := part(e.X, texts)
		right, isRight := part(e.Y, texts)
		return left + right, isLeft || isRight
	}
	return "", false
}

// part is text for an operand: names and calls may be strings, too.
func part(e ast.Expr, texts map[string]string) (string, bool) {
	switch e := e.(type) {
	case *ast.Ident:
		if s, ok := texts[e.Name]; ok {
			return s, true
		}
	case *ast.CallExpr:
		// db.In(3, n) starts with $3; how many follow it does not matter to the order.
		if f, ok := e.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "In" && len(e.Args) == 2 {
			if first, ok := e.Args[0].(*ast.BasicLit); ok && first.Kind == token.INT {
				return "$" + first.Value + unknown, false
			}
		}
	default:
		if s, ok := text(e, texts); ok {
			return s, true
		}
	}
	return unknown, false
}

func TestStatementsAreHeldToTheRules(t *testing.T) {
	for statement, want := range map[string]string{
		"SELECT a FROM t WHERE b = $1 AND (c = $2 OR d = $1) LIMIT $3": "",
		"SELECT a FROM t WHERE b = $2 AND c = $1":                      "$2 appears before $1",
		"UPDATE t SET a = $1 WHERE b IN (" + unknown + ") AND c = $9":  "",
		"SELECT * FROM t":                          "columns are listed",
		"SELECT t.* FROM t":                        "columns are listed",
		"SELECT COUNT(*) FROM t":                   "",
		"SELECT a::text FROM t":                    "casts",
		"SELECT a FROM t WHERE b = 'x::y?'":        "",
		"SELECT json_object('a', 1)":               "JSON",
		"SELECT a FROM t WHERE at < NOW()":         "tx.Now",
		"SELECT a FROM t WHERE b = ?":              "placeholders",
		"WITH x AS (DELETE FROM t) SELECT a":       "CTE",
		"SELECT a from t":                          "upper case",
		"SELECT a FROM t LIMIT $1 OFFSET $2":       "paged by key",
		"INSERT OR REPLACE INTO t (a) VALUES ($1)": "only one",
	} {
		got := strings.Join(check(statement), "; ")
		if want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: got %q, want %q", statement, got, want)
		}
	}
}
