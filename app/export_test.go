package app

import (
	"net/http"

	"watercooler/app/importers"
)

// Ask lets tests ask the server in-process, also before and after it has a listener.
func (a *App) Ask(r *http.Request) (*http.Response, error) { return a.server.Test(r, -1) }

// Routes lists the addresses of routes.go that answer GET.
func (a *App) Routes() []string {
	var paths []string
	for _, r := range a.server.GetRoutes(true) {
		if r.Method == http.MethodGet {
			paths = append(paths, r.Path)
		}
	}
	return paths
}

// ImportDeps are what importers need to fill the hub.
func (a *App) ImportDeps() importers.Deps { return a.importDeps() }
