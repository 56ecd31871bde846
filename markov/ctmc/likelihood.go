package ctmc

import (
	"cmp"
	"math"
	"slices"

	"mainstay/internal/num"
)

// likelihood is what the data say of parameters θ: logarithms of the rates at the mean of the covariates, then coefficients.
type likelihood struct {
	m       *Model
	d       *Data
	mean    []float64 // of the covariates over intervals,
	spread  []float64 // and their standard deviations, in which they are taken while the maximum is sought
	groups  []group
	order   []int  // intervals by group
	held    []bool // parameters that stay where they are
	counted []bool // covariates that are counted from an extreme, which is then their mean here
	threads int
}

// group are intervals of one length during which the same covariates hold: they share a matrix.
type group struct{ lo, hi int }

// blockGroups is how many groups one block holds: some milliseconds of work.
const blockGroups = 64

// mostSums bounds what all blocks keep, 256 MB: with many parameters blocks are larger.
const mostSums = 1 << 25

func newLikelihood(m *Model, d *Data, threads int) *likelihood {
	d = d.shared()
	l := &likelihood{m: m, d: d, mean: make([]float64, len(m.Covariates)), spread: make([]float64, len(m.Covariates)), held: make([]bool, len(m.Rates)+len(m.Effects)), counted: make([]bool, len(m.Covariates)), threads: threads}
	absorbing := m.absorbing()
	for i, v := range d.Intervals {
		if !absorbing[v.From] { // nothing happens there
			l.order = append(l.order, i)
		}
	}
	at := func(i int) Interval { return d.Intervals[i] }
	slices.SortStableFunc(l.order, func(a, b int) int {
		return cmp.Or(cmp.Compare(at(a).X, at(b).X), cmp.Compare(at(a).Time, at(b).Time), cmp.Compare(at(a).From, at(b).From),
			cmp.Compare(at(a).To, at(b).To), cmp.Compare(at(a).Kind, at(b).Kind))
	})
	for c := range l.mean {
		var sum num.Adder
		for _, i := range l.order {
			sum.Add(d.X[at(i).X][c])
		}
		l.mean[c] = sum.Sum() / float64(max(1, len(l.order)))
		var squares num.Adder
		for _, i := range l.order {
			v := d.X[at(i).X][c] - l.mean[c]
			squares.AddProduct(v, v)
		}
		if l.spread[c] = math.Sqrt(squares.Sum() / float64(max(1, len(l.order)))); l.spread[c] == 0 {
			l.spread[c] = 1
		}
	}
	for lo := 0; lo < len(l.order); {
		hi := lo + 1
		for hi < len(l.order) && at(l.order[hi]).X == at(l.order[lo]).X && at(l.order[hi]).Time == at(l.order[lo]).Time {
			hi++
		}
		l.groups = append(l.groups, group{lo, hi})
		lo = hi
	}
	return l
}

func (l *likelihood) parameters() int { return len(l.m.Rates) + len(l.m.Effects) }

// rates are q at covariates x, from which their mean was taken (nil: at their mean).
func (m *Model) rates(theta, x []float64) []float64 {
	q := append([]float64(nil), theta[:len(m.Rates)]...)
	for e, effect := range m.Effects {
		if x == nil {
			break
		}
		for _, r := range effect.Rates {
			q[r] += theta[len(m.Rates)+e] * x[effect.Covariate]
		}
	}
	for r := range q {
		q[r] = math.Exp(q[r])
	}
	return q
}

// sums are the log-likelihood, the score, and Σ of the outer products of the scores of intervals, in rows:
//
//	log L = Σ log f,   f = p_ij(t) seen,   Σ_{l≠j} p_il(t) q_lj entered,   e^{q_ii t} q_ij moved,   Σ_{l in set} p_il(t) censored
//
// (Kalbfleisch & Lawless 1985, JASA 80:863–871; Jackson 2011, Journal of Statistical Software 38(8), §1.4). The log-likelihood
// is −Inf where a probability is 0 to rounding.
func (l *likelihood) sums(theta []float64) (logLik float64, score, outer []float64) {
	p := l.parameters()
	width := 1 + p + p*p
	block := max(blockGroups, (len(l.groups)*width+mostSums-1)/mostSums)
	sums := num.BlockSums(len(l.groups), block, l.threads, width, func(lo, hi int, sum []float64) {
		w := newWorker(l.m, l.d)
		for _, g := range l.groups[lo:hi] {
			w.add(l, theta, g, sum)
		}
	})
	l.still(sums[1:1+p], sums[1+p:])
	return sums[0], sums[1 : 1+p], sums[1+p:]
}

// shared gives equal rows of covariates one number, so that intervals of one length share their work.
func (d *Data) shared() *Data {
	order := make([]int, len(d.X))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return slices.Compare(d.X[a], d.X[b]) })
	number, rows := make([]int, len(d.X)), [][]float64(nil)
	for i, row := range order {
		if i == 0 || slices.Compare(d.X[row], d.X[order[i-1]]) != 0 {
			rows = append(rows, d.X[row])
		}
		number[row] = len(rows) - 1
	}
	out := &Data{Intervals: slices.Clone(d.Intervals), X: rows, Sets: d.Sets}
	for i := range out.Intervals {
		if len(rows) > 0 {
			out.Intervals[i].X = number[out.Intervals[i].X]
		}
	}
	return out
}
