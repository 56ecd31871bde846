package markov

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
	"pgregory.net/rapid"
)

// The recursion against its definition by forecasts.
func TestExpectedVisitsIsTheSumOfForecasts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		k := rapid.IntRange(1, 5).Draw(t, "k")
		p := drawStochastic(t, k)
		target := rapid.SliceOfN(rapid.Bool(), k, k).Draw(t, "target")
		n := rapid.IntRange(0, 15).Draw(t, "n")
		rate := rapid.Float64Range(-0.2, 1).Draw(t, "rate")
		got, err := ExpectedVisits(p, target, n, rate)
		if err != nil {
			t.Fatal(err)
		}
		for i := range k {
			start := make([]float64, k)
			start[i] = 1
			var want float64
			for s := 1; s <= n; s++ {
				for j, x := range Forecast(p, start, s) {
					if target[j] {
						want += x * math.Pow(1+rate, -float64(s))
					}
				}
			}
			near(t, "visits", got[i:i+1], []float64{want}, 1e-9*(1+want))
		}
		if rate < 0.01 {
			return
		}
		limit, err := ExpectedVisitsInfinite(p, target, rate)
		if err != nil {
			t.Fatal(err)
		}
		long, err := ExpectedVisits(p, target, 5000, rate)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "limit", limit, long, 1e-8)
	})
}

// Undiscounted visits to transient states are the fundamental matrix without the period of the start.
func TestExpectedVisitsAgainstTheFundamentalMatrix(t *testing.T) {
	transient := mat.DenseCopyOf(pcMatrix.Slice(0, 4, 0, 4)) // rows that sum to less than 1: the rest leaves
	visits, err := ExpectedVisitsInfinite(transient, []bool{true, false, false, false}, 0)
	if err != nil {
		t.Fatal(err)
	}
	a, err := Absorb(pcMatrix, []int{4})
	if err != nil {
		t.Fatal(err)
	}
	want := mat.Col(nil, 0, a.Fundamental)
	want[0]--
	near(t, "purchases to come", visits, want, 1e-12)
}

func TestExpectedVisitsErrors(t *testing.T) {
	one := mat.NewDense(1, 1, []float64{1})
	for what, f := range map[string]func() error{
		"for ever":         func() error { _, err := ExpectedVisitsInfinite(one, []bool{true}, 0); return err },
		"horizon":          func() error { _, err := ExpectedVisits(one, []bool{true}, -1, 0); return err },
		"rate":             func() error { _, err := ExpectedVisits(one, []bool{true}, 1, -2); return err },
		"target too long":  func() error { _, err := ExpectedVisits(one, []bool{true, true}, 1, 0); return err },
		"target too short": func() error { _, err := ExpectedVisitsInfinite(one, nil, 1); return err },
		"not probabilities": func() error {
			_, err := ExpectedVisits(mat.NewDense(1, 1, []float64{2}), []bool{true}, 1, 0)
			return err
		},
	} {
		if f() == nil {
			t.Errorf("%s: no error", what)
		}
	}
}
