package importers

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"watercooler/app/errs"
)

// An archive is everything people have put into a hub, in the open format of docs/export.md: one file of lines for each kind
// of record, photos and other files under files/, and a manifest. It is a zip file, or the folder that it was unpacked to. Export writes
// it and JSONL reads it. The same content is always the same bytes, so archives can be compared.
const (
	// 1 had no networks and blogs, 2 nothing of what is known to be right and of who knows what, 3 nothing of what was noticed, decided and learnt,
	// and of who keeps what; all are read as well.
	archiveFormat   = 4
	archiveManifest = "manifest.json"
	archiveFiles    = "files/"
)

// archiveManifestOf says what is in an archive, so that one from which something is missing is not taken for whole.
type archiveManifestOf struct {
	Format int           `json:"format"`
	Files  []archiveFile `json:"files"`
	Stored int           `json:"stored"` // files under files/
}

type archiveFile struct {
	Name  string `json:"name"`
	Lines int    `json:"lines"`
}

// archiveLine is a line of an archive. The fields are those of record, which reads it; what is empty is left out.
type archiveLine struct {
	Type         string   `json:"type"`
	ExternalID   string   `json:"external_id,omitempty"`
	Name         string   `json:"name,omitempty"`
	Slug         string   `json:"slug,omitempty"`
	Home         bool     `json:"home,omitempty"`
	Handle       string   `json:"handle,omitempty"`
	Organisation string   `json:"organisation,omitempty"`
	Unit         string   `json:"unit,omitempty"`
	Manager      string   `json:"manager,omitempty"`
	JobTitle     string   `json:"job_title,omitempty"`
	Location     string   `json:"location,omitempty"`
	Phone        string   `json:"phone,omitempty"`
	Email        string   `json:"email,omitempty"`
	About        string   `json:"about,omitempty"`
	HowToWork    string   `json:"how_to_work,omitempty"`
	Photo        string   `json:"photo,omitempty"`
	Pronouns     string   `json:"pronouns,omitempty"`
	Languages    string   `json:"languages,omitempty"`
	Pattern      string   `json:"working_pattern,omitempty"`
	WritesIn     string   `json:"writes_in,omitempty"`
	AskAbout     []string `json:"ask_about,omitempty"`
	Privacy      string   `json:"privacy,omitempty"`
	Description  string   `json:"description,omitempty"`
	Synonyms     []string `json:"synonyms,omitempty"`
	Broader      string   `json:"broader,omitempty"`
	Former       []string `json:"former_slugs,omitempty"`

	Purpose   string       `json:"purpose,omitempty"`
	Access    string       `json:"access,omitempty"`
	Public    bool         `json:"public,omitempty"`
	Parents   []string     `json:"parents,omitempty"`
	Members   []memberLine `json:"members,omitempty"`
	Launch    string       `json:"launch,omitempty"`
	Authors   []string     `json:"authors,omitempty"`
	AllSeries []seriesLine `json:"all_series,omitempty"`

	URL    string `json:"url,omitempty"`
	Source string `json:"source,omitempty"`
	Paused bool   `json:"paused,omitempty"`
	Read   string `json:"read,omitempty"`

	Path        string   `json:"path,omitempty"`
	Network     string   `json:"network,omitempty"`
	Blog        string   `json:"blog,omitempty"`
	Topic       string   `json:"topic,omitempty"`
	Person      string   `json:"person,omitempty"`
	Kind        string   `json:"kind,omitempty"`
	Thread      string   `json:"thread,omitempty"`
	Reply       string   `json:"reply,omitempty"`
	Parent      string   `json:"parent,omitempty"`
	Number      int      `json:"number,omitempty"`
	Title       string   `json:"title,omitempty"`
	Body        string   `json:"body,omitempty"`
	Author      string   `json:"author,omitempty"`
	Editor      string   `json:"editor,omitempty"`
	Successor   string   `json:"successor,omitempty"`
	Topics      []string `json:"topics,omitempty"`
	People      []string `json:"people,omitempty"`
	Units       []string `json:"units,omitempty"`
	Threads     []string `json:"threads,omitempty"`
	Networks    []string `json:"networks,omitempty"`
	Blogs       []string `json:"blogs,omitempty"`
	Summary     string   `json:"summary,omitempty"`
	Cover       string   `json:"cover,omitempty"`
	CoverAlt    string   `json:"cover_alt,omitempty"`
	Series      string   `json:"series,omitempty"`
	Published   string   `json:"published,omitempty"`
	Publish     string   `json:"publish,omitempty"`
	File        string   `json:"file,omitempty"`
	ContentType string   `json:"content_type,omitempty"`
	Size        int64    `json:"size,omitempty"`
	Audience    string   `json:"audience,omitempty"`
	Created     string   `json:"created,omitempty"`
	Edited      string   `json:"edited,omitempty"`
	Closed      string   `json:"closed,omitempty"`
	Pinned      string   `json:"pinned,omitempty"`
	Left        string   `json:"left,omitempty"`
	Deleted     string   `json:"deleted,omitempty"`
	Votes       int      `json:"votes,omitempty"`
	Accepted    bool     `json:"accepted,omitempty"`

	Decision   *decisionLine   `json:"decision,omitempty"`
	Keep       *keepLine       `json:"keep,omitempty"`
	Reflection *reflectionLine `json:"reflection,omitempty"`
	Gap        *gapLine        `json:"gap,omitempty"`
}

