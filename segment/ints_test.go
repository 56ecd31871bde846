package segment

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"mainstay/ingest"
)

// A column gives back what was set, however many values need 64 bits and wherever customers are left out.
func TestIntsKeepEveryValue(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.OneOf(rapid.Int64Range(-3, 3), rapid.Just[int64](0), rapid.Int64(), rapid.SampledFrom([]int64{math.MinInt32, math.MinInt32 - 1, math.MaxInt32, math.MaxInt32 + 1}))
		if rapid.Bool().Draw(t, "small") {
			value = rapid.Int64Range(-1, 1)
		}
		var pl places
		var want []int64
		b := &intsBuilder{}
		for k := range ingest.Shards {
			n := rapid.IntRange(0, 3).Draw(t, "customers")
			pl.room[k+1] = pl.room[k] + n
			pl.start[k+1] = pl.start[k] + rapid.IntRange(0, n).Draw(t, "profiles")
		}
		b.near = make([]int32, pl.room[ingest.Shards])
		for k := range ingest.Shards {
			for i := range pl.start[k+1] - pl.start[k] {
				v := value.Draw(t, "value")
				want = append(want, v)
				b.set(k, pl.room[k], i, v)
			}
		}
		c := b.finish(&pl)
		for i, v := range want {
			if got := c.At(i); got != v {
				t.Fatalf("value %d is %d, want %d", i, got, v)
			}
		}
	})
}

func BenchmarkInts(b *testing.B) {
	near := Ints{near: make([]int32, 1<<20)}
	for b.Loop() {
		sum := int64(0)
		for i := range near.near {
			sum += near.At(i)
		}
		if sum != 0 {
			b.Fatal(sum)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/(1<<20), "ns/value")
}
