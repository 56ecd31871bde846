package ingest

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"mainstay/internal/num"
)

// Suspect is a customer that looks like a stand-in for many people: a walk-in or cash account.
type Suspect struct {
	Key    string
	What   string  // what was counted: orders, or rows where no order id is mapped
	Count  int64   // of the suspect
	Next   int64   // of the busiest customer that is none
	Size   float64 // median over its days of sales ÷ count, in money units
	Median float64 // the same of the median customer, over all its days
}

func (s *Suspect) String() string {
	return fmt.Sprintf("customer %q has %d %s, %.0f times as many as the next, of %.2f each where the median customer's are of %.2f: "+
		"if it is a walk-in, cash or internal account that stands for many, leave it out with --exclude-customer %s",
		shorten([]byte(s.Key)), s.Count, s.What, float64(s.Count)/float64(s.Next), s.Size, s.Median, shellQuote(shorten([]byte(s.Key))))
}

// The rule for suspects. All four have to hold: real key accounts order often, but rarely in small
// amounts and five times as often as anybody else.
const (
	suspectCount   = 1000 // at least so many orders up to the day
	suspectGap     = 5    // times those of the next customer
	suspectScore   = 3    // robust standard deviations of the logarithm of the count
	suspectMost    = 3    // customers that may stand out together: one cash account per outlet
	suspectLeast   = 20   // other customers to compare with
	suspectRelSize = 1    // median order, at most so many times that of the median customer
)

// Suspects finds customers that are far above the rest up to asOf, with many small orders. A count n is
// far above by Hampel's identifier on the log scale,
//
//	ln n − median > 3 · MAD / 0.6745,
//
// MAD being the median absolute deviation from the median over the other customers; where that is 0
// (most have one order) 1.2533 times their mean absolute deviation takes the place of MAD / 0.6745. Sources:
// Davies & Gather (1993), The Identification of Multiple Outliers, JASA 88, 782–792; for the mean, Iglewicz & Hoaglin
// (1993), How to Detect and Handle Outliers, ASQC. Counts are log-transformed because they are positive
// and skewed. The cost is one scan of the Ledger; another, and a sort, only where somebody stands out.
func (l *Ledger) Suspects(asOf Day, threads int) []Suspect {
	top, customers := l.busiest(asOf, suspectMost+1, threads)
	k := 0
	for k = 1; k < len(top) && top[k-1].count < suspectGap*top[k].count; k++ {
	}
	if k >= len(top) || top[k-1].count < suspectCount || customers-k < suspectLeast {
		return nil
	}
	next := top[k].count
	logs, sizes := l.ordinary(asOf, next, threads)
	num.SortFloats(sizes)
	centre, spread := robustSpread(logs)
	var out []Suspect
	for _, c := range top[:k] {
		if math.Log(float64(c.count))-centre <= suspectScore*spread {
			continue
		}
		s := Suspect{
			Key: string(l.Key(c.shard, c.row)), What: l.counted(), Count: c.count, Next: next,
			Size:   l.typicalSize(c, asOf) / math.Pow10(l.Scale),
			Median: num.Median(sizes) / math.Pow10(l.Scale),
		}
		if s.Size <= suspectRelSize*s.Median {
			out = append(out, s)
		}
	}
	return out
}

// counted is what activity counts.
func (l *Ledger) counted() string {
	if l.Has.Orders {
		return "orders"
	}
	return "rows"
}

// activity is the orders (or rows) and sales of one customer.
type activity struct {
	shard, row   int
	count, sales int64
}

// activities calls visit, on many goroutines, for the customers with sales up to asOf, those of a shard in order.
func (l *Ledger) activities(asOf Day, threads int, visit func(c activity)) {
	l.Scan(threads, func(k int, s *Shard) {
		for i := range s.Customers() {
			c := activity{shard: k, row: i}
			lo, hi := s.Cells(i)
			for j := lo; j < hi && s.Day[j] <= asOf; j++ {
				c.count += l.orders(s, j)
				c.sales += s.Sales[j]
			}
			if c.count > 0 && c.sales > 0 {
				visit(c)
			}
		}
	})
}

// ordinary are the logarithms of the counts, and the sizes, of the customers with a count of at most most; the two
// are in an order of their own each.
func (l *Ledger) ordinary(asOf Day, most int64, threads int) (logs, sizes []float64) {
	var of [Shards]struct{ logs, sizes []float64 }
	l.activities(asOf, threads, func(c activity) {
		if s := &of[c.shard]; c.count <= most {
			s.logs, s.sizes = append(s.logs, math.Log(float64(c.count))), append(s.sizes, float64(c.sales)/float64(c.count))
		}
	})
	for k := range of {
		logs, sizes = append(logs, of[k].logs...), append(sizes, of[k].sizes...)
	}
	return logs, sizes
}

// orders is the orders of a cell, its rows where no order id is mapped.
func (l *Ledger) orders(s *Shard, cell int) int64 {
	if l.Has.Orders {
		return int64(s.Orders[cell])
	}
	return int64(s.Lines[cell])
}

// busiest are the n customers with the highest counts, descending; of equals the first; and how many have sales.
func (l *Ledger) busiest(asOf Day, n, threads int) (top []activity, customers int) {
	var of [Shards]struct {
		top []activity
		n   int
	}
	l.activities(asOf, threads, func(c activity) {
		s := &of[c.shard]
		s.n++
		s.top = keepBusiest(s.top, c, n)
	})
	for k := range of {
		customers += of[k].n
		for _, c := range of[k].top {
			top = keepBusiest(top, c, n)
		}
	}
	return top, customers
}

// keepBusiest adds c to the n with the highest counts where it belongs, behind its equals.
func keepBusiest(top []activity, c activity, n int) []activity {
	if len(top) == n && c.count <= top[n-1].count {
		return top
	}
	at, _ := slices.BinarySearchFunc(top, c, func(a, b activity) int {
		return cmp.Or(cmp.Compare(b.count, a.count), -1)
	})
	top = slices.Insert(top, at, c)
	return top[:min(len(top), n)]
}

// robustSpread is the median and the robust standard deviation of values, which it sorts.
func robustSpread(values []float64) (centre, spread float64) {
	const (
		normalMAD  = 0.6745   // MAD of the standard normal distribution
		normalMean = 1.253314 // √(π/2): standard deviation ÷ mean absolute deviation, likewise
	)
	num.SortFloats(values)
	centre = num.Median(values)
	away := make([]float64, len(values))
	for i, v := range values {
		away[i] = math.Abs(v - centre)
	}
	num.SortFloats(away)
	if mad := num.Median(away); mad > 0 {
		return centre, mad / normalMAD
	}
	return centre, normalMean * num.Mean(away)
}

// typicalSize is the median over the days of a customer of sales ÷ orders, as a coefficient.
func (l *Ledger) typicalSize(c activity, asOf Day) float64 {
	s := l.Shard(c.shard)
	var sizes []float64
	lo, hi := s.Cells(c.row)
	for j := lo; j < hi && s.Day[j] <= asOf; j++ {
		if n := l.orders(s, j); n > 0 {
			sizes = append(sizes, float64(s.Sales[j])/float64(n))
		}
	}
	slices.Sort(sizes)
	return num.Median(sizes)
}
