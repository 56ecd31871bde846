package segment

import (
	"math"

	"mainstay/ingest"
)

// gapCounts counts the days between consecutive purchase days of each customer up to a day, pooled over
// customers (so that those who buy often weigh more). Gaps are whole days: counting them is exact and free of
// order.
type gapCounts struct{ gather[[]int64] }

func newGapCounts(l *ingest.Ledger, asOf ingest.Day) *gapCounts {
	span := max(int(asOf-l.First), 0) + 1
	return &gapCounts{gather[[]int64]{new: func() []int64 { return make([]int64, span) }}}
}

// median is the exact median gap; the mean of the two middle gaps when their number is even; NaN without any.
func (g *gapCounts) median() float64 {
	count, n := g.new(), int64(0)
	for _, part := range g.all {
		for gap, c := range part {
			count[gap] += c
			n += c
		}
	}
	return countedMedian(count, n)
}

// countedMedian is the median of n values counted by histogram; NaN without any.
func countedMedian[N int32 | int64](count []N, n N) float64 {
	if n == 0 {
		return math.NaN()
	}
	return float64(nth(count, (n-1)/2)+nth(count, n/2)) / 2
}

// nth is the k-th smallest (from 0) of the values counted by histogram.
func nth[N int32 | int64](count []N, k N) int {
	for v, c := range count {
		if k < c {
			return v
		}
		k -= c
	}
	return len(count) - 1
}
