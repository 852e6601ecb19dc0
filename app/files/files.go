// Package files keeps what people upload, in a local directory, each file under the hash of its content.
//
// A key never changes its meaning, so files are cached for ever, written once and safe to copy while the hub runs. Storing
// the same bytes twice keeps one file. What may be uploaded and who may read it is decided by the slices; this package only
// promises that a key cannot name anything outside its directory.
package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"

	"watercooler/app/errs"
)

// Store is a directory of files.
type Store struct {
	dir   string
	place sync.Mutex // held while a file is put in its place or taken out of it
}

// Info describes a stored file.
type Info struct {
	Key      string
	Type     string // MIME type, from the extension the caller chose
	Size     int64
	Modified time.Time
}

// Open returns the store in dir, which is made if it is missing.
func Open(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, fmt.Errorf("open file store: %w", err)
	}
	return &Store{dir: dir}, nil
}

// uploadPrefix begins the name of a file that is still arriving.
const uploadPrefix = "upload-"

var (
	extPattern = regexp.MustCompile(`^\.[a-z0-9]{1,8}$`)
	keyPattern = regexp.MustCompile(`^[0-9a-f]{64}\.[a-z0-9]{1,8}$`)
)

// path returns where the file of a key lies.
//
// SECURITY: keys come from addresses. The pattern admits hex digits and one dot, so no key climbs out of the directory.
func (s *Store) path(key string) (string, error) {
	if !keyPattern.MatchString(key) {
		return "", errs.NotFoundf("There is no such file.")
	}
	return filepath.Join(s.dir, key[:2], key), nil
}

// Put keeps what r holds and returns its key. ext is the extension with its dot, chosen by the caller from what the content
// was found to be, never by the uploader. More than limit bytes are refused as Invalid.
func (s *Store) Put(r io.Reader, ext string, limit int64) (key string, err error) {
	if !extPattern.MatchString(ext) {
		return "", fmt.Errorf("put file: extension %q is not of the form .abc", ext)
	}
	tmp, err := os.CreateTemp(s.dir, uploadPrefix+"*")
	if err != nil {
		return "", fmt.Errorf("put file: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(tmp.Name()))
		}
	}()
	hash := sha256.New()
	n, err := io.Copy(io.MultiWriter(tmp, hash), io.LimitReader(r, limit+1))
	if err == nil && n > limit {
		err = errs.Invalidf("This file is larger than %s.", size(limit))
	}
	if err == nil {
		err = tmp.Sync()
	}
	if cerr := tmp.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return "", fmt.Errorf("put file: %w", err)
	}
	key = hex.EncodeToString(hash.Sum(nil)) + ext
	path, err := s.path(key)
	if err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return "", fmt.Errorf("put file: %w", err)
	}
	s.place.Lock()
	defer s.place.Unlock()
	// A rename is atomic: readers see the whole file or none, also after a crash. It also makes an old file young again when
	// its bytes come a second time, so that Sweep leaves it alone until its new owner's row is written.
	if err := os.Rename(tmp.Name(), path); err != nil {
		return "", fmt.Errorf("put file: %w", err)
	}
	return key, nil
}

// Get opens the file of a key. The caller closes it. An unknown key is NotFound.
func (s *Store) Get(key string) (io.ReadSeekCloser, Info, error) {
	path, err := s.path(key)
	if err != nil {
		return nil, Info{}, err
	}
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, Info{}, errs.NotFoundf("There is no such file.").Because(err)
	}
	if err != nil {
		return nil, Info{}, fmt.Errorf("get file %s: %w", key, err)
	}
	st, err := f.Stat()
	if err != nil {
		return nil, Info{}, errors.Join(fmt.Errorf("get file %s: %w", key, err), f.Close())
	}
	kind := mime.TypeByExtension(filepath.Ext(key))
	if kind == "" {
		kind = "application/octet-stream"
	}
	return f, Info{Key: key, Type: kind, Size: st.Size(), Modified: st.ModTime()}, nil
}

// Sweep removes the files from before a moment that are not kept, and uploads that a crash cut short. It returns how many
// files it removed.
//
// Taking a file away together with the row that named it would need two things to happen or neither, over a file system and
// a database. A sweep needs nothing: it may stop anywhere and be done again. Two rules make it safe beside uploads: kept is
// read before the sweep begins, and before lies further back than the time between Put and the commit that names the file.
func (s *Store) Sweep(ctx context.Context, before time.Time, kept map[string]bool) (removed int, err error) {
	err = filepath.WalkDir(s.dir, func(path string, e fs.DirEntry, err error) error {
		if err = errors.Join(err, ctx.Err()); err != nil || e.IsDir() {
			return err
		}
		name := e.Name()
		if kept[name] || !keyPattern.MatchString(name) && !strings.HasPrefix(name, uploadPrefix) {
			return nil
		}
		gone, err := s.remove(path, before)
		if gone && !strings.HasPrefix(name, uploadPrefix) {
			removed++
		}
		return err
	})
	if err != nil {
		return removed, fmt.Errorf("sweep files: %w", err)
	}
	return removed, nil
}

// remove takes the file at path away unless it is younger than before.
func (s *Store) remove(path string, before time.Time) (gone bool, err error) {
	s.place.Lock()
	defer s.place.Unlock()
	st, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil || !st.ModTime().Before(before):
		return false, err
	}
	return true, os.Remove(path)
}

// size writes a number of bytes for people.
func size(n int64) string {
	switch {
	case n >= 1<<20:
		return fmt.Sprintf("%d MB", n>>20)
	case n >= 1<<10:
		return fmt.Sprintf("%d KB", n>>10)
	default:
		return fmt.Sprintf("%d bytes", n)
	}
}