// written returns a moment as it is stored, in UTC to the microsecond.
func written(us int64) string { return time.UnixMicro(us).UTC().Format(time.RFC3339Nano) }

func writtenOr(us *int64) string {
	if us == nil {
		return ""
	}
	return written(*us)
}

// named is a row with what it is called outside the hub that keeps it.
type named struct {
	external    string // "" for what was written in this hub
	id, created int64
}

// name returns the external id of a row, "" for no row. What was written in the hub is named after its number and the
// microsecond it was made in: the same in every export of this hub, and no other's. An import keeps it.
func (r named) name(kind string) string {
	switch {
	case r.id == 0:
		return ""
	case r.external != "":
		return r.external
	}
	return "hub/" + kind + "/" + strconv.FormatInt(r.id, 10) + "-" + strconv.FormatInt(r.created, 36)
}

// bundle is an input of lines: some files, and what belongs to them.
type bundle struct {
	name     string // of the folder or archive, after which the source is named
	inputs   []input
	manifest *archiveManifestOf                      // of an archive
	photo    func(key string) (io.ReadCloser, error) // opens a file under files/; nil when there are none
	zip      *zip.ReadCloser
}

// Close closes the archive.
func (b *bundle) Close() error {
	if b.zip == nil {
		return nil
	}
	return b.zip.Close()
}

// openBundle finds out what path is: a file of lines, a folder of them, an archive or the folder of one.
func openBundle(path string) (*bundle, error) {
	if zipped, err := isZip(path); err != nil || zipped {
		if err != nil {
			return nil, err
		}
		return openZip(path)
	}
	files, err := jsonFiles(path)
	if err != nil {
		return nil, err
	}
	b := &bundle{name: path}
	if len(files) == 1 && files[0] == path {
		b.name = filepath.Dir(path)
	} else if err := b.readManifest(os.DirFS(path)); err != nil {
		return nil, err
	}
	b.photo = func(key string) (io.ReadCloser, error) { return os.Open(filepath.Join(b.name, archiveFiles, key)) }
	for _, file := range files {
		b.inputs = append(b.inputs, func(ctx context.Context, do func(file string, n int, line []byte) error) error {
			return lines(ctx, file, func(n int, line []byte) error { return do(filepath.Base(file), n, line) })
		})
	}
	return b, nil
}

// isZip reports whether path is a zip file, whatever it is called.
func isZip(path string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, nil //nolint:nilerr // jsonFiles says it in better words
	}
	magic := make([]byte, 4)
	_, err = io.ReadFull(f, magic)
	if err != nil {
		magic = nil // a folder, or next to nothing
	}
	return string(magic) == "PK\x03\x04", f.Close()
}

