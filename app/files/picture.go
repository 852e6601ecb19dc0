package files

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"

	"golang.org/x/image/draw"

	"watercooler/app/errs"
)

// pictureWidth is how many pixels wide a picture is kept at most: twice the widest column, for fine screens.
const pictureWidth = 1600

// Picture turns an uploaded picture into a JPEG of at most 1,600 pixels wide, turned the way its EXIF orientation says and
// encoded anew on white, so that no place, camera or thumbnail travels with it. What is not a JPEG, PNG, GIF or WebP
// picture, or is too large, is Invalid. A picture that would be taller than it is wide by more than three times is cut: it
// is no picture for a page.
func Picture(r io.Reader) ([]byte, error) {
	src, turned, err := decode(r)
	if err != nil {
		return nil, err
	}
	upright := turn(narrowed(src, turned), turned)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, upright, &jpeg.Options{Quality: photoQuality}); err != nil {
		return nil, fmt.Errorf("encode picture: %w", err)
	}
	return out.Bytes(), nil
}

// narrowed scales src down, on white, so that it is no wider than pictureWidth once it is turned.
func narrowed(src image.Image, orientation int) *image.RGBA {
	b := src.Bounds()
	w, h := b.Dx(), b.Dy()
	lying := orientation >= 5 // its rows become columns
	if lying {
		w, h = h, w
	}
	if most := 3 * w; h > most {
		h = most
	}
	cut := image.Rect(0, 0, w, h)
	if w > pictureWidth {
		w, h = pictureWidth, max(1, h*pictureWidth/w)
	}
	to := image.Rect(0, 0, w, h)
	if lying {
		cut, to = image.Rect(0, 0, cut.Dy(), cut.Dx()), image.Rect(0, 0, h, w)
	}
	dst := image.NewRGBA(to)
	draw.Draw(dst, to, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.CatmullRom.Scale(dst, to, src, cut.Add(b.Min), draw.Over, nil)
	return dst
}

// decode reads an uploaded picture and finds which way up it is. It is refused before it is decoded when it has too many
// bytes or pixels.
func decode(r io.Reader) (src image.Image, turned int, err error) {
	raw, err := io.ReadAll(io.LimitReader(r, maxPhotoBytes+1))
	if err != nil {
		return nil, 0, fmt.Errorf("read picture: %w", err)
	}
	if len(raw) > maxPhotoBytes {
		return nil, 0, errs.Invalidf("This picture is larger than %s.", size(maxPhotoBytes))
	}
	c, format, err := image.DecodeConfig(bytes.NewReader(raw))
	if err != nil {
		return nil, 0, errs.Invalidf("This is not a picture the hub can read. Use a JPEG, PNG, GIF or WebP file.").Because(err)
	}
	if c.Width <= 0 || c.Height <= 0 || c.Width > maxPhotoPixels/c.Height {
		return nil, 0, errs.Invalidf("This picture has too many pixels. Make it smaller than %d megapixels.", maxPhotoPixels/1_000_000)
	}
	if src, _, err = image.Decode(bytes.NewReader(raw)); err != nil {
		return nil, 0, errs.Invalidf("This picture is damaged.").Because(err)
	}
	turned = 1
	if format == "jpeg" {
		turned = orientation(raw)
	}
	return src, turned, nil
}
