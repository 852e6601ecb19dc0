package search

import (
	"hash/maphash"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/analysis/lang/en"
	"github.com/blevesearch/snowballstem"
	snowball "github.com/blevesearch/snowballstem/english"
	"golang.org/x/text/unicode/norm"
)

// maxTerm caps a term in bytes, so that a pasted key or a wall of base64 does not grow the dictionary.
const maxTerm = 96

// A word is one token of a text. Exact is what quoted words match: lower case, without accents. Stem is what everything
// else matches: the exact form without a possessive and apostrophes, reduced by Porter's second stemmer; it is empty for a
// stop word.
//
// A word that is whole stands before the words it is made of and says what they are together: "wifi" before the two of
// "wi-fi", "prow12-3" before the three of "PROW-12/3". It has no exact form, and lengths do not count it.
type word struct {
	start, end int // byte offsets in the text, for highlighting
	pos        int // 1, 2, 3 …: stop words count, so that phrases keep their distances
	exact      string
	stem       string
	whole      bool
}

// An analyzer turns text into words.
type analyzer struct {
	stop  analysis.TokenMap
	cache stemCache
}

// english is the analyzer of the whole package: documents, queries and highlighting must agree.
var english = sync.OnceValue(func() *analyzer {
	stop := analysis.NewTokenMap()
	if err := stop.LoadBytes(en.EnglishStopWords); err != nil {
		panic(err) // the list is compiled into bleve
	}
	a := &analyzer{stop: stop}
	a.cache.seed = maphash.MakeSeed()
	return a
})

// A stemCache remembers what the stemmer made of words: a few thousand make up most of any text, and asking the stemmer costs
// as much as all the rest of the analysis. Each word has one place, which the last one to come takes.
type stemCache struct {
	seed  maphash.Seed
	slots [1 << 13]atomic.Pointer[stemmed]
}

type stemmed struct{ word, stem string }

func (c *stemCache) of(word string) string {
	slot := &c.slots[maphash.String(c.seed, word)%uint64(len(c.slots))]
	if s := slot.Load(); s != nil && s.word == word {
		return s.stem
	}
	env := snowballstem.NewEnv(word)
	snowball.Stem(env)
	s := &stemmed{strings.Clone(word), strings.Clone(env.Current())}
	slot.Store(s)
	return s.stem
}

// words splits text at everything that is not a letter, digit or mark, with these exceptions: an apostrophe inside a word
// ("council's"), a full stop between digits ("2.6.3") and the mark of thousands ("12,500") belong to it, a lone letter takes
// a following # or ++ ("C#", "C++"), and each Han, Hiragana or Katakana character stands alone, because those scripts put no
// spaces between words. Words that a hyphen, slash, full stop, underscore, @ or & joins are words of their own, and what they
// are together comes before them: see whole.
func (a *analyzer) words(text string) []word {
	out := make([]word, 0, len(text)/6)
	a.scan(text, nil, func(w word) { out = append(out, w) })
	return out
}

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

// scan calls emit for one word of text after the other, but analyses only words that begin with one of in; the others have
// their place in the text and no forms. Neither folding nor the stemmer changes a first letter of ASCII, so whoever looks
// for a few words saves most of the work of a long text.
func (a *analyzer) scan(text string, in initials, emit func(word)) {
	pos := 0
	part := func(start, end int) {
		pos++
		if in.has(text[start]) {
			emit(a.word(text, start, end, pos))
		} else {
			emit(word{start: start, end: end, pos: pos})
		}
	}
	for i := 0; i < len(text); {
		r, n := decode(text, i)
		if !wordRune(r) {
			i += n
			continue
		}
		end, joined := i+n, false
		if !ideograph(r) {
			end = wordEnd(text, end, r)
			joined = joinedTo(text, end)
		}
		if (joined || i > 0 && text[i-1] == '.') && in.has(text[i]) {
			if whole, end := a.together(text, i, end); whole != "" {
				emit(word{start: i, end: end, pos: pos + 1, stem: whole, whole: true})
			}
		}
		part(i, end)
		for joined { // the rest of them here, so that each is not taken for the first of a compound
			_, width := decode(text, end)
			i = end + width
			r, n := decode(text, i)
			end = wordEnd(text, i+n, r)
			joined = joinedTo(text, end)
			part(i, end)
		}
		i = end
	}
}

// together returns what the words joined to text[start:first] are with it, and where the last of them ends.
func (a *analyzer) together(text string, start, first int) (whole string, end int) {
	var buf [maxParts]int
	ends := append(buf[:0], first)
	for end = first; joinedTo(text, end); ends = append(ends, end) {
		if len(ends) == maxParts || end-start > maxWhole {
			return "", end
		}
		_, width := decode(text, end)
		r, n := decode(text, end+width)
		end = wordEnd(text, end+width+n, r)
	}
	return a.whole(text, start, ends), end
}

// Words of more than maxParts parts, or longer than maxWhole bytes, are paths and sentences rather than names.
const (
	maxParts = 6
	maxWhole = 48
)

