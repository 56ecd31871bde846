package num

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestRadixSortSorts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		n := rapid.SampledFrom([]int{0, 1, radixLeast - 1, radixLeast, 3 * radixLeast}).Draw(t, "n")
		shift := rapid.IntRange(0, 63).Draw(t, "shift") // so that some digits agree
		ints, floats := make([]int64, n), make([]float64, n)
		for i := range ints {
			ints[i] = int64(r.Uint64()) >> shift
			switch floats[i] = math.Float64frombits(r.Uint64()); i % 50 {
			case 0:
				floats[i] = math.Inf(1 - i%4)
			case 1:
				floats[i] = float64(ints[i])
			}
		}
		wantInts, wantFloats := slices.Clone(ints), slices.Clone(floats)
		slices.Sort(wantInts)
		slices.Sort(wantFloats)
		SortInts(ints)
		SortFloats(floats)
		if !slices.Equal(ints, wantInts) {
			t.Fatal("integers are not sorted")
		}
		if slices.CompareFunc(floats, wantFloats, func(x, y float64) int {
			if x == y || math.IsNaN(x) && math.IsNaN(y) {
				return 0
			}
			return 1
		}) != 0 {
			t.Fatal("floats are not sorted")
		}
	})
}

func BenchmarkSortInts(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	values := make([]int64, 1<<20)
	for b.Loop() {
		b.StopTimer()
		for i := range values {
			values[i] = int64(math.Exp(10 + 2*r.NormFloat64()))
		}
		b.StartTimer()
		SortInts(values)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(values)), "ns/value")
}

// Rows come in the order of a stable sort of their keys.
func TestArgsort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom([]int{0, 1, 50, argsortLeast, 2 * argsortLeast}).Draw(t, "n")
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		keys, want := make([]float64, n), make([]int32, n)
		for i := range keys {
			keys[i], want[i] = math.Round(rng.NormFloat64()*20)/4, int32(i)
		}
		slices.SortStableFunc(want, func(a, b int32) int { return cmp.Compare(keys[a], keys[b]) })
		if got := Argsort(keys); !slices.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}
