package evaluate

import (
	"math"
	"slices"

	"mainstay/internal/num"
)

// ranks are the values of one variable by rank.
type ranks struct {
	level []int32   // by row, its distinct value from 0
	tied  []float64 // by level, its weight
	below []float64 // by level, the weight of lower ones
	rest  []float64 // by level, the weight of all others: not what is left of the total, which may be rounded off
}

// middle is the middle of the level's ranks: the weight below and half of its own.
func (r *ranks) middle(i int) float64 { return r.below[r.level[i]] + r.tied[r.level[i]]/2 }

func (s *set) ranked(values []float64) *ranks {
	distinct := slices.Compact(slices.Sorted(slices.Values(values)))
	r := &ranks{level: make([]int32, len(values)), tied: make([]float64, len(distinct)), below: make([]float64, len(distinct)), rest: make([]float64, len(distinct))}
	for i, v := range values {
		at, _ := slices.BinarySearch(distinct, v)
		r.level[i] = int32(at)
		r.tied[at] += s.w[i]
	}
	for k := 1; k < len(distinct); k++ {
		r.below[k] = r.below[k-1] + r.tied[k-1]
	}
	above := 0.0
	for k := len(distinct) - 1; k >= 0; k-- {
		r.rest[k] = r.below[k] + above
		above += r.tied[k]
	}
	return r
}

// above is by level Σ w·f over the rows of higher levels and half of those of its own.
func (s *set) above(r *ranks, f func(i int) float64) []float64 {
	out := make([]float64, len(r.tied))
	for i, w := range s.w {
		out[r.level[i]] += w * f(i)
	}
	higher := 0.0
	for k := len(out) - 1; k >= 0; k-- {
		own := out[k]
		out[k] = higher + own/2
		higher += own
	}
	return out
}

// spearman is the correlation of mid-ranks (Spearman 1904, American J. Psychology 15:72–101): with F and G the weighted
// shares below, half of ties counted, less their mean of ½,
//
//	ρ = E FG / √(E F² · E G²)
//
// and its influence function, in which the ranks are estimated too (Croux & Dehon 2010, Statistical Methods &
// Applications 19:497–515, here with ties): that of E FG is F_i·G_i + E[h(x_i,x)·G] + E[F·h(y_i,y)] − 3·E FG, with
// h = 1 where the other is higher and ½ where it is tied, and likewise of E F², E G². NaN where a variable is constant.
func (s *set) spearman(x, y *ranks) Estimate {
	f := func(i int) float64 { return x.middle(i)/s.total - 0.5 }
	g := func(i int) float64 { return y.middle(i)/s.total - 0.5 }
	mean := func(h func(i int) float64) float64 {
		var sum num.Adder
		for i, w := range s.w {
			sum.AddProduct(w, h(i))
		}
		return sum.Sum() / s.total
	}
	fg := mean(func(i int) float64 { return f(i) * g(i) })
	ff, gg := mean(func(i int) float64 { return f(i) * f(i) }), mean(func(i int) float64 { return g(i) * g(i) })
	if len(x.tied) < 2 || len(y.tied) < 2 {
		return Estimate{math.NaN(), math.NaN()}
	}
	root := math.Sqrt(ff * gg)
	rho := fg / root
	gAboveX, fAboveY := s.above(x, g), s.above(y, f)
	fAboveX, gAboveY := s.above(x, f), s.above(y, g)
	se := s.se(func(i int) float64 {
		k, l := x.level[i], y.level[i]
		joint := f(i)*g(i) + (gAboveX[k]+fAboveY[l])/s.total - 3*fg
		ofF := f(i)*f(i) + 2*fAboveX[k]/s.total - 3*ff
		ofG := g(i)*g(i) + 2*gAboveY[l]/s.total - 3*gg
		return s.w[i] / s.total * (joint/root - rho/2*(ofF/ff+ofG/gg))
	})
	return Estimate{rho, se}
}

// kendall is tau-b over pairs of rows, each pair by the product of its weights (Kendall 1945, Biometrika 33:239–251):
//
//	τ = S/√(U·V),   S = Σ w_i w_j sgn(x_i−x_j) sgn(y_i−y_j),   U, V the pairs not tied in x, in y
//
// with c_i = Σ_j w_j sgn·sgn in O(n log n) by a Fenwick tree over y (Fenwick 1994, Software: Practice & Experience
// 24:327–336; Knight 1966, JASA 61:436–439, sorts instead). Row i moves τ by
//
//	w_i (2c_i/√(UV) − τ((W − Wx_i)/U + (W − Wy_i)/V)),   Wx_i, Wy_i the weight of its ties.
func (s *set) kendall(x, y *ranks) Estimate {
	concord := s.concordance(x, y)
	var sum, u, v num.Adder
	for i, w := range s.w {
		sum.AddProduct(w, concord[i])
		u.AddProduct(w, x.rest[x.level[i]])
		v.AddProduct(w, y.rest[y.level[i]])
	}
	if len(x.tied) < 2 || len(y.tied) < 2 {
		return Estimate{math.NaN(), math.NaN()}
	}
	root := math.Sqrt(u.Sum()) * math.Sqrt(v.Sum())
	tau := sum.Sum() / root
	se := s.se(func(i int) float64 {
		apart := x.rest[x.level[i]]/u.Sum() + y.rest[y.level[i]]/v.Sum()
		return s.w[i] * (2*concord[i]/root - tau*apart)
	})
	return Estimate{tau, se}
}

// concordance is c_i by row: what is lower in x is passed upwards, what is higher downwards. Rows of s ascend in x.
func (s *set) concordance(x, y *ranks) []float64 {
	n := len(s.w)
	out := make([]float64, n)
	pass := func(at func(k int) int, sign float64) {
		tree := fenwick{sums: make([]float64, len(y.tied)+1)}
		for lo := 0; lo < n; {
			hi := lo
			for hi < n && x.level[at(hi)] == x.level[at(lo)] {
				i := at(hi)
				below, upto := tree.before(y.level[i]), tree.before(y.level[i]+1)
				out[i] += sign * (below - (tree.total - upto))
				hi++
			}
			for ; lo < hi; lo++ {
				tree.add(y.level[at(lo)], s.w[at(lo)])
			}
		}
	}
	pass(func(k int) int { return k }, 1)
	pass(func(k int) int { return n - 1 - k }, -1)
	return out
}

// fenwick holds sums of weights by level.
type fenwick struct {
	sums  []float64
	total float64
}

func (f *fenwick) add(level int32, w float64) {
	f.total += w
	for k := int(level) + 1; k < len(f.sums); k += k & -k {
		f.sums[k] += w
	}
}

// before is the weight of levels under level.
func (f *fenwick) before(level int32) (sum float64) {
	for k := int(level); k > 0; k -= k & -k {
		sum += f.sums[k]
	}
	return sum
}
