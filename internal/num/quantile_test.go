package num

import (
	"math"
	"sort"
	"testing"

	"pgregory.net/rapid"
)

func TestQuantile(t *testing.T) {
	x := []float64{1, 2, 4, 8, 16}
	// numpy 2 quantile(…), method linear.
	for _, c := range []struct{ p, want float64 }{{0, 1}, {.1, 1.4}, {.25, 2}, {.5, 4}, {.9, 12.8}, {1, 16}} {
		if got := Quantile(x, c.p); math.Abs(got-c.want) > 1e-14 {
			t.Errorf("Quantile(%v) = %v, want %v", c.p, got, c.want)
		}
	}
	if Median([]float64{1, 3}) != 2 || Median([]float64{5}) != 5 {
		t.Error("median of two, one")
	}
	for _, got := range []float64{
		Quantile(nil, .5), Quantile(x, -0.1), Quantile(x, math.NaN()),
		WeightedQuantile(x, []float64{1}, .5), WeightedQuantile([]float64{1}, []float64{-1}, .5), WeightedQuantile([]float64{1}, []float64{0}, .5),
	} {
		if !math.IsNaN(got) {
			t.Errorf("undefined quantile is %v", got)
		}
	}
}

func TestWeightedQuantileEqualsRepetition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.Float64Range(-1e6, 1e6), 1, 20).Draw(t, "x")
		sort.Float64s(x)
		weights := make([]float64, len(x))
		var expanded []float64
		for i := range x {
			n := rapid.IntRange(0, 4).Draw(t, "weight")
			if i == 0 {
				n++
			}
			weights[i] = float64(n)
			for range n {
				expanded = append(expanded, x[i])
			}
		}
		p := rapid.Float64Range(0, 1).Draw(t, "p")
		got, want := WeightedQuantile(x, weights, p), Quantile(expanded, p)
		if got != want {
			t.Fatalf("got %v, want %v", got, want)
		}
	})
}
