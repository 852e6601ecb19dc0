package files_test

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"watercooler/app/errs"
	"watercooler/app/files"
)

func TestStore(t *testing.T) {
	dir := t.TempDir()
	s, err := files.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	key, err := s.Put(strings.NewReader("hello"), ".txt", 5)
	if err != nil {
		t.Fatal(err)
	}
	again, err := s.Put(strings.NewReader("hello"), ".txt", 100)
	if err != nil || again != key {
		t.Errorf("the same bytes got %q, %v, want %q", again, err, key)
	}
	f, info, err := s.Get(key)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(f)
	if cerr := f.Close(); err != nil || cerr != nil {
		t.Fatal(err, cerr)
	}
	if string(body) != "hello" || info.Size != 5 || !strings.HasPrefix(info.Type, "text/plain") {
		t.Errorf("got %q, %+v", body, info)
	}
	if _, err := s.Put(strings.NewReader("hello!"), ".txt", 5); errs.KindOf(err) != errs.Invalid {
		t.Errorf("too large: got %v, want Invalid", err)
	}
	if _, err := s.Put(strings.NewReader("x"), "/../x", 5); err == nil {
		t.Error("a path as extension was accepted")
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("the directory holds %v, %v; want one folder and no left-over upload", entries, err)
	}
	for _, bad := range []string{"", "x", "../../etc/passwd", key + "/..", strings.ToUpper(key), strings.Repeat("0", 64) + ".txt"} {
		if _, _, err := s.Get(bad); !errs.IsNotFound(err) {
			t.Errorf("Get(%q): got %v, want NotFound", bad, err)
		}
	}
}

