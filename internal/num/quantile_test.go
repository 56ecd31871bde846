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
	} {
		if !math.IsNaN(got) {
			t.Errorf("undefined quantile is %v", got)
		}
	}
}

// Quantiles rise with p, lie within the sample, and turn round with it.
func TestQuantileProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.SliceOfN(rapid.Float64Range(-1e6, 1e6), 1, 20).Draw(t, "x")
		sort.Float64s(x)
		turned := make([]float64, len(x))
		for i, v := range x {
			turned[len(x)-1-i] = -v
		}
		p := rapid.Float64Range(0, 1).Draw(t, "p")
		q := rapid.Float64Range(p, 1).Draw(t, "q")
		at, later := Quantile(x, p), Quantile(x, q)
		const rounding = 1e-8 // of values up to 1e6, and of 1 − p
		if at < x[0]-rounding || at > x[len(x)-1]+rounding || at > later+rounding {
			t.Fatalf("%v at %v, %v at %v", at, p, later, q)
		}
		if back := -Quantile(turned, 1-p); math.Abs(back-at) > rounding {
			t.Fatalf("%v turned round is %v", at, back)
		}
	})
}
