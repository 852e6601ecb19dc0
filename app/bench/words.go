package main

import (
	"math"
	"math/rand/v2"
	"sort"
	"strings"
)

// Words that a council really writes. They are the frequent end of the vocabulary, so that titles read like titles and
// searches like searches.
const (
	commonWords = `the of and to in a is that for it as with on by at this from or are be an we not have which our they you
		can will has if but when there more their all about one what so up out who would how any had into some other than
		been its no do only over new may most such where after also then these two should them first before each`
	subjectWords = `housing repairs tenancy planning permission building control licence waste collection recycling bins street
		lighting parking permits highways potholes drainage flooding libraries archives schools admissions transport safeguarding
		adult social care assessment carers children families fostering adoption youth health wellbeing benefits council tax
		business rates electoral register records freedom information data protection privacy procurement contract supplier
		tender framework budget forecast savings audit risk register insurance claims payroll pensions recruitment induction
		appraisal absence policy guidance template checklist workshop meeting minutes agenda committee scrutiny cabinet
		consultation engagement community grants volunteers partners hospital police fire service resilience emergency
		broadband connectivity laptop password account access printer software migration dashboard report analysis survey map
		address gazetteer boundary ward parish town village county region climate energy carbon heating insulation solar
		charging cycling walking buses trains bridges trees parks playgrounds allotments cemeteries markets events festival
		museum theatre leisure swimming sports accessibility translation interpreter complaint compliment enquiry appointment
		payment invoice refund receipt form letter email telephone website webchat customer resident applicant landlord tenant
		officer manager director councillor mayor colleague team department project programme milestone deadline backlog
		prototype research interview evidence decision approval delegation signature`
	onsets = "b c d f g h j k l m n p r s t v w br ch cl cr dr fl fr gl gr pl pr sc sh sl sp st th tr wh"
	nuclei = "a e i o u ai ea ee oa ou"
	codas  = "n r l s t d m nd nt rd st ck ll ng x"
	ends   = "ing ed er tion ment ly ness al ity able ance ure age ive"
)

// vocabularySize is how many different words the corpus may use. Natural text of this length has about as many.
const vocabularySize = 30_000

// lexicon draws words as natural text does: the word of rank r about 1/r as often as the first (Zipf, Mandelbrot).
type lexicon struct {
	words []string
	upTo  []float64 // cumulative weight of words[0..i]
}

func newLexicon(rng *rand.Rand) *lexicon {
	common, subjects := strings.Fields(commonWords), strings.Fields(subjectWords)
	seen := make(map[string]bool, vocabularySize)
	l := &lexicon{words: make([]string, 0, vocabularySize)}
	add := func(w string) {
		if !seen[w] {
			seen[w] = true
			l.words = append(l.words, w)
		}
	}
	for _, w := range common {
		add(w)
	}
	rng.Shuffle(len(subjects), func(i, j int) { subjects[i], subjects[j] = subjects[j], subjects[i] })
	for _, w := range subjects {
		add(w)
	}
	for len(l.words) < vocabularySize {
		add(invent(rng))
	}
	total := 0.0
	for i := range l.words {
		total += 1 / math.Pow(float64(i)+2.7, 1.07)
		l.upTo = append(l.upTo, total)
	}
	return l
}

// invent makes a word that could be English.
func invent(rng *rand.Rand) string {
	var b strings.Builder
	for range 1 + rng.IntN(2) {
		b.WriteString(pick(rng, onsetList))
		b.WriteString(pick(rng, nucleusList))
	}
	b.WriteString(pick(rng, codaList))
	if rng.IntN(3) == 0 {
		b.WriteString(pick(rng, endList))
	}
	return b.String()
}

var onsetList, nucleusList, codaList, endList = strings.Fields(onsets), strings.Fields(nuclei), strings.Fields(codas), strings.Fields(ends)

func pick(rng *rand.Rand, list []string) string { return list[rng.IntN(len(list))] }

// word draws one.
func (l *lexicon) word(rng *rand.Rand) string {
	return l.words[sort.SearchFloat64s(l.upTo, rng.Float64()*l.upTo[len(l.upTo)-1])]
}

// subject draws a word that says what a text is about: none of the small words.
func (l *lexicon) subject(rng *rand.Rand) string {
	small := len(strings.Fields(commonWords))
	from := l.upTo[small-1]
	return l.words[sort.SearchFloat64s(l.upTo, from+rng.Float64()*(l.upTo[len(l.upTo)-1]-from))]
}

// queries returns n words to search for, evenly spread over the ranks from frequent subjects to words that are met a few
// hundred times.
func (l *lexicon) queries(n int) []string {
	small := len(strings.Fields(commonWords))
	var out []string
	for i := range n {
		rank := float64(small) * math.Pow(30, float64(i)/float64(n)) // 1 to 30 times the count of small words
		out = append(out, l.words[int(rank)])
	}
	return out
}

// sentence returns n words with a capital and a full stop.
func (l *lexicon) sentence(rng *rand.Rand, n int) string {
	words := make([]string, n)
	for i := range words {
		words[i] = l.word(rng)
	}
	words[0] = strings.ToUpper(words[0][:1]) + words[0][1:]
	return strings.Join(words, " ") + "."
}

// text returns about n words of Markdown: paragraphs, and now and then a list, a link, bold words or code, as people write.
func (l *lexicon) text(rng *rand.Rand, n int) string {
	var b strings.Builder
	for n > 0 {
		if b.Len() > 0 {
			b.WriteString("\n\n")
		}
		if b.Len() > 0 && n > 15 && rng.IntN(6) == 0 {
			for i := range 2 + rng.IntN(3) {
				if i > 0 {
					b.WriteByte('\n')
				}
				b.WriteString("- " + l.subject(rng) + " " + l.subject(rng) + " " + l.word(rng))
				n -= 3
			}
			continue
		}
		for range 1 + rng.IntN(4) {
			size := min(6+rng.IntN(16), max(n, 3))
			s := l.sentence(rng, size)
			switch rng.IntN(14) {
			case 0:
				s = strings.Replace(s, " ", " **"+l.subject(rng)+"** ", 1)
			case 1:
				s = strings.Replace(s, " ", " ["+l.subject(rng)+" "+l.subject(rng)+"](https://example.org/"+l.subject(rng)+") ", 1)
			case 2:
				s = strings.Replace(s, " ", " `"+l.subject(rng)+"` ", 1)
			}
			b.WriteString(s + " ")
			if n -= size; n <= 0 {
				break
			}
		}
	}
	return strings.TrimSpace(b.String())
}
