package app_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// layers is the picture of ARCHITECTURE.md: a package may import packages of its own module only from the layers below its
// own, or those listed beside it.
var layers = map[string]struct {
	level int
	also  []string
}{
	"config": {level: 0}, "static": {level: 0}, "search": {level: 0}, "app/errs": {level: 0}, "app/markup": {level: 0}, "app/mail": {level: 0}, "app/feeds": {level: 0},
	"app/burst": {level: 0}, "app/graph": {level: 0},

	"app/db": {level: 1}, "app/files": {level: 1}, "views": {level: 1},

	"app/event": {level: 2}, "app/kv": {level: 2},
	"auth":    {level: 3},
	"app/web": {level: 4},

	// The slices: never one another, but any of them those of the kernel.
	"app/people": {level: 5}, "app/networks": {level: 5, also: kernel}, "app/threads": {level: 5, also: kernel},
	"app/site": {level: 5, also: kernel}, "app/topics": {level: 5, also: kernel}, "app/signin": {level: 5, also: kernel}, "app/find": {level: 5, also: kernel}, "app/admin": {level: 5, also: kernel},
	"app/blogs": {level: 5, also: kernel}, "app/routing": {level: 5, also: kernel}, "app/experts": {level: 5, also: kernel},
	"app/decisions": {level: 5, also: kernel}, "app/signals": {level: 5, also: kernel}, "app/reflections": {level: 5, also: kernel},
	"app/insights": {level: 5, also: kernel}, "app/maps": {level: 5, also: kernel}, "app/briefs": {level: 5, also: kernel}, "app/symptoms": {level: 5, also: kernel},

	"app/api": {level: 6}, "app/importers": {level: 6}, "app/evaluate": {level: 6},
	"app": {level: 7}, "main": {level: 7, also: []string{"app"}},

	// Beside the program: the test kit with its databases, the journeys through a browser, the measurements.
	"app/apptest": {level: 8, also: []string{"app/apptest/backends"}}, "app/apptest/backends": {level: 8}, "app/apptest/planted": {level: 8}, "app/browser": {level: 9}, "app/bench": {level: 9},
}

var kernel = []string{"app/people", "app/networks", "app/threads"}

// forbidden says what a package may not import although its layer would allow it.
var forbidden = map[string][]string{
	"config":   {"app", "auth", "search", "static", "views"},
	"app/api":  {"config"},
	"app/web":  {"app/event", "config", "search"},
	"main":     {"app/db", "app/web", "auth", "search", "static", "views"},
	"auth":     {"config", "static", "search", "views", "app/event", "app/files", "app/markup"},
	"views":    {"app", "auth", "config", "search"},
	"app/errs": {"app", "auth", "config", "search", "static", "views"},
}

// fences keep each heavy library behind one door. A test file is free, but for goth and gothic.
var fences = []struct {
	library string
	allowed func(pkg, file string) bool
}{
	{"github.com/gofiber/fiber/v2", func(pkg, file string) bool {
		return pkg == "app/web" || pkg == "app/api" || pkg == "app/bench" || pkg == "app/apptest" || file == "auth/middleware.go" ||
			slices.Contains([]string{"web.go", "routes.go", "server.go"}, filepath.Base(file)) || strings.HasPrefix(filepath.Base(file), "web_")
	}},
	{"github.com/blevesearch/", func(pkg, _ string) bool { return pkg == "search" }},
	{"github.com/markbates/goth/gothic", func(string, string) bool { return false }},
	{"github.com/markbates/goth", func(pkg, _ string) bool { return pkg == "auth" }},
	{"github.com/redis/go-redis", func(pkg, _ string) bool { return pkg == "app/kv" }},
	{"database/sql", func(pkg, _ string) bool { return pkg == "app/db" || pkg == "app/bench" }},
	{"modernc.org/sqlite", func(pkg, _ string) bool { return pkg == "app/db" || pkg == "app/bench" }},
	{"github.com/jackc/pgx", func(pkg, _ string) bool { return pkg == "app/db" || pkg == "app/bench" }},
	{"github.com/pressly/goose", func(pkg, _ string) bool { return pkg == "app/db" }},
	{"github.com/yuin/goldmark", func(pkg, _ string) bool { return pkg == "app/markup" }},
	{"github.com/microcosm-cc/bluemonday", func(pkg, _ string) bool { return pkg == "app/markup" }},
}