func openZip(path string) (*bundle, error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		return nil, errs.Invalidf("%s is not a whole zip file; it may have been cut off while it was copied.", path).Because(err)
	}
	b := &bundle{name: strings.TrimSuffix(path, ".zip"), zip: z, photo: func(key string) (io.ReadCloser, error) { return z.Open(archiveFiles + key) }}
	if err := b.readManifest(z); err != nil {
		return nil, errors.Join(err, z.Close())
	}
	for _, f := range z.File {
		if strings.Contains(f.Name, "/") || !strings.HasSuffix(f.Name, ".jsonl") {
			continue
		}
		b.inputs = append(b.inputs, func(ctx context.Context, do func(file string, n int, line []byte) error) (err error) {
			r, err := f.Open()
			if err != nil {
				return damaged(f.Name, 1, err)
			}
			defer func() { err = errors.Join(err, r.Close()) }()
			return linesOf(ctx, &source{name: f.Name, Reader: r}, func(n int, line []byte) error { return do(f.Name, n, line) })
		})
	}
	if b.manifest == nil || len(b.inputs) == 0 {
		return nil, errors.Join(errs.Invalidf("%s is not an archive of a hub: it holds no %s.", path, archiveManifest), z.Close())
	}
	return b, nil
}

// readManifest reads the manifest, if there is one.
func (b *bundle) readManifest(in fs.FS) error {
	f, err := in.Open(archiveManifest)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("open %s: %w", archiveManifest, err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	var m archiveManifestOf
	if err := json.NewDecoder(io.LimitReader(f, 1<<20)).Decode(&m); err != nil {
		return errs.Invalidf("The archive's %s cannot be read: %v.", archiveManifest, err)
	}
	if m.Format < 1 || m.Format > archiveFormat {
		return errs.Invalidf("The archive has format %d; this program reads formats 1 to %d.", m.Format, archiveFormat)
	}
	b.manifest = &m
	return nil
}

// complete makes sure that an archive holds what its manifest says. read is the number of lines, by file.
func (b *bundle) complete(read map[string]int) error {
	if b.manifest == nil {
		return nil
	}
	for _, f := range b.manifest.Files {
		if got := read[f.Name]; got != f.Lines {
			return errs.Invalidf("%s has %d lines; the archive was written with %d. It is not whole.", f.Name, got, f.Lines)
		}
	}
	return nil
}

// How a hub names files: after their content. A photo is always a JPEG; other files have the extensions that extensionOf gives.
var (
	photoKey = regexp.MustCompile(`^[0-9a-f]{64}\.jpg$`)
	fileKey  = regexp.MustCompile(`^[0-9a-f]{64}(\.[a-z0-9]{1,8})$`)
)

// checkPhoto makes sure that a photo is there and is what its name says. The error continues the sentence "The photo of X …".
func (b *bundle) checkPhoto(key string) error {
	if key != "" && !photoKey.MatchString(key) {
		return fmt.Errorf("is called %.80q, which is not how a hub names one", key)
	}
	return b.checkFile(key)
}

// checkFile makes sure that a file is there and is what its name says. The error continues the sentence "The file of X …".
//
// SECURITY: the key becomes part of a path; the pattern keeps it inside files/. The extension is one that a browser shows as no
// page of the hub.
func (b *bundle) checkFile(key string) (err error) {
	m := fileKey.FindStringSubmatch(key)
	switch {
	case key == "":
		return nil
	case m == nil || !harmless(m[1]):
		return fmt.Errorf("is called %.80q, which is not how a hub names one", key)
	case b.photo == nil:
		return errors.New("is named, but there is no folder files")
	}
	f, err := b.photo(key)
	if err != nil {
		return fmt.Errorf("is not in files: %s is missing", key)
	}
	defer f.Close() //nolint:errcheck // it was only read
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil || hex.EncodeToString(sum.Sum(nil))+m[1] != key {
		return fmt.Errorf("is damaged: %s holds something else", key)
	}
	return nil
}

// jsonFiles returns the files that path means.
func jsonFiles(path string) ([]string, error) {
	st, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, errs.NotFoundf("There is no file or folder %s.", path).Because(err)
	}
	if err != nil {
		return nil, fmt.Errorf("find %s: %w", path, err)
	}
	if !st.IsDir() {
		return []string{path}, nil
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, fmt.Errorf("read folder %s: %w", path, err)
	}
	var files []string
	for _, e := range entries {
		name := strings.TrimSuffix(e.Name(), ".gz")
		if !e.IsDir() && (strings.HasSuffix(name, ".jsonl") || strings.HasSuffix(name, ".ndjson")) {
			files = append(files, filepath.Join(path, e.Name()))
		}
	}
	if len(files) == 0 {
		return nil, errs.Invalidf("%s holds no .jsonl or .jsonl.gz file.", path)
	}
	return files, nil
}
