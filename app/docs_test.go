package app_test

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func page(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// found returns what the first group of pattern matches in text, each once, in order.
func found(pattern, text string) []string {
	var all []string
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		all = append(all, m[1])
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// TestContributingExplainsEveryDependency compares the table of CONTRIBUTING.md with the modules of go.mod that some file
// imports. (What nothing imports go mod tidy removes, and make check asks it.)
func TestContributingExplainsEveryDependency(t *testing.T) {
	direct, _, _ := strings.Cut(page(t, "go.mod"), "// indirect")
	required := found(`(?m)^\t(\S+\.\S+/\S+) v\S+$`, direct)
	imported := func(module string) bool {
		for _, paths := range importsOfTheHouse(t) {
			if slices.ContainsFunc(paths, func(p string) bool { return p == module || strings.HasPrefix(p, module+"/") }) {
				return true
			}
		}
		return false
	}
	required = slices.DeleteFunc(required, func(m string) bool { return !imported(m) })
	explained := found(`(?m)^\| (\S+\.\S+/\S+) \| \S`, page(t, "CONTRIBUTING.md"))
	for _, m := range required {
		if !slices.Contains(explained, m) {
			t.Errorf("CONTRIBUTING.md does not say why the hub needs %s", m)
		}
	}
	for _, m := range explained {
		if !slices.Contains(required, m) {
			t.Errorf("CONTRIBUTING.md explains %s, which nothing needs", m)
		}
	}
}

// TestPagesNameWhatExists holds every page for people against the repository: the make targets, the files, the subcommands.
func TestPagesNameWhatExists(t *testing.T) {
	makefile := page(t, "Makefile")
	targets := found(`(?m)^([a-z-]+):`, makefile)
	main := page(t, "main.go")
	pages := []string{"README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"}
	docs, err := fs.Glob(os.DirFS(".."), "docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(pages, docs...) {
		text := page(t, name)
		commands := strings.Join(found("(?s)(?:```[a-z]*\n(.*?)```)", text), "\n") // prose has lines that begin with "make" too
		for _, target := range append(found("`make ([a-z-]+)", text), found(`(?m)^make ([a-z-]+)\b`, commands)...) {
			if !slices.Contains(targets, target) {
				t.Errorf("%s: there is no make %s", name, target)
			}
		}
		for _, path := range found(`\]\(([^):# ]+)`, text) {
			if _, err := os.Stat(filepath.Join("..", filepath.Dir(name), path)); err != nil {
				t.Errorf("%s links to %s: %v", name, path, err)
			}
		}
		for _, command := range found("(?m)(?:`|^|\\./|bin/|hub )watercooler ([a-z]+)", text) {
			if !regexp.MustCompile(`(?:command|onFile)\("` + command + `[" ]`).MatchString(main) {
				t.Errorf("%s: there is no subcommand %s", name, command)
			}
		}
	}
	for _, path := range found(`(docs/[a-z]+\.md)`, main) {
		if _, err := os.Stat(filepath.Join("..", path)); err != nil {
			t.Errorf("main.go sends people to %s: %v", path, err)
		}
	}
}

// TestMakeHelpListsEveryTarget asks make itself.
func TestMakeHelpListsEveryTarget(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "make", "--no-print-directory", "help")
	cmd.Dir = ".."
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	phony := strings.Fields(found(`(?m)^\.PHONY: (.+)$`, page(t, "Makefile"))[0])
	listed := found(`(?m)^  make ([a-z-]+) +\S`, string(out))
	slices.Sort(phony)
	if !slices.Equal(listed, phony) {
		t.Errorf("make help lists %v, and there are %v", listed, phony)
	}
}
