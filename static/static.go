// Package static holds what browsers load beside a page: one stylesheet, the scripts, fonts and icons.
//
// static/build.mjs bundles them into dist, which git ignores; run make generate first when the compiler does not find it. All
// files stand under one path with a hash of everything in it, /static/HASH/name, so that browsers and proxies may keep them for
// good, and the stylesheet reaches its fonts by relative addresses.
package static

import (
	"embed"
	"io/fs"
	"mime"
	"path"
	"strconv"
	"strings"
)

//go:embed dist
var dist embed.FS

// asset is one file in the forms it can be sent in. A form that would not be smaller is nil.
type asset struct {
	contentType     string
	plain, br, gzip []byte
}

// prefix and assets are read from the binary once, before main, and never change.
var prefix, assets = load(dist)

func load(files fs.FS) (string, map[string]asset) {
	all := map[string]asset{}
	hash := ""
	// The tree is inside the binary: reading it can fail only if the build was broken, and then nothing can be served.
	err := fs.WalkDir(files, "dist", func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(files, file)
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(file, "dist/")
		plain := strings.TrimSuffix(strings.TrimSuffix(name, ".br"), ".gz")
		a := all[plain]
		switch {
		case name == "hash.txt":
			hash = string(body)
			return nil
		case strings.HasSuffix(name, ".br"):
			a.br = body
		case strings.HasSuffix(name, ".gz"):
			a.gzip = body
		default:
			a.plain, a.contentType = body, contentType(name)
		}
		all[plain] = a
		return nil
	})
	if err != nil {
		panic("static: " + err.Error())
	}
	for name, a := range all {
		if len(a.br) >= len(a.plain) {
			a.br = nil
		}
		if len(a.gzip) >= len(a.plain) {
			a.gzip = nil
		}
		all[name] = a
	}
	return "/static/" + hash + "/", all
}

// contentType does not ask the system's table, which differs between machines. Scripts say their charset: without it browsers
// may misread what a bundler left outside ASCII.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	}
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// Prefix is where all files stand: "/static/HASH/".
func Prefix() string { return prefix }

// Path returns the address of the file called name, such as "app.css" or "fonts/x.woff2". It panics when there is no such file:
// a page that asks for one is broken, and should be so in its first test.
func Path(name string) string {
	file, _, _ := strings.Cut(name, "#")
	if _, ok := assets[file]; !ok {
		panic("static: no file " + strconv.Quote(file))
	}
	return prefix + name
}

// Open returns the file called name in the smallest form that a browser with this Accept-Encoding header takes. encoding is
// "br", "gzip" or "" and belongs into Content-Encoding; the answer varies with Accept-Encoding. The bytes are shared: do not
// change them.
func Open(name, acceptEncoding string) (body []byte, contentType, encoding string, ok bool) {
	a, ok := assets[name]
	switch {
	case !ok:
		return nil, "", "", false
	case a.br != nil && accepts(acceptEncoding, "br"):
		return a.br, a.contentType, "br", true
	case a.gzip != nil && accepts(acceptEncoding, "gzip"):
		return a.gzip, a.contentType, "gzip", true
	}
	return a.plain, a.contentType, "", true
}

// accepts reports whether an Accept-Encoding header takes coding: named, and not refused with q=0.
func accepts(header, coding string) bool {
	for part := range strings.SplitSeq(header, ",") {
		name, params, _ := strings.Cut(part, ";")
		if !strings.EqualFold(strings.TrimSpace(name), coding) {
			continue
		}
		q, found := strings.CutPrefix(strings.ReplaceAll(params, " ", ""), "q=")
		weight, err := strconv.ParseFloat(q, 64)
		return !found || (err == nil && weight > 0)
	}
	return false
}
