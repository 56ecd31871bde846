package segment

import (
	"math"
	"math/bits"
	"slices"

	"mainstay/internal/num"
)

// Cumulative shares of max(0, net) at which ABC classes end, in percent: the customary limits of
// ABC analysis (Dickie 1951, "ABC Inventory Analysis Shoots for Dollars, not Pennies").
const (
	abcPercentA = 80
	abcPercentB = 95
)

// abcNames are the classes in order; Book.ABC returns indexes into them.
var abcNames = []string{"A", "B", "C"}

// abcFloors are the smallest values of A and of B; a class whose limit is beyond every value is empty. Classes are by
// the share of Σ max(0, v) that strictly larger values already make: A (0) below 80 %, B (1) below 95 %, C (2) the rest and
// everything that is not above zero. So A is the smallest set that reaches 80 %, and equal values share a class,
// whatever their order. Exact.
type abcFloors struct{ a, b int64 }

func (f abcFloors) class(v int64) int8 {
	switch {
	case v > 0 && v >= f.a:
		return 0
	case v > 0 && v >= f.b:
		return 1
	}
	return 2
}

// abcFloorsOf finds them; it sorts the values.
func abcFloorsOf(values []int64) abcFloors {
	sorted, total := positive(values)
	var above uint64 // sum of the values larger than the current one
	floors := abcFloors{math.MaxInt64, math.MaxInt64}
	for i := len(sorted) - 1; i >= 0; {
		v, ties := sorted[i], i
		if shareBelow(above, total, abcPercentA) {
			floors.a = v
		}
		if shareBelow(above, total, abcPercentB) {
			floors.b = v
		}
		for ; i >= 0 && sorted[i] == v; i-- {
		}
		above += uint64(v) * uint64(ties-i)
	}
	return floors
}

// shareBelow reports part/total < percent/100 without rounding.
func shareBelow(part, total uint64, percent uint64) bool {
	ph, pl := bits.Mul64(part, 100)
	th, tl := bits.Mul64(total, percent)
	return ph < th || ph == th && pl < tl
}

// positive sorts the values and returns those above zero, ascending, and their sum, which must fit (rangeCheck).
func positive(values []int64) (sorted []int64, total uint64) {
	num.SortInts(values)
	first, _ := slices.BinarySearch(values, 1)
	for _, v := range values[first:] {
		total += uint64(v)
	}
	return values[first:], total
}

// topShares are the shares of customers, in percent, of the table of top shares; the ten best
// customers are its last row.
var topShares = []int{1, 5, 10, 20, 50}

const topCustomers = 10

// Concentrate measures how unequally values (one per customer, at the Ledger's scale) are spread, over
// max(0, v); negative values are totalled apart. With x ascending over all n customers and T = Σ x:
//
//	Gini = Σ (2i − n − 1) xᵢ / (n T)        0 = all alike, (n−1)/n = one has all
//	HHI  = Σ (xᵢ/T)²                        1/n to 1
//
// (Gini 1912; Sen 1973, On Economic Inequality; Herfindahl 1950, Hirschman 1945.) The best p % are the
// nearest whole number of customers, at least one. Gini, HHI and top shares are NaN when T = 0. It sorts the values.
func Concentrate(values []int64) Concentration {
	var c Concentration
	x, sum := positive(values)
	total := float64(sum)
	n := len(values)
	zeros := n - len(x)
	var weighted, squares num.Adder
	for k, v := range x {
		i := zeros + k + 1
		weighted.AddProduct(float64(2*i-n-1), float64(v))
		share := float64(v) / total
		squares.AddProduct(share, share)
	}
	for _, v := range values {
		if v < 0 {
			c.Negative += v
			c.NegativeCustomers++
		}
	}
	if sum == 0 {
		c.Gini, c.HHI = math.NaN(), math.NaN()
	} else {
		c.Gini = max(weighted.Sum()/(float64(n)*total), 0)
		c.HHI = squares.Sum()
	}
	if n == 0 {
		return c
	}
	for _, percent := range topShares {
		best := max((n*percent+50)/100, 1)
		c.Top = append(c.Top, TopShare{Share: float64(percent) / 100, N: best, Revenue: topRevenue(x, best, total)})
	}
	best := min(topCustomers, n)
	c.Top = append(c.Top, TopShare{Share: float64(best) / float64(n), N: best, Revenue: topRevenue(x, best, total)})
	return c
}

// topRevenue is the share of total that the best n of the ascending values make.
func topRevenue(sorted []int64, n int, total float64) float64 {
	if total == 0 {
		return math.NaN()
	}
	var sum int64
	for _, v := range sorted[max(len(sorted)-n, 0):] {
		sum += v
	}
	return float64(sum) / total
}

// Net12s are the trailing-12-month net revenues of the customers who bought or returned in that time:
// what the concentration of the book is measured on. Customers long gone are left out, else the book
// would look more unequal the longer its history.
func Net12s(profiles *Profiles) []int64 {
	values := make([]int64, 0, profiles.Len())
	for i := range profiles.Len() {
		if v, counts := profiles.active12(i); counts {
			values = append(values, v)
		}
	}
	return values
}

// active12 is the trailing-12-month net revenue of profile i, and whether it bought or returned in that time.
func (p *Profiles) active12(i int) (net int64, counts bool) {
	net = p.Net12.At(i)
	return net, net != 0 || p.Frequency12[i] > 0
}
