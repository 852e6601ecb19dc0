package files_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"testing"

	"watercooler/app/errs"
	"watercooler/app/files"
)

func TestPicture(t *testing.T) {
	plain := encodeJPEG(t, flag(3200, 1200))
	for _, tc := range []struct {
		name       string
		raw        []byte
		w, h       int
		redX, redY int // where red is, in eighths of the sides
	}{
		{"upright", plain, 1600, 600, 1, 4},
		{"turned clockwise", withEXIF(plain, 6), 1200, 3200, 4, 1},
		{"upside down", withEXIF(plain, 3), 1600, 600, 7, 4},
		{"small stays small", encodeJPEG(t, flag(120, 80)), 120, 80, 1, 4},
		{"a ribbon is cut", encodeJPEG(t, flag(40, 4000)), 40, 120, 1, 4},
		{"one pixel high", encodeJPEG(t, flag(4000, 1)), 1600, 1, 1, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			out, err := files.Picture(bytes.NewReader(tc.raw))
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
			if got := m.Bounds(); got != image.Rect(0, 0, tc.w, tc.h) {
				t.Errorf("got %v, want %d × %d", got, tc.w, tc.h)
			}
			if r, _, b, _ := m.At(tc.redX*tc.w/8, tc.redY*tc.h/8).RGBA(); r < 0xB000 || b > 0x5000 {
				t.Errorf("no red at %d/8, %d/8", tc.redX, tc.redY)
			}
		})
	}
	if _, err := files.Picture(bytes.NewReader([]byte("<svg/>"))); errs.KindOf(err) != errs.Invalid {
		t.Errorf("a drawing: got %v, want Invalid", err)
	}
}
