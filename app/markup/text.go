package markup

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// special spells letters that Unicode does not decompose as people type them on a keyboard without them.
var special = map[rune]string{
	'ß': "ss", 'æ': "ae", 'œ': "oe", 'ø': "o", 'đ': "d", 'ð': "d", 'þ': "th", 'ł': "l", 'ı': "i", 'ħ': "h", 'ŧ': "t",
	'’': "'", '‘': "'", '‐': "-", '‑': "-", '–': "-",
}

// Fold returns s for comparing and sorting: lower case, without accents, runs of white space as one space, trimmed.
func Fold(s string) string {
	if plainASCII(s) {
		return strings.Join(strings.Fields(strings.ToLower(s)), " ")
	}
	var b strings.Builder
	b.Grow(len(s))
	for _, r := range norm.NFKD.String(s) {
		if unicode.Is(unicode.Mn, r) {
			continue
		}
		r = unicode.ToLower(r)
		if t, ok := special[r]; ok {
			b.WriteString(t)
			continue
		}
		b.WriteRune(r)
	}
	return strings.Join(strings.Fields(norm.NFC.String(b.String())), " ")
}

func plainASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// longestSlug bounds an address in bytes; it is cut at a word.
const longestSlug = 60

// Slug returns s as part of an address: ASCII letters and digits joined by hyphens, "Ways of working" → "ways-of-working".
// "C#" and "C++" stay apart ("c-sharp", "c-plus-plus"). It is never empty: text without a single ASCII letter or digit
// becomes "x", and the caller that needs uniqueness appends a number.
func Slug(s string) string {
	var b strings.Builder
	gap := false
	word := func(w string) {
		if gap && b.Len() > 0 {
			b.WriteByte('-')
		}
		gap = false
		b.WriteString(w)
	}
	after := rune(0)
	for _, r := range Fold(s) {
		switch {
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9':
			word(string(r))
		case r == '\'' || r == '.' && after != ' ': // "O'Neill" is one word, and so is "1.5"
			if r == '.' {
				gap = true
			}
		case r == '#' && isWord(after):
			gap = true
			word("sharp")
			gap = true
		case r == '+' && (isWord(after) || after == '+'):
			gap = true
			word("plus")
			gap = true
		case r == '&':
			gap = true
			word("and")
			gap = true
		default:
			gap = true
		}
		after = r
	}
	slug := b.String()
	if len(slug) > longestSlug {
		slug = slug[:longestSlug]
		if cut := strings.LastIndexByte(slug, '-'); cut > longestSlug/2 {
			slug = slug[:cut]
		}
	}
	if slug = strings.Trim(slug, "-"); slug == "" {
		return "x"
	}
	return slug
}

func isWord(r rune) bool { return r >= 'a' && r <= 'z' || r >= '0' && r <= '9' }
