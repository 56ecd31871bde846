package segment

import (
	"math"
	"math/rand/v2"
	"testing"

	"mainstay/regress/evaluate"
)

// A model that is right is told to have drifted about as often as the level says, in small books too, and one that is wrong is found.
func TestChanceRangeLevel(t *testing.T) {
	for _, c := range []struct {
		n           int
		most, times float64 // probabilities are up to most, what comes is so many times as likely
		least, up   float64 // of intervals that leave out 1
	}{
		{3, 0.2, 1, 0, 0.08}, {20, 0.2, 1, 0, 0.08}, {200, 0.2, 1, 0.02, 0.08}, {200, 0.9, 1, 0.02, 0.08}, {1000, 0.3, 1.5, 0.95, 1}, {1000, 0.3, 0.6, 0.95, 1},
	} {
		r := rand.New(rand.NewPCG(1, uint64(c.n)))
		const books = 2000
		drifted := 0
		for range books {
			y, e := make([]float64, c.n), make([]float64, c.n)
			for i := range e {
				e[i] = c.most * r.Float64()
				if r.Float64() < c.times*e[i] {
					y[i] = 1
				}
			}
			low, high := chanceRange(y, e, 0, 0.95)
			if !(low >= 0 && low <= high && !math.IsInf(high, 0)) {
				t.Fatalf("%+v: %v to %v", c, low, high)
			}
			if low > 1 || high < 1 {
				drifted++
			}
		}
		if share := float64(drifted) / books; share < c.least || share > c.up {
			t.Errorf("%+v: %.3f leave out 1", c, share)
		}
	}
}

// Nothing that came where little was expected is no drift: the residuals know nothing of it.
func TestAmountRangeOfNothing(t *testing.T) {
	if low, high := amountRange([]float64{0, 0, 0}, []float64{10, 20, 10}, 0, 0.95); !(low <= 1 && high >= 1) {
		t.Errorf("0 of 3 customers: %v to %v", low, high)
	}
	y, e := make([]float64, 100), make([]float64, 100)
	for i := range e {
		e[i] = 10
	}
	if low, high := amountRange(y, e, 0, 0.95); !(low <= 0 && high < 1) {
		t.Errorf("0 of 100 customers: %v to %v", low, high)
	}
}

// In a book of twenty chance alone makes indexes above 0.25; one comparison of twenty, of a dozen features each, may be told to have drifted.
func TestIndexLimit(t *testing.T) {
	slow(t)
	const features, books = 12, 500
	for _, n := range []int{20, 60, 2000} {
		r := rand.New(rand.NewPCG(7, uint64(n)))
		sample := func() evaluate.Distribution {
			x := make([]float64, n)
			for i := range x {
				x[i] = r.NormFloat64()
			}
			return evaluate.NewDistribution("x", x)
		}
		drifted := 0
		for range books {
			moved := false
			for range features {
				then, now := sample(), sample()
				s, ok := then.Compare(&now)
				moved = moved || ok && s.PSI-s.Chance > limitOf(&s, float64(n), float64(n), features, 0.05)
			}
			if moved {
				drifted++
			}
		}
		if share := float64(drifted) / books; share > 0.15 { // χ² is a little short in its tail; without the limit it is most of them
			t.Errorf("%d customers: %.3f of books of which nothing moved", n, share)
		}
	}
	large := evaluate.Shift{Chance: 9 * (2.0 / 5000)}
	if limit := limitOf(&large, 5000, 5000, features, 0.05); limit != mostPSI {
		t.Errorf("limit %v of a large book", limit)
	}
}
