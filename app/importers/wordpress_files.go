package importers

import (
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"watercooler/app/errs"
)

// wordpressFile is something that was brought to the site: a picture, a document.
type wordpressFile struct {
	id, parent            string
	address               string
	name                  string // in the folder wp-content/uploads
	title, alt, caption   string
	creator               string
	came, tried           bool // it belongs to a post that came along; keep was asked for it
	key, contentType, why string
	size                  int64
}

// maxFile bounds one file that comes along.
const maxFile = 256 << 20

var (
	inUploads = regexp.MustCompile(`/(?:wp-content/uploads|files)/(.+)$`)
	byMonth   = regexp.MustCompile(`/(\d{4}/\d{2}/[^/]+)$`)
	resized   = regexp.MustCompile(`-(?:\d+x\d+|scaled|e\d{10,})(\.[A-Za-z0-9]+)$`)
)

// keepUpload remembers an attachment.
func (x *wordpress) keepUpload(i *wxrItem) error {
	f := &wordpressFile{
		id: i.ID, parent: i.Parent, address: i.File, name: i.meta("_wp_attached_file"), title: plainWords(i.Title), creator: i.Creator,
		alt: plainWords(i.meta("_wp_attachment_image_alt")), caption: i.text("excerpt"),
	}
	if f.address == "" {
		f.address = i.GUID
	}
	if f.name == "" || strings.Contains(f.name, "://") {
		f.name = nameInUploads(f.address)
	}
	if x.uploads[i.ID] != nil {
		return problem(filepath.Base(x.file), i.line, "there is a second item with the number %s.", i.ID)
	}
	x.uploads[i.ID] = f
	x.byAddress[bare(f.address)] = f
	x.below[i.Parent] = append(x.below[i.Parent], f)
	return nil
}

// nameInUploads returns what a file is called in the folder of uploads, as its address tells.
func nameInUploads(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	for _, pattern := range []*regexp.Regexp{inUploads, byMonth} {
		if m := pattern.FindStringSubmatch(u.Path); m != nil {
			return m[1]
		}
	}
	return path.Base(u.Path)
}

// bare takes off an address what may differ between two of the same file.
func bare(address string) string {
	address, _, _ = strings.Cut(address, "?")
	if _, rest, ok := strings.Cut(address, "://"); ok {
		address = rest
	}
	return strings.TrimPrefix(strings.TrimPrefix(address, "//"), "www.")
}

// uploadAt returns the attachment at an address, also at that of a smaller picture that the site made of it.
func (x *wordpress) uploadAt(address string) *wordpressFile {
	address = bare(address)
	if f := x.byAddress[address]; f != nil {
		return f
	}
	return x.byAddress[resized.ReplaceAllString(address, "$1")]
}

func isPicture(address string) bool {
	switch strings.ToLower(path.Ext(bare(address))) {
	case ".jpg", ".jpeg", ".png", ".gif", ".webp":
		return true
	}
	return false
}

// documents are the extensions that a file keeps because its content does not tell them apart; none of them is shown by a
// browser as a page of the hub.
var documents = regexp.MustCompile(`^\.(docx?|xlsx?|pptx?|od[tsp]|csv|txt|rtf|zip|epub|mp3|m4a|ogg|wav|mp4|m4v|mov|webm|ics)$`)

// harmless reports whether a file may have an extension.
func harmless(ext string) bool {
	switch ext {
	case ".jpg", ".png", ".gif", ".webp", ".pdf", ".bin":
		return true
	}
	return documents.MatchString(ext)
}

// keep puts a file into the hub's folder, the first time it is asked for, and returns its key; "" when it does not come along.
func (x *wordpress) keep(f *wordpressFile) string {
	if f.tried || x.Attachments == "" || x.Files == nil {
		return f.key
	}
	f.tried = true
	if err := x.bring(f); err != nil {
		f.key = ""
		if e := errs.As(err); e != nil {
			f.why = strings.TrimSuffix(strings.ToLower(e.Text[:1])+e.Text[1:], ".")
		} else {
			x.failed = errors.Join(x.failed, err)
		}
	}
	return f.key
}

// bring reads a file from the folder of uploads.
//
// SECURITY: names come from the export. The root keeps them inside the folder, links that lead out of it included. The
// extension, from which the hub takes the type when it shows a file, comes from the content or from a list of harmless ones.
func (x *wordpress) bring(f *wordpressFile) error {
	root, err := os.OpenRoot(x.Attachments)
	if err != nil {
		return fmt.Errorf("open the folder of attachments: %w", err)
	}
	defer root.Close() //nolint:errcheck // it was only read
	in, err := root.Open(filepath.FromSlash(strings.TrimLeft(path.Clean(f.name), "/")))
	if errors.Is(err, fs.ErrNotExist) {
		return errs.NotFoundf("Not in the folder of attachments.").Because(err)
	}
	if err != nil {
		return errs.Invalidf("Not readable in the folder of attachments.").Because(err)
	}
	defer in.Close() //nolint:errcheck // it was only read
	st, err := in.Stat()
	if err != nil || !st.Mode().IsRegular() {
		return errs.Invalidf("Not a file in the folder of attachments.").Because(err)
	}
	head := make([]byte, 512)
	n, _ := in.ReadAt(head, 0) // a short file is no error here
	ext := extensionOf(f.name, head[:n])
	if f.key, err = x.Files.Put(in, ext, maxFile); err != nil {
		return err
	}
	f.size, f.contentType = st.Size(), mime.TypeByExtension(ext)
	if f.contentType == "" {
		f.contentType = "application/octet-stream"
	}
	return nil
}

// extensionOf returns the extension for a file by its content.
func extensionOf(name string, head []byte) string {
	switch http.DetectContentType(head) {
	case "image/jpeg":
		return ".jpg"
	case "image/png":
		return ".png"
	case "image/gif":
		return ".gif"
	case "image/webp":
		return ".webp"
	case "application/pdf":
		return ".pdf"
	}
	if ext := strings.ToLower(path.Ext(name)); documents.MatchString(ext) {
		return ext
	}
	return ".bin"
}

// reportUploads says what became of the attachments.
func (x *wordpress) reportUploads() {
	for _, id := range sortedByNumber(x.uploads) {
		f := x.uploads[id]
		x.report.read(wordpressUp, 1)
		switch {
		case f.came:
		case f.why != "":
			x.report.skip(wordpressUp, f.why, f.name)
		case x.Attachments == "":
			x.report.skip(wordpressUp, "links lead to the site; --attachments brings the files along", f.name)
		default:
			x.report.skip(wordpressUp, "in no post that came along", f.name)
		}
	}
}
