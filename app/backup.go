package app

import (
	"archive/zip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"watercooler/app/db"
	"watercooler/app/errs"
)

// A backup is one zip file: manifest.json, database.db (a consistent copy taken while the hub runs) and files/. The search
// index is left out, because it is rebuilt from the database.
const (
	backupManifest = "manifest.json"
	backupDatabase = "database.db"
	backupFiles    = "files"
	backupFormat   = 1
)

type manifest struct {
	Format int       `json:"format"`
	Made   time.Time `json:"made"`
	By     string    `json:"by"` // version of the program
}

// writeBackup writes a backup of d and the folder files to path, which must not exist yet. It is written beside path first
// and renamed when it is complete, so that half a backup never carries its name.
func writeBackup(ctx context.Context, d *db.DB, files, path, version string, now time.Time) (err error) {
	if _, err := os.Stat(path); err == nil {
		return errs.Conflictf("%s exists already; a backup never overwrites a file.", path)
	}
	work, err := os.MkdirTemp(filepath.Dir(path), ".backup-")
	if err != nil {
		return fmt.Errorf("make a working folder beside %s: %w", path, err)
	}
	defer os.RemoveAll(work) //nolint:errcheck // beside the backup, and named so that nobody takes it for one

	copyOfDatabase := filepath.Join(work, backupDatabase)
	if err := d.Backup(ctx, copyOfDatabase); err != nil {
		return fmt.Errorf("copy the database: %w", err)
	}
	unfinished := filepath.Join(work, "backup.zip")
	if err := zipBackup(ctx, unfinished, copyOfDatabase, files, manifest{Format: backupFormat, Made: now.UTC(), By: version}); err != nil {
		return err
	}
	return os.Rename(unfinished, path)
}

func zipBackup(ctx context.Context, path, database, files string, m manifest) (err error) {
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) // it holds everything the hub knows
	if err != nil {
		return err
	}
	defer func() {
		if e := out.Close(); err == nil {
			err = e
		}
	}()
	z := zip.NewWriter(out)
	w, err := z.Create(backupManifest)
	if err != nil {
		return err
	}
	if err := json.NewEncoder(w).Encode(m); err != nil {
		return err
	}
	if err := zipFile(z, backupDatabase, database); err != nil {
		return err
	}
	err = filepath.WalkDir(files, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		rel, err := filepath.Rel(files, p)
		if err != nil {
			return err
		}
		return zipFile(z, backupFiles+"/"+filepath.ToSlash(rel), p)
	})
	if err != nil {
		return fmt.Errorf("pack %s: %w", files, err)
	}
	if err := z.Close(); err != nil {
		return err
	}
	return out.Sync()
}

func zipFile(z *zip.Writer, name, path string) error {
	in, err := os.Open(path)
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // only read
	w, err := z.Create(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(w, in)
	return err
}

// readBackup restores the backup at path: the database to database and the files under files. Neither may exist, so that a
// slip cannot overwrite a living hub. Everything is unpacked beside its place and moved there at the end: a backup that
// breaks off in the middle leaves nothing behind.
func readBackup(path, database, files string) (m manifest, err error) {
	for _, target := range []string{database, files} {
		if !vacant(target) {
			return m, errs.Conflictf("%s is there already; restore into an empty data folder.", target)
		}
	}
	z, err := zip.OpenReader(path)
	if err != nil {
		return m, errs.Invalidf("%s is not a backup: %v.", path, err)
	}
	defer z.Close() //nolint:errcheck // only read
	if m, err = readManifest(&z.Reader); err != nil {
		return m, err
	}

	newDatabase, newFiles := database+".restoring", files+".restoring"
	defer func() {
		if err != nil {
			err = errors.Join(err, os.RemoveAll(newDatabase), os.RemoveAll(newFiles))
		}
	}()
	if err := unpack(&z.Reader, newDatabase, newFiles); err != nil {
		return m, err
	}
	if err := os.RemoveAll(files); err != nil { // it is empty
		return m, err
	}
	if err := os.Rename(newFiles, files); err != nil {
		return m, err
	}
	return m, os.Rename(newDatabase, database)
}

// unpack writes the database in z to database and the files under files, neither of which may exist.
func unpack(z *zip.Reader, database, files string) error {
	if err := os.MkdirAll(filepath.Dir(files), 0o700); err != nil {
		return err
	}
	if err := os.Mkdir(files, 0o700); err != nil {
		return err
	}
	found := false
	for _, f := range z.File {
		var err error
		switch {
		case f.Name == backupManifest:
		case f.Name == backupDatabase:
			found = true
			err = unzipFile(f, database)
		// SECURITY: only plain names below files/ are unpacked; a name such as files/../../x would leave the folder.
		case strings.HasPrefix(f.Name, backupFiles+"/") && fs.ValidPath(f.Name):
			err = unzipFile(f, filepath.Join(files, filepath.FromSlash(strings.TrimPrefix(f.Name, backupFiles+"/"))))
		default:
			err = errs.Invalidf("The backup holds %q, which no backup of this hub contains.", f.Name)
		}
		if err != nil {
			return err
		}
	}
	if !found {
		return errs.Invalidf("The backup holds no database.")
	}
	return nil
}

func readManifest(z *zip.Reader) (m manifest, err error) {
	f, err := z.Open(backupManifest)
	if err != nil {
		return m, errs.Invalidf("This is not a backup of a hub: it has no %s.", backupManifest)
	}
	defer f.Close() //nolint:errcheck // only read
	if err := json.NewDecoder(io.LimitReader(f, 1<<16)).Decode(&m); err != nil {
		return m, errs.Invalidf("The backup's %s cannot be read: %v.", backupManifest, err)
	}
	if m.Format != backupFormat {
		return m, errs.Invalidf("The backup has format %d; this program reads format %d.", m.Format, backupFormat)
	}
	return m, nil
}

func unzipFile(f *zip.File, path string) (err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	in, err := f.Open()
	if err != nil {
		return err
	}
	defer in.Close() //nolint:errcheck // only read
	out, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if e := out.Close(); err == nil {
			err = e
		}
	}()
	if _, err := io.Copy(out, in); err != nil {
		return fmt.Errorf("restore %s: %w", f.Name, err)
	}
	return out.Sync()
}

// vacant reports whether nothing, or an empty folder, is at path.
func vacant(path string) bool {
	entries, err := os.ReadDir(path)
	if err == nil {
		return len(entries) == 0
	}
	_, err = os.Stat(path)
	return os.IsNotExist(err)
}
