package evaluate

import (
	"math"
	"slices"
)

// Scores are the measures of one query, or their means. A document or person is relevant when its grade is above 0.
type Scores struct {
	NDCG float64 // of the first ten, with the grade as gain and log2(rank + 1) as discount
	AP   float64 // average precision; its mean is MAP
	RR   float64 // one by the rank of the first relevant; its mean is MRR
	P1   float64 // share of relevant among the first
	P5   float64
	R10  float64 // share of the relevant that is among the first ten
	R100 float64
}

const ndcgDepth = 10

// score measures a ranking, which names nothing twice, against grades above 0.
func score(ranked []string, gold map[string]int) Scores {
	var s Scores
	found, gained := 0.0, 0.0
	for i, id := range ranked {
		grade := gold[id]
		if grade <= 0 {
			continue
		}
		rank := float64(i + 1)
		found++
		s.AP += found / rank
		if s.RR == 0 {
			s.RR = 1 / rank
		}
		if i < 1 {
			s.P1 = 1
		}
		if i < 5 {
			s.P5 += 1.0 / 5
		}
		if i < 10 {
			s.R10++
		}
		if i < 100 {
			s.R100++
		}
		if i < ndcgDepth {
			gained += float64(grade) * discount(i)
		}
	}
	n := float64(len(gold))
	s.AP, s.R10, s.R100 = s.AP/n, s.R10/n, s.R100/n
	s.NDCG = gained / ideal(gold)
	return s
}

// discount is what something at index i, from 0, counts.
func discount(i int) float64 { return 1 / math.Log2(float64(i)+2) }

// ideal is the gain of the best order.
func ideal(gold map[string]int) (sum float64) {
	var grades []int
	for _, g := range gold {
		grades = append(grades, g)
	}
	slices.Sort(grades)
	slices.Reverse(grades)
	for i, g := range grades[:min(ndcgDepth, len(grades))] {
		sum += float64(g) * discount(i)
	}
	return sum
}

// chance is what a random order of n candidates is expected to score, in closed form. Average precision is left out.
func chance(gold map[string]int, n int) Scores {
	g := min(len(gold), n)
	if g == 0 {
		return Scores{}
	}
	var s Scores
	share := func(first int) float64 { return min(1, float64(first)/float64(n)) }
	s.P1, s.P5 = float64(g)/float64(n), float64(g)/float64(n)
	s.R10, s.R100 = share(10), share(100)
	// The first relevant stands at rank r when none of those before is relevant and this one is.
	none := 1.0
	for r := 1; r <= n-g+1; r++ {
		hit := float64(g) / float64(n-r+1)
		s.RR += none * hit / float64(r)
		none *= 1 - hit
	}
	sum := 0
	for _, grade := range gold {
		sum += grade
	}
	for i := range min(ndcgDepth, n) {
		s.NDCG += float64(sum) / float64(n) * discount(i)
	}
	s.NDCG /= ideal(gold)
	return s
}

// each lists the measures, to treat them alike.
func (s *Scores) each() []*float64 {
	return []*float64{&s.NDCG, &s.AP, &s.RR, &s.P1, &s.P5, &s.R10, &s.R100}
}

// means returns the means and their standard errors.
func means(list []Scores) (mean, err Scores) {
	n := float64(len(list))
	if n == 0 {
		return mean, err
	}
	for i := range list {
		for k, v := range list[i].each() {
			*mean.each()[k] += *v / n
		}
	}
	if n < 2 {
		return mean, err
	}
	for i := range list {
		for k, v := range list[i].each() {
			d := *v - *mean.each()[k]
			*err.each()[k] += d * d
		}
	}
	for _, v := range err.each() {
		*v = math.Sqrt(*v/(n-1)) / math.Sqrt(n)
	}
	return mean, err
}
