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
)

// Exported says what an archive holds.
type Exported struct {
	Counts  []ExportedCount // in the order of the files
	Stored  int             // photos, covers and attachments
	Missing []string        // files that are named but the folder of files has not got; the archive goes without them
}

// ExportedCount is how many records of one kind there are.
type ExportedCount struct {
	Noun   string
	Number int
}

// String lists what was written for a terminal.
func (x Exported) String() string {
	var b strings.Builder
	for _, c := range append(slices.Clone(x.Counts), ExportedCount{"files", x.Stored}) {
		fmt.Fprintf(&b, "%8d %s\n", c.Number, c.Noun)
	}
	for _, key := range x.Missing {
		fmt.Fprintf(&b, "The file %s is not in the folder of files and was left out.\n", key)
	}
	return b.String()
}

// Export writes everything people have put into the hub to w, as an archive. It reads the database as it was at one moment,
// while the hub goes on, a page of rows at a time.
//
// SECURITY: accounts, their addresses and roles, passwords, sessions, tokens, unfinished replies and the text of what was
// deleted stay here. The archive still holds what only some may read: it is for the operator.
func Export(ctx context.Context, d Deps, w io.Writer, p *Progress) (Exported, error) {
	x := &export{Deps: d, progress: p, zip: zip.NewWriter(w), stored: map[string]bool{}, audiences: map[string]string{}}
	if err := d.DB.Snapshot(ctx, func(q db.Querier) error { return x.write(ctx, q) }); err != nil {
		return Exported{}, fmt.Errorf("export: %w", err)
	}
	p.End()
	return x.done, nil
}

// export is one call of Export.
type export struct {
	Deps
	progress  *Progress
	zip       *zip.Writer
	stored    map[string]bool   // files that are named, and whether they are there
	order     []string          // of those that are there
	audiences map[string]string // of organisations and networks, as an archive writes them
	done      Exported
	manifest  archiveManifestOf
}

// made is the date of every entry: the archive is the same bytes whenever it is written. It is the first a zip file can have.
var made = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

func (x *export) write(ctx context.Context, q db.Querier) error {
	if err := x.nameAudiences(ctx, q); err != nil {
		return fmt.Errorf("audiences: %w", err)
	}
	for _, kind := range []struct {
		noun string
		walk func(ctx context.Context, q db.Querier, put func(archiveLine) error) error
	}{
		{"organisations", exportOrganisations}, {"units", exportUnits}, {"topics", exportTopics}, {"people", x.people},
		{"networks", exportNetworks}, {"blogs", x.blogs}, {"threads", x.threads}, {"replies", exportReplies}, {"checks", exportFresh}, {"decisions", exportDecisions},
		{"reflections", exportReflections}, {"gaps", exportGaps}, {"posts", x.posts}, {"sources", exportSources}, {"signals", exportSignals},
		{"drafts", x.drafts}, {"votes", exportVotes}, {"revisions", exportRevisions}, {"follows", exportFollows},
		{"attachments", x.attachments}, {"redirects", exportRedirects}, {"statements", exportStatements},
	} {
		if err := x.lines(ctx, q, kind.noun, kind.walk); err != nil {
			return fmt.Errorf("%s: %w", kind.noun, err)
		}
	}
	if err := x.files(ctx); err != nil {
		return err
	}
	x.manifest.Format, x.manifest.Stored = archiveFormat, len(x.order)
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
		x.with(&l.Photo)
		return put(l)
	})
}

// with makes sure that the file a line names comes along, and takes its name off the line when it is gone.
func (x *export) with(key *string) {
	if *key != "" && !x.there(*key) {
		x.done.Missing = append(x.done.Missing, *key)
		*key = ""
	}
}

// there reports whether a file is there, and remembers to write it.
func (x *export) there(key string) bool {
	here, seen := x.stored[key]
	if seen {
		return here
	}
	f, _, err := x.Files.Get(key)
	here = err == nil && f.Close() == nil
	x.stored[key] = here
	if here {
		x.order = append(x.order, key)
	}
	return here
}

// files writes the files as they are: pictures do not get smaller.
func (x *export) files(ctx context.Context) error {
	x.progress.Start("files", len(x.order))
	for _, key := range x.order {
		if err := ctx.Err(); err != nil {
			return err
		}
		entry, err := x.entry(archiveFiles+key, zip.Store)
		if err != nil {
			return err
		}
		f, _, err := x.Files.Get(key)
		if err != nil {
			return fmt.Errorf("open file %s: %w", key, err)
		}
		_, err = io.Copy(entry, f)
		if e := f.Close(); err == nil {
			err = e
		}
		if err != nil {
			return fmt.Errorf("copy file %s: %w", key, err)
		}
		x.progress.Add(1)
	}
	x.done.Stored = len(x.order)
	return nil
}
