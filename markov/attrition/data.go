package attrition

import (
	"cmp"
	"math"
	"slices"

	"mainstay/internal/num"
)

// book is Data made ready: equal customers are one of more weight, sorted by x, last and time, so that neither the order of
// customers nor how often they are repeated changes a fit.
type book struct {
	x, last, end, weight []float64
	z                    [3][][]float64 // covariates of purchase, dropout, stay, a column each
	names                [3][]string    // of them
	total                float64        // Σ weight
	constant             float64        // of log L: what holds no parameter
}

// row is one customer of weight w; from is where in Data the covariates are.
type row struct {
	x, last, end, w float64
	from            int
}

// compare orders customers by what a likelihood sees of them.
func (d *Data) compare(a, b *row) int {
	switch {
	case a.x != b.x:
		return cmp.Compare(a.x, b.x)
	case a.end != b.end:
		return cmp.Compare(a.end, b.end)
	case a.last != b.last:
		return cmp.Compare(a.last, b.last)
	}
	for _, group := range [][][]float64{d.Purchase, d.Dropout, d.Stay} {
		for _, col := range group {
			if c := cmp.Compare(col[a.from], col[b.from]); c != 0 {
				return c
			}
		}
	}
	return 0
}

// book compresses and sorts. Customers of weight 0 are left out.
func (d *Data) book(k int) *book {
	rows := d.sorted(d.distinct())
	b := &book{names: d.Names}
	var total num.Adder
	for i := range rows {
		r := &rows[i]
		total.Add(r.w)
		if last := len(b.x) - 1; last >= 0 && d.compare(&rows[i-1], r) == 0 {
			b.weight[last] += r.w
			continue
		}
		b.x, b.last, b.end, b.weight = append(b.x, r.x), append(b.last, r.last), append(b.end, r.end), append(b.weight, r.w)
		for g, group := range [][][]float64{d.Purchase, d.Dropout, d.Stay} {
			if b.z[g] == nil {
				b.z[g] = make([][]float64, len(group))
			}
			for j, col := range group {
				b.z[g][j] = append(b.z[g][j], col[r.from])
			}
		}
	}
	b.total = total.Sum()
	b.constant = d.constant(k)
	return b
}

func (d *Data) weight(i int) float64 {
	if d.Weight == nil {
		return 1
	}
	return d.Weight[i]
}

// distinct is the customers with a weight, equal ones merged while few are met: of weekly times a million are some thousands, of
// continuous ones nearly all differ and looking costs more than it saves.
func (d *Data) distinct() []row {
	const size = 1 << 17 // places of the table, a power of two
	n := len(d.X)
	rows := make([]row, 0, min(n, size))
	var places []int32
	if d.Purchase == nil && d.Dropout == nil && d.Stay == nil && n > 1000 {
		places = make([]int32, size)
	}
	for i := range n {
		r := row{d.X[i], d.Last[i], d.T[i], d.weight(i), i}
		if r.w == 0 {
			continue
		}
		if places == nil {
			rows = append(rows, r)
			continue
		}
		h := math.Float64bits(r.x)*0x9E3779B97F4A7C15 ^ math.Float64bits(r.last)*0xC2B2AE3D27D4EB4F ^ math.Float64bits(r.end)*0x165667B19E3779F9
		h ^= h >> 32
		h *= 0x9E3779B97F4A7C15
		for at := h >> 47; ; at = (at + 1) & (size - 1) {
			seen := int(places[at]) - 1
			if seen < 0 {
				places[at] = int32(len(rows) + 1)
				rows = append(rows, r)
				break
			}
			if s := &rows[seen]; s.x == r.x && s.last == r.last && s.end == r.end {
				s.w += r.w
				break
			}
		}
		if len(rows) > size/2 {
			places = nil
			rows = slices.Grow(rows, n-i)
		}
	}
	return rows
}

// sorted is rows by x, time observed and the rest, equal ones by where they came from: radix sorts by time, then by count, then a sort of
// those that share both.
func (d *Data) sorted(rows []row) []row {
	keys := make([]float64, len(rows))
	for i := range rows {
		keys[i] = rows[i].end
	}
	byTime := num.Argsort(keys)
	for i, r := range byTime {
		keys[i] = rows[r].x
	}
	out := make([]row, len(rows))
	for i, r := range num.Argsort(keys) {
		out[i] = rows[byTime[r]]
	}
	order := func(a, b row) int { return cmp.Or(d.compare(&a, &b), cmp.Compare(a.from, b.from)) }
	for lo, hi := 0, 0; lo < len(out); lo = hi {
		for hi = lo + 1; hi < len(out) && out[hi].x == out[lo].x && out[hi].end == out[lo].end; {
			hi++
		}
		if hi > lo+1 {
			slices.SortFunc(out[lo:hi], order)
		}
	}
	return out
}

// constant is Σ w((k−1) Σ log gaps − x log (k−1)!), the part of an Erlang likelihood without parameters.
func (d *Data) constant(k int) float64 {
	if k < 2 || d.LogGaps == nil {
		return 0
	}
	factorial, _ := math.Lgamma(float64(k))
	var sum num.Adder
	for i := range d.X {
		sum.AddProduct(d.weight(i), float64(k-1)*d.LogGaps[i]-d.X[i]*factorial)
	}
	return sum.Sum()
}

// sample is every j-th distinct customer of many, in their order and so by x; the book itself where there are few.
func (b *book) sample(size int) *book {
	every := len(b.x) / size
	if every < 2 {
		return b
	}
	s := &book{constant: 0}
	take := func(col []float64) []float64 {
		out := make([]float64, 0, len(col)/every+1)
		for i := every / 2; i < len(col); i += every {
			out = append(out, col[i])
		}
		return out
	}
	s.x, s.last, s.end, s.weight = take(b.x), take(b.last), take(b.end), take(b.weight)
	for g := range b.z {
		for _, col := range b.z[g] {
			s.z[g] = append(s.z[g], take(col))
		}
	}
	s.total = num.Sum(s.weight)
	return s
}

// coarseBins is how many bins the longest time is cut into.
const coarseBins = 128

// coarse is all customers with times moved to the middle of a bin, so that many are equal: a fit to them is within 0.001 or so. With covariates it is
// a sample of that size.
func (b *book) coarse(size int) *book {
	if len(b.z[0])+len(b.z[1])+len(b.z[2]) > 0 {
		return b.sample(size)
	}
	width := slices.Max(b.end) / coarseBins
	middle := func(t float64) float64 { return (math.Floor(t/width) + 0.5) * width }
	d := &Data{X: b.x, Last: make([]float64, len(b.x)), T: make([]float64, len(b.x)), Weight: b.weight}
	for i, last := range b.last {
		if last > 0 {
			d.Last[i] = middle(last)
		}
		d.T[i] = d.Last[i]
		if gap := b.end[i] - last; gap > 0 {
			d.T[i] += middle(gap)
		}
	}
	return d.book(1)
}
