package burst_test

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"

	"watercooler/app/burst"
)

func TestFind(t *testing.T) {
	flat := []int{100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100}
	for _, tc := range []struct {
		name string
		r, d []int
		o    burst.Options
		want [][2]int
	}{
		{name: "nothing at all"},
		{name: "never talked of", r: make([]int, 12), d: flat},
		{name: "never of anything else", r: flat, d: flat},
		{name: "always the same", r: []int{5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5}, d: flat},
		{name: "one month", r: []int{2, 2, 2, 2, 2, 2, 30, 2, 2, 2, 2, 2}, d: flat, want: [][2]int{{6, 6}}},
		{name: "still going on", r: []int{2, 2, 2, 2, 2, 2, 2, 2, 2, 15, 20, 18}, d: flat, want: [][2]int{{9, 11}}},
		{name: "twice", r: []int{1, 25, 1, 1, 1, 1, 1, 1, 1, 1, 24, 1}, d: flat, want: [][2]int{{1, 1}, {10, 10}}},
		{name: "a gap of one month does not end it", r: []int{1, 1, 1, 12, 12, 6, 12, 12, 1, 1, 1, 1}, d: flat, want: [][2]int{{3, 7}}},
		{name: "a busy month is no burst", r: []int{5, 5, 5, 5, 5, 50, 5, 5, 5, 5, 5, 5}, d: []int{100, 100, 100, 100, 100, 1000, 100, 100, 100, 100, 100, 100}},
		{name: "the same number in a quiet month is one", r: []int{9, 9, 9, 9, 9, 9, 9, 9}, d: []int{1000, 1000, 1000, 1000, 30, 1000, 1000, 1000}, want: [][2]int{{4, 4}}},
		{name: "too little to say", r: []int{0, 0, 0, 0, 5, 0, 0, 0}, d: flat, o: burst.Options{Least: 6}},
		{name: "enough to say", r: []int{0, 0, 0, 0, 5, 0, 0, 0}, d: flat, o: burst.Options{Least: 5}, want: [][2]int{{4, 4}}},
		{name: "a higher threshold", r: []int{2, 2, 2, 2, 2, 2, 8, 2, 2, 2, 2, 2}, d: flat, o: burst.Options{Gamma: 3}},
		{name: "fades", r: []int{20, 20, 20, 20, 20, 20, 20, 20, 20, 1, 0, 1}, d: flat, o: burst.Options{Below: true}, want: [][2]int{{9, 11}}},
		{name: "keeps its share of a quiet month", r: []int{20, 20, 20, 2, 20, 20}, d: []int{100, 100, 100, 10, 100, 100}, o: burst.Options{Below: true}},
		{name: "most of what is said", r: []int{50, 50, 50, 50, 99, 99, 50, 50}, d: flat[:8], want: [][2]int{{4, 5}}},
		{name: "impossible numbers", r: []int{-3, 500, 1, 1, 1, 1, 1, 1}, d: flat[:6], want: [][2]int{{1, 1}}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var got [][2]int
			for _, b := range burst.Find(tc.r, tc.d, tc.o) {
				if b.Weight <= 0 || math.IsNaN(b.Weight) || math.IsInf(b.Weight, 0) {
					t.Errorf("%+v has no weight", b)
				}
				got = append(got, [2]int{b.From, b.To})
			}
			if !reflect.DeepEqual(got, tc.want) {
				t.Errorf("got %v, want %v", got, tc.want)
			}
		})
	}
}

// TestFindIsTheCheapestCourse tries all courses through the states, and compares what the burst state saves.
func TestFindIsTheCheapestCourse(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		n := 2 + random.IntN(9)
		r, d := make([]int, n), make([]int, n)
		relevant, total := 0, 0
		for i := range n {
			d[i] = random.IntN(60)
			r[i] = random.IntN(d[i]/3 + 1)
			relevant, total = relevant+r[i], total+d[i]
		}
		if relevant == 0 || relevant*2 >= total {
			continue
		}
		usual := float64(relevant) / float64(total)
		other := min(2*usual, 1-(1-usual)/2)
		likelihood := func(rate float64, i int) float64 {
			return float64(r[i])*math.Log(rate) + float64(d[i]-r[i])*math.Log(1-rate)
		}
		best := 0.0
		for course := range 1 << n {
			saved := 0.0
			for i := range n {
				if course>>i&1 == 0 {
					continue
				}
				saved += likelihood(other, i) - likelihood(usual, i)
				if i == 0 || course>>(i-1)&1 == 0 {
					saved -= math.Log(float64(n))
				}
			}
			best = max(best, saved)
		}
		got := 0.0
		for _, b := range burst.Find(r, d, burst.Options{}) {
			got += b.Weight - math.Log(float64(n))
		}
		if math.Abs(got-best) > 1e-9 {
			t.Fatalf("r=%v d=%v: the bursts save %.6f, the cheapest course %.6f", r, d, got, best)
		}
	}
}

// TestRankFindsWhatWasPlanted plants ten bursts among four hundred topics of all sizes.
func TestRankFindsWhatWasPlanted(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 2))
	const periods, planted = 24, 10
	topics, total := make([]burst.Series, 400), make([]int, periods)
	for i := range topics {
		topics[i] = burst.Series{ID: int64(i + 1), R: make([]int, periods)}
		usual := 1 + random.IntN(12)
		for p := range periods {
			topics[i].R[p] = random.IntN(2*usual + 1)
			if i < planted && p >= 10+i && p < 13+i {
				topics[i].R[p] += 25 + 4*usual
			}
			total[p] += topics[i].R[p]
		}
	}
	ranked := burst.Rank(topics, total, burst.Options{})
	if len(ranked) < planted {
		t.Fatalf("got %d bursts, want at least %d", len(ranked), planted)
	}
	for place, b := range ranked[:planted] {
		if b.ID > planted {
			t.Errorf("place %d is topic %d, which was not planted", place+1, b.ID)
		} else if from := 9 + int(b.ID); b.From != from || b.To != from+2 {
			t.Errorf("topic %d bursts in %d to %d, want %d to %d", b.ID, b.From, b.To, from, from+2)
		}
	}
	if again := burst.Rank(topics, total, burst.Options{}); !reflect.DeepEqual(ranked, again) {
		t.Error("the same numbers gave another ranking")
	}
}

func TestLasts(t *testing.T) {
	if b := (burst.Burst{From: 3, To: 5}); !b.Lasts(6) || b.Lasts(7) {
		t.Errorf("a burst that ends in period 5 lasts to the end of 6 periods, and not of 7")
	}
}

func FuzzFind(f *testing.F) {
	f.Add([]byte{1, 10, 9, 10, 1, 10}, false)
	f.Fuzz(func(t *testing.T, counts []byte, below bool) {
		var r, d []int
		for i, c := range counts {
			if i%2 == 0 {
				r = append(r, int(int8(c)))
			} else {
				d = append(d, int(int8(c)))
			}
		}
		after := -1
		for _, b := range burst.Find(r, d, burst.Options{Below: below}) {
			if b.From <= after || b.To < b.From || b.To >= max(len(r), len(d)) || !(b.Weight > 0) || math.IsInf(b.Weight, 0) {
				t.Fatalf("%+v is no interval of %v in %v", b, r, d)
			}
			after = b.To
		}
	})
}
