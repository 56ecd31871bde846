package ingest

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"mainstay/ingest/money"
)

func TestPackedColumnsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		// Blocks of every width, extremes among them, and lengths around the edges of blocks.
		n := rapid.IntRange(0, 3*packBlock).Draw(t, "n")
		bits := rapid.SampledFrom([]int{0, 1, 7, 8, 9, 16, 17, 31, 32, 33, 63, 64}).Draw(t, "bits")
		seed := rapid.Uint64().Draw(t, "seed")
		r := rand.New(rand.NewPCG(seed, 1))
		base := rapid.Int64().Draw(t, "base")
		wide, narrow, days := make([]int64, n), make([]uint32, n), make([]Day, n)
		starts := make([]uint32, 1, n+1)
		for i := range n {
			x := int64(0)
			if bits > 0 {
				x = int64(r.Uint64() >> (64 - bits))
			}
			if r.IntN(1000) == 0 {
				x = []int64{math.MinInt64, math.MaxInt64}[r.IntN(2)]
			}
			wide[i], narrow[i], days[i] = base+x, uint32(base+x), Day(base+x)
			starts = append(starts, starts[i]+uint32(x)%(math.MaxUint32/(3*packBlock)))
		}
		b := pack([]uint64{1}, wide)
		b = packStarts(b, starts)
		b = pack(b, narrow)
		b = pack(b, days)
		b = append(b, 2)
		gotWide, gotNarrow, gotDays, gotStarts := make([]int64, n), make([]uint32, n), make([]Day, n), make([]uint32, n+1)
		rest := unpack(b[1:], gotWide)
		rest = unpackStarts(rest, gotStarts)
		rest = unpack(rest, gotNarrow)
		rest = unpack(rest, gotDays)
		var got, want money.Total
		for _, x := range wide {
			want.Add(x)
		}
		for i, x := range narrow {
			want.Add(int64(x))
			want.Add(int64(days[i]))
		}
		behind := sum[int64](b[1:], n, &got)
		var steps money.Total
		behind = sum[uint32](behind, n, &steps)
		behind = sum[uint32](behind, n, &got)
		behind = sum[Day](behind, n, &got)
		if !slices.Equal(behind, []uint64{2}) || got != want || steps != totalOf(starts[n]) {
			t.Fatalf("sums are %v and %v, want %v and %d", got, steps, want, starts[n])
		}
		if !slices.Equal(rest, []uint64{2}) {
			t.Fatalf("%d words are left", len(rest))
		}
		if !slices.Equal(gotWide, wide) || !slices.Equal(gotNarrow, narrow) || !slices.Equal(gotDays, days) || !slices.Equal(gotStarts, starts) {
			t.Fatal("other numbers came back")
		}
	})
}

func totalOf(x uint32) (t money.Total) {
	t.Add(int64(x))
	return t
}

func TestPackedColumnsAreNarrow(t *testing.T) {
	const n = 10 * packBlock
	for width, top := range map[int]int64{0: 1, 1: 1 << 8, 2: 1 << 16, 4: 1 << 32, 8: 1 << 40} {
		xs := make([]int64, n)
		for i := range xs {
			xs[i] = -1e15 + rand.Int64N(top)
		}
		if got, want := len(pack(nil, xs)), n*width/8+n/packBlock*packHead; got != want {
			t.Errorf("%d numbers below %d take %d words, want %d", n, top, got, want)
		}
	}
}

func BenchmarkPack(b *testing.B) {
	const n = 1 << 16
	for name, top := range map[string]int64{"0 bytes": 1, "1 byte": 1 << 8, "2 bytes": 1 << 16, "4 bytes": 1 << 32} {
		xs := make([]int64, n)
		for i := range xs {
			xs[i] = rand.Int64N(top)
		}
		buf := pack(nil, xs)
		b.Run("pack "+name, func(b *testing.B) {
			for b.Loop() {
				buf = pack(buf[:0], xs)
			}
			b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mvalues/s")
		})
		b.Run("unpack "+name, func(b *testing.B) {
			for b.Loop() {
				unpack(buf, xs)
			}
			b.ReportMetric(n*float64(b.N)/b.Elapsed().Seconds()/1e6, "Mvalues/s")
		})
	}
}