// TestImportsFollowThePicture keeps ARCHITECTURE.md true: imports go downwards, slices do not know each other, and each
// library with a door stays behind it.
func TestImportsFollowThePicture(t *testing.T) {
	seen := map[string]bool{}
	for file, imports := range importsOfTheHouse(t) {
		pkg := room(file)
		from, known := layers[pkg]
		if !known {
			t.Errorf("%s: package %s has no place in the picture: add it to layers and to ARCHITECTURE.md", file, pkg)
			continue
		}
		seen[pkg] = true
		test := strings.HasSuffix(file, "_test.go")
		for _, path := range imports {
			for _, fence := range fences {
				if strings.HasPrefix(path, fence.library) && !fence.allowed(pkg, file) && !test {
					t.Errorf("%s imports %s, which stays behind another door", file, path)
				}
			}
			if !strings.HasPrefix(path, "watercooler/") || test {
				continue
			}
			target := room(strings.TrimPrefix(path, "watercooler/") + "/x.go")
			if target == pkg {
				continue
			}
			if layers[target].level >= from.level && !slices.Contains(from.also, target) {
				t.Errorf("%s (layer %d) imports %s (layer %d): imports go downwards", file, from.level, target, layers[target].level)
			}
			for _, no := range forbidden[pkg] {
				if target == no || strings.HasPrefix(target, no+"/") {
					t.Errorf("%s: %s may not know %s", file, pkg, target)
				}
			}
			if target == "config" && pkg != "app" && pkg != "main" && pkg != "app/apptest" && pkg != "app/bench" {
				t.Errorf("%s imports config: its values are passed down by app", file)
			}
		}
	}
	for pkg := range layers {
		if !seen[pkg] {
			t.Errorf("the picture shows %s, which does not exist", pkg)
		}
	}
}

// TestArchitecturePageShowsTheSamePicture holds the page against layers: each line of its picture begins with a level and
// names the rooms on it.
func TestArchitecturePageShowsTheSamePicture(t *testing.T) {
	page, err := os.ReadFile("../ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string]int{}
	for _, line := range regexp.MustCompile(`(?m)^(\d) (.+?)(?:  |$)`).FindAllStringSubmatch(string(page), -1) {
		level, err := strconv.Atoi(line[1])
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range strings.Fields(line[2]) {
			shown[name] = level
		}
	}
	for pkg, place := range layers {
		name := strings.TrimPrefix(strings.TrimPrefix(pkg, "app/apptest/"), "app/")
		if level, ok := shown[name]; !ok || level != place.level {
			t.Errorf("ARCHITECTURE.md shows %s on level %d (shown: %v), want %d", name, level, ok, place.level)
		}
		delete(shown, name)
	}
	for name := range shown {
		t.Errorf("ARCHITECTURE.md shows %s, which no rule knows", name)
	}
}

// TestTopLevelIsWhatTheOwnerChose keeps the front door tidy.
func TestTopLevelIsWhatTheOwnerChose(t *testing.T) {
	allowed := []string{"app", "auth", "config", "data", "deploy", "docs", "node_modules", "bin", "script", "search", "static", "views"}
	entries, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") && !slices.Contains(allowed, e.Name()) {
			t.Errorf("top-level folder %s is not one the owner chose", e.Name())
		}
	}
}

// room names the place of a file in the picture: its top-level folder, or the slice under app.
func room(file string) string {
	parts := strings.Split(filepath.ToSlash(file), "/")
	switch {
	case len(parts) == 1:
		return "main"
	case parts[0] != "app":
		return parts[0]
	case len(parts) == 2:
		return "app"
	case parts[1] == "apptest" && len(parts) > 3:
		return "app/apptest/" + parts[2]
	default:
		return "app/" + parts[1]
	}
}

func importsOfTheHouse(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == "data" || strings.HasPrefix(d.Name(), ".") && d.Name() != "..") {
			return fs.SkipDir
		}
		if d.IsDir() || filepath.Ext(path) != ".go" {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel("..", path)
		if err != nil {
			return err
		}
		all[rel] = nil
		for _, imp := range f.Imports {
			p, err := strconv.Unquote(imp.Path.Value)
			if err != nil {
				return err
			}
			all[rel] = append(all[rel], p)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
