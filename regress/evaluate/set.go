package evaluate

import (
	"cmp"
	"math"
	"slices"

	"mainstay/internal/num"
)

// set is rows in an order of their own, by prediction and then by all else that they hold, so that no
// figure depends on the order in which they came. Rows that weigh nothing are left out.
type set struct {
	y, p, w, saved []float64 // w is 1 without weights; saved nil without
	cluster        []int32   // from 0, nil = on their own
	clusters       int
	total          float64 // Σw
	row            []int32 // where each stood in Rows
}

func newSet(r *Rows) *set {
	s := &set{}
	for i := range r.Y {
		if r.Weight == nil || r.Weight[i] > 0 {
			s.row = append(s.row, int32(i))
		}
	}
	s.row = r.ordered(s.row)
	s.y, s.p, s.w = take(r.Y, s.row), take(r.P, s.row), take(r.Weight, s.row)
	s.saved = take(r.Saved, s.row)
	if s.w == nil {
		s.w = make([]float64, len(s.y))
		for i := range s.w {
			s.w[i] = 1
		}
	}
	s.total = num.Sum(s.w)
	s.cluster, s.clusters = dense(take(r.Cluster, s.row))
	return s
}

// ordered is rows, which ascend and whose predictions are numbers, in the order of compare: by radix for as long as values differ, as most predictions do.
func (r *Rows) ordered(rows []int32) []int32 {
	const few = 32 // rows with one prediction, up to which they are compared
	out := take(rows, num.Argsort(take(r.P, rows)))
	compared := func(same []int32) { slices.SortFunc(same, func(a, b int32) int { return r.compare(int(a), int(b)) }) }
	runs(out, r.P, func(same []int32) {
		if len(same) <= few {
			compared(same)
			return
		}
		copy(same, take(same, num.Argsort(take(r.Y, same))))
		if r.Weight != nil || r.Saved != nil || r.mate != nil || r.Cluster != nil {
			runs(same, r.Y, compared)
		}
	})
	return out
}

// runs calls f for rows that are neighbours and have the same value.
func runs(rows []int32, values []float64, f func(same []int32)) {
	for lo, hi := 0, 0; lo < len(rows); lo = hi {
		for hi = lo + 1; hi < len(rows) && values[rows[hi]] == values[rows[lo]]; hi++ {
		}
		if hi > lo+1 {
			f(rows[lo:hi])
		}
	}
}

// compare orders rows by prediction, then by what else tells them apart.
func (r *Rows) compare(a, b int) int {
	c := cmp.Or(cmp.Compare(r.P[a], r.P[b]), cmp.Compare(r.Y[a], r.Y[b]))
	if c == 0 && r.Weight != nil {
		c = cmp.Compare(r.Weight[a], r.Weight[b])
	}
	if c == 0 && r.Saved != nil {
		c = cmp.Compare(r.Saved[a], r.Saved[b])
	}
	if c == 0 && r.mate != nil {
		c = cmp.Compare(r.mate[a], r.mate[b])
	}
	if c == 0 && r.Cluster != nil {
		c = cmp.Compare(r.Cluster[a], r.Cluster[b])
	}
	return cmp.Or(c, a-b)
}

func take[T any](values []T, rows []int32) []T {
	if values == nil {
		return nil
	}
	out := make([]T, len(rows))
	for k, i := range rows {
		out[k] = values[i]
	}
	return out
}

// dense numbers clusters from 0 in their order.
func dense(cluster []int32) (number []int32, clusters int) {
	if cluster == nil {
		return nil, 0
	}
	distinct := slices.Compact(slices.Sorted(slices.Values(cluster)))
	number = make([]int32, len(cluster))
	for i, c := range cluster {
		at, _ := slices.BinarySearch(distinct, c)
		number[i] = int32(at)
	}
	return number, len(distinct)
}

// mean is Σ w·f / Σ w with its standard error (see se).
func (s *set) mean(f func(i int) float64) Estimate {
	var sum num.Adder
	for i, w := range s.w {
		sum.AddProduct(w, f(i))
	}
	m := sum.Sum() / s.total
	return Estimate{m, s.se(func(i int) float64 { return s.w[i] / s.total * (f(i) - m) })}
}

// se is the standard error of an estimate of which row i moves f(i), its influence by weight and in all 0:
//
//	SE² = G/(G−1) · Σ_g (Σ_{i in g} f(i))²
//
// with every row its own cluster where there are none (the infinitesimal jackknife with the factor of CR1:
// Jaeckel 1972, Bell Laboratories memorandum 72-1215-11; Cameron & Miller 2015, J. Human Resources
// 50:317–372, §II.B). NaN with fewer than two clusters.
func (s *set) se(f func(i int) float64) float64 {
	if s.cluster == nil {
		return rootOf(len(s.w), f)
	}
	sums := make([]float64, s.clusters)
	for i, g := range s.cluster {
		sums[g] += f(i)
	}
	return rootOf(s.clusters, func(g int) float64 { return sums[g] })
}

// rootOf is √(n/(n−1) · Σ f²); NaN for n < 2.
func rootOf(n int, f func(i int) float64) float64 {
	if n < 2 {
		return math.NaN()
	}
	var squares num.Adder
	for i := range n {
		v := f(i)
		squares.AddProduct(v, v)
	}
	return math.Sqrt(float64(n) / float64(n-1) * squares.Sum())
}

// factor is how many standard errors an interval reaches: Student's with clusters − 1 degrees of freedom where
// rows are clustered (Cameron & Miller 2015, §VI.D), else normal.
func (s *set) factor(level float64) float64 {
	if s.cluster != nil {
		return num.StudentLevel(level, float64(s.clusters-1))
	}
	return num.ZLevel(level)
}