// flag is w×h pixels: red on the left, blue on the right.
func TestSweep(t *testing.T) {
	dir := t.TempDir()
	s, err := files.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	put := func(text string) string {
		key, err := s.Put(strings.NewReader(text), ".txt", 100)
		if err != nil {
			t.Fatal(err)
		}
		return key
	}
	age := func(name string) {
		if err := os.Chtimes(filepath.Join(dir, name), time.Time{}, time.Now().Add(-48*time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
	kept, forgotten, young, again := put("kept"), put("forgotten"), put("young"), put("again")
	for _, key := range []string{kept, forgotten, again} {
		age(filepath.Join(key[:2], key))
	}
	put("again") // somebody chose the same picture once more
	for _, name := range []string{"upload-cut", "upload-arriving", "README"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	age("upload-cut")
	age("README")
	for _, want := range []int{1, 0} { // once more changes nothing
		n, err := s.Sweep(t.Context(), time.Now().Add(-24*time.Hour), map[string]bool{kept: true})
		if err != nil || n != want {
			t.Errorf("swept %d files, %v, want %d", n, err, want)
		}
	}
	for key, want := range map[string]bool{kept: true, forgotten: false, young: true, again: true} {
		f, _, err := s.Get(key)
		if err == nil {
			err = f.Close()
		}
		if (err == nil) != want || err != nil && !errs.IsNotFound(err) {
			t.Errorf("after the sweep %s is there: %v, want %v", key[:8], err, want)
		}
	}
	for name, want := range map[string]bool{"upload-cut": false, "upload-arriving": true, "README": true} {
		if _, err := os.Stat(filepath.Join(dir, name)); (err == nil) != want {
			t.Errorf("after the sweep %s: %v, want there %v", name, err, want)
		}
	}
}

func flag(w, h int) image.Image {
	m := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{R: 255, A: 255}
			if x >= w/2 {
				c = color.RGBA{B: 255, A: 255}
			}
			m.SetRGBA(x, y, c)
		}
	}
	return m
}

func encodeJPEG(t *testing.T, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withEXIF inserts an EXIF segment that holds an orientation and a secret.
func withEXIF(photo []byte, orientation uint16) []byte {
	tiff := []byte("MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01")
	tiff = binary.BigEndian.AppendUint16(tiff, orientation)
	tiff = append(tiff, "\x00\x00\x00\x00\x00\x00SECRET PLACE"...)
	seg := append([]byte("Exif\x00\x00"), tiff...)
	out := append([]byte{}, photo[:2]...)
	out = append(out, 0xFF, 0xE1)
	out = binary.BigEndian.AppendUint16(out, uint16(len(seg)+2))
	return append(append(out, seg...), photo[2:]...)
}

func TestPhoto(t *testing.T) {
	plain := encodeJPEG(t, flag(1600, 1200))
	for _, tc := range []struct {
		name        string
		raw         []byte
		side        int
		redX, redY  int // where red is, in eighths of the side
		blueX, blue int
	}{
		{"upright", plain, 512, 1, 4, 7, 4},
		{"turned clockwise", withEXIF(plain, 6), 512, 4, 1, 4, 7},
		{"turned anticlockwise", withEXIF(plain, 8), 512, 4, 7, 4, 1},
		{"upside down", withEXIF(plain, 3), 512, 7, 4, 1, 4},
		{"nonsense orientation", withEXIF(plain, 99), 512, 1, 4, 7, 4},
		{"small stays small", encodeJPEG(t, flag(100, 80)), 80, 1, 4, 7, 4},
		{"very large", encodeJPEG(t, flag(4000, 3000)), 512, 1, 4, 7, 4},
	} {
		t.Run(tc.name, func(t *testing.T) {
			out, err := files.Photo(bytes.NewReader(tc.raw))
			if err != nil {
				t.Fatal(err)
			}
			if bytes.Contains(out, []byte("SECRET")) || bytes.Contains(out, []byte("Exif")) {
				t.Error("metadata survived")
			}
			m, err := jpeg.Decode(bytes.NewReader(out))
			if err != nil {
				t.Fatal(err)
			}
			if got := m.Bounds().Dx(); got != tc.side || m.Bounds().Dy() != tc.side {
				t.Errorf("got %v, want a square of %d", m.Bounds(), tc.side)
			}
			if r, _, b, _ := m.At(tc.redX*tc.side/8, tc.redY*tc.side/8).RGBA(); r < 0xC000 || b > 0x4000 {
				t.Errorf("no red at %d/8, %d/8", tc.redX, tc.redY)
			}
			if r, _, b, _ := m.At(tc.blueX*tc.side/8, tc.blue*tc.side/8).RGBA(); b < 0xC000 || r > 0x4000 {
				t.Errorf("no blue at %d/8, %d/8", tc.blueX, tc.blue)
			}
		})
	}
}

func TestPhotoRefuses(t *testing.T) {
	var huge bytes.Buffer
	if err := png.Encode(&huge, image.NewPaletted(image.Rect(0, 0, 10_000, 5_001), color.Palette{color.White})); err != nil {
		t.Fatal(err)
	}
	whole := encodeJPEG(t, flag(64, 64))
	for _, tc := range []struct {
		name string
		raw  []byte
	}{
		{"nothing", nil},
		{"text", []byte("not a picture")},
		{"too many pixels", huge.Bytes()},
		{"truncated", whole[:len(whole)/3]},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if _, err := files.Photo(bytes.NewReader(tc.raw)); errs.KindOf(err) != errs.Invalid {
				t.Errorf("got %v, want Invalid", err)
			}
		})
	}
}

func FuzzPhoto(f *testing.F) {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, flag(8, 8), nil); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(withEXIF(b.Bytes(), 6))
	f.Fuzz(func(t *testing.T, raw []byte) {
		if len(raw) > 1<<16 {
			return
		}
		if c, _, err := image.DecodeConfig(bytes.NewReader(raw)); err == nil && c.Width*c.Height > 1_000_000 {
			return // allowed, but slow to explore
		}
		if _, err := files.Photo(bytes.NewReader(raw)); err != nil && errs.KindOf(err) != errs.Invalid {
			t.Fatal(err)
		}
	})
}
