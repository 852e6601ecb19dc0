package importers

import (
	"archive/zip"
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/auth"
)

// Exported says what an archive holds.
type Exported struct {
	Counts  []ExportedCount // in the order of the files
	Photos  int
	Missing []string // photos that profiles name but the folder of files has not got; the archive goes without them
}

// ExportedCount is how many records of one kind there are.
type ExportedCount struct {
	Noun   string
	Number int
}

// String lists what was written for a terminal.
func (x Exported) String() string {
	var b strings.Builder
	for _, c := range append(slices.Clone(x.Counts), ExportedCount{"photos", x.Photos}) {
		fmt.Fprintf(&b, "%8d %s\n", c.Number, c.Noun)
	}
	for _, key := range x.Missing {
		fmt.Fprintf(&b, "The photo %s is not in the folder of files and was left out.\n", key)
	}
	return b.String()
}

// Export writes everything people have put into the hub to w, as an archive. It reads the database as it was at one moment,
// while the hub goes on, a page of rows at a time.
//
// SECURITY: accounts, their addresses and roles, passwords, sessions, tokens, drafts and the text of what was deleted stay
// here. The archive still holds what only some may read: it is for the operator.
func Export(ctx context.Context, d Deps, w io.Writer, p *Progress) (Exported, error) {
	x := &export{Deps: d, progress: p, zip: zip.NewWriter(w), photos: map[string]bool{}}
	if err := d.DB.Snapshot(ctx, func(q db.Querier) error { return x.write(ctx, q) }); err != nil {
		return Exported{}, fmt.Errorf("export: %w", err)
	}
	p.End()
	return x.done, nil
}

// export is one call of Export.
type export struct {
	Deps
	progress *Progress
	zip      *zip.Writer
	photos   map[string]bool // named by profiles, and whether the file is there
	order    []string        // of those that are there
	done     Exported
	manifest archiveManifestOf
}

// made is the date of every entry: the archive is the same bytes whenever it is written. It is the first a zip file can have.
var made = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

func (x *export) write(ctx context.Context, q db.Querier) error {
	for _, kind := range []struct {
		noun string
		walk func(ctx context.Context, q db.Querier, put func(archiveLine) error) error
	}{
		{"organisations", exportOrganisations}, {"units", exportUnits}, {"people", x.people}, {"topics", exportTopics},
		{"threads", exportThreads}, {"replies", exportReplies}, {"votes", exportVotes}, {"revisions", exportRevisions},
		{"follows", exportFollows},
	} {
		if err := x.lines(ctx, q, kind.noun, kind.walk); err != nil {
			return fmt.Errorf("%s: %w", kind.noun, err)
		}
	}
	if err := x.files(ctx); err != nil {
		return err
	}
	x.manifest.Format, x.manifest.Photos = archiveFormat, len(x.order)
	entry, err := x.entry(archiveManifest, zip.Deflate)
	if err != nil {
		return err
	}
	e := json.NewEncoder(entry)
	e.SetIndent("", "  ")
	if err := e.Encode(x.manifest); err != nil {
		return err
	}
	return x.zip.Close()
}

func (x *export) entry(name string, method uint16) (io.Writer, error) {
	return x.zip.CreateHeader(&zip.FileHeader{Name: name, Method: method, Modified: made})
}

// lines writes one file of records.
func (x *export) lines(ctx context.Context, q db.Querier, noun string, walk func(context.Context, db.Querier, func(archiveLine) error) error) error {
	x.progress.Start(noun, 0)
	name := noun + ".jsonl"
	entry, err := x.entry(name, zip.Deflate)
	if err != nil {
		return err
	}
	b := bufio.NewWriterSize(entry, 1<<16)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false) // for people who read it
	n := 0
	err = walk(ctx, q, func(l archiveLine) error {
		n++
		x.progress.Add(1)
		return e.Encode(l)
	})
	if err != nil {
		return err
	}
	x.manifest.Files = append(x.manifest.Files, archiveFile{name, n})
	x.done.Counts = append(x.done.Counts, ExportedCount{noun, n})
	return b.Flush()
}

// people writes the profiles. A photo whose file is gone is left out.
func (x *export) people(ctx context.Context, q db.Querier, put func(archiveLine) error) error {
	return exportPeople(ctx, q, func(l archiveLine) error {
		if l.Photo != "" && !x.there(l.Photo) {
			x.done.Missing = append(x.done.Missing, l.Photo)
			l.Photo = ""
		}
		return put(l)
	})
}

// there reports whether the file of a photo is there, and remembers to write it.
func (x *export) there(key string) bool {
	here, seen := x.photos[key]
	if seen {
		return here
	}
	f, _, err := x.People.File(auth.Operator(), key)
	here = err == nil && f.Close() == nil
	x.photos[key] = here
	if here {
		x.order = append(x.order, key)
	}
	return here
}

// files writes the photos as they are: JPEG does not get smaller.
func (x *export) files(ctx context.Context) error {
	x.progress.Start("photos", len(x.order))
	for _, key := range x.order {
		if err := ctx.Err(); err != nil {
			return err
		}
		entry, err := x.entry(archiveFiles+key, zip.Store)
		if err != nil {
			return err
		}
		f, _, err := x.People.File(auth.Operator(), key)
		if err != nil {
			return fmt.Errorf("open photo %s: %w", key, err)
		}
		_, err = io.Copy(entry, f)
		if e := f.Close(); err == nil {
			err = e
		}
		if err != nil {
			return fmt.Errorf("copy photo %s: %w", key, err)
		}
		x.progress.Add(1)
	}
	x.done.Photos = len(x.order)
	return nil
}
