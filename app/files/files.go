// Package files keeps what people upload, in a local directory, each file under the hash of its content.
//
// A key never changes its meaning, so files are cached for ever, written once and safe to copy while the hub runs. Storing
// the same bytes twice keeps one file. What may be uploaded and who may read it is decided by the slices; this package only
// promises that a key cannot name anything outside its directory.
package files

import (
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
	"time"

	"watercooler/app/errs"
)

// Store is a directory of files.
type Store struct {
	dir string
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
	tmp, err := os.CreateTemp(s.dir, "upload-*")
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
	// A rename is atomic: readers see the whole file or none, also after a crash.
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
