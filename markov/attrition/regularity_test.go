package attrition

import (
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"mainstay/internal/num"

	"pgregory.net/rapid"
)

// gaps are the first two between purchases of n customers whose mean gaps differ, Gamma with shape k, of those who have two within a time; in whole days, where asked for: days with a purchase.
func gaps(rng *rand.Rand, n int, k, mean, within float64, days bool) (first, second []float64) {
	for range n {
		rate := gammaOf(rng, 2) / 2 / mean
		at, seen := 0.0, []float64{0}
		if days {
			at = rng.Float64()
		}
		for len(seen) < 3 {
			if at += gammaOf(rng, k) / k / rate; at > within {
				break
			}
			if !days {
				seen = append(seen, at)
			} else if day := math.Floor(at); day > seen[len(seen)-1] {
				seen = append(seen, day)
			}
		}
		if len(seen) == 3 {
			first, second = append(first, seen[1]), append(second, seen[2]-seen[1])
		}
	}
	return first, second
}

// Of tests of 5 % in books that buy by chance 5 % reject, in whole days too, whatever is seen of the customers; more regular ones are told apart. MAINSTAY_TIMINGS=20000 is what docs/accuracy.md tells of.
func TestRegularityTest(t *testing.T) {
	books := 300
	if n, err := strconv.Atoi(os.Getenv("MAINSTAY_TIMINGS")); err == nil {
		books = n
	}
	for _, c := range []struct {
		customers       int
		k, mean, within float64
		days            bool
		low, high       float64 // of the share rejected
	}{
		{20, 1, 10, 1e6, false, .02, .08}, {100, 1, 10, 1e6, false, .02, .08}, {400, 1, 10, 30, false, .02, .08},
		{100, 1, 3, 1e6, true, .02, .08}, {400, 1, 10, 40, true, .02, .08}, {400, 1, 30, 365, true, .02, .08},
		{100, 2, 10, 1e6, false, .9, 1}, {400, 2, 30, 365, true, .98, 1}, {400, 1.5, 30, 365, true, .75, 1},
	} {
		grain := num.Indicator(c.days)
		rejected, held, asked, ks := 0, 0, 0, 0.0
		for book := range books {
			first, second := gaps(rand.New(rand.NewPCG(uint64(book), uint64(c.customers))), c.customers, c.k, c.mean, c.within, c.days)
			timing, err := Regularity(first, second, grain)
			if err != nil {
				t.Fatal(err)
			}
			if timing.P < .05 {
				rejected++
			}
			if timing.SE > 0 {
				asked++
				ks += timing.K
				if math.Abs(timing.K-c.k) < 1.96*timing.SE {
					held++
				}
			}
		}
		share := float64(rejected) / float64(books)
		t.Logf("%+v: rejected %.4f, k %.3f, intervals hold %.4f", c, share, ks/float64(asked), float64(held)/float64(asked))
		if share < c.low || share > c.high {
			t.Errorf("%+v: %v rejected", c, share)
		}
	}
}

// Moments by chance are those of every split of the sum.
func TestHalves(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sum, grain := float64(rapid.IntRange(2, 400).Draw(t, "sum")), rapid.Float64Range(.1, 10).Draw(t, "grain")
		var one, two float64
		for i := 1.0; i < sum; i++ {
			m, _, _ := halves(i*grain, (sum-i)*grain, grain)
			one, two = one+m/(sum-1), two+m*m/(sum-1)
		}
		_, mean, variance := halves(grain, (sum-1)*grain, grain)
		if math.Abs(mean-one) > 1e-12 || math.Abs(variance-(two-one*one)) > 1e-12 {
			t.Fatalf("%v and %v, want %v and %v", mean, variance, one, two-one*one)
		}
	})
}
