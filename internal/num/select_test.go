package num

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestNthIsThatOfTheSorted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		one := rapid.OneOf(rapid.Float64(), rapid.Just(math.NaN()), rapid.Just(math.Inf(1)), rapid.Map(rapid.IntRange(-3, 3), func(i int) float64 { return float64(i) }))
		values := rapid.SliceOfN(one, 1, 200).Draw(t, "values")
		k := rapid.IntRange(0, len(values)-1).Draw(t, "k")
		sorted := slices.Clone(values)
		slices.Sort(sorted)
		if got := Nth(values, k); got != sorted[k] && !(math.IsNaN(got) && math.IsNaN(sorted[k])) {
			t.Fatalf("got %v, want %v", got, sorted[k])
		}
	})
}

func BenchmarkNth(b *testing.B) {
	values := make([]float64, 1_000_000)
	r := rand.New(rand.NewPCG(1, 2))
	for b.Loop() {
		for i := range values {
			values[i] = r.NormFloat64()
		}
		Nth(values, len(values)*9/10)
	}
}
