package segment

import (
	"math"

	"mainstay/ingest"
)

// medianGap is the exact median of the days between consecutive purchase days of each customer up to
// asOf, pooled over customers (so that those who buy often weigh more); the mean of the two middle
// gaps when their number is even; NaN without any. Gaps are whole days: counting them is exact and
// free of order.
func medianGap(l *ingest.Ledger, asOf ingest.Day) float64 {
	count := make([]int64, max(int(asOf-l.First), 0)+1) // by gap in days
	var n int64
	l.Scan(1, func(_ int, shard *ingest.Shard) {
		for i := range shard.Customers() {
			lo, hi := shard.Cells(i)
			last, seen := ingest.Day(0), false
			for j := lo; j < hi && shard.Day[j] <= asOf; j++ {
				if !l.Purchase(shard, j) {
					continue
				}
				if seen {
					count[shard.Day[j]-last]++
					n++
				}
				last, seen = shard.Day[j], true
			}
		}
	})
	if n == 0 {
		return math.NaN()
	}
	return float64(nth(count, (n-1)/2)+nth(count, n/2)) / 2
}

// nth is the k-th smallest (from 0) of the values counted by histogram.
func nth(count []int64, k int64) int {
	for v, c := range count {
		if k < c {
			return v
		}
		k -= c
	}
	return len(count) - 1
}
