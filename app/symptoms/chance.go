package symptoms

import "math"

// rare is how seldom chance alone may make what a detector takes for a pattern. A large hub has some thousand topics and units that are
// tested at each look, so that fewer than one of them is named by chance.
const rare = 0.0005

// binomialTail returns how likely at least x of n things happen when each happens with probability p, by adding up the terms from x on;
// each follows from the one before.
func binomialTail(n, x int, p float64) float64 {
	switch {
	case x <= 0:
		return 1
	case x > n || p <= 0:
		return 0
	case p >= 1:
		return 1
	}
	lgamma := func(v int) float64 { l, _ := math.Lgamma(float64(v) + 1); return l }
	term := math.Exp(lgamma(n) - lgamma(x) - lgamma(n-x) + float64(x)*math.Log(p) + float64(n-x)*math.Log1p(-p))
	sum := 0.0
	for k := x; k <= n && (term > sum*1e-12 || float64(k) < p*float64(n)); k++ {
		sum += term
		term *= float64(n-k) / float64(k+1) * p / (1 - p)
	}
	return math.Min(sum, 1)
}

// silence returns how likely nothing happens where so many things are expected, were they to come independently of each other
// (Poisson).
func silence(expected float64) float64 { return math.Exp(-expected) }
