package app

import (
	"net/http"
	"strings"

	"watercooler/app/importers"
)

// Ask lets tests ask the server in-process, also before and after it has a listener.
func (a *App) Ask(r *http.Request) (*http.Response, error) { return a.server.Test(r, -1) }

// Addresses lists what routes.go answers, as "METHOD /path". HEAD is left out: fiber adds it to every GET.
func (a *App) Addresses() []string {
	var list []string
	for _, r := range a.server.GetRoutes(true) {
		if r.Method != http.MethodHead {
			list = append(list, r.Method+" "+r.Path)
		}
	}
	return list
}

// Routes lists the paths of those that answer GET.
func (a *App) Routes() []string {
	var paths []string
	for _, address := range a.Addresses() {
		if path, ok := strings.CutPrefix(address, "GET "); ok {
			paths = append(paths, path)
		}
	}
	return paths
}

// ImportDeps are what importers need to fill the hub.
func (a *App) ImportDeps() importers.Deps { return a.importDeps() }
