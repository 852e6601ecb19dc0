package search

import (
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/go-porterstemmer"
	"golang.org/x/text/unicode/norm"
)

// maxTerm caps a term in bytes, so that a pasted key or a wall of base64 does not grow the dictionary.
const maxTerm = 96

// A word is one token of a text. Exact is what quoted words match: lower case, without accents. Stem is what everything
// else matches: the exact form without a possessive, reduced by Porter's stemmer; it is empty for a stop word.
type word struct {
	start, end int // byte offsets in the text, for highlighting
	pos        int // 1, 2, 3 …: stop words count, so that phrases keep their distances
	exact      string
	stem       string
}

// An analyzer turns text into words.
type analyzer struct {
	stop analysis.TokenMap
}

// english is the analyzer of the whole package: documents, queries and highlighting must agree.
var english = sync.OnceValue(func() *analyzer {
	stop := analysis.NewTokenMap()
	if err := stop.LoadBytes(en.EnglishStopWords); err != nil {
		panic(err) // the list is compiled into bleve
	}
	return &analyzer{stop: stop}
})

// words splits text at everything that is not a letter, digit or mark, with these exceptions: an apostrophe inside a word
// ("council's"), an underscore or a full stop between digits ("2.6.3") belong to it, a lone letter takes a following # or
// ++ ("C#", "C++"), and each Han, Hiragana or Katakana character stands alone, because those scripts put no spaces between
// words. Hyphens split: "error-correction" is found by either half and, being neighbours, by the phrase.
func (a *analyzer) words(text string) []word { return a.scan(text, nil) }

// initials is a set of first letters, as bytes of exact forms. A nil set holds all of them.
type initials map[byte]bool

func (in initials) has(first byte) bool {
	if in == nil || first >= utf8.RuneSelf {
		return true // what folding makes of a letter outside ASCII is not known yet
	}
	if 'A' <= first && first <= 'Z' {
		first += 'a' - 'A'
	}
	return in[first]
}

// scan is words, but analyses only words that begin with one of in; the others have their place in the text and no forms.
// Neither folding nor Porter's stemmer changes a first letter of ASCII, so whoever looks for a few words saves most of the
// work of a long text.
func (a *analyzer) scan(text string, in initials) []word {
	out := make([]word, 0, len(text)/6)
	for i := 0; i < len(text); {
		r, n := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(text[i:])
		}
		if !wordRune(r) {
			i += n
			continue
		}
		end := i + n
		if !ideograph(r) {
			end = wordEnd(text, end, r)
		}
		if in.has(text[i]) {
			out = append(out, a.word(text, i, end, len(out)+1))
		} else {
			out = append(out, word{start: i, end: end, pos: len(out) + 1})
		}
		i = end
	}
	return out
}

// wordEnd returns where the word that began before i with the rune prev stops.
func wordEnd(text string, i int, prev rune) int {
	first := i
	for i < len(text) {
		r, n := rune(text[i]), 1
		if r >= utf8.RuneSelf {
			r, n = utf8.DecodeRuneInString(text[i:])
		}
		switch {
		case ideograph(r):
			return i
		case wordRune(r):
		case r == '\'' || r == '’' || r == '_':
			if next, _ := utf8.DecodeRuneInString(text[i+n:]); !wordRune(next) || ideograph(next) {
				return i
			}
		case r == '.':
			if next, _ := utf8.DecodeRuneInString(text[i+n:]); !unicode.IsDigit(prev) || !unicode.IsDigit(next) {
				return i
			}
		case i == first && unicode.IsLetter(prev) && r == '#':
			return i + 1
		case i == first && unicode.IsLetter(prev) && strings.HasPrefix(text[i:], "++"):
			return i + 2
		default:
			return i
		}
		prev, i = r, i+n
	}
	return i
}

func (a *analyzer) word(text string, start, end, pos int) word {
	w := word{start: start, end: end, pos: pos, exact: clip(fold(text[start:end]))}
	if a.stop[w.exact] {
		return w
	}
	base := strings.TrimSuffix(w.exact, "'s")
	if !stemmable(base) {
		w.stem = base
		return w
	}
	w.stem = string(porterstemmer.StemWithoutLowerCasing([]rune(base)))
	return w
}

// stemmable reports whether s is plain English letters: the stemmer would mangle codes, numbers and other scripts.
func stemmable(s string) bool {
	for i := 0; i < len(s); i++ {
		if (s[i] < 'a' || s[i] > 'z') && s[i] != '\'' {
			return false
		}
	}
	return len(s) > 2
}

// stems returns the stems of text in order, repeats included.
func (a *analyzer) stems(text string) []string {
	var out []string
	for _, w := range a.words(text) {
		if w.stem != "" {
			out = append(out, w.stem)
		}
	}
	return out
}

// exacts returns the exact forms of text in order.
func (a *analyzer) exacts(text string) []string {
	var out []string
	for _, w := range a.words(text) {
		out = append(out, w.exact)
	}
	return out
}

func wordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
}

func ideograph(r rune) bool {
	return r >= 0x3040 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// unaccented holds letters that do not decompose into a base letter and an accent.
var unaccented = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "đ", "d", "ð", "d", "ł", "l", "þ", "th", "ı", "i", "’", "'")

// fold returns s in lower case without accents: "Tŷ" becomes "ty". The result may differ from s in length.
func fold(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return foldUnicode(s)
		}
	}
	return strings.ToLower(s)
}

func foldUnicode(s string) string {
	s = norm.NFKD.String(strings.ToLower(s))
	s = strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, s)
	// NFKD may uncover capitals (℡ becomes TEL), so lower once more.
	return unaccented.Replace(strings.ToLower(s))
}

// clip cuts s to maxTerm bytes at a rune's edge.
func clip(s string) string {
	if len(s) <= maxTerm {
		return s
	}
	n := maxTerm
	for !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