// joinedTo reports whether the word that ends at i is joined to another one by a single sign.
func joinedTo(text string, i int) bool {
	if i == 0 || i >= len(text) || text[i-1] == '#' || text[i-1] == '+' {
		return false
	}
	r, n := decode(text, i)
	switch r {
	case '-', '‐', '‑', '/', '.', '_', '@', '&':
		next, _ := decode(text, i+n)
		return wordRune(next) && !ideograph(next)
	}
	return false
}

// whole returns what the words of text from start on, which end at ends, are together, "" for nothing that anybody would
// look for:
//
//   - words joined by hyphens are written together by others: "wi-fi" is "wifi", "co-operation" is "cooperation"; so are
//     the letters of "U.S.A." and "R&D";
//   - a code or reference with digits is one word, however it is punctuated, and its numbers stay apart: "PROW-12/3" and
//     "PROW/12/3" are "prow12-3", "SC-2041" and "SC2041" are "sc2041";
//   - addresses of mail and hosts, names of files and of variables stay as they are.
func (a *analyzer) whole(text string, start int, ends []int) string {
	end := ends[len(ends)-1]
	if end-start > maxWhole {
		return ""
	}
	raw := text[start:end]
	if len(ends) == 1 { // ".NET", ".csv", behind a space or at the beginning
		before, _ := utf8.DecodeLastRuneInString(text[:start-1])
		if start == 1 || before == ' ' || before == '(' || before == '\n' {
			return "." + fold(raw)
		}
		return ""
	}
	var signs joins
	longest, from := 0, start
	for _, e := range ends {
		longest = max(longest, e-from)
		if e < end {
			r, n := decode(text, e)
			signs.add(r)
			from = e + n
		}
	}
	digits := hasDigit(raw)
	switch {
	case signs.at == 1:
		return fold(raw)
	case signs.at > 1:
		return ""
	case signs.only(signs.dots) && longest == 1, signs.only(signs.ands) && longest <= 3:
		return joinWords(raw)
	case signs.only(signs.dots) && lowerAfterDots(raw), signs.only(signs.scores):
		return fold(raw)
	case digits && signs.ands == 0 && signs.dots == 0:
		return joinWords(raw)
	case signs.only(signs.hyphens) && len(ends) <= 3:
		return a.stem(joinWords(raw))
	}
	return ""
}

// joins counts the signs that join words.
type joins struct{ all, hyphens, slashes, dots, scores, at, ands int }

func (j *joins) add(r rune) {
	j.all++
	switch r {
	case '/':
		j.slashes++
	case '.':
		j.dots++
	case '_':
		j.scores++
	case '@':
		j.at++
	case '&':
		j.ands++
	default:
		j.hyphens++
	}
}

func (j *joins) only(n int) bool { return n == j.all }

// lowerAfterDots reports whether s, words joined by full stops, is one name and not the end of a sentence that runs into the
// next: "node.js" and "ASP.NET", but not "done.Next".
func lowerAfterDots(s string) bool {
	if s == strings.ToUpper(s) {
		return true
	}
	for i := 0; i+1 < len(s); i++ {
		if s[i] == '.' {
			if r, _ := decode(s, i+1); unicode.IsUpper(r) {
				return false
			}
		}
	}
	return true
}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

// joinWords writes words in one, but keeps a hyphen between two numbers.
func joinWords(raw string) string {
	var b strings.Builder
	digit, gap := false, false
	for _, r := range fold(raw) {
		if !wordRune(r) {
			gap = r != '\''
			continue
		}
		now := unicode.IsDigit(r)
		if gap && digit && now {
			b.WriteByte('-')
		}
		b.WriteRune(r)
		digit, gap = now, false
	}
	return b.String()
}

// decode returns the rune of text at i and its width, RuneError at the end.
func decode(text string, i int) (rune, int) {
	if i < len(text) && text[i] < utf8.RuneSelf {
		return rune(text[i]), 1
	}
	return utf8.DecodeRuneInString(text[i:])
}

