// Command show serves every page of the gallery on one address, under the hub's own content security policy:
//
//	go run ./views/internal/gallery/show -listen 127.0.0.1:8099
//
// /NAME is a page as the system's theme has it, /dark/NAME, /light/NAME and /contrast/NAME choose one, and / lists them all.
package main

import (
	"flag"
	"fmt"
	"html"
	"log"
	"net/http"
	"strings"
	"time"

	"watercooler/static"
	"watercooler/views/internal/gallery"
)

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

func main() {
	listen := flag.String("listen", "127.0.0.1:8099", "address to serve on")
	flag.Parse()
	server := &http.Server{Addr: *listen, Handler: http.HandlerFunc(serve), ReadHeaderTimeout: 5 * time.Second}
	log.Printf("the gallery is on http://%s", *listen)
	log.Fatal(server.ListenAndServe())
}

func serve(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Security-Policy", policy)
	if name, ok := strings.CutPrefix(r.URL.Path, static.Prefix()); ok {
		body, contentType, encoding, found := static.Open(name, r.Header.Get("Accept-Encoding"))
		if !found {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", contentType)
		if encoding != "" {
			w.Header().Set("Content-Encoding", encoding)
		}
		if _, err := w.Write(body); err != nil {
			log.Print(err)
		}
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	theme, name := "", strings.TrimPrefix(r.URL.Path, "/")
	if before, after, ok := strings.Cut(name, "/"); ok {
		theme, name = before, after
	}
	name = answer(r, name)
	for _, p := range gallery.Pages(theme) {
		if name == "" {
			fmt.Fprintf(w, "<li><a href=\"/%[1]s\">%[1]s</a>", html.EscapeString(p.Name))
			continue
		}
		if p.Name == name {
			if err := p.Body.Render(r.Context(), w); err != nil {
				log.Print(err)
			}
			return
		}
	}
}

// answer maps what the scripts ask for to the fragment a hub would send, so that they can be tried here.
func answer(r *http.Request, name string) string {
	switch {
	case name == "suggest" && r.URL.Query().Get("type") != "":
		return "expansions"
	case name == "suggest":
		return "suggestions"
	case name == "similar":
		return "already"
	case name == "drafts" && r.Method == http.MethodPost:
		return "saved"
	case name == "unfollow":
		return "follow"
	case strings.HasSuffix(r.URL.Path, "/votes"), strings.HasSuffix(r.URL.Path, "/unvote"):
		return "vote"
	}
	return name
}
