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
// and skewed. The cost is one scan of the Ledger, and a sort only where somebody stands out.
func (l *Ledger) Suspects(asOf Day) []Suspect {
	all := l.activity(asOf)
	top := busiest(all, suspectMost+1)
	k := 0
	for k = 1; k < len(top) && top[k-1].count < suspectGap*top[k].count; k++ {
	}
	if k >= len(top) || top[k-1].count < suspectCount || len(all)-k < suspectLeast {
		return nil
	}
	next := top[k].count
	var logs, sizes []float64
	for _, c := range all {
		if c.count <= next {
			logs, sizes = append(logs, math.Log(float64(c.count))), append(sizes, float64(c.sales)/float64(c.count))
		}
	}
	slices.Sort(sizes)
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

// activity lists the customers with sales up to asOf.
func (l *Ledger) activity(asOf Day) []activity {
	var all []activity
	l.Scan(1, func(n int, s *Shard) {
		for i := range s.Customers() {
			c := activity{shard: n, row: i}
			lo, hi := s.Cells(i)
			for j := lo; j < hi && s.Day[j] <= asOf; j++ {
				c.count += l.orders(s, j)
				c.sales += s.Sales[j]
			}
			if c.count > 0 && c.sales > 0 {
				all = append(all, c)
			}
		}
	})
	return all
}

// orders is the orders of a cell, its rows where no order id is mapped.
func (l *Ledger) orders(s *Shard, cell int) int64 {
	if l.Has.Orders {
		return int64(s.Orders[cell])
	}
	return int64(s.Lines[cell])
}

// busiest are the n customers with the highest counts, descending; of equals the first.
func busiest(all []activity, n int) []activity {
	top := make([]activity, 0, n+1)
	for _, c := range all {
		if len(top) == n && c.count <= top[n-1].count {
			continue
		}
		at, _ := slices.BinarySearchFunc(top, c, func(a, b activity) int {
			return cmp.Or(cmp.Compare(b.count, a.count), -1) // behind its equals
		})
		top = slices.Insert(top, at, c)
		top = top[:min(len(top), n)]
	}
	return top
}

// robustSpread is the median and the robust standard deviation of values, which it sorts.
func robustSpread(values []float64) (centre, spread float64) {
	const (
		normalMAD  = 0.6745   // MAD of the standard normal distribution
		normalMean = 1.253314 // √(π/2): standard deviation ÷ mean absolute deviation, likewise
	)
	slices.Sort(values)
	centre = num.Median(values)
	away := make([]float64, len(values))
	for i, v := range values {
		away[i] = math.Abs(v - centre)
	}
	slices.Sort(away)
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
