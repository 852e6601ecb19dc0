package briefs

import (
	"hash/fnv"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// The grammar of the briefs: small on purpose. Numbers up to ten are words, lists end in "and", dates are written out, and nothing
// begins with a digit.

var numbers = [...]string{"no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"}

// number returns n as it stands inside a sentence: "seven", "11", "4,212".
func number(n int) string {
	if n >= 0 && n < len(numbers) {
		return numbers[n]
	}
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// count returns so many of something: "one reply", "seven replies".
func count(n int, one, many string) string {
	if n == 1 {
		return number(n) + " " + one
	}
	return number(n) + " " + many
}

// were is the verb for n things in the past.
func were(n int) string { return either(n == 1, "was", "were") }

// have is the other verb for n things.
func have(n int) string { return either(n == 1, "has", "have") }

func either(first bool, one, other string) string {
	if first {
		return one
	}
	return other
}

// listed joins parts: "A", "A and B", "A, B and C".
func listed(parts []string) string {
	n := len(parts)
	if n < 2 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:n-1], ", ") + " and " + parts[n-1]
}

// start returns a text as a sentence begins: with a capital, and never with a digit.
func start(s string) string {
	r, size := utf8.DecodeRuneInString(s)
	if unicode.IsDigit(r) {
		return "Altogether " + s
	}
	return string(unicode.ToUpper(r)) + s[size:]
}

// date writes a day out: "4 March 2027".
func date(t time.Time) string { return t.Format("2 January 2006") }

// quoted returns at most limit characters of a text on one line, cut between words.
func quoted(text string, limit int) string {
	text = strings.Join(strings.Fields(text), " ")
	runes := []rune(text)
	if len(runes) <= limit {
		return text
	}
	cut := string(runes[:limit])
	if i := strings.LastIndexByte(cut, ' '); i > limit/2 && runes[limit] != ' ' {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, ",;:. ") + "…"
}

// full returns a text with a full stop, unless it ends in a mark that ends sentences.
func full(text string) string {
	if text == "" || strings.ContainsRune(".!?…", lastRune(text)) {
		return text
	}
	return text + "."
}

func lastRune(s string) rune {
	r, _ := utf8.DecodeLastRuneInString(s)
	return r
}

// chosen returns one of several ways of saying the same, always the same for a key, so that a brief reads the same whenever it is
// opened and the next one does not begin alike.
func chosen(key string, ways ...string) string {
	h := fnv.New32a()
	_, _ = h.Write([]byte(key)) // never fails
	return ways[int(h.Sum32()>>3)%len(ways)]
}