// wordEnd returns where the word that began before i with the rune prev stops.
func wordEnd(text string, i int, prev rune) int {
	first := i
	for i < len(text) {
		if c := text[i]; c < utf8.RuneSelf && asciiWord[c] {
			prev = rune(c)
			i++
			continue
		}
		r, n := decode(text, i)
		switch {
		case ideograph(r):
			return i
		case wordRune(r):
		case apostrophe(r) || invisible(r):
			if next, _ := decode(text, i+n); !wordRune(next) || ideograph(next) {
				return i
			}
		case r == '.':
			if next, _ := decode(text, i+n); !unicode.IsDigit(prev) || !unicode.IsDigit(next) {
				return i
			}
		case r == ',' || r == '\u202f':
			if !unicode.IsDigit(prev) || !thousands(text, i+n) {
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

// thousands reports whether exactly three digits stand at i: "12,500" is a number, "1,2" and "2026,2027" are two.
func thousands(text string, i int) bool {
	for k := range 3 {
		if i+k >= len(text) || text[i+k] < '0' || text[i+k] > '9' {
			return false
		}
	}
	next, _ := decode(text, i+3)
	return !wordRune(next)
}

func (a *analyzer) word(text string, start, end, pos int) word {
	w := word{start: start, end: end, pos: pos, exact: clip(form(text[start:end]))}
	if a.stop[w.exact] {
		return w
	}
	w.stem = a.stem(strings.ReplaceAll(strings.TrimSuffix(w.exact, "'s"), "'", ""))
	return w
}

// form is fold for one word, which leaves out what only sets its thousands apart.
func form(s string) string {
	s = fold(s)
	if strings.ContainsAny(s, ", ") {
		s = strings.NewReplacer(",", "", " ", "").Replace(s)
	}
	return s
}

// stem reduces s, which is folded, to what its other forms share: "policies" and "policy" to "polici".
func (a *analyzer) stem(s string) string {
	if !stemmable(s) {
		return s
	}
	return a.cache.of(s)
}

// stemmable reports whether s is plain English letters: the stemmer would mangle codes, numbers and other scripts.
func stemmable(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] < 'a' || s[i] > 'z' {
			return false
		}
	}
	return len(s) > 2
}

// Fold returns what a text asks for however it is typed: its stems without stop words, each once and in order of the alphabet, with
// blanks between them. Texts that fold alike find the same, but for quotes and operators, which a Parsed has apart.
func Fold(text string) string {
	words := parts(text)
	slices.Sort(words)
	return strings.Join(slices.Compact(words), " ")
}

// stems returns the stems of text in order, repeats and wholes included.
func (a *analyzer) stems(text string) []string {
	var out []string
	for _, w := range a.words(text) {
		if w.stem != "" {
			out = append(out, w.stem)
		}
	}
	return out
}

// Weights of a word of a query that is written together with others. What it is with them says more than each of them when it
// is a code, and repeats what they say when it is not.
const (
	weightWhole = 0.3
	weightPart  = 0.4 // of a code
)

// terms returns the distinct stems of text, each weighing as often as it comes.
func (a *analyzer) terms(text string) []weightedTerm {
	at := make(map[string]int)
	var out []weightedTerm
	code := 0 // where the code ends whose parts are being read
	a.scan(text, nil, func(w word) {
		if w.stem == "" {
			return
		}
		weight := 1.0
		switch {
		case w.whole && hasDigit(w.stem):
			code = w.end
		case w.whole:
			weight = weightWhole
		case w.end <= code:
			weight = weightPart
		}
		i, ok := at[w.stem]
		if !ok {
			i = len(out)
			at[w.stem] = i
			out = append(out, weightedTerm{term: w.stem})
		}
		out[i].weight += weight
	})
	return out
}

// exacts returns the exact forms of text in order.
func (a *analyzer) exacts(text string) []string {
	var out []string
	for _, w := range a.words(text) {
		if !w.whole {
			out = append(out, w.exact)
		}
	}
	return out
}

// asciiWord holds the ASCII letters and digits.
var asciiWord = func() (is [utf8.RuneSelf]bool) {
	for c := range is {
		is[c] = 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
	}
	return is
}()

// wordRune reports whether r can stand in a word.
func wordRune(r rune) bool {
	if r < utf8.RuneSelf {
		return asciiWord[r]
	}
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
}

func ideograph(r rune) bool {
	return r >= 0x3040 && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana)
}

// apostrophe reports whether r is one of the signs that people type for it.
func apostrophe(r rune) bool { return r == '\'' || r == '’' || r == '‘' || r == '`' || r == '´' }

// invisible reports whether r only says where a line may or may not break: soft hyphens and zero-width characters come with
// text that is copied from pages and word processors.
func invisible(r rune) bool { return r >= 0xad && (r == 0xad || unicode.Is(unicode.Cf, r)) }

// unaccented holds letters that do not decompose into a base letter and an accent.
var unaccented = strings.NewReplacer("ß", "ss", "æ", "ae", "œ", "oe", "ø", "o", "đ", "d", "ð", "d", "ł", "l", "þ", "th", "ı", "i",
	"’", "'", "‘", "'", "ʼ", "'", "`", "'")

// fold returns s in lower case without accents: "Tŷ" becomes "ty". The result may differ from s in length.
func fold(s string) string {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return foldUnicode(s)
		}
	}
	return strings.ReplaceAll(strings.ToLower(s), "`", "'")
}

func foldUnicode(s string) string {
	// ´ would decompose into a space and an accent.
	s = norm.NFKD.String(strings.ReplaceAll(strings.ToLower(s), "´", "'"))
	s = strings.Map(func(r rune) rune {
		if invisible(r) || unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, s)
	// NFKD may uncover capitals (℡ becomes TEL), so lower once more.
	return unaccented.Replace(strings.ToLower(s))
}

// clip cuts s to maxTerm bytes at a rune's edge.
func clip(s string) string { return truncate(s, maxTerm) }
